//! The filter tree and the constructors that keep it small.

use std::sync::Arc;

use crate::limits::{FILTER_DEPTH, FILTER_NODES};
use crate::time::{Span, Timestamp};
use crate::types::Type;

/// A condition over the attributes of a resource that is not known yet.
///
/// Two-valued: every test but `exists` stands behind an `exists` of each attribute it reads, so that what a test
/// answers for a missing attribute never matters.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every resource.
    True,
    /// No resource.
    False,
    /// All of these hold.
    And(Vec<Filter>),
    /// At least one of these holds.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// One test of one attribute.
    Test(Test),
}

/// One test: an attribute, an operator, and what the attribute is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The attribute on the operator's left.
    pub attribute: Attribute,
    /// What is asked.
    pub operator: Operator,
    /// What stands on the operator's right; `Operand::None` for `exists` alone.
    pub operand: Operand,
}

/// A resource's attribute, as its application's schema declares it. `id` and `type` are the resource's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name that expressions use.
    pub name: Arc<str>,
    /// The declared type: a scalar or a list of one.
    pub kind: Type,
    /// Whether the schema says that it may be missing. Filters guard every attribute, whatever is said here.
    pub nullable: bool,
    /// The column that holds it, `table.column` included; ordinary attributes without one are in the column of their name.
    pub column: Option<Arc<str>>,
    /// How the column holds a list or a time.
    pub storage: Option<Storage>,
}

/// How a column holds a list or a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A list as a JSON array (what a list has by default).
    Json,
    /// A list as the database's own array (PostgreSQL).
    Array,
    /// A time as the database's own timestamp (what a time has by default).
    Timestamp,
    /// A time as an integer: microseconds since 1970-01-01T00:00:00Z.
    Micros,
}

/// What a test asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal; integers and doubles as numbers, exactly.
    Eq,
    /// Not equal.
    Ne,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
    /// Greater than.
    Gt,
    /// Greater than or equal.
    Ge,
    /// The attribute is an element of the list on the right.
    In,
    /// The attribute's text begins with the text on the right.
    StartsWith,
    /// The attribute's text ends with the text on the right.
    EndsWith,
    /// The attribute's text holds the text on the right.
    ContainsText,
    /// The attribute, a list, holds the element on the right.
    HasMember,
    /// The attribute, a list, shares an element with the list on the right.
    Intersects,
    /// The attribute is there, is not null, and is of its declared type.
    Exists,
}

/// What stands on the right of an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// Nothing (`exists`).
    None,
    /// A known value.
    Value(Constant),
    /// A second attribute.
    Other(Attribute),
}

/// A known value.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A finite double.
    Double(f64),
    /// Text.
    String(Box<str>),
    /// A point in time.
    Timestamp(Timestamp),
    /// A length of time.
    Duration(Span),
    /// Scalars, for `in` and `intersects`.
    List(Vec<Constant>),
}

/// The filter is larger than the limits allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterTooLarge {
    /// Too many nodes; each element of a list counts as one.
    #[error(
        "the filter has {0} nodes, more than {FILTER_NODES}: narrow the permissions, or ask with more of the resource known"
    )]
    Nodes(usize),
    /// Too deeply nested.
    #[error(
        "the filter nests {0} levels deep, more than {FILTER_DEPTH}: simplify the expressions it comes from"
    )]
    Depth(usize),
}

/// Children up to this number are searched for repetitions; in longer lists only neighbours are compared.
const SEARCHED: usize = 32;

impl Filter {
    /// A test. What no value can satisfy, or every value does, becomes `False` or `True`.
    pub fn test(attribute: Attribute, operator: Operator, operand: Operand) -> Filter {
        match (operator, &operand) {
            (Operator::In | Operator::Intersects, Operand::Value(Constant::List(list)))
                if list.is_empty() =>
            {
                Filter::False
            }
            (
                Operator::StartsWith | Operator::EndsWith | Operator::ContainsText,
                Operand::Value(Constant::String(text)),
            ) if text.is_empty() => Filter::True,
            _ => Filter::Test(Test { attribute, operator, operand }),
        }
    }

    /// The guard: the attribute is there and of its declared type.
    pub fn exists(attribute: Attribute) -> Filter {
        Filter::Test(Test { attribute, operator: Operator::Exists, operand: Operand::None })
    }

