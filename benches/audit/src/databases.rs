//! The databases that are measured, each new and with its flushes.

use std::path::{Path, PathBuf};

use casemate_figures::Failure;
use casemate_store::{DataFolder, Database as Of, Retention, Store};
use casemate_test_support::Postgres;

pub(crate) struct Databases {
    folder: PathBuf,
    postgres: Postgres,
}

/// One of them.
pub(crate) struct Database<'d> {
    pub(crate) name: &'static str,
    /// The goal of p99 beside p50.
    pub(crate) spread: f64,
    folder: &'d Path,
    postgres: Option<&'d Postgres>,
}

/// A store in a database of its own, and where that is.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) place: Place,
}

pub(crate) enum Place {
    Folder(PathBuf),
    Url(String),
}

impl Databases {
    pub(crate) fn start(folder: &Path) -> Result<Databases, Failure> {
        Ok(Databases { folder: folder.to_owned(), postgres: Postgres::start_durable()? })
    }

    pub(crate) fn all(&self) -> [Database<'_>; 2] {
        let folder = self.folder.as_path();
        [
            Database { name: "SQLite", spread: 8.0, folder, postgres: None },
            Database { name: "PostgreSQL", spread: 5.0, folder, postgres: Some(&self.postgres) },
        ]
    }
}

impl Database<'_> {
    /// A new store, for what is named so.
    pub(crate) async fn open(&self, what: &str) -> Result<Opened, Failure> {
        let folder = self.folder.join(format!("{}-{what}", self.name));
        let keep_all =
            Retention { max_events: u64::MAX >> 1, max_bytes: u64::MAX >> 1, ..Retention::default() };
        let Some(postgres) = self.postgres else {
            let data = DataFolder::open_or_create(&folder)?;
            return Ok(Opened {
                store: Store::open(&data, keep_all, now).await?,
                place: Place::Folder(folder),
            });
        };
        let url = postgres.create_database()?;
        let store = Store::open_database(Of::Postgres(&url.as_str().into()), keep_all, now).await?;
        Ok(Opened { store, place: Place::Url(url) })
    }

    /// Closes a store; answers the bytes that its database takes.
    pub(crate) async fn closed(&self, store: Store, place: &Place) -> Result<u64, Failure> {
        store.close().await;
        match (place, self.postgres) {
            (Place::Folder(folder), _) => size_of(folder),
            (Place::Url(url), Some(postgres)) => {
                // The server writes the file, and may not write into a folder of ours.
                let told = std::env::temp_dir().join(format!("casemate-bench-audit-{}", std::process::id()));
                let size = "SELECT pg_database_size(current_database())";
                postgres.execute(url, "VACUUM")?;
                postgres.execute(url, &format!("COPY ({size}) TO '{}'", told.display()))?;
                let bytes = std::fs::read_to_string(&told);
                std::fs::remove_file(&told)?;
                Ok(bytes?.trim().parse()?)
            }
            (Place::Url(_), None) => Ok(0),
        }
    }
}

fn size_of(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let metadata = entry?.metadata()?;
        bytes += if metadata.is_file() { metadata.len() } else { 0 };
    }
    Ok(bytes)
}

/// Events that are made up are of this time and before: none is over its age.
fn now() -> i64 {
    crate::made::LAST
}
