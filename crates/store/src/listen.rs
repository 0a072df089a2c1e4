//! Waking those that follow a database of PostgreSQL as soon as another process changed it. It only wakes: what was changed, the
//! tables say, and who is not woken looks every now and then.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};

use crate::open::Store;
use crate::sql::{CONNECT, Pool, in_time, is_unsupported};

/// What changes are told on.
const CHANNEL: &str = "casemate_revision";
/// What tells of a change, in its transaction.
pub(crate) const NOTIFY: &str = "NOTIFY casemate_revision";
/// How long the connection may be silent before it is found out whether it is there still.
const SILENCE: Duration = Duration::from_secs(30);
/// How long it is waited at first before a connection that was lost is opened again; twice as long each time that fails.
const AGAIN: Duration = Duration::from_millis(100);
/// The longest that it is waited.
const AGAIN_AT_MOST: Duration = Duration::from_secs(30);

impl Store {
    /// Wakes those that wait for [`Store::revisions`] whenever any process commits a change, for as long as the database is there:
    /// over one more connection to PostgreSQL, which is opened again when it is lost. Ends at once where the database cannot wake
    /// anybody: SQLite, and databases that only speak PostgreSQL's language. Looking every now and then is what is left then.
    pub async fn listen(&self) {
        let Pool::Postgres(readers) = &self.reader().pool else { return };
        let mut wait = AGAIN;
        loop {
            let mut heard = false;
            match self.hear(readers, &mut heard).await {
                Ok(()) => return,
                Err(error) if is_unsupported(&error) => {
                    tracing::warn!(
                        %error,
                        "the database does not tell of changes: those of other processes are looked for twice a second"
                    );
                    return;
                }
                Err(error) => {
                    tracing::warn!(%error, "the connection that tells of changes was lost; opening another");
                }
            }
            wait = if heard { AGAIN } else { (wait * 2).min(AGAIN_AT_MOST) };
            tokio::time::sleep(wait).await;
        }
    }

    /// Wakes whoever waits until the connection is lost, or the store is closed.
    async fn hear(&self, readers: &PgPool, heard: &mut bool) -> Result<(), sqlx::Error> {
        // By itself, so that it takes none of the connections that read.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with((*readers.connect_options()).clone());
        let mut listener = in_time(CONNECT, PgListener::connect_with(&pool)).await?;
        // What it was told meanwhile would be lost without a word.
        listener.eager_reconnect(false);
        in_time(CONNECT, listener.listen(CHANNEL)).await?;
        *heard = true;
        loop {
            // Also of what came before anybody listened.
            self.wake();
            let told = loop {
                match tokio::time::timeout(SILENCE, listener.try_recv()).await {
                    Ok(told) => break told?,
                    Err(_) if readers.is_closed() => return Ok(()),
                    Err(_) => {
                        in_time(CONNECT, sqlx::query("SELECT 1").execute(&mut listener)).await?;
                    }
                }
            };
            if told.is_none() {
                return Err(sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into()));
            }
            // Of many at once, whoever waits is woken once.
            while listener.next_buffered().is_some() {}
        }
    }

    fn wake(&self) {
        self.revision.send_modify(|_| ());
    }
}
