//! Reading blocks.

use std::collections::BTreeMap;

use casemate_audit::block::{self as engine, Opened};
use casemate_audit::tile::WIDTH;

use super::append::PART;
use super::state::{damaged, number};
use crate::sql::{Database, Value, places, values};

/// What a block holds; nothing where its texts were given up with all that stood in the tree of them.
pub(super) async fn open(database: &mut impl Database, block: u64) -> Result<Option<Opened>, sqlx::Error> {
    match payload(database, block).await? {
        Some(payload) => opened(block, &payload).map(Some),
        None => Ok(None),
    }
}

/// The first parts of what some blocks hold, by their numbers.
pub(super) async fn beginnings(
    database: &mut impl Database,
    blocks: &[u64],
) -> Result<BTreeMap<u64, Vec<u8>>, sqlx::Error> {
    let text = format!(
        "SELECT number, bytes FROM audit_payload WHERE part = 0 AND number IN ({})",
        places(1, blocks.len())
    );
    let values: Vec<Value<'_>> = blocks.iter().map(|block| number(*block).into()).collect();
    let mut found = BTreeMap::new();
    for row in database.rows(&text, &values).await? {
        found.insert(u64::try_from(row.get::<i64>("number")?).unwrap_or_default(), row.get("bytes")?);
    }
    Ok(found)
}

/// As [`open`], of a block whose first part was read.
pub(super) async fn open_begun(
    database: &mut impl Database,
    block: u64,
    beginning: &[u8],
) -> Result<Option<Opened>, sqlx::Error> {
    if beginning.len() < PART { opened(block, beginning).map(Some) } else { open(database, block).await }
}

fn opened(block: u64, payload: &[u8]) -> Result<Opened, sqlx::Error> {
    let opened =
        engine::open(payload).map_err(|_| damaged(block * WIDTH, "a block of it is not what was written"))?;
    if opened.first() != block * WIDTH || opened.len() as u64 != WIDTH {
        return Err(damaged(block * WIDTH, "a block of it stands in the place of another"));
    }
    Ok(opened)
}

/// The bytes of a block.
pub(super) async fn payload(
    database: &mut impl Database,
    block: u64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let text = "SELECT bytes FROM audit_payload WHERE number = $1 ORDER BY part LIMIT 257";
    let mut payload = Vec::new();
    for row in database.rows(text, values![number(block)]).await? {
        payload.append(&mut row.get("bytes")?);
    }
    Ok(if payload.is_empty() { None } else { Some(payload) })
}
