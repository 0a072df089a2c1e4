//! TLS with a certificate that is read again when its files change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use super::certificate::{Files, Pair, TlsError};
use crate::clock;

/// The names of the protocols that are spoken (RFC 7301).
pub(super) const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// How a listener speaks TLS: 1.2 and 1.3, with the certificate that the files hold at the time. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
}

struct Shared {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    served: Arc<Served>,
    config: Arc<ServerConfig>,
    status: RwLock<TlsStatus>,
    look: Duration,
}

/// How it stands with the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsStatus {
    /// When the certificate that is served ends, in microseconds since 1970, UTC.
    pub not_after: i64,
    /// Why the files as they are now are not served: the good pair before them still is.
    pub problem: Option<String>,
    /// Whether accounts of this machine beside owner and group may read the key's file.
    pub key_is_open: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.shared.certificate).finish_non_exhaustive()
    }
}

/// The pair that new connections get.
#[derive(Debug)]
struct Served(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// Reads a certificate with those that lead to its authority, and its key, both in PEM form.
    ///
    /// # Errors
    /// Where they cannot be served at `now` (microseconds since 1970, UTC): which file, what is wrong, what to do.
    pub fn load(certificate: &Path, key: &Path, now: i64) -> Result<Tls, TlsError> {
        Tls::looking(certificate, key, now, LOOK)
    }

    /// The same, with another time between looks at the files.
    ///
    /// # Errors
    /// As [`Tls::load`].
    pub fn looking(certificate: &Path, key: &Path, now: i64, look: Duration) -> Result<Tls, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let files = Files::read(certificate, key)?;
        let pair = Pair::parse(&files, (certificate, key), &provider, now)?;
        let served = Arc::new(Served(ArcSwap::from_pointee(pair.key)));
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Library)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&served) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
        let status = TlsStatus { not_after: pair.not_after, problem: None, key_is_open: files.key_is_open };
        let shared = Shared {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider,
            served,
            config: Arc::new(config),
            status: RwLock::new(status),
            look,
        };
        Ok(Tls { shared: Arc::new(shared) })
    }

    /// How it stands with the certificate: for readiness, metrics and `casemate doctor`.
    #[must_use]
    pub fn status(&self) -> TlsStatus {
        self.shared.status.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.shared.config))
    }

    /// Looks at the files again and again, and serves what they hold once it is good.
    pub(super) async fn follow(self) {
        let mut last = None;
        loop {
            let tls = self.clone();
            // Reading files may wait for a disk.
            let looked = tokio::task::spawn_blocking(move || tls.look(last)).await;
            match looked {
                Ok(digest) => last = digest,
                Err(_) => return,
            }
            tokio::time::sleep(self.shared.look).await;
        }
    }

    /// Looks once; what was seen `last` needs no work. Answers with what is seen now.
    fn look(&self, last: Option<Digest>) -> Option<Digest> {
        let shared = &self.shared;
        let paths = (shared.certificate.as_path(), shared.key.as_path());
        let files = match Files::read(paths.0, paths.1) {
            Ok(files) => files,
            Err(error) => {
                self.keep(&error);
                return None;
            }
        };
        let digest = files.digest();
        if last == Some(digest) {
            return last;
        }
        match Pair::parse(&files, paths, &shared.provider, clock::now()) {
            Ok(pair) => self.take(pair, files.key_is_open, last.is_some()),
            Err(error) => {
                self.keep(&error);
                // Its time may still come, without any change of the files.
                if matches!(error, TlsError::NotValidNow { .. }) {
                    return None;
                }
            }
        }
        Some(digest)
    }

    fn take(&self, pair: Pair, key_is_open: bool, tell: bool) {
        let mut status = self.shared.status.write().unwrap_or_else(PoisonError::into_inner);
        if tell || status.problem.is_some() {
            let path = self.shared.certificate.display();
            tracing::info!(certificate = %path, "a new certificate is served from now on");
        }
        self.shared.served.0.store(Arc::new(pair.key));
        *status = TlsStatus { not_after: pair.not_after, problem: None, key_is_open };
    }

    /// Notes why the pair before stays, and says it once.
    fn keep(&self, error: &TlsError) {
        let problem = error.to_string();
        let mut status = self.shared.status.write().unwrap_or_else(PoisonError::into_inner);
        if status.problem.as_deref() != Some(&*problem) {
            tracing::error!(%problem, "the certificate before is still served");
            status.problem = Some(problem);
        }
    }
}

/// What both files held.
type Digest = [u8; 32];
