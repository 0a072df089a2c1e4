//! The tree itself: growing it leaf by leaf, and finding what proofs are made of.

use crate::hash::MerkleHash;

/// The most levels of a tree whose size is a 64-bit number.
const LEVELS: u32 = u64::BITS;

/// A node over a whole number of leaves: node `index` of `level` is over the leaves from `index << level` on, `1 << level` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// 0 for leaves.
    pub level: u32,
    /// From the left, from 0.
    pub index: u64,
}

/// Where the nodes of a tree are found.
pub trait Nodes {
    /// Why one is not.
    type Error;

    /// The hash of a node that is over leaves that the tree has.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn node(&mut self, node: Node) -> Result<MerkleHash, Self::Error>;
}

/// The right edge of a tree: all that is needed to grow it, whatever its size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// The nodes that have no other beside them, the largest first.
    peaks: Vec<MerkleHash>,
}

/// The nodes at the right edge of a tree of so many leaves, the largest first.
pub fn peaks_of(size: u64) -> impl Iterator<Item = Node> {
    (0..LEVELS).rev().filter(move |level| size >> level & 1 == 1).map(move |level| {
        let start = size >> level & !1;
        Node { level, index: start }
    })
}

impl Edge {
    /// Of a tree of `size` leaves whose nodes are found there.
    ///
    /// # Errors
    /// Where a node cannot be read.
    pub fn read<N: Nodes>(size: u64, nodes: &mut N) -> Result<Edge, N::Error> {
        let peaks = peaks_of(size).map(|node| nodes.node(node)).collect::<Result<_, _>>()?;
        Ok(Edge { size, peaks })
    }

    /// Of a tree of `size` leaves whose nodes at the right edge are these, the largest first; nothing where a tree of that size has
    /// more of them, or fewer.
    #[must_use]
    pub fn of(size: u64, peaks: Vec<MerkleHash>) -> Option<Edge> {
        (peaks.len() == size.count_ones() as usize).then_some(Edge { size, peaks })
    }

    /// The leaves of the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The nodes that have no other beside them, the largest first.
    #[must_use]
    pub fn peaks(&self) -> &[MerkleHash] {
        &self.peaks
    }

    /// Adds a leaf, and tells of each node that is whole by it, the leaf first.
    pub fn push(&mut self, leaf: MerkleHash, made: impl FnMut(Node, &MerkleHash)) {
        self.grow(0, leaf, made);
    }

    /// Adds a node over `1 << level` leaves, where the tree ends so that it stands there; says whether it does.
    #[must_use]
    pub fn push_node(&mut self, level: u32, hash: MerkleHash) -> bool {
        let stands =
            level < LEVELS && self.size.trailing_zeros() >= level && self.size <= u64::MAX - (1 << level);
        if stands {
            self.grow(level, hash, |_, _| ());
        }
        stands
    }

    fn grow(&mut self, level: u32, hash: MerkleHash, mut made: impl FnMut(Node, &MerkleHash)) {
        let (mut hash, mut node) = (hash, Node { level, index: self.size >> level });
        made(node, &hash);
        while node.index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = MerkleHash::of_node(&left, &hash);
            node = Node { level: node.level + 1, index: node.index >> 1 };
            made(node, &hash);
        }
        self.peaks.push(hash);
        self.size += 1 << level;
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> MerkleHash {
        joined(&self.peaks)
    }
}

/// The hash over nodes of falling size that stand beside each other.
fn joined(peaks: &[MerkleHash]) -> MerkleHash {
    let mut rest = peaks.iter().rev();
    let Some(last) = rest.next() else { return MerkleHash::of_nothing() };
    rest.fold(*last, |right, left| MerkleHash::of_node(left, &right))
}

/// The root of the tree as it was with its first `size` leaves.
///
/// # Errors
/// Where a node cannot be read.
pub fn root<N: Nodes>(size: u64, nodes: &mut N) -> Result<MerkleHash, N::Error> {
    Edge::read(size, nodes).map(|edge| edge.root())
}

/// The proof that a leaf is in the tree of `size` leaves (RFC 6962, section 2.1.1); empty where it is not.
///
/// # Errors
/// Where a node cannot be read.
pub fn inclusion<N: Nodes>(index: u64, size: u64, nodes: &mut N) -> Result<Vec<MerkleHash>, N::Error> {
    let mut beside = Vec::new();
    let mut range = Range { start: 0, end: size };
    while index < size && range.length() > 1 {
        let (left, right) = range.halves();
        if index < left.end {
            beside.push(right);
            range = left;
        } else {
            beside.push(left);
            range = right;
        }
    }
    hashes(&beside, nodes)
}

/// The proof that the tree of `later` leaves goes on where that of `earlier` ended (RFC 6962, section 2.1.2); empty where there is
/// nothing to prove: where they are one, where the earlier is empty, or is no earlier one.
///
/// # Errors
/// Where a node cannot be read.
pub fn consistency<N: Nodes>(earlier: u64, later: u64, nodes: &mut N) -> Result<Vec<MerkleHash>, N::Error> {
    if earlier == 0 || earlier >= later {
        return Ok(Vec::new());
    }
    let mut beside = Vec::new();
    let mut range = Range { start: 0, end: later };
    while range.end != earlier {
        let (left, right) = range.halves();
        if earlier <= left.end {
            beside.push(right);
            range = left;
        } else {
            beside.push(left);
            range = right;
        }
    }
    if range.start > 0 {
        beside.push(range);
    }
    hashes(&beside, nodes)
}

/// The hashes of ranges, the last first.
fn hashes<N: Nodes>(ranges: &[Range], nodes: &mut N) -> Result<Vec<MerkleHash>, N::Error> {
    ranges.iter().rev().map(|range| range.hash(nodes)).collect()
}

/// Leaves that a node of the tree is over, also of one that is not perfect.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: u64,
    end: u64,
}

impl Range {
    fn length(self) -> u64 {
        self.end - self.start
    }

    /// What the two nodes below are over: the left one over the largest power of two that leaves something to the right.
    fn halves(self) -> (Range, Range) {
        let middle = self.start + (1 << (self.length() - 1).ilog2());
        (Range { end: middle, ..self }, Range { start: middle, ..self })
    }

    fn hash<N: Nodes>(self, nodes: &mut N) -> Result<MerkleHash, N::Error> {
        let peaks = peaks_of(self.length()).map(|peak| {
            let shift = self.start >> peak.level;
            nodes.node(Node { index: shift + peak.index, ..peak })
        });
        Ok(joined(&peaks.collect::<Result<Vec<_>, _>>()?))
    }
}
