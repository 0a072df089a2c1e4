//! The server's audit trail: what was done in the application is sent there.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::breaker::{BreakerSettings, backoff};
use super::state::{State, chance};
use super::transport::Failure;
use crate::clock::BoxFuture;
use crate::{AuditEvent, Doer, Error, MAX_EVENTS, NotTaken, Timestamp, Trail};

const RECORD: &str = "api/v1/audit-events/record";
/// Bytes of the events of one request, but for a single one.
const MAX_BYTES: usize = 256 * 1024;
/// How long it is waited where the server takes no more events for a time: until its next minute, and not until its next day.
const LONGEST_WAIT: Duration = Duration::from_secs(65);
/// How often the same is sent where no answer comes.
const ATTEMPTS: u32 = 3;

/// Sends events to the server, which records all of a request or none.
pub(super) struct ServerTrail {
    pub(super) state: Arc<State>,
    /// How long it is waited between two attempts.
    pub(super) waits: BreakerSettings,
}

impl Trail for ServerTrail {
    fn fitting(&self, events: &[AuditEvent]) -> usize {
        fitting(events)
    }

    fn put<'a>(&'a self, events: &'a [AuditEvent]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { self.send(events, &key()?).await })
    }

    fn put_once<'a>(
        &'a self,
        events: &'a [AuditEvent],
        known: &'a mut Option<String>,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let key = match known.take() {
                Some(key) => key,
                None => key()?,
            };
            self.send(events, known.insert(key)).await
        })
    }
}

impl ServerTrail {
    async fn send(&self, events: &[AuditEvent], key: &str) -> Result<(), Error> {
        let body = json!({ "items": events.iter().map(written).collect::<Vec<_>>() }).to_string();
        // The same key for the same events: they are recorded once, however often the answer is lost.
        let transport = &self.state.transport;
        for attempt in 0.. {
            match transport.post_once(RECORD, &body, key).await {
                Ok((200..300, _)) => return Ok(()),
                Ok((status, answer)) => return Err(refused(status, &answer, events.len())),
                Err(Failure::Away(why)) if attempt + 1 < ATTEMPTS => {
                    tracing::warn!(why, "events are not on record yet: sending them again");
                    let wait = backoff(&self.waits, attempt, chance());
                    let wait = Duration::from_micros(u64::try_from(wait).unwrap_or_default());
                    transport.clock.sleep(wait).await;
                }
                Err(Failure::Later(time)) if attempt + 1 < ATTEMPTS && time <= LONGEST_WAIT => {
                    tracing::warn!(
                        seconds = time.as_secs(),
                        "as many events are on record as may be: sending these later"
                    );
                    transport.clock.sleep(time).await;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(())
    }
}

fn fitting(events: &[AuditEvent]) -> usize {
    let mut bytes = 0;
    let is_in = |event: &&AuditEvent| {
        bytes += written(event).to_string().len();
        bytes <= MAX_BYTES
    };
    events.iter().take(MAX_EVENTS).take_while(is_in).count().max(1)
}

fn key() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Unavailable(format!("the system has no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The event as the server takes it.
fn written(event: &AuditEvent) -> Value {
    let AuditEvent { action, outcome, subject, resource, reason, details, at, request_id } = event;
    let mut item = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    put("action", Some(action.as_str().into()));
    put("outcome", Some(outcome.as_str().into()));
    put("subject", doer(subject));
    put("resource", resource.as_ref().map(|(kind, id)| json!({ "type": kind, "id": id })));
    put("reason", reason.as_deref().map(Value::from));
    put("details", details.clone());
    put("at", at.map(|at| Timestamp(at).to_string().into()));
    put("request_id", request_id.as_deref().map(Value::from));
    Value::Object(item)
}

fn doer(subject: &Doer) -> Option<Value> {
    match subject {
        Doer::Itself => None,
        Doer::Anonymous => Some(json!({ "anonymous": true })),
        Doer::Known { directory_id: Some(id), .. } | Doer::Identity(id) => Some(json!({ "identity": id })),
        Doer::Token(token) => Some(json!({ "token": token.expose_secret() })),
        Doer::Known { kind, id, .. } | Doer::Named { kind, id } => Some(json!({ "type": kind, "id": id })),
    }
}

/// Why the server does not take them: some of them, or this client.
fn refused(status: u16, answer: &str, asked: usize) -> Error {
    let problem: Value = serde_json::from_str(answer).unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let code = text(&problem, "code").unwrap_or_default();
    if code == "invalid_document" {
        let errors = problem.get("errors").and_then(Value::as_array).into_iter().flatten();
        let not_taken: Vec<NotTaken> = errors
            .filter_map(|error| {
                let (pointer, message) = (text(error, "pointer")?, text(error, "message")?);
                let rest = pointer.strip_prefix("/items/")?;
                let (place, member) = rest.split_once('/').unwrap_or((rest, ""));
                let place = place.parse().ok().filter(|place| *place < asked)?;
                Some(NotTaken { place, why: format!("{member}: {message}") })
            })
            .collect();
        if !not_taken.is_empty() {
            return Error::EventsRefused(not_taken);
        }
    }
    let detail = text(&problem, "detail").or_else(|| text(&problem, "title")).unwrap_or_default();
    Error::Refused { status, code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;

    #[test]
    fn an_event_is_written_as_the_server_takes_it() {
        let event =
            AuditEvent::new("notes.publish", Outcome::Denied).on("note", "7").because("locked").at(1_000_000);
        let event = event.by(Doer::Token("eyJ".into())).with(json!({ "n": 1 })).request("r1");
        assert!(!format!("{event:?}").contains("eyJ"));
        assert_eq!(
            written(&event),
            json!({ "action": "notes.publish", "outcome": "denied", "subject": { "token": "eyJ" }, "reason": "locked",
                "resource": { "type": "note", "id": "7" }, "details": { "n": 1 }, "at": "1970-01-01T00:00:01Z", "request_id": "r1" })
        );
        let least = json!({ "action": "notes.read", "outcome": "failure" });
        assert_eq!(written(&AuditEvent::new("notes.read", Outcome::Failure)), least);
    }

    #[test]
    fn events_of_one_request_are_no_longer_than_it_may_be() {
        let event = |bytes: usize| {
            AuditEvent::new("notes.read", Outcome::Success).with(json!({ "text": "x".repeat(bytes) }))
        };
        assert_eq!(fitting(&vec![event(8_000); 100]), 32);
        assert_eq!(fitting(&vec![event(1); 150]), MAX_EVENTS);
        assert_eq!(fitting(&[event(MAX_BYTES), event(1)]), 1);
    }

    #[test]
    fn what_the_server_does_not_take_is_told_by_its_place() {
        let errors = json!([{ "pointer": "/items/1/action", "message": "no name" }, { "pointer": "/items/9", "message": "" }, {}]);
        let answer = json!({ "code": "invalid_document", "errors": errors }).to_string();
        let why = "action: no name".to_owned();
        assert_eq!(refused(422, &answer, 2), Error::EventsRefused(vec![NotTaken { place: 1, why }]));
        assert!(matches!(refused(422, &answer, 1), Error::Refused { status: 422, .. }));
        assert!(matches!(refused(403, "<html>", 2), Error::Refused { status: 403, .. }));
    }
}
