//! Filters and the paths of patches, read with their attributes.

use super::operand::Literal;
use super::token::{Token, tokens};
use super::{Comparison, Filter, MAX_DEPTH, MAX_FILTER_BYTES, MAX_TERMS, Operand, invalid};
use crate::error::{ScimError, ScimType};
use crate::path::{Named, Target};
use crate::resource_type::ResourceType;
use crate::schema::{Attribute, Kind};

/// What becomes of names that there are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    Refused,
    HasNoValue,
}

/// The path of a patch's operation (RFC 7644, section 3.5.2).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PatchPath {
    pub(crate) named: Named,
    /// Which values, where not all.
    pub(crate) filter: Option<Filter>,
}

/// A whole filter.
pub(super) fn filter(kind: ResourceType, text: &str, unknown: Unknown) -> Result<Filter, ScimError> {
    let mut parser = Parser::new(kind, text, unknown)?;
    let filter = parser.any(0)?;
    match parser.next() {
        None => Ok(filter),
        Some((at, _)) => Err(invalid(format!("the filter goes on at byte {at} where it should end"))),
    }
}

/// A whole path.
pub(crate) fn patch_path(kind: ResourceType, text: &str) -> Result<PatchPath, ScimError> {
    read_path(kind, text).map_err(|error| {
        let kind =
            if error.kind == Some(ScimType::TooMany) { ScimType::TooMany } else { ScimType::InvalidPath };
        ScimError::new(kind, format!("the path `{}`: {}", shortened(text), error.detail))
    })
}

fn read_path(kind: ResourceType, text: &str) -> Result<PatchPath, ScimError> {
    let mut parser = Parser::new(kind, text, Unknown::Refused)?;
    let Some((_, Token::Word(name))) = parser.next() else {
        return Err(invalid("it begins with the name of an attribute"));
    };
    let named = Named::find(kind, &name).ok_or_else(|| no_attribute(kind, &name))?;
    let (Named::Attribute(target), Some(Token::OpenValues)) = (named, parser.peek()) else {
        return match parser.next() {
            None => Ok(PatchPath { named, filter: None }),
            Some(_) => Err(invalid("it goes on where it should end")),
        };
    };
    let filter = parser.values(target, 0)?;
    let part = match parser.next() {
        None => None,
        Some((_, Token::Word(word))) => {
            let part = word.strip_prefix('.').and_then(|part| target.attribute.part(part));
            Some(part.ok_or_else(|| invalid(format!("`{}` has no `{word}`", target.attribute.name)))?)
        }
        Some(_) => return Err(invalid("it goes on where it should end")),
    };
    if parser.next().is_some() {
        return Err(invalid("it goes on where it should end"));
    }
    Ok(PatchPath { named: Named::Attribute(Target { part, ..target }), filter: Some(filter) })
}

struct Parser {
    kind: ResourceType,
    unknown: Unknown,
    tokens: std::iter::Peekable<std::vec::IntoIter<(usize, Token)>>,
    terms: usize,
    /// The attribute whose values are looked at, inside brackets.
    within: Option<&'static Attribute>,
    is_within_unknown: bool,
    length: usize,
}

impl Parser {
    fn new(kind: ResourceType, text: &str, unknown: Unknown) -> Result<Parser, ScimError> {
        if text.len() > MAX_FILTER_BYTES {
            return Err(invalid(format!("it is {} bytes long, and at most {MAX_FILTER_BYTES}", text.len())));
        }
        let tokens = tokens(text)?.into_iter().peekable();
        let length = text.len();
        Ok(Parser { kind, unknown, tokens, terms: 0, within: None, is_within_unknown: false, length })
    }

    fn next(&mut self) -> Option<(usize, Token)> {
        self.tokens.next()
    }

    fn peek(&mut self) -> Option<&Token> {
        self.tokens.peek().map(|(_, token)| token)
    }

    fn at(&mut self) -> usize {
        self.tokens.peek().map_or(self.length, |(at, _)| *at)
    }

    /// Takes this word, in whatever case, where it comes next.
    fn take(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        if is_it {
            self.next();
        }
        is_it
    }

    fn expect(&mut self, token: &Token, sign: &str) -> Result<(), ScimError> {
        let at = self.at();
        match self.next() {
            Some((_, next)) if next == *token => Ok(()),
            _ => Err(invalid(format!("`{sign}` is missing at byte {at}"))),
        }
    }

