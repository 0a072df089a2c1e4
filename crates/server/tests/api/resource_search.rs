//! On which registered resources somebody may do something.

use std::collections::BTreeSet;
use std::sync::Arc;

use casemate_identity::sign_in::bytes_of;
use casemate_store::{RootKeys, Sealer};
use casemate_test_support::Postgres;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::support::Server;

const PATH: &str = "POST /access/v1/search/resource";

/// Attributes by name, type and values: few, so that they meet.
const ATTRIBUTES: [(&str, &str, [&str; 3]); 4] = [
    ("author", "string", ["\"u0\"", "\"u1\"", "\"u2\""]),
    ("size", "int", ["0", "1", "2"]),
    ("public", "bool", ["true", "false", "true"]),
    ("tags", "list<string>", ["[]", "[\"a\"]", "[\"a\",\"b\"]"]),
];

const CONDITIONS: [&str; 7] = [
    "resource.author == identity.id",
    "resource.size < 2",
    "resource.public",
    "\"a\" in resource.tags",
    "has(resource.author) && resource.author != identity.id",
    "resource.id.startsWith(\"r1\")",
    "resource.tags.all(tag, tag == \"a\")",
];

/// Conditions of two properties, and what each of three users holds.
type World = (usize, usize, Vec<(bool, bool, bool)>, Vec<[Option<usize>; 4]>);

fn worlds() -> impl Strategy<Value = World> {
    let attribute = || prop::option::weighted(0.8, 0..3_usize);
    let resource = [attribute(), attribute(), attribute(), attribute()];
    let held = (any::<bool>(), any::<bool>(), any::<bool>());
    (
        0..CONDITIONS.len(),
        0..CONDITIONS.len(),
        prop::collection::vec(held, 3),
        prop::collection::vec(resource, 0..30),
    )
}

fn schema(one: usize, other: usize) -> String {
    let mut text =
        "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[attributes]\n".to_owned();
    for (name, kind, _) in ATTRIBUTES {
        text.push_str(&format!("{name} = {{ type = \"{kind}\" }}\n"));
    }
    text.push_str("[[permission]]\nname = \"notes.*\"\n");
    for (name, condition) in [("one", one), ("other", other)] {
        let condition = CONDITIONS[condition];
        text.push_str(&format!(
            "[permission.properties.{name}]\ntype = \"bool\"\nwhen = 'value == false || ({condition})'\n"
        ));
    }
    text
}

fn policy(held: &[(bool, bool, bool)]) -> String {
    let mut text = "format = 1\n".to_owned();
    for (number, (one, other, denies)) in held.iter().enumerate() {
        text.push_str(&format!(
            "[[user]]\nid = \"u{number}\"\n[[role]]\nname = \"r{number}\"\npermissions = [{{ name = \"notes.read\", one = {one}, other = {other} }}"
        ));
        if *denies {
            text.push_str(&format!(", {{ name = \"notes.*\", deny = true, one = true, other = {one} }}"));
        }
        text.push_str(&format!("]\n[[assignment]]\nrole = \"r{number}\"\nto = {{ id = \"u{number}\" }}\n"));
    }
    text
}

async fn furnish(server: &Server, (one, other, held, resources): &World, round: usize) -> String {
    let files = json!({ "policy.toml": policy(held), "schema.toml": schema(*one, *other) });
    let apply = json!({ "origin": "git", "files": files, "prune": true });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let kind = format!("note{round}");
    let items: Vec<Value> = resources
        .iter()
        .enumerate()
        .map(|(number, values)| {
            let attributes: Map<String, Value> = ATTRIBUTES
                .iter()
                .zip(values)
                .filter_map(|((name, _, known), value)| {
                    Some(((*name).to_owned(), serde_json::from_str(known[(*value)?]).unwrap()))
                })
                .collect();
            json!({ "application": "notes", "type": kind, "id": format!("r{number}"), "attributes": attributes })
        })
        .collect();
    if !items.is_empty() {
        let made = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
        assert_eq!(made.body["created"], items.len(), "{}", made.text);
    }
    kind
}

fn question(subject: &str, kind: &str, said: &Value) -> Value {
    json!({ "subject": { "type": "user", "id": subject }, "action": { "name": "notes.read" },
        "resource": { "type": kind, "properties": said } })
}

/// All that is found, in pages of `limit`.
async fn found(server: &Server, question: &Value, limit: u32) -> Vec<String> {
    let mut question = question.clone();
    question["page"] = json!({ "limit": limit });
    let mut found = Vec::new();
    loop {
        let page = server.admin(PATH, Some(&question)).await;
        assert_eq!(page.status.as_u16(), 200, "{}", page.text);
        let results = page.body["results"].as_array().unwrap();
        assert!(results.len() <= limit as usize && page.body["page"]["count"] == results.len());
        for result in results {
            assert_eq!(result["type"], question["resource"]["type"]);
            found.push(result["id"].as_str().unwrap().to_owned());
        }
        match page.body["page"]["next_token"].as_str().unwrap() {
            "" => return found,
            token => question["page"]["token"] = json!(token),
        }
    }
}

