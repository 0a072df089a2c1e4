//! The writer with a database that fills up, and with time that passes.

use std::sync::atomic::{AtomicI64, AtomicU64};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::*;
use crate::decision::{DecisionEvent, Party, RecordedDecision};
use crate::folder::create_private;
use crate::sql::{Database as _, values};

/// Far later than a test ends.
const SELDOM: Duration = Duration::from_secs(3_600);

fn event(at: i64) -> DecisionEvent {
    let party = Party { provider: "corp".into(), kind: "user".into(), id: "x".repeat(1_000) };
    DecisionEvent {
        at,
        request_id: "request".into(),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party.clone(),
        credential: None,
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

fn told(events: &[DecisionEvent]) -> Recorded {
    Recorded::decisions(events)
}

/// A writer on a database of at most so many pages beside those of the schema, and a second connection without that bound.
async fn start(
    folder: &tempfile::TempDir,
    pages: u32,
    retention: Retention,
    clock: fn() -> i64,
    prune_every: Duration,
) -> (Writer, Arc<AtomicBool>, Link) {
    let reserve = Arc::new(Reserve::new(None, 0));
    start_reserving(folder, pages, retention, clock, prune_every, reserve).await
}

async fn start_reserving(
    folder: &tempfile::TempDir,
    pages: u32,
    retention: Retention,
    clock: fn() -> i64,
    prune_every: Duration,
    reserve: Arc<Reserve>,
) -> (Writer, Arc<AtomicBool>, Link) {
    let path = folder.path().join("database");
    create_private(&path).unwrap();
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(5));
    let mut link = Opening::Sqlite(options.clone()).connect().await.unwrap();
    crate::migration::migrate(&mut link).await.unwrap();
    link.close().await.unwrap();
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    let schema: u32 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut other).await.unwrap();
    let other = Link::Sqlite(other);
    let opening = Opening::Sqlite(options.pragma("max_page_count", (schema + pages).to_string()));
    let connection = opening.connect().await.unwrap();
    let writable = Arc::new(AtomicBool::new(true));
    let desk = Desk {
        opening,
        retention,
        clock,
        prune_every,
        retry_after: Duration::from_millis(20),
        writable: Arc::clone(&writable),
        reserve,
        segments: None,
        growth: Growth::new(0),
        signal: None,
        _writes: watch::Sender::new(()),
    };
    let (writer, queue) = Writer::new();
    tokio::spawn(run(desk, connection, queue));
    (writer, writable, other)
}

/// How many decisions have their text.
async fn count(other: &mut Link) -> i64 {
    log::prune::decisions_kept(other).await
}

async fn size(other: &mut Link) -> i64 {
    i64::try_from(log::size(other).await.unwrap()).unwrap()
}

/// Asks again and again, for half a minute at most.
async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap();
}

#[tokio::test]
async fn recording_goes_on_when_a_full_disk_has_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let (writer, writable, mut other) = start(&folder, 40, Retention::default(), || 0, SELDOM).await;
    // What somebody else takes of the room, and gives back.
    other.execute("CREATE TABLE filling (bytes BLOB)", values![]).await.unwrap();
    other.execute("INSERT INTO filling VALUES (zeroblob(81920))", values![]).await.unwrap();
    let mut recorded = 0;
    let failed = loop {
        match writer.record(told(&[event(1)])).await {
            Ok(()) => recorded += 1,
            Err(error) => break error,
        }
        assert!(recorded < 1_000, "the database is bounded");
    };
    assert!(failed.to_string().contains("full"), "{failed}");
    assert!(!writable.load(Ordering::Relaxed));
    for _ in 0..3 {
        let failed = writer.record(told(&[event(1)])).await.unwrap_err();
        assert!(failed.to_string().contains("full"), "each attempt fails for that reason alone: {failed}");
    }
    assert_eq!(count(&mut other).await, recorded, "what failed is not on record, all else is");

    other.execute("DELETE FROM filling", values![]).await.unwrap();
    until(async || writable.load(Ordering::Relaxed)).await;
    assert_eq!(size(&mut other).await, recorded, "finding that out leaves no event");
    writer.record(told(&[event(2)])).await.unwrap();
    assert_eq!(size(&mut other).await, recorded + 1, "the numbering goes on without a gap");
}

