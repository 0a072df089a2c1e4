//! Sending to an endpoint: CloudEvents 1.0 as JSON, signed as requests to hooks are.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use casemate_directory::model::WebhookSinkDocument;
use casemate_identity::BoxFuture;
use casemate_identity::hook::{MIN_SECRET_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use casemate_identity::remote::Submission;
use casemate_platform::clock;
use casemate_platform::outgoing::Outgoing;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use super::message::Message;
use super::receiver::{Receiver, Secret, SinkError};
use super::sending::DELIVERY;

const MAX_EVENTS: u32 = 100;
const MAX_BYTES: u32 = 262_144;
const TIMEOUT_MILLISECONDS: u32 = 10_000;
/// How long requests of a turn may take: one more is begun where all of its time is left.
const IN_TIME: Duration = DELIVERY.saturating_sub(Duration::from_secs(1));
/// What is read of an answer, in bytes.
const ANSWER: usize = 65_536;
/// What stands around the text of a message at most, beside the log's name.
const AROUND: usize = 512;

pub(super) struct WebhookReceiver {
    url: Url,
    secret: Secret,
    outgoing: Arc<Outgoing>,
    origin: Arc<str>,
    max_events: usize,
    max_bytes: usize,
    time: Duration,
    /// How many events go into one request: fewer, from turn to turn, where one of more was not taken.
    width: usize,
}

impl WebhookReceiver {
    pub(super) fn new(
        document: &WebhookSinkDocument,
        secret: Secret,
        outgoing: Arc<Outgoing>,
        origin: &Arc<str>,
    ) -> Result<WebhookReceiver, SinkError> {
        let url = document.url.parse().map_err(|_| SinkError::Failed("its `url` is no URL".to_owned()))?;
        let max_events = document.max_events.unwrap_or(MAX_EVENTS).max(1) as usize;
        Ok(WebhookReceiver {
            width: max_events,
            url,
            secret,
            outgoing,
            origin: Arc::clone(origin),
            max_events,
            max_bytes: document.max_bytes.unwrap_or(MAX_BYTES) as usize,
            time: Duration::from_millis(document.timeout_milliseconds.unwrap_or(TIMEOUT_MILLISECONDS).into()),
        })
    }

    async fn send(&mut self, messages: &[Message], taken: &AtomicUsize) -> Result<(), SinkError> {
        let (began, mut done) = (Instant::now(), 0);
        while let Some(rest) = messages.get(done..).filter(|rest| !rest.is_empty()) {
            // What is begun can end: each request has all of its time. The rest is sent by the next turn.
            if began.elapsed() > IN_TIME.saturating_sub(self.time) {
                return Ok(());
            }
            let count = self.fitting(rest, self.width);
            let some = rest.get(..count).unwrap_or(rest);
            match self.post(some).await {
                Ok(()) => {
                    done += count;
                    taken.store(done, Ordering::Release);
                    self.width = self.width.saturating_mul(2).min(self.max_events);
                }
                // One of them may be what is not taken: it is found by halving.
                Err(SinkError::TooLarge | SinkError::Refused(_)) if count > 1 => self.width = count / 2,
                Err(error) => {
                    // Many may take too long, or one of them may be what it fails on.
                    self.width = (count / 2).max(1);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// How many of these go into one request.
    fn fitting(&self, messages: &[Message], most: usize) -> usize {
        let mut bytes = 2;
        let fits = |message: &&Message| {
            bytes += message.text.len() + AROUND + 2 * self.origin.len() + 1;
            bytes <= self.max_bytes
        };
        messages.iter().take(most).take_while(fits).count().max(1)
    }

    async fn post(&self, messages: &[Message]) -> Result<(), SinkError> {
        let events: Vec<String> = messages.iter().map(|message| self.cloud_event(message)).collect();
        let (content_type, body) = match (self.max_events, events.as_slice()) {
            (1, [only]) => ("application/cloudevents+json; charset=utf-8", only.clone()),
            _ => ("application/cloudevents-batch+json; charset=utf-8", format!("[{}]", events.join(","))),
        };
        let secret = self.secret.read()?;
        if secret.expose_secret().len() < MIN_SECRET_BYTES {
            let message = format!("its `signing_secret` is shorter than {MIN_SECRET_BYTES} bytes");
            return Err(SinkError::Failed(message));
        }
        let timestamp = clock::now().div_euclid(1_000_000).to_string();
        let signature = sign(&secret, &timestamp, body.as_bytes());
        let headers =
            [(TIMESTAMP_HEADER, SecretString::from(timestamp)), (SIGNATURE_HEADER, signature.into())];
        let submission = Submission {
            url: &self.url,
            content_type,
            headers: &headers,
            body: body.as_bytes(),
            limit: ANSWER,
            time: self.time,
        };
        let status = self.outgoing.tell(&submission).await;
        let status = status.map_err(|error| SinkError::Failed(error.to_string()))?;
        match status {
            200..=299 => Ok(()),
            300..=399 => Err(SinkError::Failed(format!("it answered {status}: redirects are not followed"))),
            413 => Err(SinkError::TooLarge),
            400 | 422 => Err(SinkError::Refused(format!("it answered {status}"))),
            status => Err(SinkError::Failed(format!("it answered {status}"))),
        }
    }

    fn cloud_event(&self, message: &Message) -> String {
        let mut head = json!({
            "specversion": "1.0",
            "id": message.id,
            "source": format!("urn:casemate:audit-log:{}", self.origin),
            "type": format!("casemate.audit.{}", message.what.as_str()),
            "datacontenttype": "application/json",
            // Of one length, so that it is ordered as texts are.
            "sequence": format!("{:020}", message.index),
        });
        if !message.at.is_empty()
            && let Some(head) = head.as_object_mut()
        {
            head.insert("time".to_owned(), json!(message.at));
        }
        let mut text = head.to_string();
        // The event's own bytes, as they are on record.
        text.pop();
        text.push_str(",\"data\":");
        text.push_str(&message.text);
        text.push('}');
        text
    }
}

impl Receiver for WebhookReceiver {
    fn longest(&self) -> usize {
        self.max_bytes.saturating_sub(AROUND + 2 * self.origin.len() + 2)
    }

    fn goes_on(&mut self) -> bool {
        true
    }

    fn deliver<'a>(
        &'a mut self,
        messages: &'a [Message],
        taken: &'a AtomicUsize,
    ) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(self.send(messages, taken))
    }
}

#[cfg(test)]
mod tests;
