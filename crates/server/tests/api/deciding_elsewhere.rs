//! Deciding elsewhere, by what was read of somebody, is deciding as the server does.

use std::collections::{BTreeMap, BTreeSet};

use casemate_directory::Subject;
use casemate_expression::{Datum, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{
    Catalog, Evaluation, Grant, Origin, OriginKind, Permission, PermissionSet, Schema,
};
use casemate_platform::clock;
use serde_json::{Value, json};

use crate::permissions::{POLICY, SCHEMA, account, apply, apply_with, key, provision, resolve, token};
use crate::support::Server;

/// Numbers that look random, the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// A policy of roles with permissions at random, some of which are not in force.
fn random_policy(numbers: &mut Numbers) -> String {
    let mut policy = "format = 1\n".to_owned();
    let patterns = [
        "notes.read",
        "notes.write",
        "notes.*",
        "notes.{read,erase}",
        "notes.e*",
        "*",
        "shop.read",
        "casemate.role.*",
    ];
    for role in 0..8 {
        let permissions: Vec<String> = (0..=numbers.below(3))
            .map(|_| {
                let name = *numbers.one(&patterns);
                let own = match numbers.below(6) {
                    0 if name.starts_with("notes") => ", own = false",
                    1.. if name.starts_with("notes") => ", own = true",
                    _ => "",
                };
                let deny = if numbers.below(8) == 0 { ", deny = true" } else { "" };
                format!("{{ name = \"{name}\"{own}{deny} }}")
            })
            .collect();
        policy += &format!("[[role]]\nname = \"r{role}\"\npermissions = [{}]\n", permissions.join(", "));
    }
    for account in 0..6 {
        policy += &format!("[[service_account]]\nname = \"a{account}\"\n");
        for role in 0..numbers.below(4) {
            let time = numbers.one(&[
                "",
                "from = 2090-01-01T00:00:00Z\n",
                "until = 2020-01-01T00:00:00Z\n",
                "from = 2020-01-01T00:00:00Z\nuntil = 2090-01-01T00:00:00Z\n",
            ]);
            policy += &format!(
                "[[assignment]]\nrole = \"r{}\"\nto = {{ provider = \"casemate\", type = \"service\", login = \"a{account}\" }}\n{time}",
                (2 * role + numbers.below(2)) % 8
            );
        }
    }
    policy
}

/// What was resolved, as the engine takes it.
fn local(server_schemas: &Value, item: &Datum) -> (Subject, PermissionSet) {
    let schemas = server_schemas["items"].as_array().unwrap().iter().map(|item| {
        let text = toml::to_string(&item["schema"]).unwrap();
        let is_own = item["application"] == "casemate";
        if is_own { Schema::from_own_toml(&text) } else { Schema::from_toml(&text) }.unwrap()
    });
    let catalog = Catalog::compile(schemas.collect()).unwrap();
    let mut builder = PermissionSet::builder(&catalog);
    let text = |of: &Datum, name: &str| of.get(name).and_then(Datum::as_str).map(str::to_owned);
    for held in item.get("permissions").and_then(Datum::as_list).unwrap() {
        let time = |name: &str| {
            text(held, name).map(|time| Timestamp(time.parse::<jiff::Timestamp>().unwrap().as_microsecond()))
        };
        let name = text(held.get("origin").unwrap(), "name").unwrap();
        let origin = Origin { kind: OriginKind::Role, name, via: None };
        let grant = Grant { origin, from: time("from"), until: time("until") };
        builder.add(Permission::from_datum(held.get("permission").unwrap()).unwrap(), &grant.into());
    }
    let identity = item.get("identity").unwrap();
    let of = |name: &str| text(identity, name);
    let mut subject = Subject::new(
        of("provider").unwrap().into(),
        &of("type").unwrap(),
        of("subject").as_deref(),
        of("tenant").unwrap().into(),
    );
    subject.login = of("login").map(Into::into);
    subject.claims = identity.get("claims").and_then(Datum::as_map).unwrap().clone();
    let groups = identity.get("groups").and_then(Datum::as_list).unwrap().iter();
    subject.groups = groups.map(|group| group.as_str().unwrap().to_owned()).collect();
    (subject, builder.build().unwrap())
}

/// Asks the server, and decides by what it told; gives the answer that both have.
async fn both(
    server: &Server,
    question: &Value,
    (subject, set): &(Subject, PermissionSet),
) -> (String, String) {
    let answered = server.admin("POST /api/v1/check", Some(question)).await.body;
    let mut about_nobody = question.clone();
    about_nobody["subject"] = json!({ "type": "anonymous" });
    let datum = Datum::from_json(&about_nobody.to_string()).unwrap();
    let evaluation = Evaluation::read(&datum, None).unwrap();
    let name = Name::parse(evaluation.action_name()).unwrap();
    let decision = set.check(&evaluation.request(name, subject.view(), Timestamp(clock::now())));
    let (effect, reason) = (decision.effect.name(), decision.reason.code());
    let by = decision.permission.map(|permission| permission.name());
    assert_eq!(
        (Some(effect), Some(reason), by),
        (answered["decision"].as_str(), answered["reason_code"].as_str(), answered["permission"].as_str()),
        "{question} {set:?}"
    );
    (effect.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn deciding_by_what_was_told_is_what_the_server_decides() {
    let server = Server::start().await;
    let mut numbers = Numbers(2026);
    let mut seen = BTreeMap::<(String, String), u32>::new();
    for _ in 0..6 {
        apply(&server, &random_policy(&mut numbers)).await;
        let schemas = server.admin("GET /api/v1/permissions/schemas", None).await.body;
        for number in 0..6 {
            let id = account(&server, &format!("a{number}")).await;
            let answer = resolve(&server, "administrator", json!([{ "identity": id }])).await;
            let body = Datum::from_json(&answer.text).unwrap();
            let told = local(&schemas, &body.get("items").and_then(Datum::as_list).unwrap()[0]);
            let names = [
                "notes.read",
                "notes.write",
                "notes.erase",
                "shop.read",
                "casemate.role.list",
                "other.thing",
            ];
            let resource = |properties: Value| json!({ "type": "note", "id": "1", "properties": properties });
            let resources = [
                json!(null),
                resource(json!({})),
                resource(json!({ "author": id })),
                resource(json!({ "author": "somebody" })),
            ];
            for (name, resource) in names.iter().flat_map(|name| resources.iter().map(move |one| (name, one)))
            {
                let mut question =
                    json!({ "subject": { "type": "service", "id": id }, "action": { "name": name } });
                if !resource.is_null() {
                    question["resource"] = resource.clone();
                }
                *seen.entry(both(&server, &question, &told).await).or_default() += 1;
            }
        }
    }
    for code in [
        "permission_allows",
        "permission_denies",
        "depends_on_resource",
        "conditions_not_met",
        "no_permission",
    ] {
        assert!(seen.iter().any(|((_, reason), times)| reason == code && *times > 5), "{code}: {seen:?}");
    }
}

const CLAIMS: &str = r#"
[[role]]
name = "lab"
permissions = [{ name = "notes.lab", departments = ["lab"] }, { name = "notes.own", own = true }]
[[role]]
name = "ops"
permissions = [{ name = "notes.ops", members = "ops" }, { name = "notes.secret", deny = true }, { name = "notes.secret" }]
[[assignment]]
role = "lab"
to = { id = "u-1" }
[[assignment]]
role = "ops"
to = { group = "ops" }
[[assignment]]
role = "lab"
to = { type = "anonymous" }
[[assignment]]
role = "lab"
to = { provider = "casemate", type = "service", login = "ci" }
"#;

const CLAIMS_SCHEMA: &str = r#"
[permission.properties.departments]
type = "list<string>"
when = "identity.claims.department in value"
[permission.properties.members]
type = "string"
when = "value in identity.groups && resource.author != identity.login"
"#;

#[tokio::test]
async fn deciding_by_what_was_told_of_a_token_is_what_the_server_decides_of_it() {
    let server = Server::start().await;
    apply_with(&server, &format!("{POLICY}{CLAIMS}"), &format!("{SCHEMA}{CLAIMS_SCHEMA}")).await;
    provision(&server).await;
    let schemas = server.admin("GET /api/v1/permissions/schemas", None).await.body;
    let claims = json!({ "department": "claimed", "granted": [{ "name": "notes.granted", "own": true }] });
    let narrowing = json!({ "permissions": [{ "name": "notes.{own,lab}", "own": true }] });
    let mut seen = BTreeSet::new();
    for asked in [
        json!({ "token": token(&server, "u-1", claims.clone()).await.0 }),
        json!({ "token": token(&server, "stranger", claims).await.0 }),
        json!({ "token": key(&server, json!({})).await.1 }),
        json!({ "token": key(&server, narrowing).await.1 }),
        json!({ "token": "editor" }),
        json!({ "anonymous": true }),
    ] {
        let answer = resolve(&server, "administrator", json!([asked])).await;
        let body = Datum::from_json(&answer.text).unwrap();
        let told = local(&schemas, &body.get("items").and_then(Datum::as_list).unwrap()[0]);
        let subject = if asked["anonymous"] == true { json!({ "type": "anonymous" }) } else { asked };
        for name in ["lab", "own", "ops", "secret", "granted", "read", "other"] {
            for author in [None, Some("u-1"), Some("stranger"), Some("user-1@example.com")] {
                let mut question =
                    json!({ "subject": subject, "action": { "name": format!("notes.{name}") } });
                if let Some(author) = author {
                    question["resource"] =
                        json!({ "type": "note", "id": "1", "properties": { "author": author } });
                }
                seen.insert(both(&server, &question, &told).await.1);
            }
        }
    }
    let expected = [
        "condition_failed",
        "conditions_not_met",
        "depends_on_resource",
        "no_permission",
        "permission_allows",
        "permission_denies",
    ];
    assert_eq!(Vec::from_iter(&seen), expected);
}
