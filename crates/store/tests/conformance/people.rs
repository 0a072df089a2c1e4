//! Users, groups, and who belongs to what.

use casemate_store::{
    AuditFilter, ChangedUsers, CommitError, FormerUser, GroupQuery, GroupRecord, GroupSort, Member,
    MemberQuery, Membership, Operation, Still, Store, UserChange, UserQuery, UserRecord, UserSort,
};

use crate::place::{Place, commit, event, put};

pub(crate) fn user(id: &str, login: &str) -> UserRecord {
    UserRecord {
        id: id.into(),
        tenant: "default".into(),
        provider: "corp".into(),
        subject: Some(format!("sub-{id}")),
        login: login.into(),
        active: true,
        attributes: "{}".into(),
        created_at: 3,
        ..UserRecord::default()
    }
}

pub(crate) fn put_user(user: UserRecord) -> Operation {
    Operation::PutUser { user: Box::new(user), expected: None }
}

pub(crate) fn group(id: &str, name: &str) -> GroupRecord {
    GroupRecord {
        id: id.into(),
        tenant: "default".into(),
        provider: "corp".into(),
        name: name.into(),
        created_at: 3,
        ..GroupRecord::default()
    }
}

pub(crate) fn put_group(group: GroupRecord) -> Operation {
    Operation::PutGroup { group: Box::new(group), expected: None }
}

fn member(group: &str, user: &str, source: &str) -> Membership {
    Membership { group: group.into(), user: user.into(), source: source.into() }
}

pub(crate) fn join(group: &str, user: &str) -> Operation {
    Operation::AddMember(member(group, user, "scim"))
}

fn remove_user(id: &str) -> Operation {
    Operation::RemoveUser { id: id.into(), expected: None }
}

async fn make(store: &Store, operations: Vec<Operation>) -> Result<i64, CommitError> {
    store.commit(commit(None, operations, vec![])).await
}

async fn logins(store: &Store, query: UserQuery) -> Vec<String> {
    let query = UserQuery { limit: 100, ..query };
    let found = store.reader().users(&query).await.unwrap();
    assert_eq!(store.reader().count_users(&query).await.unwrap(), found.len() as u64);
    found.into_iter().map(|user| user.login).collect()
}

async fn group_names(store: &Store, user: &str) -> Vec<String> {
    let groups = store.reader().groups_of(&[user]).await.unwrap();
    groups.into_iter().map(|(_, group)| group.name).collect()
}

/// The ids of the users that were changed after a revision.
async fn changed(store: &Store, after: i64) -> Vec<String> {
    match store.reader().users_changed_after(after).await.unwrap() {
        ChangedUsers::These(users) => {
            let mut ids: Vec<_> = users.into_iter().map(|user| user.id).collect();
            ids.sort();
            ids
        }
        ChangedUsers::Many => vec!["many".to_owned()],
    }
}

pub(crate) async fn users_are_found_by_all_that_they_are_called(place: Place) {
    let store = place.open().await;
    let ada = UserRecord {
        external_id: Some("0o1".into()),
        email: Some("ada@example.com".into()),
        display_name: Some("Ada Lovelace".into()),
        attributes: "{\"department\":\"engines\"}".into(),
        scim: Some("{\"title\":\"x\"}".into()),
        source: "scim".into(),
        signed_in_at: Some(9),
        ..user("usr_a", "Ada@Example.com")
    };
    let made = commit(None, vec![put_user(ada.clone())], vec![event("casemate.user.create", "usr_a")]);
    assert_eq!(store.commit(made).await.unwrap(), 1);
    let expected = UserRecord { revision: 1, updated_at: 5, ..ada };
    let reader = store.reader();
    for found in [
        reader.user("usr_a").await,
        reader.user_by_subject("corp", "sub-usr_a").await,
        reader.user_by_login("corp", "ADA@example.com").await,
        reader.user_by_external_id("corp", "0o1").await,
    ] {
        assert_eq!(found.unwrap(), Some(expected.clone()));
    }
    for absent in [
        reader.user("usr_b").await,
        reader.user("usr_\0").await,
        reader.user_by_subject("other", "sub-usr_a").await,
        reader.user_by_login("corp", "ada").await,
    ] {
        assert_eq!(absent.unwrap(), None);
    }
    let events = reader.audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!((events.len(), events[0].revision), (1, 1));
    // A sign-in that is not said leaves the last one.
    make(&store, vec![put_user(UserRecord { signed_in_at: None, active: false, ..expected })]).await.unwrap();
    let after = store.reader().user("usr_a").await.unwrap().unwrap();
    assert_eq!((after.signed_in_at, after.active, after.created_at, after.revision), (Some(9), false, 3, 2));
    store.close().await;
}

