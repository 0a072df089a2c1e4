//! Local accounts: passwords, sign-ins that wait, networks that are known, and counted attempts.

use std::sync::Arc;

use casemate_store::{
    AccountChange, Actor, Attempt, AttemptLimit, Checked, Commit, CommitError, Growth, KNOWN_FOR, Lockout,
    MAX_KNOWN_NETWORKS, MAX_STEPS, Operation, PASSWORD_FIELD, Reservation, SealedSecret, SignInStep, Store,
    StoredSession, USER_SECRETS, UserRecord, VersionQuery,
};

use crate::place::Place;
use crate::sessions::session;

fn sealed(user: &str, content: &[u8]) -> SealedSecret {
    SealedSecret {
        kind: USER_SECRETS.to_owned(),
        id: user.to_owned(),
        field: PASSWORD_FIELD.to_owned(),
        root_key: "key".to_owned(),
        sealed: content.to_vec(),
    }
}

fn put_password(user: &str, founder: bool, content: &[u8]) -> Operation {
    let sealed = sealed(user, content);
    Operation::Account(AccountChange::PutPassword { user: user.to_owned(), founder, sealed })
}

fn user(id: &str) -> Operation {
    let user = UserRecord {
        id: id.to_owned(),
        tenant: "default".to_owned(),
        provider: "casemate".to_owned(),
        subject: Some(id.to_owned()),
        login: format!("{id}@example.com"),
        active: true,
        attributes: "{}".to_owned(),
        ..UserRecord::default()
    };
    Operation::PutUser { user: Box::new(user), expected: Some(0) }
}

async fn commit(store: &Store, at: i64, operations: Vec<Operation>) -> Result<i64, CommitError> {
    let (actor, summary, events) = (Actor::default(), String::new(), Vec::new());
    store.commit(Commit { base: None, at, actor, summary, operations, events, fence: None }).await
}

fn limit(key: &str, most: i64, lock: Option<Growth>) -> AttemptLimit {
    AttemptLimit { key: key.to_owned(), most, window: 1_000, lock }
}

async fn reserved(store: &Store, limits: &[AttemptLimit], now: i64) -> Reservation {
    match store.reserve_attempt(limits.to_vec(), now).await.unwrap() {
        Attempt::Reserved(reservation) => reservation,
        refused => unreachable!("{refused:?}"),
    }
}

async fn fail(store: &Store, limits: &[AttemptLimit], now: i64) -> Vec<Lockout> {
    let reservation = reserved(store, limits, now).await;
    store.settle_attempt(reservation, Checked::Wrong, Vec::new(), None, now).await.unwrap()
}

pub(crate) async fn whatever_comes_at_once_no_more_is_looked_at_than_may_be_wrong(place: Place) {
    // Two processes on one database.
    let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let limits = [limit("network\n192.0.2.7/32", 5, None), limit("password\nusr_1", 10, None)];
    let tries: Vec<_> = (0..64)
        .map(|number| {
            let (store, limits) = (Arc::clone(&stores[number % 2]), limits.to_vec());
            tokio::spawn(async move {
                let attempt = store.reserve_attempt(limits, 1_000).await.unwrap();
                match attempt {
                    Attempt::Reserved(reservation) => Some(reservation),
                    Attempt::UnderWay => None,
                    refused @ Attempt::Refused { .. } => unreachable!("nothing failed yet: {refused:?}"),
                }
            })
        })
        .collect();
    let mut reservations = Vec::new();
    for tried in tries {
        reservations.extend(tried.await.unwrap());
    }
    assert_eq!(reservations.len(), 5);
    for (number, reservation) in reservations.into_iter().enumerate() {
        let store = &stores[number % 2];
        let full = store.settle_attempt(reservation, Checked::Wrong, Vec::new(), None, 1_100).await.unwrap();
        let keys: Vec<_> = full.iter().map(|lockout| lockout.key.as_str()).collect();
        assert_eq!(keys, if number == 4 { &["network\n192.0.2.7/32"][..] } else { &[] });
    }
    let refused = stores[1].reserve_attempt(limits.to_vec(), 1_200).await.unwrap();
    assert_eq!(refused, Attempt::Refused { key: limits[0].key.clone(), until: 2_000 });
    let seen = stores[0].reader().refused_attempt(&limits, 1_200).await.unwrap();
    assert_eq!(seen.map(|lockout| lockout.until), Some(2_000));
    // What was refused by one limit took nothing of the others.
    let others = [limit("network\n192.0.2.8/32", 5, None), limits[1].clone()];
    for _ in 0..5 {
        reserved(&stores[0], &others, 1_300).await;
    }
    assert_eq!(stores[0].reserve_attempt(others.to_vec(), 1_300).await.unwrap(), Attempt::UnderWay);
}

