//! From the configuration to what each part of the server takes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Credential, Directory, DirectoryHost, SessionTimes};
use casemate_identity::CacheLimits;
use casemate_platform::config::{
    Config, HttpUrl, Kept, MailTls, Mode, ProxyChoice, Record, RecordedDecisions, SecondFactorRule,
};
use casemate_platform::mail::{Mail, MailSettings, Postman};
use casemate_platform::outgoing::{Outgoing, OutgoingError, OutgoingSettings, Proxy, Roots};
use casemate_platform::{Limits, MAX_BODY_BYTES, Tls, TlsError, TrustedProxies, clock};
use casemate_server::{AccountRule, BlockRule, EventLimits, Recorded, Settings, Witnesses};
use casemate_store::{Retention, Sealer};
use tokio::net::TcpListener;

use crate::exit::Failure;

/// How many events an application records at most.
pub(crate) fn event_limits(config: &Config) -> EventLimits {
    EventLimits {
        per_minute: i64::try_from(config.record.events_per_minute.get()).unwrap_or(i64::MAX),
        per_day: i64::try_from(config.record.events_per_day.get()).unwrap_or(i64::MAX),
    }
}

/// The witnesses whose cosignatures of the audit log are taken.
///
/// # Errors
/// Where there are too many.
pub(crate) fn witnesses(config: &Config) -> Result<Witnesses, Failure> {
    let keys = config.record.witnesses.iter().map(|witness| witness.key().clone()).collect();
    Witnesses::of(keys).map_err(|error| Failure::usage(miette::miette!("`record.witnesses`: {error}")))
}

/// The client of outgoing calls.
///
/// # Errors
/// Where the proxy or the certificate authorities cannot be used.
pub(crate) fn outgoing(config: &Config) -> Result<Outgoing, OutgoingError> {
    let wanted = &config.outgoing;
    let proxy = match &wanted.proxy {
        ProxyChoice::Environment => Proxy::Environment,
        ProxyChoice::None => Proxy::None,
        ProxyChoice::Url(url) => {
            let except: Vec<&str> = wanted.proxy_except.iter().map(|host| host.as_str()).collect();
            Proxy::Url { url: proxy_url(config, url)?, except: except.join(",") }
        }
    };
    Outgoing::new(OutgoingSettings {
        allow: wanted.allow.clone(),
        loopback: config.mode == Mode::Development,
        proxy,
        roots: roots(config),
        ..OutgoingSettings::default()
    })
}

fn roots(config: &Config) -> Roots {
    match (&config.outgoing.roots, config.outgoing.system_roots) {
        (None, _) => Roots::System,
        (Some(file), true) => Roots::SystemAnd(file.clone()),
        (Some(file), false) => Roots::Only(file.clone()),
    }
}

/// Where letters are posted and who sends them, where there is a mail server.
///
/// # Errors
/// Where nothing says whom letters come from, they would go over a network in the clear, or TLS cannot be set up.
pub(crate) fn mail(config: &Config) -> Result<Option<(Mail, Postman)>, Failure> {
    let wanted = &config.mail;
    let Some(server) = &wanted.server else { return Ok(None) };
    let Some(from) = wanted.from.clone() else {
        let help = "such as `Casemate <casemate@example.com>`";
        return Err(Failure::usage(miette::miette!(help = help, "`mail.from`: say whom letters come from")));
    };
    let usual = match wanted.tls {
        MailTls::StartTls => 587,
        MailTls::Tls => 465,
        MailTls::None => 25,
    };
    let hello = config.server.public_url.as_ref().and_then(|url| url::Url::parse(url.as_str()).ok());
    let settings = MailSettings {
        host: server.host().to_owned(),
        port: server.port().unwrap_or(usual),
        tls: wanted.tls,
        credentials: wanted.credentials.as_ref().map(|credentials| {
            let (user, password) = credentials.expose();
            (user.to_owned(), password.into())
        }),
        roots: roots(config),
        hello: hello.as_ref().and_then(|url| url.host_str()).unwrap_or(from.address().domain()).to_owned(),
        from,
        try_time: MailSettings::TRY_TIME,
        waits: MailSettings::WAITS.to_vec(),
    };
    Mail::new(&settings).map(Some).map_err(|error| Failure::usage(miette::miette!("`mail`: {error}")))
}

fn proxy_url(config: &Config, url: &HttpUrl) -> Result<url::Url, OutgoingError> {
    let wrong = || OutgoingError::Proxy(url.to_string());
    let mut parsed = url::Url::parse(url.as_str()).map_err(|_| wrong())?;
    if let Some(credentials) = &config.outgoing.proxy_credentials {
        let (user, password) = credentials.expose();
        parsed.set_username(user).map_err(|()| wrong())?;
        parsed.set_password(Some(password)).map_err(|()| wrong())?;
    }
    Ok(parsed)
}

