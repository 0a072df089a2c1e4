//! `casemate directory log`, `show` and `restore`: the versions of users and groups.

use casemate_directory::{Restored, VersionState, directory_differences};
use casemate_store::{
    DirectoryKind, DirectoryVersion, DirectoryVersionQuery, GroupQuery, StoreReader, UserQuery,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::apply::refused;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed, operator};
use crate::printer::{Format, Printer, printable};
use crate::settings::PlaceSettings;
use crate::state;

#[derive(Debug, clap::Args)]
pub(super) struct Log {
    #[command(flatten)]
    whom: Whom,

    /// The most versions to show.
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,

    /// Only versions before this revision.
    #[arg(long, value_name = "REVISION")]
    before: Option<i64>,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    #[command(flatten)]
    whom: Whom,

    /// The version's revision.
    #[arg(value_name = "REVISION")]
    revision: i64,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    #[command(flatten)]
    whom: Whom,

    /// The version's revision.
    #[arg(value_name = "REVISION")]
    revision: i64,

    /// To what was before that version, and not to what it made.
    #[arg(long)]
    before: bool,

    /// Show what would be changed, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    place: PlaceSettings,
}

#[derive(Debug, clap::Args)]
struct Whom {
    /// What it is.
    #[arg(value_name = "KIND", value_enum)]
    kind: Word,

    /// The id (`usr_…`, `grp_…`), the login of a user, or the name of a group.
    #[arg(value_name = "WHICH")]
    which: String,

    /// The provider, where several have a user or group that is called so.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Word {
    User,
    Group,
}

/// A user or a group that was found.
struct Found {
    kind: DirectoryKind,
    id: String,
    tenant: String,
    revision: i64,
}

/// A version, for programs.
#[derive(Serialize)]
struct Line<'a> {
    revision: i64,
    at: String,
    actor_provider: &'a str,
    actor_type: &'a str,
    actor_id: &'a str,
    verb: &'a str,
    restored: Option<i64>,
}

#[derive(Serialize)]
struct RestoredLine<'a> {
    restored: bool,
    revision: i64,
    changes: &'a [String],
    missing: &'a [String],
}

/// The columns of comma-separated values.
const COLUMNS: [&str; 7] = ["revision", "at", "actor.provider", "actor.type", "actor.id", "verb", "restored"];

/// What stands in the [`COLUMNS`].
fn cells(version: &DirectoryVersion) -> [String; 7] {
    [
        version.revision.to_string(),
        time(version.at),
        version.actor.provider.clone(),
        version.actor.kind.clone(),
        version.actor.id.clone(),
        version.verb.clone(),
        version.restored.map(|revision| revision.to_string()).unwrap_or_default(),
    ]
}

pub(super) async fn log(arguments: Log, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let reader = state::reader(&config).await?;
    let Found { kind, id, .. } = found(&reader, &arguments.whom).await?;
    let query = DirectoryVersionQuery {
        after: arguments.before,
        limit: arguments.limit,
        ..DirectoryVersionQuery::of(kind, &id)
    };
    let versions = reader.directory_versions(&query).await;
    let versions = versions.map_err(failed)?;
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
    let rows: Vec<[String; 4]> = versions
        .iter()
        .map(|version| [version.revision.to_string(), time(version.at), who(version), what(version)])
        .collect();
    printer.table(["REVISION", "TIME", "BY", "WHAT"], &rows)?;
    Ok(Exit::Success)
}

pub(super) async fn show(arguments: Show, printer: &mut Printer) -> Outcome {
    let config = arguments.place.load(printer)?.config;
    let reader = state::reader(&config).await?;
    let Found { kind, id, .. } = found(&reader, &arguments.whom).await?;
    let version = reader.directory_version(kind, &id, arguments.revision).await.map_err(failed)?;
    let Some((version, edit, members)) = version else {
        return Err(Failure::usage(miette::miette!(
            help = "`casemate directory log` lists those that are kept",
            "revision {} is no version of the {} {id}",
            arguments.revision,
            kind.as_str()
        )));
    };
    let changes = directory_differences(&edit, &members);
    if printer.format() == Format::Json {
        let document = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
        printer.json(&serde_json::json!({
            "version": line(&version),
            "before": edit.before.as_ref().map(document),
            "after": edit.after.as_ref().map(document),
            "came": members.came,
            "gone": members.gone,
            "changes": changes,
        }))?;
        return Ok(Exit::Success);
    }
    printer.line(format_args!("revision {}  {}  {}", version.revision, time(version.at), who(&version)))?;
    printer.line(format_args!("{} the {} {id}", what(&version), kind.as_str()))?;
    print_changes(printer, &changes)?;
    Ok(Exit::Success)
}

