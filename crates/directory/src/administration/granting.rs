//! Nobody grants what they do not hold, by whichever change: by writing permissions down, by assigning them, by becoming
//! whom they are assigned to, or by lifting what denies them.

use std::collections::HashSet;

use casemate_expression::{Datum, Timestamp};
use casemate_identity::provider::Provider;
use casemate_permission::{Permission, PermissionSet};
use casemate_store::{Draft, Object};

use super::error::AdminError;
use super::rules::{may_grant, read};
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{
    AssignmentDocument, CredentialDocument, RoleDocument, ServiceAccountDocument, SourceDocument,
    UserDocument,
};
use crate::objects::Change;
use crate::policy::{Assignment, DEFAULT_TENANT, Policy, Who};
use crate::{CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// Holds what is granted against what the author holds.
pub(super) struct Granting<'a> {
    holds: &'a PermissionSet,
    now: Timestamp,
    state: &'a State,
    policy: &'a Policy,
    /// The roles that were found grantable already.
    granted: HashSet<usize>,
    /// The roles, by tenant and name, whose denials were found to be theirs to lift.
    lifted: HashSet<(String, String)>,
}

impl<'a> Granting<'a> {
    pub(super) fn new(
        holds: &'a PermissionSet,
        now: Timestamp,
        state: &'a State,
        policy: &'a Policy,
    ) -> Granting<'a> {
        Granting { holds, now, state, policy, granted: HashSet::new(), lifted: HashSet::new() }
    }

    /// Checks changes, of which `policy` is the outcome.
    pub(super) fn obey(mut self, changes: &[Change]) -> Result<(), AdminError> {
        for change in changes {
            let (kind, id, draft) = match change {
                Change::Put(draft) => (draft.kind.parse().ok(), draft.id.as_str(), Some(draft)),
                Change::Remove { kind, id } => (Some(*kind), id.as_str(), None),
            };
            let Some(kind) = kind else { continue };
            let before = self.state.objects.by_id(kind, id).map(|object| &**object);
            self.one(kind, before, draft)?;
        }
        Ok(())
    }

    fn one(&mut self, kind: Kind, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let (old, new) = (before.map(|object| object.body.as_str()), draft.map(|draft| draft.body.as_str()));
        if old == new {
            return Ok(());
        }
        match kind {
            Kind::Role => {
                let permissions = |body| read::<RoleDocument>(body).map(|role| role.permissions);
                self.added(old.and_then(permissions), new.and_then(permissions))?;
                self.meant_anew(before, draft)
            }
            Kind::Credential => self.credential(old, draft),
            Kind::Assignment => self.assignment(before, draft),
            Kind::User => self.user(before, draft),
            Kind::ServiceAccount => self.account(before, draft),
            Kind::Provider => match draft {
                Some(draft) => self.provider(&draft.name),
                None => Ok(()),
            },
            Kind::Source => {
                let ceiling = new.and_then(read::<SourceDocument>).map(|source| source.ceiling);
                self.names(ceiling.unwrap_or_default())
            }
            Kind::Tenant | Kind::Application | Kind::Setting => Ok(()),
        }
    }

    /// The allowing permissions that are new; all of them, where a denial went, and what that denied.
    fn added(&self, before: Option<Vec<Datum>>, after: Option<Vec<Datum>>) -> Result<(), AdminError> {
        let Some(after) = after else { return Ok(()) };
        let before = before.unwrap_or_default();
        let gone: Vec<Permission> = denials(&before, |datum| !after.contains(datum));
        gone.iter().try_for_each(|denial| self.may_lift(denial))?;
        let new = after.iter().filter(|datum| !gone.is_empty() || !before.contains(datum));
        for permission in new.filter_map(|datum| Permission::from_datum(datum).ok()) {
            self.may(&permission)?;
        }
        Ok(())
    }

    /// Whoever knows a credential's secret is who it is for.
    fn credential(&mut self, before: Option<&str>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let Some(draft) = draft else { return Ok(()) };
        let Some(after) = read::<CredentialDocument>(&draft.body) else { return Ok(()) };
        let before = before.and_then(read::<CredentialDocument>);
        let is_same = before.as_ref().is_some_and(|before| {
            (&before.id, &before.secret_sha256, &before.application)
                == (&after.id, &after.secret_sha256, &after.application)
        });
        if !is_same {
            self.added(None, Some(after.permissions.clone()))?;
            let id = after.id.clone();
            self.reached(
                CREDENTIAL_PROVIDER,
                &draft.tenant,
                |who| matches!(who, Who::Id { id: known, .. } if **known == *id),
            )?;
        }
        self.added(before.map(|before| before.permissions), Some(after.permissions))
    }

    fn assignment(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let after = draft.and_then(|draft| read::<AssignmentDocument>(&draft.body));
        if let Some(before) = before
            && let Some(old) = read::<AssignmentDocument>(&before.body)
        {
            let is_same = after.as_ref().is_some_and(|after| {
                (&after.role, &after.to, after.from, after.until) == (&old.role, &old.to, old.from, old.until)
            });
            let is_over = old.until.is_some_and(|until| until.0 <= self.now);
            if !is_same && !is_over {
                self.lift_role(&before.tenant, &old.role)?;
            }
        }
        let (Some(draft), Some(after)) = (draft, after) else { return Ok(()) };
        match self.policy.role_of(&draft.tenant, &after.role) {
            Some(role) => self.role(role),
            None => Ok(()),
        }
    }

    /// Whoever says which groups somebody is in, or how they log in, gives them what is assigned to those, and takes from
    /// them what is assigned to those that they leave.
    fn user(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let names = |body: &str| -> HashSet<(String, bool)> {
            let Some(user) = read::<UserDocument>(body) else { return HashSet::new() };
            let groups = user.groups.into_iter().map(|group| (group, true));
            groups.chain(user.login.map(|login| (login, false))).collect()
        };
        let who = |body: &str| read::<UserDocument>(body).map(|user| (user.provider, user.kind, user.id));
        let is_same_person = match (before, draft) {
            (Some(before), Some(after)) => {
                before.tenant == after.tenant && who(&before.body) == who(&after.body)
            }
            _ => false,
        };
        let old = before.map(|before| names(&before.body)).unwrap_or_default();
        let new = draft.map(|draft| names(&draft.body)).unwrap_or_default();
        let differs = |name: &(String, bool), others: &HashSet<(String, bool)>| {
            !is_same_person || !others.contains(name)
        };
        if let Some(draft) = draft {
            let come: HashSet<_> = new.iter().filter(|name| differs(name, &old)).collect();
            let reaches = |who: &Who| match who {
                Who::Group { group, .. } => come.contains(&(group.to_string(), true)),
                Who::Login { login, .. } => come.contains(&(login.to_string(), false)),
                Who::Id { .. } => false,
            };
            for assignment in self.policy.assignments.iter().filter(|held| *held.tenant == *draft.tenant) {
                if reaches(&assignment.recipient.who) {
                    self.role(assignment.role)?;
                }
            }
        }
        if let Some(before) = before {
            let gone: HashSet<_> = old.iter().filter(|name| differs(name, &new)).collect();
            self.lift_assigned(&before.tenant, |to| {
                to.group.as_ref().is_some_and(|group| gone.contains(&(group.clone(), true)))
                    || to.login.as_ref().is_some_and(|login| gone.contains(&(login.clone(), false)))
            })?;
        }
        Ok(())
    }

    /// An account that gets a name, or is enabled again, gets what is assigned to it.
    fn account(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let Some(draft) = draft else { return Ok(()) };
        let Some(after) = read::<ServiceAccountDocument>(&draft.body) else { return Ok(()) };
        let old = before.and_then(|before| read::<ServiceAccountDocument>(&before.body));
        let is_same =
            old.as_ref().is_some_and(|old| old.name == after.name && (after.disabled || !old.disabled));
        if is_same {
            return Ok(());
        }
        if let Some(old) = old.filter(|old| old.name != after.name) {
            self.lift_assigned(&draft.tenant, |to| {
                to.provider.as_deref() == Some(OWN_PROVIDER) && to.login.as_deref() == Some(old.name.as_str())
            })?;
        }
        let id = draft.id.clone();
        self.reached(OWN_PROVIDER, &draft.tenant, |who| match who {
            Who::Id { id: known, .. } => **known == *id,
            Who::Login { login, .. } => **login == *after.name,
            Who::Group { .. } => false,
        })
    }

    /// Whoever says how a provider's identities are proven can be each of them, in every tenant. An endpoint is shown the
    /// opaque tokens of the others' identities as well, and whoever has it asked can present those.
    fn provider(&mut self, name: &str) -> Result<(), AdminError> {
        let is_endpoint = |of: &str| {
            let mut providers = self.policy.providers.iter();
            providers.any(|known| known.name() == of && !matches!(known, Provider::OpenId(_)))
        };
        let shows_others = is_endpoint(name);
        let of_it = |assignment: &&Assignment| {
            let provider = &*assignment.recipient.provider;
            provider == name || (shows_others && is_endpoint(provider))
        };
        let places: HashSet<usize> =
            self.policy.assignments.iter().filter(of_it).map(|assignment| assignment.role).collect();
        for place in places {
            self.role(place)?;
            if let Some(role) = self.policy.roles.get(place) {
                self.lift_role(&role.tenant, &role.name)?;
            }
        }
        for object in self.state.objects.of_kind(Kind::Source) {
            let source = read::<SourceDocument>(&object.body).filter(|source| source.provider == name);
            self.names(source.map(|source| source.ceiling).unwrap_or_default())?;
        }
        Ok(())
    }

    /// A role that comes, goes or is renamed may let another one of its name stand in assignments.
    fn meant_anew(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let old = before.map(|before| (before.tenant.as_str(), before.name.as_str()));
        let new = draft.map(|draft| (draft.tenant.as_str(), draft.name.as_str()));
        if old == new {
            return Ok(());
        }
        for (tenant, name) in [old, new].into_iter().flatten() {
            let held = self.policy.assignments.iter().filter(|held| {
                (*held.tenant == *tenant || tenant == DEFAULT_TENANT)
                    && self.policy.roles.get(held.role).is_some_and(|role| *role.name == *name)
            });
            for assignment in held {
                let is_known = self.policy.roles.get(assignment.role).is_some_and(|role| {
                    self.role_before(&assignment.tenant, name).is_some_and(|was| was.tenant == *role.tenant)
                });
                if !is_known {
                    self.lift_role(&assignment.tenant, name)?;
                    self.role(assignment.role)?;
                }
            }
        }
        Ok(())
    }

    /// What is assigned to some of a provider's identities.
    fn reached(
        &mut self,
        provider: &str,
        tenant: &str,
        is_meant: impl Fn(&Who) -> bool,
    ) -> Result<(), AdminError> {
        for assignment in &self.policy.assignments {
            let recipient = &assignment.recipient;
            if *recipient.provider == *provider && *assignment.tenant == *tenant && is_meant(&recipient.who) {
                self.role(assignment.role)?;
            }
        }
        Ok(())
    }

    fn role(&mut self, place: usize) -> Result<(), AdminError> {
        if !self.granted.insert(place) {
            return Ok(());
        }
        let permissions = self.policy.roles.get(place).into_iter().flat_map(|role| &role.permissions);
        permissions.into_iter().try_for_each(|permission| self.may(permission))
    }

    /// The role that a name meant before the change.
    fn role_before(&self, tenant: &str, name: &str) -> Option<&'a Object> {
        let objects = &self.state.objects;
        objects
            .by_name(Kind::Role, tenant, name)
            .or_else(|| objects.by_name(Kind::Role, DEFAULT_TENANT, name))
            .map(|object| &**object)
    }

    /// Takes a role away from somebody: what it denied, they may do then.
    fn lift_role(&mut self, tenant: &str, name: &str) -> Result<(), AdminError> {
        if !self.lifted.insert((tenant.to_owned(), name.to_owned())) {
            return Ok(());
        }
        let role = self.role_before(tenant, name).and_then(|role| read::<RoleDocument>(&role.body));
        let permissions = role.map(|role| role.permissions).unwrap_or_default();
        denials(&permissions, |_| true).iter().try_for_each(|denial| self.may_lift(denial))
    }

    fn lift_assigned(
        &mut self,
        tenant: &str,
        is_meant: impl Fn(&crate::model::Target) -> bool,
    ) -> Result<(), AdminError> {
        let state = self.state;
        for object in state.objects.of_kind(Kind::Assignment).iter().filter(|object| object.tenant == tenant)
        {
            if let Some(held) = read::<AssignmentDocument>(&object.body).filter(|held| is_meant(&held.to)) {
                self.lift_role(tenant, &held.role)?;
            }
        }
        Ok(())
    }

    fn names(&self, ceiling: Vec<String>) -> Result<(), AdminError> {
        let permission = |name| Permission::from_json(&serde_json::json!({ "name": name }).to_string()).ok();
        ceiling.into_iter().filter_map(permission).try_for_each(|permission| self.may(&permission))
    }

    fn may(&self, permission: &Permission) -> Result<(), AdminError> {
        may_grant(self.holds, permission, self.now)
    }

    /// Lifting a denial grants what it denied.
    fn may_lift(&self, denial: &Permission) -> Result<(), AdminError> {
        match allowing(denial) {
            Some(allowing) => self.may(&allowing),
            // What cannot be said to be held is not.
            None => Err(AdminError::Beyond {
                permission: denial.as_json().to_owned(),
                why: "what it denies cannot be told".to_owned(),
            }),
        }
    }
}

fn denials(permissions: &[Datum], is_meant: impl Fn(&Datum) -> bool) -> Vec<Permission> {
    let read = permissions.iter().filter(|datum| is_meant(datum));
    read.filter_map(|datum| Permission::from_datum(datum).ok()).filter(Permission::is_denial).collect()
}

/// The permission that a denial is the opposite of.
fn allowing(denial: &Permission) -> Option<Permission> {
    let mut members: serde_json::Map<String, serde_json::Value> = read(denial.as_json())?;
    members.remove("deny");
    Permission::from_json(&serde_json::Value::Object(members).to_string()).ok()
}
