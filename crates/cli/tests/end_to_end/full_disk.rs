//! A server whose disk is full: whoever is nobody fills nothing, is counted all the same, and configuration is changed.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "one process tells the other how it went")]

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use casemate_test_support::{Casemate, CasemateBuilder};
use serde_json::{Value, json};

const DISK: &str = "CASEMATE_TEST_SMALL_DISK";
/// What the process on the small disk says when all was as it should be.
const DONE: &str = "refusals were counted and changes were made";
/// How many are refused while there is no room.
const REFUSED: usize = 300;

/// Fills a disk to its last byte.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// How often refusals of nobody's requests are on record.
fn counted(casemate: &Casemate, key: &str) -> usize {
    let answer = casemate.post("/api/v1/audit-events/anonymous-denials/search", key, "{}").unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let counts = answer["items"].as_array().unwrap().iter().map(|item| item["count"].as_u64().unwrap());
    usize::try_from(counts.sum::<u64>()).unwrap()
}

fn make_role(casemate: &Casemate, key: &str, name: &str) -> Value {
    let role = json!({ "name": name, "permissions": [] });
    let answer = casemate.post("/api/v1/roles", key, &role.to_string()).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

#[test]
#[ignore = "the process that the other test starts on a disk of its own"]
fn on_a_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let disk = Path::new(&disk);
    let casemate = CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), disk.join("data"))
        .arg("--reserve-megabytes=0")
        .start()
        .unwrap();
    let key = casemate.administrator().unwrap();
    fill(&disk.join("filling"));

    for _ in 0..REFUSED {
        assert_eq!(casemate.request("GET /api/v1/roles", &[], "").unwrap().status, 401);
    }
    let tried = |casemate: &Casemate| casemate.log().contains("refusals wait to be written").then_some(());
    casemate.wait_until(tried).unwrap();
    make_role(&casemate, &key, "made-on-a-full-disk");

    std::fs::remove_file(disk.join("filling")).unwrap();
    let all = |casemate: &Casemate| (counted(casemate, &key) >= REFUSED).then_some(());
    casemate.wait_until(all).unwrap();
    assert_eq!(counted(&casemate, &key), REFUSED, "each is counted once");
    make_role(&casemate, &key, "made-with-room");
    println!("{DONE}");
}

#[test]
fn nobody_fills_a_full_disk_and_changes_are_made_on_it() {
    let folder = crate::Folder::new();
    // The disk is seen by the process alone, and goes with it.
    let prepare = "mount -t tmpfs -o size=96m none \"$1\" || exit 77; \
                   exec \"$0\" full_disk::on_a_small_disk --exact --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", prepare])
        .arg(std::env::current_exe().unwrap())
        .arg(folder.0.path())
        .env(DISK, folder.0.path())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => output,
        _ => return eprintln!("skipped: mounting a disk takes root's rights"),
    };
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains(DONE), "{said}");
}
