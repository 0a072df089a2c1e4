//! Filters asked of real databases: a row is there exactly when the predicate says so of the same data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

mod database;
mod fields;
mod rows;
mod trees;

use casemate_expression::filter::sql::{Dialect, Parameter, Sql};
use casemate_expression::filter::{AllowDeny, Attribute, Constant, Filter, Operand, Operator};
use casemate_expression::limits::{FILTER_DEPTH, FILTER_NODES};
use casemate_expression::{Datum, Scalar, Span, Timestamp, Type, Value};
use casemate_test_support::{MariaDb, Postgres};
use database::Database;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

fn matching(database: &Database, filter: &AllowDeny) -> Vec<usize> {
    let holds = |resource: &Vec<(String, Datum)>| {
        filter.matches(&|name: &str| {
            resource
                .iter()
                .find(|(known, _)| known == name)
                .map_or(Value::Null, |(_, datum)| datum.as_value())
        })
    };
    database
        .resources
        .iter()
        .enumerate()
        .filter(|(_, resource)| holds(resource))
        .map(|(row, _)| row)
        .collect()
}

/// Asks random filters, and that their negation answers the other rows: a condition is never null.
fn agrees(mut database: Database) {
    let cases = if std::env::var_os("CASEMATE_LONG").is_some() { 20_000 } else { 600 };
    let strategy = trees::pairs(&database.fields, database.dialect);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let (mut there, mut asked) = (0, 0);
    let database = std::cell::RefCell::new(&mut database);
    let counts = std::cell::RefCell::new((&mut there, &mut asked));
    let result = runner.run(&strategy, |filter| {
        let database = &mut *database.borrow_mut();
        let sql = filter.to_sql(database.dialect).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let expected = matching(database, &filter);
        let rows = database.rows(&sql.text, &sql).map_err(TestCaseError::fail)?;
        let others = database.rows(&format!("NOT ({})", sql.text), &sql).map_err(TestCaseError::fail)?;
        let counts = &mut *counts.borrow_mut();
        *counts.0 += rows.len();
        *counts.1 += rows.len() + others.len();
        let differing: Vec<String> = (0..database.resources.len())
            .filter(|row| {
                expected.contains(row) != rows.contains(row) || rows.contains(row) == others.contains(row)
            })
            .map(|row| format!("row {row}, there: {}, {:?}", rows.contains(&row), database.resources[row]))
            .take(2)
            .collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("{}\n{}\n{:?}", differing.join("\n"), sql.text, sql.parameters)))
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, filter)) => panic!("{reason}\n{}", filter.whole().to_json()),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    // Filters that let everything or nothing through would agree about nothing.
    assert!(there * 10 > asked && there * 10 < asked * 9, "{there} of {asked} rows were there");
}

fn attribute(database: &Database, name: &str) -> Attribute {
    let field = database.fields.iter().find(|field| &*field.attribute.name == name);
    field.expect("a field of the table").attribute.clone()
}

fn guarded(attribute: &Attribute, operator: Operator, constant: Constant) -> Filter {
    let test = Filter::test(attribute.clone(), operator, Operand::Value(constant));
    Filter::and([Filter::exists(attribute.clone()), test])
}

/// The largest list, the widest tree and the deepest that the limits admit.
fn takes_the_largest(database: &mut Database) {
    let (id, tags) = (attribute(database, "id"), attribute(database, "tags"));
    let text = |number: usize| Constant::String(format!("user-{number}").into());
    let list = Constant::List((0..FILTER_NODES - 4).map(text).collect());
    let wide =
        Filter::or((0..FILTER_NODES / 3 - 1).map(|number| guarded(&id, Operator::StartsWith, text(number))));
    let deep = (1..FILTER_DEPTH / 2).fold(guarded(&tags, Operator::HasMember, text(1)), |inner, level| {
        let wide = (0..FILTER_NODES / 100).map(|number| guarded(&id, Operator::Eq, text(number * 7 + level)));
        Filter::or(wide.chain([Filter::and([Filter::missing(id.clone()), inner])]))
    });
    for filter in [guarded(&id, Operator::In, list), wide, deep] {
        let filter = AllowDeny::new(filter, Filter::False).unwrap();
        let sql = filter.to_sql(database.dialect).unwrap();
        assert_eq!(database.rows(&sql.text, &sql).unwrap(), matching(database, &filter));
    }
}

/// Databases evaluate conditions in any order: a test may fail on no stored value, even without its guard.
fn never_fails(database: &mut Database) {
    for field in database.fields.clone() {
        let Type::List(element) = field.attribute.kind else { continue };
        let constant = match element {
            Scalar::String => Constant::String("a".into()),
            Scalar::Int => Constant::Int(1),
            Scalar::Bool => Constant::Bool(true),
            Scalar::Double => Constant::Double(0.5),
            Scalar::Timestamp => Constant::Timestamp(Timestamp(0)),
            Scalar::Duration => Constant::Duration(Span(0)),
        };
        let list = Operand::Value(Constant::List(vec![constant.clone()]));
        let tests = [
            Filter::test(field.attribute.clone(), Operator::HasMember, Operand::Value(constant)),
            Filter::test(field.attribute.clone(), Operator::Intersects, list),
            Filter::test(
                field.attribute.clone(),
                Operator::Intersects,
                Operand::Other(field.attribute.clone()),
            ),
        ];
        for test in tests {
            let filter = AllowDeny::new(test, Filter::False).unwrap();
            let sql = filter.to_sql(database.dialect).unwrap();
            let rows = database.rows(&sql.text, &sql).unwrap();
            let held = matching(database, &filter);
            assert!(
                !held.is_empty() && held.iter().all(|row| rows.contains(row)),
                "{}",
                field.attribute.name
            );
        }
    }
}

