use casemate_directory::Policy;
use casemate_identity::Identity;

use super::*;

#[tokio::test]
async fn an_answer_is_written_as_a_serializer_would() {
    let answer = |decision, code: &'static str, conditional, error| {
        let context = AnswerContext { reason_code: code.into(), conditional, error };
        Answer { decision, context }
    };
    let error = || Some(AnswerError { status: 400, message: "not \"that\"".to_owned() });
    for answer in [
        answer(true, "permission_allows", false, None),
        answer(false, "no_permission", false, None),
        answer(false, "permission_allows", true, None),
        answer(false, "invalid_name", false, error()),
        answer(false, "a \"code\"\n", false, None),
        answer(false, "", false, None),
    ] {
        let (head, body) = answer.response().into_parts();
        let written = axum::body::to_bytes(body, 1 << 10).await.unwrap();
        assert_eq!(written, serde_json::to_vec(&answer).unwrap());
        assert_eq!(head.headers, json_response(&answer).into_parts().0.headers);
    }
}

/// Whatever is asked, as the record has it.
fn recorded_event(item: &str, defaults: &str) -> DecisionEvent {
    let (item, defaults) = (Datum::from_json(item).unwrap(), Datum::from_json(defaults).unwrap());
    let snapshot = Snapshot::offline(Policy::empty()).unwrap();
    let known = snapshot.known_caller(&Identity::anonymous().into());
    let asker = Asker { known, tenant: "default".into(), credential: None };
    let session = Session {
        snapshot: &snapshot,
        asker: &asker,
        met: &Met::default(),
        tokens: &Tokens::default(),
        registered: &Registered::default(),
        request_id: &RequestId::random(),
        recorded: Recorded::Denied,
        log: None,
        now: 0,
    };
    let (answer, event) = match crate::decision::batch::complete(&item, Some(&defaults)) {
        Ok(evaluation) => session.answer(&evaluation, 0),
        Err(error) => session.answer_incomplete(&error, Mentioned::of(&item, Some(&defaults)), 0),
    };
    assert!(!answer.decision);
    *event.unwrap()
}

#[test]
fn a_waiting_event_holds_no_more_of_a_request_than_is_kept() {
    let long = "x".repeat(100_000);
    let question = |resource: &str| {
        format!(
            r#"{{"subject":{{"type":"{long}","id":"{long}"}},"action":{{"name":"{long}"}},"resource":{resource}}}"#
        )
    };
    for resource in [format!(r#"{{"type":"{long}","id":"{long}"}}"#), format!(r#"{{"type":"{long}"}}"#)] {
        let event = recorded_event("{}", &question(&resource));
        let texts = [&event.subject.kind, &event.subject.id, &event.action];
        let optional = [&event.resource_type, &event.resource_id];
        for text in texts.into_iter().chain(optional.into_iter().flatten()) {
            assert!(text.ends_with("x…") && text.capacity() < 2_048, "{} bytes", text.capacity());
        }
    }
}

#[test]
fn what_can_be_read_of_an_incomplete_item_is_on_record() {
    let defaults = r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.read"}}"#;
    let event = recorded_event(r#"{"resource":{"id":"7"}}"#, defaults);
    assert_eq!((&*event.subject.kind, &*event.subject.id), ("user", "ada"));
    assert_eq!((&*event.action, &*event.reason), ("notes.read", "invalid_evaluation"));
    assert_eq!((event.resource_type, event.resource_id.as_deref()), (None, Some("7")));
    let event = recorded_event(r#"{"subject":"ada","action":{"name":7}}"#, "{}");
    assert_eq!((&*event.subject.kind, &*event.subject.id, &*event.action), ("", "", ""));
}
