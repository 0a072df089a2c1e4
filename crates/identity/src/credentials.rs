//! What a request presents to say who it comes from.

use std::net::IpAddr;

use secrecy::SecretString;

/// The longest cookie of a session, in bytes.
const MAX_SESSION_BYTES: usize = 128;
/// The longest credential that is looked at, in bytes. Longer ones are refused before any other work.
pub const MAX_CREDENTIAL_BYTES: usize = 16 * 1024;

/// The credentials of one request, and where the request comes from. Only one without a credential can lead to
/// the anonymous identity.
#[derive(Debug, Default)]
pub struct Credentials {
    credential: Option<Credential>,
    client: Option<IpAddr>,
    is_handed_on: bool,
}

/// One credential as it was presented; nothing about it has been verified.
#[derive(Debug)]
#[non_exhaustive]
pub enum Credential {
    /// `Authorization: Bearer …` (RFC 6750, section 2.1).
    Bearer(SecretString),
    /// `X-API-Key: …`, for programs that can send no `Authorization` header.
    ApiKey(SecretString),
    /// The cookie of a browser's session, which the browser sends by itself.
    Session(SecretString),
    /// An `Authorization` header of another scheme; the scheme is in lower case.
    Other {
        /// The authentication scheme, such as `basic`.
        scheme: Box<str>,
        /// What follows the scheme.
        value: SecretString,
    },
    /// Something was presented that is no credential: the text says what is wrong and holds nothing of it.
    Malformed(&'static str),
}

impl Credentials {
    /// A request that presents nothing.
    pub fn none() -> Credentials {
        Credentials::default()
    }

    /// A request that presents one credential.
    pub fn one(credential: Credential) -> Credentials {
        Credentials { credential: Some(credential), ..Credentials::default() }
    }

    /// A request that presents a bearer token.
    pub fn bearer(token: impl Into<SecretString>) -> Credentials {
        Credentials::one(Credential::Bearer(token.into()))
    }

    /// Reads all `Authorization` header values of a request (RFC 9110, section 11.6.2). Any header at all,
    /// even an empty one, is a credential that was sent: it is never taken for the absence of one. Two are
    /// ambiguous and malformed.
    pub fn from_authorization<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Credentials {
        Credentials::from_headers(values, [])
    }

    /// Reads all values of a request's `Authorization` and `X-API-Key` headers. A request presents exactly one
    /// credential: two headers, of whichever of the two names, are ambiguous and malformed.
    pub fn from_headers<'a>(
        authorization: impl IntoIterator<Item = &'a [u8]>,
        api_key: impl IntoIterator<Item = &'a [u8]>,
    ) -> Credentials {
        let (mut authorization, mut api_key) = (authorization.into_iter(), api_key.into_iter());
        let (first, first_key) = (authorization.next(), api_key.next());
        if authorization.next().is_some() {
            return Credentials::malformed("the request has more than one Authorization header");
        }
        if api_key.next().is_some() {
            return Credentials::malformed("the request has more than one X-API-Key header");
        }
        match (first, first_key) {
            (None, None) => Credentials::none(),
            (Some(value), None) => Credentials::one(Credential::parse(value)),
            (None, Some(value)) => Credentials::one(Credential::parse_api_key(value)),
            (Some(_), Some(_)) => {
                Credentials::malformed("the request has both an Authorization and an X-API-Key header")
            }
        }
    }

    /// A request that presents the cookie of a session and nothing else.
    pub fn session(cookie: &str) -> Credentials {
        let is_cookie = (1..=MAX_SESSION_BYTES).contains(&cookie.len())
            && cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if is_cookie {
            Credentials::one(Credential::Session(cookie.into()))
        } else {
            Credentials::malformed("the cookie is none of a session")
        }
    }

    /// Adds the address that the request comes from, as the host has established it: behind a proxy that is
    /// not the proxy's own. An IPv4 address inside an IPv6 one becomes the IPv4 address.
    #[must_use]
    pub fn with_client(self, address: IpAddr) -> Credentials {
        Credentials { client: Some(address.to_canonical()), ..self }
    }

    /// The same, shown by somebody else than whom it is of: where that is says nothing of where its owner is, and nothing is learned
    /// of a network by it.
    #[must_use]
    pub fn handed_on(self) -> Credentials {
        Credentials { client: None, is_handed_on: true, ..self }
    }

    /// Whether somebody else shows it than whom it is of.
    pub fn is_handed_on(&self) -> bool {
        self.is_handed_on
    }

    /// Whether nothing was presented.
    pub fn is_empty(&self) -> bool {
        self.credential.is_none()
    }

    /// The credential.
    pub fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// Where the request comes from, where the host has said so.
    pub fn client(&self) -> Option<IpAddr> {
        self.client
    }

    fn malformed(what: &'static str) -> Credentials {
        Credentials::one(Credential::Malformed(what))
    }
}

