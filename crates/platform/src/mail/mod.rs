//! Letters by SMTP (RFC 5321): a bounded number of them waits in memory, each is tried several times, and what they say
//! is never shown. Letters that wait are gone with the process: whoever misses one asks for another.

mod address;
mod letter;
mod outbox;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

pub use address::{EmailAddress, Sender};
pub use letter::Letter;
pub use outbox::{Mail, NotPosted, Postman};

use crate::config::MailTls;
use crate::outgoing::Roots;

/// Where letters are handed in, and as whom.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The server: a name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// Whom letters come from.
    pub from: Sender,
    /// The user and the password that the server wants.
    pub credentials: Option<(String, SecretString)>,
    /// The certificate authorities that may vouch for the server.
    pub roots: Roots,
    /// What this machine calls itself to the server: a name or an address.
    pub hello: String,
    /// How long one try may take in all.
    pub try_time: Duration,
    /// How long to wait after each try that failed; there is one try more than these.
    pub waits: Vec<Duration>,
}

impl MailSettings {
    /// The times of [`MailSettings::waits`] that fit a server which is away for some minutes.
    pub const WAITS: [Duration; 5] = [
        Duration::from_secs(2),
        Duration::from_secs(10),
        Duration::from_secs(60),
        Duration::from_secs(300),
        Duration::from_secs(900),
    ];
    /// The time of [`MailSettings::try_time`] that fits a slow server.
    pub const TRY_TIME: Duration = Duration::from_secs(60);
}

/// Why no letters can be sent by these settings.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MailError {
    /// Without TLS, everybody on the way reads the letters, and what they give access to.
    #[error(
        "mail goes to {0} without TLS only where that is this machine itself: set `mail.tls` to `starttls` or `tls`"
    )]
    Plain(String),
    /// The file with certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {path}: {error}")]
    Roots {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The certificate authorities cannot be used.
    #[error(
        "TLS to the mail server cannot be set up: {0}; look at `outgoing.roots` and the system's authorities"
    )]
    Tls(String),
}

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// What speaks to the server.
fn transport(settings: &MailSettings) -> Result<Transport, MailError> {
    let tls = match settings.tls {
        MailTls::None if !is_this_machine(&settings.host) => {
            return Err(MailError::Plain(settings.host.clone()));
        }
        MailTls::None => Tls::None,
        MailTls::StartTls => Tls::Required(parameters(settings)?),
        MailTls::Tls => Tls::Wrapper(parameters(settings)?),
    };
    let builder = Transport::builder_dangerous(&settings.host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(settings.try_time))
        .hello_name(client_id(&settings.hello));
    Ok(match &settings.credentials {
        Some((user, password)) => {
            let password = password.expose_secret().to_owned();
            builder.credentials(Credentials::new(user.clone(), password)).build()
        }
        None => builder.build(),
    })
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

fn client_id(hello: &str) -> ClientId {
    match hello.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(hello.to_owned()),
    }
}

fn parameters(settings: &MailSettings) -> Result<TlsParameters, MailError> {
    let failed = |error: lettre::transport::smtp::Error| MailError::Tls(error.to_string());
    let host = settings.host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let builder = TlsParameters::builder(host);
    let (path, store) = match &settings.roots {
        Roots::System => return builder.build_rustls().map_err(failed),
        Roots::SystemAnd(path) => (path, CertificateStore::Default),
        Roots::Only(path) => (path, CertificateStore::None),
    };
    let pem = std::fs::read(path).map_err(|error| MailError::Roots { path: path.clone(), error })?;
    let certificates = Certificate::from_pem(&pem).map_err(failed)?;
    builder.certificate_store(store).add_root_certificate(certificates).build_rustls().map_err(failed)
}
