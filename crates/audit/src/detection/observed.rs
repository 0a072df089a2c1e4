//! Events of the log, as rules see them.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value as Json;

use super::value::{Fields, Value};
use crate::event::{Event, Party};

/// An event of the log. What it was before and after is read when a rule asks for it first.
#[derive(Debug)]
pub struct Observed<'e> {
    event: &'e Event<'e>,
    before: OnceCell<Option<Json>>,
    after: OnceCell<Option<Json>>,
}

impl<'e> Observed<'e> {
    /// The event, for rules.
    #[must_use]
    pub fn new(event: &'e Event<'e>) -> Observed<'e> {
        Observed { event, before: OnceCell::new(), after: OnceCell::new() }
    }

    fn documents(&self) -> [Option<&Json>; 2] {
        let read = |text: Option<&Cow<'e, str>>| text.and_then(|text| serde_json::from_str(text).ok());
        let before = self.before.get_or_init(|| read(self.event.before.as_ref()));
        let after = self.after.get_or_init(|| read(self.event.after.as_ref()));
        [before.as_ref(), after.as_ref()]
    }
}

impl Fields for Observed<'_> {
    fn get(&self, name: &str) -> Option<Value<'_>> {
        let event = self.event;
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        match (first, rest) {
            ("kind", "") => Some(shared(&event.kind)),
            ("area", "") => Some(shared(&event.area)),
            ("action", "") => Some(shared(&event.action)),
            ("outcome", "") => Some(shared(&event.outcome)),
            ("reason", "") => text(&event.reason),
            ("tenant", "") => Some(shared(&event.tenant)),
            ("application", "") => text(&event.application),
            ("permission", "") => text(&event.permission),
            ("revision", "") => Some(Value::Integer(event.revision)),
            ("actor", member) => of_party(&event.actor, member),
            ("acting_for", member) => of_party(event.acting_for.as_ref()?, member),
            ("subject", member) => of_party(event.subject.as_ref()?, member),
            ("resource", "type") => text(&event.resource_type),
            ("resource", "id") => text(&event.resource_id),
            ("request", "id") => Some(shared(&event.request.id)),
            ("request", "item") => event.request.item.map(|item| Value::Integer(item.into())),
            ("request", "route") => text(&event.request.route),
            ("request", "client") => text(&event.request.client),
            ("request", "user_agent") => text(&event.request.user_agent),
            ("before", path) if event.before.is_some() => member(self.documents()[0]?, path),
            ("after", path) if event.after.is_some() => member(self.documents()[1]?, path),
            _ => None,
        }
    }

    fn at(&self) -> i64 {
        self.event.at
    }

    fn any_text(&self, wanted: &mut dyn FnMut(&str) -> bool) -> bool {
        let texts = super::FIELDS.iter().any(|name| match self.get(name) {
            Some(Value::Text(text)) => wanted(&text),
            _ => false,
        });
        texts || self.documents().into_iter().flatten().any(|document| any_text(document, wanted))
    }
}

fn text<'v>(text: &'v Option<Cow<'_, str>>) -> Option<Value<'v>> {
    text.as_deref().map(shared)
}

fn of_party<'v>(party: &'v Party<'_>, member: &str) -> Option<Value<'v>> {
    match member {
        "provider" => Some(shared(&party.provider)),
        "type" => Some(shared(&party.kind)),
        "id" => Some(shared(&party.id)),
        "credential" => text(&party.credential),
        _ => None,
    }
}

fn shared(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

/// A member of a document, by its path: of members in each other, or under a name with dots in it.
fn member<'j>(document: &'j Json, path: &str) -> Option<Value<'j>> {
    if let Some(member) = document.get(path) {
        return Some(value(member));
    }
    if let Json::Array(items) = document {
        let found: Vec<Value<'_>> = items.iter().filter_map(|item| member(item, path)).collect();
        return (!found.is_empty()).then_some(Value::List(found));
    }
    let (first, rest) = path.split_once('.')?;
    member(document.get(first)?, rest)
}

fn value(json: &Json) -> Value<'_> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Map,
        },
        Json::String(text) => shared(text),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(_) => Value::Map,
    }
}

fn any_text(json: &Json, wanted: &mut dyn FnMut(&str) -> bool) -> bool {
    match json {
        Json::String(text) => wanted(text),
        Json::Number(number) => wanted(&number.to_string()),
        Json::Array(items) => items.iter().any(|item| any_text(item, wanted)),
        Json::Object(members) => members.values().any(|member| any_text(member, wanted)),
        Json::Null | Json::Bool(_) => false,
    }
}
