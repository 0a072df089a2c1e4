//! The guard of async-graphql.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
use casemate_permission::{Catalog, Grant, OriginKind, Permission, PermissionSet};
use casemate_sdk::guard::HasPermission;
use casemate_sdk::{Caller, Known, Subject, TestClock, Whom};

struct Query;

#[Object]
impl Query {
    async fn open(&self) -> i32 {
        1
    }

    #[graphql(guard = "HasPermission::new(\"notes.read\")")]
    async fn note(&self) -> i32 {
        2
    }

    #[graphql(guard = "HasPermission::on_some(\"notes.read\")")]
    async fn notes(&self) -> i32 {
        3
    }
}

struct Somebody(&'static str);

impl Whom for Somebody {
    fn view(&self) -> Subject<'_> {
        Subject { id: Some("ada"), kind: Some(self.0), ..Subject::ANONYMOUS }
    }
}

const NOTES: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
author = { type = "string" }
[[permission]]
name = "notes.read"
properties.own = { type = "bool", when = "value == false || resource.author == identity.id" }
"#;

fn caller(kind: &'static str, permissions: &[&str]) -> Caller {
    let schema = casemate_permission::Schema::from_toml(NOTES).unwrap();
    let mut builder = PermissionSet::builder(&Catalog::compile(vec![schema]).unwrap());
    for permission in permissions {
        builder.add(Permission::from_json(permission).unwrap(), &Grant::always(OriginKind::Role, "r"));
    }
    let permissions = builder.build().unwrap();
    let known = Known {
        whom: Arc::new(Somebody(kind)),
        permissions,
        application: None,
        revision: 1,
        valid_until: None,
    };
    Caller::new(Arc::new(known), Arc::new(TestClock::at(0)))
}

async fn ask(field: &str, caller: Option<Caller>) -> String {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).finish();
    let mut request = Request::new(format!("{{ {field} }}"));
    if let Some(caller) = caller {
        request = request.data(caller);
    }
    serde_json::to_string(&schema.execute(request).await).unwrap()
}

#[tokio::test]
async fn a_field_is_resolved_only_for_those_who_may() {
    let all = || Some(caller("user", &[r#"{"name":"notes.*"}"#]));
    let own = || Some(caller("user", &[r#"{"name":"notes.read","own":true}"#]));
    let none = || Some(caller("user", &[]));
    let anonymous = || Some(caller("anonymous", &[]));
    for (field, caller, said) in [
        ("open", none(), "\"open\":1"),
        ("note", all(), "\"note\":2"),
        (
            "note",
            own(),
            "\"code\":\"FORBIDDEN\",\"permission\":\"notes.read\",\"reason\":\"depends_on_resource\"",
        ),
        ("notes", own(), "\"notes\":3"),
        ("notes", none(), "\"reason\":\"no_permission\""),
        ("note", anonymous(), "\"code\":\"UNAUTHENTICATED\""),
        ("note", None, "\"code\":\"INTERNAL_SERVER_ERROR\""),
    ] {
        let answer = ask(field, caller).await;
        assert!(answer.contains(said), "{field}: {answer}");
        assert_eq!(answer.contains("\"errors\""), !said.ends_with(char::is_numeric), "{answer}");
    }
}

#[cfg(feature = "tower")]
#[test]
fn a_request_is_refused_as_a_field_is() {
    use casemate_sdk::Error;
    use casemate_sdk::guard::{GraphQlErrors, Refusal as _};

    let rejected = Error::CredentialRejected { code: "token_expired".into() };
    let answer: http::Response<String> = GraphQlErrors.refuse(&rejected);
    assert_eq!(answer.status(), http::StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let told = serde_json::json!({ "data": null, "errors": [
        { "message": "The credential is not accepted", "extensions": { "code": "UNAUTHENTICATED" } }] });
    assert_eq!(serde_json::from_str::<serde_json::Value>(answer.body()).unwrap(), told);
    let error = Error::Unavailable("away".to_owned());
    let answer: http::Response<String> = GraphQlErrors.refuse(&error);
    assert!(answer.body().contains("UNAVAILABLE") && !answer.body().contains("away"), "{}", answer.body());
}
