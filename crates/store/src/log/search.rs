//! Searching: which blocks may hold what is sought, their filters tell; those alone are opened, and their events looked at.

use std::collections::BTreeMap;

use casemate_audit::event::Event;
use casemate_audit::query::{Matcher, Query};
use casemate_audit::tile::WIDTH;

use super::candidates::candidates;
use super::event::DECISION;
use super::shelf::OwnShelf;
use super::sight::Sight;

use super::{LogEvent, block, read, tail};
use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;

/// The most events of a page.
const MOST: u32 = 1_000;
/// After so many bytes of texts, a page ends with its event.
const MOST_BYTES: usize = 16 << 20;
/// The most blocks that are opened for one page.
const OPENED: usize = 128;
/// The most blocks that are passed over for one page: those of four million events.
const PASSED: u64 = 16_384;
/// How many blocks' filters are read at first, and at most: whoever finds what they seek among the newest reads few.
const FIRST: u64 = 32;
const MOST_BLOCKS: u64 = 4_096;
/// How many blocks are read together at first, and at most.
const READ: usize = 2;
const MOST_READ: usize = 8;

/// One page of what a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// The events, in the order that the query says.
    pub items: Vec<LogEvent>,
    /// Where the next page begins: hand it back as `beyond`. Nothing where there is none. A page may have few events or none, and
    /// yet others follow.
    pub next: Option<u64>,
    /// How many events were passed over for this page.
    pub looked_at: u64,
}

/// How many events a query wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCount {
    /// So many, or at least so many.
    pub count: u64,
    /// Whether these are all.
    pub is_exact: bool,
}

/// Which events are looked at, besides what the query says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    All,
    Decisions,
    Others,
}

impl Only {
    fn wants(self, event: &Event<'_>) -> bool {
        match self {
            Only::All => true,
            Only::Decisions => event.kind == DECISION,
            Only::Others => event.kind != DECISION,
        }
    }

    pub(super) fn condition(self) -> &'static str {
        match self {
            Only::All => "decisions + others > 0",
            Only::Decisions => "decisions > 0",
            Only::Others => "others > 0",
        }
    }
}

impl StoreReader {
    /// One page of the events that a query wants: those beyond the event `beyond` in its order, at most `limit` (1 to 1,000), fewer
    /// where they are long. What was acknowledged before the first page was asked for is in it. The work for one page is bounded.
    ///
    /// # Errors
    /// Where the database cannot be read, or what was recorded does not come into the log.
    pub async fn log_search(
        &self,
        query: &Query,
        beyond: Option<u64>,
        limit: u32,
    ) -> Result<LogPage, StoreError> {
        if beyond.is_none() {
            self.settle().await?;
        }
        self.search(query, Only::All, beyond, limit, 0).await
    }

    /// Counts the events that a query wants, up to a bound.
    ///
    /// # Errors
    /// As [`StoreReader::log_search`].
    pub async fn log_count(&self, query: &Query, bound: u64) -> Result<LogCount, StoreError> {
        let (mut count, mut beyond) = (0, None);
        self.settle().await?;
        loop {
            let page = self.page(query, (Only::All, false), beyond, MOST, 0).await?;
            count += page.items.len() as u64;
            if count > bound {
                return Ok(LogCount { count: bound, is_exact: false });
            }
            beyond = page.next;
            if beyond.is_none() {
                return Ok(LogCount { count, is_exact: true });
            }
        }
    }

    /// As [`StoreReader::log_search`], of what is in the log by now, and of events from an index on.
    pub(crate) async fn search(
        &self,
        query: &Query,
        only: Only,
        beyond: Option<u64>,
        limit: u32,
        floor: u64,
    ) -> Result<LogPage, StoreError> {
        self.page(query, (only, true), beyond, limit, floor).await
    }

    /// As [`StoreReader::search`]; whoever counts needs no texts.
    async fn page(
        &self,
        query: &Query,
        (only, keeps_texts): (Only, bool),
        beyond: Option<u64>,
        limit: u32,
        floor: u64,
    ) -> Result<LogPage, StoreError> {
        let mut sight = Sight::new(&self.pool);
        let size = sight.look().await?.1.edge.size();
        let search = Search {
            shelf: &self.shelf,
            query,
            matcher: query.matcher(),
            only,
            limit: usize::try_from(limit.clamp(1, MOST)).unwrap_or(1),
            page: LogPage { items: Vec::new(), next: None, looked_at: 0 },
            keeps_texts,
            bytes: 0,
            opened: 0,
            reads: READ,
        };
        let range = match (query.oldest_first, beyond) {
            (false, beyond) => floor..beyond.map_or(size, |beyond| beyond.min(size)),
            (true, beyond) => beyond.map_or(floor, |beyond| beyond.saturating_add(1).max(floor))..size,
        };
        if range.is_empty() || !is_possible(query) {
            return Ok(search.page);
        }
        Ok(search.run(&mut sight, range).await?)
    }
}

/// Whether any event could have all that is sought: none holds NUL.
fn is_possible(query: &Query) -> bool {
    let Query { tenant, party, actor, subject, action, resource_type, resource_id, .. } = query;
    let sought = [tenant, party, actor, subject, action, resource_type, resource_id];
    sought.into_iter().flatten().all(|text| is_keepable(text))
        && (query.value.is_none() || !query.hidden.is_empty())
}

