//! Resources that applications registered: read when a question names them, and kept for as long as the store says nothing
//! else about them. Where an application registered none of a type, nothing is looked for.

mod registered;
mod source;

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use casemate_expression::{Datum, Members};
use casemate_identity::remote::Fetch;
use casemate_store::{ChangedResources, ResourceKey, ResourceRecord, StoreError, StoreReader};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};
use secrecy::SecretString;
use source::Asked;

use crate::model::SourceDocument;
use crate::outside::AskedBy;

pub(crate) use registered::over;
pub use registered::{NotFetched, Registered};
pub(crate) use source::ResourceSource;

/// What is kept of resources, in bytes of memory, estimated.
const BYTES: u64 = 32 << 20;
/// About how many resources that is.
const ITEMS: usize = 65_536;
/// What one of them takes beside its texts.
const ENTRY_BYTES: u64 = 300;
/// How many ids are looked for at once.
const AT_ONCE: usize = 1_000;

/// Why what is registered of resources cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum ResourcesError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What stands in the store is no object.
    #[error(
        "the attributes of the resource {application}/{kind}/{id} in the database are no JSON object: register it anew"
    )]
    Unreadable {
        /// The application's id.
        application: String,
        /// The resource's type.
        kind: String,
        /// The resource's id.
        id: String,
    },
}

/// A key that borrows: tenant, application, type and id.
struct KeyRef<'a>(&'a str, &'a str, &'a str, &'a str);

/// A key of what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(ResourceKey);

impl Hash for Key {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let ResourceKey { tenant, application, kind, id } = &self.0;
        (&**tenant, &**application, &**kind, &**id).hash(hasher);
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (self.0, self.1, self.2, self.3).hash(hasher);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, Key(key): &Key) -> bool {
        self.0 == key.tenant && self.1 == key.application && self.2 == key.kind && self.3 == key.id
    }
}

