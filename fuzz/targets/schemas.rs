//! Schemas: reading and compiling never panics, mistakes have places inside the text, and what compiles can be used.
#![no_main]

use casemate_expression::{Map, Timestamp, Value};
use casemate_fuzz::cases;
use casemate_permission::name::Name;
use casemate_permission::{
    Action, Catalog, Permission, PermissionSet, Request, Resource, Schema, SchemaError, Subject,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let schema = match Schema::from_toml(text) {
        Ok(schema) => schema,
        Err(errors) => return assert_places(text, &errors),
    };
    let catalog = match Catalog::compile(vec![schema.clone()]) {
        Ok(catalog) => catalog,
        Err(errors) => return assert_places(text, &errors),
    };
    let twice = Catalog::compile(vec![schema.clone(), schema]).expect_err("one id cannot stand twice");
    assert_places(text, &twice);
    let application = &catalog.applications()[0];
    let namespace = application.namespaces().next().expect("an application owns a namespace").to_owned();
    let permissions: Vec<Permission> = [
        format!(r#"{{"name":"{namespace}.*","own":true,"models":["a"],"value":null}}"#),
        r#"{"name":"*","own":1,"note":{"a":[]}}"#.to_owned(),
        format!(r#"{{"name":"{namespace}.?*","deny":true,"own":"x"}}"#),
    ]
    .iter()
    .filter_map(|permission| Permission::from_json(permission).ok())
    .collect();
    for permission in &permissions {
        for problem in catalog.problems(permission) {
            assert!(!problem.to_string().is_empty());
        }
    }
    let set = cases::set(&catalog, permissions);
    let name = format!("{namespace}.entry");
    let Ok(name) = Name::parse(&name) else { return };
    let values = [("createdBy", Value::String("u1")), ("model", Value::Null)];
    let resource = Resource { kind: None, id: None, properties: Map::Values(&values) };
    decide(&set, name, None);
    decide(&set, name, Some(resource));
});

fn decide(set: &PermissionSet, name: Name<'_>, resource: Option<Resource<'_>>) {
    let request = Request {
        name,
        identity: Subject::ANONYMOUS,
        action: Action { name: "list", properties: Map::EMPTY },
        resource,
        context: Map::EMPTY,
        now: Timestamp(0),
    };
    let decision = set.check(&request);
    let explanation = set.explain(&request);
    assert_eq!(explanation.decision.effect, decision.effect);
    assert!(explanation.to_text().starts_with(&explanation.sentence()));
}

fn assert_places(text: &str, errors: &[SchemaError]) {
    assert!(!errors.is_empty());
    for error in errors {
        assert!(!error.message.is_empty());
        if let Some(span) = &error.span {
            assert!(text.get(span.clone()).is_some(), "{span:?} of {}: {}", text.len(), error.message);
        }
    }
}
