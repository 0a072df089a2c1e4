//! Keys over time, with a made-up issuer and a clock that the tests move.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::fake_web::*;
use super::*;
use crate::chain::{Answer, Authenticator};
use crate::credentials::Credentials;
use crate::identity::Identity;
use crate::jwt::TokenError;
use crate::provider::ProvidersConfig;
use crate::rejection::Reason;
use crate::signer::Signer;
use crate::time::Timestamp;

fn is_unknown_key(outcome: &Result<Identity, Reason>) -> bool {
    matches!(outcome, Err(Reason::UnknownKey { .. }))
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_before_the_keys_waits_for_them() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    *web.delay.lock().unwrap() = Duration::from_secs(1);
    let authenticator = start(&web);
    let identity = ask(&authenticator, &token(&signer)).await.unwrap();
    assert_eq!((&*identity.provider, identity.id.as_deref()), ("a", Some("u1")));
    assert_eq!(authenticator.status()[0].keys, 1);
    assert_eq!((web.count(DISCOVERY), web.count(KEYS)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn providers_that_did_not_change_keep_their_keys() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let of = |max_stale: u32| {
        let bound = format!("audiences = ['api']\nmax_stale_seconds = {max_stale}\n");
        let provider =
            |name: &str| format!("[[provider]]\nname = '{name}'\nissuer = 'https://{name}.example'\n{bound}");
        provider("a") + &provider("b")
    };
    let providers = |config: &str| toml::from_str::<ProvidersConfig>(config).unwrap().check().unwrap();
    let first = start_with(&web, &of(7_200));
    assert!(ask(&first, &token(&signer)).await.is_ok());
    web.remove(KEYS);
    web.remove(DISCOVERY);
    let fetch = || Arc::clone(&web) as Arc<dyn Fetch>;
    let mut config = providers(&of(7_200));
    config.pop();
    let second = first.succeeded_by(config, fetch());
    drop(first);
    pass(600).await;
    assert!(ask(&second, &token(&signer)).await.is_ok(), "its issuer is down, and its keys are still good");
    assert!(web.count(KEYS) + web.count(DISCOVERY) > 2, "they are still looked after");
    let third = second.succeeded_by(providers(&of(7_201)), fetch());
    assert_eq!(
        ask(&third, &token(&signer)).await.unwrap_err(),
        Reason::IssuerUnavailable,
        "another provider"
    );
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_down_at_the_start_is_found_when_it_comes_up() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    let authenticator = start(&web);
    let refused = ask(&authenticator, &token(&signer)).await.unwrap_err();
    assert_eq!(refused, Reason::IssuerUnavailable);
    assert!(refused.is_temporary());
    assert!(authenticator.status()[0].last_error.as_deref().unwrap().contains("connection refused"));
    pass(600).await;
    // The pauses double from one second to a minute, so ten minutes hold few attempts.
    let attempts = web.count(DISCOVERY);
    assert!((10..=20).contains(&attempts), "{attempts}");
    web.publish(&[&signer]);
    pass(61).await;
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    assert_eq!(authenticator.status()[0].last_error, None);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_known_yet_is_fetched_at_once() {
    let (web, old, new) = (Arc::new(FakeWeb::default()), Signer::quick("old"), Signer::quick("new"));
    web.publish(&[&old]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&old)).await.is_ok());
    web.publish(&[&new]);
    assert!(
        ask(&authenticator, &token(&old)).await.is_ok(),
        "in use until it is known that the issuer dropped it"
    );
    assert!(ask(&authenticator, &token(&new)).await.is_ok());
    assert!(is_unknown_key(&ask(&authenticator, &token(&old)).await), "gone since the issuer dropped it");
    assert_eq!(web.count(DISCOVERY), 1, "where the keys are is remembered");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_issuer_dropped_goes_within_the_bound() {
    let (web, old, new) = (Arc::new(FakeWeb::default()), Signer::quick("old"), Signer::quick("new"));
    web.publish(&[&old]);
    // The server claims a day; an hour is the most that is believed.
    web.put(KEYS, &json!({"keys": [old.jwk()]}), Some(86_400));
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&old)).await.is_ok());
    web.publish(&[&new]);
    pass(3_600).await;
    let keys_before = web.count(KEYS);
    assert!(is_unknown_key(&ask(&authenticator, &token(&old)).await));
    assert!(keys_before >= 2);
}

#[tokio::test(start_paused = true)]
async fn keys_are_refreshed_before_their_time_is_over() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    for (max_age, expected) in [(None, 480), (Some(300), 240), (Some(0), 48), (Some(1_000_000), 2_880)] {
        web.publish(&[&signer]);
        web.put(KEYS, &json!({"keys": [signer.jwk()]}), max_age);
        let authenticator = start(&web);
        assert!(ask(&authenticator, &token(&signer)).await.is_ok());
        let before = web.count(KEYS);
        pass(expected - 2).await;
        assert_eq!(web.count(KEYS), before, "{max_age:?}: too early");
        pass(4).await;
        assert_eq!(web.count(KEYS), before + 1, "{max_age:?}: too late");
    }
}

