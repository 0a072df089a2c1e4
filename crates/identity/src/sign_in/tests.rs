mod bounds;
mod logout;
mod products;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::id_token::access_token_hash;
use super::*;
use crate::chain::BoxFuture;
use crate::jwk::Algorithm;
use crate::jwt::TokenError;
use crate::provider::{ProvidersConfig, SecretReference, SecretSource};
use crate::rejection::Reason;
use crate::remote::fake_web::{DISCOVERY, FakeWeb, ISSUER, KEYS, NOW};
use crate::remote::{Fetch, ProviderAuthenticators, ProviderHost};
use crate::signer::Signer;
use crate::time::Timestamp;
use crate::token_cache::{CacheLimits, RevocationEpoch};
use crate::{ExposeSecret as _, SecretString};

const REDIRECT: &str = "https://casemate.example/sign-in/a/callback";
const TOKEN: &str = "https://a.example/token";
const USER_INFO: &str = "https://a.example/me";
const CONFIG: &str = "[[provider]]\nname = 'a'\nissuer = 'https://a.example'\nclient_id = 'casemate'\n\
                      client_secret = { env = 'X' }\n";

struct OneSecret;

impl SecretSource for OneSecret {
    fn resolve(&self, _: &str, field: &'static str, _: &SecretReference) -> Result<SecretString, String> {
        assert_eq!(field, "client_secret");
        Ok("s e&cret".into())
    }
}

/// A provider, a browser, and an attempt of it.
struct Scene {
    web: Arc<FakeWeb>,
    signer: Signer,
    providers: ProviderAuthenticators,
    key: BrowserKey,
    attempt: Attempt,
}

fn now() -> Timestamp {
    Timestamp(NOW * 1_000_000)
}

impl Scene {
    fn new(config: &str, again: bool) -> Scene {
        let (web, signer) = (Arc::new(FakeWeb::default()), Signer::quick("k"));
        web.put(KEYS, &json!({ "keys": [signer.jwk()] }), None);
        web.put(DISCOVERY, &discovery(), None);
        let configured: ProvidersConfig = toml::from_str(config).unwrap();
        let host = ProviderHost {
            fetch: Arc::clone(&web) as Arc<dyn Fetch>,
            secrets: Arc::new(OneSecret),
            limits: CacheLimits::default(),
            revocations: RevocationEpoch::new(),
        };
        let providers = ProviderAuthenticators::start(configured.check().unwrap(), host);
        let attempt = Attempt::begin("a", "/", again, [1; 16], now());
        Scene { web, signer, providers, key: BrowserKey::of_random([9; 32]), attempt }
    }

    fn client(&self) -> Arc<SignInClient> {
        Arc::clone(self.providers.sign_ins().next().unwrap())
    }

    /// The claims of an ID token that ends the attempt.
    fn claims(&self) -> Value {
        json!({ "iss": ISSUER, "aud": "casemate", "sub": "u1", "iat": NOW, "exp": NOW + 300,
            "nonce": self.attempt.nonce(&self.key), "sid": "s1", "groups": ["ops"],
            "at_hash": access_token_hash("access", Algorithm::EdDSA) })
    }

    fn answer(&self, claims: &Value) {
        let id_token = self.signer.token_of_type("JWT", claims);
        self.web.reply(
            TOKEN,
            200,
            &json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token }),
        );
    }

    async fn finish(&self, callback: Callback<'_>) -> Result<SignedIn, SignInError> {
        self.client().finish(callback, &self.attempt, &self.key, REDIRECT, now()).await
    }

    async fn finish_with(&self, claims: &Value) -> Result<SignedIn, SignInError> {
        self.answer(claims);
        self.finish(Callback { code: Some("c0de"), ..Callback::default() }).await
    }
}

fn discovery() -> Value {
    json!({ "issuer": ISSUER, "jwks_uri": KEYS, "authorization_endpoint": "https://a.example/auth?tenant=1",
        "token_endpoint": TOKEN, "end_session_endpoint": "https://a.example/end" })
}

