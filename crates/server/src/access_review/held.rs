//! An assignment with what it gives, and whether the latest decision about it holds.

use casemate_directory::Given;
use casemate_directory::model::{AssignmentDocument, Granted};
use casemate_expression::Timestamp;
use casemate_store::{ReviewDecision, StoredReview};

use super::query::ReviewQuery;
use super::view::{Holder, Holding, LatestReview, State};

/// Whether an assignment counts at a time, in microseconds since 1970 (UTC).
pub(super) fn state_of(document: &AssignmentDocument, now: i64) -> State {
    match (document.from, document.until) {
        (_, Some(until)) if until.0.0 <= now => State::Over,
        (Some(from), _) if now < from.0.0 => State::NotYet,
        _ => State::InForce,
    }
}

/// What an assignment gives to whoever it reaches.
pub(super) struct Held {
    pub(super) id: String,
    pub(super) document: AssignmentDocument,
    pub(super) given: Given,
    pub(super) state: State,
    pub(super) since: i64,
    pub(super) granted: Option<Granted>,
    /// The latest decision about it.
    pub(super) review: Option<StoredReview>,
}

impl Held {
    /// Whether the latest decision about it holds: it gives just what the reviewer certified, or is over as they wanted it.
    fn is_as_reviewed(&self) -> bool {
        self.review.as_ref().is_some_and(|review| match review.decision {
            ReviewDecision::Certified => review.state == self.given.state,
            ReviewDecision::Revoked => self.state == State::Over,
        })
    }

    /// Whether the query asks for it, by what was decided.
    pub(super) fn is_reviewed_as(&self, query: &ReviewQuery) -> bool {
        let holds = self.is_as_reviewed();
        let at = self.review.as_ref().map(|review| review.at);
        let is_within = |since: i64| holds && at.is_some_and(|at| at >= since);
        query.reviewed_since.is_none_or(is_within)
            && query.not_reviewed_since.is_none_or(|since| !is_within(since))
            && (!query.changed_since_review || (at.is_some() && !holds))
    }

    /// It as somebody has it, who may have it by a group, and used it last then.
    pub(super) fn by(
        &self,
        holder: Holder,
        group: Option<&str>,
        used: Option<(i64, &'static str)>,
    ) -> Holding {
        let time = |micros: i64| Timestamp(micros).to_string();
        Holding {
            assignment: self.id.clone(),
            holder,
            role: self.document.role.clone(),
            team: self.document.team.clone(),
            roles: self.given.roles.clone(),
            revision: self.given.revision,
            group: group.map(str::to_owned),
            state: self.state,
            since: time(self.since),
            until: self.document.until.map(|until| until.0.to_string()),
            granted: self.granted.clone(),
            reason: self.document.reason.clone(),
            review: self.review.as_ref().map(|review| LatestReview::of(review, self.is_as_reviewed())),
            last_used: used.map(|(at, _)| time(at)),
            last_used_by: used.map(|(_, by)| by),
            looked_back_to: None,
        }
    }
}
