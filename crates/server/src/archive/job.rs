//! Archiving: a month that ended some time ago is written into a file, which is read again before the database gives its texts up.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use casemate_archive::{Archive, ArchiveError, GROUP, Row};
use casemate_platform::clock;
use casemate_store::{
    Actor, AuditEvent, Fence, Lease, LogEvent, RecordError, SHELF_LEASE, Shelved, Shelving, Store,
    StoreError, StoreReader, UnshelvedBlock,
};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde_json::json;

/// How often it is looked whether a month is due.
const EVERY: Duration = Duration::from_secs(3_600);
/// The most blocks of a file, which are a million events: a month may take several files.
const BLOCKS: u32 = 4_096;
/// The events of a block.
const BLOCK: u64 = 256;
/// How many events are read at once.
const READ: u32 = 1_000;
const MICROS_A_DAY: i64 = 24 * 3_600 * 1_000_000;
/// What names of files end with.
pub(super) const ENDING: &str = ".parquet";
/// How long this process alone writes and deletes files, in microseconds: longer than writing one takes.
const LEASE_FOR: i64 = 15 * 60 * 1_000_000;

/// Events that were archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedMonth {
    /// The file that they are in.
    pub file: String,
    /// The first of them.
    pub first: u64,
    /// How many indexes of the log they have: some may have been given up before.
    pub count: u64,
}

/// Why a month was not archived. Nothing of the log was changed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The archive cannot be written or read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What was read again is not what was written.
    #[error("the archive's file `{0}` holds something else than what was written into it")]
    Differs(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// When months are archived, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArchiveRule {
    /// How many days after its end a month is archived.
    pub after_days: u64,
    /// How many days after its newest event a file is deleted; where there are none, it is kept.
    pub keep_days: Option<u64>,
}

