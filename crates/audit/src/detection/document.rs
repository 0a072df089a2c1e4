//! One rule: what it says of itself, and what it looks for.

use super::condition::Condition;
use super::correlation::Correlation;
use super::error::{Place, RuleError, shown};
use super::selection::Selection;
use super::watch::Watch;
use super::yaml::{Entry, Node, entry};

/// How serious a match is, in Sigma's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something to add to other events: no alert is made of it.
    Informational,
    /// Notable, rarely an incident.
    Low,
    /// To be looked at now and then.
    Medium,
    /// To be looked at soon.
    High,
    /// An incident.
    Critical,
}

impl Level {
    /// All of them, the least first.
    pub const ALL: [Level; 5] =
        [Level::Informational, Level::Low, Level::Medium, Level::High, Level::Critical];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Informational => "informational",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// The level with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

/// What a rule looks for in single events.
#[derive(Debug)]
pub(super) struct Search {
    pub(super) selections: Vec<Selection>,
    pub(super) condition: Condition,
    /// What is remembered of the events beside, by our own addition to Sigma.
    pub(super) watch: Option<Watch>,
}

#[derive(Debug)]
pub(super) enum Body {
    Search(Search),
    Correlation(Correlation),
}

/// A rule.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) level: Option<Level>,
    pub(super) place: Place,
    pub(super) body: Body,
}

const STATUS: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

impl Document {
    pub(super) fn read(node: &Node, expressions: &mut usize) -> Result<Document, RuleError> {
        let map = node.map("a rule")?;
        let title = required(map, "title", node.place)?.value.text("the title")?.to_owned();
        Document::read_named(map, node.place, &title, expressions)
            .map_err(|error| RuleError { rule: Some(shown(&title)), ..error })
    }

    fn read_named(
        map: &[Entry],
        place: Place,
        title: &str,
        expressions: &mut usize,
    ) -> Result<Document, RuleError> {
        if title.trim().is_empty() || title.chars().count() > 256 {
            let place = entry(map, "title").map_or(place, |entry| entry.place);
            return Err(place.error("the title is empty or too long", "write at most 256 characters"));
        }
        if let Some(old) = entry(map, "action") {
            return Err(old
                .place
                .error("`action` joins documents as Sigma did before 2.0", "write each rule out"));
        }
        if let Some(filter) = entry(map, "filter") {
            let cure = "add a selection to the rule, and `and not` it in the condition";
            return Err(filter.place.error("Sigma filters are not supported", cure));
        }
        if let Some(taxonomy) =
            entry(map, "taxonomy").filter(|entry| !is_one_of(&entry.value, &["sigma", "casemate"]))
        {
            return Err(taxonomy.place.error(
                "the taxonomy is another one",
                "write fields as Casemate names them, and leave `taxonomy` away",
            ));
        }
        if let Some(status) = entry(map, "status") {
            if !is_one_of(&status.value, &STATUS) {
                return Err(status
                    .place
                    .error("the status is no word of Sigma", format!("use one of {}", STATUS.join(", "))));
            }
            if is_one_of(&status.value, &["unsupported"]) {
                return Err(status
                    .place
                    .error("the rule says of itself that it is unsupported", "use a rule that replaces it"));
            }
        }
        let level = match entry(map, "level") {
            None => None,
            Some(level) => Some(Level::of(level.value.text("the level")?).ok_or_else(|| {
                level.place.error(
                    "the level is no word of Sigma",
                    "use informational, low, medium, high or critical",
                )
            })?),
        };
        let text = |key: &str| {
            entry(map, key).map(|entry| entry.value.text(&format!("`{key}`")).map(str::to_owned)).transpose()
        };
        let (id, name, description) = (text("id")?, text("name")?, text("description")?);
        let body = match (entry(map, "detection"), entry(map, "correlation")) {
            (Some(detection), None) => {
                logsource(required(map, "logsource", place)?)?;
                let watch = entry(map, Watch::KEY).map(Watch::read).transpose()?;
                Body::Search(search(detection, watch, expressions)?)
            }
            (None, Some(correlation)) => {
                if let Some(watch) = entry(map, Watch::KEY) {
                    let cure = "write it in the rule that the correlation refers to";
                    return Err(watch.place.error(format!("`{}` stands in a correlation", Watch::KEY), cure));
                }
                if let Some(source) = entry(map, "logsource") {
                    logsource(source)?;
                }
                Body::Correlation(Correlation::read(correlation, entry(map, "generate"))?)
            }
            (Some(_), Some(two)) => {
                return Err(two.place.error(
                    "a rule has a detection and a correlation",
                    "make two documents of it, with `---` between",
                ));
            }
            (None, None) => {
                return Err(place.error("a rule has no detection", "add `detection:` or `correlation:`"));
            }
        };
        Ok(Document { title: title.to_owned(), id, name, description, level, place, body })
    }

    /// Whether this id or name means it.
    pub(super) fn is_called(&self, name: &str) -> bool {
        [&self.id, &self.name].into_iter().flatten().any(|known| known == name)
    }
}

fn is_one_of(node: &Node, words: &[&str]) -> bool {
    node.text("").is_ok_and(|text| words.contains(&text))
}

pub(super) fn required<'m>(map: &'m [Entry], key: &str, place: Place) -> Result<&'m Entry, RuleError> {
    entry(map, key).ok_or_else(|| place.error(format!("`{key}` is missing"), format!("add `{key}:`")))
}

fn logsource(source: &Entry) -> Result<(), RuleError> {
    for entry in source.value.map("`logsource`")? {
        match entry.key.as_str() {
            "product" if is_one_of(&entry.value, &["casemate"]) => {}
            "product" => {
                let what = "the rule is about the log of another product";
                return Err(entry
                    .place
                    .error(what, "write `product: casemate`, with fields as Casemate names them"));
            }
            "definition" => {}
            other => {
                let what = format!("`{}` of the log source chooses nothing here", shown(other));
                return Err(entry
                    .place
                    .error(what, "leave it away; choose by `area`, `kind` or `action` in a selection"));
            }
        }
    }
    if entry(source.value.map("`logsource`")?, "product").is_none() {
        return Err(source.place.error("the log source has no product", "write `product: casemate`"));
    }
    Ok(())
}

fn search(detection: &Entry, watch: Option<Watch>, expressions: &mut usize) -> Result<Search, RuleError> {
    let map = detection.value.map("`detection`")?;
    if let Some(timeframe) = entry(map, "timeframe") {
        let cure = "say `timespan` in a correlation rule behind this one";
        return Err(timeframe.place.error("`timeframe` is of Sigma before 2.0", cure));
    }
    let conditions = required(map, "condition", detection.place)?;
    let of: Vec<&Entry> = map.iter().filter(|entry| entry.key != "condition").collect();
    let names: Vec<&str> = of.iter().map(|entry| entry.key.as_str()).collect();
    let selections =
        of.iter().map(|entry| Selection::read(&entry.value, expressions)).collect::<Result<_, _>>()?;
    let conditions = conditions.value.texts("the condition")?;
    let mut read: Vec<Condition> = conditions
        .into_iter()
        .map(|(text, place)| Condition::read(text, &names, place))
        .collect::<Result<_, _>>()?;
    let condition = match (read.len(), read.pop()) {
        (1, Some(one)) => one,
        (_, Some(last)) => {
            read.push(last);
            Condition::Any(read)
        }
        (_, None) => return Err(detection.place.error("there is no condition", "write one")),
    };
    Ok(Search { selections, condition, watch })
}
