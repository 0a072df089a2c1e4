//! Keeping the record: nothing is answered that should have been recorded and was not.

use casemate_directory::Subject;
use casemate_permission::Effect;
use casemate_platform::telemetry::metrics::count_unrecorded;
use casemate_platform::{Code, Problem};
use casemate_store::{DecisionEvent, Party, RecordError, RecordedDecision, clipped};

use crate::App;

/// Records the events, durably, before the caller may go on. What cannot be recorded is counted, where the operator would rather
/// lose it than have nothing decided.
///
/// # Errors
/// 503: the answer is withheld, since it would not be on record.
pub(crate) async fn store(app: &App, events: Vec<DecisionEvent>) -> Result<(), Problem> {
    if events.is_empty() {
        return Ok(());
    }
    // Boxed, since most answers need none of it, and what a future could need is copied with it.
    let decisions = events.len() as u64;
    Box::pin(app.store.record(events)).await.or_else(|error| {
        match &error {
            RecordError::Busy => tracing::warn!("an answer was withheld: the record's queue is full"),
            // The store says so once, and not for each request.
            RecordError::Reserve | RecordError::Failed(_) => {
                tracing::debug!(%error, "an answer was withheld");
            }
            RecordError::Closed => {
                tracing::error!(%error, "an answer was withheld: it could not be recorded");
            }
        }
        if app.settings.lenient {
            count_unrecorded(decisions);
            return Ok(());
        }
        Err(Problem::new(Code::NotRecorded))
    })
}

/// Somebody as the record names them.
pub(crate) fn party(subject: &Subject) -> Party {
    Party {
        provider: clipped(&subject.provider),
        kind: clipped(&subject.kind),
        id: clipped(subject.id.as_deref().unwrap_or_default()),
    }
}

/// Somebody as a request names them.
pub(crate) fn said(kind: &str, id: &str) -> Party {
    Party { provider: String::new(), kind: clipped(kind), id: clipped(id) }
}

/// An answer as the record names it.
pub(crate) fn decision(effect: Effect) -> RecordedDecision {
    match effect {
        Effect::Allowed => RecordedDecision::Allowed,
        Effect::Denied => RecordedDecision::Denied,
        Effect::Conditional => RecordedDecision::Conditional,
    }
}
