//! What a review shows.

use casemate_directory::model::{Granted, Target, When};
use casemate_expression::Timestamp;
use casemate_store::{ReviewDecision, StoredReview};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that somebody holds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewEntry")]
pub struct Holding {
    /// The id of the assignment.
    pub assignment: String,
    /// Who holds it. A group stands for itself before its members: others than those may come with tokens.
    pub holder: Holder,
    /// The role that is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The team that is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// All roles that are held by it: those of a team, and those that others extend.
    pub roles: Vec<String>,
    /// The group through which it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Whether it counts.
    pub state: State,
    /// Since when it is held, or from when on it will be.
    #[schemars(extend("format" = "date-time"))]
    pub since: String,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub until: Option<String>,
    /// Who granted it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<Granted>,
    /// The reason that was given for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The revision that changed last what is held by it: the assignment itself, its team, or one of its roles. Whoever decides
    /// about it sends this one.
    pub revision: i64,
    /// What was decided about it last, if anything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<LatestReview>,
    /// When its holder was last seen, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub last_used: Option<String>,
    /// By what that is known: `sign_in`, `api_key`, `audit_event` or `decision`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_used_by: Option<&'static str>,
    /// How far recorded decisions were looked back over, where the record goes back further: who was the subject of none since
    /// then may have been before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    pub looked_back_to: Option<String>,
}

/// What was decided about an assignment last.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewLatest")]
pub struct LatestReview {
    /// What was decided.
    pub decision: Decision,
    /// When.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// By whom.
    pub by: Reviewer,
    /// Why, in their words.
    pub reason: String,
    /// Whether the reviewer held it themselves.
    pub own: bool,
    /// Whether it holds: what is held is what was certified, or is over since it was revoked. Where it does not, it changed since.
    pub holds: bool,
}

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AccessReviewDecision")]
pub enum Decision {
    /// It is still needed.
    Certified,
    /// It is not, and ends.
    Revoked,
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewer")]
pub struct Reviewer {
    /// The provider that vouched for them.
    pub provider: String,
    /// `user`, `service`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Their id at the provider.
    pub id: String,
    /// The name that they logged in with, where they had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
}

/// A decision, as it is on record.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewRecord")]
pub struct Decided {
    /// The id of the assignment, which may be gone by now.
    pub assignment: String,
    /// What was decided.
    pub decision: Decision,
    /// When, by the server's time.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// By whom.
    pub by: Reviewer,
    /// Why, in their words.
    pub reason: String,
    /// Whether the reviewer held it themselves.
    pub own: bool,
    /// What they saw: the revision that had changed last what the assignment gave.
    pub revision: i64,
    /// What it gave then, and to whom.
    pub held: HeldThen,
    /// The revision of the decision itself.
    pub change: i64,
}

/// What an assignment gave at some time, and to whom.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AccessReviewHeld")]
pub struct HeldThen {
    /// The role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whom it was for.
    pub to: Target,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub from: Option<When>,
    /// Until when, before it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    pub until: Option<When>,
    /// The reason that was given for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// All roles that were held by it, at most a hundred.
    pub roles: Vec<String>,
}

/// Whether something that is assigned counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It counts.
    InForce,
    /// It will.
    NotYet,
    /// It did.
    Over,
}

/// Who holds something.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AccessReviewHolder")]
pub struct Holder {
    /// The provider that vouches for them; empty where none is configured.
    pub provider: String,
    /// `user`, `service`, …; `group` for a group itself.
    #[serde(rename = "type")]
    pub kind: String,
    /// Their id at the provider, where it is known; the name of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name that they log in with, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// The columns of a review where it is saved for a spreadsheet.
pub const COLUMNS: [&str; 27] = [
    "assignment",
    "provider",
    "type",
    "id",
    "login",
    "display_name",
    "role",
    "team",
    "roles",
    "group",
    "state",
    "since",
    "until",
    "granted_by",
    "granted_at",
    "reason",
    "last_used",
    "last_used_by",
    "looked_back_to",
    "revision",
    "review_decision",
    "reviewed_at",
    "reviewed_by",
    "reviewed_by_login",
    "review_reason",
    "review_own",
    "review_holds",
];

/// The columns of the record of reviews where it is saved for a spreadsheet.
pub const DECISION_COLUMNS: [&str; 20] = [
    "assignment",
    "decision",
    "at",
    "by.provider",
    "by.type",
    "by.id",
    "by.login",
    "reason",
    "own",
    "revision",
    "change",
    "held.role",
    "held.team",
    "held.roles",
    "held.to.provider",
    "held.to.type",
    "held.to",
    "held.from",
    "held.until",
    "held.reason",
];

impl From<Decision> for ReviewDecision {
    fn from(decision: Decision) -> ReviewDecision {
        match decision {
            Decision::Certified => ReviewDecision::Certified,
            Decision::Revoked => ReviewDecision::Revoked,
        }
    }
}

impl From<ReviewDecision> for Decision {
    fn from(decision: ReviewDecision) -> Decision {
        match decision {
            ReviewDecision::Certified => Decision::Certified,
            ReviewDecision::Revoked => Decision::Revoked,
        }
    }
}

impl Decision {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ReviewDecision::from(self).as_str()
    }
}

