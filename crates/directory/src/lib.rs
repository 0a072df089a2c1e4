//! Who exists and what they were granted.
//!
//! All configuration is objects in the store, each a document of a [`Kind`]. A [`Policy`] is made of them, or of TOML
//! files, and checked as a whole, every mistake with its place. A [`Directory`] follows the store and answers from one
//! immutable [`Snapshot`], which is replaced atomically: who a type and an id mean, what they hold — compiled and
//! cached —, and who says who is calling. [`Administration`] changes the objects, under the rules of who may grant what.
//! No HTTP, and no clock.
#![forbid(unsafe_code)]

pub mod administration;
mod affected;
mod authenticator;
mod by_tenant;
mod candidates;
mod directory;
mod event_schema;
mod identified;
mod index;
mod keys;
mod kind;
mod known;
mod linked;
mod maker;
pub mod model;
mod objects;
mod outdated;
pub(crate) mod outside;
mod own_schema;
mod people;
pub mod policy;
mod resources;
mod secrets;
mod sessions;
mod sets;
mod snapshot;
mod subject;
mod temporary;
mod trial;
mod watch;

pub use administration::{
    AdminError, Administration, Author, Covered, Entry, Expected, FOLDER_ORIGIN, Formerly, Given, GroupDraft,
    Imported, ImportedRole, Judged, KeyDraft, Left, ListQuery, Lister, Listing, MAX_MEMBERS, MAX_RESOURCES,
    MAX_SET_BACK, NewAdministrator, NotCarriedOver, PersonBack, Plan, Planned, PlannedChange, Redeemed,
    Reference, RememberKey, ResourceDraft, ResourceMistake, Restored, ReviewDraft, Reviewed, SetBack, Sort,
    SortBy, Taken, UserDraft, VersionState, WebinyError, Wide, Written, WrittenResources,
    directory_differences, import_webiny,
};
pub use affected::{Affected, Change, Forgotten, MAX_SELECTORS, Selector, Whom};
pub use authenticator::sha256;
pub use candidates::{Candidate, CandidatePlace, Candidates, Sought};
pub use directory::{Directory, DirectoryError, DirectoryHost, Loads};
pub use event_schema::{EventSchema, EventSchemaError, MAX_SCHEMA, Misfit};
pub use identified::{End, Identified, NotIdentified};
pub use kind::{Kind, UnknownKind};
pub use known::{DECISION_ASK, Known};
pub use linked::signed_in_as;
pub use maker::{Maker, NotKept};
pub use outside::{AnswerError, FileError, read_answer, read_file};
pub use own_schema::OWN_SCHEMA;
pub use people::{Met, NotAdmitted};
pub use policy::{
    ADMINISTRATOR, ANONYMOUS, AUDITOR, Code, Credential, DEFAULT_TENANT, Folder, Mistake, ObjectPlace,
    Person, Policy, Wanted, WantedGroup,
};
pub use resources::{NotFetched, Registered, ResourcesError};
pub use sessions::{BrowserSessions, SessionError, SessionTimes};
pub use snapshot::{ResolveError, Snapshot, is_of_people};
pub use subject::{Actor, Subject};
pub use temporary::{LONGEST_TEMPORARY_LIFE, SHORTEST_TEMPORARY_LIFE, TEMPORARY_PATTERNS, TemporaryDraft};
pub use trial::{Trial, TrialError, TriedRole, TriedRule};
pub use watch::Watcher;

/// The provider of callers with a static credential.
pub const CREDENTIAL_PROVIDER: &str = "credential";

/// The provider of service accounts, and of Casemate itself where it acts on its own.
pub const OWN_PROVIDER: &str = "casemate";

/// The provider of callers with an API key.
pub const API_KEY_PROVIDER: &str = "api-key";
