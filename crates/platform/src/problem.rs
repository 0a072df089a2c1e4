//! Errors as HTTP answers (RFC 9457).

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::request_id::RequestId;

/// What went wrong, in a word that clients may rely on. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
    /// The body is not what the endpoint reads; the detail says where.
    MalformedBody,
    /// A header is not what the endpoint reads; the detail says which.
    MalformedHeader,
    /// A parameter of the query is not what the endpoint reads; the detail says which.
    MalformedQuery,
    /// The `Content-Type` is not the one that the endpoint reads.
    WrongContentType,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The document can be read and does not hold what it should; `errors` says where and what to do.
    InvalidDocument,
    /// The request took longer than allowed.
    RequestTimeout,
    /// Nobody answers at this path, or what it names is not there for this caller.
    NotFound,
    /// The path does not answer this method.
    MethodNotAllowed,
    /// No credential was sent, and the endpoint needs one.
    CredentialMissing,
    /// The credential is not accepted.
    CredentialRejected,
    /// The credential is valid, and the directory says that whoever presented it is not active any more.
    UserInactive,
    /// The caller may do this, and has to sign in anew first; `WWW-Authenticate` says how recently, `Link` where.
    SignInTooOld,
    /// A page of another origin had a browser send this with the cookie of a session.
    CrossSite,
    /// Too many wrong secrets came from the client's network; `Retry-After` says for how long none is taken.
    AddressBlocked,
    /// The caller has as many of these as anybody may have at a time; the detail says how many, and when there are fewer.
    LimitReached,
    /// The application recorded as many events as it may in a minute or a day; `Retry-After` says when others are taken.
    QuotaReached,
    /// The caller may not do this.
    Forbidden,
    /// What is to be granted goes beyond what the caller holds.
    GrantExceeded,
    /// Another entry has the name.
    NameTaken,
    /// The entry was applied from code, which alone may change it.
    ManagedByCode,
    /// Other entries depend on this one.
    InUse,
    /// Which resources are allowed cannot be said by a filter.
    NotFilterable,
    /// Without this nobody could administer the installation.
    LastAdministrator,
    /// Stored permissions would no longer fit; `force` takes the schema all the same.
    SchemaBreaks,
    /// Something that the change rests on was changed at the same time: try again.
    ChangedMeanwhile,
    /// The entry is not the one that `If-Match` names any more; `ETag` says which it is.
    PreconditionFailed,
    /// The endpoint changes what several people edit, and needs `If-Match`.
    PreconditionRequired,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// A request with this `Idempotency-Key` is under way.
    IdempotencyKeyBusy,
    /// The one-time key is not valid, was used, or has expired.
    OneTimeKeyRejected,
    /// What decides here has not reached the revision of `Casemate-At-Least` in time.
    RevisionNotReached,
    /// The answer could not be recorded, so there is none.
    NotRecorded,
    /// The change may have been made, or not; the detail says how to find out.
    OutcomeUnknown,
    /// A source of permissions or a mapping rule fails, so that it cannot be said what somebody holds.
    SourceFailed,
    /// Legal holds cover some of what was to be erased; the detail names them.
    OnHold,
    /// What is kept of the audit log is not what was written; the detail says from which event on.
    LogDamaged,
    /// Something that this needs is not available at the moment.
    Unavailable,
    /// A fault of ours; the log has it under the request id.
    Internal,
}

impl Code {
    /// All codes.
    pub const ALL: [Code; 39] = [
        Code::MalformedBody,
        Code::MalformedHeader,
        Code::MalformedQuery,
        Code::WrongContentType,
        Code::BodyTooLarge,
        Code::InvalidDocument,
        Code::RequestTimeout,
        Code::NotFound,
        Code::MethodNotAllowed,
        Code::CredentialMissing,
        Code::CredentialRejected,
        Code::UserInactive,
        Code::SignInTooOld,
        Code::CrossSite,
        Code::AddressBlocked,
        Code::LimitReached,
        Code::QuotaReached,
        Code::Forbidden,
        Code::GrantExceeded,
        Code::NameTaken,
        Code::ManagedByCode,
        Code::InUse,
        Code::NotFilterable,
        Code::LastAdministrator,
        Code::SchemaBreaks,
        Code::ChangedMeanwhile,
        Code::PreconditionFailed,
        Code::PreconditionRequired,
        Code::IdempotencyKeyReused,
        Code::IdempotencyKeyBusy,
        Code::OneTimeKeyRejected,
        Code::RevisionNotReached,
        Code::NotRecorded,
        Code::OutcomeUnknown,
        Code::SourceFailed,
        Code::OnHold,
        Code::LogDamaged,
        Code::Unavailable,
        Code::Internal,
    ];

