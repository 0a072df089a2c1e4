//! Verdicts about events and checkpoints: what is genuine is proved, and whatever was changed names the step at which it is found.
#![cfg(feature = "ed25519")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::collections::HashMap;
use std::sync::LazyLock;

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::commitment;
use casemate_audit::ed25519::{AwsLc, SigningKey};
use casemate_audit::event::{Event, Party, Request};
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{KeyKind, Note};
use casemate_audit::salt::Seed;
use casemate_audit::shown::ShownEvent;
use casemate_audit::tree::{Edge, Node, Nodes, consistency, inclusion};
use casemate_audit::verdict::{
    Conclusion, ConsistencyVerdict, EventVerdict, MAX_CONSISTENCY, MAX_KEYS, MAX_SHOWN, Outcome, Step,
    of_consistency, of_event,
};
use casemate_audit::verify::{EventProof, MAX_PROOF, Wrong};
use proptest::prelude::*;
use serde_json::{Value, json};

const ORIGIN: &str = "casemate/0123456789abcdef";
const EVENTS: u64 = 41;
/// The event of the proofs.
const ID: u64 = 17;

struct Tree {
    nodes: HashMap<Node, MerkleHash>,
    roots: Vec<MerkleHash>,
}

impl Nodes for &Tree {
    type Error = Node;

    fn node(&mut self, node: Node) -> Result<MerkleHash, Node> {
        self.nodes.get(&node).copied().ok_or(node)
    }
}

fn text(index: u64) -> String {
    let event = Event {
        at: 1_795_430_141_000_000 + i64::try_from(index).unwrap(),
        kind: "update".into(),
        area: "role".into(),
        action: "casemate.role.update".into(),
        outcome: "success".into(),
        actor: Party { kind: "user".into(), id: "ada".into(), ..Party::default() },
        resource_type: Some("role".into()),
        resource_id: Some(format!("rol_{index}").into()),
        request: Request { id: "93e2".into(), ..Request::default() },
        after: Some(r#"{"name":"editors","limit":1.5}"#.into()),
        ..Event::default()
    };
    let mut text = Vec::new();
    event.write(&mut text);
    String::from_utf8(text).unwrap()
}

static TREE: LazyLock<Tree> = LazyLock::new(|| {
    let (mut edge, mut nodes, mut roots) = (Edge::default(), HashMap::new(), vec![MerkleHash::of_nothing()]);
    for index in 0..EVENTS {
        let leaf = commitment::leaf(&Seed([9; 32]).salt(index), text(index).as_bytes());
        edge.push(leaf, |node, hash| {
            nodes.insert(node, *hash);
        });
        roots.push(edge.root());
    }
    Tree { nodes, roots }
});

fn key(seed: u8, kind: KeyKind) -> SigningKey {
    let name = if kind == KeyKind::Ed25519 { ORIGIN } else { "witness.example.com" };
    SigningKey::of_seed(name, kind, &[seed; 32]).unwrap()
}

fn log_key() -> String {
    key(1, KeyKind::Ed25519).verifier().to_string()
}

fn keys() -> String {
    format!("{}\n{}\n", log_key(), key(2, KeyKind::Cosignature).verifier())
}

/// A checkpoint of so many events, that the log signed.
fn note_of(size: u64, root: MerkleHash) -> Note {
    let mut note = Note::new(&Checkpoint::new(ORIGIN, size, root).unwrap().to_string()).unwrap();
    key(1, KeyKind::Ed25519).sign(&mut note).unwrap();
    note
}

fn note(size: u64) -> String {
    note_of(size, TREE.roots[usize::try_from(size).unwrap()]).to_string()
}

fn cosigned(size: u64, seed: u8) -> String {
    let mut note = Note::parse(&note(size)).unwrap();
    key(seed, KeyKind::Cosignature).cosign(&mut note, 1_795_430_200).unwrap();
    note.to_string()
}

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn texts(hashes: &[MerkleHash]) -> Vec<String> {
    hashes.iter().map(ToString::to_string).collect()
}

/// As `GET /api/v1/audit-events/{id}/proof` answers it.
fn proof() -> Value {
    json!({
        "id": ID,
        "event": text(ID),
        "salt": base64(&Seed([9; 32]).salt(ID).0),
        "inclusion": texts(&inclusion(ID, EVENTS, &mut &*TREE).unwrap()),
        "checkpoint": note(EVENTS),
    })
}

/// As `GET /api/v1/audit-events/{id}` answers it.
fn detail() -> Value {
    let text = text(ID);
    let time = |_| "2026-11-23T10:35:41.000017Z".to_owned();
    let event = ShownEvent::of(ID, Event::parse(&text).unwrap(), time);
    let salt = Seed([9; 32]).salt(ID);
    let leaf = commitment::leaf(&salt, text.as_bytes()).to_string();
    json!({"event": event, "text": text, "salt": base64(&salt.0), "leaf": leaf})
}

fn check(proof: &Value, shown: &str, keys: &str) -> EventVerdict {
    of_event(&proof.to_string(), shown, keys, &AwsLc)
}

fn failed(steps: &[Step]) -> Vec<&'static str> {
    let is_failed = |step: &&Step| step.outcome == Outcome::Failed;
    steps.iter().filter(is_failed).map(|step| step.step).collect()
}

