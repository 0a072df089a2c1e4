//! Blocks: 256 events, compressed together, with what makes their leaves.
//!
//! A payload is, numbers big-endian: the version (1 byte), how salts are kept (1 byte), the place of the first event in the log
//! (8), how many events (2), the bytes in the frame (4), the salts, a zstd frame of all texts and then the length of each (4), and the
//! CRC-32 of all that (4). Salts are kept as the seed, or, where an event was erased, one by one: for each event a byte that says which, and its salt or,
//! of an erased one, its leaf.

use std::cell::RefCell;
use std::io::{self, Read as _};
use std::ops::Range;

use thiserror::Error;
use zstd::bulk::Compressor;

use crate::commitment::{self, SALT, Salt};
use crate::event::{Event, MAX_EVENT};
use crate::filter::{self, Field};
use crate::hash::{LENGTH, MerkleHash};
use crate::salt::{SEED, Seed};

/// The events of a block: as many as a tile has hashes.
pub const EVENTS: usize = 256;
/// The most bytes of a payload that is read.
pub const MAX_PAYLOAD: usize = 1 << 30;

const VERSION: u8 = 1;
const OF_SEED: u8 = 0;
const ONE_BY_ONE: u8 = 1;
const KEPT: u8 = 0;
const ERASED: u8 = 1;
const PREFIX: usize = 4;
const CHECKSUM: usize = 4;
/// The most bytes of all texts with their lengths.
const MAX_TEXTS: usize = EVENTS * (MAX_EVENT + PREFIX);
/// Faster than the disk, and most of what any level gains: events repeat one another.
const LEVEL: i32 = 1;

/// An event that a block is made of.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// One that is there.
    Text {
        /// Its exact bytes.
        text: &'a str,
        /// Its salt.
        salt: &'a Salt,
    },
    /// One that was erased: its leaf.
    Erased(MerkleHash),
}

/// A block as it is stored.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// What [`open`] reads.
    pub payload: Vec<u8>,
    /// The leaves of the events, in order.
    pub hashes: Vec<MerkleHash>,
    /// When the earliest happened, in microseconds since 1970 (UTC); the earliest time of all where that cannot be told of every event.
    pub at_min: i64,
    /// When the latest happened; the latest time of all where that cannot be told of every event.
    pub at_max: i64,
    /// The filters of the fields of which the block has terms.
    pub filters: Vec<(Field, Vec<u8>)>,
}

/// A block that was read.
#[derive(Debug, Clone)]
pub struct Opened {
    first: u64,
    texts: String,
    /// Where the text of each event stands in `texts`; of one that was erased, nowhere.
    places: Places,
    salts: KeptSalts,
}

type Places = Vec<Option<Range<usize>>>;

#[derive(Debug, Clone)]
enum KeptSalts {
    OfSeed(Seed),
    OneByOne(Vec<KeptSalt>),
}

#[derive(Debug, Clone)]
enum KeptSalt {
    Salt(Salt),
    Leaf(MerkleHash),
}

/// Why a block cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockError {
    /// It has no events, or too many.
    #[error("a block has 1 to {EVENTS} events, not {0}")]
    Count(usize),
    /// An event is longer than any.
    #[error("the event {index} has {length} bytes, and may have {MAX_EVENT}")]
    TooLong {
        /// Which event of the block, from 0.
        index: usize,
        /// Its bytes.
        length: usize,
    },
    /// An event is no UTF-8.
    #[error("the event {0} of the block is no text")]
    NotText(usize),
    /// It is of a later version.
    #[error(
        "the block is of version {0}, and version {VERSION} is known: it takes a later release to read it"
    )]
    Version(u8),
    /// Its bytes are not those that were written.
    #[error("the block is damaged: {0}. Restore it from a backup")]
    Damaged(&'static str),
    /// It could not be compressed.
    #[error("the block cannot be compressed: {0}")]
    Compression(String),
}

/// Makes a block of the texts of events, the first of which is at the place `first` of the log.
///
/// # Errors
/// Where there are no texts or more than 256, or one is too long or no text.
pub fn seal(first: u64, texts: &[&[u8]], seed: &Seed) -> Result<Sealed, BlockError> {
    let texts: Vec<&str> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| std::str::from_utf8(text).map_err(|_| BlockError::NotText(index)))
        .collect::<Result<_, _>>()?;
    let salts = seed.salts();
    let salts: Vec<Salt> = (first..).take(texts.len()).map(|index| salts.of(index)).collect();
    let parts: Vec<Part<'_>> =
        texts.iter().zip(&salts).map(|(text, salt)| Part::Text { text, salt }).collect();
    pack(first, &parts, Some(seed))
}

