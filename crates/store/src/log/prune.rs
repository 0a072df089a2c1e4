//! How much of the log is kept: texts that are too old are erased, their leaves stay. Where there are too many events, or they take too
//! much room, whole blocks are given up, of which the node over them stays. What is on hold stays as it is.

use casemate_audit::block as engine;
use casemate_audit::event::Event;
use casemate_audit::tile::WIDTH;

use super::append::{put_filters, put_payload};
use super::event::{DECISION, READ};
use super::hold::{Held as OnHold, Holds};
use super::state::{self, Open, number};
use super::tail::{self, Held};
use super::{block, shelf, tiles, turned};
use crate::retention::Retention;
use crate::sql::{Database as _, Link, values};

/// The most blocks of one round, so that no waiting write waits long.
const BLOCKS: i64 = 4;

/// What is due.
#[derive(Debug, Clone, Copy)]
struct Due {
    /// Decisions before this time.
    decisions: i64,
    /// All other events before this time.
    others: i64,
    /// Those that tell of reading before this time: no earlier than `others`.
    reads: i64,
}

/// What is left of a block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Left {
    decisions: i64,
    others: i64,
    decisions_at: Option<i64>,
    others_at: Option<i64>,
    reads_at: Option<i64>,
    /// Whether it has a decision that is not on hold.
    is_spare: bool,
    /// How many events were erased.
    pub(super) erased: u64,
}

/// Does one round in a transaction that has begun; answers whether there is more to do. `is_over` is whether the database has more
/// bytes than it may.
pub(crate) async fn round(
    link: &mut Link,
    retention: Retention,
    now: i64,
    is_over: bool,
) -> Result<bool, sqlx::Error> {
    let before = |age: i64| now.saturating_sub(age);
    let others = retention.max_age_of_others.map_or(i64::MIN, before);
    let reads = retention.max_age_of_reads.map_or(i64::MIN, before).max(others);
    let due = Due { decisions: before(retention.max_age), others, reads };
    // Nobody else changes the same blocks, or appends to what is looked at and rewritten.
    let mut open = state::lock(link).await?;
    let old = old_blocks(link, due).await?;
    let beyond = open.edge.size().saturating_sub(retention.max_events.max(1)) / WIDTH;
    let spare = spare_blocks(link, if is_over { u64::MAX } else { beyond }).await?;
    let is_tail_due = is_tail_due(link, &open, due).await?;
    if old.is_empty() && spare.is_empty() && !is_tail_due {
        return Ok(false);
    }
    let holds = Holds::read(link).await?;
    let holds = holds.ready();
    let is_due = |_: u64, event: &Event<'_>| is_due(event, due);
    if is_tail_due {
        erase_in_tail(link, &mut open, |index, event| is_due(index, event) && !holds.holds(event)).await?;
    }
    for block in &old {
        erase_in_block(link, *block, &holds, is_due).await?;
    }
    for block in &spare {
        let left = erase_in_block(link, *block, &holds, |_, event| event.kind == DECISION).await?;
        if left.decisions + left.others == 0 {
            give_up(link, *block).await?;
        }
    }
    let is_more = |blocks: &[u64]| blocks.len() as i64 >= BLOCKS;
    Ok(is_more(&old) || is_more(&spare))
}

fn is_due(event: &Event<'_>, due: Due) -> bool {
    event.at
        < match &*event.kind {
            DECISION => due.decisions,
            READ => due.reads,
            _ => due.others,
        }
}

/// The blocks in which an event may be due because of its age, some of them.
async fn old_blocks(link: &mut Link, due: Due) -> Result<Vec<u64>, sqlx::Error> {
    let text = "SELECT number FROM audit_block WHERE decisions_at < $1 ORDER BY decisions_at LIMIT $2";
    let mut blocks = numbers(link, text, due.decisions).await?;
    if due.others > i64::MIN {
        let text = "SELECT number FROM audit_block WHERE others_at < $1 ORDER BY others_at LIMIT $2";
        blocks.extend(numbers(link, text, due.others).await?);
    }
    if due.reads > due.others {
        let text = "SELECT number FROM audit_block WHERE reads_at < $1 ORDER BY reads_at LIMIT $2";
        blocks.extend(numbers(link, text, due.reads).await?);
    }
    blocks.sort_unstable();
    blocks.dedup();
    Ok(blocks)
}

/// The first of the blocks before one that room can be made of.
async fn spare_blocks(link: &mut Link, before: u64) -> Result<Vec<u64>, sqlx::Error> {
    if before == 0 {
        return Ok(Vec::new());
    }
    let text = "SELECT number FROM audit_block WHERE spare = 1 AND number < $1 ORDER BY number LIMIT $2";
    numbers(link, text, number(before)).await
}

async fn numbers(link: &mut Link, text: &str, before: i64) -> Result<Vec<u64>, sqlx::Error> {
    let rows = link.rows(text, values![before, BLOCKS]).await?;
    rows.iter().map(|row| Ok(u64::try_from(row.get::<i64>("number")?).unwrap_or_default())).collect()
}

