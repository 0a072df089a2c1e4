//! Whoever a provider deactivates on one replica is out on another within a second, by whatever they come in with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp};
use casemate_platform::clock;
use casemate_store::{Actor, Commit, Database, Operation};
use casemate_test_support::{OpenIdProvider, Postgres};
use serde_json::{Value, json};

use crate::client::{Scim, account};
use crate::support::{Answer, Server};

/// How soon a change has to be in force everywhere.
const AT_ONCE: Duration = Duration::from_secs(1);
const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");
const TEMPORARY: &str = "POST /api/v1/temporary-credentials";

/// A server on a database that others share, which calls the provider.
async fn replica(url: &str) -> Server {
    Server::sealing(Database::Postgres(&url.to_owned().into()), None, true).await
}

/// What somebody comes in with.
#[derive(Clone, Copy)]
enum With<'a> {
    Cookie(&'a str),
    Bearer(&'a str),
}

async fn send(server: &Server, with: With<'_>, request: &str, body: Option<&Value>) -> Answer {
    match with {
        With::Cookie(cookie) => server.send(request, None, &[("cookie", cookie), OWN_PAGE], body).await,
        With::Bearer(credential) => server.send(request, Some(credential), &[], body).await,
    }
}

async fn me(server: &Server, with: With<'_>) -> u16 {
    send(server, with, "GET /api/v1/me", None).await.status.as_u16()
}

/// What an application is told of somebody.
async fn may(server: &Server, subject: &str) -> bool {
    let question = json!({
        "subject": {"type": "user", "id": subject}, "action": {"name": "notes.read"},
        "resource": {"type": "note", "id": "1"},
    });
    let answer = server.send("POST /access/v1/evaluation", Some("asker"), &[], Some(&question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["decision"].as_bool().unwrap()
}

/// Somebody signs in with a browser.
async fn sign_in(server: &Server, subject: &str) -> String {
    let signed_in = SignedIn {
        identity: Identity::new("corp", subject, Kind::USER),
        subject: subject.into(),
        sid: None,
        authenticated_at: Timestamp(clock::now()),
    };
    let (session, cookie) =
        server.app.directory.sessions().begin(&signed_in, None, None, clock::now()).unwrap();
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::BeginSession(session)],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    format!("__Host-casemate={}", cookie.expose_secret())
}

/// Makes a temporary credential.
async fn mint(server: &Server, with: With<'_>) -> String {
    let wanted = json!({"title": "a run", "permissions": ["notes.*", "casemate.decision.ask"]});
    let minted = send(server, with, TEMPORARY, Some(&wanted)).await;
    assert_eq!(minted.status.as_u16(), 201, "{}", minted.text);
    minted.body["credential"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_deactivated_on_one_replica_is_out_on_the_other_whatever_they_come_with() {
    let provider = OpenIdProvider::start().unwrap();
    let database = Postgres::start().unwrap();
    let url = database.create_database().unwrap();
    let server = replica(&url).await;
    let role = json!({"name": "provisioner", "permissions": [{"name": "casemate.scim.provision"}]});
    server.make("/api/v1/roles", &role).await;
    let key = account(&server, "corp-scim", true).await;
    let corp = json!({
        "name": "corp", "issuer": provider.issuer(), "audiences": [OpenIdProvider::AUDIENCE],
        "client_id": OpenIdProvider::SIGN_IN_CLIENT, "scim": {"account": "corp-scim"},
    });
    server.make("/api/v1/providers", &corp).await;
    let first = Scim { server, key };
    let subject = OpenIdProvider::CLIENT;
    let user = first.user(json!({"userName": "robot@example.com", "externalId": subject})).await;
    first.group("Readers", &[&user]).await;
    let held = ["casemate.decision.ask", "notes.read", "casemate.service-account.*", "casemate.api-key.*"];
    let held: Vec<Value> = held.iter().map(|name| json!({"name": name})).collect();
    first.server.make("/api/v1/roles", &json!({"name": "reader", "permissions": held})).await;
    let to = json!({"provider": "corp", "group": "Readers"});
    first.server.make("/api/v1/assignments", &json!({"role": "reader", "to": to})).await;
    let second = replica(&url).await;
    let following = tokio::spawn(Arc::clone(&second.app.directory).follow(second.app.store.revisions()));

    let token = provider.token("ES256").unwrap();
    let cookie = sign_in(&first.server, subject).await;
    until(
        async || me(&second, With::Bearer(&token)).await == 200,
        Duration::from_secs(30),
        "keys are fetched",
    )
    .await;
    let by_token = mint(&second, With::Bearer(&token)).await;
    let by_session = mint(&second, With::Cookie(&cookie)).await;
    // People have no API keys: what they made one for is a service account, which is somebody else.
    let robot = send(
        &second,
        With::Cookie(&cookie),
        "POST /api/v1/service-accounts",
        Some(&json!({"name": "nightly"})),
    )
    .await;
    let keys = format!("POST /api/v1/service-accounts/{}/api-keys", robot.id());
    let made = send(&second, With::Cookie(&cookie), &keys, Some(&json!({"title": "nightly"}))).await;
    assert!(made.status.is_success(), "{}", made.text);
    let nightly = made.body["key"].as_str().unwrap().to_owned();

    let all = [
        ("the token", With::Bearer(&token)),
        ("the session", With::Cookie(&cookie)),
        ("the credential that the token made", With::Bearer(&by_token)),
        ("the credential that the session made", With::Bearer(&by_session)),
    ];
    for (what, with) in all {
        assert_eq!(me(&second, with).await, 200, "{what}");
    }
    assert!(may(&second, subject).await, "what they hold is kept there by now");

    let off = json!({"op": "replace", "path": "active", "value": false});
    let began = Instant::now();
    assert_eq!(first.patch(&format!("/Users/{user}"), off).await.body["active"], false);
    for (what, with) in all {
        let left = AT_ONCE.saturating_sub(began.elapsed());
        until(async || me(&second, with).await == 401, left, what).await;
    }
    let left = AT_ONCE.saturating_sub(began.elapsed());
    until(async || !may(&second, subject).await, left, "what they held").await;
    for (what, with) in all {
        let minted = json!({"title": "another", "permissions": ["notes.*"]});
        let minted = send(&second, with, TEMPORARY, Some(&minted)).await;
        assert_eq!(minted.status.as_u16(), 401, "{what}: {}", minted.text);
        assert_eq!(me(&first.server, with).await, 401, "{what}");
    }
    assert_eq!(me(&second, With::Bearer(&nightly)).await, 200, "the account is still there");
    // Who is let in again signs in again: what ended stays so.
    let on = json!({"op": "replace", "path": "active", "value": true});
    first.patch(&format!("/Users/{user}"), on).await;
    until(async || me(&second, With::Bearer(&token)).await == 200, AT_ONCE, "the token counts again").await;
    for (what, with) in &all[1..] {
        assert_eq!(me(&second, *with).await, 401, "{what}");
    }
    following.abort();
}

/// Asks until it is so, which has to be within this time.
async fn until(holds: impl AsyncFn() -> bool, within: Duration, what: &str) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        tokio::task::yield_now().await;
    }
}
