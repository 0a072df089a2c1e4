//! What a hook is asked, and what becomes of its answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::endpoint_tests::{ENDPOINT, HOOK, SECRET, Setup};
use super::fake_web::NOW;
use super::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign, verify};
use crate::chain::Outcome;
use crate::credentials::{Credential, Credentials};
use crate::identity::Kind;
use crate::rejection::Reason;
use crate::time::Timestamp;

async fn answered(answer: Value) -> Outcome {
    let setup = Setup::new(HOOK);
    setup.answer(answer);
    setup.at("abc", 0).await
}

fn identity(name: &str, value: Value) -> Value {
    let mut identity = json!({"id": "u1"});
    identity[name] = value;
    json!({"answer": "identity", "identity": identity})
}

#[tokio::test(start_paused = true)]
async fn the_request_is_signed_and_says_who_asks() {
    let setup = Setup::new(HOOK);
    setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}}));
    let credentials = Credentials::bearer("abc").with_client("192.0.2.1".parse().unwrap());
    setup.chain.authenticate(&credentials, Timestamp(NOW * 1_000_000)).await.unwrap();
    let asked = setup.web.submitted.lock().unwrap();
    assert_eq!((&*asked[0].url, asked[0].content_type), (ENDPOINT, "application/json"));
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    let expected = json!({"version": 1, "provider": "own", "scheme": "bearer", "credential": "abc", "client": "192.0.2.1"});
    assert_eq!(body, expected);
    let header = |name: &str| asked[0].headers.iter().find(|(found, _)| *found == name).unwrap().1.clone();
    let (timestamp, signature) = (header(TIMESTAMP_HEADER), header(SIGNATURE_HEADER));
    assert_eq!(timestamp, NOW.to_string());
    let holds = |secret: &str, body: &str, second: i64| {
        let now = Timestamp((NOW + second) * 1_000_000);
        verify(&secret.into(), &timestamp, &signature, body.as_bytes(), now, Duration::from_secs(300))
    };
    assert!(holds(SECRET, &asked[0].body, 300) && holds(SECRET, &asked[0].body, -300));
    assert!(!holds(SECRET, &asked[0].body, 301) && !holds(SECRET, &asked[0].body, -301), "replayed");
    assert!(!holds(SECRET, &asked[0].body.replace("abc", "abd"), 0));
    assert!(!holds("another secret of 32 characters.", &asked[0].body, 0));
}

#[test]
fn the_signature_is_the_one_that_other_programs_compute() {
    // Python: hmac.new(b"key", b"1.body", "sha256").hexdigest()
    assert_eq!(
        sign(&"key".into(), "1", b"body"),
        "v1=91b5374b153842ad05b2c4eab9349b8321b14703165bd3fb8b034dfb8be98ae5"
    );
}

