//! The page of whoever is signed in.

use askama::Template;

use super::proof::Proof;

/// One's own account.
#[derive(Template)]
#[template(path = "linking/account.html")]
pub(super) struct Account<'a> {
    /// Who is signed in, as people call them.
    pub(super) name: &'a str,
    /// By what the directory knows them, and with what they came.
    pub(super) ways: &'a [Way],
    /// With what they may sign in besides.
    pub(super) choices: &'a [Choice],
    /// Why nothing can be added, where nothing can.
    pub(super) none: Option<&'static str>,
    /// Whether they have a password here that they may change in this browser.
    pub(super) has_password: bool,
    pub(super) problem: Option<&'a str>,
}

/// Whether a sign-in is to be added.
#[derive(Template)]
#[template(path = "linking/confirm.html")]
pub(super) struct Confirm<'a> {
    /// Who is signed in, as people call them.
    pub(super) name: &'a str,
    /// The provider.
    pub(super) title: &'a str,
    /// As whom they signed in there.
    pub(super) proof: &'a Proof,
    /// The same, sealed.
    pub(super) kept: &'a str,
}

/// A way of signing in.
pub(super) struct Way {
    pub(super) title: String,
    /// As whom, where a provider says it.
    pub(super) subject: Option<String>,
    pub(super) note: String,
    /// Its id, where it can be removed.
    pub(super) id: Option<String>,
    /// Whether they came by it.
    pub(super) is_current: bool,
}

/// A provider that may be added.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) title: String,
}
