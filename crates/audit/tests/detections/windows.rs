//! Correlations, and what is watched for.

use super::*;

/// A correlation of the rule `base`, which looks for the kind `a`.
fn correlation(body: &str) -> String {
    format!(
        "{}---\ntitle: Together\nid: together\nlevel: high\ncorrelation:\n{body}",
        rule("it:\n    kind: a", "it")
    )
}

fn of<'a>(at: i64, kind: &'a str, id: &'a str) -> Event<'a> {
    let mut event = event(at, kind, "x", "success");
    event.actor.id = id.into();
    event
}

fn indexes(found: &[Match]) -> Vec<u64> {
    found.iter().filter_map(|found| found.events.last().copied()).collect()
}

#[test]
fn events_are_counted_for_each_group_within_the_time() {
    let text = correlation(
        "    type: event_count\n    rules: [base]\n    group-by: [actor.id]\n    timespan: 10s\n    condition: {gte: 3}\n",
    );
    let events = [
        of(0, "a", "ada"),
        of(SECOND, "a", "bob"),
        of(2 * SECOND, "a", "ada"),
        of(3 * SECOND, "b", "ada"),
        of(11 * SECOND, "a", "ada"), // the first is 11 s old
        of(12 * SECOND, "a", "ada"), // with those of 2, 11 and 12
        of(13 * SECOND, "a", "bob"),
    ];
    let found = matches(&mut engine(&[&text]), &events);
    assert_eq!(indexes(&found), [5]);
    assert_eq!((found[0].rule, found[0].events.as_slice()), (1, &[2, 4, 5][..]));
    assert_eq!(found[0].group, [("actor.id".into(), "ada".into())]);
}

#[test]
fn more_than_so_many_is_one_more_than_so_many() {
    let text =
        correlation("    type: event_count\n    rules: [base]\n    timespan: 10s\n    condition: {gt: 1}\n");
    assert_eq!(indexes(&matches(&mut engine(&[&text]), &[of(0, "a", "x"), of(1, "a", "y")])), [1]);
}

#[test]
fn values_are_counted_once_each() {
    let text = correlation(
        "    type: value_count\n    rules: [base]\n    group-by: [request.client]\n    timespan: 10s\n    condition: {field: actor.id, gte: 3}\n",
    );
    let events = [
        of(0, "a", "ada"),
        of(SECOND, "a", "bob"),
        of(2 * SECOND, "a", "bob"),
        of(3 * SECOND, "a", "cy"),
        of(11 * SECOND, "a", "dan"), // ada is too long ago
        of(12 * SECOND, "a", "ada"),
    ];
    assert_eq!(indexes(&matches(&mut engine(&[&text]), &events)), [3, 4, 5]);
}

fn two(sort: &str, more: &str) -> String {
    let one = rule("it:\n    kind: a", "it");
    let other = one.replace("base", "other").replace("kind: a", "kind: b");
    format!(
        "{one}---\n{other}---\ntitle: Both\ncorrelation:\n    type: {sort}\n    rules: [base, other]\n    timespan: 10s\n{more}"
    )
}

#[test]
fn rules_are_met_together_in_any_order_or_in_theirs() {
    let events = [
        of(0, "b", "ada"),
        of(SECOND, "a", "bob"),
        of(2 * SECOND, "a", "ada"),
        of(3 * SECOND, "b", "ada"),
        of(20 * SECOND, "b", "ada"),
    ];
    let group = "    group-by: [actor.id]\n";
    let found = matches(&mut engine(&[&two("temporal", group)]), &events);
    assert_eq!(indexes(&found), [2, 3]);
    let found = matches(&mut engine(&[&two("temporal_ordered", group)]), &events);
    assert_eq!(indexes(&found), [3]);
    assert_eq!(found[0].events, [2, 3]);
    let found = matches(&mut engine(&[&two("temporal", "    condition: {gte: 1}\n")]), &events);
    assert_eq!(indexes(&found), [0, 1, 2, 3, 4]);
}

