//! Numbers of what somebody holds that last from one revision to the next: whatever says the same keeps its number, so that
//! what was compiled of it serves on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::authenticator::sha256;
use crate::policy::{Assigned, Assignment, Credential, HeldRole, Roles, Who};

/// The next number that nothing has. One for the process: numbers of different directories never meet, and need not differ.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// SHA-256 of what is said, and how often it was said before among the same.
type Said = ([u8; 32], u32);

/// The numbers of assignments and credentials at one revision.
#[derive(Debug, Default)]
pub(super) struct Lasting {
    numbers: HashMap<Said, u64>,
    /// Of assignments, by place.
    assignments: Vec<u64>,
    /// The places of assignments, by number.
    places: HashMap<u64, u32>,
    /// Of credentials, by name.
    credentials: HashMap<Box<str>, u64>,
}

impl Lasting {
    /// Numbers all of a revision as `before` did, where it says the same.
    pub(super) fn new<'c>(
        before: Option<&Lasting>,
        roles: &Roles,
        assignments: &[Assignment],
        credentials: impl Iterator<Item = &'c Credential>,
    ) -> Lasting {
        let mut lasting = Lasting::default();
        let mut held: HashMap<Assigned, [u8; 32]> = HashMap::new();
        for (place, assignment) in (0_u32..).zip(assignments) {
            let grants =
                held.entry(assignment.assigned).or_insert_with(|| granted(roles, assignment.assigned));
            let number = lasting.number(before, said(assignment, grants));
            lasting.assignments.push(number);
            lasting.places.insert(number, place);
        }
        for credential in credentials {
            let permissions = credential.permissions.iter().map(casemate_permission::Permission::as_json);
            let parts = ["credential", &*credential.id].into_iter().chain(permissions);
            let number = lasting.number(before, digest(parts));
            lasting.credentials.insert(credential.id.clone(), number);
        }
        lasting
    }

    fn number(&mut self, before: Option<&Lasting>, digest: [u8; 32]) -> u64 {
        let mut said = (digest, 0);
        while self.numbers.contains_key(&said) {
            said.1 += 1;
        }
        let known = before.and_then(|before| before.numbers.get(&said).copied());
        let number = known.unwrap_or_else(|| NEXT.fetch_add(1, Ordering::Relaxed));
        self.numbers.insert(said, number);
        number
    }

    /// The number of the assignment at a place.
    pub(super) fn of_place(&self, place: u32) -> Option<u64> {
        self.assignments.get(place as usize).copied()
    }

    /// The place of the assignment that has a number.
    pub(super) fn place_of(&self, number: u64) -> Option<u32> {
        self.places.get(&number).copied()
    }

    /// The number of a credential.
    pub(super) fn of_credential(&self, id: &str) -> Option<u64> {
        self.credentials.get(id).copied()
    }

    /// The places of the assignments that `other` has not.
    pub(super) fn places_missing_in<'l>(&'l self, other: &'l Lasting) -> impl Iterator<Item = u32> + 'l {
        let all = (0_u32..).zip(&self.assignments);
        all.filter(|(_, number)| !other.places.contains_key(number)).map(|(place, _)| place)
    }
}

/// What a role or a team grants, and by what names.
fn granted(roles: &Roles, assigned: Assigned) -> [u8; 32] {
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

fn said(assignment: &Assignment, grants: &[u8; 32]) -> [u8; 32] {
    let Assignment { recipient, tenant, from, until, .. } = assignment;
    let (by, kind, name) = match &recipient.who {
        Who::Id { kind, id } => ("id", Some(kind), id),
        Who::Login { kind, login } => ("login", Some(kind), login),
        Who::Group { kind, group } => ("group", kind.as_ref(), group),
    };
    let time = |time: &Option<casemate_expression::Timestamp>| time.map(|time| time.0.to_string());
    let (from, until) = (time(from).unwrap_or_default(), time(until).unwrap_or_default());
    let kind = kind.map_or("", |kind| &**kind);
    let grants = grants.iter().map(|byte| char::from(*byte)).collect::<String>();
    digest([&**tenant, &*recipient.provider, by, kind, &**name, &from, &until, &grants].into_iter())
}

/// Of texts, each with its length, so that no two lists are told alike.
fn digest<'t>(parts: impl Iterator<Item = &'t str>) -> [u8; 32] {
    let mut text = String::new();
    for part in parts {
        text.push_str(&part.len().to_string());
        text.push(':');
        text.push_str(part);
    }
    sha256(&text)
}
