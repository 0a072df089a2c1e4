//! Sealed months of the audit log: they go into files, and are read, searched and proved from there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use casemate_audit::query::Query;
use casemate_server::archive::{Archive, ArchiveShelf, ArchivedMonth, archive_one_month};
use casemate_store::{
    AuditEvent, DataFolder, Database, DecisionEvent, EraseError, LogEvent, LogHold, LogSelection, Party,
    RecordedDecision, Retention, SHELF_LEASE, Shelf as _, Shelved, Store, StoreReader,
};
use casemate_test_support::Postgres;
use jiff::Timestamp;
use secrecy::SecretString;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn decision(number: u32, at: i64) -> DecisionEvent {
    let party = |id: String| Party { provider: "corp".into(), kind: "user".into(), id };
    DecisionEvent {
        at,
        request_id: format!("r{number}"),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party("gateway".into()),
        credential: None,
        subject: party(format!("ada{}", number % 50)),
        action: "notes.read".into(),
        resource_type: Some("note".into()),
        resource_id: Some(number.to_string()),
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

/// A folder of a database and of an archive, and a database server where there is one.
struct Place {
    folder: tempfile::TempDir,
    server: Option<(Postgres, SecretString)>,
}

impl Place {
    fn embedded() -> Place {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("archive")).unwrap();
        Place { folder, server: None }
    }

    fn postgres() -> Place {
        let server = Postgres::start().unwrap();
        let url = SecretString::from(server.create_database().unwrap());
        Place { server: Some((server, url)), ..Place::embedded() }
    }

    async fn store(&self) -> Store {
        self.store_of(10_000_000).await
    }

    /// A store that keeps so many events, about.
    async fn store_of(&self, max_events: u64) -> Store {
        let data = DataFolder::open_or_create(&self.folder.path().join("data")).unwrap();
        let database = match &self.server {
            Some((_, url)) => Database::Postgres(url),
            None => Database::Embedded(&data),
        };
        let retention = Retention { max_events, max_age: i64::MAX / 2, ..Retention::default() };
        Store::open_database(database, retention, || 0).await.unwrap()
    }

    fn archive(&self) -> Archive {
        Archive::open(&format!("file://{}", self.folder.path().join("archive").display())).unwrap()
    }
}

/// Two thousand decisions, of January and February.
async fn fill(store: &Store) {
    let times = [at("2026-01-10T00:00:00Z"), at("2026-02-10T00:00:00Z")];
    for group in 0..20 {
        let start = times[usize::try_from(group / 10).unwrap()];
        let events =
            (0..100).map(|number| decision(group * 100 + number, start + i64::from(number))).collect();
        store.record(events).await.unwrap();
    }
    // Until all of it is in the log.
    assert_eq!(found(store.reader(), "").await.len(), 2_000);
}

async fn found(reader: &StoreReader, query: &str) -> Vec<LogEvent> {
    let query = Query { oldest_first: true, ..Query::parse(query).unwrap() };
    let (mut all, mut beyond) = (Vec::new(), None);
    loop {
        let page = reader.log_search(&query, beyond, 1_000).await.unwrap();
        all.extend(page.items);
        beyond = page.next;
        if beyond.is_none() {
            return all;
        }
    }
}

async fn all(reader: &StoreReader) -> Vec<LogEvent> {
    let (mut all, mut next) = (Vec::new(), 0);
    loop {
        let events = reader.log_events(next, 1_000).await.unwrap();
        let Some(last) = events.last() else { return all };
        next = last.index + 1;
        all.extend(events);
    }
}

async fn bytes(store: &Store) -> usize {
    store.reader().unshelved_blocks(1_000).await.unwrap().len()
}

async fn months_go_one_by_one_and_are_read_as_before(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    store.keep_shelf(Arc::new(ArchiveShelf::new(archive.clone())));
    fill(&store).await;
    let reader = store.reader();
    let queries = ["", "subject:ada7", "request:r1234", "outcome:denied until:2026-02-01", "subject:nobody"];
    let mut before = Vec::new();
    for query in queries {
        before.push(found(reader, query).await);
    }
    assert_eq!(before[1].len(), 40, "the searches find something");
    let (events, tiles) =
        (all(reader).await, (reader.log_tile(0, 0, 256).await, reader.log_tile(0, 5, 256).await));
    let (entries, blocks) = (reader.log_entries(3, 256).await.unwrap(), bytes(&store).await);

    let due = |now: &str| archive_one_month(&store, &archive, 30, at(now), None);
    assert_eq!(due("2026-03-02T00:00:00Z").await.unwrap(), None);
    let january = due("2026-03-10T00:00:00Z").await.unwrap();
    // The fourth block reaches into February.
    let ArchivedMonth { file, first, count } = january.unwrap();
    assert!(file.starts_with("audit-2026-01-000000000000-") && file.ends_with(".parquet"), "{file}");
    assert_eq!((first, count), (0, 768));
    assert_eq!(due("2026-03-10T00:00:00Z").await.unwrap(), None);
    let february = due("2026-04-10T00:00:00Z").await.unwrap().unwrap();
    assert_eq!((february.first, february.first + february.count), (768, blocks as u64 * 256));
    assert_eq!(bytes(&store).await, 0);

    for (query, before) in queries.iter().zip(&before) {
        let mut now = found(reader, query).await;
        now.retain(|event| event.index < 2_000);
        assert_eq!(&now, before, "{query}");
    }
    let mut now = all(reader).await;
    assert_eq!(now.split_off(2_000).len(), 2, "both archivings are on record");
    assert_eq!(now, events);
    let again = (reader.log_tile(0, 0, 256).await, reader.log_tile(0, 5, 256).await);
    assert_eq!((again.0.unwrap(), again.1.unwrap()), (tiles.0.unwrap(), tiles.1.unwrap()));
    assert_eq!(reader.log_entries(3, 256).await.unwrap(), entries);
    store.close().await;

    // Another process finds them, if it knows the archive.
    let store = place.store().await;
    let error = store.reader().log_events(0, 10).await.unwrap_err().to_string();
    assert!(error.contains("no archive is configured: set `audit.archive.place`"), "{error}");
    store.reader().keep_shelf(Arc::new(ArchiveShelf::new(archive)));
    assert_eq!(store.reader().log_events(0, 10).await.unwrap(), events[..10]);
    store.close().await;
}

async fn of_two_that_archive_at_once_one_does_and_nothing_is_lost(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    store.keep_shelf(Arc::new(ArchiveShelf::new(archive.clone())));
    fill(&store).await;
    let events = all(store.reader()).await;
    let archived = || archive_one_month(&store, &archive, 30, at("2026-03-10T00:00:00Z"), None);
    let (one, two) = tokio::join!(archived(), archived());
    let done = [one.unwrap(), two.unwrap()].into_iter().flatten().count();
    assert_eq!(done, 1);
    let files = std::fs::read_dir(place.folder.path().join("archive")).unwrap().count();
    assert_eq!(files, 1, "the other's is gone");
    assert_eq!(all(store.reader()).await[..2_000], events);
    store.close().await;
}

async fn what_was_given_up_before_is_not_archived_again_and_again(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    fill(&store).await;
    store.close().await;
    // At the start, all but the newest are given up: January whole, February for the most part.
    let store = place.store_of(600).await;
    let due = || archive_one_month(&store, &archive, 30, at("2026-05-01T00:00:00Z"), None);
    let archived = due().await.unwrap().unwrap();
    assert!(archived.file.starts_with("audit-2026-02-") && archived.first >= 1_280, "{archived:?}");
    assert_eq!(due().await.unwrap(), None);
    store.close().await;
}

async fn what_was_changed_in_the_archive_is_not_believed(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    fill(&store).await;
    let month =
        archive_one_month(&store, &archive, 30, at("2026-05-01T00:00:00Z"), None).await.unwrap().unwrap();
    // The same events with others in the place of two, each with a leaf of its own that fits.
    let mut other = archive.write("other", "casemate.example/log").await.unwrap();
    let contents = archive.contents(&month.file).await.unwrap();
    let mut rows = archive.rows(&month.file, &contents, 0).await.unwrap();
    let (text, leaf) = (rows[10].event.clone(), rows[10].leaf);
    rows[10].event = rows[11].event.clone();
    rows[10].leaf = rows[11].leaf;
    (rows[11].event, rows[11].leaf) = (text, leaf);
    for row in rows {
        other.push(row).await.unwrap();
    }
    other.finish().await.unwrap();
    let folder = place.folder.path().join("archive");
    std::fs::rename(folder.join("other"), folder.join(&month.file)).unwrap();
    store.keep_shelf(Arc::new(ArchiveShelf::new(archive)));
    let error = store.reader().log_events(0, 300).await.unwrap_err().to_string();
    assert!(error.contains("what is archived of it is not what was recorded"), "{error}");
    store.close().await;
}

async fn a_file_that_cannot_be_written_changes_nothing(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    fill(&store).await;
    let blocks = bytes(&store).await;
    std::fs::remove_dir_all(place.folder.path().join("archive")).unwrap();
    std::fs::write(place.folder.path().join("archive"), "no folder").unwrap();
    archive_one_month(&store, &archive, 30, at("2026-05-01T00:00:00Z"), None).await.unwrap_err();
    assert_eq!((bytes(&store).await, all(store.reader()).await.len()), (blocks, 2_000));
    store.close().await;
}

fn event(action: &str) -> AuditEvent {
    AuditEvent { action: action.to_owned(), at: at("2026-06-01T00:00:00Z"), ..AuditEvent::default() }
}

fn of(query: &str) -> LogSelection {
    LogSelection::Query(Box::new(Query::parse(query).unwrap()))
}

async fn hold(store: &Store, id: &str, query: &str) {
    let (id, query) = (id.to_owned(), query.to_owned());
    let hold = LogHold { id, query, reason: "a case".into(), created_by: String::new(), created_at: 1 };
    store.hold_log(hold, event("casemate.audit-hold.create")).await.unwrap();
}

async fn lift(store: &Store, id: &str) {
    assert!(store.lift_log_hold(id, event("casemate.audit-hold.lift")).await.unwrap());
}

impl Place {
    /// A store whose January and February are archived, with what the log held before.
    async fn archived(&self) -> (Store, Vec<LogEvent>) {
        let store = self.store().await;
        store.keep_shelf(Arc::new(ArchiveShelf::new(self.archive())));
        fill(&store).await;
        let events = all(store.reader()).await;
        while archive_one_month(&store, &self.archive(), 30, at("2026-05-01T00:00:00Z"), None)
            .await
            .unwrap()
            .is_some()
        {}
        assert_eq!(bytes(&store).await, 0);
        (store, events)
    }

    fn files(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.folder.path().join("archive")).unwrap();
        let mut files: Vec<String> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        files
    }
}

