//! The decision: deny by default, denials override, errors never widen.

use casemate_expression::{Arena, Expression, Failure};
use thiserror::Error;

use crate::fault::Fault;
use crate::limits;
use crate::name::Name;
use crate::request::{Judged, Request};
use crate::schema::{Coverage, PropertyMeaning};
use crate::set::{Compiled, CompiledProperty, Inner, PermissionRef, PermissionSet};

/// What a decision comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Yes.
    Allowed,
    /// No.
    Denied,
    /// It depends on the resource, which was not given. Wherever only yes or no fits, this is no.
    Conditional,
}

impl Effect {
    /// `allowed`, `denied` or `conditional`.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Allowed => "allowed",
            Effect::Denied => "denied",
            Effect::Conditional => "conditional",
        }
    }
}

/// Why a decision is as it is; its code is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A permission allows it.
    PermissionAllows,
    /// A permission denies it, its condition being true.
    PermissionDenies,
    /// A denying permission's condition failed, which denies.
    DenialFailed,
    /// No permission matches the name.
    NoPermission,
    /// Permissions match, and the condition of each is false.
    ConditionsNotMet,
    /// Permissions match, none holds, and the condition of one at least failed.
    ConditionFailed,
    /// It depends on the resource.
    DependsOnResource,
    /// It depends on who somebody is of whom too little is known.
    DependsOnIdentity,
    /// The requested name is no name.
    InvalidName,
    /// The requested name lies outside the namespaces of the asking application.
    OutsideApplication,
    /// The permissions could not be loaded.
    SourceFailed,
}

impl Reason {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Reason::PermissionAllows => "permission_allows",
            Reason::PermissionDenies => "permission_denies",
            Reason::DenialFailed => "denial_failed",
            Reason::NoPermission => "no_permission",
            Reason::ConditionsNotMet => "conditions_not_met",
            Reason::ConditionFailed => "condition_failed",
            Reason::DependsOnResource => "depends_on_resource",
            Reason::DependsOnIdentity => "depends_on_identity",
            Reason::InvalidName => "invalid_name",
            Reason::OutsideApplication => "outside_application",
            Reason::SourceFailed => "source_failed",
        }
    }
}

/// The answer to a request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'s> {
    /// What it comes to.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// The permission that decided: a denying one first, else in the order of name and JSON text.
    pub permission: Option<PermissionRef<'s>>,
}

impl Decision<'_> {
    /// Whether it is yes; conditional is no.
    pub fn is_allowed(&self) -> bool {
        self.effect == Effect::Allowed
    }

    /// A denial by something outside the set: an invalid name, a failing source.
    pub fn denied(reason: Reason) -> Decision<'static> {
        Decision { effect: Effect::Denied, reason, permission: None }
    }
}

/// There are too many requests in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the batch has {0} requests; at most {max} are allowed, so split it", max = limits::BATCH)]
pub struct BatchTooLarge(pub usize);

/// The truth of a permission's condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    True,
    False,
    Error,
}

/// What a property does to its permission.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Means<'s> {
    /// It constrains nothing here.
    Nothing,
    /// It makes the permission an error.
    Error(PropertyError),
    /// It puts a condition on the request.
    Condition(&'s Expression),
}

/// Why a property makes its permission an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PropertyError {
    /// The covering entries do not declare it.
    Undeclared,
    /// Its value does not fit its declaration.
    Mismatch,
}

