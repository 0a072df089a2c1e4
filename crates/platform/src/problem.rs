//! Errors as HTTP answers (RFC 9457).

use std::borrow::Cow;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
    /// The `Content-Type` is not the one that the endpoint reads.
    WrongContentType,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The request took longer than allowed.
    RequestTimeout,
    /// Nobody answers at this path.
    NotFound,
    /// The path does not answer this method.
    MethodNotAllowed,
    /// No credential was sent, and the endpoint needs one.
    CredentialMissing,
    /// The credential is not accepted.
    CredentialRejected,
    /// The caller may not do this.
    Forbidden,
    /// The answer could not be recorded, so there is none.
    NotRecorded,
    /// Something that this needs is not available at the moment.
    Unavailable,
    /// A fault of ours; the log has it under the request id.
    Internal,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Code::MalformedBody => "malformed_body",
            Code::MalformedHeader => "malformed_header",
            Code::WrongContentType => "wrong_content_type",
            Code::BodyTooLarge => "body_too_large",
            Code::RequestTimeout => "request_timeout",
            Code::NotFound => "not_found",
            Code::MethodNotAllowed => "method_not_allowed",
            Code::CredentialMissing => "credential_missing",
            Code::CredentialRejected => "credential_rejected",
            Code::Forbidden => "forbidden",
            Code::NotRecorded => "not_recorded",
            Code::Unavailable => "unavailable",
            Code::Internal => "internal",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Code::MalformedBody | Code::MalformedHeader | Code::WrongContentType => StatusCode::BAD_REQUEST,
            Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Code::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Code::CredentialMissing | Code::CredentialRejected => StatusCode::UNAUTHORIZED,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotRecorded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Code::MalformedBody => "The body cannot be read",
            Code::MalformedHeader => "A header cannot be read",
            Code::WrongContentType => "The content type is not application/json",
            Code::BodyTooLarge => "The body is too long",
            Code::RequestTimeout => "The request took too long",
            Code::NotFound => "Nothing answers at this path",
            Code::MethodNotAllowed => "The path does not answer this method",
            Code::CredentialMissing => "A credential is needed",
            Code::CredentialRejected => "The credential is not accepted",
            Code::Forbidden => "You may not do this",
            Code::NotRecorded => "The answer could not be recorded",
            Code::Unavailable => "Not available at the moment",
            Code::Internal => "A fault on our side",
        }
    }
}

/// An error on its way to the client: a stable code, a sentence, and never anything internal.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Option<Cow<'static, str>>,
    header: Option<(HeaderName, HeaderValue)>,
}

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
}

impl Problem {
    /// The problem with this code.
    #[must_use]
    pub fn new(code: Code) -> Problem {
        let header = match code {
            Code::CredentialMissing => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"casemate\"")))
            }
            Code::CredentialRejected => Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"casemate\", error=\"invalid_token\""),
            )),
            Code::Forbidden => Some((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"casemate\", error=\"insufficient_scope\""),
            )),
            Code::NotRecorded | Code::Unavailable => {
                Some((header::RETRY_AFTER, HeaderValue::from_static("1")))
            }
            _ => None,
        };
        Problem { code, detail: None, header }
    }

    /// Adds what is wrong and what to do, in words for the client.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Problem {
        self.detail = Some(detail.into());
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
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
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"))];
        let mut response = (status, kind, body).into_response();
        if let Some((name, value)) = &self.header {
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
