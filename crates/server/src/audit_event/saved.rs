//! `/api/v1/audit-searches`: searches of audit events that are kept under a name.

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, DocumentError, IfMatch, NoQuery, Page, Problem, RequestId, entity_tag, json_response, permissions,
    read_document,
};
use casemate_store::{AuditEvent, Commit, Operation as Change, SavedSearch, SavedSearchChange, clipped};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::routes::AuditEventList;
use super::search::EventSearch;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::unreadable;
use crate::objects::with_revision;
use crate::refusal::problem;
use crate::view::time;

permissions! {
    /// To share searches of audit events with all who see audit events in the tenant.
    AuditSearchShare = "casemate.audit-search.share", on "audit-search", in tenant, read "casemate.audit-event.list";
}

const TAG: &str = "Audit events";
const ALL: &str = "/api/v1/audit-searches";
const ONE: &str = "/api/v1/audit-searches/{id}";
/// The longest name, in bytes.
const MAX_NAME: usize = 200;

/// What is kept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchDocument {
    /// What it is called: unique among one's own in the tenant.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Whether all who see audit events in the tenant see it; this needs the permission `casemate.audit-search.share`.
    #[serde(default)]
    shared: bool,
    /// What is searched for, without `after` and `limit`.
    search: EventSearch,
}

