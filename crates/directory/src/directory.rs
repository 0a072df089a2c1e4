//! What decides at the moment, and following the store.

mod difference;
mod following;
mod force;
mod resources;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use casemate_identity::api_key::{KeyGuard, KeyId};
use casemate_identity::provider::MappingError;
use casemate_identity::provider::{SecretReference, SecretSource as _};
use casemate_identity::remote::{Fetch, ProviderStatus};
use casemate_identity::sign_in::SignInClient;
use casemate_identity::{
    CacheLimits, Chain, ChainError, Claims, Identity, ProviderAuthenticators, ProviderHost, RevocationEpoch,
};
use casemate_store::{RecordError, RootKeyFile, Sealer, SeenNetwork, Store, StoreError, StoreReader};
use secrecy::SecretString;
use tokio::sync::watch;

use crate::DEFAULT_TENANT;
use crate::affected::{Change, Changes, Forgotten};
use crate::keys::Keys;
use crate::kind::Kind;
use crate::objects::ObjectSet;
use crate::outside::Sources;
use crate::people::{Found, Met, NotAdmitted, People, named};
use crate::policy::{Credential, Mistake, Person, Policy};
use crate::resources::Resources;
use crate::secrets::{Secrets, place_of_sink};
use crate::sessions::{BrowserSessions, SessionTimes};
use crate::snapshot::{Assembled, Compiled, Scope, Snapshot, compiled_sets};
use crate::temporary::TemporaryOwners;

/// How often changes are looked for of which nobody told, unless the host says otherwise.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What a directory needs of its host.
pub struct DirectoryHost {
    /// How the keys of providers are fetched, and endpoints asked.
    pub fetch: Arc<dyn Fetch>,
    /// Credentials that stand in no policy.
    pub own: Vec<Credential>,
    /// Opens sealed secrets; without it, providers that need one refuse their credentials.
    pub sealer: Option<Arc<Sealer>>,
    /// How much is kept of verified tokens.
    pub limits: CacheLimits,
    /// The file that the sealer's keys stand in: it is read again where a backup was restored, which may bring keys along.
    pub root_keys: Option<RootKeyFile>,
    /// How long sessions of browsers last.
    pub sessions: SessionTimes,
    /// How often changes are looked for of which nobody told.
    pub look_every: Duration,
    /// The folder of files that sources of permissions name; without one, such a source fails.
    pub source_files: Option<std::path::PathBuf>,
}

impl DirectoryHost {
    /// One without credentials or sealed secrets.
    #[must_use]
    pub fn new(fetch: Arc<dyn Fetch>) -> DirectoryHost {
        DirectoryHost {
            fetch,
            own: Vec::new(),
            sealer: None,
            limits: CacheLimits::default(),
            root_keys: None,
            sessions: SessionTimes::default(),
            look_every: LOOK_EVERY,
            source_files: None,
        }
    }
}

/// Why a directory does not follow its store; what decided before still does.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What stands in the store holds mistakes.
    #[error("the configuration in the database holds {} mistakes, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Mistakes(Vec<Mistake>),
    /// Two providers have one name.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The work was broken off, because the process is shutting down.
    #[error("the process is shutting down")]
    Closed,
}

/// What had to be found out anew since it was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loads {
    /// How often somebody was looked for in the store.
    pub users: u64,
    /// How often what somebody holds was compiled.
    pub sets: u64,
}

/// What decides, and the objects that it was made of, at one revision.
pub(crate) struct State {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) objects: Arc<ObjectSet>,
    /// The tenant where a provider's users are provisioned, by the provider's name, where it is not the default one.
    homes: Arc<HashMap<Box<str>, Box<str>>>,
}

impl State {
    /// What decides, and what it was made of.
    pub(crate) fn of(snapshot: Arc<Snapshot>, objects: Arc<ObjectSet>) -> State {
        let homes = Arc::new(homes(&objects));
        State { snapshot, objects, homes }
    }

    /// The tenant where a provider's users are provisioned.
    pub(crate) fn home_of(&self, provider: &str) -> &str {
        self.homes.get(provider).map_or(DEFAULT_TENANT, |home| home)
    }
}

/// The tenants where users of providers are provisioned.
fn homes(objects: &ObjectSet) -> HashMap<Box<str>, Box<str>> {
    let home = |object: &Arc<casemate_store::Object>| {
        let body: serde_json::Value = serde_json::from_str(&object.body).ok()?;
        let said = ["/scim/tenant", "/ldap/tenant"].iter().filter_map(|at| body.pointer(at)?.as_str());
        let tenant = said.into_iter().find(|tenant| *tenant != DEFAULT_TENANT)?;
        Some((object.name.as_str().into(), tenant.into()))
    };
    objects.wide(Kind::Provider).iter().filter_map(home).collect()
}

