//! Temporary credentials: what they reach, and when they end.

use casemate_store::AuditFilter;
use serde_json::{Value, json};

use crate::sessions::{OWN_PAGE, sign_in, start, store};
use crate::support::{Answer, Server};

const ALL: &str = "/api/v1/temporary-credentials";

/// Somebody who signed in with a browser and holds these permissions: their cookie, and the assignment.
async fn owner(server: &Server, permissions: &[&str]) -> (String, String) {
    let permissions: Vec<Value> = permissions.iter().map(|name| json!({ "name": name })).collect();
    server.make("/api/v1/roles", &json!({ "name": "owner", "permissions": permissions })).await;
    let to = json!({ "role": "owner", "to": { "provider": "corp", "id": "ada" } });
    let assignment = server.make("/api/v1/assignments", &to).await;
    let (session, cookie) = sign_in(server, "ada").await;
    store(server, &session).await;
    (cookie, assignment)
}

async fn mint(server: &Server, cookie: &str, body: &Value) -> Answer {
    server.send(&format!("POST {ALL}"), None, &[("cookie", cookie), OWN_PAGE], Some(body)).await
}

fn text(answer: &Answer, member: &str) -> String {
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    answer.body[member].as_str().unwrap().to_owned()
}

async fn status(server: &Server, request: &str, credential: &str) -> u16 {
    server.send(request, Some(credential), &[], None).await.status.as_u16()
}

#[tokio::test]
async fn one_reaches_what_both_its_owner_and_its_list_reach() {
    let server = start().await;
    let held = ["casemate.role.*", "casemate.team.list", "casemate.service-account.*"];
    let (cookie, assignment) = owner(&server, &held).await;
    let body = json!({ "title": "a look", "permissions": ["casemate.role.*", "casemate.service-account.*"] });
    let made = mint(&server, &cookie, &body).await;
    let (credential, id) = (text(&made, "credential"), text(&made, "id"));
    assert!(credential.starts_with("cmt_") && id.starts_with("tmp_"), "{}", made.text);
    assert_eq!(made.headers["cache-control"], "no-store");
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 200);
    assert_eq!(status(&server, "GET /api/v1/teams", &credential).await, 403, "its list does not say that");
    assert_eq!(
        status(&server, "GET /api/v1/tenants", &credential).await,
        403,
        "nor does its owner hold that"
    );
    let with_cookie = server.send("GET /api/v1/teams", None, &[("cookie", &cookie)], None).await;
    assert_eq!(with_cookie.status, 200, "the owner holds what they held");
    // As a cookie it is nothing.
    let as_cookie = format!("__Host-casemate={credential}");
    let refused = server.send("GET /api/v1/roles", None, &[("cookie", &as_cookie)], None).await;
    assert_eq!(refused.status, 401, "{}", refused.text);

    // It makes no other, shows none, and does nothing that asks for a recent sign-in.
    let again = server.send(&format!("POST {ALL}"), Some(&credential), &[], Some(&body)).await;
    assert_eq!(again.status, 403, "{}", again.text);
    assert_eq!(status(&server, &format!("GET {ALL}"), &credential).await, 403);
    let sessions = server.send("GET /api/v1/sessions", Some(&credential), &[], None).await;
    assert_eq!(sessions.body["items"], json!([]), "{}", sessions.text);
    let role = json!({ "name": "more", "permissions": [] });
    let refused = server.send("POST /api/v1/roles", Some(&credential), &[], Some(&role)).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let allowed =
        server.send("POST /api/v1/roles", None, &[("cookie", &cookie), OWN_PAGE], Some(&role)).await;
    assert_eq!(allowed.status, 201, "{}", allowed.text);

    // What it does is told of both.
    let account = json!({ "name": "nightly" });
    let made = server.send("POST /api/v1/service-accounts", Some(&credential), &[], Some(&account)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let events = server.app.store.reader().audit_events(&AuditFilter::default(), None, 50).await.unwrap();
    let event =
        |action: &str| events.iter().find(|stored| stored.event.action == action).unwrap().event.clone();
    let by = event("casemate.service-account.create").actor;
    assert_eq!((&*by.provider, &*by.id, by.credential.as_deref()), ("corp", "ada", Some(&*id)));
    let minted = event("casemate.temporary-credential.create");
    assert_eq!(minted.resource_id, id);
    assert!(minted.actor.credential.unwrap().starts_with("ses_"));
    assert!(!minted.after.unwrap().contains(&credential));

    // What its owner no longer holds it does not either.
    let gone = server.admin(&format!("DELETE /api/v1/assignments/{assignment}"), None).await;
    assert!(gone.status.is_success() || gone.status == 428, "{}", gone.text);
    if gone.status == 428 {
        let path = format!("/api/v1/assignments/{assignment}");
        let tag = server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
        let deleted =
            server.send(&format!("DELETE {path}"), Some("administrator"), &[("if-match", &tag)], None).await;
        assert!(deleted.status.is_success(), "{}", deleted.text);
    }
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 403);

    assert_eq!(status(&server, &format!("DELETE {ALL}/{id}"), &credential).await, 204, "it ends itself");
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 401);
}

