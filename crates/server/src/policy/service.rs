//! Versions and plans as the API reads and shows them.

use std::collections::BTreeMap;

use casemate_directory::{Plan, PlannedChange};
use casemate_store::{Actor, Draft, Edit, PeopleEdit, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::view::time;

/// Two revisions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffRequest {
    /// The one to begin with.
    #[schemars(range(min = 0))]
    pub(crate) from: i64,
    /// The one to end with.
    #[schemars(range(min = 0))]
    pub(crate) to: i64,
}

/// Code that is to be in force.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyRequest {
    /// The name of the source of code, which alone changes from then on what it applied.
    #[schemars(length(min = 1, max = 64))]
    pub(crate) origin: String,
    /// The texts of policy files (TOML), by their paths.
    pub(crate) files: BTreeMap<String, String>,
    /// Deletes what this origin applied before and the files no longer hold.
    #[serde(default)]
    pub(crate) prune: bool,
    /// Says what would be changed, and changes nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// Why, for the audit event.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    pub(crate) reason: Option<String>,
}

/// A change of configuration, or of users and groups by hand.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyVersion")]
pub(crate) struct VersionView {
    /// The revision that it made.
    revision: i64,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Who made it.
    actor: ActorView,
    /// What it was, in a few words.
    summary: String,
    /// How many objects it changed.
    objects: i64,
    /// How many users and groups it changed, by hand or from code.
    people: i64,
}

/// Who made a change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyActor")]
struct ActorView {
    provider: String,
    r#type: String,
    id: String,
}

/// A change of configuration, with what it made of each object.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyVersionDetail")]
pub(crate) struct VersionDetail {
    /// The change.
    version: VersionView,
    /// What it made of each object.
    edits: Vec<EditView>,
    /// The users and groups that it changed, at most 1,000: what it made of each stands in their versions.
    people: Vec<PersonEditView>,
}

/// That a change made a version of a user or a group.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyPersonEdit")]
struct PersonEditView {
    /// `user` or `group`.
    kind: &'static str,
    id: String,
    /// What was done, as its version says.
    verb: String,
}

/// What a change made of one object.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyEdit")]
struct EditView {
    kind: String,
    id: String,
    /// As it was before; absent where the change made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ObjectView>,
    /// As it was afterwards; absent where the change deleted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ObjectView>,
}

/// An object at a revision.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyObject")]
struct ObjectView {
    tenant: String,
    name: String,
    origin: String,
    document: Value,
}

/// Differences between two revisions.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyDiff")]
pub(crate) struct DiffView {
    /// The objects that differ.
    pub(crate) changes: Vec<ChangeView>,
}

/// One object that differs, or would be changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyChange")]
pub(crate) struct ChangeView {
    kind: &'static str,
    /// The tenant that it belongs to; empty for the whole installation.
    tenant: String,
    name: String,
    /// One line for each difference: `+` and `-` before what comes and what goes.
    diff: Vec<String>,
}

/// What applying code changes, or would change.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyPlan")]
pub(crate) struct PlanView {
    /// The revision of the change, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revision: Option<i64>,
    /// What is made.
    create: Vec<ChangeView>,
    /// What becomes something else.
    update: Vec<ChangeView>,
    /// What is deleted.
    delete: Vec<ChangeView>,
    /// How many objects are already as they should be.
    unchanged: usize,
}

impl From<Version> for VersionView {
    fn from(Version { revision, at, actor, summary, objects, people }: Version) -> VersionView {
        let Actor { provider, kind, id, .. } = actor;
        let actor = ActorView { provider, r#type: kind, id };
        VersionView { revision, at: time(at), actor, summary, objects, people }
    }
}

impl VersionDetail {
    /// A change, its edits, and whom it changed.
    pub(crate) fn of(version: Version, edits: Vec<Edit>, people: Vec<PeopleEdit>) -> VersionDetail {
        let edits = edits.into_iter().map(|edit| EditView {
            kind: edit.kind,
            id: edit.id,
            before: edit.before.map(ObjectView::from),
            after: edit.after.map(ObjectView::from),
        });
        let people = people.into_iter().map(|PeopleEdit { kind, id, verb }| PersonEditView {
            kind: kind.as_str(),
            id,
            verb,
        });
        VersionDetail { version: version.into(), edits: edits.collect(), people: people.collect() }
    }
}

impl From<Draft> for ObjectView {
    fn from(draft: Draft) -> ObjectView {
        let Draft { tenant, name, body, origin, .. } = draft;
        ObjectView { tenant, name, origin, document: serde_json::from_str(&body).unwrap_or_default() }
    }
}

impl From<&PlannedChange> for ChangeView {
    fn from(change: &PlannedChange) -> ChangeView {
        let PlannedChange { kind, tenant, name, diff } = change.clone();
        ChangeView { kind, tenant, name, diff }
    }
}

impl PlanView {
    /// Leaves out who comes to groups and leaves them, but in the tenants where the caller may see that.
    pub(crate) fn show_members(&mut self, may: impl Fn(&str) -> bool) {
        let all = [&mut self.create, &mut self.update, &mut self.delete].into_iter().flatten();
        for group in all.filter(|change| change.kind == "group" && !may(&change.tenant)) {
            group.diff.retain(|line| !line.starts_with("+ member: ") && !line.starts_with("- member: "));
        }
    }
}

impl From<&Plan> for PlanView {
    fn from(plan: &Plan) -> PlanView {
        let views = |changes: &[PlannedChange]| changes.iter().map(ChangeView::from).collect();
        PlanView {
            revision: None,
            create: views(&plan.create),
            update: views(&plan.update),
            delete: views(&plan.delete),
            unchanged: plan.unchanged,
        }
    }
}
