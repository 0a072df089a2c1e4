//! Versions, plans, and configuration as code.

use axum::http::StatusCode;
use casemate_store::DenialQuery;
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::support::Server;

const ROLES: &str = "format = 1\n[[role]]\nname = \"support\"\npermissions = [{ name = \"cms.entry.*\" }]\n";

fn apply(files: &Value, dry_run: bool) -> Value {
    json!({ "origin": "git", "files": files, "dry_run": dry_run, "prune": true })
}

#[tokio::test]
async fn code_is_planned_applied_and_read_only_then() {
    let server = Server::start().await;
    let files = json!({ "roles.toml": ROLES });
    let plan = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, true))).await;
    assert_eq!(plan.status, StatusCode::OK, "{}", plan.text);
    assert_eq!(plan.body["create"][0]["name"], "support");
    assert_eq!(plan.body.get("revision"), None);
    let listed = server.admin("POST /api/v1/roles/search", Some(&json!({ "search": "support" }))).await;
    assert_eq!(listed.body["items"], json!([]));
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, false))).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    assert_eq!(applied.header("casemate-revision"), applied.body["revision"].to_string());
    let listed = server.admin("POST /api/v1/roles/search", Some(&json!({ "search": "support" }))).await;
    let role = &listed.body["items"][0];
    assert_eq!(role["origin"], "git");
    let put = format!("PUT /api/v1/roles/{}", role["id"].as_str().unwrap());
    let any = [("if-match", "*")];
    let refused = server.send(&put, Some("administrator"), &any, Some(&role["document"])).await;
    assert_eq!(
        (refused.status, refused.code()),
        (StatusCode::CONFLICT, "managed_by_code"),
        "{}",
        refused.text
    );
    let again = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, true))).await;
    assert_eq!((&again.body["create"], &again.body["unchanged"]), (&json!([]), &json!(1)), "{}", again.text);
    let wrong = json!({ "roles.toml": ROLES.replace("cms.entry.*", "cms..x") });
    let refused = server.admin("POST /api/v1/policy/apply", Some(&apply(&wrong, true))).await;
    assert_eq!(refused.code(), "invalid_document", "{}", refused.text);
    assert_eq!(refused.body["errors"][0]["pointer"], "/files/roles.toml");
    assert!(refused.body["errors"][0]["message"].as_str().unwrap().starts_with("line 4"), "{}", refused.text);
}

#[tokio::test]
async fn every_change_is_a_version_that_can_be_gone_back_to() {
    let server = Server::start().await;
    let first = json!({ "name": "support", "permissions": [{ "name": "cms.entry.*" }] });
    let made = server.admin("POST /api/v1/roles", Some(&first)).await;
    let second = json!({ "name": "support", "permissions": [] });
    let item = format!("/api/v1/roles/{}", made.id());
    let tag = [("if-match", made.header("etag"))];
    let changed = server.send(&format!("PUT {item}"), Some("administrator"), &tag, Some(&second)).await;
    let (from, to): (i64, i64) = (
        made.header("casemate-revision").parse().unwrap(),
        changed.header("casemate-revision").parse().unwrap(),
    );
    let versions = server.admin("GET /api/v1/policy/versions?limit=1", None).await;
    assert_eq!(versions.body["items"][0]["revision"], to, "{}", versions.text);
    let next = versions.body["next"].as_str().unwrap();
    let earlier = server.admin(&format!("GET /api/v1/policy/versions?limit=1&after={next}"), None).await;
    assert_eq!(earlier.body["items"][0]["revision"], from, "{}", earlier.text);
    let one = server.admin(&format!("GET /api/v1/policy/versions/{to}"), None).await;
    assert_eq!(one.body["edits"][0]["before"]["document"], first, "{}", one.text);
    assert_eq!(one.body["edits"][0]["after"]["document"], second);
    let none = server.admin("GET /api/v1/policy/versions/999999", None).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let diff = server.admin("POST /api/v1/policy/diff", Some(&json!({ "from": from, "to": to }))).await;
    assert_eq!(diff.body["changes"][0]["name"], "support", "{}", diff.text);
    let back = json!({ "revision": from, "reason": "that was wrong" });
    let reverted = server.admin("POST /api/v1/policy/revert", Some(&back)).await;
    assert_eq!(reverted.status, StatusCode::OK, "{}", reverted.text);
    let read = server.admin(&format!("GET {item}"), None).await;
    assert_eq!(read.body["document"], first);
}

