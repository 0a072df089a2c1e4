//! What neither comes into the database nor goes on into another file, for a while.

use super::*;
use crate::credential::DevelopmentCredential;

/// Keeps what is appended from coming into the database; everything else may be written.
async fn stick(folder: &Folder) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.data.database());
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    let text =
        "CREATE TRIGGER stuck BEFORE UPDATE ON decision_segment BEGIN SELECT RAISE(ABORT, 'stuck'); END";
    sqlx::query(text).execute(&mut other).await.unwrap();
    other
}

async fn write(store: &Store, number: u8) {
    let credential = DevelopmentCredential {
        id: number.to_string(),
        secret_sha256: [number; 32],
        tenant: "default".into(),
        created_at: 1,
        expires_at: i64::MAX,
    };
    store.save_development_credential(credential).await.unwrap();
}

#[tokio::test]
async fn a_full_file_is_used_again_where_no_other_can_be_made() {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    store.record(vec![event(1)]).await.unwrap();
    // Where a file would be made.
    fs::create_dir(folder.data.path().join("segments/new")).unwrap();
    for at in 1..=50 {
        store.record(vec![event(at); 500]).await.unwrap();
    }
    let head = Head::read(&fs::read(folder.segment(0)).unwrap()).unwrap();
    assert!(head.mark.segment > 1, "it was full: {head:?}");
    assert!(store.is_writable());
    store.close().await;
}

#[tokio::test]
async fn who_cannot_bring_decisions_into_the_database_is_not_ready_whatever_else_is_written() {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    let mut other = stick(&folder).await;
    store.record(vec![event(1)]).await.unwrap();
    until(async || !store.is_writable()).await;
    let lag = store.record_lag().unwrap();
    assert!(lag.is_indexing_failing && !lag.is_append_failing, "{lag:?}");
    for number in 0..20 {
        write(&store, number).await;
        assert!(!store.is_writable());
    }
    sqlx::query("DROP TRIGGER stuck").execute(&mut other).await.unwrap();
    until(async || store.is_writable()).await;
    assert_eq!(times(store.reader()).await, [0, 1]);
    store.close().await;
}

#[tokio::test]
async fn what_came_into_the_database_though_the_commit_failed_is_found_there() {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    let mut other = stick(&folder).await;
    store.record(vec![event(1)]).await.unwrap();
    until(async || !store.is_writable()).await;
    // As a commit leaves it of which the answer was lost, but for the rows.
    let bytes = fs::read(folder.segment(0)).unwrap();
    let end = frame::end(&bytes, Head::read(&bytes).unwrap().mark, HEADER, None).unwrap();
    sqlx::query("DROP TRIGGER stuck").execute(&mut other).await.unwrap();
    let text = "UPDATE decision_segment SET segment = 1, place = $1";
    sqlx::query(text).bind(i64::try_from(end).unwrap()).execute(&mut other).await.unwrap();
    until(async || store.record_lag().unwrap().events == 0).await;
    store.record(vec![event(2)]).await.unwrap();
    assert_eq!(times(store.reader()).await, [0, 2]);
    assert_eq!(store.record_lag().unwrap().bytes, 0);
    until(async || store.is_writable()).await;
    store.close().await;
}

#[tokio::test]
async fn a_thread_that_ends_leaves_nobody_waiting_and_the_store_not_ready() {
    fn fails(_: &File) -> io::Result<()> {
        panic!("the thread ends")
    }
    let folder = Folder::new();
    let store = folder.open_appending(fails).await;
    for _ in 0..2 {
        let refused = store.record(vec![event(1)]).await.unwrap_err();
        assert!(matches!(refused, RecordError::Closed), "{refused}");
    }
    until(async || !store.is_writable()).await;
    store.close().await;
}

#[tokio::test]
async fn what_another_process_left_is_taken_over_before_it_is_in_the_database() {
    let folder = Folder::new();
    let one = folder.open_appending(flush).await;
    let two = folder.open().await;
    let mut other = stick(&folder).await;
    for at in 1..=5 {
        one.record(vec![event(at); 2]).await.unwrap();
    }
    one.close().await;
    two.record(vec![event(11)]).await.unwrap();
    until(async || two.record_lag().is_some()).await;
    assert_eq!(two.record_lag().unwrap().events, 10);
    two.record(vec![event(12)]).await.unwrap();
    sqlx::query("DROP TRIGGER stuck").execute(&mut other).await.unwrap();
    until(async || two.record_lag().unwrap().events == 0).await;
    assert_eq!(times(two.reader()).await, [0, 11, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 12]);
    assert_eq!(two.record_lag().unwrap().bytes, 0);
    two.close().await;
    assert_eq!(fs::read_dir(folder.data.path().join("segments")).unwrap().count(), 0);
}

#[tokio::test]
async fn two_files_of_one_segment_are_an_error() {
    let (folder, _) = left_behind().await;
    fs::copy(folder.segment(0), folder.segment(1)).unwrap();
    let refused = folder.try_open(flush).await.unwrap_err();
    assert!(matches!(refused, StoreError::DamagedSegment { offset: 0, .. }), "{refused}");
}

#[tokio::test]
async fn a_file_that_lost_its_header_is_damaged_whatever_its_number() {
    let (folder, places) = left_behind().await;
    change(&folder.segment(0), |bytes| {
        let length = places[1] - places[0];
        bytes[..HEADER as usize].fill(0);
        let mark = Mark { segment: 1 << 20, nonce: 3 };
        frame::seal(&mut bytes[HEADER as usize..][..length], mark, HEADER);
    });
    let refused = folder.try_open(flush).await.unwrap_err();
    assert!(matches!(refused, StoreError::DamagedSegment { offset: 0, .. }), "{refused}");
}

