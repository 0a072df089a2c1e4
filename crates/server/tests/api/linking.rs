//! Adding and removing sign-ins on one's own page, with a provider that asks nobody anything.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp};
use casemate_platform::config::MailTls;
use casemate_platform::mail::{Mail, MailSettings, Sender};
use casemate_platform::outgoing::Roots;
use casemate_platform::{Client, clock};
use casemate_server::{BlockRule, Blocks, Front};
use casemate_store::{Actor, Commit, LinkChange, LinkedIdentity, Operation, RootKeys, Sealer, StoredSession};
use casemate_test_support::SmtpServer;
use serde_json::json;

use crate::hub::Hub;
use crate::sessions::OWN_PAGE;
use crate::support::{Answer, Server};

pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) hub: Hub,
}

/// Somebody's browser.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) session: String,
    pub(crate) attempt: String,
    pub(crate) from: Option<Client>,
}

pub(crate) async fn start() -> Scene {
    let sealer = Arc::new(Sealer::new(&RootKeys::generate().unwrap()));
    let scene = Scene { server: Server::start_with(Some(sealer)).await, hub: Hub::start() };
    for provider in [
        json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "casemate",
            "sign_in": { "title": "Corp accounts", "link": true } }),
        json!({ "name": "hub", "type": "github", "endpoint": scene.hub.url, "client_id": "casemate",
            "client_secret": "s3cret", "sign_in": { "title": "The hub", "link": true } }),
    ] {
        let made = scene.server.admin("POST /api/v1/providers", Some(&provider)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    scene
}

fn signed_in(provider: &str, subject: &str, via: Option<&str>, tenant: Option<&str>) -> SignedIn {
    let mut identity = Identity::new(provider, subject, Kind::USER);
    identity.via = via.map(Into::into);
    identity.tenant = tenant.map(Into::into);
    SignedIn { identity, subject: subject.into(), sid: None, authenticated_at: Timestamp(clock::now()) }
}

impl Scene {
    /// A user of a provider; gives their id.
    async fn user(&self, provider: &str, subject: Option<&str>, login: &str) -> String {
        let mut user =
            json!({ "provider": provider, "login": login, "email": format!("{login}@example.com") });
        if let Some(subject) = subject {
            user["subject"] = json!(subject);
        }
        self.server.make("/api/v1/users", &user).await
    }

    pub(crate) async fn commit(&self, operation: Operation) {
        let commit = Commit {
            base: None,
            at: clock::now(),
            actor: Actor::default(),
            summary: String::new(),
            operations: vec![operation],
            events: Vec::new(),
            fence: None,
        };
        self.server.app.store.commit(commit).await.unwrap();
        self.server.app.directory.refresh().await.unwrap();
    }

    async fn browser_of(&self, who: &SignedIn, change: impl FnOnce(&mut StoredSession)) -> Browser {
        let begun = self.server.app.directory.sessions().begin(who, None, None, clock::now());
        let (mut session, cookie) = begun.unwrap();
        change(&mut session);
        self.commit(Operation::BeginSession(session)).await;
        let session = format!("__Host-casemate={}", cookie.expose_secret());
        Browser { session, attempt: String::new(), from: None }
    }

    async fn browser(&self, subject: &str) -> Browser {
        self.browser_of(&signed_in("corp", subject, None, None), |_| {}).await
    }

    pub(crate) async fn send(&self, browser: &Browser, request: &str, body: &str) -> Answer {
        self.send_from(browser, request, body, OWN_PAGE).await
    }

    async fn send_from(
        &self,
        browser: &Browser,
        request: &str,
        body: &str,
        (name, value): (&str, &str),
    ) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header(name, value)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("{}; {}", browser.session, browser.attempt));
        self.server.raw_from(request.body(Body::from(body.to_owned())).unwrap(), browser.from).await
    }

    /// Begins to add the hub: the browser then holds a key, and the `state` comes back.
    async fn begin(&self, browser: &mut Browser) -> String {
        let begun = self.send(browser, "POST /account/link", "provider=hub").await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        took(browser, &begun);
        state_of(&begun.text)
    }

    /// Comes back from the hub, as whoever is signed in there.
    async fn return_as(&self, browser: &Browser, state: &str, who: &str) -> Answer {
        self.send(browser, &format!("GET /sign-in/hub/callback?state={state}&code={who}"), "").await
    }

    async fn confirm(&self, browser: &Browser, proof: &str) -> Answer {
        self.send(browser, "POST /account/link/confirm", &format!("proof={proof}")).await
    }

    async fn links(&self, user: &str) -> Vec<LinkedIdentity> {
        self.server.app.store.reader().linked_identities(user).await.unwrap()
    }

    async fn link(&self, id: &str, subject: &str, user: &str) {
        let link = LinkedIdentity {
            id: id.to_owned(),
            provider: "hub".to_owned(),
            subject: subject.to_owned(),
            user: user.to_owned(),
            tenant: "default".to_owned(),
            linked_at: 1,
            last_used: None,
        };
        self.commit(Operation::Link(LinkChange::Add(link))).await;
    }
}

