//! Tokens of a real OpenID provider, over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use casemate_identity::{
    Chain, Credentials, Kind, OpenIdAuthenticator, Outcome, ProvidersConfig, Reason, Timestamp,
};
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_test_support::OpenIdProvider;
use serde_json::json;

const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];

struct Setup {
    provider: OpenIdProvider,
    chain: Chain,
}

impl Setup {
    fn new() -> Setup {
        Setup::with(OpenIdProvider::start().unwrap())
    }

    fn with(provider: OpenIdProvider) -> Setup {
        let config = format!(
            "[[provider]]\nname = 'test'\nissuer = '{}'\naudiences = ['{}']\n[provider.claims]\ntenant = ['nested', 'tenant']\nkeep = ['team']",
            provider.issuer(),
            OpenIdProvider::AUDIENCE
        );
        let config: ProvidersConfig = toml::from_str(&config).unwrap();
        let settings = OutgoingSettings { loopback: true, ..OutgoingSettings::default() };
        let outgoing = Outgoing::new(settings).unwrap();
        let authenticator = OpenIdAuthenticator::start(config.check().unwrap(), Arc::new(outgoing));
        Setup { provider, chain: Chain::new(vec![Arc::new(authenticator)]).unwrap() }
    }

    async fn ask(&self, token: &str) -> Outcome {
        self.chain.authenticate(&Credentials::bearer(token), Timestamp::from(SystemTime::now())).await
    }

    fn keys_fetched(&self) -> u64 {
        self.provider.requests().unwrap().get("/jwks").copied().unwrap_or_default()
    }
}

#[tokio::test]
async fn tokens_of_every_algorithm_make_the_identity() {
    let setup = Setup::new();
    for algorithm in ALGORITHMS {
        let token = setup.provider.token(algorithm).unwrap();
        let identity = setup.ask(&token).await.unwrap();
        assert_eq!(
            (&*identity.provider, identity.id.as_deref()),
            ("test", Some(OpenIdProvider::CLIENT)),
            "{algorithm}"
        );
        assert_eq!(identity.kind, Kind::USER);
        assert_eq!(identity.tenant.as_deref(), Some("acme"));
        assert_eq!(identity.groups, ["operators".into()] as [Box<str>; 1]);
        assert_eq!(json!(identity.claims), json!({"team": "platform"}));
        let mut forged = token.into_bytes();
        let position = forged.len() - 20;
        forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
        let rejection = setup.ask(&String::from_utf8(forged).unwrap()).await.unwrap_err();
        assert_eq!(rejection.reason.code(), "token_signature", "{algorithm}");
    }
    assert_eq!(setup.keys_fetched(), 1, "the keys are fetched once");
}

#[tokio::test]
async fn keys_rotate_without_a_refused_token() {
    let setup = Setup::new();
    let before: Vec<String> =
        ALGORITHMS.iter().map(|algorithm| setup.provider.token(algorithm).unwrap()).collect();
    for token in &before {
        setup.ask(token).await.unwrap();
    }
    setup.provider.rotate_keeping().unwrap();
    let after: Vec<String> =
        ALGORITHMS.iter().map(|algorithm| setup.provider.token(algorithm).unwrap()).collect();
    for token in before.iter().chain(&after) {
        setup.ask(token).await.unwrap();
    }
    assert_eq!(setup.keys_fetched(), 2, "one fetch brought all the new keys");
}

#[tokio::test]
async fn keys_that_the_provider_withdrew_are_gone_after_the_next_fetch() {
    let setup = Setup::new();
    let withdrawn = setup.provider.token("ES256").unwrap();
    setup.ask(&withdrawn).await.unwrap();
    setup.provider.rotate().unwrap();
    setup.ask(&setup.provider.token("ES256").unwrap()).await.unwrap();
    let rejection = setup.ask(&withdrawn).await.unwrap_err();
    assert_eq!(rejection.reason.code(), "key_unknown");
}

#[tokio::test]
async fn known_keys_serve_while_the_provider_is_down() {
    let setup = Setup::new();
    let token = setup.provider.token("EdDSA").unwrap();
    setup.ask(&token).await.unwrap();
    setup.provider.take_down().unwrap();
    setup.ask(&token).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_is_down_at_the_start_is_used_once_it_is_up() {
    let provider = OpenIdProvider::start().unwrap();
    let token = provider.token("RS256").unwrap();
    provider.take_down().unwrap();
    let setup = Setup::with(provider);
    let early = setup.ask(&token).await.unwrap_err();
    assert_eq!(early.reason, Reason::IssuerUnavailable);
    setup.provider.bring_up().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let identity = loop {
        match setup.ask(&token).await {
            Ok(identity) => break identity,
            Err(rejection) => assert_eq!(rejection.reason, Reason::IssuerUnavailable),
        }
        assert!(Instant::now() < deadline, "the provider was not found within 30 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(identity.id.as_deref(), Some(OpenIdProvider::CLIENT));
}
