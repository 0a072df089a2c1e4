//! Sending to a stream of NATS JetStream: each message is acknowledged before the next is sent, since a stream orders by arrival.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use casemate_directory::model::NatsSinkDocument;
use casemate_identity::BoxFuture;
use casemate_platform::outgoing::{NatsError, NatsPublisher, NatsTarget, Outgoing};
use url::Url;

use super::message::Message;
use super::receiver::{Receiver, Secret, SinkError};

const MAX_BYTES: u32 = 1_048_576;
/// How much of what a server takes are headers.
const HEADERS: usize = 1_024;
/// How long the stream may take to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct NatsReceiver {
    document: NatsSinkDocument,
    url: Url,
    password: Option<Secret>,
    token: Option<Secret>,
    outgoing: Arc<Outgoing>,
    publisher: Option<NatsPublisher>,
}

impl NatsReceiver {
    pub(super) fn new(
        document: &NatsSinkDocument,
        password: Option<Secret>,
        token: Option<Secret>,
        outgoing: Arc<Outgoing>,
    ) -> Result<NatsReceiver, SinkError> {
        let url = document.url.parse().map_err(|_| SinkError::Failed("its `url` is no URL".to_owned()))?;
        Ok(NatsReceiver { document: document.clone(), url, password, token, outgoing, publisher: None })
    }

    async fn connected(&mut self) -> Result<NatsPublisher, SinkError> {
        if let Some(publisher) = self.publisher.take() {
            return Ok(publisher);
        }
        let password = self.password.as_ref().map(Secret::read).transpose()?;
        let token = self.token.as_ref().map(Secret::read).transpose()?;
        let target = NatsTarget {
            url: &self.url,
            user: self.document.user.as_deref().zip(password.as_ref()),
            token: token.as_ref(),
            time: PATIENCE,
        };
        self.outgoing.nats(&target).await.map_err(|error| SinkError::Failed(error.to_string()))
    }

    async fn send(&mut self, messages: &[Message], taken: &AtomicUsize) -> Result<(), SinkError> {
        // What fails, or is dropped half-way, is connected to anew.
        let publisher = self.connected().await?;
        for message in messages {
            let payload = message.text.clone().into_bytes();
            if payload.len().saturating_add(HEADERS) > publisher.longest() {
                self.publisher = Some(publisher);
                return Err(SinkError::TooLarge);
            }
            match publisher.publish(&self.document.subject, &message_id(message), payload).await {
                Ok(()) => taken.fetch_add(1, Ordering::AcqRel),
                Err(NatsError::TooLong) => {
                    self.publisher = Some(publisher);
                    return Err(SinkError::TooLarge);
                }
                Err(error) => return Err(SinkError::Failed(error.to_string())),
            };
        }
        self.publisher = Some(publisher);
        Ok(())
    }
}

/// What the stream knows a message by that is sent again. A header holds no line feeds.
fn message_id(message: &Message) -> String {
    message.id.chars().filter(|c| !c.is_control()).collect()
}

impl Receiver for NatsReceiver {
    fn longest(&self) -> usize {
        self.document.max_bytes.unwrap_or(MAX_BYTES) as usize
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