impl PermissionSet {
    /// Decides a request. With a resource the answer is allowed or denied; without, it may be conditional.
    ///
    /// With a resource whose values are borrowed this allocates nothing, and its cost does not depend on what other
    /// identities hold.
    pub fn check(&self, request: &Request<'_>) -> Decision<'_> {
        if request.resource.is_none() {
            return self.check_without_resource(request);
        }
        self.inner.decide(request).resolve(self)
    }

    /// Decides many requests on one snapshot; the answers stand in the order of the requests.
    ///
    /// # Errors
    /// When there are more than [`limits::BATCH`]; then none is decided.
    pub fn check_many(&self, requests: &[Request<'_>]) -> Result<Vec<Decision<'_>>, BatchTooLarge> {
        if requests.len() > limits::BATCH {
            return Err(BatchTooLarge(requests.len()));
        }
        Ok(requests.iter().map(|request| self.check(request)).collect())
    }
}

/// The indices of what decided.
#[derive(Clone, Copy)]
pub(crate) struct Tally {
    deny: Option<u32>,
    deny_failed: bool,
    allow: Option<u32>,
    matched: bool,
    failed: bool,
}

impl Tally {
    fn resolve(self, set: &PermissionSet) -> Decision<'_> {
        let (effect, reason, permission) = match (self.deny, self.allow) {
            (Some(_), Some(allow)) if Fault::AllowOverridesDenial.is_seeded() => {
                (Effect::Allowed, Reason::PermissionAllows, Some(allow))
            }
            (Some(deny), _) if self.deny_failed => (Effect::Denied, Reason::DenialFailed, Some(deny)),
            (Some(deny), _) => (Effect::Denied, Reason::PermissionDenies, Some(deny)),
            (None, Some(allow)) => (Effect::Allowed, Reason::PermissionAllows, Some(allow)),
            (None, None) if self.failed => (Effect::Denied, Reason::ConditionFailed, None),
            (None, None) if self.matched => (Effect::Denied, Reason::ConditionsNotMet, None),
            (None, None) => (Effect::Denied, Reason::NoPermission, None),
        };
        Decision { effect, reason, permission: permission.and_then(|index| set.permission(index)) }
    }
}

impl Inner {
    #[inline]
    pub(crate) fn decide(&self, request: &Request<'_>) -> Tally {
        let mut tally = Tally { deny: None, deny_failed: false, allow: None, matched: false, failed: false };
        let mut coverage = None;
        let arena = self.arena();
        self.each_matching(&request.name, request.now, |index| {
            let Some(compiled) = self.permissions.get(index as usize) else { return };
            let decided = if compiled.is_denial() { tally.deny } else { tally.allow };
            if !compiled.is_denial() {
                tally.matched = true;
            }
            // INVARIANT: only a permission that comes earlier in the order can still change the answer.
            if decided.is_some_and(|decided| decided <= index) {
                return;
            }
            match (self.condition(compiled, request, &arena, &mut coverage), compiled.is_denial()) {
                (Condition::False, _) => {}
                (Condition::Error, true) if Fault::LostDenial.is_seeded() => {}
                (Condition::Error, false) if Fault::ErrorAllows.is_seeded() => tally.allow = Some(index),
                (Condition::True, true) => (tally.deny, tally.deny_failed) = (Some(index), false),
                (Condition::Error, true) => (tally.deny, tally.deny_failed) = (Some(index), true),
                (Condition::True, false) => tally.allow = Some(index),
                (Condition::Error, false) => tally.failed = true,
            }
        });
        tally
    }

    /// The conjunction of a permission's properties, whatever their order: any false makes it false, else any failure
    /// an error. Running out of steps is an error whatever stands beside it.
    #[inline]
    fn condition<'s>(
        &'s self,
        compiled: &Compiled,
        request: &Request<'_>,
        arena: &Arena<'_>,
        coverage: &mut Option<Coverage<'s>>,
    ) -> Condition {
        let properties = self.properties_of(compiled);
        if properties.is_empty() {
            return Condition::True;
        }
        let mut condition = Condition::True;
        let properties = match Fault::FirstPropertyOnly.is_seeded() {
            true => properties.get(..1).unwrap_or_default(),
            false => properties,
        };
        for property in properties {
            let when = match self.meaning(coverage, &request.name, property) {
                Means::Nothing => continue,
                Means::Error(_) => None,
                Means::Condition(when) => Some(when),
            };
            // INVARIANT: once false, only running out of steps can change the condition.
            if condition == Condition::False && !when.is_some_and(Expression::may_run_out) {
                continue;
            }
            let judged = Judged { request, value: property.value, arena, partial: false, is_somebody: false };
            match when.map(|when| when.evaluate(&judged)) {
                Some(Ok(true)) => {}
                Some(Ok(false)) if compiled.is_steady() => return Condition::False,
                Some(Ok(false)) => condition = Condition::False,
                Some(Err(Failure::OutOfSteps)) => return Condition::Error,
                Some(Err(_)) | None if Fault::ErrorOutweighsFalse.is_seeded() => return Condition::Error,
                Some(Err(_)) | None if condition == Condition::True => condition = Condition::Error,
                Some(Err(_)) | None => {}
            }
        }
        condition
    }

    /// What a property of a permission means for a name.
    #[inline(always)]
    pub(crate) fn meaning<'s>(
        &'s self,
        coverage: &mut Option<Coverage<'s>>,
        name: &Name<'_>,
        property: &CompiledProperty,
    ) -> Means<'s> {
        let meaning = match property.settled() {
            Some(meaning) => meaning,
            None => self.meaning_for(coverage, name, property),
        };
        let declared = match meaning {
            PropertyMeaning::Declared(index) => self.catalog.meaning(index),
            PropertyMeaning::Opaque => return Means::Nothing,
            PropertyMeaning::Undeclared => None,
        };
        match declared {
            None if Fault::UndeclaredIgnored.is_seeded() => Means::Nothing,
            None => Means::Error(PropertyError::Undeclared),
            Some(meaning) if property.fits >> meaning.shape & 1 == 0 => {
                match Fault::MismatchIgnored.is_seeded() {
                    true => Means::Nothing,
                    false => Means::Error(PropertyError::Mismatch),
                }
            }
            Some(meaning) => meaning.when.as_ref().map_or(Means::Nothing, Means::Condition),
        }
    }

    #[inline(never)]
    fn meaning_for<'s>(
        &'s self,
        coverage: &mut Option<Coverage<'s>>,
        name: &Name<'_>,
        property: &CompiledProperty,
    ) -> PropertyMeaning {
        let coverage = coverage.get_or_insert_with(|| self.catalog.coverage(name));
        self.catalog.property_meaning(coverage, name, property.name())
    }
}
