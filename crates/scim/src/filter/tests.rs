use serde_json::{Map, Value, json};

use super::*;

fn ada() -> Map<String, Value> {
    let ada = json!({
        "id": "usr_1", "externalId": "E-1", "userName": "Ada@Example.com", "active": true, "title": "",
        "name": {"familyName": "Lovelace", "givenName": "Ada"},
        "emails": [
            {"value": "ada@example.com", "type": "work", "primary": true},
            {"value": "countess@home.example", "type": "home"},
        ],
        "meta": {"lastModified": "2026-01-02T03:04:05.000006Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Engines"},
    });
    ada.as_object().unwrap().clone()
}

fn fits(filter: &str) -> bool {
    Filter::parse(ResourceType::User, filter)
        .unwrap_or_else(|error| panic!("{filter}: {error}"))
        .matches(&ada())
}

#[test]
fn comparisons_fit_as_the_standard_says() {
    for filter in [
        r#"userName eq "ada@example.com""#,
        r#"USERNAME Eq "ADA@EXAMPLE.COM""#,
        r#"externalId eq "E-1""#,
        r#"externalId ne "e-1""#,
        r#"name.familyName co "LOVE""#,
        r#"userName sw "ada" and userName ew ".com""#,
        r#"active eq true"#,
        r#"active eq "True""#,
        r#"active ne False"#,
        r#"title ne "x""#,
        r#"title eq null"#,
        r#"userName ne null"#,
        r#"not (title pr)"#,
        r#"not(title pr)"#,
        r#"emails pr"#,
        r#"emails co "countess""#,
        r#"emails.type eq "home""#,
        r#"emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[not (type eq "work")]"#,
        r#"meta.lastModified gt "2026-01-02T03:04:05Z""#,
        r#"meta.lastModified eq "2026-01-02T04:04:05.000006+01:00""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "engines""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName gt "a""#,
        // `and` binds closer than `or`.
        r#"title pr and title pr or userName pr"#,
        r#"userName pr or title pr and title pr"#,
        r#"  userName   pr  "#,
    ] {
        assert!(fits(filter), "{filter}");
    }
    for filter in [
        r#"externalId eq "e-1""#,
        r#"userName eq "ada""#,
        r#"(userName pr or title pr) and title pr"#,
        r#"emails[type eq "home" and value co "@example.com"]"#,
        r#"not (userName pr)"#,
        r#"title gt "a""#,
        r#"emails[type eq "other"]"#,
        r#"nickName eq "x""#,
    ] {
        assert!(!fits(filter), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused_with_its_place() {
    for (filter, told) in [
        ("", "byte 0"),
        ("userName", "operator"),
        ("userName eq", "value"),
        ("userName eq ada", "in quotes"),
        ("userName is \"x\"", "`is`"),
        ("userName eq \"x", "no end"),
        ("userName eq \"\\x\"", "JSON string"),
        ("shoeSize eq \"4\"", "`shoeSize`"),
        ("department eq \"x\"", "`department`"),
        ("name eq \"x\"", "`name`"),
        ("active gt true", "eq or ne"),
        ("active eq 1", "true or false"),
        ("meta.created co \"x\"", "a time"),
        ("meta.created gt \"yesterday\"", "RFC 3339"),
        ("emails[type eq \"work\"", "`]`"),
        ("emails[shoe eq \"work\"]", "`shoe`"),
        ("emails[emails[type pr]]", "`emails`"),
        ("userName[value pr]", "`[`"),
        ("(userName pr", "`)`"),
        ("userName pr)", "byte 11"),
        ("userName pr userName pr", "byte 12"),
        ("not userName pr", "`not`"),
        ("userName pr and", "byte 15"),
        ("userName eq \"a\" ; drop", "`;`"),
    ] {
        let error = Filter::parse(ResourceType::User, filter).unwrap_err();
        assert_eq!(error.kind, Some(ScimType::InvalidFilter), "{filter}");
        assert!(error.detail.contains(told), "{filter}: {}", error.detail);
    }
}

#[test]
fn filters_are_bounded() {
    let refused = |filter: String| Filter::parse(ResourceType::User, &filter).unwrap_err().detail;
    let deep = |depth: usize| format!("{}userName pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(ResourceType::User, &deep(MAX_DEPTH)).is_ok());
    assert!(refused(deep(MAX_DEPTH + 1)).contains("deeper"));
    assert!(refused(deep(4_000)).contains("deeper"));
    assert!(refused(vec!["id pr"; MAX_TERMS + 1].join(" or ")).contains("comparisons"));
    assert!(refused(format!("id eq \"{}\"", "x".repeat(MAX_FILTER_BYTES))).contains("bytes"));
}

#[test]
fn what_an_index_may_answer_is_found() {
    let filter = |text| Filter::parse(ResourceType::Group, text).unwrap();
    let both = filter(r#"displayName eq "Ops" and members.value eq "usr_1""#);
    assert_eq!(both.required_text("displayName"), Some("Ops"));
    assert_eq!(both.required_text("members.value"), Some("usr_1"));
    assert!(!both.clone().without("members.value").mentions("members"));
    let inside = filter(r#"members[value eq "usr_1"] and id eq "grp_1""#);
    assert_eq!(inside.required_text("members.value"), Some("usr_1"));
    assert!(!inside.clone().without("members.value").mentions("members"));
    for other in
        [r#"displayName eq "Ops" or id eq "x""#, r#"not (displayName eq "Ops")"#, r#"displayName sw "Ops""#]
    {
        assert_eq!(filter(other).required_text("displayName"), None, "{other}");
    }
    let typed = filter(r#"members[value eq "usr_1" and type eq "User"]"#);
    assert!(typed.without("members.value").mentions("members"), "it says more than the value");
}

#[test]
fn over_several_types_an_attribute_that_one_has_not_has_no_value() {
    let group = json!({"displayName": "Ops"});
    let fits = |text| {
        Filter::parse_for_several(ResourceType::Group, text).unwrap().matches(group.as_object().unwrap())
    };
    assert!(fits(r#"userName eq "x" or displayName eq "ops""#));
    assert!(fits(r#"not (userName pr)"#));
    assert!(!fits(r#"emails[type eq "work"]"#));
    assert!(!fits(r#"userName eq "x""#));
}

#[test]
fn only_the_comparison_that_is_seen_to_is_left_out() {
    for (text, name, taken, rest) in [
        (
            r#"groups.value eq "g1" and groups.value eq "g2""#,
            "groups.value",
            "g1",
            Some(r#"groups.value eq "g2""#),
        ),
        (
            r#"groups.value eq "g1" and groups[value eq "g2"]"#,
            "groups.value",
            "g1",
            Some(r#"groups[value eq "g2"]"#),
        ),
        (r#"groups[value eq "g1"] and title pr"#, "groups.value", "g1", Some("title pr")),
        (r#"userName eq "ada" and userName eq "bob""#, "userName", "ada", Some(r#"userName eq "bob""#)),
        (
            r#"(title pr and userName eq "ada") and userName eq "bob""#,
            "userName",
            "ada",
            Some(r#"title pr and userName eq "bob""#),
        ),
        // Whoever says more of the group than its id is not understood by who looks it up, and stays.
        (
            r#"groups[value eq "g1" and display eq "x"]"#,
            "groups.value",
            "g1",
            Some(r#"groups[value eq "g1" and display eq "x"]"#),
        ),
        (r#"userName eq "ada""#, "userName", "ada", None),
    ] {
        let filter = Filter::parse(ResourceType::User, text).unwrap();
        assert_eq!(filter.required_text(name), Some(taken), "{text}");
        let rest = rest.map(|rest| flat(Filter::parse(ResourceType::User, rest).unwrap()));
        assert_eq!(flat(filter.without(name)), rest.unwrap_or_default(), "{text}");
    }
}

/// All that a filter asks for together, in order.
fn flat(filter: Filter) -> Vec<Filter> {
    match filter {
        Filter::All(filters) => filters.into_iter().flat_map(flat).collect(),
        filter => vec![filter],
    }
}