async fn is_allowed(server: &Server, question: &Value, id: &str) -> bool {
    let mut question = question.clone();
    question["resource"]["id"] = json!(id);
    let answer = server.admin("POST /access/v1/evaluation", Some(&question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["decision"].as_bool().unwrap()
}

async fn what_is_found_is_what_is_allowed(server: &Server, rounds: u32) {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let (mut some, mut none) = (0, 0);
    for round in 0..rounds as usize {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        let kind = furnish(server, &world, round).await;
        for (number, said) in
            [(0, json!({})), (1, json!({ "size": 1, "author": "u1" })), (2, json!({ "tags": 7 }))]
        {
            let question = question(&format!("u{number}"), &kind, &said);
            let mut allowed = BTreeSet::new();
            for resource in 0..world.3.len() {
                let id = format!("r{resource}");
                if is_allowed(server, &question, &id).await {
                    allowed.insert(id);
                }
            }
            for limit in [1, 4, 1_000] {
                let found = found(server, &question, limit).await;
                assert!(found.is_sorted() && found.iter().collect::<BTreeSet<_>>().len() == found.len());
                assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), allowed, "{world:?} {question}");
            }
            *(if allowed.is_empty() { &mut none } else { &mut some }) += 1;
        }
    }
    assert!(some > 0 && none > 0, "{some} found something, {none} nothing");
}

const ROUNDS: u32 = 12;

#[tokio::test]
async fn what_is_found_is_what_is_allowed_one_by_one_on_sqlite() {
    what_is_found_is_what_is_allowed(&Server::start().await, ROUNDS).await;
}

#[tokio::test]
async fn what_is_found_is_what_is_allowed_one_by_one_on_postgresql() {
    let postgres = Postgres::start().unwrap();
    what_is_found_is_what_is_allowed(&Server::on_postgres(&postgres.url()).await, ROUNDS).await;
}

/// Twelve thousand resources of which the last alone is allowed.
#[tokio::test]
async fn a_search_ends_nowhere_before_all_were_looked_at() {
    let sealer = Sealer::new(&RootKeys::generate().unwrap());
    let server = Server::start_with(Some(Arc::new(sealer))).await;
    let files = json!({ "policy.toml": policy(&[(true, false, false)]), "schema.toml": schema(0, 0) });
    let applied =
        server.admin("POST /api/v1/policy/apply", Some(&json!({ "origin": "git", "files": files }))).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let last = 11_999;
    for first in (0..=last).step_by(1_000) {
        let items: Vec<_> = (first..first + 1_000)
            .map(|number| {
                let author = if number == last { "u0" } else { "u1" };
                json!({ "application": "notes", "type": "note", "id": format!("{number:05}"), "attributes": { "author": author } })
            })
            .collect();
        let made = server.admin("POST /api/v1/resources/batch", Some(&json!({ "items": items }))).await;
        assert_eq!(made.body["created"], 1_000, "{}", made.text);
    }
    let question = question("u0", "note", &json!({}));
    let page = server.admin(PATH, Some(&question)).await;
    assert_eq!(page.body["results"], json!([]), "so many are not looked at for one page");
    let token = page.body["page"]["next_token"].as_str().unwrap();
    // Where it ends stands a resource that they may not see.
    assert!(!token.is_empty(), "{}", page.text);
    for part in token.split('.').chain([token]) {
        let bytes = bytes_of(part).unwrap_or_default();
        assert!(!bytes.windows(5).any(|text| text == b"04999"), "{token}");
    }
    let with = async |question: &Value, token: &str| {
        let mut question = question.clone();
        question["page"] = json!({ "token": token });
        server.admin(PATH, Some(&question)).await
    };
    assert_eq!(with(&question, token).await.body["results"], json!([]));
    let other = with(&super_question("u1"), token).await;
    assert_eq!(other.status.as_u16(), 400, "it is good for the same query alone: {}", other.text);
    for changed in [format!("{token}A"), token.replacen('.', "..", 1), ".".to_owned()] {
        assert_eq!(with(&question, &changed).await.status.as_u16(), 400, "{changed}");
    }
    assert_eq!(found(&server, &question, 1_000).await, [format!("{last:05}")]);
    assert_eq!(found(&server, &super_question("u1"), 1_000).await.len(), 0, "u1 holds nothing");
}

fn super_question(subject: &str) -> Value {
    question(subject, "note", &json!({}))
}
