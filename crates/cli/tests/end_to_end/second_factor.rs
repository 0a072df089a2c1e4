//! Second factors of local accounts: codes of an app, recovery codes, and passkeys in a real browser.

use std::time::{SystemTime, UNIX_EPOCH};

use casemate_identity::factor::TotpSecret;
use casemate_identity::{ExposeSecret as _, Timestamp};
use casemate_test_support::{Browser, Casemate, HttpAnswer, Postgres};
use serde_json::{Value, json};

use crate::Folder;

const PASSWORD: &str = "nine purple lighthouses sing";
const HOME: &str = "203.0.113.1";

/// A browser without scripts, behind the trusted proxy of these tests.
struct Person<'a> {
    casemate: &'a Casemate,
    network: &'a str,
    cookies: Vec<(String, String)>,
}

impl<'a> Person<'a> {
    fn new(casemate: &'a Casemate, network: &'a str) -> Person<'a> {
        Person { casemate, network, cookies: Vec::new() }
    }

    fn send(&mut self, line: &str, kind: &str, body: &str) -> HttpAnswer {
        let cookies: String = self.cookies.iter().map(|(name, value)| format!("; {name}={value}")).collect();
        let headers = [
            format!("Content-Type: {kind}"),
            format!("Origin: http://{}", self.casemate.address()),
            format!("X-Forwarded-For: {}", self.network),
            format!("Cookie: a=b{cookies}"),
        ];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = self.casemate.request(line, &headers, body).unwrap();
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(held, _)| held != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    fn get(&mut self, path: &str) -> HttpAnswer {
        self.send(&format!("GET {path}"), "text/plain", "")
    }

    fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> HttpAnswer {
        let escape = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        let pair = |(name, value): &(&str, &str)| {
            format!("{name}={}", value.bytes().map(escape).collect::<String>())
        };
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        self.send(&format!("POST {path}"), "application/x-www-form-urlencoded", &body)
    }

    fn first(&mut self, login: &str) {
        let key = self.casemate.one_time_key().unwrap().to_owned();
        let fields =
            [("key", &*key), ("login", login), ("name", "Ada"), ("password", PASSWORD), ("again", PASSWORD)];
        let answer = self.post("/sign-in/casemate/first", &fields);
        assert_eq!(answer.status, 303, "{}", answer.body);
    }

    /// Shows the password; gives where the browser is sent.
    fn password(&mut self, login: &str) -> String {
        let fields = [("login", login), ("password", PASSWORD), ("return_to", "/api/v1/me")];
        let answer = self.post("/sign-in/casemate", &fields);
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").unwrap().to_owned()
    }

    fn code(&mut self, code: &str) -> HttpAnswer {
        self.post("/sign-in/casemate/factor", &[("code", code), ("return_to", "/api/v1/me")])
    }

    fn me(&mut self) -> HttpAnswer {
        self.get("/api/v1/me")
    }

    /// Whether they are signed in, and not nobody.
    fn is_in(&mut self) -> bool {
        self.me().json()["provider"] == "casemate"
    }

    /// Adds an app; gives its key, and the code of half a minute ago that was shown for it.
    fn add_app(&mut self) -> (TotpSecret, String) {
        let page = self.post("/account/factors/app", &[]);
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            page.body.contains("<svg") && page.body.contains("otpauth://totp/Casemate:ada?secret="),
            "{}",
            page.body
        );
        let secret = TotpSecret::parse(between(&page.body, "id=\"key\">", "<")).unwrap();
        let state = between(&page.body, "name=\"state\" value=\"", "\"").to_owned();
        let wrong = [("state", &*state), ("name", "Phone"), ("code", "000000")];
        assert_eq!(self.post("/account/factors/app/confirm", &wrong).status, 422);
        let code = app(&secret, -30);
        let answer = self
            .post("/account/factors/app/confirm", &[("state", &*state), ("name", "Phone"), ("code", &*code)]);
        assert_eq!(answer.status, 303, "{}", answer.body);
        (secret, code)
    }

    fn new_recovery_codes(&mut self) -> Vec<String> {
        let page = self.post("/account/factors/recovery-codes", &[]);
        assert_eq!(page.status, 200, "{}", page.body);
        between(&page.body, "<pre id=\"codes\">", "</pre>").lines().map(str::to_owned).collect()
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let found = text.split_once(before);
    assert!(found.is_some(), "no {before} in {text}");
    found.unwrap().1.split_once(after).unwrap().0
}

