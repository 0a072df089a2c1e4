//! What may be called beside public addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use url::{Host, Url};

use super::address::{NotPublic, not_public, plain};

/// An entry of the allow-list: a network (`10.0.0.0/8`), an address, or a host name, the latter two with an optional
/// port (`idp.internal:443`, `[::1]:8443`). With `http://` before it, plain HTTP is allowed there too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    whom: Whom,
    port: Option<u16>,
    plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Whom {
    Network(IpNet),
    /// In lower case and without a dot at its end.
    Name(Box<str>),
}

/// Why a text is no entry of the allow-list.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} names nothing that may be called: write a network such as 10.0.0.0/8, or a host with an optional port such as idp.internal:443"
)]
pub struct AllowError {
    text: String,
}

/// Why a URL is not called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is neither HTTP nor HTTPS.
    #[error("{0}: URLs cannot be called, only https:// ones")]
    Scheme(String),
    /// It holds a user or a password.
    #[error("the URL holds a user or a password: those do not belong there")]
    User,
    /// It has no host.
    #[error("the URL names no host")]
    NoHost,
    /// It is plain HTTP.
    #[error(
        "http://{0} is not called: use https, or put http://{0} on the allow-list of outgoing calls if that network is trusted"
    )]
    Plain(String),
    /// The host's address is not public.
    #[error(
        "{host} is not called: its address {address} is {kind}; put {host} on the allow-list of outgoing calls if it is meant"
    )]
    Address {
        /// The host as the URL names it.
        host: String,
        /// The address.
        address: IpAddr,
        /// What that address is for.
        kind: NotPublic,
    },
}

impl FromStr for Allow {
    type Err = AllowError;

    fn from_str(text: &str) -> Result<Allow, AllowError> {
        let wrong = || AllowError { text: text.to_owned() };
        let (plain, rest) = match text.strip_prefix("http://") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("https://").unwrap_or(text)),
        };
        if let Ok(network) = rest.parse::<IpNet>() {
            return Ok(Allow { whom: Whom::Network(network.trunc()), port: None, plain });
        }
        if let Ok(address) = rest.parse::<IpAddr>() {
            return Ok(Allow { whom: Whom::Network(address.into()), port: None, plain });
        }
        let url = Url::parse(&format!("test://{rest}")).map_err(|_| wrong())?;
        let bare = url.path().is_empty()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        let host = url.host_str().filter(|host| bare && !host.is_empty()).ok_or_else(wrong)?;
        let whom = match Host::parse(host).map_err(|_| wrong())? {
            Host::Ipv4(address) => Whom::Network(IpAddr::from(address).into()),
            Host::Ipv6(address) => Whom::Network(IpAddr::from(address).into()),
            Host::Domain(name) if is_name(&name) => Whom::Name(name.trim_end_matches('.').into()),
            Host::Domain(_) => return Err(wrong()),
        };
        Ok(Allow { whom, port: url.port(), plain })
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.plain {
            f.write_str("http://")?;
        }
        match (&self.whom, self.port) {
            (Whom::Network(network), None) if network.prefix_len() < network.max_prefix_len() => {
                return write!(f, "{network}");
            }
            (Whom::Network(network), Some(_)) if network.addr().is_ipv6() => {
                write!(f, "[{}]", network.addr())?
            }
            (Whom::Network(network), _) => write!(f, "{}", network.addr())?,
            (Whom::Name(name), _) => f.write_str(name)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl<'de> Deserialize<'de> for Allow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Allow, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn is_name(name: &str) -> bool {
    name.trim_end_matches('.').split('.').all(|label| !label.is_empty())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// How a URL that may be called is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// This machine.
    Loopback,
    /// The allow-list has it by its name and port: whatever the name resolves to is meant.
    Listed,
    /// The addresses of its name are judged before they are connected to.
    ByAddress,
}

/// The allow-list, and whether this machine is on it.
#[derive(Debug, Clone)]
pub(super) struct Allowed {
    pub(super) entries: Box<[Allow]>,
    pub(super) loopback: bool,
}

impl Allowed {
    /// How this URL may be called.
    pub(super) fn judge(&self, url: &Url) -> Result<Judged, Refusal> {
        let is_plain = match url.scheme() {
            "https" => false,
            "http" => true,
            other => return Err(Refusal::Scheme(other.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::User);
        }
        let host = Target::of(url).ok_or(Refusal::NoHost)?;
        let port = url.port_or_known_default();
        let near = host.is_loopback();
        let entries = || {
            self.entries
                .iter()
                .filter(|entry| entry.covers(&host) && entry.port.is_none_or(|p| Some(p) == port))
        };
        let listed = entries().next().is_some();
        let may_be_plain = near && (listed || self.loopback) || entries().any(|entry| entry.plain);
        if is_plain && !may_be_plain {
            let shown = url.host_str().unwrap_or_default();
            return Err(Refusal::Plain(
                url.port().map_or(shown.to_owned(), |port| format!("{shown}:{port}")),
            ));
        }
        if near && (listed || self.loopback) {
            return Ok(Judged::Loopback);
        }
        if listed {
            return Ok(Judged::Listed);
        }
        match host {
            Target::Address(address) => self.address(url.host_str().unwrap_or_default(), address)?,
            // RFC 6761, section 6.3: this name is this machine, whatever a resolver says.
            Target::Name("localhost") => {
                let address = IpAddr::from([127, 0, 0, 1]);
                return Err(Refusal::Address {
                    host: "localhost".into(),
                    address,
                    kind: NotPublic::Loopback,
                });
            }
            Target::Name(_) => {}
        }
        Ok(Judged::ByAddress)
    }

    /// Whether an address that a name resolved to may be connected to, at any port.
    pub(super) fn address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        let whole = |entry: &Allow| entry.port.is_none() && entry.covers(&Target::Address(address));
        match not_public(address) {
            Some(kind) if !self.entries.iter().any(whole) => {
                Err(Refusal::Address { host: host.to_owned(), address, kind })
            }
            _ => Ok(()),
        }
    }
}

enum Target<'a> {
    Address(IpAddr),
    Name(&'a str),
}

impl Target<'_> {
    fn of(url: &Url) -> Option<Target<'_>> {
        Some(match url.host()? {
            Host::Ipv4(address) => Target::Address(address.into()),
            Host::Ipv6(address) => Target::Address(plain(address.into())),
            Host::Domain(name) => Target::Name(name.trim_end_matches('.')),
        })
    }

    fn is_loopback(&self) -> bool {
        match self {
            Target::Address(address) => address.is_loopback(),
            Target::Name(name) => name.eq_ignore_ascii_case("localhost"),
        }
    }
}

