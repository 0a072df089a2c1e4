//! Users and groups that were changed by hand since a revision, and such changes among all.

use casemate_store::{
    DirectoryEdit, DirectoryKind, MAX_DIRECTORY_VERSIONS, MemberEdit, Membership, Operation, PEOPLE_SUMMARY,
    PeopleSince, Retention, Store, Then, Version, VersionQuery,
};

use crate::people::{group, put_group, put_user, user};
use crate::place::{Place, commit, put};

fn kept(kind: DirectoryKind, id: &str, verb: &str, before: Option<&str>, after: Option<&str>) -> Operation {
    Operation::KeepVersion(Box::new(DirectoryEdit {
        kind,
        id: id.into(),
        verb: verb.into(),
        restored: None,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }))
}

async fn make(store: &Store, operations: Vec<Operation>) -> i64 {
    store.commit(commit(None, operations, vec![])).await.unwrap()
}

async fn since(store: &Store, revision: i64) -> Vec<(String, Then)> {
    let since = store.reader().people_since(revision, 100).await.unwrap();
    since.into_iter().map(|PeopleSince { id, then, .. }| (id, then)).collect()
}

fn then(document: &str) -> Then {
    Then::Document(document.to_owned())
}

pub(crate) async fn what_was_changed_since_a_revision_is_told_with_what_it_was(place: Place) {
    use DirectoryKind::{Group, User};
    let store = place.open().await;
    let first = make(
        &store,
        vec![
            put_user(user("usr_1", "ada")),
            put_user(user("usr_2", "bob")),
            put_group(group("grp_1", "staff")),
            kept(User, "usr_1", "create", None, Some("a1")),
            kept(User, "usr_2", "create", None, Some("b1")),
            kept(Group, "grp_1", "create", None, Some("s1")),
        ],
    )
    .await;
    let second = make(&store, vec![kept(User, "usr_1", "update", Some("a1"), Some("a2"))]).await;
    make(&store, vec![kept(User, "usr_1", "update", Some("a2"), Some("a3"))]).await;
    let third =
        make(&store, vec![put_user(user("usr_3", "eve")), kept(User, "usr_3", "create", None, Some("e1"))])
            .await;
    for id in ["usr_2", "usr_3"] {
        let gone = Operation::RemoveUser { id: id.into(), expected: None };
        make(&store, vec![gone, kept(User, id, "delete", None, None)]).await;
    }
    let told = |entries: &[(&str, Then)]| -> Vec<(String, Then)> {
        entries.iter().map(|(id, then)| ((*id).to_owned(), then.clone())).collect()
    };
    assert_eq!(
        since(&store, first).await,
        told(&[("usr_1", then("a1")), ("usr_2", Then::Deleted), ("usr_3", Then::Absent)])
    );
    assert_eq!(since(&store, second).await[0], ("usr_1".to_owned(), then("a2")));
    assert_eq!(since(&store, third).await, told(&[("usr_2", Then::Deleted), ("usr_3", Then::Deleted)]));
    assert_eq!(since(&store, 0).await[0], ("grp_1".to_owned(), Then::Absent));
    assert_eq!(store.reader().people_since(first, 2).await.unwrap().len(), 2);
    // Of whoever is deleted nothing personal is kept, and that they were is, over a start as well.
    let versions = store.reader().people_edits(third + 1, 9).await.unwrap();
    assert_eq!((versions.len(), &*versions[0].id, &*versions[0].verb), (1, "usr_2", "delete"));
    let (_, edit, _) = store.reader().directory_version(User, "usr_2", third + 1).await.unwrap().unwrap();
    assert_eq!(edit.before, Some(format!("{{\"made\":{first}}}")));
    assert!(store.reader().directory_version(User, "usr_2", first).await.unwrap().is_none());
    store.close().await;
    let store = place.open().await;
    assert_eq!(since(&store, third).await.len(), 2);
}

