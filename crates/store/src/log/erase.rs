//! Erasing by law: the texts of events go, and what would tell whether a text was theirs; their leaves stay, and every proof.

use std::collections::BTreeSet;

use casemate_audit::event::Event;
use casemate_audit::query::Query;
use casemate_audit::tile::WIDTH;

use super::append::tell;
use super::prune::{erase_in_block, erase_in_tail, is_held};
use super::search::Only;
use super::{hold, shelf, state};
use crate::audit::AuditEvent;
use crate::error::RecordError;
use crate::open::Store;
use crate::sql::Link;

/// The most events that are erased at once.
const AT_ONCE: u32 = 1_000;

impl Store {
    /// Erases the events that a query wants, but for those on hold, with the event that tells of it; answers how many. What comes of
    /// the query is not kept: whoever asks says in the event as much as may stay.
    ///
    /// # Errors
    /// As [`Store::record`]; some of the events may be erased by then, and what tells of it is on record.
    pub async fn erase_log(&self, query: Query, mut event: AuditEvent) -> Result<u64, RecordError> {
        self.hide_personal(std::slice::from_mut(&mut event));
        let failed = |error: crate::error::StoreError| RecordError::Failed(error.to_string());
        self.reader().settle().await.map_err(failed)?;
        let (mut event, mut erased, mut beyond) = (Some(event), 0, None);
        loop {
            let page = self.reader().search(&query, Only::All, beyond, AT_ONCE, 0).await.map_err(failed)?;
            let blocks: BTreeSet<u64> = page.items.iter().map(|event| event.index / WIDTH).collect();
            if !blocks.is_empty() || event.is_some() {
                erased += self.erase_in(query.clone(), blocks, event.take()).await?;
            }
            beyond = page.next;
            if beyond.is_none() {
                return Ok(erased);
            }
        }
    }

    async fn erase_in(
        &self,
        query: Query,
        blocks: BTreeSet<u64>,
        event: Option<AuditEvent>,
    ) -> Result<u64, RecordError> {
        let (revision, growth) = (*self.revision.borrow(), self.growth.clone());
        let erased = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let erased = erase(link, &query, &blocks).await?;
                let size = tell(link, revision, event.as_slice()).await?;
                link.commit().await?;
                size.into_iter().for_each(|size| growth.tell(size));
                Ok(erased)
            })
        });
        erased.await
    }
}

async fn erase(link: &mut Link, query: &Query, blocks: &BTreeSet<u64>) -> Result<u64, sqlx::Error> {
    let mut open = state::lock(link).await?;
    let (holds, matcher, mut erased) = (hold::queries(link).await?, query.matcher(), 0);
    for block in blocks {
        if *block * WIDTH < open.first() {
            shelf::refuse(link, *block).await?;
            erased += erase_in_block(link, *block, &holds, |event: &Event<'_>| matcher.matches(event))
                .await?
                .erased;
        } else {
            let is_wanted = |event: &Event<'_>| matcher.matches(event) && !is_held(&holds, event);
            erased += erase_in_tail(link, &mut open, is_wanted).await?;
        }
    }
    Ok(erased)
}
