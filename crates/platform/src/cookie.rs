//! Cookies, and requests that a page of another origin made a browser send along with them.

use axum::http::{HeaderMap, HeaderName, Method, header};

use crate::problem::{Code, Problem};

/// The cookie of a session. Its prefix has browsers take it from this host alone, over TLS, for all paths.
pub const SESSION_COOKIE: &str = "__Host-casemate";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The value of a cookie. What others of the same host hold, in whatever bytes, does not matter.
///
/// # Errors
/// Where it was sent twice: which of the two is meant, nobody knows. Where it is not of ASCII.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut found = None;
    for value in headers.get_all(header::COOKIE) {
        for pair in value.as_bytes().split(|byte| *byte == b';') {
            let Some(at) = pair.iter().position(|byte| *byte == b'=') else { continue };
            let (key, value) = pair.split_at(at);
            if key.trim_ascii() != name.as_bytes() {
                continue;
            }
            let value = value.strip_prefix(b"=").unwrap_or_default().trim_ascii();
            if found.replace(value).is_some() {
                return Err(
                    Problem::new(Code::MalformedHeader).detail(format!("send the cookie `{name}` once"))
                );
            }
        }
    }
    let Some(value) = found else { return Ok(None) };
    let text = std::str::from_utf8(value).ok().filter(|text| text.is_ascii());
    text.map(Some).ok_or_else(|| {
        Problem::new(Code::MalformedHeader).detail(format!("the cookie `{name}` is not ASCII"))
    })
}

/// Refuses what a page of another origin made a browser send: a request that may change something, with the cookie of a session
/// and no other credential, has to come from a page of `origin`, or from the person themselves.
///
/// # Errors
/// 403 where it does not, or nothing says so.
pub fn from_own_origin(method: &Method, headers: &HeaderMap, origin: &str) -> Result<(), Problem> {
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
    if is_safe || !headers.contains_key(header::COOKIE) {
        return Ok(());
    }
    let has_other = headers.contains_key(header::AUTHORIZATION) || headers.contains_key(API_KEY);
    if has_other || cookie(headers, SESSION_COOKIE)?.is_none() {
        return Ok(());
    }
    let is_own = match (headers.get(FETCH_SITE), headers.get(header::ORIGIN)) {
        (Some(site), _) => [&b"same-origin"[..], b"none"].contains(&site.as_bytes()),
        (None, Some(from)) => from.as_bytes() == origin.as_bytes(),
        (None, None) => false,
    };
    if is_own { Ok(()) } else { Err(Problem::new(Code::CrossSite)) }
}

/// Whether a browser says that a page of another origin than this one sent a request (Fetch Metadata, section 2.4; RFC 6454,
/// section 7), with whatever cookies. What says neither is taken for no browser.
#[must_use]
pub fn is_from_elsewhere(headers: &HeaderMap, origin: &str) -> bool {
    match (headers.get(FETCH_SITE), headers.get(header::ORIGIN)) {
        (Some(site), _) => ![&b"same-origin"[..], b"none"].contains(&site.as_bytes()),
        (None, Some(from)) => from.as_bytes() != origin.as_bytes(),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ORIGIN: &str = "https://casemate.example";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn passes(method: &Method, pairs: &[(&'static str, &str)]) -> bool {
        let mut all = vec![("cookie", "__Host-casemate=x")];
        all.extend(pairs);
        from_own_origin(method, &headers(&all), ORIGIN).is_ok()
    }

    #[test]
    fn a_cookie_changes_nothing_from_a_page_of_another_origin() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert!(!passes(&method, &[]));
            assert!(!passes(&method, &[("sec-fetch-site", "cross-site")]));
            assert!(!passes(&method, &[("sec-fetch-site", "same-site")]));
            assert!(!passes(&method, &[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)]));
            assert!(!passes(&method, &[("origin", "https://evil.example")]));
            assert!(!passes(&method, &[("origin", "null")]));
            assert!(passes(&method, &[("sec-fetch-site", "same-origin")]));
            assert!(passes(&method, &[("sec-fetch-site", "none")]));
            assert!(passes(&method, &[("origin", ORIGIN)]));
        }
        assert!(passes(&Method::GET, &[("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn what_another_site_sends_is_known_without_a_cookie() {
        let is_from_elsewhere = |pairs: &[(&'static str, &str)]| is_from_elsewhere(&headers(pairs), ORIGIN);
        assert!(is_from_elsewhere(&[("sec-fetch-site", "cross-site"), ("origin", ORIGIN)]));
        assert!(is_from_elsewhere(&[("sec-fetch-site", "same-site")]));
        assert!(is_from_elsewhere(&[("origin", "https://evil.example")]));
        assert!(is_from_elsewhere(&[("origin", "null")]));
        assert!(!is_from_elsewhere(&[("sec-fetch-site", "same-origin")]));
        assert!(!is_from_elsewhere(&[("origin", ORIGIN)]));
        assert!(!is_from_elsewhere(&[]));
    }

    #[test]
    fn what_needs_no_cookie_is_nobody_s_trick() {
        assert!(passes(&Method::POST, &[("authorization", "Bearer x"), ("sec-fetch-site", "cross-site")]));
        let other = headers(&[("cookie", "a=b; c=d"), ("sec-fetch-site", "cross-site")]);
        assert!(from_own_origin(&Method::POST, &other, ORIGIN).is_ok());
    }

    #[test]
    fn a_cookie_is_read_by_its_exact_name_and_once() {
        let sent = headers(&[("cookie", "a=1; __Host-casemate=x-_9; __host-casemate=y"), ("cookie", "b=2")]);
        assert_eq!(cookie(&sent, SESSION_COOKIE).unwrap(), Some("x-_9"));
        assert_eq!(cookie(&sent, "b").unwrap(), Some("2"));
        assert_eq!(cookie(&sent, "none").unwrap(), None);
        let mut foreign = HeaderMap::new();
        let value = HeaderValue::from_bytes(b"theme=d\xe9j\xe0; __Host-casemate=x-_9; \xff=1").unwrap();
        foreign.append("cookie", value);
        assert_eq!(cookie(&foreign, SESSION_COOKIE).unwrap(), Some("x-_9"));
        assert!(cookie(&foreign, "theme").is_err());
        let twice = headers(&[("cookie", "a=1"), ("cookie", "a=1")]);
        assert!(cookie(&twice, "a").is_err());
    }
}
