//! Reading files of events, a row group at a time and no more of it than the columns that count.

use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use casemate_audit::commitment::{SALT, Salt};
use casemate_audit::hash::{LENGTH, MerkleHash};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArrayType, DataType, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use parquet::file::serialized_reader::SerializedRowGroupReader;

use crate::error::ArchiveError;
use crate::row::{Row, place};
use crate::write::{FORMAT, GROUP, ORIGIN};

/// The most bytes of the columns that are read of a row group, as they stand in a file.
const MAX_GROUP: u64 = 1 << 30;

/// What a file says of itself at its end.
#[derive(Debug, Clone)]
pub struct Contents {
    metadata: Arc<ParquetMetaData>,
    origin: String,
}

impl Contents {
    /// Out of what [`footer`] says stands at the end of a file.
    ///
    /// # Errors
    /// Where it is no file of the archive.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Contents, ArchiveError> {
        let metadata = ParquetMetaDataReader::decode_metadata(bytes)?;
        let said = metadata.file_metadata().key_value_metadata();
        let value = |key: &str| {
            let found = said?.iter().find(|said| said.key == key)?;
            found.value.clone()
        };
        if value(FORMAT).as_deref() != Some("1") {
            return Err(ArchiveError::unexpected(
                "it is of another program, or of a later release of Casemate",
            ));
        }
        let origin =
            value(ORIGIN).ok_or_else(|| ArchiveError::unexpected("it does not say which log it is of"))?;
        for group in metadata.row_groups() {
            if group.num_columns() < place::READ || !(0..=GROUP as i64).contains(&group.num_rows()) {
                return Err(ArchiveError::unexpected("a row group has too few columns, or too many rows"));
            }
        }
        Ok(Contents { metadata: Arc::new(metadata), origin })
    }

    /// The origin of the log whose events it holds.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many row groups there are.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.metadata.num_row_groups()
    }

    /// How many events there are.
    #[must_use]
    pub fn events(&self) -> u64 {
        let rows =
            self.metadata.row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        rows.sum()
    }

    /// Which bytes of the file the columns that count are in, of a row group.
    pub(crate) fn ranges(&self, group: usize) -> Result<[Range<u64>; place::READ], ArchiveError> {
        let group = self.group(group)?;
        let ranges = std::array::from_fn(|column| {
            let (start, length) = group.column(column).byte_range();
            start..start.saturating_add(length)
        });
        let bytes: u64 = ranges.iter().map(|range: &Range<u64>| range.end - range.start).sum();
        if bytes > MAX_GROUP {
            return Err(ArchiveError::unexpected(format!(
                "a row group of {bytes} bytes is none of Casemate's"
            )));
        }
        Ok(ranges)
    }

    fn group(&self, group: usize) -> Result<&RowGroupMetaData, ArchiveError> {
        let found = self.metadata.row_groups().get(group);
        found.ok_or_else(|| ArchiveError::unexpected(format!("there is no row group {group}")))
    }

    /// The events of a row group, of which `pieces` hold the columns that count.
    pub(crate) fn rows(&self, group: usize, pieces: Pieces) -> Result<Vec<Row>, ArchiveError> {
        let metadata = self.group(group)?;
        let count = usize::try_from(metadata.num_rows()).unwrap_or(0);
        let properties = Arc::new(ReaderProperties::builder().build());
        let reader = SerializedRowGroupReader::new(
            Arc::new(pieces),
            metadata,
            self.metadata.page_index_for_row_group(group),
            properties,
        )?;
        let indexes = column::<Int64Type>(&reader, place::INDEX, count)?;
        let leaves = column::<FixedLenByteArrayType>(&reader, place::LEAF, count)?;
        let salts = column::<FixedLenByteArrayType>(&reader, place::SALT, count)?;
        let texts = column::<ByteArrayType>(&reader, place::EVENT, count)?;
        let mut rows = Vec::with_capacity(count);
        for (((index, leaf), salt), text) in indexes.into_iter().zip(leaves).zip(salts).zip(texts) {
            let (Some(index), Some(leaf)) = (index, leaf) else {
                return Err(ArchiveError::unexpected("an event has no index or no leaf"));
            };
            let index = u64::try_from(index).map_err(|_| ArchiveError::unexpected("an index is below 0"))?;
            let leaf: [u8; LENGTH] =
                leaf.data().try_into().map_err(|_| ArchiveError::unexpected("a leaf is too short"))?;
            let event = match (text, salt) {
                (Some(text), Some(salt)) => {
                    let salt: [u8; SALT] = salt
                        .data()
                        .try_into()
                        .map_err(|_| ArchiveError::unexpected("a salt is too short"))?;
                    Some((text.as_utf8()?.to_owned(), Salt(salt)))
                }
                _ => None,
            };
            let row = Row { index, leaf: MerkleHash(leaf), event };
            if !row.is_sound() {
                return Err(ArchiveError::Changed { index });
            }
            if rows.last().is_some_and(|last: &Row| last.index + 1 != index) {
                return Err(ArchiveError::unexpected(format!("event {index} is not where it belongs")));
            }
            rows.push(row);
        }
        if rows.len() != count {
            return Err(ArchiveError::unexpected("the columns of a row group are not of one length"));
        }
        Ok(rows)
    }
}

/// The values of a column, with those that are absent.
fn column<T: DataType>(
    group: &impl RowGroupReader,
    place: usize,
    count: usize,
) -> Result<Vec<Option<T::T>>, ArchiveError> {
    let is_optional = group.metadata().column(place).column_descr().max_def_level() > 0;
    let reader = group.get_column_reader(place)?;
    if group.metadata().column(place).column_descr().physical_type() != T::get_physical_type() {
        return Err(ArchiveError::unexpected(format!("column {place} is of another type")));
    }
    let mut reader = get_typed_column_reader::<T>(reader);
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    loop {
        let wanted = is_optional.then_some(&mut levels);
        let (records, _, _) = reader.read_records(count.max(1), wanted, None, &mut values)?;
        if records == 0 {
            break;
        }
    }
    if !is_optional {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    Ok(levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect())
}

/// The last bytes of a file: how many more before them say what it holds.
pub(crate) fn footer(end: &[u8]) -> Result<u64, ArchiveError> {
    let tail: [u8; 8] =
        end.last_chunk().copied().ok_or_else(|| ArchiveError::unexpected("it is too short"))?;
    Ok(FooterTail::try_new(&tail)?.metadata_length() as u64)
}

/// Some pieces of a file.
#[derive(Debug)]
pub(crate) struct Pieces(pub(crate) Vec<(u64, Bytes)>);

impl Length for Pieces {
    fn len(&self) -> u64 {
        self.0.iter().map(|(start, bytes)| start + bytes.len() as u64).max().unwrap_or(0)
    }
}

impl Pieces {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let found = self.0.iter().find_map(|(begin, bytes)| {
            let offset = usize::try_from(start.checked_sub(*begin)?).ok()?;
            (offset < bytes.len()).then(|| bytes.slice(offset..))
        });
        found.ok_or_else(|| ParquetError::EOF(format!("byte {start} was not read")))
    }
}

impl ChunkReader for Pieces {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> Result<Cursor<Bytes>, ParquetError> {
        Ok(Cursor::new(self.from(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!("{length} bytes from {start} on were not read")));
        }
        Ok(bytes.slice(..length))
    }
}
