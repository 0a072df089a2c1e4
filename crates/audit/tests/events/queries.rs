//! Searches beside a search that reads each event's JSON and knows no shortcut.

use casemate_audit::block;
use casemate_audit::event::Event;
use casemate_audit::filter;
use casemate_audit::query::Query;
use casemate_audit::salt::Seed;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::Value;

use crate::made;

/// Few members are said, so that something is found.
fn query() -> impl Strategy<Value = Query> {
    let rarely = || weighted(0.12, made::text());
    let time = || weighted(0.1, 0..2_000_000_000_000_000i64);
    let one = (rarely(), rarely(), rarely(), rarely(), rarely(), rarely(), rarely(), rarely(), rarely());
    let two = (rarely(), rarely(), rarely(), rarely(), time(), time(), rarely(), rarely());
    (one, two, vec(made::text(), 0..2), vec(made::text(), 0..2)).prop_map(|(one, two, words, not_kinds)| {
        let (tenant, application, party, actor, subject, action, action_prefix, kind, area) = one;
        let (resource_type, resource_id, outcome, reason, since, until, client, request_id) = two;
        Query {
            tenant,
            application,
            party,
            party_provider: None,
            actor,
            subject,
            action,
            action_prefix,
            kind,
            not_kinds,
            area,
            resource_type,
            resource_id,
            outcome,
            reason,
            since,
            until,
            client,
            request_id,
            words,
            ..Query::default()
        }
    })
}

/// The same, but with some of what this event is: it is found wherever nothing else is sought too.
fn like(mut query: Query, event: &Event<'_>, members: u32) -> Query {
    let text = |text: &str| Some(text.to_owned());
    let optional = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let found = [
        (&mut query.tenant, text(&event.tenant)),
        (&mut query.application, optional(&event.application)),
        (&mut query.party, event.subject.as_ref().and_then(|party| text(&party.id))),
        (&mut query.actor, text(&event.actor.id)),
        (&mut query.subject, event.subject.as_ref().and_then(|party| text(&party.id))),
        (&mut query.action, text(&event.action)),
        (&mut query.action_prefix, event.action.rsplit_once('.').and_then(|(start, _)| text(start))),
        (&mut query.kind, text(&event.kind)),
        (&mut query.area, text(&event.area)),
        (&mut query.resource_type, optional(&event.resource_type)),
        (&mut query.resource_id, optional(&event.resource_id)),
        (&mut query.outcome, text(&event.outcome)),
        (&mut query.reason, optional(&event.reason)),
        (&mut query.client, optional(&event.request.client)),
        (&mut query.request_id, text(&event.request.id)),
    ];
    let count = found.len();
    for (place, (sought, found)) in found.into_iter().enumerate() {
        *sought = if members >> place & 1 == 1 { found } else { None };
    }
    query.since = (members >> count & 1 == 1).then_some(event.at);
    query.until =
        (members >> (count + 1) & 1 == 1).then_some(event.at + i64::from(members >> (count + 2) & 1));
    query
}

/// The words of a text, as the definition has them.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut run: Vec<char> = Vec::new();
    for character in text.chars().chain([' ']) {
        if character.is_alphanumeric() {
            run.push(character);
        } else {
            if run.len() >= 2 {
                words.push(run.iter().take(64).flat_map(|character| character.to_lowercase()).collect());
            }
            run.clear();
        }
    }
    words
}

fn words_of_values(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.extend(words(text)),
        Value::Number(number) if !number.is_f64() => into.extend(words(&number.to_string())),
        Value::Array(items) => items.iter().for_each(|item| words_of_values(item, into)),
        Value::Object(members) => members.values().for_each(|member| words_of_values(member, into)),
        _ => {}
    }
}

fn is_sought(query: &Query, at: i64, event: &Value) -> bool {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
    let is = |sought: &Option<String>, pointer: &str| {
        sought.as_ref().is_none_or(|sought| text(pointer) == Some(sought.as_str()))
    };
    let ids = ["/actor/id", "/acting_for/id", "/subject/id"];
    let mut found = Vec::new();
    for pointer in ["/action", "/resource/id", "/reason", "/request/user_agent"].iter().chain(&ids) {
        found.extend(text(pointer).map(words).unwrap_or_default());
    }
    for name in ["before", "after"] {
        words_of_values(event.get(name).unwrap_or(&Value::Null), &mut found);
    }
    is(&query.tenant, "/tenant")
        && is(&query.application, "/application")
        && is(&query.actor, "/actor/id")
        && is(&query.subject, "/subject/id")
        && query.party.as_deref().is_none_or(|party| ids.iter().any(|pointer| text(pointer) == Some(party)))
        && is(&query.action, "/action")
        && query.action_prefix.as_deref().is_none_or(|prefix| text("/action").unwrap().starts_with(prefix))
        && is(&query.kind, "/kind")
        && query.not_kinds.iter().all(|kind| text("/kind") != Some(kind))
        && is(&query.area, "/area")
        && is(&query.resource_type, "/resource/type")
        && is(&query.resource_id, "/resource/id")
        && is(&query.outcome, "/outcome")
        && is(&query.reason, "/reason")
        && query.since.is_none_or(|since| at >= since)
        && query.until.is_none_or(|until| at < until)
        && is(&query.client, "/request/client")
        && is(&query.request_id, "/request/id")
        && query.words.iter().flat_map(|text| words(text)).all(|word| found.contains(&word))
}

