//! Tokens of a real OpenID provider.

use casemate_test_support::OpenIdProvider;
use serde_json::json;

use crate::{Folder, decision, question};

fn policy(provider: &OpenIdProvider) -> String {
    format!(
        "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"{}\"\naudiences = [\"{}\"]\n\
         [provider.claims]\ndefault_type = \"service\"\n\
         [[role]]\nname = \"asker\"\npermissions = [{{ name = \"casemate.decision.ask\" }}, {{ name = \"notes.read\" }}]\n\
         [[assignment]]\nrole = \"asker\"\nto = {{ type = \"service\", id = \"{}\" }}\n\
         [[user]]\nid = \"{}\"\ntype = \"service\"\ndisplay_name = \"The robot\"\nclaims = {{ team = \"build\" }}\n",
        provider.issuer(),
        OpenIdProvider::AUDIENCE,
        OpenIdProvider::CLIENT,
        OpenIdProvider::CLIENT,
    )
}

#[test]
fn a_token_says_who_calls_and_what_they_may_is_looked_up() {
    let provider = OpenIdProvider::start().unwrap();
    let folder = Folder::new();
    folder.write("policy.toml", &policy(&provider));
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    for algorithm in ["RS256", "ES256", "EdDSA"] {
        let token = provider.token(algorithm).unwrap();
        // Until the keys are there, the answer is 503, never 401.
        let me = casemate
            .wait_until(|casemate| {
                let me = casemate.get("/api/v1/me", &token).unwrap();
                assert!(matches!(me.status, 200 | 503), "{}", me.body);
                (me.status == 200).then(|| me.json())
            })
            .unwrap();
        assert_eq!(
            (&me["provider"], &me["type"], &me["id"]),
            (&json!("corp"), &json!("service"), &json!(OpenIdProvider::CLIENT))
        );
        assert_eq!((&me["display_name"], &me["claims"]["team"]), (&json!("The robot"), &json!("build")));
        // It may ask, and what it asks about itself is answered from what its token and the directory say.
        let about_itself =
            question(OpenIdProvider::CLIENT, "notes.read", "1").replace("\"user\"", "\"service\"");
        assert!(decision(&casemate, &token, &about_itself));
        assert!(!decision(&casemate, &token, &question(OpenIdProvider::CLIENT, "notes.read", "1")));
        let mut forged = token.clone();
        let last = forged.pop().unwrap();
        forged.insert(forged.len() - 8, if last == 'A' { 'B' } else { 'A' });
        assert_eq!(casemate.get("/api/v1/me", &forged).unwrap().status, 401);
    }
}

#[test]
fn a_server_starts_with_its_provider_down_and_knows_it_once_it_is_up() {
    let provider = OpenIdProvider::start().unwrap();
    let token = provider.token("ES256").unwrap();
    provider.take_down().unwrap();
    let folder = Folder::new();
    folder.write("policy.toml", &policy(&provider));
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    let me = || casemate.get("/api/v1/me", &token).unwrap().status;
    assert_eq!(me(), 503);
    assert_eq!(casemate.request("GET /readyz", &[], "").unwrap().status, 200, "it answers whoever else asks");
    provider.bring_up().unwrap();
    casemate.wait_until(|_| (me() == 200).then_some(())).unwrap();
}
