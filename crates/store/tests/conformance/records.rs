//! Audit events and decisions.

use casemate_store::{
    Actor, AnonymousDenial, AuditEvent, AuditFilter, DecisionEvent, DecisionFilter, DenialQuery, KeyQuery,
    Party, RecordedDecision, Retention, Store,
};

use crate::place::{Place, commit, event};

async fn audited(store: &Store, filter: &AuditFilter) -> Vec<i64> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = store.reader().audit_events(filter, before, 3).await.unwrap();
        found.extend(page.iter().map(|stored| stored.event.at));
        match page.last() {
            Some(last) => before = Some(last.seq),
            None => return found,
        }
    }
}

pub(crate) async fn audit_events_are_filtered_and_paged(place: Place) {
    let store = place.open().await;
    for at in 0..12 {
        let pick = |words: &[&str]| words[at as usize % words.len()].to_owned();
        let event = AuditEvent {
            at,
            actor: Actor { id: pick(&["ada", "bob"]), ..crate::place::actor() },
            tenant: pick(&["default", "default", "other"]),
            resource_type: pick(&["role", "tenant", "role", "role"]),
            before: Some("{}".into()),
            ..event(&pick(&["create", "update", "delete"]), &pick(&["r1", "r2"]))
        };
        store.commit(commit(None, vec![], vec![event])).await.unwrap();
    }
    let text = |word: &str| Some(word.to_owned());
    let all = AuditFilter::default;
    assert_eq!(audited(&store, &all()).await, (0..12).rev().collect::<Vec<_>>());
    for (filter, expected) in [
        (AuditFilter { tenant: text("other"), ..all() }, vec![11, 8, 5, 2]),
        (AuditFilter { actor: text("bob"), since: Some(6), ..all() }, vec![11, 9, 7]),
        (AuditFilter { action: text("update"), ..all() }, vec![10, 7, 4, 1]),
        (AuditFilter { resource_type: text("tenant"), resource_id: text("r2"), ..all() }, vec![9, 5, 1]),
        (
            AuditFilter { tenant: text("other"), actor: text("ada"), action: text("delete"), ..all() },
            vec![8, 2],
        ),
        (AuditFilter { actor: text("nobody"), ..all() }, vec![]),
    ] {
        assert_eq!(audited(&store, &filter).await, expected, "{filter:?}");
    }
    let page = store.reader().audit_events(&all(), None, 1).await.unwrap();
    assert_eq!((page[0].event.before.as_deref(), page[0].event.after.as_deref()), (Some("{}"), None));
    store.close().await;
}

pub(crate) async fn texts_that_no_database_holds_are_found_nowhere(place: Place) {
    let store = place.open().await;
    let reader = store.reader();
    let odd = Some("a\0b".to_owned());
    let filter = AuditFilter { actor: odd.clone(), ..AuditFilter::default() };
    assert!(reader.audit_events(&filter, None, 1).await.unwrap().is_empty());
    let filter = DecisionFilter { subject: odd, ..DecisionFilter::default() };
    assert!(reader.decisions(&filter, None, 1).await.unwrap().items.is_empty());
    assert_eq!(reader.api_key("a\0").await.unwrap(), None);
    let odd = KeyQuery { account: Some("a\0".to_owned()), ..KeyQuery::default() };
    assert!(reader.api_keys(&odd).await.unwrap().is_empty());
    assert_eq!(reader.remembered("a\0", "b", 0).await.unwrap(), None);
    reader.ping().await.unwrap();
    store.close().await;
}

fn decision(at: i64, subject: &str, decision: RecordedDecision) -> DecisionEvent {
    let party = |id: &str| Party { provider: "corp".into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at,
        request_id: format!("request-{at}"),
        item: 3,
        tenant: "default".into(),
        application: Some("cms".into()),
        caller: party("caller"),
        credential: Some("ses_x".into()),
        subject: party(subject),
        action: "cms.entry".into(),
        resource_type: Some("entry".into()),
        resource_id: None,
        decision,
        reason: "no_permission".into(),
        permission: Some("cms.*".into()),
        revision: 7,
    }
}

