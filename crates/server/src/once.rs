//! Requests with an `Idempotency-Key`: carried out once, answered the same for a day.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{RememberKey, Written, sha256};
use casemate_platform::{Code, Held, IdempotencyKey, Problem, entity_tag};
use casemate_store::{Actor, Commit, Operation, Remembered};
use serde_json::Value;

use crate::App;
use crate::at_least::REVISION;
use crate::guard::Access;
use crate::reading::OnlyRead;

/// How long an answer is remembered, in microseconds.
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// A request with a key, or without one.
pub(crate) enum Once {
    /// It was answered before: so it is again.
    Answered(Box<Response>),
    /// It is to be carried out.
    Fresh(Attempt),
}

/// A request that is being carried out.
#[derive(Default)]
pub(crate) struct Attempt {
    key: Option<(String, String, [u8; 32])>,
    /// Keeps others with the same key waiting.
    _held: Option<Held>,
}

/// What is answered and remembered, from what was written.
pub(crate) type Body = Arc<dyn Fn(&Written) -> String + Send + Sync>;

impl Once {
    /// Looks whether this caller sent this request before. `what` is everything that makes it the same.
    ///
    /// # Errors
    /// 422 where the key was used for something else, 409 where such a request is under way.
    pub(crate) async fn begin(
        app: &App,
        access: &Access,
        key: IdempotencyKey,
        what: &[&str],
    ) -> Result<Once, Problem> {
        let Some(key) = key.0 else { return Ok(Once::Fresh(Attempt::default())) };
        let caller = access.caller_key();
        // Lengths keep the parts apart.
        let parts: Vec<String> =
            [access.tenant()].iter().chain(what).map(|part| format!("{}:{part}", part.len())).collect();
        let fingerprint = sha256(&parts.concat());
        let held = app.under_way.begin(&caller, &key)?;
        let remembered = app.store.reader().remembered(&caller, &key, access.now()).await;
        let remembered = remembered.map_err(|error| {
            tracing::error!(%error, "remembered answers cannot be read");
            Problem::new(Code::Unavailable)
        })?;
        match remembered {
            None => Ok(Once::Fresh(Attempt { key: Some((caller, key, fingerprint)), _held: Some(held) })),
            Some(answer) if answer.fingerprint == fingerprint => {
                // What was made is on record; that it was told again comes there too.
                let told = (Extension(OnlyRead), created(answer.status, answer.body));
                Ok(Once::Answered(Box::new(told.into_response())))
            }
            Some(_) => Err(Problem::new(Code::IdempotencyKeyReused)),
        }
    }
}

impl Attempt {
    /// Keeps an answer that could not be kept in the change's own transaction. Where that fails, whoever asks again is
    /// carried out again: that is in the log.
    pub(crate) async fn keep(self, app: &App, status: StatusCode, now: i64, body: String) {
        let Some(operation) = self.operation(status, now, body) else { return };
        let commit = Commit {
            base: None,
            at: now,
            actor: Actor::default(),
            summary: String::new(),
            operations: vec![operation],
            events: Vec::new(),
            fence: None,
        };
        if let Err(error) = app.store.commit(commit).await {
            tracing::warn!(%error, "an answer could not be remembered for its idempotency key");
        }
    }

    /// What keeps an answer that is known before the change is made, in the change's own transaction.
    pub(crate) fn operation(&self, status: StatusCode, now: i64, body: String) -> Option<Operation> {
        let (caller, key, fingerprint) = self.key.clone()?;
        let (status, expires_at) = (status.as_u16(), now.saturating_add(DAY));
        Some(Operation::Remember(Remembered { caller, key, fingerprint, status, body, expires_at }))
    }

    /// What is to be kept in the change's own transaction.
    pub(crate) fn remember(&self, status: StatusCode, now: i64, body: Body) -> Option<RememberKey> {
        let (caller, key, fingerprint) = self.key.clone()?;
        Some(RememberKey {
            caller,
            key,
            fingerprint,
            status: status.as_u16(),
            expires_at: now.saturating_add(DAY),
            body,
        })
    }
}

/// The answer to something that was made, from its body: an object with `id` and `revision`.
pub(crate) fn created(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED);
    let written: Value = serde_json::from_str(&body).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (status, headers, body).into_response();
    if let Some(revision) = written.get("revision").and_then(Value::as_i64) {
        response.headers_mut().insert(header::ETAG, entity_tag(revision));
        response.headers_mut().insert(REVISION, HeaderValue::from(revision));
    }
    response
}
