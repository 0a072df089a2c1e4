//! An export: a line of JSON for each event, and signed checkpoints between or behind them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::commitment::{SALT, Salt};
use casemate_audit::event::MAX_EVENT;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::WIDTH;
use casemate_audit::verify::{Finding, Span, Wrong};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::steps::{Source, Step, Stop};
use crate::exit::Failure;

/// The longest line: an event with its index and salt around it.
const MAX_LINE: usize = MAX_EVENT + 4_096;
/// Where the last checkpoint of a file is looked for, from its end.
const TAIL: u64 = 256 << 10;

/// A line.
#[derive(Deserialize)]
struct Line<'a> {
    index: Option<u64>,
    salt: Option<&'a str>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    leaf: Option<&'a str>,
    block: Option<u64>,
    root: Option<&'a str>,
    checkpoint: Option<String>,
}

/// What a line says.
///
/// # Errors
/// Why it says nothing, for a person.
pub(super) fn read_line(line: &[u8]) -> Result<Step, String> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let hash =
        |text: &str| MerkleHash::parse(text).ok_or_else(|| "a hash is the base64 of 32 bytes".to_owned());
    match line {
        Line { checkpoint: Some(note), .. } => Ok(Step::Checkpoint(note.into())),
        Line { block: Some(number), root: Some(root), .. } => {
            Ok(Step::Block { number, root: hash(root)?, is_archived: false })
        }
        Line { index: Some(index), salt: Some(salt), event: Some(event), .. } => {
            let salt = STANDARD.decode(salt).ok().and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
            let salt = Salt(salt.ok_or("a salt is the base64 of 32 bytes")?);
            Ok(Step::Event { index, text: event.get().into(), salt })
        }
        Line { index: Some(index), leaf: Some(leaf), .. } => Ok(Step::Leaf { index, leaf: hash(leaf)? }),
        _ => Err(
            "a line has `index`, `salt` and `event`, `index` and `leaf`, `block` and `root`, or `checkpoint`"
                .to_owned(),
        ),
    }
}

/// A file of such lines.
pub(super) struct Export {
    path: PathBuf,
    file: BufReader<File>,
    line: Vec<u8>,
    number: u64,
    /// What stands at the index after the last that was read.
    next: u64,
}

impl Export {
    /// Opens it.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn open(path: &Path) -> Result<Export, Failure> {
        let file = File::open(path).map_err(|error| {
            Failure::usage(miette::miette!("cannot open the export {}: {error}", path.display()))
        })?;
        Ok(Export {
            path: path.to_owned(),
            file: BufReader::with_capacity(1 << 17, file),
            line: Vec::new(),
            number: 0,
            next: 0,
        })
    }

    /// The checkpoints in its last lines, as signed notes: what the events are held against has to be known before.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn last_checkpoints(&mut self) -> Result<Vec<String>, Failure> {
        let unread = |error: io::Error| unread(&self.path, &error);
        let file = self.file.get_mut();
        let length = file.seek(SeekFrom::End(0)).map_err(unread)?;
        let start = length.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(start)).map_err(unread)?;
        let mut tail = Vec::new();
        file.take(TAIL).read_to_end(&mut tail).map_err(unread)?;
        self.file.seek(SeekFrom::Start(0)).map_err(unread)?;
        let lines = tail.split(|byte| *byte == b'\n').skip(usize::from(start > 0));
        let notes = lines.filter(|line| line.starts_with(b"{\"checkpoint\""));
        Ok(notes
            .filter_map(|line| match read_line(line) {
                Ok(Step::Checkpoint(note)) => Some(note.into_string()),
                _ => None,
            })
            .collect())
    }
}

fn unread(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(miette::miette!("cannot read {}: {error}", path.display()))
}

impl Source for Export {
    fn step(&mut self) -> Result<Option<Step>, Stop> {
        loop {
            self.line.clear();
            self.number += 1;
            let mut bounded = (&mut self.file).take(MAX_LINE as u64 + 1);
            let read =
                bounded.read_until(b'\n', &mut self.line).map_err(|error| unread(&self.path, &error))?;
            if read == 0 {
                return Ok(None);
            }
            let wrong = |why: &str| {
                let detail = format!("line {} of {}: {why}", self.number, self.path.display());
                Finding::at(Wrong::Unreadable, Span::only(self.next), detail)
            };
            if self.line.len() > MAX_LINE {
                return Err(wrong("it is longer than any").into());
            }
            if self.line.last() != Some(&b'\n') {
                return Err(wrong("it is cut off here").into());
            }
            if self.line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let step = read_line(&self.line).map_err(|error| wrong(&error))?;
            match &step {
                Step::Event { index, .. } | Step::Leaf { index, .. } => self.next = index.saturating_add(1),
                Step::Block { number, .. } => self.next = number.saturating_add(1).saturating_mul(WIDTH),
                Step::Checkpoint(_) => {}
            }
            return Ok(Some(step));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_the_bytes_of_its_event() {
        let salt = STANDARD.encode([1; SALT]);
        let text = r#"{"version":1,  "at":"ü"}"#;
        let line = format!(r#"{{"index":7,"salt":"{salt}","event":{text}}}"#);
        let Ok(Step::Event { index, text: read, .. }) = read_line(line.as_bytes()) else { panic!("{line}") };
        assert_eq!((index, &*read), (7, text));
        let leaf = MerkleHash::of_nothing();
        let line = format!(r#"{{"index":7,"leaf":"{leaf}"}}"#);
        assert!(matches!(read_line(line.as_bytes()), Ok(Step::Leaf { index: 7, .. })));
        let line = format!(r#"{{"block":2,"root":"{leaf}"}}"#);
        assert!(matches!(read_line(line.as_bytes()), Ok(Step::Block { number: 2, .. })));
        assert!(matches!(read_line(br#"{"checkpoint":"a\nb\n"}"#), Ok(Step::Checkpoint(_))));
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"index":7}"#,
            r#"{"index":-1,"leaf":""}"#,
            r#"{"index":1,"leaf":"AA=="}"#,
            r#"{"index":1,"salt":"AA==","event":{}}"#,
            r#"{"index":1,"index":2}"#,
        ] {
            assert!(read_line(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
