//! What a store offers for configuration: reading objects, versions, keys and events, and changing them.

mod read;

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::api_key;
use crate::ballast::Ballast;
use crate::bounds::{self, is_keepable};
use crate::commit::{Applied, Commit, CommitError, Refused, apply, has_revision};
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Lease};
use crate::open::Store;
use crate::people::count_grown;
use crate::reserve::Reserve;
use crate::secret::{self, SealedSecret};
use crate::session::{self, UsedSession};
use crate::sql::{Link, is_full, is_locked, is_lost, is_passing, is_unsupported};

/// How often a change is tried that another process' change was in the way of.
const ATTEMPTS: u32 = 5;

/// How many uses of API keys are noted in one transaction.
const USED_KEYS: usize = 512;

impl Store {
    /// Makes a change with its events and gives its revision. When this answers `Ok`, all of it is on disk; otherwise
    /// nothing of it was done.
    ///
    /// # Errors
    /// What stands in the way: see [`CommitError`].
    pub async fn commit(&self, mut commit: Commit) -> Result<i64, CommitError> {
        let bytes = bounds::check(&commit)?;
        self.hide_personal(&mut commit.events);
        let room = self.room_for(bytes)?;
        let (revision, ballast) = (self.revision.clone(), self.ballast.get().cloned());
        let (reserve, growth) = (Arc::clone(self.reserved()), self.growth.clone());
        let outcome = self.writer.alone(move |link| {
            Box::pin(async move {
                let outcome = make_with(link, &commit, ballast.as_deref(), &reserve).await;
                drop(room);
                // Here, since whoever asked may have gone away meanwhile, and the change is made all the same.
                if let Ok(Ok(made)) = outcome {
                    tell(&revision, made.revision);
                    made.size.into_iter().for_each(|size| growth.tell(size));
                    count_grown(link, &commit.operations).await;
                }
                outcome.map(|outcome| outcome.map(|made| made.revision))
            })
        });
        outcome.await.map_err(CommitError::from)?
    }

    /// Holds room on the disk for changes: see [`Ballast`]. Only the first that is given is kept.
    pub fn keep_ballast(&self, ballast: Ballast) {
        // There is one disk, and so one ballast.
        let _ = self.ballast.set(Arc::new(ballast));
    }

    fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, CommitError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(bytes).map_err(|_| CommitError::Busy)
    }

    /// Tells of changes: of those that this process makes at once and by their revision, of those of others when
    /// [`Store::look`] finds them. Where [`Store::listen`] runs, it also wakes whenever any process has committed a change.
    #[must_use]
    pub fn revisions(&self) -> watch::Receiver<i64> {
        self.revision.subscribe()
    }

    /// Looks which change was the last, whichever process made it, tells those that wait for [`Store::revisions`], and
    /// gives its revision. What serves calls this every now and then.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn look(&self) -> Result<i64, StoreError> {
        let revision = self.reader().revision().await?;
        tell(&self.revision, revision);
        Ok(revision)
    }

    /// Takes or renews a lease until `until`; gives nothing where another holder has it at `now`.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: i64,
        until: i64,
    ) -> Result<Option<Lease>, RecordError> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.carry_out(Chore::Acquire { name, holder, now, until }).await
    }

    /// Gives a lease back before it ends.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn release_lease(&self, lease: Lease) -> Result<(), RecordError> {
        self.carry_out(Chore::Release(lease)).await.map(drop)
    }

    /// Notes when API keys were used last: their ids, and microseconds since 1970 (UTC). It is no change and has no
    /// revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn note_used_keys(&self, mut used: Vec<(String, i64)>) -> Result<(), RecordError> {
        used.retain(|(id, _)| is_keepable(id));
        // In one order, so that processes wait for each other rather than in a circle; of one key the latest use.
        used.sort_unstable_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
        used.dedup_by(|later, earlier| later.0 == earlier.0);
        let mut used = used.into_iter().peekable();
        while used.peek().is_some() {
            // Others have their turn in between.
            let some: Vec<_> = used.by_ref().take(USED_KEYS).collect();
            self.carry_out(Chore::Touch(some)).await?;
        }
        Ok(())
    }

    /// Notes when sessions of browsers were used last, at `now`, and forgets those that ended long ago. It is no change and has
    /// no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn note_used_sessions(&self, mut used: Vec<UsedSession>, now: i64) -> Result<(), RecordError> {
        used.retain(|used| is_keepable(&used.id));
        // In one order, so that processes wait for each other rather than in a circle.
        used.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let mut used = used.into_iter().peekable();
        loop {
            let used_sessions: Vec<_> = used.by_ref().take(USED_KEYS).collect();
            self.carry_out(Chore::TouchSessions { used: used_sessions, now }).await?;
            if used.peek().is_none() {
                return Ok(());
            }
        }
    }

    /// Puts secrets that were sealed anew in the place of the old ones; what was changed meanwhile stays as it is. It is
    /// no change of what is in them and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn replace_secrets(
        &self,
        pairs: Vec<(SealedSecret, SealedSecret)>,
        at: i64,
    ) -> Result<(), RecordError> {
        self.carry_out(Chore::Replace { pairs, at }).await.map(drop)
    }

    async fn carry_out(&self, chore: Chore) -> Result<Option<Lease>, RecordError> {
        self.writer.alone(move |link| Box::pin(chore.carry_out(link))).await
    }
}

