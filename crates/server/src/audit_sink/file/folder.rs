//! The folder of files: opened without following links, and bounded in number.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags};

/// The most files that are looked through.
const MAX_FILES: usize = 100_000;
const EXTENSION: &str = ".ndjson";

/// A folder that files of sinks are written into.
#[derive(Debug, Clone)]
pub(in crate::audit_sink) struct Folder(PathBuf);

impl Folder {
    pub(in crate::audit_sink) fn new(path: &Path) -> Folder {
        Folder(path.to_owned())
    }

    /// How a file of it is called for people.
    pub(super) fn shown(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn opened(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(rustix::fs::open(&self.0, flags, Mode::empty())?)
    }

    /// The file of that name for appending, made where there is none: for its owner alone, and never behind a link.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        let folder = self.opened()?;
        // Not waiting: a pipe of that name would have nobody at its other end.
        let flags = OFlags::RDWR | OFlags::APPEND | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = match rustix::fs::openat(&folder, name, flags, mode) {
            Err(rustix::io::Errno::NOENT) => {
                let file = rustix::fs::openat(&folder, name, flags | OFlags::CREATE | OFlags::EXCL, mode)?;
                rustix::fs::fsync(&folder)?;
                file
            }
            Err(rustix::io::Errno::LOOP) => return Err(io::Error::other("it is a symbolic link")),
            opened => opened?,
        };
        let status = rustix::fs::fstat(&file)?;
        if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
            return Err(io::Error::other("it is no regular file"));
        }
        if status.st_nlink != 1 {
            return Err(io::Error::other("it has another name besides: a hard link"));
        }
        Ok(File::from(file))
    }

    /// Renames the file of that name to one with the time and the index that the next one begins with, and deletes the oldest of those
    /// beyond so many.
    pub(super) fn set_aside(&self, name: &str, next: u64, now: i64, keep: usize) -> io::Result<()> {
        let folder = self.opened()?;
        let stem = name.strip_suffix(EXTENSION).unwrap_or(name);
        let at = Timestamp::from_microsecond(now).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dT%H%M%S");
        let aside = format!("{stem}-{at}Z-{next:012}{EXTENSION}");
        rustix::fs::renameat_with(&folder, name, &folder, &aside, RenameFlags::NOREPLACE)?;
        rustix::fs::fsync(&folder)?;
        let mut earlier = Vec::new();
        for entry in Dir::read_from(&folder)?.take(MAX_FILES) {
            let entry = entry?;
            let Ok(entry) = entry.file_name().to_str() else { continue };
            if is_aside(stem, entry) {
                earlier.push(entry.to_owned());
            }
        }
        earlier.sort_unstable();
        let gone = earlier.len().saturating_sub(keep);
        for name in earlier.iter().take(gone) {
            rustix::fs::unlinkat(&folder, name.as_str(), AtFlags::empty())?;
        }
        Ok(())
    }

    /// Makes a file, writes into it and deletes it again.
    pub(super) fn probe(&self, name: &str) -> io::Result<()> {
        let folder = self.opened()?;
        let probe = format!(".{name}.{:08x}.probe", std::process::id());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = rustix::fs::openat(&folder, probe.as_str(), flags, Mode::RUSR | Mode::WUSR)?;
        let written = rustix::io::write(&made, b"\n").and_then(|_| rustix::fs::fsync(&made));
        rustix::fs::unlinkat(&folder, probe.as_str(), AtFlags::empty())?;
        Ok(written?)
    }
}

/// Whether this is a name that [`Folder::set_aside`] gives: `STEM-20261123T103541Z-000000000042.ndjson`.
fn is_aside(stem: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(EXTENSION)) else {
        return false;
    };
    let digits = |text: &str, length: usize| text.len() >= length && text.bytes().all(|b| b.is_ascii_digit());
    let mut parts = rest.split('-');
    let (Some(""), Some(at), Some(next), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let at = at.strip_suffix('Z').and_then(|at| at.split_once('T'));
    at.is_some_and(|(day, time)| day.len() == 8 && digits(day, 8) && time.len() == 6 && digits(time, 6))
        && digits(next, 12)
}