/// What the app shows so many seconds from now.
fn app(secret: &TotpSecret, seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let at = Timestamp(i64::try_from(now).unwrap() + seconds * 1_000_000);
    secret.code_at(at).expose_secret().to_owned()
}

fn amr(answer: &HttpAnswer) -> Value {
    let methods = answer.json().pointer("/auth/amr").cloned();
    assert!(methods.is_some(), "{}", answer.body);
    methods.unwrap()
}

fn events(casemate: &Casemate, key: &str, action: &str) -> Vec<Value> {
    let wanted = json!({ "action": action, "limit": 100 }).to_string();
    let answer = casemate.post("/api/v1/audit-events/search", key, &wanted).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["items"].as_array().unwrap().clone()
}

/// The key of another administrator, who is a program.
fn administrator(folder: &Folder, casemate: &Casemate) -> String {
    let said = folder.run(&["admin", "recover", "--format", "json"]);
    let key = said.json()["one_time_key"].as_str().unwrap().to_owned();
    casemate.redeem(&key, "operator").unwrap().json()["api_key"]["key"].as_str().unwrap().to_owned()
}

/// The code that is asked for after a password; gives a browser that is signed in, and the key of the app.
fn a_code_is_asked_for(casemate: &Casemate) -> (Person<'_>, TotpSecret) {
    let mut ada = Person::new(casemate, HOME);
    ada.first("ada");
    assert!(ada.get("/account/factors").body.contains("You have none"));
    let mut elsewhere = Person::new(casemate, HOME);
    elsewhere.password("ada");
    assert!(elsewhere.is_in());
    let (secret, used) = ada.add_app();
    assert_eq!(amr(&ada.me()), json!(["pwd", "otp", "mfa"]));
    assert!(!elsewhere.is_in(), "what began by the password alone has ended");
    let listed = ada.get("/account/factors").body;
    assert!(listed.contains("Phone") && listed.contains("no recovery codes"), "{listed}");
    let codes = ada.new_recovery_codes();
    assert_eq!(codes.len(), 10, "{codes:?}");

    // The password alone lets nobody in any more.
    let mut again = Person::new(casemate, HOME);
    assert_eq!(again.password("ada"), "/sign-in/casemate/factor?return_to=%2Fapi%2Fv1%2Fme");
    assert!(again.cookies.iter().all(|(name, _)| name != "__Host-casemate"), "{:?}", again.cookies);
    assert!(!again.is_in());
    assert!(again.get("/sign-in/casemate/factor").body.contains("ada"));
    let own = again.get("/account/factors");
    assert_eq!((own.status, own.header("location").unwrap().starts_with("/sign-in/casemate")), (303, true));
    // What was shown when the app was added was used by that.
    assert_eq!(again.code(&used).status, 403);
    let code = app(&secret, 0);
    let entered = again.code(&code);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/api/v1/me")), "{}", entered.body);
    assert_eq!(amr(&again.me()), json!(["pwd", "otp", "mfa"]));

    // A code and a recovery code are good once, wherever they are shown.
    let mut third = Person::new(casemate, HOME);
    third.password("ada");
    assert_eq!(third.code(&code).status, 403);
    assert_eq!(third.code(&codes[0].to_uppercase()).status, 303);
    assert!(third.is_in());
    let mut fourth = Person::new(casemate, HOME);
    fourth.password("ada");
    assert_eq!(fourth.code(&codes[0]).status, 403);
    assert_eq!(fourth.code(&codes[1]).status, 303);
    assert!(fourth.get("/account/factors").body.contains("Recovery codes left: 8"));
    (fourth, secret)
}