/// The current [`Snapshot`]. It is replaced as a whole, so that nothing is ever answered from half of a policy.
pub struct Directory {
    current: ArcSwap<State>,
    /// Credentials that stand in no policy and outlive each.
    own: Vec<Credential>,
    keys: Arc<Keys>,
    secrets: Arc<Secrets>,
    sources: Sources,
    sessions: Arc<BrowserSessions>,
    /// Whose temporary credentials, and what they made, are taken.
    owners: ArcSwapOption<TemporaryOwners>,
    revocations: RevocationEpoch,
    reader: Option<StoreReader>,
    people: People,
    resources: Resources,
    /// The running authenticators of providers. Replacing holds this lock, so that revisions rise in order.
    running: Mutex<Running>,
    root_keys: Option<RootKeyFile>,
    /// Tells of each revision that is taken.
    taken: watch::Sender<i64>,
    /// When the last look at the store began that came to its end.
    looked: watch::Sender<Instant>,
    /// Whom the last revisions affected.
    changes: Changes,
    /// Which course of changes revisions are of.
    course: AtomicI64,
    /// Held while the store is followed.
    following: tokio::sync::Mutex<following::Followed>,
    look_every: Duration,
}

struct Running {
    providers: ProviderAuthenticators,
    configured: Vec<casemate_identity::provider::Provider>,
    accounts: std::collections::HashSet<Box<str>>,
}

impl Directory {
    /// A directory that answers from `policy` and follows no store; `own` are credentials beside those of the policy, and
    /// `fetch` is how the keys of providers are fetched. To be called within a tokio runtime, on which the fetching goes on.
    ///
    /// # Errors
    /// Where two providers have one name.
    pub fn new(policy: Policy, own: Vec<Credential>, fetch: Arc<dyn Fetch>) -> Result<Directory, ChainError> {
        Directory::of_policy(policy, DirectoryHost { own, ..DirectoryHost::new(fetch) })
    }

    /// As [`Directory::new`], for a host that says more.
    ///
    /// # Errors
    /// Where two providers have one name.
    pub fn of_policy(policy: Policy, host: DirectoryHost) -> Result<Directory, ChainError> {
        let directory = Directory::bare(host, None)?;
        directory.put(1, (Assembled::of_policy(policy), &Scope::All), Arc::default(), None)?;
        Ok(directory)
    }

    /// A directory that answers from what stands in a store. To be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the store cannot be read, or what stands in it holds mistakes.
    pub async fn open(reader: &StoreReader, host: DirectoryHost) -> Result<Directory, DirectoryError> {
        let directory = Directory::bare(host, Some(reader.clone()))?;
        let mut known = directory.following.lock().await;
        directory.take_anew(reader, &mut known).await?;
        drop(known);
        Ok(directory)
    }

    fn bare(host: DirectoryHost, reader: Option<StoreReader>) -> Result<Directory, ChainError> {
        let (keys, secrets) = (Arc::new(Keys::default()), Arc::new(Secrets::new(host.sealer)));
        let revocations = RevocationEpoch::new();
        let sources = Sources::new(Arc::clone(&host.fetch), host.source_files);
        let resources = Arc::clone(&host.fetch);
        let providers = ProviderAuthenticators::start(
            Vec::new(),
            ProviderHost {
                fetch: host.fetch,
                secrets: Arc::clone(&secrets) as _,
                limits: host.limits,
                revocations: revocations.clone(),
            },
        );
        let compiled = Compiled::new(Assembled::of_policy(Policy::empty()), &[], Arc::clone(&keys));
        let snapshot = Arc::new(Snapshot::new(0, Arc::new(compiled), Chain::new(Vec::new())?));
        let running = Running { providers, configured: Vec::new(), accounts: Default::default() };
        Ok(Directory {
            current: ArcSwap::from_pointee(State {
                snapshot,
                objects: Arc::default(),
                homes: Arc::default(),
            }),
            own: host.own,
            keys,
            secrets,
            sources,
            sessions: Arc::new(BrowserSessions::new(reader.clone(), host.sessions)),
            owners: ArcSwapOption::empty(),
            revocations,
            people: People::new(reader.clone()),
            resources: Resources::new(reader.clone(), resources),
            reader,
            running: Mutex::new(running),
            root_keys: host.root_keys,
            taken: watch::Sender::new(0),
            looked: watch::Sender::new(Instant::now()),
            changes: Changes::default(),
            course: AtomicI64::new(0),
            following: tokio::sync::Mutex::default(),
            look_every: host.look_every,
        })
    }

