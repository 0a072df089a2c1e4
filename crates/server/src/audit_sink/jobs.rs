//! A task for each sink, as long as it is configured as it is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::model::AuditSinkDocument;
use casemate_directory::{Entry, Kind};
use tokio::task::{AbortHandle, JoinSet};

use super::events::EventsFrom;
use super::log::Log;
use super::receiver::{Means, Receivers};
use super::sending::Sending;
use crate::App;

/// How often is looked whether sinks are configured otherwise.
const EVERY: Duration = Duration::from_secs(1);
/// The most that are served: the check of a policy refuses more.
const MAX_SINKS: usize = 32;

/// Sends what comes on record to the sinks that are configured. Never ends by itself.
pub async fn send_to_audit_sinks(app: App) {
    let Some(means) = Means::of(&app) else {
        return tracing::error!("nothing is sent to audit sinks: this process calls nobody");
    };
    let receivers: Arc<dyn Receivers> = Arc::new(means);
    let events: Arc<dyn EventsFrom> = Arc::new(Log::of(&app));
    let holder: Arc<str> = super::service::new_holder().into();
    // They end with this one.
    let mut tasks = JoinSet::new();
    let mut running: HashMap<Arc<str>, (AuditSinkDocument, AbortHandle)> = HashMap::new();
    loop {
        while let Some(ended) = tasks.try_join_next() {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(%error, "sending to an audit sink broke off");
            }
        }
        let sinks = app.administration.lister().all(Kind::AuditSink, "", MAX_SINKS);
        let wanted: HashMap<Arc<str>, AuditSinkDocument> = sinks.iter().filter_map(documented).collect();
        running.retain(|id, (document, task)| {
            let stays = wanted.get(id) == Some(document) && !task.is_finished();
            if !stays {
                task.abort();
            }
            stays
        });
        app.audit_sinks.keep(|id| wanted.contains_key(id));
        for (id, document) in wanted {
            if running.contains_key(&id) {
                continue;
            }
            let sending = Sending {
                id: Arc::clone(&id),
                document: document.clone(),
                holder: Arc::clone(&holder),
                store: Arc::clone(&app.store),
                events: Arc::clone(&events),
                receivers: Arc::clone(&receivers),
                progress: app.audit_sinks.begin(&id, &document),
            };
            let task = tasks.spawn(sending.run());
            running.insert(id, (document, task));
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The id and the document of a sink. It was read when it was written.
fn documented(entry: &Entry) -> Option<(Arc<str>, AuditSinkDocument)> {
    let document = serde_json::from_value(entry.document.clone()).ok()?;
    Some((entry.id.as_str().into(), document))
}
