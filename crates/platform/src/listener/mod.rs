//! Accepting connections within limits, and ending them well.

mod activity;
mod certificate;
mod connection;
mod heads;
mod patience;
mod tls;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::client::TrustedProxies;
use crate::respond::Respond;
pub use certificate::TlsError;
use connection::Connection;
pub use tls::{Tls, TlsStatus};

/// What one client may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// The most bytes of a request's line and headers; over HTTP/1.1 there may be 100 of these.
    pub header_bytes: usize,
    /// How long a connection may take for its TLS handshake, and then to send a request's headers, waiting for its first
    /// byte included.
    pub header_time: Duration,
    /// How long a client may leave an answer unread, without taking a single byte of it.
    pub write_time: Duration,
    /// How old a connection may become: from then on, the requests that are under way are its last.
    pub connection_time: Duration,
    /// The most requests at once on one connection of HTTP/2.
    pub streams: u32,
    /// How long requests that are under way at the end may take.
    pub drain: Duration,
}

impl Default for Limits {
    /// 4,096 connections of up to an hour; 32 KiB of headers within 15 seconds; 15 seconds for a client to go on reading;
    /// 100 requests at once on a connection; 10 seconds to drain.
    fn default() -> Limits {
        Limits {
            connections: 4_096,
            header_bytes: 32 << 10,
            header_time: Duration::from_secs(15),
            write_time: Duration::from_secs(15),
            connection_time: Duration::from_secs(3_600),
            streams: 100,
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves what `answers` over plain HTTP/1.1 until `shutdown` is done: [`Server`] without TLS and without trusted proxies.
pub async fn serve(
    listener: TcpListener,
    answers: impl Respond,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    Server::new(listener, answers).limits(limits).serve(shutdown).await;
}

/// A listener and what answers on it. Over TLS it speaks HTTP/2 and HTTP/1.1, as the client chooses; without, HTTP/1.1.
#[derive(Debug)]
pub struct Server<R> {
    listener: TcpListener,
    answers: R,
    limits: Limits,
    tls: Option<Tls>,
    proxies: Arc<TrustedProxies>,
}

impl<R: Respond> Server<R> {
    /// Answers what comes to `listener` by `answers`, within the limits that are the default.
    #[must_use]
    pub fn new(listener: TcpListener, answers: R) -> Server<R> {
        Server { listener, answers, limits: Limits::default(), tls: None, proxies: Arc::default() }
    }

    /// Holds clients to these limits.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Server<R> {
        Server { limits, ..self }
    }

    /// Speaks TLS alone, and follows the files of certificate and key.
    #[must_use]
    pub fn tls(self, tls: Tls) -> Server<R> {
        Server { tls: Some(tls), ..self }
    }

    /// Believes these proxies about where requests come from.
    #[must_use]
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Server<R> {
        Server { proxies: Arc::new(proxies), ..self }
    }

    /// Serves until `shutdown` is done, then takes no further request, lets those under way end within
    /// [`Limits::drain`], and closes.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Server { listener, answers, limits, tls, proxies } = self;
        let slots = Arc::new(Semaphore::new(limits.connections));
        let (closing, closed) = watch::channel(false);
        let mut following = JoinSet::new();
        if let Some(tls) = tls.clone() {
            following.spawn(tls.follow());
        }
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listener, &slots) => accepted,
            };
            match accepted {
                Ok((stream, peer, slot)) => {
                    let connection = Connection {
                        answers: answers.clone(),
                        proxies: Arc::clone(&proxies),
                        peer,
                        limits,
                        closed: closed.clone(),
                    };
                    let tls = tls.as_ref().map(Tls::acceptor);
                    connections.spawn(async move {
                        connection.serve(stream, tls).await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    // Out of file descriptors, for one: waiting is all that helps, and a busy loop would not.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
        drop(listener);
        let _ = closing.send(true);
        let drained = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(limits.drain, drained).await.is_err() {
            tracing::warn!(open = connections.len(), "connections were cut: they did not end in time");
        }
        connections.shutdown().await;
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
    }
    Ok((stream, peer, slot))
}