async fn what_is_archived_is_erased_and_every_proof_stays(place: Place) {
    let (store, before) = place.archived().await;
    let reader = store.reader();
    let [january, february] = <[String; 2]>::try_from(place.files()).unwrap();
    let others = found(reader, "subject:ada8").await;
    hold(&store, "hld_1", "subject:ada7 until:2026-02-01").await;
    let erase = async || store.erase_log(&of("subject:ada7"), event("casemate.audit-event.erase")).await;
    let refused = erase().await;
    assert!(matches!(&refused, Err(EraseError::Held(holds)) if holds.contains("hld_1")), "{refused:?}");
    assert_eq!(all(reader).await[..2_000], before, "nothing was erased");
    lift(&store, "hld_1").await;
    let would = reader.log_erasable(&of("subject:ada7")).await.unwrap();
    // The last 208 events were not archived.
    assert_eq!((would.events, would.archived, would.held.len()), (40, 36, 0));
    let erased = erase().await.unwrap();
    assert_eq!((erased.events, erased.archived, erased.is_whole), (40, 36, true));
    let after = all(reader).await;
    let is_meant = |event: &LogEvent| event.text.as_deref().unwrap().contains("\"id\":\"ada7\"");
    for (was, is) in before.iter().zip(&after) {
        let expected = match is_meant(was) {
            true => LogEvent { text: None, salt: None, ..was.clone() },
            false => was.clone(),
        };
        assert_eq!(*is, expected);
    }
    assert_eq!(found(reader, "subject:ada7").await, []);
    assert_eq!(found(reader, "subject:ada8").await, others);
    // The files of before are gone; what stands in their place is in the record.
    let files = place.files();
    assert_eq!(
        files,
        [january.replace(".parquet", ".2.parquet"), february.replace(".parquet", ".2.parquet")]
    );
    assert_eq!(reader.former_shelf_files().await.unwrap(), [] as [String; 0]);
    let archive = place.archive();
    for file in &files {
        let contents = archive.contents(file).await.unwrap();
        for group in 0..contents.groups() {
            for row in archive.rows(file, &contents, group).await.unwrap() {
                assert_eq!(row.event.is_none(), is_meant(&before[usize::try_from(row.index).unwrap()]));
            }
        }
    }
    let rewritten = found(reader, "action:casemate.audit-archive.rewrite").await;
    assert_eq!(rewritten.len(), 2);
    // A backup of before names the file of before: what was written of it last is read in its place.
    let former = Shelved { file: january, group: 0, first: 0, count: 768 };
    let shelf = ArchiveShelf::new(archive);
    assert_eq!(shelf.read(&former).await.unwrap()[..], after[..768]);
    let nothing = erase().await.unwrap();
    assert_eq!((nothing.events, nothing.archived), (0, 0));
    store.close().await;
}

