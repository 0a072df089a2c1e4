//! Where archives are: a folder, or an object store.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, RetryConfig, WriteMultipart};
use url::Url;

use crate::asking::{ENDING, Places, READING, WRITING, within};
use crate::error::ArchiveError;
use crate::read::{Contents, END, Footer, Unread};
use crate::row::Row;
use crate::write::Writer;

/// How much of a file is sent at once.
const PART: usize = 8 << 20;
/// How many parts are on their way at the same time.
const PARTS: usize = 4;

/// A folder or object store with files of events.
#[derive(Clone)]
pub struct Archive {
    store: Arc<dyn ObjectStore>,
    place: String,
    /// Where it is, of a folder.
    folder: Option<PathBuf>,
    places: Places,
}

impl fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Archive").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Archive {
    /// The archive at a place: `file:///folder`, which has to be there, or `s3://bucket/folder`, whose region, endpoint and
    /// credentials come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …), as other programs read them.
    ///
    /// # Errors
    /// Where the place makes no sense, or the folder is not there.
    pub fn open(place: &str) -> Result<Archive, ArchiveError> {
        let wrong = |reason: &dyn fmt::Display| ArchiveError::Place {
            place: place.to_owned(),
            reason: reason.to_string(),
        };
        let url = Url::parse(place).map_err(|error| wrong(&error))?;
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            let reason = "credentials and parameters stand in the environment, not here";
            return Err(ArchiveError::Place { place: "s3://…".to_owned(), reason: reason.to_owned() });
        }
        let mut folder = None;
        let store: Arc<dyn ObjectStore> = match url.scheme() {
            "file" => {
                let path = url.to_file_path().map_err(|()| wrong(&"it names no folder of this machine"))?;
                Arc::new(
                    LocalFileSystem::new_with_prefix(folder.insert(path))
                        .map_err(|error| wrong(&error))?
                        .with_fsync(true),
                )
            }
            "s3" => {
                let bucket = url.host_str().ok_or_else(|| wrong(&"it names no bucket"))?;
                // Whoever asks waits no longer anyway.
                let retry = RetryConfig { retry_timeout: READING, ..RetryConfig::default() };
                let store = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry).build();
                let folder = Path::parse(url.path().trim_matches('/')).map_err(|error| wrong(&error))?;
                Arc::new(object_store::prefix::PrefixStore::new(
                    store.map_err(|error| wrong(&error))?,
                    folder,
                ))
            }
            other => return Err(wrong(&format!("`{other}:` is not known"))),
        };
        Ok(Archive { store, place: place.to_owned(), folder, places: Places::default() })
    }

    /// The place, as it was said.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Begins a file, which is there once it is finished.
    ///
    /// # Errors
    /// Where the place takes no file.
    pub async fn write(&self, name: &str, origin: &str) -> Result<FileWriter, ArchiveError> {
        self.sweep(name)?;
        let path = path(name)?;
        let upload = within(WRITING, async { Ok(self.store.put_multipart(&path).await?) }).await?;
        let written = Written::default();
        let writer = Writer::new(written.clone(), origin)?;
        Ok(FileWriter { writer, written, upload: WriteMultipart::new_with_chunk_size(upload, PART) })
    }

    /// What a file says of itself.
    ///
    /// # Errors
    /// Where there is no such file, or it is none of Casemate's.
    pub async fn contents(&self, name: &str) -> Result<Contents, ArchiveError> {
        let path = path(name)?;
        let store = Arc::clone(&self.store);
        let read = async move {
            let size = store.head(&path).await?.size;
            let end = store.get_range(&path, size.saturating_sub(END)..size).await?;
            let footer = match Footer::find(size, &end) {
                Ok(footer) => footer,
                Err(wrong) => return Ok(Err(wrong)),
            };
            let length = usize::try_from(footer.0.end - footer.0.start).unwrap_or(usize::MAX);
            let start = end.len().checked_sub(8).and_then(|behind| behind.checked_sub(length));
            let bytes = match start.and_then(|start| end.get(start..end.len() - 8)) {
                Some(found) => end.slice_ref(found),
                None => store.get_range(&path, footer.0.clone()).await?,
            };
            // While it has its place: so many are read at once, and no more.
            Ok(Contents::decode(&footer, &bytes))
        };
        let contents = self.places.read(read).await?;
        contents.map_err(|wrong| Unread::Damaged(wrong).of(name))
    }

    /// The events of a row group of a file, each of them checked against its leaf.
    ///
    /// # Errors
    /// Where the file cannot be read, or holds an event that is not what the log commits to.
    pub async fn rows(
        &self,
        name: &str,
        contents: &Contents,
        group: usize,
    ) -> Result<Vec<Row>, ArchiveError> {
        let group = contents.group(group).map_err(|wrong| Unread::Damaged(wrong).of(name))?.clone();
        let (store, path) = (Arc::clone(&self.store), path(name)?);
        let read = async move {
            let pieces = store.get_ranges(&path, &group.ranges()).await?;
            Ok(group.events(&pieces))
        };
        let rows = self.places.read(read).await?;
        rows.map_err(|unread| unread.of(name))
    }

    /// The names of all files that begin so, in their order.
    ///
    /// # Errors
    /// Where the place cannot be reached.
    pub async fn names(&self, beginning: &str) -> Result<Vec<String>, ArchiveError> {
        let listed = within(WRITING, async { Ok(self.store.list_with_delimiter(None).await?) }).await?;
        let names = listed.objects.iter().filter_map(|object| object.location.filename());
        let mut names: Vec<String> =
            names.filter(|name| name.starts_with(beginning)).map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Deletes a file; nothing where there is none.
    ///
    /// # Errors
    /// Where the place does not let it go.
    pub async fn delete(&self, name: &str) -> Result<(), ArchiveError> {
        self.sweep(name)?;
        let path = path(name)?;
        let delete = async {
            match self.store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error.into()),
            }
        };
        within(WRITING, delete).await
    }
}

