//! A policy file as a whole, for its JSON Schema. Its tables are read one by one, each as the document of an object with,
//! beside it, the tenant that the object belongs to.

use casemate_identity::ProviderConfig;
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::model::{
    AssignmentDocument, AuditSinkDocument, CredentialDocument, GroupDocument, RoleDocument,
    ServiceAccountDocument, SettingDocument, SourceDocument, TeamDocument, TenantDocument, UserDocument,
};

/// A policy file. A folder may spread these tables over any number of files.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Casemate policy")]
#[expect(dead_code, reason = "describes the file, whose tables are read one by one")]
struct PolicyFile {
    /// The version of this format: 1.
    #[schemars(extend("const" = 1))]
    format: i64,
    /// Named lists of permissions.
    #[serde(default)]
    role: Vec<RoleDocument>,
    /// Named lists of roles.
    #[serde(default)]
    team: Vec<TeamDocument>,
    /// Who has which role or team.
    #[serde(default)]
    assignment: Vec<AssignmentDocument>,
    /// People and services that the directory knows.
    #[serde(default)]
    user: Vec<UserDocument>,
    /// Groups of Casemate's own, with their members.
    #[serde(default)]
    group: Vec<GroupDocument>,
    /// Callers with a secret of their own.
    #[serde(default)]
    credential: Vec<CredentialDocument>,
    /// Programs' accounts, which own API keys.
    #[serde(default)]
    service_account: Vec<ServiceAccountDocument>,
    /// Tenants that may be named elsewhere. Without any, every name may.
    #[serde(default)]
    tenant: Vec<TenantDocument>,
    /// Providers of identities.
    #[serde(default)]
    provider: Vec<ProviderConfig>,
    /// Sources of permissions outside the directory.
    #[serde(default)]
    source: Vec<SourceDocument>,
    /// Where events of the audit log are sent.
    #[serde(default)]
    audit_sink: Vec<AuditSinkDocument>,
    /// Settings of the installation.
    #[serde(default)]
    setting: Vec<SettingDocument>,
}

/// The tables whose entries may name their tenant.
const IN_TENANTS: [&str; 7] = [
    "RoleEntry",
    "TeamEntry",
    "AssignmentEntry",
    "UserEntry",
    "GroupEntry",
    "CredentialEntry",
    "ServiceAccountEntry",
];

/// The JSON Schema of policy files (JSON Schema 2020-12).
pub(super) fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyFile).to_value();
    for entry in IN_TENANTS {
        let properties = schema
            .get_mut("$defs")
            .and_then(|definitions| definitions.get_mut(entry))
            .and_then(|definition| definition.get_mut("properties"))
            .and_then(Value::as_object_mut);
        if let Some(properties) = properties {
            let description = "The tenant that it belongs to; `default` where it is not named.";
            let tenant = json!({"description": description, "type": ["string", "null"]});
            properties.insert("tenant".to_owned(), tenant);
        }
    }
    schema
}
