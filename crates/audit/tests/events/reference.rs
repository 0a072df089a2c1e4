//! The reference page of an event is what the schema says.

use std::fmt::Write as _;
use std::path::Path;

use casemate_audit::event::{Event, Party, Request, schema};
use serde_json::Value;

use crate::made;

const INTRODUCTION: &str = "# Audit events
Every member of an event of the audit trail, made from the program's own schema by the tests of `casemate-audit`; do not edit this page.

An event is one JSON text in one line. The log commits to its exact bytes: they are never written anew, so whoever checks an event keeps
its bytes. Members stand in the order of this page, and one that has nothing to say is absent. Searches, detections and sinks name members
with dots, such as `actor.id` and `after.title`.

In `before` and `after`, `hmac-sha256:KEY:HASH` stands in the place of a personal value: the id of the root key, and 18 bytes of HMAC-SHA-256 in base64url
with a key that is derived from it. Equal values have equal hashes. `withheld` stands there where no key was at hand.

`version` rises when whoever knows the version before would misread an event. A member that is merely new does not raise it: pass over
what you do not know.
";

fn example() -> Event<'static> {
    Event {
        at: 1_795_430_141_123_456,
        kind: "update".into(),
        area: "role".into(),
        action: "casemate.role.update".into(),
        outcome: "success".into(),
        tenant: "acme".into(),
        actor: Party {
            provider: "local".into(),
            kind: "user".into(),
            id: "usr_0249".into(),
            credential: Some("ses_77ab".into()),
        },
        resource_type: Some("role".into()),
        resource_id: Some("rol_1e68".into()),
        revision: 42,
        request: Request {
            id: "735cc65c8536e94545aa5e2d26c8f064".into(),
            route: Some("/api/v1/roles/{id}".into()),
            client: Some("192.0.2.7".into()),
            user_agent: Some("curl/8.14".into()),
            ..Request::default()
        },
        before: Some(r#"{"name":"Editors"}"#.into()),
        after: Some(r#"{"name":"Writers"}"#.into()),
        ..Event::default()
    }
}

/// The members as they are written, and then those below them.
const ORDER: [&str; 26] = [
    "version",
    "at",
    "kind",
    "area",
    "action",
    "outcome",
    "reason",
    "tenant",
    "application",
    "actor",
    "acting_for",
    "subject",
    "resource",
    "permission",
    "revision",
    "request",
    "before",
    "after",
    "provider",
    "type",
    "id",
    "item",
    "route",
    "client",
    "user_agent",
    "credential",
];

/// The same, its members by name: in which order a map has them depends on what else is built.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, member)| (name.clone(), sorted(member))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// One row for each member, those of members below them with dots.
fn rows(schema: &Value, of: &Value, above: &str, into: &mut String) {
    let required = of["required"].as_array().cloned().unwrap_or_default();
    let mut members: Vec<_> = of["properties"].as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).expect("it has a place"));
    for (name, member) in members {
        let reference = |value: &Value| Some(value.get("$ref")?.as_str()?.strip_prefix('#')?.to_owned());
        let others =
            || member.get("anyOf").and_then(Value::as_array).into_iter().flatten().find_map(reference);
        let below = reference(member).or_else(others).and_then(|pointer| schema.pointer(&pointer));
        let kinds = match &member["type"] {
            Value::String(kind) => kind.clone(),
            Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ if below.is_some() => "object".to_owned(),
            _ => "any JSON".to_owned(),
        };
        let when = if required.contains(&Value::from(name.as_str())) { "always" } else { "" };
        let meaning = member["description"].as_str().unwrap_or_default().replace('\n', " ");
        writeln!(into, "| `{above}{name}` | {kinds} | {when} | {meaning} |").unwrap();
        if let Some(below) = below {
            rows(schema, below, &format!("{above}{name}."), into);
        }
    }
}

fn page() -> String {
    let schema = schema();
    let mut members = String::new();
    rows(&schema, &schema, "", &mut members);
    let schema = serde_json::to_string_pretty(&sorted(&schema)).unwrap();
    let example = made::text_of(&example());
    format!(
        "{INTRODUCTION}\n```json\n{example}\n```\n\n## Members\n| Member | Type | | Meaning |\n|---|---|---|---|\n{members}\n\
         ## JSON Schema\n```json\n{schema}\n```\n"
    )
}

#[test]
fn the_page_is_what_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/audit-event.md");
    if std::env::var_os("CASEMATE_UPDATE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page() == written,
        "{} is not what the schema says; run the test with CASEMATE_UPDATE=1",
        path.display()
    );
}
