//! Sessions of browsers: signing out, and who sees and ends them.

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp};
use casemate_platform::clock;
use casemate_store::{Actor, Commit, Operation, StoredSession};
use serde_json::json;

use crate::support::{Answer, Server};

const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A server with a provider that people sign in with.
async fn start() -> Server {
    let server = Server::start().await;
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "casemate" });
    let made = server.send("POST /api/v1/providers", Some("administrator"), &[], Some(&provider)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    server
}

/// Somebody signs in: their session, and what their browser sends.
async fn sign_in(server: &Server, subject: &str) -> (StoredSession, String) {
    let signed_in = SignedIn {
        identity: Identity::new("corp", subject, Kind::USER),
        subject: subject.into(),
        sid: None,
        authenticated_at: Timestamp(clock::now()),
    };
    let begun = server.app.directory.sessions().begin(&signed_in, None, None, clock::now());
    let (session, cookie) = begun.unwrap();
    (session, format!("__Host-casemate={}", cookie.expose_secret()))
}

async fn store(server: &Server, session: &StoredSession) {
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::BeginSession(session.clone())],
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
}

async fn sign_out(server: &Server, cookie: &str) -> Answer {
    server.send("POST /sign-out", None, &[("cookie", cookie), OWN_PAGE], None).await
}

#[tokio::test]
async fn who_is_told_that_they_signed_out_has_no_session_left() {
    let server = start().await;
    let (mut session, cookie) = sign_in(&server, "ada").await;
    // Its last use is not written down yet.
    session.idle_until = clock::now() - 1;
    store(&server, &session).await;
    assert_eq!(sign_out(&server, &format!("{cookie}; {cookie}")).await.status, 400);
    assert_eq!(sign_out(&server, &cookie).await.status, 200);
    let ended = server.app.store.reader().session_by_id(&session.id).await.unwrap().unwrap();
    assert_eq!(ended.end_reason.as_deref(), Some("signed-out"));
    assert_eq!(sign_out(&server, &cookie).await.status, 200, "once is enough");
}

#[tokio::test]
async fn sessions_of_others_are_found_by_permission_and_no_url_says_whose() {
    let server = start().await;
    let (ada, cookie) = sign_in(&server, "ada").await;
    let (bob, _) = sign_in(&server, "bob").await;
    store(&server, &ada).await;
    store(&server, &bob).await;
    let ids = |answer: &Answer| {
        let items = answer.body["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let wanted = json!({ "provider": "corp", "subject": "bob" });
    let search = "POST /api/v1/sessions/search";
    let found = server.send(search, Some("administrator"), &[], Some(&wanted)).await;
    assert_eq!(ids(&found), [&*bob.id], "{}", found.text);
    let own = server.send(search, None, &[("cookie", &cookie), OWN_PAGE], Some(&wanted)).await;
    assert_eq!(own.status, 403, "{}", own.text);
    let list = "GET /api/v1/sessions";
    let own = server.send(list, None, &[("cookie", &cookie)], None).await;
    assert_eq!(ids(&own), [&*ada.id], "{}", own.text);
    let named =
        server.send(&format!("{list}?provider=corp&subject=bob"), Some("administrator"), &[], None).await;
    assert_eq!(named.status, 400, "{}", named.text);
    let end = |id: &str| format!("DELETE /api/v1/sessions/{id}");
    for id in [&*bob.id, "none"] {
        let refused = server.send(&end(id), None, &[("cookie", &cookie), OWN_PAGE], None).await;
        assert_eq!(refused.status, 404, "{}", refused.text);
    }
    assert_eq!(server.send(&end(&bob.id), Some("administrator"), &[], None).await.status, 204);
    assert_eq!(server.send(&end(&ada.id), None, &[("cookie", &cookie), OWN_PAGE], None).await.status, 204);
    assert_eq!(server.send(list, None, &[("cookie", &cookie)], None).await.status, 401);
}
