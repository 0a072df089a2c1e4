//! A hook: an endpoint of one's own that says whose a credential is, asked by signed requests.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use super::fetch::{Fetch, Submission};
use super::lookup::{Found, Lookups, unavailable};
use crate::api_key::ApiKey;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::{Credential, Credentials};
use crate::identity::{Claims, Identity};
use crate::provider::HookProvider;
use crate::rejection::{Reason, shown};
use crate::strict_json;
use crate::time::{Timestamp, numeric_date};
use crate::token_cache::{CacheLimits, RevocationEpoch, TokenDigest, sha256};

/// The header with the time of a request, in seconds since 1970.
pub const TIMESTAMP_HEADER: &str = "casemate-timestamp";
/// The header with the signature of a request.
pub const SIGNATURE_HEADER: &str = "casemate-signature";
/// The shortest secret that requests are signed with, in bytes.
pub const MIN_SECRET_BYTES: usize = 32;

/// The largest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
const VERSION: &str = "v1=";
/// The members that an identity may have in an answer.
const MEMBERS: [&str; 8] = ["id", "type", "login", "display_name", "tenant", "groups", "claims", "auth"];

/// Signs a request to a hook: `v1=` and the HMAC-SHA256 of the timestamp, a dot and the body, in hexadecimal.
pub fn sign(secret: &SecretString, timestamp: &str, body: &[u8]) -> String {
    let key = Key::new(HMAC_SHA256, secret.expose_secret().as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(timestamp.as_bytes());
    context.update(b".");
    context.update(body);
    tagged(context)
}

/// Signs the answer to a signed request: `v1=` and the HMAC-SHA256 of the request's signature, a dot, the status code, a dot and the
/// answer's body, in hexadecimal. So it is an answer to this request and to no other.
pub fn sign_answer(secret: &SecretString, request_signature: &str, status: u16, body: &[u8]) -> String {
    let key = Key::new(HMAC_SHA256, secret.expose_secret().as_bytes());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{request_signature}.{status}.").as_bytes());
    context.update(body);
    tagged(context)
}

/// Whether an answer was signed by whoever has the secret, as the answer to the request with this signature.
pub fn verify_answer(
    secret: &SecretString,
    request_signature: &str,
    status: u16,
    body: &[u8],
    signature: &str,
) -> bool {
    let expected = sign_answer(secret, request_signature, status, body);
    verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).is_ok()
}

fn tagged(context: hmac::Context) -> String {
    let tag = context.sign();
    let hex = tag.as_ref().iter().map(|byte| format!("{byte:02x}"));
    VERSION.chars().map(String::from).chain(hex).collect()
}

/// Whether a request to a hook comes from Casemate, and is no older or newer than `tolerance`: what the one who
/// receives it has to check before anything else. `timestamp` and `signature` are the values of its two headers, `body` its
/// bytes as they came.
///
/// ```
/// use std::time::Duration;
/// use casemate_identity::{SecretString, Timestamp, hook};
///
/// let secret = SecretString::from("0123456789abcdef0123456789abcdef");
/// let body = br#"{"version":1,"provider":"acme","scheme":"bearer","credential":"abc","client":null}"#;
/// let signature = hook::sign(&secret, "1800000000", body);
///
/// let now = Timestamp(1_800_000_010_000_000);
/// let tolerance = Duration::from_secs(300);
/// assert!(hook::verify(&secret, "1800000000", &signature, body, now, tolerance));
/// assert!(!hook::verify(&secret, "1800000000", &signature, b"{}", now, tolerance));
/// assert!(!hook::verify(&secret, "1700000000", &signature, body, now, tolerance));
/// ```
pub fn verify(
    secret: &SecretString,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> bool {
    let expected = sign(secret, timestamp, body);
    let genuine = verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).is_ok();
    let seconds = timestamp.parse::<i64>().ok();
    let age = seconds.map(|seconds| seconds.saturating_mul(1_000_000).abs_diff(now.0));
    genuine && age.is_some_and(|age| u128::from(age) <= tolerance.as_micros())
}

/// Takes credentials of the configured schemes that are no API keys of Casemate's own, and asks the configured endpoint whose
/// they are. When it does not answer, or not as it should, the refusal is a temporary one.
pub struct HookAuthenticator {
    provider: HookProvider,
    secret: SecretString,
    fetch: Arc<dyn Fetch>,
    lookups: Lookups,
}

/// What is posted.
#[derive(Serialize)]
struct Question<'a> {
    version: u8,
    provider: &'a str,
    scheme: &'a str,
    credential: &'a str,
    client: Option<IpAddr>,
}

