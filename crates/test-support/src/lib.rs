//! Real servers for tests: each is started in a private temporary folder, and is gone, with its folder, when the
//! value that stands for it is dropped or the test that holds it dies.
//!
//! Nothing here is compiled into the product.
#![forbid(unsafe_code)]

mod account;
mod browser;
mod casemate;
mod mariadb;
mod nats;
mod npm;
mod oidc;
mod postgres;
mod process;
mod programs;
mod s3;
mod slapd;
mod smtp;

pub use account::Account;
pub use browser::Browser;
pub use casemate::{Casemate, CasemateBuilder, HttpAnswer};
pub use mariadb::MariaDb;
pub use nats::Nats;
pub use oidc::OpenIdProvider;
pub use postgres::Postgres;
pub use process::{Process, Program, Signal};
pub use programs::find_program;
pub use s3::S3Server;
pub use slapd::{Slapd, SlapdTls};
pub use smtp::{ReceivedLetter, SmtpServer};

use std::path::PathBuf;

/// Why a server for a test could not be started.
///
/// `Debug` prints the same sentence as `Display`, so that `unwrap` in a test tells the reader what to do.
#[derive(thiserror::Error)]
pub enum StartError {
    /// A program that the server needs is not on this machine.
    #[error(
        "{program} was not found: looked on PATH and in {looked}. Install it (`cargo xtask test` does so as root on \
         Debian): apt-get install {package}"
    )]
    Missing {
        /// The program that was looked for.
        program: &'static str,
        /// The folders that were searched beside those of PATH.
        looked: String,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// The machine refused something that the server needs: a folder, a process.
    #[error("could not {action}: {source}")]
    Io {
        /// What was attempted.
        action: String,
        /// The answer of the operating system.
        source: std::io::Error,
    },
    /// A program ended with an error, or before it was ready.
    #[error("{program} ended with status {status} before it was of use; it said:\n{log}")]
    Ended {
        /// The program that ended.
        program: String,
        /// Its exit status, as a shell counts it (128 and over: a signal).
        status: String,
        /// The end of what it printed.
        log: String,
    },
    /// The server did not become ready before its deadline.
    #[error("{program} was not ready within {seconds} s; it said:\n{log}")]
    Late {
        /// The program that was waited for.
        program: String,
        /// How long it was given.
        seconds: u64,
        /// The end of what it printed.
        log: String,
    },
    /// The temporary folder's path is too long for a unix socket in it.
    #[error("{} is longer than a unix socket's path may be (107 bytes): set TMPDIR to a shorter folder", path.display())]
    PathTooLong {
        /// The socket's path.
        path: PathBuf,
    },
}

impl std::fmt::Debug for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl StartError {
    fn io(action: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io { action: action.into(), source }
    }
}
