//! Local accounts: the first administrator with a browser, passwords, and whoever tries those of others.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use casemate_test_support::{Casemate, CasemateBuilder, HttpAnswer, Postgres};
use serde_json::{Value, json};

use crate::Folder;

const PASSWORD: &str = "nine purple lighthouses sing";
const OWNER: &str = "203.0.113.1";
const STRANGER: &str = "198.51.100.7";

/// A form, as a browser behind the trusted proxy of these tests sends it.
fn form(casemate: &Casemate, from: &str, path: &str, fields: &[(&str, &str)], cookie: &str) -> HttpAnswer {
    let escaped = |text: &str| {
        let escape = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        text.bytes().map(escape).collect::<String>()
    };
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let headers = [
        "Content-Type: application/x-www-form-urlencoded".to_owned(),
        format!("Origin: http://{}", casemate.address()),
        format!("X-Forwarded-For: {from}"),
        format!("Cookie: a=b{cookie}"),
    ];
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    casemate.request(&format!("POST {path}"), &headers, &body.join("&")).unwrap()
}

fn sign_in(casemate: &Casemate, from: &str, login: &str, password: &str) -> HttpAnswer {
    form(casemate, from, "/sign-in/casemate", &[("login", login), ("password", password)], "")
}

/// The cookie of the session that began.
fn session(answer: &HttpAnswer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    format!("; {}", cookie.split(';').next().unwrap())
}

fn me(casemate: &Casemate, cookie: &str) -> HttpAnswer {
    casemate.request("GET /api/v1/me", &[&format!("Cookie: a=b{cookie}")], "").unwrap()
}

fn first(casemate: &Casemate, key: &str, login: &str, password: &str) -> HttpAnswer {
    let fields =
        [("key", key), ("login", login), ("name", "Ada"), ("password", password), ("again", password)];
    form(casemate, OWNER, "/sign-in/casemate/first", &fields, "")
}

/// When whoever has a session proved who they are.
fn signed_in_at(casemate: &Casemate, cookie: &str) -> Value {
    let answer = casemate.request("GET /api/v1/sessions", &[&format!("Cookie: a=b{cookie}")], "").unwrap();
    let sessions = answer.json();
    let items = sessions["items"].as_array().unwrap();
    let current = items.iter().find(|session| session["current"] == true);
    let since = current.unwrap_or_else(|| unreachable!("{sessions}"))["authenticated_at"].clone();
    assert!(since.is_string(), "{sessions}");
    since
}

fn behind_a_proxy(builder: CasemateBuilder) -> CasemateBuilder {
    builder.arg("--trusted-proxies=127.0.0.0/8")
}

