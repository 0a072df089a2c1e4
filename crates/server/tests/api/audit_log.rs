//! The proofs of the audit log, as whoever does not trust the server checks them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::commitment::{self, SALT, Salt};
use casemate_audit::ed25519::{AwsLc, SigningKey};
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{KeyKind, Note, VerifierKey};
use casemate_audit::proof::{verify_consistency, verify_inclusion};
use casemate_audit::verdict::{Conclusion, of_event};
use casemate_audit::verify::signed;
use casemate_server::{Front, Witnesses, sign_log_now};
use casemate_store::{Database, RootKeys, Sealer};
use casemate_test_support::Postgres;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::{Answer, Server};

const WITNESS: &str = "witness.example.com/w1";

fn sealer() -> Option<Arc<Sealer>> {
    Some(Arc::new(Sealer::new(&RootKeys::generate().unwrap())))
}

fn witness(seed: u8) -> SigningKey {
    SigningKey::of_seed(WITNESS, KeyKind::Cosignature, &[seed; 32]).unwrap()
}

/// With a witness, and a log that is signed.
async fn witnessed(mut server: Server) -> Server {
    server.app.witnesses = Arc::new(Witnesses::of(vec![witness(1).verifier().clone()]).unwrap());
    server.front = Front::new(server.app.clone());
    server.make("/api/v1/roles", &json!({ "name": "first", "permissions": [{ "name": "cms.*" }] })).await;
    sign_log_now(&server.app).await.unwrap();
    server
}

async fn on_sqlite() -> Server {
    witnessed(Server::start_with(sealer()).await).await
}

async fn checkpoint(server: &Server, query: &str) -> Answer {
    server.admin(&format!("GET /api/v1/audit-log/checkpoint{query}"), None).await
}

async fn keys(server: &Server) -> Vec<VerifierKey> {
    let told = server.admin("GET /api/v1/audit-log/key", None).await.body;
    told["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| VerifierKey::parse(key.as_str().unwrap()).unwrap())
        .collect()
}

fn hashes(texts: &Value) -> Vec<MerkleHash> {
    texts.as_array().unwrap().iter().map(|text| MerkleHash::parse(text.as_str().unwrap()).unwrap()).collect()
}

async fn only_configured_witnesses_cosign_what_the_log_signed(server: Server) {
    let server = witnessed(server).await;
    let keys = keys(&server).await;
    let note = checkpoint(&server, "").await.text;
    let (of_log, parsed) = signed(&note, &keys).unwrap();
    let post = async |note: &Note| {
        let body = json!({ "checkpoint": note.to_string() });
        server.admin("POST /api/v1/audit-log/cosignatures", Some(&body)).await
    };
    assert_eq!(checkpoint(&server, "?cosigned=true").await.code(), "not_found");
    // A stranger, a checkpoint that the log did not sign, and one that nobody cosigned.
    let mut by_stranger = parsed.clone();
    witness(2).cosign(&mut by_stranger, 7).unwrap();
    assert_eq!(post(&by_stranger).await.code(), "invalid_document");
    let other = Checkpoint::new(of_log.origin(), of_log.size, MerkleHash::of_nothing()).unwrap();
    let mut forged = Note::new(&other.to_string()).unwrap();
    witness(1).cosign(&mut forged, 7).unwrap();
    assert_eq!(post(&forged).await.code(), "invalid_document");
    assert_eq!(post(&parsed).await.code(), "invalid_document");
    // The witness itself.
    let mut cosigned = parsed.clone();
    witness(1).cosign(&mut cosigned, 1_700_000_000).unwrap();
    let answer = post(&cosigned).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body),
        (201, &json!({ "size": of_log.size, "witnesses": [WITNESS] }))
    );
    // Whoever checks an event in a page is told of it too.
    let trusted: Vec<String> = keys.iter().chain([witness(1).verifier()]).map(ToString::to_string).collect();
    let (proof, shown) = (
        server.admin("GET /api/v1/audit-events/0/proof", None).await,
        server.admin("GET /api/v1/audit-events/0", None).await,
    );
    let verdict = of_event(&proof.text, &shown.text, &trusted.join(" "), &AwsLc);
    assert_eq!(verdict.verdict, Conclusion::Proved, "{verdict:#?}");
    let cosignatures = verdict.checkpoint.unwrap().cosignatures;
    assert_eq!(
        cosignatures.iter().map(|line| (&*line.witness, line.verified)).collect::<Vec<_>>(),
        [(WITNESS, true)]
    );
    sign_log_now(&server.app).await.unwrap();
    for query in [&*format!("?size={}", of_log.size), "?cosigned=true"] {
        let told = Note::parse(&checkpoint(&server, query).await.text).unwrap();
        assert_eq!(told.text(), parsed.text());
        assert_eq!(witness(1).verifier().verify_cosignature(&told), Ok(1_700_000_000), "{query}");
        assert!(witness(2).verifier().verify_cosignature(&told).is_err());
    }
    // Nobody hides that by trying again and again.
    for _ in 0..70 {
        let body = json!({ "checkpoint": "x" });
        let refused =
            server.send("POST /api/v1/audit-log/cosignatures", Some("nobody"), &[], Some(&body)).await;
        assert_eq!(refused.code(), "forbidden");
    }
    assert_eq!(checkpoint(&server, "?cosigned=true").await.status, 200);
    sign_log_now(&server.app).await.unwrap();
    // It has grown by that, and goes on where it was.
    let newest = signed(&checkpoint(&server, "").await.text, &keys).unwrap().0;
    let path = format!("GET /api/v1/audit-log/consistency?from={}&to={}", of_log.size, newest.size);
    let proof = hashes(&server.admin(&path, None).await.body["proof"]);
    verify_consistency((of_log.size, &of_log.root), (newest.size, &newest.root), &proof).unwrap();
    for wrong in ["?from=0&to=1", "?from=2&to=1", "?from=1", "?from=1&to=999999", "?from=+1&to=1", ""] {
        let answer = server.admin(&format!("GET /api/v1/audit-log/consistency{wrong}"), None).await;
        assert_eq!(answer.code(), "malformed_query", "{wrong}");
    }
    // What is refused is on record.
    let body = json!({ "wrong": "split-view", "detail": "two roots", "remembered": note, "shown": note });
    let answer = server.admin("POST /api/v1/audit-log/refusals", Some(&body)).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let sought = json!({ "action": "casemate.audit-log.witness-refusal", "installation": true });
    let found = server.admin("POST /api/v1/audit-events/search", Some(&sought)).await.body;
    let event = &found["items"][0];
    assert_eq!((&event["outcome"], &event["reason"]), (&json!("failure"), &json!("split-view")), "{found}");
}

