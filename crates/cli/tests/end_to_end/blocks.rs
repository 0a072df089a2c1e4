//! Networks that guess at secrets: blocked on every replica, listed, and lifted.

use casemate_test_support::{Casemate, CasemateBuilder, HttpAnswer, Postgres};
use serde_json::{Value, json};

use crate::Folder;

/// After so many wrong secrets a network is blocked.
const AFTER: usize = 5;

/// What a client behind the trusted proxy of these tests gets.
fn get(casemate: &Casemate, client: &str, credential: &str) -> HttpAnswer {
    let headers =
        [format!("Authorization: Bearer {credential}"), format!("X-Forwarded-For: 198.51.100.99, {client}")];
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    casemate.request("GET /api/v1/me", &headers, "").unwrap()
}

fn guarded(builder: CasemateBuilder) -> CasemateBuilder {
    builder.arg("--trusted-proxies=127.0.0.0/8").arg(&format!("--block-after={AFTER}"))
}

/// Guesses until the network is blocked.
fn guess(casemate: &Casemate, client: &str) {
    for number in 0..AFTER {
        let answer = get(casemate, client, &format!("guess-{number}"));
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
    let answer = get(casemate, client, "guess-0");
    assert_eq!((answer.status, &answer.json()["code"]), (429, &"address_blocked".into()), "{}", answer.body);
    let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
}

fn blocks(casemate: &Casemate, key: &str) -> Vec<Value> {
    let answer = casemate.get("/api/v1/blocks", key).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

fn networks(blocks: &[Value]) -> Vec<&str> {
    blocks.iter().map(|block| block["network"].as_str().unwrap()).collect()
}

fn lift(casemate: &Casemate, key: &str, id: &str) -> u16 {
    let authorization = format!("Authorization: Bearer {key}");
    casemate.request(&format!("DELETE /api/v1/blocks/{id}"), &[&authorization], "").unwrap().status
}

/// What was done about blocks, the newest first.
fn told(casemate: &Casemate, key: &str) -> Vec<String> {
    let search = json!({ "installation": true, "resource_type": "block" });
    let answer = casemate.post("/api/v1/audit-events/search", key, &search.to_string()).unwrap();
    let answer = answer.json();
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whoever_guesses_is_blocked_until_the_block_is_lifted_also_after_a_restart() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let key = casemate.administrator().unwrap();
    for _ in 0..3 * AFTER {
        assert_eq!(get(&casemate, "203.0.113.7", "guess-0").status, 401, "the same again is no guess");
    }
    guess(&casemate, "203.0.113.7");
    assert_eq!(get(&casemate, "203.0.113.7", &key).status, 429, "nor is a right one taken");
    assert_eq!(get(&casemate, "203.0.113.8", &key).status, 200);
    let open = casemate.request("GET /livez", &["X-Forwarded-For: 203.0.113.7"], "").unwrap();
    assert_eq!(open.status, 200, "what needs no credential is answered");
    // Of IPv6, a customer has a whole network.
    for number in 0..AFTER {
        get(&casemate, &format!("2001:db8::{number}"), &format!("guess-{number}"));
    }
    assert_eq!(get(&casemate, "2001:db8::ffff", &key).status, 429);
    drop(casemate);

    let casemate = guarded(folder.builder()).start().unwrap();
    let is_blocked = |casemate: &Casemate| (get(casemate, "203.0.113.7", &key).status == 429).then_some(());
    casemate.wait_until(is_blocked).unwrap();
    let known = blocks(&casemate, &key);
    let mut found = networks(&known);
    found.sort_unstable();
    assert_eq!(found, ["2001:db8::/64", "203.0.113.7/32"]);
    let id = known.iter().find(|block| block["network"] == "203.0.113.7/32").unwrap()["id"].as_str().unwrap();
    assert_eq!(lift(&casemate, &key, id), 204);
    assert_eq!(get(&casemate, "203.0.113.7", &key).status, 200);
    assert_eq!(lift(&casemate, &key, id), 404, "it is lifted already");
    assert_eq!(networks(&blocks(&casemate, &key)), ["2001:db8::/64"]);
    let said = told(&casemate, &key);
    assert_eq!(
        said.iter().map(String::as_str).collect::<Vec<_>>(),
        ["casemate.block.lift", "casemate.block.create", "casemate.block.create"]
    );
}

#[test]
fn wrong_one_time_keys_are_guesses_too_and_what_a_client_claims_is_not_believed() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let redeem = |claimed: usize| {
        let body = json!({ "key": format!("wrong-{claimed}"), "administrator": { "service_account": { "name": "eve" } } });
        let forwarded = format!("X-Forwarded-For: 198.51.100.{claimed}, 203.0.113.7");
        let headers = ["Content-Type: application/json", &forwarded];
        casemate.request("POST /api/v1/administrators", &headers, &body.to_string()).unwrap()
    };
    for number in 0..AFTER {
        let answer = redeem(number);
        assert_ne!(answer.status, 429, "{}", answer.body);
    }
    assert_eq!(redeem(200).status, 429);
    assert!(casemate.administrator().is_ok(), "the right one from elsewhere is taken");
}

#[test]
fn a_block_counts_on_every_replica_and_so_does_its_end() {
    let server = Postgres::start().unwrap();
    let folders = [Folder::new(), Folder::new()];
    let url = server.create_database().unwrap();
    let start = |folder: &Folder| {
        let file = folder.0.path().join("casemate.toml");
        std::fs::write(&file, format!("[database]\nurl = '{url}'\n")).unwrap();
        guarded(folder.builder()).arg("--config").arg(&file.display().to_string()).start().unwrap()
    };
    let [one, other] = [start(&folders[0]), start(&folders[1])];
    let key = one.administrator().unwrap();
    let answers = |casemate: &Casemate, status: u16| {
        let asked = |casemate: &Casemate| (get(casemate, "203.0.113.7", &key).status == status).then_some(());
        casemate.wait_until(asked).unwrap();
    };
    answers(&other, 200);
    guess(&one, "203.0.113.7");
    answers(&other, 429);
    let known = blocks(&other, &key);
    assert_eq!(lift(&other, &key, known[0]["id"].as_str().unwrap()), 204);
    answers(&other, 200);
    answers(&one, 200);
}