    /// The code as it stands in an answer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The status of an answer with this code.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// What it means, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Code::MalformedBody => ("malformed_body", StatusCode::BAD_REQUEST, "The body cannot be read"),
            Code::MalformedHeader => ("malformed_header", StatusCode::BAD_REQUEST, "A header cannot be read"),
            Code::MalformedQuery => ("malformed_query", StatusCode::BAD_REQUEST, "The query cannot be read"),
            Code::WrongContentType => {
                ("wrong_content_type", StatusCode::BAD_REQUEST, "The content type is not application/json")
            }
            Code::BodyTooLarge => ("body_too_large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too long"),
            Code::InvalidDocument => (
                "invalid_document",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The document does not hold what it should",
            ),
            Code::RequestTimeout => {
                ("request_timeout", StatusCode::REQUEST_TIMEOUT, "The request took too long")
            }
            Code::NotFound => ("not_found", StatusCode::NOT_FOUND, "There is nothing at this path"),
            Code::MethodNotAllowed => {
                ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, "The path does not answer this method")
            }
            Code::CredentialMissing => {
                ("credential_missing", StatusCode::UNAUTHORIZED, "A credential is needed")
            }
            Code::CredentialRejected => {
                ("credential_rejected", StatusCode::UNAUTHORIZED, "The credential is not accepted")
            }
            Code::UserInactive => {
                ("user_inactive", StatusCode::UNAUTHORIZED, "The user was deactivated or deleted")
            }
            Code::SignInTooOld => (
                "insufficient_user_authentication",
                StatusCode::UNAUTHORIZED,
                "This needs a sign-in of a short while ago",
            ),
            Code::CrossSite => {
                ("cross_site", StatusCode::FORBIDDEN, "A page of another origin sent this with a session")
            }
            Code::AddressBlocked => (
                "address_blocked",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many wrong credentials came from your network",
            ),
            Code::LimitReached => {
                ("limit_reached", StatusCode::TOO_MANY_REQUESTS, "You have as many of these as you may")
            }
            Code::QuotaReached => (
                "quota_reached",
                StatusCode::TOO_MANY_REQUESTS,
                "The application recorded as many events as it may for now",
            ),
            Code::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "You may not do this"),
            Code::GrantExceeded => {
                ("grant_exceeded", StatusCode::FORBIDDEN, "Nobody grants what they do not hold")
            }
            Code::NameTaken => ("name_taken", StatusCode::CONFLICT, "The name is taken"),
            Code::ManagedByCode => {
                ("managed_by_code", StatusCode::CONFLICT, "This is changed where it was applied from")
            }
            Code::InUse => ("in_use", StatusCode::CONFLICT, "Other entries depend on this one"),
            Code::NotFilterable => (
                "not_filterable",
                StatusCode::UNPROCESSABLE_ENTITY,
                "No filter can say which resources are allowed",
            ),
            Code::LastAdministrator => {
                ("last_administrator", StatusCode::CONFLICT, "The last administrator stays")
            }
            Code::SchemaBreaks => {
                ("schema_breaks", StatusCode::CONFLICT, "Stored permissions would no longer fit")
            }
            Code::ChangedMeanwhile => {
                ("changed_meanwhile", StatusCode::CONFLICT, "Something else was changed at the same time")
            }
            Code::PreconditionFailed => (
                "precondition_failed",
                StatusCode::PRECONDITION_FAILED,
                "The entry was changed since it was read",
            ),
            Code::PreconditionRequired => (
                "precondition_required",
                StatusCode::PRECONDITION_REQUIRED,
                "This needs If-Match with the ETag that was read",
            ),
            Code::IdempotencyKeyReused => (
                "idempotency_key_reused",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key was used for another request",
            ),
            Code::IdempotencyKeyBusy => (
                "idempotency_key_busy",
                StatusCode::CONFLICT,
                "A request with this idempotency key is under way",
            ),
            Code::OneTimeKeyRejected => {
                ("one_time_key_rejected", StatusCode::FORBIDDEN, "The one-time key is not accepted")
            }
            Code::RevisionNotReached => {
                ("revision_not_reached", StatusCode::CONFLICT, "The revision has not arrived here yet")
            }
            Code::NotRecorded => {
                ("not_recorded", StatusCode::SERVICE_UNAVAILABLE, "The answer could not be recorded")
            }
            Code::OutcomeUnknown => (
                "outcome_unknown",
                StatusCode::SERVICE_UNAVAILABLE,
                "It is not known whether the change was made",
            ),
            Code::SourceFailed => {
                ("source_failed", StatusCode::SERVICE_UNAVAILABLE, "A source of permissions fails")
            }
            Code::OnHold => ("on_hold", StatusCode::CONFLICT, "A legal hold covers some of it"),
            Code::LogDamaged => {
                ("log_damaged", StatusCode::INTERNAL_SERVER_ERROR, "The audit log is not what was written")
            }
            Code::Unavailable => {
                ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not available at the moment")
            }
            Code::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "A fault on our side"),
        }
    }
}

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "DocumentError")]
pub struct DocumentError {
    /// Where, as a JSON pointer into the body (RFC 6901); empty for the whole of it.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// An error on its way to the client: a stable code, a sentence, and never anything internal.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    errors: Box<[DocumentError]>,
}

