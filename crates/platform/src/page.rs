//! Pages of lists: by key, never by offset. Where a page ends stands in a cursor, which clients hand back as they got it.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::Serialize;

use crate::problem::{Code, Problem};

/// The most entries of a page.
pub const MAX_LIMIT: u32 = 1_000;
/// The entries of a page for whoever asks for no number.
pub const DEFAULT_LIMIT: u32 = 100;
/// The longest cursor that is read, in bytes.
const MAX_CURSOR: usize = 1_024;

/// A page of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(bound = "T: Serialize")]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The first `limit` of entries that were asked for with one more than the limit, or with the largest limit that there
    /// is; `key` says by what the list is ordered, and `list` which list it is.
    pub fn of(mut entries: Vec<T>, list: &str, limit: u32, key: impl FnOnce(&T) -> String) -> Page<T> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        // Nobody gives out more than the largest page: whether another follows is then only known by asking for it.
        let more = entries.len() > most || (limit >= MAX_LIMIT && entries.len() == most);
        entries.truncate(most);
        let next = entries.last().filter(|_| more).map(|last| cursor(list, &key(last)));
        Page { items: entries, next }
    }

    /// The same page with each entry turned into another.
    pub fn map<U>(self, into: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(into).collect(), next: self.next }
    }
}

/// The cursor after the entry `key` of `list`. It is no secret and proves nothing: it names a place in a list of which
/// its bearer sees only what they may.
#[must_use]
pub fn cursor(list: &str, key: &str) -> String {
    let checksum = checksum(list, key).to_be_bytes();
    URL_SAFE_NO_PAD.encode([&checksum[..], key.as_bytes()].concat())
}

/// The key in a cursor of `list`.
///
/// # Errors
/// 400 where it is none, or one of another list.
pub fn read_cursor(list: &str, text: &str) -> Result<String, Problem> {
    let wrong = || {
        Problem::new(Code::MalformedQuery).detail("`after` is the `next` of another page of the same list")
    };
    if text.len() > MAX_CURSOR {
        return Err(wrong());
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let (stored, key) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
    let key = std::str::from_utf8(key).map_err(|_| wrong())?;
    if checksum(list, key) != u32::from_be_bytes(*stored) {
        return Err(wrong());
    }
    Ok(key.to_owned())
}

/// What keeps a cursor of one list, or one that was cut or mistyped, from being read as a place in another.
fn checksum(list: &str, key: &str) -> u32 {
    crc32fast::hash([list.as_bytes(), &[0], key.as_bytes()].concat().as_slice())
}

/// `after` and `limit`, as a query or a body says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The cursor, not yet looked into.
    pub after: Option<String>,
    /// The most entries, 1 to [`MAX_LIMIT`].
    pub limit: u32,
}

impl PageRequest {
    /// What a body says.
    ///
    /// # Errors
    /// 400 where the limit is out of bounds.
    pub fn new(after: Option<String>, limit: Option<u32>) -> Result<PageRequest, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(limit_problem());
        }
        Ok(PageRequest { after, limit })
    }

    /// What a query says.
    ///
    /// # Errors
    /// 400 where the limit is no number, or out of bounds.
    pub fn of_query(after: Option<String>, limit: Option<String>) -> Result<PageRequest, Problem> {
        let limit = match limit {
            None => None,
            Some(text) if text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(text.parse().map_err(|_| limit_problem())?)
            }
            Some(_) => return Err(limit_problem()),
        };
        PageRequest::new(after, limit)
    }

    /// The key after which the page of `list` begins.
    ///
    /// # Errors
    /// As [`read_cursor`].
    pub fn key(&self, list: &str) -> Result<Option<String>, Problem> {
        self.after.as_deref().map(|after| read_cursor(list, after)).transpose()
    }
}

fn limit_problem() -> Problem {
    Problem::new(Code::MalformedQuery).detail(format!("`limit` is a number from 1 to {MAX_LIMIT}"))
}

impl<S: Sync> FromRequestParts<S> for PageRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<PageRequest, Problem> {
        let mut query = Query::of(parts, &["after", "limit"])?;
        let limit = query.take("limit");
        PageRequest::of_query(query.take("after"), limit)
    }
}

/// The parameters of a query, each at most once, and none that the endpoint does not know: a mistyped one would silently
/// change what is answered.
#[derive(Debug)]
pub struct Query(BTreeMap<String, String>);

impl Query {
    /// The query of a request.
    ///
    /// # Errors
    /// 400 where a parameter is unknown or stands there twice.
    pub fn of(parts: &Parts, known: &[&str]) -> Result<Query, Problem> {
        let mut found = BTreeMap::new();
        let text = parts.uri.query().unwrap_or_default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if !known.contains(&&*name) {
                let detail = if known.is_empty() {
                    "the endpoint takes no parameters".to_owned()
                } else {
                    format!("the endpoint takes the parameters `{}`", known.join("`, `"))
                };
                return Err(Problem::new(Code::MalformedQuery).detail(detail));
            }
            let twice = format!("`{name}` stands there twice");
            if found.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Problem::new(Code::MalformedQuery).detail(twice));
            }
        }
        Ok(Query(found))
    }

    /// The value of a parameter, once.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }
}

/// A request without parameters in its query.
#[derive(Debug, Clone, Copy)]
pub struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<NoQuery, Problem> {
        Query::of(parts, &[]).map(|_| NoQuery)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_alone() {
        let written = cursor("roles", "01H");
        assert_eq!(read_cursor("roles", &written).unwrap(), "01H");
        assert!(read_cursor("tenants", &written).is_err());
        for at in 0..written.len() {
            let mut cut = written.clone();
            cut.remove(at);
            assert!(read_cursor("roles", &cut).is_err(), "{cut}");
        }
        for text in ["", "A", "AAAA", "AAAAAA", "ä", "=", &"A".repeat(4_000)] {
            assert!(read_cursor("roles", text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let of = |count: u32| Page::of((0..count).collect(), "numbers", 3, u32::to_string);
        assert_eq!((of(3).items.len(), of(3).next), (3, None));
        let page = of(4);
        assert_eq!(page.items, [0, 1, 2]);
        assert_eq!(read_cursor("numbers", &page.next.unwrap()).unwrap(), "2");
        assert_eq!(of(0).next, None);
    }

    async fn read(query: &str) -> Option<(Option<String>, u32)> {
        let (mut parts, ()) = Request::get(format!("/x?{query}")).body(()).unwrap().into_parts();
        let page = PageRequest::from_request_parts(&mut parts, &()).await.ok()?;
        Some((page.after, page.limit))
    }

    #[tokio::test]
    async fn a_query_is_read_strictly() {
        assert_eq!(read("").await, Some((None, DEFAULT_LIMIT)));
        assert_eq!(read("limit=1000&after=a%20b").await, Some((Some("a b".into()), 1_000)));
        for wrong in [
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=+1",
            "limit=",
            "limit=1&limit=1",
            "offset=1",
            "Limit=1",
        ] {
            assert_eq!(read(wrong).await, None, "{wrong}");
        }
    }
}
