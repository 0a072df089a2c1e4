//! Letters by which people set their passwords: the real binary, and a real mail server.

use casemate_test_support::{Casemate, CasemateBuilder, HttpAnswer, Postgres, ReceivedLetter, SmtpServer};
use serde_json::{Value, json};

use crate::Folder;

const GOOD: &str = "correct+horse+battery+41+staple";
const OTHER: &str = "nine+purple+lighthouses+sing+7";

/// Sends something as an administrator.
fn send(casemate: &Casemate, key: &str, request: &str, body: &Value) -> HttpAnswer {
    let authorization = format!("Authorization: Bearer {key}");
    casemate.request(request, &[&authorization, "Content-Type: application/json"], &body.to_string()).unwrap()
}

fn made(casemate: &Casemate, key: &str, path: &str, body: Value) -> Value {
    let answer = send(casemate, key, &format!("POST {path}"), &body);
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    answer.json()
}

/// A form as a browser sends it.
fn form(casemate: &Casemate, path: &str, fields: &[(&str, &str)], cookie: Option<&str>) -> HttpAnswer {
    let body = fields.iter().map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")));
    let body = body.collect::<Vec<_>>().join("&");
    let origin = format!("Origin: http://{}", casemate.address());
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}"));
    let mut headers = vec!["Content-Type: application/x-www-form-urlencoded", &*origin];
    headers.extend(cookie.as_deref());
    casemate.request(&format!("POST {path}"), &headers, &body).unwrap()
}

fn page(casemate: &Casemate, path: &str) -> HttpAnswer {
    casemate.request(&format!("GET {path}"), &[], "").unwrap()
}

/// The link of a letter, without where the server is.
fn link(letter: &ReceivedLetter) -> String {
    let body = letter.body();
    let at = body.find("/sign-in/casemate/link?token=").unwrap();
    body[at..].split_whitespace().next().unwrap().to_owned()
}

fn token(link: &str) -> &str {
    link.split_once("token=").unwrap().1
}

/// Signs in, and gives the cookie of the session.
fn sign_in(casemate: &Casemate, login: &str, password: &str) -> Option<String> {
    let answer = form(casemate, "/sign-in/casemate", &[("login", login), ("password", password)], None);
    let cookie = answer.header("set-cookie").filter(|cookie| cookie.starts_with("__Host-casemate="));
    cookie.filter(|_| answer.status == 303).map(|cookie| cookie.split(';').next().unwrap().to_owned())
}

fn me(casemate: &Casemate, cookie: &str) -> u16 {
    casemate.request("GET /api/v1/me", &[&format!("Cookie: {cookie}")], "").unwrap().status
}

fn with_mail(builder: CasemateBuilder, server: &SmtpServer) -> CasemateBuilder {
    builder
        .env("CASEMATE_ACCOUNTS_ENABLED", "true")
        .env("CASEMATE_MAIL_SERVER", &format!("127.0.0.1:{}", server.port()))
        .env("CASEMATE_MAIL_TLS", "none")
        .env("CASEMATE_MAIL_FROM", "Casemate <casemate@example.com>")
}

