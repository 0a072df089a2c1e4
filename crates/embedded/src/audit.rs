//! What stands in the audit trail of what this process does.

use std::sync::Arc;

use casemate_sdk::{Auditor, BoxFuture, Clock};
use casemate_store::{Actor, AuditEvent, Commit, Store};

/// The action of the event that tells of something that goes on without authorization.
pub(crate) const WITHOUT_AUTHORIZATION: &str = "casemate.authorization.suspend";

/// Writes into the audit trail of the store.
pub(crate) struct StoreAuditor {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<dyn Clock>,
    /// What this process calls itself.
    pub(crate) process: Box<str>,
}

impl StoreAuditor {
    fn event(&self, reason: &str) -> Commit {
        let at = self.clock.now();
        let actor = Actor {
            provider: casemate_directory::OWN_PROVIDER.to_owned(),
            kind: "system".to_owned(),
            id: self.process.to_string(),
            credential: None,
        };
        let event = AuditEvent {
            at,
            actor: actor.clone(),
            action: WITHOUT_AUTHORIZATION.to_owned(),
            kind: "access".to_owned(),
            tenant: String::new(),
            resource_type: "process".to_owned(),
            resource_id: self.process.to_string(),
            outcome: "success".to_owned(),
            reason: Some(reason.to_owned()),
            request_id: String::new(),
            route: None,
            client: None,
            user_agent: None,
            before: None,
            after: None,
        };
        Commit {
            base: None,
            at,
            actor,
            summary: "went on without authorization".to_owned(),
            operations: Vec::new(),
            events: vec![event],
            fence: None,
        }
    }
}

impl Auditor for StoreAuditor {
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            self.store.commit(self.event(reason)).await.map(drop).map_err(|error| error.to_string())
        })
    }
}
