//! Names and patterns: reading never panics, and what one pattern includes of another it matches too.
#![no_main]

use casemate_permission::name::{Name, Pattern, includes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (outer, inner, name) = (Pattern::parse(line()), Pattern::parse(line()), Name::parse(line()));
    let (Ok(outer), Ok(inner)) = (outer, inner) else { return };
    let included = includes(&outer, &inner);
    if let Ok(name) = name {
        let by_alternative = inner.alternatives().any(|glob| glob.matches(&name));
        assert_eq!(inner.matches(&name), by_alternative, "{} on {}", inner.as_str(), name.as_str());
        if included == Ok(true) && inner.matches(&name) {
            assert!(outer.matches(&name), "{} includes {}", outer.as_str(), inner.as_str());
        }
    }
});
