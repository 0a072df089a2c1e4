//! What is started or handed out has the console in it: without Node.js, which builds it, there is neither.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

type Outcome = Result<(), Box<dyn Error>>;

/// An empty folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn make(name: &str) -> Result<Self, std::io::Error> {
        let folder = std::env::temp_dir().join(format!("casemate-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// The chore, on a machine where no program is found, whose builds would go to `target`.
fn xtask(chore: &str, target: &Path) -> Result<Output, std::io::Error> {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg(chore)
        .env("PATH", target)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("CARGO")
        .output()
}

fn refuses(chore: &str) -> Outcome {
    let target = Folder::make(chore)?;
    let output = xtask(chore, &target.0)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{chore} went on: {said}");
    assert!(said.contains("install Node.js"), "{chore} does not say what is missing: {said}");
    assert_eq!(fs::read_dir(&target.0)?.count(), 0, "{chore} built something");
    Ok(())
}

#[test]
fn nothing_is_handed_out() -> Outcome {
    refuses("dist")
}

#[test]
fn nothing_is_started() -> Outcome {
    refuses("up")
}
