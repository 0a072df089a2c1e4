//! Answers, read within a bound.

use std::error::Error;
use std::time::Duration;

use casemate_identity::hook::SIGNATURE_HEADER;
use casemate_identity::remote::{FetchError, Reply};
use reqwest::Response;
use reqwest::header::{CACHE_CONTROL, ETAG, HeaderMap};

use super::allow::Refusal;

/// The body, of at most `limit` bytes.
pub(super) async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > limit {
            return Err(FetchError::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An answer whatever its status is, with a body of at most `limit` bytes.
pub(super) async fn reply(response: Response, limit: usize) -> Result<Reply, FetchError> {
    let headers = response.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(Box::from);
    let reply = Reply {
        status: response.status().as_u16(),
        max_age: max_age(headers),
        no_store: directives(headers).any(|directive| directive.eq_ignore_ascii_case("no-store")),
        etag: text(ETAG.as_str()),
        signature: text(SIGNATURE_HEADER),
        body: Vec::new(),
    };
    Ok(Reply { body: read(response, limit).await?, ..reply })
}

fn directives(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// The shortest age that the server names; `no-store` and `no-cache` count as zero.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let ages = directives(headers).filter_map(|directive| match directive.split_once('=') {
        Some((name, seconds)) if name.eq_ignore_ascii_case("max-age") => {
            seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
        }
        None if directive.eq_ignore_ascii_case("no-store") || directive.eq_ignore_ascii_case("no-cache") => {
            Some(Duration::ZERO)
        }
        _ => None,
    });
    ages.min()
}

/// What a failed call comes to: our own refusal of an address, or what happened on the way.
pub(super) fn failure(error: reqwest::Error) -> FetchError {
    // The URL may hold what is nobody else's business, and whoever called knows it.
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<Refusal>() {
            return FetchError::Refused(refusal.to_string());
        }
        cause = inner.source();
    }
    FetchError::Unreachable(causes(&error))
}

/// An error with its causes, which is where reqwest says what happened.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(values: &[&'static str]) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CACHE_CONTROL, value.parse().unwrap());
        }
        max_age(&headers)
    }

    #[test]
    fn the_age_is_the_shortest_that_the_server_names() {
        assert_eq!(age(&[]), None);
        assert_eq!(age(&["public, max-age=300"]), Some(Duration::from_secs(300)));
        assert_eq!(age(&["MAX-AGE=\"60\""]), Some(Duration::from_secs(60)));
        assert_eq!(age(&["max-age=300", "no-store"]), Some(Duration::ZERO));
        assert_eq!(age(&["max-age=x, s-maxage=9"]), None);
        assert_eq!(age(&["max-age=99999999999999999999"]), None);
    }
}
