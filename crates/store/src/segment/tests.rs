//! Segments with disks that fail, processes that end at any time, and files that somebody changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};

use super::appender::Flush;
use super::files::SIZE;
use super::frame::{FRAME, HEADER, Head, Mark, Place};
use super::log::{Log, MAX_BEHIND};
use super::*;
use crate::decision::{DecisionEvent, DecisionFilter, Party, RecordedDecision};
use crate::error::{RecordError, StoreError};
use crate::folder::DataFolder;
use crate::open::{Database, Store, StoreReader};
use crate::retention::Retention;
use crate::writer::MAX_QUEUE;

fn event(at: i64) -> DecisionEvent {
    let party = Party { provider: "corp".into(), kind: "user".into(), id: "ada".into() };
    DecisionEvent {
        at,
        request_id: "request".into(),
        item: 0,
        tenant: "default".into(),
        application: None,
        credential: None,
        caller: party.clone(),
        subject: party,
        action: "cms.entry".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// A data folder that goes with the value.
struct Folder {
    parent: tempfile::TempDir,
    data: DataFolder,
}

impl Folder {
    fn new() -> Folder {
        let parent = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        Folder { parent, data }
    }

    async fn try_open(&self, flush: Flush) -> Result<Store, StoreError> {
        Store::open_flushing(Database::Embedded(&self.data), Retention::default(), || 0, flush).await
    }

    async fn open(&self) -> Store {
        self.try_open(flush).await.unwrap()
    }

    /// A store that appends: one event, of the time 0, is in the database already.
    async fn open_appending(&self, flush: Flush) -> Store {
        let store = self.try_open(flush).await.unwrap();
        store.record(vec![event(0)]).await.unwrap();
        until(async || store.record_lag().is_some()).await;
        store
    }

    /// Keeps everybody from writing to the database.
    async fn hold(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.data.database());
        let mut other = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
        other
    }

    /// All files as a process leaves them that is killed now.
    fn killed(&self) -> Folder {
        let copy = Folder::new();
        for file in fs::read_dir(self.data.path()).unwrap() {
            let file = file.unwrap();
            let place = copy.data.path().join(file.file_name());
            if file.file_type().unwrap().is_file() {
                fs::copy(file.path(), place).unwrap();
                continue;
            }
            use std::os::unix::fs::DirBuilderExt as _;
            fs::DirBuilder::new().mode(0o700).create(&place).unwrap();
            for file in fs::read_dir(file.path()).unwrap() {
                let file = file.unwrap();
                fs::copy(file.path(), place.join(file.file_name())).unwrap();
            }
        }
        copy
    }

    fn segment(&self, number: usize) -> PathBuf {
        self.data.path().join(format!("segments/{number:02}"))
    }
}

/// Asks again and again, for half a minute at most.
async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
}

/// The times of all that is on record, in its order.
async fn times(reader: &StoreReader) -> Vec<i64> {
    let page = reader.decisions(&DecisionFilter::default(), None, 1_000).await.unwrap();
    page.items.iter().rev().map(|item| item.event.at).collect()
}

/// A folder of a process that was killed when five events were appended after the first, of which none was indexed, with
/// the places at which their frames begin and the last one ends.
async fn left_behind() -> (Folder, Vec<usize>) {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    let held = folder.hold().await;
    for at in 1..=5 {
        store.record(vec![event(at)]).await.unwrap();
    }
    let copy = folder.killed();
    drop(held);
    store.close().await;
    let bytes = fs::read(copy.segment(0)).unwrap();
    let mark = Head::read(&bytes).unwrap().mark;
    let mut places = vec![HEADER as usize];
    while let Some(frame) = bytes.get(*places.last().unwrap()..).and_then(|rest| {
        let offset = *places.last().unwrap() as u64;
        frame::frame_at(rest, mark, offset)
    }) {
        places.push(places.last().unwrap() + FRAME + frame.len());
    }
    assert_eq!(places.len(), 6);
    (copy, places)
}

