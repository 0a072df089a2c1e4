//! The texts of an explanation.

use std::fmt::Write as _;

use casemate_expression::{Branch, Partial};
use serde_json::{Value as Json, json};

use super::{Explanation, near, properties};
use crate::decide::{Decision, Effect, Means, PropertyError, Reason};
use crate::request::Judged;
use crate::set::PermissionRef;

/// What became of one property, or of a whole permission.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    True,
    False,
    Error,
    Unknown,
    Opaque,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Outcome::True => "true",
            Outcome::False => "false",
            Outcome::Error => "error",
            Outcome::Unknown => "depends on the resource",
            Outcome::Opaque => "opaque",
        }
    }
}

struct ExplainedProperty {
    name: String,
    value: String,
    outcome: Outcome,
    detail: String,
    final_error: bool,
}

struct Explained<'s> {
    permission: PermissionRef<'s>,
    outcome: Outcome,
    properties: Vec<ExplainedProperty>,
}

impl Explanation<'_, '_> {
    /// As JSON: decision, stable reason code, the sentence, every matching permission with its properties, near misses.
    pub fn to_json(&self) -> Json {
        let matching: Vec<Json> = self
            .explained()
            .iter()
            .map(|explained| {
                let properties: Vec<Json> = explained
                    .properties
                    .iter()
                    .map(|property| {
                        json!({
                            "name": property.name,
                            "value": parsed(&property.value),
                            "outcome": property.outcome.name(),
                            "detail": property.detail,
                        })
                    })
                    .collect();
                let mut entry = permission_json(&explained.permission);
                if let Some(entry) = entry.as_object_mut() {
                    entry.insert("outcome".to_owned(), explained.outcome.name().into());
                    entry.insert("properties".to_owned(), properties.into());
                }
                entry
            })
            .collect();
        let near: Vec<Json> = near::near_misses(self.set, self.request)
            .iter()
            .map(|miss| {
                let mut entry = permission_json(&miss.permission);
                if let Some(entry) = entry.as_object_mut() {
                    entry.insert("why".to_owned(), miss.why.as_str().into());
                }
                entry
            })
            .collect();
        json!({
            "decision": self.decision.effect.name(),
            "reason_code": self.decision.reason.code(),
            "reason": self.sentence(),
            "name": self.request.name.as_str(),
            "permission": self.decision.permission.as_ref().map(permission_json),
            "matching": matching,
            "near": near,
        })
    }

