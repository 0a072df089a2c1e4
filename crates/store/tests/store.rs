//! The store as its users see it: what is answered is on disk, pages are whole, bounds hold.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use casemate_store::{
    DataFolder, DecisionEvent, DecisionFilter, MAX_PAGE, Party, RecordedDecision, Retention, Store,
    StoreError, StoreReader,
};

fn event(at: i64, subject: &str, decision: RecordedDecision) -> DecisionEvent {
    let party = |id: &str| Party { provider: "corp".into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at,
        request_id: format!("request-{at}"),
        item: 3,
        tenant: "default".into(),
        application: Some("cms".into()),
        caller: party("caller"),
        credential: Some("ses_x".into()),
        subject: party(subject),
        action: "cms.entry".into(),
        resource_type: Some("entry".into()),
        resource_id: None,
        decision,
        reason: "no_permission".into(),
        permission: Some("cms.*".into()),
        revision: 7,
    }
}

fn folder() -> (tempfile::TempDir, DataFolder) {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    (parent, folder)
}

async fn open(folder: &DataFolder) -> Store {
    Store::open(folder, Retention::default(), || 0).await.unwrap()
}

/// Waits until decisions are appended.
async fn appending(store: &Store) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while store.record_lag().is_none() {
        assert!(std::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn what_was_recorded_is_read_by_another_reader_while_the_writer_lives() {
    let (_parent, folder) = folder();
    let store = open(&folder).await;
    let recorded = event(1, "ada", RecordedDecision::Denied);
    store.record(vec![recorded.clone()]).await.unwrap();
    let page = StoreReader::open(&folder)
        .await
        .unwrap()
        .decisions(&DecisionFilter::default(), None, 10)
        .await
        .unwrap();
    assert_eq!(page.items.into_iter().map(|item| item.event).collect::<Vec<_>>(), [recorded]);
    assert_eq!(page.next, None);
    store.close().await;
}

#[tokio::test]
async fn the_database_belongs_to_its_owner_alone() {
    use std::os::unix::fs::MetadataExt;
    let (_parent, folder) = folder();
    let store = open(&folder).await;
    store.record(vec![event(1, "ada", RecordedDecision::Denied)]).await.unwrap();
    appending(&store).await;
    store.record(vec![event(2, "ada", RecordedDecision::Denied)]).await.unwrap();
    let files = |path: &std::path::Path| -> Vec<_> {
        std::fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).collect()
    };
    let segments = folder.path().join("segments");
    assert_eq!(segments.metadata().unwrap().mode() & 0o777, 0o700);
    let found = [files(folder.path()), files(&segments)].concat();
    for file in found.iter().filter(|file| **file != segments) {
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600, "{file:?}");
    }
    assert!(found.len() >= 4, "the database and its log, and a segment in its folder: {found:?}");
    store.close().await;
    assert_eq!(files(&segments).len(), 0, "all is in the database");
    assert_eq!(files(folder.path()).len(), 2, "the log was folded into the database");
}

#[tokio::test]
async fn many_waiting_requests_are_all_committed() {
    let (_parent, folder) = folder();
    let store = open(&folder).await;
    let waiting: Vec<_> = (0..500)
        .map(|at| store.record(vec![event(at, "ada", RecordedDecision::Denied); 3]))
        .map(Box::pin)
        .collect();
    for outcome in join(waiting).await {
        outcome.unwrap();
    }
    let page = store.reader().decisions(&DecisionFilter::default(), None, MAX_PAGE).await.unwrap();
    assert_eq!(page.items.len(), MAX_PAGE as usize);
    let rest = store.reader().decisions(&DecisionFilter::default(), page.next, MAX_PAGE).await.unwrap();
    assert_eq!(rest.items.len(), 500);
    assert_eq!(rest.next, None);
    store.close().await;
}

#[tokio::test]
async fn a_full_queue_refuses_instead_of_waiting() {
    let (_parent, folder) = folder();
    let store = open(&folder).await;
    // Nothing is served until the first await that the writer task can run in, so the queue fills.
    let waiting: Vec<_> = (0..2_000)
        .map(|at| Box::pin(store.record(vec![event(at, "ada", RecordedDecision::Denied)])))
        .collect();
    let outcomes = join(waiting).await;
    let recorded = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let busy =
        outcomes.iter().filter(|outcome| matches!(outcome, Err(casemate_store::RecordError::Busy))).count();
    assert_eq!((recorded, busy), (1_024, 976));
    let mut kept = 0;
    let mut before = None;
    loop {
        let page = store.reader().decisions(&DecisionFilter::default(), before, MAX_PAGE).await.unwrap();
        kept += page.items.len();
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(kept, recorded, "what was answered with an error was not recorded, all else was");
    store.close().await;
}

#[tokio::test]
async fn what_waits_is_bounded_in_events_too() {
    let (_parent, folder) = folder();
    let store = open(&folder).await;
    let most = casemate_store::MAX_WAITING as usize;
    let event = event(1, "ada", RecordedDecision::Denied);
    let refused = store.record(vec![event.clone(); most + 1]).await;
    assert!(matches!(refused, Err(casemate_store::RecordError::Busy)));
    let half = || Box::pin(store.record(vec![event.clone(); most / 2]));
    let outcomes = join(vec![half(), half(), half()]).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "the third found no room");
    store.record(vec![event]).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn the_database_stops_growing_at_its_size() {
    let (_parent, folder) = folder();
    let retention = Retention { max_bytes: 512 << 10, ..Retention::default() };
    let store = Store::open(&folder, retention, || 0).await.unwrap();
    for at in 0..300 {
        store.record(vec![event(at, &"x".repeat(200), RecordedDecision::Denied); 100]).await.unwrap();
    }
    store.close().await;
    let bytes = std::fs::metadata(folder.database()).unwrap().len();
    // What comes into the database at once is over its bound until the oldest is deleted.
    assert!(bytes < 3 << 20, "{bytes} bytes");
    let store = Store::open(&folder, retention, || 0).await.unwrap();
    let page = store.reader().decisions(&DecisionFilter::default(), None, 1).await.unwrap();
    assert_eq!(page.items[0].event.at, 299, "the newest are kept");
    store.close().await;
}

#[tokio::test]
async fn reading_needs_a_database() {
    let (_parent, folder) = folder();
    assert!(matches!(StoreReader::open(&folder).await, Err(StoreError::Missing { .. })));
}

/// Drives all of them at once, in one task.
async fn join<F: Future + Unpin>(mut futures: Vec<F>) -> Vec<F::Output> {
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut done = true;
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none() {
                match std::pin::Pin::new(future).poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => done = false,
                }
            }
        }
        if done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outputs.into_iter().map(Option::unwrap).collect()
}
