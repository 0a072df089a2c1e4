//! Trees that grow, their tiles and their proofs, beside the definitions of RFC 6962 written down once more.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::collections::HashMap;

use casemate_audit::hash::MerkleHash;
use casemate_audit::proof::{MAX_HASHES, ProofError, verify_consistency, verify_inclusion};
use casemate_audit::tile::{Tile, TileError, TiledNodes, Tiles};
use casemate_audit::tree::{Edge, Node, Nodes, consistency, inclusion, root};
use proptest::prelude::*;

/// MTH of RFC 6962, section 2.1.
fn mth(leaves: &[MerkleHash]) -> MerkleHash {
    match leaves {
        [] => MerkleHash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            MerkleHash::of_node(&mth(&leaves[..middle]), &mth(&leaves[middle..]))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn path(index: usize, leaves: &[MerkleHash]) -> Vec<MerkleHash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, beside) = match index < middle {
        true => (path(index, left), mth(right)),
        false => (path(index - middle, right), mth(left)),
    };
    proof.push(beside);
    proof
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn subproof(earlier: usize, leaves: &[MerkleHash], is_whole: bool) -> Vec<MerkleHash> {
    if earlier == leaves.len() {
        return if is_whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, beside) = match earlier <= middle {
        true => (subproof(earlier, left, is_whole), mth(right)),
        false => (subproof(earlier - middle, right, false), mth(left)),
    };
    proof.push(beside);
    proof
}

/// Nodes and tiles in memory.
#[derive(Default)]
struct Kept {
    nodes: HashMap<Node, MerkleHash>,
    tiles: HashMap<Tile, Vec<u8>>,
}

impl Nodes for Kept {
    type Error = Node;

    fn node(&mut self, node: Node) -> Result<MerkleHash, Node> {
        self.nodes.get(&node).copied().ok_or(node)
    }
}

impl Tiles for Kept {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        self.tiles.get(&tile).cloned().ok_or(TileError::Path)
    }
}

/// A tree that was grown in steps, with the tiles of each size that it had.
fn grown(leaves: &[MerkleHash], sizes: &[usize]) -> (Edge, Kept) {
    let (mut edge, mut kept) = (Edge::default(), Kept::default());
    for size in sizes.iter().copied().chain([leaves.len()]) {
        let before = edge.size();
        for leaf in leaves.get(before as usize..size).unwrap_or_default() {
            edge.push(*leaf, |node, hash| {
                kept.nodes.insert(node, *hash);
            });
        }
        for tile in Tile::of_growth(before, edge.size()) {
            let bytes: Vec<u8> = tile.nodes().flat_map(|node| kept.nodes[&node].0).collect();
            kept.tiles.insert(tile, bytes);
        }
    }
    (edge, kept)
}

fn leaves(count: usize) -> Vec<MerkleHash> {
    (0..count).map(|number| MerkleHash::of_leaf(&number.to_be_bytes())).collect()
}

#[test]
fn every_proof_of_small_trees_is_that_of_the_specification() {
    let all = leaves(70);
    let (edge, mut kept) = grown(&all, &[]);
    assert_eq!(edge.root(), mth(&all));
    for size in 0..=all.len() {
        let tree = &all[..size];
        let (as_u64, of_tree) = (size as u64, mth(tree));
        assert_eq!(root(as_u64, &mut kept), Ok(of_tree));
        for (index, leaf) in tree.iter().enumerate() {
            let proof = inclusion(index as u64, as_u64, &mut kept).unwrap();
            assert_eq!(proof, path(index, tree), "{index} in {size}");
            assert_eq!(verify_inclusion(index as u64, as_u64, leaf, &of_tree, &proof), Ok(()));
        }
        for earlier in 1..=size {
            let proof = consistency(earlier as u64, as_u64, &mut kept).unwrap();
            assert_eq!(proof, subproof(earlier, tree, true), "{earlier} to {size}");
            let before = mth(&all[..earlier]);
            assert_eq!(verify_consistency((earlier as u64, &before), (as_u64, &of_tree), &proof), Ok(()));
        }
    }
}

