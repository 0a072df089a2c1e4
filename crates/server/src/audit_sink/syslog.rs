//! Sending to a syslog server: messages of RFC 5424 in the frames of RFC 5425, section 4.3, over TLS.
//!
//! Syslog acknowledges nothing. What may not have arrived when a connection broke is therefore sent again on the next one.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use casemate_directory::model::SyslogSinkDocument;
use casemate_identity::BoxFuture;
use casemate_platform::outgoing::{Connection, ConnectionTarget, Outgoing};
use tokio::io::{AsyncWriteExt as _, ReadBuf};

use super::message::{Message, What};
use super::receiver::{Receiver, Secret, SinkError};

const TLS_PORT: u16 = 6514;
/// RFC 6587 leaves it to whoever runs the server; this is what IANA has for syslog over TCP.
const PLAIN_PORT: u16 = 601;
/// "log audit" (RFC 5424, section 6.2.1).
const FACILITY: u8 = 13;
const MAX_BYTES: u32 = 8_192;
/// How much of a message its header takes at most.
const HEADER: usize = 512;
/// How long is looked whether the server goes when it was sent something: one that refuses it does so at once.
const SETTLE: Duration = Duration::from_millis(50);
/// More than the buffers of a connection hold (`tcp_wmem` is 4 MiB where nobody changed it), in bytes: what so many were written
/// behind has arrived.
const MOST_UNDER_WAY: usize = 8 << 20;
/// Longer than a connection is tried on which nothing arrives (`tcp_retries2`: 15 minutes where nobody changed it).
const LONGEST_UNDER_WAY: Duration = Duration::from_secs(1_200);
/// How long a turn writes again what may not have arrived.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest name of a host (RFC 5424, section 6).
const MAX_HOST: usize = 255;

pub(super) struct SyslogReceiver {
    document: SyslogSinkDocument,
    key: Option<Secret>,
    outgoing: Arc<Outgoing>,
    host: String,
    origin: Arc<str>,
    connection: Option<Box<dyn Connection>>,
    unconfirmed: Unconfirmed,
}

/// Frames that were written, of which nobody said that they arrived: the oldest first.
#[derive(Default)]
struct Unconfirmed {
    batches: VecDeque<(Instant, Vec<u8>)>,
    bytes: usize,
    /// How many of the batches were written to the connection that there is.
    written: usize,
}

impl Unconfirmed {
    fn push(&mut self, frames: Vec<u8>) {
        self.bytes += frames.len();
        self.batches.push_back((Instant::now(), frames));
        self.written = self.batches.len();
        self.forget();
    }

    /// Forgets what arrived: what no buffer on the way holds any more, or what a connection would have broken over.
    fn forget(&mut self) {
        while let Some((at, oldest)) = self.batches.front() {
            let behind_it = self.bytes - oldest.len();
            if behind_it < MOST_UNDER_WAY && at.elapsed() < LONGEST_UNDER_WAY {
                break;
            }
            self.bytes = behind_it;
            self.batches.pop_front();
            self.written = self.written.saturating_sub(1);
        }
    }
}

impl SyslogReceiver {
    pub(super) fn new(
        document: &SyslogSinkDocument,
        key: Option<Secret>,
        outgoing: Arc<Outgoing>,
        origin: &Arc<str>,
    ) -> SyslogReceiver {
        // The origin of a log is the name of a host, perhaps with more behind it.
        let host: String =
            origin.chars().take_while(|c| c.is_ascii_graphic() && *c != '/').take(MAX_HOST).collect();
        SyslogReceiver {
            document: document.clone(),
            key,
            outgoing,
            host: if host.is_empty() { "-".to_owned() } else { host },
            origin: Arc::clone(origin),
            connection: None,
            unconfirmed: Unconfirmed::default(),
        }
    }

    async fn connected(&mut self) -> Result<(), SinkError> {
        if let Some(connection) = &mut self.connection {
            if !has_ended(connection.as_mut()).await {
                return Ok(());
            }
            self.connection = None;
        }
        let SyslogSinkDocument { host, port, insecure, client_certificate, .. } = &self.document;
        let key = self.key.as_ref().map(Secret::read).transpose()?;
        let target = ConnectionTarget {
            host,
            port: port.unwrap_or(if *insecure { PLAIN_PORT } else { TLS_PORT }),
            plain: *insecure,
            client: client_certificate.as_deref().zip(key.as_ref()),
        };
        let connection = self.outgoing.connection(&target).await;
        self.connection = Some(connection.map_err(|error| SinkError::Failed(error.to_string()))?);
        self.unconfirmed.written = 0;
        Ok(())
    }

