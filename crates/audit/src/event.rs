//! What is on record of one thing that happened: who did what to what, from where, and how it ended.
//!
//! An event is one JSON text, whose exact bytes the log commits to. It is written once, by [`Event::write`], and never again.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use thiserror::Error;

/// The version of the schema that [`Event::write`] writes. It rises when whoever knows the one before would misread an event;
/// a member that is merely new does not raise it, and is passed over by whoever does not know it.
pub const SCHEMA_VERSION: u32 = 1;

/// The most bytes of an event: those of two documents of 1 MiB, what it was before and what it is after, and of all else.
pub const MAX_EVENT: usize = 3 << 20;

/// What happened, once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event<'a> {
    /// When, in microseconds since 1970 (UTC).
    pub at: i64,
    /// `create`, `read`, `export`, `update`, `delete`, `sign-in`, `sign-out`, `decision`, `configuration`, `recorded`, `system`, …
    pub kind: Cow<'a, str>,
    /// The part of the server that it is of, such as `role`; `application` of what an application records.
    pub area: Cow<'a, str>,
    /// The permission that it needed, such as `casemate.role.update`; of what an application records, its own word.
    pub action: Cow<'a, str>,
    /// `success`, `denied`, `failure` or `conditional`.
    pub outcome: Cow<'a, str>,
    /// Why it was denied or failed, as a stable code; or the reason that the actor gave.
    pub reason: Option<Cow<'a, str>>,
    /// The tenant in which it happened; empty for the whole installation.
    pub tenant: Cow<'a, str>,
    /// The application that it is of.
    pub application: Option<Cow<'a, str>>,
    /// Who did it.
    pub actor: Party<'a>,
    /// For whom they did it.
    pub acting_for: Option<Party<'a>>,
    /// Whom it is about, such as the one about whom something was decided.
    pub subject: Option<Party<'a>>,
    /// What it was done to: the type.
    pub resource_type: Option<Cow<'a, str>>,
    /// What it was done to: the id.
    pub resource_id: Option<Cow<'a, str>>,
    /// The granted name of the permission that decided.
    pub permission: Option<Cow<'a, str>>,
    /// The revision of the change that it tells of, or of the policy that decided.
    pub revision: i64,
    /// The request by which it was asked for.
    pub request: Request<'a>,
    /// What it was before: a JSON text without secrets, and with personal data as keyed hashes (see [`crate::personal`]).
    pub before: Option<Cow<'a, str>>,
    /// What it was afterwards: a JSON text as `before`.
    pub after: Option<Cow<'a, str>>,
}

/// Somebody in an event, as Casemate knew them at the time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Party<'a> {
    /// The name of what vouched for them; empty where nothing did.
    #[serde(borrow, default)]
    pub provider: Cow<'a, str>,
    /// `user`, `service`, `api-key`, `anonymous`, `system`, …
    #[serde(borrow, rename = "type", default)]
    pub kind: Cow<'a, str>,
    /// Unique within the provider; empty for anonymous.
    #[serde(borrow, default)]
    pub id: Cow<'a, str>,
    /// The public name of the session or credential that they presented.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub credential: Option<Cow<'a, str>>,
}

/// The request by which something was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Request<'a> {
    /// Its id; empty where there was none.
    #[serde(borrow, default)]
    pub id: Cow<'a, str>,
    /// The position in a batch, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// The template of its route, such as `/api/v1/roles/{id}`; never a path with ids or a query.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub route: Option<Cow<'a, str>>,
    /// The client's address.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub client: Option<Cow<'a, str>>,
    /// The client's `User-Agent`.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Cow<'a, str>>,
}

/// Why a text is no event that can be read.
#[derive(Debug, Error)]
pub enum EventError {
    /// It is longer than any event.
    #[error("an event has at most {MAX_EVENT} bytes, not {0}")]
    TooLong(usize),
    /// It is of a later version of the schema.
    #[error(
        "the event is of version {0} of its schema, and version {SCHEMA_VERSION} is known: it takes a later release to read it"
    )]
    Version(u32),
    /// It is not what an event is.
    #[error("this is no event: {0}")]
    Invalid(#[from] serde_json::Error),
}

