use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use casemate_directory::model::AuditSinkDocument;
use casemate_identity::BoxFuture;
use casemate_store::{
    Actor, AuditSinkSteering, AuditSinkStep, Commit, DataFolder, Database, Operation, Retention,
};
use casemate_test_support::Postgres;
use tokio::task::JoinHandle;

use super::super::status::AuditSinks;
use super::*;

/// A log in memory, from which some can be lost.
struct Memory {
    events: Mutex<Vec<Option<Recorded>>>,
    size: watch::Sender<u64>,
}

impl Memory {
    fn new() -> Arc<Memory> {
        Arc::new(Memory { events: Mutex::default(), size: watch::Sender::new(0) })
    }

    fn record(&self, texts: impl IntoIterator<Item = String>) {
        let mut events = self.events.lock().unwrap();
        for text in texts {
            let index = events.len() as u64;
            let (leaf, salt) = (format!("leaf{index}"), Some(format!("salt{index}")));
            events.push(Some(Recorded { index, text: Some(text), leaf, salt }));
        }
        self.size.send_replace(events.len() as u64);
    }

    fn record_some(&self, count: usize) {
        self.record((0..count).map(|number| format!("{{\"kind\":\"update\",\"n\":{number}}}")));
    }
}

impl EventsFrom for Memory {
    fn end(&self) -> BoxFuture<'_, Result<LogEnd, String>> {
        let size = self.events.lock().unwrap().len() as u64;
        Box::pin(async move { Ok(LogEnd { origin: "log.example".into(), size }) })
    }

    fn events(&self, first: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Recorded>, String>> {
        let events = self.events.lock().unwrap();
        let some = events.iter().flatten().filter(|event| event.index >= first).take(limit as usize).cloned();
        let some = some.collect();
        Box::pin(async move { Ok(some) })
    }

    fn grown(&self) -> watch::Receiver<u64> {
        self.size.subscribe()
    }
}

/// A receiver that does what it is told.
#[derive(Default)]
struct Behaviour {
    taken: Mutex<Vec<Message>>,
    arrived: watch::Sender<usize>,
    /// How many deliveries fail, each after it took that many messages.
    failing: AtomicU32,
    hangs: AtomicBool,
    longest: Option<usize>,
    /// How many it takes before it ends well.
    most: Option<usize>,
    /// Whether it is gone on with after a failure.
    goes_on: bool,
    made: AtomicU32,
    too_large: HashSet<u64>,
    refused: HashSet<u64>,
}

struct Fake(Arc<Behaviour>);

impl Receivers for Fake {
    fn receiver(&self, _: &AuditSinkDocument, _: &Arc<str>) -> Result<Box<dyn Receiver>, SinkError> {
        self.0.made.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Fake(Arc::clone(&self.0))))
    }
}

impl Receiver for Fake {
    fn longest(&self) -> usize {
        self.0.longest.unwrap_or(usize::MAX)
    }

    fn goes_on(&mut self) -> bool {
        self.0.goes_on
    }

    fn deliver<'a>(
        &'a mut self,
        messages: &'a [Message],
        taken: &'a AtomicUsize,
    ) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let behaviour = &self.0;
            let countdown = |left: u32| left.checked_sub(1);
            let is_failing =
                behaviour.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, countdown).is_ok();
            for (number, message) in messages.iter().enumerate() {
                if behaviour.hangs.load(Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                if behaviour.most.is_some_and(|most| number >= most) {
                    break;
                }
                if is_failing && number == 1 {
                    return Err(SinkError::Failed("it broke".to_owned()));
                }
                if message.what == super::super::message::What::Event {
                    if behaviour.too_large.contains(&message.index) {
                        return Err(SinkError::TooLarge);
                    }
                    if behaviour.refused.contains(&message.index) {
                        return Err(SinkError::Refused("it answered 400".to_owned()));
                    }
                }
                behaviour.taken.lock().unwrap().push(message.clone());
                taken.fetch_add(1, Ordering::SeqCst);
                behaviour.arrived.send_modify(|count| *count += 1);
            }
            Ok(())
        })
    }
}

impl Behaviour {
    async fn wait_for(&self, count: usize) -> Vec<Message> {
        let mut arrived = self.arrived.subscribe();
        let wait = arrived.wait_for(|arrived| *arrived >= count);
        let waited =
            tokio::time::timeout(Duration::from_secs(60), wait).await.map(|arrived| *arrived.unwrap());
        assert!(waited.is_ok(), "{} of {count} arrived", self.taken.lock().unwrap().len());
        self.taken.lock().unwrap().clone()
    }

    async fn wait_for_indexes(&self, count: usize) -> Vec<u64> {
        self.wait_for(count).await.iter().map(|message| message.index).collect()
    }
}

