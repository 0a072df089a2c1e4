//! The one writer: takes what waits, commits it in one transaction, and only then answers those who wait.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::credential::{self, DevelopmentCredential};
use crate::error::RecordError;
use crate::log::sequencer::Signal;
use crate::log::{self, Growth, Recorded, Turning, import, inbox};
use crate::open::Opening;
use crate::reserve::Reserve;
use crate::retention::{self, Retention};
use crate::segment::{self, MAX_BEHIND, Segment};
use crate::sql::Link;

/// The most requests that may wait for the writer.
pub const MAX_QUEUE: usize = 1_024;

/// The most events that may wait for the writer, over all requests.
pub const MAX_WAITING: u32 = 65_536;

/// The most events after which a transaction takes no further request.
pub const MAX_GROUP: usize = 512;

/// After this a transaction waits no longer for those that are about to come, so that many share one flush. It is looked
/// at between turns.
const GATHERING: Duration = Duration::from_micros(500);

/// After how many recorded events the bounds of the record are looked at.
const PRUNE_EVERY: usize = 2_048;

/// The answer that one waiter waits for.
type Reply = oneshot::Sender<Result<(), RecordError>>;

/// A future that borrows the connection.
pub(crate) type Borrowing<'a, T> = Pin<Box<dyn Future<Output = Result<T, sqlx::Error>> + Send + 'a>>;

/// Something to be done with the connection, which answers whoever waits for it by itself.
type Job = Box<dyn for<'a> FnOnce(&'a mut Link) -> Borrowing<'a, ()> + Send>;

/// One request to the writer. The room that it takes up among all that wait is given back when it is answered.
pub(crate) enum Write {
    /// Committed together with those that wait beside it.
    Record { change: Change, reply: Reply, room: OwnedSemaphorePermit },
    /// Done by itself.
    Alone { job: Job, room: OwnedSemaphorePermit },
    /// As [`Write::Alone`], of what may as well be lost: never with the room that is reserved, and whether the store counts
    /// as writable does not depend on it.
    Aside { job: Job, weight: usize, room: OwnedSemaphorePermit },
}

#[derive(Debug)]
pub(crate) enum Change {
    Recorded(Recorded),
    Credential(DevelopmentCredential),
}

impl Change {
    fn weight(&self) -> usize {
        match self {
            Change::Recorded(recorded) => recorded.events as usize,
            Change::Credential(_) => 1,
        }
    }
}

/// The asking side of the writer.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Write>,
    room: Arc<Semaphore>,
    /// Where decisions are appended, once this process has the folder for that.
    pub(crate) segment: Arc<OnceLock<Segment>>,
}

impl Writer {
    /// The two ends of the bounded queue.
    pub(crate) fn new() -> (Writer, mpsc::Receiver<Write>) {
        let (queue, receiver) = mpsc::channel(MAX_QUEUE);
        let room = Arc::new(Semaphore::new(MAX_WAITING as usize));
        (Writer { queue, room, segment: Arc::default() }, receiver)
    }

    pub(crate) async fn record(&self, recorded: Recorded) -> Result<(), RecordError> {
        if recorded.events == 0 {
            return Ok(());
        }
        if let Some(segment) = self.segment.get()
            && recorded.events as usize <= MAX_GROUP
            && segment::is_small(&recorded)
        {
            return segment.record(recorded).await;
        }
        self.write(Change::Recorded(recorded)).await
    }

    pub(crate) async fn save_credential(&self, credential: DevelopmentCredential) -> Result<(), RecordError> {
        self.write(Change::Credential(credential)).await
    }

