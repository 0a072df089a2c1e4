//! Indexing: what is acknowledged comes into the database, many records in one transaction that also says how far it came.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use casemate_audit::tile::WIDTH;
use tokio::time::Instant;

use super::appender::{Desk, Failure, Flush, Segment};
use super::files::{FilesError, Folder, SIZE, Slot};
use super::frame::{self, Damage, FRAME, HEADER, Head, Mark, Place, records};
use super::log::{Chunk, Left, Log};
use crate::error::StoreError;
use crate::log::{self, Growth};
use crate::open::Opening;
use crate::reserve::Reserve;
use crate::sql::{Database, Link, Pool, values};

/// About how many bytes come into the database at once, or one frame where that is larger: no change waits longer than these
/// take.
pub(super) const STEP: u64 = 128 << 10;
/// After so many bytes the database's journal is brought into its own file: where four mebibytes of it are written at once, as
/// SQLite would, whoever records a decision meanwhile waits for all of them.
const CHECKPOINT: u64 = 4 * STEP;
/// How long a reader waits for what was acknowledged before it asked.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a reader looks how far another process is.
const LOOK: Duration = Duration::from_millis(5);

/// Where a reader finds what is not in the database yet.
#[derive(Debug, Clone)]
pub(crate) struct Behind {
    pub(crate) data: PathBuf,
    /// The segment of this process, where it has one.
    pub(crate) own: Arc<OnceLock<Segment>>,
    /// How a connection that writes is opened.
    pub(crate) opening: Opening,
}

/// Whoever appends and indexes. Where it goes away, nobody appends any more, and the lock is free as soon as nobody does.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) segment: Segment,
    _folder: Arc<Folder>,
}

/// A part of a file that is not in the database.
struct Part {
    slot: Slot,
    from: Place,
    end: u64,
}

impl Part {
    fn left(self) -> Result<Left, StoreError> {
        let Part { slot, from, end } = self;
        let events = count(&slot, from, end)?;
        Ok(Left { slot, segment: from.segment, end, bytes: end.saturating_sub(from.offset), events })
    }
}

/// What there was to do when a process took the folder over, or looked into it.
struct Plan {
    slots: Vec<Slot>,
    parts: Vec<Part>,
    /// The highest number that a segment has.
    last: u64,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.segment.close();
        self.segment.log.close();
    }
}

impl Owner {
    /// Takes the folder over, with what another process left in it, which comes into the database before what is appended from
    /// now on. Answers nothing where another process has it.
    pub(crate) async fn take(
        data: &Path,
        link: &mut Link,
        reserve: &Arc<Reserve>,
        flush: Flush,
    ) -> Result<Option<Owner>, StoreError> {
        // What another process left takes time to read, and so may the disk.
        let place = data.to_owned();
        let locked = blocking(move || {
            let folder = Folder::open_or_create(&place)?;
            Ok(if folder.lock()? { Some(folder) } else { None })
        });
        let Some(folder) = locked.await? else { return Ok(None) };
        let folder = Arc::new(folder);
        let reached = reached(link).await?;
        let looked = Arc::clone(&folder);
        let read = blocking(move || {
            let Plan { mut slots, parts, last } = plan(&looked, reached)?;
            slots.retain(|slot| parts.iter().all(|part| part.slot.path != slot.path));
            // Of one that has a header alone nothing was acknowledged: its file is free at once, and must not be asked for again.
            let acknowledged = parts.iter().rev().find(|part| part.end > HEADER);
            let end = acknowledged.map(|part| Place { offset: part.end, ..part.from });
            let left = parts.into_iter().map(Part::left).collect::<Result<Vec<_>, _>>()?;
            Ok((slots, left, last, end))
        });
        let (slots, left, last, end) = read.await?;
        let indexed = reached.place;
        let acknowledged = end.unwrap_or(indexed);
        let desk = Desk {
            folder: Arc::clone(&folder),
            log: Arc::new(Log::new(slots, indexed, left)),
            reserve: Arc::clone(reserve),
            flush,
            database: reached.database,
            acknowledged,
            next: last.max(acknowledged.segment) + 1,
            failure: Failure::default(),
        };
        let path = data.to_owned();
        let segment = Segment::start(desk).map_err(|source| FilesError::Io { path, source })?;
        Ok(Some(Owner { segment, _folder: folder }))
    }
}

