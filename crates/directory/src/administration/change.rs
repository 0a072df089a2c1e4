//! Applying code, looking at versions, and setting configuration back.

use std::collections::{BTreeMap, HashSet};

use casemate_store::{Draft, Edit, Version};
use serde_json::Value;

use super::Administration;
use super::entry::Author;
use super::error::AdminError;
use super::granted::{GRANTED, carried};
use super::people::{Back, Covered, GroupPlan, Left, PersonBack, Unknown};
use super::plan::{Plan, PlannedChange};
use super::write::{Proposal, Told, canonical, mistake, new_id};
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::{Change, draft, same};
use crate::policy::{Code, Folder, Wanted};

/// What manages the objects of the policy folder that a server follows.
pub const FOLDER_ORIGIN: &str = "folder";
/// What setting back to a revision made, or would.
#[derive(Debug, Clone)]
pub struct SetBack {
    /// The revision that is in force: of the change, or the last one where nothing was changed.
    pub revision: i64,
    /// Whether anything was changed.
    pub is_made: bool,
    /// What became of objects.
    pub objects: Vec<Edit>,
    /// What became of users and groups.
    pub people: Vec<PersonBack>,
    /// What could not be set back.
    pub left: Vec<Left>,
}

/// The plan that setting back is to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The revision at which it was made: [`SetBack::revision`] of the dry run.
    pub at: i64,
    /// Whether it may say something of users and groups.
    pub with_people: bool,
}

impl SetBack {
    /// Adds that all users and groups were left as they are, and why.
    #[must_use]
    pub fn without_people(mut self, reason: String) -> SetBack {
        let (id, tenant, name) = (String::new(), String::new(), String::new());
        self.left.push(Left { kind: "people", id, tenant, name, reason, is_denied: false });
        self
    }
}

/// How often something is tried that others' changes are in the way of.
const ATTEMPTS: usize = 5;
/// The longest name of a source of code, in bytes.
const MAX_ORIGIN: usize = 128;
/// The most lines that tell how one object differs.
const MAX_LINES: usize = 200;

impl Administration {
    /// What applying `wanted` would change, so that `origin` manages just that. With `prune`, what `origin` managed and no
    /// longer wants is deleted. What nobody manages is taken over: of a group, its members by hand too.
    ///
    /// # Errors
    /// Where another source of code manages one of the objects or groups, one of them cannot be read, or the directory does
    /// not know a member of a group.
    pub async fn plan(&self, wanted: Code, origin: &str, prune: bool) -> Result<Plan, AdminError> {
        Ok(self.planned(wanted, origin, prune, Unknown::Refused).await?.0)
    }

    pub(super) async fn planned(
        &self,
        Code { objects, groups }: Code,
        origin: &str,
        prune: bool,
        unknown: Unknown,
    ) -> Result<(Plan, GroupPlan), AdminError> {
        let state = self.directory.state();
        let (mut plan, changes) = planned(&state, objects, origin, prune)?;
        let set = state.objects.with(&changes, plan.base, 0);
        let planned = self.planned_groups(&set, &groups, origin, (prune, unknown)).await?;
        plan.wanted.groups = groups;
        plan.unknown = unknown;
        Ok((plan.with_groups(&planned), planned))
    }

    /// Carries a plan out, as one change; gives its revision, or the last one where nothing was to be done.
    ///
    /// # Errors
    /// Where the plan is no longer what would be done, or the whole would hold mistakes or break a rule.
    pub async fn apply(&self, author: &Author, plan: Plan) -> Result<i64, AdminError> {
        // The folder alone says what stands in it; by its name, anybody could change and delete that.
        if author.holds.is_some() && plan.origin == FOLDER_ORIGIN {
            return Err(AdminError::ReadOnly { origin: plan.origin });
        }
        self.directory.refresh().await?;
        let (_, groups) = self.planned(plan.wanted.clone(), &plan.origin, plan.prune, plan.unknown).await?;
        let made = self.change(author, |state| applying(state, &plan, &groups)).await?;
        Ok(made.revision)
    }