/// Something written that is no change of configuration.
enum Chore {
    Acquire { name: String, holder: String, now: i64, until: i64 },
    Release(Lease),
    Touch(Vec<(String, i64)>),
    TouchSessions { used: Vec<UsedSession>, now: i64 },
    Replace { pairs: Vec<(SealedSecret, SealedSecret)>, at: i64 },
}

impl Chore {
    /// Does it in a transaction, again where another process was in the way.
    async fn carry_out(self, link: &mut Link) -> Result<Option<Lease>, sqlx::Error> {
        let mut attempt = 1;
        loop {
            link.begin().await?;
            let outcome = match self.write(link).await {
                Ok(lease) => link.commit().await.map(|()| lease),
                Err(error) => Err(error),
            };
            match outcome {
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => link.rollback().await?,
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    async fn write(&self, link: &mut Link) -> Result<Option<Lease>, sqlx::Error> {
        match self {
            Chore::Acquire { name, holder, now, until } => {
                lease::acquire(link, name, holder, *now, *until).await
            }
            Chore::Release(lease) => lease::release(link, lease).await.map(|()| None),
            Chore::Touch(used) => api_key::touch(link, used).await.map(|()| None),
            Chore::TouchSessions { used, now } => session::touch(link, used, *now).await.map(|()| None),
            Chore::Replace { pairs, at } => {
                for (old, new) in pairs {
                    secret::replace(link, old, new, *at).await?;
                }
                Ok(None)
            }
        }
    }
}

/// Tells of a revision, unless a later one is known.
fn tell(revisions: &watch::Sender<i64>, revision: i64) {
    revisions.send_if_modified(|last| {
        let newer = revision > *last;
        *last = revision.max(*last);
        newer
    });
}

/// A change, with the room that the ballast gives up where the disk is full. It runs by itself in the writer: what the
/// ballast does not get back went into changes alone.
async fn make_with(
    link: &mut Link,
    commit: &Commit,
    ballast: Option<&Ballast>,
    reserve: &Reserve,
) -> Result<Result<Applied, CommitError>, sqlx::Error> {
    let mut outcome = make(link, commit).await;
    let Some(ballast) = ballast else { return outcome };
    let is_full = outcome.as_ref().is_err_and(is_full);
    // What is given up here is not for another file of decisions.
    let _growing = if is_full { Some(reserve.growing.lock().await) } else { None };
    if is_full && ballast.release().is_ok_and(|bytes| bytes > 0) {
        tracing::error!("the disk is full; a change is made with the room that was held for it");
        // SQLite may have ended the transaction by itself.
        let _ = link.rollback().await;
        outcome = make(link, commit).await;
    }
    if let Err(error) = ballast.refill() {
        tracing::warn!(%error, "the room on the disk that is held for changes could not be taken again");
    }
    outcome
}

/// A change in its transaction. What the change itself forbids ends the transaction and leaves the connection.
async fn make(link: &mut Link, commit: &Commit) -> Result<Result<Applied, CommitError>, sqlx::Error> {
    let mut attempt = 1;
    loop {
        match link.begin().await {
            Err(error) if is_locked(&error) => return Ok(Err(CommitError::Busy)),
            begun => begun?,
        }
        let failed = match apply(link, commit).await {
            Ok(applied) => match told(link, commit).await {
                Ok(()) => match link.commit().await {
                    Ok(()) => return Ok(Ok(applied)),
                    Err(error) if is_lost(&error) => {
                        return Ok(Err(CommitError::Unclear { revision: applied.revision }));
                    }
                    Err(error) => error,
                },
                Err(error) if is_unsupported(&error) => {
                    // That ended the transaction: it is made again, and nobody told.
                    link.never_notify();
                    link.rollback().await?;
                    continue;
                }
                Err(error) => error,
            },
            Err(Refused::Change(error)) => {
                link.rollback().await?;
                return Ok(Err(error));
            }
            Err(Refused::Database(error)) => error,
        };
        if attempt == ATTEMPTS || !is_passing(&failed) {
            return Err(failed);
        }
        link.rollback().await?;
        attempt += 1;
    }
}

/// Has those who listen told of a change that has a revision, once it is committed.
async fn told(link: &mut Link, commit: &Commit) -> Result<(), sqlx::Error> {
    if !has_revision(commit) {
        return Ok(());
    }
    link.notify().await
}

impl From<RecordError> for CommitError {
    fn from(error: RecordError) -> CommitError {
        match error {
            RecordError::Busy => CommitError::Busy,
            RecordError::Failed(reason) => CommitError::Failed(reason),
            // Changes are never refused for that.
            RecordError::Reserve => CommitError::Failed(RecordError::Reserve.to_string()),
            RecordError::Closed => CommitError::Closed,
        }
    }
}
