//! Short texts compared and hashed by whole words. Names are short and their lengths vary from one to the next, which is
//! where the general routines, made for long runs of bytes, spend most of their time.

use super::is_segment_byte;

/// Where the dots of a name are, up to byte 63, as bits; nothing where the text is no name (whatever its length).
#[inline]
pub(super) fn dots_of_name(text: &[u8]) -> Option<u64> {
    let (Some(last), true) = (text.last_chunk::<8>(), text.len() <= 64) else { return dots_bytewise(text) };
    // The last word overlaps the one before it.
    let (mut dots, mut bad) = (0, 0);
    gather(last, text.len() - 8, &mut dots, &mut bad);
    let mut at = 0;
    for word in text.as_chunks::<8>().0 {
        gather(word, at, &mut dots, &mut bad);
        at += 8;
    }
    let nothing_before = dots & (dots << 1 | 1);
    let at_end = dots >> (text.len() - 1);
    (bad == 0 && nothing_before == 0 && at_end == 0).then_some(dots)
}

/// Adds the dots of eight bytes that stand at `at`, and remembers the bytes that no name holds.
#[inline(always)]
fn gather(word: &[u8; 8], at: usize, dots: &mut u64, bad: &mut u64) {
    let word = u64::from_le_bytes(*word);
    let dot = between(word, b'.', b'.');
    let letter = between(word | 0x2020_2020_2020_2020, b'a', b'z');
    *bad |=
        !(letter | between(word, b'0', b'9') | between(word, b'-', b'.') | between(word, b'_', b'_')) & HIGH;
    *bad |= word & HIGH;
    // Gathers the highest bit of each byte.
    *dots |= ((dot >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << at;
}

const HIGH: u64 = 0x8080_8080_8080_8080;

/// The highest bit of each byte that lies in a range, provided that all bytes are ASCII.
#[inline]
fn between(word: u64, lowest: u8, highest: u8) -> u64 {
    let each = |byte: u8| u64::from_ne_bytes([byte; 8]);
    word.wrapping_add(each(0x80 - lowest)) & !word.wrapping_add(each(0x7f - highest)) & HIGH
}

fn dots_bytewise(text: &[u8]) -> Option<u64> {
    let mut dots = 0;
    let mut after_dot = true;
    for (position, &byte) in text.iter().enumerate() {
        match byte {
            b'.' if after_dot => return None,
            b'.' => dots |= 1_u64.checked_shl(position as u32).unwrap_or(0),
            _ if is_segment_byte(byte) => {}
            _ => return None,
        }
        after_dot = byte == b'.';
    }
    (!after_dot).then_some(dots)
}

/// Whether a text begins with another.
#[inline]
pub(super) fn begins(text: &[u8], beginning: &[u8]) -> bool {
    text.get(..beginning.len()).is_some_and(|head| same(head, beginning))
}

/// Whether two texts are equal.
#[inline]
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    if let (Some(a), Some(b)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        // The last word overlaps the one before it.
        let mut differ = u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b);
        for (a, b) in one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0) {
            differ |= u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b);
        }
        return differ == 0;
    }
    short_word(one) == short_word(other)
}

/// At most seven bytes as a word. Different texts of the same length give different words.
#[inline]
fn short_word(text: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        return u64::from(u32::from_ne_bytes(*first)) << 32 | u64::from(u32::from_ne_bytes(*last));
    }
    match *text {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(a) << 8 | u64::from(b),
        [a, b, c, ..] => u64::from(a) << 16 | u64::from(b) << 8 | u64::from(c),
    }
}

/// A hash of a text, of which all bits are good. Without the seed nobody can choose texts that collide.
#[inline]
pub(super) fn hash(text: &[u8], seed: u64) -> u64 {
    let mut state = seed ^ text.len() as u64;
    let last = match text.last_chunk::<8>() {
        Some(last) => {
            // The last word overlaps the one before it.
            for word in text.as_chunks::<8>().0 {
                state = fold(state ^ u64::from_ne_bytes(*word));
            }
            u64::from_ne_bytes(*last)
        }
        None => short_word(text),
    };
    fold(state ^ last)
}

/// Multiplies to twice the width and folds the halves together.
#[inline]
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(0x9e37_79b9_7f4a_7c15_u64);
    (product as u64) ^ (product >> 64) as u64
}
