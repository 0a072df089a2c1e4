//! The description of the API is checked in, and is what the routes are.

use std::collections::BTreeSet;
use std::path::Path;

use casemate_server::{described, document_text};
use serde_json::Value;

use crate::support::Server;

/// Compares a text with a file that is checked in; with `CASEMATE_UPDATE` set, writes it there.
pub(crate) fn same_as_file(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("CASEMATE_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == text,
        "{} is not what the code says; run the test with CASEMATE_UPDATE=1 and look at what changed",
        path.display()
    );
}

#[tokio::test]
async fn the_description_that_is_checked_in_is_the_one_that_is_served() {
    let text = document_text();
    let served = Server::start().await.send("GET /api/openapi.json", None, &[], None).await;
    assert_eq!((served.status.as_u16(), served.header("content-type")), (200, "application/json"));
    assert!(served.text == text);
    same_as_file("docs/reference/openapi.json", &text);
}

#[test]
fn every_operation_has_an_id_of_its_own_and_every_reference_leads_somewhere() {
    let document: Value = serde_json::from_str(&document_text()).unwrap();
    let ids: BTreeSet<&str> = described().iter().map(|route| route.operation.id()).collect();
    assert_eq!(ids.len(), described().len());
    for id in ids {
        assert!(id.chars().all(|character| character.is_ascii_alphanumeric()), "{id}");
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push(reference.clone());
            }
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
