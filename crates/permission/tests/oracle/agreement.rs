//! One case put before both, and where they differ.

use std::cell::Cell;
use std::fmt::Write;

use casemate_permission::{Effect, PermissionSet};

use super::choices::Choices;
use super::engine::{self, Asked};
use super::policy::{self, Decision, Permission, Request, Resource, decide};
use super::runs::House;
use super::{generate, tree};

/// How often each kind of answer was seen.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) requests: Cell<u64>,
    pub(crate) allowed: Cell<u64>,
    pub(crate) denied: Cell<u64>,
    pub(crate) conditional: Cell<u64>,
    pub(crate) in_error: Cell<u64>,
    pub(crate) denied_by_denial: Cell<u64>,
    pub(crate) not_filterable: Cell<u64>,
}

impl Tally {
    fn count(&self, cell: &Cell<u64>) {
        cell.set(cell.get() + 1);
    }

    /// As lines of a count and a percentage.
    pub(crate) fn lines(&self) -> Vec<(&'static str, u64, f64)> {
        [
            ("allowed", &self.allowed),
            ("denied", &self.denied),
            ("conditional", &self.conditional),
            ("in error", &self.in_error),
            ("denied by a denial", &self.denied_by_denial),
            ("no filter", &self.not_filterable),
        ]
        .map(|(word, cell)| (word, cell.get(), 100.0 * cell.get() as f64 / self.requests.get().max(1) as f64))
        .to_vec()
    }
}

/// A case: who holds what, and what is asked.
pub(crate) struct Case<'h> {
    pub(crate) house: &'h House,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) request: Request,
}

impl<'h> Case<'h> {
    pub(crate) fn draw(house: &'h House, choices: &mut Choices<'_>) -> Case<'h> {
        let (permissions, request) = generate::case(choices, &house.applications);
        Case { house, permissions, request }
    }

    pub(crate) fn set(&self) -> PermissionSet {
        engine::set(&self.house.catalog, &self.permissions)
    }

    pub(crate) fn expected(&self, resource: &Resource) -> Decision {
        let request = Request { resource: resource.clone(), ..self.request.clone() };
        decide(&self.house.applications, &self.permissions, &request)
    }

    /// Whether some property of the permissions was said, at registration, to have a condition that is no filter.
    fn has_remarks(&self) -> bool {
        self.house.catalog.remarks().iter().any(|remark| {
            let named = |(name, _): &(&str, _)| *name == remark.property;
            self.permissions.iter().any(|permission| permission.properties.iter().any(named))
        })
    }

    /// The case as somebody would retell it.
    pub(crate) fn describe(&self) -> String {
        let mut out = String::new();
        for permission in &self.permissions {
            let window = (permission.from, permission.until);
            writeln!(out, "holds {} {window:?}", permission.json()).expect("text");
        }
        writeln!(out, "asks {:?}", self.request).expect("text");
        let namespace = self.request.name.split('.').next().expect("a segment");
        for application in &self.house.applications {
            if application.namespaces.contains(&namespace) {
                let mut covering = application.clone();
                covering.entries.retain(|entry| policy::grants(&entry.name, &self.request.name));
                writeln!(out, "{}", policy::toml(&covering)).expect("text");
            }
        }
        out
    }
}

/// `check` against the evaluator, with the resource as the case has it.
pub(crate) fn check_differs(case: &Case<'_>, set: &PermissionSet, tally: &Tally) -> Option<String> {
    let expected = case.expected(&case.request.resource);
    let asked = Asked::new(&case.request);
    let decision = set.check(&asked.request());
    tally.count(&tally.requests);
    tally.count(match decision.effect {
        Effect::Allowed => &tally.allowed,
        Effect::Denied => &tally.denied,
        Effect::Conditional => &tally.conditional,
    });
    if expected.error {
        tally.count(&tally.in_error);
    }
    if expected.by_denial {
        tally.count(&tally.denied_by_denial);
    }
    let decided_by = expected.decided_by.map(|index| case.permissions[index].json().to_string());
    let decided = decision.permission.map(|permission| permission.as_json());
    let same_effect = match expected.effect {
        policy::Effect::Allowed => decision.effect == Effect::Allowed,
        policy::Effect::Denied => decision.effect == Effect::Denied,
        policy::Effect::Open => return Some("a whole resource leaves nothing open".to_owned()),
    };
    let same_permission = decided == decided_by.as_deref();
    (!same_effect || !same_permission).then(|| {
        format!(
            "check: {:?} by {decided:?}, expected {expected:?} by {decided_by:?}\n{}",
            decision.effect,
            case.describe()
        )
    })
}

