//! What earlier versions recorded, in tables of its own: it comes into the log, the oldest first, and is deleted there.

use std::collections::VecDeque;

use casemate_audit::event::Event;

use super::append::append;
use super::event::{of_change, of_decision};
use crate::audit;
use crate::decision;
use crate::sql::{Database as _, Link, Row, Value, places, values};

/// The most events of a table that come into the log at once.
const ROWS: usize = 512;

/// An event of one of the tables.
struct Earlier {
    seq: i64,
    at: i64,
    text: Vec<u8>,
}

/// Brings some of it into the log, in a transaction of its own; answers whether there is more.
pub(crate) async fn step(link: &mut Link) -> Result<bool, sqlx::Error> {
    let text =
        "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM audit_event) OR EXISTS (SELECT 1 FROM decision_event)";
    if link.row(text, values![]).await?.is_none() {
        return Ok(false);
    }
    link.begin().await?;
    // Nobody else takes the same events meanwhile.
    super::state::lock(link).await?;
    let text = format!("{} ORDER BY seq LIMIT {ROWS}", audit::EARLIER);
    let mut changes: VecDeque<Earlier> = link.rows(&text, values![]).await?.iter().map(change).collect();
    let text = format!("{} ORDER BY seq LIMIT {ROWS}", decision::EARLIER);
    let mut decisions: VecDeque<Earlier> = link.rows(&text, values![]).await?.iter().map(decided).collect();
    let are_all = [changes.len() < ROWS, decisions.len() < ROWS];
    let (mut texts, mut taken) = (Vec::new(), [Vec::new(), Vec::new()]);
    loop {
        let (from, table) = match (changes.front(), decisions.front()) {
            (Some(change), Some(decision)) if change.at <= decision.at => (&mut changes, 0),
            (Some(_), Some(_)) => (&mut decisions, 1),
            // What follows in the other table may be older than the rest of this one.
            (Some(_), None) if are_all[1] => (&mut changes, 0),
            (None, Some(_)) if are_all[0] => (&mut decisions, 1),
            _ => break,
        };
        let Some(Earlier { seq, text, .. }) = from.pop_front() else { break };
        texts.push(text);
        if let Some(taken) = taken.get_mut(table) {
            taken.push(seq);
        }
    }
    for (table, taken) in ["audit_event", "decision_event"].into_iter().zip(&taken) {
        for some in taken.chunks(ROWS) {
            let text = format!("DELETE FROM {table} WHERE seq IN ({})", places(1, some.len()));
            let values: Vec<Value<'_>> = some.iter().copied().map(Value::from).collect();
            link.execute(&text, &values).await?;
        }
    }
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    append(link, &texts).await?;
    link.commit().await?;
    Ok(true)
}

fn change(row: &Row) -> Earlier {
    match audit::earlier(row) {
        Ok(stored) => {
            let text = of_change(&stored.event, stored.revision);
            Earlier { seq: stored.seq, at: stored.event.at, text }
        }
        Err(error) => unread(row, &error.to_string()),
    }
}

fn decided(row: &Row) -> Earlier {
    match decision::earlier(row) {
        Ok(recorded) => {
            let mut text = Vec::new();
            of_decision(&recorded.event, &mut text);
            Earlier { seq: recorded.seq, at: recorded.event.at, text }
        }
        Err(error) => unread(row, &error.to_string()),
    }
}

/// What stands in the place of a row that cannot be read: that it was there.
fn unread(row: &Row, why: &str) -> Earlier {
    let (seq, at) = (row.get("seq").unwrap_or_default(), row.get("at").unwrap_or_default());
    let mut text = Vec::new();
    Event {
        at,
        kind: "system".into(),
        area: "audit".into(),
        action: "casemate.audit.import".into(),
        outcome: "failure".into(),
        reason: Some(decision::cut(why)),
        ..Event::default()
    }
    .write(&mut text);
    Earlier { seq, at, text }
}
