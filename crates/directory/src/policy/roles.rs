//! Roles, teams, and what holding one of them means.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_permission::Permission;

use super::{BUILT_IN, DEFAULT_TENANT};

/// A named list of permissions, with the roles whose permissions it has as well.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) tenant: Arc<str>,
    pub(crate) name: Box<str>,
    pub(crate) permissions: Arc<[Permission]>,
    /// The places of the roles that it extends.
    pub(crate) extends: Vec<usize>,
}

/// A named list of roles.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) tenant: Arc<str>,
    pub(crate) name: Box<str>,
    /// The places of its roles.
    pub(crate) roles: Vec<usize>,
}

/// What is assigned, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Assigned {
    Role(usize),
    Team(usize),
}

/// A role that somebody comes to hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldRole<'a> {
    /// Its place.
    pub(crate) place: usize,
    pub(crate) role: &'a Role,
    /// The role that is assigned or in the team, and extends this one by as many others as there are; absent where it is
    /// this one.
    pub(crate) through: Option<&'a Role>,
}

/// All roles, those that are built in first, and all teams.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    roles: Vec<Role>,
    teams: Vec<Team>,
}

impl Roles {
    /// The place of the built-in role `administrator`.
    pub(crate) const ADMINISTRATOR: usize = 0;

    pub(crate) fn new(roles: Vec<Role>, teams: Vec<Team>) -> Roles {
        Roles { roles, teams }
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Role> {
        self.roles.get(place)
    }

    pub(crate) fn team(&self, place: usize) -> Option<&Team> {
        self.teams.get(place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter()
    }

    pub(crate) fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// The place of the role that a name means in a tenant.
    pub(crate) fn role_of(&self, tenant: &str, name: &str) -> Option<usize> {
        let at =
            |tenant: &str| self.roles.iter().position(|role| *role.tenant == *tenant && *role.name == *name);
        at(tenant).or_else(|| at(DEFAULT_TENANT))
    }

    /// The place of the team that a name means in a tenant.
    pub(crate) fn team_of(&self, tenant: &str, name: &str) -> Option<usize> {
        let at =
            |tenant: &str| self.teams.iter().position(|team| *team.tenant == *tenant && *team.name == *name);
        at(tenant).or_else(|| at(DEFAULT_TENANT))
    }

    /// What a name means in a tenant.
    pub(crate) fn assigned(&self, tenant: &str, role: Option<&str>, team: Option<&str>) -> Option<Assigned> {
        match (role, team) {
            (Some(role), _) => self.role_of(tenant, role).map(Assigned::Role),
            (None, Some(team)) => self.team_of(tenant, team).map(Assigned::Team),
            (None, None) => None,
        }
    }

    /// Every role that somebody holds by what is assigned to them, each once: those that are named first, then those that
    /// these extend.
    pub(crate) fn held(&self, assigned: Assigned) -> Vec<HeldRole<'_>> {
        let named: &[usize] = match &assigned {
            Assigned::Role(place) => std::slice::from_ref(place),
            Assigned::Team(place) => self.teams.get(*place).map_or(&[], |team| &team.roles),
        };
        let mut seen = HashSet::new();
        let mut held: Vec<HeldRole<'_>> = Vec::new();
        for place in named {
            held.extend(self.first(&mut seen, *place, None));
        }
        let mut next = 0;
        while let Some(HeldRole { role, through, .. }) = held.get(next).copied() {
            let through = Some(through.unwrap_or(role));
            for place in &role.extends {
                held.extend(self.first(&mut seen, *place, through));
            }
            next += 1;
        }
        held
    }

    /// A role that was not come to yet.
    fn first<'a>(
        &'a self,
        seen: &mut HashSet<usize>,
        place: usize,
        through: Option<&'a Role>,
    ) -> Option<HeldRole<'a>> {
        let role = self.roles.get(place).filter(|_| seen.insert(place))?;
        Some(HeldRole { place, role, through })
    }
}

/// The roles that are there without being stored.
pub(super) fn built_in() -> Vec<Role> {
    let role = |(name, _, granted): (&str, &str, &[&str])| Role {
        tenant: DEFAULT_TENANT.into(),
        name: name.into(),
        permissions: granted
            .iter()
            .filter_map(|name| Permission::from_json(&serde_json::json!({ "name": name }).to_string()).ok())
            .collect(),
        extends: Vec::new(),
    };
    BUILT_IN.into_iter().map(role).collect()
}

/// Whether a role of this name is there without being stored.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(built_in, _, _)| *built_in == name)
}
