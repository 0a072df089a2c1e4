//! What a request presents to say who it comes from.

use secrecy::SecretString;

/// The longest credential that is looked at, in bytes. Longer ones are refused before any other work.
pub const MAX_CREDENTIAL_BYTES: usize = 16 * 1024;

/// The credentials of one request. Only an empty one can lead to the anonymous identity.
#[derive(Debug, Default)]
pub struct Credentials {
    authorization: Option<Credential>,
}

/// One credential as it was presented; nothing about it has been verified.
#[derive(Debug)]
#[non_exhaustive]
pub enum Credential {
    /// `Authorization: Bearer …` (RFC 6750, section 2.1).
    Bearer(SecretString),
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
        Credentials { authorization: Some(credential) }
    }

    /// A request that presents a bearer token.
    pub fn bearer(token: impl Into<SecretString>) -> Credentials {
        Credentials::one(Credential::Bearer(token.into()))
    }

    /// Reads all `Authorization` header values of a request (RFC 9110, section 11.6.2). Any header at all,
    /// even an empty one, is a credential that was sent: it is never taken for the absence of one. Two are
    /// ambiguous and malformed.
    pub fn from_authorization<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Credentials {
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (None, _) => Credentials::none(),
            (Some(value), None) => Credentials::one(Credential::parse(value)),
            (Some(_), Some(_)) => {
                Credentials::one(Credential::Malformed("the request has more than one Authorization header"))
            }
        }
    }

    /// Whether nothing was presented.
    pub fn is_empty(&self) -> bool {
        self.authorization.is_none()
    }

    /// The credential of the `Authorization` header.
    pub fn authorization(&self) -> Option<&Credential> {
        self.authorization.as_ref()
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
            match read(&[header]).authorization() {
                Some(Credential::Bearer(token)) => assert_eq!(token.expose_secret(), "abc", "{header:?}"),
                other => panic!("{header:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn other_schemes_are_kept_for_other_authenticators() {
        match read(&["Basic dTpw"]).authorization() {
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
            assert!(matches!(credentials.authorization(), Some(Credential::Malformed(_))), "{values:?}");
        }
    }

    #[test]
    fn a_header_that_is_no_text_is_malformed() {
        let credentials = Credentials::from_authorization([&b"Bearer \xff"[..]]);
        assert!(matches!(credentials.authorization(), Some(Credential::Malformed(_))));
    }

    #[test]
    fn debug_output_hides_what_was_presented() {
        let shown = format!("{:?} {:?}", read(&["Bearer hunter2"]), read(&["Basic hunter2"]));
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
