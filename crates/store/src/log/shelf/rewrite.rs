//! Erasing what is archived: its file is written anew without it, read again, and put in the place of the other in one transaction;
//! then the other is deleted. Killed in between, the one that counts is whole, and the other is known to be deleted.

use std::collections::{BTreeMap, BTreeSet};

use casemate_audit::block::Found;
use casemate_audit::event::Event;
use casemate_audit::tile::WIDTH;
use serde_json::json;

use super::{NextFile, ShelfError, Shelved, ShelvedFile, file, former};
use crate::audit::AuditEvent;
use crate::commit::Actor;
use crate::error::StoreError;
use crate::lease::{self, Fence};
use crate::log::append::{put_filters, tell};
use crate::log::erase::{EraseError, ErasingLease};
use crate::log::event::is_decision;
use crate::log::hold::Holds;
use crate::log::state::{self, number};
use crate::log::{LogEvent, root_of, turned};
use crate::open::Store;
use crate::sql::{Database as _, Link, values};

/// How often a file is written anew, where holds came meanwhile.
const ATTEMPTS: u32 = 3;

/// What is left of a block.
#[derive(Debug)]
struct Rest {
    decisions: i64,
    others: i64,
    found: Found,
}

/// What is put in the place of what.
struct Swap {
    from: ShelvedFile,
    to: NextFile,
    rest: BTreeMap<u64, Rest>,
    /// How many texts were erased.
    erased: u64,
    holds: Holds,
    fence: Fence,
    event: AuditEvent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swapped {
    Done,
    /// There are other holds than those that were asked.
    OtherHolds,
    /// Somebody else took the lease, or the file is another by now.
    Lost,
}

impl Store {
    /// Erases events of a file; answers how many texts there were of them.
    pub(in crate::log) async fn erase_on_shelf(
        &self,
        from: &ShelvedFile,
        wanted: &BTreeSet<u64>,
        lease: &ErasingLease<'_>,
        at: i64,
    ) -> Result<u64, EraseError> {
        let shelf = self.reader().shelf.clone();
        let failed = |error: ShelfError| archive(from.name(), error);
        for _ in 0..ATTEMPTS {
            let held = lease.renew().await?;
            let to = shelf.get().map_err(failed)?.next(from.name()).await.map_err(failed)?;
            // It is known before it is there: what is not put in its place is deleted.
            self.begin_shelf_file(&to.name).await?;
            let swapped = self.erase_into(from, to, wanted, held.fence(), at).await;
            // Whatever came of it: one of both counts no more.
            let deleted = match lease.renew().await {
                Ok(_) => self.delete_former_files().await,
                Err(error) => Err(error),
            };
            match swapped? {
                (Swapped::Done, erased) => return deleted.map(|()| erased),
                (Swapped::OtherHolds, _) => {
                    tracing::debug!(file = %from.name(), "legal holds came while it was written anew");
                }
                (Swapped::Lost, _) => return Err(EraseError::Busy),
            }
        }
        Err(EraseError::Busy)
    }

    /// Writes a file without some events, and puts it in the place of the one before.
    async fn erase_into(
        &self,
        from: &ShelvedFile,
        to: NextFile,
        wanted: &BTreeSet<u64>,
        fence: Fence,
        at: i64,
    ) -> Result<(Swapped, u64), EraseError> {
        let shelf = self.reader().shelf.clone();
        let failed = |error: ShelfError| archive(&to.name, error);
        let holds = Holds::read(&mut self.reader().pool.read().await?).await?;
        shelf.get().map_err(failed)?.rewrite(&from.0, &to.name, wanted).await.map_err(failed)?;
        let (erased, rest) = self.read_again(from, &to.name, wanted, &holds).await?;
        let event = told(at, "casemate.audit-archive.rewrite", &to.name, &json!({ "erased": erased }));
        let from = ShelvedFile(from.0.clone());
        let swapped = self.swap(Swap { from, to, rest, erased, holds, fence, event }).await?;
        Ok((swapped, erased))
    }