    /// Does something by itself, in its turn. It begins and commits its own transaction; where it fails, the connection
    /// is closed and with it the transaction ends.
    pub(crate) async fn alone<T: Send + 'static>(
        &self,
        act: impl for<'a> FnOnce(&'a mut Link) -> Borrowing<'a, T> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (job, answer) = job(act);
        let room = self.room(1)?;
        self.send(Write::Alone { job, room })?;
        answer.await.unwrap_or(Err(RecordError::Closed))
    }

    /// As [`Writer::alone`], of what may as well be lost, and takes about as much room as so many events.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        weight: usize,
        act: impl for<'a> FnOnce(&'a mut Link) -> Borrowing<'a, T> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (job, answer) = job(act);
        let room = self.room(1)?;
        self.send(Write::Aside { job, weight, room })?;
        // Where room is short, the writer lets go of it.
        answer.await.unwrap_or(Err(RecordError::Reserve))
    }

    async fn write(&self, change: Change) -> Result<(), RecordError> {
        let (reply, answer) = oneshot::channel();
        let room = self.room(change.weight())?;
        self.send(Write::Record { change, reply, room })?;
        answer.await.unwrap_or(Err(RecordError::Closed))
    }

    fn room(&self, weight: usize) -> Result<OwnedSemaphorePermit, RecordError> {
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        Arc::clone(&self.room).try_acquire_many_owned(weight).map_err(|_| RecordError::Busy)
    }

    fn send(&self, write: Write) -> Result<(), RecordError> {
        self.queue.try_send(write).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RecordError::Busy,
            mpsc::error::TrySendError::Closed(_) => RecordError::Closed,
        })
    }
}

/// Something to be done with the connection, and where its outcome is told.
fn job<T: Send + 'static>(
    act: impl for<'a> FnOnce(&'a mut Link) -> Borrowing<'a, T> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, RecordError>>) {
    let (reply, answer) = oneshot::channel();
    let job: Job = Box::new(move |link| {
        Box::pin(async move {
            let outcome = act(link).await;
            let (said, outcome) = match outcome {
                Ok(done) => (Ok(done), Ok(())),
                Err(error) => (Err(RecordError::Failed(error.to_string())), Err(error)),
            };
            // A waiter that went away no longer needs its answer.
            let _ = reply.send(said);
            outcome
        })
    });
    (job, answer)
}

/// What the writer needs besides its queue.
#[derive(Debug)]
pub(crate) struct Desk {
    /// How the connection is opened, and opened again after a failure.
    pub(crate) opening: Opening,
    /// The bounds of the record.
    pub(crate) retention: Retention,
    /// Microseconds since 1970, UTC.
    pub(crate) clock: fn() -> i64,
    /// How often the bounds are looked at, whatever is recorded meanwhile.
    pub(crate) prune_every: Duration,
    /// How long after a failure the next attempt is made, if nobody asks for one earlier.
    pub(crate) retry_after: Duration,
    /// Whether the last attempt to write succeeded.
    pub(crate) writable: Arc<AtomicBool>,
    /// The room that decisions leave on the disk.
    pub(crate) reserve: Arc<Reserve>,
    /// Where decisions may be appended; nowhere with a database on another machine.
    pub(crate) segments: Option<Segments>,
    /// Tells of how the log grew.
    pub(crate) growth: Growth,
    /// What brings into the log what is recorded in rows of its own, as it is where no files are.
    pub(crate) signal: Option<Arc<Signal>>,
    /// Goes away with the writer.
    pub(crate) _writes: watch::Sender<()>,
}

/// Serves the queue until every [`Writer`] is gone, then closes the connection.
pub(crate) async fn run(desk: Desk, connection: Link, mut queue: mpsc::Receiver<Write>) {
    let mut connection = Some(connection);
    let mut since_prune = 0;
    // Whether the record is known to be over a bound.
    let mut over = false;
    let mut due = Instant::now() + desk.prune_every;
    let (mut owning, mut turning) = (Owning::default(), Turning::default());
    loop {
        let segment = owning.owner.as_ref().map(|owner| &owner.segment);
        let first = match next(&mut queue, over, due, segment).await {
            Next::Write(write) => Some(write),
            Next::Nothing => None,
            Next::Indexing => {
                since_prune += index(&desk, &mut connection, segment, &mut due).await;
                None
            }
            Next::Ended => break,
        };
        if let Some(first) = first {
            let recorded = serve(&desk, &mut connection, first, &mut queue).await;
            since_prune += recorded;
            // However many changes wait, what is recorded has its turn too.
            if segment.is_some_and(|segment| segment.log.is_due()) {
                since_prune += index(&desk, &mut connection, segment, &mut due).await;
            }
            if recorded > 0 && desk.writable.load(Ordering::Relaxed) {
                owning.take(&desk, &mut connection).await;
            }
            if !desk.writable.load(Ordering::Relaxed) || desk.reserve.is_reached() {
                due = due.min(Instant::now() + desk.retry_after);
            }
        }
        if !over && since_prune < PRUNE_EVERY && Instant::now() < due {
            continue;
        }
        match keep_bounds(&desk, &mut connection, &mut turning, since_prune).await {
            Ok(more) => {
                since_prune = 0;
                over = more;
                due = Instant::now() + desk.prune_every;
            }
            Err(error) => {
                tracing::error!(%error, "cannot look at the bounds of the record");
                over = false;
                due = Instant::now() + desk.retry_after;
            }
        }
    }
    if let Some(owner) = owning.owner {
        finish(&desk, &mut connection, &owner.segment).await;
    }
    if let Some(connection) = connection
        && let Err(error) = connection.close().await
    {
        tracing::error!(%error, "the database did not close well");
    }
}

