//! The plain text of backups, and that no table is forgotten.

use std::collections::BTreeSet;

use sqlx::{Connection as _, SqliteConnection};

use super::format::{Header, PlainWriter};
use super::tables::{Cell, TABLES, Table};
use super::*;
use crate::migration;
use crate::root_key::RootKeys;
use crate::sql::{Database as _, Link, values};

const BODIES: [&str; 3] = ["{\"a\":1}", "[", "\u{1f980}\n{\"table\":\"x\"}"];

fn sample() -> Vec<u8> {
    let header = Header {
        migration: migration::newest(),
        revision: 3,
        at: 5,
        sequences: BTreeMap::from([("audit_event".to_owned(), 9)]),
        root_keys: Some(RootKeys::generate().unwrap()),
    };
    let mut writer = PlainWriter::new(Vec::new(), &header).unwrap();
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    writer.table(Table::named("object").unwrap()).unwrap();
    for body in BODIES {
        let integer = Cell::Integer(Some(i64::MIN));
        let texts = ["role", body, "", "name", body, ""].map(text);
        writer.row(&[&texts[..], &[integer.clone(), integer.clone(), integer]].concat()).unwrap();
    }
    writer.table(Table::named("sealed_secret").unwrap()).unwrap();
    let bytes = Cell::Bytes(Some(vec![0, 255, 10]));
    let texts = ["role", "1", "x", "key"].map(text);
    writer.row(&[&texts[..], &[bytes, Cell::Integer(Some(1))]].concat()).unwrap();
    writer.finish().unwrap()
}

#[test]
fn what_is_written_is_read() {
    let summary = read_plain_backup(sample().as_slice()).unwrap();
    assert_eq!((summary.revision, summary.at, summary.has_root_keys), (3, 5, true));
    assert_eq!(summary.rows, BTreeMap::from([("object".to_owned(), 3), ("sealed_secret".to_owned(), 1)]));
    let text = sample();
    let mut reader = format::PlainReader::new(text.as_slice()).unwrap();
    let bodies: Vec<_> = std::iter::from_fn(|| reader.next().unwrap())
        .filter(|row| row.table.name == "object")
        .map(|row| row.cells[4].clone())
        .collect();
    assert_eq!(bodies, BODIES.map(|body| Cell::Text(Some(body.to_owned()))));
}

#[test]
fn what_is_cut_off_anywhere_is_refused() {
    let whole = sample();
    for length in 0..whole.len() {
        assert!(
            read_plain_backup(&whole[..length]).is_err(),
            "cut off after {length} of {} bytes",
            whole.len()
        );
    }
}

#[test]
fn what_was_changed_anywhere_is_refused() {
    let whole = sample();
    for place in 0..whole.len() {
        for bit in [1, 4] {
            let mut changed = whole.clone();
            changed[place] ^= bit;
            assert!(read_plain_backup(changed.as_slice()).is_err(), "byte {place} was changed");
        }
    }
}

#[test]
fn lines_that_go_missing_or_come_twice_are_refused() {
    let whole = sample();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for place in 0..lines.len() {
        let without = [&lines[..place], &lines[place + 1..]].concat().concat();
        assert!(read_plain_backup(without.as_slice()).is_err(), "without line {}", place + 1);
        let twice = [&lines[..=place], &lines[place..]].concat().concat();
        assert!(read_plain_backup(twice.as_slice()).is_err(), "with line {} twice", place + 1);
    }
}

#[test]
fn a_newer_backup_says_so_and_an_endless_line_is_not_read_to_its_end() {
    let newer = "{\"casemate_backup\":1,\"migration\":99999,\"revision\":0,\"at\":0,\"sequences\":{},\"root_keys\":null}\n";
    assert!(matches!(read_plain_backup(newer.as_bytes()), Err(BackupError::TooNew { migration: 99999, .. })));
    let endless = std::io::BufReader::new(std::io::repeat(b'['));
    assert!(matches!(read_plain_backup(endless), Err(BackupError::Damaged { line: 1, .. })));
}

#[test]
fn a_passphrase_seals_for_who_knows_it() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("backup");
    let header = Header { migration: 1, revision: 0, at: 0, sequences: BTreeMap::new(), root_keys: None };
    let sealed = sealed::SealedFile::create_with(&place, "open sesame", 6, &header).unwrap();
    assert!(!place.exists(), "it is in its place once it was checked");
    sealed.finish().unwrap();
    let read = |passphrase: &str| {
        let key = BackupKey::Passphrase(passphrase.to_owned().into());
        sealed::open(&place, &key).and_then(read_plain_backup)
    };
    assert_eq!(read("open sesame").unwrap().rows, BTreeMap::new());
    assert!(matches!(read("open says me"), Err(BackupError::Sealed { .. })));
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn every_table_and_column_is_backed_up() {
    let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
    migration::migrate(&mut link).await.unwrap();
    let text = "SELECT t.name AS in_table, c.name AS in_column FROM pragma_table_list t, pragma_table_info(t.name) c \
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
    let rows = link.rows(text, values![]).await.unwrap();
    let found = rows
        .iter()
        .map(|row| (row.get::<String>("in_table").unwrap(), row.get::<String>("in_column").unwrap()));
    // A backup could hold sessions of browsers that have ended since. Each restore begins a generation of its own, at
    // which all was changed, and what sources outside Casemate said is forgotten.
    let is_kept = |table: &str, column: &str| {
        !matches!(
            (table, column),
            (
                "migration"
                    | "lease"
                    | "session"
                    | "address_block"
                    | "account_token"
                    | "sign_in_step"
                    | "attempt_counter"
                    | "event_quota"
                    | "account_lock"
                    | "guessed_secret"
                    | "directory_sync"
                    | "forgotten_source"
                    | "decision_log"
                    | "decision_segment",
                _
            ) | (
                "revision",
                "generation"
                    | "policy"
                    | "people_kept"
                    | "resources"
                    | "resources_kept"
                    | "others"
                    | "marked"
                    | "marked_from"
            )
        )
    };
    let found: BTreeSet<_> = found.filter(|(table, column)| is_kept(table, column)).collect();
    let known = TABLES.iter().flat_map(|table| {
        table.columns.iter().map(|column| (table.name.to_owned(), column.name().to_owned()))
    });
    assert_eq!(known.collect::<BTreeSet<_>>(), found);
}

#[test]
fn a_file_whose_header_does_not_end_is_not_read_to_its_end() {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("backup");
    let key = BackupKey::Passphrase("x".to_owned().into());
    // As many recipients as there is room for, or one line that never ends. Of the former, each line costs all before it.
    for endless in ["-> X25519 AAAA\nAAAA\n".repeat(1 << 17), "A".repeat(8 << 20)] {
        std::fs::write(&place, format!("age-encryption.org/v1\n{endless}")).unwrap();
        let began = std::time::Instant::now();
        let refused = sealed::open(&place, &key).map(drop);
        match refused {
            Err(BackupError::Sealed { reason }) => assert!(reason.contains("begin"), "{reason}"),
            other => panic!("{other:?}"),
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }
}
