//! Pausing and resuming sinks of the audit log, having events sent again, and that sinks and receivers of alerts were tried.

use casemate_store::{AuditSinkSteering, AuditSinkStep, Commit, Operation};
use serde_json::{Value, json};

use super::Administration;
use super::entry::{Author, Entry};
use super::error::AdminError;
use super::write::{Told, event};
use crate::kind::Kind;

impl Administration {
    /// Pauses or resumes a sink of the audit log, or has it send events again. Answers with the revision.
    ///
    /// # Errors
    /// Where that cannot be written down.
    pub async fn steer_audit_sink(
        &self,
        author: &Author,
        sink: &Entry,
        step: AuditSinkStep,
    ) -> Result<i64, AdminError> {
        let (action, after) = match step {
            AuditSinkStep::Pause => ("casemate.audit-sink.pause", json!({ "paused": true })),
            AuditSinkStep::Resume => ("casemate.audit-sink.pause", json!({ "paused": false })),
            AuditSinkStep::Rewind(next) => ("casemate.audit-sink.rewind", json!({ "next_index": next })),
        };
        let steering = AuditSinkSteering { sink: sink.id.clone(), step };
        self.record_steering(author, sink, (action, after), vec![Operation::SteerAuditSink(steering)]).await
    }

    /// Records that a sink of the audit log was tried, and whether it took what it was sent.
    ///
    /// # Errors
    /// Where that cannot be written down.
    pub async fn record_audit_sink_test(
        &self,
        author: &Author,
        sink: &Entry,
        is_delivered: bool,
    ) -> Result<i64, AdminError> {
        let after = json!({ "delivered": is_delivered });
        self.record_steering(author, sink, ("casemate.audit-sink.test", after), Vec::new()).await
    }

    /// Records that a receiver of alerts was tried, and whether it took what it was sent.
    ///
    /// # Errors
    /// Where that cannot be written down.
    pub async fn record_alert_receiver_test(
        &self,
        author: &Author,
        receiver: &Entry,
        is_delivered: bool,
    ) -> Result<i64, AdminError> {
        let after = json!({ "delivered": is_delivered });
        let told = (Kind::AlertReceiver, "casemate.alert-receiver.test", after);
        self.record(author, receiver, told, Vec::new()).await
    }

    async fn record_steering(
        &self,
        author: &Author,
        sink: &Entry,
        (action, after): (&str, Value),
        operations: Vec<Operation>,
    ) -> Result<i64, AdminError> {
        self.record(author, sink, (Kind::AuditSink, action, after), operations).await
    }

    async fn record(
        &self,
        author: &Author,
        entry: &Entry,
        (kind, action, after): (Kind, &str, Value),
        operations: Vec<Operation>,
    ) -> Result<i64, AdminError> {
        let told = Told {
            action: action.to_owned(),
            kind: "update",
            tenant: String::new(),
            resource: (kind.as_str(), entry.id.clone()),
            before: None,
            after: Some(after.to_string()),
        };
        let commit = Commit {
            base: None,
            at: author.now,
            actor: author.actor.clone(),
            summary: format!("steer the {kind} {}", entry.name),
            operations,
            events: vec![event(author, told)],
            fence: None,
        };
        Ok(self.store.commit(commit).await?)
    }
}
