//! Proofs that somebody else checks, who has nothing but a checkpoint.

use thiserror::Error;

use crate::hash::MerkleHash;

/// The most hashes that a proof can have: two for each level of a tree whose size is a 64-bit number.
pub const MAX_HASHES: usize = 128;

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// It is about a leaf that the tree does not have.
    #[error("leaf {index} is not in a tree of {size}: ask for a proof in a later checkpoint")]
    OutsideTree {
        /// The leaf.
        index: u64,
        /// The leaves of the tree.
        size: u64,
    },
    /// The later tree has fewer leaves: it was cut, or the two are in the wrong order.
    #[error("the later checkpoint is of {later} events and the earlier of {earlier}: events were taken away")]
    Shrunk {
        /// The leaves of the tree that is said to be the earlier one.
        earlier: u64,
        /// The leaves of the tree that is said to be the later one.
        later: u64,
    },
    /// The tree that is said to be the earlier one has no leaves, of which nothing can be proved.
    #[error("nothing follows from an empty checkpoint: begin with one that has events")]
    FromNothing,
    /// It has too few or too many hashes for the sizes that it is about.
    #[error(
        "the proof has {found} hashes, which is not the number for these sizes: it was cut, or is for another checkpoint"
    )]
    WrongLength {
        /// How many it has.
        found: usize,
    },
    /// What it comes to is not the root that was signed.
    #[error(
        "the proof does not lead to the root that was signed: the event, the order of events or the proof was changed"
    )]
    OtherRoot,
    /// What it comes to is not the root of the earlier tree.
    #[error("the proof does not lead to the root of the earlier checkpoint: what stood there was changed")]
    OtherEarlierRoot,
}

/// Checks that a leaf is in a tree (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// What the proof does not show.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &MerkleHash,
    root: &MerkleHash,
    proof: &[MerkleHash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutsideTree { index, size });
    }
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for beside in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            hash = MerkleHash::of_node(beside, &hash);
            rise_where_alone(&mut at, &mut last);
        } else {
            hash = MerkleHash::of_node(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Checks that a tree goes on where an earlier one ended (RFC 9162, section 2.1.4.2). Of an empty earlier tree nothing can be
/// proved, other than that the later one is empty as well.
///
/// # Errors
/// What the proof does not show.
pub fn verify_consistency(
    (earlier, earlier_root): (u64, &MerkleHash),
    (later, later_root): (u64, &MerkleHash),
    proof: &[MerkleHash],
) -> Result<(), ProofError> {
    let wrong_length = ProofError::WrongLength { found: proof.len() };
    if earlier > later {
        return Err(ProofError::Shrunk { earlier, later });
    }
    if earlier == later {
        return match (proof.is_empty(), earlier_root == later_root) {
            (false, _) => Err(wrong_length),
            (true, false) => Err(ProofError::OtherRoot),
            (true, true) => Ok(()),
        };
    }
    if earlier == 0 {
        return Err(ProofError::FromNothing);
    }
    let (mut at, mut last) = (earlier - 1, later - 1);
    let shift = at.trailing_ones();
    (at, last) = (at >> shift, last >> shift);
    // A perfect earlier tree is a node of the later one, and is not said again.
    let (first, rest) = match at {
        0 => (earlier_root, proof),
        _ => proof.split_first().ok_or(wrong_length.clone())?,
    };
    let (mut before, mut after) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if at & 1 == 1 || at == last {
            before = MerkleHash::of_node(beside, &before);
            after = MerkleHash::of_node(beside, &after);
            rise_where_alone(&mut at, &mut last);
        } else {
            after = MerkleHash::of_node(&after, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if before != *earlier_root {
        return Err(ProofError::OtherEarlierRoot);
    }
    if after == *later_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Goes up to where there is a node to the left again.
fn rise_where_alone(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        (*at, *last) = (*at >> 1, *last >> 1);
    }
}