/// An invitation, a forgotten password, and what none of the two does.
fn letters_let_people_in(builder: CasemateBuilder) {
    let server = SmtpServer::start().unwrap();
    let casemate = with_mail(builder, &server).start().unwrap();
    let key = casemate.administrator().unwrap();
    let ada = json!({ "provider": "casemate", "login": "ada", "email": "ada@example.com" });
    let ada = made(&casemate, &key, "/api/v1/users", ada);
    let invitations = format!("/api/v1/users/{}/invitations", ada["id"].as_str().unwrap());
    let invited = made(&casemate, &key, &invitations, json!({}));
    assert_eq!((&invited["sent_to"], &invited["link"]), (&json!("ada@example.com"), &Value::Null));

    let letter = server.wait_for_letters(1).unwrap().remove(0);
    assert_eq!(letter.to, ["ada@example.com"]);
    let first = link(&letter);
    let shown = page(&casemate, &first);
    assert_eq!((shown.status, shown.header("referrer-policy")), (200, Some("no-referrer")), "{}", shown.body);
    assert_eq!(shown.header("cache-control"), Some("no-store"));
    let set = |link: &str, password: &str, again: &str| {
        let fields = [("token", token(link)), ("password", password), ("again", again)];
        form(&casemate, "/sign-in/casemate/link", &fields, None)
    };
    for (password, again) in
        [("password1", "password1"), (GOOD, OTHER), ("ada@example.com", "ada@example.com")]
    {
        assert_eq!(set(&first, password, again).status, 422, "{password}");
    }
    let done = set(&first, GOOD, GOOD);
    assert_eq!(
        (done.status, done.header("set-cookie")),
        (200, None),
        "nobody is signed in by a link: {}",
        done.body
    );
    assert_eq!((set(&first, OTHER, OTHER).status, page(&casemate, &first).status), (404, 404), "used");
    let session = sign_in(&casemate, "ada", GOOD).unwrap();
    assert_eq!(me(&casemate, &session), 200);

    // Whoever asks is told the same, whoever is meant.
    let ask = |who: &str| form(&casemate, "/sign-in/casemate/forgot", &[("who", who)], None);
    let (known, unknown) = (ask("ada"), ask("nobody"));
    assert_eq!((known.status, &known.body), (200, &unknown.body));
    let second = link(&server.wait_for_letters(2).unwrap()[1]);
    assert_eq!(me(&casemate, &session), 200, "asking changes nothing");
    assert!(sign_in(&casemate, "ada", GOOD).is_some());
    assert_eq!(set(&second, OTHER, OTHER).status, 200);
    assert_eq!(me(&casemate, &session), 401, "every session has ended");
    assert!(sign_in(&casemate, "ada", GOOD).is_none());
    assert!(sign_in(&casemate, "ada", OTHER).is_some());

    // By the address too, in whatever case; no more than five that work; and a link ends with the account.
    for _ in 0..8 {
        assert_eq!(ask("Ada@Example.com").status, 200);
    }
    let letters = server.wait_for_letters(7).unwrap();
    let third = link(&letters[6]);
    assert_eq!(page(&casemate, &third).status, 200);
    let item = format!("/api/v1/users/{}", ada["id"].as_str().unwrap());
    let known = send(&casemate, &key, &format!("GET {item}"), &Value::Null).json();
    let out = json!({ "login": "ada", "email": "ada@example.com", "active": false });
    let tag = format!("If-Match: \"{}\"", known["revision"]);
    let authorization = format!("Authorization: Bearer {key}");
    let headers = [&*authorization, "Content-Type: application/json", &tag];
    let gone = casemate.request(&format!("PUT {item}"), &headers, &out.to_string()).unwrap();
    assert_eq!(gone.status, 200, "{}", gone.body);
    assert_eq!((page(&casemate, &third).status, set(&third, GOOD, GOOD).status), (404, 404));
    assert_eq!(send(&casemate, &key, &format!("POST {invitations}"), &json!({})).status, 422);
    assert_eq!(server.tries().unwrap(), 7, "five that work, the one that was used, and the invitation");

    let events = send(&casemate, &key, "GET /api/v1/audit-events?limit=100", &Value::Null).body;
    for action in ["casemate.user.invite", "casemate.user.reset", "casemate.user.password"] {
        assert!(events.contains(action), "{action}: {events}");
    }
    for secret in [token(&first), token(&second), token(&third), GOOD, OTHER] {
        assert!(!events.contains(secret) && !casemate.log().contains(secret), "a secret is told");
    }
    assert!(!casemate.log().contains("ada@example.com"), "{}", casemate.log());
}

#[test]
fn letters_let_people_in_and_tell_nobody_who_has_an_account() {
    let folder = Folder::new();
    letters_let_people_in(folder.builder());
}

#[test]
fn letters_let_people_in_on_postgresql() {
    let folder = Folder::new();
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    letters_let_people_in(folder.builder().env("CASEMATE_DATABASE_URL", &url));
}

#[test]
fn without_letters_whoever_invites_hands_the_link_over() {
    let folder = Folder::new();
    let casemate = folder.builder().env("CASEMATE_ACCOUNTS_ENABLED", "true").start().unwrap();
    let key = casemate.administrator().unwrap();
    let ada = made(
        &casemate,
        &key,
        "/api/v1/users",
        json!({ "provider": "casemate", "login": "ada", "email": "ada@example.com" }),
    );
    let invitations = format!("/api/v1/users/{}/invitations", ada["id"].as_str().unwrap());
    assert_eq!(
        send(&casemate, &key, &format!("POST {invitations}"), &json!({ "deliver": "mail" })).status,
        422
    );
    let older = made(&casemate, &key, &invitations, json!({}));
    let newer = made(&casemate, &key, &invitations, json!({ "deliver": "link" }));
    let path = |view: &Value| {
        let link = view["link"].as_str().unwrap().to_owned();
        link[link.find("/sign-in/").unwrap()..].to_owned()
    };
    assert_eq!((page(&casemate, &path(&older)).status, page(&casemate, &path(&newer)).status), (404, 200));
    // A browser that knows no Fetch Metadata says `null` of a page without a referrer.
    let body = format!("token={}&password={GOOD}&again={GOOD}", token(&path(&newer))).replace('+', "%2B");
    let send = |also: &[&str]| {
        let headers =
            [&["Content-Type: application/x-www-form-urlencoded", "Origin: null"][..], also].concat();
        casemate.request("POST /sign-in/casemate/link", &headers, &body).unwrap().status
    };
    assert_eq!((send(&["Sec-Fetch-Site: cross-site"]), send(&[])), (403, 200));
    let forgot = page(&casemate, "/sign-in/casemate/forgot");
    assert!(forgot.status == 200 && !forgot.body.contains("<form"), "{}", forgot.body);
    assert_eq!(form(&casemate, "/sign-in/casemate/forgot", &[("who", "ada")], None).status, 422);
}

