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
    let items = items.iter().filter(|item| item["kind"] != "read");
    items.map(|item| item["action"].as_str().unwrap().to_owned()).collect()
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
    // From elsewhere: a key that has not come to it yet is a wrong one, which all count.
    other.wait_until(|other| (get(other, "203.0.113.9", &key).status == 200).then_some(())).unwrap();
    guess(&one, "203.0.113.7");
    answers(&other, 429);
    let known = blocks(&other, &key);
    assert_eq!(lift(&other, &key, known[0]["id"].as_str().unwrap()), 204);
    answers(&other, 200);
    answers(&one, 200);
}

/// Two processes on one database.
fn replicas(server: &Postgres, folders: &[Folder; 2]) -> [Casemate; 2] {
    let url = server.create_database().unwrap();
    let start = |folder: &Folder| {
        let file = folder.0.path().join("casemate.toml");
        std::fs::write(&file, format!("[database]\nurl = '{url}'\n")).unwrap();
        let builder = guarded(folder.builder()).arg("--config").arg(&file.display().to_string());
        builder.env("CASEMATE_ACCOUNTS_ENABLED", "true").start().unwrap()
    };
    [start(&folders[0]), start(&folders[1])]
}

/// Shows so many different secrets at once, half of them to each, and gives the statuses of the answers.
fn at_once(count: usize, show: impl Fn(usize) -> HttpAnswer + Sync) -> Vec<u16> {
    std::thread::scope(|scope| {
        let shown: Vec<_> = (0..count).map(|number| (number, &show)).collect();
        let shown: Vec<_> =
            shown.into_iter().map(|(number, show)| scope.spawn(move || show(number).status)).collect();
        shown.into_iter().map(|shown| shown.join().unwrap()).collect()
    })
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|known| **known == status).count()
}

#[test]
fn wrong_keys_are_counted_together_by_all_replicas_before_they_are_answered() {
    let server = Postgres::start().unwrap();
    let folders = [Folder::new(), Folder::new()];
    let replicas = replicas(&server, &folders);
    let key = replicas[0].administrator().unwrap();
    // One after the other, so that no block is known in time but by what is counted.
    let shown: Vec<u16> = (0..AFTER + 4)
        .map(|number| get(&replicas[number % 2], "203.0.113.7", &format!("guess-{number}")).status)
        .collect();
    assert_eq!((count(&shown[..AFTER], 401), count(&shown[AFTER..], 429)), (AFTER, 4), "{shown:?}");
    // And at once: whoever is told that a key is wrong is one of the first.
    let shown = at_once(24, |number| get(&replicas[number % 2], "203.0.113.8", &format!("guess-{number}")));
    assert_eq!(count(&shown, 401) + count(&shown, 429), 24, "{shown:?}");
    assert!(count(&shown, 401) <= AFTER, "{shown:?}");
    assert_eq!(get(&replicas[0], "203.0.113.9", &key).status, 200);
}

#[test]
fn links_and_one_time_keys_are_looked_at_no_more_often_than_may_be_wrong_by_all_replicas() {
    let server = Postgres::start().unwrap();
    let folders = [Folder::new(), Folder::new()];
    let replicas = replicas(&server, &folders);
    let link = |number: usize| {
        let path = format!("GET /sign-in/casemate/link?token={number:064x}");
        replicas[number % 2].request(&path, &["X-Forwarded-For: 203.0.113.7"], "").unwrap()
    };
    let shown = at_once(24, link);
    assert_eq!((count(&shown, 404), count(&shown, 429)), (AFTER, 24 - AFTER), "{shown:?}");
    let redeem = |number: usize| {
        let body = json!({ "key": format!("wrong-{number}"), "administrator": { "service_account": { "name": "eve" } } });
        let headers = ["Content-Type: application/json", "X-Forwarded-For: 203.0.113.8"];
        replicas[number % 2].request("POST /api/v1/administrators", &headers, &body.to_string()).unwrap()
    };
    let shown = at_once(24, redeem);
    assert_eq!(count(&shown, 429), 24 - AFTER, "{shown:?}");
    // The same wrong one again is no other guess.
    for _ in 0..3 * AFTER {
        let path = format!("GET /sign-in/casemate/link?token={:064x}", 7);
        let again = replicas[0].request(&path, &["X-Forwarded-For: 203.0.113.9"], "").unwrap();
        assert_eq!(again.status, 404);
    }
}
