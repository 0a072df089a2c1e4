//! `casemate permission schema`.

use casemate_directory::Policy;
use casemate_permission::Schema;

use super::expect;
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::Printer;

/// What it takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The sort of file.
    #[arg(value_enum, default_value_t = File::Schema)]
    file: File,
}

/// Our TOML files.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum File {
    /// A permission schema.
    Schema,
    /// A policy file: roles, assignments, users, credentials, tenants, providers.
    Policy,
    /// Expected decisions (`*.test.toml`).
    Test,
}

pub(crate) fn run(arguments: &Arguments, printer: &mut Printer) -> Outcome {
    let schema = match arguments.file {
        File::Schema => Schema::json_schema(),
        File::Policy => Policy::json_schema(),
        File::Test => expect::json_schema(),
    };
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Failure::failed(miette::miette!("{error}")))?;
    printer.line(text)?;
    Ok(Exit::Success)
}
