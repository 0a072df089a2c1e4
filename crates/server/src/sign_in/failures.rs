//! How many failed sign-ins become audit events of their own. Strangers cause them: the others are counted by address and route.
//!
//! What costs a stranger nothing takes no place from what tells of an attack: places are apart for known accounts, for addresses, and for
//! what shows not even that a sign-in was begun here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most in a minute of known accounts, and of one of them.
const OF_ACCOUNTS: u32 = 120;
const OF_AN_ACCOUNT: u32 = 10;
/// The most in a minute of anything else that was begun, and of one address.
const OF_ADDRESSES: u32 = 60;
const OF_AN_ADDRESS: u32 = 10;
/// The most in a minute of what was not begun here.
const OF_STRANGERS: u32 = 10;
const MICROS_A_MINUTE: i64 = 60_000_000;

/// What a failure is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure<'a> {
    /// An account that there is, by its id.
    Account(&'a str),
    /// Where it came from: no account is known.
    Address(&'a str),
    /// Nothing: it belongs to no sign-in.
    Stranger,
}

/// What is left of this minute.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Minute>);

#[derive(Debug, Default)]
struct Minute {
    number: i64,
    accounts: Places,
    addresses: Places,
    strangers: u32,
}

/// Places of one sort that are taken; bounded by how many there are.
#[derive(Debug, Default)]
struct Places {
    all: u32,
    each: HashMap<String, u32>,
}

impl Places {
    fn take(&mut self, of: &str, most: u32, most_of_one: u32) -> bool {
        if self.all >= most || self.each.get(of).is_some_and(|taken| *taken >= most_of_one) {
            return false;
        }
        self.all += 1;
        *self.each.entry(of.to_owned()).or_default() += 1;
        true
    }
}

impl Failures {
    /// Whether one more is an event, at `now` (microseconds since 1970, UTC).
    pub(crate) fn take(&self, now: i64, failure: Failure<'_>) -> bool {
        let number = now.div_euclid(MICROS_A_MINUTE);
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        match failure {
            Failure::Account(id) => minute.accounts.take(id, OF_ACCOUNTS, OF_AN_ACCOUNT),
            Failure::Address(address) => minute.addresses.take(address, OF_ADDRESSES, OF_AN_ADDRESS),
            Failure::Stranger => {
                let has_room = minute.strangers < OF_STRANGERS;
                minute.strangers += u32::from(has_room);
                has_room
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_failures_writes_a_bounded_number_of_events_and_takes_no_place_from_others() {
        let failures = Failures::default();
        let told = |what: &str, id: &dyn Fn(u32) -> String| {
            let is_told = |number: &u32| {
                let id = id(*number);
                let failure = match what {
                    "account" => Failure::Account(&id),
                    "address" => Failure::Address(&id),
                    _ => Failure::Stranger,
                };
                failures.take(5, failure)
            };
            (0..10_000).filter(is_told).count()
        };
        assert_eq!(told("stranger", &|_| String::new()), 10);
        assert_eq!(told("address", &|_| "192.0.2.7".to_owned()), 10, "of one address");
        assert_eq!(told("address", &|number| number.to_string()), 50);
        assert_eq!(told("account", &|_| "usr_1".to_owned()), 10, "of one account");
        assert_eq!(told("account", &|number| number.to_string()), 110);
        for failure in [Failure::Stranger, Failure::Address("192.0.2.7"), Failure::Account("usr_1")] {
            assert!(failures.take(MICROS_A_MINUTE, failure), "{failure:?}");
        }
    }
}
