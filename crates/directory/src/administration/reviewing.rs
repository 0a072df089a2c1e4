//! Deciding about assignments: a reviewer certifies that one is still needed, or ends it, with the reason on record.

use std::sync::{Mutex, PoisonError};

use casemate_expression::Timestamp;
use casemate_store::{Object, Party, ReviewDecision, StoredReview, clipped};
use serde_json::{Value, json};

use super::Administration;
use super::entry::{Author, Entry};
use super::error::AdminError;
use super::listing::Lister;
use super::objects::told;
use super::rules::read;
use super::self_grant::is_to;
use super::write::{Proposal, Told};
use crate::authenticator::sha256;
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{AssignmentDocument, When};
use crate::objects::{Change, draft};
use crate::policy::{Assigned, BUILT_IN};

/// The event of an assignment that was certified.
const CERTIFY: &str = "casemate.assignment.certify";
/// The event of one that was revoked.
pub(super) const REVOKE: &str = "casemate.assignment.revoke";
/// The kind of both.
const REVIEW: &str = "review";
/// The most roles that the record names of one assignment.
const MAX_ROLES: usize = 100;

/// What an assignment gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The names of all roles: those that are named, then those that these extend.
    pub roles: Vec<String>,
    /// The revision that changed it last: the assignment itself, its team, or one of the roles.
    pub revision: i64,
    /// A digest of which these are, and of the revision that changed each of them last.
    pub state: String,
}

/// What a reviewer decides about an assignment.
#[derive(Debug, Clone)]
pub struct ReviewDraft {
    /// The id of the assignment.
    pub assignment: String,
    /// What the reviewer saw: [`Given::revision`] as it was then.
    pub revision: i64,
    /// What is decided.
    pub decision: ReviewDecision,
    /// Why: 1 to 1,024 bytes.
    pub reason: String,
    /// Whether the author may delete it, as it takes to revoke what has not begun.
    pub may_delete: bool,
}

/// A decision that is on record.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The decision.
    pub review: StoredReview,
    /// The revision that changed last what the assignment gives, by now; nothing where it went.
    pub revision: Option<i64>,
}

impl Lister {
    /// What an assignment gives; `role` and `team` are those that it names.
    #[must_use]
    pub fn given(&self, entry: &Entry, role: Option<&str>, team: Option<&str>) -> Given {
        given(&self.state, (&entry.tenant, &entry.id, entry.revision), role, team)
    }
}

impl Administration {
    /// Puts a decision about an assignment on record, together with its event. A revoked one ends at the author's time, if it
    /// would not have before; one that has not begun goes.
    ///
    /// # Errors
    /// Where it gives something else than the reviewer saw, and as [`Administration::update`].
    pub async fn review(
        &self,
        author: &Author,
        tenant: &str,
        draft: &ReviewDraft,
    ) -> Result<Reviewed, AdminError> {
        let kept = Mutex::new(None);
        let made = self
            .change(author, |state| {
                let object = state.objects.by_id(Kind::Assignment, &draft.assignment);
                let object = object.filter(|object| object.tenant == tenant);
                let object = object.ok_or_else(|| AdminError::not_found(Kind::Assignment))?;
                let document = read::<AssignmentDocument>(&object.body)
                    .ok_or_else(|| AdminError::Unavailable("an assignment cannot be read".to_owned()))?;
                let (review, proposal) = proposed(author, state, draft, object, document)?;
                *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(review);
                Ok(proposal)
            })
            .await?;
        let review = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        let review = review.ok_or_else(|| AdminError::not_found(Kind::Assignment))?;
        let object = made.objects.by_id(Kind::Assignment, &draft.assignment);
        // Only its own revision may have become another.
        let revision = object.map(|object| object.revision.max(review.seen));
        Ok(Reviewed { review: StoredReview { revision: made.revision, ..review }, revision })
    }
}

fn proposed(
    author: &Author,
    state: &State,
    decided: &ReviewDraft,
    object: &Object,
    document: AssignmentDocument,
) -> Result<(StoredReview, Proposal), AdminError> {
    let (role, team) = (document.role.as_deref(), document.team.as_deref());
    let given = given(state, (&object.tenant, &object.id, object.revision), role, team);
    if given.revision != decided.revision {
        return Err(AdminError::Precondition { current: given.revision });
    }
    let account = state.objects.by_id(Kind::ServiceAccount, &author.actor.id);
    let login = author.login.clone().or_else(|| account.map(|account| account.name.clone()));
    let review = StoredReview {
        assignment: object.id.clone(),
        tenant: object.tenant.clone(),
        decision: decided.decision,
        seen: given.revision,
        held: held(&document, &given),
        state: given.state,
        reason: decided.reason.clone(),
        own: is_to(author, state, &object.body),
        reviewer: Party {
            provider: clipped(&author.actor.provider),
            kind: clipped(&author.actor.kind),
            id: clipped(&author.actor.id),
        },
        login: login.as_deref().map(clipped),
        at: author.now,
        revision: 0,
    };
    let (verb, action) = match decided.decision {
        ReviewDecision::Certified => ("certify", CERTIFY),
        ReviewDecision::Revoked => ("revoke", REVOKE),
    };
    let change = match decided.decision {
        ReviewDecision::Certified => None,
        ReviewDecision::Revoked => ended(author, decided, object, document)?,
    };
    let (before, after) = match &change {
        None => (
            None,
            Some(json!({ "decision": decided.decision.as_str(), "revision": given.revision }).to_string()),
        ),
        Some(Change::Put(draft)) => (Some(object.body.clone()), Some(draft.body.clone())),
        Some(Change::Remove { .. }) => (Some(object.body.clone()), None),
    };
    let told = told(Kind::Assignment, REVIEW, object, before, after);
    let proposal = Proposal {
        changes: change.into_iter().collect(),
        told: vec![Told { action: action.to_owned(), ..told }],
        summary: format!("{verb} the assignment {}", object.name),
        reviews: vec![review.clone()],
        ..Proposal::default()
    };
    Ok((review, proposal))
}

