//! `casemate`: the server and the tools around it, one file per command.
//!
//! Every command is a `clap` argument struct with a `run` that takes the [`Printer`] and answers an [`Exit`] or a
//! [`Failure`]; nothing but the printer writes to the terminal.
#![forbid(unsafe_code)]

mod audit;
mod checks;
mod config;
mod doctor;
mod exit;
mod permission;
mod printer;
mod runtime;
mod serve;
mod settings;
mod state;

use clap::{Parser, Subcommand};

use crate::exit::Outcome;
use crate::printer::{Format, Printer};

/// Who is calling, what they may do, and the record of it.
#[derive(Debug, Parser)]
#[command(name = "casemate", version, about, max_term_width = 100, disable_help_subcommand = true)]
struct Arguments {
    /// How answers are written to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server.
    Serve(serve::Arguments),
    /// Read the record of decisions.
    Audit(audit::Arguments),
    /// Check and show the configuration.
    Config(config::Arguments),
    /// Check everything that a start in production checks and more, without starting.
    Doctor(doctor::Arguments),
    /// Decide, explain, filter, lint and test permissions on files, without a server.
    Permission(permission::Arguments),
}

fn main() -> std::process::ExitCode {
    // clap itself answers --help and --version with 0 and a usage mistake with 2, as `Exit` does.
    let arguments = Arguments::parse();
    let mut printer = Printer::new(arguments.format);
    let outcome = run(arguments.command, &mut printer);
    printer.finish(outcome).into()
}

fn run(command: Command, printer: &mut Printer) -> Outcome {
    match command {
        Command::Serve(arguments) => serve::run(arguments, printer),
        Command::Audit(arguments) => audit::run(arguments, printer),
        Command::Config(arguments) => config::run(arguments, printer),
        Command::Doctor(arguments) => doctor::run(arguments, printer),
        Command::Permission(arguments) => permission::run(arguments, printer),
    }
}
