//! Files that somebody else wrote in the place of ours: whatever stands in them, they are read or refused, in bounded memory.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use bytes::Bytes;
use casemate_archive::{ArchiveError, GROUP, Row, Writer, read_file};
use casemate_audit::commitment::{self, Salt};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

/// The most memory that reading a file takes besides the file: what its footer speaks of, and a row group.
const BOUND: u64 = 96 << 20;

const DATA: i64 = 0;
const DICTIONARY: i64 = 2;
const PLAIN: i64 = 0;
const RLE_DICTIONARY: i64 = 8;

/// Reads a file, and says what came of it; fails where that took more memory than it may.
fn read(file: Vec<u8>) -> Result<u64, ArchiveError> {
    let file = Bytes::from(file);
    let mut outcome = None;
    let taken = allocation_counter::measure(|| outcome = Some(read_file("log.parquet", file.clone(), drop)));
    assert!(taken.bytes_max < BOUND, "it took {} bytes", taken.bytes_max);
    outcome.unwrap()
}

#[track_caller]
fn refused(file: Vec<u8>, why: &str) {
    let error = read(file).unwrap_err();
    let said = error.to_string();
    assert!(matches!(&error, ArchiveError::Damaged { file, .. } if file == "log.parquet"), "{said}");
    assert!(said.contains(why) && said.contains("put it back from a copy"), "{said}");
}

