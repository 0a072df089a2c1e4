//! An endpoint outside Casemate, for tests.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, ExposeSecret as _};
use url::Url;

/// A request as it came.
pub(crate) struct Came {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What an endpoint answers: in turn, and the last of it for ever.
type Answers = Mutex<VecDeque<Box<dyn Fn(&Came) -> Result<Reply, FetchError> + Send>>>;

/// An endpoint in memory.
#[derive(Default)]
pub(crate) struct FakeEndpoint {
    pub(crate) came: Mutex<Vec<Came>>,
    answers: Answers,
    /// How long it takes.
    pub(crate) delay: Mutex<Duration>,
    at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
}

impl FakeEndpoint {
    pub(crate) fn answer(&self, answer: impl Fn(&Came) -> Result<Reply, FetchError> + Send + 'static) {
        self.answers.lock().unwrap().push_back(Box::new(answer));
    }

    pub(crate) fn count(&self) -> usize {
        self.came.lock().unwrap().len()
    }
}

impl Fetch for FakeEndpoint {
    fn fetch<'a>(&'a self, _: &'a Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError::Status(404))))
    }

    fn submit<'a>(&'a self, submission: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let headers = submission.headers.iter();
            let headers = headers.map(|(name, value)| ((*name).to_owned(), value.expose_secret().to_owned()));
            let came = Came { headers: headers.collect(), body: submission.body.to_vec() };
            let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
            let delay = *self.delay.lock().unwrap();
            let answered = {
                let mut answers = self.answers.lock().unwrap();
                let answered = answers.front().map(|answer| answer(&came)).unwrap();
                if answers.len() > 1 {
                    answers.pop_front();
                }
                answered
            };
            self.came.lock().unwrap().push(came);
            tokio::time::sleep(delay.min(submission.time)).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            if delay >= submission.time {
                return Err(FetchError::Unreachable("it took too long".to_owned()));
            }
            answered.and_then(|reply| match reply.body.len() > submission.limit {
                true => Err(FetchError::TooLarge(submission.limit)),
                false => Ok(reply),
            })
        })
    }
}
