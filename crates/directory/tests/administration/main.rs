//! Administration on a store of its own: what may be changed, by whom, and what stands afterwards.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod affected;
mod code;
mod following;
mod granting;
mod groups;
mod keys;
mod objects;
mod people_back;
mod providers;
mod recovery;
mod restoring;
mod scale;
mod sequences;
mod teams;

use std::sync::Arc;

use casemate_directory::{Administration, Author, Covered, Directory, DirectoryHost, Kind, Written};
use casemate_expression::{Map, Timestamp};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, Credentials};
use casemate_permission::name::Name;
use casemate_permission::{Action, Catalog, Effect, Grant, OriginKind, Permission, PermissionSet, Request};
use casemate_store::{Actor, DataFolder, Retention, RootKeys, Sealer, Store};
use serde_json::{Value, json};

/// Reaches nobody.
struct Offline;

impl Fetch for Offline {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }
}

/// A store, what follows it, and administration, as one process has them.
struct Site {
    store: Arc<Store>,
    directory: Arc<Directory>,
    administration: Administration,
    folder: tempfile::TempDir,
}

impl Site {
    async fn open() -> Site {
        Site::in_folder(tempfile::tempdir().unwrap()).await
    }

    async fn in_folder(folder: tempfile::TempDir) -> Site {
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        let store = Arc::new(Store::open(&data, Retention::default(), || 0).await.unwrap());
        let sealer = Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())));
        let host = DirectoryHost { sealer, ..DirectoryHost::new(Arc::new(Offline)) };
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        let administration = Administration::new(Arc::clone(&store), Arc::clone(&directory));
        Site { store, directory, administration, folder }
    }

    /// Another process on the same database.
    async fn other_process(&self) -> (Arc<Directory>, Administration) {
        let data = DataFolder::open_or_create(&self.folder.path().join("data")).unwrap();
        let store = Arc::new(Store::open(&data, Retention::default(), || 0).await.unwrap());
        let host = DirectoryHost::new(Arc::new(Offline));
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        (Arc::clone(&directory), Administration::new(store, directory))
    }

    async fn create(&self, kind: Kind, document: Value) -> Written {
        let tenant = if kind.is_installation_wide() { "" } else { "default" };
        self.administration.create(&operator(), kind, tenant, document, None).await.unwrap()
    }

    async fn role(&self, name: &str, permissions: Value) -> Written {
        self.create(Kind::Role, json!({ "name": name, "permissions": permissions })).await
    }

    async fn assign(&self, role: &str, id: &str) -> Written {
        self.create(Kind::Assignment, json!({ "role": role, "to": { "id": id } })).await
    }

    /// Whether a user of the tenant `default` may do something.
    fn allows(&self, id: &str, name: &str) -> bool {
        let snapshot = self.directory.current();
        let nobody = casemate_directory::Subject::anonymous("default".into());
        let subject = snapshot.subject(&nobody, &"default".into(), "user", id).unwrap();
        allowed(&snapshot.permissions(&subject).unwrap(), name)
    }
}

/// Whoever is on the machine.
fn operator() -> Author {
    Author::system("test", 1_000)
}

/// Somebody who holds these permissions and no more.
fn holding(names: &[&str]) -> Author {
    let mut builder = PermissionSet::builder(&Catalog::empty());
    for name in names {
        let permission = Permission::from_json(&json!({ "name": name }).to_string()).unwrap();
        builder.add(permission, &Grant::always(OriginKind::Role, "test"));
    }
    let actor = Actor { provider: "corp".into(), kind: "user".into(), id: "ada".into(), credential: None };
    Author { actor, holds: Some(builder.build().unwrap()), ..operator() }
}

fn allowed(set: &PermissionSet, name: &str) -> bool {
    let nobody = casemate_directory::Subject::anonymous("default".into());
    let request = Request {
        name: Name::parse(name).unwrap(),
        identity: nobody.view(),
        action: Action { name, properties: Map::EMPTY },
        resource: None,
        context: Map::EMPTY,
        now: Timestamp(1_000),
    };
    set.check(&request).effect == Effect::Allowed
}

/// Whether a key is taken now, and what it allows.
async fn key_allows(
    directory: &Directory,
    key: &casemate_identity::SecretString,
    name: &str,
) -> Option<bool> {
    let snapshot = directory.current();
    let credentials = Credentials::bearer(key.clone());
    let identity =
        snapshot.chain().authenticate(&credentials, casemate_identity::Timestamp(1_000)).await.ok()?;
    let caller = snapshot.caller(&identity);
    Some(allowed(&snapshot.permissions(&caller).unwrap(), name))
}
