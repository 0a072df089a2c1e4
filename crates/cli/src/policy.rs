//! `casemate policy`: the versions of what is configured.

mod impact;

use casemate_directory::{AdminError, Covered, Kind, Left, PersonBack, Planned, PlannedChange, SetBack};
use casemate_store::{Edit, MAX_PAGE, PeopleEdit, Version, VersionQuery};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::apply::{Detail, print_change, refused};
use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed, operator};
use crate::printer::{Format, Printer, printable};
use crate::settings::PlaceSettings;
use crate::{runtime, state};

/// What `casemate policy` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the changes of configuration, and of users and groups by hand, newest first.
    Log(Log),
    /// Show one change, with what it made of each object.
    Show(Show),
    /// Show what differs between two revisions.
    Diff(Diff),
    /// Show which logged questions another policy would answer otherwise (setting `decision.log.sample`).
    Impact(impact::Arguments),
    /// Set everything back to what it was at a revision, by a new change.
    Revert(Revert),
}

#[derive(Debug, clap::Args)]
struct Log {
    /// The most changes to show.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Only changes before this revision.
    #[arg(long, value_name = "REVISION")]
    before: Option<i64>,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
struct Show {
    /// The change's revision.
    #[arg(value_name = "REVISION")]
    revision: i64,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// The revision to start from; 0 is before everything.
    #[arg(value_name = "FROM")]
    from: i64,

    /// The revision to end at; the last one unless told.
    #[arg(value_name = "TO")]
    to: Option<i64>,

    /// Show every line that differs, and not the first few of each object.
    #[arg(long)]
    verbose: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
struct Revert {
    /// The revision to return to.
    #[arg(value_name = "REVISION")]
    revision: i64,

    /// Show what would be changed, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// Only if nothing was changed since this revision, which `--dry-run` told.
    #[arg(long, value_name = "REVISION", value_parser = clap::value_parser!(i64).range(0..))]
    if_revision: Option<i64>,

    /// Leave users and groups that were changed by hand since as they are.
    #[arg(long)]
    no_people: bool,

    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Show every line that differs, and not the first few of each object.
    #[arg(long)]
    verbose: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

/// The columns of comma-separated values.
const COLUMNS: [&str; 8] =
    ["revision", "at", "actor.provider", "actor.type", "actor.id", "summary", "objects", "people"];

/// A change, for programs.
#[derive(Serialize)]
struct Line<'a> {
    revision: i64,
    at: String,
    actor_provider: &'a str,
    actor_type: &'a str,
    actor_id: &'a str,
    summary: &'a str,
    objects: i64,
    people: i64,
}

/// What a change made of one object, for programs.
#[derive(Serialize)]
struct Made {
    kind: String,
    id: String,
    name: String,
    before: Option<Value>,
    after: Option<Value>,
}

#[derive(Serialize)]
struct Reverted<'a> {
    reverted: bool,
    revision: i64,
    changes: &'a [PlannedChange],
    people: &'a [PersonBack],
    left: &'a [Left],
}

impl Arguments {
    /// Whether a list is asked for.
    pub(crate) fn lists(&self) -> bool {
        matches!(self.command, Command::Log(_))
    }
}

/// Runs the command.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    match arguments.command {
        Command::Log(arguments) => runtime::block_on(log(arguments, printer)),
        Command::Show(arguments) => runtime::block_on(show(arguments, printer)),
        Command::Diff(arguments) => runtime::block_on(diff(arguments, printer)),
        Command::Impact(arguments) => runtime::block_on(impact::impacts(arguments, printer)),
        Command::Revert(arguments) => runtime::block_on(revert(arguments, printer)),
    }
}

