//! A test for each rule about tokens.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Timestamp;
use crate::jwk::Algorithm;
use crate::signer::{Signer, encode};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://issuer.example";

static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::quick("k1"));

fn rules(token_use: TokenUse) -> Rules {
    Rules {
        issuer: ISSUER.into(),
        audiences: vec!["https://api.example".into(), "second".into()],
        leeway: Duration::from_secs(60),
        token_use,
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "https://api.example", "sub": "u1", "iat": NOW - 10, "exp": NOW + 600})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(name),
        value => claims.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    claims
}

fn verify_as(token_use: TokenUse, token: &str) -> Result<(), TokenError> {
    let token = UnverifiedToken::parse(token)?;
    let key = SIGNER.key();
    let verified = token.verify(&key, &rules(token_use), Timestamp(NOW * 1_000_000))?;
    assert_eq!(verified.claims().get("iss"), Some(&json!(ISSUER)));
    Ok(())
}

fn verify(token: &str) -> Result<(), TokenError> {
    verify_as(TokenUse::AccessToken, token)
}

/// What becomes of an access token with these claims, properly signed.
fn claimed(claims: &Value) -> Result<(), TokenError> {
    verify(&SIGNER.token(claims))
}

/// What becomes of an access token whose header has one parameter changed, properly signed.
fn header_with(name: &str, value: Value) -> Result<(), TokenError> {
    let mut header = SIGNER.header();
    header[name] = value;
    verify(&SIGNER.sign(&header.to_string(), &claims().to_string()))
}

#[test]
fn a_proper_token_is_accepted_and_its_claims_come_out() {
    let token = SIGNER.token(&claims());
    let token = UnverifiedToken::parse(&token).unwrap();
    assert_eq!(
        (token.issuer(), token.kid(), token.algorithm()),
        (Some(ISSUER), Some("k1"), Algorithm::EdDSA)
    );
    let verified =
        token.verify(&SIGNER.key(), &rules(TokenUse::AccessToken), Timestamp(NOW * 1_000_000)).unwrap();
    assert_eq!(Value::Object(verified.claims()), claims());
}

#[test]
fn every_algorithm_is_accepted_with_its_key() {
    for algorithm in Algorithm::ALL {
        let signer = Signer::new(algorithm, "k");
        let token = signer.token(&claims());
        let token = UnverifiedToken::parse(&token).unwrap();
        let verified = token.verify(&signer.key(), &rules(TokenUse::AccessToken), Timestamp(NOW * 1_000_000));
        assert!(verified.is_ok(), "{algorithm}: {verified:?}");
    }
}

#[test]
fn the_length_is_checked_before_anything_else() {
    let long = "x".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(UnverifiedToken::parse(&long).unwrap_err(), TokenError::TooLong);
    assert_eq!(UnverifiedToken::parse(&long[1..]).unwrap_err(), TokenError::NotCompact);
}

#[test]
fn a_token_of_the_longest_length_is_accepted() {
    let fill = |filler: usize| SIGNER.token(&with("fill", json!("x".repeat(filler))));
    let mut filler = (MAX_TOKEN_BYTES - fill(0).len()) * 3 / 4;
    while fill(filler + 1).len() <= MAX_TOKEN_BYTES {
        filler += 1;
    }
    assert_eq!(verify(&fill(filler)), Ok(()));
    assert_eq!(verify(&fill(filler + 3)), Err(TokenError::TooLong));
}

#[test]
fn only_three_parts_make_a_signed_token() {
    for text in ["", "a", "a.b", "a.b.c.d", "a.b.c.d.e.f"] {
        assert_eq!(UnverifiedToken::parse(text).unwrap_err(), TokenError::NotCompact, "{text}");
    }
    assert_eq!(UnverifiedToken::parse("a.b.c.d.e").unwrap_err(), TokenError::Encrypted);
}

#[test]
fn candidates_are_told_by_their_dots() {
    for (text, is) in [
        ("", false),
        ("abc", false),
        ("a.b", false),
        ("a.b.c", true),
        ("a.b.c.d", false),
        ("a.b.c.d.e", true),
        (".....", false),
    ] {
        assert_eq!(UnverifiedToken::is_candidate(text), is, "{text}");
    }
}

