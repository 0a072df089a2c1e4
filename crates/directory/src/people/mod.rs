//! The users of the directory: read one by one when somebody asks, and kept for as long as the store says nothing else
//! about them.

mod apart;
mod by_id;
mod met;
mod page;

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use casemate_expression::{Datum, Members};
use casemate_identity::{Identity, Kind};
use casemate_store::{ChangedUsers, StoreError, StoreReader, UserChange, UserRecord};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};
use serde::Deserialize;

pub(crate) use by_id::ById;
use by_id::ByIdWeight;
pub(crate) use met::Meeting;
pub use met::Met;

use crate::policy::Person;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// What is kept of users, in bytes of memory, estimated.
const BYTES: u64 = 16 << 20;
/// About how many users that is.
const ITEMS: usize = 16_384;
/// What one of them takes beside their texts.
const ENTRY_BYTES: u64 = 400;

/// Why somebody whose credential is valid is refused all the same.
#[derive(Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// They were deactivated.
    #[error("the directory says that they are not active")]
    Inactive,
    /// They were deleted.
    #[error("they were deleted from the directory")]
    Deleted,
    /// Whether they may come in cannot be found out at the moment.
    #[error(transparent)]
    Unknown(#[from] StoreError),
}

/// What the directory says of an identity.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// Nothing.
    Nobody,
    /// Nothing; this user was called so before.
    Former(Arc<str>),
    /// They were deactivated.
    Inactive(Arc<str>),
    /// They were deleted.
    Deleted(Arc<str>),
    /// This.
    User(Arc<str>, Arc<Person>),
}

impl Found {
    /// The user's id.
    fn id(&self) -> Option<&str> {
        match self {
            Found::Nobody => None,
            Found::Former(id) | Found::Inactive(id) | Found::Deleted(id) | Found::User(id, _) => Some(id),
        }
    }
}

/// By what somebody is known: their tenant, the provider's name, and what it calls them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    tenant: Box<str>,
    provider: Box<str>,
    subject: Box<str>,
}

/// A key that borrows.
struct KeyRef<'a>(&'a str, &'a str, &'a str);

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (&*self.tenant, &*self.provider, &*self.subject).hash(hasher);
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.0, self.1, self.2).hash(hasher);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.0 == &*key.tenant && self.1 == &*key.provider && self.2 == &*key.subject
    }
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Found> for Weight {
    fn weight(&self, key: &Key, found: &Found) -> u64 {
        let of_person = match found {
            Found::User(_, person) => weight(person),
            _ => 0,
        };
        ENTRY_BYTES + (key.tenant.len() + key.provider.len() + key.subject.len()) as u64 + of_person
    }
}

/// The users of a store.
pub(crate) struct People {
    reader: Option<StoreReader>,
    kept: Option<Cache<Key, Found, Weight>>,
    /// The same, by the ids under which the directory knows them.
    ids: Option<Cache<String, ById, ByIdWeight>>,
    /// How often something was forgotten.
    forgotten: AtomicU64,
    /// How often somebody was read one by one.
    loads: AtomicU64,
    /// Whether there is, or was, any user at all: where there is none, nobody is looked for.
    any: AtomicBool,
}

impl People {
    pub(crate) fn new(reader: Option<StoreReader>) -> People {
        People {
            reader,
            kept: kept(Weight),
            ids: kept(ByIdWeight),
            forgotten: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            any: AtomicBool::new(false),
        }
    }

    /// How often somebody was read one by one, since it was not known any more, or not yet, what the store says of them.
    pub(crate) fn loads(&self) -> u64 {
        self.loads.load(Ordering::Relaxed)
    }

    /// Whether anybody is to be looked for.
    pub(crate) fn is_any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// What is known of an identity in a tenant without asking the store.
    pub(crate) fn known(&self, tenant: &str, provider: &str, subject: &str) -> Option<Found> {
        if !self.is_any() {
            return Some(Found::Nobody);
        }
        self.kept.as_ref()?.get(&KeyRef(tenant, provider, subject))
    }

    /// What the directory says of an identity in a tenant. Whoever asks for somebody who is just being read waits for that.
    pub(crate) async fn find(
        &self,
        tenant: &str,
        provider: &str,
        subject: &str,
    ) -> Result<Found, StoreError> {
        if let Some(found) = self.known(tenant, provider, subject) {
            return Ok(found);
        }
        let (Some(reader), Some(kept)) = (&self.reader, &self.kept) else { return Ok(Found::Nobody) };
        let key = Key { tenant: tenant.into(), provider: provider.into(), subject: subject.into() };
        let place = match kept.get_value_or_guard_async(&key).await {
            Ok(found) => return Ok(found),
            Err(place) => place,
        };
        let forgotten = self.forgotten.load(Ordering::Acquire);
        self.loads.fetch_add(1, Ordering::Relaxed);
        let found = read(reader, tenant, provider, subject).await?;
        // One that nobody waits for any more was removed meanwhile, and is read again by the next.
        let _ = place.insert(found.clone());
        if self.forgotten.load(Ordering::Acquire) != forgotten {
            kept.remove(&key);
        }
        Ok(found)
    }

    /// Forgets all that is known.
    pub(crate) async fn take_anew(&self) -> Result<(), StoreError> {
        if let Some(reader) = &self.reader {
            let any = reader.users_changed_after(0).await? != ChangedUsers::These(Vec::new());
            self.any.store(any, Ordering::Release);
        }
        self.forget_all();
        Ok(())
    }

