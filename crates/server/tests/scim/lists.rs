//! Lists: filtered, sorted, by the page.

use casemate_store::{Commit, Operation, UserRecord};
use serde_json::{Value, json};

use crate::client::{ENTERPRISE, Scim};

async fn people(scim: &Scim) {
    for (name, title, active) in
        [("ada", "z", true), ("Bob", "y", false), ("carol", "x", true), ("dave", "", true)]
    {
        let mut user = json!({
            "userName": name, "externalId": format!("E-{name}"), "active": active,
            "emails": [{"value": format!("{name}@work.example"), "type": "work"}, {"value": format!("{name}@home.example"), "type": "home"}],
            (ENTERPRISE): {"department": if active { "Engines" } else { "Sales" }},
        });
        if !title.is_empty() {
            user["title"] = json!(title);
        }
        scim.user(user).await;
    }
}

pub(crate) async fn filters_find_whom_they_describe(scim: Scim) {
    people(&scim).await;
    let found = async |filter: &str| {
        scim.listed(&format!("GET /Users?sortBy=userName&filter={filter}"), "userName").await.join(" ")
    };
    for (filter, expected) in [
        (r#"userName eq "BOB""#, "Bob"),
        (r#"externalId eq "E-ada""#, "ada"),
        (r#"externalId eq "e-ada""#, ""),
        (r#"userName eq "ada" and active eq true"#, "ada"),
        (r#"userName eq "ada" and active eq false"#, ""),
        (r#"userName eq "ada" or userName eq "dave""#, "ada dave"),
        (r#"not (userName eq "ada") and active eq True"#, "carol dave"),
        (r#"emails.value eq "CAROL@work.example""#, "carol"),
        (r#"emails[type eq "home" and value sw "dave@"]"#, "dave"),
        (r#"emails[type eq "home" and value co "work"]"#, ""),
        (r#"title pr"#, "ada Bob carol"),
        (r#"title ge "y""#, "ada Bob"),
        (r#"active eq "False""#, "Bob"),
        (r#"meta.lastModified gt "2020-01-01T00:00:00Z""#, "ada Bob carol dave"),
        (r#"meta.created lt "2020-01-01T00:00:00Z""#, ""),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "sales""#, "Bob"),
        (r#"id eq "usr_none""#, ""),
        (r#"userName eq "ada" and userName eq "bob""#, ""),
        (r#"externalId eq "E-ada" and externalId eq "E-Bob""#, ""),
    ] {
        assert_eq!(found(filter).await, expected, "{filter}");
    }
    let ids = scim.listed("GET /Users?filter=userName eq \"ada\"", "id").await;
    assert_eq!(found(&format!("id eq \"{}\"", ids[0])).await, "ada");
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "title eq \"x\"",
        "attributes": ["userName"],
    });
    for path in ["/Users/.search", "/.search"] {
        let answer = scim.send(&format!("POST {path}"), Some(search.clone())).await;
        assert_eq!(answer.body["totalResults"], 1, "{}", answer.text);
        assert_eq!(answer.body["Resources"][0]["userName"], "carol");
        assert_eq!(answer.body["Resources"][0].get("title"), None);
    }
    scim.group("Ops", &[]).await;
    let both = scim.send("GET ?filter=userName eq \"ada\" or displayName eq \"ops\"", None).await;
    assert_eq!(both.body["totalResults"], 2, "{}", both.text);
    assert_eq!(both.body["Resources"][1]["displayName"], "Ops");
}

pub(crate) async fn lists_are_sorted_and_paged(scim: Scim) {
    people(&scim).await;
    let listed = async |query: &str| scim.listed(&format!("GET /Users?{query}"), "userName").await.join(" ");
    for (query, expected) in [
        ("sortBy=userName", "ada Bob carol dave"),
        ("sortBy=userName&sortOrder=descending", "dave carol Bob ada"),
        ("sortBy=title", "carol Bob ada dave"),
        ("sortBy=title&sortOrder=descending&count=2", "dave ada"),
        ("sortBy=meta.created", "ada Bob carol dave"),
        ("sortBy=userName&startIndex=2&count=2", "Bob carol"),
        ("sortBy=title&startIndex=2&count=2", "Bob ada"),
        ("sortBy=userName&startIndex=0&count=1", "ada"),
        ("startIndex=9", ""),
        ("sortBy=userName&filter=active eq true&startIndex=2&count=1", "carol"),
        ("sortBy=userName&filter=title pr&startIndex=2", "Bob carol"),
    ] {
        assert_eq!(listed(query).await, expected, "{query}");
    }
    for (query, total, on_page) in [
        ("count=2", 4, 2),
        ("count=0", 4, 0),
        ("count=-1", 4, 0),
        ("filter=title pr&count=1", 3, 1),
        ("count=5000", 4, 4),
    ] {
        let answer = scim.send(&format!("GET /Users?{query}"), None).await.body;
        assert_eq!(
            (&answer["totalResults"], &answer["itemsPerPage"]),
            (&json!(total), &json!(on_page)),
            "{query}"
        );
        assert_eq!(answer["startIndex"], 1);
    }
}

pub(crate) async fn pages_go_by_cursor(scim: Scim) {
    people(&scim).await;
    for (query, expected) in [
        ("sortBy=userName&count=3", "ada Bob carol dave"),
        ("sortBy=userName&sortOrder=descending&count=1", "dave carol Bob ada"),
        ("sortBy=userName&count=1&filter=title pr", "ada Bob carol"),
        ("count=100", "ada Bob carol dave"),
    ] {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        for page in 0.. {
            assert!(page < 10, "{query}: it ends");
            let answer = scim.send(&format!("GET /Users?{query}&cursor={cursor}"), None).await.body;
            let resources = answer["Resources"].as_array().unwrap();
            names.extend(resources.iter().map(|user| user["userName"].as_str().unwrap().to_owned()));
            match answer["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(names.join(" "), expected, "{query}");
    }
    let first = scim.send("GET /Users?count=1&cursor=", None).await.body;
    let next = first["nextCursor"].as_str().unwrap();
    // How many there are is counted once.
    let second = scim.send(&format!("GET /Users?count=1&cursor={next}"), None).await.body;
    assert_eq!((&first["totalResults"], second.get("totalResults")), (&json!(4), None));
    for query in ["cursor=nonsense", &format!("filter=title pr&cursor={next}")] {
        let refused = scim.send(&format!("GET /Users?{query}"), None).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["scimType"]),
            (400, &json!("invalidCursor")),
            "{query}"
        );
    }
}

pub(crate) async fn attributes_are_chosen(scim: Scim) {
    people(&scim).await;
    let user = scim.listed("GET /Users?filter=userName eq \"ada\"", "id").await.remove(0);
    let get = async |query: &str| scim.send(&format!("GET /Users/{user}?{query}"), None).await.body;
    let chosen = get("attributes=userName,emails.value").await;
    let expected = json!({
        "schemas": chosen["schemas"], "id": user, "userName": "ada",
        "emails": [{"value": "ada@work.example"}, {"value": "ada@home.example"}],
    });
    assert_eq!(chosen, expected);
    let left = get("excludedAttributes=emails,id").await;
    assert_eq!((left.get("emails"), &left["id"], &left["title"]), (None, &json!(user), &json!("z")));
    let group = scim.group("Ops", &[&user]).await;
    let listed = scim.send("GET /Groups?excludedAttributes=members", None).await.body;
    assert_eq!((&listed["Resources"][0]["id"], listed["Resources"][0].get("members")), (&json!(group), None));
    let both = scim.send(&format!("GET /Users/{user}?attributes=id&excludedAttributes=id"), None).await;
    assert_eq!(both.body["scimType"], "invalidValue");
}

pub(crate) async fn what_is_no_query_is_refused(scim: Scim) {
    for (query, kind) in [
        ("filter=userName", "invalidFilter"),
        ("filter=shoeSize eq \"4\"", "invalidFilter"),
        ("filter=groups.display eq \"x\"", "invalidFilter"),
        ("filter=groups.value eq \"g1\" and groups.value eq \"g2\"", "invalidFilter"),
        ("sortBy=shoeSize", "invalidPath"),
        ("sortOrder=up", "invalidValue"),
        ("startIndex=first", "invalidValue"),
        ("count=many", "invalidCount"),
        ("startIndex=99999999", "tooMany"),
    ] {
        let answer = scim.send(&format!("GET /Users?{query}"), None).await;
        assert_eq!((answer.status.as_u16(), &answer.body["scimType"]), (400, &Value::from(kind)), "{query}");
        assert!(!answer.body["detail"].as_str().unwrap().is_empty());
    }
    let search = scim.send("POST /Users/.search", Some(json!({"filter": "userName pr"}))).await;
    assert_eq!(search.body["scimType"], "invalidSyntax");
}

pub(crate) async fn what_no_index_answers_is_looked_for_among_a_bounded_number(scim: Scim) {
    let user = |number: usize| UserRecord {
        id: format!("usr_{number}"),
        tenant: "default".into(),
        provider: "corp".into(),
        login: format!("user{number}"),
        active: number == 7,
        attributes: "{}".into(),
        created_at: 1,
        ..UserRecord::default()
    };
    let put = |number| Operation::PutUser { user: Box::new(user(number)), expected: Some(0) };
    let change = Commit {
        base: None,
        at: 1,
        actor: Default::default(),
        summary: "many users".into(),
        operations: (0..20_001).map(put).collect(),
        events: Vec::new(),
        fence: None,
    };
    scim.server.app.store.commit(change).await.unwrap();
    for query in ["filter=title pr", "sortBy=title"] {
        let answer = scim.send(&format!("GET /Users?{query}"), None).await;
        assert_eq!((answer.status.as_u16(), &answer.body["scimType"]), (400, &json!("tooMany")), "{query}");
    }
    // What an index answers is found among any number, and the cure that the refusal names works.
    for query in ["filter=userName eq \"USER7\"", "filter=active eq true and not (title pr)"] {
        assert_eq!(scim.listed(&format!("GET /Users?{query}"), "id").await, ["usr_7"], "{query}");
    }
    let page = scim.send("GET /Users?filter=title pr&cursor=", None).await.body;
    assert!(page["nextCursor"].is_string() && page["Resources"].as_array().unwrap().is_empty(), "{page}");
    let total = scim.send("GET /Users?startIndex=20001", None).await.body;
    assert_eq!((&total["totalResults"], &total["itemsPerPage"]), (&json!(20_001), &json!(1)));
}
