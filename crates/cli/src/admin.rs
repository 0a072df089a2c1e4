//! `casemate admin`: getting in where nobody can.

use casemate_store::{DataFolder, drop_unused_root_keys};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use crate::apply::refused;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed, operator, root_key_file};
use crate::printer::{Format, Printer};
use crate::serve::welcome::administrator_request;
use crate::settings::PlaceSettings;
use crate::{runtime, state};

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
    /// Make a new root key. A running server seals with it what is sealed with older ones, and so does the next start.
    RotateRootKey(RotateRootKey),
}

#[derive(Debug, clap::Args)]
struct RotateRootKey {
    /// Drop older keys with which nothing is sealed any more, in place of making a new one.
    #[arg(long)]
    drop_unused: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Serialize)]
struct RootKeyIds<'a> {
    current: &'a str,
    keys: Vec<&'a str>,
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
        Command::RotateRootKey(arguments) => runtime::block_on(rotate_root_key(arguments, printer)),
    }
}

async fn recover(arguments: Recover, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
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
    printer.line(format_args!("    -d '{}'", administrator_request(key.expose_secret())))?;
    Ok(Exit::Success)
}

async fn rotate_root_key(arguments: RotateRootKey, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let folder = DataFolder::open(&config.data).map_err(failed)?;
    let Some(file) = root_key_file(&config, &folder) else {
        let help =
            "put a new key before the others in that variable, one `id:base64` a line, and start again";
        return Err(Failure::usage(miette::miette!(help = help, "the root keys come from the environment")));
    };
    let keys = if arguments.drop_unused {
        let reader = state::reader(&config).await?;
        drop_unused_root_keys(&reader, &file).await.map_err(failed)?
    } else {
        file.rotate().map_err(failed)?
    };
    let ids = RootKeyIds { current: keys.current_id(), keys: keys.ids().collect() };
    if printer.format() == Format::Json {
        printer.json(&ids)?;
        return Ok(Exit::Success);
    }
    printer.line(format_args!("{}: the current key is {}", file.path().display(), ids.current))?;
    let older = ids.keys.len().saturating_sub(1);
    if older > 0 {
        printer.line(format_args!("older keys that are kept: {older}"))?;
        printer.line("Once a server has sealed everything anew, a few seconds later: --drop-unused.")?;
    }
    Ok(Exit::Success)
}
