//! Roles exported from Webiny, whose security groups hold permission objects much like ours.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::RoleDocument;

/// The most roles of one import.
const MAX_ROLES: usize = 10_000;

/// A role that was read, ready to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedRole {
    /// Its document.
    pub document: RoleDocument,
}

/// Something that a role of ours cannot say, and where it stood in the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCarriedOver {
    /// The role's name; empty where it has none.
    pub role: String,
    /// A JSON pointer into the export.
    pub pointer: String,
    /// What was left out, and why.
    pub why: String,
}

/// Why an export cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebinyError {
    /// It is none of the forms that Webiny exports.
    #[error(
        "this is no export of roles: one is an object with `name` and `permissions`, a list of such, or the answer to a GraphQL query, `data.security.groups.data`"
    )]
    Form,
    /// There are too many roles.
    #[error("there are {0} roles; at most {MAX_ROLES} are read at once")]
    TooMany(usize),
}

/// Reads roles that were exported from Webiny: one, a list, or the answer to a GraphQL query for groups or roles. Each
/// permission is carried over as it is, since its properties mean in the application's schema what they meant there;
/// a permission that cannot be one of ours is named instead, and so is whatever else of a role has no place here.
///
/// # Errors
/// Where it is no export of roles.
pub fn import_webiny(export: &Value) -> Result<(Vec<ImportedRole>, Vec<NotCarriedOver>), WebinyError> {
    let (groups, base) = groups(export).ok_or(WebinyError::Form)?;
    if groups.len() > MAX_ROLES {
        return Err(WebinyError::TooMany(groups.len()));
    }
    let mut reader = Reader { left: Vec::new(), names: std::collections::HashSet::new() };
    let single = matches!(export, Value::Object(_)) && base.is_empty();
    let mut roles = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let pointer = if single { String::new() } else { format!("{base}/{index}") };
        roles.extend(reader.role(group, &pointer));
    }
    Ok((roles, reader.left))
}

/// The groups of an export, and the pointer of the list that they stand in.
fn groups(export: &Value) -> Option<(Vec<&Value>, String)> {
    if let Value::Array(groups) = export {
        return Some((groups.iter().collect(), String::new()));
    }
    for list in ["groups", "roles", "listGroups", "listRoles"] {
        for root in ["/data/security", "/security"] {
            let pointer = format!("{root}/{list}/data");
            if let Some(Value::Array(groups)) = export.pointer(&pointer) {
                return Some((groups.iter().collect(), pointer));
            }
        }
    }
    let is_group = export.get("permissions").is_some();
    is_group.then(|| (vec![export], String::new()))
}

struct Reader {
    left: Vec<NotCarriedOver>,
    names: std::collections::HashSet<String>,
}

impl Reader {
    fn leave(&mut self, role: &str, pointer: String, why: impl Into<String>) {
        self.left.push(NotCarriedOver { role: role.to_owned(), pointer, why: why.into() });
    }

    fn role(&mut self, group: &Value, pointer: &str) -> Option<ImportedRole> {
        let Value::Object(members) = group else {
            self.leave("", pointer.to_owned(), "a role is an object");
            return None;
        };
        let text = |name: &str| {
            let text = members.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        // The slug is what Webiny's own references use; the name is what people read.
        let Some(name) = text("slug").or_else(|| text("name")) else {
            self.leave("", pointer.to_owned(), "the role has neither `slug` nor `name`");
            return None;
        };
        if !crate::policy::is_name(&name) {
            self.leave(
                &name,
                pointer.to_owned(),
                "its name is longer than 1024 bytes or holds control characters",
            );
            return None;
        }
        if crate::policy::is_built_in(&name) {
            self.leave(&name, pointer.to_owned(), "a role of that name is built in: rename it in the export");
            return None;
        }
        if !self.names.insert(name.clone()) {
            self.leave(&name, pointer.to_owned(), "another role of the export has the same name");
            return None;
        }
        for (member, value) in members {
            self.member(&name, pointer, member, value);
        }
        let permissions =
            self.permissions(&name, members.get("permissions"), &format!("{pointer}/permissions"));
        let document = json!({
            "name": name,
            "title": text("name"),
            "description": text("description"),
            "permissions": permissions,
        });
        match serde_json::from_value(document) {
            Ok(document) => Some(ImportedRole { document }),
            Err(error) => {
                self.leave(&name, pointer.to_owned(), error.to_string());
                None
            }
        }
    }

    /// Names what of a role has no place here. Bookkeeping of Webiny's database says nothing about access.
    fn member(&mut self, role: &str, pointer: &str, member: &str, value: &Value) {
        let known = ["name", "slug", "description", "permissions"];
        let bookkeeping = [
            "id",
            "createdOn",
            "createdBy",
            "savedOn",
            "savedBy",
            "webinyVersion",
            "__typename",
            "TYPE",
            "PK",
            "SK",
            "GSI1_PK",
            "GSI1_SK",
            "_ct",
            "_md",
            "_et",
        ];
        if known.contains(&member) || bookkeeping.contains(&member) || value.is_null() {
            return;
        }
        let why = match member {
            "system" | "plugin" if *value == Value::Bool(false) => return,
            "system" | "plugin" => "the role is Webiny's own, from code; here it becomes one like others",
            "tenant" => "choose the tenant when the roles are created",
            _ => "roles have no such property",
        };
        self.leave(role, format!("{pointer}/{}", escaped(member)), why);
    }

    fn permissions(&mut self, role: &str, permissions: Option<&Value>, pointer: &str) -> Vec<Value> {
        let Some(permissions) = permissions.and_then(Value::as_array) else {
            self.leave(role, pointer.to_owned(), "`permissions` is no list");
            return Vec::new();
        };
        let mut carried = Vec::new();
        for (index, permission) in permissions.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match permission {
                Value::Object(members) => carried.extend(self.permission(role, members, &pointer)),
                _ => self.leave(role, pointer, "a permission is an object"),
            }
        }
        carried
    }

