//! Signed requests to one endpoint outside Casemate, within limits.

use std::sync::Arc;
use std::time::Duration;

use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign, verify_answer};
use casemate_identity::remote::{Fetch, FetchError, Reply, Submission};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::breaker::{About, Breaker};
use super::endpoint::Endpoint;
use super::shares::{AskedBy, Shares};

/// The most requests to one endpoint that are under way at once.
pub(super) const MAX_UNDER_WAY: usize = 64;
/// The most that wait for their turn besides.
pub(super) const MAX_WAITING: usize = 1_024;

/// Requests to one endpoint.
pub(crate) struct Requests {
    endpoint: Arc<Endpoint>,
    /// Why there is none, where there is none.
    secret: Result<SecretString, String>,
    fetch: Arc<dyn Fetch>,
    shares: Shares,
    turns: Semaphore,
    queue: Semaphore,
    breaker: Breaker,
}

/// A request.
pub(crate) struct Request<'a> {
    /// Who asks.
    pub(crate) by: AskedBy,
    /// What about.
    pub(crate) about: About,
    /// In microseconds since 1970 (UTC).
    pub(crate) now: i64,
    /// When it is given up, where that is before its turn and its answer took as long as each may.
    pub(crate) deadline: Option<Instant>,
    /// The largest answer, in bytes.
    pub(crate) limit: usize,
    /// The entity tag of what is known.
    pub(crate) known: Option<&'a str>,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// Its answer is larger than it may be.
    #[error("{0}")]
    TooLarge(FetchError),
    /// Whatever else.
    #[error("{0}")]
    Failed(String),
}

impl From<&str> for RequestError {
    fn from(problem: &str) -> RequestError {
        RequestError::Failed(problem.to_owned())
    }
}

impl Requests {
    pub(crate) fn new(
        endpoint: Arc<Endpoint>,
        secret: Result<SecretString, String>,
        fetch: Arc<dyn Fetch>,
    ) -> Requests {
        Requests {
            endpoint,
            secret,
            fetch,
            shares: Shares::default(),
            turns: Semaphore::new(MAX_UNDER_WAY),
            queue: Semaphore::new(MAX_UNDER_WAY + MAX_WAITING),
            breaker: Breaker::default(),
        }
    }

    /// What is asked.
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether they are signed with this secret, or cannot be for the same reason.
    pub(crate) fn are_with(&self, secret: &Result<SecretString, String>) -> bool {
        match (&self.secret, secret) {
            (Ok(one), Ok(other)) => one.expose_secret() == other.expose_secret(),
            (Err(one), Err(other)) => one == other,
            _ => false,
        }
    }

    /// Sends a body, which is made of an id that no other request has, when there is room, and gives what was answered: with status 200,
    /// or 304 or 412 where what is known is still right.
    ///
    /// # Errors
    /// Where there is no such answer.
    pub(crate) async fn send(
        &self,
        body: impl FnOnce(&str) -> Vec<u8>,
        request: Request<'_>,
    ) -> Result<Reply, RequestError> {
        let Request { by, about, now, deadline, limit, known } = request;
        let endpoint = &self.endpoint;
        let busy = || RequestError::from("it is asked about too many at the moment");
        let latest = Instant::now() + endpoint.timeout;
        let latest = deadline.unwrap_or(latest).min(latest);
        let share = self.shares.of(by);
        let share = tokio::time::timeout_at(latest, share.acquire_owned());
        let _share = share.await.map_err(|_| busy())?.map_err(|_| busy())?;
        let _queued = self.queue.try_acquire().map_err(|_| busy())?;
        let turn = tokio::time::timeout_at(latest, self.turns.acquire());
        let _turn = turn.await.map_err(|_| busy())?.map_err(|_| busy())?;
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let time = left.unwrap_or(endpoint.timeout).min(endpoint.timeout);
        if time < Duration::from_millis(1) {
            return Err("what is asked besides took all of its time".into());
        }
        if !self.breaker.lets(&about) {
            return Err("it did not answer several times in a row, and is left alone for a while".into());
        }
        let secret = self.secret.as_ref().map_err(|problem| RequestError::Failed(problem.clone()))?;
        let mut random = [0; 16];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| RequestError::from("there is no randomness"))?;
        let id: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = body(&id);
        let timestamp = now.div_euclid(1_000_000).to_string();
        let signature = sign(secret, &timestamp, &body);
        let mut headers: Vec<(&'static str, SecretString)> =
            vec![(TIMESTAMP_HEADER, timestamp.into()), (SIGNATURE_HEADER, signature.as_str().into())];
        if let Some(tag) = known {
            headers.push(("if-none-match", tag.into()));
        }
        let submission = Submission {
            url: &endpoint.url,
            content_type: "application/json",
            headers: &headers,
            body: &body,
            limit,
            time,
        };
        let reply = match self.fetch.submit(submission).await {
            Ok(reply) => reply,
            // An answer that is too large is one.
            Err(error @ FetchError::TooLarge(_)) => {
                self.breaker.answered(&about);
                return Err(RequestError::TooLarge(error));
            }
            Err(error) => {
                self.breaker.failed(&about);
                return Err(RequestError::Failed(error.to_string()));
            }
        };
        match reply.status {
            429 | 500.. => self.breaker.failed(&about),
            _ => self.breaker.answered(&about),
        }
        // RFC 9110, section 13.1.2: a `POST` whose tag is still right is answered by 412, and by many with 304.
        let is_same = known.is_some() && matches!(reply.status, 304 | 412);
        if reply.status != 200 && !is_same {
            return Err(RequestError::Failed(format!("it answered {}", reply.status)));
        }
        let is_signed = |signed: &str| verify_answer(secret, &signature, reply.status, &reply.body, signed);
        if endpoint.signed_answers && !reply.signature.as_deref().is_some_and(is_signed) {
            return Err("its answer is not signed as the answer to this request".into());
        }
        Ok(reply)
    }
}