impl Key {
    fn of(tenant: &str, application: &str, kind: &str, id: &str) -> Key {
        Key(ResourceKey {
            tenant: tenant.to_owned(),
            application: application.to_owned(),
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
    }
}

/// The attributes of a resource; nothing where none is registered.
type Found = Option<Arc<Members>>;

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Found> for Weight {
    fn weight(&self, key: &Key, found: &Found) -> u64 {
        weight(key, found)
    }
}

fn weight(Key(key): &Key, found: &Found) -> u64 {
    let texts = key.tenant.len() + key.application.len() + key.kind.len() + key.id.len();
    let attributes = found.iter().flat_map(|found| found.iter());
    // A value of a tree takes about twice its text.
    let attributes = attributes.map(|(name, value)| name.len() + 2 * value.to_json().len()).sum::<usize>();
    ENTRY_BYTES + (texts + attributes) as u64
}

/// The applications that registered resources of a type, by the type.
type Types = HashMap<Box<str>, Vec<Arc<str>>>;

/// The endpoints that say what resources of a type are, by the type, each with its application.
type Asking = HashMap<Box<str>, Vec<(Arc<str>, Arc<Asked>)>>;

/// The endpoints that are asked, by name, each with what is configured of it.
type Running = HashMap<Arc<str>, (Arc<SourceDocument>, Arc<Asked>)>;

/// The resources of a store.
pub(crate) struct Resources {
    reader: Option<StoreReader>,
    kept: Option<Cache<Key, Found, Weight>>,
    types: ArcSwap<Types>,
    /// Whether there is any type at all.
    any: AtomicBool,
    fetch: Arc<dyn Fetch>,
    asking: ArcSwap<Asking>,
    running: Mutex<Running>,
    /// How often something was forgotten. Whoever keeps or forgets something holds it: nothing is kept that was read before it
    /// was forgotten.
    forgotten: Mutex<u64>,
}

impl Resources {
    pub(crate) fn new(reader: Option<StoreReader>, fetch: Arc<dyn Fetch>) -> Resources {
        let options = OptionsBuilder::new().estimated_items_capacity(ITEMS).weight_capacity(BYTES).build();
        let kept = options.ok().map(|options| {
            Cache::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default())
        });
        Resources {
            reader,
            kept,
            types: ArcSwap::default(),
            any: AtomicBool::new(false),
            fetch,
            asking: ArcSwap::default(),
            running: Mutex::default(),
            forgotten: Mutex::new(0),
        }
    }

    /// Whether anything is to be looked for.
    pub(crate) fn is_any(&self) -> bool {
        self.any.load(Ordering::Acquire) || !self.asking.load().is_empty()
    }

    /// The applications that registered resources of a type, or say themselves what they are.
    pub(crate) fn applications_of(&self, kind: &str) -> Vec<Arc<str>> {
        let mut applications = self.types.load().get(kind).cloned().unwrap_or_default();
        for (application, _) in self.asking.load().get(kind).into_iter().flatten() {
            if !applications.contains(application) {
                applications.push(Arc::clone(application));
            }
        }
        applications
    }

    /// Whether an application registered resources of a type, in whichever tenant.
    pub(crate) fn has(&self, application: &str, kind: &str) -> bool {
        self.any.load(Ordering::Acquire)
            && self.types.load().get(kind).is_some_and(|of| of.iter().any(|known| **known == *application))
    }

    /// The endpoint that says what resources of a type of an application are.
    pub(crate) fn source(&self, application: &str, kind: &str) -> Option<Arc<Asked>> {
        let asking = self.asking.load();
        let of = asking.get(kind)?.iter().find(|(known, _)| **known == *application);
        of.map(|(_, asked)| Arc::clone(asked))
    }

    /// Takes the endpoints of a policy. Those that are configured as before run on.
    pub(crate) fn ask(
        &self,
        sources: &[(ResourceSource, Arc<SourceDocument>)],
        secret: impl Fn(&ResourceSource) -> Result<SecretString, String>,
    ) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut now, mut asking) = (Running::new(), Asking::new());
        for (source, document) in sources {
            let secret = secret(source);
            let before = running.get(&source.name);
            let before = before.filter(|(known, asked)| *known == *document && asked.is_with(&secret));
            let asked = match before {
                Some((_, asked)) => Arc::clone(asked),
                None => Arc::new(Asked::new(source.clone(), secret, Arc::clone(&self.fetch))),
            };
            for kind in &source.types {
                let of = asking.entry(kind.clone()).or_default();
                of.push((Arc::clone(&source.application), Arc::clone(&asked)));
            }
            now.insert(Arc::clone(&source.name), (Arc::clone(document), asked));
        }
        *running = now;
        self.asking.store(Arc::new(asking));
    }

    /// Forgets what all endpoints answered.
    pub(crate) fn forget_sources(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.values().for_each(|(_, asked)| asked.forget());
    }

    /// Forgets what an endpoint answered.
    pub(crate) fn forget_source(&self, name: &str) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, asked)) = running.get(name) {
            asked.forget();
        }
    }

    /// Forgets all that is known.
    pub(crate) async fn take_anew(&self) -> Result<(), StoreError> {
        self.take_types().await?;
        self.forget_all();
        Ok(())
    }

    /// Forgets what was changed after a revision.
    pub(crate) async fn take(&self, after: i64) -> Result<(), StoreError> {
        let Some(reader) = &self.reader else { return Ok(()) };
        match reader.resources_changed_after(after).await? {
            ChangedResources::These(changed) => {
                if changed.iter().any(|key| !self.has(&key.application, &key.kind)) {
                    self.take_types().await?;
                }
                self.forget(&changed);
            }
            ChangedResources::Many => self.take_anew().await?,
        }
        Ok(())
    }

    async fn take_types(&self) -> Result<(), StoreError> {
        let Some(reader) = &self.reader else { return Ok(()) };
        let mut types = Types::new();
        for (application, kind) in reader.resource_types().await? {
            types.entry(kind.into()).or_default().push(application.into());
        }
        self.any.store(!types.is_empty(), Ordering::Release);
        self.types.store(Arc::new(types));
        Ok(())
    }

    fn forget(&self, changed: &[ResourceKey]) {
        if changed.is_empty() {
            return;
        }
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten += 1;
        let Some(kept) = &self.kept else { return };
        for ResourceKey { tenant, application, kind, id } in changed {
            kept.remove(&KeyRef(tenant, application, kind, id));
        }
    }

    fn forget_all(&self) {
        self.forget_sources();
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        *forgotten += 1;
        if let Some(kept) = &self.kept {
            kept.clear();
        }
    }

    /// What is registered of resources of a tenant, for whoever asks, at `now` (microseconds since 1970, UTC): application, type and id of each. Those
    /// of which nothing is known are read in one statement for each type of an application; where one is not registered and its
    /// application says itself what it is, that is asked for.
    pub(crate) async fn registered<'k>(
        &self,
        (by, tenant): (AskedBy, &str),
        keys: impl IntoIterator<Item = (Arc<str>, &'k str, &'k str)>,
        now: i64,
    ) -> Result<Registered, ResourcesError> {
        let mut registered = Registered::default();
        let (mut unknown, mut unregistered) = (ByType::new(), ByType::new());
        for (application, kind, id) in keys {
            if !self.has(&application, kind) {
                unregistered.entry((application, kind)).or_default().push(id);
                continue;
            }
            let key = KeyRef(tenant, &application, kind, id);
            match self.kept.as_ref().and_then(|kept| kept.get(&key)) {
                Some(Some(attributes)) => registered.add(&application, kind, id, attributes),
                Some(None) => unregistered.entry((application, kind)).or_default().push(id),
                None => unknown.entry((application, kind)).or_default().push(id),
            }
        }
        self.look_up(tenant, unknown, (&mut registered, &mut unregistered)).await?;
        let mut waiting = Vec::new();
        for ((application, kind), ids) in unregistered {
            let Some(asked) = self.source(&application, kind) else { continue };
            for (id, told) in asked.ask(by, (tenant, kind), distinct(ids), now) {
                waiting.push((Arc::clone(&application), kind, id, told));
            }
        }
        for (application, kind, id, told) in waiting {
            match told.of(id).await {
                Some(attributes) => registered.tell(&application, kind, id, attributes),
                None => registered.fail(&application, kind, id),
            }
        }
        Ok(registered)
    }

    /// Reads what is not known.
    async fn look_up<'k>(
        &self,
        tenant: &str,
        unknown: ByType<'k>,
        (registered, unregistered): (&mut Registered, &mut ByType<'k>),
    ) -> Result<(), ResourcesError> {
        let Some(reader) = self.reader.as_ref().filter(|_| !unknown.is_empty()) else { return Ok(()) };
        let before = *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read: Vec<(Key, Found)> = Vec::new();
        for ((application, kind), ids) in unknown {
            for ids in distinct(ids).chunks(AT_ONCE) {
                let mut found = HashMap::new();
                for record in reader.resources_by_id((tenant, &application, kind), ids).await? {
                    let attributes = Arc::new(attributes(&record)?);
                    registered.add(&application, kind, &record.key.id, Arc::clone(&attributes));
                    found.insert(record.key.id, attributes);
                }
                for id in ids {
                    let attributes = found.remove(*id);
                    if attributes.is_none() {
                        unregistered.entry((Arc::clone(&application), kind)).or_default().push(id);
                    }
                    read.push((Key::of(tenant, &application, kind, id), attributes));
                }
            }
        }
        self.keep(before, read);
        Ok(())
    }

    /// Keeps what was read, unless something was forgotten since.
    fn keep(&self, before: u64, read: Vec<(Key, Found)>) {
        let forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        if *forgotten != before {
            return;
        }
        if let Some(kept) = &self.kept {
            read.into_iter().for_each(|(key, found)| kept.insert(key, found));
        }
    }
}

