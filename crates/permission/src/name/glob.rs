//! One pattern without braces.

use super::Name;

/// One granted name without braces: text in which `*` stands for any run of characters and `?` for one that is no dot.
///
/// Runs of `*` are one `*`. It matches at least one name, unless it was made from a text that no [`super::Pattern`]
/// accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Glob<'a> {
    text: &'a str,
}

/// How much work a [`Glob`] is to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GlobKind {
    /// No wildcard: it matches one name.
    Exact,
    /// Literal text and one `*` at its end.
    Prefix,
    /// Anything else.
    General,
}

impl<'a> Glob<'a> {
    /// Takes one of the texts of [`super::Pattern::alternatives`], kept elsewhere.
    #[must_use]
    pub fn from_expanded(text: &'a str) -> Glob<'a> {
        Glob { text }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether it is an exact name, a prefix, or neither.
    #[must_use]
    pub fn kind(&self) -> GlobKind {
        let prefix = self.literal_prefix();
        match self.text.get(prefix.len()..) {
            Some("") => GlobKind::Exact,
            Some("*") => GlobKind::Prefix,
            _ => GlobKind::General,
        }
    }

    /// What stands before the first wildcard.
    #[must_use]
    pub fn literal_prefix(&self) -> &'a str {
        let end = self.text.bytes().position(is_wildcard).unwrap_or(self.text.len());
        self.text.get(..end).unwrap_or_default()
    }

    /// What stands behind the last wildcard.
    #[must_use]
    pub(super) fn literal_suffix(&self) -> &'a str {
        let start = self.text.bytes().rposition(is_wildcard).map_or(0, |position| position + 1);
        self.text.get(start..).unwrap_or_default()
    }

    /// Whether it begins with `casemate.`, which alone reaches that namespace. (A pattern that begins otherwise never
    /// has an alternative that begins so: it is refused when it is parsed.)
    #[must_use]
    pub fn reaches_reserved(&self) -> bool {
        reaches_reserved(self.text)
    }

    /// Whether it matches a requested name. Takes at most `name` × `pattern` steps and allocates nothing.
    #[must_use]
    pub fn matches(&self, name: &Name<'_>) -> bool {
        (!name.is_reserved() || self.reaches_reserved())
            && matches_text(self.text.as_bytes(), name.as_str().as_bytes())
    }
}

pub(super) fn is_wildcard(byte: u8) -> bool {
    byte == b'*' || byte == b'?'
}

/// Whether a pattern's text, as it was written, reaches into the namespace `casemate`.
pub(super) fn reaches_reserved(text: &str) -> bool {
    text.strip_prefix(super::RESERVED_NAMESPACE).is_some_and(|rest| rest.starts_with('.'))
}

/// Matches by letters alone. Only the last `*` seen is ever gone back to: whatever an earlier one could take instead,
/// the later one can take too. So each byte of the name is compared with each of the pattern at most once.
pub(super) fn matches_text(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at_pattern, mut at_name) = (0, 0);
    // Where to go on when the rest does not fit: behind the last star, and one byte further in the name.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&byte) = name.get(at_name) {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                at_pattern += 1;
                if at_pattern == pattern.len() {
                    return true;
                }
                retry = Some((at_pattern, at_name));
                continue;
            }
            Some(&token) if token == byte || (token == b'?' && byte != b'.') => {
                at_pattern += 1;
                at_name += 1;
                continue;
            }
            _ => {}
        }
        let Some((pattern_again, name_again)) = retry else { return false };
        at_pattern = pattern_again;
        at_name = name_again + 1;
        retry = Some((pattern_again, at_name));
    }
    pattern.get(at_pattern..).unwrap_or_default().iter().all(|&token| token == b'*')
}
