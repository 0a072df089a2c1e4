//! Appending: events get the next indexes, in the transaction that tells of them.

use casemate_audit::block::{self as engine, BlockError, Part, Sealed};
use casemate_audit::commitment::Salt;
use casemate_audit::filter::Field;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::WIDTH;
use casemate_audit::tree::Node;

use super::event::{is_decision, is_read, of_change};
use super::state::{self, Open, number};
use super::tail::{self, Held};
use super::tiles;
use crate::audit::AuditEvent;
use crate::sql::{Database as _, Link, Value, rows_of, values};

/// The most bytes of a part of a block's texts: what a database takes at once, and a line of a backup.
pub(super) const PART: usize = 4 << 20;
/// The level of the tree on which blocks stand.
const BLOCK: u32 = 8;

/// Appends events to the log, in a transaction that has begun and takes no other lock afterwards; answers how many events the
/// log has then.
pub(crate) async fn append(link: &mut Link, texts: &[&[u8]]) -> Result<u64, sqlx::Error> {
    let mut open = state::lock(link).await?;
    let before = open.edge.size();
    let mut rest = texts;
    while !rest.is_empty() {
        let room = WIDTH as usize - open.held();
        let (now, later) = rest.split_at_checked(room).unwrap_or((rest, &[]));
        if now.len() == room {
            fill(link, &mut open, now).await?;
            // Who waits for an answer has a turn between two blocks.
            tokio::task::yield_now().await;
        } else {
            keep(link, &mut open, now).await?;
        }
        rest = later;
    }
    open.write(link, before).await?;
    Ok(open.edge.size())
}

/// Appends the events of a change at its revision, if there are any; answers how many events the log has then.
pub(crate) async fn tell(
    link: &mut Link,
    revision: i64,
    events: &[AuditEvent],
) -> Result<Option<u64>, sqlx::Error> {
    if events.is_empty() {
        return Ok(None);
    }
    let texts: Vec<Vec<u8>> = events.iter().map(|event| of_change(event, revision)).collect();
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    append(link, &texts).await.map(Some)
}

/// Adds events to the tile that is not full, and is not full by them.
async fn keep(link: &mut Link, open: &mut Open, texts: &[&[u8]]) -> Result<(), sqlx::Error> {
    let (first, salts) = (open.edge.size(), open.seed.salts());
    let mut row = Vec::new();
    for (index, text) in (first..).zip(texts) {
        let held = Held::Seeded((*text).into());
        open.edge.push(held.leaf(&salts, index), |_, _| {});
        held.push(&mut row);
    }
    let count = number(texts.len() as u64);
    let text = "INSERT INTO audit_tail (idx, count, events) VALUES ($1, $2, $3)";
    link.execute(text, values![number(first), count, row.as_slice()]).await?;
    Ok(())
}

/// Adds the events by which the tile is full, and makes a block of it.
async fn fill(link: &mut Link, open: &mut Open, texts: &[&[u8]]) -> Result<(), sqlx::Error> {
    let (first, before) = (open.first(), open.held());
    let held = tail::all(link, first, before).await?;
    let sealed = seal(first, &held, texts, open)?;
    let mut made = Vec::new();
    for leaf in sealed.hashes.iter().skip(before) {
        open.edge.push(*leaf, |node, hash| {
            if node.level > 0 && node.level.is_multiple_of(BLOCK) {
                made.push((node, *hash));
            }
        });
    }
    let texts = held.iter().filter_map(Held::text).chain(texts.iter().copied());
    let mut kept = Kept::default();
    for text in texts {
        *if is_decision(text) { &mut kept.decisions } else { &mut kept.others } += 1;
        kept.has_reads |= is_read(text);
    }
    let mut made = made.into_iter();
    let Some((node, root)) = made.next() else {
        return Err(state::damaged(first, "a full tile has no node over it"));
    };
    insert(link, node, root, &sealed, kept).await?;
    for (node, root) in made {
        tiles::insert(link, node, &root).await?;
    }
    if before > 0 {
        link.execute("DELETE FROM audit_tail", values![]).await?;
    }
    open.seed = state::new_seed()?;
    Ok(())
}

