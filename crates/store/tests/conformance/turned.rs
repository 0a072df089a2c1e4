//! A log of so many blocks that their filters are turned: what is found and erased is the same.

use std::time::Duration;

use casemate_audit::event::Event;
use casemate_store::{DecisionEvent, LogEvent, LogQuery, LogSelection, Party, RecordedDecision, Store};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::place::{Place, event};

/// So many blocks stand together.
const STACK: i64 = 128;
/// More than a stack has, and enough behind it for the writer to look at what is due.
const EVENTS: i64 = STACK * 256 + 2_560;

fn decision(at: i64) -> DecisionEvent {
    let party = |id: String| Party { provider: "corp".into(), kind: "user".into(), id };
    DecisionEvent {
        at,
        request_id: format!("request-{at}"),
        item: 0,
        tenant: format!("tenant-{}", at % 3),
        application: None,
        caller: party("gate".into()),
        credential: None,
        subject: party(subject(at)),
        action: "a.b".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: if is_seldom(at) { "seldom" } else { "no" }.into(),
        permission: None,
        revision: 1,
    }
}

async fn record(store: &Store, from: i64, to: i64) {
    for start in (from..to).step_by(512) {
        store.record((start..to.min(start + 512)).map(decision).collect()).await.unwrap();
    }
    store.reader().log_search(&LogQuery::default(), None, 1).await.unwrap();
}

async fn count(place: &Place, query: &'static str) -> i64 {
    match place {
        Place::Folder { data, .. } => {
            let url = format!("sqlite://{}", data.database().display());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
        }
        Place::Url(url) => {
            let mut connection = PgConnection::connect(url.expose_secret()).await.unwrap();
            sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
        }
    }
}

const NOT_TURNED: &str = "SELECT COUNT(*) FROM audit_filter WHERE number < 128";
const TURNED: &str = "SELECT COUNT(*) FROM audit_slice";

/// Waits until all filters of the first stack are turned.
async fn turned(place: &Place) {
    let waiting = async {
        while count(place, NOT_TURNED).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap();
    assert!(count(place, TURNED).await > 0);
}

async fn found(store: &Store, query: &LogQuery) -> Vec<LogEvent> {
    let (mut found, mut beyond) = (Vec::new(), None);
    loop {
        let page = store.reader().log_search(query, beyond, 1_000).await.unwrap();
        found.extend(page.items);
        beyond = page.next;
        if beyond.is_none() {
            return found;
        }
    }
}

fn subject(at: i64) -> String {
    // Of some blocks, the filters of parties are larger than those of others.
    format!("p{}", if at / 256 % 3 == 0 { at } else { at % 50 })
}

fn is_seldom(at: i64) -> bool {
    at % 5_003 == 0
}

/// What a search wants, and which of the decisions that is.
type Wanted = (LogQuery, fn(i64) -> bool);

fn searches() -> Vec<Wanted> {
    let text = |text: &str| Some(text.to_owned());
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    vec![
        (LogQuery { subject: text("p7"), ..LogQuery::default() }, |at| subject(at) == "p7"),
        (LogQuery { party: text("p300"), ..LogQuery::default() }, |at| subject(at) == "p300"),
        (LogQuery { request_id: text("request-32767"), ..LogQuery::default() }, |at| at == 32_767),
        (LogQuery { request_id: text("request-32768"), ..LogQuery::default() }, |at| at == 32_768),
        (LogQuery { words: words(&["Seldom", "p0"]), ..LogQuery::default() }, |at| {
            is_seldom(at) && subject(at) == "p0"
        }),
        (LogQuery { words: words(&["seldom"]), tenant: text("tenant-2"), ..LogQuery::default() }, |at| {
            is_seldom(at) && at % 3 == 2
        }),
        (
            LogQuery {
                subject: text("p49"),
                since: Some(30_000),
                until: Some(34_000),
                ..LogQuery::default()
            },
            |at| subject(at) == "p49" && (30_000..34_000).contains(&at),
        ),
        (LogQuery { kind: text("update"), ..LogQuery::default() }, |_| false),
        (LogQuery { actor: text("nobody"), ..LogQuery::default() }, |_| false),
    ]
}

/// That each search finds, of so many decisions, those that are wanted and there, in both orders.
async fn finds(store: &Store, count: i64, is_there: fn(i64) -> bool) {
    for (query, is_wanted) in searches() {
        for oldest_first in [false, true] {
            let query = LogQuery { oldest_first, ..query.clone() };
            let mut expected: Vec<i64> = (0..count).filter(|at| is_wanted(*at) && is_there(*at)).collect();
            if !oldest_first {
                expected.reverse();
            }
            let found = found(store, &query).await;
            let at = |event: &LogEvent| Event::parse(event.text.as_ref().unwrap()).unwrap().at;
            assert_eq!(found.iter().map(at).collect::<Vec<_>>(), expected, "{query:?}");
        }
    }
}

pub(crate) async fn what_is_found_and_erased_in_turned_filters_is_what_is_there(place: Place) {
    let store = place.open().await;
    record(&store, 0, EVENTS).await;
    turned(&place).await;
    finds(&store, EVENTS, |_| true).await;
    let of_one = LogQuery { subject: Some("p7".into()), ..LogQuery::default() };
    let erased = store
        .erase_log(&LogSelection::Query(Box::new(of_one)), event("casemate.audit-log.erase", "x"))
        .await
        .unwrap();
    assert!(erased.events > 100, "{erased:?}");
    assert_eq!(count(&place, TURNED).await, 0, "nothing tells any more that they were there");
    finds(&store, EVENTS, |at| subject(at) != "p7").await;
    store.close().await;
    // What was turned back is turned anew by whoever starts.
    let store = place.open().await;
    record(&store, EVENTS, EVENTS + 2_560).await;
    turned(&place).await;
    finds(&store, EVENTS + 2_560, |at| subject(at) != "p7" || at >= EVENTS).await;
    store.close().await;
}
