//! Setting everything back to a revision: users, groups and their members by hand with the objects.

use std::collections::{BTreeMap, BTreeSet};

use casemate_directory::{AdminError, GroupDraft, Left, SetBack, UserDraft};
use casemate_store::{
    AuditFilter, Commit, GroupQuery, GroupRecord, MemberQuery, Operation, UserQuery, UserRecord,
};
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Who is there: their login, attributes, and whether they are active, by their ids.
type Users = BTreeMap<String, (String, String, bool)>;
/// Which groups are there: their name and who belongs to them by hand, by their ids.
type Groups = BTreeMap<String, (String, BTreeSet<String>)>;

impl Site {
    async fn change_user(&self, id: &str, change: impl FnOnce(&mut UserDraft)) -> Result<(), AdminError> {
        let user = self.administration.user("default", id).await?.ok_or(AdminError::NotFound("user"))?;
        let mut draft: UserDraft = serde_json::from_value(json!({
            "login": user.login, "active": user.active,
            "attributes": serde_json::from_str::<Value>(&user.attributes).unwrap(),
        }))
        .unwrap();
        change(&mut draft);
        let done = self.administration.update_user(&operator(), "default", id, user.revision, &draft).await;
        done.map(drop)
    }

    async fn rename_group(&self, id: &str, name: &str) -> Result<(), AdminError> {
        let group = self.administration.group("default", id).await?.ok_or(AdminError::NotFound("group"))?;
        let draft: GroupDraft = serde_json::from_value(json!({ "name": name })).unwrap();
        let done = self.administration.update_group(&operator(), "default", id, group.revision, &draft).await;
        done.map(drop)
    }

    async fn delete_user_now(&self, id: &str) -> Result<i64, AdminError> {
        let user = self.administration.user("default", id).await?.ok_or(AdminError::NotFound("user"))?;
        self.administration.delete_user(&operator(), "default", id, user.revision).await
    }

    async fn delete_group_now(&self, id: &str) -> Result<i64, AdminError> {
        let group = self.administration.group("default", id).await?.ok_or(AdminError::NotFound("group"))?;
        self.administration.delete_group(&operator(), "default", id, group.revision).await
    }

    async fn join(&self, group: &str, users: &[&str]) -> Result<i64, AdminError> {
        let users: Vec<String> = users.iter().map(|user| (*user).to_owned()).collect();
        self.administration.add_members(&operator(), "default", group, &users).await
    }

    async fn leave(&self, group: &str, user: &str) -> Result<i64, AdminError> {
        self.administration.remove_member(&operator(), "default", group, user).await
    }

    async fn revision(&self) -> i64 {
        self.directory.refresh().await.unwrap()
    }

    async fn back_to(&self, revision: i64) -> SetBack {
        self.administration.revert(&operator(), revision, &Covered::Everybody, false).await.unwrap()
    }

    async fn people(&self) -> (Users, Groups) {
        let reader = self.store.reader();
        let query = UserQuery { limit: 1_000, ..UserQuery::default() };
        let users = reader.users(&query).await.unwrap().into_iter();
        let users = users.map(|user| (user.id, (user.login, user.attributes, user.active))).collect();
        let mut groups = Groups::new();
        for group in reader.groups(&GroupQuery { limit: 1_000, ..GroupQuery::default() }).await.unwrap() {
            let query = MemberQuery {
                group: group.id.clone(),
                source: Some(String::new()),
                limit: 1_000,
                ..MemberQuery::default()
            };
            let members = reader.members(&query).await.unwrap().into_iter().map(|member| member.user);
            groups.insert(group.id, (group.name, members.collect()));
        }
        (users, groups)
    }
}

fn left(back: &SetBack) -> Vec<(&str, &str, &str)> {
    back.left.iter().map(|Left { kind, id, reason, .. }| (*kind, &**id, &**reason)).collect()
}

