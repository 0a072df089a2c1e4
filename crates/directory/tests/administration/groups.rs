//! Groups of Casemate's own as code.

use casemate_directory::{AdminError, Code, Folder, GroupDraft, Plan, UserDraft, VersionState};
use casemate_store::{
    AuditFilter, DirectoryKind, DirectoryVersionQuery, GroupQuery, GroupRecord, MemberQuery, UserRecord,
};
use serde_json::json;

use super::*;

/// What code wants, from the texts of policy files in this order.
fn code(texts: &[&str]) -> Code {
    let file =
        |(index, text): (usize, &&str)| (format!("{index}.toml").into(), format!("format = 1\n{text}"));
    Folder::of_texts(texts.iter().enumerate().map(file).collect()).unwrap().wanted
}

const EDITORS: &str = "[[group]]\nname = \"editors\"\nmembers = [{ login = \"ada\" }, { id = \"s-bob\" }]\n";
const READERS: &str =
    "[[group]]\nname = \"readers\"\nexternal_id = \"e1\"\nmembers = [{ login = \"ada\" }]\n";

impl Site {
    /// A site with a provider, and some whom it vouches for.
    pub(super) async fn with_people(logins: &[&str]) -> Site {
        let site = Site::open().await;
        let provider =
            json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] });
        site.create(Kind::Provider, provider).await;
        for login in logins {
            site.user(login).await;
        }
        site
    }

    pub(super) async fn user(&self, login: &str) -> UserRecord {
        let draft = json!({ "login": login, "subject": format!("s-{login}") });
        let draft: UserDraft = serde_json::from_value(draft).unwrap();
        self.administration.create_user(&operator(), "default", &draft).await.unwrap()
    }

    pub(super) async fn group_by_hand(&self, name: &str) -> GroupRecord {
        let draft: GroupDraft = serde_json::from_value(json!({ "name": name })).unwrap();
        self.administration.create_group(&operator(), "default", &draft).await.unwrap()
    }

    async fn plan_code(&self, texts: &[&str], prune: bool) -> Result<Plan, AdminError> {
        self.directory.refresh().await.unwrap();
        self.administration.plan(code(texts), "code", prune).await
    }

    pub(super) async fn apply_code(&self, texts: &[&str], prune: bool) -> Result<i64, AdminError> {
        let plan = self.plan_code(texts, prune).await?;
        self.administration.apply(&operator(), plan).await
    }

    pub(super) async fn group_named(&self, name: &str) -> Option<GroupRecord> {
        let query = GroupQuery { name: Some(name.to_owned()), limit: 1, ..GroupQuery::default() };
        self.store.reader().groups(&query).await.unwrap().pop()
    }

    /// The logins of whoever is in a group, each with who says so.
    pub(super) async fn members_of(&self, name: &str) -> Vec<(String, String)> {
        let group = self.group_named(name).await.unwrap().id;
        let query = MemberQuery { group, limit: 100, ..MemberQuery::default() };
        let members = self.store.reader().members(&query).await.unwrap();
        let mut named: Vec<_> = members.into_iter().map(|member| (member.login, member.source)).collect();
        named.sort();
        named
    }
}

fn by_code(logins: &[&str]) -> Vec<(String, String)> {
    logins.iter().map(|login| ((*login).to_owned(), "code:code".to_owned())).collect()
}

#[tokio::test]
async fn a_folder_makes_groups_with_members_once_and_in_any_order_of_files() {
    let site = Site::with_people(&["ada", "bob", "eve"]).await;
    let planned = site.plan_code(&[EDITORS, READERS], true).await.unwrap();
    let made: Vec<(&str, &str)> = planned.create.iter().map(|group| (group.kind, &*group.name)).collect();
    assert_eq!(made, [("group", "editors"), ("group", "readers")]);
    assert!(planned.create[0].diff.contains(&"+ member: ada of corp".to_owned()), "{planned:?}");
    assert_eq!(site.group_named("editors").await, None, "a plan changes nothing");

    let first = site.apply_code(&[EDITORS, READERS], true).await.unwrap();
    assert_eq!(site.members_of("editors").await, by_code(&["ada", "bob"]));
    assert_eq!(site.members_of("readers").await, by_code(&["ada"]));
    for texts in [[EDITORS, READERS], [READERS, EDITORS]] {
        assert!(site.plan_code(&texts, true).await.unwrap().is_empty());
        assert_eq!(site.apply_code(&texts, true).await.unwrap(), first, "nothing was to be done");
    }

    // What is otherwise by a name, a member or an external id is drift, and is mended.
    let other = EDITORS.replace("id = \"s-bob\"", "login = \"EVE\"");
    let planned = site.plan_code(&[&other, READERS], false).await.unwrap();
    assert_eq!((planned.update.len(), planned.unchanged), (1, 1));
    assert_eq!(planned.update[0].diff, ["- member: bob of corp", "+ member: eve of corp"]);
    site.apply_code(&[&other, &READERS.replace("e1", "e2")], false).await.unwrap();
    assert_eq!(site.members_of("editors").await, by_code(&["ada", "eve"]));
    assert_eq!(site.group_named("readers").await.unwrap().external_id.as_deref(), Some("e2"));

    // What is gone from the files stays until it is pruned.
    site.apply_code(&[READERS], false).await.unwrap();
    assert!(site.group_named("editors").await.is_some());
    let planned = site.plan_code(&[READERS], true).await.unwrap();
    assert_eq!(planned.delete.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["editors"]);
    site.apply_code(&[READERS], true).await.unwrap();
    assert_eq!(site.group_named("editors").await, None);
    assert!(site.group_named("readers").await.is_some());
}

