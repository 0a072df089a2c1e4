//! Bytes between a directory and what reads them, which bounds no message by itself: no more come for one answer than it may
//! have. Where TLS is used these are those of TLS, which are hardly more.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How many bytes are handed on at once.
const AT_ONCE: usize = 16 << 10;

/// How many bytes the directory may send still.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowance(Arc<AtomicU64>);

impl Allowance {
    /// Lets so many come from now on.
    pub(super) fn renew(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Whether the directory sent more than it was allowed.
    pub(super) fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn take(&self, bytes: u64) -> bool {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        if taken.is_err() {
            self.0.store(0, Ordering::Relaxed);
        }
        taken.is_ok()
    }
}

/// Another end of a connection, behind which no more comes than is allowed. It is one of this machine to itself, since the
/// library takes nothing but connections of the system.
pub(super) async fn bounded(directory: TcpStream, allowance: Allowance) -> io::Result<std::net::TcpStream> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let near = TcpStream::connect(listener.local_addr()?).await?;
    let own = near.local_addr()?;
    let far = loop {
        let (far, from) = listener.accept().await?;
        // Nobody else's who was faster.
        if from == own {
            break far;
        }
    };
    // It ends with either end of the connection.
    tokio::spawn(async move {
        if let Err(error) = hand_on(directory, far, &allowance).await {
            tracing::debug!(%error, "the connection to a directory ended");
        }
    });
    near.into_std()
}

async fn hand_on(directory: TcpStream, reader: TcpStream, allowance: &Allowance) -> io::Result<()> {
    let (mut answers, mut requests) = directory.into_split();
    let (mut asked, mut told) = reader.into_split();
    let asking = async { tokio::io::copy(&mut asked, &mut requests).await.map(drop) };
    let answering = async {
        let mut bytes = vec![0; AT_ONCE];
        loop {
            let count = answers.read(&mut bytes).await?;
            if count == 0 {
                return Ok(());
            }
            if !allowance.take(count as u64) {
                return Err(io::Error::other("the directory sends more than it is let"));
            }
            told.write_all(bytes.get(..count).unwrap_or_default()).await?;
        }
    };
    tokio::select! {
        ended = asking => ended,
        ended = answering => ended,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn no_more_comes_than_is_allowed() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let directory = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 3];
            stream.read_exact(&mut request).await.unwrap();
            stream.write_all(&[7; 1_000]).await.unwrap();
            stream.read_exact(&mut request).await.unwrap();
            // Without an end, until nobody listens any more.
            while stream.write_all(&[7; 4_096]).await.is_ok() {}
            request
        });
        let allowance = Allowance::default();
        allowance.renew(2_000);
        let stream = TcpStream::connect(address).await.unwrap();
        let near = bounded(stream, allowance.clone()).await.unwrap();
        let mut near = TcpStream::from_std(near).unwrap();
        near.write_all(b"one").await.unwrap();
        let mut answer = vec![0; 1_000];
        near.read_exact(&mut answer).await.unwrap();
        assert!(answer.iter().all(|byte| *byte == 7) && !allowance.is_used_up());
        allowance.renew(100_000);
        near.write_all(b"two").await.unwrap();
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(30), near.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "it is cut off");
        assert!(rest.len() <= 100_000 && allowance.is_used_up(), "{}", rest.len());
        assert_eq!(&directory.await.unwrap(), b"two");
    }
}
