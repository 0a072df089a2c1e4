//! Patches (RFC 7644, section 3.5.2), as the standard has them and as Entra ID and Okta send them.

mod apply;

use serde_json::{Map, Value};

use crate::error::{ScimError, ScimType};
use crate::filter::{Filter, PatchPath, patch_path};
use crate::path::Named;
use crate::resource::{Resource, read_members, syntax};
use crate::resource_type::ResourceType;
use crate::schema::GROUP;

/// The schema of a patch.
const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations of a patch.
const MAX_OPERATIONS: usize = 1_000;

/// The operations of a patch, in order; done as a whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    kind: ResourceType,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, PartialEq)]
struct Operation {
    verb: Verb,
    /// Nothing where the value says which attributes it is about.
    path: Option<PatchPath>,
    value: Value,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// What a patch makes of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// The resource.
    pub resource: Resource,
    /// What becomes of the members, in order.
    pub members: Vec<MemberChange>,
}

/// What becomes of a group's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// These users come in.
    Add(Vec<String>),
    /// These users go.
    Remove(Vec<String>),
    /// These users are the members.
    Replace(Vec<String>),
}

impl Patch {
    /// Reads the body of a `PATCH`.
    ///
    /// # Errors
    /// `invalidSyntax` where it is no patch, `invalidPath` where a path names nothing, `noTarget` where something is to be removed
    /// and not said what.
    pub fn read(kind: ResourceType, body: &Value) -> Result<Patch, ScimError> {
        let members = body.as_object().ok_or_else(|| syntax("send a patch as a JSON object"))?;
        let schemas = member(members, "schemas").and_then(Value::as_array);
        if !schemas.is_some_and(|ids| ids.iter().any(|id| id == PATCH_SCHEMA)) {
            return Err(syntax(format!("`schemas` names `{PATCH_SCHEMA}`")));
        }
        let operations = member(members, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| syntax("`Operations` is a list of operations"))?;
        if operations.is_empty() || operations.len() > MAX_OPERATIONS {
            return Err(syntax(format!("a patch has 1 to {MAX_OPERATIONS} operations")));
        }
        let operations =
            operations.iter().map(|operation| Operation::read(kind, operation)).collect::<Result<_, _>>()?;
        Ok(Patch { kind, operations })
    }

    /// What the patch makes of a resource.
    ///
    /// # Errors
    /// `mutability`, `invalidValue`, `invalidPath` or `noTarget`, where an operation cannot be done: then none is.
    pub fn apply(&self, resource: &Resource) -> Result<Patched, ScimError> {
        let mut patched = Patched { resource: resource.clone(), members: Vec::new() };
        for Operation { verb, path, value } in &self.operations {
            match path {
                Some(path) => patched.apply(*verb, path, value)?,
                None => patched.apply_all(*verb, value)?,
            }
        }
        patched.resource.check().map_err(|error| {
            // What is required cannot be taken away (section 3.5.2.2).
            ScimError { kind: error.kind.map(|_| ScimType::InvalidValue), ..error }
        })?;
        Ok(patched)
    }

    /// Whether the patch is about the members of a group alone, whose document stays as it is.
    #[must_use]
    pub fn is_of_members_alone(&self) -> bool {
        let is_members = |operation: &Operation| operation.path.as_ref().is_some_and(is_members);
        self.kind == ResourceType::Group && self.operations.iter().all(is_members)
    }
}

impl Operation {
    fn read(kind: ResourceType, operation: &Value) -> Result<Operation, ScimError> {
        let members = operation.as_object().ok_or_else(|| syntax("each of `Operations` is an object"))?;
        let word = member(members, "op").and_then(Value::as_str).unwrap_or_default();
        // Entra ID writes `Add`, `Replace` and `Remove`.
        let verb = match &*word.to_ascii_lowercase() {
            "add" => Verb::Add,
            "replace" => Verb::Replace,
            "remove" => Verb::Remove,
            _ => return Err(syntax("each of `Operations` has the `op` add, replace or remove")),
        };
        let path = match member(members, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => Some(patch_path(kind, text)?),
            Some(_) => return Err(ScimError::new(ScimType::InvalidPath, "a `path` is text")),
        };
        let value = member(members, "value").cloned().unwrap_or_default();
        match verb {
            Verb::Remove if path.is_none() => {
                Err(ScimError::new(ScimType::NoTarget, "to remove something, say what by `path`"))
            }
            Verb::Add | Verb::Replace if path.is_none() && !(value.is_object() || value.is_array()) => Err(
                ScimError::new(ScimType::InvalidValue, "without `path`, `value` is an object of attributes"),
            ),
            _ => Ok(Operation { verb, path, value }),
        }
    }
}

