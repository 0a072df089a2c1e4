//! The kinds of objects that configuration is made of.

use std::fmt;
use std::str::FromStr;

/// A kind of object. Its word stands in the store, in audit events and in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A tenant.
    Tenant,
    /// An application and its permission schema, as TOML.
    Application,
    /// A provider of identities.
    Provider,
    /// A source of permissions outside the directory.
    Source,
    /// Where events of the audit log are sent.
    AuditSink,
    /// A setting of the installation.
    Setting,
    /// Rules over the audit trail.
    Detection,
    /// Who is told of alerts.
    AlertReceiver,
    /// A type of events that an application records.
    EventType,
    /// What an application may record at most.
    EventCeiling,
    /// A named list of permissions.
    Role,
    /// A named list of roles.
    Team,
    /// A role or a team for somebody, for a time.
    Assignment,
    /// Somebody the directory knows; written in files alone.
    User,
    /// A caller with a static secret, of which the SHA-256 is known; written in files alone.
    Credential,
    /// A program's account, which owns API keys.
    ServiceAccount,
}

impl Kind {
    /// All kinds, each after those that it may refer to.
    pub const ALL: [Kind; 16] = [
        Kind::Tenant,
        Kind::Application,
        Kind::Provider,
        Kind::Source,
        Kind::AuditSink,
        Kind::Setting,
        Kind::Detection,
        Kind::AlertReceiver,
        Kind::EventType,
        Kind::EventCeiling,
        Kind::Role,
        Kind::Team,
        Kind::ServiceAccount,
        Kind::User,
        Kind::Credential,
        Kind::Assignment,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Tenant => "tenant",
            Kind::Application => "application",
            Kind::Provider => "provider",
            Kind::Source => "source",
            Kind::AuditSink => "audit-sink",
            Kind::Setting => "setting",
            Kind::Detection => "detection",
            Kind::AlertReceiver => "alert-receiver",
            Kind::EventType => "event-type",
            Kind::EventCeiling => "event-ceiling",
            Kind::Role => "role",
            Kind::Team => "team",
            Kind::Assignment => "assignment",
            Kind::User => "user",
            Kind::Credential => "credential",
            Kind::ServiceAccount => "service-account",
        }
    }

    /// Whether its objects belong to the whole installation (their tenant is empty) instead of one tenant. Reading and
    /// changing them takes permissions that are held in the tenant [`crate::DEFAULT_TENANT`].
    #[must_use]
    pub fn is_installation_wide(self) -> bool {
        matches!(
            self,
            Kind::Tenant
                | Kind::Application
                | Kind::Provider
                | Kind::Source
                | Kind::AuditSink
                | Kind::Setting
                | Kind::Detection
                | Kind::AlertReceiver
                | Kind::EventType
                | Kind::EventCeiling
        )
    }

    /// Whether its objects are written in files alone, and can be read but not written one by one.
    #[must_use]
    pub fn is_from_files_alone(self) -> bool {
        matches!(self, Kind::User | Kind::Credential)
    }

    /// What the ids of its objects begin with.
    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Kind::Tenant => "tnt_",
            Kind::Application => "app_",
            Kind::Provider => "prv_",
            Kind::Source => "src_",
            Kind::AuditSink => "snk_",
            Kind::Setting => "set_",
            Kind::Detection => "det_",
            Kind::AlertReceiver => "rcv_",
            Kind::EventType => "evt_",
            Kind::EventCeiling => "evc_",
            Kind::Role => "rol_",
            Kind::Team => "tea_",
            Kind::Assignment => "asg_",
            Kind::User => "usr_",
            Kind::Credential => "crd_",
            Kind::ServiceAccount => "sva_",
        }
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of object")]
pub struct UnknownKind(pub String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Kind, UnknownKind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
