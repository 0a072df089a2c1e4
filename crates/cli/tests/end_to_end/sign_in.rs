//! People sign in with a real browser, with two real OpenID providers at once.

use casemate_test_support::{Browser, Casemate, HttpAnswer, OpenIdProvider, Postgres};
use serde_json::{Value, json};

use crate::Folder;

/// A server with two providers, and how it is reached.
struct Scene {
    casemate: Casemate,
    url: String,
    providers: [OpenIdProvider; 2],
    _folder: Folder,
}

const NAMES: [&str; 2] = ["corp", "partner"];

fn policy(providers: &[OpenIdProvider; 2]) -> String {
    let provider = |index: usize, more: &str| {
        format!(
            "[[provider]]\nname = \"{}\"\nissuer = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ env = \"SIGN_IN_SECRET\" }}\n{more}\n",
            NAMES[index],
            providers[index].issuer(),
            OpenIdProvider::SIGN_IN_CLIENT,
        )
    };
    format!(
        "format = 1\n{}{}\
         [[assignment]]\nrole = \"administrator\"\nto = {{ provider = \"corp\", id = \"ada\" }}\n",
        provider(0, "[provider.sign_in]\ntitle = \"Corp accounts\"\ndomains = [\"corp.example\"]"),
        provider(1, "[provider.sign_in]\ntitle = \"Partners\"\nauthentication = \"client_secret_post\""),
    )
}

impl Scene {
    /// On SQLite.
    fn start(flags: &[&str]) -> Scene {
        Scene::start_on(None, flags)
    }

    /// On the database at this URL, or on SQLite.
    fn start_on(database: Option<&str>, flags: &[&str]) -> Scene {
        let providers = [OpenIdProvider::start().unwrap(), OpenIdProvider::start().unwrap()];
        let folder = Folder::new();
        folder.write("policy.toml", &policy(&providers));
        let builder =
            folder.builder().policy(folder.policy()).env("SIGN_IN_SECRET", OpenIdProvider::SIGN_IN_SECRET);
        let builder = match database {
            Some(url) => builder.env("CASEMATE_DATABASE_URL", url),
            None => builder,
        };
        let casemate = flags.iter().fold(builder, |builder, flag| builder.arg(flag)).start().unwrap();
        let url = format!("http://{}", casemate.address());
        for (provider, name) in providers.iter().zip(NAMES) {
            provider.let_sign_in(&url, name).unwrap();
        }
        Scene { casemate, url, providers, _folder: folder }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Signs in, from the page that lists the providers.
    fn sign_in(&self, browser: &Browser, provider: &str, who: &str, return_to: &str) {
        browser.go(&self.at(&format!("/sign-in?return_to={return_to}"))).unwrap();
        browser.click(&format!("a[href^='/sign-in/{provider}?']")).unwrap();
        log_in(browser, who);
    }

    /// The cookie of the browser's session.
    fn cookie(&self, browser: &Browser) -> Option<Value> {
        browser.go(&self.at("/sign-in.css")).unwrap();
        browser.cookies().unwrap().into_iter().find(|cookie| cookie["name"] == "__Host-casemate")
    }

    /// What is answered to the cookie from outside of the browser.
    fn with(&self, cookie: &str, request: &str, more: &[&str], body: &str) -> HttpAnswer {
        let cookie = format!("Cookie: __Host-casemate={cookie}");
        self.casemate.request(request, &[&[&*cookie], more].concat(), body).unwrap()
    }

    fn events(&self, key: &str, action: &str) -> Vec<Value> {
        let wanted = json!({ "installation": true, "action": action, "limit": 100 }).to_string();
        let answer = self.casemate.post("/api/v1/audit-events/search", key, &wanted).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["items"].as_array().unwrap().clone()
    }
}

/// Logs in at the provider, which takes any password.
fn log_in(browser: &Browser, who: &str) {
    browser.write("input[name=login]", who).unwrap();
    browser.write("input[name=password]", "x").unwrap();
    browser.click("button[type=submit]").unwrap();
}

fn people_sign_in_and_out_with_two_providers(scene: &Scene) {
    let (ada, bob) = (Browser::start().unwrap(), Browser::start().unwrap());
    ada.go(&scene.at("/sign-in")).unwrap();
    let choices = ada.wait_for("Corp accounts").unwrap();
    assert!(choices.contains("Partners") && choices.contains("e-mail"), "{choices}");
    // By the domain of an address, which leads to the first.
    ada.write("input[name=email]", "ada@Corp.example").unwrap();
    ada.click("form.by-email button").unwrap();
    log_in(&ada, "ada");
    let page = ada.wait_for("You are signed in").unwrap();
    assert!(page.contains("ada of") && page.contains("Corp accounts"), "{page}");
    scene.sign_in(&bob, "partner", "bob", "/api/v1/me");
    let me: Value = serde_json::from_str(&bob.wait_for("\"provider\"").unwrap()).unwrap();
    assert_eq!((&me["provider"], &me["id"], &me["login"]), (&"partner".into(), &"bob".into(), &"bob".into()));
    assert_eq!(me["groups"], json!(["operators"]));
    // The cookie is out of reach for scripts, other hosts and plain connections.
    let cookie = scene.cookie(&ada).unwrap();
    assert_eq!(
        (&cookie["httpOnly"], &cookie["secure"], &cookie["sameSite"], &cookie["path"]),
        (&true.into(), &true.into(), &"Lax".into(), &"/".into())
    );
    let ada_s = cookie["value"].as_str().unwrap().to_owned();
    let bob_s = scene.cookie(&bob).unwrap()["value"].as_str().unwrap().to_owned();
    let me = scene.with(&ada_s, "GET /api/v1/me", &[], "").json();
    assert_eq!((&me["provider"], &me["id"]), (&"corp".into(), &"ada".into()));
    assert_eq!(scene.with(&ada_s, "GET /api/v1/roles", &[], "").status, 200);
    assert_eq!(scene.with(&bob_s, "GET /api/v1/roles", &[], "").status, 403);
    // Signing out ends the session here and at the provider.
    ada.go(&scene.at("/sign-in")).unwrap();
    ada.click("form[action='/sign-out'] button").unwrap();
    ada.click("button[name=logout]").unwrap();
    ada.wait_for("You are signed out").unwrap();
    assert_eq!(scene.with(&ada_s, "GET /api/v1/me", &[], "").status, 401);
    assert!(scene.cookie(&ada).is_none());
    assert_eq!(scene.with(&bob_s, "GET /api/v1/me", &[], "").status, 200);
    ada.go(&scene.at("/sign-in")).unwrap();
    ada.click("a[href^='/sign-in/corp?']").unwrap();
    ada.wait_for("Sign-in").unwrap();
    assert!(ada.url().unwrap().starts_with(&scene.providers[0].issuer()), "{}", ada.url().unwrap());
    // What happened is on record.
    let key = scene.casemate.administrator().unwrap();
    assert_eq!(scene.events(&key, "casemate.session.begin").len(), 2);
    let ends = scene.events(&key, "casemate.session.end");
    // The provider tells of it as well, and not always in time.
    assert_eq!(ends.last().unwrap()["reason"], "signed-out", "{ends:?}");
}

#[test]
fn people_sign_in_and_out_with_two_providers_on_sqlite() {
    people_sign_in_and_out_with_two_providers(&Scene::start(&[]));
}

#[test]
fn people_sign_in_and_out_with_two_providers_on_postgresql() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    people_sign_in_and_out_with_two_providers(&Scene::start_on(Some(&url), &[]));
}