fn search(casemate: &Casemate, key: &str, what: Value) -> Vec<Value> {
    let answer = casemate.post("/api/v1/audit-events/search", key, &what.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

#[test]
fn the_first_administrator_signs_in_with_a_password_of_their_own() {
    let folder = Folder::new();
    let casemate = behind_a_proxy(folder.builder()).start().unwrap();
    let key = casemate.one_time_key().unwrap().to_owned();
    let page = casemate.request("GET /sign-in", &[], "").unwrap();
    assert!(page.body.contains("href=\"/sign-in/casemate/first\""), "{}", page.body);
    assert_eq!(casemate.request("GET /sign-in/casemate", &[], "").unwrap().status, 404, "nobody has one yet");
    assert_eq!(sign_in(&casemate, OWNER, "ada", PASSWORD).status, 404);

    assert_eq!(first(&casemate, "cmk_wrong", "ada", PASSWORD).status, 403);
    let weak = first(&casemate, &key, "ada", "password1");
    assert_eq!(weak.status, 422);
    assert!(weak.body.contains("easy to guess") && !weak.body.contains("password1"), "{}", weak.body);
    let own = session(&first(&casemate, &key, "ada", PASSWORD));
    let who = me(&casemate, &own).json();
    assert_eq!((&who["provider"], &who["login"]), (&json!("casemate"), &json!("ada")), "{who}");
    assert_eq!(first(&casemate, &key, "eve", PASSWORD).status, 403, "once");

    // They administer: with their session, they make a user; who is none of theirs has no password.
    let user = json!({ "provider": "casemate", "login": "bob" }).to_string();
    let (origin, cookie) = (format!("Origin: http://{}", casemate.address()), format!("Cookie: a=b{own}"));
    let made =
        casemate.request("POST /api/v1/users", &["Content-Type: application/json", &origin, &cookie], &user);
    let made = made.unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["id"].clone();
    assert_eq!(made.json()["subject"], id, "Casemate calls its users by their ids");
    assert_eq!(sign_in(&casemate, OWNER, "bob", PASSWORD).status, 403);

    // Whoever does not come from here signs nobody in.
    let elsewhere = ["Origin: https://evil.example", "Content-Type: application/x-www-form-urlencoded"];
    let answer = casemate.request("POST /sign-in/casemate", &elsewhere, "login=ada&password=x").unwrap();
    assert!(answer.status == 403 && answer.body.contains("cross_site"), "{}", answer.body);

    let again = session(&sign_in(&casemate, OWNER, "ADA", PASSWORD));
    assert_eq!(me(&casemate, &again).status, 200);
    let change = |old: &str, new: &str, cookie: &str| {
        let fields = [("old", old), ("password", new), ("again", new)];
        form(&casemate, OWNER, "/account/password", &fields, cookie)
    };
    assert_eq!(change(PASSWORD, "qwertyuiop", &own).status, 422);
    assert_eq!(change("another password", "ten green bottles hang low", &own).status, 403);
    let refused = change(PASSWORD, "ten green bottles hang low", "");
    assert_eq!((refused.status, refused.header("set-cookie")), (303, None), "signed in nowhere");
    let since = signed_in_at(&casemate, &own);
    let changed = session(&change(PASSWORD, "ten green bottles hang low", &own));
    assert_eq!(signed_in_at(&casemate, &changed), since, "a new password is no sign-in");
    assert_eq!(me(&casemate, &changed).status, 200);
    assert_eq!(
        [me(&casemate, &own).status, me(&casemate, &again).status],
        [401, 401],
        "signed out everywhere"
    );
    assert_eq!(sign_in(&casemate, OWNER, "ada", PASSWORD).status, 403);
    drop(casemate);

    let casemate = behind_a_proxy(folder.builder()).start().unwrap();
    session(&sign_in(&casemate, OWNER, "ada", "ten green bottles hang low"));
    let said = casemate.log();
    assert!(!said.contains(PASSWORD) && !said.contains("bottles"), "{said}");
}

#[test]
fn nobody_but_founders_signs_in_where_accounts_are_off() {
    let folder = Folder::new();
    let builder = || behind_a_proxy(folder.builder());
    let casemate = builder().start().unwrap();
    assert_eq!(casemate.request("GET /sign-in/casemate", &[], "").unwrap().status, 404);
    drop(casemate);
    let casemate = builder().arg("--accounts").start().unwrap();
    assert_eq!(casemate.request("GET /sign-in/casemate?return_to=/x", &[], "").unwrap().status, 200);
}

#[test]
fn a_network_that_tries_passwords_is_blocked_and_the_block_is_lifted() {
    let folder = Folder::new();
    let casemate = behind_a_proxy(folder.builder()).start().unwrap();
    let key = casemate.one_time_key().unwrap().to_owned();
    session(&first(&casemate, &key, "ada", PASSWORD));
    let key = administrator(&folder, &casemate);
    let mut said = Vec::new();
    // Whoever is nobody is told the same.
    for login in ["ada", "nobody", "ada", "someone", "ada"] {
        let answer = sign_in(&casemate, STRANGER, login, "wrong password");
        assert_eq!(answer.status, 403, "{}", answer.body);
        said.push(answer.body.replace(&format!("value=\"{login}\""), ""));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    let refused = sign_in(&casemate, STRANGER, "ada", PASSWORD);
    assert_eq!(refused.status, 429, "{}", refused.body);
    let seconds: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&seconds), "{seconds}");
    assert_eq!(me_with_key(&casemate, &key, STRANGER), 429, "no other secret is taken from there either");
    let blocks = casemate.get("/api/v1/blocks", &key).unwrap().json();
    assert_eq!(blocks["items"][0]["network"], format!("{STRANGER}/32"), "{blocks}");
    let lift = format!("DELETE /api/v1/blocks/{}", blocks["items"][0]["id"].as_str().unwrap());
    let lifted = casemate.request(&lift, &[&format!("Authorization: Bearer {key}")], "").unwrap();
    assert_eq!(lifted.status, 204, "{}", lifted.body);
    session(&sign_in(&casemate, STRANGER, "ada", PASSWORD));
    let failed = |what: &str| {
        let events = search(&casemate, &key, json!({ "installation": true, "resource_type": what }));
        let failed = |event: &Value| event["outcome"] == "failure" && event["reason"] == "password_wrong";
        events.into_iter().filter(failed).collect::<Vec<_>>()
    };
    // Whose account was tried is said where there is one, and what was typed is not.
    let (of_nobody, of_ada) = (failed("session"), failed("user"));
    assert_eq!((of_nobody.len(), of_ada.len()), (2, 3), "{of_nobody:?} {of_ada:?}");
    let id = me(&casemate, &session(&sign_in(&casemate, OWNER, "ada", PASSWORD))).json()["id"].clone();
    assert!(of_ada.iter().all(|event| event["resource"]["id"] == id), "{of_ada:?}");
    assert!(!format!("{of_nobody:?}").contains("someone"), "{of_nobody:?}");
}

#[test]
fn a_locked_account_is_told_of_and_opened_by_a_new_password() {
    let folder = Folder::new();
    let casemate = behind_a_proxy(folder.builder()).arg("--accounts").start().unwrap();
    let key = casemate.one_time_key().unwrap().to_owned();
    let id = me(&casemate, &session(&first(&casemate, &key, "ada", PASSWORD))).json()["id"].clone();
    let key = administrator(&folder, &casemate);
    for number in 0..10 {
        let from = format!("198.51.100.{}", number / 5 + 1);
        assert_eq!(sign_in(&casemate, &from, "ada", "wrong password").status, 403);
    }
    assert_eq!(sign_in(&casemate, "192.0.2.1", "ada", PASSWORD).status, 429);
    // It is written down after the answer.
    let told = |casemate: &Casemate| {
        let mut events = search(casemate, &key, json!({ "resource_type": "user" }));
        events.retain(|event| event["action"] == "casemate.user.lock");
        Some(events).filter(|locks| !locks.is_empty())
    };
    let locks = casemate.wait_until(told).unwrap();
    assert_eq!(locks.len(), 1, "{locks:?}");
    assert_eq!(
        (&locks[0]["resource"]["id"], &locks[0]["after"]["what"]),
        (&id, &json!("password")),
        "{locks:?}"
    );
    // An invitation sets another password, and whoever has that is let in from anywhere.
    let invitations = format!("/api/v1/users/{}/invitations", id.as_str().unwrap());
    let invited = casemate.post(&invitations, &key, "{}").unwrap().json();
    // It works for minutes, as they may be somebody else by tomorrow; of who has no password yet, for days.
    let bob =
        casemate.post("/api/v1/users", &key, r#"{"provider":"casemate","login":"bob"}"#).unwrap().json();
    let of_bob = format!("/api/v1/users/{}/invitations", bob["id"].as_str().unwrap());
    let of_bob = casemate.post(&of_bob, &key, "{}").unwrap().json();
    let day = |invited: &Value| invited["expires_at"].as_str().unwrap()[..10].to_owned();
    assert_ne!(day(&invited), day(&of_bob), "{invited} {of_bob}");
    let token = invited["link"].as_str().unwrap().split_once("token=").unwrap().1.to_owned();
    let other = "ten green bottles hang low";
    let fields = [("token", &*token), ("password", other), ("again", other)];
    let set = form(&casemate, OWNER, "/sign-in/casemate/link", &fields, "");
    assert_eq!(set.status, 200, "{}", set.body);
    session(&sign_in(&casemate, "192.0.2.1", "ada", other));
}

#[test]
fn of_new_passwords_that_are_set_at_once_one_takes_the_place_of_the_old() {
    let folder = Folder::new();
    let casemate = behind_a_proxy(folder.builder()).start().unwrap();
    let key = casemate.one_time_key().unwrap().to_owned();
    let own = session(&first(&casemate, &key, "ada", PASSWORD));
    let set = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (casemate, own, set) = (&casemate, &own, &set);
            scope.spawn(move || {
                let new = format!("ten green bottles {number} hang low");
                let fields = [("old", PASSWORD), ("password", &new), ("again", &new)];
                let answer = form(casemate, OWNER, "/account/password", &fields, own);
                let cookie =
                    answer.header("set-cookie").is_some_and(|cookie| cookie.starts_with("__Host-casemate="));
                set.fetch_add(usize::from(answer.status == 303 && cookie), Ordering::Relaxed);
            });
        }
    });
    assert_eq!(set.into_inner(), 1);
}