async fn a_hold_that_is_lifted_gives_up_nothing_of_the_archive(place: Place) {
    let (store, before) = place.archived().await;
    hold(&store, "hld_1", "").await;
    lift(&store, "hld_1").await;
    store.close().await;
    // What is beyond a bound of number goes, but in the archive.
    let store = place.store_of(1).await;
    store.keep_shelf(Arc::new(ArchiveShelf::new(place.archive())));
    let expected: Vec<u64> = before
        .iter()
        .filter(|event| event.text.as_deref().unwrap().contains("\"id\":\"ada8\""))
        .map(|event| event.index)
        .collect();
    let indexes: Vec<u64> =
        found(store.reader(), "subject:ada8").await.iter().map(|event| event.index).collect();
    assert_eq!(indexes, expected);
    store.close().await;
}

async fn what_a_killed_erasing_leaves_behind_is_deleted(place: Place) {
    let (store, _) = place.archived().await;
    let folder = place.folder.path().join("archive");
    let [january, february] = <[String; 2]>::try_from(place.files()).unwrap();
    // It was killed before the file that it wrote took the place of another.
    let unused = january.replace(".parquet", ".2.parquet");
    store.begin_shelf_file(&unused).await.unwrap();
    std::fs::copy(folder.join(&january), folder.join(&unused)).unwrap();
    // It was killed before the file was deleted in whose place another stands.
    std::fs::copy(folder.join(&february), folder.join("before")).unwrap();
    let only_february = of("subject:ada7 since:2026-02-05");
    store.erase_log(&only_february, event("casemate.audit-event.erase")).await.unwrap();
    std::fs::rename(folder.join("before"), folder.join(&february)).unwrap();
    store.begin_shelf_file(&february).await.unwrap();
    // What stands for events is never deleted so.
    store.begin_shelf_file(&january).await.unwrap();
    store.close().await;
    let store = place.store().await;
    store.keep_shelf(Arc::new(ArchiveShelf::new(place.archive())));
    store.delete_former_files().await.unwrap();
    assert_eq!(place.files(), [january, february.replace(".parquet", ".2.parquet")]);
    assert_eq!(found(store.reader(), "").await.len(), 2_000 - 20 + 4);
    store.close().await;
}

