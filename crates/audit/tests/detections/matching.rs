//! Fields, modifiers and conditions.

use super::*;

#[test]
fn values_are_compared_as_texts_in_any_case_and_with_wildcards() {
    let event = Event {
        reason: Some("Invalid Credentials".into()),
        revision: 42,
        after: Some(r#"{"login":"Ada","count":7,"on":true,"none":null,"tags":["x","Yes"],"deep":{"a":[{"b":1},{"b":"two"}]},"a.b":"dotted"}"#.into()),
        ..event(NOW, "sign-in", "casemate.session.begin", "failure")
    };
    for (selection, expected) in [
        ("kind: SIGN-IN", true),
        ("kind|cased: SIGN-IN", false),
        ("kind: sign", false),
        ("kind: sign*", true),
        ("kind: sign?in", true),
        ("kind: sign??in", false),
        (r"kind: sign\?in", false),
        ("kind:\n    - update\n    - sign-in", true),
        ("action|startswith: casemate.", true),
        ("action|endswith: .begin", true),
        ("action|contains|all:\n    - session\n    - begin", true),
        ("action|contains|all:\n    - session\n    - end", false),
        ("action|contains:\n    - end\n    - begin", true),
        ("action|startswith: 'case*sess'", true),
        ("action|contains|cased: Session", false),
        ("reason|re: '^Invalid .redentials$'", true),
        ("reason|re: 'invalid'", false),
        ("reason|re|i: 'invalid'", true),
        ("revision: 42", true),
        ("revision: '42'", true),
        ("revision: 4", false),
        ("revision|gt: 41", true),
        ("revision|gte: 42.5", false),
        ("revision|lt: 42", false),
        ("revision|lte: 42", true),
        ("request.client|cidr: 192.0.2.0/24", true),
        ("request.client|cidr:\n    - 10.0.0.0/8\n    - 192.0.2.7/32", true),
        ("request.client|cidr: 2001:db8::/32", false),
        ("request.user_agent|exists: false", true),
        ("request.user_agent|exists: true", false),
        ("request.user_agent: null", true),
        ("request.user_agent: ''", false),
        ("tenant: ''", true),
        ("tenant: null", false),
        ("reason:\n    - null\n    - other", false),
        ("reason|neq: other", true),
        ("reason|neq: invalid credentials", false),
        ("request.user_agent|neq: other", true),
        ("revision|neq: 42", false),
        ("after.login: ada", true),
        ("after.login|fieldref: actor.id", true),
        ("after.login|fieldref|cased: actor.id", false),
        ("after.login|fieldref|neq: actor.id", false),
        ("after.count|gt: 6", true),
        ("after.count: 7", true),
        ("after.on: true", true),
        ("after.none: null", true),
        ("after.none|exists: true", true),
        ("after.other|exists: true", false),
        ("after.tags: yes", true),
        ("after.tags: no", false),
        ("after.deep.a.b: two", true),
        ("after.a.b: dotted", true),
        ("after.deep: '*'", false),
        ("before.login: null", true),
        ("kind: sign-in\noutcome: success", false),
        ("kind: sign-in\noutcome: failure", true),
        ("- kind: update\n- outcome: failure", true),
        ("- kind: update\n- outcome: success", false),
        ("- credentials\n- nothing", true),
        ("- CREDENT*LS", true),
        ("'|all':\n    - credentials\n    - dotted", true),
        ("'|all':\n    - credentials\n    - nothing", false),
        ("'|cased':\n    - credentials", false),
        ("- sign-out", false),
    ] {
        assert_eq!(meets(selection, &event), expected, "{selection}");
    }
}

#[test]
fn a_text_is_found_in_base64_wherever_it_begins() {
    let with = |reason: &'static str| Event { reason: Some(reason.into()), ..event(NOW, "a", "b", "c") };
    assert!(meets("reason|base64: foobar", &with("Zm9vYmFy")));
    assert!(meets("reason|base64offset|contains: foobar", &with("xx eGZvb2Jhcg==")), "behind one byte");
    assert!(!meets("reason|base64offset|contains: foobar", &with("foobar")));
}

#[test]
fn conditions_join_selections() {
    let text = rule(
        "one:\n    kind: a\ntwo:\n    action: b\nfilter_x:\n    outcome: c",
        "(one or two) and not 1 of filter_*",
    );
    let mut engine = engine(&[&text]);
    let events = [("a", "-", "-"), ("-", "b", "-"), ("a", "b", "c"), ("-", "-", "-"), ("A", "B", "d")];
    let events: Vec<Event<'_>> =
        events.iter().map(|(kind, action, outcome)| event(NOW, kind, action, outcome)).collect();
    let found: Vec<u64> =
        matches(&mut engine, &events).iter().flat_map(|found| found.events.clone()).collect();
    assert_eq!(found, [0, 1, 4]);
}

#[test]
fn several_conditions_are_alternatives() {
    let text = rule("one:\n    kind: a\ntwo:\n    kind: b", "\n        - one\n        - two");
    let events = [event(NOW, "a", "", ""), event(NOW, "b", "", ""), event(NOW, "c", "", "")];
    assert_eq!(matches(&mut engine(&[&text]), &events).len(), 2);
}

#[test]
fn what_is_asked_of_an_action_in_another_case_beyond_ascii_is_met_although_actions_are_looked_up() {
    let text = rule("it:\n    action: lock", "it");
    assert_eq!(matches(&mut engine(&[&text]), &[event(NOW, "a", "loc\u{212a}", "c")]).len(), 1);
}

#[test]
fn a_match_says_who_did_it_where_the_rule_says_nothing_of_groups() {
    let found = matches(&mut engine(&[&rule("it:\n    kind: a", "it")]), &[event(NOW, "a", "b", "c")]);
    let group: Vec<(&str, &str)> = found[0].group.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(group, [("tenant", ""), ("actor.provider", "corp"), ("actor.id", "ada")]);
    assert_eq!(
        (found[0].text, found[0].rule, found[0].at, found[0].events.as_slice()),
        (0, 0, NOW, &[0][..])
    );
}

#[test]
fn an_event_that_is_shown_again_is_passed_over() {
    let mut engine = engine(&[&rule("it:\n    kind: a", "it")]);
    let event = event(NOW, "a", "b", "c");
    let mut found = Vec::new();
    for index in [0, 1, 1, 0, 2] {
        engine.observe(index, &Observed::new(&event), &mut found);
    }
    assert_eq!(found.len(), 3);
    assert_eq!((engine.counts().repeated, engine.counts().events), (2, 3));
}
