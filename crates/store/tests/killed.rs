//! A process that is killed keeps what it was told is done.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot prepare has failed")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use casemate_store::{
    Actor, Commit, DataFolder, DecisionEvent, DecisionFilter, Draft, Operation, Party, RecordedDecision,
    Retention, Store, StoreReader,
};

const FOLDER: &str = "CASEMATE_TEST_KILLED_FOLDER";

fn change(number: i64) -> Commit {
    let draft = Draft {
        kind: "role".into(),
        id: "1".into(),
        tenant: "default".into(),
        name: "a".into(),
        body: number.to_string(),
        origin: String::new(),
    };
    let operations = vec![Operation::Put(draft)];
    Commit {
        base: Some(number - 1),
        at: 5,
        actor: Actor::default(),
        summary: String::new(),
        operations,
        events: vec![],
        fence: None,
    }
}

#[tokio::test]
#[ignore = "the process that the other test kills"]
async fn commits_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let data = DataFolder::open_or_create(Path::new(&folder)).unwrap();
    let store = Store::open(&data, Retention::default(), || 0).await.unwrap();
    for number in store.reader().revision().await.unwrap() + 1.. {
        println!("committed {}", store.commit(change(number)).await.unwrap());
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_killed_process() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let mut least = 0;
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["commits_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let told = lines.filter_map(|line| line.split_once("committed ")?.1.parse::<i64>().ok());
        for revision in told {
            assert!(revision > least, "after {least} comes {revision}");
            least = revision;
            if revision >= 20 * round {
                break;
            }
        }
        assert!(least >= 20 * round, "it ended by itself after {least}");
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        let data = DataFolder::open(&folder).unwrap();
        let store = Store::open(&data, Retention::default(), || 0).await.unwrap();
        let objects = store.reader().objects().await.unwrap();
        assert!(objects.revision >= least);
        assert_eq!(objects.items.first().unwrap().body, objects.revision.to_string(), "all or nothing");
        least = objects.revision;
        store.close().await;
    }
}

/// How many record at the same time.
const WRITERS: i64 = 8;

fn decision(at: i64) -> DecisionEvent {
    let party = Party { provider: "corp".into(), kind: "user".into(), id: "ada".into() };
    DecisionEvent {
        at,
        request_id: at.to_string(),
        item: 0,
        tenant: "default".into(),
        application: None,
        credential: None,
        caller: party.clone(),
        subject: party,
        action: "cms.entry".into(),
        resource_type: None,
        resource_id: None,
        decision: RecordedDecision::Denied,
        reason: "no_permission".into(),
        permission: None,
        revision: 1,
    }
}

#[tokio::test]
#[ignore = "the process that the other test kills"]
async fn records_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let data = DataFolder::open_or_create(Path::new(&folder)).unwrap();
    let store = std::sync::Arc::new(Store::open(&data, Retention::default(), || 0).await.unwrap());
    let first = recorded(store.reader()).await.into_iter().max().unwrap_or_default() + 1;
    let writers = (0..WRITERS).map(|writer| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move {
            for at in (first..).skip(usize::try_from(writer).unwrap()).step_by(WRITERS as usize) {
                store.record(vec![decision(at)]).await.unwrap();
                println!("recorded {at}");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

async fn recorded(reader: &StoreReader) -> Vec<i64> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let page = reader.decisions(&DecisionFilter::default(), before, 1_000).await.unwrap();
        all.extend(page.items.iter().map(|item| item.event.at));
        before = page.next;
        if before.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn what_was_recorded_survives_a_killed_process_once() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let mut told = Vec::new();
    for round in 1..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["records_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .env(FOLDER, &folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut lines = lines.filter_map(|line| line.split_once("recorded ")?.1.parse::<i64>().ok());
        let few = lines.by_ref().take(200 * round);
        told.extend(few);
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it was killed.
        told.extend(lines);
        assert!(told.len() >= 200 * round, "it ended by itself");
        let appended = std::fs::read_dir(folder.join("segments")).unwrap().map(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            casemate_store::read_segment(&bytes).unwrap()
        });
        assert!(appended.sum::<u64>() > 0, "it appended what it recorded");
        let data = DataFolder::open(&folder).unwrap();
        // By somebody who only reads, and by a process that begins anew.
        let mut found = recorded(&StoreReader::open(&data).await.unwrap()).await;
        found.sort_unstable();
        let count = found.len();
        found.dedup();
        assert_eq!(found.len(), count, "nothing is there twice");
        let lost: Vec<_> = told.iter().filter(|at| found.binary_search(at).is_err()).collect();
        assert!(lost.is_empty(), "{lost:?}");
        // Whoever begins anew finds the tree to be that of the blocks, or refuses to start.
        let store = Store::open(&data, Retention::default(), || 0).await.unwrap();
        assert_eq!(store.reader().log_state().await.unwrap().size, found.len() as u64);
        store.close().await;
    }
}
