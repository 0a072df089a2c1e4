//! API keys in force: who presents one, and what it may do at most.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use casemate_expression::Datum;
use casemate_identity::api_key::{KeyArrival, KeyArrivals, KeyGuard, KeyId, KeyLock, KeyUsage, StoredKey};
use casemate_identity::{
    Answer, ApiKeyAuthenticator, Authenticator, BoxFuture, Credentials, Identity, KeyRing, Kind, Reason,
    Timestamp,
};
use casemate_permission::limits::{NARROWING_EFFORT, NARROWING_PATTERNS};
use casemate_permission::name::{Effort, Pattern, includes_within};
use casemate_permission::{Grant, Permission};
use casemate_store::{LockedKeys, StoreError, StoreReader, StoredApiKey};

use crate::API_KEY_PROVIDER;

/// The account of keys that make an administrator, which are never presented to authenticate.
pub(crate) const RECOVERY: &str = "recovery";

/// What a key gives beside proof of who presents it.
#[derive(Debug)]
pub(crate) struct KeyGrant {
    /// The service account's id.
    pub(crate) account: Box<str>,
    /// The application that it is bound to.
    pub(crate) application: Option<Arc<str>>,
    /// What it may do at most, as a JSON array of permissions.
    pub(crate) permissions: Option<Arc<str>>,
}

/// The keys in force. Snapshots share them: a revoked key is refused at once by all.
#[derive(Default)]
pub(crate) struct Keys {
    ring: Arc<KeyRing>,
    grants: RwLock<HashMap<Box<str>, Arc<KeyGrant>>>,
    /// What the keys of each account have in common.
    guards: RwLock<HashMap<Box<str>, Arc<KeyGuard>>>,
    /// The accounts that were locked when that was last read.
    locked: Mutex<BTreeSet<Box<str>>>,
    /// Held while it is read, so that nothing older is taken after it.
    locking: tokio::sync::Mutex<()>,
    arrivals: Arc<KeyArrivals>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("ring", &self.ring).finish_non_exhaustive()
    }
}

impl Keys {
    pub(crate) fn ring(&self) -> &Arc<KeyRing> {
        &self.ring
    }

    pub(crate) fn grant(&self, id: &str) -> Option<Arc<KeyGrant>> {
        self.grants.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Takes exactly these keys, and none of those that were there before.
    pub(crate) fn replace(&self, stored: Vec<StoredApiKey>) {
        let (mut keys, mut granted) = (Vec::new(), HashMap::new());
        for stored in stored {
            if stored.account == RECOVERY || stored.revoked_at.is_some() {
                continue;
            }
            match self.key(&stored) {
                Some(key) => {
                    keys.push(key);
                    let grant = grant(&stored.account, stored.application, stored.permissions);
                    granted.insert(Box::from(stored.id), Arc::new(grant));
                }
                None => tracing::error!(key = %stored.id, "an API key is not taken: it cannot be read"),
            }
        }
        let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.ring.replace_all(keys) {
            // INVARIANT: without a grant no key is taken, whatever the ring still holds.
            tracing::error!(%error, "the API keys are not taken, and all are refused");
            granted.clear();
        }
        *grants = granted;
        drop(grants);
        // Those that still look after a key, or are locked.
        let locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut guards = self.guards.write().unwrap_or_else(PoisonError::into_inner);
        guards.retain(|account, guard| Arc::strong_count(guard) > 1 || locked.contains(account));
    }

    /// Who owns a key, and what it has in common with the account's others.
    pub(crate) fn owner(&self, id: &KeyId) -> Option<(Box<str>, Arc<KeyGuard>)> {
        let key = self.ring.get(id)?;
        Some((key.account.clone(), Arc::clone(&key.guard)))
    }

    /// Networks from which keys were accepted for the first time that day, and of which nobody was told yet.
    pub(crate) fn take_arrivals(&self) -> Vec<KeyArrival> {
        self.arrivals.take()
    }

    /// Keeps networks that could not be written down, for the next time.
    pub(crate) fn put_back_arrivals(&self, arrivals: Vec<KeyArrival>) {
        self.arrivals.put_back(arrivals);
    }

    /// Takes which accounts' keys are locked, as it stands in the store.
    pub(crate) async fn follow_locks(&self, reader: &StoreReader) -> Result<(), StoreError> {
        let _locking = self.locking.lock().await;
        let all = reader.locked_keys().await?;
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *locked);
        for account in before.iter().filter(|account| all.iter().all(|one| *one.account != ***account)) {
            self.guard(account).set_lock(None);
        }
        for one in all {
            let account = Box::from(one.account.as_str());
            self.guard(&account).set_lock(Some(lock(&one)));
            locked.insert(account);
        }
        Ok(())
    }

