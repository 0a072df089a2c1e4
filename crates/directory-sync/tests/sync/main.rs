//! A real slapd is pulled into SQLite and PostgreSQL: what is there comes, what changes is followed, what is gone is deactivated,
//! and an answer that is not all there is removes nobody.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

mod administrators;
mod nested;
mod place;
mod refusals;

pub(crate) use administrators::{
    a_member_of_the_administrators_stays_until_another_comes,
    whoever_administers_last_stays_until_another_does,
};
pub(crate) use nested::groups_in_groups_hand_on_whom_they_have;
pub(crate) use refusals::{
    a_deactivation_counts_whatever_else_is_wrong, rights_that_were_taken_away_take_nobody_s_access,
    who_was_deactivated_by_hand_stays_so, withheld_removals_leave_groups_and_sessions,
};

use casemate_directory_sync::{By, Order, Report, State, SyncError, state, sync};
use casemate_store::{AuditFilter, ChangedUsers, Commit, Operation, StoredSession, UserRecord};
use place::Place;

fn order() -> Order {
    let now = casemate_platform::clock::now();
    let by = By {
        actor: casemate_store::Actor {
            provider: "casemate".into(),
            kind: "system".into(),
            id: "ldap".into(),
            credential: None,
        },
        request_id: String::new(),
        route: None,
        client: None,
        user_agent: None,
        now,
    };
    Order { full: false, dry_run: false, allowed: None, by }
}

fn full() -> Order {
    Order { full: true, ..order() }
}

fn person(login: &str) -> String {
    format!(
        "dn: uid={login},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {login}\ncn: {login} Person\n\
         sn: {login}\nmail: {login}@example.com\ndepartmentNumber: 7\n\n"
    )
}

fn group(name: &str, members: &[&str]) -> String {
    let members: String =
        members.iter().map(|login| format!("member: UID={login}, ou=People,dc=example,dc=com\n")).collect();
    format!("dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\n{members}\n")
}

async fn pull(place: &Place, order: &Order) -> Result<Report, SyncError> {
    sync(&place.administration, &place.outgoing, &place.source, order).await
}

async fn user(place: &Place, login: &str) -> UserRecord {
    place.store.reader().user_by_login("corp", login).await.unwrap().unwrap()
}

async fn groups(place: &Place, login: &str) -> Vec<String> {
    let id = user(place, login).await.id;
    place.store.reader().groups_of_one(&id).await.unwrap().into_iter().map(|group| group.name).collect()
}

async fn kept(place: &Place) -> State {
    state(place.store.reader(), "corp").await.unwrap()
}

/// What is there comes, once, and a pull that finds nothing new changes nothing.
async fn all_of_it_comes_once(place: Place) {
    let people: String = (0..1_100).map(|number| person(&format!("user{number}"))).collect();
    place.slapd.modify(&people).unwrap();
    place.slapd.modify(&group("Engineers", &["user1", "user2", "nobody"])).unwrap();
    let dry = pull(&place, &Order { dry_run: true, ..order() }).await.unwrap();
    assert_eq!((dry.users.created, dry.groups.created, dry.members_added), (1_100, 1, 2));
    assert_eq!(place.store.reader().users_changed_after(0).await.unwrap(), ChangedUsers::These(Vec::new()));
    assert_eq!(kept(&place).await, State::default(), "nothing is kept of what was only tried");

    let report = pull(&place, &order()).await.unwrap();
    assert!(report.full && !report.dry_run);
    assert_eq!((report.users.found, report.users.created, report.users.gone), (1_100, 1_100, 0));
    assert_eq!((report.groups.created, report.members_added, report.skipped), (1, 2, 0));
    let one = user(&place, "USER1").await;
    assert_eq!((&*one.source, &*one.tenant, one.active), ("ldap", "default", true));
    assert_eq!(one.attributes, "{\"department\":\"7\"}");
    assert_eq!(one.email.as_deref(), Some("user1@example.com"));
    assert_eq!(one.subject, Some("user1@example.com".to_owned()), "as the document says");
    assert_eq!(groups(&place, "user1").await, ["Engineers"], "whichever way the name is written there");
    let events = AuditFilter { resource_id: Some(one.id.clone()), ..AuditFilter::default() };
    let events = place.store.reader().audit_events(&events, None, 10).await.unwrap();
    assert_eq!((events.len(), &*events[0].event.action), (1, "casemate.directory-sync.run"));

    for again in [full(), order()] {
        let revision = place.store.reader().revision().await.unwrap();
        let report = pull(&place, &again).await.unwrap();
        assert_eq!((report.full, report.changed(), report.users.gone), (again.full, false, 0));
        assert_eq!(place.store.reader().revision().await.unwrap(), revision, "nothing was written");
    }
    assert!(kept(&place).await.error.is_none());
}

