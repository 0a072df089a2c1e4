//! Where a server's state is: the database that the configuration names.

use std::sync::Arc;

use casemate_platform::config::Config;
use casemate_server::archive::{Archive, ArchiveShelf};
use casemate_store::{DataFolder, Database, FolderError, StoreError, StoreReader};
use secrecy::SecretString;

use crate::exit::Failure;

/// The database of the configuration; `folder` is where it is embedded.
pub(crate) fn database<'a>(config: &'a Config, folder: &'a DataFolder) -> Database<'a> {
    match &config.database.url {
        Some(url) => postgres(config, url.secret()),
        None => Database::Embedded(folder),
    }
}

/// PostgreSQL with the configured number of connections, one of which writes.
fn postgres<'a>(config: &Config, url: &'a SecretString) -> Database<'a> {
    let connections = u32::try_from(config.database.pool_size.get()).unwrap_or(u32::MAX);
    Database::PostgresPool(url, connections.saturating_sub(1))
}

/// Opens a database that is there for reading, also while a server uses it.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub(crate) async fn reader(config: &Config) -> Result<StoreReader, Failure> {
    let opened = match &config.database.url {
        Some(url) => StoreReader::open_database(postgres(config, url.secret())).await,
        None => StoreReader::open(&DataFolder::open(&config.data).map_err(no_folder)?).await,
    };
    let reader = opened.map_err(failed)?;
    if let Some(archive) = archive(config)? {
        reader.keep_shelf(Arc::new(ArchiveShelf::new(archive)));
    }
    Ok(reader)
}

/// Where sealed months of the audit log are, if anywhere else than in the database.
///
/// # Errors
/// Where the place makes no sense, or is a folder that is not there.
pub(crate) fn archive(config: &Config) -> Result<Option<Archive>, Failure> {
    let Some(place) = &config.archive.place else { return Ok(None) };
    let opened = Archive::open(place.as_str());
    opened.map(Some).map_err(|error| Failure::usage(miette::miette!("`audit.archive.place`: {error}")))
}

/// Whether nothing of Casemate is in the database yet.
pub(crate) async fn is_first_start(config: &Config, folder: &DataFolder) -> bool {
    match database(config, folder) {
        Database::Embedded(folder) => !folder.database().exists(),
        postgres => matches!(StoreReader::open_database(postgres).await, Err(StoreError::Unprepared)),
    }
}

/// Whether something of Casemate is in the configured database. Where that cannot be told, opening it says why.
pub(crate) async fn is_there(config: &Config) -> bool {
    match &config.database.url {
        Some(url) => {
            let opened = StoreReader::open_database(postgres(config, url.secret())).await;
            !matches!(opened, Err(StoreError::Unprepared))
        }
        None => DataFolder::open(&config.data)
            .map_or_else(|_| config.data.exists(), |folder| folder.database().exists()),
    }
}

/// Where the state is, as people are told.
pub(crate) fn shown(config: &Config) -> String {
    match &config.database.url {
        Some(_) => "the database of `database.url`".to_owned(),
        None => config.data.display().to_string(),
    }
}

fn no_folder(error: FolderError) -> Failure {
    Failure::usage(miette::miette!(help = "name the folder of a server with --data", "{error}"))
}

/// What the database said.
pub(crate) fn failed(error: StoreError) -> Failure {
    Failure::failed(miette::miette!("{error}"))
}
