//! What whoever does not trust the operator finds out, with the binary alone: exports and proofs that somebody changed.

use std::fmt::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::ed25519::SigningKey;
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{KeyKind, Note};
use casemate_audit::salt::Seed;
use casemate_audit::tree::{Edge, Node, Nodes, inclusion};
use serde_json::{Value, json};

use crate::{Folder, Said, run};

const ORIGIN: &str = "casemate/0123456789abcdef";

/// A log that this test signs itself.
struct Log {
    lines: Vec<String>,
    leaves: Vec<MerkleHash>,
    key: SigningKey,
}

/// All nodes of a small tree.
struct Kept(std::collections::HashMap<Node, MerkleHash>);

impl Nodes for Kept {
    type Error = Node;

    fn node(&mut self, node: Node) -> Result<MerkleHash, Node> {
        self.0.get(&node).copied().ok_or(node)
    }
}

fn text(index: u64) -> String {
    format!(
        r#"{{"version":1,"at":"2026-11-23T10:35:41.{:06}Z","kind":"read","area":"note","action":"notes.note.read","outcome":"success","tenant":"acme","number":{index}}}"#,
        index % 1_000_000
    )
}

impl Log {
    fn of(count: u64) -> Log {
        let (mut lines, mut leaves) = (Vec::new(), Vec::new());
        for index in 0..count {
            let salt = Seed([9; 32]).salt(index);
            leaves.push(casemate_audit::commitment::leaf(&salt, text(index).as_bytes()));
            lines.push(format!(
                r#"{{"index":{index},"salt":"{}","event":{}}}"#,
                STANDARD.encode(salt.0),
                text(index)
            ));
        }
        Log { lines, leaves, key: SigningKey::of_seed(ORIGIN, KeyKind::Ed25519, &[3; 32]).unwrap() }
    }

    fn note(&self, size: usize) -> String {
        let mut edge = Edge::default();
        for leaf in &self.leaves[..size] {
            edge.push(*leaf, |_, _| ());
        }
        let mut note =
            Note::new(&Checkpoint::new(ORIGIN, size as u64, edge.root()).unwrap().to_string()).unwrap();
        self.key.sign(&mut note).unwrap();
        note.to_string()
    }

    /// The lines with checkpoints of these sizes behind their events, and one of all at the end.
    fn export(&self, lines: &[String], sizes: &[usize]) -> String {
        let mut text = String::new();
        for (place, line) in lines.iter().enumerate() {
            if sizes.contains(&place) {
                writeln!(text, "{}", json!({ "checkpoint": self.note(place) })).unwrap();
            }
            writeln!(text, "{line}").unwrap();
        }
        writeln!(text, "{}", json!({ "checkpoint": self.note(self.leaves.len()) })).unwrap();
        text
    }
}