fn a_session_ends_when_its_owner_or_the_provider_ends_it(scene: &Scene) {
    let (one, other) = (Browser::start().unwrap(), Browser::start().unwrap());
    for browser in [&one, &other] {
        scene.sign_in(browser, "corp", "ada", "/sign-in");
        browser.wait_for("You are signed in").unwrap();
    }
    let of = |browser: &Browser| scene.cookie(browser).unwrap()["value"].as_str().unwrap().to_owned();
    let (first, second) = (of(&one), of(&other));
    let sessions = scene.with(&first, "GET /api/v1/sessions", &[], "").json();
    let sessions = sessions["items"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let second_id =
        sessions.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    // A page of another origin cannot end it; its owner can.
    let request = format!("DELETE /api/v1/sessions/{second_id}");
    for headers in [&[][..], &["Sec-Fetch-Site: cross-site"], &["Origin: https://evil.example"]] {
        let answer = scene.with(&first, &request, headers, "");
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("cross_site")), "{headers:?}");
    }
    let origin = format!("Origin: {}", scene.url);
    assert_eq!(scene.with(&first, &request, &[&origin], "").status, 204);
    assert_eq!(scene.with(&second, "GET /api/v1/me", &[], "").status, 401);
    other.go(&scene.at("/sign-in")).unwrap();
    other.wait_for("Sign in").unwrap();
    assert!(!other.text().unwrap().contains("You are signed in"));
    // Out at the provider, by its own page: it tells Casemate.
    one.go(&format!("{}/session/end", scene.providers[0].issuer())).unwrap();
    one.click("button[name=logout]").unwrap();
    scene
        .casemate
        .wait_until(|_| (scene.with(&first, "GET /api/v1/me", &[], "").status == 401).then_some(()))
        .unwrap();
    one.go(&scene.at("/sign-in")).unwrap();
    one.wait_for("Corp accounts").unwrap();
    assert!(!one.text().unwrap().contains("You are signed in"));
}

