//! An endpoint of another system that says what somebody holds: asked once for many that wait, within limits, by signed requests.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign, verify_answer};
use casemate_identity::provider::SecretReference;
use casemate_identity::remote::{Fetch, FetchError, Reply, Submission};
use casemate_permission::Ceiling;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use super::answer::read_answer;
use super::breaker::Breaker;
use super::kept::{Entry, Found, Fresh, Kept, Known};
use super::question::{AskedAbout, Question, Read};
use super::running::Waiting;
use crate::subject::Subject;

/// The most requests to one endpoint that are under way at once.
const MAX_UNDER_WAY: usize = 64;
/// The most that wait for their turn besides.
const MAX_WAITING: usize = 1_024;
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
    endpoint: Arc<Endpoint>,
    ceiling: Ceiling,
    /// Why there is none, where there is none.
    pub(super) secret: Result<SecretString, String>,
    fetch: Arc<dyn Fetch>,
    kept: Mutex<Kept>,
    turns: Semaphore,
    queue: Semaphore,
    breaker: Breaker,
}

impl Asked {
    pub(super) fn new(
        name: Arc<str>,
        endpoint: Arc<Endpoint>,
        ceiling: Ceiling,
        secret: Result<SecretString, String>,
        fetch: Arc<dyn Fetch>,
    ) -> Asked {
        Asked {
            name,
            endpoint,
            ceiling,
            secret,
            fetch,
            kept: Mutex::new(Kept::new(KEPT)),
            turns: Semaphore::new(MAX_UNDER_WAY),
            queue: Semaphore::new(MAX_UNDER_WAY + MAX_WAITING),
            breaker: Breaker::default(),
        }
    }

    /// Begins to find out what somebody holds at `now` (microseconds since 1970, UTC), unless that is known or somebody does already.
    /// It goes on by itself where nobody waits for it any more.
    pub(super) fn ask(self: &Arc<Self>, subject: &Subject, now: i64) -> Waiting {
        let Some(question) = Question::about(&self.name, &self.endpoint.reads, subject) else {
            return Waiting::Known(Err("it cannot be asked about somebody without an id".into()));
        };
        let key = question.digest();
        match self.kept().look(&key, now) {
            Known::Fresh(fresh) => Waiting::Known(Ok(fresh)),
            Known::Asked(told) => Waiting::Told(told),
            Known::ToAsk { teller, told, earlier, epoch } => {
                let asked = Arc::clone(self);
                tokio::spawn(async move {
                    let (found, entry) = asked.found(question, earlier, now).await;
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
        let reply = match self.in_turn(&question, earlier.as_deref(), now).await {
            Ok(reply) => reply,
            Err(problem) => return failed(problem),
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
            false => reply.max_age.map_or(self.endpoint.longest, |age| age.min(self.endpoint.longest)),
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

    /// Asks when there is room, for as long as it may take.
    async fn in_turn(&self, question: &Question, earlier: Option<&Entry>, now: i64) -> Result<Reply, String> {
        let busy = "it is asked about too many at the moment";
        let _queued = self.queue.try_acquire().map_err(|_| busy.to_owned())?;
        let turn = tokio::time::timeout(self.endpoint.timeout, self.turns.acquire());
        let _turn = turn.await.map_err(|_| busy.to_owned())?.map_err(|_| busy.to_owned())?;
        if !self.breaker.lets() {
            return Err("it did not answer several times in a row, and is left alone for a while".to_owned());
        }
        let secret = self.secret.as_ref().map_err(Clone::clone)?;
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| "there is no randomness".to_owned())?;
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = question.body(&id);
        let timestamp = now.div_euclid(1_000_000).to_string();
        let signature = sign(secret, &timestamp, &body);
        let mut headers: Vec<(&'static str, SecretString)> =
            vec![(TIMESTAMP_HEADER, timestamp.into()), (SIGNATURE_HEADER, signature.as_str().into())];
        let known = earlier.and_then(|earlier| earlier.etag.as_deref());
        if let Some(tag) = known {
            headers.push(("if-none-match", tag.into()));
        }
        let submission = Submission {
            url: &self.endpoint.url,
            content_type: "application/json",
            headers: &headers,
            body: &body,
            limit: self.endpoint.limit,
            time: self.endpoint.timeout,
        };
        let reply = match self.fetch.submit(submission).await {
            Ok(reply) => reply,
            Err(error) => {
                // An answer that is too large is one.
                match error {
                    FetchError::TooLarge(_) => self.breaker.answered(),
                    _ => self.breaker.failed(),
                }
                return Err(error.to_string());
            }
        };
        match reply.status {
            429 | 500.. => self.breaker.failed(),
            _ => self.breaker.answered(),
        }
        // RFC 9110, section 13.1.2: a `POST` whose tag is still right is answered by 412, and by many with 304.
        let is_same = known.is_some() && matches!(reply.status, 304 | 412);
        if reply.status != 200 && !is_same {
            return Err(format!("it answered {}", reply.status));
        }
        let is_signed = |signed: &str| verify_answer(secret, &signature, reply.status, &reply.body, signed);
        if self.endpoint.signed_answers && !reply.signature.as_deref().is_some_and(is_signed) {
            return Err("its answer is not signed as the answer to this request".to_owned());
        }
        Ok(reply)
    }
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
