//! Writing a backup: the database is read in one transaction, a batch of rows at a time; another thread seals and writes.

use std::collections::BTreeMap;
use std::path::Path;

use tokio::sync::mpsc;

use super::format::Header;
use super::sealed::SealedFile;
use super::tables::{Cell, TABLES, Table};
use super::{BackupError, BackupLock, BackupSummary};
use crate::error::StoreError;
use crate::migration;
use crate::object::last_revision;
use crate::open::StoreReader;
use crate::root_key::RootKeys;
use crate::sql::{Database as _, Reading, Value, values};

/// How many rows are read at once. The largest rows hold two documents.
const BATCH: usize = 64;

/// How many batches wait for the thread that writes.
const WAITING: usize = 2;

/// What the writing thread is told.
enum Told {
    Table(&'static Table),
    Rows(Vec<Vec<Cell>>),
    /// All was read. Whoever goes away without saying so wants no file.
    End,
}

impl StoreReader {
    /// Writes all that the database holds, as it is now, to a new sealed file that only its owner may open; with it the
    /// root keys, if they are given. Others go on reading and changing meanwhile. The file is in its place once all of it
    /// was read again and found to be whole. `at` is the time, in microseconds since 1970 (UTC).
    ///
    /// # Errors
    /// Where the database cannot be read, or the file cannot be written; then there is none.
    pub async fn backup(
        &self,
        file: &Path,
        lock: &BackupLock,
        root_keys: Option<&RootKeys>,
        at: i64,
    ) -> Result<BackupSummary, BackupError> {
        self.settle().await?;
        let mut reading = self.pool.read().await?;
        let header = Header {
            migration: migration::applied(&mut reading).await?,
            revision: last_revision(&mut reading).await?,
            at,
            sequences: sequences(&mut reading).await?,
            root_keys: root_keys.cloned(),
        };
        let (tell, told) = mpsc::channel(WAITING);
        let (file, lock) = (file.to_owned(), lock.clone());
        let writing = tokio::task::spawn_blocking(move || write(&file, &lock, &header, told));
        let read = read_all(&mut reading, &tell).await;
        drop(tell);
        // Why writing ended tells more than that nobody listens any more.
        let written = writing.await.map_err(|_| BackupError::BrokenOff)?;
        match (read, written) {
            (Err(error), Err(BackupError::BrokenOff)) => Err(error.into()),
            (_, written) => written,
        }
    }
}

fn write(
    file: &Path,
    lock: &BackupLock,
    header: &Header,
    mut told: mpsc::Receiver<Told>,
) -> Result<BackupSummary, BackupError> {
    let mut sealed = SealedFile::create(file, lock, header)?;
    loop {
        match told.blocking_recv() {
            Some(Told::Table(table)) => sealed.table(table)?,
            Some(Told::Rows(rows)) => rows.iter().try_for_each(|row| sealed.row(row))?,
            Some(Told::End) => return sealed.finish(),
            None => return Err(BackupError::BrokenOff),
        }
    }
}

/// Reads all tables, each by its key, and tells of them until nobody listens.
async fn read_all(reading: &mut Reading, tell: &mpsc::Sender<Told>) -> Result<(), StoreError> {
    for table in TABLES {
        let mut told = tell.send(Told::Table(table)).await;
        let mut last: Option<Vec<Cell>> = None;
        while told.is_ok() {
            let text = table.selection(last.is_some(), BATCH);
            let after: Vec<Value<'_>> =
                last.iter().flat_map(|row| row.iter().take(table.key)).map(Cell::value).collect();
            let rows = reading.rows(&text, &after).await?;
            let rows = rows.iter().map(|row| table.cells(row)).collect::<Result<Vec<_>, _>>()?;
            let more = rows.len() == BATCH;
            last = rows.last().cloned();
            told = tell.send(Told::Rows(rows)).await;
            if !more {
                break;
            }
        }
        if told.is_err() {
            return Ok(());
        }
    }
    // Who does not listen any more says why.
    let _ = tell.send(Told::End).await;
    Ok(())
}

/// The last number that each numbered table gave, those of deleted rows too.
async fn sequences(reading: &mut Reading) -> Result<BTreeMap<String, i64>, StoreError> {
    let text = match reading {
        Reading::Sqlite(_) => "SELECT CAST(seq AS INTEGER) AS last FROM sqlite_sequence WHERE name = $1",
        Reading::Postgres(_) => {
            "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence($1, 'seq') AS regclass)) AS last"
        }
    };
    let mut found = BTreeMap::new();
    for table in TABLES.iter().filter(|table| table.is_numbered()) {
        let row = reading.row(text, values![table.name]).await?;
        let last: Option<i64> = row.map(|row| row.get("last")).transpose()?.flatten();
        found.extend(last.map(|last| (table.name.to_owned(), last)));
    }
    Ok(found)
}