/// The most errors of a document that are told.
const MAX_ERRORS: usize = 100;

/// The members of `application/problem+json`. The type is `about:blank` with the meaning in `code`.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [DocumentError],
}

impl Problem {
    /// The problem with this code.
    #[must_use]
    pub fn new(code: Code) -> Problem {
        let header = match code {
            Code::CredentialMissing => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"casemate\"")))
            }
            Code::CredentialRejected | Code::UserInactive => Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"casemate\", error=\"invalid_token\""),
            )),
            Code::Forbidden => Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"casemate\", error=\"insufficient_scope\""),
            )),
            Code::NotRecorded | Code::Unavailable | Code::RevisionNotReached | Code::ChangedMeanwhile => {
                Some((header::RETRY_AFTER, HeaderValue::from_static("1")))
            }
            _ => None,
        };
        Problem { code, detail: None, headers: Vec::from_iter(header), errors: Box::default() }
    }

    /// Adds what is wrong and what to do, in words for the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Problem {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a header to the answer, in place of the one that its code brings.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.headers = vec![(name, value)];
        self
    }

    /// A header of the answer, for whoever answers with a page instead.
    #[must_use]
    pub fn header_value(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Adds where to go on (RFC 8288).
    #[must_use]
    pub fn link(mut self, value: HeaderValue) -> Problem {
        self.headers.push((header::LINK, value));
        self
    }

    /// A document with these errors, of which the first hundred are told.
    #[must_use]
    pub fn document(mut errors: Vec<DocumentError>) -> Problem {
        let more = errors.len().saturating_sub(MAX_ERRORS);
        errors.truncate(MAX_ERRORS);
        let mut problem = Problem::new(Code::InvalidDocument);
        if more > 0 {
            problem = problem.detail(format!("{more} more errors are not listed"));
        }
        problem.errors = errors.into();
        problem
    }

    /// Adds where the document is wrong; for codes other than [`Code::InvalidDocument`] too.
    #[must_use]
    pub fn errors(mut self, errors: Vec<DocumentError>) -> Problem {
        self.errors = errors.into_iter().take(MAX_ERRORS).collect();
        self
    }

    /// What is wrong with the document, where this is about one.
    #[must_use]
    pub fn document_errors(&self) -> &[DocumentError] {
        &self.errors
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in words for the client.
    #[must_use]
    pub fn words(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.code.title())
    }

    /// The headers that the answer has beside its own, such as `WWW-Authenticate`: for protocols whose errors are other
    /// documents.
    pub fn extra_headers(&self) -> impl Iterator<Item = &(HeaderName, HeaderValue)> {
        self.headers.iter()
    }

    /// The answer to the request with this id.
    pub(crate) fn response(&self, id: &RequestId) -> Response {
        let status = self.code.status();
        let body = Body {
            kind: "about:blank",
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code.as_str(),
            detail: self.detail.as_deref(),
            request_id: id.as_str(),
            errors: &self.errors,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        let mut response = (status, kind, body).into_response();
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response
    }
}

impl IntoResponse for Problem {
    /// A response that [`crate::frame`] fills in once it knows the request's id.
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}
