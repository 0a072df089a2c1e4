//! A decision about a resource allocates nothing on the heap, whatever it comes to.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use casemate_expression::{Datum, List, Map, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{
    Action, Catalog, Effect, Grant, OriginKind, Permission, PermissionSet, Reason, Request, Resource, Schema,
    Subject,
};

const SCHEMA: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
title = "Headless CMS"

[attributes]
createdBy = { type = "string" }
model     = { type = "string" }
locale    = { type = "string", nullable = true }
size      = { type = "double" }
changed   = { type = "timestamp" }
tags      = { type = "list<string>" }

[[permission]]
name = "cms.*"
[permission.properties.own]
type = "bool"
when = "value == false || resource.createdBy == identity.id"
[permission.properties.models]
type = "list<string>"
when = "resource.model in value"
[permission.properties.locales]
type = "list<string>"
when = "has(resource.locale) && resource.locale in value"
[permission.properties.below]
type = "double"
when = "resource.size < value"
[permission.properties.since]
type = "timestamp"
when = "resource.changed >= value && now - resource.changed < duration('720h')"
[permission.properties.tags]
type = "list<string>"
when = "resource.tags.exists(tag, tag in value) && size(resource.tags) < 5"
[permission.properties.from]
type = "string"
when = "cidr(context.ip, value)"
[permission.properties.group]
type = "string"
when = "value in identity.groups && value.startsWith('ed')"

[[permission]]
name = "cms.exact"
[permission.properties.models]
type = "list<string>"
when = "resource.model in value"
"#;

const PERMISSIONS: [&str; 18] = [
    r#"{"name":"cms.free"}"#,
    r#"{"name":"cms.own","own":true}"#,
    r#"{"name":"cms.models","models":["article","product"]}"#,
    r#"{"name":"cms.exact","models":["product"],"own":false}"#,
    r#"{"name":"cms.locales","locales":["de-DE","en-GB"]}"#,
    r#"{"name":"cms.all","own":true,"models":["product"],"locales":["en-GB"]}"#,
    r#"{"name":"cms.below","below":10}"#,
    r#"{"name":"cms.since","since":"2023-11-01T00:00:00Z"}"#,
    r#"{"name":"cms.tags","tags":["red","green"]}"#,
    r#"{"name":"cms.from","from":"10.0.0.0/8"}"#,
    r#"{"name":"cms.group","group":"editors"}"#,
    r#"{"name":"cms.wild.*","own":true}"#,
    r#"{"name":"cms.wi?d.{a,b}*c","models":["product"]}"#,
    r#"{"name":"cms.wild.denied*","deny":true}"#,
    r#"{"name":"cms.free","deny":true,"models":["secret"]}"#,
    r#"{"name":"cms.mismatch","models":"product"}"#,
    r#"{"name":"cms.undeclared","colour":"red"}"#,
    r#"{"name":"unowned.*","anything":{"a":[1,[2]]}}"#,
];

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

fn set() -> PermissionSet {
    let catalog = Catalog::compile(vec![Schema::from_toml(SCHEMA).unwrap()]).unwrap();
    let grant = Grant::always(OriginKind::Role, "editor");
    let mut builder = PermissionSet::builder(&catalog);
    for permission in PERMISSIONS {
        builder.add(Permission::from_json(permission).unwrap(), &grant);
    }
    builder.build().unwrap()
}

/// Checks, and fails where that allocated.
fn check(set: &PermissionSet, name: &str, properties: Map<'_>) -> (Effect, Reason) {
    let groups = ["editors".to_owned(), "staff".to_owned()];
    let context = [("ip", Value::String("10.1.2.3"))];
    let mut answer = None;
    let allocations = allocation_counter::measure(|| {
        let request = Request {
            name: Name::parse(name).unwrap(),
            identity: Subject {
                id: Some("ana"),
                kind: Some("user"),
                groups: Some(List::texts(&groups)),
                ..Subject::ANONYMOUS
            },
            action: Action { name, properties: Map::EMPTY },
            resource: Some(Resource { kind: Some(Value::String("entry")), id: None, properties }),
            context: Map::Values(&context),
            now: NOW,
        };
        let decision = set.check(&request);
        answer = Some((decision.effect, decision.reason));
    });
    assert_eq!(allocations.count_total, 0, "{name}: {allocations:?}");
    answer.unwrap()
}

