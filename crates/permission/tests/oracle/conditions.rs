//! Random conditions, well-typed, most of which can be a filter.

use super::choices::Choices;
use super::expression::{Comparison, Expression, Kind, Path, TextTest, Type};
use super::generate::{ACTION_PROPERTIES, CLAIMS, CONTEXT, DOUBLES, INTS, SPANS, TEXTS};
use super::times;

/// What an expression under construction may use.
struct Maker<'m, 'c> {
    choices: &'m mut Choices<'c>,
    value: Type,
    attributes: &'m [(&'static str, Type)],
    /// Kinds of the elements of surrounding `exists` and `all`, outermost first.
    elements: Vec<Kind>,
}

/// The condition of a property.
pub(crate) fn condition(
    choices: &mut Choices<'_>,
    value: Type,
    attributes: &[(&'static str, Type)],
) -> Expression {
    let mut maker = Maker { choices, value, attributes, elements: Vec::new() };
    let worth = Expression::Path(Path::Value);
    let usual = match value {
        Type::One(Kind::Bool) => {
            let unrestricted = compare(Comparison::Equal, worth, Expression::Bool(false));
            Expression::Or(Box::new([unrestricted, maker.condition(2)]))
        }
        Type::List(kind) => match maker.attribute(Type::One(kind)) {
            Some(attribute) => Expression::In(Box::new([attribute, worth])),
            None => maker.condition(2),
        },
        Type::One(kind) => match maker.attribute(Type::One(kind)) {
            Some(attribute) => compare(maker.comparison(kind), attribute, worth),
            None => maker.condition(2),
        },
    };
    if maker.choices.percent(55) { maker.condition(3) } else { usual }
}

fn compare(comparison: Comparison, left: Expression, right: Expression) -> Expression {
    Expression::Compare(comparison, Box::new([left, right]))
}

impl Maker<'_, '_> {
    fn comparison(&mut self, kind: Kind) -> Comparison {
        let known = if kind == Kind::Bool { 2 } else { 6 };
        Comparison::ALL[self.choices.below(known)]
    }

    fn kind(&mut self) -> Kind {
        self.choices.pick(&[
            Kind::Text,
            Kind::Text,
            Kind::Int,
            Kind::Double,
            Kind::Bool,
            Kind::Time,
            Kind::Span,
        ])
    }

    /// A resource's attribute of that type.
    fn attribute(&mut self, kind: Type) -> Option<Expression> {
        let own = [Path::ResourceId, Path::ResourceType];
        if kind == Type::One(Kind::Text) && self.choices.percent(15) {
            return Some(Expression::Path(self.choices.pick(&own)));
        }
        let fitting: Vec<&'static str> =
            self.attributes.iter().filter(|(_, known)| *known == kind).map(|(name, _)| *name).collect();
        if fitting.is_empty() {
            return None;
        }
        let name = self.choices.pick(&fitting);
        Some(Expression::Path(Path::Attribute { name, long: self.choices.percent(20) }))
    }

    /// Something that is known without the resource.
    fn known(&mut self, kind: Kind, depth: usize) -> Expression {
        if let Some(element) = self.elements.iter().rev().position(|element| *element == kind)
            && !self.choices.percent(30)
        {
            return Expression::Element(element);
        }
        if self.value == Type::One(kind) && !self.choices.percent(50) {
            return Expression::Path(Path::Value);
        }
        if self.choices.percent(12) {
            return self.undeclared(kind);
        }
        if depth > 0 && self.choices.percent(15) {
            return self.computed(kind, depth - 1);
        }
        match kind {
            Kind::Text => match self.choices.below(6) {
                0 | 1 => Expression::Path(Path::Identity("id")),
                2 => Expression::Path(Path::Identity(self.choices.pick(&["tenant", "type", "provider"]))),
                3 => Expression::Path(Path::ActionName),
                _ => Expression::Text(self.choices.pick(&TEXTS).to_owned()),
            },
            Kind::Bool => Expression::Bool(self.choices.percent(50)),
            Kind::Int => Expression::Int(self.choices.pick(&INTS)),
            Kind::Double => Expression::Double(self.choices.pick(&DOUBLES)),
            Kind::Time if self.choices.percent(50) => Expression::Path(Path::Now),
            Kind::Time => Expression::Time(times::hour(4 + self.choices.below(5) as i64)),
            Kind::Span => Expression::Span(self.choices.pick(&SPANS)),
        }
    }

    /// Something whose type shows only in the request.
    fn undeclared(&mut self, kind: Kind) -> Expression {
        Expression::Path(match (kind, self.choices.below(3)) {
            (_, 0) => Path::Claim(self.choices.pick(&CLAIMS[..3])),
            (Kind::Int | Kind::Double, 1) => Path::ActionProperty("level"),
            (_, 1) => Path::ActionProperty(self.choices.pick(&ACTION_PROPERTIES)),
            _ => Path::Context(self.choices.pick(&CONTEXT)),
        })
    }

    fn computed(&mut self, kind: Kind, depth: usize) -> Expression {
        let sides = |maker: &mut Self, one, other| Box::new([maker.known(one, 0), maker.known(other, 0)]);
        match (kind, self.choices.below(4)) {
            (Kind::Int | Kind::Double | Kind::Span, 0) => Expression::Plus(sides(self, kind, kind)),
            (Kind::Int | Kind::Double | Kind::Span, 1) => Expression::Minus(sides(self, kind, kind)),
            (Kind::Int, _) => Expression::Size(Box::new(self.known(Kind::Text, 0))),
            (Kind::Time, 0 | 1) => Expression::Plus(sides(self, Kind::Time, Kind::Span)),
            (Kind::Time, 2) => Expression::Minus(sides(self, Kind::Time, Kind::Span)),
            (Kind::Span, 2) => Expression::Minus(sides(self, Kind::Time, Kind::Time)),
            (Kind::Bool, _) => self.decided(depth),
            (kind, _) => {
                let condition = self.decided(0);
                let [yes, no] = *sides(self, kind, kind);
                Expression::Choose(Box::new([condition, yes, no]))
            }
        }
    }

    /// A list that is known without the resource, no literal where `?:` could not choose it.
    fn known_list(&mut self, kind: Kind) -> Expression {
        match self.choices.below(5) {
            0 | 1 if self.value == Type::List(kind) => Expression::Path(Path::Value),
            0 | 2 if kind == Kind::Text => Expression::Path(Path::Identity("groups")),
            1 if kind == Kind::Text => Expression::Path(Path::Claim("cognito:groups")),
            3 => Expression::Path(Path::Claim("tags")),
            _ => Expression::List(self.several(kind)),
        }
    }

    fn several(&mut self, kind: Kind) -> Vec<Expression> {
        let count = 1 + self.choices.below(3);
        (0..count).map(|_| self.known(kind, 0)).collect()
    }

    /// A condition over what is known without the resource.
    fn decided(&mut self, depth: usize) -> Expression {
        let kind = self.kind();
        match self.choices.below(7) {
            0 => compare(self.comparison(kind), self.known(kind, depth), self.known(kind, depth)),
            1 => Expression::In(Box::new([self.known(kind, depth), self.known_list(kind)])),
            2 => Expression::Has(match self.choices.below(4) {
                0 => Path::Claim(self.choices.pick(&CLAIMS[..3])),
                1 => Path::ActionProperty(self.choices.pick(&ACTION_PROPERTIES)),
                2 => Path::Identity(self.choices.pick(&["tenant", "id"])),
                _ => Path::Context(self.choices.pick(&CONTEXT)),
            }),
            3 => Expression::ClaimIsThere(self.choices.pick(&CLAIMS).to_owned()),
            4 => self.text_test(depth),
            5 => Expression::Within(
                Box::new(Expression::Path(Path::Context("ip"))),
                self.choices.pick(&["10.0.0.0/8", "192.0.2.0/24", "0.0.0.0/0"]),
            ),
            _ => Expression::Bool(self.choices.percent(70)),
        }
    }

    fn text_test(&mut self, depth: usize) -> Expression {
        let test = self.choices.pick(&[TextTest::Starts, TextTest::Ends, TextTest::Contains]);
        let text = match self.attribute(Type::One(Kind::Text)) {
            Some(attribute) if self.elements.is_empty() && depth > 0 => attribute,
            _ => self.known(Kind::Text, depth),
        };
        Expression::Tests(test, Box::new([text, self.known(Kind::Text, 0)]))
    }

    fn condition(&mut self, depth: usize) -> Expression {
        if depth == 0 {
            return self.simple();
        }
        let two = |maker: &mut Self| Box::new([maker.condition(depth - 1), maker.condition(depth - 1)]);
        match self.choices.below(16) {
            0..=6 => self.simple(),
            7 | 8 => Expression::And(two(self)),
            9 | 10 => Expression::Or(two(self)),
            11 => Expression::Not(Box::new(self.condition(depth - 1))),
            12 => {
                let [yes, no] = *two(self);
                Expression::Choose(Box::new([self.condition(0), yes, no]))
            }
            13 => self.guarded(depth - 1),
            14 => self.through_known(depth - 1),
            _ => self.unusual(),
        }
    }

    /// `has(x) && …x…`, or the opposite.
    fn guarded(&mut self, depth: usize) -> Expression {
        let kind = self.kind();
        let Some(Expression::Path(path)) = self.attribute(Type::One(kind)) else {
            return self.condition(depth);
        };
        let test = compare(self.comparison(kind), Expression::Path(path.clone()), self.known(kind, 0));
        if self.choices.percent(30) {
            Expression::Or(Box::new([Expression::Not(Box::new(Expression::Has(path))), test]))
        } else {
            Expression::And(Box::new([Expression::Has(path), test]))
        }
    }

    /// `exists` or `all` over a list that is known.
    fn through_known(&mut self, depth: usize) -> Expression {
        let kind = self.kind();
        let range = self.known_list(kind);
        // Elements of undeclared lists are of any type, which ordering and arithmetic accept.
        self.elements.push(kind);
        let body = if self.elements.len() < 3 { self.condition(depth.min(1)) } else { self.simple() };
        self.elements.pop();
        let sides = Box::new([range, body]);
        if self.choices.percent(40) { Expression::All(sides) } else { Expression::Exists(sides) }
    }

    /// One test, of an attribute mostly.
    fn simple(&mut self) -> Expression {
        let kind = self.kind();
        let (Some(attribute), list) = (self.attribute(Type::One(kind)), self.attribute(Type::List(kind)))
        else {
            return self.decided(1);
        };
        match (self.choices.below(12), list) {
            (0 | 1, _) => compare(self.comparison(kind), attribute, self.known(kind, 1)),
            (2, _) => compare(self.comparison(kind), self.known(kind, 1), attribute),
            (3, _) => Expression::In(Box::new([attribute, self.known_list(kind)])),
            (4, Some(list)) => Expression::In(Box::new([self.known(kind, 1), list])),
            (5, Some(list)) => Expression::In(Box::new([attribute, list])),
            (6, Some(list)) => {
                self.elements.push(kind);
                let element = Expression::Element(0);
                let outer = self.elements.clone();
                // Nothing but the element itself may be used beside it.
                self.elements = Vec::new();
                let body = if self.choices.percent(50) {
                    Expression::In(Box::new([element, self.known_list(kind)]))
                } else {
                    compare(Comparison::Equal, element, self.known(kind, 0))
                };
                self.elements = outer;
                self.elements.pop();
                Expression::Exists(Box::new([list, body]))
            }
            (7, _) => match self.attribute(Type::One(kind)) {
                Some(other) => compare(self.comparison(kind), attribute, other),
                None => self.decided(1),
            },
            (8, _) => match attribute {
                Expression::Path(path) => Expression::Has(path),
                _ => self.decided(1),
            },
            (9, _) if kind == Kind::Bool => attribute,
            (9, _) => self.text_test(1),
            (10, _) => {
                let mut items = self.several(kind);
                items.extend(self.attribute(Type::One(kind)));
                Expression::In(Box::new([attribute, Expression::List(items)]))
            }
            _ => self.decided(1),
        }
    }

    /// What no filter can say.
    fn unusual(&mut self) -> Expression {
        let kind = self.choices.pick(&[Kind::Text, Kind::Int, Kind::Double, Kind::Time]);
        let (one, list) = (self.attribute(Type::One(kind)), self.attribute(Type::List(kind)));
        match (self.choices.below(4), one, list) {
            (0, _, Some(list)) => {
                compare(self.comparison(Kind::Int), Expression::Size(Box::new(list)), Expression::Int(1))
            }
            (1, _, Some(list)) => {
                self.elements.push(kind);
                let body = compare(self.comparison(kind), Expression::Element(0), self.known(kind, 0));
                self.elements.pop();
                Expression::All(Box::new([list, body]))
            }
            (2, _, Some(list)) => compare(Comparison::Equal, list, self.known_list(kind)),
            (3, Some(one), _) if kind != Kind::Text => {
                let other = if kind == Kind::Time { Kind::Span } else { kind };
                let sum = Expression::Plus(Box::new([one, self.known(other, 0)]));
                compare(self.comparison(kind), sum, self.known(kind, 0))
            }
            _ => self.decided(1),
        }
    }
}
