//! Events that are made up, of few values, so that searches find some of them.

use std::borrow::Cow;

use casemate_audit::event::{Event, Party, Request};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use serde_json::Value;

/// A text such as events have, and now and then any other.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(TEXTS).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => any::<String>(),
    ]
}

const TEXTS: &[&str] = &[
    "",
    "ada",
    "Ada",
    "bob",
    "role",
    "rol_1",
    "casemate.role.update",
    "casemate.role.delete",
    "casemate.group.update",
    "notes",
    "denied",
    "success",
    "no_session",
    "10.0.0.7",
    "2001:db8::7",
    "Mozilla/5.0 (X11) ÄÖ\"x\\",
    "a\u{0}b\nc",
    "Straße İstanbul",
    "ab cd ef",
];

fn shared() -> impl Strategy<Value = Cow<'static, str>> {
    text().prop_map(Cow::Owned)
}

fn party() -> impl Strategy<Value = Party<'static>> {
    (shared(), shared(), shared(), of(shared())).prop_map(|(provider, kind, id, credential)| Party {
        provider,
        kind,
        id,
        credential,
    })
}

fn request() -> impl Strategy<Value = Request<'static>> {
    (shared(), of(any::<u32>()), of(shared()), of(shared()), of(shared()))
        .prop_map(|(id, item, route, client, user_agent)| Request { id, item, route, client, user_agent })
}

/// A document of JSON that is not `null`.
pub(crate) fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(text(), inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
    .prop_filter("that is no document", |value| !value.is_null())
}

fn documents() -> impl Strategy<Value = Option<Cow<'static, str>>> {
    of(document().prop_map(|value| Cow::Owned(value.to_string())))
}

/// Any event, of a time that a calendar has.
pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    let words = (shared(), shared(), shared(), shared(), of(shared()), shared(), of(shared()));
    let parties = (party(), of(party()), of(party()));
    let rest = (of(shared()), of(shared()), of(shared()), any::<i64>(), request(), documents(), documents());
    let at = prop_oneof![0..2_000_000_000_000_000i64, -62_000_000_000_000_000..250_000_000_000_000_000i64];
    (at, words, parties, rest).prop_map(|(at, words, parties, rest)| {
        let (kind, area, action, outcome, reason, tenant, application) = words;
        let (actor, acting_for, subject) = parties;
        let (resource_type, resource_id, permission, revision, request, before, after) = rest;
        Event {
            at,
            kind,
            area,
            action,
            outcome,
            reason,
            tenant,
            application,
            actor,
            acting_for,
            subject,
            resource_type,
            resource_id,
            permission,
            revision,
            request,
            before,
            after,
        }
    })
}

/// The text of an event.
pub(crate) fn text_of(event: &Event<'_>) -> String {
    let mut text = Vec::new();
    event.write(&mut text);
    String::from_utf8(text).unwrap()
}
