//! How documents of an issuer are fetched.

use std::time::Duration;

use secrecy::SecretString;
use thiserror::Error;
use url::Url;

use crate::chain::BoxFuture;

/// Fetches documents and submits requests. It follows no redirects and gives up in bounded time.
pub trait Fetch: Send + Sync {
    /// Fetches the document at `url`, of at most `limit` bytes.
    fn fetch<'a>(&'a self, url: &'a Url, limit: usize) -> BoxFuture<'a, Result<Fetched, FetchError>>;

    /// Posts a request, and reads the answer whatever its status is.
    fn submit<'a>(&'a self, submission: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>>;

    /// Asks with a credential, and reads the answer whatever its status is. A client that is never asked so need not know how.
    fn inquire<'a>(&'a self, inquiry: Inquiry<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        let refused = format!("this client shows no credential to {}", inquiry.url);
        Box::pin(std::future::ready(Err(FetchError::Refused(refused))))
    }
}

/// A question by `GET`, with an `Authorization` header.
#[derive(Clone, Debug)]
pub struct Inquiry<'a> {
    /// What is asked for.
    pub url: &'a Url,
    /// The value of the `Authorization` header; it is never logged.
    pub authorization: SecretString,
    /// Further headers; their values may be secrets and are never logged.
    pub headers: &'a [(&'static str, SecretString)],
    /// The most bytes of the answer's body.
    pub limit: usize,
    /// How long all of it may take.
    pub time: Duration,
}

/// A request with a body, to be posted.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// Where to.
    pub url: &'a Url,
    /// The body's type, such as `application/json`.
    pub content_type: &'static str,
    /// Further headers; their values may be secrets and are never logged.
    pub headers: &'a [(&'static str, SecretString)],
    /// The body; it may hold secrets and is never logged.
    pub body: &'a [u8],
    /// The most bytes of the answer's body.
    pub limit: usize,
    /// How long all of it may take.
    pub time: Duration,
}

/// What was answered to a [`Submission`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// How long its server says it stays good (`Cache-Control: max-age`, RFC 9111, section 5.2.2.1).
    pub max_age: Option<Duration>,
    /// Whether nothing of it is to be kept (`Cache-Control: no-store`).
    pub no_store: bool,
    /// Its entity tag, with its quotes.
    pub etag: Option<Box<str>>,
    /// Its `casemate-signature`, where whoever answers signs.
    pub signature: Option<Box<str>>,
}

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub body: Vec<u8>,
    /// How long its server says it stays good (`Cache-Control: max-age`, RFC 9111, section 5.2.2.1).
    pub max_age: Option<Duration>,
}

/// Why a document could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No client can be made, for instance since the system has no certificate authorities.
    #[error(
        "no HTTPS client can be made ({0}): install the system's certificate authorities, such as the package ca-certificates"
    )]
    Client(String),
    /// The address is not one that may be called; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// The server could not be reached, or stopped answering.
    #[error("{0}")]
    Unreachable(String),
    /// The server answered something else than 200; redirects are not followed.
    #[error("the server answered {0} instead of 200")]
    Status(u16),
    /// A header's value cannot be sent: it has characters that HTTP forbids there.
    #[error("the header {0} cannot be sent: its value has characters that HTTP forbids")]
    Header(String),
    /// The document is larger than allowed.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
}