    /// Makes the store hold what a policy folder says, as one change by Casemate itself; what the folder no longer says is
    /// deleted, and members of groups whom the directory does not know are left out. Gives the revision.
    ///
    /// # Errors
    /// As [`Administration::plan`] and [`Administration::apply`].
    pub async fn apply_folder(&self, folder: Folder, now: i64) -> Result<i64, AdminError> {
        let author = Author::system("policy-folder", now);
        let mut outcome = Err(AdminError::Precondition { current: 0 });
        for _ in 0..ATTEMPTS {
            self.directory.refresh().await?;
            let planned = self.planned(folder.wanted.clone(), FOLDER_ORIGIN, true, Unknown::LeftOut).await;
            let (plan, _) = planned?;
            outcome = self.apply(&author, plan).await;
            if !matches!(outcome, Err(AdminError::Precondition { .. })) {
                break;
            }
        }
        outcome
    }

    /// One change and what it made of each object.
    ///
    /// # Errors
    /// Where the database cannot be read, or the revision changed nothing.
    pub async fn version(&self, revision: i64) -> Result<(Version, Vec<Edit>), AdminError> {
        self.store.reader().version(revision).await?.ok_or(AdminError::NotFound("version"))
    }

    /// What has to be done to come from one revision to another, in either direction.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn diff(&self, from: i64, to: i64) -> Result<Vec<PlannedChange>, AdminError> {
        let (_, edits) = self.store.reader().edits_between(from, to).await?;
        Ok(edits.iter().filter_map(|edit| planned_edit(edit.before.as_ref(), edit.after.as_ref())).collect())
    }

    /// Sets everything back to what it was at a revision, by a new change; with `dry_run` it is only said what that would be.
    /// API keys stay as they are, and secrets too while what is set back refers to them; the others go. What is managed by code
    /// is set back by the operator on the machine alone. In the same change, those users and groups that are covered become what
    /// they were, as far as changes by hand made something else of them; what of that cannot be is left, with the reason.
    ///
    /// # Errors
    /// Where the revision never was, or the whole would hold mistakes or break a rule; [`AdminError::PeopleUnkept`] where people
    /// are covered, and more than [`MAX_SET_BACK`](super::MAX_SET_BACK) users and groups were changed since, or it is not kept
    /// what became of them.
    pub async fn revert(
        &self,
        author: &Author,
        revision: i64,
        covered: &Covered,
        dry_run: bool,
    ) -> Result<SetBack, AdminError> {
        self.revert_as_planned(author, revision, covered, dry_run, None).await
    }

    /// As [`Administration::revert`], where nothing of what a plan is about was changed since it was made: changes of which
    /// whoever confirms it does not know are not undone.
    ///
    /// # Errors
    /// As [`Administration::revert`]; [`AdminError::Precondition`] where something was changed since.
    pub async fn revert_as_planned(
        &self,
        author: &Author,
        revision: i64,
        covered: &Covered,
        dry_run: bool,
        planned: Option<Planned>,
    ) -> Result<SetBack, AdminError> {
        let mut outcome = Err(AdminError::Precondition { current: 0 });
        for _ in 0..ATTEMPTS {
            let current = self.directory.refresh().await?;
            if revision < 0 || revision > current {
                return Err(AdminError::NotFound("version"));
            }
            let (_, edits) = self.store.reader().edits_between(current, revision).await?;
            let state = self.directory.state();
            let changes = changes_of(author, &edits)?;
            let then = match changes.as_slice() {
                [] => None,
                _ if matches!(covered, Covered::Nobody) => None,
                changes => Some(self.candidate(&state, changes).await?),
            };
            let back = self.people_back(author, (&state, then.as_ref()), revision, covered).await?;
            // All was read before: what is changed from here on is a conflict, or not touched.
            if let Some(Planned { at, with_people }) = planned
                && (at > current || self.store.reader().is_changed_since(at, with_people).await?)
            {
                return Err(AdminError::Precondition { current });
            }
            let nothing = changes.is_empty() && back.people.is_empty();
            let revision = match dry_run || nothing {
                true => Ok(current),
                false => {
                    let proposed = |state: &State| reverting(state, current, revision, &changes, &back);
                    self.change(author, proposed).await.map(|made| made.revision)
                }
            };
            outcome = revision.map(|revision| SetBack {
                revision,
                is_made: !dry_run && !nothing,
                objects: edits,
                people: back.people,
                left: back.left,
            });
            if !matches!(outcome, Err(AdminError::Precondition { .. })) {
                break;
            }
        }
        outcome
    }
}

