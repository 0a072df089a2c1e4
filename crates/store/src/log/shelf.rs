//! Sealed months: events whose texts stand in files outside of the database. What tells which blocks may hold what is sought stays, and
//! the tree; the texts are read from the files, and believed as far as the tree commits to them.

mod former;
mod rewrite;

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::WIDTH;

use super::append::tell;
use super::sight::Sight;
use super::state::{self, damaged, number};
use super::{LogEvent, root_of};
use crate::audit::AuditEvent;
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Fence};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Link, Row, values};

pub use former::DroppedFile;

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

/// Whoever writes or deletes files of the archive holds this lease: one process at a time.
pub const SHELF_LEASE: &str = "audit-archive";

/// Reads the files in which sealed months stand, and writes them anew where events are erased.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// Events that stand together, in order, of which each is what its leaf commits to.
    fn read<'a>(&'a self, shelved: &'a Shelved) -> ShelfFuture<'a, Arc<Vec<LogEvent>>>;

    /// What a file is to be called that is written anew.
    fn next<'a>(&'a self, file: &'a str) -> ShelfFuture<'a, NextFile>;

    /// Writes the groups of a file, which are all of it, into the file `to`: in the same groups, the events with these indexes without
    /// text and salt. It is on disk once this answers.
    fn rewrite<'a>(
        &'a self,
        groups: &'a [Shelved],
        to: &'a str,
        erased: &'a BTreeSet<u64>,
    ) -> ShelfFuture<'a, ()>;

    /// Deletes a file; nothing where there is none.
    fn delete<'a>(&'a self, file: &'a str) -> ShelfFuture<'a, ()>;
}

/// What a file is to be called that is written anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextFile {
    /// A name that none of its files has.
    pub name: String,
    /// Its files that are there already.
    pub former: Vec<String>,
}

/// Why a shelf cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ShelfError {
    /// What is wrong, and what to do.
    pub reason: String,
    /// Whether it does not answer in time: asked a moment later, it may.
    pub is_late: bool,
}

impl ShelfError {
    /// What does not pass by itself.
    pub(crate) fn of(reason: &str) -> ShelfError {
        ShelfError { reason: reason.to_owned(), is_late: false }
    }
}

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
    /// That whoever wrote it still holds the lease [`SHELF_LEASE`]; nothing where nobody else writes files.
    pub fence: Option<Fence>,
    /// What tells of it.
    pub event: AuditEvent,
}

impl Store {
    /// Has texts that are not in the database read from a shelf. Only the first that is given is kept.
    pub fn keep_shelf(&self, shelf: Arc<dyn Shelf>) {
        // There is one place, and so one shelf.
        let _ = self.reader().shelf.0.set(shelf);
    }

    /// Gives the texts of blocks up that were written into a file. Where some of them were erased meanwhile, or the lease is another's,
    /// nothing is done: write them again, into another file.
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
    if let Some(fence) = &shelving.fence
        && !lease::is_held(link, fence).await?
    {
        link.rollback().await?;
        return Ok(None);
    }
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
    let text = "UPDATE audit_block SET decisions_at = NULL, others_at = NULL, reads_at = NULL, spare = 0 \
                WHERE number >= $1 AND number < $2";
    link.execute(text, values![from, to]).await?;
    for Shelved { file, group, first, count } in &shelving.groups {
        let text = "INSERT INTO audit_shelf (first, count, file, row_group) VALUES ($1, $2, $3, $4)";
        link.execute(text, values![number(*first), number(*count), file, i64::from(*group)]).await?;
        link.execute("DELETE FROM audit_shelf_former WHERE file = $1", values![file]).await?;
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
        // What has no texts any more was given up, or was deleted from the archive.
        let text = "SELECT number, at_max FROM audit_block \
                    WHERE number >= COALESCE((SELECT MAX(first + count) FROM audit_shelf), 0) / 256 \
                    AND decisions + others > 0 ORDER BY number LIMIT $1";
        let rows = self.pool.rows(text, values![i64::from(limit)]).await?;
        let block = |row: &Row| {
            let number = u64::try_from(row.get::<i64>("number")?).unwrap_or_default();
            Ok(UnshelvedBlock { number, at_max: row.get("at_max")? })
        };
        Ok(rows.iter().map(block).collect::<Result<_, sqlx::Error>>()?)
    }
}

/// Where the texts of a block stand.
struct Located {
    groups: Vec<Shelved>,
    /// The node over it.
    node: Option<MerkleHash>,
}

async fn locate(database: &mut impl Database, block: u64) -> Result<Located, sqlx::Error> {
    let (start, end) = (block * WIDTH, (block + 1) * WIDTH);
    let text = "SELECT file, row_group, first, count FROM audit_shelf WHERE first < $2 AND first + count > $1 ORDER BY first";
    let rows = database.rows(text, values![number(start), number(end)]).await?;
    let groups = rows.iter().map(shelved).collect::<Result<Vec<_>, _>>()?;
    let node = if groups.is_empty() { None } else { node(database, block).await? };
    Ok(Located { groups, node })
}

