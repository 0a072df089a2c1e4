//! What is no rule, or is not done here, is refused with its place and what to do.

use casemate_audit::detection::limits;

use super::*;

fn refusal(text: &str) -> String {
    Rules::parse(text).expect_err(text).to_string()
}

#[test]
fn what_sigma_can_say_and_is_not_done_here_is_refused_with_its_place_and_a_cure() {
    let base = rule("it:\n    kind: a", "it");
    let correlation = |body: &str| format!("{base}---\ntitle: Two\ncorrelation:\n{body}");
    for (text, said) in [
        (rule("it:\n    kind|expand: '%x%'", "it"), "rule `A rule`, line 7, column 9: the modifier `expand` is not supported; write the values out"),
        (rule("it:\n    kind|wide: x", "it"), "texts of events are UTF-8"),
        (rule("it:\n    kind|hour: 3", "it"), "time of day"),
        (rule("it:\n    kind|foo: 3", "it"), "the modifier `foo` is not supported; use contains"),
        (rule("it:\n    CommandLine: x", "it"), "no event has the field `CommandLine`; use kind, area"),
        (rule("it:\n    kind|re|contains: x", "it"), "`contains` does not go with the modifiers before it"),
        (rule("it:\n    kind|i: x", "it"), "write `|re|i`"),
        (rule("it:\n    kind|all: x", "it"), "`all` stands before a single value"),
        (rule("it:\n    kind|contains: ''", "it"), "an empty text is part of every text"),
        (rule("it:\n    kind|contains: null", "it"), "`null` has no text"),
        (rule("it:\n    kind|re: '(?=x)'", "it"), "without look-around"),
        (rule("it:\n    kind|re: '(x{1000}){1000}'", "it"), "it takes too much memory"),
        (rule("it:\n    kind|re|cased: x", "it"), "`cased` does not go with"),
        (rule("it:\n    request.client|cidr: 10.0.0.0/33", "it"), "is no network"),
        (rule("it:\n    revision|gt: many", "it"), "`many` is no number"),
        (rule("it:\n    kind|exists: maybe", "it"), "neither true nor false"),
        (rule("it:\n    kind|fieldref: other", "it"), "no event has the field `other`"),
        (rule("it:\n    kind: []", "it"), "a field has an empty list"),
        (rule("it:\n    after: x", "it"), "no event has the field `after`"),
        (rule("it:\n    after.x:\n        login: x", "it"), "name the member"),
        (rule("it: {}", "it"), "a search identifier is empty"),
        (rule("it:\n    - kind: x\n    - y", "it"), "make two search identifiers of it"),
        (rule("it:\n    kind: a\ntimeframe: 5m", "it"), "`timeframe` is of Sigma before 2.0"),
        (rule("it:\n    kind: a", "it | count() > 5"), "correlation rule"),
        (rule("it:\n    kind: a\n    kind: b", "it"), "`kind` stands twice in one map"),
        (rule("it:\n    kind: &a x\n    area: *a", "it"), "aliases"),
        (rule("it:\n    kind: !!str x", "it"), "a value has a YAML tag"),
        (base.replace("product: casemate", "product: windows"), "the log of another product; write `product: casemate`"),
        (base.replace("product: casemate", "product: casemate\n    service: x"), "`service` of the log source chooses nothing here"),
        (base.replace("logsource:\n    product: casemate\n", ""), "`logsource` is missing"),
        (format!("{base}level: severe\n"), "the level is no word of Sigma"),
        (format!("{base}status: done\n"), "the status is no word of Sigma"),
        (format!("{base}status: unsupported\n"), "it is unsupported"),
        (format!("{base}action: global\n"), "write each rule out"),
        (format!("{base}taxonomy: ecs\n"), "the taxonomy is another one"),
        ("title: F\nlogsource:\n    product: casemate\nfilter:\n    rules: any\n".to_owned(), "Sigma filters are not supported"),
        ("title: F\nlogsource:\n    product: casemate\n".to_owned(), "a rule has no detection"),
        (correlation("    type: value_sum\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 1}\n"), "events are counted here"),
        (correlation("    type: other\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 1}\n"), "use event_count, value_count"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1h\n    condition: {lt: 5}\n"), "`lt` needs the end of the time"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1h\n    condition: {eq: 5}\n"), "`eq` needs the end"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 0}\n"), "from 1 to 10000"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 5, field: kind}\n"), "`field` has no meaning"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1h\n"), "`condition` is missing"),
        (correlation("    type: value_count\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 5}\n"), "a value_count has no `field`"),
        (correlation("    type: temporal\n    rules: [base]\n    timespan: 1h\n    condition: base and base\n"), "a condition that is a text is not supported"),
        (correlation("    type: temporal\n    rules: [base]\n    timespan: 1h\n    condition: {gte: 2}\n"), "waits for 2 of 1 rules"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 1w\n    condition: {gte: 5}\n"), "`1w` is no time"),
        (correlation("    type: event_count\n    rules: [base]\n    timespan: 400d\n    condition: {gte: 5}\n"), "up to 366d"),
        (correlation("    type: event_count\n    rules: [other]\n    timespan: 1h\n    condition: {gte: 5}\n"), "no rule of this text has the id or name `other`; put the rule into the same text"),
        (correlation("    type: event_count\n    rules: [base]\n    group-by: [user]\n    timespan: 1h\n    condition: {gte: 5}\n"), "no event has the field `user`"),
        (correlation("    type: event_count\n    rules: [base]\n    window: fixed\n    timespan: 1h\n    condition: {gte: 5}\n"), "`window` of a correlation is not supported"),
        (correlation("    type: event_count\n    rules: [base]\n    group-by: [who]\n    aliases: {who: {other: kind}}\n    timespan: 1h\n    condition: {gte: 5}\n"), "to which the correlation does not refer"),
        (correlation("    type: event_count\n    rules: [base]\n    aliases: {who: {base: kind}}\n    group-by: [kind]\n    timespan: 1h\n    condition: {gte: 5}\n"), "the alias `who` is used nowhere"),
        ("title: Self\nname: self\ncorrelation:\n    type: event_count\n    rules: [self]\n    timespan: 1h\n    condition: {gte: 5}\n".to_owned(), "refers to itself"),
        (format!("{base}---\n{base}"), "two rules are called `base`"),
        (format!("{base}casemate:\n    type: often\n"), "use each, new_value, awakening or gap"),
        (format!("{base}casemate:\n    type: awakening\n    idle: 5d\n    timespan: 5d\n"), "`timespan` is no longer than `idle`"),
        (format!("{base}casemate:\n    type: new_value\n    timespan: 5d\n"), "`field` is missing"),
        (format!("{base}casemate:\n    type: gap\n    timespan: 5d\n"), "`timespan` has no meaning there; use type, tolerance"),
        (String::new(), "there is no rule"),
        ("title: [\n".to_owned(), "this is no YAML"),
        ("- a\n".to_owned(), "a rule is no map"),
        ("title: ''\n".to_owned(), "the title is empty"),
    ] {
        let refusal = refusal(&text);
        assert!(refusal.contains(said), "{said}\n{refusal}\n{text}");
        assert!(refusal.contains("line ") && refusal.contains("; "), "{refusal}");
    }
}

#[test]
fn rules_are_bounded() {
    assert!(refusal(&format!("title: {}\n", "x".repeat(limits::TEXT))).contains("make two of it"));
    let base = rule("it:\n    kind: a", "it");
    assert!(
        refusal(&vec![base.replace("name: base\n", ""); limits::DOCUMENTS + 1].join("---\n"))
            .contains("too many documents")
    );
    let nested = format!("title: x\nother: {}{}\n", "[".repeat(100), "]".repeat(100));
    assert!(refusal(&nested).contains("too deep"));
    assert!(refusal(&format!("title: x\nother: [{}]\n", "a,".repeat(20_000))).contains("too many values"));
    let expressions: String = (0..17).map(|one| format!("        - 'x{one}'\n")).collect();
    assert!(
        refusal(&rule(&format!("it:\n    kind|re:\n{expressions}"), "it"))
            .contains("too many regular expressions")
    );
    assert!(refusal(&rule(&format!("it:\n    kind|re: {}", "x".repeat(1_025)), "it")).contains("too long"));
    let names: String = (0..500).map(|one| format!("s{one}:\n    kind: a\n")).collect();
    assert!(refusal(&rule(&names, &["1 of s*"; 5].join(" or "))).contains("the condition is too long"));
}
