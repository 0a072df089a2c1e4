//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::activity::Activity;
use super::heads::{Heads, TwoStatements};
use super::patience::Patience;
use super::tls::HTTP2;
use crate::client::{Client, TrustedProxies};
use crate::frame::TwoLengths;
use crate::respond::Respond;
use crate::telemetry::metrics::{self, Open};

/// How often a peer on a quiet connection of HTTP/2 is asked whether it is still there, and how long it has to answer.
const PING: Duration = Duration::from_secs(30);
const PONG: Duration = Duration::from_secs(15);

/// Resets of streams that wait to be seen, before the peer is taken for one that floods (CVE-2023-44487, CVE-2025-8671).
const MAX_PENDING_RESETS: usize = 20;
const MAX_LOCAL_RESETS: usize = 100;

/// What a peer may send of bodies before it is read, for each stream and in all.
const STREAM_WINDOW: u32 = 128 << 10;
const CONNECTION_WINDOW: u32 = 512 << 10;

/// What is kept of an answer that a stream does not take.
const SEND_BUFFER: usize = 64 << 10;

/// What is to be done for one connection.
#[derive(Debug)]
pub(super) struct Connection<R> {
    pub(super) answers: R,
    pub(super) proxies: Arc<TrustedProxies>,
    pub(super) peer: SocketAddr,
    pub(super) limits: Limits,
    pub(super) closed: watch::Receiver<bool>,
}

impl<R: Respond> Connection<R> {
    pub(super) async fn serve(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let _open = Open::count();
        let Some(tls) = tls else {
            return self.http1(stream, false).await;
        };
        let mut closed = self.closed.clone();
        let handshake = tokio::time::timeout(self.limits.header_time, tls.accept(stream));
        let stream = tokio::select! {
            handshake = handshake => match handshake {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    metrics::handshake_failed();
                    return tracing::debug!(%error, peer = %self.peer, "no TLS handshake");
                }
                Err(_) => {
                    metrics::handshake_failed();
                    return tracing::debug!(peer = %self.peer, "the TLS handshake took too long");
                }
            },
            _ = closed.changed() => return,
        };
        if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
            self.http2(stream).await;
        } else {
            self.http1(stream, true).await;
        }
    }

    async fn http1(self, stream: impl AsyncRead + AsyncWrite + Unpin, tls: bool) {
        let Connection { answers, proxies, peer, limits, closed } = self;
        let two = TwoStatements::default();
        let stream = Heads::new(Patience::new(stream, limits.write_time), two.clone());
        let answer = service_fn(move |mut request: Request<Incoming>| {
            let client = proxies.client(peer, tls, request.headers());
            if request.headers().contains_key(header::TRANSFER_ENCODING) && two.were_made() {
                request.extensions_mut().insert(TwoLengths);
            }
            answer_to(answers.clone(), request, client)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(limits.header_bytes)
            .serve_connection(TokioIo::new(stream), answer);
        drive(connection, limits, closed, std::future::pending()).await;
    }

    async fn http2(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Connection { answers, proxies, peer, limits, closed } = self;
        let stream = Patience::new(stream, limits.write_time);
        let activity = Activity::new();
        let watched = Arc::clone(&activity);
        let answer = service_fn(move |request: Request<Incoming>| {
            let client = proxies.client(peer, true, request.headers());
            let handling = activity.handle();
            let response = answer_to(answers.clone(), request, client);
            async move {
                let response = response.await?;
                Ok::<_, Infallible>(response.map(|body| handling.body(body)))
            }
        });
        let connection = http2::Builder::new(Streams::default())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG)
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
            .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
            .max_local_error_reset_streams(MAX_LOCAL_RESETS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER)
            .serve_connection(TokioIo::new(stream), answer);
        let idle = async move { watched.idle(limits.header_time).await };
        drive(connection, limits, closed, idle).await;
    }
}

fn answer_to<R: Respond>(
    answers: R,
    request: Request<Incoming>,
    client: Client,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<R> {
    let answer = answers.respond(request.map(Body::new), Some(client));
    async move { Ok(answer.await) }
}

/// Runs a connection until it ends by itself, is to end, or is idle. Ending, it answers what is under way.
async fn drive<C: Graceful>(
    connection: C,
    limits: Limits,
    mut closed: watch::Receiver<bool>,
    idle: impl Future<Output = ()>,
) {
    let mut connection = pin!(connection);
    let (ended, last) = tokio::select! {
        ended = &mut connection => (Some(ended), limits.connection_time),
        _ = closed.changed() => (None, limits.connection_time),
        () = tokio::time::sleep(limits.connection_time) => (None, limits.connection_time),
        () = idle => (None, limits.write_time),
    };
    let ended = match ended {
        Some(ended) => Ok(ended),
        None => {
            connection.as_mut().finish();
            // The last answer ends within the request's own limit, or stands still; this is for what drips.
            tokio::time::timeout(last, connection).await
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection ended early"),
        Err(_) => tracing::debug!("a connection was cut: its last answer was read too slowly"),
    }
}

/// A connection that can be told to take no further requests.
trait Graceful: Future<Output = hyper::Result<()>> {
    fn finish(self: Pin<&mut Self>);
}

impl<I, S> Graceful for http1::Connection<I, S>
where
    S: hyper::service::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S, B> Graceful for http2::Connection<I, S, Streams>
where
    S: hyper::service::Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S::Future: Send + 'static,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Runs the streams of a connection, no longer than there is the connection.
#[derive(Debug, Clone, Default)]
struct Streams(Arc<Mutex<JoinSet<()>>>);

impl<F> Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send,
{
    fn execute(&self, stream: F) {
        let mut streams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while streams.try_join_next().is_some() {}
        streams.spawn(async move {
            stream.await;
        });
    }
}
