//! Who is calling.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use casemate_identity::{Chain, Credentials, Identity, Timestamp};

use crate::problem::{Code, Problem};

/// Who the chain says is calling; put into a response's extensions, it stands in the access log.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Identity>);

/// Asks the chain who presented the request's credentials, at `now` (microseconds since 1970, UTC).
///
/// # Errors
/// 401 where a credential was presented and is not accepted, 503 where that may change by itself soon. Why stands in
/// the log and not in the answer.
pub async fn authenticate(chain: &Chain, headers: &HeaderMap, now: i64) -> Result<Caller, Problem> {
    let values = headers.get_all(header::AUTHORIZATION).iter().map(|value| value.as_bytes());
    let credentials = Credentials::from_authorization(values);
    match chain.authenticate(&credentials, Timestamp(now)).await {
        Ok(identity) => Ok(Caller(Arc::new(identity))),
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
