//! `casemate audit verify`: whether a log is what was signed, checked from outside.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::verify::{Finding, Span, Verified, Verifier, Wrong, goes_on, signed};
use jiff::Timestamp;
use serde::Serialize;

use super::backup::Backup;
use super::client::ServerArguments;
use super::export::Export;
use super::keys::{self, Memory};
use super::meter::{Meter, resident};
use super::proof;
use super::server::Server;
use super::steps::{self, Erased, Gone, Kept, Source, Stop};
use super::witnessed::{self, Witnessed};
use crate::backup::KeyArguments;
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::{Format, Printer, printable};

/// What `casemate audit verify` takes.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["server", "export", "backup", "proof"]))]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,

    /// Check an export: lines of JSON, as `casemate audit export` and the API write them.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,

    /// Check a backup, which `casemate backup` wrote.
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,

    /// Check the proof of one event, which `casemate audit prove` wrote.
    #[arg(long, value_name = "FILE", requires = "key")]
    proof: Option<PathBuf>,

    #[command(flatten)]
    opener: KeyArguments,

    /// The key that signs the log, as GET /api/v1/audit-log/key answers it, or a file that holds it; once for each key that the log has
    /// had. Get it another way than what you check.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,

    /// A file that remembers the last checkpoint from one check to the next: the log has to go on where it ended.
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    remember: Option<PathBuf>,

    /// Events from this index on are to be there with their texts: without it, those that retention or the law took are passed over and
    /// counted.
    #[arg(long, value_name = "INDEX", conflicts_with = "proof")]
    kept_from: Option<u64>,

    /// Events whose texts may be gone although they are behind --kept-from, because you know why they were erased; once for each.
    #[arg(long, value_name = "INDEX|FIRST-LAST", requires = "kept_from")]
    erased: Vec<Erased>,

    /// Check only what the newest checkpoint is about, and leave out what stands behind it: a backup of a server that runs may end with
    /// events of its last second.
    #[arg(long, conflicts_with = "proof")]
    to_checkpoint: bool,

    /// A signed checkpoint that you have from elsewhere, such as from a witness: the log has to go on where it ended; once for each.
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    checkpoint: Vec<PathBuf>,

    /// The key of a witness, or a file that holds it: one of the checkpoints that the log is held against has to be cosigned by it; once
    /// for each witness.
    #[arg(long, value_name = "KEY", conflicts_with = "proof")]
    witness: Vec<String>,

    /// Tell of every tenth part on standard error, also where that is no terminal.
    #[arg(long)]
    progress: bool,
}

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a str>,
    /// How many events there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    /// How many of them a signed checkpoint is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    given_up: Option<u64>,
    /// How many stand in the archive, which is not in a backup.
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<u64>,
    /// What witnesses cosigned of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnessed: Vec<Witnessed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Found<'a>>,
    seconds: f64,
    events_per_second: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    resident_bytes: Option<u64>,
    keys: Vec<String>,
    /// Where the keys came from: `given`, `remembered` or `server`.
    keys_from: &'static str,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    wrong: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_bad_index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_bad_index_at_most: Option<u64>,
    detail: &'a str,
    what_next: &'static str,
}

/// By which keys a log is known, and what else is known of it.
pub(super) struct Known {
    pub(super) keys: Vec<VerifierKey>,
    pub(super) from: &'static str,
    /// What is remembered of it.
    pub(super) before: Option<Checkpoint>,
    /// Checkpoints of it that somebody got elsewhere.
    pub(super) elsewhere: Vec<(Checkpoint, Note)>,
    /// Whose cosignatures there have to be.
    pub(super) witnesses: Vec<VerifierKey>,
    /// Which of its texts have to be there.
    kept: Kept,
    /// Whether what stands behind the newest checkpoint is left out.
    to_checkpoint: bool,
}

