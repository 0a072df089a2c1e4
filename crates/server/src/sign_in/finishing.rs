//! How many sign-ins of one network are finished at once. Each waits for the provider, and there is room for some of them: whoever
//! sends many keeps nobody else out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

/// The most of one network.
const MOST: usize = 8;

/// Those that are being finished, by network; no more than there are requests under way.
#[derive(Debug, Default)]
pub(crate) struct Finishing(Mutex<HashMap<IpNet, usize>>);

/// One that is being finished, until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    all: Arc<Finishing>,
    network: IpNet,
}

impl Finishing {
    /// A place for one more of a network; `None` where it has as many as it may.
    pub(super) fn enter(self: &Arc<Self>, network: IpNet) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(network).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Place { all: Arc::clone(self), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_leaves_room_for_others() {
        let all = Arc::new(Finishing::default());
        let (one, other) = ("192.0.2.1/32".parse().unwrap(), "2001:db8::/64".parse().unwrap());
        let mut places: Vec<_> = (0..64).filter_map(|_| all.enter(one)).collect();
        assert_eq!(places.len(), 8);
        assert!(all.enter(other).is_some());
        places.pop();
        places.push(all.enter(one).unwrap());
        assert!(all.enter(one).is_none());
        drop(places);
        assert!(all.0.lock().unwrap().is_empty());
    }
}
