//! Links by which people set their passwords.

use casemate_store::{
    AccountChange, Actor, Commit, CommitError, LINKS_WITHIN, LinkPurpose, MAX_LINKS, Operation,
    PASSWORD_FIELD, PasswordLink, SealedSecret, Store, USER_SECRETS, UserRecord,
};

use crate::place::Place;

const MINUTE: i64 = 60 * 1_000_000;

fn link(number: u8, user: &str, purpose: LinkPurpose, at: i64) -> PasswordLink {
    PasswordLink {
        digest: [number; 32],
        user: user.to_owned(),
        purpose,
        maker: None,
        email: None,
        created_at: at,
        expires_at: at + 30 * MINUTE,
    }
}

async fn commit(store: &Store, at: i64, operation: Operation) -> Result<i64, CommitError> {
    let commit = Commit {
        base: None,
        at,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::new(),
        fence: None,
    };
    store.commit(commit).await
}

async fn account(store: &Store, at: i64, change: AccountChange) -> Result<i64, CommitError> {
    commit(store, at, Operation::Account(change)).await
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
        commit(&store, 1, Operation::PutUser { user: Box::new(user), expected: None }).await.unwrap();
    }
    store
}

async fn works(store: &Store, number: u8, at: i64) -> bool {
    store.reader().password_link(&[number; 32], at).await.unwrap().is_some()
}

pub(crate) async fn a_link_works_once_and_for_a_while(place: Place) {
    let store = with_users(&place).await;
    let made = link(1, "usr_ada", LinkPurpose::Reset, MINUTE);
    account(&store, MINUTE, AccountChange::PutLink(made.clone())).await.unwrap();
    assert_eq!(store.reader().password_link(&[1; 32], 2 * MINUTE).await.unwrap(), Some(made));
    assert!(!works(&store, 2, 2 * MINUTE).await && !works(&store, 1, 31 * MINUTE).await);
    let late = account(&store, 31 * MINUTE, AccountChange::UseLink { digest: [1; 32] }).await;
    assert!(matches!(late, Err(CommitError::UsedUp { .. })), "{late:?}");
    account(&store, 3 * MINUTE, AccountChange::UseLink { digest: [1; 32] }).await.unwrap();
    let again = account(&store, 3 * MINUTE, AccountChange::UseLink { digest: [1; 32] }).await;
    assert!(matches!(again, Err(CommitError::UsedUp { .. })), "{again:?}");
    assert!(!works(&store, 1, 3 * MINUTE).await);
    let nobody = link(3, "usr_gone", LinkPurpose::Invitation, MINUTE);
    assert!(account(&store, MINUTE, AccountChange::PutLink(nobody)).await.is_err());
    store.close().await;
}

