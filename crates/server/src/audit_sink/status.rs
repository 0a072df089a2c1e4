//! How far the sinks are, as this process knows it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use casemate_directory::Kind;
use casemate_directory::model::AuditSinkDocument;
use casemate_platform::clock;
use casemate_store::AuditSinkCursor;
use serde::Deserialize;

use super::events::Recorded;
use super::receiver::SinkError;

/// How far all sinks are. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AuditSinks {
    folder: Option<Arc<Path>>,
    states: Arc<Mutex<BTreeMap<Arc<str>, AuditSinkState>>>,
}

/// How far a sink is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditSinkState {
    /// Its name.
    pub name: String,
    /// `syslog`, `webhook`, `file` or `nats`.
    pub kind: &'static str,
    /// How many events are on record that it was not sent.
    pub behind_events: u64,
    /// Since when the first of them waits, in microseconds since 1970 (UTC).
    pub behind_since: Option<i64>,
    /// How many attempts in a row came to nothing.
    pub failures: u64,
    /// How many attempts of this process came to nothing.
    pub failures_here: u64,
    /// How many messages this process had taken.
    pub sent_here: u64,
    /// Why the last attempt came to nothing; nothing where it did not.
    pub error: Option<String>,
    /// Whether somebody paused it.
    pub paused: bool,
}

impl AuditSinkState {
    /// How long the first event waits that it was not sent, in seconds.
    #[must_use]
    pub fn behind_seconds(&self, now: i64) -> f64 {
        self.behind_since.map_or(0.0, |since| (now.saturating_sub(since)).max(0) as f64 / 1e6)
    }
}

impl AuditSinks {
    /// None yet; their files are written into this folder.
    #[must_use]
    pub fn into_folder(folder: Option<PathBuf>) -> AuditSinks {
        AuditSinks { folder: folder.map(Arc::from), ..AuditSinks::default() }
    }

    /// The folder of files.
    pub(super) fn folder(&self) -> Option<Arc<Path>> {
        self.folder.clone()
    }

    /// All of them, by id.
    #[must_use]
    pub fn states(&self) -> Vec<AuditSinkState> {
        self.lock().values().cloned().collect()
    }

    /// A sink that is there.
    pub(super) fn begin(&self, id: &Arc<str>, document: &AuditSinkDocument) -> Progress {
        let mut states = self.lock();
        let state = states.entry(Arc::clone(id)).or_default();
        (state.name, state.kind) = (document.name.clone(), kind_of(document));
        Progress { sinks: self.clone(), id: Arc::clone(id) }
    }

    /// Forgets those that are there no longer.
    pub(super) fn keep(&self, is_there: impl Fn(&str) -> bool) {
        self.lock().retain(|id, _| is_there(id));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, AuditSinkState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a sink is sent by.
pub(super) fn kind_of(document: &AuditSinkDocument) -> &'static str {
    if document.syslog.is_some() {
        "syslog"
    } else if document.webhook.is_some() {
        "webhook"
    } else if document.file.is_some() {
        "file"
    } else if document.nats.is_some() {
        "nats"
    } else {
        Kind::AuditSink.as_str()
    }
}

/// Writes down how far one sink is.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    sinks: AuditSinks,
    id: Arc<str>,
}

impl Progress {
    fn change(&self, change: impl FnOnce(&mut AuditSinkState)) {
        if let Some(state) = self.sinks.lock().get_mut(&self.id) {
            change(state);
        }
    }

    /// Where its cursor is in a log of that size.
    pub(super) fn at(&self, cursor: Option<&AuditSinkCursor>, size: u64) {
        self.change(|state| {
            let next = cursor.and_then(|cursor| cursor.next).unwrap_or(0);
            state.behind_events = size.saturating_sub(next);
            if state.behind_events == 0 {
                state.behind_since = None;
            }
            let Some(cursor) = cursor else { return };
            state.paused = cursor.paused;
            state.failures = cursor.failures;
            state.error.clone_from(&cursor.error);
        });
    }

    /// Which event waits first.
    pub(super) fn waiting_since(&self, first: Option<&Recorded>) {
        #[derive(Deserialize)]
        struct When {
            at: String,
        }
        let when = first.and_then(|recorded| recorded.text.as_deref());
        let when = when.and_then(|text| serde_json::from_str::<When>(text).ok());
        let when = when.and_then(|when| when.at.parse::<jiff::Timestamp>().ok());
        self.change(|state| {
            let known = when.map(|when| when.as_microsecond());
            state.behind_since = known.or(state.behind_since).or_else(|| Some(clock::now()));
        });
    }

    pub(super) fn sent(&self, count: u64) {
        self.change(|state| {
            state.sent_here = state.sent_here.saturating_add(count);
            (state.failures, state.error) = (0, None);
        });
    }

    pub(super) fn failed(&self, error: &SinkError) {
        self.change(|state| {
            state.failures_here = state.failures_here.saturating_add(1);
            state.failures = state.failures.saturating_add(1);
            state.error = Some(error.to_string());
        });
    }
}
