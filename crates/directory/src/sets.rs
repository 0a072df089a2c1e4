//! What was compiled and is kept, so that it is compiled once.

use std::hash::Hash;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

/// Keeps what was made for a key. Whoever asks for something that is just being made waits for it instead of making it
/// again; whoever asks for another key is held up by neither.
///
/// When there is too much, what was not asked for since the last time that there was too much is forgotten.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    /// The most that one of the two generations holds.
    most: usize,
    generations: RwLock<Generations<K, V>>,
}

#[derive(Debug)]
struct Generations<K, V> {
    young: HashMap<K, Arc<OnceLock<V>>, RandomState>,
    old: HashMap<K, Arc<OnceLock<V>>, RandomState>,
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    /// Keeps nothing yet, and never more than `most`.
    pub(crate) fn new(most: usize) -> Kept<K, V> {
        let generations = Generations { young: HashMap::default(), old: HashMap::default() };
        Kept { most: (most / 2).max(1), generations: RwLock::new(generations) }
    }

    /// What is kept for the key, or else what `make` makes.
    pub(crate) fn get(&self, key: K, make: impl FnOnce(&K) -> V) -> V
    where
        K: Clone,
    {
        let known = self.generations.read().unwrap_or_else(PoisonError::into_inner).young.get(&key).cloned();
        let place = known.unwrap_or_else(|| self.place(key.clone()));
        place.get_or_init(|| make(&key)).clone()
    }

    fn place(&self, key: K) -> Arc<OnceLock<V>> {
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        let Generations { young, old } = &mut *generations;
        if let Some(place) = young.get(&key) {
            return Arc::clone(place);
        }
        if young.len() >= self.most {
            *old = std::mem::take(young);
        }
        let place = old.remove(&key).unwrap_or_default();
        young.insert(key, Arc::clone(&place));
        place
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn what_many_ask_for_at_once_is_compiled_once() {
        let (kept, made, start) = (Kept::new(100), AtomicUsize::new(0), Barrier::new(8));
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
        let (kept, made) = (Kept::new(10), AtomicUsize::new(0));
        let make = |key: &usize| {
            made.fetch_add(1, Ordering::Relaxed);
            *key
        };
        for key in 1..=100 {
            assert_eq!(kept.get(key, make), key);
            assert_eq!(kept.get(0, make), 0);
            let generations = kept.generations.read().unwrap();
            assert!(generations.young.len() + generations.old.len() <= 10);
        }
        assert_eq!(made.into_inner(), 101, "the one that was always asked for was made once");
    }
}
