//! `/api/v1/access-review`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::model::When;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, NoQuery, Page, PageRequest, Problem, Query, clock, cursor, json_response, permissions,
    read_document,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::query::{HolderQuery, Review, ReviewError, ReviewQuery};
use super::service::review;
use super::view::{COLUMNS, Holding, State as Standing};
use super::{decide, progress, record};
use crate::App;
use crate::csv::{self, Rows};
use crate::export::{self, AT_ONCE};
use crate::guard::{Access, Require, Thing};
use crate::listed::{Asked, searched_text, searches, whole};
use crate::reading::Exported;

permissions! {
    /// To see who holds what.
    AccessReviewList = "casemate.access-review.list", on "access-review", in tenant, read "casemate.access-review.read";
}

/// The most days that may be asked for: a hundred years.
const MAX_DAYS: u32 = 36_500;

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    decide::routes()
    .merge(record::routes())
    .merge(progress::routes())
    .post(
        "/api/v1/access-review/search",
        search,
        Operation::new("searchAccessReview", "Access review", "Who holds what, since when, and through what", Trail::Read)
            .describe("What fits a text and filters, which are personal data and stand in no address. A page may hold fewer entries than asked for, and others follow.")
            .needs::<AccessReviewList>()
            .takes::<ReviewSearch>(json!({ "search": "lovelace", "state": "in_force", "sort": "-created_at" }))
            .answers_csv_or::<Page<Holding>>(200, "A page, or the whole list."),
    )
    .get(
        "/api/v1/access-review",
        list,
        Operation::new("listAccessReview", "Access review", "Who holds what, since when, and through what", Trail::Read)
            .describe("One entry for each assignment and each person, service or group that it reaches, as far as they are known: those in files and in the directory. When they were last seen is known from sign-ins, the use of API keys, the audit log, and decisions about them among the newest 200,000 recorded ones; unless the setting `decision.recorded` is `all`, allowed decisions are not recorded, and who uses an application without signing in to Casemate is not seen. A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
            .needs::<AccessReviewList>()
            .paged()
            .query("sort", "`created_at`, or `-created_at`: by when it was assigned.")
            .query("unused_days", "Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.")
            .query("expiring_days", "Only what ends within so many days.")
            .answers_csv_or::<Page<Holding>>(200, "A page, or the whole list."),
    )
}

/// An order of what is held.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AccessReviewOrder")]
enum Order {
    /// What was assigned first comes first.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// What was assigned last comes first.
    #[serde(rename = "-created_at")]
    Newest,
}

/// What is searched for of what is held.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccessReviewSearch")]
struct ReviewSearch {
    /// A text that stands in the holder's id, login or name, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only what is held by somebody whom this provider vouches for.
    #[serde(default)]
    provider: Option<String>,
    /// Only what is held by this type: `user`, `service`, …; `group` for groups themselves.
    #[serde(default)]
    r#type: Option<String>,
    /// Only what is held by the one with this id at the provider.
    #[serde(default)]
    id: Option<String>,
    /// Only what is held by the one with this login.
    #[serde(default)]
    login: Option<String>,
    /// Only by what this role is held: by itself, through a team, or since another extends it.
    #[serde(default)]
    role: Option<String>,
    /// Only what is assigned as this team.
    #[serde(default)]
    team: Option<String>,
    /// Only what is held through this group.
    #[serde(default)]
    group: Option<String>,
    /// Only what is in this state.
    #[serde(default)]
    state: Option<Standing>,
    /// Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.
    #[serde(default)]
    #[schemars(range(min = 1, max = 36_500))]
    unused_days: Option<u32>,
    /// Only what ends within so many days.
    #[serde(default)]
    #[schemars(range(min = 1, max = 36_500))]
    expiring_days: Option<u32>,
    /// Only what was certified, or revoked, at or after this time, and is what it was then.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    reviewed_since: Option<When>,
    /// Only what was not: the rest of what `reviewed_since` finds.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    not_reviewed_since: Option<When>,
    /// Only what was certified or revoked at some time, and is not what it was then: it has to be looked at again.
    #[serde(default)]
    changed_since_review: bool,
    /// In which order of assignments.
    #[serde(default)]
    sort: Order,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(ReviewSearch);

impl<S: Sync> FromRequestParts<S> for ReviewSearch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ReviewSearch, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort", "unused_days", "expiring_days"])?;
        let sort = query.take("sort").map(|sort| serde_json::from_value(sort.into())).transpose();
        let sort = sort.map_err(|_| {
            Problem::new(Code::MalformedQuery).detail("`sort` is `created_at`, or `-created_at`")
        })?;
        let unused_days = number("unused_days", query.take("unused_days"))?;
        let expiring_days = number("expiring_days", query.take("expiring_days"))?;
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        Ok(ReviewSearch {
            unused_days,
            expiring_days,
            sort: sort.unwrap_or_default(),
            after: page.after,
            limit: is_limited.then_some(page.limit),
            ..ReviewSearch::default()
        })
    }
}

