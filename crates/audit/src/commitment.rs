//! What stands in the tree of an event: a commitment to it, by which whoever has the event and its salt can tell that it was
//! recorded, and whoever has neither learns nothing.
//!
//! Where what is personal in an event is to be erased, its text and its salt are; the tree and every proof stay as they are.
//! Without the salt, nobody can find out by trying what the event was.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::hash::MerkleHash;

/// The bytes of a salt.
pub const SALT: usize = 32;

/// What no other hash of Casemate begins with.
const CONTEXT: &[u8] = b"casemate.audit.entry/1\0";

/// Random bytes that are kept beside an event, of which no two have the same. Whoever knows them can try what the event may be:
/// `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; SALT]);

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// The entry of the log of an event: 32 bytes, which [`leaf`] makes a leaf of.
#[must_use]
pub fn entry(salt: &Salt, event: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(CONTEXT).chain_update(salt.0).chain_update(event).finalize().into()
}

/// The leaf of an event.
#[must_use]
pub fn leaf(salt: &Salt, event: &[u8]) -> MerkleHash {
    MerkleHash::of_leaf(&entry(salt, event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_salt_or_another_event_is_another_entry() {
        let (one, two) = (Salt([1; SALT]), Salt([2; SALT]));
        assert_eq!(entry(&one, b"event"), entry(&one, b"event"));
        assert_ne!(entry(&one, b"event"), entry(&two, b"event"));
        assert_ne!(entry(&one, b"event"), entry(&one, b"events"));
        assert_eq!(leaf(&one, b"event"), MerkleHash::of_leaf(&entry(&one, b"event")));
        assert_eq!(format!("{one:?}"), "Salt(…)");
    }
}
