//! `casemate audit prove`, and checking what it wrote: that one event stands in a log, without anything else.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::commitment::{self, SALT, Salt};
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::VerifierKey;
use casemate_audit::proof::{MAX_HASHES, verify_inclusion};
use casemate_audit::verify::{Finding, Span, Wrong, signed};
use serde::{Deserialize, Serialize};

use super::client::ServerArguments;
use super::verify::Known;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::failed;
use crate::printer::{Format, Printer, printable, printable_lines};

/// The longest proof: an event as a JSON string, with what is around it.
const MAX_PROOF: u64 = 32 << 20;

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

/// That one event stands in a log: all that it takes to check it beside the log's key.
#[derive(Debug, Serialize, Deserialize)]
struct Proof {
    /// The index of the event.
    id: u64,
    /// Its exact text, unless it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// What its commitment was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    /// The leaf of one that was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf: Option<String>,
    /// The hashes beside the way from its leaf to the root.
    inclusion: Vec<String>,
    /// The checkpoint, as a signed note.
    checkpoint: String,
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

/// What a proof that holds is about.
struct Held {
    origin: String,
    size: u64,
}

impl Proof {
    fn read(text: &[u8]) -> Result<Proof, Finding> {
        serde_json::from_slice(text).map_err(|error| Finding::of(Wrong::Unreadable, error.to_string()))
    }

    /// Checks it with nothing else but keys.
    fn check(&self, keys: &[VerifierKey]) -> Result<Held, Finding> {
        let (checkpoint, _) = signed(&self.checkpoint, keys)?;
        let unread = |detail: &str| Finding::at(Wrong::Unreadable, Span::only(self.id), detail);
        let hash =
            |text: &str| MerkleHash::parse(text).ok_or_else(|| unread("a hash is the base64 of 32 bytes"));
        let leaf = match (&self.event, &self.salt, &self.leaf) {
            (Some(event), Some(salt), _) => {
                let salt = STANDARD.decode(salt).ok().and_then(|salt| <[u8; SALT]>::try_from(salt).ok());
                let salt = Salt(salt.ok_or_else(|| unread("a salt is the base64 of 32 bytes"))?);
                commitment::leaf(&salt, event.as_bytes())
            }
            (None, None, Some(leaf)) => hash(leaf)?,
            _ => return Err(unread("a proof has `event` and `salt`, or `leaf`")),
        };
        if self.inclusion.len() > MAX_HASHES {
            return Err(unread("it has more hashes than any proof"));
        }
        let inclusion = self.inclusion.iter().map(|text| hash(text)).collect::<Result<Vec<_>, _>>()?;
        verify_inclusion(self.id, checkpoint.size, &leaf, &checkpoint.root, &inclusion)
            .map_err(|error| Finding::at(Wrong::Edited, Span::only(self.id), error.to_string()))?;
        Ok(Held { origin: checkpoint.origin().to_owned(), size: checkpoint.size })
    }
}

/// Checks the proof in a file.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn check(path: &Path, keys: &[VerifierKey], printer: &mut Printer) -> Outcome {
    let unread =
        |error: std::io::Error| Failure::usage(miette::miette!("cannot read {}: {error}", path.display()));
    if std::fs::metadata(path).map_err(unread)?.len() > MAX_PROOF {
        return Err(Failure::usage(miette::miette!("{} is longer than any proof", path.display())));
    }
    let text = std::fs::read(path).map_err(unread)?;
    let proof = match Proof::read(&text) {
        Ok(proof) => proof,
        Err(finding) => {
            return Err(Failure::usage(miette::miette!(
                "{} is no proof: {}",
                path.display(),
                finding.detail
            )));
        }
    };
    show(&proof, &proof.check(keys), printer)
}

fn show(proof: &Proof, checked: &Result<Held, Finding>, printer: &mut Printer) -> Outcome {
    let is_json = printer.format() == Format::Json;
    match checked {
        Ok(held) => {
            let event = proof.event.as_deref();
            if is_json {
                let (origin, size) = (Some(held.origin.clone()), Some(held.size));
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
                let origin = printable(&held.origin);
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
    let proof = match Proof::read(&body) {
        Ok(proof) if proof.id == arguments.id => proof,
        _ => return Err(failed("the server's answer is no proof of this event")),
    };
    let checked = proof.check(&known.keys);
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
