//! Reading files of events, a row group at a time and no more of it than the columns that count. Whoever can write where the archive is
//! may have put anything there: what a file says of itself is held against bounds before memory is taken for it.

use std::ops::Range;

use bytes::Bytes;
use casemate_audit::commitment::{SALT, Salt};
use casemate_audit::event::MAX_EVENT;
use casemate_audit::hash::{LENGTH, MerkleHash};
use parquet::basic::{Compression, Type};
use parquet::file::metadata::{FooterTail, ParquetMetaDataReader, RowGroupMetaData};

use crate::column::{Room, Shape, values};
use crate::error::ArchiveError;
use crate::row::{READ, Row};
use crate::thrift::{self, check_footer};
use crate::write::{FORMAT, GROUP, GROUP_BYTES, ORIGIN};

/// How much of a file's end is read at first: what it says of itself stands there.
pub(crate) const END: u64 = 64 << 10;
/// The most bytes that a file says of itself.
const MAX_END: u64 = 32 << 20;
/// The most bytes of a file: no month of a million events has as many.
const MAX_FILE: u64 = 1 << 40;
/// The most bytes of the columns that are read of a row group, once they are decompressed: as many as are written at most, and room for
/// indexes, leaves, salts, and how long each text is.
const MAX_GROUP: usize = GROUP_BYTES + MAX_EVENT + (4 << 20);
/// The same as they stand in a file: what cannot be compressed takes a little more.
const MAX_STORED: u64 = MAX_GROUP as u64 + (1 << 20);

/// What is wrong with a file.
pub(crate) type Wrong = String;

/// What the columns that are read are like, by their places.
const COLUMNS: [(Type, Shape); READ] = [
    (Type::INT64, Shape { width: Some(8), is_optional: false }),
    (Type::FIXED_LEN_BYTE_ARRAY, Shape { width: Some(LENGTH), is_optional: false }),
    (Type::FIXED_LEN_BYTE_ARRAY, Shape { width: Some(SALT), is_optional: true }),
    (Type::BYTE_ARRAY, Shape { width: None, is_optional: true }),
];

/// What counts of what a file says of itself at its end.
#[derive(Debug, Clone)]
pub struct Contents {
    origin: String,
    groups: Vec<Group>,
}

/// A row group: how many events it has, and where the columns that count are.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    rows: usize,
    columns: [(Range<u64>, Compression); READ],
}

/// Where a file says what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Footer(pub(crate) Range<u64>);

impl Footer {
    /// Out of the size of a file and its last bytes.
    ///
    /// # Errors
    /// Where it is no file of the archive.
    pub(crate) fn find(size: u64, end: &[u8]) -> Result<Footer, Wrong> {
        let tail: [u8; 8] = end.last_chunk().copied().ok_or("it is too short")?;
        let length = FooterTail::try_new(&tail).map_err(|error| error.to_string())?.metadata_length() as u64;
        let behind = size.checked_sub(8).filter(|behind| length <= *behind);
        match behind {
            Some(behind) if size <= MAX_FILE && length <= MAX_END => Ok(Footer(behind - length..behind)),
            Some(_) => Err("it is longer than any file of the archive, or says more of itself".to_owned()),
            None => Err("it is shorter than what it says of itself".to_owned()),
        }
    }
}

impl Contents {
    /// Out of what stands where [`Footer::find`] says.
    ///
    /// # Errors
    /// Where it is no file of the archive.
    pub(crate) fn decode(footer: &Footer, bytes: &[u8]) -> Result<Contents, Wrong> {
        check_footer(bytes)?;
        let metadata = ParquetMetaDataReader::decode_metadata(bytes).map_err(|error| error.to_string())?;
        let said = metadata.file_metadata().key_value_metadata();
        let value = |key: &str| {
            let found = said?.iter().find(|said| said.key == key)?;
            found.value.clone()
        };
        if value(FORMAT).as_deref() != Some("1") {
            return Err("it is of another program, or of a later release of Casemate".to_owned());
        }
        let origin = value(ORIGIN).ok_or("it does not say which log it is of")?;
        let schema = metadata.file_metadata().schema_descr();
        for (place, (kind, Shape { width, is_optional })) in COLUMNS.into_iter().enumerate() {
            let is_as_written = schema.columns().get(place).is_some_and(|column| {
                let width = width.filter(|_| kind == Type::FIXED_LEN_BYTE_ARRAY);
                let is_of_width =
                    width.is_none_or(|width| usize::try_from(column.type_length()) == Ok(width));
                let levels = (column.max_rep_level(), column.max_def_level());
                column.physical_type() == kind && is_of_width && levels == (0, i16::from(is_optional))
            });
            if !is_as_written {
                return Err(format!("column {place} is not what is written there"));
            }
        }
        let group = |group| Group::of(group, footer.0.start);
        let groups = metadata.row_groups().iter().map(group).collect::<Result<_, Wrong>>()?;
        Ok(Contents { origin, groups })
    }

    /// The origin of the log whose events it holds.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many row groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.groups.iter().map(|group| group.rows as u64).sum()
    }

    pub(crate) fn group(&self, group: usize) -> Result<&Group, Wrong> {
        self.groups.get(group).ok_or_else(|| format!("there is no row group {group}"))
    }
}