fn changed(claims: &Value, change: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => claims.as_object_mut().unwrap().remove(name),
            value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn query(url: &Url) -> HashMap<String, String> {
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let map: HashMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter stands twice");
    map
}

#[tokio::test]
async fn the_browser_is_sent_with_state_nonce_and_challenge() {
    let scene = Scene::new(CONFIG, false);
    let url = scene.client().begin(&scene.attempt, &scene.key, REDIRECT).await.unwrap();
    let query = query(&url);
    let expected = [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "casemate"),
        ("redirect_uri", REDIRECT),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in expected {
        assert_eq!(query[name], value);
    }
    assert_eq!(query["state"], scene.attempt.state(&scene.key));
    assert_eq!(query["nonce"], scene.attempt.nonce(&scene.key));
    assert_eq!(query["code_challenge"], scene.attempt.challenge(&scene.key));
    assert!(!query.contains_key("prompt") && !query.contains_key("max_age"));
}

#[tokio::test]
async fn a_code_is_given_with_the_verifier_and_the_exact_redirect_uri() {
    let scene = Scene::new(CONFIG, false);
    let signed_in = scene.finish_with(&scene.claims()).await.unwrap();
    assert_eq!((&*signed_in.subject, signed_in.sid.as_deref()), ("u1", Some("s1")));
    assert_eq!(signed_in.identity.groups, ["ops".into()] as [Box<str>; 1]);
    let submitted = scene.web.submitted.lock().unwrap();
    let form: HashMap<_, _> =
        url::form_urlencoded::parse(submitted[0].body.as_bytes()).into_owned().collect();
    let verifier = scene.attempt.verifier(&scene.key);
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "c0de"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier.expose_secret()),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    // `casemate:s+e%26cret`, in base64.
    assert_eq!(submitted[0].headers, [("authorization", "Basic Y2FzZW1hdGU6cytlJTI2Y3JldA==".to_owned())]);
}

#[tokio::test]
async fn the_client_shows_who_it_is_as_it_is_configured() {
    for (lines, has_secret) in [
        ("client_secret = { env = 'X' }\nsign_in = { authentication = 'client_secret_post' }", true),
        ("", false),
    ] {
        let config = CONFIG.replace("client_secret = { env = 'X' }\n", &format!("{lines}\n"));
        let scene = Scene::new(&config, false);
        scene.finish_with(&scene.claims()).await.unwrap();
        let submitted = scene.web.submitted.lock().unwrap();
        assert!(submitted[0].headers.is_empty() && submitted[0].body.contains("client_id=casemate"));
        assert_eq!(submitted[0].body.contains("client_secret=s+e%26cret"), has_secret);
    }
}

#[tokio::test]
async fn an_id_token_that_breaks_a_rule_signs_nobody_in() {
    let scene = Scene::new(CONFIG, false);
    let token = |error| SignInError::Token(Reason::Token(error));
    let other_use = TokenError::OtherUse { expected: "an ID token", claim: "events" };
    let cases = [
        (json!({ "nonce": "other" }), SignInError::Nonce),
        (json!({ "nonce": null }), SignInError::Nonce),
        (json!({ "iss": "https://b.example" }), token(TokenError::Issuer)),
        (json!({ "aud": "other" }), token(TokenError::Audience)),
        (json!({ "aud": ["casemate", "other"] }), token(TokenError::AuthorizedParty)),
        (json!({ "aud": ["casemate", "other"], "azp": "other" }), token(TokenError::AuthorizedParty)),
        (json!({ "azp": "other" }), token(TokenError::AuthorizedParty)),
        (json!({ "exp": NOW - 61 }), token(TokenError::Expired)),
        (json!({ "exp": null }), token(TokenError::Claim("exp"))),
        (json!({ "iat": NOW + 61 }), token(TokenError::IssuedInFuture)),
        (json!({ "iat": null }), token(TokenError::Claim("iat"))),
        (json!({ "iat": NOW - 62 }), SignInError::Stale),
        (json!({ "at_hash": "other" }), SignInError::AccessToken),
        (json!({ "at_hash": 7 }), SignInError::AccessToken),
        (json!({ "sub": null }), token(TokenError::Claim("sub"))),
        (json!({ "events": {} }), token(other_use)),
        (json!({ "auth_time": "yesterday" }), SignInError::NotRecent),
        (json!({ "auth_time": NOW + 61 }), SignInError::NotRecent),
    ];
    for (change, expected) in cases {
        let claims = changed(&scene.claims(), change.clone());
        assert_eq!(scene.finish_with(&claims).await, Err(expected), "{change}");
    }
    let both = json!({ "aud": ["casemate", "other"], "azp": "casemate", "at_hash": null });
    assert!(scene.finish_with(&changed(&scene.claims(), both)).await.is_ok());
}

