//! What SQL compares: columns and bound values, and the numbers rewritten so that the database need not round.

use super::{Dialect, NotExpressible, Parameter};
use crate::filter::tree::{Attribute, Constant, Operator, Storage};
use crate::number::{compare_int_double, double_of_int, int_of_double};
use crate::time::{END, Timestamp, YEAR_1};
use crate::types::{Scalar, Type};

/// An attribute's column, quoted, with what it holds.
pub(super) struct Column {
    pub(super) sql: String,
    pub(super) kind: Scalar,
    pub(super) list: bool,
    /// Of a list `Json` or `Array`, of a time `Timestamp` or `Micros`; of others without meaning.
    pub(super) storage: Storage,
}

/// A value bound for comparison with a column; may be placed more than once.
pub(super) struct Slot {
    pub(super) number: usize,
    pub(super) parameter: Parameter,
    pub(super) kind: Scalar,
    pub(super) storage: Storage,
}

/// One side of a comparison.
#[derive(Clone, Copy)]
pub(super) enum Term<'t> {
    Column(&'t Column),
    Slot(&'t Slot),
}

impl Term<'_> {
    pub(super) fn kind(self) -> Scalar {
        match self {
            Term::Column(column) => column.kind,
            Term::Slot(slot) => slot.kind,
        }
    }
}

/// Bytes of an identifier: PostgreSQL cuts longer ones off silently.
const IDENTIFIER_BYTES: usize = 63;

impl Column {
    pub(super) fn of(attribute: &Attribute, dialect: Dialect) -> Result<Column, NotExpressible> {
        let storage = |reason| NotExpressible::Storage {
            attribute: attribute.name.as_ref().to_owned(),
            kind: attribute.kind,
            reason,
        };
        let (kind, list) = match attribute.kind {
            Type::List(element) => (element, true),
            other => {
                (other.scalar().ok_or_else(|| storage("columns hold scalars and lists of them"))?, false)
            }
        };
        let storage = match (list, kind, attribute.storage) {
            (true, Scalar::Timestamp | Scalar::Duration, None | Some(Storage::Json)) => {
                return Err(storage(
                    "in a JSON list, times and durations are text that a database cannot compare",
                ));
            }
            (true, Scalar::Double, None | Some(Storage::Json)) if dialect == Dialect::MySql => {
                return Err(storage("MySQL's and MariaDB's JSON functions do not tell every double exactly"));
            }
            (true, _, None | Some(Storage::Json)) => Storage::Json,
            (true, _, Some(Storage::Array)) if dialect == Dialect::Postgres => Storage::Array,
            (true, _, Some(Storage::Array)) => {
                return Err(storage("only PostgreSQL has arrays; use storage = \"json\""));
            }
            (true, _, Some(_)) => return Err(storage("a list's storage is \"json\" or \"array\"")),
            (false, Scalar::Timestamp, None | Some(Storage::Timestamp)) => Storage::Timestamp,
            (false, Scalar::Timestamp | Scalar::Duration, Some(Storage::Micros)) => Storage::Micros,
            (false, Scalar::Timestamp, Some(_)) => {
                return Err(storage("a time's storage is \"timestamp\" or \"micros\""));
            }
            (false, Scalar::Duration, None) => Storage::Micros,
            (false, _, Some(_)) => return Err(storage("only lists and times have a storage")),
            (false, _, None) => Storage::Json,
        };
        Ok(Column { sql: quoted(attribute, dialect)?, kind, list, storage })
    }
}

/// The column's name, quoted part by part. SQLite reads a name in double quotes that it does not find as a text, so
/// that a mistyped column would answer instead of failing: backticks do not do that.
fn quoted(attribute: &Attribute, dialect: Dialect) -> Result<String, NotExpressible> {
    let column = |reason| NotExpressible::Column {
        attribute: attribute.name.as_ref().to_owned(),
        column: attribute.column.as_ref().unwrap_or(&attribute.name).as_ref().to_owned(),
        reason,
    };
    let parts: Vec<&str> = match &attribute.column {
        Some(declared) => declared.split('.').collect(),
        None if matches!(&*attribute.name, "id" | "type") => {
            return Err(NotExpressible::NoColumn(attribute.name.as_ref().to_owned()));
        }
        None => vec![&attribute.name],
    };
    if parts.len() > 3 {
        return Err(column("it has more than the parts schema.table.column"));
    }
    let quote = if dialect == Dialect::Postgres { '"' } else { '`' };
    let mut sql = String::new();
    for part in parts {
        if part.is_empty() {
            return Err(column("a part of it is empty"));
        }
        if part.len() > IDENTIFIER_BYTES {
            return Err(column("a part of it is longer than 63 bytes"));
        }
        if part.contains(char::is_control) {
            return Err(column("it holds a control character"));
        }
        if !sql.is_empty() {
            sql.push('.');
        }
        sql.push(quote);
        for character in part.chars() {
            sql.push(character);
            if character == quote {
                sql.push(quote);
            }
        }
        sql.push(quote);
    }
    Ok(sql)
}

