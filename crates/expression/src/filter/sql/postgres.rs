//! PostgreSQL: typed by column; `COLLATE "C"` compares bytes.

use super::term::{Column, Term, time_range};
use super::writer::Writer;
use crate::filter::tree::{Operator, Storage};
use crate::types::Scalar;

pub(super) fn exists(writer: &mut Writer, column: &Column) {
    let c = column.sql.as_str();
    match (column.list, column.storage) {
        (true, Storage::Array) => {
            writer.write(&[
                "(",
                c,
                " IS NOT NULL AND COALESCE(array_ndims(",
                c,
                "), 1) = 1 AND NOT EXISTS (SELECT 1 FROM ",
            ]);
            source(writer, column, "casemate_a");
            writer.push(" WHERE NOT ");
            present(writer, "casemate_a.casemate_value", column.kind, Storage::Timestamp);
            writer.push("))");
        }
        (true, _) => {
            let wrong = match column.kind {
                Scalar::Bool => "jsonb_typeof(casemate_a.casemate_value) <> 'boolean'".to_owned(),
                Scalar::Int => format!(
                    "CASE {NUMBER} THEN scale({TEXT}::numeric) > 0 OR {TEXT}::numeric {BEYOND} ELSE TRUE END"
                ),
                Scalar::Double => format!(
                    "CASE {NUMBER} THEN abs({TEXT}::numeric) > {LARGEST} OR scale({TEXT}::numeric) = 0 AND {TEXT}::numeric \
                     {BEYOND} ELSE TRUE END"
                ),
                _ => "jsonb_typeof(casemate_a.casemate_value) <> 'string'".to_owned(),
            };
            writer.write(&[
                "CASE WHEN jsonb_typeof(CAST(",
                c,
                " AS jsonb)) = 'array' THEN NOT EXISTS (SELECT 1 FROM ",
            ]);
            source(writer, column, "casemate_a");
            writer.write(&[" WHERE ", &wrong, ") ELSE FALSE END"]);
        }
        (false, storage) => present(writer, c, column.kind, storage),
    }
}

const NUMBER: &str = "WHEN jsonb_typeof(casemate_a.casemate_value) = 'number'";
const TEXT: &str = "(casemate_a.casemate_value #>> '{}')";
const BEYOND: &str = "NOT BETWEEN -9223372036854775808 AND 9223372036854775807";
const LARGEST: &str = "1.7976931348623157e308";

/// A scalar expression holds a value of its type: JSON has no infinity, times end with the year 9999.
fn present(writer: &mut Writer, c: &str, kind: Scalar, storage: Storage) {
    match (kind, storage) {
        (Scalar::Double, _) => {
            writer.write(&["(", c, " IS NOT NULL AND abs(CAST(", c, " AS double precision)) < 'Infinity')"]);
        }
        (Scalar::Timestamp, storage) => {
            let range = time_range(storage, writer.dialect);
            writer.write(&["(", c, " IS NOT NULL AND ", c, " ", &range, ")"]);
        }
        _ => writer.write(&["(", c, " IS NOT NULL)"]),
    }
}

pub(super) fn exact(writer: &mut Writer, term: Term<'_>) {
    match (term, term.kind()) {
        (Term::Column(column), Scalar::String) => {
            writer.write(&["CAST(", &column.sql, " AS text) COLLATE \"C\""])
        }
        (Term::Column(column), Scalar::Double) => {
            writer.write(&["CAST(", &column.sql, " AS double precision)"])
        }
        (Term::Column(column), _) => writer.push(&column.sql),
        (Term::Slot(slot), kind) => {
            if kind == Scalar::Timestamp && slot.storage != Storage::Micros {
                writer.push("CAST(");
                writer.placeholder(slot);
                writer.push("::text AS timestamptz)");
                return;
            }
            writer.placeholder(slot);
            writer.push(match kind {
                Scalar::Bool => "::boolean",
                Scalar::Double => "::double precision",
                Scalar::String => "::text",
                Scalar::Int | Scalar::Timestamp | Scalar::Duration => "::bigint",
            });
        }
    }
}

pub(super) fn part(writer: &mut Writer, operator: Operator, text: Term<'_>, part: Term<'_>) {
    match operator {
        Operator::EndsWith => {
            writer.push("right(");
            exact(writer, text);
            writer.push(", length(");
            exact(writer, part);
            writer.push(")) = ");
            exact(writer, part);
        }
        other => {
            writer.push(if other == Operator::StartsWith { "starts_with(" } else { "strpos(" });
            exact(writer, text);
            writer.push(", ");
            exact(writer, part);
            writer.push(if other == Operator::StartsWith { ")" } else { ") > 0" });
        }
    }
}

pub(super) fn source(writer: &mut Writer, list: &Column, alias: &str) {
    let c = list.sql.as_str();
    if list.storage == Storage::Array {
        writer.write(&["unnest(", c, ") AS ", alias, "(casemate_value)"]);
    } else {
        writer.write(&[
            "jsonb_array_elements(CASE WHEN jsonb_typeof(CAST(",
            c,
            " AS jsonb)) = 'array' THEN CAST(",
            c,
        ]);
        writer.write(&[" AS jsonb) ELSE CAST('[]' AS jsonb) END) AS ", alias, "(casemate_value)"]);
    }
}

/// An element. Casts that could fail stand behind a `CASE`: a database evaluates conditions in any order.
pub(super) fn element(writer: &mut Writer, list: &Column, alias: &str) {
    let v = format!("{alias}.casemate_value");
    match (list.storage, list.kind) {
        (Storage::Array, Scalar::String) => writer.write(&["CAST(", &v, " AS text) COLLATE \"C\""]),
        (Storage::Array, Scalar::Double) => writer.write(&["CAST(", &v, " AS double precision)"]),
        (Storage::Array, _) => writer.push(&v),
        (_, Scalar::Bool) => writer.write(&["(", &v, " = CAST('true' AS jsonb))"]),
        (_, Scalar::Int) => {
            writer.write(&[
                "CASE WHEN jsonb_typeof(",
                &v,
                ") = 'number' THEN CAST(",
                &v,
                " #>> '{}' AS numeric) END",
            ]);
        }
        (_, Scalar::Double) => {
            // Half of the smallest double: what is less becomes zero, where PostgreSQL would fail.
            writer.write(&[
                "CASE WHEN jsonb_typeof(",
                &v,
                ") = 'number' THEN CASE WHEN abs(CAST(",
                &v,
                " #>> '{}' AS numeric))",
            ]);
            writer.write(&[
                " > ",
                LARGEST,
                " THEN NULL WHEN abs(CAST(",
                &v,
                " #>> '{}' AS numeric)) < 2.4703282292062328e-324",
            ]);
            writer.write(&[" THEN 0 ELSE CAST(", &v, " #>> '{}' AS double precision) END END"]);
        }
        _ => writer.write(&["(", &v, " #>> '{}') COLLATE \"C\""]),
    }
}
