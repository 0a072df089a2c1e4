//! `/api/v1/access-review`.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Code, Page, PageRequest, Problem, Query, clock, cursor, json_response, permissions, read_cursor,
};

use super::service::{ReviewError, ReviewQuery, review};
use super::view::Holding;
use crate::App;
use crate::guard::{Require, Thing};

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
            .describe("One entry for each assignment and each person, service or group that it reaches, as far as they are known: those in files and in the directory. When they were last seen is known from sign-ins, the use of API keys, the audit log, and the newest 5,000 recorded decisions. A page may hold fewer entries than asked for, and others follow.")
            .needs::<AccessReviewList>()
            .paged()
            .query("unused_days", "Only what is in force, was granted at least so many days ago, and whose holder was not seen since then.")
            .query("expiring_days", "Only what ends within so many days.")
            .answers::<Page<Holding>>(200, "A page."),
    )
}

/// What a query says.
struct Asked {
    unused_days: Option<u32>,
    expiring_days: Option<u32>,
    page: PageRequest,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "unused_days", "expiring_days"])?;
        let unused_days = days("unused_days", query.take("unused_days"))?;
        let expiring_days = days("expiring_days", query.take("expiring_days"))?;
        let limit = query.take("limit");
        Ok(Asked { unused_days, expiring_days, page: PageRequest::of_query(query.take("after"), limit)? })
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
    asked: Asked,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AccessReviewList>(&app, &Thing::default()).await?;
    let Asked { unused_days, expiring_days, page } = asked;
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
