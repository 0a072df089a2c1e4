//! Where archives are: a folder, or an object store.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, WriteMultipart};
use url::Url;

use crate::error::ArchiveError;
use crate::read::{Contents, Pieces, footer};
use crate::row::Row;
use crate::write::Writer;

/// How much of a file's end is read at first: what it says of itself stands there.
const END: u64 = 64 << 10;
/// The most bytes that a file says of itself.
const MAX_END: u64 = 64 << 20;
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
                let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build();
                let folder = Path::parse(url.path().trim_matches('/')).map_err(|error| wrong(&error))?;
                Arc::new(object_store::prefix::PrefixStore::new(
                    store.map_err(|error| wrong(&error))?,
                    folder,
                ))
            }
            other => return Err(wrong(&format!("`{other}:` is not known"))),
        };
        Ok(Archive { store, place: place.to_owned(), folder })
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
        let upload = self.store.put_multipart(&path(name)?).await?;
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
        let size = self.store.head(&path).await?.size;
        let end = self.store.get_range(&path, size.saturating_sub(END)..size).await?;
        let length = footer(&end)?;
        if length > MAX_END || length + 8 > size {
            return Err(ArchiveError::unexpected("what it says of itself is too long"));
        }
        let from = size - length - 8;
        let bytes = match usize::try_from(end.len() as u64)
            .ok()
            .and_then(|have| have.checked_sub(usize::try_from(length).ok()? + 8))
        {
            Some(start) => end.slice(start..end.len() - 8),
            None => self.store.get_range(&path, from..size - 8).await?,
        };
        Contents::decode(&bytes)
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
        let ranges = contents.ranges(group)?;
        let bytes = self.store.get_ranges(&path(name)?, &ranges).await?;
        let pieces: Vec<(u64, Bytes)> = ranges.iter().map(|range| range.start).zip(bytes).collect();
        contents.rows(group, Pieces(pieces))
    }

    /// The names of all files that begin so, in their order.
    ///
    /// # Errors
    /// Where the place cannot be reached.
    pub async fn names(&self, beginning: &str) -> Result<Vec<String>, ArchiveError> {
        let listed = self.store.list_with_delimiter(None).await?;
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
        match self.store.delete(&path(name)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
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
    Path::parse(name)
        .map_err(|error| ArchiveError::unexpected(format!("`{name}` is no name of a file: {error}")))
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
            self.upload.wait_for_capacity(PARTS).await?;
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
        upload.finish().await?;
        Ok(())
    }

    /// Gives the file up.
    ///
    /// # Errors
    /// Where the place cannot be reached; what was sent may then stay there, unseen.
    pub async fn abort(self) -> Result<(), ArchiveError> {
        Ok(self.upload.abort().await?)
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