struct Place {
    store: Arc<Store>,
    sinks: AuditSinks,
    document: AuditSinkDocument,
    _parent: Option<tempfile::TempDir>,
}

impl Place {
    async fn sqlite() -> Place {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        Place { _parent: Some(parent), ..Place::of(Database::Embedded(&folder)).await }
    }

    async fn of(database: Database<'_>) -> Place {
        let store = Store::open_database(database, Retention::default(), || 0).await.unwrap();
        let document = serde_json::json!({ "name": "siem", "file": { "name": "audit.ndjson" } });
        Place {
            store: Arc::new(store),
            sinks: AuditSinks::default(),
            document: serde_json::from_value(document).unwrap(),
            _parent: None,
        }
    }

    fn send(&self, events: &Arc<Memory>, behaviour: &Arc<Behaviour>, holder: &str) -> JoinHandle<()> {
        let id: Arc<str> = "snk_1".into();
        let sending = Sending {
            progress: self.sinks.begin(&id, &self.document),
            id,
            document: self.document.clone(),
            holder: holder.into(),
            store: Arc::clone(&self.store),
            events: Arc::<Memory>::clone(events),
            receivers: Arc::new(Fake(Arc::clone(behaviour))),
        };
        tokio::spawn(sending.run())
    }

    async fn steer(&self, step: AuditSinkStep) {
        let steering = AuditSinkSteering { sink: "snk_1".to_owned(), step };
        let commit = Commit {
            base: None,
            at: 1,
            actor: Actor::default(),
            summary: String::new(),
            operations: vec![Operation::SteerAuditSink(steering)],
            events: Vec::new(),
            fence: None,
        };
        self.store.commit(commit).await.unwrap();
    }

    /// Waits until the cursor is there.
    async fn reaches(&self, next: u64) {
        let reached = async {
            loop {
                let cursor = self.store.reader().audit_sink_cursor("snk_1").await.unwrap();
                if cursor.is_some_and(|cursor| cursor.next == Some(next)) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), reached).await.unwrap();
    }
}

