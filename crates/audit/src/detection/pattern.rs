//! Texts of rules: wildcards and what escapes them, and how many of them are looked for at once.

use regex::{Regex, RegexBuilder};

use super::limits;

/// A part of a text with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// `?`: one character.
    One,
    /// `*`: any number of characters.
    Many,
}

/// A text with wildcards, as a rule has it. A backslash takes the meaning of `*`, `?` and a backslash behind it away; before anything
/// else it is itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(pub(super) Vec<Piece>);

impl Pattern {
    pub(super) fn read(written: &str) -> Pattern {
        let (mut pieces, mut text) = (Vec::new(), String::new());
        let mut rest = written.chars().peekable();
        while let Some(next) = rest.next() {
            let wildcard = match next {
                '\\' => {
                    text.push(rest.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'));
                    continue;
                }
                '*' => Piece::Many,
                '?' => Piece::One,
                other => {
                    text.push(other);
                    continue;
                }
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            if wildcard == Piece::One || pieces.last() != Some(&Piece::Many) {
                pieces.push(wildcard);
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Pattern(pieces)
    }

    /// Exactly this text.
    pub(super) fn literal(text: String) -> Pattern {
        Pattern(if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] })
    }

    pub(super) fn open_before(mut self) -> Pattern {
        if self.0.first() != Some(&Piece::Many) {
            self.0.insert(0, Piece::Many);
        }
        self
    }

    pub(super) fn open_behind(mut self) -> Pattern {
        if self.0.last() != Some(&Piece::Many) {
            self.0.push(Piece::Many);
        }
        self
    }

    /// The text, where there is no wildcard in it.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    fn expression(&self, into: &mut String) {
        let pieces = self.0.as_slice();
        let (is_open_before, pieces) = match pieces {
            [Piece::Many, rest @ ..] => (true, rest),
            _ => (false, pieces),
        };
        let (is_open_behind, pieces) = match pieces {
            [rest @ .., Piece::Many] => (true, rest),
            _ => (is_open_before && pieces.is_empty(), pieces),
        };
        if !is_open_before {
            into.push_str(r"\A");
        }
        for piece in pieces {
            match piece {
                Piece::Text(text) => into.push_str(&regex::escape(text)),
                Piece::One => into.push('.'),
                Piece::Many => into.push_str(".*?"),
            }
        }
        if !is_open_behind {
            into.push_str(r"\z");
        }
    }
}

/// Texts of which one has to be met.
#[derive(Debug)]
pub(super) struct Texts {
    /// Those without wildcards, in small letters where case does not matter.
    plain: Vec<Box<str>>,
    is_plain_alone: bool,
    is_cased: bool,
    /// All of them.
    all: Regex,
}

impl Texts {
    pub(super) fn new(patterns: &[Pattern], is_cased: bool) -> Result<Texts, regex::Error> {
        let mut expression = String::new();
        for (index, pattern) in patterns.iter().enumerate() {
            if index > 0 {
                expression.push('|');
            }
            pattern.expression(&mut expression);
        }
        let all = RegexBuilder::new(&expression)
            .case_insensitive(!is_cased)
            .dot_matches_new_line(true)
            .size_limit(limits::COMPILED_TEXTS)
            .dfa_size_limit(limits::COMPILED)
            .build()?;
        let plain: Vec<Box<str>> = patterns
            .iter()
            .filter_map(|pattern| pattern.plain())
            .map(|text| if is_cased { text.into() } else { text.to_ascii_lowercase().into() })
            .collect();
        let is_plain_alone = plain.len() == patterns.len();
        Ok(Texts { plain, is_plain_alone, is_cased, all })
    }

    pub(super) fn is_met(&self, text: &str) -> bool {
        // Some characters beyond ASCII are another case of one within: only the expression knows them.
        if self.is_cased {
            if self.plain.iter().any(|plain| **plain == *text) {
                return true;
            }
        } else if self.plain.iter().any(|plain| plain.eq_ignore_ascii_case(text)) {
            return true;
        }
        let is_told = self.is_plain_alone && (self.is_cased || text.is_ascii());
        !is_told && self.all.is_match(text)
    }

    /// What alone meets it, in small letters, where that can be looked up: plain ASCII texts.
    pub(super) fn exactly(&self) -> Option<&[Box<str>]> {
        let is_ascii = self.plain.iter().all(|text| text.is_ascii());
        (self.is_plain_alone && is_ascii && !self.is_cased).then_some(&self.plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn a_backslash_takes_the_meaning_of_wildcards_away_as_the_specification_says() {
        for (written, expected) in [
            (r"a\b", vec![text(r"a\b")]),
            (r"a\\b", vec![text(r"a\b")]),
            (r"a\*", vec![text("a*")]),
            (r"a\?b", vec![text("a?b")]),
            (r"a\\*", vec![text(r"a\"), Piece::Many]),
            (r"a\\\*", vec![text(r"a\*")]),
            (r"a\\\\", vec![text(r"a\\")]),
            (r"a\\\", vec![text(r"a\\")]),
            ("**a?*", vec![Piece::Many, text("a"), Piece::One, Piece::Many]),
            ("", vec![]),
        ] {
            assert_eq!(Pattern::read(written), Pattern(expected), "{written}");
        }
    }

    #[test]
    fn texts_are_met_whole_and_in_any_case_unless_told() {
        let met = |written: &[&str], is_cased: bool, text: &str| {
            let patterns: Vec<Pattern> = written.iter().map(|text| Pattern::read(text)).collect();
            Texts::new(&patterns, is_cased).unwrap().is_met(text)
        };
        assert!(
            met(&["Admin"], false, "aDMIN")
                && !met(&["Admin"], true, "aDMIN")
                && met(&["Admin"], true, "Admin")
        );
        assert!(!met(&["admin"], false, "administrator") && met(&["admin*"], false, "ADMINISTRATOR"));
        assert!(met(&["ÄRGER"], false, "ärger") && !met(&["ÄRGER"], true, "ärger"));
        assert!(met(&["k"], false, "\u{212a}"), "the sign for kelvin is another case of k");
        assert!(met(&["a?c"], false, "a\u{1f431}c") && !met(&["a?c"], false, "ac"));
        assert!(met(&["*"], false, "") && met(&["*"], false, "a\nb") && met(&["a*b"], false, "a\nb"));
        assert!(met(&["x", "*needle*"], false, "hay NEEDLE hay") && !met(&["x", "y"], false, "xy"));
        assert!(
            met(&[""], false, "")
                && !met(&[""], false, "a")
                && met(&["a.c"], false, "a.c")
                && !met(&["a.c"], false, "abc")
        );
    }
}