#[tokio::test]
async fn what_is_applied_is_told_and_has_versions() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let revision = site.apply_code(&[EDITORS], true).await.unwrap();
    let group = site.group_named("editors").await.unwrap();
    let events = site.store.reader().audit_events(&AuditFilter::default(), None, 100).await.unwrap();
    let of_change = events.into_iter().filter(|stored| stored.revision == revision);
    let mut told: Vec<(String, String)> =
        of_change.map(|stored| (stored.event.action, stored.event.after.unwrap_or_default())).collect();
    told.sort();
    let actions: Vec<&str> = told.iter().map(|(action, _)| &**action).collect();
    let added = "casemate.group-member.add";
    assert_eq!(actions, [added, added, "casemate.group.create", "casemate.policy.apply"]);
    assert!(told[2].1.contains("\"managed_by\":\"code\""), "{told:?}");

    site.apply_code(&[&EDITORS.replace(", { id = \"s-bob\" }", "")], true).await.unwrap();
    let versions = DirectoryVersionQuery::of(DirectoryKind::Group, &group.id);
    let versions = site.store.reader().directory_versions(&versions).await.unwrap();
    assert_eq!(versions.iter().map(|version| &*version.verb).collect::<Vec<_>>(), ["apply", "apply"]);
    let newest = site.store.reader().directory_version(DirectoryKind::Group, &group.id, versions[0].revision);
    let (_, _, members) = newest.await.unwrap().unwrap();
    assert_eq!((members.came.len(), members.gone.len()), (0, 1));
}

#[tokio::test]
async fn what_code_manages_is_changed_there_alone() {
    let site = Site::with_people(&["ada", "bob"]).await;
    site.apply_code(&[EDITORS], false).await.unwrap();
    let group = site.group_named("editors").await.unwrap();
    let (administration, author) = (&site.administration, &operator());
    let eve = site.user("eve").await;
    let ada = site.store.reader().user_by_login("corp", "ada").await.unwrap().unwrap();
    let group = site.group_named(&group.name).await.unwrap();
    let (id, revision) = (&*group.id, group.revision);
    let draft: GroupDraft = serde_json::from_value(json!({ "name": "writers" })).unwrap();
    let state = VersionState { revision, before: false };
    let refused = [
        administration.update_group(author, "default", id, revision, &draft).await.map(|_| 0),
        administration.delete_group(author, "default", id, revision).await,
        administration.add_members(author, "default", id, std::slice::from_ref(&eve.id)).await,
        administration.remove_member(author, "default", id, &ada.id).await,
        administration
            .restore_group(author, "default", (id, revision), state, true)
            .await
            .map(|restored| restored.revision),
    ];
    for refused in refused {
        assert!(matches!(&refused, Err(AdminError::ReadOnly { origin }) if origin == "code"), "{refused:?}");
    }
    let others = administration.plan(code(&[EDITORS]), "others", true).await;
    assert!(matches!(others, Err(AdminError::ReadOnly { origin }) if origin == "code"));
}

