//! Filters asked of real databases: a row is there exactly when the predicate says so of the same data.

mod database;
mod fields;
mod rows;
mod trees;

use casemate_expression::filter::sql::{Dialect, NotExpressible};
use casemate_expression::filter::{AllowDeny, Attribute, Constant, Filter, Operand, Operator};
use casemate_expression::{Datum, Type, Value, limits};
use casemate_test_support::{MariaDb, Postgres};
use database::Database;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

fn matching(database: &Database, filter: &AllowDeny) -> Vec<usize> {
    let holds = |resource: &Vec<(String, Datum)>| {
        filter.matches(&|name: &str| {
            resource.iter().find(|(known, _)| known == name).map_or(Value::Null, |(_, datum)| datum.as_value())
        })
    };
    database.resources.iter().enumerate().filter(|(_, resource)| holds(resource)).map(|(row, _)| row).collect()
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
            .filter(|row| expected.contains(row) != rows.contains(row) || rows.contains(row) == others.contains(row))
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
