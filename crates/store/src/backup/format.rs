//! The plain text of a backup: lines of JSON, with a digest at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Read as _, Write};

use aws_lc_rs::digest::{Context, SHA256};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

use super::bounds::{MAX_HEAD, MAX_VALUES, is_within};
use super::earlier;
use super::tables::{Cell, Column, Table};
use super::{BackupError, BackupSummary};
use crate::migration;
use crate::root_key::RootKeys;

/// The version of the format.
const FORMAT: u32 = 1;

/// The longest line of a backup's plain text, in bytes: two documents of the largest size, every byte of them escaped.
pub const MAX_LINE: usize = 16 << 20;

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    casemate_backup: u32,
    migration: i64,
    revision: i64,
    at: i64,
    sequences: BTreeMap<String, i64>,
    root_keys: Option<String>,
}

/// The line before the rows of a table.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableLine {
    table: String,
    columns: Vec<String>,
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndLine {
    rows: BTreeMap<String, u64>,
    sha256: String,
}

/// The values of a row, of which there are no more than any table has, each of them no list and no object.
struct Values(Vec<Json>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        struct Row;

        impl<'de> Visitor<'de> for Row {
            type Value = Values;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the values of a row")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<Values, A::Error> {
                let mut values = Vec::new();
                while let Some(Single(value)) = row.next_element()? {
                    if values.len() == MAX_VALUES {
                        return Err(A::Error::invalid_length(MAX_VALUES + 1, &self));
                    }
                    values.push(value);
                }
                Ok(Values(values))
            }
        }

        deserializer.deserialize_seq(Row)
    }
}

