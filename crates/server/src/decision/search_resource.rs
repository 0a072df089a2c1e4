//! `/access/v1/search/resource` (AuthZEN, section 8.5): the registered resources of a type on which somebody may do something.
//! What is found is what an evaluation of each would allow, no more and no less.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use casemate_expression::{Datum, Members};
use casemate_permission::Evaluation;
use casemate_platform::{Code, NoQuery, Problem, RequestId, cursor, json_response, read_cursor};
use serde::Serialize;

use super::asker::Beside;
use super::routes::{Asked, asked_beside, incomplete};
use super::search::{Found, FoundContext, Wanted};
use super::service::Refused;
use super::told::{self, Origin};
use super::who_can::list_of;
use crate::App;
use crate::guard::source_failed;
use crate::sealed::{open_place, seal_place};

/// How many resources are read at once.
const AT_ONCE: u32 = 250;
/// The most times that so many are looked at for one page: where few are allowed, a page holds few, and others follow.
const TIMES: usize = 20;
/// How many are judged before others get their turn.
const IN_A_TURN: usize = 50;

#[derive(Serialize)]
pub(super) struct FoundResource {
    r#type: String,
    id: String,
}

/// `POST /access/v1/search/resource`. The id is ignored.
pub(crate) async fn resources(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked_beside(&app, &id, &head.headers, body, Beside::SearchResources).await?;
    let origin = Origin::of(&id, &head);
    let found = found(&app, &asked, &id).await;
    let found = told::searched(&app, &asked, origin, found, |found| found.results.len()).await?;
    Ok(json_response(&found))
}

async fn found(app: &App, asked: &Asked, id: &RequestId) -> Result<Found<FoundResource>, Problem> {
    let Wanted { token, limit } = Wanted::of(&asked.body)?;
    let list = list_of("search-resource", asked, &["page"]);
    let mut after = token.as_deref().map(|token| place(app, &list, token, asked.now)).transpose()?;
    let of_any = of_any_id(&asked.body);
    let evaluation = Evaluation::read(&of_any, Some(&asked.body)).map_err(incomplete)?;
    evaluation.is_complete().map_err(incomplete)?;
    let session = asked.session(app, id);
    let question = match session.question(&evaluation) {
        Ok(question) => question,
        Err(Refused { source: Some(source), .. }) if asked.snapshot.is_outside(&source) => {
            return Err(source_failed(&source));
        }
        Err(refused) => return Ok(Found::nothing(refused.reason, refused.message)),
    };
    let kind = evaluation.resource_key().0.unwrap_or_default();
    let Some(application) = question.owner(&asked.snapshot) else {
        return Ok(Found::new(Vec::new(), None, None));
    };
    let context = || FoundContext::outside(app.directory.resource_source(application, kind));
    if question.is_never_allowed(asked.now) {
        return Ok(Found::new(Vec::new(), None, None));
    }
    if !app.directory.registers(application, kind) {
        return Ok(Found::new(Vec::new(), None, context()));
    }
    let mut results: Vec<FoundResource> = Vec::new();
    for _ in 0..TIMES {
        let of_type = (&*asked.asker.tenant, application, kind);
        let said = evaluation.resource_properties();
        let read = app.directory.resources_behind(of_type, after.as_deref(), AT_ONCE, said).await;
        let read = read.map_err(|error| {
            tracing::error!(%error, "registered resources cannot be read");
            Problem::new(Code::Unavailable)
        })?;
        let (count, is_last) = (read.len(), read.len() < AT_ONCE as usize);
        for (place, (id, attributes)) in read.into_iter().enumerate() {
            if place % IN_A_TURN == IN_A_TURN - 1 {
                tokio::task::yield_now().await;
            }
            if question.is_allowed_on(&id, &attributes, asked.now) {
                results.push(FoundResource { r#type: kind.to_owned(), id: id.clone() });
            }
            let is_full = results.len() >= limit;
            if is_full && is_last && place + 1 == count {
                break;
            }
            after = Some(id);
            if is_full {
                let next = after.as_deref().map(|id| next(app, &list, id, &results, asked.now));
                return Ok(Found::new(results, next, context()));
            }
        }
        if is_last {
            return Ok(Found::new(results, None, context()));
        }
    }
    let next = after.as_deref().map(|id| next(app, &list, id, &results, asked.now));
    Ok(Found::new(results, next, context()))
}

/// A token of the place that was looked at last. Where that is not what was found last, it is not told.
fn next(app: &App, list: &str, id: &str, results: &[FoundResource], now: i64) -> String {
    let is_told = results.last().is_some_and(|found| found.id == id);
    let sealed = if is_told { None } else { seal_place(app, list, id, now) };
    sealed.unwrap_or_else(|| cursor(list, id))
}

/// The place that a token names.
fn place(app: &App, list: &str, token: &str, now: i64) -> Result<String, Problem> {
    match token.contains('.') {
        true => open_place(app, list, token, now).ok_or_else(|| {
            Problem::new(Code::MalformedQuery).detail(
                "`page.token` is the `next_token` of another page of the same search, of the last day",
            )
        }),
        false => read_cursor(list, token),
    }
}

/// A question's resource with all that is said of it but its id.
fn of_any_id(body: &Datum) -> Datum {
    let said = body.get("resource").and_then(Datum::as_map);
    let Some(said) = said else { return Datum::Map(Members::default()) };
    let members =
        said.iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name.into(), value.clone()));
    let members = members.chain([("id".into(), Datum::String("".into()))]);
    Datum::Map([("resource".into(), Datum::Map(members.collect()))].into_iter().collect())
}
