//! What a remote client does when its server fails.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod answers;
mod server;

use std::sync::Arc;
use std::time::Duration;

use casemate_sdk::remote::{BreakerSettings, Builder, Remote};
use casemate_sdk::{Caller, Credential, Error, PermissionsManager as _, TestClock};
use serde_json::json;

use self::server::{Mode, Server, item, own_schema, until};

/// 2027-01-15, in microseconds since 1970.
const NOW: i64 = 1_800_000_000_000_000;
const READ: &str = r#"{"name":"notes.read"}"#;
const WRITE: &str = r#"{"name":"notes.write"}"#;

struct Place {
    server: Server,
    clock: TestClock,
    remote: Remote,
}

impl Place {
    async fn with(change: impl FnOnce(Builder) -> Builder) -> Place {
        let server = Server::start().await;
        server.put("ada", item("ada", &[READ], None));
        server.put("bob", item("bob", &[READ, WRITE], None));
        let clock = TestClock::at(NOW);
        let builder =
            Remote::builder(&server.url(), "own-credential".to_owned()).clock(Arc::new(clock.clone()));
        let remote = change(builder).connect().await.unwrap();
        until("the stream begins", || remote.is_following()).await;
        Place { server, clock, remote }
    }

    async fn start() -> Place {
        Place::with(|builder| builder).await
    }

    async fn identify(&self, token: &str) -> Result<Caller, Error> {
        self.remote.identify(Credential::bearer(token)).await
    }

    /// Moves the clock on in steps until it is so: whoever waits between two looks at it waits again.
    async fn advance_until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        until(what, || {
            self.clock.advance(Duration::from_millis(100));
            is_so()
        })
        .await;
    }
}

#[tokio::test]
async fn who_is_known_is_not_asked_for_again() {
    let place = Place::start().await;
    for _ in 0..3 {
        let ada = place.identify("ada").await.unwrap();
        assert!(ada.can("notes.read") && !ada.can("notes.write"));
    }
    assert_eq!(place.server.resolved(), 1);
    let asked = &place.server.asked("/resolve")[0];
    assert!(
        asked.head.contains("Bearer own-credential") || asked.head.contains("bearer own-credential"),
        "{}",
        asked.head
    );
    assert_eq!(asked.body, json!({ "items": [{ "token": "ada" }] }));
}

#[tokio::test]
async fn who_is_asked_for_in_one_moment_is_asked_for_together_and_once() {
    let place = Place::start().await;
    let asking: Vec<_> = (0..40)
        .map(|number| {
            let remote = place.remote.clone();
            let token = if number % 2 == 0 { "ada" } else { "bob" };
            tokio::spawn(async move { remote.identify(Credential::bearer(token)).await })
        })
        .collect();
    for (number, asking) in asking.into_iter().enumerate() {
        assert_eq!(asking.await.unwrap().unwrap().can("notes.write"), number % 2 == 1);
    }
    let asked = place.server.asked("/resolve");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn more_than_a_hundred_travel_in_several_requests() {
    let place = Place::start().await;
    let tokens: Vec<String> = (0..250).map(|number| format!("token-{number}")).collect();
    for token in &tokens {
        place.server.put(token, item(token, &[READ], None));
    }
    let asking: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let remote = place.remote.clone();
            tokio::spawn(async move {
                let caller = remote.identify(Credential::bearer(&token)).await.unwrap();
                assert_eq!(caller.identity().id, Some(&*token));
            })
        })
        .collect();
    for asking in asking {
        asking.await.unwrap();
    }
    let sizes: Vec<usize> = place
        .server
        .asked("/resolve")
        .iter()
        .map(|asked| asked.body["items"].as_array().unwrap().len())
        .collect();
    assert!(sizes.iter().all(|size| *size <= 100) && sizes.iter().sum::<usize>() == 250, "{sizes:?}");
}

#[tokio::test]
async fn a_refused_credential_is_refused_and_not_kept() {
    let place = Place::start().await;
    for _ in 0..2 {
        let refused = place.identify("eve").await.unwrap_err();
        assert_eq!(refused, Error::CredentialRejected { code: "credential_rejected".into() });
    }
    assert_eq!(place.server.resolved(), 2);
    assert!(matches!(place.identify("e v e").await, Err(Error::CredentialMalformed(_))));
    assert!(matches!(place.identify("").await, Err(Error::CredentialMalformed(_))));
    assert_eq!(place.server.resolved(), 2, "what is no token is not sent");
    place.server.put("eve", item("eve", &[READ], None));
    assert!(place.identify("eve").await.unwrap().can("notes.read"));
}

