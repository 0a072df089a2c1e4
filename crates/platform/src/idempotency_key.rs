//! `Idempotency-Key`: a request that is sent again with the same key is carried out once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::problem::{Code, Problem};

/// The longest key, in bytes.
const MAX_KEY: usize = 255;
/// The most requests with a key that are under way at a time.
const MAX_UNDER_WAY: usize = 4_096;

/// The key that the client chose, where it chose one: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IdempotencyKey, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(IdempotencyKey(None)) };
        let text = value.to_str().ok().filter(|text| {
            (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        });
        match (text, values.next()) {
            (Some(text), None) => Ok(IdempotencyKey(Some(text.to_owned()))),
            _ => Err(Problem::new(Code::MalformedHeader)
                .detail(format!("`Idempotency-Key` is one key of 1 to {MAX_KEY} visible ASCII characters"))),
        }
    }
}

/// The keys of requests that are under way in this process.
#[derive(Debug, Clone, Default)]
pub struct UnderWay(Arc<Mutex<HashSet<(String, String)>>>);

/// A key whose request is under way, until this is dropped.
#[derive(Debug)]
pub struct Held {
    all: UnderWay,
    key: (String, String),
}

impl UnderWay {
    /// Notes that a request of this caller with this key begins.
    ///
    /// # Errors
    /// 409 where one is under way already; 503 where too many are.
    pub fn begin(&self, caller: &str, key: &str) -> Result<Held, Problem> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (caller.to_owned(), key.to_owned());
        if keys.len() >= MAX_UNDER_WAY && !keys.contains(&key) {
            return Err(Problem::new(Code::Unavailable));
        }
        if !keys.insert(key.clone()) {
            return Err(Problem::new(Code::IdempotencyKeyBusy));
        }
        Ok(Held { all: self.clone(), key })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn read(values: &[&str]) -> Result<Option<String>, Code> {
        let mut request = Request::post("/x");
        for value in values {
            request = request.header("idempotency-key", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let key = IdempotencyKey::from_request_parts(&mut parts, &()).await;
        key.map(|key| key.0).map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn keys_are_short_and_visible() {
        assert_eq!(read(&[]).await, Ok(None));
        assert_eq!(read(&["8e03978e-40d5"]).await, Ok(Some("8e03978e-40d5".into())));
        let long = "k".repeat(MAX_KEY + 1);
        for wrong in [&[""][..], &["a b"], &[&long], &["a", "b"]] {
            assert_eq!(read(wrong).await, Err(Code::MalformedHeader), "{wrong:?}");
        }
    }

    #[test]
    fn of_two_requests_with_one_key_the_second_waits_its_turn() {
        let under_way = UnderWay::default();
        let first = under_way.begin("ada", "k").unwrap();
        assert_eq!(under_way.begin("ada", "k").unwrap_err().code(), Code::IdempotencyKeyBusy);
        let _other = under_way.begin("bob", "k").unwrap();
        drop(first);
        assert!(under_way.begin("ada", "k").is_ok());
    }
}
