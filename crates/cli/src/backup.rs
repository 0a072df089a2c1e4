//! `casemate backup` and `casemate restore`: all that is kept, in one sealed file, from either database into either.

use std::path::PathBuf;

use casemate_platform::clock;
use casemate_platform::config::BACKUP_PASSPHRASE_VARIABLE;
use casemate_store::{
    BackupKey, BackupLock, BackupSummary, DataFolder, Restore, RootKeyFile, check_backup, restore,
};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

use crate::exit::{Exit, Failure, Outcome};
use crate::place::{failed, root_key_file, root_keys};
use crate::printer::{Format, Printer};
use crate::settings::PlaceSettings;
use crate::{runtime, state};

/// What `casemate backup` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    /// The file to write; there must be none of that name yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Seal it for whoever has the identity of this recipient (`age1…`, from `age-keygen`), in place of a passphrase.
    #[arg(long, value_name = "RECIPIENT")]
    recipient: Option<String>,

    /// A file with the passphrase, in place of the environment variable CASEMATE_BACKUP_PASSPHRASE.
    #[arg(long, value_name = "FILE", conflicts_with = "recipient")]
    passphrase_file: Option<PathBuf>,

    /// Read a backup to its end and say what is in it; nothing is written.
    #[arg(long, conflicts_with = "recipient")]
    check: bool,

    /// With --check: a file with the identity that the backup was sealed for, in place of a passphrase.
    #[arg(long, value_name = "FILE", requires = "check", conflicts_with = "passphrase_file")]
    identity_file: Option<PathBuf>,

    #[command(flatten)]
    place: PlaceSettings,
}

/// What `casemate restore` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// The backup to restore.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A file with the identity (`AGE-SECRET-KEY-1…`) that the backup was sealed for, in place of a passphrase.
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,

    /// A file with the passphrase, in place of the environment variable CASEMATE_BACKUP_PASSPHRASE.
    #[arg(long, value_name = "FILE", conflicts_with = "identity_file")]
    passphrase_file: Option<PathBuf>,

    /// Replace all that the database holds, which must be empty otherwise.
    #[arg(long)]
    replace: bool,

    #[command(flatten)]
    place: PlaceSettings,
}

/// The answer for programs.
#[derive(Serialize)]
struct Summary<'a> {
    file: String,
    migration: i64,
    revision: i64,
    at: String,
    rows: &'a std::collections::BTreeMap<String, u64>,
    has_root_keys: bool,
}

/// Runs `casemate backup`.
pub(crate) fn run_backup(arguments: BackupArguments, printer: &mut Printer) -> Outcome {
    runtime::block_on(back_up(arguments, printer))
}

/// Runs `casemate restore`.
pub(crate) fn run_restore(arguments: RestoreArguments, printer: &mut Printer) -> Outcome {
    runtime::block_on(put_back(arguments, printer))
}

async fn back_up(arguments: BackupArguments, printer: &mut Printer) -> Outcome {
    let BackupArguments { file, recipient, passphrase_file, check, identity_file, place } = arguments;
    if check {
        let key = key(identity_file, passphrase_file)?;
        let summary = check_backup(&file, &key).await.map_err(failed)?;
        return show(printer, "whole", &file, &summary);
    }
    let config = place.load(printer)?.config;
    let lock = match recipient {
        Some(recipient) => BackupLock::Recipient(recipient),
        None => BackupLock::Passphrase(passphrase(passphrase_file)?),
    };
    let reader = state::reader(&config).await?;
    let folder = DataFolder::open_or_create(&config.data).map_err(failed)?;
    let keys = root_keys(&config, &folder)?;
    let summary = reader.backup(&file, &lock, Some(&keys), clock::now()).await.map_err(failed)?;
    show(printer, "written and read again", &file, &summary)
}

async fn put_back(arguments: RestoreArguments, printer: &mut Printer) -> Outcome {
    let RestoreArguments { file, identity_file, passphrase_file, replace, place } = arguments;
    let config = place.load(printer)?.config;
    let key = key(identity_file, passphrase_file)?;
    let folder = DataFolder::open_or_create(&config.data).map_err(failed)?;
    let keys: Option<RootKeyFile> = root_key_file(&config, &folder);
    if keys.is_none() {
        printer.note("the root keys in the backup are not restored: they come from the environment here");
    }
    let what = Restore { file: &file, key: &key, root_keys: keys.as_ref(), replace };
    let summary = restore(state::database(&config, &folder), what).await.map_err(failed)?;
    show(printer, "restored", &file, &summary)
}

fn show(printer: &mut Printer, done: &str, file: &std::path::Path, summary: &BackupSummary) -> Outcome {
    let at =
        Timestamp::from_microsecond(summary.at).map_or_else(|_| summary.at.to_string(), |at| at.to_string());
    if printer.format() == Format::Json {
        printer.json(&Summary {
            file: file.display().to_string(),
            migration: summary.migration,
            revision: summary.revision,
            at,
            rows: &summary.rows,
            has_root_keys: summary.has_root_keys,
        })?;
        return Ok(Exit::Success);
    }
    printer.line(format_args!("{}: {done}, of {at}, at revision {}", file.display(), summary.revision))?;
    let rows: Vec<[String; 2]> =
        summary.rows.iter().map(|(table, count)| [table.clone(), count.to_string()]).collect();
    printer.table(["TABLE", "ROWS"], &rows)?;
    Ok(Exit::Success)
}

/// What opens a backup, as other commands take it.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArguments {
    /// Of a backup: a file with the identity (`AGE-SECRET-KEY-1…`) that it was sealed for, in place of a passphrase.
    #[arg(long, value_name = "FILE")]
    identity_file: Option<PathBuf>,

    /// Of a backup: a file with the passphrase, in place of the environment variable CASEMATE_BACKUP_PASSPHRASE.
    #[arg(long, value_name = "FILE", conflicts_with = "identity_file")]
    passphrase_file: Option<PathBuf>,
}

impl KeyArguments {
    /// The key.
    ///
    /// # Errors
    /// Where there is none.
    pub(crate) fn key(&self) -> Result<BackupKey, Failure> {
        key(self.identity_file.clone(), self.passphrase_file.clone())
    }
}

fn key(identity: Option<PathBuf>, passphrase_file: Option<PathBuf>) -> Result<BackupKey, Failure> {
    match identity {
        Some(file) => Ok(BackupKey::Identity(first_line(&file)?)),
        None => Ok(BackupKey::Passphrase(passphrase(passphrase_file)?)),
    }
}

fn passphrase(file: Option<PathBuf>) -> Result<SecretString, Failure> {
    if let Some(file) = file {
        return first_line(&file);
    }
    match std::env::var(BACKUP_PASSPHRASE_VARIABLE) {
        Ok(text) if !text.is_empty() => Ok(text.into()),
        _ => {
            let help = "put one into CASEMATE_BACKUP_PASSPHRASE or a file (--passphrase-file), or seal for a recipient";
            Err(Failure::usage(miette::miette!(
                help = help,
                "a backup is sealed, and there is no passphrase"
            )))
        }
    }
}

/// The first line that is no comment, as `age-keygen` writes them around its identities.
fn first_line(file: &std::path::Path) -> Result<SecretString, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(miette::miette!("cannot read {}: {error}", file.display())))?;
    let text = SecretString::from(text);
    let line = casemate_identity::ExposeSecret::expose_secret(&text)
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.ok_or_else(|| Failure::usage(miette::miette!("{} is empty", file.display())))?;
    Ok(line.into())
}