#[tokio::test(start_paused = true)]
async fn old_keys_serve_while_the_issuer_is_down_but_not_forever() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let config = format!(
        "[[provider]]\nname = 'a'\nissuer = '{ISSUER}'\naudiences = ['api']\nmax_stale_seconds = 7200"
    );
    let authenticator = start_with(&web, &config);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    web.remove(KEYS);
    web.remove(DISCOVERY);
    pass(7_100).await;
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    pass(200).await;
    assert_eq!(ask(&authenticator, &token(&signer)).await.unwrap_err(), Reason::IssuerUnavailable);
    assert_eq!(authenticator.status()[0].keys, 0);
    web.publish(&[&signer]);
    pass(61).await;
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_no_key_set_does_not_replace_the_keys() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    web.put(KEYS, &json!({"error": "maintenance"}), None);
    pass(1_000).await;
    assert!(authenticator.status()[0].last_error.is_some());
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn many_tokens_with_one_unknown_key_cause_one_fetch() {
    let (web, old, new) = (Arc::new(FakeWeb::default()), Signer::quick("old"), Signer::quick("new"));
    web.publish(&[&old]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&old)).await.is_ok());
    web.publish(&[&new]);
    *web.delay.lock().unwrap() = Duration::from_secs(1);
    let before = web.count(KEYS);
    let text = token(&new);
    let askers: Vec<_> = (0..50)
        .map(|_| {
            let (authenticator, text) = (Arc::clone(&authenticator), text.clone());
            tokio::spawn(async move { ask(&authenticator, &text).await.is_ok() })
        })
        .collect();
    for asker in askers {
        assert!(asker.await.unwrap());
    }
    assert_eq!(web.count(KEYS), before + 1);
    assert_eq!(web.most_at_once.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn unknown_keys_cause_a_bounded_number_of_fetches() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    let before = web.count(KEYS);
    for index in 0..100 {
        let outcome = ask(&authenticator, &token(&Signer::quick(&format!("x{index}")))).await;
        // Whoever comes with a key that was not looked for may come again: it may be a new one.
        assert!(if index < 3 { is_unknown_key(&outcome) } else { outcome == Err(Reason::KeyNotLookedUp) });
    }
    assert_eq!(web.count(KEYS) - before, 3, "a burst of three");
    pass(10).await;
    for index in 0..10 {
        let outcome = ask(&authenticator, &token(&Signer::quick(&format!("y{index}")))).await;
        assert!(if index < 1 { is_unknown_key(&outcome) } else { outcome == Err(Reason::KeyNotLookedUp) });
    }
    assert_eq!(web.count(KEYS) - before, 4, "and then one each ten seconds");
    assert!(ask(&authenticator, &token(&signer)).await.is_ok(), "known keys are not affected");
}

#[tokio::test(start_paused = true)]
async fn all_issuers_together_are_asked_a_bounded_number_of_times() {
    let web = Arc::new(FakeWeb::default());
    let mut config = String::new();
    for index in 0..8 {
        let issuer = format!("https://i{index}.example");
        config.push_str(&format!("[[provider]]\nname = 'p{index}'\nissuer = '{issuer}'\naudiences = ['api']\njwks_uri = '{issuer}/keys'\n"));
        web.put(&format!("{issuer}/keys"), &json!({"keys": []}), None);
    }
    let authenticator = start_with(&web, &config);
    pass(1).await;
    let before = web.requests.lock().unwrap().len();
    assert_eq!(before, 8);
    let signer = Signer::quick("unknown");
    for index in 0..24 {
        let issuer = format!("https://i{}.example", index % 8);
        let text = signer.token(&json!({"iss": issuer, "aud": "api", "sub": "u1", "exp": NOW + 600}));
        let outcome = ask(&authenticator, &text).await;
        assert!(if index < 10 { is_unknown_key(&outcome) } else { outcome == Err(Reason::KeyNotLookedUp) });
    }
    assert_eq!(web.requests.lock().unwrap().len() - before, 10);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_anyway_causes_no_fetch() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    let before = web.count(KEYS);
    let other = Signer::quick("other");
    let expired = other.token(&json!({"iss": ISSUER, "aud": "api", "sub": "u1", "exp": NOW - 600}));
    assert_eq!(ask(&authenticator, &expired).await.unwrap_err(), Reason::Token(TokenError::Expired));
    let foreign = other.token(&json!({"iss": ISSUER, "aud": "other", "sub": "u1", "exp": NOW + 600}));
    assert_eq!(ask(&authenticator, &foreign).await.unwrap_err(), Reason::Token(TokenError::Audience));
    assert_eq!(web.count(KEYS), before);
}

