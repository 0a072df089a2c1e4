//! An event is read or refused; what is read is written, and read again as it was. Its block's filters hold all its terms, and
//! a search for what it is finds it.
#![no_main]

use casemate_audit::block;
use casemate_audit::event::Event;
use casemate_audit::filter;
use casemate_audit::query::Query;
use casemate_audit::salt::Seed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(event) = Event::parse(text) else { return };
    let mut written = Vec::new();
    event.write(&mut written);
    let written = String::from_utf8(written).expect("an event is a text");
    assert!(!written.contains(['\n', '\r']), "an event is one line");
    let again = Event::parse(&written).expect("what was written is read");
    let mut twice = Vec::new();
    again.write(&mut twice);
    assert_eq!(twice, written.as_bytes());

    let filters = block::seal(0, &[written.as_bytes()], &Seed([1; 32])).expect("an event is sealed").filters;
    let holds = |field, hash| filters.iter().any(|(of, bits)| *of == field && filter::may_hold(bits, hash));
    filter::terms_of(&again, |field, hash| assert!(holds(field, hash), "{field:?}"));
    let like = Query {
        tenant: Some(again.tenant.clone().into_owned()),
        party: Some(again.actor.id.clone().into_owned()),
        action: Some(again.action.clone().into_owned()),
        resource_type: again.resource_type.clone().map(Into::into),
        resource_id: again.resource_id.clone().map(Into::into),
        outcome: Some(again.outcome.clone().into_owned()),
        reason: again.reason.clone().map(Into::into),
        client: again.request.client.clone().map(Into::into),
        request_id: Some(again.request.id.clone().into_owned()),
        words: again.reason.clone().map(Into::into).into_iter().collect(),
        since: Some(again.at),
        until: again.at.checked_add(1),
        ..Query::default()
    };
    assert!(like.terms().into_iter().all(|(field, hash)| holds(field, hash)));
    assert!(like.matcher().event(&written).is_some());
});
