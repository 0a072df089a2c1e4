//! Roles that extend others, teams, and who is on record for having granted them.

use casemate_directory::{AdminError, Kind, Reference};
use serde_json::json;

use super::*;

fn is_beyond<T>(outcome: Result<T, AdminError>) -> bool {
    matches!(outcome, Err(AdminError::Beyond { .. }))
}

fn users_of<T: std::fmt::Debug>(outcome: Result<T, AdminError>) -> Vec<(&'static str, String)> {
    match outcome {
        Err(AdminError::InUse(users)) => {
            users.into_iter().map(|Reference { kind, name, .. }| (kind, name)).collect()
        }
        other => vec![("something else", format!("{other:?}"))],
    }
}

fn wanted(text: &str) -> casemate_directory::Code {
    let files = vec![(std::path::PathBuf::from("policy.toml"), text.to_owned())];
    casemate_directory::Folder::of_texts(files).unwrap().wanted
}

#[tokio::test]
async fn what_is_used_says_what_uses_it() {
    let site = Site::open().await;
    let delete = async |kind: Kind, written: &Written| {
        let tenant = written.entry.tenant.as_str();
        site.administration.delete(&operator(), kind, tenant, &written.entry.id, None).await
    };
    let base = site.role("base", json!([{ "name": "notes.read" }])).await;
    let senior = json!({ "name": "senior", "permissions": [{ "name": "notes.write" }], "extends": ["base"] });
    let senior = site.create(Kind::Role, senior).await;
    let team = site.create(Kind::Team, json!({ "name": "support", "roles": ["senior", "auditor"] })).await;
    let held = site.create(Kind::Assignment, json!({ "team": "support", "to": { "id": "ada" } })).await;
    assert!(site.allows("ada", "notes.read") && site.allows("ada", "notes.write"));
    assert!(site.allows("ada", "casemate.role.list") && !site.allows("bob", "notes.read"));
    assert_eq!(users_of(delete(Kind::Role, &base).await), [("role", "senior".to_owned())]);
    assert_eq!(users_of(delete(Kind::Role, &senior).await), [("team", "support".to_owned())]);
    assert_eq!(users_of(delete(Kind::Team, &team).await), [("assignment", held.entry.name.clone())]);
    let renamed = json!({ "name": "helpers", "roles": [] });
    let author = operator();
    let renamed = site.administration.update(&author, Kind::Team, "default", &team.entry.id, None, renamed);
    assert_eq!(users_of(renamed.await), [("assignment", held.entry.name.clone())]);
    for (kind, written) in
        [(Kind::Assignment, &held), (Kind::Team, &team), (Kind::Role, &senior), (Kind::Role, &base)]
    {
        delete(kind, written).await.unwrap();
    }

    let above = site.create(Kind::Tenant, json!({ "id": "group" })).await;
    let below = site.create(Kind::Tenant, json!({ "id": "acme", "parent": "group" })).await;
    assert_eq!(users_of(delete(Kind::Tenant, &above).await), [("tenant", "acme".to_owned())]);
    delete(Kind::Tenant, &below).await.unwrap();
    delete(Kind::Tenant, &above).await.unwrap();
}