#[test]
fn a_code_is_asked_for_after_the_password_and_is_good_once() {
    let folder = Folder::new();
    let casemate = folder.builder().arg("--trusted-proxies=127.0.0.0/8").start().unwrap();
    let (mut ada, secret) = a_code_is_asked_for(&casemate);

    // An administrator takes the factor away from whoever lost it.
    let key = administrator(&folder, &casemate);
    let user = ada.me().json().pointer("/id").and_then(Value::as_str).unwrap().to_owned();
    let path = format!("/api/v1/users/{user}/factors");
    let factors = casemate.get(&path, &key).unwrap().json();
    assert_eq!(
        (&factors["items"][0]["kind"], &factors["recovery_codes"]),
        (&json!("totp"), &json!(8)),
        "{factors}"
    );
    let secret = secret.text();
    assert!(
        !factors.to_string().contains(secret.expose_secret())
            && !casemate.log().contains(secret.expose_secret())
    );
    let one = format!("DELETE {path}/{}", factors["items"][0]["id"].as_str().unwrap());
    let bearer = format!("Authorization: Bearer {key}");
    assert_eq!(casemate.request(&one, &[&bearer], "").unwrap().status, 204);
    assert_eq!(casemate.request(&one, &[&bearer], "").unwrap().status, 404);
    assert_eq!(casemate.get(&path, &key).unwrap().json(), json!({ "items": [], "recovery_codes": 0 }));
    assert_eq!(Person::new(&casemate, HOME).password("ada"), "/api/v1/me");
    let kinds: Vec<Value> =
        events(&casemate, &key, "casemate.user.factor").iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["remove", "recovery-codes", "add"], "the newest first");
}

#[test]
fn a_code_is_asked_for_with_postgresql_too() {
    let (folder, server) = (Folder::new(), Postgres::start().unwrap());
    let url = server.create_database().unwrap();
    let builder = folder.builder().arg("--trusted-proxies=127.0.0.0/8").env("CASEMATE_DATABASE_URL", &url);
    a_code_is_asked_for(&builder.start().unwrap());
}

#[test]
fn whoever_guesses_at_codes_shows_the_password_again_and_is_blocked() {
    let folder = Folder::new();
    let casemate = folder.builder().arg("--trusted-proxies=127.0.0.0/8").start().unwrap();
    let mut ada = Person::new(&casemate, HOME);
    ada.first("ada");
    ada.add_app();
    let codes = ada.new_recovery_codes();
    let mut thief = Person::new(&casemate, "198.51.100.7");
    thief.password("ada");
    for guess in ["111111", "222222", "333333", "aaaa-bbbb-cccc-dddd", ""] {
        assert_eq!(thief.code(guess).status, 403, "{guess}");
    }
    // Not with the right one either: nothing of theirs is looked at.
    let refused = thief.code(&codes[0]);
    assert_eq!(refused.status, 429, "{}", refused.body);
    // From elsewhere the same sign-in goes on no more, since it failed too often.
    thief.network = "198.51.100.8";
    let gone = thief.code(&codes[0]);
    assert!(gone.header("location").is_some_and(|to| to.starts_with("/sign-in/casemate?")), "{}", gone.body);
    assert!(!thief.is_in());
    // Whose they are comes in as ever.
    let mut own = Person::new(&casemate, HOME);
    own.password("ada");
    assert_eq!(own.code(&codes[0]).status, 303);
}

