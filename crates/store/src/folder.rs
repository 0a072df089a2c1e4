//! The data folder: created for its owner alone, refused where others may write.

use std::fs::{self, DirBuilder, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::root_key::RootKeyFile;

const DATABASE: &str = "casemate.sqlite3";
const ROOT_KEY: &str = "root.key";

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
    /// Whoever owns the folder, or a file in it, could replace the database or open it to others.
    #[error(
        "{path} belongs to the account {owner}, and this process runs as {account}; run it as the owner, or `chown` it"
    )]
    OwnedByAnother {
        /// The folder or file.
        path: PathBuf,
        /// The user id of its owner.
        owner: u32,
        /// The user id of this process.
        account: u32,
    },
    /// A file of the database, or one with keys, could be read or changed by others.
    #[error("others may open {path} (mode {mode:o}); run `chmod 600 {path}`")]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A link, a folder or a device stands where a file of ours should be.
    #[error(
        "{path} is no ordinary file; Casemate keeps its database and keys in ordinary files, and follows no link to them"
    )]
    NotAFile {
        /// The place.
        path: PathBuf,
    },
}

impl DataFolder {
    /// Opens the folder, creating it (mode 0700, with its missing parents) where it is not there.
    ///
    /// # Errors
    /// Where it cannot be created or read, is no folder, belongs to another account, or others may write to it; and where
    /// a file of the database in it belongs to another account, may be opened by others, or is no ordinary file.
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
        require_owner(path, &metadata)?;
        let folder =
            DataFolder { path: path.to_owned(), created: false, readable_by_others: mode & 0o055 != 0 };
        for suffix in ["", "-wal", "-shm", "-journal"] {
            require_private(&path.join(format!("{DATABASE}{suffix}")))?;
        }
        require_private(&path.join(ROOT_KEY))?;
        Ok(folder)
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

    /// The file in it that root keys stand in, unless they are kept elsewhere.
    #[must_use]
    pub fn root_key(&self) -> RootKeyFile {
        RootKeyFile::at(self.path.join(ROOT_KEY))
    }
}

fn require_owner(path: &Path, metadata: &Metadata) -> Result<(), FolderError> {
    let (owner, account) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != account {
        return Err(FolderError::OwnedByAnother { path: path.to_owned(), owner, account });
    }
    Ok(())
}

/// That a file, if it is there, is this account's alone. Nobody else can put another in its place afterwards: the folder
/// is this account's too.
pub(crate) fn require_private(path: &Path) -> Result<(), FolderError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(FolderError::Read { path: path.to_owned(), source }),
    };
    require_private_file(path, &metadata)
}

/// The same, of a file that was looked at.
pub(crate) fn require_private_file(path: &Path, metadata: &Metadata) -> Result<(), FolderError> {
    if !metadata.is_file() {
        return Err(FolderError::NotAFile { path: path.to_owned() });
    }
    require_owner(path, metadata)?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FolderError::OpenToOthers { path: path.to_owned(), mode });
    }
    Ok(())
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
    fn a_database_that_others_may_open_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        create_private(&folder.database()).unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let path = folder.path().join(format!("{DATABASE}{suffix}"));
            fs::write(&path, "").unwrap();
            for open in [0o640, 0o620, 0o604, 0o666] {
                fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
                let error = DataFolder::open_or_create(folder.path()).unwrap_err();
                assert!(matches!(error, FolderError::OpenToOthers { mode, .. } if mode == open), "{suffix}");
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            DataFolder::open(folder.path()).unwrap();
        }
    }

    #[test]
    fn a_link_is_no_database() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        let elsewhere = parent.path().join("elsewhere");
        for target_exists in [false, true] {
            if target_exists {
                create_private(&elsewhere).unwrap();
            }
            let _ = fs::remove_file(folder.database());
            std::os::unix::fs::symlink(&elsewhere, folder.database()).unwrap();
            assert!(matches!(DataFolder::open(folder.path()), Err(FolderError::NotAFile { .. })));
        }
    }

    #[test]
    fn a_folder_of_another_account_is_refused() {
        // The root folder is root's; for root itself, only a file that was given away can be another's.
        let parent = tempfile::tempdir().unwrap();
        let own = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        let account = rustix::process::geteuid().as_raw();
        if account == 0 {
            std::os::unix::fs::chown(own.path(), Some(1), None).unwrap();
            let error = DataFolder::open_or_create(own.path()).unwrap_err();
            assert!(matches!(error, FolderError::OwnedByAnother { owner: 1, account: 0, .. }));
            std::os::unix::fs::chown(own.path(), Some(0), None).unwrap();
            create_private(&own.database()).unwrap();
            std::os::unix::fs::chown(own.database(), Some(1), None).unwrap();
            let error = DataFolder::open(own.path()).unwrap_err();
            assert!(matches!(error, FolderError::OwnedByAnother { owner: 1, account: 0, .. }));
        } else {
            let error = DataFolder::open(Path::new("/")).unwrap_err();
            assert!(matches!(error, FolderError::OwnedByAnother { owner: 0, .. }));
        }
    }

    #[test]
    fn a_file_is_no_folder() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(DataFolder::open_or_create(file.path()), Err(FolderError::NotAFolder { .. })));
    }
}
