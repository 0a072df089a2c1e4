//! `casemate admin`: getting in where nobody can.

use casemate_identity::ExposeSecret as _;
use serde::Serialize;

use crate::apply::refused;
use crate::exit::{Exit, Outcome};
use crate::place::{Place, operator};
use crate::printer::{Format, Printer};
use crate::runtime;
use crate::settings::PlaceSettings;

/// What `casemate admin` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Make a one-time key, valid for an hour, by which somebody becomes an administrator. The record says so.
    Recover(Recover),
}

#[derive(Debug, clap::Args)]
struct Recover {
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Serialize)]
struct Made<'a> {
    one_time_key: &'a str,
    valid_seconds: u32,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Recover(arguments) => runtime::block_on(recover(arguments, printer)),
    }
}

async fn recover(arguments: Recover, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let place = Place::open(&config).await?;
    let author = operator("admin-recover", arguments.reason);
    let key = place.administration.make_recovery_key(&author).await;
    let key = key.map_err(|error| refused(printer, &error))?;
    place.close().await;
    if printer.format() == Format::Json {
        printer.json(&Made { one_time_key: key.expose_secret(), valid_seconds: 3_600 })?;
        return Ok(Exit::Success);
    }
    printer.line("One-time key, valid for an hour, shown this once:")?;
    printer.line(format_args!("  {}", key.expose_secret()))?;
    printer.line("")?;
    printer.line("It makes one administrator, a service account with an API key for instance:")?;
    let url = config.server.public_url.as_ref().map_or("http://127.0.0.1:7654", |url| url.as_str());
    printer
        .line(format_args!("  curl {url}/api/v1/administrators -H 'Content-Type: application/json' \\"))?;
    printer.line(format_args!(
        "    -d '{{\"key\":\"{}\",\"service_account\":\"admin\"}}'",
        key.expose_secret()
    ))?;
    Ok(Exit::Success)
}
