//! The one log: dense indexes, a tree that proves them, and what is found, erased and kept.

use casemate_audit::commitment;
use casemate_audit::event::Event;
use casemate_audit::hash::MerkleHash;
use casemate_audit::proof::verify_consistency;
use casemate_audit::tile::{Tile, TileError, TiledNodes, Tiles};
use casemate_audit::tree::{self, Edge};
use casemate_store::{
    AuditEvent, DecisionEvent, EraseError, HoldError, LOG_KEY, LOG_KEY_FIELD, LogEvent, LogHold, LogQuery,
    LogSelection, Party, RecordedDecision, Retention, SealedSecret, Store,
};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::place::{Place, actor, commit, event, put};

fn decision(at: i64, subject: &str) -> DecisionEvent {
    let party = |id: &str| Party { provider: "corp".into(), kind: "user".into(), id: id.into() };
    DecisionEvent {
        at,
        request_id: format!("request-{at}"),
        item: 0,
        tenant: "default".into(),
        application: Some("cms".into()),
        caller: party("gate"),
        credential: None,
        subject: party(subject),
        action: "cms.entry.publish".into(),
        resource_type: Some("entry".into()),
        resource_id: Some(format!("entry-{}", at % 7)),
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// All that the log has, read in pages.
async fn all(store: &Store) -> Vec<LogEvent> {
    let mut found: Vec<LogEvent> = Vec::new();
    loop {
        let next = found.last().map_or(0, |last| last.index + 1);
        let page = store.reader().log_events(next, 300).await.unwrap();
        if page.is_empty() {
            return found;
        }
        found.extend(page);
    }
}

/// Waits until all that was acknowledged is in the log.
async fn settled(store: &Store) {
    store.reader().log_search(&LogQuery::default(), None, 1).await.unwrap();
}

/// That every index is there once, each text makes its leaf, and the leaves make the root.
async fn proven(store: &Store) -> Vec<LogEvent> {
    settled(store).await;
    let (events, state) = (all(store).await, store.reader().log_state().await.unwrap());
    let mut edge = Edge::default();
    for (expected, event) in (0..).zip(&events) {
        assert_eq!(event.index, expected);
        if let (Some(text), Some(salt)) = (&event.text, &event.salt) {
            assert_eq!(commitment::leaf(salt, text.as_bytes()), event.leaf, "event {expected}");
            Event::parse(text).unwrap();
        }
        assert_eq!(event.text.is_some(), event.salt.is_some());
        edge.push(event.leaf, |_, _| {});
    }
    assert_eq!((state.size, state.root), (edge.size(), edge.root()));
    let mut grown = store.log_grown();
    let told = grown.wait_for(|size| *size == state.size);
    tokio::time::timeout(std::time::Duration::from_secs(30), told).await.unwrap().unwrap();
    events
}

/// The tiles that a log serves, read beforehand.
struct Served(Vec<(Tile, Vec<u8>)>);

impl Tiles for Served {
    type Error = TileError;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, TileError> {
        let found = self.0.iter().find(|(known, _)| *known == tile);
        found.map(|(_, bytes)| bytes.clone()).ok_or(TileError::Path)
    }
}

pub(crate) async fn changes_and_what_is_recorded_stand_in_one_tree(place: Place) {
    let store = place.open().await;
    let recorded = async {
        for round in 0..40 {
            store.record((0..17).map(|at| decision(round * 17 + at, "ada")).collect()).await.unwrap();
        }
    };
    let changed = async {
        for round in 0..40 {
            let id = format!("r{round}");
            store.commit(commit(None, vec![put(&id, &id, "{}")], vec![event("made", &id)])).await.unwrap();
        }
    };
    let read = async {
        for round in 0..20 {
            let read = AuditEvent { kind: "read".into(), ..event("casemate.role.read", &round.to_string()) };
            store.record_events(vec![read]).await.unwrap();
        }
    };
    tokio::join!(recorded, changed, read);
    let events = proven(&store).await;
    assert_eq!(events.len(), 40 * 17 + 40 + 20);
    let kinds = |kind: &str| {
        let of_kind = |event: &&LogEvent| Event::parse(event.text.as_ref().unwrap()).unwrap().kind == kind;
        events.iter().filter(of_kind).count()
    };
    assert_eq!((kinds("decision"), kinds("create"), kinds("read")), (680, 40, 20));
    // In one change, more than a block.
    let many = (0..1_000).map(|number| event("casemate.role.create", &number.to_string())).collect();
    store.commit(commit(None, vec![], many)).await.unwrap();
    let events = proven(&store).await;
    let last = Event::parse(events[1_739].text.as_ref().unwrap()).unwrap();
    assert_eq!((&*last.area, last.resource_id.as_deref()), ("role", Some("999")));
    // The tiles that it serves make the same root.
    let size = events.len() as u64;
    let mut served = Served(Vec::new());
    for tile in Tile::of_growth(0, size) {
        let bytes = store.reader().log_tile(tile.level(), tile.index(), tile.width()).await.unwrap();
        served.0.push((tile, bytes.unwrap()));
        assert!(store.reader().log_tile(tile.level(), tile.index() + 7, 1).await.unwrap().is_none());
    }
    let root = tree::root(size, &mut TiledNodes { size, tiles: &mut served }).unwrap();
    assert_eq!(root, store.reader().log_state().await.unwrap().root);
    let entries = store.reader().log_entries(0, 256).await.unwrap().unwrap();
    let tile = Tile::at(0, 0, size).unwrap();
    let leaves: Vec<MerkleHash> =
        tile.entries(&entries).unwrap().into_iter().map(MerkleHash::of_leaf).collect();
    assert_eq!(leaves, events[..256].iter().map(|event| event.leaf).collect::<Vec<_>>());
    store.close().await;
    let store = place.open().await;
    assert_eq!(proven(&store).await, events, "the same after another start");
    store.close().await;
}

pub(crate) async fn a_search_finds_what_looking_at_every_event_does(place: Place) {
    let store = place.open().await;
    for round in 0..9 {
        let subject = ["ada", "bob", "eve"][round % 3];
        store.record((0..100).map(|at| decision(round as i64 * 100 + at, subject)).collect()).await.unwrap();
        let read = AuditEvent { at: round as i64 * 100, ..event("casemate.role.read", "r1") };
        store.record_events(vec![read]).await.unwrap();
    }
    let events = proven(&store).await;
    let text = |text: &str| Some(text.to_owned());
    let queries = [
        LogQuery::default(),
        LogQuery { subject: text("bob"), ..LogQuery::default() },
        LogQuery { party: text("gate"), resource_id: text("entry-3"), ..LogQuery::default() },
        LogQuery { request_id: text("request-555"), ..LogQuery::default() },
        LogQuery { action_prefix: text("casemate."), ..LogQuery::default() },
        LogQuery { kind: text("decision"), since: Some(250), until: Some(650), ..LogQuery::default() },
        LogQuery { words: vec!["request".into()], outcome: text("success"), ..LogQuery::default() },
        LogQuery { actor: text("nobody"), ..LogQuery::default() },
    ];
    for query in queries {
        for oldest_first in [false, true] {
            let query = LogQuery { oldest_first, ..query.clone() };
            let wanted =
                |event: &&LogEvent| query.matches(&Event::parse(event.text.as_ref().unwrap()).unwrap());
            let mut expected: Vec<LogEvent> = events.iter().filter(wanted).cloned().collect();
            if !oldest_first {
                expected.reverse();
            }
            for limit in [1_000, 37] {
                let (mut found, mut beyond, mut looked_at) = (Vec::new(), None, 0);
                loop {
                    let page = store.reader().log_search(&query, beyond, limit).await.unwrap();
                    found.extend(page.items);
                    looked_at += page.looked_at;
                    beyond = page.next;
                    if beyond.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{query:?}");
                assert_eq!(looked_at, events.len() as u64, "{query:?}");
            }
            let count = store.reader().log_count(&query, 10_000).await.unwrap();
            assert_eq!((count.count, count.is_exact), (expected.len() as u64, true));
        }
    }
    assert!(!store.reader().log_count(&LogQuery::default(), 100).await.unwrap().is_exact);
    store.close().await;
}

pub(crate) async fn what_is_erased_leaves_its_proof_and_what_is_on_hold_stays(place: Place) {
    let store = place.open().await;
    store.record((0..600).map(|at| decision(at, ["ada", "bob"][at as usize % 2])).collect()).await.unwrap();
    let before = proven(&store).await;
    let hold = LogHold {
        id: "hld_1".into(),
        query: "request:request-2 subject:ada".into(),
        reason: "a case".into(),
        created_by: "corp/user/eve".into(),
        created_at: 1,
    };
    let unread = LogHold { query: "subject:".into(), ..hold.clone() };
    let refused = store.hold_log(unread, event("casemate.audit-hold.create", "x")).await;
    assert!(matches!(refused, Err(HoldError::Query(_))), "{refused:?}");
    store.hold_log(hold.clone(), event("casemate.audit-hold.create", "hld_1")).await.unwrap();
    let refused = store.hold_log(hold.clone(), event("casemate.audit-hold.create", "hld_1")).await;
    assert!(matches!(refused, Err(HoldError::Id)), "{refused:?}");
    assert_eq!(store.reader().log_holds().await.unwrap(), [hold]);
    let of_ada = LogQuery { subject: Some("ada".into()), ..LogQuery::default() };
    // Where a hold covers any of them, nothing is erased.
    let selected = LogSelection::Query(Box::new(of_ada.clone()));
    let found = store.reader().log_erasable(&selected).await.unwrap();
    assert_eq!((found.events, found.held), (300, [("hld_1".to_owned(), 1)].into()));
    let erase = || event("casemate.audit-event.erase", "usr_1");
    let refused = store.erase_log(&selected, erase()).await;
    assert!(matches!(&refused, Err(EraseError::Held(holds)) if holds.contains("hld_1")), "{refused:?}");
    assert_eq!(proven(&store).await[..600], before[..]);
    // By their indexes, those of whoever asks alone; what tells of holds stays.
    let indexes = || (0..600).step_by(2).filter(|index| *index != 2).chain([600, 9_999]).collect();
    let of = |tenant: &str| LogSelection::Indexes { tenant: Some(tenant.into()), indexes: indexes() };
    let found = store.reader().log_erasable(&of("other")).await.unwrap();
    assert_eq!((found.events, found.missing), (0, 301));
    let every = LogSelection::Indexes { tenant: None, indexes: indexes() };
    let found = store.reader().log_erasable(&every).await.unwrap();
    assert_eq!((found.events, found.stay, found.missing, found.archived), (299, 1, 1, 0));
    let erased = store.erase_log(&every, erase()).await.unwrap();
    assert_eq!((erased.events, erased.archived, erased.is_whole), (299, 0, true));
    let after = proven(&store).await;
    assert_eq!(after.len(), before.len() + 2);
    for (was, is) in before.iter().zip(&after) {
        let is_kept = was.index % 2 == 1 || was.index == 2;
        assert_eq!(
            (is.leaf, is.text.is_some(), is.salt.is_some()),
            (was.leaf, is_kept, is_kept),
            "{}",
            is.index
        );
    }
    let found = store.reader().log_search(&of_ada, None, 10).await.unwrap();
    assert_eq!(found.items.iter().map(|event| event.index).collect::<Vec<_>>(), [2]);
    // New events go on behind those that were erased in the block that is not full.
    store.record((600..900).map(|at| decision(at, "ada")).collect()).await.unwrap();
    proven(&store).await;
    store.close().await;
    // What is too old goes but for what is on hold, which goes once that is lifted.
    let old = Retention { max_age: 0, ..Retention::default() };
    let store = place.open_with(old, || 1_000_000).await.unwrap();
    let kept = |events: Vec<LogEvent>| -> Vec<u64> {
        events.into_iter().filter(|event| event.text.is_some()).map(|event| event.index).collect()
    };
    let events = proven(&store).await;
    assert_eq!(events.len(), 902);
    assert_eq!(kept(events), [2, 600, 601], "what tells of the hold and the erasing is no decision");
    assert!(store.lift_log_hold("hld_1", event("casemate.audit-hold.lift", "hld_1")).await.unwrap());
    assert!(!store.lift_log_hold("hld_1", event("casemate.audit-hold.lift", "hld_1")).await.unwrap());
    store.close().await;
    let store = place.open_with(old, || 1_000_000).await.unwrap();
    assert_eq!(kept(proven(&store).await), [600, 601, 902]);
    store.close().await;
    // With a bound for the others too, these go; the proofs of all of them stay.
    let none = Retention { max_age_of_others: Some(0), ..old };
    let store = place.open_with(none, || 1_000_000).await.unwrap();
    let events = proven(&store).await;
    assert_eq!((events.len(), kept(events)), (903, vec![]));
    store.close().await;
}

pub(crate) async fn what_tells_of_reading_may_go_before_all_else(place: Place) {
    let store = place.open().await;
    let of = |kind: &str, number: i64| AuditEvent {
        kind: kind.into(),
        at: number,
        ..event("casemate.role.list", &number.to_string())
    };
    let hold = LogHold {
        id: "hld_1".into(),
        query: "resource-id:10".into(),
        reason: "a case".into(),
        created_by: String::new(),
        created_at: 1,
    };
    for group in 0..6 {
        let events = (group * 100..group * 100 + 100).map(|at| of(["read", "update"][at as usize % 2], at));
        store.record_events(events.collect()).await.unwrap();
    }
    settled(&store).await;
    store.hold_log(hold, event("casemate.audit-hold.create", "hld_1")).await.unwrap();
    store.close().await;
    let kept = |events: Vec<LogEvent>| -> Vec<u64> {
        events.into_iter().filter(|event| event.text.is_some()).map(|event| event.index).collect()
    };
    let rule = Retention { max_age_of_reads: Some(0), ..Retention::default() };
    let store = place.open_with(rule, || 400).await.unwrap();
    let (changes, later) = ((0..400).filter(|at| *at == 10 || at % 2 == 1), 400..601);
    assert_eq!(kept(proven(&store).await), changes.chain(later).collect::<Vec<u64>>());
    store.lift_log_hold("hld_1", event("casemate.audit-hold.lift", "hld_1")).await.unwrap();
    store.close().await;
    let store = place.open_with(rule, || 1_000).await.unwrap();
    let changes = (0..600).filter(|at| at % 2 == 1).chain([600, 601]);
    assert_eq!(kept(proven(&store).await), changes.collect::<Vec<u64>>());
    store.close().await;
}

pub(crate) async fn two_processes_append_to_one_log(place: Place) {
    let (one, other) = tokio::join!(place.open(), place.open());
    let record = async |store: &Store, subject: &str| {
        for round in 0..30 {
            store.record((0..11).map(|at| decision(round * 11 + at, subject)).collect()).await.unwrap();
            store.commit(commit(None, vec![], vec![event("done", subject)])).await.unwrap();
        }
    };
    tokio::join!(record(&one, "ada"), record(&other, "bob"));
    settled(&other).await;
    let mut grown = one.log_grown();
    let all_there = grown.wait_for(|size| *size == 2 * 30 * 12);
    if matches!(place, Place::Url(_)) {
        tokio::time::timeout(std::time::Duration::from_secs(30), all_there).await.unwrap().unwrap();
        assert_eq!(proven(&one).await.len(), 720);
    }
    assert_eq!(other.reader().log_state().await.unwrap().size, 720);
    one.close().await;
    other.close().await;
}

pub(crate) async fn what_is_acknowledged_and_not_in_the_log_is_told(place: Place) {
    // With SQLite, files have it, and tests of those look at it.
    let Place::Url(url) = &place else { return };
    let store = place.open().await;
    store.record(vec![decision(0, "ada")]).await.unwrap();
    settled(&store).await;
    let mut other = PgConnection::connect(url.expose_secret()).await.unwrap();
    other.execute("BEGIN").await.unwrap();
    other.execute("SELECT size FROM audit_log FOR UPDATE").await.unwrap();
    for at in 1..=3 {
        store.record((0..10).map(|item| decision(at * 10 + item, "ada")).collect()).await.unwrap();
    }
    let lag = store.record_lag().unwrap();
    assert!(lag.events >= 30 && lag.bytes > 30 * 200, "{lag:?}");
    assert!(!lag.is_append_failing && !lag.is_indexing_failing, "{lag:?}");
    assert_eq!(store.reader().log_state().await.unwrap().size, 1);
    other.execute("ROLLBACK").await.unwrap();
    settled(&store).await;
    assert_eq!(store.reader().log_state().await.unwrap().size, 31);
    let none_is_behind = async {
        while store.record_lag().unwrap().events > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), none_is_behind).await.unwrap();
    store.close().await;
}

pub(crate) async fn what_earlier_versions_recorded_comes_into_the_log_in_order(place: Place) {
    place.open().await.close().await;
    let (integer, text) =
        ("'r', 'success', NULL, '', NULL, NULL, NULL, NULL, NULL)", "'corp', 'user', 'ada', NULL");
    let mut statements = Vec::new();
    for at in 0..1_300 {
        statements.push(if at % 2 == 0 {
            format!(
                "INSERT INTO audit_event (at, revision, actor_provider, actor_type, actor_id, credential, action, kind, tenant, \
                 resource_type, resource_id, outcome, reason, request_id, route, client, user_agent, before, after) \
                 VALUES ({at}, 1, {text}, 'casemate.role.update', 'update', 'default', 'role', {integer}"
            )
        } else {
            let event = "{\"request_id\":\"q\",\"item\":0,\"tenant\":\"default\",\"caller\":{\"provider\":\"\",\"type\":\"\",\"id\":\"\"},\
                         \"subject\":{\"provider\":\"\",\"type\":\"\",\"id\":\"eve\"},\"action\":\"a\",\"reason\":\"no\",\"revision\":1}";
            // One that nothing can read is told of, and in nobody's way.
            let event = if at == 7 { "{" } else { event };
            format!("INSERT INTO decision_event (at, decision, subject_id, event) VALUES ({at}, 'denied', 'eve', '{event}')")
        });
    }
    crate::processes::send(&place, &statements).await;
    let store = place.open().await;
    let events = proven(&store).await;
    assert_eq!(events.len(), 1_300);
    let times: Vec<i64> =
        events.iter().map(|event| Event::parse(event.text.as_ref().unwrap()).unwrap().at).collect();
    assert_eq!(times, (0..1_300).collect::<Vec<_>>(), "the oldest first");
    let unread = Event::parse(events[7].text.as_ref().unwrap()).unwrap();
    assert_eq!((&*unread.action, &*unread.outcome), ("casemate.audit.import", "failure"));
    let found = store.reader().audit_events(&Default::default(), None, 1).await.unwrap();
    assert_eq!((found[0].event.at, &found[0].event.actor), (1_298, &actor()));
    store.close().await;
}

pub(crate) async fn a_log_of_which_something_is_gone_is_not_served(place: Place) {
    let store = place.open().await;
    store.record((0..600).map(|at| decision(at, "ada")).collect()).await.unwrap();
    settled(&store).await;
    store.close().await;
    for (gone, back) in [
        ("ALTER TABLE audit_tail RENAME TO gone", "ALTER TABLE gone RENAME TO audit_tail"),
        ("UPDATE audit_block SET number = number + 7", "UPDATE audit_block SET number = number - 7"),
        ("UPDATE audit_log SET size = size - 1", "UPDATE audit_log SET size = size + 1"),
    ] {
        crate::processes::send(&place, &[gone.to_owned()]).await;
        assert!(place.open_with(Retention::default(), || 0).await.is_err(), "{gone}");
        crate::processes::send(&place, &[back.to_owned()]).await;
        place.open().await.close().await;
    }
}

pub(crate) async fn what_is_given_up_leaves_its_leaves(place: Place) {
    let store = place.open().await;
    store.record((0..600).map(|at| decision(at, "ada")).collect()).await.unwrap();
    let before = proven(&store).await;
    store.close().await;
    let few = Retention { max_events: 1, ..Retention::default() };
    let store = place.open_with(few, || 0).await.unwrap();
    let left = all(&store).await;
    assert_eq!(left.first().map(|event| event.index), Some(512), "two blocks were given up");
    let reader = store.reader();
    for block in 0..2 {
        let tile = reader.log_tile(0, block, 256).await.unwrap().unwrap();
        let leaves = before.iter().skip(usize::try_from(block).unwrap() * 256).take(256);
        assert_eq!(tile, leaves.flat_map(|event| event.leaf.0).collect::<Vec<_>>());
        assert_eq!(reader.log_tile(0, block, 9).await.unwrap().unwrap(), tile[..9 * 32]);
        assert_eq!(reader.log_entries(block, 256).await.unwrap(), None, "nothing tells of the events");
    }
    // Whoever remembers a checkpoint within what was given up is shown that the log goes on there.
    let state = reader.log_state().await.unwrap();
    let mut tiles = Vec::new();
    for tile in Tile::of_growth(0, state.size) {
        let bytes = reader.log_tile(tile.level(), tile.index(), tile.width()).await.unwrap().unwrap();
        tiles.push((tile, bytes));
    }
    let (mut served, mut edge) = (Served(tiles), Edge::default());
    before[..100].iter().for_each(|event| edge.push(event.leaf, |_, _| {}));
    let mut nodes = TiledNodes { size: state.size, tiles: &mut served };
    let proof = tree::consistency(100, state.size, &mut nodes).unwrap();
    verify_consistency((100, &edge.root()), (state.size, &state.root), &proof).unwrap();
    store.close().await;
}

pub(crate) async fn a_key_comes_with_its_event_and_what_was_cosigned_stays(place: Place) {
    let store = place.open().await;
    let sealed = |text: &str| SealedSecret {
        kind: LOG_KEY.into(),
        id: "casemate/1".into(),
        field: LOG_KEY_FIELD.into(),
        root_key: "root".into(),
        sealed: text.as_bytes().to_vec(),
    };
    let made = || event("casemate.audit-log.key", "casemate/1");
    assert!(store.keep_log_key(sealed("one"), 1, made()).await.unwrap());
    assert!(!store.keep_log_key(sealed("two"), 2, made()).await.unwrap());
    let events = proven(&store).await;
    assert_eq!(events.len(), 1, "one key was made, and one event tells of it");
    let kept = store.reader().log_key("casemate/1").await.unwrap().unwrap();
    assert_eq!(kept.sealed, b"one");

    let note = |size: u64| format!("casemate/1\n{size}\nroot\n\n\u{2014} casemate/1 AAAA\n");
    let cosigned = |size: u64| note(size) + "\u{2014} witness.example.com/w AAAA\n";
    for size in [3, 5, 9, 300] {
        assert!(store.keep_log_checkpoint(size, 10, note(size)).await.unwrap());
    }
    assert!(store.replace_log_checkpoint(5, note(5), cosigned(5)).await.unwrap());
    assert!(!store.replace_log_checkpoint(5, note(5), note(5)).await.unwrap(), "it is another one by now");
    assert!(!store.replace_log_checkpoint(4, note(4), cosigned(4)).await.unwrap());
    store.thin_log_checkpoints(11).await.unwrap();
    let reader = store.reader();
    let mut left = Vec::new();
    let mut most = None;
    while let Some((size, _)) = reader.log_checkpoint_row(most).await.unwrap() {
        left.push(size);
        most = Some(size - 1);
    }
    assert_eq!(left, [300, 9, 5]);
    assert_eq!(reader.log_cosigned_checkpoint(None).await.unwrap(), Some((5, cosigned(5))));
    assert_eq!(reader.log_cosigned_checkpoint(Some(4)).await.unwrap(), None);
    store.close().await;
}

/// Which marks stand somewhere in the files of a database, but for the files of what was recorded.
fn found_in_files(place: &Place, marks: &[&str]) -> Vec<String> {
    let Place::Folder { data, .. } = place else { return Vec::new() };
    let files = std::fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<Vec<u8>> =
        files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()).collect();
    let stands =
        |mark: &str| texts.iter().any(|text| text.windows(mark.len()).any(|bytes| bytes == mark.as_bytes()));
    marks.iter().filter(|mark| stands(mark)).map(|mark| (*mark).to_owned()).collect()
}

/// What is erased is not in any page of SQLite's files either; with PostgreSQL they are out of reach, and only what is served is looked at.
pub(crate) async fn what_is_erased_is_gone_from_the_files_too(place: Place) {
    let store = place.open().await;
    // A text that compression leaves as it is, and that takes several pages.
    let mut state = 7_u64;
    let noise = (0..20_000).map(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + u8::try_from(state >> 58).unwrap())
    });
    let noise: String = noise.filter(|letter| !['"', '\\'].contains(letter)).collect();
    let marked = |mark: &str| {
        let note = format!("{mark}{noise}{mark}{noise}");
        AuditEvent {
            after: Some(serde_json::json!({ "note": note }).to_string()),
            ..event("casemate.role.update", mark)
        }
    };
    let tell = async |events: Vec<AuditEvent>| {
        store.commit(commit(None, vec![], events)).await.unwrap();
    };
    let erase = async |index: u64| {
        let selection = LogSelection::Indexes { tenant: None, indexes: [index].into() };
        let erased = store.erase_log(&selection, event("casemate.audit-event.erase", "x")).await.unwrap();
        assert_eq!(erased.events, 1);
    };
    let marks = ["mark-of-the-open-block", "mark-of-a-sealed-block"];
    tell(vec![event("casemate.role.update", "before")]).await;
    tell(vec![marked(marks[0])]).await;
    if let Place::Folder { .. } = place {
        assert_eq!(found_in_files(&place, &marks), marks[..1], "it stands there before");
    }
    erase(1).await;
    assert_eq!(found_in_files(&place, &marks), Vec::<String>::new());
    // The other one stood in rows of the block while that was not full.
    tell(vec![marked(marks[1])]).await;
    tell((0..300).map(|number| event("casemate.role.update", &number.to_string())).collect()).await;
    erase(3).await;
    assert_eq!(found_in_files(&place, &marks), Vec::<String>::new());
    for event in proven(&store).await {
        assert!(
            event.text.is_none_or(|text| marks.iter().all(|mark| !text.contains(mark))),
            "{}",
            event.index
        );
    }
    store.close().await;
}

