//! How many events applications record, counted by all processes together.

use casemate_store::{CommitError, EVENTS_OF_DAY, EVENTS_OF_MINUTE, EventQuota, Operation, Store};

use crate::place::{Place, commit, event};

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn count(store: &Store, application: &str, at: i64, count: i64) -> Result<i64, &'static str> {
    let application = application.to_owned();
    let quota = EventQuota::Count { application, count, per_minute: 5, per_day: 8 };
    let events = (0..count).map(|_| event("notes.read", "7")).collect();
    let commit = casemate_store::Commit { at, ..commit(None, vec![Operation::EventQuota(quota)], events) };
    match store.commit(commit).await {
        Err(CommitError::UsedUp { what }) => Err(what),
        outcome => Ok(outcome.unwrap()),
    }
}

async fn tell(store: &Store, at: i64, of_day: bool) -> bool {
    let quota = EventQuota::Tell { application: "notes".to_owned(), of_day };
    let commit =
        casemate_store::Commit { at, ..commit(None, vec![Operation::EventQuota(quota)], Vec::new()) };
    store.commit(commit).await.is_ok()
}

pub(crate) async fn a_quota_is_one_for_all_processes(place: Place) {
    let (one, other) = tokio::join!(place.open(), place.open());
    let at = 1_000 * DAY;
    let before = one.reader().position().await.unwrap();
    assert!(count(&one, "notes", at, 3).await.is_ok());
    assert!(count(&other, "notes", at + 1, 2).await.is_ok());
    assert_eq!(count(&one, "notes", at + 2, 1).await, Err(EVENTS_OF_MINUTE));
    assert!(count(&other, "shop", at + 2, 5).await.is_ok(), "each application has its own");
    // Nothing of what is refused is on record, and counting is no change.
    assert_eq!(one.reader().log_state().await.unwrap().size, 10);
    assert_eq!(one.reader().position().await.unwrap(), before);
    // Only the first says that some were refused.
    assert!(tell(&one, at + 3, false).await && !tell(&other, at + 4, false).await);
    assert!(tell(&other, at + 4, true).await && !tell(&one, at + 5, true).await);
    assert!(tell(&other, at + MINUTE, false).await);
    // The next minute has room, and the day less.
    assert!(count(&other, "notes", at + MINUTE, 3).await.is_ok());
    // A clock that is a little behind counts in the minute that has begun.
    assert_eq!(count(&one, "notes", at, 1).await, Err(EVENTS_OF_DAY));
    assert!(count(&one, "notes", at + DAY, 5).await.is_ok());
    // One that was far ahead is not believed.
    assert!(count(&one, "notes", at, 5).await.is_ok());
    one.close().await;
    other.close().await;
}

pub(crate) async fn what_is_counted_at_once_is_never_too_much(place: Place) {
    let (one, other) = tokio::join!(place.open(), place.open());
    let at = 1_000 * DAY;
    let six = async |store: &Store| {
        let mut taken = 0;
        for _ in 0..6 {
            taken += i32::from(count(store, "notes", at, 1).await.is_ok());
        }
        taken
    };
    let (some, others) = tokio::join!(six(&one), six(&other));
    assert_eq!(some + others, 5);
    one.close().await;
    other.close().await;
}
