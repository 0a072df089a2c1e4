//! What was compiled and is kept, so that it is compiled once.

use std::hash::Hash;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

/// How much room something takes that was made for a key, in bytes; nothing where it is not to be kept.
pub(crate) type Weigh<K, V> = fn(&K, &V) -> Option<usize>;

/// What an entry takes beside what it holds, in bytes.
const ENTRY: usize = 128;

/// Keeps what was made for a key. Whoever asks for something that is just being made waits for it instead of making it
/// again, and is told the same, also where it is not kept; whoever asks for another key is held up by neither.
///
/// When there is too much, what was not asked for since the last time that there was too much is forgotten.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    /// The most bytes that one of the two generations holds, and what was made last.
    most: usize,
    weigh: Weigh<K, V>,
    generations: RwLock<Generations<K, V>>,
}

type Places<K, V> = HashMap<K, Arc<OnceLock<V>>, RandomState>;

#[derive(Debug)]
struct Generations<K, V> {
    young: Places<K, V>,
    old: Places<K, V>,
    /// What the young take.
    bytes: usize,
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// Keeps nothing yet, and about so many bytes at most.
    pub(crate) fn new(most: usize, weigh: Weigh<K, V>) -> Kept<K, V> {
        let generations = Generations { young: HashMap::default(), old: HashMap::default(), bytes: 0 };
        Kept { most: most / 2, weigh, generations: RwLock::new(generations) }
    }

    /// What is kept for the key, or else what `make` makes.
    pub(crate) fn get(&self, key: K, make: impl FnOnce(&K) -> V) -> V
    where
        K: Clone,
    {
        let known = self.generations.read().unwrap_or_else(PoisonError::into_inner).young.get(&key).cloned();
        let place = known.unwrap_or_else(|| self.place(key.clone()));
        if let Some(value) = place.get() {
            return value.clone();
        }
        let mut is_made = false;
        let value = place.get_or_init(|| {
            is_made = true;
            make(&key)
        });
        if is_made {
            self.settle(&key, &place, value);
        }
        value.clone()
    }

    fn place(&self, key: K) -> Arc<OnceLock<V>> {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = generations.young.get(&key) {
            return Arc::clone(place);
        }
        let place = generations.old.remove(&key).unwrap_or_default();
        // What is just being made is weighed when it is.
        let bytes = place.get().and_then(|value| self.weight(&key, value)).unwrap_or_default();
        generations.young.insert(key, Arc::clone(&place));
        let forgotten = generations.grown(bytes, self.most);
        // Nobody waits until all of it is gone.
        drop(generations);
        drop(forgotten);
        place
    }

    /// Keeps what was just made within its bounds, or not at all.
    fn settle(&self, key: &K, place: &Arc<OnceLock<V>>, value: &V) {
        let weight = self.weight(key, value);
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        let is_this = |kept: &Arc<OnceLock<V>>| Arc::ptr_eq(kept, place);
        let is_young = generations.young.get(key).is_some_and(is_this);
        let Some(bytes) = weight else {
            if is_young {
                generations.young.remove(key);
            } else if generations.old.get(key).is_some_and(is_this) {
                generations.old.remove(key);
            }
            return;
        };
        let forgotten = if is_young { generations.grown(bytes, self.most) } else { None };
        drop(generations);
        drop(forgotten);
    }

    fn weight(&self, key: &K, value: &V) -> Option<usize> {
        (self.weigh)(key, value).map(|bytes| bytes + ENTRY)
    }
}

impl<K, V> Generations<K, V> {
    /// Counts what the young take more. Where that is too much they become the old, and what was old is forgotten.
    fn grown(&mut self, bytes: usize, most: usize) -> Option<Places<K, V>> {
        self.bytes += bytes;
        if self.bytes <= most {
            return None;
        }
        self.bytes = 0;
        let young = std::mem::take(&mut self.young);
        Some(std::mem::replace(&mut self.old, young))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn what_many_ask_for_at_once_is_compiled_once() {
        let weigh: Weigh<&str, usize> = |_, _| Some(1);
        let (kept, made, start) = (Kept::new(1 << 20, weigh), AtomicUsize::new(0), Barrier::new(8));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let value = kept.get("key", |_| {
                        // Long enough that the others ask meanwhile, were they let.
                        for _ in 0..100 {
                            std::thread::yield_now();
                        }
                        made.fetch_add(1, Ordering::SeqCst)
                    });
                    assert_eq!(value, 0);
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_is_bounded() {
        let weigh: Weigh<usize, usize> = |_, value| Some(*value);
        let (kept, made) = (Kept::new(100 * (1_000 + ENTRY), weigh), AtomicUsize::new(0));
        let make = |_: &usize| {
            made.fetch_add(1, Ordering::Relaxed);
            1_000
        };
        for key in 1..=1_000 {
            assert_eq!(kept.get(key, make), 1_000);
            assert_eq!(kept.get(0, make), 1_000);
            let generations = kept.generations.read().unwrap();
            let count = generations.young.len() + generations.old.len();
            assert!(count <= 102, "{count}");
            assert!(generations.bytes <= 50 * (1_000 + ENTRY));
        }
        assert_eq!(made.into_inner(), 1_001, "the one that was always asked for was made once");
        // One that takes more than all may is made for whoever asks, and does not stay for long.
        let huge = |_: &usize| 1 << 30;
        assert_eq!(kept.get(5_000, huge), 1 << 30);
        assert_eq!(kept.get(5_001, huge), 1 << 30);
        let generations = kept.generations.read().unwrap();
        assert_eq!((generations.young.len(), generations.bytes), (0, 0));
        assert!(generations.old.len() <= 2);
    }

    #[test]
    fn what_fails_is_told_to_all_who_wait_and_not_kept() {
        const WAITING: usize = 8;
        let weigh: Weigh<&str, Result<usize, String>> = |_, value| value.as_ref().ok().copied();
        let (kept, made) = (Kept::new(1 << 20, weigh), AtomicUsize::new(0));
        let told: Vec<Result<usize, String>> = std::thread::scope(|scope| {
            let fails = || {
                kept.get("key", |_| {
                    made.fetch_add(1, Ordering::SeqCst);
                    // Until all of them wait for this one: no lock is held meanwhile.
                    while kept.generations.read().unwrap().young.get("key").map_or(0, Arc::strong_count)
                        <= WAITING
                    {
                        std::thread::yield_now();
                    }
                    Err("a source fails".to_owned())
                })
            };
            let asking: Vec<_> = (0..WAITING).map(|_| scope.spawn(fails)).collect();
            asking.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        assert_eq!(told, vec![Err("a source fails".to_owned()); WAITING]);
        assert_eq!(made.load(Ordering::SeqCst), 1, "one of them made it");
        assert_eq!(kept.get("key", |_| Ok(7)), Ok(7), "it is made again");
        assert_eq!(kept.get("key", |_| Ok(8)), Ok(7), "and kept");
    }
}