#[tokio::test]
async fn only_configured_witnesses_cosign_what_the_log_signed_on_sqlite() {
    only_configured_witnesses_cosign_what_the_log_signed(Server::start_with(sealer()).await).await;
}

#[tokio::test]
async fn only_configured_witnesses_cosign_what_the_log_signed_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let url = SecretString::from(postgres.url());
    let server = Server::sealing(Database::Postgres(&url), sealer(), false).await;
    only_configured_witnesses_cosign_what_the_log_signed(server).await;
}

/// Whoever can write to the database puts notes in the places of those that the log signs next.
async fn a_note_that_the_log_did_not_sign_keeps_none_out(server: Server) {
    let server = witnessed(server).await;
    let keys = keys(&server).await;
    let first = signed(&checkpoint(&server, "").await.text, &keys).unwrap().0;
    let other = SigningKey::of_seed(first.origin(), KeyKind::Ed25519, &[9; 32]).unwrap();
    for size in first.size + 1..first.size + 20 {
        let mut note =
            Note::new(&Checkpoint::new(first.origin(), size, first.root).unwrap().to_string()).unwrap();
        other.sign(&mut note).unwrap();
        assert!(server.app.store.keep_log_checkpoint(size, 1, note.to_string()).await.unwrap());
    }
    let shown = signed(&checkpoint(&server, "").await.text, &keys).unwrap().0;
    assert_eq!(shown.size, first.size, "what the log did not sign is not shown");
    server.make("/api/v1/roles", &json!({ "name": "second", "permissions": [{ "name": "cms.*" }] })).await;
    let found =
        server.admin("POST /api/v1/audit-events/search", Some(&json!({ "installation": true }))).await;
    assert_eq!(found.status.as_u16(), 200, "{}", found.text);
    let size = server.app.store.reader().log_state().await.unwrap().size;
    assert!(size > first.size && size < first.size + 20, "a bogus note stands in its place: {size}");
    sign_log_now(&server.app).await.unwrap();
    let (newest, _) = signed(&checkpoint(&server, "").await.text, &keys).unwrap();
    assert!(newest.size >= size);
    let (at_size, _) =
        signed(&checkpoint(&server, &format!("?size={}", newest.size)).await.text, &keys).unwrap();
    assert_eq!(at_size, newest);
    let proof = server.admin(&format!("GET /api/v1/audit-events/{}/proof", first.size), None).await;
    signed(proof.body["checkpoint"].as_str().unwrap(), &keys).unwrap();
    let body = json!({ "search": { "everywhere": true } });
    let exporting = server.admin("POST /api/v1/audit-events/export", Some(&body));
    let (exported, signing) = tokio::join!(exporting, async { sign_log_now(&server.app).await });
    signing.unwrap();
    let last: Value = serde_json::from_str(exported.text.lines().last().unwrap()).unwrap();
    signed(last["checkpoint"].as_str().unwrap(), &keys).unwrap();
}

#[tokio::test]
async fn a_note_that_the_log_did_not_sign_keeps_none_out_on_sqlite() {
    a_note_that_the_log_did_not_sign_keeps_none_out(Server::start_with(sealer()).await).await;
}

#[tokio::test]
async fn a_note_that_the_log_did_not_sign_keeps_none_out_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    let url = SecretString::from(postgres.url());
    let server = Server::sealing(Database::Postgres(&url), sealer(), false).await;
    a_note_that_the_log_did_not_sign_keeps_none_out(server).await;
}

