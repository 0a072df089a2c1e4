//! Linked sign-ins: who signs in as whom.

use casemate_store::{
    AuditFilter, CommitError, LinkChange, LinkedIdentity, MAX_LINKED, Operation, SESSION, SessionOwner,
    Sessions, Still, Store, StoredSession, UserRecord,
};

use crate::people::{put_user, user};
use crate::place::{Place, commit};
use crate::sessions::session;

fn link(id: &str, provider: &str, subject: &str, user: &str) -> LinkedIdentity {
    LinkedIdentity {
        id: format!("lnk_{id}"),
        provider: provider.to_owned(),
        subject: subject.to_owned(),
        user: user.to_owned(),
        tenant: "default".to_owned(),
        linked_at: 7,
        last_used: None,
    }
}

async fn make(store: &Store, operations: Vec<Operation>) -> Result<i64, CommitError> {
    store.commit(commit(None, operations, vec![])).await
}

async fn change(store: &Store, change: LinkChange) -> Result<i64, CommitError> {
    make(store, vec![Operation::Link(change)]).await
}

async fn add(store: &Store, linked: LinkedIdentity) -> Result<i64, CommitError> {
    change(store, LinkChange::Add(linked)).await
}

fn remove(user: &str, id: &str, least: i64) -> LinkChange {
    let among = vec!["partner".to_owned(), "third".to_owned()];
    LinkChange::Remove { user: user.to_owned(), id: format!("lnk_{id}"), least, among }
}

/// Ada and Bob, whom `corp` knows; Ada signs in with `partner` too.
async fn linked(place: &Place) -> Store {
    let store = place.open().await;
    make(&store, vec![put_user(user("usr_1", "ada")), put_user(user("usr_2", "bob"))]).await.unwrap();
    add(&store, link("1", "partner", "a1", "usr_1")).await.unwrap();
    store
}

/// A session of a user of `corp`, who came by a provider.
fn came_by(number: u8, user: &str, via: Option<&str>) -> StoredSession {
    let subject = format!("sub-{user}");
    StoredSession { via: via.map(str::to_owned), subject, ..session(number, user) }
}

async fn lasting(store: &Store, user: &str) -> Vec<String> {
    let subject = format!("sub-{user}");
    let owner = SessionOwner { provider: "corp", subject: &subject, tenant: None };
    let found = store.reader().sessions_of(owner, 2_000).await.unwrap();
    let mut found: Vec<String> = found.into_iter().map(|session| session.id).collect();
    found.sort();
    found
}

async fn begin(store: &Store, sessions: impl IntoIterator<Item = StoredSession>) {
    make(store, sessions.into_iter().map(Operation::BeginSession).collect()).await.unwrap();
}

async fn is_linked(store: &Store, provider: &str, subject: &str) -> bool {
    store.reader().linked_identity(provider, subject).await.unwrap().is_some()
}

pub(crate) async fn somebody_is_linked_with_one_user_alone(place: Place) {
    let store = linked(&place).await;
    let reader = store.reader();
    let found = reader.linked_identity("partner", "a1").await.unwrap();
    assert_eq!(found, Some(link("1", "partner", "a1", "usr_1")));
    assert!(!is_linked(&store, "other", "a1").await && !is_linked(&store, "partner", "a\0").await);
    for user in ["usr_2", "usr_1"] {
        let again = add(&store, link("2", "partner", "a1", user)).await;
        assert!(matches!(again, Err(CommitError::NameTaken { .. })), "{again:?}");
    }
    let used = LinkChange::Use { user: "usr_1".to_owned(), id: "lnk_1".to_owned() };
    change(&store, used).await.unwrap();
    assert!(reader.linked_identities("usr_1").await.unwrap()[0].last_used.is_some());
    for (user, id) in [("usr_2", "lnk_1"), ("usr_1", "lnk_9")] {
        let used = change(&store, LinkChange::Use { user: user.to_owned(), id: id.to_owned() }).await;
        assert!(matches!(used, Err(CommitError::UsedUp { .. })), "{used:?}");
    }
    for number in 2..=MAX_LINKED {
        let (id, subject) = (number.to_string(), format!("a{number}"));
        add(&store, link(&id, "partner", &subject, "usr_1")).await.unwrap();
    }
    let more = add(&store, link("99", "partner", "a99", "usr_1")).await;
    assert!(matches!(more, Err(CommitError::UsedUp { .. })), "{more:?}");
    assert!(!is_linked(&store, "partner", "a99").await);
    store.close().await;
}

