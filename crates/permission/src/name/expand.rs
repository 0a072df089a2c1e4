//! Braces in granted names: read into a tree, counted, and only then expanded.

use super::PatternError;
use super::is_segment_byte;
use crate::limits::{BRACE_DEPTH, PATTERN_ALTERNATIVES};

/// A run of text and alternatives, one after the other.
type Sequence<'a> = Vec<Part<'a>>;

enum Part<'a> {
    Text(&'a str),
    Alternatives(Vec<Sequence<'a>>),
}

/// One brace that is being read.
struct Open<'a> {
    position: usize,
    /// What stood before it in the sequence around it.
    before: Sequence<'a>,
    alternatives: Vec<Sequence<'a>>,
}

/// Expands the braces, with runs of `*` made one and duplicates dropped; the order is that of the text.
pub(super) fn expand(text: &str) -> Result<Vec<Box<str>>, PatternError> {
    let sequence = read(text)?;
    let count = count(&sequence);
    if count > PATTERN_ALTERNATIVES {
        return Err(PatternError::TooManyAlternatives { alternatives: count });
    }
    let mut expanded = vec![String::new()];
    append(&sequence, &mut expanded);
    let mut seen =
        hashbrown::HashSet::with_capacity_and_hasher(count, foldhash::fast::RandomState::default());
    let mut alternatives = Vec::with_capacity(count);
    for alternative in &mut expanded {
        collapse_stars(alternative);
        let alternative: Box<str> = alternative.as_str().into();
        if seen.insert(alternative.clone()) {
            alternatives.push(alternative);
        }
    }
    Ok(alternatives)
}

fn read(text: &str) -> Result<Sequence<'_>, PatternError> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut sequence = Vec::new();
    let mut text_from = 0;
    for (position, character) in text.char_indices() {
        match character {
            '{' | '}' | ',' => {}
            '.' | '*' | '?' => continue,
            _ if u8::try_from(character).is_ok_and(is_segment_byte) => continue,
            _ => return Err(PatternError::Character { character, position }),
        }
        push_text(text, text_from, position, &mut sequence);
        text_from = position + 1;
        match (character, open.last_mut()) {
            ('{', _) => {
                if open.len() == BRACE_DEPTH {
                    return Err(PatternError::TooDeep { position });
                }
                let before = std::mem::take(&mut sequence);
                open.push(Open { position, before, alternatives: Vec::new() });
            }
            (',', Some(brace)) => brace.alternatives.push(std::mem::take(&mut sequence)),
            (',', None) => return Err(PatternError::CommaOutsideBraces { position }),
            _ => {
                let Some(mut brace) = open.pop() else { return Err(PatternError::Unopened { position }) };
                brace.alternatives.push(std::mem::take(&mut sequence));
                sequence = brace.before;
                sequence.push(Part::Alternatives(brace.alternatives));
            }
        }
    }
    if let Some(brace) = open.last() {
        return Err(PatternError::Unclosed { position: brace.position });
    }
    push_text(text, text_from, text.len(), &mut sequence);
    Ok(sequence)
}

fn push_text<'a>(text: &'a str, from: usize, to: usize, sequence: &mut Sequence<'a>) {
    match text.get(from..to) {
        None | Some("") => {}
        Some(part) => sequence.push(Part::Text(part)),
    }
}

/// How many texts a sequence expands to, before duplicates are dropped.
fn count(sequence: &[Part<'_>]) -> usize {
    sequence.iter().fold(1_usize, |product, part| match part {
        Part::Text(_) => product,
        Part::Alternatives(alternatives) => product.saturating_mul(
            alternatives.iter().fold(0_usize, |sum, alternative| sum.saturating_add(count(alternative))),
        ),
    })
}

/// Appends everything the sequence expands to, to each of the heads.
fn append(sequence: &[Part<'_>], heads: &mut Vec<String>) {
    for part in sequence {
        match part {
            Part::Text(text) => heads.iter_mut().for_each(|head| head.push_str(text)),
            Part::Alternatives(alternatives) => {
                let mut tails = Vec::new();
                for alternative in alternatives {
                    let mut expanded = vec![String::new()];
                    append(alternative, &mut expanded);
                    tails.append(&mut expanded);
                }
                if let [tail] = tails.as_slice() {
                    heads.iter_mut().for_each(|head| head.push_str(tail));
                    continue;
                }
                let mut joined = Vec::with_capacity(heads.len() * tails.len());
                for head in heads.iter() {
                    joined.extend(tails.iter().map(|tail| [head.as_str(), tail.as_str()].concat()));
                }
                *heads = joined;
            }
        }
    }
}

fn collapse_stars(text: &mut String) {
    let mut after_star = false;
    text.retain(|character| {
        let keep = !(after_star && character == '*');
        after_star = character == '*';
        keep
    });
}
