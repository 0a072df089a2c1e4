//! Opaque tokens of a real OpenID provider, which is asked about each of them.

use casemate_test_support::{Casemate, HttpAnswer, OpenIdProvider};
use serde_json::json;

use crate::{Folder, decision, question};

/// Where the server finds the secret that it shows to the provider.
const VARIABLE: &str = "CORP_INTROSPECTION_SECRET";

/// A policy in which the client of `provider` may ask for decisions, and an answer about a token is good for this long.
fn policy(provider: &OpenIdProvider, max_cache_seconds: u32) -> String {
    format!(
        "format = 1\n[[provider]]\nname = \"corp\"\ntype = \"introspection\"\nendpoint = \"{}\"\nissuer = \"{}\"\n\
         audiences = [\"{}\"]\nclient_id = \"{}\"\nclient_secret = {{ env = \"{VARIABLE}\" }}\n\
         max_cache_seconds = {max_cache_seconds}\n\
         [provider.claims]\nid = \"client_id\"\ndefault_type = \"service\"\n\
         [[role]]\nname = \"asker\"\npermissions = [{{ name = \"casemate.decision.ask\" }}, {{ name = \"notes.read\" }}]\n\
         [[assignment]]\nrole = \"asker\"\nto = {{ type = \"service\", id = \"{}\" }}\n",
        provider.introspection_endpoint(),
        provider.issuer(),
        OpenIdProvider::AUDIENCE,
        OpenIdProvider::ASKER,
        OpenIdProvider::CLIENT,
    )
}

/// A server that asks `provider`, with this secret.
fn start(folder: &Folder, provider: &OpenIdProvider, max_cache_seconds: u32, secret: &str) -> Casemate {
    folder.write("policy.toml", &policy(provider, max_cache_seconds));
    folder.builder().policy(folder.policy()).env(VARIABLE, secret).start().unwrap()
}

fn me(casemate: &Casemate, token: &str) -> HttpAnswer {
    casemate.get("/api/v1/me", token).unwrap()
}

fn times_asked(provider: &OpenIdProvider) -> u64 {
    provider.requests().unwrap().get("/token/introspection").copied().unwrap_or_default()
}

/// Asks whether the client of the provider may read a note.
fn about_itself() -> String {
    question(OpenIdProvider::CLIENT, "notes.read", "1").replace("\"user\"", "\"service\"")
}

#[test]
fn an_opaque_token_says_who_calls_and_the_provider_is_asked_once_while_its_answer_is_good() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = start(&folder, &provider, 3_600, OpenIdProvider::ASKER_SECRET);
    let token = provider.opaque_token().unwrap();
    let answer = me(&casemate, &token);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let who = answer.json();
    assert_eq!(
        (&who["provider"], &who["type"], &who["id"]),
        (&json!("corp"), &json!("service"), &json!(OpenIdProvider::CLIENT))
    );
    assert_eq!((&who["groups"], &who["claims"]["team"]), (&json!(["operators"]), &json!("platform")));
    assert!(decision(&casemate, &token, &about_itself()));
    assert!(!decision(&casemate, &token, &question(OpenIdProvider::CLIENT, "notes.read", "1")));
    assert_eq!(times_asked(&provider), 1);
    // What is kept is as good as it was said to be, whatever happens meanwhile.
    provider.revoke(&token).unwrap();
    provider.take_down().unwrap();
    assert_eq!(me(&casemate, &token).status, 200);
    assert_eq!(times_asked(&provider), 1);
}

#[test]
fn a_revoked_token_is_refused_once_the_answer_about_it_is_no_longer_good() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = start(&folder, &provider, 1, OpenIdProvider::ASKER_SECRET);
    let token = provider.opaque_token().unwrap();
    assert_eq!(me(&casemate, &token).status, 200);
    provider.revoke(&token).unwrap();
    let refused = casemate.wait_until(|casemate| {
        let answer = me(casemate, &token);
        assert!(matches!(answer.status, 200 | 401), "{}", answer.body);
        (answer.status == 401).then_some(answer)
    });
    assert!(refused.unwrap().header("www-authenticate").is_some());
}

#[test]
fn a_revoked_token_is_refused_at_once_where_no_answer_is_kept() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = start(&folder, &provider, 0, OpenIdProvider::ASKER_SECRET);
    let (revoked, other) = (provider.opaque_token().unwrap(), provider.opaque_token().unwrap());
    assert_eq!((me(&casemate, &revoked).status, me(&casemate, &other).status), (200, 200));
    provider.revoke(&revoked).unwrap();
    assert_eq!((me(&casemate, &revoked).status, me(&casemate, &other).status), (401, 200));
    let asked = casemate.post("/access/v1/evaluation", &revoked, &about_itself()).unwrap();
    assert_eq!(asked.status, 401, "{}", asked.body);
}

#[test]
fn what_the_provider_does_not_know_is_refused() {
    let (provider, stranger) = (OpenIdProvider::start().unwrap(), OpenIdProvider::start().unwrap());
    let folder = Folder::new();
    let casemate = start(&folder, &provider, 60, OpenIdProvider::ASKER_SECRET);
    let (own, foreign) = (provider.opaque_token().unwrap(), stranger.opaque_token().unwrap());
    let cut_off = &own[..own.len() - 1];
    for token in [&*foreign, cut_off, "garbage", "100%25&token=x", "cmk_no_key_of_ours"] {
        let answer = me(&casemate, token);
        assert_eq!(answer.status, 401, "{token}: {}", answer.body);
        assert!(answer.header("www-authenticate").is_some(), "{token}");
    }
    assert_eq!(times_asked(&stranger), 0, "the one that is configured is asked, and nobody else");
    assert_eq!(me(&casemate, &own).status, 200);
}

#[test]
fn while_the_provider_is_down_a_token_is_refused_for_the_time_being_and_never_taken_for_nobody() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = start(&folder, &provider, 60, OpenIdProvider::ASKER_SECRET);
    let token = provider.opaque_token().unwrap();
    provider.take_down().unwrap();
    let answer = me(&casemate, &token);
    assert_eq!(answer.status, 503, "{}", answer.body);
    let asked = casemate.post("/access/v1/evaluation", &token, &about_itself()).unwrap();
    assert_eq!(asked.status, 503, "{}", asked.body);
    assert_eq!(casemate.request("GET /readyz", &[], "").unwrap().status, 200, "it answers whoever else asks");
    provider.bring_up().unwrap();
    let known = casemate.wait_until(|casemate| {
        let answer = me(casemate, &token);
        assert!(matches!(answer.status, 200 | 503), "{}", answer.body);
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(known.unwrap()["id"], json!(OpenIdProvider::CLIENT));
}

#[test]
fn a_provider_that_does_not_let_the_server_ask_refuses_nobody_for_good() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = start(&folder, &provider, 60, "not the secret");
    let token = provider.opaque_token().unwrap();
    let answer = me(&casemate, &token);
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(!answer.body.contains(&token) && !casemate.log().contains(&token));
    let said = casemate.wait_until(|casemate| casemate.log().contains("it answered 401").then_some(()));
    said.unwrap();
}
