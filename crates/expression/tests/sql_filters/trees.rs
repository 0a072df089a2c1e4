//! Random filters over the fields, every test behind the guards that the engine writes.

use casemate_expression::filter::sql::Dialect;
use casemate_expression::filter::{AllowDeny, Attribute, Constant, Filter, Operand, Operator};
use casemate_expression::{Scalar, Span, Timestamp, Type};
use proptest::prelude::*;

use crate::fields::Field;
use crate::rows::{DOUBLES, INTS, Random, TIMES, latin_texts, texts};

pub(crate) struct Leaves {
    attributes: Vec<Attribute>,
    texts: Vec<String>,
    dialect: Dialect,
}

const COMPARISONS: [Operator; 6] =
    [Operator::Eq, Operator::Ne, Operator::Lt, Operator::Le, Operator::Gt, Operator::Ge];
const PARTS: [Operator; 3] = [Operator::StartsWith, Operator::EndsWith, Operator::ContainsText];

/// An `allow` and a `deny` over the fields.
pub(crate) fn pairs(fields: &[Field], dialect: Dialect) -> BoxedStrategy<AllowDeny> {
    let attributes: Vec<Attribute> = fields.iter().map(|field| field.attribute.clone()).collect();
    let leaves =
        std::sync::Arc::new(Leaves { attributes, texts: [texts(), latin_texts()].concat(), dialect });
    let leaf = any::<u64>().prop_map(move |seed| leaves.leaf(&mut Random(seed)));
    let tree = leaf
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::and),
                3 => prop::collection::vec(inner.clone(), 1..4).prop_map(Filter::or),
                2 => inner.prop_map(Filter::not),
            ]
        })
        .boxed();
    let deny = prop_oneof![1 => Just(Filter::False), 1 => tree.clone()];
    let allow = prop_oneof![1 => Just(Filter::True), 8 => tree];
    (allow, deny).prop_map(|(allow, deny)| AllowDeny::new(allow, deny).unwrap()).boxed()
}

impl Leaves {
    fn leaf(&self, random: &mut Random) -> Filter {
        loop {
            let attribute = random.pick(&self.attributes).clone();
            if random.below(12) == 0 {
                let make = random.pick::<fn(Attribute) -> Filter>(&[Filter::exists, Filter::missing]);
                return make(attribute);
            }
            let (operator, operand) = match attribute.kind {
                Type::List(element) => self.on_list(random, element),
                kind => self.on_scalar(random, kind.scalar().unwrap()),
            };
            let Some(operand) = operand else { continue };
            let mut guards = vec![Filter::exists(attribute.clone())];
            if let Operand::Other(other) = &operand {
                let rounds =
                    element(attribute.kind) != element(other.kind) && self.dialect != Dialect::Sqlite;
                if rounds
                    || element(other.kind) == Some(Scalar::Timestamp) && attribute.storage != other.storage
                {
                    continue;
                }
                guards.push(Filter::exists(other.clone()));
            }
            let test = Filter::test(attribute, operator, operand);
            return match random.below(4) {
                0 => Filter::or([Filter::not(Filter::and(guards)), test]),
                1 => Filter::and(guards.into_iter().chain([Filter::not(test)])),
                _ => Filter::and(guards.into_iter().chain([test])),
            };
        }
    }

    fn on_scalar(&self, random: &mut Random, kind: Scalar) -> (Operator, Option<Operand>) {
        match random.below(if kind == Scalar::String { 8 } else { 5 }) {
            0 | 1 => (*random.pick(&COMPARISONS), Some(Operand::Value(self.constant(random, kind)))),
            2 => (*random.pick(&COMPARISONS), self.other(random, kind, false)),
            3 => (Operator::In, Some(self.constants(random, kind))),
            4 => (Operator::In, self.other(random, kind, true)),
            5 => (*random.pick(&PARTS), self.other(random, kind, false)),
            _ => {
                let whole = random.pick(&self.texts);
                let characters: Vec<char> = whole.chars().collect();
                let from = random.below(characters.len() + 1);
                let to = from + random.below(characters.len() + 1 - from);
                let part: String =
                    if random.below(3) == 0 { whole.clone() } else { characters[from..to].iter().collect() };
                (*random.pick(&PARTS), Some(Operand::Value(Constant::String(part.into()))))
            }
        }
    }

    fn on_list(&self, random: &mut Random, kind: Scalar) -> (Operator, Option<Operand>) {
        match random.below(4) {
            0 => (Operator::HasMember, Some(Operand::Value(self.constant(random, kind)))),
            1 => (Operator::HasMember, self.other(random, kind, false)),
            2 => (Operator::Intersects, Some(self.constants(random, kind))),
            _ => (Operator::Intersects, self.other(random, kind, true)),
        }
    }

    fn other(&self, random: &mut Random, kind: Scalar, list: bool) -> Option<Operand> {
        let fitting: Vec<&Attribute> = self
            .attributes
            .iter()
            .filter(|other| matches!(other.kind, Type::List(_)) == list)
            .filter(|other| {
                element(other.kind).is_some_and(|other| other == kind || number(other) && number(kind))
            })
            .collect();
        (!fitting.is_empty()).then(|| Operand::Other((*random.pick(&fitting)).clone()))
    }

    fn constants(&self, random: &mut Random, kind: Scalar) -> Operand {
        let count = random.below(6);
        Operand::Value(Constant::List((0..count).map(|_| self.constant(random, kind)).collect()))
    }

    fn constant(&self, random: &mut Random, kind: Scalar) -> Constant {
        match kind {
            Scalar::Bool => Constant::Bool(random.below(2) == 0),
            Scalar::Int | Scalar::Double if random.below(2) == 0 => Constant::Int(*random.pick(&INTS)),
            Scalar::Int | Scalar::Double => Constant::Double(*random.pick(&DOUBLES)),
            Scalar::String => Constant::String(random.pick(&self.texts).as_str().into()),
            Scalar::Timestamp => {
                Constant::Timestamp(Timestamp::parse_rfc3339(random.pick::<&str>(&TIMES)).unwrap())
            }
            Scalar::Duration => Constant::Duration(Span(*random.pick(&INTS))),
        }
    }
}

fn number(kind: Scalar) -> bool {
    matches!(kind, Scalar::Int | Scalar::Double)
}

fn element(kind: Type) -> Option<Scalar> {
    match kind {
        Type::List(element) => Some(element),
        other => other.scalar(),
    }
}