#[test]
fn a_session_ends_when_its_owner_or_the_provider_ends_it_on_sqlite() {
    a_session_ends_when_its_owner_or_the_provider_ends_it(&Scene::start(&[]));
}

#[test]
fn a_session_ends_when_its_owner_or_the_provider_ends_it_on_postgresql() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    a_session_ends_when_its_owner_or_the_provider_ends_it(&Scene::start_on(Some(&url), &[]));
}

#[test]
fn what_is_dangerous_asks_for_a_recent_sign_in() {
    let scene = Scene::start(&["--sessions-recent", "2s"]);
    let browser = Browser::start().unwrap();
    scene.sign_in(&browser, "corp", "ada", "/sign-in");
    browser.wait_for("You are signed in").unwrap();
    let of = |browser: &Browser| scene.cookie(browser).unwrap()["value"].as_str().unwrap().to_owned();
    let old = of(&browser);
    let origin = format!("Origin: {}", scene.url);
    let key = scene.casemate.administrator().unwrap();
    let role = r#"{"name":"support","permissions":[{"name":"casemate.role.read"}]}"#;
    let made = scene.casemate.post("/api/v1/roles", &key, role).unwrap();
    assert_eq!(made.status, 201, "{}", made.body);
    let request = format!("DELETE /api/v1/roles/{}", made.json()["id"].as_str().unwrap());
    let tag = format!("If-Match: \"{}\"", made.json()["revision"]);
    let delete = |cookie: &str| scene.with(cookie, &request, &[&origin, &tag], "");
    // Signing in takes longer than that, or soon has.
    let refused = scene
        .casemate
        .wait_until(|_| {
            let probe = scene.with(&old, "DELETE /api/v1/roles/none", &[&origin, "If-Match: \"1\""], "");
            assert!(matches!(probe.status, 401 | 404), "{}", probe.body);
            let answer = scene.with(&old, &request, &[&origin, "If-Match: \"0\""], "");
            (answer.status == 401).then_some(answer)
        })
        .unwrap();
    assert_eq!(refused.json()["code"], "insufficient_user_authentication");
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("error=\"insufficient_user_authentication\"") && challenge.contains("max_age=2")
    );
    let link = refused.header("link").unwrap();
    assert!(link.starts_with("</sign-in/corp?again=1>"), "{link}");
    // The provider knows them still, and asks all the same.
    browser.go(&scene.at("/sign-in/corp?again=1&return_to=/sign-in")).unwrap();
    log_in(&browser, "ada");
    browser.wait_for("You are signed in").unwrap();
    let new = of(&browser);
    assert_ne!(new, old);
    let of_session =
        |cookie: &str| scene.with(cookie, "GET /api/v1/sessions", &[], "").json()["items"][0].clone();
    assert_ne!(of_session(&new)["authenticated_at"], "1970-01-01T00:00:00Z", "{}", of_session(&new));
    assert_eq!(scene.with(&old, "GET /api/v1/me", &[], "").status, 401, "the earlier session is replaced");
    let answer = delete(&new);
    assert!(
        answer.status == 204 || answer.json()["code"] == "insufficient_user_authentication",
        "{}",
        answer.body
    );
}

#[test]
fn an_answer_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let scene = Scene::start(&[]);
    let get =
        |path: &str, headers: &[&str]| scene.casemate.request(&format!("GET {path}"), headers, "").unwrap();
    let begun = get("/sign-in/corp?return_to=//evil.example", &[]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let location = begun.header("location").unwrap().to_owned();
    assert!(location.starts_with(&scene.providers[0].issuer()) && !location.contains("evil"), "{location}");
    let cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let state = location.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let held = format!("Cookie: {cookie}");
    let other = get("/sign-in/corp", &[]).header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let other = format!("Cookie: {other}");
    let callback = |query: &str| format!("/sign-in/corp/callback?{query}");
    let with_state = |more: &str| callback(&format!("state={state}{more}"));
    let issuer = format!("&iss={}", scene.providers[0].issuer());
    for (path, headers, status, said) in [
        (with_state(&format!("&code=x{issuer}")), &[][..], 400, "sign_in_state"),
        (with_state(&format!("&code=x{issuer}")), &[&*other], 400, "sign_in_state"),
        (callback(&format!("state=x&code=x{issuer}")), &[&*held], 400, "sign_in_state"),
        (callback("code=x"), &[&*held], 400, "sign_in_state"),
        (
            with_state(&format!("&code=x{issuer}")).replace("/corp/", "/partner/"),
            &[&*held],
            400,
            "sign_in_state",
        ),
        (with_state(&format!("&state={state}&code=x{issuer}")), &[&*held], 400, "sign_in_state"),
        (with_state("&code=x"), &[&*held], 400, "sign_in_issuer"),
        (with_state("&code=x&iss=https://evil.example"), &[&*held], 400, "sign_in_issuer"),
        (with_state(&issuer), &[&*held], 400, "sign_in_no_code"),
        (with_state(&format!("&error=access_denied{issuer}")), &[&*held], 403, "sign_in_refused"),
        (with_state(&format!("&code=x{issuer}")), &[&*held], 400, "sign_in_code"),
        ("/sign-in/none".to_owned(), &[], 404, "provider_unknown"),
    ] {
        let answer = get(&path, headers);
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        assert!(
            answer.body.contains(said) && answer.header("set-cookie").is_none(),
            "{path}: {}",
            answer.body
        );
        assert!(answer.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert!(answer.body.contains(answer.header("x-request-id").unwrap()));
    }
    for body in ["", "logout_token=a.b.c", "logout_token=x&logout_token=y", "x=y"] {
        let answer = scene.casemate.request(
            "POST /sign-in/corp/back-channel-logout",
            &["Content-Type: application/x-www-form-urlencoded"],
            body,
        );
        let answer = answer.unwrap();
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()), "{body}");
    }
    let key = scene.casemate.administrator().unwrap();
    let failures = scene.events(&key, "casemate.session.begin");
    assert!(
        failures.len() >= 10 && failures.iter().all(|event| event["outcome"] == "failure"),
        "{failures:?}"
    );
}