    fn any(&mut self, depth: usize) -> Result<Filter, ScimError> {
        let first = self.all(depth)?;
        let mut filters = vec![first];
        while self.take("or") {
            filters.push(self.all(depth)?);
        }
        Ok(single_or(filters, Filter::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Filter, ScimError> {
        let first = self.term(depth)?;
        let mut filters = vec![first];
        while self.take("and") {
            filters.push(self.term(depth)?);
        }
        Ok(single_or(filters, Filter::All))
    }

    fn term(&mut self, depth: usize) -> Result<Filter, ScimError> {
        if depth > MAX_DEPTH {
            return Err(invalid(format!("brackets nest deeper than {MAX_DEPTH}")));
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(invalid(format!(
                "there are more than {MAX_TERMS} comparisons: ask in several requests"
            )));
        }
        let at = self.at();
        match self.next() {
            Some((_, Token::Open)) => self.bracketed(depth),
            Some((_, Token::Word(word)))
                if word.eq_ignore_ascii_case("not") && self.peek() == Some(&Token::Open) =>
            {
                self.next();
                Ok(Filter::Not(Box::new(self.bracketed(depth)?)))
            }
            Some((_, Token::Word(name))) => self.expression(&name, depth),
            _ => Err(invalid(format!("the name of an attribute is missing at byte {at}"))),
        }
    }

    fn bracketed(&mut self, depth: usize) -> Result<Filter, ScimError> {
        let filter = self.any(depth + 1)?;
        self.expect(&Token::Close, ")")?;
        Ok(filter)
    }

    fn expression(&mut self, name: &str, depth: usize) -> Result<Filter, ScimError> {
        let target = self.target(name)?;
        if self.peek() == Some(&Token::OpenValues) {
            return match target {
                Some(target) => Ok(Filter::Values(Some(target), Box::new(self.values(target, depth)?))),
                None => self.unknown_values(depth),
            };
        }
        let at = self.at();
        let Some((_, Token::Word(word))) = self.next() else {
            return Err(invalid(format!("an operator such as eq is missing at byte {at}")));
        };
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(target));
        }
        let comparison = Comparison::of(&word).ok_or_else(|| {
            invalid(format!(
                "`{word}` at byte {at} is no operator: eq, ne, co, sw, ew, pr, gt, ge, lt and le are"
            ))
        })?;
        let at = self.at();
        let literal = match self.next() {
            Some((_, Token::Text(text))) => Literal::Text(text),
            Some((_, Token::Word(word))) => Literal::Word(word),
            _ => return Err(invalid(format!("a value such as \"text\" or true is missing at byte {at}"))),
        };
        let Some(target) = target.map(comparable) else {
            return Ok(Filter::Compare(None, comparison, Operand::Null));
        };
        let operand = Operand::of(target.leaf(), comparison, literal)?;
        Ok(Filter::Compare(Some(target), comparison, operand))
    }

    /// The attribute of a name; nothing where there is none and that means that it has no value.
    fn target(&self, name: &str) -> Result<Option<Target>, ScimError> {
        if self.is_within_unknown {
            return Ok(None);
        }
        if let Some(attribute) = self.within {
            let part = attribute.part(name);
            let part = part.ok_or_else(|| invalid(format!("`{}` has no `{name}`", attribute.name)))?;
            return Ok(Some(Target::of_part(part)));
        }
        match (Target::find(self.kind, name), self.unknown) {
            (None, Unknown::Refused) => Err(no_attribute(self.kind, name)),
            (target, _) => Ok(target),
        }
    }

    /// `[…]` behind an attribute.
    fn values(&mut self, target: Target, depth: usize) -> Result<Filter, ScimError> {
        let name = target.attribute.name;
        if self.within.is_some() || target.part.is_some() || target.attribute.kind != Kind::Complex {
            return Err(invalid(format!("`[` cannot stand behind `{name}`, which has no parts there")));
        }
        self.within = Some(target.attribute);
        let filter = self.in_values(depth)?;
        self.within = None;
        Ok(filter)
    }

    fn unknown_values(&mut self, depth: usize) -> Result<Filter, ScimError> {
        if self.is_within_unknown || self.within.is_some() {
            return Err(invalid("`[` cannot stand within `[`"));
        }
        self.is_within_unknown = true;
        let filter = self.in_values(depth)?;
        self.is_within_unknown = false;
        Ok(Filter::Values(None, Box::new(filter)))
    }

    fn in_values(&mut self, depth: usize) -> Result<Filter, ScimError> {
        self.expect(&Token::OpenValues, "[")?;
        let filter = self.any(depth + 1)?;
        self.expect(&Token::CloseValues, "]")?;
        Ok(filter)
    }
}

fn single_or(mut filters: Vec<Filter>, of: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    match (filters.pop(), filters.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            filters.push(last);
            of(filters)
        }
        (None, _) => of(filters),
    }
}

/// `emails eq "…"` compares the values of e-mail addresses.
fn comparable(target: Target) -> Target {
    if target.part.is_none() && target.attribute.kind == Kind::Complex {
        return Target { part: target.attribute.part("value"), ..target };
    }
    target
}

fn no_attribute(kind: ResourceType, name: &str) -> ScimError {
    invalid(format!("a {} has no attribute `{}`; /Schemas says which it has", kind.name(), shortened(name)))
}

fn shortened(text: &str) -> String {
    text.chars().take(100).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
