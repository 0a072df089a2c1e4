//! Logs that somebody changed, and what is found in them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::commitment::Salt;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::{Tile, TileError, Tiles, WIDTH};
use casemate_audit::tree::{Edge, Node, Nodes, consistency};
use casemate_audit::verify::{
    AuthenticTiles, Content, Finding, Span, TilesError, Verified, Verifier, Wrong, goes_on,
};
use proptest::prelude::*;

/// The most events of a log.
const MOST: u64 = 1_500;

const ORIGIN: &str = "log.example.com/audit";

/// What is shown of an event.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    index: u64,
    text: Vec<u8>,
    salt: Salt,
    /// In place of the text, where that was erased.
    leaf: Option<MerkleHash>,
}

impl Shown {
    fn content(&self) -> Content<'_> {
        match self.leaf {
            Some(leaf) => Content::Leaf(leaf),
            None => Content::Event { text: &self.text, salt: &self.salt },
        }
    }
}

/// A log as it was recorded.
#[derive(Clone, Default)]
struct Log {
    events: Vec<Shown>,
    nodes: Cow<'static, HashMap<Node, MerkleHash>>,
    /// By size.
    roots: Cow<'static, [MerkleHash]>,
    /// A tile in which a byte is another one.
    changed: Option<(Tile, usize)>,
}

/// The longest log.
static ALL: LazyLock<Log> = LazyLock::new(|| {
    let (mut edge, mut nodes, mut roots) = (Edge::default(), HashMap::new(), vec![MerkleHash::of_nothing()]);
    let event = |index: u64| {
        let text = format!(r#"{{"version":1,"action":"notes.note.read","number":{index}}}"#).into_bytes();
        let mut salt = [7; 32];
        salt[..8].copy_from_slice(&index.to_be_bytes());
        Shown { index, text, salt: Salt(salt), leaf: None }
    };
    let events: Vec<Shown> = (0..MOST).map(event).collect();
    for event in &events {
        edge.push(event.content().leaf(), |node, hash| {
            nodes.insert(node, *hash);
        });
        roots.push(edge.root());
    }
    Log { events, nodes: Cow::Owned(nodes), roots: Cow::Owned(roots), changed: None }
});

impl Nodes for Log {
    type Error = Node;

    fn node(&mut self, node: Node) -> Result<MerkleHash, Node> {
        self.nodes.get(&node).copied().ok_or(node)
    }
}

impl Tiles for &Log {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        let hashes = tile.nodes().map(|node| self.nodes.get(&node)).collect::<Option<Vec<_>>>();
        let mut bytes: Vec<u8> = hashes.ok_or(TileError::Path)?.into_iter().flat_map(|hash| hash.0).collect();
        if let Some((_, at)) = self.changed.filter(|(changed, _)| *changed == tile) {
            bytes[at] ^= 4;
        }
        Ok(bytes)
    }
}

impl Log {
    /// Of so many events, of which some were erased.
    fn of(count: u64, erased: &BTreeSet<u64>) -> Log {
        let mut events = ALL.events[..count as usize].to_vec();
        for index in erased.iter().filter(|index| **index < count) {
            let event = &mut events[*index as usize];
            event.leaf = Some(event.content().leaf());
        }
        Log { events, nodes: Cow::Borrowed(&ALL.nodes), roots: Cow::Borrowed(&ALL.roots), changed: None }
    }

    fn whole(count: u64) -> Log {
        Log::of(count, &BTreeSet::new())
    }

    fn checkpoint(&self, size: u64) -> Checkpoint {
        Checkpoint::new(ORIGIN, size, self.roots[size as usize]).unwrap()
    }

    fn size(&self) -> u64 {
        self.events.len() as u64
    }
}

/// Checks what is shown with checkpoints alone.
fn by_checkpoints(log: &Log, shown: &[Shown], sizes: &BTreeSet<u64>) -> Result<Verified, Finding> {
    let mut verifier = Verifier::new();
    for size in sizes {
        verifier.expect(&log.checkpoint(*size))?;
    }
    for event in shown {
        verifier.push(event.index, &event.content())?;
    }
    verifier.end()
}

