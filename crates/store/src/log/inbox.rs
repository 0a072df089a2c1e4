//! What is recorded where no files hold it: a row for each group that was committed together, until it comes into the log.

use std::io::Read as _;

use casemate_audit::event::MAX_EVENT;

use super::append::append;
use super::recorded::{Recorded, texts};
use super::state;
use crate::sql::{Database as _, Link, values};

/// After so many bytes a group is more than one row.
const ROW: usize = 1 << 20;
/// The most bytes that a row has with the text that made it full.
const MAX_ROW: u64 = (ROW + MAX_EVENT + 64) as u64;
/// From so many bytes on they are compressed, which takes less time than a disk does for the rest.
const WORTH: usize = 1 << 10;
const LEVEL: i32 = 1;
/// With which what zstd compressed begins.
const PACKED: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
/// The most rows that come into the log at once.
const ROWS: i64 = 32;

/// What came into the log.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Taken {
    /// How many events that were.
    pub(crate) events: u64,
    /// The bytes of their texts.
    pub(crate) bytes: u64,
    /// How many the log has.
    pub(crate) size: u64,
    /// Whether there may be more.
    pub(crate) is_more: bool,
}

const INSERT: &str = "INSERT INTO audit_inbox (count, events) VALUES ($1, $2)";

/// So many events, as they stand in a row.
type Group = (i64, Vec<u8>);

/// The rows of what was recorded.
pub(crate) fn rows(recorded: &[&Recorded]) -> Result<Vec<Group>, sqlx::Error> {
    let (mut rows, mut row, mut count) = (Vec::new(), Vec::new(), 0);
    for text in recorded.iter().flat_map(|recorded| recorded.texts()) {
        super::tail::push_text(&mut row, text);
        count += 1;
        if row.len() >= ROW {
            rows.push((std::mem::take(&mut count), packed(std::mem::take(&mut row))?));
        }
    }
    if count > 0 {
        rows.push((count, packed(row)?));
    }
    Ok(rows)
}

/// Keeps what was recorded, in a transaction of its own: one statement alone, where that is enough.
pub(crate) async fn record(link: &mut Link, recorded: &[&Recorded]) -> Result<(), sqlx::Error> {
    let rows = rows(recorded)?;
    if let [(count, row)] = rows.as_slice() {
        return link.execute_alone(INSERT, values![*count, row.as_slice()]).await.map(drop);
    }
    link.begin().await?;
    insert(link, &rows).await?;
    link.commit().await
}

/// Keeps rows, in a transaction that has begun.
pub(crate) async fn insert(link: &mut Link, rows: &[Group]) -> Result<(), sqlx::Error> {
    for (count, row) in rows {
        link.execute(INSERT, values![*count, row.as_slice()]).await?;
    }
    Ok(())
}