    /// As text for a terminal.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.sentence());
        for explained in self.explained() {
            let effect = if explained.permission.is_denial() { "denies" } else { "allows" };
            let _ = writeln!(
                text,
                "  {} [{effect}, {}]{}",
                explained.permission.as_json(),
                explained.outcome.name(),
                came_from(&explained.permission)
            );
            for property in &explained.properties {
                let _ = writeln!(
                    text,
                    "    {} = {}: {}{}",
                    property.name,
                    property.value,
                    property.outcome.name(),
                    if property.detail.is_empty() {
                        String::new()
                    } else {
                        format!(" ({})", property.detail)
                    }
                );
            }
        }
        let near = near::near_misses(self.set, self.request);
        if !near.is_empty() {
            text.push_str("  near:\n");
            for miss in near {
                let _ = writeln!(text, "    {} {}", miss.permission.as_json(), miss.why);
            }
        }
        text
    }

    /// The one sentence a person reads: why, why not, and what would change it.
    pub fn sentence(&self) -> String {
        let name = self.request.name.as_str();
        let permission = |decision: &Decision<'_>| {
            decision.permission.map_or_else(String::new, |permission| {
                format!("{}{}", permission.as_json(), came_from(&permission))
            })
        };
        match self.decision.reason {
            Reason::PermissionAllows => format!("`{name}` is allowed by {}.", permission(&self.decision)),
            Reason::PermissionDenies => {
                format!(
                    "`{name}` is denied by {}; only taking that denial away changes it.",
                    permission(&self.decision)
                )
            }
            Reason::DenialFailed => format!(
                "`{name}` is denied by {}, whose condition could not be evaluated{}: a denial that fails denies.",
                permission(&self.decision),
                self.details(&[Outcome::Error])
            ),
            Reason::NoPermission => {
                format!("`{name}` is denied: no permission matches it. Grant `{name}` or a pattern over it.")
            }
            Reason::ConditionsNotMet => format!(
                "`{name}` is denied: {}{}. Another resource, or a permission with fewer restrictions, would change it.",
                self.none_holds(),
                self.details(&[Outcome::False, Outcome::Unknown])
            ),
            Reason::ConditionFailed => format!(
                "`{name}` is denied: {} and something could not be evaluated{}. Supply what is missing, or correct the permission or its schema.",
                self.none_holds(),
                self.details(&[Outcome::Error])
            ),
            Reason::DependsOnResource => format!(
                "`{name}` depends on the resource: ask again with one, or ask for a filter. Where only yes or no fits, it is denied."
            ),
            Reason::DependsOnIdentity => format!(
                "`{name}` depends on who it is: ask again about somebody. Where only yes or no fits, it is denied."
            ),
            Reason::InvalidName => format!("`{name}` is denied: it is no name."),
            Reason::OutsideApplication => {
                format!("`{name}` is denied: it lies outside the namespaces of the asking application.")
            }
            Reason::SourceFailed => format!("`{name}` is denied: the permissions could not be loaded."),
        }
    }

    /// How many permissions that would allow it match, none of which holds.
    fn none_holds(&self) -> String {
        let allowing =
            |index: &&u32| self.set.permission(**index).is_some_and(|permission| !permission.is_denial());
        match self.matching.iter().filter(allowing).count() {
            1 => "one permission matches it, whose conditions are not met".to_owned(),
            count => format!("{count} permissions match it, and the conditions of none are met"),
        }
    }

    /// The properties with one of these outcomes that stood in the way, in brackets.
    fn details(&self, wanted: &[Outcome]) -> String {
        let denied_by = self.decision.permission.map(|permission| permission.index());
        let details: Vec<String> = self
            .explained()
            .into_iter()
            .filter(|one| !one.permission.is_denial() || denied_by == Some(one.permission.index()))
            .flat_map(|explained| explained.properties)
            .filter(|property| wanted.contains(&property.outcome))
            .map(|property| format!("{}: {}", property.name, property.detail))
            .take(3)
            .collect();
        if details.is_empty() { String::new() } else { format!(" ({})", details.join("; ")) }
    }

    fn explained(&self) -> Vec<Explained<'_>> {
        self.matching
            .iter()
            .filter_map(|index| self.set.permission(*index))
            .map(|one| self.explain_one(one))
            .collect()
    }

    fn explain_one<'e>(&'e self, permission: PermissionRef<'e>) -> Explained<'e> {
        let inner = &self.set.inner;
        let mut coverage = None;
        let compiled = permission.compiled();
        let partial = self.request.resource.is_none();
        let arena = inner.arena();
        let explained: Vec<ExplainedProperty> = properties(permission.as_json())
            .into_iter()
            .zip(inner.properties_of(compiled))
            .map(|((name, value), property)| {
                let value = value.to_json();
                let (outcome, detail, final_error) =
                    match inner.meaning(&mut coverage, &self.request.name, property) {
                        Means::Nothing => (Outcome::Opaque, "handed to the application".to_owned(), false),
                        Means::Error(PropertyError::Undeclared) => {
                            (Outcome::Error, "no schema entry for this name declares it".to_owned(), false)
                        }
                        Means::Error(PropertyError::Mismatch) => {
                            (Outcome::Error, "the value does not fit its declaration".to_owned(), false)
                        }
                        Means::Condition(when) => {
                            let value = property.value;
                            let judged = Judged {
                                request: self.request,
                                value,
                                arena: &arena,
                                partial,
                                is_somebody: false,
                            };
                            match when.partial(&judged) {
                                Partial::Known(Ok(true)) => (Outcome::True, when.source().to_owned(), false),
                                Partial::Known(Ok(false)) => {
                                    (Outcome::False, format!("{} is false", when.source()), false)
                                }
                                Partial::Known(Err(failure)) => {
                                    let last = failure == casemate_expression::Failure::OutOfSteps;
                                    (Outcome::Error, failure.to_string(), last)
                                }
                                Partial::Residual(residual) if residual.when_true == Branch::NEVER => {
                                    (Outcome::Unknown, format!("{} is never true", when.source()), false)
                                }
                                Partial::Residual(_) | Partial::MayRunOut => {
                                    (Outcome::Unknown, when.source().to_owned(), false)
                                }
                            }
                        }
                    };
                ExplainedProperty { name, value, outcome, detail, final_error }
            })
            .collect();
        let has = |outcome| explained.iter().any(|property| property.outcome == outcome);
        let outcome = if explained.iter().any(|property| property.final_error) {
            Outcome::Error
        } else if has(Outcome::False) {
            Outcome::False
        } else if has(Outcome::Error) {
            Outcome::Error
        } else if has(Outcome::Unknown) {
            Outcome::Unknown
        } else {
            Outcome::True
        };
        Explained { permission, outcome, properties: explained }
    }
}

fn came_from(permission: &PermissionRef<'_>) -> String {
    match permission.grant() {
        Some(grant) => match &grant.origin.via {
            Some(via) => format!(" from {} {} via {via}", grant.origin.kind.name(), grant.origin.name),
            None => format!(" from {} {}", grant.origin.kind.name(), grant.origin.name),
        },
        None => String::new(),
    }
}

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or(Json::Null)
}

/// A permission with where it came from, as JSON.
pub(crate) fn permission_json(permission: &PermissionRef<'_>) -> Json {
    let mut entry = json!({ "permission": parsed(permission.as_json()), "effect": if permission.is_denial() { "deny" } else { "allow" } });
    if let (Some(grant), Some(entry)) = (permission.grant(), entry.as_object_mut()) {
        let mut origin = json!({ "kind": grant.origin.kind.name(), "name": grant.origin.name });
        if let Some(origin) = origin.as_object_mut() {
            if let Some(via) = &grant.origin.via {
                origin.insert("via".to_owned(), via.as_str().into());
            }
            if let Some(from) = grant.from {
                origin.insert("from".to_owned(), from.to_string().into());
            }
            if let Some(until) = grant.until {
                origin.insert("until".to_owned(), until.to_string().into());
            }
        }
        entry.insert("origin".to_owned(), origin);
    }
    entry
}

impl PermissionRef<'_> {
    /// The permission with its effect and where it came from, as JSON.
    pub fn to_json(&self) -> Json {
        permission_json(self)
    }
}

impl Decision<'_> {
    /// Decision, stable reason code and deciding permission, as JSON.
    pub fn to_json(&self) -> Json {
        let permission = self.permission.as_ref().map(permission_json);
        let mut answer = json!({ "decision": self.effect.name(), "reason_code": self.reason.code() });
        if let (Some(permission), Some(answer)) = (permission, answer.as_object_mut()) {
            answer.insert("permission".to_owned(), permission);
        }
        answer
    }
}

impl Effect {
    /// What a caller is told that knows only yes and no.
    pub fn as_bool(self) -> bool {
        self == Effect::Allowed
    }
}