/// What there is to do.
enum Next {
    Write(Write),
    Nothing,
    Indexing,
    Ended,
}

/// The next write; or else what was appended and is to come into the database; or nothing, at once where there is other work,
/// and else when that is due.
async fn next(
    queue: &mut mpsc::Receiver<Write>,
    busy: bool,
    due: Instant,
    segment: Option<&Segment>,
) -> Next {
    let mut indexing = pin!(async {
        match segment {
            Some(segment) => segment.log.due().await,
            None => std::future::pending().await,
        }
    });
    let mut other = pin!(next_other(queue, busy, due));
    std::future::poll_fn(|context| {
        let other = other.as_mut().poll(context);
        match other {
            Poll::Ready(Next::Nothing) | Poll::Pending => {
                if indexing.as_mut().poll(context).is_ready() {
                    Poll::Ready(Next::Indexing)
                } else {
                    other
                }
            }
            ready => ready,
        }
    })
    .await
}

async fn next_other(queue: &mut mpsc::Receiver<Write>, busy: bool, due: Instant) -> Next {
    if busy {
        return match queue.try_recv() {
            Ok(write) => Next::Write(write),
            Err(mpsc::error::TryRecvError::Empty) => Next::Nothing,
            Err(mpsc::error::TryRecvError::Disconnected) => Next::Ended,
        };
    }
    match tokio::time::timeout_at(due, queue.recv()).await {
        Ok(Some(write)) => Next::Write(write),
        Ok(None) => Next::Ended,
        Err(_) => Next::Nothing,
    }
}

/// The next of those that wait; where none does, of those that come while everybody else who has something to do has one
/// turn.
async fn beside(queue: &mut mpsc::Receiver<Write>, gathered: Instant) -> Option<Write> {
    if let Ok(write) = queue.try_recv() {
        return Some(write);
    }
    if Instant::now() < gathered {
        tokio::task::yield_now().await;
    }
    queue.try_recv().ok()
}

/// Does what one request asks for. Records that wait are committed together; gives how many events these were.
async fn serve(
    desk: &Desk,
    connection: &mut Option<Link>,
    first: Write,
    queue: &mut mpsc::Receiver<Write>,
) -> usize {
    let mut weight = 0;
    let (mut changes, mut replies) = (Vec::new(), Vec::new());
    let mut after = None;
    let now = Instant::now();
    let (is_reached, gathered) = (desk.reserve.look(now), now + GATHERING);
    let mut next = Some(first);
    while let Some(write) = next.take() {
        match write {
            Write::Record { change: Change::Recorded(_), reply, .. } if is_reached => {
                // A waiter that went away no longer needs its answer.
                let _ = reply.send(Err(RecordError::Reserve));
                next = queue.try_recv().ok();
            }
            Write::Record { change, reply, room } => {
                weight += change.weight();
                changes.push(change);
                replies.push((reply, room));
                if weight < MAX_GROUP {
                    next = beside(queue, gathered).await;
                }
            }
            Write::Alone { job, room } => after = Some((job, None, room)),
            Write::Aside { .. } if is_reached => next = queue.try_recv().ok(),
            Write::Aside { job, weight, room } => after = Some((job, Some(weight), room)),
        }
    }
    if !changes.is_empty() {
        let outcome = attempt(desk, connection, async |link| commit(desk, link, &changes).await).await;
        let outcome = outcome.map_err(|error| {
            tracing::error!(%error, waiting = replies.len(), "cannot write to the database");
            RecordError::Failed(error.to_string())
        });
        if outcome.is_ok() {
            desk.reserve.count(weight);
        }
        for (reply, room) in replies {
            drop(room);
            let _ = reply.send(outcome.clone());
        }
    }
    if let Some((job, aside, room)) = after {
        let act = async |link: &mut Link| job(link).await;
        let outcome = match aside {
            None => attempt(desk, connection, act).await,
            Some(weight) => tried(desk, connection, act).await.inspect(|()| desk.reserve.count(weight)),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "cannot write to the database");
        }
        drop(room);
    }
    weight
}

