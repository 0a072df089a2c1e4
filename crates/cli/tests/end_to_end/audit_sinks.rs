//! Sinks of the audit log of a server that is killed, and on a disk that is full.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "one process tells the other how it went")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use casemate_test_support::{Casemate, CasemateBuilder, Postgres};
use serde_json::{Value, json};

use crate::Folder;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// How long it is waited for what comes: a lease of a server that was killed ends before.
const PATIENCE: Duration = Duration::from_secs(60);
const DISK: &str = "CASEMATE_TEST_SINK_DISK";
/// What the process on the small disk says when all was as it should be.
const DONE: &str = "the sink was behind while the disk was full, and is not any more";

/// A request that somebody sent, which is answered when it is told.
struct Asked {
    stream: TcpStream,
    events: Vec<Value>,
}

impl Asked {
    fn answer(mut self) {
        // Whoever sent it may be gone.
        drop(self.stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
    }

    fn indexes(&self) -> Vec<u64> {
        self.events.iter().map(|event| event["sequence"].as_str().unwrap().parse().unwrap()).collect()
    }

    fn is_of(&self, role: &str) -> bool {
        self.events.iter().any(|event| event["data"]["event"]["resource"]["id"] == role)
    }
}

/// Takes requests, one for each connection.
fn receiver() -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/audit", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || {
                if let Some(events) = read(&stream) {
                    drop(sender.send(Asked { stream, events }));
                }
            });
        }
    });
    (url, asked)
}

fn read(stream: &TcpStream) -> Option<Vec<Value>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn make(casemate: &Casemate, key: &str, path: &str, body: &Value) -> String {
    let answer = casemate.post(path, key, &body.to_string()).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn make_role(casemate: &Casemate, key: &str, name: &str) -> String {
    make(casemate, key, "/api/v1/roles", &json!({ "name": name, "permissions": [] }))
}

/// Kills a server when a receiver has events and the server has no answer yet.
fn killed_in_between(builder: impl Fn() -> CasemateBuilder) {
    let (url, asked) = receiver();
    let casemate = builder().killed().start().unwrap();
    let key = casemate.administrator().unwrap();
    for number in 0..5 {
        make_role(&casemate, &key, &format!("role-{number}"));
    }
    let sink =
        json!({ "name": "siem", "webhook": { "url": url, "signing_secret": SECRET, "max_events": 3 } });
    make(&casemate, &key, "/api/v1/audit-sinks", &sink);
    let first = asked.recv_timeout(PATIENCE).unwrap();
    let mut seen = first.indexes();
    assert_eq!(seen, [0, 1, 2]);
    first.answer();
    let second = asked.recv_timeout(PATIENCE).unwrap();
    let unanswered = second.indexes();
    seen.extend(&unanswered);
    drop(casemate);
    drop(second);

    let casemate = builder().start().unwrap();
    let last = make_role(&casemate, &key, "last");
    loop {
        let asked = asked.recv_timeout(PATIENCE).unwrap();
        let is_last = asked.is_of(&last);
        seen.extend(asked.indexes());
        asked.answer();
        if is_last {
            break;
        }
    }
    let mut next = 0;
    for index in &seen {
        assert!(*index <= next, "{index} came before {next}: {seen:?}");
        next = next.max(index + 1);
    }
    let again = |index: &u64| seen.iter().filter(|one| *one == index).count() > 1;
    assert!(unanswered.iter().all(again), "what nobody answered is sent again: {seen:?}");
}

#[test]
fn what_was_sent_before_a_server_was_killed_is_followed_by_the_rest() {
    let folder = Folder::new();
    killed_in_between(|| folder.builder());
}

#[test]
fn what_was_sent_before_a_server_was_killed_is_followed_by_the_rest_on_postgresql() {
    let (folder, postgres) = (Folder::new(), Postgres::start().unwrap());
    killed_in_between(|| folder.builder().env("CASEMATE_DATABASE_URL", &postgres.url()));
}

/// The lines of the sink's file.
fn lines(disk: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(disk.join("audit.ndjson")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
#[ignore = "the process that the other test starts with a disk of its own"]
fn with_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let disk = Path::new(&disk);
    let folder = Folder::new();
    let casemate = folder.builder().arg(&format!("--sinks-folder={}", disk.display())).start().unwrap();
    let key = casemate.administrator().unwrap();
    let mut filling = std::fs::File::create(disk.join("filling")).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while filling.write_all(&vec![1; size]).is_ok() {}
    }
    let sink = json!({ "name": "archive", "file": { "name": "audit.ndjson" } });
    let sink = make(&casemate, &key, "/api/v1/audit-sinks", &sink);
    let shown = || {
        let readiness = casemate.get("/readyz?verbose", &key).unwrap();
        assert_eq!(readiness.status, 200, "{}", readiness.body);
        readiness.json()["audit_sinks"][0].clone()
    };
    let is_failing = |_: &Casemate| {
        let sink = shown();
        let error = sink["error"].as_str().unwrap_or_default();
        error.contains("audit.ndjson cannot be written").then_some(())
    };
    casemate.wait_until(is_failing).unwrap();
    for number in 0..20 {
        make_role(&casemate, &key, &format!("role-{number}"));
    }
    assert_eq!(lines(disk).len(), 0);
    drop(filling);
    std::fs::remove_file(disk.join("filling")).unwrap();
    casemate.wait_until(|_| (shown()["behind_events"] == 0).then_some(())).unwrap();
    let lines = lines(disk);
    let indexes: Vec<u64> = lines.iter().map(|line| line["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, (0..lines.len() as u64).collect::<Vec<_>>());
    assert!(lines.iter().any(|line| line["event"]["resource"]["id"] == sink.as_str()), "{lines:?}");
    println!("{DONE}");
}

#[test]
fn a_full_disk_holds_a_sink_up_and_nothing_else() {
    let folder = Folder::new();
    // The disk is seen by the process alone, and goes with it.
    let prepare = "mount -t tmpfs -o size=1m none \"$1\" || exit 77; \
                   exec \"$0\" audit_sinks::with_a_small_disk --exact --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", prepare])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.0.path())
        .env(DISK, folder.0.path())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => output,
        _ => return eprintln!("skipped: mounting a disk takes root's rights"),
    };
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(DONE), "{said}");
}
