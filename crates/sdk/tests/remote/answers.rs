//! Answers that are none, and answers that are good for one request.

use std::time::Duration;

use casemate_sdk::Error;
use casemate_sdk::remote::BreakerSettings;

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
