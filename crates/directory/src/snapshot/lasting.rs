//! What is held by what it says: whatever says the same at two revisions is the same, so that what was compiled of it serves on.

use std::collections::HashMap;

use crate::authenticator::sha256;
use crate::policy::{Assigned, Assignment, Credential, HeldRole, Roles, Who};

/// What an assignment or a credential says, together with what it grants: its SHA-256.
pub(super) type Saying = [u8; 32];

/// What the assignments of a tenant say.
#[derive(Debug, Default)]
pub(super) struct Lasting {
    /// By place.
    sayings: Vec<Saying>,
    places: HashMap<Saying, u32>,
}

impl Lasting {
    pub(super) fn new(roles: &Roles, assignments: &[Assignment]) -> Lasting {
        let mut lasting = Lasting::default();
        let mut held: HashMap<Assigned, Saying> = HashMap::new();
        for (place, assignment) in (0_u32..).zip(assignments) {
            let grants =
                held.entry(assignment.assigned).or_insert_with(|| granted(roles, assignment.assigned));
            let mut saying = said(assignment, grants);
            // What is said twice is told apart by how often it was said before.
            while lasting.places.contains_key(&saying) {
                saying = digest(["again", &text(&saying)].into_iter());
            }
            lasting.sayings.push(saying);
            lasting.places.insert(saying, place);
        }
        lasting
    }

    /// What the assignment at a place says.
    pub(super) fn of_place(&self, place: u32) -> Option<Saying> {
        self.sayings.get(place as usize).copied()
    }

    /// The place of the assignment that says this.
    pub(super) fn place_of(&self, saying: &Saying) -> Option<u32> {
        self.places.get(saying).copied()
    }

    /// The places of the assignments that `other` has not.
    pub(super) fn places_missing_in<'l>(&'l self, other: &'l Lasting) -> impl Iterator<Item = u32> + 'l {
        let all = (0_u32..).zip(&self.sayings);
        all.filter(|(_, saying)| !other.places.contains_key(*saying)).map(|(place, _)| place)
    }
}

/// What a credential says.
pub(super) fn said_by(credential: &Credential) -> Saying {
    let permissions = credential.permissions.iter().map(casemate_permission::Permission::as_json);
    digest(["credential", &*credential.id].into_iter().chain(permissions))
}

/// What a role or a team grants, and by what names.
fn granted(roles: &Roles, assigned: Assigned) -> Saying {
    let team = match assigned {
        Assigned::Team(place) => roles.team(place).map(|team| &*team.name),
        Assigned::Role(_) => None,
    };
    let held = roles.held(assigned);
    let each = held.iter().flat_map(|HeldRole { role, through, .. }| {
        let through = through.map_or("", |role| &*role.name);
        let permissions = role.permissions.iter().map(casemate_permission::Permission::as_json);
        ["role", &*role.name, through].into_iter().chain(permissions)
    });
    digest(["team", team.unwrap_or_default()].into_iter().chain(each))
}

fn said(assignment: &Assignment, grants: &Saying) -> Saying {
    let Assignment { recipient, tenant, from, until, .. } = assignment;
    let (by, kind, name) = match &recipient.who {
        Who::Id { kind, id } => ("id", Some(kind), id),
        Who::Login { kind, login } => ("login", Some(kind), login),
        Who::Group { kind, group } => ("group", kind.as_ref(), group),
    };
    let time = |time: &Option<casemate_expression::Timestamp>| time.map(|time| time.0.to_string());
    let (from, until) = (time(from).unwrap_or_default(), time(until).unwrap_or_default());
    let kind = kind.map_or("", |kind| &**kind);
    let grants = text(grants);
    digest([&**tenant, &*recipient.provider, by, kind, &**name, &from, &until, &grants].into_iter())
}

/// A saying among texts.
fn text(saying: &Saying) -> String {
    saying.iter().map(|byte| char::from(*byte)).collect()
}

/// Of texts, each with its length, so that no two lists are told alike.
fn digest<'t>(parts: impl Iterator<Item = &'t str>) -> Saying {
    let mut text = String::new();
    for part in parts {
        text.push_str(&part.len().to_string());
        text.push(':');
        text.push_str(part);
    }
    sha256(&text)
}
