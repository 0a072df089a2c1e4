//! Reading the log for rules, which goes on behind what cannot be read.

use casemate_audit::event::Event;
use casemate_audit::tile::WIDTH;
use casemate_store::{LogEvent, StoreError, StoreReader};

/// The events that are read at once.
const AT_ONCE: u32 = 1_000;

/// What stands in the log from an index on.
pub(super) enum Read {
    /// Some events; none where the log ends there.
    Events(Vec<LogEvent>),
    /// Events up to an index, without that one, which are damaged, or archived where nobody reaches them.
    Lost { end: u64, error: StoreError },
}

/// Reads from an index on.
///
/// # Errors
/// Where the database does not answer: try again.
pub(super) async fn read(reader: &StoreReader, next: u64) -> Result<Read, StoreError> {
    match reader.log_events(next, AT_ONCE).await {
        Ok(events) => return Ok(Read::Events(events)),
        Err(error) if !error.is_of_lost_events() => return Err(error),
        Err(_) => {}
    }
    // What is behind the first block may be what is lost.
    let left = WIDTH - next % WIDTH;
    let error = match reader.log_events(next, u32::try_from(left).unwrap_or(AT_ONCE)).await {
        Ok(events) => return Ok(Read::Events(events)),
        Err(error) if !error.is_of_lost_events() => return Err(error),
        Err(error) => error,
    };
    // An archive that is not reached would be waited for with each of its blocks.
    let end = if error.is_of_archive() { reader.log_archived().await? } else { 0 };
    Ok(Read::Lost { end: end.max(next.saturating_add(left)), error })
}

/// About where the events from a time on begin, before an index. What was recorded behind its time may stand behind it.
///
/// # Errors
/// Where the database does not answer.
pub(super) async fn first_at(reader: &StoreReader, time: i64, end: u64) -> Result<u64, StoreError> {
    let first = reader.log_since(time).await?.min(end);
    let events = match reader.log_events(first, u32::try_from(WIDTH).unwrap_or(AT_ONCE)).await {
        Ok(events) => events,
        Err(error) if error.is_of_lost_events() => return Ok(first),
        Err(error) => return Err(error),
    };
    // What has no text any more may be from before or from after: it is looked at.
    let earlier = events.iter().take_while(|event| at(event).is_some_and(|at| at < time));
    Ok(earlier.last().map_or(first, |event| event.index + 1).min(end))
}

/// When an event happened, where that is known.
pub(super) fn at(event: &LogEvent) -> Option<i64> {
    Event::parse(event.text.as_deref()?).ok().map(|event| event.at)
}