impl Archive {
    /// Deletes what is left in a folder of a file that was being written when its writer was killed: files of its name with `#` and a
    /// number behind it, as [`LocalFileSystem`] calls them.
    fn sweep(&self, name: &str) -> Result<(), ArchiveError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let failed = |error: io::Error| ArchiveError::Folder { reason: error.to_string() };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let part = entry.file_name();
            let number = part.to_str().and_then(|part| part.strip_prefix(name)?.strip_prefix('#'));
            if number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) {
                std::fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

fn path(name: &str) -> Result<Path, ArchiveError> {
    Path::parse(name).map_err(|error| ArchiveError::Name { name: name.to_owned(), reason: error.to_string() })
}

/// A file that is being written.
pub struct FileWriter {
    writer: Writer<Written>,
    written: Written,
    upload: WriteMultipart,
}

impl fmt::Debug for FileWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileWriter").finish_non_exhaustive()
    }
}

impl FileWriter {
    /// Takes the next event.
    ///
    /// # Errors
    /// Where the place takes no more; nothing of the file is there then.
    pub async fn push(&mut self, row: Row) -> Result<(), ArchiveError> {
        self.writer.push(row)?;
        self.send().await
    }

    /// Ends the row group: see [`Writer::end_group`].
    ///
    /// # Errors
    /// As [`FileWriter::push`].
    pub async fn end_group(&mut self) -> Result<(), ArchiveError> {
        self.writer.end_group()?;
        self.send().await
    }

    async fn send(&mut self) -> Result<(), ArchiveError> {
        let bytes = self.written.take();
        if !bytes.is_empty() {
            within(WRITING, async { Ok(self.upload.wait_for_capacity(PARTS).await?) }).await?;
            self.upload.put(bytes.into());
        }
        Ok(())
    }

    /// Ends the file: when this answers, it is there, and on disk where it is in a folder.
    ///
    /// # Errors
    /// As [`FileWriter::push`].
    pub async fn finish(self) -> Result<(), ArchiveError> {
        let FileWriter { writer, written, mut upload } = self;
        writer.finish()?;
        upload.put(written.take().into());
        within(ENDING, async { Ok(upload.finish().await.map(drop)?) }).await
    }

    /// Gives the file up.
    ///
    /// # Errors
    /// Where the place cannot be reached; what was sent may then stay there, unseen.
    pub async fn abort(self) -> Result<(), ArchiveError> {
        within(WRITING, async { Ok(self.upload.abort().await?) }).await
    }
}

/// Bytes that were written and not sent yet.
#[derive(Debug, Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use object_store::memory::InMemory;
    use object_store::throttle::{ThrottleConfig, ThrottledStore};

    use tokio::time::Instant;

    use super::*;
    use crate::asking::AT_ONCE;

    /// An archive whose object store takes an hour for whatever is asked of it.
    fn hanging() -> Archive {
        let hour = Duration::from_secs(3_600);
        let config = ThrottleConfig {
            wait_delete_per_call: hour,
            wait_get_per_call: hour,
            wait_list_with_delimiter_per_call: hour,
            wait_put_per_call: hour,
            ..ThrottleConfig::default()
        };
        let store = Arc::new(ThrottledStore::new(InMemory::new(), config));
        Archive { store, place: "memory".to_owned(), folder: None, places: Places::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_an_object_store_that_hangs() {
        let archive = hanging();
        let began = Instant::now();
        let late = |error: ArchiveError, limit: Duration| {
            assert!(error.is_late() && error.to_string().contains("ask again"), "{error}");
            assert!(matches!(error, ArchiveError::Late(within) if within == limit), "{error}");
        };
        late(archive.contents("log.parquet").await.unwrap_err(), READING);
        late(archive.names("log").await.unwrap_err(), WRITING);
        late(archive.delete("log.parquet").await.unwrap_err(), WRITING);
        let writer = archive.write("log.parquet", "casemate.example/log").await.unwrap();
        late(writer.finish().await.unwrap_err(), ENDING);
        assert_eq!(began.elapsed().as_secs(), (READING + WRITING * 2 + ENDING).as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_hangs_is_asked_by_so_many_at_once_and_no_more() {
        let archive = hanging();
        let began = Instant::now();
        let asking: Vec<_> = (0..100)
            .map(|_| {
                let archive = archive.clone();
                tokio::spawn(async move { archive.contents("log.parquet").await.unwrap_err().is_late() })
            })
            .collect();
        for asked in asking {
            assert!(asked.await.unwrap());
        }
        assert_eq!(began.elapsed(), READING, "those who have no place wait no longer than the others");
        assert_eq!(archive.places.free(), 0, "it still has to do with the first");
        tokio::time::sleep(Duration::from_secs(3_600)).await;
        assert_eq!(archive.places.free(), AT_ONCE, "and with none of the others");
    }
}
