//! Fetching over HTTP.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::fetch::{Fetch, FetchError, Fetched};
use crate::chain::BoxFuture;
use crate::provider::is_loopback;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches over HTTP and HTTPS, with the system's certificate authorities and the proxy that the environment names
/// (never for this machine itself). Clients are made at their first use, so that a server without certificate authorities starts.
#[derive(Debug, Default)]
pub struct HttpFetch {
    near: OnceLock<Client>,
    far: OnceLock<Client>,
}

impl HttpFetch {
    /// A fetcher that has not connected to anything yet.
    pub fn new() -> HttpFetch {
        HttpFetch::default()
    }

    fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let near = is_loopback(url);
        let cell = if near { &self.near } else { &self.far };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .user_agent(concat!("casemate/", env!("CARGO_PKG_VERSION")));
        let builder = match (near, url.scheme()) {
            // Plain HTTP needs no certificate authorities, which a bare system does not have.
            (true, "http") => builder.no_proxy().tls_certs_only([]),
            (true, _) => builder.no_proxy(),
            (false, _) => builder,
        };
        let client = builder.build().map_err(|error| FetchError::Client(causes(&error)))?;
        Ok(cell.get_or_init(|| client))
    }
}

impl Fetch for HttpFetch {
    fn fetch<'a>(&'a self, url: &'a Url, limit: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async move {
            let request = self.client(url)?.get(url.clone()).header("accept", "application/json");
            let response = request.send().await.map_err(unreachable)?;
            if response.status().as_u16() != 200 {
                return Err(FetchError::Status(response.status().as_u16()));
            }
            let max_age = max_age(response.headers());
            Ok(Fetched { body: read(response, limit).await?, max_age })
        })
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > limit {
            return Err(FetchError::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// `no-store` and `no-cache` count as an age of zero.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).into_iter().filter_map(|value| value.to_str().ok());
    let directives = values.flat_map(|value| value.split(',')).map(str::trim);
    let ages = directives.filter_map(|directive| match directive.split_once('=') {
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

fn unreachable(error: reqwest::Error) -> FetchError {
    FetchError::Unreachable(causes(&error))
}

/// An error with its causes, which is where reqwest says what happened.
fn causes(error: &dyn std::error::Error) -> String {
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
