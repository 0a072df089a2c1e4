//! Checking an event or two checkpoints comes to a verdict, whatever the texts are; and nothing is proved to be the event of the seeds
//! that is another.
//!
//! The text has up to four parts with lines of `---` between them: a proof or a checkpoint, what is shown or a later checkpoint, a proof
//! that the log goes on, and keys; those of the seeds where there are none.
#![no_main]

use std::sync::LazyLock;

use casemate_audit::ed25519::AwsLc;
use casemate_audit::verdict::{Conclusion, Outcome, of_consistency, of_event};
use casemate_audit::verify::EventProof;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// What the seeds are made of.
static VECTOR: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../crates/audit/tests/data/verdict.json")).expect("it is JSON")
});

fn said(member: &str) -> &'static str {
    VECTOR.pointer(member).and_then(Value::as_str).expect("the vector has it")
}

static KEYS: LazyLock<String> = LazyLock::new(|| format!("{}\n{}", said("/key"), said("/witness")));

fuzz_target!(|text: &str| {
    let mut parts = text.split("\n---\n");
    let mut part = || parts.next().unwrap_or_default();
    let (first, second, going_on, keys) = (part(), part(), part(), part());
    let trusted = if keys.is_empty() { KEYS.as_str() } else { keys };
    let event = of_event(first, second, trusted, &AwsLc);
    if event.verdict == Conclusion::Proved {
        assert!(event.steps.iter().all(|step| step.outcome != Outcome::Failed));
        let proof = EventProof::read(first.as_bytes()).expect("what was proved is a proof");
        let is_genuine = proof.event.is_none_or(|text| text == said("/proof/event"));
        assert!(is_genuine || !keys.is_empty(), "{first}");
    }
    assert!(serde_json::to_string(&event).is_ok_and(|json| json.len() < 1 << 20));
    let compared = of_consistency(first, second, going_on, trusted, &AwsLc);
    if compared.verdict == Conclusion::Proved {
        let (older, newer) = compared.older.zip(compared.newer).expect("both were read");
        assert!(older.size <= newer.size && older.key.is_some() && newer.key.is_some());
    }
});
