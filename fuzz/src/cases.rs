//! A catalog with everything that schemas can say, requests against it, and what must hold of every answer.

use std::sync::OnceLock;

use casemate_expression::{Datum, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{
    Catalog, Decision, Effect, Evaluation, Grant, OriginKind, Permission, PermissionSet, Request, Resource,
    Schema,
};

const CMS: &str = include_str!("../seeds/schemas/cms.toml");
const SHOP: &str = include_str!("../seeds/schemas/shop.toml");

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

/// The schemas of the seeds.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let read = |text: &str| Schema::from_toml(text).unwrap_or_else(|errors| panic!("{errors:?}"));
        Catalog::compile(vec![read(CMS), read(SHOP)]).unwrap_or_else(|errors| panic!("{errors:?}"))
    })
}

/// A set of permissions that are always in force.
pub fn set(catalog: &Catalog, permissions: Vec<Permission>) -> PermissionSet {
    let grant = Grant::always(OriginKind::Role, "fuzzed");
    let mut builder = PermissionSet::builder(catalog);
    for permission in permissions {
        builder.add(permission, &grant);
    }
    builder.build().expect("a small set")
}

/// Permissions that are answered differently from one resource to the next.
pub fn fixed_set() -> &'static PermissionSet {
    static SET: OnceLock<PermissionSet> = OnceLock::new();
    SET.get_or_init(|| {
        let permissions = [
            r#"{"name":"cms.*","own":true}"#,
            r#"{"name":"cms.entry","models":["product","a"],"rwd":"rw"}"#,
            r#"{"name":"cms.entry","deny":true,"locked":true}"#,
            r#"{"name":"shop.*","regions":["eu"],"limit":100}"#,
            r#"{"name":"shop.order","deny":true,"groups":["guests"]}"#,
            r#"{"name":"other.*","whatever":{"it":["holds"]}}"#,
        ];
        let read = permissions.iter().map(|json| Permission::from_json(json).expect("a permission"));
        set(catalog(), read.collect())
    })
}

/// One request of an evaluation, with the resources it is asked for.
pub struct Asked {
    evaluation: Evaluation<'static>,
    claims: casemate_expression::Members,
    resources: Vec<Evaluation<'static>>,
}

