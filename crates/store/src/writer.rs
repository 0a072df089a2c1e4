//! The one writer: takes what waits, commits it in one transaction, and only then answers those who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::credential::{self, DevelopmentCredential};
use crate::decision::{self, DecisionEvent};
use crate::error::RecordError;
use crate::retention::{self, Retention};

/// The most requests that may wait for the writer.
pub const MAX_QUEUE: usize = 1_024;

/// The most events that may wait for the writer, over all requests.
pub const MAX_WAITING: u32 = 65_536;

/// The most events after which a transaction takes no further request.
pub const MAX_GROUP: usize = 512;

/// After how many recorded events the bounds of the record are looked at.
const PRUNE_EVERY: usize = 256;

/// The answer that one waiter waits for.
type Reply = oneshot::Sender<Result<(), RecordError>>;

/// One request to the writer.
#[derive(Debug)]
pub(crate) struct Write {
    change: Change,
    reply: Reply,
    /// The room that it takes up among all that wait; given back when it is answered.
    room: OwnedSemaphorePermit,
}

#[derive(Debug)]
enum Change {
    Decisions(Vec<DecisionEvent>),
    Credential(DevelopmentCredential),
}

impl Change {
    fn weight(&self) -> usize {
        match self {
            Change::Decisions(events) => events.len(),
            Change::Credential(_) => 1,
        }
    }
}

/// The asking side of the writer.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Write>,
    room: Arc<Semaphore>,
}

impl Writer {
    /// The two ends of the bounded queue.
    pub(crate) fn new() -> (Writer, mpsc::Receiver<Write>) {
        let (queue, receiver) = mpsc::channel(MAX_QUEUE);
        (Writer { queue, room: Arc::new(Semaphore::new(MAX_WAITING as usize)) }, receiver)
    }

    pub(crate) async fn record(&self, mut events: Vec<DecisionEvent>) -> Result<(), RecordError> {
        if events.is_empty() {
            return Ok(());
        }
        events.iter_mut().for_each(DecisionEvent::clip);
        self.write(Change::Decisions(events)).await
    }

    pub(crate) async fn save_credential(&self, credential: DevelopmentCredential) -> Result<(), RecordError> {
        self.write(Change::Credential(credential)).await
    }

    async fn write(&self, change: Change) -> Result<(), RecordError> {
        let (reply, answer) = oneshot::channel();
        let weight = u32::try_from(change.weight()).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(weight).map_err(|_| RecordError::Busy)?;
        self.queue.try_send(Write { change, reply, room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RecordError::Busy,
            mpsc::error::TrySendError::Closed(_) => RecordError::Closed,
        })?;
        answer.await.unwrap_or(Err(RecordError::Closed))
    }
}

/// What the writer needs besides its queue.
#[derive(Debug)]
pub(crate) struct Desk {
    /// How the connection is opened, and opened again after a failure.
    pub(crate) options: SqliteConnectOptions,
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
}

/// Serves the queue until every [`Writer`] is gone, then closes the connection.
pub(crate) async fn run(desk: Desk, connection: SqliteConnection, mut queue: mpsc::Receiver<Write>) {
    let mut connection = Some(connection);
    let mut since_prune = 0;
    // Whether the record is known to be over a bound.
    let mut over = false;
    let mut due = Instant::now() + desk.prune_every;
    loop {
        let first = match next(&mut queue, over, due).await {
            Next::Write(write) => Some(write),
            Next::Nothing => None,
            Next::Ended => break,
        };
        if let Some(first) = first {
            since_prune += serve(&desk, &mut connection, first, &mut queue).await;
            if !desk.writable.load(Ordering::Relaxed) {
                due = due.min(Instant::now() + desk.retry_after);
            }
        }
        if !over && since_prune < PRUNE_EVERY && Instant::now() < due {
            continue;
        }
        match keep_bounds(&desk, &mut connection, since_prune).await {
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
    Ended,
}

/// The next write; or nothing, at once where there is other work, and else when that is due.
async fn next(queue: &mut mpsc::Receiver<Write>, busy: bool, due: Instant) -> Next {
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

/// Commits one request and those that wait with it, and answers them; gives how many events these were.
async fn serve(
    desk: &Desk,
    connection: &mut Option<SqliteConnection>,
    first: Write,
    queue: &mut mpsc::Receiver<Write>,
) -> usize {
    let mut weight = first.change.weight();
    let mut group = vec![first];
    while weight < MAX_GROUP
        && let Ok(next) = queue.try_recv()
    {
        weight += next.change.weight();
        group.push(next);
    }
    let (changes, replies): (Vec<Change>, Vec<_>) =
        group.into_iter().map(|write| (write.change, (write.reply, write.room))).unzip();
    let outcome = attempt(desk, connection, async |connection| commit(connection, &changes).await).await;
    let outcome = outcome.map_err(|error| {
        tracing::error!(%error, waiting = replies.len(), "cannot write to the database");
        RecordError::Failed(error.to_string())
    });
    for (reply, room) in replies {
        drop(room);
        // A waiter that went away no longer needs its answer.
        let _ = reply.send(outcome.clone());
    }
    weight
}

/// Deletes what is over a bound, as many rounds as outweigh `recorded` new events; answers whether more is over it. After
/// a failure it first finds out whether the database can be written to again.
async fn keep_bounds(
    desk: &Desk,
    connection: &mut Option<SqliteConnection>,
    recorded: usize,
) -> Result<bool, sqlx::Error> {
    if !desk.writable.load(Ordering::Relaxed) {
        attempt(desk, connection, async |connection| decision::probe(connection).await).await?;
    }
    for _ in 0..=recorded / retention::ROUND {
        let now = (desk.clock)();
        let prune =
            async |connection: &mut SqliteConnection| retention::prune(connection, desk.retention, now).await;
        if !attempt(desk, connection, prune).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Does something with the connection. One that failed is closed, and the next attempt opens another: SQLite may have
/// rolled a transaction back by itself, which the driver does not learn, so that every later one would fail as well.
async fn attempt<T>(
    desk: &Desk,
    slot: &mut Option<SqliteConnection>,
    act: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let outcome = match slot.take() {
        Some(connection) => Ok(connection),
        None => SqliteConnection::connect_with(&desk.options).await,
    };
    let outcome = match outcome {
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
    };
    desk.writable.store(outcome.is_ok(), Ordering::Relaxed);
    outcome
}

async fn commit(connection: &mut SqliteConnection, changes: &[Change]) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    for change in changes {
        match change {
            Change::Decisions(events) => decision::insert(&mut transaction, events).await?,
            Change::Credential(credential) => credential::save(&mut transaction, credential).await?,
        }
    }
    transaction.commit().await
}

#[cfg(test)]
mod tests;