pub(crate) fn state_of(text: &str) -> String {
    text.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

/// Takes the cookies of an answer.
pub(crate) fn took(browser: &mut Browser, answer: &Answer) {
    for value in answer.headers.get_all("set-cookie") {
        let cookie = value.to_str().unwrap().split(';').next().unwrap().to_owned();
        let place =
            if cookie.starts_with("__Host-casemate=") { &mut browser.session } else { &mut browser.attempt };
        *place = cookie;
    }
}

fn proof_of(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{}", page.text);
    page.text.split("name=\"proof\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

fn settings(server: &SmtpServer) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        tls: MailTls::None,
        from: Sender::parse("Casemate <casemate@example.com>").unwrap(),
        credentials: None,
        roots: Roots::System,
        hello: "casemate.example.com".to_owned(),
        try_time: Duration::from_secs(30),
        waits: Vec::new(),
    }
}

#[tokio::test]
async fn nothing_is_added_before_whoever_is_signed_in_says_so() {
    let scene = start().await;
    let ada = scene.user("corp", Some("ada"), "ada").await;
    let mut browser = scene.browser("ada").await;
    let state = scene.begin(&mut browser).await;
    let page = scene.return_as(&browser, &state, "octocat").await;
    let proof = proof_of(&page);
    assert!(scene.links(&ada).await.is_empty(), "the provider asked them nothing");
    assert!(page.text.contains("<strong>octocat</strong> at <strong>The hub</strong>"), "{}", page.text);
    assert!(page.text.contains("583007") && !page.text.contains("<i>Octocat"), "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");

    // It is this browser's, in this session, from this site, and unchanged.
    let path = "POST /account/link/confirm";
    let body = format!("proof={proof}");
    for from in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = scene.send_from(&browser, path, &body, from).await;
        assert_eq!(answer.status, 403, "{from:?}");
    }
    let another_session = Browser { session: scene.browser("ada").await.session, ..browser.clone() };
    let mut another_browser = browser.clone();
    another_browser.attempt.clear();
    let keyless = another_browser.clone();
    scene.begin(&mut another_browser).await;
    for other in [&another_session, &another_browser, &keyless] {
        assert_eq!(scene.confirm(other, &proof).await.status, 400);
    }
    for changed in ["", "x.y", &proof.replace('.', ".A"), &format!("{proof}A")] {
        assert_eq!(scene.confirm(&browser, changed).await.status, 400, "{changed}");
    }
    assert!(scene.links(&ada).await.is_empty());

    let added = scene.confirm(&browser, &proof).await;
    assert_eq!((added.status.as_u16(), added.header("location")), (303, "/account"), "{}", added.text);
    let links = scene.links(&ada).await;
    assert_eq!((links.len(), &*links[0].provider, &*links[0].subject), (1, "hub", "583007"));
    // Once: the session is another by then, and the link may be gone.
    let before = browser.clone();
    took(&mut browser, &added);
    assert!(scene.confirm(&before, &proof).await.header("location").starts_with("/sign-in"));
    let removed = scene.send(&browser, "POST /account/unlink", &format!("id={}", links[0].id)).await;
    assert_eq!(removed.status, 303);
    assert_eq!(scene.confirm(&browser, &proof).await.status, 400);
    assert!(scene.links(&ada).await.is_empty());
}

#[tokio::test]
async fn a_sign_in_is_not_added_by_another_configuration_than_it_was_proved_by() {
    let scene = start().await;
    let ada = scene.user("corp", Some("ada"), "ada").await;
    let mut browser = scene.browser("ada").await;
    let state = scene.begin(&mut browser).await;
    let proof = proof_of(&scene.return_as(&browser, &state, "octocat").await);
    scene.server.make("/api/v1/roles", &json!({ "name": "support", "permissions": [] })).await;
    let refused = scene.confirm(&browser, &proof).await;
    assert!(refused.status == 409 && refused.text.contains("changed meanwhile"), "{}", refused.text);
    assert!(scene.links(&ada).await.is_empty());
}

