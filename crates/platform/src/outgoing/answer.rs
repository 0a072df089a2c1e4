//! Answers, read within a bound.

use std::error::Error;
use std::time::Duration;

use casemate_identity::hook::SIGNATURE_HEADER;
use casemate_identity::remote::{FetchError, Reply};
use reqwest::Response;
use reqwest::header::{AGE, CACHE_CONTROL, ETAG, HeaderMap};

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

/// For how long the answer is good yet, by the shortest age that the server names and how old it is; `no-store`, `no-cache` and an age
/// that cannot be read count as zero.
pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let ages = directives(headers).filter_map(|directive| match directive.split_once('=') {
        Some((name, age)) if name.trim().eq_ignore_ascii_case("max-age") => {
            Some(seconds(age.trim().trim_matches('"')).unwrap_or_default())
        }
        None if ["no-store", "no-cache", "max-age"]
            .iter()
            .any(|zero| directive.eq_ignore_ascii_case(zero)) =>
        {
            Some(Duration::ZERO)
        }
        _ => None,
    });
    let age = headers.get(AGE).and_then(|age| seconds(age.to_str().ok()?.trim()));
    ages.min().map(|most| most.saturating_sub(age.unwrap_or_default()))
}

/// A number of seconds; more than can be counted with is the most that RFC 9111, section 1.2.2, has a cache count with.
fn seconds(text: &str) -> Option<Duration> {
    const MOST: u64 = 1 << 31;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(text.parse().map_or(MOST, |seconds: u64| seconds.min(MOST))))
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
        assert_eq!(age(&["s-maxage=9"]), None);
        for unreadable in ["x", "0.5", "-1", "", "1s"] {
            let text: &'static str = format!("max-age={unreadable}, s-maxage=9").leak();
            assert_eq!(age(&[text]), Some(Duration::ZERO), "{text}");
        }
        assert_eq!(age(&["max-age"]), Some(Duration::ZERO));
        assert_eq!(age(&["max-age=99999999999999999999"]), Some(Duration::from_secs(1 << 31)));
    }

    #[test]
    fn how_old_an_answer_is_counts_too() {
        let left = |age: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, "max-age=60".parse().unwrap());
            headers.insert(AGE, age.parse().unwrap());
            max_age(&headers).unwrap().as_secs()
        };
        assert_eq!(["0", "20", "60", "61", "99999999999999999999", "x"].map(left), [60, 40, 0, 0, 0, 60]);
    }
}
