//! Logs that somebody makes up, with genuine checkpoints between what they show: whatever is said to be whole is what was recorded.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::WIDTH;
use casemate_audit::tree::{Edge, Node};
use casemate_audit::verify::{Content, Finding, Span, Verified, Verifier, Wrong};
use proptest::prelude::*;

/// The events of the genuine log.
const EVENTS: u64 = 1_100;

struct Log {
    leaves: Vec<MerkleHash>,
    blocks: HashMap<u64, MerkleHash>,
    /// By size.
    roots: Vec<MerkleHash>,
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let (mut edge, mut blocks, mut roots) = (Edge::default(), HashMap::new(), vec![MerkleHash::of_nothing()]);
    let leaves: Vec<_> = (0..EVENTS).map(|index| MerkleHash::of_leaf(&index.to_be_bytes())).collect();
    for leaf in &leaves {
        edge.push(*leaf, |Node { level, index }, hash| {
            if level == WIDTH.ilog2() {
                blocks.insert(index, *hash);
            }
        });
        roots.push(edge.root());
    }
    Log { leaves, blocks, roots }
});

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint::new("log.example.com/audit", size, LOG.roots[usize::try_from(size).unwrap()]).unwrap()
}

fn invented(number: u64) -> MerkleHash {
    MerkleHash::of_leaf(format!("invented {number}").as_bytes())
}

/// What somebody shows next; indexes are always those that are due.
#[derive(Debug, Clone)]
enum Part {
    /// So many events of the log.
    Genuine(u64),
    /// So many that nobody recorded.
    Invented(u64),
    /// A block that was given up, and whether the node over it is the log's.
    GivenUp(bool),
    /// A checkpoint that the log signed.
    Signed(u64),
}

/// What is shown of an event at last: nothing of one that was given up.
type Told = Vec<Option<MerkleHash>>;

