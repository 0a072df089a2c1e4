//! Groups in groups.

use crate::place::Place;
use crate::{full, groups, order, person, pull, user};

fn group(name: &str, users: &[&str], below: &[&str]) -> String {
    let users = users.iter().map(|login| format!("member: uid={login},ou=people,dc=example,dc=com\n"));
    let below = below.iter().map(|group| format!("member: CN={group}, ou=Groups,dc=example,dc=com\n"));
    let members: String = users.chain(below).collect();
    format!("dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\n{members}\n")
}

fn change(name: &str, what: &str, member: &str) -> String {
    format!(
        "dn: cn={name},ou=groups,dc=example,dc=com\nchangetype: modify\n{what}: member\n\
         member: {member},dc=example,dc=com\n-\n\n"
    )
}

/// Whoever is in a group is in those that it is in, also where these go in a circle, and with what is changed.
pub(crate) async fn groups_in_groups_hand_on_whom_they_have(mut place: Place) {
    place.slapd.modify(&["ada", "bob", "eve"].map(person).concat()).unwrap();
    let tree = [
        group("All", &["ada"], &["Makers", "Sellers"]),
        group("Makers", &[], &["Engineers"]),
        group("Engineers", &["bob"], &["All"]),
        group("Sellers", &["eve"], &[]),
    ];
    place.slapd.modify(&tree.concat()).unwrap();
    // Who does not say so has them as they stand there.
    pull(&place, &order()).await.unwrap();
    assert_eq!(
        (groups(&place, "bob").await, groups(&place, "eve").await),
        (vec!["Engineers".into()], vec!["Sellers".into()])
    );
    place.source.config.nested_groups = true;
    let report = pull(&place, &order()).await.unwrap();
    assert!(report.full, "the document says something else");
    let all = ["All", "Engineers", "Makers"];
    assert_eq!(groups(&place, "ada").await, all, "by a circle");
    assert_eq!(groups(&place, "bob").await, all);
    assert_eq!(groups(&place, "eve").await, ["All", "Engineers", "Makers", "Sellers"]);
    let revision = place.store.reader().revision().await.unwrap();
    for again in [order(), full()] {
        assert!(!pull(&place, &again).await.unwrap().changed());
    }
    assert_eq!(place.store.reader().revision().await.unwrap(), revision, "nothing was written");

    // A change below counts above, though nothing was changed there.
    let changes =
        [change("Sellers", "add", "uid=bob,ou=people"), change("Engineers", "delete", "cn=All,ou=groups")];
    place.slapd.modify(&changes.concat()).unwrap();
    let report = pull(&place, &order()).await.unwrap();
    assert!(!report.full);
    assert_eq!(groups(&place, "ada").await, ["All"]);
    assert_eq!(groups(&place, "bob").await, ["All", "Engineers", "Makers", "Sellers"]);
    assert_eq!(groups(&place, "eve").await, ["All", "Sellers"]);
    assert!(user(&place, "eve").await.active);
}