pub(crate) async fn a_password_takes_the_place_of_the_one_that_was_looked_at(place: Place) {
    let store = Arc::new(place.open().await);
    commit(&store, 100, vec![user("usr_ada"), put_password("usr_ada", false, b"one")]).await.unwrap();
    let still = |changed_at| {
        Operation::Account(AccountChange::StillPassword { user: "usr_ada".to_owned(), changed_at })
    };
    let changes: Vec<_> = (0..4)
        .map(|_| {
            let (store, operations) =
                (Arc::clone(&store), vec![put_password("usr_ada", false, b"two"), still(100)]);
            tokio::spawn(async move { commit(&store, 200, operations).await })
        })
        .collect();
    let mut changed = 0;
    for change in changes {
        match change.await.unwrap() {
            Ok(_) => changed += 1,
            Err(CommitError::UsedUp { what }) => assert_eq!(what, "password"),
            Err(error) => unreachable!("{error}"),
        }
    }
    assert_eq!(changed, 1);
    Arc::into_inner(store).unwrap().close().await;
}

pub(crate) async fn whoever_was_deactivated_has_no_new_password_and_waits_for_nothing(place: Place) {
    let store = place.open().await;
    let Operation::PutUser { user: mut ada, .. } = user("usr_ada") else { unreachable!() };
    ada.active = false;
    commit(&store, 100, vec![Operation::PutUser { user: ada, expected: Some(0) }]).await.unwrap();
    let step = SignInStep {
        digest: [1; 32],
        user: "usr_ada".to_owned(),
        failures: 0,
        challenge: None,
        created_at: 100,
        expires_at: 1_000,
    };
    let waits = Operation::Account(AccountChange::BeginStep(step));
    for operation in [put_password("usr_ada", false, b"one"), waits] {
        let refused = commit(&store, 100, vec![operation]).await;
        assert!(matches!(refused, Err(CommitError::Missing { .. })), "{refused:?}");
    }
    store.close().await;
}

pub(crate) async fn what_was_tried_of_one_account_is_forgotten_by_itself(place: Place) {
    let store = place.open().await;
    let keys = ["password\nusr_1", "password\nusr_1\n192.0.2.7/32", "password\nusr_10", "code\nusr_1"];
    let lock = Growth { first: 500, longest: 500 };
    for key in keys {
        fail(&store, &[limit(key, 1, Some(lock))], 1_000).await;
    }
    store.forget_attempts_of("password\nusr_1".to_owned()).await.unwrap();
    let mut locked = Vec::new();
    for key in keys {
        let refused = store.reader().refused_attempt(&[limit(key, 1, Some(lock))], 1_100).await.unwrap();
        locked.push(refused.is_some());
    }
    assert_eq!(locked, [false, false, true, true]);
    store.close().await;
}

pub(crate) async fn an_attempt_that_is_right_gives_back_what_it_took(place: Place) {
    let store = place.open().await;
    let limits = [limit("a", 3, None), limit("b", 3, None)];
    fail(&store, &limits, 1_000).await;
    for now in 1_001..1_020 {
        let reservation = reserved(&store, &limits, now).await;
        let checked = if now % 2 == 0 { Checked::Right } else { Checked::Not };
        let full = store.settle_attempt(reservation, checked, Vec::new(), Some("b".to_owned()), now).await;
        assert_eq!(full.unwrap(), []);
    }
    // Of `a` the wrong one counts still, of `b` it is forgotten.
    assert_eq!(fail(&store, &limits, 1_030).await, []);
    assert_eq!(fail(&store, &limits[..1], 1_040).await, [Lockout { key: "a".to_owned(), until: 2_000 }]);
    assert_eq!(fail(&store, &limits[1..], 1_050).await, []);
    // When the window is over it begins anew, and what was reserved in the former is none of the new one's.
    let late = reserved(&store, &limits[1..], 1_060).await;
    fail(&store, &limits[..1], 2_000).await;
    fail(&store, &limits[1..], 2_010).await;
    let kept = reserved(&store, &limits[1..], 2_020).await;
    store.settle_attempt(late, Checked::Right, Vec::new(), None, 2_030).await.unwrap();
    let last = reserved(&store, &limits[1..], 2_040).await;
    assert_eq!(store.reserve_attempt(limits[1..].to_vec(), 2_050).await.unwrap(), Attempt::UnderWay);
    drop((kept, last));
}