/// Erases the events of a block that are due, by their index and what they are, and not on hold; says what is left of it.
pub(super) async fn erase_in_block(
    link: &mut Link,
    block: u64,
    holds: &OnHold<'_>,
    is_due: impl Fn(u64, &Event<'_>) -> bool,
) -> Result<Left, sqlx::Error> {
    let mut left = Left::default();
    let Some(payload) = block::payload(link, block).await? else {
        // What is archived counts as it is.
        if shelf::end(link).await? <= block * WIDTH {
            left.write(link, number(block)).await?;
        }
        return Ok(left);
    };
    let unread = |_| state::damaged(block * WIDTH, "a block of it is not what was written");
    let opened = engine::open(&payload).map_err(unread)?;
    let mut places = Vec::new();
    for place in 0..opened.len() {
        let Some(text) = opened.text(place) else { continue };
        // What cannot be read is of a later version, and is kept as what is no decision is.
        let Ok(event) = Event::parse(text) else {
            left.others += 1;
            continue;
        };
        let is_held = holds.holds(&event);
        let is_due = is_due(block * WIDTH + place as u64, &event);
        if is_due && !is_held {
            places.push(place);
            left.erased += 1;
            continue;
        }
        if event.kind == READ && !is_held {
            left.reads_at = Some(left.reads_at.map_or(event.at, |at| at.min(event.at)));
        }
        let (count, at) = if event.kind == DECISION {
            left.is_spare |= !is_held;
            (&mut left.decisions, &mut left.decisions_at)
        } else {
            (&mut left.others, &mut left.others_at)
        };
        *count += 1;
        if !is_held {
            *at = Some(at.map_or(event.at, |at| at.min(event.at)));
        }
    }
    if !places.is_empty() {
        let payload = engine::erase(&payload, &places).map_err(unread)?;
        let found = engine::open(&payload).map_err(unread)?.found();
        delete(link, block).await?;
        put_payload(link, number(block), &payload).await?;
        put_filters(link, number(block), &found.filters).await?;
    }
    left.write(link, number(block)).await?;
    Ok(left)
}

impl Left {
    async fn write(self, link: &mut Link, block: i64) -> Result<(), sqlx::Error> {
        let Left { decisions, others, decisions_at, others_at, reads_at, is_spare, .. } = self;
        let spare = i64::from(is_spare || decisions + others == 0);
        let text = "UPDATE audit_block SET decisions = $2, others = $3, decisions_at = $4, others_at = $5, spare = $6, \
                    reads_at = $7 WHERE number = $1";
        let values = values![block, decisions, others, decisions_at, others_at, spare, reads_at];
        link.execute(text, values).await?;
        Ok(())
    }
}

/// Keeps nothing of a block but the node over it, and for some time its leaves: whoever remembers a checkpoint within it is shown by them
/// that the log goes on there.
async fn give_up(link: &mut Link, block: u64) -> Result<(), sqlx::Error> {
    if let Some(payload) = block::payload(link, block).await? {
        let unread = |_| state::damaged(block * WIDTH, "a block of it is not what was written");
        tiles::keep_leaves(link, block, &engine::open(&payload).map_err(unread)?.leaves()).await?;
    }
    delete(link, block).await?;
    link.execute("UPDATE audit_block SET spare = 0 WHERE number = $1", values![number(block)]).await?;
    Ok(())
}

async fn delete(link: &mut Link, block: u64) -> Result<(), sqlx::Error> {
    turned::turn_back(link, block).await?;
    for table in ["audit_payload", "audit_filter"] {
        let text = format!("DELETE FROM {table} WHERE number = $1");
        link.execute(&text, values![number(block)]).await?;
    }
    Ok(())
}

/// Whether an event of the tile that is not full is due.
async fn is_tail_due(link: &mut Link, open: &Open, due: Due) -> Result<bool, sqlx::Error> {
    let held = tail::all(link, open.first(), open.held()).await?;
    let is_due = |text: &[u8]| {
        let event = std::str::from_utf8(text).ok().and_then(|text| Event::parse(text).ok());
        event.is_some_and(|event| is_due(&event, due))
    };
    Ok(held.iter().filter_map(Held::text).any(is_due))
}

/// Erases events of the tile that is not full, by their index and what they are. The others have salts of their own from then on: the seed would tell those of the
/// erased ones.
pub(super) async fn erase_in_tail(
    link: &mut Link,
    open: &mut Open,
    is_wanted: impl Fn(u64, &Event<'_>) -> bool,
) -> Result<u64, sqlx::Error> {
    let held = tail::all(link, open.first(), open.held()).await?;
    let salts = open.seed.salts();
    let (mut row, mut erased) = (Vec::new(), 0);
    for (index, held) in (open.first()..).zip(held) {
        let text = held.text().and_then(|text| std::str::from_utf8(text).ok());
        let event = text.and_then(|text| Event::parse(text).ok());
        let is_erased = event.is_some_and(|event| is_wanted(index, &event));
        erased += u64::from(is_erased);
        match (held.salt(&salts, index), held) {
            (_, held) if is_erased => Held::Erased(held.leaf(&salts, index)).push(&mut row),
            (Some(salt), Held::Seeded(text)) => Held::Salted(salt, text).push(&mut row),
            (_, held) => held.push(&mut row),
        }
    }
    if erased == 0 {
        return Ok(0);
    }
    link.execute("DELETE FROM audit_tail", values![]).await?;
    let text = "INSERT INTO audit_tail (idx, count, events) VALUES ($1, $2, $3)";
    link.execute(text, values![number(open.first()), number(open.held() as u64), row.as_slice()]).await?;
    open.seed = state::new_seed()?;
    open.write(link, open.edge.size()).await?;
    Ok(erased)
}

/// How many decisions have their text.
#[cfg(test)]
pub(crate) async fn decisions_kept(link: &mut Link) -> i64 {
    let text = "SELECT CAST(COALESCE(SUM(decisions), 0) AS BIGINT) AS kept FROM audit_block";
    let kept: i64 = link.row(text, values![]).await.unwrap().unwrap().get("kept").unwrap();
    let open = state::read(link).await.unwrap();
    let held = tail::all(link, open.first(), open.held()).await.unwrap();
    let is_decision = |text: &&[u8]| super::event::is_decision(text);
    kept + i64::try_from(held.iter().filter_map(Held::text).filter(is_decision).count()).unwrap()
}
