//! Files of the archive: whatever stands where they are, it is read or refused, and what is read is in order.
#![no_main]

use casemate_archive::{Row, read_file};
use libfuzzer_sys::fuzz_target;

/// The most events of a file: row groups, and the events of each.
const MOST: u64 = 4_096 * 4_096;

fuzz_target!(|bytes: &[u8]| {
    let mut texts = 0;
    let read = read_file("fuzzed.parquet", bytes.to_vec(), |Row { event, .. }| {
        texts += event.map_or(0, |(text, _)| text.len());
    });
    match read {
        Ok(count) => assert!(count <= MOST),
        Err(error) => assert!(error.to_string().contains("fuzzed.parquet")),
    }
});