async fn files_that_are_too_old_are_deleted_but_for_those_on_hold(place: Place) {
    let (store, before) = place.archived().await;
    let (reader, now) = (store.reader(), at("2026-06-01T00:00:00Z"));
    let [january, february] = <[String; 2]>::try_from(place.files()).unwrap();
    let lease = store.acquire_lease(SHELF_LEASE, "test", now, now + 60_000_000).await.unwrap().unwrap();
    let busy = store.erase_log(&of("subject:ada7"), event("casemate.audit-event.erase")).await;
    assert!(matches!(busy, Err(EraseError::Busy)), "{busy:?}");
    let root = reader.log_tile(1, 0, 7).await.unwrap();
    // Neither is old enough.
    assert_eq!(store.drop_shelved(at("2026-01-05T00:00:00Z"), &lease, now).await.unwrap(), []);
    hold(&store, "hld_1", "request:r7").await;
    let dropped = store.drop_shelved(at("2026-05-01T00:00:00Z"), &lease, now).await.unwrap();
    assert_eq!(dropped.len(), 1);
    assert_eq!((&dropped[0].file, dropped[0].first, dropped[0].count), (&february, 768, 1_024));
    assert_eq!(place.files(), std::slice::from_ref(&january));
    assert_eq!(found(reader, "request:r7").await, before[7..8]);
    assert_eq!(found(reader, "request:r1234").await, []);
    assert_eq!(found(reader, "action:casemate.audit-archive.delete").await.len(), 1);
    let left = all(reader).await;
    assert_eq!(left[..768], before[..768]);
    assert_eq!(left[768], before[1_792], "nothing is left of them but the nodes over their blocks");
    assert_eq!(reader.log_tile(1, 0, 7).await.unwrap(), root);
    lift(&store, "hld_1").await;
    assert_eq!(store.drop_shelved(at("2026-05-01T00:00:00Z"), &lease, now).await.unwrap().len(), 1);
    assert_eq!((place.files(), all(reader).await[0].index), (vec![], 1_792));
    // What was deleted is not archived again.
    assert_eq!((bytes(&store).await, reader.log_tile(1, 0, 7).await.unwrap()), (0, root));
    store.close().await;
}