#[tokio::test]
async fn who_has_an_address_is_told_of_each_sign_in_that_is_added_or_removed() {
    let mut scene = start().await;
    let smtp = SmtpServer::start().unwrap();
    let (mail, postman) = Mail::new(&settings(&smtp)).unwrap();
    tokio::spawn(postman.deliver());
    scene.server.app.mail = Some(mail);
    scene.server.front = Front::new(scene.server.app.clone());
    let ada = scene.user("corp", Some("ada"), "ada").await;
    let mut browser = scene.browser("ada").await;
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    browser.from = Some(Client { address, peer: SocketAddr::new(address, 7), secure: true });
    let add = async |browser: &mut Browser| {
        let state = scene.begin(browser).await;
        let proof = proof_of(&scene.return_as(browser, &state, "octocat").await);
        let added = scene.confirm(browser, &proof).await;
        assert_eq!(added.status, 303, "{}", added.text);
        took(browser, &added);
        scene.links(&ada).await[0].id.clone()
    };
    let id = add(&mut browser).await;
    let remove = scene.send(&browser, "POST /account/unlink", &format!("id={id}")).await;
    assert_eq!(remove.status, 303, "{}", remove.text);
    // A mail server that refuses a letter is in nobody's way.
    let two = tokio::task::spawn_blocking(move || {
        let letters = smtp.wait_for_letters(2).unwrap();
        smtp.refuse(550, 1).unwrap();
        (smtp, letters)
    });
    let (smtp, mut letters) = two.await.unwrap();
    letters.sort_by_key(|letter| letter.header("subject"));
    for (letter, (subject, who)) in letters.iter().zip([
        ("A sign-in was added to your account at localhost", "octocat at The hub"),
        ("A sign-in was removed from your account at localhost", "583007 at The hub"),
    ]) {
        assert_eq!(
            (&*letter.to, letter.header("subject").as_deref()),
            (&["ada@example.com".to_owned()][..], Some(subject))
        );
        let text = letter.body();
        for said in [who, "From the network: 203.0.113.7", " UTC", "not you", "http://localhost/account"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
    let id = add(&mut browser).await;
    let smtp = tokio::task::spawn_blocking(move || {
        let end = Instant::now() + Duration::from_secs(60);
        while smtp.tries().unwrap() < 3 {
            assert!(Instant::now() < end, "the third letter was not tried");
            std::thread::yield_now();
        }
        smtp
    });
    let smtp = smtp.await.unwrap();
    let path = format!("DELETE /api/v1/users/{ada}/sign-ins/{id}");
    assert_eq!(scene.server.admin(&path, None).await.status, 204);
    let letters = tokio::task::spawn_blocking(move || smtp.wait_for_letters(3).unwrap()).await.unwrap();
    let text = letters[2].body();
    assert!(text.contains("An administrator took a sign-in") && !text.contains("network"), "{text}");
}

#[tokio::test]
async fn adding_and_removing_ask_for_a_recent_sign_in() {
    let scene = start().await;
    let ada = scene.user("corp", Some("ada"), "ada").await;
    scene.link("lnk_ada", "583007", &ada).await;
    let since = clock::now() - scene.server.app.directory.sessions().times().recent;
    let who = SignedIn { authenticated_at: Timestamp(since), ..signed_in("corp", "ada", None, None) };
    let stale = scene.browser_of(&who, |session| session.authenticated_at = since).await;
    for (path, body) in [
        ("/account/link", "provider=hub"),
        ("/account/link/confirm", "proof=x"),
        ("/account/unlink", "id=lnk_ada"),
    ] {
        let answer = scene.send(&stale, &format!("POST {path}"), body).await;
        let place = answer.header("location");
        assert!(answer.status == 303 && place.starts_with("/sign-in/corp?again=1"), "{path}: {place}");
    }
    assert_eq!(scene.links(&ada).await.len(), 1);
    let recent = scene.browser("ada").await;
    assert_eq!(scene.send(&recent, "POST /account/unlink", "id=lnk_ada").await.status, 303);
    assert!(scene.links(&ada).await.is_empty());
}

#[tokio::test]
async fn nobody_reaches_sign_ins_of_another_user_or_of_another_tenant() {
    let scene = start().await;
    let ada = scene.user("corp", Some("ada"), "ada").await;
    scene.user("corp", Some("bob"), "bob").await;
    scene.link("lnk_ada", "583007", &ada).await;
    let bob = scene.browser("bob").await;
    assert_eq!(scene.send(&bob, "POST /account/unlink", "id=lnk_ada").await.header("location"), "/account");
    let path = format!("/api/v1/users/{ada}/sign-ins");
    for tenant in ["acme", "default"] {
        for request in [format!("GET {path}"), format!("DELETE {path}/lnk_ada")] {
            let headers = [("casemate-tenant", tenant)];
            let answer = scene.server.send(&request, Some("tenant-administrator"), &headers, None).await;
            assert!([403, 404].contains(&answer.status.as_u16()), "{tenant} {request}: {}", answer.text);
        }
    }
    assert_eq!(scene.links(&ada).await.len(), 1);

    // Who is at home in another tenant adds nobody of this one, also where both are called the same.
    scene.server.make("/api/v1/tenants", &json!({ "id": "acme" })).await;
    let body = json!({ "provider": "corp", "subject": "eve", "login": "eve" });
    let headers = [("casemate-tenant", "acme")];
    let made =
        scene.server.send("POST /api/v1/users", Some("tenant-administrator"), &headers, Some(&body)).await;
    let eve = made.id();
    let mut browser = scene.browser_of(&signed_in("corp", "eve", None, Some("acme")), |_| {}).await;
    let state = scene.begin(&mut browser).await;
    let refused = scene.return_as(&browser, &state, "octocat-of-eve").await;
    assert!(refused.status == 409 && refused.text.contains("another tenant"), "{}", refused.text);
    assert!(scene.links(&eve).await.is_empty());
}

#[tokio::test]
async fn whoever_takes_a_sign_in_of_another_away_holds_what_they_hold() {
    let scene = start().await;
    let ada = scene.user("corp", Some("ada"), "ada").await;
    let bob = scene.user("corp", Some("bob"), "bob").await;
    scene.link("lnk_ada", "583007", &ada).await;
    scene.link("lnk_bob", "583008", &bob).await;
    let helpdesk = json!({ "name": "helpdesk", "permissions": [{ "name": "casemate.user.*" }] });
    scene.server.make("/api/v1/roles", &helpdesk).await;
    for (role, id) in [("administrator", "ada"), ("helpdesk", "eve")] {
        let to = json!({ "role": role, "to": { "provider": "corp", "id": id } });
        scene.server.make("/api/v1/assignments", &to).await;
    }
    let eve = scene.browser("eve").await;
    let path = |user: &str, link: &str| format!("DELETE /api/v1/users/{user}/sign-ins/{link}");
    let refused = scene.send(&eve, &path(&ada, "lnk_ada"), "").await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(scene.links(&ada).await.len(), 1);
    assert_eq!(scene.send(&eve, &path(&bob, "lnk_bob"), "").await.status, 204);
    assert_eq!(scene.server.admin(&path(&ada, "lnk_ada"), None).await.status, 204);
    assert!(scene.links(&ada).await.is_empty() && scene.links(&bob).await.is_empty());
}

#[tokio::test]
async fn the_last_way_to_sign_in_is_not_removed_by_oneself() {
    let scene = start().await;
    // An account of this server without a password comes in by a link alone.
    let ada = scene.user("casemate", None, "ada").await;
    scene.link("lnk_one", "583007", &ada).await;
    let browser = scene.browser_of(&signed_in("casemate", &ada, Some("hub"), Some("default")), |_| {}).await;
    let shown = scene.send(&browser, "GET /account", "").await;
    assert!(shown.status == 200 && !shown.text.contains("/account/unlink"), "{}", shown.text);
    let kept = scene.send(&browser, "POST /account/unlink", "id=lnk_one").await;
    assert!(kept.status == 409 && kept.text.contains("last way"), "{}", kept.text);
    assert_eq!(scene.links(&ada).await.len(), 1);
    scene.link("lnk_two", "583008", &ada).await;
    assert_eq!(scene.send(&browser, "POST /account/unlink", "id=lnk_one").await.status, 303);
    assert_eq!(scene.links(&ada).await[0].id, "lnk_two");
}

#[tokio::test]
async fn no_more_codes_are_looked_at_at_once_than_may_be_wrong() {
    let mut scene = start().await;
    scene.server.app.blocks = Blocks::new(BlockRule { after: 2, exempt: Vec::new() });
    scene.server.front = Front::new(scene.server.app.clone());
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    let from = Some(Client { address, peer: SocketAddr::new(address, 7), secure: true });
    let scene = Arc::new(scene);
    let (done, mut statuses) = tokio::sync::mpsc::channel(8);
    for number in 0..4 {
        let mut browser = Browser { session: String::new(), attempt: String::new(), from };
        let begun = scene.send(&browser, "GET /sign-in/hub", "").await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        took(&mut browser, &begun);
        let state = state_of(begun.header("location"));
        let (scene, done) = (Arc::clone(&scene), done.clone());
        tokio::spawn(async move {
            let answer = scene.return_as(&browser, &state, &format!("slow{number}")).await;
            done.send(answer.status.as_u16()).await.unwrap();
        });
    }
    let mut next = async || tokio::time::timeout(Duration::from_secs(20), statuses.recv()).await;
    // The provider says nothing yet: who finds no room is told so at once.
    assert_eq!((next().await, next().await), (Ok(Some(429)), Ok(Some(429))));
    scene.hub.open();
    assert_eq!((next().await, next().await), (Ok(Some(400)), Ok(Some(400))));
    assert_eq!(scene.hub.codes(), 2);
}
