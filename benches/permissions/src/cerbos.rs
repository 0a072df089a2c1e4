//! Cerbos as npm has it, installed once below `target`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

const PACKAGE: &str = include_str!("../cerbos/package.json");
const LOCK: &str = include_str!("../cerbos/package-lock.json");

/// The server's binary.
pub(crate) fn installed() -> Result<PathBuf, Failure> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join("bench-permissions/cerbos");
    fs::create_dir_all(&folder)?;
    let binary = folder.join("node_modules/@cerbos/cerbos-linux-x64/cerbos-linux-x64");
    let mark = folder.join("installed");
    if fs::read_to_string(&mark).is_ok_and(|present| present == LOCK) {
        return Ok(binary);
    }
    fs::write(folder.join("package.json"), PACKAGE)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])
        .current_dir(&folder)
        .stdout(Stdio::null())
        .status();
    match npm {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("npm is needed, which Cerbos is installed with: apt-get install npm".into())
        }
        Err(error) => Err(error.into()),
        Ok(status) if status.success() => {
            fs::write(mark, LOCK)?;
            Ok(binary)
        }
        Ok(status) => Err(format!("npm ci failed in {} ({status})", folder.display()).into()),
    }
}
