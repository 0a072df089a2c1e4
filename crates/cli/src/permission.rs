//! `casemate permission`: the permission engine on files, without a server.

mod check;
mod expect;
mod explain;
mod filter;
mod input;
mod lint;
mod schema;

use clap::{Args, Subcommand};

use crate::exit::Outcome;
use crate::printer::Printer;

/// What `casemate permission` takes.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Decide requests: 0 when all are allowed, 2 when an input is refused, else 3.
    Check(check::Arguments),
    /// Explain decisions: every permission that matches, what became of its properties, what would change it.
    Explain(explain::Arguments),
    /// Say which resources requests are allowed for, as a JSON tree or as SQL.
    Filter(filter::Arguments),
    /// Find what is wrong or surprising in schemas and permissions.
    Lint(lint::Arguments),
    /// Run the files of expected decisions (`*.test.toml`) below a folder.
    Test(expect::Arguments),
    /// Print the JSON Schema of a TOML file, for editors.
    Schema(schema::Arguments),
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments, printer),
        Command::Explain(arguments) => explain::run(&arguments, printer),
        Command::Filter(arguments) => filter::run(&arguments, printer),
        Command::Lint(arguments) => lint::run(&arguments, printer),
        Command::Test(arguments) => expect::run(&arguments, printer),
        Command::Schema(arguments) => schema::run(&arguments, printer),
    }
}