fn change(path: &Path, act: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    act(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn what_is_appended_is_read_at_once_and_left_nowhere_else_in_the_end() {
    let folder = Folder::new();
    let store = folder.open_appending(flush).await;
    for at in 1..=20 {
        store.record(vec![event(at); 2]).await.unwrap();
        assert_eq!(times(store.reader()).await.len() as i64, 1 + 2 * at, "by the process itself");
    }
    store.record(vec![event(21)]).await.unwrap();
    let other = StoreReader::open(&folder.data).await.unwrap();
    assert_eq!(times(&other).await.len(), 42, "by another process");
    assert_eq!(fs::metadata(folder.segment(0)).unwrap().len(), SIZE);
    store.record(vec![event(22)]).await.unwrap();
    store.close().await;
    assert_eq!(fs::read_dir(folder.data.path().join("segments")).unwrap().count(), 0);
    assert_eq!(times(&other).await.len(), 43);
    let again = folder.open_appending(flush).await;
    again.record(vec![event(23)]).await.unwrap();
    assert_eq!(times(again.reader()).await.last(), Some(&23));
    again.close().await;
}

#[tokio::test]
async fn what_a_killed_process_appended_comes_into_the_database_once() {
    let (folder, _) = left_behind().await;
    let copy = folder.killed();
    let store = folder.open().await;
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3, 4, 5]);
    store.close().await;
    let store = folder.open_appending(flush).await;
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3, 4, 5, 0]);
    store.record(vec![event(6)]).await.unwrap();
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3, 4, 5, 0, 6], "the file is used again");
    store.close().await;

    // Somebody who only reads brings it there too: nobody else is left to do it.
    let reader = StoreReader::open(&copy.data).await.unwrap();
    assert_eq!(times(&reader).await, [0, 1, 2, 3, 4, 5]);
    assert_eq!(times(&reader).await.len(), 6);
    let kept = copy.parent.path().join("backup");
    let lock = crate::BackupLock::Passphrase("x".to_owned().into());
    assert!(reader.backup(&kept, &lock, None, 1).await.unwrap().rows["audit_tail"] > 0);
}

#[tokio::test]
async fn a_torn_end_is_none_and_damage_before_it_is_an_error_that_changes_nothing() {
    let (folder, places) = left_behind().await;
    for torn in [places[4] + 1, places[4] + FRAME, places[5] - 1] {
        let folder = folder.killed();
        change(&folder.segment(0), |bytes| bytes[torn..places[5]].fill(0));
        let store = folder.open().await;
        assert_eq!(times(store.reader()).await, [0, 1, 2, 3, 4], "nobody was told of the last one");
        store.close().await;
    }
    for (frame, byte) in [(1, places[1]), (2, places[3] - 1), (0, places[0] + 5)] {
        let folder = folder.killed();
        change(&folder.segment(0), |bytes| bytes[byte] ^= 1);
        let refused = folder.try_open(flush).await.unwrap_err();
        let StoreError::DamagedSegment { path, offset } = &refused else { panic!("{refused}") };
        assert_eq!((path, *offset), (&folder.segment(0), places[frame] as u64), "{refused}");
        let reader = StoreReader::open(&folder.data).await.unwrap();
        let read = reader.decisions(&DecisionFilter::default(), None, 10).await;
        assert!(matches!(read, Err(StoreError::DamagedSegment { .. })), "{read:?}");
        change(&folder.segment(0), |bytes| bytes[byte] ^= 1);
        assert_eq!(times(&reader).await.len(), 6, "nothing was lost");
    }
    change(&folder.segment(0), |bytes| bytes[3] ^= 1);
    let refused = folder.try_open(flush).await.unwrap_err();
    assert!(matches!(refused, StoreError::DamagedSegment { offset: 0, .. }), "a header: {refused}");
}

#[tokio::test]
async fn a_segment_that_is_gone_is_missed() {
    let (folder, places) = left_behind().await;
    let path = folder.segment(1);
    fs::copy(folder.segment(0), &path).unwrap();
    let before = Place { segment: 1, offset: places[5] as u64 };
    change(&path, |bytes| {
        let database = Head::read(bytes).unwrap().database;
        let head = Head { mark: Mark { segment: 2, nonce: 7 }, database, before };
        bytes.fill(0);
        bytes[..HEADER as usize].copy_from_slice(&head.bytes());
    });
    let whole = folder.killed();
    let store = whole.open().await;
    assert_eq!(times(store.reader()).await.len(), 6);
    store.close().await;
    // What the header behind it says ends there is not taken for torn.
    let damaged = folder.killed();
    change(&damaged.segment(0), |bytes| bytes[places[5] - 1] ^= 1);
    let refused = damaged.try_open(flush).await.unwrap_err();
    assert!(matches!(refused, StoreError::DamagedSegment { offset, .. } if offset == places[4] as u64));
    fs::remove_file(folder.segment(0)).unwrap();
    let refused = folder.try_open(flush).await.unwrap_err();
    assert!(matches!(refused, StoreError::MissingSegment { segment: 1, .. }), "{refused}");
}

