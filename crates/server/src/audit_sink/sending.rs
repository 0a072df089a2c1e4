//! Sending to one sink: by whichever process holds its lease, from where its cursor is, and each event acknowledged before the cursor
//! moves behind it.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use casemate_directory::model::{AuditSinkDocument, AuditSinkStart};
use casemate_platform::clock;
use casemate_store::{Lease, Store};
use tokio::sync::watch;

use super::events::{EventsFrom, LogEnd, Recorded};
use super::message::{Message, Wanted};
use super::receiver::{Receiver, Receivers, SinkError};
use super::status::Progress;

/// How many events are read at once.
const BATCH: u32 = 256;
/// The most bytes of messages that are sent at once, beside the first.
const BATCH_BYTES: usize = 4 << 20;
/// How long a batch may take.
pub(super) const DELIVERY: Duration = Duration::from_secs(15);
/// How long a lease lasts, and how much of it has to be left where a batch is begun: in microseconds.
const LEASE: i64 = 20_000_000;
const LEASE_LEFT: i64 = 17_000_000;
/// How long events are gathered when the sink had all before.
const GATHER: Duration = Duration::from_millis(50);
/// How often is looked for what nobody told of: a sink that was resumed, a lease that ended.
const LOOK: Duration = Duration::from_secs(2);
/// How long is waited after a failure: the first time, and at most.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often an event that the receiver says is wrong is tried before a stub is sent in its place.
const TRIES: u32 = 5;

/// What sending to a sink needs.
pub(super) struct Sending {
    pub(super) id: Arc<str>,
    pub(super) document: AuditSinkDocument,
    pub(super) holder: Arc<str>,
    pub(super) store: Arc<Store>,
    pub(super) events: Arc<dyn EventsFrom>,
    pub(super) receivers: Arc<dyn Receivers>,
    pub(super) progress: Progress,
}

/// What comes after a turn.
enum Then {
    /// There is more to send.
    More,
    /// Nothing is to be done until the log grows.
    Rest,
    /// Nothing is to be done for a while.
    Look,
}

/// An event for which something else is sent, or may soon be.
#[derive(Clone, Copy)]
struct Awkward {
    index: u64,
    tries: u32,
}

/// What is kept from turn to turn.
struct State {
    wanted: Wanted,
    receiver: Option<Box<dyn Receiver>>,
    lease: Option<Lease>,
    awkward: Option<Awkward>,
    failures: u32,
}

impl Sending {
    /// Sends whatever comes on record, and never ends by itself.
    pub(super) async fn run(self) {
        let mut grown = self.events.grown();
        let wanted = Wanted {
            tenants: self.document.tenants.clone(),
            only: self.document.only.clone().unwrap_or_default(),
            format: self.document.format.unwrap_or_default(),
        };
        let mut state = State { wanted, receiver: None, lease: None, awkward: None, failures: 0 };
        loop {
            grown.mark_unchanged();
            match self.turn(&mut state).await {
                Ok(Then::More) => state.failures = 0,
                Ok(Then::Rest) => {
                    state.failures = 0;
                    rest(&mut grown).await;
                }
                Ok(Then::Look) => tokio::time::sleep(LOOK).await,
                Err(error) => self.failed(&mut state, &error).await,
            }
        }
    }

    async fn turn(&self, state: &mut State) -> Result<Then, SinkError> {
        let end = self.events.end().await.map_err(SinkError::Failed)?;
        let cursor = self.store.reader().audit_sink_cursor(&self.id).await;
        let cursor = cursor.map_err(|error| SinkError::Failed(error.to_string()))?;
        self.progress.at(cursor.as_ref(), end.size);
        if cursor.as_ref().is_some_and(|cursor| cursor.paused) {
            return Ok(Then::Look);
        }
        let Some(next) = cursor.as_ref().and_then(|cursor| cursor.next) else {
            return self.begin(state, &end).await;
        };
        if next > end.size {
            let message = format!(
                "the log has {} events, and {next} were sent: it was set back; have the sink send again from where that was",
                end.size
            );
            return Err(SinkError::Failed(message));
        }
        if next == end.size {
            return Ok(Then::Rest);
        }
        let events = self.events.events(next, BATCH).await.map_err(SinkError::Failed)?;
        self.progress.waiting_since(events.first());
        let Some(lease) = self.leased(state).await? else { return Ok(Then::Look) };
        self.send(state, &lease, next, &end, events).await
    }