pub(crate) async fn logins_and_subjects_are_unique_in_their_provider(place: Place) {
    let store = place.open().await;
    make(&store, vec![put_user(user("1", "Ada")), put_group(group("g1", "Staff"))]).await.unwrap();
    let taken =
        |kind: &str, name: &str| Err(CommitError::NameTaken { kind: kind.to_owned(), name: name.to_owned() });
    assert_eq!(make(&store, vec![put_user(user("2", "ADA"))]).await, taken("user", "ada"));
    let same = UserRecord { subject: Some("sub-1".into()), ..user("2", "bob") };
    assert_eq!(make(&store, vec![put_user(same)]).await, taken("subject", "sub-1"));
    let twins = vec![put_user(user("3", "eve")), put_user(user("4", "Eve"))];
    assert_eq!(make(&store, twins).await, taken("user", "Eve"));
    assert_eq!(make(&store, vec![put_group(group("g2", "STAFF"))]).await, taken("group", "STAFF"));
    let elsewhere = UserRecord { provider: "other".into(), subject: None, ..user("2", "ada") };
    let without = UserRecord { subject: None, ..user("5", "kim") };
    let of_other = GroupRecord { provider: "other".into(), ..group("g2", "staff") };
    let fine = vec![put_user(elsewhere), put_user(without), put_group(of_other)];
    make(&store, fine).await.unwrap();
    // Who goes leaves the name to others of the same change.
    make(&store, vec![remove_user("1"), put_user(user("6", "ada"))]).await.unwrap();
    let invalid = make(&store, vec![put_user(user("7", "a\u{1}b"))]).await;
    assert!(matches!(invalid, Err(CommitError::Invalid { what: "login", .. })), "{invalid:?}");
    let twice = make(&store, vec![put_user(user("7", "x")), remove_user("7")]).await;
    assert_eq!(twice, Err(CommitError::Twice { kind: "user".into(), id: "7".into() }));
    store.close().await;
}

pub(crate) async fn a_change_of_people_expects_what_was_looked_at(place: Place) {
    let store = place.open().await;
    let expecting =
        |expected| Operation::PutUser { user: Box::new(user("1", "ada")), expected: Some(expected) };
    make(&store, vec![expecting(0)]).await.unwrap();
    let changed = Err(CommitError::Changed { kind: "user".into(), id: "1".into() });
    assert_eq!(make(&store, vec![expecting(0)]).await, changed);
    make(&store, vec![expecting(1)]).await.unwrap();
    assert_eq!(
        make(&store, vec![Operation::RemoveUser { id: "1".into(), expected: Some(1) }]).await,
        changed
    );
    make(&store, vec![Operation::RemoveUser { id: "1".into(), expected: Some(2) }]).await.unwrap();
    let missing = Err(CommitError::Missing { kind: "user".into(), id: "1".into() });
    assert_eq!(make(&store, vec![put_user(user("1", "ada"))]).await, missing, "an id is used once");
    assert_eq!(make(&store, vec![remove_user("1")]).await, missing);
    assert_eq!(make(&store, vec![put_group(group("g", "g")), join("g", "1")]).await, missing);
    assert!(store.reader().group("g").await.unwrap().is_none(), "nothing of a refused change is done");
    store.close().await;
}