    /// What decides now. Whoever takes it keeps it for the whole of one request.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.load().snapshot)
    }

    /// Which course of changes revisions are of: another number in each database, and after each restore of a backup. 0 where no
    /// database is followed.
    #[must_use]
    pub fn course(&self) -> i64 {
        self.course.load(Ordering::Acquire)
    }

    /// Tells of each revision from which on this answers.
    #[must_use]
    pub fn taken(&self) -> watch::Receiver<i64> {
        self.taken.subscribe()
    }

    /// When the store was last looked at with success, as the beginning of that look: what decides is no older than that. While the
    /// store cannot be read, or what stands in it holds mistakes, it stays as it is. What follows no store was looked at once.
    #[must_use]
    pub fn looked(&self) -> watch::Receiver<Instant> {
        self.looked.subscribe()
    }

    /// How often somebody was looked for in the store since it was not known here what it says of them, and how often what
    /// somebody holds was compiled, since the process began.
    #[must_use]
    pub fn loads(&self) -> Loads {
        Loads { users: self.people.loads(), sets: compiled_sets() }
    }

    /// The changes that affected somebody after a revision, the oldest first. Those of the last revisions are known: whoever
    /// holds what was found out at one of them need not find out anew what none of the changes since affects.
    ///
    /// # Errors
    /// Where what came since is not known any more, or another database was taken since.
    pub fn changes_after(&self, revision: i64) -> Result<Vec<Arc<Change>>, Forgotten> {
        self.changes.after(revision)
    }

    /// The user whom the directory knows by an identity that was verified: one of the identity's tenant. Where that says
    /// none, one of the default tenant, or of the one where its provider's users are provisioned.
    ///
    /// # Errors
    /// Where they are not to be let in, or that cannot be found out.
    pub async fn user_of(
        &self,
        identity: &casemate_identity::Identity,
    ) -> Result<Option<Arc<Person>>, NotAdmitted> {
        Ok(self.identified_user_of(identity).await?.map(|(_, user)| user))
    }

    /// As [`Directory::user_of`], with the user's opaque id.
    ///
    /// # Errors
    /// As [`Directory::user_of`].
    pub async fn identified_user_of(
        &self,
        identity: &casemate_identity::Identity,
    ) -> Result<Option<(Arc<str>, Arc<Person>)>, NotAdmitted> {
        let Some((provider, subject)) = named(identity) else { return Ok(None) };
        if !self.people.is_any() {
            return Ok(None);
        }
        let state = self.current.load();
        let homes = match identity.tenant.as_deref() {
            Some(tenant) => [Some(tenant), None],
            None => [Some(DEFAULT_TENANT), state.homes.get(provider).map(|home| &**home)],
        };
        for tenant in homes.into_iter().flatten() {
            let found = match self.people.known(tenant, provider, subject) {
                Some(found) => found,
                // In a box, since whoever waits here for nothing would be as large as whoever does.
                None => Box::pin(self.people.find(tenant, provider, subject)).await?,
            };
            match found {
                Found::Nobody | Found::Former(_) => {}
                Found::User(id, person) => return Ok(Some((id, person))),
                Found::Inactive(_) => return Err(NotAdmitted::Inactive),
                Found::Deleted(_) => return Err(NotAdmitted::Deleted),
            }
        }
        Ok(None)
    }

    /// Who may have temporary credentials; nobody where no policy is in force.
    pub(crate) fn owners(&self) -> Option<Arc<TemporaryOwners>> {
        self.owners.load_full()
    }

    /// Whether the directory holds, or held, users: where it does not, nobody need be looked for.
    #[must_use]
    pub fn has_users(&self) -> bool {
        self.people.is_any()
    }

    /// Looks for the users of a tenant whom these ids could mean.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn meet<'i>(
        &self,
        snapshot: &Snapshot,
        tenant: &Arc<str>,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Met, StoreError> {
        if !self.people.is_any() {
            return Ok(Met::default());
        }
        self.people.meet(tenant, snapshot.compiled().vouching(), ids).await
    }

    /// As [`Directory::meet`], of many who are gone through: nothing that is read for it is kept.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn meet_apart<'i>(
        &self,
        snapshot: &Snapshot,
        tenant: &Arc<str>,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Met, StoreError> {
        if !self.people.is_any() {
            return Ok(Met::default());
        }
        self.people.meet_apart(tenant, snapshot.compiled().vouching(), ids).await
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The store that this follows, where it follows one.
    pub(crate) fn reader(&self) -> Option<&StoreReader> {
        self.reader.as_ref()
    }

    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.current.load_full()
    }

    /// The credentials that stand in no policy, and the API keys.
    pub(crate) fn own(&self) -> (Vec<Credential>, Arc<Keys>) {
        (self.own.clone(), Arc::clone(&self.keys))
    }

    /// What seals secrets, where the host has a root key.
    #[must_use]
    pub fn sealer(&self) -> Option<&Arc<Sealer>> {
        self.secrets.sealer()
    }

    /// Answers from `policy` from now on; requests under way end with what they began with. Returns the new revision. It is
    /// for directories that follow no store.
    ///
    /// # Errors
    /// Where two providers have one name; what decides stays as it was.
    pub fn replace(&self, policy: Policy) -> Result<i64, ChainError> {
        let revision = self.current.load().snapshot.revision() + 1;
        self.put(revision, (Assembled::of_policy(policy), &Scope::All), Arc::default(), None)?;
        Ok(revision)
    }

    /// A secret that a provider's document refers to.
    ///
    /// # Errors
    /// Why it is not to be had.
    pub fn provider_secret(
        &self,
        provider: &str,
        field: &'static str,
        reference: &SecretReference,
    ) -> Result<SecretString, String> {
        self.secrets.resolve(provider, field, reference)
    }

    /// A secret that the document of a sink of the audit log refers to.
    ///
    /// # Errors
    /// Why it is not to be had.
    pub fn audit_sink_secret(
        &self,
        sink: &str,
        field: &'static str,
        reference: &SecretReference,
    ) -> Result<SecretString, String> {
        self.secrets.resolve(&place_of_sink(sink), field, reference)
    }

    /// What is known about the keys of each provider, and about the secrets that they need.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderStatus> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).providers.status()
    }

    /// The identity that claims would make which this provider vouches for; `None` where there is no such provider.
    pub(crate) fn identity_of(
        &self,
        provider: &str,
        claims: Claims,
    ) -> Option<Result<Identity, MappingError>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let provider = running.configured.iter().find(|configured| configured.name() == provider)?;
        Some(provider.identity_of(claims))
    }

    /// Writes down when API keys were used last; to be called every so often, and at the end.
    ///
    /// # Errors
    /// As [`Store::note_used_keys`].
    pub async fn flush_used_keys(&self, store: &Store) -> Result<(), RecordError> {
        let used: Vec<(String, i64)> =
            self.keys.ring().take_used().into_iter().map(|(id, at)| (id.to_string(), at)).collect();
        if used.is_empty() {
            return Ok(());
        }
        store.note_used_keys(used).await
    }

    /// The id of the service account that owns a key, and what it has in common with the account's other keys; nothing where there is no
    /// such key.
    #[must_use]
    pub fn key_owner(&self, id: &KeyId) -> Option<(Box<str>, Arc<KeyGuard>)> {
        self.keys.owner(id)
    }

    /// The tenant of the service account with this id, where there is one.
    #[must_use]
    pub fn tenant_of_account(&self, id: &str) -> Option<String> {
        let state = self.current.load();
        state.objects.by_id(Kind::ServiceAccount, id).map(|account| account.tenant.clone())
    }

    /// Takes which accounts' keys are locked, as it stands in the store by now.
    ///
    /// # Errors
    /// Where the store cannot be read; what was locked stays so.
    pub async fn follow_key_locks(&self) -> Result<(), StoreError> {
        match &self.reader {
            Some(reader) => self.keys.follow_locks(reader).await,
            None => Ok(()),
        }
    }

    /// Writes down where API keys were accepted; to be called every so often, and at the end.
    ///
    /// # Errors
    /// As [`Store::note_networks`]; what was to be written waits for the next time then.
    pub async fn flush_key_networks(&self, store: &Store) -> Result<(), RecordError> {
        let arrivals = self.keys.take_arrivals();
        let seen = arrivals.iter().map(|arrival| SeenNetwork {
            account: arrival.account.to_string(),
            network: arrival.network.to_string(),
            at: arrival.at,
        });
        let noted = store.note_networks(seen.collect()).await;
        if noted.is_err() {
            self.keys.put_back_arrivals(arrivals);
        }
        noted
    }

    /// How people sign in with a browser, with each provider that offers it, in the order of the configuration.
    #[must_use]
    pub fn sign_ins(&self) -> Vec<Arc<SignInClient>> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.providers.sign_ins().cloned().collect()
    }

    /// The sessions of browsers.
    #[must_use]
    pub fn sessions(&self) -> &Arc<BrowserSessions> {
        &self.sessions
    }

    /// Writes down at `now` when sessions were used last; to be called every so often, and at the end.
    ///
    /// # Errors
    /// As [`Store::note_used_sessions`].
    pub async fn flush_used_sessions(&self, store: &Store, now: i64) -> Result<(), RecordError> {
        store.note_used_sessions(self.sessions.take_used(), now).await
    }

    /// What is wrong with the files that sources of permissions name, each with its place: whoever they tell of may do nothing.
    #[must_use]
    pub fn source_file_mistakes(&self) -> Vec<String> {
        self.sources.file_mistakes()
    }
}
