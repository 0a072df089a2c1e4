//! What a caller presents.

use std::net::IpAddr;

use crate::Error;

/// The longest credential that is looked at, in bytes.
pub const MAX_CREDENTIAL: usize = 16 * 1024;

/// What a caller presents to say who they are. Nothing about it has been verified.
#[derive(Clone, Copy)]
pub struct Credential<'a> {
    token: Option<&'a str>,
    client: Option<IpAddr>,
}

impl<'a> Credential<'a> {
    /// Nothing at all.
    pub const ANONYMOUS: Credential<'static> = Credential { token: None, client: None };

    /// A bearer credential: a token, an API key or a temporary credential. It is looked at as it is presented.
    #[must_use]
    pub fn bearer(token: &'a str) -> Credential<'a> {
        Credential { token: Some(token), client: None }
    }

    /// Adds the address that the request comes from, behind a proxy that is not the proxy's own. API keys may be bound to
    /// networks; embedded, those are refused where this is not said. A server that is asked judges by this service's address.
    #[must_use]
    pub fn sent_from(self, client: IpAddr) -> Credential<'a> {
        Credential { client: Some(client), ..self }
    }

    /// The value of the `Authorization` headers of a request (RFC 6750, section 2.1). Only a request without any is
    /// anonymous: what was sent is never taken for the absence of it.
    ///
    /// # Errors
    /// Where there are two, one is of another scheme, or what it holds is no bearer credential.
    pub fn of_headers(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Credential<'a>, Error> {
        let mut values = values.into_iter();
        let Some(value) = values.next() else { return Ok(Credential::ANONYMOUS) };
        if values.next().is_some() {
            return Err(Error::CredentialMalformed("the request has more than one Authorization header"));
        }
        if value.len() > MAX_CREDENTIAL + "Bearer ".len() {
            return Err(Error::CredentialMalformed("the Authorization header is too long"));
        }
        let text = std::str::from_utf8(value)
            .map_err(|_| Error::CredentialMalformed("the Authorization header is not text"))?;
        let (scheme, token) = text.trim_matches(' ').split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::CredentialMalformed(
                "the Authorization header is not of the form `Bearer TOKEN`",
            ));
        }
        let token = token.trim_start_matches(' ');
        is_token(token)?;
        Ok(Credential::bearer(token))
    }

    /// The token; nothing where nothing was presented.
    #[must_use]
    pub fn token(&self) -> Option<&'a str> {
        self.token
    }

    /// Where the request comes from, where that was said.
    #[must_use]
    pub fn client(&self) -> Option<IpAddr> {
        self.client
    }
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.token.is_some() { "Bearer(…)" } else { "Anonymous" })
    }
}

/// Whether it may be a token: visible ASCII of a length that is looked at.
pub(crate) fn is_token(token: &str) -> Result<(), Error> {
    match token.len() {
        0 => return Err(Error::CredentialMalformed("the credential is empty")),
        length if length > MAX_CREDENTIAL => {
            return Err(Error::CredentialMalformed("the credential is too long"));
        }
        _ => {}
    }
    if !token.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        return Err(Error::CredentialMalformed("the credential has characters outside visible ASCII"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a>(values: &[&'a str]) -> Result<Option<&'a str>, Error> {
        Credential::of_headers(values.iter().map(|value| value.as_bytes())).map(|found| found.token())
    }

    #[test]
    fn only_a_request_without_a_header_is_anonymous() {
        assert_eq!(read(&[]), Ok(None));
        for header in ["Bearer abc", "bearer abc", "BEARER  abc", " Bearer abc "] {
            assert_eq!(read(&[header]), Ok(Some("abc")), "{header:?}");
        }
        let long = format!("Bearer {}", "x".repeat(MAX_CREDENTIAL + 1));
        for header in ["", " ", "Bearer", "Bearer ", "Bearer a b", "Bearer é", "Basic abc", "abc", &long] {
            assert!(matches!(read(&[header]), Err(Error::CredentialMalformed(_))), "{header:?}");
        }
        assert!(read(&["Bearer a", "Bearer a"]).is_err());
        assert!(Credential::of_headers([&b"Bearer \xff"[..]]).is_err());
    }

    #[test]
    fn nothing_of_it_is_printed() {
        assert!(!format!("{:?}", Credential::bearer("hunter2")).contains("hunter2"));
    }
}
