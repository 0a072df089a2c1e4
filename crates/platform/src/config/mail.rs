//! The types of settings about mail.

use std::fmt;

use serde_json::Value as Json;
use url::Host;

use super::value::{Shape, Value};
use crate::mail::Sender;

/// A mail server: a name or an address, and a port where one was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    host: String,
    port: Option<u16>,
}

impl MailServer {
    /// Its name or address, the latter without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Its port, where one was written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host.contains(':'), self.port) {
            (true, Some(port)) => write!(f, "[{}]:{port}", self.host),
            (false, Some(port)) => write!(f, "{}:{port}", self.host),
            (true, None) => write!(f, "[{}]", self.host),
            (false, None) => f.write_str(&self.host),
        }
    }
}

impl Value for MailServer {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "HOST";

    fn expected() -> String {
        "a host with an optional port, such as mail.example.com or mail.example.com:2525".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse().ok().filter(|port| *port > 0)?))
            }
            _ => (text, None),
        };
        let host = match Host::parse(host).ok()? {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        Some(MailServer { host, port })
    }

    fn show(&self) -> Json {
        self.to_string().into()
    }
}

impl Value for Sender {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "ADDRESS";

    fn expected() -> String {
        "an e-mail address such as casemate@example.com, or one with a name such as `Casemate <casemate@example.com>`"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        Sender::parse(text)
    }

    fn show(&self) -> Json {
        self.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_host_with_or_without_a_port() {
        for (text, host, port) in [
            ("mail.example.com", "mail.example.com", None),
            ("Mail.example.com:2525", "mail.example.com", Some(2525)),
            ("127.0.0.1:25", "127.0.0.1", Some(25)),
            ("[::1]:25", "::1", Some(25)),
            ("[::1]", "::1", None),
        ] {
            let server = MailServer::parse(text).unwrap();
            assert_eq!((server.host(), server.port()), (host, port), "{text}");
            assert_eq!(server.to_string(), text.to_lowercase());
        }
        for text in ["", ":25", "a:0", "a:x", "a:65536", "a b", "smtp://a", "user@a", "a/b"] {
            assert!(MailServer::parse(text).is_none(), "{text}");
        }
    }
}
