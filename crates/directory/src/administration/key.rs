//! API keys of service accounts.

use casemate_expression::Timestamp;
use casemate_identity::ApiKey;
use casemate_identity::api_key::{MAX_NETWORKS, RandomError};
use casemate_permission::limits::NARROWING_PATTERNS;
use casemate_permission::{Catalog, Permission};
use casemate_store::{KeyQuery, StoreError, StoredApiKey};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::entry::{Author, KeyDraft};
use super::error::AdminError;
use super::write::{Proposal, Told, mistake};
use super::{Administration, rules};
use crate::directory::State;
use crate::kind::Kind;
use crate::policy::is_name;

/// The most permissions of a narrowing.
const MAX_NARROWING: usize = 100;
/// Microseconds in a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// The longest overlap of a rotation, in microseconds: thirty days.
const MAX_OVERLAP: i64 = 30 * DAY;

impl Administration {
    /// Makes an API key of a service account. The secret is shown this once.
    ///
    /// # Errors
    /// Where the account is not there, the draft holds mistakes, or the author does not hold what the key may do.
    pub async fn create_key(
        &self,
        author: &Author,
        tenant: &str,
        account: &str,
        draft: KeyDraft,
    ) -> Result<(StoredApiKey, SecretString), AdminError> {
        let key = generate()?;
        let mut stored = stored(&key, account, tenant, author.now);
        stored.title = draft.title;
        stored.expires_at = draft.expires_at;
        stored.application = draft.application;
        stored.networks = draft.networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        stored.permissions = draft.permissions.map(|permissions| Value::Array(permissions).to_string());
        if draft.networks.len() > MAX_NETWORKS {
            let message = format!("a key is bound to at most {MAX_NETWORKS} networks");
            return Err(refused(&stored, "/networks", message));
        }
        self.change(author, |state| {
            check(state, &stored, author.now)?;
            may_hand_out(state, author, &stored)?;
            let told = told(&stored, "create", None);
            let summary = format!("create an API key for {account}");
            Ok(Proposal { keys: vec![stored.clone()], told: vec![told], summary, ..Proposal::default() })
        })
        .await?;
        Ok((self.stored_key(&stored.id).await?, key.reveal()))
    }

    /// Makes a key in place of another, which goes on for `overlap` microseconds, at most thirty days.
    ///
    /// # Errors
    /// As [`Administration::create_key`].
    pub async fn rotate_key(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        overlap: i64,
    ) -> Result<(StoredApiKey, SecretString), AdminError> {
        let key = generate()?;
        let old = self.key(tenant, id).await?.ok_or(AdminError::NotFound("api-key"))?;
        let is_over = old.expires_at.is_some_and(|end| end <= author.now);
        if old.revoked_at.is_some() || is_over || old.account == crate::keys::RECOVERY {
            return Err(refused(&old, "", "the key is no longer in force: make another"));
        }
        let end = author.now.saturating_add(overlap.clamp(0, MAX_OVERLAP));
        let mut new = stored(&key, &old.account, tenant, author.now);
        new.title.clone_from(&old.title);
        new.application.clone_from(&old.application);
        new.networks.clone_from(&old.networks);
        new.permissions.clone_from(&old.permissions);
        new.rotated_from = Some(old.id.clone());
        // The new key lives as long as the old one was made for.
        new.expires_at =
            old.expires_at.map(|until| author.now.saturating_add(until.saturating_sub(old.created_at)));
        let ending = StoredApiKey {
            expires_at: Some(old.expires_at.map_or(end, |until| until.min(end))),
            ..old.clone()
        };
        self.change(author, |state| {
            if state.snapshot.compiled().keys().grant(id).is_none() {
                return Err(refused(&old, "", "the key is no longer in force: make another"));
            }
            check(state, &new, author.now)?;
            may_hand_out(state, author, &new)?;
            let told = vec![told(&new, "rotate", Some(&old))];
            let summary = format!("rotate the API key {id}");
            Ok(Proposal { keys: vec![ending.clone(), new.clone()], told, summary, ..Proposal::default() })
        })
        .await?;
        Ok((self.stored_key(&new.id).await?, key.reveal()))
    }

    /// Takes a key out of force. Doing so twice is no mistake.
    ///
    /// # Errors
    /// Where the key is not there.
    pub async fn revoke_key(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
    ) -> Result<StoredApiKey, AdminError> {
        let old = self.key(tenant, id).await?.ok_or(AdminError::NotFound("api-key"))?;
        if old.revoked_at.is_some() {
            return Ok(old);
        }
        let revoked = StoredApiKey { revoked_at: Some(author.now), ..old.clone() };
        self.change(author, |_| {
            let told = vec![told(&revoked, "revoke", Some(&old))];
            let summary = format!("revoke the API key {id}");
            Ok(Proposal { keys: vec![revoked.clone()], told, summary, ..Proposal::default() })
        })
        .await?;
        self.stored_key(id).await
    }

    /// One API key of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn key(&self, tenant: &str, id: &str) -> Result<Option<StoredApiKey>, AdminError> {
        let key = self.store.reader().api_key(id).await?;
        Ok(key.filter(|key| key.tenant == tenant && key.account != crate::keys::RECOVERY))
    }

    /// One page of the keys of a tenant that are wanted. Those that make an administrator are in no list.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn keys(&self, tenant: &str, query: KeyQuery) -> Result<Vec<StoredApiKey>, StoreError> {
        let of_tenant = KeyQuery {
            tenant: Some(tenant.to_owned()),
            not_account: Some(crate::keys::RECOVERY.to_owned()),
            ..query
        };
        self.store.reader().api_keys(&of_tenant).await
    }

    async fn stored_key(&self, id: &str) -> Result<StoredApiKey, AdminError> {
        self.store.reader().api_key(id).await?.ok_or(AdminError::NotFound("api-key"))
    }
}

