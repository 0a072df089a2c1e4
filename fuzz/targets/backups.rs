//! Backups: whatever their plain text is, it is read to its end or refused, and no part of a whole one is a whole one.
#![no_main]

use casemate_store::read_plain_backup;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    match read_plain_backup(text) {
        Ok(summary) => {
            let rows: u64 = summary.rows.values().sum();
            let lines = text.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(lines, rows as usize + summary.rows.len() + 2, "header, tables, rows and end");
            assert!(read_plain_backup(&text[..text.len() - 1]).is_err());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
