//! What an event has to be able to say of itself.

use std::borrow::Cow;

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'e> {
    /// `null` itself; a field that is not there has no value at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// A text.
    Text(Cow<'e, str>),
    /// Several; a rule holds where one of them fulfils it.
    List(Vec<Value<'e>>),
    /// A map, of which only the members can be asked for.
    Map,
}

impl<'e> From<&'e str> for Value<'e> {
    fn from(text: &'e str) -> Value<'e> {
        Value::Text(Cow::Borrowed(text))
    }
}

impl Value<'_> {
    /// As a text, which is how Sigma compares.
    pub(super) fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Integer(number) => Some(Cow::Owned(number.to_string())),
            Value::Float(number) => Some(Cow::Owned(number.to_string())),
            Value::Null | Value::List(_) | Value::Map => None,
        }
    }

    /// Whether it, or one of the list, fulfils this.
    pub(super) fn any(&self, test: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
        match self {
            Value::List(values) => values.iter().any(|value| value.any(test)),
            value => test(value),
        }
    }
}

/// An event, as rules see it: by flat names of fields, as [`FIELDS`] has them.
pub trait Fields {
    /// The value of a field, if the event has it.
    fn get(&self, name: &str) -> Option<Value<'_>>;

    /// When it happened, in microseconds since 1970 (UTC).
    fn at(&self) -> i64;

    /// Shows every text of the event until one is the wanted one; whether one was.
    fn any_text(&self, wanted: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// The fields of every event; beside these, members of `before` and `after` are named as `after.login`.
pub const FIELDS: &[&str] = &[
    "kind",
    "area",
    "action",
    "outcome",
    "reason",
    "tenant",
    "application",
    "actor.provider",
    "actor.type",
    "actor.id",
    "actor.credential",
    "acting_for.provider",
    "acting_for.type",
    "acting_for.id",
    "subject.provider",
    "subject.type",
    "subject.id",
    "resource.type",
    "resource.id",
    "permission",
    "revision",
    "request.id",
    "request.item",
    "request.route",
    "request.client",
    "request.user_agent",
];

/// Whether events can have a field of this name.
pub(super) fn is_field(name: &str) -> bool {
    let of_change = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.split('.').all(|part| !part.is_empty()))
    };
    FIELDS.contains(&name) || of_change("before.") || of_change("after.")
}
