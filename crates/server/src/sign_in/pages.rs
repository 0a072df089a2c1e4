//! The pages. They need no script, and let none run.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use casemate_identity::sign_in::SignInError;

use crate::pages::failed_with;

/// The one style sheet.
pub(super) const STYLE: &str = include_str!("../../templates/sign_in/style.css");

/// Choosing whom to sign in with.
#[derive(Template, Default)]
#[template(path = "sign_in/choose.html")]
pub(super) struct Choose {
    /// Who is signed in, as people call them.
    pub(super) signed_in: Option<String>,
    pub(super) provider: String,
    pub(super) choices: Vec<Choice>,
    pub(super) by_email: bool,
    pub(super) return_to: String,
    pub(super) problem: Option<&'static str>,
    /// What the first provider's address to return to would be.
    pub(super) example: String,
}

/// A provider to sign in with.
pub(super) struct Choice {
    pub(super) href: String,
    pub(super) title: String,
}

/// On to somewhere else, after a form: a policy on forms would stop a redirect.
#[derive(Template)]
#[template(path = "sign_in/onward.html")]
pub(crate) struct Onward {
    pub(crate) title: String,
    pub(crate) href: String,
}

/// After signing out.
#[derive(Template)]
#[template(path = "sign_in/signed_out.html")]
pub(super) struct SignedOut;

/// The page of a sign-in that failed. Why in detail stands in the log: it is no business of whoever tries.
pub(crate) fn failed(error: &SignInError, request_id: &str) -> Response {
    let (status, message) = match error {
        SignInError::State => {
            (StatusCode::BAD_REQUEST, "This sign-in was begun in another browser, or took too long.")
        }
        SignInError::Refused(_) => (StatusCode::FORBIDDEN, "The provider did not sign you in."),
        SignInError::Required(_) | SignInError::Inactive => {
            (StatusCode::FORBIDDEN, "You signed in, but this installation is not for your account.")
        }
        SignInError::NotRecent => (StatusCode::FORBIDDEN, "The provider did not ask you to sign in anew."),
        error if error.is_temporary() => {
            (StatusCode::SERVICE_UNAVAILABLE, "The provider cannot be reached, or is not set up completely.")
        }
        _ => (StatusCode::BAD_REQUEST, "What the provider answered is not accepted."),
    };
    failed_with(status, message, error.code(), request_id)
}
