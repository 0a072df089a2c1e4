//! Who tries secrets of an account's keys, and from where its keys are known.
//!
//! Of networks from which a key of the account was accepted on the same day nothing is looked up: whatever others try elsewhere, keys
//! go on working there. From anywhere else a secret takes a place before it is looked at, so that in this process no more are wrong
//! than may be, however many come at once. The host counts what was wrong for all processes, and says what is locked by that.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use ipnet::IpNet;

use super::arrivals::{KeyArrival, KeyArrivals};
use crate::time::Timestamp;

/// How many different secrets may be wrong of an account's keys within [`WRONG_KEYS_WINDOW`], from wherever they come.
pub const MOST_WRONG_KEYS: usize = 10;
/// How many of them from one network.
pub const MOST_WRONG_KEYS_OF_NETWORK: usize = 5;
/// How long wrong secrets of an account's keys are counted together, in microseconds from the first: an hour.
pub const WRONG_KEYS_WINDOW: i64 = 60 * MINUTE;
/// How long nothing is looked at once so many were wrong, the first time, in microseconds: five minutes.
pub const FIRST_KEY_LOCK: i64 = 5 * MINUTE;

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// The most networks of a day that are told apart; keys work from others too, which are not remembered.
const MOST_OF_DAY: usize = 20;
/// How long it is waited for what the host says of a wrong secret: who was to say it is gone.
const COUNTED_WITHIN: i64 = MINUTE;
/// How long it is relied on where the host said that keys are known: five minutes.
const LEARNED_FOR: i64 = 5 * MINUTE;
/// The most networks where keys are known that are kept of an account.
const MOST_KNOWN: usize = 100;
/// The most wrong secrets that are kept of an account, where the same ones are shown from many networks.
const MOST_TRIES: usize = 256;

/// What the keys of one account have in common. All of them share it.
#[derive(Debug, Default)]
pub struct KeyGuard {
    account: Box<str>,
    today: ArcSwap<Today>,
    locked: ArcSwapOption<Held>,
    tries: Mutex<Vec<Wrong>>,
    arrivals: Option<Arc<KeyArrivals>>,
}

/// What is locked of an account, and where that does not hold. Times are microseconds since 1970 (UTC).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyLock {
    /// Until when its keys are refused from wherever they are not known; 0 where they are not.
    pub until: i64,
    /// Until when they are refused from one network.
    pub networks: HashMap<IpNet, i64>,
    /// Where its keys are known, beside what this process has seen.
    pub known: HashSet<IpNet>,
}

/// What the host said.
#[derive(Debug, Clone)]
struct Held {
    lock: KeyLock,
    /// When it was said where keys are known, where nothing is locked; a lock says so anew each time that it is followed.
    learned_at: Option<i64>,
}

/// Where keys were accepted on one day.
#[derive(Debug, Default)]
struct Today {
    day: i64,
    networks: Vec<IpNet>,
}

#[derive(Debug)]
pub(super) struct Wrong {
    network: IpNet,
    /// What stands for the secret.
    mark: u64,
    at: i64,
    /// Whether the host has counted it.
    is_counted: bool,
    /// Whether it counts for its network too.
    is_of_network: bool,
}

/// Why a secret is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// Too many were wrong.
    Locked,
    /// As many are being counted as may be wrong.
    UnderWay,
}

/// That a secret may be looked at.
pub(super) enum Place<'a> {
    /// A key of the account was accepted there today.
    Today,
    /// Keys of the account are known there.
    Known,
    /// They are not: nobody else's secret is looked at until it is said how this one was.
    Taken(MutexGuard<'a, Vec<Wrong>>),
}

impl KeyGuard {
    /// Of the account with this id; new networks go to `arrivals`.
    pub fn new(account: &str, arrivals: Arc<KeyArrivals>) -> KeyGuard {
        KeyGuard { account: account.into(), arrivals: Some(arrivals), ..KeyGuard::default() }
    }

