//! Events as files in Parquet. Such a file can be read once it has its end: so each is of a bounded part of the log, and says where the
//! next one goes on.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderValue;
use axum::response::Response;
use casemate_archive::{ArchiveError, Row, Writer};
use casemate_store::{LogEvent, LogState, LogStep};
use hyper::body::Bytes;
use tokio::sync::Mutex as AsyncMutex;

use super::reader::{Found, Reader, Unread};
use crate::export::{Place, Saved, streamed};
use crate::listed::{number, numbered};

/// How many events of the log one file goes through.
const PART: u64 = 1 << 16;
/// The header that says behind which event the next file goes on; absent on the last.
const NEXT: &str = "casemate-next-after";

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file in the making: of events from one on, before another.
struct File {
    reader: Reader,
    first: u64,
    end: u64,
    sink: Sink,
    writer: Option<Writer<Sink>>,
}

/// The file of what is read of a log from an event on.
///
/// # Errors
/// Where none can be begun.
pub(super) fn answer(reader: Reader, log: &LogState, first: u64) -> Result<Response, ArchiveError> {
    let end = first.saturating_add(PART).min(log.size);
    let sink = Sink::default();
    let writer = Some(Writer::new(sink.clone(), &log.origin)?);
    let file = Arc::new(AsyncMutex::new(File { reader, first, end, sink, writer }));
    let saved = Saved { name: "audit-events.parquet", media_type: "application/vnd.apache.parquet" };
    let mut response = streamed(saved, Bytes::new(), move |place: Option<Place>| {
        let file = Arc::clone(&file);
        async move {
            let place = number(place).and_then(|place| u64::try_from(place).ok());
            let (bytes, next) = file.lock().await.page(place).await?;
            Ok::<_, Unread>((bytes, next.and_then(|next| i64::try_from(next).ok()).map(numbered)))
        }
    });
    if end < log.size {
        response.headers_mut().insert(NEXT, HeaderValue::from(end - 1));
    }
    Ok(response)
}

impl File {
    /// What is written of the page behind an event, and behind which the next one begins.
    async fn page(&mut self, behind: Option<u64>) -> Result<(Bytes, Option<u64>), Unread> {
        self.reader.judge().await?;
        let Found { steps, next } = self.reader.steps(behind.or(self.first.checked_sub(1))).await?;
        let Some(writer) = &mut self.writer else { return Ok((Bytes::new(), None)) };
        for step in steps {
            // Of what was given up there is nothing to say in a row.
            let LogStep::Event(LogEvent { index, text, leaf, salt }) = step else { continue };
            if index < self.end {
                writer.push(Row { index, leaf, event: text.zip(salt) })?;
            }
        }
        let next = next.filter(|next| next.saturating_add(1) < self.end);
        if next.is_none()
            && let Some(writer) = self.writer.take()
        {
            writer.finish()?;
        }
        Ok((self.sink.take(), next))
    }
}