pub(crate) async fn whoever_has_to_stay_as_they_are_holds_a_change_up(place: Place) {
    let store = place.open().await;
    let still = |id: &str, revision: i64| Operation::Still(Still::User { id: id.into(), revision });
    let at = async |id: &str| store.reader().user(id).await.unwrap().unwrap().revision;
    let changed = |id: &str| Err(CommitError::Changed { kind: "user".into(), id: id.into() });
    let bob = || put_user(user("2", "bob"));
    make(&store, vec![put_user(user("1", "ada")), put_group(group("g", "staff"))]).await.unwrap();
    let made = at("1").await;
    make(&store, vec![still("1", made), bob()]).await.unwrap();
    assert_eq!(at("1").await, made, "nothing was made of her");
    // She comes to a group, is changed, or goes.
    make(&store, vec![join("g", "1")]).await.unwrap();
    assert_eq!(make(&store, vec![still("1", made), bob()]).await, changed("1"));
    let joined = at("1").await;
    make(&store, vec![still("1", joined), put_group(group("g", "others"))]).await.unwrap();
    assert_eq!(
        make(&store, vec![still("1", joined), bob()]).await,
        changed("1"),
        "her group is called otherwise"
    );
    let called = at("1").await;
    make(&store, vec![remove_user("1")]).await.unwrap();
    for revision in [called, store.reader().revision().await.unwrap()] {
        assert_eq!(make(&store, vec![still("1", revision), bob()]).await, changed("1"));
    }
    assert_eq!(make(&store, vec![still("3", 1), bob()]).await, changed("3"));
    store.close().await;
}

pub(crate) async fn that_people_were_provisioned_outlives_them(place: Place) {
    let store = place.open().await;
    let is = async |provider: &str| store.reader().was_provisioned(provider).await.unwrap();
    let of = |provider: &str, source: &str| (provider.to_owned(), source.to_owned());
    let by_hand = user("1", "ada");
    let (provider, source) = of("brought", "scim");
    let brought = UserRecord { provider, source, ..user("2", "bob") };
    let (provider, source) = of("pulled", "ldap");
    let pulled = GroupRecord { provider, source, ..group("g", "staff") };
    make(&store, vec![put_user(by_hand), put_user(brought), put_group(pulled)]).await.unwrap();
    let gone = Operation::RemoveGroup { id: "g".into(), expected: None };
    for operations in [vec![remove_user("1")], vec![remove_user("2"), gone]] {
        assert_eq!((is("corp").await, is("brought").await, is("pulled").await), (false, true, true));
        make(&store, operations).await.unwrap();
    }
    assert_eq!((is("corp").await, is("brought").await, is("pulled").await), (false, true, true));
    store.close().await;
}

pub(crate) async fn what_is_deleted_leaves_nothing_personal(place: Place) {
    let store = place.open().await;
    let ada = UserRecord { email: Some("ada@example.com".into()), ..user("1", "ada") };
    make(&store, vec![put_user(ada), put_group(group("g", "staff")), join("g", "1")]).await.unwrap();
    make(&store, vec![remove_user("1")]).await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.user("1").await.unwrap(), None);
    assert_eq!(logins(&store, UserQuery::default()).await, [""; 0]);
    let former = FormerUser { id: "1".into(), active: false, is_deleted: true };
    assert_eq!(reader.former_user("default", "corp", "sub-1").await.unwrap(), Some(former));
    assert_eq!(reader.former_user("default", "corp", "sub-2").await.unwrap(), None);
    assert_eq!(reader.count_members("g").await.unwrap(), 0);
    assert_eq!(reader.group("g").await.unwrap().unwrap().revision, 2, "it lost a member");
    let expected =
        UserChange { id: "1".into(), provider: "corp".into(), subject: None, tenant: "default".into() };
    assert_eq!(reader.users_changed_after(1).await.unwrap(), ChangedUsers::These(vec![expected]));
    // Whoever comes after them under the same subject is known.
    let next = UserRecord { subject: Some("sub-1".into()), ..user("2", "ada") };
    make(&store, vec![put_user(next)]).await.unwrap();
    assert_eq!(store.reader().former_user("default", "corp", "sub-1").await.unwrap(), None);
    store.close().await;
}

