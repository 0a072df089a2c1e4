//! One suite over both databases: what the store promises holds on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::sync::LazyLock;

use casemate_store::{
    Actor, AuditEvent, AuditFilter, Commit, CommitError, DataFolder, Database, Draft, Operation, Retention,
    Store,
};
use casemate_test_support::Postgres;
use secrecy::SecretString;

static POSTGRES: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());

/// A database that nobody else uses.
enum Place {
    Folder { _parent: tempfile::TempDir, data: DataFolder },
    Url(SecretString),
}

impl Place {
    fn folder() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        Place::Folder { _parent: folder, data }
    }

    fn postgres() -> Place {
        Place::Url(POSTGRES.create_database().unwrap().into())
    }

    async fn open(&self) -> Store {
        let database = match self {
            Place::Folder { data, .. } => Database::Embedded(data),
            Place::Url(url) => Database::Postgres(url),
        };
        Store::open_database(database, Retention::default(), || 0).await.unwrap()
    }
}

/// Makes a test of each case on each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Place::folder()).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Place::postgres()).await; })*
        }
    };
}

on_both!(a_change_stands_with_its_event_and_its_version, a_change_that_was_thought_out_earlier_is_refused);

fn role(id: &str, name: &str, body: &str) -> Draft {
    Draft {
        kind: "role".into(),
        id: id.into(),
        tenant: "default".into(),
        name: name.into(),
        body: body.into(),
        origin: String::new(),
    }
}

fn actor() -> Actor {
    Actor { provider: "corp".into(), kind: "user".into(), id: "ada".into(), credential: None }
}

fn event(action: &str, id: &str) -> AuditEvent {
    AuditEvent {
        at: 5,
        actor: actor(),
        action: action.into(),
        kind: "create".into(),
        tenant: "default".into(),
        resource_type: "role".into(),
        resource_id: id.into(),
        outcome: "success".into(),
        reason: None,
        request_id: "r1".into(),
        route: None,
        client: None,
        user_agent: None,
        before: None,
        after: None,
    }
}

fn commit(base: Option<i64>, operations: Vec<Operation>, events: Vec<AuditEvent>) -> Commit {
    Commit { base, at: 5, actor: actor(), summary: "a test".into(), operations, events, fence: None }
}

async fn a_change_stands_with_its_event_and_its_version(place: Place) {
    let store = place.open().await;
    let put = Operation::Put(role("rol_1", "editor", "{\"a\":1}"));
    let revision =
        store.commit(commit(Some(0), vec![put], vec![event("casemate.role.create", "rol_1")])).await.unwrap();
    assert_eq!(revision, 1);
    store.close().await;

    let store = place.open().await;
    let objects = store.reader().objects().await.unwrap();
    assert_eq!((objects.revision, objects.items.len()), (1, 1));
    assert_eq!((&*objects.items[0].body, objects.items[0].revision), ("{\"a\":1}", 1));
    let events = store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!((events.len(), events[0].revision, &*events[0].event.action), (1, 1, "casemate.role.create"));
    let (version, edits) = store.reader().version(1).await.unwrap().unwrap();
    assert_eq!((version.actor, version.objects), (actor(), 1));
    assert_eq!((edits[0].before.as_ref(), edits[0].after.as_ref().unwrap().name.as_str()), (None, "editor"));
    store.close().await;
}

async fn a_change_that_was_thought_out_earlier_is_refused(place: Place) {
    let store = place.open().await;
    let put = |name: &str| vec![Operation::Put(role(&format!("rol_{name}"), name, "{}"))];
    store.commit(commit(Some(0), put("a"), vec![])).await.unwrap();
    let refused = store.commit(commit(Some(0), put("b"), vec![event("x", "b")])).await;
    assert_eq!(refused, Err(CommitError::Conflict { current: 1 }));
    let taken = vec![Operation::Put(role("rol_c", "c", "{}")), Operation::Put(role("rol_d", "a", "{}"))];
    let refused = store.commit(commit(None, taken, vec![])).await;
    assert_eq!(refused, Err(CommitError::NameTaken { kind: "role".into(), name: "a".into() }));
    assert_eq!(store.reader().objects().await.unwrap().items.len(), 1);
    assert!(store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap().is_empty());
    store.close().await;
}
