//! The database kernel.
//!
//! SQLite in a data folder that only its owner may open (write-ahead log, `synchronous=FULL`), or PostgreSQL: one writer
//! that commits what waits together, many readers, one text for both databases. Every change of what is administered is
//! one transaction with the events that tell of it, and has a revision. Migrations run at start, forward only, under a
//! lock. Pages are read by key, never by offset; times are integers, UTC microseconds since 1970. The store has no
//! clock: the caller passes one in.
#![forbid(unsafe_code)]

mod account;
mod alert;
mod anonymous;
mod api_key;
mod audit;
mod audit_sink;
mod backup;
mod ballast;
mod bearing;
mod block;
mod bounds;
mod change;
mod commit;
mod credential;
mod decision;
mod decision_log;
mod error;
mod event_quota;
mod folder;
mod generation;
mod idempotency;
mod lease;
mod linked;
mod listen;
mod log;
mod migration;
mod object;
mod open;
mod people;
mod reseal;
mod reserve;
mod resource;
mod retention;
mod review;
mod root_key;
mod saved_search;
mod seal;
mod secret;
mod segment;
mod selection;
mod session;
mod source;
mod sql;
mod sync_state;
mod version;
mod writer;

pub use account::{
    API_KEY_ATTEMPTS, AccountChange, Attempt, AttemptLimit, Checked, Counted, FACTOR_FIELD, FACTOR_SECRETS,
    FactorChange, FactorKind, Growth, Guess, KNOWN_FOR, LINKS_WITHIN, LinkPurpose, LocalPassword, LockedKeys,
    Lockout, MAX_FACTORS, MAX_GUESSES, MAX_KNOWN_NETWORKS, MAX_LINKS, MAX_STEPS, PASSWORD_FIELD,
    PasswordLink, RecoveryCodes, Reservation, SecondFactor, SeenNetwork, SignInStep, USER_SECRETS,
};
pub use alert::{AlertBounds, AlertChange, AlertDraft, AlertQuery, KeptAlerts, StoredAlert};
pub use anonymous::{AnonymousDenial, DenialQuery};
pub use api_key::{KeyQuery, KeySort, KeyState, StoredApiKey};
pub use audit::{AuditEvent, AuditFilter, StoredAuditEvent};
pub use audit_sink::{AuditSinkCursor, AuditSinkSteering, AuditSinkStep};
pub use backup::{
    BackedUp, BackupError, BackupKey, BackupLock, BackupLog, BackupSummary, MAX_LINE, Restore, check_backup,
    read_plain_backup, restore,
};
pub use ballast::{BALLAST, Ballast, BallastError};
pub use block::{AddressBlock, BlockEntry, BlockKind, BlockQuery, BlockSort, MAX_BLOCKS};
pub use bounds::{
    MAX_BODY, MAX_CHANGE, MAX_ID, MAX_KIND, MAX_NAME, MAX_OPERATIONS, MAX_PERSONAL, MAX_SEALED,
    MAX_WAITING_BYTES,
};
pub use casemate_audit::query::Query as LogQuery;
pub use commit::{Actor, Commit, CommitError, Operation, SESSION, Still};
pub use credential::DevelopmentCredential;
pub use decision::{
    DecisionEvent, DecisionFilter, MAX_PAGE, NewestDecisions, Page, Party, RecordedDecision, RecordedEvent,
    clipped,
};
pub use decision_log::{DECISION_LOG, DECISION_LOG_FIELD, LogRetention, LoggedBatch};
pub use error::{RecordError, StoreError};
pub use event_quota::{EVENTS_OF_DAY, EVENTS_OF_MINUTE, EventQuota, quota_ends};
pub use folder::{DataFolder, FolderError};
pub use generation::Position;
pub use idempotency::Remembered;
pub use lease::{Fence, Lease};
pub use linked::{LinkChange, LinkedIdentity, MAX_LINKED};
pub use log::{
    DroppedFile, EraseError, HoldError, LOG_KEY, LOG_KEY_FIELD, LogCount, LogErasable, LogErased, LogEvent,
    LogHold, LogPage, LogSelection, LogState, LogStep, MAX_ERASED, MAX_LOG_HOLDS, NextFile, SHELF_LEASE,
    Shelf, ShelfError, ShelfFuture, Shelved, Shelving, UnshelvedBlock,
};
pub use object::{ChangedObjects, Draft, Object, Objects};
pub use open::{Database, Store, StoreReader};
pub use people::{
    ChangedUsers, DIRECTORY_VERSION_AGE, DeletedGroup, DirectoryEdit, DirectoryKind, DirectoryVersion,
    DirectoryVersionQuery, FormerUser, GroupQuery, GroupRecord, GroupSort, MAX_CHANGED_USERS,
    MAX_DIRECTORY_VERSIONS, MAX_GROUPS_OF_USER, Member, MemberEdit, MemberQuery, Membership, PeopleEdit,
    PeopleSince, Then, UserChange, UserQuery, UserRecord, UserSort, code_origin, code_source, name_key,
};
pub use reseal::{ResealError, Resealed, drop_unused_root_keys, reseal};
pub use resource::{
    ChangedResources, MAX_ATTRIBUTES, MAX_CHANGED_RESOURCES, MAX_RESOURCE_TYPE, MAX_RESOURCE_TYPES,
    MAX_TENANT_RESOURCE_TYPES, ResourceKey, ResourceQuery, ResourceRecord,
};
pub use retention::Retention;
pub use review::{ReviewDecision, ReviewRecordQuery, StoredReview};
pub use root_key::{RootKeyError, RootKeyFile, RootKeyFileError, RootKeys};
pub use saved_search::{MAX_SAVED_SEARCHES, SavedSearch, SavedSearchChange};
pub use seal::{MAX_SECRET, SealError, Sealer};
pub use secret::SealedSecret;
pub use segment::{RecordLag, read_segment};
pub use session::{
    EndedBy, EndedSession, MAX_SESSIONS, MAX_TEMPORARY, SessionOwner, SessionQuery, Sessions, StoredSession,
    Temporary, UsedSession,
};
pub use source::{ForgottenIdentity, ForgottenSource};
pub use sync_state::SyncState;
pub use version::{Edit, PEOPLE_SUMMARY, Version, VersionQuery};
pub use writer::{MAX_GROUP, MAX_QUEUE, MAX_WAITING};
