//! What reviewers decide about assignments: of which revision it holds, what ends, and what stays on record.

use casemate_platform::clock;
use casemate_store::{AuditEvent, AuditFilter};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::sessions;
use crate::support::{Answer, Server};

const ASSIGNMENTS: &str = "/api/v1/assignments";
const DECIDE: &str = "POST /api/v1/access-review/decide";
const SEARCH: &str = "POST /api/v1/access-review/search";
const RECORD: &str = "POST /api/v1/access-review/decisions/search";
const DAY: i64 = 86_400 * 1_000_000;

fn time(at: i64) -> String {
    casemate_expression::Timestamp(at).to_string()
}

/// Roles `support`, which extends `reader`, and `other`, and a team of `support`.
async fn furnish(server: &Server) {
    for (name, extends) in [("reader", vec![]), ("support", vec!["reader"]), ("other", vec![])] {
        let role = json!({ "name": name, "permissions": [{ "name": "cms.read" }], "extends": extends });
        server.make("/api/v1/roles", &role).await;
    }
    server.make("/api/v1/teams", &json!({ "name": "desk", "roles": ["support"] })).await;
}

async fn assigned(server: &Server, more: Value) -> String {
    let mut document = json!({ "role": "support", "to": { "provider": "credential", "id": "ada" } });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    let document: Value =
        document.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
    server.make(ASSIGNMENTS, &document).await
}

/// The entry of an assignment in the review, if it stands there.
async fn entry(server: &Server, id: &str, search: Value) -> Option<Value> {
    let found = server.admin(SEARCH, Some(&search)).await;
    assert_eq!(found.status, 200, "{}", found.text);
    found.body["items"].as_array().unwrap().iter().find(|held| held["assignment"] == id).cloned()
}

async fn revision(server: &Server, id: &str) -> Value {
    entry(server, id, json!({})).await.unwrap()["revision"].clone()
}

fn wanted(id: &str, revision: &Value, decision: &str) -> Value {
    json!({ "assignment": id, "revision": revision, "decision": decision, "reason": format!("{decision}, for the audit") })
}

async fn decide(server: &Server, by: &str, decisions: Vec<Value>) -> Answer {
    server.send(DECIDE, Some(by), &[], Some(&json!({ "decisions": decisions }))).await
}