/// Makes a block of events of which some were erased before it was full. With `seed`, from which all salts are, that is kept
/// in their place; it must not be given where an event was erased.
///
/// # Errors
/// As [`seal`].
pub fn pack(first: u64, parts: &[Part<'_>], seed: Option<&Seed>) -> Result<Sealed, BlockError> {
    let hashes = parts
        .iter()
        .map(|part| match part {
            Part::Text { text, salt } => commitment::leaf(salt, text.as_bytes()),
            Part::Erased(leaf) => *leaf,
        })
        .collect();
    let payload = payload(first, parts, seed)?;
    let found = Found::of(parts.iter().map(|part| match part {
        Part::Text { text, .. } => Some(*text),
        Part::Erased(_) => None,
    }));
    Ok(Sealed { payload, hashes, at_min: found.at_min, at_max: found.at_max, filters: found.filters })
}

fn payload(first: u64, parts: &[Part<'_>], seed: Option<&Seed>) -> Result<Vec<u8>, BlockError> {
    let count = u16::try_from(parts.len()).ok().filter(|count| (1..=EVENTS).contains(&usize::from(*count)));
    let count = count.ok_or(BlockError::Count(parts.len()))?;
    let mut texts = Vec::new();
    let mut lengths = Vec::with_capacity(parts.len() * PREFIX);
    for (index, part) in parts.iter().enumerate() {
        let text = match part {
            Part::Text { text, .. } => text.as_bytes(),
            Part::Erased(_) => &[],
        };
        let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= MAX_EVENT);
        let length = length.ok_or(BlockError::TooLong { index, length: text.len() })?;
        lengths.extend_from_slice(&length.to_be_bytes());
        texts.extend_from_slice(text);
    }
    texts.append(&mut lengths);
    let length = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let mut payload = vec![VERSION, if seed.is_some() { OF_SEED } else { ONE_BY_ONE }];
    payload.extend_from_slice(&first.to_be_bytes());
    payload.extend_from_slice(&count.to_be_bytes());
    payload.extend_from_slice(&length.to_be_bytes());
    match seed {
        Some(seed) => payload.extend_from_slice(&seed.0),
        None => {
            for part in parts {
                match part {
                    Part::Text { salt, .. } => {
                        payload.push(KEPT);
                        payload.extend_from_slice(&salt.0);
                    }
                    Part::Erased(leaf) => {
                        payload.push(ERASED);
                        payload.extend_from_slice(&leaf.0);
                    }
                }
            }
        }
    }
    payload
        .extend_from_slice(&compressed(&texts).map_err(|error| BlockError::Compression(error.to_string()))?);
    let checksum = crc32fast::hash(&payload);
    payload.extend_from_slice(&checksum.to_be_bytes());
    Ok(payload)
}

/// Compresses texts; what that needs, each thread keeps, since it is large beside them.
fn compressed(texts: &[u8]) -> io::Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let mut compressor = match kept.take() {
            Some(compressor) => compressor,
            None => Compressor::new(LEVEL)?,
        };
        let compressed = compressor.compress(texts)?;
        *kept = Some(compressor);
        Ok(compressed)
    })
}

/// Reads a payload.
///
/// # Errors
/// Where it is of a later version or damaged.
pub fn open(payload: &[u8]) -> Result<Opened, BlockError> {
    if payload.len() > MAX_PAYLOAD {
        return Err(BlockError::Damaged("it is longer than any block"));
    }
    let cut = BlockError::Damaged("it was cut");
    let (body, checksum) = payload.split_last_chunk::<CHECKSUM>().ok_or(cut.clone())?;
    if crc32fast::hash(body) != u32::from_be_bytes(*checksum) {
        return Err(BlockError::Damaged("its checksum is another"));
    }
    let (&version, rest) = body.split_first().ok_or(cut.clone())?;
    if version != VERSION {
        return Err(BlockError::Version(version));
    }
    let (&kept_as, rest) = rest.split_first().ok_or(cut.clone())?;
    let (first, rest) = rest.split_first_chunk().ok_or(cut.clone())?;
    let (count, rest) = rest.split_first_chunk().ok_or(cut.clone())?;
    let (length, rest) = rest.split_first_chunk().ok_or(cut.clone())?;
    let (first, count) = (u64::from_be_bytes(*first), usize::from(u16::from_be_bytes(*count)));
    if !(1..=EVENTS).contains(&count) || first.checked_add(count as u64).is_none() {
        return Err(BlockError::Damaged("its events have no place in a log"));
    }
    let (salts, compressed) = match kept_as {
        OF_SEED => {
            let (seed, rest) = rest.split_first_chunk::<SEED>().ok_or(cut)?;
            (KeptSalts::OfSeed(Seed(*seed)), rest)
        }
        ONE_BY_ONE => {
            let (salts, rest) = rest.split_at_checked(count * (1 + SALT)).ok_or(cut)?;
            let salts: Option<Vec<KeptSalt>> =
                salts.as_chunks::<{ 1 + SALT }>().0.iter().map(kept_salt).collect();
            (KeptSalts::OneByOne(salts.ok_or(BlockError::Damaged("its salts are none"))?), rest)
        }
        _ => return Err(BlockError::Damaged("it does not say how its salts are kept")),
    };
    let texts = decompressed(compressed, u32::from_be_bytes(*length) as usize)?;
    let (texts, places) = placed(texts, count, &salts)?;
    Ok(Opened { first, texts, places, salts })
}

