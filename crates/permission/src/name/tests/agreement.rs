use std::ops::ControlFlow;
use std::sync::LazyLock;

use proptest::prelude::*;

use crate::name::{Name, Pattern, PatternIndex, includes, intersects};

/// Matches by trying everything.
fn reference(pattern: &[u8], name: &[u8]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((b'*', rest)) => (0..=name.len()).any(|taken| reference(rest, &name[taken..])),
        Some((b'?', rest)) => name.first().is_some_and(|byte| *byte != b'.') && reference(rest, &name[1..]),
        Some((literal, rest)) => name.first() == Some(literal) && reference(rest, &name[1..]),
    }
}

/// Every text of at most so many of these pieces.
fn texts(pieces: usize) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..pieces {
        last =
            last.iter().flat_map(|head| ["a", "b", "-", "."].map(|piece| format!("{head}{piece}"))).collect();
        texts.extend(last.iter().cloned());
    }
    texts
}

/// Every name of at most five pieces, and of at most three behind something like `casemate`.
fn names() -> &'static [String] {
    static NAMES: LazyLock<Vec<String>> = LazyLock::new(enumerate);
    &NAMES
}

fn enumerate() -> Vec<String> {
    let mut names = texts(5);
    for head in ["casemate", "casemat", "a.casemate"] {
        names.extend(texts(3).iter().map(|tail| format!("{head}{tail}")));
    }
    names.retain(|text| Name::parse(text).is_ok());
    names
}

fn granted() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec!["a", "b", ".", "*", "?"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["{a,b}", "{,a}", "{a.b,*}", "{?,b*}", "{b,{a,-}}"]).prop_map(str::to_owned),
    ];
    let head = prop_oneof![8 => Just(""), 1 => Just("casemate"), 1 => Just("casemate.")];
    (head, prop::collection::vec(piece, 1..6)).prop_map(|(head, pieces)| head.to_owned() + &pieces.concat())
}

fn valid() -> impl Strategy<Value = Pattern> {
    granted().prop_filter_map("matches nothing", |text| Pattern::parse(&text).ok())
}