async fn decided(store: &Store, filter: &DecisionFilter, limit: u32) -> Vec<DecisionEvent> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = store.reader().decisions(filter, before, limit).await.unwrap();
        found.extend(page.items.into_iter().map(|item| item.event));
        before = page.next;
        if before.is_none() {
            return found;
        }
    }
}

pub(crate) async fn decisions_are_filtered_and_paged(place: Place) {
    let store = place.open().await;
    let mut recorded = Vec::new();
    for at in 0..30 {
        let answer = if at % 3 == 0 { RecordedDecision::Allowed } else { RecordedDecision::Denied };
        recorded.push(decision(at, if at % 2 == 0 { "ada" } else { "bob\0\u{1f980}" }, answer));
    }
    store.record(recorded[..7].to_vec()).await.unwrap();
    store.record(recorded[7..].to_vec()).await.unwrap();
    let mut expected: Vec<_> = recorded.into_iter().rev().collect();
    for event in &mut expected {
        event.subject.id = event.subject.id.replace('\0', "\u{fffd}");
    }
    assert_eq!(decided(&store, &DecisionFilter::default(), 4).await, expected);
    let filter = DecisionFilter {
        decision: Some(RecordedDecision::Denied),
        subject: Some("ada".into()),
        since: Some(10),
        ..DecisionFilter::default()
    };
    let found: Vec<_> = decided(&store, &filter, 2).await.into_iter().map(|event| event.at).collect();
    assert_eq!(found, [28, 26, 22, 20, 16, 14, 10]);
    store.close().await;
}

pub(crate) async fn decisions_go_by_count_and_age(place: Place) {
    let store = place.open().await;
    for at in 0..600 {
        store.record(vec![decision(at, "ada", RecordedDecision::Denied)]).await.unwrap();
    }
    store.close().await;
    let times = async |retention, clock| {
        let store = place.open_with(retention, clock).await.unwrap();
        let found = decided(&store, &DecisionFilter::default(), 1_000).await;
        store.close().await;
        (found.len(), found.last().map(|event| event.at))
    };
    let by_count = Retention { max_events: 100, ..Retention::default() };
    assert_eq!(times(by_count, || 600).await, (600 - 256, Some(256)), "whole blocks go");
    let by_age = Retention { max_age: 50, ..Retention::default() };
    assert_eq!(times(by_age, || 600).await, (50, Some(550)));
    assert_eq!(times(by_age, || 500).await, (50, Some(550)), "what is erased does not come back");
}

pub(crate) async fn refusals_of_a_minute_are_added_up(place: Place) {
    let store = place.open().await;
    let denial = |minute, address: &str, count| AnonymousDenial {
        minute,
        address: address.into(),
        route: "/api/v1/me".into(),
        count,
    };
    let rounds = [
        vec![denial(100_000, "192.0.2.1", 2), denial(100_000, "192.0.2.2", 1)],
        vec![denial(100_000, "192.0.2.1", 3), denial(100_001, "192.0.2.1", 1)],
    ];
    for round in rounds {
        store.count_anonymous_denials(round).await.unwrap();
    }
    let kept = async || {
        store.reader().anonymous_denials(&DenialQuery { limit: 10, ..DenialQuery::default() }).await.unwrap()
    };
    let mut counted = kept().await;
    counted.sort_by(|a, b| (a.minute, &a.address).cmp(&(b.minute, &b.address)));
    let expected =
        [denial(100_000, "192.0.2.1", 5), denial(100_000, "192.0.2.2", 1), denial(100_001, "192.0.2.1", 1)];
    assert_eq!(counted, expected);
    // After thirty days they go.
    let month = 30 * 24 * 60;
    store.count_anonymous_denials(vec![denial(100_001 + month, "192.0.2.3", 1)]).await.unwrap();
    assert_eq!(kept().await.len(), 2);
    store.close().await;
}
