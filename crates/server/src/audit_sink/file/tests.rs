use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::AtomicUsize;

use casemate_directory::model::FileSinkDocument;

use super::super::events::Recorded;
use super::super::message::{Message, Wanted};
use super::*;

const DAY: i64 = MICROS_A_DAY;

fn appender(folder: &std::path::Path, keep: u32) -> Appender {
    let document =
        FileSinkDocument { name: "audit.ndjson".to_owned(), rotate_megabytes: Some(1), keep: Some(keep) };
    let FileReceiver(appender) = FileReceiver::new(Folder::new(folder), &document);
    Arc::into_inner(appender).unwrap()
}

fn now() -> i64 {
    clock::now()
}

#[test]
fn a_torn_last_line_is_cut_off_and_whole_lines_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    for (before, after) in [
        ("", ""),
        ("{\"index\":0}\n", "{\"index\":0}\n"),
        ("{\"index\":0}\n{\"ind", "{\"index\":0}\n"),
        ("{\"ind", ""),
    ] {
        fs::write(&path, before).unwrap();
        appender(folder.path(), 3).append(b"{\"index\":1}\n", 1, now()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("{after}{{\"index\":1}}\n"));
    }
    // A torn line may be longer than what is looked at once.
    fs::write(&path, format!("{{}}\n{}", "x".repeat(200_000))).unwrap();
    appender(folder.path(), 3).append(b"{}\n", 1, now()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n{}\n");
}

#[test]
fn another_file_is_begun_by_size_and_by_day_and_so_many_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let appender = appender(folder.path(), 2);
    let line = format!("{}\n", "x".repeat(600_000));
    let begin = now();
    for index in 0..3 {
        appender.append(line.as_bytes(), index, begin).unwrap();
    }
    appender.append(b"{}\n", 3, begin + DAY).unwrap();
    appender.append(b"{}\n", 4, begin + DAY).unwrap();
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(
        names[0].ends_with("-000000000002.ndjson") && names[1].ends_with("-000000000003.ndjson"),
        "{names:?}"
    );
    assert_eq!(fs::read_to_string(folder.path().join("audit.ndjson")).unwrap(), "{}\n{}\n");
}

#[test]
fn nothing_is_written_behind_links_into_pipes_or_beside_another_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, "untouched").unwrap();
    let refused = |part: &str| {
        let error = appender(folder.path(), 1).append(b"{}\n", 0, now()).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    symlink(&elsewhere, &path).unwrap();
    refused("symbolic link");
    fs::remove_file(&path).unwrap();
    fs::hard_link(&elsewhere, &path).unwrap();
    refused("hard link");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    refused("cannot be written");
    fs::remove_dir(&path).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "untouched");
    let first = appender(folder.path(), 1);
    first.append(b"{}\n", 0, now()).unwrap();
    refused("another process");
    drop(first);
    appender(folder.path(), 1).append(b"{}\n", 1, now()).unwrap();
}

#[tokio::test]
async fn a_disk_that_is_full_leaves_no_half_line_and_what_failed_is_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.ndjson");
    let appender = appender(folder.path(), 1);
    appender.append(b"{\"index\":0}\n", 0, now()).unwrap();
    // What a full disk does to the handle: it takes no more.
    appender.open.lock().unwrap().as_mut().unwrap().file = fs::File::open(&path).unwrap();
    let error = appender.append(b"{\"index\":1}\n", 1, now()).unwrap_err();
    assert!(matches!(error, SinkError::Failed(_)), "{error}");
    appender.append(b"{\"index\":1}\n", 1, now()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"index\":0}\n{\"index\":1}\n");
}

#[tokio::test]
async fn what_is_delivered_stands_there_line_by_line_and_trying_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut receiver = FileReceiver(Arc::new(appender(folder.path(), 1)));
    let message = |index: u64| -> Message {
        let text = Some(format!("{{\"n\":{index}}}"));
        let recorded = Recorded { index, text, leaf: String::new(), salt: None };
        Wanted::default().message("log", recorded).unwrap()
    };
    let taken = AtomicUsize::new(0);
    receiver.test(&message(9)).await.unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    receiver.deliver(&[message(0), message(1)], &taken).await.unwrap();
    assert_eq!(taken.into_inner(), 2);
    let text = fs::read_to_string(folder.path().join("audit.ndjson")).unwrap();
    assert_eq!(text, "{\"index\":0,\"event\":{\"n\":0}}\n{\"index\":1,\"event\":{\"n\":1}}\n");
}
