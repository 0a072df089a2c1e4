//! Reading what is archived, and writing it anew where events are erased.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use casemate_archive::{Archive, ArchiveError, Contents, Row};
use casemate_store::{LogEvent, NextFile, Shelf, ShelfError, ShelfFuture, Shelved};
use quick_cache::sync::Cache;
use tokio::time::timeout;

use super::job::row;
use super::name::{revised, revision, stem};

/// How many row groups are kept that were read: each has up to 4,096 events, in some megabytes.
const GROUPS: usize = 8;
/// Of how many files is kept what they say of themselves.
const FILES: usize = 64;

/// How long somebody waits for a row group: also for others who wait for the same, and did not get it.
const PATIENCE: Duration = Duration::from_secs(15);

/// A file that was found, and what it says of itself.
type Found = Arc<(String, Contents)>;

/// The archive as the store reads it. What is read often is kept.
#[derive(Debug)]
pub struct ArchiveShelf {
    archive: Archive,
    contents: Cache<String, Found>,
    groups: Cache<(String, u32), Arc<Vec<LogEvent>>>,
}

impl ArchiveShelf {
    /// The shelf over an archive.
    #[must_use]
    pub fn new(archive: Archive) -> ArchiveShelf {
        ArchiveShelf { archive, contents: Cache::new(FILES), groups: Cache::new(GROUPS) }
    }

    async fn events(&self, shelved: &Shelved) -> Result<Arc<Vec<LogEvent>>, ArchiveError> {
        let Shelved { file, group, .. } = shelved;
        let group = usize::try_from(*group).unwrap_or(usize::MAX);
        let found = self.found(file).await?;
        let rows = match self.archive.rows(&found.0, &found.1, group).await {
            Err(error) if error.is_missing() => {
                // It was written anew since it was found.
                self.contents.remove(file);
                let found = self.found(file).await?;
                self.archive.rows(&found.0, &found.1, group).await?
            }
            rows => rows?,
        };
        Ok(Arc::new(rows.into_iter().map(event).collect()))
    }

    /// A file; in the place of one that is not there any more, the one that was written of it last: a backup, or somebody who began to
    /// read before, names the former one. Its groups are the same, and the tree says what of it counts.
    async fn found(&self, file: &str) -> Result<Found, ArchiveError> {
        if let Some(found) = self.contents.get(file) {
            return Ok(found);
        }
        let found = match self.archive.contents(file).await {
            Err(error) if error.is_missing() => match self.revisions(file).await?.pop() {
                Some((_, name)) => (name.clone(), self.archive.contents(&name).await?),
                None => return Err(error),
            },
            contents => (file.to_owned(), contents?),
        };
        let found = Arc::new(found);
        self.contents.insert(file.to_owned(), Arc::clone(&found));
        Ok(found)
    }

    /// The files of the same events that are there, the latest last.
    async fn revisions(&self, file: &str) -> Result<Vec<(u64, String)>, ArchiveError> {
        let stem = stem(file);
        let names = self.archive.names(stem).await?;
        let mut revisions: Vec<(u64, String)> =
            names.into_iter().filter_map(|name| Some((revision(&name, stem)?, name))).collect();
        revisions.sort_unstable();
        Ok(revisions)
    }

    async fn rewritten(
        &self,
        groups: &[Shelved],
        to: &str,
        erased: &BTreeSet<u64>,
    ) -> Result<(), ArchiveError> {
        let Some(first) = groups.first() else { return Ok(()) };
        let origin = self.found(&first.file).await?.1.origin().to_owned();
        let mut file = self.archive.write(to, &origin).await?;
        for group in groups {
            for event in self.events(group).await?.iter() {
                let mut event = event.clone();
                if erased.contains(&event.index) {
                    (event.text, event.salt) = (None, None);
                }
                file.push(row(event)).await?;
            }
            file.end_group().await?;
        }
        file.finish().await
    }

    /// Keeps nothing of a file.
    fn forget(&self, file: &str) {
        self.contents.remove(file);
        self.groups.retain(|(of, _), _| of != file);
    }
}

fn event(Row { index, leaf, event }: Row) -> LogEvent {
    let (text, salt) = event.unzip();
    LogEvent { index, text, leaf, salt }
}

fn failed(error: ArchiveError) -> ShelfError {
    ShelfError { reason: error.to_string(), is_late: error.is_late() }
}

impl Shelf for ArchiveShelf {
    fn read<'a>(&'a self, shelved: &'a Shelved) -> ShelfFuture<'a, Arc<Vec<LogEvent>>> {
        Box::pin(async move {
            let key = (shelved.file.clone(), shelved.group);
            // Whoever else wants the same waits for this.
            let read = timeout(PATIENCE, self.groups.get_or_insert_async(&key, self.events(shelved))).await;
            read.unwrap_or(Err(ArchiveError::Late(PATIENCE))).map_err(failed)
        })
    }

    fn next<'a>(&'a self, file: &'a str) -> ShelfFuture<'a, NextFile> {
        Box::pin(async move {
            let revisions = self.revisions(file).await.map_err(failed)?;
            let stem = stem(file);
            let own = revision(file, stem).unwrap_or(1);
            let last = revisions.last().map_or(own, |(last, _)| own.max(*last));
            let former = revisions.into_iter().map(|(_, name)| name).collect();
            Ok(NextFile { name: revised(stem, last.saturating_add(1)), former })
        })
    }

    fn rewrite<'a>(
        &'a self,
        groups: &'a [Shelved],
        to: &'a str,
        erased: &'a BTreeSet<u64>,
    ) -> ShelfFuture<'a, ()> {
        Box::pin(async move {
            self.forget(to);
            self.rewritten(groups, to, erased).await.map_err(failed)
        })
    }

    fn delete<'a>(&'a self, file: &'a str) -> ShelfFuture<'a, ()> {
        Box::pin(async move {
            self.forget(file);
            self.archive.delete(file).await.map_err(failed)
        })
    }
}
