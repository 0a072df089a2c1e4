//! Searching many events: the five searches that are asked for most.

use std::sync::Arc;
use std::time::Instant;

use casemate_figures::{Failure, Figure, say};
use casemate_store::{LogQuery, Store};
use hdrhistogram::Histogram;

use crate::databases::Database;
use crate::made::{self, Made, Numbers};

/// How often each is asked, with other values each time.
const TIMES: u64 = 200;
/// The events of a page.
const PAGE: u32 = 50;
/// p99, at most, in milliseconds.
const GOAL: f64 = 100.0;
/// How many events are recorded at once, and by how many at the same time.
const GROUP: u64 = 512;
const WRITERS: u64 = 8;
/// The hour that a search looks at, in microseconds.
const HOUR: i64 = 3_600_000_000;

pub(crate) async fn figures(database: &Database<'_>, events: u64) -> Result<Vec<Figure>, Failure> {
    let opened = database.open("search").await?;
    let store = Arc::new(opened.store);
    let begun = Instant::now();
    fill(&store, events).await?;
    let name = database.name;
    let state = store.reader().log_state().await?;
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!("searching {} events with {name}", state.size));
    let mut figures = vec![
        Figure::new(format!("{name}: events that are searched"), state.size as f64, "events"),
        Figure::new(
            format!("{name}: recorded {GROUP} at once and searchable"),
            state.size as f64 / seconds,
            "events/s",
        ),
    ];
    for (what, query) in SEARCHES {
        let mut times = Histogram::<u64>::new_with_bounds(1, 600_000_000_000, 3)?;
        let mut numbers = Numbers::of(7);
        let mut found = 0;
        for _ in 0..TIMES {
            let query = query(&mut numbers, events);
            let asked = Instant::now();
            let page = store.reader().log_search(&query, None, PAGE).await?;
            times.saturating_record(asked.elapsed().as_nanos() as u64);
            found += page.items.len();
        }
        if found == 0 {
            return Err(format!("{what}: nothing was found").into());
        }
        let millis = |quantile| times.value_at_quantile(quantile) as f64 / 1e6;
        figures.push(Figure::new(format!("{name}: {what}, p50"), millis(0.5), "ms"));
        figures.push(Figure::new(format!("{name}: {what}, p99"), millis(0.99), "ms").at_most(GOAL));
    }
    let Ok(store) = Arc::try_unwrap(store) else { return Err("the store is in use".into()) };
    let bytes = database.closed(store, &opened.place).await?;
    figures.push(Figure::new(
        format!("{name}: the database, for each event"),
        bytes as f64 / events as f64,
        "bytes",
    ));
    Ok(figures)
}

type Search = (&'static str, fn(&mut Numbers, u64) -> LogQuery);

const SEARCHES: [Search; 5] = [
    ("newest of a tenant", |numbers, _| LogQuery {
        tenant: Some(made::tenant(numbers)),
        ..LogQuery::default()
    }),
    ("newest of an actor", |numbers, _| LogQuery {
        actor: Some(made::person(numbers)),
        ..LogQuery::default()
    }),
    ("newest of a resource", |numbers, _| {
        let (kind, id) = made::resource(numbers);
        LogQuery { resource_type: Some(kind), resource_id: Some(id), ..LogQuery::default() }
    }),
    ("denials of an hour", |numbers, events| {
        let hours = (events as i64 * made::STEP / HOUR).max(1);
        let until = made::LAST - HOUR * numbers.below(hours as u64) as i64;
        let outcome = Some("denied".to_owned());
        LogQuery { outcome, since: Some(until - HOUR), until: Some(until), ..LogQuery::default() }
    }),
    ("newest with a word", |numbers, _| LogQuery { words: vec![made::word(numbers)], ..LogQuery::default() }),
];

async fn fill(store: &Arc<Store>, events: u64) -> Result<(), Failure> {
    let next = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let writers = (0..WRITERS).map(|_| {
        let (store, next) = (Arc::clone(store), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                let first = next.fetch_add(GROUP, std::sync::atomic::Ordering::Relaxed);
                if first >= events {
                    return Ok::<_, casemate_store::RecordError>(());
                }
                let mut numbers = Numbers::of(first.wrapping_mul(0x5851_f42d_4c95_7f2d));
                let (mut decisions, mut others) = (Vec::new(), Vec::new());
                for place in first..(first + GROUP).min(events) {
                    let at = made::LAST - (events - place) as i64 * made::STEP;
                    match made::event(at, &mut numbers) {
                        Made::Decision(event) => decisions.push(*event),
                        Made::Other(event) => others.push(*event),
                    }
                }
                store.record(decisions).await?;
                store.record_events(others).await?;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await??;
    }
    // Whoever reads waits for all of it; after many, longer than one may.
    for _ in 0..600 {
        if store.reader().log_search(&LogQuery::default(), None, 1).await.is_ok() {
            return Ok(());
        }
    }
    Err("the events do not come into the log".into())
}
