//! Every limit of the table: accepted at the limit, refused one over it with a message that names the limit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

use std::collections::BTreeSet;

use casemate_expression::filter::{AllowDeny, Attribute, Constant, Filter, Operand, Operator};
use casemate_expression::{
    Datum, Environment, Expression, List, Lookup, Partial, Scalar, Scope, Type, Value, Variable, limits,
};

/// What a limit holds back: whether `over` more than the limit is accepted, or the message that refuses it.
type Case = fn(over: usize) -> Result<(), String>;

const CASES: &[(&str, &dyn std::fmt::Display, Case)] = &[
    ("SOURCE_BYTES", &limits::SOURCE_BYTES, source_bytes),
    ("DEPTH", &limits::DEPTH, depth),
    ("OPERATORS", &limits::OPERATORS, operators),
    ("LIST_ELEMENTS", &limits::LIST_ELEMENTS, list_elements),
    ("MACRO_DEPTH", &limits::MACRO_DEPTH, macro_depth),
    ("STEPS", &limits::STEPS, steps),
    ("JSON_BYTES", &limits::JSON_BYTES, json_bytes),
    ("JSON_DEPTH", &limits::JSON_DEPTH, json_depth),
    ("DATA_ELEMENTS", &limits::DATA_ELEMENTS, data_elements),
    ("FILTER_NODES", &limits::FILTER_NODES, filter_nodes),
    ("FILTER_DEPTH", &limits::FILTER_DEPTH, filter_depth),
];

#[test]
fn each_limit_is_accepted_at_the_limit_and_refused_one_over() {
    for (name, limit, case) in CASES {
        assert_eq!(case(0), Ok(()), "{name} at the limit");
        let message = case(1).expect_err(&format!("{name} one over the limit"));
        assert!(message.contains(&limit.to_string()), "{name} is {limit}: {message}");
    }
}

#[test]
fn each_limit_of_the_table_has_a_case() {
    let declared: BTreeSet<&str> = include_str!("../src/limits.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let covered: BTreeSet<&str> = CASES.iter().map(|(name, ..)| *name).collect();
    assert!(declared.len() >= 11, "the table is read: {declared:?}");
    assert_eq!(declared, covered);
}

fn environment() -> Environment {
    Environment::new().with("numbers", Type::List(Scalar::Int), 0).with_attribute(
        "resource",
        &attribute("a", Type::Int).into(),
        1,
    )
}

fn attribute(name: &str, kind: Type) -> Attribute {
    Attribute { name: name.into(), kind, nullable: false, column: None, storage: None }
}

fn parse(source: &str) -> Result<(), String> {
    Expression::parse(source, &environment()).map(drop).map_err(|error| error.to_string())
}

fn source_bytes(over: usize) -> Result<(), String> {
    parse(&format!("{:1$}", "true", limits::SOURCE_BYTES + over))
}

/// Brackets, conditionals, and chains that lean to one side each nest.
fn depth(over: usize) -> Result<(), String> {
    let levels = limits::DEPTH + over;
    let brackets = format!("{}true{}", "(".repeat(levels), ")".repeat(levels));
    let conditionals = format!("{}true", "true ? true : ".repeat(levels - 1));
    let chain = format!("0{} == 0", " + 1".repeat(levels - 2));
    let negations = format!("{}1{} == 1", "-(".repeat(levels - 2), ")".repeat(levels - 2));
    let outcomes = [brackets, conditionals, chain, negations].map(|source| parse(&source));
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    assert!(refused == 0 || refused == outcomes.len(), "all four nest alike: {outcomes:?}");
    outcomes.into_iter().collect()
}

fn operators(over: usize) -> Result<(), String> {
    parse(&format!("true{}", " || true".repeat(limits::OPERATORS + over)))
}

fn list_elements(over: usize) -> Result<(), String> {
    parse(&format!("1 in [{}]", vec!["1"; limits::LIST_ELEMENTS + over].join(",")))
}

fn macro_depth(over: usize) -> Result<(), String> {
    let levels = limits::MACRO_DEPTH + over;
    let opened: String = (0..levels).map(|level| format!("numbers.exists(x{level}, ")).collect();
    parse(&format!("{opened}x0 == 1{}", ")".repeat(levels)))
}

struct Numbers<'a>(&'a [Value<'a>]);

impl Scope for Numbers<'_> {
    fn look_up(&self, variable: &Variable) -> Lookup<'_> {
        match variable.id {
            0 => Lookup::Known(Value::List(List::values(self.0))),
            _ => Lookup::Unknown,
        }
    }
}

/// `all` and its list take a step each, looking through the list one per 16 elements, then each element one, and the body
/// one; each `!` takes one.
fn steps(over: usize) -> Result<(), String> {
    let steps = limits::STEPS as usize + over;
    let taken = |elements: usize| 2 + elements / 16 + 2 * elements;
    let elements = (0..=steps / 2).rev().find(|elements| taken(*elements) <= steps).unwrap();
    let numbers = vec![Value::Int(1); elements];
    let source = format!("{}numbers.all(n, true)", "!".repeat(steps - taken(elements)));
    let expression = Expression::parse(&source, &environment()).unwrap();
    expression.evaluate(&Numbers(&numbers)).map(drop).map_err(|failure| failure.to_string())
}

fn read(json: &str) -> Result<(), String> {
    Datum::from_json(json).map(drop).map_err(|error| error.to_string())
}

fn json_bytes(over: usize) -> Result<(), String> {
    read(&format!("\"{}\"", "x".repeat(limits::JSON_BYTES + over - 2)))
}

