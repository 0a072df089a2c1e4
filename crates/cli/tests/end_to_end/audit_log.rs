//! The audit log of a real server on either database: checked, proved and witnessed from outside, and what is found where somebody
//! who can write to the database changed it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::block::{self, Part};
use casemate_audit::ed25519::SigningKey;
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::KeyKind;
use casemate_audit::tree::Edge;
use casemate_test_support::{Casemate, CasemateBuilder, Postgres};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};

use crate::{Folder, Said, casemate, run};

const WITNESS: &str = "witness.example.com/w1";
const WITNESS_SEED: [u8; 32] = [5; 32];

/// A database that somebody writes to by hand.
enum Database {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Database {
    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    /// The bytes that a statement selects.
    fn bytes(&self, text: &'static str) -> Vec<u8> {
        Database::wait(async {
            match self {
                Database::Sqlite(path) => {
                    let mut link = SqliteConnection::connect(&path.display().to_string()).await.unwrap();
                    sqlx::query(text).fetch_one(&mut link).await.unwrap().get(0)
                }
                Database::Postgres(url) => {
                    let mut link = PgConnection::connect(url).await.unwrap();
                    sqlx::query(text).fetch_one(&mut link).await.unwrap().get(0)
                }
            }
        })
    }

    /// Runs a statement with bytes; it must change a row.
    fn change(&self, text: &'static str, bytes: Option<&[u8]>) {
        let changed = Database::wait(async {
            match self {
                Database::Sqlite(path) => {
                    let mut link = SqliteConnection::connect(&path.display().to_string()).await.unwrap();
                    let query = sqlx::query(text);
                    let query = if let Some(bytes) = bytes { query.bind(bytes) } else { query };
                    let changed = query.execute(&mut link).await.unwrap().rows_affected();
                    link.close().await.unwrap();
                    changed
                }
                Database::Postgres(url) => {
                    let mut link = PgConnection::connect(url).await.unwrap();
                    let query = sqlx::query(text);
                    let query = if let Some(bytes) = bytes { query.bind(bytes) } else { query };
                    query.execute(&mut link).await.unwrap().rows_affected()
                }
            }
        });
        assert_eq!(changed, 1, "{text}");
    }
}

/// A place where a server is started again and again.
pub(crate) struct Site {
    pub(crate) folder: Folder,
    postgres: Option<(Postgres, String)>,
    pub(crate) operator: String,
}

impl Site {
    pub(crate) fn builder(folder: &Folder, url: Option<&str>) -> CasemateBuilder {
        let builder = CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), folder.data())
            .env("CASEMATE_RECORD_WITNESSES", &witness().verifier().to_string());
        match url {
            Some(url) => builder.env("CASEMATE_DATABASE_URL", url),
            None => builder,
        }
    }

    pub(crate) fn new(is_postgres: bool) -> (Site, Casemate) {
        let folder = Folder::new();
        std::fs::create_dir_all(folder.policy()).unwrap();
        let postgres = is_postgres.then(|| {
            let server = Postgres::start().unwrap();
            let url = server.create_database().unwrap();
            (server, url)
        });
        let server = Site::builder(&folder, postgres.as_ref().map(|(_, url)| url.as_str())).start().unwrap();
        let operator = server.administrator().unwrap();
        (Site { folder, postgres, operator }, server)
    }

    fn start(&self) -> Casemate {
        Site::builder(&self.folder, self.postgres.as_ref().map(|(_, url)| url.as_str())).start().unwrap()
    }

    fn database(&self) -> Database {
        match &self.postgres {
            Some((_, url)) => Database::Postgres(url.clone()),
            None => Database::Sqlite(self.folder.data().join("casemate.sqlite3")),
        }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.policy().join(name).display().to_string()
    }

    /// Records so many hundred events of an application.
    pub(crate) fn record(&self, server: &Casemate, hundreds: usize) {
        let item = |number: usize| {
            json!({ "action": "notes.note.publish", "outcome": "success",
                "resource": { "type": "note", "id": number.to_string() } })
        };
        for hundred in 0..hundreds {
            let items: Vec<Value> = (0..100).map(|number| item(hundred * 100 + number)).collect();
            let body = json!({ "items": items }).to_string();
            let answer = server.post("/api/v1/audit-events/record", &self.operator, &body).unwrap();
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
    }

    /// A command of `casemate audit` that asks the server.
    fn audit(&self, server: &Casemate, arguments: &[&str]) -> Said {
        let url = format!("http://{}", server.address());
        let credential = self.path("credential");
        std::fs::write(&credential, &self.operator).unwrap();
        let asked = ["--format", "json", "--server", &url, "--credential-file", &credential];
        run(&[&["audit"], arguments, &asked].concat())
    }

    /// The file with the key of the witness that the server knows.
    pub(crate) fn witness_key(&self) -> String {
        let key = self.path("witness.key");
        let bytes = [&[KeyKind::Cosignature as u8][..], &WITNESS_SEED].concat();
        let id = witness().verifier().id();
        std::fs::write(&key, format!("PRIVATE+KEY+{WITNESS}+{id:08x}+{}\n", STANDARD.encode(bytes))).unwrap();
        key
    }

    fn witness(&self, server: &Casemate, state: &str) -> Said {
        let (key, state) = (self.witness_key(), self.path(state));
        self.audit(server, &["witness", "--once", "--key-file", &key, "--state", &state])
    }

    /// A command that opens the database.
    pub(crate) fn beside(&self, arguments: &[&str]) {
        self.said(arguments);
    }

    /// The same, and what it wrote.
    fn said(&self, arguments: &[&str]) -> String {
        let data = self.folder.data().display().to_string();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_casemate"));
        command
            .args(arguments)
            .args(["--data", &data])
            .env("CASEMATE_BACKUP_PASSPHRASE", "correct horse battery staple");
        if let Some((_, url)) = &self.postgres {
            command.env("CASEMATE_DATABASE_URL", url);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

pub(crate) fn witness() -> SigningKey {
    SigningKey::of_seed(WITNESS, KeyKind::Cosignature, &WITNESS_SEED).unwrap()
}

/// What is wrong, and the range of the first bad index.
fn finding(said: &Said) -> (String, u64, u64) {
    assert_eq!(said.code, Some(3), "{said:?}");
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    let finding = &answer["finding"];
    let number = |name: &str| finding[name].as_u64().unwrap();
    let word = finding["wrong"].as_str().unwrap().to_owned();
    (word, number("first_bad_index"), number("first_bad_index_at_most"))
}

/// Whether an event of this action is on record.
pub(crate) fn is_on_record(site: &Site, server: &Casemate, action: &str) -> bool {
    let body = json!({ "action": action, "installation": true }).to_string();
    let found = server.post("/api/v1/audit-events/search", &site.operator, &body).unwrap();
    found.json()["items"].as_array().is_some_and(|items| !items.is_empty())
}

/// Waits until the newest checkpoint is about so many events.
pub(crate) fn signed(site: &Site, server: &Casemate, events: u64) -> String {
    server
        .wait_until(|server| {
            let note = server.get("/api/v1/audit-log/checkpoint", &site.operator).unwrap().body;
            let size: u64 = note.lines().nth(1)?.parse().ok()?;
            (size >= events).then_some(note)
        })
        .unwrap()
}

fn a_log_is_checked_from_outside(is_postgres: bool) {
    let (site, server) = Site::new(is_postgres);
    site.record(&server, 6);
    signed(&site, &server, 600);
    let state = site.path("state.json");
    let verify = ["verify", "--remember", &state];
    let said = site.audit(&server, &verify).json();
    assert_eq!((&said["verdict"], &said["keys_from"]), (&json!("whole"), &json!("server")), "{said}");
    assert!(said["size"].as_u64().unwrap() >= 600, "{said}");
    assert_eq!(said["size"], said["signed"]);
    let key = server.get("/api/v1/audit-log/key", &site.operator).unwrap().json()["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();

    // The proof of one event, checked without the server.
    let proof = site.path("proof.json");
    let said = site.audit(&server, &["prove", "300", "--key", &key, "--output", &proof]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let said = run(&["audit", "verify", "--format", "json", "--proof", &proof, "--key", &key]).json();
    assert_eq!((&said["verdict"], &said["id"]), (&json!("proved"), &json!(300)));
    assert!(said["event"].as_str().unwrap().contains("notes.note.publish"), "{said}");
    let text = std::fs::read_to_string(&proof).unwrap().replace("notes.note.publish", "notes.note.discard");
    std::fs::write(&proof, text).unwrap();
    assert_eq!(run(&["audit", "verify", "--proof", &proof, "--key", &key]).code, Some(3));

    // A witness cosigns, and the server shows it.
    let said = site.witness(&server, "witness.json").json();
    assert_eq!(said["verdict"], "cosigned");
    let cosigned = server.get("/api/v1/audit-log/checkpoint?cosigned=true", &site.operator).unwrap().body;
    let note = casemate_audit::note::Note::parse(&cosigned).unwrap();
    assert!(witness().verifier().verify_cosignature(&note).is_ok(), "{cosigned}");
    assert!(is_on_record(&site, &server, "casemate.audit-log.cosign"));

    let said = site.audit(&server, &["verify", "--witness", &witness().verifier().to_string()]).json();
    assert_eq!(said["witnessed"][0]["witness"], WITNESS, "{said}");
    let stranger = SigningKey::of_seed("stranger.example.com/w", KeyKind::Cosignature, &[6; 32]).unwrap();
    let said = site.audit(&server, &["verify", "--witness", &stranger.verifier().to_string()]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.out.contains("unwitnessed"), "{said:?}");

    // A backup holds the same log.
    let backup = site.path("backup");
    site.beside(&["backup", &backup]);
    // The event that tells of the witness may not be signed yet.
    let witness_key = witness().verifier().to_string();
    let of_backup = ["--backup", &backup, "--key", &key, "--to-checkpoint", "--witness", &witness_key];
    let said = run(&[&["audit", "verify", "--format", "json"], &of_backup[..]].concat()).json();
    assert_eq!(said["verdict"], "whole", "{said}");
    assert!(said["size"].as_u64().unwrap() >= 600, "{said}");

    // Set back to the backup: whoever remembers more finds out.
    let size = said["size"].as_u64().unwrap();
    site.record(&server, 1);
    signed(&site, &server, size + 50);
    assert_eq!(site.audit(&server, &verify).code, Some(0));
    assert_eq!(site.witness(&server, "witness.json").code, Some(0));
    drop(server);
    site.beside(&["restore", &backup, "--replace"]);
    let server = site.start();
    signed(&site, &server, 600);
    let (word, first, _) = finding(&site.audit(&server, &verify));
    assert_eq!(word, "rolled-back");
    assert!(first >= 600, "{first}");
    let refused = site.witness(&server, "witness.json");
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.out.contains("rolled-back"), "{refused:?}");
    assert!(is_on_record(&site, &server, "casemate.audit-log.witness-refusal"));
}

#[test]
fn a_log_in_sqlite_is_checked_from_outside() {
    a_log_is_checked_from_outside(false);
}

#[test]
fn a_log_in_postgres_is_checked_from_outside() {
    a_log_is_checked_from_outside(true);
}

/// What an export that is written to a file is found to be.
fn exported(site: &Site, text: &str, key: &str, further: &[&str]) -> Said {
    let file = site.path("exported");
    std::fs::write(&file, text).unwrap();
    let verify = ["audit", "verify", "--format", "json", "--export", &file, "--key", key];
    run(&[&verify[..], further].concat())
}

fn a_whole_export_is_checked_as_it_is(is_postgres: bool) {
    let (site, server) = Site::new(is_postgres);
    site.record(&server, 6);
    signed(&site, &server, 600);
    let key = server.get("/api/v1/audit-log/key", &site.operator).unwrap().json()["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let by_api = |server: &Casemate, after: Option<u64>| {
        let after = after.map(|after| after.to_string());
        let behind = after.iter().flat_map(|after| ["--after", after]);
        let arguments: Vec<&str> = ["export", "--everywhere"].into_iter().chain(behind).collect();
        let said = site.audit(server, &arguments);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    };
    for text in [by_api(&server, None), site.said(&["audit", "export"])] {
        let said = exported(&site, &text, &key, &[]).json();
        assert_eq!((&said["verdict"], &said["given_up"]), (&json!("whole"), &json!(0)), "{said}");
        assert!(said["signed"].as_u64().unwrap() >= 600, "{said}");
        // It is of what was exported, and not of some beginning.
        let (word, ..) =
            finding(&exported(&site, &text.replacen("notes.note.publish", "notes.note.x", 1), &key, &[]));
        assert_eq!(word, "changed");
    }
    // What broke off goes on, and both parts are one export.
    let part: Vec<String> = by_api(&server, None).lines().take(301).map(|line| format!("{line}\n")).collect();
    let whole = part.concat() + &by_api(&server, Some(300));
    assert_eq!(exported(&site, &whole, &key, &[]).json()["verdict"], "whole");
    let whole = part.concat() + &site.said(&["audit", "export", "--after", "300"]);
    assert_eq!(exported(&site, &whole, &key, &[]).json()["verdict"], "whole");
    // A part of the log is no whole export.
    let some = site.said(&["audit", "export", "action:notes.*"]);
    assert!(!some.contains("{\"checkpoint\""), "{}", some.lines().last().unwrap());
    drop(server);

    // Of what was given up the node is left, in an export as well.
    site.database().change("DELETE FROM audit_payload WHERE number = 1 AND part = 0", None);
    let server = site.start();
    for text in [by_api(&server, None), site.said(&["audit", "export"])] {
        let said = exported(&site, &text, &key, &[]).json();
        assert_eq!((&said["verdict"], &said["given_up"]), (&json!("whole"), &json!(256)), "{said}");
        let kept = exported(&site, &text, &key, &["--kept-from", "0"]);
        assert_eq!(finding(&kept), ("missing".to_owned(), 256, 511));
    }
}

#[test]
fn a_whole_export_of_sqlite_is_checked_as_it_is() {
    a_whole_export_is_checked_as_it_is(false);
}

#[test]
fn a_whole_export_of_postgres_is_checked_as_it_is() {
    a_whole_export_is_checked_as_it_is(true);
}

/// The block of events 256 to 511, of which event 300 is another.
fn edited(payload: &[u8]) -> Vec<u8> {
    let opened = block::open(payload).unwrap();
    let texts: Vec<String> = (0..opened.len())
        .map(|place| {
            let text = opened.text(place).unwrap();
            if place == 300 - 256 { text.replace("success", "failure") } else { text.to_owned() }
        })
        .collect();
    assert_ne!(texts[300 - 256], opened.text(300 - 256).unwrap());
    let salts: Vec<_> = (0..opened.len()).map(|place| opened.salt(place).unwrap()).collect();
    let parts: Vec<Part<'_>> =
        texts.iter().zip(&salts).map(|(text, salt)| Part::Text { text, salt }).collect();
    block::pack(opened.first(), &parts, None).unwrap().payload
}

const PAYLOAD: &str = "SELECT bytes FROM audit_payload WHERE number = 1 AND part = 0";
const PUT_PAYLOAD: &str = "UPDATE audit_payload SET bytes = $1 WHERE number = 1 AND part = 0";
const TAIL: &str = "SELECT events FROM audit_tail ORDER BY idx LIMIT 1";
const PUT_TAIL: &str = "UPDATE audit_tail SET events = $1 WHERE idx = (SELECT MIN(idx) FROM audit_tail)";

fn what_is_changed_in_the_database_is_named(is_postgres: bool) {
    let (site, server) = Site::new(is_postgres);
    site.record(&server, 6);
    signed(&site, &server, 600);
    let key = server.get("/api/v1/audit-log/key", &site.operator).unwrap().json()["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();
    let backup = site.path("backup");
    drop(server);
    let database = site.database();
    let verify = |server: &Casemate| finding(&site.audit(server, &["verify", "--key", &key]));
    let whole = |server: &Casemate| {
        let said = site.audit(server, &["verify", "--key", &key]);
        assert_eq!(said.code, Some(0), "{said:?}");
    };

    // An event of a block, with all that is made of it.
    let payload = database.bytes(PAYLOAD);
    database.change(PUT_PAYLOAD, Some(&edited(&payload)));
    let server = site.start();
    let (word, first, last) = verify(&server);
    assert_eq!(word, "changed");
    assert!((256..=300).contains(&first) && (300..512).contains(&last), "{first} to {last}");
    site.beside(&["backup", &backup]);
    let said = run(&["audit", "verify", "--format", "json", "--backup", &backup, "--key", &key]);
    let (word, first, last) = finding(&said);
    assert_eq!(word, "changed");
    assert!(first <= 300 && (300..512).contains(&last), "{first} to {last}");
    drop(server);

    // Bytes of a block that were broken.
    let mut broken = payload.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    database.change(PUT_PAYLOAD, Some(&broken));
    let server = site.start();
    assert_eq!(verify(&server), ("unreadable".to_owned(), 256, 256));
    drop(server);

    // A block that is gone.
    database.change("DELETE FROM audit_payload WHERE number = 1 AND part = 0", None);
    let server = site.start();
    let said = site.audit(&server, &["verify", "--key", &key]).json();
    assert_eq!(said["given_up"], 256, "it is told as what retention gives up: {said}");
    let kept = site.audit(&server, &["verify", "--key", &key, "--kept-from", "0"]);
    assert_eq!(finding(&kept), ("missing".to_owned(), 256, 511));
    drop(server);
    database.change("INSERT INTO audit_payload (number, part, bytes) VALUES (1, 0, $1)", Some(&payload));

    // Two blocks in each other's place.
    let other = database.bytes("SELECT bytes FROM audit_payload WHERE number = 0 AND part = 0");
    database.change(PUT_PAYLOAD, Some(&other));
    database.change("UPDATE audit_payload SET bytes = $1 WHERE number = 0 AND part = 0", Some(&payload));
    let server = site.start();
    assert_eq!(verify(&server), ("unreadable".to_owned(), 0, 0));
    drop(server);
    database.change(PUT_PAYLOAD, Some(&payload));
    database.change("UPDATE audit_payload SET bytes = $1 WHERE number = 0 AND part = 0", Some(&other));
    let server = site.start();
    whole(&server);
    drop(server);

    // An event of the block that is not full, in place.
    let tail = database.bytes(TAIL);
    let place = tail.windows(7).position(|word| word == b"success").unwrap();
    let mut changed = tail.clone();
    changed[place..place + 7].copy_from_slice(b"failure");
    database.change(PUT_TAIL, Some(&changed));
    // A server does not start on that; what is backed up is found out.
    let backup = site.path("backup-of-tail");
    site.beside(&["backup", &backup]);
    let said = run(&["audit", "verify", "--format", "json", "--backup", &backup, "--key", &key]);
    let (word, first, last) = finding(&said);
    assert_eq!(word, "changed");
    assert!(first <= 512 && (512..=620).contains(&last), "{first} to {last}");
}

#[test]
fn what_is_changed_in_sqlite_is_named() {
    what_is_changed_in_the_database_is_named(false);
}

#[test]
fn what_is_changed_in_postgres_is_named() {
    what_is_changed_in_the_database_is_named(true);
}

fn what_is_changed_with_all_hashes_over_it_is_not_signed(is_postgres: bool) {
    let (site, server) = Site::new(is_postgres);
    site.record(&server, 6);
    signed(&site, &server, 600);
    let key = server.get("/api/v1/audit-log/key", &site.operator).unwrap().json()["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();
    drop(server);
    // Event 300, its block, the node over that, and the edge of the tree: what whoever writes to the database can change.
    let database = site.database();
    let payload = edited(&database.bytes(PAYLOAD));
    let mut edge = Edge::default();
    block::open(&payload).unwrap().leaves().into_iter().for_each(|leaf| edge.push(leaf, |_, _| ()));
    let first = database.bytes("SELECT root FROM audit_block WHERE number = 0");
    let first = MerkleHash(first.try_into().unwrap());
    let mut peaks = database.bytes("SELECT peaks FROM audit_log");
    peaks[..32].copy_from_slice(&MerkleHash::of_node(&first, &edge.root()).0);
    database.change(PUT_PAYLOAD, Some(&payload));
    database.change("UPDATE audit_block SET root = $1 WHERE number = 1", Some(&edge.root().0));
    database.change("UPDATE audit_log SET peaks = $1", Some(&peaks));
    // The server starts, and records; it holds the log against what it signed last.
    let server = site.start();
    server
        .wait_until(|server| is_on_record(&site, server, "casemate.audit-log.signing-refusal").then_some(()))
        .unwrap();
    let newest = || server.get("/api/v1/audit-log/checkpoint", &site.operator).unwrap().body;
    let before = newest();
    let size: u64 = before.lines().nth(1).unwrap().parse().unwrap();
    assert!(size < 700, "{before}");
    site.record(&server, 2);
    assert_eq!(newest(), before);
    let (word, first, last) = finding(&site.audit(&server, &["verify", "--key", &key]));
    assert_eq!(word, "changed");
    assert!(first <= 300 && last >= 300, "{first} to {last}");
}

#[test]
fn what_is_changed_in_sqlite_with_all_hashes_over_it_is_not_signed() {
    what_is_changed_with_all_hashes_over_it_is_not_signed(false);
}

#[test]
fn what_is_changed_in_postgres_with_all_hashes_over_it_is_not_signed() {
    what_is_changed_with_all_hashes_over_it_is_not_signed(true);
}

#[test]
fn a_server_that_is_not_there_is_no_verdict() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.policy()).unwrap();
    let credential = folder.policy().join("credential");
    std::fs::write(&credential, "cmk_x").unwrap();
    let key = SigningKey::of_seed("casemate/0", KeyKind::Ed25519, &[1; 32]).unwrap().verifier().to_string();
    let credential = credential.display().to_string();
    let asked = ["--server", "http://127.0.0.1:1", "--credential-file", &credential];
    let said = casemate(&[&["audit", "verify", "--key", &key][..], &asked].concat());
    assert_eq!(said.status.code(), Some(4), "{said:?}");
    let said = casemate(&[&["audit", "prove", "3", "--key", &key][..], &asked].concat());
    assert_eq!(said.status.code(), Some(4), "{said:?}");
}
