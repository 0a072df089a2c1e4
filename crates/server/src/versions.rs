//! Versions of users and groups: what changes by hand made of them, and setting them back.

use std::future::Future;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::model::When;
use casemate_directory::{AdminError, Administration, Author, Restored, VersionState, directory_differences};
use casemate_platform::{Code, IfMatch, NoQuery, Problem, entity_tag, json_response, read_document};
use casemate_store::{
    DirectoryEdit, DirectoryKind, DirectoryVersion, DirectoryVersionQuery, MemberEdit, StoreError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::export::Place;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, Asked, ByRevision, InQuery, Listed, searches};
use crate::objects::with_revision;
use crate::reading::OnlyRead;
use crate::refusal::{problem, reason};
use crate::rows::{Rows, one};
use crate::view::time;

/// Rows that have versions.
pub(crate) trait Versioned: Rows {
    /// Of what their versions are.
    const KIND: DirectoryKind;

    /// Whether the caller may see who came to one and left it.
    fn shows_members(access: &Access, thing: &Thing) -> bool;

    /// One as it was, as a change would say it.
    fn draft_at(
        administration: &Administration,
        id: &str,
        state: VersionState,
    ) -> impl Future<Output = Result<Self::Draft, AdminError>> + Send;

    /// Goes on where the caller may do what setting one back does beside changing it.
    fn permits(
        app: &App,
        access: &Access,
        record: &Self::Record,
        state: VersionState,
    ) -> impl Future<Output = Result<(), Problem>> + Send;

    /// Sets one back that its author knows at a revision, or says what that would be.
    fn restore(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        known: (&str, i64),
        state: VersionState,
        dry_run: bool,
    ) -> impl Future<Output = Result<Restored, AdminError>> + Send;
}

/// Which state of a version is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "VersionSide")]
#[serde(rename_all = "lowercase")]
enum Side {
    /// The one that the version made.
    #[default]
    After,
    /// The one that was there before it.
    Before,
}

/// How something is set back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreRequest {
    /// Whether it becomes what it was after that version, or before it.
    #[serde(default)]
    to: Side,
    /// Says what would be changed, and changes nothing.
    #[serde(default)]
    dry_run: bool,
    /// Why, for the audit event.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    reason: Option<String>,
}

/// A version of a user or a group.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DirectoryVersion")]
pub(crate) struct VersionView {
    /// The revision of the change that made it.
    revision: i64,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Who made it.
    actor: ActorView,
    /// What was done: `create`, `update`, `restore` or `delete`; of a group also `add` and `remove`, of its members, and
    /// `apply`, from code.
    verb: String,
    /// The revision that it was set back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<i64>,
}

/// Who made a change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DirectoryVersionActor")]
struct ActorView {
    provider: String,
    r#type: String,
    id: String,
}

/// A version of a user or a group, with what it made of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DirectoryVersionDetail")]
pub(crate) struct VersionDetail {
    /// The version.
    version: VersionView,
    /// As it was before; absent where the change made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// As it was afterwards; absent where the change deleted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
    /// The ids of the users whom the change put into the group; absent where the caller may not list its members.
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<Vec<String>>,
    /// The ids of the users whom the change took out of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<Vec<String>>,
    /// One line for each difference: `+` and `-` before what comes and what goes.
    changes: Vec<String>,
}

/// What setting a user or a group back made of it, or would.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DirectoryRestored")]
pub(crate) struct RestoredView {
    /// Whether anything was changed: nothing is by a dry run, and where all is as it was.
    restored: bool,
    /// The revision that it is at: what stands in its `ETag`.
    revision: i64,
    /// One line for each difference: `+` and `-` before what comes and what goes; of a group's members to whoever may list them.
    changes: Vec<String>,
    /// The ids of members of then who are not there any more, and are left out; absent where the caller may not list members.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Vec<String>>,
}

impl From<DirectoryVersion> for VersionView {
    fn from(DirectoryVersion { revision, at, actor, verb, restored }: DirectoryVersion) -> VersionView {
        let actor = ActorView { provider: actor.provider, r#type: actor.kind, id: actor.id };
        VersionView { revision, at: time(at), actor, verb, restored }
    }
}

impl VersionDetail {
    fn of(version: DirectoryVersion, edit: &DirectoryEdit, members: Option<MemberEdit>) -> VersionDetail {
        let document = |text: &String| serde_json::from_str(text).unwrap_or_default();
        let changes = match &members {
            Some(members) => directory_differences(edit, members),
            None => directory_differences(edit, &MemberEdit::default()),
        };
        let is_group = edit.kind == DirectoryKind::Group;
        let (came, gone) = members.filter(|_| is_group).map(|members| (members.came, members.gone)).unzip();
        VersionDetail {
            version: version.into(),
            before: edit.before.as_ref().map(document),
            after: edit.after.as_ref().map(document),
            came,
            gone,
            changes,
        }
    }
}

/// Which versions of one are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DirectoryVersionSearch")]
pub(crate) struct VersionSearch {
    /// Only those of the actor with this id.
    #[serde(default)]
    actor: Option<String>,
    /// Only those where this was done: `create`, `update`, `restore` or `delete`; of a group also `add` and `remove`, of its
    /// members, and `apply`, from code.
    #[serde(default)]
    verb: Option<String>,
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

searches!(VersionSearch);

/// Versions of one, as a list.
struct Versions;

impl Listed for Versions {
    type Record = DirectoryVersion;
    type View = VersionView;
    type Query = DirectoryVersionQuery;
    const LIST: &'static str = "versions";
    const COLUMNS: &'static [&'static str] =
        &["revision", "at", "actor.provider", "actor.type", "actor.id", "verb", "restored"];

