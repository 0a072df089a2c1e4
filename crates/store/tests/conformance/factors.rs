//! Second factors and recovery codes.

use std::sync::Arc;

use casemate_store::{
    AccountChange, Actor, Commit, CommitError, FACTOR_FIELD, FACTOR_SECRETS, FactorChange, FactorKind,
    MAX_FACTORS, Operation, SealedSecret, SecondFactor, Store, UserRecord,
};

use crate::place::Place;

fn factor(id: &str, user: &str, passkey: Option<u8>) -> SecondFactor {
    SecondFactor {
        id: id.to_owned(),
        user: user.to_owned(),
        kind: if passkey.is_some() { FactorKind::Passkey } else { FactorKind::Totp },
        name: "phone".to_owned(),
        credential: passkey.map(|byte| [byte; 32]),
        last_step: Some(5),
        created_at: 100,
        used_at: None,
        sealed: SealedSecret {
            kind: FACTOR_SECRETS.to_owned(),
            id: id.to_owned(),
            field: FACTOR_FIELD.to_owned(),
            root_key: "key_1".to_owned(),
            sealed: vec![1, 2, 3],
        },
    }
}

async fn commit(store: &Store, operation: Operation) -> Result<i64, CommitError> {
    let commit = Commit {
        base: None,
        at: 100,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::new(),
        fence: None,
    };
    store.commit(commit).await
}

async fn change(store: &Store, change: FactorChange) -> Result<(), CommitError> {
    commit(store, Operation::Account(AccountChange::Factor(change))).await.map(drop)
}

async fn is_used_up(store: &Store, wanted: FactorChange) -> bool {
    match change(store, wanted).await {
        Ok(()) => false,
        Err(CommitError::UsedUp { .. }) => true,
        Err(error) => unreachable!("{error}"),
    }
}

async fn with_users(place: &Place) -> Store {
    let store = place.open().await;
    for id in ["usr_ada", "usr_bob"] {
        let user = UserRecord {
            id: id.to_owned(),
            tenant: "default".to_owned(),
            provider: "casemate".to_owned(),
            subject: Some(id.to_owned()),
            login: id.to_owned(),
            active: true,
            attributes: "{}".to_owned(),
            ..UserRecord::default()
        };
        commit(&store, Operation::PutUser { user: Box::new(user), expected: None }).await.unwrap();
    }
    store
}

fn removal(user: &str, id: &str, least: i64) -> FactorChange {
    FactorChange::Remove { user: user.to_owned(), id: id.to_owned(), least }
}

pub(crate) async fn the_first_factor_is_one_and_the_last_may_have_to_stay(place: Place) {
    let store = Arc::new(with_users(&place).await);
    let first = |id: &str| FactorChange::AddFirst(Box::new(factor(id, "usr_ada", None)));
    let attempts: Vec<_> = (0..8)
        .map(|number| {
            let (store, first) = (Arc::clone(&store), first(&format!("fac_{number}")));
            tokio::spawn(async move { is_used_up(&store, first).await })
        })
        .collect();
    let mut added = 0;
    for attempt in attempts {
        added += usize::from(!attempt.await.unwrap());
    }
    assert_eq!(added, 1, "whatever comes at once, one is the first");
    change(&store, FactorChange::Add(Box::new(factor("fac_more", "usr_ada", None)))).await.unwrap();
    let ids: Vec<_> = store.reader().second_factors("usr_ada").await.unwrap();
    let removals: Vec<_> = ids
        .into_iter()
        .map(|factor| {
            let (store, removed) = (Arc::clone(&store), removal("usr_ada", &factor.id, 1));
            tokio::spawn(async move { is_used_up(&store, removed).await })
        })
        .collect();
    let mut kept = 0;
    for removal in removals {
        kept += usize::from(removal.await.unwrap());
    }
    assert_eq!((kept, store.reader().second_factors("usr_ada").await.unwrap().len()), (1, 1));
    Arc::into_inner(store).unwrap().close().await;
}

fn used(id: &str, step: Option<i64>) -> FactorChange {
    FactorChange::Use { user: "usr_ada".to_owned(), id: id.to_owned(), step }
}

pub(crate) async fn a_step_of_time_is_taken_once_and_none_before_it(place: Place) {
    let store = Arc::new(with_users(&place).await);
    let made = factor("fac_1", "usr_ada", None);
    change(&store, FactorChange::Add(Box::new(made.clone()))).await.unwrap();
    assert_eq!(store.reader().second_factors("usr_ada").await.unwrap(), [made]);
    for step in [Some(4), Some(5)] {
        assert!(is_used_up(&store, used("fac_1", step)).await, "{step:?}");
    }
    // Many at once: one is let through.
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { is_used_up(&store, used("fac_1", Some(6))).await })
        })
        .collect();
    let mut taken = 0;
    for attempt in attempts {
        taken += usize::from(!attempt.await.unwrap());
    }
    assert_eq!(taken, 1);
    let kept = store.reader().second_factors("usr_ada").await.unwrap();
    assert_eq!((kept[0].last_step, kept[0].used_at), (Some(6), Some(100)));
    // One that does not count leaves what was counted.
    assert!(!is_used_up(&store, used("fac_1", None)).await);
    assert_eq!(store.reader().second_factors("usr_ada").await.unwrap()[0].last_step, Some(6));
    let of_bob = FactorChange::Use { user: "usr_bob".to_owned(), id: "fac_1".to_owned(), step: Some(9) };
    assert!(is_used_up(&store, of_bob).await);
    Arc::into_inner(store).unwrap().close().await;
}

