//! Sessions of browsers: who presents one, and until when it counts. Temporary credentials are kept with them.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use casemate_identity::sign_in::SignedIn;
use casemate_identity::{
    Answer, Authentication, Authenticator, BoxFuture, Claims, Credential, Credentials, ExposeSecret as _,
    Identity, Kind, Reason, SecretString, SessionMark, TemporaryKey, TemporaryMark, Timestamp,
};
use casemate_store::{EndedSession, StoreError, StoreReader, StoredSession, UsedSession, clipped};
use ipnet::IpNet;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::authenticator::sha256;
use crate::temporary::TemporaryOwners;
use crate::{API_KEY_PROVIDER, DEFAULT_TENANT};

/// The most sessions that are kept in memory. Of those that are not, the store is asked.
const CACHED: usize = 10_000;
/// The most questions to the store about sessions at once.
const LOOKUPS: usize = 2;
/// The most ended sessions that are forgotten one by one.
const FORGOTTEN: u32 = 1_000;
/// How long after a use was noted the next one is, in microseconds.
const NOTED_EVERY: i64 = 30 * 1_000_000;
/// The most uses that wait to be written down.
const WAITING: usize = 100_000;
/// The most bytes of what is kept of who signed in.
const MAX_IDENTITY: usize = 64 << 10;

/// How long sessions last, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// Without being used.
    pub idle: i64,
    /// In any case.
    pub absolute: i64,
    /// For how long after somebody proved who they are they may do what is dangerous.
    pub recent: i64,
}

impl Default for SessionTimes {
    /// An hour, twelve hours, a quarter of an hour.
    fn default() -> SessionTimes {
        const MINUTE: i64 = 60 * 1_000_000;
        SessionTimes { idle: 60 * MINUTE, absolute: 12 * 60 * MINUTE, recent: 15 * MINUTE }
    }
}

/// Why no session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The provider says more of somebody than is kept.
    #[error(
        "the provider says more than {MAX_IDENTITY} bytes about who signed in: name the claims to `keep`"
    )]
    TooLarge,
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Random,
    /// Whoever asks for a temporary credential may have none.
    #[error("{0}")]
    NoOwner(&'static str),
}

/// The sessions of browsers, as this process knows them.
pub struct BrowserSessions {
    reader: Option<StoreReader>,
    times: SessionTimes,
    known: Cache<[u8; 32], Arc<Live>>,
    /// Raised whenever sessions have ended: what was read before then is not kept.
    ends: AtomicU64,
    lookups: Semaphore,
    used: Mutex<HashMap<Box<str>, (i64, i64)>>,
    /// The tenants where users of providers are provisioned.
    homes: ArcSwap<HashMap<Box<str>, Box<str>>>,
}

/// A session that has not been ended, as far as is known.
pub(crate) struct Live {
    id: Box<str>,
    pub(crate) identity: Arc<Identity>,
    absolute_until: i64,
    idle_until: AtomicI64,
    noted_at: AtomicI64,
    /// Where it is a temporary credential: from where that may be used; from everywhere where none is named.
    pub(crate) networks: Option<Vec<IpNet>>,
}

/// What is known of a digest.
pub(crate) enum Sought {
    /// A session, or a temporary credential.
    Live(Arc<Live>),
    /// One that has ended.
    Ended,
    /// Nothing.
    Unknown,
}

/// What is kept of an identity.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: String,
    login: Option<Box<str>>,
    display_name: Option<Box<str>>,
    tenant: Option<Box<str>>,
    groups: Vec<Box<str>>,
    claims: Claims,
    auth_time: Option<i64>,
    amr: Vec<Box<str>>,
    acr: Option<Box<str>>,
}

