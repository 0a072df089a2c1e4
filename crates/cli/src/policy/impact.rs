//! `casemate policy impact`: which logged questions another policy would answer otherwise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use casemate_directory::{Folder, Snapshot};
use casemate_server::decision_log::{Answered, Impact, ImpactEntry, ImpactQuery, NotReplayed, impact};

use super::known;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::{Place, failed};
use crate::printer::{Format, Printer, printable};
use crate::settings::PlaceSettings;

/// How much is looked for at once.
const PAGE: u32 = 1_000;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The revision to begin with; the last one unless told.
    #[arg(value_name = "FROM")]
    from: Option<i64>,

    /// The revision to compare with.
    #[arg(value_name = "TO", required_unless_present = "files", conflicts_with = "files")]
    to: Option<i64>,

    /// Compare with what would be if the policy files of this folder were applied.
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,

    /// The name of the source of code that would apply them.
    #[arg(long, value_name = "NAME", default_value = "git", requires = "files")]
    origin: String,

    /// Leave out what this source applied before and the files no longer hold.
    #[arg(long, requires = "files")]
    prune: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

/// What was looked at: the last line of JSON.
#[derive(Debug, serde::Serialize)]
struct Summary<'a> {
    looked_at: u64,
    differs: usize,
    unchanged: u64,
    not_replayed: &'a BTreeMap<NotReplayed, u64>,
    lost: u64,
}

/// Runs the command. Exit code 3 where an answer differs, or where questions could not be asked again, so that none is known
/// to differ and they may.
pub(super) async fn impacts(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let Arguments { from, to, files, origin, prune, place } = arguments;
    let config = place.load(printer)?.config;
    let place = Place::open_existing(&config).await?;
    let current = place.store.reader().revision().await.map_err(failed)?;
    let from = from.unwrap_or(current);
    known(from, current)?;
    let from = place.administration.snapshot_at(from).await.map_err(failed)?;
    let to = match files {
        Some(files) => would_be(&place, &files, &origin, prune).await?,
        None => {
            let to = to.unwrap_or(current);
            known(to, current)?;
            place.administration.snapshot_at(to).await.map_err(failed)?
        }
    };
    let directory = place.administration.directory();
    let sealer = directory.sealer().map(|sealer| &**sealer);
    let mut query = ImpactQuery { after: None, limit: PAGE };
    let mut whole = Impact::default();
    let mut differs = 0;
    let mut rows = Vec::new();
    loop {
        let page = impact(place.store.reader(), sealer, (&from, &to), &query).await.map_err(failed)?;
        whole.looked_at += page.looked_at;
        whole.unchanged += page.unchanged;
        whole.lost += page.lost;
        for (why, count) in page.not_replayed {
            *whole.not_replayed.entry(why).or_default() += count;
        }
        for entry in &page.items {
            match printer.format() {
                Format::Json => printer.json(entry)?,
                Format::Table | Format::Csv => rows.push(row(entry)),
            }
        }
        differs += page.items.len();
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let summary = Summary {
        looked_at: whole.looked_at,
        differs,
        unchanged: whole.unchanged,
        not_replayed: &whole.not_replayed,
        lost: whole.lost,
    };
    if printer.format() == Format::Json {
        printer.json(&serde_json::json!({ "summary": summary }))?;
    }
    if printer.format() == Format::Table {
        if differs > 0 {
            printer.table(["ASKED", "SUBJECT", "ACTION", "RESOURCE", "FROM", "TO"], &rows)?;
        }
        printer.line(format_args!(
            "{differs} of {} logged questions would be answered otherwise.",
            whole.looked_at
        ))?;
    }
    for (why, count) in &whole.not_replayed {
        let why = serde_json::to_value(why).ok().and_then(|why| why.as_str().map(str::to_owned));
        printer.note(format_args!("{count} could not be asked again: {}", why.unwrap_or_default()));
    }
    if whole.looked_at == 0 {
        printer.note(format_args!("no questions are logged: nothing was compared"));
    }
    if whole.lost > 0 {
        printer.note(format_args!("{} were to be logged among them, and were lost", whole.lost));
    }
    place.close().await;
    let is_known = differs == 0 && whole.not_replayed.is_empty();
    Ok(if is_known { Exit::Success } else { Exit::Verdict })
}

/// What would decide if the files of a folder were applied.
async fn would_be(place: &Place, folder: &Path, origin: &str, prune: bool) -> Result<Snapshot, Failure> {
    let folder = Folder::load(folder).map_err(|mistakes| {
        let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
        Failure::usage(miette::miette!("the files hold {} mistakes, the first: {first}", mistakes.len()))
    })?;
    place.administration.snapshot_of(folder.wanted, origin, prune).await.map_err(failed)
}

fn row(entry: &ImpactEntry) -> [String; 6] {
    let text = |pointer: &str| {
        let text = entry.question.pointer(pointer).and_then(|text| text.as_str());
        text.unwrap_or_default().to_owned()
    };
    let answered = |answered: &Answered| match &answered.permission {
        Some(permission) => format!("{} ({permission})", answered.decision),
        None => format!("{} ({})", answered.decision, answered.reason_code),
    };
    let subject = &entry.subject;
    [
        entry.at.clone(),
        format!("{} {}", subject.r#type, subject.id.as_deref().unwrap_or_default()),
        text("/action/name"),
        format!("{} {}", text("/resource/type"), text("/resource/id")),
        answered(&entry.from),
        answered(&entry.to),
    ]
    .map(|cell| printable(&cell))
}
