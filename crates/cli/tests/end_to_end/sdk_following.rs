//! The SDK for Rust and a server that tells it what changes, until it does not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_sdk::remote::Remote;
use casemate_sdk::{Clock as _, Credential, Error, PermissionsManager as _, SystemClock, TestClock};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

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
    assert!(took < Duration::from_secs(1), "{took:?}");

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
    assert!(took < Duration::from_secs(1), "{took:?}");
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
