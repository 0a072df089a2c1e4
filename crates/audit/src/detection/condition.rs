//! The condition of a rule: `and`, `or`, `not`, brackets, `1 of x*`, `all of them`.

use super::error::{Place, RuleError, shown};
use super::limits;
use super::pattern::{Pattern, Piece};

/// A condition over search identifiers, which are told by their position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Of(usize),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

impl Condition {
    pub(super) fn holds(&self, holds: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Condition::Of(selection) => holds(*selection),
            Condition::Not(inner) => !inner.holds(holds),
            Condition::All(parts) => parts.iter().all(|part| part.holds(holds)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(holds)),
        }
    }

    /// Reads a condition over search identifiers with these names.
    pub(super) fn read(text: &str, names: &[&str], place: Place) -> Result<Condition, RuleError> {
        let tokens = tokens(text, place)?;
        let mut reader = Reader { tokens: &tokens, names, place, depth: 0, terms: 0 };
        let condition = reader.any()?;
        match reader.tokens {
            [] => Ok(condition),
            [token, ..] => Err(reader.unexpected(token)),
        }
    }
}

fn tokens(text: &str, place: Place) -> Result<Vec<&str>, RuleError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |one: char| one.is_alphanumeric() || matches!(one, '_' | '-' | '*' | '.');
        let end = match first {
            '(' | ')' => 1,
            '|' => {
                return Err(place.error(
                    "the condition has a `|`",
                    "say counts and windows in a correlation rule (`type: event_count`) behind this one",
                ));
            }
            one if is_word(one) => rest.find(|one| !is_word(one)).unwrap_or(rest.len()),
            other => {
                let what = format!("the condition has `{other}`");
                return Err(
                    place.error(what, "use names of search identifiers, and, or, not, of and brackets")
                );
            }
        };
        let (token, behind) = rest.split_at(end);
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

struct Reader<'t> {
    tokens: &'t [&'t str],
    names: &'t [&'t str],
    place: Place,
    depth: usize,
    terms: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn next_is(&mut self, word: &str) -> bool {
        let is = self.tokens.first().is_some_and(|token| token.eq_ignore_ascii_case(word));
        if is {
            self.next();
        }
        is
    }

    fn unexpected(&self, token: &str) -> RuleError {
        let what = format!("the condition has `{}` where nothing more belongs", shown(token));
        self.place.error(what, "put `and` or `or` between two search identifiers")
    }

    fn any(&mut self) -> Result<Condition, RuleError> {
        let mut parts = vec![self.all()?];
        while self.next_is("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Result<Condition, RuleError> {
        let mut parts = vec![self.not()?];
        while self.next_is("and") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn not(&mut self) -> Result<Condition, RuleError> {
        let mut is_negated = false;
        while self.next_is("not") {
            is_negated = !is_negated;
        }
        let one = self.one()?;
        Ok(if is_negated { Condition::Not(Box::new(one)) } else { one })
    }

    fn one(&mut self) -> Result<Condition, RuleError> {
        let Some(token) = self.next() else {
            return Err(self.place.error("the condition ends too early", "name a search identifier there"));
        };
        if token == "(" {
            self.depth += 1;
            if self.depth > limits::BRACKETS {
                let cure = format!("stay within {}", limits::BRACKETS);
                return Err(self.place.error("brackets of the condition are too deep in each other", cure));
            }
            let inner = self.any()?;
            if !self.next_is(")") {
                return Err(self.place.error("a bracket of the condition is not closed", "close it"));
            }
            self.depth -= 1;
            return Ok(inner);
        }
        let is_of = self.tokens.first().is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if is_of {
            self.next();
            return self.of(token);
        }
        self.named(token)
    }

    fn of(&mut self, quantity: &str) -> Result<Condition, RuleError> {
        let is_all = match quantity {
            "1" | "any" => false,
            all if all.eq_ignore_ascii_case("all") => true,
            other => {
                let what = format!("the condition has `{} of`", shown(other));
                return Err(self.place.error(what, "write `1 of` or `all of`"));
            }
        };
        let pattern = self.next().unwrap_or_default();
        let is_them = pattern.eq_ignore_ascii_case("them");
        let matches = |name: &str| {
            if is_them { !name.starts_with('_') } else { is_matched(&Pattern::read(pattern).0, name) }
        };
        let of: Vec<Condition> = (0..)
            .zip(self.names)
            .filter(|(_, name)| matches(name))
            .map(|(index, _)| Condition::Of(index))
            .collect();
        if of.is_empty() {
            let what =
                format!("no search identifier is meant by `{} of {}`", shown(quantity), shown(pattern));
            return Err(self
                .place
                .error(what, "name search identifiers that are there, as in `1 of selection*`"));
        }
        self.charge(of.len())?;
        Ok(one_or(of, if is_all { Condition::All } else { Condition::Any }))
    }

    fn named(&mut self, name: &str) -> Result<Condition, RuleError> {
        self.charge(1)?;
        match self.names.iter().position(|known| *known == name) {
            Some(index) => Ok(Condition::Of(index)),
            None => {
                let what = format!("the condition names `{}`, which is no search identifier", shown(name));
                let known = if self.names.is_empty() { "none".to_owned() } else { self.names.join(", ") };
                Err(self.place.error(what, format!("there is: {known}")))
            }
        }
    }

    fn charge(&mut self, terms: usize) -> Result<(), RuleError> {
        self.terms += terms;
        if self.terms > limits::TERMS {
            let cure = format!("stay within {} terms", limits::TERMS);
            return Err(self.place.error("the condition is too long", cure));
        }
        Ok(())
    }
}

fn one_or(mut parts: Vec<Condition>, several: fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            parts.extend(last);
            several(parts)
        }
    }
}

