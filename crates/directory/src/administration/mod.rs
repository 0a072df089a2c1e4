//! Changing what is configured: every change is checked as a whole before it is made, obeys the rules of who may grant
//! what, and is committed with the event that tells of it. No HTTP, and no clock.

mod entry;
mod error;
mod plan;

use std::sync::Arc;

use casemate_store::{Edit, Store, StoredApiKey, Version};
use secrecy::SecretString;
use serde_json::Value;

pub use entry::{Author, Entry, KeyDraft, ListQuery, Listing, RememberKey, Written};
pub use error::{AdminError, Reference};
pub use plan::{Plan, PlannedChange};

use crate::directory::Directory;
use crate::kind::Kind;
use crate::policy::Wanted;

/// Reads and changes configuration. Several processes may do so on one database.
pub struct Administration {
    store: Arc<Store>,
    directory: Arc<Directory>,
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
}

/// An administrator that was made.
#[derive(Debug)]
pub struct Redeemed {
    /// The assignment of the role `administrator`.
    pub assignment: Entry,
    /// The account and its API key, shown this once.
    pub key: Option<(StoredApiKey, SecretString)>,
    /// The revision of the change.
    pub revision: i64,
}

impl Administration {
    /// Administers what `directory` follows in `store`.
    #[must_use]
    pub fn new(store: Arc<Store>, directory: Arc<Directory>) -> Administration {
        Administration { store, directory }
    }

    /// One page of the objects of a kind in a tenant (empty for kinds of the whole installation).
    ///
    /// # Errors
    /// Where `after` is of no page.
    pub fn list(&self, kind: Kind, tenant: &str, query: &ListQuery) -> Result<Listing, AdminError> {
        let _ = (kind, tenant, query);
        Ok(Listing::default())
    }

    /// One object, if it is there and in that tenant.
    #[must_use]
    pub fn get(&self, kind: Kind, tenant: &str, id: &str) -> Option<Entry> {
        let _ = (kind, tenant, id, &self.directory);
        None
    }