/// Indexes what a process left in the folder that ended without doing so. Answers whether there is none that still might.
pub(crate) async fn catch_up(data: &Path, link: &mut Link) -> Result<bool, StoreError> {
    let Some(folder) = Folder::open(data)? else { return Ok(true) };
    if !folder.lock()? {
        return Ok(false);
    }
    recover(&folder, link).await?;
    Ok(true)
}

/// Indexes all that is whole. The folder is locked.
async fn recover(folder: &Folder, link: &mut Link) -> Result<Plan, StoreError> {
    let plan = plan(folder, reached(link).await?)?;
    let mut count = 0;
    for part in &plan.parts {
        let mut from = part.from;
        while from.offset < part.end {
            let at = reached(link).await?.place;
            let Step { place, events, .. } = step(link, &part.slot, at, from, part.end).await?;
            from = place;
            count += events;
        }
    }
    if count > 0 {
        tracing::info!(count, "decisions that an earlier process recorded are in the database now");
    }
    Ok(plan)
}

/// What of the folder's files is not in the database.
fn plan(folder: &Folder, reached: Reached) -> Result<Plan, StoreError> {
    let Reached { place: position, database } = reached;
    let slots = folder.slots()?;
    let mut live = Vec::new();
    let mut last = 0;
    for slot in &slots {
        match slot.head()? {
            Some(head) => {
                if head.database != database {
                    return Err(StoreError::SegmentOfAnother { path: slot.path.clone() });
                }
                last = last.max(head.mark.segment);
                if head.mark.segment >= position.segment {
                    live.push((head, slot.clone()));
                }
            }
            None => require_empty(slot, position)?,
        }
    }
    live.sort_by_key(|(head, _)| head.mark.segment);
    // The file of an earlier segment that a disk brought back stands beside the one that followed it.
    for (one, two) in live.iter().zip(live.iter().skip(1)) {
        if one.0.mark.segment == two.0.mark.segment {
            return Err(damaged(&two.1, Damage { offset: 0 }));
        }
    }
    let mut parts = Vec::new();
    for (number, (head, slot)) in live.iter().enumerate() {
        require_before(*head, &live, position, folder)?;
        let mut later = live.iter().skip(number + 1).peekable();
        let is_last = later.peek().is_none();
        let end = later.find(|(later, _)| later.before.segment == head.mark.segment);
        if end.is_none() && !is_last {
            // Nothing of it was acknowledged.
            continue;
        }
        let mark = head.mark;
        let offset = if mark.segment == position.segment { position.offset } else { HEADER };
        let from = Place { segment: mark.segment, offset };
        let end = end.map(|(later, _)| later.before.offset);
        let bytes = slot.read(0, SIZE)?;
        let known = end;
        let end = frame::end(&bytes, mark, offset, end).map_err(|damage| damaged(slot, damage))?;
        if known.is_none() && frame::is_torn(&bytes, mark, end) {
            let path = slot.path.display();
            tracing::warn!(%path, offset = end, "the last decisions of this file are not whole, and left out: most likely they \
                were being written when a process ended, and nobody was answered");
        }
        parts.push(Part { slot: slot.clone(), from, end });
    }
    Ok(Plan { slots, parts, last })
}

/// That the segment which one follows is there, or in the database.
fn require_before(
    head: Head,
    live: &[(Head, Slot)],
    position: Place,
    folder: &Folder,
) -> Result<(), StoreError> {
    let before = head.before;
    let is_there = live.iter().any(|(live, _)| live.mark.segment == before.segment);
    if before.segment == 0 || is_there || before <= position {
        return Ok(());
    }
    Err(StoreError::MissingSegment { path: folder.path().to_owned(), segment: before.segment })
}

/// That a file without a header holds nothing that was acknowledged: the first frame is flushed with the header.
fn require_empty(slot: &Slot, position: Place) -> Result<(), StoreError> {
    let bytes = slot.read(0, SIZE)?;
    let frame = usize::try_from(HEADER).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
    let Some((low, nonce)) = frame::said_at(frame) else { return Ok(()) };
    let high = position.segment & !u64::from(u32::MAX);
    for segment in [high, high + (1 << 32)].map(|high| high | u64::from(low)) {
        if segment < position.segment {
            continue;
        }
        let mark = Mark { segment, nonce };
        if frame::frame_at(frame, mark, HEADER).is_none() {
            continue;
        }
        let end = frame::end(&bytes, mark, HEADER, None).map_err(|damage| damaged(slot, damage))?;
        if (Place { segment, offset: end }) > position {
            return Err(damaged(slot, Damage { offset: 0 }));
        }
    }
    Ok(())
}