pub(crate) async fn a_recovery_code_is_good_once_and_for_its_owner(place: Place) {
    let store = with_users(&place).await;
    let reader = store.reader();
    let put = |digests: &[u8]| FactorChange::PutRecoveryCodes {
        user: "usr_ada".to_owned(),
        digests: digests.iter().map(|byte| [*byte; 32]).collect(),
    };
    let using =
        |user: &str, byte: u8| FactorChange::UseRecoveryCode { user: user.to_owned(), digest: [byte; 32] };
    change(&store, put(&[1, 2, 3])).await.unwrap();
    let codes = reader.recovery_codes("usr_ada").await.unwrap();
    assert_eq!((codes.left, codes.created_at), (3, Some(100)));
    assert!(reader.has_recovery_code("usr_ada", &[1; 32]).await.unwrap());
    assert!(!reader.has_recovery_code("usr_bob", &[1; 32]).await.unwrap());
    assert!(is_used_up(&store, using("usr_bob", 1)).await);
    assert!(!is_used_up(&store, using("usr_ada", 1)).await);
    assert!(is_used_up(&store, using("usr_ada", 1)).await);
    assert!(!reader.has_recovery_code("usr_ada", &[1; 32]).await.unwrap());
    assert_eq!(reader.recovery_codes("usr_ada").await.unwrap().left, 2);
    // New ones take the place of all that were there.
    change(&store, put(&[4])).await.unwrap();
    assert!(is_used_up(&store, using("usr_ada", 2)).await);
    assert_eq!(reader.recovery_codes("usr_ada").await.unwrap().left, 1);
    store.close().await;
}

pub(crate) async fn factors_have_a_bound_and_passkeys_one_owner(place: Place) {
    let store = with_users(&place).await;
    change(&store, FactorChange::Add(Box::new(factor("fac_p", "usr_ada", Some(7))))).await.unwrap();
    assert!(is_used_up(&store, FactorChange::Add(Box::new(factor("fac_q", "usr_bob", Some(7))))).await);
    assert_eq!(store.reader().passkey(&[7; 32]).await.unwrap().unwrap().user, "usr_ada");
    assert_eq!(store.reader().passkey(&[8; 32]).await.unwrap(), None);
    for number in 1..MAX_FACTORS {
        change(&store, FactorChange::Add(Box::new(factor(&format!("fac_{number}"), "usr_ada", None))))
            .await
            .unwrap();
    }
    assert!(is_used_up(&store, FactorChange::Add(Box::new(factor("fac_more", "usr_ada", None)))).await);
    assert_eq!(store.reader().second_factors("usr_ada").await.unwrap().len(), 20);
    let nobody = change(&store, FactorChange::Add(Box::new(factor("fac_x", "usr_none", None)))).await;
    assert!(matches!(nobody, Err(CommitError::Missing { .. })), "{nobody:?}");
    store.close().await;
}

pub(crate) async fn nothing_stays_of_factors_that_are_removed_or_whose_owner_is(place: Place) {
    let store = with_users(&place).await;
    let reader = store.reader();
    let codes = |user: &str| FactorChange::PutRecoveryCodes { user: user.to_owned(), digests: vec![[9; 32]] };
    let remove = |user: &str, id: &str| removal(user, id, 0);
    for id in ["fac_1", "fac_2"] {
        change(&store, FactorChange::Add(Box::new(factor(id, "usr_ada", None)))).await.unwrap();
    }
    change(&store, codes("usr_ada")).await.unwrap();
    assert!(is_used_up(&store, remove("usr_bob", "fac_1")).await);
    change(&store, remove("usr_ada", "fac_1")).await.unwrap();
    assert!(is_used_up(&store, remove("usr_ada", "fac_1")).await);
    assert_eq!(reader.recovery_codes("usr_ada").await.unwrap().left, 1);
    change(&store, remove("usr_ada", "fac_2")).await.unwrap();
    assert_eq!(reader.recovery_codes("usr_ada").await.unwrap().left, 0);
    assert_eq!(reader.second_factors("usr_ada").await.unwrap(), []);
    change(&store, FactorChange::Add(Box::new(factor("fac_3", "usr_bob", Some(3))))).await.unwrap();
    change(&store, codes("usr_bob")).await.unwrap();
    commit(&store, Operation::RemoveUser { id: "usr_bob".to_owned(), expected: None }).await.unwrap();
    assert_eq!(reader.second_factors("usr_bob").await.unwrap(), []);
    assert_eq!(reader.passkey(&[3; 32]).await.unwrap(), None);
    assert_eq!(reader.recovery_codes("usr_bob").await.unwrap().left, 0);
    assert!(reader.secrets_not_sealed_with("another", 10).await.unwrap().is_empty());
    store.close().await;
}
