//! Segments of recorded decisions: whatever stands in a file, it is read to an end, and what is damaged is named by a place in it.
#![no_main]

use casemate_store::read_segment;
use libfuzzer_sys::fuzz_target;

/// The bytes of a header, and the fewest of a record.
const HEADER: u64 = 64;
const RECORD: u64 = 15;

fuzz_target!(|bytes: &[u8]| {
    let length = bytes.len() as u64;
    match read_segment(bytes) {
        Ok(records) => assert!(records * RECORD <= length, "each takes its room"),
        Err(offset) => assert!(offset >= HEADER && offset < length, "damage is in the file"),
    }
});
