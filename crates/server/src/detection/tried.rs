//! Rules tried on what is on record: which alerts they would have made.

use std::sync::Arc;
use std::time::Duration;

use casemate_audit::detection::{Engine, Observed, Rules};
use casemate_audit::event::Event;
use casemate_directory::model::When;
use casemate_platform::{Code, Problem, clock};
use casemate_store::StoreError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::reading::{self, Read, first_at};
use super::rules::{Enforced, draft, gather};
use crate::App;
use crate::alert::service::Finding;
use crate::turns::Turns;

/// The most events that one request looks at.
const MOST_EVENTS: u64 = 200_000;
/// How long one request looks.
const LONGEST: Duration = Duration::from_secs(5);
/// The most alerts of an answer.
const MOST_ALERTS: usize = 1_000;
/// Where nothing is said: the last day, in microseconds.
const DAY: i64 = 86_400_000_000;
/// How many try rules at once: reading the log takes the processor from those who decide.
static AT_WORK: Turns = Turns::new(2);

/// Rules to be tried.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DryRun {
    /// The rules, as a detection has them.
    #[schemars(length(max = 65536))]
    rules: String,
    /// From when on; the last 24 hours where nothing is said.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// From which audit event on, in the place of `since`: the `next` of the answer before.
    #[serde(default)]
    after: Option<u64>,
}

/// What rules would have found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DryRunResult")]
pub(super) struct Tried {
    /// The alerts that would have been made, at most 1,000, in the order of their first event.
    pub(super) alerts: Vec<Finding>,
    /// The first audit event that was looked at.
    pub(super) first: u64,
    /// How many were.
    pub(super) events: u64,
    /// How many could not be read, since they are damaged, or archived where nobody reaches them.
    #[serde(default, skip_serializing_if = "is_none")]
    pub(super) lost: u64,
    /// Where to go on, where the log goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<u64>,
}

fn is_none(lost: &u64) -> bool {
    *lost == 0
}

/// Tries rules.
///
/// # Errors
/// 422 where they are none; 503 where the log cannot be read.
pub(super) async fn tried(app: &App, asked: DryRun) -> Result<Tried, Problem> {
    let rules = Rules::parse(&asked.rules)
        .map_err(|error| Problem::new(Code::InvalidDocument).detail(format!("/rules: {error}")))?;
    let rules = Arc::new(rules);
    let unreadable = |error: StoreError| {
        tracing::error!(%error, "the log cannot be read");
        Problem::new(Code::Unavailable)
    };
    let _turn = AT_WORK.take().await?;
    let reader = app.store.reader();
    let size = reader.log_state().await.map_err(unreadable)?.size;
    let since = asked.since.map_or_else(|| clock::now().saturating_sub(DAY), |since| since.0.0);
    let first = match asked.after {
        Some(after) => after.min(size),
        None => first_at(reader, since, size).await.map_err(unreadable)?,
    };
    let enforced = Enforced { name: "dry-run".to_owned(), text: String::new(), rules: Arc::clone(&rules) };
    let mut engine = Engine::new(vec![rules]);
    // What is before counts for what correlations remember, a part of the work.
    let before = match asked.after {
        Some(_) => first.saturating_sub(MOST_EVENTS / 2),
        None => first,
    };
    let (mut drafts, mut lost, mut next, until) = (Vec::new(), 0, before, Instant::now() + LONGEST);
    let mut matches = Vec::new();
    while next < size && drafts.len() < MOST_ALERTS {
        let is_enough = next > first && (Instant::now() > until || next - before >= MOST_EVENTS);
        let events = if is_enough {
            Vec::new()
        } else {
            match reading::read(reader, next).await.map_err(unreadable)? {
                Read::Events(events) => events,
                Read::Lost { end, .. } => {
                    let end = end.min(size);
                    lost += end.saturating_sub(next.max(first));
                    engine.expect(end);
                    next = end;
                    continue;
                }
            }
        };
        if events.is_empty() {
            break;
        }
        for event in events {
            next = event.index + 1;
            let read = event.text.as_deref().and_then(|text| Event::parse(text).ok());
            let Some(read) = read else {
                engine.skip(event.index);
                continue;
            };
            engine.observe(event.index, &Observed::new(&read), &mut matches);
            for found in matches.drain(..).filter(|_| event.index >= first) {
                if let Some(draft) = draft(&enforced, found) {
                    gather(&mut drafts, draft);
                }
            }
        }
        tokio::task::yield_now().await;
    }
    let next = next.max(first);
    drafts.truncate(MOST_ALERTS);
    Ok(Tried {
        alerts: drafts.into_iter().map(Finding::from).collect(),
        first,
        events: next - first,
        lost,
        next: (next < size).then_some(next),
    })
}
