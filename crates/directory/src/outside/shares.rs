//! How much of an endpoint's room one of those who ask may take.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Semaphore;

use crate::subject::Subject;

/// The most requests for one who asks that are under way, or wait for their turn, at once. Their others wait, and take nobody's place.
pub(super) const SHARE: usize = 48;
/// Beyond so many, those that are not in use are given up.
const MANY: usize = 256;

/// Who asks, as a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AskedBy(u64);

impl AskedBy {
    pub(crate) fn of(subject: &Subject) -> AskedBy {
        let mut hasher = DefaultHasher::new();
        let Subject { provider, kind, id, login, tenant, .. } = subject;
        (provider, kind, id, login, tenant).hash(&mut hasher);
        AskedBy(hasher.finish())
    }
}

/// The shares of those who ask at the moment.
#[derive(Debug, Default)]
pub(super) struct Shares(Mutex<HashMap<AskedBy, Weak<Semaphore>>>);

impl Shares {
    /// The share of whoever asks.
    pub(super) fn of(&self, by: AskedBy) -> Arc<Semaphore> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&by).and_then(Weak::upgrade) {
            return share;
        }
        if shares.len() >= MANY {
            shares.retain(|_, share| share.strong_count() > 0);
        }
        let share = Arc::new(Semaphore::new(SHARE));
        shares.insert(by, Arc::downgrade(&share));
        share
    }
}
