//! Schemas of what applications say of an event: what fits them, and which are refused.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use casemate_directory::{EventSchema, EventSchemaError, MAX_SCHEMA};
use serde_json::{Value, json};

fn refused(schema: Value) -> EventSchemaError {
    EventSchema::compile(&schema).unwrap_err()
}

#[test]
fn details_are_held_against_a_schema_without_being_repeated() {
    let schema = json!({
        "type": "object", "required": ["title"], "additionalProperties": false,
        "properties": { "title": { "$ref": "#/$defs/title" }, "n": { "type": "integer" } },
        "$defs": { "title": { "type": "string", "pattern": "^[a-z]+$" } },
    });
    let schema = EventSchema::compile(&schema).unwrap();
    assert_eq!(schema.misfits(&json!({ "title": "abc", "n": 1 })), []);
    for (document, pointer, part) in [
        (json!({ "title": "s3cret-VALUE" }), "/title", "pattern"),
        (json!({ "title": "a", "n": "s3cret-VALUE" }), "/n", "/properties/n/type"),
        (json!({ "title": "a", "s3cret-VALUE": 1 }), "", "additionalProperties"),
        (json!({ "n": 1 }), "", "required"),
        (json!("s3cret-VALUE"), "", "type"),
    ] {
        let misfits = schema.misfits(&document);
        assert_eq!((misfits.len(), &*misfits[0].pointer), (1, pointer), "{document}");
        assert!(misfits[0].message.contains(part), "{misfits:?}");
        assert!(!format!("{misfits:?}").contains("s3cret"), "{misfits:?}");
    }
    let wrong = schema.misfits(&json!({ "title": 1, "n": "" }));
    assert_eq!(wrong.len(), 2, "all that is wrong is told");
}

#[test]
fn a_schema_that_leads_elsewhere_or_grows_is_refused() {
    for to in
        ["https://example.org/s", "other.json", "#title", "#/$defs/none", "file:///etc/passwd", "#%2F$defs"]
    {
        let schema = json!({ "$ref": to, "$defs": {} });
        assert_eq!(refused(schema), EventSchemaError::Elsewhere("$ref".to_owned()), "{to}");
    }
    for word in ["$id", "$dynamicRef", "$anchor"] {
        let schema = json!({ "properties": { "a": { word: "x" } } });
        assert_eq!(refused(schema), EventSchemaError::Elsewhere(word.to_owned()));
    }
    assert_eq!(
        refused(json!({ "$schema": "http://json-schema.org/draft-07/schema#" })),
        EventSchemaError::Dialect
    );
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "$ref": "#/$defs/a", "$defs": { "a": { "not": { "$ref": "#/$defs/a" } } } }),
    ] {
        assert!(matches!(refused(schema), EventSchemaError::Circle(_)));
    }
    // Ten references twice each stand for a thousand.
    let mut defs = json!({ "d0": { "type": "string" } });
    for level in 1..14 {
        let to = format!("#/$defs/d{}", level - 1);
        defs[format!("d{level}")] = json!({ "allOf": [{ "$ref": to }, { "$ref": to }] });
    }
    assert_eq!(refused(json!({ "$ref": "#/$defs/d13", "$defs": defs })), EventSchemaError::TooLarge);
    let mut deep = json!({});
    for _ in 0..30 {
        deep = json!({ "not": deep });
    }
    assert_eq!(refused(deep), EventSchemaError::TooDeep);
    assert_eq!(refused(json!({ "description": "x".repeat(MAX_SCHEMA) })), EventSchemaError::TooLong);
    assert_eq!(refused(json!(true)), EventSchemaError::NoObject);
}

#[test]
fn what_is_no_schema_or_needs_too_much_of_patterns_is_refused_with_its_place() {
    for (schema, at) in [
        (json!({ "type": "no-type" }), "/type"),
        (json!({ "properties": { "a": { "minLength": -1 } } }), "/properties/a/minLength"),
        (json!({ "properties": { "a": { "pattern": "(a" } } }), "/properties/a/pattern"),
        (json!({ "properties": { "a": { "pattern": "(?=a)b" } } }), "/properties/a/pattern"),
        (json!({ "properties": { "a": { "pattern": "\\w{999}{99}" } } }), "/properties/a/pattern"),
    ] {
        let error = refused(schema.clone());
        assert!(
            matches!(&error, EventSchemaError::Invalid { pointer, .. } if pointer == at),
            "{schema} {error:?}"
        );
    }
}