#[tokio::test]
async fn a_segment_that_has_a_header_alone_is_not_asked_for_once_another_follows() {
    let (folder, places) = left_behind().await;
    fs::copy(folder.segment(0), folder.segment(1)).unwrap();
    change(&folder.segment(1), |bytes| {
        let database = Head::read(bytes).unwrap().database;
        let before = Place { segment: 1, offset: places[5] as u64 };
        let head = Head { mark: Mark { segment: 2, nonce: 7 }, database, before };
        bytes.fill(0);
        bytes[..HEADER as usize].copy_from_slice(&head.bytes());
    });
    // The process that comes next is killed before anything of its own segment is indexed.
    let store = folder.open_appending(flush).await;
    let held = folder.hold().await;
    store.record(vec![event(6)]).await.unwrap();
    let copy = folder.killed();
    drop(held);
    store.close().await;
    for number in 0..4 {
        let head = fs::read(copy.segment(number)).ok().and_then(|bytes| Head::read(&bytes));
        if head.is_some_and(|head| head.mark.segment == 2) {
            fs::remove_file(copy.segment(number)).unwrap();
        }
    }
    let store = copy.open().await;
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3, 4, 5, 0, 6]);
    store.close().await;
}

#[tokio::test]
async fn after_a_failed_flush_nothing_of_it_counts_and_another_segment_is_begun() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    static FLUSHED: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    fn failing(file: &File) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt as _;
        if FAILS.load(Ordering::SeqCst) {
            return Err(io::Error::from_raw_os_error(5));
        }
        FLUSHED.lock().unwrap().push(file.metadata()?.ino());
        file.sync_data()
    }
    let folder = Folder::new();
    let store = folder.open_appending(failing).await;
    store.record(vec![event(1)]).await.unwrap();
    let held = folder.hold().await;
    store.record(vec![event(2)]).await.unwrap();
    let before = FLUSHED.lock().unwrap().clone();
    FAILS.store(true, Ordering::SeqCst);
    for at in [10, 11] {
        let refused = store.record(vec![event(at)]).await.unwrap_err();
        assert!(matches!(refused, RecordError::Failed(_)), "{refused}");
    }
    assert!(!store.is_writable());
    FAILS.store(false, Ordering::SeqCst);
    until(async || store.is_writable()).await;
    store.record(vec![event(3)]).await.unwrap();
    let after = FLUSHED.lock().unwrap().clone();
    assert!(before.iter().all(|file| !after[before.len()..].contains(file)), "no file is tried again");
    assert!(store.record_lag().unwrap().failed >= 1);
    let killed = folder.killed();
    drop(held);
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3]);
    store.close().await;
    let store = killed.open().await;
    assert_eq!(times(store.reader()).await, [0, 1, 2, 3], "what was refused does not come back");
    store.close().await;
}

#[tokio::test]
async fn a_disk_that_fails_again_and_again_leaves_no_files_behind() {
    static FAILS: AtomicBool = AtomicBool::new(false);
    fn failing(file: &File) -> io::Result<()> {
        if FAILS.load(Ordering::SeqCst) {
            return Err(io::Error::from_raw_os_error(5));
        }
        file.sync_data()
    }
    let folder = Folder::new();
    let store = folder.open_appending(failing).await;
    store.record(vec![event(1)]).await.unwrap();
    FAILS.store(true, Ordering::SeqCst);
    for _ in 0..files::FILES + 4 {
        store.record(vec![event(10)]).await.unwrap_err();
    }
    FAILS.store(false, Ordering::SeqCst);
    until(async || store.is_writable()).await;
    store.record(vec![event(2)]).await.unwrap();
    assert_eq!(times(store.reader()).await, [0, 1, 2]);
    let left = || fs::read_dir(folder.data.path().join("segments")).unwrap().count();
    until(async || left() <= 2).await;
    store.close().await;
}

