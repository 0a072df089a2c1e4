//! The product's HTTP, a folder per area: [`decision`] answers what somebody may do, [`identity`] who somebody is,
//! [`health`] whether we can, [`policy`] keeps what decides up to date, and the others administer one kind of objects each.
#![forbid(unsafe_code)]

pub mod access_review;
mod account;
mod administrator;
mod api_key;
mod app;
mod application;
mod assignment;
mod at_least;
mod audit_event;
mod block;
pub mod csv;
pub mod decision;
pub mod decision_log;
mod denials;
mod description;
pub mod directory_sync;
mod export;
mod forms;
mod group;
mod guard;
pub mod health;
pub mod identity;
mod invitation;
mod listing;
mod log_level;
mod objects;
mod once;
mod pages;
pub mod policy;
mod provider;
mod refusal;
mod role;
mod rows;
mod scim;
mod service_account;
mod session;
mod setting;
mod sign_in;
mod source;
mod team;
mod temporary_credential;
mod tenant;
mod tenant_header;
mod user;
mod view;

pub use account::{AccountRule, Accounts, end_local_sessions};
pub use app::{App, Front, Recorded, Settings, described};
pub use block::{BlockRule, Blocks, follow_blocks};
pub use decision_log::{DecisionLog, write_decision_log};
pub use denials::{AnonymousDenials, write_denials};
pub use description::document_text;
pub use guard::Access;
pub use invitation::{Resets, send_resets};
pub use setting::follow_log_levels;
