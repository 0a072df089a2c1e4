//! That nobody whom a provider's directory brought stays behind in a tenant where it pulls no more.

use casemate_store::{Store, UserQuery};
use serde_json::Value;

use super::error::AdminError;
use super::write::mistake;
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::Change;
use crate::policy::DEFAULT_TENANT;

/// Who manages what is pulled.
const PULLED: &str = "ldap";

/// Refuses to have a directory's users at home elsewhere while users that it brought are: nobody would deactivate them any more.
pub(super) async fn stay(store: &Store, state: &State, changes: &[Change]) -> Result<(), AdminError> {
    for change in changes {
        let Change::Put(draft) = change else { continue };
        let Some(tenant) = home(&draft.body).filter(|_| *draft.kind == *Kind::Provider.as_str()) else {
            continue;
        };
        let before = state.objects.by_id(Kind::Provider, &draft.id);
        if before.and_then(|before| home(&before.body)).as_ref() == Some(&tenant) {
            continue;
        }
        let all = UserQuery {
            provider: Some(draft.name.clone()),
            source: Some(PULLED.to_owned()),
            ..UserQuery::default()
        };
        let there = UserQuery { tenant: Some(tenant), ..all.clone() };
        let elsewhere = store.reader().count_users(&all).await?;
        let elsewhere = elsewhere.saturating_sub(store.reader().count_users(&there).await?);
        if elsewhere > 0 {
            let message = format!(
                "{elsewhere} users that the directory brought are at home in another tenant, where nobody would deactivate them \
                 any more: delete them first"
            );
            return Err(mistake(Kind::Provider, "", &draft.name, "/ldap/tenant", message));
        }
    }
    Ok(())
}

/// The tenant where the users of a provider's directory are at home, where it names a directory.
fn home(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let ldap = body.get("ldap")?.as_object()?;
    Some(ldap.get("tenant").and_then(Value::as_str).unwrap_or(DEFAULT_TENANT).to_owned())
}