#[tokio::test]
async fn users_groups_and_members_become_what_they_were_in_one_change_with_the_objects() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let ada = site.user("eve").await.id;
    let bob = site.user("zoe").await.id;
    let staff = site.group_by_hand("staff").await.id;
    let crew = site.group_by_hand("crew").await.id;
    site.join(&staff, &[&ada]).await.unwrap();
    site.join(&crew, &[&bob]).await.unwrap();
    let then = site.people().await;
    let revision = site.revision().await;

    site.role("reader", json!([{ "name": "notes.read" }])).await;
    site.change_user(&ada, |draft| draft.login = "ada.l".into()).await.unwrap();
    site.change_user(&bob, |draft| drop(draft.attributes.insert("level".into(), json!(2)))).await.unwrap();
    // The name that was given up is somebody else's by now, and so is that of a group.
    let other = site.user("Eve").await.id;
    site.rename_group(&staff, "people").await.unwrap();
    let second = site.group_by_hand("Staff").await.id;
    site.leave(&staff, &ada).await.unwrap();
    site.join(&staff, &[&bob, &other]).await.unwrap();
    site.delete_group_now(&crew).await.unwrap();
    let assigned = json!({ "role": "reader", "to": { "provider": "corp", "id": "s-Eve" } });
    site.create(Kind::Assignment, assigned).await;
    let last = site.revision().await;
    let changed = site.people().await;

    let dry = site.administration.revert(&operator(), revision, &Covered::Everybody, true).await.unwrap();
    assert!(!dry.is_made && dry.revision == last && site.people().await == changed);
    let verbs: BTreeMap<&str, &str> = dry.people.iter().map(|person| (&*person.id, person.verb)).collect();
    let expected = [
        (&*ada, "update"),
        (&*bob, "update"),
        (&*other, "delete"),
        (&*staff, "update"),
        (&*second, "delete"),
    ];
    assert_eq!(verbs, expected.into_iter().chain([(&*crew, "create")]).collect());
    let lines = |id: &str| &dry.people.iter().find(|person| person.id == id).unwrap().change.diff;
    assert_eq!(lines(&ada)[..], ["- login: ada.l", "+ login: eve"].map(str::to_owned));
    assert!(lines(&staff).contains(&format!("+ member: {ada}")), "{:?}", lines(&staff));
    assert!(lines(&staff).contains(&format!("- member: {bob}")), "{:?}", lines(&staff));
    assert!(lines(&crew).contains(&format!("+ member: {bob}")), "{:?}", lines(&crew));

    // Whoever is in use by what goes with the same change is not in use.
    let back = site.back_to(revision).await;
    assert_eq!((left(&back), back.is_made, back.revision), (vec![], true, last + 1), "one change");
    assert_eq!((back.people, back.objects.len()), (dry.people, 2));
    assert_eq!(site.people().await, then);
    let events = site.store.reader().audit_events(&AuditFilter::default(), None, 100).await.unwrap();
    let events: Vec<&str> =
        events.iter().filter(|event| event.revision == last + 1).map(|event| &*event.event.action).collect();
    for action in ["policy.revert", "user.restore", "user.delete", "group.restore", "group.delete"] {
        assert!(events.contains(&&*format!("casemate.{action}")), "{action}: {events:?}");
    }
    // Nothing is left to do; and it can be set back itself, but for who was deleted by it.
    assert!(!site.back_to(revision).await.is_made);
    let again = site.back_to(last).await;
    assert_eq!(
        left(&again),
        [
            ("user", &*other, "they were deleted, and nothing is kept of whoever is deleted"),
            ("group-member", &*other, "they belonged to the group and are not there any more")
        ]
    );
    let (users, groups) = site.people().await;
    assert_eq!(users.get(&ada), changed.0.get(&ada));
    assert_eq!((groups.len(), &groups[&staff].0), (2 + changed.1.len() - 2, &changed.1[&staff].0));
    assert_eq!(groups[&staff].1, BTreeSet::from([bob]));
}

