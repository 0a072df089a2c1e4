//! A policy: schemas, roles, assignments, people, credentials and providers, read from TOML files and checked as a whole.

mod around;
mod check;
mod document;
mod entry;
mod files;
mod mapping;
mod mistake;
mod place;
mod roles;
mod setting;

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casemate_expression::{Members, Timestamp};
use casemate_identity::provider::Provider;
use casemate_permission::name::Name;
use casemate_permission::{Catalog, Ceiling, Permission};
use casemate_store::Object;

pub(crate) use around::Around;
pub use mistake::{Mistake, ObjectPlace, SourceFile};
pub use setting::{SETTINGS, Setting};

use crate::model::{GroupDocument, SourceDocument};
use crate::outside::Endpoint;
use crate::resources::ResourceSource;
use check::{Checked, check as checked};
pub(crate) use check::{RECORDED, is_name};
use document::Documents;
pub(crate) use document::{pointer, without_place};
pub(crate) use files::{Files, read_files, walk_files};
pub(crate) use mapping::{Mapping, MappingRule, Outcome};
use place::Place;
pub(crate) use place::{Help, Raised};
pub(crate) use roles::{Assigned, HeldRole, Role, Roles, Team, is_built_in};
pub(crate) use setting::InForce;

/// The tenant of whatever names none.
pub const DEFAULT_TENANT: &str = "default";

/// A policy whose every reference is resolved and every permission understood.
#[derive(Debug)]
pub struct Policy {
    pub(crate) catalog: Catalog,
    pub(crate) roles: Roles,
    pub(crate) people: Vec<Person>,
    /// Service accounts, as people of Casemate's own provider.
    pub(crate) accounts: Vec<Person>,
    /// The ids of the service accounts whose keys are refused.
    pub(crate) disabled_accounts: HashSet<Box<str>>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) providers: Vec<Provider>,
    /// The rules of providers that have some.
    pub(crate) mappings: HashMap<Box<str>, Mapping>,
    pub(crate) sources: Vec<Source>,
    /// The sources that tell of resources, each as it is written.
    pub(crate) resource_sources: Vec<(ResourceSource, Arc<SourceDocument>)>,
    pub(crate) settings: BTreeMap<String, serde_json::Value>,
    pub(crate) mismatches: Vec<Mistake>,
    /// The declared tenants.
    pub(crate) tenants: Arc<HashSet<Arc<str>>>,
}

/// The built-in role that may do everything.
pub const ADMINISTRATOR: &str = "administrator";
/// The built-in role that may look at everything.
pub const AUDITOR: &str = "auditor";
/// The built-in role that is empty: what whoever did not sign in may do, as long as nothing else is assigned to them.
pub const ANONYMOUS: &str = "anonymous";

/// What an auditor may do: look at what is there, ask who may do what, and what a change of the policy would have changed.
const AUDITED: [&str; 5] = [
    "casemate.*.list",
    "casemate.*.read",
    "casemate.decision.ask",
    "casemate.decision.search",
    "casemate.policy.impact",
];

/// What the built-in roles grant, as JSON.
pub(crate) const BUILT_IN: [(&str, &str, &[&str]); 3] = [
    (ADMINISTRATOR, "May do everything", &["*", "casemate.*"]),
    (ANONYMOUS, "May do nothing", &[]),
    (AUDITOR, "May look at everything and change nothing", &AUDITED),
];

/// A source of permissions outside the directory.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) provider: Arc<str>,
    pub(crate) from: SourceFrom,
    pub(crate) types: Box<[Box<str>]>,
    pub(crate) tenants: Box<[Box<str>]>,
    pub(crate) ceiling: Ceiling,
    /// As it is written.
    pub(crate) document: Arc<SourceDocument>,
}

/// Where a source says what somebody holds.
#[derive(Debug, Clone)]
pub(crate) enum SourceFrom {
    /// In this claim of verified tokens.
    Claim(Box<str>),
    /// At an endpoint.
    Http(Arc<Endpoint>),
    /// In a file of this name.
    File(Box<str>),
}

