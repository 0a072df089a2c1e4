//! What stands in the audit trail of what this process does.

use std::sync::Arc;

use casemate_directory::Subject;
use casemate_permission::name::Name;
use casemate_sdk::{
    AuditEvent, Auditor, BoxFuture, Clock, Credential, Doer, Error, NotTaken, PermissionsManager as _,
    Timestamp, Trail, WITHOUT_AUTHORIZATION,
};
use casemate_store::{Actor, Commit, Store, clipped};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::Embedded;

/// The kind of all events that applications record, and of no other.
const RECORDED: &str = "recorded";
/// The longest details of an event, in bytes of JSON.
const MAX_DETAILS: usize = 8 << 10;
/// How long ago something may have been done, in microseconds.
const OLDEST: i64 = 7 * 24 * 3_600 * 1_000_000;
/// How far ahead of the clock it may have been, in microseconds.
const AHEAD: i64 = 5 * 60 * 1_000_000;

/// Writes into the audit trail of the store.
pub(crate) struct StoreAuditor {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What this process calls itself.
    pub(crate) process: Box<str>,
}

impl StoreAuditor {
    /// Who this process is, in the trail.
    fn actor(&self) -> Actor {
        Actor {
            provider: casemate_directory::OWN_PROVIDER.to_owned(),
            kind: "system".to_owned(),
            id: self.process.to_string(),
            credential: None,
        }
    }

    async fn commit(&self, summary: &str, events: Vec<casemate_store::AuditEvent>) -> Result<(), Error> {
        let commit = Commit {
            base: None,
            at: self.clock.now(),
            actor: self.actor(),
            summary: summary.to_owned(),
            operations: Vec::new(),
            events,
            fence: None,
        };
        match self.store.commit(commit).await {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "events are not on record");
                Err(Error::Unavailable("the audit trail cannot be written".to_owned()))
            }
        }
    }

    fn suspension(&self, reason: &str) -> casemate_store::AuditEvent {
        casemate_store::AuditEvent {
            at: self.clock.now(),
            actor: self.actor(),
            action: WITHOUT_AUTHORIZATION.to_owned(),
            kind: "access".to_owned(),
            tenant: String::new(),
            resource_type: "process".to_owned(),
            resource_id: self.process.to_string(),
            outcome: "success".to_owned(),
            reason: Some(reason.to_owned()),
            request_id: String::new(),
            ..casemate_store::AuditEvent::default()
        }
    }
}

impl Auditor for StoreAuditor {
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let events = vec![self.suspension(reason)];
            self.commit("went on without authorization", events).await.map_err(|error| error.to_string())
        })
    }
}

/// Writes what was done in the application into the same trail, as a server does.
pub(crate) struct StoreTrail {
    pub(crate) auditor: Arc<StoreAuditor>,
    /// Who says who somebody is.
    pub(crate) embedded: Embedded,
}

impl Trail for StoreTrail {
    fn put<'a>(&'a self, events: &'a [AuditEvent]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.record(events))
    }
}

impl StoreTrail {
    async fn record(&self, events: &[AuditEvent]) -> Result<(), Error> {
        let now = self.auditor.clock.now();
        let (mut written, mut wrong) = (Vec::with_capacity(events.len()), Vec::new());
        for (place, event) in events.iter().enumerate() {
            match self.written(event, now).await? {
                Ok(event) => written.push(event),
                Err(why) => wrong.push(NotTaken { place, why }),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::EventsRefused(wrong));
        }
        self.auditor.commit("", written).await
    }