impl OwnShelf {
    /// The events of a block that is on a shelf; none where it is not. The database is left while the shelf is read.
    pub(super) async fn events(
        &self,
        sight: &mut Sight<'_>,
        block: u64,
    ) -> Result<Vec<LogEvent>, sqlx::Error> {
        let Located { groups, node } = locate(sight.look().await?.0, block).await?;
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        sight.leave().await?;
        let (start, end) = (block * WIDTH, (block + 1) * WIDTH);
        let mut events: Vec<LogEvent> = Vec::new();
        for shelved in &groups {
            let read = self.read(shelved).await.map_err(|error| unread(shelved, error))?;
            events.extend(read.iter().filter(|event| (start..end).contains(&event.index)).cloned());
        }
        if !events.is_empty() && root_of(&events) != node {
            return Err(damaged(start, "what is archived of it is not what was recorded"));
        }
        Ok(events)
    }

    /// The events of a group.
    async fn read(&self, shelved: &Shelved) -> Result<Arc<Vec<LogEvent>>, ShelfError> {
        let read = self.get()?.read(shelved).await?;
        let is_whole = read.len() as u64 == shelved.count
            && (shelved.first..).zip(read.iter()).all(|(index, event)| event.index == index);
        if is_whole {
            return Ok(read);
        }
        Err(ShelfError::of("it holds other events than it should"))
    }

    fn get(&self) -> Result<&Arc<dyn Shelf>, ShelfError> {
        let missing = || ShelfError::of("no archive is configured: set `audit.archive.place`");
        self.0.get().ok_or_else(missing)
    }
}

/// The index behind the last event that is on a shelf. What was given up before aside, all before it is.
pub(super) async fn end(database: &mut impl Database) -> Result<u64, sqlx::Error> {
    let row = database.row("SELECT MAX(first + count) AS shelved FROM audit_shelf", values![]).await?;
    let end = row.map(|row| row.get::<Option<i64>>("shelved")).transpose()?.flatten();
    Ok(u64::try_from(end.unwrap_or(0)).unwrap_or_default())
}

/// A file with all of its groups, in their order.
#[derive(Debug)]
pub(super) struct ShelvedFile(Vec<Shelved>);

impl ShelvedFile {
    pub(super) fn name(&self) -> &str {
        self.0.first().map_or("", |shelved| &shelved.file)
    }

    /// Whether the event with an index stands in it.
    pub(super) fn holds(&self, index: u64) -> bool {
        self.0.iter().any(|shelved| (shelved.first..shelved.first + shelved.count).contains(&index))
    }

    /// The index of its first event, and the one behind its last.
    fn range(&self) -> (u64, u64) {
        let first = self.0.first().map_or(0, |shelved| shelved.first);
        (first, self.0.last().map_or(first, |shelved| shelved.first + shelved.count))
    }
}

/// The file in which an event stands, if it is on a shelf.
pub(super) async fn file_of(
    database: &mut impl Database,
    index: u64,
) -> Result<Option<ShelvedFile>, sqlx::Error> {
    let text = "SELECT file FROM audit_shelf WHERE first <= $1 AND first + count > $1";
    let Some(row) = database.row(text, values![number(index)]).await? else { return Ok(None) };
    file(database, &row.get::<String>("file")?).await.map(Some)
}

async fn file(database: &mut impl Database, name: &str) -> Result<ShelvedFile, sqlx::Error> {
    let text = "SELECT file, row_group, first, count FROM audit_shelf WHERE file = $1 ORDER BY first";
    let rows = database.rows(text, values![name]).await?;
    Ok(ShelvedFile(rows.iter().map(shelved).collect::<Result<_, _>>()?))
}

fn shelved(row: &Row) -> Result<Shelved, sqlx::Error> {
    let positive = |name| Ok::<_, sqlx::Error>(u64::try_from(row.get::<i64>(name)?).unwrap_or_default());
    Ok(Shelved {
        file: row.get("file")?,
        group: u32::try_from(positive("row_group")?).unwrap_or(u32::MAX),
        first: positive("first")?,
        count: positive("count")?,
    })
}

/// The node over a block.
async fn node(database: &mut impl Database, block: u64) -> Result<Option<MerkleHash>, sqlx::Error> {
    let text = "SELECT root FROM audit_block WHERE number = $1";
    let Some(row) = database.row(text, values![number(block)]).await? else { return Ok(None) };
    Ok(row.get::<Vec<u8>>("root")?.try_into().ok().map(MerkleHash))
}

fn unread(shelved: &Shelved, error: ShelfError) -> sqlx::Error {
    let Shelved { file, first, .. } = shelved.clone();
    let ShelfError { reason, is_late } = error;
    sqlx::Error::Decode(StoreError::Shelf { first, file, reason, is_late }.into())
}
