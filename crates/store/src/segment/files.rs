//! The files of segments: in a folder of the data folder, each of one size, with all of its blocks written once before it is
//! used, so that a flush afterwards changes bytes alone. A file whose segment is in the database is used again.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FallocateFlags, FlockOperation};

use super::frame::{HEADER, Head};
use crate::folder::{FolderError, require_private};

/// The bytes of one file.
pub(crate) const SIZE: u64 = 4 << 20;
/// The most files; what is acknowledged and not in the database yet is at most as much as they hold.
pub(crate) const FILES: usize = 16;
/// How much is written at once where a file is prepared.
const PIECE: usize = 1 << 20;

const NAME: &str = "segments";
/// The file that is being made.
const NEW: &str = "new";

/// The folder of segments, which one process at a time writes to.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The folder itself, on which the lock is.
    handle: File,
}

/// A file of the folder.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<File>,
}

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    #[error(transparent)]
    Unsafe(#[from] FolderError),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    #[error("{path} is of another format")]
    Format { path: PathBuf },
}

impl Folder {
    /// The folder in a data folder, if it is there.
    pub(crate) fn open(data: &Path) -> Result<Option<Folder>, FilesError> {
        let path = data.join(NAME);
        let metadata = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => found.map_err(|source| FilesError::Io { path: path.clone(), source })?,
        };
        if !metadata.is_dir() {
            return Err(FolderError::NotAFolder { path }.into());
        }
        let (owner, account) = (metadata.uid(), rustix::process::geteuid().as_raw());
        if owner != account {
            return Err(FolderError::OwnedByAnother { path, owner, account }.into());
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(FolderError::OpenToOthers { path, mode }.into());
        }
        let handle = File::open(&path).map_err(|source| FilesError::Io { path: path.clone(), source })?;
        Ok(Some(Folder { path, handle }))
    }

    /// The folder, made where it is not there (mode 0700).
    pub(crate) fn open_or_create(data: &Path) -> Result<Folder, FilesError> {
        let path = data.join(NAME);
        let failed = |source| FilesError::Io { path: path.clone(), source };
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.map_err(failed)?,
        }
        // Whoever made it may have ended before this.
        File::open(data).and_then(|data| data.sync_all()).map_err(failed)?;
        Folder::open(data)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }

    /// Takes the lock, which ends with this process or with the folder's last handle; answers whether nobody else has it.
    pub(crate) fn lock(&self) -> Result<bool, FilesError> {
        match rustix::fs::flock(&self.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(false),
            Err(error) => Err(self.failed(error.into())),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The files that are there, in no order.
    pub(crate) fn slots(&self) -> Result<Vec<Slot>, FilesError> {
        let mut slots = Vec::new();
        for number in 0..FILES {
            let path = self.file(number);
            require_private(&path)?;
            match OpenOptions::new().read(true).write(true).open(&path) {
                Ok(file) => slots.push(Slot { path, file: Arc::new(file) }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(FilesError::Io { path, source }),
            }
        }
        Ok(slots)
    }

    /// Makes another file, all of whose room is taken. Answers nothing where there are as many as may be.
    pub(crate) fn create(&self) -> Result<Option<Slot>, FilesError> {
        let Some(path) = (0..FILES).map(|number| self.file(number)).find(|path| !path.exists()) else {
            return Ok(None);
        };
        // It has its name once it has all of its room. What is there already, a process left that ended before.
        let new = self.path.join(NEW);
        let _ = fs::remove_file(&new);
        let made = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&new);
        let made = made.and_then(|file| {
            let prepared = prepare(&file).and_then(|()| fs::rename(&new, &path));
            let prepared = prepared.and_then(|()| self.handle.sync_all());
            prepared.map(|()| file).inspect_err(|_| {
                for path in [&new, &path] {
                    let _ = fs::remove_file(path);
                }
            })
        });
        match made {
            Ok(file) => Ok(Some(Slot { path, file: Arc::new(file) })),
            Err(source) => Err(FilesError::Io { path, source }),
        }
    }

    fn file(&self, number: usize) -> PathBuf {
        self.path.join(format!("{number:02}"))
    }

    fn failed(&self, source: io::Error) -> FilesError {
        FilesError::Io { path: self.path.clone(), source }
    }
}

impl Slot {
    /// Which segment it is; none where it holds none yet.
    pub(crate) fn head(&self) -> Result<Option<Head>, FilesError> {
        let bytes = self.read(0, HEADER)?;
        if Head::is_of_another_format(&bytes) {
            return Err(FilesError::Format { path: self.path.clone() });
        }
        Ok(Head::read(&bytes))
    }

    /// The bytes from one place to another, or to where the file ends.
    pub(crate) fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, FilesError> {
        let mut bytes = vec![0; usize::try_from(to.saturating_sub(from)).unwrap_or_default()];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, from + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(FilesError::Io { path: self.path.clone(), source }),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// Removes the file for good: what it held does not come back beside a later segment.
    pub(crate) fn remove(&self) {
        let folder = self.path.parent().unwrap_or(&self.path);
        let removed = fs::remove_file(&self.path);
        if let Err(error) = removed.and_then(|()| File::open(folder)?.sync_all()) {
            tracing::warn!(path = %self.path.display(), %error, "a file of recorded decisions could not be removed");
        }
    }
}

/// Takes all of the file's room, and writes it once: a file system notes down which blocks were never written, and with the
/// first flush of each that they were.
fn prepare(file: &File) -> io::Result<()> {
    match rustix::fs::fallocate(file, FallocateFlags::empty(), 0, SIZE) {
        Err(error) if error != rustix::io::Errno::OPNOTSUPP => return Err(error.into()),
        _ => {}
    }
    let zeros = vec![0; PIECE];
    for piece in 0..SIZE / PIECE as u64 {
        file.write_all_at(&zeros, piece * PIECE as u64)?;
    }
    file.sync_all()
}