#[tokio::test]
async fn owners_see_and_end_theirs_and_others_by_permission() {
    let server = start().await;
    let (cookie, _) = owner(&server, &["casemate.role.list"]).await;
    let made = mint(&server, &cookie, &json!({ "title": "one", "networks": ["192.0.2.0/24"] })).await;
    let (id, near) = (text(&made, "id"), text(&made, "credential"));
    let other = mint(&server, &cookie, &json!({ "title": "two" })).await;
    let (other, credential) = (text(&other, "id"), text(&other, "credential"));
    assert_eq!(status(&server, "GET /api/v1/roles", &near).await, 401, "nobody knows where this comes from");
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 200);
    let own = server.send(&format!("GET {ALL}"), None, &[("cookie", &cookie)], None).await;
    let items = own.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{}", own.text);
    assert!(!own.text.contains("cmt_") && own.text.contains("192.0.2.0/24"));
    // Nor are they among the sessions.
    let sessions = server.send("GET /api/v1/sessions", None, &[("cookie", &cookie)], None).await;
    assert_eq!(sessions.body["items"].as_array().unwrap().len(), 1, "{}", sessions.text);

    let wanted = json!({ "provider": "corp", "subject": "ada" });
    let search = format!("POST {ALL}/search");
    assert_eq!(server.send(&search, Some("auditor"), &[], Some(&wanted)).await.status, 200);
    assert_eq!(server.send(&search, Some("nobody"), &[], Some(&wanted)).await.status, 403);
    let end = |id: &str| format!("DELETE {ALL}/{id}");
    assert_eq!(status(&server, &end(&other), "nobody").await, 404);
    assert_eq!(status(&server, &end(&id), &credential).await, 404, "with one nobody ends another");
    assert_eq!(status(&server, &end(&other), "administrator").await, 204);
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 401);
    let ended = server.send(&end(&id), None, &[("cookie", &cookie), OWN_PAGE], None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
}

