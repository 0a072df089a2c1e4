//! Pulling each directory when it is due, by one process of several.

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::Author;
use casemate_directory_sync::{Order, SyncError, state, sync};
use casemate_platform::clock;
use casemate_platform::outgoing::Outgoing;
use tokio::task::JoinSet;

use super::service::{Pulled, by, pulled, source};
use crate::App;

/// How often is looked whether one is due.
const EVERY: Duration = Duration::from_secs(5);
/// How long one may take, so that a directory that answers drop by drop keeps the others waiting for a while alone.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Pulls directories as their providers' documents say. Never ends by itself.
pub async fn pull_directories(app: App, outgoing: Arc<Outgoing>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let directories = match pulled(&app.administration) {
            Ok(directories) => directories,
            Err(error) => {
                tracing::error!(%error, "which directories are pulled cannot be read");
                continue;
            }
        };
        // At once, so that one which does not answer keeps no other waiting; each in a task of its own, which may give up where a
        // directory sends what is no LDAP.
        let mut pulls = JoinSet::new();
        for directory in directories {
            pulls.spawn(tokio::time::timeout(LONGEST, pull(app.clone(), Arc::clone(&outgoing), directory)));
        }
        while let Some(ended) = pulls.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(_)) => tracing::error!("a directory was not pulled to its end within an hour"),
                Err(error) => tracing::error!(%error, "a directory could not be pulled"),
            }
        }
    }
}

async fn pull(app: App, outgoing: Arc<Outgoing>, directory: Pulled) {
    let (provider, now) = (directory.provider.clone(), clock::now());
    match state(app.store.reader(), &provider).await {
        Ok(state) if !state.is_due(&directory.config, now) => return,
        Ok(_) => {}
        Err(error) => {
            tracing::error!(%error, provider, "how far a directory was pulled cannot be read");
            return;
        }
    }
    let source = match source(&app.directory, directory) {
        Ok(source) => source,
        Err(error) => {
            tracing::error!(error, provider, "the password of a directory is not to be had");
            return;
        }
    };
    let order =
        Order { full: false, dry_run: false, allowed: None, by: by(&Author::system("directory-sync", now)) };
    match sync(&app.store, &outgoing, &source, &order).await {
        Ok(report) => {
            if report.users_withheld.is_some() || report.groups_withheld.is_some() {
                tracing::warn!(
                    provider,
                    users = ?report.users_withheld,
                    groups = ?report.groups_withheld,
                    "more are gone from a directory than may vanish at once: an administrator has to say so"
                );
            }
            if report.changed() {
                tracing::info!(provider, full = report.full, users = ?report.users, groups = ?report.groups, "a directory was pulled");
            }
        }
        Err(SyncError::Busy) => {}
        Err(error) => tracing::error!(%error, provider, "a directory could not be pulled"),
    }
}