#[tokio::test]
async fn whom_a_change_may_mean_is_asked_for_again_and_nobody_else() {
    let place = Place::start().await;
    assert!(place.identify("bob").await.unwrap().can("notes.write"));
    assert!(place.identify("ada").await.is_ok());
    let revision = place.server.put("bob", item("bob", &[READ], None));
    let bob = json!({ "tenant": "default", "provider": "corp", "type": "user", "subject": "bob" });
    place.server.tell("change", &json!({ "revision": revision, "schemas": false, "affected": [bob] }));
    until("the change arrives", || place.remote.revision() == revision).await;
    assert!(!place.identify("bob").await.unwrap().can("notes.write"), "taken away");
    assert!(place.identify("ada").await.is_ok());
    let asked = place.server.asked("/resolve");
    assert_eq!(asked.len(), 3, "ada is not asked for");
    assert_eq!(asked[2].body, json!({ "items": [{ "token": "bob", "if_none_match": "\"bob-2\"" }] }));
    assert!(asked[2].head.contains(&format!("casemate-at-least: {revision}")), "{}", asked[2].head);

    place.server.tell("change", &json!({ "revision": revision + 1, "schemas": false, "everybody": true }));
    place.server.put("nobody", item("nobody", &[], None));
    until("the change arrives", || place.remote.revision() == revision + 1).await;
    assert!(place.identify("ada").await.unwrap().can("notes.read"), "what is not modified goes on");
    assert_eq!(place.server.resolved(), 4);
}

#[tokio::test]
async fn what_is_held_counts_until_the_lease_ends_and_then_nobody_is_let_in() {
    let place = Place::start().await;
    place.identify("ada").await.unwrap();
    place.server.answer(Mode::Status(503));
    place.server.stream(Mode::Status(503));
    place.server.tell("", &json!(null));
    place.clock.advance(Duration::from_secs(29));
    assert!(place.identify("ada").await.unwrap().can("notes.read"), "held");
    assert!(matches!(place.identify("bob").await, Err(Error::Unavailable(_))), "not held");
    place.clock.advance(Duration::from_millis(1_001));
    let refused = place.identify("ada").await.unwrap_err();
    assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
    assert_eq!(refused.status(), 503);

    // Where the server answers and only the stream is broken, each caller is asked for at each request.
    place.server.answer(Mode::Good);
    place.clock.advance(Duration::from_secs(20));
    let before = place.server.resolved();
    assert!(place.identify("ada").await.is_ok() && place.identify("ada").await.is_ok());
    assert_eq!(place.server.resolved(), before + 2);

    place.server.stream(Mode::Good);
    place.advance_until("the stream begins again", || place.remote.is_following()).await;
    let before = place.server.resolved();
    assert!(place.identify("ada").await.is_ok() && place.identify("ada").await.is_ok());
    assert!(place.server.resolved() <= before + 1);
}

#[tokio::test]
async fn a_clock_that_is_set_makes_no_lease_longer() {
    for to in [NOW - 3_600_000_000, NOW + 3_600_000_000] {
        let place = Place::start().await;
        place.identify("ada").await.unwrap();
        place.server.answer(Mode::Status(503));
        place.server.stream(Mode::Status(503));
        place.clock.set(to);
        place.clock.advance(Duration::from_secs(31));
        assert!(matches!(place.identify("ada").await, Err(Error::Unavailable(_))));
    }
}

#[tokio::test]
async fn a_stream_that_begins_anew_says_what_it_knows_and_trusts_nothing_in_between() {
    let place = Place::start().await;
    assert!(place.identify("bob").await.unwrap().can("notes.write"));
    place.identify("ada").await.unwrap();
    let known = place.remote.revision();
    place.server.stream(Mode::Status(503));
    place.server.tell("", &json!(null));
    let revision = place.server.put("bob", item("bob", &[READ], None));
    place.server.stream(Mode::Good);
    place.advance_until("the stream begins again", || place.remote.revision() == revision).await;
    // Whoever comes first has the schemas asked for; what the others hold counts no more for that.
    place.identify("ada").await.unwrap();
    assert!(!place.identify("bob").await.unwrap().can("notes.write"));
    let last = place.server.asked("/changes").pop().unwrap();
    assert!(last.head.contains(&format!("last-event-id: {known}")), "{}", last.head);
}

