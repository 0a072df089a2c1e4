//! How clients reach the server.

use casemate_platform::Tls;
use casemate_platform::config::{Config, HttpUrl, Mode};

use super::Check;

/// How long before its end a certificate is worth a warning, in microseconds: 14 days.
const SOON: i64 = 14 * 24 * 3_600 * 1_000_000;

/// That nobody on the way can read what is said.
pub(super) fn transport(config: &Config) -> Check {
    const NAME: &str = "transport";
    let server = &config.server;
    let listen = server.listen;
    if config.tls.certificate.is_some() {
        return Check::ok(NAME, format!("TLS on {listen}"));
    }
    if server.tls_terminated_by_proxy {
        if server.trusted_proxies.is_empty() {
            let found = "a proxy ends TLS, and no proxy is trusted about the client's address";
            let advice = "name the proxy's networks in `server.trusted_proxies`";
            return Check::unsafe_found(config, NAME, found, advice);
        }
        return Check::ok(NAME, format!("plain HTTP on {listen}, behind a proxy that ends TLS"));
    }
    let advice = "set `server.tls.certificate` and `server.tls.key`, or declare a proxy that ends TLS with \
                  `server.tls_terminated_by_proxy` and `server.trusted_proxies`";
    match config.mode {
        Mode::Production => Check::failed(NAME, format!("plain HTTP on {listen}"), advice),
        Mode::Development if listen.ip().is_loopback() => {
            Check::ok(NAME, format!("plain HTTP on {listen}, which only this machine reaches"))
        }
        Mode::Development => {
            let found =
                format!("plain HTTP on {listen}: whoever is on the way can read and change what is said");
            Check::warning(NAME, found, advice)
        }
    }
}

/// That the server knows what it is called outside, by a name that is safe to send credentials to.
pub(super) fn public_url(config: &Config) -> Check {
    const NAME: &str = "public_url";
    let advice = "set `server.public_url` to the https:// URL that clients use";
    match (&config.server.public_url, config.mode) {
        (Some(url), _) if url.is_https() => Check::ok(NAME, url.to_string()),
        (Some(url), Mode::Production) => Check::failed(NAME, format!("{url} is no https:// URL"), advice),
        (None, Mode::Production) => Check::failed(NAME, "not set", advice),
        (Some(url), Mode::Development) => Check::ok(NAME, url.to_string()),
        (None, Mode::Development) => Check::ok(NAME, "not set: the address that the server listens on"),
    }
}

/// That the certificate can be served, and for how long.
pub(super) fn certificate(config: &Config, now: i64) -> Check {
    const NAME: &str = "certificate";
    let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) else {
        return Check::ok(NAME, "none");
    };
    match Tls::load(certificate, key, now) {
        Err(error) => Check::failed(NAME, error.to_string(), "the server does not start without it"),
        Ok(tls) => {
            let end = tls.status().not_after;
            let until = match jiff::Timestamp::from_microsecond(end) {
                Ok(time) => format!("valid until {time:.0}"),
                Err(_) => "valid".to_owned(),
            };
            if end.saturating_sub(now) < SOON {
                return Check::warning(NAME, until, "renew it: the files are followed, without a restart");
            }
            Check::ok(NAME, until)
        }
    }
}

/// That figures are not for everybody, and that what is sent elsewhere is not read on the way.
pub(super) fn metrics(config: &Config) -> Check {
    const NAME: &str = "telemetry";
    let mut found = Vec::new();
    match config.metrics.listen {
        Some(listen) if !listen.ip().is_loopback() => {
            found.push(format!("whoever reaches {listen} can read the metrics"));
        }
        _ => {}
    }
    if let Some(endpoint) = config.traces.endpoint.as_ref().filter(|endpoint| is_readable(endpoint)) {
        found.push(format!("traces go to {endpoint} over plain HTTP"));
    }
    match (found.is_empty(), config.metrics.listen, &config.traces.endpoint) {
        (false, ..) => {
            let advice = "let only the collector reach `metrics.listen`, and send traces to an https:// URL";
            Check::warning(NAME, found.join("; "), advice)
        }
        (true, None, None) => Check::ok(NAME, "off"),
        (true, ..) => Check::ok(NAME, "stays on this machine, or is encrypted"),
    }
}

/// Whether what is sent to this URL leaves the machine unencrypted.
fn is_readable(url: &HttpUrl) -> bool {
    let host = url::Url::parse(url.as_str()).ok().and_then(|url| url.host_str().map(str::to_owned));
    let is_here = host.is_some_and(|host| {
        let bare = host.trim_matches(['[', ']']);
        host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    });
    !url.is_https() && !is_here
}
