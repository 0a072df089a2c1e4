//! What reviewers decided about assignments.

use casemate_store::{
    CommitError, Draft, Operation, Party, ReviewDecision, ReviewRecordQuery, Store, StoredReview,
};

use crate::place::{Place, commit, draft};

fn review(tenant: &str, assignment: &str, decision: ReviewDecision, reason: &str) -> Operation {
    Operation::Review(Box::new(StoredReview {
        assignment: assignment.into(),
        tenant: tenant.into(),
        decision,
        seen: 7,
        state: "ab".repeat(32),
        held: r#"{"role":"reader"}"#.into(),
        reason: reason.into(),
        own: assignment == "asg_own",
        reviewer: Party { provider: "corp".into(), kind: "user".into(), id: "ada".into() },
        login: Some("ada@example.com".into()),
        at: 0,
        revision: 0,
    }))
}

fn of(kind: &str, id: &str, name: &str) -> Draft {
    Draft { kind: kind.into(), tenant: String::new(), ..draft("role", id, name, "{}") }
}

async fn told(store: &Store, query: ReviewRecordQuery) -> Vec<String> {
    let found = store.reader().reviews(&ReviewRecordQuery { limit: 100, ..query }).await.unwrap();
    found.into_iter().map(|review| review.reason).collect()
}

pub(crate) async fn decisions_are_told_by_tenant_and_by_page_and_the_latest_of_each(place: Place) {
    use ReviewDecision::{Certified, Revoked};
    let store = place.open().await;
    for (tenant, assignment, decision, reason) in [
        ("acme", "asg_1", Certified, "first"),
        ("acme", "asg_2", Certified, "second"),
        ("acme", "asg_1", Revoked, "third"),
        ("other", "asg_9", Certified, "elsewhere"),
        ("acme", "asg_own", Certified, "fifth"),
    ] {
        let made = commit(None, vec![review(tenant, assignment, decision, reason)], vec![]);
        store.commit(made).await.unwrap();
    }
    let acme = || ReviewRecordQuery { tenant: "acme".into(), ..ReviewRecordQuery::default() };
    assert_eq!(told(&store, acme()).await, ["fifth", "third", "second", "first"]);
    let text = |word: &str| Some(word.to_owned());
    for (query, expected) in [
        (ReviewRecordQuery { oldest_first: true, ..acme() }, vec!["first", "second", "third", "fifth"]),
        (ReviewRecordQuery { assignment: text("asg_1"), ..acme() }, vec!["third", "first"]),
        (ReviewRecordQuery { assignment: text("asg_9"), ..acme() }, vec![]),
        (ReviewRecordQuery { decision: Some(Revoked), ..acme() }, vec!["third"]),
        (ReviewRecordQuery { search: text("FI"), ..acme() }, vec!["fifth", "first"]),
        (ReviewRecordQuery { search: text("ADA@"), until: Some(5), ..acme() }, vec![]),
        (ReviewRecordQuery { reviewer: text("eve"), ..acme() }, vec![]),
        (ReviewRecordQuery { since: Some(6), ..acme() }, vec![]),
    ] {
        assert_eq!(told(&store, query.clone()).await, expected, "{query:?}");
    }
    let mut paged = Vec::new();
    let mut after = None;
    while let Some(one) =
        store.reader().reviews(&ReviewRecordQuery { after, limit: 1, ..acme() }).await.unwrap().pop()
    {
        assert_eq!((one.at, one.seen, one.own), (5, 7, one.assignment == "asg_own"));
        after = Some(one.revision);
        paged.push(one.reason);
    }
    assert_eq!(paged, ["fifth", "third", "second", "first"]);
    let ids = ["asg_1", "asg_2", "asg_3", "asg_9", "a\0"];
    let mut latest = store.reader().latest_reviews("acme", &ids).await.unwrap();
    latest.sort_by(|one, other| one.assignment.cmp(&other.assignment));
    let latest: Vec<_> = latest.iter().map(|one| (&*one.assignment, one.decision)).collect();
    assert_eq!(latest, [("asg_1", Revoked), ("asg_2", Certified)]);
    assert!(store.reader().latest_reviews("acme", &[]).await.unwrap().is_empty());
    store.close().await;
}

pub(crate) async fn the_record_stays_when_an_assignment_goes_and_goes_with_its_tenant(place: Place) {
    let store = place.open().await;
    let assignment = Draft { tenant: "acme".into(), ..of("assignment", "asg_1", "one") };
    let made = vec![Operation::Put(of("tenant", "ten_1", "acme")), Operation::Put(assignment)];
    store.commit(commit(None, made, vec![])).await.unwrap();
    let decided = review("acme", "asg_1", ReviewDecision::Certified, "needed");
    store.commit(commit(None, vec![decided], vec![])).await.unwrap();
    let gone = Operation::Remove { kind: "assignment".into(), id: "asg_1".into() };
    store.commit(commit(None, vec![gone], vec![])).await.unwrap();
    let acme = || ReviewRecordQuery { tenant: "acme".into(), ..ReviewRecordQuery::default() };
    assert_eq!(told(&store, acme()).await, ["needed"]);

    // Another tenant of the name would have its record.
    let renamed = commit(None, vec![Operation::Put(of("tenant", "ten_1", "umbrella"))], vec![]);
    let refused = store.commit(renamed).await;
    assert!(matches!(refused, Err(CommitError::Invalid { what: "name", .. })), "{refused:?}");
    let gone = Operation::Remove { kind: "tenant".into(), id: "ten_1".into() };
    store.commit(commit(None, vec![gone], vec![])).await.unwrap();
    assert!(told(&store, acme()).await.is_empty());
    store.close().await;
}

pub(crate) async fn no_decision_is_kept_without_a_reason_and_none_is_in_the_way_of_changes(place: Place) {
    let store = place.open().await;
    let base = store.commit(commit(None, vec![Operation::Put(of("role", "r", "r"))], vec![])).await.unwrap();
    for reason in ["", "a\0", &"x".repeat(1_025)] {
        let bad = commit(None, vec![review("acme", "asg_1", ReviewDecision::Certified, reason)], vec![]);
        let refused = store.commit(bad).await;
        assert!(matches!(refused, Err(CommitError::Invalid { what: "reason", .. })), "{refused:?}");
    }
    let decided = vec![review("acme", "asg_1", ReviewDecision::Certified, "needed")];
    let decided = store.commit(commit(Some(base), decided, vec![])).await.unwrap();
    assert_eq!(decided, base + 1);
    let next = commit(Some(base), vec![Operation::Put(of("role", "s", "s"))], vec![]);
    store.commit(next).await.unwrap();
    // What was thought out before something changed is not decided.
    let stale = vec![review("acme", "asg_1", ReviewDecision::Certified, "needed")];
    let refused = store.commit(commit(Some(base), stale, vec![])).await;
    assert!(matches!(refused, Err(CommitError::Conflict { .. })), "{refused:?}");
    store.close().await;
}
