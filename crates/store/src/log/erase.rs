//! Erasing by law: the texts of events go, and what would tell whether a text was theirs; their leaves stay, and every proof.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use aws_lc_rs::rand;
use casemate_audit::event::Event;
use casemate_audit::query::Query;
use casemate_audit::tile::WIDTH;

use super::append::tell;
use super::event::DECISION;
use super::hold::Holds;
use super::prune::{erase_in_block, erase_in_tail};
use super::search::Only;
use super::shelf::{self, SHELF_LEASE};
use super::state;
use crate::audit::AuditEvent;
use crate::error::{RecordError, StoreError};
use crate::lease::{self, Fence, Lease};
use crate::open::{Store, StoreReader};
use crate::sql::Link;

/// The most events that are erased at once.
pub const MAX_ERASED: usize = 100_000;
/// How many are looked for at a time.
const AT_ONCE: u32 = 1_000;
/// How many blocks are erased in within one transaction, so that no waiting write waits long.
const BLOCKS: usize = 16;
/// How often it is tried to empty the database's journal while others read it.
const EMPTYING: u32 = 10;
/// How long nobody else may write files of the archive, in microseconds.
const LEASE_FOR: i64 = 5 * 60 * 1_000_000;

/// Which events are to be erased.
#[derive(Debug, Clone)]
pub enum LogSelection {
    /// All that are found.
    Query(Box<Query>),
    /// Those with these indexes.
    Indexes {
        /// Only those of this tenant; others count as missing.
        tenant: Option<String>,
        /// The indexes.
        indexes: BTreeSet<u64>,
    },
}

/// What erasing would erase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogErasable {
    /// How many events.
    pub events: u64,
    /// How many of them stand in files of the archive.
    pub archived: u64,
    /// How many more would be meant, but tell of holds and of erasing, and stay.
    pub stay: u64,
    /// Of how many indexes there is no such event, or no text any more.
    pub missing: u64,
    /// The holds that cover some of them, and how many.
    pub held: BTreeMap<String, u64>,
    /// Whether these are all: no more than [`MAX_ERASED`] are erased at once.
    pub is_whole: bool,
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LogErased {
    /// How many events.
    pub events: u64,
    /// How many of them stood in files of the archive.
    pub archived: u64,
    /// Whether these were all: no more than [`MAX_ERASED`] are erased at once.
    pub is_whole: bool,
}

/// Why something was not erased. What was by then is on record; asking again goes on.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// It cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Holds cover some of it.
    #[error("legal holds cover some of it: {}", .0.iter().map(String::as_str).collect::<Vec<_>>().join(", "))]
    Held(BTreeSet<String>),
    /// Somebody else writes or erases in the archive, or took its lease over.
    #[error("files of the archive are written at the moment, or something else is erased: ask again later")]
    Busy,
    /// A file of the archive cannot be written anew, or is there although another stands in its place.
    #[error("the file `{file}` of the archive: {reason}")]
    Archive {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}

impl From<sqlx::Error> for EraseError {
    fn from(error: sqlx::Error) -> EraseError {
        EraseError::Store(error.into())
    }
}

/// Which events are erased, and what else was found.
struct Plan {
    erasable: LogErasable,
    indexes: BTreeSet<u64>,
}

impl StoreReader {
    /// What erasing a selection would erase, and which holds are in the way.
    ///
    /// # Errors
    /// Where the database or the archive cannot be read.
    pub async fn log_erasable(&self, selection: &LogSelection) -> Result<LogErasable, StoreError> {
        Ok(self.plan(selection).await?.erasable)
    }