#[test]
fn whoever_has_no_second_factor_adds_one_where_everybody_needs_one() {
    let folder = Folder::new();
    let flags = ["--trusted-proxies=127.0.0.0/8", "--accounts-second-factor=required"];
    let casemate = flags.iter().fold(folder.builder(), |builder, flag| builder.arg(flag)).start().unwrap();
    // Whoever made themselves the administrator with the one-time key is asked for one too.
    let mut founder = Person::new(&casemate, HOME);
    founder.first("ada");
    assert!(!founder.is_in());
    let mut ada = Person::new(&casemate, HOME);
    let to = ada.password("ada");
    let page = ada.get(&to);
    assert!(page.body.contains("asks for a second factor") && page.body.contains("<svg"), "{}", page.body);
    let secret = TotpSecret::parse(between(&page.body, "id=\"key\">", "<")).unwrap();
    let state = between(&page.body, "name=\"state\" value=\"", "\"").to_owned();
    assert_eq!(
        ada.post("/sign-in/casemate/factor", &[("code", &app(&secret, 0))]).status,
        422,
        "without its key"
    );
    let fields = [("state", &*state), ("name", "Phone"), ("code", &app(&secret, 0))];
    let entered = ada.post("/sign-in/casemate/factor", &fields);
    assert_eq!(
        (entered.status, entered.header("location")),
        (303, Some("/account/factors")),
        "{}",
        entered.body
    );
    assert_eq!(amr(&ada.me()), json!(["pwd", "otp", "mfa"]));
    // Who was on the way to add one by the password alone comes to nothing.
    let page = founder.get("/sign-in/casemate/factor");
    assert!(!page.body.contains("id=\"key\""), "{}", page.body);
    // The last one stays.
    let id = between(&ada.get("/account/factors").body, "name=\"id\" value=\"", "\"").to_owned();
    // Its owner calls it what they like.
    let called = ada.post("/account/factors/rename", &[("id", &id), ("name", " Old <phone> ")]);
    assert_eq!(called.status, 303, "{}", called.body);
    assert!(ada.get("/account/factors").body.contains("Old &#60;phone&#62;"));
    assert_eq!(ada.post("/account/factors/rename", &[("id", "fac_1"), ("name", "x")]).status, 422);
    ada.post("/account/factors/rename", &[("id", &id), ("name", "Phone")]);
    let kept = ada.post("/account/factors/remove", &[("id", &id)]);
    assert!(kept.status == 422 && kept.body.contains("Phone"), "{}", kept.body);
    // A page of another site changes nothing.
    let cookies: String = ada.cookies.iter().map(|(name, value)| format!("; {name}={value}")).collect();
    let headers = [
        "Content-Type: application/x-www-form-urlencoded",
        "Origin: https://evil.example",
        &format!("Cookie: a=b{cookies}"),
    ];
    let refused = casemate.request("POST /account/factors/recovery-codes", &headers, "").unwrap();
    assert_eq!(refused.status, 403, "{}", refused.body);
}

/// A server that browsers know as `http://localhost`.
fn at_localhost(folder: &Folder) -> (Casemate, Browser) {
    let casemate = folder.builder().arg("--public-url=http://localhost").start().unwrap();
    let browser = Browser::start_with_host("localhost", casemate.address()).unwrap();
    (casemate, browser)
}