pub(crate) async fn a_new_password_ends_all_links(place: Place) {
    let store = with_users(&place).await;
    for (number, user, purpose) in [
        (1, "usr_ada", LinkPurpose::Reset),
        (2, "usr_ada", LinkPurpose::Invitation),
        (3, "usr_bob", LinkPurpose::Reset),
    ] {
        let made = link(number, user, purpose, MINUTE);
        account(&store, MINUTE, AccountChange::PutLink(made)).await.unwrap();
        assert!(works(&store, number, MINUTE).await);
    }
    let sealed = SealedSecret {
        kind: USER_SECRETS.to_owned(),
        id: "usr_ada".to_owned(),
        field: PASSWORD_FIELD.to_owned(),
        root_key: "key".to_owned(),
        sealed: vec![1; 60],
    };
    let put = AccountChange::PutPassword { user: "usr_ada".to_owned(), founder: false, sealed };
    // With the link that it is set by, in whichever order they are told.
    let operations =
        vec![Operation::Account(put), Operation::Account(AccountChange::UseLink { digest: [1; 32] })];
    let commit = Commit {
        base: None,
        at: 2 * MINUTE,
        actor: Actor::default(),
        summary: String::new(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    store.commit(commit).await.unwrap();
    let now = 2 * MINUTE;
    let still = [works(&store, 1, now).await, works(&store, 2, now).await, works(&store, 3, now).await];
    assert_eq!(still, [false, false, true]);
    store.close().await;
}

pub(crate) async fn a_link_ends_with_the_address_that_it_was_sent_to(place: Place) {
    let store = with_users(&place).await;
    let ada = |email: &str| UserRecord {
        id: "usr_ada".to_owned(),
        tenant: "default".to_owned(),
        provider: "casemate".to_owned(),
        subject: Some("usr_ada".to_owned()),
        login: "usr_ada".to_owned(),
        email: Some(email.to_owned()),
        active: true,
        attributes: "{}".to_owned(),
        ..UserRecord::default()
    };
    let readdress = |email: &str| Operation::PutUser { user: Box::new(ada(email)), expected: None };
    commit(&store, 1, readdress("ada@example.com")).await.unwrap();
    for (number, purpose) in [(1, LinkPurpose::Reset), (2, LinkPurpose::Invitation)] {
        let sent = PasswordLink {
            maker: Some("{}".to_owned()),
            email: Some("ada@example.com".to_owned()),
            ..link(number, "usr_ada", purpose, MINUTE)
        };
        account(&store, MINUTE, AccountChange::PutLink(sent.clone())).await.unwrap();
        assert_eq!(store.reader().password_link(&[number; 32], MINUTE).await.unwrap(), Some(sent));
    }
    commit(&store, 2 * MINUTE, readdress("eve@example.com")).await.unwrap();
    for number in [1, 2] {
        assert!(!works(&store, number, 2 * MINUTE).await);
        let used = account(&store, 2 * MINUTE, AccountChange::UseLink { digest: [number; 32] }).await;
        assert!(matches!(used, Err(CommitError::UsedUp { .. })), "{used:?}");
    }
    store.close().await;
}

pub(crate) async fn links_that_work_no_longer_keep_nobody_from_another(place: Place) {
    let store = with_users(&place).await;
    let most = u8::try_from(MAX_LINKS).unwrap();
    for number in 0..most {
        let made = link(number, "usr_ada", LinkPurpose::Reset, MINUTE);
        account(&store, MINUTE, AccountChange::PutLink(made)).await.unwrap();
    }
    // They last for half an hour here.
    let next = link(most, "usr_ada", LinkPurpose::Reset, 31 * MINUTE);
    account(&store, 31 * MINUTE, AccountChange::PutLink(next)).await.unwrap();
    assert!(works(&store, most, 31 * MINUTE).await);
    store.close().await;
}

pub(crate) async fn nobody_is_sent_more_links_than_a_few_an_hour(place: Place) {
    let store = with_users(&place).await;
    let most = u8::try_from(MAX_LINKS).unwrap();
    for number in 0..most {
        let made = link(number, "usr_ada", LinkPurpose::Reset, MINUTE);
        account(&store, MINUTE, AccountChange::PutLink(made)).await.unwrap();
    }
    assert!(works(&store, 0, MINUTE).await, "who asks too takes nobody's link away");
    let more = link(most, "usr_ada", LinkPurpose::Reset, 2 * MINUTE);
    let more = account(&store, 2 * MINUTE, AccountChange::PutLink(more)).await;
    assert!(matches!(more, Err(CommitError::UsedUp { .. })), "{more:?}");
    // Others, invitations, and a later hour are counted apart.
    for (number, user, purpose, at) in [
        (100, "usr_bob", LinkPurpose::Reset, 2 * MINUTE),
        (101, "usr_ada", LinkPurpose::Invitation, 2 * MINUTE),
        (102, "usr_ada", LinkPurpose::Invitation, 3 * MINUTE),
        (103, "usr_ada", LinkPurpose::Reset, 2 * MINUTE + LINKS_WITHIN),
    ] {
        account(&store, at, AccountChange::PutLink(link(number, user, purpose, at))).await.unwrap();
    }
    assert!(!works(&store, 101, 3 * MINUTE).await, "of invitations the newest works");
    assert!(works(&store, 102, 3 * MINUTE).await);
    store.close().await;
}
