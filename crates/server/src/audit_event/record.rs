//! `/api/v1/audit-events/record`: what applications say that was done in them.

use std::collections::HashMap;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use casemate_directory::Author;
use casemate_directory::model::When;
use casemate_expression::Datum;
use casemate_platform::{Code, DocumentError, IdempotencyKey, NoQuery, Problem, json_body, parse_document};
use casemate_store::{Actor, AuditEvent, Commit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::allowed::Bounds;
use super::quota::Counted;
use super::routes::AuditEventRecord;
use super::subject::{Doer, SubjectDocument, UNKEPT, is_kept};
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::once::{Once, created};
use crate::view::time;

/// The kind of all events that applications record, and of no other.
const RECORDED: &str = "recorded";
/// The one action of Casemate's that applications record: that they go on without asking what anybody may.
const SUSPENSION: &str = "casemate.authorization.suspend";
/// How something may have ended.
const OUTCOMES: [&str; 3] = ["success", "denied", "failure"];
/// The most events of one request.
const MAX_ITEMS: usize = 100;
/// The longest details of an event, in bytes of JSON.
const MAX_DETAILS: usize = 8 << 10;
/// How long ago something may have been done, in microseconds.
const OLDEST: i64 = 7 * 24 * 3_600 * 1_000_000;
/// How far an application's clock may be ahead, in microseconds.
const AHEAD: i64 = 5 * 60 * 1_000_000;

/// What was done.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordRequest {
    /// The events; all of them are recorded, or none.
    #[schemars(length(min = 1, max = 100))]
    items: Vec<RecordItem>,
}

/// What was done once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordItem {
    /// What the application calls it: a name in a namespace of its own, such as `notes.note.publish`; or
    /// `casemate.authorization.suspend`, where it goes on without asking what anybody may, for a `reason`.
    #[schemars(length(min = 1, max = 256))]
    pub(super) action: String,
    /// How it ended.
    #[schemars(with = "Outcome")]
    pub(super) outcome: String,
    /// Who did it; whoever records it, where nothing is said.
    #[serde(default)]
    #[schemars(with = "Option<SubjectDocument>")]
    subject: Option<Value>,
    /// What it was done to.
    #[serde(default)]
    pub(super) resource: Option<RecordedResource>,
    /// Why it was denied or failed, as a stable code; or the reason that they gave.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    reason: Option<String>,
    /// What else is to be known of it, without secrets: at most 8192 bytes of JSON, which fit the schema of the action's event type where
    /// there is one.
    #[serde(default)]
    pub(super) details: Option<Map<String, Value>>,
    /// When it was done, at most seven days ago; now, where nothing is said.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    at: Option<When>,
    /// The application's own request; this one, where nothing is said.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    request_id: Option<String>,
}

/// How something ended.
#[derive(JsonSchema)]
#[schemars(rename = "RecordedOutcome")]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the words, which are kept as they are")]
enum Outcome {
    Success,
    Denied,
    Failure,
}

/// What something was done to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedResource {
    /// Its kind, in the application's words.
    #[schemars(length(min = 1, max = 1024))]
    pub(super) r#type: String,
    /// Its id.
    #[schemars(length(min = 1, max = 1024))]
    id: String,
}

/// How much was recorded.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordedEvents")]
pub(super) struct Recorded {
    /// The number of events.
    recorded: usize,
}

/// An item that may be recorded, but for who did it.
struct Checked {
    item: RecordItem,
    /// Nothing where it is whoever records it.
    doer: Option<Doer>,
    at: i64,
    /// The application that it is of.
    owner: Option<String>,
}

pub(super) async fn record(
    State(app): State<App>,
    require: Require<AuditEventRecord>,
    key: IdempotencyKey,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let text = json_body(request).await?;
    // What is no JSON is told without what stands in it: that may be a token.
    Datum::from_json(&text).map_err(|_| {
        Problem::new(Code::MalformedBody).detail("this is no JSON, or a member stands in it twice")
    })?;
    let RecordRequest { items } = parse_document(&text)?;
    if items.is_empty() || items.len() > MAX_ITEMS {
        let message = format!("1 to {MAX_ITEMS} events are recorded at once");
        return Err(Problem::document(vec![mistake("/items".to_owned(), message)]));
    }
    let renewed = require.access().readmitted::<AuditEventRecord>(&app).await?;
    let access = renewed.as_ref().unwrap_or_else(|| require.access());
    let author = access.permit::<AuditEventRecord>(&app, &Thing::default()).await?.author;
    let attempt = match Once::begin(&app, access, key, &["recordAuditEvents", &text]).await? {
        Once::Answered(response) => return Ok(*response),
        Once::Fresh(attempt) => attempt,
    };
    let rules = app.events.current(&app.administration);
    let snapshot = access.snapshot();
    let bounds = Bounds {
        rules: &rules,
        catalog: snapshot.catalog(),
        bound_to: namespaces(access),
        tenant: access.tenant(),
    };
    let checked = checked(items, &bounds, author.now).map_err(Problem::document)?;
    let counted = Counted::of(checked.iter().map(|checked| checked.owner.as_deref()));
    let answer = Recorded { recorded: checked.len() };
    let answer = serde_json::to_string(&answer).unwrap_or_default();
    let events = events(&app, access, &author, checked).await?;
    let operation = attempt.operation(StatusCode::CREATED, author.now, answer.clone());
    let commit = Commit {
        base: None,
        at: author.now,
        actor: author.actor.clone(),
        summary: String::new(),
        operations: operation.into_iter().chain(counted.operations(&rules, app.events.limits)).collect(),
        events,
        fence: None,
    };
    if let Err(error) = app.store.commit(commit).await {
        return Err(counted.refused(&app, &author, access.tenant(), error).await);
    }
    Ok(created(StatusCode::CREATED.as_u16(), answer))
}