    /// Takes what is locked, in place of what was.
    pub fn set_lock(&self, lock: Option<KeyLock>) {
        let mut tries = self.tries();
        let before = self.locked.load_full();
        let before = before.as_deref().map(|held| &held.lock);
        if let Some(lock) = &lock {
            // What was wrong before a lock is done with.
            if before.map_or(0, |before| before.until) < lock.until {
                tries.clear();
            }
            for wrong in tries.iter_mut() {
                let until = |lock: &KeyLock| lock.networks.get(&wrong.network).copied().unwrap_or_default();
                wrong.is_of_network &= before.map_or(0, until) >= until(lock);
            }
        }
        self.locked.store(lock.map(|lock| Arc::new(Held { lock, learned_at: None })));
    }

    /// Whether the host said of late where keys are known; `now` in microseconds since 1970 (UTC).
    pub fn has_learned(&self, now: i64) -> bool {
        let is_recent = |at: i64| now.saturating_sub(at) < LEARNED_FOR;
        self.locked.load().as_ref().is_some_and(|held| held.learned_at.is_none_or(is_recent))
    }

    /// Takes where keys are known at `now` (microseconds since 1970, UTC), unless that was said with a lock.
    pub fn learn(&self, known: HashSet<IpNet>, now: i64) {
        let lock = KeyLock { known, ..KeyLock::default() };
        let learned = Arc::new(Held { lock, learned_at: Some(now) });
        self.locked.rcu(|held| {
            let followed = held.clone().filter(|held| held.learned_at.is_none());
            followed.or_else(|| Some(Arc::clone(&learned)))
        });
    }

    /// Says that the host has counted a wrong secret of a network.
    pub fn settle(&self, network: &IpNet) {
        let mut tries = self.tries();
        let waiting = tries.iter_mut().find(|wrong| !wrong.is_counted && wrong.network == *network);
        if let Some(wrong) = waiting {
            wrong.is_counted = true;
        }
    }

    /// Where a secret may be looked at that comes from `network`; `is_own` where its key is bound to networks, and this is one.
    pub(super) fn enter(&self, network: &IpNet, is_own: bool, now: Timestamp) -> Result<Place<'_>, Closed> {
        if self.today.load().has(network, now) {
            return Ok(Place::Today);
        }
        if is_own {
            return Ok(Place::Known);
        }
        if let Some(Held { lock, .. }) = self.locked.load().as_deref() {
            if lock.known.contains(network) {
                return Ok(Place::Known);
            }
            let until = lock.networks.get(network).copied().unwrap_or_default().max(lock.until);
            if now.0 < until {
                return Err(Closed::Locked);
            }
        }
        let mut tries = self.tries();
        match fullness(&mut tries, network, now.0) {
            None => Ok(Place::Taken(tries)),
            Some(closed) => Err(closed),
        }
    }

    /// Says that a key was accepted from `network`.
    pub(super) fn arrive(&self, network: IpNet, now: Timestamp) {
        if self.today.load().has_no_news_of(&network, now) {
            return;
        }
        let mut is_new = false;
        self.today.rcu(|today| {
            is_new = !today.has_no_news_of(&network, now);
            if is_new { Arc::new(today.with(network, now)) } else { Arc::clone(today) }
        });
        if let Some(arrivals) = self.arrivals.as_ref().filter(|_| is_new) {
            let arrival = KeyArrival { account: self.account.clone(), network, at: now.0 };
            if !arrivals.push(arrival) {
                // It is told when it comes again.
                self.today.rcu(|today| today.without(&network));
            }
        }
        if is_new {
            self.locked.rcu(|held| held.as_ref().map(|held| Held::with(held, network)));
        }
    }

    fn tries(&self) -> MutexGuard<'_, Vec<Wrong>> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place<'_> {
    /// Keeps the place for a secret that was wrong; `mark` stands for it.
    pub(super) fn keep(self, network: IpNet, mark: u64, now: Timestamp) {
        let Place::Taken(mut tries) = self else { return };
        let is_known = tries.iter().any(|wrong| wrong.mark == mark);
        if is_known && tries.iter().any(|wrong| wrong.mark == mark && wrong.network == network) {
            return;
        }
        // Whoever shows what was wrong elsewhere finds nothing out.
        if is_known && tries.len() >= MOST_TRIES {
            return;
        }
        let at = now.0;
        tries.push(Wrong { network, mark, at, is_counted: false, is_of_network: true });
    }
}