async fn whoever_lost_the_lease_archives_nothing(place: Place) {
    let (store, archive) = (place.store().await, place.archive());
    store.keep_shelf(Arc::new(ArchiveShelf::new(archive.clone())));
    fill(&store).await;
    let blocks = bytes(&store).await;
    let lost = store.acquire_lease(SHELF_LEASE, "one", 0, 10).await.unwrap().unwrap();
    let held = store.acquire_lease(SHELF_LEASE, "other", 20, 100).await.unwrap().unwrap();
    let archived =
        async |fence| archive_one_month(&store, &archive, 30, at("2026-05-01T00:00:00Z"), Some(fence)).await;
    assert_eq!(archived(lost.fence()).await.unwrap(), None);
    assert_eq!((bytes(&store).await, place.files()), (blocks, vec![]));
    let month = archived(held.fence()).await.unwrap().unwrap();
    assert_eq!(place.files(), [month.file]);
    assert_eq!(found(store.reader(), "kind:decision").await.len(), 2_000);
    store.close().await;
}

macro_rules! on_both {
    ($theme:ident: $($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::Place::embedded()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $case() {
                super::$case(super::Place::postgres()).await;
            })*
        }
    };
}

on_both!(archive:
    months_go_one_by_one_and_are_read_as_before,
    of_two_that_archive_at_once_one_does_and_nothing_is_lost,
    what_was_given_up_before_is_not_archived_again_and_again,
    what_was_changed_in_the_archive_is_not_believed,
    a_file_that_cannot_be_written_changes_nothing,
    what_is_archived_is_erased_and_every_proof_stays,
    a_hold_that_is_lifted_gives_up_nothing_of_the_archive,
    what_a_killed_erasing_leaves_behind_is_deleted,
    files_that_are_too_old_are_deleted_but_for_those_on_hold,
    whoever_lost_the_lease_archives_nothing,
);
