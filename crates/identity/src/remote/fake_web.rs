//! A web of our own, and a clock that the tests move.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::{Instant, advance, sleep};
use url::Url;

use super::*;
use crate::chain::{Answer, Authenticator, BoxFuture};
use crate::credentials::Credentials;
use crate::identity::Identity;
use crate::provider::ProvidersConfig;
use crate::rejection::Reason;
use crate::signer::Signer;
use crate::time::Timestamp;

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://a.example";
pub(crate) const KEYS: &str = "https://a.example/keys";
pub(crate) const DISCOVERY: &str = "https://a.example/.well-known/openid-configuration";

/// A request that was posted.
#[derive(Debug, PartialEq)]
pub(crate) struct Submitted {
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// Answers out of a table, after a while, and counts.
#[derive(Default)]
pub(crate) struct FakeWeb {
    documents: Mutex<HashMap<String, Fetched>>,
    pub(crate) requests: Mutex<Vec<String>>,
    replies: Mutex<HashMap<String, Reply>>,
    pub(crate) submitted: Mutex<Vec<Submitted>>,
    under_way: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    pub(crate) delay: Mutex<Duration>,
}

impl FakeWeb {
    pub(crate) fn put(&self, url: &str, document: &Value, max_age: Option<u64>) {
        let body = document.to_string().into_bytes();
        let fetched = Fetched { body, max_age: max_age.map(Duration::from_secs) };
        self.documents.lock().unwrap().insert(url.to_owned(), fetched);
    }

    pub(crate) fn reply(&self, url: &str, status: u16, body: &Value) {
        let reply = Reply { status, body: body.to_string().into_bytes(), ..Reply::default() };
        self.replies.lock().unwrap().insert(url.to_owned(), reply);
    }

    pub(crate) fn remove(&self, url: &str) {
        self.documents.lock().unwrap().remove(url);
    }

    pub(crate) fn publish(&self, signers: &[&Signer]) {
        let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
        self.put(DISCOVERY, &json!({"issuer": ISSUER, "jwks_uri": KEYS}), None);
        self.put(KEYS, &json!({ "keys": keys }), None);
    }

    pub(crate) fn count(&self, url: &str) -> usize {
        self.requests.lock().unwrap().iter().filter(|requested| *requested == url).count()
    }
}

impl Fetch for FakeWeb {
    fn fetch<'a>(&'a self, url: &'a Url, limit: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(now, Ordering::SeqCst);
            self.requests.lock().unwrap().push(url.to_string());
            let delay = *self.delay.lock().unwrap();
            sleep(delay).await;
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            let document = self.documents.lock().unwrap().get(url.as_str()).cloned();
            let document = document.ok_or_else(|| FetchError::Unreachable("connection refused".into()))?;
            if document.body.len() > limit { Err(FetchError::TooLarge(limit)) } else { Ok(document) }
        })
    }

    fn submit<'a>(&'a self, submission: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let headers = submission.headers.iter();
            self.submitted.lock().unwrap().push(Submitted {
                url: submission.url.to_string(),
                content_type: submission.content_type,
                headers: headers.map(|(name, value)| (*name, value.expose_secret().to_owned())).collect(),
                body: String::from_utf8(submission.body.to_vec()).unwrap(),
            });
            let delay = *self.delay.lock().unwrap();
            if delay > submission.time {
                sleep(submission.time).await;
                return Err(FetchError::Unreachable("time is up".into()));
            }
            sleep(delay).await;
            let reply = self.replies.lock().unwrap().get(submission.url.as_str()).cloned();
            let reply = reply.ok_or_else(|| FetchError::Unreachable("connection refused".into()))?;
            if reply.body.len() > submission.limit {
                return Err(FetchError::TooLarge(submission.limit));
            }
            Ok(reply)
        })
    }

    fn inquire<'a>(&'a self, inquiry: Inquiry<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let asked = format!("{} {}", inquiry.authorization.expose_secret(), inquiry.url);
            self.requests.lock().unwrap().push(asked);
            let reply = self.replies.lock().unwrap().get(inquiry.url.as_str()).cloned();
            reply.ok_or_else(|| FetchError::Unreachable("connection refused".into()))
        })
    }
}

pub(crate) fn start(web: &Arc<FakeWeb>) -> Arc<OpenIdAuthenticator> {
    start_with(web, &format!("[[provider]]\nname = 'a'\nissuer = '{ISSUER}'\naudiences = ['api']"))
}

pub(crate) fn start_with(web: &Arc<FakeWeb>, config: &str) -> Arc<OpenIdAuthenticator> {
    let config: ProvidersConfig = toml::from_str(config).unwrap();
    Arc::new(OpenIdAuthenticator::start(config.check().unwrap(), Arc::clone(web) as Arc<dyn Fetch>))
}

pub(crate) fn token(signer: &Signer) -> String {
    signer.token(&json!({"iss": ISSUER, "aud": "api", "sub": "u1", "exp": NOW + 600}))
}

pub(crate) async fn ask(authenticator: &OpenIdAuthenticator, token: &str) -> Result<Identity, Reason> {
    match authenticator.authenticate(&Credentials::bearer(token), Timestamp(NOW * 1_000_000)).await {
        Answer::Identity(identity) => Ok(Arc::unwrap_or_clone(identity)),
        Answer::Rejected(reason) => Err(reason),
        Answer::NotMine => panic!("not mine"),
    }
}

/// Lets the time pass in small steps, so that whatever is due in between happens.
pub(crate) async fn pass(seconds: u64) {
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        advance(Duration::from_millis(500)).await;
        tokio::task::yield_now().await;
    }
}