#[tokio::test]
async fn what_cannot_be_set_back_is_named_and_all_else_is() {
    let site = Site::with_people(&["ada", "bob", "eve", "zoe"]).await;
    let id = async |login: &str| site.store.reader().user_by_login("corp", login).await.unwrap().unwrap().id;
    let (ada, bob, eve) = (id("ada").await, id("bob").await, id("eve").await);
    let by_code = site.group_by_hand("editors").await.id;
    site.join(&by_code, &[&ada]).await.unwrap();
    let revision = site.revision().await;
    let inactive = |draft: &mut UserDraft| draft.active = false;
    site.change_user(&ada, inactive).await.unwrap();
    site.change_user(&ada, |draft| drop(draft.attributes.insert("a".into(), json!(1)))).await.unwrap();
    site.change_user(&bob, |draft| draft.login = "robert".into()).await.unwrap();
    site.delete_user_now(&eve).await.unwrap();
    // Somebody is called by now as another was, by what a provider says: that stays.
    let provided = UserRecord {
        id: "usr_scim".into(),
        tenant: "default".into(),
        provider: "corp".into(),
        login: "bob".into(),
        active: true,
        attributes: "{}".into(),
        source: "scim".into(),
        ..UserRecord::default()
    };
    let operations = vec![Operation::PutUser { user: Box::new(provided), expected: Some(0) }];
    let commit = Commit {
        base: None,
        at: 1,
        actor: operator().actor,
        summary: "scim".into(),
        operations,
        events: vec![],
        fence: None,
    };
    site.store.commit(commit).await.unwrap();
    site.apply_code(&["[[group]]\nname = \"editors\"\nexternal_id = \"e\"\n"], true).await.unwrap();
    let made = site.group_by_hand("new").await.id;
    let users = site.administration.revert(&operator(), revision, &Covered::Everybody, false).await.unwrap();
    let mut named = left(&users);
    named.sort_unstable();
    let mut expected = vec![
        ("group", &*by_code, "it is managed by `code` and changed there"),
        ("user", &*ada, "nobody who is not active becomes so by it"),
        ("user", &*bob, "a user named `bob` exists already"),
        ("user", &*eve, "they were deleted, and nothing is kept of whoever is deleted"),
    ];
    expected.sort_unstable();
    assert_eq!(named, expected);
    let (people, groups) = site.people().await;
    assert_eq!(people[&ada], ("ada".into(), "{}".into(), false), "all else of theirs is as it was");
    assert_eq!(people[&bob].0, "robert");
    assert!(!groups.contains_key(&made));
    assert_eq!(site.members_of("editors").await, []);
}

#[tokio::test]
async fn whoever_is_in_use_or_administers_last_stays() {
    let site = Site::with_people(&[]).await;
    let revision = site.revision().await;
    let ada = site.user("ada").await.id;
    let admins = site.group_by_hand("admins").await.id;
    site.join(&admins, &[&ada]).await.unwrap();
    let everybody = async |revision| {
        site.administration.revert(&operator(), revision, &Covered::Everybody, false).await.unwrap()
    };
    // What stands in another change is in use: here objects stay.
    let to = json!({ "role": "administrator", "to": { "provider": "corp", "group": "admins" } });
    site.create(Kind::Assignment, to).await;
    let used = site.revision().await;
    let bob = site.user("bob").await.id;
    site.join(&admins, &[&bob]).await.unwrap();
    let both = site.revision().await;
    site.leave(&admins, &ada).await.unwrap();
    // Bob alone administers. That he leaves is right only together with Ada, who comes by the same change.
    assert_eq!(left(&everybody(used).await), []);
    assert_eq!(site.people().await.1[&admins].1, BTreeSet::from([ada.clone()]));
    // Whoever is not active does not count, and so nobody would be left.
    everybody(both).await;
    let other = site.user("zoe").await.id;
    site.join(&admins, &[&other]).await.unwrap();
    site.leave(&admins, &ada).await.unwrap();
    let with_zoe = site.revision().await;
    site.change_user(&ada, |draft| draft.active = false).await.unwrap();
    let back = everybody(used).await;
    let last = AdminError::LastAdministrator.to_string();
    let stayed: BTreeSet<&str> =
        left(&back).into_iter().filter(|(_, _, reason)| *reason == last).map(|(_, id, _)| id).collect();
    assert_eq!(stayed, BTreeSet::from([&*admins, &*other]), "{:?}", back.left);
    assert_eq!(site.people().await.1[&admins].1, BTreeSet::from([other]));
    assert!(site.revision().await >= with_zoe);
    // Before the group was made, nothing was assigned to it: the policy would have no administrator.
    let refused = site.administration.revert(&operator(), revision, &Covered::Everybody, false).await;
    assert!(matches!(refused, Err(AdminError::LastAdministrator)), "{refused:?}");
}

