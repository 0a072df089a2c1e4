//! `/api/v1/access-review/progress`: how far the review of a tenant is, counted over all that is assigned in it.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, State as Stated};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use casemate_directory::model::{AssignmentDocument, When};
use casemate_directory::{Entry, Kind, ListQuery, Lister};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Problem, Query, clock, json_response};
use casemate_store::{ReviewDecision, ReviewRecordQuery, StoreError, StoreReader};
use schemars::JsonSchema;
use serde::Serialize;

use super::held::state_of;
use super::routes::AccessReviewList;
use super::view::State;
use crate::App;
use crate::guard::{Require, Thing};
use crate::listed::unreadable;
use crate::view::time;

/// The most decisions, and the most assignments, that are counted.
const MAX_COUNTED: usize = 200_000;
/// How many are read at once.
const AT_ONCE: u32 = 1_000;

/// How far a review is.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewProgress")]
struct Progress {
    /// Since when decisions count.
    #[schemars(extend("format" = "date-time"))]
    since: String,
    /// How many assignments are in force, or will be.
    assignments: usize,
    /// How many of these were certified since then, and give what they gave.
    certified: usize,
    /// How many of these were decided about since then, and give something else by now.
    changed: usize,
    /// How many of these were not decided about since then.
    open: usize,
    /// How many were revoked since then, and are over or gone.
    revoked: usize,
    /// Whether all were counted: there may be too many.
    complete: bool,
}

/// Since when decisions count.
struct Since(i64);

impl<S: Sync> FromRequestParts<S> for Since {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Since, Problem> {
        let mut query = Query::of(parts, &["since"])?;
        let since = query.take("since").and_then(|since| serde_json::from_value::<When>(since.into()).ok());
        let since = since.ok_or_else(|| {
            Problem::new(Code::MalformedQuery).detail("`since` is a time such as 2026-01-31T08:00:00Z")
        })?;
        Ok(Since(since.0.0))
    }
}

/// The route that counts.
pub(super) fn routes() -> Api<App> {
    Api::new().get(
        "/api/v1/access-review/progress",
        progress,
        Operation::new(
            "getAccessReviewProgress",
            "Access review",
            "How far an access review is",
            Trail::Read,
        )
        .describe("Counted over all assignments of the tenant.")
        .needs::<AccessReviewList>()
        .query("since", "Since when decisions count, as RFC 3339.")
        .answers::<Progress>(200, "The counts."),
    )
}

async fn progress(
    Stated(app): Stated<App>,
    require: Require<AccessReviewList>,
    Since(since): Since,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AccessReviewList>(&app, &Thing::default()).await?;
    let tenant = access.tenant().to_owned();
    let (latest, is_whole) = decided(app.store.reader(), &tenant, since).await.map_err(unreadable)?;
    let lister = app.administration.lister();
    let now = clock::now();
    let counted = tokio::task::spawn_blocking(move || counted(&lister, &tenant, &latest, now)).await;
    let progress = counted.map_err(|error| {
        tracing::error!(%error, "a review could not be counted");
        Problem::new(Code::Internal)
    })?;
    let progress = Progress { since: time(since), complete: progress.complete && is_whole, ..progress };
    Ok((axum::Extension(access.caller.clone()), json_response(&progress)).into_response())
}

/// What counts of the latest decision about an assignment.
enum Latest {
    /// It was certified, and gave this.
    Certified(Box<str>),
    Revoked,
}

/// The latest decision about each assignment since a time, and whether these are all.
async fn decided(
    reader: &StoreReader,
    tenant: &str,
    since: i64,
) -> Result<(HashMap<Box<str>, Latest>, bool), StoreError> {
    let mut latest = HashMap::new();
    let mut query = ReviewRecordQuery {
        tenant: tenant.to_owned(),
        since: Some(since),
        limit: AT_ONCE,
        ..ReviewRecordQuery::default()
    };
    for _ in 0..MAX_COUNTED / AT_ONCE as usize {
        let page = reader.reviews(&query).await?;
        let is_last = page.len() < AT_ONCE as usize;
        query.after = page.last().map(|review| review.revision);
        for review in page {
            // The newest comes first.
            latest.entry(review.assignment.into_boxed_str()).or_insert_with(|| match review.decision {
                ReviewDecision::Certified => Latest::Certified(review.state.into_boxed_str()),
                ReviewDecision::Revoked => Latest::Revoked,
            });
        }
        if is_last {
            return Ok((latest, true));
        }
    }
    Ok((latest, false))
}

fn counted(lister: &Lister, tenant: &str, latest: &HashMap<Box<str>, Latest>, now: i64) -> Progress {
    let mut progress = Progress::default();
    let mut reopened = 0;
    let mut query = ListQuery { limit: AT_ONCE, ..ListQuery::default() };
    for _ in 0..MAX_COUNTED / AT_ONCE as usize {
        let Ok(page) = lister.list(Kind::Assignment, tenant, &query) else { break };
        for entry in &page.items {
            let Some(document) = document(entry).filter(|known| state_of(known, now) != State::Over) else {
                continue;
            };
            progress.assignments += 1;
            let (role, team) = (document.role.as_deref(), document.team.as_deref());
            match latest.get(entry.id.as_str()) {
                None => progress.open += 1,
                Some(Latest::Revoked) => reopened += 1,
                Some(Latest::Certified(state)) if **state == lister.given(entry, role, team).state => {
                    progress.certified += 1;
                }
                Some(Latest::Certified(_)) => progress.changed += 1,
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            progress.complete = true;
            break;
        }
    }
    let revoked = latest.values().filter(|latest| matches!(latest, Latest::Revoked)).count();
    progress.revoked = revoked.saturating_sub(reopened);
    progress.changed += reopened;
    progress
}

fn document(entry: &Entry) -> Option<AssignmentDocument> {
    serde_json::from_value(entry.document.clone()).ok()
}
