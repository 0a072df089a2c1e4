//! Ballast: a file that holds room on the disk, which is given up where a change finds the disk full. The change is made,
//! and the file takes what is left before anything else is written.
//!
//! Decisions leave room to changes by themselves (see `reserve`), but they are not alone on a disk: what other programs
//! write could still keep an administrator from changing anything.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::FallocateFlags;

use crate::folder::{DataFolder, FolderError, require_private};

/// The size of a ballast that suits most: room for many changes.
pub const BALLAST: u64 = 16 << 20;

/// The file in the data folder.
const NAME: &str = "ballast";
/// Less than this is not worth holding.
const LEAST: u64 = 64 << 10;

/// Room on the disk of a data folder.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    bytes: u64,
}

/// Why there is no ballast.
#[derive(Debug, thiserror::Error)]
pub enum BallastError {
    /// What stands in its place is not ours.
    #[error(transparent)]
    Unsafe(#[from] FolderError),
    /// The file cannot be made.
    #[error("cannot make the ballast {path}: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Ballast {
    /// Holds so many bytes of the folder's disk, or as many as there are.
    ///
    /// # Errors
    /// Where the file cannot be made, which a full disk is no reason for.
    pub fn hold(folder: &DataFolder, bytes: u64) -> Result<Ballast, BallastError> {
        let path = folder.path().join(NAME);
        require_private(&path)?;
        let ballast = Ballast { path, bytes };
        let failed = |source| BallastError::Create { path: ballast.path.clone(), source };
        ballast.refill().map_err(failed)?;
        Ok(ballast)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it holds now.
    ///
    /// # Errors
    /// Where the file cannot be looked at.
    pub fn held(&self) -> io::Result<u64> {
        Ok(self.path.metadata()?.len())
    }

    /// Gives all room up, and says how much that was.
    pub(crate) fn release(&self) -> io::Result<u64> {
        let file = self.open()?;
        let held = file.metadata()?.len();
        file.set_len(0)?;
        Ok(held)
    }

    /// Takes as much room as is missing and there, piece by piece: what it left would be for decisions.
    pub(crate) fn refill(&self) -> io::Result<()> {
        let mut file = self.open()?;
        let mut held = file.metadata()?.len();
        let mut piece = self.bytes.saturating_sub(held);
        while piece > 0 {
            match allocate(&mut file, held, piece) {
                Ok(()) => {
                    held = held.saturating_add(piece);
                    piece = piece.min(self.bytes.saturating_sub(held));
                }
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    file.set_len(held)?;
                    piece = if piece >= 2 * LEAST { piece / 2 } else { 0 };
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path)
    }
}

/// Takes room from `start` on.
fn allocate(file: &mut File, start: u64, bytes: u64) -> io::Result<()> {
    match rustix::fs::fallocate(&*file, FallocateFlags::empty(), start, bytes) {
        Err(error) if error == rustix::io::Errno::OPNOTSUPP => {}
        outcome => return outcome.map_err(io::Error::from),
    }
    // A filesystem that promises no room gives it to what is written.
    file.seek(SeekFrom::Start(start))?;
    let zeros = vec![0; LEAST as usize];
    let mut left = bytes;
    while left > 0 {
        let some = left.min(LEAST);
        file.write_all(zeros.get(..some as usize).unwrap_or_default())?;
        left -= some;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn ballast_takes_room_gives_it_up_and_takes_it_again() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        let ballast = Ballast::hold(&folder, 1 << 20).unwrap();
        let metadata = ballast.path().metadata().unwrap();
        assert_eq!((metadata.len(), metadata.mode() & 0o777), (1 << 20, 0o600));
        assert!(metadata.blocks() * 512 >= 1 << 20, "the room is taken, not promised");
        assert_eq!(ballast.release().unwrap(), 1 << 20);
        assert_eq!((ballast.held().unwrap(), ballast.path().metadata().unwrap().blocks()), (0, 0));
        ballast.refill().unwrap();
        assert_eq!(ballast.held().unwrap(), 1 << 20);
        drop(ballast);
        assert_eq!(Ballast::hold(&folder, 2 << 20).unwrap().held().unwrap(), 2 << 20);
    }

    #[test]
    fn a_link_is_no_ballast() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        std::os::unix::fs::symlink(parent.path().join("elsewhere"), folder.path().join(NAME)).unwrap();
        assert!(matches!(
            Ballast::hold(&folder, 1 << 20),
            Err(BallastError::Unsafe(FolderError::NotAFile { .. }))
        ));
    }
}
