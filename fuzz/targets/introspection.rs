//! Answers of introspection endpoints: nobody is let in but by an answer that says so, once, and keeps the rules.
#![no_main]

use std::sync::OnceLock;

use casemate_fuzz::providers::{NOW, Web, at_once, provider};
use casemate_identity::provider::{IntrospectionProvider, Provider};
use casemate_identity::remote::IntrospectionAuthenticator;
use casemate_identity::{
    Answer, Authenticator, CacheLimits, Credentials, Kind, RevocationEpoch, SecretString, strict_json,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

fn configured() -> &'static IntrospectionProvider {
    static PROVIDER: OnceLock<IntrospectionProvider> = OnceLock::new();
    PROVIDER.get_or_init(|| {
        let config = json!({
            "name": "opaque", "type": "introspection", "endpoint": "https://a.example/ask",
            "issuer": "https://a.example", "audiences": ["api"], "bearer_token": {"env": "TOKEN"},
            "max_cache_seconds": 0, "claims": {"type": "kind", "tenant": ["org", "name"]},
        });
        match provider(config) {
            Provider::Introspection(provider) => provider,
            other => panic!("{other:?}"),
        }
    })
}

fuzz_target!(|answer: &[u8]| {
    let authenticator = IntrospectionAuthenticator::new(
        configured().clone(),
        &SecretString::from("secret"),
        Web::answering(answer),
        CacheLimits::default(),
        RevocationEpoch::new(),
    );
    let credentials = Credentials::bearer("opaque");
    match at_once(authenticator.authenticate(&credentials, NOW)) {
        Answer::Identity(identity) => {
            let claims = strict_json::object(answer).expect("an answer that counts is strict JSON");
            assert_eq!(claims.get("active"), Some(&json!(true)));
            assert_eq!(claims.get("iss"), Some(&json!("https://a.example")));
            assert!(!claims.contains_key("cnf"));
            assert_eq!(identity.id.as_deref(), claims.get("sub").and_then(Value::as_str));
            assert!(![Kind::SERVICE, Kind::API_KEY, Kind::ANONYMOUS].contains(&identity.kind));
            assert_eq!(&*identity.provider, "opaque");
        }
        Answer::Rejected(reason) => assert!(!reason.to_string().is_empty()),
        Answer::NotMine => panic!("it takes every bearer token"),
    }
});
