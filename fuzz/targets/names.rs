//! Names and patterns: reading never panics, and the ways of matching and comparing them agree.
//!
//! The input is a line each for two patterns and a name.
#![no_main]

use std::ops::ControlFlow;

use casemate_permission::name::{Name, Pattern, PatternIndex, includes, intersects};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (outer, inner, name) = (Pattern::parse(line()), Pattern::parse(line()), Name::parse(line()));
    for error in [&outer, &inner].into_iter().filter_map(|read| read.as_ref().err()) {
        assert!(!error.to_string().is_empty());
    }
    if let Err(error) = &name {
        assert!(!error.to_string().is_empty());
    }
    let (Ok(outer), Ok(inner)) = (outer, inner) else { return };
    assert!(includes(&outer, &outer).unwrap_or(true), "{} includes itself", outer.as_str());
    let (included, common) = (includes(&outer, &inner), intersects(&outer, &inner));
    if let (Ok(one), Ok(other)) = (common, intersects(&inner, &outer)) {
        assert_eq!(one, other, "{} and {}", outer.as_str(), inner.as_str());
    }
    if included == Ok(true) {
        assert_ne!(
            common,
            Ok(false),
            "{} includes {}, which matches something",
            outer.as_str(),
            inner.as_str()
        );
    }
    let Ok(name) = name else { return };
    for pattern in [&outer, &inner] {
        let by_alternative = pattern.alternatives().any(|glob| glob.matches(&name));
        assert_eq!(pattern.matches(&name), by_alternative, "{} on {}", pattern.as_str(), name.as_str());
        assert_eq!(
            pattern.matches(&name),
            matches_in_index(pattern, &name),
            "{} on {}",
            pattern.as_str(),
            name.as_str()
        );
    }
    if inner.matches(&name) {
        assert!(
            included != Ok(true) || outer.matches(&name),
            "{} includes {}",
            outer.as_str(),
            inner.as_str()
        );
        assert!(common != Ok(false) || !outer.matches(&name), "both match {}", name.as_str());
    }
});

fn matches_in_index(pattern: &Pattern, name: &Name<'_>) -> bool {
    let mut text = String::new();
    let mut ranges = Vec::new();
    for glob in pattern.alternatives() {
        let start = text.len() as u32;
        text.push_str(glob.as_str());
        ranges.push((start..text.len() as u32, 0));
    }
    PatternIndex::build(&text, ranges).for_each_match(&text, name, |_| ControlFlow::Break(())).is_break()
}
