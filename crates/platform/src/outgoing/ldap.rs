//! Calls to LDAP directories (RFC 4511): to addresses that may be called, with certificates that are trusted, and read page by page
//! (RFC 2696).

mod bounded;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casemate_identity::ExposeSecret;
use casemate_ldap::Entry;
use ldap3::controls::{Control, ControlType, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError as Failure, Scope, SearchEntry, StdStream};
use secrecy::SecretString;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use url::Url;

use self::bounded::{Allowance, bounded};
use super::{Outgoing, Refusal};

/// How many entries a page has.
const PAGE: usize = 500;
/// How many bytes an answer may have: a page of entries, of which one may be a group of some hundred thousand.
const ANSWER: u64 = 32 << 20;
/// How long the directory may take over one entry, and over whatever else it is asked.
const PATIENCE: Duration = Duration::from_secs(60);
/// A search below a base that is not there (RFC 4511, appendix A.1).
const NO_SUCH_OBJECT: u32 = 32;

/// A directory that is asked, and as whom.
#[derive(Clone, Copy)]
pub struct LdapTarget<'a> {
    /// `ldaps://HOST` or `ldap://HOST`, perhaps with a port.
    pub url: &'a Url,
    /// Whether TLS begins on the connection, where it is `ldap://`.
    pub start_tls: bool,
    /// Who asks.
    pub bind_dn: &'a str,
    /// Their password.
    pub password: &'a SecretString,
}

/// What is looked for, below an entry.
#[derive(Debug, Clone, Copy)]
pub struct LdapSearch<'a> {
    /// The entry.
    pub base: &'a str,
    /// What fits (RFC 4515).
    pub filter: &'a str,
    /// What is to be told of it.
    pub attributes: &'a [String],
}

/// Part of what was found.
#[derive(Debug)]
pub struct LdapPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// What to ask for the next page with; nothing behind the last.
    pub next: Option<Vec<u8>>,
}

/// Why a directory cannot be asked, or does not answer as it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LdapError {
    /// It may not be called.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be reached.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// The host and port.
        host: String,
        /// What is in the way.
        reason: String,
    },
    /// The system gives no certificate authorities.
    #[error("the certificate authorities cannot be used: {0}")]
    Authorities(String),
    /// It does not let us in.
    #[error("the directory does not let `{bind_dn}` in: {reason}; look at `bind_dn` and `bind_password`")]
    Bind {
        /// As whom.
        bind_dn: String,
        /// What it says.
        reason: String,
    },
    /// It does not answer as it should.
    #[error("the directory answers the search below `{base}` with: {reason}")]
    Search {
        /// Below what.
        base: String,
        /// What it says.
        reason: String,
    },
    /// It sends more than was asked for.
    #[error("the directory sends more than {PAGE} entries at once: it has to know paged results (RFC 2696)")]
    Unpaged,
    /// It sends more bytes than an answer may have.
    #[error(
        "the directory sends more than {} MiB for one answer: narrow the filter, or divide what is so large",
        ANSWER >> 20
    )]
    TooLarge,
}

/// A directory that let us in.
pub struct LdapDirectory {
    ldap: Ldap,
    allowance: Allowance,
    driving: JoinHandle<()>,
}

impl fmt::Debug for LdapDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapDirectory").finish_non_exhaustive()
    }
}

impl Drop for LdapDirectory {
    fn drop(&mut self) {
        self.driving.abort();
    }
}