/// What changes is followed without reading all of it.
async fn changes_are_followed(place: Place) {
    place.slapd.modify(&["ada", "bob", "eve"].map(person).concat()).unwrap();
    place.slapd.modify(&group("Engineers", &["ada"])).unwrap();
    place.slapd.modify(&group("Sales", &["bob"])).unwrap();
    pull(&place, &order()).await.unwrap();
    let ada = user(&place, "ada").await;
    place
        .slapd
        .modify(
            "dn: uid=ada,ou=people,dc=example,dc=com\nchangetype: modify\nreplace: cn\ncn: Countess\n-\n\
             delete: departmentNumber\n-\n\n\
             dn: uid=bob,ou=people,dc=example,dc=com\nchangetype: modrdn\nnewrdn: uid=robert\ndeleteoldrdn: 1\n\n\
             dn: cn=Engineers,ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n\
             member: uid=eve,ou=people,dc=example,dc=com\n-\n\n\
             dn: cn=Sales,ou=groups,dc=example,dc=com\nchangetype: modrdn\nnewrdn: cn=Support\ndeleteoldrdn: 1\n\n",
        )
        .unwrap();
    let report = pull(&place, &order()).await.unwrap();
    assert!(!report.full);
    assert_eq!((report.users.updated, report.users.created, report.members_added), (2, 0, 1), "{report:?}");
    let after = user(&place, "ada").await;
    assert_eq!(
        (&after.id, after.display_name.as_deref(), &*after.attributes),
        (&ada.id, Some("Countess"), "{}")
    );
    assert_eq!(groups(&place, "eve").await, ["Engineers"]);
    // Its member is written as it was called before, which names nobody any more.
    assert_eq!(user(&place, "robert").await.login, "robert");
    let later = By { now: order().by.now + 7 * 3_600_000_000, ..order().by };
    let report = pull(&place, &Order { by: later, ..order() }).await.unwrap();
    assert!(report.full, "all is read every now and then");
}

/// Who is gone is deactivated with their sessions, and comes back as who they were.
async fn who_is_gone_is_deactivated(place: Place) {
    place.slapd.modify(&["ada", "bob"].map(person).concat()).unwrap();
    place.slapd.modify(&group("Engineers", &["ada", "bob"])).unwrap();
    place.slapd.modify(&group("Sales", &["bob"])).unwrap();
    pull(&place, &order()).await.unwrap();
    let ada = user(&place, "ada").await;
    begin_session(&place, ada.subject.as_deref().unwrap()).await;
    place
        .slapd
        .modify(
            "dn: uid=ada,ou=people,dc=example,dc=com\nchangetype: delete\n\n\
         dn: cn=Sales,ou=groups,dc=example,dc=com\nchangetype: delete\n\n",
        )
        .unwrap();
    let report = pull(&place, &order()).await.unwrap();
    assert!(!report.full && !report.changed(), "what changed does not say who is gone");
    let dry = pull(&place, &Order { dry_run: true, ..order() }).await.unwrap();
    assert_eq!((dry.users.gone, dry.groups.gone), (1, 1));
    assert!(user(&place, "ada").await.active);
    let report = pull(&place, &full()).await.unwrap();
    assert_eq!((report.users.gone, report.groups.gone, report.members_removed), (1, 1, 1), "{report:?}");
    let gone = user(&place, "ada").await;
    assert_eq!((&gone.id, gone.active), (&ada.id, false));
    assert!(groups(&place, "ada").await.is_empty());
    let session = place.store.reader().session(&[7; 32]).await.unwrap().unwrap();
    assert!(session.ended_at.is_some(), "their sessions end");
    // Made anew, they are somebody else to the directory; their login is taken, and said to be.
    place.slapd.modify(&person("ada")).unwrap();
    let report = pull(&place, &full()).await.unwrap();
    assert_eq!((report.users.created, report.skipped), (0, 1), "{report:?}");
    assert!(report.skipped_first[0].contains("uid=ada"), "{report:?}");
    assert!(!user(&place, "ada").await.active, "nobody inherits what another held");
}

