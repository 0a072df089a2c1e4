//! Reading blocks.

use casemate_audit::block::{self as engine, Opened};
use casemate_audit::tile::WIDTH;

use super::state::{damaged, number};
use crate::sql::{Database, values};

/// What a block holds; nothing where its texts were given up with all that stood in the tree of them.
pub(super) async fn open(database: &mut impl Database, block: u64) -> Result<Option<Opened>, sqlx::Error> {
    let Some(payload) = payload(database, block).await? else { return Ok(None) };
    let opened = engine::open(&payload)
        .map_err(|_| damaged(block * WIDTH, "a block of it is not what was written"))?;
    if opened.first() != block * WIDTH || opened.len() as u64 != WIDTH {
        return Err(damaged(block * WIDTH, "a block of it stands in the place of another"));
    }
    Ok(Some(opened))
}

/// The bytes of a block.
pub(super) async fn payload(
    database: &mut impl Database,
    block: u64,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let text = "SELECT bytes FROM audit_payload WHERE number = $1 ORDER BY part";
    let mut payload = Vec::new();
    for row in database.rows(text, values![number(block)]).await? {
        payload.append(&mut row.get("bytes")?);
    }
    Ok(if payload.is_empty() { None } else { Some(payload) })
}
