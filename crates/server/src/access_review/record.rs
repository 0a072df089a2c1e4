//! `/api/v1/access-review/decisions`: what reviewers decided, the newest first, also about assignments that are gone.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casemate_directory::model::When;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{NoQuery, Page, Problem, read_document};
use casemate_store::{ReviewRecordQuery, StoreError, StoredReview};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::routes::AccessReviewList;
use super::view::{DECISION_COLUMNS, Decided, Decision};
use crate::App;
use crate::export::Place;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, Asked, ByRevision, InQuery, Listed, searched_text, searches};

/// What the list describes.
const ABOUT: &str = "The record of access reviews of the tenant: it is only added to. A decision stays here when its assignment ends or goes.";

/// Which decisions are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccessReviewDecisionSearch")]
struct DecisionSearch {
    /// A text that stands in the reason, in the reviewer's id or login, or in what was held by whom, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those about the assignment with this id.
    #[serde(default)]
    assignment: Option<String>,
    /// Only these.
    #[serde(default)]
    decision: Option<Decision>,
    /// Only those of the reviewer with this id.
    #[serde(default)]
    reviewer: Option<String>,
    /// Only those at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
    /// In which order.
    #[serde(default)]
    sort: ByRevision,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(DecisionSearch);

/// The routes of the record.
pub(super) fn routes() -> Api<App> {
    let operation = |id, summary| {
        Operation::new(id, "Access review", summary, Trail::Read).describe(ABOUT).needs::<AccessReviewList>()
    };
    Api::new()
        .get(
            "/api/v1/access-review/decisions",
            list,
            operation("listAccessReviewDecisions", "What reviewers decided")
                .paged()
                .query("sort", "`-revision` (where nothing is said), or `revision`.")
                .answers_csv_or::<Page<Decided>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/access-review/decisions/search",
            search,
            operation("searchAccessReviewDecisions", "What reviewers decided")
                .takes::<DecisionSearch>(json!({ "decision": "revoked", "since": "2026-01-01T00:00:00Z" }))
                .answers_csv_or::<Page<Decided>>(200, "A page, or the whole list."),
        )
}

async fn list(
    State(app): State<App>,
    require: Require<AccessReviewList>,
    headers: HeaderMap,
    search: InQuery<DecisionSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<AccessReviewList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &headers, search).await
}

async fn found(
    app: &App,
    access: &Access,
    headers: &HeaderMap,
    mut search: DecisionSearch,
) -> Result<Response, Problem> {
    access.permit::<AccessReviewList>(app, &Thing::default()).await?;
    let asked = Asked::of(&format!("{}\n{}", Decisions::LIST, access.tenant()), &mut search)?;
    let query = ReviewRecordQuery {
        tenant: access.tenant().to_owned(),
        assignment: search.assignment,
        decision: search.decision.map(Into::into),
        reviewer: search.reviewer,
        search: searched_text(search.search)?,
        since: search.since.map(|since| since.0.0),
        until: search.until.map(|until| until.0.0),
        oldest_first: matches!(search.sort, ByRevision::Oldest),
        ..ReviewRecordQuery::default()
    };
    listed::answer::<Decisions>(app, &access.caller, headers, (asked, query), |_| true).await
}

/// The record, as a list.
struct Decisions;

impl Listed for Decisions {
    type Record = StoredReview;
    type View = Decided;
    type Query = ReviewRecordQuery;
    const LIST: &'static str = "access-review-decisions";
    const COLUMNS: &'static [&'static str] = &DECISION_COLUMNS;

    fn cells(review: StoredReview) -> Vec<String> {
        Decided::from(review).cells().into()
    }

    fn behind(query: ReviewRecordQuery, after: Option<Place>, limit: u32) -> ReviewRecordQuery {
        ReviewRecordQuery { after: listed::number(after), limit, ..query }
    }

    fn place(_: &ReviewRecordQuery, review: &StoredReview) -> Place {
        listed::numbered(review.revision)
    }

    async fn read(app: &App, query: &ReviewRecordQuery) -> Result<Vec<StoredReview>, StoreError> {
        app.store.reader().reviews(query).await
    }
}