fn outcome(steps: &[Step], name: &str) -> Outcome {
    steps.iter().find(|step| step.step == name).unwrap().outcome
}

/// What the TypeScript SDK is tried with as well.
#[test]
fn the_vector_is_what_these_tests_are_about() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/verdict.json");
    let mut witnessed = proof();
    witnessed["checkpoint"] = json!(cosigned(EVENTS, 2));
    let vector = json!({
        "key": log_key(),
        "witness": key(2, KeyKind::Cosignature).verifier().to_string(),
        "other_key": key(3, KeyKind::Ed25519).verifier().to_string(),
        "proof": witnessed,
        "event": detail(),
        "older": note(16),
        "newer": note(EVENTS),
        "consistency": going_on(16, EVENTS),
        "split": note_of(EVENTS, MerkleHash::of_leaf(b"another log")).to_string(),
    });
    let text = format!("{}\n", serde_json::to_string_pretty(&vector).unwrap());
    if std::env::var_os("CASEMATE_UPDATE").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), text, "CASEMATE_UPDATE=1 writes it anew");
}

#[test]
fn a_genuine_event_is_proved_with_every_step() {
    let verdict = check(&proof(), &detail().to_string(), &keys());
    assert_eq!(verdict.verdict, Conclusion::Proved, "{verdict:?}");
    assert_eq!(
        verdict.summary,
        format!("Event {ID} stands in {ORIGIN}, as it was signed when it had {EVENTS} events.")
    );
    let names: Vec<_> = verdict.steps.iter().map(|step| step.step).collect();
    assert_eq!(names, ["key", "proof", "checkpoint", "event", "leaf", "inclusion", "cosignatures"]);
    assert_eq!(outcome(&verdict.steps, "cosignatures"), Outcome::Skipped);
    assert_eq!((verdict.id, verdict.erased), (Some(ID), false));
    assert_eq!(verdict.leaf.as_deref(), detail()["leaf"].as_str());
    let checkpoint = verdict.checkpoint.unwrap();
    assert_eq!((&*checkpoint.origin, checkpoint.size), (ORIGIN, EVENTS));
    assert_eq!(checkpoint.key, Some(log_key()));
    // As it stands in lists, or with nothing to compare.
    let listed = check(&proof(), &detail()["event"].to_string(), &log_key());
    assert_eq!((listed.verdict, outcome(&listed.steps, "event")), (Conclusion::Proved, Outcome::Passed));
    let alone = check(&proof(), "", &log_key());
    assert_eq!((alone.verdict, outcome(&alone.steps, "event")), (Conclusion::Proved, Outcome::Skipped));
    let json = serde_json::to_value(&alone).unwrap();
    assert_eq!((&json["verdict"], &json["steps"][0]["outcome"]), (&json!("proved"), &json!("passed")));
}

#[test]
fn a_proof_is_checked_with_the_logs_key_alone() {
    let check = |proof: &Value| {
        let proof = EventProof::read(proof.to_string().as_bytes()).unwrap();
        proof.check(&[key(1, KeyKind::Ed25519).verifier().clone()], &AwsLc).map(|checkpoint| checkpoint.size)
    };
    assert_eq!(check(&proof()), Ok(EVENTS));
    for (member, value, wrong) in [
        ("event", json!(text(ID + 1)), Wrong::Edited),
        ("leaf", json!(MerkleHash::of_nothing().to_string()), Wrong::Edited),
        ("salt", json!(null), Wrong::Unreadable),
        ("checkpoint", json!(note(EVENTS).replace("\n41\n", "\n42\n")), Wrong::Forged),
    ] {
        let mut changed = proof();
        changed[member] = value;
        assert_eq!(check(&changed).unwrap_err().wrong, wrong, "{member}");
    }
}

