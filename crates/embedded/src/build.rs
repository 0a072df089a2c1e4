//! Opening: from a data folder, PostgreSQL or policy files.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Directory, DirectoryError, DirectoryHost, Folder, Mistake, Watcher};
use casemate_identity::remote::Fetch;
use casemate_sdk::{Clock, SystemClock};
use casemate_store::{
    DataFolder, Database, FolderError, Retention, RootKeyFile, RootKeyFileError, Sealer, Store, StoreError,
    StoreReader,
};
use secrecy::SecretString;
use thiserror::Error;
use tokio::task::JoinSet;

use crate::audit::StoreAuditor;
use crate::embedded::{Asking, Embedded};
use crate::lease::Lease;
use crate::network::NoNetwork;

/// How often policy files, and the database where nothing was told, are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How often it is written down when API keys were used last.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Nothing is deleted by a process beside the server: how long the record is kept is the server's to say.
const KEEP_ALL: Retention = Retention {
    max_events: u64::MAX,
    max_bytes: u64::MAX,
    max_age: i64::MAX,
    max_age_of_others: None,
    max_age_of_reads: None,
};

/// Why nothing was opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The data folder is not used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database cannot be opened, or holds nothing of this Casemate's time.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The root keys cannot be read.
    #[error(transparent)]
    RootKeys(#[from] RootKeyFileError),
    /// What the database holds cannot be followed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The policy files hold mistakes.
    #[error("the policy files hold {} mistakes, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Mistakes(Vec<Mistake>),
    /// Something that reads files was broken off.
    #[error("the process is shutting down")]
    Closed,
}

/// How Casemate is opened in this process.
pub struct Builder {
    fetch: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    process: Box<str>,
    application: Option<Arc<str>>,
    tenant: Option<Arc<str>>,
    root_keys: Option<PathBuf>,
    /// How often the database is looked at where nothing was told.
    look_every: Duration,
    source_files: Option<PathBuf>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            fetch: Arc::new(NoNetwork),
            clock: Arc::new(SystemClock),
            process: "embedded".into(),
            application: None,
            tenant: None,
            root_keys: None,
            look_every: LOOK_EVERY,
            source_files: None,
        }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("process", &self.process)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// With a way to fetch the keys of OpenID issuers and to ask introspection endpoints and hooks. Without one, their
    /// tokens are refused as not to be judged at the moment. It decides which addresses may be called.
    #[must_use]
    pub fn fetching_with(self, fetch: Arc<dyn Fetch>) -> Builder {
        Builder { fetch, ..self }
    }

    /// With this clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Builder {
        Builder { clock, ..self }
    }

    /// With a name for this process, as it stands in the audit trail.
    #[must_use]
    pub fn process(self, name: &str) -> Builder {
        Builder { process: name.into(), ..self }
    }

    /// Answers about names of this application alone.
    #[must_use]
    pub fn application(self, id: &str) -> Builder {
        Builder { application: Some(id.into()), ..self }
    }

    /// Answers what callers hold in this tenant; in their own without this.
    #[must_use]
    pub fn tenant(self, id: &str) -> Builder {
        Builder { tenant: Some(id.into()), ..self }
    }

    /// With the files that sources of permissions name in this folder; without it, such a source fails.
    #[must_use]
    pub fn source_files(self, folder: impl Into<PathBuf>) -> Builder {
        Builder { source_files: Some(folder.into()), ..self }
    }

    /// With the root keys in this file, which open sealed secrets of providers and sources; a data folder has its own.
    #[must_use]
    pub fn root_keys(self, file: impl Into<PathBuf>) -> Builder {
        Builder { root_keys: Some(file.into()), ..self }
    }

    /// Opens the data folder of a Casemate, which is there already, and follows it. To be called within a tokio runtime.
    ///
    /// # Errors
    /// Where it is not there, is another account's, or what it holds cannot be read by this version.
    pub async fn data_folder(self, folder: &Path) -> Result<Embedded, OpenError> {
        let folder = DataFolder::open(folder)?;
        let keys = match &self.root_keys {
            Some(file) => Some(RootKeyFile::at(file)),
            None => Some(folder.root_key()).filter(|file| file.path().exists()),
        };
        self.database(Database::Embedded(&folder), keys).await
    }

    /// Opens the PostgreSQL database of a Casemate, by a URL such as `postgres://casemate@db.example/casemate`, and follows
    /// it. To be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Builder::data_folder`].
    pub async fn postgres(self, url: &SecretString) -> Result<Embedded, OpenError> {
        let keys = self.root_keys.as_ref().map(RootKeyFile::at);
        self.database(Database::Postgres(url), keys).await
    }

    async fn database(
        self,
        database: Database<'_>,
        root_keys: Option<RootKeyFile>,
    ) -> Result<Embedded, OpenError> {
        // Whoever mistypes a place makes no second, empty state; and it is the server's to migrate.
        drop(StoreReader::open_database(database).await?);
        let store = Arc::new(Store::open_database(database, KEEP_ALL, system_now).await?);
        let sealer = match &root_keys {
            Some(file) => Some(Arc::new(Sealer::new(&file.read()?))),
            None => None,
        };
        let host = DirectoryHost {
            sealer,
            root_keys,
            look_every: self.look_every,
            source_files: self.source_files,
            ..DirectoryHost::new(self.fetch)
        };
        let directory = Arc::new(Directory::open(store.reader(), host).await?);
        let looks = directory.looked();
        let lease = Arc::new(Lease::new(Arc::clone(&self.clock), *looks.borrow()));
        let mut jobs = JoinSet::new();
        jobs.spawn(Arc::clone(&lease).follow(looks));
        jobs.spawn(Arc::clone(&directory).follow(store.revisions()));
        let listening = Arc::clone(&store);
        jobs.spawn(async move { listening.listen().await });
        jobs.spawn(note_used_keys(Arc::clone(&directory), Arc::clone(&store)));
        let asking = Asking { clock: self.clock, application: self.application, tenant: self.tenant };
        let recorder = Arc::new(StoreAuditor {
            store: Arc::clone(&store),
            clock: Arc::clone(&asking.clock),
            process: self.process,
        });
        Ok(Embedded::new(directory, Some((store, lease)), Some(recorder), asking, jobs))
    }

    /// Reads the policy files of a folder, and follows them: a bad edit leaves the good policy in force and is logged.
    /// Going on without authorization, and what was done in the application, are logged alone. To be called within a tokio runtime.
    ///
    /// # Errors
    /// Every mistake that was found.
    pub async fn policy_files(self, folder: &Path) -> Result<Embedded, OpenError> {
        let mut watcher = Watcher::new(folder);
        let (mut watcher, read) = blocking(move || {
            let read = watcher.poll();
            (watcher, read)
        })
        .await?;
        let Folder { policy, .. } = match read {
            Some(read) => read.map_err(OpenError::Mistakes)?,
            // The first look finds a folder that is being written to.
            None => {
                let folder = folder.to_owned();
                blocking(move || Folder::load(&folder)).await?.map_err(OpenError::Mistakes)?
            }
        };
        let host = DirectoryHost { source_files: self.source_files, ..DirectoryHost::new(self.fetch) };
        let directory = Directory::of_policy(policy, host).map_err(DirectoryError::Chain)?;
        let directory = Arc::new(directory);
        let mut jobs = JoinSet::new();
        let (followed, clock) = (Arc::clone(&directory), Arc::clone(&self.clock));
        jobs.spawn(async move {
            loop {
                clock.sleep(LOOK_EVERY).await;
                let looked = blocking(move || {
                    let read = watcher.poll();
                    (watcher, read)
                });
                let Ok((next, read)) = looked.await else { return };
                watcher = next;
                take(&followed, read);
            }
        });
        let asking = Asking { clock: self.clock, application: self.application, tenant: self.tenant };
        Ok(Embedded::new(directory, None, None, asking, jobs))
    }
}