struct Search<'q> {
    shelf: &'q OwnShelf,
    query: &'q Query,
    matcher: Matcher<'q>,
    only: Only,
    limit: usize,
    page: LogPage,
    keeps_texts: bool,
    /// How long the texts of the page are.
    bytes: usize,
    opened: usize,
    /// How many blocks are read together next.
    reads: usize,
}

impl Search<'_> {
    /// Goes through the events of a range, which is not empty.
    async fn run(
        mut self,
        sight: &mut Sight<'_>,
        range: std::ops::Range<u64>,
    ) -> Result<LogPage, sqlx::Error> {
        let (mut start, mut end) = (range.start, range.end);
        let mut window = FIRST;
        let is_newest_first = !self.query.oldest_first;
        while start < end {
            let (reading, open) = sight.look().await?;
            // The blocks that are looked at next; the tile that is not full counts as one by itself.
            let (from, to) = if is_newest_first {
                let last = (end - 1) / WIDTH;
                let is_tail = last * WIDTH >= open.first();
                let first = if is_tail { last } else { last.saturating_sub(window - 1).max(start / WIDTH) };
                (first, last)
            } else {
                let first = start / WIDTH;
                let last = (first + window - 1).min((end - 1) / WIDTH);
                let is_tail = first * WIDTH >= open.first();
                (first, if is_tail { first } else { last.min((open.first() / WIDTH).saturating_sub(1)) })
            };
            let is_tail = from * WIDTH >= open.first();
            let mut order = match is_tail {
                true => vec![from],
                false => candidates(reading, self.query, self.only, from, to).await?,
            };
            if is_newest_first {
                order.reverse();
            }
            let (mut read, mut read_to) = (BTreeMap::new(), 0);
            for (place, block) in order.iter().copied().enumerate() {
                if !is_tail && place == read_to {
                    let together: Vec<u64> = order.iter().skip(place).take(self.reads).copied().collect();
                    read = block::beginnings(sight.look().await?.0, &together).await?;
                    read_to += together.len();
                    self.reads = (self.reads * 2).min(MOST_READ);
                }
                let within = start.max(block * WIDTH)..end.min((block + 1) * WIDTH);
                if let Some(last) = self.look(sight, block, read.remove(&block), within.clone()).await? {
                    return Ok(self.ended(last, &range));
                }
                let is_enough = self.opened >= OPENED;
                if is_enough {
                    let last = if is_newest_first { within.start } else { within.end - 1 };
                    return Ok(self.ended(last, &range));
                }
            }
            if is_newest_first {
                end = start.max(from * WIDTH);
            } else {
                start = end.min((to + 1) * WIDTH);
            }
            let passed = (range.end - range.start - (end - start)) / WIDTH;
            if passed >= PASSED && start < end {
                let last = if is_newest_first { end } else { start - 1 };
                return Ok(self.ended(last, &range));
            }
            window = (window * 4).min(MOST_BLOCKS);
        }
        self.page.looked_at = range.end - range.start;
        Ok(self.page)
    }

    /// The page that ends with what was looked at up to an index.
    fn ended(mut self, last: u64, range: &std::ops::Range<u64>) -> LogPage {
        let (looked_at, is_end) = match self.query.oldest_first {
            false => (range.end - last, last == range.start),
            true => (last + 1 - range.start, last + 1 == range.end),
        };
        self.page.looked_at = looked_at;
        self.page.next = (!is_end).then_some(last);
        self.page
    }

    /// Looks at the events of a block, or of the tile that is not full, within a range. Answers with which the page was full.
    async fn look(
        &mut self,
        sight: &mut Sight<'_>,
        number: u64,
        beginning: Option<Vec<u8>>,
        within: std::ops::Range<u64>,
    ) -> Result<Option<u64>, sqlx::Error> {
        let (reading, open) = sight.look().await?;
        let mut found: Vec<LogEvent> = if number * WIDTH >= open.first() {
            let held = tail::all(reading, open.first(), open.held()).await?;
            read::of_tail(open, &held).filter(|event| self.wants(event, &within)).collect()
        } else if let Some(beginning) = beginning
            && let Some(opened) = block::open_begun(reading, number, &beginning).await?
        {
            self.opened += 1;
            let mut found = Vec::new();
            let is_possible = self.matcher.may_match(opened.texts());
            let places = (number * WIDTH..(number + 1) * WIDTH).enumerate().take_while(|_| is_possible);
            for (place, index) in places {
                let text = opened.text(place).filter(|_| within.contains(&index));
                if let Some(text) = text.filter(|text| self.is_wanted(text))
                    && let Some(leaf) = opened.leaf(place)
                {
                    let (text, salt) = (Some(text.to_owned()), opened.salt(place));
                    found.push(LogEvent { index, text, leaf, salt });
                }
            }
            found
        } else {
            self.opened += 1;
            let events = self.shelf.events(sight, number).await?;
            events.into_iter().filter(|event| self.wants(event, &within)).collect()
        };
        if !self.query.oldest_first {
            found.reverse();
        }
        for mut event in found {
            let index = event.index;
            event.text = event.text.filter(|_| self.keeps_texts);
            self.bytes += event.text.as_ref().map_or(0, String::len);
            self.page.items.push(event);
            if self.page.items.len() == self.limit || self.bytes >= MOST_BYTES {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn wants(&self, event: &LogEvent, within: &std::ops::Range<u64>) -> bool {
        within.contains(&event.index) && event.text.as_deref().is_some_and(|text| self.is_wanted(text))
    }

    fn is_wanted(&self, text: &str) -> bool {
        self.matcher.event(text).is_some_and(|event| self.only.wants(&event))
    }
}
