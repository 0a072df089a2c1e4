//! What an endpoint answered, kept for as long as it is good, and within a bound.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::Instant;

use super::question::AskedAbout;

/// A digest of a question.
pub(super) type Key = [u8; 32];
/// What was found out about somebody, or why not.
pub(super) type Found = Result<Fresh, Arc<str>>;

/// What an answer and its place take beside its texts, in bytes.
const ENTRY: usize = 320;

/// What an endpoint says of somebody, and until when that is relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// A list of permissions, as JSON.
    pub(super) permissions: Arc<str>,
    /// In microseconds since 1970 (UTC).
    pub(super) until: i64,
}

/// An answer that is kept.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) permissions: Arc<str>,
    pub(super) etag: Option<Box<str>>,
    /// When it is good no longer, by a clock that nobody sets.
    pub(super) end: Instant,
    /// Between which times it is good by the system's clock, in microseconds since 1970 (UTC): whichever ends it first does.
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) of: AskedAbout,
}

impl Entry {
    /// What it says, where it is good at `now`.
    fn fresh(&self, now: i64) -> Option<Fresh> {
        let is_good = Instant::now() < self.end && (self.from..self.until).contains(&now);
        is_good.then(|| Fresh { permissions: Arc::clone(&self.permissions), until: self.until })
    }

    fn bytes(&self) -> usize {
        let AskedAbout { kind, id, .. } = &self.of;
        let texts =
            [Some(kind), id.as_ref(), self.etag.as_ref()].into_iter().flatten().map(|text| text.len());
        ENTRY + self.permissions.len() + texts.sum::<usize>()
    }
}

/// All that is known, and who is being asked about. What was not asked for lately is forgotten when there is too much.
#[derive(Debug)]
pub(super) struct Kept {
    most: usize,
    young: HashMap<Key, Arc<Entry>>,
    old: HashMap<Key, Arc<Entry>>,
    bytes: usize,
    /// Who is being asked about, with what tells of it.
    flights: HashMap<Key, watch::Receiver<Option<Found>>>,
    /// How often something was forgotten by order: what was asked before that is not kept.
    epoch: u64,
}

/// What is to be done for whoever asks.
pub(super) enum Known {
    /// Nothing: this is good.
    Fresh(Fresh),
    /// To wait for who is asking already.
    Asked(watch::Receiver<Option<Found>>),
    /// To ask, and to tell all who wait.
    ToAsk {
        /// Who tells.
        teller: watch::Sender<Option<Found>>,
        /// Who waits.
        told: watch::Receiver<Option<Found>>,
        /// What was known before, which is good no longer.
        earlier: Option<Arc<Entry>>,
        /// To be given back with the answer.
        epoch: u64,
    },
}

impl Kept {
    /// Keeps about so many bytes.
    pub(super) fn new(most: usize) -> Kept {
        Kept {
            most: most / 2,
            young: HashMap::new(),
            old: HashMap::new(),
            bytes: 0,
            flights: HashMap::new(),
            epoch: 0,
        }
    }

    /// What is known about somebody at `now`.
    pub(super) fn look(&mut self, key: &Key, now: i64) -> Known {
        let entry = match self.young.get(key) {
            Some(entry) => Some(Arc::clone(entry)),
            None => self.old.remove(key).inspect(|entry| self.keep(*key, Arc::clone(entry))),
        };
        if let Some(fresh) = entry.as_ref().and_then(|entry| entry.fresh(now)) {
            return Known::Fresh(fresh);
        }
        // One whose task is gone tells nobody any more.
        if let Some(told) = self.flights.get(key).filter(|told| told.has_changed().is_ok()) {
            return Known::Asked(told.clone());
        }
        let (teller, told) = watch::channel(None);
        self.flights.insert(*key, told.clone());
        Known::ToAsk { teller, told, earlier: entry, epoch: self.epoch }
    }

    /// Nobody is being asked about any more, and this is what came of it, if it is to be kept.
    pub(super) fn settle(&mut self, key: &Key, epoch: u64, entry: Option<Entry>) {
        if epoch != self.epoch {
            // Whoever asked since is another flight.
            return;
        }
        self.flights.remove(key);
        match entry {
            Some(entry) => self.keep(*key, Arc::new(entry)),
            None => {
                self.young.remove(key);
            }
        }
    }

    fn keep(&mut self, key: Key, entry: Arc<Entry>) {
        self.bytes += entry.bytes();
        self.young.insert(key, entry);
        if self.bytes > self.most {
            self.bytes = 0;
            self.old = std::mem::take(&mut self.young);
        }
    }

    /// Forgets what is known of some.
    pub(super) fn forget(&mut self, is_meant: impl Fn(&AskedAbout) -> bool) {
        self.epoch += 1;
        for entries in [&mut self.young, &mut self.old] {
            entries.retain(|_, entry| !is_meant(&entry.of));
        }
        // Those who wait are told what they asked for; whoever comes now asks anew, and nothing of it is kept that was asked before.
        self.flights.clear();
    }
}
