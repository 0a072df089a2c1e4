//! That roles and teams are named once and name roles that there are, and that permissions hold against the schemas.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_expression::Datum;
use casemate_permission::{Catalog, Permission, Problem};

use super::hierarchy::{self, MAX_DEPTH, in_words};
use super::{Checker, holds_date};
use crate::model::{RoleDocument, TeamDocument};
use crate::policy::document::Item;
use crate::policy::place::{Help, Place, Raised};
use crate::policy::{DEFAULT_TENANT, Role, Team, is_built_in};

/// The most roles that one extends.
const MAX_EXTENDS: usize = 64;
/// The most roles of a team.
const MAX_TEAM: usize = 256;

/// Places by tenant and name: what a name means in a tenant, or else in `default`.
pub(super) struct Names<'a>(HashMap<(&'a str, &'a str), usize>);

impl<'a> Names<'a> {
    pub(super) fn of(named: impl Iterator<Item = (&'a str, &'a str)>) -> Names<'a> {
        Names(named.zip(0..).collect())
    }

    pub(super) fn find(&self, tenant: &str, name: &str) -> Option<usize> {
        self.0.get(&(tenant, name)).or_else(|| self.0.get(&(DEFAULT_TENANT, name))).copied()
    }

    pub(super) fn known(&self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(|(_, name)| *name)
    }
}

impl Checker {
    /// The roles, behind those that are there already.
    pub(super) fn roles(
        &mut self,
        mut roles: Vec<Role>,
        items: &[Item<RoleDocument>],
        catalog: &Catalog,
    ) -> Vec<Role> {
        let mut seen: HashMap<(&str, &str), &Place> = HashMap::new();
        roles.reserve(items.len());
        for item in items {
            let name = self.name(&item.place, "/name", &item.document.name);
            // A role that names no tenant may be assigned in each of them.
            let tenant = match item.tenant {
                Some(_) => self.tenant(item),
                None => DEFAULT_TENANT.into(),
            };
            if is_built_in(name) {
                let message = format!("the role `{name}` is built in");
                self.raise_with_help(&item.place, "/name", message, "choose another name");
            }
            if let Some(first) = seen.insert((item.tenant(), name), &item.place) {
                let message = format!("the role `{name}` stands twice");
                self.raise_twice(&item.place, first, "/name", message);
            }
            let permissions = self.permissions(&item.place, &item.document.permissions, catalog);
            roles.push(Role {
                tenant,
                name: name.into(),
                permissions: permissions.into(),
                extends: Vec::new(),
            });
        }
        self.extends(items, &mut roles);
        roles
    }

    /// Finds out which roles each one extends.
    fn extends(&mut self, items: &[Item<RoleDocument>], roles: &mut [Role]) {
        if items.iter().all(|item| item.document.extends.is_empty()) {
            return;
        }
        let there = roles.len() - items.len();
        let mut above: Vec<Vec<usize>> = roles.iter().take(there).map(|role| role.extends.clone()).collect();
        let names = Names::of(roles.iter().map(|role| (&*role.tenant, &*role.name)));
        for (item, role) in items.iter().zip(roles.iter().skip(there)) {
            let limits = ("/extends", MAX_EXTENDS);
            above.push(self.named(&item.place, &role.tenant, &item.document.extends, limits, &names));
        }
        let found = hierarchy::wrong(&above);
        let place_of = |place: usize| items.get(place.checked_sub(there)?).map(|item| &item.place);
        let name = |place: usize| roles.get(place).map_or("", |role| &role.name);
        for circle in &found.circles {
            let Some(place) = circle.first().and_then(|first| place_of(*first)) else { continue };
            let message = format!("the role extends itself: {}", in_words(circle, name));
            self.raise(place, "/extends", message);
        }
        for place in found.too_deep.iter().filter_map(|place| place_of(*place)) {
            self.raise(place, "/extends", format!("roles extend each other in at most {MAX_DEPTH} levels"));
        }
        if found.circles.is_empty() {
            for (role, extends) in roles.iter_mut().zip(above) {
                role.extends = extends;
            }
        }
    }

    /// The places of the roles that are named.
    fn named(
        &mut self,
        place: &Place,
        tenant: &str,
        named: &[String],
        (pointer, most): (&str, usize),
        names: &Names<'_>,
    ) -> Vec<usize> {
        if named.len() > most {
            self.raise(place, pointer, format!("these are {} roles, and may be {most}", named.len()));
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let mut places = Vec::with_capacity(named.len());
        for (index, name) in named.iter().enumerate() {
            let at = format!("{pointer}/{index}");
            if !seen.insert(name) {
                self.raise(place, &at, format!("the role `{name}` stands twice"));
                continue;
            }
            match names.find(tenant, name) {
                Some(role) => places.push(role),
                None => self.raise_unknown(place, &at, "role", name, names.known()),
            }
        }
        places
    }

    /// The teams, each of roles that there are, behind those that are there already.
    pub(super) fn teams(
        &mut self,
        mut teams: Vec<Team>,
        items: &[Item<TeamDocument>],
        roles: &[Role],
    ) -> Vec<Team> {
        let names = Names::of(roles.iter().map(|role| (&*role.tenant, &*role.name)));
        let mut seen: HashMap<(&str, &str), &Place> = HashMap::new();
        teams.reserve(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            let tenant: Arc<str> = match item.tenant {
                Some(_) => self.tenant(item),
                None => DEFAULT_TENANT.into(),
            };
            if let Some(first) = seen.insert((item.tenant(), name), place) {
                self.raise_twice(place, first, "/name", format!("the team `{name}` stands twice"));
            }
            let roles = self.named(place, &tenant, &document.roles, ("/roles", MAX_TEAM), &names);
            teams.push(Team { tenant, name: name.into(), roles });
        }
        teams
    }

    pub(super) fn permissions(
        &mut self,
        place: &Place,
        entries: &[Datum],
        catalog: &Catalog,
    ) -> Vec<Permission> {
        let mut permissions = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let at = || format!("/permissions/{index}");
            if holds_date(entry) {
                let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                self.raise_with_help(place, &at(), "a permission is JSON, which has no dates", help);
                continue;
            }
            match Permission::from_datum(entry) {
                Ok(permission) => {
                    for problem in catalog.problems(&permission) {
                        let pointer = format!("{}{}", at(), property_pointer(&problem));
                        let raised = Raised::new(place, pointer, problem.to_string(), Help::Unneeded);
                        match place.is_object() {
                            true => self.mismatches.push(raised),
                            false => self.raised.push(raised),
                        }
                    }
                    permissions.push(permission);
                }
                Err(error) => self.raise(place, &at(), error.to_string()),
            }
        }
        permissions
    }
}

/// Where in a permission a problem is.
fn property_pointer(problem: &Problem) -> String {
    match problem {
        Problem::Null { property }
        | Problem::Undeclared { property, .. }
        | Problem::Mismatch { property, .. } => {
            format!("/{}", property.replace('~', "~0").replace('/', "~1"))
        }
        _ => String::new(),
    }
}
