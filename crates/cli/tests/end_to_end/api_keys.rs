//! Secrets that are tried of API keys whose ids are known: who is locked out, and who is not.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use casemate_identity::{ApiKey, ExposeSecret as _};
use casemate_test_support::{Casemate, CasemateBuilder, HttpAnswer, Postgres};
use serde_json::{Value, json};

use crate::Folder;

/// Where the program runs whose keys are tried.
const HOME: &str = "203.0.113.1";
const STRANGER: &str = "192.0.2.1";

/// A key of the same id with another secret, whose checksum is right.
fn forged(key: &str, number: usize) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let id = &key[4..20];
    let mut bytes: Vec<u8> = id.chars().map(|digit| ALPHABET.find(digit).unwrap() as u8).collect();
    bytes.extend(format!("{number:043}{:037}", 0).bytes().map(|digit| digit - b'0'));
    let mut random = |buffer: &mut [u8]| {
        buffer.copy_from_slice(&bytes[..buffer.len()]);
        Ok(())
    };
    ApiKey::generate(&mut random).unwrap().reveal().expose_secret().to_owned()
}

/// What a client behind the trusted proxy of these tests gets.
fn show(casemate: &Casemate, from: &str, key: &str) -> HttpAnswer {
    let headers = [format!("Authorization: Bearer {key}"), format!("X-Forwarded-For: {from}")];
    casemate.request("GET /api/v1/me", &headers.each_ref().map(String::as_str), "").unwrap()
}

fn status(casemate: &Casemate, from: &str, key: &str) -> u16 {
    show(casemate, from, key).status
}

/// Shows different wrong secrets of a key.
fn guess(casemate: &Casemate, from: &str, key: &str, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let answer = show(casemate, from, &forged(key, number));
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
}

/// What is answered, but for what differs with each answer.
fn said(answer: &HttpAnswer) -> (u16, Vec<String>, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("request_id");
    let mut names: Vec<String> = answer.headers.iter().map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    (answer.status, names, body)
}

fn asked(casemate: &Casemate, administrator: &str, request: &str, body: &Value) -> HttpAnswer {
    let authorization = format!("Authorization: Bearer {administrator}");
    casemate.request(request, &["Content-Type: application/json", &authorization], &body.to_string()).unwrap()
}

/// A service account, with the keys of these bodies.
fn account(casemate: &Casemate, administrator: &str, keys: &[Value]) -> (String, Vec<String>) {
    let made = asked(casemate, administrator, "POST /api/v1/service-accounts", &json!({ "name": "gateway" }));
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("POST /api/v1/service-accounts/{id}/api-keys");
    let made = keys.iter().map(|key| {
        let made = asked(casemate, administrator, &path, key);
        made.json()["key"].as_str().unwrap_or_else(|| unreachable!("{}", made.body)).to_owned()
    });
    (id, made.collect())
}

fn locks(casemate: &Casemate, administrator: &str, account: &str) -> Vec<Value> {
    let wanted = json!({ "service_account": account, "sort": "blocked_at" });
    let found = asked(casemate, administrator, "POST /api/v1/blocks/search", &wanted);
    assert_eq!(found.status, 200, "{}", found.body);
    found.json()["items"].as_array().unwrap().clone()
}

/// What was told of locks of an account's keys.
fn told(casemate: &Casemate, administrator: &str, action: &str, account: &str) -> Vec<Value> {
    let wanted = json!({ "action": action, "resource_type": "service-account" });
    let found = asked(casemate, administrator, "POST /api/v1/audit-events/search", &wanted);
    assert_eq!(found.status, 200, "{}", found.body);
    let items = found.json()["items"].as_array().unwrap().clone();
    items.into_iter().filter(|event| event["resource"]["id"] == account).collect()
}