#[tokio::test]
async fn a_stream_of_nonsense_is_broken_off() {
    let place = Place::start().await;
    assert_eq!(place.server.streams(), 1);
    place.server.tell("change", &json!({ "revision": "x" }));
    until("the stream is broken off", || place.server.streams() == 0).await;
    place.advance_until("another stream", || place.server.streams() == 1).await;
    assert!(place.identify("ada").await.is_ok());
}

#[tokio::test]
async fn a_server_that_went_back_is_followed_from_there() {
    let place = Place::start().await;
    assert!(place.identify("bob").await.unwrap().can("notes.write"));
    place.identify("ada").await.unwrap();
    place.server.put("bob", item("bob", &[READ], None));
    place.server.go_back(1);
    place.server.tell("change", &json!({ "revision": 1, "schemas": true, "everybody": true }));
    until("it is noticed", || place.remote.revision() == 1).await;
    place.identify("ada").await.unwrap();
    assert!(!place.identify("bob").await.unwrap().can("notes.write"));
}

#[tokio::test]
async fn a_server_that_is_behind_is_no_server_that_went_back() {
    let place = Place::start().await;
    assert!(place.identify("bob").await.unwrap().can("notes.write"));
    let revision = place.server.put("bob", item("bob", &[READ], None));
    place.server.tell_as(&format!("7-{revision}"), "alive", &json!({ "revision": revision }));
    until("it is followed", || place.remote.revision() == revision).await;
    place.server.go_back(revision - 1);
    for (kind, data) in [
        ("alive", json!({ "revision": 1 })),
        ("change", json!({ "revision": 1, "schemas": false, "affected": [] })),
        ("change", json!({ "revision": 1, "schemas": true, "everybody": true })),
    ] {
        place.server.tell_as("7-1", kind, &data);
        until("it is left", || place.server.streams() == 0).await;
        assert_eq!(place.remote.revision(), revision);
        // Where a stream begins, it is left just so; and where none begins, another is waited for.
        place.advance_until("it is behind still", || place.server.asked("/changes").len() > 3).await;
        let behind = r#"{"code":"revision_not_reached"}"#;
        place.server.stream(Mode::Body(behind));
        let asked = place.server.asked("/changes").len();
        place.advance_until("it is tried again", || place.server.asked("/changes").len() > asked + 1).await;
        assert_eq!(place.remote.revision(), revision);
        let last = place.server.asked("/changes").pop().unwrap();
        assert!(last.head.contains(&format!("last-event-id: 7-{revision}")), "{}", last.head);
        place.identify("eve").await.unwrap_err();
        let asked = place.server.asked("/resolve").pop().unwrap();
        assert!(asked.head.contains(&format!("casemate-at-least: {revision}")), "{}", asked.head);
        place.server.stream(Mode::Good);
        place.server.go_back(revision);
        place.advance_until("it has come as far", || place.server.streams() == 1).await;
    }
    // Of another course of changes, however far it is.
    place.identify("bob").await.unwrap();
    let before = place.server.resolved();
    place.server.tell_as(&format!("8-{revision}"), "alive", &json!({ "revision": revision }));
    place.server.tell_as(&format!("8-{}", revision + 1), "alive", &json!({ "revision": revision + 1 }));
    until("it is followed", || place.remote.revision() == revision + 1).await;
    place.server.go_back(revision + 1);
    place.identify("bob").await.unwrap();
    assert_eq!(place.server.resolved(), before + 1);
    place.server.tell_as("9-1", "alive", &json!({ "revision": 1 }));
    until("it went back", || place.remote.revision() == 1).await;
}

#[tokio::test]
async fn an_answer_from_before_what_was_seen_is_none() {
    let place = Place::start().await;
    place.identify("ada").await.unwrap();
    place.server.go_back(1);
    assert!(matches!(place.identify("bob").await, Err(Error::Unavailable(_))));
    assert!(place.server.resolved() > 1);
}

