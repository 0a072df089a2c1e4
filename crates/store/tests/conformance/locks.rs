//! Attempts that are lost, accounts that are locked, and wrong secrets that are counted once.

use std::sync::Arc;

use casemate_store::{
    AccountChange, Actor, Attempt, AttemptLimit, BlockEntry, BlockKind, BlockQuery, Checked, Commit,
    CommitError, Draft, Growth, Guess, KNOWN_FOR, LockedKeys, MAX_KNOWN_NETWORKS, Operation, Reservation,
    SeenNetwork, Store, UserRecord,
};

use crate::place::Place;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const LOCK: Growth = Growth { first: 5 * MINUTE, longest: 60 * MINUTE };

fn limit(key: &str, most: i64, lock: Option<Growth>) -> AttemptLimit {
    AttemptLimit { key: key.to_owned(), most, window: 10 * MINUTE, lock }
}

async fn reserved(store: &Store, limits: &[AttemptLimit], now: i64) -> Reservation {
    match store.reserve_attempt(limits.to_vec(), now).await.unwrap() {
        Attempt::Reserved(reservation) => reservation,
        refused => unreachable!("{refused:?}"),
    }
}

async fn commit(store: &Store, at: i64, operation: Operation) -> Result<i64, CommitError> {
    let (actor, summary, events) = (Actor::default(), String::new(), Vec::new());
    let operations = vec![operation];
    store.commit(Commit { base: None, at, actor, summary, operations, events, fence: None }).await
}

fn user(id: &str) -> Operation {
    let user = UserRecord {
        id: id.to_owned(),
        tenant: "default".to_owned(),
        provider: "casemate".to_owned(),
        subject: Some(id.to_owned()),
        login: format!("{id}@Example.com"),
        active: true,
        attributes: "{}".to_owned(),
        ..UserRecord::default()
    };
    Operation::PutUser { user: Box::new(user), expected: None }
}

pub(crate) async fn what_is_reserved_and_lost_counts_for_a_minute(place: Place) {
    let store = place.open().await;
    let limits = [limit("network\n192.0.2.7/32", 2, None)];
    // Whoever reserved these is gone.
    let lost = [reserved(&store, &limits, 0).await, reserved(&store, &limits, SECOND).await];
    let waits = store.reserve_attempt(limits.to_vec(), MINUTE + SECOND - 1).await.unwrap();
    assert_eq!(waits, Attempt::UnderWay);
    let now = MINUTE + SECOND;
    let taken = [reserved(&store, &limits, now).await, reserved(&store, &limits, now).await];
    // One that comes back after all gives back no place of others.
    let [late, _] = lost;
    store.settle_attempt(late, Checked::Right, Vec::new(), None, now).await.unwrap();
    assert_eq!(store.reserve_attempt(limits.to_vec(), now).await.unwrap(), Attempt::UnderWay);
    for reservation in taken {
        store.settle_attempt(reservation, Checked::Wrong, Vec::new(), None, now).await.unwrap();
    }
    let refused = store.reserve_attempt(limits.to_vec(), now).await.unwrap();
    assert!(matches!(refused, Attempt::Refused { .. }), "{refused:?}");
    store.close().await;
}

async fn fail(store: &Store, key: &str, now: i64) {
    let limits = [limit(key, 1, Some(LOCK))];
    let reservation = reserved(store, &limits, now).await;
    let full = store.settle_attempt(reservation, Checked::Wrong, Vec::new(), None, now).await.unwrap();
    assert_eq!(full.len(), 1);
}

async fn found(store: &Store, query: BlockQuery) -> Vec<BlockEntry> {
    store.reader().blocks_and_locks(&BlockQuery { now: MINUTE, limit: 100, ..query }).await.unwrap()
}