/// Something that is wrong with what was sent.
pub(super) fn mistake(pointer: String, message: impl Into<String>) -> DocumentError {
    DocumentError { pointer, message: message.into(), help: None }
}

/// The application that the caller is bound to, and its namespaces; one that is not there has none.
fn namespaces(access: &Access) -> Option<(String, Vec<String>)> {
    let id = access.application()?;
    let application = access.snapshot().catalog().application(&id);
    let namespaces = application.into_iter().flat_map(|application| application.namespaces());
    Some((id.to_string(), namespaces.map(str::to_owned).collect()))
}

/// The items, where nothing is wrong with any of them.
fn checked(
    items: Vec<RecordItem>,
    bounds: &Bounds<'_>,
    now: i64,
) -> Result<Vec<Checked>, Vec<DocumentError>> {
    let (mut good, mut wrong) = (Vec::with_capacity(items.len()), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        let place = |name: &str| format!("/items/{index}/{name}");
        let is_suspension = item.action == SUSPENSION;
        if !is_suspension {
            wrong.extend(bounds.mistakes(&item, &place));
        }
        if is_suspension && item.reason.is_none() {
            wrong.push(mistake(place("reason"), "going on without authorization has a reason"));
        }
        if is_suspension && item.subject.is_some() {
            wrong.push(mistake(place("subject"), "whoever records it is who goes on without authorization"));
        }
        if !OUTCOMES.contains(&&*item.outcome) {
            wrong.push(mistake(place("outcome"), "this is `success`, `denied` or `failure`"));
        }
        let resource = item.resource.as_ref();
        for (name, text) in [
            ("resource/type", resource.map(|resource| &resource.r#type)),
            ("resource/id", resource.map(|resource| &resource.id)),
            ("reason", item.reason.as_ref()),
            ("request_id", item.request_id.as_ref()),
        ] {
            if text.is_some_and(|text| !is_kept(text)) {
                wrong.push(mistake(place(name), UNKEPT));
            }
        }
        let details = item.details.as_ref().and_then(|details| serde_json::to_string(details).ok());
        if details.is_some_and(|details| details.len() > MAX_DETAILS) {
            wrong.push(mistake(place("details"), format!("details are at most {MAX_DETAILS} bytes of JSON")));
        }
        let at = item.at.map_or(now, |at| at.0.0);
        if at < now.saturating_sub(OLDEST) || at > now.saturating_add(AHEAD) {
            let message =
                "events are recorded until seven days after; of the future nothing is, but five minutes";
            wrong.push(mistake(place("at"), message));
        }
        match item.subject.as_ref().map(|subject| Doer::read(subject, &place("subject"))).transpose() {
            Ok(doer) => good.push(Checked { owner: bounds.owner(&item.action), item, doer, at }),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(wrong) }
}

/// The events, with who did it and who says so.
async fn events(
    app: &App,
    access: &Access,
    author: &Author,
    items: Vec<Checked>,
) -> Result<Vec<AuditEvent>, Problem> {
    let recorder = json!({
        "provider": author.actor.provider,
        "type": author.actor.kind,
        "id": author.actor.id,
        "credential": author.actor.credential,
        "application": access.application().as_deref(),
    });
    let recorded_at = time(author.now);
    let (mut events, mut wrong) = (Vec::with_capacity(items.len()), Vec::new());
    let mut known: HashMap<Doer, Actor> = HashMap::new();
    for (index, Checked { item, doer, at, owner }) in items.into_iter().enumerate() {
        let actor = match doer {
            None => author.actor.clone(),
            Some(doer) => match known.get(&doer) {
                Some(actor) => actor.clone(),
                None => match doer.actor(app, access, &format!("/items/{index}/subject")).await? {
                    Ok(actor) => known.entry(doer).or_insert(actor).clone(),
                    Err(error) => {
                        wrong.push(error);
                        continue;
                    }
                },
            },
        };
        let after = json!({ "recorder": recorder, "recorded_at": recorded_at, "details": item.details });
        let (resource_type, resource_id) =
            item.resource.map(|resource| (resource.r#type, resource.id)).unwrap_or_default();
        events.push(AuditEvent {
            at,
            actor,
            action: item.action,
            kind: RECORDED.to_owned(),
            area: "application".to_owned(),
            tenant: access.tenant().to_owned(),
            application: owner,
            resource_type,
            resource_id,
            outcome: item.outcome,
            reason: item.reason,
            request_id: item.request_id.unwrap_or_else(|| author.request_id.clone()),
            route: author.route.clone(),
            client: author.client.clone(),
            user_agent: author.user_agent.clone(),
            after: Some(after.to_string()),
            ..AuditEvent::default()
        });
        // Lets others go on, and the time limit of the request end it.
        tokio::task::yield_now().await;
    }
    if wrong.is_empty() { Ok(events) } else { Err(Problem::document(wrong)) }
}
