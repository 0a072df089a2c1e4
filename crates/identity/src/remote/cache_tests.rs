//! What is kept of verified tokens, and when it counts no more.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::fake_web::*;
use super::*;
use crate::chain::{Answer, Authenticator};
use crate::credentials::Credentials;
use crate::identity::{Identity, Kind};
use crate::jwt::TokenError;
use crate::provider::ProvidersConfig;
use crate::rejection::Reason;
use crate::signer::Signer;
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, RevocationEpoch, TokenCache, Weighed};

struct Setup {
    web: Arc<FakeWeb>,
    signer: Signer,
    authenticator: OpenIdAuthenticator,
    revocations: RevocationEpoch,
}

const CONFIG: &str = "[[provider]]\nname = 'a'\nissuer = 'https://a.example'\naudiences = ['api']\n";

impl Setup {
    fn new() -> Setup {
        let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k1"));
        web.publish(&[&signer]);
        let revocations = RevocationEpoch::new();
        let authenticator = OpenIdAuthenticator::start_with(
            toml::from_str::<ProvidersConfig>(CONFIG).unwrap().check().unwrap(),
            Arc::clone(&web) as Arc<dyn Fetch>,
            CacheLimits::default(),
            revocations.clone(),
        );
        Setup { web, signer, authenticator, revocations }
    }

    async fn at(&self, token: &str, second: i64) -> Result<Arc<Identity>, Reason> {
        let now = Timestamp((NOW + second) * 1_000_000);
        match self.authenticator.authenticate(&Credentials::bearer(token), now).await {
            Answer::Identity(identity) => Ok(identity),
            Answer::Rejected(reason) => Err(reason),
            Answer::NotMine => panic!("not mine"),
        }
    }

    async fn now(&self, token: &str) -> Result<Arc<Identity>, Reason> {
        self.at(token, 0).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_token_is_not_verified_again() {
    let setup = Setup::new();
    let (token, other) = (token(&setup.signer), token(&setup.signer) + "A");
    let first = setup.now(&token).await.unwrap();
    assert!(Arc::ptr_eq(&first, &setup.now(&token).await.unwrap()));
    assert!(setup.now(&other).await.is_err(), "another token is another entry");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_ends_with_the_token_and_never_begins_before_it() {
    let setup = Setup::new();
    let claims = json!({"iss": ISSUER, "aud": "api", "sub": "u1", "nbf": NOW, "exp": NOW + 600});
    let token = setup.signer.token(&claims);
    let first = setup.now(&token).await.unwrap();
    assert_eq!(first.auth.until, Some(Timestamp((NOW + 600) * 1_000_000)));
    let is_kept = async |second: i64| setup.at(&token, second).await.map(|again| Arc::ptr_eq(&first, &again));
    assert_eq!(is_kept(599).await, Ok(true));
    assert_eq!(is_kept(600).await, Ok(false), "verified in full, since the issuer's clock may be off");
    assert_eq!(is_kept(660).await, Err(Reason::Token(TokenError::Expired)));
    assert_eq!(is_kept(-1).await, Ok(false));
    assert_eq!(is_kept(-61).await, Err(Reason::Token(TokenError::NotYetValid)));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_issuer_dropped_ends_what_was_verified_with_it() {
    let setup = Setup::new();
    let token = token(&setup.signer);
    setup.now(&token).await.unwrap();
    setup.web.publish(&[&Signer::quick("k2")]);
    pass(600).await;
    assert!(matches!(setup.now(&token).await, Err(Reason::UnknownKey { .. })));
}

#[tokio::test(start_paused = true)]
async fn fetching_the_same_keys_again_changes_nothing() {
    let setup = Setup::new();
    let token = token(&setup.signer);
    let first = setup.now(&token).await.unwrap();
    pass(600).await;
    assert_eq!(setup.web.count(KEYS), 2);
    assert!(Arc::ptr_eq(&first, &setup.now(&token).await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn keys_too_old_to_be_trusted_end_what_was_verified_with_them() {
    let setup = Setup::new();
    let token = token(&setup.signer);
    setup.now(&token).await.unwrap();
    setup.web.remove(KEYS);
    setup.web.remove(DISCOVERY);
    tokio::time::advance(Duration::from_secs(86_401)).await;
    assert_eq!(setup.now(&token).await, Err(Reason::IssuerUnavailable));
}

#[tokio::test(start_paused = true)]
async fn a_revocation_has_everything_verified_again() {
    let setup = Setup::new();
    let token = token(&setup.signer);
    let first = setup.now(&token).await.unwrap();
    setup.revocations.raise();
    let second = setup.now(&token).await.unwrap();
    assert!(!Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&second, &setup.now(&token).await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_changed_takes_what_was_verified_for_it_along() {
    let setup = Setup::new();
    let token = token(&setup.signer);
    let first = setup.now(&token).await.unwrap();
    let succeed = |config: &str| {
        let providers = toml::from_str::<ProvidersConfig>(config).unwrap().check().unwrap();
        let authenticator =
            setup.authenticator.succeeded_by(providers, Arc::clone(&setup.web) as Arc<dyn Fetch>);
        Setup {
            web: Arc::clone(&setup.web),
            signer: Signer::quick("unused"),
            authenticator,
            revocations: setup.revocations.clone(),
        }
    };
    assert!(Arc::ptr_eq(&first, &succeed(CONFIG).now(&token).await.unwrap()), "unchanged");
    assert!(matches!(succeed("").now(&token).await, Err(Reason::UnknownIssuer { .. })));
    let other_audience = succeed(&CONFIG.replace("'api'", "'other'"));
    assert_eq!(other_audience.now(&token).await, Err(Reason::Token(TokenError::Audience)));
}

#[derive(Clone)]
struct Bytes(u64);

impl Weighed for Bytes {
    fn bytes(&self) -> u64 {
        self.0
    }
}

fn kept_of(limits: CacheLimits, each: u64) -> usize {
    let cache = TokenCache::new(limits);
    for number in 0..10_000_u64 {
        let mut token = [0; 32];
        token[..8].copy_from_slice(&number.to_le_bytes());
        cache.insert(token, Bytes(each));
    }
    cache.len()
}

#[test]
fn what_is_kept_is_bounded_in_number_and_in_bytes() {
    let by_number = kept_of(CacheLimits { tokens: 100, bytes: 1_000_000 }, 10);
    assert!((50..=100).contains(&by_number), "{by_number}");
    let by_bytes = kept_of(CacheLimits { tokens: 5_000, bytes: 1_000_000 }, 10_000);
    assert!((50..=100).contains(&by_bytes), "{by_bytes}");
    assert_eq!(kept_of(CacheLimits { tokens: 0, bytes: 1_000 }, 1), 0);
}

#[test]
fn a_large_identity_weighs_more() {
    let small = Identity::new("a", "u", Kind::USER);
    let mut large = small.clone();
    large.groups = vec!["g".repeat(100).into(); 10];
    large.claims.insert("c".to_owned(), json!([{"x": "y".repeat(1_000)}]));
    assert!(large.bytes() >= small.bytes() + 2_000);
}
