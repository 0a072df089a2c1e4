//! Comma-separated values (RFC 4180), as spreadsheets open them: written row by row, however long the list is.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use serde_json::Value;

/// The media type.
const MEDIA_TYPE: &str = "text/csv";

/// Whether a request would rather have comma-separated values than JSON.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut csv = 0.0;
    let mut json = 0.0;
    for range in texts.flat_map(|text| text.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality =
            parts.filter_map(|part| part.strip_prefix("q=")).find_map(|text| text.parse::<f32>().ok());
        let quality = quality.unwrap_or(1.0);
        if name.eq_ignore_ascii_case(MEDIA_TYPE) {
            csv = quality;
        } else if name.eq_ignore_ascii_case("application/json") {
            json = quality;
        }
    }
    csv > 0.0 && csv >= json
}

/// Rows in the making.
#[derive(Debug, Default)]
pub struct Rows {
    text: String,
    begun: bool,
}

impl Rows {
    /// Writes a cell. What a spreadsheet would take for a formula gets an apostrophe before it.
    pub(crate) fn cell(&mut self, cell: &str) {
        if self.begun {
            self.text.push(',');
        }
        self.begun = true;
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
        if !is_formula && !cell.contains(['"', ',', '\r', '\n']) {
            return self.text.push_str(cell);
        }
        self.text.push('"');
        if is_formula {
            self.text.push('\'');
        }
        self.text.push_str(&cell.replace('"', "\"\""));
        self.text.push('"');
    }

    /// Writes what stands at a path such as `to.id` of a document: texts as they are, anything else as JSON.
    pub(crate) fn member(&mut self, document: &Value, path: &str) {
        match document.pointer(&format!("/{}", path.replace('.', "/"))) {
            None | Some(Value::Null) => self.cell(""),
            Some(Value::String(text)) => self.cell(text),
            Some(other) => self.cell(&other.to_string()),
        }
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) {
        self.text.push_str("\r\n");
        self.begun = false;
    }

    /// What was written.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// Writes a whole row. What a spreadsheet would take for a formula gets an apostrophe before it.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        cells.into_iter().for_each(|cell| self.cell(cell));
        self.end();
    }
}

/// A body that is written as fast as it is read.
struct Chunks<F>(Option<F>);

impl<F: FnMut(&mut Rows) -> bool + Send + Unpin> HttpBody for Chunks<F> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(write) = &mut self.0 else { return Poll::Ready(None) };
        let mut rows = Rows::default();
        if !write(&mut rows) {
            self.0 = None;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(rows.text)))))
    }
}

/// The answer that is saved as this file. `write` writes some rows whenever it is called, and says whether others follow.
pub(crate) fn answer(file: &str, write: impl FnMut(&mut Rows) -> bool + Send + Unpin + 'static) -> Response {
    let mut response = Body::new(Chunks(Some(write))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.csv\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_no_cell_is_a_formula() {
        let written = |cell: &str| {
            let mut rows = Rows::default();
            rows.row(["a", cell]);
            rows.text
        };
        for (cell, expected) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("a=1", "a=1"),
        ] {
            assert_eq!(written(cell), format!("a,{expected}\r\n"), "{cell}");
        }
    }

    #[test]
    fn csv_is_answered_to_whoever_would_rather_have_it() {
        let wanted = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
            is_wanted(&headers)
        };
        for accept in
            ["text/csv", "TEXT/CSV; header=present", "text/csv, application/json;q=0.5", "text/csv, */*"]
        {
            assert!(wanted(accept), "{accept}");
        }
        for accept in
            ["*/*", "application/json", "text/csv;q=0", "text/csv;q=0.5, application/json", "text/*", ""]
        {
            assert!(!wanted(accept), "{accept}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }
}
