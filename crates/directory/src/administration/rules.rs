//! What no change may do, by whichever way it comes.

use std::collections::HashSet;

use casemate_expression::Timestamp;
use casemate_permission::name::{Pattern, intersects};
use casemate_permission::{Catalog, Permission, PermissionSet};
use casemate_store::Object;
use serde::de::DeserializeOwned;

use super::entry::Author;
use super::error::{AdminError, Reference};
use super::granting::Granting;
use super::write::Proposal;
use super::{provisioning, sealing};
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{
    AssignmentDocument, CredentialDocument, RoleDocument, SourceDocument, TeamDocument, TenantDocument,
    UserDocument,
};
use crate::objects::{Change, ObjectSet};
use crate::policy::{DEFAULT_TENANT, Mistake, Policy};

/// The most references that are named.
const MAX_NAMED: usize = 100;

/// Holds a proposal, and the policy that it would make, against all rules.
pub(super) fn obey(
    author: &Author,
    state: &State,
    proposal: &Proposal,
    policy: &Policy,
    set: &ObjectSet,
) -> Result<(), AdminError> {
    provisioning::obey(author, state, proposal, policy)?;
    if proposal.changes.is_empty() {
        return Ok(());
    }
    nothing_breaks(state, proposal, policy)?;
    nothing_widens(state.snapshot.catalog(), policy, set)?;
    let Some(holds) = &author.holds else { return Ok(()) };
    sealing::stays_where_it_is(state, proposal)?;
    Granting::new(holds, Timestamp(author.now), state, policy).obey(&proposal.changes)
}

/// That no stored permission becomes an error: in what is written it is a mistake, elsewhere it has to be forced.
fn nothing_breaks(state: &State, proposal: &Proposal, policy: &Policy) -> Result<(), AdminError> {
    let before: Vec<&Mistake> = match policy.mismatches() {
        [] => Vec::new(),
        _ => state.snapshot.compiled().assembled().mismatches().collect(),
    };
    let new = policy.mismatches().iter().filter(|mismatch| !before.contains(mismatch));
    let is_written = |mistake: &Mistake| {
        let Some(place) = mistake.object() else { return false };
        proposal.changes.iter().any(|change| {
            matches!(change, Change::Put(draft) if draft.kind == place.kind.as_str()
                && draft.tenant == place.tenant && draft.name == place.name)
        })
    };
    let (written, others): (Vec<Mistake>, Vec<Mistake>) = new.cloned().partition(is_written);
    if !written.is_empty() {
        return Err(AdminError::Invalid(written));
    }
    if !others.is_empty() && !proposal.force {
        return Err(AdminError::Breaks(others));
    }
    Ok(())
}

/// That no namespace is given up while permissions in it have properties: in a namespace that nobody owns, properties
/// restrict nothing.
fn nothing_widens(before: &Catalog, policy: &Policy, set: &ObjectSet) -> Result<(), AdminError> {
    let owned = |catalog: &Catalog| -> HashSet<String> {
        let applications = catalog.applications().iter();
        applications.flat_map(|application| application.namespaces().map(str::to_owned)).collect()
    };
    let after = owned(&policy.catalog);
    let lost: Vec<Pattern> = owned(before)
        .difference(&after)
        .filter_map(|namespace| Pattern::parse(&format!("{namespace}{{,.*}}")).ok())
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let widens = |permission: &Permission| {
        !permission.is_denial()
            && permission.properties().next().is_some()
            && lost.iter().any(|namespace| intersects(permission.name(), namespace).unwrap_or(true))
    };
    let roles = policy.roles.iter().map(|role| (Kind::Role, &role.tenant, &role.name, &*role.permissions));
    let credentials = policy.credentials.iter();
    let credentials = credentials.map(|held| (Kind::Credential, &held.tenant, &held.id, &*held.permissions));
    let users: Vec<Reference> = roles
        .chain(credentials)
        .filter(|(_, _, _, permissions)| permissions.iter().any(widens))
        .filter_map(|(kind, tenant, name, _)| Some(reference(kind, set.by_name(kind, tenant, name)?)))
        .take(MAX_NAMED)
        .collect();
    if users.is_empty() { Ok(()) } else { Err(AdminError::InUse(users)) }
}

/// Whether whoever holds `holds` may grant a permission. Denying is no granting.
pub(super) fn may_grant(
    holds: &PermissionSet,
    permission: &Permission,
    now: Timestamp,
) -> Result<(), AdminError> {
    if permission.is_denial() {
        return Ok(());
    }
    holds.may_grant(permission, now).map_err(|refused| AdminError::Beyond {
        permission: permission.as_json().to_owned(),
        why: refused.to_string(),
    })
}

