//! The id that joins an answer, the access log and the record.

use std::cell::RefCell;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header that carries it.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is taken over from a client, in bytes.
const MAX_BYTES: usize = 128;

/// The random bytes of an id of ours.
const ID_BYTES: usize = 16;

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; Pool::BYTES], used: Pool::BYTES }) };
}

/// Random bytes for the next ids, so that not every request asks the operating system for some. Ids are no secrets.
struct Pool {
    bytes: [u8; Pool::BYTES],
    used: usize,
}

impl Pool {
    const BYTES: usize = 64 * ID_BYTES;

    fn take(&mut self) -> [u8; ID_BYTES] {
        if self.used >= Pool::BYTES {
            if let Err(error) = getrandom::fill(&mut self.bytes) {
                tracing::error!(%error, "no randomness for request ids");
            }
            self.used = 0;
        }
        let taken = self.bytes.get(self.used..).and_then(|rest| rest.first_chunk()).copied();
        self.used += ID_BYTES;
        taken.unwrap_or_default()
    }
}

/// A request's id: the client's `X-Request-ID` where it is harmless, else one of ours. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The id of a request with these headers. A client's id is 1 to 128 visible ASCII characters without `"` and `\`;
    /// anything else, or several headers, is replaced.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> RequestId {
        let mut values = headers.get_all(HEADER).iter();
        match (values.next().and_then(|value| value.to_str().ok()), values.next()) {
            (Some(text), None) if is_harmless(text) => RequestId(text.into()),
            _ => RequestId::random(),
        }
    }

    /// A new one: 128 random bits as hexadecimal digits.
    #[must_use]
    pub fn random() -> RequestId {
        const fn digit(four_bits: u8) -> u8 {
            if four_bits < 10 { b'0' + four_bits } else { b'a' - 10 + four_bits }
        }
        let mut text = [0; 2 * ID_BYTES];
        for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(POOL.with_borrow_mut(Pool::take)) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        RequestId(str::from_utf8(&text).unwrap_or_default().into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_harmless(text: &str) -> bool {
    (1..=MAX_BYTES).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> RequestId {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_str(value).unwrap());
        }
        RequestId::of(&headers)
    }

    #[test]
    fn a_harmless_id_is_kept() {
        let long = "x".repeat(MAX_BYTES);
        for id in ["bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "a/b+c=", &long] {
            assert_eq!(of(&[id]).as_str(), id);
        }
    }

    #[test]
    fn anything_else_is_replaced_by_a_new_one() {
        let long = "x".repeat(MAX_BYTES + 1);
        for ids in [&[""][..], &[], &["a b"], &["a\"b"], &["a\\b"], &["a\tb"], &[&long], &["a", "a"]] {
            let id = of(ids);
            assert_eq!(id.as_str().len(), 32, "{ids:?}");
            assert!(id.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_ne!(id, of(ids));
        }
    }
}