/// What fails, stops and takes over between deliveries leaves no gap and changes no order.
async fn nothing_is_left_out_and_nothing_changes_its_order(place: Place) {
    let (events, behaviour) = (Memory::new(), Arc::new(Behaviour::default()));
    events.record_some(600);
    behaviour.failing.store(3, Ordering::SeqCst);
    let first = place.send(&events, &behaviour, "one");
    behaviour.wait_for(300).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    // Another process of the same holder goes on at once, from what was written down.
    let second = place.send(&events, &behaviour, "one");
    events.record_some(50);
    place.reaches(650).await;
    second.abort();
    let indexes: Vec<u64> = behaviour.taken.lock().unwrap().iter().map(|message| message.index).collect();
    let mut highest = None;
    for index in indexes {
        let next = highest.map_or(0, |highest| highest + 1);
        assert!(index <= next, "{index} came before {next}");
        highest = highest.max(Some(index));
    }
    assert_eq!(highest, Some(649));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_out_and_nothing_changes_its_order_on_sqlite() {
    nothing_is_left_out_and_nothing_changes_its_order(Place::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_out_and_nothing_changes_its_order_on_postgres() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap().into();
    nothing_is_left_out_and_nothing_changes_its_order(Place::of(Database::Postgres(&url)).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_processes_sends_and_the_other_takes_over_when_its_lease_ends() {
    let place = Place::sqlite().await;
    let (events, one, other) =
        (Memory::new(), Arc::new(Behaviour::default()), Arc::new(Behaviour::default()));
    events.record_some(10);
    let first = place.send(&events, &one, "one");
    place.reaches(10).await;
    let second = place.send(&events, &other, "other");
    events.record_some(10);
    place.reaches(20).await;
    assert_eq!(one.wait_for_indexes(20).await, (0..20).collect::<Vec<_>>());
    assert_eq!(other.taken.lock().unwrap().len(), 0);
    first.abort();
    let leases = place.store.reader().leases(clock::now()).await.unwrap();
    let lease = leases.into_iter().find(|lease| lease.name == "audit-sink/snk_1").unwrap();
    place.store.release_lease(lease).await.unwrap();
    events.record_some(5);
    assert_eq!(other.wait_for_indexes(5).await, (20..25).collect::<Vec<_>>());
    second.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_or_refused_is_marked_and_blocks_nothing() {
    let place = Place::sqlite().await;
    let events = Memory::new();
    events.record_some(4);
    events.record([format!("{{\"kind\":\"update\",\"long\":\"{}\"}}", "x".repeat(5_000))]);
    events.record_some(4);
    let behaviour = Arc::new(Behaviour {
        longest: Some(1_000),
        too_large: HashSet::from([2]),
        refused: HashSet::from([6]),
        ..Behaviour::default()
    });
    let sending = place.send(&events, &behaviour, "one");
    let messages = behaviour.wait_for(9).await;
    sending.abort();
    let stubs: Vec<u64> = messages
        .iter()
        .filter(|message| message.what == super::super::message::What::Stub)
        .map(|message| message.index)
        .collect();
    assert_eq!(stubs, [2, 4, 6]);
    assert_eq!(messages.iter().map(|message| message.index).collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    assert!(messages[4].text.starts_with(r#"{"index":4,"leaf":"leaf4","size":5"#), "{}", messages[4].text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_kept_any_more_is_told_as_a_gap() {
    let place = Place::sqlite().await;
    let (events, behaviour) = (Memory::new(), Arc::new(Behaviour::default()));
    events.record_some(20);
    for lost in &mut events.events.lock().unwrap()[3..12] {
        *lost = None;
    }
    let sending = place.send(&events, &behaviour, "one");
    let messages = behaviour.wait_for(12).await;
    place.reaches(20).await;
    sending.abort();
    assert_eq!(messages[3].text, r#"{"gap":{"from":3,"to":11}}"#);
    assert_eq!(messages[4].index, 12);

    // Nothing is left at all.
    let behaviour = Arc::new(Behaviour::default());
    events.events.lock().unwrap().fill(None);
    place.steer(AuditSinkStep::Rewind(7)).await;
    let sending = place.send(&events, &behaviour, "one");
    assert_eq!(behaviour.wait_for(1).await[0].text, r#"{"gap":{"from":7,"to":19}}"#);
    place.reaches(20).await;
    sending.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_is_given_up_shown_and_sent_to_again() {
    let place = Place::sqlite().await;
    let (events, behaviour) = (Memory::new(), Arc::new(Behaviour::default()));
    behaviour.hangs.store(true, Ordering::SeqCst);
    events.record_some(3);
    let sending = place.send(&events, &behaviour, "one");
    let failed = async {
        while place.sinks.states().first().is_none_or(|state| state.error.is_none()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), failed).await.unwrap();
    let state = place.sinks.states().remove(0);
    assert_eq!((state.behind_events, state.failures_here), (3, 1));
    assert!(state.behind_since.is_some() && state.error.unwrap().contains("within 15 seconds"));
    behaviour.hangs.store(false, Ordering::SeqCst);
    assert_eq!(behaviour.wait_for_indexes(3).await, [0, 1, 2]);
    place.reaches(3).await;
    sending.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_sink_waits_and_one_that_is_set_back_sends_again() {
    let place = Place::sqlite().await;
    let (events, behaviour) = (Memory::new(), Arc::new(Behaviour::default()));
    place.steer(AuditSinkStep::Pause).await;
    events.record_some(5);
    let sending = place.send(&events, &behaviour, "one");
    let paused = async {
        while !place.sinks.states().first().is_some_and(|state| state.paused && state.behind_events == 5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), paused).await.unwrap();
    assert_eq!(behaviour.taken.lock().unwrap().len(), 0);
    place.steer(AuditSinkStep::Resume).await;
    place.reaches(5).await;
    place.steer(AuditSinkStep::Rewind(2)).await;
    assert_eq!(behaviour.wait_for_indexes(8).await, [0, 1, 2, 3, 4, 2, 3, 4]);
    sending.abort();
}

#[test]
fn waiting_grows_and_ends_growing() {
    for (failures, longest) in [(1, 500), (2, 1_000), (5, 8_000), (30, 60_000), (u32::MAX, 60_000)] {
        let wait = wait_after(failures).as_millis();
        assert!((longest / 2..=longest).contains(&wait), "{failures}: {wait}");
    }
}

#[tokio::test]
async fn what_a_receiver_remembers_outlives_a_failure_where_it_says_so() {
    for (goes_on, made) in [(true, 1), (false, 3)] {
        let (place, events) = (Place::sqlite().await, Memory::new());
        let behaviour = Arc::new(Behaviour { goes_on, failing: AtomicU32::new(2), ..Behaviour::default() });
        events.record_some(6);
        let sending = place.send(&events, &behaviour, "one");
        behaviour.wait_for(6).await;
        place.reaches(6).await;
        sending.abort();
        assert_eq!(behaviour.made.load(Ordering::SeqCst), made);
    }
}

#[tokio::test]
async fn a_receiver_that_takes_some_and_ends_is_sent_the_rest_and_nothing_is_left_out() {
    let (place, events) = (Place::sqlite().await, Memory::new());
    let behaviour = Arc::new(Behaviour { most: Some(3), ..Behaviour::default() });
    events.record_some(10);
    let sending = place.send(&events, &behaviour, "one");
    assert_eq!(behaviour.wait_for_indexes(10).await, (0..10).collect::<Vec<_>>());
    place.reaches(10).await;
    sending.abort();
}