    async fn plan(&self, selection: &LogSelection) -> Result<Plan, StoreError> {
        self.settle().await?;
        let holds = Holds::read(&mut self.pool.read().await?).await?;
        let held = holds.ready();
        let mut erasable = LogErasable { is_whole: true, ..LogErasable::default() };
        let mut indexes = BTreeSet::new();
        let mut note = |index: u64, text: &str| {
            // What cannot be read is of a later version: nobody knows what it is.
            let Ok(event) = Event::parse(text) else { return false };
            if tells_of_erasing(&event) {
                erasable.stay += 1;
                return true;
            }
            for hold in held.by(&event) {
                *erasable.held.entry(hold.to_owned()).or_default() += 1;
            }
            indexes.insert(index);
            true
        };
        let (mut missing, mut is_whole) = (0, true);
        match selection {
            LogSelection::Query(query) => {
                let query = Query { oldest_first: true, ..Query::clone(query) };
                let (mut beyond, mut noted) = (None, 0);
                loop {
                    let page = self.search(&query, Only::All, beyond, AT_ONCE, 0).await?;
                    for event in &page.items {
                        noted +=
                            usize::from(event.text.as_deref().is_some_and(|text| note(event.index, text)));
                    }
                    beyond = page.next;
                    if beyond.is_none() {
                        break;
                    }
                    if noted + AT_ONCE as usize > MAX_ERASED {
                        is_whole = false;
                        break;
                    }
                }
            }
            LogSelection::Indexes { tenant, indexes: wanted } => {
                for index in wanted.iter().take(MAX_ERASED) {
                    let found = self.log_events(*index, 1).await?;
                    let text = found.first().filter(|event| event.index == *index);
                    let text = text.and_then(|event| event.text.as_deref()).filter(|text| {
                        let event = Event::parse(text);
                        event.is_ok_and(|event| tenant.as_ref().is_none_or(|tenant| event.tenant == *tenant))
                    });
                    let is_noted = text.is_some_and(|text| note(*index, text));
                    missing += u64::from(!is_noted);
                }
                is_whole = wanted.len() <= MAX_ERASED;
            }
        }
        let end = shelf::end(&mut self.pool.read().await?).await?;
        let archived = indexes.range(..end).count() as u64;
        let erasable = LogErasable { events: indexes.len() as u64, archived, missing, is_whole, ..erasable };
        Ok(Plan { erasable, indexes })
    }
}

/// Whether an event tells of holds, of erasing or of the archive: whoever erases does not erase that.
fn tells_of_erasing(event: &Event<'_>) -> bool {
    let is_of = |prefix| event.action.starts_with(prefix);
    event.kind != DECISION
        && (event.action == "casemate.audit-event.erase"
            || is_of("casemate.audit-hold.")
            || is_of("casemate.audit-log.")
            || is_of("casemate.audit-archive."))
}

/// That nobody else writes files of the archive, or erases.
pub(super) struct ErasingLease<'s> {
    store: &'s Store,
    holder: String,
    at: i64,
    began: Instant,
}

impl<'s> ErasingLease<'s> {
    fn of(store: &'s Store, at: i64) -> Result<ErasingLease<'s>, StoreError> {
        let mut bytes = [0; 8];
        rand::fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
        let holder = format!("erasing {:016x}", u64::from_be_bytes(bytes));
        Ok(ErasingLease { store, holder, at, began: Instant::now() })
    }

    /// Takes it, or keeps it for longer.
    pub(super) async fn renew(&self) -> Result<Lease, EraseError> {
        let passed = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = self.at.saturating_add(passed);
        let until = now.saturating_add(LEASE_FOR);
        let lease = self.store.acquire_lease(SHELF_LEASE, &self.holder, now, until).await?;
        lease.ok_or(EraseError::Busy)
    }
}

impl Store {
    /// Erases events, with the event that tells of it, in the database and in files of the archive. What is selected is not kept:
    /// whoever asks says in the event as much as may stay. Where a hold covers any of them, none is erased; where one comes while it is
    /// done, none that it covers.
    ///
    /// # Errors
    /// See [`EraseError`].
    pub async fn erase_log(
        &self,
        selection: &LogSelection,
        mut event: AuditEvent,
    ) -> Result<LogErased, EraseError> {
        self.hide_personal(std::slice::from_mut(&mut event));
        let lease = ErasingLease::of(self, event.at)?;
        let held = lease.renew().await?;
        let erased = self.erase_selected(selection, event, &lease).await;
        // Also where not all was erased: of what was, nothing is to stand there.
        if let Err(error) = self.empty_journal().await {
            tracing::warn!(%error, "what was erased may stand in the database's journal until it is written over");
        }
        if let Err(error) = self.release_lease(held).await {
            tracing::debug!(%error, "the lease of the archive was not given back after erasing");
        }
        erased
    }