/// Whether a name is what a pattern with `*` means.
fn is_matched(pattern: &[Piece], name: &str) -> bool {
    match pattern {
        [] => name.is_empty(),
        [Piece::Text(text), rest @ ..] => {
            name.strip_prefix(text.as_str()).is_some_and(|name| is_matched(rest, name))
        }
        [Piece::Many] => true,
        [Piece::Many, Piece::Text(text)] => name.ends_with(text.as_str()),
        // Another wildcard follows: the first place leaves most to what comes behind.
        [Piece::Many, Piece::Text(text), rest @ ..] => {
            name.split_once(text.as_str()).is_some_and(|(_, name)| is_matched(rest, name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["selection_a", "selection_b", "filter", "_hidden"];

    fn read(text: &str) -> Result<Condition, RuleError> {
        Condition::read(text, &NAMES, Place { line: 3, column: 5 })
    }

    /// Whether it holds where these search identifiers do.
    fn holds(text: &str, held: &[usize]) -> bool {
        read(text).unwrap().holds(&mut |index| held.contains(&index))
    }

    #[test]
    fn not_binds_before_and_and_and_before_or() {
        for (text, held, expected) in [
            ("filter or selection_a and selection_b", vec![2], true),
            ("(filter or selection_a) and selection_b", vec![2], false),
            ("not filter and selection_a", vec![0], true),
            ("not (filter and selection_a)", vec![0], true),
            ("not filter or selection_a", vec![2], false),
            ("not not filter", vec![2], true),
            ("1 of selection_*", vec![1], true),
            ("all of selection_*", vec![1], false),
            ("all of selection_* and not 1 of f*", vec![0, 1], true),
            ("1 of them", vec![3], false),
            ("all of them", vec![0, 1, 2], true),
            ("1 of *_*", vec![3], true),
            ("any of *_b", vec![1], true),
            ("SELECTION_A or filter", vec![2], true),
        ] {
            if text.starts_with("SELECTION") {
                assert!(read(text).is_err(), "names mind case");
            } else {
                assert_eq!(holds(text, &held), expected, "{text} {held:?}");
            }
        }
    }

    #[test]
    fn what_is_no_condition_is_refused_with_what_to_do() {
        for (text, said) in [
            ("", "ends too early"),
            ("filter and", "ends too early"),
            ("filter filter", "nothing more belongs"),
            ("(filter", "not closed"),
            ("filter)", "nothing more belongs"),
            ("other", "no search identifier; there is: selection_a"),
            ("2 of selection*", "`2 of`; write `1 of`"),
            ("1 of other*", "no search identifier is meant"),
            ("filter | count() > 5", "correlation rule"),
            ("filter && filter", "the condition has `&`"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(said) && error.starts_with("line 3, column 5: "), "{text}: {error}");
        }
        let deep = format!("{}filter{}", "(".repeat(40), ")".repeat(40));
        assert!(read(&deep).unwrap_err().to_string().contains("too deep"));
    }
}