pub(crate) async fn locks_are_listed_beside_blocks_and_lifted(place: Place) {
    let store = place.open().await;
    for id in ["usr_ada", "usr_bob"] {
        commit(&store, 1, user(id)).await.unwrap();
    }
    let block = casemate_store::AddressBlock {
        id: "blk_1".to_owned(),
        network: "192.0.2.9/32".to_owned(),
        times: 1,
        blocked_at: 1,
        until: 5 * MINUTE,
        revision: 0,
    };
    commit(&store, 1, Operation::Block(block)).await.unwrap();
    for key in [
        "password\nusr_ada",
        "password\nusr_ada\n192.0.2.7/32",
        "second factor\nusr_bob",
        "password\nusr_nobody",
    ] {
        fail(&store, key, MINUTE - 1).await;
    }
    let all = found(&store, BlockQuery::default()).await;
    let mut told: Vec<_> = all
        .iter()
        .map(|entry| (entry.kind.as_str(), entry.user.as_deref(), entry.network.as_deref()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("account", Some("usr_ada"), None),
            ("account", Some("usr_bob"), None),
            ("account_and_network", Some("usr_ada"), Some("192.0.2.7/32")),
            ("network", None, Some("192.0.2.9/32")),
        ],
        "of who is nobody nothing is told"
    );
    assert!(all.is_sorted_by_key(|entry| entry.id.clone()));
    let after = BlockQuery { after: Some((all[1].id.clone(), all[1].id.clone())), ..BlockQuery::default() };
    assert_eq!(found(&store, after).await, all[2..]);
    let of = |query: BlockQuery| async { found(&store, query).await.len() };
    assert_eq!(of(BlockQuery { kind: Some(BlockKind::Account), ..BlockQuery::default() }).await, 2);
    assert_eq!(of(BlockQuery { user: Some("usr_ada".to_owned()), ..BlockQuery::default() }).await, 2);
    for (search, count) in [("USR_BOB@example", 1), ("192.0.2", 2), ("%", 0), ("", 4)] {
        let query = BlockQuery { search: Some(search.to_owned()), ..BlockQuery::default() };
        assert_eq!(of(query).await, count, "{search}");
    }

    let lock = all.iter().find(|entry| entry.what.as_deref() == Some("second factor")).unwrap();
    assert_eq!((lock.until, lock.times), (6 * MINUTE - 1, 1));
    assert_eq!(store.reader().block_or_lock(&lock.id, MINUTE).await.unwrap().as_ref(), Some(lock));
    let lift = || Operation::Account(AccountChange::LiftLock { id: lock.id.clone() });
    commit(&store, MINUTE, lift()).await.unwrap();
    let again = commit(&store, MINUTE, lift()).await;
    assert!(matches!(again, Err(CommitError::UsedUp { .. })), "{again:?}");
    assert_eq!(store.reader().block_or_lock(&lock.id, MINUTE).await.unwrap(), None);
    reserved(&store, &[limit("second factor\nusr_bob", 1, Some(LOCK))], MINUTE).await;
    // With the password a link sets, and with the user, they end too.
    store.forget_attempts_of("password\nusr_ada".to_owned()).await.unwrap();
    assert_eq!(of(BlockQuery { user: Some("usr_ada".to_owned()), ..BlockQuery::default() }).await, 0);
    store.close().await;
}

fn guess(network: &str, number: u8) -> Guess {
    Guess { limit: limit(&format!("secrets\n{network}"), 5, None), mark: [number; 2] }
}

