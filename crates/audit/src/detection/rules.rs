//! A text of rules, read and put together.

use super::correlation::Correlation;
use super::document::{Body, Document, Level, Search};
use super::error::{RuleError, shown};
use super::limits;
use super::yaml;

/// The rules of one text, which may refer to each other and to no others.
#[derive(Debug)]
pub struct Rules {
    pub(super) documents: Vec<Rule>,
}

/// A rule, and what becomes of its matches.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) document: Document,
    pub(super) level: Level,
    /// Whether its matches are told, and not only correlated.
    pub(super) is_told: bool,
    /// The correlations that refer to it, each with the position at which they do.
    pub(super) feeds: Vec<(usize, usize)>,
}

/// What a rule says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'r> {
    /// Its title.
    pub title: &'r str,
    /// Its id, a UUID as a rule.
    pub id: Option<&'r str>,
    /// What it is for.
    pub description: Option<&'r str>,
    /// How serious a match is; of a correlation that does not say, the level of the most serious rule that it refers to.
    pub level: Level,
    /// Whether its matches are told: a rule to which only correlations refer is not.
    pub is_told: bool,
}

impl Rules {
    /// Reads a text: YAML documents with `---` between, each a Sigma rule or a Sigma correlation.
    ///
    /// # Errors
    /// What is no rule, with the place and what to do; and what Sigma can say that is not done here.
    pub fn parse(text: &str) -> Result<Rules, RuleError> {
        let nodes = yaml::documents(text)?;
        let Some(first) = nodes.first() else {
            let place = super::error::Place { line: 1, column: 1 };
            return Err(
                place.error("there is no rule", "write at least `title`, `logsource` and `detection`")
            );
        };
        let start = first.place;
        let mut expressions = limits::EXPRESSIONS;
        let documents: Vec<Document> =
            nodes.iter().map(|node| Document::read(node, &mut expressions)).collect::<Result<_, _>>()?;
        unambiguous(&documents)?;
        let referred = referred(&documents)?;
        let levels = levels(&documents, &referred)?;
        let mut rules: Vec<Rule> = documents
            .into_iter()
            .zip(levels)
            .map(|(document, level)| Rule { document, level, is_told: true, feeds: Vec::new() })
            .collect();
        for (correlation, refers) in referred.iter().enumerate() {
            let generates = match rules.get(correlation).map(|rule| &rule.document.body) {
                Some(Body::Correlation(correlation)) => correlation.generates,
                _ => continue,
            };
            for (position, referred) in refers.iter().enumerate() {
                if let Some(rule) = rules.get_mut(*referred) {
                    rule.feeds.push((correlation, position));
                    rule.is_told = rule.is_told && generates;
                }
            }
        }
        if rules.iter().all(|rule| !rule.is_told) {
            return Err(start.error("no rule of the text is told of", "leave one that no other refers to"));
        }
        Ok(Rules { documents: rules })
    }

    /// What its rules say of themselves, in their order.
    pub fn about(&self) -> impl ExactSizeIterator<Item = About<'_>> {
        self.documents.iter().map(|rule| About {
            title: &rule.document.title,
            id: rule.document.id.as_deref(),
            description: rule.document.description.as_deref(),
            level: rule.level,
            is_told: rule.is_told,
        })
    }

    /// How long before an event others may matter to it, in microseconds; 0 where nothing is remembered.
    #[must_use]
    pub fn timespan(&self) -> i64 {
        let longest = self.documents.iter().map(|rule| match &rule.document.body {
            Body::Correlation(correlation) => correlation.timespan,
            Body::Search(Search { watch: Some(watch), .. }) => watch.timespan,
            Body::Search(_) => 0,
        });
        // A chain looks back by the sum of its parts at most.
        longest.fold(0_i64, i64::saturating_add).min(limits::TIMESPAN)
    }
}

fn unambiguous(documents: &[Document]) -> Result<(), RuleError> {
    for (index, document) in documents.iter().enumerate() {
        for name in [&document.id, &document.name].into_iter().flatten() {
            if documents.iter().take(index).any(|other| other.is_called(name)) {
                let what = format!("two rules are called `{}`", shown(name));
                return Err(named(
                    document,
                    document.place.error(what, "give each an id and a name of its own"),
                ));
            }
        }
    }
    Ok(())
}

fn named(document: &Document, error: RuleError) -> RuleError {
    RuleError { rule: Some(shown(&document.title)), ..error }
}

/// The positions of the rules to which each refers.
fn referred(documents: &[Document]) -> Result<Vec<Vec<usize>>, RuleError> {
    let of = |document: &Document| match &document.body {
        Body::Search(_) => Ok(Vec::new()),
        Body::Correlation(Correlation { rules, .. }) => rules
            .iter()
            .map(|(name, place)| {
                documents.iter().position(|other| other.is_called(name)).ok_or_else(|| {
                    let what = format!("no rule of this text has the id or name `{}`", shown(name));
                    named(document, place.error(what, "put the rule into the same text, with `---` between"))
                })
            })
            .collect(),
    };
    documents.iter().map(of).collect()
}

/// The level of each; refuses what refers to itself.
fn levels(documents: &[Document], referred: &[Vec<usize>]) -> Result<Vec<Level>, RuleError> {
    let mut levels: Vec<Option<Level>> = vec![None; documents.len()];
    // What is at the end of a chain is known first; each turn knows one more at least.
    for _ in documents {
        for ((index, document), refers) in documents.iter().enumerate().zip(referred) {
            let of: Option<Vec<Level>> =
                refers.iter().map(|other| levels.get(*other).copied().flatten()).collect();
            if let (Some(of), Some(level)) = (of, levels.get_mut(index)) {
                let highest = of.into_iter().max().unwrap_or(Level::Medium);
                *level = Some(document.level.unwrap_or(highest));
            }
        }
    }
    documents
        .iter()
        .zip(levels)
        .map(|(document, level)| {
            let cure = "let a chain of correlations end at rules that look at events";
            level.ok_or_else(|| named(document, document.place.error("the rule refers to itself", cure)))
        })
        .collect()
}