/// Archives months as they become due, and deletes files that are too old, until it is dropped.
pub async fn archive_months(store: Arc<Store>, archive: Archive, rule: ArchiveRule) {
    let mut random = [0; 8];
    if let Err(error) = getrandom::fill(&mut random) {
        return tracing::error!(%error, "the audit log is not archived: the system gives no random numbers");
    }
    // The name of this process, of no other and of no earlier one.
    let holder = format!("{:016x}", u64::from_be_bytes(random));
    loop {
        let now = clock::now();
        match store.acquire_lease(SHELF_LEASE, &holder, now, now.saturating_add(LEASE_FOR)).await {
            Ok(Some(lease)) => {
                let lease = under_lease(&store, &archive, rule, &holder, lease).await;
                if let Err(error) = store.release_lease(lease).await {
                    tracing::debug!(%error, "the lease of archiving was not given back");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "cannot tell whether another process archives"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// All that is due; answers the lease as it is held then.
async fn under_lease(
    store: &Store,
    archive: &Archive,
    rule: ArchiveRule,
    holder: &str,
    mut lease: Lease,
) -> Lease {
    delete_former(store).await;
    while archive_next(store, archive, rule.after_days, &lease).await {
        let now = clock::now();
        match store.acquire_lease(SHELF_LEASE, holder, now, now.saturating_add(LEASE_FOR)).await {
            Ok(Some(renewed)) => lease = renewed,
            _ => return lease,
        }
    }
    if let Some(days) = rule.keep_days {
        delete_old(store, &lease, days, clock::now()).await;
    }
    lease
}

/// Deletes what somebody left behind who was killed.
async fn delete_former(store: &Store) {
    if let Err(error) = store.delete_former_files().await {
        tracing::error!(%error, "a file of the archive that counts no more was not deleted; the next attempt is in an hour");
    }
}

/// Whether there may be more.
async fn archive_next(store: &Store, archive: &Archive, after_days: u64, lease: &Lease) -> bool {
    match archive_one_month(store, archive, after_days, clock::now(), Some(lease.fence())).await {
        Ok(Some(ArchivedMonth { file, first, count })) => {
            tracing::info!(%file, first, count, "events of the audit log were archived");
            true
        }
        Ok(None) => false,
        Err(error) => {
            tracing::error!(%error, "the audit log was not archived; it stays in the database, and the next attempt is in an hour");
            false
        }
    }
}

/// Deletes the files whose newest event is older than so many days at `now` (microseconds since 1970, UTC), but for those that a legal
/// hold covers anything of.
async fn delete_old(store: &Store, lease: &Lease, days: u64, now: i64) {
    let age = i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(MICROS_A_DAY);
    match store.drop_shelved(now.saturating_sub(age), lease, now).await {
        Ok(dropped) => {
            for file in dropped {
                tracing::info!(file = %file.file, first = file.first, count = file.count, "a file of the archive was deleted: what it held was older than it is to be");
            }
        }
        Err(error) => {
            tracing::error!(%error, "files of the archive that are too old were not deleted; the next attempt is in an hour");
        }
    }
}

/// Archives the oldest events that are due at `now` (microseconds since 1970, UTC), at most a million and of one month: nothing where none
/// are, or where some of them were erased while they were written, or somebody else came to hold the lease of `fence`: what was
/// written is then deleted by [`Store::delete_former_files`].
///
/// # Errors
/// See [`JobError`].
pub async fn archive_one_month(
    store: &Store,
    archive: &Archive,
    after_days: u64,
    now: i64,
    fence: Option<Fence>,
) -> Result<Option<ArchivedMonth>, JobError> {
    let reader = store.reader();
    let blocks = reader.unshelved_blocks(BLOCKS).await?;
    let Some((first, end, month)) = due(&blocks, after_days, now) else { return Ok(None) };
    let origin = reader.log_state().await?.origin;
    // A name of its own for each attempt: what another process may have written and put on record is never written over.
    let name = format!("audit-{month}-{:012}-{:08x}{ENDING}", first * BLOCK, attempt()?);
    store.begin_shelf_file(&name).await?;
    let (groups, written) = match write(archive, &name, &origin, reader, first * BLOCK..end * BLOCK).await {
        Ok(written) => written,
        Err(error) => {
            // Nothing refers to it.
            let _ = archive.delete(&name).await;
            return Err(error);
        }
    };
    let event = told(now, &name, first * BLOCK, (end - first) * BLOCK);
    let (texts, count) = (written.texts, (end - first) * BLOCK);
    if !store.shelve(Shelving { first, end, groups, texts, fence, event }).await? {
        archive.delete(&name).await?;
        return Ok(None);
    }
    Ok(Some(ArchivedMonth { file: name, first: first * BLOCK, count }))
}

/// Writes events into a file and reads it again; says where they stand in it.
async fn write(
    archive: &Archive,
    name: &str,
    origin: &str,
    reader: &StoreReader,
    indexes: Range<u64>,
) -> Result<(Vec<Shelved>, Written), JobError> {
    let mut file = archive.write(name, origin).await?;
    let mut written = Written::default();
    let mut next = indexes.start;
    while next < indexes.end {
        let events = reader.log_events(next, READ).await?;
        let Some(last) = events.last() else { break };
        next = last.index + 1;
        for event in events.into_iter().filter(|event| indexes.contains(&event.index)) {
            written.note(&event);
            file.push(row(event)).await?;
        }
    }
    file.finish().await?;
    Ok((read_again(archive, name, &written).await?, written))
}

fn attempt() -> Result<u32, JobError> {
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|_| JobError::NoRandomness)?;
    Ok(u32::from_be_bytes(random))
}

/// The blocks of the oldest month, where it ended long enough ago: the first, the one behind the last, and the month.
fn due(blocks: &[UnshelvedBlock], after_days: u64, now: i64) -> Option<(u64, u64, String)> {
    let first = blocks.first()?;
    // Of a block whose events cannot all be read, or were all erased, nobody knows when they were: it goes with those behind it.
    let (month, ended) = blocks.iter().find_map(|block| month_of(block.at_max))?;
    let age = i64::try_from(after_days).unwrap_or(i64::MAX).saturating_mul(MICROS_A_DAY);
    if ended > now.saturating_sub(age) {
        return None;
    }
    let is_of_month = |block: &&UnshelvedBlock| block.at_max < ended || month_of(block.at_max).is_none();
    let of_month = blocks.iter().take_while(is_of_month);
    let of_month = of_month.filter(|block| month_of(block.at_max).is_some()).last()?;
    Some((first.number, of_month.number + 1, month))
}

/// The month of a time, and when it ends.
fn month_of(at: i64) -> Option<(String, i64)> {
    let at: Zoned = Timestamp::from_microsecond(at).ok()?.to_zoned(TimeZone::UTC);
    let end = at.first_of_month().ok()?.start_of_day().ok()?.checked_add(1.month()).ok()?;
    Some((at.strftime("%Y-%m").to_string(), end.timestamp().as_microsecond()))
}

pub(super) fn row(LogEvent { index, text, leaf, salt }: LogEvent) -> Row {
    Row { index, leaf, event: text.zip(salt) }
}

/// What was written, as far as it is compared.
#[derive(Debug, Default)]
struct Written {
    events: u64,
    texts: u64,
    /// A digest of all leaves and of which events have texts.
    checksum: u64,
}

impl Written {
    fn note(&mut self, event: &LogEvent) {
        self.events += 1;
        self.texts += u64::from(event.text.is_some());
        // Leaves are hashes themselves: no two logs of one length agree in this by accident.
        let (low, _) = event.leaf.0.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        let mixed = u64::from_le_bytes(*low).rotate_left((event.index % 63) as u32);
        self.checksum = self.checksum.wrapping_mul(31).wrapping_add(mixed ^ u64::from(event.text.is_some()));
    }
}

/// Reads a file that was written, all of it, and says where its events are.
async fn read_again(archive: &Archive, name: &str, written: &Written) -> Result<Vec<Shelved>, JobError> {
    let contents = archive.contents(name).await?;
    let (mut groups, mut again) = (Vec::new(), Written::default());
    for group in 0..contents.groups() {
        let rows = archive.rows(name, &contents, group).await?;
        debug_assert!(rows.len() <= GROUP);
        let Some(first) = rows.first().map(|row| row.index) else { continue };
        let group = u32::try_from(group).unwrap_or(u32::MAX);
        groups.push(Shelved { file: name.to_owned(), group, first, count: rows.len() as u64 });
        for Row { index, leaf, event } in rows {
            let (text, salt) = event.unzip();
            again.note(&LogEvent { index, text, leaf, salt });
        }
    }
    let is_same =
        (again.events, again.texts, again.checksum) == (written.events, written.texts, written.checksum);
    if is_same { Ok(groups) } else { Err(JobError::Differs(name.to_owned())) }
}

fn told(at: i64, file: &str, first: u64, count: u64) -> AuditEvent {
    AuditEvent {
        at,
        actor: Actor { kind: "system".to_owned(), id: "casemate".to_owned(), ..Actor::default() },
        action: "casemate.audit-log.archive".to_owned(),
        kind: "system".to_owned(),
        area: "archive".to_owned(),
        resource_type: "audit-archive".to_owned(),
        resource_id: file.to_owned(),
        outcome: "success".to_owned(),
        after: Some(json!({ "first": first, "count": count }).to_string()),
        ..AuditEvent::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn blocks(times: &[&str]) -> Vec<UnshelvedBlock> {
        let block =
            |(number, time): (usize, &&str)| UnshelvedBlock { number: number as u64 + 7, at_max: at(time) };
        times.iter().enumerate().map(block).collect()
    }

    #[test]
    fn a_month_is_due_so_many_days_after_it_ended_and_goes_alone() {
        let blocks = blocks(&["2026-01-03T00:00:00Z", "2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00Z"]);
        assert_eq!(due(&blocks, 30, at("2026-03-02T23:59:59Z")), None);
        assert_eq!(due(&blocks, 30, at("2026-03-03T00:00:00Z")), Some((7, 9, "2026-01".to_owned())));
        assert_eq!(due(&blocks[2..], 0, at("2026-03-01T00:00:00Z")), Some((9, 10, "2026-02".to_owned())));
        assert_eq!(due(&[], 0, at("2026-03-01T00:00:00Z")), None);
    }

    #[test]
    fn a_block_of_which_nobody_knows_when_it_was_holds_up_no_month() {
        let known = blocks(&["2026-01-03T00:00:00Z", "2026-01-31T00:00:00Z"]);
        let unknown = |number, at_max| UnshelvedBlock { number, at_max };
        for at_max in [i64::MIN, i64::MAX] {
            let all = [vec![unknown(6, at_max)], known.clone(), vec![unknown(9, at_max)]].concat();
            assert_eq!(due(&all, 0, at("2026-02-01T00:00:00Z")), Some((6, 9, "2026-01".to_owned())));
            assert_eq!(due(&all[..1], 0, at("2026-02-01T00:00:00Z")), None);
        }
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        assert_eq!(
            month_of(at("2026-12-31T23:59:59.999999Z")),
            Some(("2026-12".to_owned(), at("2027-01-01T00:00:00Z")))
        );
        assert_eq!(month_of(i64::MAX), None);
    }
}
