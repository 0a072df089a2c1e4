//! Rows of backups that earlier versions wrote, where their table has other columns now.

use super::tables::Column::{Integer, Text};
use super::tables::{Cell, Table};
use crate::decision::{self, DecisionEvent, Party, RecordedDecision};

/// The migration before which the record of decisions had a column for each value.
const ONE_TEXT: i64 = 4;

/// The record of decisions as it was until then.
static DECISIONS: Table = Table {
    name: "decision_event",
    key: 1,
    columns: &[
        Integer("seq"),
        Integer("at"),
        Text("request_id"),
        Integer("item"),
        Text("tenant"),
        Text("application"),
        Text("caller_provider"),
        Text("caller_type"),
        Text("caller_id"),
        Text("subject_provider"),
        Text("subject_type"),
        Text("subject_id"),
        Text("action"),
        Text("resource_type"),
        Text("resource_id"),
        Text("decision"),
        Text("reason"),
        Text("permission"),
        Integer("revision"),
    ],
};

/// The table of that name as it was at a migration.
pub(super) fn table(name: &str, migration: i64) -> Option<&'static Table> {
    let is_earlier = migration < ONE_TEXT && name == DECISIONS.name;
    if is_earlier { Some(&DECISIONS) } else { Table::named(name) }
}

/// The table and the cells as they are today; none where cells are missing, or hold what they cannot.
pub(super) fn today(table: &'static Table, cells: Vec<Cell>) -> Option<(&'static Table, Vec<Cell>)> {
    if !std::ptr::eq(table, &DECISIONS) {
        return Some((table, cells));
    }
    let (Some(Cell::Integer(seq)), event) = (cells.first().cloned(), event(cells)?) else { return None };
    let kept = decision::kept(&event).ok()?;
    let cells = vec![
        Cell::Integer(seq),
        Cell::Integer(Some(event.at)),
        Cell::Text(Some(event.decision.as_str().to_owned())),
        Cell::Text(Some(event.subject.id)),
        Cell::Text(Some(kept)),
    ];
    Some((Table::named(table.name)?, cells))
}

fn event(cells: Vec<Cell>) -> Option<DecisionEvent> {
    let mut cells = cells.into_iter().skip(1);
    let integer = |cells: &mut dyn Iterator<Item = Cell>| match cells.next() {
        Some(Cell::Integer(value)) => value,
        _ => None,
    };
    let optional = |cells: &mut dyn Iterator<Item = Cell>| match cells.next() {
        Some(Cell::Text(value)) => Some(value),
        _ => None,
    };
    let text = |cells: &mut dyn Iterator<Item = Cell>| optional(cells).flatten();
    let party = |cells: &mut dyn Iterator<Item = Cell>| {
        Some(Party { provider: text(cells)?, kind: text(cells)?, id: text(cells)? })
    };
    let rest = &mut cells;
    Some(DecisionEvent {
        at: integer(rest)?,
        request_id: text(rest)?,
        item: u32::try_from(integer(rest)?).ok()?,
        tenant: text(rest)?,
        application: optional(rest)?,
        caller: party(rest)?,
        credential: None,
        subject: party(rest)?,
        action: text(rest)?,
        resource_type: optional(rest)?,
        resource_id: optional(rest)?,
        decision: RecordedDecision::parse(&text(rest)?)?,
        reason: text(rest)?,
        permission: optional(rest)?,
        revision: integer(rest)?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::format::{Header, PlainReader, PlainWriter};
    use super::*;

    /// A backup of the third migration with one decision.
    fn backup(cells: &[Cell]) -> Vec<u8> {
        let header = Header { migration: 3, revision: 1, at: 0, sequences: BTreeMap::new(), root_keys: None };
        let mut writer = PlainWriter::new(Vec::new(), &header).unwrap();
        writer.table(&DECISIONS).unwrap();
        writer.row(cells).unwrap();
        writer.finish().unwrap()
    }

    fn cells(decision: &str) -> Vec<Cell> {
        let text = |text: &str| Cell::Text(Some(text.to_owned()));
        let number = |number| Cell::Integer(Some(number));
        let mut cells = vec![number(9), number(7), text("r"), number(2), text("acme"), Cell::Text(None)];
        cells.extend(["corp", "service", "gate", "corp", "user", "ada", "cms.entry", "entry"].map(text));
        cells.extend([Cell::Text(None), text(decision), text("why"), text("cms.*"), number(3)]);
        cells
    }

    #[test]
    fn a_decision_of_an_earlier_backup_is_read_as_it_is_kept_today() {
        let backup = backup(&cells("denied"));
        let mut reader = PlainReader::new(&*backup).unwrap();
        let row = reader.next().unwrap().unwrap();
        assert_eq!((row.table.name, row.table.columns.len()), ("decision_event", row.cells.len()));
        let Some(Cell::Text(Some(kept))) = row.cells.last() else { panic!("{row:?}") };
        let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
        let expected = serde_json::json!({
            "request_id": "r", "item": 2, "tenant": "acme", "action": "cms.entry", "resource_type": "entry",
            "caller": { "provider": "corp", "type": "service", "id": "gate" },
            "subject": { "provider": "corp", "type": "user", "id": "ada" },
            "reason": "why", "permission": "cms.*", "revision": 3,
        });
        assert_eq!(kept, expected);
        let text = |text: &str| Cell::Text(Some(text.to_owned()));
        let first = [Cell::Integer(Some(9)), Cell::Integer(Some(7)), text("denied"), text("ada")];
        assert_eq!(row.cells[..4], first);
        assert!(reader.next().unwrap().is_none());
    }

    #[test]
    fn what_was_never_answered_is_no_decision() {
        let backup = backup(&cells("perhaps"));
        assert!(PlainReader::new(&*backup).unwrap().next().is_err());
    }
}