#[tokio::test]
async fn readiness_says_where_the_log_is_not_signed_for_too_long() {
    let server = on_sqlite().await;
    let ready = async || server.send("GET /readyz?verbose", None, &[], None).await;
    let elsewhere = ready().await;
    assert_eq!((&elsewhere.body["audit_log"], &elsewhere.body["degraded"]), (&Value::Null, &json!(false)));
    let now = casemate_platform::clock::now();
    server.app.log_signing.begin(now);
    let shown = ready().await;
    assert_eq!((&shown.body["audit_log"]["signed"], &shown.body["degraded"]), (&json!(true), &json!(false)));
    server.app.log_signing.begin(now - 60_000_000);
    let shown = ready().await;
    assert_eq!((&shown.body["audit_log"]["signed"], &shown.body["degraded"]), (&json!(false), &json!(true)));
    assert!(shown.body["audit_log"]["unsigned_seconds"].as_f64().unwrap() >= 60.0, "{}", shown.text);
    assert_eq!((shown.status.as_u16(), &shown.body["ready"]), (200, &json!(true)), "it is no less ready");
}

#[tokio::test]
async fn a_proof_is_of_an_event_that_its_caller_may_read() {
    let server = on_sqlite().await;
    let headers = [("casemate-tenant", "acme")];
    let item = json!({ "items": [{ "action": "notes.note.read", "outcome": "success" }] });
    let recorded =
        server.send("POST /api/v1/audit-events/record", Some("tenant-administrator"), &[], Some(&item)).await;
    assert_eq!(recorded.status.as_u16(), 201, "{}", recorded.text);
    sign_log_now(&server.app).await.unwrap();
    let size = server.app.store.reader().log_state().await.unwrap().size;
    let own = async |index: u64, credential: &str| {
        let headers = if credential == "tenant-administrator" { &headers[..] } else { &[] };
        server.send(&format!("GET /api/v1/audit-events/{index}/proof"), Some(credential), headers, None).await
    };
    let mut of_acme = None;
    for index in 0..size {
        let (by_tenant, by_default) = (own(index, "tenant-administrator").await, own(index, "auditor").await);
        let answers = [by_tenant.status.as_u16(), by_default.status.as_u16()];
        assert!([[200, 404], [404, 200]].contains(&answers), "{index}: {answers:?} {}", by_default.text);
        if answers[0] == 200 {
            of_acme = Some((index, by_tenant.body));
        }
    }
    let (index, proof) = of_acme.unwrap();
    let text = proof["event"].as_str().unwrap();
    assert!(text.contains("\"tenant\":\"acme\""), "{text}");
    let (checkpoint, _) = signed(proof["checkpoint"].as_str().unwrap(), &keys(&server).await).unwrap();
    let salt: [u8; SALT] = STANDARD.decode(proof["salt"].as_str().unwrap()).unwrap().try_into().unwrap();
    let leaf = commitment::leaf(&Salt(salt), text.as_bytes());
    verify_inclusion(index, checkpoint.size, &leaf, &checkpoint.root, &hashes(&proof["inclusion"])).unwrap();
    for wrong in ["99999", "-1", "00", "x"] {
        let answer = server.admin(&format!("GET /api/v1/audit-events/{wrong}/proof"), None).await;
        assert_eq!(answer.code(), "not_found", "{wrong}");
    }
    assert_eq!(own(index, "nobody").await.code(), "forbidden");
}

#[tokio::test]
async fn tiles_are_kept_for_ever_once_they_are_full() {
    let server = on_sqlite().await;
    let items: Vec<Value> =
        (0..100).map(|_| json!({ "action": "notes.note.read", "outcome": "success" })).collect();
    for _ in 0..3 {
        let body = json!({ "items": items });
        assert_eq!(server.admin("POST /api/v1/audit-events/record", Some(&body)).await.status.as_u16(), 201);
    }
    sign_log_now(&server.app).await.unwrap();
    let tile = async |path: &str| server.admin(&format!("GET /api/v1/audit-log/tile/{path}"), None).await;
    let full = tile("0/000").await;
    assert_eq!((full.status.as_u16(), full.header("content-type")), (200, "application/octet-stream"));
    assert_eq!(full.header("cache-control"), "private, max-age=31536000, immutable");
    for partial in ["0/001.p/3", "1/000.p/1", "entries/001.p/3"] {
        let answer = tile(partial).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{partial}");
    }
    assert_eq!(tile("entries/000").await.status.as_u16(), 200);
    for wrong in ["0/002", "1/000", "0/1", "9/000", "0/000.p/256", "entries/0", "../../roles"] {
        assert_eq!(tile(wrong).await.code(), "not_found", "{wrong}");
    }
    // All of it, for whoever may check all of it.
    let body = json!({ "from": 250, "limit": 10 });
    let lines = server.admin("POST /api/v1/audit-log/events", Some(&body)).await.text;
    let indexes: Vec<u64> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["index"].as_u64().unwrap())
        .collect();
    assert_eq!(indexes, (250..260).collect::<Vec<u64>>());
    let refused = server.send("POST /api/v1/audit-log/events", Some("auditor"), &[], Some(&body)).await;
    assert_eq!(refused.code(), "forbidden");
}
