//! What a provider's discovery document says about signing in (OpenID Connect Discovery 1.0, section 3; RFC 8414).

use serde_json::Value;
use url::Url;

use super::error::SignInError;
use crate::identity::Claims;
use crate::provider::Transport;
use crate::strict_json;

/// The part of a discovery document that signing in needs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Metadata {
    pub(super) authorization: Url,
    pub(super) token: Url,
    pub(super) user_info: Option<Url>,
    pub(super) end_session: Option<Url>,
    /// Whether every answer says whose it is (RFC 9207, section 3).
    pub(super) says_issuer: bool,
}

impl Metadata {
    pub(super) fn read(document: &[u8], issuer: &str, transport: Transport) -> Result<Metadata, SignInError> {
        let unusable = |what: &str| SignInError::Unavailable(format!("its discovery document {what}"));
        let document = strict_json::object(document)
            .map_err(|error| unusable(&format!("is not acceptable JSON: {error}")))?;
        if text(&document, "issuer") != Some(issuer) {
            return Err(unusable("is about another issuer: correct `issuer` in the configuration"));
        }
        let url = |name: &str| match document.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => match text(&document, name).and_then(|text| Url::parse(text).ok()) {
                Some(url) if transport.allows(&url) && url.fragment().is_none() => Ok(Some(url)),
                _ => Err(unusable(&format!("has a `{name}` that is no address, or not `https`"))),
            },
        };
        let required = |name: &str| url(name)?.ok_or_else(|| unusable(&format!("has no `{name}`")));
        let methods = document.get("code_challenge_methods_supported").and_then(Value::as_array);
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(unusable("offers no PKCE with S256"));
        }
        Ok(Metadata {
            authorization: required("authorization_endpoint")?,
            token: required("token_endpoint")?,
            user_info: url("userinfo_endpoint")?,
            end_session: url("end_session_endpoint")?,
            says_issuer: document.get("authorization_response_iss_parameter_supported")
                == Some(&Value::Bool(true)),
        })
    }
}

fn text<'a>(document: &'a Claims, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_str)
}