impl Credential {
    fn parse(value: &[u8]) -> Credential {
        if value.len() > MAX_CREDENTIAL_BYTES + "Bearer ".len() {
            return Credential::Malformed("the Authorization header is too long");
        }
        let Ok(text) = std::str::from_utf8(value) else {
            return Credential::Malformed("the Authorization header is not text");
        };
        if let Some(token) = text.strip_prefix("Bearer ").filter(|token| is_one_word(token.as_bytes())) {
            // As nearly all are written.
            return Credential::Bearer(token.into());
        }
        if !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return Credential::Malformed("the Authorization header has characters outside printable ASCII");
        }
        let Some((scheme, rest)) = text.trim_matches(' ').split_once(' ') else {
            return Credential::Malformed("the Authorization header is not of the form `SCHEME CREDENTIAL`");
        };
        let rest = rest.trim_start_matches(' ');
        if scheme.eq_ignore_ascii_case("bearer") {
            if rest.contains(' ') {
                return Credential::Malformed("the bearer token has a space in it");
            }
            return Credential::Bearer(rest.into());
        }
        Credential::Other { scheme: scheme.to_ascii_lowercase().into(), value: rest.into() }
    }

    fn parse_api_key(value: &[u8]) -> Credential {
        if value.len() > MAX_CREDENTIAL_BYTES {
            return Credential::Malformed("the X-API-Key header is too long");
        }
        match std::str::from_utf8(value).map(|text| text.trim_matches(' ')) {
            Ok(text) if is_one_word(text.as_bytes()) => Credential::ApiKey(text.into()),
            _ => Credential::Malformed("the X-API-Key header is not one word of printable ASCII"),
        }
    }
}

/// Whether it is visible ASCII, and not nothing. Without an early end, so that many bytes are looked at at once.
fn is_one_word(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().fold(true, |is_word, byte| is_word & (0x21..0x7f).contains(byte))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(values: &[&str]) -> Credentials {
        Credentials::from_authorization(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn no_header_is_no_credential() {
        assert!(read(&[]).is_empty());
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        for header in ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc "] {
            match read(&[header]).credential() {
                Some(Credential::Bearer(token)) => assert_eq!(token.expose_secret(), "abc", "{header:?}"),
                other => panic!("{header:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn other_schemes_are_kept_for_other_authenticators() {
        match read(&["Basic dTpw"]).credential() {
            Some(Credential::Other { scheme, value }) => {
                assert_eq!((&**scheme, value.expose_secret()), ("basic", "dTpw"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whatever_was_sent_is_never_the_absence_of_a_credential() {
        let long = format!("Bearer {}", "x".repeat(MAX_CREDENTIAL_BYTES + 1));
        for values in [
            &[""][..],
            &[" "],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer é"],
            &["Bearer a", "Bearer a"],
            &[&long],
        ] {
            let credentials = read(values);
            assert!(!credentials.is_empty(), "{values:?}");
            assert!(matches!(credentials.credential(), Some(Credential::Malformed(_))), "{values:?}");
        }
    }

    #[test]
    fn a_header_that_is_no_text_is_malformed() {
        let credentials = Credentials::from_authorization([&b"Bearer \xff"[..]]);
        assert!(matches!(credentials.credential(), Some(Credential::Malformed(_))));
    }

    fn read_both(authorization: &[&str], api_key: &[&str]) -> Credentials {
        Credentials::from_headers(
            authorization.iter().map(|value| value.as_bytes()),
            api_key.iter().map(|value| value.as_bytes()),
        )
    }

    #[test]
    fn an_api_key_may_come_in_a_header_of_its_own() {
        match read_both(&[], &[" cmk_x "]).credential() {
            Some(Credential::ApiKey(key)) => assert_eq!(key.expose_secret(), "cmk_x"),
            other => panic!("{other:?}"),
        }
        let long = "x".repeat(MAX_CREDENTIAL_BYTES + 1);
        for value in ["", " ", "a b", "a\tb", "é", &long] {
            let credentials = read_both(&[], &[value]);
            assert!(matches!(credentials.credential(), Some(Credential::Malformed(_))), "{value:?}");
        }
    }

    #[test]
    fn a_request_presents_exactly_one_credential() {
        for (authorization, api_key) in [
            (&["Bearer a"][..], &["cmk_x"][..]),
            (&["Bearer cmk_x"], &["cmk_x"]),
            (&[""], &[""]),
            (&[], &["cmk_x", "cmk_x"]),
            (&["Bearer a", "Bearer b"], &["cmk_x"]),
        ] {
            let credentials = read_both(authorization, api_key);
            assert!(
                matches!(credentials.credential(), Some(Credential::Malformed(_))),
                "{authorization:?} {api_key:?}"
            );
        }
        assert!(read_both(&[], &[]).is_empty());
    }

    #[test]
    fn where_a_request_comes_from_is_no_credential() {
        let credentials = Credentials::none().with_client("::ffff:192.0.2.1".parse().unwrap());
        assert!(credentials.is_empty());
        assert_eq!(credentials.client(), Some("192.0.2.1".parse().unwrap()));
        assert_eq!(read(&["Bearer a"]).client(), None);
    }

    #[test]
    fn debug_output_hides_what_was_presented() {
        let shown = format!(
            "{:?} {:?} {:?}",
            read(&["Bearer hunter2"]),
            read(&["Basic hunter2"]),
            read_both(&[], &["hunter2"])
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
