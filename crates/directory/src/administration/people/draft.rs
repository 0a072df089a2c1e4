//! Users and groups as whoever administers them says, and what becomes of that.

use casemate_store::{GroupRecord, MAX_NAME, UserRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::OWN_PROVIDER;
use crate::administration::error::AdminError;
use crate::directory::State;

/// A user, as whoever administers them says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "User")]
pub struct UserDraft {
    /// What people call them, such as `ada@example.com`: unique within the provider, whatever the case.
    #[schemars(length(min = 1, max = 1024))]
    pub login: String,
    /// The provider that vouches for them; the only one, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What the provider calls them in its tokens. Without it nobody who signs in is them. A change that does not say it
    /// leaves it as it is, and one that says an empty one takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub subject: Option<String>,
    /// What another system calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub external_id: Option<String>,
    /// Whether they may do anything at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// Their name, to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub display_name: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub email: Option<String>,
    /// What expressions see as claims of theirs; it wins over what tokens say.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

/// A group, as whoever administers it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Group")]
pub struct GroupDraft {
    /// What it is called: unique within its provider and tenant, whatever the case. What is assigned to the group of this
    /// name of a member's provider, the member holds.
    #[schemars(length(min = 1, max = 1024))]
    pub name: String,
    /// The provider that it is of; `casemate`, for a group of Casemate's own, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What another system calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub external_id: Option<String>,
}

fn yes() -> bool {
    true
}

/// The provider that is meant, which has to be there.
fn provider(state: &State, named: Option<&str>, otherwise: Option<&str>) -> Result<String, AdminError> {
    let vouching = state.snapshot.compiled().vouching();
    let refused = |reason: &str| AdminError::Unkeepable { pointer: "/provider", reason: reason.to_owned() };
    let sole = match vouching {
        [only, _own] => Some(&**only),
        [own] => Some(&**own),
        _ => None,
    };
    let wanted = named.or(otherwise).or(sole);
    let Some(wanted) = wanted else { return Err(refused("there are several providers: name one")) };
    match vouching.iter().any(|known| **known == *wanted) {
        true => Ok(wanted.to_owned()),
        false => Err(refused("there is no such provider")),
    }
}

fn text(pointer: &'static str, text: Option<&str>) -> Result<Option<String>, AdminError> {
    match text {
        None | Some("") => Ok(None),
        Some(text) if text.len() > MAX_NAME || text.contains('\0') => {
            let reason = format!("has at most {MAX_NAME} bytes, and no NUL");
            Err(AdminError::Unkeepable { pointer, reason })
        }
        Some(text) => Ok(Some(text.to_owned())),
    }
}

pub(super) fn drafted(
    state: &State,
    tenant: &str,
    id: &str,
    draft: &UserDraft,
    before: Option<&UserRecord>,
    now: i64,
) -> Result<UserRecord, AdminError> {
    let known = before.map(|before| before.provider.as_str());
    let provider = provider(state, draft.provider.as_deref(), known)?;
    let attributes = Value::Object(draft.attributes.clone()).to_string();
    // Who does not say it leaves it; an empty one takes it away.
    let subject = match (&draft.subject, before) {
        // Casemate vouches for its own users itself, and calls them by their ids.
        (said, _) if provider == OWN_PROVIDER => {
            if said.as_deref().is_some_and(|said| said != id) {
                let reason = "is the id of a user with a local account: leave it out".to_owned();
                return Err(AdminError::Unkeepable { pointer: "/subject", reason });
            }
            Some(id.to_owned())
        }
        (None, Some(before)) if before.provider == provider => before.subject.clone(),
        (said, _) => text("/subject", said.as_deref())?,
    };
    Ok(UserRecord {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
        provider,
        subject,
        login: draft.login.clone(),
        external_id: text("/external_id", draft.external_id.as_deref())?,
        active: draft.active,
        display_name: text("/display_name", draft.display_name.as_deref())?,
        email: text("/email", draft.email.as_deref())?,
        attributes,
        scim: before.and_then(|before| before.scim.clone()),
        source: before.map(|before| before.source.clone()).unwrap_or_default(),
        revision: 0,
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
        signed_in_at: None,
    })
}

pub(super) fn drafted_group(
    state: &State,
    tenant: &str,
    id: &str,
    draft: &GroupDraft,
    before: Option<&GroupRecord>,
    now: i64,
) -> Result<GroupRecord, AdminError> {
    let known = before.map_or(OWN_PROVIDER, |before| before.provider.as_str());
    Ok(GroupRecord {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
        provider: provider(state, draft.provider.as_deref(), Some(known))?,
        name: draft.name.clone(),
        external_id: text("/external_id", draft.external_id.as_deref())?,
        source: before.map(|before| before.source.clone()).unwrap_or_default(),
        scim: before.and_then(|before| before.scim.clone()),
        revision: 0,
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
    })
}