/// Decides about an assignment as it is; gives what became of it.
async fn decided(server: &Server, id: &str, decision: &str) -> Value {
    let answer =
        decide(server, "administrator", vec![wanted(id, &revision(server, id).await, decision)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["outcomes"][0].clone()
}

/// Makes something else of an object, as far as `change` says.
async fn changed(server: &Server, path: &str, change: Value) {
    let known = server.admin(&format!("GET {path}"), None).await;
    let mut document = known.body["document"].clone();
    for (name, value) in change.as_object().unwrap() {
        document[name] = value.clone();
    }
    let tag = [("if-match", known.header("etag"))];
    let answer = server.send(&format!("PUT {path}"), Some("administrator"), &tag, Some(&document)).await;
    assert!(answer.status.is_success(), "{}", answer.text);
}

async fn path_of(server: &Server, kind: &str, name: &str) -> String {
    let found = server.admin(&format!("POST /api/v1/{kind}/search"), Some(&json!({ "search": name }))).await;
    let items = found.body["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["name"] == name).unwrap();
    format!("/api/v1/{kind}/{}", item["id"].as_str().unwrap())
}

/// The events of this action, oldest first.
async fn events(server: &Server, action: &str) -> Vec<AuditEvent> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let events = server.app.store.reader().audit_events(&filter, None, 100).await.unwrap();
    events.into_iter().rev().map(|stored| stored.event).collect()
}

async fn a_certificate_holds_of_what_was_seen_alone(server: &Server) {
    furnish(server).await;
    let by_role = assigned(server, json!({})).await;
    let by_team = assigned(server, json!({ "role": null, "team": "desk" })).await;
    let path = |id: &str| format!("{ASSIGNMENTS}/{id}");
    let (reader, support) =
        (path_of(server, "roles", "reader").await, path_of(server, "roles", "support").await);
    let (other, desk) = (path_of(server, "roles", "other").await, path_of(server, "teams", "desk").await);
    let title = json!({ "title": "another title" });
    let far = json!({ "until": "2099-01-01T00:00:00Z" });
    let none = json!({ "permissions": [] });
    let wider = json!({ "roles": ["support", "other"] });
    // What is changed, and of which of the two a certificate holds afterwards.
    for (number, (changes, change, of_role, of_team)) in [
        (&path(&by_role), &far, false, true),
        (&path(&by_team), &json!({ "reason": "another reason" }), true, false),
        (&other, &none, true, true),
        (&reader, &none, false, false),
        (&support, &title, false, false),
        (&desk, &wider, true, false),
        (&other, &title, true, false),
    ]
    .into_iter()
    .enumerate()
    {
        let mut seen = Vec::new();
        for id in [&by_role, &by_team] {
            let outcome = decided(server, id, "certified").await;
            assert_eq!(outcome["outcome"], "done", "{outcome}");
            assert_eq!(outcome["revision"], outcome["review"]["revision"]);
            seen.push(outcome["revision"].clone());
            let held = entry(server, id, json!({})).await.unwrap();
            assert_eq!((&held["review"]["holds"], &held["revision"]), (&json!(true), &outcome["revision"]));
        }
        changed(server, changes, change.clone()).await;
        for ((id, holds), seen) in [(&by_role, of_role), (&by_team, of_team)].into_iter().zip(&seen) {
            let held = entry(server, id, json!({})).await.unwrap();
            assert_eq!(held["review"]["holds"], holds, "{number}: {held}");
            assert_eq!(held["revision"] == *seen, holds, "{number}: {held}");
            let filtered = async |search| entry(server, id, search).await.is_some();
            let (begin, end) = (time(0), time(clock::now() + DAY));
            assert_eq!(filtered(json!({ "changed_since_review": true })).await, !holds, "{number}");
            assert_eq!(filtered(json!({ "reviewed_since": begin })).await, holds, "{number}");
            assert_eq!(filtered(json!({ "not_reviewed_since": begin })).await, !holds, "{number}");
            assert!(!filtered(json!({ "reviewed_since": end })).await);
            assert!(filtered(json!({ "not_reviewed_since": end })).await);
            // Whoever saw what it was decides nothing.
            let late = decide(server, "administrator", vec![wanted(id, seen, "certified")]).await;
            let outcome = &late.body["outcomes"][0];
            assert_eq!(outcome["outcome"], if holds { "done" } else { "changed" }, "{number}: {outcome}");
            assert_eq!(outcome["revision"], held["revision"], "{number}: {outcome}");
        }
    }
    let counts = async |since: String| {
        let told = server.admin(&format!("GET /api/v1/access-review/progress?since={since}"), None).await;
        let of = ["assignments", "certified", "changed", "open", "revoked", "complete"];
        of.map(|name| told.body[name].clone())
    };
    let [yes, none, one, two] = [json!(true), json!(0), json!(1), json!(2)];
    let so_far = [two.clone(), one.clone(), one.clone(), none.clone(), none.clone(), yes.clone()];
    assert_eq!(counts(time(0)).await, so_far, "one was certified again, the other changed");
    let later = [two.clone(), none.clone(), none.clone(), two, none.clone(), yes.clone()];
    assert_eq!(counts(time(clock::now() + DAY)).await, later);
    assert_eq!(decided(server, &by_role, "revoked").await["outcome"], "done");
    assert_eq!(counts(time(0)).await, [one.clone(), none.clone(), one.clone(), none.clone(), one, yes]);
    let never = assigned(server, json!({ "to": { "provider": "credential", "id": "eve" } })).await;
    let held = entry(server, &never, json!({ "not_reviewed_since": time(0) })).await.unwrap();
    assert_eq!(held["review"], Value::Null);
    assert!(entry(server, &never, json!({ "changed_since_review": true })).await.is_none());
}

async fn what_is_revoked_ends_now_and_no_later_than_it_would_have(server: &Server) {
    furnish(server).await;
    let now = clock::now();
    let to = |id: &str| json!({ "provider": "credential", "id": id });
    let open = assigned(server, json!({ "to": to("open"), "reason": "covers" })).await;
    let over = assigned(
        server,
        json!({ "to": to("over"), "from": "2020-01-01T00:00:00Z", "until": "2021-01-01T00:00:00Z" }),
    )
    .await;
    let late = assigned(server, json!({ "to": to("late"), "from": time(now + DAY) })).await;
    let ids = [&open, &over, &late];
    let granted = entry(server, &open, json!({})).await.unwrap()["granted"].clone();
    let mut decisions = Vec::new();
    for id in ids {
        decisions.push(wanted(id, &revision(server, id).await, "revoked"));
    }
    let answer = decide(server, "administrator", decisions).await;
    for (outcome, id) in answer.body["outcomes"].as_array().unwrap().iter().zip(ids) {
        assert_eq!((&outcome["outcome"], &outcome["assignment"]), (&json!("done"), &json!(id)), "{outcome}");
        assert_eq!(outcome["revision"].is_null(), *id == late, "{outcome}");
    }
    assert_eq!(
        answer.header("casemate-revision"),
        answer.body["outcomes"][2]["review"]["change"].to_string()
    );
    let held = entry(server, &open, json!({})).await.unwrap();
    let until = held["until"].as_str().unwrap();
    assert!(until >= time(now).as_str() && until <= time(clock::now()).as_str(), "{until}");
    assert_eq!((&held["state"], &held["reason"]), (&json!("over"), &json!("covers")));
    assert_eq!(held["granted"], granted, "who ends it grants nothing");
    assert_eq!(held["review"]["holds"], true);
    let held = entry(server, &over, json!({})).await.unwrap();
    assert_eq!((&held["until"], &held["review"]["holds"]), (&json!("2021-01-01T00:00:00Z"), &json!(true)));
    assert!(entry(server, &late, json!({})).await.is_none());
    // What has gone is still on record, with what it was.
    let record = server.admin(RECORD, Some(&json!({ "assignment": late }))).await;
    let gone = &record.body["items"][0];
    assert_eq!((&gone["held"]["role"], &gone["held"]["to"]["id"]), (&json!("support"), &json!("late")));
    // What is given again has to be looked at again.
    changed(server, &format!("{ASSIGNMENTS}/{open}"), json!({ "until": time(now + DAY) })).await;
    let again = entry(server, &open, json!({ "changed_since_review": true })).await.unwrap();
    assert_eq!((&again["review"]["decision"], &again["review"]["holds"]), (&json!("revoked"), &json!(false)));
}

async fn each_decision_is_by_itself_and_on_record_with_its_event(server: &Server) {
    furnish(server).await;
    let first = assigned(server, json!({})).await;
    let administrator = json!({ "role": "administrator", "to": { "provider": "casemate", "type": "service", "login": "root" } });
    server.make("/api/v1/service-accounts", &json!({ "name": "root" })).await;
    let last = server.make(ASSIGNMENTS, &administrator).await;
    let answer = decide(
        server,
        "administrator",
        vec![
            wanted(&last, &revision(server, &last).await, "revoked"),
            wanted("asg_none", &json!(1), "certified"),
            wanted(&first, &json!(1), "certified"),
        ],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let outcomes = &answer.body["outcomes"];
    assert_eq!(
        (&outcomes[0]["outcome"], &outcomes[0]["problem"]["code"]),
        (&json!("refused"), &json!("last_administrator"))
    );
    assert_eq!((&outcomes[1]["outcome"], &outcomes[2]["outcome"]), (&json!("not_found"), &json!("changed")));
    assert!(events(server, "casemate.assignment.certify").await.is_empty());
    assert!(events(server, "casemate.assignment.revoke").await.is_empty());
    let empty = server.admin("GET /api/v1/access-review/decisions", None).await;
    assert_eq!(empty.body, json!({ "items": [] }), "nothing was decided");

    for decision in ["certified", "certified", "revoked"] {
        assert_eq!(decided(server, &first, decision).await["outcome"], "done", "{decision}");
    }
    let told = events(server, "casemate.assignment.certify").await;
    assert_eq!(told.len(), 2, "to say it again is another decision");
    let event = &told[0];
    assert_eq!((&*event.kind, &*event.resource_type, &*event.resource_id), ("review", "assignment", &*first));
    assert_eq!(
        (event.reason.as_deref(), &*event.actor.id),
        (Some("certified, for the audit"), "administrator")
    );
    let ended = events(server, "casemate.assignment.revoke").await;
    let (before, after) = (ended[0].before.clone().unwrap(), ended[0].after.clone().unwrap());
    assert!(!before.contains("until") && after.contains("until"), "{before} {after}");

    let record = server.admin(RECORD, Some(&json!({ "assignment": first }))).await;
    let told: Vec<&str> = record.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["decision"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["revoked", "certified", "certified"]);
    let newest = &record.body["items"][0];
    assert_eq!(
        (&newest["by"]["id"], &newest["reason"]),
        (&json!("administrator"), &json!("revoked, for the audit"))
    );
    assert_eq!((&newest["held"]["roles"], &newest["own"]), (&json!(["support", "reader"]), &json!(false)));
    let csv = [("accept", "text/csv")];
    let saved = server.send("GET /api/v1/access-review/decisions", Some("auditor"), &csv, None).await;
    let lines: Vec<&str> = saved.text.lines().collect();
    assert!(
        lines[0].starts_with("assignment,decision,at,by.provider,by.type,by.id,by.login,reason,"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 4, "{}", saved.text);
    let saved = server.send("GET /api/v1/access-review", Some("auditor"), &csv, None).await;
    assert!(saved.text.contains(",revoked,2"), "{}", saved.text);
    assert!(saved.text.contains("\"revoked, for the audit\",false,true"), "{}", saved.text);
}

#[tokio::test]
async fn a_certificate_of_another_revision_does_not_hold_on_sqlite() {
    a_certificate_holds_of_what_was_seen_alone(&Server::start().await).await;
}

#[tokio::test]
async fn a_certificate_of_another_revision_does_not_hold_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    a_certificate_holds_of_what_was_seen_alone(&Server::on_postgres(&postgres.url()).await).await;
}

#[tokio::test]
async fn what_is_revoked_ends_at_the_servers_time_on_sqlite() {
    what_is_revoked_ends_now_and_no_later_than_it_would_have(&Server::start().await).await;
}

#[tokio::test]
async fn what_is_revoked_ends_at_the_servers_time_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_is_revoked_ends_now_and_no_later_than_it_would_have(&Server::on_postgres(&postgres.url()).await)
        .await;
}

#[tokio::test]
async fn each_decision_stands_by_itself_and_on_record_on_sqlite() {
    each_decision_is_by_itself_and_on_record_with_its_event(&Server::start().await).await;
}

#[tokio::test]
async fn each_decision_stands_by_itself_and_on_record_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    each_decision_is_by_itself_and_on_record_with_its_event(&Server::on_postgres(&postgres.url()).await)
        .await;
}

#[tokio::test]
async fn who_may_not_change_an_assignment_decides_nothing_about_it() {
    let server = Server::start().await;
    furnish(&server).await;
    let supported = assigned(&server, json!({})).await;
    let other = assigned(&server, json!({ "role": "other" })).await;
    let mut decisions = Vec::new();
    for id in [&other, &supported] {
        decisions.push(wanted(id, &revision(&server, id).await, "certified"));
    }
    for by in ["nobody", "auditor"] {
        let refused = decide(&server, by, decisions.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "{by}");
    }
    // They may change those of one role, and see all of them.
    let some = decide(&server, "delegate", decisions.clone()).await;
    let outcomes = &some.body["outcomes"];
    assert_eq!(
        (&outcomes[0]["outcome"], &outcomes[0]["problem"]["code"]),
        (&json!("refused"), &json!("forbidden"))
    );
    assert_eq!(outcomes[1]["outcome"], "done", "{}", some.text);
    // They may change those of one role, and see none.
    let blind = decide(&server, "blind", decisions.clone()).await;
    assert_eq!(blind.body["outcomes"][0]["outcome"], "not_found", "{}", blind.text);
    // Another tenant has none of these, and knows nothing of what was decided.
    let elsewhere = decide(&server, "tenant-administrator", decisions).await;
    for place in 0..2 {
        assert_eq!(elsewhere.body["outcomes"][place]["outcome"], "not_found", "{}", elsewhere.text);
    }
    let record = "GET /api/v1/access-review/decisions";
    let theirs = server.send(record, Some("tenant-administrator"), &[], None).await;
    assert_eq!(theirs.body, json!({ "items": [] }));
    let refused = server.send(record, Some("delegate"), &[], None).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));
    let read = server.send(record, Some("auditor"), &[], None).await;
    assert_eq!(read.body["items"].as_array().unwrap().len(), 2, "{}", read.text);
}