pub(crate) async fn a_group_that_was_deleted_by_hand_comes_back_under_its_id(place: Place) {
    let store = place.open().await;
    let by_hand = |user: &str| Membership { group: "grp_1".into(), user: user.into(), source: String::new() };
    let first = make(
        &store,
        vec![
            put_user(user("usr_1", "ada")),
            put_group(group("grp_1", "staff")),
            Operation::AddMember(by_hand("usr_1")),
            kept(DirectoryKind::Group, "grp_1", "create", None, Some("s1")),
        ],
    )
    .await;
    let gone = Operation::RemoveGroup { id: "grp_1".into(), expected: None };
    make(&store, vec![gone.clone(), kept(DirectoryKind::Group, "grp_1", "delete", Some("s1"), None)]).await;
    store.close().await;
    let store = place.open().await;
    assert_eq!(since(&store, first).await, [("grp_1".to_owned(), then("s1"))]);
    let edits = store.reader().member_edits_after("grp_1", first).await.unwrap();
    assert_eq!(edits, [MemberEdit { came: Vec::new(), gone: vec!["usr_1".to_owned()] }]);
    let deleted = store.reader().deleted_groups(&["grp_1", "grp_2"]).await.unwrap();
    assert_eq!((deleted.len(), &*deleted[0].tenant, deleted[0].created_at), (1, "default", 3));
    // By its id alone it is not made again, but by whoever knows that it is not there.
    assert!(store.commit(commit(None, vec![put_group(group("grp_1", "staff"))], vec![])).await.is_err());
    let put = Operation::PutGroup { group: Box::new(group("grp_1", "staff")), expected: Some(0) };
    make(&store, vec![put, Operation::AddMember(by_hand("usr_1"))]).await;
    assert_eq!(store.reader().group("grp_1").await.unwrap().unwrap().name, "staff");
    assert_eq!(store.reader().count_members("grp_1").await.unwrap(), 1);
    // Whoever deletes it otherwise forgets what it was; and a user never comes back.
    make(&store, vec![gone]).await;
    assert!(since(&store, 0).await.is_empty());
    make(&store, vec![Operation::RemoveUser { id: "usr_1".into(), expected: None }]).await;
    let put = Operation::PutUser { user: Box::new(user("usr_1", "ada")), expected: Some(0) };
    assert!(store.commit(commit(None, vec![put], vec![])).await.is_err());
}

pub(crate) async fn where_versions_are_not_kept_that_is_said(place: Place) {
    let store = place.open().await;
    assert_eq!(store.reader().people_kept_since().await.unwrap(), 0);
    let mut last = 0;
    for number in 0..=MAX_DIRECTORY_VERSIONS {
        let (before, after) = (number.to_string(), (number + 1).to_string());
        last = make(&store, vec![kept(DirectoryKind::User, "usr_1", "update", Some(&before), Some(&after))])
            .await;
    }
    assert_eq!(since(&store, 0).await, [("usr_1".to_owned(), Then::Forgotten)]);
    let kept_from = last - i64::from(MAX_DIRECTORY_VERSIONS) + 1;
    assert_eq!(since(&store, kept_from).await, [("usr_1".to_owned(), then("2"))]);
    store.close().await;
    let store = place.open_with(Retention::default(), || i64::MAX).await.unwrap();
    assert_eq!(store.reader().people_kept_since().await.unwrap(), last);
    assert!(since(&store, 0).await.is_empty());
}