/// Why nothing more is looked at that comes from a network, once what is over is forgotten.
fn fullness(tries: &mut Vec<Wrong>, network: &IpNet, now: i64) -> Option<Closed> {
    if tries.first().is_some_and(|first| now.saturating_sub(first.at) >= WRONG_KEYS_WINDOW) {
        tries.clear();
    }
    let is_full = |tries: &[Wrong]| {
        let of_network = tries.iter().filter(|wrong| wrong.is_of_network && wrong.network == *network);
        different(tries) >= MOST_WRONG_KEYS || of_network.count() >= MOST_WRONG_KEYS_OF_NETWORK
    };
    if !is_full(tries) {
        return None;
    }
    // The host locks what is full, unless it cannot: then this process does for itself.
    let last = tries.iter().map(|wrong| wrong.at).max().unwrap_or(now);
    if now.saturating_sub(last) >= FIRST_KEY_LOCK {
        tries.clear();
        return None;
    }
    let waits = |wrong: &Wrong| !wrong.is_counted && now.saturating_sub(wrong.at) < COUNTED_WITHIN;
    Some(if tries.iter().any(waits) { Closed::UnderWay } else { Closed::Locked })
}

/// How many secrets they are: the same one from elsewhere is no other, neither here nor for the host.
fn different(tries: &[Wrong]) -> usize {
    let is_first =
        |(index, wrong): &(usize, &Wrong)| tries.iter().take(*index).all(|one| one.mark != wrong.mark);
    if tries.len() < MOST_WRONG_KEYS {
        tries.len()
    } else {
        tries.iter().enumerate().filter(is_first).count()
    }
}

impl Held {
    /// Where keys are known there too.
    fn with(held: &Arc<Held>, network: IpNet) -> Arc<Held> {
        let mut held = Arc::clone(held);
        if held.lock.known.len() < MOST_KNOWN && !held.lock.known.contains(&network) {
            Arc::make_mut(&mut held).lock.known.insert(network);
        }
        held
    }
}

impl Today {
    fn has(&self, network: &IpNet, now: Timestamp) -> bool {
        self.day == now.0.div_euclid(DAY) && self.networks.contains(network)
    }

    /// Whether it is known, or as many are as are told apart.
    fn has_no_news_of(&self, network: &IpNet, now: Timestamp) -> bool {
        let is_full = self.networks.len() >= MOST_OF_DAY && self.day == now.0.div_euclid(DAY);
        is_full || self.has(network, now)
    }

    fn with(&self, network: IpNet, now: Timestamp) -> Today {
        let day = now.0.div_euclid(DAY);
        let mut networks = if self.day == day { self.networks.clone() } else { Vec::new() };
        networks.push(network);
        Today { day, networks }
    }

    fn without(&self, network: &IpNet) -> Today {
        let networks = self.networks.iter().filter(|known| *known != network).copied().collect();
        Today { day: self.day, networks }
    }
}

#[cfg(test)]
mod tests {
    use super::super::arrivals::MOST_ARRIVALS;
    use super::*;

    const START: Timestamp = Timestamp(20_000 * DAY);

    fn at(minutes: i64) -> Timestamp {
        Timestamp(START.0 + minutes * MINUTE)
    }

    fn network(number: usize) -> IpNet {
        format!("192.0.2.{number}/32").parse().unwrap()
    }