#[test]
fn base64url_is_strict_in_every_part() {
    let token = SIGNER.token(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    for (index, name) in ["header", "payload", "signature"].into_iter().enumerate() {
        for bad in [
            format!("{}=", parts[index]),
            format!("{}\n", parts[index]),
            format!("{} ", parts[index]),
            format!("{}+", parts[index]),
        ] {
            let mut changed = parts.clone();
            changed[index] = &bad;
            assert_eq!(verify(&changed.join(".")), Err(TokenError::Base64(name)), "{bad:?}");
        }
    }
    let padded = URL_SAFE.encode(SIGNER.header().to_string());
    assert!(verify(&format!("{padded}=.{}.{}", parts[1], parts[2])).is_err());
}

#[test]
fn header_and_payload_are_json_objects_without_repeated_members() {
    let (header, payload) = (SIGNER.header().to_string(), claims().to_string());
    let refused = |header: &str, payload: &str| match verify(&SIGNER.sign(header, payload)) {
        Err(TokenError::Json { part, .. }) => part,
        other => panic!("{header} {payload}: {other:?}"),
    };
    for text in ["", "[]", "null", "{", "{} {}", "\u{feff}{}"] {
        assert_eq!(refused(text, &payload), "header");
        assert_eq!(refused(&header, text), "payload");
    }
    let twice = |text: &str, member: &str| format!("{},{member}}}", &text[..text.len() - 1]);
    assert_eq!(refused(&twice(&header, r#""alg":"EdDSA""#), &payload), "header");
    assert_eq!(refused(&twice(&header, r#""x":{"a":1,"a":2}"#), &payload), "header");
    assert_eq!(refused(&header, &twice(&payload, r#""sub":"u2""#)), "payload");
    assert_eq!(refused(&header, &twice(&payload, r#""x":[{"a":1,"a":2}]"#)), "payload");
}

#[test]
fn alg_is_required_and_an_accepted_signature_algorithm() {
    let header = json!({"kid": "k1", "typ": "at+jwt"}).to_string();
    assert_eq!(verify(&SIGNER.sign(&header, &claims().to_string())), Err(TokenError::HeaderParameter("alg")));
    assert_eq!(header_with("alg", json!(["EdDSA"])), Err(TokenError::HeaderParameter("alg")));
    for name in ["none", "NONE", "HS256", "HS512", "eddsa", "ES256K", "dir", ""] {
        assert_eq!(header_with("alg", json!(name)), Err(TokenError::Algorithm(name.into())));
    }
}

#[test]
fn the_algorithm_is_the_key_s_whatever_the_token_says() {
    let mismatch = TokenError::AlgorithmMismatch { token: Algorithm::ES256, key: Algorithm::EdDSA };
    assert_eq!(header_with("alg", json!("ES256")), Err(mismatch));
    // The same RSA key, with a genuine signature of the other padding.
    let (rs, ps) = (Signer::new(Algorithm::RS256, "k1"), Signer::new(Algorithm::PS256, "k1"));
    let token = ps.token(&claims());
    let refused = UnverifiedToken::parse(&token).unwrap().verify(
        &rs.key(),
        &rules(TokenUse::AccessToken),
        Timestamp(NOW * 1_000_000),
    );
    assert!(matches!(refused, Err(TokenError::AlgorithmMismatch { .. })));
    assert_eq!(header_with("alg", json!("Ed25519")), Ok(()), "the other name of the same algorithm");
}

#[test]
fn a_token_brings_no_key_no_compression_and_no_encryption() {
    for name in ["jwk", "jku", "x5u", "x5c", "zip", "enc", "epk", "p2c"] {
        assert_eq!(header_with(name, json!("DEF")), Err(TokenError::ForbiddenParameter(name)));
    }
    assert_eq!(header_with("x5t#S256", json!("abc")), Ok(()), "a thumbprint brings no key");
}

#[test]
fn no_critical_extension_is_understood() {
    for critical in [json!(["exp"]), json!(["b64"]), json!([]), json!("exp"), json!(null)] {
        assert_eq!(header_with("crit", critical), Err(TokenError::ForbiddenParameter("crit")));
    }
}

#[test]
fn an_unencoded_payload_is_refused() {
    for value in [json!(false), json!(null), json!("true"), json!(1)] {
        assert_eq!(header_with("b64", value), Err(TokenError::ForbiddenParameter("b64")));
    }
    assert_eq!(header_with("b64", json!(true)), Ok(()));
}

#[test]
fn kid_and_typ_are_texts() {
    assert_eq!(header_with("kid", json!(1)), Err(TokenError::HeaderParameter("kid")));
    assert_eq!(header_with("typ", json!(["at+jwt"])), Err(TokenError::HeaderParameter("typ")));
}

#[test]
fn the_signature_covers_header_and_payload() {
    let token = SIGNER.token(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    let other_payload = encode(with("sub", json!("admin")).to_string().as_bytes());
    assert_eq!(verify(&format!("{}.{other_payload}.{}", parts[0], parts[2])), Err(TokenError::Signature));
    let mut header = SIGNER.header();
    header["x"] = json!(1);
    let other_header = encode(header.to_string().as_bytes());
    assert_eq!(verify(&format!("{other_header}.{}.{}", parts[1], parts[2])), Err(TokenError::Signature));
    assert_eq!(verify(&format!("{}.{}.", parts[0], parts[1])), Err(TokenError::Signature));
    assert_eq!(
        verify(&format!("{}.{}.{}", parts[0], parts[1], encode(&[0; 64]))),
        Err(TokenError::Signature)
    );
    let other_key = Signer::quick("k1").token(&claims());
    assert_eq!(verify(&other_key), Err(TokenError::Signature));
}

#[test]
fn iss_is_the_configured_issuer_to_the_letter() {
    for other in [
        "https://issuer.example/",
        "https://Issuer.example",
        "https://issuer.example ",
        "http://issuer.example",
    ] {
        assert_eq!(claimed(&with("iss", json!(other))), Err(TokenError::Issuer));
    }
    for bad in [Value::Null, json!(""), json!([ISSUER])] {
        assert_eq!(claimed(&with("iss", bad)), Err(TokenError::Claim("iss")));
    }
}

#[test]
fn aud_is_required_and_has_one_of_ours() {
    for good in
        [json!("second"), json!(["other", "https://api.example"]), json!(["second", "https://api.example"])]
    {
        assert_eq!(claimed(&with("aud", good)), Ok(()));
    }
    for foreign in [
        json!("other"),
        json!(["other"]),
        json!([]),
        json!(""),
        json!("https://api.example/"),
        json!("HTTPS://API.EXAMPLE"),
    ] {
        assert_eq!(claimed(&with("aud", foreign)), Err(TokenError::Audience));
    }
    for bad in [Value::Null, json!(1), json!({"https://api.example": 1}), json!(["https://api.example", 1])] {
        assert_eq!(claimed(&with("aud", bad)), Err(TokenError::Claim("aud")));
    }
}

#[test]
fn exp_is_required_and_not_passed_by_more_than_the_leeway() {
    assert_eq!(claimed(&with("exp", json!(NOW - 59))), Ok(()));
    assert_eq!(claimed(&with("exp", json!(NOW as f64 - 59.5))), Ok(()));
    assert_eq!(claimed(&with("exp", json!(NOW - 60))), Err(TokenError::Expired));
    assert_eq!(claimed(&with("exp", json!(0))), Err(TokenError::Expired));
    for bad in [Value::Null, json!("9999999999"), json!(-1), json!(1e30), json!(true), json!([NOW + 1])] {
        assert_eq!(claimed(&with("exp", bad)), Err(TokenError::Claim("exp")));
    }
}

#[test]
fn nbf_is_not_ahead_by_more_than_the_leeway() {
    assert_eq!(claimed(&with("nbf", json!(NOW + 60))), Ok(()));
    assert_eq!(claimed(&with("nbf", json!(NOW + 61))), Err(TokenError::NotYetValid));
    assert_eq!(claimed(&with("nbf", json!("soon"))), Err(TokenError::Claim("nbf")));
}

#[test]
fn iat_is_not_ahead_by_more_than_the_leeway() {
    assert_eq!(claimed(&with("iat", json!(NOW + 60))), Ok(()));
    assert_eq!(claimed(&with("iat", json!(NOW + 61))), Err(TokenError::IssuedInFuture));
    assert_eq!(claimed(&with("iat", json!("now"))), Err(TokenError::Claim("iat")));
    assert_eq!(claimed(&with("iat", Value::Null)), Ok(()));
}

#[test]
fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    for confirmation in [json!({"jkt": "x"}), json!({"x5t#S256": "x"}), json!("x"), json!({})] {
        assert_eq!(claimed(&with("cnf", confirmation)), Err(TokenError::SenderConstrained));
    }
}

#[test]
fn the_leeway_is_the_configured_one() {
    let expired = |seconds: u64, leeway: u64| {
        let token = SIGNER.token(&with("exp", json!(NOW - seconds as i64)));
        let rules = Rules { leeway: Duration::from_secs(leeway), ..rules(TokenUse::AccessToken) };
        UnverifiedToken::parse(&token)
            .unwrap()
            .verify(&SIGNER.key(), &rules, Timestamp(NOW * 1_000_000))
            .is_err()
    };
    assert!(expired(0, 0));
    assert!(!expired(299, 300));
    assert!(expired(300, 300));
}

#[test]
fn the_prechecks_are_those_of_the_verification_but_for_the_signature() {
    let check = |token: &str| {
        UnverifiedToken::parse(token)
            .unwrap()
            .precheck(&rules(TokenUse::AccessToken), Timestamp(NOW * 1_000_000))
    };
    assert_eq!(check(&Signer::quick("other").token(&claims())), Ok(()));
    assert_eq!(check(&SIGNER.token(&with("exp", json!(NOW - 100)))), Err(TokenError::Expired));
    assert!(matches!(check(&typed(Some("JWT"), &claims())), Err(TokenError::Type { .. })));
}

/// A properly signed token of this `typ`.
fn typed(typ: Option<&str>, claims: &Value) -> String {
    let mut header = SIGNER.header();
    match typ {
        Some(typ) => header["typ"] = json!(typ),
        None => drop(header.as_object_mut().unwrap().remove("typ")),
    }
    SIGNER.sign(&header.to_string(), &claims.to_string())
}

fn id_token_claims() -> Value {
    let mut claims = with("nonce", json!("n"));
    claims["at_hash"] = json!("h");
    claims
}

fn logout_claims() -> Value {
    let mut claims = with("jti", json!("j"));
    claims["events"] = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    claims
}

#[test]
fn each_kind_of_token_is_accepted_for_its_use_alone() {
    let uses = [TokenUse::AccessToken, TokenUse::PlainAccessToken, TokenUse::IdToken, TokenUse::LogoutToken];
    let tokens = [
        ("access", typed(Some("at+jwt"), &claims()), [true, true, false, false]),
        ("access, long", typed(Some("application/at+jwt"), &claims()), [true, true, false, false]),
        ("access, other case", typed(Some("Application/AT+JWT"), &claims()), [true, true, false, false]),
        ("ID", typed(Some("JWT"), &id_token_claims()), [false, false, true, false]),
        ("ID, untyped", typed(None, &id_token_claims()), [false, false, true, false]),
        ("logout", typed(Some("logout+jwt"), &logout_claims()), [false, false, false, true]),
        ("logout, untyped", typed(None, &logout_claims()), [false; 4]),
        ("event", typed(Some("secevent+jwt"), &logout_claims()), [false; 4]),
        ("DPoP proof", typed(Some("dpop+jwt"), &claims()), [false; 4]),
        ("empty", typed(Some(""), &claims()), [false; 4]),
        ("prefix only", typed(Some("application/"), &claims()), [false; 4]),
        ("events in an access token", typed(Some("at+jwt"), &logout_claims()), [false; 4]),
    ];
    for (name, token, expected) in tokens {
        assert_eq!(uses.map(|token_use| verify_as(token_use, &token).is_ok()), expected, "{name}");
    }
}

#[test]
fn a_plain_access_token_has_no_mark_of_another_kind() {
    let plain = |claims: &Value| verify_as(TokenUse::PlainAccessToken, &typed(Some("JWT"), claims));
    assert_eq!(plain(&claims()), Ok(()));
    for mark in ["at_hash", "c_hash", "s_hash", "nonce", "events"] {
        assert!(
            matches!(plain(&with(mark, json!("x"))), Err(TokenError::OtherUse { claim, .. }) if claim == mark)
        );
    }
    for kind in ["ID", "Refresh", "Offline", "Logout", "id"] {
        assert!(matches!(plain(&with("typ", json!(kind))), Err(TokenError::OtherUse { claim: "typ", .. })));
    }
    let mut keycloak = with("typ", json!("Bearer"));
    keycloak["nonce"] = json!("n");
    assert_eq!(plain(&keycloak), Ok(()));
}

#[test]
fn an_id_token_has_a_subject_a_time_and_its_authorized_party() {
    let id = |claims: &Value| verify_as(TokenUse::IdToken, &typed(None, claims));
    assert_eq!(id(&with("sub", Value::Null)), Err(TokenError::Claim("sub")));
    assert_eq!(id(&with("iat", Value::Null)), Err(TokenError::Claim("iat")));
    assert_eq!(id(&with("azp", json!("second"))), Ok(()));
    assert_eq!(id(&with("azp", json!("other"))), Err(TokenError::AuthorizedParty));
    assert_eq!(id(&with("azp", json!(1))), Err(TokenError::Claim("azp")));
    assert_eq!(id(&with("aud", json!(["second", "other"]))), Err(TokenError::AuthorizedParty));
    assert!(matches!(id(&with("typ", json!("Bearer"))), Err(TokenError::OtherUse { .. })));
}

#[test]
fn a_logout_token_has_its_event_and_says_whom_it_concerns() {
    let logout = |change: &dyn Fn(&mut Value)| {
        let mut claims = logout_claims();
        change(&mut claims);
        verify_as(TokenUse::LogoutToken, &typed(Some("logout+jwt"), &claims))
    };
    let remove = |claims: &mut Value, name: &str| drop(claims.as_object_mut().unwrap().remove(name));
    assert_eq!(logout(&|_| ()), Ok(()));
    assert_eq!(logout(&|claims| remove(claims, "events")), Err(TokenError::Claim("events")));
    assert_eq!(logout(&|claims| claims["events"] = json!({"other": {}})), Err(TokenError::Claim("events")));
    assert_eq!(logout(&|claims| remove(claims, "jti")), Err(TokenError::Claim("jti")));
    assert_eq!(logout(&|claims| remove(claims, "iat")), Err(TokenError::Claim("iat")));
    assert_eq!(logout(&|claims| remove(claims, "sub")), Err(TokenError::Claim("sid")));
    assert_eq!(logout(&|claims| claims["sub"] = json!(7)), Err(TokenError::Claim("sub")));
    assert!(matches!(
        logout(&|claims| claims["nonce"] = json!("n")),
        Err(TokenError::OtherUse { claim: "nonce", .. })
    ));
    let by_session = logout(&|claims| {
        remove(claims, "sub");
        claims["sid"] = json!("s1");
    });
    assert_eq!(by_session, Ok(()));
}

#[test]
fn neither_errors_nor_debug_output_tell_the_token() {
    let token = SIGNER.token(&with("secret", json!("hunter2")));
    let unverified = UnverifiedToken::parse(&token).unwrap();
    assert!(!format!("{unverified:?}").contains("hunter2"));
    let verified =
        unverified.verify(&SIGNER.key(), &rules(TokenUse::AccessToken), Timestamp(NOW * 1_000_000)).unwrap();
    assert!(!format!("{verified:?}").contains("hunter2"));
    let long_name = header_with("alg", json!("x\n".repeat(5_000))).unwrap_err().to_string();
    assert!(long_name.len() < 1_000 && !long_name.contains('\n'), "{long_name}");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        let _ = UnverifiedToken::parse(&text);
    }

    #[test]
    fn a_token_with_any_byte_changed_is_refused(position in any::<prop::sample::Index>(), byte in 0x21u8..0x7f) {
        let token = SIGNER.token(&claims());
        let mut bytes = token.clone().into_bytes();
        let position = position.index(bytes.len());
        prop_assume!(bytes[position] != byte);
        bytes[position] = byte;
        prop_assert!(verify(&String::from_utf8(bytes).unwrap()).is_err());
    }

    #[test]
    fn a_token_is_valid_exactly_between_its_times(start in -200i64..200, length in -200i64..400) {
        let mut claims = with("nbf", json!(NOW + start));
        claims["exp"] = json!(NOW + start + length);
        let expected = start <= 60 && start + length > -60;
        prop_assert_eq!(claimed(&claims).is_ok(), expected);
    }
}
