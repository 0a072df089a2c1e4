//! What is acknowledged and what of it is in the database: what the thread that appends, the writer that indexes, and those
//! who read know of each other.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::files::{SIZE, Slot};
use super::frame::{HEADER, Place};
use crate::error::RecordError;

/// The most events that are acknowledged and not in the database yet.
pub(crate) const MAX_BEHIND: u64 = 262_144;
/// After so many bytes they come into the database at once.
const ENOUGH: u64 = super::indexer::STEP;
/// After this they do even if they are few, unless somebody reads earlier.
const PATIENCE: Duration = Duration::from_millis(200);
/// How long after a failure the next attempt is made.
const RETRY: Duration = Duration::from_secs(1);
/// A flush that takes longer hangs.
const HANGS: Duration = Duration::from_secs(5);
/// How often somebody who waits for a file looks whether there is still somebody to wait for.
const LOOK: Duration = Duration::from_millis(50);

/// A segment of which something is not in the database, or that is written to.
struct Live {
    slot: Slot,
    segment: u64,
    /// What is acknowledged ends here.
    end: u64,
    /// Whether more may come.
    is_open: bool,
    /// Whether a flush failed: what the operating system holds of the file is not what is on disk.
    is_bad: bool,
}

#[derive(Default)]
struct State {
    /// The oldest first.
    live: VecDeque<Live>,
    free: Vec<Slot>,
    indexed: Place,
    events: u64,
    bytes: u64,
    /// Since when the oldest event waits.
    since: Option<Instant>,
    /// Whether somebody waits for all of it.
    is_asked: bool,
    /// Why nothing comes into the database, where the last attempt failed.
    failure: Option<String>,
    /// Since when a flush is waited for.
    flushing: Option<Instant>,
}

/// How far the database is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    pub(crate) indexed: Place,
    /// How many attempts failed.
    pub(crate) failures: u64,
}

/// A part of a segment that is acknowledged and not in the database.
pub(crate) struct Chunk {
    pub(crate) slot: Slot,
    pub(crate) from: Place,
    pub(crate) end: u64,
    /// How far the database is.
    pub(crate) indexed: Place,
    /// Whether the last attempt failed: nobody knows whether it came into the database all the same.
    pub(crate) is_doubtful: bool,
}

/// A segment that another process left, of which something is not in the database.
pub(crate) struct Left {
    pub(crate) slot: Slot,
    pub(crate) segment: u64,
    pub(crate) end: u64,
    /// What is not in the database.
    pub(crate) bytes: u64,
    pub(crate) events: u64,
}

/// What both sides know.
pub(crate) struct Log {
    state: Mutex<State>,
    freed: Condvar,
    /// That there is something to do for whoever indexes.
    pub(crate) work: Notify,
    progress: watch::Sender<Progress>,
    /// Nobody appends or indexes any more.
    is_closed: AtomicBool,
    has_ended: AtomicBool,
    /// The last attempt to append failed.
    is_failing: AtomicBool,
    failed: AtomicU64,
    held_up: AtomicU64,
}

/// What is recorded and not in the log yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordLag {
    /// Events that are acknowledged and on disk: in a segment alone, or with PostgreSQL in rows of their own.
    pub events: u64,
    /// The bytes that they take.
    pub bytes: u64,
    /// How often recording waited since that was as much as may be.
    pub held_up: u64,
    /// How often a segment was closed since it could not be written or flushed.
    pub failed: u64,
    /// Whether the last attempt to append failed, or a flush hangs.
    pub is_append_failing: bool,
    /// Whether the last attempt to bring them into the database failed.
    pub is_indexing_failing: bool,
}

impl State {
    /// As [`Log::chunk`]; the files that are to be removed come to `bad`.
    fn next(&mut self, bad: &mut Vec<Slot>) -> Option<Chunk> {
        let indexed = self.indexed;
        while let Some(first) = self.live.front() {
            let offset = if indexed.segment == first.segment { indexed.offset } else { HEADER };
            if offset < first.end {
                let from = Place { segment: first.segment, offset };
                let is_doubtful = self.failure.is_some();
                return Some(Chunk { slot: first.slot.clone(), from, end: first.end, indexed, is_doubtful });
            }
            if first.is_open {
                break;
            }
            let Some(done) = self.live.pop_front() else { break };
            if done.is_bad { bad.push(done.slot) } else { self.free.push(done.slot) }
        }
        self.is_asked = false;
        self.since = None;
        None
    }
}

