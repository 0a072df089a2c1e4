//! What every area's HTTP shares: [`Problem`] answers, request ids, who is calling, bodies within a bound, the listener
//! and its limits, outgoing calls, the configuration, the access log and telemetry, and the one reading of the clock.
#![forbid(unsafe_code)]

pub mod api;
mod body;
mod caller;
mod client;
pub mod clock;
pub mod config;
mod cookie;
mod document;
mod frame;
mod idempotency_key;
mod listener;
pub mod mail;
pub mod outgoing;
mod page;
mod precondition;
mod problem;
mod request_id;
mod require;
mod respond;
pub mod telemetry;

pub use body::{
    MAX_BODY_BYTES, json_body, json_body_of, json_response, json_text, limit_bodies, longest_body,
    written_json_response,
};
pub use caller::{Caller, Guessed, authenticate, guessed, lasting, stand_in, verify};
pub use client::{Client, TrustedProxies};
pub use cookie::{SESSION_COOKIE, cookie, from_own_origin, is_from_elsewhere};
pub use document::{parse_document, read_document};
pub use frame::{Frame, frame, framed};
pub use idempotency_key::{Held, IdempotencyKey, UnderWay};
pub use listener::{Limits, Server, Tls, TlsError, TlsStatus, serve};
pub use page::{DEFAULT_LIMIT, MAX_LIMIT, NoQuery, Page, PageRequest, Query, cursor, read_cursor};
pub use precondition::{IfMatch, IfNoneMatch, entity_tag, precondition_failed};
pub use problem::{Code, DocumentError, Problem};
pub use request_id::RequestId;
pub use require::{Guard, Permission, Require};
pub use respond::{Answering, Respond};
