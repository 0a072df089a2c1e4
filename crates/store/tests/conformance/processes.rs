//! Several processes on one database, and databases of other times. A store stands for a process: it shares nothing with
//! another one.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use casemate_store::{CommitError, DecisionFilter, ForgottenSource, Operation, RecordedDecision, StoreError};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::place::{Place, commit, draft, event, put};

/// Sends statements past the store.
pub(crate) async fn send(place: &Place, statements: &[String]) {
    match place {
        Place::Folder { data, .. } => {
            let url = format!("sqlite://{}?mode=rwc", data.database().display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            for statement in statements {
                connection.execute(sqlx::AssertSqlSafe(statement.as_str())).await.unwrap();
            }
            connection.close().await.unwrap();
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(data.database(), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        Place::Url(url) => {
            let mut connection = PgConnection::connect(url.expose_secret()).await.unwrap();
            for statement in statements {
                connection.execute(sqlx::AssertSqlSafe(statement.as_str())).await.unwrap();
            }
            connection.close().await.unwrap();
        }
    }
}

pub(crate) async fn of_changes_by_two_processes_one_wins(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    for round in 0..10 {
        let change = |id: &str| commit(Some(round), vec![put(id, &format!("{id}-{round}"), "{}")], vec![]);
        let (first, second) = tokio::join!(one.commit(change("1")), two.commit(change("2")));
        let won = [&first, &second].into_iter().filter(|outcome| **outcome == Ok(round + 1)).count();
        let lost = CommitError::Conflict { current: round + 1 };
        let refused = [&first, &second].into_iter().filter(|outcome| **outcome == Err(lost.clone())).count();
        assert_eq!((won, refused), (1, 1), "{first:?} {second:?}");
        for store in [&one, &two] {
            assert_eq!(store.look().await.unwrap(), round + 1);
            assert_eq!(*store.revisions().borrow(), round + 1);
        }
    }
    // Without a base none is refused, and each has a number of its own.
    let change = |id: &str| commit(None, vec![put(id, &format!("{id}-last"), "{}")], vec![]);
    let (first, second) = tokio::join!(one.commit(change("1")), two.commit(change("2")));
    let mut revisions = [first.unwrap(), second.unwrap()];
    revisions.sort_unstable();
    assert_eq!(revisions, [11, 12]);
    one.close().await;
    two.close().await;
}

pub(crate) async fn processes_that_open_a_new_database_at_once_both_work(place: Place) {
    let (one, two, three) = tokio::join!(place.open(), place.open(), place.open());
    for (store, id) in [(&one, "1"), (&two, "2"), (&three, "3")] {
        store.commit(commit(None, vec![put(id, id, "{}")], vec![])).await.unwrap();
    }
    assert_eq!(one.reader().objects().await.unwrap().items.len(), 3);
    for store in [one, two, three] {
        store.close().await;
    }
}

pub(crate) async fn a_process_that_starts_while_another_writes_finds_the_log_whole(place: Place) {
    let writing = place.open().await;
    let ends = std::sync::atomic::AtomicBool::new(false);
    let write = async {
        while !ends.load(std::sync::atomic::Ordering::Relaxed) {
            let change =
                commit(None, vec![put("1", "1", "{}")], vec![event("casemate.role.update", "1"); 40]);
            writing.commit(change).await.unwrap();
        }
    };
    let start = async {
        for _ in 0..12 {
            place.open().await.close().await;
        }
        ends.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    tokio::join!(write, start);
    writing.close().await;
}

pub(crate) async fn what_changes_bear_on_is_told_unless_an_earlier_release_made_some(place: Place) {
    let store = place.open().await;
    let alone = async |after: i64| store.reader().position().await.unwrap().is_of_objects_alone_after(after);
    let change = async |operation: Operation| {
        let commit = commit(None, vec![operation], vec![]);
        let is_alone = commit.is_of_objects_alone();
        (store.commit(commit).await.unwrap(), is_alone)
    };
    let source = ForgottenSource { source: "src_1".into(), whom: None };
    assert_eq!(change(put("1", "1", "{}")).await, (1, true));
    assert!(alone(0).await && alone(1).await);
    assert_eq!(change(Operation::ForgetSource(source)).await, (2, false));
    assert!(!alone(0).await && !alone(1).await && alone(2).await);
    assert_eq!(change(put("1", "2", "{}")).await, (3, true));
    assert!(!alone(1).await && alone(2).await);
    // An earlier release takes the next number alone.
    send(&place, &["UPDATE revision SET last = last + 1".to_owned()]).await;
    assert!(!alone(3).await && !alone(2).await);
    assert_eq!(change(put("1", "3", "{}")).await, (5, true));
    assert!(!alone(3).await && alone(4).await);
    let provider = Operation::Put(draft("provider", "p", "p", "{}"));
    assert_eq!(change(provider).await, (6, false));
    assert!(!alone(5).await && alone(6).await);
    store.close().await;
}

/// The schema as the first release made it.
fn first_schema(place: &Place) -> Vec<String> {
    let (integer, bytes, text, serial, table) = match place {
        Place::Folder { .. } => ("INTEGER", "BLOB", "TEXT", "INTEGER PRIMARY KEY AUTOINCREMENT", "STRICT"),
        Place::Url(_) => (
            "BIGINT",
            "BYTEA",
            "TEXT COLLATE \"C\"",
            "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
            "",
        ),
    };
    vec![
        format!("CREATE TABLE migration (version {integer} PRIMARY KEY NOT NULL, needs {integer} NOT NULL) {table}"),
        "INSERT INTO migration VALUES (1, 1)".to_owned(),
        format!(
            "CREATE TABLE decision_event (seq {serial}, at {integer} NOT NULL, request_id {text} NOT NULL, \
             item {integer} NOT NULL, tenant {text} NOT NULL, application {text}, caller_provider {text} NOT NULL, \
             caller_type {text} NOT NULL, caller_id {text} NOT NULL, subject_provider {text} NOT NULL, \
             subject_type {text} NOT NULL, subject_id {text} NOT NULL, action {text} NOT NULL, resource_type {text}, \
             resource_id {text}, decision {text} NOT NULL, reason {text} NOT NULL, permission {text}, \
             revision {integer} NOT NULL) {table}"
        ),
        format!(
            "CREATE TABLE development_credential (id {text} PRIMARY KEY NOT NULL, secret_sha256 {bytes} NOT NULL, \
             tenant {text} NOT NULL, created_at {integer} NOT NULL, expires_at {integer} NOT NULL) {table}"
        ),
        "INSERT INTO decision_event (at, request_id, item, tenant, caller_provider, caller_type, caller_id, \
         subject_provider, subject_type, subject_id, action, decision, reason, revision) \
         VALUES (7, 'r', 0, 'default', 'corp', 'user', 'ada', 'corp', 'user', 'bob', 'cms.entry', 'denied', 'why', 3)"
            .to_owned(),
        // A number that was given is not given again, even where what had it is gone.
        "INSERT INTO decision_event (at, request_id, item, tenant, caller_provider, caller_type, caller_id, \
         subject_provider, subject_type, subject_id, action, decision, reason, revision) \
         VALUES (8, 'r', 0, '', '', '', '', '', '', '', '', 'denied', '', 3)"
            .to_owned(),
        "DELETE FROM decision_event WHERE at = 8".to_owned(),
    ]
}

pub(crate) async fn a_database_of_the_first_migration_keeps_its_rows(place: Place) {
    send(&place, &first_schema(&place)).await;
    assert!(matches!(place.reader().await, Err(StoreError::TooOld { applied: 1, .. })));
    let (store, other) = tokio::join!(place.open(), place.open());
    let found = store.reader().decisions(&DecisionFilter::default(), None, 10).await.unwrap().items;
    assert_eq!(found.len(), 1);
    let event = &found[0].event;
    assert_eq!((event.at, &*event.subject.id, &*event.subject.kind), (7, "bob", "user"));
    assert_eq!((&*event.caller.provider, &*event.caller.id, event.item), ("corp", "ada", 0));
    assert_eq!((&*event.request_id, &*event.tenant, &event.application), ("r", "default", &None));
    assert_eq!((&*event.action, &*event.reason, event.revision), ("cms.entry", "why", 3));
    assert_eq!((event.decision, &event.resource_id), (RecordedDecision::Denied, &None));
    store.record(vec![event.clone()]).await.unwrap();
    let found = store.reader().decisions(&DecisionFilter::default(), None, 10).await.unwrap().items;
    assert_eq!((found[0].seq, &found[0].event), (1, &found[1].event));
    assert_eq!(store.commit(commit(Some(0), vec![put("1", "a", "{}")], vec![])).await, Ok(1));
    store.close().await;
    other.close().await;
    // What a later release may write: this one works with it while it says so, and no longer.
    send(&place, &["INSERT INTO migration VALUES (1000, 2)".to_owned()]).await;
    place.open().await.close().await;
    send(&place, &["INSERT INTO migration VALUES (1001, 1001)".to_owned()]).await;
    let refused = place.open_with(casemate_store::Retention::default(), || 0).await;
    assert!(matches!(refused, Err(StoreError::TooNew { needed: 1001, .. })));
}

pub(crate) async fn who_asked_may_go_away(place: Place) {
    let store = place.open().await;
    let mut revisions = store.revisions();
    {
        let mut asking = Box::pin(store.commit(commit(None, vec![put("1", "a", "{}")], vec![])));
        std::future::poll_fn(|context| {
            let _ = asking.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
    }
    let told = tokio::time::timeout(Duration::from_secs(30), revisions.wait_for(|last| *last == 1)).await;
    told.unwrap().unwrap();
    store.close().await;
}

pub(crate) async fn a_database_without_casemate_says_so(place: Place) {
    send(&place, &["CREATE TABLE other (x INTEGER)".to_owned()]).await;
    assert!(matches!(place.reader().await, Err(StoreError::Unprepared)));
    let Place::Url(url) = &place else { return };
    // Who may not make tables is told what to do, and who only reads needs no more than that.
    place.open().await.close().await;
    let role = format!("reader_{}", std::process::id());
    send(
        &place,
        &[
            format!("CREATE ROLE {role} LOGIN"),
            format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"),
        ],
    )
    .await;
    let own = Place::Url(url.expose_secret().replacen("casemate@", &format!("{role}@"), 1).into());
    assert_eq!(own.reader().await.unwrap().revision().await.unwrap(), 0);
    send(&place, &["DROP TABLE migration".to_owned()]).await;
    let refused = own.open_with(casemate_store::Retention::default(), || 0).await;
    assert!(matches!(refused, Err(StoreError::ReadOnly { .. })), "{refused:?}");
    send(&place, &["DROP OWNED BY ".to_owned() + &role, format!("DROP ROLE {role}")]).await;
}

pub(crate) async fn lost_connections_are_opened_again(place: Place) {
    let store = place.open().await;
    store.commit(commit(None, vec![put("1", "a", "{}")], vec![])).await.unwrap();
    if let Place::Url(_) = place {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                   AND pid <> pg_backend_pid()";
        send(&place, &[end.to_owned()]).await;
    }
    assert_eq!(store.commit(commit(None, vec![put("2", "b", "{}")], vec![])).await, Ok(2));
    assert_eq!(store.reader().objects().await.unwrap().items.len(), 2);
    store.close().await;
}

pub(crate) async fn whoever_listens_is_woken_by_other_processes(place: Place) {
    let (store, other) = (Arc::new(place.open().await), place.open().await);
    let mut revisions = store.revisions();
    let listening = Arc::clone(&store);
    let listening = tokio::spawn(async move { listening.listen().await });
    if let Place::Folder { .. } = place {
        // Nobody tells of changes to a file: it ends at once.
        tokio::time::timeout(Duration::from_secs(30), listening).await.unwrap().unwrap();
    } else {
        let wait = Duration::from_secs(30);
        // Once when it begins to listen, of whatever came before; and then of each change.
        tokio::time::timeout(wait, revisions.changed()).await.unwrap().unwrap();
        for round in 1..=3 {
            other.commit(commit(None, vec![put("1", &format!("a-{round}"), "{}")], vec![])).await.unwrap();
            tokio::time::timeout(wait, revisions.changed()).await.unwrap().unwrap();
        }
        assert_eq!(store.look().await.unwrap(), 3);
        listening.abort();
        let _ = listening.await;
    }
    Arc::into_inner(store).unwrap().close().await;
    other.close().await;
}