fn write(folder: &Folder, name: &str, text: &str) -> String {
    std::fs::create_dir_all(folder.policy()).unwrap();
    let path: PathBuf = folder.policy().join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn verify(log: &Log, file: &str, further: &[&str]) -> Said {
    let key = log.key.verifier().to_string();
    run(&[&["audit", "verify", "--format", "json", "--export", file, "--key", &key], further].concat())
}

/// What is wrong, and the range of the first bad index.
fn finding(said: &Said) -> (String, Value, Value) {
    assert_eq!(said.code, Some(3), "{said:?}");
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(answer["verdict"], "tampered");
    let finding = &answer["finding"];
    assert!(finding["what_next"].as_str().unwrap().len() > 20, "{finding}");
    let word = finding["wrong"].as_str().unwrap().to_owned();
    (word, finding["first_bad_index"].clone(), finding["first_bad_index_at_most"].clone())
}

#[test]
fn an_export_that_was_changed_is_found_out() {
    let (folder, log) = (Folder::new(), Log::of(700));
    let whole = write(&folder, "whole", &log.export(&log.lines, &[100, 300]));
    let said = verify(&log, &whole, &[]).json();
    assert_eq!(
        (&said["verdict"], &said["size"], &said["signed"]),
        (&json!("whole"), &json!(700), &json!(700))
    );
    assert_eq!(said["keys_from"], "given");

    let changed = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = log.lines.clone();
        change(&mut lines);
        let file = write(&folder, "changed", &log.export(&lines, &[100, 300]));
        finding(&verify(&log, &file, &[]))
    };
    let edited = changed(&|lines| lines[200] = lines[200].replace("\"success\"", "\"denied\""));
    assert_eq!(edited, ("changed".to_owned(), json!(100), json!(299)));
    let missing = changed(&|lines| drop(lines.remove(450)));
    assert_eq!(missing, ("missing".to_owned(), json!(450), json!(450)));
    let reordered = changed(&|lines| lines.swap(5, 9));
    assert_eq!(reordered, ("reordered".to_owned(), json!(5), json!(5)));
    let repeated = changed(&|lines| lines.insert(31, lines[30].clone()));
    assert_eq!(repeated, ("repeated".to_owned(), json!(30), json!(30)));
    let truncated = changed(&|lines| lines.truncate(600));
    assert_eq!(truncated, ("truncated".to_owned(), json!(600), json!(699)));
    let unreadable = changed(&|lines| lines[7].truncate(20));
    assert_eq!(unreadable.0, "unreadable");
    assert_eq!(unreadable.1, json!(7));

    let text = std::fs::read_to_string(&whole).unwrap();
    let forged = write(&folder, "forged", &text.replace("\\n700\\n", "\\n701\\n"));
    assert_eq!(finding(&verify(&log, &forged, &[])).0, "forged");
    let other = SigningKey::of_seed(ORIGIN, KeyKind::Ed25519, &[4; 32]).unwrap();
    let said = run(&[
        "audit",
        "verify",
        "--format",
        "json",
        "--export",
        &whole,
        "--key",
        &other.verifier().to_string(),
    ]);
    assert_eq!(finding(&said).0, "unknown-key");
}