impl Live {
    /// `None` where it is not readable, or has ended.
    pub(crate) fn new(session: &StoredSession) -> Option<Live> {
        if session.ended_at.is_some() {
            return None;
        }
        let temporary = session.temporary.as_ref();
        let kind = |kind: &str| match kind {
            "api-key" if temporary.is_some() && session.provider == API_KEY_PROVIDER => Some(Kind::API_KEY),
            kind => Kind::from_configuration(kind).ok(),
        };
        let mut identity = identity_of(&session.identity, &session.provider, &session.subject, kind)?;
        identity.via = session.via.as_deref().map(Into::into);
        let id: Box<str> = session.id.as_str().into();
        match temporary {
            Some(temporary) => {
                let permissions = temporary.permissions.as_deref().map(Arc::from);
                identity.temporary = Some(TemporaryMark { id: id.clone(), permissions });
            }
            None => {
                let authenticated_at = Timestamp(session.authenticated_at);
                identity.session = Some(SessionMark { id: id.clone(), authenticated_at });
            }
        }
        let read = |networks: &str| -> Option<Vec<IpNet>> {
            let networks = networks.split(',').filter(|network| !network.is_empty());
            networks.map(|network| network.parse().ok()).collect()
        };
        // INVARIANT: a network that cannot be read refuses the credential; leaving it out could allow all of them.
        let networks = match temporary {
            Some(temporary) => Some(read(&temporary.networks)?),
            None => None,
        };
        Some(Live {
            networks,
            id,
            identity: Arc::new(identity),
            absolute_until: session.absolute_until,
            idle_until: AtomicI64::new(session.idle_until),
            noted_at: AtomicI64::new(session.used_at),
        })
    }

    fn holds(&self, now: i64) -> bool {
        now < self.absolute_until && now < self.idle_until.load(Ordering::Relaxed)
    }
}

impl BrowserSessions {
    pub(crate) fn new(reader: Option<StoreReader>, times: SessionTimes) -> BrowserSessions {
        BrowserSessions {
            reader,
            times,
            known: Cache::new(CACHED),
            ends: AtomicU64::new(0),
            lookups: Semaphore::new(LOOKUPS),
            used: Mutex::default(),
            homes: ArcSwap::default(),
        }
    }

    /// Lets those that begin know where users of providers are provisioned.
    pub(crate) fn set_homes(&self, homes: Arc<HashMap<Box<str>, Box<str>>>) {
        self.homes.store(homes);
    }

    /// How long sessions last.
    #[must_use]
    pub fn times(&self) -> SessionTimes {
        self.times
    }

