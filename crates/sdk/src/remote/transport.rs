//! One server, asked by JSON over HTTPS on connections that are used again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, RETRY_AFTER,
};
use reqwest::{Certificate, Client, Method, Response, StatusCode};
use url::Url;

use crate::clock::Clock;
use crate::credential::is_token;
use crate::{Error, clock};

/// Connections that wait for further use.
const IDLE: usize = 8;
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How much of a refusal is read.
const MAX_PROBLEM: usize = 64 * 1024;

const AT_LEAST: &str = "casemate-at-least";

pub(super) struct Transport {
    client: Client,
    base: Url,
    /// `Bearer …`, which prints as `Sensitive`.
    credential: HeaderValue,
    tenant: Option<HeaderValue>,
    pub(super) clock: Arc<dyn Clock>,
    timeout: Duration,
    max_answer: usize,
}

/// Where the server is and how it is asked.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) credential: String,
    pub(super) tenant: Option<String>,
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) allow_plain: bool,
    pub(super) timeout: Duration,
    pub(super) max_answer: usize,
}

/// Why a server gave no answer that counts.
#[derive(Debug)]
pub(super) enum Failure {
    /// It is away, slow, overloaded or broken: a reason to leave it alone for a time.
    Away(String),
    /// It takes no more for so long.
    Later(Duration),
    /// It has not come as far as was asked for.
    Behind,
    /// It answered more than so many bytes.
    TooLong(usize),
    /// It answered, and refuses this client.
    Refused(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Away(why) => Error::Unavailable(why),
            Failure::Later(time) => {
                Error::Unavailable(format!("the server takes no more for {} s", time.as_secs()))
            }
            Failure::Behind => {
                Error::Unavailable("the server has not come as far as was seen elsewhere".to_owned())
            }
            Failure::TooLong(most) => Error::Unavailable(format!("the answer is longer than {most} bytes")),
            Failure::Refused(error) => error,
        }
    }
}

/// An answer.
pub(super) struct Answer {
    /// Whether it is what is known already.
    pub(super) is_same: bool,
    pub(super) etag: Option<String>,
    pub(super) revision: Option<i64>,
    pub(super) body: String,
}

