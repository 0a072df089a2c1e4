//! Who guesses: different wrong secrets by network, counted for a while. Whoever shows the same one again and again guesses
//! nothing: a program with a key that was revoked, or that has not come to this replica yet.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;

/// The most networks that are counted apart.
const MAX_NETWORKS: usize = 4_096;
/// How long wrong secrets are counted together, in microseconds: ten minutes.
pub(super) const WINDOW: i64 = 10 * 60 * 1_000_000;
/// How long the first block lasts, in microseconds: five minutes. Each next one lasts twice as long.
const FIRST: i64 = 5 * 60 * 1_000_000;
/// The longest block, in microseconds: a day.
const LONGEST: i64 = 24 * 3_600 * 1_000_000;

/// How long the block after so many others lasts, in microseconds.
pub(super) fn duration(others: i64) -> i64 {
    let doublings = u32::try_from(others.clamp(0, 20)).unwrap_or_default();
    FIRST.saturating_mul(1 << doublings).min(LONGEST)
}

/// What is known of a wrong secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// It was shown before.
    Again,
    /// It is another one.
    New {
        /// Whether as many were shown by that as may be wrong.
        is_last: bool,
    },
}

/// Wrong secrets of late, as far as they were shown to this process.
#[derive(Debug, Default)]
pub(super) struct Guesses(Mutex<HashMap<IpNet, Window>>);

#[derive(Debug)]
struct Window {
    since: i64,
    /// What stands for each secret: nothing that it could be found out from.
    secrets: Vec<u64>,
}

impl Window {
    fn begun(since: i64) -> Window {
        Window { since, secrets: Vec::new() }
    }
}

impl Guesses {
    /// Notes a wrong secret at `now`, which `secret` stands for; the last is the one that makes `most` within the window, after
    /// which counting begins anew.
    pub(super) fn note(&self, network: IpNet, secret: u64, now: i64, most: usize) -> Noted {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MAX_NETWORKS && !windows.contains_key(&network) {
            make_room(&mut windows, now);
        }
        let window = windows.entry(network).or_insert_with(|| Window::begun(now));
        if now.saturating_sub(window.since) >= WINDOW {
            *window = Window::begun(now);
        }
        if window.secrets.contains(&secret) {
            return Noted::Again;
        }
        window.secrets.push(secret);
        let is_last = window.secrets.len() >= most;
        if is_last {
            windows.remove(&network);
        }
        Noted::New { is_last }
    }

    /// Forgets a network.
    pub(super) fn forget(&self, network: &IpNet) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(network);
    }
}

/// Forgets windows that have ended; where there are none, the half that guessed least.
fn make_room(windows: &mut HashMap<IpNet, Window>, now: i64) {
    windows.retain(|_, window| now.saturating_sub(window.since) < WINDOW);
    if windows.len() >= MAX_NETWORKS {
        let mut counts: Vec<usize> = windows.values().map(|window| window.secrets.len()).collect();
        counts.sort_unstable();
        let median = counts.get(counts.len() / 2).copied().unwrap_or_default();
        windows.retain(|_, window| window.secrets.len() > median);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use casemate_identity::network_of;
    use proptest::prelude::*;

    use super::*;

    impl Guesses {
        fn count(&self, network: IpNet, secret: u64, now: i64, most: usize) -> bool {
            self.note(network, secret, now, most) == Noted::New { is_last: true }
        }
    }

    fn network(text: &str) -> IpNet {
        network_of(text.parse().unwrap())
    }

    #[test]
    fn blocks_grow_to_a_day() {
        let minutes = |others| duration(others) / 60_000_000;
        assert_eq!([0, 1, 2, 5, 9, 40].map(minutes), [5, 10, 20, 160, 1_440, 1_440]);
    }

    #[test]
    fn what_lies_far_apart_is_not_counted_together() {
        let guesses = Guesses::default();
        let one = network("192.0.2.7");
        for time in 0..100 {
            assert!(!guesses.count(one, time as u64, time * WINDOW / 2, 4), "{time}");
        }
    }

    #[test]
    fn the_same_secret_again_is_no_other_guess() {
        let guesses = Guesses::default();
        let one = network("192.0.2.7");
        assert!((0..1_000).all(|time| !guesses.count(one, time % 3, time as i64, 4)));
        assert!(guesses.count(one, 3, 1_000, 4));
    }

    #[test]
    fn many_networks_take_no_more_room_and_who_guesses_most_is_still_found() {
        let guesses = Guesses::default();
        let eager = network("192.0.2.7");
        let mut found = 0;
        for number in 0..100_000u32 {
            let other = network_of(Ipv6Addr::from_bits(u128::from(number) << 64).into());
            let (secret, now) = (u64::from(number), i64::from(number));
            guesses.count(other, secret, now, 20);
            found += usize::from(number % 100 == 0 && guesses.count(eager, secret, now, 20));
            assert!(guesses.0.lock().unwrap().len() <= MAX_NETWORKS);
        }
        // It loses what it began with, where room is made just then.
        assert!(found > 40, "{found}");
    }

    proptest! {
        #[test]
        fn a_network_is_found_at_each_time_that_it_guessed_often_enough(
            most in 1usize..50, guesses in 1u32..500
        ) {
            let counted = Guesses::default();
            let one = network("192.0.2.7");
            let shown = |number: &u32| counted.count(one, u64::from(*number), i64::from(*number), most);
            prop_assert_eq!((0..guesses).filter(shown).count(), guesses as usize / most);
        }
    }
}