    fn guard(&self, account: &str) -> Arc<KeyGuard> {
        if let Some(guard) = self.guards.read().unwrap_or_else(PoisonError::into_inner).get(account) {
            return Arc::clone(guard);
        }
        let mut guards = self.guards.write().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(KeyGuard::new(account, Arc::clone(&self.arrivals)));
        Arc::clone(guards.entry(account.into()).or_insert_with(made))
    }

    fn key(&self, stored: &StoredApiKey) -> Option<StoredKey> {
        let key = key(stored)?;
        Some(StoredKey { guard: self.guard(&key.account), ..key })
    }

    /// The ids of the keys of an account that are in force at `now`.
    pub(crate) fn of_account(&self, account: &str, now: i64) -> Vec<String> {
        let is_live = |id: &str| {
            let key = id.parse().ok().and_then(|id| self.ring.get(&id));
            key.is_some_and(|key| key.expires_at.is_none_or(|end| now < end.0))
        };
        let grants = self.grants.read().unwrap_or_else(PoisonError::into_inner);
        let of_account = grants.iter().filter(|(_, grant)| *grant.account == *account);
        let mut ids: Vec<String> =
            of_account.map(|(id, _)| id.to_string()).filter(|id| is_live(id)).collect();
        ids.sort_unstable();
        ids
    }

    /// The ids of the keys of an account, whatever time it is.
    pub(crate) fn all_of_account(&self, account: &str) -> Vec<Box<str>> {
        let grants = self.grants.read().unwrap_or_else(PoisonError::into_inner);
        grants.iter().filter(|(_, grant)| *grant.account == *account).map(|(id, _)| id.clone()).collect()
    }

    /// The ids of all keys that are in force at `now`.
    pub(crate) fn live(&self, now: i64) -> Vec<String> {
        let is_live = |id: &str| {
            let key = id.parse().ok().and_then(|id| self.ring.get(&id));
            key.is_some_and(|key| key.expires_at.is_none_or(|end| now < end.0))
        };
        let grants = self.grants.read().unwrap_or_else(PoisonError::into_inner);
        grants.keys().map(ToString::to_string).filter(|id| is_live(id)).collect()
    }

    /// Takes keys as they are in the store; answers whether one of them is no longer in force. A key that cannot be read is
    /// refused from then on.
    pub(crate) fn take(&self, changed: Vec<StoredApiKey>) -> bool {
        let mut revoked = false;
        for stored in changed {
            if stored.account == RECOVERY {
                continue;
            }
            let key = match stored.revoked_at {
                Some(_) => None,
                None => self.key(&stored),
            };
            let mut grants = self.grants.write().unwrap_or_else(PoisonError::into_inner);
            match key.map(|key| (key.id, self.ring.insert(key))) {
                Some((_, Ok(()))) => {
                    grants.insert(
                        stored.id.into(),
                        Arc::new(grant(&stored.account, stored.application, stored.permissions)),
                    );
                }
                refused => {
                    if let Some((id, Err(error))) = refused {
                        tracing::error!(key = %id, %error, "an API key is not taken");
                    }
                    if let Ok(id) = stored.id.parse() {
                        self.ring.remove(&id);
                    }
                    grants.remove(&*stored.id);
                    revoked = true;
                }
            }
        }
        revoked
    }
}

