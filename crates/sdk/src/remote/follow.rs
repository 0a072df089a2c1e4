//! Following what changes, for as long as the client lives.

use std::sync::Arc;
use std::time::Duration;

use casemate_expression::Datum;

use super::breaker::{BreakerSettings, backoff};
use super::selector::Change;
use super::sse::{Event, Parser};
use super::state::{State, chance};
use super::transport::{Failure, unreachable};
use super::wire;
use crate::clock::micros;

const CHANGES: &str = "api/v1/permissions/changes";

/// How long what is held counts after an event, where the server says nothing else.
const LEASE: Duration = Duration::from_secs(30);
/// The longest lease that is believed.
const LONGEST_LEASE: i64 = 300;

/// Follows the changes, and begins anew where the stream ends.
pub(super) async fn follow(state: Arc<State>, waits: BreakerSettings) {
    let mut round = 0;
    loop {
        match read(&state, &mut round).await {
            Ok(()) => tracing::debug!("the stream of changes ended"),
            Err(Failure::Refused(error)) => tracing::error!(%error, "the stream of changes is refused"),
            Err(failure) => tracing::warn!(why = %crate::Error::from(failure), "the stream of changes broke"),
        }
        let wait = backoff(&waits, round, chance());
        round = round.saturating_add(1);
        let wait = Duration::from_micros(u64::try_from(wait).unwrap_or_default());
        state.transport.clock.sleep(wait).await;
    }
}

/// Reads one stream to its end.
async fn read(state: &State, round: &mut u32) -> Result<(), Failure> {
    let followed = || Some(state.followed()).filter(|followed| *followed >= 0);
    let last = state.last().or_else(|| Some(followed()?.to_string()));
    let mut response = state.transport.stream(CHANGES, last.as_deref()).await?;
    let mut parser = Parser::default();
    let mut lease = micros(LEASE);
    loop {
        // The server says every few seconds that it is there; after half a lease without a word it is not.
        let silence = Duration::from_micros(u64::try_from(lease / 2).unwrap_or_default());
        let chunk = tokio::select! {
            chunk = response.chunk() => chunk.map_err(unreachable)?,
            () = state.transport.clock.sleep(silence) => {
                return Err(Failure::Away("nothing comes from the stream of changes".to_owned()));
            }
        };
        let Some(chunk) = chunk else { return Ok(()) };
        let mut events = Vec::new();
        parser.push(&chunk, |event| events.push(event)).map_err(|error| Failure::Away(error.to_string()))?;
        for event in events {
            take(state, &event, &mut lease)?;
            *round = 0;
        }
    }
}

/// Takes one event. One that cannot be read breaks the stream: what it says may be what takes somebody's permissions away.
fn take(state: &State, event: &Event, lease: &mut i64) -> Result<(), Failure> {
    let read = || Datum::from_json(&event.data).map_err(|error| Failure::Away(error.to_string()));
    let revision = |datum: &Datum| wire::revision(datum).map_err(Failure::Away);
    match &*event.kind {
        "ready" => {
            let datum = read()?;
            if let Some(Datum::Int(seconds)) = datum.get("lease_seconds") {
                *lease = (*seconds).clamp(1, LONGEST_LEASE) * 1_000_000;
            }
            let revision = revision(&datum)?;
            let since = match datum.get("since") {
                Some(Datum::Int(since)) => revision.min(*since),
                _ => revision,
            };
            state.begin(&event.id, revision, since, *lease)
        }
        "change" => state.take(&event.id, &Change::read(&event.data).map_err(Failure::Away)?, *lease),
        "alive" => state.live(&event.id, revision(&read()?)?, *lease),
        // What a later version tells beside this.
        _ => Ok(()),
    }
}
