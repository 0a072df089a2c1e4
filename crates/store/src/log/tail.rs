//! The events of the tile that is not full, as its rows hold them: one behind the other, each with what tells how its leaf is made.

use std::borrow::Cow;

use casemate_audit::commitment::{self, SALT, Salt};
use casemate_audit::hash::{LENGTH, MerkleHash};
use casemate_audit::salt::{Salts, Seed};
use casemate_audit::tile::WIDTH;

use super::LogEvent;
use super::state::{self, number};
use crate::sql::{Database, Link, values};

/// A text whose salt comes of the tile's seed.
const SEEDED: u8 = 0;
/// A text with its own salt: the seed was given up when an event beside it was erased.
const SALTED: u8 = 1;
/// The leaf of an event that was erased.
const ERASED: u8 = 2;

/// An event of the tile that is not full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held<'a> {
    Seeded(Cow<'a, [u8]>),
    Salted(Salt, Cow<'a, [u8]>),
    Erased(MerkleHash),
}

impl Held<'_> {
    pub(super) fn text(&self) -> Option<&[u8]> {
        match self {
            Held::Seeded(text) | Held::Salted(_, text) => Some(text),
            Held::Erased(_) => None,
        }
    }

    /// Its salt, at its place in the log.
    pub(super) fn salt(&self, salts: &Salts, index: u64) -> Option<Salt> {
        match self {
            Held::Seeded(_) => Some(salts.of(index)),
            Held::Salted(salt, _) => Some(salt.clone()),
            Held::Erased(_) => None,
        }
    }

    pub(super) fn leaf(&self, salts: &Salts, index: u64) -> MerkleHash {
        match self {
            Held::Seeded(text) => commitment::leaf(&salts.of(index), text),
            Held::Salted(salt, text) => commitment::leaf(salt, text),
            Held::Erased(leaf) => *leaf,
        }
    }

    /// Appends it to what is to be a row.
    pub(super) fn push(&self, row: &mut Vec<u8>) {
        match self {
            Held::Seeded(text) => {
                row.push(SEEDED);
                push_text(row, text);
            }
            Held::Salted(salt, text) => {
                row.push(SALTED);
                row.extend_from_slice(&salt.0);
                push_text(row, text);
            }
            Held::Erased(leaf) => {
                row.push(ERASED);
                row.extend_from_slice(&leaf.0);
            }
        }
    }
}

/// Appends a text with its length before it.
pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &[u8]) {
    // INVARIANT: an event has a few mebibytes at most.
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(text);
}

/// The text with its length before it with which bytes begin, and what is behind it.
pub(crate) fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)
}

fn split(bytes: &[u8]) -> Option<(Held<'static>, &[u8])> {
    let (kind, rest) = bytes.split_first()?;
    match *kind {
        SEEDED => split_text(rest).map(|(text, rest)| (Held::Seeded(text.to_vec().into()), rest)),
        SALTED => {
            let (salt, rest) = rest.split_first_chunk::<SALT>()?;
            split_text(rest).map(|(text, rest)| (Held::Salted(Salt(*salt), text.to_vec().into()), rest))
        }
        ERASED => {
            let (leaf, rest) = rest.split_first_chunk::<LENGTH>()?;
            Some((Held::Erased(MerkleHash(*leaf)), rest))
        }
        _ => None,
    }
}

/// The events of the tile that is not full, from `first` on, as rows of a backup hold them: each with the index of its first.
///
/// # Errors
/// The index at which they are not as they were written.
pub(crate) fn held_events(first: u64, seed: &Seed, rows: &[(u64, Vec<u8>)]) -> Result<Vec<LogEvent>, u64> {
    let (salts, mut events) = (seed.salts(), Vec::new());
    for (place, bytes) in rows {
        let mut rest = bytes.as_slice();
        if *place != first + events.len() as u64 {
            return Err(first + events.len() as u64);
        }
        while !rest.is_empty() {
            let index = first + events.len() as u64;
            let (held, behind) = split(rest).filter(|_| (events.len() as u64) < WIDTH).ok_or(index)?;
            events.push(LogEvent {
                index,
                text: held.text().map(|text| String::from_utf8_lossy(text).into_owned()),
                leaf: held.leaf(&salts, index),
                salt: held.salt(&salts, index),
            });
            rest = behind;
        }
    }
    Ok(events)
}

/// The events of the tile that is not full, from `first` on, of which there are `count`.
pub(super) async fn all(
    database: &mut impl Database,
    first: u64,
    count: usize,
) -> Result<Vec<Held<'static>>, sqlx::Error> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut held = Vec::with_capacity(count);
    for row in database.rows("SELECT idx, count, events FROM audit_tail ORDER BY idx", values![]).await? {
        let (place, events): (i64, Vec<u8>) = (row.get("idx")?, row.get("events")?);
        if u64::try_from(place) != Ok(first + held.len() as u64) {
            return Err(damaged(first + held.len() as u64));
        }
        let (mut rest, before) = (events.as_slice(), held.len());
        while !rest.is_empty() {
            let (event, behind) = split(rest)
                .filter(|_| held.len() < count)
                .ok_or_else(|| damaged(first + held.len() as u64))?;
            held.push(event);
            rest = behind;
        }
        if i64::try_from(held.len() - before) != Ok(row.get("count")?) {
            return Err(damaged(first + before as u64));
        }
    }
    if held.len() == count { Ok(held) } else { Err(damaged(first + held.len().min(count) as u64)) }
}

/// Gives the tile that is not full another seed, since what is appended next had other texts before, at the same indexes: with the same
/// salt, one of two leaves would tell what the other is of. Its events keep the salts that they have.
pub(crate) async fn reseed(link: &mut Link) -> Result<(), sqlx::Error> {
    let mut open = state::lock(link).await?;
    let (salts, mut next) = (open.seed.salts(), open.first());
    let text = "SELECT idx, count, events FROM audit_tail WHERE idx >= $1 ORDER BY idx LIMIT 1";
    while let Some(row) = link.row(text, values![number(next)]).await? {
        let (place, events): (i64, Vec<u8>) = (row.get("idx")?, row.get("events")?);
        if place != number(next) {
            return Err(damaged(next));
        }
        let begun = next;
        let (mut rest, mut salted) = (events.as_slice(), Vec::with_capacity(events.len()));
        while !rest.is_empty() {
            let (held, behind) =
                split(rest).filter(|_| next < open.edge.size()).ok_or_else(|| damaged(next))?;
            match held {
                Held::Seeded(text) => Held::Salted(salts.of(next), text).push(&mut salted),
                held => held.push(&mut salted),
            }
            (rest, next) = (behind, next + 1);
        }
        // A row without events would be read for ever.
        if next == begun || i64::try_from(next - begun) != Ok(row.get("count")?) {
            return Err(damaged(begun));
        }
        let text = "UPDATE audit_tail SET events = $2 WHERE idx = $1";
        link.execute(text, values![place, salted.as_slice()]).await?;
    }
    if next != open.edge.size() {
        return Err(damaged(next));
    }
    open.seed = state::new_seed()?;
    open.write(link, open.edge.size()).await
}

fn damaged(index: u64) -> sqlx::Error {
    state::damaged(index, "the events of the block that is not full are not as they were written")
}
