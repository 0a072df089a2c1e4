//! The subset of CEL that `permissions.md` describes, line by line, through the crate's public interface.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot prepare has failed"
)]

use std::sync::Arc;

use casemate_expression::filter::Attribute;
use casemate_expression::{
    Datum, Environment, Expression, Lookup, Map, Scope, Timestamp, Type, Value, Variable, limits,
};

const KNOWN: u32 = 0;
const ATTRIBUTE: u32 = 1;
const NOW: u32 = 2;

/// Variables out of a JSON object; attributes absent from `resource` are missing, or unknown where `partial`.
struct World {
    data: Datum,
    partial: bool,
}

impl Scope for World {
    fn look_up(&self, variable: &Variable) -> Lookup<'_> {
        if variable.id == NOW {
            return Lookup::Known(Value::Timestamp(Timestamp(1_700_000_000_000_000)));
        }
        let mut value = Some(&self.data);
        for segment in variable.path.split('.') {
            value = value.and_then(|datum| datum.get(segment));
        }
        match value {
            None if variable.id == ATTRIBUTE && self.partial => Lookup::Unknown,
            None if variable.kind == Type::Map => Lookup::Known(Value::Map(Map::EMPTY)),
            value => Lookup::Known(value.map_or(Value::Null, Datum::as_value)),
        }
    }
}

fn environment() -> Environment {
    let mut environment = Environment::new()
        .with("value", Type::Any, KNOWN)
        .with("list", Type::List(casemate_expression::Scalar::String), KNOWN)
        .with("identity.id", Type::String, KNOWN)
        .with("identity.claims", Type::Map, KNOWN)
        .with("identity.auth.time", Type::Timestamp, KNOWN)
        .with("now", Type::Timestamp, NOW);
    for (name, kind) in [
        ("owner", "string"),
        ("size", "int"),
        ("price", "double"),
        ("public", "bool"),
        ("tags", "list<string>"),
        ("at", "timestamp"),
        ("for", "duration"),
    ] {
        let attribute = Attribute {
            name: name.into(),
            kind: kind.parse().unwrap(),
            nullable: true,
            column: None,
            storage: None,
        };
        environment = environment.with_attribute("resource", &Arc::new(attribute), ATTRIBUTE);
    }
    environment
}

fn outcome(source: &str, data: &str) -> String {
    let expression = match Expression::parse(source, &environment()) {
        Ok(expression) => expression,
        Err(error) => return format!("refused: {error}"),
    };
    let world = World { data: Datum::from_json(data).unwrap(), partial: false };
    match expression.evaluate(&world) {
        Ok(truth) => truth.to_string(),
        Err(failure) => format!("fails: {failure}"),
    }
}

#[track_caller]
fn assert_outcomes(data: &str, cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let outcome = outcome(source, data);
        let fits = outcome == *expected || (expected.ends_with(':') && outcome.starts_with(expected));
        assert!(fits, "{source}\n  is {outcome}\n  not {expected}\n  with {data}");
    }
}

