//! API keys of service accounts.

use casemate_directory::{AdminError, KeyDraft, Kind};
use casemate_identity::ExposeSecret;
use casemate_store::AuditFilter;
use serde_json::json;

use super::*;

async fn account(site: &Site) -> String {
    site.role("author", json!([{ "name": "notes.*" }])).await;
    let account = site.create(Kind::ServiceAccount, json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "robot" });
    site.create(Kind::Assignment, json!({ "role": "author", "to": to })).await;
    account.entry.id
}

fn draft(permissions: Option<Vec<Value>>) -> KeyDraft {
    KeyDraft { title: "a test".into(), permissions, ..KeyDraft::default() }
}

#[tokio::test]
async fn a_key_may_do_what_its_account_may_or_less() {
    let site = Site::open().await;
    let account = account(&site).await;
    let create = async |permissions: Option<Vec<Value>>| {
        site.administration.create_key(&operator(), "default", &account, draft(permissions)).await.unwrap().1
    };
    let wide = create(None).await;
    let narrow = create(Some(vec![json!({ "name": "{notes.read,pb.page}" })])).await;
    let none = create(Some(vec![])).await;
    let allows = async |key: &casemate_identity::SecretString, name: &str| {
        key_allows(&site.directory, key, name).await
    };
    assert_eq!(allows(&wide, "notes.write").await, Some(true));
    assert_eq!(
        (allows(&narrow, "notes.read").await, allows(&narrow, "notes.write").await),
        (Some(true), Some(false))
    );
    assert_eq!(allows(&narrow, "pb.page").await, Some(false), "the account does not hold it");
    assert_eq!(allows(&none, "notes.read").await, Some(false));
}

#[tokio::test]
async fn nobody_makes_a_key_that_may_do_more_than_they() {
    let site = Site::open().await;
    let account = account(&site).await;
    let author = holding(&["notes.read"]);
    let create = async |permissions| {
        site.administration.create_key(&author, "default", &account, draft(permissions)).await
    };
    assert!(matches!(create(None).await, Err(AdminError::Beyond { .. })));
    let (key, _) = create(Some(vec![json!({ "name": "notes.read" })])).await.unwrap();
    let (wide, _) =
        site.administration.create_key(&operator(), "default", &account, draft(None)).await.unwrap();
    let rotate = async |id: &str| site.administration.rotate_key(&author, "default", id, 0).await;
    assert!(matches!(rotate(&wide.id).await, Err(AdminError::Beyond { .. })));
    rotate(&key.id).await.unwrap();
}

#[tokio::test]
async fn keys_are_rotated_revoked_and_refused_with_their_account() {
    let site = Site::open().await;
    let account = account(&site).await;
    let (other, _) = site.other_process().await;
    let (old, old_secret) =
        site.administration.create_key(&operator(), "default", &account, draft(None)).await.unwrap();
    let (new, new_secret) =
        site.administration.rotate_key(&operator(), "default", &old.id, 500).await.unwrap();
    assert_eq!(new.rotated_from.as_deref(), Some(old.id.as_str()));
    assert_eq!(site.administration.key("default", &old.id).await.unwrap().unwrap().expires_at, Some(1_500));
    other.refresh().await.unwrap();
    for directory in [&*site.directory, &*other] {
        for secret in [&old_secret, &new_secret] {
            assert_eq!(key_allows(directory, secret, "notes.read").await, Some(true));
        }
    }
    site.administration.revoke_key(&operator(), "default", &new.id).await.unwrap();
    site.administration.revoke_key(&operator(), "default", &new.id).await.unwrap();
    other.refresh().await.unwrap();
    assert_eq!(key_allows(&site.directory, &new_secret, "notes.read").await, None);
    assert_eq!(key_allows(&other, &new_secret, "notes.read").await, None);

    let in_use =
        site.administration.delete(&operator(), Kind::ServiceAccount, "default", &account, None).await;
    match in_use {
        Err(AdminError::InUse(users)) => assert!(users.iter().any(|user| user.id == old.id), "{users:?}"),
        other => panic!("{other:?}"),
    }
    let disabled = json!({ "name": "robot", "disabled": true });
    site.administration
        .update(&operator(), Kind::ServiceAccount, "default", &account, None, disabled)
        .await
        .unwrap();
    assert_eq!(key_allows(&site.directory, &old_secret, "notes.read").await, None);

    let events = site.store.reader().audit_events(&AuditFilter::default(), None, 100).await.unwrap();
    let text = format!("{events:?}");
    assert!(text.contains("casemate.api-key.rotate") && text.contains("casemate.api-key.revoke"));
    for secret in [&old_secret, &new_secret] {
        let secret = secret.expose_secret().rsplit('_').next().unwrap();
        assert!(!text.contains(secret), "no event holds a secret");
    }
}

#[tokio::test]
async fn the_use_of_keys_is_written_down() {
    let site = Site::open().await;
    let account = account(&site).await;
    let (key, secret) =
        site.administration.create_key(&operator(), "default", &account, draft(None)).await.unwrap();
    key_allows(&site.directory, &secret, "notes.read").await.unwrap();
    site.directory.flush_used_keys(&site.store).await.unwrap();
    let stored = site.administration.key("default", &key.id).await.unwrap().unwrap();
    assert_eq!(stored.used_at, Some(1_000));
}

