//! Events as OCSF 1.8.0 has them (<https://schema.ocsf.io/1.8.0>), for systems that read the events of many products.
//!
//! | of Casemate | class |
//! |---|---|
//! | a decision, whatever was denied, what was read, what an application records | API Activity (6003) |
//! | signing in and out, also in vain | Authentication (3002) |
//! | a user: made, changed, locked, deleted; their password and second factors | Account Change (3001) |
//! | an assignment | User Access Management (3005) |
//! | a member of a group | Group Management (3006) |
//! | anything else that was changed | Entity Management (3004) |
//!
//! What OCSF has no place for stands in `unmapped`. The event's index in the log is `metadata.uid`, by which its exact text and its proof
//! are found.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use crate::event::{Event, Party, written_time};

/// The version of OCSF.
pub const VERSION: &str = "1.8.0";

/// A class of events and what it calls one of them.
struct Class {
    uid: u32,
    name: &'static str,
    category: (u32, &'static str),
    activity: (u32, &'static str),
}

const IAM: (u32, &str) = (3, "Identity & Access Management");
const APPLICATION: (u32, &str) = (6, "Application Activity");
const OTHER: u32 = 99;

/// An activity of each class by a word of ours; of another word, the activity is `Other` under that word.
type Activities = &'static [(&'static str, u32, &'static str)];

const API: Activities =
    &[("create", 1, "Create"), ("read", 2, "Read"), ("update", 3, "Update"), ("delete", 4, "Delete")];
const AUTHENTICATION: Activities = &[("sign-in", 1, "Logon"), ("sign-out", 2, "Logoff")];
const ACCOUNT: Activities = &[
    ("create", 1, "Create"),
    ("enable", 2, "Enable"),
    ("password", 3, "Password Change"),
    ("reset", 4, "Password Reset"),
    ("disable", 5, "Disable"),
    ("delete", 6, "Delete"),
    ("lock", 9, "Lock"),
    ("add factor", 10, "MFA Factor Enable"),
    ("remove factor", 11, "MFA Factor Disable"),
    ("unlock", 12, "Unlock"),
    ("lift", 12, "Unlock"),
];
const ACCESS: Activities = &[("create", 1, "Assign Privileges"), ("delete", 2, "Revoke Privileges")];
const GROUP: Activities = &[("add", 3, "Add User"), ("remove", 4, "Remove User")];
const ENTITY: Activities =
    &[("create", 1, "Create"), ("read", 2, "Read"), ("update", 3, "Update"), ("delete", 4, "Delete")];

/// The OCSF event of the event at this place of the log.
#[must_use]
pub fn of(index: u64, event: &Event<'_>) -> Value {
    let documents = Documents::of(event);
    let class = class_of(event, &documents);
    let mut made = common(index, event, &class);
    match class.uid {
        6003 => api(event, &documents, &mut made),
        3002 => authentication(event, &mut made),
        3001 => account(event, &documents, &mut made),
        3005 => access(event, &documents, &mut made),
        3006 => group(event, &documents, &mut made),
        _ => entity(event, &documents, &mut made),
    }
    unmapped(event, &documents, &mut made);
    Value::Object(made)
}

/// What a resource was before and is after.
struct Documents {
    before: Option<Value>,
    after: Option<Value>,
}

impl Documents {
    fn of(event: &Event<'_>) -> Documents {
        let [before, after] = [&event.before, &event.after]
            .map(|text| text.as_deref().and_then(|text| serde_json::from_str(text).ok()));
        Documents { before, after }
    }

    /// The text of a member, afterwards or else before.
    fn text(&self, pointer: &str) -> Option<&str> {
        [&self.after, &self.before]
            .into_iter()
            .flatten()
            .find_map(|document| document.pointer(pointer)?.as_str())
    }

    /// Whether a user came into use or went out of it.
    fn turned(&self) -> Option<bool> {
        let is_active = |document: &Option<Value>| document.as_ref()?.get("active")?.as_bool();
        let (before, after) = (is_active(&self.before)?, is_active(&self.after)?);
        (before != after).then_some(after)
    }
}

fn class_of(event: &Event<'_>, documents: &Documents) -> Class {
    let class = |uid, name, category, activities: Activities, word: &str| {
        let known = activities.iter().find(|(known, ..)| *known == word);
        Class { uid, name, category, activity: known.map_or((OTHER, "Other"), |(_, id, name)| (*id, *name)) }
    };
    let kind = &*event.kind;
    if matches!(kind, "sign-in" | "sign-out") {
        return class(3002, "Authentication", IAM, AUTHENTICATION, kind);
    }
    if event.outcome == "denied"
        || matches!(kind, "decision" | "read" | "export" | "recorded")
        || event.resource_type.is_none()
    {
        let word = if kind == "export" { "read" } else { kind };
        return class(6003, "API Activity", APPLICATION, API, word);
    }
    let verb = event.action.rsplit('.').next().unwrap_or_default();
    match event.resource_type.as_deref() {
        Some("user") => {
            let word = match (verb, kind, documents.turned()) {
                ("factor", "remove", _) => "remove factor",
                ("factor", _, _) => "add factor",
                ("password" | "reset", _, _) => verb,
                (_, _, Some(true)) => "enable",
                (_, _, Some(false)) => "disable",
                _ => kind,
            };
            class(3001, "Account Change", IAM, ACCOUNT, word)
        }
        Some("assignment") => class(3005, "User Access Management", IAM, ACCESS, kind),
        Some("group") if event.action.contains("group-member") => {
            class(3006, "Group Management", IAM, GROUP, kind)
        }
        _ => class(3004, "Entity Management", IAM, ENTITY, kind),
    }
}

/// What every class has.
fn common(index: u64, event: &Event<'_>, class: &Class) -> Map<String, Value> {
    let (status_id, status) = match &*event.outcome {
        "success" => (1, "Success"),
        "denied" | "failure" => (2, "Failure"),
        other => (OTHER, other),
    };
    let (severity_id, severity) = if status_id == 2 { (2, "Low") } else { (1, "Informational") };
    let (activity_id, known) = class.activity;
    let activity = if activity_id == OTHER { &*event.kind } else { known };
    let mut metadata = json!({
        "version": VERSION,
        "product": { "name": "Casemate", "vendor_name": "Casemate" },
        "uid": index.to_string(),
        "event_code": event.action,
        "log_name": "audit",
        "original_time": written_time(event.at),
    });
    put(&mut metadata, "tenant_uid", filled(&event.tenant));
    put(&mut metadata, "correlation_uid", filled(&event.request.id));
    let mut made = json!({
        "class_uid": class.uid,
        "class_name": class.name,
        "category_uid": class.category.0,
        "category_name": class.category.1,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": class.uid * 100 + activity_id,
        "type_name": format!("{}: {known}", class.name),
        "time": event.at.div_euclid(1_000),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "metadata": metadata,
        "actor": actor(event),
    });
    let why = if event.outcome == "success" { "status_detail" } else { "status_code" };
    put(&mut made, why, event.reason.as_deref());
    let request = &event.request;
    let mut http = Map::new();
    put_in(&mut http, "uid", filled(&request.id));
    put_in(&mut http, "user_agent", request.user_agent.as_deref());
    put_in(&mut http, "url", request.route.as_deref().map(|route| json!({ "path": route })));
    if request.route.is_some() {
        put(&mut made, "http_request", Some(Value::Object(http)));
    }
    put(&mut made, "src_endpoint", request.client.as_deref().map(endpoint));
    match made {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn api(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let mut api = json!({
        "operation": event.action,
        "service": { "name": event.application.as_deref().and_then(filled).unwrap_or("Casemate") },
    });
    put(&mut api, "request", filled(&event.request.id).map(|id| json!({ "uid": id })));
    put_in(into, "api", Some(api));
    // The class asks for it, also where nobody came over a network.
    into.entry("src_endpoint").or_insert_with(|| json!({ "name": "unknown" }));
    let resource = resource(event).map(|mut resource| {
        put(&mut resource, "data", documents.after.clone());
        json!([resource])
    });
    put_in(into, "resources", resource);
}

fn authentication(event: &Event<'_>, into: &mut Map<String, Value>) {
    let whom = match (&event.subject, event.resource_type.as_deref(), event.resource_id.as_deref()) {
        (Some(subject), ..) => user(subject),
        (None, Some("user"), Some(id)) if !id.is_empty() => json!({ "uid": id }),
        _ => user(&event.actor),
    };
    put_in(into, "user", Some(whom));
    put_in(into, "service", Some(json!({ "name": "Casemate" })));
    let session = event.resource_id.as_deref().filter(|id| !id.is_empty());
    let session = session.filter(|_| event.resource_type.as_deref() == Some("session"));
    put_in(into, "session", session.map(|id| json!({ "uid": id })));
}

fn account(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let mut whom = json!({ "type_id": 1, "type": "User" });
    let id = event.resource_id.as_deref().and_then(filled);
    put(&mut whom, "uid", id);
    put(&mut whom, "name", documents.text("/login").or_else(|| id.is_none().then_some("unknown")));
    put_in(into, "user", Some(whom));
}

fn access(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let mut whom = Map::new();
    put_in(&mut whom, "uid", documents.text("/to/id"));
    put_in(&mut whom, "name", documents.text("/to/login"));
    put_in(&mut whom, "domain", documents.text("/to/provider"));
    put_in(&mut whom, "groups", documents.text("/to/group").map(|name| json!([{ "name": name }])));
    if !whom.contains_key("uid") && !whom.contains_key("name") {
        put_in(&mut whom, "name", Some("whoever is in the group or meets the conditions"));
    }
    put_in(into, "user", Some(Value::Object(whom)));
    let granted = documents.text("/role").or_else(|| documents.text("/team")).unwrap_or(&event.action);
    put_in(into, "privileges", Some(json!([granted])));
    put_in(into, "resources", resource(event).map(|resource| json!([resource])));
}

fn group(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let id = event.resource_id.as_deref().and_then(filled).unwrap_or("unknown");
    put_in(into, "group", Some(json!({ "uid": id })));
    if let Some(id) = documents.text("/user") {
        let mut whom = json!({ "uid": id });
        put(&mut whom, "name", documents.text("/login"));
        put_in(into, "user", Some(whom));
    }
}

fn entity(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let of = |data: Option<&Value>| {
        let mut entity = resource(event).unwrap_or_else(|| json!({ "name": "unknown" }));
        let type_id = if event.resource_type.as_deref() == Some("group") { 3 } else { OTHER };
        put(&mut entity, "type_id", Some(type_id));
        put(&mut entity, "name", documents.text("/name"));
        put(&mut entity, "data", data.cloned());
        entity
    };
    put_in(into, "entity", Some(of(documents.before.as_ref())));
    put_in(into, "entity_result", documents.after.as_ref().map(|after| of(Some(after))));
}

/// What is to be seen of the event, and no class has a place for.
fn unmapped(event: &Event<'_>, documents: &Documents, into: &mut Map<String, Value>) {
    let mut rest = json!({ "kind": event.kind, "area": event.area, "revision": event.revision });
    put(&mut rest, "acting_for", event.acting_for.as_ref().map(party));
    put(&mut rest, "subject", event.subject.as_ref().map(party));
    put(&mut rest, "permission", event.permission.as_deref());
    put(&mut rest, "application", event.application.as_deref());
    put(&mut rest, "item", event.request.item);
    if !into.contains_key("entity") {
        put(&mut rest, "before", documents.before.clone());
        put(&mut rest, "after", documents.after.clone().filter(|_| !into.contains_key("api")));
    }
    put_in(into, "unmapped", Some(rest));
}

fn actor(event: &Event<'_>) -> Value {
    let Party { provider, credential, .. } = &event.actor;
    let mut actor = json!({ "user": user(&event.actor) });
    put(&mut actor, "session", credential.as_deref().map(|credential| json!({ "uid": credential })));
    put(&mut actor, "idp", filled(provider).map(|provider| json!({ "name": provider })));
    put(&mut actor, "app_uid", event.application.as_deref().and_then(filled));
    actor
}

fn user(party: &Party<'_>) -> Value {
    let (type_id, kind) = match &*party.kind {
        "user" => (1, "User"),
        "system" => (3, "System"),
        "service" | "service-account" | "api-key" => (4, "Service"),
        "" | "anonymous" => (0, "Unknown"),
        other => (OTHER, other),
    };
    let mut user = json!({ "type_id": type_id, "type": kind });
    put(&mut user, "uid", filled(&party.id));
    put(&mut user, "name", party.id.is_empty().then_some("anonymous"));
    put(&mut user, "domain", filled(&party.provider));
    user
}

fn party(party: &Party<'_>) -> Value {
    json!({ "provider": party.provider, "type": party.kind, "id": party.id })
}

fn resource(event: &Event<'_>) -> Option<Value> {
    let kind = event.resource_type.as_deref()?;
    let mut resource = json!({ "type": kind });
    let id = event.resource_id.as_deref().and_then(filled);
    put(&mut resource, "uid", id);
    put(&mut resource, "name", id.is_none().then_some(kind));
    Some(resource)
}

fn endpoint(client: &str) -> Value {
    // OCSF's pattern of addresses leaves no room for more.
    match client.parse::<IpAddr>() {
        Ok(address) if client.len() <= 40 => json!({ "ip": address.to_string() }),
        _ => json!({ "name": filled(client).unwrap_or("unknown") }),
    }
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn put(into: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(members) = into.as_object_mut() {
        put_in(members, name, value);
    }
}

fn put_in(into: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        into.insert(name.to_owned(), value.into());
    }
}
