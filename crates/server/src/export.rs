//! Whole lists as comma-separated values that are read page by page from the store, as fast as the client takes them.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_store::StoreError;
use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::sync::mpsc;

use crate::csv::Rows;

/// How many pages wait for the client.
const WAITING: usize = 2;

/// How many entries one page reads.
pub(crate) const AT_ONCE: u32 = 1_000;

/// Where a page ends: the key of the order, and the id.
pub(crate) type Place = (String, String);

/// A body of pages that somebody else reads. One that cannot be read breaks it off: what is missing at its end is noticed.
struct Pages(mpsc::Receiver<io::Result<Bytes>>);

impl HttpBody for Pages {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|page| page.map(|page| page.map(Frame::data)))
    }
}

/// The answer that is saved as this file: a row with the names of the columns, and the rows that `read` writes of the page
/// behind a place, for as long as it gives another. Nothing is read any more once the client has gone away.
pub(crate) fn answer<F>(
    file: &str,
    columns: &[&str],
    mut read: impl FnMut(Option<Place>) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<(Rows, Option<Place>), StoreError>> + Send,
{
    let (pages, taken) = mpsc::channel(WAITING);
    let mut head = Rows::default();
    head.row(columns.iter().copied());
    tokio::spawn(async move {
        let mut next = Some((head, None));
        while let Some((rows, after)) = next.take() {
            if pages.send(Ok(Bytes::from(rows.into_text()))).await.is_err() {
                return;
            }
            match read(after).await {
                Ok((rows, Some(after))) => next = Some((rows, Some(after))),
                // Whoever does not listen any more needs no end.
                Ok((rows, None)) => drop(pages.send(Ok(Bytes::from(rows.into_text()))).await),
                Err(error) => {
                    tracing::error!(%error, "a list could not be read to its end");
                    drop(pages.send(Err(io::Error::other("the list could not be read to its end"))).await);
                }
            }
        }
    });
    let mut response = Body::new(Pages(taken)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