#[tokio::test]
async fn what_code_manages_is_certified_and_not_revoked() {
    let server = Server::start().await;
    furnish(&server).await;
    let policy = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://login.example.com"
audiences = ["casemate"]
[[role]]
name = "coded"
permissions = []
[[assignment]]
role = "coded"
to = { provider = "corp", login = "ada" }
"#;
    let apply = json!({ "origin": "git", "files": { "policy.toml": policy } });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let found = server.admin(SEARCH, Some(&json!({ "role": "coded" }))).await;
    let id = found.body["items"][0]["assignment"].as_str().unwrap().to_owned();
    assert_eq!(decided(&server, &id, "certified").await["outcome"], "done");
    let refused = decided(&server, &id, "revoked").await;
    assert_eq!(
        (&refused["outcome"], &refused["problem"]["code"]),
        (&json!("refused"), &json!("managed_by_code"))
    );
    let held = entry(&server, &id, json!({})).await.unwrap();
    assert_eq!((&held["review"]["decision"], &held["state"]), (&json!("certified"), &json!("in_force")));
}

#[tokio::test]
async fn whoever_signed_in_long_ago_signs_in_again_before_anything_is_decided() {
    let server = sessions::start().await;
    furnish(&server).await;
    let administrator = json!({ "role": "administrator", "to": { "provider": "corp", "id": "ada" } });
    let own = server.make(ASSIGNMENTS, &administrator).await;
    let (session, cookie) = sessions::sign_in(&server, "ada").await;
    sessions::store(&server, &session).await;
    let (mut old, old_cookie) = sessions::sign_in(&server, "ada").await;
    old.authenticated_at -= 3_600 * 1_000_000;
    sessions::store(&server, &old).await;
    let body = json!({ "decisions": [wanted(&own, &revision(&server, &own).await, "certified")] });
    let refused =
        server.send(DECIDE, None, &[("cookie", &old_cookie), sessions::OWN_PAGE], Some(&body)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (401, "insufficient_user_authentication"));
    assert_eq!(revision(&server, &own).await, body["decisions"][0]["revision"]);
    assert!(events(&server, "casemate.assignment.certify").await.is_empty());
    let done = server.send(DECIDE, None, &[("cookie", &cookie), sessions::OWN_PAGE], Some(&body)).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let review = &entry(&server, &own, json!({})).await.unwrap()["review"];
    assert_eq!(
        (&review["by"]["id"], &review["own"]),
        (&json!("ada"), &json!(true)),
        "they hold it themselves"
    );
}

#[tokio::test]
async fn what_is_decided_wrongly_says_where() {
    let server = Server::start().await;
    furnish(&server).await;
    let id = assigned(&server, json!({})).await;
    let good = wanted(&id, &revision(&server, &id).await, "certified");
    let with = |name: &str, value: Value| {
        let mut decision = good.clone();
        decision[name] = value;
        decision
    };
    for (decisions, pointer) in [
        (vec![], "/decisions"),
        (vec![good.clone(), good.clone()], "/decisions/1/assignment"),
        (vec![with("reason", json!(" "))], "/decisions/0/reason"),
        (vec![with("reason", json!("x".repeat(1_025)))], "/decisions/0/reason"),
        (vec![with("decision", json!("kept"))], "/decisions/0/decision"),
        (vec![with("revision", json!("1"))], "/decisions/0/revision"),
    ] {
        let refused = decide(&server, "administrator", decisions).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"), "{}", refused.text);
        assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{}", refused.text);
    }
    let many = (0..101).map(|number| wanted(&format!("asg_{number}"), &json!(1), "certified")).collect();
    let refused = decide(&server, "administrator", many).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "invalid_document"));
    assert!(events(&server, "casemate.assignment.certify").await.is_empty());
}