/// What the directory needs of the server.
pub(crate) fn directory_host(
    config: &Config,
    own: Vec<Credential>,
    outgoing: Arc<Outgoing>,
    sealer: Arc<Sealer>,
) -> DirectoryHost {
    let tokens = u32::try_from(config.tokens.cache_entries.get()).unwrap_or(u32::MAX);
    DirectoryHost {
        own,
        sealer: Some(sealer),
        limits: CacheLimits { tokens, ..CacheLimits::default() },
        sessions: SessionTimes {
            idle: micros(config.sessions.idle.get()),
            absolute: micros(config.sessions.absolute.get()),
            recent: micros(config.sessions.recent.get()),
        },
        source_files: config.sources.folder.clone(),
        ..DirectoryHost::new(outgoing)
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// When networks that guess at secrets are blocked.
pub(crate) fn blocks(config: &Config) -> BlockRule {
    let proxies = config.server.trusted_proxies.iter();
    let except = proxies.chain(&config.block.except).copied().collect();
    BlockRule { after: usize::try_from(config.block.after.get()).unwrap_or(usize::MAX), exempt: except }
}

/// What local accounts there are.
pub(crate) fn accounts(config: &Config) -> AccountRule {
    let shortest = usize::try_from(config.accounts.shortest_password.get()).unwrap_or(usize::MAX);
    let second_factor_required = config.accounts.second_factor == SecondFactorRule::Required;
    AccountRule { enabled: config.accounts.enabled, shortest, second_factor_required }
}

/// The bounds of the record of decisions.
pub(crate) fn retention(record: &Record) -> Retention {
    const MICROS_A_DAY: i64 = 24 * 3_600 * 1_000_000;
    let age = |days: &Kept| i64::try_from(days.get()).unwrap_or(i64::MAX).saturating_mul(MICROS_A_DAY);
    Retention {
        max_events: record.keep_decisions.get(),
        max_bytes: record.keep_megabytes.get().saturating_mul(1 << 20),
        max_age: age(&record.keep_days),
        max_age_of_others: record.keep_events_days.as_ref().map(age),
        max_age_of_reads: record.keep_reads_days.as_ref().map(age),
    }
}

/// What the server's areas want to know; `address` is the one that it listens on.
pub(crate) fn settings(config: &Config, address: SocketAddr) -> Settings {
    let scheme = scheme(config);
    Settings {
        public_url: match &config.server.public_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("{scheme}://{address}"),
        },
        lenient: config.record.lenient,
        recorded: match config.record.decisions {
            RecordedDecisions::Denied => Recorded::Denied,
            RecordedDecisions::Allowed => Recorded::Allowed,
        },
        request_time: config.server.request_time.get(),
    }
}

/// How the listener speaks TLS, where it does.
///
/// # Errors
/// Where the certificate or its key cannot be served.
pub(crate) fn tls(config: &Config) -> Result<Option<Tls>, TlsError> {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(certificate), Some(key)) => Tls::load(certificate, key, clock::now()).map(Some),
        _ => Ok(None),
    }
}

/// The proxies that are believed about the client.
pub(crate) fn trusted_proxies(config: &Config) -> TrustedProxies {
    TrustedProxies::new(config.server.trusted_proxies.clone(), config.server.forwarded_header)
}

/// Listens on an address that this flag sets.
///
/// # Errors
/// Where the operating system does not let it.
pub(crate) async fn listen(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let failed = |error: std::io::Error| {
        let help = format!("choose another address with {flag}; port 0 takes any free one");
        Failure::failed(miette::miette!(help = help, "cannot listen on {address}: {error}"))
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The longest body that is read, in bytes.
pub(crate) fn body_bytes(config: &Config) -> usize {
    usize::try_from(config.server.body_bytes.get()).unwrap_or(MAX_BODY_BYTES)
}

/// What the listener speaks.
pub(crate) fn scheme(config: &Config) -> &'static str {
    if config.tls.certificate.is_some() { "https" } else { "http" }
}

/// What one client may take up.
pub(crate) fn limits(config: &Config) -> Limits {
    let connections = usize::try_from(config.server.connections.get()).unwrap_or(usize::MAX);
    Limits { connections, ..Limits::default() }
}

/// That the files which sources of permissions name can be taken: a start is the time to say so.
///
/// # Errors
/// With each mistake and its place. Where there is no folder of such files, their sources fail, and that is logged.
pub(crate) fn source_files(config: &Config, directory: &Directory) -> Result<(), Failure> {
    let mistakes = directory.source_file_mistakes();
    for mistake in &mistakes {
        tracing::error!(
            mistake,
            "the file of a source of permissions is refused: whoever it tells of may do nothing"
        );
    }
    if mistakes.is_empty() || config.sources.folder.is_none() {
        return Ok(());
    }
    let help = "correct them in the folder that `sources.folder` names; without that setting the server starts, and these sources fail";
    Err(Failure::usage(miette::miette!(
        help = help,
        "files of sources of permissions cannot be taken: {}",
        mistakes.join("; ")
    )))
}
