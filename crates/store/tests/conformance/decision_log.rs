//! The log of questions: sealed batches that go by their age and their size.

use casemate_store::{
    DECISION_LOG, DECISION_LOG_FIELD, DataFolder, LogRetention, LoggedBatch, RootKeys, Sealer, Store, reseal,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::place::Place;

const ALL: LogRetention = LogRetention { max_age: i64::MAX, max_bytes: u64::MAX };

fn batch(sealer: &Sealer, number: i64, text: &str) -> LoggedBatch {
    let id = format!("log_{number:032x}");
    let sealed = sealer.seal(DECISION_LOG, &id, DECISION_LOG_FIELD, &SecretString::from(text)).unwrap();
    LoggedBatch { seq: 0, first_at: number, last_at: number + 1, entries: 2, lost: 3, sealed }
}

async fn numbers(store: &Store) -> Vec<i64> {
    let batches = store.reader().decision_log(None, 64).await.unwrap();
    batches.iter().map(|batch| batch.first_at).collect()
}

pub(crate) async fn a_logged_batch_is_read_as_it_was_written(place: Place) {
    let store = place.open().await;
    let sealer = Sealer::new(&RootKeys::generate().unwrap());
    for number in 1..=3 {
        store.log_decisions(batch(&sealer, number, "a question\n")).await.unwrap();
    }
    assert_eq!(numbers(&store).await, [3, 2, 1], "the newest first");
    let newest = store.reader().decision_log(None, 1).await.unwrap().remove(0);
    assert_eq!(sealer.open(&newest.sealed).unwrap().expose_secret(), "a question\n");
    let before = store.reader().decision_log(Some(newest.seq), 1).await.unwrap().remove(0);
    assert_eq!(
        LoggedBatch { seq: 0, ..before.clone() },
        LoggedBatch { sealed: before.sealed.clone(), ..batch(&sealer, 2, "") }
    );
    // In another batch's place it does not open.
    let mut moved = before.sealed.clone();
    moved.id.clone_from(&newest.sealed.id);
    assert!(sealer.open(&moved).is_err());
    // The key that seals it is in use.
    let used = store.reader().root_keys_in_use().await.unwrap();
    assert!(used.contains(&sealer.current_id()), "{used:?}");
    let mut large = batch(&sealer, 4, "");
    large.sealed.sealed = vec![0; 1 << 20];
    assert!(store.log_decisions(large).await.is_err());
    assert_eq!(numbers(&store).await, [3, 2, 1]);
    // What else stands in the row is read in the file as it is; nothing that was asked is.
    if let Place::Folder { data, .. } = &place {
        let holds = |words: &str| holds(data, words.as_bytes());
        assert!(holds(&newest.sealed.id) && holds(&newest.sealed.root_key));
        assert!(!holds("a question"));
    }
    store.close().await;
}

/// Whether some file of a data folder holds these bytes.
fn holds(data: &DataFolder, bytes: &[u8]) -> bool {
    std::fs::read_dir(data.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .any(|path| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes))
}

pub(crate) async fn the_oldest_logged_batches_go_by_age_and_by_size(place: Place) {
    let store = place.open().await;
    let sealer = Sealer::new(&RootKeys::generate().unwrap());
    let bytes = batch(&sealer, 1, "a question\n").sealed.sealed.len() as u64;
    for number in 1..=6 {
        store.log_decisions(batch(&sealer, number, "a question\n")).await.unwrap();
    }
    let by_age = LogRetention { max_age: 10, ..ALL };
    assert!(store.prune_decision_log(by_age, 13).await.unwrap());
    assert_eq!(numbers(&store).await, [6, 5, 4, 3, 2], "whose last question is older than the bound");
    assert!(!store.prune_decision_log(by_age, 13).await.unwrap());
    let by_size = LogRetention { max_bytes: 3 * bytes, ..ALL };
    assert!(store.prune_decision_log(by_size, 13).await.unwrap());
    assert_eq!(numbers(&store).await, [6, 5, 4]);
    store.log_decisions(batch(&sealer, 7, "a question\n")).await.unwrap();
    assert_eq!(numbers(&store).await, [7, 6, 5, 4], "adding looks at no bound");
    assert!(store.prune_decision_log(by_size, 13).await.unwrap());
    assert_eq!(numbers(&store).await, [7, 6, 5]);
    store.close().await;
}

pub(crate) async fn logged_batches_are_sealed_anew_after_a_rotation(place: Place) {
    let store = place.open().await;
    let keys = RootKeys::generate().unwrap();
    let sealer = Sealer::new(&keys);
    for number in 1..=70 {
        store.log_decisions(batch(&sealer, number, &format!("question {number}\n"))).await.unwrap();
    }
    let before = store.reader().decision_log(None, 1).await.unwrap().remove(0);
    let rotated = keys.rotated().unwrap();
    sealer.replace_keys(&rotated);
    let done = reseal(&store, &sealer, "me", || 5).await.unwrap();
    assert_eq!((done.secrets, done.failures.len()), (70, 0), "{done:?}");
    let used: Vec<String> = store.reader().root_keys_in_use().await.unwrap().into_iter().collect();
    assert_eq!(used, [sealer.current_id()], "the older one may go");
    let only_new = Sealer::new(&rotated.only(|_| false));
    let newest = store.reader().decision_log(None, 1).await.unwrap().remove(0);
    assert_eq!(only_new.open(&newest.sealed).unwrap().expose_secret(), "question 70\n");
    assert_eq!(LoggedBatch { sealed: before.sealed.clone(), ..newest }, before, "all else is as it was");
    assert_eq!(numbers(&store).await.len(), 64);
    store.close().await;
}