#[test]
fn there_is_no_proof_of_what_is_not_there() {
    let all = leaves(5);
    let (edge, mut kept) = grown(&all, &[]);
    let root = edge.root();
    assert_eq!(inclusion(5, 5, &mut kept), Ok(Vec::new()));
    assert_eq!(consistency(0, 5, &mut kept), Ok(Vec::new()));
    assert_eq!(consistency(6, 5, &mut kept), Ok(Vec::new()));
    let outside = Err(ProofError::OutsideTree { index: 5, size: 5 });
    assert_eq!(verify_inclusion(5, 5, &all[0], &root, &[]), outside);
    let nothing = MerkleHash::of_nothing();
    assert_eq!(verify_consistency((0, &nothing), (5, &root), &[]), Err(ProofError::FromNothing));
    assert_eq!(verify_consistency((0, &nothing), (0, &nothing), &[]), Ok(()));
    let shrunk = Err(ProofError::Shrunk { earlier: 5, later: 4 });
    assert_eq!(verify_consistency((5, &root), (4, &root), &[]), shrunk);
    let mut nodes = TiledNodes { size: 5, tiles: &mut kept };
    let outside = Err(TileError::OutsideTree { size: 5 });
    for node in [Node { level: 0, index: 5 }, Node { level: 1, index: 2 }, Node { level: 64, index: 0 }] {
        assert_eq!(nodes.node(node), outside, "{node:?}");
    }
}

proptest! {
    #[test]
    fn proofs_from_tiles_are_those_of_the_tree(
        count in 1..1_500usize,
        steps in proptest::collection::vec(0..1_500usize, 0..4),
        places in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let all = leaves(count);
        let mut steps: Vec<usize> = steps.into_iter().filter(|step| *step <= count).collect();
        steps.sort_unstable();
        let (edge, mut kept) = grown(&all, &steps);
        prop_assert_eq!(edge.root(), mth(&all));
        let (index, earlier) = (places.0.index(count), places.1.index(count) + 1);
        let size = count as u64;
        let mut nodes = TiledNodes { size, tiles: &mut kept };
        prop_assert_eq!(&Edge::read(size, &mut nodes).unwrap(), &edge);
        let proof = inclusion(index as u64, size, &mut nodes).unwrap();
        prop_assert_eq!(&proof, &path(index, &all));
        let proof = consistency(earlier as u64, size, &mut nodes).unwrap();
        prop_assert_eq!(&proof, &subproof(earlier, &all, true));
        // Sizes that the tree had before go on being readable.
        for step in steps.into_iter().filter(|step| *step > 0) {
            let mut nodes = TiledNodes { size: step as u64, tiles: &mut kept };
            prop_assert_eq!(root(step as u64, &mut nodes).unwrap(), mth(&all[..step]));
        }
    }

    #[test]
    fn a_proof_shows_nothing_else(
        count in 2..200usize,
        places in any::<[prop::sample::Index; 4]>(),
        bit in 0..256usize,
    ) {
        let all = leaves(count);
        let size = count as u64;
        let (index, earlier) = (places[0].index(count), places[1].index(count - 1) + 1);
        let (whole, before) = (mth(&all), mth(&all[..earlier]));
        let flipped = |hash: &MerkleHash| {
            let mut bytes = hash.0;
            bytes[bit / 8] ^= 1 << (bit % 8);
            MerkleHash(bytes)
        };
        let proof = path(index, &all);
        let is_included = |leaf: &_, root: &_, proof: &[_]| verify_inclusion(index as u64, size, leaf, root, proof).is_ok();
        prop_assert!(is_included(&all[index], &whole, &proof));
        prop_assert!(!is_included(&flipped(&all[index]), &whole, &proof));
        prop_assert!(!is_included(&all[index], &flipped(&whole), &proof));
        let mut changed = proof.clone();
        let place = places[2].index(proof.len());
        changed[place] = flipped(&changed[place]);
        prop_assert!(!is_included(&all[index], &whole, &changed));
        prop_assert!(!is_included(&all[index], &whole, &proof[1..]));
        prop_assert!(!is_included(&all[index], &whole, &[&proof[..], &[whole]].concat()));
        let other = places[3].index(count);
        if all[other] != all[index] {
            prop_assert!(verify_inclusion(other as u64, size, &all[index], &whole, &proof).is_err());
        }
        let proof = subproof(earlier, &all, true);
        let goes_on = |before: &_, root: &_, proof: &[_]| verify_consistency((earlier as u64, before), (size, root), proof).is_ok();
        prop_assert!(goes_on(&before, &whole, &proof));
        prop_assert!(!goes_on(&flipped(&before), &whole, &proof));
        prop_assert!(!goes_on(&before, &flipped(&whole), &proof));
        prop_assert!(!goes_on(&before, &whole, &[&proof[..], &[whole]].concat()));
        prop_assert!(!goes_on(&before, &whole, &proof[1..]));
    }

    #[test]
    fn no_proof_makes_it_fail(
        (index, size, later) in any::<(u64, u64, u64)>(),
        proof in proptest::collection::vec(any::<[u8; 32]>().prop_map(MerkleHash), 0..MAX_HASHES + 2),
    ) {
        let hash = MerkleHash::of_nothing();
        prop_assert!(verify_inclusion(index, size, &hash, &hash, &proof).is_err());
        let other = MerkleHash::of_leaf(b"");
        prop_assert!(verify_consistency((size, &hash), (later, &other), &proof).is_err());
    }
}