/// The ids that are looked for, by application and type.
type ByType<'k> = BTreeMap<(Arc<str>, &'k str), Vec<&'k str>>;

fn distinct(mut ids: Vec<&str>) -> Vec<&str> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The attributes of a resource as expressions read them.
///
/// # Errors
/// Where they are none.
pub(crate) fn attributes(record: &ResourceRecord) -> Result<Members, ResourcesError> {
    match Datum::from_json(&record.attributes) {
        Ok(Datum::Map(attributes)) => Ok(attributes),
        _ => {
            let ResourceKey { application, kind, id, .. } = record.key.clone();
            Err(ResourcesError::Unreadable { application, kind, id })
        }
    }
}

#[cfg(test)]
mod tests {
    use casemate_identity::remote::Reply;

    use super::*;
    use crate::outside::fake_endpoint::FakeEndpoint;
    use crate::subject::Subject;

    fn key(id: &str) -> Key {
        Key(ResourceKey { id: id.into(), ..ResourceKey::default() })
    }

    #[test]
    fn what_was_read_before_it_was_forgotten_is_not_kept() {
        let resources = Resources::new(None, Arc::new(FakeEndpoint::default()));
        let kept = |id: &str| resources.kept.as_ref().unwrap().get(&KeyRef("", "", "", id));
        let before = *resources.forgotten.lock().unwrap();
        resources.keep(before, vec![(key("a"), None)]);
        assert_eq!(kept("a"), Some(None));
        resources.forget(&[key("a").0]);
        assert_eq!(kept("a"), None);
        // Whoever began to read before that had read the old state.
        resources.keep(before, vec![(key("a"), None)]);
        assert_eq!(kept("a"), None);
    }

    #[tokio::test]
    async fn what_applications_said_is_forgotten_where_all_is() {
        let fake = Arc::new(FakeEndpoint::default());
        fake.answer(|_| {
            let body = br#"{"resources":[{"id":"7","attributes":{}}]}"#.to_vec();
            Ok(Reply { status: 200, body, ..Reply::default() })
        });
        let resources = Resources::new(None, Arc::clone(&fake) as Arc<dyn Fetch>);
        let (source, document) = source::tests::configured();
        resources.ask(&[(source, document)], |_| Ok(SecretString::from("x".repeat(32))));
        let found = async || {
            let notes: Arc<str> = "notes".into();
            let by = AskedBy::of(&Subject::anonymous("default".into()));
            resources.registered((by, "default"), [(Arc::clone(&notes), "note", "7")], 1).await.unwrap()
        };
        for count in [1, 1] {
            assert!(!found().await.is_incomplete());
            assert_eq!(fake.count(), count);
        }
        // As with a backup that was restored.
        resources.take_anew().await.unwrap();
        found().await;
        assert_eq!(fake.count(), 2);
    }
}
