//! Which blocks may hold what is sought: of each field, a filter of the terms that a block's events have.
//!
//! A filter is a split block Bloom filter as Parquet defines it (<https://parquet.apache.org/docs/file-format/bloomfilter/>): of 32 bytes
//! each, one bit in each of eight words. It never misses a term that it was given.

pub mod turned;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use siphasher::sip::SipHasher13;

use crate::event::{Event, Party};

/// What is looked for by a filter of its own. The numbers are those in the database, and are never given anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    /// The tenant, and the application.
    Tenant = 1,
    /// Who did it, for whom, and whom it is about: the ids.
    Party = 2,
    /// The action, and whatever it begins with up to a dot.
    Action = 3,
    /// The type and the id of the resource.
    Resource = 4,
    /// How it ended, its kind, its area.
    Outcome = 5,
    /// The client's address.
    Client = 6,
    /// The request's id.
    Request = 7,
    /// Words of free text.
    Word = 8,
}

impl Field {
    /// All of them, in the order of their codes.
    pub const ALL: [Field; 8] = [
        Field::Tenant,
        Field::Party,
        Field::Action,
        Field::Resource,
        Field::Outcome,
        Field::Client,
        Field::Request,
        Field::Word,
    ];

    /// The number that stands for it in the database.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The reverse of [`Field::code`].
    #[must_use]
    pub fn of_code(code: u8) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.code() == code)
    }
}

/// The bits of a filter for each term: one block in a thousand or two is opened for nothing.
const BITS_FOR_A_TERM: usize = 16;
/// The bytes in which all bits of a term are.
const SPLIT: usize = 32;
/// The most bytes of a filter: those of 32,768 terms. With more, more blocks are opened for nothing.
pub const MAX_FILTER: usize = 64 << 10;

/// The least and the most characters of a word; of a longer one, its beginning is the word.
const WORD: std::ops::RangeInclusive<usize> = 2..=64;

/// By which terms are hashed, now and always.
const KEYS: (u64, u64) = (0x6361_7365_6d61_7465, 0x6175_6469_745f_3031);

/// Parquet's constants, one for each word.
const MULTIPLIERS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// The hash of a term: of what it is (`tenant`, `outcome`, …) and of its parts.
pub(crate) fn term(what: &str, parts: &[&str]) -> u64 {
    use std::hash::Hasher as _;
    let mut hasher = SipHasher13::new_with_keys(KEYS.0, KEYS.1);
    hasher.write(what.as_bytes());
    for part in parts {
        hasher.write(&[0xff]);
        hasher.write(part.as_bytes());
    }
    hasher.finish()
}

/// Tells the terms of an event, some of them more than once.
pub fn terms_of(event: &Event<'_>, mut each: impl FnMut(Field, u64)) {
    each(Field::Tenant, term("tenant", &[&event.tenant]));
    if let Some(application) = &event.application {
        each(Field::Tenant, term("application", &[application]));
    }
    for party in parties(event) {
        each(Field::Party, term("party", &[&party.id]));
    }
    each(Field::Action, term("action", &[&event.action]));
    for (end, _) in event.action.match_indices('.') {
        each(Field::Action, term("actions", &[event.action.get(..end).unwrap_or_default()]));
    }
    match (&event.resource_type, &event.resource_id) {
        (Some(kind), Some(id)) => {
            each(Field::Resource, term("resource_type", &[kind]));
            each(Field::Resource, term("resource_id", &[id]));
            each(Field::Resource, term("resource", &[kind, id]));
        }
        (Some(kind), None) => each(Field::Resource, term("resource_type", &[kind])),
        (None, Some(id)) => each(Field::Resource, term("resource_id", &[id])),
        (None, None) => {}
    }
    each(Field::Outcome, term("outcome", &[&event.outcome]));
    each(Field::Outcome, term("kind", &[&event.kind]));
    each(Field::Outcome, term("area", &[&event.area]));
    if let Some(client) = &event.request.client {
        each(Field::Client, term("client", &[client]));
    }
    if !event.request.id.is_empty() {
        each(Field::Request, term("request", &[&event.request.id]));
    }
    words_of(event, |word| each(Field::Word, term("word", &[word])));
}

/// Everybody in an event.
pub(crate) fn parties<'e>(event: &'e Event<'_>) -> impl Iterator<Item = &'e Party<'e>> {
    [Some(&event.actor), event.acting_for.as_ref(), event.subject.as_ref()].into_iter().flatten()
}

