//! Rules over events: what matches, what is refused, and that what is compiled agrees with what the specification says.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails"
)]

mod agreement;
mod matching;
mod pack;
mod refusals;
mod windows;

use std::sync::Arc;

use casemate_audit::detection::{Engine, Match, Observed, Rules};
use casemate_audit::event::{Event, Party, Request};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
const NOW: i64 = 1_795_430_141_000_000;

/// An event of somebody.
fn event<'a>(at: i64, kind: &'a str, action: &'a str, outcome: &'a str) -> Event<'a> {
    Event {
        at,
        kind: kind.into(),
        area: "role".into(),
        action: action.into(),
        outcome: outcome.into(),
        tenant: "".into(),
        actor: Party { provider: "corp".into(), kind: "user".into(), id: "ada".into(), credential: None },
        request: Request { id: "1".into(), client: Some("192.0.2.7".into()), ..Request::default() },
        ..Event::default()
    }
}

fn engine(texts: &[&str]) -> Engine {
    Engine::new(texts.iter().map(|text| Arc::new(rules(text))).collect())
}

fn rules(text: &str) -> Rules {
    Rules::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What matches of these events, of which the first has the index 0.
fn matches(engine: &mut Engine, events: &[Event<'_>]) -> Vec<Match> {
    let mut found = Vec::new();
    for (index, event) in (0..).zip(events) {
        engine.observe(index, &Observed::new(event), &mut found);
    }
    found
}

/// A rule with these selections and this condition.
fn rule(selections: &str, condition: &str) -> String {
    let indented: String = selections.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "title: A rule\nname: base\nlogsource:\n    product: casemate\ndetection:\n{indented}    condition: {condition}\n"
    )
}

/// Whether a rule of one selection matches an event.
fn meets(selection: &str, event: &Event<'_>) -> bool {
    let indented: String = selection.lines().map(|line| format!("    {line}\n")).collect();
    !matches(&mut engine(&[&rule(&format!("it:\n{indented}"), "it")]), std::slice::from_ref(event)).is_empty()
}