    /// The attribute that this asks the existence of, if it does nothing else.
    pub(crate) fn as_exists(&self) -> Option<&Attribute> {
        match self {
            Filter::Test(Test { attribute, operator: Operator::Exists, .. }) => Some(attribute),
            _ => None,
        }
    }

    /// All of `filters`: flat, without `True`, without repetitions; `True` of none, `False` as soon as one is.
    pub fn and(filters: impl IntoIterator<Item = Filter>) -> Filter {
        let mut kept = Vec::new();
        for filter in filters {
            let fits = match filter {
                Filter::And(inner) => {
                    inner.into_iter().all(|filter| join(&mut kept, filter, &Filter::True, &Filter::False))
                }
                other => join(&mut kept, other, &Filter::True, &Filter::False),
            };
            if !fits {
                return Filter::False;
            }
        }
        match kept.len() {
            0 => Filter::True,
            1 => kept.pop().unwrap_or(Filter::True),
            _ => Filter::And(kept),
        }
    }

    /// Any of `filters`: flat, without `False`, without repetitions; `False` of none, `True` as soon as one is.
    pub fn or(filters: impl IntoIterator<Item = Filter>) -> Filter {
        let mut kept = Vec::new();
        for filter in filters {
            let fits = match filter {
                Filter::Or(inner) => {
                    inner.into_iter().all(|filter| join(&mut kept, filter, &Filter::False, &Filter::True))
                }
                other => join(&mut kept, other, &Filter::False, &Filter::True),
            };
            if !fits {
                return Filter::True;
            }
        }
        match kept.len() {
            0 => Filter::False,
            1 => kept.pop().unwrap_or(Filter::False),
            _ => Filter::Or(kept),
        }
    }

    /// The attribute is missing: not there, or null. A value of another type than declared neither exists nor is missing.
    /// It is written as the `not` of an `exists` that stands in it alone.
    pub fn missing(attribute: Attribute) -> Filter {
        Filter::Not(Box::new(Filter::exists(attribute)))
    }

    /// The opposite of `filter`; two of them cancel out. That of an `exists` is the `not` of an `and` of it alone, which
    /// tells it from [`Filter::missing`].
    #[allow(clippy::should_implement_trait)]
    pub fn not(filter: Filter) -> Filter {
        match filter {
            Filter::True => Filter::False,
            Filter::False => Filter::True,
            Filter::Not(inner) if inner.as_exists().is_none() => *inner,
            exists if exists.as_exists().is_some() => Filter::Not(Box::new(Filter::And(vec![exists]))),
            other => Filter::Not(Box::new(other)),
        }
    }

    /// The number of nodes; each element of a list of values counts as one more.
    pub fn nodes(&self) -> usize {
        self.measure().0
    }

    /// Whether the filter keeps to [`FILTER_NODES`] and [`FILTER_DEPTH`].
    ///
    /// # Errors
    /// [`FilterTooLarge`] says which limit it exceeds.
    pub fn within_limits(&self) -> Result<(), FilterTooLarge> {
        match self.measure() {
            (nodes, _) if nodes > FILTER_NODES => Err(FilterTooLarge::Nodes(nodes)),
            (_, depth) if depth > FILTER_DEPTH => Err(FilterTooLarge::Depth(depth)),
            _ => Ok(()),
        }
    }

    /// Nodes and depth, without recursion: this is what refuses a tree that is too deep to walk recursively.
    fn measure(&self) -> (usize, usize) {
        let (mut nodes, mut depth) = (0_usize, 0_usize);
        let mut pending = vec![(self, 1_usize)];
        while let Some((filter, level)) = pending.pop() {
            nodes += 1;
            depth = depth.max(level);
            match filter {
                Filter::True | Filter::False => {}
                Filter::And(inner) | Filter::Or(inner) => {
                    pending.extend(inner.iter().map(|filter| (filter, level + 1)))
                }
                Filter::Not(inner) => pending.push((inner, level + 1)),
                Filter::Test(Test { operand: Operand::Value(Constant::List(list)), .. }) => {
                    nodes += list.len()
                }
                Filter::Test(_) => {}
            }
        }
        (nodes, depth)
    }
}