#[test]
fn what_is_remembered_is_gone_on_from() {
    let (folder, log) = (Folder::new(), Log::of(500));
    let state = folder.policy().join("state.json").display().to_string();
    let remember = ["--remember", &state];
    let part = |size: usize| {
        let mut text = log.lines[..size].join("\n");
        writeln!(text, "\n{}", json!({ "checkpoint": log.note(size) })).unwrap();
        write(&folder, &format!("part-{size}"), &text)
    };
    for size in [300, 500] {
        assert_eq!(verify(&log, &part(size), &remember).json()["size"], size);
    }
    // Without a key, the remembered one counts.
    let said = run(&["audit", "verify", "--format", "json", "--export", &part(500), "--remember", &state]);
    assert_eq!(said.json()["keys_from"], "remembered");
    let back = finding(&verify(&log, &part(400), &remember));
    assert_eq!(back, ("rolled-back".to_owned(), json!(400), json!(499)));
    // The same number of events, another log, which the same key signed.
    let mut other = Log::of(500);
    other.leaves[17] = MerkleHash::of_leaf(b"another");
    other.lines[17] = format!(r#"{{"index":17,"leaf":"{}"}}"#, other.leaves[17]);
    let split = write(&folder, "split", &other.export(&other.lines, &[]));
    assert_eq!(verify(&log, &split, &[]).json()["erased"], 1);
    assert_eq!(finding(&verify(&log, &split, &remember)).0, "split-view");
    // Nothing of that was remembered.
    assert_eq!(verify(&log, &part(500), &remember).json()["size"], 500);
    let person = run(&["audit", "verify", "--export", &part(400), "--remember", &state]);
    assert_eq!(person.code, Some(3));
    assert!(person.out.contains("rolled-back, first bad index within 400 to 499"), "{person:?}");
    assert!(person.out.contains("next: "), "{person:?}");
}

/// The line of a block that was given up.
fn given_up(block: u64, root: MerkleHash) -> String {
    format!(r#"{{"block":{block},"root":"{root}"}}"#)
}

#[test]
fn an_export_that_was_made_up_is_found_out() {
    let (folder, log) = (Folder::new(), Log::of(700));
    let made_up = |lines: &[String], sizes: &[usize], further: &[&str]| {
        let mut text = lines.join("\n");
        for size in sizes {
            write!(text, "\n{}", json!({ "checkpoint": log.note(*size) })).unwrap();
        }
        verify(&log, &write(&folder, "made-up", &(text + "\n")), further)
    };
    // A block that ends behind the newest checkpoint takes nothing away from it.
    let mut lines: Vec<String> =
        log.lines[..256].iter().map(|line| line.replace("\"success\"", "\"denied\"")).collect();
    lines.push(given_up(1, MerkleHash::of_leaf(b"anything")));
    let found = finding(&made_up(&lines, &[300], &[]));
    assert_eq!(found, ("unsigned".to_owned(), json!(300), json!(511)));
    // Behind an old checkpoint anything may be made up, and is not whole: also not where it is genuine.
    let mut lines = log.lines[..500].to_vec();
    lines[400] = lines[400].replace("\"success\"", "\"denied\"");
    let found = finding(&made_up(&lines, &[300], &[]));
    assert_eq!(found, ("unsigned".to_owned(), json!(300), json!(499)));
    let said = made_up(&lines, &[300], &["--to-checkpoint"]).json();
    assert_eq!((&said["size"], &said["signed"]), (&json!(300), &json!(300)));
    // What is remembered is compared, or nothing is said.
    let state = folder.policy().join("made-up.json").display().to_string();
    let remember = ["--remember", &state];
    assert_eq!(made_up(&log.lines[..100], &[100], &remember).json()["size"], 100);
    let mut edge = Edge::default();
    log.leaves[..256].iter().for_each(|leaf| edge.push(*leaf, |_, _| ()));
    let mut lines = vec![given_up(0, edge.root())];
    lines.extend_from_slice(&log.lines[256..]);
    let found = finding(&made_up(&lines, &[700], &remember));
    assert_eq!(found, ("unproved".to_owned(), json!(0), json!(255)));
    assert_eq!(made_up(&lines, &[700], &[]).json()["given_up"], 256);
}

#[test]
fn texts_that_are_to_be_there_are_missed() {
    let (folder, log) = (Folder::new(), Log::of(300));
    let mut lines = log.lines.clone();
    for index in [7, 20, 21] {
        lines[index] = format!(r#"{{"index":{index},"leaf":"{}"}}"#, log.leaves[index]);
    }
    let file = write(&folder, "erased", &log.export(&lines, &[]));
    assert_eq!(verify(&log, &file, &[]).json()["erased"], 3);
    let found = |further: &[&str]| finding(&verify(&log, &file, further));
    assert_eq!(found(&["--kept-from", "0"]), ("missing".to_owned(), json!(7), json!(7)));
    assert_eq!(found(&["--kept-from", "8"]), ("missing".to_owned(), json!(20), json!(20)));
    let said = verify(&log, &file, &["--kept-from", "0", "--erased", "7", "--erased", "20-21"]).json();
    assert_eq!((&said["verdict"], &said["erased"]), (&json!("whole"), &json!(3)));
    let found = found(&["--kept-from", "0", "--erased", "7-20"]);
    assert_eq!(found, ("missing".to_owned(), json!(21), json!(21)));
    assert_eq!(verify(&log, &file, &["--kept-from", "22"]).json()["verdict"], "whole");
    assert_eq!(verify(&log, &file, &["--kept-from", "0", "--erased", "7-"]).code, Some(2));
}

#[test]
fn what_a_witness_cosigned_is_compared() {
    let (folder, log) = (Folder::new(), Log::of(300));
    let witness =
        |seed| SigningKey::of_seed("witness.example.com/w", KeyKind::Cosignature, &[seed; 32]).unwrap();
    let (own, other) = (witness(1), witness(2));
    let key = own.verifier().to_string();
    let cosigned = |log: &Log, size: usize, by: &SigningKey| {
        let mut note = Note::parse(&log.note(size)).unwrap();
        by.cosign(&mut note, 1_700_000_000).unwrap();
        note.to_string()
    };
    let file = write(&folder, "export", &log.export(&log.lines, &[]));
    assert_eq!(finding(&verify(&log, &file, &["--witness", &key])).0, "unwitnessed");
    let from = write(&folder, "note", &cosigned(&log, 200, &own));
    let said = verify(&log, &file, &["--witness", &key, "--checkpoint", &from]).json();
    let witnessed =
        json!([{ "witness": "witness.example.com/w", "size": 200, "at": "2023-11-14T22:13:20Z" }]);
    assert_eq!(said["witnessed"], witnessed);
    let by_other = write(&folder, "by-other", &cosigned(&log, 200, &other));
    let said = verify(&log, &file, &["--witness", &key, "--checkpoint", &by_other]);
    assert_eq!(finding(&said).0, "unwitnessed");
    // The witness saw another log, or more of it.
    let mut another = Log::of(300);
    another.leaves[17] = MerkleHash::of_leaf(b"another");
    let split = write(&folder, "split", &cosigned(&another, 200, &own));
    let said = verify(&log, &file, &["--witness", &key, "--checkpoint", &split]);
    assert_eq!(finding(&said).0, "changed");
    let more = write(&folder, "more", &cosigned(&Log::of(400), 400, &own));
    assert_eq!(finding(&verify(&log, &file, &["--checkpoint", &more])).0, "rolled-back");
    // In the file itself.
    let within =
        log.lines.join("\n") + &format!("\n{}\n", json!({ "checkpoint": cosigned(&log, 300, &own) }));
    let within = write(&folder, "within", &within);
    assert_eq!(verify(&log, &within, &["--witness", &key]).json()["witnessed"][0]["size"], 300);
    let of_log = log.key.verifier().to_string();
    assert_eq!(verify(&log, &within, &["--witness", &of_log]).code, Some(2));
}

#[test]
fn a_proof_is_checked_without_a_server() {
    let (folder, log) = (Folder::new(), Log::of(300));
    let mut kept = Kept(std::collections::HashMap::new());
    let mut edge = Edge::default();
    for leaf in &log.leaves {
        edge.push(*leaf, |node, hash| {
            kept.0.insert(node, *hash);
        });
    }
    let proof: Vec<String> = inclusion(42, 300, &mut kept).unwrap().iter().map(ToString::to_string).collect();
    let proof = json!({
        "id": 42,
        "event": text(42),
        "salt": STANDARD.encode(Seed([9; 32]).salt(42).0),
        "inclusion": proof,
        "checkpoint": log.note(300),
    });
    let key = log.key.verifier().to_string();
    let check = |proof: &Value| {
        let file = write(&folder, "proof", &proof.to_string());
        run(&["audit", "verify", "--format", "json", "--proof", &file, "--key", &key])
    };
    let said = check(&proof).json();
    assert_eq!((&said["verdict"], &said["id"], &said["size"]), (&json!("proved"), &json!(42), &json!(300)));
    assert_eq!(said["event"], text(42));
    for (member, value) in [
        ("id", json!(43)),
        ("event", json!(text(43))),
        ("salt", json!(STANDARD.encode([0; 32]))),
        ("inclusion", json!([])),
        ("checkpoint", json!(log.note(299))),
        ("checkpoint", json!(log.note(300).replace("\n300\n", "\n301\n"))),
    ] {
        let mut changed = proof.clone();
        changed[member] = value;
        let said = check(&changed);
        assert_eq!(said.code, Some(3), "{member} {said:?}");
        assert!(said.out.contains("not proved"), "{said:?}");
    }
    assert_eq!(check(&json!({})).code, Some(2));
}

/// Writes an export of so many events with a checkpoint at its end, and gives its file and the key.
fn large(folder: &Folder, count: u64) -> (String, String) {
    use std::io::Write as _;
    std::fs::create_dir_all(folder.policy()).unwrap();
    let path = folder.policy().join("large");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let (mut edge, salts) = (Edge::default(), Seed([9; 32]).salts());
    for index in 0..count {
        let (salt, text) = (salts.of(index), text(index));
        edge.push(casemate_audit::commitment::leaf(&salt, text.as_bytes()), |_, _| ());
        let salt = STANDARD.encode(salt.0);
        writeln!(file, r#"{{"index":{index},"salt":"{salt}","event":{text}}}"#).unwrap();
    }
    let key = SigningKey::of_seed(ORIGIN, KeyKind::Ed25519, &[3; 32]).unwrap();
    let mut note = Note::new(&Checkpoint::new(ORIGIN, count, edge.root()).unwrap().to_string()).unwrap();
    key.sign(&mut note).unwrap();
    writeln!(file, "{}", json!({ "checkpoint": note.to_string() })).unwrap();
    file.flush().unwrap();
    (path.display().to_string(), key.verifier().to_string())
}

#[test]
fn memory_does_not_grow_with_the_log() {
    let count = if std::env::var_os("CASEMATE_LONG").is_some() { 1_000_000 } else { 30_000 };
    let folder = Folder::new();
    let (file, key) = large(&folder, count);
    let said = run(&["audit", "verify", "--format", "json", "--progress", "--export", &file, "--key", &key]);
    let resident: Vec<u64> = said
        .err
        .lines()
        .filter_map(|line| line.rsplit_once(", ")?.1.strip_suffix(" KiB resident")?.parse().ok())
        .collect();
    assert_eq!(resident.len(), 10, "{said:?}");
    let parts = [resident[0], resident[4], resident[9]];
    let (least, most) = (parts.iter().min().unwrap(), parts.iter().max().unwrap());
    assert!(most * 10 <= least * 11, "at 10, 50 and 100 %: {parts:?} KiB");
    let answer = said.json();
    assert_eq!((&answer["verdict"], &answer["size"]), (&json!("whole"), &json!(count)));
}

#[test]
fn whatever_is_asked_of_a_server_is_asked_about_the_tenant_that_is_named() {
    use std::io::{Read as _, Write as _};
    let folder = Folder::new();
    let credential = write(&folder, "credential", "cmk_x");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut bytes) = (Vec::new(), [0; 1_024]);
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut bytes).unwrap();
            assert!(read > 0);
            request.extend(&bytes[..read]);
        }
        stream
            .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .unwrap();
        String::from_utf8(request).unwrap()
    });
    let key = Log::of(1).key.verifier().to_string();
    let asked = ["--server", &url, "--credential-file", &credential, "--tenant", "acme", "--key", &key];
    let said = run(&[&["audit", "prove", "3"][..], &asked].concat());
    assert_ne!(said.code, Some(0), "{said:?}");
    let request = server.join().unwrap().to_lowercase();
    assert!(request.starts_with("get "), "{request}");
    assert!(request.contains("casemate-tenant: acme\r\n"), "{request}");
}

#[test]
fn what_cannot_be_asked_for_is_said() {
    let log = Log::of(1);
    let key = log.key.verifier().to_string();
    for arguments in [
        &["audit", "verify"][..],
        &["audit", "verify", "--export", "/nowhere/export"],
        &["audit", "verify", "--export", "/nowhere/export", "--key", &key],
        &["audit", "verify", "--export", "/nowhere/export", "--key", "no key"],
        &["audit", "verify", "--proof", "/nowhere/proof"],
        &["audit", "verify", "--server", "http://127.0.0.1:1", "--key", &key],
        &["audit", "witness", "--key-file", "/nowhere/key", "--state", "/nowhere/state"],
        &["audit", "prove", "1"],
        &["audit", "verify", "--format", "csv", "--export", "x"],
    ] {
        let said = run(arguments);
        assert_eq!(said.code, Some(2), "{arguments:?} {said:?}");
        assert!(!said.err.is_empty());
    }
}
