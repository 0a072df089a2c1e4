//! One person's several sign-ins, with a real browser and two real OpenID providers.

use casemate_test_support::{Browser, Casemate, HttpAnswer, OpenIdProvider, Postgres};
use serde_json::{Value, json};

use crate::Folder;

const NAMES: [&str; 2] = ["corp", "partner"];
const PASSWORD: &str = "nine purple lighthouses sing";

/// A server with two providers whose sign-ins may be linked, and its administrator's key.
struct Scene {
    casemate: Casemate,
    url: String,
    providers: [OpenIdProvider; 2],
    key: String,
    folder: Folder,
}

fn policy(providers: &[OpenIdProvider; 2], links: &str) -> String {
    let provider = |index: usize, title: &str| {
        let name = NAMES[index];
        format!(
            "[[provider]]\nname = \"{name}\"\nissuer = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ env = \"SIGN_IN_SECRET\" }}\n\
             [provider.sign_in]\ntitle = \"{title}\"\ndomains = [\"{name}.example\"]\n{links}\n",
            providers[index].issuer(),
            OpenIdProvider::SIGN_IN_CLIENT,
        )
    };
    format!(
        "format = 1\n{}{}\
         [[assignment]]\nrole = \"auditor\"\nto = {{ provider = \"corp\", id = \"ada\" }}\n\
         [[assignment]]\nrole = \"administrator\"\nto = {{ provider = \"partner\", group = \"operators\" }}\n\
         [[assignment]]\nrole = \"auditor\"\nto = {{ provider = \"partner\", id = \"granted\" }}\n",
        provider(0, "Corp accounts"),
        provider(1, "Partners"),
    )
}

impl Scene {
    fn start(database: Option<&str>) -> Scene {
        let providers = [OpenIdProvider::start().unwrap(), OpenIdProvider::start().unwrap()];
        let folder = Folder::new();
        folder.write("policy.toml", &policy(&providers, "link = true"));
        let builder =
            folder.builder().policy(folder.policy()).env("SIGN_IN_SECRET", OpenIdProvider::SIGN_IN_SECRET);
        let builder = match database {
            Some(url) => builder.env("CASEMATE_DATABASE_URL", url),
            None => builder,
        };
        let casemate = builder.start().unwrap();
        let url = format!("http://{}", casemate.address());
        for (provider, name) in providers.iter().zip(NAMES) {
            provider.let_sign_in(&url, name).unwrap();
        }
        let key = String::new();
        Scene { casemate, url, providers, key, folder }
    }

