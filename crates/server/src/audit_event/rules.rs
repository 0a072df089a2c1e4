//! What applications may record: types of events with their schemas, and ceilings. Both are read once for each change of them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use casemate_directory::model::{EventCeilingDocument, EventTypeDocument};
use casemate_directory::{Administration, EventSchema, Kind, Lister, Misfit, Wide};
use casemate_permission::name::{Name, Pattern};
use serde_json::Value;

/// The most types and ceilings that are read; no more can be written.
const MOST: usize = 4_000;

/// How many events an application records at most, where its ceiling says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimits {
    /// In a minute.
    pub per_minute: i64,
    /// In a day.
    pub per_day: i64,
}

impl Default for EventLimits {
    fn default() -> EventLimits {
        EventLimits { per_minute: 60_000, per_day: 10_000_000 }
    }
}

/// The types and ceilings that hold, kept until others do.
#[derive(Debug, Default)]
pub struct EventRules {
    pub(super) limits: EventLimits,
    known: ArcSwap<Option<Arc<Rules>>>,
}

/// All of them at one time.
#[derive(Debug)]
pub(super) struct Rules {
    wide: Wide,
    /// Types of one action, by that.
    exact: HashMap<String, Arc<Type>>,
    /// Types of several; whose name says most, first.
    patterns: Vec<Arc<Type>>,
    /// Ceilings, by the application.
    ceilings: HashMap<String, Ceiling>,
}

/// A type of events.
#[derive(Debug)]
pub(super) struct Type {
    name: String,
    revision: i64,
    pattern: Option<Pattern>,
    /// Nothing where anything fits. One that cannot be used fits nothing.
    schema: Option<Result<EventSchema, ()>>,
}

/// What an application may record at most.
#[derive(Debug)]
pub(super) struct Ceiling {
    pub(super) document: EventCeilingDocument,
    actions: Option<Vec<Pattern>>,
}

impl EventRules {
    /// With these limits.
    #[must_use]
    pub fn new(limits: EventLimits) -> EventRules {
        EventRules { limits, ..EventRules::default() }
    }

    /// Those that hold now.
    pub(super) fn current(&self, administration: &Administration) -> Arc<Rules> {
        let lister = administration.lister();
        let wide = lister.wide();
        let known = self.known.load();
        if let Some(known) = known.as_ref().as_ref().filter(|known| known.wide.is_same(&wide)) {
            return Arc::clone(known);
        }
        let read = Arc::new(Rules::read(&lister, wide, known.as_ref().as_ref().map(|known| &**known)));
        self.known.store(Arc::new(Some(Arc::clone(&read))));
        read
    }
}

impl Rules {
    fn read(lister: &Lister, wide: Wide, before: Option<&Rules>) -> Rules {
        let before: HashMap<&str, &Arc<Type>> = before
            .into_iter()
            .flat_map(|before| before.exact.values().chain(&before.patterns))
            .map(|known| (known.name.as_str(), known))
            .collect();
        let mut rules = Rules { wide, exact: HashMap::new(), patterns: Vec::new(), ceilings: HashMap::new() };
        for entry in lister.all(Kind::EventType, "", MOST) {
            // What did not change is not compiled anew.
            let known = before.get(entry.name.as_str()).filter(|known| known.revision == entry.revision);
            let one = match known {
                Some(known) => Arc::clone(known),
                None => Arc::new(Type::read(entry.name, entry.revision, entry.document)),
            };
            match one.pattern.as_ref().and_then(Pattern::as_exact) {
                Some(action) => drop(rules.exact.insert(action.to_owned(), one)),
                None => rules.patterns.push(one),
            }
        }
        let literal =
            |one: &Type| one.name.chars().filter(|letter| !matches!(letter, '*' | '?' | '{' | '}')).count();
        rules
            .patterns
            .sort_by(|one, other| literal(other).cmp(&literal(one)).then(one.name.cmp(&other.name)));
        for entry in lister.all(Kind::EventCeiling, "", MOST) {
            let Ok(document) = serde_json::from_value::<EventCeilingDocument>(entry.document) else {
                continue;
            };
            let read =
                |names: &Vec<String>| names.iter().filter_map(|name| Pattern::parse(name).ok()).collect();
            let actions = document.actions.as_ref().map(read);
            rules.ceilings.insert(document.application.clone(), Ceiling { document, actions });
        }
        rules
    }

    /// The type that an action is of.
    pub(super) fn of(&self, action: &Name<'_>) -> Option<&Type> {
        let matches = |one: &&Arc<Type>| one.pattern.as_ref().is_some_and(|pattern| pattern.matches(action));
        self.exact.get(action.as_str()).or_else(|| self.patterns.iter().find(matches)).map(|one| &**one)
    }

    /// What an application may record at most, where that is said.
    pub(super) fn ceiling(&self, application: &str) -> Option<&Ceiling> {
        self.ceilings.get(application)
    }
}

impl Type {
    fn read(name: String, revision: i64, document: Value) -> Type {
        let schema = serde_json::from_value::<EventTypeDocument>(document).map(|document| document.schema);
        let schema = match schema {
            Ok(schema) => schema.map(|schema| {
                EventSchema::compile(&schema).map_err(|error| {
                    tracing::error!(%error, name, "the schema of an event type cannot be used: its events are refused");
                })
            }),
            Err(_) => Some(Err(())),
        };
        Type { pattern: Pattern::parse(&name).ok(), name, revision, schema }
    }

    /// Whether anything is said of details.
    pub(super) fn has_schema(&self) -> bool {
        self.schema.is_some()
    }

    /// What of the details of an event does not fit.
    pub(super) fn misfits(&self, details: Option<&Value>) -> Vec<Misfit> {
        let told = |message: &str| vec![Misfit { pointer: String::new(), message: message.to_owned() }];
        match (&self.schema, details) {
            (None, _) => Vec::new(),
            (Some(Err(())), _) => told("the schema of the event type cannot be used: write it anew"),
            (Some(Ok(_)), None) => told("an event of this type has details"),
            (Some(Ok(schema)), Some(details)) => schema.misfits(details),
        }
    }
}

impl Ceiling {
    /// Whether the application may record an action.
    pub(super) fn has_action(&self, action: &Name<'_>) -> bool {
        self.actions.as_ref().is_none_or(|actions| actions.iter().any(|pattern| pattern.matches(action)))
    }
}
