//! Why a rule is not taken.

use thiserror::Error;

/// A mistake in a rule, or what Sigma can say and this engine does not do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}line {line}, column {column}: {what}; {cure}", named(rule))]
pub struct RuleError {
    /// The title of the rule, where that was read before.
    pub rule: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do instead.
    pub cure: String,
}

fn named(rule: &Option<String>) -> String {
    rule.as_ref().map(|rule| format!("rule `{rule}`, ")).unwrap_or_default()
}

/// Where something stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn error(self, what: impl Into<String>, cure: impl Into<String>) -> RuleError {
        RuleError { rule: None, line: self.line, column: self.column, what: what.into(), cure: cure.into() }
    }
}

/// At most so many bytes of what somebody wrote come back in an error.
pub(super) fn shown(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", text.get(..end).unwrap_or_default())
}