#[tokio::test]
async fn circles_are_refused_by_whichever_change_would_close_them() {
    let site = Site::open().await;
    let role = |name: &str, extends: &[&str]| json!({ "name": name, "permissions": [], "extends": extends });
    let first = site.create(Kind::Role, role("a", &[])).await;
    site.create(Kind::Role, role("b", &["a"])).await;
    let author = operator();
    let closed =
        site.administration.update(&author, Kind::Role, "default", &first.entry.id, None, role("a", &["b"]));
    match closed.await {
        Err(AdminError::Invalid(mistakes)) => {
            let told: Vec<&str> = mistakes.iter().map(casemate_directory::Mistake::message).collect();
            assert_eq!(told, ["the role extends itself: `a` → `b` → `a`"]);
            assert_eq!(mistakes[0].object().unwrap().pointer, "/extends");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_grants_by_a_team_or_a_role_that_extends_what_they_do_not_hold() {
    let site = Site::open().await;
    site.role("all", json!([{ "name": "cms.*" }])).await;
    site.role("entries", json!([{ "name": "cms.entry.*" }])).await;
    let author = holding(&["cms.entry.*"]);
    let create =
        async |kind, document| site.administration.create(&author, kind, "default", document, None).await;
    let update = async |kind, written: &Written, document| {
        site.administration.update(&author, kind, "default", &written.entry.id, None, document).await
    };
    let role = |name: &str, extends: &[&str]| json!({ "name": name, "permissions": [], "extends": extends });
    let team = |name: &str, roles: &[&str]| json!({ "name": name, "roles": roles });
    assert!(is_beyond(create(Kind::Role, role("a", &["all"])).await));
    let a = create(Kind::Role, role("a", &["entries"])).await.unwrap();
    assert!(is_beyond(update(Kind::Role, &a, role("a", &["entries", "all"])).await));
    assert!(is_beyond(create(Kind::Team, team("t", &["all"])).await));
    let t = create(Kind::Team, team("t", &["a"])).await.unwrap();
    assert!(is_beyond(update(Kind::Team, &t, team("t", &["a", "administrator"])).await));
    create(Kind::Assignment, json!({ "team": "t", "to": { "id": "ada" } })).await.unwrap();

    // What others made of more is not theirs to hand on either.
    site.create(Kind::Team, team("wide", &["a", "all"])).await;
    site.create(Kind::Role, role("wide", &["all"])).await;
    assert!(is_beyond(create(Kind::Assignment, json!({ "team": "wide", "to": { "id": "ada" } })).await));
    assert!(is_beyond(create(Kind::Assignment, json!({ "role": "wide", "to": { "id": "ada" } })).await));
    assert!(is_beyond(create(Kind::Role, role("b", &["wide"])).await));
    assert!(site.allows("ada", "cms.entry.read") && !site.allows("ada", "cms.page.read"));
}

#[tokio::test]
async fn a_denial_that_comes_through_others_is_lifted_only_by_whoever_holds_what_it_denies() {
    let site = Site::open().await;
    site.role("all", json!([{ "name": "cms.*" }])).await;
    site.role("no-secrets", json!([{ "name": "cms.secret.*", "deny": true }])).await;
    let role = |extends: &[&str]| json!({ "name": "careful", "permissions": [], "extends": extends });
    let team = |roles: &[&str]| json!({ "name": "staff", "roles": roles });
    let careful = site.create(Kind::Role, role(&["no-secrets", "all"])).await;
    let staff = site.create(Kind::Team, team(&["careful", "all"])).await;
    let held = site.create(Kind::Assignment, json!({ "team": "staff", "to": { "id": "ada" } })).await;
    assert!(site.allows("ada", "cms.entry.read") && !site.allows("ada", "cms.secret.read"));
    let (below, above) = (holding(&["cms.entry.*"]), holding(&["cms.*"]));
    let becomes = async |author: &Author, kind, written: &Written, document| {
        site.administration.update(author, kind, "default", &written.entry.id, None, document).await
    };
    assert!(is_beyond(becomes(&below, Kind::Role, &careful, role(&["all"])).await));
    assert!(is_beyond(becomes(&below, Kind::Team, &staff, team(&["all"])).await));
    let id = held.entry.id.as_str();
    assert!(is_beyond(site.administration.delete(&below, Kind::Assignment, "default", id, None).await));
    assert!(!site.allows("ada", "cms.secret.read"));
    becomes(&above, Kind::Role, &careful, role(&["all"])).await.unwrap();
    assert!(site.allows("ada", "cms.secret.read"));
}

#[tokio::test]
async fn a_role_of_the_tenant_does_not_take_the_place_of_a_shared_one_that_is_named_there() {
    let site = Site::open().await;
    let in_acme =
        async |kind, document| site.administration.create(&operator(), kind, "acme", document, None).await;
    site.role("shared", json!([{ "name": "notes.read" }])).await;
    site.create(Kind::Team, json!({ "name": "shared", "roles": ["shared"] })).await;
    let senior = json!({ "name": "senior", "permissions": [], "extends": ["shared"] });
    in_acme(Kind::Role, senior).await.unwrap();
    in_acme(Kind::Assignment, json!({ "team": "shared", "to": { "id": "ada" } })).await.unwrap();
    let wider = json!({ "name": "shared", "permissions": [{ "name": "notes.*" }] });
    let taken = in_acme(Kind::Role, wider.clone()).await;
    assert!(matches!(taken, Err(AdminError::NameTaken { .. })), "{taken:?}");
    let taken = in_acme(Kind::Team, json!({ "name": "shared", "roles": [] })).await;
    assert!(matches!(taken, Err(AdminError::NameTaken { .. })), "{taken:?}");

    // By code it may, and then by whoever holds what it grants.
    let text = "format = 1\n[[role]]\ntenant = \"acme\"\nname = \"shared\"\npermissions = [{ name = \"notes.*\" }]\n";
    let plan = site.administration.plan(wanted(text), "code", false).await.unwrap();
    assert!(is_beyond(site.administration.apply(&holding(&["notes.read"]), plan.clone()).await));
    site.administration.apply(&holding(&["notes.*"]), plan).await.unwrap();
}

#[tokio::test]
async fn who_granted_is_recorded_and_cannot_be_written() {
    let site = Site::open().await;
    site.role("author", json!([{ "name": "notes.*" }])).await;
    let (ada, administration) = (holding(&["notes.*"]), &site.administration);
    let forged = json!({ "role": "author", "to": { "id": "eve" },
        "granted": { "provider": "corp", "type": "user", "id": "root", "at": "2020-01-01T00:00:00Z" } });
    let refused = administration.create(&ada, Kind::Assignment, "default", forged, None).await;
    assert!(
        matches!(&refused, Err(AdminError::Invalid(mistakes)) if mistakes[0].object().unwrap().pointer == "/granted"),
        "{refused:?}"
    );
    let document = json!({ "role": "author", "to": { "id": "eve" } });
    let made =
        administration.create(&ada, Kind::Assignment, "default", document.clone(), None).await.unwrap();
    let id = made.entry.id.clone();
    let entry = || administration.get(Kind::Assignment, "default", &id).unwrap();
    let granted = || entry().granted.map(|granted| (granted.kind, granted.id, granted.at.0.0));
    let by_ada = Some(("user".to_owned(), "ada".to_owned(), 1_000));
    assert_eq!((granted(), entry().document), (by_ada.clone(), document.clone()));
    assert_eq!(made.entry.granted, entry().granted);

    let bob = Author { actor: Actor { id: "bob".into(), ..ada.actor.clone() }, now: 2_000, ..ada.clone() };
    let update = async |document| {
        administration.update(&bob, Kind::Assignment, "default", &id, None, document).await.unwrap()
    };
    let explained = json!({ "role": "author", "to": { "id": "eve" }, "reason": "as agreed" });
    update(explained).await;
    assert_eq!(granted(), by_ada, "a reason is no grant");
    let before = site.directory.current().revision();
    update(json!({ "role": "author", "to": { "id": "eve" }, "until": "2100-01-01T00:00:00Z" })).await;
    assert_eq!(granted(), Some(("user".to_owned(), "bob".to_owned(), 2_000)));
    administration.revert(&bob, before, &Covered::Everybody, false).await.unwrap();
    assert_eq!(granted(), by_ada, "as it was then");
}

#[tokio::test]
async fn code_that_is_applied_again_changes_nothing_and_is_on_record_for_what_it_granted() {
    let site = Site::open().await;
    let text = r#"
format = 1
[[tenant]]
id = "acme"
parent = "default"
[[role]]
name = "base"
permissions = [{ name = "notes.read" }]
[[role]]
name = "senior"
permissions = [{ name = "notes.write" }]
extends = ["base"]
[[team]]
name = "support"
roles = ["senior"]
[[assignment]]
tenant = "acme"
team = "support"
to = { id = "ada" }
"#;
    let plan = async || site.administration.plan(wanted(text), "code", true).await.unwrap();
    assert_eq!(plan().await.create.len(), 5);
    assert!(
        plan().await.create.iter().all(|change| change.diff.iter().all(|line| !line.contains("granted")))
    );
    site.administration.apply(&operator(), plan().await).await.unwrap();
    assert!(plan().await.is_empty(), "{:?}", plan().await);
    let held = site.administration.list(Kind::Assignment, "acme", &Default::default()).unwrap().items;
    assert_eq!(held[0].granted.as_ref().map(|granted| granted.id.as_str()), Some("test"));
    let revision = site.directory.current().revision();
    site.administration.revert(&operator(), 0, &Covered::Everybody, false).await.unwrap();
    assert!(site.administration.get(Kind::Team, "default", "none").is_none());
    site.administration.revert(&operator(), revision, &Covered::Everybody, false).await.unwrap();
    assert!(plan().await.is_empty(), "{:?}", plan().await);
}
