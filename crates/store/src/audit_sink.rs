//! How far sinks of the audit log are, for whichever process sends next.

use crate::bounds::is_keepable;
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Lease};
use crate::open::{Store, StoreReader};
use crate::sql::{Database, Row, values};

/// The most bytes of an error that are kept.
const MAX_ERROR: usize = 1_024;
/// How many are read at once: more than are served.
const MANY: i64 = 1_000;

/// Forgets how far a sink is that goes: one that comes back by an older version of the configuration begins anew.
pub(crate) async fn forget(database: &mut impl Database, kind: &str, id: &str) -> Result<(), sqlx::Error> {
    if kind == "audit-sink" {
        database.execute("DELETE FROM audit_sink_cursor WHERE sink = $1", values![id]).await?;
    }
    Ok(())
}

/// How far a sink is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSinkCursor {
    /// The sink's id.
    pub sink: String,
    /// The index of the first event that was not acknowledged yet; nothing where no process began to send.
    pub next: Option<u64>,
    /// Whether somebody paused it.
    pub paused: bool,
    /// When something was acknowledged last, in microseconds since 1970 (UTC).
    pub succeeded_at: Option<i64>,
    /// Why the last attempt came to nothing; nothing where it did not.
    pub error: Option<String>,
    /// When that was, in microseconds since 1970 (UTC).
    pub failed_at: Option<i64>,
    /// How many attempts in a row came to nothing.
    pub failures: u64,
}

/// What somebody makes of a sink's cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSinkSteering {
    /// The sink's id.
    pub sink: String,
    /// What is to be done.
    pub step: AuditSinkStep,
}

/// What is done with a sink's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSinkStep {
    /// Nothing is sent until it is resumed.
    Pause,
    /// It goes on where it was.
    Resume,
    /// What is on record from this index on is sent again; a cursor that is before it stays where it is.
    Rewind(u64),
}

impl StoreReader {
    /// How far all sinks are that any process began to send to, by id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn audit_sink_cursors(&self) -> Result<Vec<AuditSinkCursor>, StoreError> {
        let text = "SELECT sink, next_index, paused, succeeded_at, error, failed_at, failures FROM audit_sink_cursor \
                    ORDER BY sink LIMIT $1";
        self.pool.rows(text, values![MANY]).await?.iter().map(cursor).collect()
    }

    /// How far a sink is; nothing where none began to send to it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn audit_sink_cursor(&self, sink: &str) -> Result<Option<AuditSinkCursor>, StoreError> {
        if !is_keepable(sink) {
            return Ok(None);
        }
        let text = "SELECT sink, next_index, paused, succeeded_at, error, failed_at, failures FROM audit_sink_cursor \
                    WHERE sink = $1";
        self.pool.row(text, values![sink]).await?.as_ref().map(cursor).transpose()
    }
}

impl Store {
    /// Begins to send to a sink with the event of an index, unless that began before. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn begin_audit_sink(&self, lease: &Lease, sink: &str, next: u64) -> Result<bool, RecordError> {
        self.under(lease, sink, Progress::Begin { next: index(next) }).await
    }

    /// What stands before `to` was acknowledged, where the cursor is still at `from` and nobody took the lease over; says whether
    /// that is so. The lease then lasts until `until` (microseconds since 1970, UTC), as is written with it. It is no change and has
    /// no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn advance_audit_sink(
        &self,
        lease: &Lease,
        sink: &str,
        (from, to): (u64, u64),
        now: i64,
        until: i64,
    ) -> Result<bool, RecordError> {
        let progress = Progress::Advance { from: index(from), to: index(to), now, until };
        self.under(lease, sink, progress).await
    }

    /// Keeps why an attempt came to nothing, as long as nobody took the lease over.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn note_audit_sink_failure(
        &self,
        lease: &Lease,
        sink: &str,
        error: &str,
        now: i64,
    ) -> Result<bool, RecordError> {
        let end = error.floor_char_boundary(MAX_ERROR);
        let error = error.get(..end).unwrap_or_default().replace('\0', "");
        self.under(lease, sink, Progress::Failed { error, now }).await
    }

    async fn under(&self, lease: &Lease, sink: &str, progress: Progress) -> Result<bool, RecordError> {
        let (fence, sink) = (lease.fence(), sink.to_owned());
        let keep = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let is_kept = lease::is_held(link, &fence).await? && progress.keep(link, &sink).await?;
                if let Progress::Advance { until, .. } = progress
                    && is_kept
                {
                    let text = "UPDATE lease SET until = $3 WHERE name = $1 AND token = $2 AND until < $3";
                    link.execute(text, values![&fence.name, fence.token, until]).await?;
                }
                link.commit().await?;
                Ok(is_kept)
            })
        });
        keep.await
    }
}

/// What whoever sends writes down.
enum Progress {
    Begin { next: i64 },
    Advance { from: i64, to: i64, now: i64, until: i64 },
    Failed { error: String, now: i64 },
}

impl Progress {
    async fn keep(&self, database: &mut impl Database, sink: &str) -> Result<bool, sqlx::Error> {
        let count = match self {
            Progress::Begin { next } => {
                let text = "INSERT INTO audit_sink_cursor (sink, next_index) VALUES ($1, $2) ON CONFLICT (sink) DO \
                            UPDATE SET next_index = excluded.next_index WHERE audit_sink_cursor.next_index < 0";
                database.execute(text, values![sink, *next]).await?
            }
            Progress::Advance { from, to, now, .. } => {
                let text = "UPDATE audit_sink_cursor SET next_index = $3, succeeded_at = $4, error = NULL, \
                            failed_at = NULL, failures = 0 WHERE sink = $1 AND next_index = $2";
                database.execute(text, values![sink, *from, *to, *now]).await?
            }
            Progress::Failed { error, now } => {
                let text = "UPDATE audit_sink_cursor SET error = $2, failed_at = $3, failures = failures + 1 \
                            WHERE sink = $1";
                database.execute(text, values![sink, error, *now]).await?
            }
        };
        Ok(count == 1)
    }
}

/// Does what somebody makes of a cursor. One that no process began yet is at -1, which is no index.
pub(crate) async fn steer(
    database: &mut impl Database,
    steering: &AuditSinkSteering,
) -> Result<(), sqlx::Error> {
    let AuditSinkSteering { sink, step } = steering;
    match step {
        AuditSinkStep::Pause | AuditSinkStep::Resume => {
            let text = "INSERT INTO audit_sink_cursor (sink, next_index, paused) VALUES ($1, -1, $2) \
                        ON CONFLICT (sink) DO UPDATE SET paused = excluded.paused";
            let paused = i64::from(matches!(step, AuditSinkStep::Pause));
            database.execute(text, values![sink, paused]).await?;
        }
        AuditSinkStep::Rewind(to) => {
            let text = "UPDATE audit_sink_cursor SET next_index = $2 WHERE sink = $1 AND next_index > $2";
            database.execute(text, values![sink, index(*to)]).await?;
        }
    }
    Ok(())
}

fn cursor(row: &Row) -> Result<AuditSinkCursor, StoreError> {
    let (next, paused, failures): (i64, i64, i64) =
        (row.get("next_index")?, row.get("paused")?, row.get("failures")?);
    Ok(AuditSinkCursor {
        sink: row.get("sink")?,
        next: u64::try_from(next).ok(),
        paused: paused != 0,
        succeeded_at: row.get("succeeded_at")?,
        error: row.get("error")?,
        failed_at: row.get("failed_at")?,
        failures: u64::try_from(failures).unwrap_or(0),
    })
}

fn index(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