/// The names that a pattern matches, by the reference alone.
fn language(pattern: &Pattern, names: &'static [String]) -> Vec<&'static str> {
    let reaches = pattern.as_str().starts_with("casemate.");
    names
        .iter()
        .map(String::as_str)
        .filter(|name| {
            (reaches || !name.starts_with("casemate."))
                && pattern.alternatives().any(|glob| reference(glob.as_str().as_bytes(), name.as_bytes()))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn matching_agrees_with_the_reference(pattern in valid()) {
        let names = names();
        let expected = language(&pattern, names);
        let matched: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| pattern.matches(&Name::parse(name).expect("a name")))
            .collect();
        prop_assert_eq!(matched, expected);
    }

    #[test]
    fn reading_names_agrees_with_reading_them_byte_by_byte(
        text in "[a-z.A-Z0-9_-]{0,80}|[a-zA-Z0-9.]{1,12}|[ -~]{1,20}|[a-z]{1,9}(\\.[a-z-]{1,9}){0,40}.?|[a-z.]{6,9}\\PC[a-z]{0,9}"
    ) {
        let segment = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        };
        let expected = text.len() <= 256 && text != "casemate" && text.split('.').all(segment);
        prop_assert_eq!(Name::parse(&text).is_ok(), expected);
        if let Err(error) = Name::parse(&text) {
            prop_assert!(error.position().is_none_or(|position| text.is_char_boundary(position)));
        }
    }

    #[test]
    fn the_index_agrees_on_long_names(
        names in prop::collection::vec(prop::collection::vec("[ab]{1,2}|[a-b]{7,9}|x{15,17}", 1..12), 1..40),
        cut in 0_usize..12,
    ) {
        let names: Vec<String> = names.iter().map(|segments| segments.join(".")).collect();
        let mut text = String::new();
        let mut entries = Vec::new();
        for (payload, name) in (0_u32..).zip(&names) {
            let start = text.len() as u32;
            match payload % 4 {
                0 => text.push_str(name),
                1 => text.extend([&name[..name.len().min(cut * 3)], "*"]),
                2 => text.extend([&name[..name.len() - 1], "?"]),
                _ => text.extend([&name[..name.rfind('.').map_or(0, |dot| dot + 1)], "*"]),
            }
            entries.push((start..text.len() as u32, payload));
        }
        let index = PatternIndex::build(&text, entries.clone());
        for name in &names {
            let mut found = Vec::new();
            let _: ControlFlow<()> = index.for_each_match(&text, &Name::parse(name).expect("a name"), |payload| {
                found.push(payload);
                ControlFlow::Continue(())
            });
            found.sort_unstable();
            let expected: Vec<u32> = entries
                .iter()
                .filter(|(range, _)| {
                    reference(&text.as_bytes()[range.start as usize..range.end as usize], name.as_bytes())
                })
                .map(|(_, payload)| *payload)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// Patterns this small match a name of five pieces, if any.
    #[test]
    fn refused_as_matching_nothing_exactly_when_nothing_matches(text in granted()) {
        let refused = Pattern::parse(&text).is_err();
        let reaches = text.starts_with("casemate.");
        let names = names();
        let mut some_empty = false;
        for alternative in super::super::expand::expand(&text).expect("well-formed") {
            let matches = names.iter().any(|name| {
                (reaches || !name.starts_with("casemate."))
                    && reference(alternative.as_bytes(), name.as_bytes())
            });
            // Longer alternatives than the names at hand are left to the examples.
            let (pieces, enumerated) = alternative.strip_prefix("casemate").map_or((&*alternative, 5), |rest| (rest, 3));
            if !matches && pieces.len() > enumerated {
                return Ok(());
            }
            some_empty |= !matches;
        }
        prop_assert_eq!(refused, some_empty);
    }

    #[test]
    fn overlap_agrees_with_enumeration(one in valid(), other in valid()) {
        let names = names();
        let (a, b) = (language(&one, names), language(&other, names));
        let shared = a.iter().any(|name| b.contains(name));
        let answer = intersects(&one, &other).expect("small");
        prop_assert!(answer || !shared, "{one} and {other} share a name");
        prop_assert_eq!(intersects(&other, &one), Ok(answer));
    }

    #[test]
    fn inclusion_agrees_with_enumeration(outer in valid(), inner in valid()) {
        let names = names();
        let (outer_names, inner_names) = (language(&outer, names), language(&inner, names));
        let refuted = inner_names.iter().find(|name| !outer_names.contains(name));
        let answer = includes(&outer, &inner).expect("small");
        prop_assert!(!(answer && refuted.is_some()), "{inner} in {outer} but for {refuted:?}");
        prop_assert_eq!(includes(&outer, &outer), Ok(true));
    }

    #[test]
    fn the_index_agrees_with_searching_one_by_one(patterns in prop::collection::vec(valid(), 0..30)) {
        let mut text = String::new();
        let mut entries = Vec::new();
        for (payload, pattern) in (0_u32..).zip(&patterns) {
            for glob in pattern.alternatives() {
                let start = text.len() as u32;
                text.push_str(glob.as_str());
                entries.push((start..text.len() as u32, payload));
            }
        }
        let index = PatternIndex::build(&text, entries);
        for name in names().iter().step_by(3) {
            let name = Name::parse(name).expect("a name");
            let mut found = Vec::new();
            let end: ControlFlow<()> = index.for_each_match(&text, &name, |payload| {
                found.push(payload);
                ControlFlow::Continue(())
            });
            prop_assert!(end.is_continue());
            found.sort_unstable();
            found.dedup();
            let expected: Vec<u32> =
                (0..).zip(&patterns).filter(|(_, pattern)| pattern.matches(&name)).map(|(payload, _)| payload).collect();
            prop_assert_eq!(found, expected, "{}", name);
        }
    }
}

/// What enumeration cannot refute on small patterns, it must be able to confirm: every *no* has a witness among names of
/// at most five pieces, as the patterns have at most two.
#[test]
fn answers_on_tiny_patterns_are_exact() {
    let pieces = ["a", "b", "*", "?", "a.", ".b"];
    let mut texts: Vec<String> = pieces.map(str::to_owned).to_vec();
    for one in pieces {
        texts.extend(pieces.map(|other| format!("{one}{other}")));
    }
    for one in ["{a,b}", "{a*,b}", "{?,*.b}", "{a?,*b}"] {
        texts.push(one.to_owned());
    }
    let patterns: Vec<Pattern> = texts.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
    let names = names();
    let languages: Vec<Vec<&str>> = patterns.iter().map(|pattern| language(pattern, names)).collect();
    assert!(patterns.len() > 25);
    for (one, a) in patterns.iter().zip(&languages) {
        for (other, b) in patterns.iter().zip(&languages) {
            assert_eq!(
                intersects(one, other),
                Ok(a.iter().any(|name| b.contains(name))),
                "{one} and {other}"
            );
            assert_eq!(includes(one, other), Ok(b.iter().all(|name| a.contains(name))), "{other} in {one}");
        }
    }
}
