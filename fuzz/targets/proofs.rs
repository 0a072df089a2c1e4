//! Proofs of a small tree, and of what is made of them by changing, adding and leaving out hashes: another implementation makes
//! the same ones and comes to the same verdict about each.
//!
//! The bytes are the size, a leaf, an earlier size, and changes.
#![no_main]

use std::collections::HashMap;

use casemate_audit::hash::MerkleHash;
use casemate_audit::proof::{verify_consistency, verify_inclusion};
use casemate_audit::tree::{self, Edge, Node, Nodes};
use libfuzzer_sys::fuzz_target;
use tlog_tiles::{Error, Hash, HashReader};

const MAX_SIZE: u64 = 100;

struct Tree(HashMap<Node, MerkleHash>);

impl Nodes for Tree {
    type Error = Node;

    fn node(&mut self, node: Node) -> Result<MerkleHash, Node> {
        self.0.get(&node).copied().ok_or(node)
    }
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
        let hash = |index: &u64| {
            let (level, index) = tlog_tiles::split_stored_hash_index(*index);
            self.0.get(&Node { level: u32::from(level), index }).map(|hash| Hash(hash.0))
        };
        Ok(indexes.iter().filter_map(hash).collect())
    }
}

fn theirs(proof: &[MerkleHash]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash(hash.0)).collect()
}

/// One of: a bit of a hash is another, a hash is left out, one is added.
fn change(proof: &mut Vec<MerkleHash>, [kind, place, bit]: [u8; 3]) {
    let at = usize::from(place) % (proof.len() + 1);
    match kind % 3 {
        0 => {
            if let Some(byte) = proof.get_mut(at).and_then(|hash| hash.0.get_mut(usize::from(bit / 8))) {
                *byte ^= 1 << (bit % 8);
            }
        }
        1 if at < proof.len() => drop(proof.drain(at..=at)),
        _ => proof.insert(at, MerkleHash::of_leaf(&[bit])),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some(([size, index, earlier], changes)) = bytes.split_first_chunk::<3>() else { return };
    let size = u64::from(*size) % MAX_SIZE + 1;
    let (index, earlier) = (u64::from(*index) % size, u64::from(*earlier) % size + 1);
    let (mut edge, mut kept, mut roots) =
        (Edge::default(), Tree(HashMap::new()), vec![MerkleHash::of_nothing()]);
    for leaf in 0..size {
        edge.push(MerkleHash::of_leaf(&leaf.to_be_bytes()), |node, hash| {
            kept.0.insert(node, *hash);
        });
        roots.push(edge.root());
    }
    let (root, before) = (edge.root(), roots[usize::try_from(earlier).unwrap()]);
    let leaf = kept.0[&Node { level: 0, index }];
    assert_eq!(tlog_tiles::tree_hash(size, &kept).unwrap().0, root.0);

    let mut included = tree::inclusion(index, size, &mut kept).unwrap();
    let mut goes_on = tree::consistency(earlier, size, &mut kept).unwrap();
    assert_eq!(tlog_tiles::prove_record(size, index, &kept).unwrap(), theirs(&included));
    assert_eq!(tlog_tiles::prove_tree(size, earlier, &kept).unwrap(), theirs(&goes_on));
    for three in std::iter::once(None).chain(changes.as_chunks::<3>().0.iter().take(8).map(Some)) {
        if let Some(three) = three {
            change(&mut included, *three);
            change(&mut goes_on, *three);
        }
        let ours = verify_inclusion(index, size, &leaf, &root, &included);
        let other = tlog_tiles::check_record(&theirs(&included), size, Hash(root.0), index, Hash(leaf.0));
        assert_eq!(ours.is_ok(), other.is_ok(), "{ours:?} {other:?}");
        let ours = verify_consistency((earlier, &before), (size, &root), &goes_on);
        let other = tlog_tiles::check_tree(&theirs(&goes_on), size, Hash(root.0), earlier, Hash(before.0));
        assert_eq!(ours.is_ok(), other.is_ok(), "{ours:?} {other:?}");
    }
});
