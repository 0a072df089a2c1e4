//! Expressions: any text is parsed or refused with its place, and what partial evaluation leaves agrees with evaluation.
//!
//! The first line chooses what is known of the resource; the rest is the expression.
#![no_main]

use std::sync::OnceLock;

use casemate_expression::filter::sql::Dialect;
use casemate_expression::filter::{AllowDeny, Attribute, Filter, Storage};
use casemate_expression::{
    Branch, Datum, Environment, Expression, Lookup, Partial, Scalar, Scope, Type, Value, Variable,
};
use libfuzzer_sys::fuzz_target;

const DIALECTS: [Dialect; 3] = [Dialect::Postgres, Dialect::Sqlite, Dialect::MySql];

/// The first attribute's number; variables stand below.
const ATTRIBUTES: u32 = 100;

/// The attributes of a resource, each with what it may hold; beside these it may be null.
fn attributes() -> &'static [(Attribute, Vec<Datum>)] {
    static ATTRIBUTES: OnceLock<Vec<(Attribute, Vec<Datum>)>> = OnceLock::new();
    ATTRIBUTES.get_or_init(|| {
        let attribute = |name: &str, kind, storage| Attribute {
            name: name.into(),
            kind,
            nullable: true,
            column: (name == "id").then(|| "entries.id".into()),
            storage,
        };
        let text = |text: &str| Datum::String(text.into());
        let list = |items: &[Datum]| Datum::List(items.into());
        let json = |text: &str| Datum::from_json(text).expect("literal JSON");
        vec![
            (attribute("id", Type::String, None), vec![text("u1"), text(""), text("é'%_\\"), json("7")]),
            (attribute("owner", Type::String, None), vec![text("u1"), text("U1"), text("ab"), json("true")]),
            (attribute("model", Type::String, None), vec![text("a"), text("product"), text("\u{1f431}")]),
            (attribute("locked", Type::Bool, None), vec![json("true"), json("false"), text("true")]),
            (
                attribute("price", Type::Int, None),
                vec![
                    json("0"),
                    json("-1"),
                    json("9223372036854775807"),
                    json("-9223372036854775808"),
                    json("0.5"),
                ],
            ),
            (
                attribute("score", Type::Double, None),
                vec![json("0.5"), json("-0.0"), json("1e300"), json("2"), json("9007199254740993")],
            ),
            (
                attribute("created", Type::Timestamp, Some(Storage::Micros)),
                vec![text("2026-01-31T08:00:00Z"), text("1970-01-01T00:00:00.000001+02:00"), text("never")],
            ),
            (attribute("lasts", Type::Duration, None), vec![text("1h30m"), text("-0.000001s"), text("1x")]),
            (
                attribute("tags", Type::List(Scalar::String), Some(Storage::Json)),
                vec![
                    list(&[]),
                    list(&[text("a"), text("b")]),
                    list(&[text("a"), Datum::Null]),
                    list(&[json("1")]),
                    text("a"),
                ],
            ),
            (
                attribute("sizes", Type::List(Scalar::Int), Some(Storage::Array)),
                vec![list(&[]), json("[1,2,3]"), json("[0.5]"), json("[-9223372036854775808]")],
            ),
        ]
    })
}

