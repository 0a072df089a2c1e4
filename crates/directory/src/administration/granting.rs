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
    AssignmentDocument, AuditSinkDocument, CredentialDocument, RoleDocument, ServiceAccountDocument,
    SourceDocument, TeamDocument, UserDocument,
};
use crate::objects::Change;
use crate::policy::{Assigned, Assignment, DEFAULT_TENANT, Policy, Who};
use crate::{CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// What saying what resources are is worth: as much as registering them.
const REGISTERING: [&str; 3] =
    ["casemate.resource.create", "casemate.resource.update", "casemate.resource.delete"];
/// What whoever is behind a sink of the audit log is given.
const READ_BY_SINKS: [&str; 2] = ["casemate.audit-event.list", "casemate.audit-event.read"];
/// What is held by those to whom events of all tenants may be shown.
const READ_EVERYWHERE: &str = "casemate.audit-log.export";

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
                let (old, new) = (old.and_then(read::<RoleDocument>), new.and_then(read::<RoleDocument>));
                let permissions =
                    |role: &Option<RoleDocument>| role.as_ref().map(|role| role.permissions.clone());
                self.added(permissions(&old), permissions(&new))?;
                let extends = |role: Option<RoleDocument>| role.map(|role| role.extends).unwrap_or_default();
                self.named((before, extends(old)), (draft, extends(new)), Assigned::Role)?;
                self.role_meant_anew(before, draft)
            }
            Kind::Team => {
                let roles = |body| read::<TeamDocument>(body).map(|team| team.roles);
                let old = old.and_then(roles).unwrap_or_default();
                let new = new.and_then(roles).unwrap_or_default();
                self.named((before, old), (draft, new), Assigned::Team)?;
                self.team_meant_anew(before, draft)
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
                // What it hands out may deny, and goes with it. Whoever says what resources are, says what others may do with them.
                let bounds = |body: Option<&str>| match body.and_then(read::<SourceDocument>) {
                    Some(SourceDocument { resources: Some(_), .. }) => {
                        REGISTERING.iter().map(|name| (*name).to_owned()).collect()
                    }
                    source => source.and_then(|source| source.ceiling).unwrap_or_default(),
                };
                self.names(bounds(old))?;
                self.names(bounds(new))
            }
            // Whoever is behind it reads what is on record.
            Kind::AuditSink if draft.is_some() => {
                let tenants = new.and_then(read::<AuditSinkDocument>).map(|sink| sink.tenants);
                let is_of_own = tenants.is_some_and(|tenants| tenants == [DEFAULT_TENANT]);
                let everywhere = (!is_of_own).then_some(READ_EVERYWHERE);
                self.names(READ_BY_SINKS.into_iter().chain(everywhere).map(str::to_owned).collect())
            }
            // Rules see the events of all tenants, and alerts name what is in them.
            Kind::Detection | Kind::AlertReceiver if draft.is_some() => {
                self.names(vec![READ_EVERYWHERE.to_owned()])
            }
            Kind::Tenant
            | Kind::Application
            | Kind::Setting
            | Kind::AuditSink
            | Kind::Detection
            | Kind::AlertReceiver
            | Kind::EventType
            | Kind::EventCeiling => Ok(()),
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

    /// What a role extends, or a team is made of: what is new has to be theirs to give, and what goes theirs to lift. Where
    /// something that denies goes, all that is left has to be theirs to give.
    fn named(
        &mut self,
        (before, old): (Option<&Object>, Vec<String>),
        (draft, new): (Option<&Draft>, Vec<String>),
        assigned: fn(usize) -> Assigned,
    ) -> Result<(), AdminError> {
        let mut lifts = false;
        if let Some(before) = before {
            for name in old.iter().filter(|name| !new.contains(name)) {
                lifts |= self.lift_role(&before.tenant, name)?;
            }
        }
        let Some(draft) = draft else { return Ok(()) };
        let roles = &self.policy.roles;
        for name in new.iter().filter(|name| !old.contains(name)) {
            if let Some(role) = roles.role_of(&draft.tenant, name) {
                self.assigned(Assigned::Role(role))?;
            }
        }
        let place = match assigned(0) {
            Assigned::Role(_) => roles.role_of(&draft.tenant, &draft.name),
            Assigned::Team(_) => roles.team_of(&draft.tenant, &draft.name),
        };
        match place.filter(|_| lifts) {
            Some(place) => self.assigned(assigned(place)),
            None => Ok(()),
        }
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
                (&after.role, &after.team, &after.to, after.from, after.until)
                    == (&old.role, &old.team, &old.to, old.from, old.until)
            });
            let is_over = old.until.is_some_and(|until| until.0 <= self.now);
            if !is_same && !is_over {
                self.lift(&before.tenant, &old)?;
            }
        }
        let (Some(draft), Some(after)) = (draft, after) else { return Ok(()) };
        let (role, team) = (after.role.as_deref(), after.team.as_deref());
        match self.policy.roles.assigned(&draft.tenant, role, team) {
            Some(assigned) => self.assigned(assigned),
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
                    self.assigned(assignment.assigned)?;
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
    pub(super) fn provider(&mut self, name: &str) -> Result<(), AdminError> {
        let is_endpoint = |of: &str| {
            let mut providers = self.policy.providers.iter();
            providers.any(|known| known.name() == of && !matches!(known, Provider::OpenId(_)))
        };
        let shows_others = is_endpoint(name);
        let of_it = |assignment: &&Assignment| {
            let provider = &*assignment.recipient.provider;
            provider == name || (shows_others && is_endpoint(provider))
        };
        let places: HashSet<Assigned> =
            self.policy.assignments.iter().filter(of_it).map(|assignment| assignment.assigned).collect();
        for assigned in places {
            self.assigned(assigned)?;
            for held in self.policy.roles.held(assigned) {
                self.lift_role(&held.role.tenant, &held.role.name)?;
            }
        }
        for object in self.state.objects.wide(Kind::Source) {
            let source = read::<SourceDocument>(&object.body).filter(|source| source.provider == name);
            self.names(source.and_then(|source| source.ceiling).unwrap_or_default())?;
        }
        Ok(())
    }

    /// A role that comes, goes or is renamed may let another one of its name stand in assignments, in teams, and in what
    /// extends it.
    fn role_meant_anew(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let policy = self.policy;
        let assigned = policy.assignments.iter().filter_map(|held| match held.assigned {
            Assigned::Role(place) => Some((&held.tenant, place)),
            Assigned::Team(_) => None,
        });
        let extended =
            policy.roles.iter().flat_map(|role| role.extends.iter().map(|place| (&role.tenant, *place)));
        let teams = policy.roles.teams().iter();
        let in_teams = teams.flat_map(|team| team.roles.iter().map(|place| (&team.tenant, *place)));
        let named: HashSet<(&str, usize)> =
            assigned.chain(extended).chain(in_teams).map(|(tenant, place)| (&**tenant, place)).collect();
        for (tenant, name) in renamed(before, draft) {
            for (there, place) in &named {
                let Some(role) = policy.roles.get(*place).filter(|role| *role.name == *name) else {
                    continue;
                };
                if *there != tenant && tenant != DEFAULT_TENANT {
                    continue;
                }
                let is_known = self.role_before(there, name).is_some_and(|was| was.tenant == *role.tenant);
                if !is_known {
                    self.lift_role(there, name)?;
                    self.assigned(Assigned::Role(*place))?;
                }
            }
        }
        Ok(())
    }

    /// As for a role, of assignments.
    fn team_meant_anew(&mut self, before: Option<&Object>, draft: Option<&Draft>) -> Result<(), AdminError> {
        let policy = self.policy;
        for (tenant, name) in renamed(before, draft) {
            for held in
                policy.assignments.iter().filter(|held| *held.tenant == *tenant || tenant == DEFAULT_TENANT)
            {
                let Assigned::Team(place) = held.assigned else { continue };
                let Some(team) = policy.roles.team(place).filter(|team| *team.name == *name) else {
                    continue;
                };
                let was = self.team_before(&held.tenant, name);
                if was.is_none_or(|was| was.tenant != *team.tenant) {
                    self.lift_team(&held.tenant, name)?;
                    self.assigned(held.assigned)?;
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
                self.assigned(assignment.assigned)?;
            }
        }
        Ok(())
    }

    /// That all of what is assigned is theirs to give.
    fn assigned(&mut self, assigned: Assigned) -> Result<(), AdminError> {
        for held in self.policy.roles.held(assigned) {
            if self.granted.insert(held.place) {
                held.role.permissions.iter().try_for_each(|permission| self.may(permission))?;
            }
        }
        Ok(())
    }

    /// The role that a name meant before the change.
    fn role_before(&self, tenant: &str, name: &str) -> Option<&'a Object> {
        let objects = &self.state.objects;
        objects
            .by_name(Kind::Role, tenant, name)
            .or_else(|| objects.by_name(Kind::Role, DEFAULT_TENANT, name))
            .map(|object| &**object)
    }

    /// The team that a name meant before the change.
    fn team_before(&self, tenant: &str, name: &str) -> Option<&'a Object> {
        let objects = &self.state.objects;
        objects
            .by_name(Kind::Team, tenant, name)
            .or_else(|| objects.by_name(Kind::Team, DEFAULT_TENANT, name))
            .map(|object| &**object)
    }

    /// Takes a role away from somebody: what it and those that it extended denied, they may do then. Answers whether they
    /// denied anything.
    fn lift_role(&mut self, tenant: &str, name: &str) -> Result<bool, AdminError> {
        let mut denied = false;
        let mut seen = HashSet::new();
        let mut waiting = vec![(tenant.to_owned(), name.to_owned())];
        while let Some((tenant, name)) = waiting.pop() {
            let Some(object) = self.role_before(&tenant, &name) else { continue };
            if !seen.insert((object.tenant.as_str(), object.name.as_str())) {
                continue;
            }
            let Some(role) = read::<RoleDocument>(&object.body) else { continue };
            waiting.extend(role.extends.into_iter().map(|extended| (object.tenant.clone(), extended)));
            let denials = denials(&role.permissions, |_| true);
            denied |= !denials.is_empty();
            if self.lifted.insert((object.tenant.clone(), object.name.clone())) {
                denials.iter().try_for_each(|denial| self.may_lift(denial))?;
            }
        }
        Ok(denied)
    }

    fn lift_team(&mut self, tenant: &str, name: &str) -> Result<(), AdminError> {
        let Some(object) = self.team_before(tenant, name) else { return Ok(()) };
        let team = read::<TeamDocument>(&object.body);
        for role in team.map(|team| team.roles).unwrap_or_default() {
            self.lift_role(&object.tenant, &role)?;
        }
        Ok(())
    }

    /// Takes away what an assignment gave.
    fn lift(&mut self, tenant: &str, held: &AssignmentDocument) -> Result<(), AdminError> {
        if let Some(role) = &held.role {
            self.lift_role(tenant, role)?;
        }
        match &held.team {
            Some(team) => self.lift_team(tenant, team),
            None => Ok(()),
        }
    }

    fn lift_assigned(
        &mut self,
        tenant: &str,
        is_meant: impl Fn(&crate::model::Target) -> bool,
    ) -> Result<(), AdminError> {
        let state = self.state;
        for object in state.objects.in_tenant(Kind::Assignment, tenant) {
            if let Some(held) = read::<AssignmentDocument>(&object.body).filter(|held| is_meant(&held.to)) {
                self.lift(tenant, &held)?;
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

    fn may_lift(&self, denial: &Permission) -> Result<(), AdminError> {
        may_lift(self.holds, denial, self.now)
    }
}

/// Lifting a denial grants what it denied.
pub(super) fn may_lift(holds: &PermissionSet, denial: &Permission, now: Timestamp) -> Result<(), AdminError> {
    match allowing(denial) {
        Some(allowing) => may_grant(holds, &allowing, now),
        // What cannot be said to be held is not.
        None => Err(AdminError::Beyond {
            permission: denial.as_json().to_owned(),
            why: "what it denies cannot be told".to_owned(),
        }),
    }
}

/// The tenants and names that may mean something else than before: the old ones and the new ones, where they differ.
fn renamed<'o>(before: Option<&'o Object>, draft: Option<&'o Draft>) -> Vec<(&'o str, &'o str)> {
    let old = before.map(|before| (before.tenant.as_str(), before.name.as_str()));
    let new = draft.map(|draft| (draft.tenant.as_str(), draft.name.as_str()));
    if old == new { Vec::new() } else { [old, new].into_iter().flatten().collect() }
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