pub(crate) async fn locks_grow_and_are_lifted(place: Place) {
    let store = place.open().await;
    let growth = Growth { first: 100, longest: 350 };
    let limits = [limit("account", 2, Some(growth))];
    let mut now = 1_000;
    for length in [100, 200, 350, 350] {
        assert_eq!(fail(&store, &limits, now).await, []);
        let until = now + length;
        assert_eq!(fail(&store, &limits, now).await, [Lockout { key: "account".to_owned(), until }]);
        let refused = store.reserve_attempt(limits.to_vec(), until - 1).await.unwrap();
        assert_eq!(refused, Attempt::Refused { key: "account".to_owned(), until });
        now = until;
    }
    // What is counted beside an attempt locks others out, and was no reason to refuse it.
    let other = [limit("pair", 2, None)];
    for _ in 0..2 {
        let reservation = reserved(&store, &other, now).await;
        store.settle_attempt(reservation, Checked::Wrong, limits.to_vec(), None, now).await.unwrap();
    }
    assert!(matches!(store.reserve_attempt(limits.to_vec(), now).await.unwrap(), Attempt::Refused { .. }));
    store.forget_attempts("account".to_owned()).await.unwrap();
    reserved(&store, &limits, now).await;
    store.lock_attempts("account".to_owned(), now + 7_000).await.unwrap();
    let refused = store.reserve_attempt(limits.to_vec(), now + 6_999).await.unwrap();
    assert_eq!(refused, Attempt::Refused { key: "account".to_owned(), until: now + 7_000 });
    // It all ends by itself.
    fail(&store, &[limit("another", 9, None)], now + 7_001).await;
    reserved(&store, &limits, now + 7_002).await;
}

pub(crate) async fn a_password_is_one_user_s_and_goes_with_them(place: Place) {
    let store = place.open().await;
    let nobody = commit(&store, 900, vec![put_password("usr_1", false, b"x")]).await;
    assert!(matches!(nobody, Err(CommitError::Missing { .. })), "{nobody:?}");
    commit(&store, 1_000, vec![user("usr_1"), put_password("usr_1", true, b"one")]).await.unwrap();
    let reader = store.reader();
    let found = reader.local_password("usr_1").await.unwrap().unwrap();
    assert_eq!((found.founder, found.changed_at), (true, 1_000));
    assert_eq!(found.sealed, sealed("usr_1", b"one"));
    assert!(reader.has_founder().await.unwrap());
    assert_eq!(reader.secrets().await.unwrap(), [], "it is read one by one");
    assert_eq!(reader.secrets_not_sealed_with("other", 10).await.unwrap(), [sealed("usr_1", b"one")]);
    // Whoever looked at the earlier one is refused, and a founder stays one.
    let still = |changed_at| {
        let user = "usr_1".to_owned();
        vec![Operation::Account(AccountChange::StillPassword { user, changed_at })]
    };
    commit(&store, 1_100, still(1_000)).await.unwrap();
    commit(&store, 1_000, vec![put_password("usr_1", false, b"two")]).await.unwrap();
    let found = reader.local_password("usr_1").await.unwrap().unwrap();
    assert_eq!((found.founder, found.changed_at), (true, 1_001), "two within one microsecond differ");
    assert_eq!(commit(&store, 1_200, still(1_000)).await, Err(CommitError::UsedUp { what: "password" }));
    // Changes of it are in nobody's way, and are no version.
    assert_eq!(reader.versions(&VersionQuery { limit: 10, ..VersionQuery::default() }).await.unwrap(), []);
    let network = "192.0.2.7/32".to_owned();
    let know = AccountChange::KnowNetwork { user: "usr_1".to_owned(), network: network.clone() };
    commit(&store, 1_300, vec![Operation::Account(know)]).await.unwrap();
    assert!(reader.knows_network("usr_1", &network, 1_400).await.unwrap());
    commit(&store, 1_500, vec![Operation::RemoveUser { id: "usr_1".to_owned(), expected: None }])
        .await
        .unwrap();
    assert_eq!(reader.local_password("usr_1").await.unwrap(), None);
    assert_eq!(reader.secrets_not_sealed_with("other", 10).await.unwrap(), []);
    assert!(!reader.knows_network("usr_1", &network, 1_600).await.unwrap());
    assert!(!reader.has_founder().await.unwrap());
}

fn step(number: u8, user: &str) -> SignInStep {
    SignInStep {
        digest: [number; 32],
        user: user.to_owned(),
        failures: 0,
        challenge: None,
        created_at: 1_000 + i64::from(number),
        expires_at: 5_000,
    }
}

fn begin(number: u8) -> Vec<Operation> {
    vec![Operation::Account(AccountChange::BeginStep(step(number, "usr_1")))]
}

fn end(number: u8) -> Vec<Operation> {
    vec![Operation::Account(AccountChange::EndStep { digest: [number; 32] })]
}