#[tokio::test]
async fn nobody_gives_by_setting_back_what_they_do_not_hold_and_only_those_are_touched_who_may_be() {
    let site = Site::with_people(&["ada", "bob", "eve"]).await;
    site.role("writer", json!([{ "name": "notes.write" }])).await;
    let to = json!({ "role": "writer", "to": { "provider": "corp", "group": "writers" } });
    site.create(Kind::Assignment, to).await;
    let (people, _) = site.people().await;
    let ids: Vec<&String> = people.keys().collect();
    let writers = site.group_by_hand("writers").await.id;
    let readers = site.group_by_hand("readers").await.id;
    site.join(&writers, &[ids[0]]).await.unwrap();
    site.join(&readers, &[ids[0]]).await.unwrap();
    let revision = site.revision().await;
    site.leave(&writers, ids[0]).await.unwrap();
    site.leave(&readers, ids[0]).await.unwrap();
    site.join(&readers, &[ids[1]]).await.unwrap();
    let author = Arc::new(holding(&["notes.read"]));
    let those = async |ids: &[&String]| {
        let all = site.administration.revert(&operator(), revision, &Covered::Everybody, true).await.unwrap();
        let looked_at = all.people.iter().filter(|person| ids.contains(&&person.id));
        let those = looked_at.map(|person| (person.id.clone(), (Arc::clone(&author), person.at)));
        Covered::Those(those.collect())
    };
    // What was changed since it was looked at is left.
    let old = those(&[&readers]).await;
    site.rename_group(&readers, "all").await.unwrap();
    site.rename_group(&readers, "readers").await.unwrap();
    let back = site.administration.revert(&author, revision, &old, false).await.unwrap();
    assert_eq!((back.is_made, back.left.len()), (false, 2), "{:?}", back.left);
    let back = site
        .administration
        .revert(&author, revision, &those(&[&writers, &readers]).await, false)
        .await
        .unwrap();
    assert_eq!((back.left.len(), back.left[0].is_denied, &back.left[0].id), (1, true, &writers));
    let (_, groups) = site.people().await;
    assert!(groups[&writers].1.is_empty());
    assert_eq!(groups[&readers].1, BTreeSet::from([ids[0].clone()]));
    let none = site.administration.revert(&author, revision, &those(&[]).await, false).await.unwrap();
    assert_eq!((none.is_made, none.left.len(), none.left[0].is_denied), (false, 1, false));
    let nobody = site.administration.revert(&operator(), revision, &Covered::Nobody, false).await.unwrap();
    assert!(!nobody.is_made && nobody.left.is_empty());
    assert!(site.back_to(revision).await.is_made);
}

#[tokio::test]
async fn there_is_a_most_that_is_set_back_at_once_and_an_oldest_revision() {
    let site = Site::with_people(&[]).await;
    let revision = site.revision().await;
    let mut operations = Vec::new();
    for number in 0..=casemate_directory::MAX_SET_BACK {
        operations.push(Operation::KeepVersion(Box::new(casemate_store::DirectoryEdit {
            kind: casemate_store::DirectoryKind::Group,
            id: format!("grp_{number}"),
            verb: "update".into(),
            restored: None,
            before: Some("{}".into()),
            after: Some("{\"a\":1}".into()),
        })));
    }
    let commit = Commit {
        base: None,
        at: 1,
        actor: operator().actor,
        summary: "many".into(),
        operations,
        events: vec![],
        fence: None,
    };
    site.store.commit(commit).await.unwrap();
    let refused = site.administration.revert(&operator(), revision, &Covered::Everybody, false).await;
    assert!(
        matches!(&refused, Err(AdminError::PeopleUnkept { reason })
        if reason.contains("newer revision")),
        "{refused:?}"
    );
    assert!(site.administration.revert(&operator(), revision, &Covered::Nobody, false).await.is_ok());
    // Where versions are too old to be kept, nobody knows any more what was changed since.
    let data = DataFolder::open_or_create(&site.folder.path().join("data")).unwrap();
    drop(Store::open(&data, Retention::default(), || i64::MAX).await.unwrap());
    let refused = site.administration.revert(&operator(), revision, &Covered::Everybody, true).await;
    assert!(
        matches!(&refused, Err(AdminError::PeopleUnkept { reason })
        if reason.contains("is known since revision")),
        "{refused:?}"
    );
    let last = site.revision().await;
    assert!(!site.administration.revert(&operator(), last, &Covered::Everybody, true).await.unwrap().is_made);
}

