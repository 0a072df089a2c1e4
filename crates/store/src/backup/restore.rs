//! Restoring a backup, in one transaction: all of it or nothing.

use std::path::Path;

use tokio::sync::mpsc;

use super::format::{Header, PlainReader};
use super::tables::{Cell, LOG, REVISION, TABLES, Table};
use super::{BackupError, BackupKey, BackupSummary, sealed};
use crate::account;
use crate::block;
use crate::error::StoreError;
use crate::folder::create_private;
use crate::generation;
use crate::log;
use crate::migration;
use crate::object::last_revision;
use crate::open::{Database, Opening};
use crate::root_key::RootKeyFile;
use crate::segment;
use crate::session;
use crate::source;
use crate::sql::{Database as _, Dialect, Link, Value, values};

/// The most rows that are inserted at once.
const BATCH: usize = 32;
/// After how many bytes a batch takes no further row.
const BATCH_BYTES: usize = 4 << 20;
/// How many batches wait for the database.
const WAITING: usize = 2;

/// Nothing is known of how what was restored came to be.
const RENEWED: &str = "UPDATE revision SET last = $1, policy = $1, people_kept = $1, resources = $1, resources_kept = $1, \
                       others = $1, marked_from = $1 + 1, marked = $1";

/// What is to be restored, and how.
#[derive(Debug, Clone, Copy)]
pub struct Restore<'a> {
    /// The backup.
    pub file: &'a Path,
    /// What opens it.
    pub key: &'a BackupKey,
    /// Where the root keys go that are in it: behind those that are there, or into a new file.
    pub root_keys: Option<&'a RootKeyFile>,
    /// Whether all that the database holds is to be replaced; otherwise it must be empty.
    pub replace: bool,
}

/// Rows of one table.
struct Batch {
    table: &'static Table,
    rows: Vec<Vec<Cell>>,
}

