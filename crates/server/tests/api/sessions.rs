//! Sessions of browsers: signing out, and who sees and ends them.

use casemate_identity::sign_in::SignedIn;
use casemate_identity::{ExposeSecret as _, Identity, Kind, Timestamp};
use casemate_platform::clock;
use casemate_store::{Actor, AuditFilter, Commit, Operation, StoredSession, Temporary};
use serde_json::{Value, json};

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
async fn all_sessions_of_somebody_end_in_one_change() {
    let server = start().await;
    let begin = async |subject: &str| {
        let (session, cookie) = sign_in(&server, subject).await;
        store(&server, &session).await;
        (session, cookie)
    };
    let (first, cookie) = begin("ada").await;
    let (second, other_cookie) = begin("ada").await;
    let (bob, bobs_cookie) = begin("bob").await;
    let (made, _) = sign_in(&server, "ada").await;
    let temporary =
        Temporary { title: "t".to_owned(), with: Some(second.id.clone()), ..Temporary::default() };
    let temporary = StoredSession { temporary: Some(temporary), ..made };
    store(&server, &temporary).await;
    let end = async |cookie: Option<&str>, key: Option<&str>, body: Value| {
        let mut headers = vec![OWN_PAGE];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        server.send("POST /api/v1/sessions/end", key, &headers, Some(&body)).await
    };
    let ada = json!({ "provider": "corp", "subject": "ada" });
    let is_open = async |cookie: &str| {
        server.send("GET /api/v1/sessions", None, &[("cookie", cookie)], None).await.status == 200
    };

    // Nobody ends those of others without a permission, from another site, or of somebody without a name.
    let refused = end(Some(&bobs_cookie), None, ada.clone()).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"), "{}", refused.text);
    let anonymous = end(None, None, ada.clone()).await;
    assert_eq!(anonymous.status, 401, "{}", anonymous.text);
    let elsewhere = [("cookie", &*cookie), ("sec-fetch-site", "cross-site")];
    let refused = server.send("POST /api/v1/sessions/end", None, &elsewhere, Some(&ada)).await;
    assert_eq!(refused.code(), "cross_site", "{}", refused.text);
    let other_tenant = json!({ "provider": "corp", "subject": "ada", "tenant": "acme" });
    assert_eq!(end(Some(&cookie), None, other_tenant.clone()).await.status, 403, "somebody else");
    let nobody = json!({ "provider": "", "subject": "a\u{0}", "tenant": "x".repeat(257) });
    let wrong = end(None, Some("administrator"), nobody).await;
    let pointers: Vec<&Value> =
        wrong.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/provider", "/subject", "/tenant"], "{}", wrong.text);
    let none = end(None, Some("administrator"), other_tenant).await;
    assert_eq!(none.body, json!({ "sessions": 0, "temporary_credentials": 0 }), "{}", none.text);
    assert!(is_open(&cookie).await && is_open(&other_cookie).await);

    // One's own, but the one that is used.
    let own = json!({ "provider": "corp", "subject": "ada", "but_current": true });
    let ended = end(Some(&cookie), None, own).await;
    assert_eq!(ended.body, json!({ "sessions": 1, "temporary_credentials": 1 }), "{}", ended.text);
    assert!(is_open(&cookie).await && !is_open(&other_cookie).await);
    let events = server.app.store.reader().audit_events(&AuditFilter::default(), None, 50).await.unwrap();
    let of_request: Vec<_> = events
        .iter()
        .map(|stored| &stored.event)
        .filter(|event| event.request_id == ended.header("x-request-id"))
        .map(|event| {
            let after: Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
            (&*event.resource_id, &*event.kind, event.reason.as_deref(), after)
        })
        .collect();
    let all = json!({ "provider": "corp", "subject": "ada", "tenant": "default",
        "sessions": 1, "temporary_credentials": 1 });
    let reason = Some("ended-by-request");
    assert_eq!(
        of_request,
        [
            ("", "sign-out", reason, all),
            (&*second.id, "sign-out", reason, json!({ "temporary_credentials": 1 })),
        ]
    );
    // An administrator ends the rest, and nobody else's.
    let ended = end(None, Some("administrator"), ada.clone()).await;
    assert_eq!(ended.body, json!({ "sessions": 1, "temporary_credentials": 0 }), "{}", ended.text);
    let again = end(None, Some("administrator"), ada).await;
    assert_eq!(again.body, json!({ "sessions": 0, "temporary_credentials": 0 }), "once is enough");
    assert!(!is_open(&cookie).await && is_open(&bobs_cookie).await);
    for (session, is_ended) in [(&first, true), (&second, true), (&temporary, true), (&bob, false)] {
        let read = server.app.store.reader().session_by_id(&session.id).await.unwrap().unwrap();
        assert_eq!(read.end_reason.as_deref(), is_ended.then_some("ended-by-request"));
    }
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
