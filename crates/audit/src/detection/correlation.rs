//! Correlations: counts, distinct values and sequences of what other rules match, within a time.

use super::document::required;
use super::error::{Place, RuleError, shown};
use super::limits;
use super::selection::unknown_field;
use super::value;
use super::yaml::{Content, Entry, Node, entry};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// So many events.
    Events(usize),
    /// So many values of a field.
    Values(Box<str>, usize),
    /// So many of the rules, in any order.
    Rules(usize),
    /// Each of the rules, in their order.
    Sequence,
}

/// A name by which is grouped, and which field it means: of all rules, or of each by its position.
#[derive(Debug, Clone)]
pub(super) struct GroupField {
    pub(super) name: Box<str>,
    pub(super) of: Vec<Box<str>>,
}

#[derive(Debug)]
pub(super) struct Correlation {
    pub(super) kind: Kind,
    pub(super) rules: Vec<(String, Place)>,
    pub(super) group_by: Vec<GroupField>,
    /// In microseconds.
    pub(super) timespan: i64,
    /// Whether the rules that it refers to make alerts by themselves too.
    pub(super) generates: bool,
}

/// What is a correlation in Sigma and is told by its end, or by arithmetic.
const UNSUPPORTED: [&str; 4] = ["value_sum", "value_avg", "value_percentile", "value_median"];

impl Correlation {
    pub(super) fn read(section: &Entry, generate: Option<&Entry>) -> Result<Correlation, RuleError> {
        let map = section.value.map("`correlation`")?;
        const KEYS: [&str; 7] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
        if let Some(unknown) = map.iter().find(|entry| !KEYS.contains(&entry.key.as_str())) {
            let what = format!("`{}` of a correlation is not supported", shown(&unknown.key));
            return Err(unknown.place.error(what, format!("use {}", KEYS.join(", "))));
        }
        let rules: Vec<(String, Place)> = required(map, "rules", section.place)?
            .value
            .texts("a rule of a correlation")?
            .into_iter()
            .map(|(text, place)| (text.to_owned(), place))
            .collect();
        if rules.is_empty() || rules.len() > limits::REFERRED {
            let cure = format!("refer to at least one, and at most {}", limits::REFERRED);
            return Err(section.place.error("a correlation refers to no rule, or to too many", cure));
        }
        let timespan = required(map, "timespan", section.place)?;
        let timespan = read_timespan(&timespan.value)?;
        let sort = required(map, "type", section.place)?;
        let kind = kind(sort, entry(map, "condition"), rules.len(), section.place)?;
        let group_by = group_by(entry(map, "group-by"), entry(map, "aliases"), &rules)?;
        let generates = match entry(map, "generate").or(generate) {
            None => false,
            Some(generate) => generate.value.boolean("`generate`")?,
        };
        Ok(Correlation { kind, rules, group_by, timespan, generates })
    }
}

fn kind(sort: &Entry, condition: Option<&Entry>, rules: usize, place: Place) -> Result<Kind, RuleError> {
    let needed =
        || condition.ok_or_else(|| place.error("`condition` is missing", "add `condition:` with `gte: N`"));
    match sort.value.text("the type of a correlation")? {
        "event_count" => {
            let (count, field) = count(needed()?)?;
            match field {
                None => Ok(Kind::Events(count)),
                Some(field) => Err(field
                    .place
                    .error("`field` has no meaning in an event_count", "leave it away, or use value_count")),
            }
        }
        "value_count" => {
            let condition = needed()?;
            let (count, field) = count(condition)?;
            let cure = "add `field:` with the field whose values are counted";
            let field = field.ok_or_else(|| condition.place.error("a value_count has no `field`", cure))?;
            let name = field.value.text("`field`")?;
            if !value::is_field(name) {
                return Err(unknown_field(name, field.place));
            }
            Ok(Kind::Values(name.into(), count))
        }
        "temporal" => match condition {
            None => Ok(Kind::Rules(rules)),
            Some(condition) => match count(condition)? {
                (_, Some(field)) => Err(field
                    .place
                    .error("`field` has no meaning in a temporal correlation", "leave it away")),
                (count, None) if count <= rules => Ok(Kind::Rules(count)),
                (count, None) => {
                    let what = format!("the condition waits for {count} of {rules} rules");
                    Err(condition.place.error(what, "write no more than there are rules"))
                }
            },
        },
        "temporal_ordered" => match condition {
            None => Ok(Kind::Sequence),
            Some(condition) => match count(condition)? {
                (count, None) if count == rules => Ok(Kind::Sequence),
                _ => {
                    let cure = "leave it away: each of the rules has to match, in their order";
                    Err(condition
                        .place
                        .error("a temporal_ordered correlation with a condition is not supported", cure))
                }
            },
        },
        other => {
            let what = format!("the correlation type `{}` is not supported", shown(other));
            let cure = if UNSUPPORTED.contains(&other) {
                "use event_count or value_count: events are counted here, not calculated with"
            } else {
                "use event_count, value_count, temporal or temporal_ordered"
            };
            Err(sort.place.error(what, cure))
        }
    }
}