#[test]
fn a_flush_that_hangs_makes_the_store_not_ready() {
    let log = Log::new(Vec::new(), Place::default(), Vec::new());
    let begun = tokio::time::Instant::now();
    log.flushing(Some(begun));
    assert!(log.is_well(begun + Duration::from_secs(5)));
    assert!(!log.is_well(begun + Duration::from_secs(6)));
    log.flushing(None);
    assert!(log.is_well(begun + Duration::from_secs(6)));
}

#[tokio::test]
async fn a_file_that_was_being_made_when_a_process_ended_is_not_used() {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    let segments = folder.data.path().join("segments");
    fs::write(segments.join("new"), b"half").unwrap();
    store.record(vec![event(1)]).await.unwrap();
    assert_eq!(fs::read_dir(&segments).unwrap().count(), 1, "it is gone");
    assert_eq!(fs::metadata(folder.segment(0)).unwrap().len(), SIZE);
    assert_eq!(times(store.reader()).await, [0, 1]);
    store.close().await;
}

#[tokio::test]
async fn what_was_flushed_is_enough_where_all_else_is_lost() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    static DISK: Mutex<Vec<(PathBuf, Vec<u8>)>> = Mutex::new(Vec::new());
    /// What a disk holds that loses all that was not flushed.
    fn kept(file: &File) -> io::Result<()> {
        use std::os::fd::AsRawFd as _;
        use std::os::unix::fs::FileExt as _;
        if FAILS.load(Ordering::SeqCst) {
            return Err(io::Error::from_raw_os_error(5));
        }
        let path = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        let mut bytes = vec![0; SIZE as usize];
        file.read_exact_at(&mut bytes, 0)?;
        DISK.lock().unwrap().push((path, bytes));
        Ok(())
    }
    let folder = Folder::new();
    let store = folder.open_appending(kept).await;
    let held = folder.hold().await;
    for at in 1..=3 {
        store.record(vec![event(at); 2]).await.unwrap();
    }
    FAILS.store(true, Ordering::SeqCst);
    store.record(vec![event(10)]).await.unwrap_err();
    FAILS.store(false, Ordering::SeqCst);
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while store.record(vec![event(4)]).await.is_err() {
        assert!(std::time::Instant::now() < end);
    }
    let killed = folder.killed();
    for file in fs::read_dir(killed.data.path().join("segments")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    for (path, bytes) in DISK.lock().unwrap().iter() {
        let path = killed.data.path().join("segments").join(path.file_name().unwrap());
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    drop(held);
    store.close().await;
    let store = killed.open().await;
    assert_eq!(times(store.reader()).await, [0, 1, 1, 2, 2, 3, 3, 4]);
    store.close().await;
}

#[tokio::test]
async fn a_file_of_another_database_or_another_format_is_refused_and_changed_by_nobody() {
    let (folder, _) = left_behind().await;
    let others = folder.killed();
    for name in ["casemate.sqlite3", "casemate.sqlite3-wal", "casemate.sqlite3-shm"] {
        let _ = fs::remove_file(others.data.path().join(name));
    }
    let bytes = fs::read(others.segment(0)).unwrap();
    let refused = others.try_open(flush).await.unwrap_err();
    assert!(
        matches!(&refused, StoreError::SegmentOfAnother { path } if *path == others.segment(0)),
        "{refused}"
    );
    assert_eq!(fs::read(others.segment(0)).unwrap(), bytes);
    // As the version before wrote them.
    change(&folder.segment(0), |bytes| bytes[7] = 2);
    let refused = folder.try_open(flush).await.unwrap_err();
    assert!(matches!(&refused, StoreError::SegmentFormat { .. }), "{refused}");
    change(&folder.segment(0), |bytes| bytes[7] = 3);
    let store = folder.open().await;
    assert_eq!(times(store.reader()).await.len(), 6, "nothing was lost");
    store.close().await;
}

#[tokio::test]
async fn what_another_segment_of_the_same_number_left_is_not_believed() {
    let (folder, places) = left_behind().await;
    // The disk lost that the file was removed, and then the number was used for another segment, of three frames.
    let last = places[3]..places[5];
    let (other, _) = left_behind().await;
    let left = fs::read(other.segment(0)).unwrap()[last.clone()].to_vec();
    change(&folder.segment(0), |bytes| bytes[last].copy_from_slice(&left));
    let store = folder.open().await;
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3]);
    store.close().await;
}

#[tokio::test]
async fn a_disk_that_fails_is_not_asked_again_for_each_group() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn failing(file: &File) -> io::Result<()> {
        if FAILS.load(Ordering::SeqCst) {
            ASKED.fetch_add(1, Ordering::SeqCst);
            return Err(io::Error::from_raw_os_error(5));
        }
        file.sync_data()
    }
    let folder = Folder::new();
    let store = folder.open_appending(failing).await;
    store.record(vec![event(1)]).await.unwrap();
    FAILS.store(true, Ordering::SeqCst);
    let begun = std::time::Instant::now();
    for _ in 0..50 {
        let refused = store.record(vec![event(10)]).await.unwrap_err();
        assert!(matches!(refused, RecordError::Failed(_)), "{refused}");
    }
    let lag = store.record_lag().unwrap();
    assert!(lag.is_append_failing && !lag.is_indexing_failing, "{lag:?}");
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!(ASKED.load(Ordering::SeqCst) <= 2 + seconds, "at once, and then every second");
    FAILS.store(false, Ordering::SeqCst);
    until(async || store.is_writable()).await;
    store.record(vec![event(2)]).await.unwrap();
    assert_eq!(times(store.reader()).await, [0, 1, 2]);
    assert!(!store.record_lag().unwrap().is_append_failing);
    store.close().await;
}