/// Tells the words of an event: lower-cased runs of letters and digits in its action, ids, reason, user agent and in the values
/// of what it was before and after.
pub(crate) fn words_of(event: &Event<'_>, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    let texts = [
        Some(&event.action),
        event.resource_id.as_ref(),
        event.reason.as_ref(),
        event.request.user_agent.as_ref(),
    ];
    for text in texts.into_iter().flatten() {
        words(text, &mut word, &mut each);
    }
    for party in parties(event) {
        words(&party.id, &mut word, &mut each);
    }
    for document in [&event.before, &event.after].into_iter().flatten() {
        let values = Values { each: &mut |text: &str| words(text, &mut word, &mut each) };
        // What cannot be read to its end has the words before it.
        let _: Result<(), serde_json::Error> =
            values.deserialize(&mut serde_json::Deserializer::from_str(document));
    }
}

/// Tells the words of a text; `word` is where they are made.
pub(crate) fn words(text: &str, word: &mut String, each: &mut impl FnMut(&str)) {
    if text.is_ascii() {
        return ascii_words(text, word, each);
    }
    for run in text.split(|character: char| !character.is_alphanumeric()) {
        if run.len() < *WORD.start() {
            continue;
        }
        word.clear();
        let mut count = 0;
        for character in run.chars().take(*WORD.end()) {
            count += 1;
            if character.is_ascii() {
                word.push(character.to_ascii_lowercase());
            } else {
                word.extend(character.to_lowercase());
            }
        }
        if WORD.contains(&count) {
            each(word);
        }
    }
}

/// As [`words`], of ASCII, which most texts are.
fn ascii_words(text: &str, word: &mut String, each: &mut impl FnMut(&str)) {
    for run in text.split(|character: char| !character.is_ascii_alphanumeric()) {
        if run.len() >= *WORD.start() {
            word.clear();
            word.push_str(run.get(..*WORD.end()).unwrap_or(run));
            word.make_ascii_lowercase();
            each(word);
        }
    }
}

/// Tells the texts and whole numbers among the values of a JSON document, not the names of members.
struct Values<'f> {
    each: &'f mut dyn FnMut(&str),
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        (self.each)(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        (self.each)(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.each)(text);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Values { each: &mut *self.each })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(
            #[serde(borrow)]
            #[allow(dead_code, reason = "it is passed over")]
            Cow<'a, str>,
        );
        while members.next_key::<Name<'_>>()?.is_some() {
            members.next_value_seed(Values { each: &mut *self.each })?;
        }
        Ok(())
    }
}

/// The filter of the terms with these hashes, which may repeat.
#[must_use]
pub fn build(mut hashes: Vec<u64>) -> Vec<u8> {
    hashes.sort_unstable();
    hashes.dedup();
    let bytes = (hashes.len() * BITS_FOR_A_TERM / 8).next_power_of_two().clamp(SPLIT, MAX_FILTER);
    let mut bits = vec![0; bytes];
    for hash in hashes {
        let start = split_of(bytes / SPLIT, hash) * SPLIT;
        if let Some(split) = bits.get_mut(start..start + SPLIT) {
            for (word, mask) in split.as_chunks_mut::<4>().0.iter_mut().zip(masks(hash)) {
                *word = (u32::from_le_bytes(*word) | mask).to_le_bytes();
            }
        }
    }
    bits
}

/// Whether a filter may have been given this term. A filter that no [`build`] made may hold whatever it is asked for.
#[must_use]
pub fn may_hold(bits: &[u8], hash: u64) -> bool {
    if bits.is_empty() || !bits.len().is_multiple_of(SPLIT) {
        return true;
    }
    let start = split_of(bits.len() / SPLIT, hash) * SPLIT;
    bits.get(start..start + SPLIT).is_none_or(|split| {
        split
            .as_chunks::<4>()
            .0
            .iter()
            .zip(masks(hash))
            .all(|(word, mask)| u32::from_le_bytes(*word) & mask == mask)
    })
}

/// Which of so many parts of 32 bytes a term's bits are in.
fn split_of(splits: usize, hash: u64) -> usize {
    let place = (u128::from(hash >> 32) * splits as u128) >> 32;
    usize::try_from(place).unwrap_or_default()
}

fn masks(hash: u64) -> [u32; 8] {
    let low = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    MULTIPLIERS.map(|multiplier| 1 << (low.wrapping_mul(multiplier) >> 27))
}
