//! What the settings of an installation do to the process that serves.

use std::sync::Arc;

use casemate_directory::{Directory, Snapshot};
use casemate_platform::telemetry::Levels;

use crate::App;
use crate::app::Recorded;

/// Which decisions are recorded: as the settings say, or as the process was started.
pub(crate) fn recorded(app: &App, snapshot: &Snapshot) -> Recorded {
    match snapshot.records_all() {
        Some(true) => Recorded::Allowed,
        Some(false) => Recorded::Denied,
        None => app.settings.recorded,
    }
}

/// Logs what the settings say for as long as they say it, and else what the process was started with. Never ends by itself.
pub async fn follow_log_levels(directory: Arc<Directory>, levels: Levels) {
    let at_start = levels.get();
    let mut told: Option<String> = None;
    let mut taken = directory.taken();
    loop {
        let wanted = directory.current().log_levels().map(str::to_owned);
        if wanted != told {
            let text = wanted.as_deref().unwrap_or(&at_start);
            match levels.set(text) {
                Ok(()) => {
                    tracing::info!(levels = text, "the settings of the installation say what is logged")
                }
                Err(error) => tracing::error!(%error, "the levels of the settings cannot be used"),
            }
            told = wanted;
        }
        // The directory outlives the receiver: it is held here.
        if taken.changed().await.is_err() {
            return;
        }
    }
}