/// Makes a row of texts with their lengths: compressed, where they are more than a few. What is not begins with a length, which is
/// never as large as the number with which a compressed one begins.
fn packed(texts: Vec<u8>) -> Result<Vec<u8>, sqlx::Error> {
    if texts.len() < WORTH {
        return Ok(texts);
    }
    zstd::bulk::compress(&texts, LEVEL).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// The texts of a row, with their lengths.
fn unpacked(row: Vec<u8>) -> Result<Vec<u8>, sqlx::Error> {
    if !row.starts_with(&PACKED) {
        return Ok(row);
    }
    let mut texts = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::new(row.as_slice())?.take(MAX_ROW + 1);
    decoder.read_to_end(&mut texts)?;
    if texts.len() as u64 > MAX_ROW {
        return Err(damaged());
    }
    Ok(texts)
}

fn damaged() -> sqlx::Error {
    sqlx::Error::Decode("a row of recorded events is not as it was written".into())
}

/// Brings some of what waits into the log, the oldest first, in a transaction of its own.
pub(crate) async fn take(link: &mut Link) -> Result<Taken, sqlx::Error> {
    link.begin().await?;
    // Whoever has the lock sees all that others took before.
    let open = state::lock(link).await?;
    let text = "DELETE FROM audit_inbox WHERE seq IN (SELECT seq FROM audit_inbox ORDER BY seq LIMIT $1) \
                RETURNING seq, count, events";
    let mut rows = Vec::new();
    for row in link.rows(text, values![ROWS]).await? {
        rows.push((row.get::<i64>("seq")?, row.get::<i64>("count")?, unpacked(row.get("events")?)?));
    }
    if rows.is_empty() {
        link.rollback().await?;
        return Ok(Taken { size: open.edge.size(), ..Taken::default() });
    }
    rows.sort_unstable_by_key(|(seq, ..)| *seq);
    let all: Vec<&[u8]> = rows.iter().flat_map(|(_, _, events)| texts(events)).collect();
    if i64::try_from(all.len()) != Ok(rows.iter().map(|(_, count, _)| count).sum()) {
        return Err(damaged());
    }
    let size = append(link, &all).await?;
    link.commit().await?;
    let bytes = rows.iter().map(|(_, _, events)| events.len() as u64).sum();
    Ok(Taken { events: all.len() as u64, bytes, size, is_more: rows.len() as i64 == ROWS })
}

/// The last row that waits, where any does.
pub(crate) async fn last(database: &mut impl crate::sql::Database) -> Result<Option<i64>, sqlx::Error> {
    let row = database.row("SELECT MAX(seq) AS last FROM audit_inbox", values![]).await?;
    row.map_or(Ok(None), |row| row.get("last"))
}

/// Whether a row up to this one waits still.
pub(crate) async fn waits(database: &mut impl crate::sql::Database, seq: i64) -> Result<bool, sqlx::Error> {
    let text = "SELECT 1 AS one FROM audit_inbox WHERE seq <= $1 LIMIT 1";
    Ok(database.row(text, values![seq]).await?.is_some())
}

/// Writes a row and deletes it, in one transaction that is committed: whether there is room for more.
pub(crate) async fn probe(link: &mut Link) -> Result<(), sqlx::Error> {
    let filling = [b'0'; 8 << 10];
    link.begin().await?;
    let text = "INSERT INTO audit_inbox (seq, count, events) VALUES (-1, 0, $1)";
    link.execute(text, values![filling.as_slice()]).await?;
    link.execute("DELETE FROM audit_inbox WHERE seq = -1", values![]).await?;
    link.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::push_text;

    fn recorded(lengths: &[usize]) -> Recorded {
        let mut recorded = Recorded::default();
        for length in lengths {
            push_text(&mut recorded.bytes, &vec![b'x'; *length]);
            recorded.events += 1;
        }
        recorded
    }

    #[test]
    fn what_was_packed_is_unpacked_whatever_its_size() {
        for lengths in [&[][..], &[0], &[10, 20], &[1_020], &[400, 500, 600], &[MAX_EVENT, MAX_EVENT, 3]] {
            let recorded = recorded(lengths);
            let rows = rows(&[&recorded]).unwrap();
            let mut all = Vec::new();
            for (count, row) in rows {
                assert!(row.len() <= WORTH, "{lengths:?}");
                let texts_of_row = unpacked(row).unwrap();
                assert_eq!(i64::try_from(texts(&texts_of_row).count()).unwrap(), count);
                all.extend(texts_of_row);
            }
            assert_eq!(all, recorded.bytes, "{lengths:?}");
        }
    }

    #[test]
    fn a_row_that_was_cut_or_grows_without_bound_is_refused() {
        let row = packed(recorded(&[5_000]).bytes).unwrap();
        assert!(row.starts_with(&PACKED));
        assert!(unpacked(row[..row.len() - 1].to_vec()).is_err());
        let endless = zstd::bulk::compress(&vec![0; usize::try_from(MAX_ROW).unwrap() + 1], LEVEL).unwrap();
        assert!(unpacked(endless).is_err());
        // As rows were before they were compressed.
        let plain = recorded(&[5_000]).bytes;
        assert_eq!(unpacked(plain.clone()).unwrap(), plain);
    }
}
