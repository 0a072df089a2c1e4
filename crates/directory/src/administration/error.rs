//! Why something administered was not changed.

use casemate_store::{CommitError, MAX_RESOURCE_TYPES, MAX_TENANT_RESOURCE_TYPES, StoreError};
use serde::Serialize;

use super::resources::ResourceMistake;
use crate::kind::Kind;
use crate::policy::Mistake;

/// Why something was not changed, or not read. Nothing was changed then, unless it says that this is not known.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// It is not there, or not in that tenant.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was written holds mistakes.
    #[error("what was written holds {} mistakes, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Invalid(Vec<Mistake>),
    /// Something is wrong with resources that were to be registered.
    #[error("what was written holds {} mistakes, the first: {}", .0.len(), .0.first().map(|first| &*first.message).unwrap_or_default())]
    Resources(Vec<ResourceMistake>),
    /// Another object of the kind has the name in the tenant.
    #[error("a {kind} named `{name}` exists already")]
    NameTaken {
        /// The kind.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The object is not at the revision that was expected, or what was planned is no longer what would be done.
    #[error("it was changed meanwhile: it is at revision {current}; read it again")]
    Precondition {
        /// The revision that it is at.
        current: i64,
    },
    /// Others refer to it.
    #[error("it is in use by {} others; change or delete those first", .0.len())]
    InUse(Vec<Reference>),
    /// It is a tenant or an application of which resources are registered.
    #[error(
        "resources of the {kind} `{name}` are registered: delete them first, with `DELETE /api/v1/resources/…`"
    )]
    HasResources {
        /// The kind.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// It is managed by code, or by Casemate itself.
    #[error("it is managed by `{origin}` and changed there")]
    ReadOnly {
        /// Who manages it: a source of code, or `built-in`.
        origin: String,
    },
    /// The author would grant what they do not hold.
    #[error("nobody grants what they do not hold: {why}, in {permission}")]
    Beyond {
        /// The permission, as JSON.
        permission: String,
        /// What of it is not held.
        why: String,
    },
    /// Nobody would be left who may administer the installation.
    #[error(
        "somebody has to hold the role `administrator` in the tenant `default` without an end: assign it to another first"
    )]
    LastAdministrator,
    /// The schema makes errors of stored permissions; forcing it is possible.
    #[error("the schema makes errors of {} stored permissions; force it, or change those first", .0.len())]
    Breaks(Vec<Mistake>),
    /// A request with this idempotency key was answered already.
    #[error("a request with this idempotency key was answered already")]
    Repeated,
    /// A key that may be used once was used, has ended, or is none.
    #[error("the key is none, was used already, or has ended; make another with `casemate admin recover`")]
    NotRedeemable,
    /// What was written cannot be kept: it is too long, or holds what no database keeps.
    #[error("{reason}")]
    Unkeepable {
        /// Where it stands in what was sent, as a JSON pointer; empty for the whole of it.
        pointer: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Users and groups cannot be set back with the objects; the objects alone can.
    #[error("{reason}, or leave users and groups out")]
    PeopleUnkept {
        /// Why they cannot, and to which revision they can.
        reason: String,
    },
    /// The connection to the database was lost while the change was being committed: it was made, or not.
    #[error(
        "the change may have been made: the database went away before it said so. If it was, it is revision {revision}: read \
         again what was to be changed, or send the request again with the same `Idempotency-Key`, if it had one"
    )]
    Unclear {
        /// The revision that the change has if it was made.
        revision: i64,
    },
    /// The database, the system's randomness or the keys for sealing cannot be had now; the reason is not for clients.
    #[error("it cannot be done at the moment: {0}")]
    Unavailable(String),
}

/// Something that refers to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// The kind of what refers, or `api-key`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The tenant that it belongs to; empty for the whole installation.
    pub tenant: String,
    /// Its name.
    pub name: String,
}

