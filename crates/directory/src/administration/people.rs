//! Users and groups, administered one by one: they are rows of the store and no objects, and obey the same rules.

mod back;
mod code;
mod draft;
mod factor;
mod group;
mod invitation;
mod judged;
mod last;
mod linked;
mod member;
mod rules;
mod told;
mod turn;
mod user;
mod version;

use std::sync::Arc;

use casemate_identity::BoxFuture;
use casemate_store::{AuditEvent, Commit, CommitError, Operation};

use self::told::told;
use super::Administration;
use super::entry::Author;
use super::error::AdminError;
use super::write::{Told, event};
use crate::directory::State;

pub(super) use back::Back;
pub use back::{Covered, Left, MAX_SET_BACK, PersonBack};
pub(super) use code::{GroupChange, GroupPlan, Unknown};
pub use draft::{GroupDraft, UserDraft};
pub use judged::{Formerly, Judged, Taken};
pub use member::MAX_MEMBERS;
pub(super) use told::told_user;
pub(super) use version::kept_user;
pub use version::{Restored, VersionState, directory_differences};

/// How often a change is thought out anew because another process made one meanwhile.
const ATTEMPTS: usize = 5;

/// What a change makes of people, thought out on one state.
#[derive(Default)]
struct Proposal {
    operations: Vec<Operation>,
    told: Vec<Told>,
    summary: String,
}

impl Administration {
    /// Makes the change that `propose` thinks out, on the policy that decides; again where the policy,
    /// or what it is about, was changed meanwhile. Gives the revision of the change.
    async fn change_people<'a>(
        &'a self,
        author: &'a Author,
        propose: impl Fn(Arc<State>) -> BoxFuture<'a, Result<Proposal, AdminError>>,
    ) -> Result<i64, AdminError> {
        for _ in 0..ATTEMPTS {
            self.directory.refresh().await?;
            let state = self.directory.state();
            let base = state.snapshot.revision();
            let Proposal { operations, told, summary } = propose(Arc::clone(&state)).await?;
            let commit = Commit {
                base: Some(base),
                at: author.now,
                actor: author.actor.clone(),
                summary,
                operations,
                events: told.into_iter().map(|told| event(author, told)).collect::<Vec<AuditEvent>>(),
                fence: None,
            };
            match self.store.commit(commit).await {
                Err(
                    CommitError::Conflict { .. } | CommitError::Changed { .. } | CommitError::Missing { .. },
                ) => {}
                Err(error) => return Err(error.into()),
                Ok(revision) => {
                    if let Err(error) = self.directory.refresh().await {
                        // The change is made; what decides follows when the store is next looked at.
                        tracing::error!(%error, revision, "a change was made and is not in force yet");
                    }
                    return Ok(revision);
                }
            }
        }
        Err(AdminError::Unavailable("other processes change the same all the time".into()))
    }
}
