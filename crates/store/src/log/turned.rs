//! Filters of blocks, turned: once all blocks of a stack are full, the parts of their filters stand together by slots, where a search
//! for a term reads one row for all of them. Before something of a block is erased, those of its stack are turned back.

use std::collections::{BTreeMap, BTreeSet};

use casemate_audit::filter::Field;
use casemate_audit::filter::turned::{STACK, holders, is_turnable, slots, turned, turned_back};
use casemate_audit::tile::WIDTH;

use super::append::put_filters;
use super::state::{damaged, number};
use crate::sql::{Database as _, Dialect, Link, Reading, Value, places, rows_of, values};

/// The most rows that are written at once.
const ROWS: usize = 128;

/// How far a process is in looking for filters that are to be turned.
#[derive(Debug, Default)]
pub(crate) struct Turning {
    /// So many stacks were looked through.
    done: u64,
    /// Of a round that is not at its end: which field, and which stack of it.
    place: (usize, u64),
}

impl Turning {
    /// Turns the filters of one field of a stack, in a transaction of its own; answers whether there may be more. The log has so many
    /// events.
    pub(crate) async fn step(&mut self, link: &mut Link, size: u64) -> Result<bool, sqlx::Error> {
        let full = size / (STACK * WIDTH);
        if full <= self.done {
            return Ok(false);
        }
        while let Some(field) = Field::ALL.get(self.place.0).copied() {
            let text = "SELECT number FROM audit_filter WHERE field = $1 AND number >= $2 AND number < $3 ORDER BY number LIMIT 1";
            let range = [number(self.place.1 * STACK), number(full * STACK)];
            match link.row(text, values![i64::from(field.code()), range[0], range[1]]).await? {
                None => self.place = (self.place.0 + 1, 0),
                Some(row) => {
                    let stack = u64::try_from(row.get::<i64>("number")?).unwrap_or_default() / STACK;
                    turn(link, stack, field).await?;
                    self.place.1 = stack + 1;
                    return Ok(true);
                }
            }
        }
        *self = Turning { done: full, place: (0, 0) };
        Ok(false)
    }
}

/// The numbers of the blocks of a stack.
fn blocks(stack: u64) -> [i64; 2] {
    [number(stack * STACK), number((stack + 1) * STACK)]
}

/// Nobody else turns filters of a stack until the transaction ends.
async fn lock(link: &mut Link, stack: u64) -> Result<(), sqlx::Error> {
    match link.dialect() {
        // Whoever writes to SQLite is alone from the beginning.
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => {
            let text = "SELECT number FROM audit_block WHERE number = $1 FOR UPDATE";
            link.row(text, values![blocks(stack)[0]]).await.map(drop)
        }
    }
}

/// Turns the filters of a field of a stack, in a transaction of its own. Where one of them is none that was built, all stay as they are.
async fn turn(link: &mut Link, stack: u64, field: Field) -> Result<(), sqlx::Error> {
    link.begin().await?;
    lock(link, stack).await?;
    let ([from, to], code) = (blocks(stack), i64::from(field.code()));
    let text = "SELECT number, bits FROM audit_filter WHERE field = $1 AND number >= $2 AND number < $3 ORDER BY number";
    let mut filters: Vec<(u8, Vec<u8>)> = Vec::new();
    for row in link.rows(text, values![code, from, to]).await? {
        let place = u8::try_from(row.get::<i64>("number")? - from).unwrap_or(u8::MAX);
        filters.push((place, row.get("bits")?));
    }
    let text = "SELECT 1 AS one FROM audit_slice WHERE stack = $1 AND field = $2 LIMIT 1";
    let is_turned = link.row(text, values![number(stack), code]).await?.is_some();
    if is_turned || filters.is_empty() || !filters.iter().all(|(_, bits)| is_turnable(bits)) {
        return link.rollback().await;
    }
    let slices = turned(filters.iter().map(|(place, bits)| (*place, bits.as_slice())));
    let slices: Vec<(u32, Vec<u8>)> = slices.into_iter().collect();
    for some in slices.chunks(ROWS) {
        let text =
            format!("INSERT INTO audit_slice (stack, field, slot, bits) VALUES {}", rows_of(some.len(), 4));
        let mut values: Vec<Value<'_>> = Vec::with_capacity(4 * some.len());
        for (slot, bits) in some {
            values.extend([number(stack), code, i64::from(*slot)].map(Value::from));
            values.push(bits.as_slice().into());
        }
        link.execute(&text, &values).await?;
    }
    let text = "DELETE FROM audit_filter WHERE field = $1 AND number >= $2 AND number < $3";
    link.execute(text, values![code, from, to]).await?;
    link.commit().await
}

