//! Roles and schemas as code, and setting configuration back.

use casemate_directory::{AdminError, FOLDER_ORIGIN, Folder, Kind};
use serde_json::json;

use super::*;

fn folder(text: &str) -> Folder {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), format!("format = 1\n{text}")).unwrap();
    Folder::load(folder.path()).unwrap()
}

const AUTHOR: &str = "[[role]]\nname = \"author\"\npermissions = [{ name = \"notes.write\" }]\n";
const ADA: &str = "[[assignment]]\nrole = \"author\"\nto = { id = \"ada\" }\n";

#[tokio::test]
async fn a_folder_is_applied_pruned_and_read_only() {
    let site = Site::open().await;
    let apply = async |text: &str| site.administration.apply_folder(folder(text), 1_000).await;
    assert_eq!(apply(&format!("{AUTHOR}{ADA}")).await.unwrap(), 1);
    assert!(site.allows("ada", "notes.write"));
    assert_eq!(apply(&format!("{AUTHOR}{ADA}")).await.unwrap(), 1, "nothing was to be done");
    let (version, edits) = site.administration.version(1).await.unwrap();
    assert_eq!(
        (version.actor.id.as_str(), version.actor.kind.as_str(), edits.len()),
        ("policy-folder", "system", 2)
    );

    let role =
        site.administration.list(Kind::Role, "default", &Default::default()).unwrap().items.pop().unwrap();
    assert_eq!((role.name.as_str(), role.origin.as_str()), ("author", FOLDER_ORIGIN));
    let deleted = site.administration.delete(&operator(), Kind::Role, "default", &role.id, None).await;
    assert!(matches!(deleted, Err(AdminError::ReadOnly { origin }) if origin == FOLDER_ORIGIN));

    site.assign("author", "bob").await;
    assert_eq!(apply(AUTHOR).await.unwrap(), 3);
    assert!(
        !site.allows("ada", "notes.write") && site.allows("bob", "notes.write"),
        "bob is not the folder's"
    );
    let refused = apply("").await;
    assert!(matches!(refused, Err(AdminError::Invalid(_))), "bob's assignment needs the role: {refused:?}");
}

#[tokio::test]
async fn a_plan_says_what_would_change_and_is_carried_out_only_as_it_was_said() {
    let site = Site::open().await;
    site.role("author", json!([{ "name": "notes.read" }])).await;
    let both = format!("{AUTHOR}{ADA}");
    let plan = async |prune| site.administration.plan(folder(&both).wanted, "team", prune).await.unwrap();
    let planned = plan(false).await;
    assert_eq!((planned.create.len(), planned.update.len(), planned.delete.len()), (1, 1, 0));
    assert!(planned.update[0].diff.contains(&"- permissions: {\"name\":\"notes.read\"}".to_owned()));
    assert!(planned.update[0].diff.contains(&"+ managed by team".to_owned()));
    assert_eq!(site.directory.current().revision(), 1, "a plan changes nothing");

    let stale = plan(false).await;
    site.administration.apply(&operator(), planned).await.unwrap();
    let outdated = site.administration.apply(&operator(), stale).await;
    assert!(matches!(outdated, Err(AdminError::Precondition { .. })));
    assert!(plan(true).await.is_empty());
    let foreign = site.administration.plan(folder(AUTHOR).wanted, "others", false).await;
    assert!(matches!(foreign, Err(AdminError::ReadOnly { origin }) if origin == "team"));

    let beyond = site.administration.plan(
        folder(&format!("{AUTHOR}{ADA}{}", ADA.replace("ada", "eve"))).wanted,
        "team",
        true,
    );
    let beyond = site.administration.apply(&holding(&["notes.read"]), beyond.await.unwrap()).await;
    assert!(matches!(beyond, Err(AdminError::Beyond { .. })), "{beyond:?}");
}

#[tokio::test]
async fn everything_is_set_back_by_a_new_change() {
    let site = Site::open().await;
    let role = site.role("author", json!([{ "name": "notes.write" }])).await;
    let assignment = site.assign("author", "ada").await;
    site.administration
        .delete(&operator(), Kind::Assignment, "default", &assignment.entry.id, None)
        .await
        .unwrap();
    let wider = json!({ "name": "author", "permissions": [{ "name": "*" }] });
    site.administration
        .update(&operator(), Kind::Role, "default", &role.entry.id, None, wider)
        .await
        .unwrap();
    let diff = site.administration.diff(4, 2).await.unwrap();
    assert_eq!(diff.len(), 2);
    assert!(diff.iter().any(|change| change.diff.contains(&"- permissions: {\"name\":\"*\"}".to_owned())));
    let beyond = site.administration.revert(&holding(&["notes.read"]), 2, &Covered::Everybody, false).await;
    assert!(matches!(beyond, Err(AdminError::Beyond { .. })), "{beyond:?}");
    assert_eq!(
        site.administration.revert(&operator(), 2, &Covered::Everybody, false).await.unwrap().revision,
        5
    );
    assert!(site.allows("ada", "notes.write") && !site.allows("ada", "pb.page"));
    let back = site.administration.get(Kind::Assignment, "default", &assignment.entry.id).unwrap();
    assert_eq!(back.document, assignment.entry.document);
    assert!(matches!(
        site.administration.revert(&operator(), 99, &Covered::Everybody, false).await,
        Err(AdminError::NotFound(_))
    ));
    assert_eq!(
        site.administration.revert(&operator(), 5, &Covered::Everybody, false).await.unwrap().revision,
        5,
        "nothing was to be done"
    );
}
