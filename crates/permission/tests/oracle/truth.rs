//! What an expression is worth: a value, an error, or unknown as long as something of the resource was not supplied.

use std::cmp::Ordering;

use super::expression::{Comparison, Expression, Kind, Path, TextTest, Type};
use super::json::Json;
use super::policy::{Request, Supplied};
use super::times;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Worth {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Time(i64),
    Span(i64),
    List(Vec<Worth>),
    /// The names of an object's members that are not null.
    Map(Vec<String>),
    /// A null inside of data.
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Error,
    Unknown,
}

pub(crate) type Outcome<T> = Result<T, Stop>;

/// What an expression is evaluated over.
pub(crate) struct World<'w> {
    pub(crate) request: &'w Request,
    pub(crate) attributes: &'w [(&'static str, Type)],
    /// The property's value as its declared type reads it.
    pub(crate) value: Worth,
}

impl World<'_> {
    pub(crate) fn truth(&self, expression: &Expression) -> Outcome<bool> {
        self.bool(expression, &[])
    }

    fn bool(&self, expression: &Expression, elements: &[Worth]) -> Outcome<bool> {
        match self.worth(expression, elements)? {
            Worth::Bool(truth) => Ok(truth),
            _ => Err(Stop::Error),
        }
    }

    /// Both, or the error of either, or else unknown.
    fn two(&self, sides: &[Expression; 2], elements: &[Worth]) -> Outcome<(Worth, Worth)> {
        let both = self.many(sides, elements)?;
        let [left, right] = both.try_into().expect("two");
        Ok((left, right))
    }

    fn many(&self, expressions: &[Expression], elements: &[Worth]) -> Outcome<Vec<Worth>> {
        let worths: Vec<Outcome<Worth>> =
            expressions.iter().map(|expression| self.worth(expression, elements)).collect();
        if worths.contains(&Err(Stop::Error)) {
            return Err(Stop::Error);
        }
        worths.into_iter().collect()
    }

    fn worth(&self, expression: &Expression, elements: &[Worth]) -> Outcome<Worth> {
        Ok(match expression {
            Expression::Bool(truth) => Worth::Bool(*truth),
            Expression::Int(int) => Worth::Int(*int),
            Expression::Double(double) => Worth::Double(*double),
            Expression::Text(text) => Worth::Text(text.clone()),
            Expression::Time(micros) => Worth::Time(*micros),
            Expression::Span(micros) => Worth::Span(*micros),
            Expression::List(items) => Worth::List(self.many(items, elements)?),
            Expression::Path(path) => self.path(path)?.ok_or(Stop::Error)?,
            Expression::Element(out) => match &elements[elements.len() - 1 - out] {
                Worth::Null => return Err(Stop::Error),
                worth => worth.clone(),
            },
            Expression::Has(path) => Worth::Bool(self.path(path)?.is_some()),
            Expression::ClaimIsThere(name) => {
                Worth::Bool(Json::Map(self.request.claims.clone()).member(name).is_some())
            }
            Expression::Not(inner) => Worth::Bool(!self.bool(inner, elements)?),
            Expression::And(sides) => Worth::Bool(all(sides.iter().map(|side| self.bool(side, elements)))?),
            Expression::Or(sides) => Worth::Bool(any(sides.iter().map(|side| self.bool(side, elements)))?),
            Expression::Choose(parts) => {
                let chosen = if self.bool(&parts[0], elements)? { &parts[1] } else { &parts[2] };
                self.worth(chosen, elements)?
            }
            Expression::Compare(comparison, sides) => {
                let (left, right) = self.two(sides, elements)?;
                Worth::Bool(compare(*comparison, &left, &right)?)
            }
            Expression::Plus(sides) => {
                let (left, right) = self.two(sides, elements)?;
                plus(&left, &right, 1)?
            }
            Expression::Minus(sides) => {
                let (left, right) = self.two(sides, elements)?;
                plus(&left, &right, -1)?
            }
            Expression::In(sides) => {
                let (item, list) = self.two(sides, elements)?;
                Worth::Bool(match (list, &item) {
                    (Worth::List(list), item) => any(list.iter().map(|other| equal(item, other)))?,
                    (Worth::Map(names), Worth::Text(name)) => names.contains(name),
                    _ => return Err(Stop::Error),
                })
            }
            Expression::Size(inner) => Worth::Int(match self.worth(inner, elements)? {
                Worth::Text(text) => text.chars().count() as i64,
                Worth::List(list) => list.len() as i64,
                Worth::Map(names) => names.len() as i64,
                _ => return Err(Stop::Error),
            }),
            Expression::Tests(test, sides) => {
                let (Worth::Text(text), Worth::Text(part)) = self.two(sides, elements)? else {
                    return Err(Stop::Error);
                };
                let mut places = (0..=text.len()).filter(|at| text[..].is_char_boundary(*at));
                Worth::Bool(match test {
                    TextTest::Starts => {
                        text.len() >= part.len() && text.as_bytes()[..part.len()] == *part.as_bytes()
                    }
                    TextTest::Ends => text.strip_suffix(&*part).is_some(),
                    TextTest::Contains => places.any(|at| text[at..].strip_prefix(&*part).is_some()),
                })
            }
            Expression::Within(address, network) => {
                let Worth::Text(address) = self.worth(address, elements)? else { return Err(Stop::Error) };
                Worth::Bool(within(&address, network)?)
            }
            Expression::Exists(sides) => Worth::Bool(any(self.each(sides, elements)?.into_iter())?),
            Expression::All(sides) => Worth::Bool(all(self.each(sides, elements)?.into_iter())?),
        })
    }

    /// The body's truth for each element of the range.
    fn each(&self, sides: &[Expression; 2], elements: &[Worth]) -> Outcome<Vec<Outcome<bool>>> {
        let Worth::List(list) = self.worth(&sides[0], elements)? else { return Err(Stop::Error) };
        Ok(list
            .into_iter()
            .map(|element| {
                let mut inner = elements.to_vec();
                inner.push(element);
                self.bool(&sides[1], &inner)
            })
            .collect())
    }

    /// What is at a path; nothing where it is missing.
    fn path(&self, path: &Path) -> Outcome<Option<Worth>> {
        let member = |name: &str| match name {
            "id" if self.request.identity_type == "anonymous" => None,
            "id" => Some(Worth::Text(self.request.identity_id.clone())),
            "type" => Some(Worth::Text(self.request.identity_type.to_owned())),
            "provider" => Some(Worth::Text("directory".to_owned())),
            "tenant" => self.request.tenant.clone().map(Worth::Text),
            "groups" => Some(Worth::List(self.request.groups.iter().cloned().map(Worth::Text).collect())),
            other => unreachable!("the generator uses no identity.{other}"),
        };
        let of = |members: &[(String, Json)], name: &str| Json::Map(members.to_vec()).member(name).map(plain);
        Ok(match path {
            Path::Value => Some(self.value.clone()),
            Path::Attribute { name, .. } => {
                let declared = self.attributes.iter().find(|(known, _)| known == name).expect("declared").1;
                attribute(self.request.resource.attribute(name), declared)?
            }
            Path::ResourceId => attribute(self.request.resource.id(), Type::One(Kind::Text))?,
            Path::ResourceType => attribute(self.request.resource.kind(), Type::One(Kind::Text))?,
            Path::Identity(name) => member(name),
            Path::Claim(name) => of(&self.request.claims, name),
            Path::ActionName => Some(Worth::Text(self.request.action.clone())),
            Path::ActionProperty(name) => of(&self.request.action_properties, name),
            Path::Context(name) => of(&self.request.context, name),
            Path::Now => Some(Worth::Time(self.request.now)),
        })
    }
}

