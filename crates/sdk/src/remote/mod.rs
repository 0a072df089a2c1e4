//! A Casemate server, asked over HTTPS and followed.
//!
//! Who presents a credential is asked once and then known: decisions are made here, in memory. The server tells of what
//! changes, and whoever it may concern is asked for anew before they are answered about. Where nothing was heard of the server for the
//! time of its lease, what is held counts no more, each caller is asked for anew, and where nobody answers that, nobody is let in
//! ([`Error::Unavailable`]).

mod audit;
mod breaker;
mod cache;
mod follow;
mod resolve;
mod selector;
mod sse;
mod state;
mod transport;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use self::audit::ServerTrail;
pub use self::breaker::BreakerSettings;
pub use self::cache::CacheBounds;
use self::cache::{Entry, Key};
use self::resolve::Resolver;
use self::state::State;
use self::transport::{Target, Transport};
use crate::credential::is_token;
use crate::{
    Audit, Auditor, Caller, Clock, Credential, Error, PermissionsManager, SystemClock, WithoutAuthorization,
};

/// How long a revision is waited for in the stream of changes before the server is asked about it.
const TOLD_WITHIN: Duration = Duration::from_millis(500);
/// How often an answer that was overtaken by a change is asked for anew.
const ROUNDS: usize = 3;

/// How a server is reached, and what is kept of it.
pub struct Builder {
    url: String,
    credential: SecretString,
    tenant: Option<String>,
    roots: Vec<Vec<u8>>,
    allow_plain: bool,
    timeout: Duration,
    max_answer: usize,
    clock: Arc<dyn Clock>,
    breaker: BreakerSettings,
    bounds: CacheBounds,
    auditor: Option<Arc<dyn Auditor>>,
}

/// A client of a Casemate server. Cheap to clone; following the server ends with the last clone.
#[derive(Clone)]
pub struct Remote {
    inner: Arc<Inner>,
}

struct Inner {
    resolver: Arc<Resolver>,
    audit: Audit,
    auditor: Arc<dyn Auditor>,
    following: tokio::task::AbortHandle,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Builder {
    /// With the certificate authorities in this PEM text, beside the system's.
    #[must_use]
    pub fn trusting(mut self, pem: &[u8]) -> Builder {
        self.roots.push(pem.to_owned());
        self
    }

    /// Over plain HTTP too, to whatever host. Credentials can be read on the way: for networks that nobody else is on.
    #[must_use]
    pub fn allowing_plain_http(self) -> Builder {
        Builder { allow_plain: true, ..self }
    }

    /// Asks in this tenant; in the credential's own without this.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Builder {
        Builder { tenant: Some(tenant.to_owned()), ..self }
    }

