//! Appending: what waits is taken by one thread, written at once and flushed once; then all that waited are told.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_lc_rs::rand;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::files::{Folder, SIZE, Slot};
use super::frame::{self, FRAME, HEADER, Head, Mark, Place};
use super::log::{Log, RecordLag};
use crate::error::RecordError;
use crate::log::Recorded;
use crate::reserve::Reserve;
use crate::writer::{MAX_QUEUE, MAX_WAITING};

/// The most bytes that wait, which are one frame: half of what a file holds.
const MAX_FRAME: usize = (SIZE / 2) as usize;
/// What one request may have at most for the segment; a larger one is a transaction by itself.
const MAX_REQUEST: usize = MAX_FRAME / 8;
/// How long after a failure the next segment is tried, whether or not anybody records meanwhile. The first is at once.
const RETRY: Duration = Duration::from_secs(1);
/// After so many requests the core is left to the thread that appends, should it have something to do: a kernel that looks only
/// every few milliseconds who else is there would leave it waiting that long.
const TURN: usize = 8;
/// Of fewer, all are waited for.
const FEW: usize = 8;
/// For how long others are waited for while they come, before a group is written.
const GATHER: Duration = Duration::from_micros(500);

/// A random number for a segment.
fn nonce() -> io::Result<u64> {
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// Puts a file's bytes on disk.
pub(crate) type Flush = fn(&File) -> io::Result<()>;

type Reply = oneshot::Sender<Result<(), RecordError>>;

/// The asking side of the thread that appends; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    queue: Arc<Queue>,
    pub(crate) log: Arc<Log>,
}

/// What waits for the thread.
#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Room for the beginning of a frame, and the records.
    frame: Vec<u8>,
    replies: Vec<Reply>,
    events: u32,
    /// When the last of them came.
    came: Option<Instant>,
    is_closed: bool,
    is_asleep: bool,
}

/// How the last groups went, which tells how many of the next one to wait for.
#[derive(Debug, Default)]
struct Pace {
    /// How many were answered last, and how many waited by then.
    answered: usize,
    beside: usize,
    /// When that was, and when others were answered before.
    at: Option<Instant>,
    before: Option<Instant>,
    /// How long it took to put the last group on disk.
    storing: Duration,
    /// How long it takes one of those who were answered to come again, while all of them do.
    each: Duration,
}

impl Pace {
    /// So many are enough for a group. Whoever is answered comes again: in one group with all others, where the disk takes longer than
    /// all of them do to come, and else in two, of which one comes while the other is put on disk.
    fn enough(&self) -> usize {
        let all = self.answered + self.beside;
        let coming = self.each * u32::try_from(all).unwrap_or(u32::MAX);
        if all >= FEW && self.storing < coming { all.div_ceil(2) } else { usize::MAX }
    }

    /// So many are taken, the last of whom came then.
    fn taken(&mut self, count: usize, came: Option<Instant>) {
        let (since, count) = match count.checked_sub(self.beside) {
            Some(again @ 1..) => (self.at, again),
            _ => (self.before, count),
        };
        let took = since.zip(came).map(|(since, came)| came.saturating_duration_since(since));
        // Who comes much later does not come again, but anew.
        let took = took.filter(|took| *took < 4 * GATHER).unwrap_or_default();
        self.each = took / u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    }

    fn answered(&mut self, count: usize, beside: usize, storing: Duration) {
        (self.answered, self.beside, self.storing) = (count, beside, storing);
        self.before = self.at.replace(Instant::now());
    }
}

/// What the thread took.
enum Taken {
    Group,
    Nothing,
    Ended,
}

/// The segment that is written to.
struct Current {
    slot: Slot,
    mark: Mark,
    /// Where the next frame begins.
    offset: u64,
}

/// What the thread needs.
pub(crate) struct Desk {
    pub(crate) folder: Arc<Folder>,
    pub(crate) log: Arc<Log>,
    pub(crate) reserve: Arc<Reserve>,
    pub(crate) flush: Flush,
    /// Which database they come into.
    pub(crate) database: u64,
    /// The last segment that anything was acknowledged of, and where it ends.
    pub(crate) acknowledged: Place,
    /// The number of the next segment.
    pub(crate) next: u64,
    pub(crate) failure: Failure,
}

