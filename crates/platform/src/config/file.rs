//! The configuration file: TOML, every key known, every mistake with its place.

use std::fs::File;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::load::Found;
use super::mistake::{Mistake, Origin, SourceFile};
use super::nearest::nearest_key;
use super::setting::Setting;
use super::value::{Shape, Written};
use super::{SETTINGS, mask};

/// The longest configuration file that is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The longest secret that is read from a file of its own, in bytes.
const MAX_SECRET: u64 = 64 << 10;

/// What a configuration file says.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) found: Vec<(&'static Setting, Found)>,
    pub(crate) mistakes: Vec<Mistake>,
    /// Whether a secret stands in the file itself.
    pub(crate) holds_secret: bool,
}

/// A key of the file with what stands there.
enum Entry<'a> {
    Value(&'static Setting, &'a Spanned<DeValue<'a>>),
    Unknown(String, Range<usize>, &'a Spanned<DeValue<'a>>),
    NotASection(String, &'a Spanned<DeValue<'a>>),
}

/// Reads a configuration file. `chosen` is where its path came from.
pub(crate) fn read_file(path: &Path, chosen: Origin) -> Contents {
    match read_text(path, MAX_FILE) {
        Ok(text) => read(path, &text),
        Err(why) => Contents {
            mistakes: vec![Mistake::of(
                chosen,
                format!("the configuration file {} cannot be read: {why}", path.display()),
            )],
            ..Contents::default()
        },
    }
}

/// Reads what stands in a configuration file.
pub(crate) fn read(path: &Path, text: &str) -> Contents {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // Which values are secret cannot be known where the text is no TOML: whatever might be one is hidden.
        let source = Arc::new(SourceFile { path: path.to_owned(), text: mask::unparsed(text) });
        let mistakes = errors.iter().map(|error| match error.span() {
            Some(span) => Mistake::at(&source, span, error.message()),
            None => Mistake::of(Origin::File { path: path.to_owned(), line: 1 }, error.message()),
        });
        return Contents { mistakes: mistakes.collect(), ..Contents::default() };
    }
    let mut entries = Vec::new();
    walk("", table.get_ref(), &mut entries);
    let mut hidden = Vec::new();
    for entry in &entries {
        match entry {
            Entry::Value(setting, value) if setting.secret => mask::spans_of(value, &mut hidden),
            // Somebody may have mistyped the name of a secret.
            Entry::Unknown(_, _, value) | Entry::NotASection(_, value) => mask::spans_of(value, &mut hidden),
            Entry::Value(setting, value) => mask::spans_of_mistaken(setting, value, &mut hidden),
        }
    }
    let source = Arc::new(SourceFile { path: path.to_owned(), text: mask::masked(text, &hidden) });
    let mut contents = Contents::default();
    for entry in entries {
        match take(entry, &source, &mut contents.holds_secret) {
            Ok(found) => contents.found.push(found),
            Err(mistake) => contents.mistakes.push(mistake),
        }
    }
    contents
}

/// All leaves of the table, by their whole keys.
fn walk<'a>(prefix: &str, table: &'a DeTable<'a>, entries: &mut Vec<Entry<'a>>) {
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let full = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.key == full) {
            entries.push(Entry::Value(setting, value));
            continue;
        }
        let is_section = SETTINGS
            .iter()
            .any(|setting| setting.key.strip_prefix(full.as_str()).is_some_and(|rest| rest.starts_with('.')));
        match value.get_ref().as_table() {
            Some(inner) if is_section => walk(&full, inner, entries),
            None if is_section => entries.push(Entry::NotASection(full, value)),
            _ => entries.push(Entry::Unknown(full, key.span(), value)),
        }
    }
}