/// What refers to an object, so that it cannot be deleted.
pub(super) fn users(state: &State, kind: Kind, object: &Object, now: i64) -> Vec<Reference> {
    let objects = &state.objects;
    let name = object.name.as_str();
    let refers = |other: &Object| -> bool {
        let assignment = || read::<AssignmentDocument>(&other.body);
        match (kind, other.kind.parse()) {
            (Kind::Tenant, Ok(Kind::Tenant)) => read::<TenantDocument>(&other.body)
                .is_some_and(|tenant| tenant.parent.as_deref() == Some(name)),
            (Kind::Tenant, _) => other.tenant == name,
            (Kind::Role | Kind::Team, Ok(of @ (Kind::Role | Kind::Team | Kind::Assignment))) => {
                let means_it = other.tenant == object.tenant
                    || (object.tenant == DEFAULT_TENANT
                        && objects.by_name(kind, &other.tenant, name).is_none());
                means_it && names(of, other, kind, name)
            }
            (Kind::ServiceAccount, Ok(Kind::Assignment)) => {
                other.tenant == object.tenant
                    && assignment().is_some_and(|assignment| {
                        let to = assignment.to;
                        to.provider.as_deref() == Some(crate::OWN_PROVIDER)
                            && (to.id.as_deref() == Some(&object.id) || to.login.as_deref() == Some(name))
                    })
            }
            (Kind::Provider, Ok(Kind::Assignment)) => {
                assignment().is_some_and(|assignment| assignment.to.provider.as_deref() == Some(name))
            }
            (Kind::Provider, Ok(Kind::User)) => {
                read::<UserDocument>(&other.body).is_some_and(|user| user.provider.as_deref() == Some(name))
            }
            (Kind::Provider, Ok(Kind::Source)) => {
                read::<SourceDocument>(&other.body).is_some_and(|source| source.provider == name)
            }
            (Kind::Application, Ok(Kind::Source)) => read::<SourceDocument>(&other.body)
                .and_then(|source| source.resources)
                .is_some_and(|resources| resources.application == name),
            (Kind::Application, Ok(Kind::Credential)) => read::<CredentialDocument>(&other.body)
                .is_some_and(|credential| credential.application.as_deref() == Some(name)),
            _ => false,
        }
    };
    // What a tenant has of its own, nothing of another names.
    let is_own = match kind {
        Kind::Role | Kind::Team => object.tenant != DEFAULT_TENANT,
        Kind::ServiceAccount => true,
        _ => false,
    };
    let own = objects.tenants().get(&object.tenant).map_or(&[][..], |objects| objects.items());
    let mut found: Vec<_> = match is_own {
        true => own.iter().filter(|other| refers(other)).collect(),
        false => objects.iter().filter(|other| refers(other)).collect(),
    };
    found.sort_by_key(|other| (&other.kind, &other.tenant, &other.name));
    let mut users: Vec<Reference> = found
        .into_iter()
        .filter_map(|other| Some(reference(other.kind.parse().ok()?, other)))
        .take(MAX_NAMED)
        .collect();
    if kind == Kind::ServiceAccount {
        let keys = state.snapshot.compiled().keys().of_account(&object.id, now);
        users.extend(keys.into_iter().take(MAX_NAMED).map(|id| Reference {
            kind: "api-key",
            name: id.clone(),
            id,
            tenant: object.tenant.clone(),
        }));
    }
    users
}

/// Whether an object of the kind `of` names this role or team.
pub(super) fn names(of: Kind, object: &Object, kind: Kind, name: &str) -> bool {
    let body = object.body.as_str();
    match (of, kind) {
        (Kind::Role, Kind::Role) => read::<RoleDocument>(body)
            .is_some_and(|role| role.extends.iter().any(|extended| extended == name)),
        (Kind::Team, Kind::Role) => {
            read::<TeamDocument>(body).is_some_and(|team| team.roles.iter().any(|role| role == name))
        }
        (Kind::Assignment, Kind::Role) => read::<AssignmentDocument>(body)
            .is_some_and(|assignment| assignment.role.as_deref() == Some(name)),
        (Kind::Assignment, Kind::Team) => read::<AssignmentDocument>(body)
            .is_some_and(|assignment| assignment.team.as_deref() == Some(name)),
        _ => false,
    }
}

fn reference(kind: Kind, object: &Object) -> Reference {
    Reference {
        kind: kind.as_str(),
        id: object.id.clone(),
        tenant: object.tenant.clone(),
        name: object.name.clone(),
    }
}

pub(super) fn read<D: DeserializeOwned>(body: &str) -> Option<D> {
    serde_json::from_str(body).ok()
}
