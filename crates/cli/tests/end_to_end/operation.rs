//! The parts of a server that the configuration puts together: database, TLS, limits, metrics, log.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use casemate_test_support::{Casemate, Postgres};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::Value;

use crate::{Folder, casemate, decision, question};

/// The line that the server prints when it listens.
fn listening(casemate: &Casemate) -> Value {
    let log = casemate.log();
    let line = log.lines().find(|line| line.starts_with("{\"url\"")).unwrap();
    serde_json::from_str(line).unwrap()
}

/// What an address answers over plain HTTP; empty where it answers nothing.
fn plain(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    // Who speaks TLS alone closes while this is written.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn state_is_kept_in_postgresql_where_a_url_is_given() {
    let server = Postgres::start().unwrap();
    let folder = Folder::new();
    std::fs::write(folder.0.path().join("url"), server.create_database().unwrap()).unwrap();
    let file = folder.0.path().join("casemate.toml").display().to_string();
    std::fs::write(&file, "[database]\nurl = { file = 'url' }\n").unwrap();
    let config = ["--config", &file];

    let doctor = || {
        let data = folder.data().display().to_string();
        let output = casemate(&[&["doctor", "--reserve-megabytes=0", "--data", &data], &config[..]].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(doctor().contains("not there yet: the first start makes it"), "{}", doctor());

    let start = || folder.builder().arg("--config").arg(&file).start().unwrap();
    let first = start();
    let credential = first.credential().unwrap().to_owned();
    assert!(!decision(&first, &credential, &question("ada", "notes.read", "1")));
    drop(first);
    let again = start();
    assert_eq!(again.credential(), None, "it is no first start");
    assert!(!decision(&again, &credential, &question("ada", "notes.read", "2")));
    let output = casemate(&[&["audit", "list", "--format", "json"], &config[..]].concat());
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
    assert!(!folder.data().join("casemate.sqlite3").exists());
    assert!(doctor().contains("PostgreSQL, migrated"), "{}", doctor());
}

#[test]
fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    let folder = Folder::new();
    let file = folder.0.path().join("casemate.toml").display().to_string();
    std::fs::write(&file, "[database]\nurl = 'postgres://casemate:geheim@127.0.0.1:9/casemate'\n").unwrap();
    let data = folder.data().display().to_string();
    let place = ["--config", &file, "--data", &data];
    for (command, code) in [(&["serve", "--listen", "127.0.0.1:0"][..], 1), (&["doctor"], 3)] {
        let output = casemate(&[command, &place].concat());
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("127.0.0.1:9") && !said.contains("geheim"), "{said}");
    }
}

/// A certificate for `localhost` that ends in this year, and its key.
pub(crate) fn certificate(folder: &Path, ends: i32) -> [String; 2] {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(ends, 1, 1);
    let files = [("certificate", parameters.self_signed(&key).unwrap().pem()), ("key", key.serialize_pem())];
    files.map(|(name, text)| {
        let path = folder.join(format!("{name}-{ends}.pem"));
        std::fs::write(&path, text).unwrap();
        let private = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o600);
        std::fs::set_permissions(&path, private).unwrap();
        format!("--tls-{name}={}", path.display())
    })
}

#[test]
fn production_with_a_certificate_speaks_tls_alone() {
    let folder = Folder::new();
    let [certificate_file, key] = certificate(folder.0.path(), 2099);
    let casemate = folder
        .builder()
        .arg("--mode=production")
        .arg("--public-url=https://localhost")
        .arg("--reserve-megabytes=0")
        .arg(&certificate_file)
        .arg(&key)
        .start()
        .unwrap();
    let said = listening(&casemate);
    let found = |name: &str| {
        let checks = said["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["found"].as_str().unwrap().to_owned()
    };
    assert!(found("transport").starts_with("TLS on"), "{said}");
    assert_eq!(found("certificate"), "valid until 2099-01-01T00:00:00Z");
    assert!(!plain(casemate.address(), "/livez").contains("200"), "nothing is answered without TLS");
}

#[test]
fn a_certificate_that_has_ended_is_refused_and_told() {
    let folder = Folder::new();
    let ended = certificate(folder.0.path(), 2021);
    let data = folder.data().display().to_string();
    for (command, code) in [(["serve", "--listen=127.0.0.1:0"], 2), (["doctor", "--format=json"], 3)] {
        let output = casemate(&[&command[..], &["--data", &data, &ended[0], &ended[1]]].concat());
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("valid from"), "{said}");
    }
    assert!(!folder.data().exists());
}

