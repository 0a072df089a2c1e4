//! What can go wrong, and what to do about it.

use std::borrow::Cow;

use casemate_permission::name::NameError;
use casemate_permission::{FilterError, Reason};
use thiserror::Error;

use crate::NotTaken;

/// Why there is no answer, or the answer is no. Whoever gets one lets nothing happen.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was presented, and a credential is needed.
    #[error("the request presents no credential; send `Authorization: Bearer …`")]
    CredentialMissing,
    /// What was presented is no bearer credential.
    #[error("the credential cannot be read: {0}")]
    CredentialMalformed(&'static str),
    /// The credential is not accepted: it ended, was revoked, or was never one.
    #[error("the credential is not accepted ({code})")]
    CredentialRejected {
        /// Why, as a stable code.
        code: Cow<'static, str>,
    },
    /// What is known of a caller ended: their token, session or key did. Identify them anew.
    #[error("the caller's credential ended since they were identified; identify them anew")]
    Ended,
    /// They may not.
    #[error("the caller may not do `{name}` ({})", .reason.code())]
    Forbidden {
        /// The name that was asked for.
        name: String,
        /// Why not.
        reason: Reason,
    },
    /// The name that was asked for is none.
    #[error("`{name}` is no name of a permission: {error}")]
    Name {
        /// What was asked for.
        name: String,
        /// Why it is none.
        error: NameError,
    },
    /// The name lies where this client knows no schema, so that it cannot judge it.
    #[error(
        "`{name}` lies outside the namespaces of the application `{application}`, which alone this client may ask about"
    )]
    OutsideApplication {
        /// What was asked for.
        name: String,
        /// The application that the client's own credential is bound to.
        application: String,
    },
    /// Which resources are allowed cannot be said by a filter.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// What they hold cannot be said or compiled, so that they hold nothing.
    #[error("what the caller holds cannot be said: {0}")]
    Permissions(String),
    /// Who they are or what they hold cannot be found out at the moment.
    #[error("permissions cannot be found out at the moment: {0}; try again")]
    Unavailable(String),
    /// The server refuses what this client asks, whoever calls: its own credential, address or version is wrong.
    #[error("the server refuses this client ({status} {code}): {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's stable code; empty where it has none.
        code: String,
        /// What to do.
        detail: String,
    },
    /// What decides here has not come as far as was asked for in time.
    #[error("revision {wanted} has not arrived here yet; it is at {reached}")]
    RevisionNotReached {
        /// What was asked for.
        wanted: i64,
        /// What was reached.
        reached: i64,
    },
    /// Going on without authorization needs a reason.
    #[error("going on without authorization needs a reason of 1 to {max} characters that a reader understands", max = crate::MAX_REASON)]
    NoReason,
    /// Going on without authorization could not be put on record, so that nobody does.
    #[error("going on without authorization could not be put on record: {0}")]
    NotAudited(String),
    /// Events are not taken into the audit trail, and none of those that were to be recorded with them is on record.
    #[error("{} of the events are not taken, the first: {}", .0.len(), .0.first().map(|first| first.why.as_str()).unwrap_or_default())]
    EventsRefused(Vec<NotTaken>),
    /// The client cannot be made as it is configured.
    #[error("the client cannot be made: {0}")]
    Configuration(String),
}

impl Error {
    /// A stable code, as it stands in problems.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::CredentialMissing => "credential_missing",
            Error::CredentialMalformed(_) | Error::CredentialRejected { .. } | Error::Ended => {
                "credential_rejected"
            }
            Error::Forbidden { .. } | Error::OutsideApplication { .. } | Error::Permissions(_) => "forbidden",
            Error::Filter(_) => "not_filterable",
            Error::Unavailable(_) | Error::RevisionNotReached { .. } | Error::NotAudited(_) => "unavailable",
            Error::Name { .. }
            | Error::Refused { .. }
            | Error::NoReason
            | Error::EventsRefused(_)
            | Error::Configuration(_) => "internal",
        }
    }

    /// The HTTP status that tells a client of it: 401, 403, 422, 503 or 500.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.code() {
            "credential_missing" | "credential_rejected" => 401,
            "forbidden" => 403,
            "not_filterable" => 422,
            "unavailable" => 503,
            _ => 500,
        }
    }

    /// What it is, in a few words that may be told to anybody.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self.code() {
            "credential_missing" => "A credential is needed",
            "credential_rejected" => "The credential is not accepted",
            "forbidden" => "You may not do this",
            "not_filterable" => "No filter can say which resources are allowed",
            "unavailable" => "Not available at the moment",
            _ => "A fault on our side",
        }
    }
}
