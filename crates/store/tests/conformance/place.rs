//! A database that nobody else uses, and what stands in it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use casemate_store::{
    Actor, AuditEvent, Commit, DataFolder, Database, Draft, Operation, Retention, Store, StoreError,
    StoreReader,
};
use casemate_test_support::Postgres;
use secrecy::SecretString;

/// The server of this process; it ends with the last test that holds it, since nothing that is static ever does.
static SERVER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());

/// The PostgreSQL of this process, to be held for as long as its databases are used.
pub(crate) fn server() -> Arc<Postgres> {
    let mut known = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    known.upgrade().unwrap_or_else(|| {
        let server = Arc::new(Postgres::start().unwrap());
        *known = Arc::downgrade(&server);
        server
    })
}

pub(crate) enum Place {
    Folder { _parent: tempfile::TempDir, data: DataFolder },
    Url(SecretString),
}

impl Place {
    pub(crate) fn folder() -> Place {
        let parent = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        Place::Folder { _parent: parent, data }
    }

    /// A database of the [`server`] that the test holds.
    pub(crate) fn postgres() -> Place {
        Place::Url(server().create_database().unwrap().into())
    }

    pub(crate) fn database(&self) -> Database<'_> {
        match self {
            Place::Folder { data, .. } => Database::Embedded(data),
            Place::Url(url) => Database::Postgres(url),
        }
    }

    pub(crate) async fn open(&self) -> Store {
        self.open_with(Retention::default(), || 0).await.unwrap()
    }

    pub(crate) async fn open_with(
        &self,
        retention: Retention,
        clock: fn() -> i64,
    ) -> Result<Store, StoreError> {
        Store::open_database(self.database(), retention, clock).await
    }

    pub(crate) async fn reader(&self) -> Result<StoreReader, StoreError> {
        StoreReader::open_database(self.database()).await
    }
}

pub(crate) fn draft(kind: &str, id: &str, name: &str, body: &str) -> Draft {
    Draft {
        kind: kind.into(),
        id: id.into(),
        tenant: "default".into(),
        name: name.into(),
        body: body.into(),
        origin: String::new(),
    }
}

pub(crate) fn put(id: &str, name: &str, body: &str) -> Operation {
    Operation::Put(draft("role", id, name, body))
}

pub(crate) fn remove(id: &str) -> Operation {
    Operation::Remove { kind: "role".into(), id: id.into() }
}

pub(crate) fn actor() -> Actor {
    Actor { provider: "corp".into(), kind: "user".into(), id: "ada".into(), credential: None }
}

pub(crate) fn event(action: &str, id: &str) -> AuditEvent {
    AuditEvent {
        at: 5,
        actor: actor(),
        action: action.into(),
        kind: "create".into(),
        tenant: "default".into(),
        resource_type: "role".into(),
        resource_id: id.into(),
        outcome: "success".into(),
        request_id: "r1".into(),
        ..AuditEvent::default()
    }
}

pub(crate) fn commit(base: Option<i64>, operations: Vec<Operation>, events: Vec<AuditEvent>) -> Commit {
    Commit { base, at: 5, actor: actor(), summary: "a test".into(), operations, events, fence: None }
}