impl Patched {
    /// An operation without a path, whose value names the attributes.
    fn apply_all(&mut self, verb: Verb, value: &Value) -> Result<(), ScimError> {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.apply_named(verb, name, value)?;
                }
                Ok(())
            }
            // A list of members, or of objects of attributes, as some clients send it.
            Value::Array(values) => {
                let is_member = |value: &Value| value.get("value").is_some();
                if self.resource.kind == ResourceType::Group && values.iter().all(is_member) {
                    return self.apply_named(verb, "members", value);
                }
                for value in values.iter().filter(|value| value.is_object()) {
                    self.apply_all(verb, value)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A member of the value: a name, or a path as Entra ID and Okta write it. What the server keeps, and what no schema knows, is
    /// passed over, as in a whole resource.
    fn apply_named(&mut self, verb: Verb, name: &str, value: &Value) -> Result<(), ScimError> {
        let is_plain = !name.contains(['[', '.', ':']);
        match patch_path(self.resource.kind, name) {
            Ok(path) if apply::is_read_only(&path) => Ok(()),
            Ok(path) => self.apply(verb, &path, value),
            Err(_) if is_plain || name.starts_with("urn:") => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn apply(&mut self, verb: Verb, path: &PatchPath, value: &Value) -> Result<(), ScimError> {
        if is_members(path) {
            let change = member_change(verb, path, value)?;
            self.members.push(change);
            return Ok(());
        }
        apply::apply(&mut self.resource, verb, path, value)
    }
}

fn is_members(path: &PatchPath) -> bool {
    matches!(path.named, Named::Attribute(target) if target.attribute.name == "members" && target.extension.is_none())
}

/// Members are added and removed by `value`, alone or in the path's filter; Entra ID removes them by a list of values.
fn member_change(verb: Verb, path: &PatchPath, value: &Value) -> Result<MemberChange, ScimError> {
    let Named::Attribute(target) = path.named else {
        return Err(ScimError::new(ScimType::InvalidPath, "members are no extension"));
    };
    if target.part.is_some() {
        return Err(ScimError::new(ScimType::Mutability, "a member is added or removed, and not changed"));
    }
    let named = GROUP.attribute("members").unwrap_or(target.attribute);
    match (verb, &path.filter) {
        (Verb::Add, None) => Ok(MemberChange::Add(read_members(named, value)?)),
        (Verb::Replace, None) => Ok(MemberChange::Replace(read_members(named, value)?)),
        // An empty list names nobody, and is not everybody.
        (Verb::Remove, None) if value.is_null() => Ok(MemberChange::Replace(Vec::new())),
        (Verb::Remove, None) => Ok(MemberChange::Remove(read_members(named, value)?)),
        (Verb::Remove, Some(filter)) => {
            let mut ids = Vec::new();
            values_of(filter, &mut ids).map(|()| MemberChange::Remove(ids)).ok_or_else(|| {
                ScimError::new(ScimType::InvalidFilter, "members are removed by `members[value eq \"…\"]`")
            })
        }
        (Verb::Add | Verb::Replace, Some(_)) => {
            Err(ScimError::new(ScimType::Mutability, "a member is added or removed, and not changed"))
        }
    }
}

/// The ids of `value eq "…" or value eq "…"`.
fn values_of(filter: &Filter, ids: &mut Vec<String>) -> Option<()> {
    match filter {
        Filter::Any(filters) => filters.iter().try_for_each(|filter| values_of(filter, ids)),
        filter => {
            let id = filter.required_text("value")?;
            if !matches!(filter, Filter::Compare(..)) {
                return None;
            }
            ids.push(id.to_owned());
            Some(())
        }
    }
}

/// A member by its name, in whatever case.
pub(crate) fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests;
