//! What was done in an application, put on record, so that all actions of somebody stand in one trail.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value;

use crate::clock::{BoxFuture, Clock};
use crate::{Auditor, Caller, Error};

/// The action of the event that tells of something that goes on without authorization.
pub const WITHOUT_AUTHORIZATION: &str = "casemate.authorization.suspend";

/// The most events that are recorded at once.
pub const MAX_EVENTS: usize = 100;

/// The status of what is longer than the server, or what stands before it, takes at once.
const TOO_LARGE: u16 = 413;

/// How something ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// They may not.
    Denied,
    /// It went wrong.
    Failure,
}

impl Outcome {
    /// The word for it: `success`, `denied` or `failure`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Denied => "denied",
            Outcome::Failure => "failure",
        }
    }
}

/// Who did something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Doer {
    /// This service itself.
    Itself,
    /// Whoever presented nothing.
    Anonymous,
    /// Somebody who was identified; made of a [`Caller`].
    Known {
        /// The directory's id of them, where it has one.
        directory_id: Option<String>,
        /// Who vouches for them.
        provider: String,
        /// `user`, `service`, …
        kind: String,
        /// What the provider calls them.
        id: String,
        /// The public name of what they came with.
        credential: Option<String>,
    },
    /// Whoever has this opaque id in the directory.
    Identity(String),
    /// Whoever presented this token. It is neither kept nor told again.
    Token(SecretString),
    /// Somebody for whom nobody vouches, in the application's own words.
    Named {
        /// `user`, `service`, …
        kind: String,
        /// Their id.
        id: String,
    },
}

impl From<&Caller> for Doer {
    fn from(caller: &Caller) -> Doer {
        if caller.is_anonymous() {
            return Doer::Anonymous;
        }
        let identity = caller.identity();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Doer::Known {
            directory_id: caller.directory_id().map(str::to_owned),
            provider: text(identity.provider),
            kind: text(identity.kind),
            id: text(identity.id),
            credential: caller.credential().map(str::to_owned),
        }
    }
}

/// What was done once.
///
/// ```
/// use casemate_sdk::{AuditEvent, Outcome};
///
/// let event = AuditEvent::new("notes.note.publish", Outcome::Success).on("note", "7").because("it was asked for");
/// # let _ = event;
/// ```
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// What the application calls it: a name in a namespace of its own.
    pub action: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it.
    pub subject: Doer,
    /// What it was done to: type and id.
    pub resource: Option<(String, String)>,
    /// Why it was denied or failed, as a stable code; or the reason that they gave.
    pub reason: Option<String>,
    /// What else is to be known of it, without secrets: an object of at most 8 KiB of JSON.
    pub details: Option<Value>,
    /// When it was done, in microseconds since 1970 (UTC); as it is recorded, where nothing is said.
    pub at: Option<i64>,
    /// The application's own request.
    pub request_id: Option<String>,
}

impl AuditEvent {
    /// This was done, by the service itself where nobody else is named.
    pub fn new(action: impl Into<String>, outcome: Outcome) -> AuditEvent {
        AuditEvent {
            action: action.into(),
            outcome,
            subject: Doer::Itself,
            resource: None,
            reason: None,
            details: None,
            at: None,
            request_id: None,
        }
    }

    /// They did it: a [`Caller`], or whoever else is named.
    #[must_use]
    pub fn by(self, doer: impl Into<Doer>) -> AuditEvent {
        AuditEvent { subject: doer.into(), ..self }
    }

    /// It was done to this.
    #[must_use]
    pub fn on(self, kind: impl Into<String>, id: impl Into<String>) -> AuditEvent {
        AuditEvent { resource: Some((kind.into(), id.into())), ..self }
    }

    /// For this reason.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> AuditEvent {
        AuditEvent { reason: Some(reason.into()), ..self }
    }

    /// With what else is to be known.
    #[must_use]
    pub fn with(self, details: Value) -> AuditEvent {
        AuditEvent { details: Some(details), ..self }
    }

    /// At this time, in microseconds since 1970 (UTC).
    #[must_use]
    pub fn at(self, at: i64) -> AuditEvent {
        AuditEvent { at: Some(at), ..self }
    }

    /// Within this request of the application's.
    #[must_use]
    pub fn request(self, id: impl Into<String>) -> AuditEvent {
        AuditEvent { request_id: Some(id.into()), ..self }
    }
}

/// One event that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// Its place among those that were to be recorded.
    pub place: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Where events are put; for implementations of [`crate::PermissionsManager`].
pub trait Trail: Send + Sync {
    /// How many of these, from the first on, may be put at once: at least one, and at most [`MAX_EVENTS`].
    fn fitting(&self, events: &[AuditEvent]) -> usize {
        events.len().clamp(1, MAX_EVENTS)
    }

    /// Puts up to [`MAX_EVENTS`] on record, durably, all of them or none.
    ///
    /// The error is [`Error::EventsRefused`] where some are not taken, and another where it is not known that they are on record.
    fn put<'a>(&'a self, events: &'a [AuditEvent]) -> BoxFuture<'a, Result<(), Error>>;

