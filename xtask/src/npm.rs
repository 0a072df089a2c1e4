//! Packages of Node.js in this repository: installed as their lock files say, and their scripts run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{output, succeed};
use crate::project::Project;

/// The oldest version of Node that is enough for all of them.
const NODE: (u32, u32) = (20, 19);
/// In the folder of what is installed: the lock file that it was installed by.
const INSTALLED: &str = "node_modules/.installed-by-xtask";

/// A folder with a `package.json`.
#[derive(Clone, Copy)]
pub(crate) struct Package<'a> {
    project: &'a Project,
    folder: &'static str,
}

impl<'a> Package<'a> {
    /// The package in a folder of the project. Fails where there is no Node that is new enough, and says what to install.
    pub(crate) fn find(project: &'a Project, folder: &'static str) -> Result<Package<'a>, String> {
        node()?;
        Ok(Package { project, folder })
    }

    /// Installs what the lock file says, and nothing else, unless it is installed.
    pub(crate) fn install(self) -> Result<(), String> {
        let lock = self.project.read(&format!("{}/package-lock.json", self.folder))?;
        let mark = self.place().join(INSTALLED);
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        succeed(self.npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
        // Written last, so that an installation that was broken off is made again.
        fs::write(&mark, lock).map_err(|e| format!("could not write {}: {e}", mark.display()))
    }

    /// The script with this name, to be run.
    pub(crate) fn script(self, name: &str) -> Command {
        let mut command = self.npm();
        command.args(["run", "--silent", name]);
        command
    }

    fn place(self) -> PathBuf {
        self.project.root().join(self.folder)
    }

    fn npm(self) -> Command {
        let mut command = Command::new("npm");
        command.current_dir(self.place());
        // Newer versions of Node leave compiled code in the folder for temporary files otherwise.
        command.env("NODE_DISABLE_COMPILE_CACHE", "1");
        command
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_by_their_first_two_numbers() {
        assert_eq!(version_of("v20.19.1\n"), Some(NODE));
        assert!(version_of("v20.2.0").is_some_and(|version| version < NODE));
        assert!(version_of("v22.0.0").is_some_and(|version| version > NODE));
        assert_eq!(version_of("none"), None);
    }
}
