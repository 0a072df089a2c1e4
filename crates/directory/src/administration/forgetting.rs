//! Having forgotten what a source of permissions outside Casemate said, in every process that keeps it.

use casemate_store::{Commit, ForgottenIdentity, ForgottenSource, Operation};
use serde_json::json;

use super::Administration;
use super::entry::{Author, Entry};
use super::error::AdminError;
use super::write::{Told, event};
use crate::kind::Kind;

impl Administration {
    /// Has forgotten what a source said, of somebody or of everybody: whoever it tells of is asked about anew, here at once and in
    /// other processes from the revision on that it gives.
    ///
    /// # Errors
    /// Where that cannot be written down.
    pub async fn forget_source(
        &self,
        author: &Author,
        source: &Entry,
        whom: Option<ForgottenIdentity>,
    ) -> Result<i64, AdminError> {
        let after = whom.as_ref().map(|whom| {
            let ForgottenIdentity { tenant, kind, subject } = whom;
            json!({ "identity": { "tenant": tenant, "type": kind, "id": subject } }).to_string()
        });
        let told = Told {
            action: "casemate.source.forget".to_owned(),
            kind: "update",
            tenant: String::new(),
            resource: (Kind::Source.as_str(), source.id.clone()),
            before: None,
            after,
        };
        let forgotten = ForgottenSource { source: source.id.clone(), whom };
        let commit = Commit {
            base: None,
            at: author.now,
            actor: author.actor.clone(),
            summary: format!("forget what the source {} said", source.name),
            operations: vec![Operation::ForgetSource(forgotten)],
            events: vec![event(author, told)],
            fence: None,
        };
        let revision = self.store.commit(commit).await?;
        if let Err(error) = self.directory.refresh().await {
            // It is written; what is kept follows when the store is next looked at.
            tracing::error!(%error, revision, "what a source said is not forgotten here yet");
        }
        Ok(revision)
    }
}
