//! Where something was written, and the mistakes that were found there.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, ObjectPlace, SourceFile};

/// Where a document was written.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In a file: the table, which of its entries, and the bytes of that one.
    File { source: Arc<SourceFile>, table: &'static str, index: usize, span: Range<usize> },
    /// In the store: which of the objects that are checked.
    Object(usize),
}

impl Place {
    pub(crate) fn is_object(&self) -> bool {
        matches!(self, Place::Object(_))
    }
}

/// A mistake whose place is still to be said in the words of a file or an object.
#[derive(Debug)]
pub(crate) struct Raised {
    place: Place,
    pointer: String,
    message: String,
    help: Help,
}

/// What to do about a mistake.
#[derive(Debug)]
pub(crate) enum Help {
    Unneeded,
    Text(String),
    /// Something else was written there first.
    First(Place, &'static str),
}

impl Raised {
    pub(crate) fn new(
        place: &Place,
        pointer: impl Into<String>,
        message: impl Into<String>,
        help: Help,
    ) -> Raised {
        Raised { place: place.clone(), pointer: pointer.into(), message: message.into(), help }
    }
}

/// Says where each mistake is. `object` names the objects that were checked.
pub(crate) fn settle(raised: Vec<Raised>, object: &dyn Fn(usize) -> ObjectPlace) -> Vec<Mistake> {
    let mut finder = Finder::default();
    raised
        .into_iter()
        .map(|Raised { place, pointer, message, help }| {
            let help = match help {
                Help::Unneeded => None,
                Help::Text(text) => Some(text),
                Help::First(place, pointer) => {
                    let first = finder.mistake(&place, pointer, String::new(), object);
                    Some(format!("it is first defined in {}", first.site()))
                }
            };
            let mistake = finder.mistake(&place, &pointer, message, object);
            match help {
                Some(help) => mistake.help(help),
                None => mistake,
            }
        })
        .collect()
}

/// Finds places in files, each of which is parsed once however many mistakes are in it.
#[derive(Default)]
struct Finder {
    spans: HashMap<*const SourceFile, HashMap<String, Range<usize>>>,
}

impl Finder {
    fn mistake(
        &mut self,
        place: &Place,
        pointer: &str,
        message: String,
        object: &dyn Fn(usize) -> ObjectPlace,
    ) -> Mistake {
        match place {
            Place::Object(index) => {
                let place = object(*index);
                Mistake::of_object(ObjectPlace { pointer: pointer.to_owned(), ..place }, message)
            }
            Place::File { source, table, index, span } => {
                let spans = self.spans.entry(Arc::as_ptr(source)).or_insert_with(|| spans(&source.text));
                let mut path = format!("/{table}/{index}{pointer}");
                // What is not written itself is told at what it belongs to.
                let found = loop {
                    if let Some(found) = spans.get(&path) {
                        break found.clone();
                    }
                    match path.rfind('/') {
                        Some(end) if path.matches('/').count() > 2 => path.truncate(end),
                        _ => break span.clone(),
                    }
                };
                let found = if path.matches('/').count() > 2 { found } else { span.clone() };
                Mistake::at(source, found, message)
            }
        }
    }
}

/// The bytes of every value in a file, by JSON pointer (RFC 6901).
fn spans(text: &str) -> HashMap<String, Range<usize>> {
    let mut found = HashMap::new();
    if let Ok(table) = DeTable::parse(text) {
        members(table.get_ref(), &mut String::new(), &mut found);
    }
    found
}

fn members(table: &DeTable<'_>, path: &mut String, found: &mut HashMap<String, Range<usize>>) {
    for (key, value) in table.iter() {
        step(&key.get_ref().replace('~', "~0").replace('/', "~1"), value, path, found);
    }
}

fn step(
    segment: &str,
    value: &Spanned<DeValue<'_>>,
    path: &mut String,
    found: &mut HashMap<String, Range<usize>>,
) {
    let before = path.len();
    path.push('/');
    path.push_str(segment);
    found.insert(path.clone(), value.span());
    match value.get_ref() {
        DeValue::Table(table) => members(table, path, found),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                step(&index.to_string(), item, path, found);
            }
        }
        _ => {}
    }
    path.truncate(before);
}
