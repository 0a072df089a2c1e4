//! The pages, which need no script.

use askama::Template;

/// Setting a password by a link.
#[derive(Template)]
#[template(path = "invitation/link.html")]
pub(super) struct Choose<'a> {
    pub(super) token: &'a str,
    pub(super) login: &'a str,
    pub(super) problem: Option<&'a str>,
}

/// That a password was set.
#[derive(Template)]
#[template(path = "invitation/set.html")]
pub(super) struct Set;

/// That a link does not work.
#[derive(Template)]
#[template(path = "invitation/unknown.html")]
pub(super) struct Unknown {
    /// Whether people may ask for another by themselves.
    pub(super) asks: bool,
    /// Whether it is an invitation that whoever made it could not make any more.
    pub(super) is_outgrown: bool,
}

/// Asking for a link.
#[derive(Template)]
#[template(path = "invitation/forgot.html")]
pub(super) struct Forgot {
    /// Whether letters are sent at all.
    pub(super) sends: bool,
    pub(super) problem: Option<&'static str>,
}

/// That whoever has an account gets a letter.
#[derive(Template)]
#[template(path = "invitation/asked.html")]
pub(super) struct Asked;
