//! Answers as SCIM has them.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use casemate_platform::{Code, Problem};
use casemate_scim::{ScimError, ScimType};
use casemate_store::{CommitError, StoreError};
use serde_json::{Map, Value};

/// The media type of SCIM's documents (RFC 7644, section 8.1).
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// Why a request is not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// As SCIM says it.
    Scim(ScimError),
    /// As everywhere.
    Problem(Problem),
}

impl From<ScimError> for Refusal {
    fn from(error: ScimError) -> Refusal {
        Refusal::Scim(error)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal::Problem(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        tracing::error!(%error, "people could not be read");
        Refusal::Problem(Problem::new(Code::Unavailable))
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Refusal {
        let text = error.to_string();
        match error {
            CommitError::NameTaken { kind, .. } => {
                let detail = match &*kind {
                    "user" => "another user of the provider has the userName",
                    "group" => "another group of the provider has the displayName",
                    _ => "another user of the provider is called the same in its tokens",
                };
                ScimError::new(ScimType::Uniqueness, detail).into()
            }
            CommitError::Missing { .. } => not_found().into(),
            CommitError::Changed { .. } | CommitError::Conflict { .. } | CommitError::Twice { .. } => {
                ScimError::with_status(409, "it was changed at the same time: try again").into()
            }
            CommitError::Invalid { .. } => ScimError::new(ScimType::InvalidValue, text).into(),
            CommitError::TooLarge { .. } | CommitError::TooManyBytes { .. } => {
                ScimError::with_status(413, text).into()
            }
            CommitError::Unclear { .. } => {
                tracing::error!(error = %text, "the outcome of a change is not known");
                Problem::new(Code::OutcomeUnknown).into()
            }
            other => {
                tracing::error!(error = %other, "people could not be changed");
                Problem::new(Code::Unavailable).into()
            }
        }
    }
}

impl Refusal {
    /// As a SCIM error, for the result of one operation among several.
    pub(super) fn into_scim(self) -> ScimError {
        match self {
            Refusal::Scim(error) => error,
            Refusal::Problem(problem) => {
                ScimError::with_status(problem.code().status().as_u16(), problem.words())
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Scim(error) => {
                let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
                document(status, &error.to_json())
            }
            // Becomes SCIM's in `scim_errors`.
            Refusal::Problem(problem) => problem.into_response(),
        }
    }
}

/// There is no such resource, or not for this client.
pub(super) fn not_found() -> ScimError {
    ScimError::with_status(404, "there is no such resource")
}

/// It would leave nobody who administers.
pub(super) fn last_administrator() -> ScimError {
    let detail = "it would leave nobody who administers Casemate: assign the role `administrator` in the tenant `default`, \
                  without an end, to somebody else or to a service account first";
    ScimError::with_status(409, detail)
}

/// An answer with a document, which no cache keeps.
pub(super) fn document(status: StatusCode, document: &Value) -> Response {
    let mut response = (status, document.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer with a resource: its version is in the header too, and, where it was made, its place.
pub(super) fn resource(
    status: StatusCode,
    version: &str,
    location: &str,
    resource: Map<String, Value>,
) -> Response {
    let mut response = document(status, &Value::Object(resource));
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(version) {
        headers.insert(header::ETAG, value);
    }
    if let (StatusCode::CREATED, Ok(value)) = (status, HeaderValue::from_str(location)) {
        headers.insert(header::LOCATION, value);
    }
    response
}

/// Turns problems, whoever found them, into errors as SCIM has them (RFC 7644, section 3.12).
pub(super) async fn scim_errors(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let kind = match problem.code() {
        Code::MalformedBody | Code::WrongContentType => Some(ScimType::InvalidSyntax),
        _ => None,
    };
    let status = problem.code().status();
    let error = ScimError { status: status.as_u16(), kind, detail: problem.words().to_owned() };
    let mut answer = document(status, &error.to_json());
    // Whatever else was noted about the request, and which methods the path answers.
    std::mem::swap(answer.extensions_mut(), response.extensions_mut());
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    for (name, value) in problem.extra_headers() {
        answer.headers_mut().insert(name.clone(), value.clone());
    }
    answer
}