/// A value that is no list and no object.
struct Single(Json);

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Single, D::Error> {
        struct One;

        impl Visitor<'_> for One {
            type Value = Single;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text, a number or nothing")
            }

            fn visit_unit<E: Error>(self) -> Result<Single, E> {
                Ok(Single(Json::Null))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Single, E> {
                Ok(Single(number.into()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Single, E> {
                Ok(Single(number.into()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Single, E> {
                Ok(Single(text.into()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Single, E> {
                Ok(Single(text.into()))
            }
        }

        deserializer.deserialize_any(One)
    }
}

/// What stands before the rows.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) migration: i64,
    pub(super) revision: i64,
    pub(super) at: i64,
    /// The last number that each numbered table gave.
    pub(super) sequences: BTreeMap<String, i64>,
    pub(super) root_keys: Option<RootKeys>,
}

/// Writes a backup.
pub(super) struct PlainWriter<W> {
    output: W,
    digest: Context,
    rows: BTreeMap<String, u64>,
    table: &'static str,
}

impl<W: Write> PlainWriter<W> {
    pub(super) fn new(output: W, header: &Header) -> io::Result<PlainWriter<W>> {
        let mut writer =
            PlainWriter { output, digest: Context::new(&SHA256), rows: BTreeMap::new(), table: "" };
        writer.line(&HeaderLine {
            casemate_backup: FORMAT,
            migration: header.migration,
            revision: header.revision,
            at: header.at,
            sequences: header.sequences.clone(),
            root_keys: header.root_keys.as_ref().map(|keys| keys.to_text().expose_secret().to_owned()),
        })?;
        Ok(writer)
    }

    pub(super) fn table(&mut self, table: &'static Table) -> io::Result<()> {
        self.table = table.name;
        self.rows.insert(table.name.to_owned(), 0);
        let columns = table.columns.iter().map(|column| column.name().to_owned()).collect();
        self.line(&TableLine { table: table.name.to_owned(), columns })
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> io::Result<()> {
        if let Some(rows) = self.rows.get_mut(self.table) {
            *rows += 1;
        }
        self.line(&row.iter().map(Cell::to_json).collect::<Vec<_>>())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        let sha256 = hex(self.digest.clone().finish().as_ref());
        let rows = std::mem::take(&mut self.rows);
        self.line(&EndLine { rows, sha256 })?;
        Ok(self.output)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = zeroize::Zeroizing::new(serde_json::to_vec(line)?);
        text.push(b'\n');
        self.digest.update(&text);
        self.output.write_all(&text)
    }
}

/// Rows of one table, as they stand in a backup.
#[derive(Debug)]
pub(super) struct TableRow {
    pub(super) table: &'static Table,
    pub(super) cells: Vec<Cell>,
    /// How long its line is.
    pub(super) bytes: usize,
}

/// Reads a backup. What it gives may be used for good only once it has given nothing more: the end alone says whether all
/// of it is as it was written.
pub(super) struct PlainReader<R> {
    input: R,
    line: Vec<u8>,
    number: u64,
    digest: Context,
    header: Header,
    table: Option<(&'static Table, Vec<Column>)>,
    rows: BTreeMap<String, u64>,
    ended: bool,
}

impl<R: BufRead> PlainReader<R> {
    pub(super) fn new(input: R) -> Result<PlainReader<R>, BackupError> {
        let header = Header { migration: 0, revision: 0, at: 0, sequences: BTreeMap::new(), root_keys: None };
        let digest = Context::new(&SHA256);
        let (line, rows) = (Vec::new(), BTreeMap::new());
        let mut reader =
            PlainReader { input, line, number: 0, digest, header, table: None, rows, ended: false };
        reader.read_line()?;
        reader.digest.update(&reader.line);
        // A list of the same values would be one too, of any length.
        let is_object = reader.line.first() == Some(&b'{');
        let line = if is_object {
            reader.parsed("this is no header of a backup")
        } else {
            Err(reader.damaged("this is no header of a backup"))
        };
        let line: HeaderLine = line?;
        if line.casemate_backup != FORMAT || line.migration > migration::newest() {
            return Err(BackupError::TooNew { format: line.casemate_backup, migration: line.migration });
        }
        let root_keys = line.root_keys.map(SecretString::from);
        reader.header = Header {
            migration: line.migration,
            revision: line.revision,
            at: line.at,
            sequences: line.sequences,
            root_keys: root_keys.as_ref().map(RootKeys::parse).transpose()?,
        };
        Ok(reader)
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn summary(self) -> BackupSummary {
        BackupSummary {
            migration: self.header.migration,
            revision: self.header.revision,
            at: self.header.at,
            rows: self.rows,
            has_root_keys: self.header.root_keys.is_some(),
        }
    }

    /// The next row; nothing after the last one, once counts and digest were found to be right.
    pub(super) fn next(&mut self) -> Result<Option<TableRow>, BackupError> {
        while !self.ended {
            self.read_line()?;
            match self.line.first() {
                Some(b'[') => {
                    self.digest.update(&self.line);
                    return self.row().map(Some);
                }
                _ if self.line.starts_with(b"{\"table\"") => {
                    self.digest.update(&self.line);
                    self.begin_table()?;
                }
                _ => self.end()?,
            }
        }
        Ok(None)
    }

    fn begin_table(&mut self) -> Result<(), BackupError> {
        let line: TableLine = self.parsed("this is no table")?;
        let Some(table) = earlier::table(&line.table, self.header.migration) else {
            return Err(self.damaged("there is no such table"));
        };
        if self.rows.insert(line.table, 0).is_some() {
            return Err(self.damaged("the table stands there twice"));
        }
        let mut columns: Vec<Column> = Vec::new();
        for name in &line.columns {
            match table.columns.iter().find(|column| column.name() == name) {
                Some(column) if !columns.contains(column) => columns.push(*column),
                _ => return Err(self.damaged("a column is unknown, or stands there twice")),
            }
        }
        // Columns that came later, in whose absence rows were written, are none of the key.
        if !table.columns.iter().take(table.key).all(|column| columns.contains(column)) {
            return Err(self.damaged("a column of the key is missing"));
        }
        self.table = Some((table, columns));
        Ok(())
    }

    fn row(&mut self) -> Result<TableRow, BackupError> {
        let Values(values) = self.parsed("this is no row")?;
        let Some((table, columns)) = &self.table else {
            return Err(self.damaged("a row stands before its table"));
        };
        if values.len() != columns.len() {
            return Err(self.damaged("the row has another number of values than its table has columns"));
        }
        let mut cells: Vec<Option<Cell>> = vec![None; table.columns.len()];
        for (column, value) in columns.iter().zip(values) {
            let Some(cell) = column.parse(value) else {
                return Err(self.damaged("a value is not of its column's type"));
            };
            if let Some(place) = table.columns.iter().position(|known| known == column)
                && let Some(slot) = cells.get_mut(place)
            {
                *slot = Some(cell);
            }
        }
        if let Some(rows) = self.rows.get_mut(table.name) {
            *rows += 1;
        }
        let absent = |column: &Column| column.parse(Json::Null).unwrap_or(Cell::Text(None));
        let cells =
            cells.into_iter().zip(table.columns).map(|(cell, column)| cell.unwrap_or_else(|| absent(column)));
        let Some((table, cells)) = earlier::today(table, cells.collect()) else {
            return Err(self.damaged("a value is none that its column can have"));
        };
        if !is_within(table, &cells) {
            return Err(self.damaged("a value is longer or larger than any that a server writes"));
        }
        Ok(TableRow { table, cells, bytes: self.line.len() })
    }

    fn end(&mut self) -> Result<(), BackupError> {
        let line: EndLine = self.parsed("this is neither a table nor a row nor the end")?;
        if line.sha256 != hex(self.digest.clone().finish().as_ref()) {
            return Err(self.damaged("the digest is that of something else"));
        }
        if line.rows != self.rows {
            return Err(self.damaged("rows are missing, or too many"));
        }
        let mut after = [0];
        let read = self.input.read(&mut after).map_err(|error| self.unreadable(&error))?;
        if read != 0 {
            return Err(self.damaged("something follows the end"));
        }
        self.ended = true;
        Ok(())
    }

    /// Reads a line, with its end.
    fn read_line(&mut self) -> Result<(), BackupError> {
        self.line.clear();
        self.number += 1;
        let mut bounded = (&mut self.input).take(MAX_LINE as u64 + 1);
        let read = bounded.read_until(b'\n', &mut self.line);
        read.map_err(|error| self.unreadable(&error))?;
        // A row is bounded by its table, and whatever else there is, by what it can say.
        if self.line.len() > MAX_LINE || (self.line.first() != Some(&b'[') && self.line.len() > MAX_HEAD) {
            return Err(self.damaged("the line is too long"));
        }
        if self.line.last() != Some(&b'\n') {
            return Err(self.damaged("it is cut off here"));
        }
        Ok(())
    }

    fn parsed<T: for<'de> Deserialize<'de>>(&self, otherwise: &str) -> Result<T, BackupError> {
        // What the parser says may repeat what it read.
        serde_json::from_slice(&self.line).map_err(|_| self.damaged(otherwise))
    }

    fn damaged(&self, reason: &str) -> BackupError {
        BackupError::Damaged { line: self.number, reason: reason.to_owned() }
    }

    fn unreadable(&self, error: &io::Error) -> BackupError {
        BackupError::Damaged { line: self.number, reason: format!("it cannot be read: {error}") }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