pub(super) async fn restore(arguments: Restore, printer: &mut Printer) -> Outcome {
    let Restore { whom, revision, before, dry_run, reason, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let Found { kind, id, tenant, revision: known } = found(place.store.reader(), &whom).await?;
    let (wanted, expected) = (VersionState { revision, before }, (&*id, known));
    let (author, administration) = (operator("directory-restore", reason), &place.administration);
    let restored = match kind {
        DirectoryKind::User => administration.restore_user(&author, &tenant, expected, wanted, dry_run).await,
        DirectoryKind::Group => {
            administration.restore_group(&author, &tenant, expected, wanted, dry_run).await
        }
    };
    let restored = restored.map_err(|error| refused(printer, &error))?;
    place.close().await;
    let Restored { revision: made, changes, members, missing } = restored;
    let changes = &[changes, members].concat();
    let (made, missing) = (&made, &missing);
    if printer.format() == Format::Json {
        let restored = made != &known;
        printer.json(&RestoredLine { restored, revision: *made, changes, missing })?;
        return Ok(Exit::Success);
    }
    print_changes(printer, changes)?;
    for user in missing {
        printer.note(format_args!("left out, since they are not there any more: {user}"));
    }
    let kind = kind.as_str();
    let when = if before { "before" } else { "at" };
    printer.line(match (changes.is_empty(), dry_run) {
        (true, _) => format!("Nothing to do: the {kind} is as it was {when} revision {revision}."),
        (false, true) => "Nothing was changed.".to_owned(),
        (false, false) => {
            format!("Set the {kind} back to what it was {when} revision {revision}, as revision {made}.")
        }
    })?;
    Ok(Exit::Success)
}

/// The user or group that is meant: the only one that is called so.
async fn found(reader: &StoreReader, whom: &Whom) -> Result<Found, Failure> {
    let Whom { kind, which, provider } = whom;
    let found: Vec<Found> = match kind {
        Word::User => {
            let mut query = UserQuery { provider: provider.clone(), limit: 2, ..UserQuery::default() };
            match which.starts_with("usr_") {
                true => query.id = Some(which.clone()),
                false => query.login = Some(which.clone()),
            }
            let users = reader.users(&query).await.map_err(failed)?;
            let found = users.into_iter().map(|user| (user.id, user.tenant, user.revision));
            found.map(|found| Found::of(DirectoryKind::User, found)).collect()
        }
        Word::Group => {
            let mut query = GroupQuery { provider: provider.clone(), limit: 2, ..GroupQuery::default() };
            match which.starts_with("grp_") {
                true => query.id = Some(which.clone()),
                false => query.name = Some(which.clone()),
            }
            let groups = reader.groups(&query).await.map_err(failed)?;
            let found = groups.into_iter().map(|group| (group.id, group.tenant, group.revision));
            found.map(|found| Found::of(DirectoryKind::Group, found)).collect()
        }
    };
    let is_several = found.len() > 1;
    match found.into_iter().next() {
        Some(found) if !is_several => Ok(found),
        Some(_) => Err(Failure::usage(miette::miette!(
            help = "say which with --provider, or by id",
            "several are called {which}"
        ))),
        None => Err(Failure::usage(miette::miette!("there is nobody and nothing that is called {which}"))),
    }
}

impl Found {
    fn of(kind: DirectoryKind, (id, tenant, revision): (String, String, i64)) -> Found {
        Found { kind, id, tenant, revision }
    }
}

fn print_changes(printer: &mut Printer, changes: &[String]) -> Result<(), Failure> {
    for change in changes {
        printer.line(format_args!("    {}", printable(change).trim_end()))?;
    }
    Ok(())
}

fn line(version: &DirectoryVersion) -> Line<'_> {
    Line {
        revision: version.revision,
        at: time(version.at),
        actor_provider: &version.actor.provider,
        actor_type: &version.actor.kind,
        actor_id: &version.actor.id,
        verb: &version.verb,
        restored: version.restored,
    }
}

fn what(version: &DirectoryVersion) -> String {
    match version.restored {
        Some(revision) => printable(&format!("{} (revision {revision})", version.verb)),
        None => printable(&version.verb),
    }
}

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}

fn who(version: &DirectoryVersion) -> String {
    printable(&format!("{} {}", version.actor.kind, version.actor.id))
}
