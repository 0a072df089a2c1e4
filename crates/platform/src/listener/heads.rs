//! What the HTTP library takes from a request before anybody sees it: a `Content-Length` beside a `Transfer-Encoding`.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most memory that is kept from one request to the next, in bytes.
const MAX_KEPT: usize = 2_048;

/// The bytes that came since an answer was last sent, up to a bound: the request that is being handled is in them.
#[derive(Debug, Clone)]
pub(super) struct Recent {
    bytes: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl Recent {
    pub(super) fn new(limit: usize) -> Recent {
        Recent { bytes: Arc::default(), limit }
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, read: &[u8]) {
        let mut bytes = self.bytes();
        let room = self.limit.saturating_sub(bytes.len()).min(read.len());
        bytes.extend_from_slice(read.get(..room).unwrap_or_default());
    }

    /// Forgets what came: an answer is being sent.
    fn clear(&self) {
        let mut bytes = self.bytes();
        bytes.clear();
        if bytes.capacity() > MAX_KEPT {
            *bytes = Vec::new();
        }
    }

    /// Whether the first request with a `Transfer-Encoding` has a `Content-Length` too (RFC 9112, section 6.1): two
    /// statements of where it ends, of which a proxy may believe the other one.
    pub(super) fn has_two_lengths(&self) -> bool {
        let bytes = self.bytes();
        let (mut length, mut encoding) = (false, false);
        for line in bytes.split(|byte| *byte == b'\n') {
            if matches!(line, b"" | b"\r") {
                if encoding {
                    return length;
                }
                length = false;
                continue;
            }
            length |= is_header(line, b"content-length:");
            encoding |= is_header(line, b"transfer-encoding:");
        }
        length && encoding
    }
}

fn is_header(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// A stream that notes in [`Recent`] what is read.
pub(super) struct Heads<S> {
    stream: S,
    recent: Recent,
}

impl<S> Heads<S> {
    pub(super) fn new(stream: S, recent: Recent) -> Heads<S> {
        Heads { stream, recent }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = ready!(Pin::new(&mut self.stream).poll_read(context, buffer));
        self.recent.add(buffer.filled().get(before..).unwrap_or_default());
        Poll::Ready(outcome)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.recent.clear();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.recent.clear();
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
        let recent = Recent::new(200);
        for part in parts {
            recent.add(part.as_bytes());
        }
        recent.has_two_lengths()
    }

    #[test]
    fn a_request_that_says_twice_where_it_ends_is_found_in_whatever_pieces_it_comes() {
        assert!(judge(&["POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"]));
        assert!(judge(&[
            "POST / HTTP/1.1\r\ntransfer-encoding: chu",
            "nked\r\ncontent-len",
            "gth: 3\r\n\r\n"
        ]));
        assert!(!judge(&["POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"]));
        assert!(!judge(&["POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n{ }"]));
        // Neither another request's length nor what a body holds is this request's.
        assert!(!judge(&[
            "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "10\r\ncontent-length:3\r\n0\r\n\r\n",
        ]));
    }
}