/// What is supplied, as it was declared; of another type it is an error, whatever is asked of it.
fn attribute(supplied: Supplied, declared: Type) -> Outcome<Option<Worth>> {
    match supplied {
        Supplied::Unknown => Err(Stop::Unknown),
        Supplied::Known(Json::Null) => Ok(None),
        Supplied::Known(json) => typed(&json, declared).map(Some).ok_or(Stop::Error),
    }
}

/// True as soon as one is; else unknown as long as one may be; else an error if there is one.
fn any(truths: impl Iterator<Item = Outcome<bool>>) -> Outcome<bool> {
    let truths: Vec<Outcome<bool>> = truths.collect();
    match () {
        () if truths.contains(&Ok(true)) => Ok(true),
        () if truths.contains(&Err(Stop::Unknown)) => Err(Stop::Unknown),
        () if truths.contains(&Err(Stop::Error)) => Err(Stop::Error),
        () => Ok(false),
    }
}

fn all(truths: impl Iterator<Item = Outcome<bool>>) -> Outcome<bool> {
    any(truths.map(|truth| truth.map(|truth| !truth))).map(|truth| !truth)
}

/// JSON as a declared type reads it.
pub(crate) fn typed(json: &Json, declared: Type) -> Option<Worth> {
    match (declared, json) {
        (Type::List(kind), Json::List(items)) => {
            items.iter().map(|item| typed(item, Type::One(kind))).collect::<Option<_>>().map(Worth::List)
        }
        (Type::One(Kind::Bool), Json::Bool(truth)) => Some(Worth::Bool(*truth)),
        (Type::One(Kind::Int), Json::Int(int)) => Some(Worth::Int(*int)),
        (Type::One(Kind::Double), Json::Int(int)) => Some(Worth::Double(*int as f64)),
        (Type::One(Kind::Double), Json::Double(double)) => Some(Worth::Double(*double)),
        (Type::One(Kind::Text), Json::Text(text)) => Some(Worth::Text(text.clone())),
        (Type::One(Kind::Time), Json::Text(text)) => times::read_time(text).map(Worth::Time),
        (Type::One(Kind::Span), Json::Text(text)) => times::read_span(text).map(Worth::Span),
        _ => None,
    }
}

