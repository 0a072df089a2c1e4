//! The oracle's cases put before the engine.

use std::sync::Arc;

use casemate_expression::{Datum, Map, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{
    Action, Catalog, Grant, Origin, OriginKind, Permission, PermissionSet, Request, Resource, Schema, Subject,
};

use super::json::Json;
use super::policy;

/// Compiles what the oracle's applications would write. The generator makes nothing that is refused.
pub(crate) fn catalog(applications: &[policy::Application]) -> Catalog {
    let schemas = applications
        .iter()
        .map(|application| {
            let text = policy::toml(application);
            Schema::from_toml(&text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
        })
        .collect();
    Catalog::compile(schemas).unwrap_or_else(|errors| panic!("{errors:?}"))
}

pub(crate) fn set(catalog: &Catalog, permissions: &[policy::Permission]) -> PermissionSet {
    let mut builder = PermissionSet::builder(catalog);
    for permission in permissions {
        let text = permission.json().to_string();
        let grant = Grant {
            origin: Origin { kind: OriginKind::Role, name: "role".to_owned(), via: None },
            from: permission.from.map(Timestamp),
            until: permission.until.map(Timestamp),
        };
        let permission = Permission::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        builder.add(permission, &Arc::new(grant));
    }
    builder.build().expect("small")
}

/// Keeps what a request of the engine's borrows.
pub(crate) struct Asked<'o> {
    request: &'o policy::Request,
    claims: Datum,
    action_properties: Datum,
    context: Datum,
    attributes: Datum,
    kind: Option<Datum>,
    id: Option<Datum>,
    /// Whether there is a resource at all.
    resource: bool,
}

fn datum(json: &Json) -> Datum {
    let text = json.to_string();
    Datum::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn members(members: &[(String, Json)]) -> Datum {
    datum(&Json::Map(members.to_vec()))
}

fn map(datum: &Datum) -> Map<'_> {
    Map::Data(datum.as_map().expect("a map"))
}

impl<'o> Asked<'o> {
    /// With the resource as it is; one of which nothing was supplied is none.
    pub(crate) fn new(request: &'o policy::Request) -> Asked<'o> {
        let resource = &request.resource;
        Asked {
            request,
            claims: members(&request.claims),
            action_properties: members(&request.action_properties),
            context: members(&request.context),
            attributes: members(&resource.attributes),
            kind: resource.kind.as_ref().map(datum),
            id: resource.id.as_ref().map(datum),
            resource: *resource != policy::Resource::UNKNOWN,
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        let asked = self.request;
        let properties = map(&self.attributes);
        let resource = Resource {
            kind: self.kind.as_ref().map(Datum::as_value),
            id: self.id.as_ref().map(Datum::as_value),
            properties,
        };
        Request {
            name: Name::parse(&asked.name).expect("a name"),
            identity: Subject {
                provider: Some("directory"),
                id: (asked.identity_type != "anonymous").then_some(&*asked.identity_id),
                kind: Some(asked.identity_type),
                tenant: asked.tenant.as_deref(),
                groups: Some(casemate_expression::List::texts(&asked.groups)),
                claims: map(&self.claims),
                ..Subject::ANONYMOUS
            },
            action: Action { name: &asked.action, properties: map(&self.action_properties) },
            resource: self.resource.then_some(resource),
            context: map(&self.context),
            now: Timestamp(asked.now),
        }
    }

    /// What the whole resource has under a name, as the engine's predicate asks for it.
    pub(crate) fn attribute(&self, name: &str) -> Value<'_> {
        match name {
            "id" => self.id.as_ref().map_or(Value::Null, Datum::as_value),
            "type" => self.kind.as_ref().map_or(Value::Null, Datum::as_value),
            name => map(&self.attributes).get(name),
        }
    }
}
