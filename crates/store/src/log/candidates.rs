//! Which blocks may hold what is sought: what their filters tell, and when their events were.

use std::collections::BTreeSet;

use casemate_audit::filter::{Field, may_hold};
use casemate_audit::query::Query;

use super::search::Only;
use super::state::number;
use super::turned;
use crate::sql::{Database as _, Reading, Value, places};

/// Of so many blocks, rows are read one by one.
const FEW: usize = 64;

/// The blocks of a range of them, both ends included, that may hold what is sought, in order.
pub(super) async fn candidates(
    reading: &mut Reading,
    query: &Query,
    only: Only,
    from: u64,
    to: u64,
) -> Result<Vec<u64>, sqlx::Error> {
    let mut fields: Vec<(Field, Vec<u64>)> = Vec::new();
    for (field, hash) in query.terms() {
        match fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, hashes)) => hashes.push(hash),
            None => fields.push((field, vec![hash])),
        }
    }
    let alternatives = query.alternatives();
    if let [one] = alternatives.as_slice() {
        match fields.iter_mut().find(|(known, _)| *known == Field::Word) {
            Some((_, hashes)) => hashes.extend(one),
            None => fields.push((Field::Word, one.clone())),
        }
    }
    // Times tell more than filters do, and filters more than that there are events at all.
    let is_timed = query.since.is_some() || query.until.is_some();
    let mut known = if is_timed || fields.is_empty() {
        Some(existing(reading, query, only, Among::Range(from, to)).await?)
    } else {
        None
    };
    for (field, hashes) in &fields {
        let among = match &known {
            None => Among::Range(from, to),
            Some(known) => match Among::of(known) {
                Some(among) => among,
                None => return Ok(Vec::new()),
            },
        };
        let holding = holding(reading, *field, hashes, among).await?;
        known = Some(match known {
            None => holding.into_iter().collect(),
            Some(mut known) => {
                known.retain(|block| holding.contains(block));
                known
            }
        });
    }
    if alternatives.len() > 1 {
        let among = match &known {
            None => Among::Range(from, to),
            Some(known) => match Among::of(known) {
                Some(among) => among,
                None => return Ok(Vec::new()),
            },
        };
        let mut any = BTreeSet::new();
        for all in &alternatives {
            any.extend(holding(reading, Field::Word, all, among).await?);
        }
        known = Some(match known {
            None => any.into_iter().collect(),
            Some(known) => known.into_iter().filter(|block| any.contains(block)).collect(),
        });
    }
    let known = known.unwrap_or_default();
    if is_timed || fields.is_empty() {
        return Ok(known);
    }
    let Some(among) = Among::of(&known) else { return Ok(Vec::new()) };
    let mut existing = existing(reading, query, only, among).await?;
    existing.retain(|block| known.binary_search(block).is_ok());
    Ok(existing)
}

/// Which blocks are looked at.
#[derive(Clone, Copy)]
enum Among<'b> {
    /// From one to another, both included.
    Range(u64, u64),
    /// These few.
    Few(&'b [u64]),
}

impl<'b> Among<'b> {
    /// At least these, which are in order; nothing where there are none.
    fn of(blocks: &'b [u64]) -> Option<Among<'b>> {
        let (first, last) = (*blocks.first()?, *blocks.last()?);
        Some(if blocks.len() <= FEW { Among::Few(blocks) } else { Among::Range(first, last) })
    }

    fn ends(self) -> [u64; 2] {
        match self {
            Among::Range(first, last) => [first, last],
            Among::Few(blocks) => {
                [blocks.first().copied().unwrap_or_default(), blocks.last().copied().unwrap_or_default()]
            }
        }
    }

    /// A condition with values from `$next` on, and these.
    fn condition(self, next: usize) -> (String, Vec<Value<'static>>) {
        match self {
            Among::Range(first, last) => (
                format!("number >= ${next} AND number <= ${}", next + 1),
                vec![number(first).into(), number(last).into()],
            ),
            Among::Few(blocks) => (
                format!("number IN ({})", places(next, blocks.len())),
                blocks.iter().map(|block| number(*block).into()).collect(),
            ),
        }
    }
}

/// The blocks with events of such a time, in order.
async fn existing(
    reading: &mut Reading,
    query: &Query,
    only: Only,
    among: Among<'_>,
) -> Result<Vec<u64>, sqlx::Error> {
    let (condition, more) = among.condition(3);
    let text = format!(
        "SELECT number FROM audit_block WHERE at_max >= $1 AND at_min < $2 AND {condition} AND {} ORDER BY number",
        only.condition()
    );
    let times = [query.since.unwrap_or(i64::MIN), query.until.unwrap_or(i64::MAX)];
    let values: Vec<Value<'_>> = times.into_iter().map(Value::from).chain(more).collect();
    let rows = reading.rows(&text, &values).await?;
    rows.iter().map(|row| Ok(u64::try_from(row.get::<i64>("number")?).unwrap_or_default())).collect()
}

/// The blocks whose filter of a field may have all of these terms. A block without a filter has no term of the field.
async fn holding(
    reading: &mut Reading,
    field: Field,
    hashes: &[u64],
    among: Among<'_>,
) -> Result<BTreeSet<u64>, sqlx::Error> {
    let mut found = turned::holding(reading, field, hashes, among.ends()).await?;
    let (condition, more) = among.condition(2);
    let text = format!("SELECT number, bits FROM audit_filter WHERE field = $1 AND {condition}");
    let values: Vec<Value<'_>> = std::iter::once(i64::from(field.code()).into()).chain(more).collect();
    for row in reading.rows(&text, &values).await? {
        let bits: Vec<u8> = row.get("bits")?;
        if hashes.iter().all(|hash| may_hold(&bits, *hash)) {
            found.insert(u64::try_from(row.get::<i64>("number")?).unwrap_or_default());
        }
    }
    Ok(found)
}