/// Checks what is shown with tiles that are what they were.
fn by_tiles(log: &Log, shown: &[Shown]) -> Result<Verified, Finding> {
    let checkpoint = log.checkpoint(log.size());
    let mut tiles = AuthenticTiles::of(&checkpoint, log).unwrap();
    let mut verifier = Verifier::new();
    verifier.expect(&checkpoint)?;
    for event in shown {
        if verifier.next().is_multiple_of(WIDTH) && verifier.next() < log.size() {
            verifier.tell(tiles.leaves(verifier.next() / WIDTH).unwrap());
        }
        verifier.push(event.index, &event.content())?;
    }
    verifier.end()
}

fn renumbered(mut shown: Vec<Shown>) -> Vec<Shown> {
    for (index, event) in shown.iter_mut().enumerate() {
        event.index = index as u64;
    }
    shown
}

/// One change that somebody makes.
#[derive(Debug, Clone)]
enum Change {
    EditByte(prop::sample::Index, prop::sample::Index),
    EditSalt(prop::sample::Index),
    EditLeaf(prop::sample::Index),
    Delete(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Duplicate(prop::sample::Index),
    Truncate(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        (place(), place()).prop_map(|(event, byte)| Change::EditByte(event, byte)),
        place().prop_map(Change::EditSalt),
        place().prop_map(Change::EditLeaf),
        place().prop_map(Change::Delete),
        (place(), place()).prop_map(|(one, other)| Change::Swap(one, other)),
        place().prop_map(Change::Duplicate),
        place().prop_map(Change::Truncate),
    ]
}

/// What is shown after the change, the first index that is wrong then, and what is wrong where indexes tell.
fn changed(log: &Log, change: &Change) -> Option<(Vec<Shown>, u64, Wrong)> {
    let mut shown = log.events.clone();
    let count = shown.len();
    let (first, wrong) = match change {
        Change::EditByte(event, byte) => {
            let at = event.index(count);
            let place = byte.index(shown[at].text.len());
            shown[at].text[place] ^= 1;
            (at, Wrong::Edited)
        }
        Change::EditSalt(event) => {
            let at = event.index(count);
            shown[at].salt.0[31] ^= 0x80;
            (at, Wrong::Edited)
        }
        Change::EditLeaf(event) => {
            let at = event.index(count);
            shown[at].leaf = Some(MerkleHash::of_leaf(b"another"));
            (at, Wrong::Edited)
        }
        Change::Delete(event) => {
            let at = event.index(count);
            shown.remove(at);
            (at, if at + 1 == count { Wrong::Truncated } else { Wrong::Missing })
        }
        Change::Swap(one, other) => {
            let (one, other) = (one.index(count), other.index(count));
            shown.swap(one, other);
            (one.min(other), Wrong::Reordered)
        }
        Change::Duplicate(event) => {
            let at = event.index(count);
            shown.insert(at + 1, shown[at].clone());
            (at, Wrong::Repeated)
        }
        Change::Truncate(event) => {
            let at = event.index(count);
            shown.truncate(at);
            (at, Wrong::Truncated)
        }
    };
    // Whether an erased event's text is another one nobody sees.
    let is_same = log
        .events
        .iter()
        .map(|event| event.content().leaf())
        .eq(shown.iter().map(|event| event.content().leaf()));
    (!is_same).then_some((shown, first as u64, wrong))
}

fn erased() -> impl Strategy<Value = BTreeSet<u64>> {
    proptest::collection::btree_set(0..MOST, 0..5)
}

proptest! {
    #[test]
    fn every_change_is_found_at_its_index_by_tiles(
        count in 1..=MOST,
        erased in erased(),
        change in change(),
    ) {
        let log = Log::of(count, &erased);
        prop_assert_eq!(by_tiles(&log, &log.events).unwrap().signed, count);
        let Some((shown, first, wrong)) = changed(&log, &change) else { return Ok(()) };
        let finding = by_tiles(&log, &shown).unwrap_err();
        prop_assert_eq!(finding.at.unwrap().first, first, "{}", &finding);
        prop_assert_eq!(finding.wrong, wrong, "{}", &finding);
        // Who counts anew hides what was done, and not where.
        let shown = renumbered(shown);
        if shown == log.events {
            return Ok(());
        }
        let finding = by_tiles(&log, &shown);
        if let Change::Duplicate(event) = &change {
            let at = event.index(count as usize) as u64 + 1;
            // Behind the last event nothing is signed yet.
            let is_behind = at == count;
            prop_assert_eq!(finding.is_ok(), is_behind);
            let told = finding.map_or_else(|finding| finding.at.unwrap(), |verified| Span::only(verified.signed));
            prop_assert_eq!(told, Span::only(at));
        } else {
            prop_assert_eq!(finding.unwrap_err().at.unwrap().first, first);
        }
    }

    #[test]
    fn every_change_is_found_between_two_checkpoints(
        count in 1..=MOST,
        sizes in proptest::collection::btree_set(1..=MOST, 0..6),
        erased in erased(),
        change in change(),
    ) {
        let log = Log::of(count, &erased);
        let sizes: BTreeSet<u64> = sizes.into_iter().filter(|size| *size < count).chain([count]).collect();
        prop_assert_eq!(by_checkpoints(&log, &log.events, &sizes).unwrap().signed, count);
        let Some((shown, first, wrong)) = changed(&log, &change) else { return Ok(()) };
        let finding = by_checkpoints(&log, &shown, &sizes).unwrap_err();
        if wrong == Wrong::Edited {
            let lower = sizes.range(..=first).next_back().copied().unwrap_or(0);
            let upper = sizes.range(first + 1..).next().copied().unwrap();
            prop_assert_eq!(finding.wrong, Wrong::Changed);
            prop_assert_eq!(finding.at, Some(Span { first: lower, last: upper - 1 }));
        } else {
            prop_assert_eq!(finding.at.unwrap().first, first, "{}", &finding);
            prop_assert_eq!(finding.wrong, wrong, "{}", &finding);
        }
    }

    #[test]
    fn tiles_that_were_changed_are_found(
        count in 1..=MOST,
        place in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let mut log = Log::whole(count);
        let all: Vec<Tile> = Tile::of_growth(0, count).collect();
        let tile = all[place.0.index(all.len())];
        log.changed = Some((tile, place.1.index(32 * tile.width() as usize)));
        let checkpoint = log.checkpoint(count);
        let found = match AuthenticTiles::of(&checkpoint, &log) {
            Err(TilesError::Wrong(finding)) => finding,
            Err(TilesError::Source(error)) => panic!("{error}"),
            Ok(mut tiles) => {
                let blocks = count.div_ceil(WIDTH);
                let found = (0..blocks).map(|block| tiles.leaves(block)).find_map(Result::err);
                match found {
                    Some(TilesError::Wrong(finding)) => finding,
                    other => panic!("{other:?}"),
                }
            }
        };
        prop_assert_eq!(found.wrong, Wrong::Tile);
        let span = found.at.unwrap();
        if tile.is_full() {
            prop_assert_eq!(span.first, tile.index() * WIDTH);
            prop_assert_eq!(span.last, tile.index() * WIDTH + WIDTH - 1);
        } else {
            prop_assert_eq!(span, Span { first: 0, last: count - 1 });
        }
    }

    #[test]
    fn a_block_that_was_changed_with_its_tile_is_found_between_checkpoints(
        count in 257..=MOST,
        sizes in proptest::collection::btree_set(1..=MOST, 0..6),
        place in any::<prop::sample::Index>(),
    ) {
        let log = Log::whole(count);
        // An event in a block that is full.
        let first = place.index((count / WIDTH * WIDTH) as usize) as u64;
        let mut shown = log.events.clone();
        shown[first as usize].text.push(b' ');
        let mut tiles = AuthenticTiles::of(&log.checkpoint(count), &log).unwrap();
        let mut verifier = Verifier::new();
        for size in sizes.iter().filter(|size| **size <= count) {
            verifier.expect(&log.checkpoint(*size)).unwrap();
        }
        let mut found = None;
        for event in &shown {
            let next = verifier.next();
            if next.is_multiple_of(WIDTH) {
                if next == first / WIDTH * WIDTH {
                    verifier.tell_block(next / WIDTH, tiles.block(next / WIDTH).unwrap().unwrap());
                } else {
                    verifier.tell(tiles.leaves(next / WIDTH).unwrap());
                }
            }
            if let Err(finding) = verifier.push(event.index, &event.content()) {
                found = Some(finding);
                break;
            }
        }
        let start = first / WIDTH * WIDTH;
        let lower = sizes.range(start..=first).next_back().copied().unwrap_or(start);
        let end = start + WIDTH;
        let upper = sizes.range(first + 1..=end).next().copied().unwrap_or(end);
        prop_assert_eq!(found.unwrap().at, Some(Span { first: lower, last: upper - 1 }));
    }

    #[test]
    fn hashes_that_were_kept_beside_the_events_say_where_to_look(
        count in 257..=MOST,
        place in any::<prop::sample::Index>(),
    ) {
        let log = Log::whole(count);
        let first = place.index((count / WIDTH * WIDTH) as usize) as u64;
        let hint = |shown: &[Shown], of: u64| {
            let mut verifier = Verifier::new();
            verifier.expect(&log.checkpoint(count))?;
            for event in shown {
                let block = event.index / WIDTH;
                if event.index.is_multiple_of(WIDTH) && block < count / WIDTH {
                    let root = log.nodes[&Node { level: 8, index: block }];
                    verifier.hint_block(block, if block == of { MerkleHash::of_nothing() } else { root });
                }
                verifier.push(event.index, &event.content())?;
            }
            verifier.end()
        };
        let mut shown = log.events.clone();
        shown[first as usize].text.push(b' ');
        let block = Span { first: first / WIDTH * WIDTH, last: first / WIDTH * WIDTH + WIDTH - 1 };
        let finding = hint(&shown, u64::MAX).unwrap_err();
        prop_assert_eq!((finding.wrong, finding.at), (Wrong::Changed, Some(block)));
        let finding = hint(&log.events, first / WIDTH).unwrap_err();
        prop_assert_eq!((finding.wrong, finding.at), (Wrong::Tile, Some(block)));
        prop_assert_eq!(hint(&log.events, u64::MAX).unwrap().signed, count);
    }

    #[test]
    fn a_log_that_was_set_back_or_split_is_refused(count in 2..300u64, places in any::<[prop::sample::Index; 2]>()) {
        let mut log = Log::whole(count);
        let (one, two) = (places[0].index(count as usize) as u64 + 1, places[1].index(count as usize) as u64 + 1);
        let (earlier, later) = (one.min(two), one.max(two));
        let proof = consistency(earlier, later, &mut log).unwrap();
        let (before, after) = (log.checkpoint(earlier), log.checkpoint(later));
        prop_assert_eq!(goes_on(&before, &after, &proof), Ok(()));
        if earlier < later {
            let finding = goes_on(&after, &before, &[]).unwrap_err();
            prop_assert_eq!((finding.wrong, finding.at), (Wrong::RolledBack, Some(Span { first: earlier, last: later - 1 })));
        }
        // The same size, another log.
        let mut other = log.clone();
        other.events[0].text.push(b'!');
        let mut edge = Edge::default();
        let mut nodes = HashMap::new();
        let mut root = MerkleHash::of_nothing();
        for event in &other.events {
            edge.push(event.content().leaf(), |node, hash| { nodes.insert(node, *hash); });
            if edge.size() == later {
                root = edge.root();
            }
        }
        let split = Checkpoint::new(ORIGIN, later, root).unwrap();
        other.nodes = Cow::Owned(nodes);
        let proof = consistency(earlier, later, &mut other).unwrap();
        prop_assert_eq!(goes_on(&before, &split, &proof).unwrap_err().wrong, Wrong::SplitView);
    }
}

#[test]
fn two_roots_of_one_size_are_a_split_view() {
    let log = Log::whole(5);
    let mut verifier = Verifier::new();
    verifier.expect(&log.checkpoint(5)).unwrap();
    let other = Checkpoint::new(ORIGIN, 5, MerkleHash::of_nothing()).unwrap();
    assert_eq!(verifier.expect(&other).unwrap_err().wrong, Wrong::SplitView);
}

#[test]
fn what_follows_the_last_checkpoint_is_told_apart() {
    let log = Log::whole(9);
    let verified = by_checkpoints(&log, &log.events, &[4].into()).unwrap();
    assert_eq!((verified.size, verified.signed), (9, 4));
}

#[test]
fn blocks_that_were_given_up_are_passed_over_and_counted() {
    let log = Log::whole(700);
    let checkpoint = log.checkpoint(700);
    let root = |block: u64| log.nodes[&Node { level: 8, index: block }];
    let pass = |given_up: u64, root: MerkleHash| {
        let mut verifier = Verifier::new();
        for size in [100, 300, 600] {
            verifier.expect(&log.checkpoint(size))?;
        }
        verifier.expect(&checkpoint)?;
        for event in &log.events {
            match (event.index / WIDTH == given_up, event.index.is_multiple_of(WIDTH)) {
                (true, true) => verifier.skip_block(given_up, root)?,
                (true, false) => {}
                (false, _) => verifier.push(event.index, &event.content())?,
            }
        }
        verifier.end()
    };
    for block in [0, 1] {
        let verified = pass(block, root(block)).unwrap();
        assert_eq!((verified.size, verified.signed, verified.given_up), (700, 700, 256), "{verified:?}");
        assert_eq!(pass(block, MerkleHash::of_nothing()).unwrap_err().wrong, Wrong::Changed);
    }
    let mut verifier = Verifier::new();
    verifier.expect(&checkpoint).unwrap();
    verifier.skip_block(1, root(1)).unwrap();
    let finding = verifier.end().unwrap_err();
    assert_eq!((finding.wrong, finding.at), (Wrong::Missing, Some(Span { first: 0, last: 255 })));
}

#[test]
fn an_empty_log_is_one() {
    let log = Log::whole(0);
    assert_eq!(by_checkpoints(&log, &[], &[0].into()).unwrap().size, 0);
    let nothing = log.checkpoint(0);
    assert_eq!(goes_on(&nothing, &nothing, &[]), Ok(()));
    assert_eq!(AuthenticTiles::of(&nothing, &log).unwrap().size(), 0);
}

#[cfg(feature = "ed25519")]
mod keys {
    use casemate_audit::ed25519::SigningKey;
    use casemate_audit::note::{KeyKind, Note};
    use casemate_audit::verify::signed;

