//! Attributes with so many values that Active Directory sends them in parts: `member;range=0-1499` (\[MS-ADTS\] 3.1.1.3.1.3.3).

use crate::entry::Entry;

/// Part of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The place of the value behind its last one; absent where it was the last part.
    pub next: Option<u64>,
}

impl Range {
    /// What to ask for next of an attribute.
    #[must_use]
    pub fn request(attribute: &str, next: u64) -> String {
        format!("{attribute};range={next}-*")
    }
}

/// The values of an attribute, and which part of them an entry holds; no part, where it holds all.
#[must_use]
pub fn ranged<'e>(entry: &'e Entry, attribute: &str) -> (&'e [Vec<u8>], Option<Range>) {
    let prefix = format!("{};range=", attribute.to_ascii_lowercase());
    for name in entry.names() {
        let Some((_, last)) = name.strip_prefix(&prefix).and_then(|range| range.split_once('-')) else {
            continue;
        };
        let next = match last {
            "*" => None,
            last => last.parse::<u64>().ok().and_then(|last| last.checked_add(1)),
        };
        return (entry.values(name), Some(Range { next }));
    }
    (entry.values(attribute), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_say_where_the_next_begins() {
        let mut entry = Entry::new("cn=all");
        entry.add("member;Range=0-1", ["a", "b"]);
        let (values, range) = ranged(&entry, "member");
        assert_eq!((values.len(), range), (2, Some(Range { next: Some(2) })));
        assert_eq!(Range::request("member", 2), "member;range=2-*");
        let mut last = Entry::new("cn=all");
        last.add("member;range=2-*", ["c"]);
        assert_eq!(ranged(&last, "Member").1, Some(Range { next: None }));
        let mut whole = Entry::new("cn=all");
        whole.add("member", ["a"]);
        assert_eq!(ranged(&whole, "member"), (whole.values("member"), None));
    }
}