#[tokio::test]
async fn a_key_is_narrowed_to_so_many_patterns_and_no_more() {
    use casemate_permission::limits::NARROWING_PATTERNS;

    let site = Site::open().await;
    let account = account(&site).await;
    let create = async |patterns: usize| {
        let names: Vec<String> = (0..patterns).map(|index| format!("notes.{index}")).collect();
        let narrowed = names.chunks(64).map(|names| json!({ "name": format!("{{{}}}", names.join(",")) }));
        let draft = draft(Some(narrowed.collect()));
        site.administration.create_key(&operator(), "default", &account, draft).await
    };
    let (_, secret) = create(NARROWING_PATTERNS).await.unwrap();
    assert_eq!(key_allows(&site.directory, &secret, "notes.1023").await, Some(true));
    match create(NARROWING_PATTERNS + 1).await {
        Err(AdminError::Invalid(mistakes)) => {
            assert_eq!(mistakes[0].object().unwrap().pointer, "/permissions/16", "{mistakes:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// A provider whose people an account provisions, one of its groups with everything; gives the account's id.
async fn provisioned(site: &Site) -> String {
    let account = site.create(Kind::ServiceAccount, json!({ "name": "corp-scim" })).await.entry.id;
    let provider = json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"],
        "scim": { "account": "corp-scim" } });
    site.create(Kind::Provider, provider).await;
    let to = json!({ "provider": "corp", "group": "Admins" });
    site.create(Kind::Assignment, json!({ "role": "administrator", "to": to })).await;
    site.role("provisioner", json!([{ "name": "casemate.scim.provision" }])).await;
    account
}

fn to_account() -> Value {
    json!({ "role": "provisioner", "to": { "provider": "casemate", "type": "service", "login": "corp-scim" } })
}

#[tokio::test]
async fn a_key_that_provisions_gives_what_the_provider_s_people_may_hold() {
    let site = Site::open().await;
    let account = provisioned(&site).await;
    site.create(Kind::Assignment, to_account()).await;
    let provisioning = Some(vec![json!({ "name": "casemate.scim.*" })]);
    let create = async |author: &Author, permissions| {
        site.administration.create_key(author, "default", &account, draft(permissions)).await
    };
    let eve = holding(&["casemate.scim.provision", "casemate.scim.*", "notes.*"]);
    for permissions in [None, provisioning.clone()] {
        let refused = create(&eve, permissions).await;
        assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    }
    create(&eve, Some(vec![json!({ "name": "notes.read" })])).await.unwrap();
    let (key, _) = create(&operator(), None).await.unwrap();
    let rotated = site.administration.rotate_key(&eve, "default", &key.id, 0).await;
    assert!(matches!(rotated, Err(AdminError::Beyond { .. })), "{rotated:?}");
    site.administration.revoke_key(&eve, "default", &key.id).await.unwrap();
    create(&holding(&["*", "casemate.*"]), provisioning).await.unwrap();

    // Of an account that provisions nobody it is a key as any other.
    let other = site.create(Kind::ServiceAccount, json!({ "name": "other" })).await.entry.id;
    let scim = draft(Some(vec![json!({ "name": "casemate.scim.provision" })]));
    site.administration.create_key(&eve, "default", &other, scim).await.unwrap();
}

#[tokio::test]
async fn nobody_lets_an_account_provision_whose_people_may_do_more_than_they() {
    let site = Site::open().await;
    let account = provisioned(&site).await;
    let eve = holding(&["casemate.scim.provision", "casemate.scim.*", "notes.*"]);
    let create = async |author: &Author, kind, document| {
        site.administration.create(author, kind, "default", document, None).await
    };
    let refused = create(&eve, Kind::Assignment, to_account()).await;
    assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    // Nor by what a role that the account holds comes to mean.
    let role = site.role("helper", json!([{ "name": "notes.read" }])).await.entry.id;
    let to = json!({ "provider": "casemate", "type": "service", "id": account });
    create(&eve, Kind::Assignment, json!({ "role": "helper", "to": to })).await.unwrap();
    let widened = json!({ "name": "helper", "permissions": [{ "name": "casemate.scim.provision" }] });
    let update = async |author: &Author| {
        site.administration.update(author, Kind::Role, "default", &role, None, widened.clone()).await
    };
    let refused = update(&eve).await;
    assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    let everything = holding(&["*", "casemate.*"]);
    update(&everything).await.unwrap();
    create(&everything, Kind::Assignment, to_account()).await.unwrap();
    // Whoever changes something else is not asked again.
    site.administration
        .create(
            &eve,
            Kind::Role,
            "default",
            json!({ "name": "reader", "permissions": [{ "name": "notes.read" }] }),
            None,
        )
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_lets_an_account_of_a_tenant_provision_by_what_a_shared_role_comes_to_mean() {
    let site = Site::open().await;
    site.create(Kind::Tenant, json!({ "id": "acme" })).await;
    let create = async |kind, tenant, document| {
        site.administration.create(&operator(), kind, tenant, document, None).await.unwrap().entry.id
    };
    let account = create(Kind::ServiceAccount, "acme", json!({ "name": "corp-scim" })).await;
    let provider = json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"],
        "scim": { "account": "corp-scim", "tenant": "acme" } });
    site.create(Kind::Provider, provider).await;
    let group = json!({ "provider": "corp", "group": "Admins" });
    create(Kind::Assignment, "acme", json!({ "role": "administrator", "to": group })).await;
    let role = site.role("sync", json!([{ "name": "notes.read" }])).await.entry.id;
    let to = json!({ "provider": "casemate", "type": "service", "id": account });
    create(Kind::Assignment, "acme", json!({ "role": "sync", "to": to })).await;

    let widened = json!({ "name": "sync", "permissions": [{ "name": "casemate.scim.provision" }] });
    let eve = holding(&["casemate.scim.provision", "casemate.scim.*", "notes.*"]);
    let update = async |author: &Author| {
        site.administration.update(author, Kind::Role, "default", &role, None, widened.clone()).await
    };
    let refused = update(&eve).await;
    assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    update(&holding(&["*", "casemate.*"])).await.unwrap();
}