pub(crate) async fn changes_of_people_stand_among_all_changes(place: Place) {
    let store = place.open().await;
    let of = |id: &str| kept(DirectoryKind::User, id, "update", Some("1"), Some("2"));
    let objects = make(&store, vec![put("rol_1", "reader", "{}")]).await;
    let people = make(&store, vec![of("usr_1"), of("usr_2")]).await;
    let both = make(&store, vec![put("rol_2", "writer", "{}"), of("usr_1")]).await;
    let provided = make(&store, vec![put_user(user("usr_3", "eve"))]).await;
    let alone = make(&store, vec![of("usr_3")]).await;
    let told = |versions: Vec<Version>| -> Vec<(i64, i64, i64)> {
        versions.iter().map(|version| (version.revision, version.objects, version.people)).collect()
    };
    let page = |query: VersionQuery| {
        let reader = store.reader().clone();
        async move { told(reader.versions(&query).await.unwrap()) }
    };
    let all = [(alone, 0, 1), (both, 1, 1), (people, 0, 2), (objects, 1, 0)];
    assert_eq!(page(VersionQuery { limit: 9, ..VersionQuery::default() }).await, all);
    assert!(provided < alone, "what a provider says is no change by hand");
    // Page by page, in both orders.
    for oldest_first in [false, true] {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let query = VersionQuery { oldest_first, after, limit: 1, ..VersionQuery::default() };
            let Some(one) = page(query).await.pop() else { break };
            after = Some(one.0);
            pages.push(one);
        }
        if oldest_first {
            pages.reverse();
        }
        assert_eq!(pages, all);
    }
    let search = |text: &str| VersionQuery { search: Some(text.into()), limit: 9, ..VersionQuery::default() };
    assert_eq!(page(search("and GROUPS")).await, [all[0], all[2]]);
    assert!(page(search("nothing is called so")).await.is_empty());
    let by = VersionQuery { actor: Some("nobody".into()), limit: 9, ..VersionQuery::default() };
    assert!(page(by).await.is_empty());
    let (version, edits) = store.reader().version(people).await.unwrap().unwrap();
    assert_eq!((version.people, version.objects, edits.len()), (2, 0, 0));
    assert_eq!(version.summary, PEOPLE_SUMMARY);
    assert!(store.reader().version(provided).await.unwrap().is_none());
}

pub(crate) async fn users_and_groups_swap_names_in_one_change(place: Place) {
    let store = place.open().await;
    let people = |one: &str, other: &str| {
        let users = [user("usr_1", one), user("usr_2", other)].map(put_user);
        users
            .into_iter()
            .chain([group("grp_1", one), group("grp_2", other)].map(put_group))
            .collect::<Vec<_>>()
    };
    make(&store, people("ada", "bob")).await;
    make(&store, people("BOB", "ada")).await;
    let reader = store.reader();
    let called = reader.user_by_login("corp", "bob").await.unwrap().unwrap();
    assert_eq!((&*called.id, &*called.login), ("usr_1", "BOB"));
    assert_eq!(reader.user_by_login("corp", "ADA").await.unwrap().unwrap().id, "usr_2");
    assert_eq!(reader.group("grp_2").await.unwrap().unwrap().name, "ada");
    // Whoever keeps a name lends it to nobody, however many are written.
    for count in [2, 400] {
        let others =
            (0..count).map(|number| put_user(user(&format!("usr_x{number}"), &format!("x{number}"))));
        let taking = [put_user(user("usr_3", "ada"))].into_iter().chain(others);
        let taking = taking.chain([put_user(user("usr_2", "ada"))]).collect();
        let refused = store.commit(commit(None, taking, vec![])).await;
        assert!(matches!(refused, Err(casemate_store::CommitError::NameTaken { .. })), "{refused:?}");
    }
    // Nor does anybody lend the subject by which they are known.
    let swapped = |id: &str, login: &str, subject: &str| {
        let subject = Some(subject.to_owned());
        put_user(casemate_store::UserRecord { subject, ..user(id, login) })
    };
    let swap = vec![swapped("usr_1", "a", "sub-usr_2"), swapped("usr_2", "b", "sub-usr_1")];
    let refused = store.commit(commit(None, swap, vec![])).await;
    assert!(matches!(refused, Err(casemate_store::CommitError::NameTaken { .. })), "{refused:?}");
}
