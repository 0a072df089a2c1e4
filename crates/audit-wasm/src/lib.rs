//! What checks proofs of the audit log in WebAssembly, as `sdk/typescript` loads it: a page need not believe its server that an event
//! was recorded.
//!
//! Texts come in as the API answers them, and verdicts leave as JSON. Whatever comes in, there is a verdict: nothing is thrown.
#![forbid(unsafe_code)]

mod dalek;

use casemate_audit::verdict::{of_consistency, of_event};
use dalek::Dalek;
use wasm_bindgen::prelude::wasm_bindgen;

/// Whether an event stands in the log: the verdict as JSON. `proof` is as `GET /api/v1/audit-events/{id}/proof` answers it, `event` as
/// `GET /api/v1/audit-events/{id}` or a list does, or empty, and `key` the keys of the log and of witnesses, as `NAME+ID+KEY`.
#[wasm_bindgen]
#[must_use]
pub fn verify_event(proof: &str, event: &str, key: &str) -> String {
    json(serde_json::to_string(&of_event(proof, event, key, &Dalek)))
}

/// Whether the log of a newer checkpoint goes on where an older one ended: the verdict as JSON. `proof` is as
/// `GET /api/v1/audit-log/consistency` answers it, and may be empty where both are of the same events.
#[wasm_bindgen]
#[must_use]
pub fn verify_consistency(older: &str, newer: &str, proof: &str, key: &str) -> String {
    json(serde_json::to_string(&of_consistency(older, newer, proof, key, &Dalek)))
}

/// A verdict is texts and numbers, of which there is always JSON.
fn json(verdict: Result<String, serde_json::Error>) -> String {
    verdict.unwrap_or_default()
}
