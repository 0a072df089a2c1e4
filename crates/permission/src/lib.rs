//! Permissions: names, schemas, sets, decisions, filters and explanations.
//!
//! This crate is Casemate's core, described by `permissions.md`: it answers what an identity with given permissions may
//! do. It knows no clock, no I/O and no other engine; identity, action, resource, context and time come in borrowed.
//!
//! The way through it: [`Schema::from_toml`] reads what properties mean, [`Catalog::compile`] puts the schemas of all
//! applications together, [`PermissionSet::builder`] compiles an identity's permissions, and
//! [`PermissionSet::check`], [`PermissionSet::filter`] and [`PermissionSet::explain`] answer a [`Request`].
#![forbid(unsafe_code)]

mod authzen;
mod decide;
mod explain;
mod fault;
mod filter;
mod grant;
pub mod limits;
pub mod name;
mod permission;
mod request;
mod schema;
mod set;

pub use authzen::{Evaluation, EvaluationError, Mentioned};
pub use decide::{BatchTooLarge, Decision, Effect, Reason};
pub use explain::{Explanation, NearMiss};
#[cfg(feature = "faults")]
pub use fault::Fault;
pub use filter::{FilterAnswer, FilterError};
pub use grant::{AboveCeiling, Ceiling, GrantRefused};
pub use permission::{Permission, PermissionError};
pub use request::{Action, Actor, Request, Resource, Subject};
pub use schema::{
    Application, AttributeError, Catalog, Problem, Remark, RequestName, Schema, SchemaError, TemplateError,
};
pub use set::{Grant, Origin, OriginKind, PermissionRef, PermissionSet, PermissionSetBuilder, SetError};