#[tokio::test]
async fn a_group_with_more_members_than_are_turned_at_once_comes_back_by_and_by_and_one_that_is_left_turns_nobody()
 {
    const MOST: usize = 10_000;
    let site = Site::with_people(&["ada", "bob"]).await;
    let (people, _) = site.people().await;
    let mut groups = [site.group_by_hand("one").await, site.group_by_hand("two").await];
    groups.sort_by(|one, other| one.id.cmp(&other.id));
    let [many, few] = groups;
    site.role("writer", json!([{ "name": "notes.write" }])).await;
    let ids: Vec<String> = (0..=MOST).map(|number| format!("usr_{number:05}")).collect();
    let member = |id: &String| {
        let of =
            casemate_store::Membership { group: many.id.clone(), user: id.clone(), source: String::new() };
        Operation::AddMember(of)
    };
    let made = ids.iter().map(|id| {
        let user = UserRecord {
            id: id.clone(),
            tenant: "default".into(),
            provider: "corp".into(),
            login: id.clone(),
            attributes: "{}".into(),
            source: "scim".into(),
            active: true,
            ..UserRecord::default()
        };
        Operation::PutUser { user: Box::new(user), expected: Some(0) }
    });
    let commit = Commit {
        base: None,
        at: 1,
        actor: operator().actor,
        summary: "many".into(),
        operations: made.chain(ids.iter().map(member)).collect(),
        events: vec![],
        fence: None,
    };
    site.store.commit(commit).await.unwrap();
    site.join(&few.id, &people.keys().map(String::as_str).collect::<Vec<_>>()).await.unwrap();
    let revision = site.revision().await;
    site.delete_group_now(&many.id).await.unwrap();
    site.delete_group_now(&few.id).await.unwrap();
    let to = json!({ "role": "writer", "to": { "provider": "corp", "group": many.name } });
    site.create(Kind::Assignment, to).await;
    let users: Vec<&str> = ids.iter().chain(people.keys()).map(String::as_str).collect();
    let reader = site.store.reader();
    let count = async |group: &GroupRecord| reader.members_by_hand(&group.id, &users).await.unwrap().len();

    // What is left takes nothing of what may be turned.
    let author = holding(&["notes.read"]);
    let looked_at = Arc::new(author.clone());
    let those = [&many.id, &few.id].map(|id| (id.clone(), (Arc::clone(&looked_at), 0)));
    let those = Covered::Those(those.into_iter().collect());
    let back = site.administration.revert(&author, revision, &those, false).await.unwrap();
    assert_eq!(
        (back.left.len(), &back.left[0].id, back.left[0].is_denied),
        (1, &many.id, true),
        "{:?}",
        back.left
    );
    assert_eq!((count(&many).await, count(&few).await), (0, 2));

    let back = site.back_to(revision).await;
    let reasons = left(&back);
    assert_eq!((reasons.len(), reasons[0].0, reasons[0].1), (1, "group", &*many.id), "{reasons:?}");
    assert!(reasons[0].2.contains("and 1 more of this one would"), "{reasons:?}");
    assert_eq!(count(&many).await, MOST);
    let again = site.back_to(revision).await;
    assert_eq!((again.is_made, left(&again)), (true, vec![]));
    assert_eq!(count(&many).await, MOST + 1);
}

#[derive(Debug, Clone)]
enum Step {
    Make,
    Rename(u8),
    Attribute(u8, u8),
    Deactivate(u8),
    Delete(u8),
    MakeGroup,
    RenameGroup(u8),
    DeleteGroup(u8),
    Join(u8, u8),
    Leave(u8, u8),
    Role,
    Back(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Make),
        2 => (0..6u8).prop_map(Step::Rename),
        2 => (0..6u8, 0..3u8).prop_map(|(place, level)| Step::Attribute(place, level)),
        1 => (0..6u8).prop_map(Step::Deactivate),
        1 => (0..6u8).prop_map(Step::Delete),
        2 => Just(Step::MakeGroup),
        1 => (0..4u8).prop_map(Step::RenameGroup),
        2 => (0..4u8).prop_map(Step::DeleteGroup),
        4 => (0..4u8, 0..6u8).prop_map(|(group, user)| Step::Join(group, user)),
        2 => (0..4u8, 0..6u8).prop_map(|(group, user)| Step::Leave(group, user)),
        1 => Just(Step::Role),
        2 => (0..30u8).prop_map(Step::Back),
    ]
}

