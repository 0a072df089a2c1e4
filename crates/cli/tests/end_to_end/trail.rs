//! The audit trail as it is read on the machine, and what never comes into it.

use serde_json::{Value, json};

use crate::Folder;

/// All files below a folder, as one text.
fn bytes_below(folder: &std::path::Path) -> Vec<u8> {
    let (mut left, mut all) = (vec![folder.to_owned()], Vec::new());
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
    all
}

#[test]
fn secrets_in_whatever_is_sent_are_in_no_log_and_nothing_on_record() {
    let folder = Folder::new();
    let casemate = folder.builder().arg("--accounts").start().unwrap();
    let key = casemate.administrator().unwrap();
    let ask = |request: &str, headers: &[&str], body: &str| {
        casemate.request(request, headers, body).unwrap();
    };
    let authorization = format!("Authorization: Bearer {key}");
    let (json_body, form) =
        ("Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded");
    ask("GET /api/v1/roles?token=planted-query", &[&authorization], "");
    ask("GET /api/v1/roles/planted-path?password=planted-query", &[&authorization], "");
    ask("GET /api/v1/users", &["Authorization: Bearer planted-token"], "");
    ask("GET /api/v1/users", &["X-API-Key: cmk_plantedkeyplantedkeyplantedkey"], "");
    ask("GET /api/v1/users", &["Cookie: __Host-casemate=planted-cookie"], "");
    ask("GET /api/v1/users", &[&authorization, "Referer: https://x.example/?code=planted-referer"], "");
    ask("POST /sign-in/casemate", &[form], "login=planted-login&password=planted-password");
    ask(
        "POST /api/v1/administrators",
        &[json_body],
        r#"{"key":"planted-one-time","administrator":{"service_account":{"name":"x"}}}"#,
    );
    ask(
        "POST /api/v1/permissions/resolve",
        &[&authorization, json_body],
        r#"{"items":[{"token":"planted-subject-token"}]}"#,
    );
    ask(
        "POST /api/v1/providers",
        &[&authorization, json_body],
        r#"{"name":"corp","issuer":"https://corp.example","client_id":"c","client_secret":"planted-client-secret"}"#,
    );
    let made = casemate.post("/api/v1/service-accounts", &key, r#"{"name":"robot"}"#).unwrap().json();
    let keys = format!("/api/v1/service-accounts/{}/api-keys", made["id"].as_str().unwrap());
    let minted = casemate.post(&keys, &key, r#"{"title":"one"}"#).unwrap().json();
    let minted = minted["key"].as_str().unwrap().to_owned();
    assert_eq!(casemate.get("/api/v1/roles", &minted).unwrap().status, 403);
    let log = casemate
        .wait_until(|casemate| Some(casemate.log()).filter(|log| log.contains("status=403")))
        .unwrap();
    // The line that hands out a key at the first start is for whoever started it.
    let log: String = log.lines().filter(|line| line.contains("casemate::")).collect();
    let mut texts = vec![("the log", log)];
    for (name, format) in [("NDJSON", "ndjson"), ("CSV", "csv"), ("OCSF", "ocsf")] {
        let exported = folder.run(&["audit", "export", "--as", format]);
        assert_eq!(exported.code, Some(0), "{}", exported.err);
        let text = exported.out;
        assert!(text.contains("casemate.role.list"), "{name}: {text}");
        texts.push((name, text));
    }
    drop(casemate);
    texts.push(("the files", String::from_utf8_lossy(&bytes_below(&folder.data())).into_owned()));
    for (name, text) in texts {
        for secret in ["planted", key.as_str(), minted.as_str()] {
            let at = text.find(secret);
            let around = at.map(|at| text[at.saturating_sub(80)..(at + 40).min(text.len())].to_owned());
            assert!(at.is_none(), "{name} holds {secret}: {around:?}");
        }
    }
}

#[test]
fn the_trail_is_listed_followed_and_exported_on_the_machine() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let role = json!({ "name": "support", "permissions": [{ "name": "cms.*" }] }).to_string();
    assert_eq!(casemate.post("/api/v1/roles", &key, &role).unwrap().status, 201);
    assert_eq!(casemate.get("/api/v1/roles", &key).unwrap().status, 200);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let output = folder.run(arguments);
        assert_eq!(output.code, Some(0), "{arguments:?}: {}", output.err);
        output.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let listed = lines(&["audit", "list", "--format", "json", "area:role"]);
    let kinds: Vec<_> = listed.iter().map(|line| &line["event"]["kind"]).collect();
    assert_eq!(kinds, ["read", "create"], "{listed:?}");
    let last = lines(&["audit", "tail", "--lines", "1", "--format", "json", "area:role"]);
    assert_eq!(last, listed[..1]);
    let all = lines(&["audit", "export"]);
    let indexes: Vec<_> = all.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, (0..all.len() as u64).collect::<Vec<_>>());
    assert_eq!(lines(&["audit", "export", "--after", "0"]), all[1..]);
    let table = folder.run(&["audit", "list", "--all"]).out;
    assert!(table.starts_with("ID") && table.contains("casemate.role.create"), "{table}");
    let wrong = folder.run(&["audit", "list", "nothing:x"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    assert!(wrong.err.contains("there is no `nothing:`"), "{}", wrong.err);
}
