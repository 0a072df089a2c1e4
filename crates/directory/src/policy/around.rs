//! A tenant by itself, within what all tenants have in common.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_permission::Catalog;
use casemate_store::Object;

use super::check::Checked;
use super::document::{self, Documents};
use super::roles::built_in;
use super::{Mistake, Policy, Role, Team, checked, nothing};

/// What all tenants have in common, and was checked: the schemas, who vouches for people, the tenants, and the roles and teams of
/// the tenant `default`, which mean the same in each.
#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) catalog: Catalog,
    /// The names of the configured providers.
    pub(crate) providers: Vec<Arc<str>>,
    /// The declared tenants; empty where none is, and every name is a tenant.
    pub(crate) tenants: Arc<HashSet<Arc<str>>>,
    /// Those that are built in first.
    pub(crate) roles: Vec<Role>,
    pub(crate) teams: Vec<Team>,
}

impl Around {
    /// What a policy that was checked, of the whole installation and the tenant `default`, is for the other tenants.
    pub(crate) fn of(policy: &Policy) -> Around {
        Around {
            catalog: policy.catalog.clone(),
            providers: policy.providers.iter().map(|provider| provider.name().into()).collect(),
            tenants: Arc::clone(&policy.tenants),
            roles: policy.roles.iter().cloned().collect(),
            teams: policy.roles.teams().to_vec(),
        }
    }

    /// The same with the schemas as they were compiled before.
    pub(crate) fn with_catalog(&self, catalog: &Catalog) -> Around {
        let (roles, teams) = (self.roles.clone(), self.teams.clone());
        Around { catalog: catalog.clone(), roles, teams, ..self.without_roles() }
    }

    /// The same with the roles alone that are built in.
    pub(crate) fn without_roles(&self) -> Around {
        Around {
            catalog: self.catalog.clone(),
            providers: self.providers.clone(),
            tenants: Arc::clone(&self.tenants),
            roles: built_in(),
            teams: Vec::new(),
        }
    }
}

impl Policy {
    /// Checks the objects of one tenant, or of several, within what holds in all of them. Its roles and teams stand behind those of the tenant
    /// `default`.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub(crate) fn of_tenant(around: &Around, objects: &[Arc<Object>]) -> Result<Policy, Vec<Mistake>> {
        let mut raised = Vec::new();
        let documents = Documents::of_objects(objects.iter().map(|object| &**object), &mut raised);
        let place = |index: usize| {
            objects.get(index).map_or_else(|| nothing(index), |object| document::place_of(object))
        };
        let Checked { policy, mistakes } = checked(documents, raised, &place, Some(around));
        if mistakes.is_empty() { Ok(policy) } else { Err(mistakes) }
    }
}