    /// Compares a file with the one that it was written of, whose events are held against the holds; says how many texts are gone, and what
    /// is left of each block that has some.
    async fn read_again(
        &self,
        from: &ShelvedFile,
        to: &str,
        wanted: &BTreeSet<u64>,
        holds: &Holds,
    ) -> Result<(u64, BTreeMap<u64, Rest>), EraseError> {
        let shelf = &self.reader().shelf;
        let held = holds.ready();
        let (mut erased, mut rest, mut block) = (0, BTreeMap::new(), Vec::new());
        for group in &from.0 {
            let new = Shelved { file: to.to_owned(), ..group.clone() };
            let before = shelf.read(group).await.map_err(|error| archive(from.name(), error))?;
            let after = shelf.read(&new).await.map_err(|error| archive(to, error))?;
            for (before, after) in before.iter().zip(after.iter()) {
                let is_wanted = wanted.contains(&before.index);
                let (text, salt) = match is_wanted {
                    true => (None, None),
                    false => (before.text.as_ref(), before.salt.as_ref()),
                };
                if (before.leaf, text, salt) != (after.leaf, after.text.as_ref(), after.salt.as_ref()) {
                    let error = ShelfError::of("it is not what was written into it");
                    return Err(archive(to, error));
                }
                if let Some(text) = before.text.as_deref().filter(|_| is_wanted) {
                    let holds: BTreeSet<String> = match Event::parse(text) {
                        Ok(event) => held.by(&event).map(str::to_owned).collect(),
                        Err(_) => BTreeSet::new(),
                    };
                    if !holds.is_empty() {
                        return Err(EraseError::Held(holds));
                    }
                    erased += 1;
                }
                block.push(after.clone());
                if (after.index + 1).is_multiple_of(WIDTH) {
                    let events = std::mem::take(&mut block);
                    self.note_rest(&events, wanted, &mut rest).await?;
                }
            }
        }
        Ok((erased, rest))
    }

    /// Notes what is left of a block, where something of it is erased and it is what the tree commits to.
    async fn note_rest(
        &self,
        events: &[LogEvent],
        wanted: &BTreeSet<u64>,
        rest: &mut BTreeMap<u64, Rest>,
    ) -> Result<(), EraseError> {
        let Some(first) = events.first().map(|event| event.index) else { return Ok(()) };
        if wanted.range(first..first + WIDTH).next().is_none() {
            return Ok(());
        }
        let block = first / WIDTH;
        let node = super::node(&mut self.reader().pool.read().await?, block).await?;
        if root_of(events) != node {
            let reason = "what is archived of it is not what was recorded";
            return Err(StoreError::DamagedLog { index: first, reason }.into());
        }
        let texts = events.iter().filter_map(|event| event.text.as_deref());
        let decisions = texts.clone().filter(|text| is_decision(text.as_bytes())).count();
        let others = texts.count() - decisions;
        let [decisions, others] = [decisions, others].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let found = Found::of(events.iter().map(|event| event.text.as_deref()));
        rest.insert(block, Rest { decisions, others, found });
        Ok(())
    }

    async fn swap(&self, swap: Swap) -> Result<Swapped, EraseError> {
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let swapped = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let swapped = swap.make(link).await?;
                if swapped != Swapped::Done {
                    link.rollback().await?;
                    return Ok(swapped);
                }
                let size = tell(link, revision, std::slice::from_ref(&swap.event)).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(swapped)
            })
        });
        Ok(swapped.await?)
    }
}

impl Swap {
    /// Puts one file in the place of the other, in a transaction that has begun.
    async fn make(&self, link: &mut Link) -> Result<Swapped, sqlx::Error> {
        if !lease::is_held(link, &self.fence).await? {
            return Ok(Swapped::Lost);
        }
        state::lock(link).await?;
        if Holds::read(link).await? != self.holds {
            return Ok(Swapped::OtherHolds);
        }
        let (from, to) = (self.from.name(), self.to.name.as_str());
        if file(link, from).await?.0 != self.from.0 {
            return Ok(Swapped::Lost);
        }
        link.execute("UPDATE audit_shelf SET file = $2 WHERE file = $1", values![from, to]).await?;
        link.execute("DELETE FROM audit_shelf_former WHERE file = $1", values![to]).await?;
        for former in self.to.former.iter().map(String::as_str).chain([from]).filter(|file| *file != to) {
            former::insert(link, former).await?;
        }
        for (block, Rest { decisions, others, found }) in &self.rest {
            let text = "UPDATE audit_block SET decisions = $2, others = $3 WHERE number = $1";
            link.execute(text, values![number(*block), *decisions, *others]).await?;
            turned::turn_back(link, *block).await?;
            let text = "DELETE FROM audit_filter WHERE number = $1";
            link.execute(text, values![number(*block)]).await?;
            put_filters(link, number(*block), &found.filters).await?;
        }
        tracing::info!(%from, %to, erased = self.erased, "a file of the archive was written anew without what was erased");
        Ok(Swapped::Done)
    }
}

pub(super) fn archive(file: &str, error: ShelfError) -> EraseError {
    EraseError::Archive { file: file.to_owned(), reason: error.reason }
}

/// What tells of a file of the archive.
pub(super) fn told(at: i64, action: &str, file: &str, after: &serde_json::Value) -> AuditEvent {
    AuditEvent {
        at,
        actor: Actor { kind: "system".to_owned(), id: "casemate".to_owned(), ..Actor::default() },
        action: action.to_owned(),
        kind: "system".to_owned(),
        area: "archive".to_owned(),
        resource_type: "audit-archive".to_owned(),
        resource_id: file.to_owned(),
        outcome: "success".to_owned(),
        after: Some(after.to_string()),
        ..AuditEvent::default()
    }
}
