//! The plain text of backups, and that no table is forgotten.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
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

/// The plain text of a backup with these rows of a table, whatever they are.
fn with_rows(table: &str, columns: &[&str], rows: &[String]) -> Vec<u8> {
    let migration = migration::newest();
    let mut text = format!(
        "{{\"casemate_backup\":1,\"migration\":{migration},\"revision\":0,\"at\":0,\"sequences\":{{}},\"root_keys\":null}}\n"
    );
    text +=
        &format!("{{\"table\":{},\"columns\":{}}}\n", serde_json::json!(table), serde_json::json!(columns));
    for row in rows {
        text += row;
        text.push('\n');
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let count = rows.len();
    text += &format!("{{\"rows\":{{{}:{count}}},\"sha256\":\"{digest}\"}}\n", serde_json::json!(table));
    text.into_bytes()
}

/// What came of reading a backup, and how much memory that took at most.
fn measured(text: &[u8]) -> (Result<BackupSummary, BackupError>, u64) {
    let mut outcome = None;
    let taken = allocation_counter::measure(|| outcome = Some(read_plain_backup(text)));
    (outcome.unwrap(), taken.bytes_max)
}

#[test]
fn no_line_takes_more_memory_than_it_is_long() {
    let numbers = format!("[{}]", vec!["1"; 7 << 20].join(","));
    let nested = "[".repeat(1 << 20);
    let objects = format!("[{{{}}}]", vec!["\"a\":1"; 1 << 20].join(","));
    for row in [numbers.clone(), nested, objects, "[[1]]".to_owned(), "[true,1,2]".to_owned()] {
        let text = with_rows("audit_tail", &["idx", "count", "events"], std::slice::from_ref(&row));
        let (outcome, taken) = measured(&text);
        assert!(matches!(outcome, Err(BackupError::Damaged { line: 3, .. })), "{:?}", outcome.map(drop));
        assert!(taken < 2 * row.len() as u64 + (1 << 20), "{taken} bytes for a line of {}", row.len());
    }
    let sequences: Vec<String> = (0..1 << 20).map(|number| format!("\"{number}\":1")).collect();
    let sequences = sequences.join(",");
    for header in [
        format!(
            "{{\"casemate_backup\":1,\"migration\":1,\"revision\":0,\"at\":0,\"sequences\":{{{sequences}}},\"root_keys\":null}}\n"
        ),
        format!("[1,1,0,0,{{{sequences}}},null]\n"),
    ] {
        let (outcome, taken) = measured(header.as_bytes());
        assert!(matches!(outcome, Err(BackupError::Damaged { line: 1, .. })), "{:?}", outcome.map(drop));
        assert!(
            taken < 2 * header.len() as u64 + (1 << 20),
            "{taken} bytes for a header of {}",
            header.len()
        );
    }
}

#[test]
fn what_no_server_writes_is_not_restored() {
    let long = BASE64.encode(vec![0; (4 << 20) + 1]);
    let note = "x".repeat(70_000);
    let cases: [(&str, &[&str], Vec<String>); 5] = [
        (
            "audit_payload",
            &["number", "part", "bytes"],
            vec![
                "[-1,0,\"\"]".to_owned(),
                "[9223372036854775807,0,\"\"]".to_owned(),
                "[0,257,\"\"]".to_owned(),
                format!("[0,0,\"{long}\"]"),
            ],
        ),
        (
            "audit_tail",
            &["idx", "count", "events"],
            vec!["[0,257,\"\"]".to_owned(), "[-1,1,\"\"]".to_owned(), "[9,0,\"\"]".to_owned()],
        ),
        (
            "audit_checkpoint",
            &["size", "at", "note"],
            vec![format!("[1,1,\"{note}\"]"), "[-1,1,\"\"]".to_owned()],
        ),
        (
            "audit_shelf",
            &["first", "count", "file", "row_group"],
            ["../../etc/passwd", "audit-/x.parquet", "root.key", "audit-1.parquet\\u0000", ""]
                .map(|file| format!("[0,256,\"{file}\",0]"))
                .into(),
        ),
        (
            "audit_shelf_former",
            &["file"],
            ["..", "backup.parquet", "audit-2026.parquet.age"].map(|file| format!("[\"{file}\"]")).into(),
        ),
    ];
    for (table, columns, rows) in cases {
        for row in rows {
            let outcome = read_plain_backup(with_rows(table, columns, std::slice::from_ref(&row)).as_slice());
            assert!(matches!(outcome, Err(BackupError::Damaged { line: 3, .. })), "{table} {row:.80}");
        }
    }
    let shelved = ["[0,4096,\"audit-2026-01-000000000000-5f3a91c2.2.parquet\",0]".to_owned()];
    let columns = ["first", "count", "file", "row_group"];
    read_plain_backup(with_rows("audit_shelf", &columns, &shelved).as_slice()).unwrap();
}

/// The log in a backup with these rows.
fn log_of(rows: &[(&str, Vec<Cell>)]) -> (tempfile::TempDir, BackupLog) {
    let parent = tempfile::tempdir().unwrap();
    let place = parent.path().join("backup");
    let migration = migration::newest();
    let header = Header { migration, revision: 0, at: 0, sequences: BTreeMap::new(), root_keys: None };
    let mut sealed = sealed::SealedFile::create_with(&place, "open sesame", 6, &header).unwrap();
    let mut last = "";
    for (table, row) in rows {
        if *table != last {
            sealed.table(Table::named(table).unwrap()).unwrap();
        }
        last = table;
        sealed.row(row).unwrap();
    }
    sealed.finish().unwrap();
    let key = BackupKey::Passphrase("open sesame".to_owned().into());
    let log = BackupLog::open(&place, &key).unwrap();
    (parent, log)
}

fn number(number: i64) -> Cell {
    Cell::Integer(Some(number))
}

fn log_row(size: i64) -> (&'static str, Vec<Cell>) {
    let bytes = || Cell::Bytes(Some(vec![0; 32]));
    ("audit_log", vec![number(1), Cell::Text(Some("casemate/1".to_owned())), number(size), bytes(), bytes()])
}

#[test]
fn what_is_archived_is_not_given_up() {
    let block = |place: i64| {
        let bytes = Cell::Bytes(Some(vec![7; 32]));
        let rest = (0..6).map(|_| number(0));
        ("audit_block", [vec![number(place), number(0), number(0), bytes], rest.collect()].concat())
    };
    let shelved = |first: i64, count: i64| {
        let file = Cell::Text(Some("audit-2026-01-0.parquet".to_owned()));
        ("audit_shelf", vec![number(first), number(count), file, number(0)])
    };
    let mut rows = vec![log_row(1_024)];
    rows.extend((0..4).map(block));
    rows.extend([shelved(0, 300), shelved(300, 212), shelved(600, 100)]);
    let (_parent, mut log) = log_of(&rows);
    let found: Vec<_> = std::iter::from_fn(|| log.read_next().unwrap())
        .map(|found| match found {
            BackedUp::Archived { block, .. } => (block, "archived"),
            BackedUp::GivenUp { block, .. } => (block, "given up"),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [(0, "archived"), (1, "archived"), (2, "given up"), (3, "given up")];
    assert_eq!(found, expected, "a block of which a part is missing is not there");
}

#[test]
fn a_log_of_very_many_events_and_checkpoints_is_read_in_bounded_memory() {
    // Very many events that are said to be of one block, and checkpoints of 12 MB.
    let events = Cell::Bytes(Some([0; 5].repeat(200_000)));
    let note = Cell::Text(Some("x".repeat(60_000)));
    let mut rows = vec![log_row(2), ("audit_tail", vec![number(0), number(2), events])];
    rows.extend((0..200).map(|size| ("audit_checkpoint", vec![number(size), number(0), note.clone()])));
    let (mut found, mut kept) = (None, 0);
    let (_parent, mut log) = log_of(&rows);
    let taken = allocation_counter::measure(|| {
        kept = log.checkpoints().iter().map(String::len).sum::<usize>();
        found = log.read_next().unwrap();
    });
    assert!(kept > 1 << 20 && kept <= 8 << 20, "{kept} bytes of checkpoints");
    assert!(matches!(found, Some(BackedUp::Damaged { first: 256, .. })), "{:?}", found.map(drop));
    assert!(taken.bytes_max < 8 << 20, "{} bytes", taken.bytes_max);
}
