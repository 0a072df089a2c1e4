//! Sessions of browsers: signing out, and who sees and ends them.

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp};
use casemate_platform::clock;
use casemate_store::{Actor, Commit, Operation, StoredSession};
use serde_json::json;

use crate::support::{Answer, Server};

pub(crate) const OWN_PAGE: (&str, &str) = ("sec-fetch-site", "same-origin");

/// A server with a provider that people sign in with.
pub(crate) async fn start() -> Server {
    let server = Server::start().await;
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "casemate" });
    let made = server.send("POST /api/v1/providers", Some("administrator"), &[], Some(&provider)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    server
}

/// Somebody signs in: their session, and what their browser sends.
pub(crate) async fn sign_in(server: &Server, subject: &str) -> (StoredSession, String) {
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

pub(crate) async fn store(server: &Server, session: &StoredSession) {
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

#[tokio::test]
async fn a_provider_that_becomes_another_vouched_for_nobody() {
    let server = start().await;
    let (ada, cookie) = sign_in(&server, "ada").await;
    store(&server, &ada).await;
    let providers = server.admin("GET /api/v1/providers", None).await;
    let id = providers.body["items"][0]["id"].as_str().unwrap().to_owned();
    let put = async |document: serde_json::Value| {
        let shown = server.admin(&format!("GET /api/v1/providers/{id}"), None).await;
        let tag = shown.header("etag").to_owned();
        let path = format!("PUT /api/v1/providers/{id}");
        let put = server.send(&path, Some("administrator"), &[("if-match", &tag)], Some(&document)).await;
        assert_eq!(put.status, 200, "{}", put.text);
    };
    let list = async || server.send("GET /api/v1/sessions", None, &[("cookie", &cookie)], None).await.status;
    let rules = json!([{ "when": "claims.department == \"finance\"", "groups": ["finance"] }]);
    let mut corp = json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "casemate", "mapping": rules });
    put(corp.clone()).await;
    assert_eq!(list().await, 200, "it is the same, with rules");
    corp["client_id"] = json!("another");
    put(corp).await;
    assert_eq!(list().await, 401);
    let ended = server.app.store.reader().session_by_id(&ada.id).await.unwrap().unwrap();
    assert_eq!(ended.end_reason.as_deref(), Some("provider-changed"));
}

#[tokio::test]
async fn whoever_writes_rules_sees_what_claims_would_make() {
    let server = start().await;
    let providers = server.admin("GET /api/v1/providers", None).await;
    let id = providers.body["items"][0]["id"].as_str().unwrap().to_owned();
    let document = json!({
        "name": "corp", "issuer": "https://corp.example", "client_id": "casemate",
        "mapping": [
            { "when": "claims.department == \"finance\"", "groups": ["finance"] },
            { "when": "claims.level > 3", "groups": ["senior"] },
        ],
    });
    let tag = server.admin(&format!("GET /api/v1/providers/{id}"), None).await.header("etag").to_owned();
    let path = format!("PUT /api/v1/providers/{id}");
    let put = server.send(&path, Some("administrator"), &[("if-match", &tag)], Some(&document)).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let ledger = json!({ "name": "ledger", "permissions": [{ "name": "ledger.*" }] });
    server.make("/api/v1/roles", &ledger).await;
    let to = json!({ "role": "ledger", "to": { "provider": "corp", "group": "finance" } });
    server.make("/api/v1/assignments", &to).await;
    let path = format!("POST /api/v1/providers/{id}/mapping/try");
    let tried =
        async |claims: serde_json::Value| server.admin(&path, Some(&json!({ "claims": claims }))).await;
    let found = tried(json!({ "sub": "ada", "department": "finance", "groups": ["staff"] })).await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_eq!(found.body["groups"], json!(["staff", "finance"]));
    assert_eq!(found.body["rules"][0]["outcome"], "in");
    assert_eq!(found.body["rules"][1]["outcome"], "claim_missing");
    assert_eq!(
        found.body["roles"],
        json!([{ "role": "ledger", "of_tenant": "default", "via": "group finance" }])
    );
    let nothing = tried(json!({ "sub": "bob" })).await;
    assert_eq!((&nothing.body["groups"], &nothing.body["roles"]), (&json!([]), &json!([])));
    let failing = tried(json!({ "sub": "bob", "department": "finance", "level": "4" })).await;
    assert_eq!(failing.body["rules"][1]["outcome"], "failed", "{}", failing.text);
    assert_eq!(failing.body["roles"], json!([]), "whose rule fails holds nothing");
    let nobody = tried(json!({ "department": "finance" })).await;
    assert_eq!(nobody.status, 422, "{}", nobody.text);
    let mut wrong = document.clone();
    wrong["mapping"][1]["when"] = json!("claims.level >");
    let shown = server.admin(&format!("GET /api/v1/providers/{id}"), None).await;
    let tag = shown.header("etag").to_owned();
    let path = format!("PUT /api/v1/providers/{id}");
    let put = server.send(&path, Some("administrator"), &[("if-match", &tag)], Some(&wrong)).await;
    assert_eq!(
        (put.status.as_u16(), &put.body["errors"][0]["pointer"]),
        (422, &json!("/mapping/1/when")),
        "{}",
        put.text
    );
}
