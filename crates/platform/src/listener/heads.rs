//! What the HTTP library takes from a request before anybody sees it: a `Content-Length` beside a `Transfer-Encoding`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const LENGTH: &[u8] = b"content-length:";
const ENCODING: &[u8] = b"transfer-encoding:";

/// Whether a connection ever said twice where a request ends (RFC 9112, section 6.1): two statements, of which a proxy may
/// believe the other one. Once it did, it is not believed again: a request that was sent along with others may be read
/// long before it is handled.
#[derive(Debug, Clone, Default)]
pub(super) struct TwoStatements(Arc<AtomicBool>);

impl TwoStatements {
    pub(super) fn were_made(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream that looks at the lines that are read, without keeping them.
pub(super) struct Heads<S> {
    stream: S,
    lines: Lines,
    two: TwoStatements,
}

impl<S> Heads<S> {
    pub(super) fn new(stream: S, two: TwoStatements) -> Heads<S> {
        Heads { stream, lines: Lines::default(), two }
    }
}

/// What the lines since the last empty one were. Bodies are looked at as well: where one is, only the HTTP library knows,
/// and none that this API takes has lines like these.
#[derive(Debug, Default)]
struct Lines {
    length: bool,
    encoding: bool,
    /// How a line began that did not end with what was read.
    begun: [u8; ENCODING.len()],
    /// How much of it is there; a full one may be the beginning of a longer line.
    begun_len: usize,
}

impl Lines {
    /// Looks at what was read; answers whether both statements stand together.
    fn read(&mut self, mut bytes: &[u8]) -> bool {
        let mut both = false;
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            if self.begun_len == 0 {
                self.line(line);
            } else {
                self.begin(line);
                let (begun, length) = (self.begun, self.begun_len);
                self.line(begun.get(..length).unwrap_or_default());
                self.begun_len = 0;
            }
            both |= self.length && self.encoding;
            bytes = rest.get(1..).unwrap_or_default();
        }
        self.begin(bytes);
        both
    }

    fn begin(&mut self, bytes: &[u8]) {
        for (place, byte) in self.begun.iter_mut().skip(self.begun_len).zip(bytes) {
            *place = *byte;
            self.begun_len += 1;
        }
    }

    fn line(&mut self, line: &[u8]) {
        match line.first() {
            None => self.end(),
            Some(b'\r') if line.len() == 1 => self.end(),
            Some(b'c' | b'C') => self.length |= is_header(line, LENGTH),
            Some(b't' | b'T') => self.encoding |= is_header(line, ENCODING),
            Some(_) => {}
        }
    }

    fn end(&mut self) {
        (self.length, self.encoding) = (false, false);
    }
}

fn is_header(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

impl<S: AsyncRead + Unpin> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        if self.lines.read(buffer.filled().get(before..).unwrap_or_default()) {
            self.two.0.store(true, Ordering::Relaxed);
        }
        Poll::Ready(outcome)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(parts: &[&str]) -> bool {
        let mut lines = Lines::default();
        parts.iter().fold(false, |both, part| both | lines.read(part.as_bytes()))
    }

    #[test]
    fn a_request_that_says_twice_where_it_ends_is_found_in_whatever_pieces_it_comes() {
        let both = "POST / HTTP/1.1\r\nContent-Length: 3\r\ntransfer-encoding: chunked\r\n\r\n";
        assert!(judge(&[both]));
        for place in 0..both.len() {
            let (one, other) = both.split_at(place);
            assert!(judge(&[one, other]), "{one:?} {other:?}");
        }
        let bytes: Vec<String> = both.chars().map(String::from).collect();
        assert!(judge(&bytes.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(judge(&[
            "GET / HTTP/1.1\n\nPOST / HTTP/1.1\nTransfer-Encoding: chunked\nContent-Length:3\n\n"
        ]));
        assert!(!judge(&["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"]));
        assert!(!judge(&["POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{ }"]));
        assert!(!judge(&["POST / HTTP/1.1\r\nX-Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"]));
        // Neither another request's length nor what a body holds is this request's.
        assert!(!judge(&[
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "10\r\ncontent-length:3\r\n0\r\n\r\n",
        ]));
    }
}