impl AdminError {
    pub(crate) fn not_found(kind: Kind) -> AdminError {
        AdminError::NotFound(kind.as_str())
    }
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> AdminError {
        AdminError::Unavailable(error.to_string())
    }
}

impl From<CommitError> for AdminError {
    fn from(error: CommitError) -> AdminError {
        let reason = error.to_string();
        match error {
            CommitError::Repeated => AdminError::Repeated,
            CommitError::Conflict { current } => AdminError::Precondition { current },
            CommitError::NameTaken { kind, name } => {
                let kind = match kind.as_str() {
                    "group" => "group",
                    "subject" => "user with the subject",
                    _ => kind.parse().map_or("object", Kind::as_str),
                };
                AdminError::NameTaken { kind, name }
            }
            CommitError::HasResources { kind, name } => {
                AdminError::HasResources { kind: kind.parse().map_or("object", Kind::as_str), name }
            }
            CommitError::Invalid { what, kind, .. } => {
                AdminError::Unkeepable { pointer: pointer(&kind, what), reason }
            }
            CommitError::TooLarge { .. } | CommitError::TooManyBytes { .. } => {
                AdminError::Unkeepable { pointer: "", reason }
            }
            CommitError::UsedUp { what: "links" } => AdminError::Unkeepable {
                pointer: "",
                reason: "too many invitations were made within the hour: wait a while".to_owned(),
            },
            CommitError::UsedUp { what: "types of resources" } => AdminError::Unkeepable {
                pointer: "/type",
                reason: format!(
                    "the application has {MAX_RESOURCE_TYPES} types of resources already: use one of those, or delete all \
                     resources of one"
                ),
            },
            CommitError::UsedUp { what: "types of resources of the tenant" } => AdminError::Unkeepable {
                pointer: "/type",
                reason: format!(
                    "the tenant has {MAX_TENANT_RESOURCE_TYPES} types of resources of the application already: use one of \
                     those, or delete all resources of one"
                ),
            },
            CommitError::Unclear { revision } => AdminError::Unclear { revision },
            _ => AdminError::Unavailable(reason),
        }
    }
}

/// Where a text of the store comes from in the document of its kind.
fn pointer(kind: &str, what: &str) -> &'static str {
    match (kind, what) {
        ("role" | "team" | "provider" | "source" | "audit-sink" | "setting" | "service-account", "name") => {
            "/name"
        }
        ("group", "name") => "/name",
        ("user", "login") => "/login",
        ("user", "attributes") => "/attributes",
        ("tenant", "name") => "/id",
        ("assignment", "name") => "/to",
        ("application", "name") => "/schema",
        ("api-key", "title") => "/title",
        ("api-key", "networks") => "/networks",
        ("api-key", "application") => "/application",
        ("api-key", "permissions") => "/permissions",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_says_where_and_what_is_not_known_says_so() {
        let invalid = |what, kind: &str| {
            let reason = "has 2000 bytes, and may have 1024".to_owned();
            AdminError::from(CommitError::Invalid { what, kind: kind.into(), id: "x".into(), reason })
        };
        for (what, kind, expected) in [
            ("name", "role", "/name"),
            ("name", "assignment", "/to"),
            ("title", "api-key", "/title"),
            ("body", "role", ""),
        ] {
            let error = invalid(what, kind);
            assert!(
                matches!(&error, AdminError::Unkeepable { pointer, .. } if *pointer == expected),
                "{error:?}"
            );
            assert!(error.to_string().contains("2000 bytes"), "{error}");
        }
        let large =
            [CommitError::TooLarge { operations: 200_000 }, CommitError::TooManyBytes { bytes: 1 << 30 }];
        for error in large.map(AdminError::from) {
            assert!(matches!(error, AdminError::Unkeepable { pointer: "", .. }), "{error:?}");
        }
        let unclear = AdminError::from(CommitError::Unclear { revision: 7 });
        assert!(unclear.to_string().contains("revision 7"), "{unclear}");
    }
}
