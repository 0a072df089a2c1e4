//! Discovery documents: whatever they say, keys are fetched from no place but the one that the issuer's own document names,
//! over a connection as good as the issuer's.
#![no_main]

use std::sync::Arc;

use casemate_fuzz::providers::{Web, provider};
use casemate_identity::{OpenIdAuthenticator, strict_json};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const ISSUER: &str = "https://login.example";

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
}

fuzz_target!(|document: &[u8]| {
    let address = format!("{ISSUER}/.well-known/openid-configuration").parse().expect("an address");
    let web = Arc::new(Web {
        answer: br#"{"keys":[]}"#.to_vec(),
        document: Some((address, document.to_vec())),
        ..Web::default()
    });
    let provider = provider(json!({"name": "main", "issuer": ISSUER, "audiences": ["api"]}));
    let status = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let authenticator = OpenIdAuthenticator::start(vec![provider], Arc::clone(&web) as _);
            // Nothing is waited for: a turn of the task is enough, and one more does no harm.
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            authenticator.status()
        })
    });
    let asked = web.asked.lock().expect("nobody panicked");
    assert!((1..=2).contains(&asked.len()), "{asked:?}");
    assert_eq!(asked.len() == 2, status[0].last_error.is_none(), "{status:?}");
    if let Some(keys) = asked.get(1) {
        let document = strict_json::object(document).expect("a document that counts is strict JSON");
        assert_eq!(document.get("issuer"), Some(&json!(ISSUER)));
        let named = document.get("jwks_uri").and_then(Value::as_str).and_then(|uri| uri.parse().ok());
        assert_eq!(named.as_ref(), Some(keys));
        assert_eq!((keys.scheme(), keys.username(), keys.password()), ("https", "", None));
    }
});
