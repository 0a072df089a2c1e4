//! What introspection endpoints and hooks have in common: secrets, limits, one request for many that wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;

use super::fake_web::*;
use super::*;
use crate::chain::{Chain, Outcome};
use crate::credentials::Credentials;
use crate::provider::{ProvidersConfig, SecretReference, SecretSource};
use crate::rejection::Reason;
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, RevocationEpoch};

pub(super) const ENDPOINT: &str = "https://a.example/ask";
pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub(super) const INTROSPECTION: &str = "[[provider]]\nname = 'opaque'\ntype = 'introspection'\nendpoint = 'https://a.example/ask'\nclient_id = 'case mate'\nclient_secret = { env = 'SECRET' }\n";
pub(super) const HOOK: &str = "[[provider]]\nname = 'own'\ntype = 'hook'\nendpoint = 'https://a.example/ask'\nsigning_secret = { sealed = true }\n";

/// Secrets out of a table; what is not there is an error.
#[derive(Default)]
pub(super) struct Secrets(Mutex<HashMap<&'static str, String>>);

impl Secrets {
    pub(super) fn put(&self, field: &'static str, secret: &str) {
        self.0.lock().unwrap().insert(field, secret.to_owned());
    }
}

impl SecretSource for Secrets {
    fn resolve(&self, _: &str, field: &'static str, _: &SecretReference) -> Result<SecretString, String> {
        let secrets = self.0.lock().unwrap();
        secrets.get(field).map(|secret| secret.as_str().into()).ok_or_else(|| "there is none".to_owned())
    }
}

pub(super) struct Setup {
    pub(super) web: Arc<FakeWeb>,
    pub(super) secrets: Arc<Secrets>,
    pub(super) revocations: RevocationEpoch,
    pub(super) providers: ProviderAuthenticators,
    pub(super) chain: Chain,
}

impl Setup {
    pub(super) fn new(config: &str) -> Setup {
        let secrets = Arc::new(Secrets::default());
        for field in ["client_secret", "bearer_token", "signing_secret"] {
            secrets.put(field, SECRET);
        }
        Setup::with(config, secrets)
    }

    pub(super) fn with(config: &str, secrets: Arc<Secrets>) -> Setup {
        let (web, revocations) = (Arc::new(FakeWeb::default()), RevocationEpoch::new());
        let host = ProviderHost {
            fetch: Arc::clone(&web) as Arc<dyn Fetch>,
            secrets: Arc::clone(&secrets) as Arc<dyn SecretSource>,
            limits: CacheLimits::default(),
            revocations: revocations.clone(),
        };
        let providers = ProviderAuthenticators::start(checked(config), host);
        let chain = Chain::new(providers.authenticators()).unwrap();
        Setup { web, secrets, revocations, providers, chain }
    }

    /// The same, configured anew.
    pub(super) fn succeeded_by(&self, config: &str) -> Setup {
        let providers = self.providers.succeeded_by(checked(config));
        let chain = Chain::new(providers.authenticators()).unwrap();
        Setup {
            web: Arc::clone(&self.web),
            secrets: Arc::clone(&self.secrets),
            revocations: self.revocations.clone(),
            providers,
            chain,
        }
    }

    pub(super) fn answer(&self, body: serde_json::Value) {
        self.web.reply(ENDPOINT, 200, &body);
    }

    pub(super) async fn at(&self, token: &str, second: i64) -> Outcome {
        self.chain.authenticate(&Credentials::bearer(token), Timestamp((NOW + second) * 1_000_000)).await
    }

    pub(super) async fn refusal(&self, token: &str) -> Reason {
        self.at(token, 0).await.unwrap_err().reason
    }

    pub(super) fn asked(&self) -> usize {
        self.web.submitted.lock().unwrap().len()
    }
}

fn checked(config: &str) -> Vec<crate::provider::Provider> {
    toml::from_str::<ProvidersConfig>(config).unwrap().check().unwrap()
}

fn accepting(kind: &str) -> Setup {
    let setup = Setup::new(kind);
    match kind {
        INTROSPECTION => setup.answer(json!({"active": true, "sub": "u1"})),
        _ => setup.answer(json!({"answer": "identity", "identity": {"id": "u1"}})),
    }
    setup
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_is_a_temporary_refusal_and_never_anonymous() {
    for config in [INTROSPECTION, HOOK] {
        let setup = Setup::new(config);
        let unreachable = setup.refusal("t1").await;
        assert!(
            unreachable.is_temporary() && unreachable.code() == "provider_unavailable",
            "{unreachable:?}"
        );
        for status in [201, 204, 302, 400, 401, 403, 404, 429, 500, 503] {
            setup.web.reply(ENDPOINT, status, &json!({"active": true, "sub": "u1"}));
            let refusal = setup.refusal(&format!("t{status}")).await;
            assert!(refusal.is_temporary(), "{config} {status}: {refusal:?}");
        }
        for body in [json!([]), json!({}), json!({"active": "true"}), json!({"answer": "yes"}), json!(null)] {
            setup.answer(body.clone());
            let refusal = setup.refusal(&body.to_string()).await;
            assert!(refusal.is_temporary(), "{config} {body}: {refusal:?}");
        }
        setup.answer(json!({"filler": "x".repeat(70_000)}));
        assert!(setup.refusal("large").await.is_temporary());
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_does_not_answer_is_given_up_in_time() {
    for config in [INTROSPECTION, HOOK] {
        let setup = accepting(config);
        *setup.web.delay.lock().unwrap() = Duration::from_secs(60);
        let begun = tokio::time::Instant::now();
        assert!(setup.refusal("t").await.is_temporary());
        assert_eq!(begun.elapsed(), Duration::from_secs(3), "{config}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_that_ask_for_one_credential_cause_one_request() {
    for config in [INTROSPECTION.to_owned(), format!("{HOOK}max_cache_seconds = 10")] {
        let setup = Arc::new(accepting(if config == INTROSPECTION { INTROSPECTION } else { HOOK }));
        let setup = Arc::new(setup.succeeded_by(&config));
        *setup.web.delay.lock().unwrap() = Duration::from_secs(1);
        let asking: Vec<_> = (0..50)
            .map(|_| {
                let setup = Arc::clone(&setup);
                tokio::spawn(async move { setup.at("t", 0).await.unwrap() })
            })
            .collect();
        let mut identities = Vec::new();
        for one in asking {
            identities.push(one.await.unwrap());
        }
        assert!(identities.iter().all(|identity| Arc::ptr_eq(identity, &identities[0])));
        assert_eq!(setup.asked(), 1, "{config}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_goes_away_leaves_the_others_an_answer() {
    let setup = Arc::new(accepting(INTROSPECTION));
    *setup.web.delay.lock().unwrap() = Duration::from_secs(1);
    let ask = || {
        let setup = Arc::clone(&setup);
        tokio::spawn(async move { setup.at("t", 0).await })
    };
    let (first, second) = (ask(), ask());
    while setup.asked() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(second.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_asked_within_limits() {
    let setup = accepting(INTROSPECTION);
    let limited = setup.succeeded_by(&format!("{INTROSPECTION}max_requests_per_second = 5"));
    for number in 0..20 {
        let outcome = limited.at(&format!("t{number}"), 0).await;
        match outcome {
            Ok(_) => assert!(number < 5, "{number}"),
            Err(rejection) => assert!(number >= 5 && rejection.reason.is_temporary(), "{number}"),
        }
    }
    assert_eq!(limited.asked(), 5);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(limited.at("t19", 1).await.is_ok(), "a request that was not made is no answer");
    assert!(limited.at("t0", 1).await.is_ok(), "what is known needs no request");
}

#[tokio::test(start_paused = true)]
async fn an_api_key_is_never_shown_to_an_endpoint() {
    for config in [INTROSPECTION, HOOK] {
        let setup = accepting(config);
        assert_eq!(setup.refusal("cmk_something").await, Reason::Unrecognized);
        assert_eq!(setup.asked(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn only_tokens_with_the_prefix_are_asked_about() {
    for config in [INTROSPECTION, HOOK] {
        let setup = accepting(config).succeeded_by(&format!("{config}token_prefix = 'opq_'"));
        assert!(setup.at("opq_1", 0).await.is_ok());
        assert_eq!(setup.refusal("other").await, Reason::Unrecognized);
        assert_eq!(setup.asked(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_without_its_secret_refuses_and_says_why() {
    let secrets = Arc::new(Secrets::default());
    let setup = Setup::with(INTROSPECTION, Arc::clone(&secrets));
    let refusal = setup.refusal("t").await;
    assert!(refusal.is_temporary(), "{refusal:?}");
    let status = &setup.providers.status()[0];
    let told = status.last_error.as_deref().unwrap();
    assert!(told.contains("`client_secret`") && told.contains("environment variable SECRET"), "{told}");
    secrets.put("client_secret", "");
    assert!(setup.succeeded_by(INTROSPECTION).refusal("t").await.is_temporary(), "an empty secret is none");
    secrets.put("client_secret", "short");
    setup.answer(json!({"active": true, "sub": "u1"}));
    assert!(setup.succeeded_by(INTROSPECTION).at("t", 0).await.is_ok());
    secrets.put("signing_secret", "short");
    let hook = setup.succeeded_by(HOOK);
    assert!(hook.providers.status()[0].last_error.as_deref().unwrap().contains("32 bytes"));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_did_not_change_keeps_its_answers() {
    let setup = accepting(INTROSPECTION);
    let first = setup.at("t", 0).await.unwrap();
    assert!(Arc::ptr_eq(&first, &setup.succeeded_by(INTROSPECTION).at("t", 0).await.unwrap()));
    setup.secrets.put("client_secret", "another one");
    let again = setup.succeeded_by(INTROSPECTION).at("t", 0).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &again), "with another secret it is asked again");
}

#[test]
fn secrets_are_not_shown() {
    let reference: SecretReference =
        toml::Value::Table("file = '/run/secret'".parse().unwrap()).try_into().unwrap();
    assert_eq!(reference.to_string(), "the file /run/secret");
}

#[tokio::test(start_paused = true)]
async fn an_identity_says_until_when_the_endpoint_s_word_is_relied_on() {
    let relied = |outcome: Outcome| outcome.unwrap().auth.relied_until.map(|until| until.0 / 1_000_000 - NOW);
    for (config, token, told, until) in [
        (INTROSPECTION, json!({"active": true, "sub": "u1", "exp": NOW + 20}), 20, Some(NOW + 20)),
        (INTROSPECTION, json!({"active": true, "sub": "u1"}), 30, None),
        (HOOK, json!({"answer": "identity", "identity": {"id": "u1"}, "expires_at": NOW + 20}), 20, None),
        (HOOK, json!({"answer": "identity", "identity": {"id": "u1"}}), 30, None),
    ] {
        let setup = Setup::new(&format!("{config}max_cache_seconds = 30"));
        setup.answer(token.clone());
        let first = setup.at("t", 0).await;
        assert_eq!(first.as_ref().unwrap().auth.until, until.map(|until| Timestamp(until * 1_000_000)));
        assert_eq!(relied(first), Some(told), "{config} {token}");
        assert_eq!(relied(setup.at("t", 5).await), Some(told), "of the same answer, no longer");
        assert_eq!(setup.asked(), 1);
        let each = Setup::new(&format!("{config}max_cache_seconds = 0"));
        each.answer(token);
        assert_eq!(relied(each.at("t", 0).await), Some(0), "where each request asks");
        assert_eq!(relied(each.at("t", 5).await), Some(5));
    }
}