impl Allow {
    fn covers(&self, target: &Target<'_>) -> bool {
        match (&self.whom, target) {
            (Whom::Network(network), Target::Address(address)) => {
                network.contains(address) || network.contains(&plain(*address))
            }
            (Whom::Name(name), Target::Name(asked)) => name.eq_ignore_ascii_case(asked),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str], loopback: bool) -> Allowed {
        Allowed { entries: entries.iter().map(|entry| entry.parse().unwrap()).collect(), loopback }
    }

    fn judge(allowed: &Allowed, url: &str) -> Result<Judged, Refusal> {
        allowed.judge(&Url::parse(url).unwrap())
    }

    #[test]
    fn entries_are_networks_addresses_and_names() {
        for (text, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("::1", "::1"),
            ("[::1]:8443", "[::1]:8443"),
            ("fd00::/8", "fd00::/8"),
            ("IDP.internal.:443", "idp.internal:443"),
            ("http://collector:4318", "http://collector:4318"),
        ] {
            assert_eq!(text.parse::<Allow>().unwrap().to_string(), shown);
        }
        for text in
            ["", "a b", "10.0.0.0/40", "host/path", "user@host", "host:port", "*.internal", "a..b", "ftp://x"]
        {
            assert!(text.parse::<Allow>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_public_addresses_over_https_are_called_without_an_entry() {
        let none = allowed(&[], false);
        assert_eq!(judge(&none, "https://idp.example/"), Ok(Judged::ByAddress));
        assert_eq!(judge(&none, "https://1.1.1.1/"), Ok(Judged::ByAddress));
        for url in [
            "http://idp.example/",
            "ftp://idp.example/",
            "https://user@idp.example/",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data/",
            "http://localhost:8080/",
        ] {
            assert!(judge(&none, url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_entry_opens_its_hosts_and_ports_and_plain_http_only_where_it_says_so() {
        let list =
            allowed(&["10.0.0.0/8", "idp.internal:443", "http://collector:4318", "127.0.0.1:9000"], false);
        for url in ["https://10.1.2.3:8443/", "https://idp.internal/", "http://collector:4318/v1/traces"] {
            assert_eq!(judge(&list, url), Ok(Judged::Listed), "{url}");
        }
        assert_eq!(judge(&list, "http://127.0.0.1:9000/"), Ok(Judged::Loopback));
        for url in ["http://10.1.2.3/", "http://idp.internal/", "https://127.0.0.1/", "http://collector/"] {
            assert!(judge(&list, url).is_err(), "{url}");
        }
        // Another port of that name is judged by its addresses.
        assert_eq!(judge(&list, "https://idp.internal:8443/"), Ok(Judged::ByAddress));
        assert!(list.address("x", [10, 9, 9, 9].into()).is_ok());
        assert!(list.address("x", [127, 0, 0, 1].into()).is_err(), "that entry is for one port");
    }

    #[test]
    fn for_development_this_machine_may_be_called_as_it_stands_in_the_url() {
        let list = allowed(&[], true);
        for url in ["http://127.0.0.1:1/", "http://localhost/", "https://[::1]/"] {
            assert_eq!(judge(&list, url), Ok(Judged::Loopback), "{url}");
        }
        assert!(list.address("rebound.example", [127, 0, 0, 1].into()).is_err());
        assert!(judge(&list, "http://10.0.0.1/").is_err());
    }
}