    /// Puts them on record once, however often it is called with the same events and key. Whoever begins has no key, and is given one
    /// where the trail knows of any.
    fn put_once<'a>(
        &'a self,
        events: &'a [AuditEvent],
        _key: &'a mut Option<String>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        self.put(events)
    }
}

/// Writes events to the log, where nothing better is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogTrail;

impl Trail for LogTrail {
    fn put<'a>(&'a self, events: &'a [AuditEvent]) -> BoxFuture<'a, Result<(), Error>> {
        for AuditEvent { action, outcome, subject, resource, reason, .. } in events {
            tracing::info!(
                action,
                outcome = outcome.as_str(),
                ?subject,
                ?resource,
                reason,
                "done in the application"
            );
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Puts on record what was done. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    trail: Arc<dyn Trail>,
    clock: Arc<dyn Clock>,
}

impl Audit {
    /// Into this trail; for implementations of [`crate::PermissionsManager`].
    pub fn new(trail: Arc<dyn Trail>, clock: Arc<dyn Clock>) -> Audit {
        Audit { trail, clock }
    }

    /// Records an event; once this succeeded it is on record, durably.
    ///
    /// # Errors
    /// Where the event is not taken, and where it is not known to be on record.
    pub async fn record(&self, event: AuditEvent) -> Result<(), Error> {
        self.trail.put(&[event]).await
    }

    /// Events that are gathered until they are flushed, at most so many at a time.
    #[must_use]
    pub fn batch(&self, most: usize) -> AuditBatch {
        AuditBatch { audit: self.clone(), most: most.max(1), events: VecDeque::new(), unknown: None }
    }
}

impl fmt::Debug for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit").finish_non_exhaustive()
    }
}

impl Auditor for Audit {
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let event = AuditEvent::new(WITHOUT_AUTHORIZATION, Outcome::Success).because(reason);
            Audit::record(self, event).await.map_err(|error| error.to_string())
        })
    }
}

/// Events that are gathered until [`AuditBatch::flush`]. None is lost without a word: what is not on record is still there, or in the
/// error; what is dropped unflushed is logged.
#[derive(Debug)]
pub struct AuditBatch {
    audit: Audit,
    most: usize,
    events: VecDeque<AuditEvent>,
    /// How many of the first may be on record already, and the key with which they were sent.
    unknown: Option<(usize, String)>,
}

/// Why not all that was gathered is on record.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} events are refused and {left} not on record yet: {cause}", .refused.len())]
pub struct NotFlushed {
    /// Those that are not taken, and why; they are not there any more.
    pub refused: Vec<(AuditEvent, String)>,
    /// How many wait for the next flush.
    pub left: usize,
    /// The first failure.
    pub cause: Error,
}

impl AuditBatch {
    /// How many wait to be recorded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Gathers an event as of now.
    ///
    /// # Errors
    /// The event, where as many wait already as may.
    #[expect(clippy::result_large_err, reason = "it is the event itself, which would be lost otherwise")]
    pub fn add(&mut self, event: AuditEvent) -> Result<(), AuditEvent> {
        if self.events.len() >= self.most {
            return Err(event);
        }
        let at = event.at.unwrap_or_else(|| self.audit.clock.now());
        self.events.push_back(event.at(at));
        Ok(())
    }

    /// Records all that were gathered.
    ///
    /// # Errors
    /// Where some are not on record. Those that are not taken are left out from then on; all others wait for the next flush.
    pub async fn flush(&mut self) -> Result<(), NotFlushed> {
        let (mut refused, mut cause) = (Vec::new(), None);
        let mut most = MAX_EVENTS;
        while !self.events.is_empty() {
            let waiting = self.events.make_contiguous();
            let (count, mut key) = match self.unknown.take() {
                Some((count, key)) => (count, Some(key)),
                None => (self.audit.trail.fitting(waiting).clamp(1, most).min(waiting.len()), None),
            };
            let Some(next) = waiting.get(..count) else { break };
            match self.audit.trail.put_once(next, &mut key).await {
                Ok(()) => drop(self.events.drain(..count)),
                Err(Error::Refused { status: TOO_LARGE, .. }) if count > 1 => most = count / 2,
                Err(error @ Error::Refused { status: TOO_LARGE, .. }) => {
                    let why = "it is longer than a request may be".to_owned();
                    refused.extend(self.events.pop_front().map(|event| (event, why)));
                    cause.get_or_insert(error);
                    most = MAX_EVENTS;
                }
                Err(Error::EventsRefused(mut not_taken)) if !not_taken.is_empty() => {
                    not_taken.sort_by_key(|not_taken| std::cmp::Reverse(not_taken.place));
                    not_taken.dedup_by_key(|not_taken| not_taken.place);
                    let (before, first) = (self.events.len(), refused.len());
                    for NotTaken { place, why } in &not_taken {
                        let event = (*place < count).then(|| self.events.remove(*place)).flatten();
                        refused.extend(event.map(|event| (event, why.clone())));
                    }
                    if let Some(of_these) = refused.get_mut(first..) {
                        of_these.reverse();
                    }
                    let is_stuck = self.events.len() == before;
                    cause.get_or_insert(Error::EventsRefused(not_taken));
                    if is_stuck {
                        break;
                    }
                }
                Err(error) => {
                    if matches!(error, Error::Unavailable(_)) {
                        self.unknown = key.map(|key| (count, key));
                    }
                    cause.get_or_insert(error);
                    break;
                }
            }
        }
        match cause {
            Some(cause) => Err(NotFlushed { refused, left: self.events.len(), cause }),
            None => Ok(()),
        }
    }
}

