//! One field against what a rule says of it.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;

use super::pattern::Texts;
use super::value::{Fields, Value};

/// A number of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    pub(super) fn read(text: &str) -> Option<Number> {
        let float =
            |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Float);
        text.parse().map(Number::Integer).ok().or_else(|| float(text))
    }

    #[expect(clippy::cast_precision_loss, reason = "compared with what is no whole number")]
    fn compared(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Integer(one), Number::Integer(two)) => Some(one.cmp(&two)),
            (Number::Float(one), Number::Float(two)) => one.partial_cmp(&two),
            (Number::Integer(one), Number::Float(two)) => (one as f64).partial_cmp(&two),
            (Number::Float(one), Number::Integer(two)) => one.partial_cmp(&(two as f64)),
        }
    }

    fn of(value: &Value<'_>) -> Option<Number> {
        match value {
            Value::Integer(number) => Some(Number::Integer(*number)),
            Value::Float(number) => Some(Number::Float(*number)),
            Value::Text(text) => Number::read(text),
            _ => None,
        }
    }
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Less => ordering.is_lt(),
            Comparison::AtMost => ordering.is_le(),
            Comparison::More => ordering.is_gt(),
            Comparison::AtLeast => ordering.is_ge(),
        }
    }
}

/// What one value of a rule, or several of one sort, ask of a field.
#[derive(Debug)]
pub(super) enum Check {
    /// The field is not there, or `null`.
    Null,
    /// The field is there, be it `null`; or not.
    Exists(bool),
    /// One of these texts.
    Texts(Texts),
    /// A part of it is matched by this expression.
    Expression(Regex),
    /// A number that compares so with this one.
    Compared(Comparison, Number),
    /// An address in one of these networks.
    Networks(Vec<IpNet>),
    /// The same as this field; whether case matters.
    Field(Box<str>, bool),
}

impl Check {
    pub(super) fn holds(&self, value: Option<&Value<'_>>, event: &dyn Fields) -> bool {
        let text = |test: &dyn Fn(&str) -> bool| {
            value.is_some_and(|value| value.any(&mut |value| value.as_text().is_some_and(|text| test(&text))))
        };
        match self {
            Check::Null => matches!(value, None | Some(Value::Null)),
            Check::Exists(expected) => value.is_some() == *expected,
            Check::Texts(texts) => text(&|text| texts.is_met(text)),
            Check::Expression(expression) => text(&|text| expression.is_match(text)),
            Check::Compared(comparison, number) => value.is_some_and(|value| {
                value.any(&mut |value| {
                    let ordering = Number::of(value).and_then(|value| value.compared(*number));
                    ordering.is_some_and(|ordering| comparison.holds(ordering))
                })
            }),
            Check::Networks(networks) => text(&|text| {
                text.parse::<IpAddr>().is_ok_and(|address| {
                    let address = address.to_canonical();
                    networks.iter().any(|network| network.contains(&address))
                })
            }),
            Check::Field(name, is_cased) => {
                let Some(other) = event.get(name) else { return false };
                text(&|text| {
                    other.any(&mut |other| {
                        other.as_text().is_some_and(|other| is_same(text, &other, *is_cased))
                    })
                })
            }
        }
    }
}

fn is_same(one: &str, two: &str, is_cased: bool) -> bool {
    if is_cased || one == two {
        return one == two;
    }
    if one.is_ascii() && two.is_ascii() {
        return one.eq_ignore_ascii_case(two);
    }
    folded(one).eq(folded(two))
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// A field with its checks.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Box<str>,
    pub(super) checks: Vec<Check>,
    /// Whether all of the checks have to hold, and not one.
    pub(super) is_all: bool,
    /// Whether they must not.
    pub(super) is_negated: bool,
}

impl Field {
    pub(super) fn holds(&self, event: &dyn Fields) -> bool {
        let value = event.get(&self.name);
        let mut checks = self.checks.iter();
        let holds = if self.is_all {
            checks.all(|check| check.holds(value.as_ref(), event))
        } else {
            checks.any(|check| check.holds(value.as_ref(), event))
        };
        holds != self.is_negated
    }
}

/// A digest stands for the end of a text that is longer than is kept.
pub(super) fn kept(text: Cow<'_, str>) -> Box<str> {
    use sha2::{Digest as _, Sha256};
    if text.len() <= super::limits::VALUE {
        return text.into();
    }
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let end =
        (0..=super::limits::VALUE - hex.len()).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…{hex}", text.get(..end).unwrap_or_default()).into()
}
