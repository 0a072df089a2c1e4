//! The SDK for Rust and a server that tells it what changes, until it does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_sdk::remote::Remote;
use casemate_sdk::{Clock as _, Credential, Error, PermissionsManager as _, SystemClock, TestClock};
use casemate_test_support::{Casemate, OpenIdProvider, Postgres};
use serde_json::{Value, json};

use crate::Folder;
use crate::people::{AT_ONCE, mint, send};
use crate::sdk::{Place, SERVICE, may};

/// Looks again and again until it is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(30), "{what}");
        tokio::task::yield_now().await;
    }
    begun.elapsed()
}

async fn what_is_given_and_taken_counts_at_once(place: Place) {
    let remote = place.connect(SERVICE).await;
    until("the stream of changes begins", async || remote.is_following()).await;
    let (account, key, _) = place.account("gateway");
    let caller = async || remote.identify(Credential::bearer(&key)).await;
    assert!(!may(&caller().await.unwrap(), "notes.write", "gateway", "x"), "nothing is given yet");

    // Given, and taken away: the stream tells within a second.
    let (assignment, revision) = place.assign("author", "gateway");
    remote.at_least(revision).await.unwrap();
    let given = caller().await.unwrap();
    assert!(given.revision() >= revision);
    let attributes = given.identity();
    assert_eq!((attributes.provider, attributes.kind), (Some("api-key"), Some("api-key")));
    place.change(&format!("DELETE /api/v1/assignments/{assignment}"), &Value::Null);
    let took = until("it is taken away", async || caller().await.unwrap().held().is_empty()).await;
    assert!(took < AT_ONCE, "{took:?}");

    // A denial outweighs, and a role that is changed is changed for whoever has it.
    place.assign("reader", "gateway");
    let (_, revision) = place.assign("suspended", "gateway");
    remote.at_least(revision).await.unwrap();
    assert!(!may(&caller().await.unwrap(), "notes.read", "ada", "public"));

    // A key whose account is disabled is refused.
    let (_, revision) = place.change(
        &format!("PUT /api/v1/service-accounts/{account}"),
        &json!({ "name": "gateway", "disabled": true }),
    );
    let took = until("it is refused", async || caller().await.is_err()).await;
    assert!(took < AT_ONCE, "{took:?}");
    remote.at_least(revision).await.unwrap();
    assert!(matches!(caller().await, Err(Error::CredentialRejected { .. })));
    assert!(matches!(
        remote.identify(Credential::bearer("cmk_nonsense")).await,
        Err(Error::CredentialRejected { .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_follows_what_is_given_and_taken() {
    what_is_given_and_taken_counts_at_once(Place::start(None)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_follows_what_is_given_and_taken_on_postgresql() {
    what_is_given_and_taken_counts_at_once(Place::start(Some(Postgres::start().unwrap()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_goes_on_without_the_server_until_its_lease_ends() {
    let place = Place::start(None);
    let (_, key, _) = place.account("gateway");
    place.assign("reader", "gateway");
    let clock = TestClock::at(SystemClock.now());
    let url = format!("http://{}", place.casemate.address());
    let builder = Remote::builder(&url, SERVICE.to_owned()).clock(Arc::new(clock.clone()));
    let remote = builder.connect().await.unwrap();
    until("the stream of changes begins", async || remote.is_following()).await;
    let held = remote.identify(Credential::bearer(&key)).await.unwrap();
    assert!(may(&held, "notes.read", "ada", "public"));
    drop(place);
    clock.advance(Duration::from_secs(10));
    let held = remote.identify(Credential::bearer(&key)).await.unwrap();
    assert!(may(&held, "notes.read", "ada", "public"), "held");
    clock.advance(Duration::from_secs(21));
    assert!(matches!(remote.identify(Credential::bearer(&key)).await, Err(Error::Unavailable(_))));
    assert!(matches!(remote.identify(Credential::ANONYMOUS).await, Err(Error::Unavailable(_))));
}

/// Somebody of a provider comes into a group, is given more, and is let go, on one server; a service follows another.
async fn people_come_and_go(
    provider: &OpenIdProvider,
    administered: &Casemate,
    followed: &Casemate,
    key: &str,
) {
    let change = |request: &str, revision: Option<&Value>, body: Value| {
        send(administered, key, request, revision, &body)
    };
    let corp =
        json!({ "name": "corp", "issuer": provider.issuer(), "audiences": [OpenIdProvider::AUDIENCE] });
    change("POST /api/v1/providers", None, corp);
    let permissions = json!([{ "name": "notes.read" }, { "name": "casemate.decision.ask" }]);
    let reader = json!({ "name": "reader", "permissions": permissions });
    let role = change("POST /api/v1/roles", None, reader);
    let to = json!({ "provider": "corp", "group": "readers" });
    change("POST /api/v1/assignments", None, json!({ "role": "reader", "to": to }));
    let group = change("POST /api/v1/groups", None, json!({ "name": "readers" }));
    let token = provider.token("ES256").unwrap();

    let url = format!("http://{}", followed.address());
    let remote = Remote::builder(&url, key.to_owned()).connect().await.unwrap();
    until("the stream of changes begins", async || remote.is_following()).await;
    let identify = async |token: &str| remote.identify(Credential::bearer(token)).await;
    until("the provider's keys are known", async || identify(&token).await.is_ok()).await;
    let stranger = identify(&token).await.unwrap();
    assert_eq!((stranger.directory_id(), stranger.can("notes.read")), (None, false));
    assert!(stranger.valid_until().is_some(), "the token ends");

    let document = json!({ "login": "robot@example.com", "subject": OpenIdProvider::CLIENT });
    let user = change("POST /api/v1/users", None, document.clone());
    let id = user["id"].as_str().unwrap();
    let is_known = async || identify(&token).await.unwrap().directory_id() == Some(id);
    assert!(until("a new user is known", is_known).await < AT_ONCE);
    let members = format!("POST /api/v1/groups/{}/members", group["id"].as_str().unwrap());
    change(&members, None, json!({ "users": [id] }));
    let reads = async || identify(&token).await.unwrap().can("notes.read");
    assert!(until("what the group holds is held", reads).await < AT_ONCE);

    let more = json!({ "name": "reader", "permissions": [
        { "name": "notes.read", "deny": true }, { "name": "notes.write" }, { "name": "casemate.decision.ask" }] });
    change(&format!("PUT /api/v1/roles/{}", role["id"].as_str().unwrap()), Some(&role["revision"]), more);
    let writes = async || {
        let caller = identify(&token).await.unwrap();
        caller.can("notes.write") && !caller.can("notes.read")
    };
    assert!(until("the role is another for whoever has it", writes).await < AT_ONCE);

    let temporary = mint(administered, &token);
    until("a temporary credential is taken", async || identify(&temporary).await.is_ok()).await;
    assert!(identify(&temporary).await.unwrap().can("notes.write"));
    let mut out = document;
    out["active"] = json!(false);
    let item = format!("/api/v1/users/{id}");
    let known = change(&format!("GET {item}"), None, Value::Null);
    change(&format!("PUT {item}"), Some(&known["revision"]), out);
    let is_out = async || identify(&token).await.is_err() && identify(&temporary).await.is_err();
    assert!(until("whoever is let go is refused", is_out).await < AT_ONCE);
    let refused = identify(&token).await.unwrap_err();
    assert_eq!(refused, Error::CredentialRejected { code: "user_inactive".into() });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_follows_people_who_come_and_go() {
    let (provider, folder) = (OpenIdProvider::start().unwrap(), Folder::new());
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    people_come_and_go(&provider, &casemate, &casemate, &key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_follows_people_who_come_and_go_on_another_replica() {
    let (provider, server) = (OpenIdProvider::start().unwrap(), Postgres::start().unwrap());
    let url = server.create_database().unwrap();
    let folders = [Folder::new(), Folder::new()];
    let start = |folder: &Folder| folder.builder().env("CASEMATE_DATABASE_URL", &url).start().unwrap();
    let first = start(&folders[0]);
    let key = first.administrator().unwrap();
    let second = start(&folders[1]);
    people_come_and_go(&provider, &first, &second, &key).await;
}
