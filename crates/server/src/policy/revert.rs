//! Setting configuration back to a revision, and users and groups with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Author, Covered, Left, PersonBack, Planned, PlannedChange, SetBack};
use casemate_platform::{NoQuery, Problem, json_response, precondition_failed, read_document};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::group::service as group;
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;
use crate::policy::routes::PolicyRevert;
use crate::policy::service::ChangeView;
use crate::reading::OnlyRead;
use crate::refusal::{problem, reason as told};
use crate::user::service as user;

/// A revision to go back to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevertRequest {
    /// The revision whose configuration is to be in force again.
    #[schemars(range(min = 0))]
    revision: i64,
    /// Whether users and groups become what they were too, as far as they were changed by hand since. Where nothing is said, they
    /// do if the caller may change all of them and all can be set back; where they cannot, `left` says why.
    #[serde(default)]
    people: Option<bool>,
    /// Says what would be changed, and changes nothing.
    #[serde(default)]
    dry_run: bool,
    /// The `revision` that the dry run answered which is to be carried out. Where configuration, or users and groups that may go
    /// back too, were changed since, nothing is done.
    #[serde(default)]
    #[schemars(range(min = 0))]
    if_revision: Option<i64>,
    /// Why, for the audit event.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    reason: Option<String>,
}

/// What setting back made, or would.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyReverted")]
pub(crate) struct RevertedView {
    /// Whether anything was changed: nothing is by a dry run, and where all is as it was.
    reverted: bool,
    /// The revision that is in force.
    revision: i64,
    /// The objects that became something else, or would.
    changes: Vec<ChangeView>,
    /// The users and groups that did; absent where they were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<Vec<PersonView>>,
    /// What could not be set back; all else was.
    left: Vec<LeftView>,
}

/// What became of a user or a group, or would.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyPersonChange")]
struct PersonView {
    /// `create` of a group that was deleted, `update` or `delete`.
    verb: &'static str,
    id: String,
    #[serde(flatten)]
    change: ChangeView,
}

/// What could not be set back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyLeft")]
struct LeftView {
    /// `user`, `group`, `group-member` for a user who does not come back to a group, or `people` for all users and groups.
    kind: &'static str,
    /// The id of the user or group; empty for all of them.
    id: String,
    /// The tenant; empty where it is not known any more.
    tenant: String,
    /// What it is called, to whoever may read that; of a member, what the group is called.
    name: String,
    /// Why it is as it was.
    reason: String,
}

/// What is said where the plan is not what would be done any more.
const CHANGED_SINCE: &str = "something was changed since the revision that `if_revision` names, and nothing was set back: ask for \
                             another dry run, and confirm that one";

/// What the caller may do in the tenants that are concerned.
type InTenants = BTreeMap<String, Access>;

pub(super) async fn revert(
    State(app): State<App>,
    require: Require<PolicyRevert>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let RevertRequest { revision, people, dry_run, if_revision, reason } = read_document(request).await?;
    let access = require.access();
    let mut permit = access.permit::<PolicyRevert>(&app, &Thing::default()).await?;
    permit.author.reason = told(reason)?;
    let planned = if_revision.map(|at| Planned { at, with_people: people != Some(false) });
    let (covered, tenants, unkept) = match people {
        Some(false) => (Covered::Nobody, InTenants::new(), None),
        insists => covered(&app, access, &permit.author, revision, insists.is_some()).await?,
    };
    let back =
        app.administration.revert_as_planned(&permit.author, revision, &covered, dry_run, planned).await;
    let back = match back {
        Ok(back) => match unkept {
            Some(reason) => back.without_people(reason),
            None => back,
        },
        Err(AdminError::Precondition { current }) if planned.is_some() => {
            return Err(precondition_failed(current).detail(CHANGED_SINCE));
        }
        Err(error) => return Err(access.not_done::<PolicyRevert>(&app, None, error).await),
    };
    if !dry_run && back.left.iter().any(|left| left.is_denied) {
        access.not_given::<PolicyRevert>(&app, None).await?;
    }
    let is_covered = !matches!(covered, Covered::Nobody);
    let revision = back.revision;
    let view = shown(back, is_covered, &tenants);
    let response = with_revision(json_response(&view), revision);
    Ok(if dry_run { (Extension(OnlyRead), response).into_response() } else { response })
}

/// Which users and groups are set back: all that would be, where the caller may change each of them in its tenant as they would
/// change it alone; otherwise none, or, where they insist on it, it is refused. Where people cannot be set back, with why.
async fn covered(
    app: &App,
    access: &Access,
    author: &Author,
    revision: i64,
    insists: bool,
) -> Result<(Covered, InTenants, Option<String>), Problem> {
    // What would be done by whoever may do everything; it is shown to nobody.
    let anybody = Author { holds: None, ..author.clone() };
    let SetBack { people, left, .. } =
        match app.administration.revert(&anybody, revision, &Covered::Everybody, true).await {
            Ok(all) => all,
            Err(AdminError::PeopleUnkept { reason }) if !insists => {
                return Ok((Covered::Nobody, InTenants::new(), Some(reason)));
            }
            Err(error) => return Err(problem(error)),
        };
    let mut tenants = InTenants::new();
    for tenant in people.iter().map(|back| &back.change.tenant).chain(left.iter().map(|left| &left.tenant)) {
        if !tenant.is_empty() && !tenants.contains_key(tenant) {
            tenants.insert(tenant.clone(), user::within(app, access, tenant).await?);
        }
    }
    let mut authors: BTreeMap<&str, Arc<Author>> = BTreeMap::new();
    let mut those = BTreeMap::new();
    for back in &people {
        let Some(access) = tenants.get(&back.change.tenant) else { continue };
        let may = match back.change.kind {
            "user" => user::may_set_back(app, access, back, insists).await?,
            _ => group::may_set_back(app, access, back, insists).await?,
        };
        if !may {
            return Ok((Covered::Nobody, InTenants::new(), None));
        }
        let author = authors.entry(&back.change.tenant).or_insert_with(|| Arc::new(access.author()));
        those.insert(back.id.clone(), (Arc::clone(author), back.at));
    }
    Ok((Covered::Those(those), tenants, None))
}

fn shown(back: SetBack, is_covered: bool, tenants: &InTenants) -> RevertedView {
    let SetBack { revision, is_made, objects, people, left } = back;
    let changes = objects.iter().filter_map(PlannedChange::of_edit);
    let people = people.into_iter().map(|PersonBack { id, verb, mut change, .. }| {
        let shows = |access: &Access| group::shows_members(access, &change.tenant);
        if change.kind == "group" && !tenants.get(&change.tenant).is_some_and(shows) {
            change.diff.retain(|line| !line.starts_with("+ member: ") && !line.starts_with("- member: "));
        }
        PersonView { verb, id, change: ChangeView::from(&change) }
    });
    let people: Vec<PersonView> = people.collect();
    let left = left.into_iter().filter_map(|Left { kind, id, tenant, name, reason, .. }| {
        let access = tenants.get(&tenant);
        if kind == "group-member" && !access.is_some_and(|access| group::shows_members(access, &tenant)) {
            return None;
        }
        let may_read = access.is_some_and(|access| match kind {
            "user" => user::may_read(access, &id, &name),
            "group" => group::may_read(access, &id, &name),
            _ => true,
        });
        let name = if may_read { name } else { String::new() };
        Some(LeftView { kind, id, tenant, name, reason })
    });
    RevertedView {
        reverted: is_made,
        revision,
        changes: changes.map(|change| ChangeView::from(&change)).collect(),
        people: is_covered.then_some(people),
        left: left.collect(),
    }
}
