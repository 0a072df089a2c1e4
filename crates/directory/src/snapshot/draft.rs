//! What holding a role or a team means, also a role that is not there yet.

use std::sync::Arc;

use casemate_permission::{Grant, OriginKind, Permission, PermissionSet};

use super::part::Part;
use super::{Compiled, ResolveError, Snapshot};
use crate::model::RoleDocument;
use crate::policy::Assigned;

/// The most permissions of a draft.
const MAX_PERMISSIONS: usize = 10_000;
/// The most mistakes of a draft that are told.
const MAX_MISTAKES: usize = 100;

impl Snapshot {
    /// What somebody holds who is given a role or a team of a tenant and nothing else; nothing where there is none.
    #[must_use]
    pub fn permissions_of(
        &self,
        tenant: &str,
        role: Option<&str>,
        team: Option<&str>,
    ) -> Option<Result<PermissionSet, ResolveError>> {
        let compiled = &**self.compiled();
        let mut held = Vec::new();
        let part = compiled.part(tenant);
        part.add_held(part.roles().assigned(tenant, role, team)?, &mut held);
        Some(compiled.built(held))
    }

    /// What somebody holds who is given a role that is not there, or is to become another, and nothing else.
    ///
    /// # Errors
    /// What is wrong with it, each mistake with a JSON pointer into the document.
    pub fn permissions_of_draft(
        &self,
        tenant: &str,
        draft: &RoleDocument,
    ) -> Result<PermissionSet, Vec<(String, String)>> {
        let compiled = &**self.compiled();
        if draft.permissions.len() > MAX_PERMISSIONS {
            return Err(vec![("/permissions".to_owned(), format!("these are more than {MAX_PERMISSIONS}"))]);
        }
        let mut mistakes = Vec::new();
        let mut held = Vec::new();
        let grant = Grant::always(OriginKind::Role, &draft.name);
        for (place, datum) in draft.permissions.iter().enumerate() {
            let mut wrong = |message: String| mistakes.push((format!("/permissions/{place}"), message));
            match Permission::from_datum(datum) {
                Ok(permission) => {
                    compiled
                        .catalog
                        .problems(&permission)
                        .iter()
                        .for_each(|problem| wrong(problem.to_string()));
                    held.push((permission, Arc::clone(&grant)));
                }
                Err(error) => wrong(error.to_string()),
            }
        }
        for (place, name) in draft.extends.iter().enumerate() {
            let part = compiled.part(tenant);
            match part.roles().role_of(tenant, name) {
                Some(role) => {
                    let held_by_it = part.roles().held(Assigned::Role(role));
                    if *name == draft.name || held_by_it.iter().any(|held| *held.role.name == *draft.name) {
                        let message = "this role extends the draft, directly or by others".to_owned();
                        mistakes.push((format!("/extends/{place}"), message));
                    }
                    part.add_held(Assigned::Role(role), &mut held);
                }
                None => mistakes.push((format!("/extends/{place}"), "there is no such role".to_owned())),
            }
        }
        mistakes.truncate(MAX_MISTAKES);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        compiled.built(held).map_err(|error| vec![("/permissions".to_owned(), error.to_string())])
    }
}

impl Part {
    fn add_held(&self, assigned: Assigned, held: &mut Vec<(Permission, Arc<Grant>)>) {
        for role in self.roles().held(assigned) {
            let grant = Grant::always(OriginKind::Role, &role.role.name);
            held.extend(role.role.permissions.iter().map(|held| (held.clone(), Arc::clone(&grant))));
        }
    }
}

impl Compiled {
    fn built(&self, held: Vec<(Permission, Arc<Grant>)>) -> Result<PermissionSet, ResolveError> {
        let mut builder = PermissionSet::builder(&self.catalog);
        for (permission, grant) in held {
            builder.add(permission, &grant);
        }
        builder.build().map_err(|error| ResolveError::Compile(error.to_string()))
    }
}