pub(crate) async fn whom_the_directory_knows_by_themselves_is_linked_with_nobody(place: Place) {
    let store = linked(&place).await;
    // Whoever is a user, in whichever tenant; was called so before; and whoever is none of this tenant, or not active.
    let partner = |id: &str, subject: &str, tenant: &str| UserRecord {
        provider: "partner".to_owned(),
        subject: Some(subject.to_owned()),
        tenant: tenant.to_owned(),
        ..user(id, id)
    };
    let (eve, former) = (partner("usr_3", "e1", "acme"), partner("usr_4", "old", "default"));
    let idle = UserRecord { active: false, ..user("usr_5", "idle") };
    make(&store, [eve, former.clone(), idle].map(put_user).to_vec()).await.unwrap();
    let renamed = UserRecord { subject: Some("new".to_owned()), ..former };
    make(&store, vec![put_user(renamed)]).await.unwrap();
    for subject in ["e1", "old", "new"] {
        let refused = add(&store, link("7", "partner", subject, "usr_2")).await;
        let kind = "user".to_owned();
        assert_eq!(refused, Err(CommitError::NameTaken { kind, name: subject.to_owned() }));
        assert!(store.reader().has_user_called("partner", subject).await.unwrap());
    }
    assert!(!store.reader().has_user_called("partner", "a1").await.unwrap());
    let elsewhere = LinkedIdentity { tenant: "acme".to_owned(), ..link("7", "partner", "x", "usr_2") };
    for refused in [elsewhere, link("7", "partner", "x", "usr_5"), link("7", "partner", "x", "usr_9")] {
        let refused = add(&store, refused).await;
        assert!(matches!(refused, Err(CommitError::Missing { .. })), "{refused:?}");
    }
    // Whoever becomes a user of their own is linked no longer.
    begin(&store, [came_by(1, "usr_1", Some("partner")), came_by(2, "usr_1", None)]).await;
    make(&store, vec![put_user(partner("usr_6", "a1", "default"))]).await.unwrap();
    assert!(!is_linked(&store, "partner", "a1").await);
    assert_eq!(lasting(&store, "usr_1").await, ["ses_2"]);
    assert_eq!(told(&store).await, [("usr_1".to_owned(), "user-of-its-own".to_owned())]);
    // Who was deleted may be linked.
    make(&store, vec![Operation::RemoveUser { id: "usr_6".to_owned(), expected: None }]).await.unwrap();
    add(&store, link("8", "partner", "a1", "usr_2")).await.unwrap();
    store.close().await;
}

pub(crate) async fn with_a_link_go_the_sessions_of_whoever_came_by_it(place: Place) {
    let store = linked(&place).await;
    add(&store, link("2", "third", "a2", "usr_1")).await.unwrap();
    add(&store, link("3", "partner", "b1", "usr_2")).await.unwrap();
    begin(
        &store,
        [
            came_by(1, "usr_1", Some("partner")),
            came_by(2, "usr_1", None),
            came_by(3, "usr_1", Some("third")),
            came_by(4, "usr_2", Some("partner")),
        ],
    )
    .await;
    let nobody_s = change(&store, remove("usr_2", "1", 0)).await;
    assert!(matches!(nobody_s, Err(CommitError::UsedUp { .. })), "{nobody_s:?}");
    change(&store, remove("usr_1", "1", 1)).await.unwrap();
    assert_eq!(lasting(&store, "usr_1").await, ["ses_2", "ses_3"]);
    assert_eq!(lasting(&store, "usr_2").await, ["ses_4"]);
    let gone = store.reader().session_by_id("ses_1").await.unwrap().unwrap();
    assert_eq!((gone.end_reason.as_deref(), gone.identity.as_str()), (Some("link-removed"), ""));
    // Where another has to be left, the last one stays.
    let last = change(&store, remove("usr_1", "2", 1)).await;
    assert!(matches!(last, Err(CommitError::UsedUp { .. })), "{last:?}");
    assert!(is_linked(&store, "third", "a2").await);
    assert_eq!(lasting(&store, "usr_1").await, ["ses_2", "ses_3"]);
    // One of a provider that takes part no longer is none that is left.
    add(&store, link("4", "former", "a4", "usr_1")).await.unwrap();
    let last = change(&store, remove("usr_1", "2", 1)).await;
    assert!(matches!(last, Err(CommitError::UsedUp { .. })), "{last:?}");
    change(&store, remove("usr_1", "4", 1)).await.unwrap();
    change(&store, remove("usr_1", "2", 0)).await.unwrap();
    assert_eq!(lasting(&store, "usr_1").await, ["ses_2"]);
    // With a user go their links.
    make(&store, vec![Operation::RemoveUser { id: "usr_2".to_owned(), expected: None }]).await.unwrap();
    assert!(!is_linked(&store, "partner", "b1").await && lasting(&store, "usr_2").await.is_empty());
    store.close().await;
}

