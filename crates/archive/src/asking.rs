//! Asking a folder or object store, which may hang: nobody waits for longer than a while, and only so many ask at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use object_store::Result as Answer;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::ArchiveError;

/// How long somebody waits who reads.
pub(crate) const READING: Duration = Duration::from_secs(10);
/// How long somebody waits who writes a part of a file, or lists or deletes files.
pub(crate) const WRITING: Duration = Duration::from_secs(60);
/// How long it may take to end a file, of which some parts are on their way.
pub(crate) const ENDING: Duration = Duration::from_secs(300);
/// How many read at once: each takes some megabytes, and a thread where the place is a folder.
pub(crate) const AT_ONCE: usize = 8;

/// The places of those who read.
#[derive(Clone)]
pub(crate) struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Places {
        Places(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Places {
    /// How many nobody has.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.0.available_permits()
    }

    /// Reads, once there is a place. Whoever waited too long goes, and the place comes back once the folder or object store has let go of
    /// what it was asked for: one that hangs never has more to do than there are places.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        asked: impl Future<Output = Answer<T>> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let places = Arc::clone(&self.0);
        let read = async move {
            let place = places.acquire_owned().await;
            let asking = tokio::spawn(async move {
                let _place = place;
                asked.await
            });
            match asking.await {
                Ok(answer) => Ok(answer?),
                Err(error) => Err(ArchiveError::Store(object_store::Error::JoinError { source: error })),
            }
        };
        within(READING, read).await
    }
}

/// What is done in time.
pub(crate) async fn within<T>(
    limit: Duration,
    asked: impl Future<Output = Result<T, ArchiveError>>,
) -> Result<T, ArchiveError> {
    timeout(limit, asked).await.unwrap_or(Err(ArchiveError::Late(limit)))
}
