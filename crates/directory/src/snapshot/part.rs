//! What a policy says in one tenant, with what finds things in it.

use std::collections::HashMap;
use std::sync::Arc;

use super::lasting::Lasting;
use crate::index::{By, Index, KeyRef};
use crate::policy::{Assigned, Assignment, Person, Policy, Roles, Who};

/// A tenant of a policy.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// What names of roles and teams mean there: those of the tenant `default` stand in front.
    pub(super) roles: Arc<Roles>,
    /// Service accounts too.
    pub(super) people: Vec<Person>,
    pub(super) people_index: Index,
    pub(super) assignments: Vec<Assignment>,
    pub(super) assignment_index: Index,
    /// The names of the service accounts, by id.
    pub(super) account_names: HashMap<Box<str>, Box<str>>,
    /// What is held, by what it says.
    pub(super) lasting: Lasting,
    /// Why nothing can be said of the tenant; whoever asks is to deny.
    pub(super) problem: Option<Box<str>>,
}

impl Part {
    /// A tenant with these people, accounts and assignments.
    pub(super) fn new(
        roles: Arc<Roles>,
        mut people: Vec<Person>,
        accounts: Vec<Person>,
        assignments: Vec<Assignment>,
    ) -> Part {
        let account_names = accounts
            .iter()
            .map(|account| (account.id.clone(), account.login.clone().unwrap_or_default()))
            .collect();
        people.extend(accounts);
        let mut people_index = Index::default();
        for (place, person) in people.iter().enumerate() {
            let Person { tenant, provider, kind, id, .. } = person;
            people_index.insert(KeyRef::new(By::Id, &[tenant, provider, kind, id]), place);
            people_index.insert(KeyRef::new(By::IdAnywhere, &[tenant, kind, id]), place);
        }
        let mut assignment_index = Index::default();
        for (place, Assignment { tenant, recipient, .. }) in assignments.iter().enumerate() {
            let provider = &*recipient.provider;
            let key = match &recipient.who {
                Who::Id { kind, id } => KeyRef::new(By::Id, &[tenant, provider, kind, id]),
                Who::Login { kind, login } => KeyRef::new(By::Login, &[tenant, provider, kind, login]),
                Who::Group { kind: None, group } => KeyRef::new(By::Group, &[tenant, provider, group]),
                Who::Group { kind: Some(kind), group } => {
                    KeyRef::new(By::GroupOfKind, &[tenant, provider, kind, group])
                }
            };
            assignment_index.insert(key, place);
        }
        let lasting = Lasting::new(&roles, &assignments);
        Part {
            roles,
            people,
            people_index,
            assignments,
            assignment_index,
            account_names,
            lasting,
            problem: None,
        }
    }

    /// One of which nothing can be said.
    pub(super) fn failing(problem: String) -> Part {
        Part { problem: Some(problem.into()), ..Part::default() }
    }

    /// A policy that says something of one tenant alone.
    pub(super) fn of(policy: Policy) -> Part {
        let Policy { roles, people, accounts, assignments, .. } = policy;
        Part::new(Arc::new(roles), people, accounts, assignments)
    }

    pub(crate) fn roles(&self) -> &Roles {
        &self.roles
    }

    pub(crate) fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// The assignments that another revision of the tenant has not, or not as they are here.
    pub(crate) fn assignments_missing_in<'p>(
        &'p self,
        other: &'p Part,
    ) -> impl Iterator<Item = &'p Assignment> {
        let places = self.lasting.places_missing_in(&other.lasting);
        places.filter_map(|place| self.assignments.get(place as usize))
    }

    pub(super) fn person(&self, place: u32) -> Option<&Person> {
        self.people.get(place as usize)
    }
}

/// Whether something of a policy names a role or team of the tenant `default`, of which there are so many, that is not built in.
pub(super) fn is_sharing(policy: &Policy, built_in: usize, roles: usize, teams: usize) -> bool {
    let is_shared = |place: &usize| (built_in..roles).contains(place);
    let is_assigned = |assignment: &Assignment| match assignment.assigned {
        Assigned::Role(place) => is_shared(&place),
        Assigned::Team(place) => place < teams,
    };
    policy.assignments.iter().any(is_assigned)
        || policy.roles.iter().skip(roles).any(|role| role.extends.iter().any(is_shared))
        || policy.roles.teams().iter().skip(teams).any(|team| team.roles.iter().any(is_shared))
}