fn number(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn integer(value: i64, bytes: &mut Vec<u8>) {
    number(((value << 1) ^ (value >> 63)).cast_unsigned(), bytes);
}

/// A page of a column, which may lie about itself.
struct Page {
    kind: i64,
    /// How long it says that it is once it is decompressed.
    length: i64,
    values: i64,
    encoding: i64,
    body: Vec<u8>,
}

impl Page {
    fn of(kind: i64, values: i64, encoding: i64, body: Vec<u8>) -> Page {
        Page { kind, length: body.len() as i64, values, encoding, body }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        for value in [self.kind, self.length, self.body.len() as i64] {
            bytes.push(0x15);
            integer(value, bytes);
        }
        bytes.push(if self.kind == DATA { 0x2c } else { 0x4c });
        for value in [self.values, self.encoding, 3, 3] {
            bytes.push(0x15);
            integer(value, bytes);
        }
        bytes.extend([0, 0]);
        bytes.extend(&self.body);
    }
}

/// A file of the archive with these pages in its columns, and so many events.
fn file(columns: [Vec<Page>; 4], events: usize, compression: Compression) -> Vec<u8> {
    let schema = "message log { REQUIRED INT64 index; REQUIRED FIXED_LEN_BYTE_ARRAY(32) leaf; \
                  OPTIONAL FIXED_LEN_BYTE_ARRAY(32) salt; OPTIONAL BYTE_ARRAY event (UTF8); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let said = [("casemate.format", "1"), ("casemate.origin", "casemate.example/log")];
    let said = said.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
    let properties = WriterProperties::builder().set_key_value_metadata(Some(said.to_vec())).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let descriptors = writer.schema_descr().columns().to_vec();
    let mut group = writer.next_row_group().unwrap();
    for (pages, descriptor) in columns.into_iter().zip(descriptors) {
        let mut bytes = Vec::new();
        pages.iter().for_each(|page| page.write(&mut bytes));
        let length = bytes.len() as i64;
        let metadata = ColumnChunkMetaData::builder(descriptor)
            .set_encodings(vec![Encoding::PLAIN])
            .set_compression(compression)
            .set_num_values(events as i64)
            .set_total_compressed_size(length)
            .set_total_uncompressed_size(length)
            .set_data_page_offset(0)
            .build()
            .unwrap();
        let close = ColumnCloseResult {
            bytes_written: length as u64,
            rows_written: events as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        group.append_column(&Bytes::from(bytes), close).unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

fn row(index: u64) -> Row {
    let (text, salt) = (format!("event {index}"), Salt([u8::try_from(index % 251).unwrap(); 32]));
    Row { index, leaf: commitment::leaf(&salt, text.as_bytes()), event: Some((text, salt)) }
}

/// The levels of so many values, all of which are there.
fn all_there(count: usize) -> Vec<u8> {
    let mut run = Vec::new();
    number((count as u64) << 1, &mut run);
    run.push(1);
    let mut bytes = u32::try_from(run.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend(run);
    bytes
}

/// What the columns of so many events are as they are, without dictionaries.
fn sound(count: usize) -> [Vec<Page>; 4] {
    let rows: Vec<Row> = (0..count as u64).map(row).collect();
    let mut columns = [Vec::new(), Vec::new(), all_there(count), all_there(count)];
    for Row { index, leaf, event } in rows {
        let (text, salt) = event.unwrap();
        columns[0].extend(index.to_le_bytes());
        columns[1].extend(leaf.0);
        columns[2].extend(salt.0);
        columns[3].extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        columns[3].extend(text.as_bytes());
    }
    columns.map(|body| vec![Page::of(DATA, count as i64, PLAIN, body)])
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

const BARE: Compression = Compression::UNCOMPRESSED;

#[test]
fn pages_are_read_as_they_are_written() {
    assert_eq!(read(file(sound(300), 300, BARE)).unwrap(), 300);
    let mut packed = sound(300).map(|mut pages| {
        pages[0].body = zstd(&pages[0].body);
        pages
    });
    assert_eq!(read(file(packed, 300, Compression::ZSTD(ZstdLevel::default()))).unwrap(), 300);
    packed = sound(300);
    packed[0][0].values = 299;
    refused(file(packed, 300, BARE), "fewer values");
}

#[test]
fn a_dictionary_that_is_missing_stops_nothing() {
    let mut columns = sound(4);
    columns[0] = vec![Page::of(DATA, 4, RLE_DICTIONARY, vec![1, 8, 0])];
    refused(file(columns, 4, BARE), "its dictionary is missing");
    let mut columns = sound(4);
    let dictionary = Page::of(DICTIONARY, 1, PLAIN, vec![0; 8]);
    columns[0] = vec![dictionary, Page::of(DATA, 4, RLE_DICTIONARY, vec![1, 8, 1])];
    refused(file(columns, 4, BARE), "not in its dictionary");
}

#[test]
fn what_says_that_it_is_huge_is_refused_before_memory_is_taken() {
    let zstd_file = |change: &dyn Fn(&mut Page)| {
        let mut columns = sound(4).map(|mut pages| {
            pages[0].body = zstd(&pages[0].body);
            pages
        });
        change(&mut columns[3][0]);
        file(columns, 4, Compression::ZSTD(ZstdLevel::default()))
    };
    refused(zstd_file(&|page| page.length = i64::from(i32::MAX)), "more bytes than any of the archive");
    refused(zstd_file(&|page| page.length = -1), "does not say how long it is");
    let zeros = zstd(&vec![0; 512 << 20]);
    refused(
        zstd_file(&|page| page.body = zeros.clone()),
        "cannot be decompressed to the length that it says",
    );
    refused(
        zstd_file(&|page| (page.body, page.length) = (zeros.clone(), 512 << 20)),
        "more bytes than any of the archive",
    );
    let mut columns = sound(4);
    columns[0][0].values = i64::from(i32::MAX);
    refused(file(columns, 4, BARE), "more values than there are events");
    refused(file(sound(GROUP + 1), GROUP + 1, BARE), "too many rows");
    let mut columns = sound(4);
    columns[0].insert(0, Page::of(DICTIONARY, i64::from(i32::MAX), PLAIN, vec![0; 8]));
    refused(file(columns, 4, BARE), "a dictionary is too long");
}

#[test]
fn one_long_text_is_not_that_of_all_events() {
    let text = vec![b'x'; 1 << 20];
    let mut dictionary = u32::try_from(text.len()).unwrap().to_le_bytes().to_vec();
    dictionary.extend(text);
    let mut places = all_there(GROUP);
    places.push(0);
    number((GROUP as u64) << 1, &mut places);
    let mut columns = sound(GROUP);
    columns[3] = vec![
        Page::of(DICTIONARY, 1, PLAIN, dictionary),
        Page::of(DATA, GROUP as i64, RLE_DICTIONARY, places),
    ];
    refused(file(columns, GROUP, BARE), "bytes of events is none of Casemate's");
}

#[test]
fn other_encodings_and_types_of_pages_are_refused() {
    for (kind, encoding) in
        [(DATA, 5), (DATA, 7), (DATA, 9), (1, PLAIN), (3, PLAIN), (DICTIONARY, RLE_DICTIONARY)]
    {
        let mut columns = sound(4);
        (columns[0][0].kind, columns[0][0].encoding) = (kind, encoding);
        refused(file(columns, 4, BARE), "that no archive has");
    }
    refused(file(sound(4), 4, Compression::SNAPPY), "compressed as no archive is");
}

#[test]
fn what_is_no_file_of_the_archive_says_so() {
    refused(Vec::new(), "too short");
    refused(b"PAR1".to_vec(), "too short");
    refused(b"PAR1\xff\xff\xff\x7fPAR1".to_vec(), "shorter than what it says of itself");
    refused([b"PAR1".as_slice(), &[0; 64], b"\x10\0\0\0PAR1"].concat(), "log.parquet");
}

/// A file as it is written.
fn genuine() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), "casemate.example/log").unwrap();
    (0..40).for_each(|index| writer.push(row(index)).unwrap());
    writer.finish().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_changed_in_a_file_it_is_read_or_refused(
        is_bare in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if is_bare { file(sound(40), 40, BARE) } else { genuine() };
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        if let Some(cut) = cut {
            let length = cut.index(bytes.len());
            bytes.drain(..length);
        }
        // What no reader looks at may be damaged unseen.
        if let Ok(count) = read(bytes) {
            prop_assert!(count <= 40);
        }
    }

    #[test]
    fn whatever_stands_in_a_page_it_is_read_or_refused(
        column in 0_usize..4,
        encoding in prop::sample::select(vec![PLAIN, 2, RLE_DICTIONARY]),
        has_dictionary in any::<bool>(),
        values in 0_i64..50,
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut columns = sound(40);
        columns[column] = vec![Page::of(DATA, values, encoding, body)];
        if has_dictionary {
            columns[column].insert(0, Page::of(DICTIONARY, 2, PLAIN, vec![7; 64]));
        }
        let _ = read(file(columns, 40, BARE));
    }
}