/// How many presented credentials were answered so.
fn answered(casemate: &Casemate, outcome: &str) -> usize {
    let log = casemate.log();
    let line = log.lines().find(|line| line.starts_with("{\"url\"")).unwrap();
    let said: Value = serde_json::from_str(line).unwrap();
    let address: SocketAddr = said["metrics"].as_str().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let name = format!("casemate_authentications_total{{outcome=\"{outcome}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

fn guarded(builder: CasemateBuilder) -> CasemateBuilder {
    builder.arg("--trusted-proxies=127.0.0.0/8").arg("--metrics-listen=127.0.0.1:0")
}

/// A folder for each of two processes, which share a database and what seals secrets.
struct Replicas {
    _server: Postgres,
    url: String,
    folders: [Folder; 2],
}

impl Replicas {
    fn new() -> Replicas {
        let server = Postgres::start().unwrap();
        let url = server.create_database().unwrap();
        Replicas { _server: server, url, folders: [Folder::new(), Folder::new()] }
    }

    fn builder(&self, number: usize) -> CasemateBuilder {
        let root_key = self.folders[0].0.path().join("root.key");
        let builder = guarded(self.folders[number].builder());
        let builder = builder.arg(&format!("--root-key-file={}", root_key.display()));
        builder.env("CASEMATE_DATABASE_URL", &self.url)
    }
}

/// Waits until a key is answered so.
fn answers(casemate: &Casemate, from: &str, key: &str, expected: u16) {
    casemate.wait_until(|casemate| (status(casemate, from, key) == expected).then_some(())).unwrap();
}

/// Of an account with a key, one that is bound to a network, and another: too many wrong secrets of the first.
fn tried(casemate: &Casemate, administrator: &str) -> (String, [String; 3]) {
    let keys = [
        json!({ "title": "a" }),
        json!({ "title": "b", "networks": ["198.51.100.0/24"] }),
        json!({ "title": "c" }),
    ];
    let (account, keys) = account(casemate, administrator, &keys);
    let keys: [String; 3] = keys.try_into().unwrap();
    let [key, bound, other] = &keys;
    assert_eq!(status(casemate, HOME, key), 200);

    // From one network.
    let wrong = show(casemate, STRANGER, &forged(key, 0));
    guess(casemate, STRANGER, key, 0..4);
    assert_eq!(
        status(casemate, STRANGER, other),
        200,
        "four different ones may be wrong, however often each is shown"
    );
    let known = STRANGER;
    let stranger = "192.0.2.2";
    guess(casemate, stranger, key, 10..15);
    for right in [key, other] {
        let refused = show(casemate, stranger, right);
        assert_eq!(said(&refused), said(&wrong), "as if it were wrong");
    }
    assert_eq!(said(&show(casemate, stranger, &forged(key, 99))), said(&wrong));
    assert_eq!(status(casemate, "192.0.2.3", bound), 401, "it is bound to another network");
    assert_eq!(status(casemate, "192.0.2.4", administrator), 200, "other accounts go on");
    assert_eq!(status(casemate, stranger, administrator), 200, "from there, too");

    // And one more from elsewhere: four, five and one.
    assert_eq!(status(casemate, "192.0.2.4", key), 200, "it is not locked yet");
    guess(casemate, "2001:db8::1", key, 20..21);
    for from in ["192.0.2.9", "2001:db8::2", "2001:db8:0:1::1"] {
        assert_eq!(said(&show(casemate, from, key)), said(&wrong), "{from}");
        assert_eq!(status(casemate, from, other), 401, "{from}");
    }
    for from in [HOME, known, "192.0.2.4"] {
        assert_eq!((status(casemate, from, key), status(casemate, from, other)), (200, 200), "{from}");
    }
    assert_eq!(status(casemate, "198.51.100.7", bound), 200, "it is bound to it");
    guess(casemate, HOME, key, 30..50);
    assert_eq!(status(casemate, HOME, key), 200, "whatever is tried from there");
    (account, keys)
}

fn locked_where_they_are_not_known(casemate: &Casemate, administrator: &str) {
    let (account, [key, ..]) = tried(casemate, administrator);
    let found = locks(casemate, administrator, &account);
    let kinds: Vec<_> = found.iter().map(|lock| (&lock["kind"], &lock["network"], &lock["login"])).collect();
    let (pair, stranger, whole, name) =
        (json!("account_and_network"), json!("192.0.2.2/32"), json!("account"), json!("gateway"));
    let home = json!("203.0.113.1/32");
    let expected = [(&pair, &stranger, &name), (&whole, &Value::Null, &name), (&pair, &home, &name)];
    assert_eq!(kinds, expected, "of where they are known, too, though it does not hold there");
    assert!(
        found.iter().all(|lock| lock["what"] == "api key" && lock["service_account"] == account.as_str())
    );

    let lift = |lock: &Value| {
        let request = format!("DELETE /api/v1/blocks/{}", lock["id"].as_str().unwrap());
        asked(casemate, administrator, &request, &Value::Null).status
    };
    assert_eq!((lift(&found[1]), lift(&found[1])), (204, 404));
    assert_eq!(status(casemate, "192.0.2.9", &key), 200, "at once");
    assert_eq!(status(casemate, "192.0.2.2", &key), 401, "the network is locked still");
    assert_eq!(lift(&found[0]), 204);
    assert_eq!(status(casemate, "192.0.2.2", &key), 200);

    let both = |casemate: &Casemate| {
        let events = told(casemate, administrator, "casemate.service-account.lock", &account);
        (events.len() >= 3).then_some(events)
    };
    let mut events = casemate.wait_until(both).unwrap();
    events.sort_by_key(|event| event["after"]["kind"].to_string() + &event["after"]["from"].to_string());
    let said = |event: &Value| (event["after"]["kind"].clone(), event["after"]["from"].clone());
    let from: Vec<_> = events.iter().map(said).collect();
    let whole = (whole, json!("2001:db8::/64"));
    assert_eq!(from, [whole, (pair.clone(), stranger), (pair, home)], "once for each lock");
    assert_eq!(told(casemate, administrator, "casemate.service-account.unlock", &account).len(), 2);
}

#[test]
fn keys_are_locked_where_they_are_not_known_and_nowhere_else_on_sqlite() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let administrator = casemate.administrator().unwrap();
    locked_where_they_are_not_known(&casemate, &administrator);
}

#[test]
fn keys_are_locked_where_they_are_not_known_and_nowhere_else_on_postgresql() {
    let replicas = Replicas::new();
    let casemate = replicas.builder(0).start().unwrap();
    let administrator = casemate.administrator().unwrap();
    locked_where_they_are_not_known(&casemate, &administrator);
}

#[test]
fn a_lock_of_keys_holds_on_every_replica_and_after_a_restart() {
    let replicas = Replicas::new();
    let (one, other) = (replicas.builder(0).start().unwrap(), replicas.builder(1).start().unwrap());
    let administrator = one.administrator().unwrap();
    let (account, keys) = account(&one, &administrator, &[json!({ "title": "a" })]);
    let key = &keys[0];
    assert_eq!(status(&one, HOME, key), 200);
    answers(&other, HOME, key, 200);
    answers(&other, "192.0.2.7", key, 200);
    // Half of the wrong ones each has seen.
    guess(&one, "198.18.0.1", key, 0..3);
    guess(&one, "198.18.0.2", key, 3..5);
    guess(&other, "198.18.0.3", key, 5..8);
    guess(&other, "198.18.0.4", key, 8..10);
    let since = std::time::Instant::now();
    assert_eq!(status(&other, "192.0.2.9", key), 401, "by whoever counted the last of them at once");
    // From another network each time, since whoever is not refused yet is known from then on.
    let mut strangers = (10..250).map(|number| format!("192.0.2.{number}"));
    one.wait_until(|one| (status(one, &strangers.next().unwrap(), key) == 401).then_some(())).unwrap();
    assert!(since.elapsed() < std::time::Duration::from_secs(3), "{:?}", since.elapsed());
    assert_eq!((status(&one, HOME, key), status(&other, HOME, key)), (200, 200));
    // Where one has seen it, the other knows it once that is written down.
    answers(&one, "192.0.2.7", key, 200);
    drop((one, other));

    let one = replicas.builder(0).start().unwrap();
    assert_eq!(status(&one, "192.0.2.251", key), 401, "from the beginning");
    assert_eq!(status(&one, HOME, key), 200, "which is known from before");
    let found = locks(&one, &administrator, &account);
    assert_eq!((found.len(), &found[0]["times"]), (1, &json!(1)));
    let other = replicas.builder(1).start().unwrap();
    let lift = format!("DELETE /api/v1/blocks/{}", found[0]["id"].as_str().unwrap());
    assert_eq!(asked(&one, &administrator, &lift, &Value::Null).status, 204);
    answers(&other, "192.0.2.251", key, 200);
}

#[test]
fn a_lock_of_keys_holds_after_a_restart_on_sqlite() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let administrator = casemate.administrator().unwrap();
    let (_, keys) = account(&casemate, &administrator, &[json!({ "title": "a" })]);
    assert_eq!(status(&casemate, HOME, &keys[0]), 200);
    guess(&casemate, "198.18.0.1", &keys[0], 0..5);
    guess(&casemate, "198.18.0.2", &keys[0], 5..10);
    drop(casemate);
    let casemate = guarded(folder.builder()).start().unwrap();
    assert_eq!(status(&casemate, STRANGER, &keys[0]), 401);
    assert_eq!(status(&casemate, HOME, &keys[0]), 200);
}