/// What carries a plan out, where it is still what would be done.
pub(super) fn applying(state: &State, plan: &Plan, groups: &GroupPlan) -> Result<Proposal, AdminError> {
    let objects = plan.wanted.objects.clone();
    let (now, changes) = planned(state, objects, &plan.origin, plan.prune)?;
    let now = now.with_groups(groups);
    if !now.does_as(plan) {
        return Err(AdminError::Precondition { current: now.base });
    }
    if now.is_empty() {
        return Ok(Proposal::default());
    }
    let mut after = serde_json::json!({
        "origin": now.origin,
        "created": now.create.len(),
        "updated": now.update.len(),
        "deleted": now.delete.len(),
    });
    note_watching(&mut after, &changes);
    let told = told("apply", now.origin.clone(), after);
    let summary = format!("apply {}", now.origin);
    let groups = groups.changes.clone();
    Ok(Proposal { changes, groups, told: vec![told], summary, ..Proposal::default() })
}

/// What sets objects back that became something else.
fn changes_of(author: &Author, edits: &[Edit]) -> Result<Vec<Change>, AdminError> {
    let mut changes = Vec::new();
    for edit in edits {
        let sides = [&edit.before, &edit.after];
        let managed = sides.into_iter().flatten().find(|side| !side.origin.is_empty());
        if let Some(managed) = managed.filter(|_| author.holds.is_some()) {
            return Err(AdminError::ReadOnly { origin: managed.origin.clone() });
        }
        match (&edit.after, edit.kind.parse()) {
            (Some(after), _) => changes.push(Change::Put(after.clone())),
            (None, Ok(kind)) => changes.push(Change::Remove { kind, id: edit.id.clone() }),
            (None, Err(_)) => {}
        }
    }
    Ok(changes)
}

fn reverting(
    state: &State,
    current: i64,
    revision: i64,
    changes: &[Change],
    back: &Back,
) -> Result<Proposal, AdminError> {
    if state.snapshot.revision() != current {
        return Err(AdminError::Precondition { current: state.snapshot.revision() });
    }
    let mut after = serde_json::json!({ "objects": changes.len() });
    if let Some(counts) = after.as_object_mut().filter(|_| !back.people.is_empty()) {
        counts.insert("people".to_owned(), back.people.len().into());
    }
    note_watching(&mut after, changes);
    let told = std::iter::once(told("revert", revision.to_string(), after)).chain(back.told.iter().cloned());
    Ok(Proposal {
        changes: changes.to_vec(),
        people: back.operations.clone(),
        is_judged: back.is_judged,
        told: told.collect(),
        summary: format!("set back to revision {revision}"),
        ..Proposal::default()
    })
}

/// Says how many of the objects watch the audit trail, which a detection looks for.
fn note_watching(after: &mut Value, changes: &[Change]) {
    let kind = |change: &Change| match change {
        Change::Put(draft) => draft.kind.parse().ok(),
        Change::Remove { kind, .. } => Some(*kind),
    };
    let watches = |kind| matches!(kind, Kind::Detection | Kind::AuditSink | Kind::AlertReceiver);
    let count = changes.iter().filter(|change| kind(change).is_some_and(watches)).count();
    if let Some(counts) = after.as_object_mut().filter(|_| count > 0) {
        counts.insert("watching".to_owned(), count.into());
    }
}

fn told(verb: &'static str, id: String, after: Value) -> Told {
    Told {
        action: format!("casemate.policy.{verb}"),
        kind: "configuration",
        tenant: String::new(),
        resource: ("policy", id),
        before: None,
        after: Some(after.to_string()),
    }
}

