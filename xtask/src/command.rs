//! Other programs, run and waited for.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::console::say;
use crate::project::Project;

/// Cargo, in the project's folder, without what `cargo run` told this process about itself: a nested build must see
/// the same environment as one started by hand, or both keep rebuilding what the other built.
pub(crate) fn cargo(project: &Project) -> Command {
    let mut command = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        let own = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                || name == "CARGO"
        });
        if own {
            command.env_remove(name);
        }
    }
    command.env_remove("LD_LIBRARY_PATH").current_dir(project.root());
    command
}

fn text(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs it with this process's own output.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("could not run `{}`: {e}", text(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", text(command))) }
}

/// Runs it and answers what it printed on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("could not run `{}`: {e}", text(command)))?;
    if !output.status.success() {
        return Err(format!("`{}` failed ({})", text(command), output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{}` printed no UTF-8", text(command)))
}

/// Runs it, prints each of its lines as they come, and answers whether it succeeded with all of them.
pub(crate) fn watch(command: &mut Command) -> Result<(bool, Vec<String>), String> {
    watch_lines(command, say)
}

/// Runs it, and answers whether it succeeded with all lines that it printed.
pub(crate) fn watch_lines(command: &mut Command, see: impl Fn(&str)) -> Result<(bool, Vec<String>), String> {
    let failed = |e: std::io::Error| format!("could not run a command: {e}");
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(|e| format!("could not run `{}`: {e}", text(command)))?;
    // The command holds the pipe's writing end too: with it open here, reading would never end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut lines = Vec::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line.map_err(failed)?).into_owned();
        see(&line);
        lines.push(line);
    }
    let status = child.wait().map_err(failed)?;
    Ok((status.success(), lines))
}

/// The program on PATH or in one of `folders`.
pub(crate) fn find(program: impl AsRef<OsStr>, folders: &[&Path]) -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&on_path)
        .chain(folders.iter().map(|folder| folder.to_path_buf()))
        .map(|folder| folder.join(program.as_ref()))
        .find(|path| path.is_file())
}