    async fn erase_selected(
        &self,
        selection: &LogSelection,
        event: AuditEvent,
        lease: &ErasingLease<'_>,
    ) -> Result<LogErased, EraseError> {
        let Plan { erasable, indexes } = self.reader().plan(selection).await?;
        if !erasable.held.is_empty() {
            return Err(EraseError::Held(erasable.held.into_keys().collect()));
        }
        let at = event.at;
        let end = shelf::end(&mut self.reader().pool.read().await?).await?;
        let mut erased = LogErased { is_whole: erasable.is_whole, ..LogErased::default() };
        let blocks: BTreeSet<u64> = indexes.range(end..).map(|index| index / WIDTH).collect();
        let blocks: Vec<u64> = blocks.into_iter().collect();
        let mut event = Some(event);
        let mut rest = blocks.as_slice();
        while !rest.is_empty() || event.is_some() {
            let (now, later) = rest.split_at_checked(BLOCKS).unwrap_or((rest, &[]));
            let of_block = |block: &u64| indexes.range(block * WIDTH..(block + 1) * WIDTH).copied();
            let wanted: BTreeSet<u64> = now.iter().flat_map(of_block).collect();
            let fence = lease.renew().await?.fence();
            erased.events += self.erase_in(now.to_vec(), wanted, fence, event.take()).await?;
            rest = later;
        }
        let mut archived: BTreeSet<u64> = indexes.range(..end).copied().collect();
        while let Some(first) = archived.first().copied() {
            let Some(file) = shelf::file_of(&mut self.reader().pool.read().await?, first).await? else {
                archived.remove(&first);
                continue;
            };
            let (of_file, others) = archived.into_iter().partition(|index| file.holds(*index));
            erased.archived += self.erase_on_shelf(&file, &of_file, lease, at).await?;
            archived = others;
        }
        erased.events += erased.archived;
        Ok(erased)
    }

    /// Has nothing of what was erased stand in the database's journal.
    async fn empty_journal(&self) -> Result<(), RecordError> {
        for _ in 0..EMPTYING {
            let emptied = self.writer.alone(|link| Box::pin(async move { link.empty_journal().await }));
            if emptied.await? {
                return Ok(());
            }
        }
        tracing::warn!(
            "what was erased may stand in the journal of the database until it is written over: somebody reads there for long, such as \
             a backup"
        );
        Ok(())
    }

    async fn erase_in(
        &self,
        blocks: Vec<u64>,
        wanted: BTreeSet<u64>,
        fence: Fence,
        event: Option<AuditEvent>,
    ) -> Result<u64, EraseError> {
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let erased = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                // Whoever archives has the lease: what is here stays here until this is committed.
                let erased = match lease::is_held(link, &fence).await? {
                    true => erase(link, &blocks, &wanted).await?.map_err(EraseError::Held),
                    false => Err(EraseError::Busy),
                };
                if erased.is_err() {
                    link.rollback().await?;
                    return Ok(erased);
                }
                let size = tell(link, revision, event.as_slice()).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(erased)
            })
        });
        erased.await?
    }
}

/// Erases events of blocks; or says which holds have come to cover some of them.
async fn erase(
    link: &mut Link,
    blocks: &[u64],
    wanted: &BTreeSet<u64>,
) -> Result<Result<u64, BTreeSet<String>>, sqlx::Error> {
    let mut open = state::lock(link).await?;
    let holds = Holds::read(link).await?;
    let held = holds.ready();
    let in_the_way = std::sync::Mutex::new(BTreeSet::new());
    let mut erased = 0;
    let is_wanted = |index: u64, event: &Event<'_>| {
        if !wanted.contains(&index) {
            return false;
        }
        let mut in_the_way = in_the_way.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        in_the_way.extend(held.by(event).map(str::to_owned));
        true
    };
    for block in blocks {
        erased += if *block * WIDTH < open.first() {
            erase_in_block(link, *block, &held, is_wanted).await?.erased
        } else {
            erase_in_tail(link, &mut open, is_wanted).await?
        };
    }
    let in_the_way = in_the_way.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(if in_the_way.is_empty() { Ok(erased) } else { Err(in_the_way) })
}