const ALLOWED: (Effect, Reason) = (Effect::Allowed, Reason::PermissionAllows);
const NOT_MET: (Effect, Reason) = (Effect::Denied, Reason::ConditionsNotMet);
const FAILED: (Effect, Reason) = (Effect::Denied, Reason::ConditionFailed);

#[test]
fn counting_works() {
    // An optimised build leaves an allocation out that nobody looks at.
    let measured = allocation_counter::measure(|| drop(std::hint::black_box(Box::new(1))));
    assert_eq!(measured.count_total, 1);
}

#[test]
fn no_decision_allocates_where_attributes_are_borrowed() {
    let set = set();
    let tags = [Value::String("blue"), Value::String("red")];
    let fits = [
        ("createdBy", Value::String("ana")),
        ("model", Value::String("product")),
        ("locale", Value::String("en-GB")),
        ("size", Value::Int(3)),
        ("changed", Value::String("2023-11-10T00:00:00Z")),
        ("tags", Value::List(List::values(&tags))),
    ];
    let differs = [
        ("createdBy", Value::String("bob")),
        ("model", Value::String("secret")),
        ("locale", Value::Null),
        ("size", Value::Double(30.5)),
        ("changed", Value::Timestamp(Timestamp(0))),
        ("tags", Value::List(List::values(&[]))),
    ];
    for name in ["own", "models", "locales", "all", "below", "since", "tags", "wild.x", "wild.bac"] {
        let name = format!("cms.{name}");
        assert_eq!(check(&set, &name, Map::Values(&fits)), ALLOWED, "{name}");
        assert_eq!(check(&set, &name, Map::Values(&differs)), NOT_MET, "{name}");
        // `has` asks first, so that a resource without a locale only differs.
        let asked = matches!(&*name, "cms.locales" | "cms.all");
        assert_eq!(check(&set, &name, Map::EMPTY), if asked { NOT_MET } else { FAILED }, "{name}");
    }
    for name in ["cms.free", "cms.from", "cms.group", "unowned.x"] {
        assert_eq!(check(&set, name, Map::Values(&fits)), ALLOWED, "{name}");
    }
    for name in ["cms.mismatch", "cms.undeclared", "cms.exact"] {
        let expected = if name == "cms.exact" { ALLOWED } else { FAILED };
        assert_eq!(check(&set, name, Map::Values(&fits)), expected, "{name}");
    }
    let denied = |reason| (Effect::Denied, reason);
    assert_eq!(check(&set, "cms.free", Map::Values(&differs)), denied(Reason::PermissionDenies));
    assert_eq!(check(&set, "cms.free", Map::EMPTY), denied(Reason::DenialFailed));
    assert_eq!(check(&set, "cms.wild.denied", Map::Values(&fits)), denied(Reason::PermissionDenies));
    assert_eq!(check(&set, "cms.nothing", Map::Values(&fits)), denied(Reason::NoPermission));
    assert_eq!(check(&set, "elsewhere", Map::Values(&fits)), denied(Reason::NoPermission));
}

#[test]
fn no_decision_allocates_where_attributes_are_read_from_json() {
    let set = set();
    let read = Datum::from_json(r#"{"createdBy":"ana","model":"product","locale":"en-GB","tags":["red"]}"#);
    let Datum::Map(members) = read.unwrap() else { panic!("an object") };
    for name in ["cms.all", "cms.tags", "cms.wild.x"] {
        assert_eq!(check(&set, name, Map::Data(&members)), ALLOWED, "{name}");
    }
    assert_eq!(check(&set, "cms.since", Map::Data(&members)), FAILED);
}