fn me_with_key(casemate: &Casemate, key: &str, from: &str) -> u16 {
    let headers = [format!("Authorization: Bearer {key}"), format!("X-Forwarded-For: {from}")];
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    casemate.request("GET /api/v1/me", &headers, "").unwrap().status
}

/// The key of another administrator, who is a program.
fn administrator(folder: &Folder, casemate: &Casemate) -> String {
    let said = folder.run(&["admin", "recover", "--format", "json"]);
    let key = said.json()["one_time_key"].as_str().unwrap().to_owned();
    casemate.redeem(&key, "operator").unwrap().json()["api_key"]["key"].as_str().unwrap().to_owned()
}

#[test]
fn whoever_tries_passwords_locks_nobody_out_where_they_are_known_on_sqlite() {
    let folder = Folder::new();
    let casemate = behind_a_proxy(folder.builder()).arg("--metrics-listen=127.0.0.1:0").start().unwrap();
    spray(&[&casemate], Spray::sized());
}

#[test]
fn whoever_tries_passwords_locks_nobody_out_where_they_are_known_on_two_replicas_with_postgresql() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    let folders = [Folder::new(), Folder::new()];
    let start = |folder: &Folder, root_key: &Path| {
        let builder = behind_a_proxy(folder.builder()).arg("--metrics-listen=127.0.0.1:0");
        let builder = builder.arg(&format!("--root-key-file={}", root_key.display()));
        builder.env("CASEMATE_DATABASE_URL", &url).start().unwrap()
    };
    let root_key = folders[0].0.path().join("root.key");
    // They share what seals their secrets.
    let first = start(&folders[0], &root_key);
    let second = start(&folders[1], &root_key);
    spray(&[&first, &second], Spray::sized());
}

