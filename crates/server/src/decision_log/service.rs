//! Taking questions into the log: beside the answer, which waits for nothing of it.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use casemate_directory::{Known, Snapshot, Subject};
use casemate_permission::Evaluation;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::bounded;
use super::comparison::Comparisons;

/// The most questions that wait to be written.
const MAX_WAITING: usize = 1_024;
/// The most bytes of all questions that wait, about.
const MAX_WAITING_BYTES: usize = 8 << 20;
/// The longest question that is kept whole, as JSON, in bytes.
const MAX_QUESTION: usize = 16 << 10;
/// The most bytes of claims, as JSON, with which a question is kept whole.
const MAX_CLAIMS: usize = 32 << 10;
/// What a question takes beside its texts, in bytes, about.
const BESIDE: usize = 512;

/// Questions that are to be logged. Cheap to clone.
#[derive(Clone)]
pub struct DecisionLog(Arc<Inner>);

struct Inner {
    queue: mpsc::Sender<Waiting>,
    /// The other end, until somebody writes what comes.
    waiting: Mutex<Option<mpsc::Receiver<Waiting>>>,
    /// How many were to be logged and are not, since somebody looked.
    lost: AtomicU32,
    /// How many of the share were denied before permissions were looked at, since somebody looked.
    refused: AtomicU32,
    asked: AtomicU64,
    chance: RandomState,
    /// The bytes that may wait.
    bytes: Arc<Semaphore>,
    /// What is compared just now, or was last.
    compared: Comparisons,
}

/// A question with its answer, as it waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) at: i64,
    pub(crate) request_id: String,
    pub(crate) tenant: Arc<str>,
    pub(crate) application: Option<Arc<str>>,
    pub(crate) revision: i64,
    /// Whom it is about.
    pub(crate) known: Arc<Known>,
    /// They, with what the application asserted of them, where it did.
    pub(crate) asserted: Option<Subject>,
    /// Action, resource and context, as JSON; absent where it is too long.
    pub(crate) question: Option<String>,
    pub(crate) decision: &'static str,
    pub(crate) reason: &'static str,
    /// Whether it was asked on which resources they may, and not whether.
    pub(crate) is_filter: bool,
    /// The room that it takes up among those that wait.
    #[expect(dead_code, reason = "given back when it is dropped")]
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// Action, resource and context of a question as JSON, where it is not too long.
pub(crate) fn question_text(evaluation: &Evaluation<'_>) -> Option<String> {
    bounded::json(&evaluation.without_subject(), MAX_QUESTION)
}

impl Waiting {
    /// Lets go what is too long to be kept whole; gives about how many bytes are left.
    fn fit(&mut self) -> usize {
        let subject = self.asserted.as_ref().unwrap_or(&self.known.subject);
        let claims = match bounded::json(&subject.claims, MAX_CLAIMS) {
            Some(claims) => claims.len(),
            None => {
                (self.asserted, self.question) = (None, None);
                0
            }
        };
        let question = self.question.as_ref().map_or(0, String::len);
        // As data, small members take several times what they take as text.
        BESIDE + self.request_id.len() + question + 8 * claims
    }
}

impl Default for DecisionLog {
    fn default() -> DecisionLog {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        DecisionLog(Arc::new(Inner {
            queue,
            waiting: Mutex::new(Some(waiting)),
            lost: AtomicU32::new(0),
            refused: AtomicU32::new(0),
            asked: AtomicU64::new(0),
            chance: RandomState::new(),
            bytes: Arc::new(Semaphore::new(MAX_WAITING_BYTES)),
            compared: Comparisons::default(),
        }))
    }
}

impl fmt::Debug for DecisionLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecisionLog").finish_non_exhaustive()
    }
}

/// The log, where a share of the questions of a request is to be logged.
#[derive(Clone, Copy)]
pub(crate) struct Sampled<'a> {
    log: &'a DecisionLog,
    share: u64,
}

impl DecisionLog {
    /// The log, where the settings say that anything is to be logged.
    #[inline]
    pub(crate) fn sampled(&self, snapshot: &Snapshot) -> Option<Sampled<'_>> {
        let share = snapshot.logged_share();
        (share != 0).then_some(Sampled { log: self, share })
    }

    /// What comes, once.
    pub(super) fn take_waiting(&self) -> Option<mpsc::Receiver<Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Counts questions that are not logged.
    pub(super) fn lose(&self, count: u32) {
        self.0.lost.fetch_add(count, Ordering::Relaxed);
    }

    /// How many questions were denied before permissions were looked at, since this was asked last.
    pub(super) fn take_refused(&self) -> u32 {
        self.0.refused.swap(0, Ordering::Relaxed)
    }

    /// Policies that are compared.
    pub(super) fn compared(&self) -> &Comparisons {
        &self.0.compared
    }

    /// How many were not, since this was asked last.
    pub(super) fn take_lost(&self) -> u32 {
        self.0.lost.swap(0, Ordering::Relaxed)
    }
}

