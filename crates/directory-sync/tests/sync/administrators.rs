//! Whoever the directory says is gone: somebody who administers is left.

use casemate_directory::{Author, Kind};
use casemate_store::{AuditEvent, AuditFilter};
use serde_json::{Value, json};

use super::*;

const LEAVE: &str = "dn: cn=Admins,ou=groups,dc=example,dc=com\nchangetype: modify\nreplace: member\n";

/// Reads all, whoever may vanish.
fn freely() -> Order {
    Order { allowed: Some(100), ..full() }
}

async fn make(place: &Place, kind: Kind, document: Value) {
    let tenant = if kind == Kind::Provider { "" } else { "default" };
    let author = Author::system("test", order().by.now);
    place.administration.create(&author, kind, tenant, document, None).await.unwrap();
}

async fn administers(place: &Place, to: Value) {
    make(place, Kind::Assignment, json!({"role": "administrator", "to": to})).await;
}

/// People in the directory, and here.
async fn begin(place: &Place, people: &[&str]) {
    let provider = json!({"name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"]});
    make(place, Kind::Provider, provider).await;
    place.slapd.modify(&people.iter().copied().map(person).collect::<String>()).unwrap();
    pull(place, &order()).await.unwrap();
}

fn delete(login: &str) -> String {
    format!("dn: uid={login},ou=people,dc=example,dc=com\nchangetype: delete\n\n")
}

fn replaces(login: &str, attribute: &str, value: &str) -> String {
    format!(
        "dn: uid={login},ou=people,dc=example,dc=com\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n-\n\n"
    )
}

fn members(of: &[&str]) -> String {
    let members: String =
        of.iter().map(|login| format!("member: uid={login},ou=people,dc=example,dc=com\n")).collect();
    format!("{LEAVE}{members}-\n\n")
}

/// What is on record about something that was not done.
async fn denials(place: &Place, id: &str) -> Vec<AuditEvent> {
    let filter = AuditFilter {
        resource_id: Some(id.to_owned()),
        outcome: Some("denied".to_owned()),
        ..AuditFilter::default()
    };
    let events = place.store.reader().audit_events(&filter, None, 10).await.unwrap();
    events.into_iter().map(|event| event.event).collect()
}

#[track_caller]
fn has_kept(report: &Report, named: &str) {
    assert_eq!(report.kept, 1, "{report:?}");
    assert!(report.kept_first[0].contains(named), "{report:?}");
    assert!(report.kept_first[0].contains("assign the role `administrator`"), "{report:?}");
    assert!(report.is_withheld());
}

/// The last who administers stays active, and who they were, until somebody else administers.
pub(crate) async fn whoever_administers_last_stays_until_another_does(place: Place) {
    begin(&place, &["ada", "bob", "carol"]).await;
    administers(&place, json!({"provider": "corp", "id": "ada@example.com"})).await;
    administers(&place, json!({"provider": "corp", "login": "bob"})).await;
    // Either of them could go, and not both.
    place.slapd.modify(&(delete("ada") + &delete("bob") + &replaces("carol", "cn", "Countess"))).unwrap();
    let report = pull(&place, &freely()).await.unwrap();
    assert_eq!((report.users.gone, report.users.updated, report.kept), (1, 1, 1), "{report:?}");
    let (ada, bob) = (user(&place, "ada").await, user(&place, "bob").await);
    assert_ne!(ada.active, bob.active);
    let left = if ada.active { &ada } else { &bob };
    has_kept(&report, &left.login);
    assert_eq!(kept(&place).await.report, Some(report));
    let told = denials(&place, &left.id).await;
    assert_eq!((told.len(), told[0].reason.as_deref()), (1, Some("last_administrator")));
    assert_eq!(told[0].action, "casemate.directory-sync.run");
    assert_eq!(user(&place, "carol").await.display_name.as_deref(), Some("Countess"), "all else goes on");

    // What would be done is told as it would be done.
    let dry = pull(&place, &Order { dry_run: true, ..freely() }).await.unwrap();
    has_kept(&dry, &left.login);
    assert_eq!(denials(&place, &left.id).await.len(), 1, "nothing is written of what was only tried");
    // The next time it is tried again, and done once somebody else administers.
    let again = Order { allowed: Some(100), ..order() };
    let report = pull(&place, &again).await.unwrap();
    assert!(report.full, "what changed does not say who is gone");
    has_kept(&report, &left.login);
    administers(&place, json!({"provider": "corp", "id": "carol@example.com"})).await;
    let report = pull(&place, &again).await.unwrap();
    assert_eq!((report.users.gone, report.kept), (1, 0), "{report:?}");
    assert!(!user(&place, &left.login).await.active);

    // By another subject they would be somebody else: all but that is written.
    place
        .slapd
        .modify(&(replaces("carol", "mail", "c@example.com") + &replaces("carol", "cn", "C")))
        .unwrap();
    for updated in [1, 0] {
        let report = pull(&place, &order()).await.unwrap();
        assert!(!report.full);
        has_kept(&report, "uid=carol");
        assert_eq!(report.users.updated, 1, "{updated} {report:?}");
        let carol = user(&place, "carol").await;
        assert_eq!(carol.subject.as_deref(), Some("carol@example.com"));
        assert_eq!(carol.display_name.as_deref(), Some("C"));
    }
    administers(&place, json!({"provider": "corp", "id": "c@example.com"})).await;
    let report = pull(&place, &order()).await.unwrap();
    assert_eq!((report.users.updated, report.kept, report.full), (1, 0, false), "{report:?}");
    assert_eq!(user(&place, "carol").await.subject.as_deref(), Some("c@example.com"));
}