#[test]
fn an_erased_event_is_proved_by_its_leaf() {
    let mut erased = proof();
    erased["leaf"] = detail()["leaf"].clone();
    let members = erased.as_object_mut().unwrap();
    members.remove("event");
    members.remove("salt");
    let verdict = check(&erased, "", &keys());
    assert_eq!((verdict.verdict, verdict.erased), (Conclusion::Proved, true), "{verdict:?}");
    // Nothing says what it was.
    let shown = check(&erased, &detail().to_string(), &keys());
    assert_eq!((shown.verdict, failed(&shown.steps)), (Conclusion::NotProved, vec!["event"]));
}

#[test]
fn each_change_of_a_proof_names_its_step() {
    let other_key = key(3, KeyKind::Ed25519).verifier().to_string();
    let signed = note(EVENTS);
    // The end of the signature's base64.
    let at = signed.len() - 10;
    let other = if signed[at..].starts_with('A') { "B" } else { "A" };
    let tampered = format!("{}{other}{}", &signed[..at], &signed[at + 1..]);
    let mut elsewhere = proof()["inclusion"].clone();
    elsewhere[1] = json!(MerkleHash::of_leaf(b"other").to_string());
    let mut truncated = proof()["inclusion"].clone();
    truncated.as_array_mut().unwrap().pop();
    let many = json!(vec![MerkleHash::of_nothing().to_string(); 200]);
    let (id, event) = (json!(ID + 1), json!(text(ID).replace("editors", "owners")));
    for (member, value, keys, steps, word) in [
        ("id", id, keys(), vec!["event", "inclusion"], "edited"),
        ("event", event, keys(), vec!["event", "leaf"], "edited"),
        ("salt", json!(base64(&[0; 32])), keys(), vec!["leaf"], "edited"),
        ("salt", json!("AAAA"), keys(), vec!["leaf"], "unreadable"),
        ("leaf", json!(MerkleHash::of_nothing().to_string()), keys(), vec!["leaf"], "edited"),
        ("inclusion", elsewhere, keys(), vec!["inclusion"], "edited"),
        ("inclusion", truncated, keys(), vec!["inclusion"], "edited"),
        ("inclusion", many.clone(), keys(), vec!["inclusion"], "unreadable"),
        ("inclusion", json!(["AAAA"]), keys(), vec!["inclusion"], "unreadable"),
        ("inclusion", json!("none"), keys(), vec!["proof"], "unreadable"),
        ("checkpoint", json!(tampered), keys(), vec!["checkpoint"], "forged"),
        ("checkpoint", json!(note(EVENTS - 1)), keys(), vec!["inclusion"], "edited"),
        ("checkpoint", json!(signed.replace("\n41\n", "\n42\n")), keys(), vec!["checkpoint"], "forged"),
        ("checkpoint", json!("nothing"), keys(), vec!["checkpoint"], "unreadable"),
        ("checkpoint", json!(cosigned(EVENTS, 4)), keys(), vec![], ""),
        ("checkpoint", json!(signed), other_key, vec!["checkpoint"], "unknown-key"),
        ("checkpoint", json!(signed), String::new(), vec!["key"], "unknown-key"),
        ("checkpoint", json!(signed), log_key().replace('+', "-"), vec!["key"], "unknown-key"),
        ("checkpoint", json!(signed), format!("{} x", log_key()), vec!["key"], "unknown-key"),
        (
            "checkpoint",
            json!(signed),
            format!("{} ", log_key()).repeat(MAX_KEYS + 1),
            vec!["key"],
            "unknown-key",
        ),
        (
            "checkpoint",
            json!(signed),
            key(2, KeyKind::Cosignature).verifier().to_string(),
            vec!["key"],
            "unknown-key",
        ),
    ] {
        let mut changed = proof();
        changed[member] = value;
        let verdict = check(&changed, &detail().to_string(), &keys);
        assert_eq!(failed(&verdict.steps), steps, "{member} {verdict:#?}");
        let is_proved = verdict.verdict == Conclusion::Proved;
        assert_eq!(is_proved, steps.is_empty(), "{member} {verdict:#?}");
        if let Some(first) = verdict.steps.iter().find(|step| step.outcome == Outcome::Failed) {
            assert_eq!(first.wrong, Some(word), "{member} {first:?}");
            assert!(verdict.summary.contains(&first.says) && first.next.is_some(), "{verdict:?}");
        }
    }
}

