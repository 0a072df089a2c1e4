//! Recording by itself, without a server: many writers through the store, beside the same bytes written into room that was
//! taken before, in groups, each flushed.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_store::{DataFolder, DecisionEvent, DecisionFilter, Party, RecordedDecision, Retention, Store};
use hdrhistogram::Histogram;

use crate::Failure;

const WRITERS: usize = 64;
const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_millis(1_000);
/// How many decisions the raw file gets at once.
const GROUP: usize = 100;
/// About what is kept of one decision, in bytes.
const EVENT_BYTES: usize = 400;
/// The raw file's room.
const ROOM: u64 = 64 << 20;

/// Medians over the rounds: events a second, and microseconds.
pub(crate) struct Appended {
    /// Acknowledged.
    pub(crate) acknowledged: f64,
    /// In the database, with its index.
    pub(crate) searchable: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) raw: f64,
    /// Of each round: what was acknowledged as a ratio to the raw file.
    pub(crate) beside_raw: f64,
    pub(crate) searchable_beside_raw: f64,
}

struct Round {
    acknowledged: f64,
    searchable: f64,
    p50: f64,
    p99: f64,
    raw: f64,
}

/// Measures in a folder of its own.
pub(crate) fn measure(folder: &Path) -> Result<Appended, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let data = DataFolder::open_or_create(&folder.join("append"))?;
    let raw = File::create(folder.join("raw"))?;
    for megabyte in 0..ROOM >> 20 {
        raw.write_all_at(&vec![0; 1 << 20], megabyte << 20)?;
    }
    raw.sync_all()?;
    runtime.block_on(async {
        let store = Arc::new(Store::open(&data, Retention::default(), || 0).await?);
        store.record(vec![event()]).await?;
        while store.record_lag().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        turn(&store, TURN / 4).await?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let round = turn(&store, TURN).await?;
            rounds.push(Round { raw: write_raw(&raw)?, ..round });
        }
        if let Ok(store) = Arc::try_unwrap(store) {
            store.close().await;
        }
        Ok(of(&rounds))
    })
}

async fn turn(store: &Arc<Store>, time: Duration) -> Result<Round, Failure> {
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|_| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let asked = Instant::now();
                store.record(vec![event()]).await?;
                times.push(asked.elapsed().as_nanos() as u64);
            }
            Ok::<_, casemate_store::RecordError>(times)
        })
    });
    let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3)?;
    for writer in writers.collect::<Vec<_>>() {
        writer.await??.into_iter().for_each(|time| times.saturating_record(time));
    }
    let acknowledged = times.len() as f64 / begun.elapsed().as_secs_f64();
    // Whoever reads waits for all of it.
    store.reader().decisions(&DecisionFilter::default(), None, 1).await?;
    let searchable = times.len() as f64 / begun.elapsed().as_secs_f64();
    let micros = |quantile| times.value_at_quantile(quantile) as f64 / 1e3;
    Ok(Round { acknowledged, searchable, p50: micros(0.5), p99: micros(0.99), raw: 0.0 })
}

/// Events a second.
fn write_raw(file: &File) -> Result<f64, Failure> {
    let group = vec![b'x'; GROUP * EVENT_BYTES];
    let (mut groups, mut place) = (0, 0);
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        if place + group.len() as u64 > ROOM {
            place = 0;
        }
        file.write_all_at(&group, place)?;
        file.sync_data()?;
        place += group.len() as u64;
        groups += 1;
    }
    Ok((groups * GROUP) as f64 / begun.elapsed().as_secs_f64())
}

fn of(rounds: &[Round]) -> Appended {
    let median = |pick: fn(&Round) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Appended {
        acknowledged: median(|round| round.acknowledged),
        searchable: median(|round| round.searchable),
        p50: median(|round| round.p50),
        p99: median(|round| round.p99),
        raw: median(|round| round.raw),
        beside_raw: median(|round| round.acknowledged / round.raw),
        searchable_beside_raw: median(|round| round.searchable / round.raw),
    }
}

/// A decision of the size that is usual.
fn event() -> DecisionEvent {
    let party = |id: &str| Party { provider: "corp".into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at: 0,
        request_id: "0192f0c1-8c1d-7f2a-9d5e-0a1b2c3d4e5f".into(),
        item: 0,
        tenant: "default".into(),
        application: Some("notes".into()),
        credential: None,
        caller: party("load"),
        subject: party("ada"),
        action: "notes.write".into(),
        resource_type: Some("note".into()),
        resource_id: Some("2f4a9c".into()),
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}
