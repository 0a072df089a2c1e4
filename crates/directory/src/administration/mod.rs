//! Changing what is configured: every change is checked as a whole before it is made, obeys the rules of who may grant
//! what, and is committed with the event that tells of it. No HTTP, and no clock.

mod change;
mod detection;
mod entry;
mod error;
mod event_type;
mod forgetting;
mod granted;
mod granting;
mod history;
mod homes;
mod key;
mod listing;
mod objects;
mod people;
mod plan;
mod provisioning;
mod recovery;
mod resources;
mod reviewing;
mod rules;
mod sealing;
mod self_grant;
mod sessions;
mod steering;
mod webiny;
mod write;

use std::sync::Arc;

use casemate_store::{Store, StoredApiKey};
use secrecy::SecretString;

pub use change::{FOLDER_ORIGIN, Planned, SetBack};
pub use entry::{Author, Entry, KeyDraft, ListQuery, Listing, RememberKey, Sort, SortBy, Written};
pub use error::{AdminError, Reference};
pub use listing::{Lister, Wide};
pub use people::{
    Covered, Formerly, GroupDraft, Judged, Left, MAX_MEMBERS, MAX_SET_BACK, PersonBack, Restored, Taken,
    UserDraft, VersionState, directory_differences,
};
pub use plan::{Plan, PlannedChange};
pub use resources::{Expected, MAX_RESOURCES, ResourceDraft, ResourceMistake, WrittenResources};
pub use reviewing::{Given, ReviewDraft, Reviewed};
pub use webiny::{Imported, ImportedRole, NotCarriedOver, WebinyError, import_webiny};

use crate::directory::Directory;

/// Reads and changes configuration. Several processes may do so on one database.
pub struct Administration {
    store: Arc<Store>,
    directory: Arc<Directory>,
    /// Held by the one change of this process.
    writing: tokio::sync::Mutex<()>,
}

/// Who becomes the first administrator, or the next one.
#[derive(Debug, Clone)]
pub enum NewAdministrator {
    /// A new service account of this name in the tenant `default`, with an API key.
    ServiceAccount {
        /// Its name.
        name: String,
    },
    /// Somebody at a provider, by id.
    User {
        /// The provider's name.
        provider: String,
        /// `user`, `admin`, …
        kind: String,
        /// Their id at the provider.
        id: String,
    },
    /// Somebody at a provider, by the name that they log in with.
    Login {
        /// The provider's name.
        provider: String,
        /// `user`, `admin`, …
        kind: String,
        /// The name that they log in with.
        login: String,
    },
    /// A new local account in the tenant.
    Local {
        /// The name that they log in with.
        login: String,
        /// Their name, to be shown.
        display_name: Option<String>,
        /// The digest of their password.
        digest: SecretString,
    },
}

/// An administrator that was made.
#[derive(Debug)]
pub struct Redeemed {
    /// The assignment of the role `administrator`.
    pub assignment: Entry,
    /// The account and its API key, shown this once.
    pub key: Option<(StoredApiKey, SecretString)>,
    /// The id of a new local account.
    pub user: Option<String>,
    /// The revision of the change.
    pub revision: i64,
}

impl Administration {
    /// Administers what `directory` follows in `store`. With the directory's root keys, what is personal in events is hashed from now on.
    #[must_use]
    pub fn new(store: Arc<Store>, directory: Arc<Directory>) -> Administration {
        if let Some(sealer) = directory.sealer() {
            store.hide_personal_with(Arc::clone(sealer));
        }
        Administration { store, directory, writing: tokio::sync::Mutex::new(()) }
    }

    /// Where all of it is kept.
    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// What decides, and follows each change.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.directory
    }
}
