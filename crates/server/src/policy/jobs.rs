//! The job that follows the policy folder.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use casemate_directory::{AdminError, Administration, Folder, Watcher};
use casemate_platform::clock;

/// How often the folder is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// How the last reading of the policy folder went.
#[derive(Debug, Default)]
pub struct PolicyStatus {
    mistakes: AtomicUsize,
}

impl PolicyStatus {
    /// How many mistakes the last edit has; while there are any, the policy before it decides.
    #[must_use]
    pub fn mistakes(&self) -> usize {
        self.mistakes.load(Ordering::Relaxed)
    }
}

/// Applies the folder to the store whenever it changed and holds no mistake; else says what is wrong and keeps what
/// decides. Never ends by itself.
pub async fn follow(mut watcher: Watcher, administration: Arc<Administration>, status: Arc<PolicyStatus>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let looked = tokio::task::spawn_blocking(move || {
            let found = watcher.poll();
            (watcher, found)
        });
        let found = match looked.await {
            Ok((returned, found)) => {
                watcher = returned;
                found
            }
            Err(error) => {
                tracing::error!(%error, "the policy folder is no longer followed; restart the server");
                return;
            }
        };
        match found {
            None => {}
            Some(Ok(folder)) => apply(folder, &administration, &status).await,
            Some(Err(mistakes)) => {
                status.mistakes.store(mistakes.len(), Ordering::Relaxed);
                for mistake in &mistakes {
                    tracing::error!("{mistake}");
                }
                tracing::error!(
                    mistakes = mistakes.len(),
                    "the edited policy is not taken: the one before it still decides"
                );
            }
        }
    }
}

/// Applies a folder without mistakes. It may still contradict what stands in the store beside it.
async fn apply(folder: Folder, administration: &Administration, status: &PolicyStatus) {
    match administration.apply_folder(folder, clock::now()).await {
        Ok(revision) => {
            status.mistakes.store(0, Ordering::Relaxed);
            tracing::info!(revision, "the policy was replaced");
        }
        Err(error) => {
            let mistakes = match &error {
                AdminError::Invalid(mistakes) | AdminError::Breaks(mistakes) => mistakes.as_slice(),
                _ => &[],
            };
            status.mistakes.store(mistakes.len().max(1), Ordering::Relaxed);
            for mistake in mistakes {
                tracing::error!("{mistake}");
            }
            tracing::error!(%error, "the edited policy is not taken: the one before it still decides");
        }
    }
}