impl Log {
    /// Behind `indexed` is what another process left, the oldest first.
    pub(crate) fn new(free: Vec<Slot>, indexed: Place, left: Vec<Left>) -> Log {
        let mut state = State { free, indexed, ..State::default() };
        for Left { slot, segment, end, bytes, events } in left {
            state.live.push_back(Live { slot, segment, end, is_open: false, is_bad: false });
            state.bytes += bytes;
            state.events += events;
            state.since.get_or_insert_with(Instant::now);
        }
        Log {
            state: Mutex::new(state),
            freed: Condvar::new(),
            work: Notify::new(),
            progress: watch::Sender::new(Progress { indexed, failures: 0 }),
            is_closed: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            is_failing: AtomicBool::new(false),
            failed: AtomicU64::new(0),
            held_up: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        self.freed.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    /// Nothing is appended any more.
    pub(crate) fn end(&self) {
        if let Some(last) = self.state().live.back_mut() {
            last.is_open = false;
        }
        self.close();
        self.has_ended.store(true, Ordering::Release);
        self.work.notify_one();
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::Acquire)
    }

    pub(crate) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Whether decisions are appended and come into the database, as far as is known at `now`.
    pub(crate) fn is_well(&self, now: Instant) -> bool {
        let state = self.state();
        !self.is_append_failing(&state, now) && state.failure.is_none()
    }

    fn is_append_failing(&self, state: &State, now: Instant) -> bool {
        let hangs = state.flushing.is_some_and(|since| now.saturating_duration_since(since) > HANGS);
        hangs || self.is_failing() || self.is_closed()
    }

    /// A flush begins; or, where it is none, it came back.
    pub(crate) fn flushing(&self, since: Option<Instant>) {
        self.state().flushing = since;
    }

    pub(crate) fn set_failing(&self, is_failing: bool) {
        self.is_failing.store(is_failing, Ordering::Relaxed);
    }

    pub(crate) fn lag(&self) -> RecordLag {
        let state = self.state();
        RecordLag {
            events: state.events,
            bytes: state.bytes,
            held_up: self.held_up.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            is_append_failing: self.is_append_failing(&state, Instant::now()),
            is_indexing_failing: state.failure.is_some(),
        }
    }

    /// Waits while as many events are behind as may be, or, where a file is wanted and `make` makes none, until there is one.
    /// Where making one fails, those that are in use are waited for.
    pub(crate) fn room<T>(
        &self,
        wants_file: bool,
        mut make: impl FnMut(Option<Slot>) -> Result<Option<T>, RecordError>,
    ) -> Result<Option<T>, RecordError> {
        let (mut is_counted, mut was_refused) = (false, false);
        let mut state = self.state();
        loop {
            if state.events < MAX_BEHIND {
                if !wants_file {
                    return Ok(None);
                }
                let free = state.free.pop();
                let is_last = state.live.is_empty();
                if free.is_some() || is_last || !was_refused {
                    drop(state);
                    match make(free) {
                        Ok(Some(made)) => return Ok(Some(made)),
                        Ok(None) => {}
                        Err(error) if is_last => return Err(error),
                        Err(_) => was_refused = true,
                    }
                    state = self.state();
                }
            }
            if let Some(failure) = &state.failure {
                return Err(RecordError::Failed(failure.clone()));
            }
            if self.is_closed() {
                return Err(RecordError::Closed);
            }
            if !std::mem::replace(&mut is_counted, true) {
                self.held_up.fetch_add(1, Ordering::Relaxed);
            }
            state.is_asked = true;
            state.since.get_or_insert_with(Instant::now);
            self.work.notify_one();
            state = self.freed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The last segment is full.
    pub(crate) fn fill(&self) {
        if let Some(last) = self.state().live.back_mut() {
            last.is_open = false;
        }
    }

    /// Another segment is written to.
    pub(crate) fn begin(&self, slot: Slot, segment: u64) {
        self.fill();
        self.state().live.push_back(Live { slot, segment, end: HEADER, is_open: true, is_bad: false });
    }

    /// So much of the last segment is on disk by now.
    pub(crate) fn acknowledge(&self, bytes: u64, events: u32) {
        let mut state = self.state();
        if let Some(last) = state.live.back_mut() {
            last.end += bytes;
        }
        let was = state.bytes;
        state.bytes += bytes;
        state.events += u64::from(events);
        if state.since.is_none() {
            state.since = Some(Instant::now());
        }
        let is_enough = was < ENOUGH && state.bytes >= ENOUGH;
        drop(state);
        if was == 0 || is_enough {
            self.work.notify_one();
        }
    }

    /// The last segment could not be written: nothing more comes into it, and its file is not used again.
    pub(crate) fn fail(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        self.set_failing(true);
        let mut state = self.state();
        if let Some(last) = state.live.back_mut() {
            last.is_open = false;
            last.is_bad = true;
        }
        // Whoever indexes removes its file.
        state.since.get_or_insert_with(Instant::now);
        drop(state);
        self.work.notify_one();
    }

    /// When something is to come into the database.
    fn due_at(&self) -> Option<Instant> {
        let state = self.state();
        let at_once = state.is_asked || state.bytes >= ENOUGH;
        state.since.map(|since| if at_once { since } else { since + PATIENCE })
    }

    /// Whether something is to come into the database by now.
    pub(crate) fn is_due(&self) -> bool {
        self.due_at().is_some_and(|due| due <= Instant::now())
    }

    /// Waits until something is to come into the database.
    pub(crate) async fn due(&self) {
        loop {
            match self.due_at() {
                None => self.work.notified().await,
                Some(due) if due <= Instant::now() => return,
                Some(due) => drop(tokio::time::timeout_at(due, self.work.notified()).await),
            }
        }
    }

    /// What comes into the database next. Files of which all is there are used again, or removed.
    pub(crate) fn chunk(&self) -> Option<Chunk> {
        let mut bad = Vec::new();
        let chunk = self.state().next(&mut bad);
        // A disk that fails may take its time for this too: nobody waits for it who appends.
        for slot in &bad {
            slot.remove();
        }
        self.freed.notify_all();
        chunk
    }

    /// So many events more are in the database, up to `place`, where the database was at `from`.
    pub(crate) fn indexed(&self, from: Place, place: Place, events: u64) {
        let mut state = self.state();
        state.indexed = place;
        state.bytes = state.bytes.saturating_sub(place.offset.saturating_sub(from.offset));
        state.events = state.events.saturating_sub(events);
        state.failure = None;
        if state.bytes > 0 {
            state.since = Some(Instant::now());
        }
        drop(state);
        self.freed.notify_all();
        self.progress.send_modify(|progress| progress.indexed = place);
    }

    /// Nothing came into the database.
    pub(crate) fn not_indexed(&self, failure: String) {
        let mut state = self.state();
        state.failure = Some(failure);
        // Whoever asked is told; the next attempt has time.
        state.is_asked = false;
        state.since = Some(Instant::now() + RETRY);
        drop(state);
        self.freed.notify_all();
        self.progress.send_modify(|progress| progress.failures += 1);
    }

    /// What is acknowledged ends here, and how far the database is on the way there. Whoever asks waits for it.
    pub(crate) fn ask(&self) -> (Place, watch::Receiver<Progress>) {
        let mut state = self.state();
        let last = state.live.iter().rev().find(|live| live.end > HEADER);
        let end = last.map_or(state.indexed, |last| Place { segment: last.segment, offset: last.end });
        if end > state.indexed {
            state.is_asked = true;
            self.work.notify_one();
        }
        (end, self.progress.subscribe())
    }

    /// Removes all files: their segments are in the database.
    pub(crate) fn remove_files(&self) {
        let state = self.state();
        for slot in state.free.iter().chain(state.live.iter().map(|live| &live.slot)) {
            slot.remove();
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("lag", &self.lag()).finish_non_exhaustive()
    }
}

// What is on disk fits into what may wait.
const _: () = assert!(ENOUGH < SIZE);