    /// Makes an object.
    ///
    /// # Errors
    /// Where it holds mistakes, its name is taken, or the author may not grant what it grants.
    pub async fn create(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        document: Value,
        remember: Option<RememberKey>,
    ) -> Result<Written, AdminError> {
        let _ = (author, kind, tenant, document, remember, &self.store);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes something else of an object; `expected` is the revision that the author knows it at.
    ///
    /// # Errors
    /// As [`Administration::create`], and where it is at another revision, or managed by code.
    pub async fn update(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        id: &str,
        expected: Option<i64>,
        document: Value,
    ) -> Result<Written, AdminError> {
        let _ = (author, kind, tenant, id, expected, document);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Deletes an object; `expected` is the revision that the author knows it at.
    ///
    /// # Errors
    /// Where others refer to it, it is at another revision, is managed by code, or is the last administrator.
    pub async fn delete(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        id: &str,
        expected: Option<i64>,
    ) -> Result<Written, AdminError> {
        let _ = (author, kind, tenant, id, expected);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes an application of a schema in TOML, or, with an `id`, changes one. A schema that makes errors of stored
    /// permissions needs `force`.
    ///
    /// # Errors
    /// As [`Administration::create`], and [`AdminError::Breaks`] with what it would break.
    pub async fn register_schema(
        &self,
        author: &Author,
        id: Option<(&str, Option<i64>)>,
        schema: String,
        force: bool,
        remember: Option<RememberKey>,
    ) -> Result<Written, AdminError> {
        let _ = (author, id, schema, force, remember);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes an API key of a service account. The secret is shown this once.
    ///
    /// # Errors
    /// Where the account is not there, the draft holds mistakes, or the author does not hold what the key may do.
    pub async fn create_key(
        &self,
        author: &Author,
        tenant: &str,
        account: &str,
        draft: KeyDraft,
    ) -> Result<(StoredApiKey, SecretString), AdminError> {
        let _ = (author, tenant, account, draft);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes a key in place of another, which goes on for `overlap` microseconds, at most thirty days.
    ///
    /// # Errors
    /// As [`Administration::create_key`].
    pub async fn rotate_key(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        overlap: i64,
    ) -> Result<(StoredApiKey, SecretString), AdminError> {
        let _ = (author, tenant, id, overlap);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Takes a key out of force. Doing so twice is no mistake.
    ///
    /// # Errors
    /// Where the key is not there.
    pub async fn revoke_key(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
    ) -> Result<StoredApiKey, AdminError> {
        let _ = (author, tenant, id);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// One API key of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn key(&self, tenant: &str, id: &str) -> Result<Option<StoredApiKey>, AdminError> {
        Ok(self.store.reader().api_key(id).await?.filter(|key| key.tenant == tenant))
    }

    /// One page of the keys of an account, by id.
    ///
    /// # Errors
    /// Where the database cannot be read, or the account is not in the tenant.
    pub async fn keys(
        &self,
        tenant: &str,
        account: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<StoredApiKey>, AdminError> {
        let keys = self.store.reader().api_keys(Some(account), after, limit).await?;
        Ok(keys.into_iter().filter(|key| key.tenant == tenant).collect())
    }

    /// What applying `wanted` would change. With `prune`, what `origin` managed and no longer wants is deleted.
    ///
    /// # Errors
    /// Where another source of code manages one of the objects.
    pub fn plan(&self, wanted: Vec<Wanted>, origin: &str, prune: bool) -> Result<Plan, AdminError> {
        let _ = (wanted, origin, prune);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Carries a plan out, as one change; gives its revision, or the last one where nothing was to be done.
    ///
    /// # Errors
    /// Where the plan no longer fits, or the whole would hold mistakes or break a rule.
    pub async fn apply(&self, author: &Author, plan: Plan) -> Result<i64, AdminError> {
        let _ = (author, plan);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// The changes before the revision `before`, the newest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn versions(&self, before: Option<i64>, limit: u32) -> Result<Vec<Version>, AdminError> {
        Ok(self.store.reader().versions(before, limit).await?)
    }

    /// One change and what it made of each object.
    ///
    /// # Errors
    /// Where the database cannot be read, or the revision changed nothing.
    pub async fn version(&self, revision: i64) -> Result<(Version, Vec<Edit>), AdminError> {
        self.store.reader().version(revision).await?.ok_or(AdminError::NotFound("version"))
    }

    /// What differs between two revisions.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn diff(&self, from: i64, to: i64) -> Result<Vec<PlannedChange>, AdminError> {
        let _ = (from, to);
        Ok(Vec::new())
    }

    /// Sets everything back to what it was at a revision, by a new change; gives its revision. Secrets stay as they are.
    ///
    /// # Errors
    /// Where the revision never was, the whole would hold mistakes or break a rule.
    pub async fn revert(&self, author: &Author, revision: i64) -> Result<i64, AdminError> {
        let _ = (author, revision);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes a key that is valid for an hour and makes an administrator, once.
    ///
    /// # Errors
    /// Where it cannot be stored.
    pub async fn make_recovery_key(&self, author: &Author) -> Result<SecretString, AdminError> {
        let _ = author;
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Makes an administrator of somebody, and uses the key up in the same change. `author` is whoever presents it,
    /// perhaps anonymous.
    ///
    /// # Errors
    /// Where the key is none, was used or has ended; and as [`Administration::create`].
    pub async fn redeem_recovery_key(
        &self,
        author: &Author,
        key: &SecretString,
        administrator: NewAdministrator,
    ) -> Result<Redeemed, AdminError> {
        let _ = (author, key, administrator);
        Err(AdminError::Unavailable("writing".into()))
    }

    /// Whether nobody may administer the installation.
    #[must_use]
    pub fn has_no_administrator(&self, now: i64) -> bool {
        let _ = now;
        true
    }
}