    fn cells(version: DirectoryVersion) -> Vec<String> {
        vec![
            version.revision.to_string(),
            time(version.at),
            version.actor.provider,
            version.actor.kind,
            version.actor.id,
            version.verb,
            version.restored.map(|revision| revision.to_string()).unwrap_or_default(),
        ]
    }

    fn behind(query: DirectoryVersionQuery, after: Option<Place>, limit: u32) -> DirectoryVersionQuery {
        DirectoryVersionQuery { after: listed::number(after), limit, ..query }
    }

    fn place(_: &DirectoryVersionQuery, version: &DirectoryVersion) -> Place {
        listed::numbered(version.revision)
    }

    async fn read(app: &App, query: &DirectoryVersionQuery) -> Result<Vec<DirectoryVersion>, StoreError> {
        app.store.reader().directory_versions(query).await
    }
}

/// `GET` of the versions of one.
pub(crate) async fn list<R: Versioned>(
    State(app): State<App>,
    require: Require<R::Read>,
    Path(id): Path<String>,
    headers: HeaderMap,
    search: InQuery<VersionSearch>,
) -> Result<Response, Problem> {
    found::<R>(&app, require.access(), &id, &headers, search.0).await
}

/// `POST` to `search` of the versions of one.
pub(crate) async fn search<R: Versioned>(
    State(app): State<App>,
    require: Require<R::Read>,
    Path(id): Path<String>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found::<R>(&app, require.access(), &id, &headers, search).await
}

async fn found<R: Versioned>(
    app: &App,
    access: &Access,
    id: &str,
    headers: &HeaderMap,
    mut search: VersionSearch,
) -> Result<Response, Problem> {
    let record = one::<R>(app, access, id).await?;
    access.permit::<R::Read>(app, &R::thing(&record)).await?;
    let asked = Asked::of(&format!("{}-versions\n{id}", R::LIST), &mut search)?;
    let query = DirectoryVersionQuery {
        actor: search.actor,
        verb: search.verb,
        since: search.since.map(|since| since.0.0),
        until: search.until.map(|until| until.0.0),
        oldest_first: matches!(search.sort, ByRevision::Oldest),
        ..DirectoryVersionQuery::of(R::KIND, R::id(&record))
    };
    listed::answer::<Versions>(app, &access.caller, headers, (asked, query), |_| true).await
}

/// `GET` of one version of one.
pub(crate) async fn get<R: Versioned>(
    State(app): State<App>,
    require: Require<R::Read>,
    Path((id, revision)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    let thing = R::thing(&record);
    access.permit::<R::Read>(&app, &thing).await?;
    let found = app.administration.directory_version(R::KIND, R::id(&record), numbered(&revision)?).await;
    let (version, edit, members) = found.map_err(problem)?;
    // Who may read what it is today need not be who may read what it was.
    let is_there = |before: bool| if before { edit.before.is_some() } else { edit.after.is_some() };
    let sides = [false, true].into_iter().filter(|before| is_there(*before));
    for before in sides {
        let state = VersionState { revision: version.revision, before };
        let draft = R::draft_at(&app.administration, R::id(&record), state).await.map_err(problem)?;
        access.permit::<R::Read>(&app, &R::drafted(&draft).identified(&id)).await?;
    }
    let members = R::shows_members(access, &thing).then_some(members);
    let response = json_response(&VersionDetail::of(version, &edit, members));
    Ok((axum::Extension(access.caller.clone()), response).into_response())
}

/// `POST` that sets one back.
pub(crate) async fn restore<R: Versioned>(
    State(app): State<App>,
    require: Require<R::Update>,
    Path((id, revision)): Path<(String, String)>,
    _: NoQuery,
    expected: IfMatch,
    request: Request,
) -> Result<Response, Problem> {
    let RestoreRequest { to, dry_run, reason: told } = read_document(request).await?;
    let told = reason(told)?;
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    access.permit::<R::Update>(&app, &R::thing(&record)).await?;
    let state = VersionState { revision: numbered(&revision)?, before: to == Side::Before };
    let draft = R::draft_at(&app.administration, R::id(&record), state).await.map_err(problem)?;
    // What it becomes has to be theirs to change as well, as with any other change.
    let mut permit = access.permit::<R::Update>(&app, &R::drafted(&draft).identified(&id)).await?;
    access.permit::<R::Read>(&app, &R::drafted(&draft).identified(&id)).await?;
    R::permits(&app, access, &record, state).await?;
    permit.author.reason = told;
    let known = R::revision(&record);
    expected.check(known)?;
    let (administration, tenant) = (&app.administration, access.tenant());
    let restored = R::restore(administration, &permit.author, tenant, (&id, known), state, dry_run).await;
    let Restored { revision, mut changes, members, missing } = match restored {
        Ok(restored) => restored,
        Err(error) => return Err(access.not_done::<R::Update>(&app, Some(&id), error).await),
    };
    let shows_members = R::shows_members(access, &R::thing(&record));
    if shows_members {
        changes.extend(members);
    }
    let missing = shows_members.then_some(missing);
    let view = RestoredView { restored: revision != known, revision, changes, missing };
    let mut response = with_revision(json_response(&view), revision);
    response.headers_mut().insert(header::ETAG, entity_tag(revision));
    if !view.restored {
        response.extensions_mut().insert(OnlyRead);
    }
    Ok(response)
}

fn numbered(revision: &str) -> Result<i64, Problem> {
    revision.parse().map_err(|_| Problem::new(Code::NotFound))
}
