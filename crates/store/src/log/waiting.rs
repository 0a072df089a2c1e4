//! What was recorded and is not in the log yet, wherever it is.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::sequencer::{Signal, Waiting};
use super::{import, inbox};
use crate::error::StoreError;
use crate::open::{Database, Opening};
use crate::segment::{self, Behind, Segment};
use crate::sql::{Link, Pool};

/// For how long a start waits for what an earlier version recorded to come into the log.
const IMPORTING: Duration = Duration::from_secs(10);
/// Where what was recorded is that is not in the log yet.
#[derive(Debug, Clone)]
pub(crate) enum Unsettled {
    Files(Behind),
    Rows(Waiting),
}

impl Unsettled {
    pub(crate) fn of(
        database: Database<'_>,
        own: Arc<OnceLock<Segment>>,
        signal: Option<Arc<Signal>>,
    ) -> Result<Unsettled, StoreError> {
        let opening = Opening::of(database)?;
        Ok(match database {
            Database::Embedded(folder) => {
                Unsettled::Files(Behind { data: folder.path().to_owned(), own, opening })
            }
            Database::Postgres(_) | Database::PostgresPool(..) => {
                Unsettled::Rows(Waiting { opening, signal })
            }
        })
    }

    /// Waits until what was recorded before is in the log.
    pub(crate) async fn settle(&self, pool: &Pool) -> Result<(), StoreError> {
        match self {
            Unsettled::Files(behind) => segment::settle(behind, pool).await,
            Unsettled::Rows(waiting) => waiting.settle(pool).await,
        }
    }
}

/// Brings into the log what waits in tables for it, for as long as nobody who starts minds; the rest comes while it serves.
pub(crate) async fn bring(link: &mut Link) -> Result<(), StoreError> {
    let begun = Instant::now();
    while inbox::take(link).await?.is_more {}
    let mut is_told = false;
    while import::step(link).await? {
        if !std::mem::replace(&mut is_told, true) {
            tracing::info!("what an earlier version recorded comes into the log");
        }
        if begun.elapsed() > IMPORTING {
            tracing::info!("the rest of what an earlier version recorded comes into the log while it serves");
            break;
        }
    }
    Ok(())
}