fn grant(account: &str, application: Option<String>, permissions: Option<String>) -> KeyGrant {
    KeyGrant {
        account: account.into(),
        application: application.map(Arc::from),
        permissions: permissions.map(Arc::from),
    }
}

/// What is locked; a network that cannot be read is none.
fn lock(locked: &LockedKeys) -> KeyLock {
    let networks =
        locked.networks.iter().filter_map(|(network, until)| Some((network.parse().ok()?, *until)));
    let known = locked.known.iter().filter_map(|network| network.parse().ok());
    KeyLock { until: locked.until, networks: networks.collect(), known: known.collect() }
}

fn key(stored: &StoredApiKey) -> Option<StoredKey> {
    let id = stored.id.parse().ok()?;
    let mut identity = Identity::new(API_KEY_PROVIDER, stored.id.clone(), Kind::API_KEY);
    identity.tenant = Some(stored.tenant.as_str().into());
    identity.display_name = Some(stored.title.as_str().into());
    let networks = stored.networks.split(',').filter(|network| !network.is_empty());
    let mut key = StoredKey::new(id, stored.secret_sha256, Arc::new(identity), stored.account.as_str());
    key.application = stored.application.as_deref().map(Into::into);
    key.expires_at = stored.expires_at.map(Timestamp);
    // INVARIANT: a network that cannot be read refuses the key; leaving it out could allow all of them.
    key.networks = networks.map(str::parse).collect::<Result<_, _>>().ok()?;
    key.rotated_from = stored.rotated_from.as_deref().and_then(|id| id.parse().ok());
    key.usage = KeyUsage::new(stored.used_at.map(Timestamp));
    Some(key)
}

/// Takes API keys of accounts that are there and not disabled.
pub(crate) struct AccountKeys {
    inner: ApiKeyAuthenticator,
    keys: Arc<Keys>,
    /// The ids of the accounts whose keys are taken.
    accounts: HashSet<Box<str>>,
}

impl AccountKeys {
    pub(crate) fn new(keys: Arc<Keys>, accounts: HashSet<Box<str>>) -> AccountKeys {
        AccountKeys { inner: ApiKeyAuthenticator::new(Arc::clone(keys.ring())), keys, accounts }
    }
}

impl AccountKeys {
    /// What becomes of the answer about a key, once it is known whether its account is there and not disabled.
    fn of_account(&self, answer: Answer) -> Answer {
        let Answer::Identity(identity) = &answer else { return answer };
        let grant = identity.id.as_deref().and_then(|id| self.keys.grant(id));
        if grant.is_some_and(|grant| self.accounts.contains(&grant.account)) {
            return answer;
        }
        Answer::Rejected(Reason::Other {
            code: "account_disabled",
            message: "the service account of the API key is disabled, or gone".into(),
        })
    }
}

impl Authenticator for AccountKeys {
    fn name(&self) -> &str {
        API_KEY_PROVIDER
    }

    fn at_once(&self, credentials: &Credentials, now: Timestamp) -> Option<Answer> {
        self.inner.at_once(credentials, now).map(|answer| self.of_account(answer))
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        Box::pin(async move { self.of_account(self.inner.authenticate(credentials, now).await) })
    }
}

