//! Refusals of callers without a valid credential. They are counted, not recorded one by one, so that whoever sends many
//! bad requests costs a bounded amount of memory and disk.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casemate_platform::{Client, clock};
use casemate_store::{AnonymousDenial, Store};

use crate::App;

/// The most addresses and routes that are told apart in a minute.
const MAX_DISTINCT: usize = 128;
/// In the place of an address or a route that was not told apart.
const OTHER: &str = "other";
/// How often counts are written.
const EVERY: Duration = Duration::from_secs(5);
const MICROS_A_MINUTE: i64 = 60_000_000;

/// The counts that are not written yet. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AnonymousDenials(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    minute: i64,
    /// Those that are told apart in this minute, written ones too.
    known: HashSet<(String, String)>,
    waiting: HashMap<(i64, String, String), i64>,
}

impl AnonymousDenials {
    /// Counts one, at `now` (microseconds since 1970, UTC).
    pub(crate) fn count(&self, address: &str, route: &str, now: i64) {
        let minute = now.div_euclid(MICROS_A_MINUTE);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.minute != minute {
            counts.minute = minute;
            counts.known.clear();
        }
        let key = (address.to_owned(), route.to_owned());
        let is_told_apart = counts.known.contains(&key) || counts.known.len() < MAX_DISTINCT;
        let (address, route) = if is_told_apart {
            counts.known.insert(key.clone());
            key
        } else {
            (OTHER.to_owned(), OTHER.to_owned())
        };
        let count = counts.waiting.entry((minute, address, route)).or_default();
        *count = count.saturating_add(1);
    }

    /// Writes what was counted. What cannot be written now is tried again the next time, as far as it is bounded.
    pub async fn flush(&self, store: &Store) {
        let waiting = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting);
        if waiting.is_empty() {
            return;
        }
        let denials: Vec<AnonymousDenial> = waiting
            .iter()
            .map(|((minute, address, route), count)| AnonymousDenial {
                minute: *minute,
                address: address.clone(),
                route: route.clone(),
                count: *count,
            })
            .collect();
        if let Err(error) = store.count_anonymous_denials(denials).await {
            tracing::warn!(%error, "counts of anonymous refusals wait to be written");
            self.put_back(waiting);
        }
    }

    fn put_back(&self, waiting: HashMap<(i64, String, String), i64>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for ((minute, address, route), count) in waiting {
            let is_full = counts.waiting.len() >= 8 * MAX_DISTINCT;
            let key =
                if is_full { (minute, OTHER.to_owned(), OTHER.to_owned()) } else { (minute, address, route) };
            if is_full && !counts.waiting.contains_key(&key) && counts.waiting.len() >= 16 * MAX_DISTINCT {
                continue;
            }
            let sum = counts.waiting.entry(key).or_default();
            *sum = sum.saturating_add(count);
        }
    }
}

/// Writes counts every few seconds. Never ends by itself; whoever ends it calls [`AnonymousDenials::flush`] once more.
pub async fn write_denials(denials: AnonymousDenials, store: Arc<Store>) {
    loop {
        tokio::time::sleep(EVERY).await;
        denials.flush(&store).await;
    }
}

/// Counts an answer by which somebody without a valid credential was refused.
pub(crate) fn count_denial(app: &App, client: Option<Client>, route: Option<&str>) {
    let address = client.map_or_else(|| "unknown".to_owned(), |client| client.address.to_string());
    app.denials.count(&address, route.unwrap_or("none"), clock::now());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(denials: &AnonymousDenials) -> Vec<((i64, String, String), i64)> {
        let counts = denials.0.lock().unwrap();
        let mut waiting: Vec<_> = counts.waiting.iter().map(|(key, count)| (key.clone(), *count)).collect();
        waiting.sort();
        waiting
    }

    #[test]
    fn refusals_are_counted_by_minute_address_and_route() {
        let denials = AnonymousDenials::default();
        for (address, now) in
            [("192.0.2.1", 0), ("192.0.2.1", 59_999_999), ("192.0.2.2", 1), ("192.0.2.1", 60_000_000)]
        {
            denials.count(address, "/api/v1/roles", now);
        }
        let counts: Vec<_> = waiting(&denials)
            .into_iter()
            .map(|((minute, address, _), count)| (minute, address, count))
            .collect();
        let expected = [(0, "192.0.2.1", 2), (0, "192.0.2.2", 1), (1, "192.0.2.1", 1)];
        assert_eq!(counts, expected.map(|(minute, address, count)| (minute, address.to_owned(), count)));
    }

    #[test]
    fn many_addresses_take_no_more_room_than_a_few() {
        let denials = AnonymousDenials::default();
        for number in 0..100_000 {
            denials.count(&format!("2001:db8::{number:x}"), "/api/v1/me", 0);
        }
        let waiting = waiting(&denials);
        assert_eq!(waiting.len(), MAX_DISTINCT + 1);
        assert_eq!(waiting.iter().map(|(_, count)| count).sum::<i64>(), 100_000);
        let other = waiting.iter().find(|((_, address, _), _)| address == OTHER).unwrap();
        assert_eq!(other.1, 100_000 - i64::try_from(MAX_DISTINCT).unwrap());
    }

    #[test]
    fn what_cannot_be_written_for_long_stays_bounded() {
        let denials = AnonymousDenials::default();
        for minute in 0..100 {
            let mut waiting = HashMap::new();
            for number in 0..MAX_DISTINCT {
                waiting.insert((minute, number.to_string(), "r".to_owned()), 1);
            }
            denials.put_back(waiting);
        }
        assert!(waiting(&denials).len() <= 16 * MAX_DISTINCT);
    }
}