    /// Forgets whoever was changed after a revision, and says who that is.
    pub(crate) async fn take(&self, after: i64) -> Result<ChangedUsers, StoreError> {
        let Some(reader) = &self.reader else { return Ok(ChangedUsers::These(Vec::new())) };
        let changed = reader.users_changed_after(after).await?;
        match &changed {
            ChangedUsers::Many => {
                self.any.store(true, Ordering::Release);
                self.forget_all();
            }
            ChangedUsers::These(changed) if changed.is_empty() => {}
            ChangedUsers::These(changed) => {
                self.any.store(true, Ordering::Release);
                self.forget(changed);
            }
        }
        Ok(changed)
    }

    fn forget(&self, changed: &[UserChange]) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        if let Some(ids) = &self.ids {
            changed.iter().for_each(|user| drop(ids.remove(user.id.as_str())));
        }
        let Some(kept) = &self.kept else { return };
        for user in changed {
            if let Some(subject) = &user.subject {
                kept.remove(&KeyRef(&user.tenant, &user.provider, subject));
            }
        }
        // By whatever they were called before.
        let ids: std::collections::HashSet<&str> = changed.iter().map(|user| &*user.id).collect();
        kept.retain(|_, found| found.id().is_none_or(|id| !ids.contains(id)));
    }

    fn forget_all(&self) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        if let Some(kept) = &self.kept {
            kept.clear();
        }
        if let Some(ids) = &self.ids {
            ids.clear();
        }
    }
}

/// A cache of users that keeps nothing yet.
fn kept<K: Eq + Hash, V: Clone, W: Weighter<K, V> + Clone>(weight: W) -> Option<Cache<K, V, W>> {
    let options =
        OptionsBuilder::new().estimated_items_capacity(ITEMS).weight_capacity(BYTES).build().ok()?;
    Some(Cache::with_options(options, weight, DefaultHashBuilder::default(), DefaultLifecycle::default()))
}

/// By what an identity is looked for: its provider, and what that calls it. API keys, static credentials and service accounts are no users.
pub(crate) fn named(identity: &Identity) -> Option<(&str, &str)> {
    let is_own = identity.kind == Kind::SERVICE && *identity.provider == *OWN_PROVIDER;
    let is_other = [API_KEY_PROVIDER, CREDENTIAL_PROVIDER].contains(&&*identity.provider);
    if identity.is_anonymous() || is_own || is_other {
        return None;
    }
    Some((&identity.provider, identity.id.as_deref()?))
}

async fn read(
    reader: &StoreReader,
    tenant: &str,
    provider: &str,
    subject: &str,
) -> Result<Found, StoreError> {
    // Who administers another tenant says nothing of those who are at home in this one.
    let user = reader.user_by_subject(provider, subject).await?.filter(|user| user.tenant == tenant);
    let Some(user) = user else {
        return Ok(match reader.former_user(tenant, provider, subject).await? {
            None => Found::Nobody,
            Some(former) if former.is_deleted => Found::Deleted(former.id.into()),
            Some(former) if !former.active => Found::Inactive(former.id.into()),
            Some(former) => Found::Former(former.id.into()),
        });
    };
    if !user.active {
        return Ok(Found::Inactive(user.id.into()));
    }
    let person = with_groups(reader, &user, subject).await?;
    Ok(Found::User(user.id.as_str().into(), Arc::new(person)))
}

/// A user with the groups that count for them.
pub(crate) async fn with_groups(
    reader: &StoreReader,
    user: &UserRecord,
    subject: &str,
) -> Result<Person, StoreError> {
    let groups = reader.groups_of_one(&user.id).await?;
    let counts =
        |tenant: &str, of: &str| tenant == user.tenant && (of == user.provider || of == OWN_PROVIDER);
    let groups = groups.into_iter().filter(|group| counts(&group.tenant, &group.provider));
    let groups = groups.map(|group| group.name).collect();
    Ok(person(user, subject, groups))
}

/// A user as what decides sees them.
fn person(user: &UserRecord, subject: &str, groups: Vec<String>) -> Person {
    Person {
        provider: user.provider.as_str().into(),
        kind: Kind::USER.as_str().into(),
        id: subject.into(),
        login: Some(user.login.as_str().into()),
        display_name: user.display_name.as_deref().map(Into::into),
        tenant: user.tenant.as_str().into(),
        groups,
        claims: claims(&user.attributes),
    }
}

/// Attributes as expressions read them; one that cannot be read is missing, which fails wherever it is used.
fn claims(attributes: &str) -> Members {
    let attributes: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(attributes).unwrap_or_default();
    let read = |(name, value): (&String, &serde_json::Value)| {
        Some((name.as_str().into(), Datum::deserialize(value).ok()?))
    };
    attributes.iter().filter_map(read).collect()
}

fn weight(person: &Person) -> u64 {
    let texts = [&person.login, &person.display_name];
    let texts: usize = texts.iter().map(|text| text.as_ref().map_or(0, |text| text.len())).sum();
    let groups: usize = person.groups.iter().map(|group| size_of::<String>() + group.len()).sum();
    let claims: usize = person.claims.iter().map(|(name, datum)| name.len() + datum.to_json().len()).sum();
    // A value of a tree takes about twice its text.
    (size_of::<Person>() + texts + groups + 2 * claims) as u64
}