/// Sets everything back and holds it against what was there then.
async fn comes_back(site: &Site, revision: i64, then: &(Users, Groups)) {
    let today = site.people().await;
    let back = site.back_to(revision).await;
    let (users, groups) = site.people().await;
    let there: BTreeMap<&String, (&String, &String, bool)> = then
        .0
        .iter()
        .filter_map(|(id, (login, attributes, active))| {
            // Nobody who was deleted comes back, and nobody who is not active becomes so.
            let (_, _, is_active) = today.0.get(id)?;
            Some((id, (login, attributes, *active && *is_active)))
        })
        .collect();
    let users: BTreeMap<&String, (&String, &String, bool)> =
        users.iter().map(|(id, (login, attributes, active))| (id, (login, attributes, *active))).collect();
    assert_eq!(users, there, "{:?}", back.left);
    let mut expected = then.1.clone();
    for (_, members) in expected.values_mut() {
        members.retain(|user| today.0.contains_key(user));
    }
    assert_eq!(groups, expected, "{:?}", back.left);
    for Left { id, reason, .. } in &back.left {
        let is_gone = !today.0.contains_key(id);
        assert!(is_gone || reason.contains("not active"), "{id} {reason}");
    }
}

async fn holds(steps: &[Step]) {
    let site = Site::open().await;
    let mut seen = vec![(site.revision().await, site.people().await)];
    for (number, step) in steps.iter().enumerate() {
        let (users, groups) = site.people().await;
        let user = |place: &u8| users.keys().nth(usize::from(*place)).cloned().unwrap_or_default();
        let group = |place: &u8| groups.keys().nth(usize::from(*place)).cloned().unwrap_or_default();
        match step {
            Step::Make => drop(site.own_user(&format!("u{number}")).await),
            Step::Rename(place) => {
                let _ = site.change_user(&user(place), |draft| draft.login = format!("u{number}")).await;
            }
            Step::Attribute(place, level) => {
                let level = json!(level);
                let change = |draft: &mut UserDraft| drop(draft.attributes.insert("level".into(), level));
                let _ = site.change_user(&user(place), change).await;
            }
            Step::Deactivate(place) => {
                let _ = site.change_user(&user(place), |draft| draft.active = false).await;
            }
            Step::Delete(place) => drop(site.delete_user_now(&user(place)).await),
            Step::MakeGroup => drop(site.group_by_hand(&format!("g{number}")).await),
            Step::RenameGroup(place) => drop(site.rename_group(&group(place), &format!("g{number}")).await),
            Step::DeleteGroup(place) => drop(site.delete_group_now(&group(place)).await),
            Step::Join(of, who) => drop(site.join(&group(of), &[&user(who)]).await),
            Step::Leave(of, who) => drop(site.leave(&group(of), &user(who)).await),
            Step::Role => drop(site.role(&format!("r{number}"), json!([])).await),
            Step::Back(place) => {
                let (revision, then) = &seen[usize::from(*place) % seen.len()];
                comes_back(&site, *revision, then).await;
            }
        }
        seen.push((site.revision().await, site.people().await));
    }
    for (revision, then) in seen.iter().rev().step_by(3) {
        comes_back(&site, *revision, then).await;
    }
}

impl Site {
    /// A user with a local account.
    async fn own_user(&self, login: &str) -> UserRecord {
        let draft: UserDraft = serde_json::from_value(json!({ "login": login })).unwrap();
        self.administration.create_user(&operator(), "default", &draft).await.unwrap()
    }
}

#[test]
fn whatever_is_done_by_hand_an_earlier_revision_comes_back() {
    let cases = if std::env::var_os("CASEMATE_LONG").is_some() { 1_000 } else { 30 };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..25))| {
        runtime.block_on(holds(&steps));
    });
}
