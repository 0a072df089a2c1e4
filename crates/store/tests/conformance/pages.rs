//! Pages of lists: whatever comes and goes between two of them, what was there all the time is told once.

use casemate_store::{
    AddressBlock, AnonymousDenial, AuditFilter, BlockQuery, BlockSort, Commit, DenialQuery, DirectoryEdit,
    DirectoryKind, DirectoryVersionQuery, MemberQuery, Membership, Operation, SessionQuery, Sessions, Store,
    StoredSession, Temporary, VersionQuery,
};

use crate::people::{group, join, put_group, put_user, user};
use crate::place::{Place, commit, event, put};
use crate::sessions::session;

async fn change(store: &Store, operations: Vec<Operation>) -> i64 {
    store.commit(commit(None, operations, vec![])).await.unwrap()
}

async fn begin(store: &Store, number: u8, temporary: bool) {
    let temporary = temporary.then(|| Temporary { title: format!("T{number}"), ..Temporary::default() });
    let session = StoredSession { temporary, ..session(number, &format!("person{number}")) };
    change(store, vec![Operation::BeginSession(session)]).await;
}

pub(crate) async fn sessions_come_and_go_between_pages(place: Place) {
    let store = place.open().await;
    for (number, temporary) in [(10, false), (20, false), (30, false), (40, false), (11, true), (21, true)] {
        begin(&store, number, temporary).await;
    }
    let all = SessionQuery { now: 3_000, limit: 2, ..SessionQuery::default() };
    let read = async |query: SessionQuery| {
        let found = store.reader().sessions(&query).await.unwrap();
        found.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    let after = |number: u8| Some(((1_000 + i64::from(number)).to_string(), format!("ses_{number}")));
    assert_eq!(read(all.clone()).await, ["ses_40", "ses_30"]);
    begin(&store, 50, false).await;
    let ended = Sessions::Id("ses_30".to_owned());
    change(&store, vec![Operation::EndSessions { which: ended, reason: "test".to_owned() }]).await;
    assert_eq!(read(SessionQuery { after: after(30), ..all.clone() }).await, ["ses_20", "ses_10"]);
    let oldest = SessionQuery { oldest_first: true, ..all.clone() };
    assert_eq!(read(oldest.clone()).await, ["ses_10", "ses_20"]);
    assert_eq!(read(SessionQuery { after: after(20), ..oldest }).await, ["ses_40", "ses_50"]);
    let temporary = SessionQuery { temporary: true, ..all.clone() };
    assert_eq!(read(temporary.clone()).await, ["ses_21", "ses_11"]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(read(SessionQuery { search: text("t2"), ..temporary }).await, ["ses_21"]);
    assert_eq!(read(SessionQuery { search: text("PERSON2"), ..all.clone() }).await, ["ses_20"]);
    assert_eq!(read(SessionQuery { search: text("%"), ..all.clone() }).await, [""; 0]);
    assert_eq!(read(SessionQuery { subject: text("person10"), ..all.clone() }).await, ["ses_10"]);
    assert_eq!(read(SessionQuery { provider: text("other"), ..all.clone() }).await, [""; 0]);
    assert_eq!(read(SessionQuery { subject: text("a\0"), ..all.clone() }).await, [""; 0]);
    assert_eq!(read(SessionQuery { now: 5_000, ..all }).await, [""; 0], "all have ended by then");
    store.close().await;
}

pub(crate) async fn events_and_changes_are_told_in_both_orders(place: Place) {
    let store = place.open().await;
    for at in 1..=4 {
        let mut event = event("casemate.role.update", &format!("r{at}"));
        event.at = at;
        event.outcome = if at == 2 { "denied" } else { "success" }.to_owned();
        let mut change = commit(None, vec![put(&at.to_string(), &at.to_string(), "{}")], vec![event]);
        (change.at, change.summary) = (at, format!("Change {at}"));
        store.commit(Commit { ..change }).await.unwrap();
    }
    let reader = store.reader();
    let events = async |filter: AuditFilter, beyond| {
        let found = reader.audit_events(&filter, beyond, 2).await.unwrap();
        found.into_iter().map(|stored| (stored.event.at, stored.seq)).collect::<Vec<_>>()
    };
    let oldest = AuditFilter { oldest_first: true, ..AuditFilter::default() };
    let first = events(oldest.clone(), None).await;
    let second = events(oldest, Some(first[1].1)).await;
    assert_eq!([&*first, &*second].concat().iter().map(|(at, _)| *at).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let until = AuditFilter { since: Some(2), until: Some(4), ..AuditFilter::default() };
    assert_eq!(events(until, None).await, [second[0], first[1]]);
    let denied = AuditFilter { outcome: Some("denied".to_owned()), ..AuditFilter::default() };
    assert_eq!(events(denied, None).await, [first[1]]);
    let of_resource = AuditFilter {
        tenant: Some("default".to_owned()),
        resource_id: Some("r3".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(events(of_resource, None).await, [second[0]]);

    let versions = async |query: VersionQuery| {
        let found = reader.versions(&VersionQuery { limit: 2, ..query }).await.unwrap();
        found.into_iter().map(|version| version.revision).collect::<Vec<_>>()
    };
    let oldest = VersionQuery { oldest_first: true, ..VersionQuery::default() };
    assert_eq!(versions(oldest.clone()).await, [1, 2]);
    change(&store, vec![put("5", "5", "{}")]).await;
    assert_eq!(versions(VersionQuery { after: Some(2), ..oldest.clone() }).await, [3, 4]);
    assert_eq!(versions(VersionQuery { after: Some(4), ..oldest }).await, [5]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(versions(VersionQuery { search: text("change 3"), ..VersionQuery::default() }).await, [3]);
    let until = VersionQuery { since: Some(2), until: Some(4), ..VersionQuery::default() };
    assert_eq!(versions(until).await, [3, 2]);
    assert!(versions(VersionQuery { actor: text("nobody"), ..VersionQuery::default() }).await.is_empty());
    assert!(versions(VersionQuery { search: text("a\0"), ..VersionQuery::default() }).await.is_empty());
    store.close().await;
}

pub(crate) async fn versions_of_people_are_told_in_both_orders(place: Place) {
    let store = place.open().await;
    let mut revisions = Vec::new();
    for (number, verb) in ["create", "update", "restore"].into_iter().enumerate() {
        let edit = DirectoryEdit {
            kind: DirectoryKind::User,
            id: "usr_1".into(),
            verb: verb.into(),
            restored: None,
            before: Some(number.to_string()),
            after: Some((number + 1).to_string()),
        };
        let operations = vec![put_user(user("usr_1", "ada")), Operation::KeepVersion(Box::new(edit))];
        revisions.push(change(&store, operations).await);
    }
    let of = |change: fn(&mut DirectoryVersionQuery)| {
        let mut query = DirectoryVersionQuery::of(DirectoryKind::User, "usr_1");
        change(&mut query);
        query
    };
    let read = async |query: DirectoryVersionQuery| {
        let found = store.reader().directory_versions(&query).await.unwrap();
        found.into_iter().map(|version| version.revision).collect::<Vec<_>>()
    };
    assert_eq!(read(of(|query| query.oldest_first = true)).await, revisions);
    let behind = DirectoryVersionQuery { after: Some(revisions[0]), ..of(|query| query.oldest_first = true) };
    assert_eq!(read(behind).await, revisions[1..]);
    assert_eq!(read(of(|query| query.verb = Some("update".into()))).await, [revisions[1]]);
    assert_eq!(read(of(|query| query.actor = Some("nobody".into()))).await, [0; 0]);
    assert_eq!(read(of(|query| query.until = Some(5))).await, [0; 0]);
    assert_eq!(read(of(|query| query.since = Some(5))).await.len(), 3);
    store.close().await;
}

pub(crate) async fn members_come_and_go_between_pages(place: Place) {
    let store = place.open().await;
    let mut operations: Vec<_> =
        (1..=5).map(|number| put_user(user(&number.to_string(), &format!("User{number}")))).collect();
    operations.push(put_group(group("a", "alpha")));
    operations.extend(["1", "2", "4", "5"].map(|user| join("a", user)));
    change(&store, operations).await;
    let all = MemberQuery { group: "a".into(), limit: 2, ..MemberQuery::default() };
    let read = async |query: MemberQuery| {
        let found = store.reader().members(&query).await.unwrap();
        found.into_iter().map(|member| member.user).collect::<Vec<_>>()
    };
    let backwards = MemberQuery { descending: true, ..all.clone() };
    assert_eq!(read(backwards.clone()).await, ["5", "4"]);
    let gone = Membership { group: "a".into(), user: "4".into(), source: "scim".into() };
    change(&store, vec![Operation::RemoveMember(gone), join("a", "3")]).await;
    let after = Some(("4".to_owned(), "scim".to_owned()));
    assert_eq!(read(MemberQuery { after, ..backwards }).await, ["3", "2"]);
    assert_eq!(read(MemberQuery { search: Some("uSER5".into()), ..all.clone() }).await, ["5"]);
    assert_eq!(read(MemberQuery { active: Some(false), ..all.clone() }).await, [""; 0]);
    assert_eq!(read(MemberQuery { active: Some(true), ..all.clone() }).await, ["1", "2"]);
    assert_eq!(read(MemberQuery { group: "a\0".into(), ..all }).await, [""; 0]);
    store.close().await;
}

pub(crate) async fn blocks_and_refusals_come_and_go_between_pages(place: Place) {
    let store = place.open().await;
    let block = |number: i64, until: i64| {
        let (id, network) = (format!("blk_{number}"), format!("192.0.2.{number}/32"));
        Operation::Block(AddressBlock { id, network, times: 1, blocked_at: 100 - number, until, revision: 0 })
    };
    change(&store, vec![block(1, 700), block(2, 900), block(3, 800)]).await;
    let read = async |sort, descending, after: Option<(&str, &str)>| {
        let after = after.map(|(key, id)| (key.to_owned(), id.to_owned()));
        let query = BlockQuery { now: 500, limit: 2, sort, descending, after, ..BlockQuery::default() };
        let found = store.reader().blocks_and_locks(&query).await.unwrap();
        found.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(read(BlockSort::Id, true, None).await, ["blk_3", "blk_2"]);
    assert_eq!(read(BlockSort::Until, false, None).await, ["blk_1", "blk_3"]);
    assert_eq!(read(BlockSort::BlockedAt, false, None).await, ["blk_3", "blk_2"]);
    change(&store, vec![Operation::LiftBlock { id: "blk_3".to_owned() }, block(4, 750)]).await;
    assert_eq!(read(BlockSort::Until, false, Some(("800", "blk_3"))).await, ["blk_2"]);
    assert_eq!(read(BlockSort::BlockedAt, false, Some(("98", "blk_2"))).await, ["blk_1"]);
    assert_eq!(read(BlockSort::Until, false, Some(("no number", "blk_3"))).await, [""; 0]);

    let denial = |minute, address: &str| AnonymousDenial {
        minute,
        address: address.into(),
        route: "/x".into(),
        count: 1,
    };
    let first = vec![denial(7, "192.0.2.1"), denial(7, "192.0.2.3"), denial(9, "192.0.2.1")];
    store.count_anonymous_denials(first).await.unwrap();
    let told = async |query: DenialQuery| {
        let found = store.reader().anonymous_denials(&DenialQuery { limit: 2, ..query }).await.unwrap();
        found.into_iter().map(|denial| (denial.minute, denial.address)).collect::<Vec<_>>()
    };
    let of = |minute: i64, address: &str| (minute, address.to_owned());
    assert_eq!(told(DenialQuery::default()).await, [of(9, "192.0.2.1"), of(7, "192.0.2.3")]);
    store.count_anonymous_denials(vec![denial(7, "192.0.2.2"), denial(9, "192.0.2.2")]).await.unwrap();
    let after = Some((7, "192.0.2.3".to_owned(), "/x".to_owned()));
    let behind = DenialQuery { after: after.clone(), ..DenialQuery::default() };
    assert_eq!(told(behind).await, [of(7, "192.0.2.2"), of(7, "192.0.2.1")]);
    let oldest = DenialQuery { oldest_first: true, after, ..DenialQuery::default() };
    assert_eq!(told(oldest).await, [of(9, "192.0.2.1"), of(9, "192.0.2.2")]);
    let address = DenialQuery { address: Some("192.0.2.1".into()), since: Some(8), ..DenialQuery::default() };
    assert_eq!(told(address).await, [of(9, "192.0.2.1")]);
    assert_eq!(told(DenialQuery { until: Some(7), ..DenialQuery::default() }).await, []);
    assert_eq!(told(DenialQuery { route: Some("a\0".into()), ..DenialQuery::default() }).await, []);
    store.close().await;
}
