//! The same people, once by SCIM and once out of a real LDAP directory.

use casemate_directory_sync::{By, Order, Source, sync};
use casemate_identity::provider::LdapConfig;
use casemate_platform::clock;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings, Proxy};
use casemate_store::{Actor, UserRecord};
use casemate_test_support::Slapd;
use serde_json::json;

use crate::client::{ENTERPRISE, Scim};

const PEOPLE: [&str; 3] = ["ada", "bob", "carol"];

/// Reads a directory into the provider `ldap`.
async fn pull(scim: &Scim, slapd: &Slapd) {
    let config: LdapConfig = serde_json::from_value(json!({
        "url": slapd.url(), "allow_plain": true, "bind_dn": Slapd::ADMINISTRATOR,
        "bind_password": {"sealed": true}, "base": Slapd::BASE, "attributes": {"subject": "uid"},
        "claims": {"department": "departmentNumber"}, "max_removed_percent": 100,
    }))
    .unwrap();
    let source = Source { provider: "ldap".into(), config, password: Slapd::PASSWORD.to_owned().into() };
    let settings = OutgoingSettings { loopback: true, proxy: Proxy::None, ..OutgoingSettings::default() };
    let actor =
        Actor { provider: "casemate".into(), kind: "system".into(), id: "ldap".into(), credential: None };
    let by = By {
        actor,
        request_id: String::new(),
        route: None,
        client: None,
        user_agent: None,
        now: clock::now(),
    };
    let order = Order { full: true, dry_run: false, allowed: None, by };
    let outgoing = Outgoing::new(settings).unwrap();
    sync(&scim.server.app.administration, &outgoing, &source, &order).await.unwrap();
}

/// What is known of the people of a provider, each with their groups, without what tells who said it, when, and under which id.
async fn known(scim: &Scim, provider: &str) -> Vec<(UserRecord, Vec<String>)> {
    let reader = scim.server.app.store.reader();
    let mut all = Vec::new();
    for login in PEOPLE {
        let user = reader.user_by_login(provider, login).await.unwrap().unwrap();
        let groups = reader.groups_of_one(&user.id).await.unwrap();
        let without = UserRecord::default();
        let user = UserRecord {
            id: without.id,
            provider: without.provider,
            source: without.source,
            external_id: without.external_id,
            scim: without.scim,
            revision: without.revision,
            created_at: without.created_at,
            updated_at: without.updated_at,
            ..user
        };
        all.push((user, groups.into_iter().map(|group| group.name).collect()));
    }
    all
}

pub(crate) async fn who_comes_by_ldap_is_known_as_who_comes_by_scim(scim: Scim) {
    let slapd = Slapd::start(None).unwrap();
    let mut ids = Vec::new();
    for login in PEOPLE {
        slapd
            .modify(&format!(
                "dn: uid={login},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {login}\n\
                 cn: {login} Person\nsn: {login}\nmail: {login}@example.com\ndepartmentNumber: 7\n\n"
            ))
            .unwrap();
        let user = json!({
            "userName": login, "externalId": login, "displayName": format!("{login} Person"),
            "emails": [{"value": format!("{login}@example.com"), "primary": true}],
            (ENTERPRISE): {"department": "7"},
        });
        ids.push(scim.user(user).await);
    }
    slapd
        .modify(
            "dn: cn=Ops,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: Ops\n\
             member: uid=ada,ou=people,dc=example,dc=com\nmember: uid=bob,ou=people,dc=example,dc=com\n\n",
        )
        .unwrap();
    scim.group("Ops", &[&ids[0], &ids[1]]).await;
    pull(&scim, &slapd).await;
    let of_scim = known(&scim, "corp").await;
    assert_eq!(known(&scim, "ldap").await, of_scim);
    let told = of_scim.iter().map(|(user, groups)| (user.active, user.subject.as_deref(), groups.len()));
    let expected = [(true, Some("ada"), 1), (true, Some("bob"), 1), (true, Some("carol"), 0)];
    assert_eq!(told.collect::<Vec<_>>(), expected);

    // One leaves, one changes, and one joins the group.
    slapd
        .modify(
            "dn: cn=Ops,ou=groups,dc=example,dc=com\nchangetype: modify\nreplace: member\n\
             member: uid=ada,ou=people,dc=example,dc=com\nmember: uid=carol,ou=people,dc=example,dc=com\n-\n\n\
             dn: uid=bob,ou=people,dc=example,dc=com\nchangetype: delete\n\n\
             dn: uid=carol,ou=people,dc=example,dc=com\nchangetype: modify\nreplace: cn\ncn: Countess\n-\n\
             delete: departmentNumber\n-\n\n",
        )
        .unwrap();
    let one = |at: usize| format!("/Users/{}", ids[at]);
    scim.patch(&one(1), json!({"op": "replace", "path": "active", "value": false})).await;
    scim.patch(&one(2), json!({"op": "replace", "path": "displayName", "value": "Countess"})).await;
    scim.patch(&one(2), json!({"op": "remove", "path": ENTERPRISE})).await;
    let members = json!([{"value": ids[0]}, {"value": ids[2]}]);
    let group = scim.listed("GET /Groups", "id").await.remove(0);
    scim.patch(&format!("/Groups/{group}"), json!({"op": "replace", "path": "members", "value": members}))
        .await;
    pull(&scim, &slapd).await;
    let of_scim = known(&scim, "corp").await;
    assert_eq!(known(&scim, "ldap").await, of_scim);
    assert_eq!(
        of_scim.iter().map(|(user, groups)| (user.active, groups.len())).collect::<Vec<_>>(),
        [(true, 1), (false, 0), (true, 1)]
    );
}
