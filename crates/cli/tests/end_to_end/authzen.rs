//! The rules of AuthZEN's Authorization API 1.0.

use casemate_test_support::Casemate;
use serde_json::{Value, json};

use crate::{Folder, SECRET};

const POLICY: &str = r#"
format = 1

[[role]]
name = "reader"
permissions = [{ name = "notes.read" }, { name = "notes.list", departments = ["lab"] }]

[[assignment]]
role = "reader"
to = { id = "ada" }

[[assignment]]
role = "reader"
to = { id = "eve" }

[[user]]
id = "ada"
login = "ada@example.com"
claims = { department = "lab" }

[[role]]
name = "public"
permissions = [{ name = "notes.list" }]

[[assignment]]
role = "public"
to = { type = "anonymous" }

[[credential]]
id = "gateway"
secret_sha256 = "e317a903a3d22383507c925c8efb4991823766cb4124d5457cd202f00723d349"
application = "notes"
permissions = [{ name = "casemate.decision.ask" }, { name = "casemate.decision.search" }]
"#;

const SCHEMA: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
asserted = ["department"]

[[permission]]
name = "notes.*"
[permission.properties.departments]
type = "list<string>"
when = "identity.claims.department in value"
"#;

fn start() -> (Folder, Casemate) {
    let folder = Folder::new();
    folder.write("policy.toml", POLICY);
    folder.write("schema.toml", SCHEMA);
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    (folder, casemate)
}

/// A question about `notes.read`, changed by `change`.
fn body(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({
        "subject": {"type": "user", "id": "ada"},
        "action": {"name": "notes.read"},
        "resource": {"type": "note", "id": "1"},
    });
    change(&mut body);
    body
}

fn ask(casemate: &Casemate, path: &str, body: &Value) -> (u16, Value) {
    let answer = casemate.post(path, SECRET, &body.to_string()).unwrap();
    (answer.status, answer.json())
}

fn decide(casemate: &Casemate, change: impl FnOnce(&mut Value)) -> bool {
    let (status, answer) = ask(casemate, "/access/v1/evaluation", &body(change));
    assert_eq!(status, 200, "{answer}");
    answer["decision"].as_bool().unwrap()
}

fn decisions(answer: &Value) -> Vec<bool> {
    answer["evaluations"].as_array().unwrap().iter().map(|item| item["decision"].as_bool().unwrap()).collect()
}

#[test]
fn one_question_gets_one_small_answer() {
    let (_folder, casemate) = start();
    let (status, answer) = ask(&casemate, "/access/v1/evaluation", &body(|_| ()));
    assert_eq!(
        (status, answer),
        (200, json!({"decision": true, "context": {"reason_code": "permission_allows"}}))
    );
    let (_, answer) =
        ask(&casemate, "/access/v1/evaluation", &body(|body| body["subject"]["id"] = "bob".into()));
    assert_eq!(answer, json!({"decision": false, "context": {"reason_code": "no_permission"}}));
}

#[test]
fn unknown_members_are_ignored() {
    let (_folder, casemate) = start();
    assert!(decide(&casemate, |body| {
        body["unknown"] = json!([1, {"a": null}]);
        body["subject"]["unknown"] = json!(1);
        body["action"]["unknown"] = json!("x");
        body["resource"]["unknown"] = json!({});
        body["context"] = json!({"anything": "goes"});
    }));
}

