//! Legal holds, and erasing what the law wants erased.

use casemate_audit::commitment;
use casemate_audit::commitment::Salt;
use casemate_store::{AuditFilter, LogEvent};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const HOLDS: &str = "/api/v1/audit-holds";
const ERASE: &str = "POST /api/v1/audit-events/erase";

/// Refusals of somebody, by whom they are found.
async fn refused(server: &Server, times: usize) {
    let role = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] });
    for _ in 0..times {
        let answer = server.send("POST /api/v1/roles", Some("nobody"), &[], Some(&role)).await;
        assert_eq!(answer.status, 403);
    }
}

/// The ids of what is on record about somebody.
async fn about(server: &Server, whom: &str) -> Vec<u64> {
    let wanted = json!({ "subject": whom, "sort": "id", "limit": 1000 });
    let found = server.admin("POST /api/v1/audit-events/search", Some(&wanted)).await;
    found.body["items"].as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

async fn log(server: &Server) -> Vec<LogEvent> {
    server.app.store.reader().log_events(0, 1_000).await.unwrap()
}

/// What was done, with the reason that was given, of an action.
async fn told(server: &Server, action: &str) -> Vec<(Option<String>, Option<String>)> {
    let filter = AuditFilter {
        action: Some(action.to_owned()),
        outcome: Some("success".to_owned()),
        ..AuditFilter::default()
    };
    let found = server.app.store.reader().audit_events(&filter, None, 10).await.unwrap();
    let found = found.into_iter().map(|stored| stored.event).filter(|event| event.kind != "read");
    found.map(|event| (event.reason, event.after)).collect()
}

async fn erase(server: &Server, who: &str, wanted: Value) -> Answer {
    server.send(ERASE, Some(who), &[], Some(&wanted)).await
}

async fn what_is_on_hold_is_not_erased_and_what_is_erased_keeps_its_proof(server: &Server) {
    refused(server, 5).await;
    let ids = about(server, "nobody").await;
    assert_eq!(ids.len(), 5);
    let case = json!({ "reason": "case 2026-17", "scope": { "search": "outcome:denied", "party": "nobody", "tenant": "default" } });
    let made = server.admin(&format!("POST {HOLDS}"), Some(&case)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let hold = made.id();
    assert_eq!(made.body["search"], "tenant:default party:nobody outcome:denied");
    assert_eq!(made.body["created_by"], "credential/service/administrator");

    // A dry run counts, and says what is in the way; without it nothing is erased.
    let wanted = json!({ "search": { "party": "nobody" }, "reason": "request 4", "dry_run": true });
    let counted = erase(server, "administrator", wanted.clone()).await;
    assert_eq!(counted.status, 200, "{}", counted.text);
    let of_hold = json!({ "hold": hold, "events": 5 });
    assert_eq!((&counted.body["events"], &counted.body["held"]), (&json!(5), &json!([of_hold])));
    let wanted = json!({ "search": { "party": "nobody" }, "reason": "request 4" });
    let denied = erase(server, "administrator", wanted.clone()).await;
    assert_eq!((denied.status.as_u16(), denied.code()), (409, "on_hold"));
    assert!(denied.body["detail"].as_str().unwrap().contains(&hold), "{}", denied.text);
    assert_eq!(about(server, "nobody").await, ids);
    assert_eq!(told(server, "casemate.audit-event.erase").await, []);

    // Who reads the trail may neither lift a hold nor erase, and another tenant sees no hold.
    let lift = format!("POST {HOLDS}/{hold}/lift");
    let closed = json!({ "reason": "the case was closed" });
    for who in ["auditor", "editor", "tenant-administrator"] {
        let denied = server.send(&lift, Some(who), &[], Some(&closed)).await;
        assert_eq!(denied.status, 403, "{who}");
        assert_eq!(
            erase(server, who, json!({ "ids": ids, "reason": "x" })).await.status.as_u16() == 200,
            who == "tenant-administrator"
        );
    }
    let found = server.send(&format!("GET {HOLDS}/{hold}"), Some("auditor"), &[], None).await;
    assert_eq!(found.body["reason"], "case 2026-17");
    let unsaid = server.admin(&lift, Some(&json!({ "reason": " " }))).await;
    assert_eq!(unsaid.code(), "invalid_document");
    assert_eq!(server.admin(&lift, Some(&closed)).await.status, 204);
    assert_eq!(server.admin(&lift, Some(&closed)).await.status, 404);
    assert_eq!(
        told(server, "casemate.audit-hold.lift").await,
        [(Some("the case was closed".to_owned()), None)]
    );
    assert_eq!(told(server, "casemate.audit-hold.create").await, [(Some("case 2026-17".to_owned()), None)]);

    // By ids, of one's own tenant alone; then by whom it is about.
    let (before, elsewhere) = (log(server).await, json!({ "ids": ids, "reason": "x", "dry_run": true }));
    let theirs = erase(server, "tenant-administrator", elsewhere).await;
    assert_eq!((&theirs.body["events"], &theirs.body["missing"]), (&json!(0), &json!(5)), "{}", theirs.text);
    let by_ids = json!({ "ids": &ids[..2], "reason": "request 4" });
    assert_eq!(erase(server, "administrator", by_ids).await.body["events"], 2);
    let answer = erase(server, "administrator", wanted.clone()).await;
    let counted = [&answer.body["dry_run"], &answer.body["events"], &answer.body["whole"]];
    assert_eq!(counted, [&json!(false), &json!(3), &json!(true)], "{}", answer.text);
    assert_eq!(about(server, "nobody").await, [] as [u64; 0]);
    let after = log(server).await;
    for (was, is) in before.iter().zip(&after) {
        let is_erased = ids.contains(&was.index);
        assert_eq!((is.leaf, is.text.is_none(), is.salt.is_none()), (was.leaf, is_erased, is_erased));
        if let (Some(text), Some(Salt(salt))) = (&is.text, &is.salt) {
            assert_eq!(commitment::leaf(&Salt(*salt), text.as_bytes()), is.leaf);
        }
    }
    let told = told(server, "casemate.audit-event.erase").await;
    let counted = |events: u64| Some(json!({ "events": events, "archived": 0 }).to_string());
    let reason = Some("request 4".to_owned());
    assert_eq!(told[..2], [(reason.clone(), counted(3)), (reason, counted(2))]);

    // What tells of holds and of erasing stays, whoever asks.
    let own = json!({ "search": { "installation": true, "actor": "administrator", "action": "casemate.audit-hold.*" }, "reason": "x" });
    let answer = erase(server, "administrator", own).await;
    assert_eq!((&answer.body["events"], &answer.body["stay"]), (&json!(0), &json!(2)), "{}", answer.text);
    for (wrong, at) in [
        (json!({ "reason": "x" }), ""),
        (json!({ "ids": [1], "search": { "party": "a" }, "reason": "x" }), ""),
        (json!({ "search": { "outcome": "denied" }, "reason": "x" }), "/search"),
        (json!({ "ids": [], "reason": "x" }), "/ids"),
        (json!({ "ids": [1], "reason": "" }), "/reason"),
    ] {
        let answer = erase(server, "administrator", wrong.clone()).await;
        assert_eq!(
            (answer.code(), &answer.body["errors"][0]["pointer"]),
            ("invalid_document", &json!(at)),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn what_is_on_hold_is_not_erased_on_sqlite() {
    what_is_on_hold_is_not_erased_and_what_is_erased_keeps_its_proof(&Server::start().await).await;
}

#[tokio::test]
async fn what_is_on_hold_is_not_erased_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let server = Server::on_postgres(&postgres.url()).await;
    what_is_on_hold_is_not_erased_and_what_is_erased_keeps_its_proof(&server).await;
}

#[tokio::test]
async fn holds_are_listed_searched_and_saved() {
    let server = Server::start().await;
    for (reason, party) in [("case 1", "ada"), ("Case 2", "bob"), ("order 3", "case")] {
        let hold = json!({ "reason": reason, "scope": { "party": party } });
        assert_eq!(server.admin(&format!("POST {HOLDS}"), Some(&hold)).await.status, 201);
    }
    let reasons = |answer: &Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().unwrap();
        items.iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
    };
    let all = server.admin(&format!("GET {HOLDS}?sort=created_at&limit=2"), None).await;
    assert_eq!(reasons(&all), ["case 1", "Case 2"]);
    let next = all.body["next"].as_str().unwrap();
    let rest = server.admin(&format!("GET {HOLDS}?sort=created_at&limit=2&after={next}"), None).await;
    assert_eq!((reasons(&rest), rest.body.get("next")), (vec!["order 3".to_owned()], None));
    let found = server.admin(&format!("POST {HOLDS}/search"), Some(&json!({ "search": "CASE" }))).await;
    assert_eq!(reasons(&found), ["order 3", "Case 2", "case 1"], "also in what they cover");
    let csv =
        server.send(&format!("GET {HOLDS}"), Some("administrator"), &[("accept", "text/csv")], None).await;
    assert_eq!(csv.text.lines().count(), 4, "{}", csv.text);
    // The same request again makes no other.
    let hold = json!({ "reason": "case 4", "scope": {} });
    let key = [("idempotency-key", "one")];
    let made = server.send(&format!("POST {HOLDS}"), Some("administrator"), &key, Some(&hold)).await;
    let again = server.send(&format!("POST {HOLDS}"), Some("administrator"), &key, Some(&hold)).await;
    assert_eq!((made.status, made.id()), (again.status, again.id()));
}
