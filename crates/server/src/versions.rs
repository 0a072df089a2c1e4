//! Versions of users and groups: what changes by hand made of them, and setting them back.

use std::future::Future;

use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Administration, Author, Restored, VersionState, directory_differences};
use casemate_platform::{
    Code, IfMatch, NoQuery, Page, PageRequest, Problem, entity_tag, json_response, read_document,
};
use casemate_store::{DirectoryEdit, DirectoryKind, DirectoryVersion, MemberEdit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
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
    /// What was done: `create`, `update` or `restore`; of a group also `add` and `remove`, of its members, and
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
    /// As it was afterwards.
    after: Value,
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
            after: document(&edit.after),
            came,
            gone,
            changes,
        }
    }
}

/// `GET` of the versions of one, the newest first.
pub(crate) async fn list<R: Versioned>(
    State(app): State<App>,
    require: Require<R::Read>,
    Path(id): Path<String>,
    page: PageRequest,
) -> Result<Response, Problem> {
    let access = require.access();
    let record = one::<R>(&app, access, &id).await?;
    access.permit::<R::Read>(&app, &R::thing(&record)).await?;
    let list = format!("{}-versions\n{id}", R::LIST);
    let before = page.key(&list)?.map(|key| key.parse().map_err(|_| Problem::new(Code::MalformedQuery)));
    let limit = page.limit.saturating_add(1);
    let versions = app.administration.directory_versions(R::KIND, R::id(&record), before.transpose()?, limit);
    let versions = versions.await.map_err(problem)?;
    let page = Page::of(versions, &list, page.limit, |version| version.revision.to_string());
    let response = json_response(&page.map(VersionView::from));
    Ok((axum::Extension(access.caller.clone()), response).into_response())
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
    let sides = [false, true].into_iter().filter(|before| !before || edit.before.is_some());
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
    Ok(response)
}

fn numbered(revision: &str) -> Result<i64, Problem> {
    revision.parse().map_err(|_| Problem::new(Code::NotFound))
}