/// What a disk that fails did last, so that it is not asked again for each group.
#[derive(Default)]
pub(crate) struct Failure {
    /// How often in a row.
    count: u32,
    /// When, and how.
    last: Option<(Instant, RecordError)>,
}

impl Failure {
    fn note(&mut self, error: RecordError) -> RecordError {
        self.count = self.count.saturating_add(1);
        self.last = Some((Instant::now(), error.clone()));
        error
    }

    /// Why another attempt has time.
    fn recent(&self, now: Instant) -> Option<RecordError> {
        let (at, error) = self.last.as_ref()?;
        (now.saturating_duration_since(*at) < RETRY).then(|| error.clone())
    }
}

/// Whether it is little enough to be appended beside others.
pub(crate) fn is_small(recorded: &Recorded) -> bool {
    recorded.bytes.len() <= MAX_REQUEST
}

impl Segment {
    /// Starts the thread.
    pub(crate) fn start(desk: Desk) -> io::Result<Segment> {
        let waiting = Waiting { frame: vec![0; FRAME], ..Waiting::default() };
        let queue = Arc::new(Queue { waiting: Mutex::new(waiting), wake: Condvar::new() });
        let segment = Segment { queue: Arc::clone(&queue), log: Arc::clone(&desk.log) };
        std::thread::Builder::new().name("record".to_owned()).spawn(move || append(&queue, desk))?;
        Ok(segment)
    }

    /// Records decisions. They are on disk when this answers `Ok`.
    pub(crate) async fn record(&self, recorded: Recorded) -> Result<(), RecordError> {
        let (reply, answer) = oneshot::channel();
        let is_turn = {
            let mut waiting = self.queue.waiting();
            if waiting.is_closed {
                return Err(RecordError::Closed);
            }
            if waiting.replies.len() >= MAX_QUEUE
                || waiting.events.saturating_add(recorded.events) > MAX_WAITING
                || waiting.frame.len() + recorded.bytes.len() > MAX_FRAME
            {
                return Err(RecordError::Busy);
            }
            waiting.frame.extend_from_slice(&recorded.bytes);
            waiting.events += recorded.events;
            waiting.replies.push(reply);
            waiting.came = Some(Instant::now());
            if std::mem::take(&mut waiting.is_asleep) {
                self.queue.wake.notify_one();
            }
            waiting.replies.len().is_multiple_of(TURN)
        };
        if is_turn {
            std::thread::yield_now();
        }
        answer.await.unwrap_or(Err(RecordError::Closed))
    }

    /// Takes nothing more. What waits is still written.
    pub(crate) fn close(&self) {
        self.queue.waiting().is_closed = true;
        self.queue.wake.notify_one();
    }

    pub(crate) fn lag(&self) -> RecordLag {
        self.log.lag()
    }

    /// Whether the last attempt to append succeeded, none hangs, and the last one to bring decisions into the database succeeded.
    pub(crate) fn is_writable(&self) -> bool {
        self.log.is_well(Instant::now())
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the core to whoever is about to record too, for as long as others come: where cores are scarce, a flush for each would
    /// cost more than all else that a request does. Whoever is alone waits for nobody.
    fn gathered<'w>(
        &'w self,
        mut waiting: MutexGuard<'w, Waiting>,
        enough: usize,
    ) -> MutexGuard<'w, Waiting> {
        let begun = Instant::now();
        loop {
            let seen = waiting.replies.len();
            if seen >= enough {
                return waiting;
            }
            drop(waiting);
            std::thread::yield_now();
            waiting = self.waiting();
            if waiting.replies.len() == seen || begun.elapsed() > GATHER {
                return waiting;
            }
        }
    }

    /// Takes all that waits; waits for something where nothing does, for so long at most.
    fn take(&self, group: &mut Waiting, pace: &mut Pace, patience: Option<Duration>) -> Taken {
        let mut waiting = self.waiting();
        loop {
            if !waiting.replies.is_empty() {
                waiting = self.gathered(waiting, pace.enough());
                pace.taken(waiting.replies.len(), waiting.came);
                // The room of the group before is used again.
                std::mem::swap(&mut waiting.frame, &mut group.frame);
                std::mem::swap(&mut waiting.replies, &mut group.replies);
                group.events = std::mem::take(&mut waiting.events);
                return Taken::Group;
            }
            if waiting.is_closed {
                return Taken::Ended;
            }
            waiting.is_asleep = true;
            waiting = match patience {
                None => self.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                Some(patience) => {
                    let woken = self.wake.wait_timeout(waiting, patience);
                    let (waiting, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() && waiting.replies.is_empty() && !waiting.is_closed {
                        return Taken::Nothing;
                    }
                    waiting
                }
            };
        }
    }
}

