//! The types of settings that mean more than a number or a path.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::value::{Shape, Value};
use crate::outgoing::Allow;

/// A setting with a few words to choose from.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word_doc])* $variant),+
        }

        impl $name {
            /// The word that chooses it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word),+
                }
            }
        }

        impl Value for $name {
            const SHAPE: Shape = Shape::Text;
            const PLACEHOLDER: &'static str = concat!($("|", $word),+).split_at(1).1;

            fn expected() -> String {
                let words: &[&str] = &[$(concat!("`", $word, "`")),+];
                match words {
                    [front @ .., last] if !front.is_empty() => format!("{} or {last}", front.join(", ")),
                    words => words.concat(),
                }
            }

            fn parse(text: &str) -> Option<Self> {
                match text {
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }

            fn show(&self) -> Json {
                self.as_str().into()
            }
        }
    };
}

choice! {
    /// What the server is for.
    Mode {
        /// For trying out and for writing applications: it starts without any preparation, and warns.
        Development = "development",
        /// For people's data: it refuses to start where it would not be safe.
        Production = "production",
    }
}

choice! {
    /// Which header a trusted proxy puts the client's address into.
    ForwardedHeader {
        /// `X-Forwarded-For`.
        XForwardedFor = "x-forwarded-for",
        /// `Forwarded` (RFC 7239).
        Forwarded = "forwarded",
    }
}

choice! {
    /// Which decisions are recorded.
    RecordedDecisions {
        /// Denials alone.
        Denied = "denied",
        /// All.
        Allowed = "allowed",
    }
}

choice! {
    /// How a line of the log is written.
    LogFormat {
        /// For people.
        Text = "text",
        /// For programs: a JSON object a line.
        Json = "json",
    }
}

choice! {
    /// Who needs a second factor.
    SecondFactorRule {
        /// Whoever has one.
        Optional = "optional",
        /// Everybody with a local account: whoever has none adds one before they come in.
        Required = "required",
    }
}

choice! {
    /// How the connection to the mail server is protected.
    MailTls {
        /// It begins in the clear and goes on under TLS before anything is said (RFC 3207). A server that does not is not used.
        StartTls = "starttls",
        /// It is TLS from its beginning (RFC 8314).
        Tls = "tls",
        /// Not at all: to this machine alone.
        None = "none",
    }
}

/// An `http` or `https` URL without credentials, query and fragment, and without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for HttpUrl {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "URL";

    fn expected() -> String {
        "a URL such as https://casemate.example.com, without credentials, query and fragment".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok()?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        is_plain.then(|| HttpUrl(text.trim_end_matches('/').to_owned()))
    }

    fn show(&self) -> Json {
        self.0.clone().into()
    }
}

/// Where an archive is: a folder, or a bucket of an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivePlace(String);

impl ArchivePlace {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for ArchivePlace {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "URL";

    fn expected() -> String {
        "file:///folder or s3://bucket/folder, without credentials, query and fragment".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok()?;
        let is_place = match url.scheme() {
            "file" => !url.has_host(),
            "s3" => url.has_host(),
            _ => false,
        };
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        (is_place && is_plain).then(|| ArchivePlace(text.to_owned()))
    }

    fn show(&self) -> Json {
        self.0.clone().into()
    }
}

/// A network, or one address.
impl Value for IpNet {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "NETWORK";

    fn expected() -> String {
        "a network such as 10.0.0.0/8, or one address".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
    }

    fn show(&self) -> Json {
        self.to_string().into()
    }
}

impl Value for Allow {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "HOST";

    fn expected() -> String {
        "a network such as 10.0.0.0/8, or a host such as idp.internal or idp.internal:8443, with http:// before it \
         where plain HTTP is meant"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> Json {
        self.to_string().into()
    }
}

/// Which proxy outgoing calls go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyChoice {
    /// The one that `HTTPS_PROXY` and its like name, if any.
    Environment,
    /// None.
    None,
    /// This one.
    Url(HttpUrl),
}

impl Value for ProxyChoice {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "URL";

    fn expected() -> String {
        "`environment`, `none`, or a URL such as http://proxy.internal:3128 without credentials".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "environment" => Some(ProxyChoice::Environment),
            "none" => Some(ProxyChoice::None),
            url => HttpUrl::parse(url).map(ProxyChoice::Url),
        }
    }

    fn show(&self) -> Json {
        match self {
            ProxyChoice::Environment => "environment".into(),
            ProxyChoice::None => "none".into(),
            ProxyChoice::Url(url) => url.show(),
        }
    }
}

/// A user and a password; never shown.
#[derive(Clone)]
pub struct UserAndPassword(SecretString);

impl UserAndPassword {
    /// The user, which has no colon, and the password.
    #[must_use]
    pub fn expose(&self) -> (&str, &str) {
        self.0.expose_secret().split_once(':').unwrap_or_default()
    }
}

impl fmt::Debug for UserAndPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserAndPassword(***)")
    }
}

