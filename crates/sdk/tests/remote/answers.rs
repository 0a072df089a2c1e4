//! Answers that are none, and answers that are good for one request.

use std::time::Duration;

use casemate_sdk::remote::BreakerSettings;
use casemate_sdk::{AuditBatch, AuditEvent, Clock as _, Error, Outcome, PermissionsManager as _};

use crate::server::{Mode, item};
use crate::{Place, READ};

#[tokio::test]
async fn a_server_that_answers_nonsense_is_left_alone_too() {
    for nonsense in ["<html>", "{}", r#"{"revision":3,"items":[]}"#] {
        let breaker = BreakerSettings { failures: 3, ..BreakerSettings::default() };
        let place = Place::with(|builder| builder.breaker(breaker)).await;
        place.server.answer(Mode::Body(nonsense));
        for _ in 0..10 {
            assert!(matches!(place.identify("ada").await, Err(Error::Unavailable(_))));
        }
        assert_eq!(place.server.resolved(), 3, "{nonsense}");
        place.clock.advance(Duration::from_millis(200));
        assert!(place.identify("ada").await.is_err());
        assert_eq!(place.server.resolved(), 4, "one probe: {nonsense}");
        place.server.answer(Mode::Good);
        place.clock.advance(Duration::from_secs(10));
        assert!(place.identify("ada").await.unwrap().can("notes.read"));
    }
}

#[tokio::test]
async fn what_is_good_for_no_longer_is_used_for_one_request() {
    let place = Place::start().await;
    // A provider whose word is not relied on: as the server answers, it ends.
    place.server.put("eve", item("eve", &[READ], Some("2027-01-15T08:00:00Z")));
    let eve = place.identify("eve").await.unwrap();
    assert!(eve.can("notes.read") && place.identify("eve").await.unwrap().can("notes.read"));
    assert_eq!(place.server.resolved(), 2, "each request asks");
    place.clock.advance(Duration::from_secs(30));
    assert_eq!(eve.check("notes.read").unwrap_err(), Error::Ended);
}

/// Flushes while time goes on.
async fn flush(place: &Place, mut batch: AuditBatch) -> (AuditBatch, bool) {
    let flushing = tokio::spawn(async move {
        let is_recorded = batch.flush().await.is_ok();
        (batch, is_recorded)
    });
    place.advance_until("it was flushed", || flushing.is_finished()).await;
    flushing.await.unwrap()
}

#[tokio::test]
async fn events_that_may_be_on_record_are_sent_again_under_the_same_key() {
    let place = Place::start().await;
    let event = || AuditEvent::new("notes.note.read", Outcome::Success);
    let mut batch = place.remote.audit().batch(10);
    batch.add(event()).unwrap();
    place.server.answer(Mode::Status(503));
    let (mut batch, _) = flush(&place, batch).await;
    batch.add(event()).unwrap();
    let (mut batch, is_recorded) = flush(&place, batch).await;
    assert!(!is_recorded && batch.len() == 2);
    place.server.answer(Mode::Body("{}"));
    batch.flush().await.unwrap();
    assert!(batch.is_empty());
    let asked = place.server.asked("/record");
    let key = |place: usize| {
        let name = "idempotency-key:";
        asked[place].head.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap().to_owned()
    };
    let last = asked.len() - 1;
    assert!(last >= 2);
    for same in 1..last {
        assert_eq!((key(same), &asked[same].body), (key(0), &asked[0].body));
    }
    assert_ne!(key(last), key(0));
    assert_eq!(asked[last].body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn events_wait_for_as_long_as_the_server_has_enough_but_not_for_a_day() {
    let place = Place::start().await;
    let mut batch = place.remote.audit().batch(10);
    batch.add(AuditEvent::new("notes.note.read", Outcome::Success)).unwrap();
    place.server.answer(Mode::Enough(40_000));
    assert!(batch.flush().await.is_err() && batch.len() == 1, "nothing is waited for");
    assert_eq!(place.server.asked("/record").len(), 1);
    place.server.answer(Mode::Enough(60));
    let began = place.clock.elapsed();
    let (mut batch, is_recorded) = flush(&place, batch).await;
    assert!(!is_recorded && batch.len() == 1);
    assert_eq!(place.server.asked("/record").len(), 4);
    assert!(place.clock.elapsed() - began >= 120_000_000, "a minute before each of the others");
    place.server.answer(Mode::Body("{}"));
    batch.flush().await.unwrap();
    assert!(batch.is_empty());
}