/// The value to bind for a constant beside a column. The constant is of the column's type: see [`in_kind`].
pub(super) fn parameter(
    constant: &Constant,
    storage: Storage,
    dialect: Dialect,
    name: &str,
) -> Result<Parameter, NotExpressible> {
    let range = || NotExpressible::Range(name.to_owned());
    match constant {
        Constant::Bool(value) => Ok(Parameter::Bool(*value)),
        Constant::Int(value) => Ok(Parameter::Int(*value)),
        Constant::Double(value) if value.is_finite() => Ok(Parameter::Double(*value)),
        Constant::String(value) if value.contains('\0') => Err(NotExpressible::Nul(name.to_owned())),
        Constant::String(value) => Ok(Parameter::Text(value.clone())),
        Constant::Timestamp(value) => {
            let value = value.in_range().ok_or_else(range)?;
            match storage {
                Storage::Micros => Ok(Parameter::Int(value.0)),
                _ => time_text(value, dialect).map(|text| Parameter::Text(text.into())).ok_or_else(range),
            }
        }
        Constant::Duration(value) => Ok(Parameter::Int(value.0)),
        Constant::Double(_) | Constant::List(_) => Err(range()),
    }
}

/// The text of a time in the one form that compares as text (SQLite) or that the database reads unambiguously.
fn time_text(timestamp: Timestamp, dialect: Dialect) -> Option<String> {
    let since_epoch = jiff::SignedDuration::from_micros(timestamp.0);
    let time = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since_epoch).ok()?;
    let (between, after) = if dialect == Dialect::MySql { (' ', "") } else { ('T', "Z") };
    Some(format!(
        "{:04}-{:02}-{:02}{between}{:02}:{:02}:{:02}.{:06}{after}",
        time.year(),
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.subsec_nanosecond() / 1_000,
    ))
}

/// The first and the last point in time that count as one, as `BETWEEN` takes them for a column of that storage.
pub(super) fn time_range(storage: Storage, dialect: Dialect) -> String {
    let bound = |timestamp: Timestamp| match (storage, dialect) {
        (Storage::Micros, _) => timestamp.0.to_string(),
        (_, Dialect::Sqlite) => format!("'{}'", time_text(timestamp, dialect).unwrap_or_default()),
        (_, Dialect::Postgres) => {
            format!("TIMESTAMPTZ '{}'", time_text(timestamp, dialect).unwrap_or_default())
        }
        (_, Dialect::MySql) => {
            format!("CAST('{}' AS DATETIME(6))", time_text(timestamp, dialect).unwrap_or_default())
        }
    };
    format!("BETWEEN {} AND {}", bound(Timestamp(YEAR_1)), bound(Timestamp(END - 1)))
}

/// A comparison with a constant after its number was brought to the column's type.
pub(super) enum Comparison {
    /// Every value of the type answers the same.
    Always(bool),
    /// The operator and the constant to ask instead.
    With(Operator, Constant),
}

/// Rewrites a comparison of an integer with a double constant as one with an integer, and the reverse, exactly:
/// `n > 1.5` is `n >= 2`, `x < 9007199254740993` is `x <= 9007199254740992.0`.
pub(super) fn in_kind(kind: Scalar, operator: Operator, constant: &Constant) -> Comparison {
    match (kind, constant) {
        (Scalar::Int, Constant::Double(double)) => match int_of_double(*double) {
            Some(int) => Comparison::With(operator, Constant::Int(int)),
            None => between(operator, neighbours_of_double(*double)),
        },
        (Scalar::Double, Constant::Int(int)) => match double_of_int(*int) {
            Some(double) => Comparison::With(operator, Constant::Double(double)),
            None => between(operator, neighbours_of_int(*int)),
        },
        _ => Comparison::With(operator, constant.clone()),
    }
}

/// The comparison with a number that lies between two neighbours of the column's type (`None`: beyond its range).
fn between(operator: Operator, (below, above): (Option<Constant>, Option<Constant>)) -> Comparison {
    match operator {
        Operator::Lt | Operator::Le => {
            below.map_or(Comparison::Always(false), |below| Comparison::With(Operator::Le, below))
        }
        Operator::Gt | Operator::Ge => {
            above.map_or(Comparison::Always(false), |above| Comparison::With(Operator::Ge, above))
        }
        other => Comparison::Always(other == Operator::Ne),
    }
}

#[allow(clippy::cast_possible_truncation)]
fn neighbours_of_double(double: f64) -> (Option<Constant>, Option<Constant>) {
    // A double that is no integer of 64 bits is either beyond all of them or has a fraction, and then its floor and
    // ceiling are such integers.
    match (compare_int_double(i64::MIN, double), compare_int_double(i64::MAX, double)) {
        (Some(std::cmp::Ordering::Greater), _) => (None, Some(Constant::Int(i64::MIN))),
        (_, Some(std::cmp::Ordering::Less)) => (Some(Constant::Int(i64::MAX)), None),
        _ => (Some(Constant::Int(double.floor() as i64)), Some(Constant::Int(double.ceil() as i64))),
    }
}

#[allow(clippy::cast_precision_loss)]
fn neighbours_of_int(int: i64) -> (Option<Constant>, Option<Constant>) {
    let near = int as f64;
    let (below, above) = match compare_int_double(int, near) {
        Some(std::cmp::Ordering::Less) => (near.next_down(), near),
        _ => (near, near.next_up()),
    };
    (Some(Constant::Double(below)), Some(Constant::Double(above)))
}
