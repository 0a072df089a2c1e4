//! RFC 7662, section by section.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::endpoint_tests::{INTROSPECTION, SECRET, Setup};
use super::fake_web::NOW;
use crate::chain::Outcome;
use crate::identity::Kind;
use crate::jwt::TokenError;
use crate::rejection::Reason;

const STRICT: &str = "issuer = 'https://a.example'\naudiences = ['api', 'second']\n";

fn active() -> Value {
    json!({"active": true, "sub": "u1", "exp": NOW + 600, "iss": "https://a.example", "aud": "api"})
}

fn with(name: &str, value: Value) -> Value {
    let mut answer = active();
    match value {
        Value::Null => answer.as_object_mut().unwrap().remove(name),
        value => answer.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    answer
}

/// What becomes of a token that is answered so.
async fn answered(setup: &Setup, answer: Value) -> Outcome {
    setup.revocations.raise();
    setup.answer(answer);
    setup.at("opaque", 0).await
}

async fn reason(setup: &Setup, answer: Value) -> Reason {
    answered(setup, answer).await.unwrap_err().reason
}

#[tokio::test(start_paused = true)]
async fn the_token_is_posted_with_the_name_and_the_password_of_casemate() {
    let setup = Setup::new(INTROSPECTION);
    setup.answer(active());
    setup.at("a+b/c=", 0).await.unwrap();
    let asked = setup.web.submitted.lock().unwrap();
    let basic = STANDARD.encode(format!("case+mate:{SECRET}"));
    assert_eq!(asked[0].headers, [("authorization", format!("Basic {basic}"))]);
    assert_eq!(asked[0].content_type, "application/x-www-form-urlencoded");
    assert_eq!(asked[0].body, "token=a%2Bb%2Fc%3D&token_type_hint=access_token");
}

#[tokio::test(start_paused = true)]
async fn casemate_may_show_a_token_of_its_own() {
    let config = "[[provider]]\nname = 'opaque'\ntype = 'introspection'\nendpoint = 'https://a.example/ask'\nbearer_token = { file = 'token' }\n";
    let setup = Setup::new(config);
    setup.answer(active());
    setup.at("t", 0).await.unwrap();
    let asked = setup.web.submitted.lock().unwrap();
    assert_eq!(asked[0].headers, [("authorization", format!("Bearer {SECRET}"))]);
}

#[tokio::test(start_paused = true)]
async fn an_active_token_makes_the_identity_by_the_same_mapping_as_a_jwt() {
    let setup = Setup::new(&format!("{INTROSPECTION}claims.tenant = 'org'\nclaims.login = 'username'"));
    setup.answer(json!({
        "active": true, "sub": "u1", "username": "ada", "org": "acme", "groups": ["g"], "scope": "read",
        "token_type": "Bearer", "exp": NOW + 600, "client_id": "app"
    }));
    let identity = setup.at("t", 0).await.unwrap();
    assert_eq!((&*identity.provider, identity.id.as_deref()), ("opaque", Some("u1")));
    assert_eq!((identity.login.as_deref(), identity.tenant.as_deref()), (Some("ada"), Some("acme")));
    assert_eq!((&identity.kind, &identity.groups[..]), (&Kind::USER, &["g".into()][..]));
    let kept: Vec<&str> = identity.claims.keys().map(String::as_str).collect();
    assert_eq!(kept, ["client_id", "groups", "org", "scope", "sub", "username"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_active_is_refused_whatever_else_is_said() {
    let setup = Setup::new(INTROSPECTION);
    assert_eq!(reason(&setup, json!({"active": false})).await, Reason::TokenInactive);
    assert_eq!(reason(&setup, with("active", json!(false))).await, Reason::TokenInactive);
    for malformed in [Value::Null, json!("true"), json!(1), json!([true])] {
        assert!(reason(&setup, with("active", malformed.clone())).await.is_temporary(), "{malformed}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_held_to_the_rules_of_tokens() {
    let setup = Setup::new(&format!("{INTROSPECTION}{STRICT}"));
    let refused = async |name: &str, value: Value| match reason(&setup, with(name, value)).await {
        Reason::Token(error) => error,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(refused("exp", json!(NOW - 60)).await, TokenError::Expired);
    assert_eq!(refused("exp", json!("soon")).await, TokenError::Claim("exp"));
    assert_eq!(refused("nbf", json!(NOW + 61)).await, TokenError::NotYetValid);
    assert_eq!(refused("iat", json!(NOW + 61)).await, TokenError::IssuedInFuture);
    for issuer in [Value::Null, json!("https://a.example/"), json!(["https://a.example"])] {
        assert_eq!(refused("iss", issuer).await, TokenError::Issuer);
    }
    assert_eq!(refused("aud", Value::Null).await, TokenError::Claim("aud"));
    for audience in [json!("other"), json!(["other"]), json!([]), json!({"api": 1})] {
        assert_eq!(refused("aud", audience).await, TokenError::Audience);
    }
    assert!(matches!(refused("token_type", json!("DPoP")).await, TokenError::Type { .. }));
    assert!(matches!(refused("token_type", json!(7)).await, TokenError::Type { .. }));
    assert_eq!(refused("cnf", json!({"jkt": "x"})).await, TokenError::SenderConstrained);
    for good in [
        active(),
        with("aud", json!(["x", "second"])),
        with("exp", Value::Null),
        with("exp", json!(NOW - 59)),
    ] {
        assert!(answered(&setup, good.clone()).await.is_ok(), "{good}");
    }
    assert!(matches!(reason(&setup, with("sub", Value::Null)).await, Reason::Mapping(_)));
}

#[tokio::test(start_paused = true)]
async fn no_answer_makes_a_service_an_api_key_or_anonymous() {
    let setup = Setup::new(&format!("{INTROSPECTION}claims.type = 'kind'"));
    for kind in ["service", "api-key", "anonymous", "Service"] {
        assert!(matches!(reason(&setup, with("kind", json!(kind))).await, Reason::Mapping(_)), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_within_the_token_s_life_and_the_configured_bound() {
    let setup = Setup::new(INTROSPECTION);
    setup.answer(with("exp", json!(NOW + 30)));
    let first = setup.at("short", 0).await.unwrap();
    assert!(Arc::ptr_eq(&first, &setup.at("short", 29).await.unwrap()));
    assert_eq!(setup.asked(), 1);
    setup.answer(json!({"active": false}));
    assert_eq!(setup.at("short", 30).await.unwrap_err().reason, Reason::TokenInactive);
    setup.answer(active());
    setup.at("long", 0).await.unwrap();
    setup.at("long", 59).await.unwrap();
    assert_eq!(setup.asked(), 3);
    setup.at("long", 60).await.unwrap();
    assert_eq!(setup.asked(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_revocation_has_the_endpoint_asked_again() {
    let setup = Setup::new(INTROSPECTION);
    setup.answer(active());
    setup.at("t", 0).await.unwrap();
    setup.answer(json!({"active": false}));
    setup.at("t", 0).await.unwrap();
    setup.revocations.raise();
    assert_eq!(setup.refusal("t").await, Reason::TokenInactive);
}

#[tokio::test(start_paused = true)]
async fn refusals_and_failures_are_kept_briefly() {
    let setup = Setup::new(INTROSPECTION);
    setup.answer(json!({"active": false}));
    assert_eq!(setup.refusal("t").await, Reason::TokenInactive);
    setup.answer(active());
    assert_eq!(setup.at("t", 9).await.unwrap_err().reason, Reason::TokenInactive);
    assert!(setup.at("t", 10).await.is_ok());
    setup.web.reply(super::endpoint_tests::ENDPOINT, 500, &json!({}));
    assert!(setup.refusal("u").await.is_temporary());
    setup.answer(active());
    assert!(setup.refusal("u").await.is_temporary());
    assert_eq!(setup.asked(), 3);
    assert!(setup.at("u", 1).await.is_ok());
}
