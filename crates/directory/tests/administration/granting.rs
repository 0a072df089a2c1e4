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
        site.administration.revert(&operator(), before).await,
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
    site.assign("administrator", "bob").await;
    assert!(site.allows("bob", "casemate.role.update") && site.allows("bob", "cms.entry.read"));
}