async fn log(arguments: Log, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let Log { before: after, limit, .. } = arguments;
    let query = VersionQuery { after, limit, ..VersionQuery::default() };
    let versions = state::reader(&config).await?.versions(&query).await.map_err(failed)?;
    match printer.format() {
        Format::Json => {
            for version in &versions {
                printer.json(&line(version))?;
            }
            return Ok(Exit::Success);
        }
        Format::Csv => {
            printer.csv(COLUMNS)?;
            for version in &versions {
                printer.csv(cells(version).iter().map(String::as_str))?;
            }
            return Ok(Exit::Success);
        }
        Format::Table => {}
    }
    let rows: Vec<[String; 6]> = versions
        .iter()
        .map(|version| {
            [
                version.revision.to_string(),
                time(version.at),
                who(version),
                version.objects.to_string(),
                version.people.to_string(),
                printable(&version.summary),
            ]
        })
        .collect();
    printer.table(["REVISION", "TIME", "BY", "OBJECTS", "PEOPLE", "WHAT"], &rows)?;
    Ok(Exit::Success)
}

async fn show(arguments: Show, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let reader = state::reader(&config).await?;
    let found = reader.version(arguments.revision).await.map_err(failed)?;
    let Some((version, edits)) = found else {
        let help = "`casemate policy log` lists those that did";
        return Err(Failure::usage(miette::miette!(
            help = help,
            "revision {} changed no configuration, and nobody by hand",
            arguments.revision
        )));
    };
    let people = reader.people_edits(arguments.revision, MAX_PAGE).await.map_err(failed)?;
    if printer.format() == Format::Json {
        let people: Vec<Value> = people.iter().map(person).collect();
        printer.json(&serde_json::json!({
            "version": line(&version),
            "objects": edits.into_iter().map(made).collect::<Vec<_>>(),
            "people": people,
        }))?;
        return Ok(Exit::Success);
    }
    printer.line(format_args!("revision {}  {}  {}", version.revision, time(version.at), who(&version)))?;
    printer.line(printable(&version.summary))?;
    print_edits(printer, &edits, Detail::Full)?;
    for PeopleEdit { kind, id, verb } in &people {
        printer.line(printable(&format!("{} {} {id} ({verb})", sign(verb), kind.as_str())))?;
    }
    Ok(Exit::Success)
}

/// That a change made a version of a user or a group, for programs.
fn person(PeopleEdit { kind, id, verb }: &PeopleEdit) -> Value {
    serde_json::json!({ "kind": kind.as_str(), "id": id, "verb": verb })
}

fn sign(verb: &str) -> &'static str {
    match verb {
        "create" => "+",
        "delete" => "-",
        _ => "~",
    }
}

/// What was made of each object: `+` for what is new, `-` for what is gone, `~` for what differs.
fn print_edits(printer: &mut Printer, edits: &[Edit], detail: Detail) -> Result<(), Failure> {
    for edit in edits {
        let sign = match (&edit.before, &edit.after) {
            (None, _) => "+",
            (_, None) => "-",
            _ => "~",
        };
        if let Some(change) = PlannedChange::of_edit(edit) {
            print_change(printer, sign, &change, detail)?;
        }
    }
    Ok(())
}

async fn diff(arguments: Diff, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let reader = state::reader(&config).await?;
    let current = reader.revision().await.map_err(failed)?;
    let to = arguments.to.unwrap_or(current);
    known(arguments.from, current)?;
    known(to, current)?;
    let (_, edits) = reader.edits_between(arguments.from, to).await.map_err(failed)?;
    let changes: Vec<PlannedChange> = edits.iter().filter_map(PlannedChange::of_edit).collect();
    if printer.format() == Format::Json {
        let from = arguments.from;
        printer.json(&serde_json::json!({ "from": from, "to": to, "changes": changes }))?;
        return Ok(Exit::Success);
    }
    if changes.is_empty() {
        printer.line(format_args!("Nothing differs between revisions {} and {to}.", arguments.from))?;
    }
    print_edits(printer, &edits, Detail::of(arguments.verbose))?;
    Ok(Exit::Success)
}

