//! Noticing that a policy folder has changed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::policy::{Files, Mistake, Policy, read_files, walk_files};

/// Looks at a policy folder whenever it is asked to. Looking is cheap; files are only read when one of them seems to
/// have changed, and only believed to have changed when their text did.
#[derive(Debug)]
pub struct Watcher {
    folder: PathBuf,
    seen: Vec<Trace>,
    files: Option<Files>,
}

/// By what a changed file is noticed.
#[derive(Debug, PartialEq, Eq)]
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
        Watcher { folder: folder.to_owned(), seen: Vec::new(), files: None }
    }

    /// The policy, or its mistakes, when something has changed since the last time. It reads files: call it where that
    /// may block.
    pub fn poll(&mut self) -> Option<Result<Policy, Vec<Mistake>>> {
        let seen = trace(&self.folder);
        if self.files.is_some() && seen == self.seen {
            return None;
        }
        match read_files(&self.folder) {
            Ok(files) => {
                self.seen = seen;
                if self.files.as_ref() == Some(&files) {
                    return None;
                }
                let policy = Policy::read(&files);
                self.files = Some(files);
                Some(policy)
            }
            Err(mistakes) => {
                // Told once, and looked at again as soon as anything about it changes.
                let is_news = self.files.is_none() || self.seen != seen;
                self.seen = seen;
                self.files = Some(Files::new());
                is_news.then_some(Err(mistakes))
            }
        }
    }
}

fn trace(folder: &Path) -> Vec<Trace> {
    let (paths, _) = walk_files(folder);
    let trace = |path: PathBuf| {
        let metadata = fs::metadata(&path).ok();
        let read = |value: fn(&fs::Metadata) -> u64| metadata.as_ref().map_or(0, value);
        let inode = read(MetadataExt::ino);
        let size = read(MetadataExt::size);
        let changed = metadata.as_ref().map_or((0, 0), |metadata| (metadata.ctime(), metadata.ctime_nsec()));
        Trace { path, inode, size, changed }
    };
    paths.into_iter().map(trace).collect()
}