#[tokio::test]
async fn what_was_changed_after_the_plan_is_not_undone_unseen() {
    nothing_is_undone_unseen(Server::start().await).await;
}

#[tokio::test]
async fn what_was_changed_after_the_plan_is_not_undone_unseen_on_postgres() {
    let postgres = Postgres::start().unwrap();
    nothing_is_undone_unseen(Server::on_postgres(&postgres.create_database().unwrap()).await).await;
}

async fn nothing_is_undone_unseen(server: Server) {
    let then: i64 = server
        .admin("POST /api/v1/roles", Some(&json!({ "name": "a", "permissions": [] })))
        .await
        .header("casemate-revision")
        .parse()
        .unwrap();
    server.admin("POST /api/v1/roles", Some(&json!({ "name": "b", "permissions": [] }))).await;
    let revert = async |body: Value| server.admin("POST /api/v1/policy/revert", Some(&body)).await;
    let plan = async |people: Option<bool>| {
        let dry = revert(json!({ "revision": then, "dry_run": true, "people": people })).await;
        assert_eq!(dry.status, StatusCode::OK, "{}", dry.text);
        dry.body["revision"].clone()
    };
    let planned = plan(None).await;
    // What is no part of the plan is in nobody's way: a key changes no configuration.
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "batch" })).await;
    let planned_with_account = plan(None).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&keys, Some(&json!({ "title": "k" }))).await;
    assert_eq!(key.status, StatusCode::CREATED, "{}", key.text);

    for body in [
        json!({ "revision": then, "if_revision": planned }),
        json!({ "revision": then, "if_revision": planned, "people": false }),
        json!({ "revision": then, "if_revision": planned, "dry_run": true }),
        json!({ "revision": then, "if_revision": 999_999 }),
    ] {
        let refused = revert(body.clone()).await;
        let code = (refused.status, refused.code());
        assert_eq!(
            code,
            (StatusCode::PRECONDITION_FAILED, "precondition_failed"),
            "{body}: {}",
            refused.text
        );
        let now: i64 = refused.header("etag").trim_matches('"').parse().unwrap();
        assert!(now >= planned_with_account.as_i64().unwrap(), "{now}: the present revision");
        assert!(refused.body["detail"].as_str().unwrap().contains("another dry run"), "{}", refused.text);
    }
    let wrong = revert(json!({ "revision": then, "if_revision": "7" })).await;
    assert_eq!(wrong.body["errors"][0]["pointer"], "/if_revision", "{}", wrong.text);
    let roles = server.admin("POST /api/v1/roles/search", Some(&json!({ "search": "b" }))).await;
    assert_eq!(roles.body["items"].as_array().unwrap().len(), 1, "nothing was set back: {}", roles.text);

    // Users are a part of the plan where they may go back too.
    server.make("/api/v1/users", &json!({ "login": "ada" })).await;
    let body = json!({ "revision": then, "if_revision": planned_with_account });
    assert_eq!(revert(body).await.code(), "precondition_failed");
    let body = json!({ "revision": then, "if_revision": plan(None).await });
    let back = revert(body).await;
    assert_eq!((back.status, &back.body["reverted"]), (StatusCode::OK, &json!(true)), "{}", back.text);
    server.make("/api/v1/users", &json!({ "login": "bob" })).await;
    let first =
        json!({ "revision": back.body["revision"], "people": false, "if_revision": back.body["revision"] });
    let nothing = revert(first).await;
    assert_eq!(
        (nothing.status, &nothing.body["reverted"]),
        (StatusCode::OK, &json!(false)),
        "{}",
        nothing.text
    );
}

