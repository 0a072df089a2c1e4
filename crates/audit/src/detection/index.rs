//! Which rules may match an event at all: most ask for certain actions, kinds, areas or outcomes.

use std::collections::{BTreeSet, HashMap};

use super::check::{Check, Field};
use super::condition::Condition;
use super::document::Search;
use super::selection::Selection;
use super::value::{Fields, Value};

/// The fields that are looked up, the one that tells most first.
const LOOKED_UP: [&str; 4] = ["action", "kind", "area", "outcome"];

/// The longest value that is looked up.
const LONGEST: usize = 128;

/// Where a rule stands: the text, and the rule in it.
pub(super) type At = (u32, u32);

#[derive(Debug, Default)]
struct Table {
    by_value: HashMap<Box<str>, Vec<At>>,
    all: Vec<At>,
}

/// Rules by what they ask for.
#[derive(Debug, Default)]
pub(super) struct Index {
    tables: [Table; LOOKED_UP.len()],
    always: Vec<At>,
}

impl Index {
    pub(super) fn add(&mut self, at: At, search: &Search) {
        for (table, field) in self.tables.iter_mut().zip(LOOKED_UP) {
            if let Some(values) = of_condition(&search.condition, &search.selections, field) {
                table.all.push(at);
                for value in values {
                    table.by_value.entry(value.into()).or_default().push(at);
                }
                return;
            }
        }
        self.always.push(at);
    }

    /// The rules that an event may match, each once.
    pub(super) fn candidates(&self, event: &dyn Fields, found: &mut Vec<At>) {
        found.extend_from_slice(&self.always);
        for (table, field) in self.tables.iter().zip(LOOKED_UP) {
            if table.all.is_empty() {
                continue;
            }
            match event.get(field) {
                Some(Value::Text(text)) if text.is_ascii() && text.len() <= LONGEST => {
                    let mut buffer = [0_u8; LONGEST];
                    let Some(small) = buffer.get_mut(..text.len()) else { continue };
                    small.copy_from_slice(text.as_bytes());
                    small.make_ascii_lowercase();
                    let listed = std::str::from_utf8(small).ok().and_then(|small| table.by_value.get(small));
                    found.extend_from_slice(listed.map(Vec::as_slice).unwrap_or_default());
                }
                Some(Value::Null) | None => {}
                // What is another case of what is asked for, only the rule itself knows.
                Some(_) => found.extend_from_slice(&table.all),
            }
        }
    }
}

/// The values of which the field has one wherever the condition holds, if there are such.
fn of_condition<'r>(
    condition: &'r Condition,
    selections: &'r [Selection],
    field: &str,
) -> Option<BTreeSet<&'r str>> {
    match condition {
        Condition::Of(index) => of_selection(selections.get(*index)?, field),
        Condition::Not(_) => None,
        Condition::All(parts) => fewest(parts.iter().map(|part| of_condition(part, selections, field))),
        Condition::Any(parts) => union(parts.iter().map(|part| of_condition(part, selections, field))),
    }
}

fn of_selection<'r>(selection: &'r Selection, field: &str) -> Option<BTreeSet<&'r str>> {
    match selection {
        Selection::All(parts) => fewest(parts.iter().map(|part| of_selection(part, field))),
        Selection::Any(parts) => union(parts.iter().map(|part| of_selection(part, field))),
        Selection::Field(Field { name, checks, is_all, is_negated: false }) if **name == *field => {
            let values = checks.iter().map(|check| match check {
                Check::Texts(texts) => {
                    texts.exactly().map(|texts| texts.iter().map(|text| &**text).collect())
                }
                _ => None,
            });
            if *is_all { fewest(values) } else { union(values) }
        }
        Selection::Field(_) | Selection::Keywords(_) => None,
    }
}

type Values<'r> = Option<BTreeSet<&'r str>>;

fn fewest<'r>(of: impl Iterator<Item = Values<'r>>) -> Values<'r> {
    of.flatten().min_by_key(BTreeSet::len)
}

fn union<'r>(of: impl Iterator<Item = Values<'r>>) -> Values<'r> {
    of.collect::<Option<Vec<_>>>().map(|sets| sets.into_iter().flatten().collect())
}