    /// The event as it is kept, or what is wrong with it.
    async fn written(
        &self,
        event: &AuditEvent,
        now: i64,
    ) -> Result<Result<casemate_store::AuditEvent, String>, Error> {
        if let Some(wrong) = self.mistake(event, now) {
            return Ok(Err(wrong));
        }
        let actor = match self.doer(&event.subject, now).await? {
            Ok(actor) => actor,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let recorder = self.auditor.actor();
        let after = json!({
            "recorder": { "provider": recorder.provider, "type": recorder.kind, "id": recorder.id, "credential": null,
                "application": self.embedded.application() },
            "recorded_at": Timestamp(now).to_string(),
            "details": event.details,
        });
        let (resource_type, resource_id) = event.resource.clone().unwrap_or_default();
        Ok(Ok(casemate_store::AuditEvent {
            at: event.at.unwrap_or(now),
            actor,
            action: event.action.clone(),
            kind: RECORDED.to_owned(),
            area: "application".to_owned(),
            tenant: self.embedded.tenant().to_owned(),
            resource_type,
            resource_id,
            outcome: event.outcome.as_str().to_owned(),
            reason: event.reason.clone(),
            request_id: event.request_id.clone().unwrap_or_default(),
            after: Some(after.to_string()),
            ..casemate_store::AuditEvent::default()
        }))
    }

    /// What is wrong with an event, but for who did it.
    fn mistake(&self, event: &AuditEvent, now: i64) -> Option<String> {
        let name = match Name::parse(&event.action) {
            Ok(name) => name,
            Err(error) => return Some(format!("action: {error}")),
        };
        if name.is_reserved() || name.namespace().eq_ignore_ascii_case("casemate") {
            return Some("action: what is done in Casemate is recorded by Casemate alone".to_owned());
        }
        if !self.embedded.is_own(&name) {
            return Some("action: this is in no namespace of the application".to_owned());
        }
        let resource = event.resource.as_ref();
        let texts = [
            resource.map(|(kind, _)| kind),
            resource.map(|(_, id)| id),
            event.reason.as_ref(),
            event.request_id.as_ref(),
        ];
        if !texts.into_iter().flatten().all(|text| is_kept(text)) {
            return Some("texts have 1 to 1024 bytes, without NUL".to_owned());
        }
        let details = event.details.as_ref();
        if details.is_some_and(|details| !details.is_object() || details.to_string().len() > MAX_DETAILS) {
            return Some(format!("details: they are an object of at most {MAX_DETAILS} bytes of JSON"));
        }
        let at = event.at.unwrap_or(now);
        let is_recent = (now.saturating_sub(OLDEST)..=now.saturating_add(AHEAD)).contains(&at);
        (!is_recent)
            .then(|| "at: events are recorded until seven days after, and five minutes before".to_owned())
    }

    /// Who did it, as events name them, or why that cannot be said.
    async fn doer(&self, doer: &Doer, now: i64) -> Result<Result<Actor, String>, Error> {
        Ok(Ok(match doer {
            Doer::Itself => self.auditor.actor(),
            Doer::Anonymous => {
                Actor { provider: "anonymous".to_owned(), kind: "anonymous".to_owned(), ..Actor::default() }
            }
            Doer::Known { directory_id, provider, kind, id, credential } => Actor {
                provider: provider.clone(),
                kind: kind.clone(),
                id: Some(id)
                    .filter(|id| !id.is_empty())
                    .or(directory_id.as_ref())
                    .cloned()
                    .unwrap_or_default(),
                credential: credential.clone(),
            },
            Doer::Named { kind, id } if is_kept(kind) && is_kept(id) => {
                Actor { kind: kind.clone(), id: id.clone(), ..Actor::default() }
            }
            Doer::Token(token) => {
                match self.embedded.identify(Credential::bearer(token.expose_secret())).await {
                    Ok(caller) => return Box::pin(self.doer(&Doer::from(&caller), now)).await,
                    Err(error @ (Error::Unavailable(_) | Error::Permissions(_))) => return Err(error),
                    Err(_) => return Ok(Err("subject: the token is not accepted".to_owned())),
                }
            }
            Doer::Identity(id) => match self.embedded.subject_of(id, now).await? {
                Some(subject) => named(&subject, id),
                None => return Ok(Err("subject: nobody who is active has this id".to_owned())),
            },
            _ => return Ok(Err("subject: type and id are texts of 1 to 1024 bytes".to_owned())),
        }))
    }
}

fn named(subject: &Subject, known_as: &str) -> Actor {
    Actor {
        provider: subject.provider.to_string(),
        kind: subject.kind.to_string(),
        id: subject.id.as_deref().unwrap_or(known_as).to_owned(),
        credential: None,
    }
}

/// Whether a text is kept whole.
fn is_kept(text: &str) -> bool {
    !text.is_empty() && clipped(text) == text
}
