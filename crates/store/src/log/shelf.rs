//! Sealed months: events whose texts stand in files outside of the database. What tells which blocks may hold what is sought stays, and
//! the tree; the texts are read from the files, and believed as far as the tree commits to them.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::WIDTH;
use casemate_audit::tree::Edge;

use super::LogEvent;
use super::append::tell;
use super::state::{self, damaged, number};
use crate::audit::AuditEvent;
use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Link, values};

/// Some events that stand together in a file, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// The file.
    pub file: String,
    /// The row group of the file.
    pub group: u32,
    /// The index of the first of them.
    pub first: u64,
    /// How many there are: their indexes are dense.
    pub count: u64,
}

/// What a shelf answers later.
pub type ShelfFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ShelfError>> + Send + 'a>>;

/// Reads the files in which sealed months stand.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// Events that stand together, in order, of which each is what its leaf commits to.
    fn read<'a>(&'a self, shelved: &'a Shelved) -> ShelfFuture<'a, Arc<Vec<LogEvent>>>;
}

/// Why a shelf cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ShelfError(pub String);

/// The shelf of this process, once it has one.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnShelf(Arc<OnceLock<Arc<dyn Shelf>>>);

/// A block whose texts are in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnshelvedBlock {
    /// Its number: it holds the 256 events from 256 times that on.
    pub number: u64,
    /// When the latest of them happened, in microseconds since 1970 (UTC).
    pub at_max: i64,
}

/// Blocks whose texts were written into a file.
#[derive(Debug, Clone)]
pub struct Shelving {
    /// The first of them.
    pub first: u64,
    /// The one behind the last of them.
    pub end: u64,
    /// Where their events stand.
    pub groups: Vec<Shelved>,
    /// How many texts were written.
    pub texts: u64,
    /// What tells of it.
    pub event: AuditEvent,
}

impl Store {
    /// Has texts that are not in the database read from a shelf. Only the first that is given is kept.
    pub fn keep_shelf(&self, shelf: Arc<dyn Shelf>) {
        // There is one place, and so one shelf.
        let _ = self.reader().shelf.0.set(shelf);
    }

    /// Gives the texts of blocks up that were written into a file. Where some of them were erased meanwhile, nothing is done: write
    /// the file again.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn shelve(&self, mut shelving: Shelving) -> Result<bool, RecordError> {
        self.hide_personal(std::slice::from_mut(&mut shelving.event));
        let growth = self.growth.clone();
        let shelved = self.writer.alone(move |link| {
            Box::pin(async move {
                let size = shelve(link, shelving).await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(size.is_some())
            })
        });
        shelved.await
    }
}

async fn shelve(link: &mut Link, shelving: Shelving) -> Result<Option<u64>, sqlx::Error> {
    link.begin().await?;
    // Nobody erases anything, or shelves it too, until this is committed.
    state::lock(link).await?;
    let (from, to) = (number(shelving.first), number(shelving.end));
    let text = "SELECT CAST(COALESCE(SUM(decisions + others), 0) AS BIGINT) AS texts FROM audit_block \
                WHERE number >= $1 AND number < $2";
    let row = link.row(text, values![from, to]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let is_shelved =
        match link.row("SELECT MAX(first + count) AS shelved FROM audit_shelf", values![]).await? {
            Some(row) => row.get::<Option<i64>>("shelved")?.unwrap_or(0) > number(shelving.first * WIDTH),
            None => false,
        };
    if row.get::<i64>("texts")? != number(shelving.texts) || is_shelved {
        link.rollback().await?;
        return Ok(None);
    }
    link.execute("DELETE FROM audit_payload WHERE number >= $1 AND number < $2", values![from, to]).await?;
    let text = "UPDATE audit_block SET decisions_at = NULL, others_at = NULL, spare = 0 WHERE number >= $1 AND number < $2";
    link.execute(text, values![from, to]).await?;
    for Shelved { file, group, first, count } in &shelving.groups {
        let text = "INSERT INTO audit_shelf (first, count, file, row_group) VALUES ($1, $2, $3, $4)";
        link.execute(text, values![number(*first), number(*count), file, i64::from(*group)]).await?;
    }
    let row = link.row("SELECT last FROM revision", values![]).await?.ok_or(sqlx::Error::RowNotFound)?;
    let revision: i64 = row.get("last")?;
    let size = tell(link, revision, std::slice::from_ref(&shelving.event)).await?;
    link.commit().await?;
    Ok(size)
}

impl StoreReader {
    /// Has texts that are not in the database read from a shelf, as [`Store::keep_shelf`].
    pub fn keep_shelf(&self, shelf: Arc<dyn Shelf>) {
        let _ = self.shelf.0.set(shelf);
    }

    /// The first blocks that have texts, which are in the database, in order, at most `limit`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn unshelved_blocks(&self, limit: u32) -> Result<Vec<UnshelvedBlock>, StoreError> {
        let text = "SELECT number, at_max FROM audit_block \
                    WHERE number >= COALESCE((SELECT MAX(first + count) FROM audit_shelf), 0) / 256 \
                    AND decisions + others > 0 ORDER BY number LIMIT $1";
        let rows = self.pool.rows(text, values![i64::from(limit)]).await?;
        let block = |row: &crate::sql::Row| {
            let number = u64::try_from(row.get::<i64>("number")?).unwrap_or_default();
            Ok(UnshelvedBlock { number, at_max: row.get("at_max")? })
        };
        Ok(rows.iter().map(block).collect::<Result<_, sqlx::Error>>()?)
    }
}

