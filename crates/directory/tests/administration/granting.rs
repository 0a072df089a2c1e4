//! Nobody grants what they do not hold, and somebody stays who may administer.

use casemate_directory::{AdminError, Kind};
use serde_json::json;

use super::*;

fn is_beyond<T>(outcome: Result<T, AdminError>) -> bool {
    matches!(outcome, Err(AdminError::Beyond { .. }))
}

#[tokio::test]
async fn roles_and_assignments_grant_only_what_their_author_holds() {
    let site = Site::open().await;
    site.role("all", json!([{ "name": "cms.*" }])).await;
    let author = holding(&["cms.entry.*"]);
    let create =
        async |kind, document| site.administration.create(&author, kind, "default", document, None).await;
    let role = |name: &str, granted: &str| json!({ "name": name, "permissions": [{ "name": granted }] });
    assert!(is_beyond(create(Kind::Role, role("a", "cms.*")).await));
    assert!(is_beyond(create(Kind::Role, role("a", "casemate.role.create")).await));
    let fine = create(Kind::Role, role("a", "cms.entry.read")).await.unwrap();
    let denial = json!({ "name": "d", "permissions": [{ "name": "pb.*", "deny": true }] });
    create(Kind::Role, denial).await.unwrap();
    assert!(is_beyond(create(Kind::Assignment, json!({ "role": "all", "to": { "id": "ada" } })).await));
    assert!(is_beyond(
        create(Kind::Assignment, json!({ "role": "administrator", "to": { "id": "ada" } })).await
    ));
    create(Kind::Assignment, json!({ "role": "a", "to": { "id": "ada" } })).await.unwrap();
    let source = json!({ "name": "s", "provider": "credential", "claim": "p", "ceiling": ["cms.*"] });
    assert!(is_beyond(site.administration.create(&author, Kind::Source, "", source, None).await));

    // What a role has already is not granted anew by another title; what is added is, and so is all, once a denial goes.
    let update = async |id: &str, document| {
        site.administration.update(&author, Kind::Role, "default", id, None, document).await
    };
    let mixed = json!([{ "name": "cms.*" }, { "name": "cms.secret", "deny": true }]);
    let mixed_role = site.role("mixed", mixed.clone()).await;
    let id = mixed_role.entry.id.as_str();
    update(id, json!({ "name": "mixed", "title": "t", "permissions": mixed })).await.unwrap();
    assert!(is_beyond(update(id, json!({ "name": "mixed", "permissions": [{ "name": "cms.*" }] })).await));
    let wider = json!({ "name": "a", "permissions": [{ "name": "cms.entry.read" }, { "name": "pb.page" }] });
    assert!(is_beyond(update(&fine.entry.id, wider).await));
}

#[tokio::test]
async fn nobody_grants_by_a_source_what_they_do_not_hold() {
    let site = Site::open().await;
    let corp = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    site.create(Kind::Provider, corp).await;
    let source = |ceiling: Value, secret: Value| {
        let http = json!({ "url": "https://legacy.example/held", "signing_secret": secret });
        json!({ "name": "legacy", "provider": "corp", "http": http, "ceiling": ceiling })
    };
    let author = holding(&["casemate.source.*", "cms.entry.*"]);
    let text = || json!("0123456789abcdef0123456789abcdef");
    let create = async |author: &Author, ceiling: Value, secret: Value| {
        site.administration.create(author, Kind::Source, "", source(ceiling, secret), None).await
    };
    for above in [json!(["cms.*"]), json!(["cms.entry.*", "pb.page"]), json!(["casemate.*"])] {
        assert!(is_beyond(create(&author, above, text()).await));
    }
    // What the server reads by itself is written on the machine alone.
    let afar = create(&author, json!(["cms.entry.*"]), json!({ "env": "SECRET" })).await;
    assert!(matches!(afar, Err(AdminError::Invalid(_))));
    let written = create(&operator(), json!(["cms.*"]), text()).await.unwrap();
    let id = written.entry.id.as_str();
    // What it denies below its ceiling is not theirs to lift.
    assert!(is_beyond(site.administration.delete(&author, Kind::Source, "", id, None).await));
    let narrowed = source(json!(["cms.entry.*"]), json!({ "sealed": true }));
    assert!(is_beyond(site.administration.update(&author, Kind::Source, "", id, None, narrowed).await));
    let more = holding(&["casemate.source.*", "cms.*"]);
    site.administration.delete(&more, Kind::Source, "", id, None).await.unwrap();
}

