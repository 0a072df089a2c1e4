//! Recording: many writers, each waiting for its event, beside the same bytes written into room that was taken before, in groups, each
//! flushed.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_figures::{Failure, Figure};
use casemate_store::{LogQuery, Store};
use hdrhistogram::Histogram;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::databases::{Database, Place};
use crate::made::{self, Numbers};

const WRITERS: u64 = 64;
const ROUNDS: u64 = 5;
const TURN: Duration = Duration::from_millis(2_000);
/// How many events the raw file gets at once.
const GROUP: usize = 100;
/// The raw file's room.
const ROOM: u64 = 256 << 20;
/// Acknowledged and searchable events beside raw ones, at least.
const ACKNOWLEDGED: f64 = 0.25;
const SEARCHABLE: f64 = 0.10;

/// Events a second, and microseconds.
#[derive(Default)]
struct Round {
    acknowledged: f64,
    searchable: f64,
    p50: f64,
    p99: f64,
    raw: f64,
    /// From the last acknowledgement until all is found, in milliseconds.
    lag: f64,
    /// The most events that were acknowledged and not in the log yet, of those that are looked for now and then.
    behind: f64,
}

pub(crate) async fn figures(database: &Database<'_>, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let opened = database.open("record").await?;
    let store = Arc::new(opened.store);
    let raw = File::create(folder.join("raw"))?;
    for megabyte in 0..ROOM >> 20 {
        raw.write_all_at(&vec![0; 1 << 20], megabyte << 20)?;
    }
    raw.sync_all()?;
    let bytes = length(&store).await?;
    turn(&store, 0, TURN / 4).await?;
    let mut rounds = Vec::new();
    for number in 1..=ROUNDS {
        let round = turn(&store, number, TURN).await?;
        rounds.push(Round { raw: write_raw(&raw, bytes)?, ..round });
    }
    let committed = match &opened.place {
        Place::Url(url) => Some(write_committed(url, bytes).await?),
        Place::Folder(_) => None,
    };
    if let Ok(store) = Arc::try_unwrap(store) {
        store.close().await;
    }
    let median = |pick: fn(&Round) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let name = database.name;
    let figure = |what: &str, value, unit| Figure::new(format!("{name}: {what}"), value, unit);
    let mut figures = vec![
        figure("raw append of the same bytes, a flush for each 100", median(|round| round.raw), "events/s"),
        figure("acknowledged to 64 writers", median(|round| round.acknowledged), "events/s"),
        figure("searchable", median(|round| round.searchable), "events/s"),
        figure("acknowledged, beside raw", median(|round| round.acknowledged / round.raw), "x")
            .at_least(ACKNOWLEDGED),
        figure("searchable, beside raw", median(|round| round.searchable / round.raw), "x")
            .at_least(SEARCHABLE),
        figure("until all is searchable after the last", median(|round| round.lag), "ms"),
        figure("acknowledged and not searchable yet, at most", median(|round| round.behind), "events"),
        figure("acknowledged, p50", median(|round| round.p50), "us"),
        figure("acknowledged, p99", median(|round| round.p99), "us"),
        figure("acknowledged, p99 beside p50", median(|round| round.p99 / round.p50), "x")
            .at_most(database.spread),
        figure("the text of an event", bytes as f64, "bytes"),
    ];
    if let Some(committed) = committed {
        let acknowledged = median(|round| round.acknowledged);
        figures.extend([
            figure(
                "the same bytes as a row for each 100, committed one after the other",
                committed,
                "events/s",
            ),
            figure("acknowledged, beside these rows", acknowledged / committed, "x"),
        ]);
    }
    Ok(figures)
}

/// The bytes of the text of an event that was recorded.
async fn length(store: &Store) -> Result<usize, Failure> {
    store.record(vec![made::decision(made::LAST, &mut Numbers::of(0))]).await?;
    let page = store.reader().log_search(&LogQuery::default(), None, 1).await?;
    let text = page.items.first().and_then(|event| event.text.as_ref());
    Ok(text.ok_or("what was recorded is not in the log")?.len())
}

async fn turn(store: &Arc<Store>, round: u64, time: Duration) -> Result<Round, Failure> {
    let begun = Instant::now();
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut numbers = Numbers::of(round * WRITERS + writer);
            let mut times = Vec::new();
            while begun.elapsed() < time {
                let event = made::decision(made::LAST, &mut numbers);
                let asked = Instant::now();
                store.record(vec![event]).await?;
                times.push(asked.elapsed().as_nanos() as u64);
            }
            Ok::<_, casemate_store::RecordError>(times)
        })
    });
    let writers: Vec<_> = writers.collect();
    let watching = {
        let store = Arc::clone(store);
        tokio::spawn(async move {
            let mut most = 0;
            while begun.elapsed() < time {
                most = most.max(store.record_lag().map_or(0, |lag| lag.events));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            most
        })
    };
    let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3)?;
    for writer in writers {
        writer.await??.into_iter().for_each(|time| times.saturating_record(time));
    }
    let all_acknowledged = begun.elapsed();
    // Whoever reads waits for all of it.
    store.reader().log_search(&LogQuery::default(), None, 1).await?;
    let all_searchable = begun.elapsed();
    let count = times.len() as f64;
    let micros = |quantile| times.value_at_quantile(quantile) as f64 / 1e3;
    Ok(Round {
        acknowledged: count / all_acknowledged.as_secs_f64(),
        searchable: count / all_searchable.as_secs_f64(),
        p50: micros(0.5),
        p99: micros(0.99),
        raw: 0.0,
        lag: (all_searchable - all_acknowledged).as_secs_f64() * 1e3,
        behind: watching.await? as f64,
    })
}

/// Events a second.
fn write_raw(file: &File, bytes: usize) -> Result<f64, Failure> {
    let group = vec![b'x'; GROUP * bytes];
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

/// Events a second, as rows of a table that has nothing else.
async fn write_committed(url: &str, bytes: usize) -> Result<f64, Failure> {
    let group = vec![b'x'; GROUP * bytes];
    let mut connection = PgConnection::connect(url).await?;
    connection.execute("CREATE TABLE raw (bytes BYTEA NOT NULL)").await?;
    connection.execute("ALTER TABLE raw ALTER COLUMN bytes SET STORAGE EXTERNAL").await?;
    let mut groups = 0;
    let begun = Instant::now();
    while begun.elapsed() < TURN {
        sqlx::query("INSERT INTO raw (bytes) VALUES ($1)").bind(&group).execute(&mut connection).await?;
        groups += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    connection.execute("DROP TABLE raw").await?;
    connection.close().await?;
    Ok((groups * GROUP) as f64 / seconds)
}
