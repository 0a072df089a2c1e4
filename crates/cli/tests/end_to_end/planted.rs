//! Secrets are put into whatever is sent, and then looked for wherever a server writes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use casemate_server::archive::read_file;
use casemate_test_support::{Casemate, HttpAnswer, Postgres};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::Folder;

/// Stands in each of them, so that also a part of one is found.
const PLANTED: &str = "planted";
const PASSWORD: &str = "planted purple lighthouses sing";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const JSON: &str = "Content-Type: application/json";

/// All files below a folder, as one text.
fn bytes_below(folder: &Path) -> Vec<u8> {
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

/// All rows of all tables as text, with bytes in hexadecimal.
fn rows(url: &str) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut link = PgConnection::connect(url).await.unwrap();
        let tables =
            "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
        let tables = sqlx::query(tables).fetch_all(&mut link).await.unwrap();
        assert!(tables.len() > 20, "{}", tables.len());
        let mut all = String::new();
        for table in tables {
            let text = format!("SELECT one::text FROM \"{}\" AS one", table.get::<String, _>(0));
            for row in sqlx::query(sqlx::AssertSqlSafe(text)).fetch_all(&mut link).await.unwrap() {
                all.push_str(&row.get::<String, _>(0));
                all.push('\n');
            }
        }
        all
    })
}

/// A collector of traces: where it listens, and all that came.
fn collector() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let all = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&all);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let collected = Arc::clone(&collected);
            thread::spawn(move || while collect(&stream, &collected).is_some() {});
        }
    });
    (endpoint, all)
}

fn collect(stream: &TcpStream, collected: &Mutex<String>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let start = head.len();
        reader.read_line(&mut head).ok().filter(|count| *count > 0)?;
        if let Some(value) = head[start..].to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut collected = collected.lock().unwrap();
    collected.push_str(&head);
    collected.push_str(std::str::from_utf8(&body).ok()?);
    let mut stream = stream;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").ok()
}

/// Sends secrets wherever something may stand; answers those that the server made itself.
fn plant(casemate: &Casemate, one_time: &str) -> (Vec<String>, HttpAnswer) {
    let origin = format!("Origin: http://{}", casemate.address());
    let ask = |request: &str, headers: &[&str], body: &str| casemate.request(request, headers, body).unwrap();
    let form = |path: &str, body: &str| ask(&format!("POST {path}"), &[FORM, &origin], body);
    let password = PASSWORD.replace(' ', "+");
    let first = format!("key={one_time}&login=ada&name=Ada&password={password}&again={password}");
    let session = form("/sign-in/casemate/first", &first);
    assert_eq!(session.status, 303, "{}", session.body);
    let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = format!("Cookie: a=planted-other; {cookie}");
    let signed_in = [JSON, &origin, &with_cookie];
    let post = |path: &str, body: Value| {
        let answer = ask(&format!("POST {path}"), &signed_in, &body.to_string());
        assert!(answer.status < 300, "{path}: {}", answer.body);
        answer.json()
    };
    form("/sign-in/casemate", "login=planted-login&password=planted-password");
    assert_eq!(form("/sign-in/casemate", &format!("login=ada&password={password}")).status, 303);
    ask("GET /api/v1/roles?token=planted-query", &signed_in, "");
    ask("GET /api/v1/roles/planted-path?password=planted-query", &signed_in, "");
    ask("GET /api/v1/planted-path/of-nothing?password=planted-query", &signed_in, "");
    ask("GET /api/v1/users", &["Authorization: Bearer planted-token"], "");
    ask("GET /api/v1/users", &["Authorization: Bearer eyJhbGciOiJub25lIn0.cGxhbnRlZA.planted-token"], "");
    ask("GET /api/v1/users", &["Authorization: Basic planted-basic"], "");
    ask("GET /api/v1/users", &["Authorization: planted-scheme planted"], "");
    ask("GET /api/v1/users", &["X-API-Key: cmk_plantedkeyplantedkeyplantedkey"], "");
    ask("GET /api/v1/users", &["Cookie: __Host-casemate=planted-cookie"], "");
    ask("GET /api/v1/users", &[&with_cookie, "Referer: https://x.example/?code=planted-referer"], "");
    let key = json!({ "key": "planted-one-time", "administrator": { "service_account": { "name": "x" } } });
    ask("POST /api/v1/administrators", &[JSON], &key.to_string());
    for body in
        [r#"{"items":[{"token":"planted-subject-token"}]}"#, r#"{"items":[{"token":"planted-"#, "planted"]
    {
        ask("POST /api/v1/permissions/resolve", &signed_in, body);
    }
    let question = json!({ "subject": { "type": "user", "id": "mallory", "properties": { "token": "planted-property" } },
        "action": { "name": "notes.read" }, "resource": { "type": "note", "id": "7" },
        "context": { "password": "planted-context" } });
    ask("POST /access/v1/evaluation?token=planted-query", &signed_in, &question.to_string());
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "c",
        "client_secret": "planted-client-secret" });
    post("/api/v1/providers", provider);
    let secret = "planted-signing-secret-of-a-webhook";
    let url = "https://siem.example/audit?token=planted-in-a-url";
    ask(
        "POST /api/v1/audit-sinks",
        &signed_in,
        &json!({ "name": "siem", "webhook": { "url": url, "signing_secret": secret } }).to_string(),
    );
    let url = "https://siem.example/audit";
    post(
        "/api/v1/audit-sinks",
        json!({ "name": "siem", "webhook": { "url": url, "signing_secret": secret } }),
    );
    let robot = post("/api/v1/service-accounts", json!({ "name": "robot" }));
    let keys = format!("/api/v1/service-accounts/{}/api-keys", robot["id"].as_str().unwrap());
    let minted = post(&keys, json!({ "title": "one" }))["key"].as_str().unwrap().to_owned();
    assert_eq!(casemate.get("/api/v1/roles", &minted).unwrap().status, 403);
    let secrets = vec![one_time.to_owned(), cookie.split_once('=').unwrap().1.to_owned(), minted];
    post("/api/v1/audit-sinks", json!({ "name": "file", "file": { "name": "audit.ndjson" } }));
    let export = |format: &str| {
        let body = json!({ "search": { "everywhere": true }, "format": format });
        ask("POST /api/v1/audit-events/export", &signed_in, &body.to_string())
    };
    let exports = ["ndjson", "csv", "ocsf"].map(export);
    let body = exports.iter().map(|answer| {
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body.as_str()
    });
    let exported = HttpAnswer { status: 200, headers: Vec::new(), body: body.collect() };
    (secrets, exported)
}