#[test]
fn figures_are_answered_on_a_listener_of_their_own() {
    let folder = Folder::new();
    let casemate = folder.builder().arg("--metrics-listen").arg("127.0.0.1:0").start().unwrap();
    decision(&casemate, casemate.credential().unwrap(), &question("ada", "notes.read", "1"));
    let address = listening(&casemate)["metrics"].as_str().unwrap().parse().unwrap();
    let figures = plain(address, "/metrics");
    for line in [
        "casemate_http_request_duration_seconds_count{route=\"/access/v1/evaluation\"} 1",
        "casemate_store_writable 1",
        "\ncasemate_policy_revision ",
    ] {
        assert!(figures.contains(line), "{line} in {figures}");
    }
    let answer = casemate.request("GET /metrics", &[], "").unwrap();
    assert_eq!(answer.status, 404, "not on the listener that everybody reaches");
    assert!(plain(address, "/livez").contains("404"));
    let log = || folder.data().join("casemate.sqlite3-wal");
    drop(casemate);
    assert!(!log().exists(), "the figures keep nothing open at the end");
}

#[test]
fn bodies_and_the_log_are_as_chosen() {
    let folder = Folder::new();
    let casemate = folder.builder().arg("--body-bytes=1024").arg("--log-format=json").start().unwrap();
    let credential = casemate.credential().unwrap();
    let body = |length: usize| {
        let fixed = question("ada", "notes.read", "").len();
        question("ada", "notes.read", &"x".repeat(length - fixed))
    };
    let status = |length| casemate.post("/access/v1/evaluation", credential, &body(length)).unwrap().status;
    assert_eq!((status(1_024), status(1_025)), (200, 413));
    let line = casemate
        .wait_until(|casemate| {
            let log = casemate.log();
            let line = log.lines().find(|line| line.contains("/access/v1/evaluation"))?;
            serde_json::from_str::<Value>(line).ok()
        })
        .unwrap();
    assert_eq!(line["level"], "INFO", "{line}");
}

/// One request to a collector, answered with 200: its first line and its body.
fn collected(stream: &mut TcpStream) -> Option<(String, Value)> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut text = String::new();
    let (head, body) = loop {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).ok().filter(|count| *count > 0)?;
        text.push_str(std::str::from_utf8(bytes.get(..count)?).ok()?);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        if body.len() >= length.parse().ok()? {
            break (head, body);
        }
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
    Some((head.lines().next()?.to_owned(), serde_json::from_str(body).ok()?))
}

#[test]
fn a_traced_request_comes_to_the_collector_under_its_caller_s_trace() {
    let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("--traces-endpoint=http://{}", collector.local_addr().unwrap());
    let folder = Folder::new();
    let casemate = folder.builder().arg(&endpoint).arg("--outgoing-allow=127.0.0.1").start().unwrap();
    let traced = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(casemate.request("GET /livez?secret=geheim", &[traced], "").unwrap().status, 200);

    let (mut stream, _) = collector.accept().unwrap();
    let (line, body) = collected(&mut stream).unwrap();
    assert_eq!(line, "POST /v1/traces HTTP/1.1");
    let span = body.pointer("/resourceSpans/0/scopeSpans/0/spans/0").unwrap();
    assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736", "{body}");
    assert_eq!((&span["parentSpanId"], &span["name"]), (&"00f067aa0ba902b7".into(), &"GET /livez".into()));
    assert!(!body.to_string().contains("geheim"), "{body}");
}

#[test]
fn a_collector_of_traces_that_may_not_be_called_is_told_at_the_start() {
    let folder = Folder::new();
    let data = folder.data().display().to_string();
    let endpoint = "--traces-endpoint=http://10.0.0.1:4318";
    let output = casemate(&["serve", "--listen=127.0.0.1:0", "--data", &data, endpoint]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`traces.endpoint`") && said.contains("allow-list"), "{said}");
}
