//! A file that says who holds what.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_expression::Datum;
use casemate_permission::{AboveCeiling, Ceiling, Permission};
use serde::de::{Deserialize, Deserializer, Error as _};
use thiserror::Error;

use super::answer::{MAX_PERMISSIONS, list_of};
use super::globs::{By, Glob, Globs};
use crate::subject::Subject;

/// The largest file, in bytes.
pub(super) const MAX_FILE: u64 = 4 << 20;
/// The most entries of a file.
const MAX_GRANTS: usize = 10_000;
/// The most permissions of all entries together.
const MAX_HELD: usize = 100_000;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct FileError {
    /// The file.
    pub file: String,
    /// The line, from 1 on.
    pub line: usize,
    /// The column, from 1 on.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Why a file does not say what somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum HeldError {
    #[error("its file: {0}")]
    Above(#[from] AboveCeiling),
    #[error("its file gives them {0} permissions: at most {MAX_PERMISSIONS} are taken")]
    TooMany(usize),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDocument {
    format: Format,
    #[serde(default)]
    grant: Vec<GrantDocument>,
}

/// The version of the form: 1.
struct Format;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantDocument {
    to: To,
    permissions: Vec<Given>,
}

struct Given(Permission);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ToDocument {
    id: Option<Glob>,
    login: Option<Glob>,
    group: Option<Glob>,
    #[serde(rename = "type")]
    kind: Option<Box<str>>,
    tenant: Option<Box<str>>,
}

/// Whom an entry is for.
#[derive(Debug)]
struct To {
    by: By,
    glob: Glob,
    kind: Option<Box<str>>,
    tenant: Option<Box<str>>,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(crate) struct Table {
    grants: Vec<(To, Vec<Permission>)>,
    /// The places of those that name somebody exactly.
    exact: HashMap<(By, Box<str>), Vec<usize>>,
    /// The places of the others.
    globs: Globs,
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
        match i64::deserialize(deserializer)? {
            1 => Ok(Format),
            other => Err(D::Error::custom(format!("format {other} is not known: write `format = 1`"))),
        }
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Given, D::Error> {
        let datum = Datum::deserialize(deserializer)?;
        Permission::from_datum(&datum).map(Given).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for To {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<To, D::Error> {
        let ToDocument { id, login, group, kind, tenant } = ToDocument::deserialize(deserializer)?;
        let (by, glob) = match (id, login, group) {
            (Some(id), None, None) => (By::Id, id),
            (None, Some(login), None) => (By::Login, login),
            (None, None, Some(group)) => (By::Group, group),
            _ => return Err(D::Error::custom("say one of `id`, `login` and `group`")),
        };
        Ok(To { by, glob, kind, tenant })
    }
}

/// Reads a file of permissions: TOML, or JSON where its name ends so.
///
/// # Errors
/// What is wrong, with its place.
pub fn read_file(name: &str, text: &str) -> Result<(), FileError> {
    read_table(name, text).map(|_| ())
}

pub(super) fn read_table(name: &str, text: &str) -> Result<Table, FileError> {
    let wrong = |(line, column), message: String| FileError { file: name.to_owned(), line, column, message };
    let document: FileDocument = if is_json(name) {
        serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            // serde_json says the place behind the message.
            let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
            wrong((error.line(), error.column()), message.to_owned())
        })?
    } else {
        toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(place_in(text, at), error.message().to_owned())
        })?
    };
    let FileDocument { format: Format, grant } = document;
    let held: usize = grant.iter().map(|grant| grant.permissions.len()).sum();
    if grant.len() > MAX_GRANTS || held > MAX_HELD {
        let message =
            format!("a file has at most {MAX_GRANTS} entries with {MAX_HELD} permissions: use several");
        return Err(wrong((1, 1), message));
    }
    let mut table = Table::default();
    for (place, GrantDocument { to, permissions }) in grant.into_iter().enumerate() {
        match to.glob.is_exact() {
            true => table.exact.entry((to.by, to.glob.text().into())).or_default().push(place),
            false => table.globs.add(to.by, &to.glob, place),
        }
        table.grants.push((to, permissions.into_iter().map(|given| given.0).collect()));
    }
    Ok(table)
}

fn is_json(name: &str) -> bool {
    name.ends_with(".json")
}

/// The line and column of a byte, each from 1 on.
fn place_in(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

impl Table {
    /// What somebody holds, as a list in JSON, in the order of the file.
    ///
    /// # Errors
    /// Where one lies above the ceiling, or they are too many: it is never a shorter list.
    pub(super) fn held(&self, subject: &Subject, ceiling: &Ceiling) -> Result<Arc<str>, HeldError> {
        let texts = |by: By| -> Vec<&str> {
            match by {
                By::Id => subject.id.as_deref().into_iter().collect(),
                By::Login => subject.login.as_deref().into_iter().collect(),
                By::Group => subject.groups.iter().map(String::as_str).collect(),
            }
        };
        let mut places: Vec<usize> = Vec::new();
        for by in [By::Id, By::Login, By::Group] {
            for text in texts(by) {
                places.extend(self.exact.get(&(by, text.into())).into_iter().flatten());
                let matches =
                    |place: &usize| self.grants.get(*place).is_some_and(|(to, _)| to.glob.matches(text));
                places.extend(self.globs.candidates(by, text).filter(matches));
            }
        }
        places.sort_unstable();
        places.dedup();
        let is_of = |to: &To| {
            to.kind.as_deref().is_none_or(|kind| *kind == *subject.kind)
                && to.tenant.as_deref().is_none_or(|tenant| *tenant == *subject.tenant)
        };
        let meant = places.into_iter().filter_map(|place| self.grants.get(place)).filter(|(to, _)| is_of(to));
        let held: Vec<&Permission> = meant.flat_map(|(_, permissions)| permissions).collect();
        if held.len() > MAX_PERMISSIONS {
            return Err(HeldError::TooMany(held.len()));
        }
        held.iter().try_for_each(|permission| ceiling.admits(permission))?;
        Ok(list_of(held.into_iter()))
    }
}

#[cfg(test)]
mod tests {
    use casemate_permission::name::Pattern;

    use super::*;

    fn subject(id: &str, login: Option<&str>, groups: &[&str]) -> Subject {
        let mut subject = Subject::new("corp".into(), "user", Some(id), "default".into());
        subject.login = login.map(Into::into);
        subject.groups = groups.iter().map(|group| (*group).to_owned()).collect();
        subject
    }

    fn held(table: &Table, subject: &Subject) -> String {
        table.held(subject, &Ceiling::new(vec![Pattern::parse("cms.*").unwrap()])).unwrap().to_string()
    }

    const TOML: &str = r#"
format = 1
[[grant]]
to = { id = "ada" }
permissions = [{ name = "cms.a" }]
[[grant]]
to = { login = "*@example.com" }
permissions = [{ name = "cms.b", own = true }]
[[grant]]
to = { group = "ops-*", type = "user", tenant = "default" }
permissions = [{ deny = true, name = "cms.c" }]
[[grant]]
to = { id = "*", type = "admin" }
permissions = [{ name = "cms.d" }]
"#;

    #[test]
    fn a_file_says_who_holds_what_in_its_order() {
        let json = r#"{ "format": 1, "grant": [
            { "to": { "id": "ada" }, "permissions": [{ "name": "cms.a" }] },
            { "to": { "login": "*@example.com" }, "permissions": [{ "name": "cms.b", "own": true }] },
            { "to": { "group": "ops-*", "type": "user", "tenant": "default" }, "permissions": [{ "deny": true, "name": "cms.c" }] },
            { "to": { "id": "*", "type": "admin" }, "permissions": [{ "name": "cms.d" }] }
        ]}"#;
        for table in [read_table("f.toml", TOML), read_table("f.json", json)] {
            let table = table.unwrap();
            assert_eq!(held(&table, &subject("ada", None, &[])), r#"[{"name":"cms.a"}]"#);
            let all = subject("ada", Some("a@example.com"), &["x", "ops-1"]);
            let expected = r#"[{"name":"cms.a"},{"name":"cms.b","own":true},{"deny":true,"name":"cms.c"}]"#;
            assert_eq!(held(&table, &all), expected);
            assert_eq!(
                held(&table, &Subject { tenant: "acme".into(), ..subject("x", None, &["ops-1"]) }),
                "[]"
            );
            assert_eq!(
                held(&table, &Subject { kind: "admin".into(), ..subject("x", None, &[]) }),
                r#"[{"name":"cms.d"}]"#
            );
            let low = Ceiling::new(vec![Pattern::parse("cms.a").unwrap()]);
            assert!(table.held(&all, &low).is_err(), "never a shorter list");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let at = |name: &str, text: &str| {
            let error = read_table(name, text).unwrap_err();
            (error.line, error.column, error.message)
        };
        let (line, column, message) =
            at("f.toml", "format = 1\n[[grant]]\nto = { id = \"a\" }\npermissions = [{ name = \"!x\" }]\n");
        assert_eq!((line, column), (4, 15), "{message}");
        assert!(message.contains("`name` is refused"), "{message}");
        let (line, ..) = at("f.json", "{\"format\":1,\n\"grant\":[{\"to\":{},\n\"permissions\":[]}]}");
        assert_eq!(line, 2);
        for text in [
            "format = 2",
            "grant = []",
            "format = 1\nmore = 1",
            "format = 1\n[[grant]]\nto = { id = \"a\", login = \"b\" }\npermissions = []",
            "format = 1\n[[grant]]\nto = { id = \"\" }\npermissions = []",
            "format = 1\n[[grant]]\nto = { id = \"a\" }\npermissions = [7]",
            "format = 1\n[[grant]]\nto = { id = \"a\" }\npermissions = [{ name = \"a\", deny = \"true\" }]",
        ] {
            assert!(read_table("f.toml", text).is_err(), "{text}");
        }
    }
}
