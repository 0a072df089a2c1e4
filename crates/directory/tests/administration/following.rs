//! Following a store that other processes write to, or that is replaced as a whole.

use casemate_directory::{Affected, KeyDraft, Kind, Whom};
use casemate_identity::SecretString;
use casemate_store::{
    BackupKey, BackupLock, Commit, Database, Draft, Operation, Restore, RootKeyFile, restore,
};
use serde_json::json;

use super::*;

/// A key of an account that may do `notes.*`: its id and its secret.
async fn key(site: &Site) -> (String, SecretString) {
    site.role("author", json!([{ "name": "notes.*" }])).await;
    let account = site.create(Kind::ServiceAccount, json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "robot" });
    site.create(Kind::Assignment, json!({ "role": "author", "to": to })).await;
    let draft = KeyDraft { title: "a test".into(), ..KeyDraft::default() };
    let made = site.administration.create_key(&operator(), "default", &account.entry.id, draft).await;
    let (key, secret) = made.unwrap();
    (key.id, secret)
}

fn written(operations: Vec<Operation>) -> Commit {
    Commit {
        base: None,
        at: 1_000,
        actor: Actor::default(),
        summary: "a test".into(),
        operations,
        events: Vec::new(),
        fence: None,
    }
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_does_not_delay_a_revocation() {
    let site = Site::open().await;
    let (id, secret) = key(&site).await;
    site.assign("author", "ada").await;
    assert_eq!(key_allows(&site.directory, &secret, "notes.read").await, Some(true));
    let mut revoked = site.store.reader().api_key(&id).await.unwrap().unwrap();
    revoked.revoked_at = Some(900);
    let unreadable = Draft {
        kind: "role".into(),
        id: "rol_1".into(),
        tenant: "default".into(),
        name: "newer".into(),
        body: json!({ "name": "newer", "of": "a time to come" }).to_string(),
        origin: String::new(),
    };
    let before = site.directory.current().revision();
    let revision = site
        .store
        .commit(written(vec![Operation::Put(unreadable), Operation::PutKey(revoked)]))
        .await
        .unwrap();
    let refused = site.directory.refresh().await.unwrap_err();
    assert!(refused.to_string().contains("newer"), "{refused}");
    assert_eq!(key_allows(&site.directory, &secret, "notes.read").await, None, "the key was revoked");
    assert!(site.allows("ada", "notes.read"), "what decided before still does");
    // Whoever keeps what the key held is told, once.
    let _ = site.directory.refresh().await.unwrap_err();
    let told = site.directory.changes_after(before).unwrap();
    assert_eq!(told.iter().map(|change| change.revision).collect::<Vec<_>>(), [revision]);
    let whom = Whom::Credential(id.as_str().into());
    let is_named =
        matches!(&told[0].affected, Affected::These(these) if these.iter().any(|one| one.whom == whom));
    assert!(is_named, "{told:?}");
}

#[tokio::test]
async fn whoever_serves_from_a_database_takes_the_backup_that_is_restored_into_it() {
    let site = Site::open().await;
    let (kept, secret) = key(&site).await;
    site.assign("author", "ada").await;
    let file = site.folder.path().join("casemate.backup");
    let passphrase = || "correct horse battery staple".to_owned().into();
    let lock = BackupLock::Passphrase(passphrase());
    site.store.reader().backup(&file, &lock, None, 1_000).await.unwrap();

    site.administration.revoke_key(&operator(), "default", &kept).await.unwrap();
    site.assign("author", "bob").await;
    let account = site.administration.key("default", &kept).await.unwrap().unwrap().account;
    let draft = KeyDraft { title: "later".into(), ..KeyDraft::default() };
    let (_, later) = site.administration.create_key(&operator(), "default", &account, draft).await.unwrap();
    let (other, _) = site.other_process().await;
    assert_eq!(key_allows(&other, &later, "notes.read").await, Some(true));
    assert_eq!(key_allows(&other, &secret, "notes.read").await, None);

    let data = DataFolder::open_or_create(&site.folder.path().join("data")).unwrap();
    let key = BackupKey::Passphrase(passphrase());
    let root_keys = RootKeyFile::at(site.folder.path().join("root.key"));
    let what = Restore { file: &file, key: &key, root_keys: Some(&root_keys), replace: true };
    restore(Database::Embedded(&data), what).await.unwrap();
    for directory in [&*site.directory, &*other] {
        directory.refresh().await.unwrap();
        assert_eq!(key_allows(directory, &secret, "notes.read").await, Some(true), "it is in the backup");
        assert_eq!(key_allows(directory, &later, "notes.read").await, None, "it is not in the backup");
    }
    assert!(site.allows("ada", "notes.read") && !site.allows("bob", "notes.read"));
    // Changes go on from there.
    site.assign("author", "eve").await;
    other.refresh().await.unwrap();
    assert_eq!(other.current().revision(), site.directory.current().revision());
    assert!(site.allows("eve", "notes.read"));
}
