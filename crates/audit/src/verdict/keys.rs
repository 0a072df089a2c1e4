//! The keys that somebody trusts: of the log, and of its witnesses.

use crate::note::{KeyKind, VerifierKey};
use crate::verify::{Finding, Wrong};

/// The most keys that are taken.
pub const MAX_KEYS: usize = 64;
/// The most bytes of their texts.
pub const MAX_KEYS_TEXT: usize = 64 << 10;

/// Keys by what they are for.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) logs: Vec<VerifierKey>,
    pub(super) witnesses: Vec<VerifierKey>,
}

impl Keys {
    /// Reads keys as `NAME+ID+KEY`, with white space between them, in which no name has any.
    ///
    /// # Errors
    /// Where one is no key, there are too many, or none is a log's.
    pub(super) fn read(text: &str) -> Result<Keys, Finding> {
        let wrong = |detail: String| Finding::of(Wrong::UnknownKey, detail);
        if text.len() > MAX_KEYS_TEXT || text.split_whitespace().nth(MAX_KEYS).is_some() {
            return Err(wrong(format!("more than {MAX_KEYS} keys or {MAX_KEYS_TEXT} bytes were given")));
        }
        let mut keys = Keys::default();
        for word in text.split_whitespace() {
            let key = VerifierKey::parse(word).map_err(|error| wrong(error.to_string()))?;
            let known = match key.kind {
                KeyKind::Ed25519 => &mut keys.logs,
                KeyKind::Cosignature => &mut keys.witnesses,
            };
            if !known.contains(&key) {
                known.push(key);
            }
        }
        if keys.logs.is_empty() {
            return Err(wrong(
                "no key of a log was given, by which its checkpoint could be known".to_owned(),
            ));
        }
        Ok(keys)
    }

    /// What they are, for people.
    pub(super) fn describe(&self) -> String {
        let mut names: Vec<&str> = self.logs.iter().map(VerifierKey::name).collect();
        names.dedup();
        let witnesses = match self.witnesses.len() {
            0 => String::new(),
            1 => ", and of one witness".to_owned(),
            several => format!(", and of {several} witnesses"),
        };
        format!("the key of {}{witnesses}", names.join(", "))
    }
}