fn kept_salt(bytes: &[u8; 1 + SALT]) -> Option<KeptSalt> {
    let (&what, bytes) = bytes.split_first()?;
    match what {
        KEPT => Some(KeptSalt::Salt(Salt(bytes.try_into().ok()?))),
        ERASED => Some(KeptSalt::Leaf(MerkleHash(<[u8; LENGTH]>::try_from(bytes).ok()?))),
        _ => None,
    }
}

/// The texts with their lengths. Memory is taken as they come out, not as their number is said.
fn decompressed(compressed: &[u8], length: usize) -> Result<Vec<u8>, BlockError> {
    let damaged = BlockError::Damaged("its texts cannot be read");
    if length > MAX_TEXTS {
        return Err(damaged);
    }
    let decoder = zstd::stream::read::Decoder::with_buffer(compressed).map_err(|_| damaged.clone())?;
    let mut texts = Vec::with_capacity(length.min(1 << 20));
    decoder.take(length as u64 + 1).read_to_end(&mut texts).map_err(|_| damaged.clone())?;
    if texts.len() == length { Ok(texts) } else { Err(damaged) }
}

/// Takes the lengths from behind the texts, and says where each text is.
fn placed(mut texts: Vec<u8>, count: usize, salts: &KeptSalts) -> Result<(String, Places), BlockError> {
    let wrong = BlockError::Damaged("its texts are not as long as it says");
    let end = texts.len().checked_sub(count * PREFIX).ok_or(wrong.clone())?;
    let lengths = texts.split_off(end);
    let texts = String::from_utf8(texts).map_err(|_| BlockError::Damaged("its events are no texts"))?;
    let mut places = Vec::with_capacity(count);
    let mut start = 0usize;
    for (place, length) in lengths.as_chunks::<PREFIX>().0.iter().enumerate() {
        let length = u32::from_be_bytes(*length) as usize;
        let behind = start.checked_add(length).filter(|behind| texts.is_char_boundary(*behind));
        let behind = behind.filter(|_| length <= MAX_EVENT).ok_or(wrong.clone())?;
        if salts.leaf(place).is_none() {
            places.push(Some(start..behind));
        } else if length == 0 {
            places.push(None);
        } else {
            return Err(wrong);
        }
        start = behind;
    }
    if start == texts.len() { Ok((texts, places)) } else { Err(wrong) }
}

/// Erases the events at these places of a block, from 0: their texts are dropped and their leaves kept, and the seed, from which
/// their salts could be found, is given up. The block's filters still know their terms: take those of [`Opened::found`]
/// of the new payload in their place. Places that the block does not have are passed over.
///
/// # Errors
/// Where the payload cannot be read.
pub fn erase(payload: &[u8], places: &[usize]) -> Result<Vec<u8>, BlockError> {
    let opened = open(payload)?;
    let is_untouched = !places.iter().any(|place| opened.text(*place).is_some());
    if is_untouched {
        return Ok(payload.to_vec());
    }
    let salts: Vec<Option<Salt>> = (0..opened.len())
        .map(|place| if places.contains(&place) { None } else { opened.salt(place) })
        .collect();
    let mut parts = Vec::with_capacity(salts.len());
    for (place, salt) in salts.iter().enumerate() {
        parts.push(match (opened.text(place), salt) {
            (Some(text), Some(salt)) => Part::Text { text, salt },
            _ => Part::Erased(opened.leaf(place).ok_or(BlockError::Damaged("an event has no leaf"))?),
        });
    }
    self::payload(opened.first, &parts, None)
}

impl KeptSalts {
    /// The leaf that is kept of an event that was erased.
    fn leaf(&self, place: usize) -> Option<MerkleHash> {
        match self {
            KeptSalts::OneByOne(salts) => match salts.get(place)? {
                KeptSalt::Leaf(leaf) => Some(*leaf),
                KeptSalt::Salt(_) => None,
            },
            KeptSalts::OfSeed(_) => None,
        }
    }
}