impl Outgoing {
    /// Signs in at a directory.
    ///
    /// # Errors
    /// Where it may not be called, cannot be reached, or does not let us in.
    pub async fn ldap(&self, target: &LdapTarget<'_>) -> Result<LdapDirectory, LdapError> {
        let port = target.url.port().unwrap_or(if target.url.scheme() == "ldaps" { 636 } else { 389 });
        let host = target.url.host_str().unwrap_or_default();
        let shown = format!("{host}:{port}");
        let unreachable = |reason: String| LdapError::Unreachable { host: shown.clone(), reason };
        let allowance = Allowance::default();
        allowance.renew(ANSWER);
        let connecting = async {
            let stream = self.connected(host, port).await?;
            let stream =
                bounded(stream, allowance.clone()).await.map_err(|error| unreachable(causes(&error)))?;
            let settings = self.ldap_settings(target)?.set_std_stream(StdStream::Tcp(stream));
            let opened = LdapConnAsync::from_url_with_settings(settings, target.url).await;
            opened.map_err(|error| unreachable(causes(&error)))
        };
        let (connection, mut ldap) = tokio::time::timeout(self.clients.settings().connect_time, connecting)
            .await
            .map_err(|_| unreachable("it does not answer in time".to_owned()))??;
        let driving = tokio::spawn(async move {
            // Whoever waits for an answer learns of it there.
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "the connection to a directory ended");
            }
        });
        let refused = |reason: String| LdapError::Bind { bind_dn: target.bind_dn.to_owned(), reason };
        let password = target.password.expose_secret();
        if password.is_empty() || target.bind_dn.is_empty() {
            driving.abort();
            // A directory takes it for nobody in particular, and says that all is well (RFC 4513, section 5.1.2).
            return Err(refused("there is no password".to_owned()));
        }
        let bound = ldap.with_timeout(PATIENCE).simple_bind(target.bind_dn, password).await;
        let directory = LdapDirectory { ldap, allowance, driving };
        bound.and_then(ldap3::LdapResult::success).map_err(|error| refused(causes(&error)))?;
        Ok(directory)
    }

    /// A connection to an address of a host that may be called.
    async fn connected(&self, host: &str, port: u16) -> Result<TcpStream, LdapError> {
        let unreachable = |error: io::Error| LdapError::Unreachable {
            host: format!("{host}:{port}"),
            reason: error.to_string(),
        };
        let addresses: Vec<SocketAddr> = self
            .clients
            .addresses(host, port)
            .await?
            .into_iter()
            .map(|address| (address, port).into())
            .collect();
        TcpStream::connect(&*addresses).await.map_err(unreachable)
    }

    fn ldap_settings(&self, target: &LdapTarget<'_>) -> Result<LdapConnSettings, LdapError> {
        let settings = LdapConnSettings::new().set_starttls(target.start_tls);
        if target.url.scheme() != "ldaps" && !target.start_tls {
            return Ok(settings);
        }
        let config = self.clients.trusting_config().map_err(LdapError::Authorities)?;
        Ok(settings.set_config(Arc::new(config)))
    }
}

impl LdapDirectory {
    /// A page of what is below an entry; the first, or the one behind a page.
    ///
    /// # Errors
    /// Where the directory answers anything but success: what was read so far is then not all there is.
    pub async fn page(&mut self, search: &LdapSearch<'_>, behind: &[u8]) -> Result<LdapPage, LdapError> {
        self.search(search, Scope::Subtree, behind).await
    }

    /// One entry.
    ///
    /// # Errors
    /// As [`LdapDirectory::page`]; that it is not there is no error.
    pub async fn entry(&mut self, dn: &str, attributes: &[String]) -> Result<Option<Entry>, LdapError> {
        let search = LdapSearch { base: dn, filter: "(objectClass=*)", attributes };
        Ok(self.search(&search, Scope::Base, &[]).await?.entries.pop())
    }

    async fn search(
        &mut self,
        search: &LdapSearch<'_>,
        scope: Scope,
        behind: &[u8],
    ) -> Result<LdapPage, LdapError> {
        let failed = |reason: String| LdapError::Search { base: search.base.to_owned(), reason };
        let allowance = self.allowance.clone();
        let wrong = |error: Failure| match allowance.is_used_up() {
            true => LdapError::TooLarge,
            false => failed(causes(&error)),
        };
        self.allowance.renew(ANSWER);
        let is_paged = scope == Scope::Subtree;
        let ldap = self.ldap.with_timeout(PATIENCE);
        if is_paged {
            let size = i32::try_from(PAGE).unwrap_or(i32::MAX);
            ldap.with_controls(PagedResults { size, cookie: behind.to_vec() });
        }
        let mut stream = ldap
            .streaming_search(search.base, scope, search.filter, search.attributes)
            .await
            .map_err(wrong)?;
        let mut entries = Vec::new();
        while let Some(found) = stream.next().await.map_err(wrong)? {
            // What another server would know is not followed.
            if found.is_ref() || found.is_intermediate() {
                continue;
            }
            if entries.len() >= PAGE {
                return Err(LdapError::Unpaged);
            }
            entries.push(entry(SearchEntry::construct(found)));
        }
        let result = stream.finish().await;
        if result.rc == NO_SUCH_OBJECT && !is_paged {
            return Ok(LdapPage { entries: Vec::new(), next: None });
        }
        if result.rc != 0 {
            return Err(failed(causes(&Failure::from(result))));
        }
        let paged = result.ctrls.iter().find_map(|Control(kind, raw)| {
            matches!(kind, Some(ControlType::PagedResults)).then(|| raw.parse::<PagedResults>().cookie)
        });
        Ok(LdapPage { entries, next: paged.filter(|cookie| !cookie.is_empty()) })
    }
}

fn entry(found: SearchEntry) -> Entry {
    let mut entry = Entry::new(found.dn);
    for (name, values) in found.attrs {
        entry.add(&name, values);
    }
    for (name, values) in found.bin_attrs {
        entry.add(&name, values);
    }
    entry
}

/// What went wrong, with what caused it.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    super::answer::causes(error)
}
