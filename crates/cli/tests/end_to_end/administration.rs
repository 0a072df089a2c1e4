//! Becoming an administrator by a one-time key, and importing roles.

use casemate_test_support::Casemate;
use serde_json::{Value, json};

use crate::{Folder, run};

const PRODUCTION: [&str; 5] = [
    "--mode=production",
    "--tls-terminated-by-proxy",
    "--trusted-proxies=127.0.0.1",
    "--public-url=https://casemate.example",
    "--reserve-megabytes=0",
];

#[test]
fn a_first_start_prints_a_one_time_key_that_makes_one_administrator() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let one_time = casemate.one_time_key().unwrap().to_owned();
    assert_eq!(casemate.get("/api/v1/roles", &one_time).unwrap().status, 401, "it is no API key");
    let key = casemate.administrator().unwrap();
    assert_eq!(casemate.get("/api/v1/roles", &key).unwrap().status, 200);
    let second = casemate.redeem(&one_time, "another").unwrap();
    assert_eq!(
        (second.status, &second.json()["code"]),
        (403, &json!("one_time_key_rejected")),
        "{}",
        second.body
    );
    let log = casemate
        .wait_until(|casemate| Some(casemate.log()).filter(|log| log.contains("status=403")))
        .unwrap();
    let logged: String = log.lines().filter(|line| !line.starts_with("{\"url\"")).collect();
    assert!(!logged.contains(&one_time) && !logged.contains(&key), "{logged}");
    drop(casemate);
    assert_eq!(folder.builder().start().unwrap().one_time_key(), None);
}

#[test]
fn a_first_start_in_production_prints_a_one_time_key_and_no_development_credential() {
    let folder = Folder::new();
    let builder = PRODUCTION.iter().fold(folder.builder(), |builder, argument| builder.arg(argument));
    let casemate = builder.start().unwrap();
    assert_eq!(casemate.credential(), None);
    let key = casemate.administrator().unwrap();
    let log = casemate.log();
    let logged: String = log.lines().filter(|line| !line.starts_with("{\"url\"")).collect();
    assert!(!logged.contains(casemate.one_time_key().unwrap()) && !logged.contains(&key), "{logged}");
}

#[test]
fn who_is_on_the_machine_makes_another_key_which_is_audited() {
    let folder = Folder::new();
    let nowhere = folder.run(&["admin", "recover"]);
    assert_eq!(nowhere.code, Some(2), "{nowhere:?}");
    assert!(!folder.data().exists(), "a mistyped folder gets no state of its own");
    let casemate = folder.builder().start().unwrap();
    let first = casemate.one_time_key().unwrap().to_owned();
    let made = folder.run(&["admin", "recover", "--reason", "locked out", "--format=json"]).json();
    assert_eq!(made["valid_seconds"], 3_600);
    let recovered = made["one_time_key"].as_str().unwrap();
    assert_eq!(casemate.redeem(&first, "early").unwrap().status, 403, "an earlier key is revoked by it");
    let redeemed = casemate.redeem(recovered, "operator").unwrap();
    assert_eq!(redeemed.status, 201, "{}", redeemed.body);
    assert_eq!(casemate.redeem(recovered, "again").unwrap().status, 403);
    let key = redeemed.json()["api_key"]["key"].as_str().unwrap().to_owned();
    let search = json!({"actor": "admin-recover"}).to_string();
    let events = casemate.post("/api/v1/audit-events/search", &key, &search).unwrap().json();
    let event = &events["items"][0];
    assert_eq!((&event["reason"], &event["kind"]), (&json!("locked out"), &json!("create")), "{events}");
    assert!(!events.to_string().contains(recovered));
}

const EXPORT: &str = r#"{"data":{"security":{"groups":{"data":[
    {"id":"1","slug":"editors","name":"Editors","description":"Edit","permissions":[
        {"name":"cms.entry","own":true,"models":["product"]},{"name":"cms.model.*"}]},
    {"id":"2","slug":"odd","name":"Odd","permissions":[{"name":"not a name!"},{"rwd":"r"}]}]}}}}"#;