impl Known {
    /// What is given and remembered; the server's own keys where neither says one.
    ///
    /// # Errors
    /// Where a key is none, or nothing says one.
    pub(super) fn of(
        given: &[String],
        memory: Option<&Memory>,
        server: Option<&Server>,
        printer: &Printer,
    ) -> Result<Known, Failure> {
        let mut keys: Vec<VerifierKey> =
            given.iter().map(|key| keys::given(key)).collect::<Result<_, _>>()?;
        let mut from = "given";
        if let (true, Some(memory)) = (keys.is_empty(), memory) {
            (keys, from) = (memory.keys()?, "remembered");
        }
        if let (true, Some(server)) = (keys.is_empty(), server) {
            (keys, from) = (server.keys()?, "server");
            for key in &keys {
                printer.note(format_args!(
                    "the server says that its key is {key}; whoever changed the log could have changed that too: compare it over another way and give it with --key"
                ));
            }
        }
        if keys.is_empty() {
            let help = "give the log's key with --key; GET /api/v1/audit-log/key answers it";
            return Err(Failure::usage(miette::miette!(
                help = help,
                "nothing says by which key the log is signed"
            )));
        }
        let before = memory.map(|memory| memory.checkpoint(&keys)).transpose()?;
        let (elsewhere, witnesses) = (Vec::new(), Vec::new());
        Ok(Known { keys, from, before, elsewhere, witnesses, kept: Kept::default(), to_checkpoint: false })
    }

    /// With what else the command line says.
    fn with(self, arguments: &Arguments) -> Result<Known, Failure> {
        let elsewhere = arguments.checkpoint.iter().map(|file| keys::checkpoint(file, &self.keys));
        Ok(Known {
            elsewhere: elsewhere.collect::<Result<_, _>>()?,
            witnesses: witnessed::keys(&arguments.witness)?,
            kept: Kept { from: arguments.kept_from.unwrap_or(u64::MAX), but: arguments.erased.clone() },
            to_checkpoint: arguments.to_checkpoint,
            ..self
        })
    }

    /// What the log has to go on from.
    pub(super) fn earlier(&self) -> impl Iterator<Item = &Checkpoint> {
        self.before.iter().chain(self.elsewhere.iter().map(|(checkpoint, _)| checkpoint))
    }
}

