//! The one writer: takes what waits, commits it in one transaction, and only then answers those who wait.

use std::sync::Arc;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

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

/// Serves the queue until every [`Writer`] is gone, then closes the connection.
pub(crate) async fn run(
    mut connection: SqliteConnection,
    mut queue: mpsc::Receiver<Write>,
    retention: Retention,
) {
    let mut since_prune = 0;
    let mut latest = i64::MIN;
    while let Some(first) = queue.recv().await {
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
        let outcome = commit(&mut connection, &changes).await.map_err(|error| {
            tracing::error!(%error, waiting = replies.len(), "cannot write to the database");
            RecordError::Failed(error.to_string())
        });
        for (reply, room) in replies {
            drop(room);
            // A waiter that went away no longer needs its answer.
            let _ = reply.send(outcome.clone());
        }
        for change in &changes {
            if let Change::Decisions(events) = change {
                latest = events.iter().map(|event| event.at).fold(latest, i64::max);
            }
        }
        since_prune += weight;
        if since_prune >= PRUNE_EVERY && latest > i64::MIN {
            match retention::prune(&mut connection, retention, latest).await {
                Ok(true) => {}
                Ok(false) => since_prune = 0,
                Err(error) => tracing::error!(%error, "cannot delete old decisions"),
            }
        }
    }
    if let Err(error) = connection.close().await {
        tracing::error!(%error, "the database did not close well");
    }
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