/// The last member of the group by which people administer stays in it, and the group stays what it is.
pub(crate) async fn a_member_of_the_administrators_stays_until_another_comes(place: Place) {
    begin(&place, &["ada", "bob", "carol"]).await;
    place.slapd.modify(&group("Admins", &["ada", "bob"])).unwrap();
    pull(&place, &freely()).await.unwrap();
    administers(&place, json!({"provider": "corp", "group": "Admins"})).await;
    let in_it = async |place: &Place| {
        let mut inside = Vec::new();
        for login in ["ada", "bob", "carol"] {
            if groups(place, login).await == ["Admins"] {
                inside.push(login);
            }
        }
        inside
    };
    // Both leave: one of them does.
    place.slapd.modify(&members(&["nobody"])).unwrap();
    let report = pull(&place, &freely()).await.unwrap();
    has_kept(&report, "cn=Admins");
    assert_eq!((report.groups.updated, report.members_removed), (1, 1), "{report:?}");
    let left = in_it(&place).await;
    assert_eq!(left.len(), 1);
    let of_group = &place.store.reader().groups_of_one(&user(&place, left[0]).await.id).await.unwrap()[0];
    let told = denials(&place, &of_group.id).await;
    assert_eq!((told.len(), told[0].reason.as_deref()), (1, Some("last_administrator")));
    assert!(told[0].after.as_ref().unwrap().contains(&user(&place, left[0]).await.id));
    // Who is gone altogether stays, and in the group, which is told once.
    place.slapd.modify(&delete(left[0])).unwrap();
    let report = pull(&place, &freely()).await.unwrap();
    has_kept(&report, left[0]);
    assert!(user(&place, left[0]).await.active);
    assert_eq!(in_it(&place).await, left);
    // The group keeps its name, and who comes comes.
    place
        .slapd
        .modify(
            &(members(&["carol"])
                + "dn: cn=Admins,ou=groups,dc=example,dc=com\nchangetype: modrdn\nnewrdn: cn=Chiefs\ndeleteoldrdn: 1\n\n"),
        )
        .unwrap();
    let report = pull(&place, &freely()).await.unwrap();
    assert_eq!(report.users.gone, 0, "before there is another: {report:?}");
    assert!(in_it(&place).await.contains(&"carol"), "{report:?}");
    let report = pull(&place, &freely()).await.unwrap();
    assert_eq!(report.users.gone, 1, "now there is: {report:?}");
    has_kept(&report, "cn=Chiefs");
    assert_eq!(in_it(&place).await, ["carol"]);
    place.slapd.modify("dn: cn=Chiefs,ou=groups,dc=example,dc=com\nchangetype: delete\n\n").unwrap();
    let report = pull(&place, &freely()).await.unwrap();
    has_kept(&report, "Admins");
    assert_eq!(report.groups.gone, 0);
    administers(&place, json!({"provider": "corp", "login": "carol"})).await;
    let report = pull(&place, &freely()).await.unwrap();
    assert_eq!((report.groups.gone, report.kept), (1, 0), "{report:?}");
    assert_eq!(in_it(&place).await, Vec::<&str>::new());
}
