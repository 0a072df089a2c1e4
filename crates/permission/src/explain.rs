//! `explain`: every permission that matched, what became of each of its properties, and one sentence for people.

use casemate_expression::Datum;

use crate::decide::{Decision, Effect};
use crate::request::Request;
use crate::set::PermissionSet;

mod near;
mod render;

pub use near::NearMiss;

/// Why a request was answered as it was. Built cheaply; the texts come with [`Explanation::to_json`] and
/// [`Explanation::to_text`].
#[derive(Clone, Debug)]
pub struct Explanation<'s, 'r> {
    set: &'s PermissionSet,
    request: &'r Request<'r>,
    /// The decision.
    pub decision: Decision<'s>,
    matching: Vec<u32>,
}

impl PermissionSet {
    /// Explains the answer to a request.
    pub fn explain<'s, 'r>(&'s self, request: &'r Request<'r>) -> Explanation<'s, 'r> {
        let mut matching = Vec::with_capacity(8);
        self.inner.each_matching(&request.name, request.now, |index| matching.push(index));
        matching.sort_unstable();
        matching.dedup();
        Explanation { set: self, request, decision: self.check(request), matching }
    }
}

impl Explanation<'_, '_> {
    /// How many permissions match the name and are in force.
    pub fn matching(&self) -> usize {
        self.matching.len()
    }

    /// Whether the answer is yes.
    pub fn is_allowed(&self) -> bool {
        self.decision.effect == Effect::Allowed
    }
}

/// The names of a permission's properties, in the order in which they are compiled.
pub(crate) fn property_names(json: &str) -> Vec<String> {
    properties(json).into_iter().map(|(name, _)| name).collect()
}

fn properties(json: &str) -> Vec<(String, Datum)> {
    let Ok(Datum::Map(members)) = Datum::from_json(json) else { return Vec::new() };
    members
        .iter()
        .filter(|(name, _)| !crate::permission::is_reserved(name))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}