#[tokio::test]
async fn who_is_too_much_for_one_answer_is_asked_for_alone() {
    let place = Place::start().await;
    place.server.put("eve", item("eve", &[READ], None));
    place.server.crowd("eve");
    let asking = ["ada", "eve", "bob"].map(|token| {
        let remote = place.remote.clone();
        tokio::spawn(
            async move { remote.identify(Credential::bearer(token)).await.unwrap().can("notes.read") },
        )
    });
    for asking in asking {
        assert!(asking.await.unwrap());
    }
    let asked = place.server.asked("/resolve");
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].body, json!({ "items": [{ "token": "eve" }] }));
}

#[tokio::test]
async fn an_answer_that_is_too_long_for_many_is_asked_for_in_halves() {
    let breaker = BreakerSettings { failures: 1, ..BreakerSettings::default() };
    let place = Place::with(|builder| builder.breaker(breaker).longest_answer(1_500)).await;
    let tokens: Vec<String> = (0..20).map(|number| format!("token-{number}")).collect();
    for token in &tokens {
        place.server.put(token, item(token, &[READ], None));
    }
    let asking: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let remote = place.remote.clone();
            tokio::spawn(async move {
                let caller = remote.identify(Credential::bearer(&token)).await.unwrap();
                assert_eq!(caller.identity().id, Some(&*token));
            })
        })
        .collect();
    for asking in asking {
        asking.await.unwrap();
    }
    assert!(place.server.resolved() > 4);
    // Somebody of whom nothing readable is said leaves the server to others, as does one of whom too much is said.
    place.server.put("eve", item("eve", &[r#"{"name":"notes..read"}"#], None));
    place.server.put("dan", item("dan", &[r#"{"name":"notes.read"}"#; 20], None));
    for (unreadable, other) in [("eve", "ada"), ("dan", "bob")] {
        assert!(matches!(place.identify(unreadable).await, Err(Error::Unavailable(_))), "{unreadable}");
        assert!(place.identify(other).await.is_ok(), "{unreadable}");
    }
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_and_tried_again() {
    let breaker =
        BreakerSettings { failures: 3, shortest: Duration::from_secs(1), longest: Duration::from_secs(4) };
    let place = Place::with(|builder| builder.breaker(breaker)).await;
    place.server.answer(Mode::Status(500));
    for _ in 0..10 {
        assert!(matches!(place.identify("ada").await, Err(Error::Unavailable(_))));
    }
    assert_eq!(place.server.resolved(), 3);
    place.clock.advance(Duration::from_secs(1));
    for _ in 0..5 {
        assert!(place.identify("ada").await.is_err());
    }
    assert_eq!(place.server.resolved(), 4, "one probe");
    place.server.answer(Mode::Good);
    place.clock.advance(Duration::from_secs(4));
    assert!(place.identify("ada").await.unwrap().can("notes.read"));
    assert!(place.identify("bob").await.is_ok());
}

#[tokio::test]
async fn whatever_is_no_answer_lets_nobody_in() {
    let breaker = BreakerSettings { failures: 1_000, ..BreakerSettings::default() };
    let place = Place::with(|builder| builder.breaker(breaker).longest_answer(1_000)).await;
    // Read to its end, it would be a verdict.
    let endless =
        r#"{"revision":3,"items":[{"problem":{"code":"credential_rejected","detail":""}}]}"#.to_owned();
    let endless: &'static str = Box::leak((endless + &" ".repeat(2_000)).into_boxed_str());
    for body in [
        "",
        "true",
        "{}",
        r#"{"revision":3,"items":[]}"#,
        r#"{"revision":3,"items":[{},{}]}"#,
        r#"{"revision":3,"items":[{"permissions":[]}]}"#,
        r#"{"revision":3,"items":[{"not_modified":true,"etag":"\"x\"","valid_until":null}]}"#,
        r#"{"revision":0,"items":[{"problem":{"code":"not_found","detail":""}}]}"#,
        endless,
    ] {
        place.server.answer(Mode::Body(body));
        let refused = place.identify("ada").await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable(_)), "{body}: {refused}");
    }
    for (mode, status) in [(Mode::Status(401), 500), (Mode::Status(404), 500), (Mode::Status(429), 503)] {
        place.server.answer(mode);
        assert_eq!(place.identify("ada").await.unwrap_err().status(), status, "{mode:?}");
    }
    place.server.answer(Mode::Redirect);
    assert!(matches!(place.identify("ada").await, Err(Error::Refused { status: 302, .. })));
    assert!(place.server.asked("/elsewhere").is_empty(), "the credential is carried nowhere else");
    place.server.answer(Mode::Good);
    assert!(place.identify("ada").await.is_ok());
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let place = Place::start().await;
    place.server.answer(Mode::Silent);
    let remote = place.remote.clone();
    let waiting = tokio::spawn(async move { remote.identify(Credential::bearer("ada")).await.map(|_| ()) });
    until("it was asked", || place.server.resolved() == 1).await;
    place.advance_until("it gives up", || waiting.is_finished()).await;
    assert!(matches!(waiting.await.unwrap(), Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn whose_credential_ends_is_refused_whether_the_server_is_there_or_not() {
    let place = Place::start().await;
    place.server.put("eve", item("eve", &[READ], Some("2027-01-15T08:00:10Z")));
    let eve = place.identify("eve").await.unwrap();
    assert!(eve.can("notes.read"));
    place.server.answer(Mode::Status(503));
    place.clock.advance(Duration::from_secs(10));
    assert!(!eve.can("notes.read"));
    assert!(place.identify("eve").await.is_err());
}

#[tokio::test]
async fn schemas_are_swapped_whole_and_what_is_held_goes_by_them() {
    let place = Place::start().await;
    place.server.put("ada", item("ada", &[r#"{"name":"notes.*","own":true}"#], None));
    assert!(place.identify("ada").await.unwrap().can("notes.read"), "no schema restricts anything");
    let notes = json!({ "application": "notes", "schema": { "format": 1,
        "application": { "id": "notes", "namespaces": ["notes"] }, "attributes": { "author": { "type": "string" } },
        "permission": [{ "name": "notes.*", "properties": { "own": { "type": "bool",
            "when": "value == false || resource.author == identity.id" } } }] } });
    let revision = place.server.set_schemas(json!([own_schema(), notes]));
    place.server.tell("change", &json!({ "revision": revision, "schemas": true, "affected": [] }));
    until("the change arrives", || place.remote.revision() == revision).await;
    let ada = place.identify("ada").await.unwrap();
    assert!(!ada.can("notes.read") && ada.require_on_some("notes.read").is_ok());

    // One that this version does not understand lets nobody in.
    let revision = place.server.set_schemas(json!([{ "application": "notes", "schema": { "format": 2 } }]));
    place.server.tell("change", &json!({ "revision": revision, "schemas": true, "affected": [] }));
    until("the change arrives", || place.remote.revision() == revision).await;
    assert!(matches!(place.identify("ada").await, Err(Error::Unavailable(_))));
}

#[tokio::test]
async fn a_revision_that_was_seen_is_waited_for() {
    let place = Place::start().await;
    assert!(place.identify("bob").await.unwrap().can("notes.write"));
    let revision = place.server.put("bob", item("bob", &[READ], None));
    let moved = async { place.clock.advance(Duration::from_secs(1)) };
    let (reached, ()) = tokio::join!(place.remote.at_least(revision), moved);
    reached.unwrap();
    assert!(place.remote.is_following());
    assert!(!place.identify("bob").await.unwrap().can("notes.write"), "nobody told of it");
    place.server.answer(Mode::Status(503));
    let remote = place.remote.clone();
    let waiting = tokio::spawn(async move { remote.at_least(revision + 7).await });
    place.advance_until("it gives up", || waiting.is_finished()).await;
    assert!(matches!(waiting.await.unwrap(), Err(Error::RevisionNotReached { .. })));
}

#[tokio::test]
async fn a_client_is_not_made_where_its_credential_could_be_read() {
    for (url, credential) in [
        ("http://casemate.example.org", "key"),
        ("ftp://localhost", "key"),
        ("https://user:password@casemate.example.org", "key"),
        ("casemate.example.org", "key"),
        ("https://casemate.example.org", "two words"),
        ("https://casemate.example.org", ""),
    ] {
        let refused = Remote::builder(url, credential.to_owned()).connect().await.unwrap_err();
        assert!(matches!(&refused, Error::Configuration(_)), "{url}: {refused}");
        assert!(!refused.to_string().contains("password"), "{refused}");
    }
    let server = Server::start().await;
    server.answer(Mode::Status(401));
    let refused = Remote::builder(&server.url(), "wrong".to_owned()).connect().await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 401, .. }), "{refused}");
}
