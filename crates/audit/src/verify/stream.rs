//! Events in order, held against checkpoints and tiles.

use std::collections::BTreeMap;

use super::tiles::over;
use super::{Finding, Span, Wrong};
use crate::checkpoint::Checkpoint;
use crate::commitment::{self, Salt};
use crate::hash::MerkleHash;
use crate::tile::WIDTH;
use crate::tree::{Edge, Node};

/// The most checkpoints that lie ahead at once: each takes some hundred bytes.
const MAX_AHEAD: usize = 65_536;

/// What is shown of an event.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// Its text as it was recorded, and its salt.
    Event {
        /// The exact bytes.
        text: &'a [u8],
        /// What its commitment was made with.
        salt: &'a Salt,
    },
    /// Its leaf: the text was erased, or is not shown to whoever asks.
    Leaf(MerkleHash),
}

/// Takes events in order, in memory that does not grow with them.
#[derive(Debug, Default)]
pub struct Verifier {
    edge: Edge,
    /// Checkpoints that lie ahead, by their sizes.
    ahead: BTreeMap<u64, Ahead>,
    /// The events of the largest checkpoint so far.
    newest: u64,
    /// The leaves of the block that comes next or is under way, which lead to a signed root, from this index on.
    told: Option<(u64, Vec<MerkleHash>)>,
    /// A node of the tree that leads to a signed root, which the events that come next give.
    node: Option<(Node, MerkleHash)>,
    /// Whether it only may: whoever shows it is as little trusted as the events.
    is_hint: bool,
    /// Where the events are not what a hint says.
    suspected: Option<Span>,
    /// All before this index is what was signed.
    held: u64,
    /// The events of the last checkpoint that was compared.
    agreed: u64,
    /// Events are missing, unless the first of them follows later.
    gap: Option<Span>,
    leaves: u64,
    given_up: u64,
}

/// A checkpoint that lies ahead.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    root: MerkleHash,
    /// Whether it has to be compared, whatever is shown.
    is_required: bool,
}

/// What was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The events.
    pub size: u64,
    /// The root of their tree.
    pub root: MerkleHash,
    /// How many of them, from the first on, a signed checkpoint is about.
    pub signed: u64,
    /// Of how many there was no text to check: they were erased.
    pub leaves: u64,
    /// Of how many only the node over their block was there: they were given up.
    pub given_up: u64,
}

impl Content<'_> {
    /// The leaf that it gives.
    #[must_use]
    pub fn leaf(&self) -> MerkleHash {
        match self {
            Content::Event { text, salt } => commitment::leaf(salt, text),
            Content::Leaf(leaf) => *leaf,
        }
    }
}

impl Verifier {
    /// Before the first event.
    #[must_use]
    pub fn new() -> Verifier {
        Verifier::default()
    }