fn secrets_are_nowhere(url: Option<&str>) {
    let folder = Folder::new();
    let (endpoint, traces) = collector();
    let config = folder.0.path().join("casemate.toml");
    let database = url.map_or_else(String::new, |url| format!("[database]\nurl = {}\n", Value::from(url)));
    std::fs::write(&config, database).unwrap();
    let sinks = folder.0.path().join("sinks");
    std::fs::create_dir(&sinks).unwrap();
    let config = format!("--config={}", config.display());
    let casemate = folder.builder().arg(&config).arg("--accounts").arg("--log=trace");
    let casemate = casemate.arg(&format!("--sinks-folder={}", sinks.display()));
    let casemate = casemate.arg(&format!("--traces-endpoint={endpoint}")).arg("--outgoing-allow=127.0.0.1");
    let casemate = casemate.start().unwrap();
    let one_time = casemate.one_time_key().unwrap().to_owned();
    let (mut secrets, exported) = plant(&casemate, &one_time);
    secrets.push(PLANTED.to_owned());

    let mut texts = vec![("the exports by API", exported.body)];
    for (name, format) in [("NDJSON", "ndjson"), ("CSV", "csv"), ("OCSF", "ocsf")] {
        let exported = folder.run(&["audit", "export", "--as", format, &config]);
        assert_eq!(exported.code, Some(0), "{}", exported.err);
        texts.push((name, exported.out));
    }
    let file = folder.0.path().join("trail.parquet").display().to_string();
    let exported = folder.run(&["audit", "export", "--as", "parquet", "--output", &file, &config]);
    assert_eq!(exported.code, Some(0), "{}", exported.err);
    let file = std::fs::read(&file).unwrap();
    // Its texts, which are compressed in it, and whatever stands there plainly.
    let mut text = String::from_utf8_lossy(&file).into_owned();
    read_file("trail.parquet", file, |row| text.extend(row.event.map(|(text, _)| text))).unwrap();
    texts.insert(0, ("Parquet", text));
    let is_last = |text: &str| text.contains("casemate.api-key.create");
    let written =
        |_: &Casemate| std::fs::read_to_string(sinks.join("audit.ndjson")).ok().filter(|text| is_last(text));
    texts.push(("the sink's file", casemate.wait_until(written).unwrap()));
    let traced = |_: &Casemate| {
        Some(traces.lock().unwrap().clone()).filter(|all| all.contains("/api/v1/audit-events/export"))
    };
    texts.push(("the traces", casemate.wait_until(traced).unwrap()));
    let log = casemate
        .wait_until(|casemate| Some(casemate.log()).filter(|log| log.contains("status=403")))
        .unwrap();
    assert!(log.contains("TRACE"), "{log}");
    // The line that hands out a key at the first start is for whoever started it.
    let is_first = |line: &&str| line.starts_with("{\"url\"");
    assert_eq!(log.lines().filter(is_first).count(), 1);
    texts.push(("the log", log.lines().filter(|line| !is_first(line)).collect::<Vec<_>>().join("\n")));
    for (name, text) in &texts[..6] {
        assert!(is_last(text), "{name}: {text}");
    }
    drop(casemate);
    match url {
        None => texts.push(("the files", String::from_utf8_lossy(&bytes_below(&folder.data())).into_owned())),
        Some(url) => {
            let all = rows(url);
            assert!(all.contains("robot"), "{all}");
            texts.push(("the database", all));
        }
    }
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (name, text) in texts {
        for secret in secrets.iter().flat_map(|secret| [secret.clone(), hex(secret)]) {
            let at = text.find(&secret);
            let around = at.map(|at| {
                let (from, to) = (at.saturating_sub(200), (at + 100).min(text.len()));
                String::from_utf8_lossy(&text.as_bytes()[from..to]).into_owned()
            });
            assert!(at.is_none(), "{name} holds {secret}: {around:?}");
        }
    }
}

#[test]
fn secrets_in_whatever_is_sent_are_in_no_log_and_nothing_on_record() {
    secrets_are_nowhere(None);
}

#[test]
fn secrets_in_whatever_is_sent_are_in_no_log_and_nothing_on_record_in_postgresql() {
    let postgres = Postgres::start().unwrap();
    secrets_are_nowhere(Some(&postgres.create_database().unwrap()));
}