#[test]
fn the_request_id_comes_back() {
    let (_folder, casemate) = start();
    let authorization = format!("Authorization: Bearer {SECRET}");
    let send = |headers: &[&str]| {
        let fixed = ["Content-Type: application/json", &authorization];
        let body = body(|_| ()).to_string();
        let answer =
            casemate.request("POST /access/v1/evaluation", &[&fixed, headers].concat(), &body).unwrap();
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(
        send(&["X-Request-ID: bfe9eb29-ab87-4ca3-be83-a1d5d8305716"]),
        "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    );
    assert_eq!(send(&[]).len(), 32);
    let long = format!("X-Request-ID: {}", "x".repeat(129));
    assert_eq!(send(&[&long]).len(), 32, "one that is too long is replaced");
    let problem = casemate.request("POST /access/v1/evaluation", &["X-Request-ID: mine"], "").unwrap();
    assert_eq!(problem.json()["request_id"], "mine");
}

#[test]
fn what_is_no_request_is_a_problem() {
    let (_folder, casemate) = start();
    let authorization = format!("Authorization: Bearer {SECRET}");
    let good = body(|_| ()).to_string();
    for path in ["/access/v1/evaluation", "/access/v1/evaluations"] {
        let send = |kind: &str, body: &str| {
            let kind = format!("Content-Type: {kind}");
            let answer = casemate.request(&format!("POST {path}"), &[&kind, &authorization], body).unwrap();
            (answer.status, answer.json()["code"].as_str().map(str::to_owned))
        };
        let json = "application/json";
        assert_eq!(send("application/json; charset=utf-8", &good).0, 200);
        assert_eq!(send("text/plain", &good), (400, Some("wrong_content_type".into())));
        for bad in ["", "  ", "{", "[]", "7", "null", "{\"subject\":1}", "{\"a\":1,\"a\":1}", "{} {}"] {
            assert_eq!(send(json, bad), (400, Some("malformed_body".into())), "{bad}");
        }
        let without = casemate.request(&format!("POST {path}"), &[&authorization], &good).unwrap();
        assert_eq!(without.status, 400);
        for member in ["subject", "action", "resource"] {
            let lacking = body(|body| drop(body.as_object_mut().unwrap().remove(member)));
            assert_eq!(ask(&casemate, path, &lacking).0, 400, "{member}");
        }
        for (member, field) in [
            ("subject", "type"),
            ("subject", "id"),
            ("action", "name"),
            ("resource", "id"),
            ("resource", "type"),
        ] {
            let lacking = body(|body| drop(body[member].as_object_mut().unwrap().remove(field)));
            assert_eq!(ask(&casemate, path, &lacking).0, 400, "{member}.{field}");
            assert_eq!(
                ask(&casemate, path, &body(|body| body[member][field] = json!(7))).0,
                400,
                "{member}.{field}"
            );
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(send(json, &deep), (400, Some("malformed_body".into())));
        let large = format!("\"{}\"", "x".repeat(1 << 20));
        assert_eq!(send(json, &large), (413, Some("body_too_large".into())));
    }
}

#[test]
fn no_name_and_another_applications_name_are_denied_with_that_reason() {
    let (_folder, casemate) = start();
    for (name, reason) in [
        ("notes read", "invalid_name"),
        ("notes.*", "invalid_name"),
        ("", "invalid_name"),
        ("casemate.decision.ask", "outside_application"),
        ("other.read", "outside_application"),
    ] {
        let (status, answer) =
            ask(&casemate, "/access/v1/evaluation", &body(|body| body["action"]["name"] = name.into()));
        assert_eq!((status, &answer["decision"]), (200, &json!(false)), "{name}");
        assert_eq!(answer["context"]["reason_code"], reason, "{name}");
    }
}

#[test]
fn only_what_nobody_better_knows_may_be_asserted() {
    let (_folder, casemate) = start();
    let list = |subject: &str, properties: Value| {
        decide(&casemate, |body| {
            body["action"]["name"] = "notes.list".into();
            body["subject"] = json!({"type": "user", "id": subject, "properties": properties});
        })
    };
    assert!(list("ada", json!({})), "the directory knows her department");
    assert!(list("ada", json!({"department": "board"})), "and knows it better");
    assert!(!list("eve", json!({})));
    assert!(list("eve", json!({"department": "lab"})), "the application may assert it");
    assert!(!list("bob", json!({"department": "lab"})), "it is a claim, no role");
    // Members of an identity cannot be asserted: login, groups and tenant come from who knows.
    assert!(!list(
        "bob",
        json!({"login": "ada@example.com", "id": "ada", "groups": ["staff"], "tenant": "default"})
    ));
}

#[test]
fn anonymous_ignores_the_id() {
    let (_folder, casemate) = start();
    for subject in [json!({"type": "anonymous"}), json!({"type": "anonymous", "id": "ada"})] {
        assert!(decide(&casemate, |body| {
            body["action"]["name"] = "notes.list".into();
            body["subject"] = subject.clone();
        }));
        assert!(!decide(&casemate, |body| body["subject"] = subject));
    }
}

#[test]
fn a_batch_without_evaluations_is_one_evaluation() {
    let (_folder, casemate) = start();
    for evaluations in [None, Some(json!([]))] {
        let body = body(|body| {
            if let Some(evaluations) = evaluations {
                body["evaluations"] = evaluations;
            }
        });
        let (status, answer) = ask(&casemate, "/access/v1/evaluations", &body);
        assert_eq!((status, &answer["decision"], answer.get("evaluations")), (200, &json!(true), None));
    }
    assert_eq!(
        ask(&casemate, "/access/v1/evaluations", &body(|body| body["evaluations"] = json!({}))).0,
        400
    );
}

#[test]
fn defaults_are_replaced_whole_and_items_answered_in_order() {
    let (_folder, casemate) = start();
    let (status, answer) = ask(
        &casemate,
        "/access/v1/evaluations",
        &body(|body| {
            body["action"]["properties"] = json!({"a": 1});
            body["evaluations"] = json!([
                {},
                {"subject": {"type": "user", "id": "bob"}},
                {"resource": {"id": "2"}},
                {"action": {"name": "notes.write"}},
                {"subject": {"type": "user", "id": "eve"}},
                7,
                {"subject": null},
            ]);
        }),
    );
    assert_eq!(status, 200);
    assert_eq!(decisions(&answer), [true, false, false, false, true, false, false]);
    let context = |item: usize| &answer["evaluations"][item]["context"];
    for incomplete in [2, 5, 6] {
        assert_eq!(context(incomplete)["reason_code"], "invalid_evaluation");
        assert_eq!(context(incomplete)["error"]["status"], 400);
    }
    assert!(context(2)["error"]["message"].as_str().unwrap().contains("resource.type"));
    assert_eq!(context(1)["reason_code"], "no_permission");
}

#[test]
fn the_three_semantics_end_where_they_should() {
    let (_folder, casemate) = start();
    let run = |semantic: Option<&str>| {
        let user = |id: &str| json!({"subject": {"type": "user", "id": id}});
        let (status, answer) = ask(
            &casemate,
            "/access/v1/evaluations",
            &body(|body| {
                body["evaluations"] = json!([user("ada"), user("bob"), user("eve"), user("bob")]);
                if let Some(semantic) = semantic {
                    body["options"] = json!({"evaluations_semantic": semantic, "unknown": true});
                }
            }),
        );
        if status == 200 { Ok(decisions(&answer)) } else { Err(status) }
    };
    let all = vec![true, false, true, false];
    assert_eq!(run(None), Ok(all.clone()));
    assert_eq!(run(Some("execute_all")), Ok(all));
    assert_eq!(run(Some("deny_on_first_deny")), Ok(vec![true, false]));
    assert_eq!(run(Some("permit_on_first_permit")), Ok(vec![true]));
    assert_eq!(run(Some("whatever")), Err(400));
}

const SEARCHES: [&str; 2] = ["/access/v1/search/subject", "/access/v1/search/action"];

#[test]
fn a_search_about_what_nobody_knows_finds_nothing() {
    let (_folder, casemate) = start();
    let found = |path: &str, change: &dyn Fn(&mut Value)| {
        let (status, answer) = ask(&casemate, path, &body(change));
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["page"]["count"], answer["results"].as_array().unwrap().len());
        assert_eq!(answer["page"]["next_token"], "", "{answer}");
        answer["results"].as_array().unwrap().len()
    };
    let [subject, action] = SEARCHES;
    assert_eq!(found(subject, &|_| ()), 2);
    assert_eq!(found(action, &|body| body["subject"]["id"] = "nobody".into()), 0);
    assert_eq!(found(action, &|body| body["subject"]["type"] = "no-type".into()), 0);
    assert_eq!(found(subject, &|body| body["subject"]["type"] = "no-type".into()), 0);
    assert_eq!(found(subject, &|body| body["action"]["name"] = "notes.unknown".into()), 0);
    assert_eq!(found(subject, &|body| body["action"]["name"] = "other.read".into()), 0);
    assert_eq!(found(subject, &|body| body["action"]["name"] = "no name".into()), 0);
    // What it is done to is nobody's list: whoever may read notes may read one that nobody has told of.
    assert_eq!(found(subject, &|body| body["resource"]["id"] = "nothing".into()), 2);
    assert_eq!(found(subject, &|body| body["unknown"] = json!({ "ignored": [1] })), 2);
}

#[test]
fn a_token_of_a_page_is_of_one_question() {
    let (_folder, casemate) = start();
    let page = |change: &dyn Fn(&mut Value)| {
        let question = body(|body| {
            body["page"] = json!({ "limit": 1 });
            change(body);
        });
        ask(&casemate, "/access/v1/search/subject", &question)
    };
    let (status, first) = page(&|_| ());
    let token = first["page"]["next_token"].clone();
    assert_eq!((status, first["results"].as_array().unwrap().len()), (200, 1), "{first}");
    assert_ne!(token, "");
    let (status, second) = page(&|body| body["page"]["token"] = token.clone());
    assert_eq!((status, second["results"].as_array().unwrap().len()), (200, 1), "{second}");
    assert_ne!(first["results"], second["results"]);
    for (member, value) in [
        ("subject", json!({ "type": "admin" })),
        ("action", json!({ "name": "notes.list" })),
        ("resource", json!({ "type": "note", "id": "2" })),
        ("context", json!({ "ip": "::1" })),
    ] {
        let (status, answer) = page(&|body| {
            body["page"]["token"] = token.clone();
            body[member] = value.clone();
        });
        assert_eq!((status, &answer["code"]), (400, &json!("malformed_query")), "{member}: {answer}");
    }
    assert_eq!(page(&|body| body["page"]["token"] = "x".into()).0, 400);
}

#[test]
fn what_is_no_search_is_a_problem_with_the_id_of_its_request() {
    let (_folder, casemate) = start();
    let authorization = format!("Authorization: Bearer {SECRET}");
    for path in SEARCHES {
        let send = |kind: &str, body: &str| {
            let headers = [&format!("Content-Type: {kind}"), &*authorization, "X-Request-ID: mine"];
            let answer = casemate.request(&format!("POST {path}"), &headers, body).unwrap();
            assert_eq!(answer.header("x-request-id"), Some("mine"));
            (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(send("application/json", &body(|_| ()).to_string()).0, 200);
        assert_eq!(send("text/plain", &body(|_| ()).to_string()), (400, "wrong_content_type".to_owned()));
        for bad in ["", "{", "[]", "null", "{\"subject\":1}", "{\"a\":1,\"a\":1}"] {
            assert_eq!(send("application/json", bad), (400, "malformed_body".to_owned()), "{path} {bad}");
        }
        for wrong in [json!([]), json!({ "limit": -1 }), json!({ "limit": "x" }), json!({ "token": 7 })] {
            let wrong = body(|body| body["page"] = wrong).to_string();
            assert_eq!(send("application/json", &wrong).0, 400, "{path} {wrong}");
        }
    }
}

#[test]
fn the_configuration_names_the_endpoints_whatever_host_is_asked() {
    let (_folder, casemate) = start();
    let path = "GET /.well-known/authzen-configuration";
    let answer = casemate.request(path, &["X-Forwarded-Host: evil.example"], "").unwrap();
    let base = format!("http://{}", casemate.address());
    assert_eq!(
        answer.json(),
        json!({
            "policy_decision_point": base,
            "access_evaluation_endpoint": format!("{base}/access/v1/evaluation"),
            "access_evaluations_endpoint": format!("{base}/access/v1/evaluations"),
            "search_subject_endpoint": format!("{base}/access/v1/search/subject"),
            "search_action_endpoint": format!("{base}/access/v1/search/action"),
            "search_resource_endpoint": format!("{base}/access/v1/search/resource"),
        })
    );
    let folder = Folder::new();
    let casemate = folder.builder().arg("--public-url=https://pdp.example.com/").start().unwrap();
    let answer = casemate.request(path, &[], "").unwrap().json();
    assert_eq!(answer["access_evaluation_endpoint"], "https://pdp.example.com/access/v1/evaluation");
}

#[test]
fn an_explanation_tells_why() {
    let (_folder, casemate) = start();
    let (status, explanation) = ask(&casemate, "/api/v1/explain", &body(|_| ()));
    assert_eq!((status, &explanation["decision"]), (200, &json!("allowed")));
    assert_eq!(explanation["matching"][0]["origin"]["name"], "reader");
    let (_, explanation) =
        ask(&casemate, "/api/v1/explain", &body(|body| body["action"]["name"] = "notes.write".into()));
    assert_eq!(
        (&explanation["decision"], &explanation["reason_code"]),
        (&json!("denied"), &json!("no_permission"))
    );
    assert_eq!(ask(&casemate, "/api/v1/explain", &json!({})).0, 400);
}

#[test]
fn the_credential_fixes_the_tenant() {
    let folder = Folder::new();
    let credential = |id: &str, secret: &str, may: &str| {
        format!(
            "[[credential]]\nid = \"{id}\"\nsecret_sha256 = \"{secret}\"\npermissions = [{{ name = \"{may}\" }}]\n"
        )
    };
    // SHA-256 of `todo-gateway-secret`, `any` and `none`.
    let own = "e317a903a3d22383507c925c8efb4991823766cb4124d5457cd202f00723d349";
    let any = "d6a7cd2a7371b1a15d543196979ff74fdb027023ebf187d5d329be11055c77fd";
    let none = "140bedbf9c3f6d56a9846d2ba7088798683f4da0c248231336e6a05679e4fdfe";
    folder.write(
        "policy.toml",
        &format!(
            "format = 1\n{}{}{}\n[[role]]\nname = \"reader\"\npermissions = [{{ name = \"notes.read\" }}]\n\
         [[assignment]]\nrole = \"reader\"\nto = {{ id = \"ada\" }}\ntenant = \"acme\"\n",
            credential("own", own, "casemate.decision.ask"),
            credential("any", any, "casemate.decision.ask-any-tenant"),
            credential("none", none, "notes.read"),
        ),
    );
    let casemate = folder.builder().policy(folder.policy()).start().unwrap();
    let ask = |secret: &str, tenant: Option<&str>| {
        let authorization = format!("Authorization: Bearer {secret}");
        let tenant = tenant.map(|tenant| format!("Casemate-Tenant: {tenant}"));
        let mut headers = vec!["Content-Type: application/json", &authorization];
        headers.extend(tenant.as_deref());
        let answer =
            casemate.request("POST /access/v1/evaluation", &headers, &body(|_| ()).to_string()).unwrap();
        match answer.status {
            200 => Ok(answer.json()["decision"].as_bool().unwrap()),
            status => Err(status),
        }
    };
    assert_eq!(ask(SECRET, None), Ok(false));
    assert_eq!(ask(SECRET, Some("default")), Ok(false));
    assert_eq!(ask(SECRET, Some("acme")), Err(403));
    assert_eq!(ask("any", Some("acme")), Ok(true));
    assert_eq!(ask("any", None), Ok(false));
    assert_eq!(ask("any", Some("")), Err(400));
    assert_eq!(ask("none", None), Err(403));
    let headers = ["Content-Type: application/json", "Authorization: Bearer none"];
    let several = format!(r#"{{"evaluations":[{}]}}"#, body(|_| ()));
    assert_eq!(casemate.request("POST /access/v1/evaluations", &headers, &several).unwrap().status, 403);
    let refused = crate::recorded(&folder.data(), &["--subject", "none"]);
    assert_eq!(refused[0]["reason"], "may_not_ask", "that they may not ask is a denial on record");
}