    /// The index of the event that comes next.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.edge.size()
    }

    /// All before this index is what was signed.
    #[must_use]
    pub fn held(&self) -> u64 {
        self.held
    }

    /// Holds the events against a checkpoint whose signature was checked. Those that are about events which were passed already have
    /// to come before these: nothing is said of them. The largest is always compared; another one is not where the events around its end
    /// were given up.
    ///
    /// # Errors
    /// Where it is not what the events give, or two of one size differ.
    pub fn expect(&mut self, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let Checkpoint { size, root, .. } = checkpoint;
        if *size < self.next() || (self.gap.is_some() && *size > self.next()) {
            return Ok(());
        }
        self.newest = self.newest.max(*size);
        if self.ahead.len() >= MAX_AHEAD && !self.ahead.contains_key(size) {
            // What is furthest ahead is what says most.
            let nearest = self.ahead.iter().find(|(of, ahead)| !ahead.is_required && **of < self.newest);
            let Some(nearest) = nearest.map(|(size, _)| *size) else { return Ok(()) };
            self.ahead.remove(&nearest);
        }
        let other = self.ahead.entry(*size).or_insert(Ahead { root: *root, is_required: false }).root;
        if other != *root {
            let detail =
                format!("two signed checkpoints of {size} events have different roots: {other} and {root}");
            return Err(Finding::at(Wrong::SplitView, Span::up_to(self.held, *size), detail));
        }
        self.arrive()
    }

    /// As [`Verifier::expect`], of a checkpoint that has to be compared, whatever is shown: one that somebody remembers.
    ///
    /// # Errors
    /// As [`Verifier::expect`], and where its events were passed already.
    pub fn require(&mut self, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let size = checkpoint.size;
        if size < self.next() {
            return Err(unproved(size, Span::up_to(self.held, size)));
        }
        self.expect(checkpoint)?;
        if size > self.next() {
            self.ahead.insert(size, Ahead { root: checkpoint.root, is_required: true });
        }
        Ok(())
    }

    /// The leaves of the events from the next one on, which lead to a signed root: [`super::AuthenticTiles`] has such.
    pub fn tell(&mut self, leaves: Vec<MerkleHash>) {
        self.told = Some((self.next(), leaves));
    }

    /// What the events of a block come to, whose leaves are not known: the block has to come next or be under way.
    pub fn tell_block(&mut self, block: u64, root: MerkleHash) {
        self.told = None;
        self.node = Some((Node { level: WIDTH.ilog2(), index: block }, root));
        self.is_hint = false;
    }

    /// As [`Verifier::tell_block`], of a node that was kept beside the events and leads to nothing that was signed: where it is another, it
    /// says where to look once a checkpoint does not hold.
    pub fn hint_block(&mut self, block: u64, root: MerkleHash) {
        self.tell_block(block, root);
        self.is_hint = true;
    }

    /// Takes what is shown with an index.
    ///
    /// # Errors
    /// The first that is wrong. Nothing can be taken behind that.
    pub fn push(&mut self, index: u64, content: &Content<'_>) -> Result<(), Finding> {
        if let Some(gap) = self.gap {
            let late = || format!("event {} stands behind {}", gap.first, gap.last.saturating_add(1));
            return if index == gap.first {
                Err(Finding::at(Wrong::Reordered, Span::only(index), late()))
            } else {
                Ok(())
            };
        }
        let next = self.next();
        if index < next {
            let detail = format!("index {index} is there again where {next} ought to be");
            return Err(Finding::at(Wrong::Repeated, Span::only(index), detail));
        }
        if index > next {
            // Whether they are missing or stand elsewhere is known at the end.
            self.gap = Some(Span::up_to(next, index));
            return Ok(());
        }
        let leaf = content.leaf();
        if let Some((first, row)) = &self.told {
            match index.checked_sub(*first).is_some_and(|place| place < row.len() as u64) {
                true => compare(index, &leaf, *first, row)?,
                false => self.told = None,
            }
        }
        if self.told.is_some() {
            // The leaves lead to a root that was signed: so does the event.
            self.held = index + 1;
        }
        if matches!(content, Content::Leaf(_)) {
            self.leaves += 1;
        }
        let wanted = self.node.map(|(node, _)| node);
        let mut made = None;
        self.edge.push(leaf, |node, hash| {
            if Some(node) == wanted {
                made = Some(*hash);
            }
        });
        if let (Some(own), Some((node, root))) = (made, self.node.take_if(|_| made.is_some())) {
            let end = self.next();
            self.hold_block(node.index, end, &own, &root)?;
        }
        self.arrive()
    }

    /// Takes the node over a block whose events were given up: of these nothing is checked but that they were signed for.
    ///
    /// # Errors
    /// As [`Verifier::push`].
    pub fn skip_block(&mut self, block: u64, root: MerkleHash) -> Result<(), Finding> {
        let (next, first) = (self.next(), block.saturating_mul(WIDTH));
        let end = first.saturating_add(WIDTH);
        if first != next || self.gap.is_some() {
            // As if its first event were there: what is wrong is found by its index.
            self.push(first, &Content::Leaf(root))?;
            return Ok(());
        }
        let row = self.told.take().filter(|(told, _)| *told == first).map(|(_, row)| row);
        if let Some(row) = &row
            && (row.len() as u64 != WIDTH || over(row) != root)
        {
            let detail =
                format!("the events of block {block} were given up, and the node over them is another");
            return Err(Finding::at(Wrong::Changed, Span::up_to(first, end), detail));
        }
        if let Some((_, signed)) = self.node.take_if(|(node, _)| node.index == block) {
            self.hold_block(block, end, &root, &signed)?;
        }
        if end > self.newest {
            let detail = format!(
                "the events of block {block} were given up, and the newest checkpoint is about {} events: nothing says what the others were",
                self.newest
            );
            return Err(Finding::at(Wrong::Unsigned, Span::up_to(self.newest.max(first), end), detail));
        }
        if let Some(row) = row {
            // The leaves are left: checkpoints within it are compared as ever.
            for leaf in row {
                self.edge.push(leaf, |_, _| {});
                self.held = self.next();
                self.arrive()?;
            }
            self.given_up += WIDTH;
            return Ok(());
        }
        // Checkpoints within it cannot be compared with anything any more.
        let mut within = self.ahead.range(first.saturating_add(1)..end);
        if let Some((size, _)) = within.find(|(_, ahead)| ahead.is_required) {
            return Err(unproved(*size, Span::up_to(first, end)));
        }
        self.ahead.retain(|size, _| *size >= end);
        if !self.edge.push_node(WIDTH.ilog2(), root) {
            return Err(Finding::of(
                Wrong::Unreadable,
                format!("block {block} is behind the end of any log"),
            ));
        }
        self.given_up += WIDTH;
        self.arrive()
    }

    /// That nothing follows.
    ///
    /// # Errors
    /// Where something ought to.
    pub fn end(self) -> Result<Verified, Finding> {
        if let Some(suspected) = self.suspected {
            let detail = "the events are what was signed; the hash that is kept beside them was changed";
            return Err(Finding::at(Wrong::Tile, suspected, detail));
        }
        if let Some(gap) = self.gap {
            let detail = format!("{} is missing; {} follows", gap, gap.last.saturating_add(1));
            return Err(Finding::at(Wrong::Missing, gap, detail));
        }
        let size = self.next();
        if let Some((signed, _)) = self.ahead.last_key_value() {
            let detail = format!("{signed} events were signed for, {size} are there");
            return Err(Finding::at(Wrong::Truncated, Span::up_to(size, *signed), detail));
        }
        if self.held < self.newest {
            return Err(unproved(self.newest, Span::up_to(self.held, self.newest)));
        }
        Ok(Verified {
            size,
            root: self.edge.root(),
            signed: self.held,
            leaves: self.leaves,
            given_up: self.given_up,
        })
    }

    /// Compares what a block came to with what was told of it.
    fn hold_block(
        &mut self,
        block: u64,
        end: u64,
        own: &MerkleHash,
        root: &MerkleHash,
    ) -> Result<(), Finding> {
        if own == root {
            if !self.is_hint {
                self.held = self.held.max(end);
            }
            return Ok(());
        }
        let span = Span::up_to(self.held.max(block.saturating_mul(WIDTH)), end);
        if self.is_hint {
            self.suspected.get_or_insert(span);
            return Ok(());
        }
        Err(Finding::at(
            Wrong::Changed,
            span,
            format!("the events of block {block} give {own}; {root} was signed"),
        ))
    }

    /// Compares the root where a checkpoint is about as many events as were taken.
    fn arrive(&mut self) -> Result<(), Finding> {
        let size = self.next();
        let Some(Ahead { root, .. }) = self.ahead.remove(&size) else { return Ok(()) };
        let own = self.edge.root();
        if own == root {
            self.held = self.held.max(size);
            self.agreed = size;
            return Ok(());
        }
        if self.held >= size {
            let detail = format!(
                "{size} events were signed with the root {root}, and what was signed later gives them {own}: the log was changed and signed anew"
            );
            return Err(Finding::at(Wrong::SplitView, Span::up_to(self.agreed, size), detail));
        }
        let detail = format!("{size} events give the root {own}; {root} was signed");
        let mut span = Span::up_to(self.held, size);
        if let Some(suspected) = self.suspected
            && suspected.first <= span.last
            && suspected.last >= span.first
        {
            span = Span { first: span.first.max(suspected.first), last: span.last.min(suspected.last) };
        }
        Err(Finding::at(Wrong::Changed, span, detail))
    }
}

