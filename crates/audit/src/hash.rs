//! Hashes of leaves and of nodes (RFC 6962, section 2.1).

use std::fmt::{self, Display};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The bytes of a hash.
pub const LENGTH: usize = 32;

/// What a leaf is hashed with, so that it is never taken for a node.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The hash of a leaf, of a node or of a whole tree. Shown in base64, as checkpoints have it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MerkleHash(pub [u8; LENGTH]);

impl MerkleHash {
    /// Of a leaf with this entry.
    #[must_use]
    pub fn of_leaf(entry: &[u8]) -> MerkleHash {
        MerkleHash(Sha256::new().chain_update([LEAF]).chain_update(entry).finalize().into())
    }

    /// Of the node over two others.
    #[must_use]
    pub fn of_node(left: &MerkleHash, right: &MerkleHash) -> MerkleHash {
        let mut bytes = [NODE; 1 + 2 * LENGTH];
        for (place, byte) in bytes.iter_mut().skip(1).zip(left.0.iter().chain(&right.0)) {
            *place = *byte;
        }
        MerkleHash(Sha256::digest(bytes).into())
    }

    /// Of a tree without leaves.
    #[must_use]
    pub fn of_nothing() -> MerkleHash {
        MerkleHash(Sha256::digest([]).into())
    }

    /// The hash that stands in base64 (RFC 4648, section 4); nothing where it is none, or of another length.
    #[must_use]
    pub fn parse(base64: &str) -> Option<MerkleHash> {
        let bytes = STANDARD.decode(base64).ok()?;
        Some(MerkleHash(bytes.try_into().ok()?))
    }
}

impl Display for MerkleHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for MerkleHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MerkleHash({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_of_the_specification_come_out() {
        // SHA-256 of nothing, and of one zero byte: FIPS 180-4.
        assert_eq!(MerkleHash::of_nothing().to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(MerkleHash::of_leaf(b"").to_string(), "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
    }

    #[test]
    fn only_a_whole_hash_is_read() {
        let hash = MerkleHash::of_leaf(b"event");
        assert_eq!(MerkleHash::parse(&hash.to_string()), Some(hash));
        for wrong in ["", "AAAA", "not base64", &hash.to_string()[1..], &format!("{hash}A")] {
            assert_eq!(MerkleHash::parse(wrong), None, "{wrong}");
        }
    }
}
