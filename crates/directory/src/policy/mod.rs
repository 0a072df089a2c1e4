//! A policy: schemas, roles, assignments, people, credentials and providers, read from TOML files and checked as a whole.

mod check;
mod document;
mod entry;
mod files;
mod mistake;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use casemate_expression::{Members, Timestamp};
use casemate_identity::provider::Provider;
use casemate_permission::{Catalog, Permission};

pub use mistake::{Mistake, SourceFile};

use document::Documents;
pub(crate) use files::{Files, read_files, walk_files};

/// The tenant of whatever names none.
pub const DEFAULT_TENANT: &str = "default";

/// A policy whose every reference is resolved and every permission understood.
#[derive(Debug)]
pub struct Policy {
    pub(crate) catalog: Catalog,
    pub(crate) roles: Vec<Role>,
    pub(crate) people: Vec<Person>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) providers: Vec<Provider>,
}

/// A named list of permissions.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) name: Box<str>,
    pub(crate) permissions: Vec<Permission>,
}

/// A role for somebody, in a tenant, for a time.
#[derive(Debug)]
pub(crate) struct Assignment {
    /// The role's place among the policy's roles.
    pub(crate) role: usize,
    pub(crate) recipient: Recipient,
    pub(crate) tenant: Arc<str>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

/// Whom a role is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Recipient {
    /// The provider that vouches for them; empty where no provider is configured.
    pub(crate) provider: Arc<str>,
    pub(crate) who: Who,
}

/// By what an assignment knows its recipients.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// The one with this id.
    Id { kind: Box<str>, id: Box<str> },
    /// The one who logs in with this name.
    Login { kind: Box<str>, login: Box<str> },
    /// All in this group of the provider, of this kind where one is named.
    Group { kind: Option<Box<str>>, group: Box<str> },
}

/// Somebody the directory knows.
#[derive(Debug, Clone)]
pub struct Person {
    /// The provider that vouches for them; empty where no provider is configured.
    pub provider: Arc<str>,
    /// `user`, `admin`, `service`, …
    pub kind: Box<str>,
    /// Unique within the provider.
    pub id: Box<str>,
    /// The name that they log in with.
    pub login: Option<Box<str>>,
    /// The name to show.
    pub display_name: Option<Box<str>>,
    /// The tenant that they belong to.
    pub tenant: Arc<str>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// Whatever else is known about them.
    pub claims: Members,
}

/// A caller's static credential.
#[derive(Clone)]
pub struct Credential {
    /// Its public name.
    pub id: Box<str>,
    /// SHA-256 of its secret.
    pub secret_sha256: [u8; 32],
    /// The tenant that it asks in.
    pub tenant: Arc<str>,
    /// The application that it asks for.
    pub application: Option<Arc<str>>,
    /// From when on it is refused, in microseconds since 1970 (UTC).
    pub expires_at: Option<i64>,
    /// What it may do, beside what is assigned to it.
    pub permissions: Vec<Permission>,
}

/// An object as code wants it to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Its kind.
    pub kind: crate::Kind,
    /// The tenant that it is to belong to; empty for the whole installation.
    pub tenant: String,
    /// Its document.
    pub document: serde_json::Value,
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Policy {
    /// The JSON Schema of policy files, for editors (JSON Schema 2020-12).
    #[must_use]
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(entry::PolicyFile).to_value()
    }

    /// A policy that knows nobody and grants nothing.
    #[must_use]
    pub fn empty() -> Policy {
        Policy {
            catalog: Catalog::empty(),
            roles: Vec::new(),
            people: Vec::new(),
            assignments: Vec::new(),
            credentials: Vec::new(),
            providers: Vec::new(),
        }
    }

    /// Reads and checks the `*.toml` files of a folder and the folders in it.
    ///
    /// # Errors
    /// Every mistake that was found. Mistakes in references and permissions are looked for once every file can be read.
    pub fn load(folder: &Path) -> Result<Policy, Vec<Mistake>> {
        Policy::read(&read_files(folder)?)
    }

    pub(crate) fn read(files: &Files) -> Result<Policy, Vec<Mistake>> {
        let mut documents = Documents::default();
        let mut mistakes = Vec::new();
        for file in files {
            documents.read(file, &mut mistakes);
        }
        match (check::check(documents), mistakes.is_empty()) {
            (Ok(policy), true) => return Ok(policy),
            (Ok(_), false) => {}
            (Err(more), _) => mistakes.extend(more),
        }
        mistakes.sort_by(|one, other| one.order().cmp(&other.order()));
        Err(mistakes)
    }
}
