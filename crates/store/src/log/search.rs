//! Searching: which blocks may hold what is sought, their filters tell; those alone are opened, and their events looked at.

use std::collections::BTreeMap;

use casemate_audit::event::Event;
use casemate_audit::filter::{Field, may_hold};
use casemate_audit::query::{Matcher, Query};
use casemate_audit::tile::WIDTH;

use super::event::DECISION;
use super::shelf::OwnShelf;
use super::state::{self, Open, number};
use super::{LogEvent, block, read, tail};
use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, Reading, Value, places};

/// The most events of a page.
const MOST: u32 = 1_000;
/// The most blocks that are opened for one page.
const OPENED: usize = 128;
/// The most blocks that are passed over for one page: those of four million events.
const PASSED: u64 = 16_384;
/// How many blocks' filters are read at first, and at most: whoever finds what they seek among the newest reads few.
const FIRST: u64 = 32;
const MOST_BLOCKS: u64 = 4_096;
/// Of so many blocks, filters are read one by one.
const FEW: usize = 64;

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

    fn condition(self) -> &'static str {
        match self {
            Only::All => "decisions + others > 0",
            Only::Decisions => "decisions > 0",
            Only::Others => "others > 0",
        }
    }
}

impl StoreReader {
    /// One page of the events that a query wants: those beyond the event `beyond` in its order, at most `limit` (1 to 1,000). What
    /// was acknowledged before the first page was asked for is in it. The work for one page is bounded.
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
        loop {
            let page = self.log_search(query, beyond, MOST).await?;
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
        let mut reading = self.pool.read().await?;
        let open = state::read(&mut reading).await?;
        let search = Search {
            shelf: &self.shelf,
            query,
            matcher: query.matcher(),
            only,
            limit: usize::try_from(limit.clamp(1, MOST)).unwrap_or(1),
            page: LogPage { items: Vec::new(), next: None, looked_at: 0 },
            opened: 0,
        };
        let size = open.edge.size();
        let range = match (query.oldest_first, beyond) {
            (false, beyond) => floor..beyond.map_or(size, |beyond| beyond.min(size)),
            (true, beyond) => beyond.map_or(floor, |beyond| beyond.saturating_add(1).max(floor))..size,
        };
        if range.is_empty() || !is_possible(query) {
            return Ok(search.page);
        }
        Ok(search.run(&mut reading, &open, range).await?)
    }
}

/// Whether any event could have all that is sought: none holds NUL.
fn is_possible(query: &Query) -> bool {
    let Query { tenant, party, actor, subject, action, resource_type, resource_id, .. } = query;
    let sought = [tenant, party, actor, subject, action, resource_type, resource_id];
    sought.into_iter().flatten().all(|text| is_keepable(text))
}

struct Search<'q> {
    shelf: &'q OwnShelf,
    query: &'q Query,
    matcher: Matcher<'q>,
    only: Only,
    limit: usize,
    page: LogPage,
    opened: usize,
}

impl Search<'_> {
    /// Goes through the events of a range, which is not empty.
    async fn run(
        mut self,
        reading: &mut Reading,
        open: &Open,
        range: std::ops::Range<u64>,
    ) -> Result<LogPage, sqlx::Error> {
        let (mut start, mut end) = (range.start, range.end);
        let mut window = FIRST;
        let is_newest_first = !self.query.oldest_first;
        while start < end {
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
            let candidates = self.candidates(reading, open, from, to).await?;
            let mut order: Vec<u64> = candidates;
            if is_newest_first {
                order.reverse();
            }
            for block in order {
                let within = start.max(block * WIDTH)..end.min((block + 1) * WIDTH);
                if let Some(last) = self.look(reading, open, block, within.clone()).await? {
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
        reading: &mut Reading,
        open: &Open,
        number: u64,
        within: std::ops::Range<u64>,
    ) -> Result<Option<u64>, sqlx::Error> {
        let mut found: Vec<LogEvent> = if number * WIDTH >= open.first() {
            let held = tail::all(reading, open.first(), open.held()).await?;
            read::of_tail(open, &held).filter(|event| self.wants(event, &within)).collect()
        } else if let Some(opened) = block::open(reading, number).await? {
            self.opened += 1;
            let mut found = Vec::new();
            for (place, index) in (number * WIDTH..(number + 1) * WIDTH).enumerate() {
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
            let events = self.shelf.events(reading, number).await?;
            events.into_iter().filter(|event| self.wants(event, &within)).collect()
        };
        if !self.query.oldest_first {
            found.reverse();
        }
        for event in found {
            let index = event.index;
            self.page.items.push(event);
            if self.page.items.len() == self.limit {
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

    /// The blocks of a range of them, both ends included, that may hold what is sought, in order.
    async fn candidates(
        &self,
        reading: &mut Reading,
        open: &Open,
        from: u64,
        to: u64,
    ) -> Result<Vec<u64>, sqlx::Error> {
        if from * WIDTH >= open.first() {
            return Ok(vec![from]);
        }
        let text = format!(
            "SELECT number FROM audit_block WHERE number >= $1 AND number <= $2 AND at_max >= $3 AND at_min < $4 \
             AND {} ORDER BY number",
            self.only.condition()
        );
        let since = self.query.since.unwrap_or(i64::MIN);
        let until = self.query.until.unwrap_or(i64::MAX);
        let values = [number(from), number(to), since, until].map(Value::from);
        let rows = reading.rows(&text, &values).await?;
        let mut candidates: Vec<i64> = rows.iter().map(|row| row.get("number")).collect::<Result<_, _>>()?;
        let mut fields: Vec<(Field, Vec<u64>)> = Vec::new();
        for (field, hash) in self.query.terms() {
            match fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, hashes)) => hashes.push(hash),
                None => fields.push((field, vec![hash])),
            }
        }
        for (field, hashes) in fields {
            if candidates.is_empty() {
                break;
            }
            let bits = filters(reading, field, &candidates).await?;
            candidates.retain(|number| {
                // A block without a filter has no term of the field.
                bits.get(number).is_some_and(|bits| hashes.iter().all(|hash| may_hold(bits, *hash)))
            });
        }
        Ok(candidates.into_iter().filter_map(|number| u64::try_from(number).ok()).collect())
    }
}

/// The filters of a field of some blocks, which are in order.
async fn filters(
    reading: &mut Reading,
    field: Field,
    numbers: &[i64],
) -> Result<BTreeMap<i64, Vec<u8>>, sqlx::Error> {
    let field = i64::from(field.code());
    let (text, values) = if numbers.len() <= FEW {
        let places = places(2, numbers.len());
        let text = format!("SELECT number, bits FROM audit_filter WHERE field = $1 AND number IN ({places})");
        let values = std::iter::once(field).chain(numbers.iter().copied()).map(Value::from);
        (text, values.collect::<Vec<_>>())
    } else {
        let (first, last) = (numbers.first().copied(), numbers.last().copied());
        let text = "SELECT number, bits FROM audit_filter WHERE field = $1 AND number >= $2 AND number <= $3";
        let values = [Some(field), first, last].map(|value| Value::from(value.unwrap_or_default()));
        (text.to_owned(), values.to_vec())
    };
    let mut found = BTreeMap::new();
    for row in reading.rows(&text, &values).await? {
        found.insert(row.get("number")?, row.get("bits")?);
    }
    Ok(found)
}
