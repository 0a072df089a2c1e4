//! Noticing that a policy folder has changed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::policy::{Files, Folder, Mistake, read_files, walk_files};

/// How often a folder that changes while it is read is read again at the first look, which has to answer.
const FIRST_TRIES: usize = 4;

/// Looks at a policy folder whenever it is asked to. Looking is cheap; files are only read when one of them seems to
/// have changed, and only believed to have changed when their text did.
///
/// A folder that is being written to is left alone until two looks in a row find it the same, and nothing changed while
/// it was read: so a file that is written in parts does not decide half-written, as long as no pause between the parts
/// is longer than the time between two looks. Only what changes in one step is never seen in between, however slow the
/// writer: a file that is renamed into its place, or a symbolic link that is swapped.
#[derive(Debug)]
pub struct Watcher {
    folder: PathBuf,
    /// What the last look found.
    found: Option<Look>,
    /// What was answered last, and the look that it was read from.
    answered: Option<(Look, Answered)>,
}

#[derive(Debug)]
enum Answered {
    Files(Files),
    Unreadable,
}

/// How a folder looks from outside its files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    files: Vec<Trace>,
    /// What could not be looked at.
    mistakes: Vec<Mistake>,
}

/// By what a changed file is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    path: PathBuf,
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Watcher {
    /// A watcher that has not looked yet: its first [`Watcher::poll`] answers.
    #[must_use]
    pub fn new(folder: &Path) -> Watcher {
        Watcher { folder: folder.to_owned(), found: None, answered: None }
    }

    /// What the folder holds, or its mistakes, when something has changed since the last time and has come to rest. It reads files:
    /// call it where that may block.
    pub fn poll(&mut self) -> Option<Result<Folder, Vec<Mistake>>> {
        let mut look = look(&self.folder);
        let is_at_rest = self.found.as_ref().is_none_or(|before| *before == look);
        self.found = Some(look.clone());
        // What could not be read is tried again each time: its cause need not show from outside.
        let is_known = matches!(&self.answered, Some((before, Answered::Files(_))) if *before == look);
        if !is_at_rest || is_known {
            return None;
        }
        let mut read = read_files(&self.folder);
        let mut after = self::look(&self.folder);
        for _ in 0..FIRST_TRIES {
            if after == look {
                break;
            }
            self.found = Some(after.clone());
            if self.answered.is_some() {
                return None;
            }
            look = after;
            read = read_files(&self.folder);
            after = self::look(&self.folder);
        }
        match read {
            Ok(files) => {
                let is_news = !matches!(&self.answered, Some((_, Answered::Files(known))) if *known == files);
                let read = is_news.then(|| Folder::read(&files));
                self.answered = Some((look, Answered::Files(files)));
                read
            }
            Err(mistakes) => {
                let is_news =
                    !matches!(&self.answered, Some((before, Answered::Unreadable)) if *before == look);
                self.answered = Some((look, Answered::Unreadable));
                is_news.then_some(Err(mistakes))
            }
        }
    }
}

fn look(folder: &Path) -> Look {
    let (paths, mut mistakes) = walk_files(folder);
    mistakes.sort_by(|one, other| one.order().cmp(&other.order()));
    let trace = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok();
        let read = |value: fn(&fs::Metadata) -> u64| metadata.as_ref().map_or(0, value);
        let inode = read(MetadataExt::ino);
        let size = read(MetadataExt::size);
        let changed = metadata.as_ref().map_or((0, 0), |metadata| (metadata.ctime(), metadata.ctime_nsec()));
        Trace { path, inode, size, changed }
    };
    Look { files: paths.into_iter().map(trace).collect(), mistakes }
}