#[tokio::test]
#[allow(clippy::await_holding_lock, reason = "a flush waits for it on a thread of its own")]
async fn what_waits_for_the_disk_is_bounded() {
    static STUCK: Mutex<()> = Mutex::new(());
    static FLUSHES: AtomicUsize = AtomicUsize::new(0);
    fn stuck(file: &File) -> io::Result<()> {
        FLUSHES.fetch_add(1, Ordering::SeqCst);
        drop(STUCK.lock().unwrap());
        file.sync_data()
    }
    let folder = Folder::new();
    let store = Arc::new(folder.open_appending(stuck).await);
    let before = FLUSHES.load(Ordering::SeqCst);
    let guard = STUCK.lock().unwrap();
    let record = |count: usize| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.record(vec![event(1); count]).await })
    };
    let first = record(1);
    until(async || FLUSHES.load(Ordering::SeqCst) > before).await;
    let waiting: Vec<_> = (0..MAX_QUEUE + 10).map(|_| record(1)).collect();
    let finished = || waiting.iter().filter(|one| one.is_finished()).count();
    until(async || finished() == 10).await;
    drop(guard);
    first.await.unwrap().unwrap();
    let mut recorded = 0;
    for one in waiting {
        match one.await.unwrap() {
            Ok(()) => recorded += 1,
            Err(error) => assert!(matches!(error, RecordError::Busy), "{error}"),
        }
    }
    assert_eq!(recorded, MAX_QUEUE, "one flush answered all of them");
    assert!(FLUSHES.load(Ordering::SeqCst) <= before + 3);
    let newest = store.reader().decisions(&DecisionFilter::default(), None, 1_000).await.unwrap();
    let rest = store.reader().decisions(&DecisionFilter::default(), newest.next, 1_000).await.unwrap();
    assert_eq!(newest.items.len() + rest.items.len(), 2 + MAX_QUEUE);
}

#[tokio::test]
async fn one_process_appends_and_the_others_record_all_the_same() {
    let folder = Folder::new();
    let one = folder.open_appending(flush).await;
    let two = folder.open().await;
    for at in 1..=5 {
        one.record(vec![event(at)]).await.unwrap();
        two.record(vec![event(at + 10)]).await.unwrap();
        for store in [&one, &two] {
            let mut found = times(store.reader()).await;
            found.sort_unstable();
            let expected: Vec<i64> = (0..=at).chain(11..=at + 10).collect();
            assert_eq!(found, expected);
        }
    }
    assert!(two.record_lag().is_none());
    one.close().await;
    until(async || {
        two.record(vec![event(99)]).await.unwrap();
        two.record_lag().is_some()
    })
    .await;
    two.close().await;
}

#[test]
fn whoever_is_too_far_ahead_of_the_database_waits_and_is_counted() {
    let log = Arc::new(Log::new(Vec::new(), Place::default(), Vec::new()));
    let slot = files::Slot { path: PathBuf::new(), file: Arc::new(tempfile::tempfile().unwrap()) };
    log.begin(slot, 1);
    log.acknowledge(100, u32::try_from(MAX_BEHIND).unwrap());
    let waiting = std::thread::spawn({
        let log = Arc::clone(&log);
        move || log.room(false, |_| Ok(None::<()>)).map(drop)
    });
    while log.lag().held_up == 0 {
        std::thread::yield_now();
    }
    assert!(!waiting.is_finished() && log.is_due());
    let chunk = log.chunk().unwrap();
    log.indexed(chunk.from, Place { segment: 1, offset: chunk.end }, MAX_BEHIND);
    waiting.join().unwrap().unwrap();
    assert_eq!((log.lag().events, log.lag().bytes, log.lag().held_up), (0, 0, 1));
    log.acknowledge(100, u32::try_from(MAX_BEHIND).unwrap());
    log.not_indexed("the disk is full".to_owned());
    let refused = log.room(false, |_| Ok(None::<()>)).unwrap_err();
    assert!(matches!(refused, RecordError::Failed(_)), "nobody waits for what fails: {refused}");
}

mod stuck;
