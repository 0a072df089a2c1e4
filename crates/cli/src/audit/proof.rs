//! `casemate audit prove`, and checking what it wrote: that one event stands in a log, without anything else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::ed25519::AwsLc;
use casemate_audit::note::VerifierKey;
use casemate_audit::verify::{EventProof, Finding, MAX_PROOF};
use serde::Serialize;

use super::client::ServerArguments;
use super::verify::Known;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::failed;
use crate::printer::{Format, Printer, printable, printable_lines};

/// What `casemate audit prove` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The index of the event, which is its id in the API.
    #[arg(value_name = "ID")]
    id: u64,

    #[command(flatten)]
    server: ServerArguments,

    /// The key that signs the log, or a file that holds it; the server's own where none is given.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,

    /// The file to write, in place of standard output; there must be none of that name yet.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'a> {
    verdict: &'static str,
    id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// Checks the proof in a file.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn check(path: &Path, keys: &[VerifierKey], printer: &mut Printer) -> Outcome {
    let unread =
        |error: std::io::Error| Failure::usage(miette::miette!("cannot read {}: {error}", path.display()));
    if std::fs::metadata(path).map_err(unread)?.len() > MAX_PROOF as u64 {
        return Err(Failure::usage(miette::miette!("{} is longer than any proof", path.display())));
    }
    let text = std::fs::read(path).map_err(unread)?;
    let proof = match EventProof::read(&text) {
        Ok(proof) => proof,
        Err(finding) => {
            return Err(Failure::usage(miette::miette!(
                "{} is no proof: {}",
                path.display(),
                finding.detail
            )));
        }
    };
    show(&proof, &proof.check(keys, &AwsLc), printer)
}

fn show(proof: &EventProof, checked: &Result<Checkpoint, Finding>, printer: &mut Printer) -> Outcome {
    let is_json = printer.format() == Format::Json;
    match checked {
        Ok(held) => {
            let event = proof.event.as_deref();
            if is_json {
                let (origin, size) = (Some(held.origin().to_owned()), Some(held.size));
                printer.json(&Answer {
                    verdict: "proved",
                    id: proof.id,
                    event,
                    origin,
                    size,
                    wrong: None,
                    detail: None,
                })?;
            } else {
                let origin = printable(held.origin());
                printer.line(format_args!(
                    "proved: event {} of {origin}, as signed when it had {} events",
                    proof.id, held.size
                ))?;
                printer.line(
                    event.map_or("  it was erased: its leaf is in the tree".to_owned(), |event| {
                        format!("  {}", printable_lines(event))
                    }),
                )?;
            }
            Ok(Exit::Success)
        }
        Err(finding) => {
            if is_json {
                let wrong = Some(finding.wrong.as_str());
                let detail = Some(finding.detail.as_str());
                printer.json(&Answer {
                    verdict: "not proved",
                    id: proof.id,
                    event: None,
                    origin: None,
                    size: None,
                    wrong,
                    detail,
                })?;
            } else {
                printer.line(format_args!("not proved: {}", printable(&finding.to_string())))?;
                printer.line(format_args!("  next: {}", finding.wrong.what_next()))?;
            }
            Ok(Exit::Verdict)
        }
    }
}

/// Runs `casemate audit prove`.
pub(super) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let Some(server) = arguments.server.open()? else {
        let help = "say which with --server";
        return Err(Failure::usage(miette::miette!(help = help, "a proof is asked of a server")));
    };
    let known = Known::of(&arguments.key, None, Some(&server), printer)?;
    let body = server.proof(&arguments.id.to_string())?;
    let proof = match EventProof::read(&body) {
        Ok(proof) if proof.id == arguments.id => proof,
        _ => return Err(failed("the server's answer is no proof of this event")),
    };
    let checked = proof.check(&known.keys, &AwsLc);
    if checked.is_err() {
        return show(&proof, &checked, printer);
    }
    let text = serde_json::to_string_pretty(&proof).map_err(failed)?;
    match &arguments.output {
        None => printer.line(text)?,
        Some(path) => {
            let unwritten =
                |error: std::io::Error| failed(format_args!("cannot write {}: {error}", path.display()));
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            let mut file = file.map_err(unwritten)?;
            writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(unwritten)?;
            printer.note(format_args!("{}: the proof of event {}, which holds", path.display(), proof.id));
        }
    }
    Ok(Exit::Success)
}
