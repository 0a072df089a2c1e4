//! What values are compared with, and how.

use jiff::Timestamp;

use super::invalid;
use crate::error::ScimError;
use crate::schema::{Attribute, Kind};

/// How values are compared (RFC 7644, table 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

impl Comparison {
    /// The operator that a word is, in whatever case.
    pub(super) fn of(word: &str) -> Option<Comparison> {
        Some(match &*word.to_ascii_lowercase() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::NotEqual,
            "co" => Comparison::Contains,
            "sw" => Comparison::StartsWith,
            "ew" => Comparison::EndsWith,
            "gt" => Comparison::Greater,
            "ge" => Comparison::GreaterOrEqual,
            "lt" => Comparison::Less,
            "le" => Comparison::LessOrEqual,
            _ => return None,
        })
    }

    fn is_equality(self) -> bool {
        matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    fn is_of_text(self) -> bool {
        matches!(self, Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith)
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// Text.
    Text {
        /// As it stands in the filter.
        text: String,
        /// As it is compared: in lower case, unless the attribute's case counts.
        compared: String,
    },
    /// A time, in microseconds since 1970 (UTC).
    Time(i64),
}

/// What stands behind an operator, before it is known what it is compared with.
pub(super) enum Literal {
    Text(String),
    Word(String),
}

impl Operand {
    /// The operand for an attribute.
    pub(super) fn of(
        attribute: &Attribute,
        comparison: Comparison,
        literal: Literal,
    ) -> Result<Operand, ScimError> {
        let name = attribute.name;
        if let Literal::Word(word) = &literal
            && word.eq_ignore_ascii_case("null")
        {
            if comparison.is_equality() {
                return Ok(Operand::Null);
            }
            return Err(invalid("with null, a filter compares by eq or ne"));
        }
        match attribute.kind {
            Kind::Complex => {
                Err(invalid(format!("`{name}` has parts: compare one of them, such as `{name}.value`")))
            }
            Kind::Boolean if comparison.is_equality() => {
                // Entra ID asks for `True`, and some clients for `"true"`.
                let (Literal::Text(word) | Literal::Word(word)) = literal;
                boolean(&word)
                    .map(Operand::Boolean)
                    .ok_or_else(|| invalid(format!("`{name}` is true or false")))
            }
            Kind::Boolean => Err(invalid(format!("`{name}` is compared by eq or ne"))),
            Kind::DateTime if comparison.is_of_text() => {
                Err(invalid(format!("`{name}` is a time: compare it by eq, ne, gt, ge, lt or le")))
            }
            Kind::DateTime => match literal {
                Literal::Text(text) => micros(&text)
                    .map(Operand::Time)
                    .ok_or_else(|| invalid(format!("`{name}` is compared with a time as of RFC 3339"))),
                Literal::Word(_) => Err(invalid(format!("write the time for `{name}` in quotes"))),
            },
            Kind::Binary if !comparison.is_equality() => {
                Err(invalid(format!("`{name}` is compared by eq or ne")))
            }
            Kind::Text | Kind::Reference | Kind::Binary => match literal {
                Literal::Text(text) => {
                    let compared = folded(attribute, &text);
                    Ok(Operand::Text { text, compared })
                }
                Literal::Word(word) => Err(invalid(format!("`{name}` is text: write \"{word}\", in quotes"))),
            },
        }
    }
}

/// True or false, in whatever case.
pub(crate) fn boolean(word: &str) -> Option<bool> {
    if word.eq_ignore_ascii_case("true") {
        Some(true)
    } else if word.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// A text as it is compared where its attribute's case may not count.
pub(crate) fn folded(attribute: &Attribute, text: &str) -> String {
    if attribute.is_exact { text.to_owned() } else { text.to_lowercase() }
}

/// A time as of RFC 3339, in microseconds since 1970 (UTC).
pub(crate) fn micros(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}
