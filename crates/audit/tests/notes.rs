//! Notes that are signed, cosigned and changed.
#![cfg(feature = "ed25519")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::ed25519::{SignatureError, SigningKey};
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{KeyKind, MAX_NOTE, MAX_SIGNATURES, Note, NoteError, VerifierKey};
use proptest::prelude::*;

/// The key and the note in the documentation of golang.org/x/mod/sumdb/note, which made the format.
const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The example of c2sp.org/tlog-cosignature, whose keys it does not tell.
const COSIGNED: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn log_key() -> SigningKey {
    SigningKey::of_seed("log.example.com/audit", KeyKind::Ed25519, &[7; 32]).unwrap()
}

fn witness_key() -> SigningKey {
    SigningKey::of_seed("witness.example.com/w1", KeyKind::Cosignature, &[8; 32]).unwrap()
}

fn signed() -> Note {
    let checkpoint = Checkpoint::new("log.example.com/audit", 7, MerkleHash::of_nothing()).unwrap();
    let mut note = Note::new(&checkpoint.to_string()).unwrap();
    log_key().sign(&mut note).unwrap();
    witness_key().cosign(&mut note, 1_679_315_147).unwrap();
    note
}

#[test]
fn the_note_of_the_first_implementation_is_genuine() {
    let (key, note) = (VerifierKey::parse(KEY).unwrap(), Note::parse(NOTE).unwrap());
    assert_eq!((key.to_string().as_str(), note.to_string().as_str()), (KEY, NOTE));
    assert_eq!(key.verify(&note), Ok(()));
    let changed = Note::parse(&NOTE.replace("answer", "Answer")).unwrap();
    assert_eq!(key.verify(&changed), Err(SignatureError::Forged { name: "PeterNeumann".to_owned() }));
}

#[test]
fn the_example_of_a_cosignature_is_read() {
    let note = Note::parse(COSIGNED).unwrap();
    assert_eq!(note.to_string(), COSIGNED);
    assert_eq!(Checkpoint::parse(note.text()).unwrap().size, 20_852_163);
    let time = note.signatures()[1].bytes.first_chunk::<8>().unwrap();
    assert_eq!(u64::from_be_bytes(*time), 1_679_315_147);
}

#[test]
fn who_signed_and_cosigned_is_told() {
    let note = Note::parse(&signed().to_string()).unwrap();
    let (log, witness) = (log_key(), witness_key());
    assert_eq!(log.verifier().verify(&note), Ok(()));
    assert_eq!(witness.verifier().verify_cosignature(&note), Ok(1_679_315_147));
    let parsed = VerifierKey::parse(&witness.verifier().to_string()).unwrap();
    assert_eq!(&parsed, witness.verifier());
    let other = SigningKey::of_seed("log.example.com/audit", KeyKind::Ed25519, &[9; 32]).unwrap();
    let not_signed = SignatureError::NotSigned { name: "log.example.com/audit".to_owned() };
    assert_eq!(other.verifier().verify(&note), Err(not_signed));
    assert!(matches!(witness.verifier().verify(&note), Err(SignatureError::OtherKind { .. })));
    assert!(matches!(log.verifier().verify_cosignature(&note), Err(SignatureError::OtherKind { .. })));
    assert!(matches!(witness.sign(&mut note.clone()), Err(SignatureError::OtherKind { .. })));
    assert!(matches!(log.cosign(&mut note.clone(), 1), Err(SignatureError::OtherKind { .. })));
    assert_eq!(witness.cosign(&mut note.clone(), 1 << 63), Err(SignatureError::Time));
    assert!(!format!("{log:?}").contains(&"07".repeat(4)), "{log:?}");
}

#[test]
fn signing_again_takes_the_place_of_the_signature_before() {
    let mut note = signed();
    witness_key().cosign(&mut note, 1_679_315_148).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(witness_key().verifier().verify_cosignature(&note), Ok(1_679_315_148));
}

#[test]
fn a_forged_signature_counts_beside_a_genuine_one() {
    let text = signed().to_string();
    let line = text.lines().find(|line| line.contains("audit ")).unwrap();
    let (start, _) = line.rsplit_once(' ').unwrap();
    let mut bytes = log_key().verifier().id().to_be_bytes().to_vec();
    bytes.extend([0; 64]);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    for text in
        [format!("{text}{start} {encoded}\n"), text.replace(line, &format!("{start} {encoded}\n{line}"))]
    {
        let note = Note::parse(&text).unwrap();
        assert!(matches!(log_key().verifier().verify(&note), Err(SignatureError::Forged { .. })), "{text}");
    }
}

#[test]
fn what_is_no_note_is_refused() {
    let signature = NOTE.lines().next_back().unwrap();
    for (text, wrong) in [
        (String::new(), NoteError::NoSignatures),
        ("text\n".to_owned(), NoteError::NoSignatures),
        ("text\n\n".to_owned(), NoteError::NoSignatures),
        (format!("text\n{signature}\n"), NoteError::NoSignatures),
        (format!("text\n\n{signature}"), NoteError::NoSignatures),
        (format!("text\r\n\n{signature}\n"), NoteError::NotText),
        (format!("text\n\n{signature}\n{signature} x\n"), NoteError::Signature),
        (format!("text\n\n-{}\n", &signature[3..]), NoteError::Signature),
        ("text\n\n\u{2014} name AAAAAA==\n".to_owned(), NoteError::Signature),
        ("text\n\n\u{2014} na+me AAAAAAA=\n".to_owned(), NoteError::Signature),
        (format!("text\n\n{}", format!("{signature}\n").repeat(MAX_SIGNATURES + 1)), NoteError::TooLong),
        (format!("{}\n\n{signature}\n", "x".repeat(MAX_NOTE)), NoteError::TooLong),
    ] {
        assert_eq!(Note::parse(&text), Err(wrong), "{text}");
    }
    assert_eq!(Note::new("no end"), Err(NoteError::NotText));
    assert_eq!(Note::new(&"x\n".repeat(MAX_NOTE)), Err(NoteError::TooLong));
}

#[test]
fn what_is_no_verifier_key_is_refused() {
    for (from, to, wrong) in [
        ("PeterNeumann+", "+", NoteError::Name),
        ("Peter", "Peter ", NoteError::Name),
        ("c74f20a3", "c74f20a4", NoteError::KeyId),
        ("c74f20a3", "C74F20A3", NoteError::Key),
        ("c74f20a3", "+74f20a3", NoteError::Key),
        ("PeterNeumann", "Peterneumann", NoteError::KeyId),
        ("ARpc", "Axpc", NoteError::Key),
        ("10TW", "10T", NoteError::Key),
        ("+c74f20a3", "", NoteError::Key),
    ] {
        let text = KEY.replacen(from, to, 1);
        assert_eq!(VerifierKey::parse(&text), Err(wrong), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_read_is_written_as_it_was(text in "([a-z]{0,3}\n){1,4}\n(\u{2014} [a-z]{1,3} [A-Za-z0-9+/]{8,12}={0,2}\n){1,3}") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), text);
        }
    }

    #[test]
    fn no_note_makes_it_fail(text in "\\PC*|(\n|\u{2014}| |[a-z]|=)*") {
        let _ = Note::parse(&text);
        let _ = VerifierKey::parse(&text);
        let _ = Checkpoint::parse(&text);
    }
}
