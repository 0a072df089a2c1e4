//! `casemate import`: what other systems exported, as policy files of ours.

use std::path::PathBuf;

use casemate_directory::{Imported, import_webiny};
use serde_json::json;

use crate::exit::{Exit, Failure, Outcome};
use crate::place::failed;
use crate::printer::{Format, Printer};

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// What `casemate import` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print roles and teams that were exported from Webiny as a policy file, and name what could not be carried over; then the exit
    /// code is 3. The file is for `casemate apply`.
    Webiny(Webiny),
}

#[derive(Debug, clap::Args)]
struct Webiny {
    /// The export, as JSON: a role, a list of roles, or the answer to a GraphQL query for them.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Webiny(arguments) => webiny(arguments, printer),
    }
}

fn webiny(arguments: Webiny, printer: &mut Printer) -> Outcome {
    let shown = arguments.file.display();
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::usage(miette::miette!("cannot read the export {shown}: {error}"))
    };
    let size = std::fs::metadata(&arguments.file).map_err(|error| unreadable(&error))?.len();
    if size > MAX_BYTES {
        return Err(unreadable(&format!("it has {size} bytes, at most {MAX_BYTES} are read")));
    }
    let text = std::fs::read_to_string(&arguments.file).map_err(|error| unreadable(&error))?;
    let export = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    let imported = import_webiny(&export).map_err(|error| unreadable(&error))?;
    let Imported { roles, teams, left } = &imported;
    match printer.format() {
        Format::Json => {
            let roles: Vec<_> = roles.iter().map(|role| &role.document).collect();
            printer.json(&json!({ "roles": roles, "teams": teams, "not_carried_over": left }))?;
        }
        Format::Table | Format::Csv => {
            printer.line(policy_file(&imported)?.trim_end())?;
            for item in left {
                printer.note(format_args!("not carried over: {} {}: {}", item.role, item.pointer, item.why));
            }
        }
    }
    Ok(if left.is_empty() { Exit::Success } else { Exit::Verdict })
}

/// The roles and teams as the TOML that `casemate apply` reads.
fn policy_file(imported: &Imported) -> Result<String, Failure> {
    let mut file = toml::Table::new();
    file.insert("format".to_owned(), toml::Value::Integer(1));
    let roles: Result<Vec<toml::Value>, _> =
        imported.roles.iter().map(|role| toml::Value::try_from(&role.document)).collect();
    file.insert("role".to_owned(), toml::Value::Array(roles.map_err(failed)?));
    if !imported.teams.is_empty() {
        let teams: Result<Vec<toml::Value>, _> = imported.teams.iter().map(toml::Value::try_from).collect();
        file.insert("team".to_owned(), toml::Value::Array(teams.map_err(failed)?));
    }
    toml::to_string(&file).map_err(failed)
}
