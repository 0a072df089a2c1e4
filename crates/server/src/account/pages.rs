//! The pages of local accounts.

use askama::Template;

/// Signing in with a password.
#[derive(Template, Default)]
#[template(path = "account/sign_in.html")]
pub(super) struct SignIn<'a> {
    pub(super) login: &'a str,
    pub(super) return_to: &'a str,
    pub(super) problem: Option<String>,
    /// Whether passkeys are used here.
    pub(super) passkeys: bool,
}

/// Changing one's password.
#[derive(Template, Default)]
#[template(path = "account/password.html")]
pub(super) struct Password<'a> {
    pub(super) login: &'a str,
    pub(super) least: usize,
    pub(super) problem: Option<String>,
}

/// Becoming the first administrator.
#[derive(Template, Default)]
#[template(path = "account/first.html")]
pub(super) struct First<'a> {
    pub(super) login: &'a str,
    pub(super) name: &'a str,
    pub(super) least: usize,
    pub(super) problem: Option<String>,
}
