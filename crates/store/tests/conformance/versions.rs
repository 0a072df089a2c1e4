//! Versions of users and groups: what changes by hand made of them.

use casemate_store::{
    Actor, Commit, DIRECTORY_VERSION_AGE, DirectoryEdit, DirectoryKind, DirectoryVersionQuery,
    MAX_DIRECTORY_VERSIONS, MemberEdit, Membership, Operation, Retention, Store,
};

use crate::people::{group, join, put_group, put_user, user};
use crate::place::{Place, commit};
use crate::processes::send;

const DAY: i64 = 24 * 3_600 * 1_000_000;

fn edit(kind: DirectoryKind, id: &str, verb: &str, before: Option<&str>, after: &str) -> DirectoryEdit {
    DirectoryEdit {
        kind,
        id: id.into(),
        verb: verb.into(),
        restored: None,
        before: before.map(str::to_owned),
        after: Some(after.into()),
    }
}

fn keep(edit: DirectoryEdit) -> Operation {
    Operation::KeepVersion(Box::new(edit))
}

/// Ten days after what was kept at the beginning of time is too old.
fn later() -> i64 {
    DIRECTORY_VERSION_AGE + 10 * DAY
}

async fn make(store: &Store, operations: Vec<Operation>) -> i64 {
    store.commit(commit(None, operations, vec![])).await.unwrap()
}

async fn revisions(store: &Store, kind: DirectoryKind, id: &str) -> Vec<i64> {
    let versions = store.reader().directory_versions(&DirectoryVersionQuery::of(kind, id)).await.unwrap();
    versions.into_iter().map(|version| version.revision).collect()
}

pub(crate) async fn a_version_is_kept_with_its_change_and_read_again(place: Place) {
    let store = place.open().await;
    let created = edit(DirectoryKind::User, "usr_1", "create", None, "{\"login\":\"ada\"}");
    let first = make(&store, vec![put_user(user("usr_1", "ada")), keep(created.clone())]).await;
    let changed = DirectoryEdit { restored: Some(first), ..created.clone() };
    let changed = DirectoryEdit { verb: "restore".into(), before: Some("{}".into()), ..changed };
    let actor = Actor { provider: "corp".into(), kind: "user".into(), id: "eve".into(), credential: None };
    let operations = vec![put_user(user("usr_1", "bob")), keep(changed.clone())];
    let second = Commit { at: 77, actor: actor.clone(), ..commit(None, operations, vec![]) };
    let second = store.commit(second).await.unwrap();

    assert_eq!(revisions(&store, DirectoryKind::User, "usr_1").await, [second, first]);
    assert!(revisions(&store, DirectoryKind::Group, "usr_1").await.is_empty());
    assert!(revisions(&store, DirectoryKind::User, "usr_\0").await.is_empty());
    let reader = store.reader();
    let of_user = DirectoryVersionQuery::of(DirectoryKind::User, "usr_1");
    let page = DirectoryVersionQuery { after: Some(second), limit: 1, ..of_user };
    let page = reader.directory_versions(&page).await.unwrap();
    assert_eq!(page.iter().map(|version| version.revision).collect::<Vec<_>>(), [first]);
    let (version, kept, members) =
        reader.directory_version(DirectoryKind::User, "usr_1", second).await.unwrap().unwrap();
    assert_eq!((version.at, version.actor, version.restored), (77, actor, Some(first)));
    assert_eq!((kept, members), (changed, MemberEdit::default()));
    assert!(reader.directory_version(DirectoryKind::User, "usr_1", second + 1).await.unwrap().is_none());
    // A change that is refused keeps no version.
    let missing = Operation::RemoveGroup { id: "grp_none".into(), expected: None };
    assert!(store.commit(commit(None, vec![missing, keep(created)], vec![])).await.is_err());
    assert_eq!(revisions(&store, DirectoryKind::User, "usr_1").await.len(), 2);
    // It is no change of configuration.
    let (version, edits) = reader.version(second).await.unwrap().unwrap();
    assert_eq!((version.objects, version.people, edits.len()), (0, 1, 0));
}

