//! The TypeScript SDK: built, type-checked and tested, beside the engine and the server that it speaks to.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{cargo, output, succeed};
use crate::project::Project;
use crate::tested::Binary;
use crate::{tested, wasm};

/// Random cases with the engine's answers, which the SDK must give too.
pub(crate) const CASES: &str = "CASEMATE_CASES";
/// The server that the client is tried against.
const BINARY: &str = "CASEMATE_BINARY";

/// Where these cases are written.
pub(crate) fn cases(project: &Project) -> PathBuf {
    project.target().join("typescript-cases.json")
}

/// Builds what the SDK is made of, installs what its tests need, and runs them.
pub(crate) fn test(project: &Project, binary: Binary<'_>) -> Result<(), String> {
    node()?;
    wasm::build(project)?;
    let cases = cases(project);
    // The engine's own tests have written them, unless others were run.
    if !cases.is_file() {
        succeed(cargo(project).env(CASES, &cases).args([
            "test",
            "--locked",
            "--quiet",
            "--package",
            "casemate-permission",
            "--test",
            "oracle",
            "cases_are_handed_to_other_languages",
        ]))?;
    }
    tested::build(project, binary)?;
    // Installing takes longer than the tests do, and only what the lock file says is ever installed.
    if !is_installed(project)? {
        succeed(npm(project).args(["ci", "--ignore-scripts"]))?;
        mark_installed(project)?;
    }
    succeed(npm(project).args(["run", "--silent", "check"]))?;
    succeed(
        npm(project)
            .args(["run", "--silent", "test"])
            .env(CASES, &cases)
            .env(BINARY, project.target().join("debug/casemate")),
    )
}

fn npm(project: &Project) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(project.root().join("sdk/typescript"));
    // Newer versions of Node leave compiled code in the folder for temporary files otherwise.
    command.env("NODE_DISABLE_COMPILE_CACHE", "1");
    command
}

/// The oldest version of Node that the SDK is for: the first with `AbortSignal.any`.
const NODE: (u32, u32) = (20, 3);

fn node() -> Result<(), String> {
    let (major, minor) = NODE;
    let missing = |what: &str| {
        format!("{what}: install Node.js {major}.{minor} or later with npm (apt-get install nodejs npm)")
    };
    let version = output(Command::new("node").arg("--version")).map_err(|e| missing(&e))?;
    if version_of(&version).is_none_or(|version| version < NODE) {
        return Err(missing(&format!("Node.js is {} here", version.trim())));
    }
    output(Command::new("npm").arg("--version")).map(drop).map_err(|e| missing(&e))
}

/// The first two numbers of a version such as `v20.3.1`.
fn version_of(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

const INSTALLED: &str = "sdk/typescript/node_modules/.installed-by-xtask";

/// Whether what is installed is what the lock file says.
fn is_installed(project: &Project) -> Result<bool, String> {
    let lock = project.read("sdk/typescript/package-lock.json")?;
    Ok(std::fs::read_to_string(project.root().join(INSTALLED)).is_ok_and(|installed| installed == lock))
}

/// Written last, so that an installation that was broken off is made again.
fn mark_installed(project: &Project) -> Result<(), String> {
    let lock = project.read("sdk/typescript/package-lock.json")?;
    std::fs::write(project.root().join(INSTALLED), lock)
        .map_err(|e| format!("could not write {INSTALLED}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_by_their_first_two_numbers() {
        assert_eq!(version_of("v20.3.1\n"), Some(NODE));
        assert!(version_of("v20.2.0").is_some_and(|version| version < NODE));
        assert!(version_of("v22.0.0").is_some_and(|version| version > NODE));
        assert_eq!(version_of("none"), None);
    }
}
