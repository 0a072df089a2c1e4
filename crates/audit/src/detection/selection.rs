//! Search identifiers: maps, lists, keywords, and the modifiers of fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use regex::RegexBuilder;

use super::check::{Check, Comparison, Field, Number};
use super::error::{Place, RuleError, shown};
use super::limits;
use super::pattern::{Pattern, Texts};
use super::value::{self, Fields};
use super::yaml::{Content, Entry, Node};

/// What a search identifier stands for.
#[derive(Debug)]
pub(super) enum Selection {
    /// All of these.
    All(Vec<Selection>),
    /// One of these.
    Any(Vec<Selection>),
    Field(Field),
    /// Texts that stand anywhere in the event: each of these.
    Keywords(Vec<Texts>),
}

impl Selection {
    pub(super) fn holds(&self, event: &dyn Fields) -> bool {
        match self {
            Selection::All(parts) => parts.iter().all(|part| part.holds(event)),
            Selection::Any(parts) => parts.iter().any(|part| part.holds(event)),
            Selection::Field(field) => field.holds(event),
            Selection::Keywords(all) => {
                all.iter().all(|texts| event.any_text(&mut |text| texts.is_met(text)))
            }
        }
    }

    /// Reads what stands under a search identifier. `expressions` says how many regular expressions are still to be had.
    pub(super) fn read(node: &Node, expressions: &mut usize) -> Result<Selection, RuleError> {
        match &node.content {
            Content::Map(entries) => {
                if entries.is_empty() {
                    return Err(node
                        .place
                        .error("a search identifier is empty", "write fields with values there"));
                }
                let fields = entries.iter().map(|entry| field(entry, expressions));
                Ok(Selection::All(fields.collect::<Result<_, _>>()?))
            }
            Content::List(nodes) => {
                let is_of_maps = nodes.iter().any(|node| matches!(node.content, Content::Map(_)));
                if is_of_maps {
                    let maps = nodes.iter().map(|node| match node.content {
                        Content::Map(_) => Selection::read(node, expressions),
                        _ => Err(node
                            .place
                            .error("a list has maps and texts", "make two search identifiers of it")),
                    });
                    return Ok(Selection::Any(maps.collect::<Result<_, _>>()?));
                }
                keywords(nodes, node.place, &[])
            }
            Content::Scalar(..) => keywords(std::slice::from_ref(node), node.place, &[]),
        }
    }
}

/// Texts that stand anywhere in the event.
fn keywords(nodes: &[Node], place: Place, modifiers: &[&str]) -> Result<Selection, RuleError> {
    let mut patterns = Vec::new();
    for node in nodes {
        let text = node.text("a keyword")?;
        if text.is_empty() {
            return Err(node.place.error("a keyword is empty", "write the text that is looked for"));
        }
        patterns.push(Pattern::read(text).open_before().open_behind());
    }
    if patterns.is_empty() {
        return Err(place.error("there are no keywords", "write at least one text"));
    }
    let (mut is_all, mut is_cased) = (false, false);
    for modifier in modifiers {
        match *modifier {
            "all" => is_all = true,
            "cased" => is_cased = true,
            other => {
                let what = format!("`{}` is no modifier of keywords", shown(other));
                return Err(place.error(what, "keywords take `all` and `cased`; name a field for others"));
            }
        }
    }
    let texts =
        |patterns: &[Pattern]| Texts::new(patterns, is_cased).map_err(|error| too_large(place, &error));
    let texts = if is_all {
        patterns.iter().map(|pattern| texts(std::slice::from_ref(pattern))).collect::<Result<_, _>>()?
    } else {
        vec![texts(&patterns)?]
    };
    Ok(Selection::Keywords(texts))
}

/// How the values of a field are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Texts,
    Expressions { ignores_case: bool, is_multi_line: bool, dot_matches_all: bool },
    Networks,
    Existence,
    Compared(Comparison),
    Reference,
}

/// Where a text may stand, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    OpenBefore,
    OpenBehind,
    Open,
    Base64,
    Base64Offset,
}

struct Modifiers {
    sort: Sort,
    changes: Vec<Change>,
    is_all: bool,
    is_cased: bool,
    is_negated: bool,
}

