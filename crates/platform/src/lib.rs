//! What every area's HTTP shares: [`Problem`] answers, request ids, who is calling, bodies within a bound, the listener
//! and its limits, outgoing calls, the configuration, the access log, and the one reading of the clock.
#![forbid(unsafe_code)]

mod body;
mod caller;
mod client;
pub mod clock;
pub mod config;
mod frame;
mod listener;
pub mod outgoing;
mod problem;
mod request_id;

pub use body::{MAX_BODY_BYTES, json_body, json_response};
pub use caller::{Caller, authenticate};
pub use client::{Client, TrustedProxies};
pub use frame::frame;
pub use listener::{Limits, Server, Tls, TlsError, TlsStatus, serve};
pub use problem::{Code, Problem};
pub use request_id::RequestId;