async fn revert(arguments: Revert, printer: &mut Printer) -> Outcome {
    let Revert { revision: target, dry_run, if_revision, no_people, reason, verbose, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let current = place.store.reader().revision().await.map_err(failed)?;
    known(target, current)?;
    let author = operator("policy-revert", reason);
    let covered = if no_people { Covered::Nobody } else { Covered::Everybody };
    let planned = if_revision.map(|at| Planned { at, with_people: !no_people });
    let revert = async |covered: &Covered| {
        place.administration.revert_as_planned(&author, target, covered, dry_run, planned).await
    };
    let back = match revert(&covered).await {
        Err(AdminError::PeopleUnkept { reason }) => {
            revert(&Covered::Nobody).await.map(|back| back.without_people(reason))
        }
        back => back,
    };
    let back = back.map_err(|error| match (error, if_revision) {
        (AdminError::Precondition { current }, Some(planned)) => changed_since(planned, current),
        (error, _) => refused(printer, &error),
    })?;
    place.close().await;
    let changes: Vec<PlannedChange> = back.objects.iter().filter_map(PlannedChange::of_edit).collect();
    let SetBack { revision, is_made, objects, people, left } = back;
    if printer.format() == Format::Json {
        let (changes, people, left) = (&*changes, &*people, &*left);
        printer.json(&Reverted { reverted: is_made, revision, changes, people, left })?;
        return Ok(Exit::Success);
    }
    print_edits(printer, &objects, Detail::of(verbose))?;
    for person in &people {
        print_change(printer, sign(person.verb), &person.change, Detail::of(verbose))?;
    }
    for Left { kind, id, name, reason, .. } in &left {
        let named = if name.is_empty() { String::new() } else { format!(" ({name})") };
        let what = match &**id {
            "" => "users and groups".to_owned(),
            id => format!("{kind} {id}{named}"),
        };
        printer.note(printable(&format!("left: {what}: {reason}")));
    }
    if dry_run {
        printer.note(format_args!("`--if-revision {revision}` sets back what is shown, and nothing newer"));
    }
    let counted = match people.len() {
        0 => format!("{} objects", changes.len()),
        some => format!("{} objects and {some} users and groups", changes.len()),
    };
    printer.line(match (changes.is_empty() && people.is_empty(), dry_run) {
        (true, _) if left.is_empty() => {
            format!("Nothing to do: everything is as it was at revision {target}.")
        }
        (true, _) => "Nothing was changed.".to_owned(),
        (false, true) => format!("Nothing was changed: {counted} differ from revision {target}."),
        (false, false) => format!("Set {counted} back to revision {target}, as revision {revision}."),
    })?;
    Ok(Exit::Success)
}

/// That a revision was; 0 is before everything.
fn known(revision: i64, current: i64) -> Result<(), Failure> {
    if (0..=current).contains(&revision) {
        return Ok(());
    }
    let help = "`casemate policy log` lists the changes";
    Err(Failure::usage(miette::miette!(
        help = help,
        "there is no revision {revision}: the last one is {current}"
    )))
}

/// That the plan is not what would be done any more.
fn changed_since(planned: i64, current: i64) -> Failure {
    let help = "look at it with `--dry-run` again, which tells the revision to name";
    Failure::usage(miette::miette!(
        help = help,
        "something was changed since revision {planned}, and nothing was set back: the last one is {current}"
    ))
}

fn line(version: &Version) -> Line<'_> {
    Line {
        revision: version.revision,
        at: time(version.at),
        actor_provider: &version.actor.provider,
        actor_type: &version.actor.kind,
        actor_id: &version.actor.id,
        summary: &version.summary,
        objects: version.objects,
        people: version.people,
    }
}

/// What stands in the [`COLUMNS`].
fn cells(version: &Version) -> [String; 8] {
    [
        version.revision.to_string(),
        time(version.at),
        version.actor.provider.clone(),
        version.actor.kind.clone(),
        version.actor.id.clone(),
        version.summary.clone(),
        version.objects.to_string(),
        version.people.to_string(),
    ]
}

fn made(edit: Edit) -> Made {
    let name = edit.after.as_ref().or(edit.before.as_ref()).map_or(String::new(), |draft| draft.name.clone());
    let document = |body: String| serde_json::from_str(&body).unwrap_or(Value::String(body));
    Made {
        kind: edit.kind.parse().map_or(edit.kind.clone(), |kind: Kind| kind.as_str().to_owned()),
        id: edit.id,
        name,
        before: edit.before.map(|draft| document(draft.body)),
        after: edit.after.map(|draft| document(draft.body)),
    }
}

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}

fn who(version: &Version) -> String {
    printable(&format!("{} {}", version.actor.kind, version.actor.id))
}
