//! That roles are named once, and that permissions hold against the schemas.

use std::collections::HashMap;

use casemate_expression::Datum;
use casemate_permission::{Catalog, Permission, Problem};

use super::{Checker, holds_date};
use crate::model::RoleDocument;
use crate::policy::document::Item;
use crate::policy::place::{Help, Place, Raised};
use crate::policy::{ADMINISTRATOR, AUDITOR, DEFAULT_TENANT, Role, built_in};

impl Checker {
    /// The roles, those that are built in first.
    pub(super) fn roles(&mut self, items: &[Item<RoleDocument>], catalog: &Catalog) -> Vec<Role> {
        let mut seen: HashMap<(&str, &str), &Place> = HashMap::new();
        let mut roles = built_in();
        roles.reserve(items.len());
        for item in items {
            let name = self.name(&item.place, "/name", &item.document.name);
            // A role that names no tenant may be assigned in each of them.
            let tenant = match item.tenant {
                Some(_) => self.tenant(item),
                None => DEFAULT_TENANT.into(),
            };
            if matches!(name, ADMINISTRATOR | AUDITOR) {
                let message = format!("the role `{name}` is built in");
                self.raise_with_help(&item.place, "/name", message, "choose another name");
            }
            if let Some(first) = seen.insert((item.tenant(), name), &item.place) {
                let message = format!("the role `{name}` stands twice");
                self.raise_twice(&item.place, first, "/name", message);
            }
            let permissions = self.permissions(&item.place, &item.document.permissions, catalog);
            roles.push(Role { tenant, name: name.into(), permissions });
        }
        roles
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
