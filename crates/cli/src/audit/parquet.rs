//! `casemate audit export --as parquet`: such a file can be read once it has its end, so each is of a bounded part of the log.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use casemate_server::archive::{ArchiveError, Row, Writer};
use casemate_store::{LogEvent, LogStep};

use crate::exit::Failure;
use crate::printer::Printer;

/// How many events of the log one file goes through, as the API has it.
const PART: u64 = 1 << 16;

/// The files of an export.
pub(super) struct Parts {
    first: PathBuf,
    count: u32,
}

/// A file that is being written, beside its place: there is none until it has its end.
pub(super) struct Part {
    place: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    is_placed: bool,
}

impl Parts {
    /// Files of which the first is called so.
    pub(super) fn new(first: PathBuf) -> Parts {
        Parts { first, count: 0 }
    }

    /// The next one: `trail.parquet`, `trail-2.parquet`, `trail-3.parquet`, …
    ///
    /// # Errors
    /// Where there is such a file already, or none can be made.
    pub(super) fn begin(&mut self) -> Result<Part, Failure> {
        self.count += 1;
        let place = named(&self.first, self.count);
        if fs::symlink_metadata(&place).is_ok() {
            let help = "choose another name, or remove it";
            return Err(Failure::usage(miette::miette!(help = help, "{} exists already", place.display())));
        }
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let beside = place.with_file_name(name);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
        let file = BufWriter::new(opened.map_err(|error| unwritten(&beside, &error))?);
        Ok(Part { place, beside, file, is_placed: false })
    }
}

fn named(first: &Path, count: u32) -> PathBuf {
    if count == 1 {
        return first.to_owned();
    }
    let mut name = first.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{count}"));
    if let Some(extension) = first.extension() {
        name.push(".");
        name.push(extension);
    }
    first.with_file_name(name)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(miette::miette!("cannot write {}: {error}", path.display()))
}

impl Part {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| unwritten(&self.beside, &error))
    }

    /// Ends it: it is on disk, in its place.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn finish(mut self, printer: &Printer) -> Result<(), Failure> {
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        let placed = written.and_then(|()| fs::rename(&self.beside, &self.place));
        placed.map_err(|error| unwritten(&self.place, &error))?;
        self.is_placed = true;
        printer.note(format_args!("{}: written", self.place.display()));
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_placed {
            // Nobody reads what has no end.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes events of a log into files.
pub(super) struct Files {
    parts: Parts,
    origin: String,
    /// What is written, and the index behind the last event that it takes.
    file: Option<(Writer<Part>, u64)>,
}

impl Files {
    /// Files of which the first is called so, of the log with that origin, from an event on.
    ///
    /// # Errors
    /// Where none can be begun.
    pub(super) fn begin(first: PathBuf, origin: String, from: u64) -> Result<Files, Failure> {
        let mut files = Files { parts: Parts::new(first), origin, file: None };
        files.next(from)?;
        Ok(files)
    }

    fn next(&mut self, from: u64) -> Result<(), Failure> {
        let writer = Writer::new(self.parts.begin()?, &self.origin).map_err(|error| failed(&error))?;
        self.file = Some((writer, from.saturating_add(PART)));
        Ok(())
    }

    /// Takes what comes next; of what was given up there is nothing to say in a row.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn push(&mut self, step: &LogStep, printer: &Printer) -> Result<(), Failure> {
        let LogStep::Event(LogEvent { index, text, leaf, salt }) = step else { return Ok(()) };
        if self.file.as_ref().is_none_or(|(_, end)| index >= end) {
            self.end_file(printer)?;
            self.next(*index)?;
        }
        if let Some((writer, _)) = &mut self.file {
            let event = text.clone().zip(salt.clone());
            writer.push(Row { index: *index, leaf: *leaf, event }).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// Ends the last one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn finish(mut self, printer: &Printer) -> Result<(), Failure> {
        self.end_file(printer)
    }

    fn end_file(&mut self, printer: &Printer) -> Result<(), Failure> {
        match self.file.take() {
            Some((writer, _)) => writer.finish().map_err(|error| failed(&error))?.finish(printer),
            None => Ok(()),
        }
    }
}

fn failed(error: &ArchiveError) -> Failure {
    Failure::failed(miette::miette!("{error}"))
}

#[cfg(test)]
mod tests {
    use casemate_audit::commitment::{self, Salt};
    use casemate_server::archive::read_file;

    use super::*;
    use crate::printer::Format;

    fn step(index: u64) -> LogStep {
        let (text, salt) = (format!("{{\"index\":{index}}}"), Salt([7; 32]));
        let leaf = commitment::leaf(&salt, text.as_bytes());
        LogStep::Event(LogEvent { index, text: Some(text), leaf, salt: Some(salt) })
    }

    #[test]
    fn each_part_of_the_log_is_a_file_and_none_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let first = folder.path().join("trail.parquet");
        let printer = Printer::new(Format::Table);
        let mut files = Files::begin(first.clone(), "casemate/1".to_owned(), 10).unwrap();
        for index in [10, 11, PART + 10, 3 * PART] {
            files.push(&step(index), &printer).unwrap();
        }
        assert!(!folder.path().join("trail-3.parquet").exists(), "what has no end is in no place");
        files.finish(&printer).unwrap();
        let mut found = Vec::new();
        for name in ["trail.parquet", "trail-2.parquet", "trail-3.parquet"] {
            let mut indexes = Vec::new();
            let file = fs::read(folder.path().join(name)).unwrap();
            read_file(name, file, |row| indexes.push(row.index)).unwrap();
            found.push(indexes);
        }
        assert_eq!(found, [vec![10, 11], vec![PART + 10], vec![3 * PART]]);
        assert!(Files::begin(first, "casemate/1".to_owned(), 0).is_err(), "it exists already");
        drop(Parts::new(folder.path().join("other.parquet")).begin());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "what was given up is gone");
    }
}
