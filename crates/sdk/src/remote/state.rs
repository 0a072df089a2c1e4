//! What is known of the server's state: how far it was followed, for how long that counts, and the schemas.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use casemate_permission::Catalog;
use tokio::sync::watch;

use super::breaker::{Breaker, BreakerSettings};
use super::cache::{CacheBounds, Callers};
use super::selector::{Affected, Change};
use super::transport::{Answer, Failure, Transport};
use super::wire::{self, Unreadable};
use crate::Error;

const SCHEMAS: &str = "api/v1/permissions/schemas";

/// The schemas of one revision, compiled together.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) catalog: Catalog,
    /// The one application that may be asked about, where this client's credential is bound to one.
    pub(super) application: Option<Arc<str>>,
    /// Rises with each catalog.
    pub(super) generation: u64,
    etag: Option<String>,
}

/// What all parts of a client share.
pub(super) struct State {
    pub(super) transport: Transport,
    pub(super) callers: Callers,
    breaker: Mutex<Breaker>,
    schemas: RwLock<Option<Arc<Schemas>>>,
    /// The revision up to which the schemas are known to be so.
    schemas_at: AtomicI64,
    /// The last revision that changed schemas.
    schemas_wanted: AtomicI64,
    /// Held while schemas are asked for, so that all who need them wait for one answer.
    asking: tokio::sync::Mutex<()>,
    /// The last revision of which anything was heard.
    seen: AtomicI64,
    /// The revision up to which the stream of changes was followed; -1 before the first event.
    followed: watch::Sender<i64>,
    /// The id of the last event that was taken and has one; empty before.
    last: Mutex<String>,
    /// Until when what is held counts, in microseconds since 1970 (UTC), and as the clock runs. A clock that is set back makes
    /// no lease longer, nor does a machine that sleeps.
    leased_until: [AtomicI64; 2],
}

impl State {
    pub(super) fn new(transport: Transport, breaker: BreakerSettings, bounds: CacheBounds) -> State {
        State {
            transport,
            callers: Callers::new(bounds),
            breaker: Mutex::new(Breaker::new(breaker)),
            schemas: RwLock::default(),
            schemas_at: AtomicI64::new(-1),
            schemas_wanted: AtomicI64::new(0),
            asking: tokio::sync::Mutex::new(()),
            seen: AtomicI64::new(0),
            followed: watch::Sender::new(-1),
            last: Mutex::default(),
            leased_until: [const { AtomicI64::new(i64::MIN) }; 2],
        }
    }

    pub(super) fn now(&self) -> i64 {
        self.transport.clock.now()
    }

    fn elapsed(&self) -> i64 {
        self.transport.clock.elapsed()
    }

    /// Whether changes are being told, so that what is held and not marked counts.
    pub(super) fn is_leased(&self) -> bool {
        let [shown, run] = &self.leased_until;
        self.now() < shown.load(Ordering::Acquire) && self.elapsed() < run.load(Ordering::Acquire)
    }

    /// The last revision of which anything was heard.
    pub(super) fn seen(&self) -> i64 {
        self.seen.load(Ordering::Acquire)
    }

    pub(super) fn saw(&self, revision: i64) {
        self.seen.fetch_max(revision, Ordering::AcqRel);
    }

    /// How far the changes were followed.
    pub(super) fn followed(&self) -> i64 {
        *self.followed.borrow()
    }

    pub(super) fn following(&self) -> watch::Receiver<i64> {
        self.followed.subscribe()
    }

    /// Asks the server, unless it is left alone for a time. Only what can be read is an answer of it.
    pub(super) async fn ask<T>(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        at_least: i64,
        known: Option<&str>,
        read: impl FnOnce(Answer) -> Result<T, Unreadable>,
    ) -> Result<Result<T, Unreadable>, Failure> {
        if !self.breaker().admits(self.elapsed()) {
            return Err(Failure::Away(
                "the server did not answer before, and is left alone for a time".to_owned(),
            ));
        }
        let answer = self.transport.ask(path, body, at_least, known).await.map(read);
        match &answer {
            Err(Failure::Away(why)) => {
                tracing::warn!(why, "the Casemate server does not answer");
                self.breaker().failed(self.elapsed(), chance());
            }
            Ok(Err(_)) => self.breaker().unread(self.elapsed(), chance()),
            Ok(Ok(_))
            | Err(Failure::Behind | Failure::Later(_) | Failure::TooLong(_) | Failure::Refused(_)) => {
                self.breaker().answered()
            }
        }
        answer
    }

    /// Something that came with an answer was nonsense: as bad as no answer.
    pub(super) fn nonsense(&self, why: &str) -> Error {
        tracing::error!(why, "the Casemate server's answer cannot be read");
        self.breaker().failed(self.elapsed(), chance());
        Error::Unavailable("the server's answer cannot be read".to_owned())
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The schemas that were read last.
    pub(super) fn schemas(&self) -> Option<Arc<Schemas>> {
        self.schemas.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the schemas that are held are those of a revision.
    pub(super) fn has_schemas_of(&self, revision: i64) -> bool {
        let at = self.schemas_at.load(Ordering::Acquire);
        if at < 0 || at < self.schemas_wanted.load(Ordering::Acquire) {
            return false;
        }
        // As far as the changes were followed, none was of schemas.
        at >= revision || (self.is_leased() && self.followed() >= revision)
    }

    /// The schemas as they are at a revision or later.
    pub(super) async fn schemas_of(&self, revision: i64) -> Result<Arc<Schemas>, Error> {
        if let Some(schemas) = self.schemas().filter(|_| self.has_schemas_of(revision)) {
            return Ok(schemas);
        }
        let _asking = self.asking.lock().await;
        if let Some(schemas) = self.schemas().filter(|_| self.has_schemas_of(revision)) {
            return Ok(schemas);
        }
        let wanted = revision.max(self.schemas_wanted.load(Ordering::Acquire));
        let before = self.schemas();
        let etag = before.as_ref().and_then(|schemas| schemas.etag.clone());
        let read = |answer| read_schemas(answer, before, wanted);
        let told = self.ask(SCHEMAS, None, wanted, etag.as_deref(), read).await?;
        let (at, schemas) = told.map_err(|why| self.nonsense(&why))?;
        *self.schemas.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&schemas));
        self.schemas_at.store(at, Ordering::Release);
        self.saw(at);
        Ok(schemas)
    }

