//! `casemate config`: what an operator chose, checked and shown.

use casemate_platform::config::{Effective, Loaded, Origin, reference};
use serde::Serialize;
use serde_json::Value as Json;

use crate::exit::{Exit, Outcome};
use crate::printer::{Format, Printer};
use crate::settings::AllSettings;

/// What `casemate config` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say whether the configuration can be used, and draw every mistake at its place.
    Check(AllSettings),
    /// Show every setting as it is in force; secrets are hidden.
    Show(Show),
    /// Print the documentation of every setting, as Markdown.
    Reference,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Also say where each value came from: default, file and line, environment variable or flag.
    #[arg(long)]
    origin: bool,

    #[command(flatten)]
    settings: AllSettings,
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Check(settings) => check(settings, printer),
        Command::Show(arguments) => show(arguments, printer),
        Command::Reference => {
            printer.line(reference().trim_end())?;
            Ok(Exit::Success)
        }
    }
}

/// The answer of `check` for programs.
#[derive(Serialize)]
struct Checked<'a> {
    ok: bool,
    file: Option<String>,
    warnings: &'a [String],
}

fn check(settings: AllSettings, printer: &mut Printer) -> Outcome {
    let loaded = settings.load(printer)?;
    let file = loaded.file.as_ref().map(|path| path.display().to_string());
    match printer.format() {
        Format::Json => printer.json(&Checked { ok: true, file, warnings: &loaded.remarks })?,
        Format::Table | Format::Csv => {
            warn(&loaded, printer);
            match file {
                Some(file) => printer.line(format_args!("the configuration is right ({file})"))?,
                None => printer.line("the configuration is right (no file)")?,
            }
        }
    }
    Ok(Exit::Success)
}

/// One setting for programs.
#[derive(Serialize)]
struct Line<'a> {
    key: &'static str,
    value: &'a Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Place<'a>>,
}

/// Where its value came from.
#[derive(Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
enum Place<'a> {
    Default,
    File { path: String, line: usize },
    Environment { name: &'a str },
    Flag { name: &'static str },
}

fn show(arguments: Show, printer: &mut Printer) -> Outcome {
    let loaded = arguments.settings.load(printer)?;
    warn(&loaded, printer);
    if printer.format() == Format::Json {
        for effective in &loaded.effective {
            let origin = arguments.origin.then(|| place(&effective.origin));
            printer.json(&Line { key: effective.setting.key, value: &effective.value, origin })?;
        }
        return Ok(Exit::Success);
    }
    let cells = |effective: &Effective| (effective.setting.key.to_owned(), shown(&effective.value));
    if arguments.origin {
        let row = |effective: &Effective| {
            let (key, value) = cells(effective);
            [key, value, effective.origin.to_string()]
        };
        printer
            .table(["SETTING", "VALUE", "ORIGIN"], &loaded.effective.iter().map(row).collect::<Vec<_>>())?;
    } else {
        let row = |effective: &Effective| <[String; 2]>::from(cells(effective));
        printer.table(["SETTING", "VALUE"], &loaded.effective.iter().map(row).collect::<Vec<_>>())?;
    }
    Ok(Exit::Success)
}

fn place(origin: &Origin) -> Place<'_> {
    match origin {
        Origin::Default => Place::Default,
        Origin::File { path, line } => Place::File { path: path.display().to_string(), line: *line },
        Origin::Environment { name } => Place::Environment { name },
        Origin::Flag { name } => Place::Flag { name },
    }
}

/// A value for people: text without quotes, nothing as a dash.
fn shown(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn warn(loaded: &Loaded, printer: &Printer) {
    for remark in &loaded.remarks {
        printer.note(format_args!("warning: {remark}"));
    }
}
