//! The attributes that the filters ask for, and the hostile columns they are stored in.

use std::sync::Arc;

use casemate_expression::filter::sql::Dialect;
use casemate_expression::filter::{Attribute, Storage};
use casemate_expression::{Scalar, Type};

/// An attribute with its column. The columns' names are those of SQL's own tables and words, to be hidden by them.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) attribute: Attribute,
    /// The column's name as the database reports it.
    pub(crate) column: &'static str,
    /// The column's type and collation in this dialect.
    pub(crate) definition: &'static str,
    /// Which pool of values the column is filled from.
    pub(crate) pool: Pool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Text,
    Latin,
    Bool,
    Int,
    Double,
    Time,
    Micros,
    Duration,
    Texts,
    Ints,
    Bools,
    Doubles,
    TextArray,
    IntArray,
    TimeArray,
}

const TEXT: &str = "VARCHAR(8000) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci";
const UNICODE: &str = "TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci";
const LATIN: &str = "VARCHAR(255) CHARACTER SET latin1 COLLATE latin1_swedish_ci";
const JSON: &str = "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci";

/// Every attribute that the dialect can store.
pub(crate) fn fields(dialect: Dialect) -> Vec<Field> {
    use Scalar as S;
    // name, type, column, pool, then the definitions for SQLite, PostgreSQL and MySQL ("" where there is none).
    let table: [(&str, Type, &str, Pool, [&'static str; 3]); 21] = [
        ("id", Type::String, "value", Pool::Text, ["COLLATE NOCASE", "text COLLATE folded", TEXT]),
        (
            "type",
            Type::String,
            "type",
            Pool::Text,
            ["TEXT COLLATE RTRIM", "text COLLATE \"en-x-icu\"", UNICODE],
        ),
        (
            "latin",
            Type::String,
            "we\"ird`o'",
            Pool::Latin,
            ["TEXT COLLATE NOCASE", "varchar COLLATE \"tr-x-icu\"", LATIN],
        ),
        ("flag", Type::Bool, "flag", Pool::Bool, ["INTEGER", "boolean", "BOOLEAN"]),
        ("other", Type::Bool, "select", Pool::Bool, ["INTEGER", "boolean", "BOOLEAN"]),
        ("count", Type::Int, "key", Pool::Int, ["", "bigint", "BIGINT"]),
        ("limit", Type::Int, "limit", Pool::Int, ["INTEGER", "bigint", "BIGINT"]),
        ("price", Type::Double, "path", Pool::Double, ["REAL", "double precision", "DOUBLE"]),
        ("rate", Type::Double, "atom", Pool::Double, ["", "double precision", "DOUBLE"]),
        ("at", Type::Timestamp, "at", Pool::Time, ["TEXT COLLATE NOCASE", "timestamptz", "DATETIME(6)"]),
        ("seen", Type::Timestamp, "root", Pool::Time, ["TEXT", "timestamptz", "DATETIME(6)"]),
        ("since", Type::Timestamp, "since", Pool::Micros, ["INTEGER", "bigint", "BIGINT"]),
        ("took", Type::Duration, "took", Pool::Duration, ["INTEGER", "bigint", "BIGINT"]),
        ("tags", Type::List(S::String), "id", Pool::Texts, ["TEXT COLLATE NOCASE", "jsonb", JSON]),
        ("labels", Type::List(S::String), "json", Pool::Texts, ["", "jsonb", JSON]),
        ("numbers", Type::List(S::Int), "fullkey", Pool::Ints, ["TEXT", "jsonb", JSON]),
        ("switches", Type::List(S::Bool), "parent", Pool::Bools, ["TEXT", "jsonb", JSON]),
        ("ratios", Type::List(S::Double), "v", Pool::Doubles, ["TEXT", "jsonb", ""]),
        ("roles", Type::List(S::String), "roles", Pool::TextArray, ["", "text[] COLLATE folded", ""]),
        ("codes", Type::List(S::Int), "codes", Pool::IntArray, ["", "bigint[]", ""]),
        ("moments", Type::List(S::Timestamp), "moments", Pool::TimeArray, ["", "timestamptz[]", ""]),
    ];
    let chosen = match dialect {
        Dialect::Sqlite => 0,
        Dialect::Postgres => 1,
        Dialect::MySql => 2,
    };
    table
        .into_iter()
        .filter(|(.., pool, definitions)| {
            let array = matches!(pool, Pool::TextArray | Pool::IntArray | Pool::TimeArray);
            dialect == Dialect::Postgres
                || !(array || dialect == Dialect::MySql && definitions[chosen].is_empty())
        })
        .map(|(name, kind, column, pool, definitions)| Field {
            attribute: Attribute {
                name: name.into(),
                kind,
                nullable: true,
                column: (name != column || name == "type").then(|| qualified(column)),
                storage: match pool {
                    Pool::Micros => Some(Storage::Micros),
                    Pool::TextArray | Pool::IntArray | Pool::TimeArray => Some(Storage::Array),
                    _ => None,
                },
            },
            column,
            definition: definitions[chosen],
            pool,
        })
        .collect()
}

/// Half of the columns are named with their table.
fn qualified(column: &str) -> Arc<str> {
    if column.len().is_multiple_of(2) { format!("things.{column}").into() } else { column.into() }
}