/// A search that is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SavedAuditSearch")]
pub(super) struct SearchView {
    /// Its opaque id.
    id: String,
    /// What it is called.
    name: String,
    /// Whether all who see audit events in the tenant see it.
    shared: bool,
    /// Whether it is the caller's own.
    own: bool,
    /// What is searched for: a body for `/api/v1/audit-events/search`.
    #[schemars(with = "EventSearch")]
    search: Value,
    /// The revision that changed it last.
    revision: i64,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was changed last.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

pub(super) fn routes() -> Api<App> {
    let example = || json!({ "name": "Refused this month", "search": { "outcome": "denied", "since": "2026-11-01T00:00:00Z" } });
    Api::new()
        .get(
            ALL,
            list,
            Operation::new("listAuditSearches", TAG, "Searches of audit events that are kept", Trail::Read)
                .describe("One's own, and those that are shared in the tenant, by name: at most two hundred.")
                .needs::<AuditEventList>()
                .answers::<Page<SearchView>>(200, "All of them."),
        )
        .post(
            ALL,
            create,
            Operation::new(
                "createAuditSearch",
                TAG,
                "A search of audit events that is kept",
                Trail::Kind("create"),
            )
            .needs::<AuditEventList>()
            .takes::<SearchDocument>(example())
            .writes()
            .answers::<SearchView>(201, "It is kept.")
            .problem(Code::NameTaken),
        )
        .get(
            ONE,
            get,
            Operation::new("getAuditSearch", TAG, "A search of audit events that is kept", Trail::Read)
                .needs::<AuditEventList>()
                .answers::<SearchView>(200, "It."),
        )
        .put(
            ONE,
            update,
            Operation::new(
                "updateAuditSearch",
                TAG,
                "A search of audit events that is kept",
                Trail::Kind("update"),
            )
            .needs::<AuditEventList>()
            .if_match()
            .takes::<SearchDocument>(example())
            .writes()
            .answers::<SearchView>(200, "As it is now.")
            .problem(Code::NameTaken),
        )
        .delete(
            ONE,
            remove,
            Operation::new(
                "deleteAuditSearch",
                TAG,
                "A search of audit events that is kept",
                Trail::Kind("delete"),
            )
            .needs::<AuditEventList>()
            .if_match()
            .writes()
            .answers_nothing(204, "It is gone."),
        )
}

fn view(search: SavedSearch, owner: &str) -> SearchView {
    SearchView {
        own: search.owner == owner,
        search: serde_json::from_str(&search.search).unwrap_or_default(),
        id: search.id,
        name: search.name,
        shared: search.shared,
        revision: search.revision,
        created_at: time(search.created_at),
        updated_at: time(search.updated_at),
    }
}

fn shown(search: SavedSearch, owner: &str) -> Response {
    let tag = entity_tag(search.revision);
    let mut response = json_response(&view(search, owner));
    response.headers_mut().insert(header::ETAG, tag);
    response
}

async fn list(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let owner = access.caller_key();
    let found = app.store.reader().saved_searches(access.tenant(), &owner).await.map_err(unreadable)?;
    let items: Vec<SearchView> = found.into_iter().map(|search| view(search, &owner)).collect();
    Ok((axum::Extension(access.caller.clone()), json_response(&Page { items, next: None })).into_response())
}

/// One that the caller sees.
async fn found(app: &App, access: &Access, id: &str) -> Result<SavedSearch, Problem> {
    access.permit::<AuditEventList>(app, &Thing::default()).await?;
    let found = app.store.reader().saved_search(access.tenant(), id).await.map_err(unreadable)?;
    let owner = access.caller_key();
    found.filter(|search| search.shared || search.owner == owner).ok_or_else(|| Problem::new(Code::NotFound))
}

async fn get(
    State(app): State<App>,
    require: Require<AuditEventList>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let search = found(&app, access, &id).await?;
    Ok(shown(search, &access.caller_key()))
}

async fn create(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let document: SearchDocument = read_document(request).await?;
    let access = require.access();
    let now = access.permit::<AuditEventList>(&app, &Thing::default()).await?.author.now;
    let search = SavedSearch {
        id: format!("sea_{}", RequestId::random().as_str()),
        tenant: access.tenant().to_owned(),
        owner: access.caller_key(),
        shared: false,
        name: String::new(),
        search: String::new(),
        revision: 0,
        created_at: now,
        updated_at: now,
    };
    let search = put(&app, access, search, document, "create").await?;
    let revision = search.revision;
    let response = shown(search, &access.caller_key());
    Ok(with_revision((StatusCode::CREATED, response).into_response(), revision))
}

async fn update(
    State(app): State<App>,
    require: Require<AuditEventList>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let document: SearchDocument = read_document(request).await?;
    let access = require.access();
    let search = found(&app, access, &id).await?;
    expected.check(search.revision)?;
    if search.shared {
        access.permit::<AuditSearchShare>(&app, &Thing::with_id(&id)).await?;
    }
    let search = put(&app, access, search, document, "update").await?;
    let revision = search.revision;
    Ok(with_revision(shown(search, &access.caller_key()), revision))
}

/// Makes this of a search.
async fn put(
    app: &App,
    access: &Access,
    search: SavedSearch,
    document: SearchDocument,
    verb: &'static str,
) -> Result<SavedSearch, Problem> {
    let SearchDocument { name, shared, search: wanted } = document;
    if name.is_empty() || name.len() > MAX_NAME || name.contains('\0') {
        let message = format!("a name is 1 to {MAX_NAME} bytes");
        let error = DocumentError { pointer: "/name".to_owned(), message, help: None };
        return Err(Problem::document(vec![error]));
    }
    if shared {
        access.permit::<AuditSearchShare>(app, &Thing::with_id(&search.id)).await?;
    }
    // What cannot be read, or may not be seen, is not kept.
    wanted.clone().whole(app, access, "/search")?;
    let before = (search.revision > 0).then(|| told(&search));
    let expected = search.revision;
    let search =
        SavedSearch { name, shared, search: serde_json::to_string(&wanted).unwrap_or_default(), ..search };
    let after = Some(told(&search));
    let change = SavedSearchChange::Put { search: Box::new(search.clone()), expected };
    let revision = commit(app, access, &search.id, verb, (before, after), change).await?;
    Ok(SavedSearch { revision, updated_at: access.now(), ..search })
}

async fn remove(
    State(app): State<App>,
    require: Require<AuditEventList>,
    Path(id): Path<String>,
    _: NoQuery,
    expected: IfMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let search = found(&app, access, &id).await?;
    expected.check(search.revision)?;
    if search.shared {
        access.permit::<AuditSearchShare>(&app, &Thing::with_id(&id)).await?;
    }
    let change = SavedSearchChange::Remove { id: id.clone(), expected: search.revision };
    let revision = commit(&app, access, &id, "delete", (Some(told(&search)), None), change).await?;
    Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision))
}

/// One as events tell of it: what is searched for may be personal data, and stays where it is kept.
fn told(search: &SavedSearch) -> String {
    json!({ "name": clipped(&search.name), "shared": search.shared }).to_string()
}

async fn commit(
    app: &App,
    access: &Access,
    id: &str,
    verb: &str,
    (before, after): (Option<String>, Option<String>),
    change: SavedSearchChange,
) -> Result<i64, Problem> {
    let author = access.author();
    let event = AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: format!("casemate.audit-search.{verb}"),
        kind: verb.to_owned(),
        tenant: access.tenant().to_owned(),
        resource_type: "audit-search".to_owned(),
        resource_id: id.to_owned(),
        outcome: "success".to_owned(),
        request_id: author.request_id,
        route: author.route,
        client: author.client,
        user_agent: author.user_agent,
        before,
        after,
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: author.now,
        actor: author.actor,
        summary: String::new(),
        operations: vec![Change::SavedSearch(change)],
        events: vec![event],
        fence: None,
    };
    app.store.commit(commit).await.map_err(|error| problem(error.into()))
}