#[test]
fn who_signed_in_with_a_password_stays_so_no_longer_than_local_accounts_are_on() {
    let folder = Folder::new();
    let casemate = folder.builder().env("CASEMATE_ACCOUNTS_ENABLED", "true").start().unwrap();
    let one_time = casemate.one_time_key().unwrap().to_owned();
    let founder =
        [("key", &*one_time), ("login", "founder"), ("name", ""), ("password", GOOD), ("again", GOOD)];
    assert_eq!(form(&casemate, "/sign-in/casemate/first", &founder, None).status, 303);
    let founder = sign_in(&casemate, "founder", GOOD).unwrap();
    let ask = |request: &str, body: &Value| {
        let origin = format!("Origin: http://{}", casemate.address());
        let cookie = format!("Cookie: {founder}");
        let headers = ["Content-Type: application/json", &*origin, &cookie];
        let answer = casemate.request(request, &headers, &body.to_string()).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.json()
    };
    let ada = ask("POST /api/v1/users", &json!({ "provider": "casemate", "login": "ada" }));
    let path = format!("POST /api/v1/users/{}/invitations", ada["id"].as_str().unwrap());
    let link = ask(&path, &json!({}))["link"].as_str().unwrap().to_owned();
    let fields = [("token", token(&link)), ("password", OTHER), ("again", OTHER)];
    assert_eq!(form(&casemate, "/sign-in/casemate/link", &fields, None).status, 200);
    let ada = sign_in(&casemate, "ada", OTHER).unwrap();
    assert_eq!((me(&casemate, &founder), me(&casemate, &ada)), (200, 200));
    drop(casemate);
    let casemate = folder.builder().start().unwrap();
    assert_eq!((me(&casemate, &founder), me(&casemate, &ada)), (200, 401));
    assert!(sign_in(&casemate, "ada", OTHER).is_none());
}

