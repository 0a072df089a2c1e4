//! Files of the archive that count no more: those in whose place others stand, and those whose events are kept no longer.

use casemate_audit::event::Event;
use casemate_audit::filter::turned::STACK;
use casemate_audit::tile::WIDTH;
use serde_json::json;

use super::rewrite::{archive, told};
use super::{ShelvedFile, file};
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Fence, Lease};
use crate::log::append::tell;
use crate::log::erase::EraseError;
use crate::log::hold::Holds;
use crate::log::state::{self, number};
use crate::log::turned;
use crate::open::{Store, StoreReader};
use crate::sql::{Database as _, Link, values};

/// A file of which nothing is kept any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedFile {
    /// What it was called.
    pub file: String,
    /// The index of its first event.
    pub first: u64,
    /// How many indexes of the log it had.
    pub count: u64,
}

impl StoreReader {
    /// Files of the archive that are to be deleted, and may be there still.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn former_shelf_files(&self) -> Result<Vec<String>, StoreError> {
        let text = "SELECT file FROM audit_shelf_former ORDER BY file";
        let rows = self.pool.rows(text, values![]).await?;
        Ok(rows.iter().map(|row| row.get("file")).collect::<Result<_, sqlx::Error>>()?)
    }
}

impl Store {
    /// Notes a file that is about to be written: until it stands for events, it is one that counts no more.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn begin_shelf_file(&self, file: &str) -> Result<(), RecordError> {
        let file = file.to_owned();
        self.writer.alone(move |link| Box::pin(async move { insert(link, &file).await })).await
    }

    /// Deletes the files that count no more. Whoever does so holds the lease [`SHELF_LEASE`](super::SHELF_LEASE).
    ///
    /// # Errors
    /// Where the database or the archive does not do what it is asked for; it is to be done again then.
    pub async fn delete_former_files(&self) -> Result<(), EraseError> {
        let reader = self.reader();
        for name in reader.former_shelf_files().await? {
            let is_in_use = !file(&mut reader.pool.read().await?, &name).await?.0.is_empty();
            if !is_in_use {
                let deleted = async { reader.shelf.get()?.delete(&name).await };
                deleted.await.map_err(|error| archive(&name, error))?;
            }
            let forget = self.writer.alone(move |link| {
                Box::pin(async move {
                    link.execute("DELETE FROM audit_shelf_former WHERE file = $1", values![&name]).await?;
                    Ok(())
                })
            });
            forget.await?;
        }
        Ok(())
    }

    /// Gives up the files of the archive whose newest event is from before `before` and of which no hold covers anything, and deletes
    /// them: of their events, nothing is left but the nodes over their blocks. Whoever does so holds the lease
    /// [`SHELF_LEASE`](super::SHELF_LEASE) until after `at`.
    ///
    /// # Errors
    /// As [`Store::delete_former_files`]; files before may be given up by then.
    pub async fn drop_shelved(
        &self,
        before: i64,
        lease: &Lease,
        at: i64,
    ) -> Result<Vec<DroppedFile>, EraseError> {
        let reader = self.reader();
        let text = "SELECT file FROM audit_shelf GROUP BY file ORDER BY MIN(first)";
        let mut dropped = Vec::new();
        for row in reader.pool.rows(text, values![]).await? {
            let name: String = row.get("file")?;
            let shelved = file(&mut reader.pool.read().await?, &name).await?;
            let (first, behind) = shelved.range();
            let text = "SELECT MAX(at_max) AS newest FROM audit_block WHERE number >= $1 AND number < $2";
            let blocks = values![number(first / WIDTH), number(behind.div_ceil(WIDTH))];
            let row = reader.pool.row(text, blocks).await?.ok_or(sqlx::Error::RowNotFound)?;
            if row.get::<Option<i64>>("newest")?.is_none_or(|newest| newest >= before) {
                continue;
            }
            let holds = Holds::read(&mut reader.pool.read().await?).await?;
            if !holds.is_empty() && self.is_on_hold(&shelved, &holds).await? {
                tracing::info!(file = %name, "a file of the archive is older than it is to be, and kept for a legal hold");
                continue;
            }
            let file = DroppedFile { file: name, first, count: behind - first };
            if self.drop_file(shelved, holds, lease.fence(), at, file.clone()).await? {
                self.delete_former_files().await?;
                dropped.push(file);
            }
        }
        Ok(dropped)
    }

    /// Whether holds cover any event of a file.
    async fn is_on_hold(&self, shelved: &ShelvedFile, holds: &Holds) -> Result<bool, EraseError> {
        let held = holds.ready();
        for group in &shelved.0 {
            let events = self.reader().shelf.read(group).await;
            let events = events.map_err(|error| archive(shelved.name(), error))?;
            // Nobody knows of what cannot be read whether it is on hold.
            let is_held = |text: &str| Event::parse(text).map_or(true, |event| held.holds(&event));
            if events.iter().filter_map(|event| event.text.as_deref()).any(is_held) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Answers whether it was given up: not where the holds are others by now, or somebody else has the lease.
    async fn drop_file(
        &self,
        shelved: ShelvedFile,
        holds: Holds,
        fence: Fence,
        at: i64,
        what: DroppedFile,
    ) -> Result<bool, RecordError> {
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let dropped = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                if !give_up(link, &shelved, &holds, &fence).await? {
                    link.rollback().await?;
                    return Ok(false);
                }
                let DroppedFile { file, first, count } = what;
                let after = json!({ "first": first, "count": count });
                let event = told(at, "casemate.audit-archive.delete", &file, &after);
                let size = tell(link, revision, &[event]).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(true)
            })
        });
        dropped.await
    }
}

async fn give_up(
    link: &mut Link,
    shelved: &ShelvedFile,
    holds: &Holds,
    fence: &Fence,
) -> Result<bool, sqlx::Error> {
    let is_held = lease::is_held(link, fence).await?;
    state::lock(link).await?;
    let name = shelved.name();
    if !is_held || Holds::read(link).await? != *holds || file(link, name).await?.0 != shelved.0 {
        return Ok(false);
    }
    let (first, behind) = shelved.range();
    let blocks = first / WIDTH..behind.div_ceil(WIDTH);
    for stack in blocks.start / STACK..blocks.end.div_ceil(STACK) {
        turned::turn_back(link, stack * STACK).await?;
    }
    let (from, to) = (number(blocks.start), number(blocks.end));
    for text in [
        "DELETE FROM audit_filter WHERE number >= $1 AND number < $2",
        "UPDATE audit_block SET decisions = 0, others = 0, decisions_at = NULL, others_at = NULL, reads_at = NULL, spare = 0 \
         WHERE number >= $1 AND number < $2",
    ] {
        link.execute(text, values![from, to]).await?;
    }
    link.execute("DELETE FROM audit_shelf WHERE file = $1", values![name]).await?;
    insert(link, name).await?;
    Ok(true)
}

pub(super) async fn insert(link: &mut Link, file: &str) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO audit_shelf_former (file) VALUES ($1) ON CONFLICT (file) DO NOTHING";
    link.execute(text, values![file]).await?;
    Ok(())
}