impl Opened {
    /// The place of its first event in the log.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many events it has, the erased ones too: never none.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a block is never empty")]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// The texts of all its events, one behind the other.
    #[must_use]
    pub fn texts(&self) -> &str {
        &self.texts
    }

    /// The text of an event, by its place in the block, from 0; nothing of one that was erased, and where there is none.
    #[must_use]
    pub fn text(&self, place: usize) -> Option<&str> {
        self.texts.get(self.places.get(place)?.clone()?)
    }

    /// The salt of an event; nothing of one that was erased, and where there is none.
    #[must_use]
    pub fn salt(&self, place: usize) -> Option<Salt> {
        self.places.get(place)?;
        match &self.salts {
            KeptSalts::OfSeed(seed) => Some(seed.salt(self.first.checked_add(u64::try_from(place).ok()?)?)),
            KeptSalts::OneByOne(salts) => match salts.get(place)? {
                KeptSalt::Salt(salt) => Some(salt.clone()),
                KeptSalt::Leaf(_) => None,
            },
        }
    }

    /// The leaf of an event; nothing where there is none.
    #[must_use]
    pub fn leaf(&self, place: usize) -> Option<MerkleHash> {
        match self.text(place) {
            Some(text) => Some(commitment::leaf(&self.salt(place)?, text.as_bytes())),
            None => self.salts.leaf(place),
        }
    }

    /// The leaves of all its events, in order.
    #[must_use]
    pub fn leaves(&self) -> Vec<MerkleHash> {
        let salts = match &self.salts {
            KeptSalts::OfSeed(seed) => Some(seed.salts()),
            KeptSalts::OneByOne(_) => None,
        };
        let leaf = |(place, index): (usize, u64)| match (&salts, self.text(place)) {
            (Some(salts), Some(text)) => Some(commitment::leaf(&salts.of(index), text.as_bytes())),
            _ => self.leaf(place),
        };
        (0..self.len()).zip(self.first..).filter_map(leaf).collect()
    }

    /// What its events can be found by, without those that were erased.
    #[must_use]
    pub fn found(&self) -> Found {
        Found::of((0..self.len()).map(|place| self.text(place)))
    }
}

/// What the events of a block can be found by.
#[derive(Debug, Clone)]
pub struct Found {
    /// As [`Sealed::at_min`].
    pub at_min: i64,
    /// As [`Sealed::at_max`].
    pub at_max: i64,
    /// As [`Sealed::filters`].
    pub filters: Vec<(Field, Vec<u8>)>,
}

impl Found {
    /// Of the texts of its events; nothing in the place of one that was erased.
    pub fn of<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> Found {
        let (mut at_min, mut at_max) = (i64::MAX, i64::MIN);
        let mut terms: [Vec<u64>; Field::ALL.len()] = Default::default();
        for text in texts {
            // Of what was erased, nothing is found any more.
            let Some(text) = text else { continue };
            let Ok(event) = Event::parse(text) else {
                (at_min, at_max) = (i64::MIN, i64::MAX);
                continue;
            };
            at_min = at_min.min(event.at);
            at_max = at_max.max(event.at);
            filter::terms_of(&event, |field, hash| {
                if let Some(terms) = terms.get_mut(usize::from(field.code()).saturating_sub(1)) {
                    terms.push(hash);
                }
            });
        }
        let filters = Field::ALL.into_iter().zip(terms).filter(|(_, terms)| !terms.is_empty());
        Found {
            at_min,
            at_max,
            filters: filters.map(|(field, terms)| (field, filter::build(terms))).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_and_erased() {
        let seed = Seed([7; SEED]);
        let texts: Vec<String> = (0..256).map(|place| format!("event {place}")).collect();
        let bytes: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let sealed = seal(512, &bytes, &seed).unwrap();
        let opened = open(&sealed.payload).unwrap();
        assert_eq!((opened.first(), opened.len()), (512, 256));
        assert_eq!(opened.text(3), Some("event 3"));
        assert_eq!(opened.salt(3), Some(seed.salt(515)));
        assert_eq!(opened.leaves(), sealed.hashes);
        let erased = open(&erase(&sealed.payload, &[0, 255, 999]).unwrap()).unwrap();
        assert_eq!((erased.text(0), erased.salt(0), erased.text(1)), (None, None, Some("event 1")));
        assert_eq!(erased.salt(1), Some(seed.salt(513)));
        assert_eq!(erased.leaves(), sealed.hashes);
    }
}