#[tokio::test]
async fn nobody_says_what_resources_are_who_may_not_register_them() {
    let site = Site::open().await;
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[[permission]]\nname = \"notes.*\"";
    let application = site.create(Kind::Application, json!({ "schema": schema })).await;
    let source = |kind: &str| {
        let http =
            json!({ "url": "https://notes.example/", "signing_secret": "0123456789abcdef0123456789abcdef" });
        json!({ "name": "notes", "resources": { "application": "notes", "types": [kind] }, "http": http })
    };
    let sources = holding(&["casemate.source.*", "notes.*", "casemate.resource.create"]);
    let create = async |author: &Author| {
        site.administration.create(author, Kind::Source, "", source("note"), None).await
    };
    assert!(is_beyond(create(&sources).await));
    let more = holding(&["casemate.source.*", "casemate.resource.*"]);
    let written = create(&more).await.unwrap();
    let id = written.entry.id.as_str();
    let mut other = source("folder");
    other["http"]["signing_secret"] = json!({ "sealed": true });
    assert!(is_beyond(site.administration.update(&sources, Kind::Source, "", id, None, other.clone()).await));
    // Without it, what whoever asks says would count.
    assert!(is_beyond(site.administration.delete(&sources, Kind::Source, "", id, None).await));
    // What it tells of is not taken from under it.
    let operator = operator();
    let taken = site.administration.delete(&operator, Kind::Application, "", &application.entry.id, None);
    assert!(matches!(taken.await, Err(AdminError::InUse(users)) if users[0].name == "notes"));
    site.administration.update(&more, Kind::Source, "", id, None, other).await.unwrap();
    site.administration.delete(&more, Kind::Source, "", id, None).await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays_whatever_is_tried() {
    let site = Site::open().await;
    let before = site.directory.current().revision();
    let first = site.assign("administrator", "ada").await;
    assert!(!site.administration.has_no_administrator(1_000));
    let delete =
        async |id: &str| site.administration.delete(&operator(), Kind::Assignment, "default", id, None).await;
    assert!(matches!(delete(&first.entry.id).await, Err(AdminError::LastAdministrator)));
    let document = json!({ "role": "administrator", "to": { "id": "ada" }, "until": "2100-01-01T00:00:00Z" });
    let author = operator();
    let ended =
        site.administration.update(&author, Kind::Assignment, "default", &first.entry.id, None, document);
    assert!(matches!(ended.await, Err(AdminError::LastAdministrator)));
    assert!(matches!(
        site.administration.revert(&operator(), before, &Covered::Everybody, false).await,
        Err(AdminError::LastAdministrator)
    ));

    let second = json!({ "role": "administrator", "to": { "id": "bob" }, "until": "2100-01-01T00:00:00Z" });
    site.create(Kind::Assignment, second).await;
    assert!(matches!(delete(&first.entry.id).await, Err(AdminError::LastAdministrator)), "that one ends");

    let account = site.create(Kind::ServiceAccount, json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "robot" });
    site.create(Kind::Assignment, json!({ "role": "administrator", "to": to })).await;
    delete(&first.entry.id).await.unwrap();
    let disabled = json!({ "name": "robot", "disabled": true });
    let id = account.entry.id.as_str();
    let disabling =
        site.administration.update(&operator(), Kind::ServiceAccount, "default", id, None, disabled).await;
    assert!(matches!(disabling, Err(AdminError::LastAdministrator)), "{disabling:?}");
}

#[tokio::test]
async fn built_in_roles_are_read_and_not_changed() {
    let site = Site::open().await;
    let auditor = site.administration.get(Kind::Role, "default", "auditor").unwrap();
    assert_eq!(auditor.origin, "built-in");
    let deleted = site.administration.delete(&operator(), Kind::Role, "default", "auditor", None).await;
    assert!(matches!(deleted, Err(AdminError::ReadOnly { .. })));
    site.assign("auditor", "ada").await;
    assert!(site.allows("ada", "casemate.audit-event.list") && site.allows("ada", "casemate.role.read"));
    assert!(!site.allows("ada", "casemate.role.update") && !site.allows("ada", "cms.entry.read"));
    let looks = |role: &str| {
        site.administration.get(Kind::Role, "default", role).unwrap().document["permissions"].clone()
    };
    let names = ["*.list", "*.read", "decision.ask", "decision.search", "policy.impact"];
    assert_eq!(looks("auditor"), json!(names.map(|name| json!({ "name": format!("casemate.{name}") }))));
    assert_eq!(looks("anonymous"), json!([]), "nothing, until it is assigned something else");
    site.assign("administrator", "bob").await;
    assert!(site.allows("bob", "casemate.role.update") && site.allows("bob", "cms.entry.read"));
}

/// What code wants, from the text of one policy file.
fn wanted(text: &str) -> casemate_directory::Code {
    let files = [(std::path::PathBuf::from("policy.toml"), text.to_owned())];
    casemate_directory::Folder::of_texts(files.into_iter().collect()).unwrap().wanted
}

