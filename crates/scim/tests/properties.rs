//! Properties of filters, patches and projections on many cases.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot prepare has failed")]

use casemate_scim::filter::Filter;
use casemate_scim::{Draft, Patch, Projection, Resource, ResourceType, Target};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A filter as text, and whether it fits a user with a userName and without a title.
#[derive(Debug, Clone)]
enum Case {
    Term(bool),
    Not(Box<Case>),
    All(Vec<Case>),
    Any(Vec<Case>),
}

impl Case {
    fn fits(&self) -> bool {
        match self {
            Case::Term(fits) => *fits,
            Case::Not(case) => !case.fits(),
            Case::All(cases) => cases.iter().all(Case::fits),
            Case::Any(cases) => cases.iter().any(Case::fits),
        }
    }

    /// With no more brackets than precedence needs.
    fn text(&self) -> String {
        let join = |cases: &[Case], word: &str, is_bracketed: fn(&Case) -> bool| {
            let text = |case: &Case| match is_bracketed(case) {
                true => format!("({})", case.text()),
                false => case.text(),
            };
            cases.iter().map(text).collect::<Vec<_>>().join(word)
        };
        match self {
            Case::Term(true) => "userName eq \"ADA\"".to_owned(),
            Case::Term(false) => "title pr".to_owned(),
            Case::Not(case) => format!("not ({})", case.text()),
            Case::All(cases) => join(cases, " and ", |case| matches!(case, Case::Any(_))),
            Case::Any(cases) => join(cases, " or ", |_| false),
        }
    }
}

fn cases() -> impl Strategy<Value = Case> {
    any::<bool>().prop_map(Case::Term).prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|case| Case::Not(Box::new(case))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Case::All),
            prop::collection::vec(inner, 2..4).prop_map(Case::Any),
        ]
    })
}

fn ada() -> Map<String, Value> {
    json!({"userName": "ada"}).as_object().unwrap().clone()
}

/// Values that clients may send, right and wrong.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..9i64).prop_map(Value::from),
        prop_oneof!["work", "False", "usr_1", "", "[a-z]{1,6}"].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let names = prop_oneof![
            Just("value"),
            Just("TYPE"),
            Just("primary"),
            Just("familyName"),
            Just("userName"),
            Just("emails"),
            Just("emails[type eq \"work\"].value"),
            Just("name.givenName"),
            Just("unknown"),
            Just("manager"),
            Just("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map(names.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn paths() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("emails")),
        Just(json!("name")),
        Just(json!("name.familyName")),
        Just(json!("active")),
        Just(json!("emails[type eq \"work\"]")),
        Just(json!("emails[primary eq true].value")),
        Just(json!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager")),
        Just(json!("addresses")),
        Just(json!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")),
        Just(json!("userName")),
    ]
}

/// What is kept of a resource is what would be read of it.
fn assert_canonical(resource: &Resource) {
    let document = Value::Object(resource.to_json("usr_1", Map::new()));
    let again = Draft::read(resource.kind, &document).expect("what is canonical can be read");
    assert_eq!(again.resource, *resource);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn filters_bind_as_the_standard_says(case in cases()) {
        let text = case.text();
        // Beyond the bounds a filter is refused, and never answered wrongly.
        if let Ok(filter) = Filter::parse(ResourceType::User, &text) {
            prop_assert_eq!(filter.matches(&ada()), case.fits(), "{}", text);
        }
    }

    #[test]
    fn whatever_is_sent_is_read_or_refused(text in "[a-zA-Z.:\\[\\]()\" eqpr\\\\]{0,60}") {
        let _ = Filter::parse(ResourceType::User, &text);
        let _ = Target::find(ResourceType::User, &text);
        let _ = Projection::read(ResourceType::User, &[text], &[]);
    }

    #[test]
    fn a_patched_user_is_canonical(
        operations in prop::collection::vec((prop_oneof!["add", "Replace", "remove"], paths(), values()), 1..5),
    ) {
        let operations: Vec<Value> = operations
            .into_iter()
            .map(|(op, path, value)| json!({"op": op, "path": path, "value": value}))
            .collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations,
        });
        let user = json!({
            "userName": "ada", "name": {"familyName": "L"},
            "emails": [{"value": "a", "type": "work", "primary": true}, {"value": "b"}],
        });
        let user = Resource { kind: ResourceType::User, attributes: user.as_object().unwrap().clone() };
        if let Ok(patch) = Patch::read(ResourceType::User, &body)
            && let Ok(patched) = patch.apply(&user)
        {
            assert_canonical(&patched.resource);
        }
    }
}
