//! How many events an application records, and that some were refused.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, header};
use casemate_directory::Author;
use casemate_platform::telemetry::metrics::count_refused_events;
use casemate_platform::{Code, Problem};
use casemate_store::{
    AuditEvent, Commit, CommitError, EVENTS_OF_DAY, EVENTS_OF_MINUTE, EventQuota, Operation, quota_ends,
};
use serde_json::json;

use super::rules::{EventLimits, Rules};
use crate::App;
use crate::refusal::problem;

/// The permission of whoever records.
const RECORD: &str = "casemate.audit-event.record";

/// How many events of which applications are recorded.
pub(super) struct Counted(BTreeMap<String, i64>);

impl Counted {
    /// Of the applications that events are of.
    pub(super) fn of<'a>(owners: impl Iterator<Item = Option<&'a str>>) -> Counted {
        let mut counts = BTreeMap::new();
        for owner in owners {
            *counts.entry(owner.unwrap_or_default().to_owned()).or_insert(0) += 1;
        }
        Counted(counts)
    }

    /// What counts them, in the transaction that records them.
    pub(super) fn operations(&self, rules: &Rules, limits: EventLimits) -> Vec<Operation> {
        let count = |(application, count): (&String, &i64)| {
            let (per_minute, per_day) = most(rules, limits, application);
            let (application, count) = (application.clone(), *count);
            Operation::EventQuota(EventQuota::Count { application, count, per_minute, per_day })
        };
        self.0.iter().map(count).collect()
    }

    /// What is answered where they are not recorded. The first in a minute or day of which too many are is on record itself.
    pub(super) async fn refused(
        &self,
        app: &App,
        author: &Author,
        tenant: &str,
        error: CommitError,
    ) -> Problem {
        let of_day = match &error {
            CommitError::UsedUp { what } if *what == EVENTS_OF_DAY => true,
            CommitError::UsedUp { what } if *what == EVENTS_OF_MINUTE => false,
            _ => return problem(error.into()),
        };
        let all: i64 = self.0.values().sum();
        count_refused_events(u64::try_from(all).unwrap_or_default());
        // Where they are of several, it is of that with the most.
        let application =
            self.0.iter().max_by_key(|(_, count)| **count).map(|(application, _)| application.clone());
        let application = application.unwrap_or_default();
        self.tell(app, author, (tenant, &application), of_day).await;
        let left = quota_ends(of_day, author.now).saturating_sub(author.now);
        let seconds = u64::try_from(left.div_euclid(1_000_000).saturating_add(1)).unwrap_or(1);
        let (window, word) = if of_day { ("day", "a day") } else { ("minute", "a minute") };
        let detail = format!(
            "none of these were recorded: the application recorded as many as it may in {word}. Send them again when the {window} is over, fewer at once"
        );
        Problem::new(Code::QuotaReached)
            .detail(detail)
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    async fn tell(&self, app: &App, author: &Author, (tenant, application): (&str, &str), of_day: bool) {
        let event = AuditEvent {
            at: author.now,
            actor: author.actor.clone(),
            action: RECORD.to_owned(),
            kind: "create".to_owned(),
            tenant: tenant.to_owned(),
            application: (!application.is_empty()).then(|| application.to_owned()),
            resource_type: "application".to_owned(),
            resource_id: application.to_owned(),
            outcome: "denied".to_owned(),
            reason: Some(Code::QuotaReached.as_str().to_owned()),
            request_id: author.request_id.clone(),
            route: author.route.clone(),
            client: author.client.clone(),
            user_agent: author.user_agent.clone(),
            after: Some(json!({ "quota_of": if of_day { "day" } else { "minute" } }).to_string()),
            ..AuditEvent::default()
        };
        let quota = EventQuota::Tell { application: application.to_owned(), of_day };
        let commit = Commit {
            base: None,
            at: author.now,
            actor: author.actor.clone(),
            summary: String::new(),
            operations: vec![Operation::EventQuota(quota)],
            events: vec![event],
            fence: None,
        };
        match app.store.commit(commit).await {
            // It was told already.
            Ok(_) | Err(CommitError::UsedUp { .. }) => {}
            Err(error) => {
                tracing::warn!(%error, "it is not on record that events of an application were refused")
            }
        }
    }
}

/// The most events of an application in a minute and a day.
fn most(rules: &Rules, limits: EventLimits, application: &str) -> (i64, i64) {
    let ceiling = rules.ceiling(application).map(|ceiling| &ceiling.document);
    let own = |own: Option<u32>, otherwise: i64| own.map_or(otherwise, i64::from);
    (
        own(ceiling.and_then(|ceiling| ceiling.per_minute), limits.per_minute),
        own(ceiling.and_then(|ceiling| ceiling.per_day), limits.per_day),
    )
}