pub(crate) async fn a_page_of_long_events_ends_early(place: Place) {
    let store = place.open().await;
    let long = |number: usize| AuditEvent {
        kind: "update".into(),
        after: Some(format!("{{\"text\":\"{}\"}}", "x".repeat(2 << 20))),
        ..event("casemate.role.update", &number.to_string())
    };
    for number in 0..20 {
        store.record_events(vec![long(number)]).await.unwrap();
    }
    for oldest_first in [false, true] {
        let query =
            LogQuery { action: Some("casemate.role.update".into()), oldest_first, ..LogQuery::default() };
        let (mut beyond, mut found) = (None, Vec::new());
        loop {
            let page = store.reader().log_search(&query, beyond, 1_000).await.unwrap();
            let bytes: usize =
                page.items.iter().map(|event| event.text.as_ref().map_or(0, String::len)).sum();
            assert!(bytes <= 20 << 20, "a page of {} bytes", bytes);
            found.extend(page.items.iter().map(|event| event.index));
            beyond = page.next;
            if beyond.is_none() {
                break;
            }
        }
        let mut expected: Vec<u64> = (0..20).collect();
        if !oldest_first {
            expected.reverse();
        }
        assert_eq!(found, expected);
        let counted = store.reader().log_count(&query, 100).await.unwrap();
        assert_eq!((counted.count, counted.is_exact), (20, true));
    }
}
