//! Fetching over HTTP.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrecy::ExposeSecret;
use url::Url;

use super::fetch::{Fetch, FetchError, Fetched, Reply, Submission};
use crate::chain::BoxFuture;
use crate::provider::is_loopback;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);

/// Fetches over HTTP and HTTPS, with the system's certificate authorities and the proxy that the environment
/// names (never for this machine itself). Clients are made at their first use, so that a server without
/// certificate authorities starts.
#[derive(Debug, Default)]
pub struct HttpFetch {
    /// For plain HTTP on this machine.
    near_plain: OnceLock<Client>,
    /// For HTTPS on this machine.
    near: OnceLock<Client>,
    /// For everything else.
    far: OnceLock<Client>,
}

impl HttpFetch {
    /// A fetcher that has not connected to anything yet.
    pub fn new() -> HttpFetch {
        HttpFetch::default()
    }

    fn client(&self, url: &Url) -> Result<&Client, FetchError> {
        let near = is_loopback(url);
        let cell = match (near, url.scheme()) {
            (true, "http") => &self.near_plain,
            (true, _) => &self.near,
            (false, _) => &self.far,
        };
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

    fn submit<'a>(&'a self, submission: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async move {
            let mut request = self
                .client(submission.url)?
                .post(submission.url.clone())
                .timeout(submission.time)
                .header(CONTENT_TYPE, submission.content_type)
                .header(ACCEPT, "application/json")
                .body(submission.body.to_vec());
            for (name, value) in submission.headers {
                let mut value = HeaderValue::from_str(value.expose_secret())
                    .map_err(|_| FetchError::Header((*name).to_owned()))?;
                value.set_sensitive(true);
                request = request.header(*name, value);
            }
            let response = request.send().await.map_err(unreachable)?;
            let (status, max_age) = (response.status().as_u16(), max_age(response.headers()));
            Ok(Reply { status, body: read(response, submission.limit).await?, max_age })
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers one request with `answer` and hands out what the request was, once it has been fetched.
    async fn fetch(answer: &'static str, limit: usize) -> (Result<Fetched, FetchError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}/keys", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4_096];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let fetched = HttpFetch::new().fetch(&url, limit).await;
        (fetched, server.await.unwrap())
    }

    #[tokio::test]
    async fn a_document_comes_with_its_age() {
        let answer = "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=90\r\nContent-Length: 2\r\n\r\n{}";
        let (fetched, request) = fetch(answer, 2).await;
        assert_eq!(fetched, Ok(Fetched { body: b"{}".to_vec(), max_age: Some(Duration::from_secs(90)) }));
        assert!(request.starts_with("GET /keys HTTP/1.1\r\n"), "{request}");
    }

    #[tokio::test]
    async fn a_document_over_the_limit_is_refused_however_it_is_sent() {
        let with_length = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{ }";
        assert_eq!(fetch(with_length, 2).await.0, Err(FetchError::TooLarge(2)));
        let in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{ \r\n1\r\n}\r\n0\r\n\r\n";
        assert_eq!(fetch(in_chunks, 2).await.0, Err(FetchError::TooLarge(2)));
        assert!(fetch(in_chunks, 3).await.0.is_ok());
    }

    #[tokio::test]
    async fn redirects_are_not_followed_and_other_answers_are_no_documents() {
        for (answer, status) in [
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302),
            ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", 404),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204),
        ] {
            assert_eq!(fetch(answer, 10).await.0, Err(FetchError::Status(status)));
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_no_document() {
        let (fetched, _) = fetch("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 10).await;
        assert!(matches!(fetched, Err(FetchError::Unreachable(_))), "{fetched:?}");
    }

    #[test]
    fn a_client_without_authorities_is_never_used_for_https() {
        let fetch = HttpFetch::new();
        let client = |url: &str| fetch.client(&Url::parse(url).unwrap()).map(std::ptr::from_ref);
        let plain = client("http://127.0.0.1/").unwrap();
        assert_eq!(client("http://localhost/").unwrap(), plain);
        for url in ["https://127.0.0.1/", "https://localhost/"] {
            match client(url) {
                Ok(other) => assert_ne!(other, plain, "{url}"),
                // A system without certificate authorities.
                Err(FetchError::Client(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_with_the_cause() {
        // Bound and not listening any more: the port refuses connections.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        for scheme in ["http", "https"] {
            let url = Url::parse(&format!("{scheme}://127.0.0.1:{port}/")).unwrap();
            match HttpFetch::new().fetch(&url, 10).await {
                Err(FetchError::Unreachable(text)) => assert!(text.contains("refused"), "{text}"),
                // A system without certificate authorities.
                Err(FetchError::Client(_)) if scheme == "https" => {}
                other => panic!("{other:?}"),
            }
        }
    }

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