fn modifiers(names: &[&str], place: Place) -> Result<Modifiers, RuleError> {
    let mut read = Modifiers {
        sort: Sort::Texts,
        changes: Vec::new(),
        is_all: false,
        is_cased: false,
        is_negated: false,
    };
    for name in names {
        let sort = match *name {
            "contains" => Err(Change::Open),
            "startswith" => Err(Change::OpenBehind),
            "endswith" => Err(Change::OpenBefore),
            "base64" => Err(Change::Base64),
            "base64offset" => Err(Change::Base64Offset),
            "all" => {
                read.is_all = true;
                continue;
            }
            "cased" => {
                read.is_cased = true;
                continue;
            }
            "neq" => {
                read.is_negated = true;
                continue;
            }
            "i" | "m" | "s" => {
                let Sort::Expressions { ignores_case, is_multi_line, dot_matches_all } = &mut read.sort
                else {
                    let what = format!("`{name}` stands without `re` before it");
                    return Err(place.error(what, format!("write `|re|{name}`")));
                };
                match *name {
                    "i" => *ignores_case = true,
                    "m" => *is_multi_line = true,
                    _ => *dot_matches_all = true,
                }
                continue;
            }
            "re" => {
                Ok(Sort::Expressions { ignores_case: false, is_multi_line: false, dot_matches_all: false })
            }
            "cidr" => Ok(Sort::Networks),
            "exists" => Ok(Sort::Existence),
            "lt" => Ok(Sort::Compared(Comparison::Less)),
            "lte" => Ok(Sort::Compared(Comparison::AtMost)),
            "gt" => Ok(Sort::Compared(Comparison::More)),
            "gte" => Ok(Sort::Compared(Comparison::AtLeast)),
            "fieldref" => Ok(Sort::Reference),
            other => {
                return Err(
                    place.error(format!("the modifier `{}` is not supported", shown(other)), cure(other))
                );
            }
        };
        match sort {
            Ok(sort) if read.sort == Sort::Texts && read.changes.is_empty() => read.sort = sort,
            Err(change) if read.sort == Sort::Texts => read.changes.push(change),
            _ => {
                let what = format!("`{name}` does not go with the modifiers before it");
                return Err(place.error(what, "write it of another field or in another selection"));
            }
        }
    }
    let takes_case = matches!(read.sort, Sort::Texts | Sort::Reference);
    if read.is_cased && !takes_case {
        return Err(place.error(
            "`cased` does not go with this modifier",
            "leave it away; `re` minds case unless `|re|i` is told",
        ));
    }
    Ok(read)
}

fn cure(modifier: &str) -> &'static str {
    match modifier {
        "expand" => "write the values out: there are no placeholders here",
        "windash" => "list the texts with each dash",
        "wide" | "utf16" | "utf16le" | "utf16be" => "leave it away: texts of events are UTF-8",
        "minute" | "hour" | "day" | "week" | "month" | "year" => {
            "leave it away: rules do not ask for the time of day or year"
        }
        _ => {
            "use contains, startswith, endswith, all, cased, neq, re (i, m, s), cidr, exists, lt, lte, gt, gte, fieldref, base64 or base64offset"
        }
    }
}

fn field(entry: &Entry, expressions: &mut usize) -> Result<Selection, RuleError> {
    let mut parts = entry.key.split('|');
    let name = parts.next().unwrap_or_default();
    let names: Vec<&str> = parts.collect();
    let nodes = match &entry.value.content {
        Content::List(nodes) => nodes.as_slice(),
        Content::Scalar(..) => std::slice::from_ref(&entry.value),
        Content::Map(_) => {
            return Err(entry
                .value
                .place
                .error("a field has a map as its value", "name the member: `after.login: ada`"));
        }
    };
    if name.is_empty() {
        return keywords(nodes, entry.place, &names);
    }
    if !value::is_field(name) {
        return Err(unknown_field(name, entry.place));
    }
    if nodes.is_empty() {
        return Err(entry.value.place.error("a field has an empty list", "write at least one value"));
    }
    let modifiers = modifiers(&names, entry.place)?;
    if modifiers.is_all && nodes.len() < 2 {
        return Err(entry
            .place
            .error("`all` stands before a single value", "leave `all` away, or list several values"));
    }
    let checks = match modifiers.sort {
        Sort::Texts => texts(nodes, &modifiers)?,
        sort => {
            nodes.iter().map(|node| other(node, sort, &modifiers, expressions)).collect::<Result<_, _>>()?
        }
    };
    let Modifiers { is_all, is_negated, .. } = modifiers;
    Ok(Selection::Field(Field { name: name.into(), checks, is_all, is_negated }))
}

pub(super) fn unknown_field(name: &str, place: Place) -> RuleError {
    let what = format!("no event has the field `{}`", shown(name));
    place.error(
        what,
        format!("use {}, or a member of before or after as in `after.login`", value::FIELDS.join(", ")),
    )
}

/// The checks of texts and `null`.
fn texts(nodes: &[Node], modifiers: &Modifiers) -> Result<Vec<Check>, RuleError> {
    let (mut checks, mut patterns) = (Vec::new(), Vec::new());
    let place = nodes.first().map(|node| node.place).unwrap_or_default();
    let compiled = |patterns: &[Pattern], place: Place| {
        Texts::new(patterns, modifiers.is_cased).map(Check::Texts).map_err(|error| too_large(place, &error))
    };
    for node in nodes {
        if node.is_null() {
            if !modifiers.changes.is_empty() || modifiers.is_cased {
                return Err(node
                    .place
                    .error("`null` has no text", "write `null` of the field without modifiers"));
            }
            checks.push(Check::Null);
            continue;
        }
        let text = node.text("the value of a field")?;
        if text.is_empty() && !modifiers.changes.is_empty() {
            return Err(node.place.error(
                "an empty text is part of every text",
                "write some text, or leave the modifier away",
            ));
        }
        let of_value = changed(text, &modifiers.changes);
        if modifiers.is_all {
            checks.push(compiled(&of_value, node.place)?);
        } else {
            patterns.extend(of_value);
        }
    }
    if !patterns.is_empty() {
        checks.push(compiled(&patterns, place)?);
    }
    Ok(checks)
}