/// What is to be done for `wanted`, in words and as changes.
pub(super) fn planned(
    state: &State,
    wanted: Vec<Wanted>,
    origin: &str,
    prune: bool,
) -> Result<(Plan, Vec<Change>), AdminError> {
    if origin.is_empty() || origin.len() > MAX_ORIGIN || origin.chars().any(char::is_control) {
        let message = "the name of a source of code is 1 to 128 bytes without control characters";
        return Err(mistake(Kind::Setting, "", origin, "", message));
    }
    let mut plan = Plan {
        base: state.snapshot.revision(),
        origin: origin.to_owned(),
        prune,
        create: Vec::new(),
        update: Vec::new(),
        delete: Vec::new(),
        unchanged: 0,
        wanted: Code::default(),
        unknown: Unknown::Refused,
    };
    let mut changes = Vec::new();
    let mut kept: HashSet<(&'static str, String)> = HashSet::new();
    for Wanted { kind, tenant, document } in &wanted {
        let (name, mut body) = canonical(*kind, tenant, document.clone())?;
        let before = state.objects.by_name(*kind, tenant, &name);
        if let Some(before) = before.filter(|_| *kind == Kind::Assignment) {
            body = carried(&before.body, body);
        }
        if let Some(before) = before.filter(|before| !["", origin].contains(&&*before.origin)) {
            return Err(AdminError::ReadOnly { origin: before.origin.clone() });
        }
        let id = match before {
            Some(before) => before.id.clone(),
            None => new_id(*kind)?,
        };
        if !kept.insert((kind.as_str(), id.clone())) {
            return Err(mistake(
                *kind,
                tenant,
                &name,
                "",
                format!("the {kind} stands twice in what is applied"),
            ));
        }
        let after = Draft {
            kind: kind.as_str().to_owned(),
            id,
            tenant: tenant.clone(),
            name,
            body,
            origin: origin.to_owned(),
        };
        if before.is_some_and(|before| same(before, &after)) {
            plan.unchanged += 1;
            continue;
        }
        let before = before.map(|before| draft(before));
        let into = if before.is_some() { &mut plan.update } else { &mut plan.create };
        into.extend(planned_edit(before.as_ref(), Some(&after)));
        changes.push(Change::Put(after));
    }
    if prune {
        let mut managed: Vec<_> = state.objects.iter().filter(|object| object.origin == origin).collect();
        managed.sort_by_key(|object| (&object.kind, &object.tenant, &object.name));
        for object in managed {
            let Ok(kind) = object.kind.parse::<Kind>() else { continue };
            if kept.contains(&(kind.as_str(), object.id.clone())) {
                continue;
            }
            plan.delete.extend(planned_edit(Some(&draft(object)), None));
            changes.push(Change::Remove { kind, id: object.id.clone() });
        }
    }
    plan.wanted.objects = wanted;
    Ok((plan, changes))
}

impl PlannedChange {
    /// What a change made of an object, in words; nothing for kinds that this Casemate does not know.
    #[must_use]
    pub fn of_edit(edit: &Edit) -> Option<PlannedChange> {
        planned_edit(edit.before.as_ref(), edit.after.as_ref())
    }
}

/// How an object differs from what it was; nothing for kinds that this Casemate does not know.
fn planned_edit(before: Option<&Draft>, after: Option<&Draft>) -> Option<PlannedChange> {
    let either = after.or(before)?;
    let kind: Kind = either.kind.parse().ok()?;
    let mut lines = Vec::new();
    let members = |side: Option<&Draft>| -> BTreeMap<String, Value> {
        let members = side.and_then(|side| serde_json::from_str(&side.body).ok());
        let mut members: BTreeMap<String, Value> = members.unwrap_or_default();
        if kind == Kind::Assignment {
            members.remove(GRANTED);
        }
        members
    };
    let (old, new) = (members(before), members(after));
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        differences(name, old.get(name), new.get(name), &mut lines);
    }
    if let (Some(before), Some(after)) = (before, after)
        && before.origin != after.origin
    {
        let said = |origin: &str| if origin.is_empty() { "nobody" } else { origin }.to_owned();
        lines.push(format!("- managed by {}", said(&before.origin)));
        lines.push(format!("+ managed by {}", said(&after.origin)));
    }
    Some(PlannedChange::of(kind, &either.tenant, &either.name, bounded(lines)))
}

/// The first of the lines that tell how something differs, and how many follow.
pub(super) fn bounded(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MAX_LINES {
        let more = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(format!("and {more} lines more"));
    }
    lines
}

pub(super) fn differences(name: &str, old: Option<&Value>, new: Option<&Value>, lines: &mut Vec<String>) {
    if old == new {
        return;
    }
    let (old, new) = (parts(old), parts(new));
    lines.extend(old.iter().filter(|part| !new.contains(part)).map(|part| format!("- {name}: {part}")));
    lines.extend(new.iter().filter(|part| !old.contains(part)).map(|part| format!("+ {name}: {part}")));
    if old.len() == new.len() && old.iter().all(|part| new.contains(part)) {
        lines.push(format!("+ {name}: in another order"));
    }
}

/// A list by its elements, a text by its lines, anything else as it is.
fn parts(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().map(ToString::to_string).collect(),
        Some(Value::String(text)) => text.lines().map(str::to_owned).collect(),
        Some(other) => vec![other.to_string()],
    }
}
