//! An endpoint of another system that says what somebody holds: asked once for many that wait, within limits, by signed requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casemate_identity::provider::SecretReference;
use casemate_identity::remote::Fetch;
use casemate_permission::Ceiling;
use secrecy::SecretString;
use tokio::time::Instant;
use url::Url;

use super::answer::read_answer;
use super::breaker::About;
use super::kept::{Entry, Found, Fresh, Kept, Known};
use super::question::{AskedAbout, Question, Read};
use super::requests::{Request, Requests};
use super::running::Waiting;
use super::shares::AskedBy;
use crate::subject::Subject;

/// What is kept of one endpoint's answers, in bytes.
const KEPT: usize = 16 << 20;
/// The longest entity tag that is kept, in bytes.
const MAX_TAG: usize = 256;

/// An endpoint as it is configured and was checked.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) secret: SecretReference,
    pub(crate) signed_answers: bool,
    pub(crate) reads: Vec<Read>,
    /// How long an answer is good at most.
    pub(crate) longest: Duration,
    pub(crate) timeout: Duration,
    /// The largest answer, in bytes.
    pub(crate) limit: usize,
}

/// An endpoint that is asked.
pub(crate) struct Asked {
    name: Arc<str>,
    ceiling: Ceiling,
    pub(super) requests: Requests,
    kept: Mutex<Kept>,
}

impl Asked {
    pub(super) fn new(
        name: Arc<str>,
        endpoint: Arc<Endpoint>,
        ceiling: Ceiling,
        secret: Result<SecretString, String>,
        fetch: Arc<dyn Fetch>,
    ) -> Asked {
        let requests = Requests::new(endpoint, secret, fetch);
        Asked { name, ceiling, requests, kept: Mutex::new(Kept::new(KEPT)) }
    }

    /// Begins to find out for whoever asks what somebody holds at `now` (microseconds since 1970, UTC), unless that is known or somebody does already.
    /// It goes on by itself where nobody waits for it any more.
    pub(super) fn ask(self: &Arc<Self>, subject: &Subject, by: AskedBy, now: i64) -> Waiting {
        let Some(question) = Question::about(&self.name, &self.requests.endpoint().reads, subject) else {
            return Waiting::Known(Err("it cannot be asked about somebody without an id".into()));
        };
        let key = question.digest();
        match self.kept().look(&key, now) {
            Known::Fresh(fresh) => Waiting::Known(Ok(fresh)),
            Known::Asked(told) => Waiting::Told(told),
            Known::ToAsk { teller, told, earlier, epoch } => {
                let asked = Arc::clone(self);
                tokio::spawn(async move {
                    let (found, entry) = asked.found(question, earlier, by, now).await;
                    asked.kept().settle(&key, epoch, entry);
                    teller.send_replace(Some(found));
                });
                Waiting::Told(told)
            }
        }
    }

    /// Forgets what was answered about some.
    pub(super) fn forget(&self, is_meant: impl Fn(&AskedAbout) -> bool) {
        self.kept().forget(is_meant);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and gives what is told to all who wait, and what is kept of it.
    async fn found(
        &self,
        question: Question,
        earlier: Option<Arc<Entry>>,
        by: AskedBy,
        now: i64,
    ) -> (Found, Option<Entry>) {
        let asked_at = Instant::now();
        let failed = |problem: String| {
            tracing::warn!(
                source = &*self.name,
                problem,
                "a source of permissions does not say what somebody holds"
            );
            (Err(problem.into()), None)
        };
        let known = earlier.as_deref().and_then(|earlier| earlier.etag.as_deref());
        let Endpoint { limit, longest, .. } = *self.requests.endpoint();
        let about = About::of([question.digest()]);
        let request = Request { by, about, now, deadline: None, limit, known };
        let reply = match self.requests.send(|id| question.body(id), request).await {
            Ok(reply) => reply,
            Err(error) => return failed(error.to_string()),
        };
        let is_same = reply.status != 200;
        let permissions = match earlier.as_ref().filter(|_| is_same) {
            Some(earlier) => Arc::clone(&earlier.permissions),
            None => match read_answer(&reply.body, &self.ceiling) {
                Ok(permissions) => permissions,
                Err(error) => return failed(error.to_string()),
            },
        };
        let age = match reply.no_store {
            true => Duration::ZERO,
            false => reply.max_age.map_or(longest, |age| age.min(longest)),
        };
        let until = now.saturating_add(i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
        let etag = reply.etag.filter(|tag| tag.len() <= MAX_TAG && !reply.no_store);
        let etag = etag.or_else(|| earlier.filter(|_| is_same && !reply.no_store)?.etag.clone());
        let entry = (!age.is_zero() || etag.is_some()).then(|| Entry {
            permissions: Arc::clone(&permissions),
            etag,
            end: asked_at + age,
            from: now,
            until,
            of: question.asked_about,
        });
        (Ok(Fresh { permissions, until }), entry)
    }
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