fn number(name: &str, text: Option<String>) -> Result<Option<u32>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let is_number = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let days = text.parse().ok().filter(|_| is_number);
    days.map(Some).ok_or_else(|| no_days(Code::MalformedQuery, name))
}

fn no_days(code: Code, name: &str) -> Problem {
    Problem::new(code).detail(format!("`{name}` is a number of days from 1 to {MAX_DAYS}"))
}

/// `GET`.
async fn list(
    State(app): State<App>,
    require: Require<AccessReviewList>,
    headers: HeaderMap,
    search: ReviewSearch,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search, Code::MalformedQuery).await
}

/// `POST` to `search`.
async fn search(
    State(app): State<App>,
    require: Require<AccessReviewList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &headers, search, Code::MalformedBody).await
}

async fn found(
    app: &App,
    access: &Access,
    headers: &HeaderMap,
    mut search: ReviewSearch,
    malformed: Code,
) -> Result<Response, Problem> {
    for (name, days) in [("unused_days", search.unused_days), ("expiring_days", search.expiring_days)] {
        if days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            return Err(no_days(malformed, name));
        }
    }
    access.permit::<AccessReviewList>(app, &Thing::default()).await?;
    let Asked { list, page, is_page } =
        Asked::of(&format!("access-review\n{}", access.tenant()), &mut search)?;
    let after = page.key(&list)?;
    let query = ReviewQuery {
        tenant: access.tenant().to_owned(),
        unused_days: search.unused_days,
        expiring_days: search.expiring_days,
        role: search.role,
        team: search.team,
        group: search.group,
        state: search.state,
        reviewed_since: search.reviewed_since.map(|since| since.0.0),
        not_reviewed_since: search.not_reviewed_since.map(|since| since.0.0),
        changed_since_review: search.changed_since_review,
        holder: HolderQuery {
            provider: search.provider,
            kind: search.r#type,
            id: search.id,
            login: search.login,
            search: searched_text(search.search)?,
        },
        newest_first: matches!(search.sort, Order::Newest),
        after,
        limit: page.limit,
        now: clock::now(),
    };
    if csv::is_wanted(headers) {
        if is_page {
            return Err(whole());
        }
        let mut response = export(app, access, query);
        response.extensions_mut().insert(Exported::new("csv", &list));
        return Ok(response);
    }
    let found = review(&app.administration.lister(), app.store.reader(), &query).await;
    let found = found.map_err(|error| match error {
        ReviewError::After => Problem::new(Code::MalformedQuery).detail(error.to_string()),
        ReviewError::Store(error) => {
            tracing::error!(%error, "what is needed for an access review cannot be read");
            Problem::new(Code::Unavailable)
        }
    })?;
    let page = Page { items: found.items, next: found.next.map(|next| cursor(&list, &next)) };
    let mut response = (axum::Extension(access.caller.clone()), json_response(&page)).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The whole review as comma-separated values, of the assignments as they are now.
fn export(app: &App, access: &Access, query: ReviewQuery) -> Response {
    let lister = Arc::new(app.administration.lister());
    let reader = app.store.reader().clone();
    let mut response = export::answer("access-review", &COLUMNS, move |after| {
        let (lister, reader) = (Arc::clone(&lister), reader.clone());
        let after = after.map(|(place, _)| place);
        let query = ReviewQuery { after, limit: AT_ONCE, ..query.clone() };
        async move {
            let page = match review(&lister, &reader, &query).await {
                Ok(page) => page,
                Err(ReviewError::Store(error)) => return Err(error),
                // The places are those of this list.
                Err(ReviewError::After) => Review::default(),
            };
            let mut rows = Rows::default();
            page.items.iter().for_each(|item| rows.row(item.cells().iter().map(String::as_str)));
            Ok((rows, page.next.map(|place| (place, String::new()))))
        }
    });
    response.extensions_mut().insert(access.caller.clone());
    response
}
