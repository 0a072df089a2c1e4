//! Opaque tokens, about which an endpoint is asked (RFC 7662).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use thiserror::Error;
use url::form_urlencoded;

use super::fetch::{Fetch, Submission};
use super::lookup::{Found, Lookups, unavailable};
use crate::api_key::ApiKey;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::Claims;
use crate::jwt::{MAX_TOKEN_BYTES, TokenError};
use crate::provider::{IntrospectionProvider, Login};
use crate::rejection::{Reason, shown};
use crate::strict_json;
use crate::time::{Timestamp, numeric_date};
use crate::token_cache::{CacheLimits, RevocationEpoch, sha256};

/// The largest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Takes every bearer token that begins with the configured prefix and is no API key of Casemate's own, and asks the
/// configured endpoint about it. What that says is good for a while; when it does not answer, the refusal is a temporary one.
pub struct IntrospectionAuthenticator {
    provider: IntrospectionProvider,
    authorization: SecretString,
    fetch: Arc<dyn Fetch>,
    lookups: Lookups,
}

/// Why an endpoint's answer says nothing about a token.
#[derive(Debug, PartialEq, Eq, Error)]
enum AnswerError {
    #[error("it is not acceptable JSON: {0}")]
    Json(#[from] strict_json::StrictJsonError),
    #[error("it has no boolean `active`")]
    Active,
}

impl IntrospectionAuthenticator {
    /// An authenticator that asks through `fetch`; `secret` is the one that the configuration refers to.
    pub fn new(
        provider: IntrospectionProvider,
        secret: &SecretString,
        fetch: Arc<dyn Fetch>,
        limits: CacheLimits,
        revocations: RevocationEpoch,
    ) -> IntrospectionAuthenticator {
        let authorization = match &provider.login {
            Login::Bearer(_) => format!("Bearer {}", secret.expose_secret()),
            Login::Client { id, .. } => {
                let pair = format!("{}:{}", encoded(id), encoded(secret.expose_secret()));
                format!("Basic {}", STANDARD.encode(pair))
            }
        };
        let lookups = Lookups::new(&provider.endpoint, limits, revocations);
        IntrospectionAuthenticator { provider, authorization: authorization.into(), fetch, lookups }
    }

    async fn ask(&self, token: &str, now: Timestamp) -> Found {
        let endpoint = &self.provider.endpoint;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let submission = Submission {
            url: &endpoint.url,
            content_type: "application/x-www-form-urlencoded",
            headers: &[("authorization", self.authorization.clone())],
            body: body.as_bytes(),
            limit: MAX_ANSWER_BYTES,
            time: endpoint.timeout,
        };
        let reply = match self.fetch.submit(submission).await {
            Ok(reply) if reply.status == 200 => reply,
            Ok(reply) => {
                return unavailable(&endpoint.name, &format!("it answered {}", reply.status)).into();
            }
            Err(error) => return unavailable(&endpoint.name, &error.to_string()).into(),
        };
        match active_claims(&reply.body) {
            Err(error) => unavailable(&endpoint.name, &error.to_string()).into(),
            Ok(None) => Reason::TokenInactive.into(),
            Ok(Some(claims)) => self.identity(claims, now).unwrap_or_else(Found::from),
        }
    }

    /// The identity behind a token that the endpoint calls active.
    fn identity(&self, mut claims: Claims, now: Timestamp) -> Result<Found, Reason> {
        let until = self.check(&claims, now)?;
        for about_the_token in ["active", "token_type"] {
            claims.remove(about_the_token);
        }
        let mut identity = self.provider.endpoint.mapping.identity(claims)?;
        identity.auth.until = until;
        Ok(Found { answer: Answer::Identity(Arc::new(identity)), until })
    }

    /// The rules of JWTs, as far as an answer says what they are about (RFC 7662, section 4). Answers when the token ends.
    fn check(&self, claims: &Claims, now: Timestamp) -> Result<Option<Timestamp>, TokenError> {
        let provider = &self.provider;
        let leeway = i64::try_from(provider.leeway.as_micros()).unwrap_or(i64::MAX);
        let date = |name| {
            claims.get(name).map(|value| numeric_date(value).ok_or(TokenError::Claim(name))).transpose()
        };
        let expires = date("exp")?;
        if expires.is_some_and(|expires| now.0 >= expires.0.saturating_add(leeway)) {
            return Err(TokenError::Expired);
        }
        let is_ahead = |time: Timestamp| time.0 > now.0.saturating_add(leeway);
        if date("nbf")?.is_some_and(is_ahead) {
            return Err(TokenError::NotYetValid);
        }
        if date("iat")?.is_some_and(is_ahead) {
            return Err(TokenError::IssuedInFuture);
        }
        if let Some(issuer) = &provider.issuer
            && claims.get("iss").and_then(Value::as_str) != Some(issuer)
        {
            return Err(TokenError::Issuer);
        }
        self.check_audience(claims)?;
        match claims.get("token_type") {
            None => {}
            Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
            Some(kind) => {
                let found = shown(kind.as_str().unwrap_or("(no text)"));
                return Err(TokenError::Type { expected: "a bearer token", found });
            }
        }
        if claims.contains_key("cnf") {
            return Err(TokenError::SenderConstrained);
        }
        Ok(expires)
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), TokenError> {
        let ours = &self.provider.audiences;
        if ours.is_empty() {
            return Ok(());
        }
        let is_ours = |audience: &Value| {
            audience.as_str().is_some_and(|audience| ours.iter().any(|ours| **ours == *audience))
        };
        let found = match claims.get("aud").ok_or(TokenError::Claim("aud"))? {
            Value::Array(audiences) => audiences.iter().any(is_ours),
            one => is_ours(one),
        };
        if found { Ok(()) } else { Err(TokenError::Audience) }
    }
}

/// The claims of a token that is active; `None` for one that is not (RFC 7662, section 2.2).
fn active_claims(answer: &[u8]) -> Result<Option<Claims>, AnswerError> {
    let claims = strict_json::object(answer)?;
    match claims.get("active") {
        Some(Value::Bool(true)) => Ok(Some(claims)),
        Some(Value::Bool(false)) => Ok(None),
        _ => Err(AnswerError::Active),
    }
}

/// As RFC 6749, section 2.3.1 has names and passwords encoded.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Authenticator for IntrospectionAuthenticator {
    fn name(&self) -> &str {
        &self.provider.endpoint.name
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        let ready = |answer| Box::pin(std::future::ready(answer));
        let Some(Credential::Bearer(token)) = credentials.credential() else { return ready(Answer::NotMine) };
        let token = token.expose_secret();
        if ApiKey::is_candidate(token) || !token.starts_with(&*self.provider.endpoint.token_prefix) {
            return ready(Answer::NotMine);
        }
        if token.len() > MAX_TOKEN_BYTES {
            return ready(Answer::Rejected(TokenError::TooLong.into()));
        }
        Box::pin(async move {
            let digest = sha256(token.as_bytes());
            self.lookups.get(&digest, now, self.ask(token, now)).await
        })
    }
}
