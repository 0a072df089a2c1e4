//! `Casemate-At-Least`: a caller who has seen a revision is not answered from before it.

use std::time::Duration;

use crate::App;
use axum::http::{HeaderMap, HeaderName};
use casemate_platform::{Code, Problem};

/// The header in which a change says its revision.
pub(crate) const REVISION: HeaderName = HeaderName::from_static("casemate-revision");
const AT_LEAST: HeaderName = HeaderName::from_static("casemate-at-least");
/// How long a request waits for a revision.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits until what decides here has reached the revision that a request asks for.
///
/// # Errors
/// Where the header is no revision, or the revision is not reached in time.
pub(crate) async fn at_least(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    match wanted(headers)? {
        Some(revision) if arrives(app, revision).await != Arrival::Arrived => {
            Err(Problem::new(Code::RevisionNotReached))
        }
        _ => Ok(()),
    }
}

/// Whether a revision was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// What decides here has reached it.
    Arrived,
    /// The database was read, and has not: it is of another course of changes, or nobody has made it.
    Nowhere,
    /// It was not reached in time, or the database cannot be read.
    NotYet,
}

/// Whether what decides here reaches a revision soon.
pub(crate) async fn arrives(app: &App, revision: i64) -> Arrival {
    Box::pin(arrival(app, revision)).await
}

async fn arrival(app: &App, revision: i64) -> Arrival {
    if app.directory.current().revision() >= revision {
        return Arrival::Arrived;
    }
    let mut taken = app.directory.taken();
    // Nobody waits for what nobody has made; what somebody else has is followed at once.
    match app.store.look().await {
        Ok(last) if last >= revision => {}
        Ok(_) => return Arrival::Nowhere,
        Err(error) => {
            tracing::error!(%error, "the last revision cannot be read");
            return Arrival::NotYet;
        }
    }
    let arrived = taken.wait_for(|taken| *taken >= revision);
    match tokio::time::timeout(PATIENCE, arrived).await {
        Ok(Ok(_)) => Arrival::Arrived,
        Ok(Err(_)) | Err(_) => Arrival::NotYet,
    }
}

fn wanted(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let mut values = headers.get_all(AT_LEAST).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let revision = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match (revision.and_then(|text| text.parse().ok()), values.next()) {
        (Some(revision), None) => Ok(Some(revision)),
        _ => {
            Err(Problem::new(Code::MalformedHeader).detail("`Casemate-At-Least` is one `Casemate-Revision`"))
        }
    }
}