#[test]
fn what_is_shown_otherwise_than_it_was_recorded_is_named() {
    let mut changed = detail();
    changed["event"]["actor"]["id"] = json!("mallory");
    let verdict = check(&proof(), &changed.to_string(), &keys());
    assert_eq!((verdict.verdict, failed(&verdict.steps)), (Conclusion::NotProved, vec!["event"]));
    assert!(verdict.summary.contains("`actor`"), "{verdict:?}");
    for (member, value, steps) in [
        ("text", json!(text(ID + 1)), vec!["event"]),
        ("text", json!(7), vec!["event"]),
        ("leaf", json!(MerkleHash::of_nothing().to_string()), vec!["leaf"]),
        ("event", json!({}), vec!["event"]),
        ("event", json!(7), vec!["event"]),
    ] {
        let mut changed = detail();
        changed[member] = value;
        assert_eq!(failed(&check(&proof(), &changed.to_string(), &keys()).steps), steps, "{member}");
    }
    let long = format!("{}{}", detail(), " ".repeat(MAX_SHOWN));
    for shown in ["7", "[]", "nothing", "{}", "null", &"[".repeat(100_000), &long] {
        assert_eq!(failed(&check(&proof(), shown, &keys()).steps), ["event"]);
    }
    // A text that is no event, though the log has it.
    let mut other = proof();
    other["event"] = json!("{}");
    assert!(failed(&check(&other, &detail()["event"].to_string(), &keys()).steps).contains(&"event"));
}

#[test]
fn witnesses_are_named_and_a_forged_cosignature_is_refused() {
    let mut witnessed = proof();
    witnessed["checkpoint"] = json!(cosigned(EVENTS, 2));
    let verdict = check(&witnessed, "", &keys());
    assert_eq!(
        (verdict.verdict, outcome(&verdict.steps, "cosignatures")),
        (Conclusion::Proved, Outcome::Passed)
    );
    let told = &verdict.checkpoint.unwrap().cosignatures[0];
    assert_eq!((&*told.witness, told.verified), ("witness.example.com", true));
    assert_eq!(told.at.as_deref(), Some("2026-11-23T10:36:40.000000Z"));
    // Without the witness's key nobody says that it is.
    let unknown = check(&witnessed, "", &log_key());
    assert_eq!(
        (unknown.verdict, outcome(&unknown.steps, "cosignatures")),
        (Conclusion::Proved, Outcome::Skipped)
    );
    assert!(!unknown.checkpoint.unwrap().cosignatures[0].verified);
    // Of another checkpoint.
    let mut moved = note_of(EVENTS, TREE.roots[41]);
    let line = Note::parse(&cosigned(EVENTS - 1, 2)).unwrap().signatures()[1].clone();
    moved.sign(line);
    witnessed["checkpoint"] = json!(moved.to_string());
    let forged = check(&witnessed, "", &keys());
    assert_eq!((forged.verdict, failed(&forged.steps)), (Conclusion::NotProved, vec!["cosignatures"]));
    assert!(forged.checkpoint.unwrap().cosignatures.is_empty());
}

fn going_on(from: u64, to: u64) -> Value {
    json!({"from": from, "to": to, "proof": texts(&consistency(from, to, &mut &*TREE).unwrap())})
}

fn compare(older: &str, newer: &str, proof: &Value) -> ConsistencyVerdict {
    of_consistency(older, newer, &proof.to_string(), &keys(), &AwsLc)
}

#[test]
fn a_log_that_went_on_is_proved_to_have() {
    for (from, to) in [(1, 2), (16, 41), (17, 40), (41, 41)] {
        let verdict = compare(&note(from), &note(to), &going_on(from, to));
        assert_eq!(verdict.verdict, Conclusion::Proved, "{from} {to} {verdict:#?}");
        assert_eq!((verdict.older.unwrap().size, verdict.newer.unwrap().size), (from, to));
    }
    let verdict = compare(&note(16), &cosigned(41, 2), &going_on(16, 41));
    assert_eq!(verdict.summary, format!("{ORIGIN} went on: 16 events became 41."));
    assert_eq!(outcome(&verdict.steps, "cosignatures"), Outcome::Passed);
    assert!(verdict.newer.unwrap().cosignatures[0].verified);
    // What needs no proof.
    for (older, newer) in [(41, 41), (0, 41), (0, 0)] {
        let verdict = of_consistency(&note(older), &note(newer), "", &keys(), &AwsLc);
        assert_eq!(verdict.verdict, Conclusion::Proved, "{older} {newer} {verdict:#?}");
    }
}

