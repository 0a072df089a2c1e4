//! Whether somebody gives themselves something: noted with the event that tells of the change, for whoever looks at the record. Whether they
//! may is decided elsewhere.

use std::collections::HashSet;

use casemate_permission::PermissionSet;
use serde_json::Value;

use super::entry::Author;
use super::reviewing::REVOKE;
use super::rules::read;
use super::write::{Proposal, Told};
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{AssignmentDocument, RoleDocument, TeamDocument};
use crate::objects::Change;

/// The member of `after` that says it.
const SELF_GRANT: &str = "self_grant";

/// Notes it with the events of a proposal.
pub(super) fn note(author: &Author, state: &State, proposal: &mut Proposal) {
    let Some(holds) = &author.holds else { return };
    let own: HashSet<(&str, &str)> = proposal
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Put(draft) => Some(draft),
            Change::Remove { .. } => None,
        })
        .filter(|draft| {
            let kind = draft.kind.parse().ok();
            let before = kind.and_then(|kind| state.objects.by_id(kind, &draft.id));
            let before = before.map(|object| object.body.as_str());
            match kind {
                Some(Kind::Assignment) => is_to(author, state, &draft.body),
                Some(Kind::Role) => {
                    is_held(holds, &draft.name) && widens(before, &draft.body, permissions_of_role)
                }
                Some(Kind::Team) => is_held(holds, &draft.name) && widens(before, &draft.body, roles_of_team),
                _ => false,
            }
        })
        .map(|draft| (draft.kind.as_str(), draft.id.as_str()))
        .collect();
    for Told { action, resource, after, .. } in &mut proposal.told {
        // Who ends what they hold gives themselves nothing. Code and set-backs tell of all that they change in one event.
        let is_own =
            own.contains(&(resource.0, resource.1.as_str())) || (resource.0 == "policy" && !own.is_empty());
        let is_own = is_own && action != REVOKE;
        let noted = after.as_deref().filter(|_| is_own).and_then(|text| {
            let mut document: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
            document.insert(SELF_GRANT.to_owned(), true.into());
            Some(Value::Object(document).to_string())
        });
        if let Some(noted) = noted {
            *after = Some(noted);
        }
    }
}

/// Whether an assignment is to its author: by their id, their login or one of their groups.
pub(super) fn is_to(author: &Author, state: &State, body: &str) -> bool {
    let Some(AssignmentDocument { to, .. }) = read::<AssignmentDocument>(body) else { return false };
    let is = |named: &Option<String>, own: &str| named.as_deref().is_some_and(|named| named == own);
    let account = state.objects.by_id(Kind::ServiceAccount, &author.actor.id);
    let login = author.login.as_deref().or_else(|| account.map(|account| account.name.as_str()));
    let by_name = to.login.is_some() && to.login.as_deref() == login;
    let by_group = to.group.as_ref().is_some_and(|group| author.groups.contains(group));
    to.provider.as_deref().is_none_or(|provider| provider == author.actor.provider)
        && (is(&to.id, &author.actor.id) || by_name || by_group)
}

/// Whether something of what they hold comes from a role or team of this name.
fn is_held(holds: &PermissionSet, name: &str) -> bool {
    holds
        .origins()
        .any(|origin| origin.name == name || origin.via.as_deref().is_some_and(|via| names(via, name)))
}

/// Whether a way on which permissions came, such as `role editors, team staff`, leads through a role or team of this name.
fn names(via: &str, name: &str) -> bool {
    via.split(", ").any(|way| way.split_once(' ').is_some_and(|(kind, of)| kind != "group" && of == name))
}

/// Whether there is something in the new document that was not in the old one.
fn widens(before: Option<&str>, after: &str, parts: fn(&str) -> Vec<String>) -> bool {
    let old = before.map(parts).unwrap_or_default();
    parts(after).iter().any(|part| !old.contains(part))
}

fn permissions_of_role(body: &str) -> Vec<String> {
    let Some(role) = read::<RoleDocument>(body) else { return Vec::new() };
    let permissions = role.permissions.iter().filter_map(|datum| serde_json::to_string(datum).ok());
    permissions.chain(role.extends.into_iter().map(|name| format!("extends {name}"))).collect()
}

fn roles_of_team(body: &str) -> Vec<String> {
    read::<TeamDocument>(body).map(|team| team.roles).unwrap_or_default()
}
