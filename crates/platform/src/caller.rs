//! Who is calling.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use axum::http::{HeaderMap, header};
use casemate_identity::{Chain, Credentials, Identity, Timestamp};

use crate::problem::{Code, Problem};

/// Who the chain says is calling.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Identity>);

tokio::task_local! {
    /// Where [`authenticate`] notes who calls, for the access log: an answer that is a problem does not say.
    static CALLER: Arc<OnceLock<Caller>>;
}

/// Where it is noted who calls, once that is known.
#[derive(Debug, Default)]
pub(crate) struct Noted(Arc<OnceLock<Caller>>);

impl Noted {
    /// Runs a request's handler so that [`authenticate`] notes here who calls.
    pub(crate) fn during<F: Future>(&self, handler: F) -> impl Future<Output = F::Output> + use<F> {
        CALLER.scope(Arc::clone(&self.0), handler)
    }

    pub(crate) fn get(&self) -> Option<&Caller> {
        self.0.get()
    }
}

/// Asks the chain who presented the request's credentials, at `now` (microseconds since 1970, UTC).
///
/// # Errors
/// 401 where a credential was presented and is not accepted, 503 where that may change by itself soon. Why stands in
/// the log and not in the answer.
pub async fn authenticate(chain: &Chain, headers: &HeaderMap, now: i64) -> Result<Caller, Problem> {
    let authorization = headers.get_all(header::AUTHORIZATION).iter().map(|value| value.as_bytes());
    let api_key = headers.get_all("x-api-key").iter().map(|value| value.as_bytes());
    let credentials = Credentials::from_headers(authorization, api_key);
    match chain.authenticate(&credentials, Timestamp(now)).await {
        Ok(identity) => {
            let caller = Caller(identity);
            // Outside a request there is nobody to note it for; asked twice, the first answer stays.
            let _ = CALLER.try_with(|noted| noted.set(caller.clone()));
            Ok(caller)
        }
        Err(rejection) => {
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