    async fn begin(&self, state: &mut State, end: &LogEnd) -> Result<Then, SinkError> {
        let Some(lease) = self.leased(state).await? else { return Ok(Then::Look) };
        let first = match self.document.from.unwrap_or(AuditSinkStart::Beginning) {
            AuditSinkStart::Beginning => 0,
            AuditSinkStart::Now => end.size,
        };
        let begun = self.store.begin_audit_sink(&lease, &self.id, first).await;
        begun.map_err(|error| SinkError::Failed(error.to_string()))?;
        Ok(Then::More)
    }

    /// The lease with enough left of it; nothing where another process has it.
    async fn leased(&self, state: &mut State) -> Result<Option<Lease>, SinkError> {
        let now = clock::now();
        if let Some(lease) = state.lease.as_ref().filter(|lease| lease.until - now > LEASE_LEFT) {
            return Ok(Some(lease.clone()));
        }
        let name = lease_name(&self.id);
        let lease = self.store.acquire_lease(&name, &self.holder, now, now.saturating_add(LEASE)).await;
        state.lease = lease.map_err(|error| SinkError::Failed(error.to_string()))?;
        if state.lease.is_none() {
            // Another process goes on from what it knows.
            (state.receiver, state.awkward) = (None, None);
        }
        Ok(state.lease.clone())
    }

    async fn send(
        &self,
        state: &mut State,
        lease: &Lease,
        next: u64,
        end: &LogEnd,
        events: Vec<Recorded>,
    ) -> Result<Then, SinkError> {
        let receiver = match &mut state.receiver {
            Some(receiver) => receiver,
            none => none.insert(self.receivers.receiver(&self.document, &end.origin)?),
        };
        let stubbed = state.awkward.filter(|awkward| awkward.tries >= TRIES).map(|awkward| awkward.index);
        let batch = Batch::of(&state.wanted, end, next, events, |message| {
            message.text.len() > receiver.longest() || stubbed == Some(message.index)
        });
        let taken = AtomicUsize::new(0);
        let result = match batch.messages.is_empty() {
            true => Ok(()),
            false => {
                let delivery = receiver.deliver(&batch.messages, &taken);
                tokio::time::timeout(DELIVERY, delivery).await.unwrap_or_else(|_| {
                    let seconds = DELIVERY.as_secs();
                    Err(SinkError::Failed(format!(
                        "the receiver did not take events within {seconds} seconds"
                    )))
                })
            }
        };
        let taken = taken.into_inner();
        let reached = batch.messages.get(taken).map_or(batch.behind, |first_left| first_left.index);
        if matches!(result, Err(SinkError::Failed(_))) && !receiver.goes_on() {
            state.receiver = None;
        }
        if reached > next {
            let now = clock::now();
            let until = now.saturating_add(LEASE);
            let advanced = self.store.advance_audit_sink(lease, &self.id, (next, reached), now, until).await;
            match advanced {
                Ok(true) => {
                    state.lease = Some(Lease { until, ..lease.clone() });
                    self.progress.sent(taken as u64);
                }
                // Another process took over, or somebody set the cursor back.
                Ok(false) => state.lease = None,
                Err(error) => return Err(SinkError::Failed(error.to_string())),
            }
        }
        let awkward = batch.messages.get(taken).map(|message| message.index);
        match (result, awkward) {
            (Ok(()), _) => {
                state.awkward = None;
                Ok(Then::More)
            }
            (Err(SinkError::TooLarge), Some(index)) if stubbed != Some(index) => {
                state.awkward = Some(Awkward { index, tries: TRIES });
                Ok(Then::More)
            }
            (Err(error @ SinkError::Refused(_)), Some(index)) => {
                let before = state.awkward.filter(|awkward| awkward.index == index);
                let tries = before.map_or(0, |awkward| awkward.tries).saturating_add(1);
                state.awkward = Some(Awkward { index, tries });
                Err(error)
            }
            (Err(_), _) if reached > next => Ok(Then::More),
            (Err(error), _) => Err(error),
        }
    }