#[tokio::test]
async fn one_is_bounded_and_asks_for_a_recent_sign_in() {
    let server = start().await;
    let (cookie, _) = owner(&server, &["casemate.role.list"]).await;
    for (body, pointer) in [
        (json!({ "title": "" }), "/title"),
        (json!({ "title": "x", "seconds": 59 }), "/seconds"),
        (json!({ "title": "x", "seconds": 43_201 }), "/seconds"),
        (json!({ "title": "x", "networks": ["anywhere"] }), "/networks/0"),
        (json!({ "title": "x", "permissions": ["a b"] }), "/permissions/0"),
    ] {
        let refused = mint(&server, &cookie, &body).await;
        assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    let limit = json!({ "name": "temporary_credential.max_lifetime_minutes", "value": 2 });
    server.make("/api/v1/settings", &limit).await;
    assert_eq!(mint(&server, &cookie, &json!({ "title": "x", "seconds": 121 })).await.status, 422);
    assert_eq!(mint(&server, &cookie, &json!({ "title": "x", "seconds": 120 })).await.status, 201);
    let cross_site = [("cookie", &*cookie), ("sec-fetch-site", "cross-site")];
    let refused =
        server.send(&format!("POST {ALL}"), None, &cross_site, Some(&json!({ "title": "x" }))).await;
    assert_eq!(refused.code(), "cross_site", "{}", refused.text);
    let (mut session, cookie) = sign_in(&server, "bob").await;
    session.authenticated_at -= 16 * 60 * 1_000_000;
    store(&server, &session).await;
    let refused = mint(&server, &cookie, &json!({ "title": "x" })).await;
    assert_eq!(refused.code(), "insufficient_user_authentication", "{}", refused.text);
    for nobody in [None, Some("administrator")] {
        let body = json!({ "title": "x" });
        let refused = server.send(&format!("POST {ALL}"), nobody, &[], Some(&body)).await;
        assert_eq!(refused.status.as_u16(), if nobody.is_some() { 403 } else { 401 }, "{}", refused.text);
    }
}

#[tokio::test]
async fn one_ends_with_whoever_made_it() {
    let server = start().await;
    let (cookie, _) = owner(&server, &["casemate.role.list"]).await;
    let user = json!({ "provider": "corp", "subject": "ada", "login": "ada@corp.example" });
    let id = server.make("/api/v1/users", &user).await;
    let credential = text(&mint(&server, &cookie, &json!({ "title": "x" })).await, "credential");
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 200);
    let tag = server.admin(&format!("GET /api/v1/users/{id}"), None).await.header("etag").to_owned();
    let inactive =
        json!({ "provider": "corp", "subject": "ada", "login": "ada@corp.example", "active": false });
    let path = format!("PUT /api/v1/users/{id}");
    let put = server.send(&path, Some("administrator"), &[("if-match", &tag)], Some(&inactive)).await;
    assert_eq!(put.status, 200, "{}", put.text);
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 401);

    // A program's goes with the API key that made it, and does no more than that.
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "nightly" })).await;
    let to = json!({ "role": "owner", "to": { "provider": "casemate", "type": "service", "id": account } });
    server.make("/api/v1/assignments", &to).await;
    let narrowed = json!({ "title": "k", "permissions": [{ "name": "casemate.role.list" }] });
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let key = server.admin(&path, Some(&narrowed)).await;
    let (key_id, key) = (text(&key, "id"), text(&key, "key"));
    let made = server.send(&format!("POST {ALL}"), Some(&key), &[], Some(&json!({ "title": "x" }))).await;
    let credential = text(&made, "credential");
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 200);
    assert_eq!(status(&server, "GET /api/v1/teams", &credential).await, 403);
    let revoked = server.admin(&format!("POST /api/v1/api-keys/{key_id}/revoke"), None).await;
    assert!(revoked.status.is_success(), "{}", revoked.text);
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 401);
}