/// Adds `filter` to the operands of an `and` or `or`; false where it decides the whole.
fn join(kept: &mut Vec<Filter>, filter: Filter, neutral: &Filter, absorbing: &Filter) -> bool {
    if filter == *absorbing {
        return false;
    }
    if filter == *neutral {
        return true;
    }
    let searched = if kept.len() <= SEARCHED {
        kept.as_slice()
    } else {
        kept.last().map(std::slice::from_ref).unwrap_or_default()
    };
    if searched.contains(&filter) {
        return true;
    }
    // `x` and not `x` is never true. `x` or not `x` is kept: a value of another type neither exists nor is missing.
    if *absorbing == Filter::False && searched.iter().any(|other| opposite(other, &filter)) {
        return false;
    }
    kept.push(filter);
    true
}

fn opposite(a: &Filter, b: &Filter) -> bool {
    match (a, b) {
        (Filter::Not(inner), other) | (other, Filter::Not(inner)) => **inner == *other,
        _ => false,
    }
}

/// The answer to *which resources?*: those that some allowing permission lets through and no denying one holds for.
#[derive(Clone, Debug, PartialEq)]
pub struct AllowDeny {
    allow: Filter,
    deny: Filter,
}

impl AllowDeny {
    /// The pair; `deny` is when a denial holds. One that decides alone replaces the other.
    ///
    /// # Errors
    /// [`FilterTooLarge`] where both together have more than [`FILTER_NODES`] nodes or nest deeper than [`FILTER_DEPTH`].
    pub fn new(allow: Filter, deny: Filter) -> Result<AllowDeny, FilterTooLarge> {
        if allow == Filter::False || deny == Filter::True {
            return Ok(AllowDeny { allow: Filter::False, deny: Filter::False });
        }
        allow.within_limits()?;
        deny.within_limits()?;
        match allow.nodes() + deny.nodes() {
            nodes if nodes > FILTER_NODES => Err(FilterTooLarge::Nodes(nodes)),
            _ => Ok(AllowDeny { allow, deny }),
        }
    }

    /// When an allowing permission holds.
    pub fn allow(&self) -> &Filter {
        &self.allow
    }

    /// When a denying permission holds.
    pub fn deny(&self) -> &Filter {
        &self.deny
    }

    /// Whether no resource at all can satisfy it, as far as its form shows.
    pub fn is_never(&self) -> bool {
        match self.deny {
            Filter::False => self.allow == Filter::False,
            _ => self.whole() == Filter::False,
        }
    }

    /// One tree: `allow` and not `deny`. `True` and `False` are no conditional answers: every resource, or none.
    pub fn whole(&self) -> Filter {
        Filter::and([self.allow.clone(), Filter::not(self.deny.clone())])
    }
}

impl Operator {
    /// All of them.
    pub const ALL: [Operator; 13] = [
        Operator::Eq,
        Operator::Ne,
        Operator::Lt,
        Operator::Le,
        Operator::Gt,
        Operator::Ge,
        Operator::In,
        Operator::StartsWith,
        Operator::EndsWith,
        Operator::ContainsText,
        Operator::HasMember,
        Operator::Intersects,
        Operator::Exists,
    ];

