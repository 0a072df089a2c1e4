//! Publishing to streams of NATS JetStream: one message after the other, each acknowledged by the stream.
//!
//! The client connects to addresses that were judged here. The name that the server's certificate has to be for is the configured
//! one all the same, and servers that a server tells of are not followed.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::context::{Context, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::{ConnectOptions, ServerAddr};
use casemate_identity::ExposeSecret;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error as TlsError, SignatureScheme};
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

use super::Outgoing;
use super::answer::causes;
use super::client::Clients;
use super::stream::{ConnectionError, server_name};

const DEFAULT_PORT: u16 = 4222;
/// What a stream says to a message that is longer than it takes.
const TOO_LONG: u64 = 10_054;

/// Who is published to, and as whom.
pub struct NatsTarget<'a> {
    /// `tls://HOST` or `nats://HOST`, perhaps with a port.
    pub url: &'a Url,
    /// A user and their password.
    pub user: Option<(&'a str, &'a SecretString)>,
    /// A token.
    pub token: Option<&'a SecretString>,
    /// How long a message may take to be acknowledged.
    pub time: Duration,
}

impl fmt::Debug for NatsTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsTarget").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// Why a message was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NatsError {
    /// It is longer than the server or the stream takes.
    #[error("the message is longer than the server or the stream takes")]
    TooLong,
    /// No stream takes messages of the subject.
    #[error("no stream of the server takes messages of the subject `{0}`: add one")]
    NoStream(String),
    /// Something else.
    #[error("{0}")]
    Failed(String),
}

/// A server that lets us publish.
pub struct NatsPublisher {
    context: Context,
}

impl fmt::Debug for NatsPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsPublisher").finish_non_exhaustive()
    }
}

impl NatsPublisher {
    /// The longest payload that the server takes, in bytes.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.context.client().server_info().max_payload
    }

    /// Publishes, and waits until the stream has it. Of an id, a stream keeps one message, for as long as it remembers ids.
    ///
    /// # Errors
    /// Where the stream does not say that it has it.
    pub async fn publish(&self, subject: &str, id: &str, payload: Vec<u8>) -> Result<(), NatsError> {
        let message = PublishMessage::build().payload(payload.into()).message_id(id);
        let acknowledged = match self.context.send_publish(subject.to_owned(), message).await {
            Ok(acknowledgement) => acknowledgement.await,
            Err(error) => Err(error),
        };
        let error = match acknowledged {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        Err(match error.kind() {
            PublishErrorKind::StreamNotFound => NatsError::NoStream(subject.to_owned()),
            PublishErrorKind::MaxPayloadExceeded => NatsError::TooLong,
            _ if is_too_long(&error) => NatsError::TooLong,
            _ => NatsError::Failed(causes(&error)),
        })
    }
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<async_nats::jetstream::Error>() {
            return error.error_code().0 == TOO_LONG;
        }
        cause = error.source();
    }
    false
}

impl Outgoing {
    /// Connects to a server of NATS, within the time that connecting may take.
    ///
    /// # Errors
    /// Where it may not be called, cannot be reached in time, or is not who it should be.
    pub async fn nats(&self, target: &NatsTarget<'_>) -> Result<NatsPublisher, ConnectionError> {
        let host = target.url.host_str().unwrap_or_default();
        let port = target.url.port().unwrap_or(DEFAULT_PORT);
        let unreachable =
            |reason: String| ConnectionError::Unreachable { host: format!("{host}:{port}"), reason };
        let is_plain = target.url.scheme() != "tls";
        let connecting = async {
            let mut servers = Vec::new();
            for address in self.clients.addresses(host, port).await? {
                let scheme = if is_plain { "nats" } else { "tls" };
                let at = std::net::SocketAddr::from((address, port));
                let server: Result<ServerAddr, _> = format!("{scheme}://{at}").parse();
                servers.push(server.map_err(|error| unreachable(error.to_string()))?);
            }
            let settings = self.clients.settings();
            let mut options = ConnectOptions::new()
                .name("casemate")
                .ignore_discovered_servers()
                .retain_servers_order()
                .max_reconnects(1)
                .connection_timeout(settings.connect_time)
                .request_timeout(Some(target.time));
            if let Some((user, password)) = target.user {
                options = options.user_and_password(user.to_owned(), password.expose_secret().to_owned());
            }
            if let Some(token) = target.token {
                options = options.token(token.expose_secret().to_owned());
            }
            if !is_plain {
                let name =
                    server_name(host).ok_or_else(|| unreachable("this is no name of a host".to_owned()))?;
                let verifier = self.clients.verifier().map_err(ConnectionError::Authorities)?;
                let config = Clients::config_of(Arc::new(Named { verifier, name }));
                let config = config.map_err(ConnectionError::Authorities)?;
                options = options.require_tls(true).tls_client_config(config);
            }
            let client = options.connect(servers).await.map_err(|error| unreachable(causes(&error)))?;
            let mut context = async_nats::jetstream::new(client);
            context.set_timeout(target.time);
            Ok(NatsPublisher { context })
        };
        tokio::time::timeout(self.clients.settings().connect_time, connecting)
            .await
            .map_err(|_| unreachable("it does not answer in time".to_owned()))?
    }
}

/// Holds certificates against the name that is configured, whatever address was connected to.
#[derive(Debug)]
struct Named {
    verifier: Arc<dyn ServerCertVerifier>,
    name: ServerName<'static>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        self.verifier.verify_server_cert(end_entity, intermediates, &self.name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