/// A partial, empty or refused answer removes nobody.
async fn an_answer_that_is_not_all_removes_nobody(mut place: Place) {
    let people: String = (0..60).map(|number| person(&format!("user{number}"))).collect();
    place.slapd.modify(&people).unwrap();
    pull(&place, &order()).await.unwrap();
    let active = async |place: &Place| {
        let query = casemate_store::UserQuery { active: Some(true), ..Default::default() };
        place.store.reader().count_users(&query).await.unwrap()
    };
    // Who may read five entries alone: the directory says that there are more.
    place
        .slapd
        .modify(
            "dn: cn=reader,dc=example,dc=com\nobjectClass: person\ncn: reader\nsn: r\nuserPassword: reader\n",
        )
        .unwrap();
    let trusted = place.source.clone();
    place.source.config.bind_dn = "cn=reader,dc=example,dc=com".into();
    place.source.password = "reader".to_owned().into();
    let error = pull(&place, &full()).await.unwrap_err();
    assert!(matches!(error, SyncError::Directory(_)), "{error}");
    assert_eq!(active(&place).await, 60);
    assert!(kept(&place).await.error.unwrap().contains("sizeLimitExceeded"), "it says why");
    // A filter by which nobody fits: nobody is left, and nobody is removed.
    place.source = trusted.clone();
    place.source.config.user_filter = Some("(uid=nobody)".into());
    let report = pull(&place, &order()).await.unwrap();
    assert!(report.full, "the document says something else than at the last time");
    assert_eq!(report.users_withheld.map(|withheld| (withheld.gone, withheld.most)), Some((60, 0)));
    // A filter by which more than a tenth are gone.
    place.source.config.user_filter = Some("(uid=user1*)".into());
    let report = pull(&place, &full()).await.unwrap();
    assert_eq!(report.users_withheld.map(|withheld| (withheld.gone, withheld.most)), Some((49, 6)));
    let report = pull(&place, &Order { allowed: Some(48), ..full() }).await.unwrap();
    assert_eq!((report.users.gone, active(&place).await), (0, 60), "fewer than are gone");
    let report = pull(&place, &Order { allowed: Some(49), ..full() }).await.unwrap();
    assert_eq!((report.users.gone, report.users_withheld, active(&place).await), (49, None, 11));
    // They are there again.
    place.source = trusted;
    let report = pull(&place, &full()).await.unwrap();
    assert_eq!((report.users.updated, active(&place).await), (49, 60));
    // A base that is not there is no empty answer, and neither is a password that is wrong.
    place.source.config.base = "ou=nowhere,dc=example,dc=com".into();
    assert!(matches!(pull(&place, &full()).await, Err(SyncError::Directory(_))));
    place.source.password = "wrong".to_owned().into();
    assert!(matches!(pull(&place, &full()).await, Err(SyncError::Directory(_))));
    assert_eq!(active(&place).await, 60);
}

