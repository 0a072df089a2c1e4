//! AuthZEN's interoperability scenarios: decisions of the todo application, searches for subjects of records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Folder, SECRET};

/// The folder with the vectors: the one that `CASEMATE_VECTORS` names, or the one beside the workspace.
fn vectors() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
    let folder = std::env::var_os("CASEMATE_VECTORS").map_or_else(beside, PathBuf::from);
    folder.join("authzen").is_dir().then(|| folder.join("authzen"))
}

#[test]
#[allow(clippy::print_stderr, reason = "whoever runs the tests is to know that this one was skipped")]
fn the_todo_vectors_are_answered_as_expected() {
    let Some(vectors) = vectors() else {
        eprintln!("skipped: the vectors are absent; name their folder in CASEMATE_VECTORS");
        return;
    };
    let text = std::fs::read_to_string(vectors.join("todo-decisions.json")).unwrap();
    let todo: Value = serde_json::from_str(&text).unwrap();
    let folder = Folder::new();
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/todo");
    let casemate = folder.builder().policy(policy).start().unwrap();

    let single = todo["evaluation"].as_array().unwrap();
    assert!(single.len() >= 40);
    for vector in single {
        let answer = casemate.post("/access/v1/evaluation", SECRET, &vector["request"].to_string()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.json()["decision"], vector["expected"], "{vector}");
    }
    let batches = todo["evaluations"].as_array().unwrap();
    assert!(batches.len() >= 3);
    for vector in batches {
        let answer =
            casemate.post("/access/v1/evaluations", SECRET, &vector["request"].to_string()).unwrap().json();
        let answered = answer["evaluations"].as_array().unwrap();
        let expected = vector["expected"].as_array().unwrap();
        assert_eq!(answered.len(), expected.len(), "{vector}");
        for (answered, expected) in answered.iter().zip(expected) {
            assert_eq!(answered["decision"], expected["decision"], "{vector}");
        }
    }
}

/// Managers see all records and edit those of their department; everybody sees those of theirs; owners do everything.
const RECORDS: &str = r#"
format = 1
[application]
id = "records"
namespaces = ["record"]
request_name = "{resource.type}.{action.name}"
[attributes]
department = { type = "string" }
owner = { type = "string" }
[[permission]]
name = "record.view"
[permission.properties.of]
type = "string"
when = 'value == "everybody" || resource.owner == identity.id || resource.department == identity.claims.department'
[[permission]]
name = "record.{edit,delete}"
[permission.properties.of]
type = "string"
when = 'resource.owner == identity.id || (value == "department" && resource.department == identity.claims.department)'
"#;

const RECORDS_POLICY: &str = r#"
format = 1
[[role]]
name = "manager"
permissions = [{ name = "record.view", of = "everybody" }, { name = "record.edit", of = "department" }]
[[role]]
name = "member"
permissions = [{ name = "record.view", of = "department" }, { name = "record.{edit,delete}", of = "themselves" }]
[[credential]]
id = "gateway"
secret_sha256 = "e317a903a3d22383507c925c8efb4991823766cb4124d5457cd202f00723d349"
application = "records"
permissions = [{ name = "casemate.decision.ask" }, { name = "casemate.decision.search" },
  { name = "casemate.resource.{create,update}" }]
"#;

#[test]
#[allow(clippy::print_stderr, reason = "whoever runs the tests is to know that this one was skipped")]
fn the_subjects_of_the_search_vectors_are_found_and_allowed() {
    let Some(vectors) = vectors() else {
        eprintln!("skipped: the vectors are absent; name their folder in CASEMATE_VECTORS");
        return;
    };
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(vectors.join(name)).unwrap()).unwrap()
    };
    let users = read("search-users.json");
    let mut policy = RECORDS_POLICY.to_owned();
    for user in users.as_array().unwrap() {
        let (id, department) = (user["id"].as_str().unwrap(), user["department"].as_str().unwrap());
        policy += &format!("[[user]]\nid = \"{id}\"\nclaims = {{ department = \"{department}\" }}\n");
        let roles = if user["role"] == "manager" { &["member", "manager"][..] } else { &["member"] };
        for role in roles {
            policy += &format!("[[assignment]]\nrole = \"{role}\"\nto = {{ id = \"{id}\" }}\n");
        }
    }
    let folder = Folder::new();
    folder.write("policy.toml", &policy);
    folder.write("schema.toml", RECORDS);
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    let records = read("search-records.json");
    let record = |id: &Value| {
        let found =
            records.as_array().unwrap().iter().find(|record| id.as_str() == Some(&*record["id"].to_string()));
        let found = found.unwrap();
        serde_json::json!({ "department": found["department"], "owner": found["owner"] })
    };
    let ask = |path: &str, question: &Value| {
        let answer = casemate.post(path, SECRET, &question.to_string()).unwrap();
        assert_eq!(answer.status, 200, "{path} {question}: {}", answer.body);
        answer.json()
    };
    let searches = read("search-subject-results.json");
    let searches = searches["evaluation"].as_array().unwrap();
    assert!(searches.len() >= 60);
    for vector in searches {
        let mut question = vector["request"].clone();
        question["resource"]["properties"] = record(&question["resource"]["id"]);
        let ids = |results: &Value| -> BTreeSet<String> {
            let results = results["results"].as_array().unwrap().iter();
            results.map(|subject| subject["id"].as_str().unwrap().to_owned()).collect()
        };
        let found = ids(&ask("/access/v1/search/subject", &question));
        assert_eq!(found, ids(&vector["expected"]), "{question}");
        for user in users.as_array().unwrap() {
            question["subject"]["id"] = user["id"].clone();
            let decision = &ask("/access/v1/evaluation", &question)["decision"];
            assert_eq!(*decision, found.contains(user["id"].as_str().unwrap()), "{question}");
        }
    }
    // Once the records are registered, nobody need say what they are, and they are found by who may do something with them.
    let items: Vec<Value> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let id = found["id"].to_string();
            let attributes = record(&Value::from(&*id));
            serde_json::json!({ "type": "record", "id": id, "attributes": attributes })
        })
        .collect();
    let written = ask("/api/v1/resources/batch", &serde_json::json!({ "items": items }));
    assert_eq!(written["created"], items.len());
    let mut expected: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for vector in searches {
        let question = &vector["request"];
        let found = ask("/access/v1/search/subject", question);
        let ids: BTreeSet<&str> = found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|subject| subject["id"].as_str().unwrap())
            .collect();
        for user in users.as_array().unwrap() {
            let id = user["id"].as_str().unwrap();
            let of_user = (id.to_owned(), question["action"]["name"].as_str().unwrap().to_owned());
            let of_user = expected.entry(of_user).or_default();
            let wanted = vector["expected"]["results"].as_array().unwrap();
            assert_eq!(ids.contains(id), wanted.iter().any(|subject| subject["id"] == id), "{question}");
            if ids.contains(id) {
                of_user.insert(question["resource"]["id"].as_str().unwrap().to_owned());
            }
        }
    }
    for ((user, action), expected) in expected {
        let question = serde_json::json!({ "subject": { "type": "user", "id": user }, "action": { "name": action },
            "resource": { "type": "record" }, "page": { "limit": 1_000 } });
        let found = ask("/access/v1/search/resource", &question);
        let ids = found["results"].as_array().unwrap().iter();
        let ids: BTreeSet<String> = ids.map(|resource| resource["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, expected, "{question}");
    }
}