/// Locks an account, and lifts it as whoever administers does.
fn a_lock_is_listed_and_lifted(builder: CasemateBuilder) {
    let casemate = behind_a_proxy(builder).start().unwrap();
    let one_time = casemate.one_time_key().unwrap().to_owned();
    let cookie = session(&first(&casemate, &one_time, &login(0), PASSWORD));
    let mut strangers = (1..=4).map(|number| format!("192.0.2.{number}"));
    assert!(strangers.all(|from| {
        (0..5).all(|guess| {
            matches!(sign_in(&casemate, &from, &login(0), &format!("no {guess}")).status, 403 | 429)
        })
    }));
    assert_eq!(sign_in(&casemate, STRANGER, &login(0), PASSWORD).status, 429);
    let origin = format!("Origin: http://{}", casemate.address());
    let (cookie, from) = (format!("Cookie: a=b{cookie}"), format!("X-Forwarded-For: {OWNER}"));
    let ask = |request: &str, body: &str, accept: &str| {
        let accept = format!("Accept: {accept}");
        let headers = [&*cookie, &from, &origin, "Content-Type: application/json", &accept];
        casemate.request(request, &headers, body).unwrap()
    };
    let found = ask("POST /api/v1/blocks/search", "{\"kind\":\"account\",\"search\":\"USER0@\"}", "*/*");
    let lock = found.json()["items"][0].clone();
    assert_eq!((found.status, lock["what"].as_str()), (200, Some("password")), "{}", found.body);
    assert_eq!(lock["login"], Value::from(login(0)));
    let all = ask("GET /api/v1/blocks", "", "text/csv");
    assert!(all.status == 200 && all.body.contains("account,,usr_"), "{}", all.body);
    assert!(all.body.contains("network,192.0.2."), "{}", all.body);
    let path = format!("DELETE /api/v1/blocks/{}", lock["id"].as_str().unwrap());
    assert_eq!((ask(&path, "", "*/*").status, ask(&path, "", "*/*").status), (204, 404));
    session(&sign_in(&casemate, STRANGER, &login(0), PASSWORD));
    let events = ask("GET /api/v1/audit-events?limit=100", "", "*/*").body;
    for action in ["casemate.user.lock", "casemate.user.unlock"] {
        assert!(events.contains(&format!("\"{action}\"")), "{action}: {events}");
    }
}

#[test]
fn a_lock_is_listed_and_lifted_on_sqlite() {
    let folder = Folder::new();
    a_lock_is_listed_and_lifted(folder.builder());
}