    /// A session for somebody who signed in at `now`, to be stored, and the cookie that is to be given to their browser and
    /// stands nowhere else.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn begin(
        &self,
        signed_in: &SignedIn,
        client: Option<String>,
        user_agent: Option<String>,
        now: i64,
    ) -> Result<(StoredSession, SecretString), SessionError> {
        let identity = &signed_in.identity;
        let kept = kept(identity)?;
        let cookie = random_text::<32>()?;
        let (tenant, home) = self.homes_of(identity);
        let session = StoredSession {
            digest: sha256(&cookie),
            id: format!("ses_{}", random_text::<12>()?),
            provider: identity.provider.to_string(),
            subject: identity.id.as_deref().unwrap_or_default().to_owned(),
            logout_subject: signed_in.subject.to_string(),
            provider_sid: signed_in.sid.as_deref().map(str::to_owned),
            identity: kept,
            authenticated_at: signed_in.authenticated_at.0.min(now),
            created_at: now,
            used_at: now,
            idle_until: now.saturating_add(self.times.idle),
            absolute_until: now.saturating_add(self.times.absolute),
            client: client.as_deref().map(clipped),
            user_agent: user_agent.as_deref().map(clipped),
            ended_at: None,
            end_reason: None,
            tenant,
            home,
            via: identity.via.as_deref().map(str::to_owned),
            temporary: None,
        };
        Ok((session, cookie.into()))
    }

    /// The tenant of which somebody is, and where the provider says none, also that where its users are provisioned.
    pub(crate) fn homes_of(&self, identity: &Identity) -> (String, Option<String>) {
        match identity.tenant.as_deref() {
            Some(tenant) => (tenant.to_owned(), None),
            None => {
                let home = self.homes.load().get(&*identity.provider).map(|home| home.to_string());
                (DEFAULT_TENANT.to_owned(), home)
            }
        }
    }

    /// The tenant that tells somebody apart from whoever the provider calls the same in another one.
    #[must_use]
    pub fn tenant_of(&self, identity: &Identity) -> String {
        let (tenant, home) = self.homes_of(identity);
        home.unwrap_or(tenant)
    }

    /// Whether a session is of the tenant of somebody; one that an earlier version began is of each.
    #[must_use]
    pub fn is_of_tenant(&self, identity: &Identity, session: &StoredSession) -> bool {
        session.tenant.is_empty() || session.owner_tenant() == self.tenant_of(identity)
    }

    /// Forgets the session with this digest: it was ended by this process, which does not wait to be told.
    pub fn forget(&self, digest: &[u8; 32]) {
        self.ends.fetch_add(1, Ordering::SeqCst);
        self.known.remove(digest);
    }

    /// The digest under which a session is stored, of its cookie.
    #[must_use]
    pub fn digest(cookie: &str) -> [u8; 32] {
        sha256(cookie)
    }

    /// Uses that are not written down yet.
    pub(crate) fn take_used(&self) -> Vec<UsedSession> {
        let used = std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner));
        let used = used.into_iter();
        used.map(|(id, (used_at, idle_until))| UsedSession { id: id.into(), used_at, idle_until }).collect()
    }

    /// Forgets the sessions that were ended after a revision, and gives them; nothing where these are more than are told one by one.
    pub(crate) async fn take(&self, after: i64) -> Result<Option<Vec<EndedSession>>, StoreError> {
        let Some(reader) = &self.reader else { return Ok(Some(Vec::new())) };
        let ended = reader.sessions_ended_after(after, FORGOTTEN).await?;
        if ended.is_empty() {
            return Ok(Some(ended));
        }
        self.ends.fetch_add(1, Ordering::SeqCst);
        for ended in &ended {
            self.known.remove(&ended.digest);
        }
        if ended.len() >= FORGOTTEN as usize {
            self.known.clear();
            return Ok(None);
        }
        Ok(Some(ended))
    }

    /// Forgets all.
    pub(crate) fn take_anew(&self) {
        self.ends.fetch_add(1, Ordering::SeqCst);
        self.known.clear();
    }

    pub(crate) async fn find(&self, digest: &[u8; 32], now: i64) -> Result<Sought, Reason> {
        if let Some(live) = self.known.get(digest).filter(|live| live.holds(now)) {
            return Ok(Sought::Live(live));
        }
        let Some(reader) = &self.reader else { return Ok(Sought::Unknown) };
        let unavailable = |detail: &str| Reason::ProviderUnavailable { detail: detail.into() };
        let permit = self.lookups.acquire().await.map_err(|_| unavailable("the process is shutting down"))?;
        let ends = self.ends.load(Ordering::SeqCst);
        let stored = reader.session(digest).await.map_err(|error| {
            tracing::error!(%error, "a session cannot be looked up");
            unavailable("sessions cannot be looked up")
        })?;
        drop(permit);
        let Some(stored) = stored else {
            self.known.remove(digest);
            return Ok(Sought::Unknown);
        };
        let Some(live) = Live::new(&stored).filter(|live| live.holds(now)).map(Arc::new) else {
            self.known.remove(digest);
            return Ok(Sought::Ended);
        };
        self.known.insert(*digest, Arc::clone(&live));
        // Whatever ended while it was read is not known here.
        if self.ends.load(Ordering::SeqCst) != ends {
            self.known.remove(digest);
        }
        Ok(Sought::Live(live))
    }

    pub(crate) fn note(&self, live: &Live, now: i64) {
        if now < live.noted_at.load(Ordering::Relaxed).saturating_add(NOTED_EVERY) {
            return;
        }
        live.noted_at.store(now, Ordering::Relaxed);
        let idle_until = match live.networks {
            // What is temporary ends when it was said to.
            Some(_) => live.absolute_until,
            None => now.saturating_add(self.times.idle),
        };
        live.idle_until.store(idle_until, Ordering::Relaxed);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() < WAITING || used.contains_key(&live.id) {
            used.insert(live.id.clone(), (now, idle_until));
        }
    }

    async fn answer(&self, cookie: &str, providers: &HashSet<Box<str>>, now: i64) -> Answer {
        let refused =
            |code, message: &'static str| Answer::Rejected(Reason::Other { code, message: message.into() });
        match self.find(&sha256(cookie), now).await {
            Err(reason) => Answer::Rejected(reason),
            Ok(Sought::Live(live)) if live.networks.is_some() => Answer::Rejected(Reason::Unrecognized),
            Ok(Sought::Unknown | Sought::Ended) => {
                refused("session_ended", "the session has ended, or never was one: sign in again")
            }
            Ok(Sought::Live(live)) if !is_vouched_for(&live.identity, providers) => {
                refused("session_provider", "nobody signs in with the session's provider any more")
            }
            Ok(Sought::Live(live)) => {
                self.note(&live, now);
                Answer::Identity(Arc::clone(&live.identity))
            }
        }
    }
}

