//! Passkeys: what a browser says of one that was made or used is read or refused, and what is kept of it can be read again.
//!
//! The input stands for each part that an authenticator or a browser writes: the whole answer, its client data, its attestation object,
//! and its authenticator data, of this site, so that what stands behind is reached.
#![no_main]

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casemate_identity::factor::{Challenge, Passkey, RelyingParty};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const SITE: &str = "auth.example.com";
const ORIGIN: &str = "https://auth.example.com";

fn client_data(challenge: &Challenge, kind: &str) -> Vec<u8> {
    json!({ "type": kind, "challenge": challenge.text(), "origin": ORIGIN, "crossOrigin": false })
        .to_string()
        .into_bytes()
}

/// Authenticator data of this site, with somebody there; the first byte of the input says the other flags.
fn of_site(input: &[u8]) -> Vec<u8> {
    let (flags, rest) = input.split_first().map_or((0, input), |(flags, rest)| (*flags, rest));
    [digest(&SHA256, SITE.as_bytes()).as_ref(), &[flags | 1], rest].concat()
}

/// An attestation object without a statement around authenticator data (Web Authentication, section 6.5.4).
fn attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length.to_be_bytes(), data].concat()
}

/// The name of the passkey, where authenticator data has one.
fn id_of(data: &[u8]) -> Option<&[u8]> {
    let length = data.get(53..55)?;
    data.get(55..55 + usize::from(u16::from_be_bytes(length.try_into().ok()?)))
}

fn made(site: &RelyingParty, challenge: &Challenge, id: &[u8], client_data: &[u8], attestation: &[u8]) {
    let answer = json!({
        "id": URL_SAFE_NO_PAD.encode(id),
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(attestation),
            "transports": ["internal", "NOT ONE"],
        },
    });
    let text = answer.to_string();
    let Ok((passkey, count)) = site.register(&text, challenge) else { return };
    assert_eq!(Passkey::digest_of(&text), Ok(passkey.digest()));
    let kept = serde_json::to_string(&passkey).expect("a passkey is written");
    assert_eq!(serde_json::from_str::<Passkey>(&kept).expect("and read again"), passkey);
    used(site, challenge, &passkey, id, client_data, attestation, count);
}

fn used(
    site: &RelyingParty,
    challenge: &Challenge,
    passkey: &Passkey,
    id: &[u8],
    client_data: &[u8],
    signed: &[u8],
    last: u32,
) {
    let answer = json!({
        "id": URL_SAFE_NO_PAD.encode(id),
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(signed),
            "signature": URL_SAFE_NO_PAD.encode(signed),
            "userHandle": URL_SAFE_NO_PAD.encode("usr_1"),
        },
    });
    for is_alone in [false, true] {
        let asserted = site.verify(&answer.to_string(), challenge, passkey, "usr_1", last, is_alone);
        assert!(asserted.is_err(), "nobody signed this: {asserted:?}");
    }
}

fuzz_target!(|input: &[u8]| {
    let Some(site) = RelyingParty::of(ORIGIN) else { return };
    let challenge = Challenge::of_random([7; 32]);
    let (create, get) = (client_data(&challenge, "webauthn.create"), client_data(&challenge, "webauthn.get"));
    let data = of_site(input);
    let id = id_of(&data).unwrap_or_default();
    made(&site, &challenge, id, &create, &attestation(&data));
    made(&site, &challenge, id, &create, input);
    made(&site, &challenge, id, input, &attestation(&data));
    let kept =
        json!({ "id": URL_SAFE_NO_PAD.encode(id), "key": URL_SAFE_NO_PAD.encode(input), "transports": [] });
    if let Ok(passkey) = serde_json::from_value::<Passkey>(kept) {
        used(&site, &challenge, &passkey, id, &get, &data, 0);
        used(&site, &challenge, &passkey, id, input, &data, 0);
        used(&site, &challenge, &passkey, id, &get, input, 0);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = site.register(text, &challenge);
        let _ = Passkey::digest_of(text);
    }
});
