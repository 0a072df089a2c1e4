//! Writing a file of events.

use std::io::Write;
use std::sync::Arc;

use casemate_audit::event::Event;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr, WriterVersion};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;

use crate::error::ArchiveError;
use crate::row::{PLAIN, Row, schema};

/// The most events of a row group: what is read at once.
pub const GROUP: usize = 4_096;
/// The most bytes of texts of a row group, but for a single event that has more.
pub(crate) const GROUP_BYTES: usize = 8 << 20;

/// Where a file says what it is of: the log's origin, how many events there were before its first, and how many it holds.
pub(crate) const ORIGIN: &str = "casemate.origin";
/// The version of this form of a file.
pub(crate) const FORMAT: &str = "casemate.format";

/// Writes events in their order, a row group at a time.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    waiting: Vec<Row>,
    bytes: usize,
}

impl<W: Write + Send> Writer<W> {
    /// A file of the log with that origin, in `sink`.
    ///
    /// # Errors
    /// Where `sink` takes nothing.
    pub fn new(sink: W, origin: &str) -> Result<Writer<W>, ArchiveError> {
        let schema: TypePtr = Arc::new(parse_message_type(&schema())?);
        let said = [(FORMAT, "1"), (ORIGIN, origin)];
        let said = said.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
        let properties: WriterPropertiesPtr = Arc::new(
            WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
                // What is read again are pages of this version.
                .set_writer_version(WriterVersion::PARQUET_1_0)
                .set_created_by("casemate".to_owned())
                .set_key_value_metadata(Some(said.to_vec()))
                .build(),
        );
        let file = SerializedFileWriter::new(sink, schema, properties)?;
        Ok(Writer { file, waiting: Vec::new(), bytes: 0 })
    }

    /// Takes the next event. What stands in the sink grows a row group at a time.
    ///
    /// # Errors
    /// Where the sink takes no more; the file is then to be thrown away.
    pub fn push(&mut self, row: Row) -> Result<(), ArchiveError> {
        let bytes = row.event.as_ref().map_or(0, |(text, _)| text.len());
        if self.waiting.len() == GROUP || (self.bytes + bytes > GROUP_BYTES && !self.waiting.is_empty()) {
            self.write_group()?;
        }
        self.bytes += bytes;
        self.waiting.push(row);
        Ok(())
    }

    /// Ends the row group, so that the next event begins another: a file that is written anew has the groups that it had.
    ///
    /// # Errors
    /// As [`Writer::push`].
    pub fn end_group(&mut self) -> Result<(), ArchiveError> {
        if self.waiting.is_empty() { Ok(()) } else { self.write_group() }
    }

    /// The sink that is written to.
    pub fn sink(&self) -> &W {
        self.file.inner()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// As [`Writer::push`].
    pub fn finish(mut self) -> Result<W, ArchiveError> {
        if !self.waiting.is_empty() {
            self.write_group()?;
        }
        Ok(self.file.into_inner()?)
    }

    fn write_group(&mut self) -> Result<(), ArchiveError> {
        let rows = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        // What cannot be read as an event is kept all the same: other programs find nothing in its plain columns.
        let events: Vec<Option<Event<'_>>> =
            rows.iter().map(|row| Event::parse(&row.event.as_ref()?.0).ok()).collect();
        let mut group = self.file.next_row_group()?;
        let indexes = rows.iter().map(|row| Some(i64::try_from(row.index).unwrap_or(i64::MAX)));
        column::<Int64Type>(&mut group, false, indexes)?;
        let leaves = rows.iter().map(|row| Some(fixed(&row.leaf.0)));
        column::<FixedLenByteArrayType>(&mut group, false, leaves)?;
        let salts = rows.iter().map(|row| row.event.as_ref().map(|(_, salt)| fixed(&salt.0)));
        column::<FixedLenByteArrayType>(&mut group, true, salts)?;
        let texts = rows.iter().map(|row| row.event.as_ref().map(|(text, _)| ByteArray::from(text.as_str())));
        column::<ByteArrayType>(&mut group, true, texts)?;
        let times = events.iter().map(|event| event.as_ref().map(|event| event.at));
        column::<Int64Type>(&mut group, true, times)?;
        for plain in &PLAIN {
            let texts = events.iter().map(|event| (plain.of)(event.as_ref()?).map(ByteArray::from));
            column::<ByteArrayType>(&mut group, true, texts)?;
        }
        group.close()?;
        Ok(())
    }
}

fn fixed(bytes: &[u8]) -> FixedLenByteArray {
    FixedLenByteArray::from(bytes.to_vec())
}

/// Writes the next column of a row group.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    is_optional: bool,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let mut levels = Vec::new();
    let mut present = Vec::new();
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General("the schema has no more columns".to_owned()));
    };
    writer.typed::<T>().write_batch(&present, is_optional.then_some(levels.as_slice()), None)?;
    writer.close()
}