/// What was found out about a log.
struct Checked {
    verified: Verified,
    /// How many of those that were given up stand in the archive instead.
    archived: u64,
    /// The checkpoint to remember.
    note: String,
    witnessed: Vec<Witnessed>,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let memory = arguments.remember.as_deref().map(Memory::read).transpose()?.flatten();
    let server = arguments.server.open()?;
    let known = Known::of(&arguments.key, memory.as_ref(), server.as_ref(), printer)?.with(&arguments)?;
    if let Some(file) = &arguments.proof {
        return proof::check(file, &known.keys, printer);
    }
    let shows = arguments.progress || std::io::stderr().is_terminal();
    let mut meter = Meter::new(shows.then_some(&*printer), None);
    let checked = match (&arguments.export, &arguments.backup, server) {
        (Some(file), _, _) => export(Export::open(file)?, &known, &mut meter),
        (_, Some(file), _) => backup(Backup::open(file, &arguments.opener.key()?)?, &known, &mut meter),
        (_, _, Some(server)) => shown(server, &known, &mut meter),
        _ => Err(Stop::Failed(Failure::usage(miette::miette!(
            "say what to check: --server, --export, --backup or --proof"
        )))),
    };
    let (seconds, rate) = (meter.seconds(), |events| meter.rate(events));
    let keys: Vec<String> = known.keys.iter().map(ToString::to_string).collect();
    let base = Answer {
        verdict: "whole",
        origin: None,
        size: None,
        root: None,
        signed: None,
        erased: None,
        given_up: None,
        archived: None,
        witnessed: Vec::new(),
        finding: None,
        seconds,
        events_per_second: 0,
        resident_bytes: resident(),
        keys: keys.clone(),
        keys_from: known.from,
    };
    match checked {
        Ok(Checked { verified, archived, note, witnessed }) => {
            let (checkpoint, _) = signed(&note, &known.keys)
                .map_err(|finding| Failure::failed(miette::miette!("{finding}")))?;
            if let Some(path) = &arguments.remember {
                Memory { keys, checkpoint: note }.replace(path, memory.as_ref(), &known.keys)?;
            }
            let base = Answer { witnessed, archived: Some(archived), ..base };
            whole(printer, base, &verified, &checkpoint, rate(verified.size))
        }
        Err(Stop::Found(finding)) => {
            let finding = as_remembered(finding, &known);
            tampered(printer, base, &finding)
        }
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// The newest of checkpoints that one of the keys signed.
fn newest(notes: &[String], known: &Known) -> Result<Option<(Checkpoint, String)>, Finding> {
    let mut newest: Option<(Checkpoint, String)> = None;
    for note in notes {
        let (checkpoint, _) = signed(note, &known.keys)?;
        if newest.as_ref().is_none_or(|(other, _)| other.size <= checkpoint.size) {
            newest = Some((checkpoint, note.clone()));
        }
    }
    Ok(newest)
}

fn no_checkpoint(what: &str) -> Finding {
    let detail = format!(
        "there is no signed checkpoint in {what}: nothing says what its events are to be held against"
    );
    Finding::of(Wrong::UnknownKey, detail)
}

/// Checks that what is shown belongs to the same log as what is known of it, and is no older.
fn not_before(known: &Known, checkpoint: &Checkpoint) -> Result<(), Finding> {
    for before in known.earlier() {
        if before.origin() != checkpoint.origin() || checkpoint.size <= before.size {
            goes_on(before, checkpoint, &[])?;
        }
    }
    Ok(())
}

fn export(mut export: Export, known: &Known, meter: &mut Meter<'_>) -> Result<Checked, Stop> {
    let notes = export.last_checkpoints()?;
    filed(&mut export, &notes, "the end of the export", known, meter)
}

fn backup(mut backup: Backup, known: &Known, meter: &mut Meter<'_>) -> Result<Checked, Stop> {
    let notes = backup.checkpoints();
    filed(&mut backup, &notes, "the backup", known, meter)
}

/// Checks what stands in a file against the checkpoints in it, and what is known from elsewhere.
fn filed(
    source: &mut impl Source,
    notes: &[String],
    place: &str,
    known: &Known,
    meter: &mut Meter<'_>,
) -> Result<Checked, Stop> {
    let (checkpoint, note) = newest(notes, known)?.ok_or_else(|| no_checkpoint(place))?;
    not_before(known, &checkpoint)?;
    meter.expect(checkpoint.size);
    let mut verifier = Verifier::new();
    let mut cosigned = known.elsewhere.clone();
    for note in notes {
        let (checkpoint, note) = signed(note, &known.keys)?;
        verifier.expect(&checkpoint)?;
        if !known.witnesses.is_empty() && note.signatures().len() > 1 {
            cosigned.push((checkpoint, note));
        }
    }
    for before in known.earlier() {
        verifier.require(before)?;
    }
    let witnessed = witnessed::all(&known.witnesses, &cosigned)?;
    for witnessed in &witnessed {
        if let Some((checkpoint, _)) = cosigned.iter().find(|(of, _)| of.size == witnessed.size) {
            verifier.require(checkpoint)?;
        }
    }
    let Gone { verified, archived } = steps::check(source, verifier, &known.keys, &known.kept, meter)?;
    Ok(Checked { verified: all_signed(verified, known)?, archived, note, witnessed })
}

fn shown(mut server: Server, known: &Known, meter: &mut Meter<'_>) -> Result<Checked, Stop> {
    let note = server.checkpoint(None)?;
    let (checkpoint, parsed) = signed(&note, &known.keys)?;
    for before in known.earlier() {
        server.goes_on(before, &checkpoint)?;
    }
    let mut cosigned = known.elsewhere.clone();
    cosigned.push((checkpoint.clone(), parsed));
    for of_witness in server.cosigned(&known.witnesses, &known.keys)? {
        server.goes_on(&of_witness.0, &checkpoint)?;
        cosigned.push(of_witness);
    }
    let witnessed = witnessed::all(&known.witnesses, &cosigned)?;
    meter.expect(checkpoint.size);
    let mut verifier = Verifier::new();
    verifier.expect(&checkpoint)?;
    server.begin(&checkpoint, known)?;
    let Gone { verified, archived } = steps::check(&mut server, verifier, &known.keys, &known.kept, meter)?;
    Ok(Checked { verified: all_signed(verified, known)?, archived, note, witnessed })
}

/// What was checked, where all of it is signed, or what is not is left out.
fn all_signed(verified: Verified, known: &Known) -> Result<Verified, Finding> {
    let Verified { size, signed, .. } = verified;
    if signed == size || known.to_checkpoint {
        return Ok(verified);
    }
    let detail = format!("the newest checkpoint is about {signed} events, and {size} are there");
    Err(Finding::at(Wrong::Unsigned, Span::up_to(signed, size), detail))
}

/// What is wrong, in the words for what was remembered where only that tells of it.
fn as_remembered(finding: Finding, known: &Known) -> Finding {
    match (&known.before, finding.wrong, finding.at) {
        (Some(before), Wrong::Truncated, Some(at)) if at.last < before.size => {
            Finding { wrong: Wrong::RolledBack, ..finding }
        }
        _ => finding,
    }
}

fn whole(
    printer: &mut Printer,
    base: Answer<'_>,
    verified: &Verified,
    checkpoint: &Checkpoint,
    rate: u64,
) -> Outcome {
    // What stands behind the checkpoint is no part of what is said to be whole.
    let Checkpoint { size, root, .. } = checkpoint;
    let Verified { signed, leaves, given_up, .. } = verified;
    let archived = base.archived.unwrap_or(0);
    let given_up = &given_up.saturating_sub(archived);
    if printer.format() == Format::Json {
        printer.json(&Answer {
            origin: Some(checkpoint.origin()),
            size: Some(*size),
            root: Some(root.to_string()),
            signed: Some(*signed),
            erased: Some(*leaves),
            given_up: Some(*given_up),
            events_per_second: rate,
            ..base
        })?;
        return Ok(Exit::Success);
    }
    printer.line(format_args!("whole: {size} events of {}, root {root}", printable(checkpoint.origin())))?;
    if verified.size > *signed {
        printer.line(format_args!(
            "  {} at the end are behind the last checkpoint and were left out: nothing is signed of them yet",
            verified.size - signed
        ))?;
    }
    if *leaves > 0 {
        printer.line(format_args!(
            "  {leaves} were erased: their leaves are in the tree, their texts are gone"
        ))?;
    }
    if *given_up > 0 {
        printer.line(format_args!(
            "  {given_up} are not there any more, as where retention gives events up: only that they were signed for was checked"
        ))?;
    }
    if archived > 0 {
        printer.line(format_args!(
            "  {archived} stand in the archive, which a backup does not hold: only that they were signed for was checked. Check them with --server"
        ))?;
    }
    for Witnessed { witness, size, at } in &base.witnessed {
        printer.line(format_args!("  {} cosigned it with {size} events, at {at}", printable(witness)))?;
    }
    printer.line(format_args!(
        "  checked in {:.1} s, {rate} events a second, at {:.0}",
        base.seconds,
        Timestamp::now()
    ))?;
    Ok(Exit::Success)
}

fn tampered(printer: &mut Printer, base: Answer<'_>, finding: &Finding) -> Outcome {
    if printer.format() == Format::Json {
        printer.json(&Answer {
            verdict: "tampered",
            finding: Some(Found {
                wrong: finding.wrong.as_str(),
                first_bad_index: finding.at.map(|at| at.first),
                first_bad_index_at_most: finding.at.map(|at| at.last),
                detail: &finding.detail,
                what_next: finding.wrong.what_next(),
            }),
            ..base
        })?;
        return Ok(Exit::Verdict);
    }
    printer.line(format_args!("tampered: {}", printable(&finding.to_string())))?;
    printer.line(format_args!("  next: {}", finding.wrong.what_next()))?;
    Ok(Exit::Verdict)
}
