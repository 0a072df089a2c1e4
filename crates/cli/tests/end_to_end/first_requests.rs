//! Many who ask at once about somebody of whom nothing is known yet: they are looked for once, and it is compiled once what they hold.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use casemate_test_support::{Casemate, Postgres};
use serde_json::{Value, json};

use crate::Folder;
use crate::people::send;

/// How many ask at once.
const AT_ONCE: usize = 1_000;
/// How long an answer may take: whoever reads what another holds is put on record first.
const ANSWER: Duration = Duration::from_secs(60);

/// A figure that a server shows of itself.
fn figure(casemate: &Casemate, name: &str) -> u64 {
    let log = casemate.log();
    let line = log.lines().find(|line| line.starts_with("{\"url\"")).unwrap();
    let said: Value = serde_json::from_str(line).unwrap();
    let address: SocketAddr = said["metrics"].as_str().unwrap().parse().unwrap();
    let text = answered(&asked(address, "/metrics", ""));
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    value.parse().unwrap()
}

fn asked(address: SocketAddr, path: &str, key: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(ANSWER)).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    stream.write_all(format!("{head}Authorization: Bearer {key}\r\n\r\n").as_bytes()).unwrap();
    stream
}

fn answered(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    text
}

fn make_one_load(database: Option<&str>) {
    let folder = Folder::new();
    let builder = folder.builder().arg("--metrics-listen=127.0.0.1:0");
    let casemate = match database {
        Some(url) => builder.env("CASEMATE_DATABASE_URL", url).start().unwrap(),
        None => builder.start().unwrap(),
    };
    let key = &casemate.administrator().unwrap();
    let made = |request: &str, body: Value| send(&casemate, key, request, None, &body);
    let corp = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    made("POST /api/v1/providers", corp);
    made("POST /api/v1/roles", json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] }));
    let to = json!({ "provider": "corp", "id": "ada" });
    made("POST /api/v1/assignments", json!({ "role": "reader", "to": to }));
    let user = made(
        "POST /api/v1/users",
        json!({ "provider": "corp", "login": "ada@corp.example", "subject": "ada" }),
    );
    let path = format!("/api/v1/identities/{}/permissions", user["id"].as_str().unwrap());
    let loads = || ["user", "permission"].map(|of| figure(&casemate, &format!("casemate_{of}_loads_total")));

    let before = loads();
    // Nobody reads an answer before all have asked.
    let all: Vec<TcpStream> = (0..AT_ONCE).map(|_| asked(casemate.address(), &path, key)).collect();
    for answer in all.iter().map(answered) {
        assert!(answer.contains("notes.read"), "{answer}");
    }
    let [users, sets] = before.map(|count| count + 1);
    assert_eq!(loads(), [users, sets], "one of them looked for her, and one compiled what she holds");

    // What the store says of her otherwise is read anew, once.
    let item = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
    let known = send(&casemate, key, &format!("GET {item}"), None, &Value::Null);
    let renamed = json!({ "login": "ada@corp.example", "subject": "ada", "display_name": "Ada" });
    send(&casemate, key, &format!("PUT {item}"), Some(&known["revision"]), &renamed);
    for _ in 0..3 {
        assert!(answered(&asked(casemate.address(), &path, key)).contains("\"Ada\""));
    }
    assert_eq!(loads(), [users + 1, sets], "what she holds is what she held");
}

#[test]
fn a_thousand_first_requests_make_one_load() {
    make_one_load(None);
}

#[test]
fn a_thousand_first_requests_make_one_load_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    make_one_load(Some(&postgres.create_database().unwrap()));
}
