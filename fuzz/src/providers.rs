//! Providers that answer with whatever they are made to.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use casemate_identity::provider::Provider;
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, ProvidersConfig, Timestamp};
use serde_json::Value;
use url::Url;

/// When everything happens.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

/// The one provider of this configuration.
pub fn provider(config: Value) -> Provider {
    let config: ProvidersConfig =
        serde_json::from_value(serde_json::json!({ "provider": [config] })).expect("a configuration");
    let mut providers = config.check().unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    providers.pop().expect("a provider")
}

/// The outcome of what has nothing to wait for.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("it waits for something"),
    }
}

/// A network where every answer is the same, but for documents that are named.
#[derive(Default)]
pub struct Web {
    /// What everything is answered with.
    pub answer: Vec<u8>,
    /// What this address is answered with instead.
    pub document: Option<(Url, Vec<u8>)>,
    /// The addresses that were asked.
    pub asked: Mutex<Vec<Url>>,
}

impl Web {
    /// One that answers so.
    pub fn answering(answer: &[u8]) -> Arc<Web> {
        Arc::new(Web { answer: answer.to_vec(), ..Web::default() })
    }
}

impl Fetch for Web {
    fn fetch<'a>(&'a self, url: &'a Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        self.asked.lock().expect("nobody panicked").push(url.clone());
        let named = self.document.as_ref().filter(|(named, _)| named == url);
        let body = named.map_or(&self.answer, |(_, document)| document).clone();
        Box::pin(std::future::ready(Ok(Fetched { body, max_age: None })))
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(std::future::ready(Ok(Reply { status: 200, body: self.answer.clone(), ..Reply::default() })))
    }
}
