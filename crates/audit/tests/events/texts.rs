//! The text of an event.

use casemate_audit::event::{Event, EventError, MAX_EVENT, SCHEMA_VERSION, schema};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::made;

const LEAST: &str = r#"{"version":1,"at":"2026-11-23T10:35:41.123456Z","kind":"","area":"","action":"","outcome":"","tenant":"","actor":{},"revision":0,"request":{}}"#;

#[test]
fn members_of_later_releases_are_passed_over() {
    let event = Event::parse(LEAST).unwrap();
    assert_eq!((event.at, event.resource_type), (1_795_430_141_123_456, None));
    let later = LEAST.replace("\"actor\":{}", "\"actor\":{\"shoe_size\":42},\"weather\":[{}]");
    assert_eq!(Event::parse(&later).unwrap(), Event::parse(LEAST).unwrap());
}

#[test]
fn what_is_no_event_is_refused_with_the_reason() {
    let version = |text: &str| match Event::parse(text) {
        Err(EventError::Version(version)) => version,
        other => panic!("{other:?}"),
    };
    assert_eq!(version(&LEAST.replace(":1,", ":2,")), SCHEMA_VERSION + 1);
    assert_eq!(version(&LEAST.replace(":1,", ":0,")), 0);
    assert_eq!(version("{\"version\":7,\"when\":1}"), 7, "whatever else it says");
    for text in [
        "",
        "{}",
        "null",
        "[]",
        "{\"version\":1}",
        &LEAST.replace("T10:35", "T25:35"),
        &LEAST.replace("\"kind\":\"\"", "\"kind\":\"\",\"kind\":\"\""),
        &LEAST.replace("\"kind\":\"\"", "\"kind\":7"),
        &LEAST.replace("\"actor\":{}", "\"actor\":\"ada\""),
        &format!("{LEAST} {{}}"),
    ] {
        assert!(matches!(Event::parse(text), Err(EventError::Invalid(_))), "{text}");
    }
    let long = LEAST.replace("\"kind\":\"\"", &format!("\"kind\":\"{}\"", "x".repeat(MAX_EVENT)));
    let error = Event::parse(&long).unwrap_err();
    assert_eq!(error.to_string(), format!("an event has at most 3145728 bytes, not {}", long.len()));
}

#[test]
fn a_document_is_written_in_one_line_and_as_a_text_where_it_is_no_json() {
    let written = |document: &str| {
        let event = Event { after: Some(document.to_owned().into()), ..Event::default() };
        let text = made::text_of(&event);
        assert!(!text.contains('\n'));
        Event::parse(&text).unwrap().after.map(std::borrow::Cow::into_owned)
    };
    assert_eq!(written("{\"n\":1.50}").as_deref(), Some("{\"n\":1.50}"), "as it stands");
    assert_eq!(written("{\n\t\"a\": \"b\"\r\n}").as_deref(), Some("{\"a\": \"b\"}"));
    assert_eq!(written("no JSON").as_deref(), Some("\"no JSON\""));
    assert_eq!(written("{\"a\":1},\"b\":{}").as_deref(), Some(r#""{\"a\":1},\"b\":{}""#), "nothing gets out");
    assert_eq!(written("null"), None);
    assert_eq!(written(""), Some("\"\"".to_owned()));
}

#[test]
fn times_that_no_calendar_has_are_its_first_and_last() {
    for (at, time) in
        [(i64::MIN, "-009999-01-02T01:59:59.000000Z"), (i64::MAX, "9999-12-30T22:00:00.999999Z")]
    {
        let text = made::text_of(&Event { at, ..Event::default() });
        assert!(text.contains(&format!("\"at\":\"{time}\"")), "{text}");
        assert!(Event::parse(&text).is_ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(event in made::event()) {
        let text = made::text_of(&event);
        prop_assert_eq!(Event::parse(&text).unwrap(), event);
        prop_assert!(!text.contains(char::is_control), "{}", text);
    }

    #[test]
    fn what_is_written_has_the_members_of_the_schema_in_their_order(event in made::event()) {
        let schema = schema();
        let names: Vec<&str> = ["version", "at", "kind", "area", "action", "outcome", "reason", "tenant", "application", "actor",
            "acting_for", "subject", "resource", "permission", "revision", "request", "before", "after"].to_vec();
        let text = made::text_of(&event);
        let written: Value = serde_json::from_str(&text).unwrap();
        let known = schema["properties"].as_object().unwrap();
        for required in schema["required"].as_array().unwrap() {
            prop_assert!(written.get(required.as_str().unwrap()).is_some(), "{}", required);
        }
        let mut last = 0;
        for name in names.into_iter().filter(|name| written.get(name).is_some()) {
            prop_assert!(known.contains_key(name), "{}", name);
            let place = text.find(&format!("\"{name}\":")).unwrap();
            prop_assert!(place >= last, "{}", name);
            last = place;
        }
        prop_assert_eq!(&written["version"], &json!(1));
    }

    #[test]
    fn no_text_makes_it_fail(text in any::<String>(), event in made::event(), cut in any::<prop::sample::Index>(), put in "\\PC{0,3}") {
        let _ = Event::parse(&text);
        let mut written = made::text_of(&event);
        let place = written.floor_char_boundary(cut.index(written.len()));
        let behind = written.ceil_char_boundary(place + 1);
        written.replace_range(place..behind, &put);
        let _ = Event::parse(&written);
    }
}