/// One process pulls at a time, and one that lost its lease writes nothing more.
async fn one_process_pulls_at_a_time(place: Place) {
    place.slapd.modify(&person("ada")).unwrap();
    let now = order().by.now;
    let lease =
        place.store.acquire_lease("ldap/corp", "another", now, now + 60_000_000).await.unwrap().unwrap();
    assert!(matches!(pull(&place, &order()).await, Err(SyncError::Busy)));
    assert_eq!(place.store.reader().user_by_login("corp", "ada").await.unwrap(), None);
    // What changes nothing goes on beside it, once.
    let dry = Order { dry_run: true, ..order() };
    pull(&place, &dry).await.unwrap();
    let tried = place
        .store
        .acquire_lease("ldap-dry-run/corp", "another", now, now + 60_000_000)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(pull(&place, &dry).await, Err(SyncError::Busy)));
    place.store.release_lease(tried).await.unwrap();
    place.store.release_lease(lease.clone()).await.unwrap();
    pull(&place, &order()).await.unwrap();
    let late = casemate_store::SyncState { provider: "corp".into(), state: "{}".into(), updated_at: now };
    assert!(!place.store.keep_sync_state(&lease, late).await.unwrap(), "it was taken by another since");
    assert!(kept(&place).await.mark.is_some());
}

/// Users whom others manage are left alone.
async fn whom_others_manage_is_left_alone(place: Place) {
    place.slapd.modify(&["ada", "bob"].map(person).concat()).unwrap();
    let by_hand = UserRecord {
        id: "usr_1".into(),
        tenant: "default".into(),
        provider: "corp".into(),
        login: "ADA".into(),
        active: true,
        attributes: "{}".into(),
        ..UserRecord::default()
    };
    let put = Operation::PutUser { user: Box::new(by_hand), expected: Some(0) };
    place.commit(vec![put]).await;
    let report = pull(&place, &order()).await.unwrap();
    assert_eq!((report.users.created, report.skipped), (1, 1), "the others come all the same: {report:?}");
    assert!(report.skipped_first[0].contains("exists already"), "{report:?}");
    assert_eq!(user(&place, "ada").await.id, "usr_1");
    assert_eq!(pull(&place, &full()).await.unwrap().users.gone, 0);
}

async fn begin_session(place: &Place, subject: &str) {
    let now = order().by.now;
    let session = StoredSession {
        digest: [7; 32],
        id: "ses_1".into(),
        provider: "corp".into(),
        subject: subject.into(),
        identity: "{}".into(),
        idle_until: now + 60_000_000,
        absolute_until: now + 60_000_000,
        tenant: "default".into(),
        ..place::session()
    };
    place.commit(vec![Operation::BeginSession(session)]).await;
}

impl Place {
    async fn commit(&self, operations: Vec<Operation>) {
        let commit = Commit {
            base: None,
            at: order().by.now,
            actor: order().by.actor,
            summary: String::new(),
            operations,
            events: Vec::new(),
            fence: None,
        };
        self.store.commit(commit).await.unwrap();
    }
}

/// Makes two tests of each case, one for each database.
macro_rules! on_both {
    ($theme:ident: $($case:ident),+ $(,)?) => {
        mod $theme {
            mod on_sqlite {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::$case(crate::Place::sqlite().await).await;
                })+
            }

            mod on_postgres {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    crate::$case(crate::Place::postgres().await).await;
                })+
            }
        }
    };
}

on_both!(pulling:
    all_of_it_comes_once,
    changes_are_followed,
    who_is_gone_is_deactivated,
    an_answer_that_is_not_all_removes_nobody,
    one_process_pulls_at_a_time,
    whom_others_manage_is_left_alone,
    withheld_removals_leave_groups_and_sessions,
    a_deactivation_counts_whatever_else_is_wrong,
    who_was_deactivated_by_hand_stays_so,
    rights_that_were_taken_away_take_nobody_s_access,
    groups_in_groups_hand_on_whom_they_have,
    whoever_administers_last_stays_until_another_does,
    a_member_of_the_administrators_stays_until_another_comes,
);
