//! The log in a backup, read without a database: event by event, in memory that does not grow with their number.

use std::io::BufRead;
use std::ops::Range;
use std::path::Path;

use casemate_audit::block as engine;
use casemate_audit::hash::MerkleHash;
use casemate_audit::salt::Seed;
use casemate_audit::tile::WIDTH;

use super::format::{PlainReader, TableRow};
use super::sealed;
use super::tables::{Cell, LOG};
use super::{BackupError, BackupKey};
use crate::log::{LogEvent, held_events};

const TAIL: &str = "audit_tail";
const BLOCK: &str = "audit_block";
const PAYLOAD: &str = "audit_payload";
const CHECKPOINT: &str = "audit_checkpoint";
const SHELF: &str = "audit_shelf";
/// How many bytes of checkpoints are kept.
const MAX_NOTES: usize = 8 << 20;
/// How many spans of archived events are known, which are one where they touch.
const MAX_SPANS: usize = 65_536;
/// How many checkpoints are kept of those that a backup has: of more, every other one is left out, and the newest never.
const MOST_CHECKPOINTS: usize = 4_096;
/// The most bytes of the events of the block that is not full.
const MAX_TAIL: usize = 1 << 30;

/// What comes next in the log of a backup.
#[derive(Debug)]
pub enum BackedUp {
    /// Events: all of a block, or those of the one that is not full.
    Events {
        /// The block.
        block: u64,
        /// The node over it that is kept beside it, of a full one.
        root: Option<MerkleHash>,
        /// The events that it has.
        events: Vec<LogEvent>,
    },
    /// A block whose events were given up.
    GivenUp {
        /// The block.
        block: u64,
        /// The node over it.
        root: MerkleHash,
    },
    /// A block whose events stand in files of the archive, which a backup does not hold.
    Archived {
        /// The block.
        block: u64,
        /// The node over it.
        root: MerkleHash,
    },
    /// Events that cannot be read.
    Damaged {
        /// The first of them.
        first: u64,
        /// Why not.
        reason: String,
    },
}

/// The log in a backup.
pub struct BackupLog {
    size: u64,
    notes: Vec<String>,
    archived: Spans,
    tail: Option<Tail>,
    blocks: Rows,
    payloads: Rows,
    payload: Option<(u64, Vec<u8>)>,
    block: Option<(u64, MerkleHash)>,
}

/// The events of the block that is not full.
struct Tail {
    seed: Seed,
    rows: Vec<(u64, Vec<u8>)>,
}

/// The rows of one table.
struct Rows {
    reader: PlainReader<Box<dyn BufRead>>,
    table: &'static str,
}

impl Rows {
    fn open(file: &Path, key: &BackupKey, table: &'static str) -> Result<Rows, BackupError> {
        let plain: Box<dyn BufRead> = Box::new(sealed::open(file, key)?);
        Ok(Rows { reader: PlainReader::new(plain)?, table })
    }

