//! The file that root keys stand in.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use secrecy::{ExposeSecret as _, SecretString};

use super::{MAX_TEXT, RootKeyError, RootKeys};
use crate::folder::{FolderError, require_private, require_private_file};

/// A file with root keys that only its owner may open.
#[derive(Debug, Clone)]
pub struct RootKeyFile {
    path: PathBuf,
}

/// Why a file with root keys is not used.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyFileError {
    /// It is open to others, belongs to another, or is no file.
    #[error(transparent)]
    Unsafe(#[from] FolderError),
    /// It is not there.
    #[error("there is no file {path} with root keys")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read the root keys in {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the root keys to {path}: {source}; the keys are as they were")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// What stands in it is no keys.
    #[error("the root keys in {path} are none: {source}")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: RootKeyError,
    },
}

impl RootKeyFile {
    /// The file at this place; it need not be there yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> RootKeyFile {
        RootKeyFile { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// Where the file is not there, not the owner's alone, or holds no keys.
    pub fn read(&self) -> Result<RootKeys, RootKeyFileError> {
        require_private(&self.path)?;
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => RootKeyFileError::Missing { path: self.path.clone() },
            _ => RootKeyFileError::Read { path: self.path.clone(), source },
        };
        let mut text = String::with_capacity(MAX_TEXT + 1);
        // What was looked at may be another file by now, where the folder is not this account's alone.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(&self.path).map_err(failed)?;
        require_private_file(&self.path, &file.metadata().map_err(failed)?)?;
        file.take(MAX_TEXT as u64 + 1).read_to_string(&mut text).map_err(failed)?;
        let text = SecretString::from(text);
        RootKeys::parse(&text).map_err(|source| self.wrong(source))
    }

    /// Reads the keys; where there is no file, creates it with one new key. The key is on disk when this answers.
    ///
    /// # Errors
    /// As [`RootKeyFile::read`], and where it cannot be written.
    pub fn read_or_create(&self) -> Result<RootKeys, RootKeyFileError> {
        self.changed(|keys| match keys {
            Some(keys) => Ok(keys.clone()),
            None => RootKeys::generate(),
        })
    }

    /// Adds a new current key. Whoever seals has to read the file again; then [`crate::reseal`] seals with it what was
    /// sealed with older ones.
    ///
    /// # Errors
    /// As [`RootKeyFile::read`], and where it cannot be written.
    pub fn rotate(&self) -> Result<RootKeys, RootKeyFileError> {
        self.changed(|keys| keys.map_or_else(RootKeys::generate, RootKeys::rotated))
    }

    /// Adds keys, behind those that are there: where there are none, the file is created.
    ///
    /// # Errors
    /// As [`RootKeyFile::read`], and where it cannot be written.
    pub fn adopt(&self, others: &RootKeys) -> Result<RootKeys, RootKeyFileError> {
        self.changed(|keys| keys.map_or_else(|| Ok(others.clone()), |keys| keys.joined(others)))
    }

    /// Drops the older keys that `is_used` does not know.
    ///
    /// # Errors
    /// As [`RootKeyFile::read`], and where it cannot be written.
    pub fn keep_only(&self, is_used: impl Fn(&str) -> bool) -> Result<RootKeys, RootKeyFileError> {
        self.changed(|keys| keys.map_or_else(RootKeys::generate, |keys| Ok(keys.only(&is_used))))
    }

    /// Makes other keys of those that are there, while no other process does.
    fn changed(
        &self,
        change: impl FnOnce(Option<&RootKeys>) -> Result<RootKeys, RootKeyError>,
    ) -> Result<RootKeys, RootKeyFileError> {
        let failed = |source| RootKeyFileError::Write { path: self.path.clone(), source };
        // The folder stands for the file: that is replaced, and may not be there yet.
        let folder = File::open(self.folder()).map_err(failed)?;
        folder.lock().map_err(failed)?;
        let before = match self.read() {
            Ok(keys) => Some(keys),
            Err(RootKeyFileError::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        let after = change(before.as_ref()).map_err(|source| self.wrong(source))?;
        if before.is_none_or(|before| !before.ids().eq(after.ids())) {
            self.replace(&after, &folder).map_err(failed)?;
        }
        Ok(after)
    }

    /// Puts keys in the place of the file, all or nothing, and on disk.
    fn replace(&self, keys: &RootKeys, folder: &File) -> io::Result<()> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside = self.path.with_file_name(name);
        // Left by a process that ended in between: nobody else writes it now.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(keys.to_text().expose_secret().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        folder.sync_all()
    }

    fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn wrong(&self, source: RootKeyError) -> RootKeyFileError {
        RootKeyFileError::Keys { path: self.path.clone(), source }
    }
}
