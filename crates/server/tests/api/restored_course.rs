//! Whoever follows changes over the restore of a backup, on both databases.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use casemate_platform::Respond;
use casemate_store::{BackupKey, BackupLock, DataFolder, Database, Restore, RootKeyFile, restore};
use casemate_test_support::Postgres;
use serde_json::json;

use crate::permission_changes::{CHANGES, Following, assign, follow, followed};
use crate::support::Server;

/// A backup is restored under a server that is being followed, and what it says is overtaken.
async fn a_restored_backup_is_another_course(database: Database<'_>, folder: &std::path::Path) {
    let server = followed(Server::sealing(database, None, false).await);
    let role = json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] });
    server.make("/api/v1/roles", &role).await;
    let mut following = follow(&server, "auditor", None).await;
    assert_eq!(following.next().await.unwrap().0, "ready");
    let (file, passphrase) =
        (folder.join("casemate.backup"), || "correct horse battery staple".to_owned().into());
    let lock = BackupLock::Passphrase(passphrase());
    server.app.store.reader().backup(&file, &lock, None, 1_000).await.unwrap();
    let (_, seen) = assign(&server, json!({ "id": "ada" })).await;
    assert_eq!(following.change().await.1, seen);
    let before = following.id.clone();
    let root_keys = RootKeyFile::at(folder.join("root.key"));
    let key = BackupKey::Passphrase(passphrase());
    restore(database, Restore { file: &file, key: &key, root_keys: Some(&root_keys), replace: true })
        .await
        .unwrap();
    let (_, _, data) = following.change().await;
    assert_eq!((&data["everybody"], &data["schemas"]), (&json!(true), &json!(true)));
    let course = |id: &str| id.rsplit_once('-').unwrap().0.to_owned();
    assert_ne!(course(&following.id), course(&before));
    // Another change takes the revision that was seen: to whoever was away, it is none that they know.
    while assign(&server, json!({ "id": "bob" })).await.1 < seen {}
    let back = |last: String| {
        let server = &server;
        async move {
            let request = Request::get(CHANGES).header("host", "localhost").header("last-event-id", last);
            let request = request.header("authorization", "Bearer auditor").body(Body::empty()).unwrap();
            let answer = server.front.clone().respond(request, None).await;
            assert_eq!(answer.status(), StatusCode::OK);
            Following { body: answer.into_body(), text: String::new(), id: String::new() }
        }
    };
    let mut again = back(before).await;
    let (event, _, data) = again.next().await.unwrap();
    assert_eq!(
        (event.as_str(), &data["everybody"], &data["schemas"]),
        ("change", &json!(true), &json!(true))
    );
    assert_eq!(again.next().await.unwrap().0, "ready");
    let mut known = back(again.id.clone()).await;
    assert_eq!(known.next().await.unwrap().0, "ready", "nothing came since");
}

#[tokio::test]
async fn a_restored_backup_is_another_course_on_sqlite() {
    let parent = tempfile::tempdir().unwrap();
    let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
    a_restored_backup_is_another_course(Database::Embedded(&folder), parent.path()).await;
}

#[tokio::test]
async fn a_restored_backup_is_another_course_on_postgresql() {
    let (postgres, parent) = (Postgres::start().unwrap(), tempfile::tempdir().unwrap());
    let url = postgres.create_database().unwrap().into();
    a_restored_backup_is_another_course(Database::Postgres(&url), parent.path()).await;
}