impl Source {
    /// Whether it is asked what somebody holds, whoever they are known by: their token says nothing of it.
    pub(crate) fn is_outside(&self) -> bool {
        !matches!(self.from, SourceFrom::Claim(_))
    }

    /// Whether an endpoint or a file says what somebody holds.
    pub(crate) fn tells_of(&self, tenant: &str, provider: &str, kind: &str) -> bool {
        self.is_outside()
            && *self.provider == *provider
            && crate::snapshot::is_of_people(kind)
            && (self.types.is_empty() || self.types.iter().any(|of| **of == *kind))
            && (self.tenants.is_empty() || self.tenants.iter().any(|of| **of == *tenant))
    }

    /// Whether it could hand out a permission for a name.
    pub(crate) fn may_grant(&self, name: &Name<'_>) -> bool {
        self.ceiling.reaches(name)
    }
}

/// A role or a team for somebody, in a tenant, for a time.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) assigned: Assigned,
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

impl Recipient {
    /// Whether it is a service account: the policy knows those, and a user of the same name is somebody else.
    pub(crate) fn is_account(&self) -> bool {
        let service = casemate_identity::Kind::SERVICE.as_str();
        *self.provider == *crate::OWN_PROVIDER
            && match &self.who {
                Who::Id { kind, .. } | Who::Login { kind, .. } => **kind == *service,
                Who::Group { .. } => false,
            }
    }
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

/// What code wants there to be.
#[derive(Debug, Clone, Default)]
pub struct Code {
    /// The objects, each kind after those that it refers to.
    pub objects: Vec<Wanted>,
    /// The groups of Casemate's own.
    pub groups: Vec<WantedGroup>,
}

/// A group of Casemate's own as code wants it to be.
#[derive(Debug, Clone)]
pub struct WantedGroup {
    /// Where it was written.
    pub(crate) place: Place,
    pub(crate) tenant: String,
    pub(crate) document: GroupDocument,
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
        entry::json_schema()
    }

    /// The callers' static credentials.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// A policy that knows nobody and grants nothing.
    #[must_use]
    pub fn empty() -> Policy {
        checked(Documents::default(), Vec::new(), &nothing, None).policy
    }

    /// Reads and checks the `*.toml` files of a folder and the folders in it.
    ///
    /// # Errors
    /// Every mistake that was found. Mistakes in references and permissions are looked for once every file can be read.
    pub fn load(folder: &Path) -> Result<Policy, Vec<Mistake>> {
        Policy::read(&read_files(folder)?)
    }

    pub(crate) fn read(files: &Files) -> Result<Policy, Vec<Mistake>> {
        Folder::read(files).map(|folder| folder.policy)
    }

    /// Checks the objects of a store, or those that are to stand there, together. A stored permission that the schemas
    /// make an error of forbids nothing: it is told by [`Policy::mismatches`].
    ///
    /// # Errors
    /// Every mistake that was found, each with the object's kind and name and a JSON pointer.
    pub fn from_objects<O: Borrow<Object>>(objects: &[O]) -> Result<Policy, Vec<Mistake>> {
        let mut raised = Vec::new();
        let documents = Documents::of_objects(objects.iter().map(Borrow::borrow), &mut raised);
        let place = |index: usize| {
            let object: Option<&Object> = objects.get(index).map(Borrow::borrow);
            object.map_or_else(|| nothing(index), document::place_of)
        };
        let Checked { policy, mistakes } = checked(documents, raised, &place, None);
        if mistakes.is_empty() { Ok(policy) } else { Err(mistakes) }
    }

    /// The stored permissions that the schemas make errors of: they are decided as errors, which never widens access.
    #[must_use]
    pub fn mismatches(&self) -> &[Mistake] {
        &self.mismatches
    }