    /// Shows a wrong secret; whether it was looked at.
    fn wrong(guard: &KeyGuard, from: usize, mark: u64, now: Timestamp) -> Result<(), Closed> {
        guard.enter(&network(from), false, now).map(|place| place.keep(network(from), mark, now))
    }

    fn settle_all(guard: &KeyGuard) {
        (0..256).for_each(|from| (0..MOST_WRONG_KEYS).for_each(|_| guard.settle(&network(from))));
    }

    fn is_open(guard: &KeyGuard, from: usize, now: Timestamp) -> bool {
        guard.enter(&network(from), false, now).is_ok()
    }

    #[test]
    fn no_more_is_looked_at_from_one_network_or_of_an_account_than_may_be_wrong() {
        let guard = KeyGuard::default();
        for mark in 0..5 {
            wrong(&guard, 1, mark, START).unwrap();
        }
        assert_eq!(wrong(&guard, 1, 5, START), Err(Closed::UnderWay));
        settle_all(&guard);
        assert_eq!(
            wrong(&guard, 1, 5, START),
            Err(Closed::Locked),
            "by this process, while the host says nothing"
        );
        for mark in 5..10 {
            wrong(&guard, 2 + mark as usize, mark, START).unwrap();
        }
        assert!(!is_open(&guard, 99, START));
        assert!(is_open(&guard, 99, at(5)), "as long as a first lock");
    }

    #[test]
    fn one_secret_is_one_for_the_account_wherever_it_comes_from() {
        let guard = KeyGuard::default();
        for from in 0..250 {
            wrong(&guard, from, 1, START).unwrap();
            wrong(&guard, from, 2, START).unwrap();
        }
        assert!(is_open(&guard, 251, START));
        assert!(guard.tries().len() <= MOST_TRIES);
        for mark in 3..11 {
            wrong(&guard, 251 + mark as usize % 2, mark, START).unwrap();
        }
        assert!(!is_open(&guard, 253, START), "others count, however many networks there are");
    }

    #[test]
    fn what_is_full_in_this_process_alone_is_open_where_the_host_says_that_keys_are_known() {
        let guard = KeyGuard::default();
        assert!(!guard.has_learned(START.0));
        guard.learn(HashSet::from([network(9)]), START.0);
        assert!(guard.has_learned(START.0));
        for mark in 0..10 {
            wrong(&guard, 1 + mark as usize / 5, mark, START).unwrap();
        }
        assert!(is_open(&guard, 9, START) && !is_open(&guard, 8, START));
        guard.set_lock(Some(KeyLock { until: at(5).0, ..KeyLock::default() }));
        guard.learn(HashSet::from([network(9)]), START.0);
        assert!(!is_open(&guard, 9, START), "a lock says so itself");
        assert!(guard.has_learned(at(10_000).0));
    }

    #[test]
    fn where_keys_are_known_is_learned_anew_and_what_arrives_is_part_of_it() {
        let guard = KeyGuard::default();
        guard.learn(HashSet::from([network(1)]), START.0);
        guard.arrive(network(2), START);
        let tomorrow = Timestamp(START.0 + DAY);
        assert!(!guard.has_learned(tomorrow.0));
        for mark in 0..10 {
            wrong(&guard, 100 + mark as usize, mark, tomorrow).unwrap();
        }
        let open = || [1, 2, 3].map(|from| is_open(&guard, from, tomorrow));
        assert_eq!(open(), [true, true, false]);
        guard.learn(HashSet::from([network(3)]), tomorrow.0);
        assert_eq!(open(), [false, false, true]);
    }

    #[test]
    fn the_same_wrong_secret_again_takes_no_place() {
        let guard = KeyGuard::default();
        for _ in 0..50 {
            wrong(&guard, 1, 7, START).unwrap();
        }
        assert!(is_open(&guard, 1, START));
    }