pub(crate) async fn a_provider_ends_the_sessions_of_those_who_came_by_it(place: Place) {
    let store = linked(&place).await;
    let mut number = 0;
    // One that came by the other provider, and one that the same names mean at the user's own.
    let mut both = || {
        number += 10;
        let names = |session: StoredSession, sid: Option<&str>| StoredSession {
            logout_subject: "a1".to_owned(),
            provider_sid: sid.map(str::to_owned),
            ..session
        };
        [
            names(came_by(number, "usr_1", Some("partner")), Some("s")),
            names(came_by(number + 1, "usr_1", None), Some("s")),
        ]
    };
    let partner = || "partner".to_owned();
    let ends: [fn(String) -> Sessions; 4] = [
        |provider| Sessions::LogoutSubject { provider, subject: "a1".to_owned() },
        |provider| Sessions::ProviderSession { provider, sid: "s".to_owned(), subject: None },
        |provider| Sessions::ProviderSession {
            provider,
            sid: "s".to_owned(),
            subject: Some("a1".to_owned()),
        },
        |provider| Sessions::Provider { provider },
    ];
    let end = async |which: Sessions| {
        make(&store, vec![Operation::EndSessions { which, reason: "test".to_owned() }]).await.unwrap();
        lasting(&store, "usr_1").await
    };
    for which in ends {
        let [came, own] = both();
        let (came_id, own_id) = (came.id.clone(), own.id.clone());
        begin(&store, [came, own]).await;
        assert_eq!(end(which(partner())).await, [&*own_id], "{came_id} alone came by it");
        assert!(end(which("corp".to_owned())).await.is_empty(), "{own_id}");
    }
    // What came by the other is not what the user's own provider logs out, by its names.
    let [came, own] = both();
    let came_id = came.id.clone();
    begin(&store, [came, own]).await;
    let which = Sessions::LogoutSubject { provider: "corp".to_owned(), subject: "a1".to_owned() };
    assert_eq!(end(which).await, [came_id]);
    // Where a provider takes part in no links any more, sessions that began by one end, of either side.
    for provider in ["partner", "corp"] {
        let [came, own] = both();
        let own_id = own.id.clone();
        begin(&store, [came, own]).await;
        let left = end(Sessions::Linked { provider: provider.to_owned() }).await;
        assert_eq!(left, [own_id]);
        end(Sessions::Provider { provider: "corp".to_owned() }).await;
    }
    store.close().await;
}

/// Of whom it is told that a link went, and why.
async fn told(store: &Store) -> Vec<(String, String)> {
    let filter = AuditFilter { action: Some("casemate.user.link".to_owned()), ..AuditFilter::default() };
    let events = store.reader().audit_events(&filter, None, 10).await.unwrap();
    let told = events.into_iter().map(|found| found.event);
    told.map(|event| (event.resource_id, event.reason.unwrap_or_default())).collect()
}

pub(crate) async fn links_go_with_what_their_provider_was_and_each_is_told_of(place: Place) {
    let store = linked(&place).await;
    add(&store, link("2", "partner", "b1", "usr_2")).await.unwrap();
    add(&store, link("3", "third", "b1", "usr_2")).await.unwrap();
    change(&store, LinkChange::RemoveOf { provider: "partner".to_owned() }).await.unwrap();
    assert!(!is_linked(&store, "partner", "a1").await && !is_linked(&store, "partner", "b1").await);
    assert!(is_linked(&store, "third", "b1").await);
    let mut told = told(&store).await;
    told.sort();
    assert_eq!(told, ["usr_1", "usr_2"].map(|user| (user.to_owned(), "provider-changed".to_owned())));
    store.close().await;
}

pub(crate) async fn nothing_is_linked_in_a_session_that_ended(place: Place) {
    let store = linked(&place).await;
    begin(&store, [came_by(1, "usr_1", None)]).await;
    let renewed = |number: u8, id: &str| {
        let still = Still::Session { id: "ses_1".to_owned() };
        let which = Sessions::Id("ses_1".to_owned());
        vec![
            Operation::Still(still),
            Operation::Link(LinkChange::Add(link(id, "third", id, "usr_1"))),
            Operation::EndSessions { which, reason: "replaced".to_owned() },
            Operation::BeginSession(came_by(number, "usr_1", None)),
        ]
    };
    make(&store, renewed(2, "21")).await.unwrap();
    let ended = make(&store, renewed(3, "22")).await;
    assert_eq!(ended, Err(CommitError::UsedUp { what: SESSION }));
    assert!(is_linked(&store, "third", "21").await && !is_linked(&store, "third", "22").await);
    assert_eq!(lasting(&store, "usr_1").await, ["ses_2"]);
    store.close().await;
}
