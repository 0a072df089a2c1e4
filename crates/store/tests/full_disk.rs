//! A disk that is really full: changes are still made, with room that decisions never get at.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot prepare has failed"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
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
        assert!(store.record(vec![decision(); 2_000]).await.is_err(), "what is left is kept from decisions");
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

#[test]
fn changes_are_made_on_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    // The disk is seen by the process alone, and goes with it.
    let prepare = "mount -t tmpfs -o size=48m none \"$1\" || exit 77; exec \"$0\" on_a_small_disk --exact --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", prepare])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.path())
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
