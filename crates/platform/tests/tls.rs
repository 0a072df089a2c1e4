//! The listener over TLS: both protocols, certificates that change, and the limits that hold over HTTP/2 too.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;
use casemate_platform::telemetry::metrics::Figures;
use casemate_platform::{Client, Limits, Server, Tls, TlsError, clock, frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate of its own authority, in files.
struct Pair {
    folder: tempfile::TempDir,
    certificate: CertificateDer<'static>,
}

impl Pair {
    fn new() -> Pair {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, pem, key) = make(0, 4_000);
        let pair = Pair { folder, certificate };
        std::fs::write(pair.path("certificate.pem"), pem).unwrap();
        std::fs::write(pair.path("key.pem"), key).unwrap();
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Tls, TlsError> {
        let look = Duration::from_millis(20);
        Tls::looking(&self.path("certificate.pem"), &self.path("key.pem"), clock::now(), look)
    }

    fn write(&self, name: &str, text: &str) {
        // As whoever renews certificates does it: a reader sees one file or the other.
        let new = self.path("new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.path(name)).unwrap();
    }
}

/// A certificate, its PEM form and its key; valid between these days from now.
fn make(from: i64, until: i64) -> (CertificateDer<'static>, String, String) {
    make_valid(day(from - 1), day(until))
}

/// The same, valid from that time on.
fn make_from(later: Duration, until: i64) -> (CertificateDer<'static>, String, String) {
    make_valid(std::time::SystemTime::now() + later, day(until))
}

fn day(days: i64) -> std::time::SystemTime {
    let now = std::time::SystemTime::now();
    let time = Duration::from_secs(days.unsigned_abs() * 86_400);
    if days < 0 { now - time } else { now + time }
}

fn make_valid(
    from: std::time::SystemTime,
    until: std::time::SystemTime,
) -> (CertificateDer<'static>, String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    parameters.not_before = from.into();
    parameters.not_after = until.into();
    let certificate = parameters.self_signed(&key).unwrap();
    (certificate.der().clone(), certificate.pem(), key.serialize_pem())
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(tls: Tls, limits: Limits) -> Running {
    let router = Router::new()
        .route("/ok", get(async || "fine"))
        .route("/slow", get(async || std::future::pending::<()>().await))
        .route("/large", get(async || vec![b'x'; 4 << 20]))
        .route(
            "/client",
            get(async |axum::Extension(client): axum::Extension<Client>| {
                format!("{} {}", client.address, client.secure)
            }),
        )
        .layer(axum::middleware::from_fn_with_state(Duration::from_millis(300), frame));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let server = Server::new(listener, router).limits(limits).tls(tls);
    let task = tokio::spawn(server.serve(async move {
        let _ = stopped.await;
    }));
    Running { address, stop, task }
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

type Sender = http2::SendRequest<Body>;

/// A connection of HTTP/2, and what becomes of it.
async fn http2_connection(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> (Sender, JoinHandle<hyper::Result<()>>) {
    let stream = connect(address, trusted, b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) =
        http2::Builder::new(TokioExecutor::new()).handshake(TokioIo::new(stream)).await.unwrap();
    (sender, tokio::spawn(connection))
}

fn request(path: &str) -> Request<Body> {
    Request::get(format!("https://localhost{path}")).body(Body::empty()).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().into()).unwrap()
}

#[tokio::test]
async fn both_protocols_are_spoken_and_the_client_is_known() {
    let pair = Pair::new();
    let server = start(pair.load().unwrap(), Limits::default()).await;
    let (mut sender, _) = http2_connection(server.address, &pair.certificate).await;
    let response = sender.send_request(request("/client")).await.unwrap();
    assert_eq!(text(response).await, "127.0.0.1 true");
    let stream = connect(server.address, &pair.certificate, b"http/1.1").await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/client").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(text(sender.send_request(request).await.unwrap()).await, "127.0.0.1 true");
    assert!(connect(server.address, &pair.certificate, b"spdy/3").await.is_err());
}

#[tokio::test]
async fn a_request_over_http_2_is_for_one_host() {
    let pair = Pair::new();
    let server = start(pair.load().unwrap(), Limits::default()).await;
    let (mut sender, _) = http2_connection(server.address, &pair.certificate).await;
    for (host, status) in [
        ("localhost", StatusCode::OK),
        ("LOCALHOST", StatusCode::OK),
        ("other.example", StatusCode::BAD_REQUEST),
        ("localhost:444", StatusCode::BAD_REQUEST),
    ] {
        let mut request = request("/ok");
        request.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(sender.send_request(request).await.unwrap().status(), status, "{host}");
    }
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_certificate_that_changes_is_served_and_a_bad_one_is_not() {
    let pair = Pair::new();
    let tls = pair.load().unwrap();
    let server = start(tls.clone(), Limits::default()).await;
    assert!(connect(server.address, &pair.certificate, b"h2").await.is_ok());
    let before = tls.status();

    let until = async |what: &str, is_so: &dyn Fn() -> bool| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < deadline, "{what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let (certificate, pem, key) = make(0, 5_000);
    pair.write("certificate.pem", &pem);
    until("the key does not fit yet", &|| tls.status().problem.is_some()).await;
    assert!(tls.status().problem.unwrap().contains("is not that of"));
    assert!(connect(server.address, &pair.certificate, b"h2").await.is_ok(), "the good pair stays");
    pair.write("key.pem", &key);
    until("the new pair is served", &|| tls.status().not_after > before.not_after).await;
    assert_eq!(tls.status().problem, None);
    assert!(connect(server.address, &certificate, b"h2").await.is_ok());
    assert!(connect(server.address, &pair.certificate, b"h2").await.is_err());

    pair.write("certificate.pem", &make(-10, -5).1);
    until("it has ended", &|| tls.status().problem.is_some()).await;
    std::fs::remove_file(pair.path("certificate.pem")).unwrap();
    until("it is gone", &|| tls.status().problem.is_some_and(|problem| problem.contains("cannot read")))
        .await;
    assert!(connect(server.address, &certificate, b"h2").await.is_ok());
    let text = Figures::new().tls(tls.clone()).render();
    let seconds =
        format!("casemate_tls_certificate_not_after_seconds {}", tls.status().not_after / 1_000_000);
    assert!(text.contains(&seconds) && text.contains("casemate_tls_certificate_stale 1"), "{text}");
}

#[tokio::test]
async fn a_certificate_whose_time_has_not_come_is_served_once_it_has() {
    let pair = Pair::new();
    let tls = pair.load().unwrap();
    let _server = start(tls.clone(), Limits::default()).await;
    // The authority's clock is ahead of this one.
    let (_, certificate, key) = make_from(Duration::from_secs(3), 5_000);
    pair.write("key.pem", &key);
    pair.write("certificate.pem", &certificate);
    let before = tls.status().not_after;
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut was_refused = false;
    while tls.status().not_after == before {
        was_refused |= tls.status().problem.is_some_and(|problem| problem.contains("is valid from"));
        assert!(Instant::now() < deadline, "nobody looked at it again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(was_refused);
    assert_eq!(tls.status().problem, None);
}

#[test]
fn what_is_wrong_with_the_files_is_told_with_the_file() {
    let (_, good, good_key) = make(0, 10);
    let ended = make(-10, -5);
    let early = make(5, 10);
    for (certificate, key, expected, file) in [
        (None, Some(&*good_key), "cannot read", "certificate.pem"),
        (Some(&*good), None, "cannot read", "key.pem"),
        (Some("nothing"), Some(&*good_key), "no certificate", "certificate.pem"),
        (Some(&*good_key), Some(&*good_key), "no certificate", "certificate.pem"),
        (Some(&*good), Some(&*good), "no private key", "key.pem"),
        (Some(&*good), Some(&*ended.2), "is not that of", "key.pem"),
        (Some(&*ended.1), Some(&*ended.2), "is valid from", "certificate.pem"),
        (Some(&*early.1), Some(&*early.2), "is valid from", "certificate.pem"),
    ] {
        let pair = Pair { folder: tempfile::tempdir().unwrap(), certificate: ended.0.clone() };
        for (name, text) in [("certificate.pem", certificate), ("key.pem", key)] {
            if let Some(text) = text {
                std::fs::write(pair.path(name), text).unwrap();
            }
        }
        let error = pair.load().unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(file), "{error}");
        assert!(!error.contains("BEGIN PRIVATE"), "{error}");
    }
}

#[tokio::test]
async fn who_does_not_finish_the_handshake_holds_up_nobody_and_goes() {
    let pair = Pair::new();
    let limits = Limits { header_time: Duration::from_millis(300), ..Limits::default() };
    let server = start(pair.load().unwrap(), limits).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut wrong = TcpStream::connect(server.address).await.unwrap();
    wrong.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(connect(server.address, &pair.certificate, b"h2").await.is_ok());
    for stream in [&mut silent, &mut wrong] {
        let mut answer = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
        assert!(closed.is_ok());
        assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the clear");
    }
}

#[tokio::test]
async fn a_connection_of_http_2_on_which_nothing_happens_goes() {
    let pair = Pair::new();
    let limits = Limits {
        header_time: Duration::from_millis(200),
        write_time: Duration::from_millis(200),
        ..Limits::default()
    };
    let server = start(pair.load().unwrap(), limits).await;
    // One that asked, one that did not even begin, and one that does not take its answer.
    let (mut sender, connection) = http2_connection(server.address, &pair.certificate).await;
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
    let ended = tokio::time::timeout(Duration::from_secs(30), connection).await;
    assert!(ended.is_ok(), "the idle connection was closed");

    let mut silent = connect(server.address, &pair.certificate, b"h2").await.unwrap();
    let mut answer = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), silent.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "who never began was sent away");

    let (mut sender, connection) = http2_connection(server.address, &pair.certificate).await;
    let response = sender.send_request(request("/large")).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(30), connection).await;
    assert!(ended.is_ok(), "who does not read was cut");
    assert!(response.into_body().collect().await.is_err(), "the answer is not whole");
}

#[tokio::test]
async fn headers_over_http_2_are_bounded() {
    let pair = Pair::new();
    let limits = Limits { header_bytes: 4_096, ..Limits::default() };
    let server = start(pair.load().unwrap(), limits).await;
    let (mut sender, _) = http2_connection(server.address, &pair.certificate).await;
    let mut long = request("/ok");
    long.headers_mut().insert("x-long", "x".repeat(8_192).parse().unwrap());
    match sender.send_request(long).await {
        Ok(response) => assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        Err(error) => assert!(!error.is_canceled(), "{error}"),
    }
}

#[tokio::test]
async fn requests_of_one_connection_are_bounded_and_those_over_the_bound_wait() {
    let pair = Pair::new();
    let limits = Limits { streams: 1, ..Limits::default() };
    let server = start(pair.load().unwrap(), limits).await;
    let (mut sender, _) = http2_connection(server.address, &pair.certificate).await;
    // The client library keeps to what the server allows only once it has heard of it.
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
    let slow = tokio::spawn(sender.send_request(request("/slow")));
    let began = Instant::now();
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
    assert!(began.elapsed() >= Duration::from_millis(200), "it waited for the slow one");
    assert_eq!(slow.await.unwrap().unwrap().status(), StatusCode::REQUEST_TIMEOUT);
}

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame_of(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[tokio::test]
async fn who_resets_streams_as_fast_as_it_can_loses_the_connection() {
    let pair = Pair::new();
    // Nothing else ends the connection in the time of this test.
    let limits = Limits { header_time: Duration::from_secs(3_600), ..Limits::default() };
    let server = start(pair.load().unwrap(), limits).await;
    let mut stream = connect(server.address, &pair.certificate, b"h2").await.unwrap();
    // GET https://localhost/ from the static table of HPACK, complete in one frame.
    let request = [&[0x82, 0x87, 0x84, 0x01, 9], &b"localhost"[..]].concat();
    let ask = |id| frame_of(1, 0x4 | 0x1, id, &request);
    let mut flood = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    flood.extend(frame_of(4, 0, 0, &[]));
    flood.extend(ask(1));
    stream.write_all(&flood).await.unwrap();
    let mut answer = Vec::new();
    // One that is not taken back is answered, with one frame of headers and no body.
    while !answer.windows(6).any(|bytes| bytes == [1, 5, 0, 0, 0, 1]) {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{answer:?}");
    }
    let taken_back = |id| [ask(id), frame_of(3, 0, id, &8_u32.to_be_bytes())].concat();
    let flood: Vec<u8> = (1..500).flat_map(|number| taken_back(2 * number + 1)).collect();
    // The server may hang up before it has read everything.
    let _ = stream.write_all(&flood).await;
    let ended = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await;
    assert!(ended.is_ok(), "the connection was ended");
    assert!(!server.task.is_finished());
    assert!(connect(server.address, &pair.certificate, b"h2").await.is_ok(), "others are served");
}

#[tokio::test]
async fn the_end_lets_requests_over_http_2_finish() {
    let pair = Pair::new();
    let server = start(pair.load().unwrap(), Limits::default()).await;
    let (mut sender, connection) = http2_connection(server.address, &pair.certificate).await;
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
    let slow = tokio::spawn(sender.send_request(request("/slow")));
    // A later request on the same connection: the slow one has arrived before it.
    assert_eq!(sender.send_request(request("/ok")).await.unwrap().status(), StatusCode::OK);
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
    let answer = slow.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT, "it was answered, not cut");
    let _ = connection.await;
}
