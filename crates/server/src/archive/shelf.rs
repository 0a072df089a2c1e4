//! Reading what is archived.

use std::sync::Arc;

use casemate_archive::{Archive, ArchiveError, Contents, Row};
use casemate_store::{LogEvent, Shelf, ShelfError, ShelfFuture, Shelved};
use quick_cache::sync::Cache;

/// How many row groups are kept that were read: each has up to 4,096 events, in some megabytes.
const GROUPS: usize = 8;
/// Of how many files is kept what they say of themselves.
const FILES: usize = 64;

/// The archive as the store reads it. What is read often is kept.
#[derive(Debug)]
pub struct ArchiveShelf {
    archive: Archive,
    contents: Cache<String, Arc<Contents>>,
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
        let contents = match self.contents.get(file) {
            Some(contents) => contents,
            None => {
                let contents = Arc::new(self.archive.contents(file).await?);
                self.contents.insert(file.clone(), Arc::clone(&contents));
                contents
            }
        };
        let group = usize::try_from(*group).unwrap_or(usize::MAX);
        let rows = self.archive.rows(file, &contents, group).await?;
        Ok(Arc::new(rows.into_iter().map(event).collect()))
    }
}

fn event(Row { index, leaf, event }: Row) -> LogEvent {
    let (text, salt) = event.unzip();
    LogEvent { index, text, leaf, salt }
}

impl Shelf for ArchiveShelf {
    fn read<'a>(&'a self, shelved: &'a Shelved) -> ShelfFuture<'a, Arc<Vec<LogEvent>>> {
        Box::pin(async move {
            let key = (shelved.file.clone(), shelved.group);
            // Whoever else wants the same waits for this.
            let read = self.groups.get_or_insert_async(&key, self.events(shelved)).await;
            read.map_err(|error| ShelfError(error.to_string()))
        })
    }
}
