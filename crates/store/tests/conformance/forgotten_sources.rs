//! What sources of permissions outside Casemate said, and counts no longer.

use casemate_store::{
    Actor, AuditEvent, Commit, CommitError, ForgottenIdentity, ForgottenSource, Operation, Store,
};

use crate::place::Place;

const HOUR: i64 = 3_600 * 1_000_000;

fn of(source: &str, subject: Option<&str>) -> ForgottenSource {
    let whom = subject.map(|subject| ForgottenIdentity {
        tenant: "default".to_owned(),
        kind: "user".to_owned(),
        subject: subject.to_owned(),
    });
    ForgottenSource { source: source.to_owned(), whom }
}

async fn forget(store: &Store, at: i64, forgotten: Vec<ForgottenSource>) -> Result<i64, CommitError> {
    let commit = Commit {
        base: None,
        at,
        actor: Actor::default(),
        summary: String::new(),
        operations: forgotten.into_iter().map(Operation::ForgetSource).collect(),
        events: Vec::<AuditEvent>::new(),
        fence: None,
    };
    store.commit(commit).await
}

pub(crate) async fn what_is_forgotten_is_told_by_revision_for_as_long_as_an_answer_may_be_kept(place: Place) {
    let store = place.open().await;
    let reader = store.reader();
    let policy = reader.position().await.unwrap().policy;
    let first = forget(&store, HOUR, vec![of("src_1", Some("ada"))]).await.unwrap();
    let second = forget(&store, 2 * HOUR, vec![of("src_1", None), of("src_2", Some("bob"))]).await.unwrap();
    assert_eq!(second, first + 1);
    assert_eq!(reader.position().await.unwrap().policy, policy, "no change of configuration is in its way");
    let after = async |revision: i64| reader.sources_forgotten_after(revision, 10).await.unwrap();
    let both = vec![of("src_1", None), of("src_2", Some("bob"))];
    assert_eq!(after(first).await, both);
    assert_eq!(after(0).await, [vec![of("src_1", Some("ada"))], both].concat());
    assert_eq!(reader.sources_forgotten_after(0, 1).await.unwrap().len(), 1);
    assert_eq!(after(second).await, []);
    let third = forget(&store, 3 * HOUR + 1, vec![of("src_1", Some("cyd"))]).await.unwrap();
    assert_eq!(third, second + 1);
    assert_eq!(after(0).await.len(), 3, "what was told more than two hours ago is gone");
    for wrong in [of("", None), of("src_1", Some("nul\0")), of("src_1", Some(&"x".repeat(1_025)))] {
        assert!(matches!(forget(&store, 4 * HOUR, vec![wrong]).await, Err(CommitError::Invalid { .. })));
    }
}