#[test]
fn one_event_is_not_two_steps_of_a_sequence() {
    let text = two("temporal_ordered", "").replace("kind: b", "kind: a*");
    let events = [of(0, "a", "ada"), of(SECOND, "a", "ada"), of(20 * SECOND, "a", "ada")];
    assert_eq!(indexes(&matches(&mut engine(&[&text]), &events)), [1]);
}

#[test]
fn a_correlation_may_wait_for_another_and_groups_by_what_each_rule_calls_it() {
    let text = include_str!("../../rules/failed-sign-ins-then-success.yml");
    let failed = |at: i64| Event {
        resource_type: Some("user".into()),
        resource_id: Some("usr_1".into()),
        actor: Party { provider: "casemate".into(), kind: "anonymous".into(), ..Party::default() },
        ..event(at, "sign-in", "casemate.session.begin", "failure")
    };
    let success = |at: i64, who: &'static str| Event {
        resource_type: Some("session".into()),
        resource_id: Some("ses_1".into()),
        actor: Party { provider: "casemate".into(), kind: "user".into(), id: who.into(), credential: None },
        ..event(at, "sign-in", "casemate.session.begin", "success")
    };
    let mut events: Vec<Event<'_>> = (0..4).map(|one| failed(one * SECOND)).collect();
    events.push(success(5 * SECOND, "usr_1"));
    assert_eq!(matches(&mut engine(&[text]), &events), []);
    events.insert(4, failed(4 * SECOND));
    events.push(success(6 * SECOND, "usr_2"));
    let found = matches(&mut engine(&[text]), &events);
    assert_eq!(indexes(&found), [5], "{found:?}");
    assert_eq!(found[0].group, [("account".into(), "usr_1".into())]);
    assert_eq!(found[0].events, [0, 1, 2, 3, 4, 5], "with what led to it");
    assert_eq!(
        rules(text).about().filter(|about| about.is_told).count(),
        2,
        "the correlations alone are told of"
    );
}