#[tokio::test]
async fn an_id_token_of_another_key_or_none_signs_nobody_in() {
    let scene = Scene::new(CONFIG, false);
    let foreign = Signer::quick("k").token_of_type("JWT", &scene.claims());
    for id_token in [json!(foreign), json!("x.y.z"), json!(null), json!(7)] {
        let answer = json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token });
        scene.web.reply(TOKEN, 200, &answer);
        let outcome = scene.finish(Callback { code: Some("c"), ..Callback::default() }).await;
        assert!(matches!(outcome, Err(SignInError::Token(_))), "{outcome:?}");
    }
    // The kind of token counts: an access token is none.
    scene.answer(&scene.claims());
    let access = scene.signer.token(&scene.claims());
    scene.web.reply(
        TOKEN,
        200,
        &json!({ "access_token": "access", "token_type": "Bearer", "id_token": access }),
    );
    let outcome = scene.finish(Callback { code: Some("c"), ..Callback::default() }).await;
    assert!(
        matches!(outcome, Err(SignInError::Token(Reason::Token(TokenError::Type { .. })))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_answer_says_whose_it_is_where_the_provider_promises_to() {
    let scene = Scene::new(CONFIG, false);
    scene.answer(&scene.claims());
    let from = |issuer| Callback { code: Some("c"), issuer, ..Callback::default() };
    assert!(scene.finish(from(None)).await.is_ok());
    assert!(scene.finish(from(Some(ISSUER))).await.is_ok());
    assert_eq!(scene.finish(from(Some("https://b.example"))).await, Err(SignInError::Issuer));
    let strict = Scene::new(CONFIG, false);
    let promise = json!({ "authorization_response_iss_parameter_supported": true });
    strict.web.put(DISCOVERY, &changed(&discovery(), promise), None);
    strict.answer(&strict.claims());
    assert_eq!(strict.finish(from(None)).await, Err(SignInError::Issuer));
    let refused = Callback { error: Some("access_denied"), ..Callback::default() };
    assert_eq!(strict.finish(refused).await, Err(SignInError::Issuer));
    assert!(strict.finish(from(Some(ISSUER))).await.is_ok());
    assert!(scene.web.submitted.lock().unwrap().len() == 2, "a code of another issuer goes nowhere");
}

#[tokio::test]
async fn what_the_provider_refuses_is_told_without_what_it_could_hide_there() {
    let scene = Scene::new(CONFIG, false);
    let refused = Callback { error: Some("access_denied\n<script>"), ..Callback::default() };
    assert_eq!(scene.finish(refused).await, Err(SignInError::Refused("access_denied\\n<script>".into())));
    for none in [None, Some("")] {
        let outcome = scene.finish(Callback { code: none, ..Callback::default() }).await;
        assert_eq!(outcome, Err(SignInError::NoCode));
    }
    scene.web.reply(TOKEN, 400, &json!({ "error": "invalid_grant", "error_description": "secret" }));
    let with_code = Callback { code: Some("c"), ..Callback::default() };
    assert_eq!(scene.finish(with_code).await, Err(SignInError::Code("invalid_grant".into())));
    for (status, answer) in [
        (200, json!({ "access_token": "a" })),
        (200, json!({ "access_token": "a", "token_type": "mac" })),
        (200, json!({ "access_token": "a\nb", "token_type": "bearer" })),
        (500, json!({ "access_token": "a", "token_type": "bearer" })),
        (200, json!([])),
    ] {
        scene.web.reply(TOKEN, status, &answer);
        let outcome = scene.finish(with_code).await;
        assert!(matches!(outcome, Err(SignInError::Unavailable(_))), "{answer}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_step_up_needs_a_provider_that_says_when_they_signed_in() {
    let scene = Scene::new(CONFIG, true);
    let url = scene.client().begin(&scene.attempt, &scene.key, REDIRECT).await.unwrap();
    assert_eq!((&*query(&url)["prompt"], &*query(&url)["max_age"]), ("login", "0"));
    assert_eq!(scene.finish_with(&scene.claims()).await, Err(SignInError::NotRecent));
    let earlier = changed(&scene.claims(), json!({ "auth_time": NOW - 62 }));
    assert_eq!(scene.finish_with(&earlier).await, Err(SignInError::NotRecent));
    let just_now = changed(&scene.claims(), json!({ "auth_time": NOW - 5 }));
    let signed_in = scene.finish_with(&just_now).await.unwrap();
    assert_eq!(signed_in.authenticated_at, Timestamp((NOW - 5) * 1_000_000));
}

#[tokio::test]
async fn who_is_not_said_to_have_proved_it_lately_did_so_long_ago() {
    let said = json!({ "auth_time": NOW - 3_000, "email": "a@b.example", "email_verified": true });
    let unsaid = json!({ "email": "a@b.example", "email_verified": true });
    let (lately, long_ago, then) = (now(), Timestamp(0), Timestamp((NOW - 3_000) * 1_000_000));
    for (preset, change, expected) in [
        ("generic", &unsaid, long_ago),
        ("keycloak", &unsaid, long_ago),
        ("auth0", &unsaid, long_ago),
        ("generic", &said, then),
        ("google", &unsaid, lately),
        ("cognito", &unsaid, lately),
        ("cognito", &said, then),
    ] {
        let scene = Scene::new(&format!("{CONFIG}preset = '{preset}'"), false);
        let signed_in = scene.finish_with(&changed(&scene.claims(), change.clone())).await.unwrap();
        assert_eq!(signed_in.authenticated_at, expected, "{preset} {change}");
    }
}

#[tokio::test]
async fn user_info_adds_what_the_id_token_does_not_say_about_the_same_person() {
    let scene = Scene::new(CONFIG, false);
    scene.web.put(DISCOVERY, &changed(&discovery(), json!({ "userinfo_endpoint": USER_INFO })), None);
    let more = json!({ "sub": "u1", "groups": ["admins"], "name": "Ada", "nonce": "x", "auth_time": 1 });
    scene.web.reply(USER_INFO, 200, &more);
    let signed_in = scene.finish_with(&scene.claims()).await.unwrap();
    assert_eq!(signed_in.identity.groups, ["ops".into()] as [Box<str>; 1], "the ID token's count");
    assert_eq!(signed_in.identity.display_name.as_deref(), Some("Ada"));
    assert_eq!(signed_in.identity.auth.time, None);
    assert_eq!(scene.web.count(&format!("Bearer access {USER_INFO}")), 1);
    for other in [json!({ "sub": "u2" }), json!({ "name": "Ada" })] {
        scene.web.reply(USER_INFO, 200, &other);
        assert_eq!(scene.finish_with(&scene.claims()).await, Err(SignInError::Subject));
    }
    for (status, body) in [(401, more), (200, json!("a.b.c"))] {
        scene.web.reply(USER_INFO, status, &body);
        let outcome = scene.finish_with(&scene.claims()).await;
        assert!(matches!(outcome, Err(SignInError::Unavailable(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_discovery_document_that_cannot_be_trusted_is_not_used() {
    for change in [
        json!({ "issuer": "https://b.example" }),
        json!({ "token_endpoint": "http://a.example/token" }),
        json!({ "token_endpoint": null }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "userinfo_endpoint": "http://a.example/me" }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
    ] {
        let scene = Scene::new(CONFIG, false);
        scene.web.put(DISCOVERY, &changed(&discovery(), change.clone()), None);
        let outcome = scene.client().begin(&scene.attempt, &scene.key, REDIRECT).await;
        assert!(matches!(outcome, Err(SignInError::Unavailable(_))), "{change}: {outcome:?}");
    }
}