fn variables() -> &'static [(&'static str, Type, Datum)] {
    static VARIABLES: OnceLock<Vec<(&'static str, Type, Datum)>> = OnceLock::new();
    VARIABLES.get_or_init(|| {
        let json = |text: &str| Datum::from_json(text).expect("literal JSON");
        let strings = Type::List(Scalar::String);
        vec![
            ("value", Type::Any, json("\"a\"")),
            ("names", strings, json(r#"["a","product",""]"#)),
            ("numbers", Type::List(Scalar::Int), json("[0,1,-9223372036854775808]")),
            ("now", Type::Timestamp, json("\"2026-02-01T00:00:00Z\"")),
            ("identity.id", Type::String, json("\"u1\"")),
            ("identity.tenant", Type::String, Datum::Null),
            ("identity.groups", strings, json(r#"["a","editors"]"#)),
            (
                "identity.claims",
                Type::Map,
                json(r#"{"a":1,"list":["a",1,null],"cognito:groups":["a"],"deep":{"b":true},"n":2.5}"#),
            ),
            ("action.name", Type::String, json("\"cms.entry\"")),
            (
                "context",
                Type::Map,
                json(r#"{"ip":"10.1.2.3","when":"2026-01-31T08:00:00Z","many":[1,2,3,4,5,6,7,8,9]}"#),
            ),
        ]
    })
}

fn environment() -> &'static Environment {
    static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let declared = (0_u32..)
            .zip(variables())
            .fold(Environment::new(), |declared, (id, (path, kind, _))| declared.with(path, *kind, id));
        (ATTRIBUTES..).zip(attributes()).fold(declared, |declared, (id, (attribute, _))| {
            declared.with_attribute("resource", &attribute.clone().into(), id)
        })
    })
}

/// What is known of a resource, and what it really holds.
struct Resource {
    known: Vec<bool>,
    values: Vec<Datum>,
}

impl Resource {
    /// Upper case letters are what is known already.
    fn chosen(by: &str) -> Resource {
        let mut choices = by.bytes().chain(std::iter::repeat(b'a'));
        let (mut known, mut values) = (Vec::new(), Vec::new());
        for (_, possible) in attributes() {
            let choice = choices.next().unwrap_or(b'a');
            known.push(choice.is_ascii_uppercase());
            let index = usize::from(choice.to_ascii_lowercase().wrapping_sub(b'a')) % (possible.len() + 1);
            values.push(possible.get(index).cloned().unwrap_or(Datum::Null));
        }
        Resource { known, values }
    }

    fn by_name(&self, name: &str) -> Value<'_> {
        let position = attributes().iter().position(|(attribute, _)| *attribute.name == *name);
        position.map_or(Value::Null, |position| self.values[position].as_value())
    }
}

struct Judged<'r> {
    resource: &'r Resource,
    whole: bool,
}

impl Scope for Judged<'_> {
    fn look_up(&self, variable: &Variable) -> Lookup<'_> {
        match variable.id.checked_sub(ATTRIBUTES) {
            None => Lookup::Known(variables()[variable.id as usize].2.as_value()),
            Some(index) if self.whole || self.resource.known[index as usize] => {
                Lookup::Known(self.resource.values[index as usize].as_value())
            }
            Some(_) => Lookup::Unknown,
        }
    }
}

fuzz_target!(|text: &str| {
    let Some((choices, source)) = text.split_once('\n') else { return };
    let expression = match Expression::parse(source, environment()) {
        Ok(expression) => expression,
        Err(error) => {
            assert!(!error.message.is_empty());
            assert!(source.get(error.start..error.end).is_some(), "{}..{}: {error}", error.start, error.end);
            return;
        }
    };
    assert!(Expression::parse(source, environment()).as_ref() == Ok(&expression));
    let resource = Resource::chosen(choices);
    let scope = Judged { resource: &resource, whole: true };
    let truth = expression.evaluate(&scope);
    let matched = |name: &str| resource.by_name(name);
    match expression.partial(&Judged { resource: &resource, whole: false }) {
        Partial::Known(known) => assert_eq!(known.ok(), truth.ok(), "{source}"),
        // Whether it does, this resource alone does not tell.
        Partial::MayRunOut => {}
        Partial::Residual(residual) => {
            for (branch, outcome) in [(&residual.when_true, true), (&residual.when_false, false)] {
                let Branch::Filter(filter) = branch else { continue };
                assert_eq!(
                    filter.matches(&matched),
                    truth == Ok(outcome),
                    "{outcome} {truth:?}: {}",
                    filter.to_json()
                );
                assert_written(filter);
            }
            if let (Branch::Filter(allow), Branch::Filter(deny)) = (residual.when_true, residual.when_false)
                && let Ok(both) = AllowDeny::new(allow, deny)
            {
                assert_eq!(both.matches(&matched), truth == Ok(true), "{source}");
                for dialect in DIALECTS {
                    if let Ok(sql) = both.to_sql(dialect) {
                        assert!(!sql.to_json().is_empty());
                    }
                }
            }
        }
    }
});

fn assert_written(filter: &Filter) {
    if filter.within_limits().is_err() {
        return;
    }
    let declared = |name: &str| {
        let found = attributes().iter().find(|(attribute, _)| *attribute.name == *name);
        found.map(|(attribute, _)| attribute.clone())
    };
    let json = filter.to_json();
    let again = Filter::from_json(&json, &declared).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(again.to_json(), json);
}
