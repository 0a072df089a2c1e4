//! `casemate`: the server and the tools around it, one file per command.
//!
//! Every command is a `clap` argument struct with a `run` that takes the [`Printer`] and answers an [`Exit`] or a
//! [`Failure`]; nothing but the printer writes to the terminal.
#![forbid(unsafe_code)]

mod access;
mod admin;
mod apply;
mod audit;
mod backup;
mod checks;
mod config;
mod directory;
mod doctor;
mod exit;
mod import;
mod permission;
mod place;
mod policy;
mod printer;
mod runtime;
mod serve;
mod settings;
mod state;

use clap::{Parser, Subcommand};

use crate::exit::{Failure, Outcome};
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
    /// Make what is configured what a folder of policy files says.
    Apply(apply::Arguments),
    /// Show, compare and set back the versions of what is configured.
    Policy(policy::Arguments),
    /// Show who holds what.
    Access(access::Arguments),
    /// Pull who exists from LDAP directories; show and set back versions of users and groups.
    Directory(directory::Arguments),
    /// Read what is on record, and check that it is what it was.
    Audit(Box<audit::Arguments>),
    /// Check and show the configuration.
    Config(config::Arguments),
    /// Check everything that a start in production checks and more, without starting.
    Doctor(doctor::Arguments),
    /// Write all that is kept into one sealed file.
    Backup(backup::BackupArguments),
    /// Restore a backup, into either database; servers that run on it take over what is restored within a second.
    Restore(backup::RestoreArguments),
    /// Turn what other systems exported into policy files.
    Import(import::Arguments),
    /// Get in where nobody can.
    Admin(admin::Arguments),
    /// Decide, explain, filter, lint and test permissions on files, without a server.
    Permission(permission::Arguments),
}

impl Command {
    /// Whether it answers a list, which can be saved for spreadsheets.
    fn lists(&self) -> bool {
        match self {
            Command::Access(_) => true,
            Command::Audit(arguments) => arguments.lists(),
            Command::Policy(arguments) => arguments.lists(),
            Command::Directory(arguments) => arguments.lists(),
            _ => false,
        }
    }
}

fn main() -> std::process::ExitCode {
    // clap itself answers --help and --version with 0 and a usage mistake with 2, as `Exit` does.
    let arguments = Arguments::parse();
    let mut printer = Printer::new(arguments.format);
    let outcome = match arguments.format == Format::Csv && !arguments.command.lists() {
        true => Err(Failure::usage(miette::miette!(
            help = "`access review`, `audit list`, `directory log` and `policy log` do",
            "this command writes no list, and has no `--format csv`"
        ))),
        false => run(arguments.command, &mut printer),
    };
    printer.finish(outcome).into()
}

fn run(command: Command, printer: &mut Printer) -> Outcome {
    match command {
        Command::Access(arguments) => access::run(arguments, printer),
        Command::Serve(arguments) => serve::run(arguments, printer),
        Command::Apply(arguments) => apply::run(arguments, printer),
        Command::Policy(arguments) => policy::run(arguments, printer),
        Command::Backup(arguments) => backup::run_backup(arguments, printer),
        Command::Restore(arguments) => backup::run_restore(arguments, printer),
        Command::Import(arguments) => import::run(arguments, printer),
        Command::Admin(arguments) => admin::run(arguments, printer),
        Command::Directory(arguments) => directory::run(arguments, printer),
        Command::Audit(arguments) => audit::run(*arguments, printer),
        Command::Config(arguments) => config::run(arguments, printer),
        Command::Doctor(arguments) => doctor::run(arguments, printer),
        Command::Permission(arguments) => permission::run(arguments, printer),
    }
}
