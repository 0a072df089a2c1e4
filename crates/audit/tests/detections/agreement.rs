//! What is compiled and looked up agrees with the specification, read naively.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const FIELDS: [&str; 6] = ["kind", "action", "outcome", "reason", "area", "after.x"];
const TEXTS: [&str; 9] = ["a", "B", "ab", "aB*", "?b", "É", "*", "", "a\\*"];

#[derive(Debug, Clone)]
struct Named {
    field: usize,
    modifier: &'static str,
    is_all: bool,
    values: Vec<Option<usize>>,
}

#[derive(Debug, Clone)]
enum Asked {
    Selection(usize),
    Not(Box<Asked>),
    And(Vec<Asked>),
    Or(Vec<Asked>),
    OneOf,
    AllOf,
}

#[derive(Debug, Clone)]
struct Wanted {
    selections: Vec<Vec<Named>>,
    condition: Asked,
}

fn named() -> impl Strategy<Value = Named> {
    let modifiers = prop_oneof![3 => Just(""), 1 => Just("contains"), 1 => Just("startswith"), 1 => Just("endswith"), 1 => Just("cased"), 1 => Just("neq")];
    (
        0..FIELDS.len(),
        modifiers,
        any::<bool>(),
        prop::collection::vec(prop::option::weighted(0.9, 0..TEXTS.len()), 1..4),
    )
        .prop_map(|(field, modifier, is_all, mut values)| {
            let takes_all = matches!(modifier, "contains" | "startswith" | "endswith");
            if takes_all || modifier == "cased" {
                // Neither null nor, of parts, an empty text has a meaning there.
                values = values
                    .into_iter()
                    .map(|value| value.filter(|value| !TEXTS[*value].is_empty()).or(Some(0)))
                    .collect();
            }
            Named { field, modifier, is_all: is_all && values.len() > 1, values }
        })
}

fn asked() -> impl Strategy<Value = Asked> {
    let leaf = prop_oneof![6 => (0..3_usize).prop_map(Asked::Selection), 1 => Just(Asked::OneOf), 1 => Just(Asked::AllOf)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| Asked::Not(Box::new(one))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Asked::And),
            prop::collection::vec(inner, 2..4).prop_map(Asked::Or),
        ]
    })
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let selections = prop::collection::vec(
        prop::collection::vec(named(), 1..3).prop_map(|mut fields| {
            let mut seen = std::collections::HashSet::new();
            fields.retain(|named| seen.insert((named.field, named.modifier, named.is_all)));
            fields
        }),
        3,
    );
    (selections, asked()).prop_map(|(selections, condition)| Wanted { selections, condition })
}

impl Wanted {
    fn text(&self) -> String {
        let mut selections = String::new();
        for (index, fields) in self.selections.iter().enumerate() {
            selections.push_str(&format!("s{index}:\n"));
            for Named { field, modifier, is_all, values } in fields {
                let modifiers = [*modifier, if *is_all { "all" } else { "" }];
                let modifiers: String =
                    modifiers.iter().filter(|one| !one.is_empty()).map(|one| format!("|{one}")).collect();
                selections.push_str(&format!("    {}{modifiers}:\n", FIELDS[*field]));
                for value in values {
                    let value = value.map_or("null".to_owned(), |value| format!("'{}'", TEXTS[value]));
                    selections.push_str(&format!("        - {value}\n"));
                }
            }
        }
        rule(&selections, &self.condition.text())
    }

    fn holds(&self, event: &[Option<&str>; 6]) -> bool {
        let held: Vec<bool> =
            self.selections.iter().map(|fields| fields.iter().all(|named| named.holds(event))).collect();
        self.condition.holds(&held)
    }
}

impl Asked {
    fn text(&self) -> String {
        let joined = |parts: &[Asked], word: &str| {
            format!("({})", parts.iter().map(Asked::text).collect::<Vec<_>>().join(&format!(" {word} ")))
        };
        match self {
            Asked::Selection(index) => format!("s{index}"),
            Asked::Not(inner) => format!("not {}", inner.text()),
            Asked::And(parts) => joined(parts, "and"),
            Asked::Or(parts) => joined(parts, "or"),
            Asked::OneOf => "1 of s*".to_owned(),
            Asked::AllOf => "all of them".to_owned(),
        }
    }

    fn holds(&self, held: &[bool]) -> bool {
        match self {
            Asked::Selection(index) => held[*index],
            Asked::Not(inner) => !inner.holds(held),
            Asked::And(parts) => parts.iter().all(|part| part.holds(held)),
            Asked::Or(parts) => parts.iter().any(|part| part.holds(held)),
            Asked::OneOf => held.iter().any(|held| *held),
            Asked::AllOf => held.iter().all(|held| *held),
        }
    }
}

impl Named {
    fn holds(&self, event: &[Option<&str>; 6]) -> bool {
        let field = event[self.field];
        let one = |value: &Option<usize>| match value {
            None => field.is_none(),
            Some(value) => field.is_some_and(|field| self.is_met(TEXTS[*value], field)),
        };
        let holds = if self.is_all { self.values.iter().all(one) } else { self.values.iter().any(one) };
        holds != (self.modifier == "neq")
    }

