//! Whether anything still happens on a connection of HTTP/2, which the HTTP library does not watch.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Instant;

/// When something last happened, and how many requests are being handled.
#[derive(Debug)]
pub(super) struct Activity {
    began: Instant,
    /// Milliseconds from the beginning.
    last: AtomicU64,
    handlers: AtomicUsize,
}

impl Activity {
    pub(super) fn new() -> Arc<Activity> {
        Arc::new(Activity { began: Instant::now(), last: AtomicU64::new(0), handlers: AtomicUsize::new(0) })
    }

    fn touch(&self) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(since, Ordering::Relaxed);
    }

    /// A request is being handled until what this gives is dropped.
    pub(super) fn handle(self: &Arc<Self>) -> Handling {
        self.touch();
        self.handlers.fetch_add(1, Ordering::Relaxed);
        Handling(Arc::clone(self))
    }

    /// Done when no request was handled, and no part of an answer taken, for `limit`.
    pub(super) async fn idle(&self, limit: Duration) {
        loop {
            let last = self.began + Duration::from_millis(self.last.load(Ordering::Relaxed));
            let now = Instant::now();
            let end = last + limit;
            if self.handlers.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(limit).await;
            } else if now < end {
                tokio::time::sleep_until(end).await;
            } else {
                return;
            }
        }
    }
}

/// A request that is being handled.
pub(super) struct Handling(Arc<Activity>);

impl Handling {
    /// The answer's body, which counts as long as its parts are taken.
    pub(super) fn body(self, body: Body) -> Answer {
        let activity = Arc::clone(&self.0);
        Answer { body, activity }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.handlers.fetch_sub(1, Ordering::Relaxed);
        self.0.touch();
    }
}

/// An answer's body that tells when a part of it is taken.
pub(super) struct Answer {
    body: Body,
    activity: Arc<Activity>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.activity.touch();
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