/// What becomes of an assignment that is revoked; nothing where it ended before.
fn ended(
    author: &Author,
    decided: &ReviewDraft,
    object: &Object,
    document: AssignmentDocument,
) -> Result<Option<Change>, AdminError> {
    let now = Timestamp(author.now);
    if document.until.is_some_and(|until| until.0 <= now) {
        return Ok(None);
    }
    if !object.origin.is_empty() {
        return Err(AdminError::ReadOnly { origin: object.origin.clone() });
    }
    // What has not begun cannot end.
    if document.from.is_some_and(|from| from.0 >= now) {
        if !decided.may_delete {
            return Err(AdminError::Precondition { current: decided.revision });
        }
        return Ok(Some(Change::Remove { kind: Kind::Assignment, id: object.id.clone() }));
    }
    let ended = AssignmentDocument { until: Some(When(now)), ..document };
    let body = serde_json::to_string(&ended).map_err(|error| AdminError::Unavailable(error.to_string()))?;
    Ok(Some(Change::Put(casemate_store::Draft { body, ..draft(object) })))
}

/// What an assignment gave and to whom, for those who read the record.
fn held(document: &AssignmentDocument, given: &Given) -> String {
    let AssignmentDocument { role, team, to, from, until, reason, .. } = document;
    let roles: Vec<&String> = given.roles.iter().take(MAX_ROLES).collect();
    let held = json!({
        "role": role, "team": team, "to": to, "from": from, "until": until, "reason": reason, "roles": roles,
    });
    let members = held.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
}

fn given(
    state: &State,
    (tenant, id, revision): (&str, &str, i64),
    role: Option<&str>,
    team: Option<&str>,
) -> Given {
    let roles = state.snapshot.compiled().part(tenant).roles();
    let assigned = roles.assigned(tenant, role, team);
    let held = assigned.map(|assigned| roles.held(assigned)).unwrap_or_default();
    let team = match assigned {
        Some(Assigned::Team(place)) => roles.team(place),
        _ => None,
    };
    let stored = |kind: Kind, tenant: &str, name: &str| {
        state.objects.by_name(kind, tenant, name).map(|object| (object.id.clone(), object.revision))
    };
    let team = team.and_then(|team| stored(Kind::Team, &team.tenant, &team.name));
    let parts = held.iter().map(|held| {
        let name = &held.role.name;
        stored(Kind::Role, &held.role.tenant, name).unwrap_or_else(|| (defined(name, &BUILT_IN), 0))
    });
    let mut parts: Vec<(String, i64)> = parts.chain(team).chain([(id.to_owned(), revision)]).collect();
    parts.sort_unstable();
    let text: Vec<String> = parts.iter().map(|(id, revision)| format!("{id} {revision}")).collect();
    let digest = sha256(&text.join("\n"));
    Given {
        roles: held.iter().map(|held| held.role.name.to_string()).collect(),
        revision: parts.iter().map(|(_, revision)| *revision).max().unwrap_or(revision),
        state: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

/// A built-in role with what it grants: it stands in no store, has no revision, and may be another one in the next release.
fn defined(name: &str, built_in: &[(&str, &str, &[&str])]) -> String {
    let granted = built_in.iter().find(|(known, _, _)| *known == name).map(|(_, _, granted)| *granted);
    json!([name, granted]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_role_is_another_one_where_a_release_changes_what_it_grants() {
        let now = defined("auditor", &BUILT_IN);
        let wider = BUILT_IN.map(|(name, title, granted)| {
            let more: &[&str] = if name == "auditor" { &["casemate.*"] } else { granted };
            (name, title, more)
        });
        assert_ne!(defined("auditor", &wider), now);
        assert_eq!(defined("administrator", &wider), defined("administrator", &BUILT_IN));
        // What it is called beside its name gives nothing.
        let titled = BUILT_IN.map(|(name, _, granted)| (name, "Another title", granted));
        assert_eq!(defined("auditor", &titled), now);
    }
}
