//! A disk that is really full: changes are still made, with room that decisions never get at.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot prepare has failed"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use casemate_store::{
    Actor, AuditFilter, Ballast, Commit, DataFolder, DecisionEvent, DecisionFilter, Draft, Operation, Party,
    RecordedDecision, Retention, Store, StoreReader,
};

const FOLDER: &str = "CASEMATE_TEST_FULL_DISK";
/// What the process says when all was as it should be.
const DONE: &str = "all changes were made";

fn decision() -> DecisionEvent {
    let party = Party { provider: "corp".into(), kind: "user".into(), id: "x".repeat(1_000) };
    DecisionEvent {
        at: 1,
        request_id: "r".into(),
        item: 0,
        tenant: "default".into(),
        application: None,
        caller: party.clone(),
        credential: None,
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

/// Decisions that hardly become smaller by compression.
fn many() -> Vec<DecisionEvent> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut word = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        format!("{state:016x}")
    };
    let id = |word: &mut dyn FnMut() -> String| (0..60).map(|_| word()).collect::<String>();
    (0..3_000).map(|_| DecisionEvent { request_id: id(&mut word), ..decision() }).collect()
}

fn change(number: u32) -> Commit {
    let draft = Draft {
        kind: "role".into(),
        id: number.to_string(),
        tenant: "default".into(),
        name: number.to_string(),
        body: "x".repeat(4 << 10),
        origin: String::new(),
    };
    Commit {
        base: None,
        at: 5,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::Put(draft)],
        events: vec![],
        fence: None,
    }
}

/// Fills a disk to its last byte.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Records so many at once; gives how many of them were acknowledged.
async fn record(store: &Store, count: usize) -> usize {
    store.record(vec![decision(); count]).await.map_or(0, |()| count)
}

async fn recorded(reader: &StoreReader) -> usize {
    let (mut count, mut before) = (0, None);
    loop {
        let page = reader.decisions(&DecisionFilter::default(), before, 1_000).await.unwrap();
        count += page.items.len();
        before = page.next;
        if before.is_none() {
            return count;
        }
    }
}

#[tokio::test]
#[ignore = "the process that the other test starts on a disk of its own"]
async fn on_a_small_disk() {
    let Some(disk) = std::env::var_os(FOLDER) else { return };
    let disk = Path::new(&disk);
    let data = DataFolder::open_or_create(&disk.join("data")).unwrap();
    let store = Store::open(&data, Retention::default(), || 1).await.unwrap();
    // Decisions are not to stop by themselves: what keeps the room for changes is looked at alone.
    store.reserve(0);
    store.keep_ballast(Ballast::hold(&data, 4 << 20).unwrap());
    store.commit(change(0)).await.unwrap();
    let mut acknowledged = record(&store, 1).await;
    while store.record_lag().is_none() {
        acknowledged += record(&store, 1).await;
    }
    // Its file is there before the disk is full.
    acknowledged += record(&store, 10).await;
    assert!(acknowledged >= 11);

    fill(&disk.join("filling"));
    let mut refused = 0;
    for _ in 0..200 {
        let more = record(&store, 10).await;
        acknowledged += more;
        refused += usize::from(more == 0);
    }
    assert!(refused > 0, "the disk is full");
    for number in 1..=20 {
        store.commit(change(number)).await.unwrap();
        assert!(store.record(many()).await.is_err(), "what is left is kept from decisions");
        acknowledged += record(&store, 10).await;
    }
    let ballast = data.path().join("ballast");
    let left = std::fs::metadata(&ballast).unwrap().len();
    assert!(left < 4 << 20, "changes took of it");

    std::fs::remove_file(disk.join("filling")).unwrap();
    let end = Instant::now() + Duration::from_secs(30);
    let more = loop {
        match record(&store, 10).await {
            0 => assert!(Instant::now() < end, "there is room again"),
            more => break more,
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    acknowledged += more;
    store.commit(change(21)).await.unwrap();
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), 4 << 20, "it is whole again");
    assert_eq!(store.reader().objects().await.unwrap().items.len(), 22);
    assert!(store.reader().audit_events(&AuditFilter::default(), None, 1).await.unwrap().is_empty());
    assert_eq!(recorded(store.reader()).await, acknowledged, "all that was acknowledged, and nothing else");
    store.close().await;
    let store = Store::open(&data, Retention::default(), || 1).await.unwrap();
    assert_eq!(recorded(store.reader()).await, acknowledged, "the same after another start");
    store.close().await;
    println!("{DONE}");
}

/// Records five at once, again and again, and says how often that was acknowledged.
#[tokio::test]
#[ignore = "the process that another test kills on a disk of its own"]
async fn records_on_a_full_disk_until_it_is_killed() {
    let Some(disk) = std::env::var_os(FOLDER) else { return };
    let disk = Path::new(&disk);
    let data = DataFolder::open_or_create(&disk.join("data")).unwrap();
    let store = Store::open(&data, Retention::default(), || 1).await.unwrap();
    store.reserve(0);
    let before = recorded(store.reader()).await;
    let mut acknowledged = 0;
    while store.record_lag().is_none() {
        acknowledged += record(&store, 1).await;
    }
    acknowledged += record(&store, 10).await;
    println!("recorded {before} and {acknowledged}");
    fill(&disk.join("filling"));
    loop {
        let more = record(&store, 5).await;
        acknowledged += more;
        println!("{} {before} and {acknowledged}", if more > 0 { "recorded" } else { "refused" });
    }
}

#[tokio::test]
#[ignore = "the process that the other test starts on a disk of its own"]
async fn killed_on_a_small_disk() {
    let Some(disk) = std::env::var_os(FOLDER) else { return };
    let disk = Path::new(&disk);
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["records_on_a_full_disk_until_it_is_killed", "--exact", "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let (mut told, mut refused) = (0, 0);
        let mut hear = |line: String| {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            if let [what, before, "and", more] = words[..] {
                told = before.parse::<usize>().unwrap() + more.parse::<usize>().unwrap();
                refused += usize::from(what == "refused");
            }
            refused
        };
        let mut lines = lines;
        for line in lines.by_ref() {
            if hear(line) >= 20 {
                break;
            }
        }
        // SIGKILL; then what it said before.
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            hear(line);
        }
        assert!(refused >= 20, "it ended by itself");
        std::fs::remove_file(disk.join("filling")).unwrap();
        let data = DataFolder::open(&disk.join("data")).unwrap();
        let found = recorded(&StoreReader::open(&data).await.unwrap()).await;
        // A group that was being recorded when it was killed may be there, and nobody was told.
        assert!((told..=told + 5).contains(&found), "round {round}: {found} of {told}");
    }
    println!("{DONE}");
}

#[test]
fn what_was_acknowledged_survives_a_kill_on_a_full_disk() {
    on_a_disk_of_its_own("killed_on_a_small_disk");
}

#[test]
fn changes_are_made_on_a_full_disk() {
    on_a_disk_of_its_own("on_a_small_disk");
}

fn on_a_disk_of_its_own(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    // The disk is seen by the process alone, and goes with it.
    let prepare =
        "mount -t tmpfs -o size=48m none \"$1\" || exit 77; exec \"$0\" \"$2\" --exact --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", prepare])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.path())
        .arg(test)
        .env(FOLDER, folder.path())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => output,
        _ => return eprintln!("skipped: mounting a disk takes root's rights"),
    };
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(DONE), "{said}");
}