/// Turns the filters back of the stack in which a block is, in a transaction that has begun.
pub(super) async fn turn_back(link: &mut Link, block: u64) -> Result<(), sqlx::Error> {
    let stack = block / STACK;
    lock(link, stack).await?;
    let text = "SELECT field, slot, bits FROM audit_slice WHERE stack = $1";
    let mut slices: BTreeMap<u8, Vec<(u32, Vec<u8>)>> = BTreeMap::new();
    for row in link.rows(text, values![number(stack)]).await? {
        let (field, slot): (i64, i64) = (row.get("field")?, row.get("slot")?);
        let slot = u32::try_from(slot).unwrap_or_default();
        slices.entry(u8::try_from(field).unwrap_or_default()).or_default().push((slot, row.get("bits")?));
    }
    if slices.is_empty() {
        return Ok(());
    }
    let unread = || damaged(stack * STACK * WIDTH, "what its blocks are found by is not what was written");
    let mut filters: BTreeMap<u8, Vec<(Field, Vec<u8>)>> = BTreeMap::new();
    for (field, slices) in slices {
        let field = Field::of_code(field).ok_or_else(unread)?;
        let back = turned_back(slices.iter().map(|(slot, bits)| (*slot, bits.as_slice())));
        for (place, bits) in back.ok_or_else(unread)? {
            filters.entry(place).or_default().push((field, bits));
        }
    }
    link.execute("DELETE FROM audit_slice WHERE stack = $1", values![number(stack)]).await?;
    for (place, filters) in filters {
        put_filters(link, number(stack * STACK + u64::from(place)), &filters).await?;
    }
    Ok(())
}

/// The blocks of a range, both ends included, that have a filter of a field among those that were turned, and may have all of these terms.
pub(super) async fn holding(
    reading: &mut Reading,
    field: Field,
    hashes: &[u64],
    [from, to]: [u64; 2],
) -> Result<BTreeSet<u64>, sqlx::Error> {
    let mut values = vec![i64::from(field.code())];
    values.extend((from / STACK..=to / STACK).map(number));
    let stacks = values.len() - 1;
    let wanted: BTreeSet<u32> = hashes.iter().flat_map(|hash| slots(*hash)).collect();
    values.extend(wanted.iter().copied().map(i64::from));
    let text = format!(
        "SELECT stack, slot, bits FROM audit_slice WHERE field = $1 AND stack IN ({}) AND slot IN ({})",
        places(2, stacks),
        places(2 + stacks, wanted.len())
    );
    let values: Vec<Value<'_>> = values.into_iter().map(Value::from).collect();
    let mut slices: BTreeMap<u64, Vec<(u32, Vec<u8>)>> = BTreeMap::new();
    for row in reading.rows(&text, &values).await? {
        let stack = u64::try_from(row.get::<i64>("stack")?).unwrap_or_default();
        let slot = u32::try_from(row.get::<i64>("slot")?).unwrap_or_default();
        slices.entry(stack).or_default().push((slot, row.get("bits")?));
    }
    let mut found = BTreeSet::new();
    for (stack, slices) in slices {
        let of_term = |hash: &u64| -> BTreeSet<u8> {
            let has = slices.iter().filter(|(slot, _)| slots(*hash).any(|of_hash| of_hash == *slot));
            has.flat_map(|(_, slice)| holders(slice, *hash)).collect()
        };
        let in_all = hashes.iter().map(of_term).reduce(|all, these| &all & &these).unwrap_or_default();
        let blocks = in_all.into_iter().map(|place| stack * STACK + u64::from(place));
        found.extend(blocks.filter(|block| (from..=to).contains(block)));
    }
    Ok(found)
}
