//! A filter as a condition of a SQL statement: values are bound, comparison is exact whatever a column's collation.
//!
//! What the columns must be:
//!
//! | attribute | SQLite | PostgreSQL | MySQL, MariaDB |
//! |---|---|---|---|
//! | `bool` | integer 0 or 1 | `boolean` | integer 0 or 1 |
//! | `int` | integer | `smallint`, `integer`, `bigint` | signed integer |
//! | `double` | real or integer | `real`, `double precision` | `DOUBLE` |
//! | `string` | text (database in UTF-8) | `text`, `varchar` (database in UTF-8) | any text, any character set |
//! | `timestamp`, storage `timestamp` | text `2026-01-31T08:00:00.000000Z`, always 27 bytes | `timestamptz` | `DATETIME(6)` in UTC |
//! | `timestamp`, storage `micros`; `duration` | integer microseconds | `bigint` | `BIGINT` |
//! | list, storage `json` | text | `jsonb`, or `json` without `\u0000` | `JSON` or text |
//! | list, storage `array` | – | array | – |
//!
//! A value that SQLite or a JSON list holds of another type, a malformed list, a time outside the years 1 to 9999: all
//! count as missing, as they do for the predicate. Only a JSON string with an unpaired surrogate (`"\ud800"`) and a
//! negative zero in a list of integers are taken where the predicate refuses them.

mod mysql;
mod narrow;
mod postgres;
mod sqlite;
mod term;
mod writer;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::tree::{AllowDeny, Filter};
use crate::types::Type;
use writer::Writer;

/// The database that a text is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// PostgreSQL 12 and later.
    Postgres,
    /// SQLite 3.38 and later.
    Sqlite,
    /// MySQL 8.0.17 and later, MariaDB 10.6 and later.
    MySql,
}

/// A condition and the values to bind to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sql {
    /// The condition, in parentheses: true or false, never null.
    pub text: String,
    /// The values, in the order of their placeholders (`$1`, `?1`; in MySQL each `?` has its own).
    pub parameters: Vec<Parameter>,
}

/// A value to bind. Times are texts or integers, as the column's storage asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// A truth value; 1 or 0 where the database has none.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A finite double.
    Double(f64),
    /// Text without U+0000.
    Text(Box<str>),
}

/// Why a filter cannot be asked of this database, and what would help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExpressible {
    /// The resource's own `id` or `type`, which have no column unless one is declared.
    #[error(
        "the filter asks for the resource's `{0}`: declare its column, `{0} = {{ type = \"string\", column = \"…\" }}`"
    )]
    NoColumn(String),
    /// A column's name that no database takes.
    #[error("the column `{column}` of the attribute `{attribute}` is no name: {reason}")]
    Column {
        /// The attribute.
        attribute: String,
        /// Its column.
        column: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A storage that does not go with the type, or with the database.
    #[error("the attribute `{attribute}` ({kind}) cannot be read from such a column: {reason}")]
    Storage {
        /// The attribute.
        attribute: String,
        /// Its type.
        kind: Type,
        /// What is wrong with its storage.
        reason: &'static str,
    },
    /// An integer and a double in two columns, which this database would round before comparing.
    #[error(
        "`{attribute}` and `{other}` are an integer and a double: only SQLite compares such columns exactly"
    )]
    Rounding {
        /// One attribute.
        attribute: String,
        /// The other.
        other: String,
    },
    /// Two times in columns of different storage.
    #[error("`{attribute}` and `{other}` are stored differently: give both columns the same `storage`")]
    Storages {
        /// One attribute.
        attribute: String,
        /// The other.
        other: String,
    },
    /// A text that databases do not hold.
    #[error("the value compared with `{0}` holds the character U+0000, which not every database can hold")]
    Nul(String),
    /// A time outside the years 1 to 9999, or a number that is not finite.
    #[error("the value compared with `{0}` is outside the range of its type")]
    Range(String),
    /// Operands that do not go with the operator.
    #[error("`{operator}` does not go with the attribute `{attribute}` and that operand")]
    Operands {
        /// The attribute.
        attribute: String,
        /// The operator.
        operator: &'static str,
    },
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 3] = [Dialect::Postgres, Dialect::Sqlite, Dialect::MySql];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Postgres => "postgres",
            Dialect::Sqlite => "sqlite",
            Dialect::MySql => "mysql",
        }
    }

    /// The dialect of that name.
    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

impl AllowDeny {
    /// The condition: `COALESCE(allow, FALSE) AND NOT COALESCE(deny, TRUE)`, without a part that is always true.
    ///
    /// Comparisons that `allow` implies stand before it once more, for an index to answer: any index of SQLite on a
    /// column without collation, any of MySQL, and in PostgreSQL those of numbers and times, and for texts one on
    /// `(column COLLATE "C")`.
    ///
    /// # Errors
    /// [`NotExpressible`] names what the database cannot be asked exactly.
    pub fn to_sql(&self, dialect: Dialect) -> Result<Sql, NotExpressible> {
        self.to_sql_from(dialect, 1)
    }

    /// The same, for a statement that has parameters of its own: `first` is the number of this condition's first
    /// placeholder (MySQL's have no numbers).
    ///
    /// # Errors
    /// See [`AllowDeny::to_sql`].
    pub fn to_sql_from(&self, dialect: Dialect, first: usize) -> Result<Sql, NotExpressible> {
        let mut writer = Writer::new(dialect, first);
        match (self.allow(), self.deny()) {
            (Filter::True, Filter::False) => writer.push("TRUE"),
            (Filter::False, _) | (_, Filter::True) => writer.push("FALSE"),
            (allow, deny) => {
                writer.push("(");
                if *allow != Filter::True {
                    narrow::write(&mut writer, allow)?;
                    writer.push("COALESCE(");
                    writer.filter(allow)?;
                    writer.push(", FALSE)");
                }
                if *allow != Filter::True && *deny != Filter::False {
                    writer.push(" AND ");
                }
                if *deny != Filter::False {
                    writer.push("NOT COALESCE(");
                    writer.filter(deny)?;
                    writer.push(", TRUE)");
                }
                writer.push(")");
            }
        }
        Ok(writer.finish())
    }
}

impl Sql {
    /// `{"sql": "…", "parameters": […]}`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Sql {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Sql", 2)?;
        object.serialize_field("sql", &self.text)?;
        object.serialize_field("parameters", &self.parameters)?;
        object.end()
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Parameter::Bool(value) => serializer.serialize_bool(*value),
            Parameter::Int(value) => serializer.serialize_i64(*value),
            Parameter::Double(value) => serializer.serialize_f64(*value),
            Parameter::Text(value) => serializer.serialize_str(value),
        }
    }
}
