//! `filter`: which resources? Every permission becomes two filters, *when its condition is true* and *when it is false*.

use casemate_expression::filter::{AllowDeny, Filter, FilterTooLarge};
use casemate_expression::{Branch, Failure, NotFilterable, Partial};
use thiserror::Error;

use crate::decide::{Decision, Effect, Means, Reason};
use crate::fault::Fault;
use crate::request::{Judged, Request};
use crate::schema::Coverage;
use crate::set::{Inner, PermissionSet};

/// The answer of `filter`.
#[derive(Clone, Debug)]
pub struct FilterAnswer<'s> {
    /// The decision; conditional where it depends on the resource.
    pub decision: Decision<'s>,
    /// Which resources are allowed, where the decision is conditional.
    pub filter: Option<AllowDeny>,
}

/// Why there is no filter.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FilterError {
    /// A property's condition cannot be said by any filter.
    #[error(
        "the property `{property}` of {permission} cannot be a filter: {reason}; decide resource by resource with check, or change the expression"
    )]
    NotFilterable {
        /// The permission's JSON.
        permission: String,
        /// The property.
        property: String,
        /// Why not.
        reason: String,
    },
    /// The filter is too large.
    #[error(transparent)]
    TooLarge(#[from] FilterTooLarge),
}

impl PermissionSet {
    /// Which resources a request is allowed for. Only what was not supplied of the resource is unknown; a null was
    /// supplied.
    ///
    /// # Errors
    /// When the answer depends on the resource in a way that no filter can say, or the filter is too large.
    pub fn filter(&self, request: &Request<'_>) -> Result<FilterAnswer<'_>, FilterError> {
        let sides = self.inner.sides(request, false);
        if let Some(decision) = sides.decided(self) {
            return Ok(FilterAnswer { decision, filter: None });
        }
        let filter = sides.filter(self)?;
        if filter.is_never() {
            return Ok(FilterAnswer { decision: NEVER, filter: None });
        }
        Ok(FilterAnswer { decision: CONDITIONAL, filter: Some(filter) })
    }

    /// As [`PermissionSet::check`], where what was not supplied of the resource is unknown rather than missing: where the
    /// answer depends on it, it is conditional.
    pub fn check_partial(&self, request: &Request<'_>) -> Decision<'_> {
        self.decided_partially(request, false)
    }

    /// As [`PermissionSet::check_partial`], about somebody of whom not all is known: where the answer depends on what
    /// was not supplied of the identity, on its groups or on its claims, it is conditional.
    pub fn check_somebody(&self, request: &Request<'_>) -> Decision<'_> {
        let decision = self.decided_partially(request, true);
        let depends = decision.effect == Effect::Conditional;
        match depends && self.decided_partially(request, false).effect != Effect::Conditional {
            true => Decision { reason: Reason::DependsOnIdentity, ..decision },
            false => decision,
        }
    }

    pub(crate) fn check_without_resource(&self, request: &Request<'_>) -> Decision<'_> {
        self.decided_partially(request, false)
    }

    fn decided_partially(&self, request: &Request<'_>, is_somebody: bool) -> Decision<'_> {
        let sides = self.inner.sides(request, is_somebody);
        if let Some(decision) = sides.decided(self) {
            return decision;
        }
        match sides.filter(self) {
            Ok(filter) if filter.is_never() => NEVER,
            Ok(_) | Err(_) => CONDITIONAL,
        }
    }
}

/// What allows contradicts what denies.
const NEVER: Decision<'static> =
    Decision { effect: Effect::Denied, reason: Reason::ConditionsNotMet, permission: None };

const CONDITIONAL: Decision<'static> =
    Decision { effect: Effect::Conditional, reason: Reason::DependsOnResource, permission: None };

/// When a permission holds, and which property stands in the way of saying so.
struct Side {
    permission: u32,
    when: Branch,
    /// The first property whose condition no filter can say.
    unsayable: Option<usize>,
    /// Whether a property failed.
    failed: bool,
}

#[derive(Default)]
struct Sides {
    allow: Vec<Side>,
    deny: Vec<Side>,
    matched: bool,
    failed: bool,
}

impl Sides {
    /// The decision, where it does not depend on the resource.
    fn decided<'s>(&self, set: &'s PermissionSet) -> Option<Decision<'s>> {
        // Sides stand in the order of their permissions.
        let always = |sides: &'_ [Side]| {
            let side = sides.iter().find(|side| side.when == Branch::ALWAYS);
            side.map(|side| (set.permission(side.permission), side.failed))
        };
        if let Some((permission, failed)) = always(&self.deny) {
            let reason = if failed { Reason::DenialFailed } else { Reason::PermissionDenies };
            return Some(Decision { effect: Effect::Denied, reason, permission });
        }
        if self.allow.is_empty() {
            let reason = match (self.failed, self.matched) {
                (true, _) => Reason::ConditionFailed,
                (false, true) => Reason::ConditionsNotMet,
                (false, false) => Reason::NoPermission,
            };
            return Some(Decision::denied(reason));
        }
        match always(&self.allow) {
            Some((permission, _)) if self.deny.is_empty() => {
                Some(Decision { effect: Effect::Allowed, reason: Reason::PermissionAllows, permission })
            }
            _ => None,
        }
    }

    fn filter(self, set: &PermissionSet) -> Result<AllowDeny, FilterError> {
        // INVARIANT: a permission that always allows outweighs the others that allow, sayable or not.
        let allow = match self.allow.iter().any(|side| side.when == Branch::ALWAYS) {
            true => Filter::True,
            false => either(self.allow, set)?,
        };
        Ok(AllowDeny::new(allow, either(self.deny, set)?)?)
    }
}

fn either(sides: Vec<Side>, set: &PermissionSet) -> Result<Filter, FilterError> {
    let filters = sides.into_iter().map(|side| match side.when {
        Branch::Filter(filter) => Ok(filter),
        Branch::NotFilterable(why) => {
            let permission =
                set.permission(side.permission).map(|permission| permission.as_json().to_owned());
            let permission = permission.unwrap_or_default();
            let property = side
                .unsayable
                .and_then(|index| crate::explain::property_names(&permission).into_iter().nth(index))
                .unwrap_or_default();
            Err(FilterError::NotFilterable { permission, property, reason: why.reason })
        }
    });
    Ok(Filter::or(filters.collect::<Result<Vec<_>, _>>()?))
}

impl Inner {
    fn sides(&self, request: &Request<'_>, is_somebody: bool) -> Sides {
        let mut found: Vec<u32> = Vec::new();
        self.each_matching(&request.name, request.now, |index| found.push(index));
        found.sort_unstable();
        found.dedup();
        let mut sides = Sides::default();
        let mut coverage = None;
        for index in found {
            self.add_side(&mut sides, index, (request, is_somebody), &mut coverage);
        }
        sides
    }

    fn add_side<'s>(
        &'s self,
        sides: &mut Sides,
        index: u32,
        (request, is_somebody): (&Request<'_>, bool),
        coverage: &mut Option<Coverage<'s>>,
    ) {
        let Some(compiled) = self.permissions.get(index as usize) else { return };
        let mut when_true = Vec::new();
        let mut when_false = Vec::new();
        let mut error = false;
        let mut may_run_out = false;
        let arena = self.arena();
        for property in self.properties_of(compiled) {
            match self.meaning(coverage, &request.name, property) {
                Means::Nothing => {
                    when_true.push(Branch::ALWAYS);
                    when_false.push(Branch::NEVER);
                }
                Means::Error(_) => {
                    error = true;
                    when_true.push(Branch::NEVER);
                    when_false.push(Branch::NEVER);
                }
                Means::Condition(when) => {
                    let judged =
                        Judged { request, value: property.value, arena: &arena, partial: true, is_somebody };
                    let (yes, no) = match when.partial(&judged) {
                        Partial::Known(Ok(true)) => (Branch::ALWAYS, Branch::NEVER),
                        Partial::Known(Ok(false)) => (Branch::NEVER, Branch::ALWAYS),
                        Partial::Known(Err(Failure::OutOfSteps)) => {
                            // The permission fails, whatever else it has.
                            (when_true, when_false) = (vec![Branch::NEVER], Vec::new());
                            error = true;
                            break;
                        }
                        Partial::Known(Err(_)) => {
                            error = true;
                            (Branch::NEVER, Branch::NEVER)
                        }
                        Partial::Residual(residual) => {
                            error |=
                                residual.when_true == Branch::NEVER && residual.when_false == Branch::NEVER;
                            (residual.when_true, residual.when_false)
                        }
                        Partial::MayRunOut => {
                            let reason = "for some resources it takes more steps than an evaluation may";
                            let why = Branch::NotFilterable(NotFilterable { reason: reason.to_owned() });
                            may_run_out = true;
                            (why.clone(), why)
                        }
                    };
                    when_true.push(yes);
                    when_false.push(no);
                }
            }
        }
        let unsayable = |branches: &[Branch]| {
            branches.iter().position(|branch| matches!(branch, Branch::NotFilterable(_)))
        };
        let (when, unsayable) = if compiled.is_denial() {
            let unsayable = unsayable(&when_false);
            let ran_out = unsayable.filter(|_| may_run_out).and_then(|at| when_false.get(at).cloned());
            let when = match (ran_out, Fault::FilterForgetsFailures.is_seeded()) {
                (_, true) => Branch::and(when_true),
                // Even where another property is false, running out makes the denial fail, and so hold.
                (Some(ran_out), false) => ran_out,
                (None, false) => Branch::or(when_false).negated(),
            };
            (when, unsayable)
        } else {
            sides.matched = true;
            let unsayable = unsayable(&when_true);
            (Branch::and(when_true), unsayable)
        };
        if when == Branch::NEVER {
            sides.failed |= error && !compiled.is_denial();
            return;
        }
        let side = Side { permission: index, when, unsayable, failed: error };
        match compiled.is_denial() {
            true if Fault::FilterForgetsDenials.is_seeded() => {}
            true => sides.deny.push(side),
            false => sides.allow.push(side),
        }
    }
}