#[tokio::test(start_paused = true)]
async fn the_issuer_in_a_token_only_looks_up_and_never_makes_an_address() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    for issuer in [
        "https://evil.example",
        "https://a.example/",
        "https://a.example/../evil",
        "http://169.254.169.254",
        "",
    ] {
        let text = signer.token(&json!({"iss": issuer, "aud": "api", "sub": "u1", "exp": NOW + 600}));
        assert!(matches!(ask(&authenticator, &text).await, Err(Reason::UnknownIssuer { .. })), "{issuer}");
    }
    let without = signer.token(&json!({"aud": "api", "sub": "u1", "exp": NOW + 600}));
    assert_eq!(ask(&authenticator, &without).await.unwrap_err(), Reason::Token(TokenError::Claim("iss")));
    let requested = web.requests.lock().unwrap().clone();
    assert_eq!(requested, [DISCOVERY, KEYS]);
}

#[tokio::test(start_paused = true)]
async fn a_key_serves_its_own_issuer_alone() {
    let (web, ours, theirs) = (Arc::new(FakeWeb::default()), Signer::quick("same"), Signer::quick("same"));
    web.publish(&[&ours]);
    web.put("https://b.example/keys", &json!({"keys": [theirs.jwk()]}), None);
    let config = format!(
        "[[provider]]\nname = 'a'\nissuer = '{ISSUER}'\naudiences = ['api']\n[[provider]]\nname = 'b'\nissuer = 'https://b.example'\naudiences = ['api']\njwks_uri = 'https://b.example/keys'"
    );
    let authenticator = start_with(&web, &config);
    assert_eq!(authenticator.providers(), ["a", "b"]);
    assert_eq!(&*ask(&authenticator, &token(&ours)).await.unwrap().provider, "a");
    assert_eq!(ask(&authenticator, &token(&theirs)).await.unwrap_err(), Reason::Token(TokenError::Signature));
    let from_b =
        theirs.token(&json!({"iss": "https://b.example", "aud": "api", "sub": "u1", "exp": NOW + 600}));
    assert_eq!(
        &*ask(&authenticator, &from_b).await.unwrap().provider,
        "b",
        "the same subject is another identity"
    );
}

#[tokio::test(start_paused = true)]
async fn a_discovery_document_is_about_its_issuer_and_names_a_safe_address() {
    let signer = Signer::quick("k1");
    for (document, what) in [
        (json!({"issuer": "https://a.example/", "jwks_uri": KEYS}), "about the issuer"),
        (json!({"jwks_uri": KEYS}), "about the issuer"),
        (json!({"issuer": ISSUER}), "no usable `jwks_uri`"),
        (json!({"issuer": ISSUER, "jwks_uri": "keys"}), "no usable `jwks_uri`"),
        (json!({"issuer": ISSUER, "jwks_uri": "http://a.example/keys"}), "not `https`"),
        (json!({"issuer": ISSUER, "jwks_uri": "http://127.0.0.1/keys"}), "not `https`"),
        (json!({"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}), "not `https`"),
        (json!([]), "not acceptable JSON"),
    ] {
        let web = Arc::new(FakeWeb::default());
        web.publish(&[&signer]);
        web.put(DISCOVERY, &document, None);
        let authenticator = start(&web);
        assert_eq!(
            ask(&authenticator, &token(&signer)).await.unwrap_err(),
            Reason::IssuerUnavailable,
            "{document}"
        );
        let error = authenticator.status()[0].last_error.clone().unwrap();
        assert!(error.contains(what), "{document}: {error}");
        assert_eq!(web.count(KEYS), 0, "{document}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_issuer_does_not_hold_a_request_for_long() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    *web.delay.lock().unwrap() = Duration::from_secs(3_600);
    let authenticator = start(&web);
    let before = Instant::now();
    assert_eq!(ask(&authenticator, &token(&signer)).await.unwrap_err(), Reason::IssuerUnavailable);
    assert!(before.elapsed() <= Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_jwt_is_left_to_others() {
    let authenticator = start(&Arc::new(FakeWeb::default()));
    for credentials in [
        Credentials::bearer("cm_0123456789"),
        Credentials::bearer("a.b"),
        Credentials::from_authorization([&b"Basic dTpw"[..]]),
    ] {
        let answer = authenticator.authenticate(&credentials, Timestamp(0)).await;
        assert!(matches!(answer, Answer::NotMine), "{answer:?}");
    }
    for token in ["a.b.c", "a.b.c.d.e"] {
        let answer = authenticator.authenticate(&Credentials::bearer(token), Timestamp(0)).await;
        assert!(matches!(answer, Answer::Rejected(Reason::Token(_))), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fetched_any_more_once_it_is_dropped() {
    let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
    web.publish(&[&signer]);
    let authenticator = start(&web);
    assert!(ask(&authenticator, &token(&signer)).await.is_ok());
    drop(authenticator);
    let before = web.requests.lock().unwrap().len();
    pass(10_000).await;
    assert_eq!(web.requests.lock().unwrap().len(), before);
}
