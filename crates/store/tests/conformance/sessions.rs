//! Sessions of browsers.

use casemate_store::{
    Actor, AuditEvent, Commit, CommitError, EndedBy, GroupRecord, MAX_SESSIONS, MAX_TEMPORARY, Membership,
    Operation, SessionOwner, Sessions, Store, StoredSession, Temporary, UsedSession, UserRecord,
};

use crate::place::Place;

pub(crate) fn session(number: u8, subject: &str) -> StoredSession {
    StoredSession {
        digest: [number; 32],
        id: format!("ses_{number}"),
        provider: "corp".to_owned(),
        subject: subject.to_owned(),
        logout_subject: format!("sub-{subject}"),
        provider_sid: Some(format!("sid-{number}")),
        identity: r#"{"login":"ada"}"#.to_owned(),
        authenticated_at: 1_000,
        created_at: 1_000 + i64::from(number),
        used_at: 1_000,
        idle_until: 5_000,
        absolute_until: 9_000,
        client: Some("192.0.2.1".to_owned()),
        user_agent: None,
        ended_at: None,
        end_reason: None,
        tenant: "default".to_owned(),
        home: None,
        via: None,
        temporary: None,
    }
}

async fn commit(store: &Store, operation: Operation) -> i64 {
    try_commit(store, operation).await.unwrap()
}

async fn try_commit(store: &Store, operation: Operation) -> Result<i64, CommitError> {
    let commit = Commit {
        base: None,
        at: 2_000,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::<AuditEvent>::new(),
        fence: None,
    };
    store.commit(commit).await
}

async fn begin(store: &Store, sessions: impl IntoIterator<Item = StoredSession>) {
    for session in sessions {
        commit(store, Operation::BeginSession(session)).await;
    }
}

async fn end(store: &Store, which: Sessions) -> i64 {
    commit(store, Operation::EndSessions { which, reason: "test".to_owned() }).await
}

fn owner<'a>(subject: &'a str, tenant: Option<&'a str>) -> SessionOwner<'a> {
    SessionOwner { provider: "corp", subject, tenant }
}

async fn left(store: &Store) -> Vec<String> {
    let mut left = Vec::new();
    for subject in ["ada", "bob"] {
        let sessions = store.reader().sessions_of(owner(subject, None), 3_000).await.unwrap();
        left.extend(sessions.into_iter().map(|session| session.id));
    }
    left.sort();
    left
}