    fn administered(database: Option<&str>) -> Scene {
        let scene = Scene::start(database);
        let key = scene.casemate.administrator().unwrap();
        Scene { key, ..scene }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A user of the directory; gives their id.
    fn user(&self, provider: &str, subject: &str) -> String {
        let draft = json!({
            "provider": provider, "subject": subject, "login": format!("{subject}@{provider}.example"),
            "display_name": format!("{subject} of the directory"), "attributes": { "department": "engines" },
        });
        let made = self.casemate.post("/api/v1/users", &self.key, &draft.to_string()).unwrap();
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    fn sign_in(&self, browser: &Browser, provider: &str, who: &str, return_to: &str) {
        browser.go(&self.at(&format!("/sign-in/{provider}?again=1&return_to={return_to}"))).unwrap();
        log_in(browser, who);
    }

    /// Begins to add signing in with the partner, as somebody there, from one's own page.
    fn begin_to_add(&self, browser: &Browser, who: &str) {
        browser.go(&self.at("/account")).unwrap();
        browser.click("input[value=partner] + button").unwrap();
        log_in(browser, who);
    }

    /// The same, and says that it is to be added.
    fn add(&self, browser: &Browser, who: &str) {
        self.begin_to_add(browser, who);
        browser.wait_for("Add this sign-in?").unwrap();
        browser.click("button.primary").unwrap();
    }

    fn cookie(&self, browser: &Browser) -> Option<String> {
        browser.go(&self.at("/sign-in.css")).unwrap();
        let cookies = browser.cookies().unwrap();
        let found = cookies.into_iter().find(|cookie| cookie["name"] == "__Host-casemate")?;
        Some(found["value"].as_str().unwrap().to_owned())
    }

    fn with(&self, cookie: &str, request: &str, more: &[&str], body: &str) -> HttpAnswer {
        let cookie = format!("Cookie: __Host-casemate={cookie}");
        self.casemate.request(request, &[&[&*cookie], more].concat(), body).unwrap()
    }

    fn me(&self, cookie: &str) -> Value {
        let answer = self.with(cookie, "GET /api/v1/me", &[], "");
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    fn status(&self, cookie: &str, request: &str) -> u16 {
        self.with(cookie, request, &[], "").status
    }

    fn events(&self, action: &str) -> Vec<Value> {
        let wanted = json!({ "installation": true, "action": action, "limit": 100 }).to_string();
        let mut found = Vec::new();
        for body in [wanted, json!({ "action": action, "limit": 100 }).to_string()] {
            let answer = self.casemate.post("/api/v1/audit-events/search", &self.key, &body).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.body);
            found.extend(answer.json()["items"].as_array().unwrap().clone());
        }
        found
    }
}

/// Logs in at the provider, which takes any password.
fn log_in(browser: &Browser, who: &str) {
    browser.write("input[name=login]", who).unwrap();
    browser.write("input[name=password]", "x").unwrap();
    browser.click("button[type=submit]").unwrap();
}

/// Whether the page fits a telephone and a desk, by day and by night. One that is no page of its own address is not loaded anew.
fn look_at(browser: &Browser, page: &str, address: Option<&str>) {
    let pictures = std::env::var("CASEMATE_PICTURES");
    for (name, width, height) in [("phone", 390, 844), ("desk", 1_440, 900)] {
        for is_dark in [false, true] {
            browser.look(width, height, is_dark).unwrap();
            if let Some(address) = address {
                browser.go(address).unwrap();
            }
            let wide =
                browser.run("return document.documentElement.scrollWidth - window.innerWidth").unwrap();
            assert!(wide.as_f64().unwrap() <= 0.0, "{page}: {wide} pixels too wide for a {name}");
            if let Ok(folder) = &pictures {
                let file = format!("{name}-{}-{page}.png.base64", if is_dark { "dark" } else { "light" });
                browser.picture(&std::path::Path::new(folder).join(file)).unwrap();
            }
        }
    }
}

fn one_person_by_two_providers(scene: &Scene) {
    let ada = scene.user("corp", "ada");
    scene.user("corp", "eve");
    let (one, other) = (Browser::start().unwrap(), Browser::start().unwrap());
    scene.sign_in(&one, "corp", "ada", "/account");
    let page = one.wait_for("Ways to sign in").unwrap();
    assert!(page.contains("Corp accounts as ada") && page.contains("Add signing in with Partners"), "{page}");
    let before = scene.cookie(&one).unwrap();
    scene.add(&one, "lovelace");
    let page = one.wait_for("Partners as lovelace").unwrap();
    assert!(page.contains("added "), "{page}");
    let after = scene.cookie(&one).unwrap();
    assert!(before != after && scene.status(&before, "GET /api/v1/me") == 401);

    // By the other provider they are the same user, and what it says of them is nothing.
    scene.sign_in(&other, "partner", "lovelace", "/account");
    let page = other.wait_for("you came by it").unwrap();
    assert!(page.contains("ada of the directory"), "{page}");
    let linked = scene.cookie(&other).unwrap();
    let me = scene.me(&linked);
    assert_eq!(
        (&me["provider"], &me["id"], &me["login"]),
        (&"corp".into(), &"ada".into(), &"ada@corp.example".into())
    );
    assert_eq!(me["groups"], json!([]), "the partner's groups are nobody's");
    assert_eq!(scene.status(&linked, "GET /api/v1/roles"), 200, "what is assigned to ada");
    let role = r#"{"name":"x","permissions":[]}"#;
    let origin = format!("Origin: {}", scene.url);
    assert_eq!(scene.with(&linked, "POST /api/v1/roles", &[&origin], role).status, 403, "and nothing more");
    who_came_by_a_link_changes_no_links(scene, (&linked, &after), &ada, &page);
    let sessions = scene.with(&linked, "GET /api/v1/sessions", &[], "").json();
    let via: Vec<&Value> =
        sessions["items"].as_array().unwrap().iter().map(|session| &session["via"]).collect();
    assert_eq!(via, [&json!("partner"), &Value::Null]);
    let begun = scene.events("casemate.session.begin");
    assert!(
        begun.iter().any(|event| event["after"]["via"] == "partner"
            && event["after"]["subject"] == "ada"
            && event["after"]["link"].as_str().is_some_and(|link| link.starts_with("lnk_"))
            && event["after"]["amr"].is_array()),
        "{begun:?}"
    );
    // Out at the provider by which they came, which tells Casemate; the other session lasts.
    other.go(&format!("{}/session/end", scene.providers[1].issuer())).unwrap();
    other.click("button[name=logout]").unwrap();
    scene.casemate.wait_until(|_| (scene.status(&linked, "GET /api/v1/me") == 401).then_some(())).unwrap();
    assert_eq!(scene.status(&after, "GET /api/v1/me"), 200);

    nobody_takes_what_is_somebody_else_s(scene, &other);

    // Signing out goes on to where they came from.
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("you came by it").unwrap();
    let linked = scene.cookie(&other).unwrap();
    other.go(&scene.at("/account")).unwrap();
    other.click("form[action='/sign-out'] button").unwrap();
    other.click("button[name=logout]").unwrap();
    other.wait_for("You are signed out").unwrap();
    assert_eq!(scene.status(&linked, "GET /api/v1/me"), 401);

    // Without the link they are the partner's again, and whoever came by it is signed out.
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("you came by it").unwrap();
    let linked = scene.cookie(&other).unwrap();
    one.go(&scene.at("/account")).unwrap();
    one.click("form[action='/account/unlink'] button").unwrap();
    one.wait_for("Add signing in with Partners").unwrap();
    assert!(!one.text().unwrap().contains("lovelace"));
    assert_eq!(scene.status(&linked, "GET /api/v1/me"), 401);
    assert_eq!(scene.status(&scene.cookie(&one).unwrap(), "GET /api/v1/me"), 200);
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("The directory has no user for you").unwrap();
    let me = scene.me(&scene.cookie(&other).unwrap());
    assert_eq!((&me["provider"], &me["id"]), (&"partner".into(), &"lovelace".into()));
    let told: Vec<Value> =
        scene.events("casemate.user.link").into_iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(told, [json!("remove"), json!("add")]);

    // Administrators see and remove them.
    scene.add(&one, "lovelace");
    one.wait_for("Partners as lovelace").unwrap();
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("you came by it").unwrap();
    let linked = scene.cookie(&other).unwrap();
    let path = format!("/api/v1/users/{ada}/sign-ins");
    let listed = scene.casemate.get(&path, &scene.key).unwrap().json();
    let link = &listed["items"][0];
    assert_eq!((&link["provider"], &link["subject"]), (&"partner".into(), &"lovelace".into()), "{listed}");
    let bearer = format!("Authorization: Bearer {}", scene.key);
    let request = format!("DELETE {path}/{}", link["id"].as_str().unwrap());
    assert_eq!(scene.casemate.request(&request, &[&bearer], "").unwrap().status, 204);
    assert_eq!(scene.casemate.request(&request, &[&bearer], "").unwrap().status, 404);
    assert_eq!(scene.status(&linked, "GET /api/v1/me"), 401);

    // With the user goes what signs in as them.
    scene.add(&one, "lovelace");
    one.wait_for("Partners as lovelace").unwrap();
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("you came by it").unwrap();
    let linked = scene.cookie(&other).unwrap();
    let user = scene.casemate.get(&format!("/api/v1/users/{ada}"), &scene.key).unwrap().json();
    let mut draft = user.clone();
    for name in ["id", "revision", "created_at", "updated_at", "tenant", "source", "signed_in_at"] {
        draft.as_object_mut().unwrap().remove(name);
    }
    draft["active"] = false.into();
    let tag = format!("If-Match: \"{}\"", user["revision"]);
    let kind = "Content-Type: application/json";
    let request = format!("PUT /api/v1/users/{ada}");
    let answer = scene.casemate.request(&request, &[&bearer, &tag, kind], &draft.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(scene.status(&linked, "GET /api/v1/me"), 401);
    scene.sign_in(&other, "partner", "lovelace", "/account");
    other.wait_for("this installation is not for your account").unwrap();
}

/// Who has a way of their own adds and removes in a session that came by it, from this site; and whoever may not change users
/// takes nobody's link away.
fn who_came_by_a_link_changes_no_links(scene: &Scene, (linked, own): (&str, &str), ada: &str, page: &str) {
    assert!(page.contains("Partners as lovelace"), "{page}");
    assert!(page.contains("You came by a linked sign-in") && !page.contains("Remove"), "{page}");
    let form = "Content-Type: application/x-www-form-urlencoded";
    let origin = format!("Origin: {}", scene.url);
    let path = format!("/api/v1/users/{ada}/sign-ins");
    let listed = scene.casemate.get(&path, &scene.key).unwrap().json();
    let link = listed["items"][0]["id"].as_str().unwrap();
    let body = format!("id={link}");
    for (session, path, from) in [
        (linked, "/account/link", &*origin),
        (linked, "/account/unlink", &*origin),
        (own, "/account/unlink", "Origin: https://evil.example"),
    ] {
        let body = if path == "/account/link" { "provider=partner" } else { &*body };
        let answer = scene.with(session, &format!("POST {path}"), &[form, from], body);
        assert_eq!(answer.status, 403, "{path}: {}", answer.body);
    }
    let taken = scene.with(own, &format!("DELETE {path}/{link}"), &[&origin], "");
    assert_eq!(taken.status, 403, "{}", taken.body);
    let still = scene.casemate.get(&path, &scene.key).unwrap().json();
    assert_eq!(still["items"].as_array().map(Vec::len), Some(1), "{still}");
}

/// What Eve tries to add is another's, a user of its own, or was granted something.
fn nobody_takes_what_is_somebody_else_s(scene: &Scene, browser: &Browser) {
    scene.user("partner", "pat");
    scene.sign_in(browser, "corp", "eve", "/account");
    browser.wait_for("Corp accounts as eve").unwrap();
    for (who, why) in [
        ("lovelace", "added to another user already"),
        ("pat", "has a user of its own for this sign-in"),
        ("granted", "assigned to this sign-in by itself"),
    ] {
        scene.begin_to_add(browser, who);
        // Whose it is already is found out by the change itself.
        if who == "lovelace" {
            browser.wait_for("Add this sign-in?").unwrap();
            browser.click("button.primary").unwrap();
        }
        browser.wait_for(why).unwrap();
    }
    let eve = scene.cookie(browser).unwrap();
    // Nothing is added for a page of another site, or in another session than the one that began.
    let form = "Content-Type: application/x-www-form-urlencoded";
    for from in ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"] {
        let answer = scene.with(&eve, "POST /account/link", &[form, from], "provider=partner");
        assert_eq!(answer.status, 403, "{from}");
    }
    let origin = format!("Origin: {}", scene.url);
    let begun = scene.with(&eve, "POST /account/link", &[form, &origin], "provider=partner");
    assert_eq!(begun.status, 200, "{}", begun.body);
    let held = begun.header("set-cookie").unwrap().split(';').next().unwrap();
    let state = begun.body.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let path =
        format!("GET /sign-in/partner/callback?state={state}&code=x&iss={}", scene.providers[1].issuer());
    scene.sign_in(browser, "corp", "eve", "/account");
    browser.wait_for("Corp accounts as eve").unwrap();
    let another = scene.cookie(browser).unwrap();
    for session in [&another, &"x".repeat(43)] {
        let cookie = format!("Cookie: {held}; __Host-casemate={session}");
        let answer = scene.casemate.request(&path, &[&cookie], "").unwrap();
        assert!(answer.status == 400 && answer.body.contains("begun in another browser"), "{}", answer.body);
    }
    assert_eq!(scene.with("", "POST /account/link", &[form, &origin], "provider=partner").status, 303);
    let unknown = scene.with(&another, "POST /account/link", &[form, &origin], "provider=corp");
    assert_eq!(unknown.status, 422, "{}", unknown.body);
}

#[test]
fn a_linked_sign_in_is_the_same_user_until_it_is_removed() {
    one_person_by_two_providers(&Scene::administered(None));
}

#[test]
fn linked_sign_ins_are_the_same_on_postgresql() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    one_person_by_two_providers(&Scene::administered(Some(&url)));
}

#[test]
fn a_local_account_is_linked_and_keeps_its_secrets_to_itself() {
    let scene = Scene::start(None);
    let browser = Browser::start().unwrap();
    browser.go(&scene.at("/sign-in/casemate/first")).unwrap();
    let key = scene.casemate.one_time_key().unwrap().to_owned();
    for (name, value) in
        [("key", &*key), ("login", "root"), ("name", "Root"), ("password", PASSWORD), ("again", PASSWORD)]
    {
        browser.write(&format!("input[name={name}]"), value).unwrap();
    }
    browser.click("button.primary").unwrap();
    browser.wait_for("You are signed in").unwrap();
    scene.begin_to_add(&browser, "rooty");
    let page = browser.wait_for("Add this sign-in?").unwrap();
    assert!(page.contains("Add the sign-in rooty at Partners to your account Root"), "{page}");
    look_at(&browser, "confirm", None);
    browser.click("a[href='/account']").unwrap();
    browser.wait_for("Add signing in with Partners").unwrap();
    assert!(!browser.text().unwrap().contains("rooty"), "whoever does not want it has not got it");
    scene.add(&browser, "rooty");
    let page = browser.wait_for("Partners as rooty").unwrap();
    assert!(page.contains("Change your password") && page.contains("an account of this server"), "{page}");
    look_at(&browser, "account", Some(&scene.at("/account")));
    let other = Browser::start().unwrap();
    scene.sign_in(&other, "partner", "rooty", "/account");
    let page = other.wait_for("you came by it").unwrap();
    assert!(!page.contains("Change your password"), "{page}");
    let linked = scene.cookie(&other).unwrap();
    let me = scene.me(&linked);
    assert_eq!((&me["provider"], &me["login"]), (&"casemate".into(), &"root".into()));
    assert_eq!(scene.status(&linked, "GET /api/v1/roles"), 200);
    // Whoever came by the partner did not show the password.
    for path in ["/account/password", "/account/factors"] {
        let answer = scene.with(&linked, &format!("GET {path}"), &[], "");
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").unwrap().starts_with("/sign-in/casemate?"), "{path}");
    }
    // Where a provider takes part no longer, nobody comes in by it, and whoever did is out.
    scene.folder.write("policy.toml", &policy(&scene.providers, ""));
    scene.casemate.wait_until(|_| (scene.status(&linked, "GET /api/v1/me") == 401).then_some(())).unwrap();
    scene.sign_in(&other, "partner", "rooty", "/account");
    other.wait_for("The directory has no user for you").unwrap();
}

#[test]
fn the_provider_of_an_address_is_found_by_its_domain_and_says_nothing_of_who_exists() {
    let scene = Scene::administered(None);
    scene.user("corp", "ada");
    let asked = |email: &str| {
        let form = "Content-Type: application/x-www-form-urlencoded";
        let body = format!("email={}", email.replace('@', "%40"));
        let answer = scene.casemate.request("POST /sign-in", &[form], &body).unwrap();
        (answer.status, answer.body)
    };
    let (status, body) = asked("ada@corp.example");
    assert!(status == 200 && body.contains("/sign-in/corp?"), "{body}");
    for other in ["nobody@corp.example", "ADA@Corp.Example", "@corp.example", "a@b@corp.example"] {
        assert_eq!(asked(other), (status, body.clone()), "{other}");
    }
    let nowhere = asked("ada@elsewhere.example");
    assert_eq!(nowhere.0, 422);
    for other in ["nobody@elsewhere.example", "ada@sub.corp.example", "corp.example", ""] {
        assert_eq!(asked(other), nowhere, "{other}");
    }
}
