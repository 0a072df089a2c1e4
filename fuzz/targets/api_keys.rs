//! API keys: what is read is what was written, and no change of it is a key.
#![no_main]

use casemate_identity::api_key::{ApiKey, KeyId, RandomError};
use casemate_identity::{Credential, Credentials, ExposeSecret};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    match ApiKey::parse(&text) {
        Ok(key) => assert_eq!(key.reveal().expose_secret(), text),
        Err(error) => assert!(text.len() < 8 || !repeats(&error.to_string(), &text), "{error}"),
    }
    if let Ok(id) = text.parse::<KeyId>() {
        assert_eq!(id.as_str(), text);
    }
    presented(bytes);
    made_of(bytes);
});

/// Whether a message about a text holds it, and not only since the text is made of a message's words.
fn repeats(message: &str, text: &str) -> bool {
    let another =
        ApiKey::parse(&"y".repeat(text.len())).map_or_else(|error| error.to_string(), |_| String::new());
    message.contains(text) && !another.contains(text)
}

/// Whatever was sent is never taken for nothing.
fn presented(bytes: &[u8]) {
    for credentials in [Credentials::from_headers([bytes], []), Credentials::from_headers([], [bytes])] {
        let Some(credential) = credentials.credential() else { panic!("a header was sent") };
        match credential {
            Credential::Bearer(value) | Credential::ApiKey(value) | Credential::Other { value, .. } => {
                let value = value.expose_secret().as_bytes();
                assert!(bytes.windows(value.len().max(1)).any(|part| part == value) || value.is_empty());
            }
            Credential::Malformed(what) => assert!(!what.is_empty()),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(
        Credentials::from_headers([bytes], [bytes]).credential(),
        Some(Credential::Malformed(_))
    ));
}

/// A key out of these random bytes is read again; the same with one byte changed is none.
fn made_of(bytes: &[u8]) {
    let mut rest = bytes.iter().copied();
    let mut random = |buffer: &mut [u8]| {
        for byte in buffer {
            *byte = rest.next().ok_or_else(|| RandomError("used up".to_owned()))?;
        }
        Ok(())
    };
    let Ok(key) = ApiKey::generate(&mut random) else { return };
    let text = key.reveal();
    let again = ApiKey::parse(text.expose_secret()).expect("a key");
    assert_eq!((again.id(), again.secret_sha256()), (key.id(), key.secret_sha256()));
    let mut changed = text.expose_secret().as_bytes().to_vec();
    let place = usize::from(bytes[0]) % changed.len();
    changed[place] = if changed[place] == bytes[1] { changed[place] ^ 1 } else { bytes[1] };
    if let Ok(changed) = String::from_utf8(changed) {
        assert!(ApiKey::parse(&changed).is_err());
    }
}
