//! What a key may do is kept by the place of its identity in memory: a key that was changed has another one, or what it may do
//! would stay as it was.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use casemate_directory::{Administration, Author, Directory, DirectoryHost, KeyDraft, Kind, Known};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, Credentials, Identity, SecretString, Timestamp};
use casemate_store::{
    Actor, Commit, DataFolder, Operation, Retention, RootKeys, Sealer, Store, StoredApiKey,
};
use serde_json::json;

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

/// A directory that follows a store, with one service account.
struct Site {
    store: Arc<Store>,
    directory: Arc<Directory>,
    administration: Administration,
    account: String,
    _folder: tempfile::TempDir,
}

impl Site {
    async fn open() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        let store = Arc::new(Store::open(&data, Retention::default(), || 0).await.unwrap());
        let sealer = Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())));
        let host = DirectoryHost { sealer, ..DirectoryHost::new(Arc::new(Offline)) };
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        let administration = Administration::new(Arc::clone(&store), Arc::clone(&directory));
        let robot = json!({ "name": "robot" });
        let account = administration.create(&operator(), Kind::ServiceAccount, "default", robot, None).await;
        let account = account.unwrap().entry.id;
        Site { store, directory, administration, account, _folder: folder }
    }

    async fn key(&self) -> (StoredApiKey, SecretString) {
        let draft = KeyDraft { title: "a test".into(), ..KeyDraft::default() };
        self.administration.create_key(&operator(), "default", &self.account, draft).await.unwrap()
    }

    /// Who presents a key, where it is taken.
    async fn presented(&self, secret: &SecretString) -> Option<Arc<Identity>> {
        let credentials = Credentials::bearer(secret.clone()).with_client([192, 0, 2, 1].into());
        self.directory.current().chain().authenticate(&credentials, Timestamp(1_000)).await.ok()
    }

    /// What is kept of whoever presents a key.
    async fn known(&self, secret: &SecretString) -> (Arc<Identity>, Arc<Known>) {
        let identity = self.presented(secret).await.unwrap();
        let known = self.directory.current().known_caller(&identity);
        (identity, known)
    }

    /// Another process has changed a key.
    async fn write(&self, key: StoredApiKey) {
        let commit = Commit {
            base: None,
            at: 1_000,
            actor: Actor::default(),
            summary: "a test".into(),
            operations: vec![Operation::PutKey(key)],
            events: Vec::new(),
            fence: None,
        };
        self.store.commit(commit).await.unwrap();
        self.directory.refresh().await.unwrap();
    }
}

/// What another process makes different.
type Change = fn(&mut StoredApiKey);

fn operator() -> Author {
    Author::system("test", 1_000)
}

#[tokio::test]
async fn a_key_has_another_identity_whenever_anything_of_it_is_changed() {
    let site = Site::open().await;
    let (mut key, secret) = site.key().await;
    let changes: [(&str, Change); 6] = [
        ("title", |key| key.title = "another".into()),
        ("application", |key| key.application = Some("notes".into())),
        ("permissions", |key| key.permissions = Some("[]".into())),
        ("networks", |key| key.networks = "192.0.2.0/24".into()),
        ("end", |key| key.expires_at = Some(5_000)),
        ("origin", |key| key.rotated_from = Some("0123456789abcdef".into())),
    ];
    for (what, change) in changes {
        let (earlier, known_before) = site.known(&secret).await;
        change(&mut key);
        site.write(key.clone()).await;
        let (later, known_after) = site.known(&secret).await;
        assert!(!Arc::ptr_eq(&earlier, &later), "the {what} of the key was changed");
        assert!(!Arc::ptr_eq(&known_before, &known_after), "the {what} of the key was changed");
        assert_eq!(known_after.application.as_deref(), key.application.as_deref(), "{what}");
        assert_eq!(later.display_name.as_deref(), Some(&*key.title), "{what}");
    }
    key.revoked_at = Some(900);
    site.write(key).await;
    assert!(site.presented(&secret).await.is_none());
}

#[tokio::test]
async fn rotating_a_key_leaves_both_with_identities_of_their_own() {
    let site = Site::open().await;
    let (old, old_secret) = site.key().await;
    let (before, _) = site.known(&old_secret).await;
    let (_, new_secret) = site.administration.rotate_key(&operator(), "default", &old.id, 500).await.unwrap();
    let ((ending, _), (new, _)) = (site.known(&old_secret).await, site.known(&new_secret).await);
    assert!(!Arc::ptr_eq(&before, &ending), "the end of the key was changed");
    assert!(!Arc::ptr_eq(&ending, &new));
}

#[tokio::test]
async fn a_key_that_was_not_changed_keeps_its_identity_and_what_is_known_of_it() {
    let site = Site::open().await;
    let (_, secret) = site.key().await;
    let (mut other, _) = site.key().await;
    let (earlier, known_before) = site.known(&secret).await;
    other.title = "another".into();
    site.write(other).await;
    let (later, known_after) = site.known(&secret).await;
    assert!(Arc::ptr_eq(&earlier, &later));
    assert!(Arc::ptr_eq(&known_before, &known_after));
}