    fn permission(&mut self, role: &str, members: &Map<String, Value>, pointer: &str) -> Option<Value> {
        // Absent and null mean the same there; here a null is refused.
        let mut members = members.clone();
        members.retain(|_, value| !value.is_null());
        members.remove("__typename");
        if members.contains_key("deny") && !matches!(members.get("deny"), Some(Value::Bool(_))) {
            let why =
                "`deny` has a meaning of its own here and is true or false; the whole permission is left out";
            self.leave(role, format!("{pointer}/deny"), why);
            return None;
        }
        let permission = Value::Object(members);
        match casemate_permission::Permission::from_json(&permission.to_string()) {
            Ok(read) if read.name().reaches_reserved() => {
                let why = "the namespace `casemate` is Casemate's own; the whole permission is left out";
                self.leave(role, pointer.to_owned(), why);
                None
            }
            Ok(_) => Some(permission),
            Err(error) => {
                self.leave(role, pointer.to_owned(), format!("{error}; the whole permission is left out"));
                None
            }
        }
    }
}

fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(roles: &[ImportedRole]) -> Vec<&str> {
        roles.iter().map(|role| role.document.name.as_str()).collect()
    }

    #[test]
    fn every_form_of_an_export_is_read() {
        let group = json!({"name": "Editors", "slug": "editor", "description": "", "permissions": [
            {"name": "pb.*"},
            {"name": "cms.contentModel", "own": true, "rwd": "rwd", "pw": "p", "models": {"en-US": ["product"]},
             "groups": null, "locales": ["en-US"]},
        ]});
        for export in [
            group.clone(),
            json!([group]),
            json!({"data": {"security": {"groups": {"data": [group]}}}}),
            json!({"data": {"security": {"listRoles": {"data": [group]}}}}),
        ] {
            let (roles, left) = import_webiny(&export).unwrap();
            assert_eq!((names(&roles), left.as_slice()), (vec!["editor"], [].as_slice()));
            let role = &roles[0].document;
            assert_eq!(role.title.as_deref(), Some("Editors"));
            let second = role.permissions[1].to_json();
            assert!(
                second.contains("\"models\":{\"en-US\":[\"product\"]}") && !second.contains("groups"),
                "{second}"
            );
        }
        assert_eq!(import_webiny(&json!({"name": "x"})), Err(WebinyError::Form));
    }

    #[test]
    fn what_cannot_be_carried_over_is_named_with_its_place() {
        let export = json!([
            {"slug": "a", "permissions": [{"name": "!"}, {"name": "x", "deny": 1}, {"name": "casemate.*"}, 7, {"name": "ok"}],
             "colour": "red", "system": true},
            {"slug": "a", "permissions": []},
            {"permissions": []},
            {"slug": "administrator", "permissions": []},
        ]);
        let (roles, left) = import_webiny(&export).unwrap();
        assert_eq!((names(&roles), roles[0].document.permissions.len()), (vec!["a"], 1));
        let mut places: Vec<&str> = left.iter().map(|left| left.pointer.as_str()).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                "/0/colour",
                "/0/permissions/0",
                "/0/permissions/1/deny",
                "/0/permissions/2",
                "/0/permissions/3",
                "/0/system",
                "/1",
                "/2",
                "/3",
            ]
        );
    }
}
