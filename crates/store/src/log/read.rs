//! Reading the log as it is, in its order.

use casemate_audit::tile::WIDTH;

use super::shelf::OwnShelf;
use super::sight::Sight;
use super::state::{self, Open};
use super::tail::{self, Held};
use super::{LogEvent, LogState, block};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database as _, values};

/// The most events that are read at once.
const MOST: u64 = 1_000;
/// After so many bytes of texts, what is read at once ends with its event.
const MOST_BYTES: usize = 16 << 20;

impl StoreReader {
    /// How large the log is, and its root. What was recorded and is not in the log yet does not count.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_state(&self) -> Result<LogState, StoreError> {
        let open = state::read(&mut self.pool.read().await?).await?;
        Ok(LogState { size: open.edge.size(), root: open.edge.root(), origin: open.origin })
    }

    /// The index before which all events happened before a time, as far as that is known without reading them: events are recorded
    /// about in the order of their times, but not quite.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_since(&self, time: i64) -> Result<u64, StoreError> {
        let mut reading = self.pool.read().await?;
        let row = reading
            .row("SELECT MIN(number) AS number FROM audit_block WHERE at_max >= $1", values![time])
            .await?;
        let block = row.map(|row| row.get::<Option<i64>>("number")).transpose()?.flatten();
        match block.and_then(|block| u64::try_from(block).ok()) {
            Some(block) => Ok(block * WIDTH),
            None => Ok(state::read(&mut reading).await?.first()),
        }
    }

    /// From which index on texts of events stand in the database; those before it are archived, or given up.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_archived(&self) -> Result<u64, StoreError> {
        let text = "SELECT COALESCE(MAX(first + count), 0) AS archived FROM audit_shelf";
        let row = self.pool.row(text, values![]).await?;
        let archived = row.map(|row| row.get::<i64>("archived")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(archived).unwrap_or(0))
    }

    /// The events of the log from an index on, in order: at most `limit` (1 to 1,000) of them, fewer where they are long, and none
    /// where the log has none from there on. Of what was given up together with all that stood in the tree of it, nothing is left: the
    /// indexes go on behind it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn log_events(&self, first: u64, limit: u32) -> Result<Vec<LogEvent>, StoreError> {
        let limit = usize::try_from(u64::from(limit).clamp(1, MOST)).unwrap_or(1);
        let mut sight = Sight::new(&self.pool);
        let size = sight.look().await?.1.edge.size();
        let (mut events, mut bytes, mut next) = (Vec::new(), 0, first);
        while next < size && events.len() < limit && bytes < MOST_BYTES {
            let block = next / WIDTH;
            let start = block * WIDTH;
            let tile = tile(&mut sight, &self.shelf, block).await?;
            // What came meanwhile is read by whoever asks again.
            for event in tile.into_iter().filter(|event| event.index < size) {
                if event.index >= next && events.len() < limit && bytes < MOST_BYTES {
                    bytes += event.text.as_ref().map_or(0, String::len);
                    events.push(event);
                }
            }
            next = start + WIDTH;
        }
        Ok(events)
    }
}

/// All events of a tile of leaves, in order; none where nothing is left of them.
pub(super) async fn tile(
    sight: &mut Sight<'_>,
    shelf: &OwnShelf,
    number: u64,
) -> Result<Vec<LogEvent>, sqlx::Error> {
    let first = number * WIDTH;
    let (reading, open) = sight.look().await?;
    if first == open.first() {
        let held = tail::all(reading, first, open.held()).await?;
        return Ok(of_tail(open, &held).collect());
    }
    let Some(opened) = block::open(reading, number).await? else {
        return shelf.events(sight, number).await;
    };
    let leaves = opened.leaves();
    let event = |(place, leaf)| LogEvent {
        index: first + place as u64,
        text: opened.text(place).map(str::to_owned),
        leaf,
        salt: opened.salt(place),
    };
    Ok(leaves.into_iter().enumerate().map(event).collect())
}

/// The events of the tile that is not full.
pub(super) fn of_tail(open: &Open, held: &[Held<'_>]) -> impl Iterator<Item = LogEvent> {
    let salts = open.seed.salts();
    (open.first()..).zip(held).map(move |(index, held)| LogEvent {
        index,
        text: held.text().map(|text| String::from_utf8_lossy(text).into_owned()),
        leaf: held.leaf(&salts, index),
        salt: held.salt(&salts, index),
    })
}
