//! What another system said, and is to be forgotten: on every replica, and by whom.

use std::sync::Arc;

use casemate_directory::{Affected, Whom};
use casemate_identity::SecretString;
use casemate_store::{Database, Sealer};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::outside_sources::{Legacy, evaluated, question, sealer};
use crate::permissions::furnish;
use crate::support::Server;

/// Two servers on one database.
async fn replicas(url: &str, sealer: &Arc<Sealer>) -> [Server; 2] {
    let url = SecretString::from(url);
    let place = || Database::Postgres(&url);
    let first = Server::sealing(place(), Some(Arc::clone(sealer)), true).await;
    [first, Server::sealing(place(), Some(Arc::clone(sealer)), true).await]
}

async fn forget(server: &Server, id: &str, body: &Value) -> i64 {
    let answer = server.admin(&format!("POST /api/v1/sources/{id}/forget"), Some(body)).await;
    assert_eq!(answer.status.as_u16(), 204, "{}", answer.text);
    answer.header("casemate-revision").parse().unwrap()
}

/// What is answered about somebody at least at a revision.
async fn at_least(server: &Server, id: &str, revision: i64) -> Value {
    let body = question(&json!({ "type": "user", "id": id }));
    let headers = [("casemate-at-least", &*revision.to_string())];
    server.app.directory.refresh().await.unwrap();
    let answer = server.send("POST /access/v1/evaluation", Some("asker"), &headers, Some(&body)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["decision"].clone()
}

#[tokio::test]
async fn what_is_taken_away_elsewhere_counts_at_once_on_every_replica() {
    let postgres = Postgres::start().unwrap();
    let sealer = sealer().unwrap();
    let [first, second] = replicas(&postgres.url(), &sealer).await;
    let first = furnish(first).await;
    let legacy = Legacy::start().await;
    let id = legacy.source(&first, json!({ "max_cache_seconds": 3600 })).await;
    second.app.directory.refresh().await.unwrap();
    let reads = json!([{ "name": "notes.read" }]);
    for who in ["ada", "bob"] {
        legacy.holds(who, reads.clone());
        for server in [&first, &second] {
            assert_eq!(evaluated(server, who).await["decision"], true);
        }
    }
    assert_eq!(legacy.count(), 4);
    legacy.holds("ada", json!([]));
    legacy.holds("bob", json!([]));
    assert_eq!(evaluated(&second, "ada").await["decision"], true, "nobody told of it");
    let before = second.app.directory.current().revision();
    let revision = forget(&first, &id, &json!({ "identity": { "id": "ada" } })).await;
    for server in [&first, &second] {
        assert_eq!(at_least(server, "ada", revision).await, false);
        assert_eq!(at_least(server, "bob", revision).await, true, "they are somebody else");
    }
    let told = second.app.directory.changes_after(before).unwrap();
    let affected = &told.last().unwrap().affected;
    assert!(
        matches!(affected, Affected::These(these) if these.len() == 1
            && matches!(&these[0].whom, Whom::Subject { id, .. } if **id == *"ada")),
        "{affected:?}"
    );
    let revision = forget(&first, &id, &json!({})).await;
    for server in [&first, &second] {
        assert_eq!(at_least(server, "bob", revision).await, false);
    }
    let told = second.app.directory.changes_after(revision - 1).unwrap();
    assert_eq!(told[0].affected, Affected::Everybody);
    let events = first
        .admin(
            "POST /api/v1/audit-events/search",
            Some(&json!({ "action": "casemate.source.forget", "installation": true })),
        )
        .await;
    assert_eq!(events.body["items"].as_array().unwrap().len(), 2, "{}", events.text);
}

#[tokio::test]
async fn who_may_have_it_forgotten_what_a_source_said() {
    let server = furnish(Server::start_with(sealer()).await).await;
    let legacy = Legacy::start().await;
    let id = legacy.source(&server, json!({})).await;
    let path = format!("POST /api/v1/sources/{id}/forget");
    let send = async |who: &str, body: Value| server.send(&path, Some(who), &[], Some(&body)).await;
    assert_eq!(send("nobody", json!({})).await.status.as_u16(), 403);
    assert_eq!(send("tenant-administrator", json!({})).await.status.as_u16(), 403);
    for wrong in [json!({ "identity": {} }), json!({ "more": 1 }), json!({ "identity": { "id": "" } })] {
        let refused = send("administrator", wrong.clone()).await;
        assert_eq!(refused.status.as_u16(), 422, "{wrong}: {}", refused.text);
    }
    let unknown = server.admin("POST /api/v1/sources/src_none/forget", Some(&json!({}))).await;
    assert_eq!(unknown.status.as_u16(), 404);
    forget(&server, &id, &json!({})).await;
}