/// The block of the events of a tile that is full.
fn seal(first: u64, held: &[Held<'_>], texts: &[&[u8]], open: &Open) -> Result<Sealed, sqlx::Error> {
    let is_seeded = held.iter().all(|held| matches!(held, Held::Seeded(_)));
    let sealed = if is_seeded {
        let all: Vec<&[u8]> = held.iter().filter_map(Held::text).chain(texts.iter().copied()).collect();
        engine::seal(first, &all, &open.seed)
    } else {
        pack(first, held, texts, open)
    };
    sealed.map_err(|error| sqlx::Error::Encode(error.into()))
}

/// As [`seal`], where an event was erased before the tile was full.
fn pack(first: u64, held: &[Held<'_>], texts: &[&[u8]], open: &Open) -> Result<Sealed, BlockError> {
    let salts = open.seed.salts();
    let new = texts.iter().map(|text| Held::Seeded((*text).into()));
    let all = held.iter().cloned().chain(new);
    let all: Vec<(Held<'_>, Option<Salt>)> =
        (first..).zip(all).map(|(index, held)| (held.clone(), held.salt(&salts, index))).collect();
    let mut parts = Vec::with_capacity(all.len());
    for (place, (held, salt)) in all.iter().enumerate() {
        parts.push(match (held.text(), salt) {
            (Some(text), Some(salt)) => {
                let text = std::str::from_utf8(text).map_err(|_| BlockError::NotText(place))?;
                Part::Text { text, salt }
            }
            _ => Part::Erased(held.leaf(&salts, 0)),
        });
    }
    engine::pack(first, &parts, None)
}

/// What a block holds of which kind.
#[derive(Debug, Default)]
struct Kept {
    decisions: i64,
    others: i64,
    /// Whether some of the others tell of reading.
    has_reads: bool,
}

async fn insert(
    link: &mut Link,
    node: Node,
    root: MerkleHash,
    sealed: &Sealed,
    Kept { decisions, others, has_reads }: Kept,
) -> Result<(), sqlx::Error> {
    let block = number(node.index);
    let text = "INSERT INTO audit_block (number, at_min, at_max, root, decisions, others, decisions_at, others_at, spare, reads_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    // No later than they are, which is looked at once they may be due.
    let [decisions_at, others_at] = [decisions, others].map(|count| (count > 0).then_some(sealed.at_min));
    let (root, spare) = (root.0.as_slice(), i64::from(decisions > 0 || others == 0));
    let (at_min, at_max) = (sealed.at_min, sealed.at_max);
    let reads_at = has_reads.then_some(at_min);
    let values =
        values![block, at_min, at_max, root, decisions, others, decisions_at, others_at, spare, reads_at];
    link.execute(text, values).await?;
    put_payload(link, block, &sealed.payload).await?;
    put_filters(link, block, &sealed.filters).await
}

/// Keeps what terms a block holds.
pub(super) async fn put_filters(
    link: &mut Link,
    block: i64,
    filters: &[(Field, Vec<u8>)],
) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, &[u8])> =
        filters.iter().map(|(field, bits)| (i64::from(field.code()), bits.as_slice())).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let text = format!("INSERT INTO audit_filter (field, number, bits) VALUES {}", rows_of(rows.len(), 3));
    let values: Vec<Value<'_>> =
        rows.iter().flat_map(|(field, bits)| [(*field).into(), block.into(), (*bits).into()]).collect();
    link.execute(&text, &values).await?;
    Ok(())
}

/// Keeps what a block holds.
pub(super) async fn put_payload(link: &mut Link, block: i64, payload: &[u8]) -> Result<(), sqlx::Error> {
    for (part, bytes) in (0_i64..).zip(payload.chunks(PART)) {
        let text = "INSERT INTO audit_payload (number, part, bytes) VALUES ($1, $2, $3)";
        link.execute(text, values![block, part, bytes]).await?;
    }
    Ok(())
}