#[test]
fn a_passkey_is_made_and_used_after_a_password_and_by_itself() {
    let folder = Folder::new();
    let (casemate, browser) = at_localhost(&folder);
    let device = browser.authenticator().unwrap();
    let go = |path: &str| browser.go(&format!("http://localhost{path}")).unwrap();
    go("/sign-in/casemate/first");
    for (field, value) in [
        ("key", casemate.one_time_key().unwrap()),
        ("login", "ada"),
        ("name", "Ada"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ] {
        browser.write(&format!("input[name={field}]"), value).unwrap();
    }
    browser.click("button.primary").unwrap();
    browser.wait_for("You are signed in").unwrap();
    go("/account/factors");
    browser.click("button[data-passkey=create]").unwrap();
    browser.wait_for("passkey, added").unwrap();
    let made = browser.passkeys(&device).unwrap();
    assert_eq!((made.len(), &made[0]["rpId"]), (1, &json!("localhost")), "{made:?}");
    // A device makes one for a user.
    browser.click("button[data-passkey=create]").unwrap();
    browser.wait_for("has a passkey for you already").unwrap();

    let sign_out = || {
        go("/sign-in");
        browser.click("form[action='/sign-out'] button").unwrap();
        browser.wait_for("You are signed out").unwrap();
    };
    // After the password.
    sign_out();
    go("/sign-in/casemate?return_to=/api/v1/me");
    browser.write("input[name=login]", "ada").unwrap();
    browser.write("input[name=password]", PASSWORD).unwrap();
    browser.click("button.primary").unwrap();
    browser.wait_for("One more step").unwrap();
    browser.click("button[data-passkey]").unwrap();
    let me = browser.wait_for("\"amr\"").unwrap();
    assert!(me.contains(r#"["pwd","hwk","mfa"]"#), "{me}");

    // By itself, without a name or a password.
    sign_out();
    go("/sign-in/casemate?return_to=/api/v1/me");
    browser.click("button[data-passkey]").unwrap();
    let me = browser.wait_for("\"amr\"").unwrap();
    assert!(me.contains(r#"["hwk","user","mfa"]"#) && me.contains("\"ada\""), "{me}");

    // Not where nobody shows who they are.
    sign_out();
    browser.verify_user(&device, false).unwrap();
    go("/sign-in/casemate?return_to=/api/v1/me");
    browser.click("button[data-passkey]").unwrap();
    browser.wait_for("was not used").unwrap();
    browser.verify_user(&device, true).unwrap();

    // Nor once it was removed here, though the device has it still.
    let key = administrator(&folder, &casemate);
    let users = casemate.get("/api/v1/users", &key).unwrap().json();
    let path = format!("/api/v1/users/{}/factors", users["items"][0]["id"].as_str().unwrap());
    let factors = casemate.get(&path, &key).unwrap().json();
    assert_eq!(factors["items"][0]["kind"], "passkey", "{factors}");
    let one = format!("DELETE {path}/{}", factors["items"][0]["id"].as_str().unwrap());
    assert_eq!(casemate.request(&one, &[&format!("Authorization: Bearer {key}")], "").unwrap().status, 204);
    go("/sign-in/casemate?return_to=/api/v1/me");
    browser.click("button[data-passkey]").unwrap();
    browser.wait_for("another one than was asked for").unwrap();
}

#[test]
fn an_answer_of_a_passkey_is_taken_once_and_from_its_own_browser() {
    let folder = Folder::new();
    let (casemate, browser) = at_localhost(&folder);
    browser.authenticator().unwrap();
    let go = |path: &str| browser.go(&format!("http://localhost{path}")).unwrap();
    go("/sign-in/casemate/first");
    for (field, value) in [
        ("key", casemate.one_time_key().unwrap()),
        ("login", "ada"),
        ("name", "Ada"),
        ("password", PASSWORD),
        ("again", PASSWORD),
    ] {
        browser.write(&format!("input[name={field}]"), value).unwrap();
    }
    browser.click("button.primary").unwrap();
    browser.wait_for("You are signed in").unwrap();
    go("/account/factors");
    browser.click("button[data-passkey=create]").unwrap();
    browser.wait_for("passkey, added").unwrap();
    // The page's own steps, with what a thief would have seen of them.
    go("/sign-in/casemate");
    let script = r#"
        const asked = await fetch("/sign-in/casemate/passkey/options", { method: "POST" });
        const { options } = await asked.json();
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
        const used = await navigator.credentials.get({ publicKey });
        return JSON.stringify({ response: used.toJSON() });
    "#;
    let sent = browser.run(script).unwrap().as_str().unwrap().to_owned();
    let cookies = browser.cookies().unwrap();
    let held = cookies.iter().find(|cookie| cookie["name"] == "__Host-casemate-passkey").unwrap();
    assert_eq!((&held["httpOnly"], &held["secure"]), (&json!(true), &json!(true)));
    let held = format!("Cookie: __Host-casemate-passkey={}", held["value"].as_str().unwrap());
    let send = |cookie: &str, origin: &str, body: &str| {
        let origin = format!("Origin: {origin}");
        let headers = ["Content-Type: application/json", &origin, cookie];
        casemate.request("POST /sign-in/casemate/passkey", &headers, body).unwrap()
    };
    let own = "http://localhost";
    assert_eq!(send("Cookie: a=b", own, &sent).status, 401, "from another browser");
    assert_eq!(send(&held, "https://evil.example", &sent).status, 403);
    let at = sent.find("\"signature\":\"").unwrap() + 13;
    let other =
        format!("{}{}{}", &sent[..at], if &sent[at..=at] == "A" { "B" } else { "A" }, &sent[at + 1..]);
    assert_eq!(send(&held, own, &other).status, 401);
    let entered = send(&held, own, &sent);
    assert_eq!((entered.status, entered.json()), (200, json!({ "next": "/sign-in" })), "{}", entered.body);
    let again = send(&held, own, &sent);
    assert_eq!((again.status, again.header("set-cookie")), (401, None), "{}", again.body);
}
