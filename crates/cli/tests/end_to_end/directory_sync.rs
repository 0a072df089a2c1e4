//! A server pulls its people from a real LDAP directory, and the command beside it tells what it would do.

use casemate_test_support::{Casemate, Slapd};
use serde_json::{Value, json};

use crate::Folder;

fn person(login: &str) -> String {
    format!(
        "dn: uid={login},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {login}\ncn: {login} Person\n\
         sn: {login}\nmail: {login}@example.com\n\n"
    )
}

fn ask(casemate: &Casemate, key: &str, request: &str, body: &Value) -> (u16, Value) {
    let authorization = format!("Authorization: Bearer {key}");
    let headers = [&*authorization, "Content-Type: application/json"];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = casemate.request(request, &headers, &body).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

fn logins(casemate: &Casemate, key: &str) -> Vec<String> {
    let (status, page) = ask(casemate, key, "GET /api/v1/users?sort=login", &Value::Null);
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().iter().map(|user| user["login"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn people_come_from_a_directory_by_themselves_and_at_once_by_an_administrator_s_word() {
    let slapd = Slapd::start(None).unwrap();
    slapd.modify(&["ada", "bob"].map(person).concat()).unwrap();
    slapd
        .modify(
            "dn: cn=Engineers,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: Engineers\n\
             member: uid=ada,ou=people,dc=example,dc=com\n",
        )
        .unwrap();
    let folder = Folder::new();
    let casemate = folder.builder().start().unwrap();
    let key = casemate.administrator().unwrap();
    let mut document = json!({
        "name": "corp", "issuer": "https://corp.example", "audiences": ["urn:casemate"],
        "ldap": {
            "url": slapd.url(), "allow_plain": true, "bind_dn": Slapd::ADMINISTRATOR,
            "bind_password": Slapd::PASSWORD, "base": Slapd::BASE,
        },
    });
    let (status, made) = ask(&casemate, &key, "POST /api/v1/providers", &document);
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["document"]["ldap"]["bind_password"], json!({"sealed": true}));
    assert!(!made.to_string().contains(&format!("\"{}\"", Slapd::PASSWORD)), "it is never shown: {made}");
    let item = format!("/api/v1/providers/{}", made["id"].as_str().unwrap());

    // By itself.
    casemate.wait_until(|casemate| (logins(casemate, &key) == ["ada", "bob"]).then_some(())).unwrap();
    let sync = format!("{item}/directory-sync");
    let kept = casemate.wait_until(|casemate| {
        let (status, kept) = ask(casemate, &key, &format!("GET {sync}"), &Value::Null);
        assert_eq!(status, 200, "{kept}");
        kept["full_at"].is_string().then_some(kept)
    });
    let kept = kept.unwrap();
    assert_eq!((&kept["provider"], &kept["report"]["users"]["created"]), (&json!("corp"), &json!(2)));
    assert_eq!(kept["report"]["members_added"], 1);

    // At once.
    slapd.modify(&person("eve")).unwrap();
    let (status, report) = ask(&casemate, &key, &format!("POST {sync}"), &json!({}));
    assert_eq!(
        (status, &report["users"]["created"], &report["full"]),
        (200, &json!(1), &json!(false)),
        "{report}"
    );
    assert_eq!(logins(&casemate, &key), ["ada", "bob", "eve"]);

    // Another address takes the password along for nobody.
    let elsewhere = Slapd::start(None).unwrap();
    document["ldap"]["url"] = json!(elsewhere.url());
    document["ldap"]["bind_password"] = json!({"sealed": true});
    let tag = format!("If-Match: \"{}\"", made["revision"]);
    let authorization = format!("Authorization: Bearer {key}");
    let headers = [&*authorization, &*tag, "Content-Type: application/json"];
    let refused = casemate.request(&format!("PUT {item}"), &headers, &document.to_string()).unwrap();
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains("/ldap/bind_password"), "{}", refused.body);

    // The command beside the server: what it would do, and what may not vanish.
    slapd
        .modify(
            "dn: uid=eve,ou=people,dc=example,dc=com\nchangetype: delete\n\n\
             dn: cn=Engineers,ou=groups,dc=example,dc=com\nchangetype: delete\n\n",
        )
        .unwrap();
    let said = folder.run(&["directory", "sync", "--dry-run", "--format", "json"]);
    let report: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&report["dry_run"], &report["users"]["gone"]), (&json!(true), &json!(1)), "{report}");
    // No group at all is what a directory looks like that does not show its groups.
    assert_eq!(report["groups_withheld"], json!({"gone": 1, "most": 0}));
    assert_eq!(said.code, Some(1), "{}", said.err);
    let said = folder.run(&["directory", "sync", "--allow-removals", "1"]);
    assert_eq!(said.code, Some(0), "{} {}", said.out, said.err);
    let (_, users) = ask(&casemate, &key, "GET /api/v1/users?sort=login", &Value::Null);
    let active =
        |place: usize| (users["items"][place]["login"].clone(), users["items"][place]["active"].clone());
    assert_eq!(
        [active(0), active(1), active(2)],
        [(json!("ada"), json!(true)), (json!("bob"), json!(true)), (json!("eve"), json!(false)),]
    );

    // Nobody else may.
    let (status, _) = ask(&casemate, "", &format!("POST {sync}"), &json!({}));
    assert_eq!(status, 401);
}
