//! What of an answer takes something away from somebody, and what does not.

use casemate_directory_sync::Order;
use casemate_store::{Operation, UserQuery, UserRecord};

use crate::place::Place;
use crate::{begin_session, full, group, groups, order, person, pull, user};

/// Locks or unlocks people for good, as the password policy of OpenLDAP does.
fn locked(logins: &[&str], change: &str) -> String {
    let each = |login: &&str| {
        format!("dn: uid={login},ou=people,dc=example,dc=com\nchangetype: modify\n{change}\n-\n\n")
    };
    logins.iter().map(each).collect()
}

const LOCK: &str = "add: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z";
const UNLOCK: &str = "delete: pwdAccountLockedTime";

fn logins(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user{number}")).collect()
}

async fn sixty(place: &Place) {
    let logins = logins(60);
    let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
    place.slapd.modify(&logins.iter().map(|login| person(login)).collect::<String>()).unwrap();
    place.slapd.modify(&group("All", &logins)).unwrap();
    let report = pull(place, &order()).await.unwrap();
    assert_eq!((report.users.created, report.members_added), (60, 60));
}

async fn active(place: &Place) -> u64 {
    let query = UserQuery { active: Some(true), ..UserQuery::default() };
    place.store.reader().count_users(&query).await.unwrap()
}

/// Who is missing from an answer that is not believed keeps their groups, and their sessions with them.
pub(crate) async fn withheld_removals_leave_groups_and_sessions(mut place: Place) {
    sixty(&place).await;
    let missing = user(&place, "user20").await;
    begin_session(&place, missing.subject.as_deref().unwrap()).await;
    place.source.config.user_filter = Some("(uid=user1*)".into());
    let report = pull(&place, &full()).await.unwrap();
    assert_eq!(report.users_withheld.map(|withheld| withheld.gone), Some(49));
    assert_eq!((report.members_removed, active(&place).await), (0, 60), "{report:?}");
    assert_eq!(groups(&place, "user20").await, ["All"]);
    let session = place.store.reader().session(&[7; 32]).await.unwrap().unwrap();
    assert_eq!(session.ended_at, None);
    // Of those who are there, whoever left a group left it.
    let leave = "dn: cn=All,ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: member\n\
                 member: uid=user1,ou=people,dc=example,dc=com\n-\n\n";
    place.slapd.modify(leave).unwrap();
    assert_eq!(pull(&place, &full()).await.unwrap().members_removed, 1);
    assert!(groups(&place, "user1").await.is_empty());
    let report = pull(&place, &Order { allowed: Some(49), ..full() }).await.unwrap();
    assert_eq!((report.users.gone, report.members_removed), (49, 49), "{report:?}");
}

/// Somebody whose login is missing, or taken, is deactivated all the same; and a group without a name loses who left it.
pub(crate) async fn a_deactivation_counts_whatever_else_is_wrong(mut place: Place) {
    let attributes = &mut place.source.config.attributes;
    (attributes.login, attributes.subject) = (Some("mail".into()), None);
    attributes.group_name = Some("description".into());
    place.slapd.modify(&["ada", "bob", "eve"].map(person).concat()).unwrap();
    let named = group("Engineers", &["ada", "bob"])
        .replace("cn: Engineers\n", "cn: Engineers\ndescription: Engineers\n");
    place.slapd.modify(&named).unwrap();
    pull(&place, &order()).await.unwrap();
    let (ada, eve) = (user(&place, "ada@example.com").await, user(&place, "eve@example.com").await);
    place.slapd.modify(&locked(&["ada", "eve"], LOCK)).unwrap();
    place
        .slapd
        .modify(
            "dn: uid=ada,ou=people,dc=example,dc=com\nchangetype: modify\nreplace: mail\nmail: bob@example.com\n-\n\n\
             dn: uid=eve,ou=people,dc=example,dc=com\nchangetype: modify\ndelete: mail\n-\n\n\
             dn: cn=Engineers,ou=groups,dc=example,dc=com\nchangetype: modify\ndelete: description\n-\n\
             delete: member\nmember: uid=bob,ou=people,dc=example,dc=com\n-\n\n",
        )
        .unwrap();
    let report = pull(&place, &order()).await.unwrap();
    assert_eq!((report.skipped, report.users.updated, report.members_removed), (3, 2, 1), "{report:?}");
    for before in [ada, eve] {
        let after = place.store.reader().user(&before.id).await.unwrap().unwrap();
        assert_eq!((after.active, after.login), (false, before.login));
    }
    assert_eq!(groups(&place, "ada@example.com").await, ["Engineers"]);
    assert!(groups(&place, "bob@example.com").await.is_empty());
}

/// A pull takes back what a pull did, and not what an administrator did.
pub(crate) async fn who_was_deactivated_by_hand_stays_so(place: Place) {
    place.slapd.modify(&["ada", "bob"].map(person).concat()).unwrap();
    pull(&place, &order()).await.unwrap();
    let by_hand = async |active: bool| {
        let before = user(&place, "ada").await;
        let after = UserRecord { active, ..before.clone() };
        place
            .commit(vec![Operation::PutUser { user: Box::new(after), expected: Some(before.revision) }])
            .await;
    };
    let is_active = async || (user(&place, "ada").await.active, user(&place, "bob").await.active);
    by_hand(false).await;
    for _ in 0..2 {
        pull(&place, &full()).await.unwrap();
        assert_eq!(is_active().await, (false, true));
    }
    place.slapd.modify(&locked(&["ada", "bob"], LOCK)).unwrap();
    pull(&place, &order()).await.unwrap();
    assert_eq!(is_active().await, (false, false));
    place.slapd.modify(&locked(&["ada", "bob"], UNLOCK)).unwrap();
    pull(&place, &order()).await.unwrap();
    assert_eq!(is_active().await, (false, true), "the directory takes back what it said itself");
    by_hand(true).await;
    assert_eq!(pull(&place, &full()).await.unwrap().users.gone, 0);
    assert_eq!(is_active().await, (true, true));
    place.slapd.modify(&locked(&["ada"], LOCK)).unwrap();
    pull(&place, &order()).await.unwrap();
    assert_eq!(is_active().await, (false, true));
}

/// Who is not active and who left groups are bounded like who is gone: without the right to read what says it, all look so.
pub(crate) async fn rights_that_were_taken_away_take_nobody_s_access(mut place: Place) {
    sixty(&place).await;
    let ten = logins(10);
    let ten: Vec<&str> = ten.iter().map(String::as_str).collect();
    place.slapd.modify(&locked(&ten, LOCK)).unwrap();
    for _ in 0..2 {
        let report = pull(&place, &order()).await.unwrap();
        assert_eq!(report.users_withheld.map(|withheld| (withheld.gone, withheld.most)), Some((10, 6)));
        assert_eq!((report.full, active(&place).await), (false, 60), "and it is asked for again");
    }
    let report = pull(&place, &Order { allowed: Some(10), ..order() }).await.unwrap();
    assert_eq!((report.users_withheld, active(&place).await), (None, 50));
    // An attribute that no entry shows.
    place.source.config.attributes.member = Some("owner".into());
    let report = pull(&place, &order()).await.unwrap();
    assert_eq!(report.members_withheld.map(|withheld| (withheld.gone, withheld.most)), Some((60, 6)));
    assert_eq!((report.members_removed, groups(&place, "user20").await), (0, vec!["All".to_owned()]));
    let report = pull(&place, &Order { allowed: Some(60), ..full() }).await.unwrap();
    assert_eq!((report.members_withheld, report.members_removed), (None, 60));
}
