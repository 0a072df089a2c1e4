//! YAML, as far as rules need it: scalars, lists and maps with their places. Aliases, tags and keys that stand twice are refused,
//! and size and depth are bounded, before anything is built of it.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::error::{Place, RuleError, shown};
use super::limits;

/// A value in a document.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A text; whether it stands in quotes or as a block.
    Scalar(String, bool),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Node,
}

impl Node {
    /// Whether this is `null`, `~` or nothing.
    pub(super) fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar(text, false) => matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            _ => false,
        }
    }

    pub(super) fn text(&self, what: &str) -> Result<&str, RuleError> {
        match &self.content {
            Content::Scalar(text, _) if !self.is_null() => Ok(text),
            _ => Err(self.place.error(format!("{what} is no text"), "write one text or number there")),
        }
    }

    pub(super) fn boolean(&self, what: &str) -> Result<bool, RuleError> {
        match &self.content {
            Content::Scalar(text, false) if matches!(text.as_str(), "true" | "True" | "TRUE") => Ok(true),
            Content::Scalar(text, false) if matches!(text.as_str(), "false" | "False" | "FALSE") => Ok(false),
            _ => Err(self.place.error(
                format!("{what} is neither true nor false"),
                "write `true` or `false` without quotes",
            )),
        }
    }

    pub(super) fn map(&self, what: &str) -> Result<&[Entry], RuleError> {
        match &self.content {
            Content::Map(entries) => Ok(entries),
            _ => Err(self.place.error(format!("{what} is no map"), "write `name: value` lines there")),
        }
    }

    /// The texts of a list, or the one text.
    pub(super) fn texts(&self, what: &str) -> Result<Vec<(&str, Place)>, RuleError> {
        match &self.content {
            Content::List(nodes) => nodes.iter().map(|node| Ok((node.text(what)?, node.place))).collect(),
            _ => Ok(vec![(self.text(what)?, self.place)]),
        }
    }
}

/// The entry of a map with this key.
pub(super) fn entry<'m>(map: &'m [Entry], key: &str) -> Option<&'m Entry> {
    map.iter().find(|entry| entry.key == key)
}

/// What is being built.
enum Open {
    List(Place, Vec<Node>),
    Map(Place, Vec<Entry>, HashSet<String>, Option<(String, Place)>),
}

impl Open {
    fn take(&mut self, node: Node) -> Result<(), RuleError> {
        match self {
            Open::List(_, nodes) => nodes.push(node),
            Open::Map(_, entries, keys, key) => match key.take() {
                Some((key, place)) => entries.push(Entry { key, place, value: node }),
                None => {
                    let Content::Scalar(text, _) = node.content else {
                        return Err(node.place.error("a key is a list or a map", "write a text as the key"));
                    };
                    if !keys.insert(text.clone()) {
                        let what = format!("`{}` stands twice in one map", shown(&text));
                        return Err(node.place.error(what, "keep one of them; a list says several values"));
                    }
                    *key = Some((text, node.place));
                }
            },
        }
        Ok(())
    }

    fn close(self) -> Node {
        match self {
            Open::List(place, nodes) => Node { place, content: Content::List(nodes) },
            Open::Map(place, entries, ..) => Node { place, content: Content::Map(entries) },
        }
    }
}

/// The documents of a text.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, RuleError> {
    if text.len() > limits::TEXT {
        let what = format!("the text has {} bytes", text.len());
        let cure = format!("write at most {} bytes, or make two of it", limits::TEXT);
        return Err(Place { line: 1, column: 1 }.error(what, cure));
    }
    let (mut documents, mut open, mut count) = (Vec::new(), Vec::<Open>::new(), 0_usize);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| not_yaml(&error))?;
        let place = Place { line: span.start.line(), column: span.start.col().saturating_add(1) };
        let node = match event {
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err(place.error("a value has a YAML tag", "leave the tag away, and quote texts"));
            }
            Event::Alias(_) => {
                return Err(place.error(
                    "aliases (`*name`) are not taken",
                    "write the value out, in quotes where it begins with `*`",
                ));
            }
            Event::Scalar(text, style, ..) => {
                Node { place, content: Content::Scalar(text.into_owned(), style != ScalarStyle::Plain) }
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(place, Vec::new()));
                bounded(&open, &mut count, place)?;
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(place, Vec::new(), HashSet::new(), None));
                bounded(&open, &mut count, place)?;
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(closed) => closed.close(),
                None => continue,
            },
            _ => continue,
        };
        bounded(&open, &mut count, place)?;
        match open.last_mut() {
            Some(parent) => parent.take(node)?,
            None if documents.len() == limits::DOCUMENTS => {
                let cure = format!("write at most {}, or make two texts of it", limits::DOCUMENTS);
                return Err(place.error("there are too many documents", cure));
            }
            None => documents.push(node),
        }
    }
    // What stands between two `---` and is nothing is no rule.
    documents.retain(|node| !node.is_null());
    Ok(documents)
}

fn bounded(open: &[Open], count: &mut usize, place: Place) -> Result<(), RuleError> {
    *count = count.saturating_add(1);
    if open.len() > limits::DEPTH {
        return Err(place
            .error("lists and maps are too deep in each other", format!("stay within {}", limits::DEPTH)));
    }
    if *count > limits::NODES {
        return Err(place.error("there are too many values", format!("stay within {}", limits::NODES)));
    }
    Ok(())
}

fn not_yaml(error: &ScanError) -> RuleError {
    let place = Place { line: error.marker().line(), column: error.marker().col().saturating_add(1) };
    place.error(format!("this is no YAML: {}", error.info()), "look at indentation, quotes and colons there")
}
