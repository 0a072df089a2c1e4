//! Providers: their secrets, and permissions out of the claims of their tokens.

use casemate_directory::{AdminError, Kind};
use casemate_identity::Identity;
use casemate_store::{Actor, AuditFilter, Commit, LinkChange, LinkedIdentity, Operation, UserRecord};
use serde_json::json;

use super::*;

const SECRET: &str = "a secret of more than thirty-two bytes";

fn hook(secret: Value) -> Value {
    json!({ "name": "own", "type": "hook", "endpoint": "https://hook.example/", "signing_secret": secret })
}

#[tokio::test]
async fn a_secret_is_written_sealed_and_never_shown_again() {
    let site = Site::open().await;
    let written = site.create(Kind::Provider, hook(json!(SECRET))).await;
    assert_eq!(written.entry.document["signing_secret"], json!({ "sealed": true }));
    let sealed = site.store.reader().secrets().await.unwrap();
    assert_eq!((sealed.len(), sealed[0].id.as_str()), (1, written.entry.id.as_str()));
    let usable = || site.directory.providers().iter().all(|provider| provider.last_error.is_none());
    assert!(usable(), "{:?}", site.directory.providers());

    let id = written.entry.id.as_str();
    let update = async |document| {
        site.administration.update(&operator(), Kind::Provider, "", id, None, document).await
    };
    update(hook(json!({ "sealed": true }))).await.unwrap();
    assert!(usable(), "the secret stayed as it was");
    update(hook(json!("too short"))).await.unwrap();
    assert!(!usable(), "a new secret is taken at once");
    let nothing_kept = json!({ "name": "other", "type": "hook", "endpoint": "https://other.example/",
                               "token_prefix": "x", "signing_secret": { "sealed": true } });
    let refused = site.administration.create(&operator(), Kind::Provider, "", nothing_kept, None).await;
    assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");

    let events = site.store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    let objects = site.store.reader().objects().await.unwrap();
    let versions = site.administration.version(1).await.unwrap();
    for text in [format!("{events:?}"), format!("{objects:?}"), format!("{versions:?}")] {
        assert!(!text.contains(SECRET));
    }
    site.administration.delete(&operator(), Kind::Provider, "", id, None).await.unwrap();
    assert!(site.store.reader().secrets().await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_afar_has_the_servers_files_or_environment_sent_somewhere() {
    let site = Site::open().await;
    let author = holding(&["*", "casemate.*"]);
    for reference in [json!({ "env": "HOME" }), json!({ "file": "/etc/hostname" }), json!(7)] {
        let refused =
            site.administration.create(&author, Kind::Provider, "", hook(reference), None).await.unwrap_err();
        match refused {
            AdminError::Invalid(mistakes) => {
                assert_eq!(mistakes[0].object().unwrap().pointer, "/signing_secret");
            }
            other => panic!("{other:?}"),
        }
    }
    site.administration.create(&author, Kind::Provider, "", hook(json!(SECRET)), None).await.unwrap();
}

#[tokio::test]
async fn code_from_afar_has_no_secret_sent_elsewhere_either() {
    let site = Site::open().await;
    let author = holding(&["*", "casemate.*"]);
    let apply = async |text: &str| {
        let files = [(std::path::PathBuf::from("policy.toml"), text.to_owned())];
        let folder = casemate_directory::Folder::of_texts(files.into_iter().collect()).unwrap();
        let plan = site.administration.plan(folder.wanted, "git", false).await.unwrap();
        site.administration.apply(&author, plan).await
    };
    let hook = |endpoint: &str, secret: &str| {
        format!(
            "format = 1\n[[provider]]\nname = \"own\"\ntype = \"hook\"\nendpoint = \"{endpoint}\"\nsigning_secret = {secret}\n"
        )
    };
    for secret in ["{ file = \"/etc/hostname\" }", "{ env = \"HOME\" }"] {
        let refused = apply(&hook("https://evil.example/", secret)).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
    }
    site.create(Kind::Provider, super::providers::hook(json!(SECRET))).await;
    let refused = apply(&hook("https://evil.example/", "{ sealed = true }")).await;
    assert!(matches!(refused, Err(AdminError::Invalid(_))), "{refused:?}");
    apply(&hook("https://hook.example/", "{ sealed = true }")).await.unwrap();
}

#[tokio::test]
async fn a_secret_goes_only_to_the_address_that_it_was_written_for() {
    let site = Site::open().await;
    let author = holding(&["*", "casemate.*"]);
    let introspection = |endpoint: &str, secret: Value| {
        json!({ "name": "opaque", "type": "introspection", "issuer": "https://corp.example", "endpoint": endpoint,
                "audiences": ["casemate"], "client_id": "casemate", "client_secret": secret })
    };
    let first = introspection("https://corp.example/introspect", json!(SECRET));
    let written = site.administration.create(&author, Kind::Provider, "", first, None).await.unwrap();
    let update = async |document| {
        site.administration.update(&author, Kind::Provider, "", &written.entry.id, None, document).await
    };
    let kept = json!({ "sealed": true });
    let refused = update(introspection("https://evil.example/", kept.clone())).await;
    match refused {
        Err(AdminError::Invalid(mistakes)) => {
            assert_eq!(mistakes[0].object().unwrap().pointer, "/client_secret");
        }
        other => panic!("{other:?}"),
    }
    let mut titled = introspection("https://corp.example/introspect", kept);
    titled["max_cache_seconds"] = json!(5);
    update(titled).await.unwrap();
    update(introspection("https://new.example/introspect", json!("another secret"))).await.unwrap();
}

#[tokio::test]
async fn a_secret_that_no_document_refers_to_any_more_is_kept_nowhere() {
    let site = Site::open().await;
    let author = holding(&["*", "casemate.*"]);
    let introspection = |endpoint: &str, secret: Value| {
        let mut document = json!({ "name": "opaque", "type": "introspection", "issuer": "https://corp.example",
            "endpoint": endpoint, "audiences": ["casemate"], "client_id": "casemate" });
        document["client_secret"] = secret;
        document
    };
    let evil = introspection("https://evil.example/", json!(SECRET));
    let written = site.administration.create(&author, Kind::Provider, "", evil, None).await.unwrap();
    let update = async |document| {
        let id = written.entry.id.as_str();
        site.administration.update(&author, Kind::Provider, "", id, None, document).await.unwrap().revision
    };
    let issuer = json!({ "name": "opaque", "issuer": "https://corp.example", "audiences": ["casemate"] });
    let without = update(issuer).await;
    update(introspection("https://good.example/", json!("another secret"))).await;
    // Step by step, each of which says nothing of a secret that moves.
    site.administration.revert(&author, without, &Covered::Everybody, false).await.unwrap();
    assert!(site.store.reader().secrets().await.unwrap().is_empty());
    site.administration.revert(&author, written.revision, &Covered::Everybody, false).await.unwrap();
    assert!(site.store.reader().secrets().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_claim_hands_out_permissions_below_its_ceiling_and_fails_whole_above_it() {
    let site = Site::open().await;
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    site.create(Kind::Provider, provider).await;
    let source =
        json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["notes.*"] });
    site.create(Kind::Source, source).await;
    let snapshot = site.directory.current();
    let held = |provider: &str, claim: Value| {
        let mut identity = Identity::new(provider, "ada", casemate_identity::Kind::USER);
        identity.claims.insert("permissions".into(), claim);
        snapshot.permissions(&snapshot.caller(&identity)).map(|set| allowed(&set, "notes.read"))
    };
    let reads = json!([{ "name": "notes.read" }]);
    assert_eq!(held("corp", reads.clone()), Ok(true));
    assert_eq!(held("elsewhere", reads.clone()), Ok(false));
    for wrong in [
        json!([{ "name": "notes.read" }, { "name": "*" }]),
        json!([{ "name": "notes.read" }, { "name": "!" }]),
        json!("notes.read"),
    ] {
        assert!(held("corp", wrong).is_err());
    }
    // What an application asserts about somebody is no claim of a verified token.
    let asserted =
        casemate_expression::Datum::from_json(&json!({ "permissions": reads }).to_string()).unwrap();
    let subject = casemate_directory::Subject::new("corp".into(), "user", Some("eve"), "default".into())
        .with_asserted(asserted.as_map().unwrap());
    assert!(!allowed(&snapshot.permissions(&subject).unwrap(), "notes.read"));
}

#[tokio::test]
async fn nobody_maps_claims_to_a_group_that_holds_what_they_do_not() {
    let site = Site::open().await;
    let corp = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    let written = site.create(Kind::Provider, corp.clone()).await;
    site.role("ledger", json!([{ "name": "ledger.*" }])).await;
    site.create(Kind::Assignment, json!({ "role": "ledger", "to": { "group": "finance" } })).await;
    let mut mapped = corp;
    mapped["mapping"] = json!([{ "when": "claims.sub == \"mallory\"", "groups": ["finance"] }]);
    let update = async |holds: &[&str]| {
        let author = holding(holds);
        site.administration.update(&author, Kind::Provider, "", &written.entry.id, None, mapped.clone()).await
    };
    let refused = update(&["casemate.*", "cms.*"]).await;
    assert!(matches!(refused, Err(AdminError::Beyond { .. })), "{refused:?}");
    update(&["casemate.*", "ledger.*"]).await.unwrap();
    let identity = |claims: Value| {
        let mut identity = Identity::new("corp", "mallory", casemate_identity::Kind::USER);
        identity.claims = claims.as_object().unwrap().clone();
        identity
    };
    let snapshot = site.directory.current();
    let caller = snapshot.caller(&identity(json!({ "sub": "mallory" })));
    assert!(allowed(&snapshot.permissions(&caller).unwrap(), "ledger.read"));
    // Rules that go take what they gave at once, from those too whose claims are kept.
    mapped["mapping"] = json!([]);
    site.administration
        .update(&operator(), Kind::Provider, "", &written.entry.id, None, mapped)
        .await
        .unwrap();
    let snapshot = site.directory.current();
    let caller = snapshot.caller(&identity(json!({ "sub": "mallory" })));
    assert!(!allowed(&snapshot.permissions(&caller).unwrap(), "ledger.read"));
}

#[tokio::test]
async fn users_of_a_directory_stay_at_home_where_it_pulls_them() {
    let site = Site::open().await;
    let pulled = |tenant: &str| {
        json!({
            "name": "corp", "issuer": "https://corp.example", "audiences": ["x"],
            "ldap": { "url": "ldaps://ldap.example", "bind_dn": "cn=x", "bind_password": { "env": "LDAP" },
                      "base": "dc=x", "tenant": tenant },
        })
    };
    let written = site.create(Kind::Provider, pulled("acme")).await;
    let id = written.entry.id.as_str();
    let update = async |document| {
        site.administration.update(&operator(), Kind::Provider, "", id, None, document).await
    };
    update(pulled("other")).await.unwrap();
    let user = casemate_store::UserRecord {
        id: "usr_1".into(),
        tenant: "other".into(),
        provider: "corp".into(),
        login: "ada".into(),
        source: "ldap".into(),
        attributes: "{}".into(),
        ..casemate_store::UserRecord::default()
    };
    let commit = |operation| casemate_store::Commit {
        base: None,
        at: 1,
        actor: casemate_store::Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::new(),
        fence: None,
    };
    let put = casemate_store::Operation::PutUser { user: Box::new(user), expected: None };
    site.store.commit(commit(put)).await.unwrap();
    let refused = |refused| match refused {
        Err(AdminError::Invalid(mistakes)) => mistakes[0].object().unwrap().pointer == "/ldap/tenant",
        other => panic!("{other:?}"),
    };
    assert!(refused(update(pulled("acme")).await));
    // Neither by way of having none.
    let mut without = pulled("other");
    without.as_object_mut().unwrap().remove("ldap");
    update(without).await.unwrap();
    assert!(refused(update(pulled("acme")).await));
    update(pulled("other")).await.unwrap();
    let gone = casemate_store::Operation::RemoveUser { id: "usr_1".into(), expected: None };
    site.store.commit(commit(gone)).await.unwrap();
    update(pulled("acme")).await.unwrap();
}

fn partner(name: &str, issuer: &str) -> Value {
    json!({ "name": name, "issuer": issuer, "audiences": ["x"] })
}

/// Ada of the default tenant, and who the partner calls `1001`, who signs in as her.
async fn link_ada(site: &Site) {
    let user = UserRecord {
        id: "usr_ada".to_owned(),
        tenant: "default".to_owned(),
        provider: "casemate".to_owned(),
        subject: Some("usr_ada".to_owned()),
        login: "ada".to_owned(),
        active: true,
        attributes: "{}".to_owned(),
        ..UserRecord::default()
    };
    let link = LinkedIdentity {
        id: "lnk_1".to_owned(),
        provider: "partner".to_owned(),
        subject: "1001".to_owned(),
        user: "usr_ada".to_owned(),
        tenant: "default".to_owned(),
        linked_at: 1,
        last_used: None,
    };
    let operations = vec![
        Operation::PutUser { user: Box::new(user), expected: None },
        Operation::Link(LinkChange::Add(link)),
    ];
    let commit = Commit {
        base: None,
        at: 1,
        actor: Actor::default(),
        summary: String::new(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    site.store.commit(commit).await.unwrap();
}

#[tokio::test]
async fn links_end_where_the_provider_becomes_another() {
    let site = Site::open().await;
    let id = site.create(Kind::Provider, partner("partner", "https://partner.example")).await.entry.id;
    let links = async || site.store.reader().linked_identities("usr_ada").await.unwrap().len();
    let update = async |document| {
        site.administration.update(&operator(), Kind::Provider, "", &id, None, document).await.unwrap();
    };
    link_ada(&site).await;
    let mut same = partner("partner", "https://partner.example");
    same["audiences"] = json!(["y"]);
    update(same).await;
    assert_eq!(links().await, 1, "it is the same provider");
    update(partner("partner", "https://other.example")).await;
    assert_eq!(links().await, 0, "whom the other issuer calls so is somebody else");
    let events = site.store.reader().audit_events(&AuditFilter::default(), None, 50).await.unwrap();
    let told: Vec<_> = events
        .iter()
        .map(|event| &event.event)
        .filter(|event| event.action == "casemate.user.link")
        .collect();
    assert_eq!(told.len(), 1, "{events:?}");
    assert_eq!((told[0].resource_id.as_str(), told[0].tenant.as_str()), ("usr_ada", "default"));
    assert!(
        told[0].before.as_ref().is_some_and(|before| before.contains("lnk_1") && before.contains("1001"))
    );

    link_ada(&site).await;
    update(partner("renamed", "https://other.example")).await;
    assert_eq!(links().await, 0, "another may be made by the name");
    update(partner("partner", "https://other.example")).await;
    link_ada(&site).await;
    site.administration.delete(&operator(), Kind::Provider, "", &id, None).await.unwrap();
    assert_eq!(links().await, 0, "another may be made by the name");
}
