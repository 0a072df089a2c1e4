//! Bulk requests (RFC 7644, section 3.7).

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::error::{ScimError, ScimType};
use crate::patch::member;
use crate::resource::syntax;
use crate::resource_type::ResourceType;

const REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const REFERENCE: &str = "bulkId:";
/// The longest `bulkId`, in bytes.
const MAX_BULK_ID: usize = 256;

/// The bounds of a bulk request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkLimits {
    /// The most operations.
    pub operations: usize,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes a resource.
    Post,
    /// Replaces it.
    Put,
    /// Changes it.
    Patch,
    /// Deletes it.
    Delete,
}

/// What an operation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkTarget {
    /// The type of the resource.
    pub kind: ResourceType,
    /// Its id, or `bulkId:` and the operation that makes it; nothing where it is made.
    pub id: Option<String>,
}

/// An operation of a bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkOperation {
    /// What it does; a mistake is this operation's own, and no other's.
    pub what: Result<(Method, BulkTarget), ScimError>,
    /// The method as it was sent, for the answer.
    pub method: String,
    /// Its name, by which others refer to what it makes.
    pub bulk_id: Option<String>,
    /// The version that it expects.
    pub version: Option<String>,
    /// The body.
    pub data: Value,
}

/// A bulk request.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// After how many mistakes the rest is left.
    pub fail_on_errors: Option<usize>,
    /// The operations.
    pub operations: Vec<BulkOperation>,
}

/// In which order the operations of a request are done: each after those that it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkPlan {
    /// The places of the operations; those that refer to each other in a circle come last.
    pub order: Vec<usize>,
}

impl BulkRequest {
    /// Reads a bulk request.
    ///
    /// # Errors
    /// 413 where there are too many operations, `invalidSyntax` where it is no bulk request.
    pub fn read(body: &Value, limits: BulkLimits) -> Result<BulkRequest, ScimError> {
        let members = body.as_object().ok_or_else(|| syntax("send a bulk request as a JSON object"))?;
        let schemas = member(members, "schemas").and_then(Value::as_array);
        if !schemas.is_some_and(|ids| ids.iter().any(|id| id == REQUEST_SCHEMA)) {
            return Err(syntax(format!("`schemas` names `{REQUEST_SCHEMA}`")));
        }
        let operations = member(members, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| syntax("`Operations` is a list of operations"))?;
        if operations.len() > limits.operations {
            let detail = format!("a bulk request has at most {} operations: send several", limits.operations);
            return Err(ScimError::with_status(413, detail));
        }
        let fail_on_errors = match member(members, "failOnErrors") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let number = value.as_u64().filter(|number| *number > 0);
                let number = number.ok_or_else(|| syntax("`failOnErrors` is a number above 0"))?;
                Some(usize::try_from(number).unwrap_or(usize::MAX))
            }
        };
        let operations = operations.iter().map(BulkOperation::read).collect::<Result<Vec<_>, _>>()?;
        let mut names = std::collections::HashSet::new();
        for name in operations.iter().filter_map(|operation| operation.bulk_id.as_deref()) {
            if !names.insert(name) {
                return Err(syntax("two operations have the same `bulkId`"));
            }
        }
        Ok(BulkRequest { fail_on_errors, operations })
    }

    /// In which order the operations are done.
    #[must_use]
    pub fn plan(&self) -> BulkPlan {
        let names: HashMap<&str, usize> = self
            .operations
            .iter()
            .enumerate()
            .filter_map(|(place, operation)| Some((operation.bulk_id.as_deref()?, place)))
            .collect();
        let needs: Vec<Vec<usize>> = self
            .operations
            .iter()
            .map(|operation| {
                let mut found = Vec::new();
                operation.references(&mut |id| found.extend(names.get(id).copied()));
                found
            })
            .collect();
        let mut followers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        let mut open: Vec<usize> = vec![0; needs.len()];
        for (place, needed) in needs.iter().enumerate() {
            for other in needed {
                if let Some(list) = followers.get_mut(*other) {
                    list.push(place);
                }
            }
            if let Some(count) = open.get_mut(place) {
                *count = needed.len();
            }
        }
        let mut ready: std::collections::BTreeSet<usize> =
            open.iter().enumerate().filter(|(_, count)| **count == 0).map(|(place, _)| place).collect();
        let mut order = Vec::with_capacity(needs.len());
        while let Some(place) = ready.pop_first() {
            order.push(place);
            for follower in followers.get(place).into_iter().flatten() {
                if let Some(count) = open.get_mut(*follower) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(*follower);
                    }
                }
            }
        }
        let in_circles = open.iter().enumerate().filter(|(_, count)| **count > 0).map(|(place, _)| place);
        order.extend(in_circles);
        BulkPlan { order }
    }
}

