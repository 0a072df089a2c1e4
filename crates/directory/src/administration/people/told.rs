//! Users and groups as events tell of them.

use casemate_store::{GroupRecord, UserRecord};
use serde_json::{Value, json};

use crate::administration::write::Told;

/// What is done to a user or group that was there before or was not, and is set back to a revision or is not.
pub(super) fn verb(is_there: bool, restored: Option<i64>) -> &'static str {
    match (is_there, restored) {
        (false, _) => "create",
        (true, None) => "update",
        (true, Some(_)) => "restore",
    }
}

/// A user as events tell of them.
pub(super) fn shown_user(user: &UserRecord) -> Value {
    let attributes: Value = serde_json::from_str(&user.attributes).unwrap_or_default();
    json!({
        "provider": user.provider, "subject": user.subject, "login": user.login, "external_id": user.external_id,
        "active": user.active, "display_name": user.display_name, "email": user.email, "attributes": attributes,
    })
}

/// A user who is deleted as events tell of them, which stay when nothing personal of them is to.
pub(super) fn shown_gone(user: &UserRecord) -> Value {
    json!({
        "provider": user.provider, "login": user.login, "external_id": user.external_id, "active": user.active,
    })
}

/// A group as events tell of it.
pub(super) fn shown_group(group: &GroupRecord) -> Value {
    json!({ "provider": group.provider, "name": group.name, "external_id": group.external_id })
}

/// That a user was made.
pub(in crate::administration) fn told_user(user: &UserRecord) -> Told {
    told("user", "create", &user.tenant, &user.id, None, Some(shown_user(user).to_string()))
}

pub(super) fn told(
    kind: &'static str,
    verb: &'static str,
    tenant: &str,
    id: &str,
    before: Option<String>,
    after: Option<String>,
) -> Told {
    Told {
        action: format!("casemate.{kind}.{verb}"),
        kind: verb,
        tenant: tenant.to_owned(),
        resource: (if kind == "group-member" { "group" } else { kind }, id.to_owned()),
        before,
        after,
    }
}
