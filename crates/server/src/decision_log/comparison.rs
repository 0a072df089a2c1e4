//! Two policies that are compared, kept for the pages that follow: all pages are of one comparison.

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Snapshot, sha256};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// For how long they are kept behind a page.
const KEPT: Duration = Duration::from_secs(300);
/// How long whoever compares waits for others who do.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which revisions are compared: the one, and the other or the one that a change would be made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Bound {
    /// The revisions that a page is bound to, and where it begins.
    pub(super) fn read(place: &str) -> Option<(Bound, String)> {
        let mut parts = place.splitn(3, '.');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let bound = Bound { from: number()?, to: number()? };
        Some((bound, parts.next()?.to_owned()))
    }

    /// The place of a page, with what it is bound to.
    pub(super) fn written(self, place: &str) -> String {
        format!("{}.{}.{place}", self.from, self.to)
    }
}

/// Two policies that are compared.
#[derive(Debug, Clone)]
pub(super) struct Compared {
    pub(super) from: Arc<Snapshot>,
    pub(super) to: Arc<Snapshot>,
}

impl Compared {
    /// Their revisions.
    pub(super) fn bound(&self) -> Bound {
        Bound { from: self.from.revision(), to: self.to.revision() }
    }
}

/// What was asked for, as a digest, with what it came to and until when that is kept.
type Kept = ([u8; 32], Compared, Instant);

/// Policies that are compared: one pair at a time, since each is a policy of its own in memory.
#[derive(Debug, Default)]
pub(super) struct Comparisons(Mutex<Option<Kept>>);

/// Somebody's turn to compare.
pub(super) struct Turn<'a>(MutexGuard<'a, Option<Kept>>);

impl Comparisons {
    /// Waits until nobody else compares; nothing where that takes too long.
    pub(super) async fn turn(&self) -> Option<Turn<'_>> {
        tokio::time::timeout(PATIENCE, self.0.lock()).await.ok().map(Turn)
    }

    /// Forgets what nobody asked for until `now`.
    pub(super) fn forget_old(&self, now: Instant) {
        if let Ok(mut kept) = self.0.try_lock() {
            *kept = kept.take().filter(|(.., until)| now < *until);
        }
    }
}

impl Turn<'_> {
    /// What was compared last, where the same is asked for of the same revisions. It is not kept any longer.
    pub(super) fn take(&mut self, what: &str, bound: Option<Bound>) -> Option<Compared> {
        let (kept, compared, _) = self.0.take()?;
        (kept == sha256(what) && Some(compared.bound()) == bound).then_some(compared)
    }

    /// Keeps what is compared for the page that follows.
    pub(super) fn keep(&mut self, what: &str, compared: Compared) {
        *self.0 = Some((sha256(what), compared, Instant::now() + KEPT));
    }
}

#[cfg(test)]
mod tests {
    use casemate_directory::Policy;

    use super::*;

    #[tokio::test]
    async fn one_pair_is_kept_for_its_own_pages_and_not_for_long() {
        let snapshot = Arc::new(Snapshot::offline(Policy::empty()).unwrap());
        let compared = Compared { from: Arc::clone(&snapshot), to: snapshot };
        let bound = compared.bound();
        assert_eq!(Bound::read(&bound.written("7-1")), Some((bound, "7-1".to_owned())));
        assert_eq!(Bound::read("1-7"), None);
        let comparisons = Comparisons::default();
        let other = Bound { from: bound.from + 1, to: bound.to };
        for (what, of, is_there) in [("other", bound, false), ("one", other, false), ("one", bound, true)] {
            let mut turn = comparisons.turn().await.unwrap();
            turn.keep("one", compared.clone());
            assert!(comparisons.0.try_lock().is_err(), "one at a time");
            assert_eq!(turn.take(what, Some(of)).is_some(), is_there, "{what}");
            assert!(turn.take("one", Some(bound)).is_none(), "it is kept for one page");
        }
        comparisons.turn().await.unwrap().keep("one", compared);
        comparisons.forget_old(Instant::now());
        assert!(comparisons.0.lock().await.is_some());
        comparisons.forget_old(Instant::now() + KEPT);
        assert!(comparisons.0.lock().await.is_none());
    }
}