impl BulkOperation {
    fn read(operation: &Value) -> Result<BulkOperation, ScimError> {
        let members = operation.as_object().ok_or_else(|| syntax("each of `Operations` is an object"))?;
        let text = |name: &str| member(members, name).and_then(Value::as_str);
        let bulk_id = text("bulkId").map(str::to_owned);
        if bulk_id.as_ref().is_some_and(|id| id.is_empty() || id.len() > MAX_BULK_ID) {
            return Err(syntax(format!("a `bulkId` is 1 to {MAX_BULK_ID} bytes long")));
        }
        let method = text("method").unwrap_or_default().to_ascii_uppercase();
        let data = member(members, "data").cloned().unwrap_or_default();
        let what = target(&method, text("path").unwrap_or_default(), bulk_id.is_some());
        let method = method.chars().take(16).collect();
        Ok(BulkOperation { what, method, bulk_id, version: text("version").map(str::to_owned), data })
    }

    /// What the operation rests on: the `bulkId`s that it refers to, and the id of its resource.
    #[must_use]
    pub fn rests_on(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.references(&mut |name| found.push(name.to_owned()));
        if let Ok((_, BulkTarget { id: Some(id), .. })) = &self.what {
            found.push(id.clone());
        }
        found
    }

    /// Calls `with` for each `bulkId` that the operation refers to.
    fn references(&self, with: &mut dyn FnMut(&str)) {
        if let Ok((_, BulkTarget { id: Some(id), .. })) = &self.what
            && let Some(name) = id.strip_prefix(REFERENCE)
        {
            with(name);
        }
        walk(&self.data, with);
    }

    /// Puts ids in the place of `bulkId:` references.
    ///
    /// # Errors
    /// 409 where something is referred to that was not made.
    pub fn resolve(&mut self, id_of: &dyn Fn(&str) -> Option<String>) -> Result<(), ScimError> {
        if let Ok((_, BulkTarget { id: Some(id), .. })) = &mut self.what {
            resolve_text(id, id_of)?;
        }
        resolve_value(&mut self.data, id_of)
    }
}

fn target(method: &str, path: &str, is_named: bool) -> Result<(Method, BulkTarget), ScimError> {
    let method = match method {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return Err(syntax("`method` is POST, PUT, PATCH or DELETE")),
    };
    let invalid = || ScimError::new(ScimType::InvalidPath, "`path` is such as /Users or /Users/{id}");
    let (endpoint, id) = match path.strip_prefix('/').ok_or_else(invalid)?.split_once('/') {
        Some((endpoint, id)) => (endpoint, Some(id)),
        None => (path.strip_prefix('/').unwrap_or_default(), None),
    };
    let kind = ResourceType::ALL
        .into_iter()
        .find(|kind| kind.endpoint().strip_prefix('/') == Some(endpoint))
        .ok_or_else(invalid)?;
    match (method, id) {
        (Method::Post, None) if !is_named => Err(syntax("what makes a resource has a `bulkId`")),
        (Method::Post, None) => Ok((method, BulkTarget { kind, id: None })),
        (Method::Put | Method::Patch | Method::Delete, Some(id)) if !id.is_empty() && !id.contains('/') => {
            Ok((method, BulkTarget { kind, id: Some(id.to_owned()) }))
        }
        _ => Err(invalid()),
    }
}

fn walk(value: &Value, with: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix(REFERENCE) {
                with(name);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, with)),
        Value::Object(members) => members.values().for_each(|value| walk(value, with)),
        _ => {}
    }
}