pub(crate) async fn what_users_were_called_before_is_known(place: Place) {
    let store = place.open().await;
    let called = |subject: Option<&str>, active| {
        put_user(UserRecord { subject: subject.map(str::to_owned), active, ..user("1", "ada") })
    };
    let former = async |subject: &str| store.reader().former_user("default", "corp", subject).await.unwrap();
    let of = |active, is_deleted| Some(FormerUser { id: "1".into(), active, is_deleted });
    make(&store, vec![called(Some("s"), true)]).await.unwrap();
    assert_eq!(former("s").await, None, "that is what they are called");
    let last = make(&store, vec![called(Some("t"), true)]).await.unwrap();
    assert_eq!(changed(&store, last - 1).await, ["1"]);
    assert_eq!(former("s").await, of(true, false));
    make(&store, vec![called(None, false)]).await.unwrap();
    assert_eq!((former("s").await, former("t").await), (of(false, false), of(false, false)));
    assert_eq!(store.reader().former_user("acme", "corp", "s").await.unwrap(), None, "of another tenant");
    let have = async |tenant: &str| -> Vec<&str> {
        let have = store.reader().have_former_users(tenant, "corp", &["s", "t", "u", "\0"]).await.unwrap();
        let mut have: Vec<&str> = have.into_iter().collect();
        have.sort_unstable();
        have
    };
    assert_eq!((have("default").await, have("acme").await), (vec!["s", "t"], vec![]));
    // Somebody else is called so now.
    make(&store, vec![put_user(UserRecord { subject: Some("s".into()), ..user("2", "eve") })]).await.unwrap();
    assert_eq!((former("s").await, former("t").await), (None, of(false, false)));
    let named = async |tenant: &str, provider: &str| -> Vec<String> {
        let subjects = ["s", "t", "\0"];
        let users = store.reader().users_by_subjects(tenant, provider, &subjects).await.unwrap();
        users.into_iter().map(|user| user.id).collect()
    };
    assert_eq!(named("default", "corp").await, ["2"]);
    assert!(named("acme", "corp").await.is_empty() && named("default", "other").await.is_empty());
    make(&store, vec![called(Some("u"), true), remove_user("2")]).await.unwrap();
    let eve = FormerUser { id: "2".into(), active: false, is_deleted: true };
    assert_eq!((former("s").await, former("t").await), (Some(eve), of(true, false)), "who is refused first");
    make(&store, vec![remove_user("1")]).await.unwrap();
    for subject in ["t", "u"] {
        assert_eq!(former(subject).await, of(false, true), "{subject}");
    }
    assert_eq!(logins(&store, UserQuery::default()).await, [""; 0]);
    store.close().await;
}

pub(crate) async fn members_belong_as_long_as_any_source_says_so(place: Place) {
    let store = place.open().await;
    let people = (1..=3).map(|number| put_user(user(&number.to_string(), &format!("user{number}"))));
    let mut operations: Vec<_> = people.collect();
    operations.extend([put_group(group("a", "alpha")), put_group(group("b", "Beta"))]);
    operations.extend([join("a", "1"), join("a", "2"), join("b", "1"), join("a", "1")]);
    operations.push(Operation::AddMember(member("a", "1", "")));
    make(&store, operations).await.unwrap();
    assert_eq!(group_names(&store, "1").await, ["alpha", "Beta"]);
    assert_eq!(store.reader().count_members("a").await.unwrap(), 2);
    assert_eq!(
        logins(&store, UserQuery { group: Some("a".into()), ..Default::default() }).await,
        ["user1", "user2"]
    );
    let query = MemberQuery { group: "a".into(), limit: 2, ..MemberQuery::default() };
    let first = store.reader().members(&query).await.unwrap();
    let expected = |id: &str, source: &str| Member {
        user: id.into(),
        source: source.into(),
        login: format!("user{id}"),
        display_name: None,
        active: true,
    };
    assert_eq!(first, [expected("1", ""), expected("1", "scim")]);
    let after = Some(("1".to_owned(), "scim".to_owned()));
    let rest = store.reader().members(&MemberQuery { after, ..query.clone() }).await.unwrap();
    assert_eq!(rest, [expected("2", "scim")]);
    let by_hand = MemberQuery { source: Some(String::new()), ..query };
    assert_eq!(store.reader().members(&by_hand).await.unwrap(), [expected("1", "")]);

    make(&store, vec![Operation::RemoveMember(member("a", "1", "scim"))]).await.unwrap();
    assert_eq!(group_names(&store, "1").await, ["alpha", "Beta"]);
    make(&store, vec![Operation::RemoveMember(member("a", "1", ""))]).await.unwrap();
    assert_eq!(group_names(&store, "1").await, ["Beta"]);
    let revision = make(&store, vec![Operation::RemoveMember(member("a", "3", ""))]).await.unwrap();
    assert_eq!(changed(&store, revision - 1).await, [""; 0], "who was no member is not touched");
    store.close().await;
}

