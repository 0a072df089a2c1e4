//! A folder that is followed: when something of it is news.

use casemate_directory::{Folder, Mistake, Snapshot, Watcher};

use super::{READER, allows, folder, subject};

/// What a watcher says of a change that it has not seen yet: nothing until it finds the folder the same once more.
fn at_rest(watcher: &mut Watcher) -> Option<Result<Folder, Vec<Mistake>>> {
    assert!(watcher.poll().is_none(), "the folder may still be written to");
    watcher.poll()
}

#[test]
fn a_watcher_answers_when_something_changed_and_only_then() {
    let folder = folder(&format!("format = 1\n{READER}"));
    let file = folder.path().join("policy.toml");
    let mut watcher = Watcher::new(folder.path());
    assert!(matches!(watcher.poll(), Some(Ok(_))));
    assert!(watcher.poll().is_none());
    // Written again, but not changed.
    std::fs::write(&file, format!("format = 1\n{READER}")).unwrap();
    assert!(at_rest(&mut watcher).is_none());
    std::fs::write(&file, "format = 1\n[[role]]\nname = \"reader\"\n").unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Err(_))));
    assert!(watcher.poll().is_none());
    std::fs::write(&file, format!("format = 1\n{READER}")).unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Ok(_))));
    std::fs::write(folder.path().join("more.toml"), "format = 1\n").unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Ok(_))));
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Err(_))));
    assert!(watcher.poll().is_none());
}

#[test]
fn a_file_that_is_still_written_does_not_decide() {
    let folder = folder("format = 1\n");
    let file = folder.path().join("policy.toml");
    let mut watcher = Watcher::new(folder.path());
    assert!(matches!(watcher.poll(), Some(Ok(_))));
    let half = format!("format = 1\n{READER}[[assignment]]\nrole = \"reader\"\nto = {{ id = \"ada\" }}\n");
    std::fs::write(&file, &half).unwrap();
    assert!(watcher.poll().is_none());
    std::fs::write(&file, format!("{half}until = 1970-01-01T00:00:10Z\n")).unwrap();
    assert!(watcher.poll().is_none());
    let snapshot = Snapshot::offline(watcher.poll().unwrap().unwrap().policy).unwrap();
    let ada = subject(&snapshot, "user", "ada");
    assert!(allows(&snapshot, &ada, "notes.read", 9_000_000));
    assert!(!allows(&snapshot, &ada, "notes.read", 10_000_000));
}

#[test]
fn an_emptied_folder_is_a_change_also_after_one_that_could_not_be_read() {
    let folder = folder(&format!("format = 1\n{READER}"));
    let file = folder.path().join("policy.toml");
    let mut watcher = Watcher::new(folder.path());
    assert!(matches!(watcher.poll(), Some(Ok(_))));
    std::fs::write(&file, [0xff]).unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Err(_))));
    assert!(watcher.poll().is_none(), "told once");
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Ok(_))));
    assert!(watcher.poll().is_none());
}

#[test]
fn a_link_to_nowhere_is_noticed_while_following() {
    let folder = folder(&format!("format = 1\n{READER}"));
    let link = folder.path().join("more.toml");
    let mut watcher = Watcher::new(folder.path());
    assert!(matches!(watcher.poll(), Some(Ok(_))));
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let told = at_rest(&mut watcher).unwrap().unwrap_err();
    assert_eq!(told.first().unwrap().path(), link);
    assert!(watcher.poll().is_none(), "told once");
    std::fs::remove_file(&link).unwrap();
    assert!(matches!(at_rest(&mut watcher), Some(Ok(_))), "it is said that all is well again");
}
