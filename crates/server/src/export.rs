//! Whole lists that are saved, mostly as comma-separated values: they are read page by page from the store, as fast as the client takes them.

use std::fmt::Display;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::lasting;
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

/// What an answer is saved as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saved<'n> {
    /// The name of the file.
    pub(crate) name: &'n str,
    /// Its media type.
    pub(crate) media_type: &'static str,
}

impl<'n> Saved<'n> {
    /// Comma-separated values, with the names of the columns.
    pub(crate) fn csv(name: &'n str) -> Saved<'n> {
        Saved { name, media_type: "text/csv; charset=utf-8; header=present" }
    }
}

/// The answer that is saved as this file: a row with the names of the columns, and the rows that `read` writes of the page
/// behind a place, for as long as it gives another. Nothing is read any more once the client has gone away.
pub(crate) fn answer<F, E: Display + Send>(
    file: &str,
    columns: &[&str],
    mut read: impl FnMut(Option<Place>) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<(Rows, Option<Place>), E>> + Send,
{
    let mut head = Rows::default();
    head.row(columns.iter().copied());
    let name = format!("{file}.csv");
    streamed(Saved::csv(&name), head.into_text().into(), move |after| {
        let rows = read(after);
        async move { rows.await.map(|(rows, after)| (rows.into_text().into(), after)) }
    })
}

/// As [`answer`], of anything. Whoever reads may be judged again for each page, by where they are.
pub(crate) fn streamed<F, E: Display + Send>(
    saved: Saved<'_>,
    head: Bytes,
    mut read: impl FnMut(Option<Place>) -> F + Send + 'static,
) -> Response
where
    F: Future<Output = Result<(Bytes, Option<Place>), E>> + Send,
{
    let (pages, taken) = mpsc::channel(WAITING);
    tokio::spawn(lasting(async move {
        let mut next = Some((head, None));
        while let Some((page, after)) = next.take() {
            if pages.send(Ok(page)).await.is_err() {
                return;
            }
            match read(after).await {
                Ok((page, Some(after))) => next = Some((page, Some(after))),
                // Whoever does not listen any more needs no end.
                Ok((page, None)) => drop(pages.send(Ok(page)).await),
                Err(error) => {
                    tracing::error!(%error, "a list could not be read to its end");
                    drop(pages.send(Err(io::Error::other("the list could not be read to its end"))).await);
                }
            }
        }
    }));
    let mut response = Body::new(Pages(taken)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(saved.media_type));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", saved.name)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