/// An event as it is written, its members in their order.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "AuditEvent", title = "Audit event")]
struct Written<'a> {
    /// The version of this schema, 1. What is merely new in an event does not raise it: pass over what you do not know.
    version: u32,
    /// When, as RFC 3339 in UTC with microseconds.
    #[schemars(with = "String", extend("format" = "date-time"))]
    at: Time,
    /// What kind of thing happened: `create`, `read`, `export`, `update`, `delete`, `sign-in`, `sign-out`, `decision`, `configuration`, `recorded`, `system`.
    #[serde(borrow)]
    kind: Cow<'a, str>,
    /// The part of the server that it is of, such as `role`; `application` of what an application records.
    #[serde(borrow)]
    area: Cow<'a, str>,
    /// The permission that it needed, such as `casemate.role.update`; of what an application records, its own word.
    #[serde(borrow)]
    action: Cow<'a, str>,
    /// How it ended: `success`, `denied`, `failure` or `conditional`.
    #[serde(borrow)]
    outcome: Cow<'a, str>,
    /// Why it was denied or failed, as a stable code; or the reason that the actor gave.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    /// The tenant in which it happened; empty for the whole installation.
    #[serde(borrow)]
    tenant: Cow<'a, str>,
    /// The application that it is of.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    application: Option<Cow<'a, str>>,
    /// Who did it.
    #[serde(borrow)]
    actor: Cow<'a, Party<'a>>,
    /// For whom they did it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    acting_for: Option<Cow<'a, Party<'a>>>,
    /// Whom it is about, such as the one about whom something was decided.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    subject: Option<Cow<'a, Party<'a>>>,
    /// What it was done to.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    resource: Option<Resource<'a>>,
    /// The granted name of the permission that decided.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    permission: Option<Cow<'a, str>>,
    /// The revision of the change that it tells of, or of the policy that decided.
    revision: i64,
    /// The request by which it was asked for.
    #[serde(borrow)]
    request: Cow<'a, Request<'a>>,
    /// What it was before, without secrets; personal data, such as logins and e-mail addresses, as keyed hashes.
    #[schemars(with = "Option<serde_json::Value>")]
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    before: Option<&'a RawValue>,
    /// What it was afterwards, without secrets; personal data, such as logins and e-mail addresses, as keyed hashes.
    #[schemars(with = "Option<serde_json::Value>")]
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    after: Option<&'a RawValue>,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
struct Resource<'a> {
    /// Its type.
    #[serde(
        rename = "type",
        default,
        deserialize_with = "borrowed",
        skip_serializing_if = "Option::is_none"
    )]
    kind: Option<Cow<'a, str>>,
    /// Its id.
    #[serde(borrow, default, deserialize_with = "borrowed", skip_serializing_if = "Option::is_none")]
    id: Option<Cow<'a, str>>,
}

/// Microseconds since 1970 (UTC), written as RFC 3339.
struct Time(i64);

static TIMES: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written_time(self.0))
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = Text::deserialize(deserializer)?.0;
        let time: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Time(time.as_microsecond()))
    }
}

/// A time as events have it; one that no calendar reaches is the last one that does.
pub(crate) fn written_time(at: i64) -> String {
    let outside = if at < 0 { Timestamp::MIN } else { Timestamp::MAX };
    TIMES.timestamp_to_string(&Timestamp::from_microsecond(at).unwrap_or(outside))
}

/// A text that is borrowed wherever it stands in JSON as it is.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        #[derive(Deserialize)]
        struct Borrowed<'b>(#[serde(borrow)] Cow<'b, str>);
        Borrowed::deserialize(deserializer).map(|text| Text(text.0))
    }
}

/// `serde(borrow)` borrows no text in an `Option`.
fn borrowed<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    Ok(Option::<Text<'a>>::deserialize(deserializer)?.map(|text| text.0))
}

/// A document as it is written: without line breaks, and as a text where it is no JSON.
enum Document<'a> {
    Json(&'a RawValue),
    Rewritten(Box<RawValue>),
}

impl<'a> Document<'a> {
    fn of(text: &'a str) -> Option<Document<'a>> {
        let is_one_line = !text.bytes().any(|byte| byte < b' ');
        if is_one_line && let Ok(json) = serde_json::from_str::<&RawValue>(text) {
            return (json.get() != "null").then_some(Document::Json(json));
        }
        // Outside of strings, which have none as they are, line breaks and tabs say nothing.
        let line: String =
            text.chars().filter(|character| !matches!(character, '\n' | '\r' | '\t')).collect();
        let json = RawValue::from_string(line).or_else(|_| serde_json::value::to_raw_value(text)).ok()?;
        (json.get() != "null").then_some(Document::Rewritten(json))
    }

    fn json(&self) -> &RawValue {
        match self {
            Document::Json(json) => json,
            Document::Rewritten(json) => json,
        }
    }
}

impl<'a> Event<'a> {
    /// Appends the event's text. Of a document that is no JSON, the text is written as a JSON string.
    pub fn write(&self, into: &mut Vec<u8>) {
        let [before, after] = [&self.before, &self.after].map(|text| text.as_deref().and_then(Document::of));
        let resource =
            Resource { kind: shared(self.resource_type.as_ref()), id: shared(self.resource_id.as_ref()) };
        let written = Written {
            version: SCHEMA_VERSION,
            at: Time(self.at),
            kind: Cow::Borrowed(&self.kind),
            area: Cow::Borrowed(&self.area),
            action: Cow::Borrowed(&self.action),
            outcome: Cow::Borrowed(&self.outcome),
            reason: shared(self.reason.as_ref()),
            tenant: Cow::Borrowed(&self.tenant),
            application: shared(self.application.as_ref()),
            actor: Cow::Borrowed(&self.actor),
            acting_for: self.acting_for.as_ref().map(Cow::Borrowed),
            subject: self.subject.as_ref().map(Cow::Borrowed),
            resource: (resource.kind.is_some() || resource.id.is_some()).then_some(resource),
            permission: shared(self.permission.as_ref()),
            revision: self.revision,
            request: Cow::Borrowed(&self.request),
            before: before.as_ref().map(Document::json),
            after: after.as_ref().map(Document::json),
        };
        // Only memory could fail, of which there is none to say so.
        let _: Result<(), serde_json::Error> = serde_json::to_writer(into, &written);
    }

