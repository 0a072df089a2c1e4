//! Our own rules: each is one, and matches what it is for.

use casemate_audit::detection::pack::PACK;

use super::*;

fn packed(id: &str) -> Engine {
    engine(&[PACK.iter().find(|packed| packed.id == id).unwrap().text])
}

#[test]
fn each_rule_of_the_pack_is_taken_and_says_what_to_do() {
    let mut ids = std::collections::HashSet::new();
    for packed in PACK {
        for about in rules(packed.text).about().filter(|about| about.is_told) {
            assert!(about.description.is_some_and(|text| text.len() > 40), "{}", about.title);
            let id = about.id.unwrap_or_else(|| panic!("{} has no id", about.title));
            assert!(ids.insert(id.to_owned()), "{id} stands twice");
        }
    }
    assert_eq!(PACK.len(), std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap().count());
}

#[test]
fn the_rules_of_the_guide_are_rules() {
    let guide =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guide/detections.md"))
            .unwrap();
    let texts: Vec<&str> =
        guide.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(texts.len(), 3);
    texts.into_iter().for_each(|text| drop(rules(text)));
}

#[test]
fn who_grants_themselves_something_is_told() {
    let assigned = |after: &'static str| Event {
        after: Some(after.into()),
        ..event(NOW, "create", "casemate.assignment.create", "success")
    };
    let added = Event {
        after: Some(r#"{"user":"ada","login":"ada"}"#.into()),
        ..event(NOW, "add", "casemate.group-member.add", "success")
    };
    let events = [
        assigned(r#"{"role":"administrator","to":{"provider":"corp","id":"ada"}}"#),
        assigned(r#"{"role":"administrator","to":{"provider":"corp","id":"bob"}}"#),
        assigned(r#"{"role":"administrator","to":{"group":"ada"}}"#),
        added,
    ];
    let found = matches(&mut packed("privilege-granted-to-oneself"), &events);
    assert_eq!(found.iter().map(|found| found.events[0]).collect::<Vec<_>>(), [0, 3]);
}

#[test]
fn an_administrator_from_a_new_network_is_told() {
    let from = |at: i64, client: &'static str| {
        let mut event = event(at, "update", "casemate.role.update", "success");
        event.request.client = Some(client.into());
        event
    };
    let events = [from(0, "192.0.2.1"), from(DAY, "192.0.2.2"), from(2 * DAY, "198.51.100.1")];
    assert_eq!(matches(&mut packed("administrator-new-network"), &events).len(), 1);
}

#[test]
fn a_key_that_wakes_is_told() {
    let used = |at: i64| {
        let mut event = event(at, "decision", "notes.read", "success");
        event.actor.kind = "api-key".into();
        event
    };
    assert_eq!(
        matches(&mut packed("sleeping-key-wakes"), &[used(0), used(61 * DAY), used(62 * DAY)]).len(),
        1
    );
}

#[test]
fn who_reads_or_exports_very_much_is_told() {
    let read: Vec<Event<'_>> =
        (0..1_000).map(|one| event(one * SECOND / 2, "read", "notes.read", "success")).collect();
    assert_eq!(matches(&mut packed("mass-export"), &read).len(), 1);
    let exports = |kind: &str, action: &str| {
        let events: Vec<Event<'_>> =
            (0..10).map(|one| event(one * 60 * SECOND, kind, action, "success")).collect();
        matches(&mut packed("mass-export"), &events).len()
    };
    assert_eq!(exports("export", "casemate.audit-event.list"), 1);
    assert_eq!(exports("export", "casemate.user.list"), 1);
    // Whoever checks the log reads it in many parts.
    assert_eq!(exports("read", "casemate.audit-log.export"), 0);
}

#[test]
fn a_refusal_of_a_witness_and_a_weakened_detection_are_told() {
    for action in ["casemate.audit-log.witness-refusal", "casemate.audit-log.signing-refusal"] {
        let refused = event(NOW, "system", action, "failure");
        assert_eq!(matches(&mut packed("witness-refusal"), &[refused]).len(), 1);
    }
    let deleted = event(NOW, "delete", "casemate.detection.delete", "success");
    assert_eq!(matches(&mut packed("detection-weakened"), &[deleted]).len(), 1);
}
