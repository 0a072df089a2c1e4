//! The one client for everything that Casemate calls: issuers, introspection, hooks, collectors of traces, LDAP directories.
//!
//! Whoever may configure an address could otherwise make this server knock at doors that only it can reach: so names
//! are resolved here, each address is looked at before it is connected to, and only public ones and those on the
//! allow-list are called. Redirects are never followed.

mod address;
mod allow;
mod answer;
mod client;
mod incoming;
mod ldap;
#[cfg(feature = "nats")]
mod nats;
mod stream;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use casemate_identity::BoxFuture;
use casemate_identity::ExposeSecret;
use casemate_identity::remote::{Fetch, FetchError, Fetched, Inquiry, Reply, Submission};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response};
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

pub use address::{NotPublic, not_public};
pub use allow::{Allow, AllowError, Refusal};
use client::Clients;
pub use incoming::Incoming;
pub use ldap::{LdapDirectory, LdapError, LdapPage, LdapSearch, LdapTarget};
#[cfg(feature = "nats")]
pub use nats::{NatsError, NatsPublisher, NatsTarget};
pub use stream::{Connection, ConnectionError, ConnectionTarget};

/// How outgoing calls are made.
#[derive(Debug, Clone)]
pub struct OutgoingSettings {
    /// What may be called beside public addresses.
    pub allow: Vec<Allow>,
    /// Whether this machine itself (`localhost`, `127.0.0.0/8`, `::1` as they stand in a URL) may be called, also over
    /// plain HTTP: for development.
    pub loopback: bool,
    /// Which proxy calls go through. This machine itself is never called through one.
    pub proxy: Proxy,
    /// Which certificate authorities are trusted.
    pub roots: Roots,
    /// How long connecting may take, resolving the name and the TLS handshake included.
    pub connect_time: Duration,
    /// How long a call may take in all, where the caller does not say.
    pub total_time: Duration,
}

impl Default for OutgoingSettings {
    /// Public addresses over HTTPS alone, the system's authorities, the environment's proxy; 5 seconds to connect and 10
    /// in all.
    fn default() -> OutgoingSettings {
        OutgoingSettings {
            allow: Vec::new(),
            loopback: false,
            proxy: Proxy::Environment,
            roots: Roots::System,
            connect_time: Duration::from_secs(5),
            total_time: Duration::from_secs(10),
        }
    }
}

/// The proxy of outgoing calls. It resolves the names of what is called through it, so their addresses are its to judge.
#[derive(Clone, PartialEq, Eq)]
pub enum Proxy {
    /// The one that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name, if any.
    Environment,
    /// None, whatever the environment says.
    None,
    /// This one.
    Url {
        /// Where it is, such as `http://proxy.internal:3128`; it may hold a user and a password, which are never shown.
        url: Url,
        /// What is called without it: hosts, domains and networks with commas between, as in `NO_PROXY`.
        except: String,
    },
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proxy::Environment => f.write_str("Environment"),
            Proxy::None => f.write_str("None"),
            Proxy::Url { url, except } => {
                let host = (url.scheme(), url.host_str().unwrap_or_default(), url.port_or_known_default());
                f.debug_struct("Url").field("host", &host).field("except", except).finish()
            }
        }
    }
}

/// The certificate authorities that outgoing calls trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The system's.
    System,
    /// The system's and those in a PEM file.
    SystemAnd(PathBuf),
    /// Those in a PEM file alone.
    Only(PathBuf),
}

/// Why no client can be made of the settings.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutgoingError {
    /// The file with certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {path}: {error}")]
    Roots {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file holds no certificate, or something that is none.
    #[error("{path} holds no certificate authorities: {reason}; put certificates in PEM form there")]
    RootsForm {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The proxy's URL cannot be used.
    #[error(
        "the proxy of outgoing calls cannot be used: {0}; write a URL such as http://proxy.internal:3128"
    )]
    Proxy(String),
}

/// The one client for outgoing calls. Connections are made, and the system's certificate authorities read, at the first
/// use: a server on a system without authorities starts.
#[derive(Debug)]
pub struct Outgoing {
    clients: Clients,
}

impl Outgoing {
    /// A client that has not connected to anything yet.
    ///
    /// # Errors
    /// Where the file with certificate authorities or the proxy cannot be used.
    pub fn new(settings: OutgoingSettings) -> Result<Outgoing, OutgoingError> {
        Ok(Outgoing { clients: Clients::new(settings)? })
    }

    /// Whether this URL may be called, as far as that can be told without resolving its name: for checking
    /// configuration.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(&self, url: &Url) -> Result<(), Refusal> {
        self.clients.way(url).map(|_| ())
    }
}

impl Outgoing {
    /// Posts a request to whoever has nothing to say but whether it was taken: answers with the status, however long the body is and
    /// whether or not it ends. `limit` bytes of it are read, so that the connection may be used again.
    ///
    /// # Errors
    /// Where no status was answered in time.
    pub async fn tell(&self, submission: &Submission<'_>) -> Result<u16, FetchError> {
        let response = self.post(submission).await?;
        let status = response.status().as_u16();
        if let Err(error) = answer::read(response, submission.limit).await {
            tracing::debug!(%error, "what was answered behind the status is left");
        }
        Ok(status)
    }

    async fn post(&self, submission: &Submission<'_>) -> Result<Response, FetchError> {
        let request = self
            .clients
            .of(submission.url)?
            .post(submission.url.clone())
            .timeout(submission.time)
            .header(CONTENT_TYPE, submission.content_type)
            .header(ACCEPT, "application/json")
            .body(submission.body.to_vec());
        let request = with_headers(request, submission.headers)?;
        request.send().await.map_err(answer::failure)
    }
}

impl Fetch for Outgoing {
    fn fetch<'a>(&'a self, url: &'a Url, limit: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let request = self.clients.of(url)?.get(url.clone()).header(ACCEPT, "application/json");
            let response = request.send().await.map_err(answer::failure)?;
            if response.status().as_u16() != 200 {
                return Err(FetchError::Status(response.status().as_u16()));
            }
            let max_age = answer::max_age(response.headers());
            Ok(Fetched { body: answer::read(response, limit).await?, max_age })
        })
    }

    fn submit<'a>(&'a self, submission: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move { answer::reply(self.post(&submission).await?, submission.limit).await })
    }

    fn inquire<'a>(&'a self, inquiry: Inquiry<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let mut authorization = HeaderValue::from_str(inquiry.authorization.expose_secret())
                .map_err(|_| FetchError::Header(AUTHORIZATION.to_string()))?;
            authorization.set_sensitive(true);
            let client = self.clients.of(inquiry.url)?.get(inquiry.url.clone()).timeout(inquiry.time);
            let request = client.header(ACCEPT, "application/json").header(AUTHORIZATION, authorization);
            let request = with_headers(request, inquiry.headers)?;
            let response = request.send().await.map_err(answer::failure)?;
            answer::reply(response, inquiry.limit).await
        })
    }
}

/// A request with headers whose values nobody logs.
fn with_headers(
    mut request: RequestBuilder,
    headers: &[(&'static str, SecretString)],
) -> Result<RequestBuilder, FetchError> {
    for (name, value) in headers {
        let value = HeaderValue::from_str(value.expose_secret());
        let mut value = value.map_err(|_| FetchError::Header((*name).to_owned()))?;
        value.set_sensitive(true);
        request = request.header(*name, value);
    }
    Ok(request)
}

#[cfg(test)]
mod tests;