fn damaged(slot: &Slot, damage: Damage) -> StoreError {
    StoreError::DamagedSegment { path: slot.path.clone(), offset: damage.offset }
}

/// How far the database is, and which it is.
#[derive(Debug, Clone, Copy)]
struct Reached {
    place: Place,
    database: u64,
}

async fn reached(database: &mut impl Database) -> Result<Reached, StoreError> {
    let row = database.row("SELECT segment, place, database_id FROM decision_segment", values![]).await?;
    let row = row.ok_or(sqlx::Error::RowNotFound)?;
    let number = |column| Ok::<u64, sqlx::Error>(u64::try_from(row.get::<i64>(column)?).unwrap_or_default());
    let place = Place { segment: number("segment")?, offset: number("place")? };
    Ok(Reached { place, database: row.get::<i64>("database_id")?.cast_unsigned() })
}

async fn position_of(pool: &Pool) -> Result<Place, StoreError> {
    Ok(reached(&mut pool.read().await?).await?.place)
}

/// Reads files where nobody else waits meanwhile.
async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(act).await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// What the frames of a segment say that a file is to hold.
fn mark_of(slot: &Slot, segment: u64) -> Result<Mark, StoreError> {
    let mark = slot.head()?.map(|head| head.mark).filter(|mark| mark.segment == segment);
    mark.ok_or_else(|| damaged(slot, Damage { offset: 0 }))
}

/// What came into the log.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// How far the database is then.
    place: Place,
    events: u64,
    /// How many events the log has then; nothing where that is not known.
    size: Option<u64>,
}

/// Appends the next records of a file to the log, where the database is at `at`.
async fn step(link: &mut Link, slot: &Slot, at: Place, from: Place, end: u64) -> Result<Step, StoreError> {
    let mark = mark_of(slot, from.segment)?;
    // A block that is filled by what is there costs less than one that is left half full, and is read again.
    let held = log::size(link).await? % WIDTH;
    let mut bytes = slot.read(from.offset, end.min(from.offset + STEP))?;
    if frame::frame_at(&bytes, mark, from.offset).is_none() {
        let length = frame::length_at(&bytes).unwrap_or_default();
        bytes = slot.read(from.offset, end.min(from.offset + length))?;
    }
    let (mut place, mut rest, mut texts): (Place, &[u8], Vec<&[u8]>) = (from, &bytes, Vec::new());
    while let Some(frame) = frame::frame_at(rest, mark, place.offset) {
        let before = (held + texts.len() as u64) / WIDTH;
        for record in records(frame) {
            let text = record.ok_or_else(|| damaged(slot, Damage { offset: place.offset }))?;
            texts.push(text.as_bytes());
        }
        place.offset += (FRAME + frame.len()) as u64;
        rest = rest.get(FRAME + frame.len()..).unwrap_or_default();
        let blocks = (held + texts.len() as u64) / WIDTH;
        if place.offset - from.offset >= STEP / 2 && blocks > before {
            break;
        }
    }
    if place == from {
        return Err(damaged(slot, Damage { offset: from.offset }));
    }
    link.begin().await?;
    let size = log::append(link, &texts).await?;
    // INVARIANT: who has the lock is the only one that indexes. Were there another, one of both would change nothing here.
    let text = "UPDATE decision_segment SET segment = $1, place = $2 WHERE segment = $3 AND place = $4";
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let places = [place.segment, place.offset, at.segment, at.offset].map(number);
    let [segment, offset, before, before_offset] = places;
    if link.execute(text, values![segment, offset, before, before_offset]).await? != 1 {
        link.rollback().await?;
        return Err(sqlx::Error::Protocol("another process indexes the same segment".to_owned()).into());
    }
    link.commit().await?;
    if place.offset / CHECKPOINT != from.offset / CHECKPOINT {
        link.checkpoint().await?;
    }
    Ok(Step { place, events: texts.len() as u64, size: Some(size) })
}