#[tokio::test]
async fn a_denial_is_lifted_only_by_whoever_holds_what_it_denies() {
    let site = Site::open().await;
    site.role("all", json!([{ "name": "cms.*" }])).await;
    let role = site.role("no-secrets", json!([{ "name": "cms.secret.*", "deny": true }])).await;
    let held = site.assign("no-secrets", "ada").await;
    let (below, above) = (holding(&["cms.entry.*"]), holding(&["cms.*"]));
    let id = held.entry.id.as_str();
    let delete = async |author: &Author| {
        site.administration.delete(author, Kind::Assignment, "default", id, None).await
    };
    let becomes = async |author: &Author, document| {
        site.administration.update(author, Kind::Assignment, "default", id, None, document).await
    };
    let nothing = json!({ "name": "no-secrets", "permissions": [] });
    let emptied =
        site.administration.update(&below, Kind::Role, "default", &role.entry.id, None, nothing).await;
    assert!(is_beyond(emptied));
    assert!(is_beyond(delete(&below).await));
    assert!(is_beyond(becomes(&below, json!({ "role": "no-secrets", "to": { "id": "bob" } })).await));
    let ending = json!({ "role": "no-secrets", "to": { "id": "ada" }, "until": "2030-01-01T00:00:00Z" });
    assert!(is_beyond(becomes(&below, ending).await));
    assert!(!site.allows("ada", "cms.secret.read"));
    let explained = json!({ "role": "no-secrets", "to": { "id": "ada" }, "reason": "as agreed" });
    becomes(&below, explained).await.unwrap();
    assert!(
        is_beyond(site.administration.revert(&below, 2, &Covered::Everybody, false).await),
        "the assignment would be gone"
    );
    delete(&above).await.unwrap();
}

#[tokio::test]
async fn whoever_changes_how_identities_are_proven_holds_what_these_hold() {
    let site = Site::open().await;
    let corp = |issuer: &str| json!({ "name": "corp", "issuer": issuer, "audiences": ["casemate"] });
    let provider = site.create(Kind::Provider, corp("https://corp.example")).await;
    let author = holding(&["casemate.provider.*"]);
    let update = async |author: &Author, document| {
        let id = provider.entry.id.as_str();
        site.administration.update(author, Kind::Provider, "", id, None, document).await
    };
    update(&author, corp("https://other.example")).await.unwrap();
    let to = json!({ "provider": "corp", "id": "ada" });
    site.create(Kind::Assignment, json!({ "role": "administrator", "to": to })).await;
    assert!(is_beyond(update(&author, corp("https://evil.example")).await));
    update(&holding(&["*", "casemate.*"]), corp("https://corp.example")).await.unwrap();

    // An endpoint is shown the opaque tokens of other endpoints' people.
    let hook = |name: &str| {
        json!({ "name": name, "type": "hook", "endpoint": "https://hook.example/", "schemes": ["bearer"],
                "signing_secret": "a secret of more than thirty-two bytes" })
    };
    let create = async |author: &Author, document| {
        site.administration.create(author, Kind::Provider, "", document, None).await
    };
    create(&author, hook("own")).await.unwrap();
    let to = json!({ "provider": "own", "id": "ada" });
    site.create(Kind::Assignment, json!({ "role": "administrator", "to": to })).await;
    assert!(is_beyond(create(&author, hook("another")).await));

    let files = r#"
format = 1
[[credential]]
id = "ci"
secret_sha256 = "SECRET"
permissions = [{ name = "cms.*" }]
"#;
    let secret = |digit: &str| wanted(&files.replace("SECRET", &digit.repeat(64)));
    let apply = async |author: &Author, wanted| {
        let plan = site.administration.plan(wanted, "git", true).await?;
        site.administration.apply(author, plan).await
    };
    apply(&operator(), secret("a")).await.unwrap();
    assert!(is_beyond(apply(&holding(&["casemate.policy.*"]), secret("b")).await));
    apply(&holding(&["cms.*"]), secret("b")).await.unwrap();
}

#[tokio::test]
async fn a_role_does_not_come_to_mean_another_of_its_name() {
    let site = Site::open().await;
    let shared = "format = 1\n[[role]]\nname = \"r\"\npermissions = [{ name = \"cms.*\" }]\n";
    let own = "format = 1\n[[role]]\ntenant = \"acme\"\nname = \"r\"\npermissions = [{ name = \"cms.entry.read\" }]\n";
    let held = "format = 1\n[[assignment]]\ntenant = \"acme\"\nrole = \"r\"\nto = { id = \"ada\" }\n";
    let all = [shared, own, held].map(|text| text.trim_start_matches("format = 1")).concat();
    let all = format!("format = 1{all}");
    let first = site.administration.plan(wanted(&all), "git", true).await.unwrap();
    site.administration.apply(&operator(), first).await.unwrap();
    let without = format!("{shared}{}", held.trim_start_matches("format = 1"));
    let plan = site.administration.plan(wanted(&without), "git", true).await.unwrap();
    assert!(is_beyond(site.administration.apply(&holding(&["cms.entry.*"]), plan.clone()).await));
    site.administration.apply(&holding(&["cms.*"]), plan).await.unwrap();
}

#[tokio::test]
async fn nobody_afar_changes_what_the_folder_manages_by_its_name() {
    let site = Site::open().await;
    let role = wanted("format = 1\n[[role]]\nname = \"r\"\npermissions = []\n");
    let plan = site.administration.plan(role, casemate_directory::FOLDER_ORIGIN, true).await.unwrap();
    let refused = site.administration.apply(&holding(&["*", "casemate.*"]), plan).await;
    assert!(matches!(refused, Err(AdminError::ReadOnly { .. })), "{refused:?}");
}
