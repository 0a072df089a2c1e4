//! The state of a server, opened to be changed by a command that runs beside it. Whoever may open the database may do
//! everything.

use std::sync::Arc;

use casemate_directory::{Administration, Author, Directory, DirectoryHost};
use casemate_platform::clock;
use casemate_platform::config::Config;
use casemate_platform::outgoing::Outgoing;
use casemate_store::{DataFolder, RootKeyFile, RootKeys, Sealer, Store};
use secrecy::SecretString;

use crate::checks::files::ROOT_KEY;
use crate::exit::Failure;
use crate::serve::wiring;
use crate::state;

/// An opened state.
pub(crate) struct Place {
    pub(crate) store: Arc<Store>,
    pub(crate) directory: Arc<Directory>,
    /// What calls LDAP directories.
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) administration: Administration,
}

impl Place {
    /// Opens one that is there. Whoever mistypes a folder makes no second, empty state.
    ///
    /// # Errors
    /// Where there is none yet; and as [`Place::open`].
    pub(crate) async fn open_existing(config: &Config) -> Result<Place, Failure> {
        if !state::is_there(config).await {
            let help =
                "name the folder of a server with --data; `casemate serve` and `casemate apply` make it";
            return Err(Failure::usage(miette::miette!(
                help = help,
                "nothing of Casemate is in {} yet",
                state::shown(config)
            )));
        }
        Place::open(config).await
    }

    /// Opens it, and makes and migrates it where needed.
    ///
    /// # Errors
    /// Where the database cannot be opened, or what it holds cannot be understood.
    pub(crate) async fn open(config: &Config) -> Result<Place, Failure> {
        let folder = DataFolder::open_or_create(&config.data).map_err(failed)?;
        let database = state::database(config, &folder);
        let store = Store::open_database(database, wiring::retention(&config.record), clock::now).await;
        let store = Arc::new(store.map_err(state::failed)?);
        let sealer = Arc::new(Sealer::new(&root_keys(config, &folder)?));
        let outgoing = Arc::new(wiring::outgoing(config).map_err(failed)?);
        let host =
            DirectoryHost { sealer: Some(sealer), ..DirectoryHost::new(Arc::<Outgoing>::clone(&outgoing)) };
        let directory = Arc::new(Directory::open(store.reader(), host).await.map_err(failed)?);
        let administration = Administration::new(Arc::clone(&store), Arc::clone(&directory));
        Ok(Place { store, directory, outgoing, administration })
    }

    /// Closes the database.
    pub(crate) async fn close(self) {
        drop(self.administration);
        drop(self.directory);
        if let Some(store) = Arc::into_inner(self.store) {
            store.close().await;
        }
    }
}

/// Where the root keys are, if they are in a file.
pub(crate) fn root_key_file(config: &Config, folder: &DataFolder) -> Option<RootKeyFile> {
    match (&config.root_key.file, &config.root_key.environment) {
        (Some(file), _) => Some(RootKeyFile::at(file)),
        (None, Some(_)) => None,
        (None, None) => Some(RootKeyFile::at(folder.path().join(ROOT_KEY))),
    }
}

/// The root keys; a file that is not there yet is made.
///
/// # Errors
/// Where they cannot be read.
pub(crate) fn root_keys(config: &Config, folder: &DataFolder) -> Result<RootKeys, Failure> {
    if let Some(file) = root_key_file(config, folder) {
        return file.read_or_create().map_err(failed);
    }
    let name = config.root_key.environment.as_ref().map_or("", |name| name.as_str());
    let text = std::env::var(name).map_err(|_| {
        Failure::usage(miette::miette!(
            "the environment variable {name} of `root_key.environment` is not set"
        ))
    })?;
    RootKeys::parse(&SecretString::from(text)).map_err(failed)
}

/// The root keys that are there already, for a command that changes nothing.
///
/// # Errors
/// Where there are none, or they cannot be read.
pub(crate) fn known_root_keys(config: &Config) -> Result<RootKeys, Failure> {
    let folder = DataFolder::open(&config.data).map_err(failed)?;
    match root_key_file(config, &folder) {
        Some(file) => file.read().map_err(failed),
        None => root_keys(config, &folder),
    }
}

/// The operator on the machine, by this command.
pub(crate) fn operator(command: &str, reason: Option<String>) -> Author {
    Author { reason, ..Author::system(command, clock::now()) }
}

/// Something that could not be done.
pub(crate) fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(miette::miette!("{error}"))
}
