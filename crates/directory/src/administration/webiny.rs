//! Roles and teams exported from Webiny, whose security groups hold permission objects much like ours.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::{RoleDocument, TeamDocument};

/// The most roles and teams of one import.
const MAX_ROLES: usize = 10_000;

/// A role that was read, ready to be created.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedRole {
    /// Its document.
    pub document: RoleDocument,
}

/// What was read of an export.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Imported {
    /// The roles.
    pub roles: Vec<ImportedRole>,
    /// The teams, each ready to be created after the roles.
    pub teams: Vec<TeamDocument>,
    /// What could not be carried over.
    pub left: Vec<NotCarriedOver>,
}

/// Something that a role of ours cannot say, and where it stood in the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCarriedOver {
    /// The name of the role or team; empty where it has none.
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
        "this is no export of roles: one is an object with `name` and `permissions`, a list of such, or the answer to a GraphQL query, `data.security.groups.data`, perhaps with `data.security.teams.data`"
    )]
    Form,
    /// There are too many roles.
    #[error("there are {0} roles and teams; at most {MAX_ROLES} are read at once")]
    TooMany(usize),
}

/// Reads roles and teams that were exported from Webiny: one role, a list, or the answer to a GraphQL query for groups or
/// roles, perhaps with teams beside them. Each permission is carried over as it is, since its properties mean in the
/// application's schema what they meant there; a permission that cannot be one of ours is named instead, and so is whatever
/// else of a role has no place here.
///
/// # Errors
/// Where it is no export of roles or teams.
pub fn import_webiny(export: &Value) -> Result<Imported, WebinyError> {
    let teams = listed(export, &["teams", "listTeams"]);
    let (groups, base) = match (groups(export), &teams) {
        (Some(found), _) => found,
        (None, Some(_)) => (Vec::new(), String::new()),
        (None, None) => return Err(WebinyError::Form),
    };
    let (teams, teams_base) = teams.unwrap_or_default();
    let count = groups.len() + teams.len();
    if count > MAX_ROLES {
        return Err(WebinyError::TooMany(count));
    }
    let mut reader = Reader { left: Vec::new(), names: std::collections::HashSet::new() };
    let single = matches!(export, Value::Object(_)) && base.is_empty();
    let mut imported = Imported::default();
    let mut known = Known::default();
    for (index, group) in groups.iter().enumerate() {
        let pointer = if single { String::new() } else { format!("{base}/{index}") };
        if let Some(role) = reader.role(group, &pointer) {
            known.add(group, &role.document.name);
            imported.roles.push(role);
        }
    }
    reader.names.clear();
    for (index, team) in teams.iter().enumerate() {
        imported.teams.extend(reader.team(team, &format!("{teams_base}/{index}"), &known));
    }
    imported.left = reader.left;
    Ok(imported)
}

/// The names of the roles that were read, by whatever else the export calls them.
#[derive(Debug, Default)]
struct Known(std::collections::HashMap<String, String>);

impl Known {
    fn add(&mut self, group: &Value, name: &str) {
        for member in ["name", "id", "slug"] {
            if let Some(called) = group.get(member).and_then(Value::as_str) {
                self.0.insert(called.to_owned(), name.to_owned());
            }
        }
    }

    /// The role that a team names by an object, or by its slug or id alone.
    fn named(&self, role: &Value) -> Option<String> {
        if let Some(called) = role.as_str() {
            return self.called(called, true);
        }
        ["slug", "id", "name"].into_iter().find_map(|member| {
            let called = role.get(member).and_then(Value::as_str)?;
            self.called(called, member == "slug")
        })
    }

    /// Where no roles were exported, a slug is what their names will be.
    fn called(&self, called: &str, is_slug: bool) -> Option<String> {
        let unknown = || (is_slug && self.0.is_empty()).then(|| called.to_owned());
        self.0.get(called).cloned().or_else(unknown)
    }
}

/// The groups of an export, and the pointer of the list that they stand in.
fn groups(export: &Value) -> Option<(Vec<&Value>, String)> {
    if let Value::Array(groups) = export {
        return Some((groups.iter().collect(), String::new()));
    }
    let found = listed(export, &["groups", "roles", "listGroups", "listRoles"]);
    let is_group = export.get("permissions").is_some();
    found.or_else(|| is_group.then(|| (vec![export], String::new())))
}