/// Brings a part of a segment that is appended to into the database; answers how many events that were.
pub(crate) async fn index(
    segment: &Segment,
    chunk: Chunk,
    link: &mut Link,
    growth: &Growth,
) -> Result<u64, sqlx::Error> {
    let outcome = match missed(&chunk, link).await {
        Ok(None) => step(link, &chunk.slot, chunk.indexed, chunk.from, chunk.end).await,
        Ok(Some(missed)) => Ok(missed),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Step { place, events, size }) => {
            if let Some(size) = size {
                growth.tell(size);
            }
            segment.log.indexed(chunk.from, place, events);
            Ok(events)
        }
        Err(StoreError::Database(error)) => Err(error),
        Err(other) => Err(sqlx::Error::Decode(other.into())),
    }
}

/// What came into the database though the attempt failed: a commit may be done of which the answer was lost.
async fn missed(chunk: &Chunk, link: &mut Link) -> Result<Option<Step>, StoreError> {
    if !chunk.is_doubtful {
        return Ok(None);
    }
    let (at, from) = (reached(link).await?.place, chunk.from);
    if at.segment != from.segment || at.offset <= from.offset || at.offset > chunk.end {
        return Ok(None);
    }
    Ok(Some(Step { place: at, events: count(&chunk.slot, from, at.offset)?, size: None }))
}

/// How many records stand in the frames from one place to another.
fn count(slot: &Slot, mut from: Place, end: u64) -> Result<u64, StoreError> {
    let mark = mark_of(slot, from.segment)?;
    let bytes = slot.read(from.offset, end)?;
    let (mut rest, mut count): (&[u8], u64) = (&bytes, 0);
    while let Some(frame) = frame::frame_at(rest, mark, from.offset) {
        count += records(frame).count() as u64;
        from.offset += (FRAME + frame.len()) as u64;
        rest = rest.get(FRAME + frame.len()..).unwrap_or_default();
    }
    Ok(count)
}

/// Waits until what was acknowledged before is in the database.
pub(crate) async fn settle(behind: &Behind, pool: &Pool) -> Result<(), StoreError> {
    let deadline = Instant::now() + PATIENCE;
    if let Some(own) = behind.own.get().filter(|own| !own.log.is_closed()) {
        let (end, mut progress) = own.log.ask();
        let failures = progress.borrow().failures;
        let reached = progress.wait_for(|now| now.indexed >= end || now.failures > failures);
        let reached = tokio::time::timeout_at(deadline, reached).await;
        let is_there = reached.is_ok_and(|now| now.is_ok_and(|now| now.indexed >= end));
        return if is_there { Ok(()) } else { Err(StoreError::Behind) };
    }
    let Some(folder) = Folder::open(&behind.data)? else { return Ok(()) };
    let Some(target) = last_of(&folder)? else { return Ok(()) };
    while position_of(pool).await? < target {
        // Where nobody is there any more who would, this process does.
        if folder.lock()? {
            let mut link = behind.opening.connect().await?;
            let recovered = recover(&folder, &mut link).await;
            let closed = link.close().await;
            // Why nothing came into the database tells more.
            recovered?;
            return Ok(closed?);
        }
        if Instant::now() > deadline {
            return Err(StoreError::Behind);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Where the last segment ends that anything stands in, which another process may be writing to.
fn last_of(folder: &Folder) -> Result<Option<Place>, StoreError> {
    let mut heads = Vec::new();
    for slot in folder.slots()? {
        heads.extend(slot.head()?.map(|head| (head, slot)));
    }
    heads.sort_by_key(|(head, _)| std::cmp::Reverse(head.mark.segment));
    let Some((head, slot)) = heads.first() else { return Ok(None) };
    let bytes = slot.read(0, SIZE)?;
    // What is damaged, whoever brings it into the database finds out. A frame that was being written looks damaged too,
    // where the next one stood there by the time that was read: both come into the database.
    let end = frame::end(&bytes, head.mark, HEADER, None).unwrap_or_else(|damage| damage.offset + 1);
    Ok(Some(if end > HEADER { Place { segment: head.mark.segment, offset: end } } else { head.before }))
}

/// Flushes a file, as it is done where nothing else was chosen.
pub(crate) fn flush(file: &File) -> std::io::Result<()> {
    file.sync_data()
}

impl From<FilesError> for StoreError {
    fn from(error: FilesError) -> StoreError {
        match error {
            FilesError::Unsafe(error) => StoreError::SegmentFolder { reason: error.to_string() },
            FilesError::Format { path } => StoreError::SegmentFormat { path },
            FilesError::Io { path, source } => {
                StoreError::SegmentFolder { reason: format!("{}: {source}", path.display()) }
            }
        }
    }
}
