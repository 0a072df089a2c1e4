//! Lists in another order, and whole lists as comma-separated values.

use serde_json::json;

use crate::support::{Answer, Server};

fn names(answer: &Answer) -> Vec<&str> {
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_read_in_the_order_that_was_asked_for() {
    let server = Server::start().await;
    for name in ["b", "c", "a"] {
        server.make("/api/v1/service-accounts", &json!({ "name": name })).await;
    }
    let path = "GET /api/v1/service-accounts";
    let list = async |query: &str| server.admin(&format!("{path}{query}"), None).await;
    for (sort, expected) in [
        ("", ["b", "c", "a"]),
        ("?sort=created_at", ["b", "c", "a"]),
        ("?sort=-created_at", ["a", "c", "b"]),
        ("?sort=-updated_at", ["a", "c", "b"]),
        ("?sort=name", ["a", "b", "c"]),
        ("?sort=-name", ["c", "b", "a"]),
    ] {
        assert_eq!(names(&list(sort).await), expected, "{sort}");
    }
    let first = list("?sort=name&limit=2").await;
    let next = first.body["next"].as_str().unwrap();
    assert_eq!(names(&list(&format!("?sort=name&limit=2&after={next}")).await), ["c"]);
    let other = list(&format!("?sort=-name&limit=2&after={next}")).await;
    assert_eq!((other.status.as_u16(), other.code()), (400, "malformed_query"), "a place in another order");
    for wrong in ["?sort=title", "?sort=", "?sort=name&sort=name"] {
        assert_eq!(list(wrong).await.code(), "malformed_query", "{wrong}");
    }
    let search = json!({ "sort": "-name", "limit": 2 });
    let found = server.admin("POST /api/v1/service-accounts/search", Some(&search)).await;
    assert_eq!(names(&found), ["c", "b"]);
    let wrong = server.admin("POST /api/v1/service-accounts/search", Some(&json!({ "sort": "id" }))).await;
    assert_eq!(wrong.status.as_u16(), 422, "{}", wrong.text);
}

#[tokio::test]
async fn a_whole_list_is_saved_as_comma_separated_values_without_formulas() {
    let server = Server::start().await;
    let mut roles = String::from("format = 1\n");
    for number in 0..2_500 {
        roles.push_str(&format!("[[role]]\nname = \"r{number:04}\"\npermissions = []\n"));
    }
    let apply = json!({ "origin": "git", "files": { "roles.toml": roles } });
    let applied = server.admin("POST /api/v1/policy/apply", Some(&apply)).await;
    assert!(applied.status.is_success(), "{}", applied.text);
    let hostile = json!({ "name": "=cmd|' /C calc'!A0", "title": "+1, \"two\"", "permissions": [] });
    server.make("/api/v1/roles", &hostile).await;
    let csv = [("accept", "text/csv")];
    let whole = server.send("GET /api/v1/roles?sort=name", Some("administrator"), &csv, None).await;
    assert_eq!(whole.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(whole.header("content-disposition"), "attachment; filename=\"listRoles.csv\"");
    let lines: Vec<&str> = whole.text.split("\r\n").collect();
    let header = "id,tenant,name,origin,revision,created_at,updated_at,title,description,extends,permissions";
    assert_eq!((lines[0], lines.len()), (header, 1 + 3 + 2_500 + 1 + 1), "with the header and the end");
    assert!(lines[1].contains(",\"'=cmd|' /C calc'!A0\","), "{}", lines[1]);
    assert!(lines[1].contains(",\"'+1, \"\"two\"\"\","), "{}", lines[1]);
    for line in &lines[1..lines.len() - 1] {
        assert!(!line.split(',').any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{line}");
    }
    let json = server.send("GET /api/v1/roles", Some("administrator"), &[("accept", "*/*")], None).await;
    assert_eq!((json.header("content-type"), json.header("vary")), ("application/json", "accept"));
    for query in ["?limit=10", "?after=x"] {
        let path = format!("GET /api/v1/roles{query}");
        let refused = server.send(&path, Some("administrator"), &csv, None).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "malformed_query"));
    }
    let search = json!({ "filters": { "name": "r0007" } });
    let found = server.send("POST /api/v1/roles/search", Some("administrator"), &csv, Some(&search)).await;
    assert_eq!(found.text.lines().count(), 2, "{}", found.text);
    let refused = server.send("GET /api/v1/roles", Some("nobody"), &csv, None).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));

    server
        .make(
            "/api/v1/assignments",
            &json!({ "role": "r0001", "to": { "provider": "credential", "id": "x" } }),
        )
        .await;
    let held = server.send("GET /api/v1/assignments", Some("administrator"), &csv, None).await;
    let lines: Vec<&str> = held.text.lines().collect();
    assert!(
        lines[0].ends_with(",reason,granted.provider,granted.type,granted.id,granted.at"),
        "{}",
        lines[0]
    );
    assert!(lines[1].contains(",r0001,,credential,,x,"), "{}", lines[1]);
    assert!(lines[1].contains(",credential,service,administrator,"), "{}", lines[1]);
}