impl OwnShelf {
    /// The events of a block that is on a shelf; none where it is not.
    pub(super) async fn events(
        &self,
        database: &mut impl Database,
        block: u64,
    ) -> Result<Vec<LogEvent>, sqlx::Error> {
        let (start, end) = (block * WIDTH, (block + 1) * WIDTH);
        let text = "SELECT file, row_group, first, count FROM audit_shelf WHERE first < $2 AND first + count > $1 ORDER BY first";
        let mut events: Vec<LogEvent> = Vec::new();
        for row in database.rows(text, values![number(start), number(end)]).await? {
            let positive =
                |name| Ok::<_, sqlx::Error>(u64::try_from(row.get::<i64>(name)?).unwrap_or_default());
            let shelved = Shelved {
                file: row.get("file")?,
                group: u32::try_from(positive("row_group")?).unwrap_or(u32::MAX),
                first: positive("first")?,
                count: positive("count")?,
            };
            let read = self.read(&shelved).await.map_err(|error| unread(&shelved, error))?;
            let is_whole = read.len() as u64 == shelved.count
                && (shelved.first..).zip(read.iter()).all(|(index, event)| event.index == index);
            if !is_whole {
                return Err(unread(&shelved, ShelfError("it holds other events than it should".to_owned())));
            }
            events.extend(read.iter().filter(|event| (start..end).contains(&event.index)).cloned());
        }
        if !events.is_empty() && root(&events) != node(database, block).await? {
            return Err(damaged(start, "what is archived of it is not what was recorded"));
        }
        Ok(events)
    }

    async fn read(&self, shelved: &Shelved) -> Result<Arc<Vec<LogEvent>>, ShelfError> {
        let Some(shelf) = self.0.get() else {
            return Err(ShelfError("no archive is configured: set `audit.archive.place`".to_owned()));
        };
        shelf.read(shelved).await
    }
}

fn root(events: &[LogEvent]) -> Option<MerkleHash> {
    let mut edge = Edge::default();
    for event in events {
        edge.push(event.leaf, |_, _| {});
    }
    Some(edge.root())
}

/// Fails where a block is on a shelf: what is there cannot be erased from here.
pub(super) async fn refuse(link: &mut Link, block: u64) -> Result<(), sqlx::Error> {
    let (start, end) = (number(block * WIDTH), number((block + 1) * WIDTH));
    let text = "SELECT first, file FROM audit_shelf WHERE first < $2 AND first + count > $1";
    let Some(row) = link.row(text, values![start, end]).await? else { return Ok(()) };
    let reason = "what is archived is not erased from it; erase before a month is archived".to_owned();
    let first = u64::try_from(row.get::<i64>("first")?).unwrap_or_default();
    Err(sqlx::Error::Decode(StoreError::Shelf { first, file: row.get("file")?, reason }.into()))
}

/// The node over a block.
async fn node(database: &mut impl Database, block: u64) -> Result<Option<MerkleHash>, sqlx::Error> {
    let text = "SELECT root FROM audit_block WHERE number = $1";
    let Some(row) = database.row(text, values![number(block)]).await? else { return Ok(None) };
    Ok(row.get::<Vec<u8>>("root")?.try_into().ok().map(MerkleHash))
}

fn unread(shelved: &Shelved, error: ShelfError) -> sqlx::Error {
    let (file, reason) = (shelved.file.clone(), error.0);
    sqlx::Error::Decode(StoreError::Shelf { first: shelved.first, file, reason }.into())
}
