//! Answers that are read as they come, however long that takes.

use std::time::Duration;

use casemate_identity::remote::{FetchError, Submission};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::{Outgoing, answer, with_headers};

/// The longest that an answer may go on.
const LONGEST: Duration = Duration::from_secs(30 * 86_400);

/// An answer that has begun.
#[derive(Debug)]
pub struct Incoming {
    response: Response,
    patience: Duration,
}

impl Outgoing {
    /// Posts a request whose answer is read as it comes. The submission's time is how long nothing may come; its limit is what an
    /// answer that is read at once may have ([`Incoming::whole`]).
    ///
    /// # Errors
    /// Where nothing is answered.
    pub async fn open(&self, submission: Submission<'_>) -> Result<Incoming, FetchError> {
        let Submission { url, content_type, headers, body, time, .. } = submission;
        let request = self.clients.of(url)?.post(url.clone()).timeout(LONGEST);
        let request = with_headers(request.header(CONTENT_TYPE, content_type).body(body.to_vec()), headers)?;
        let response = timeout(time, request.send()).await.map_err(|_| silent(time))?;
        Ok(Incoming { response: response.map_err(answer::failure)?, patience: time })
    }
}

impl Incoming {
    /// Its status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// A header, as far as it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The bytes that come next; nothing at the end.
    ///
    /// # Errors
    /// Where it breaks off, or nothing comes.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, FetchError> {
        let chunk = timeout(self.patience, self.response.chunk()).await.map_err(|_| silent(self.patience))?;
        Ok(chunk.map_err(answer::failure)?.map(|chunk| chunk.to_vec()))
    }

    /// All that is left of it, of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Incoming::next`], and where there is more.
    pub async fn whole(self, limit: usize) -> Result<Vec<u8>, FetchError> {
        let read = answer::read(self.response, limit);
        let patience = self.patience;
        timeout(patience, read).await.map_err(|_| silent(patience))?
    }
}

fn silent(patience: Duration) -> FetchError {
    FetchError::Unreachable(format!("nothing came for {} seconds", patience.as_secs()))
}