#[test]
fn missing_and_null_fail_in_every_use_but_has() {
    assert_outcomes(
        r#"{"resource":{"owner":null},"identity":{"claims":{"a":null,"b":{"c":1}}},"list":["x"]}"#,
        &[
            ("has(resource.owner)", "false"),
            ("has(resource.size)", "false"),
            ("resource.owner == resource.owner", "fails: `resource.owner` is missing"),
            ("resource.owner in []", "fails: `resource.owner` is missing"),
            ("resource.owner in list", "fails: `resource.owner` is missing"),
            ("null == null", "fails: `null` is missing"),
            ("has(identity.claims.a)", "false"),
            ("has(identity.claims.b.c)", "true"),
            ("has(identity.claims.b.d)", "false"),
            ("has(identity.claims.d.c)", "fails: `d` is missing"),
            ("identity.claims.a == 1", "fails: `a` is missing"),
            (r#""a" in identity.claims"#, "false"),
            (r#""b" in identity.claims"#, "true"),
            (r#"identity.claims["b"].c == 1"#, "true"),
            (r#"identity.claims["b"]["c"] == 1"#, "true"),
            ("has(identity.id)", "false"),
            ("resource.public", "fails: `resource.public` is missing"),
        ],
    );
}

#[test]
fn an_attribute_of_another_type_fails_in_every_use() {
    assert_outcomes(
        r#"{"resource":{"owner":1,"size":1.0,"price":1,"tags":["a",1],"at":"yesterday","public":"true"}}"#,
        &[
            ("has(resource.owner)", "fails: `resource.owner` is not of its declared type"),
            ("resource.owner == \"1\"", "fails: `resource.owner` is not of its declared type"),
            ("has(resource.size)", "fails: `resource.size` is not of its declared type"),
            ("resource.price == 1", "true"),
            ("\"a\" in resource.tags", "fails: `resource.tags` is not of its declared type"),
            ("has(resource.at)", "fails: `resource.at` is not of its declared type"),
            ("resource.public", "fails: `resource.public` is not of its declared type"),
        ],
    );
    assert_outcomes(
        r#"{"resource":{"tags":["a",null]}}"#,
        &[("has(resource.tags)", "fails: `resource.tags` is not of its declared type")],
    );
}

#[test]
fn different_types_do_not_compare_but_numbers_do_exactly() {
    assert_outcomes(
        r#"{"value":1,"identity":{"claims":{"s":"1","d":1.0,"big":9007199254740993,"bigd":9007199254740992.0}}}"#,
        &[
            ("\"1\" == 1", "refused:"),
            ("value == \"1\"", "fails: an int and a string cannot be compared"),
            ("value != identity.claims.s", "fails: an int and a string cannot be compared"),
            ("value == identity.claims.d", "true"),
            ("identity.claims.big == identity.claims.bigd", "false"),
            ("identity.claims.big > identity.claims.bigd", "true"),
            ("1 < 1.5", "true"),
            ("true < false", "refused:"),
            ("9223372036854775807 < 9223372036854775808.0", "true"),
            ("-9223372036854775808 == -9223372036854775808.0", "true"),
            ("value in [1.0]", "true"),
            ("value in [\"1\", 1]", "true"),
            ("value in [\"1\", 2]", "fails: an int and a string cannot be compared"),
            ("\"a\" < \"b\"", "true"),
            ("\"\u{e9}\" == \"e\u{301}\"", "false"),
            ("\"\u{ffff}\" < \"\u{10000}\"", "true"),
        ],
    );
}

#[test]
fn a_decided_connective_outweighs_a_failure() {
    assert_outcomes(
        "{}",
        &[
            ("resource.public || true", "true"),
            ("true || resource.public", "true"),
            ("resource.public && false", "false"),
            ("false && resource.public", "false"),
            ("resource.public || false", "fails: `resource.public` is missing"),
            ("resource.public && true", "fails: `resource.public` is missing"),
            ("!resource.public", "fails: `resource.public` is missing"),
            ("resource.public ? true : true", "fails: `resource.public` is missing"),
            ("true ? true : resource.public", "true"),
        ],
    );
}

#[test]
fn lists_texts_sizes_and_macros() {
    assert_outcomes(
        r#"{"resource":{"owner":"grüße","tags":["a","b"]},"list":["b","c"],"value":["a",null,1],"identity":{"id":"u"}}"#,
        &[
            ("resource.tags.exists(t, t in list)", "true"),
            ("resource.tags.all(t, t in list)", "false"),
            ("list.exists(l, resource.tags.exists(t, t == l))", "true"),
            ("[].exists(x, x == 1)", "false"),
            ("[].all(x, x == 1)", "true"),
            ("value.exists(v, v == \"a\")", "true"),
            ("value.all(v, has(v.x))", "fails:"),
            ("\"z\" in value", "fails:"),
            ("\"a\" in value", "true"),
            ("identity.id in [resource.owner, \"u\"]", "true"),
            ("identity.id in [\"u\", resource.at]", "fails: `resource.at` is missing"),
            ("\"u\" in [identity.id, identity.claims.x]", "fails: `x` is missing"),
            ("size(resource.tags) == 2 && resource.tags.size() == 2", "true"),
            ("size(resource.owner) == 5", "true"),
            (
                "resource.owner.startsWith(\"grü\") && resource.owner.endsWith(\"ße\") && resource.owner.contains(\"\")",
                "true",
            ),
            ("resource.tags == [\"a\", \"b\"]", "true"),
            ("resource.tags != [\"b\", \"a\"]", "true"),
            ("resource.tags.exists(t, t.startsWith(\"b\"))", "true"),
        ],
    );
}

#[test]
fn times_durations_arithmetic_and_networks() {
    assert_outcomes(
        r#"{"resource":{"at":"2023-11-14T22:13:20Z","for":"90m","size":9223372036854775807},
            "identity":{"auth":{"time":"2023-11-14T22:00:00Z"},"claims":{"ip":"10.1.2.3","ip6":"::ffff:10.1.2.3","bad":"x"}}}"#,
        &[
            ("resource.at == now", "true"),
            ("now - identity.auth.time < duration(\"15m\")", "true"),
            ("identity.auth.time + duration(\"13m20s\") == now", "true"),
            ("resource.for == duration(\"1h30m\")", "true"),
            ("resource.at > timestamp(\"2023-01-01T00:00:00+01:00\")", "true"),
            (
                "timestamp(\"yesterday\") < now",
                "refused: `yesterday` is no RFC 3339 time, such as 2026-01-31T08:00:00Z",
            ),
            ("timestamp(identity.claims.bad) < now", "fails: the text is no RFC 3339 time"),
            ("resource.size + 1 > 0", "fails: the result of `+` is out of range"),
            ("resource.size - 1 > 0", "true"),
            ("1.5 + 1.5 == 3", "true"),
            ("1 + 1.5 == 2.5", "refused:"),
            ("\"a\" + \"b\" == \"ab\"", "refused:"),
            ("cidr(identity.claims.ip, \"10.0.0.0/8\")", "true"),
            ("cidr(identity.claims.ip6, \"10.0.0.0/8\")", "true"),
            ("cidr(identity.claims.ip, \"11.0.0.0/8\")", "false"),
            ("cidr(identity.claims.bad, \"10.0.0.0/8\")", "fails: the text is no IP address"),
            (
                "cidr(identity.claims.ip, \"10.0.0.0/33\")",
                "refused: `10.0.0.0/33` is no network: write it as 10.0.0.0/8 or 2001:db8::/32",
            ),
        ],
    );
}

#[test]
fn what_is_outside_the_subset_is_refused_with_its_place() {
    for (source, message) in [
        ("resource.colour == \"red\"", "`resource` has no declared member `colour`: it has at, for, owner"),
        ("resource == \"red\"", "`resource` is a record: name one of its members"),
        ("subject.id == \"x\"", "there is no `subject` here: there are identity, list, now, resource, value"),
        ("[1].map(x, x + 1) == [2]", "of CEL's macros only has, exists and all"),
        ("{\"a\": 1} == {\"a\": 1}", "maps, messages and optional elements"),
        ("1u == 1u", "unsigned integers are not supported"),
        ("b\"x\" == b\"x\"", "bytes are not supported"),
        ("2 * 3 == 6", "`*` is no part of Casemate's expressions"),
        ("\"a\".matches(\"a\")", "`matches` is no part of Casemate's expressions"),
        ("size(resource.tags)", "a condition is true or false, and this is of type int"),
        ("resource.owner", "a condition is true or false"),
        ("resource.owner ==", "this is no CEL expression"),
        ("", "this is no CEL expression"),
        ("has(value)", "invalid argument to has() macro"),
        ("99999999999999999999 == 1", "this is no CEL expression"),
        ("list[0] == \"a\"", "only a constant string may stand in [ ]"),
        ("!resource.owner", "`!` takes a bool, and this is a string"),
    ] {
        let error = Expression::parse(source, &environment()).unwrap_err();
        assert!(error.to_string().contains(message), "{source}: {error}");
        assert!(error.start <= error.end && error.end <= source.len().max(1), "{source}: {error:?}");
    }
    let error = Expression::parse("true && resource.colour == \"red\"", &environment()).unwrap_err();
    assert!((8..=16).contains(&error.start), "{error:?}");
}

#[test]
fn limits_hold_at_the_limit_and_refuse_one_over() {
    let parse = |source: String| Expression::parse(&source, &environment());
    let nested = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(nested(limits::DEPTH)).is_ok());
    assert!(parse(nested(limits::DEPTH + 1)).unwrap_err().message.contains("deeper than 32"));
    let conditional = |depth: usize| format!("{}true", "true ? true : ".repeat(depth));
    assert!(parse(conditional(limits::DEPTH - 1)).is_ok());
    assert!(parse(conditional(limits::DEPTH + 1)).unwrap_err().message.contains("deeper than 32"));
    let chain = |operators: usize| format!("{}true", "!".repeat(operators));
    assert!(!parse(chain(limits::OPERATORS)).is_err_and(|error| error.message.contains("more than")));
    assert!(parse(chain(limits::OPERATORS + 1)).unwrap_err().message.contains("more than 256 operators"));
    let padded = |length: usize| format!("true{}", " ".repeat(length - 4));
    assert!(parse(padded(limits::SOURCE_BYTES)).is_ok());
    assert!(parse(padded(limits::SOURCE_BYTES + 1)).unwrap_err().message.contains("longer than 4096 bytes"));
    let list = |length: usize| format!("1 in [{}]", vec!["1"; length].join(","));
    assert!(parse(list(limits::LIST_ELEMENTS)).is_ok());
    assert!(parse(list(limits::LIST_ELEMENTS + 1)).unwrap_err().message.contains("at most 1024 elements"));
    let macros = |depth: usize| {
        (0..depth).fold("true".to_owned(), |body, level| format!("list.exists(x{level}, {body})"))
    };
    assert!(parse(macros(limits::MACRO_DEPTH)).is_ok());
    assert!(parse(macros(limits::MACRO_DEPTH + 1)).unwrap_err().message.contains("at most 4 levels"));
}

#[test]
fn long_chains_and_deep_nesting_do_not_exhaust_a_small_stack() {
    let source = format!("{}true{}", "(".repeat(limits::DEPTH), ")".repeat(limits::DEPTH));
    let chain = vec!["resource.public"; limits::OPERATORS / 3].join(" && ");
    let pluses = format!("{} > 0", vec!["1"; limits::DEPTH - 4].join(" + "));
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(move || {
            assert!(Expression::parse(&source, &environment()).is_ok());
            assert!(Expression::parse(&chain, &environment()).is_ok());
            assert!(Expression::parse(&pluses, &environment()).is_ok());
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn running_out_of_steps_fails_whatever_stands_beside_it() {
    let elements: Vec<String> = (0..1_000).map(|number| format!("\"{number}\"")).collect();
    let data = format!(r#"{{"list":[{}]}}"#, elements.join(","));
    let loops = "list.all(a, list.all(b, list.all(c, c != \"x\")))";
    let out = "fails: the evaluation took more than 2000000 steps";
    assert_outcomes(
        &data,
        &[
            (loops, out),
            (&format!("{loops} || true"), out),
            (&format!("{loops} && false"), out),
            (&format!("true || {loops}"), "true"),
        ],
    );
}

#[test]
fn partial_evaluation_answers_when_true_and_when_false() {
    use casemate_expression::{Branch, Partial};
    let world = World {
        data: Datum::from_json(
            r#"{"value":true,"list":["a","b"],"identity":{"id":"u1"},"resource":{"owner":"u1"}}"#,
        )
        .unwrap(),
        partial: true,
    };
    let environment = environment();
    let partial = |source: &str| {
        let expression = Expression::parse(source, &environment).unwrap();
        match expression.partial(&world) {
            Partial::MayRunOut => "may run out".to_owned(),
            Partial::Known(Ok(truth)) => truth.to_string(),
            Partial::Known(Err(failure)) => format!("fails: {failure}"),
            Partial::Residual(residual) => {
                let text = |branch| match branch {
                    Branch::Filter(filter) => filter.to_json(),
                    Branch::NotFilterable(why) => why.to_string(),
                };
                format!("{} / {}", text(residual.when_true), text(residual.when_false))
            }
        }
    };
    assert_eq!(partial("value == false || resource.owner == identity.id"), "true");
    assert_eq!(partial("resource.public || value == true"), "true");
    let answer = partial("resource.size > 3");
    assert!(
        answer.contains(r#""op":"gt""#) && answer.contains(r#""op":"le""#) && answer.contains("exists"),
        "{answer}"
    );
    assert!(partial("resource.size + 1 > 3").contains("it computes with an attribute"));
    assert!(partial("resource.tags.all(t, t in list)").contains("with all"));
    assert!(partial("resource.tags.exists(t, t in list)").contains("intersects"));
    assert!(partial("list.exists(l, resource.at == now && l == \"b\")").contains("\"eq\""));
    assert_eq!(
        partial("resource.size > 3 && identity.claims.x == 1").split(" / ").next(),
        Some(r#"{"format":1,"op":"or","args":[]}"#)
    );
}

#[test]
fn what_no_filter_can_say_is_named_by_the_outcome_that_is_needed() {
    let named = |source: &str| {
        Expression::parse(source, &environment()).unwrap().not_filterable().map(|why| why.reason)
    };
    assert_eq!(named("resource.tags.exists(t, t == resource.owner)"), None);
    assert_eq!(named("resource.tags.exists(t, t in list)"), None);
    assert_eq!(named("!resource.tags.exists(t, t in list)"), None);
    for source in [
        "!resource.tags.exists(t, t == resource.owner)",
        "resource.tags.exists(t, t == resource.owner) ? false : true",
        "resource.tags.all(t, t in list)",
        "size(resource.tags) > 1",
        "\"a\".startsWith(resource.owner)",
        "resource.size + 1 == 2",
    ] {
        assert!(named(source).is_some(), "{source}");
    }
}