/// The thread: until nobody records any more, and what waited is written.
fn append(queue: &Queue, mut desk: Desk) {
    let mut group = Waiting { frame: vec![0; FRAME], ..Waiting::default() };
    let (mut current, mut pace) = (None, Pace::default());
    let _ending = Ending { queue, log: Arc::clone(&desk.log) };
    loop {
        let patience = desk.log.is_failing().then_some(RETRY);
        match queue.take(&mut group, &mut pace, patience) {
            Taken::Ended => break,
            Taken::Nothing => desk.try_again(&mut current),
            Taken::Group => {
                let (was_failing, begun) = (desk.log.is_failing(), Instant::now());
                let outcome = desk.store(&mut current, &mut group.frame, group.events);
                let beside = queue.waiting().replies.len();
                pace.answered(group.replies.len(), beside, begun.elapsed());
                for reply in group.replies.drain(..) {
                    // A waiter that went away no longer needs its answer.
                    let _ = reply.send(outcome.clone());
                }
                group.frame.truncate(FRAME);
                if outcome.is_err() && !was_failing && desk.failure.count == 1 && current.is_none() {
                    desk.try_again(&mut current);
                }
            }
        }
    }
}

/// However the thread ends, nobody waits for it afterwards.
struct Ending<'a> {
    queue: &'a Queue,
    log: Arc<Log>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        waiting.is_closed = true;
        waiting.replies.clear();
        drop(waiting);
        self.log.end();
    }
}

impl Desk {
    /// Puts a group on disk.
    fn store(
        &mut self,
        slot: &mut Option<Current>,
        frame: &mut [u8],
        events: u32,
    ) -> Result<(), RecordError> {
        self.reserve.owe(self.log.lag().bytes);
        if self.reserve.look(Instant::now()) {
            return Err(RecordError::Reserve);
        }
        if slot.is_none()
            && let Some(error) = self.failure.recent(Instant::now())
        {
            return Err(error);
        }
        let length = frame.len() as u64;
        if slot.as_ref().is_some_and(|current| current.offset + length > SIZE) {
            // Its file is free as soon as all is in the database, also where no other can be made.
            self.log.fill();
            *slot = None;
        }
        if slot.is_some() {
            self.log.room(false, |_| Ok(None::<()>))?;
        }
        let mut current = slot.take().map_or_else(|| self.begin(), Ok)?;
        frame::seal(frame, current.mark, current.offset);
        let written = current.slot.file.write_all_at(frame, current.offset);
        // After a flush that failed nobody knows what is on disk: the segment ends with what was flushed before.
        written.and_then(|()| self.flushed(&current.slot.file)).map_err(|error| self.failed(&error))?;
        current.offset += length;
        self.acknowledged = Place { segment: current.mark.segment, offset: current.offset };
        *slot = Some(current);
        self.log.acknowledge(length, events);
        if self.failure.count > 0 {
            tracing::info!("decisions are recorded again");
            self.failure = Failure::default();
        }
        self.log.set_failing(false);
        self.reserve.count(events as usize);
        Ok(())
    }