pub(crate) async fn the_same_wrong_secret_is_counted_once_whoever_is_asked(place: Place) {
    // Two processes on one database.
    let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let counting: Vec<_> = (0..64_u8)
        .map(|number| {
            let store = Arc::clone(&stores[usize::from(number % 2)]);
            tokio::spawn(async move {
                // Four different ones of one network, and many more of another.
                let guesses = vec![guess("a", number % 4), guess("b", number), guess("b", number)];
                store.count_guesses(guesses, MINUTE).await.unwrap()
            })
        })
        .collect();
    let (mut told, mut over) = (0, 0);
    for counted in counting {
        let full = counted.await.unwrap();
        assert!(full.iter().all(|counted| counted.key == "secrets\nb"), "{full:?}");
        told += full.len();
        over += full.iter().filter(|counted| counted.is_over).count();
    }
    assert_eq!((told, over), (60, 59), "the fifth different one, and each after it");
    let full = stores[0].count_guesses(vec![guess("a", 3)], MINUTE).await.unwrap();
    assert!(full.is_empty());
    assert!(stores[1].reader().is_counted_guess("secrets\na", &[3; 2], MINUTE).await.unwrap());

    // What is looked at with a place of its own counts with them, and once.
    let limits = [guess("a", 0).limit];
    let places = [reserved(&stores[0], &limits, MINUTE).await];
    assert_eq!(stores[1].reserve_attempt(limits.to_vec(), MINUTE).await.unwrap(), Attempt::UnderWay);
    for reservation in places {
        let known = stores[1].settle_guess(reservation, Checked::Wrong, [3; 2], MINUTE).await.unwrap();
        assert!(known.is_empty(), "it was counted before");
    }
    let reservation = reserved(&stores[1], &limits, MINUTE).await;
    let full = stores[1].settle_guess(reservation, Checked::Wrong, [9; 2], MINUTE).await.unwrap();
    assert_eq!(full.len(), 1);
    let refused = stores[0].reserve_attempt(limits.to_vec(), MINUTE).await.unwrap();
    assert!(matches!(refused, Attempt::Refused { .. }), "{refused:?}");
    // With their window all are forgotten.
    let later = 12 * MINUTE;
    assert!(stores[0].count_guesses(vec![guess("b", 1)], later).await.unwrap().is_empty());
    assert!(!stores[0].reader().is_counted_guess("secrets\na", &[3; 2], later).await.unwrap());
}

fn account(id: &str) -> Operation {
    let (kind, tenant, origin) = ("service-account".to_owned(), "default".to_owned(), String::new());
    let (name, body) = (format!("name of {id}"), "{}".to_owned());
    Operation::Put(Draft { kind, id: id.to_owned(), tenant, name, body, origin })
}

/// A wrong secret of an account's key.
fn wrong(counter: &str, number: u8, most: i64) -> Guess {
    Guess { limit: limit(counter, most, Some(LOCK)), mark: [number; 2] }
}

pub(crate) async fn keys_of_a_service_account_are_locked_by_what_is_counted(place: Place) {
    // Two processes on one database.
    let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
    commit(&stores[0], 1, account("sva_1")).await.unwrap();
    let counting: Vec<_> = (0..64_u8)
        .map(|number| {
            let store = Arc::clone(&stores[usize::from(number % 2)]);
            let guesses = vec![
                wrong("api key\nsva_1", number, 10),
                wrong(&format!("api key\nsva_1\n192.0.2.{}/32", number % 4), number, 5),
                wrong("api key\nsva_nobody", number, 10),
            ];
            tokio::spawn(async move { store.count_guesses(guesses, MINUTE).await.unwrap() })
        })
        .collect();
    let mut locked = Vec::new();
    for counted in counting {
        let full = counted.await.unwrap().into_iter();
        locked.extend(full.filter_map(|full| full.locked_until.map(|until| (full.key, until))));
    }
    locked.sort_unstable();
    let pairs = (0..4).map(|number| format!("api key\nsva_1\n192.0.2.{number}/32"));
    let keys = ["api key\nsva_1".to_owned()].into_iter().chain(pairs);
    let all = keys.chain(["api key\nsva_nobody".to_owned()]).map(|key| (key, 6 * MINUTE));
    assert_eq!(locked, all.collect::<Vec<_>>(), "each once, however many come at once");

    let seen = |account: &str| SeenNetwork {
        account: account.to_owned(),
        network: "198.51.100.7/32".to_owned(),
        at: 7,
    };
    stores[1].note_networks(vec![seen("sva_1"), seen("sva_nobody")]).await.unwrap();
    let known = stores[0].reader().locked_keys().await.unwrap();
    let networks = (0..4).map(|number| (format!("192.0.2.{number}/32"), 6 * MINUTE)).collect();
    let expected = LockedKeys {
        account: "sva_1".to_owned(),
        until: 6 * MINUTE,
        networks,
        known: vec!["198.51.100.7/32".to_owned()],
    };
    let mut told = known.clone();
    told.iter_mut().for_each(|locked| locked.networks.sort_unstable());
    assert_eq!(told, [expected], "of an account that is not there nothing is locked");

    let of = BlockQuery { service_account: Some("sva_1".to_owned()), ..BlockQuery::default() };
    let listed = found(&stores[0], BlockQuery { kind: Some(BlockKind::Account), ..of.clone() }).await;
    assert_eq!(listed.len(), 1);
    let lock = &listed[0];
    assert_eq!((lock.login.as_deref(), lock.user.as_deref()), (Some("name of sva_1"), None));
    assert_eq!((lock.what.as_deref(), lock.until, lock.times), (Some("api key"), 6 * MINUTE, 1));
    let search = Some("OF SVA".to_owned());
    assert_eq!(found(&stores[0], BlockQuery { search, ..BlockQuery::default() }).await.len(), 5);
    let lift = Operation::Account(AccountChange::LiftLock { id: lock.id.clone() });
    commit(&stores[0], MINUTE, lift).await.unwrap();
    assert_eq!(stores[1].reader().locked_keys().await.unwrap()[0].until, 0);
    assert_eq!(found(&stores[0], of).await.len(), 4);
    // The next lock of a network lasts twice as long.
    let later = 7 * MINUTE;
    let guesses = (100..105).map(|number| wrong("api key\nsva_1\n192.0.2.1/32", number, 5)).collect();
    let full = stores[0].count_guesses(guesses, later).await.unwrap();
    assert_eq!(full[0].locked_until, Some(later + 10 * MINUTE));
}

