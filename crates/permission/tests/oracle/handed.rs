//! Random cases with the engine's answers, written for other languages that carry the engine.

use std::cell::RefCell;

use casemate_permission::{Decision, FilterAnswer, FilterError};
use serde_json::{Value, json};

use super::agreement::Case;
use super::engine::Asked;
use super::json::Json;
use super::runs::House;
use super::{generate, policy, runs};

/// The environment variable that names the file.
const FILE: &str = "CASEMATE_CASES";

/// The question as JSON text, so that no reader's numbers change it.
fn question(request: &policy::Request) -> String {
    let own = [("type", &request.resource.kind), ("id", &request.resource.id)];
    let mut resource: Vec<(String, Json)> =
        own.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value).clone()?))).collect();
    resource.push(("properties".to_owned(), Json::Map(request.resource.attributes.clone())));
    let texts = |texts: &[String]| Json::List(texts.iter().map(Json::text).collect());
    let map = |members: Vec<(&str, Json)>| {
        Json::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let mut members = vec![
        (
            "identity",
            map(vec![
                ("provider", Json::text("directory")),
                ("type", Json::text(request.identity_type)),
                ("id", Json::text(&request.identity_id)),
                ("tenant", request.tenant.as_ref().map_or(Json::Null, Json::text)),
                ("groups", texts(&request.groups)),
                ("claims", Json::Map(request.claims.clone())),
            ]),
        ),
        (
            "action",
            map(vec![
                ("name", Json::text(&request.name)),
                ("properties", Json::Map(request.action_properties.clone())),
            ]),
        ),
        ("context", Json::Map(request.context.clone())),
    ];
    if request.resource != policy::Resource::UNKNOWN {
        members.push(("resource", Json::Map(resource)));
    }
    map(members).to_string()
}

fn grants(permissions: &[policy::Permission]) -> String {
    let entry = |permission: &policy::Permission| {
        let time = |time: Option<i64>| time.map_or(Json::Null, Json::Int);
        let origin = vec![("kind", "role"), ("name", "role")];
        let origin = origin.into_iter().map(|(name, word)| (name.to_owned(), Json::text(word))).collect();
        Json::Map(vec![
            ("permission".to_owned(), permission.json()),
            ("origin".to_owned(), Json::Map(origin)),
            ("from".to_owned(), time(permission.from)),
            ("until".to_owned(), time(permission.until)),
        ])
    };
    Json::List(permissions.iter().map(entry).collect()).to_string()
}

fn decided(decision: &Decision<'_>) -> Value {
    json!({
        "effect": decision.effect.name(),
        "reason": decision.reason.code(),
        "permission": decision.permission.map(|permission| permission.as_json()),
    })
}

fn filtered(answer: &Result<FilterAnswer<'_>, FilterError>) -> Value {
    match answer {
        Ok(answer) => {
            let mut json = decided(&answer.decision);
            json["filter"] = answer.filter.as_ref().map(|filter| filter.whole().to_json()).into();
            json
        }
        Err(error) => json!({"refused": error.to_string()}),
    }
}

fn case(number: usize, case: &Case<'_>, part: policy::Resource) -> Value {
    let set = case.set();
    // Over the wire the requested name is the action's.
    let whole = policy::Request { action: case.request.name.clone(), ..case.request.clone() };
    let part = policy::Request { resource: part, ..whole.clone() };
    let (asked, open) = (Asked::new(&whole), Asked::new(&part));
    json!({
        "catalog": number,
        "grants": grants(&case.permissions),
        "now": whole.now.to_string(),
        "question": question(&whole),
        "check": decided(&set.check(&asked.request())),
        "sentence": set.explain(&asked.request()).sentence(),
        "part": question(&part),
        "check_part": decided(&set.check_partial(&open.request())),
        "filter": filtered(&set.filter(&open.request())),
    })
}

/// So many cases as JSON, with the schemas that they are of.
fn cases(count: u32) -> Value {
    let houses: RefCell<Vec<(*const House, Vec<String>)>> = RefCell::default();
    let written = RefCell::new(Vec::new());
    runs::each_case(count, |house, choices| {
        let drawn = Case::draw(house, choices);
        let part = generate::partly(choices, &drawn.request.resource);
        let mut houses = houses.borrow_mut();
        let number = houses.iter().position(|(known, _)| std::ptr::eq(*known, house)).unwrap_or_else(|| {
            houses.push((house, house.applications.iter().map(policy::toml).collect()));
            houses.len() - 1
        });
        written.borrow_mut().push(case(number, &drawn, part));
        Ok(())
    });
    let schemas: Vec<Vec<String>> = houses.into_inner().into_iter().map(|(_, schemas)| schemas).collect();
    json!({"seed": runs::seed_number().to_string(), "catalogs": schemas, "cases": written.into_inner()})
}

/// Of every kind of answer there are enough, and where a file is named it holds them.
#[test]
fn cases_are_handed_to_other_languages() {
    let cases = cases(4_000);
    let list = cases["cases"].as_array().unwrap();
    let count =
        |answer: &str, effect: &str| list.iter().filter(|case| case[answer]["effect"] == effect).count();
    for (answer, effect) in
        [("check", "allowed"), ("check", "denied"), ("filter", "conditional"), ("check_part", "conditional")]
    {
        assert!(count(answer, effect) > 40, "{answer} {effect}: {}", count(answer, effect));
    }
    for case in list.iter().take(200) {
        for text in [&case["question"], &case["part"], &case["grants"]] {
            casemate_expression::Datum::from_json(text.as_str().unwrap()).unwrap();
        }
    }
    if let Some(file) = std::env::var_os(FILE) {
        std::fs::write(file, cases.to_string()).unwrap();
    }
}