fn verified(
    parts: &[Part],
    expected: &BTreeSet<u64>,
    remembered: Option<u64>,
) -> (Result<Verified, Finding>, Told) {
    let mut told = Told::new();
    let mut verifier = Verifier::new();
    let result = (|| {
        for size in expected {
            verifier.expect(&checkpoint(*size))?;
        }
        if let Some(size) = remembered {
            verifier.require(&checkpoint(size))?;
        }
        for part in parts {
            let next = told.len() as u64;
            match *part {
                Part::Genuine(count) => {
                    for index in next..(next + count).min(EVENTS) {
                        let leaf = LOG.leaves[usize::try_from(index).unwrap()];
                        told.push(Some(leaf));
                        verifier.push(index, &Content::Leaf(leaf))?;
                    }
                }
                Part::Invented(count) => {
                    for index in next..next + count {
                        told.push(Some(invented(index)));
                        verifier.push(index, &Content::Leaf(invented(index)))?;
                    }
                }
                Part::GivenUp(is_genuine) => {
                    let block = next / WIDTH;
                    let root = LOG.blocks.get(&block).filter(|_| is_genuine).copied();
                    told.resize(told.len() + 256, None);
                    verifier.skip_block(block, root.unwrap_or_else(|| invented(block)))?;
                }
                Part::Signed(size) => verifier.expect(&checkpoint(size))?,
            }
        }
        verifier.end()
    })();
    (result, told)
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        4 => prop_oneof![Just(256), Just(512), 1..300u64].prop_map(Part::Genuine),
        2 => prop_oneof![Just(256), 1..300u64].prop_map(Part::Invented),
        3 => prop_oneof![Just(true), Just(false)].prop_map(Part::GivenUp),
        2 => (0..=EVENTS).prop_map(Part::Signed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_whole_is_the_log_up_to_the_signed_size(
        parts in proptest::collection::vec(part(), 0..7),
        expected in proptest::collection::btree_set(0..=EVENTS, 0..4),
        remembered in proptest::option::of(0..=EVENTS),
    ) {
        let (result, told) = verified(&parts, &expected, remembered);
        if let Ok(whole) = result {
            let due = expected.iter().copied().chain(remembered).max().unwrap_or(0);
            prop_assert!(whole.signed >= due, "{:?} of {}", whole, due);
            prop_assert!(whole.signed <= whole.size);
            let signed = usize::try_from(whole.signed).unwrap();
            for (index, leaf) in told[..signed].iter().enumerate() {
                prop_assert!(leaf.is_none_or(|leaf| leaf == LOG.leaves[index]), "event {}", index);
            }
            // Nothing was ever given up of which nothing is signed.
            prop_assert!(told[signed..].iter().all(Option::is_some), "{:?}", whole);
        }
    }
}

#[test]
fn a_block_cannot_hide_the_newest_checkpoint() {
    let parts = [Part::Invented(256), Part::GivenUp(false), Part::Signed(300)];
    let finding = verified(&parts, &[300].into(), None).0.unwrap_err();
    assert_eq!((finding.wrong, finding.at), (Wrong::Unsigned, Some(Span { first: 300, last: 511 })));
}

#[test]
fn a_block_cannot_hide_what_is_remembered() {
    // The log is genuine, and another one was remembered.
    let mut verifier = Verifier::new();
    verifier.expect(&checkpoint(600)).unwrap();
    let other = Checkpoint::new("log.example.com/audit", 100, invented(0)).unwrap();
    verifier.require(&other).unwrap();
    let finding = verifier.skip_block(0, LOG.blocks[&0]).unwrap_err();
    assert_eq!((finding.wrong, finding.at), (Wrong::Unproved, Some(Span { first: 0, last: 255 })));
    // Where only leaves are left, it is compared.
    let parts = [Part::Genuine(600)];
    assert_eq!(verified(&parts, &[600].into(), Some(100)).0.unwrap().signed, 600);
    // Behind it is too late.
    let mut verifier = Verifier::new();
    verifier.expect(&checkpoint(600)).unwrap();
    verifier.skip_block(0, LOG.blocks[&0]).unwrap();
    assert_eq!(verifier.require(&other).unwrap_err().wrong, Wrong::Unproved);
}

#[test]
fn leaves_that_are_left_of_a_block_are_compared() {
    let skip = |before: Checkpoint| {
        let mut verifier = Verifier::new();
        verifier.expect(&checkpoint(600)).unwrap();
        verifier.require(&before).unwrap();
        verifier.tell(LOG.leaves[..256].to_vec());
        verifier.skip_block(0, LOG.blocks[&0])?;
        for index in 256..600 {
            verifier.push(index, &Content::Leaf(LOG.leaves[usize::try_from(index).unwrap()]))?;
        }
        verifier.end()
    };
    let whole = skip(checkpoint(100)).unwrap();
    assert_eq!((whole.size, whole.signed, whole.given_up), (600, 600, 256));
    let other = Checkpoint::new("log.example.com/audit", 100, invented(0)).unwrap();
    let finding = skip(other).unwrap_err();
    assert_eq!((finding.wrong, finding.at), (Wrong::SplitView, Some(Span { first: 0, last: 99 })));
}

#[test]
fn a_log_that_was_changed_and_signed_anew_contradicts_what_was_signed_before() {
    // The tiles lead to the root that was signed last, and an older checkpoint tells of another event 5.
    let mut leaves = LOG.leaves[..300].to_vec();
    leaves[5] = invented(5);
    let mut edge = Edge::default();
    leaves.iter().for_each(|leaf| edge.push(*leaf, |_, _| ()));
    let mut verifier = Verifier::new();
    verifier.expect(&Checkpoint::new("log.example.com/audit", 300, edge.root()).unwrap()).unwrap();
    for size in [3, 200] {
        verifier.expect(&checkpoint(size)).unwrap();
    }
    let mut found = None;
    for index in 0..300 {
        if index % WIDTH == 0 {
            verifier.tell(leaves.iter().skip(usize::try_from(index).unwrap()).take(256).copied().collect());
        }
        let leaf = leaves[usize::try_from(index).unwrap()];
        found = found.or(verifier.push(index, &Content::Leaf(leaf)).err());
    }
    let finding = found.unwrap();
    assert_eq!((finding.wrong, finding.at), (Wrong::SplitView, Some(Span { first: 3, last: 199 })));
}

#[test]
fn many_checkpoints_do_not_push_out_what_is_remembered() {
    let mut verifier = Verifier::new();
    let other = Checkpoint::new("log.example.com/audit", 100, invented(0)).unwrap();
    verifier.require(&other).unwrap();
    for size in 0..70_000 {
        let ahead = Checkpoint::new("log.example.com/audit", 1_000_000 + size, invented(size)).unwrap();
        verifier.expect(&ahead).unwrap();
    }
    let wrong = (0..100).find_map(|index| {
        verifier.push(index, &Content::Leaf(LOG.leaves[usize::try_from(index).unwrap()])).err()
    });
    assert_eq!(wrong.unwrap().wrong, Wrong::Changed);
}
