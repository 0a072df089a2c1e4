//! Sending to a file: appended, flushed before it counts as taken, and begun anew by size and day.

mod folder;

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use casemate_directory::model::FileSinkDocument;
use casemate_identity::BoxFuture;
use casemate_platform::clock;

pub(super) use self::folder::Folder;
use super::message::Message;
use super::receiver::{Receiver, SinkError};

const ROTATE_MEGABYTES: u32 = 100;
const KEEP: u32 = 30;
/// The longest text of an event that is written, in bytes.
const LONGEST: usize = 8 << 20;
const MICROS_A_DAY: i64 = 24 * 3_600 * 1_000_000;
/// How much is read at once to find the end of the last whole line.
const BLOCK: u64 = 65_536;

pub(super) struct FileReceiver(Arc<Appender>);

/// Writes the file. Whoever has the lock writes: an attempt that hangs keeps the next from writing between its lines.
struct Appender {
    folder: Folder,
    name: String,
    largest: u64,
    keep: usize,
    open: Mutex<Option<Open>>,
}

/// The file as it is written.
struct Open {
    file: File,
    length: u64,
    /// The day of its first line, in days since 1970 (UTC).
    day: i64,
}

impl FileReceiver {
    pub(super) fn new(folder: Folder, document: &FileSinkDocument) -> FileReceiver {
        FileReceiver(Arc::new(Appender {
            folder,
            name: document.name.clone(),
            largest: u64::from(document.rotate_megabytes.unwrap_or(ROTATE_MEGABYTES)) << 20,
            keep: document.keep.unwrap_or(KEEP) as usize,
            open: Mutex::new(None),
        }))
    }
}

impl Appender {
    fn append(&self, lines: &[u8], first: u64, now: i64) -> Result<(), SinkError> {
        let mut open = match self.open.try_lock() {
            Ok(open) => open,
            Err(TryLockError::Poisoned(open)) => open.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(SinkError::Failed("the disk still writes what was sent before".to_owned()));
            }
        };
        // Whatever fails, the file is opened anew and looked at: nobody knows what a failed flush left of it.
        let mut current = match open.take() {
            Some(current) => current,
            None => self.opened(now).map_err(|error| self.said(&error))?,
        };
        let today = now.div_euclid(MICROS_A_DAY);
        let is_full = current.length.saturating_add(lines.len() as u64) > self.largest;
        if current.length > 0 && (is_full || current.day != today) {
            drop(current);
            self.folder.set_aside(&self.name, first, now, self.keep).map_err(|error| self.said(&error))?;
            current = self.opened(now).map_err(|error| self.said(&error))?;
        }
        let written = current.file.write_all(lines).and_then(|()| current.file.sync_data());
        if let Err(error) = written {
            // Half a line is cut off at once where that can be done, and else when the file is opened again.
            if let Err(error) = current.file.set_len(current.length) {
                tracing::debug!(%error, "what was half written is cut off later");
            }
            return Err(self.said(&error));
        }
        current.length += lines.len() as u64;
        *open = Some(current);
        Ok(())
    }

    fn opened(&self, now: i64) -> io::Result<Open> {
        let mut file = self.folder.open(&self.name)?;
        if file.try_lock().is_err() {
            return Err(io::Error::other("another process writes it"));
        }
        let length = mended(&mut file)?;
        let changed = file.metadata()?.modified()?;
        let changed = changed.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_micros();
        let at = if length == 0 { now } else { i64::try_from(changed).unwrap_or(now) };
        Ok(Open { file, length, day: at.div_euclid(MICROS_A_DAY) })
    }

    fn said(&self, error: &io::Error) -> SinkError {
        SinkError::Failed(format!("{} cannot be written: {error}", self.folder.shown(&self.name)))
    }
}

/// Cuts off what stands behind the last line feed, which a process that was killed left half written. Answers with the length.
fn mended(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut block = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        io::Read::by_ref(file).take(end - start).read_to_end(&mut block)?;
        if let Some(at) = block.iter().rposition(|byte| *byte == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(end)
}

impl Receiver for FileReceiver {
    fn longest(&self) -> usize {
        LONGEST
    }

    fn deliver<'a>(
        &'a mut self,
        messages: &'a [Message],
        taken: &'a AtomicUsize,
    ) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let mut lines = Vec::new();
            for message in messages {
                lines.extend_from_slice(message.text.as_bytes());
                lines.push(b'\n');
            }
            let first = messages.first().map_or(0, |message| message.index);
            let appender = Arc::clone(&self.0);
            let appended = tokio::task::spawn_blocking(move || appender.append(&lines, first, clock::now()));
            appended.await.map_err(|error| SinkError::Failed(error.to_string()))??;
            taken.store(messages.len(), Ordering::Release);
            Ok(())
        })
    }

    /// Nothing is written between the lines of another process: only whether a file can be made is tried.
    fn test<'a>(&'a mut self, _: &'a Message) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let appender = Arc::clone(&self.0);
            let tried = tokio::task::spawn_blocking(move || {
                appender.folder.probe(&appender.name).map_err(|error| appender.said(&error))
            });
            tried.await.map_err(|error| SinkError::Failed(error.to_string()))?
        })
    }
}

#[cfg(test)]
mod tests;