#[tokio::test]
async fn changes_are_told_by_audit_events_with_who_and_why() {
    let server = Server::start().await;
    let made = server.admin("POST /api/v1/roles", Some(&json!({ "name": "a", "permissions": [] }))).await;
    let search = json!({ "resource_type": "role", "resource_id": made.id() });
    let found = server.admin("POST /api/v1/audit-events/search", Some(&search)).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    let event = &found.body["items"][0];
    assert_eq!(event["actor"]["id"], "administrator");
    assert_eq!(event["action"], "casemate.role.create", "{}", found.text);
    assert_eq!(event["route"], "/api/v1/roles");
    // That it was searched for is on record as well.
    let listed = server.admin("GET /api/v1/audit-events?limit=2", None).await;
    assert_eq!(listed.body["items"][0]["action"], "casemate.audit-event.list", "{}", listed.text);
    assert_eq!(listed.body["items"][1]["id"], event["id"], "{}", listed.text);
    server
        .admin("POST /api/v1/settings", Some(&json!({ "name": "decision.recorded", "value": "all" })))
        .await;
    let wide = server.admin("POST /api/v1/audit-events/search", Some(&json!({ "installation": true }))).await;
    assert_eq!(wide.body["items"][0]["resource"]["type"], "setting", "{}", wide.text);
    let other = json!({ "installation": true });
    let refused = server
        .send("POST /api/v1/audit-events/search", Some("tenant-administrator"), &[], Some(&other))
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let own = server.send("GET /api/v1/audit-events", Some("tenant-administrator"), &[], None).await;
    assert_eq!((own.status, &own.body["items"]), (StatusCode::OK, &json!([])), "{}", own.text);
}

#[tokio::test]
async fn a_one_time_key_that_has_ended_makes_nobody_an_administrator() {
    let server = Server::start().await;
    let hour = 3_600 * 1_000_000;
    let body = async |made_at: i64| {
        let author = casemate_directory::Author::system("first-start", made_at);
        let key = server.app.administration.make_recovery_key(&author).await.unwrap();
        let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
        json!({ "key": key, "administrator": { "service_account": { "name": "operator" } } })
    };
    let now = casemate_platform::clock::now();
    let refused = server.send("POST /api/v1/administrators", None, &[], Some(&body(now - hour).await)).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "one_time_key_rejected"), "{}", refused.text);
    let made = body(now - hour + 60 * 1_000_000).await;
    let made = server.send("POST /api/v1/administrators", None, &[], Some(&made)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
}

#[tokio::test]
async fn a_one_time_key_makes_the_first_administrator_once() {
    let server = Server::start().await;
    let author = casemate_directory::Author::system("first-start", casemate_platform::clock::now());
    let key = server.app.administration.make_recovery_key(&author).await.unwrap();
    let redeem = async |key: &str, name: &str| {
        let who = json!({ "service_account": { "name": name } });
        let body = json!({ "key": key, "administrator": who });
        server.send("POST /api/v1/administrators", None, &[], Some(&body)).await
    };
    let wrong = redeem("nonsense", "operator").await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (StatusCode::FORBIDDEN, "one_time_key_rejected"),
        "{}",
        wrong.text
    );
    server.app.denials.flush(&server.app.store).await;
    let counted = server
        .app
        .store
        .reader()
        .anonymous_denials(&DenialQuery { limit: 10, ..DenialQuery::default() })
        .await
        .unwrap();
    let counted: Vec<_> = counted.iter().map(|denial| (denial.route.as_str(), denial.count)).collect();
    assert_eq!(counted, [("/api/v1/administrators", 1)], "who tries keys leaves a trace");
    let key = secrecy::ExposeSecret::expose_secret(&key).to_owned();
    let made = redeem(&key, "operator").await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let own = made.body["api_key"]["key"].as_str().unwrap().to_owned();
    let works = server.send("GET /api/v1/tenants", Some(&own), &[], None).await;
    assert_eq!(works.status, StatusCode::OK, "{}", works.text);
    assert_eq!(redeem(&key, "second").await.code(), "one_time_key_rejected");
    let any = [("if-match", "*")];
    let assignment =
        format!("DELETE /api/v1/assignments/{}", made.body["assignment"]["id"].as_str().unwrap());
    let last = server.send(&assignment, Some(&own), &any, None).await;
    assert_eq!((last.status, last.code()), (StatusCode::CONFLICT, "last_administrator"), "{}", last.text);
}

