//! MySQL and MariaDB: collations pad and fold, so that texts are compared as binary strings.

use super::term::{Column, Term, time_range};
use super::writer::Writer;
use crate::filter::tree::{Operator, Storage};
use crate::types::Scalar;

pub(super) fn exists(writer: &mut Writer, column: &Column) {
    let c = column.sql.as_str();
    if column.list {
        // Some read `1e0` as an integer: the text decides.
        let wrong = match column.kind {
            Scalar::Bool => " <> 'BOOLEAN'".to_owned(),
            Scalar::Int => format!(" <> 'INTEGER' OR NOT COALESCE({INTEGER}, FALSE)"),
            _ => " <> 'STRING'".to_owned(),
        };
        writer.write(&[
            "CASE WHEN JSON_VALID(",
            c,
            ") THEN JSON_TYPE(",
            c,
            ") = 'ARRAY' AND NOT EXISTS (SELECT 1 FROM ",
        ]);
        source(writer, column, "casemate_a");
        writer.write(&[" WHERE COALESCE(JSON_TYPE(JSON_EXTRACT(", c]);
        writer.write(&[
            ", CONCAT('$[', casemate_a.casemate_index - 1, ']'))), '')",
            &wrong,
            ") ELSE FALSE END",
        ]);
        return;
    }
    match (column.kind, column.storage) {
        (Scalar::Bool, _) => writer.write(&["(", c, " IS NOT NULL AND ", c, " IN (0, 1))"]),
        // A date of zeros is a value there, and no point in time.
        (Scalar::Timestamp, storage) => {
            let range = time_range(storage, writer.dialect);
            writer.write(&["(", c, " IS NOT NULL AND ", c, " ", &range, ")"]);
        }
        _ => writer.write(&["(", c, " IS NOT NULL)"]),
    }
}

/// The text of a 64-bit integer in the only form JSON gives it.
const INTEGER: &str = "CASE WHEN casemate_a.casemate_value REGEXP '^(0|-?[1-9][0-9]{0,18})$' THEN \
    CAST(casemate_a.casemate_value AS DECIMAL(20, 0)) BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE FALSE END";

pub(super) fn exact(writer: &mut Writer, term: Term<'_>) {
    match (term, term.kind()) {
        (_, Scalar::String) => {
            writer.push("CAST(CONVERT(");
            writer.raw(term);
            writer.push(" USING utf8mb4) AS BINARY)");
        }
        (_, Scalar::Double) => {
            writer.push("CAST(");
            writer.raw(term);
            writer.push(" AS DOUBLE)");
        }
        (Term::Column(_), _) => writer.raw(term),
        (Term::Slot(slot), kind) => {
            writer.push("CAST(");
            writer.raw(term);
            let time = kind == Scalar::Timestamp && slot.storage != Storage::Micros;
            writer.push(if time { " AS DATETIME(6))" } else { " AS SIGNED)" });
        }
    }
}

pub(super) fn part(writer: &mut Writer, operator: Operator, text: Term<'_>, part: Term<'_>) {
    match operator {
        Operator::ContainsText => {
            writer.push("LOCATE(");
            exact(writer, part);
            writer.push(", ");
            exact(writer, text);
            writer.push(") > 0");
        }
        other => {
            writer.push(if other == Operator::StartsWith { "LEFT(" } else { "RIGHT(" });
            exact(writer, text);
            writer.push(", LENGTH(");
            exact(writer, part);
            writer.push(")) = ");
            exact(writer, part);
        }
    }
}

/// `JSON_EXTRACT` and `JSON_ARRAY` are of one type in either server, JSON in the one and text in the other.
pub(super) fn source(writer: &mut Writer, list: &Column, alias: &str) {
    let c = list.sql.as_str();
    writer.write(&[
        "JSON_TABLE(CASE WHEN JSON_VALID(",
        c,
        ") THEN JSON_EXTRACT(",
        c,
        ", '$') ELSE JSON_ARRAY() END, '$[*]'",
    ]);
    writer.write(&[" COLUMNS (casemate_index FOR ORDINALITY, casemate_value LONGTEXT PATH '$')) AS ", alias]);
}

pub(super) fn element(writer: &mut Writer, list: &Column, alias: &str) {
    match list.kind {
        Scalar::Bool => {
            writer.write(&["CASE ", alias, ".casemate_value WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"])
        }
        Scalar::Int => {
            writer.write(&[
                "CASE WHEN ",
                alias,
                ".casemate_value REGEXP '^-?[0-9]{1,19}$' THEN CAST(",
                alias,
            ]);
            writer.push(".casemate_value AS DECIMAL(20, 0)) END");
        }
        _ => writer.write(&["CAST(CONVERT(", alias, ".casemate_value USING utf8mb4) AS BINARY)"]),
    }
}