    /// The assignments that make an administrator of the installation at `now`.
    pub(crate) fn administering(&self, now: i64) -> impl Iterator<Item = &Assignment> {
        in_force(&self.assignments, self.administering_places(), now)
    }

    /// The places of the assignments that have no end and make an administrator of the installation, but of service accounts
    /// that are disabled.
    pub(crate) fn administering_places(&self) -> Vec<usize> {
        let account_of = |account: &Person| (account.tenant.clone(), account.login.clone());
        let disabled: Vec<_> = self
            .accounts
            .iter()
            .filter(|account| self.disabled_accounts.contains(&account.id))
            .map(account_of)
            .collect();
        let can_act = |assignment: &Assignment| match &assignment.recipient.who {
            Who::Id { id, .. } => !self.disabled_accounts.contains(id),
            Who::Login { login, .. } if assignment.recipient.is_account() => {
                !disabled.contains(&(Arc::clone(&assignment.tenant), Some(login.clone())))
            }
            Who::Login { .. } | Who::Group { .. } => true,
        };
        let places = self.assignments.iter().enumerate();
        places
            .filter(|(_, assignment)| is_administering(assignment) && can_act(assignment))
            .map(|(place, _)| place)
            .collect()
    }

    /// The value of a setting.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&serde_json::Value> {
        self.settings.get(name)
    }
}

/// A policy folder that was read and holds no mistake: its policy by itself, and its objects.
#[derive(Debug)]
pub struct Folder {
    /// What it means by itself.
    pub policy: Policy,
    /// What it wants there to be.
    pub wanted: Code,
}

impl Folder {
    /// Reads and checks the `*.toml` files of a folder and the folders in it.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn load(folder: &Path) -> Result<Folder, Vec<Mistake>> {
        Folder::read(&read_files(folder)?)
    }

    /// Reads and checks the texts of policy files, each with its path.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn of_texts(texts: Vec<(PathBuf, String)>) -> Result<Folder, Vec<Mistake>> {
        let files = texts.into_iter().map(|(path, text)| Arc::new(SourceFile { path, text })).collect();
        Folder::read(&files)
    }

    pub(crate) fn read(files: &Files) -> Result<Folder, Vec<Mistake>> {
        let mut documents = Documents::default();
        let mut mistakes = Vec::new();
        for file in files {
            documents.read(file, &mut mistakes);
        }
        let wanted = documents.wanted();
        let found = checked(documents, Vec::new(), &nothing, None);
        mistakes.extend(found.mistakes);
        if mistakes.is_empty() {
            return Ok(Folder { policy: found.policy, wanted });
        }
        mistakes.sort_by(|one, other| one.order().cmp(&other.order()));
        Err(mistakes)
    }
}

/// Those of assignments at these places that began by `now`.
pub(crate) fn in_force(
    assignments: &[Assignment],
    places: impl IntoIterator<Item = usize>,
    now: i64,
) -> impl Iterator<Item = &Assignment> {
    places
        .into_iter()
        .filter_map(|place| assignments.get(place))
        .filter(move |assignment| assignment.from.is_none_or(|from| from.0 <= now))
}

/// Whether this is an assignment of the built-in role `administrator` in the tenant `default` that has no end, to somebody.
fn is_administering(assignment: &Assignment) -> bool {
    // What a team or another role brings along beside it might deny all of it again.
    assignment.assigned == Assigned::Role(Roles::ADMINISTRATOR)
        && *assignment.tenant == *DEFAULT_TENANT
        && assignment.until.is_none()
        && *assignment.recipient.provider != *casemate_identity::Kind::ANONYMOUS.as_str()
}

/// Mistakes in files, each with its place.
pub(crate) fn settled(raised: Vec<Raised>) -> Vec<Mistake> {
    place::settle(raised, &nothing)
}

/// The place of an object that is not there.
fn nothing(_: usize) -> ObjectPlace {
    ObjectPlace {
        kind: crate::Kind::Setting,
        tenant: String::new(),
        name: String::new(),
        pointer: String::new(),
    }
}
