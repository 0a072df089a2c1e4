//! Which operators take which operands.

use super::tree::{Attribute, Constant, Operand, Operator, Test};
use crate::types::{Scalar, Type};

impl Test {
    /// Whether the operator takes an attribute of this type and such an operand.
    pub(crate) fn is_well_typed(&self) -> bool {
        let element = match self.attribute.kind {
            Type::List(element) => Some(element),
            _ => None,
        };
        let scalar = self.attribute.kind.scalar();
        match self.operator {
            Operator::Exists => self.operand == Operand::None,
            Operator::Eq | Operator::Ne | Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => {
                scalar.is_some_and(|kind| self.operand.is_one(kind))
            }
            Operator::In => scalar.is_some_and(|kind| self.operand.is_list(kind)),
            Operator::StartsWith | Operator::EndsWith | Operator::ContainsText => {
                scalar == Some(Scalar::String) && self.operand.is_one(Scalar::String)
            }
            Operator::HasMember => element.is_some_and(|kind| self.operand.is_one(kind)),
            Operator::Intersects => element.is_some_and(|kind| self.operand.is_list(kind)),
        }
    }
}

impl Operand {
    fn is_one(&self, kind: Scalar) -> bool {
        match self {
            Operand::None => false,
            Operand::Value(constant) => constant.scalar().is_some_and(|other| comparable(kind, other)),
            Operand::Other(attribute) => attribute.kind.scalar().is_some_and(|other| comparable(kind, other)),
        }
    }

    fn is_list(&self, kind: Scalar) -> bool {
        match self {
            Operand::Value(Constant::List(list)) => {
                list.iter().all(|item| item.scalar().is_some_and(|other| comparable(kind, other)))
            }
            Operand::Other(Attribute { kind: Type::List(other), .. }) => comparable(kind, *other),
            _ => false,
        }
    }
}

impl Constant {
    /// The constant's type; `None` for a list.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        match self {
            Constant::Bool(_) => Some(Scalar::Bool),
            Constant::Int(_) => Some(Scalar::Int),
            Constant::Double(_) => Some(Scalar::Double),
            Constant::String(_) => Some(Scalar::String),
            Constant::Timestamp(_) => Some(Scalar::Timestamp),
            Constant::Duration(_) => Some(Scalar::Duration),
            Constant::List(_) => None,
        }
    }
}

fn comparable(a: Scalar, b: Scalar) -> bool {
    let number = |scalar| matches!(scalar, Scalar::Int | Scalar::Double);
    a == b || (number(a) && number(b))
}
