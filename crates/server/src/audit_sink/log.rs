//! The log of the store.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use casemate_identity::BoxFuture;
use casemate_store::{LogEvent, Store};
use tokio::sync::watch;

use super::events::{EventsFrom, LogEnd, Recorded};
use crate::App;

/// What the store has on record.
pub(super) struct Log(Arc<Store>);

impl Log {
    pub(super) fn of(app: &App) -> Log {
        Log(Arc::clone(&app.store))
    }
}

impl EventsFrom for Log {
    fn end(&self) -> BoxFuture<'_, Result<LogEnd, String>> {
        Box::pin(async {
            let state = self.0.reader().log_state().await.map_err(|error| error.to_string())?;
            Ok(LogEnd { origin: state.origin.into(), size: state.size })
        })
    }

    fn events(&self, first: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Recorded>, String>> {
        Box::pin(async move {
            let events = self.0.reader().log_events(first, limit).await.map_err(|error| error.to_string())?;
            Ok(events.into_iter().map(recorded).collect())
        })
    }

    fn grown(&self) -> watch::Receiver<u64> {
        self.0.log_grown()
    }
}

fn recorded(event: LogEvent) -> Recorded {
    let LogEvent { index, text, leaf, salt } = event;
    let (leaf, salt) = (BASE64_STANDARD.encode(leaf.0), salt.map(|salt| BASE64_STANDARD.encode(salt.0)));
    Recorded { index, text, leaf, salt }
}
