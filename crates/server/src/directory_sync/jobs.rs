//! Pulling each directory when it is due, by one process of several.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::Author;
use casemate_directory_sync::{Order, SyncError, state, sync};
use casemate_platform::clock;
use casemate_platform::outgoing::Outgoing;
use tokio::task::{AbortHandle, JoinSet};

use super::service::{Pulled, by, pulled, source};
use crate::App;

/// How often is looked whether one is due.
const EVERY: Duration = Duration::from_secs(5);

/// Pulls directories as their providers' documents say. Never ends by itself.
pub async fn pull_directories(app: App, outgoing: Arc<Outgoing>) {
    // Each in a task of its own, so that one which does not answer keeps no other waiting. They end with this one.
    let mut pulls = JoinSet::new();
    let mut under_way: HashMap<String, AbortHandle> = HashMap::new();
    loop {
        tokio::time::sleep(EVERY).await;
        while let Some(ended) = pulls.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a directory could not be pulled");
            }
        }
        under_way.retain(|_, pull| !pull.is_finished());
        let directories = match pulled(&app.administration) {
            Ok(directories) => directories,
            Err(error) => {
                tracing::error!(%error, "which directories are pulled cannot be read");
                continue;
            }
        };
        for directory in directories {
            if let Entry::Vacant(free) = under_way.entry(directory.provider.clone()) {
                free.insert(pulls.spawn(pull(app.clone(), Arc::clone(&outgoing), directory)));
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
    match sync(&app.administration, &outgoing, &source, &order).await {
        Ok(report) => {
            if report.kept > 0 {
                tracing::warn!(
                    provider,
                    kept = report.kept,
                    first = ?report.kept_first,
                    "whoever is the last who administers was left as they are: assign the role `administrator` to somebody else \
                     or to a service account"
                );
            }
            if report.is_too_many() {
                tracing::warn!(
                    provider,
                    users = ?report.users_withheld,
                    groups = ?report.groups_withheld,
                    members = ?report.members_withheld,
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
