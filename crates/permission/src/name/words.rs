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

/// Hashes of the beginnings of a text, the shorter before the longer: each costs what it is longer than the one before.
/// All bits of a hash are good. Without the seed nobody can choose texts that collide.
pub(super) struct BeginningHash<'t> {
    /// The whole words that are not in the state.
    words: &'t [[u8; 8]],
    /// What is left behind the last whole word.
    rest: u64,
    /// How many words are in the state.
    hashed: usize,
    state: u64,
}

impl<'t> BeginningHash<'t> {
    #[inline]
    pub(super) fn new(text: &'t [u8], seed: u64) -> BeginningHash<'t> {
        let (words, rest) = text.as_chunks::<8>();
        let rest = match (text.last_chunk::<8>(), rest.len()) {
            (_, 0) => 0,
            (Some(last), length) => u64::from_le_bytes(*last) >> (64 - 8 * length),
            (None, _) => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        BeginningHash { words, rest, hashed: 0, state: seed }
    }

    /// The hash of the first `length` bytes.
    #[inline(always)]
    pub(super) fn of(&mut self, length: usize) -> u64 {
        let whole = length / 8;
        let mut next = self.rest;
        while let Some((word, later)) = self.words.split_first() {
            let word = u64::from_le_bytes(*word);
            if self.hashed >= whole {
                next = word;
                break;
            }
            self.state = fold(self.state ^ word);
            (self.words, self.hashed) = (later, self.hashed + 1);
        }
        let begun = next & !(u64::MAX << (8 * (length % 8)));
        // At most seven bytes: the length stands in the eighth.
        fold(self.state ^ begun ^ (length as u64) << 56)
    }
}

/// Multiplies to twice the width and folds the halves together.
#[inline]
fn fold(word: u64) -> u64 {
    let product = u128::from(word) * u128::from(0x9e37_79b9_7f4a_7c15_u64);
    (product as u64) ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::BeginningHash;

    #[test]
    fn a_beginning_hashes_as_it_does_by_itself() {
        let text: Vec<u8> = (0..=70).map(|number| b'a' + number % 26).collect();
        for end in 0..=text.len() {
            let text = text.get(..end).expect("within");
            for step in 1..=end.max(1) {
                let mut hash = BeginningHash::new(text, 7);
                for length in (0..=end).step_by(step) {
                    let alone = BeginningHash::new(text.get(..length).expect("within"), 7).of(length);
                    assert_eq!(hash.of(length), alone, "{length} of {end} bytes, every {step}");
                }
            }
        }
    }

    #[test]
    fn beginnings_that_end_in_zeros_hash_differently() {
        let zeros = [0; 40];
        let mut hash = BeginningHash::new(&zeros, 7);
        let mut hashes: Vec<u64> = (0..=zeros.len()).map(|length| hash.of(length)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), zeros.len() + 1);
    }
}