/// The condition in a statement that has two parameters of its own.
fn fits_into_a_statement(database: &mut Database) {
    let (id, count) = (attribute(database, "id"), attribute(database, "count"));
    let filter = Filter::or([
        guarded(
            &id,
            Operator::In,
            Constant::List(vec![Constant::String("user-1".into()), Constant::String("a".into())]),
        ),
        guarded(&count, Operator::Ge, Constant::Int(1)),
    ]);
    let filter = AllowDeny::new(filter, guarded(&count, Operator::Eq, Constant::Int(3))).unwrap();
    let condition = filter.to_sql_from(database.dialect, 3).unwrap();
    let (from, to) = match database.dialect {
        Dialect::Postgres => ("$1::bigint", "$2::bigint"),
        Dialect::Sqlite => ("?1", "?2"),
        Dialect::MySql => ("?", "?"),
    };
    let own = [Parameter::Int(3), Parameter::Int(40)].into_iter();
    let sql = Sql {
        text: format!("k >= {from} AND k < {to} AND NOT {}", condition.text),
        parameters: own.chain(condition.parameters).collect(),
    };
    let expected: Vec<usize> = (3..40).filter(|row| !matching(database, &filter).contains(row)).collect();
    assert_eq!(database.rows(&sql.text, &sql).unwrap(), expected);
}

#[test]
fn sqlite_agrees_with_the_predicate() {
    agrees(Database::open(Dialect::Sqlite, "sqlite::memory:"));
}

#[test]
fn postgres_agrees_with_the_predicate() {
    let server = Postgres::start().unwrap();
    agrees(Database::open(Dialect::Postgres, &server.url()));
}

#[test]
fn mariadb_agrees_with_the_predicate() {
    let server = MariaDb::start().unwrap();
    agrees(Database::open(Dialect::MySql, &server.url().unwrap()));
}

#[test]
fn sqlite_takes_what_an_application_asks() {
    let mut database = Database::open(Dialect::Sqlite, "sqlite::memory:");
    takes_the_largest(&mut database);
    never_fails(&mut database);
    fits_into_a_statement(&mut database);

    let missing = Attribute { column: Some("mistyped".into()), ..attribute(&database, "id") };
    let filter = AllowDeny::new(Filter::missing(missing), Filter::False).unwrap();
    let sql = filter.to_sql(Dialect::Sqlite).unwrap();
    let error = database.rows(&sql.text, &sql).unwrap_err();
    assert!(error.contains("no such column"), "{error}");

    database.run("CREATE INDEX by_number ON things (`limit`)");
    let plan = plan(&mut database, "EXPLAIN QUERY PLAN", Operator::Eq, "limit", Constant::Int(3));
    assert!(plan.contains("USING INDEX by_number"), "{plan}");
}

#[test]
fn postgres_takes_what_an_application_asks() {
    let server = Postgres::start().unwrap();
    let mut database = Database::open(Dialect::Postgres, &server.url());
    takes_the_largest(&mut database);
    never_fails(&mut database);
    fits_into_a_statement(&mut database);

    database.run("SET enable_seqscan = off; CREATE INDEX by_text ON things ((\"type\" COLLATE \"C\"))");
    let text = Constant::String("user-1".into());
    let plan = plan(&mut database, "EXPLAIN", Operator::Eq, "type", text);
    assert!(plan.contains("by_text"), "{plan}");
}

#[test]
fn mariadb_takes_what_an_application_asks() {
    let server = MariaDb::start().unwrap();
    let mut database = Database::open(Dialect::MySql, &server.url().unwrap());
    takes_the_largest(&mut database);
    never_fails(&mut database);
    fits_into_a_statement(&mut database);

    database.run("CREATE INDEX by_text ON things (`value`(100))");
    let list = Constant::List(vec![Constant::String("user-1".into()), Constant::String("user-10".into())]);
    let plan = plan(&mut database, "EXPLAIN FORMAT=JSON", Operator::In, "id", list);
    assert!(plan.contains("\"key\": \"by_text\""), "{plan}");

    // A strict session turns what a condition merely warns of into errors of the statement that writes.
    let lists = ["tags", "labels", "numbers", "switches"].map(|name| attribute(&database, name));
    let exist = Filter::and(lists.iter().cloned().map(Filter::exists));
    let shared = Filter::test(lists[0].clone(), Operator::Intersects, Operand::Other(lists[1].clone()));
    let held = Filter::test(attribute(&database, "count"), Operator::In, Operand::Other(lists[2].clone()));
    let filter = AllowDeny::new(Filter::or([shared, held]), exist).unwrap();
    let sql = filter.to_sql(Dialect::MySql).unwrap();
    database.run("SET SESSION sql_mode = 'TRADITIONAL'");
    database.run(&format!("DELETE FROM things WHERE {}", sql.text));
}

/// How the database would look the rows up.
fn plan(
    database: &mut Database,
    explain: &str,
    operator: Operator,
    name: &str,
    constant: Constant,
) -> String {
    let filter = guarded(&attribute(database, name), operator, constant);
    let sql = AllowDeny::new(filter, Filter::False).unwrap().to_sql(database.dialect).unwrap();
    database.plan(explain, &sql)
}