impl Value for UserAndPassword {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "USER:PASSWORD";
    const SECRET: bool = true;

    fn expected() -> String {
        "a user and a password with a colon between".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let (user, _) = text.split_once(':')?;
        (!user.is_empty()).then(|| UserAndPassword(text.into()))
    }

    fn show(&self) -> Json {
        super::HIDDEN.into()
    }
}

/// A host, a domain or a network that is called without the proxy, as in `NO_PROXY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyException(String);

impl ProxyException {
    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for ProxyException {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "HOST";

    fn expected() -> String {
        "a host, a domain such as .internal, or a network such as 10.0.0.0/8".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
        (is_plain && !text.is_empty()).then(|| ProxyException(text.to_owned()))
    }

    fn show(&self) -> Json {
        self.0.clone().into()
    }
}

/// The name of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableName(String);

impl VariableName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for VariableName {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "VARIABLE";

    fn expected() -> String {
        "the name of an environment variable such as CASEMATE_ROOT_KEY".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        (is_name && text.starts_with(|first: char| !first.is_ascii_digit()))
            .then(|| VariableName(text.to_owned()))
    }

    fn show(&self) -> Json {
        self.0.clone().into()
    }
}

/// What is logged: a level, or levels per module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels(String);

impl Levels {
    /// As they were written: what `tracing_subscriber::filter::Targets` reads.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Levels {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "LEVELS";

    fn expected() -> String {
        "a level (error, warn, info, debug, trace, off), or levels per module such as info,casemate::access=warn"
            .to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse::<tracing_subscriber::filter::Targets>().ok()?;
        Some(Levels(text.to_owned()))
    }

    fn show(&self) -> Json {
        self.0.clone().into()
    }
}

/// Where the database server is and with which password; never shown.
#[derive(Clone)]
pub struct DatabaseUrl(SecretString);

impl DatabaseUrl {
    /// The URL, password included: for the driver alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The same, still wrapped.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(***)")
    }
}

impl Value for DatabaseUrl {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "URL";
    const SECRET: bool = true;

    fn expected() -> String {
        "a URL such as postgres://casemate:PASSWORD@db.example.com/casemate".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let url = url::Url::parse(text).ok()?;
        matches!(url.scheme(), "postgres" | "postgresql").then(|| DatabaseUrl(text.into()))
    }

    fn show(&self) -> Json {
        super::HIDDEN.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: Value>(right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(T::parse(text).is_some(), "{text}");
        }
        for text in wrong {
            assert!(T::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn urls_name_a_host_and_nothing_secret() {
        accepts::<HttpUrl>(
            &["https://a.example", "http://127.0.0.1:80/x/", "https://[::1]"],
            &[
                "",
                "a.example",
                "ftp://a",
                "https://",
                "https://u:p@a",
                "https://a/?q",
                "https://a#f",
                "https://a b",
            ],
        );
        let url = HttpUrl::parse("HTTPS://A.example/base/").unwrap();
        assert_eq!((url.as_str(), url.is_https()), ("HTTPS://A.example/base", true));
        assert!(!HttpUrl::parse("http://a").unwrap().is_https());
    }

    #[test]
    fn networks_hosts_and_names_are_what_they_say() {
        accepts::<IpNet>(&["10.0.0.0/8", "10.0.0.1", "fd00::/8", "::1"], &["", "10.0.0.0/33", "a.example"]);
        accepts::<Allow>(
            &["idp.internal", "http://idp:80", "10.0.0.0/8", "::1"],
            &["", "a..b", "idp/x", "*"],
        );
        accepts::<ProxyChoice>(&["environment", "none", "http://p:3128"], &["", "p:3128", "http://u:p@p"]);
        accepts::<ProxyException>(&[".internal", "10.0.0.0/8"], &["", "a,b", "a b"]);
        accepts::<VariableName>(&["CASEMATE_ROOT_KEY", "_x1"], &["", "1x", "A-B", "A=B", "A B"]);
        accepts::<Levels>(&["info", "warn,casemate::access=info", "off"], &["info,a=loud"]);
        accepts::<Mode>(&["development", "production"], &["", "Production", "prod"]);
        assert_eq!(Mode::expected(), "`development` or `production`");
    }

    #[test]
    fn secrets_are_never_shown() {
        let url = DatabaseUrl::parse("postgres://u:geheim@h/d").unwrap();
        assert_eq!(url.expose(), "postgres://u:geheim@h/d");
        assert!(!format!("{url:?} {}", url.show()).contains("geheim"));
        let both = UserAndPassword::parse("u:geheim:x").unwrap();
        assert_eq!(both.expose(), ("u", "geheim:x"));
        assert!(!format!("{both:?} {}", both.show()).contains("geheim"));
        accepts::<UserAndPassword>(&["u:"], &["", "u", ":p"]);
        accepts::<DatabaseUrl>(&["postgresql://h/d"], &["", "mysql://h/d", "sqlite:x"]);
    }
}