/// Answers from the policy files as they are now, where they are good.
fn take(directory: &Directory, read: Option<Result<Folder, Vec<Mistake>>>) {
    match read {
        None => {}
        Some(Ok(folder)) => {
            if let Err(error) = directory.replace(folder.policy) {
                tracing::error!(%error, "the policy files are not taken: what decided before still does");
            }
        }
        Some(Err(mistakes)) => {
            for mistake in mistakes.iter().take(10) {
                tracing::error!(%mistake, "the policy files are not taken: what decided before still does");
            }
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, OpenError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| OpenError::Closed)
}

/// Writes down every minute when API keys were used last.
async fn note_used_keys(directory: Arc<Directory>, store: Arc<Store>) {
    loop {
        tokio::time::sleep(NOTE_EVERY).await;
        if let Err(error) = directory.flush_used_keys(&store).await {
            tracing::warn!(%error, "when API keys were used last is not written down");
        }
    }
}

/// The store's own clock, by which it forgets versions of people.
fn system_now() -> i64 {
    SystemClock.now()
}

#[cfg(test)]
mod tests {
    use casemate_directory::{Administration, Folder};
    use casemate_sdk::TestClock;
    use casemate_test_support::Postgres;

    use super::*;

    #[tokio::test]
    async fn a_change_is_told_by_postgresql_and_not_looked_for() {
        let server = Postgres::start().unwrap();
        let url = server.create_database().unwrap().into();
        let store = Store::open_database(Database::Postgres(&url), Retention::default(), || 0).await.unwrap();
        let store = Arc::new(store);
        let host = DirectoryHost::new(Arc::new(NoNetwork));
        let administering = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        let administration = Administration::new(store, administering);
        let clock = Arc::new(TestClock::at(0));
        let builder = Builder { look_every: Duration::from_secs(3_600), ..Builder::default().clock(clock) };
        let opened = builder.postgres(&url).await.unwrap();
        let mut taken = opened.directory().taken();
        let policy = "format = 1\n[[role]]\nname = \"author\"\npermissions = [{ name = \"notes.write\" }]\n";
        let folder = Folder::of_texts(vec![(PathBuf::from("policy.toml"), policy.to_owned())]).unwrap();
        let revision = administration.apply_folder(folder, 0).await.unwrap();
        let told = taken.wait_for(|taken| *taken >= revision);
        tokio::time::timeout(Duration::from_secs(30), told).await.unwrap().unwrap();
        opened.close().await;
    }
}
