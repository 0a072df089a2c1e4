//! Accepting connections within limits, and ending them well.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::patience::Patience;

/// What one client may take up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at once; further ones wait in the operating system's queue.
    pub connections: usize,
    /// The most bytes of a request's line and headers; there may be 100 of these.
    pub header_bytes: usize,
    /// How long a connection may take to send a request's headers, waiting for its first byte included.
    pub header_time: Duration,
    /// How long a client may leave an answer unread, without taking a single byte of it.
    pub write_time: Duration,
    /// How old a connection may become: from then on, the request that is under way is its last.
    pub connection_time: Duration,
    /// How long requests that are under way at the end may take.
    pub drain: Duration,
}

impl Default for Limits {
    /// 4,096 connections of up to an hour; 32 KiB of headers within 15 seconds; 15 seconds for a client to go on reading;
    /// 10 seconds to drain.
    fn default() -> Limits {
        Limits {
            connections: 4_096,
            header_bytes: 32 << 10,
            header_time: Duration::from_secs(15),
            write_time: Duration::from_secs(15),
            connection_time: Duration::from_secs(3_600),
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves `router` until `shutdown` is done, then takes no further request, lets those under way end within
/// [`Limits::drain`], and closes.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (closing, closed) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        match accepted {
            Ok((stream, slot)) => {
                connections.spawn(connection(stream, slot, router.clone(), limits, closed.clone()));
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

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it was served");
    }
    Ok((stream, slot))
}

async fn connection(
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    router: Router,
    limits: Limits,
    mut closed: watch::Receiver<bool>,
) {
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(limits.header_bytes)
            .serve_connection(
                TokioIo::new(Patience::new(stream, limits.write_time)),
                TowerToHyperService::new(router)
            )
    );
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        _ = closed.changed() => None,
        () = tokio::time::sleep(limits.connection_time) => None,
    };
    let ended = match ended {
        Some(ended) => Ok(ended),
        None => {
            connection.as_mut().graceful_shutdown();
            // The last answer ends within the request's own limit, or stands still; this is for what drips.
            tokio::time::timeout(limits.connection_time, connection).await
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection ended early"),
        Err(_) => tracing::debug!("a connection was cut: its last answer was read too slowly"),
    }
    drop(slot);
}
