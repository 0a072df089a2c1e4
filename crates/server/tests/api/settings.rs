//! Settings of the installation, and what they do.

use axum::http::StatusCode;
use casemate_directory::policy::SETTINGS;
use casemate_expression::Timestamp;
use casemate_platform::clock;
use serde_json::{Value, json};

use crate::description::same_as_file;
use crate::support::Server;

async fn set(server: &Server, name: &str, value: Value) -> String {
    server.make("/api/v1/settings", &json!({ "name": name, "value": value })).await
}

async fn unset(server: &Server, id: &str) {
    let item = format!("/api/v1/settings/{id}");
    let tag = server.admin(&format!("GET {item}"), None).await.header("etag").to_owned();
    let tag = [("if-match", &*tag)];
    let gone = server.send(&format!("DELETE {item}"), Some("administrator"), &tag, None).await;
    assert!(gone.status.is_success(), "{}", gone.text);
}

#[test]
fn the_reference_of_settings_is_what_the_code_says() {
    let mut text = "# Settings of an installation\nChanged by `/api/v1/settings`, or in files (`[[setting]]`); each acts on every server \
                    as soon as that takes the change, within\na second. There are no others: an unknown name and a value \
                    of another type are refused. What a server is started with stands in\n[configuration](configuration.md).\n"
        .to_owned();
    for setting in SETTINGS {
        text.push_str(&format!(
            "\n## `{}`\n{}\n\n- Value: {}\n- Where it is not set: {}\n",
            setting.name, setting.meaning, setting.values, setting.default
        ));
    }
    same_as_file("docs/reference/settings.md", &text);
}

#[tokio::test]
async fn a_setting_that_there_is_not_or_of_another_type_is_refused_with_its_place() {
    let server = Server::start().await;
    for (name, value, pointer, help) in [
        ("decision.record", json!("all"), "/name", "did you mean `decision.recorded`?"),
        ("console.title", json!("x"), "/name", "there are `api_key.max_lifetime_days`"),
        ("decision.recorded", json!("some"), "/value", "write `\"denied\"` or `\"all\"`"),
        ("log.levels", json!("loud"), "/value", "write a text: a level"),
        ("api_key.max_lifetime_days", json!("30"), "/value", "write a whole number"),
    ] {
        let body = json!({ "name": name, "value": value });
        let refused = server.admin("POST /api/v1/settings", Some(&body)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
        let error = &refused.body["errors"][0];
        assert_eq!(error["pointer"], pointer, "{}", refused.text);
        assert!(error["help"].as_str().unwrap().starts_with(help), "{}", refused.text);
    }
    assert_eq!(server.admin("GET /api/v1/settings", None).await.body["items"], json!([]));
}

#[tokio::test]
async fn which_decisions_are_recorded_follows_the_setting() {
    let server = Server::start().await;
    let role = json!({ "name": "reader", "permissions": [{ "name": "cms.read" }] });
    server.make("/api/v1/roles", &role).await;
    server.make("/api/v1/assignments", &json!({ "role": "reader", "to": { "id": "ada" } })).await;
    let recorded = async |who: &str| {
        let question = json!({
            "subject": { "type": "user", "id": who },
            "action": { "name": "cms.read" },
            "resource": { "type": "page", "id": "1" },
        });
        let before = server.app.store.reader().decisions(&Default::default(), None, 100).await.unwrap();
        let answer = server.admin("POST /access/v1/evaluation", Some(&question)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let after = server.app.store.reader().decisions(&Default::default(), None, 100).await.unwrap();
        (answer.body["decision"] == json!(true), after.items.len() - before.items.len())
    };
    assert_eq!(recorded("ada").await, (true, 0), "the server was started so");
    let id = set(&server, "decision.recorded", json!("all")).await;
    assert_eq!(recorded("ada").await, (true, 1));
    unset(&server, &id).await;
    assert_eq!(recorded("ada").await, (true, 0));
    set(&server, "decision.recorded", json!("denied")).await;
    assert_eq!((recorded("ada").await, recorded("bob").await), ((true, 0), (false, 1)), "denials always are");
}

#[tokio::test]
async fn no_key_lives_for_longer_than_the_setting_lets_it() {
    let server = Server::start().await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "ci" })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let in_days = |days: i64| {
        let at = Timestamp(clock::now() + days * 24 * 3_600 * 1_000_000);
        json!({ "title": "k", "expires_at": at.to_string() })
    };
    let endless = server.admin(&keys, Some(&json!({ "title": "k" }))).await;
    let long = server.admin(&keys, Some(&in_days(90))).await.id();
    set(&server, "api_key.max_lifetime_days", json!(30)).await;
    let rotate = |id: &str| format!("POST /api/v1/api-keys/{id}/rotate");
    let overlap = json!({ "overlap_seconds": 60 });
    for (request, body) in [
        (keys.clone(), json!({ "title": "k" })),
        (keys.clone(), in_days(31)),
        (rotate(&endless.id()), overlap.clone()),
        (rotate(&long), overlap.clone()),
    ] {
        let refused = server.admin(&request, Some(&body)).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{request}");
        let error = &refused.body["errors"][0];
        assert_eq!(error["pointer"], "/expires_at", "{}", refused.text);
        assert!(error["message"].as_str().unwrap().contains("30 days"), "{}", refused.text);
    }
    let short = server.admin(&keys, Some(&in_days(29))).await.id();
    assert_eq!(server.admin(&rotate(&short), Some(&overlap)).await.status, StatusCode::CREATED);
    let works = server.send("GET /api/v1/roles", endless.body["key"].as_str(), &[], None).await;
    assert_eq!(works.status, StatusCode::FORBIDDEN, "keys that are there live on");
}