    /// Writes down why nothing was sent, and waits.
    async fn failed(&self, state: &mut State, error: &SinkError) {
        state.failures = state.failures.saturating_add(1);
        if state.failures.is_power_of_two() {
            let failures = state.failures;
            tracing::warn!(sink = self.document.name, %error, failures, "events cannot be sent to an audit sink");
        }
        self.progress.failed(error);
        if let Some(lease) = &state.lease {
            let text = error.to_string();
            let noted = self.store.note_audit_sink_failure(lease, &self.id, &text, clock::now()).await;
            if let Err(error) = noted {
                tracing::debug!(%error, "why nothing was sent is not written down");
            }
        }
        tokio::time::sleep(wait_after(state.failures)).await;
    }
}

/// The lease of a sink.
pub(super) fn lease_name(id: &str) -> String {
    format!("audit-sink/{id}")
}

/// Waits until the log grows, and a moment more for what comes with it; or for as long as nobody tells.
async fn rest(grown: &mut watch::Receiver<u64>) {
    match tokio::time::timeout(LOOK, grown.changed()).await {
        Ok(Ok(())) => tokio::time::sleep(GATHER).await,
        Ok(Err(_)) => tokio::time::sleep(LOOK).await,
        Err(_) => {}
    }
}

/// Twice as long after each failure, and never the same for all who wait.
fn wait_after(failures: u32) -> Duration {
    let longest = FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    let mut random = [0; 4];
    // Without randomness all wait alike, which is no reason to wait for nothing.
    let share = getrandom::fill(&mut random).map_or(u32::MAX, |()| u32::from_le_bytes(random));
    longest.mul_f64(0.5 + f64::from(share) / f64::from(u32::MAX) / 2.0)
}

/// Messages in order, and where the log goes on behind them.
struct Batch {
    messages: Vec<Message>,
    behind: u64,
}

impl Batch {
    /// The messages of events from an index on, and of those that are missing between. In the place of some stand stubs.
    fn of(
        wanted: &Wanted,
        end: &LogEnd,
        next: u64,
        events: Vec<Recorded>,
        is_stubbed: impl Fn(&Message) -> bool,
    ) -> Batch {
        let mut batch = Batch { messages: Vec::new(), behind: next };
        let mut bytes = 0;
        if events.is_empty() && next < end.size {
            // The log was asked after its size was known: nothing is left of what stood there.
            batch.messages.push(Message::gap(&end.origin, next, end.size - 1));
            batch.behind = end.size;
        }
        for recorded in events {
            let index = recorded.index;
            // What is asked for from an index on begins there or later.
            if index < batch.behind {
                continue;
            }
            if index > batch.behind {
                batch.messages.push(Message::gap(&end.origin, batch.behind, index - 1));
            }
            if let Some(message) = wanted.message(&end.origin, recorded) {
                let message = if is_stubbed(&message) { message.stub() } else { message };
                bytes += message.text.len();
                if bytes > BATCH_BYTES && !batch.messages.is_empty() {
                    batch.behind = batch.behind.max(index);
                    return batch;
                }
                batch.messages.push(message);
            }
            batch.behind = index + 1;
        }
        batch
    }
}

#[cfg(test)]
mod tests;