#[test]
fn each_reason_why_a_log_did_not_go_on_names_its_step() {
    let split = note_of(41, MerkleHash::of_leaf(b"another log")).to_string();
    let mut elsewhere = going_on(16, 41);
    elsewhere["proof"][0] = json!(MerkleHash::of_leaf(b"other").to_string());
    let mut truncated = going_on(17, 41);
    truncated["proof"].as_array_mut().unwrap().pop();
    let none = json!({"proof": []});
    for (older, newer, proof, step, word) in [
        (note(16), note(41), elsewhere, "consistency", "split-view"),
        (note(17), note(41), truncated, "consistency", "split-view"),
        (note(16), note(41), none.clone(), "consistency", "split-view"),
        (note(16), note(41), going_on(16, 40), "consistency", "unreadable"),
        (note(41), note(16), none.clone(), "consistency", "rolled-back"),
        (note(41), split.clone(), none.clone(), "consistency", "split-view"),
        (note(16), split, going_on(16, 41), "consistency", "split-view"),
        (note(16).replace("\n16\n", "\n15\n"), note(41), going_on(15, 41), "older", "forged"),
        (note(16), note(41).replace("\n41\n", "\n42\n"), going_on(16, 41), "newer", "forged"),
        (String::new(), note(41), none.clone(), "older", "unreadable"),
        (note(16), note(41), json!({}), "proof", "unreadable"),
        (note(16), note(41), json!({"proof": ["AAAA"]}), "proof", "unreadable"),
        (
            note(16),
            note(41),
            json!({"proof": vec![MerkleHash::of_nothing().to_string(); 200]}),
            "proof",
            "unreadable",
        ),
        (note(16), note(41), json!("x".repeat(MAX_CONSISTENCY)), "proof", "unreadable"),
    ] {
        let verdict = compare(&older, &newer, &proof);
        let first = verdict.steps.iter().find(|step| step.outcome == Outcome::Failed).unwrap();
        assert_eq!((first.step, first.wrong), (step, Some(word)), "{proof} {verdict:#?}");
        assert_eq!(verdict.verdict, Conclusion::NotProved);
    }
    let other = key(3, KeyKind::Ed25519).verifier().to_string();
    let verdict = of_consistency(&note(16), &note(41), &going_on(16, 41).to_string(), &other, &AwsLc);
    assert_eq!(failed(&verdict.steps), ["older", "newer"]);
    let verdict = of_consistency(&note(16), &note(41), &going_on(16, 41).to_string(), "", &AwsLc);
    assert_eq!((verdict.verdict, failed(&verdict.steps)), (Conclusion::NotProved, vec!["key"]));
}

#[test]
fn what_is_too_long_is_no_proof() {
    let long = format!("{}{}", proof(), " ".repeat(MAX_PROOF));
    let verdict = of_event(&long, "", &keys(), &AwsLc);
    assert_eq!((verdict.verdict, failed(&verdict.steps)), (Conclusion::NotProved, vec!["proof"]));
    assert!(verdict.steps.iter().skip(2).all(|step| step.outcome == Outcome::Skipped));
}

proptest! {
    #[test]
    fn whatever_comes_in_there_is_a_verdict(proof in "\\PC*", shown in "\\PC*", keys in "\\PC*", member in 0_usize..5, value in "\\PC*") {
        prop_assert_eq!(of_event(&proof, &shown, &keys, &AwsLc).verdict, Conclusion::NotProved);
        prop_assert_eq!(of_consistency(&proof, &shown, &keys, &value, &AwsLc).verdict, Conclusion::NotProved);
        let mut changed = self::proof();
        let name = changed.as_object().unwrap().keys().nth(member).unwrap().clone();
        changed[name] = json!(value);
        prop_assert_eq!(check(&changed, &shown, &self::keys()).verdict, Conclusion::NotProved);
    }

    #[test]
    fn no_text_beside_the_genuine_one_is_proved_to_be_another(place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let genuine = proof().to_string();
        let mut bytes = genuine.clone().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let changed = String::from_utf8_lossy(&bytes);
        let verdict = of_event(&changed, &detail().to_string(), &keys(), &AwsLc);
        // What is proved says the same: it differs in what JSON does not count, or in a member that nobody knows.
        if verdict.verdict == Conclusion::Proved {
            let read: Value = serde_json::from_str(&changed).unwrap();
            prop_assert_eq!(&read["event"], &proof()["event"]);
            prop_assert_eq!(&read["id"], &proof()["id"]);
        }
    }
}
