//! The description of an API (OpenAPI 3.1.1), made of its routes.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::Route;
use super::operation::{Body, Operation, Scope, Security};
use crate::page::{DEFAULT_LIMIT, MAX_LIMIT};
use crate::problem::{Code, DocumentError};

/// What the whole is called.
#[derive(Debug, Clone, Copy)]
pub struct Info {
    /// Its title.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The description of these routes.
#[must_use]
pub fn openapi(info: Info, routes: &[Route]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut tags = BTreeSet::new();
    for Route { method, path, operation } in routes {
        tags.insert(operation.tag);
        let described = described(path, operation, is_hidden_in_part(method, path, routes), &mut schemas);
        let item = paths.entry(path.replace("{*", "{")).or_default();
        item.insert(method.as_str().to_ascii_lowercase(), described);
    }
    schemas.subschema_for::<DocumentError>();
    let mut definitions = schemas.take_definitions(true);
    definitions.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.1",
        "info": { "title": info.title, "description": info.description, "version": info.version,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" } },
        "tags": tags.into_iter().map(|tag| json!({ "name": tag })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": problem_responses(),
            "parameters": parameters(),
            "headers": headers(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer",
                    "description": "A token of a configured OpenID provider, an API key (`cmk_…`), or a credential." },
                "apiKey": { "type": "apiKey", "in": "header", "name": "X-API-Key",
                    "description": "An API key (`cmk_…`), for clients that cannot send `Authorization`." },
            },
        },
    })
}

/// Whether some value of a path's parameter makes another route's path of it, which does not answer this method.
fn is_hidden_in_part(method: &Method, path: &str, routes: &[Route]) -> bool {
    let is_parameter = |part: &str| part.starts_with('{');
    let hides = |other: &str| {
        other != path
            && other.split('/').count() == path.split('/').count()
            && path.split('/').zip(other.split('/')).all(|(part, other)| is_parameter(part) || part == other)
    };
    let answers = |other: &str| routes.iter().any(|route| route.path == other && route.method == *method);
    routes.iter().any(|route| hides(route.path) && !answers(route.path))
}

fn described(
    path: &str,
    operation: &Operation,
    is_hidden_in_part: bool,
    schemas: &mut SchemaGenerator,
) -> Value {
    let mut described = Map::new();
    let mut put = |name: &str, value: Value| drop(described.insert(name.to_owned(), value));
    put("operationId", operation.id.into());
    put("tags", json!([operation.tag]));
    put("summary", operation.summary.into());
    if let Some(description) = description(operation) {
        put("description", description.into());
    }
    match operation.security {
        Security::Anybody => put("security", json!([])),
        Security::Caller => put("security", json!([{ "bearer": [] }, { "apiKey": [] }])),
        Security::Permission { name, .. } => {
            put("security", json!([{ "bearer": [] }, { "apiKey": [] }]));
            put("x-casemate-permission", name.into());
        }
    }
    if let Some(kind) = operation.trail.kind() {
        put("x-casemate-audit", kind.into());
    }
    let parameters = operation_parameters(path, operation);
    if !parameters.is_empty() {
        put("parameters", parameters.into());
    }
    if let Some(body) = &operation.request {
        put("requestBody", json!({ "required": true, "content": content(body, schemas) }));
    }
    let mut problems = problems(path, operation);
    if is_hidden_in_part {
        problems.push(Code::MethodNotAllowed);
    }
    put("responses", responses(operation, problems, schemas));
    Value::Object(described)
}

