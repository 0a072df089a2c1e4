//! An event as the API shows it, and whether what somebody is shown is what was recorded.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Number, Value};

use crate::event::{Event, Party, written_time};

/// An audit event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
pub struct ShownEvent {
    /// Its place in the log, from 0, without a gap.
    id: u64,
    /// When it happened.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// The revision of the change that it tells of.
    revision: i64,
    /// Who did it.
    actor: ActorView,
    /// For whom they did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    acting_for: Option<ActorView>,
    /// Whom it is about, such as the one about whom something was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<ActorView>,
    /// The permission that it needed; what an application calls it, where it recorded it.
    action: String,
    /// `create`, `read`, `update`, `delete`, `sign-in`, `decision`, …; `recorded` of all that an application says, and of nothing else.
    kind: String,
    /// The part of the server that it is of, such as `role`; `application` of what an application records.
    area: String,
    /// The tenant in which it happened; empty for the whole installation.
    tenant: String,
    /// The application that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    /// What it was done to.
    resource: ResourceView,
    /// `success`, `denied`, `failure` or `conditional`.
    outcome: String,
    /// Why it was denied or failed, or the reason that the actor gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// The request that asked for it; empty where there was none.
    request_id: String,
    /// The position in a batch, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    /// The template of its route.
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    /// The client's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The client's `User-Agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// What it was before, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Value>,
    /// What it was afterwards, without secrets. Of the kind `recorded`: `recorder`, who recorded it and with which credential,
    /// `recorded_at`, and the `details` that they gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Value>,
}

/// Somebody in an event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditActor")]
struct ActorView {
    provider: String,
    r#type: String,
    id: String,
    /// The credential that they presented, by its public name.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

/// What something was done to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditResource")]
struct ResourceView {
    r#type: String,
    id: String,
}

impl From<Party<'_>> for ActorView {
    fn from(party: Party<'_>) -> ActorView {
        ActorView {
            provider: party.provider.into_owned(),
            r#type: party.kind.into_owned(),
            id: party.id.into_owned(),
            credential: party.credential.map(Cow::into_owned),
        }
    }
}

impl ShownEvent {
    /// The event with this id. Its time is written by `time`, of microseconds since 1970 (UTC).
    #[must_use]
    pub fn of(id: u64, event: Event<'_>, time: impl Fn(i64) -> String) -> ShownEvent {
        let json = |text: Option<Cow<'_, str>>| {
            let text = text?;
            Some(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned())))
        };
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        ShownEvent {
            id,
            at: time(event.at),
            revision: event.revision,
            actor: event.actor.into(),
            acting_for: event.acting_for.map(ActorView::from),
            subject: event.subject.map(ActorView::from),
            action: event.action.into_owned(),
            kind: event.kind.into_owned(),
            area: event.area.into_owned(),
            tenant: event.tenant.into_owned(),
            application: owned(event.application),
            resource: ResourceView {
                r#type: owned(event.resource_type).unwrap_or_default(),
                id: owned(event.resource_id).unwrap_or_default(),
            },
            outcome: event.outcome.into_owned(),
            reason: owned(event.reason),
            permission: owned(event.permission),
            request_id: event.request.id.into_owned(),
            item: event.request.item,
            route: owned(event.request.route),
            client: owned(event.request.client),
            user_agent: owned(event.request.user_agent),
            before: json(event.before),
            after: json(event.after),
        }
    }

    /// The tenant in which it happened.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The application that it is of.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        self.application.as_deref()
    }
}

/// The first member of what somebody is shown that is not what the event says; nothing where they are shown this event, whole. Times are
/// compared as times, and numbers as what JavaScript makes of them.
#[must_use]
pub fn other_member(shown: &Value, id: u64, event: Event<'_>) -> Option<String> {
    let event = serde_json::to_value(ShownEvent::of(id, event, written_time)).unwrap_or_default();
    let (Some(shown), Some(event)) = (shown.as_object(), event.as_object()) else {
        return Some(String::new());
    };
    let names = event.keys().chain(shown.keys());
    let is_other = |name: &&String| {
        let [shown, event] = [shown, event].map(|members| members.get(*name).unwrap_or(&Value::Null));
        if *name == "at" { !is_same_time(shown, event) } else { !is_same(shown, event) }
    };
    names.into_iter().find(is_other).cloned()
}

