//! The database.

use casemate_platform::config::{Config, Mode};
use casemate_store::{DataFolder, Database, FolderError, StoreError, StoreReader};

use super::Check;

const NAME: &str = "database";

/// That the database answers and is what this binary knows.
pub(super) async fn reachable(config: &Config, now: i64) -> Check {
    let (opened, place) = match &config.database.url {
        Some(url) => (StoreReader::open_database(Database::Postgres(url.secret())).await, "PostgreSQL"),
        None => match DataFolder::open(&config.data) {
            Ok(folder) => (StoreReader::open(&folder).await, "SQLite"),
            Err(FolderError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Check::ok(NAME, "not there yet: the first start makes it");
            }
            Err(_) => return Check::warning(NAME, "not looked at: see the data folder", "mend that first"),
        },
    };
    let reader = match opened {
        Ok(reader) => reader,
        Err(StoreError::Missing { .. }) => {
            return Check::ok(NAME, "not there yet: the first start makes it");
        }
        Err(error @ StoreError::TooOld { .. }) => {
            return Check::warning(NAME, format!("{place}: {error}"), "start the server");
        }
        Err(error) => {
            return Check::failed(NAME, format!("{place}: {error}"), "the server does not start without it");
        }
    };
    match reader.development_credentials(now).await {
        Err(error) => Check::failed(NAME, format!("{place}: {error}"), "look into the database's own log"),
        Ok(found) if !found.is_empty() && config.mode == Mode::Production => {
            let count = found.len();
            Check::ok(
                NAME,
                format!("{place}, migrated; {count} development credentials in it are not accepted"),
            )
        }
        Ok(_) => Check::ok(NAME, format!("{place}, migrated")),
    }
}