#[tokio::test]
async fn a_large_group_does_not_outgrow_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let retention = Retention { max_events: 100, ..Retention::default() };
    let (writer, _, mut other) = start(&folder, 1 << 20, retention, || 0, SELDOM).await;
    for _ in 0..4 {
        writer.record(told(&vec![event(1); 3_000])).await.unwrap();
    }
    // Whole blocks go: those of which no event is among so many newest.
    until(async || count(&mut other).await == 12_000 - (12_000 - 100) / 256 * 256).await;
    assert_eq!(size(&mut other).await, 12_000);
}

#[tokio::test]
async fn what_is_too_old_goes_while_nothing_is_recorded() {
    static NOW: AtomicI64 = AtomicI64::new(10);
    let folder = tempfile::tempdir().unwrap();
    let retention = Retention { max_age: 100, ..Retention::default() };
    let (writer, _, mut other) =
        start(&folder, 1 << 20, retention, || NOW.load(Ordering::Relaxed), Duration::from_millis(20)).await;
    writer.record(told(&vec![event(10); 2_000])).await.unwrap();
    writer.record(told(&[event(50)])).await.unwrap();
    assert_eq!(count(&mut other).await, 2_001);
    NOW.store(120, Ordering::Relaxed);
    until(async || count(&mut other).await == 1).await;
}

#[tokio::test]
async fn decisions_leave_room_for_changes() {
    static FREE: AtomicU64 = AtomicU64::new(1_000);
    let folder = tempfile::tempdir().unwrap();
    let reserve = Arc::new(Reserve::measured(Some(folder.path()), 500, |_| Ok(FREE.load(Ordering::Relaxed))));
    let (writer, writable, mut other) =
        start_reserving(&folder, 1 << 20, Retention::default(), || 0, SELDOM, Arc::clone(&reserve)).await;
    writer.record(told(&[event(1)])).await.unwrap();
    FREE.store(400, Ordering::Relaxed);
    reserve.set(500);
    for _ in 0..3 {
        let refused = writer.record(told(&[event(2)])).await.unwrap_err();
        assert!(matches!(refused, RecordError::Reserve), "{refused}");
    }
    // What is administered is still written, beside decisions that are refused.
    let credential = DevelopmentCredential {
        id: "first".into(),
        secret_sha256: [7; 32],
        tenant: "default".into(),
        created_at: 0,
        expires_at: 100,
    };
    let refused = writer.record(told(&[event(3)]));
    let (refused, saved) = tokio::join!(refused, writer.save_credential(credential));
    assert!(matches!(refused, Err(RecordError::Reserve)));
    saved.unwrap();
    let changed: Result<u64, _> = writer
        .alone(|link| {
            Box::pin(async move { link.execute("DELETE FROM development_credential", values![]).await })
        })
        .await;
    assert_eq!(changed.unwrap(), 1);
    // What may as well be lost is.
    let aside: Result<u64, _> = writer
        .aside(1, |link| {
            Box::pin(async move { link.execute("DELETE FROM development_credential", values![]).await })
        })
        .await;
    assert!(matches!(aside, Err(RecordError::Reserve)), "{aside:?}");
    assert!(writable.load(Ordering::Relaxed) && reserve.is_reached());
    assert_eq!(count(&mut other).await, 1);

    FREE.store(600, Ordering::Relaxed);
    until(async || writer.record(told(&[event(4)])).await.is_ok()).await;
    assert!(!reserve.is_reached());
    let failed: Result<u64, _> =
        writer.aside(1, |link| Box::pin(async move { link.execute("no statement", values![]).await })).await;
    assert!(matches!(failed, Err(RecordError::Failed(_))), "{failed:?}");
    assert!(writable.load(Ordering::Relaxed), "the store is as writable as before");
}

/// How many of those that come one by one, each a turn after the one before, are taken together.
async fn taken_together(gathered: Instant) -> usize {
    const ALL: usize = 20;
    let (writer, mut queue) = Writer::new();
    let writer = Arc::new(writer);
    for turns in 0..ALL {
        let writer = Arc::clone(&writer);
        tokio::spawn(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            writer.record(told(&[event(1)])).await
        });
    }
    let mut taken = vec![queue.recv().await.unwrap()];
    while let Some(write) = beside(&mut queue, gathered).await {
        taken.push(write);
    }
    taken.len()
}

#[tokio::test]
async fn a_group_waits_for_those_that_are_coming_but_not_for_long() {
    assert_eq!(taken_together(Instant::now() + SELDOM).await, 20);
    assert_eq!(taken_together(Instant::now()).await, 1);
}