pub(crate) async fn a_session_is_found_by_its_digest_until_it_ends(place: Place) {
    let store = place.open().await;
    begin(&store, [session(1, "ada")]).await;
    let reader = store.reader();
    assert_eq!(reader.session(&[1; 32]).await.unwrap(), Some(session(1, "ada")));
    assert_eq!(reader.session(&[2; 32]).await.unwrap(), None);
    let before = reader.revision().await.unwrap();
    end(&store, Sessions::Id("ses_1".to_owned())).await;
    let ended = reader.session(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(
        (ended.ended_at, ended.end_reason.as_deref(), &*ended.identity),
        (Some(2_000), Some("test"), "")
    );
    assert_eq!(digests(reader, before).await, [[1; 32]]);
    // What has ended does not end again.
    let last = end(&store, Sessions::Id("ses_1".to_owned())).await;
    assert_eq!(digests(reader, last - 1).await, [] as [[u8; 32]; 0]);
    store.close().await;
}

pub(crate) async fn sessions_end_by_what_they_have_in_common(place: Place) {
    let store = place.open().await;
    let unsaid = StoredSession { provider_sid: None, ..session(4, "bob") };
    begin(&store, [session(1, "ada"), session(2, "ada"), session(3, "bob"), unsaid]).await;
    let sid = |sid: &str, subject: Option<&str>| Sessions::ProviderSession {
        provider: "corp".to_owned(),
        sid: sid.to_owned(),
        subject: subject.map(str::to_owned),
    };
    end(&store, sid("sid-9", None)).await;
    assert_eq!(left(&store).await, ["ses_1", "ses_2", "ses_3", "ses_4"]);
    end(&store, sid("sid-1", Some("sub-bob"))).await;
    assert_eq!(
        left(&store).await,
        ["ses_1", "ses_2", "ses_3"],
        "of which the provider did not say more than whose"
    );
    end(&store, sid("sid-1", Some("sub-ada"))).await;
    assert_eq!(left(&store).await, ["ses_2", "ses_3"]);
    let of = |provider: &str, subject: &str| (provider.to_owned(), subject.to_owned());
    let (provider, subject) = of("other", "sub-bob");
    end(&store, Sessions::LogoutSubject { provider, subject }).await;
    assert_eq!(left(&store).await.len(), 2);
    let (provider, subject) = of("corp", "sub-bob");
    end(&store, Sessions::LogoutSubject { provider, subject }).await;
    assert_eq!(left(&store).await, ["ses_2"]);
    let (provider, subject) = of("corp", "ada");
    end(&store, Sessions::Subject { provider, subject }).await;
    assert!(left(&store).await.is_empty());
    store.close().await;
}

pub(crate) async fn all_sessions_of_somebody_end_at_once_in_their_tenant(place: Place) {
    let store = place.open().await;
    let temporary = |number: u8, with: &str| StoredSession {
        temporary: Some(Temporary {
            title: "t".to_owned(),
            with: Some(with.to_owned()),
            ..Temporary::default()
        }),
        ..session(number, "ada")
    };
    let elsewhere = StoredSession { tenant: "acme".to_owned(), ..session(5, "ada") };
    let over = StoredSession { idle_until: 1_500, ..session(6, "ada") };
    begin(&store, [session(1, "ada"), session(2, "ada"), session(3, "bob"), elsewhere, over]).await;
    begin(&store, [temporary(11, "ses_1"), temporary(12, "ses_2")]).await;
    let of_ada = |tenant: Option<&str>, but: Option<&str>| Sessions::Owner {
        provider: "corp".to_owned(),
        subject: "ada".to_owned(),
        tenant: tenant.map(str::to_owned),
        but: but.map(str::to_owned),
    };
    let reader = store.reader();
    let ended = |sessions, temporary| EndedBy { sessions, temporary };
    let all_but_one = end(&store, of_ada(Some("default"), Some("ses_1"))).await;
    assert_eq!(left(&store).await, ["ses_1", "ses_3", "ses_5"]);
    assert_eq!(reader.sessions_ended_by(all_but_one).await.unwrap(), ended(1, 1), "one was over before");
    let temporary = reader.temporary_of(owner("ada", None), 3_000).await.unwrap();
    assert_eq!(temporary.iter().map(|one| &*one.id).collect::<Vec<_>>(), ["ses_11"]);
    let of_tenant = end(&store, of_ada(Some("default"), None)).await;
    assert_eq!(left(&store).await, ["ses_3", "ses_5"]);
    assert_eq!(reader.sessions_ended_by(of_tenant).await.unwrap(), ended(1, 1));
    let all = end(&store, of_ada(None, None)).await;
    assert_eq!(left(&store).await, ["ses_3"]);
    assert_eq!(reader.sessions_ended_by(all).await.unwrap(), ended(1, 0));
    let nothing = end(&store, of_ada(None, None)).await;
    assert_eq!(reader.sessions_ended_by(nothing).await.unwrap(), EndedBy::default());
    store.close().await;
}

pub(crate) async fn the_oldest_session_of_too_many_ends(place: Place) {
    let store = place.open().await;
    let most = u8::try_from(MAX_SESSIONS).unwrap();
    begin(&store, (0..=most).map(|number| session(number, "ada"))).await;
    begin(&store, [session(200, "bob")]).await;
    let first = store.reader().session_by_id("ses_0").await.unwrap().unwrap();
    assert_eq!(first.end_reason.as_deref(), Some("too-many"));
    assert_eq!(left(&store).await.len(), usize::from(most) + 1);
    store.close().await;
}

pub(crate) async fn uses_of_sessions_are_noted_and_old_ones_forgotten(place: Place) {
    let store = place.open().await;
    begin(&store, [session(1, "ada")]).await;
    let used = |used_at: i64| UsedSession { id: "ses_1".to_owned(), used_at, idle_until: used_at + 4_000 };
    store.note_used_sessions(vec![used(2_000)], 2_000).await.unwrap();
    store.note_used_sessions(vec![used(1_500)], 2_000).await.unwrap();
    let noted = store.reader().session(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((noted.used_at, noted.idle_until), (2_000, 6_000));
    assert!(store.reader().sessions_of(owner("ada", None), 6_000).await.unwrap().is_empty());
    let week = 7 * 24 * 3_600 * 1_000_000;
    store.note_used_sessions(Vec::new(), 9_000 + week).await.unwrap();
    assert!(store.reader().session(&[1; 32]).await.unwrap().is_some());
    store.note_used_sessions(Vec::new(), 9_001 + week).await.unwrap();
    assert!(store.reader().session(&[1; 32]).await.unwrap().is_none());
    store.close().await;
}

pub(crate) async fn a_user_who_is_deactivated_or_deleted_has_no_session_left(place: Place) {
    let store = place.open().await;
    begin(&store, [session(1, "ada"), session(2, "bob")]).await;
    let user = |id: &str, subject: &str, active: bool| UserRecord {
        id: id.to_owned(),
        provider: "corp".to_owned(),
        subject: Some(subject.to_owned()),
        login: subject.to_owned(),
        active,
        attributes: "{}".to_owned(),
        tenant: "default".to_owned(),
        ..UserRecord::default()
    };
    let put = |user: UserRecord| Operation::PutUser { user: Box::new(user), expected: None };
    commit(&store, put(user("usr_1", "ada", true))).await;
    commit(&store, put(user("usr_2", "bob", true))).await;
    assert_eq!(left(&store).await, ["ses_1", "ses_2"]);
    let revision = commit(&store, put(user("usr_1", "ada", false))).await;
    assert_eq!(left(&store).await, ["ses_2"]);
    assert_eq!(digests(store.reader(), revision - 1).await, [[1; 32]]);
    commit(&store, Operation::RemoveUser { id: "usr_2".to_owned(), expected: None }).await;
    assert!(left(&store).await.is_empty());
    // Nor does one begin that was thought out before then.
    for (number, subject) in [(3, "ada"), (4, "bob")] {
        let begun = try_commit(&store, Operation::BeginSession(session(number, subject))).await;
        assert_eq!(begun, Err(CommitError::NotAdmitted), "{subject}");
    }
    begin(&store, [session(5, "eve")]).await;
    commit(&store, put(user("usr_1", "ada", true))).await;
    commit(&store, put(user("usr_3", "bob", true))).await;
    begin(&store, [session(6, "ada"), session(7, "bob")]).await;
    assert_eq!(left(&store).await, ["ses_6", "ses_7"]);
    commit(&store, put(user("usr_1", "ada-of-today", true))).await;
    begin(&store, [session(8, "ada")]).await;
    commit(&store, put(user("usr_1", "ada-of-today", false))).await;
    let begun = try_commit(&store, Operation::BeginSession(session(9, "ada"))).await;
    assert_eq!(begun, Err(CommitError::NotAdmitted), "as they were called before");
    store.close().await;
}

pub(crate) async fn a_user_who_is_called_otherwise_has_no_session_left(place: Place) {
    let store = place.open().await;
    let user = |subject: Option<&str>, active: bool| {
        let user = UserRecord {
            id: "usr_1".to_owned(),
            provider: "corp".to_owned(),
            subject: subject.map(str::to_owned),
            login: "ada@example.com".to_owned(),
            active,
            attributes: "{}".to_owned(),
            tenant: "default".to_owned(),
            ..UserRecord::default()
        };
        Operation::PutUser { user: Box::new(user), expected: None }
    };
    begin(&store, [session(9, "bob")]).await;
    let otherwise = [(None, false), (Some("f00ada"), false), (Some("lovelace"), true)];
    for (number, (subject, active)) in (1..).zip(otherwise) {
        commit(&store, user(Some("ada"), true)).await;
        begin(&store, [session(number, "ada")]).await;
        commit(&store, user(Some("ada"), true)).await;
        assert_eq!(left(&store).await.len(), 2, "nothing of them was changed");
        commit(&store, user(subject, active)).await;
        assert_eq!(left(&store).await, ["ses_9"], "{subject:?}");
    }
    store.close().await;
}

/// A user of `corp`, in the tenant.
fn user(id: &str, subject: &str, tenant: &str, active: bool) -> Operation {
    let user = UserRecord {
        id: id.to_owned(),
        provider: "corp".to_owned(),
        subject: Some(subject.to_owned()),
        login: subject.to_owned(),
        active,
        attributes: "{}".to_owned(),
        tenant: tenant.to_owned(),
        ..UserRecord::default()
    };
    Operation::PutUser { user: Box::new(user), expected: None }
}

pub(crate) async fn who_loses_an_attribute_at_the_provider_has_no_session_left(place: Place) {
    let store = place.open().await;
    let put = |attributes: &str, source: &str| {
        let Operation::PutUser { user, expected } = user("usr_1", "ada", "default", true) else {
            unreachable!("it puts a user")
        };
        let user = UserRecord { attributes: attributes.to_owned(), source: source.to_owned(), ..*user };
        Operation::PutUser { user: Box::new(user), expected }
    };
    let finance = r#"{"department":"finance","level":3}"#;
    commit(&store, put(finance, "scim")).await;
    begin(&store, [session(1, "ada"), session(2, "bob"), temporary(3, "ada")]).await;
    commit(&store, put(r#"{"department":"sales","level":3,"more":1}"#, "scim")).await;
    assert_eq!(left(&store).await, ["ses_1", "ses_2"], "the directory's value counts at once");
    let revision = commit(&store, put(r#"{"level":3,"more":1}"#, "scim")).await;
    assert_eq!(left(&store).await, ["ses_2"]);
    assert_eq!(store.reader().sessions_ended_after(revision - 1, 9).await.unwrap().len(), 2);
    begin(&store, [session(4, "ada")]).await;
    commit(&store, put("{}", "")).await;
    assert_eq!(left(&store).await, ["ses_2", "ses_4"], "what was said by hand");
    store.close().await;
}

pub(crate) async fn a_user_of_another_tenant_is_in_nobodys_way(place: Place) {
    let store = place.open().await;
    let of = |number: u8, tenant: &str, home: Option<&str>| StoredSession {
        tenant: tenant.to_owned(),
        home: home.map(str::to_owned),
        ..session(number, "ada")
    };
    begin(&store, [of(1, "default", None), of(2, "acme", None), of(3, "default", Some("acme"))]).await;
    commit(&store, user("usr_1", "ada", "evil", true)).await;
    commit(&store, user("usr_1", "ada", "evil", false)).await;
    assert_eq!(left(&store).await, ["ses_1", "ses_2", "ses_3"]);
    begin(&store, [of(4, "default", Some("acme"))]).await;
    let begun = try_commit(&store, Operation::BeginSession(of(5, "evil", None))).await;
    assert_eq!(begun, Err(CommitError::NotAdmitted));
    // Who comes to be at home where their sessions say it ends them.
    commit(&store, user("usr_1", "ada", "acme", false)).await;
    assert_eq!(left(&store).await, ["ses_1"]);
    commit(&store, Operation::RemoveUser { id: "usr_1".to_owned(), expected: None }).await;
    assert_eq!(left(&store).await, ["ses_1"]);
    store.close().await;
}

pub(crate) async fn a_sign_in_is_noted_at_the_user(place: Place) {
    let store = place.open().await;
    commit(&store, user("usr_1", "ada", "default", true)).await;
    let revision = commit(&store, user("usr_2", "bob", "acme", true)).await;
    let noted = async |id: &str| store.reader().user(id).await.unwrap().unwrap().signed_in_at;
    assert_eq!(noted("usr_1").await, None);
    begin(&store, [session(1, "ada"), session(2, "bob")]).await;
    assert_eq!(noted("usr_1").await, Some(1_001));
    assert_eq!(noted("usr_2").await, None, "who signed in is of another tenant");
    begin(&store, [temporary(3, "ada")]).await;
    assert_eq!(noted("usr_1").await, Some(1_001), "nobody signs in who makes a temporary credential");
    assert!(store.reader().user("usr_1").await.unwrap().unwrap().revision < revision, "nothing that decides");
    commit(&store, user("usr_1", "ada", "default", true)).await;
    assert_eq!(noted("usr_1").await, Some(1_001));
    store.close().await;
}

fn temporary(number: u8, subject: &str) -> StoredSession {
    let temporary = Temporary {
        title: "a deployment".to_owned(),
        permissions: Some(r#"["cms.entry.*"]"#.to_owned()),
        networks: "192.0.2.0/24".to_owned(),
        with: Some("ses_1".to_owned()),
    };
    StoredSession { temporary: Some(temporary), ..session(number, subject) }
}

pub(crate) async fn temporary_credentials_are_no_sessions_and_end_with_them(place: Place) {
    let store = place.open().await;
    begin(&store, [session(1, "ada"), temporary(2, "ada"), temporary(3, "bob")]).await;
    assert_eq!(store.reader().session(&[2; 32]).await.unwrap(), Some(temporary(2, "ada")));
    assert_eq!(left(&store).await, ["ses_1"]);
    let lasting = async |subject: &str| {
        let found = store.reader().temporary_of(owner(subject, None), 3_000).await.unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(lasting("ada").await, ["ses_2"]);
    commit(&store, user("usr_1", "ada", "default", false)).await;
    assert_eq!((left(&store).await, lasting("ada").await), (vec![], vec![]));
    assert_eq!(lasting("bob").await, ["ses_3"]);
    let whose = |provider: &str| Sessions::Provider { provider: provider.to_owned() };
    end(&store, whose("other")).await;
    assert_eq!(lasting("bob").await, ["ses_3"]);
    end(&store, whose("corp")).await;
    assert!(lasting("bob").await.is_empty());
    store.close().await;
}

pub(crate) async fn what_was_made_with_a_session_ends_with_it_where_that_is_meant(place: Place) {
    let store = place.open().await;
    let other = Temporary { with: Some("ses_9".to_owned()), ..temporary(3, "ada").temporary.unwrap() };
    let other = StoredSession { temporary: Some(other), ..session(3, "ada") };
    begin(&store, [session(1, "ada"), temporary(2, "ada"), other, temporary(4, "bob")]).await;
    let lasting = async |subject: &str| {
        let found = store.reader().temporary_of(owner(subject, None), 3_000).await.unwrap();
        found.into_iter().map(|one| (one.id, one.temporary.unwrap().with.unwrap())).collect::<Vec<_>>()
    };
    let made = |id: &str, with: &str| (id.to_owned(), with.to_owned());
    let replaced = Sessions::Replaced {
        id: "ses_1".to_owned(),
        by: "ses_5".to_owned(),
        provider: "corp".to_owned(),
        subject: "ada".to_owned(),
    };
    end(&store, replaced).await;
    begin(&store, [session(5, "ada")]).await;
    assert_eq!(left(&store).await, ["ses_5"]);
    assert_eq!(lasting("ada").await, [made("ses_3", "ses_9"), made("ses_2", "ses_5")]);
    assert_eq!(lasting("bob").await, [made("ses_4", "ses_1")], "nothing of others comes along");
    end(&store, Sessions::Id("ses_5".to_owned())).await;
    assert_eq!(lasting("ada").await.len(), 2, "whoever only signs out leaves it");
    begin(&store, [session(6, "ada")]).await;
    end(&store, Sessions::WithTemporary("ses_6".to_owned())).await;
    assert_eq!((left(&store).await, lasting("ada").await.len()), (vec![], 2));
    end(&store, Sessions::WithTemporary("ses_5".to_owned())).await;
    assert_eq!(lasting("ada").await, [made("ses_3", "ses_9")], "also of a session that has ended");
    store.close().await;
}

pub(crate) async fn no_more_temporary_credentials_are_made_than_are_kept(place: Place) {
    let store = place.open().await;
    let most = u8::try_from(MAX_TEMPORARY).unwrap();
    begin(&store, [session(255, "eve")]).await;
    begin(&store, (10..most + 10).map(|number| temporary(number, "eve"))).await;
    end(&store, Sessions::Id("ses_11".to_owned())).await;
    let lasting = store.reader().temporary_of(owner("eve", None), 3_000).await.unwrap();
    assert_eq!(lasting.len(), usize::from(most) - 1);
    let another = || Operation::BeginSession(temporary(254, "eve"));
    let full = Err(CommitError::UsedUp { what: "room for temporary credentials" });
    assert_eq!(try_commit(&store, another()).await, full, "what was ended counts, and no other is ended");
    // Neither others nor sessions are in their way.
    let elsewhere = StoredSession { tenant: "acme".to_owned(), ..temporary(253, "eve") };
    begin(&store, [session(252, "eve"), temporary(251, "ada"), elsewhere]).await;
    assert!(store.reader().session(&[255; 32]).await.unwrap().unwrap().ended_at.is_none());
    const KEPT: i64 = 15 * 60 * 1_000_000;
    store.note_used_sessions(Vec::new(), 9_000 + KEPT).await.unwrap();
    let late = |at: i64| {
        let session = StoredSession { created_at: at, absolute_until: at + 1, ..temporary(254, "eve") };
        Operation::BeginSession(session)
    };
    assert_eq!(try_commit(&store, late(9_000 + KEPT)).await, full);
    store.note_used_sessions(Vec::new(), 9_001 + KEPT).await.unwrap();
    assert!(store.reader().session(&[11; 32]).await.unwrap().is_none(), "they are forgotten");
    assert!(store.reader().session(&[255; 32]).await.unwrap().is_some(), "a session is kept for longer");
    commit(&store, late(9_001 + KEPT)).await;
    store.close().await;
}

pub(crate) async fn who_is_called_the_same_in_another_tenant_has_sessions_of_their_own(place: Place) {
    let store = place.open().await;
    let of = |number: u8, tenant: &str, home: Option<&str>| StoredSession {
        tenant: tenant.to_owned(),
        home: home.map(str::to_owned),
        ..session(number, "ada")
    };
    let most = u8::try_from(MAX_SESSIONS).unwrap();
    begin(&store, [of(201, "default", None), of(202, "default", Some("acme"))]).await;
    begin(&store, [temporary(203, "ada")]).await;
    begin(&store, (1..=most).map(|number| of(number, "evil", None))).await;
    let ids = async |tenant: &str| {
        let found = store.reader().sessions_of(owner("ada", Some(tenant)), 3_000).await.unwrap();
        found.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("default").await, ["ses_201"]);
    assert_eq!(ids("acme").await, ["ses_202"]);
    assert_eq!(ids("evil").await.len(), usize::from(most));
    let lasting = async |tenant: &str| {
        store.reader().temporary_of(owner("ada", Some(tenant)), 3_000).await.unwrap().len()
    };
    assert_eq!((lasting("default").await, lasting("evil").await), (1, 0));
    store.close().await;
}

pub(crate) async fn who_leaves_a_group_at_the_provider_has_no_session_left(place: Place) {
    let store = place.open().await;
    commit(&store, user("usr_1", "ada", "default", true)).await;
    commit(&store, user("usr_2", "bob", "default", true)).await;
    let group = |id: &str| {
        let group = GroupRecord {
            id: id.to_owned(),
            tenant: "default".to_owned(),
            provider: "corp".to_owned(),
            name: id.to_owned(),
            ..GroupRecord::default()
        };
        Operation::PutGroup { group: Box::new(group), expected: None }
    };
    let member = |group: &str, user: &str, source: &str| Membership {
        group: group.to_owned(),
        user: user.to_owned(),
        source: source.to_owned(),
    };
    for id in ["grp_1", "grp_2"] {
        commit(&store, group(id)).await;
        commit(&store, Operation::AddMember(member(id, "usr_1", "scim"))).await;
        commit(&store, Operation::AddMember(member(id, "usr_1", ""))).await;
        commit(&store, Operation::AddMember(member(id, "usr_2", ""))).await;
    }
    begin(&store, [session(1, "ada"), session(2, "bob")]).await;
    for user in ["usr_1", "usr_2"] {
        commit(&store, Operation::RemoveMember(member("grp_1", user, ""))).await;
    }
    assert_eq!(left(&store).await, ["ses_1", "ses_2"], "what was said by hand");
    commit(&store, Operation::RemoveMember(member("grp_1", "usr_1", "scim"))).await;
    assert_eq!(left(&store).await, ["ses_2"]);
    begin(&store, [session(3, "ada")]).await;
    commit(&store, Operation::RemoveMember(member("grp_1", "usr_1", "scim"))).await;
    assert_eq!(left(&store).await, ["ses_2", "ses_3"], "they had left before");
    commit(&store, Operation::RemoveGroup { id: "grp_2".to_owned(), expected: None }).await;
    assert_eq!(left(&store).await, ["ses_2"]);
    store.close().await;
}

/// The digests of the sessions that ended after a revision; of each its name and tenant are told too.
async fn digests(reader: &casemate_store::StoreReader, after: i64) -> Vec<[u8; 32]> {
    let ended = reader.sessions_ended_after(after, 9).await.unwrap();
    assert!(ended.iter().all(|ended| !ended.id.is_empty() && !ended.tenant.is_empty()), "{ended:?}");
    ended.iter().map(|ended| ended.digest).collect()
}