/// JSON that nobody declared.
fn plain(json: &Json) -> Worth {
    match json {
        Json::Bool(truth) => Worth::Bool(*truth),
        Json::Int(int) => Worth::Int(*int),
        Json::Double(double) => Worth::Double(*double),
        Json::Text(text) => Worth::Text(text.clone()),
        Json::List(items) => Worth::List(items.iter().map(plain).collect()),
        Json::Null => Worth::Null,
        Json::Map(members) => Worth::Map(
            members.iter().filter(|(_, json)| *json != Json::Null).map(|(name, _)| name.clone()).collect(),
        ),
    }
}

fn order(left: &Worth, right: &Worth) -> Outcome<Ordering> {
    Ok(match (left, right) {
        (Worth::Int(a), Worth::Int(b)) => a.cmp(b),
        (Worth::Int(a), Worth::Double(b)) => whole_with_double(*a, *b),
        (Worth::Double(a), Worth::Int(b)) => whole_with_double(*b, *a).reverse(),
        (Worth::Double(a), Worth::Double(b)) => a.partial_cmp(b).expect("finite"),
        (Worth::Text(a), Worth::Text(b)) => a.chars().cmp(b.chars()),
        (Worth::Time(a), Worth::Time(b)) | (Worth::Span(a), Worth::Span(b)) => a.cmp(b),
        _ => return Err(Stop::Error),
    })
}

/// By the floor, in numbers wide enough for both.
fn whole_with_double(int: i64, double: f64) -> Ordering {
    let floor = double.floor() as i128;
    i128::from(int).cmp(&floor).then(if double > double.floor() { Ordering::Less } else { Ordering::Equal })
}

/// Whether two elements of lists are equal. Lists inside of lists are compared with nothing.
fn equal(left: &Worth, right: &Worth) -> Outcome<bool> {
    match (left, right) {
        (Worth::Bool(a), Worth::Bool(b)) => Ok(a == b),
        _ => Ok(order(left, right)? == Ordering::Equal),
    }
}

fn compare(comparison: Comparison, left: &Worth, right: &Worth) -> Outcome<bool> {
    let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    if equality {
        let equal = match (left, right) {
            (Worth::Bool(_), Worth::Bool(_)) => equal(left, right)?,
            (Worth::List(a), Worth::List(b)) => {
                a.len() == b.len() && all(a.iter().zip(b).map(|(a, b)| equal(a, b)))?
            }
            _ => order(left, right)? == Ordering::Equal,
        };
        return Ok(equal == (comparison == Comparison::Equal));
    }
    let order = order(left, right)?;
    Ok(match comparison {
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// The sum, or with a sign of -1 the difference.
fn plus(left: &Worth, right: &Worth, sign: i64) -> Outcome<Worth> {
    let sum = |a: &i64, b: &i64| {
        i64::try_from(i128::from(*a) + i128::from(sign) * i128::from(*b)).map_err(|_| Stop::Error)
    };
    Ok(match (left, right) {
        (Worth::Int(a), Worth::Int(b)) => Worth::Int(sum(a, b)?),
        (Worth::Double(a), Worth::Double(b)) => Worth::Double(a + sign as f64 * b),
        (Worth::Time(a), Worth::Span(b)) => Worth::Time(sum(a, b)?),
        (Worth::Span(a), Worth::Span(b)) => Worth::Span(sum(a, b)?),
        (Worth::Span(a), Worth::Time(b)) if sign == 1 => Worth::Time(sum(a, b)?),
        (Worth::Time(a), Worth::Time(b)) if sign == -1 => Worth::Span(sum(a, b)?),
        _ => return Err(Stop::Error),
    })
}

/// Addresses of the fourth version only; the generator uses no others.
fn within(address: &str, network: &str) -> Outcome<bool> {
    let number = |text: &str| -> Option<u32> {
        let parts: Vec<u32> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        (parts.len() == 4 && parts.iter().all(|part| *part < 256))
            .then(|| parts.iter().fold(0, |number, part| number * 256 + part))
    };
    let (base, bits) = network.split_once('/').expect("a network");
    let shift = 32 - bits.parse::<u32>().expect("bits");
    let address = number(address).ok_or(Stop::Error)?;
    Ok(u64::from(address) >> shift == u64::from(number(base).expect("an address")) >> shift)
}
