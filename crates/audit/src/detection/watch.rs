//! Our own addition to Sigma, under the custom key `casemate`: what is remembered of the events that a rule matches, and which of
//! them are then told.

use super::correlation::read_timespan;
use super::document::required;
use super::error::{RuleError, shown};
use super::limits;
use super::selection::unknown_field;
use super::value;
use super::yaml::{Entry, entry};

/// Which of the events that a rule matches are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Watched {
    /// All of them.
    Each,
    /// Those whose value of a field was not seen of their group, of which something else was.
    NewValue { field: Box<str>, is_network: bool, learns: i64 },
    /// Those whose group was not seen for so long, after it had been.
    Awakening { idle: i64 },
    /// Those behind a place where the log misses an event, or whose time is so much before that of an event before them.
    Gap { tolerance: i64 },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watch {
    pub(super) watched: Watched,
    pub(super) group_by: Vec<Box<str>>,
    /// How long is remembered, in microseconds.
    pub(super) timespan: i64,
}

impl Watch {
    /// The custom key of a rule.
    pub(super) const KEY: &'static str = "casemate";

    pub(super) fn read(section: &Entry) -> Result<Watch, RuleError> {
        let map = section.value.map("`casemate`")?;
        let sort = required(map, "type", section.place)?;
        let allowed: &[&str] = match sort.value.text("the type")? {
            "each" => &["type", "group-by"],
            "new_value" => &["type", "group-by", "timespan", "field", "learn", "network"],
            "awakening" => &["type", "group-by", "timespan", "idle"],
            "gap" => &["type", "tolerance"],
            other => {
                let what = format!("the type `{}` is not known", shown(other));
                return Err(sort.place.error(what, "use each, new_value, awakening or gap"));
            }
        };
        if let Some(unknown) = map.iter().find(|entry| !allowed.contains(&entry.key.as_str())) {
            let what = format!("`{}` has no meaning there", shown(&unknown.key));
            return Err(unknown.place.error(what, format!("use {}", allowed.join(", "))));
        }
        let time = |key: &str| entry(map, key).map(|entry| read_timespan(&entry.value)).transpose();
        let needed =
            |key: &str| required(map, key, section.place).and_then(|entry| read_timespan(&entry.value));
        let timespan = if allowed.contains(&"timespan") { needed("timespan")? } else { 0 };
        let watched = match sort.value.text("the type")? {
            "new_value" => {
                let field = required(map, "field", section.place)?;
                let name = field.value.text("`field`")?;
                if !value::is_field(name) {
                    return Err(unknown_field(name, field.place));
                }
                let is_network =
                    entry(map, "network").map(|entry| entry.value.boolean("`network`")).transpose()?;
                let learns = time("learn")?.unwrap_or(0);
                Watched::NewValue { field: name.into(), is_network: is_network.unwrap_or(false), learns }
            }
            "awakening" => {
                let idle = needed("idle")?;
                if idle >= timespan {
                    let cure = "remember for longer than the time after which it is told";
                    return Err(section.place.error("`timespan` is no longer than `idle`", cure));
                }
                Watched::Awakening { idle }
            }
            "gap" => Watched::Gap { tolerance: time("tolerance")?.unwrap_or(60_000_000) },
            _ => Watched::Each,
        };
        let group_by = match entry(map, "group-by") {
            None => Vec::new(),
            Some(entry) => {
                let names = entry.value.texts("a field of group-by")?;
                if names.len() > limits::GROUP_BY {
                    let cure = format!("use at most {}", limits::GROUP_BY);
                    return Err(entry.place.error("there are too many fields in group-by", cure));
                }
                let read = names.into_iter().map(|(name, place)| {
                    if value::is_field(name) { Ok(name.into()) } else { Err(unknown_field(name, place)) }
                });
                read.collect::<Result<_, _>>()?
            }
        };
        Ok(Watch { watched, group_by, timespan })
    }
}