/// Shows 64 different wrong secrets at once, each from another network, in turn to each.
fn all_at_once(replicas: &[&Casemate], administrator: &str) {
    let (account, keys) = account(replicas[0], administrator, &[json!({ "title": "a" })]);
    let key = &keys[0];
    replicas.iter().for_each(|replica| answers(replica, HOME, key, 200));
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let shown: Vec<_> = (0..64)
            .map(|number| {
                let replica = replicas[number % replicas.len()];
                scope.spawn(move || status(replica, &format!("198.18.0.{number}"), &forged(key, number)))
            })
            .collect();
        shown.into_iter().map(|shown| shown.join().unwrap()).collect()
    });
    // Those that were not looked at while others were being counted may come again.
    assert!(answers.iter().all(|status| matches!(status, 401 | 503)), "{answers:?}");
    for replica in replicas {
        let looked_at = answered(replica, "api_key_secret");
        assert!(looked_at <= 10, "{looked_at}");
        assert_eq!(status(replica, HOME, key), 200);
    }
    let looked_at: usize = replicas.iter().map(|replica| answered(replica, "api_key_secret")).sum();
    assert!(looked_at >= 10, "{looked_at}");
    assert_eq!(status(replicas[0], STRANGER, key), 401);
    let found = locks(replicas[0], administrator, &account);
    assert_eq!(
        (found.len(), &found[0]["kind"], &found[0]["times"]),
        (1, &json!("account"), &json!(1)),
        "{found:?}"
    );
    let event = |casemate: &Casemate| {
        let events = told(casemate, administrator, "casemate.service-account.lock", &account);
        (!events.is_empty()).then_some(events)
    };
    assert_eq!(replicas[0].wait_until(event).unwrap().len(), 1);
}