/// Somebody at a help desk who may invite and change people, and holds nothing else: their key, and its id.
fn desk(casemate: &Casemate, key: &str) -> (String, String) {
    let permissions: Vec<Value> = ["read", "update", "invite", "create"]
        .map(|verb| json!({ "name": format!("casemate.user.{verb}") }))
        .to_vec();
    made(casemate, key, "/api/v1/roles", json!({ "name": "desk", "permissions": permissions }));
    let desk = made(casemate, key, "/api/v1/service-accounts", json!({ "name": "desk" }));
    let to = json!({ "provider": "casemate", "type": "service", "login": "desk" });
    made(casemate, key, "/api/v1/assignments", json!({ "role": "desk", "to": to }));
    let keys = format!("/api/v1/service-accounts/{}/api-keys", desk["id"].as_str().unwrap());
    let made = made(casemate, key, &keys, json!({ "title": "desk" }));
    (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
}

/// Invitations of people without a password, of which something is different by the time that they are used.
fn an_invitation_is_worth_what_it_was_made_for(builder: CasemateBuilder) {
    let casemate = builder.env("CASEMATE_ACCOUNTS_ENABLED", "true").start().unwrap();
    let key = casemate.administrator().unwrap();
    let (desk, desk_id) = desk(&casemate, &key);
    let user = |login: &str| {
        let email = format!("{login}@example.com");
        let user = json!({ "provider": "casemate", "login": login, "email": email });
        made(&casemate, &key, "/api/v1/users", user)
    };
    let invite = |by: &str, user: &Value| {
        let path = format!("/api/v1/users/{}/invitations", user["id"].as_str().unwrap());
        let link = made(&casemate, by, &path, json!({}))["link"].as_str().unwrap().to_owned();
        link[link.find("/sign-in/").unwrap()..].to_owned()
    };
    let set = |link: &str| {
        let fields = [("token", token(link)), ("password", GOOD), ("again", GOOD)];
        form(&casemate, "/sign-in/casemate/link", &fields, None)
    };
    let useless = |link: &str| {
        for answer in [page(&casemate, link), set(link)] {
            assert_eq!(answer.status, 404, "{}", answer.body);
            assert!(answer.body.contains("another"), "{}", answer.body);
        }
    };
    let administrator = |user: &Value| {
        let to = json!({ "provider": "casemate", "id": user["id"] });
        made(&casemate, &key, "/api/v1/assignments", json!({ "role": "administrator", "to": to }));
    };
    // Whoever is invited comes to hold what the desk does not.
    let (ada, bob) = (user("ada"), user("bob"));
    let (of_ada, of_bob) = (invite(&desk, &ada), invite(&key, &bob));
    assert_eq!(page(&casemate, &of_ada).status, 200);
    administrator(&ada);
    administrator(&bob);
    useless(&of_ada);
    assert!(sign_in(&casemate, "ada", GOOD).is_none());
    assert_eq!(set(&of_bob).status, 200, "who made it may be an administrator");

    // Their letters go elsewhere by then.
    let eve = user("eve");
    let of_eve = invite(&key, &eve);
    let path = format!("/api/v1/users/{}", eve["id"].as_str().unwrap());
    let known = send(&casemate, &key, &format!("GET {path}"), &Value::Null).json();
    let (tag, authorization) =
        (format!("If-Match: \"{}\"", known["revision"]), format!("Authorization: Bearer {key}"));
    let headers = [&*authorization, "Content-Type: application/json", &tag];
    let body = json!({ "login": "eve", "email": "eve@elsewhere.example" });
    assert_eq!(casemate.request(&format!("PUT {path}"), &headers, &body.to_string()).unwrap().status, 200);
    useless(&of_eve);

    // Whoever made it may invite nobody any more.
    let cy = user("cy");
    let of_cy = invite(&desk, &cy);
    assert_eq!(page(&casemate, &of_cy).status, 200);
    let revoked =
        send(&casemate, &key, &format!("POST /api/v1/api-keys/{desk_id}/revoke"), &json!({})).status;
    assert!((200..300).contains(&revoked), "{revoked}");
    useless(&of_cy);
    let of_cy = invite(&key, &cy);
    assert_eq!(set(&of_cy).status, 200);
    assert!(sign_in(&casemate, "cy", GOOD).is_some());
}

#[test]
fn an_invitation_is_worth_what_it_was_made_for_on_sqlite() {
    let folder = Folder::new();
    an_invitation_is_worth_what_it_was_made_for(folder.builder());
}

#[test]
fn an_invitation_is_worth_what_it_was_made_for_on_postgresql() {
    let folder = Folder::new();
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    an_invitation_is_worth_what_it_was_made_for(folder.builder().env("CASEMATE_DATABASE_URL", &url));
}

#[test]
fn nobody_invites_or_redirects_letters_of_whom_they_do_not_equal() {
    let folder = Folder::new();
    let casemate = folder.builder().env("CASEMATE_ACCOUNTS_ENABLED", "true").start().unwrap();
    let key = casemate.administrator().unwrap();
    let permissions: Vec<Value> = ["read", "update", "invite", "create"]
        .map(|verb| json!({ "name": format!("casemate.user.{verb}") }))
        .to_vec();
    made(&casemate, &key, "/api/v1/roles", json!({ "name": "desk", "permissions": permissions }));
    let desk = made(&casemate, &key, "/api/v1/service-accounts", json!({ "name": "desk" }));
    let to = json!({ "provider": "casemate", "type": "service", "login": "desk" });
    made(&casemate, &key, "/api/v1/assignments", json!({ "role": "desk", "to": to }));
    let keys = format!("/api/v1/service-accounts/{}/api-keys", desk["id"].as_str().unwrap());
    let desk = made(&casemate, &key, &keys, json!({ "title": "desk" }))["key"].as_str().unwrap().to_owned();

    let user = |login: &str| {
        let email = format!("{login}@example.com");
        made(
            &casemate,
            &key,
            "/api/v1/users",
            json!({ "provider": "casemate", "login": login, "email": email }),
        )
    };
    let (boss, guest) = (user("boss"), user("guest"));
    let to = json!({ "provider": "casemate", "id": boss["id"] });
    made(&casemate, &key, "/api/v1/assignments", json!({ "role": "administrator", "to": to }));
    let invite = |user: &Value| {
        let path = format!("POST /api/v1/users/{}/invitations", user["id"].as_str().unwrap());
        send(&casemate, &desk, &path, &json!({})).status
    };
    let readdress = |user: &Value| {
        let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
        let known = send(&casemate, &key, &format!("GET {path}"), &Value::Null).json();
        let tag = format!("If-Match: \"{}\"", known["revision"]);
        let authorization = format!("Authorization: Bearer {desk}");
        let headers = [&*authorization, "Content-Type: application/json", &tag];
        let body = json!({ "login": known["login"], "email": "desk@example.com" });
        casemate.request(&format!("PUT {path}"), &headers, &body.to_string()).unwrap().status
    };
    assert_eq!((invite(&boss), readdress(&boss)), (403, 403));
    assert_eq!((invite(&guest), readdress(&guest)), (201, 200));
}