    #[test]
    fn a_lock_holds_wherever_keys_are_not_known() {
        let guard = KeyGuard::default();
        guard.arrive(network(1), START);
        let known = HashSet::from([network(2)]);
        let networks = HashMap::from([(network(4), at(20).0)]);
        guard.set_lock(Some(KeyLock { until: at(10).0, networks, known }));
        let open = |from, now| is_open(&guard, from, now);
        assert!(open(1, at(1)) && open(2, at(1)));
        assert!(!open(3, at(1)) && !open(4, at(1)));
        assert!(guard.enter(&network(3), true, at(1)).is_ok(), "what a key is bound to is its own");
        assert!(open(3, at(10)) && !open(4, at(10)) && open(4, at(20)));
        guard.set_lock(None);
        assert!(open(3, at(1)) && open(4, at(1)));
    }

    #[test]
    fn what_was_wrong_before_a_lock_counts_no_more_after_it() {
        let guard = KeyGuard::default();
        for mark in 0..5 {
            wrong(&guard, 1, mark, START).unwrap();
        }
        let of_network =
            |until| KeyLock { networks: HashMap::from([(network(1), until)]), ..KeyLock::default() };
        guard.set_lock(Some(of_network(at(5).0)));
        assert_eq!(wrong(&guard, 1, 9, at(1)), Err(Closed::Locked));
        assert!(wrong(&guard, 1, 9, at(5)).is_ok(), "the network begins anew");
        for mark in 10..14 {
            wrong(&guard, 2, mark, at(5)).unwrap();
        }
        assert!(!is_open(&guard, 3, at(5)), "the account does not");
        guard.set_lock(Some(KeyLock { until: at(15).0, ..of_network(at(5).0) }));
        assert!(is_open(&guard, 3, at(15)));
    }

    #[test]
    fn a_network_is_told_once_a_day_and_no_more_than_so_many_are() {
        let arrivals = Arc::new(KeyArrivals::default());
        let guard = KeyGuard::new("sva_1", Arc::clone(&arrivals));
        for _ in 0..3 {
            guard.arrive(network(1), START);
        }
        let arrival = KeyArrival { account: "sva_1".into(), network: network(1), at: START.0 };
        assert_eq!(arrivals.take(), [arrival]);
        (0..200).for_each(|from| guard.arrive(network(from), START));
        assert_eq!(arrivals.take().len(), MOST_OF_DAY - 1);
        let tomorrow = Timestamp(START.0 + DAY);
        guard.arrive(network(1), tomorrow);
        assert_eq!(arrivals.take().len(), 1);
    }

    #[test]
    fn a_network_that_was_not_written_down_is_told_again() {
        let arrivals = Arc::new(KeyArrivals::default());
        let guard = KeyGuard::new("sva_1", Arc::clone(&arrivals));
        guard.arrive(network(1), START);
        let taken = arrivals.take();
        arrivals.put_back(taken.clone());
        assert_eq!(arrivals.take(), taken);
        arrivals.put_back(vec![taken[0].clone(); 2 * MOST_ARRIVALS]);
        guard.arrive(network(2), START);
        assert_eq!(arrivals.take().len(), MOST_ARRIVALS, "there was no room for it");
        guard.arrive(network(2), START);
        assert_eq!(arrivals.take().len(), 1, "it comes again");
    }

    #[test]
    fn whatever_comes_at_once_no_more_is_looked_at() {
        let guard = KeyGuard::default();
        let looked_at: usize = std::thread::scope(|scope| {
            let shown: Vec<_> = (0..64)
                .map(|number| {
                    let guard = &guard;
                    scope.spawn(move || usize::from(wrong(guard, number, number as u64, START).is_ok()))
                })
                .collect();
            shown.into_iter().map(|shown| shown.join().unwrap()).sum()
        });
        assert_eq!(looked_at, MOST_WRONG_KEYS);
    }
}