/// From how many on a condition holds, and of which field.
fn count(condition: &Entry) -> Result<(usize, Option<&Entry>), RuleError> {
    let Content::Map(map) = &condition.value.content else {
        let cure = "write `gte: N`; a sequence of rules can be made of several correlations";
        return Err(condition.place.error("a condition that is a text is not supported", cure));
    };
    let mut count = None;
    for entry in map {
        let at_least = match entry.key.as_str() {
            "field" => continue,
            "gte" => 0,
            "gt" => 1,
            other @ ("lt" | "lte" | "eq" | "neq") => {
                let what = format!("`{other}` needs the end of the time, which has not come when events do");
                return Err(entry.place.error(what, "write `gte: N` or `gt: N`"));
            }
            other => {
                let what = format!("`{}` is not supported in a condition", shown(other));
                return Err(entry.place.error(what, "write `gte: N` or `gt: N`"));
            }
        };
        let number: u64 = entry.value.text("a count")?.parse().map_err(|_| {
            entry.place.error("a count is no whole number", format!("write one from 1 to {}", limits::COUNT))
        })?;
        let number = number.saturating_add(at_least);
        if number == 0 || number > limits::COUNT || count.is_some() {
            let cure = format!("write one bound, from 1 to {}", limits::COUNT);
            return Err(entry.place.error("a count is 0, too large, or told twice", cure));
        }
        count = usize::try_from(number).ok();
    }
    match count {
        Some(count) => Ok((count, entry(map, "field"))),
        None => Err(condition.place.error("a condition has no count", "write `gte: N` or `gt: N`")),
    }
}

fn group_by(
    names: Option<&Entry>,
    aliases: Option<&Entry>,
    rules: &[(String, Place)],
) -> Result<Vec<GroupField>, RuleError> {
    let aliases = aliases.map(|aliases| aliases.value.map("`aliases`")).transpose()?.unwrap_or_default();
    let Some(names) = names else { return Ok(Vec::new()) };
    let names = names.value.texts("a field of group-by")?;
    if names.len() > limits::GROUP_BY {
        let place = names.first().map(|(_, place)| *place).unwrap_or_default();
        return Err(
            place.error("there are too many fields in group-by", format!("use at most {}", limits::GROUP_BY))
        );
    }
    let mut fields = Vec::new();
    for (name, place) in names {
        let of = match entry(aliases, name) {
            None if value::is_field(name) => vec![name.into(); rules.len()],
            None => return Err(unknown_field(name, place)),
            Some(alias) => alias_of(alias, rules)?,
        };
        fields.push(GroupField { name: name.into(), of });
    }
    if let Some(unused) = aliases.iter().find(|alias| !fields.iter().any(|field| *field.name == *alias.key)) {
        let what = format!("the alias `{}` is used nowhere", shown(&unused.key));
        return Err(unused.place.error(what, "name it in `group-by`, or leave it away"));
    }
    Ok(fields)
}

/// The field that an alias means in each of the rules.
fn alias_of(alias: &Entry, rules: &[(String, Place)]) -> Result<Vec<Box<str>>, RuleError> {
    let map = alias.value.map("an alias")?;
    if let Some(unknown) = map.iter().find(|entry| !rules.iter().any(|(rule, _)| *rule == entry.key)) {
        let what =
            format!("the alias is of `{}`, to which the correlation does not refer", shown(&unknown.key));
        return Err(unknown.place.error(what, "name rules as `rules` does"));
    }
    let field = |rule: &str| {
        let found = entry(map, rule).ok_or_else(|| {
            let what = format!("the alias `{}` says nothing of `{}`", shown(&alias.key), shown(rule));
            alias.place.error(what, "say which field it means in each of the rules")
        })?;
        let name = found.value.text("the field of an alias")?;
        if value::is_field(name) { Ok(name.into()) } else { Err(unknown_field(name, found.place)) }
    };
    rules.iter().map(|(rule, _)| field(rule)).collect()
}

/// Reads `90s`, `15m`, `1h` or `7d`, in microseconds.
pub(super) fn read_timespan(node: &Node) -> Result<i64, RuleError> {
    let text = node.text("a time")?;
    let wrong = || {
        let what = format!("`{}` is no time", shown(text));
        node.place.error(what, "write a number and s, m, h or d, up to 366d")
    };
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let digits = text.get(..text.len() - 1).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let micros = digits.parse::<i64>().ok().and_then(|number| number.checked_mul(unit * 1_000_000));
    micros.filter(|micros| (1..=limits::TIMESPAN).contains(micros)).ok_or_else(wrong)
}