/// Why a hook's answer is none.
#[derive(Debug, PartialEq, Eq, Error)]
enum AnswerError {
    #[error("its answer is not acceptable JSON: {0}")]
    Json(#[from] strict_json::StrictJsonError),
    #[error("its `answer` is none of `identity`, `not_mine` and `rejected`")]
    Answer,
    #[error("its answer has a member `{0}`, which is not known")]
    Member(Box<str>),
    #[error("its answer's `{0}` is missing or malformed")]
    Malformed(&'static str),
    #[error("its answer makes no identity: {0}")]
    Identity(#[from] crate::provider::MappingError),
}

impl HookAuthenticator {
    /// An authenticator that asks through `fetch` and signs with `secret`.
    pub fn new(
        provider: HookProvider,
        secret: SecretString,
        fetch: Arc<dyn Fetch>,
        limits: CacheLimits,
        revocations: RevocationEpoch,
    ) -> HookAuthenticator {
        let lookups = Lookups::new(&provider.endpoint, limits, revocations);
        HookAuthenticator { provider, secret, fetch, lookups }
    }

    async fn ask(&self, body: &[u8], now: Timestamp) -> Found {
        let endpoint = &self.provider.endpoint;
        let timestamp = now.0.div_euclid(1_000_000).to_string();
        let signature = sign(&self.secret, &timestamp, body);
        let submission = Submission {
            url: &endpoint.url,
            content_type: "application/json",
            headers: &[(TIMESTAMP_HEADER, timestamp.into()), (SIGNATURE_HEADER, signature.into())],
            body,
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
        self.read(&reply.body).unwrap_or_else(|error| unavailable(&endpoint.name, &error.to_string()).into())
    }

    fn read(&self, answer: &[u8]) -> Result<Found, AnswerError> {
        let mut members = strict_json::object(answer)?;
        let kind = members.remove("answer");
        let found = match kind.as_ref().and_then(Value::as_str) {
            Some("not_mine") => Found { answer: Answer::NotMine, until: None },
            Some("rejected") => {
                let reason = match members.remove("reason") {
                    Some(Value::String(reason)) => shown(&reason),
                    None => "the hook does not say why".into(),
                    Some(_) => return Err(AnswerError::Malformed("reason")),
                };
                Reason::Other { code: "hook_rejected", message: String::from(reason).into() }.into()
            }
            Some("identity") => {
                let Some(Value::Object(identity)) = members.remove("identity") else {
                    return Err(AnswerError::Malformed("identity"));
                };
                let until = match members.remove("expires_at") {
                    None => None,
                    Some(date) => Some(numeric_date(&date).ok_or(AnswerError::Malformed("expires_at"))?),
                };
                Found { answer: Answer::Identity(Arc::new(self.identity(identity)?)), until }
            }
            _ => return Err(AnswerError::Answer),
        };
        only(&members, &[])?;
        Ok(found)
    }

    fn identity(&self, mut members: Claims) -> Result<Identity, AnswerError> {
        only(&members, &MEMBERS)?;
        let claims = match members.remove("claims") {
            None => Claims::new(),
            Some(Value::Object(claims)) => claims,
            Some(_) => return Err(AnswerError::Malformed("identity.claims")),
        };
        match members.get("auth") {
            None => {}
            Some(Value::Object(auth)) => only(auth, &["time", "amr", "acr"])?,
            Some(_) => return Err(AnswerError::Malformed("identity.auth")),
        }
        let mut identity = self.provider.endpoint.mapping.identity(members)?;
        identity.claims = claims;
        Ok(identity)
    }

    /// The scheme and the credential, where they are for this hook.
    fn mine<'a>(&self, credentials: &'a Credentials) -> Option<(&'a str, &'a str)> {
        let (scheme, value) = match credentials.credential()? {
            Credential::Bearer(token) => ("bearer", token.expose_secret()),
            Credential::Other { scheme, value } => (&**scheme, value.expose_secret()),
            Credential::ApiKey(_) | Credential::Session(_) | Credential::Malformed(_) => return None,
        };
        let has_prefix = scheme != "bearer" || value.starts_with(&*self.provider.endpoint.token_prefix);
        let is_own_key = ApiKey::is_candidate(value);
        let takes = self.provider.schemes.iter().any(|taken| **taken == *scheme);
        (takes && has_prefix && !is_own_key).then_some((scheme, value))
    }
}

/// Answers are read strictly: a member that is not known may be a misspelt one that matters.
fn only(members: &Claims, known: &[&str]) -> Result<(), AnswerError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(AnswerError::Member(shown(name))),
        None => Ok(()),
    }
}

impl Authenticator for HookAuthenticator {
    fn name(&self) -> &str {
        &self.provider.endpoint.name
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        let Some((scheme, credential)) = self.mine(credentials) else {
            return Box::pin(std::future::ready(Answer::NotMine));
        };
        Box::pin(async move {
            let provider = self.name();
            let question =
                Question { version: 1, provider, scheme, credential, client: credentials.client() };
            let body = match serde_json::to_vec(&question) {
                Ok(body) => body,
                Err(error) => {
                    return Answer::Rejected(unavailable(&self.provider.endpoint.name, &error.to_string()));
                }
            };
            // All that the answer may depend on.
            let digest: TokenDigest = sha256(&body);
            self.lookups.get(&digest, now, self.ask(&body, now)).await
        })
    }
}