    /// What is held counts for so long from now on.
    fn lease(&self, micros: i64) {
        let [shown, run] = &self.leased_until;
        shown.store(self.now().saturating_add(micros), Ordering::Release);
        run.store(self.elapsed().saturating_add(micros), Ordering::Release);
    }

    /// The id of the last event that was taken and has one.
    pub(super) fn last(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (!last.is_empty()).then_some(last)
    }

    /// Whether an event shows that the server went back: that it is of another course of changes, since a backup was restored.
    /// Where ids do not tell courses apart, it is what the server says where it does not know what came since.
    ///
    /// # Errors
    /// Where it is from before what was followed, of a server that has not come as far: nothing that it tells counts.
    fn is_back(&self, id: &str, revision: i64, is_all: bool) -> Result<bool, Failure> {
        let is_before = revision < self.followed();
        let last = self.last();
        let is_back = match (last.as_deref().and_then(course), course(id)) {
            (Some(last), Some(course)) => last != course,
            _ => is_before && is_all,
        };
        if is_before && !is_back { Err(Failure::Behind) } else { Ok(is_back) }
    }

    fn followed_to(&self, id: &str, revision: i64, lease: i64) {
        if !id.is_empty() {
            id.clone_into(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.lease(lease);
        self.followed.send_replace(revision);
    }

    /// The stream of changes begins, at a revision, and has told all that was changed since another. Where changes are known up to
    /// an earlier one than that, anything may have been changed in between.
    ///
    /// # Errors
    /// Where the server is behind.
    pub(super) fn begin(&self, id: &str, revision: i64, since: i64, lease: i64) -> Result<(), Failure> {
        let is_back = self.is_back(id, revision, false)?;
        if is_back || since > self.followed() {
            self.forget_what_is_before(revision, is_back);
        }
        self.saw(revision);
        self.followed_to(id, revision, lease);
        Ok(())
    }

    /// Something was changed.
    ///
    /// # Errors
    /// Where the server is behind.
    pub(super) fn take(&self, id: &str, change: &Change, lease: i64) -> Result<(), Failure> {
        let is_everybody = matches!(change.affected, Affected::Everybody);
        let is_back = self.is_back(id, change.revision, is_everybody && change.schemas)?;
        if is_back || is_everybody {
            self.forget_what_is_before(change.revision, is_back);
        } else {
            // INVARIANT: first this, so that whoever is put there meanwhile is found by one or the other.
            self.saw(change.revision);
            self.callers
                .mark(|entry| entry.known.revision < change.revision && change.may_mean(&entry.identity));
        }
        if change.schemas {
            self.schemas_wanted.store(change.revision, Ordering::Release);
        }
        self.followed_to(id, change.revision, lease);
        Ok(())
    }

    /// Nothing was changed up to a revision.
    ///
    /// # Errors
    /// Where the server is behind.
    pub(super) fn live(&self, id: &str, revision: i64, lease: i64) -> Result<(), Failure> {
        if self.is_back(id, revision, false)? {
            self.forget_what_is_before(revision, true);
        }
        self.saw(revision);
        self.followed_to(id, revision, lease);
        Ok(())
    }

    /// All that is held is asked for anew before it counts. Where the server went back, since a backup was restored into it,
    /// its revisions begin anew too.
    fn forget_what_is_before(&self, revision: i64, is_back: bool) {
        if is_back {
            tracing::warn!(revision, "the Casemate server went back to an earlier revision");
            self.seen.store(revision, Ordering::Release);
            self.schemas_at.store(-1, Ordering::Release);
        }
        self.saw(revision);
        self.schemas_wanted.store(revision, Ordering::Release);
        self.callers.mark(|entry| is_back || entry.known.revision < revision);
    }

    /// All that is held from before a revision is asked for anew.
    pub(super) fn mark_before(&self, revision: i64) {
        self.saw(revision);
        self.callers.mark(|entry| entry.known.revision < revision);
    }
}

/// The schemas that an answer tells, and the revision at which they are.
fn read_schemas(
    answer: Answer,
    before: Option<Arc<Schemas>>,
    wanted: i64,
) -> Result<(i64, Arc<Schemas>), Unreadable> {
    let (at, schemas) = match (before, answer.is_same) {
        (Some(before), true) => (answer.revision.unwrap_or(wanted), before),
        (None, true) => return Err("nothing is known that could be unchanged".to_owned()),
        (before, false) => {
            let (at, catalog, application) = wire::schemas(&answer.body)?;
            let generation = before.map_or(1, |before| before.generation + 1);
            (at, Arc::new(Schemas { catalog, application, generation, etag: answer.etag }))
        }
    };
    if at < wanted {
        return Err("the schemas are from before the revision that was asked for".to_owned());
    }
    Ok((at, schemas))
}

/// The course of changes that an event's id names before its revision.
fn course(id: &str) -> Option<&str> {
    id.rsplit_once('-').map(|(course, _)| course).filter(|course| !course.is_empty())
}

/// Any number: of the system's randomness, and 0 where there is none, which only lengthens waits.
pub(super) fn chance() -> u64 {
    getrandom::u64().unwrap_or_default()
}