/// Restores a backup into a database, which is prepared where it is new. A server that serves from it notices by the
/// [`crate::Position`] that all it knows was replaced; until this ends, what it writes waits.
///
/// # Errors
/// Where the backup does not open or is not whole, or the database is not empty and is not to be replaced, or fails. The
/// database is then as it was.
pub async fn restore(database: Database<'_>, what: Restore<'_>) -> Result<BackupSummary, BackupError> {
    // All of it is read once before anything is touched: most of what can be wrong with a file is found here.
    super::check_backup(what.file, what.key).await?;
    if let Database::Embedded(folder) = database {
        let path = folder.database();
        create_private(&path).map_err(|source| StoreError::Create { path, source })?;
    }
    let opening = Opening::of(database)?;
    let mut link = opening.connect().await.map_err(|error| opening.failed(error))?;
    let outcome = match migration::migrate(&mut link).await {
        Ok(()) => match settle(database, &mut link).await {
            Ok(()) => fill(&mut link, &what).await,
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    };
    if outcome.is_err() {
        // What failed may have ended the transaction; closing the connection ends it in any case.
        let _ = link.rollback().await;
    }
    if let Err(error) = link.close().await {
        tracing::warn!(%error, "the database did not close well after the restore");
    }
    outcome
}

/// Brings decisions into the database that a server left behind, so that they are among what is replaced.
async fn settle(database: Database<'_>, link: &mut Link) -> Result<(), StoreError> {
    if let Database::Embedded(folder) = database {
        segment::catch_up(folder.path(), link).await?;
    }
    Ok(())
}

async fn fill(link: &mut Link, what: &Restore<'_>) -> Result<BackupSummary, BackupError> {
    link.begin_long().await?;
    // Holds up whoever makes a change meanwhile.
    link.execute("UPDATE revision SET last = last", values![]).await?;
    let before = last_revision(link).await?;
    session::forget_all(link).await?;
    block::forget_all(link).await?;
    source::forget_all(link).await?;
    account::forget_all(link).await?;
    if what.replace {
        for table in TABLES.iter().filter(|table| ![REVISION, LOG].contains(&table.name)) {
            link.execute(&format!("DELETE FROM {}", table.name), values![]).await?;
        }
        // Where the backup knows of no log, one begins.
        log::forget(link).await?;
    } else {
        require_empty(link, before).await?;
    }
    let (tell, mut told) = mpsc::channel(WAITING);
    let (file, key) = (what.file.to_owned(), what.key.clone());
    let reading = tokio::task::spawn_blocking(move || read(&file, &key, &tell));
    let mut inserted = Ok(());
    while let Some(batch) = told.recv().await {
        inserted = insert(link, &batch).await;
        if inserted.is_err() {
            break;
        }
    }
    drop(told);
    let read = reading.await.map_err(|_| BackupError::BrokenOff)?;
    inserted?;
    let (header, summary) = read?;
    // Only now it is known that all of it is as it was written.
    log::reseed(link).await?;
    if what.replace && before >= header.revision {
        // Whoever knows the old state notices that there is another.
        link.execute(RENEWED, values![before + 1]).await?;
    } else {
        link.execute(RENEWED, values![header.revision]).await?;
    }
    generation::renew(link).await?;
    set_sequences(link, &header).await?;
    if let (Some(file), Some(keys)) = (what.root_keys, &header.root_keys) {
        file.adopt(keys)?;
    }
    link.commit().await?;
    Ok(summary)
}

async fn require_empty(link: &mut Link, revision: i64) -> Result<(), BackupError> {
    for table in TABLES.iter().filter(|table| ![REVISION, LOG].contains(&table.name)) {
        let text = format!("SELECT 1 AS one FROM {} LIMIT 1", table.name);
        if link.row(&text, values![]).await?.is_some() {
            return Err(BackupError::NotEmpty { table: table.name });
        }
    }
    if revision != 0 {
        return Err(BackupError::NotEmpty { table: REVISION });
    }
    Ok(())
}

/// Reads a backup in batches until its end, or until nobody listens.
fn read(
    file: &Path,
    key: &BackupKey,
    tell: &mpsc::Sender<Batch>,
) -> Result<(Header, BackupSummary), BackupError> {
    let mut reader = PlainReader::new(sealed::open(file, key)?)?;
    let mut batch: Option<Batch> = None;
    let mut bytes = 0;
    while let Some(row) = reader.next()? {
        let ends = bytes > BATCH_BYTES
            || batch
                .as_ref()
                .is_some_and(|batch| batch.table.name != row.table.name || batch.rows.len() == BATCH);
        if ends && let Some(full) = batch.take() {
            bytes = 0;
            tell.blocking_send(full).map_err(|_| BackupError::BrokenOff)?;
        }
        bytes += row.bytes;
        batch.get_or_insert_with(|| Batch { table: row.table, rows: Vec::new() }).rows.push(row.cells);
    }
    if let Some(rest) = batch {
        tell.blocking_send(rest).map_err(|_| BackupError::BrokenOff)?;
    }
    Ok((reader.header().clone(), reader.summary()))
}

async fn insert(link: &mut Link, batch: &Batch) -> Result<(), BackupError> {
    if batch.table.name == REVISION {
        return Ok(());
    }
    if batch.table.name == LOG {
        // Its one row is there already.
        link.execute("DELETE FROM audit_log", values![]).await?;
    }
    let text = batch.table.insertion(batch.table.columns, batch.rows.len());
    let values: Vec<Value<'_>> = batch.rows.iter().flatten().map(Cell::value).collect();
    link.execute(&text, &values).await?;
    Ok(())
}

/// Lets each numbered table go on where it was, so that no number is given twice.
async fn set_sequences(link: &mut Link, header: &Header) -> Result<(), BackupError> {
    for table in TABLES.iter().filter(|table| table.is_numbered()) {
        let told = header.sequences.get(table.name).copied().unwrap_or_default();
        let text = format!("SELECT COALESCE(MAX(seq), 0) AS last FROM {}", table.name);
        let row = link.row(&text, values![]).await?.ok_or(sqlx::Error::RowNotFound)?;
        let last = told.max(row.get("last")?);
        if last < 1 {
            continue;
        }
        match link.dialect() {
            Dialect::Sqlite => {
                let text = "SELECT CAST(seq AS INTEGER) AS last FROM sqlite_sequence WHERE name = $1";
                let row = link.row(text, values![table.name]).await?;
                let own: i64 = row.map(|row| row.get("last")).transpose()?.unwrap_or_default();
                link.execute("DELETE FROM sqlite_sequence WHERE name = $1", values![table.name]).await?;
                let text = "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)";
                link.execute(text, values![table.name, last.max(own)]).await?;
            }
            Dialect::Postgres => {
                let text = "SELECT setval(CAST(pg_get_serial_sequence($1, 'seq') AS regclass), GREATEST($2, \
                            COALESCE(pg_sequence_last_value(CAST(pg_get_serial_sequence($1, 'seq') AS regclass)), 0)))";
                link.rows(text, values![table.name, last]).await?;
            }
        }
    }
    Ok(())
}
