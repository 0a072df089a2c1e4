//! The listener over real connections: limits, problems, request ids, and a good end.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use casemate_identity::{Answer, Authenticator, BoxFuture, Chain, Credentials, Identity, Timestamp};
use casemate_platform::config::ForwardedHeader;
use casemate_platform::{Code, Limits, Problem, TrustedProxies, authenticate, frame, json_body, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

async fn start(limits: Limits) -> Server {
    let router = Router::new()
        .route("/ok", get(async || "fine"))
        .route("/slow", get(async || std::future::pending::<()>().await))
        .route("/problem", get(async || Problem::new(Code::Forbidden).detail("not you")))
        .route(
            "/read",
            post(async |request: axum::extract::Request| match json_body(request).await {
                Ok(text) => Ok(text),
                Err(problem) => Err(problem),
            }),
        )
        .fallback(async || Problem::new(Code::NotFound))
        .layer(axum::middleware::from_fn_with_state(Duration::from_millis(300), frame));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(serve(listener, router, limits, async move {
        let _ = stopped.await;
    }));
    Server { address, stop, task }
}

/// Sends bytes and reads until the server closes.
async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get_path(address: SocketAddr, path: &str, headers: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    exchange(address, request.as_bytes()).await
}

#[tokio::test]
async fn a_problem_says_what_where_and_under_which_id() {
    let server = start(Limits::default()).await;
    let answer = get_path(server.address, "/problem", "X-Request-ID: my-id\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.contains("content-type: application/problem+json"), "{answer}");
    assert!(answer.contains("x-request-id: my-id"), "{answer}");
    assert!(answer.contains("www-authenticate: Bearer"), "{answer}");
    assert!(answer.contains(r#""code":"forbidden","detail":"not you","request_id":"my-id""#), "{answer}");
    let answer = get_path(server.address, "/nowhere?secret=1", "").await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains(r#""code":"not_found""#), "{answer}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_so() {
    let server = start(Limits::default()).await;
    let answer = get_path(server.address, "/slow", "").await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    // A body that never comes counts as well.
    let answer = exchange(
        server.address,
        b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\
          Connection: close\r\n\r\n{",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn headers_are_bounded_in_size_count_and_time() {
    let limits = Limits { header_time: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let long = format!("X-Long: {}\r\n", "x".repeat(limits.header_bytes));
    assert!(get_path(server.address, "/ok", &long).await.starts_with("HTTP/1.1 431"));
    let many = "X-Many: x\r\n".repeat(101);
    assert!(get_path(server.address, "/ok", &many).await.starts_with("HTTP/1.1 431"));
    for unfinished in [&b""[..], b"GET /ok HTTP/1.1\r\nHost"] {
        let answer =
            tokio::time::timeout(Duration::from_secs(10), exchange(server.address, unfinished)).await;
        assert!(answer.is_ok_and(|answer| !answer.contains("200")), "it hung up on who says nothing");
    }
}

#[tokio::test]
async fn a_request_names_exactly_one_host() {
    let server = start(Limits::default()).await;
    let exchange = async |request: &str| exchange(server.address, request.as_bytes()).await;
    for hosts in [
        "",
        "Host: x\r\nHost: x\r\n",
        "Host:\r\n",
        "Host: a b/@\r\n",
        "Host: a/b\r\n",
        "Host: someone@x\r\n",
        "Host: x:70000\r\n",
        "Host: x:y\r\n",
        "Host: :80\r\n",
    ] {
        let answer = exchange(&format!("GET /ok HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("malformed_header"), "{answer}");
    }
    assert!(exchange("GET /ok HTTP/1.0\r\n\r\n").await.contains("200 OK"));
    for host in ["x", "x:80", "casemate.example.com:7654", "127.0.0.1:7654", "[::1]", "[::1]:7654"] {
        let answer =
            exchange(&format!("GET /ok HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.contains("200 OK"), "{host}: {answer}");
    }
}

#[tokio::test]
async fn a_target_and_a_host_that_differ_are_refused() {
    let server = start(Limits::default()).await;
    for (target, host, status) in
        [("http://x/ok", "x", "200"), ("http://x/ok", "y", "400"), ("http://u@x/ok", "x", "400")]
    {
        let request = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(server.address, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{target} {host}: {answer}");
    }
}

#[tokio::test]
async fn a_request_that_says_twice_where_it_ends_is_refused_and_what_follows_is_no_request() {
    let server = start(Limits::default()).await;
    for lengths in
        ["Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5"]
    {
        let request = format!(
            "POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lengths}\r\n\r\n\
             0\r\n\r\nGET /ok HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        let answer = exchange(server.address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("not both"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
        // Nor is it believed where it was sent along with another request, which is answered first.
        let both = format!("GET /ok HTTP/1.1\r\nHost: x\r\n\r\n{request}");
        let answer = exchange(server.address, both.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("not both"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 2, "{answer}");
    }
    let request = "POST /read HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n\
                   Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    assert!(exchange(server.address, request.as_bytes()).await.ends_with("{}"));
}

/// Says where credentials come from, by refusing all of them under that name.
struct Echo;

impl Authenticator for Echo {
    fn name(&self) -> &str {
        "echo"
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, _: Timestamp) -> BoxFuture<'a, Answer> {
        let is_known = credentials.client() == Some(IpAddr::from([192, 0, 2, 7]));
        Box::pin(async move {
            if is_known { Answer::Identity(Arc::new(Identity::anonymous())) } else { Answer::NotMine }
        })
    }
}

#[tokio::test]
async fn credentials_are_judged_with_the_address_that_a_trusted_proxy_names() {
    let chain = Chain::new(vec![Arc::new(Echo)]).unwrap();
    let who = async move |headers: HeaderMap| authenticate(&chain, &headers, 0).await.map(|_| "known");
    let router = Router::new()
        .route("/", get(who))
        .layer(axum::middleware::from_fn_with_state(Duration::from_secs(10), frame));
    for (networks, status) in [(vec!["127.0.0.0/8".parse().unwrap()], "200"), (Vec::new(), "401")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let proxies = TrustedProxies::new(networks, ForwardedHeader::XForwardedFor);
        let server = casemate_platform::Server::new(listener, router.clone()).trusted_proxies(proxies);
        let serving = tokio::spawn(server.serve(std::future::pending()));
        let headers = "X-Forwarded-For: 9.9.9.9, 192.0.2.7\r\nAuthorization: Bearer x\r\n";
        let answer = get_path(address, "/", headers).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        serving.abort();
    }
}

#[tokio::test]
async fn connections_are_bounded_and_those_that_wait_are_served_later() {
    let server = start(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = TcpStream::connect(server.address).await.unwrap();
    first.write_all(b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut byte = [0; 1];
    first.read_exact(&mut byte).await.unwrap();
    let second = tokio::spawn(async move { get_path(server.address, "/ok", "").await });
    let early = tokio::time::timeout(Duration::from_millis(100), async {
        while !second.is_finished() {
            tokio::task::yield_now().await;
        }
    });
    assert!(early.await.is_err(), "the second connection waits for the first to end");
    drop(first);
    assert!(second.await.unwrap().ends_with("fine"));
}

#[tokio::test]
async fn who_asks_and_never_reads_loses_the_connection() {
    let limits = Limits { connections: 1, write_time: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut greedy = socket.connect(server.address).await.unwrap();
    let requests = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1_000);
    let asking = async { while greedy.write_all(&requests).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap();
    assert!(get_path(server.address, "/ok", "").await.ends_with("fine"), "its place is free again");
}

#[tokio::test]
async fn a_connection_does_not_live_for_ever() {
    let limits = Limits { connection_time: Duration::from_millis(200), ..Limits::default() };
    let server = start(limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut answers = Vec::new();
    let asking = async {
        while stream.write_all(b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n").await.is_ok() {
            let mut part = [0; 4_096];
            match stream.read(&mut part).await {
                Ok(length) if length > 0 => answers.extend_from_slice(&part[..length]),
                _ => break,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asking).await.unwrap();
    assert!(answers.starts_with(b"HTTP/1.1 200"), "it was served until then");
}

#[tokio::test]
async fn the_end_lets_requests_finish_and_takes_no_new_ones() {
    let server = start(Limits::default()).await;
    let under_way = tokio::spawn(async move { get_path(server.address, "/slow", "").await });
    let idle = TcpStream::connect(server.address).await.unwrap();
    // The slow request has arrived once the server has taken a third connection after it.
    assert!(get_path(server.address, "/ok", "").await.ends_with("fine"));
    server.stop.send(()).unwrap();
    server.task.await.unwrap();
    assert!(under_way.await.unwrap().starts_with("HTTP/1.1 408"), "it was answered, not cut");
    assert!(TcpStream::connect(server.address).await.is_err());
    drop(idle);
}
