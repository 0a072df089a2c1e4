//! Coming back from a provider: who goes away meanwhile, and who lost something there.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_platform::Client;
use casemate_server::{BlockRule, Blocks, Front};
use casemate_store::SessionOwner;
use serde_json::json;

use crate::linking::{Browser, Scene, start, state_of, took};
use crate::sessions::OWN_PAGE;
use crate::support::Answer;

/// Begins to sign in at a provider: what the browser holds, and the `state` that comes back.
async fn begin(scene: &Scene, provider: &str, from: Option<Client>) -> (Browser, String) {
    let mut browser = Browser { session: String::new(), attempt: String::new(), from };
    let begun = scene.send(&browser, &format!("GET /sign-in/{provider}"), "").await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    took(&mut browser, &begun);
    (browser, state_of(begun.header("location")))
}

async fn come_back(scene: &Scene, provider: &str, who: &str, from: Option<Client>) -> (Browser, Answer) {
    let (mut browser, state) = begin(scene, provider, from).await;
    let path = format!("GET /sign-in/{provider}/callback?state={state}&code={who}");
    let answer = scene.send(&browser, &path, "").await;
    took(&mut browser, &answer);
    (browser, answer)
}

#[tokio::test]
async fn who_goes_away_while_a_code_is_looked_at_leaves_room_for_others() {
    let mut scene = start().await;
    scene.server.app.blocks = Blocks::new(BlockRule { after: 1, exempt: Vec::new() });
    scene.server.front = Front::new(scene.server.app.clone());
    let address = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    let from = Some(Client { address, peer: SocketAddr::new(address, 7), secure: true });
    let scene = Arc::new(scene);
    let (browser, state) = begin(&scene, "hub", from).await;
    let asking = Arc::clone(&scene);
    let gone = tokio::spawn(async move {
        asking.send(&browser, &format!("GET /sign-in/hub/callback?state={state}&code=late"), "").await
    });
    let end = Instant::now() + Duration::from_secs(20);
    while scene.hub.codes() == 0 {
        assert!(Instant::now() < end, "the provider was not asked");
        tokio::task::yield_now().await;
    }
    gone.abort();
    assert!(gone.await.is_err(), "the browser is gone");
    assert_eq!(come_back(&scene, "hub", "octocat", from).await.1.status, 429, "the code is looked at still");
    scene.hub.open();
    loop {
        let answer = come_back(&scene, "hub", "octocat", from).await.1;
        if answer.status == 303 {
            break;
        }
        assert!(answer.status == 429 && Instant::now() < end, "{} {}", answer.status, answer.text);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_lost_a_group_at_the_provider_is_signed_out_where_they_signed_in_before() {
    let scene = start().await;
    // The hub calls two logins of the same length the same person.
    let provider = json!({ "name": "team", "type": "github", "endpoint": scene.hub.url, "client_id": "casemate",
        "client_secret": "s3cret", "sign_in": { "title": "Team" },
        "claims": { "login": "sub", "groups": "preferred_username" } });
    let made = scene.server.admin("POST /api/v1/providers", Some(&provider)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (first, answer) = come_back(&scene, "team", "writers", None).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let owner = SessionOwner { provider: "team", subject: "583007", tenant: None };
    let begun = scene.server.app.store.reader().sessions_of(owner, 0).await.unwrap().remove(0);
    assert!(begun.identity.contains("writers"), "{}", begun.identity);
    let path = "POST /api/v1/temporary-credentials";
    let headers = [("cookie", &*first.session), OWN_PAGE];
    let minted = scene.server.send(path, None, &headers, Some(&json!({ "title": "x" }))).await;
    assert_eq!(minted.status, 201, "{}", minted.text);
    let credential = minted.body["credential"].as_str().unwrap();
    let statuses = async || {
        let with_cookie = scene.send(&first, "GET /api/v1/sessions", "").await.status.as_u16();
        let with_credential = scene.server.send("GET /api/v1/roles", Some(credential), &[], None).await;
        (with_cookie, with_credential.status.as_u16())
    };
    // Whoever is let in may do nothing there.
    assert_eq!(statuses().await, (200, 403));
    let (again, answer) = come_back(&scene, "team", "writers", None).await;
    assert_eq!((answer.status.as_u16(), statuses().await), (303, (200, 403)), "nothing is lost");
    let (second, answer) = come_back(&scene, "team", "readers", None).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(statuses().await, (401, 401));
    assert_eq!(scene.send(&again, "GET /api/v1/sessions", "").await.status, 401);
    assert_eq!(scene.send(&second, "GET /api/v1/sessions", "").await.status, 200);
    let ended = scene.server.app.store.reader().session_by_id(&begun.id).await.unwrap().unwrap();
    assert_eq!(ended.end_reason.as_deref(), Some("attributes-gone"));
}