impl Drop for AuditBatch {
    fn drop(&mut self) {
        if !self.events.is_empty() {
            tracing::error!(
                events = self.events.len(),
                "events were gathered and never flushed: they are not on record"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::TestClock;

    /// Keeps what it is told, in the order in which it came.
    #[derive(Default)]
    struct Kept {
        events: Mutex<Vec<AuditEvent>>,
        is_away: Mutex<bool>,
        /// How many are taken at once, where not all are.
        room: Option<usize>,
    }

    impl Trail for Kept {
        fn put<'a>(&'a self, events: &'a [AuditEvent]) -> BoxFuture<'a, Result<(), Error>> {
            let wrong = |(place, event): (usize, &AuditEvent)| {
                (event.action == "wrong").then(|| NotTaken { place, why: "it is wrong".to_owned() })
            };
            let not_taken: Vec<NotTaken> = events.iter().enumerate().filter_map(wrong).collect();
            let is_over = |event: &AuditEvent| event.action == "long";
            let is_long = self.room.is_some_and(|room| events.len() > room || events.iter().any(is_over));
            let too_large = || Error::Refused { status: 413, code: String::new(), detail: String::new() };
            let put = match (*self.is_away.lock().unwrap(), not_taken.is_empty()) {
                _ if is_long => Err(too_large()),
                (true, _) => Err(Error::Unavailable("away".to_owned())),
                (false, false) => Err(Error::EventsRefused(not_taken)),
                (false, true) => {
                    self.events.lock().unwrap().extend(events.iter().cloned());
                    Ok(())
                }
            };
            Box::pin(std::future::ready(put))
        }
    }

    #[tokio::test]
    async fn what_was_gathered_is_recorded_or_still_there_or_told() {
        let (kept, clock) = (Arc::new(Kept::default()), Arc::new(TestClock::at(7)));
        let audit = Audit::new(Arc::clone(&kept) as _, clock.clone());
        let mut batch = audit.batch(250);
        for number in 0..250 {
            let action = if number % 50 == 3 { "wrong" } else { "notes.note.read" };
            let event = AuditEvent::new(action, Outcome::Success).on("note", number.to_string());
            batch.add(event).unwrap();
        }
        clock.set(9);
        let over = batch.add(AuditEvent::new("notes.over", Outcome::Success)).unwrap_err();
        assert_eq!((over.action.as_str(), batch.len()), ("notes.over", 250));
        *kept.is_away.lock().unwrap() = true;
        let failed = batch.flush().await.unwrap_err();
        assert_eq!((failed.left, failed.refused.len(), batch.len()), (250, 0, 250));
        *kept.is_away.lock().unwrap() = false;
        let failed = batch.flush().await.unwrap_err();
        let refused: Vec<&str> =
            failed.refused.iter().map(|(event, _)| &*event.resource.as_ref().unwrap().1).collect();
        assert_eq!(failed.left, 0);
        assert_eq!(refused, ["3", "53", "103", "153", "203"]);
        assert!(batch.is_empty() && batch.flush().await.is_ok());
        let events = kept.events.lock().unwrap();
        assert!(events.iter().all(|event| event.at == Some(7)));
        let numbers: Vec<u32> =
            events.iter().map(|event| event.resource.as_ref().unwrap().1.parse().unwrap()).collect();
        assert_eq!(numbers, (0..250).filter(|number| number % 50 != 3).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_is_too_long_for_one_request_is_recorded_in_several() {
        let kept = Arc::new(Kept { room: Some(7), ..Kept::default() });
        let mut batch = Audit::new(Arc::clone(&kept) as _, Arc::new(TestClock::at(7))).batch(50);
        for number in 0..50 {
            let action = if number == 20 { "long" } else { "notes.note.read" };
            batch.add(AuditEvent::new(action, Outcome::Success).on("note", number.to_string())).unwrap();
        }
        let failed = batch.flush().await.unwrap_err();
        assert_eq!((failed.left, failed.refused.len()), (0, 1));
        assert_eq!(failed.refused[0].0.action, "long");
        assert!(matches!(failed.cause, Error::Refused { status: 413, .. }));
        assert_eq!(kept.events.lock().unwrap().len(), 49);
        batch.add(AuditEvent::new("notes.note.read", Outcome::Success)).unwrap();
        batch.flush().await.unwrap();
    }
}
