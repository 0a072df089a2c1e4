//! Events that are made up, the same ones in every run: of 50 tenants of very different size, 10,000 people, 100,000 resources and
//! 5,000 words.

use casemate_store::{Actor, AuditEvent, DecisionEvent, Party, RecordedDecision};

/// When the last of them happened, in microseconds since 1970 (UTC); each is a tenth of a second after the one before.
pub(crate) const LAST: i64 = 1_795_430_141_000_000;
/// The time from one to the next, in microseconds.
pub(crate) const STEP: i64 = 100_000;

const PEOPLE: u64 = 10_000;
const RESOURCES: u64 = 100_000;
const WORDS: u64 = 5_000;

/// Numbers that look like chance, of a seed.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn of(seed: u64) -> Numbers {
        Numbers(seed)
    }

    /// The next one below `bound` (splitmix64).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Small ones often, large ones seldom.
    fn seldom(&mut self, bound: u64) -> u64 {
        let most = self.below(bound) + 1;
        self.below(most)
    }
}

/// What is recorded: what was decided, or anything else.
pub(crate) enum Made {
    Decision(Box<DecisionEvent>),
    Other(Box<AuditEvent>),
}

/// The text at a place, which may be behind the last.
fn one<'t>(of: &[&'t str], place: u64) -> &'t str {
    let places = of.len() as u64;
    of.get((place % places) as usize).copied().unwrap_or_default()
}

pub(crate) fn tenant(numbers: &mut Numbers) -> String {
    format!("tenant-{}", numbers.seldom(50))
}

pub(crate) fn person(numbers: &mut Numbers) -> String {
    format!("usr_{:016x}", numbers.below(PEOPLE).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The type and the id of a resource.
pub(crate) fn resource(numbers: &mut Numbers) -> (String, String) {
    let number = numbers.below(RESOURCES);
    let kind = one(&["note", "file", "role", "order", "page"], number);
    (kind.to_owned(), format!("{kind}_{:012x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16))
}

pub(crate) fn word(numbers: &mut Numbers) -> String {
    let mut rest = numbers.seldom(WORDS);
    let mut word = String::from("w");
    for _ in 0..5 {
        word.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    word
}

fn id(numbers: &mut Numbers) -> String {
    format!("{:016x}{:016x}", numbers.below(u64::MAX), numbers.below(u64::MAX))
}

fn client(numbers: &mut Numbers) -> String {
    let number = numbers.below(4_096);
    format!("10.{}.{}.{}", number & 3, number >> 6, number & 63)
}

/// One of ten is a denial, one of three anything but a decision.
pub(crate) fn event(at: i64, numbers: &mut Numbers) -> Made {
    if numbers.below(3) == 0 {
        Made::Other(Box::new(other(at, numbers)))
    } else {
        Made::Decision(Box::new(decision(at, numbers)))
    }
}

pub(crate) fn decision(at: i64, numbers: &mut Numbers) -> DecisionEvent {
    let (resource_type, resource_id) = resource(numbers);
    let is_denied = numbers.below(10) == 0;
    DecisionEvent {
        at,
        request_id: id(numbers),
        item: 0,
        tenant: tenant(numbers),
        application: Some("notes".into()),
        credential: None,
        caller: Party { provider: "local".into(), kind: "service".into(), id: "sva_0249f1c0a7b3".into() },
        subject: Party { provider: "corp".into(), kind: "user".into(), id: person(numbers) },
        action: format!("notes.{resource_type}.write"),
        resource_type: Some(resource_type),
        resource_id: Some(resource_id),
        decision: if is_denied { RecordedDecision::Denied } else { RecordedDecision::Allowed },
        reason: if is_denied { "no_permission" } else { "permission_allows" }.into(),
        permission: (!is_denied).then(|| "notes.*".into()),
        revision: 42,
    }
}

fn other(at: i64, numbers: &mut Numbers) -> AuditEvent {
    let (resource_type, resource_id) = resource(numbers);
    let kind = one(&["create", "read", "update", "delete"], numbers.below(4));
    let document = |numbers: &mut Numbers| format!(r#"{{"title":"{} {}"}}"#, word(numbers), word(numbers));
    let browser = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "curl/8.14.1", "casemate-sdk/0.1"];
    AuditEvent {
        at,
        actor: Actor {
            provider: "corp".into(),
            kind: "user".into(),
            id: person(numbers),
            credential: Some(format!("ses_{:012x}", numbers.below(1 << 48))),
        },
        action: format!("casemate.{resource_type}.{kind}"),
        kind: kind.into(),
        area: resource_type.clone(),
        tenant: tenant(numbers),
        route: Some(format!("/api/v1/{resource_type}s/{{id}}")),
        resource_type,
        resource_id,
        outcome: if numbers.below(20) == 0 { "denied" } else { "success" }.into(),
        request_id: id(numbers),
        client: Some(client(numbers)),
        user_agent: Some(one(&browser, numbers.below(3)).into()),
        before: (kind == "update" || kind == "delete").then(|| document(numbers)),
        after: (kind == "update" || kind == "create").then(|| document(numbers)),
        application: None,
        acting_for: None,
        subject: None,
        permission: None,
        reason: None,
    }
}

/// The texts of events as the log has them, without a database.
pub(crate) fn text(at: i64, numbers: &mut Numbers) -> Vec<u8> {
    use casemate_audit::event::{Event, Party as Somebody, Request};
    let made = other(at, numbers);
    let mut text = Vec::with_capacity(640);
    Event {
        at: made.at,
        kind: made.kind.into(),
        area: made.area.into(),
        action: made.action.into(),
        outcome: made.outcome.into(),
        tenant: made.tenant.into(),
        actor: Somebody {
            provider: made.actor.provider.into(),
            kind: made.actor.kind.into(),
            id: made.actor.id.into(),
            credential: made.actor.credential.map(Into::into),
        },
        resource_type: Some(made.resource_type.into()),
        resource_id: Some(made.resource_id.into()),
        revision: 42,
        request: Request {
            id: made.request_id.into(),
            item: None,
            route: made.route.map(Into::into),
            client: made.client.map(Into::into),
            user_agent: made.user_agent.map(Into::into),
        },
        before: made.before.map(Into::into),
        after: made.after.map(Into::into),
        ..Event::default()
    }
    .write(&mut text);
    text
}