#[test]
fn no_more_secrets_of_a_key_are_looked_at_at_once_than_may_be_wrong_on_sqlite() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let administrator = casemate.administrator().unwrap();
    all_at_once(&[&casemate], &administrator);
}

#[test]
fn no_more_secrets_of_a_key_are_looked_at_at_once_than_may_be_wrong_on_two_replicas_with_postgresql() {
    let replicas = Replicas::new();
    let (one, other) = (replicas.builder(0).start().unwrap(), replicas.builder(1).start().unwrap());
    let administrator = one.administrator().unwrap();
    all_at_once(&[&one, &other], &administrator);
}

#[test]
fn keys_that_are_not_there_are_counted_of_no_account() {
    let folder = Folder::new();
    let casemate = guarded(folder.builder()).start().unwrap();
    let administrator = casemate.administrator().unwrap();
    let (account, keys) = account(&casemate, &administrator, &[json!({ "title": "a" })]);
    let unknown = keys[0].replacen(&keys[0][4..20], "AAAAAAAAAAAAAAAA", 1);
    guess(&casemate, STRANGER, &unknown, 0..12);
    assert_eq!(status(&casemate, STRANGER, &keys[0]), 200);
    assert_eq!(locks(&casemate, &administrator, &account), Vec::<Value>::new());
    let scim = asked(&casemate, &administrator, "GET /scim/v2/Users", &Value::Null);
    assert_ne!(scim.status, 401, "{}", scim.body);
    for number in 0..5 {
        let headers = [
            format!("Authorization: Bearer {}", forged(&keys[0], number)),
            "X-Forwarded-For: 192.0.2.50".to_owned(),
        ];
        let answer =
            casemate.request("GET /scim/v2/Users", &headers.each_ref().map(String::as_str), "").unwrap();
        assert_eq!(answer.status, 401);
    }
    assert_eq!(status(&casemate, "192.0.2.50", &keys[0]), 401, "what SCIM is shown counts as well");
    // A page sends whoever it does not know to sign in.
    let headers = |number: usize| {
        [
            format!("Authorization: Bearer {}", forged(&keys[0], number)),
            "X-Forwarded-For: 192.0.2.51".to_owned(),
        ]
    };
    for number in 10..15 {
        let headers = headers(number);
        let page = casemate.request("GET /account/password", &headers.each_ref().map(String::as_str), "");
        assert_eq!(page.unwrap().status, 303);
    }
    assert_eq!(locks(&casemate, &administrator, &account).len(), 3, "two networks, and the account by then");
}