#[tokio::test]
async fn who_ends_a_session_by_hand_ends_what_was_made_with_it() {
    let server = start().await;
    let (mine, _) = owner(&server, &["casemate.role.list"]).await;
    let another = async || {
        let (session, cookie) = sign_in(&server, "ada").await;
        store(&server, &session).await;
        (session.id, cookie)
    };
    let minted = async |cookie: &str| {
        text(&mint(&server, cookie, &json!({ "title": "x", "seconds": 43_200 })).await, "credential")
    };
    let works = async |credential: &str| status(&server, "GET /api/v1/roles", credential).await == 200;
    let (strange, cookie) = another().await;
    let (kept, one, two) = (minted(&mine).await, minted(&cookie).await, minted(&cookie).await);
    let end = format!("DELETE /api/v1/sessions/{strange}");
    let ended = server.send(&end, None, &[("cookie", &mine), OWN_PAGE], None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
    assert!(!works(&one).await && !works(&two).await);
    assert!(works(&kept).await, "it was made with another session");
    let events = server.app.store.reader().audit_events(&AuditFilter::default(), None, 50).await.unwrap();
    let told = events.iter().find(|stored| stored.event.action == "casemate.session.end").unwrap();
    let after: Value = serde_json::from_str(told.event.after.as_deref().unwrap_or_default()).unwrap();
    assert_eq!((&*told.event.resource_id, after), (&*strange, json!({ "temporary_credentials": 2 })));

    // Also where an administrator does.
    let (strange, cookie) = another().await;
    let one = minted(&cookie).await;
    assert_eq!(server.admin(&format!("DELETE /api/v1/sessions/{strange}"), None).await.status, 204);
    assert!(!works(&one).await && works(&kept).await);

    // Whoever signs out leaves what they made for this.
    let signed_out = server.send("POST /sign-out", None, &[("cookie", &mine), OWN_PAGE], None).await;
    assert_eq!(signed_out.status, 200);
    assert!(works(&kept).await);
}

#[tokio::test]
async fn nobody_has_more_of_them_than_are_kept_and_who_ends_one_makes_no_room_at_once() {
    let server = start().await;
    let (cookie, _) = owner(&server, &["casemate.role.list"]).await;
    let body = json!({ "title": "x" });
    let first = text(&mint(&server, &cookie, &body).await, "id");
    for number in 1..200 {
        assert_eq!(mint(&server, &cookie, &body).await.status, 201, "{number}");
    }
    let refused = mint(&server, &cookie, &body).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (429, "limit_reached"), "{}", refused.text);
    assert_eq!(status(&server, &format!("DELETE {ALL}/{first}"), "administrator").await, 204);
    assert_eq!(mint(&server, &cookie, &body).await.status, 429, "it counts until it would have ended");
    // Somebody else has their own.
    let (session, cookie) = sign_in(&server, "bob").await;
    store(&server, &session).await;
    let to = json!({ "role": "owner", "to": { "provider": "corp", "id": "bob" } });
    server.make("/api/v1/assignments", &to).await;
    assert_eq!(mint(&server, &cookie, &body).await.status, 201);
}

#[tokio::test]
async fn a_denial_names_the_credential_that_asked() {
    let server = start().await;
    let (cookie, _) = owner(&server, &["casemate.role.list", "casemate.decision.ask"]).await;
    let made =
        mint(&server, &cookie, &json!({ "title": "x", "permissions": ["casemate.decision.ask"] })).await;
    let (id, credential) = (text(&made, "id"), text(&made, "credential"));
    let question = json!({ "subject": { "type": "user", "id": "eve" }, "action": { "name": "notes.read" },
        "resource": { "type": "note", "id": "7" } });
    let answer = server.send("POST /access/v1/evaluation", Some(&credential), &[], Some(&question)).await;
    assert_eq!(answer.body["decision"], false, "{}", answer.text);
    assert_eq!(status(&server, "GET /api/v1/roles", &credential).await, 403);
    let may_not = server.send("POST /api/v1/who-can", Some(&credential), &[], Some(&question)).await;
    assert_eq!(may_not.status, 403, "{}", may_not.text);
    let with = server.send("GET /api/v1/teams", None, &[("cookie", &cookie)], None).await;
    assert_eq!(with.status, 403, "{}", with.text);
    let recorded = server.app.store.reader().decisions(&Default::default(), None, 10).await.unwrap().items;
    let credentials: Vec<Option<String>> = recorded.into_iter().map(|item| item.event.credential).collect();
    assert!(credentials[0].as_ref().is_some_and(|session| session.starts_with("ses_")), "{credentials:?}");
    assert_eq!(credentials[1..], [Some(id.clone()), Some(id.clone()), Some(id)]);
}
