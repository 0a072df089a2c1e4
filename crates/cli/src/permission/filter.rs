//! `casemate permission filter`.

use casemate_expression::filter::sql::Dialect as SqlDialect;
use casemate_permission::{Effect, PermissionSet, Request};
use serde_json::Value as Json;

use super::input::{self, Answer};
use crate::exit::Outcome;
use crate::printer::Printer;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: input::Inputs,

    /// The form of the filter.
    #[arg(long, value_enum, default_value_t = Dialect::Json)]
    dialect: Dialect,
}

/// The forms a filter can be printed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Dialect {
    /// A JSON tree.
    Json,
    /// A condition with bind parameters for PostgreSQL.
    Postgres,
    /// A condition with bind parameters for SQLite.
    Sqlite,
    /// A condition with bind parameters for MySQL and MariaDB.
    Mysql,
}

impl Dialect {
    fn sql(self) -> Option<SqlDialect> {
        match self {
            Dialect::Json => None,
            Dialect::Postgres => Some(SqlDialect::Postgres),
            Dialect::Sqlite => Some(SqlDialect::Sqlite),
            Dialect::Mysql => Some(SqlDialect::MySql),
        }
    }
}

pub(crate) fn run(arguments: &Arguments, printer: &mut Printer) -> Outcome {
    let input = arguments.input.read(printer)?;
    let dialect = arguments.dialect.sql();
    input.answer(printer, |set, request| filter(set, request, dialect))
}

fn filter(set: &PermissionSet, request: &Request<'_>, dialect: Option<SqlDialect>) -> Result<Answer, String> {
    let answer = set.filter(request).map_err(|error| error.to_string())?;
    let mut json = answer.decision.to_json();
    let mut text = format!("{}  {}", answer.decision.effect.name(), request.name.as_str());
    let Some(members) = json.as_object_mut() else { return Err("the answer is no object".to_owned()) };
    members.insert("name".to_owned(), request.name.as_str().into());
    if let Some(filter) = &answer.filter {
        match dialect {
            None => {
                let tree: Json =
                    serde_json::from_str(&filter.whole().to_json()).map_err(|error| error.to_string())?;
                text.push('\n');
                text.push_str(&serde_json::to_string_pretty(&tree).map_err(|error| error.to_string())?);
                members.insert("filter".to_owned(), tree);
            }
            Some(dialect) => {
                let sql = filter.to_sql(dialect).map_err(|error| error.to_string())?;
                let parameters = serde_json::to_value(&sql.parameters).map_err(|error| error.to_string())?;
                text.push_str(&format!("\n{}\nparameters: {parameters}", sql.text));
                members.insert("dialect".to_owned(), dialect.name().into());
                members.insert("sql".to_owned(), sql.text.into());
                members.insert("parameters".to_owned(), parameters);
            }
        }
    }
    Ok(Answer { good: answer.decision.effect != Effect::Denied, json, text })
}
