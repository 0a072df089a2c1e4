//! That somebody read something is on record before it is answered.

use std::sync::{Arc, LazyLock, OnceLock};

use axum::extract::{FromRequestParts as _, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use casemate_directory::{Author, sha256};
use casemate_platform::api::Trail;
use casemate_platform::{Code, Problem};
use casemate_store::{AuditEvent, clipped};
use serde_json::json;

use crate::App;

/// Who reads what by a request, as soon as that is known. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Reading(Arc<OnceLock<AuditEvent>>);

/// What somebody reads.
pub(crate) struct What {
    /// The permission that it needs, or what comes closest.
    pub(crate) action: &'static str,
    /// The type of it.
    pub(crate) resource: &'static str,
    /// The tenant that the request is about; empty where it is about the whole installation.
    pub(crate) tenant: String,
}

/// The kind of an event of an export.
pub(crate) const EXPORT: &str = "export";

/// Mark of an answer to a request that would have changed something, had it not asked for what that would be.
#[derive(Clone, Copy)]
pub(crate) struct OnlyRead;

/// Mark of an answer in which all of a list, or of what a search finds, is saved: that is on record as an export.
#[derive(Clone)]
pub(crate) struct Exported {
    format: &'static str,
    /// Whether two sought the same; what they sought may be personal.
    search: Option<String>,
    /// There are no more.
    at_most: Option<u64>,
}

impl Exported {
    /// In this format, all that a text tells apart from other lists and searches.
    pub(crate) fn new(format: &'static str, search: &str) -> Exported {
        // Nobody finds out by trying what was sought: the key is this process's own.
        static KEY: LazyLock<Option<u128>> = LazyLock::new(|| {
            let mut key = [0; 16];
            getrandom::fill(&mut key).ok().map(|()| u128::from_be_bytes(key))
        });
        let search = KEY.as_ref().map(|key| {
            let digest = sha256(&format!("{key:032x}\n{search}"));
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        });
        Exported { format, search, at_most: None }
    }

    /// Of so many at most.
    pub(crate) fn at_most(self, most: u64) -> Exported {
        Exported { at_most: Some(most), ..self }
    }

    fn told(&self) -> String {
        let Exported { format, search, at_most } = self;
        match at_most {
            Some(most) => json!({ "format": format, "search_digest": search, "at_most": most }),
            None => json!({ "format": format, "search_digest": search }),
        }
        .to_string()
    }
}

impl Reading {
    /// Notes who reads what; whoever is noted first stays.
    pub(crate) async fn note(parts: &mut Parts, author: impl FnOnce() -> Author, what: What) {
        let Some(reading) = parts.extensions.get::<Reading>().cloned() else { return };
        let id = resource_id(parts).await;
        let Author { actor, request_id, route, client, user_agent, now, .. } = author();
        let event = AuditEvent {
            at: now,
            actor,
            action: what.action.to_owned(),
            kind: "read".to_owned(),
            tenant: what.tenant,
            resource_type: what.resource.to_owned(),
            resource_id: id,
            outcome: "success".to_owned(),
            request_id,
            route,
            client,
            user_agent,
            ..AuditEvent::default()
        };
        drop(reading.0.set(event));
    }

    /// As [`Reading::note`], where who reads what is known otherwise.
    pub(crate) fn tell(parts: &Parts, event: AuditEvent) {
        if let Some(reading) = parts.extensions.get::<Reading>() {
            drop(reading.0.set(event));
        }
    }

    /// Whether this answer to a request is told to somebody who reads by it, so that it is to be on record.
    pub(crate) fn is_told(trail: Trail, response: &Response) -> bool {
        let marks = response.extensions();
        let is_read =
            trail == Trail::Read || marks.get::<OnlyRead>().is_some() || marks.get::<Exported>().is_some();
        is_read && (response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED)
    }

    /// Keeps, durably, that what is about to be answered was read, or exported.
    ///
    /// # Errors
    /// 503: the answer is withheld, since it would not be on record.
    pub(crate) async fn keep(self, app: &App, exported: Option<Exported>) -> Result<(), Problem> {
        let Some(event) = self.0.get() else {
            tracing::error!("an answer was withheld: it is not known who reads it");
            return Err(Problem::new(Code::NotRecorded));
        };
        let mut event = event.clone();
        if let Some(exported) = exported {
            event.kind = EXPORT.to_owned();
            event.after = Some(exported.told());
        }
        record(app, event).await
    }
}

/// Keeps an event of something that changed nothing, durably.
///
/// # Errors
/// 503: what it tells of is not answered, since it would not be on record.
pub(crate) async fn record(app: &App, event: AuditEvent) -> Result<(), Problem> {
    app.store.record_events(vec![event]).await.map_err(|error| {
        tracing::error!(%error, "an answer was withheld: that it was asked for could not be recorded");
        Problem::new(Code::NotRecorded)
    })
}

/// The id of what a path names: what the template calls `id`, or else what stands in it last.
async fn resource_id(parts: &mut Parts) -> String {
    let Ok(named) = RawPathParams::from_request_parts(parts, &()).await else { return String::new() };
    let named: Vec<(&str, &str)> = named.iter().collect();
    if let [("application", application), ("type", kind), ("id", id)] = named.as_slice() {
        return clipped(&format!("{application}/{kind}/{id}"));
    }
    let id = named.iter().find(|(name, _)| *name == "id").or(named.last());
    id.map_or_else(String::new, |(_, id)| clipped(id))
}
