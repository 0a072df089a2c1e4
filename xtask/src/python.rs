//! Programs from the Python package index, each in an environment of its own below `target`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{find, succeed};
use crate::console::say;
use crate::needs;
use crate::project::Project;

/// The environment `name`, with these packages installed where it is not there yet.
pub(crate) fn environment(project: &Project, name: &str, packages: &[String]) -> Result<PathBuf, String> {
    let folder = project.target().join("tools").join(name);
    // Written last, so that an installation that was broken off is made again.
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(folder);
    }
    needs::for_python()?;
    let python = find("python3", &[]).ok_or("python3 is not installed")?;
    say(&format!("installing {name}"));
    drop(fs::remove_dir_all(&folder));
    succeed(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--timeout", "30"];
    succeed(Command::new(folder.join("bin/python")).args(pip).args(packages))?;
    fs::write(&complete, "").map_err(|error| format!("could not write {}: {error}", complete.display()))?;
    Ok(folder)
}
