//! Files of events: what is written is read again, and nothing else is believed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use casemate_archive::{Archive, ArchiveError, GROUP, Row, Writer};
use casemate_audit::commitment::{self, Salt};
use casemate_audit::event::{Event, Party};
use casemate_audit::hash::MerkleHash;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

fn text(index: u64) -> String {
    let event = Event {
        at: 1_700_000_000_000_000 + i64::try_from(index).unwrap(),
        kind: "decision".into(),
        area: "decision".into(),
        action: "notes.read".into(),
        outcome: "denied".into(),
        actor: Party { kind: "user".into(), id: format!("ada-{index}").into(), ..Party::default() },
        ..Event::default()
    };
    let mut text = Vec::new();
    event.write(&mut text);
    String::from_utf8(text).unwrap()
}

fn row(index: u64) -> Row {
    let (text, salt) = (text(index), Salt([u8::try_from(index % 251).unwrap(); 32]));
    Row { index, leaf: commitment::leaf(&salt, text.as_bytes()), event: Some((text, salt)) }
}

fn erased(index: u64) -> Row {
    Row { event: None, ..row(index) }
}

struct Place(tempfile::TempDir, Archive);

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::open(&format!("file://{}", folder.path().display())).unwrap();
    Place(folder, archive)
}

async fn write(archive: &Archive, rows: &[Row]) {
    let mut writer = archive.write("log.parquet", "casemate.example/log").await.unwrap();
    for row in rows {
        writer.push(row.clone()).await.unwrap();
    }
    writer.finish().await.unwrap();
}

async fn read(archive: &Archive) -> Result<Vec<Row>, ArchiveError> {
    let contents = archive.contents("log.parquet").await?;
    let mut rows = Vec::new();
    for group in 0..contents.groups() {
        rows.extend(archive.rows("log.parquet", &contents, group).await?);
    }
    assert_eq!(contents.events(), rows.len() as u64);
    Ok(rows)
}

#[tokio::test]
async fn what_is_written_is_read_again_by_row_groups() {
    let Place(_folder, archive) = place();
    let rows: Vec<_> = (500..500 + GROUP as u64 + 10)
        .map(|index| if index % 7 == 0 { erased(index) } else { row(index) })
        .collect();
    write(&archive, &rows).await;
    let contents = archive.contents("log.parquet").await.unwrap();
    assert_eq!((contents.groups(), contents.origin()), (2, "casemate.example/log"));
    assert_eq!(archive.rows("log.parquet", &contents, 1).await.unwrap(), rows[GROUP..]);
    assert_eq!(read(&archive).await.unwrap(), rows);
    let beyond = archive.rows("log.parquet", &contents, 2).await;
    assert!(matches!(beyond, Err(ArchiveError::Damaged { file, .. }) if file == "log.parquet"));
}

#[tokio::test]
async fn what_a_killed_writer_left_of_a_file_goes_with_it() {
    let Place(folder, archive) = place();
    let part = |number: u32| folder.path().join(format!("log.parquet#{number}"));
    for number in [1, 27] {
        std::fs::write(part(number), "half of it").unwrap();
    }
    let others = ["log.parquet#x", "other.parquet#1"].map(|name| folder.path().join(name));
    others.iter().for_each(|other| std::fs::write(other, "of somebody else").unwrap());
    archive.delete("log.parquet").await.unwrap();
    assert!(!part(1).exists() && !part(27).exists());
    std::fs::write(part(1), "half of it").unwrap();
    write(&archive, &[row(0)]).await;
    assert!(!part(1).exists());
    assert_eq!(
        (read(&archive).await.unwrap(), others.iter().all(|other| other.exists())),
        (vec![row(0)], true)
    );
    assert_eq!(archive.names("log").await.unwrap(), ["log.parquet", "log.parquet#x"]);
}

