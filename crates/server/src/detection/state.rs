//! How far the log was looked at, as this process knows it.

use std::sync::{Arc, Mutex, PoisonError};

/// How detections are doing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Detecting(Arc<Mutex<DetectionState>>);

/// How detections are doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetectionState {
    /// Whether this process looks at the log; otherwise another one does.
    pub is_here: bool,
    /// How many events are on record that no rule looked at.
    pub behind_events: u64,
    /// How many events this process passed over since they could not be read.
    pub lost_events: u64,
    /// How many attempts in a row came to nothing.
    pub failures: u64,
    /// Why the last attempt came to nothing; nothing where it did not.
    pub error: Option<String>,
    /// How many alerts are open, by level.
    pub open_alerts: Vec<(String, i64)>,
}

impl Detecting {
    /// How it is at the moment.
    #[must_use]
    pub fn state(&self) -> DetectionState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut DetectionState)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
