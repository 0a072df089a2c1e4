//! An entry of the directory.

use std::collections::BTreeMap;

/// The most values of one attribute that are looked at, members of groups apart.
pub const MAX_VALUES: usize = 100;

/// An entry as a server sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    /// The values of its attributes. Names are compared without case, options included: `add` takes care of that.
    attributes: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// An entry without attributes.
    #[must_use]
    pub fn new(dn: impl Into<String>) -> Entry {
        Entry { dn: dn.into(), attributes: BTreeMap::new() }
    }

    /// Adds values to an attribute.
    pub fn add(&mut self, name: &str, values: impl IntoIterator<Item = impl Into<Vec<u8>>>) {
        let all = self.attributes.entry(name.to_ascii_lowercase()).or_default();
        all.extend(values.into_iter().map(Into::into));
    }

    /// The values of an attribute, whatever they are.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes.get(&name.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The first value of an attribute, where it is text and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).next()
    }

    /// The values of an attribute that are text and not empty.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.values(name).iter();
        values.filter_map(|value| std::str::from_utf8(value).ok()).filter(|text| !text.is_empty())
    }

    /// The names of its attributes, in lower case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes.keys().map(String::as_str)
    }
}