fn description(operation: &Operation) -> Option<String> {
    let needed = match operation.security {
        Security::Permission { name, scope: Scope::Tenant, .. } => {
            Some(format!("Needs the permission `{name}` in the tenant of `Casemate-Tenant`."))
        }
        Security::Permission { name, scope: Scope::Installation, .. } => {
            Some(format!("Needs the permission `{name}` in the tenant `default`."))
        }
        Security::Anybody | Security::Caller => None,
    };
    let texts: Vec<String> = operation.description.map(str::to_owned).into_iter().chain(needed).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

fn operation_parameters(path: &str, operation: &Operation) -> Vec<Value> {
    let mut found = Vec::new();
    for part in path.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            // A name with a star stands for several segments.
            let name = name.trim_start_matches('*');
            let schema = match name {
                "revision" => json!({ "type": "integer", "format": "int64", "minimum": 1 }),
                _ => json!({ "type": "string", "minLength": 1, "maxLength": 64 }),
            };
            found.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    }
    for (name, what) in &operation.query {
        found.push(
            json!({ "name": name, "in": "query", "description": what, "schema": { "type": "string" } }),
        );
    }
    let shared = [
        (operation.paged, "after"),
        (operation.paged, "limit"),
        (operation.tenant_header, "tenant"),
        (operation.if_match, "ifMatch"),
        (operation.if_none_match, "ifNoneMatch"),
        (operation.creates, "idempotencyKey"),
        (operation.security != Security::Anybody, "atLeast"),
    ];
    for (_, name) in shared.into_iter().filter(|(applies, _)| *applies) {
        found.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }
    found
}

fn content(body: &Body, schemas: &mut SchemaGenerator) -> Value {
    match body {
        Body::Text => json!({ "text/plain": { "schema": { "type": "string" } } }),
        Body::Bytes => {
            json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })
        }
        Body::Saved(media_types) => {
            let content = media_types.iter();
            content
                .map(|media_type| ((*media_type).to_owned(), json!({ "schema": { "type": "string" } })))
                .collect()
        }
        Body::Lines => json!({ "application/x-ndjson": { "schema": { "type": "string" } } }),
        Body::Events => json!({ "text/event-stream": { "schema": event() } }),
        Body::TextOrJson { schema } => json!({
            "text/plain": { "schema": { "type": "string" } },
            "application/json": { "schema": schema(schemas) },
        }),
        Body::CsvOrJson { schema } => json!({
            "application/json": { "schema": schema(schemas) },
            "text/csv": { "schema": { "type": "string" } },
        }),
        Body::Json { schema, example } => {
            let mut media = json!({ "schema": schema(schemas) });
            if let (Some(example), Value::Object(media)) = (example, &mut media) {
                media.insert("example".to_owned(), example.clone());
            }
            json!({ "application/json": media })
        }
    }
}

fn responses(operation: &Operation, problems: Vec<Code>, schemas: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    for (status, what, body) in &operation.answers {
        let mut response = json!({ "description": what });
        if let Value::Object(response) = &mut response {
            if let Some(body) = body {
                response.insert("content".to_owned(), content(body, schemas));
            }
            let mut headers = Map::new();
            let mut header = |name: &str, key: &str| {
                headers.insert(name.to_owned(), json!({ "$ref": format!("#/components/headers/{key}") }));
            };
            header("X-Request-ID", "requestId");
            if operation.if_none_match || (operation.if_match && *status == 200) || *status == 201 {
                header("ETag", "entityTag");
            }
            if operation.writes || operation.revised {
                header("Casemate-Revision", "revision");
            }
            response.insert("headers".to_owned(), Value::Object(headers));
        }
        responses.insert(status.to_string(), response);
    }
    let mut by_status: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for code in problems {
        by_status.entry(code.status().as_u16()).or_default().insert(code.as_str());
    }
    for (status, codes) in by_status {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        responses.insert(
            status.to_string(),
            json!({ "$ref": "#/components/responses/Problem", "description": codes.join(" or ") }),
        );
    }
    Value::Object(responses)
}

