//! `Casemate-At-Least`: a caller who has seen a revision is not answered from before it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use casemate_platform::{Code, Problem};
use tokio::time::Instant;

use crate::App;

/// The header in which a change says its revision.
pub(crate) const REVISION: HeaderName = HeaderName::from_static("casemate-revision");
const AT_LEAST: HeaderName = HeaderName::from_static("casemate-at-least");
/// How long a request waits for a revision.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks.
const EVERY: Duration = Duration::from_millis(10);

/// Waits until what decides here has reached the revision that a request asks for.
///
/// # Errors
/// Where the header is no revision, or the revision is not reached in time.
pub(crate) async fn at_least(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    match wanted(headers)? {
        Some(revision) if !Box::pin(has_arrived(app, revision)).await => {
            Err(Problem::new(Code::RevisionNotReached))
        }
        _ => Ok(()),
    }
}

async fn has_arrived(app: &App, revision: i64) -> bool {
    if app.directory.current().revision() >= revision {
        return true;
    }
    // Nobody waits for what nobody has made.
    match app.store.reader().revision().await {
        Ok(last) if last >= revision => {}
        Ok(_) => return false,
        Err(error) => {
            tracing::error!(%error, "the last revision cannot be read");
            return false;
        }
    }
    let end = Instant::now() + PATIENCE;
    while app.directory.current().revision() < revision {
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(EVERY).await;
    }
    true
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
