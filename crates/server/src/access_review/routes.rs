//! `/api/v1/access-review`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Code, Page, PageRequest, Problem, Query, clock, cursor, json_response, permissions, read_cursor,
};

use super::service::{Review, ReviewError, ReviewQuery, review};
use super::view::{COLUMNS, Holding};
use crate::App;
use crate::csv::{self, Rows};
use crate::export::{self, AT_ONCE};
use crate::guard::{Access, Require, Thing};
use crate::user::service::whole;

permissions! {
    /// To see who holds what.
    AccessReviewList = "casemate.access-review.list", on "access-review", in tenant, read "casemate.access-review.read";
}

/// The most days that may be asked for: a hundred years.
const MAX_DAYS: u32 = 36_500;

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().get(
        "/api/v1/access-review",
        list,
        Operation::new("listAccessReview", "Access review", "Who holds what, since when, and through what")
            .describe("One entry for each assignment and each person, service or group that it reaches, as far as they are known: those in files and in the directory. When they were last seen is known from sign-ins, the use of API keys, the audit log, and decisions about them among the newest 200,000 recorded ones; unless the setting `decision.recorded` is `all`, allowed decisions are not recorded, and who uses an application without signing in to Casemate is not seen. A page may hold fewer entries than asked for, and others follow. As `text/csv` it is the whole list.")
            .needs::<AccessReviewList>()
            .paged()
            .query("unused_days", "Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.")
            .query("expiring_days", "Only what ends within so many days.")
            .answers_csv_or::<Page<Holding>>(200, "A page, or the whole list."),
    )
}

/// What a query says.
struct Asked {
    unused_days: Option<u32>,
    expiring_days: Option<u32>,
    page: PageRequest,
    /// Whether a page is wanted, and not the whole list.
    is_page: bool,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "unused_days", "expiring_days"])?;
        let unused_days = days("unused_days", query.take("unused_days"))?;
        let expiring_days = days("expiring_days", query.take("expiring_days"))?;
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_page = after.is_some() || limit.is_some();
        Ok(Asked { unused_days, expiring_days, page: PageRequest::of_query(after, limit)?, is_page })
    }
}

fn days(name: &str, text: Option<String>) -> Result<Option<u32>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let is_number = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse().ok().filter(|days| is_number && (1..=MAX_DAYS).contains(days)) {
        Some(days) => Ok(Some(days)),
        None => Err(Problem::new(Code::MalformedQuery)
            .detail(format!("`{name}` is a number of days from 1 to {MAX_DAYS}"))),
    }
}

async fn list(
    State(app): State<App>,
    require: Require<AccessReviewList>,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AccessReviewList>(&app, &Thing::default()).await?;
    let Asked { unused_days, expiring_days, page, is_page } = asked;
    let list = format!("access-review\n{}\n{unused_days:?}\n{expiring_days:?}", access.tenant());
    let after = page.after.as_deref().map(|after| read_cursor(&list, after)).transpose()?;
    let query = ReviewQuery {
        tenant: access.tenant().to_owned(),
        unused_days,
        expiring_days,
        after,
        limit: page.limit,
        now: clock::now(),
    };
    if csv::is_wanted(&headers) {
        return if is_page { Err(whole()) } else { Ok(export(&app, access, query)) };
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
    Ok((axum::Extension(access.caller.clone()), json_response(&page)).into_response())
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
