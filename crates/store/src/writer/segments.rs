//! What the writer does about segments: takes their folder, brings what was appended into the database, and ends orderly.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use tokio::time::Instant;

use super::{Desk, attempt, keep_bounds, tried};
use crate::log::Turning;
use crate::segment::{self, Flush, Owner, Segment};
use crate::sql::Link;

/// The folder in which decisions are appended by one process at a time.
#[derive(Debug)]
pub(crate) struct Segments {
    data: PathBuf,
    own: Arc<OnceLock<Segment>>,
    flush: Flush,
}

impl Segments {
    /// The folder in a data folder; `own` is set once this process has it.
    pub(crate) fn new(data: &Path, own: Arc<OnceLock<Segment>>, flush: Flush) -> Segments {
        Segments { data: data.to_owned(), own, flush }
    }
}

/// The folder of segments, once this process has it.
#[derive(Default)]
pub(super) struct Owning {
    pub(super) owner: Option<Owner>,
    tried: Option<Instant>,
}

impl Owning {
    /// Takes the folder, where it is not taken and was not tried just now. Whoever only changes something never gets here.
    pub(super) async fn take(&mut self, desk: &Desk, connection: &mut Option<Link>) {
        let Some(segments) = desk.segments.as_ref().filter(|_| self.owner.is_none()) else { return };
        let now = Instant::now();
        if self.tried.is_some_and(|tried| now.saturating_duration_since(tried) < desk.retry_after) {
            return;
        }
        self.tried = Some(now);
        let take = async |link: &mut Link| {
            Ok(Owner::take(&segments.data, link, &desk.reserve, segments.flush).await)
        };
        match tried(desk, connection, take).await {
            Ok(Ok(Some(owner))) => {
                // It is set here alone, once.
                let _ = segments.own.set(owner.segment.clone());
                self.owner = Some(owner);
            }
            Ok(Ok(None)) => {
                tracing::debug!("another process appends decisions; this one records them itself")
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "decisions cannot be appended and are recorded in the database itself");
                // What failed may have left a transaction open.
                *connection = None;
            }
            Err(error) => tracing::error!(%error, "cannot write to the database"),
        }
    }
}

/// Brings a part of what was appended into the database; gives how many events that were.
pub(super) async fn index(
    desk: &Desk,
    connection: &mut Option<Link>,
    segment: Option<&Segment>,
    due: &mut Instant,
) -> usize {
    let Some(segment) = segment else { return 0 };
    let Some(chunk) = segment.log.chunk() else { return 0 };
    let outcome =
        attempt(desk, connection, async |link| segment::index(segment, chunk, link, &desk.growth).await)
            .await;
    desk.reserve.owe(segment.log.lag().bytes);
    if desk.reserve.is_reached() {
        *due = (*due).min(Instant::now() + desk.retry_after);
    }
    match outcome {
        Ok(events) => usize::try_from(events).unwrap_or(usize::MAX),
        Err(error) => {
            tracing::error!(%error, "recorded decisions do not come into the database");
            segment.log.not_indexed(error.to_string());
            *due = (*due).min(Instant::now() + desk.retry_after);
            0
        }
    }
}

/// Appends what still waits, brings all of it into the database, and leaves no file behind.
pub(super) async fn finish(desk: &Desk, connection: &mut Option<Link>, segment: &Segment) {
    segment.close();
    loop {
        let has_ended = segment.log.has_ended();
        let Some(chunk) = segment.log.chunk() else {
            if has_ended {
                return segment.log.remove_files();
            }
            segment.log.work.notified().await;
            continue;
        };
        match attempt(desk, connection, async |link| segment::index(segment, chunk, link, &desk.growth).await)
            .await
        {
            Ok(events) => {
                let events = usize::try_from(events).unwrap_or(usize::MAX);
                if let Err(error) = keep_bounds(desk, connection, &mut Turning::default(), events).await {
                    tracing::error!(%error, "cannot look at the bounds of the record");
                }
            }
            Err(error) => {
                tracing::error!(%error, "recorded decisions are left in their files until the next start");
                return;
            }
        }
    }
}