impl Sampled<'_> {
    fn is_of_share(&self) -> bool {
        let Inner { asked, chance, .. } = &*self.log.0;
        chance.hash_one(asked.fetch_add(1, Ordering::Relaxed)) <= self.share
    }

    /// Counts a question that is denied before permissions are looked at, where it is of the share: nobody is known for it whom
    /// another policy could be asked about.
    #[cold]
    pub(crate) fn refused(&self) {
        if self.is_of_share() {
            self.log.0.refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Logs the question that `waiting` makes, where it is of the share. It is lost, and counted, where too many wait.
    pub(crate) fn log(&self, waiting: impl FnOnce() -> Waiting) {
        if !self.is_of_share() {
            return;
        }
        let Inner { queue, bytes, .. } = &*self.log.0;
        let (Ok(place), 1..) = (queue.try_reserve(), bytes.available_permits()) else {
            return self.log.lose(1);
        };
        let mut waiting = waiting();
        let size = u32::try_from(waiting.fit()).unwrap_or(u32::MAX);
        match Arc::clone(bytes).try_acquire_many_owned(size) {
            Ok(room) => place.send(Waiting { room: Some(room), ..waiting }),
            Err(_) => self.log.lose(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use casemate_directory::{Met, Policy};
    use casemate_expression::Datum;
    use casemate_identity::Identity;

    use super::*;

    fn waiting() -> Waiting {
        let snapshot = Snapshot::offline(Policy::empty()).unwrap();
        let caller = snapshot.known_caller(&Identity::anonymous().into());
        let tenant: Arc<str> = "default".into();
        let known = snapshot.known_subject(&caller, &tenant, "user", "ada", &Met::default()).unwrap();
        Waiting {
            at: 0,
            request_id: String::new(),
            tenant,
            application: None,
            revision: 1,
            known,
            asserted: None,
            question: None,
            decision: "denied",
            reason: "no_permission",
            is_filter: false,
            room: None,
        }
    }

    #[tokio::test]
    async fn a_share_is_taken_and_what_finds_no_room_is_counted() {
        let log = DecisionLog::default();
        let mut coming = log.take_waiting().unwrap();
        let sampled = Sampled { log: &log, share: u64::MAX / 4 };
        let one = waiting();
        for _ in 0..2_000 {
            sampled.log(|| Waiting {
                known: Arc::clone(&one.known),
                tenant: Arc::clone(&one.tenant),
                ..waiting_like(&one)
            });
        }
        let mut taken = 0;
        while coming.try_recv().is_ok() {
            taken += 1;
        }
        assert!((350..650).contains(&taken), "{taken} of 2,000 at a quarter");
        assert_eq!(log.take_lost(), 0);

        let all = Sampled { log: &log, share: u64::MAX };
        for _ in 0..MAX_WAITING + 7 {
            all.log(|| waiting_like(&one));
        }
        assert_eq!((log.take_lost(), log.take_lost()), (7, 0));
    }

    #[tokio::test]
    async fn no_more_than_some_bytes_wait() {
        let log = DecisionLog::default();
        let mut coming = log.take_waiting().unwrap();
        let all = Sampled { log: &log, share: u64::MAX };
        let one = waiting();
        let long = || "x".repeat(MAX_QUESTION);
        for _ in 0..MAX_WAITING {
            all.log(|| Waiting { question: Some(long()), ..waiting_like(&one) });
        }
        let mut taken = 0;
        while let Ok(next) = coming.try_recv() {
            taken += next.question.unwrap().len();
        }
        assert!(taken > MAX_WAITING_BYTES / 2 && taken <= MAX_WAITING_BYTES, "{taken} bytes waited");
        assert!(log.take_lost() > 0);
        // What was taken makes room, and what is asserted at length is let go.
        let claims = [("note".into(), Datum::String("x".repeat(MAX_CLAIMS).into()))].into_iter().collect();
        let asserted = one.known.subject.clone().with_asserted(&claims);
        let asked = Waiting { question: Some(long()), asserted: Some(asserted), ..waiting_like(&one) };
        all.log(|| asked);
        let next = coming.try_recv().unwrap();
        assert!(next.asserted.is_none() && next.question.is_none());
    }

    fn waiting_like(one: &Waiting) -> Waiting {
        Waiting {
            at: one.at,
            request_id: String::new(),
            tenant: Arc::clone(&one.tenant),
            application: None,
            revision: one.revision,
            known: Arc::clone(&one.known),
            asserted: None,
            question: None,
            decision: one.decision,
            reason: one.reason,
            is_filter: false,
            room: None,
        }
    }
}
