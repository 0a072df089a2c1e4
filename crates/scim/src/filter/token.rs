//! The words, texts and brackets of a filter.

use super::invalid;
use crate::error::ScimError;

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    OpenValues,
    CloseValues,
    /// A name, an operator, a number, `true`; whatever is no text and no bracket.
    Word(String),
    /// A JSON string, read.
    Text(String),
}

/// The pieces, each with where it begins, in bytes.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ScimError> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(found) };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenValues, 1),
            ']' => (Token::CloseValues, 1),
            '"' => string(rest, at)?,
            first if is_word(first) => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Token::Word(rest.get(..length).unwrap_or_default().to_owned()), length)
            }
            other => {
                return Err(invalid(format!("`{}` at byte {at} stands in no filter", other.escape_debug())));
            }
        };
        found.push((at, token));
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '$' | '+')
}

fn string(rest: &str, at: usize) -> Result<(Token, usize), ScimError> {
    let mut is_escaped = false;
    for (place, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => {
                let length = place + 1;
                let text = rest.get(..length).unwrap_or_default();
                let text = serde_json::from_str(text)
                    .map_err(|_| invalid(format!("the text at byte {at} is no JSON string")))?;
                return Ok((Token::Text(text), length));
            }
            _ => {}
        }
    }
    Err(invalid(format!("the text that begins at byte {at} has no end: write `\"` after it")))
}
