//! How far sinks of the audit log are.

use casemate_store::{Actor, AuditSinkSteering, AuditSinkStep, Commit, Lease, Operation, Store};

use crate::place::{Place, commit, draft};

async fn steer(store: &Store, sink: &str, step: AuditSinkStep) {
    let commit = Commit {
        base: None,
        at: 1,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::SteerAuditSink(AuditSinkSteering { sink: sink.to_owned(), step })],
        events: Vec::new(),
        fence: None,
    };
    store.commit(commit).await.unwrap();
}

async fn leased(store: &Store, holder: &str, now: i64) -> Option<Lease> {
    store.acquire_lease("audit-sink/snk_1", holder, now, now + 100).await.unwrap()
}

pub(crate) async fn a_cursor_moves_from_where_it_is_and_under_the_lease_alone(place: Place) {
    let store = place.open().await;
    let reader = store.reader();
    let policy = reader.position().await.unwrap().policy;
    assert_eq!(reader.audit_sink_cursor("snk_1").await.unwrap(), None);
    let lease = leased(&store, "one", 0).await.unwrap();
    assert!(store.begin_audit_sink(&lease, "snk_1", 5).await.unwrap());
    assert!(!store.begin_audit_sink(&lease, "snk_1", 9).await.unwrap(), "it began before");
    assert!(store.note_audit_sink_failure(&lease, "snk_1", &"ü".repeat(2_000), 7).await.unwrap());
    assert!(store.note_audit_sink_failure(&lease, "snk_1", "nul\0 is left out", 8).await.unwrap());
    let cursor = reader.audit_sink_cursor("snk_1").await.unwrap().unwrap();
    assert_eq!((cursor.next, cursor.failures, cursor.failed_at), (Some(5), 2, Some(8)));
    assert_eq!(cursor.error.as_deref(), Some("nul is left out"));

    assert!(store.advance_audit_sink(&lease, "snk_1", (5, 12), 20, 500).await.unwrap());
    let cursor = reader.audit_sink_cursor("snk_1").await.unwrap().unwrap();
    assert_eq!((cursor.next, cursor.failures, cursor.error, cursor.failed_at), (Some(12), 0, None, None));
    assert_eq!(cursor.succeeded_at, Some(20));
    assert_eq!(reader.leases(499).await.unwrap().len(), 1, "the lease was renewed with it");
    assert!(!store.advance_audit_sink(&lease, "snk_1", (5, 6), 20, 500).await.unwrap(), "it is elsewhere");

    // Somebody has events sent again; forwards nothing is skipped.
    steer(&store, "snk_1", AuditSinkStep::Rewind(3)).await;
    steer(&store, "snk_1", AuditSinkStep::Rewind(8)).await;
    assert!(!store.advance_audit_sink(&lease, "snk_1", (12, 14), 20, 500).await.unwrap());
    assert_eq!(reader.audit_sink_cursor("snk_1").await.unwrap().unwrap().next, Some(3));

    // Who lost the lease moves nothing.
    let other = leased(&store, "other", 600).await.unwrap();
    assert!(!store.advance_audit_sink(&lease, "snk_1", (3, 4), 601, 900).await.unwrap());
    assert!(!store.note_audit_sink_failure(&lease, "snk_1", "late", 601).await.unwrap());
    assert!(store.advance_audit_sink(&other, "snk_1", (3, 4), 601, 900).await.unwrap());
    assert_eq!(reader.position().await.unwrap().policy, policy, "no change of configuration is in its way");
}

pub(crate) async fn a_sink_can_be_paused_before_anybody_sent_to_it(place: Place) {
    let store = place.open().await;
    steer(&store, "snk_2", AuditSinkStep::Pause).await;
    let cursors = store.reader().audit_sink_cursors().await.unwrap();
    assert_eq!(cursors.len(), 1);
    assert_eq!((cursors[0].next, cursors[0].paused), (None, true));
    let lease = leased(&store, "one", 0).await.unwrap();
    assert!(store.begin_audit_sink(&lease, "snk_2", 0).await.unwrap());
    steer(&store, "snk_2", AuditSinkStep::Resume).await;
    let cursor = store.reader().audit_sink_cursor("snk_2").await.unwrap().unwrap();
    assert_eq!((cursor.next, cursor.paused), (Some(0), false));
}

pub(crate) async fn a_sink_that_is_deleted_leaves_nothing(place: Place) {
    let store = place.open().await;
    for (kind, id) in [("audit-sink", "snk_1"), ("audit-sink", "snk_2"), ("alert-receiver", "rcv_1")] {
        let put = Operation::Put(draft(kind, id, id, "{}"));
        store.commit(commit(None, vec![put], Vec::new())).await.unwrap();
    }
    for sink in ["snk_1", "snk_2"] {
        let lease = store.acquire_lease(sink, "one", 0, 100).await.unwrap().unwrap();
        assert!(store.begin_audit_sink(&lease, sink, 5).await.unwrap());
    }
    let lease = leased(&store, "one", 0).await.unwrap();
    for place in ["receiver/rcv_1", "receiver/rcv_1/mail", "receiver/rcv_2"] {
        assert!(store.keep_alerts_told(&lease, place, 7, 1).await.unwrap());
    }
    for (kind, id) in [("audit-sink", "snk_1"), ("alert-receiver", "rcv_1")] {
        let remove = Operation::Remove { kind: kind.to_owned(), id: id.to_owned() };
        store.commit(commit(None, vec![remove], Vec::new())).await.unwrap();
    }
    let left = store.reader().audit_sink_cursors().await.unwrap();
    assert_eq!(left.iter().map(|cursor| cursor.sink.as_str()).collect::<Vec<_>>(), ["snk_2"]);
    let mut told = Vec::new();
    for place in ["receiver/rcv_1", "receiver/rcv_1/mail", "receiver/rcv_2"] {
        told.push(store.reader().alerts_told(place).await.unwrap());
    }
    assert_eq!(told, [None, None, Some(7)]);
}