    use super::*;

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::of_seed(name, KeyKind::Ed25519, &[seed; 32]).unwrap()
    }

    fn note(key: &SigningKey, size: u64) -> String {
        let log = Log::whole(size);
        let mut note = Note::new(&log.checkpoint(size).to_string()).unwrap();
        key.sign(&mut note).unwrap();
        note.to_string()
    }

    #[test]
    fn only_a_known_key_signs() {
        let (own, other) = (key(ORIGIN, 1), key(ORIGIN, 2));
        let text = note(&own, 3);
        let known = [other.verifier().clone(), own.verifier().clone()];
        assert_eq!(signed(&text, &known).unwrap().0.size, 3);
        let wrong = |text: &str, known| signed(text, known).unwrap_err().wrong;
        assert_eq!(wrong(&text, &known[..1]), Wrong::UnknownKey);
        assert_eq!(wrong(&text, &[]), Wrong::UnknownKey);
        assert_eq!(wrong(&text.replace("\n3\n", "\n4\n"), &known), Wrong::Forged);
        assert_eq!(wrong("nothing", &known), Wrong::Unreadable);
        let elsewhere = key("elsewhere.example.com", 3);
        assert_eq!(wrong(&note(&elsewhere, 3), &[elsewhere.verifier().clone()]), Wrong::OtherLog);
    }
}