impl Group {
    /// Out of what is said of it in a file that has `end` bytes before that.
    fn of(group: &RowGroupMetaData, end: u64) -> Result<Group, Wrong> {
        let rows = usize::try_from(group.num_rows()).ok().filter(|rows| *rows <= GROUP);
        let rows = rows.filter(|_| group.num_columns() >= READ);
        let rows = rows.ok_or("a row group has too few columns, or too many rows")?;
        let (mut columns, mut stored) = ([const { (0..0, Compression::UNCOMPRESSED) }; READ], 0_u64);
        for (column, said) in columns.iter_mut().zip(group.columns()) {
            let start = said.dictionary_page_offset().unwrap_or_else(|| said.data_page_offset());
            let bounds = u64::try_from(start).ok().zip(u64::try_from(said.compressed_size()).ok());
            let bounds = bounds.and_then(|(start, length)| Some(start..start.checked_add(length)?));
            let range = bounds.filter(|range| range.end <= end);
            let range = range.ok_or("a column of it stands behind its end")?;
            stored = stored.saturating_add(range.end - range.start);
            *column = (range, said.compression());
        }
        if stored > MAX_STORED {
            return Err(format!("a row group of {stored} bytes is none of Casemate's"));
        }
        Ok(Group { rows, columns })
    }

    /// Which bytes of the file the columns that count are in.
    pub(crate) fn ranges(&self) -> Vec<Range<u64>> {
        self.columns.iter().map(|(range, _)| range.clone()).collect()
    }

    /// Its events, of which `pieces` are the columns that count.
    pub(crate) fn events(&self, pieces: &[Bytes]) -> Result<Vec<Row>, Unread> {
        let count = self.rows;
        let mut room = Room { values: count, bytes: MAX_GROUP };
        let mut columns = COLUMNS.iter().zip(self.columns.iter().zip(pieces));
        let mut next = || {
            let ((_, shape), ((_, compression), bytes)) = columns.next().ok_or("a column is missing")?;
            values(bytes, *compression, *shape, &mut room)
        };
        let (indexes, leaves, salts, texts) = (next()?, next()?, next()?, next()?);
        // One text may stand in its dictionary, and be that of many events.
        let length: usize = texts.iter().flatten().map(Bytes::len).sum();
        if length > MAX_GROUP {
            return Err(Unread::Damaged(format!(
                "a row group with {length} bytes of events is none of Casemate's"
            )));
        }
        let mut rows: Vec<Row> = Vec::with_capacity(count);
        for (((index, leaf), salt), text) in indexes.into_iter().zip(leaves).zip(salts).zip(texts) {
            let (Some(index), Some(leaf)) = (index.and_then(array), leaf.and_then(array)) else {
                return Err("an event has no index or no leaf".into());
            };
            let index = u64::try_from(i64::from_le_bytes(index)).map_err(|_| "an index is below 0")?;
            let event = match (text, salt.and_then(array)) {
                (Some(text), Some(salt)) => {
                    let text = std::str::from_utf8(&text).map_err(|_| "an event is no text")?;
                    Some((text.to_owned(), Salt(salt)))
                }
                _ => None,
            };
            let row = Row { index, leaf: MerkleHash(leaf), event };
            if !row.is_sound() {
                return Err(Unread::Changed(index));
            }
            if rows.last().is_some_and(|last| last.index + 1 != index) {
                return Err(Unread::Damaged(format!("event {index} is not where it belongs")));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

fn array<const N: usize>(bytes: Bytes) -> Option<[u8; N]> {
    bytes.as_ref().try_into().ok()
}

/// Why events are not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The file is not what was written.
    Damaged(Wrong),
    /// The event with this index is not what its leaf commits to.
    Changed(u64),
}

impl From<Wrong> for Unread {
    fn from(wrong: Wrong) -> Unread {
        Unread::Damaged(wrong)
    }
}

impl From<thrift::Wrong> for Unread {
    fn from(wrong: thrift::Wrong) -> Unread {
        Unread::Damaged(wrong.to_owned())
    }
}

impl Unread {
    pub(crate) fn of(self, file: &str) -> ArchiveError {
        let file = file.to_owned();
        match self {
            Unread::Damaged(reason) => ArchiveError::Damaged { file, reason },
            Unread::Changed(index) => ArchiveError::Changed { file, index },
        }
    }
}

/// Reads a whole file that is in memory, a row group at a time, and hands its events out in their order; answers how many there are.
///
/// # Errors
/// Where it is no file of the archive, or holds an event that is not what the log commits to.
pub fn read_file(name: &str, file: impl Into<Bytes>, mut each: impl FnMut(Row)) -> Result<u64, ArchiveError> {
    let file: Bytes = file.into();
    let damaged = |wrong: Wrong| Unread::Damaged(wrong).of(name);
    let size = file.len() as u64;
    let piece = |range: &Range<u64>| {
        let bounds = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let found = bounds.and_then(|(start, end)| file.get(start..end));
        found
            .map(|found| file.slice_ref(found))
            .ok_or_else(|| damaged("a part of it is behind its end".to_owned()))
    };
    let footer = Footer::find(size, &file).map_err(damaged)?;
    let contents = Contents::decode(&footer, &piece(&footer.0)?).map_err(damaged)?;
    let mut count = 0;
    for group in 0..contents.groups() {
        let group = contents.group(group).map_err(damaged)?;
        let pieces = group.ranges().iter().map(piece).collect::<Result<Vec<Bytes>, _>>()?;
        for row in group.events(&pieces).map_err(|unread| unread.of(name))? {
            count += 1;
            each(row);
        }
    }
    Ok(count)
}