pub(crate) async fn whose_access_may_have_changed_is_told(place: Place) {
    let store = place.open().await;
    let mut operations: Vec<_> =
        (1..=3).map(|number| put_user(user(&number.to_string(), &number.to_string()))).collect();
    operations.extend([put_group(group("a", "alpha")), join("a", "1"), join("a", "2")]);
    let made = make(&store, operations).await.unwrap();
    assert_eq!(changed(&store, 0).await, ["1", "2", "3"]);
    assert_eq!(changed(&store, made).await, [""; 0]);
    let same = GroupRecord { external_id: Some("x".into()), ..group("a", "alpha") };
    let renewed = make(&store, vec![put_group(same)]).await.unwrap();
    assert_eq!(changed(&store, made).await, [""; 0], "its name says who holds what, and nothing else of it");
    make(&store, vec![put_group(group("a", "omega"))]).await.unwrap();
    assert_eq!(changed(&store, renewed).await, ["1", "2"]);
    let renamed = store.reader().revision().await.unwrap();
    make(&store, vec![Operation::RemoveGroup { id: "a".into(), expected: None }]).await.unwrap();
    assert_eq!(changed(&store, renamed).await, ["1", "2"]);
    assert_eq!(group_names(&store, "1").await, [""; 0]);
    let many = (10..=1_010).map(|number| put_user(user(&number.to_string(), &number.to_string())));
    make(&store, many.collect()).await.unwrap();
    assert_eq!(changed(&store, renamed + 1).await, ["many"]);
    store.close().await;
}

pub(crate) async fn changes_of_people_are_in_nobody_s_way(place: Place) {
    let store = place.open().await;
    store.commit(commit(Some(0), vec![put("r", "editor", "{}")], vec![])).await.unwrap();
    make(&store, vec![put_user(user("1", "ada"))]).await.unwrap();
    let position = store.reader().position().await.unwrap();
    assert_eq!((position.revision, position.policy), (2, 1));
    // Thought out before somebody was provisioned, and after.
    store.commit(commit(Some(1), vec![put("r", "editors", "{}")], vec![])).await.unwrap();
    let refused = store.commit(commit(Some(2), vec![put_user(user("2", "bob"))], vec![])).await;
    assert_eq!(refused, Err(CommitError::Conflict { current: 3 }), "what rests on the policy is held to it");
    let ahead = store.commit(commit(Some(4), vec![], vec![])).await;
    assert_eq!(ahead, Err(CommitError::Conflict { current: 3 }));
    store.commit(commit(Some(3), vec![put_user(user("2", "bob"))], vec![])).await.unwrap();
    store.close().await;
}