pub(crate) async fn where_keys_are_known_is_kept_within_bounds_and_goes_with_the_account(place: Place) {
    let store = place.open().await;
    commit(&store, 1, account("sva_1")).await.unwrap();
    let now = 2 * KNOWN_FOR;
    store
        .count_guesses((0..10).map(|number| wrong("api key\nsva_1", number, 10)).collect(), now)
        .await
        .unwrap();
    let seen = |number: i64, at| SeenNetwork {
        account: "sva_1".to_owned(),
        network: format!("192.0.2.{number}/32"),
        at,
    };
    let known = async || store.reader().locked_keys().await.unwrap()[0].known.len();
    store.note_networks(vec![seen(1, now - KNOWN_FOR)]).await.unwrap();
    assert_eq!(known().await, 0, "it is too long ago");
    store.note_networks((0..40).map(|number| seen(number, now - number)).collect()).await.unwrap();
    assert_eq!(known().await, usize::try_from(MAX_KNOWN_NETWORKS).unwrap());
    // What is seen again that day is no newer for it, and stays.
    store.note_networks(vec![seen(39, now - 1)]).await.unwrap();
    let kept = store.reader().locked_keys().await.unwrap().remove(0).known;
    let is_kept = |number| kept.contains(&seen(number, 0).network);
    assert!(is_kept(39) && is_kept(20) && !is_kept(19) && !is_kept(0), "what came first: {kept:?}");
    // However many come the next day, it stays where it was used of late, and makes room a week later.
    let others = |at| (100..140).map(|number| seen(number, at)).collect::<Vec<_>>();
    store.note_networks(others(now + DAY)).await.unwrap();
    let mut left = store.reader().locked_keys().await.unwrap().remove(0).known;
    left.sort_unstable();
    let mut before = kept.clone();
    before.sort_unstable();
    assert_eq!(left, before);
    let later = now + 8 * DAY;
    store.note_networks([others(later), vec![seen(39, later + 1)]].concat()).await.unwrap();
    let left = store.reader().locked_keys().await.unwrap().remove(0).known;
    assert!(left.contains(&seen(39, 0).network) && left.contains(&seen(100, 0).network));
    assert_eq!(left.len(), usize::try_from(MAX_KNOWN_NETWORKS).unwrap());
    let gone = Operation::Remove { kind: "service-account".to_owned(), id: "sva_1".to_owned() };
    commit(&store, now, gone).await.unwrap();
    assert_eq!(store.reader().locked_keys().await.unwrap(), []);
    commit(&store, now, account("sva_1")).await.unwrap();
    store
        .count_guesses((50..60).map(|number| wrong("api key\nsva_1", number, 10)).collect(), now)
        .await
        .unwrap();
    assert!(store.reader().locked_keys().await.unwrap().iter().all(|locked| locked.known.is_empty()));
    store.close().await;
}
