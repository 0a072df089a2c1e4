//! The decision, rule by rule of `permissions.md`, through the crate's public interface.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot prepare has failed"
)]

use casemate_expression::{Datum, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{
    Catalog, Decision, Evaluation, FilterError, Grant, Origin, OriginKind, Permission, PermissionSet, Reason,
    Schema, Subject,
};

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

const CMS: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
title = "Headless CMS"

[attributes]
createdBy = { type = "string", column = "created_by" }
model     = { type = "string" }
locale    = { type = "string", nullable = true }
tags      = { type = "list<string>", storage = "json" }

[[permission]]
name = "cms.entry"
title = "Content entries"
[permission.properties.own]
type = "bool"
title = "Only what they created"
when = "value == false || resource.createdBy == identity.id"
[permission.properties.models]
type = "list<string>"
when = "resource.model in value"
[permission.properties.rwd]
type = "string"
pattern = "^r?w?d?$"
when = 'action.properties.operation in ["r", "w", "d"] && value.contains(action.properties.operation)'

[[permission]]
name = "cms.entry.*"
[permission.properties.own]
type = "bool"
when = "value == false || resource.createdBy == identity.id"
[permission.properties.note]
opaque = true
[permission.properties.every]
type = "list<string>"
when = "resource.tags.all(t, t in value)"
"#;

fn catalog(schemas: &[&str]) -> Catalog {
    Catalog::compile(schemas.iter().map(|text| Schema::from_toml(text).unwrap()).collect()).unwrap()
}

fn set_with(catalog: &Catalog, permissions: &[&str], grant: Grant) -> PermissionSet {
    let grant = grant.into();
    let mut builder = PermissionSet::builder(catalog);
    for permission in permissions {
        builder.add(Permission::from_json(permission).unwrap(), &grant);
    }
    builder.build().unwrap()
}

fn always() -> Grant {
    let origin = Origin { kind: OriginKind::Role, name: "editor".to_owned(), via: None };
    Grant { origin, from: None, until: None }
}

/// Effect and reason of a check, with the permission that decided.
fn decide(catalog: &Catalog, permissions: &[&str], request: &str) -> (String, String, Option<String>) {
    let set = set_with(catalog, permissions, always());
    let datum = Datum::from_json(request).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let name = Name::parse(evaluation.action_name()).unwrap();
    let request = evaluation.request(name, identity, NOW);
    let decision: Decision<'_> = set.check(&request);
    let permission = decision.permission.map(|permission| permission.as_json().to_owned());
    (decision.effect.name().to_owned(), decision.reason.code().to_owned(), permission)
}

fn request(name: &str, resource: &str) -> String {
    format!(
        r#"{{"subject":{{"type":"user","id":"u1"}},"action":{{"name":"{name}","properties":{{"operation":"r"}}}}{}}}"#,
        if resource.is_empty() { String::new() } else { format!(",\"resource\":{resource}") }
    )
}

#[track_caller]
fn assert_decided(permissions: &[&str], name: &str, resource: &str, effect: &str, reason: &str) {
    let (found, code, by) = decide(&catalog(&[CMS]), permissions, &request(name, resource));
    assert_eq!((found.as_str(), code.as_str()), (effect, reason), "decided by {by:?}");
}

const MINE: &str =
    r#"{"type":"entry","id":"1","properties":{"createdBy":"u1","model":"product","tags":["a"]}}"#;
const THEIRS: &str = r#"{"type":"entry","id":"2","properties":{"createdBy":"u2","model":"page","tags":[]}}"#;

#[test]
fn the_questions_of_a_batch_share_their_defaults() {
    let defaults = Datum::from_json(
        r#"{"subject":{"type":"user","id":"u1","properties":{"a":1}},"action":{"name":"cms.entry"}}"#,
    )
    .unwrap();
    let item = Datum::from_json("{}").unwrap();
    let evaluation = Evaluation::read(&item, Some(&defaults)).unwrap();
    let properties = defaults.get("subject").and_then(|subject| subject.get("properties")).unwrap();
    assert!(std::ptr::eq(evaluation.subject_properties(), properties.as_map().unwrap()));
}

#[test]
fn denied_by_default() {
    assert_decided(&[], "cms.entry", MINE, "denied", "no_permission");
    assert_decided(&[r#"{"name":"cms"}"#], "cms.entry", MINE, "denied", "no_permission");
}

#[test]
fn properties_restrict_by_their_expressions() {
    let own = r#"{"name":"cms.entry","own":true}"#;
    assert_decided(&[own], "cms.entry", MINE, "allowed", "permission_allows");
    assert_decided(&[own], "cms.entry", THEIRS, "denied", "conditions_not_met");
    assert_decided(&[own], "cms.entry", r#"{"type":"e","id":"1"}"#, "denied", "condition_failed");
    assert_decided(
        &[r#"{"name":"cms.entry","own":false}"#],
        "cms.entry",
        THEIRS,
        "allowed",
        "permission_allows",
    );
    let models = r#"{"name":"cms.entry","models":["product"],"rwd":"r"}"#;
    assert_decided(&[models], "cms.entry", MINE, "allowed", "permission_allows");
    assert_decided(&[models], "cms.entry", THEIRS, "denied", "conditions_not_met");
    assert_decided(
        &[r#"{"name":"cms.entry","models":[]}"#],
        "cms.entry",
        MINE,
        "denied",
        "conditions_not_met",
    );
}

#[test]
fn patterns_are_judged_anew_for_each_requested_name() {
    let all = r#"{"name":"*","own":true}"#;
    assert_decided(&[all], "cms.entry", MINE, "allowed", "permission_allows");
    assert_decided(&[all], "cms.entry.list", THEIRS, "denied", "conditions_not_met");
    assert_decided(&[all], "cms.page", MINE, "denied", "condition_failed");
    assert_decided(&[all], "other.page", MINE, "allowed", "permission_allows");
    assert_decided(&[r#"{"name":"*"}"#], "casemate.role", MINE, "denied", "no_permission");
}

#[test]
fn what_is_misunderstood_is_an_error_of_the_permission() {
    assert_decided(
        &[r#"{"name":"cms.entry","colour":"red"}"#],
        "cms.entry",
        MINE,
        "denied",
        "condition_failed",
    );
    assert_decided(&[r#"{"name":"cms.entry","own":"yes"}"#], "cms.entry", MINE, "denied", "condition_failed");
    assert_decided(&[r#"{"name":"cms.entry","own":null}"#], "cms.entry", MINE, "denied", "condition_failed");
    assert_decided(&[r#"{"name":"cms.entry","rwd":"x"}"#], "cms.entry", MINE, "denied", "condition_failed");
    let opaque = r#"{"name":"cms.entry.x","note":{"any":["thing"]}}"#;
    assert_decided(&[opaque], "cms.entry.x", MINE, "allowed", "permission_allows");
    let opened = CMS.replace("title = \"Headless CMS\"", "properties = \"opaque\"");
    let permissions = [r#"{"name":"cms.entry","colour":"red"}"#];
    assert_eq!(decide(&catalog(&[&opened]), &permissions, &request("cms.entry", MINE)).0, "allowed");
}

#[test]
fn denials_override_also_when_they_fail() {
    let allow = r#"{"name":"cms.*"}"#;
    let deny = r#"{"name":"cms.entry","deny":true,"own":true}"#;
    assert_decided(&[allow, deny], "cms.entry", MINE, "denied", "permission_denies");
    assert_decided(&[allow, deny], "cms.entry", THEIRS, "allowed", "permission_allows");
    assert_decided(&[allow, deny], "cms.entry", r#"{"type":"e","id":"1"}"#, "denied", "denial_failed");
    assert_decided(&[deny], "cms.entry", THEIRS, "denied", "no_permission");
    let broken = r#"{"name":"cms.entry","deny":true,"colour":"red"}"#;
    assert_decided(&[allow, broken], "cms.entry", THEIRS, "denied", "denial_failed");
}

#[test]
fn a_narrow_permission_never_hides_a_broader_one() {
    let narrow = r#"{"name":"cms.entry","own":true}"#;
    for permissions in [[narrow, r#"{"name":"cms.*"}"#], [r#"{"name":"cms.*"}"#, narrow]] {
        assert_decided(&permissions, "cms.entry", THEIRS, "allowed", "permission_allows");
    }
}

#[test]
fn the_first_in_order_decides() {
    let catalog = catalog(&[CMS]);
    let permissions =
        [r#"{"name":"cms.entry"}"#, r#"{"name":"cms.*"}"#, r#"{"name":"cms.entry","models":["product"]}"#];
    let by = decide(&catalog, &permissions, &request("cms.entry", MINE)).2;
    assert_eq!(by.as_deref(), Some(r#"{"name":"cms.*"}"#));
    let by = decide(&catalog, &[permissions[0], permissions[2]], &request("cms.entry", MINE)).2;
    assert_eq!(by.as_deref(), Some(r#"{"name":"cms.entry","models":["product"]}"#));
}

#[test]
fn assignments_are_in_force_from_and_until() {
    let catalog = catalog(&[]);
    let datum = Datum::from_json(&request("a.b", MINE)).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let in_force = |from: Option<i64>, until: Option<i64>| {
        let grant = Grant { from: from.map(Timestamp), until: until.map(Timestamp), ..always() };
        let set = set_with(&catalog, &[r#"{"name":"a.*"}"#], grant);
        let identity = evaluation.subject_as_identity(&claims).unwrap();
        set.check(&evaluation.request(Name::parse("a.b").unwrap(), identity, NOW)).is_allowed()
    };
    assert!(in_force(Some(NOW.0), None));
    assert!(!in_force(Some(NOW.0 + 1), None));
    assert!(in_force(None, Some(NOW.0 + 1)));
    assert!(!in_force(None, Some(NOW.0)));
}

#[test]
fn what_is_left_out_of_a_resource_is_unknown_to_who_asks_so() {
    let set = set_with(&catalog(&[CMS]), &[r#"{"name":"cms.entry","own":true}"#], always());
    let answers = |resource: &str| {
        let datum = Datum::from_json(&request("cms.entry", resource)).unwrap();
        let evaluation = Evaluation::read(&datum, None).unwrap();
        let claims = evaluation.claims();
        let name = Name::parse(evaluation.action_name()).unwrap();
        let identity = evaluation.subject_as_identity(&claims).unwrap();
        let request = evaluation.request(name, identity, NOW);
        (set.check(&request).effect.name(), set.check_partial(&request).effect.name())
    };
    assert_eq!(answers(r#"{"type":"entry","id":"1"}"#), ("denied", "conditional"));
    assert_eq!(answers(MINE), ("allowed", "allowed"));
    assert_eq!(answers(THEIRS), ("denied", "denied"));
    let null = r#"{"type":"entry","id":"1","properties":{"createdBy":null}}"#;
    assert_eq!(answers(null), ("denied", "denied"), "null was supplied");
}

#[test]
fn who_is_not_known_may_be_anybody() {
    let decided = |permissions: &[&str], resource: &str| {
        let set = set_with(&catalog(&[CMS]), permissions, always());
        let datum = Datum::from_json(&request("cms.entry", resource)).unwrap();
        let evaluation = Evaluation::read(&datum, None).unwrap();
        let name = Name::parse(evaluation.action_name()).unwrap();
        let identity = Subject { kind: Some("user"), ..Subject::ANONYMOUS };
        let decision = set.check_somebody(&evaluation.request(name, identity, NOW));
        (decision.effect.name(), decision.reason.code())
    };
    let own = r#"{"name":"cms.entry","own":true}"#;
    let deny = r#"{"name":"cms.entry","deny":true,"own":true}"#;
    assert_eq!(decided(&[own], MINE), ("conditional", "depends_on_identity"));
    assert_eq!(decided(&[r#"{"name":"cms.*"}"#, deny], MINE), ("conditional", "depends_on_identity"));
    assert_eq!(decided(&[r#"{"name":"cms.*"}"#, own], MINE), ("allowed", "permission_allows"));
    assert_eq!(decided(&[r#"{"name":"cms.entry","rwd":"w"}"#, deny], MINE).0, "denied");
    assert_eq!(decided(&[r#"{"name":"cms.entry","models":["product"]}"#], "").1, "depends_on_resource");
}

#[test]
fn without_a_resource_there_are_three_answers() {
    assert_decided(&[r#"{"name":"cms.entry"}"#], "cms.entry", "", "allowed", "permission_allows");
    assert_decided(
        &[r#"{"name":"cms.entry","own":true}"#],
        "cms.entry",
        "",
        "conditional",
        "depends_on_resource",
    );
    assert_decided(&[r#"{"name":"cms.entry","own":false}"#], "cms.entry", "", "allowed", "permission_allows");
    assert_decided(&[r#"{"name":"cms.entry","rwd":"w"}"#], "cms.entry", "", "denied", "conditions_not_met");
    assert_decided(
        &[r#"{"name":"cms.entry.a","every":["x"]}"#],
        "cms.entry.a",
        "",
        "conditional",
        "depends_on_resource",
    );
    let deny = r#"{"name":"cms.entry","deny":true,"own":true}"#;
    assert_decided(&[r#"{"name":"cms.*"}"#, deny], "cms.entry", "", "conditional", "depends_on_resource");
}

#[test]
fn filters_hold_for_exactly_the_resources_that_check_allows() {
    let catalog = catalog(&[CMS]);
    let set = set_with(
        &catalog,
        &[r#"{"name":"cms.entry","own":true}"#, r#"{"name":"cms.entry","models":["page"],"deny":true}"#],
        always(),
    );
    let datum = Datum::from_json(&request("cms.entry", "")).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let answer = set.filter(&evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW)).unwrap();
    assert_eq!(
        answer.filter.unwrap().whole().to_json(),
        concat!(
            r#"{"format":1,"op":"and","args":[{"op":"exists","attribute":"createdBy"},"#,
            r#"{"op":"eq","attribute":"createdBy","value":"u1"},"#,
            r#"{"op":"exists","attribute":"model"},"#,
            r#"{"op":"not","args":[{"op":"in","attribute":"model","value":["page"]}]}]}"#
        )
    );
}

#[test]
fn what_cannot_be_a_filter_is_named_at_registration_and_refused_when_asked() {
    let catalog = catalog(&[CMS]);
    let remarks: Vec<_> =
        catalog.remarks().iter().map(|remark| (remark.entry.as_str(), remark.property.as_str())).collect();
    assert_eq!(remarks, [("cms.entry.*", "every")]);
    let set = set_with(&catalog, &[r#"{"name":"cms.entry.*","note":1,"every":["a"]}"#], always());
    let datum = Datum::from_json(&request("cms.entry.a", "")).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let error =
        set.filter(&evaluation.request(Name::parse("cms.entry.a").unwrap(), identity, NOW)).unwrap_err();
    assert!(matches!(&error, FilterError::NotFilterable { property, .. } if property == "every"), "{error}");
}

#[test]
fn explanations_name_every_permission_and_what_would_change_it() {
    let catalog = catalog(&[CMS]);
    let set = set_with(
        &catalog,
        &[r#"{"name":"cms.entry","own":true}"#, r#"{"name":"CMS.entry"}"#, r#"{"name":"cms.entry.list"}"#],
        always(),
    );
    let datum = Datum::from_json(&request("cms.entry", THEIRS)).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let request = evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW);
    let explanation = set.explain(&request);
    assert_eq!(explanation.decision.reason, Reason::ConditionsNotMet);
    let json = explanation.to_json();
    assert_eq!(json["matching"][0]["properties"][0]["outcome"], "false");
    assert_eq!(json["matching"][0]["origin"]["name"], "editor");
    assert_eq!(json["near"][0]["why"], "it differs in upper and lower case");
    assert!(explanation.to_text().contains("own = true: false"), "{}", explanation.to_text());
}

#[test]
fn what_is_refused_when_it_is_written() {
    let catalog = catalog(&[CMS]);
    let problems = |text: &str| {
        let permission = Permission::from_json(text).unwrap();
        catalog.problems(&permission).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(problems(r#"{"name":"cms.entry","own":true,"rwd":"rw"}"#), "");
    assert_eq!(problems(r#"{"name":"*","own":true}"#), "");
    assert_eq!(problems(r#"{"name":"other.x","anything":null}"#), "");
    assert_eq!(problems(r#"{"name":"cms.entry","own":1}"#), "the property `own` must be a bool, and is 1");
    assert!(problems(r#"{"name":"cms.entry","rwd":"x"}"#).contains("matches ^r?w?d?$"));
    assert!(problems(r#"{"name":"cms.entry","own":null}"#).contains("is null"));
    let shadowing = CMS.replace("name = \"cms.entry.*\"\n[permission.properties.own]\ntype = \"bool\"\nwhen = \"value == false || resource.createdBy == identity.id\"", "name = \"cms.*\"\n[permission.properties.own]\ntype = \"string\"\nwhen = \"resource.createdBy == value\"");
    let shadowed = self::catalog(&[&shadowing]);
    let exact = Permission::from_json(r#"{"name":"cms.entry","own":"u1"}"#).unwrap();
    assert!(!shadowed.problems(&exact).is_empty(), "the exact entry wants a bool");
    let other = Permission::from_json(r#"{"name":"cms.{media,page}","own":"u1"}"#).unwrap();
    assert!(shadowed.problems(&other).is_empty());
    assert!(problems(r#"{"name":"cms.entry","colour":1}"#).contains("there are models, own, rwd"));
    assert!(problems(r#"{"name":"cms.page","own":true}"#).contains("no entry covers the name"));
}

#[test]
fn schemas_that_contradict_are_refused_with_their_place() {
    let refused = |schema: &str| -> String {
        match Schema::from_toml(schema) {
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            Ok(schema) => Catalog::compile(vec![schema])
                .unwrap_err()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; "),
        }
    };
    let entry = |body: &str| {
        format!(
            "format = 1\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\n[attributes]\nx = {{ type = \"int\" }}\n{body}"
        )
    };
    let property = |name: &str, body: &str| {
        format!("[[permission]]\nname = \"{name}\"\n[permission.properties]\np = {{ {body} }}\n")
    };
    assert!(refused(&entry(&property("a.x", "type = \"bool\""))).contains("says nothing"));
    assert!(refused(&entry(&property("b.x", "opaque = true"))).contains("reaches outside the namespaces"));
    assert!(refused(&entry(&property("a*", "opaque = true"))).contains("reaches outside the namespaces"));
    assert!(
        refused(&entry(&property("a.x", "type = \"bool\", when = \"resource.y == 1\"")))
            .contains("no declared member `y`")
    );
    assert!(
        refused(&entry(&property("a.x", "type = \"bool\", when = \"value == 1\"")))
            .contains("cannot compare")
    );
    assert!(
        refused(&entry(&property("a.x", "type = \"string\", pattern = \"(\", opaque = true")))
            .contains("regular expression")
    );
    assert!(refused("format = 2\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\n").contains("format = 1"));
    assert!(
        refused("format = 1\n[application]\nid = \"a\"\nnamespaces = [\"casemate\"]\n")
            .contains("Casemate's own")
    );
    assert!(
        refused("format = 1\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\ncolour = 1\n")
            .contains("colour")
    );
    let template =
        "format = 1\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\nrequest_name = \"b.{action.name}\"\n";
    assert!(refused(template).contains("does not own"));
    let column = "format = 1\n[application]\nid = \"a\"\nnamespaces = [\"a\"]\n[attributes]\nx = { type = \"int\", column = \"\" }\n";
    assert!(refused(column).contains("is empty"));
    let differing = format!(
        "{}{}",
        property("a.*", "type = \"int\", when = \"value == 1\""),
        property("a.b*", "type = \"int\", when = \"value == 2\"")
    );
    assert!(refused(&entry(&differing)).contains("declare `p` differently"));
    let alike = format!(
        "{}{}",
        property("a.*", "type = \"int\", when = \"value == 1\""),
        property("a.b*", "type = \"int\", when = \"(value)==1\"")
    );
    assert!(Catalog::compile(vec![Schema::from_toml(&entry(&alike)).unwrap()]).is_ok());
    let exact_wins = format!(
        "{}{}",
        property("a.*", "type = \"int\", when = \"value == 1\""),
        property("a.b", "type = \"bool\", when = \"value\"")
    );
    assert!(Catalog::compile(vec![Schema::from_toml(&entry(&exact_wins)).unwrap()]).is_ok());
    let errors =
        Schema::from_toml(&entry(&property("a.x", "type = \"bool\", when = \"value == resource.y\"")))
            .unwrap_err();
    let text = entry(&property("a.x", "type = \"bool\", when = \"value == resource.y\""));
    assert_eq!(&text[errors[0].span.clone().unwrap()][..8], "resource");
}

/// A schema whose property `heavy` goes through a claim, and whose property `x` compares an attribute.
fn heavy(expression: &str) -> Catalog {
    let schema = format!(
        "format = 1\n[application]\nid = \"cms\"\nnamespaces = [\"cms\"]\n[attributes]\nx = {{ type = \"string\" }}\n\
         [[permission]]\nname = \"cms.entry\"\n[permission.properties.x]\ntype = \"string\"\nwhen = \"resource.x == value\"\n\
         [permission.properties.heavy]\ntype = \"bool\"\nwhen = '''{expression}'''\n"
    );
    catalog(&[&schema])
}

/// The decision on a resource, without one, and of the filter.
fn three_ways(catalog: &Catalog, permissions: &[&str], x: &str) -> [String; 3] {
    let set = set_with(catalog, permissions, always());
    let claims: Vec<String> = (0..5_000).map(|number| format!("\"c{number}\"")).collect();
    let text = |resource: String| {
        format!(
            r#"{{"subject":{{"type":"user","id":"u1","properties":{{"l":[{}]}}}},"action":{{"name":"cms.entry"}}{resource}}}"#,
            claims.join(",")
        )
    };
    let with = text(format!(r#","resource":{{"type":"e","id":"1","properties":{{"x":"{x}"}}}}"#));
    let ask = |text: &str, filter: bool| {
        let datum = Datum::from_json(text).unwrap();
        let evaluation = Evaluation::read(&datum, None).unwrap();
        let claims = evaluation.claims();
        let identity = evaluation.subject_as_identity(&claims).unwrap();
        let request = evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW);
        match filter {
            false => set.check(&request).effect.name().to_owned(),
            true => set
                .filter(&request)
                .map_or_else(|error| error.to_string(), |answer| answer.decision.effect.name().to_owned()),
        }
    };
    [ask(&with, false), ask(&text(String::new()), false), ask(&text(String::new()), true)]
}

/// True, after more steps than half of what an evaluation may take.
const HALF: &str = "identity.claims.l.all(e, identity.claims.l.exists(f, f == \"c60\"))";
/// More steps than an evaluation may take.
const WHOLE: &str = "identity.claims.l.all(e, identity.claims.l.all(f, f != \"z\"))";

#[test]
fn running_out_of_steps_fails_a_permission_whatever_the_order_of_its_properties() {
    let catalog = heavy(WHOLE);
    let allow = r#"{"name":"cms.entry"}"#;
    for deny in [
        r#"{"name":"cms.entry","deny":true,"x":"y","heavy":true}"#,
        r#"{"name":"cms.entry","deny":true,"heavy":true,"x":"y"}"#,
    ] {
        assert_eq!(three_ways(&catalog, &[allow, deny], "n")[0], "denied", "{deny}");
    }
    assert_eq!(three_ways(&catalog, &[r#"{"name":"cms.entry","heavy":true}"#], "n")[0], "denied");
}

#[test]
fn filters_are_never_wider_than_decisions_that_run_out_of_steps() {
    let twice = format!("(resource.x == \"y\" ? {HALF} : true) && (resource.x == \"y\" ? {HALF} : true)");
    let [with, without, filter] = three_ways(&heavy(&twice), &[r#"{"name":"cms.entry","heavy":true}"#], "y");
    assert_eq!((with.as_str(), without.as_str()), ("denied", "conditional"));
    assert!(filter.contains("more steps than an evaluation may"), "{filter}");
    let either = format!("resource.x == ({HALF} ? \"a\" : \"b\") || ({HALF} && {HALF})");
    for permissions in [
        [r#"{"name":"cms.entry","heavy":true}"#, r#"{"name":"cms.entry","x":"none"}"#],
        [r#"{"name":"cms.*"}"#, r#"{"name":"cms.entry","deny":true,"heavy":true}"#],
    ] {
        let [with, without, filter] = three_ways(&heavy(&either), &permissions, "q");
        assert_eq!((with.as_str(), without.as_str()), ("denied", "conditional"), "{permissions:?}");
        assert!(filter.contains("more steps than an evaluation may"), "{filter}");
    }
}

#[test]
fn with_everything_supplied_a_filter_decides_as_check_does() {
    let catalog = heavy(&format!("resource.x == \"n\" && {WHOLE}"));
    let set = set_with(&catalog, &[r#"{"name":"cms.entry","heavy":true}"#], always());
    let claims: Vec<String> = (0..5_000).map(|number| format!("\"c{number}\"")).collect();
    let text = format!(
        r#"{{"subject":{{"type":"user","id":"u1","properties":{{"l":[{}]}}}},"action":{{"name":"cms.entry"}},"resource":{{"type":"e","id":"1","properties":{{"x":"n"}}}}}}"#,
        claims.join(",")
    );
    let datum = Datum::from_json(&text).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let request = evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW);
    assert_eq!(set.filter(&request).unwrap().decision.reason, Reason::ConditionFailed);
    assert_eq!(set.check(&request).reason, Reason::ConditionFailed);
    assert!(set.explain(&request).sentence().contains("more than 2000000 steps"));
}

#[test]
fn one_failure_has_one_reason_with_and_without_a_resource() {
    let catalog = catalog(&[CMS]);
    let set = |permissions: &[&str]| set_with(&catalog, permissions, always());
    let reason = |set: &PermissionSet, resource: &str| {
        let text =
            format!(r#"{{"subject":{{"type":"anonymous"}},"action":{{"name":"cms.entry"}}{resource}}}"#);
        let datum = Datum::from_json(&text).unwrap();
        let evaluation = Evaluation::read(&datum, None).unwrap();
        let claims = evaluation.claims();
        let identity = evaluation.subject_as_identity(&claims).unwrap();
        set.check(&evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW)).reason
    };
    let own = set(&[r#"{"name":"cms.entry","own":true}"#]);
    let denied = set(&[r#"{"name":"cms.entry"}"#, r#"{"name":"cms.entry","own":true,"deny":true}"#]);
    for resource in ["", r#","resource":{"type":"e","id":"1"}"#] {
        assert_eq!(reason(&own, resource), Reason::ConditionFailed, "{resource}");
        assert_eq!(reason(&denied, resource), Reason::DenialFailed, "{resource}");
    }
}

#[test]
fn a_filter_that_no_resource_can_satisfy_is_a_denial() {
    let catalog = heavy("has(resource.x)");
    let permissions =
        [r#"{"name":"cms.entry","heavy":true}"#, r#"{"name":"cms.entry","heavy":true,"deny":true}"#];
    let set = set_with(&catalog, &permissions, always());
    let datum = Datum::from_json(&request("cms.entry", "")).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let claims = evaluation.claims();
    let identity = evaluation.subject_as_identity(&claims).unwrap();
    let answer = set.filter(&evaluation.request(Name::parse("cms.entry").unwrap(), identity, NOW)).unwrap();
    assert_eq!(answer.decision.effect.name(), "denied");
    assert!(answer.filter.is_none());
}

#[test]
fn what_is_always_allowed_is_allowed_whatever_is_asked_and_whenever() {
    let catalog = catalog(&[CMS]);
    let timed = |from, until| Grant { from, until, ..always() };
    let ends = timed(None, Some(Timestamp(NOW.0 + 1)));
    let begins = timed(Some(NOW), None);
    let one = [r#"{"name":"cms.entry"}"#];
    for (permissions, grant, expected) in [
        (&one[..], always(), true),
        (&[r#"{"name":"cms.*"}"#], always(), true),
        (&[r#"{"name":"cms.entry","own":true}"#, r#"{"name":"cms.entry"}"#], always(), true),
        (&[r#"{"name":"cms.other"}"#], always(), false),
        (&[], always(), false),
        // These depend on the request, on the time, or on both.
        (&[r#"{"name":"cms.entry","own":true}"#], always(), false),
        (&[r#"{"name":"cms.entry","unheardOf":true}"#], always(), false),
        (&[r#"{"name":"cms.*"}"#, r#"{"name":"cms.entry","deny":true}"#], always(), false),
        (&[r#"{"name":"cms.*"}"#, r#"{"name":"cms.entry","deny":true,"own":true}"#], always(), false),
        (&one, ends, false),
        (&one, begins, false),
    ] {
        let set = set_with(&catalog, permissions, grant);
        assert_eq!(set.always_allows(&Name::parse("cms.entry").unwrap()), expected, "{permissions:?}");
        if expected {
            for resource in ["{}", r#"{"type":"entry","id":"1","properties":{"createdBy":"b"}}"#] {
                assert_decided(permissions, "cms.entry", resource, "allowed", "permission_allows");
            }
        }
    }
}