fn is_same_time(one: &Value, other: &Value) -> bool {
    let [one, other] = [one, other].map(|time| time.as_str()?.parse::<jiff::Timestamp>().ok());
    one.is_some() && one == other
}

/// Whether two values say the same. What is nothing may be left out.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || is_read_otherwise(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => one.keys().chain(other.keys()).all(|name| {
            is_same(one.get(name).unwrap_or(&Value::Null), other.get(name).unwrap_or(&Value::Null))
        }),
        (one, other) => one == other,
    }
}

/// Whether two numbers are the same to whoever reads all of them as doubles, as JavaScript does; of fractions, but for the last bit.
fn is_read_otherwise(one: &Number, other: &Number) -> bool {
    let (Some(read), Some(shown)) = (one.as_f64(), other.as_f64()) else { return false };
    match one.is_f64() && read.fract() != 0.0 {
        true => (read - shown).abs() <= read.abs() * f64::EPSILON,
        false => read.total_cmp(&shown).is_eq(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_are_the_same_only_where_a_double_is() {
        let same = |one: Value, other: Value| is_same(&one, &other);
        // What JavaScript makes of 2^53 + 1, and of a large id.
        assert!(same(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)));
        assert!(!same(json!(1_000_000_000_000_000_000_u64), json!(1_000_000_000_000_000_500_u64)));
        assert!(!same(json!(7), json!(8)) && same(json!(7), json!(7.0)));
        assert!(same(json!(0.1), json!(0.100_000_000_000_000_02)) && !same(json!(0.1), json!(0.100_000_1)));
    }

    const TEXT: &str = r#"{"version":1,"at":"2026-11-23T10:35:41.120000Z","kind":"update","area":"role","action":"casemate.role.update","outcome":"success","tenant":"acme","actor":{"provider":"corp","type":"user","id":"ada"},"resource":{"type":"role","id":"rol_1"},"revision":7,"request":{"id":"93e2","item":0},"before":null,"after":{"name":"editors","limit":9007199254740993,"share":0.1,"of":[1.50,null]}}"#;

    fn shown() -> Value {
        let shown = ShownEvent::of(41, Event::parse(TEXT).unwrap(), |_| "2026-11-23T10:35:41.12Z".to_owned());
        serde_json::to_value(shown).unwrap()
    }

    fn other(shown: &Value) -> Option<String> {
        other_member(shown, 41, Event::parse(TEXT).unwrap())
    }

    #[test]
    fn what_is_shown_is_what_was_recorded() {
        assert_eq!(other(&shown()), None);
        // As a program in JavaScript read and wrote it.
        let mut rounded = shown();
        rounded["after"]["limit"] = json!(9_007_199_254_740_992_i64);
        rounded["after"]["of"][0] = json!(1.5);
        rounded["reason"] = Value::Null;
        assert_eq!(other(&rounded), None);
    }

    #[test]
    fn whatever_is_shown_otherwise_is_named() {
        let changes = [
            ("id", json!(42)),
            ("at", json!("2026-11-23T10:35:41.13Z")),
            ("at", json!(null)),
            ("actor", json!({"provider": "corp", "type": "user", "id": "bob"})),
            ("actor", json!({"provider": "corp", "type": "user", "id": "ada", "credential": "key"})),
            ("reason", json!("none of this was recorded")),
            ("tenant", json!("other")),
            ("item", json!(null)),
            ("revision", json!(8)),
            ("after", json!({"name": "editors"})),
            ("after", json!("editors")),
            ("whatever", json!("is new")),
        ];
        for (member, value) in changes {
            let mut changed = shown();
            changed[member] = value;
            assert_eq!(other(&changed).as_deref(), Some(member), "{changed}");
        }
        let mut changed = shown();
        changed["after"]["share"] = json!(0.100_000_1);
        assert_eq!(other(&changed).as_deref(), Some("after"));
        changed["after"]["share"] = json!(0.1);
        changed["after"]["of"] = json!([1.5]);
        assert_eq!(other(&changed).as_deref(), Some("after"));
        assert!(other(&json!([])).is_some());
        shown().as_object().unwrap().keys().filter(|name| *name != "before").for_each(|name| {
            let mut less = shown();
            less.as_object_mut().unwrap().remove(name);
            assert_eq!(other(&less).as_ref(), Some(name));
        });
    }
}
