//! What a caller answers beside the decision itself.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;
use std::time::Duration;

use casemate_permission::{Catalog, Grant, OriginKind, Permission, PermissionSet, Schema};
use casemate_sdk::{
    Authority, Caller, Error, Known, Map, Question, Resource, Subject, TestClock, Value, Whom,
};

const CMS: &str = r#"
format = 1
[application]
id = "cms"
namespaces = ["cms"]
[attributes]
createdBy = { type = "string", column = "created_by" }
[[permission]]
name = "cms.*"
properties.own = { type = "bool", when = "value == false || resource.createdBy == identity.id" }
"#;

struct Ada;

impl Whom for Ada {
    fn view(&self) -> Subject<'_> {
        Subject { id: Some("ada"), kind: Some("user"), provider: Some("corp"), ..Subject::ANONYMOUS }
    }
}

fn ada(permissions: &[&str], application: Option<&str>, clock: &TestClock) -> Caller {
    let catalog = Catalog::compile(vec![Schema::from_toml(CMS).unwrap()]).unwrap();
    let mut builder = PermissionSet::builder(&catalog);
    for permission in permissions {
        builder.add(Permission::from_json(permission).unwrap(), &Grant::always(OriginKind::Role, "editor"));
    }
    let known = Known {
        whom: Arc::new(Ada),
        permissions: builder.build().unwrap(),
        application: application.map(Into::into),
        revision: 7,
        valid_until: Some(1_000_000),
    };
    Caller::new(Arc::new(known), Arc::new(clock.clone()))
}

fn entry<'a>(author: &'a [(&'a str, Value<'a>)]) -> Question<'a> {
    let kind = Some(Value::String("entry"));
    Question::new("cms.entry").on(Resource {
        kind,
        id: Some(Value::String("1")),
        properties: Map::Values(author),
    })
}

#[test]
fn what_depends_on_the_resource_is_no_until_it_is_given() {
    let caller = ada(&[r#"{"name":"cms.entry","own":true}"#], None, &TestClock::at(0));
    assert!(!caller.can("cms.entry"));
    let refused = caller.require("cms.entry").unwrap_err();
    assert!(
        matches!(&refused, Error::Forbidden { name, reason } if name == "cms.entry" && reason.code() == "depends_on_resource")
    );
    assert_eq!((refused.code(), refused.status()), ("forbidden", 403));
    assert_eq!(caller.require_on_some("cms.entry"), Ok(()));
    assert!(caller.require_on_some("cms.page").is_err());
    let (hers, his) = ([("createdBy", Value::String("ada"))], [("createdBy", Value::String("bob"))]);
    assert!(caller.can(entry(&hers)));
    assert!(!caller.can(entry(&his)));
    assert!(Authority::can(&caller, &entry(&hers)));
    let filter = caller.filter("cms.entry").unwrap().filter.unwrap();
    assert!(filter.whole().to_json().contains("\"eq\""), "{}", filter.whole().to_json());
    let held: Vec<&str> =
        caller.permissions("cms.entry").unwrap().iter().map(|held| held.as_json()).collect();
    assert_eq!(held, [r#"{"name":"cms.entry","own":true}"#]);
    let told = caller.explain(entry(&his), |explanation| explanation.sentence()).unwrap();
    assert!(told.contains("own"), "{told}");
}

#[test]
fn what_ended_answers_nothing_any_more() {
    let clock = TestClock::at(0);
    let caller = ada(&[r#"{"name":"*"}"#], None, &clock);
    clock.advance(Duration::from_micros(999_999));
    assert!(caller.can("cms.entry"));
    clock.advance(Duration::from_micros(1));
    assert!(!caller.can("cms.entry"));
    assert_eq!(caller.require("cms.entry"), Err(Error::Ended));
    assert!(caller.filter("cms.entry").is_err() && caller.permissions("cms.entry").is_err());
}

#[test]
fn names_that_cannot_be_judged_are_refused() {
    let own = r#"{"name":"*","own":true}"#;
    let clock = TestClock::at(0);
    // Without the other application's schema, `own` would restrict nothing there.
    assert!(ada(&[own], None, &clock).can("shop.order"));
    let bound = ada(&[own], Some("cms"), &clock);
    assert!(matches!(bound.check("shop.order"), Err(Error::OutsideApplication { .. })));
    assert!(!bound.can("shop.order"));
    assert!(bound.require_on_some("cms.entry").is_ok());
    assert!(matches!(bound.check("cms..entry"), Err(Error::Name { .. })));
    assert!(!ada(&[own], Some("gone"), &clock).can("cms.entry"));
}

#[test]
fn asking_allocates_nothing() {
    let caller = ada(&[r#"{"name":"cms.entry","own":true}"#], Some("cms"), &TestClock::at(0));
    let hers = [("createdBy", Value::String("ada"))];
    let question = entry(&hers);
    assert!(caller.can(question));
    let counted = allocation_counter::measure(|| assert!(caller.can(question)));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn who_they_are_is_printed_and_nothing_else() {
    let caller = ada(&[r#"{"name":"cms.secret"}"#], None, &TestClock::at(0));
    let told = format!("{caller:?}");
    assert!(told.contains("ada") && !told.contains("secret"), "{told}");
}