fn take(
    entry: Entry<'_>,
    source: &Arc<SourceFile>,
    holds_secret: &mut bool,
) -> Result<(&'static Setting, Found), Mistake> {
    match entry {
        Entry::Unknown(key, span, _) => {
            let help = match nearest_key(&key) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`casemate config reference` lists every setting".to_owned(),
            };
            Err(Mistake::at(source, span, format!("there is no setting `{key}`")).help(help))
        }
        Entry::NotASection(key, value) => {
            let message = format!("`{key}` is a section, and here stands {}", named(value.get_ref()));
            Err(Mistake::at(source, value.span(), message)
                .help(format!("write `[{key}]` and its settings below")))
        }
        Entry::Value(setting, value) => {
            let folder = source.path.parent().unwrap_or(Path::new(""));
            let span = value.span();
            let origin = Origin::File { path: source.path.clone(), line: source.line(span.start) };
            let place = Some((Arc::clone(source), span.clone()));
            if setting.secret
                && let Some(table) = value.get_ref().as_table()
            {
                let file = secret_path(setting, table, folder)
                    .ok_or_else(|| Mistake::at(source, span.clone(), secret_expected(setting)))?;
                let text = read_secret(&file).map_err(|why| {
                    let message =
                        format!("the file {} for `{}` cannot be read: {why}", file.display(), setting.key);
                    Mistake::at(source, span, message)
                })?;
                return Ok((setting, Found { written: Written::One(text), origin, place, file: Some(file) }));
            }
            *holds_secret |= setting.secret;
            let written = written(setting.shape, value.get_ref(), folder).ok_or_else(|| {
                let message = if setting.secret {
                    secret_expected(setting)
                } else {
                    let found = named(value.get_ref());
                    format!("`{}` is {}; here stands {found}", setting.key, setting.expected())
                };
                Mistake::at(source, span, message)
            })?;
            Ok((setting, Found { written, origin, place, file: None }))
        }
    }
}

fn secret_expected(setting: &Setting) -> String {
    format!(
        "`{}` is {}, or `{{ file = \"PATH\" }}` for a file that holds it",
        setting.key,
        setting.expected()
    )
}

/// The path in `{ file = "PATH" }`.
fn secret_path(setting: &Setting, table: &DeTable<'_>, folder: &Path) -> Option<PathBuf> {
    debug_assert!(setting.secret);
    let mut members = table.iter();
    let (Some((key, value)), None) = (members.next(), members.next()) else { return None };
    let path = value.get_ref().as_str().filter(|path| !path.is_empty())?;
    (key.get_ref().as_ref() == "file").then(|| folder.join(path))
}

/// What stands in a file that holds nothing but a secret, without the end of its line.
pub(crate) fn read_secret(path: &Path) -> Result<String, String> {
    let text = read_text(path, MAX_SECRET)?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn read_text(path: &Path, most: u64) -> Result<String, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(most + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > most { Err(format!("it is longer than {most} bytes")) } else { Ok(text) }
}

fn written(shape: Shape, value: &DeValue<'_>, folder: &Path) -> Option<Written> {
    match (shape, value) {
        (Shape::List(item), DeValue::Array(items)) => {
            let texts = items.iter().map(|value| text(*item, value.get_ref(), folder));
            texts.collect::<Option<Vec<_>>>().map(Written::Many)
        }
        (Shape::List(_), _) => None,
        (shape, value) => text(shape, value, folder).map(Written::One),
    }
}

fn text(shape: Shape, value: &DeValue<'_>, folder: &Path) -> Option<String> {
    match (shape, value) {
        (Shape::Text, DeValue::String(text)) => Some(text.to_string()),
        (Shape::Path, DeValue::String(text)) if text.is_empty() => Some(String::new()),
        (Shape::Path, DeValue::String(text)) => folder.join(text.as_ref()).to_str().map(str::to_owned),
        (Shape::Integer, DeValue::Integer(number)) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        (Shape::Decimal, DeValue::Float(number)) => Some(number.as_str().to_owned()),
        (Shape::Decimal, DeValue::Integer(number)) => Some(number.as_str().to_owned()),
        (Shape::Boolean, DeValue::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}

fn named(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a number with decimals",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
