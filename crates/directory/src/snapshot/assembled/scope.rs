//! How much has to be looked at again, by what two revisions have not alike.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_store::Object;

use super::provisioning;
use crate::kind::Kind;
use crate::model::{RoleDocument, TeamDocument};
use crate::objects::ObjectSet;
use crate::policy::DEFAULT_TENANT;

/// What has to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everything: what changed may matter in each tenant.
    All,
    /// Some of it.
    These {
        /// These tenants, of which `default` is none.
        tenants: Vec<Arc<str>>,
        /// What is said of the whole installation and of the tenant `default`.
        base: bool,
        /// Whether the roles or teams of the tenant `default` grant something else.
        shared: bool,
        /// Whether a service account became another.
        programs: bool,
    },
}

impl Scope {
    /// What has to be looked at again where objects become others.
    pub(crate) fn between(old: &ObjectSet, new: &ObjectSet) -> Scope {
        let (mut tenants, mut base, mut shared, mut programs) = (HashSet::new(), false, false, false);
        for object in old.differing(new, |_| true) {
            let Ok(kind) = object.kind.parse::<Kind>() else { continue };
            let [before, after] = [old, new].map(|set| set.by_id(kind, &object.id));
            match (kind, &*object.tenant) {
                (Kind::User | Kind::Credential | Kind::Application | Kind::Provider, _) => return Scope::All,
                (Kind::Tenant, _) => {
                    // That there is no such tenant is told where some are declared alone.
                    if after.is_none() || old.wide(Kind::Tenant).is_empty() {
                        return Scope::All;
                    }
                    base = true;
                }
                (
                    Kind::Setting
                    | Kind::Source
                    | Kind::AuditSink
                    | Kind::Detection
                    | Kind::AlertReceiver
                    | Kind::EventType
                    | Kind::EventCeiling,
                    _,
                ) => base = true,
                (Kind::Role | Kind::Team, DEFAULT_TENANT) => {
                    if !means_as_many(kind, before, after) {
                        return Scope::All;
                    }
                    (base, shared) = (true, true);
                }
                (Kind::Role | Kind::Team | Kind::Assignment | Kind::ServiceAccount, tenant) => {
                    programs |= kind == Kind::ServiceAccount;
                    match tenant {
                        DEFAULT_TENANT => base = true,
                        _ => {
                            base |= kind == Kind::ServiceAccount && provisioning(new).contains(tenant);
                            tenants.insert(tenant);
                        }
                    }
                }
            }
        }
        let tenants = tenants.into_iter().map(Arc::from).collect();
        Scope::These { tenants, base, shared, programs }
    }
}

/// Whether whatever names a role or team of the tenant `default` elsewhere still means one, and no hierarchy becomes another.
fn means_as_many(kind: Kind, before: Option<&Arc<Object>>, after: Option<&Arc<Object>>) -> bool {
    let Some(after) = after else { return false };
    let Some(before) = before else { return true };
    let above = |object: &Object| match kind {
        Kind::Role => serde_json::from_str(&object.body).ok().map(|role: RoleDocument| role.extends),
        _ => serde_json::from_str(&object.body).ok().map(|team: TeamDocument| team.roles),
    };
    before.tenant == after.tenant && before.name == after.name && above(before) == above(after)
}
