//! Where the project is and what cargo knows of it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::command;

/// The checkout that this chore works on.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    pub(crate) fn find() -> Result<Self, String> {
        let own = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.parent().ok_or("xtask is not inside a project")?.to_owned();
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
    }

    /// `cargo metadata`, with `arguments` beside the format.
    pub(crate) fn metadata(&self, arguments: &[&str]) -> Result<Value, String> {
        let text = command::output(
            command::cargo(self).args(["metadata", "--format-version", "1", "--locked"]).args(arguments),
        )?;
        serde_json::from_str(&text).map_err(|e| format!("cargo metadata is no JSON: {e}"))
    }

    pub(crate) fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.root.join(path)).map_err(|e| format!("could not read {path}: {e}"))
    }
}

/// The platform that this machine's compiler builds for.
pub(crate) fn host() -> Result<String, String> {
    let version = command::output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV names no host".to_owned())
}

/// The workspace's packages.
pub(crate) fn members(metadata: &Value) -> Vec<&Value> {
    let ids: Vec<&Value> = list(metadata, "workspace_members").collect();
    list(metadata, "packages")
        .filter(|package| package.get("id").is_some_and(|id| ids.contains(&id)))
        .collect()
}

/// The elements of a member that is a list; none where it is absent.
pub(crate) fn list<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

/// A member that is a string; empty where it is absent.
pub(crate) fn string<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The Rust files under `folder`, in the order of their paths.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|e| format!("could not read {}: {e}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|e| format!("could not read {}: {e}", folder.display()))?.path();
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != OsStr::new("node_modules") && name != OsStr::new("target") {
                open.push(path);
            } else if path.extension() == Some(OsStr::new("rs")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
