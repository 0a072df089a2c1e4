//! The one row that says how far the log is.

use aws_lc_rs::rand;
use casemate_audit::hash::{LENGTH, MerkleHash};
use casemate_audit::salt::{SEED, Seed};
use casemate_audit::tile::WIDTH;
use casemate_audit::tree::Edge;

use crate::error::StoreError;
use crate::sql::{Database, Dialect, Link, Row, values};

/// How far the log is, as whoever appends finds and leaves it.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) origin: String,
    pub(super) edge: Edge,
    pub(super) seed: Seed,
}

impl Open {
    /// The index of the first event of the tile that is not full.
    pub(super) fn first(&self) -> u64 {
        self.edge.size() - self.held() as u64
    }

    /// How many events it has.
    pub(super) fn held(&self) -> usize {
        (self.edge.size() % WIDTH) as usize
    }

    fn read(row: &Row) -> Result<Open, sqlx::Error> {
        let (size, peaks, seed): (i64, Vec<u8>, Vec<u8>) =
            (row.get("size")?, row.get("peaks")?, row.get("seed")?);
        let size = u64::try_from(size).unwrap_or_default();
        let unread = || damaged(size, "its size and its edge do not belong together");
        let (hashes, rest) = peaks.as_chunks::<LENGTH>();
        let edge = Edge::of(size, hashes.iter().copied().map(MerkleHash).collect());
        let edge = edge.filter(|_| rest.is_empty()).ok_or_else(unread)?;
        let seed: [u8; SEED] = seed.try_into().map_err(|_| unread())?;
        Ok(Open { origin: row.get("origin")?, edge, seed: Seed(seed) })
    }

    /// Writes it; fails where somebody else appended since it was read at `before`.
    pub(super) async fn write(&self, link: &mut Link, before: u64) -> Result<(), sqlx::Error> {
        let peaks: Vec<u8> = self.edge.peaks().iter().flat_map(|peak| peak.0).collect();
        let text = "UPDATE audit_log SET size = $1, peaks = $2, seed = $3 WHERE one = 1 AND size = $4";
        let (size, before) = (number(self.edge.size()), number(before));
        let values = values![size, peaks.as_slice(), self.seed.0.as_slice(), before];
        match link.execute(text, values).await? {
            1 => Ok(()),
            _ => Err(sqlx::Error::Protocol("another process appends to the log".to_owned())),
        }
    }
}

const COLUMNS: &str = "SELECT origin, size, peaks, seed FROM audit_log WHERE one = 1";

/// How far the log is, and nobody else appends to it until the transaction ends.
pub(super) async fn lock(link: &mut Link) -> Result<Open, sqlx::Error> {
    match link.dialect() {
        // Whoever writes to SQLite is alone from the beginning.
        Dialect::Sqlite => read(link).await,
        Dialect::Postgres => {
            let row = link.row(&format!("{COLUMNS} FOR UPDATE"), values![]).await?;
            Open::read(&row.ok_or(sqlx::Error::RowNotFound)?)
        }
    }
}

/// How far the log is.
pub(super) async fn read(database: &mut impl Database) -> Result<Open, sqlx::Error> {
    Open::read(&database.row(COLUMNS, values![]).await?.ok_or(sqlx::Error::RowNotFound)?)
}

/// Gives a log that has none yet its name and the seed of its first tile.
pub(crate) async fn name(database: &mut impl Database) -> Result<(), StoreError> {
    let row = database.row("SELECT 1 AS one FROM audit_log WHERE origin = ''", values![]).await?;
    if row.is_none() {
        return Ok(());
    }
    let mut bytes = [0; 8];
    rand::fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    let origin = format!("casemate/{:016x}", u64::from_be_bytes(bytes));
    let seed = new_seed()?;
    let text = "UPDATE audit_log SET origin = $1, seed = $2 WHERE origin = ''";
    database.execute(text, values![&origin, seed.0.as_slice()]).await?;
    Ok(())
}

/// Begins a log anew, whose events are gone.
pub(crate) async fn forget(database: &mut impl Database) -> Result<(), StoreError> {
    let text = "UPDATE audit_log SET origin = '', size = 0, peaks = $1, seed = $1";
    database.execute(text, values![[].as_slice()]).await?;
    name(database).await
}

/// A seed that no other tile has.
pub(super) fn new_seed() -> Result<Seed, sqlx::Error> {
    let mut seed = Seed([0; SEED]);
    match rand::fill(&mut seed.0) {
        Ok(()) => Ok(seed),
        Err(_) => Err(sqlx::Error::Encode(StoreError::NoRandomness.into())),
    }
}

/// A number as the databases have it.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn damaged(index: u64, reason: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(StoreError::DamagedLog { index, reason }.into())
}

/// How many events the log has.
pub(crate) async fn size(database: &mut impl Database) -> Result<u64, sqlx::Error> {
    Ok(read(database).await?.edge.size())
}