impl std::fmt::Debug for BrowserSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrowserSessions").field("times", &self.times).finish_non_exhaustive()
    }
}

/// Whether the provider that knows somebody is among these, and the one by which they came.
pub(crate) fn is_vouched_for(identity: &Identity, providers: &HashSet<Box<str>>) -> bool {
    let via = identity.via.as_deref();
    providers.contains(&*identity.provider) && via.is_none_or(|via| providers.contains(via))
}

/// The identity of whom this was kept.
pub(crate) fn identity_of(
    text: &str,
    provider: &str,
    id: &str,
    kind: impl FnOnce(&str) -> Option<Kind>,
) -> Option<Identity> {
    let kept: Kept = serde_json::from_str(text).ok()?;
    let mut identity = Identity::new(provider, id, kind(&kept.kind)?);
    identity.login = kept.login;
    identity.display_name = kept.display_name;
    identity.tenant = kept.tenant;
    identity.groups = kept.groups;
    identity.claims = kept.claims;
    let time = kept.auth_time.map(Timestamp);
    identity.auth = Authentication { time, amr: kept.amr, acr: kept.acr, ..Authentication::default() };
    Some(identity)
}

/// What is kept of an identity, as JSON.
pub(crate) fn kept(identity: &Identity) -> Result<String, SessionError> {
    let kept = Kept {
        kind: identity.kind.to_string(),
        login: identity.login.clone(),
        display_name: identity.display_name.clone(),
        tenant: identity.tenant.clone(),
        groups: identity.groups.clone(),
        claims: identity.claims.clone(),
        auth_time: identity.auth.time.map(|time| time.0),
        amr: identity.auth.amr.clone(),
        acr: identity.auth.acr.clone(),
    };
    let kept = serde_json::to_string(&kept).unwrap_or_default();
    if kept.len() > MAX_IDENTITY || kept.contains("\\u0000") {
        return Err(SessionError::TooLarge);
    }
    Ok(kept)
}

/// So many random bytes, in base64url.
fn random_text<const BYTES: usize>() -> Result<String, SessionError> {
    let mut bytes = [0; BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| SessionError::Random)?;
    Ok(casemate_identity::sign_in::text_of(&bytes))
}

/// Takes the cookies of sessions that began with providers which are configured still, and temporary credentials of owners who
/// may have some. One authenticator for both: each costs every other credential something.
pub(crate) struct SessionCookies {
    pub(crate) sessions: Arc<BrowserSessions>,
    pub(crate) providers: HashSet<Box<str>>,
    pub(crate) owners: Arc<TemporaryOwners>,
}

impl Authenticator for SessionCookies {
    fn name(&self) -> &str {
        "session"
    }

    /// Its identities are those of the providers, which speak for their own names.
    fn providers(&self) -> Vec<&str> {
        Vec::new()
    }

    /// That it is none of either kind; which one it is may have to be read.
    fn at_once(&self, credentials: &Credentials, _: Timestamp) -> Option<Answer> {
        match credentials.credential() {
            Some(Credential::Session(_)) => None,
            Some(Credential::Bearer(token)) if TemporaryKey::is_candidate(token.expose_secret()) => None,
            _ => Some(Answer::NotMine),
        }
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        match credentials.credential() {
            Some(Credential::Session(cookie)) => {
                Box::pin(self.sessions.answer(cookie.expose_secret(), &self.providers, now.0))
            }
            Some(Credential::Bearer(token)) if TemporaryKey::is_candidate(token.expose_secret()) => {
                Box::pin(self.sessions.answer_temporary(
                    token.expose_secret(),
                    &self.owners,
                    credentials.client(),
                    now,
                ))
            }
            _ => Box::pin(std::future::ready(Answer::NotMine)),
        }
    }
}