pub(crate) async fn lists_of_people_are_searched_sorted_and_paged(place: Place) {
    let store = place.open().await;
    let named = ["dora", "Carl", "bob", "ada_x", "ada%"];
    let people = named.iter().zip(0i64..).map(|(login, number)| {
        let made = UserRecord {
            created_at: number / 2,
            display_name: Some(format!("Name {login}")),
            active: number != 1,
            source: if number > 2 { "scim".into() } else { String::new() },
            ..user(&format!("usr_{number}"), login)
        };
        put_user(made)
    });
    let groups = ["x", "Y", "z"].iter().map(|name| put_group(group(&format!("grp_{name}"), name)));
    make(&store, people.chain(groups).collect()).await.unwrap();
    let by_login = UserQuery { sort: UserSort::Login, ..UserQuery::default() };
    assert_eq!(logins(&store, UserQuery::default()).await, named);
    assert_eq!(logins(&store, by_login.clone()).await, ["ada%", "ada_x", "bob", "Carl", "dora"]);
    let of = |query: UserQuery| logins(&store, query);
    assert_eq!(of(UserQuery { active: Some(false), ..by_login.clone() }).await, ["Carl"]);
    assert_eq!(of(UserQuery { source: Some("scim".into()), ..by_login.clone() }).await, ["ada%", "ada_x"]);
    assert_eq!(of(UserQuery { search: Some("ADA".into()), ..by_login.clone() }).await, ["ada%", "ada_x"]);
    assert_eq!(of(UserQuery { search: Some("a_".into()), ..by_login.clone() }).await, ["ada_x"]);
    assert_eq!(of(UserQuery { search: Some("name b".into()), ..by_login.clone() }).await, ["bob"]);
    assert_eq!(of(UserQuery { login: Some("CARL".into()), ..by_login.clone() }).await, ["Carl"]);
    assert_eq!(of(UserQuery { tenant: Some("other".into()), ..by_login.clone() }).await, [""; 0]);
    assert_eq!(of(UserQuery { search: Some("\0".into()), ..by_login.clone() }).await, [""; 0]);
    let wrong = UserQuery { after: Some(("x".into(), "usr_0".into())), ..UserQuery::default() };
    assert_eq!(of(wrong).await, [""; 0]);
    let skipping = UserQuery { skip: 3, limit: 100, ..by_login.clone() };
    let skipped = store.reader().users(&skipping).await.unwrap();
    assert_eq!((skipped.len(), &*skipped[0].login), (2, "Carl"));

    for (sort, descending) in [
        (UserSort::Created, false),
        (UserSort::Created, true),
        (UserSort::Login, false),
        (UserSort::Login, true),
    ] {
        let query = UserQuery { sort, descending, limit: 100, ..UserQuery::default() };
        let all = store.reader().users(&query).await.unwrap();
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = store.reader().users(&UserQuery { after, limit: 2, ..query.clone() }).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((sort.key(last), last.id.clone()));
            paged.extend(page);
        }
        assert_eq!((paged.len(), paged), (5, all), "{sort:?} {descending}");
    }
    let query = GroupQuery { sort: GroupSort::Name, limit: 2, ..GroupQuery::default() };
    let page = store.reader().groups(&query).await.unwrap();
    assert_eq!(page.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["x", "Y"]);
    let after = Some((GroupSort::Name.key(&page[1]), page[1].id.clone()));
    let rest = store.reader().groups(&GroupQuery { after, ..query }).await.unwrap();
    assert_eq!((rest.len(), &*rest[0].name), (1, "z"));
    assert_eq!(store.reader().count_groups(&GroupQuery::default()).await.unwrap(), 3);
    store.close().await;
}

/// As a provisioning client sends them: a thousand users with their groups and events in one change.
pub(crate) async fn people_come_in_bulk(place: Place) {
    let store = place.open().await;
    let mut operations: Vec<_> =
        (0..20).map(|id| put_group(group(&format!("g{id}"), &format!("g{id}")))).collect();
    let mut events = Vec::new();
    for number in 0..1_000 {
        let id = number.to_string();
        operations.push(put_user(user(&id, &format!("user{id}"))));
        operations.push(join(&format!("g{}", number % 20), &id));
        events.push(event("casemate.user.create", &id));
    }
    store.commit(commit(None, operations, events)).await.unwrap();
    assert_eq!(store.reader().count_users(&UserQuery::default()).await.unwrap(), 1_000);
    assert_eq!(store.reader().count_members("g7").await.unwrap(), 50);
    let last = store.reader().audit_events(&AuditFilter::default(), None, 1).await.unwrap();
    assert_eq!((&*last[0].event.resource_id, last[0].seq), ("999", 999), "events keep their order");
    store.close().await;
}
