//! What is archived, while the archive hangs: it holds nobody up who asks for something else.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use casemate_store::{
    LogEvent, LogQuery, NextFile, Shelf, ShelfError, ShelfFuture, Shelved, Shelving, Store,
};
use tokio::sync::Semaphore;

use crate::place::{Place, commit, event};

/// An archive in memory, which answers when it is told to.
#[derive(Debug)]
struct Held {
    events: Vec<LogEvent>,
    /// How many were asked for, and how many may be answered.
    asked: Semaphore,
    answers: Semaphore,
    /// Why it does not answer.
    fails: Mutex<Option<ShelfError>>,
}

impl Shelf for Held {
    fn read<'a>(&'a self, shelved: &'a Shelved) -> ShelfFuture<'a, Arc<Vec<LogEvent>>> {
        Box::pin(async move {
            self.asked.add_permits(1);
            self.answers.acquire().await.unwrap().forget();
            if let Some(error) = self.fails.lock().unwrap().clone() {
                return Err(error);
            }
            let range = shelved.first..shelved.first + shelved.count;
            Ok(Arc::new(self.events.iter().filter(|event| range.contains(&event.index)).cloned().collect()))
        })
    }

    fn next<'a>(&'a self, _: &'a str) -> ShelfFuture<'a, NextFile> {
        unreachable!("nothing is erased")
    }

    fn rewrite<'a>(&'a self, _: &'a [Shelved], _: &'a str, _: &'a BTreeSet<u64>) -> ShelfFuture<'a, ()> {
        unreachable!("nothing is erased")
    }

    fn delete<'a>(&'a self, _: &'a str) -> ShelfFuture<'a, ()> {
        unreachable!("nothing is deleted")
    }
}

async fn append(store: &Store, from: u64, count: u64) {
    let events = (from..from + count).map(|number| event("casemate.role.update", &format!("rol_{number}")));
    store.commit(commit(None, vec![], events.collect())).await.unwrap();
}

/// A log of two blocks, of which the first is archived, and some events behind them.
async fn archived(place: &Place) -> (Store, Arc<Held>) {
    let store = place.open().await;
    append(&store, 0, 600).await;
    let events = store.reader().log_events(0, 1_000).await.unwrap();
    let groups = vec![Shelved { file: "month".to_owned(), group: 0, first: 0, count: 256 }];
    let event = event("casemate.audit-log.archive", "month");
    let shelving = Shelving { first: 0, end: 1, groups, texts: 256, fence: None, event };
    assert!(store.shelve(shelving).await.unwrap());
    let (asked, answers) = (Semaphore::new(0), Semaphore::new(0));
    let shelf = Arc::new(Held { events, asked, answers, fails: Mutex::new(None) });
    store.keep_shelf(shelf.clone());
    (store, shelf)
}

fn oldest() -> LogQuery {
    LogQuery { oldest_first: true, ..LogQuery::default() }
}

pub(crate) async fn an_archive_that_hangs_holds_up_nobody_who_asks_for_something_else(place: Place) {
    let (store, shelf) = archived(&place).await;
    let before = store.reader().log_state().await.unwrap().size;
    let reading: Vec<_> = (0..12)
        .map(|number| {
            let reader = store.reader().clone();
            tokio::spawn(async move {
                match number % 3 {
                    0 => reader.log_events(0, 256).await.map(|events| events.len()),
                    1 => reader.log_tile(0, 0, 256).await.map(|tile| tile.unwrap().len() / 32),
                    _ => reader.log_search(&oldest(), None, 1_000).await.map(|page| page.items.len()),
                }
            })
        })
        .collect();
    // All of them wait for the archive, and none of them has a connection, of which there are four.
    let all = tokio::time::timeout(Duration::from_secs(60), shelf.asked.acquire_many(12));
    all.await.unwrap().unwrap().forget();
    store.reader().ping().await.unwrap();
    let newest = store.reader().log_search(&LogQuery::default(), None, 100).await.unwrap();
    assert_eq!(newest.items.len(), 100);
    assert_eq!(store.reader().log_events(256, 10).await.unwrap()[0].index, 256);
    // Meanwhile the events behind the blocks become one.
    append(&store, 600, 300).await;
    shelf.answers.add_permits(12);
    for (number, read) in reading.into_iter().enumerate() {
        let found = read.await.unwrap().unwrap();
        let all = usize::try_from(before).unwrap();
        assert_eq!(found, if number % 3 == 2 { all } else { 256 }, "{number}");
    }
    store.close().await;
}

pub(crate) async fn an_archive_that_is_late_says_so_and_the_rest_is_found(place: Place) {
    let (store, shelf) = archived(&place).await;
    let reason = "the archive did not answer".to_owned();
    *shelf.fails.lock().unwrap() = Some(ShelfError { reason, is_late: true });
    shelf.answers.add_permits(100);
    let reader = store.reader();
    for error in [
        reader.log_search(&oldest(), None, 10).await.unwrap_err(),
        reader.log_events(3, 10).await.unwrap_err(),
        reader.log_tile(0, 0, 256).await.unwrap_err(),
    ] {
        assert!(error.is_of_late_archive() && error.is_of_archive() && !error.is_of_lost_events(), "{error}");
    }
    let page = reader.log_search(&LogQuery::default(), None, 50).await.unwrap();
    assert_eq!(page.items.len(), 50);
    *shelf.fails.lock().unwrap() = Some(ShelfError { reason: "damaged".to_owned(), is_late: false });
    let error = reader.log_events(3, 10).await.unwrap_err();
    assert!(error.is_of_archive() && !error.is_of_late_archive(), "{error}");
    store.close().await;
}