#[test]
fn codes_that_the_provider_refuses_are_guesses() {
    let scene = Scene::start(&["--trusted-proxies=127.0.0.0/8", "--block-after=3"]);
    let callback = |client: &str, code: &str| {
        let from = format!("X-Forwarded-For: {client}");
        let begun = scene.casemate.request("GET /sign-in/corp", &[&from], "").unwrap();
        assert_eq!(begun.status, 303, "{}", begun.body);
        let held = format!("Cookie: {}", begun.header("set-cookie").unwrap().split(';').next().unwrap());
        let state = begun.header("location").unwrap().split("state=").nth(1).unwrap();
        let state = state.split('&').next().unwrap();
        let issuer = scene.providers[0].issuer();
        let path = format!("GET /sign-in/corp/callback?state={state}&code={code}&iss={issuer}");
        scene.casemate.request(&path, &[&held, &from], "").unwrap().status
    };
    for code in ["a", "a", "a", "a", "b", "c"] {
        assert_eq!(callback("203.0.113.7", code), 400, "{code}");
    }
    assert_eq!(callback("203.0.113.7", "d"), 429);
    assert_eq!(callback("203.0.113.8", "d"), 400);
}

#[test]
fn a_cookie_that_is_no_session_is_refused_and_never_anonymous() {
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    for cookie in ["x", "a b", "", "cmk_x", &"A".repeat(43)] {
        let header = format!("Cookie: __Host-casemate={cookie}");
        assert_eq!(casemate.request("GET /api/v1/me", &[&header], "").unwrap().status, 401, "{cookie}");
    }
    let page = casemate.request("GET /sign-in", &[], "").unwrap();
    assert!(page.status == 200 && page.body.contains("Nobody can sign in yet"), "{}", page.body);
}

#[test]
fn the_pages_fit_a_phone_and_a_desk_in_light_and_dark() {
    let scene = Scene::start(&[]);
    let browser = Browser::start().unwrap();
    let paths = ["/sign-in", "/signed-out", "/sign-in/corp/callback?error=access_denied"];
    for (name, width, height) in [("phone", 390, 844), ("desk", 1_440, 900)] {
        for is_dark in [false, true] {
            browser.look(width, height, is_dark).unwrap();
            let mut backgrounds = Vec::new();
            for (number, path) in paths.iter().enumerate() {
                browser.go(&scene.at(path)).unwrap();
                let wide =
                    browser.run("return document.documentElement.scrollWidth - window.innerWidth").unwrap();
                assert!(wide.as_f64().unwrap() <= 0.0, "{path} is {wide} pixels too wide for a {name}");
                let back = "return getComputedStyle(document.querySelector('main')).backgroundColor";
                backgrounds.push(browser.run(back).unwrap().as_str().unwrap().to_owned());
                if let Ok(folder) = std::env::var("CASEMATE_PICTURES") {
                    let file =
                        format!("{name}-{}-{number}.png.base64", if is_dark { "dark" } else { "light" });
                    browser.picture(&std::path::Path::new(&folder).join(file)).unwrap();
                }
            }
            let expected = if is_dark { "rgb(18, 21, 25)" } else { "rgb(255, 255, 255)" };
            assert!(backgrounds.iter().all(|back| back == expected), "{backgrounds:?}");
        }
    }
}
