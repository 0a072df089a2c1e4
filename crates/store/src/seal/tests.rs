//! Sealing holds to a vector of NIST's, to its place, and to every bit.

use proptest::prelude::*;

use super::*;

const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn sealer(keys: &str) -> Sealer {
    Sealer::new(&RootKeys::parse(&keys.into()).unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST's validation took over.
#[test]
fn a_known_secret_is_sealed_as_nist_says() {
    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let nonce = bytes("cafebabefacedbaddecaf888").try_into().unwrap();
    let bound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let text = bytes(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525\
         b16aedf5aa0de657ba637b39",
    );
    let expected = bytes(
        "01cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e4\
         8590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    assert_eq!(seal_with(&key, nonce, &bound, &text).unwrap(), expected);
}

#[test]
fn a_secret_opens_in_its_own_place_alone() {
    let sealer = sealer(ZEROS);
    let sealed = sealer.seal("provider", "a", "client_secret", &"s3cret".into()).unwrap();
    assert_eq!(sealer.open(&sealed).unwrap().expose_secret(), "s3cret");
    let moves: [fn(&mut SealedSecret); 4] = [
        |secret| secret.kind = "webhook".into(),
        |secret| secret.id = "b".into(),
        |secret| secret.field = "other".into(),
        |secret| (secret.kind, secret.id) = ("provide".into(), "ra".into()),
    ];
    for change in moves {
        let mut moved = sealed.clone();
        change(&mut moved);
        assert!(matches!(sealer.open(&moved), Err(SealError::Damaged { .. })), "{moved:?}");
    }
}

#[test]
fn after_a_rotation_old_secrets_open_until_their_key_is_gone() {
    let keys = RootKeys::parse(&ZEROS.into()).unwrap();
    let sealer = Sealer::new(&keys);
    let old = sealer.seal("provider", "a", "x", &"old".into()).unwrap();
    sealer.replace_keys(&keys.rotated().unwrap());
    assert_eq!(sealer.open(&old).unwrap().expose_secret(), "old");
    assert_ne!(sealer.seal("provider", "a", "x", &"new".into()).unwrap().root_key, old.root_key);
    sealer.replace_keys(&RootKeys::parse(&ONES.into()).unwrap());
    assert!(
        matches!(sealer.open(&old), Err(SealError::UnknownKey { root_key, .. }) if root_key == old.root_key)
    );
}

#[test]
fn neither_debug_output_nor_errors_tell_a_secret() {
    let sealer = sealer(ZEROS);
    let sealed = sealer.seal("provider", "a", "x", &"tell-nobody".into()).unwrap();
    let too_long = sealer.seal("provider", "a", "x", &"tell-nobody".repeat(MAX_SECRET).into()).unwrap_err();
    let said = format!("{sealer:?} {sealed:?} {too_long} {too_long:?}");
    assert!(!said.contains("tell-nobody") && !said.contains("AAAA"), "{said}");
    assert!(
        sealer.seal("provider", "a", "x", &"x".repeat(MAX_SECRET).into()).unwrap().sealed.len() == MAX_SEALED
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("CASEMATE_LONG").is_some() { 1_000_000 } else { 2_000 }))]

    #[test]
    fn what_is_sealed_opens_and_what_was_changed_does_not(
        kind in ".{0,20}", id in ".{0,20}", field in ".{0,20}", text in ".{0,200}",
        place in any::<prop::sample::Index>(), bit in 0..8_u8,
    ) {
        let sealer = sealer(ONES);
        let mut sealed = sealer.seal(&kind, &id, &field, &text.as_str().into()).unwrap();
        let opened = sealer.open(&sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
        let place = place.index(sealed.sealed.len());
        sealed.sealed[place] ^= 1 << bit;
        prop_assert!(sealer.open(&sealed).is_err());
        sealed.sealed.truncate(place);
        prop_assert!(sealer.open(&sealed).is_err());
    }

    #[test]
    fn no_two_places_are_bound_to_the_same_bytes(one in [".{0,8}", ".{0,8}", ".{0,8}"], other in [".{0,8}", ".{0,8}", ".{0,8}"]) {
        let of = |place: &[String; 3]| bound_to(&place[0], &place[1], &place[2]);
        prop_assert_eq!(of(&one) == of(&other), one == other);
        let shifted = [format!("{}{}", one[0], one[1]), String::new(), one[2].clone()];
        prop_assert_eq!(of(&one) == of(&shifted), one == shifted);
    }
}

#[test]
fn a_mark_is_the_same_for_all_who_have_the_root_key_and_nobody_else_makes_it() {
    let (one, same, other) = (sealer(ZEROS), sealer(ZEROS), sealer(ONES));
    let mark = one.mark("guess", b"s3cret").unwrap();
    assert_eq!(same.mark("guess", b"s3cret"), Some(mark));
    for different in [
        other.mark("guess", b"s3cret"),
        one.mark("guess", b"s3cre7"),
        one.mark("gues", b"ss3cret"),
        one.mark("", b"guesss3cret"),
    ] {
        assert_ne!(different, Some(mark));
    }
    // The key that seals is another than the one that marks, and the current one counts.
    let of_root = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[0; 32]), b"s3cret");
    assert_ne!(of_root.as_ref(), mark);
    let keys = RootKeys::parse(&ZEROS.into()).unwrap();
    one.replace_keys(&keys.joined(&RootKeys::parse(&ONES.into()).unwrap()).unwrap());
    assert_eq!(one.mark("guess", b"s3cret"), Some(mark));
    one.replace_keys(&RootKeys::parse(&ONES.into()).unwrap());
    assert_eq!(one.mark("guess", b"s3cret"), other.mark("guess", b"s3cret"));
}

#[test]
fn a_pseudonym_names_its_key_and_outlives_it_for_whoever_has_the_key_of_then() {
    let (one, same, other) = (sealer(ZEROS), sealer(ZEROS), sealer(ONES));
    let made = one.pseudonym("ada@example.org").unwrap();
    let id = RootKeys::parse(&ZEROS.into()).unwrap().current_id().to_owned();
    let hash = made.strip_prefix(&format!("hmac-sha256:{id}:")).unwrap();
    assert_eq!(
        (hash.len(), hash.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter))),
        (24, true)
    );
    assert_eq!(same.pseudonym("ada@example.org").as_ref(), Some(&made));
    for different in [other.pseudonym("ada@example.org"), one.pseudonym("Ada@example.org"), one.pseudonym("")]
    {
        assert_ne!(different.as_ref(), Some(&made));
    }
    // It is made with another key than what seals and what marks.
    let mark = one.mark("", b"ada@example.org").unwrap();
    assert!(!made.ends_with(&BASE64_URL_SAFE_NO_PAD.encode(&mark[..18])));
    let keys = RootKeys::parse(&ONES.into()).unwrap();
    one.replace_keys(&keys.joined(&RootKeys::parse(&ZEROS.into()).unwrap()).unwrap());
    let now = other.pseudonym("ada@example.org").unwrap();
    assert_eq!(one.pseudonym("ada@example.org").as_ref(), Some(&now));
    assert_eq!(one.pseudonyms("ada@example.org"), [now, made]);
}