#[test]
fn exported_roles_become_a_policy_that_is_applied_and_the_rest_is_named() {
    let folder = Folder::new();
    let export = folder.0.path().join("export.json").display().to_string();
    std::fs::write(&export, EXPORT).unwrap();
    let imported = run(&["import", "webiny", &export]);
    assert_eq!(imported.code, Some(3), "{imported:?}");
    for pointer in
        ["/data/security/groups/data/1/permissions/0", "/data/security/groups/data/1/permissions/1"]
    {
        assert!(imported.err.contains(&format!("not carried over: odd {pointer}: ")), "{imported:?}");
    }
    folder.write("imported.toml", &imported.out);
    let applied = folder.apply(&["--format=json"]).json();
    let names: Vec<&Value> = applied["create"].as_array().unwrap().iter().map(|made| &made["name"]).collect();
    assert_eq!(names, ["editors", "odd"], "{applied}");

    let programs = run(&["import", "webiny", &export, "--format=json"]);
    let answer: Value = serde_json::from_str(&programs.out).unwrap();
    assert_eq!((programs.code, answer["not_carried_over"].as_array().unwrap().len()), (Some(3), 2));
    assert_eq!(answer["roles"][0]["permissions"][0]["models"], json!(["product"]), "{answer}");

    std::fs::write(&export, r#"{"name":"all","permissions":[{"name":"*"}]}"#).unwrap();
    assert_eq!(run(&["import", "webiny", &export]).code, Some(0));
    std::fs::write(&export, "[1").unwrap();
    assert_eq!(run(&["import", "webiny", &export]).code, Some(2));
}

#[test]
fn a_database_that_was_made_by_apply_gets_a_one_time_key_at_its_first_server() {
    let folder = Folder::new();
    folder.write("policy.toml", crate::policy::ADA_READS);
    assert_eq!(folder.apply(&[]).code, Some(0));
    let casemate = folder.builder().start().unwrap();
    let one_time = casemate.one_time_key().unwrap().to_owned();
    drop(casemate);
    let casemate = folder.builder().start().unwrap();
    assert_eq!(casemate.one_time_key(), None, "the first can still be used");
    let redeemed = casemate.redeem(&one_time, "operator").unwrap();
    assert_eq!(redeemed.status, 201, "{}", redeemed.body);
    drop(casemate);
    assert_eq!(folder.builder().start().unwrap().one_time_key(), None, "there is an administrator");
}

#[test]
fn what_is_logged_follows_the_setting_of_the_installation() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let levels = |casemate: &Casemate| {
        casemate.get("/api/v1/log-levels", &key).unwrap().json()["levels"].as_str().unwrap().to_owned()
    };
    let at_start = levels(&casemate);
    let setting = json!({"name": "log.levels", "value": "info,casemate::access=off"});
    let made = casemate.post("/api/v1/settings", &key, &setting.to_string()).unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    casemate.wait_until(|casemate| (levels(casemate) == "info,casemate::access=off").then_some(())).unwrap();
    // Set back by another process, the server logs what it was started with.
    let revision = made.json()["revision"].as_i64().unwrap() - 1;
    let reverted = folder.run(&["policy", "revert", &revision.to_string()]);
    assert_eq!(reverted.code, Some(0), "{reverted:?}");
    casemate.wait_until(|casemate| (levels(casemate) == at_start).then_some(())).unwrap();
}

#[test]
fn levels_of_the_log_change_while_serving() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let authorization = format!("Authorization: Bearer {key}");
    let set = |levels: &str| {
        let headers = ["Content-Type: application/json", &*authorization];
        casemate
            .request("PUT /api/v1/log-levels", &headers, &json!({ "levels": levels }).to_string())
            .unwrap()
    };
    let lines = || casemate.log().matches("route=\"/livez\"").count();
    assert_eq!(set("warn").status, 200);
    casemate.get("/livez", &key).unwrap();
    let changed = set("warn,casemate::access=info");
    assert_eq!((changed.status, &changed.json()["levels"]), (200, &json!("warn,casemate::access=info")));
    casemate.get("/livez", &key).unwrap();
    casemate.wait_until(|_| (lines() > 0).then_some(())).unwrap();
    assert_eq!(lines(), 1, "the first one was not logged");
    for wrong in ["loud=loud", "", " "] {
        assert_eq!(set(wrong).status, 422, "{wrong:?}");
    }
}

#[test]
fn a_key_works_from_its_networks_alone() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let administrator = casemate.administrator().unwrap();
    let make = |path: &str, body: Value| {
        let made = casemate.post(path, &administrator, &body.to_string()).unwrap();
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()
    };
    let account = make("/api/v1/service-accounts", json!({ "name": "gateway" }));
    let keys = format!("/api/v1/service-accounts/{}/api-keys", account["id"].as_str().unwrap());
    let status = |networks: Value| {
        let key = make(&keys, json!({ "title": "bound", "networks": networks }));
        casemate.get("/api/v1/me", key["key"].as_str().unwrap()).unwrap().status
    };
    assert_eq!(status(json!(["192.0.2.0/24", "127.0.0.0/8"])), 200);
    assert_eq!(status(json!(["192.0.2.0/24"])), 401);
}

#[test]
fn a_rotated_key_ends_with_its_overlap_and_says_when_it_was_used_last() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let administrator = casemate.administrator().unwrap();
    let post = |path: &str, body: Value| {
        let answer = casemate.post(path, &administrator, &body.to_string()).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    };
    let text = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
    let account = text(&post("/api/v1/service-accounts", json!({"name": "ci"})), "id");
    let old = post(&format!("/api/v1/service-accounts/{account}/api-keys"), json!({"title": "k"}));
    let rotate = format!("/api/v1/api-keys/{}/rotate", text(&old, "id"));
    let new = post(&rotate, json!({"overlap_seconds": 5}));
    let status = |key: &Value| casemate.get("/api/v1/me", &text(key, "key")).unwrap().status;
    assert_eq!((status(&old), status(&new)), (200, 200), "both work for five seconds");
    casemate.wait_until(|_| (status(&old) == 401).then_some(())).unwrap();
    assert_eq!(status(&new), 200);
    // It is written down every minute, and when the server ends.
    drop(casemate);
    let casemate = folder.builder().start().unwrap();
    for key in [old, new] {
        let item = format!("/api/v1/api-keys/{}", text(&key, "id"));
        let read = casemate.get(&item, &administrator).unwrap().json();
        assert!(read["used_at"].as_str().unwrap() >= &*text(&key, "created_at"), "{read}");
    }
}
