//! Who is calling.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, HeaderName, header};
use casemate_identity::api_key::KeyId;
use casemate_identity::{Chain, Credentials, ExposeSecret as _, Identity, SecretString, Timestamp};

use crate::client::Client;
use crate::cookie::{SESSION_COOKIE, cookie};
use crate::problem::{Code, Problem};
use crate::request_id::RequestId;
use crate::telemetry::metrics;

const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Who the chain says is calling.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Identity>);

tokio::task_local! {
    /// What [`authenticate`] and the log need to know of the request, and where the first notes for the access log who
    /// calls: an answer that is a problem does not say.
    static REQUEST: Arc<Noted>;
}

/// A secret that nobody gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guessed {
    /// What stands for it.
    pub secret: u64,
    /// The API key whose secret it was to be, where there is one with its id.
    pub key: Option<KeyId>,
}

/// A request's id, where it comes from, and, once that is known, who calls.
#[derive(Debug)]
pub(crate) struct Noted {
    id: RequestId,
    client: Option<Client>,
    caller: OnceLock<Caller>,
    guessed: OnceLock<Guessed>,
}

impl Noted {
    /// A request from this client; there is none where no listener took it.
    pub(crate) fn from(id: RequestId, client: Option<Client>) -> Arc<Noted> {
        Arc::new(Noted { id, client, caller: OnceLock::new(), guessed: OnceLock::new() })
    }

    /// Does something with the id of the request that is being handled, if one is.
    pub(crate) fn with_current_id(act: impl FnOnce(&RequestId)) {
        // Outside a request there is no id.
        let _ = REQUEST.try_with(|noted| act(&noted.id));
    }

    /// Runs a request's handler so that [`authenticate`] notes here who calls.
    pub(crate) fn during<F: Future>(
        self: &Arc<Self>,
        handler: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        REQUEST.scope(Arc::clone(self), handler)
    }

    pub(crate) fn id(&self) -> &RequestId {
        &self.id
    }

    pub(crate) fn client(&self) -> Option<Client> {
        self.client
    }

    pub(crate) fn get(&self) -> Option<&Caller> {
        self.caller.get()
    }
}

/// Runs what goes on after the request that is being handled was answered, such as a stream: where it comes from is known there
/// as it is in the handler, so that the caller can be judged again.
pub fn lasting<F: Future>(work: F) -> impl Future<Output = F::Output> + use<F> {
    let noted = REQUEST.try_with(Arc::clone).ok();
    async move {
        match noted {
            Some(noted) => REQUEST.scope(noted, work).await,
            None => work.await,
        }
    }
}

/// The secret that the request which is being handled showed, where nobody gave out such a one.
#[must_use]
pub fn guessed() -> Option<Guessed> {
    REQUEST.try_with(|noted| noted.guessed.get().copied()).ok().flatten()
}

/// A number that tells one secret from another, the same in every process: the beginning of a SHA-256. Whoever stores it cuts it
/// short, so that what somebody typed by mistake is not found out from it.
#[must_use]
pub fn stand_in(secret: &[u8]) -> u64 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret);
    digest.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Asks the chain who presented the request's credentials, at `now` (microseconds since 1970, UTC). Where the request comes
/// from is known inside [`crate::frame`].
///
/// # Errors
/// 401 where a credential was presented and is not accepted, 503 where that may change by itself soon. Why stands in
/// the log and not in the answer.
pub async fn authenticate(chain: &Chain, headers: &HeaderMap, now: i64) -> Result<Caller, Problem> {
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(|value| value.as_bytes());
    let api_key = headers.get_all(API_KEY).iter().map(|value| value.as_bytes());
    let mut credentials = Credentials::from_headers(authorization, api_key);
    if let Ok(Some(client)) = REQUEST.try_with(|noted| noted.client) {
        credentials = credentials.with_client(client.address);
    }
    // A browser sends its cookie by itself; whoever shows something else means that.
    if credentials.is_empty()
        && headers.contains_key(header::COOKIE)
        && let Some(session) = cookie(headers, SESSION_COOKIE)?
    {
        let client = credentials.client();
        credentials = Credentials::session(session);
        if let Some(client) = client {
            credentials = credentials.with_client(client);
        }
    }
    let is_anonymous = credentials.is_empty();
    match chain.authenticate(&credentials, Timestamp(now)).await {
        Ok(identity) => {
            metrics::authentication(if is_anonymous { "anonymous" } else { "accepted" });
            let caller = Caller(identity);
            // Outside a request there is nobody to note it for; asked twice, the first answer stays.
            let _ = REQUEST.try_with(|noted| noted.caller.set(caller.clone()));
            Ok(caller)
        }
        Err(rejection) => {
            if rejection.reason.is_guess() {
                let shown: Vec<&[u8]> = [header::AUTHORIZATION, API_KEY]
                    .iter()
                    .flat_map(|name| headers.get_all(name))
                    .map(|value| value.as_bytes())
                    .collect();
                // Outside a request nobody guesses; asked twice, it is the same secret.
                let guessed =
                    Guessed { secret: stand_in(&shown.concat()), key: rejection.reason.wrong_key() };
                let _ = REQUEST.try_with(|noted| noted.guessed.set(guessed));
            }
            metrics::authentication(rejection.reason.code());
            tracing::info!(
                authenticator = %rejection.authenticator,
                code = rejection.reason.code(),
                reason = %rejection.reason,
                "credential rejected"
            );
            let code =
                if rejection.reason.is_temporary() { Code::Unavailable } else { Code::CredentialRejected };
            Err(Problem::new(code))
        }
    }
}

/// Asks the chain whose a token is that somebody shows on another's behalf, at `now`, as if its owner had sent it as a bearer
/// credential from nobody knows where: one that may be used from some networks alone is refused. It says nothing of who sent the
/// request: nobody is noted as its caller, and no guess is counted against the network of whoever only hands a token on.
///
/// # Errors
/// [`Code::CredentialRejected`], or [`Code::Unavailable`] where that may change by itself soon. Why stands in the log.
pub async fn verify(chain: &Chain, token: &str, now: i64) -> Result<Arc<Identity>, Code> {
    let header = SecretString::from(format!("Bearer {token}"));
    let credentials = Credentials::from_authorization([header.expose_secret().as_bytes()]).handed_on();
    chain.authenticate(&credentials, Timestamp(now)).await.map_err(|rejection| {
        tracing::info!(
            authenticator = %rejection.authenticator,
            code = rejection.reason.code(),
            reason = %rejection.reason,
            "the token of a subject is rejected"
        );
        if rejection.reason.is_temporary() { Code::Unavailable } else { Code::CredentialRejected }
    })
}
