//! SQLite: typed by value, so that `exists` asks for the stored type too.

use super::term::{Column, Term, time_range};
use super::writer::Writer;
use crate::filter::tree::{Operator, Storage};
use crate::types::Scalar;

/// The one form of a time that compares as text.
const TIME_FORM: &str = "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z'";

pub(super) fn exists(writer: &mut Writer, column: &Column) {
    let c = column.sql.as_str();
    if column.list {
        let wrong = match column.kind {
            Scalar::Bool => "casemate_a.type NOT IN ('true', 'false')",
            Scalar::Int => "NOT (casemate_a.type = 'integer' AND typeof(casemate_a.atom) = 'integer')",
            Scalar::Double => {
                "NOT (casemate_a.type = 'integer' AND typeof(casemate_a.atom) = 'integer' OR casemate_a.type = 'real' \
                 AND casemate_a.atom BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)"
            }
            _ => "casemate_a.type <> 'text'",
        };
        writer.write(&[
            "CASE WHEN typeof(",
            c,
            ") = 'text' AND json_valid(",
            c,
            ") THEN json_type(",
            c,
            ") = 'array'",
        ]);
        writer.push(" AND NOT EXISTS (SELECT 1 FROM ");
        source(writer, column, "casemate_a");
        writer.write(&[" WHERE ", wrong, ") ELSE FALSE END"]);
        return;
    }
    match (column.kind, column.storage) {
        (Scalar::Bool, _) => writer.write(&["(typeof(", c, ") = 'integer' AND ", c, " IN (0, 1))"]),
        (Scalar::Double, _) => {
            // abs() would fail on the smallest integer, and with it the whole statement.
            writer.write(&["(typeof(", c, ") = 'integer' OR typeof(", c, ") = 'real' AND ", c]);
            writer.push(" BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308)");
        }
        (Scalar::String, _) => writer.write(&["typeof(", c, ") = 'text'"]),
        (Scalar::Timestamp, storage) => {
            let range = time_range(storage, writer.dialect);
            if storage == Storage::Micros {
                writer.write(&["(typeof(", c, ") = 'integer' AND ", c, " ", &range, ")"]);
            } else {
                writer.write(&[
                    "(typeof(",
                    c,
                    ") = 'text' AND ",
                    c,
                    " GLOB ",
                    TIME_FORM,
                    " AND ",
                    c,
                    " COLLATE BINARY ",
                ]);
                // Without a modifier, older versions leave 30 February as it is.
                writer.write(&[&range, " AND strftime('%Y-%m-%dT%H:%M:%S', substr(", c]);
                writer.write(&[", 1, 19), '+0 days') IS substr(", c, ", 1, 19))"]);
            }
        }
        (Scalar::Int | Scalar::Duration, _) => writer.write(&["typeof(", c, ") = 'integer'"]),
    }
}

pub(super) fn exact(writer: &mut Writer, term: Term<'_>) {
    match (term, term.kind()) {
        (Term::Slot(slot), _) => writer.placeholder(slot),
        (Term::Column(column), Scalar::String) => writer.write(&[&column.sql, " COLLATE BINARY"]),
        (Term::Column(column), Scalar::Timestamp) => writer.write(&[&column.sql, " COLLATE BINARY"]),
        (Term::Column(column), Scalar::Double) => writer.write(&["CAST(", &column.sql, " AS REAL)"]),
        (Term::Column(column), _) => writer.push(&column.sql),
    }
}

/// On blobs, whose functions count bytes and know no collation. A function of an empty blob may answer null: hence
/// `IS`, and the empty part asked first.
pub(super) fn part(writer: &mut Writer, operator: Operator, text: Term<'_>, part: Term<'_>) {
    writer.push("(length(");
    blob(writer, part);
    writer.push(") = 0 OR ");
    match operator {
        Operator::ContainsText => {
            writer.push("instr(");
            blob(writer, text);
            writer.push(", ");
            blob(writer, part);
            writer.push(") > 0)");
        }
        other => {
            writer.push("substr(");
            blob(writer, text);
            writer.push(if other == Operator::StartsWith { ", 1, length(" } else { ", -length(" });
            blob(writer, part);
            writer.push(")) IS ");
            blob(writer, part);
            writer.push(")");
        }
    }
}

fn blob(writer: &mut Writer, term: Term<'_>) {
    writer.push("CAST(");
    writer.raw(term);
    writer.push(" AS BLOB)");
}

/// The column is read in a table of its own: beside `json_each`, whose columns are named `value`, `type`, `id` and so
/// on, a column of such a name would be hidden.
pub(super) fn source(writer: &mut Writer, list: &Column, alias: &str) {
    let c = list.sql.as_str();
    writer.write(&[
        "(SELECT CASE WHEN typeof(",
        c,
        ") = 'text' AND json_valid(",
        c,
        ") THEN ",
        c,
        " ELSE '[]' END",
    ]);
    writer.write(&[
        " AS casemate_list) AS ",
        alias,
        "_list, json_each(",
        alias,
        "_list.casemate_list) AS ",
        alias,
    ]);
}

pub(super) fn element(writer: &mut Writer, list: &Column, alias: &str) {
    match list.kind {
        Scalar::Double => writer.write(&["CAST(", alias, ".atom AS REAL)"]),
        _ => writer.write(&[alias, ".atom"]),
    }
}
