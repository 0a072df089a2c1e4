//! What is asked of sinks beside the sending.

use std::time::Duration;

use casemate_directory::model::AuditSinkDocument;
use casemate_platform::clock;

use super::events::EventsFrom as _;
use super::log::Log;
use super::message::Message;
use super::receiver::{Means, Receivers as _, SinkError};
use crate::App;
use crate::view::time;

/// How long trying a sink may take.
const TRIAL: Duration = Duration::from_secs(15);

/// Sends something to a sink beside all that is sent, to try it.
pub(super) async fn tried(app: &App, document: &AuditSinkDocument) -> Result<(), SinkError> {
    let detail = || SinkError::Failed("this process calls nobody: ask one that serves".to_owned());
    let means = Means::of(app).ok_or_else(detail)?;
    let origin = Log::of(app).end().await.map_err(SinkError::Failed)?.origin;
    let mut receiver = means.receiver(document, &origin)?;
    let message = Message::test(&origin, time(clock::now()), random());
    let trial = tokio::time::timeout(TRIAL, receiver.test(&message)).await;
    trial.unwrap_or_else(|_| Err(SinkError::Failed("it did not answer in time".to_owned())))
}

/// Who holds leases: another with each process.
pub(super) fn new_holder() -> String {
    format!("{:016x}{:016x}", random(), random())
}

/// A number that nobody guesses; 0 where the system gives no randomness, which then has other worries.
pub(super) fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}
