//! The data folder: created for its owner alone, refused where others may write.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const DATABASE: &str = "casemate.sqlite3";

/// A folder that holds Casemate's state.
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
    created: bool,
    readable_by_others: bool,
}

/// Why a data folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It could not be created.
    #[error("cannot create the data folder {path}: {source}")]
    Create {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// It could not be looked at.
    #[error("cannot read the data folder {path}: {source}")]
    Read {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// There is something else at that place.
    #[error("{path} is no folder; name another with --data")]
    NotAFolder {
        /// The place.
        path: PathBuf,
    },
    /// Others could replace the database.
    #[error("others may write to the data folder {path} (mode {mode:o}); run `chmod 700 {path}`")]
    WritableByOthers {
        /// The folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl DataFolder {
    /// Opens the folder, creating it (mode 0700, with its missing parents) where it is not there.
    ///
    /// # Errors
    /// Where it cannot be created or read, is no folder, or others may write to it.
    pub fn open_or_create(path: &Path) -> Result<DataFolder, FolderError> {
        match DataFolder::open(path) {
            Err(FolderError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let failed = |source| FolderError::Create { path: path.to_owned(), source };
                DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
                Ok(DataFolder { created: true, ..DataFolder::open(path)? })
            }
            opened => opened,
        }
    }

    /// Opens a folder that is there.
    ///
    /// # Errors
    /// As [`DataFolder::open_or_create`].
    pub fn open(path: &Path) -> Result<DataFolder, FolderError> {
        let metadata =
            fs::metadata(path).map_err(|source| FolderError::Read { path: path.to_owned(), source })?;
        if !metadata.is_dir() {
            return Err(FolderError::NotAFolder { path: path.to_owned() });
        }
        let mode = metadata.mode() & 0o7777;
        if mode & 0o022 != 0 {
            return Err(FolderError::WritableByOthers { path: path.to_owned(), mode });
        }
        Ok(DataFolder { path: path.to_owned(), created: false, readable_by_others: mode & 0o055 != 0 })
    }

    /// Where it is, as it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was created just now.
    #[must_use]
    pub fn created(&self) -> bool {
        self.created
    }

    /// Whether users other than the owner may list it. The files in it are readable by the owner alone in any case.
    #[must_use]
    pub fn readable_by_others(&self) -> bool {
        self.readable_by_others
    }

    /// The database file in it.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}

/// Creates an empty file that only its owner may open, unless it is there already. SQLite gives its write-ahead log the
/// permissions of the database file.
pub(crate) fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_folder_is_its_owners_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("a/b")).unwrap();
        assert!(folder.created() && !folder.readable_by_others());
        assert_eq!(mode(folder.path()), 0o700);
        create_private(&folder.database()).unwrap();
        assert_eq!(mode(&folder.database()), 0o600);
        assert!(!DataFolder::open_or_create(folder.path()).unwrap().created());
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for writable in [0o720, 0o702, 0o777] {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(writable)).unwrap();
            let error = DataFolder::open_or_create(folder.path()).unwrap_err();
            assert!(matches!(error, FolderError::WritableByOthers { mode, .. } if mode == writable));
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(DataFolder::open_or_create(folder.path()).unwrap().readable_by_others());
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(DataFolder::open_or_create(file.path()), Err(FolderError::NotAFolder { .. })));
    }
}