fn unproved(size: u64, span: Span) -> Finding {
    let detail = format!(
        "the checkpoint of {size} events cannot be compared: the events around its end were given up or passed by"
    );
    Finding::at(Wrong::Unproved, span, detail)
}

/// Compares the leaf of an event with those from `first` on, which lead to a signed root.
///
/// # Errors
/// Where it is another one, or not among them.
pub fn compare(index: u64, leaf: &MerkleHash, first: u64, row: &[MerkleHash]) -> Result<(), Finding> {
    let place = index.checked_sub(first).and_then(|place| usize::try_from(place).ok());
    let Some((place, told)) = place.and_then(|place| Some((place, row.get(place)?))) else {
        return Err(Finding::of(
            Wrong::Unreadable,
            format!("event {index} is not in the block from {first} on"),
        ));
    };
    if leaf == told {
        return Ok(());
    }
    let here = format!("in the place of event {index} stands");
    let (wrong, detail) = match row.iter().position(|other| other == leaf) {
        Some(other) if other == place + 1 => (Wrong::Missing, format!("{here} the one that follows it")),
        Some(other) if other < place => {
            (Wrong::Repeated, format!("{here} event {} again", first + other as u64))
        }
        Some(other) => (Wrong::Reordered, format!("{here} event {}", first + other as u64)),
        None => {
            let what =
                "the event does not give the leaf that stands in the tree: its text or its salt was changed";
            (Wrong::Edited, what.to_owned())
        }
    };
    Err(Finding::at(wrong, Span::only(index), detail))
}