/// The patterns of a value, of which one has to be met.
fn changed(written: &str, changes: &[Change]) -> Vec<Pattern> {
    let mut patterns = vec![Pattern::read(written)];
    for change in changes {
        let plain = |pattern: &Pattern| pattern.plain().map_or_else(|| written.to_owned(), str::to_owned);
        patterns = patterns
            .into_iter()
            .flat_map(|pattern| match change {
                Change::Open => vec![pattern.open_before().open_behind()],
                Change::OpenBehind => vec![pattern.open_behind()],
                Change::OpenBefore => vec![pattern.open_before()],
                Change::Base64 => vec![Pattern::literal(STANDARD.encode(plain(&pattern)))],
                Change::Base64Offset => offsets(plain(&pattern).as_bytes()).map(Pattern::literal).to_vec(),
            })
            .collect();
    }
    patterns
}

/// How a text looks in base64 when 0, 1 or 2 bytes stand before it, without the characters that depend on what stands around it.
fn offsets(text: &[u8]) -> [String; 3] {
    [0_usize, 1, 2].map(|before| {
        let mut bytes = vec![b' '; before];
        bytes.extend_from_slice(text);
        let encoded = STANDARD.encode(&bytes);
        let start = [0, 2, 3].get(before).copied().unwrap_or_default();
        let end = encoded.len().saturating_sub([0, 3, 2].get(bytes.len() % 3).copied().unwrap_or_default());
        encoded.get(start..end).unwrap_or_default().to_owned()
    })
}

/// The check of a value that is no text.
fn other(
    node: &Node,
    sort: Sort,
    modifiers: &Modifiers,
    expressions: &mut usize,
) -> Result<Check, RuleError> {
    let place = node.place;
    match sort {
        Sort::Existence => Ok(Check::Exists(node.boolean("the value of `exists`")?)),
        Sort::Compared(comparison) => {
            let text = node.text("the value of a comparison")?;
            let number = Number::read(text)
                .ok_or_else(|| place.error(format!("`{}` is no number", shown(text)), "write a number"))?;
            Ok(Check::Compared(comparison, number))
        }
        Sort::Networks => {
            let text = node.text("the value of `cidr`")?;
            let network: IpNet = text.parse().map_err(|_| {
                place.error(
                    format!("`{}` is no network", shown(text)),
                    "write one as 192.0.2.0/24 or 2001:db8::/32",
                )
            })?;
            Ok(Check::Networks(vec![network]))
        }
        Sort::Reference => {
            let name = node.text("the value of `fieldref`")?;
            if !value::is_field(name) {
                return Err(unknown_field(name, place));
            }
            Ok(Check::Field(name.into(), modifiers.is_cased))
        }
        Sort::Expressions { ignores_case, is_multi_line, dot_matches_all } => {
            let text = node.text("a regular expression")?;
            if text.len() > limits::EXPRESSION {
                let cure = format!("write at most {} bytes", limits::EXPRESSION);
                return Err(place.error("a regular expression is too long", cure));
            }
            *expressions = expressions.checked_sub(1).ok_or_else(|| {
                let cure = format!("write at most {}; join some with `|`", limits::EXPRESSIONS);
                place.error("there are too many regular expressions", cure)
            })?;
            let built = RegexBuilder::new(text)
                .case_insensitive(ignores_case)
                .multi_line(is_multi_line)
                .dot_matches_new_line(dot_matches_all)
                .size_limit(limits::COMPILED)
                .dfa_size_limit(limits::COMPILED)
                .nest_limit(64)
                .build();
            built.map(Check::Expression).map_err(|error| expression_error(place, &error))
        }
        Sort::Texts => Err(place.error("the value is no text", "write a text")),
    }
}

fn expression_error(place: Place, error: &regex::Error) -> RuleError {
    let why = match error {
        regex::Error::CompiledTooBig(_) => "it takes too much memory".to_owned(),
        other => other.to_string().lines().last().unwrap_or_default().trim().to_owned(),
    };
    let cure = "write it without look-around and back references, and with small counts in braces";
    place.error(format!("a regular expression is not taken: {}", shown(&why)), cure)
}

fn too_large(place: Place, _: &regex::Error) -> RuleError {
    place.error("the texts are too many or too long together", "make several rules of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_with_offsets_is_what_stands_in_any_encoding_of_a_text_around_it() {
        for text in ["a", "ab", "abc", "foobar", "http://"] {
            let offsets = offsets(text.as_bytes());
            for before in 0..6 {
                for behind in 0..4 {
                    let whole =
                        STANDARD.encode(format!("{}{text}{}", "x".repeat(before), "y".repeat(behind)));
                    let expected = offsets.get(before % 3).unwrap();
                    assert!(
                        whole.contains(expected.as_str()),
                        "{text} {before} {behind}: {expected} in {whole}"
                    );
                }
            }
        }
        assert_eq!(offsets(b"foobar"), ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
    }
}