    fn next(&mut self) -> Result<Option<TableRow>, BackupError> {
        while let Some(row) = self.reader.next()? {
            if row.table.name == self.table {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl BackupLog {
    /// Reads all of a backup once, to see that it is whole and which checkpoints it has.
    ///
    /// # Errors
    /// Where it does not open, or is not whole.
    pub fn open(file: &Path, key: &BackupKey) -> Result<BackupLog, BackupError> {
        let mut reader = PlainReader::new(sealed::open(file, key)?)?;
        let (mut size, mut seed, mut rows, mut bytes) = (0, Seed([0; 32]), Vec::new(), 0);
        let (mut notes, mut archived) = (Notes::default(), Spans::default());
        while let Some(row) = reader.next()? {
            match row.table.name {
                LOG => {
                    size = integer(&row, "size");
                    seed = blob(&row, "seed").try_into().map_or(Seed([0; 32]), Seed);
                }
                TAIL => {
                    let events = blob(&row, "events");
                    bytes += events.len();
                    if bytes <= MAX_TAIL && rows.len() < usize::try_from(WIDTH).unwrap_or(usize::MAX) {
                        rows.push((integer(&row, "idx"), events));
                    }
                }
                CHECKPOINT => notes.push(text(&row, "note")),
                SHELF => archived.push(integer(&row, "first"), integer(&row, "count")),
                _ => {}
            }
        }
        drop(reader);
        let (blocks, payloads) = (Rows::open(file, key, BLOCK)?, Rows::open(file, key, PAYLOAD)?);
        let tail = Some(Tail { seed, rows });
        let notes = notes.kept;
        Ok(BackupLog { size, notes, archived, tail, blocks, payloads, payload: None, block: None })
    }

    /// How many events it says that the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its checkpoints as signed notes, oldest first; not all where it has very many.
    #[must_use]
    pub fn checkpoints(&self) -> &[String] {
        &self.notes
    }

    /// What comes next; nothing at the end.
    ///
    /// # Errors
    /// Where the backup cannot be read.
    pub fn read_next(&mut self) -> Result<Option<BackedUp>, BackupError> {
        if self.block.is_none() {
            self.block = self.blocks.next()?.map(|row| (integer(&row, "number"), hash(&blob(&row, "root"))));
        }
        if self.payload.is_none() {
            self.payload = self.payloads.next()?.map(|row| (integer(&row, "number"), blob(&row, "bytes")));
        }
        let (block, payload) = (self.block, self.payload.as_ref().map(|(number, _)| *number));
        match (block, payload) {
            (Some((number, root)), payload) if payload.is_none_or(|payload| payload > number) => {
                self.block = None;
                Ok(Some(match self.archived.hold_block(number) {
                    true => BackedUp::Archived { block: number, root },
                    false => BackedUp::GivenUp { block: number, root },
                }))
            }
            (block, Some(number)) => {
                let root = block.filter(|(block, _)| *block == number).map(|(_, root)| root);
                if root.is_some() {
                    self.block = None;
                }
                let payload = self.whole_payload(number)?;
                Ok(Some(opened(number, root, &payload)))
            }
            _ => Ok(self.tail.take().and_then(|tail| tail.events(self.size))),
        }
    }

    /// The bytes of all parts of a block.
    fn whole_payload(&mut self, number: u64) -> Result<Vec<u8>, BackupError> {
        let mut payload = self.payload.take().map(|(_, bytes)| bytes).unwrap_or_default();
        while let Some(row) = self.payloads.next()? {
            let part = (integer(&row, "number"), blob(&row, "bytes"));
            if part.0 != number {
                self.payload = Some(part);
                break;
            }
            // What is longer than any block is told by whatever opens it.
            if payload.len() <= engine::MAX_PAYLOAD {
                payload.extend_from_slice(&part.1);
            }
        }
        Ok(payload)
    }
}

impl Tail {
    fn events(self, size: u64) -> Option<BackedUp> {
        let first = size / WIDTH * WIDTH;
        if self.rows.is_empty() {
            return None;
        }
        Some(match held_events(first, &self.seed, &self.rows) {
            Ok(events) => BackedUp::Events { block: first / WIDTH, root: None, events },
            Err(first) => BackedUp::Damaged {
                first,
                reason: "the events of the block that is not full are not as they were written".to_owned(),
            },
        })
    }
}

fn opened(number: u64, root: Option<MerkleHash>, payload: &[u8]) -> BackedUp {
    let first = number.saturating_mul(WIDTH);
    let damaged = |reason: String| BackedUp::Damaged { first, reason };
    match engine::open(payload) {
        Err(error) => damaged(error.to_string()),
        Ok(opened) if opened.first() != first => damaged("a block stands in the place of another".to_owned()),
        Ok(opened) => {
            let events = opened.leaves().into_iter().enumerate().map(|(place, leaf)| LogEvent {
                index: first + place as u64,
                text: opened.text(place).map(str::to_owned),
                leaf,
                salt: opened.salt(place),
            });
            BackedUp::Events { block: number, root, events: events.collect() }
        }
    }
}

/// Checkpoints, some of which are left out where there are many.
#[derive(Default)]
struct Notes {
    kept: Vec<String>,
    bytes: usize,
}

impl Notes {
    fn push(&mut self, note: String) {
        while self.kept.len() >= MOST_CHECKPOINTS
            || (self.kept.len() > 1 && self.bytes + note.len() > MAX_NOTES)
        {
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 0
            });
            self.bytes = self.kept.iter().map(String::len).sum();
        }
        self.bytes += note.len();
        self.kept.push(note);
    }
}

/// Spans of indexes, in order, of which those that touch are one.
#[derive(Default)]
struct Spans(Vec<Range<u64>>);

impl Spans {
    fn push(&mut self, first: u64, count: u64) {
        let (end, is_room) = (first.saturating_add(count), self.0.len() < MAX_SPANS);
        match self.0.last_mut() {
            Some(last) if last.end == first => last.end = end,
            _ if is_room => self.0.push(first..end),
            // What is behind is taken for given up, of which less is said.
            _ => {}
        }
    }

    /// Whether a block is in one of them.
    fn hold_block(&self, block: u64) -> bool {
        let (first, end) = (block.saturating_mul(WIDTH), block.saturating_add(1).saturating_mul(WIDTH));
        let behind = self.0.partition_point(|span| span.start <= first);
        behind.checked_sub(1).and_then(|place| self.0.get(place)).is_some_and(|span| end <= span.end)
    }
}

fn cell<'r>(row: &'r TableRow, name: &str) -> Option<&'r Cell> {
    let place = row.table.columns.iter().position(|column| column.name() == name)?;
    row.cells.get(place)
}

fn integer(row: &TableRow, name: &str) -> u64 {
    match cell(row, name) {
        Some(Cell::Integer(Some(number))) => u64::try_from(*number).unwrap_or_default(),
        _ => 0,
    }
}

fn blob(row: &TableRow, name: &str) -> Vec<u8> {
    match cell(row, name) {
        Some(Cell::Bytes(Some(bytes))) => bytes.clone(),
        _ => Vec::new(),
    }
}

fn text(row: &TableRow, name: &str) -> String {
    match cell(row, name) {
        Some(Cell::Text(Some(text))) => text.clone(),
        _ => String::new(),
    }
}

fn hash(bytes: &[u8]) -> MerkleHash {
    bytes.try_into().map_or_else(|_| MerkleHash::of_nothing(), MerkleHash)
}