    fn is_met(&self, pattern: &str, text: &str) -> bool {
        let pattern = match self.modifier {
            "contains" => format!("*{pattern}*"),
            "startswith" => format!("{pattern}*"),
            "endswith" => format!("*{pattern}"),
            _ => pattern.to_owned(),
        };
        let folded =
            |text: &str| if self.modifier == "cased" { text.to_owned() } else { text.to_lowercase() };
        glob(&folded(&pattern).chars().collect::<Vec<_>>(), &folded(text).chars().collect::<Vec<_>>())
    }
}

fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['\\', escaped @ ('*' | '?' | '\\'), rest @ ..] => {
            text.first() == Some(escaped) && glob(rest, &text[1..])
        }
        ['*', rest @ ..] => (0..=text.len()).any(|skipped| glob(rest, &text[skipped..])),
        ['?', rest @ ..] => !text.is_empty() && glob(rest, &text[1..]),
        [one, rest @ ..] => text.first() == Some(one) && glob(rest, &text[1..]),
    }
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "A", "b", "B", "é", "*", "x"]), 0..4)
        .prop_map(|parts| parts.concat())
}

fn cases() -> ProptestConfig {
    let long = std::env::var_os("CASEMATE_LONG").is_some();
    ProptestConfig { cases: if long { 20_000 } else { 256 }, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn many_rules_at_once_match_as_each_would_by_the_specification(
        wanted in prop::collection::vec(wanted(), 1..6),
        events in prop::collection::vec((text(), text(), text(), prop::option::of(text()), text(), prop::option::of(text())), 1..8),
    ) {
        let texts: Vec<String> = wanted.iter().map(Wanted::text).collect();
        let mut engine = engine(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        for (index, (kind, action, outcome, reason, area, after)) in (0..).zip(&events) {
            let event = Event {
                area: area.into(),
                reason: reason.as_deref().map(Into::into),
                after: after.as_ref().map(|after| json!({ "x": after }).to_string().into()),
                ..event(NOW, kind, action, outcome)
            };
            let mut found = Vec::new();
            engine.observe(index, &Observed::new(&event), &mut found);
            let mut found: Vec<usize> = found.iter().map(|found| found.text).collect();
            found.sort_unstable();
            let fields = [Some(&**kind), Some(&**action), Some(&**outcome), reason.as_deref(), Some(&**area), after.as_deref()];
            let expected: Vec<usize> = (0..wanted.len()).filter(|one| wanted[*one].holds(&fields)).collect();
            prop_assert_eq!(found, expected, "{:?}\n{}", fields, texts.join("---\n"));
        }
    }

    #[test]
    fn counts_values_and_sequences_are_those_that_looking_through_all_events_finds(
        events in prop::collection::vec((0..6_i64, 0..3_usize, 0..2_usize, 0..4_usize), 1..60),
        count in 1..5_usize,
        timespan in 1..12_i64,
    ) {
        const KINDS: [&str; 3] = ["a", "b", "ab"];
        const WHO: [&str; 2] = ["ada", "bob"];
        const CLIENTS: [&str; 4] = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
        // `ab` is matched by both.
        let bases = format!(
            "{}---\n{}",
            rule("it:\n    kind: [a, ab]", "it").replace("base", "first"),
            rule("it:\n    kind: [b, ab]", "it").replace("base", "second"),
        );
        let correlation = |sort: &str, more: &str| {
            format!("---\ntitle: {sort}\ncorrelation:\n    type: {sort}\n    rules: [first, second]\n    group-by: [actor.id]\n    timespan: {timespan}s\n{more}")
        };
        let text = [
            bases,
            correlation("event_count", &format!("    condition: {{gte: {count}}}\n")),
            correlation("value_count", &format!("    condition: {{field: request.client, gte: {count}}}\n")),
            correlation("temporal", ""),
            correlation("temporal_ordered", ""),
        ].concat();
        let mut engine = engine(&[&text]);
        let mut at = 0;
        let history: Vec<(i64, usize, usize, usize)> = events.iter().map(|(after, kind, who, client)| {
            at += after;
            (at, *kind, *who, *client)
        }).collect();
        for (index, (at, kind, who, client)) in history.iter().enumerate() {
            let mut event = event(at * SECOND, KINDS[*kind], "x", "success");
            event.actor.id = WHO[*who].into();
            event.request.client = Some(CLIENTS[*client].into());
            let mut found = Vec::new();
            engine.observe(index as u64, &Observed::new(&event), &mut found);
            let mut found: Vec<usize> = found.iter().map(|found| found.rule - 2).collect();
            found.sort_unstable();
            let within: Vec<&(i64, usize, usize, usize)> = history[..=index]
                .iter().filter(|(then, _, other, _)| other == who && at - then <= timespan).collect();
            let values: std::collections::HashSet<usize> = within.iter().map(|event| event.3).collect();
            let has = |kind: usize| within.iter().any(|event| event.1 == kind || event.1 == 2);
            let is_second = *kind != 0;
            let was_first = within[..within.len() - 1].iter().any(|event| event.1 != 1);
            let expected: Vec<usize> = [
                (0, within.len() >= count), (1, values.len() >= count), (2, has(0) && has(1)), (3, is_second && was_first),
            ].into_iter().filter(|(_, holds)| *holds).map(|(index, _)| index).collect();
            prop_assert_eq!(found, expected, "at {} of {:?}, {} within {} s", index, history, count, timespan);
        }
    }
}
