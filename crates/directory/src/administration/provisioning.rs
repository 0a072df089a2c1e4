//! Whoever provisions a provider's people says who they are and which groups they are in, and is not asked for what those
//! may do. An API key by which that is done therefore gives all of it, and so does the permission, for the account of such
//! keys.

use std::collections::BTreeSet;

use casemate_expression::Timestamp;
use casemate_permission::Permission;
use casemate_permission::name::{Pattern, intersects};
use casemate_store::StoredApiKey;
use serde_json::Value;

use super::entry::Author;
use super::error::AdminError;
use super::granting::Granting;
use super::key;
use super::rules::read;
use super::write::Proposal;
use crate::directory::State;
use crate::kind::Kind;
use crate::model::ServiceAccountDocument;
use crate::objects::Change;
use crate::policy::{Assignment, DEFAULT_TENANT, Policy, Roles, Who};
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

/// What a key has to hold to provision.
const PROVISION: &str = "casemate.scim.provision";

/// That whoever makes a key that provisions, or lets keys of an account provision, may give whatever the people of the
/// provider may hold.
pub(super) fn obey(
    author: &Author,
    state: &State,
    proposal: &Proposal,
    policy: &Policy,
) -> Result<(), AdminError> {
    let Some(holds) = &author.holds else { return Ok(()) };
    let Ok(wanted) = Pattern::parse(PROVISION) else { return Ok(()) };
    let before = state.snapshot.compiled();
    // Where the change concerns none of these, the policy says nothing of their accounts, and they stay as they are.
    for Provisioned { provider, tenant, account } in provisioned(state) {
        let was = state.objects.by_name(Kind::ServiceAccount, &tenant, &account);
        let was_enabled = was
            .and_then(|account| read::<ServiceAccountDocument>(&account.body))
            .is_some_and(|account| !account.disabled);
        let is = policy
            .accounts
            .iter()
            .find(|known| *known.tenant == *tenant && known.login.as_deref() == Some(&*account));
        let Some(is) = is.filter(|is| !policy.disabled_accounts.contains(&is.id)) else { continue };
        let reaches = |id: &str, held: &Assignment| {
            *held.tenant == *tenant
                && match (&*held.recipient.provider, &held.recipient.who) {
                    (OWN_PROVIDER, Who::Id { id: known, .. }) => **known == *id,
                    (OWN_PROVIDER, Who::Login { login, .. }) => **login == *account,
                    (API_KEY_PROVIDER, Who::Id { id: key, .. }) => {
                        before.keys().grant(key).is_some_and(|key| *key.account == *id)
                    }
                    _ => false,
                }
        };
        let old = match was.filter(|_| was_enabled) {
            Some(was) => {
                let part = before.part(&tenant);
                Said::of(&wanted, part.roles(), part.assignments(), |held| reaches(&was.id, held))
            }
            None => Said::default(),
        };
        let new = Said::of(&wanted, &policy.roles, &policy.assignments, |held| reaches(&is.id, held));
        let is_given = !new.allowing.is_subset(&old.allowing)
            || (!new.allowing.is_empty() && !old.denying.is_subset(&new.denying));
        let makes_key = || {
            proposal.keys.iter().try_fold(false, |found, key| {
                Ok::<_, AdminError>(
                    found
                        || (*key.account == *is.id
                            && is_made(state, key)
                            && provisions(state, key, &wanted)?),
                )
            })
        };
        if is_given || makes_key()? {
            Granting::new(holds, Timestamp(author.now), state, policy).provider(&provider)?;
        }
    }
    Ok(())
}

/// Whether a proposal changes something in a tenant whose accounts provision people, or in the one whose roles and teams every
/// tenant may assign.
pub(super) fn concerns(state: &State, proposal: &Proposal) -> bool {
    let is_of = |change: &Change, tenant: &str| match change {
        Change::Put(draft) => {
            let before = state.objects.find(&draft.kind, &draft.id);
            draft.tenant == tenant || before.is_some_and(|before| before.tenant == tenant)
        }
        Change::Remove { kind, id } => {
            state.objects.by_id(*kind, id).is_some_and(|object| object.tenant == tenant)
        }
    };
    provisioned(state).any(|of| {
        let may_matter = |change: &Change| is_of(change, &of.tenant) || is_of(change, DEFAULT_TENANT);
        proposal.changes.iter().any(may_matter) || proposal.keys.iter().any(|key| key.tenant == of.tenant)
    })
}

/// A provider whose people are provisioned by the keys of an account.
struct Provisioned {
    provider: String,
    tenant: String,
    account: String,
}

/// As it is now: who writes a provider is asked for all of it anyway.
fn provisioned(state: &State) -> impl Iterator<Item = Provisioned> {
    state.objects.wide(Kind::Provider).iter().filter_map(|object| {
        let body: Value = read(&object.body)?;
        let of = |member: &str| body.pointer(member).and_then(Value::as_str);
        let account = of("/scim/account")?.to_owned();
        let tenant = of("/scim/tenant").unwrap_or(DEFAULT_TENANT).to_owned();
        Some(Provisioned { provider: object.name.clone(), tenant, account })
    })
}

/// Whether a key is new, and neither ends nor goes.
fn is_made(state: &State, key: &StoredApiKey) -> bool {
    key.revoked_at.is_none() && state.snapshot.compiled().keys().grant(&key.id).is_none()
}

/// Whether a key may do what it takes to provision: by what it is narrowed to, or by all that its account holds.
fn provisions(state: &State, key: &StoredApiKey, wanted: &Pattern) -> Result<bool, AdminError> {
    if let Some(narrowing) = key::narrowing(state.snapshot.catalog(), key)? {
        return Ok(narrowing.iter().any(|permission| allows(permission, wanted)));
    }
    let held = state
        .snapshot
        .account_permissions(&key.tenant, &key.account)
        .map_err(|error| AdminError::Unavailable(error.to_string()))?;
    let mut held = held.iter().filter_map(|held| Permission::from_json(held.as_json()).ok());
    Ok(held.any(|permission| allows(&permission, wanted)))
}

fn allows(permission: &Permission, wanted: &Pattern) -> bool {
    !permission.is_denial() && meets(permission, wanted)
}

/// What is too much to compare is taken to meet.
fn meets(permission: &Permission, wanted: &Pattern) -> bool {
    intersects(permission.name(), wanted).unwrap_or(true)
}

/// What somebody is assigned that says whether they may provision, each with its time.
#[derive(Default)]
struct Said {
    allowing: BTreeSet<String>,
    denying: BTreeSet<String>,
}

impl Said {
    fn of(
        wanted: &Pattern,
        roles: &Roles,
        assignments: &[Assignment],
        reaches: impl Fn(&Assignment) -> bool,
    ) -> Said {
        let mut said = Said::default();
        for assignment in assignments.iter().filter(|assignment| reaches(assignment)) {
            let (from, until) = (assignment.from, assignment.until);
            for held in roles.held(assignment.assigned) {
                for permission in held.role.permissions.iter().filter(|known| meets(known, wanted)) {
                    let text = format!("{from:?} {until:?} {}", permission.as_json());
                    let of = if permission.is_denial() { &mut said.denying } else { &mut said.allowing };
                    of.insert(text);
                }
            }
        }
        said
    }
}
