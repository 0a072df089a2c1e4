//! A process that is killed keeps what it was told is done.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot prepare has failed")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use casemate_store::{Actor, Commit, DataFolder, Draft, Operation, Retention, Store};

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