#[tokio::test]
async fn a_file_is_written_in_the_groups_that_it_is_to_have() {
    let Place(_folder, archive) = place();
    let mut writer = archive.write("log.parquet", "casemate.example/log").await.unwrap();
    for index in 0..10 {
        writer.push(row(index)).await.unwrap();
        if index == 3 {
            writer.end_group().await.unwrap();
            writer.end_group().await.unwrap();
        }
    }
    writer.finish().await.unwrap();
    let contents = archive.contents("log.parquet").await.unwrap();
    assert_eq!(contents.groups(), 2);
    assert_eq!(archive.rows("log.parquet", &contents, 0).await.unwrap().len(), 4);
    assert_eq!(read(&archive).await.unwrap(), (0..10).map(row).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_is_there_once_it_is_finished_and_gone_once_it_is_deleted() {
    let Place(_folder, archive) = place();
    let mut writer = archive.write("log.parquet", "casemate.example/log").await.unwrap();
    writer.push(row(0)).await.unwrap();
    assert!(archive.contents("log.parquet").await.is_err());
    writer.abort().await.unwrap();
    assert!(archive.contents("log.parquet").await.is_err());
    write(&archive, &[row(0)]).await;
    assert_eq!(read(&archive).await.unwrap(), [row(0)]);
    archive.delete("log.parquet").await.unwrap();
    archive.delete("log.parquet").await.unwrap();
    assert!(archive.contents("log.parquet").await.is_err());
}

#[tokio::test]
async fn an_event_that_was_changed_is_named() {
    let Place(_folder, archive) = place();
    let mut rows: Vec<_> = (0..20).map(row).collect();
    let (said, _) = rows[13].event.as_mut().unwrap();
    *said = said.replace("denied", "success");
    write(&archive, &rows).await;
    let error = read(&archive).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Changed { index: 13, .. }), "{error}");
}

#[tokio::test]
async fn damaged_bytes_are_an_error_and_nothing_worse() {
    let Place(folder, archive) = place();
    let rows: Vec<_> = (0..600).map(row).collect();
    write(&archive, &rows).await;
    let file = folder.path().join("log.parquet");
    let whole = std::fs::read(&file).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..300 {
        let mut bytes = whole.clone();
        let place = (0..whole.len(), any::<u8>()).new_tree(&mut runner).unwrap().current();
        bytes[place.0] ^= place.1;
        if place.0 % 5 == 0 {
            bytes.truncate(place.0);
        }
        std::fs::write(&file, &bytes).unwrap();
        // What no reader looks at, such as a plain column, may be damaged unseen; and from which event on a file goes is known to whoever
        // reads it.
        if let Ok(read) = read(&archive).await {
            let is_same = read
                .iter()
                .zip(&rows)
                .all(|(read, row)| (&read.leaf, &read.event) == (&row.leaf, &row.event));
            assert!(is_same, "byte {} was {} another", place.0, place.1);
            assert!(read.is_sorted_by_key(|row| row.index));
        }
    }
}

#[test]
fn a_place_says_what_is_wrong_with_it() {
    for place in ["/folder", "ftp://x/y", "file:///not/there", "s3:///x", "s3://key:secret@bucket/x"] {
        let error = Archive::open(place).unwrap_err().to_string();
        assert!(
            error.contains("is no place for an archive") && !error.contains("secret"),
            "{place}: {error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_texts_come_back(texts in prop::collection::vec(prop::option::of(".{0,80}"), 1..40)) {
        let rows: Vec<_> = texts.into_iter().enumerate().map(|(index, text)| {
            let index = index as u64;
            let salt = Salt([7; 32]);
            match text {
                Some(text) => Row { index, leaf: commitment::leaf(&salt, text.as_bytes()), event: Some((text, salt)) },
                None => Row { index, leaf: MerkleHash([3; 32]), event: None },
            }
        }).collect();
        let mut writer = Writer::new(Vec::new(), "casemate.example/log").unwrap();
        for row in &rows {
            writer.push(row.clone()).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("log.parquet"), bytes).unwrap();
        let archive = Archive::open(&format!("file://{}", folder.path().display())).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        prop_assert_eq!(runtime.block_on(read(&archive)).unwrap(), rows);
    }
}