/// The problems that an operation may answer: its own, and those that follow from what it takes.
fn problems(path: &str, operation: &Operation) -> Vec<Code> {
    let mut codes = vec![Code::MalformedHeader, Code::RequestTimeout, Code::Internal];
    codes.extend_from_slice(&operation.problems);
    codes.push(Code::MalformedQuery);
    if operation.security != Security::Anybody {
        codes.extend([
            Code::CredentialMissing,
            Code::CredentialRejected,
            Code::UserInactive,
            Code::Unavailable,
            Code::NotRecorded,
            Code::RevisionNotReached,
        ]);
    }
    if let Security::Permission { .. } = operation.security {
        codes.push(Code::Forbidden);
    }
    if operation.writes {
        codes.push(Code::OutcomeUnknown);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    codes
}

fn problem_schema() -> Value {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let meanings: Vec<String> = Code::ALL
        .iter()
        .map(|code| format!("- `{}` ({}): {}", code.as_str(), code.status().as_u16(), code.title()))
        .collect();
    json!({
        "type": "object",
        "description": format!("What went wrong (RFC 9457). Codes keep their meaning:\n\n{}", meanings.join("\n")),
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "const": "about:blank" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": { "enum": codes },
            "detail": { "type": "string" },
            "request_id": { "type": "string" },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/DocumentError" } },
        },
        "example": { "type": "about:blank", "title": "The document does not hold what it should", "status": 422,
            "code": "invalid_document", "request_id": "8f14e45fceea167a5a36dedd4bea2543",
            "errors": [{ "pointer": "/permissions/0/name", "message": "`!` stands in no name" }] },
    })
}

/// One response for each code, so that each is documented also where no operation names it.
fn problem_responses() -> Value {
    let problem =
        json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
    let responses: Map<String, Value> = Code::ALL
        .iter()
        .map(|code| {
            let response = json!({
                "description": format!("{}: {}", code.status().as_u16(), code.title()),
                "content": { "application/problem+json": { "schema": { "allOf": [
                    { "$ref": "#/components/schemas/Problem" },
                    { "properties": { "code": { "const": code.as_str() }, "status": { "const": code.status().as_u16() } } },
                ] } } },
            });
            (code.as_str().to_owned(), response)
        })
        .collect();
    let mut responses = responses;
    responses.insert("Problem".to_owned(), json!({ "description": "What went wrong.", "content": problem }));
    Value::Object(responses)
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, what: &str, schema: Value| json!({ "name": name, "in": "header", "required": required, "description": what, "schema": schema });
    let text = |max: u32| json!({ "type": "string", "minLength": 1, "maxLength": max });
    json!({
        "after": { "name": "after", "in": "query", "description": "The `next` of the page before.",
            "schema": text(1_024) },
        "limit": { "name": "limit", "in": "query", "description": "The most entries of the page.",
            "schema": { "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT } },
        "tenant": header("Casemate-Tenant", false, "The tenant that the request is about; the caller's own where none \
            is named. Permissions count only as assigned in it.", text(256)),
        "ifMatch": header("If-Match", true, "The `ETag` that was read: what was changed since is not overwritten.", text(256)),
        "ifNoneMatch": header("If-None-Match", false, "The `ETag` that the caller has: 304 where it is still the one.", text(256)),
        "idempotencyKey": header("Idempotency-Key", false, "Chosen by the client, unique for each thing to be made: the \
            same request with the same key is carried out once, and answered the same for a day. A secret is in the first \
            answer alone.", text(255)),
        "atLeast": header("Casemate-At-Least", false, "A `Casemate-Revision` that the caller has seen: the answer is \
            not from before it.", json!({ "type": "integer", "format": "int64", "minimum": 0 })),
    })
}

fn headers() -> Value {
    let header = |what: &str| json!({ "description": what, "schema": { "type": "string" } });
    json!({
        "requestId": header("What joins the answer, the logs and the record."),
        "entityTag": header("The revision of the entry, for `If-Match` and `If-None-Match`."),
        "revision": header("The revision of the change, for `Casemate-At-Least`."),
    })
}

/// One event of a stream, as generators and checkers of descriptions read each by itself.
fn event() -> Value {
    json!({
        "type": "object",
        "description": "One event of the stream; its `data` is a JSON text.",
        "properties": {
            "event": { "type": "string" },
            "id": { "type": "string" },
            "data": { "type": "string" },
        },
        "required": ["event", "id", "data"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_there_once_and_documented() {
        let codes: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        let document = openapi(Info { title: "x", description: "x", version: "1" }, &[]);
        for code in codes {
            assert!(
                document.pointer(&format!("/components/responses/{code}/description")).is_some(),
                "{code}"
            );
        }
    }
}
