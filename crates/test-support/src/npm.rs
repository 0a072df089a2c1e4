//! Servers that are scripts for Node.js, with packages of npm.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::{Program, StartError, find_program};

/// A script with its packages.
pub(crate) struct NodeScript {
    /// The folder below `target/test-support` that it is installed in.
    pub(crate) folder: &'static str,
    /// Its `package.json`.
    pub(crate) package: &'static str,
    /// Its `package-lock.json`, which names no registry.
    pub(crate) lock: &'static str,
    /// What the script is called.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) script: &'static str,
}

impl NodeScript {
    /// Where the script is; its packages are installed once, by whoever comes first.
    pub(crate) fn installed(&self) -> Result<PathBuf, StartError> {
        let NodeScript { folder, package, lock, name, script } = *self;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-support").join(folder);
        let failed = |action: &str| {
            let action = format!("{action} in {}", folder.display());
            move |error| StartError::io(action, error)
        };
        fs::create_dir_all(&folder).map_err(failed("create a folder"))?;
        let turn = File::create(folder.join("lock")).map_err(failed("create a file"))?;
        turn.lock().map_err(failed("lock a file"))?;
        let write = |name: &str, text: &str| -> Result<(), StartError> {
            let path = folder.join(name);
            // Another test may be reading it: what is right already stays as it is.
            if fs::read_to_string(&path).is_ok_and(|present| present == text) {
                return Ok(());
            }
            let part = folder.join(format!("{name}.part"));
            fs::write(&part, text).and_then(|()| fs::rename(&part, &path)).map_err(failed("write a file"))
        };
        write(name, script)?;
        if fs::read_to_string(folder.join("installed")).is_ok_and(|present| present == lock) {
            return Ok(folder.join(name));
        }
        write("package.json", package)?;
        write("package-lock.json", lock)?;
        let npm = find_program("npm", &[], "npm")?;
        Program::new(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run_to_end(&folder)?;
        write("installed", lock)?;
        Ok(folder.join(name))
    }
}
