//! Looking at the log as it grows: by one process of several, from a durable place, each event once as far as alerts go.

use std::sync::Arc;
use std::time::Duration;

use casemate_audit::detection::{Engine, Match, Observed};
use casemate_audit::event::Event;
use casemate_directory::Wide;
use casemate_platform::telemetry::metrics;
use casemate_platform::{RequestId, clock};
use casemate_store::{AlertBounds, AlertDraft, Lease, LogEvent, StoreError};

use super::reading::{self, Read, first_at};
use super::rules::{Enforced, draft, gather, instead, lost, read, wanted};
use crate::App;

/// What only one process does.
const LEASE: &str = "detection";
/// How long it is held without being renewed.
const HELD: i64 = 15_000_000;
/// How often is looked whether it is to be had, and whether rules are others.
const EVERY: Duration = Duration::from_secs(2);
/// The most events that are looked at again where nothing of what correlations remember is in memory.
const MOST_AGAIN: u64 = 2_000_000;
/// The new alerts that one detection makes within an hour, before one alert stands for all further ones.
const MOST: AlertBounds = AlertBounds { time: 3_600_000_000, in_tenant: 200, in_all: 1_000, instead };
/// How often the log is read before the lease is looked at again.
const STEPS: u32 = 50;

/// Looks at the log as it grows, and makes alerts. Never ends by itself.
pub async fn detect(app: App) {
    let holder = RequestId::random().as_str().to_owned();
    let mut watch: Option<Watch> = None;
    let mut grown = app.store.log_grown();
    loop {
        grown.borrow_and_update();
        let now = clock::now();
        let lease = match app.store.acquire_lease(LEASE, &holder, now, now + HELD).await {
            Ok(Some(lease)) => Some(lease),
            Ok(None) => {
                // Another process goes on.
                watch = None;
                None
            }
            Err(error) => {
                tracing::warn!(%error, "whether the log is to be looked at here cannot be read");
                None
            }
        };
        app.detecting.change(|state| state.is_here = lease.is_some());
        let mut is_more = false;
        if let Some(lease) = &lease {
            let outcome = go_on(&app, lease, &mut watch).await;
            is_more = matches!(outcome, Ok(true));
            if matches!(outcome, Err(Failed::Lease)) {
                watch = None;
            }
            told(&app, outcome.map(drop));
        }
        if let Ok(open) = app.store.reader().open_alerts().await {
            app.detecting.change(|state| state.open_alerts = open);
        }
        if is_more {
            continue;
        }
        let waits = tokio::time::timeout(EVERY, grown.changed());
        if matches!(waits.await, Ok(Err(_))) {
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// Writes down how a turn went.
fn told(app: &App, outcome: Result<(), Failed>) {
    app.detecting.change(|state| match outcome {
        Ok(()) => (state.failures, state.error) = (0, None),
        Err(error) => {
            state.failures = state.failures.saturating_add(1);
            if state.failures.is_power_of_two() {
                let failures = state.failures;
                tracing::error!(%error, failures, "the log is not looked at: what comes is looked at later");
            }
            state.error = Some(error.to_string());
        }
    });
}

/// Looks at what is new for as long as the lease is held; whether there is more.
async fn go_on(app: &App, lease: &Lease, watch: &mut Option<Watch>) -> Result<bool, Failed> {
    if let Some(held) = watch.as_mut().filter(|watch| watch.token != lease.token) {
        // Whether another process had it meanwhile, and went on, is seen by the place.
        if app.store.reader().detected_up_to().await? == Some(held.place) {
            held.token = lease.token;
        } else {
            *watch = None;
        }
    }
    if !watch.as_mut().is_some_and(|watch| watch.is_as_wanted(app)) {
        // What was found by rules that are others now is kept all the same.
        if let Some(watch) = watch.as_mut() {
            watch.keep(app, lease).await?;
        }
        let known = watch.take().map(|watch| watch.enforced).unwrap_or_default();
        *watch = Some(Watch::begin(app, &known, lease).await?);
    }
    let Some(watch) = watch else { return Ok(false) };
    let mut is_more = true;
    // Renewed by the next turn: one that takes long gives way to looking at the lease.
    for _ in 0..STEPS {
        watch.keep(app, lease).await?;
        if lease.until - clock::now() < HELD / 3 {
            break;
        }
        let read = reading::read(app.store.reader(), watch.next).await?;
        // After reading: what was done once a rule was changed is looked at by the rule as it is from then on.
        if !watch.is_as_wanted(app) {
            break;
        }
        match read {
            Read::Events(events) if events.is_empty() => {
                is_more = false;
                break;
            }
            Read::Events(events) => watch.look(&events),
            Read::Lost { end, error } => {
                tracing::error!(from = watch.next, end, %error, "events are passed over, and no rule looks at them");
                let count = end - watch.next;
                app.detecting.change(|state| state.lost_events = state.lost_events.saturating_add(count));
                watch.pass_over(end);
            }
        }
        tokio::task::yield_now().await;
    }
    watch.keep(app, lease).await?;
    let size = app.store.reader().log_state().await?.size;
    app.detecting.change(|state| state.behind_events = size.saturating_sub(watch.place));
    Ok(is_more)
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

/// What was found, and is not kept yet.
struct Found {
    /// The first event that was not looked at then.
    next: u64,
    drafts: Vec<AlertDraft>,
    events: u64,
}

/// Rules with what they remember.
struct Watch {
    /// That of the lease under which it was begun.
    token: i64,
    /// What the rules were read from.
    read_from: Wide,
    wanted: Vec<(String, String)>,
    enforced: Vec<Enforced>,
    engine: Engine,
    /// The first event that the rules were not shown.
    next: u64,
    /// The first event of which alerts are made: those before it are shown again for what rules remember.
    place: u64,
    found: Option<Found>,
}

impl Watch {
    /// Reads the rules, and finds out from where on they are shown what they would remember.
    async fn begin(app: &App, known: &[Enforced], lease: &Lease) -> Result<Watch, Failed> {
        let lister = app.administration.lister();
        let (read_from, wanted) = (lister.wide(), wanted(&lister));
        let reader = app.store.reader();
        let size = reader.log_state().await?.size;
        let place = reader.detected_up_to().await?;
        let enforced = read(wanted.clone(), known);
        let mut engine = Engine::new(enforced.iter().map(|enforced| Arc::clone(&enforced.rules)).collect());
        // What is on record from before detections were there is looked at by a dry run.
        let found = place.is_none().then(|| Found { next: size, drafts: Vec::new(), events: 0 });
        let place = place.unwrap_or(size).min(size);
        let mut next = place;
        if engine.timespan() > 0 && place > 0 {
            let newest = match reader.log_events(place - 1, 1).await {
                Ok(events) => events.first().and_then(reading::at),
                Err(error) if error.is_of_lost_events() => None,
                Err(error) => return Err(error.into()),
            };
            // A clock that was wrong does not make rules forget.
            let newest = newest.unwrap_or(i64::MAX).min(clock::now());
            next = first_at(reader, newest.saturating_sub(engine.timespan()), place).await?;
            next = next.max(place.saturating_sub(MOST_AGAIN));
        }
        engine.expect(next);
        Ok(Watch { token: lease.token, read_from, wanted, enforced, engine, next, place, found })
    }

    /// Whether the rules are still those that are configured.
    fn is_as_wanted(&mut self, app: &App) -> bool {
        let lister = app.administration.lister();
        let now = lister.wide();
        if self.read_from.is_same(&now) {
            return true;
        }
        // Another object of the installation may be what changed.
        let is_same = wanted(&lister) == self.wanted;
        if is_same {
            self.read_from = now;
        }
        is_same
    }

    /// Keeps what was found, as long as nobody took the lease over.
    async fn keep(&mut self, app: &App, lease: &Lease) -> Result<(), Failed> {
        let Some(found) = &self.found else { return Ok(()) };
        let (next, drafts, now) = (found.next, found.drafts.clone(), clock::now());
        let kept = app.store.keep_alerts(lease, next, drafts, MOST, now).await;
        let kept = kept.map_err(|error| Failed::Record(error.to_string()))?.ok_or(Failed::Lease)?;
        metrics::detected(found.events);
        metrics::alerts_made(kept.made.len() as u64);
        metrics::alerts_held_back(kept.held_back);
        self.place = next;
        self.found = None;
        Ok(())
    }

    /// Shows events to the rules.
    fn look(&mut self, events: &[LogEvent]) {
        let mut matches: Vec<Match> = Vec::new();
        let (mut drafts, mut looked_at) = (Vec::new(), 0);
        for event in events {
            self.next = event.index + 1;
            match event.text.as_deref().map(Event::parse) {
                Some(Ok(read)) => self.engine.observe(event.index, &Observed::new(&read), &mut matches),
                Some(Err(error)) => {
                    tracing::error!(index = event.index, %error, "an event cannot be read, and no rule looks at it");
                    self.engine.skip(event.index);
                }
                None => self.engine.skip(event.index),
            }
            let is_new = event.index >= self.place;
            looked_at += u64::from(is_new);
            for found in matches.drain(..).filter(|_| is_new) {
                let enforced = self.enforced.get(found.text);
                if let Some(draft) = enforced.and_then(|enforced| draft(enforced, found)) {
                    gather(&mut drafts, draft);
                }
            }
        }
        if self.next > self.place {
            self.found = Some(Found { next: self.next, drafts, events: looked_at });
        }
    }

    /// Goes on behind events that cannot be read, and has that told.
    fn pass_over(&mut self, end: u64) {
        let draft = lost(self.next, end, clock::now());
        self.engine.expect(end);
        self.next = end;
        self.found = Some(Found { next: self.place.max(end), drafts: vec![draft], events: 0 });
    }
}