    /// Reads an event's text, from which the event borrows what it can. Members that are not known are passed over.
    ///
    /// # Errors
    /// Where it is too long, of a later version, or no event.
    pub fn parse(text: &'a str) -> Result<Event<'a>, EventError> {
        if text.len() > MAX_EVENT {
            return Err(EventError::TooLong(text.len()));
        }
        let written: Written<'a> = match serde_json::from_str(text) {
            Ok(written) => written,
            Err(error) => {
                return Err(later_version(text).map_or(EventError::Invalid(error), EventError::Version));
            }
        };
        if written.version != SCHEMA_VERSION {
            return Err(EventError::Version(written.version));
        }
        let (resource_type, resource_id) =
            written.resource.map_or((None, None), |resource| (resource.kind, resource.id));
        Ok(Event {
            at: written.at.0,
            kind: written.kind,
            area: written.area,
            action: written.action,
            outcome: written.outcome,
            reason: written.reason,
            tenant: written.tenant,
            application: written.application,
            actor: written.actor.into_owned(),
            acting_for: written.acting_for.map(Cow::into_owned),
            subject: written.subject.map(Cow::into_owned),
            resource_type,
            resource_id,
            permission: written.permission,
            revision: written.revision,
            request: written.request.into_owned(),
            before: written.before.map(|json| Cow::Borrowed(json.get())),
            after: written.after.map(|json| Cow::Borrowed(json.get())),
        })
    }
}

fn shared<'b>(text: Option<&'b Cow<'_, str>>) -> Option<Cow<'b, str>> {
    text.map(|text| Cow::Borrowed(&**text))
}

/// The version that a text says, where that is another than is known: what else it says may then be read by nobody.
fn later_version(text: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let version = serde_json::from_str::<Versioned>(text).ok()?.version;
    (version != SCHEMA_VERSION).then_some(version)
}

/// The JSON Schema of an event's text.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Written<'static>).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event<'static> {
        Event {
            at: 1_795_430_141_123_456,
            kind: "decision".into(),
            area: "decision".into(),
            action: "notes.write".into(),
            outcome: "denied".into(),
            reason: Some("conditions_not_met".into()),
            actor: Party {
                provider: "static".into(),
                kind: "service".into(),
                id: "gateway".into(),
                credential: Some("ses_1".into()),
            },
            subject: Some(Party { kind: "user".into(), id: "ada \"\u{1}é".into(), ..Party::default() }),
            resource_type: Some("note".into()),
            resource_id: Some("8".into()),
            revision: 42,
            request: Request { id: "93e2".into(), item: Some(0), ..Request::default() },
            after: Some(r#"{"title":"a b","n":1.50}"#.into()),
            ..Event::default()
        }
    }

    fn text_of(event: &Event<'_>) -> String {
        let mut text = Vec::new();
        event.write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn an_event_is_written_as_its_schema_says_and_read_as_it_was() {
        let text = text_of(&event());
        assert_eq!(
            text,
            "{\"version\":1,\"at\":\"2026-11-23T10:35:41.123456Z\",\"kind\":\"decision\",\"area\":\"decision\",\
             \"action\":\"notes.write\",\"outcome\":\"denied\",\"reason\":\"conditions_not_met\",\"tenant\":\"\",\
             \"actor\":{\"provider\":\"static\",\"type\":\"service\",\"id\":\"gateway\",\"credential\":\"ses_1\"},\
             \"subject\":{\"provider\":\"\",\"type\":\"user\",\"id\":\"ada \\\"\\u0001é\"},\
             \"resource\":{\"type\":\"note\",\"id\":\"8\"},\"revision\":42,\"request\":{\"id\":\"93e2\",\"item\":0},\
             \"after\":{\"title\":\"a b\",\"n\":1.50}}"
        );
        assert_eq!(Event::parse(&text).unwrap(), event());
    }

    #[test]
    fn a_text_that_stands_in_an_event_as_it_is_is_borrowed() {
        let text = text_of(&event());
        let event = Event::parse(&text).unwrap();
        for part in
            [Some(&event.kind), event.reason.as_ref(), event.actor.credential.as_ref(), event.after.as_ref()]
        {
            assert!(matches!(part, Some(Cow::Borrowed(_))), "{part:?}");
        }
    }
}
