//! Files that commands are given, and that somebody else had a hand in.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::policy::ADA_READS;
use crate::{Folder, run};

#[test]
fn a_file_that_is_no_backup_is_refused_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let scrypt = |work: u32| {
        let header = format!("-> scrypt AAAAAAAAAAAAAAAAAAAAAA {work}");
        let body = "A".repeat(43);
        format!("age-encryption.org/v1\n{header}\n{body}\n--- {body}\n").into_bytes()
    };
    let cases: [(&str, Vec<u8>); 5] = [
        ("empty", Vec::new()),
        ("text", b"revision = 1\n".to_vec()),
        ("zeros", vec![0; 1 << 20]),
        // To try the passphrase once would take 2^30 blocks of a kilobyte each: a terabyte of memory.
        ("work", scrypt(30)),
        ("no work", scrypt(0)),
    ];
    for (name, bytes) in cases {
        let file = folder.0.path().join(name);
        fs::write(&file, bytes).unwrap();
        let file = file.display().to_string();
        for said in [run(&["backup", &file, "--check"]), folder.run(&["restore", &file, "--replace"])] {
            assert!(
                said.code == Some(1) && said.err.contains("the backup does not open"),
                "{name}: {said:?}"
            );
        }
    }
    let made: Vec<_> = fs::read_dir(folder.data()).map(|entries| entries.count()).into_iter().collect();
    assert!(made.iter().all(|count| *count == 0), "{made:?}");
}

#[test]
fn a_policy_folder_that_would_take_all_memory_or_time_is_refused_and_changes_nothing() {
    let folder = Folder::new();
    folder.write("policy.toml", ADA_READS);
    assert_eq!(folder.apply(&[]).code, Some(0));
    let log = || folder.run(&["policy", "log", "--format=json"]).out;
    let before = log();
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil); 5] = [
        // Twenty ways back in each of eight levels.
        ("at most 1000 folders", |policy| {
            let folder = policy.join("folder");
            fs::create_dir(&folder).unwrap();
            for number in 0..20 {
                symlink(".", folder.join(format!("again{number}"))).unwrap();
            }
        }),
        ("is neither a file nor a folder", |policy| {
            symlink("/dev/zero", policy.join("zero.toml")).unwrap();
        }),
        ("is neither a file nor a folder", |policy| {
            let pipe = policy.join("pipe.toml");
            assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
        }),
        ("is longer than 4194304 bytes", |policy| {
            File::create(policy.join("large.toml")).unwrap().set_len(1 << 40).unwrap();
        }),
        ("at most 1000 files", |policy| {
            for number in 0..=1_000 {
                fs::write(policy.join(format!("{number}.toml")), "").unwrap();
            }
        }),
    ];
    for (reason, spoil) in cases {
        fs::remove_dir_all(folder.policy()).unwrap();
        folder.write("policy.toml", ADA_READS);
        spoil(&folder.policy());
        for option in ["--dry-run", "--prune"] {
            let said = folder.apply(&[option]);
            // Long lines are broken.
            let told = said.err.replace("\n  | ", " ");
            assert!(said.code == Some(2) && told.contains(reason), "{reason}: {said:?}");
        }
    }
    assert_eq!(log(), before);
}

#[test]
fn a_root_key_that_others_may_read_or_that_is_a_link_is_not_used() {
    let folder = Folder::new();
    let server = folder.builder().start().unwrap();
    drop(server);
    let key = folder.data().join("root.key");
    let backup = folder.0.path().join("casemate.backup").display().to_string();
    let commands: [&[&str]; 2] = [&["backup", &backup], &["admin", "rotate-root-key"]];
    let refused = |reason: &str| {
        for command in commands {
            let said = folder.run(command);
            let told = said.err.replace("\n  | ", " ");
            assert!(matches!(said.code, Some(1 | 2)) && told.contains(reason), "{command:?}: {said:?}");
            assert!(!Path::new(&backup).exists(), "{command:?}");
        }
    };
    let text = fs::read_to_string(&key).unwrap();
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&key, Permissions::from_mode(mode)).unwrap();
        refused("others may open");
    }
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    let elsewhere = folder.0.path().join("elsewhere.key");
    fs::rename(&key, &elsewhere).unwrap();
    symlink(&elsewhere, &key).unwrap();
    refused("root.key");
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), text);
}
