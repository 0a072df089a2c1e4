//! A search that somebody types is read or refused with a place in it, and goes through events without a mishap.
#![no_main]

use casemate_audit::event::Event;
use casemate_audit::query::Query;
use libfuzzer_sys::fuzz_target;

const EVENT: &str = r#"{"version":1,"at":"2026-11-23T10:35:41.123456Z","kind":"update","area":"role","action":"casemate.role.update","outcome":"success","tenant":"acme","actor":{"provider":"local","type":"user","id":"ada"},"resource":{"type":"role","id":"rol_1"},"revision":7,"request":{"id":"r1","client":"10.0.0.7"},"after":{"name":"Editors"}}"#;

fuzz_target!(|text: &str| match Query::parse(text) {
    Ok(query) => {
        let _ = query.terms();
        let event = Event::parse(EVENT).expect("this is an event");
        assert_eq!(query.matcher().event(EVENT).is_some(), query.matches(&event));
    }
    Err(error) => {
        let error = error.to_string();
        if let Some(at) = error.strip_prefix("character ").and_then(|rest| rest.split_once(':')) {
            let at: usize = at.0.parse().expect("a place is a number");
            assert!((1..=text.chars().count() + 1).contains(&at), "{error}");
        }
    }
});