#[test]
fn words_are_found_in_whatever_case_and_in_values_alone() {
    let event = Event {
        action: "casemate.role.update".into(),
        reason: Some("No_Session".into()),
        after: Some(r#"{"name":{"given":["Ada"]},"n":[42,4.5],"x":"Käthe"}"#.into()),
        ..Event::default()
    };
    let has = |text: &str| Query { words: vec![text.to_owned()], ..Query::default() }.matches(&event);
    for found in ["casemate", "ROLE", "session", "no session", "ada", "42", "käthe", "KÄTHE ada"] {
        assert!(has(found), "{found}");
    }
    for not_found in ["given", "name", "sess", "ad", "ada bob"] {
        assert!(!has(not_found), "{not_found}");
    }
}

#[test]
fn words_are_found_however_a_document_spells_them() {
    for after in
        [r#"{"x":"\u0041da\u006co"}"#, "{\"x\":\"\u{212a}ada\"}", r#"{"x":"a\nADALO"}"#, r#"["Adalo\/2"]"#]
    {
        let event = Event { after: Some(after.into()), ..Event::default() };
        let text = made::text_of(&event);
        let finds = |word: &str| {
            let query = Query { words: vec![word.to_owned()], ..Query::default() };
            query.matcher().event(&text).is_some()
        };
        // The sign for kelvin is a `k` in lower case.
        assert_eq!(
            (finds("adalo"), finds("kada")),
            (!after.contains('\u{212a}'), after.contains('\u{212a}')),
            "{after}"
        );
        assert!(!finds("bob") && !finds("lo"), "{after}");
    }
}

#[test]
fn the_beginning_of_an_action_is_found_by_its_segments() {
    let event = Event { action: "casemate.role.update".into(), ..Event::default() };
    let mut terms = Vec::new();
    filter::terms_of(&event, |field, hash| terms.push((field, hash)));
    for (prefix, matches, sought) in [
        ("casemate.role.", true, 1),
        ("casemate.role.up", true, 1),
        ("casemate.", true, 1),
        ("case", true, 0),
        ("", true, 0),
        ("casemate.group.", false, 1),
    ] {
        let query = Query { action_prefix: Some(prefix.to_owned()), ..Query::default() };
        assert_eq!((query.matches(&event), query.terms().len()), (matches, sought), "{prefix}");
        assert_eq!(query.terms().iter().all(|term| terms.contains(term)), matches, "{prefix}");
    }
}

proptest! {
    #[test]
    fn what_matches_is_what_is_sought_and_is_found_by_its_terms(
        events in vec(made::event(), 1..12),
        query in query(),
        of in proptest::option::weighted(0.8, (any::<prop::sample::Index>(), any::<u32>(), any::<u32>())),
    ) {
        let query = match of {
            Some((place, some, others)) => like(query, &events[place.index(events.len())], some & others),
            None => query,
        };
        let texts: Vec<String> = events.iter().map(made::text_of).collect();
        let matcher = query.matcher();
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let filters = block::seal(0, &bytes, &Seed([1; 32])).unwrap().filters;
        let is_any = matcher.may_match(&texts.concat());
        for (event, text) in events.iter().zip(&texts) {
            let sought = is_sought(&query, event.at, &serde_json::from_str(text).unwrap());
            prop_assert_eq!(query.matches(event), sought, "{:?}", query);
            prop_assert_eq!(matcher.event(text).is_some(), sought, "{:?} {}", query, text);
            prop_assert!(is_any || !sought, "{:?} {}", query, text);
            let may_be_found = query.terms().into_iter().all(|(field, hash)| {
                filters.iter().any(|(of, bits)| *of == field && filter::may_hold(bits, hash))
            });
            prop_assert!(may_be_found || !sought, "{:?}", query);
        }
    }

    #[test]
    fn no_search_makes_it_fail(text in "(actor:|action:|since:|\"|\\\\|\\*|[a-z]{1,4}:|[0-9]{4}-[0-9]{2}-[0-9]{2}|T|Z| |\\PC){0,20}", any in any::<String>()) {
        for text in [text, any] {
            if let Ok(query) = Query::parse(&text) {
                prop_assert!(query.terms().len() <= 2_000);
            }
        }
    }
}