    /// How long one request may take; 5 seconds without this.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Builder {
        Builder { timeout, ..self }
    }

    /// The most bytes of an answer; 32 MiB without this.
    #[must_use]
    pub fn longest_answer(self, bytes: usize) -> Builder {
        Builder { max_answer: bytes, ..self }
    }

    /// How a server that does not answer is left alone.
    #[must_use]
    pub fn breaker(self, breaker: BreakerSettings) -> Builder {
        Builder { breaker, ..self }
    }

    /// How much is kept.
    #[must_use]
    pub fn cache(self, bounds: CacheBounds) -> Builder {
        Builder { bounds, ..self }
    }

    /// With this clock.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Builder {
        Builder { clock, ..self }
    }

    /// Puts on record what goes on without authorization. Without this it is written into the server's audit trail, for which the
    /// credential needs `casemate.audit-event.record`.
    #[must_use]
    pub fn auditor(self, auditor: Arc<dyn Auditor>) -> Builder {
        Builder { auditor: Some(auditor), ..self }
    }

    /// Reads the schemas, and begins to follow the server. To be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the client cannot be made as it is configured, and where the server is away or refuses it.
    pub async fn connect(self) -> Result<Remote, Error> {
        let target = Target {
            url: self.url,
            credential: self.credential.expose_secret().to_owned(),
            tenant: self.tenant,
            roots: self.roots,
            allow_plain: self.allow_plain,
            timeout: self.timeout,
            max_answer: self.max_answer,
        };
        let transport = Transport::new(target, self.clock)?;
        let state = Arc::new(State::new(transport, self.breaker, self.bounds));
        state.schemas_of(0).await?;
        let following = tokio::spawn(follow::follow(Arc::clone(&state), self.breaker)).abort_handle();
        let clock = Arc::clone(&state.transport.clock);
        let audit =
            Audit::new(Arc::new(ServerTrail { state: Arc::clone(&state), waits: self.breaker }), clock);
        let auditor = self.auditor.unwrap_or_else(|| Arc::new(audit.clone()));
        let inner = Inner { resolver: Resolver::new(state), audit, auditor, following };
        Ok(Remote { inner: Arc::new(inner) })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("url", &self.url)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl Remote {
    /// Begins to connect to the server at this URL, such as `https://casemate.example.org`, with a credential of the service's own:
    /// an API key whose account holds `casemate.permission.read`.
    pub fn builder(url: &str, credential: impl Into<SecretString>) -> Builder {
        Builder {
            url: url.to_owned(),
            credential: credential.into(),
            tenant: None,
            roots: Vec::new(),
            allow_plain: false,
            timeout: Duration::from_secs(5),
            max_answer: 32 << 20,
            clock: Arc::new(SystemClock),
            breaker: BreakerSettings::default(),
            bounds: CacheBounds::default(),
            auditor: None,
        }
    }

    /// Whether the server is being followed: what is held counts, and answers come from memory.
    #[must_use]
    pub fn is_following(&self) -> bool {
        self.state().is_leased()
    }

    fn state(&self) -> &Arc<State> {
        &self.inner.resolver.state
    }

    /// Somebody who is held and of whom it is known that it is so still.
    fn held(&self, key: &Key) -> Option<Caller> {
        let state = self.state();
        if !state.is_leased() {
            return None;
        }
        let entry = state.callers.get(key)?;
        if entry.is_stale() || !state.has_schemas_of(entry.known.revision) {
            return None;
        }
        let generation = state.schemas()?.generation;
        let is_valid = entry.known.valid_until.is_none_or(|until| state.now() < until);
        (is_valid && entry.generation == generation).then(|| self.caller(&entry))
    }

    fn caller(&self, entry: &Entry) -> Caller {
        Caller::new(Arc::clone(&entry.known), Arc::clone(&self.state().transport.clock))
    }
}

impl PermissionsManager for Remote {
    async fn identify(&self, credential: Credential<'_>) -> Result<Caller, Error> {
        if let Some(token) = credential.token() {
            is_token(token)?;
        }
        let key = Key::of(credential);
        if let Some(caller) = self.held(&key) {
            return Ok(caller);
        }
        // Whatever was heard of by now is in the answer.
        let wanted = self.state().seen();
        for _ in 0..ROUNDS {
            let entry = self.inner.resolver.resolve(key, credential).await?;
            // A flight that was under way may bring what was so before; and the server may have gone back meanwhile.
            if entry.known.revision >= wanted.min(self.state().seen()) {
                return Ok(self.caller(&entry));
            }
        }
        Err(Error::Unavailable("answers are overtaken by changes".to_owned()))
    }

    fn revision(&self) -> i64 {
        self.state().followed().max(0)
    }

    async fn at_least(&self, wanted: i64) -> Result<(), Error> {
        let state = self.state();
        if state.is_leased() && state.followed() >= wanted {
            return Ok(());
        }
        let mut followed = state.following();
        tokio::select! {
            told = followed.wait_for(|followed| *followed >= wanted) => {
                if told.is_ok() && state.is_leased() {
                    return Ok(());
                }
            }
            () = state.transport.clock.sleep(TOLD_WITHIN) => {}
        }
        // Nobody told of it, since it changed nothing here or the stream is broken: the server says whether it is there.
        match state.schemas_of(wanted).await {
            Ok(_) => {
                state.mark_before(wanted);
                Ok(())
            }
            Err(Error::Unavailable(why)) => {
                tracing::debug!(why, wanted, "a revision is not reached");
                Err(Error::RevisionNotReached { wanted, reached: state.seen() })
            }
            Err(error) => Err(error),
        }
    }

    fn audit(&self) -> Audit {
        self.inner.audit.clone()
    }

    async fn without_authorization(&self, reason: &str) -> Result<WithoutAuthorization, Error> {
        WithoutAuthorization::recorded(reason, &self.inner.auditor).await
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("revision", &self.revision()).finish_non_exhaustive()
    }
}