    /// The name in the JSON tree's `op`.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Eq => "eq",
            Operator::Ne => "ne",
            Operator::Lt => "lt",
            Operator::Le => "le",
            Operator::Gt => "gt",
            Operator::Ge => "ge",
            Operator::In => "in",
            Operator::StartsWith => "starts_with",
            Operator::EndsWith => "ends_with",
            Operator::ContainsText => "contains_text",
            Operator::HasMember => "has_member",
            Operator::Intersects => "intersects",
            Operator::Exists => "exists",
        }
    }

    /// The operator with its sides exchanged, where there is one: `a < b` is `b > a`.
    pub fn exchanged(self) -> Option<Operator> {
        match self {
            Operator::Eq | Operator::Ne | Operator::Intersects => Some(self),
            Operator::Lt => Some(Operator::Gt),
            Operator::Le => Some(Operator::Ge),
            Operator::Gt => Some(Operator::Lt),
            Operator::Ge => Some(Operator::Le),
            Operator::In => Some(Operator::HasMember),
            Operator::HasMember => Some(Operator::In),
            Operator::StartsWith | Operator::EndsWith | Operator::ContainsText | Operator::Exists => None,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::filter) fn attribute_of(name: &str, kind: Type) -> Attribute {
        Attribute { name: name.into(), kind, nullable: false, column: None, storage: None }
    }

    fn attribute(name: &str) -> Attribute {
        attribute_of(name, Type::String)
    }

    fn exists(name: &str) -> Filter {
        Filter::exists(attribute(name))
    }

    #[test]
    fn connectives_are_flat_and_hold_nothing_that_says_nothing() {
        let (a, b, c) = (exists("a"), exists("b"), exists("c"));
        assert_eq!(Filter::and([]), Filter::True);
        assert_eq!(Filter::or([]), Filter::False);
        assert_eq!(Filter::and([Filter::True, a.clone(), Filter::True]), a);
        assert_eq!(Filter::or([Filter::False, a.clone()]), a);
        assert_eq!(Filter::and([a.clone(), Filter::False]), Filter::False);
        assert_eq!(Filter::or([a.clone(), Filter::True]), Filter::True);
        let nested = Filter::and([a.clone(), Filter::and([b.clone(), a.clone(), c.clone()]), b.clone()]);
        assert_eq!(nested, Filter::And(vec![a.clone(), b.clone(), c.clone()]));
        let mixed = Filter::and([a.clone(), Filter::or([b.clone(), c.clone()])]);
        assert_eq!(mixed, Filter::And(vec![a.clone(), Filter::Or(vec![b.clone(), c])]));
        assert_eq!(Filter::and([Filter::not(Filter::not(a.clone()))]), a);
        let missing = Filter::missing(attribute("a"));
        assert_ne!(missing, Filter::not(a.clone()));
        assert_eq!(Filter::not(Filter::not(missing.clone())), missing);
        assert_eq!(Filter::not(Filter::True), Filter::False);
        assert_eq!(Filter::and([a.clone(), b.clone(), Filter::missing(attribute("a"))]), Filter::False);
        let missing = Filter::missing(attribute("a"));
        let either = Filter::or([missing.clone(), a.clone()]);
        assert_eq!(either, Filter::Or(vec![missing, a]), "of another type it is neither");
    }

    #[test]
    fn tests_that_are_decided_are_no_tests() {
        let operand = Operand::Value(Constant::List(Vec::new()));
        assert_eq!(Filter::test(attribute("a"), Operator::In, operand), Filter::False);
        let operand = Operand::Value(Constant::String("".into()));
        assert_eq!(Filter::test(attribute("a"), Operator::StartsWith, operand.clone()), Filter::True);
        assert!(matches!(Filter::test(attribute("a"), Operator::Eq, operand), Filter::Test(_)));
    }

    #[test]
    fn limits_hold_at_the_limit_and_not_one_over() {
        let list = |count: usize| {
            let values = vec![Constant::Int(1); count];
            Filter::test(attribute("a"), Operator::In, Operand::Value(Constant::List(values)))
        };
        assert_eq!(list(FILTER_NODES - 1).within_limits(), Ok(()));
        assert_eq!(list(FILTER_NODES).within_limits(), Err(FilterTooLarge::Nodes(FILTER_NODES + 1)));
        let deep = |levels: usize| (1..levels).fold(exists("a"), |filter, _| Filter::Not(Box::new(filter)));
        assert_eq!(deep(FILTER_DEPTH).within_limits(), Ok(()));
        assert_eq!(deep(FILTER_DEPTH + 1).within_limits(), Err(FilterTooLarge::Depth(FILTER_DEPTH + 1)));
        let half = list(FILTER_NODES / 2);
        assert_eq!(AllowDeny::new(half.clone(), half), Err(FilterTooLarge::Nodes(FILTER_NODES + 2)));
    }

    #[test]
    fn a_side_that_decides_alone_replaces_the_other() {
        let none = AllowDeny::new(Filter::False, exists("a")).unwrap();
        assert_eq!((none.allow(), none.deny()), (&Filter::False, &Filter::False));
        assert_eq!(AllowDeny::new(exists("a"), Filter::True).unwrap().whole(), Filter::False);
        assert_eq!(AllowDeny::new(exists("a"), Filter::False).unwrap().whole(), exists("a"));
        assert_eq!(AllowDeny::new(Filter::True, Filter::False).unwrap().whole(), Filter::True);
        assert_eq!(AllowDeny::new(Filter::True, exists("a")).unwrap().whole(), Filter::not(exists("a")));
    }
}