/// A list of the answer to a GraphQL query, by the first of these names, and its pointer.
fn listed<'e>(export: &'e Value, names: &[&str]) -> Option<(Vec<&'e Value>, String)> {
    names.iter().find_map(|name| {
        ["/data/security", "/security"].into_iter().find_map(|root| {
            let pointer = format!("{root}/{name}/data");
            let list = export.pointer(&pointer)?.as_array()?;
            Some((list.iter().collect(), pointer))
        })
    })
}

struct Reader {
    left: Vec<NotCarriedOver>,
    names: std::collections::HashSet<String>,
}

impl Reader {
    fn leave(&mut self, role: &str, pointer: String, why: impl Into<String>) {
        self.left.push(NotCarriedOver { role: role.to_owned(), pointer, why: why.into() });
    }

    fn team(&mut self, team: &Value, pointer: &str, known: &Known) -> Option<TeamDocument> {
        let Value::Object(members) = team else {
            self.leave("", pointer.to_owned(), "a team is an object");
            return None;
        };
        let text = |name: &str| {
            let text = members.get(name).and_then(Value::as_str).map(str::trim).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let Some(name) = text("slug").or_else(|| text("name")) else {
            self.leave("", pointer.to_owned(), "the team has neither `slug` nor `name`");
            return None;
        };
        if !crate::policy::is_name(&name) || !self.names.insert(name.clone()) {
            let why = "its name is another team's, longer than 1024 bytes, or holds control characters";
            self.leave(&name, pointer.to_owned(), why);
            return None;
        }
        let list =
            ["groups", "roles"].into_iter().find(|list| members.contains_key(*list)).unwrap_or("roles");
        let mut roles = Vec::new();
        for (index, role) in members.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
            match known.named(role).filter(|role| !roles.contains(role)) {
                Some(role) => roles.push(role),
                None => {
                    let why = "the export holds no such role, or the team names it twice";
                    self.leave(&name, format!("{pointer}/{list}/{index}"), why);
                }
            }
        }
        Some(TeamDocument { name, title: text("name"), description: text("description"), roles })
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
            let Imported { roles, teams, left } = import_webiny(&export).unwrap();
            assert_eq!((names(&roles), teams.len(), left.as_slice()), (vec!["editor"], 0, [].as_slice()));
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
    fn teams_name_the_roles_that_were_exported_with_them() {
        let roles = json!([{ "id": "g1", "slug": "editor", "name": "Editors", "permissions": [] }]);
        let teams = json!([
            { "slug": "web", "name": "Web", "description": "", "groups": [{ "id": "g1", "name": "Editors" }] },
            { "name": "odd", "roles": ["g1", { "slug": "editor" }, { "id": "g2" }] },
            { "slug": "web", "groups": [] },
            7,
        ]);
        let export =
            json!({ "data": { "security": { "groups": { "data": roles }, "teams": { "data": teams } } } });
        let Imported { roles, teams, left } = import_webiny(&export).unwrap();
        let of: Vec<_> = teams.iter().map(|team| (team.name.as_str(), team.roles.join(" "))).collect();
        assert_eq!(
            (names(&roles), of),
            (vec!["editor"], vec![("web", "editor".into()), ("odd", "editor".into())])
        );
        assert_eq!((teams[0].title.as_deref(), &teams[0].description), (Some("Web"), &None));
        let places: Vec<&str> = left.iter().map(|left| left.pointer.as_str()).collect();
        let base = "/data/security/teams/data";
        let expected = ["/1/roles/1", "/1/roles/2", "/2", "/3"].map(|place| format!("{base}{place}"));
        assert_eq!(places, expected);
        // By themselves they name roles by the slugs that these will have.
        let alone = json!({ "security": { "listTeams": { "data": [{ "slug": "t", "groups": [{ "slug": "x" }] }] } } });
        assert_eq!(import_webiny(&alone).unwrap().teams[0].roles, ["x"]);
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
        let Imported { roles, left, .. } = import_webiny(&export).unwrap();
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