#[tokio::test]
async fn a_group_by_hand_is_taken_over_with_who_is_in_it() {
    let site = Site::with_people(&["ada", "eve"]).await;
    let group = site.group_by_hand("Editors").await;
    let ada = site.store.reader().user_by_login("corp", "ada").await.unwrap().unwrap();
    let eve = site.store.reader().user_by_login("corp", "eve").await.unwrap().unwrap();
    site.administration.add_members(&operator(), "default", &group.id, &[ada.id, eve.id]).await.unwrap();
    let text = "[[group]]\nname = \"editors\"\nmembers = [{ login = \"ada\", provider = \"corp\" }]\n";
    let planned = site.plan_code(&[text], false).await.unwrap();
    assert_eq!(
        planned.update[0].diff,
        [
            "- name: \"Editors\"",
            "+ name: \"editors\"",
            "- managed by nobody",
            "+ managed by code",
            "- member: eve of corp"
        ]
        .map(|line| line.replace('"', ""))
    );
    site.apply_code(&[text], false).await.unwrap();
    assert_eq!(site.members_of("editors").await, by_code(&["ada"]));
    assert_eq!(site.group_named("editors").await.unwrap().id, group.id);
    assert!(site.plan_code(&[text], true).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_is_unknown_is_a_mistake_in_a_line_and_left_out_of_a_followed_folder() {
    let site = Site::with_people(&["ada"]).await;
    let text = "[[user]]\nid = \"s-zoe\"\n[[group]]\nname = \"editors\"\nmembers = [\n  { login = \"ada\" },\n  \
                { login = \"nobody\" },\n  { id = \"s-zoe\" },\n]\n";
    let Err(AdminError::Invalid(mistakes)) = site.plan_code(&[text], true).await else { panic!("refused") };
    let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("0.toml:8:") && told[0].contains("login `nobody`"), "{told:?}");
    assert!(told[1].starts_with("0.toml:9:") && told[1].contains("says its groups itself"), "{told:?}");
    assert_eq!(told.len(), 2);

    let file = ("p.toml".into(), format!("format = 1\n{text}"));
    site.administration.apply_folder(Folder::of_texts(vec![file]).unwrap(), 1_000).await.unwrap();
    assert_eq!(site.members_of("editors").await, [("ada".to_owned(), "code:folder".to_owned())]);
}

#[tokio::test]
async fn what_is_in_use_is_neither_pruned_nor_renamed_until_it_is_not() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let role = "[[role]]\nname = \"author\"\npermissions = [{ name = \"notes.write\" }]\n";
    let held = "[[assignment]]\nrole = \"author\"\nto = { group = \"editors\" }\n";
    site.apply_code(&[role, held, EDITORS], true).await.unwrap();
    let renamed = EDITORS.replace("editors", "EDITORS");
    for texts in [[role, held, ""], [role, held, &renamed]] {
        let refused = site.apply_code(&texts, true).await;
        assert!(
            matches!(&refused, Err(AdminError::InUse(users)) if users[0].kind == "assignment"),
            "{refused:?}"
        );
    }
    // Together with what uses it, it goes.
    site.apply_code(&[role], true).await.unwrap();
    assert_eq!(site.group_named("editors").await, None);
}

#[tokio::test]
async fn nobody_gives_by_code_what_they_do_not_hold() {
    let site = Site::with_people(&["ada", "bob"]).await;
    site.role("author", json!([{ "name": "notes.write" }])).await;
    site.create(Kind::Assignment, json!({ "role": "author", "to": { "group": "editors" } })).await;
    let plan = site.plan_code(&[EDITORS], true).await.unwrap();
    let refused = site.administration.apply(&holding(&["notes.read"]), plan.clone()).await;
    assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    site.administration.apply(&holding(&["notes.*"]), plan).await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays_in_their_group_by_code_too() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let to = json!({ "provider": "corp", "group": "editors" });
    let only_ada = EDITORS.replace(", { id = \"s-bob\" }", "");
    site.apply_code(&[&only_ada], true).await.unwrap();
    site.create(Kind::Assignment, json!({ "role": "administrator", "to": to })).await;
    let nobody = "[[group]]\nname = \"editors\"\n";
    let refused = site.apply_code(&[nobody], true).await;
    assert!(matches!(refused, Err(AdminError::LastAdministrator)), "{refused:?}");
    // Another who comes at the same time is enough.
    site.apply_code(&[&only_ada.replace("ada", "bob")], true).await.unwrap();
    assert_eq!(site.members_of("editors").await, by_code(&["bob"]));
}

#[tokio::test]
async fn a_plan_of_groups_is_carried_out_only_as_it_was_said() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let stale = site.plan_code(&[EDITORS], true).await.unwrap();
    site.apply_code(&[EDITORS], true).await.unwrap();
    let outdated = site.administration.apply(&operator(), stale).await;
    assert!(matches!(outdated, Err(AdminError::Precondition { .. })), "{outdated:?}");
}

#[tokio::test]
async fn whoever_was_deleted_since_is_missing_when_a_group_is_set_back() {
    let site = Site::with_people(&["ada", "bob"]).await;
    let group = site.group_by_hand("staff").await;
    let ada = site.store.reader().user_by_login("corp", "ada").await.unwrap().unwrap();
    let bob = site.store.reader().user_by_login("corp", "bob").await.unwrap().unwrap();
    let (administration, author) = (&site.administration, &operator());
    let both = [ada.id.clone(), bob.id.clone()];
    let joined = administration.add_members(author, "default", &group.id, &both).await.unwrap();
    // She did not leave the group before she was deleted.
    let ada = administration.user("default", &ada.id).await.unwrap().unwrap();
    administration.delete_user(author, "default", &ada.id, ada.revision).await.unwrap();
    administration.remove_member(author, "default", &group.id, &bob.id).await.unwrap();
    let known = site.group_named("staff").await.unwrap().revision;
    let state = VersionState { revision: joined, before: false };
    let restored =
        administration.restore_group(author, "default", (&group.id, known), state, false).await.unwrap();
    assert_eq!(restored.missing, [ada.id]);
    assert_eq!(restored.members, [format!("+ member: {}", bob.id)]);
    assert_eq!(site.members_of("staff").await, [("bob".to_owned(), String::new())]);
}
