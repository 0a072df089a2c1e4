//! Names in which `*` stands for any run of characters, found without trying each.

use std::collections::{BTreeSet, HashMap};

use serde::de::{Deserialize, Deserializer, Error as _};

/// What of somebody is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum By {
    Id,
    Login,
    Group,
}

/// A text in which `*` stands for any run of characters.
#[derive(Debug, Clone)]
pub(super) struct Glob(Box<str>);

/// The places of names, by how those that they match begin or end. So many are tried as begin or end alike; only names that say neither are
/// tried for everybody.
#[derive(Debug, Default)]
pub(super) struct Globs {
    beginning: ByText,
    ending: ByText,
    others: HashMap<By, Vec<usize>>,
}

/// By what stands at one end, and how long that is.
#[derive(Debug, Default)]
struct ByText {
    places: HashMap<(By, Box<str>), Vec<usize>>,
    lengths: BTreeSet<(By, usize)>,
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Glob, D::Error> {
        let text = Box::<str>::deserialize(deserializer)?;
        match crate::policy::is_name(&text) {
            true => Ok(Glob(text)),
            false => Err(D::Error::custom("a name is 1 to 1024 bytes without control characters")),
        }
    }
}

impl Glob {
    pub(super) fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether a text is meant, in time that grows with the product of both lengths at most.
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            match rest.find(part).and_then(|at| rest.get(at + part.len()..)) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(last)
    }

    /// As it is written.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl Globs {
    pub(super) fn add(&mut self, by: By, glob: &Glob, place: usize) {
        let (beginning, rest) = glob.0.split_once('*').unwrap_or((&glob.0, ""));
        let ending = rest.rsplit('*').next().unwrap_or_default();
        match (beginning.len(), ending.len()) {
            (0, 0) => self.others.entry(by).or_default().push(place),
            (one, other) if one >= other => self.beginning.add(by, beginning, place),
            _ => self.ending.add(by, ending, place),
        }
    }

    /// The places of those that may match a text.
    pub(super) fn candidates(&self, by: By, text: &str) -> impl Iterator<Item = usize> {
        let others = self.others.get(&by).into_iter().flatten();
        let beginning = self.beginning.of(by, text, |text, length| text.get(..length));
        let ending = self.ending.of(by, text, |text, length| text.get(text.len().checked_sub(length)?..));
        others.chain(beginning).chain(ending).copied()
    }
}

impl ByText {
    fn add(&mut self, by: By, text: &str, place: usize) {
        self.lengths.insert((by, text.len()));
        self.places.entry((by, text.into())).or_default().push(place);
    }

    fn of<'t>(
        &self,
        by: By,
        text: &'t str,
        end: fn(&'t str, usize) -> Option<&'t str>,
    ) -> impl Iterator<Item = &usize> {
        let lengths = self.lengths.range((by, 0)..=(by, text.len()));
        let ends = lengths.filter_map(move |(_, length)| end(text, *length));
        ends.filter_map(move |end| self.places.get(&(by, end.into()))).flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("a*a", "a", false),
            ("*a*a", "aa", true),
            ("*.*", "a.b", true),
            ("ab", "abc", false),
            ("**", "x", true),
        ] {
            assert_eq!(Glob(glob.into()).matches(text), expected, "{glob} {text}");
        }
    }
    fn table(globs: &[String]) -> Globs {
        let mut table = Globs::default();
        for (place, glob) in globs.iter().enumerate() {
            table.add(By::Login, &Glob(glob.as_str().into()), place);
        }
        table
    }

    #[test]
    fn of_many_only_those_are_tried_that_begin_or_end_alike() {
        let globs: Vec<String> = (0..5_000)
            .flat_map(|number| [format!("team-{number:04}-*"), format!("*@{number:04}.example.com")])
            .chain(["*x*".to_owned()])
            .collect();
        let table = table(&globs);
        let tried = |text: &str| table.candidates(By::Login, text).count();
        assert_eq!(tried("team-0007-ada"), 2);
        assert_eq!(tried("ada@0007.example.com"), 2);
        assert_eq!(tried("team-0007-ada@0008.example.com"), 3);
        assert_eq!((tried(""), tried("nobody")), (1, 1));
        assert_eq!(table.candidates(By::Id, "team-0007-ada").count(), 0);
    }

    proptest! {
        #[test]
        fn none_is_left_out_that_matches(
            globs in prop::collection::vec("[aä*]{0,6}\\*[aä*]{0,6}", 1..20),
            text in "[aä]{0,8}",
        ) {
            let found: BTreeSet<usize> = table(&globs).candidates(By::Login, &text).collect();
            for (place, glob) in globs.iter().enumerate() {
                let matches = Glob(glob.as_str().into()).matches(&text);
                prop_assert!(!matches || found.contains(&place), "{glob} {text}");
            }
        }
    }
}