fn resolve_value(value: &mut Value, id_of: &dyn Fn(&str) -> Option<String>) -> Result<(), ScimError> {
    match value {
        Value::String(text) => resolve_text(text, id_of),
        Value::Array(values) => values.iter_mut().try_for_each(|value| resolve_value(value, id_of)),
        Value::Object(members) => members.values_mut().try_for_each(|value| resolve_value(value, id_of)),
        _ => Ok(()),
    }
}

fn resolve_text(text: &mut String, id_of: &dyn Fn(&str) -> Option<String>) -> Result<(), ScimError> {
    if let Some(name) = text.strip_prefix(REFERENCE) {
        let id = id_of(name).ok_or_else(|| {
            ScimError::with_status(409, "it refers to a `bulkId` of which nothing was made before")
        })?;
        *text = id;
    }
    Ok(())
}

/// The result of an operation: where the resource is and its version, or what was wrong.
#[must_use]
pub fn operation_result(
    operation: &BulkOperation,
    outcome: Result<(u16, Option<String>, Option<String>), ScimError>,
    location: Option<String>,
) -> Value {
    let mut result = Map::new();
    result.insert("method".to_owned(), operation.method.clone().into());
    if let Some(id) = &operation.bulk_id {
        result.insert("bulkId".to_owned(), id.clone().into());
    }
    match outcome {
        Ok((status, made_at, version)) => {
            result.insert("status".to_owned(), status.to_string().into());
            if let Some(location) = made_at.or(location) {
                result.insert("location".to_owned(), location.into());
            }
            if let Some(version) = version {
                result.insert("version".to_owned(), version.into());
            }
        }
        Err(error) => {
            result.insert("status".to_owned(), error.status.to_string().into());
            result.insert("response".to_owned(), error.to_json());
            if let Some(location) = location {
                result.insert("location".to_owned(), location.into());
            }
        }
    }
    Value::Object(result)
}

/// The answer to a bulk request.
#[must_use]
pub fn bulk_response(results: Vec<Value>) -> Value {
    json!({"schemas": [RESPONSE_SCHEMA], "Operations": results})
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BulkLimits = BulkLimits { operations: 4 };

    fn read(operations: Value) -> Result<BulkRequest, ScimError> {
        BulkRequest::read(&json!({"schemas": [REQUEST_SCHEMA], "Operations": operations}), LIMITS)
    }

    #[test]
    fn operations_come_after_what_they_refer_to() {
        let request = read(json!([
            {"method": "PATCH", "path": "/Groups/bulkId:g", "data": {"value": [{"value": "bulkId:u"}]}},
            {"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"members": [{"value": "bulkId:u"}]}},
            {"method": "post", "path": "/Users", "bulkId": "u", "data": {"userName": "x"}},
        ]))
        .unwrap();
        assert_eq!(request.plan().order, [2, 1, 0]);
        let mut group = request.operations[1].clone();
        group.resolve(&|name| (name == "u").then(|| "usr_1".to_owned())).unwrap();
        assert_eq!(group.data["members"][0]["value"], "usr_1");
        let mut patch = request.operations[0].clone();
        assert_eq!(patch.resolve(&|_| None).unwrap_err().status, 409);
    }

    #[test]
    fn circles_come_last_and_find_nothing() {
        let request = read(json!([
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"manager": "bulkId:b"}},
            {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"manager": "bulkId:a"}},
            {"method": "DELETE", "path": "/Users/usr_1"},
        ]))
        .unwrap();
        assert_eq!(request.plan().order, [2, 0, 1]);
    }

    #[test]
    fn a_mistake_is_its_operations_own() {
        let request = read(json!([
            {"method": "GET", "path": "/Users/x"},
            {"method": "POST", "path": "/Users"},
            {"method": "PUT", "path": "/Users"},
            {"method": "DELETE", "path": "/Shoes/1"},
        ]))
        .unwrap();
        assert!(request.operations.iter().all(|operation| operation.what.is_err()));
        assert_eq!(read(json!([{}, {}, {}, {}, {}])).unwrap_err().status, 413);
        assert!(read(json!([{"bulkId": "a"}, {"bulkId": "a"}])).is_err());
        assert!(read(json!(["x"])).is_err());
        assert!(BulkRequest::read(&json!({"Operations": []}), LIMITS).is_err());
    }
}