pub(crate) async fn members_by_hand_are_told_change_by_change_and_no_others(place: Place) {
    let store = place.open().await;
    let kept = |verb: &str| keep(edit(DirectoryKind::Group, "grp_1", verb, Some("{}"), "{}"));
    let by_hand = |user: &str| Membership { group: "grp_1".into(), user: user.into(), source: String::new() };
    let users = ["usr_1", "usr_2", "usr_3"];
    let mut operations: Vec<Operation> = users.iter().map(|id| put_user(user(id, id))).collect();
    operations.extend([put_group(group("grp_1", "staff")), kept("create")]);
    make(&store, operations).await;
    let first = make(&store, vec![Operation::AddMember(by_hand("usr_1")), kept("add")]).await;
    // Who is in it already did not come by this, and neither did whom a provider says.
    let operations = users.map(by_hand).map(Operation::AddMember);
    let second =
        make(&store, operations.into_iter().chain([kept("add"), join("grp_1", "usr_1")]).collect()).await;
    make(&store, vec![Operation::RemoveMember(by_hand("usr_1")), kept("remove")]).await;
    // What changes nothing has no version.
    make(&store, vec![kept("update"), Operation::RemoveMember(by_hand("usr_1"))]).await;
    let listed = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let reader = store.reader();
    let mut edits = reader.member_edits_after("grp_1", first).await.unwrap();
    edits.iter_mut().for_each(|edit| edit.came.sort());
    let gone = MemberEdit { came: Vec::new(), gone: listed(&["usr_1"]) };
    assert_eq!(edits, [gone.clone(), MemberEdit { came: listed(&["usr_2", "usr_3"]), gone: Vec::new() }]);
    assert_eq!(reader.member_edits_after("grp_1", second).await.unwrap(), [gone]);
    assert_eq!(
        revisions(&store, DirectoryKind::Group, "grp_1").await.len(),
        3,
        "the first one changed nothing"
    );
    let there = reader.members_by_hand("grp_1", &users).await.unwrap();
    assert_eq!(there.into_iter().collect::<Vec<_>>(), ["usr_2", "usr_3"]);
}

pub(crate) async fn whoever_is_deleted_leaves_no_versions(place: Place) {
    let store = place.open().await;
    let of = |kind, id: &str| keep(edit(kind, id, "create", None, "{\"email\":\"ada@example.com\"}"));
    let operations = vec![
        put_user(user("usr_1", "ada")),
        put_user(user("usr_2", "bob")),
        put_group(group("grp_1", "staff")),
        of(DirectoryKind::User, "usr_1"),
        of(DirectoryKind::User, "usr_2"),
        of(DirectoryKind::Group, "grp_1"),
        join("grp_1", "usr_1"),
    ];
    make(&store, operations).await;
    make(&store, vec![Operation::RemoveUser { id: "usr_1".into(), expected: None }]).await;
    assert!(revisions(&store, DirectoryKind::User, "usr_1").await.is_empty());
    assert_eq!(revisions(&store, DirectoryKind::User, "usr_2").await.len(), 1);
    assert_eq!(revisions(&store, DirectoryKind::Group, "grp_1").await.len(), 1);
    make(&store, vec![Operation::RemoveGroup { id: "grp_1".into(), expected: None }]).await;
    assert!(revisions(&store, DirectoryKind::Group, "grp_1").await.is_empty());
    // What another version of Casemate left behind goes with the next start.
    let left = [("user", "usr_1"), ("user", "usr_2"), ("group", "grp_1")].map(|(kind, id)| {
        format!(
            "INSERT INTO directory_version VALUES ('{kind}', '{id}', 99, 0, '', '', '', 'create', NULL, NULL, '{{}}', NULL, NULL)"
        )
    });
    send(&place, &left).await;
    store.close().await;
    let store = place.open().await;
    assert!(revisions(&store, DirectoryKind::User, "usr_1").await.is_empty());
    assert!(revisions(&store, DirectoryKind::Group, "grp_1").await.is_empty());
    assert_eq!(revisions(&store, DirectoryKind::User, "usr_2").await.len(), 2);
}

pub(crate) async fn the_newest_are_kept_and_none_for_longer_than_their_age(place: Place) {
    let store = place.open().await;
    let most = MAX_DIRECTORY_VERSIONS as usize;
    let mut made = Vec::new();
    for number in 0..most + 3 {
        let body = format!("{{\"n\":{number}}}");
        made.push(make(&store, vec![keep(edit(DirectoryKind::User, "usr_1", "update", None, &body))]).await);
    }
    made.reverse();
    made.truncate(most);
    assert_eq!(revisions(&store, DirectoryKind::User, "usr_1").await, made);
    let rows = [("old", 9 * DAY), ("kept", 11 * DAY)].map(|(id, at)| {
        format!(
            "INSERT INTO directory_version VALUES ('user', '{id}', 1, {at}, '', '', '', 'create', NULL, NULL, '{{}}', NULL, NULL)"
        )
    });
    send(&place, &rows).await;
    store.close().await;
    // A start looks at all bounds.
    let store = place.open_with(Retention::default(), later).await.unwrap();
    assert!(revisions(&store, DirectoryKind::User, "old").await.is_empty());
    assert_eq!(revisions(&store, DirectoryKind::User, "kept").await, [1]);
}