/// What is left of what an account holds for a key that may do `narrowing` at most: of each permission of the narrowing
/// what a held one covers, for as long as that one is held, and every denial.
pub(crate) fn narrow(
    held: &[(Permission, Arc<Grant>)],
    narrowing: &str,
) -> Result<Vec<(Permission, Arc<Grant>)>, String> {
    let datum = Datum::from_json(narrowing).map_err(|error| error.to_string())?;
    let entries = datum.as_list().ok_or("the narrowing of the key is no list")?;
    let mut left: Vec<_> = held.iter().filter(|(held, _)| held.is_denial()).cloned().collect();
    let mut effort = Effort::new(NARROWING_EFFORT);
    let mut patterns = 0;
    for entry in entries {
        let wanted = Permission::from_datum(entry).map_err(|error| error.to_string())?;
        if wanted.is_denial() {
            let grant = Grant::always(casemate_permission::OriginKind::Key, "narrowing");
            left.push((wanted, grant));
            continue;
        }
        patterns += wanted.name().alternatives().len();
        if patterns > NARROWING_PATTERNS {
            return Err(format!("the narrowing of the key is of more than {NARROWING_PATTERNS} patterns"));
        }
        for glob in wanted.name().alternatives() {
            let Ok(pattern) = Pattern::parse(glob.as_str()) else { continue };
            for (held, grant) in held {
                if covers(held, &wanted, &pattern, &mut effort)? {
                    let alternative = renamed(entry, glob.as_str())?;
                    left.push((alternative, Arc::clone(grant)));
                }
            }
        }
    }
    Ok(left)
}

/// Whether `held` grants all that `wanted` would under one of its patterns: properties only ever narrow.
fn covers(
    held: &Permission,
    wanted: &Permission,
    pattern: &Pattern,
    effort: &mut Effort,
) -> Result<bool, String> {
    if held.is_denial() || held.properties().any(|(property, value)| wanted.property(property) != Some(value))
    {
        return Ok(false);
    }
    includes_within(held.name(), pattern, effort).map_err(|_| {
        "what the key is narrowed to is too much to compare with what its account holds".to_owned()
    })
}

/// The same permission under one of its patterns.
fn renamed(entry: &Datum, name: &str) -> Result<Permission, String> {
    let members = entry.as_map().ok_or("a permission is an object")?;
    let members = members.iter().map(|(member, value)| {
        let value = if member == "name" { Datum::String(name.into()) } else { value.clone() };
        (member.into(), value)
    });
    Permission::from_datum(&Datum::Map(members.collect())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use casemate_permission::OriginKind;

    use super::*;

    fn held(names: &[&str]) -> Vec<(Permission, Arc<Grant>)> {
        let grant = Grant::always(OriginKind::Role, "test");
        let permission = |name: &&str| Permission::from_json(&format!(r#"{{"name":"{name}"}}"#)).unwrap();
        names.iter().map(|name| (permission(name), Arc::clone(&grant))).collect()
    }

    /// A narrowing of so many patterns.
    fn narrowing(count: usize) -> String {
        let name = |index: usize| format!("n.{index}");
        let many: Vec<String> = (0..count).map(name).collect();
        let entries =
            many.chunks(100).map(|names| serde_json::json!({ "name": format!("{{{}}}", names.join(",")) }));
        serde_json::Value::Array(entries.collect()).to_string()
    }

    #[test]
    fn a_narrowing_is_of_so_many_patterns_and_no_more() {
        let held = held(&["n.*"]);
        assert_eq!(narrow(&held, &narrowing(NARROWING_PATTERNS)).unwrap().len(), NARROWING_PATTERNS);
        let refused = narrow(&held, &narrowing(NARROWING_PATTERNS + 1)).unwrap_err();
        assert!(refused.contains("1024"), "{refused}");
    }

    #[test]
    fn a_narrowing_that_costs_too_much_allows_nothing() {
        // 1024 patterns each, none of which the narrowing is below: 8 steps for each pair.
        let wide: Vec<String> =
            ["a", "b", "c", "d"].map(|name| format!("{name}{}", "{0,1,2,3}".repeat(5))).to_vec();
        let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
        let narrowing = narrowing(NARROWING_PATTERNS);
        assert!(narrow(&held(&wide[..3]), &narrowing).unwrap().is_empty());
        let refused = narrow(&held(&wide), &narrowing).unwrap_err();
        assert!(refused.contains("too much"), "{refused}");
    }
}
