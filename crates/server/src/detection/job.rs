//! Looking at the log as it grows: by one process of several, from a durable place, each event once as far as alerts go.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use casemate_audit::detection::{Engine, Match, Observed};
use casemate_audit::event::Event;
use casemate_platform::telemetry::metrics;
use casemate_platform::{RequestId, clock};
use casemate_store::{AlertDraft, Lease, LogEvent, StoreError};

use super::rules::{Enforced, draft, gather, read, wanted};
use crate::App;

/// What only one process does.
const LEASE: &str = "detection";
/// How long it is held without being renewed.
const HELD: i64 = 15_000_000;
/// How often is looked whether it is to be had, and whether rules are others.
const EVERY: Duration = Duration::from_secs(2);
/// The events that are looked at before what they made is kept.
const AT_ONCE: u32 = 1_000;
/// The most events that are looked at again where nothing of what correlations remember is in memory.
const MOST_AGAIN: u64 = 2_000_000;
/// The new alerts that one detection makes within an hour of events, before it makes no more.
const MOST_AN_HOUR: u32 = 200;
const HOUR: i64 = 3_600_000_000;

/// Looks at the log as it grows, and makes alerts. Never ends by itself.
pub async fn detect(app: App) {
    let holder = RequestId::random().as_str().to_owned();
    let mut watch: Option<Watch> = None;
    let mut grown = app.store.log_grown();
    loop {
        let now = clock::now();
        let lease = match app.store.acquire_lease(LEASE, &holder, now, now + HELD).await {
            Ok(lease) => lease,
            Err(error) => {
                tracing::warn!(%error, "whether the log is to be looked at here cannot be read");
                None
            }
        };
        match lease {
            // Another process may have gone on meanwhile: what it saw is looked at again.
            None => watch = None,
            Some(lease) => {
                if let Err(error) = go_on(&app, &lease, &mut watch).await {
                    tracing::error!(%error, "the log is not looked at: what comes is looked at later");
                    watch = None;
                }
            }
        }
        grown.borrow_and_update();
        let waits = tokio::time::timeout(EVERY, grown.changed());
        if matches!(waits.await, Ok(Err(_))) {
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// Looks at what is new for as long as the lease is held.
async fn go_on(app: &App, lease: &Lease, watch: &mut Option<Watch>) -> Result<(), Failed> {
    let wanted = wanted(&app.administration);
    let is_as_wanted = watch.as_ref().is_some_and(|watch| watch.wanted == wanted);
    if !is_as_wanted {
        let known = watch.take().map(|watch| watch.enforced).unwrap_or_default();
        *watch = Some(Watch::begin(app, wanted, &known, lease).await?);
    }
    let Some(watch) = watch else { return Ok(()) };
    // Renewed by the next turn: one that takes long gives way to looking at the lease.
    for _ in 0..50 {
        let events = app.store.reader().log_events(watch.next, AT_ONCE).await?;
        if events.is_empty() || lease.until - clock::now() < HELD / 3 {
            break;
        }
        let mut drafts = Vec::new();
        let next = watch.look(&events, |found| drafts.push(found));
        let drafts = watch.within(drafts);
        let kept = app.store.keep_alerts(lease, next, drafts, clock::now()).await;
        let Some(made) = kept.map_err(|error| Failed::Record(error.to_string()))? else {
            return Err(Failed::Lease);
        };
        watch.next = next;
        metrics::detected(events.len() as u64);
        metrics::alerts_made(made.len() as u64);
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Why the log is not looked at.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error("what was found cannot be kept: {0}")]
    Record(String),
    #[error("another process does it now")]
    Lease,
}

/// Rules with what they remember.
struct Watch {
    wanted: Vec<(String, String)>,
    enforced: Vec<Enforced>,
    engine: Engine,
    /// The first event that was not looked at.
    next: u64,
    /// How many alerts a detection made in an hour.
    made: HashMap<(String, i64), u32>,
}

impl Watch {
    /// Reads the rules, and shows them what they would remember.
    async fn begin(
        app: &App,
        wanted: Vec<(String, String)>,
        known: &[Enforced],
        lease: &Lease,
    ) -> Result<Watch, Failed> {
        let reader = app.store.reader();
        let size = reader.log_state().await?.size;
        let enforced = read(wanted.clone(), known);
        let engine = Engine::new(enforced.iter().map(|enforced| Arc::clone(&enforced.rules)).collect());
        let mut watch = Watch { wanted, enforced, engine, next: 0, made: HashMap::new() };
        let Some(next) = reader.detected_up_to().await? else {
            // What is on record from before detections were there is looked at by a dry run.
            let kept = app.store.keep_alerts(lease, size, Vec::new(), clock::now()).await;
            kept.map_err(|error| Failed::Record(error.to_string()))?.ok_or(Failed::Lease)?;
            watch.next = size;
            return watch.remember(app, lease).await;
        };
        watch.next = next.min(size);
        watch.remember(app, lease).await
    }

    /// Looks again at what is before the place, as far as correlations look back.
    async fn remember(mut self, app: &App, lease: &Lease) -> Result<Watch, Failed> {
        let (end, timespan) = (self.next, self.engine.timespan());
        let mut first = end;
        if timespan > 0 && end > 0 {
            let newest = at_of(app, end - 1).await?.unwrap_or_else(clock::now);
            first = first_at(app, newest.saturating_sub(timespan), end)
                .await?
                .max(end.saturating_sub(MOST_AGAIN));
        }
        self.engine.expect(first);
        let mut next = first;
        let mut until = lease.until;
        while next < end {
            let events = app.store.reader().log_events(next, AT_ONCE).await?;
            if events.is_empty() {
                break;
            }
            let before: Vec<LogEvent> = events.into_iter().filter(|event| event.index < end).collect();
            let Some(last) = before.last().map(|event| event.index) else { break };
            self.look(&before, |_| ());
            next = last + 1;
            let now = clock::now();
            if until - now < HELD / 2 {
                let renewed = app.store.acquire_lease(LEASE, &lease.holder, now, now + HELD).await;
                let renewed = renewed.map_err(|error| Failed::Record(error.to_string()))?;
                until = renewed.filter(|renewed| renewed.token == lease.token).ok_or(Failed::Lease)?.until;
            }
            tokio::task::yield_now().await;
        }
        self.engine.expect(end);
        self.next = end;
        Ok(self)
    }

    /// Shows events to the rules; gives the index of the first that comes behind them.
    fn look(&mut self, events: &[LogEvent], mut found: impl FnMut(AlertDraft)) -> u64 {
        let mut matches: Vec<Match> = Vec::new();
        let mut next = self.next;
        for event in events {
            next = event.index + 1;
            match event.text.as_deref().map(Event::parse) {
                Some(Ok(read)) => self.engine.observe(event.index, &Observed::new(&read), &mut matches),
                Some(Err(error)) => {
                    tracing::error!(index = event.index, %error, "an event cannot be read, and no rule looks at it");
                    self.engine.skip(event.index);
                }
                None => self.engine.skip(event.index),
            }
            for found_one in matches.drain(..) {
                let enforced = self.enforced.get(found_one.text);
                if let Some(draft) = enforced.and_then(|enforced| draft(enforced, found_one)) {
                    found(draft);
                }
            }
        }
        next
    }

    /// What is kept of matches: those of one alert together, and of a detection that makes very many no more than so many.
    fn within(&mut self, found: Vec<AlertDraft>) -> Vec<AlertDraft> {
        let mut drafts = Vec::new();
        found.into_iter().for_each(|draft| gather(&mut drafts, draft));
        let newest = drafts.iter().map(|draft| draft.last_at).max().unwrap_or_default();
        self.made.retain(|(_, hour), _| *hour + 2 >= newest / HOUR);
        drafts.retain(|draft| {
            let made = self.made.entry((draft.detection.clone(), draft.first_at / HOUR)).or_default();
            *made += 1;
            if *made == MOST_AN_HOUR + 1 {
                tracing::warn!(
                    detection = draft.detection,
                    "it made {MOST_AN_HOUR} alerts in an hour, and makes no more in this one: narrow it, or let it group by less"
                );
            }
            if *made > MOST_AN_HOUR {
                metrics::alerts_held_back(1);
            }
            *made <= MOST_AN_HOUR
        });
        drafts
    }
}

/// When an event happened.
async fn at_of(app: &App, index: u64) -> Result<Option<i64>, StoreError> {
    let events = app.store.reader().log_events(index, 1).await?;
    Ok(events.first().and_then(|event| Event::parse(event.text.as_deref()?).ok().map(|event| event.at)))
}

/// About where the events from a time on begin, before an index.
pub(super) async fn first_at(app: &App, time: i64, end: u64) -> Result<u64, StoreError> {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        // What has no text any more is from long ago.
        match at_of(app, middle).await? {
            Some(at) if at >= time => high = middle,
            _ => low = middle + 1,
        }
    }
    Ok(low)
}