#[tokio::test]
async fn groups_of_code_are_among_the_others_and_changed_in_it_alone() {
    let server = Server::start().await;
    let provider =
        json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
    let ada = server.make("/api/v1/users", &json!({ "login": "ada", "subject": "s1" })).await;
    let text = "format = 1\n[[group]]\nname = \"staff\"\nmembers = [{ login = \"ada\" }]\n";
    let files = json!({ "groups.toml": text });
    let plan = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, true))).await;
    let diff = &plan.body["create"][0]["diff"];
    assert_eq!(diff, &json!(["+ name: staff", "+ member: ada of corp"]), "{}", plan.text);
    // Who is in groups is shown to nobody who might not look it up.
    let permissions = json!([{ "name": "casemate.policy.{plan,read}" }]);
    server.make("/api/v1/roles", &json!({ "name": "planner", "permissions": permissions })).await;
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "planner" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "planner" });
    server.make("/api/v1/assignments", &json!({ "role": "planner", "to": to })).await;
    let keys = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&keys, Some(&json!({ "title": "k" }))).await;
    let key = key.body["key"].as_str().unwrap().to_owned();
    let request = Some(apply(&files, true));
    let plan = server.send("POST /api/v1/policy/apply", Some(&key), &[], request.as_ref()).await;
    assert_eq!(plan.body["create"][0]["diff"], json!(["+ name: staff"]), "{}", plan.text);

    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, false))).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    let again = server.admin("POST /api/v1/policy/apply", Some(&apply(&files, true))).await;
    assert_eq!((&again.body["create"], &again.body["unchanged"]), (&json!([]), &json!(1)), "{}", again.text);
    let listed = server.admin("POST /api/v1/groups/search", Some(&json!({ "source": "code:git" }))).await;
    let group = &listed.body["items"][0];
    assert_eq!(group["name"], "staff", "{}", listed.text);
    let path = format!("/api/v1/groups/{}", group["id"].as_str().unwrap());
    let any = [("if-match", "*")];
    let other = json!({ "name": "crew" });
    let users = json!({ "users": [ada] });
    for (request, body) in [
        (format!("PUT {path}"), Some(&other)),
        (format!("DELETE {path}"), None),
        (format!("POST {path}/members"), Some(&users)),
        (format!("DELETE {path}/members/{ada}"), None),
    ] {
        let headers: &[(&str, &str)] = if request.contains("members") { &[] } else { &any };
        let refused = server.send(&request, Some("administrator"), headers, body).await;
        assert_eq!(refused.code(), "managed_by_code", "{request}: {}", refused.text);
        assert!(refused.text.contains("`git`"), "{}", refused.text);
    }
    let unknown = json!({ "groups.toml": text.replace("ada", "eve") });
    let refused = server.admin("POST /api/v1/policy/apply", Some(&apply(&unknown, false))).await;
    assert_eq!(refused.code(), "invalid_document", "{}", refused.text);
    let error = &refused.body["errors"][0];
    assert_eq!(error["pointer"], "/files/groups.toml");
    assert!(
        error["message"].as_str().unwrap().starts_with("line 4, column 22: `corp` has no user"),
        "{}",
        refused.text
    );
}
