//! What a review shows.

use casemate_directory::model::Granted;
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
pub const COLUMNS: [&str; 19] = [
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
];

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
    pub fn cells(&self) -> [String; 19] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
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
        ]
    }
}
