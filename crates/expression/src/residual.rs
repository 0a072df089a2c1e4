//! What is left of an expression when only a part of its input is known.

use crate::filter::{Attribute, Filter};
use crate::filterable::{self, NotFilterable};
use crate::node::Node;
use crate::scope::Failure;

/// A filter, or the reason why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Branch {
    /// The condition on the attributes.
    Filter(Filter),
    /// The condition exists, but no filter can say it.
    NotFilterable(NotFilterable),
}

/// When an expression is true and when it is false; elsewhere it fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Residual {
    /// When it is true.
    pub when_true: Branch,
    /// When it is false.
    pub when_false: Branch,
}

/// What partial evaluation found.
#[derive(Clone, Debug, PartialEq)]
pub enum Partial<'e> {
    /// Decided by what is known.
    Known(Result<bool, Failure<'e>>),
    /// Depends on attributes that are not known.
    Residual(Residual),
    /// Depends on attributes that are not known, and for some of their values evaluating runs out of steps: a failure
    /// that nothing outweighs, and that no filter can say.
    MayRunOut,
}

impl Branch {
    /// No resource at all.
    pub const NEVER: Branch = Branch::Filter(Filter::False);
    /// Every resource.
    pub const ALWAYS: Branch = Branch::Filter(Filter::True);

    /// All of these: false as soon as one is, even beside what no filter can say.
    pub fn and(branches: impl IntoIterator<Item = Branch>) -> Branch {
        Branch::join(branches, &Filter::False, Filter::and)
    }

    /// Any of these: true as soon as one is, even beside what no filter can say.
    pub fn or(branches: impl IntoIterator<Item = Branch>) -> Branch {
        Branch::join(branches, &Filter::True, Filter::or)
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Branch {
        match self {
            Branch::Filter(filter) => Branch::Filter(Filter::not(filter)),
            reason @ Branch::NotFilterable(_) => reason,
        }
    }

    fn join(
        branches: impl IntoIterator<Item = Branch>,
        decisive: &Filter,
        joined: impl FnOnce(Vec<Filter>) -> Filter,
    ) -> Branch {
        let mut filters = Vec::new();
        let mut reason = None;
        for branch in branches {
            match branch {
                Branch::Filter(filter) if filter == *decisive => return Branch::Filter(filter),
                Branch::Filter(filter) => filters.push(filter),
                Branch::NotFilterable(why) => reason = reason.or(Some(why)),
            }
        }
        match (joined(filters), reason) {
            (filter, Some(_)) if filter == *decisive => Branch::Filter(filter),
            (_, Some(why)) => Branch::NotFilterable(why),
            (filter, None) => Branch::Filter(filter),
        }
    }
}

impl Residual {
    pub(crate) const FAILS: Residual = Residual { when_true: Branch::NEVER, when_false: Branch::NEVER };

    pub(crate) fn of(truth: bool) -> Residual {
        if truth {
            Residual { when_true: Branch::ALWAYS, when_false: Branch::NEVER }
        } else {
            Residual { when_true: Branch::NEVER, when_false: Branch::ALWAYS }
        }
    }

    pub(crate) fn swapped(self) -> Residual {
        Residual { when_true: self.when_false, when_false: self.when_true }
    }

    pub(crate) fn unsayable(node: &Node) -> Residual {
        let why = Branch::NotFilterable(filterable::reason(node));
        Residual { when_true: why.clone(), when_false: why }
    }

    /// A test behind the guards of the attributes it reads, and its opposite behind the same guards.
    pub(crate) fn guarded(guards: &[&Attribute], test: &Filter) -> Residual {
        let behind = |filter: Filter| {
            let guards = guards.iter().map(|attribute| Filter::exists((*attribute).clone()));
            Branch::Filter(Filter::and(guards.chain([filter])))
        };
        Residual { when_true: behind(test.clone()), when_false: behind(Filter::not(test.clone())) }
    }

    pub(crate) fn any(parts: Vec<Residual>) -> Residual {
        let (when_true, when_false): (Vec<_>, Vec<_>) =
            parts.into_iter().map(|part| (part.when_true, part.when_false)).unzip();
        Residual { when_true: Branch::or(when_true), when_false: Branch::and(when_false) }
    }

    pub(crate) fn all(parts: Vec<Residual>) -> Residual {
        Residual::any(parts.into_iter().map(Residual::swapped).collect()).swapped()
    }
}