/// Where nothing else does so, brings on what earlier versions recorded and what makes the log quick to search, a bit at a time. Then
/// deletes what is over a bound, as many rounds as outweigh `recorded` new events; answers whether more is over it. After
/// a failure it first finds out whether the database can be written to again.
async fn keep_bounds(
    desk: &Desk,
    connection: &mut Option<Link>,
    turning: &mut Turning,
    recorded: usize,
) -> Result<bool, sqlx::Error> {
    desk.reserve.look(Instant::now());
    if !desk.writable.load(Ordering::Relaxed) {
        attempt(desk, connection, async |connection| inbox::probe(connection).await).await?;
    }
    if desk.segments.is_some() {
        let size = desk.growth.size();
        let more = attempt(desk, connection, async |link| {
            Ok(import::step(link).await? || turning.step(link, size).await?)
        });
        if more.await? {
            return Ok(true);
        }
    }
    for _ in 0..=recorded / retention::ROUND {
        let now = (desk.clock)();
        let prune = async |connection: &mut Link| retention::prune(connection, desk.retention, now).await;
        if !attempt(desk, connection, prune).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// As [`tried`]; how it went says whether the database can be written to.
async fn attempt<T>(
    desk: &Desk,
    slot: &mut Option<Link>,
    act: impl AsyncFnOnce(&mut Link) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let outcome = tried(desk, slot, act).await;
    desk.writable.store(outcome.is_ok(), Ordering::Relaxed);
    outcome
}

/// Does something with the connection. One that failed is closed, and the next attempt opens another: SQLite may have
/// rolled a transaction back by itself, which the driver does not learn, so that every later one would fail as well.
async fn tried<T>(
    desk: &Desk,
    slot: &mut Option<Link>,
    act: impl AsyncFnOnce(&mut Link) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let outcome = match slot.take() {
        Some(connection) => Ok(connection),
        None => desk.opening.connect().await,
    };
    match outcome {
        Ok(mut connection) => match act(&mut connection).await {
            Ok(done) => {
                *slot = Some(connection);
                Ok(done)
            }
            Err(error) => {
                if let Err(error) = connection.close_hard().await {
                    tracing::warn!(%error, "the connection that failed did not close well");
                }
                Err(error)
            }
        },
        Err(error) => Err(error),
    }
}

async fn commit(desk: &Desk, link: &mut Link, changes: &[Change]) -> Result<(), sqlx::Error> {
    // In as few statements as can be: each one crosses to another thread and back.
    let (mut recorded, mut credentials) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            Change::Recorded(more) => recorded.push(more),
            Change::Credential(credential) => credentials.push(credential),
        }
    }
    // Too far ahead of the log, whoever records waits for it.
    if let Some(signal) = desk.signal.as_ref().filter(|signal| signal.behind() > MAX_BEHIND) {
        signal.held_up();
        let taken = inbox::take(link).await?;
        signal.came(taken.events, taken.bytes);
        desk.growth.tell(taken.size);
    }
    if let Some(signal) = desk.signal.as_ref().filter(|_| credentials.is_empty()) {
        inbox::record(link, &recorded).await?;
        signal.recorded(&recorded);
        return Ok(());
    }
    // On PostgreSQL the statement that begins also finds out, before anything could be lost, whether the connection is still
    // there.
    link.begin().await?;
    for credential in credentials {
        credential::save(link, credential).await?;
    }
    if recorded.is_empty() {
        return link.commit().await;
    }
    match &desk.signal {
        None => {
            let texts: Vec<&[u8]> = recorded.iter().flat_map(|recorded| recorded.texts()).collect();
            let size = log::append(link, &texts).await?;
            link.commit().await?;
            desk.growth.tell(size);
        }
        Some(signal) => {
            inbox::insert(link, &inbox::rows(&recorded)?).await?;
            link.commit().await?;
            signal.recorded(&recorded);
        }
    }
    Ok(())
}

mod segments;
#[cfg(test)]
mod tests;

pub(crate) use segments::Segments;
use segments::{Owning, finish, index};