    fn flushed(&self, file: &File) -> io::Result<()> {
        self.log.flushing(Some(Instant::now()));
        let outcome = (self.flush)(file);
        self.log.flushing(None);
        outcome
    }

    /// Begins a segment. Its header is flushed with its first frame.
    fn begin(&mut self) -> Result<Current, RecordError> {
        let slot = self.log.room(true, |free| match free {
            Some(free) => Ok(Some(free)),
            None => self.make(),
        });
        let slot = slot.map_err(|error| match error {
            // Each of them says so by itself, and is looked at again.
            RecordError::Reserve | RecordError::Closed => error,
            error => {
                self.log.set_failing(true);
                self.failure.note(error)
            }
        });
        let slot = slot?.ok_or(RecordError::Closed)?;
        let nonce = nonce().map_err(|error| self.failed(&error))?;
        let mark = Mark { segment: self.next, nonce };
        self.next += 1;
        let head = Head { mark, database: self.database, before: self.acknowledged };
        self.log.begin(slot.clone(), mark.segment);
        slot.file.write_all_at(&head.bytes(), 0).map_err(|error| self.failed(&error))?;
        Ok(Current { slot, mark, offset: HEADER })
    }

    /// Another file, where there may be one.
    fn make(&self) -> Result<Option<Slot>, RecordError> {
        // What is given up for a change is not for this.
        let Ok(_growing) = self.reserve.growing.try_lock() else { return Err(RecordError::Reserve) };
        self.folder.create().map_err(|error| {
            if self.failure.count == 0 {
                tracing::error!(%error, "no further file for recorded decisions can be made");
            }
            RecordError::Failed(error.to_string())
        })
    }

    fn failed(&mut self, error: &io::Error) -> RecordError {
        if self.failure.count == 0 {
            tracing::error!(%error, "recorded decisions could not be written; another segment is tried every second");
        }
        self.log.fail();
        self.failure.note(RecordError::Failed(error.to_string()))
    }

    /// Begins another segment after a failure, and flushes its header: whether decisions can be recorded again.
    fn try_again(&mut self, slot: &mut Option<Current>) {
        let begun = match slot.take() {
            Some(current) => Ok(current),
            None => self.begin(),
        };
        let Ok(current) = begun else { return };
        match self.flushed(&current.slot.file) {
            Ok(()) => {
                // Whether a group can be written, too, the next one says.
                self.log.set_failing(false);
                *slot = Some(current);
            }
            Err(error) => drop(self.failed(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many come again within so long after they were answered, and a group takes so long to be put on disk.
    fn enough_after(count: usize, coming: Duration, storing: Duration) -> usize {
        let mut pace = Pace::default();
        pace.answered(count, 0, storing);
        let came = pace.at.map(|at| at + coming);
        pace.taken(count, came);
        pace.enough()
    }

    #[test]
    fn a_quick_disk_gets_halves_and_a_slow_one_everybody_at_once() {
        let micros = Duration::from_micros;
        assert_eq!(enough_after(64, micros(300), micros(150)), 32);
        assert_eq!(enough_after(9, micros(300), micros(150)), 5);
        assert_eq!(enough_after(64, micros(300), micros(2_000)), usize::MAX);
        assert_eq!(enough_after(2, micros(300), micros(150)), usize::MAX, "few are waited for");
        assert_eq!(enough_after(64, Duration::from_secs(1), micros(150)), usize::MAX, "they came anew");
        assert_eq!(Pace::default().enough(), usize::MAX);
    }

    #[test]
    fn halves_stay_halves_while_one_comes_as_the_other_is_stored() {
        let mut pace = Pace::default();
        let (storing, coming) = (Duration::from_micros(150), Duration::from_micros(140));
        pace.answered(32, 0, storing);
        for _ in 0..5 {
            // While these were stored, those came who had been answered before.
            pace.answered(32, 32, storing);
            let came = pace.before.map(|before| before + coming);
            pace.taken(32, came);
            assert_eq!(pace.enough(), 32);
        }
    }
}
