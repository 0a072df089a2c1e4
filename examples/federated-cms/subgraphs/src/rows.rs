//! Which rows of a table a caller may see or change: their permissions as a condition of SQL, for the database to answer.

use casemate_sdk::filter::sql::{Dialect, Parameter, Sql};
use casemate_sdk::{Caller, Effect, Error};
use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

/// What is bound to a statement.
pub type Arguments = SqliteArguments;

/// The condition for the rows on which a caller may do what `permission` names. Its placeholders are `?1` and so on: those of
/// the statement's own come after them.
///
/// # Errors
/// Where there is no row on which they may, and where SQL cannot say on which.
pub fn rows(caller: &Caller, permission: &str) -> Result<Sql, Error> {
    let answer = caller.filter(permission)?;
    match (answer.decision.effect, answer.filter) {
        (Effect::Allowed, _) => Ok(Sql { text: "(TRUE)".to_owned(), parameters: Vec::new() }),
        (Effect::Conditional, Some(filter)) => {
            filter.to_sql(Dialect::Sqlite).map_err(|error| Error::Configuration(error.to_string()))
        }
        _ => Err(Error::Forbidden { name: permission.to_owned(), reason: answer.decision.reason }),
    }
}

/// Binds the condition's values: never is one written into the text.
pub fn bind<'q>(
    query: Query<'q, Sqlite, Arguments>,
    parameters: &[Parameter],
) -> Query<'q, Sqlite, Arguments> {
    parameters.iter().fold(query, |query, parameter| match parameter {
        Parameter::Bool(value) => query.bind(*value),
        Parameter::Int(value) => query.bind(*value),
        Parameter::Double(value) => query.bind(*value),
        Parameter::Text(value) => query.bind(value.to_string()),
    })
}
