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

use casemate_store::{
    Actor, AuditFilter, Ballast, Commit, DataFolder, DecisionEvent, Draft, Operation, Party,
    RecordedDecision, Retention, Store,
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
    store.record(vec![decision()]).await.unwrap();

    fill(&disk.join("filling"));
    let mut refused = 0;
    for _ in 0..200 {
        refused += usize::from(store.record(vec![decision(); 10]).await.is_err());
    }
    assert!(refused > 0, "the disk is full");
    for number in 1..=20 {
        store.commit(change(number)).await.unwrap();
        assert!(store.record(vec![decision(); 2_000]).await.is_err(), "what is left is kept from decisions");
    }
    let ballast = data.path().join("ballast");
    let left = std::fs::metadata(&ballast).unwrap().len();
    assert!(left < 4 << 20, "changes took of it");

    std::fs::remove_file(disk.join("filling")).unwrap();
    store.record(vec![decision(); 10]).await.unwrap();
    store.commit(change(21)).await.unwrap();
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), 4 << 20, "it is whole again");
    assert_eq!(store.reader().objects().await.unwrap().items.len(), 22);
    assert!(store.reader().audit_events(&AuditFilter::default(), None, 1).await.unwrap().is_empty());
    store.close().await;
    println!("{DONE}");
}

#[test]
fn changes_are_made_on_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    // The disk is seen by the process alone, and goes with it.
    let prepare = "mount -t tmpfs -o size=16m none \"$1\" || exit 77; exec \"$0\" on_a_small_disk --exact --ignored --nocapture";
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
