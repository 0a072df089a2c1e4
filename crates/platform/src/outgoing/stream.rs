//! Connections that speak a protocol of their own: to addresses that may be called, with certificates that are trusted.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use casemate_identity::ExposeSecret;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use secrecy::SecretString;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::ldap::LdapError;
use super::{Outgoing, Refusal};

/// A connection, of whichever kind.
pub trait Connection: AsyncRead + AsyncWrite + Unpin + Send {}

impl<C: AsyncRead + AsyncWrite + Unpin + Send> Connection for C {}

/// Who is connected to.
#[derive(Clone, Copy)]
pub struct ConnectionTarget<'a> {
    /// Its name or address, which its certificate has to be for.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Whether it is connected to without TLS.
    pub plain: bool,
    /// What it is shown where it asks for a certificate: certificates and their key, in PEM form.
    pub client: Option<(&'a str, &'a SecretString)>,
}

impl fmt::Debug for ConnectionTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionTarget")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// It may not be called.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It cannot be reached, or is not who it should be.
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
    /// The certificate that is to be shown, or its key, cannot be used. What stands there is not repeated.
    #[error(
        "the client's certificate and its key cannot be used: write both in PEM form, the key of that certificate"
    )]
    Client,
}

impl From<LdapError> for ConnectionError {
    fn from(error: LdapError) -> ConnectionError {
        match error {
            LdapError::Refused(refusal) => ConnectionError::Refused(refusal),
            LdapError::Unreachable { host, reason } => ConnectionError::Unreachable { host, reason },
            other => ConnectionError::Authorities(other.to_string()),
        }
    }
}

impl Outgoing {
    /// Connects, within the time that connecting may take.
    ///
    /// # Errors
    /// Where it may not be called, cannot be reached in time, or is not who it should be.
    pub async fn connection(
        &self,
        target: &ConnectionTarget<'_>,
    ) -> Result<Box<dyn Connection>, ConnectionError> {
        let ConnectionTarget { host, port, plain, client } = *target;
        let unreachable =
            |reason: String| ConnectionError::Unreachable { host: format!("{host}:{port}"), reason };
        let connecting = async {
            let addresses = self.clients.addresses(host, port).await?;
            let addresses: Vec<SocketAddr> =
                addresses.into_iter().map(|address| (address, port).into()).collect();
            let stream =
                TcpStream::connect(&*addresses).await.map_err(|error| unreachable(error.to_string()))?;
            if plain {
                return Ok(Box::new(stream) as Box<dyn Connection>);
            }
            let mut config = self.clients.trusting_config().map_err(ConnectionError::Authorities)?;
            if let Some((certificates, key)) = client {
                show(&mut config, certificates, key).ok_or(ConnectionError::Client)?;
            }
            let name =
                server_name(host).ok_or_else(|| unreachable("this is no name of a host".to_owned()))?;
            let connector = TlsConnector::from(Arc::new(config));
            let stream = connector
                .connect(name, stream)
                .await
                .map_err(|error: io::Error| unreachable(error.to_string()))?;
            Ok(Box::new(stream) as Box<dyn Connection>)
        };
        tokio::time::timeout(self.clients.settings().connect_time, connecting)
            .await
            .map_err(|_| unreachable("it does not answer in time".to_owned()))?
    }
}

/// The name that a certificate has to be for.
pub(super) fn server_name(host: &str) -> Option<ServerName<'static>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    ServerName::try_from(bare.to_owned()).ok()
}

fn show(config: &mut ClientConfig, certificates: &str, key: &SecretString) -> Option<()> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates.as_bytes()).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty())?;
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes()).ok()?;
    let certified = CertifiedKey::from_der(chain, key, config.crypto_provider()).ok()?;
    config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(certified));
    Some(())
}
