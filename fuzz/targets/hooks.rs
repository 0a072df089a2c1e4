//! Answers of hooks: only what is of the described form says anything.
#![no_main]

use std::sync::OnceLock;

use casemate_fuzz::providers::{NOW, Web, at_once, provider};
use casemate_identity::provider::{HookProvider, Provider};
use casemate_identity::remote::HookAuthenticator;
use casemate_identity::{
    Answer, Authenticator, CacheLimits, Credentials, Kind, RevocationEpoch, SecretString, strict_json,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fn configured() -> &'static HookProvider {
    static PROVIDER: OnceLock<HookProvider> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let config = json!({
            "name": "own", "type": "hook", "endpoint": "https://a.example/ask",
            "signing_secret": {"env": "SECRET"},
        });
        match provider(config) {
            Provider::Hook(provider) => provider,
            other => panic!("{other:?}"),
        }
    })
}

fuzz_target!(|answer: &[u8]| {
    let authenticator = HookAuthenticator::new(
        configured().clone(),
        SecretString::from("0123456789abcdef0123456789abcdef"),
        Web::answering(answer),
        CacheLimits::default(),
        RevocationEpoch::new(),
    );
    let credentials = Credentials::bearer("token");
    let said = strict_json::object(answer).ok();
    let said = |name: &str| said.as_ref().and_then(|said| said.get(name));
    match at_once(authenticator.authenticate(&credentials, NOW)) {
        Answer::Identity(identity) => {
            assert_eq!(said("answer"), Some(&json!("identity")));
            let id = said("identity").and_then(|identity| identity.get("id")).and_then(Value::as_str);
            assert_eq!(identity.id.as_deref(), id);
            assert!(![Kind::SERVICE, Kind::API_KEY, Kind::ANONYMOUS].contains(&identity.kind));
            assert_eq!(&*identity.provider, "own");
        }
        Answer::NotMine => assert_eq!(said("answer"), Some(&json!("not_mine"))),
        Answer::Rejected(reason) => {
            assert!(!reason.to_string().is_empty());
            assert!(reason.is_temporary() || said("answer") == Some(&json!("rejected")), "{reason}");
        }
    }
});