#[test]
fn rules_that_are_correlated_are_told_of_too_where_they_generate() {
    let text = correlation(
        "    type: event_count\n    rules: [base]\n    timespan: 10s\n    condition: {gte: 2}\n    generate: true\n",
    );
    let found = matches(&mut engine(&[&text]), &[of(0, "a", "ada"), of(1, "a", "ada")]);
    assert_eq!(found.iter().map(|found| found.rule).collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn an_event_that_comes_late_counts_where_its_time_has_not_passed() {
    let text =
        correlation("    type: event_count\n    rules: [base]\n    timespan: 10s\n    condition: {gte: 3}\n");
    let mut engine = engine(&[&text]);
    let events = [
        of(20 * SECOND, "a", "x"),
        of(5 * SECOND, "a", "x"),
        of(15 * SECOND, "a", "x"),
        of(21 * SECOND, "a", "x"),
    ];
    assert_eq!(indexes(&matches(&mut engine, &events)), [3]);
    assert_eq!(engine.counts().late, 1);
}

#[test]
fn an_event_without_a_field_of_the_group_is_counted_in_none() {
    let text = correlation(
        "    type: event_count\n    rules: [base]\n    group-by: [reason]\n    timespan: 10s\n    condition: {gte: 1}\n",
    );
    let mut engine = engine(&[&text]);
    assert_eq!(matches(&mut engine, &[of(0, "a", "x")]), []);
    assert_eq!(engine.counts().ungrouped, 1);
}

#[test]
fn a_value_that_is_new_to_somebody_who_is_known_is_told() {
    let text = format!(
        "{}casemate:\n    type: new_value\n    field: request.client\n    network: true\n    group-by: [actor.id]\n    timespan: 30d\n    learn: 1d\n",
        rule("it:\n    kind: a", "it")
    );
    let from = |at: i64, id: &'static str, client: &'static str| {
        let mut event = of(at, "a", id);
        event.request.client = Some(client.into());
        event
    };
    let events = [
        from(0, "ada", "192.0.2.1"),
        from(HOUR, "ada", "198.51.100.1"),    // learnt within the first day
        from(2 * DAY, "ada", "192.0.2.200"),  // the same network
        from(2 * DAY, "ada", "203.0.113.9"),  // new
        from(3 * DAY, "ada", "203.0.113.10"), // no longer
        from(3 * DAY, "bob", "203.0.113.10"), // of bob nothing is known
        from(40 * DAY, "ada", "192.0.2.1"),   // too long ago, as is all but what was seen 37 days before
        from(41 * DAY, "ada", "2001:db8::1"),
        from(41 * DAY, "ada", "2001:db8:0:9::1"),
    ];
    let found = matches(&mut engine(&[&text]), &events);
    assert_eq!(indexes(&found), [3, 7]);
    assert_eq!(found[0].value.as_deref(), Some("203.0.113.0/24"));
    assert_eq!(found[1].value.as_deref(), Some("2001:db8::/48"));
}

#[test]
fn what_was_not_seen_for_long_and_is_again_is_told() {
    let text = format!(
        "{}casemate:\n    type: awakening\n    group-by: [actor.id]\n    idle: 60d\n    timespan: 180d\n",
        rule("it:\n    kind: a", "it")
    );
    let events = [
        of(0, "a", "key"),
        of(DAY, "a", "other"),
        of(50 * DAY, "a", "key"),
        of(111 * DAY, "a", "key"),
        of(112 * DAY, "a", "key"),
    ];
    assert_eq!(indexes(&matches(&mut engine(&[&text]), &events)), [3]);
}

#[test]
fn a_missing_index_and_a_clock_that_was_set_back_are_told_at_the_next_event() {
    let text =
        format!("{}casemate:\n    type: gap\n    tolerance: 5m\n", rule("it:\n    kind|exists: true", "it"));
    let mut engine = engine(&[&text]);
    engine.expect(7);
    let mut found = Vec::new();
    let mut show = |index: u64, at: i64| {
        found.clear();
        engine.observe(index, &Observed::new(&of(at, "a", "x")), &mut found);
        found.len()
    };
    assert_eq!(show(7, HOUR), 0);
    assert_eq!(show(8, HOUR - SECOND), 0, "replicas' clocks differ a little");
    assert_eq!(show(10, HOUR), 1, "9 is missing");
    assert_eq!(show(11, HOUR), 0);
    assert_eq!(show(12, HOUR - 6 * 60 * SECOND), 1);
    engine.skip(13);
    engine.skip(15);
    let mut found = Vec::new();
    engine.observe(16, &Observed::new(&of(HOUR, "a", "x")), &mut found);
    assert_eq!(found.len(), 1, "14 is missing, which is told although 15 has no text any more");
    assert_eq!(found[0].group, [("gap".into(), "missing".into())]);

    // What an application tells late, or of a time to come, says nothing of a clock, and hides nothing either.
    let mut late = of(HOUR - 3 * 24 * HOUR, "a", "x");
    late.kind = "recorded".into();
    let mut early = of(9 * HOUR, "a", "x");
    early.kind = "recorded".into();
    for (index, event, told) in [
        (17, &late, None),
        (18, &early, None),
        (19, &of(HOUR, "a", "x"), None),
        (20, &of(HOUR - 6 * 60 * SECOND, "a", "x"), Some("clock")),
        (22, &late, Some("missing")),
    ] {
        found.clear();
        engine.observe(index, &Observed::new(event), &mut found);
        let groups: Vec<&str> = found.iter().map(|found| &*found.group[0].1).collect();
        assert_eq!(groups, told.into_iter().collect::<Vec<_>>(), "{index}");
    }
}

#[test]
fn what_is_remembered_is_bounded_and_what_is_forgotten_is_counted() {
    let text = correlation(
        "    type: event_count\n    rules: [base]\n    group-by: [actor.id]\n    timespan: 1d\n    condition: {gte: 10}\n",
    );
    let mut engine = engine(&[&text]);
    let mut found = Vec::new();
    for index in 0..120_000_u64 {
        let id = format!("{index:0>200}");
        engine.observe(index, &Observed::new(&of(NOW, "a", &id)), &mut found);
    }
    let counts = engine.counts();
    assert!(counts.bytes <= 32 << 20 && counts.bytes > 24 << 20, "{counts:?}");
    assert!(counts.forgotten > 30_000, "{counts:?}");
}