/// `filter` with a part of the resource, against the evaluator on resources that the part may have come from.
pub(crate) fn filter_differs(
    case: &Case<'_>,
    set: &PermissionSet,
    choices: &mut Choices<'_>,
    tally: &Tally,
) -> Option<String> {
    let part = generate::partly(choices, &case.request.resource);
    let wholes = [case.request.resource.clone(), completed(choices, &part)];
    let open = Request { resource: part.clone(), ..case.request.clone() };
    let expected = case.expected(&part);
    let asked = Asked::new(&open);
    let tell = |what: String| Some(format!("filter: {what}\nwith {part:?}\n{}", case.describe()));
    tally.count(&tally.requests);
    let answer = match set.filter(&asked.request()) {
        Ok(answer) => answer,
        // Refused where it must be, for an expression that was named at registration, or where some resource could make
        // an evaluation run out of steps, which this evaluator does not count.
        Err(error)
            if expected.effect == policy::Effect::Open
                || case.has_remarks()
                || error.to_string().contains("more steps than an evaluation may") =>
        {
            assert!(error.to_string().len() > 20, "it says what cannot be a filter");
            tally.count(&tally.not_filterable);
            return None;
        }
        Err(error) => return tell(format!("refused ({error}), expected {expected:?}")),
    };
    tally.count(match answer.decision.effect {
        Effect::Allowed => &tally.allowed,
        Effect::Denied => &tally.denied,
        Effect::Conditional => &tally.conditional,
    });
    // What is decided for the evaluator is decided.
    let definite = match expected.effect {
        policy::Effect::Allowed => answer.decision.effect == Effect::Allowed,
        policy::Effect::Denied => answer.decision.effect == Effect::Denied,
        policy::Effect::Open => true,
    };
    if !definite || answer.filter.is_some() != (answer.decision.effect == Effect::Conditional) {
        return tell(format!("{:?}, expected {expected:?}", answer.decision));
    }
    if part == Resource::UNKNOWN && set.check(&asked.request()).effect != answer.decision.effect {
        return tell(format!("{:?}, and check without a resource differs", answer.decision));
    }
    let json = answer.filter.as_ref().map(|filter| filter.whole().to_json());
    for whole in wholes {
        let expected = case.expected(&whole).effect == policy::Effect::Allowed;
        let (predicate, naive) = match (answer.decision.effect, &answer.filter, &json) {
            (Effect::Conditional, Some(filter), Some(json)) => {
                let request = Request { resource: whole.clone(), ..case.request.clone() };
                let asked = Asked::new(&request);
                let namespace = case.request.name.split('.').next().expect("a segment");
                let applications = &case.house.applications;
                let owner = applications.iter().find(|owner| owner.namespaces.contains(&namespace));
                let attributes =
                    &owner.expect("nothing is conditional where nobody owns the name").attributes;
                // A naive reader knows no types: its resources have what was declared, as the columns of a table do.
                let naive = if tree::is_as_declared(&whole, attributes) {
                    tree::satisfies(&tree::parsed(json), &whole, attributes)
                } else {
                    expected
                };
                (filter.matches(&|name: &str| asked.attribute(name)), naive)
            }
            (effect, ..) => (effect == Effect::Allowed, effect == Effect::Allowed),
        };
        if predicate != expected || naive != expected {
            let filter = json.as_deref().unwrap_or("no filter");
            return tell(format!(
                "{:?}: {filter}\nexpected {expected}, the predicate says {predicate}, the naive reader {naive}, of {whole:?}",
                answer.decision.effect
            ));
        }
    }
    None
}

/// A whole resource that has what the part has.
fn completed(choices: &mut Choices<'_>, part: &Resource) -> Resource {
    let mut whole = generate::resource(choices);
    whole.attributes.retain(|(name, _)| part.attributes.iter().all(|(known, _)| known != name));
    whole.attributes.extend(part.attributes.iter().cloned());
    whole.id = part.id.clone().or(whole.id);
    whole.kind = part.kind.clone().or(whole.kind);
    whole
}