fn json_depth(over: usize) -> Result<(), String> {
    let levels = limits::JSON_DEPTH + over;
    let objects = read(&format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels)));
    let arrays = read(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    assert_eq!(objects.is_ok(), arrays.is_ok());
    objects.and(arrays)
}

fn data_elements(over: usize) -> Result<(), String> {
    let count = limits::DATA_ELEMENTS + over;
    let array = read(&format!("[{}]", vec!["0"; count].join(",")));
    let members: Vec<String> = (0..count).map(|number| format!("\"{number}\":0")).collect();
    let object = read(&format!("{{{}}}", members.join(",")));
    assert_eq!(array.is_ok(), object.is_ok());
    array.and(object)
}

fn filter_nodes(over: usize) -> Result<(), String> {
    // The test is a node, and each element of its list.
    let of_nodes = |nodes: usize| {
        let operand = Operand::Value(Constant::List(vec![Constant::Int(1); nodes - 1]));
        Filter::test(attribute("a", Type::Int), Operator::In, operand)
    };
    let nodes = limits::FILTER_NODES + over;
    let filter = of_nodes(nodes);
    let json = Filter::from_json(&filter.to_json(), &|name| Some(attribute(name, Type::Int))).map(drop);
    let pair = AllowDeny::new(of_nodes(nodes / 2), of_nodes(nodes - nodes / 2)).map(drop);
    let alone = filter.within_limits().map_err(|error| error.to_string());
    assert_eq!((json.is_ok(), pair.is_ok()), (alone.is_ok(), alone.is_ok()), "{json:?} {pair:?}");
    alone
}

fn filter_depth(over: usize) -> Result<(), String> {
    let exists = Filter::exists(attribute("a", Type::Int));
    let filter = (1..limits::FILTER_DEPTH + over).fold(exists, |filter, _| Filter::Not(Box::new(filter)));
    filter.within_limits().map_err(|error| error.to_string())
}

#[test]
fn a_filter_that_unrolls_beyond_its_limit_is_refused_and_not_cut() {
    let source = "numbers.exists(n, n + 1 == resource.a)";
    let expression = Expression::parse(source, &environment()).unwrap();
    let numbers = vec![Value::Int(1); limits::FILTER_NODES];
    let values = Numbers(&numbers);
    let Partial::Residual(residual) = expression.partial(&values) else {
        panic!("it depends on the resource")
    };
    let refused = match residual.when_true {
        casemate_expression::Branch::Filter(filter) => filter.within_limits().is_err(),
        casemate_expression::Branch::NotFilterable(_) => true,
    };
    assert!(refused);
}

#[test]
fn places_of_mistakes_fall_between_characters() {
    for (source, place) in
        [("[1, 2]њxists(x)", "њ"), ("'🐱' == 'é' && nothing", "nothing"), ("'é'\n|| 'ü' = 1", "=")]
    {
        let error = Expression::parse(source, &environment()).unwrap_err();
        assert_eq!(source.get(error.start..error.end), Some(place), "{source}: {error}");
    }
}

/// The parser recurses: what it needs for the worst that is admitted fits its stack, in a build without optimisation too.
#[test]
fn nothing_that_is_admitted_exhausts_the_parser() {
    let levels = limits::DEPTH;
    let sources = [
        "(".repeat(levels),
        format!("{}1{}", "[".repeat(levels), "]".repeat(levels)),
        format!("{}1{}", "{1:".repeat(levels), "}".repeat(levels)),
        format!("{}x{}", "f(".repeat(levels), ")".repeat(levels)),
        format!("{}1", "1 ? 1 : ".repeat(levels)),
        format!("{}true{}", "true ? ".repeat(levels - 1), " : true".repeat(levels - 1)),
        format!("1{}", ",-((((1))))".repeat(250)),
        format!("{}1{}", "(1 ? ".repeat(levels / 2), ": 1)".repeat(levels / 2)),
        format!("x{}", ".a".repeat(limits::OPERATORS)),
        format!("x{}", "[0]".repeat(limits::OPERATORS)),
        format!("x{}", ".f()".repeat(limits::OPERATORS / 2)),
        format!("1{}", "+1".repeat(limits::OPERATORS)),
        format!("1{}", "<1".repeat(limits::OPERATORS)),
        format!("1{}", " in 1".repeat(limits::OPERATORS)),
        format!("{}1", "!".repeat(limits::OPERATORS)),
        format!("{}1", "-".repeat(limits::OPERATORS)),
        format!("x{}", "&&x||x".repeat(limits::OPERATORS / 2)),
        format!("'{}'", "\\101".repeat(1_000)),
        format!("'{}'", "\\".repeat(4_000)),
        "'\"".repeat(2_000),
        "\"\"\"'''".repeat(600),
        "r".repeat(4_000),
        "0x".repeat(2_000),
        "1e".repeat(2_000),
        "`a".repeat(2_000),
        "1 ".repeat(2_000),
        "a,".repeat(2_000),
        ":".repeat(4_000),
        "//\n".repeat(1_000),
        "\u{1f431}".repeat(1_000),
        format!("[{}]", vec!["[]"; 255].join(",")),
        format!("numbers{}", ".exists(x,x".repeat(levels)) + &")".repeat(levels),
    ];
    for source in sources {
        match Expression::parse(&source, &environment()) {
            Ok(expression) => assert_eq!(expression.source(), source),
            Err(error) => {
                let place = source.get(error.start..error.end);
                assert!(place.is_some(), "{}..{} of {source}: {error}", error.start, error.end);
                assert!(!error.message.contains("cannot read it"), "the parser panicked on {source}");
            }
        }
    }
}