    /// Writes again what may not have arrived by the connection before; whether all of it is written.
    async fn again(&mut self) -> Result<bool, SinkError> {
        let began = Instant::now();
        while let Some((_, frames)) = self.unconfirmed.batches.get(self.unconfirmed.written) {
            if began.elapsed() > AGAIN {
                return Ok(false);
            }
            let Some(mut connection) = self.connection.take() else { return Ok(false) };
            write(connection.as_mut(), frames).await?;
            self.connection = Some(connection);
            self.unconfirmed.written += 1;
        }
        Ok(true)
    }

    /// Writes messages; whether they are written, or there was time only for what may not have arrived before.
    async fn send(&mut self, messages: &[Message]) -> Result<bool, SinkError> {
        self.connected().await?;
        if !self.again().await? {
            return Ok(false);
        }
        let mut frames = Vec::new();
        for message in messages {
            let text = self.formatted(message);
            frames.extend_from_slice(format!("{} ", text.len()).as_bytes());
            frames.extend_from_slice(text.as_bytes());
        }
        // Taken out: what is dropped half-way is in no state that could be gone on with.
        let Some(mut connection) = self.connection.take() else { return Ok(false) };
        write(connection.as_mut(), &frames).await?;
        let ended = tokio::time::timeout(SETTLE, ended(connection.as_mut())).await;
        if ended.is_ok() {
            return Err(SinkError::Failed(
                "the server closed the connection when it was sent events".to_owned(),
            ));
        }
        self.unconfirmed.push(frames);
        self.connection = Some(connection);
        Ok(true)
    }

    /// The message, as RFC 5424, section 6 has it.
    fn formatted(&self, message: &Message) -> String {
        let severity = match (message.what, message.outcome.as_str()) {
            (What::Gap, _) => 4,
            (_, "denied" | "failure") => 4,
            _ => 6,
        };
        let priority = u32::from(self.document.facility.unwrap_or(FACILITY)) * 8 + severity;
        let at = if message.at.is_empty() { "-" } else { &message.at };
        let kind: String = message.kind.chars().filter(char::is_ascii_graphic).take(32).collect();
        let kind = if kind.is_empty() { "-" } else { &kind };
        let mut text = format!("<{priority}>1 {at} {} casemate - {kind} [casemate@32473", self.host);
        for (name, value) in
            [("origin", &*self.origin), ("index", &message.index.to_string()), ("is", message.what.as_str())]
        {
            // RFC 5424, section 6.3.3.
            let _ = write!(text, " {name}=\"");
            text.extend(value.chars().flat_map(|c| {
                let escape = matches!(c, '"' | '\\' | ']').then_some('\\');
                escape.into_iter().chain([c])
            }));
            text.push('"');
        }
        text.push_str("] ");
        text.push_str(&message.text);
        text
    }
}

async fn write(connection: &mut dyn Connection, bytes: &[u8]) -> Result<(), SinkError> {
    let failed = |error: std::io::Error| SinkError::Failed(format!("the connection broke: {error}"));
    connection.write_all(bytes).await.map_err(failed)?;
    connection.flush().await.map_err(failed)
}

/// Done when the server ends the connection. What it says is of no meaning here.
async fn ended(connection: &mut dyn Connection) {
    while matches!(read(connection).await, Ok(1..)) {}
}

/// Whether the server has ended the connection.
async fn has_ended(connection: &mut dyn Connection) -> bool {
    poll_fn(|context| {
        let mut space = [0; 1_024];
        loop {
            let mut buffer = ReadBuf::new(&mut space);
            match Pin::new(&mut *connection).poll_read(context, &mut buffer) {
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => return Poll::Ready(true),
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(true),
                Poll::Pending => return Poll::Ready(false),
            }
        }
    })
    .await
}

async fn read(connection: &mut dyn Connection) -> std::io::Result<usize> {
    use tokio::io::AsyncReadExt as _;
    connection.read(&mut [0; 1_024]).await
}

impl Receiver for SyslogReceiver {
    fn longest(&self) -> usize {
        let names = self.host.len() + 2 * self.origin.len();
        (self.document.max_bytes.unwrap_or(MAX_BYTES) as usize).saturating_sub(HEADER + names)
    }

    fn goes_on(&mut self) -> bool {
        self.connection = None;
        true
    }

    fn deliver<'a>(
        &'a mut self,
        messages: &'a [Message],
        taken: &'a AtomicUsize,
    ) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            if self.send(messages).await? {
                taken.store(messages.len(), Ordering::Release);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