#[tokio::test(start_paused = true)]
async fn the_three_answers_are_those_of_an_authenticator() {
    let identity = answered(json!({"answer": "identity", "identity": {
        "id": "u1", "type": "contractor", "login": "ada", "display_name": "Ada", "tenant": "acme", "groups": ["g"],
        "claims": {"level": 3}, "auth": {"time": NOW, "amr": ["otp"], "acr": "high"}
    }}))
    .await
    .unwrap();
    assert_eq!(
        (&*identity.provider, identity.id.as_deref(), identity.kind.as_str()),
        ("own", Some("u1"), "contractor")
    );
    assert_eq!((identity.login.as_deref(), identity.display_name.as_deref()), (Some("ada"), Some("Ada")));
    assert_eq!((identity.tenant.as_deref(), &identity.groups[..]), (Some("acme"), &["g".into()][..]));
    assert_eq!(json!(identity.claims), json!({"level": 3}));
    assert_eq!(identity.auth.time, Some(Timestamp(NOW * 1_000_000)));
    assert_eq!((&identity.auth.amr[..], identity.auth.acr.as_deref()), (&["otp".into()][..], Some("high")));
    assert_eq!(answered(json!({"answer": "not_mine"})).await.unwrap_err().reason, Reason::Unrecognized);
    let rejection = answered(json!({"answer": "rejected", "reason": "no\nsuch user"})).await.unwrap_err();
    assert_eq!((&*rejection.authenticator, rejection.reason.code()), ("own", "hook_rejected"));
    assert_eq!(rejection.reason.to_string(), "no\\nsuch user");
    assert!(!rejection.reason.is_temporary());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_understood_is_no_answer() {
    for answer in [
        json!({"answer": "Identity", "identity": {"id": "u1"}}),
        json!({"answer": "identity"}),
        json!({"answer": "identity", "identity": {}}),
        json!({"answer": "identity", "identity": {"id": ""}}),
        json!({"answer": "identity", "identity": {"id": 1}}),
        json!({"answer": "identity", "identity": {"id": "u1"}, "cache": 1}),
        json!({"answer": "identity", "identity": {"id": "u1"}, "expires_at": "soon"}),
        json!({"answer": "not_mine", "identity": {"id": "u1"}}),
        json!({"answer": "rejected", "reason": 1}),
        identity("display-name", json!("x")),
        identity("provider", json!("other")),
        identity("groups", json!([1])),
        identity("claims", json!([])),
        identity("auth", json!({"when": 1})),
        identity("auth", json!(1)),
    ] {
        let reason = answered(answer.clone()).await.unwrap_err().reason;
        assert!(reason.is_temporary(), "{answer}: {reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hook_never_makes_a_service_an_api_key_or_anonymous() {
    for kind in ["service", "api-key", "anonymous", "SERVICE"] {
        let reason = answered(identity("type", json!(kind))).await.unwrap_err().reason;
        assert!(reason.is_temporary(), "{kind}: {reason:?}");
    }
    let setup = Setup::new(&format!("{HOOK}default_type = 'service'"));
    setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}}));
    assert_eq!(setup.at("t", 0).await.unwrap().kind, Kind::SERVICE, "the operator may");
}

#[tokio::test(start_paused = true)]
async fn it_takes_the_configured_schemes() {
    let setup = Setup::new(&format!("{HOOK}schemes = ['basic', 'bearer']"));
    setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}}));
    let ask = async |header: &str| {
        let credentials = Credentials::from_authorization([header.as_bytes()]);
        setup.chain.authenticate(&credentials, Timestamp(NOW * 1_000_000)).await
    };
    assert!(ask("Basic dTpw").await.is_ok());
    assert!(ask("Bearer x").await.is_ok());
    assert_eq!(ask("Digest x").await.unwrap_err().reason, Reason::Unrecognized);
    let api_key = Credentials::one(Credential::ApiKey("x".into()));
    assert!(setup.chain.authenticate(&api_key, Timestamp(NOW * 1_000_000)).await.is_err());
    assert_eq!(setup.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn answers_are_kept_only_where_it_is_configured_and_for_one_address() {
    let setup = Setup::new(HOOK);
    setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}}));
    setup.at("t", 0).await.unwrap();
    setup.at("t", 0).await.unwrap();
    assert_eq!(setup.asked(), 2);
    let kept = setup.succeeded_by(&format!("{HOOK}max_cache_seconds = 30"));
    setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}, "expires_at": NOW + 20}));
    kept.at("t", 0).await.unwrap();
    kept.at("t", 19).await.unwrap();
    assert_eq!(setup.asked(), 3);
    kept.at("t", 20).await.unwrap();
    assert_eq!(setup.asked(), 4);
    let elsewhere = Credentials::bearer("t").with_client("192.0.2.1".parse().unwrap());
    kept.chain.authenticate(&elsewhere, Timestamp(NOW * 1_000_000)).await.unwrap();
    assert_eq!(setup.asked(), 5);
}
