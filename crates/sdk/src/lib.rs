//! Permissions for Rust services: who calls, and what they may do.
//!
//! A [`PermissionsManager`] says who presents a credential and what they hold; the [`Caller`] that it gives answers every
//! question in memory, by the engine that Casemate's server decides with. Which manager it is, is a matter of one line: a
//! `remote::Remote` asks a server and is told by it what changes, and `casemate-embedded` reads the database or policy files itself.
//!
//! Guards stand behind features of their own: `guard::IdentifyLayer` (`tower`), `guard::Require` (`axum`),
//! `guard::HasPermission` (`async-graphql`) and `guard::grpc` (`tonic`).
#![forbid(unsafe_code)]

mod audit;
mod authority;
mod caller;
mod clock;
mod credential;
mod error;
#[cfg(any(feature = "tower", feature = "async-graphql"))]
pub mod guard;
mod manager;
mod question;
#[cfg(feature = "remote")]
pub mod remote;

pub use audit::{
    Audit, AuditBatch, AuditEvent, Doer, LogTrail, MAX_EVENTS, NotFlushed, NotTaken, Outcome, Trail,
    WITHOUT_AUTHORIZATION,
};
pub use authority::{Auditor, Authority, LogAuditor, MAX_REASON, WithoutAuthorization};
pub use caller::{Caller, Known, Whom};
pub use clock::{BoxFuture, Clock, SystemClock, TestClock};
pub use credential::{Credential, MAX_CREDENTIAL};
pub use error::Error;
pub use manager::{AnyManager, PermissionsManager};
pub use question::Question;

pub use casemate_expression::filter;
pub use casemate_expression::{Datum, List, Map, Members, Timestamp, Value};
pub use casemate_permission::{
    Action, Actor, Decision, Effect, Explanation, FilterAnswer, PermissionRef, PermissionSet, Reason,
    Resource, Subject,
};