/// Requests whose names, identities and resources the catalog's expressions tell apart.
pub fn requests() -> &'static [Asked] {
    static REQUESTS: OnceLock<Vec<Asked>> = OnceLock::new();
    REQUESTS.get_or_init(|| {
        let subjects = [
            r#"{"type":"user","id":"u1","properties":{"tenant":"t","groups":["a","editors"],"level":3,"department":"x"}}"#,
            r#"{"type":"anonymous"}"#,
        ];
        let resources = [
            r#"{"type":"entry","id":"1","properties":{"createdBy":"u1","model":"product","locale":"de","tags":["a","b"],"price":50,"locked":false,"created":"2023-01-01T00:00:00Z","region":"eu","score":0.5}}"#,
            r#"{"type":"entry","id":"u1","properties":{"createdBy":"u2","model":"a","locale":null,"tags":[],"price":-1,"locked":true,"created":"2030-01-01T00:00:00Z","region":"us","score":1.5}}"#,
            r#"{"type":"order","id":"2","properties":{"createdBy":7,"model":["a"],"tags":"a","price":"50","locked":1}}"#,
            r#"{"type":"order","id":"3"}"#,
        ];
        let names = ["cms.entry", "cms.entry.list", "cms.page", "shop.order", "shop.order.a.b", "other.x", "casemate.decision.ask"];
        let read = |name: &str, subject: &str, resource: Option<&str>| {
            let resource = resource.map_or_else(String::new, |resource| format!(r#","resource":{resource}"#));
            let json = format!(
                r#"{{"subject":{subject},"action":{{"name":"{name}","properties":{{"operation":"r"}}}},"context":{{"ip":"10.0.0.1"}}{resource}}}"#
            );
            let datum = Box::leak(Box::new(Datum::from_json(&json).expect("literal JSON")));
            Evaluation::read(datum, None).expect("a request")
        };
        names
            .iter()
            .flat_map(|name| subjects.iter().map(move |subject| (*name, *subject)))
            .map(|(name, subject)| {
                let evaluation = read(name, subject, None);
                let claims = evaluation.claims();
                let resources = resources.iter().map(|resource| read(name, subject, Some(resource))).collect();
                Asked { evaluation, claims, resources }
            })
            .collect()
    })
}

/// Asks without a resource and with each, and holds the answers against one another.
pub fn assert_agreement(set: &PermissionSet, asked: &Asked) {
    let name = Name::parse(asked.evaluation.action_name()).expect("a name");
    let identity = asked.evaluation.subject_as_identity(&asked.claims).expect("an identity");
    let absent = asked.evaluation.request(name, identity, NOW);
    let without = set.check(&absent);
    let filter = set.filter(&absent);
    if let Ok(filter) = &filter {
        // A filter that is worked out may turn out to be none; then the check knew less.
        assert!(filter.decision.effect == without.effect || without.effect == Effect::Conditional);
    }
    assert_explained(set, &absent, &without);
    for resource in &asked.resources {
        let request = resource.request(name, identity, NOW);
        let decision = set.check(&request);
        assert_ne!(decision.effect, Effect::Conditional);
        if without.effect != Effect::Conditional {
            assert_eq!(without.effect, decision.effect, "{set:?}");
        }
        if let Ok(filter) = &filter {
            let matched = match &filter.filter {
                Some(filter) => filter.matches(&|attribute: &str| attribute_of(&request.resource, attribute)),
                None => filter.decision.is_allowed(),
            };
            assert_eq!(matched, decision.is_allowed(), "{name} {set:?} {:?}", request.resource);
        }
        let explanation = set.explain(&request);
        assert_eq!(explanation.decision.reason, decision.reason);
    }
    if let Some(resource) = asked.resources.first() {
        assert_request(set, &resource.request(name, identity, NOW));
    }
}

/// The answers to one request agree with one another, and can be written.
pub fn assert_request(set: &PermissionSet, request: &Request<'_>) {
    let decision = set.check(request);
    assert_explained(set, request, &decision);
    match set.filter(request) {
        Ok(filter) => {
            if request.resource.is_some_and(|resource| is_whole(&resource)) {
                assert_eq!(filter.decision.effect, decision.effect);
            }
            if let Some(filter) = &filter.filter {
                for dialect in ["postgres", "sqlite", "mysql"] {
                    let dialect =
                        casemate_expression::filter::sql::Dialect::named(dialect).expect("a dialect");
                    let _ = filter.to_sql(dialect);
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let permissions = set.permissions(&request.name, request.now);
    if let Some(decided) = decision.permission {
        assert!(permissions.iter().any(|permission| permission.index() == decided.index()));
    }
}

/// Whether it supplies whatever the catalog's expressions speak of.
fn is_whole(resource: &Resource<'_>) -> bool {
    const ATTRIBUTES: [&str; 9] =
        ["createdBy", "model", "locale", "tags", "price", "locked", "created", "region", "score"];
    resource.kind.is_some()
        && resource.id.is_some()
        && ATTRIBUTES.iter().all(|attribute| resource.properties.supplied(attribute).is_some())
}

fn assert_explained(set: &PermissionSet, request: &Request<'_>, decision: &Decision<'_>) {
    let explanation = set.explain(request);
    assert_eq!(explanation.decision.effect, decision.effect);
    assert_eq!(explanation.decision.reason, decision.reason);
    let json = explanation.to_json();
    assert_eq!(json["matching"].as_array().map(Vec::len), Some(explanation.matching()));
    assert!(!explanation.to_text().is_empty());
}

fn attribute_of<'a>(resource: &Option<Resource<'a>>, name: &str) -> Value<'a> {
    let Some(resource) = resource else { return Value::Null };
    match name {
        "type" => resource.kind.unwrap_or(Value::Null),
        "id" => resource.id.unwrap_or(Value::Null),
        name => resource.properties.get(name),
    }
}
