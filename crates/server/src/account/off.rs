//! Local accounts that were switched off: who signed in with a password stays so no longer.

use casemate_directory::{Author, OWN_PROVIDER};
use casemate_platform::clock;
use casemate_store::{AuditEvent, Commit, CommitError, Operation, Sessions, StoreError};

use crate::App;

/// How many people's sessions are ended in one change.
const AT_ONCE: u32 = 100;
/// Why they end.
const REASON: &str = "accounts-off";

#[derive(Debug, thiserror::Error)]
enum NotEnded {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Ends the sessions of local accounts, also those that came by a linked provider, where nobody has local accounts but whoever the one-time key of administrators made.
/// It is done as a server starts; what cannot be ended is told in the log.
pub async fn end_local_sessions(app: &App) {
    if app.accounts.rule().enabled {
        return;
    }
    if let Err(error) = end_all(app).await {
        tracing::error!(%error, "local accounts are off, and who signed in by them before still is");
    }
}

async fn end_all(app: &App) -> Result<(), NotEnded> {
    loop {
        let users = app.store.reader().signed_in_by_password(OWN_PROVIDER, AT_ONCE).await?;
        if users.is_empty() {
            return Ok(());
        }
        let author = Author::system("accounts", clock::now());
        let event = |user: &String| AuditEvent {
            at: author.now,
            actor: author.actor.clone(),
            action: "casemate.session.end".to_owned(),
            kind: "sign-out".to_owned(),
            tenant: String::new(),
            resource_type: "user".to_owned(),
            resource_id: user.clone(),
            outcome: "success".to_owned(),
            reason: Some(REASON.to_owned()),
            request_id: author.request_id.clone(),
            ..AuditEvent::default()
        };
        let ended = |user: &String| Operation::EndSessions {
            which: Sessions::Subject { provider: OWN_PROVIDER.to_owned(), subject: user.clone() },
            reason: REASON.to_owned(),
        };
        let commit = Commit {
            base: None,
            at: author.now,
            actor: author.actor.clone(),
            summary: String::new(),
            operations: users.iter().map(ended).collect(),
            events: users.iter().map(event).collect(),
            fence: None,
        };
        app.store.commit(commit).await?;
    }
}
