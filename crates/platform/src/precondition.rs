//! `ETag`, `If-Match` and `If-None-Match` (RFC 9110, sections 8.8.3 and 13.1): the revision of an entry is its strong
//! entity tag.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::problem::{Code, Problem};

/// The most entity tags of one header that are read.
const MAX_TAGS: usize = 16;

/// The entity tag of what was changed last by this revision.
#[must_use]
pub fn entity_tag(revision: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// What `If-Match` asks for. As an extractor it is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whatever is there.
    Any,
    /// One of these revisions.
    Revisions(Vec<i64>),
}

impl IfMatch {
    /// Goes on where the entry's revision is one that the caller read.
    ///
    /// # Errors
    /// 412 with the entity tag of what is there now.
    pub fn check(&self, current: i64) -> Result<(), Problem> {
        match self {
            IfMatch::Any => Ok(()),
            IfMatch::Revisions(revisions) if revisions.contains(&current) => Ok(()),
            IfMatch::Revisions(_) => Err(precondition_failed(current)),
        }
    }
}

/// 412 with the entity tag of what is there now.
#[must_use]
pub fn precondition_failed(current: i64) -> Problem {
    Problem::new(Code::PreconditionFailed)
        .detail("read it again, and make the change to what is there now")
        .header(header::ETAG, entity_tag(current))
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IfMatch, Problem> {
        match tags(&parts.headers, &header::IF_MATCH)? {
            None => Err(Problem::new(Code::PreconditionRequired)),
            Some(Tags::Any) => Ok(IfMatch::Any),
            Some(Tags::Some(tags)) => {
                // A weak tag never matches strongly (RFC 9110, section 8.8.3.2).
                let strong = tags.into_iter().filter(|tag| !tag.is_weak);
                Ok(IfMatch::Revisions(strong.filter_map(|tag| tag.revision).collect()))
            }
        }
    }
}

/// What `If-None-Match` says the caller has already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IfNoneMatch {
    any: bool,
    revisions: Vec<i64>,
    digests: Vec<String>,
}

impl IfNoneMatch {
    /// Whether the caller has what is there now: the answer is 304.
    #[must_use]
    pub fn has(&self, current: i64) -> bool {
        self.any || self.revisions.contains(&current)
    }

    /// As [`IfNoneMatch::has`], of what is told by a digest of what it says: the text between the quotes of its entity tag.
    #[must_use]
    pub fn has_digest(&self, current: &str) -> bool {
        self.any || self.digests.iter().any(|digest| digest == current)
    }
}

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IfNoneMatch, Problem> {
        Ok(match tags(&parts.headers, &header::IF_NONE_MATCH)? {
            None => IfNoneMatch::default(),
            Some(Tags::Any) => IfNoneMatch { any: true, ..IfNoneMatch::default() },
            Some(Tags::Some(tags)) => {
                let revisions = tags.iter().filter_map(|tag| tag.revision).collect();
                let others = tags.into_iter().filter(|tag| tag.revision.is_none());
                IfNoneMatch { any: false, revisions, digests: others.map(|tag| tag.text).collect() }
            }
        })
    }
}

enum Tags {
    Any,
    Some(Vec<Tag>),
}

struct Tag {
    is_weak: bool,
    /// What stands between its quotes.
    text: String,
    /// Absent where the tag is no revision.
    revision: Option<i64>,
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || {
        Problem::new(Code::MalformedHeader)
            .detail(format!("`{name}` is `*`, or at most {MAX_TAGS} entity tags such as \"17\", in one line"))
    };
    let text = value.to_str().map_err(|_| wrong())?;
    if values.next().is_some() {
        return Err(wrong());
    }
    if text.trim() == "*" {
        return Ok(Some(Tags::Any));
    }
    let mut tags = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (is_weak, quoted) = part.strip_prefix("W/").map_or((false, part), |rest| (true, rest));
        let opaque = quoted
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|opaque| !opaque.contains('"'))
            .ok_or_else(wrong)?;
        let revision = opaque.parse().ok().filter(|revision: &i64| revision.to_string() == opaque);
        tags.push(Tag { is_weak, text: opaque.to_owned(), revision });
        if tags.len() > MAX_TAGS {
            return Err(wrong());
        }
    }
    Ok(Some(Tags::Some(tags)))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn if_match(values: &[&str]) -> Result<IfMatch, Code> {
        let mut request = Request::put("/x");
        for value in values {
            request = request.header("if-match", *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        IfMatch::from_request_parts(&mut parts, &()).await.map_err(|problem| problem.code())
    }

    #[tokio::test]
    async fn only_strong_tags_of_ours_match() {
        assert_eq!(if_match(&[]).await, Err(Code::PreconditionRequired));
        assert_eq!(if_match(&["*"]).await, Ok(IfMatch::Any));
        assert_eq!(if_match(&["\"7\""]).await, Ok(IfMatch::Revisions(vec![7])));
        assert_eq!(if_match(&["\"7\", W/\"8\",\"x\", \"09\""]).await, Ok(IfMatch::Revisions(vec![7])));
        let many = vec!["\"1\""; 17].join(",");
        for wrong in [&["7"][..], &[""], &["\"7"], &["\"7\" \"8\""], &["\"7\"", "\"8\""], &[&many]] {
            assert_eq!(if_match(wrong).await, Err(Code::MalformedHeader), "{wrong:?}");
        }
        assert!(IfMatch::Revisions(vec![7]).check(7).is_ok());
        assert_eq!(IfMatch::Revisions(vec![7]).check(8).unwrap_err().code(), Code::PreconditionFailed);
    }

    #[tokio::test]
    async fn who_has_it_already_is_told_so() {
        let (mut parts, ()) =
            Request::get("/x").header("if-none-match", "W/\"7\", \"9\"").body(()).unwrap().into_parts();
        let known = IfNoneMatch::from_request_parts(&mut parts, &()).await.unwrap();
        assert!(known.has(7) && known.has(9) && !known.has(8));
        let (mut parts, ()) =
            Request::get("/x").header("if-none-match", "\"c0ffee\", W/\"9\"").body(()).unwrap().into_parts();
        let known = IfNoneMatch::from_request_parts(&mut parts, &()).await.unwrap();
        assert!(known.has_digest("c0ffee") && !known.has_digest("c0ff") && !known.has_digest("9"));
    }
}