pub(super) fn generate() -> Result<ApiKey, AdminError> {
    let mut random =
        |bytes: &mut [u8]| aws_lc_rs::rand::fill(bytes).map_err(|error| RandomError(error.to_string()));
    ApiKey::generate(&mut random).map_err(|error| AdminError::Unavailable(error.to_string()))
}

pub(super) fn stored(key: &ApiKey, account: &str, tenant: &str, now: i64) -> StoredApiKey {
    StoredApiKey {
        id: key.id().to_string(),
        account: account.to_owned(),
        tenant: tenant.to_owned(),
        title: String::new(),
        secret_sha256: key.secret_sha256(),
        application: None,
        networks: String::new(),
        permissions: None,
        rotated_from: None,
        created_at: now,
        expires_at: None,
        revoked_at: None,
        used_at: None,
        revision: 0,
    }
}

/// That a key has its account, a sensible title, an end to come, a known application, and permissions that can be read.
fn check(state: &State, key: &StoredApiKey, now: i64) -> Result<(), AdminError> {
    let account = state.objects.by_id(Kind::ServiceAccount, &key.account);
    if account.is_none_or(|account| account.tenant != key.tenant) {
        return Err(AdminError::not_found(Kind::ServiceAccount));
    }
    if !is_name(&key.title) {
        return Err(refused(key, "/title", "a title is 1 to 1024 bytes without control characters"));
    }
    if key.expires_at.is_some_and(|end| end <= now) {
        return Err(refused(key, "/expires_at", "the key would have ended already"));
    }
    if let Some(longest) = state.snapshot.longest_key_life()
        && key.expires_at.is_none_or(|end| end > now.saturating_add(longest))
    {
        let days = longest / DAY;
        let message = format!(
            "an API key lives for at most {days} days here (the setting `api_key.max_lifetime_days`): let it end earlier"
        );
        return Err(refused(key, "/expires_at", message));
    }
    let catalog = state.snapshot.catalog();
    if let Some(application) = &key.application
        && catalog.application(application).is_none()
    {
        return Err(refused(key, "/application", format!("there is no application `{application}`")));
    }
    narrowing(catalog, key).map(|_| ())
}

/// The permissions that a key is narrowed to.
pub(super) fn narrowing(
    catalog: &Catalog,
    key: &StoredApiKey,
) -> Result<Option<Vec<Permission>>, AdminError> {
    let Some(text) = &key.permissions else { return Ok(None) };
    let entries: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    if entries.len() > MAX_NARROWING {
        let message = format!("a key is narrowed to at most {MAX_NARROWING} permissions");
        return Err(refused(key, "/permissions", message));
    }
    let mut permissions = Vec::new();
    let mut patterns = 0;
    for (index, entry) in entries.iter().enumerate() {
        let refused = |message: String| refused(key, &format!("/permissions/{index}"), message);
        let permission =
            Permission::from_json(&entry.to_string()).map_err(|error| refused(error.to_string()))?;
        if let Some(problem) = catalog.problems(&permission).first() {
            return Err(refused(problem.to_string()));
        }
        patterns += permission.name().alternatives().len();
        if patterns > NARROWING_PATTERNS {
            let message = format!(
                "the names that a key is narrowed to expand to at most {NARROWING_PATTERNS} patterns"
            );
            return Err(refused(message));
        }
        permissions.push(permission);
    }
    Ok(Some(permissions))
}

/// That the author holds what the key will do: what it is narrowed to, or all that its account holds.
fn may_hand_out(state: &State, author: &Author, key: &StoredApiKey) -> Result<(), AdminError> {
    let Some(holds) = &author.holds else { return Ok(()) };
    let now = Timestamp(author.now);
    if let Some(narrowing) = narrowing(state.snapshot.catalog(), key)? {
        return narrowing.iter().try_for_each(|permission| rules::may_grant(holds, permission, now));
    }
    let held = state
        .snapshot
        .account_permissions(&key.tenant, &key.account)
        .map_err(|error| AdminError::Unavailable(error.to_string()))?;
    held.iter().try_for_each(|held| match Permission::from_json(held.as_json()) {
        Ok(permission) => rules::may_grant(holds, &permission, now),
        Err(_) => Ok(()),
    })
}

fn refused(key: &StoredApiKey, pointer: &str, message: impl Into<String>) -> AdminError {
    mistake(Kind::ServiceAccount, &key.tenant, &key.title, pointer, message)
}

pub(super) fn told(key: &StoredApiKey, verb: &'static str, before: Option<&StoredApiKey>) -> Told {
    Told {
        action: format!("casemate.api-key.{verb}"),
        kind: verb,
        tenant: key.tenant.clone(),
        resource: ("api-key", key.id.clone()),
        before: before.map(shown),
        after: Some(shown(key)),
    }
}

/// A key without anything of its secret.
fn shown(key: &StoredApiKey) -> String {
    json!({
        "id": key.id,
        "account": key.account,
        "title": key.title,
        "application": key.application,
        "networks": key.networks,
        "permissions": key.permissions.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok()),
        "rotated_from": key.rotated_from,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    })
    .to_string()
}