#[test]
fn a_lock_is_listed_and_lifted_on_postgresql() {
    let folder = Folder::new();
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    a_lock_is_listed_and_lifted(folder.builder().env("CASEMATE_DATABASE_URL", &url));
}

/// How much is tried.
struct Spray {
    attempts: usize,
    networks: usize,
    accounts: usize,
    at_once: usize,
}

impl Spray {
    fn sized() -> Spray {
        match std::env::var_os("CASEMATE_LONG") {
            None => Spray { attempts: 1_600, networks: 40, accounts: 80, at_once: 64 },
            Some(_) => Spray { attempts: 10_000, networks: 200, accounts: 500, at_once: 64 },
        }
    }
}

fn login(number: usize) -> String {
    format!("user{number}@example.com")
}

/// Tries passwords at many accounts from many networks, all at once, while somebody signs in from where they always do.
#[expect(clippy::print_stderr, reason = "figures of a run that was asked for")]
fn spray(replicas: &[&Casemate], size: Spray) {
    let Spray { attempts, networks, accounts, at_once } = size;
    let key = replicas[0].one_time_key().or(replicas[replicas.len() - 1].one_time_key()).unwrap().to_owned();
    session(&first(replicas[0], &key, &login(0), PASSWORD));
    let right = AtomicUsize::new(0);
    let (next, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    // What was looked at, by network.
    let looked_at = Mutex::new(HashMap::<usize, usize>::new());
    std::thread::scope(|scope| {
        let tries: Vec<_> = (0..at_once)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= attempts {
                            return;
                        }
                        let network = number % networks;
                        let from = format!("198.18.{}.{}", network / 250, network % 250 + 1);
                        let account = number.wrapping_mul(7_919) % accounts;
                        let replica = replicas[number / networks % replicas.len()];
                        let answer = sign_in(replica, &from, &login(account), &format!("guess {number}"));
                        match answer.status {
                            403 => *looked_at.lock().unwrap().entry(network).or_default() += 1,
                            429 => assert!(answer.header("retry-after").is_some()),
                            status => unreachable!("{status}: {}", answer.body),
                        }
                    }
                })
            })
            .collect();
        let owner = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                session(&sign_in(
                    replicas[right.load(Ordering::Relaxed) % replicas.len()],
                    OWNER,
                    &login(0),
                    PASSWORD,
                ));
                right.fetch_add(1, Ordering::Relaxed);
            }
        });
        let ended: Vec<_> = tries.into_iter().map(|tried| tried.join()).collect();
        done.store(true, Ordering::Relaxed);
        owner.join().unwrap();
        ended.into_iter().for_each(Result::unwrap);
    });
    let looked_at = looked_at.into_inner().unwrap();
    let (right, wrong) = (right.into_inner(), looked_at.values().sum::<usize>());
    eprintln!("{attempts} attempts: {wrong} looked at, {right} sign-ins of the owner meanwhile");
    assert!(looked_at.values().all(|count| *count <= 5), "{looked_at:?}");
    assert!(right > 0);
    // None was looked at beside those that were answered so.
    let counted = |outcome: &str| replicas.iter().map(|replica| checks(replica, outcome)).sum::<usize>();
    assert_eq!((counted("wrong"), counted("right")), (wrong, right));
    // The account is locked for others by now, whatever they know: it takes a few more where fewer tried it.
    let mut strangers = (1..=11).map(|number| format!("192.0.2.{number}"));
    let locked = strangers.any(|from| sign_in(replicas[0], &from, &login(0), "guess").status == 429);
    assert!(locked);
    let stranger = sign_in(replicas[replicas.len() - 1], STRANGER, &login(0), PASSWORD);
    assert_eq!(stranger.status, 429, "{}", stranger.body);
    session(&sign_in(replicas[replicas.len() - 1], OWNER, &login(0), PASSWORD));
}

/// How many passwords a server says that it looked at.
fn checks(casemate: &Casemate, outcome: &str) -> usize {
    let log = casemate.log();
    let line = log.lines().find(|line| line.starts_with("{\"url\"")).unwrap();
    let said: Value = serde_json::from_str(line).unwrap();
    let address: SocketAddr = said["metrics"].as_str().unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let name = format!("casemate_password_checks_total{{outcome=\"{outcome}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
}