impl Reviewer {
    fn of(review: &StoredReview) -> Reviewer {
        let (party, login) = (review.reviewer.clone(), review.login.clone());
        Reviewer { provider: party.provider, kind: party.kind, id: party.id, login }
    }
}

impl LatestReview {
    pub(super) fn of(review: &StoredReview, holds: bool) -> LatestReview {
        LatestReview {
            decision: review.decision.into(),
            at: Timestamp(review.at).to_string(),
            by: Reviewer::of(review),
            reason: review.reason.clone(),
            own: review.own,
            holds,
        }
    }
}

impl From<StoredReview> for Decided {
    fn from(review: StoredReview) -> Decided {
        Decided {
            decision: review.decision.into(),
            at: Timestamp(review.at).to_string(),
            by: Reviewer::of(&review),
            assignment: review.assignment,
            reason: review.reason,
            own: review.own,
            revision: review.seen,
            held: serde_json::from_str(&review.held).unwrap_or_default(),
            change: review.revision,
        }
    }
}

impl Decided {
    /// What stands in the [`DECISION_COLUMNS`].
    #[must_use]
    pub fn cells(self) -> [String; 20] {
        let Decided { assignment, decision, at, by, reason, own, revision, held, change } = self;
        let Target { provider, kind, id, login, group } = held.to;
        let time = |when: Option<When>| when.map(|when| when.0.to_string()).unwrap_or_default();
        [
            assignment,
            decision.as_str().to_owned(),
            at,
            by.provider,
            by.kind,
            by.id,
            by.login.unwrap_or_default(),
            reason,
            own.to_string(),
            revision.to_string(),
            change.to_string(),
            held.role.unwrap_or_default(),
            held.team.unwrap_or_default(),
            held.roles.join("; "),
            provider.unwrap_or_default(),
            if group.is_some() { "group".to_owned() } else { kind.unwrap_or_default() },
            id.or(login).or(group).unwrap_or_default(),
            time(held.from),
            time(held.until),
            held.reason.unwrap_or_default(),
        ]
    }
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::InForce => "in_force",
            State::NotYet => "not_yet",
            State::Over => "over",
        }
    }
}

impl Holding {
    /// Who granted it, in a few words; empty where that is not known.
    #[must_use]
    pub fn granted_by(&self) -> String {
        let of = |granted: &Granted| format!("{} {} {}", granted.provider, granted.kind, granted.id);
        self.granted.as_ref().map(of).unwrap_or_default()
    }

    /// What stands in the [`COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [String; 27] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let reviewed = |told: fn(&LatestReview) -> String| self.review.as_ref().map(told).unwrap_or_default();
        let Holder { provider, kind, id, login, display_name } = &self.holder;
        [
            self.assignment.clone(),
            provider.clone(),
            kind.clone(),
            text(id),
            text(login),
            text(display_name),
            text(&self.role),
            text(&self.team),
            self.roles.join("; "),
            text(&self.group),
            self.state.as_str().to_owned(),
            self.since.clone(),
            text(&self.until),
            self.granted_by(),
            self.granted.as_ref().map(|granted| granted.at.0.to_string()).unwrap_or_default(),
            text(&self.reason),
            text(&self.last_used),
            self.last_used_by.unwrap_or_default().to_owned(),
            text(&self.looked_back_to),
            self.revision.to_string(),
            reviewed(|review| review.decision.as_str().to_owned()),
            reviewed(|review| review.at.clone()),
            reviewed(|review| format!("{} {} {}", review.by.provider, review.by.kind, review.by.id)),
            reviewed(|review| review.by.login.clone().unwrap_or_default()),
            reviewed(|review| review.reason.clone()),
            reviewed(|review| review.own.to_string()),
            reviewed(|review| review.holds.to_string()),
        ]
    }
}
