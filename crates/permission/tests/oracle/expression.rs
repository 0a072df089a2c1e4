//! Expressions as trees: rendered to CEL for the engine, evaluated here directly. No parser is shared, for there is none.

use super::json::quoted;
use super::times;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Double,
    Text,
    Time,
    Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    One(Kind),
    List(Kind),
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Double => "double",
            Kind::Text => "string",
            Kind::Time => "timestamp",
            Kind::Span => "duration",
        }
    }
}

impl Type {
    pub(crate) fn word(self) -> String {
        match self {
            Type::One(kind) => kind.word().to_owned(),
            Type::List(kind) => format!("list<{}>", kind.word()),
        }
    }
}

/// Something of the request that an expression names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Path {
    /// The property's own value.
    Value,
    /// An attribute of the resource; `long` writes it as `resource.properties.NAME`.
    Attribute {
        name: &'static str,
        long: bool,
    },
    ResourceId,
    ResourceType,
    /// A member of the identity.
    Identity(&'static str),
    Claim(&'static str),
    ActionName,
    ActionProperty(&'static str),
    Context(&'static str),
    Now,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextTest {
    Starts,
    Ends,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    Time(i64),
    Span(i64),
    List(Vec<Expression>),
    Path(Path),
    /// The element of the `exists` or `all` so many levels out.
    Element(usize),
    Has(Path),
    ClaimIsThere(String),
    Not(Box<Expression>),
    And(Box<[Expression; 2]>),
    Or(Box<[Expression; 2]>),
    Choose(Box<[Expression; 3]>),
    Compare(Comparison, Box<[Expression; 2]>),
    Plus(Box<[Expression; 2]>),
    Minus(Box<[Expression; 2]>),
    In(Box<[Expression; 2]>),
    Size(Box<Expression>),
    Tests(TextTest, Box<[Expression; 2]>),
    /// The address and the network.
    Within(Box<Expression>, &'static str),
    Exists(Box<[Expression; 2]>),
    All(Box<[Expression; 2]>),
}

impl Path {
    fn cel(&self) -> String {
        match self {
            Path::Value => "value".to_owned(),
            Path::Attribute { name, long: false } => format!("resource.{name}"),
            Path::Attribute { name, long: true } => format!("resource.properties.{name}"),
            Path::ResourceId => "resource.id".to_owned(),
            Path::ResourceType => "resource.type".to_owned(),
            Path::Identity(member) => format!("identity.{member}"),
            Path::Claim(name) => format!("identity.claims[{}]", quoted(name)),
            Path::ActionName => "action.name".to_owned(),
            Path::ActionProperty(name) => format!("action.properties.{name}"),
            Path::Context(name) => format!("context.{name}"),
            Path::Now => "now".to_owned(),
        }
    }
}

impl Comparison {
    pub(crate) const ALL: [Comparison; 6] = [
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ];

    fn cel(self) -> &'static str {
        match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }
}

impl Expression {
    /// CEL's text, `level` being how many `exists` and `all` stand around.
    pub(crate) fn cel(&self, level: usize) -> String {
        let both = |operator: &str, sides: &[Expression; 2]| {
            format!("({} {operator} {})", sides[0].cel(level), sides[1].cel(level))
        };
        let iterates = |word: &str, sides: &[Expression; 2]| {
            format!("{}.{word}(e{level}, {})", sides[0].cel(level), sides[1].cel(level + 1))
        };
        match self {
            Expression::Bool(truth) => truth.to_string(),
            Expression::Int(int) => int.to_string(),
            Expression::Double(double) => format!("{double:?}"),
            Expression::Text(text) => quoted(text),
            Expression::Time(micros) => format!("timestamp({})", quoted(&times::time_text(*micros))),
            Expression::Span(micros) => format!("duration({})", quoted(&times::span_text(*micros))),
            Expression::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.cel(level)).collect();
                format!("[{}]", items.join(", "))
            }
            Expression::Path(path) => path.cel(),
            Expression::Element(out) => format!("e{}", level - 1 - out),
            Expression::Has(path) => match path {
                Path::Claim(name) => format!("has(identity.claims.{name})"),
                path => format!("has({})", path.cel()),
            },
            Expression::ClaimIsThere(name) => format!("({} in identity.claims)", quoted(name)),
            Expression::Not(inner) => format!("!({})", inner.cel(level)),
            Expression::And(sides) => both("&&", sides),
            Expression::Or(sides) => both("||", sides),
            Expression::Choose(parts) => {
                format!("({} ? {} : {})", parts[0].cel(level), parts[1].cel(level), parts[2].cel(level))
            }
            Expression::Compare(comparison, sides) => both(comparison.cel(), sides),
            Expression::Plus(sides) => both("+", sides),
            Expression::Minus(sides) => both("-", sides),
            Expression::In(sides) => both("in", sides),
            Expression::Size(inner) => format!("size({})", inner.cel(level)),
            Expression::Tests(test, sides) => {
                let word = match test {
                    TextTest::Starts => "startsWith",
                    TextTest::Ends => "endsWith",
                    TextTest::Contains => "contains",
                };
                format!("{}.{word}({})", sides[0].cel(level), sides[1].cel(level))
            }
            Expression::Within(address, network) => {
                format!("cidr({}, {})", address.cel(level), quoted(network))
            }
            Expression::Exists(sides) => iterates("exists", sides),
            Expression::All(sides) => iterates("all", sides),
        }
    }
}
