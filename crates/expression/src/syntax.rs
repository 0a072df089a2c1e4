//! From text to CEL's tree. What could exhaust the parser is refused first, by looking at the tokens only.

use cel::common::ast::SourceInfo;
use cel::parser::{Expression as CelNode, Parser};

use crate::compile::ExpressionError;
use crate::limits;

/// What the parser needs for the deepest input that is admitted, twice over: it takes 0.25 MiB a level when it is not
/// optimised, more than the stack of most threads holds.
#[cfg(not(target_family = "wasm"))]
const STACK_BYTES: usize = 16 * 1_024 * 1_024;

/// Parses a source that was admitted, on a stack of its own size.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn parse(source: &str) -> Result<(CelNode, SourceInfo), ExpressionError> {
    admit(source)?;
    let whole = |message: String| ExpressionError { message, start: 0, end: source.len() };
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("expression-parser".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || parse_here(source))
            .map_err(|error| whole(format!("no thread could be started to parse it: {error}")))?
            .join()
            .unwrap_or_else(|_| Err(whole("the CEL parser cannot read it".to_owned())))
    })
}

/// Parses a source that was admitted.
#[cfg(target_family = "wasm")]
pub(crate) fn parse(source: &str) -> Result<(CelNode, SourceInfo), ExpressionError> {
    admit(source)?;
    parse_here(source)
}

fn parse_here(source: &str) -> Result<(CelNode, SourceInfo), ExpressionError> {
    let depth = u16::try_from(limits::DEPTH * 2).unwrap_or(u16::MAX);
    let parser = Parser::new().max_recursion_depth(depth).error_recovery_limit(1);
    parser.parse_with_source_info(source).map_err(|errors| syntax_error(source, &errors))
}

fn syntax_error(source: &str, errors: &cel::ParseErrors) -> ExpressionError {
    let Some(first) = errors.errors.first() else {
        return ExpressionError {
            message: "this is no CEL expression".to_owned(),
            start: 0,
            end: source.len(),
        };
    };
    let line = usize::try_from(first.pos.0).unwrap_or(1).max(1);
    let column = usize::try_from(first.pos.1).unwrap_or(0);
    let line_start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    // Columns count characters.
    let before = source.get(line_start..).unwrap_or_default().chars().take(column.saturating_sub(1));
    let start = line_start + before.map(char::len_utf8).sum::<usize>();
    let message = format!("this is no CEL expression: {}", first.msg);
    ExpressionError { message, start, end: (start + 1).min(source.len()) }
}

/// Refuses sources that are too long, too deeply nested, or chain too many operators: the CEL parser recurses, and
/// overflows the stack on deep input.
fn admit(source: &str) -> Result<(), ExpressionError> {
    let refuse = |at: usize, message: String| Err(ExpressionError { message, start: at, end: at + 1 });
    if source.len() > limits::SOURCE_BYTES {
        return refuse(0, format!("the expression is longer than {} bytes", limits::SOURCE_BYTES));
    }
    let bytes = source.as_bytes();
    // How deep each open bracket's content is: a conditional nests until the bracket around it closes.
    let mut depths = vec![0_usize];
    let (mut operators, mut at) = (0_usize, 0_usize);
    let mut previous = b' ';
    while let Some(&byte) = bytes.get(at) {
        let depth = depths.last().copied().unwrap_or(0);
        match byte {
            b'"' | b'\'' => {
                let raw = matches!(previous, b'r' | b'R') && is_prefix(bytes, at);
                at = string_end(bytes, at, byte, raw);
                previous = b'"';
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes.iter().skip(at).take_while(|byte| **byte != b'\n').count();
                continue;
            }
            b'(' | b'[' | b'{' => {
                depths.push(depth + 1);
                operators +=
                    usize::from(byte != b'(' || previous.is_ascii_alphanumeric() || previous == b'_');
            }
            b')' | b']' | b'}' => {
                depths.pop();
                if depths.is_empty() {
                    return refuse(at, format!("`{}` closes nothing", char::from(byte)));
                }
            }
            b'?' => {
                if let Some(last) = depths.last_mut() {
                    *last += 1;
                }
                operators += 1;
            }
            b'!' | b'-' | b'+' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'&' | b'|' | b'.' => {
                operators += usize::from(
                    !(matches!(byte, b'=' | b'&' | b'|')
                        && matches!(previous, b'=' | b'&' | b'|' | b'!' | b'<' | b'>')),
                );
            }
            b'i' if !is_word(previous) && word(bytes, at) == b"in" => operators += 1,
            _ => {}
        }
        if depths.last().is_some_and(|depth| *depth > limits::DEPTH) {
            return refuse(at, format!("the expression is nested deeper than {} levels", limits::DEPTH));
        }
        if operators > limits::OPERATORS {
            return refuse(at, format!("the expression has more than {} operators", limits::OPERATORS));
        }
        previous = byte;
        at += 1;
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn word(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| is_word(**byte)).count();
    rest.get(..length).unwrap_or_default()
}

/// Whether the letters before a quote are a string's prefix and not the end of a name.
fn is_prefix(bytes: &[u8], quote: usize) -> bool {
    let before = bytes.get(..quote).unwrap_or_default();
    before.iter().rev().take_while(|byte| is_word(**byte)).count() <= 2
}

/// The offset behind the string that the quote at `at` begins; a quote three times over begins a long string.
fn string_end(bytes: &[u8], at: usize, quote: u8, raw: bool) -> usize {
    let triple = [quote; 3];
    let long = bytes.get(at..at + 3) == Some(&triple);
    let mut end = if long { at + 3 } else { at + 1 };
    while let Some(byte) = bytes.get(end) {
        if *byte == b'\\' && !raw {
            end += 2;
        } else if long && bytes.get(end..end + 3) == Some(&triple) {
            return end + 3;
        } else if !long && *byte == quote {
            return end + 1;
        } else if !long && *byte == b'\n' {
            return end;
        } else {
            end += 1;
        }
    }
    bytes.len()
}