pub(crate) async fn a_sign_in_that_waits_goes_on_once(place: Place) {
    let store = place.open().await;
    commit(&store, 1_000, vec![user("usr_1")]).await.unwrap();
    for number in 1..=8 {
        commit(&store, 2_000, begin(number)).await.unwrap();
    }
    let reader = store.reader();
    let mut waiting = Vec::new();
    for number in 1..=8 {
        waiting.extend(reader.sign_in_step(&[number; 32], 3_000).await.unwrap().map(|step| step.digest[0]));
    }
    assert_eq!(waiting, [4, 5, 6, 7, 8]);
    assert_eq!(waiting.len(), MAX_STEPS as usize);
    assert_eq!(reader.sign_in_step(&[8; 32], 3_000).await.unwrap(), Some(step(8, "usr_1")));
    assert_eq!(reader.sign_in_step(&[8; 32], 5_000).await.unwrap(), None);
    // Once, and in time.
    let used_up = Err(CommitError::UsedUp { what: "sign-in" });
    commit(&store, 3_000, end(8)).await.unwrap();
    assert_eq!(commit(&store, 3_000, end(8)).await, used_up);
    assert_eq!(commit(&store, 5_000, end(7)).await, used_up);
    // Not after too many wrong answers.
    store.challenge_sign_in_step([6; 32], "what".to_owned()).await.unwrap();
    store.fail_sign_in_step([6; 32], 2).await.unwrap();
    let failed = reader.sign_in_step(&[6; 32], 3_000).await.unwrap().unwrap();
    assert_eq!((failed.failures, failed.challenge.as_deref()), (1, Some("what")));
    store.fail_sign_in_step([6; 32], 2).await.unwrap();
    assert_eq!(commit(&store, 3_000, end(6)).await, used_up);
    // Not with a password that was changed.
    commit(&store, 3_100, vec![put_password("usr_1", false, b"new")]).await.unwrap();
    assert_eq!(commit(&store, 3_200, end(5)).await, used_up);
}

pub(crate) async fn networks_are_known_for_a_while_and_not_too_many(place: Place) {
    let store = place.open().await;
    commit(&store, 1_000, vec![user("usr_1"), user("usr_2")]).await.unwrap();
    let know = |user: &str, number: i64| {
        let (user, network) = (user.to_owned(), format!("192.0.2.{number}/32"));
        vec![Operation::Account(AccountChange::KnowNetwork { user, network })]
    };
    commit(&store, 1_000, know("usr_2", 0)).await.unwrap();
    for number in 0..MAX_KNOWN_NETWORKS + 2 {
        commit(&store, 2_000 + number, know("usr_1", number)).await.unwrap();
    }
    let reader = store.reader();
    let knows = async |user: &str, number: i64, now: i64| {
        reader.knows_network(user, &format!("192.0.2.{number}/32"), now).await.unwrap()
    };
    assert!(!knows("usr_1", 0, 3_000).await && !knows("usr_1", 1, 3_000).await);
    assert!(knows("usr_1", 2, 3_000).await && knows("usr_1", MAX_KNOWN_NETWORKS + 1, 3_000).await);
    assert!(knows("usr_2", 0, 3_000).await);
    assert!(!knows("usr_2", 0, 1_000 + KNOWN_FOR).await);
    // An older use does not make it older.
    commit(&store, 1_500, know("usr_1", 2)).await.unwrap();
    assert!(knows("usr_1", 2, 2_001 + KNOWN_FOR).await);
}

pub(crate) async fn what_is_only_counted_counts_until_its_window_ends(place: Place) {
    let store = place.open().await;
    let minute = 60_000_000;
    let hourly = AttemptLimit { window: 60 * minute, ..limit("forgot\na", 2, None) };
    let count = async |now| store.count_attempt(hourly.clone(), now).await.unwrap();
    assert!(count(1).await && count(2).await);
    assert!(!count(3).await);
    // What was only reserved would count no longer by now.
    assert!(!count(61_000_000).await && !count(59 * minute).await);
    assert!(count(61 * minute).await);
    store.close().await;
}

pub(crate) async fn accounts_that_are_off_end_what_came_by_a_link_too(place: Place) {
    let store = place.open().await;
    commit(&store, 1, vec![user("usr_1"), user("usr_2"), user("usr_3")]).await.unwrap();
    commit(&store, 2, vec![put_password("usr_3", true, b"x")]).await.unwrap();
    let begun = |number: u8, user: &str, via: Option<&str>| {
        let (provider, subject) = ("casemate".to_owned(), user.to_owned());
        let via = via.map(str::to_owned);
        Operation::BeginSession(StoredSession { provider, subject, via, ..session(number, user) })
    };
    let sessions =
        vec![begun(1, "usr_1", None), begun(2, "usr_2", Some("partner")), begun(3, "usr_3", Some("partner"))];
    commit(&store, 3, sessions).await.unwrap();
    let found = store.reader().signed_in_by_password("casemate", 10).await.unwrap();
    assert_eq!(found, ["usr_1", "usr_2"], "all but whoever the one-time key made");
    store.close().await;
}