impl Transport {
    pub(super) fn new(target: Target, clock: Arc<dyn Clock>) -> Result<Transport, Error> {
        let wrong = |why: String| Error::Configuration(why);
        let mut base =
            Url::parse(&target.url).map_err(|error| wrong(format!("the server's URL is none: {error}")))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("the server's URL must hold no credential".to_owned()));
        }
        match base.scheme() {
            "https" => {}
            "http" if target.allow_plain || is_loopback(&base) => {}
            _ => {
                return Err(wrong(
                    "the server's URL must begin with `https://`: a credential goes there".to_owned(),
                ));
            }
        }
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        is_token(&target.credential)
            .map_err(|error| wrong(format!("this client's own credential: {error}")))?;
        let mut credential = HeaderValue::try_from(format!("Bearer {}", target.credential))
            .map_err(|_| wrong("this client's own credential holds what no header may hold".to_owned()))?;
        credential.set_sensitive(true);
        let tenant = target.tenant.map(HeaderValue::try_from).transpose();
        let tenant = tenant.map_err(|_| wrong("the tenant holds what no header may hold".to_owned()))?;
        let builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .pool_max_idle_per_host(IDLE)
            .user_agent(concat!("casemate-sdk-rust/", env!("CARGO_PKG_VERSION")));
        let mut roots = Vec::new();
        for pem in &target.roots {
            let read = Certificate::from_pem_bundle(pem);
            let read =
                read.map_err(|error| wrong(format!("a certificate authority cannot be read: {error}")))?;
            if read.is_empty() {
                return Err(wrong("the PEM text of certificate authorities holds none".to_owned()));
            }
            roots.extend(read);
        }
        // A bare system has no certificate authorities, and plain HTTP needs none.
        let builder = match base.scheme() {
            "http" => builder.tls_certs_only([]),
            _ => builder.tls_certs_merge(roots),
        };
        let client =
            builder.build().map_err(|error| wrong(format!("no HTTPS client can be made: {error}")))?;
        let Target { timeout, max_answer, .. } = target;
        Ok(Transport { client, base, credential, tenant, clock, timeout, max_answer })
    }

    /// Gets a path, or posts a body of JSON to it, for an answer of `at_least` that revision.
    pub(super) async fn ask(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        at_least: i64,
        known: Option<&str>,
    ) -> Result<Answer, Failure> {
        let mut headers = self.headers(at_least);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(known) = known.and_then(|known| HeaderValue::from_str(known).ok()) {
            headers.insert(IF_NONE_MATCH, known);
        }
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.client.request(method, self.url(path)?).headers(headers);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        let asked = async {
            let response = request.send().await.map_err(unreachable)?;
            self.answer(response).await
        };
        tokio::select! {
            answer = asked => answer,
            () = self.clock.sleep(self.timeout) => {
                Err(Failure::Away(format!("no answer within {} ms", clock::micros(self.timeout) / 1_000)))
            }
        }
    }

    /// Posts a body of JSON under a key by which it is done once, however often it is sent: the status, and the answer.
    pub(super) async fn post_once(
        &self,
        path: &str,
        body: &str,
        key: &str,
    ) -> Result<(u16, String), Failure> {
        let request = self.client.post(self.url(path)?).headers(self.headers(0));
        let request = request.header(CONTENT_TYPE, "application/json").header("idempotency-key", key);
        let asked = async {
            let response = request.body(body.to_owned()).send().await.map_err(unreachable)?;
            let status = response.status().as_u16();
            if let Some(time) = later(&response) {
                return Err(Failure::Later(time));
            }
            if is_passing(status) {
                return Err(Failure::Away(format!("the server answered {status}")));
            }
            Ok((status, read(response, MAX_PROBLEM).await?))
        };
        tokio::select! {
            answer = asked => answer,
            () = self.clock.sleep(self.timeout) => Err(Failure::Away("no answer in time".to_owned())),
        }
    }

    /// Begins to read a stream of events; it has the time of one request to begin.
    pub(super) async fn stream(&self, path: &str, last: Option<&str>) -> Result<Response, Failure> {
        let mut headers = self.headers(0);
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        if let Some(last) = last.and_then(|last| HeaderValue::from_str(last).ok()) {
            headers.insert("last-event-id", last);
        }
        let url = self.url(path)?;
        let begun = async {
            let response = self.client.get(url).headers(headers).send().await.map_err(unreachable)?;
            if response.status() != StatusCode::OK {
                return Err(self.refusal(response).await);
            }
            let kind =
                response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if !kind.starts_with("text/event-stream") {
                return Err(Failure::Away(format!("the changes come as `{kind}`, and not as events")));
            }
            Ok(response)
        };
        tokio::select! {
            begun = begun => begun,
            () = self.clock.sleep(self.timeout) => Err(Failure::Away("the stream of changes does not begin".to_owned())),
        }
    }

    fn headers(&self, at_least: i64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.credential.clone());
        if let Some(tenant) = &self.tenant {
            headers.insert("casemate-tenant", tenant.clone());
        }
        if at_least > 0 {
            headers.insert(AT_LEAST, HeaderValue::from(at_least));
        }
        headers
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let failed = |error: url::ParseError| Failure::Refused(Error::Configuration(error.to_string()));
        self.base.join(path).map_err(failed)
    }

    async fn answer(&self, response: Response) -> Result<Answer, Failure> {
        let status = response.status();
        if status != StatusCode::OK && status != StatusCode::NOT_MODIFIED {
            return Err(self.refusal(response).await);
        }
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (etag, revision) = (header(ETAG.as_str()), header("casemate-revision"));
        let revision = revision.and_then(|revision| revision.parse().ok());
        let is_same = status == StatusCode::NOT_MODIFIED;
        let body = read(response, self.max_answer).await?;
        Ok(Answer { is_same, etag, revision, body })
    }

    async fn refusal(&self, response: Response) -> Failure {
        let status = response.status().as_u16();
        let body = read(response, MAX_PROBLEM).await.unwrap_or_default();
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let text = |name: &str| problem.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let code = text("code").unwrap_or_default();
        if code == "revision_not_reached" {
            return Failure::Behind;
        }
        if is_passing(status) {
            return Failure::Away(format!("the server answered {status} {code}"));
        }
        let detail = text("detail").or_else(|| text("title")).unwrap_or_else(|| {
            "no reason given; is this the address of a Casemate server, and its version recent enough?"
                .to_owned()
        });
        Failure::Refused(Error::Refused { status, code, detail })
    }
}

/// Whether an answer says that there is none now.
/// When a server that has enough for now takes more.
fn later(response: &Response) -> Option<Duration> {
    let said =
        response.headers().get(RETRY_AFTER).filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS);
    said.and_then(|seconds| seconds.to_str().ok()?.parse().ok()).map(Duration::from_secs)
}

fn is_passing(status: u16) -> bool {
    status >= 500 || status == 429 || status == 408
}

async fn read(mut response: Response, most: usize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > most {
            return Err(Failure::TooLong(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Failure::Away("the answer is no text".to_owned()))
}

/// What the client says holds the address and nothing that was sent.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn unreachable(error: reqwest::Error) -> Failure {
    let what = match (error.is_connect(), error.is_timeout()) {
        (true, _) => "the server cannot be connected to",
        (_, true) => "the server does not answer in time",
        _ => "the connection to the server broke",
    };
    Failure::Away(what.to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
