//! What is handed out: one archive with the binary, how to run it, what it is made of, and checksums.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cargo, find, output, succeed};
use crate::console::say;
use crate::project::{Project, host};
use crate::{Outcome, sbom, web};

/// What goes into the archive beside the binary and its bill of materials: where it is, where it goes, and its mode.
const FILES: &[(&str, &str, u32)] = &[
    ("README.md", "README.md", 0o644),
    ("CHANGELOG.md", "CHANGELOG.md", 0o644),
    ("SECURITY.md", "SECURITY.md", 0o644),
    ("ARCHITECTURE.md", "ARCHITECTURE.md", 0o644),
    ("CONTRIBUTING.md", "CONTRIBUTING.md", 0o644),
    ("LICENSE", "LICENSE", 0o644),
    ("deploy/casemate.toml", "casemate.toml", 0o644),
    ("deploy/systemd/casemate.service", "systemd/casemate.service", 0o644),
    ("deploy/container/Containerfile", "container/Containerfile", 0o644),
];

/// Folders that go into it as they are kept: what those files lead to, and the policy of the tour.
const FOLDERS: [&str; 2] = ["docs", "examples/policy"];

/// `dist`: builds the release binary and writes `target/dist/casemate-VERSION-PLATFORM.tar.gz` and its checksum. The same
/// checkout gives the same archive around the binary: names in order, no owners, the time of the last commit.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    crate::no_more(arguments)?;
    say("building the console");
    web::build(project)?;
    say("building casemate, optimised");
    let build = ["build", "--locked", "--release", "--package", "casemate-cli", "--bin", "casemate"];
    succeed(cargo(project).args(build))?;
    let binary = project.target().join("release/casemate");
    web::carried(project, &binary)?;
    let name = format!("casemate-{}-{}", version(&binary)?, host()?);
    let dist = project.target().join("dist");
    let folder = dist.join(&name);
    drop(fs::remove_dir_all(&folder));

    put(&binary, &folder.join("bin/casemate"), 0o755)?;
    strip(&folder.join("bin/casemate"))?;
    for (from, to, mode) in FILES {
        put(&project.root().join(from), &folder.join(to), *mode)?;
    }
    for file in kept_in(project, &FOLDERS)? {
        put(&project.root().join(&file), &folder.join(&file), 0o644)?;
    }
    sbom::write(project)?;
    put(&project.target().join("sbom/casemate.cdx.json"), &folder.join("casemate.cdx.json"), 0o644)?;
    write_checksums(&folder)?;
    let archive = pack(project, &dist, &name)?;
    say(&format!("{} ({} KiB)", archive.display(), kibibytes(&archive)));
    say(&format!("unpack it anywhere; `{name}/bin/casemate serve` needs nothing else"));
    Ok(())
}

/// The files that are kept in these folders; none that only lies there.
fn kept_in(project: &Project, folders: &[&str]) -> Result<Vec<String>, String> {
    let listed =
        output(Command::new("git").current_dir(project.root()).args(["ls-files", "-z", "--"]).args(folders))?;
    Ok(listed.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect())
}

/// The version that the binary itself says.
fn version(binary: &Path) -> Result<String, String> {
    let said = output(Command::new(binary).arg("--version"))?;
    let version = said.split_whitespace().nth(1);
    version.map(str::to_owned).ok_or_else(|| format!("{} --version says {said:?}", binary.display()))
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("could not copy {} to {}: {e}", from.display(), to.display());
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::copy(from, to).map_err(failed)?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode)).map_err(failed)
}

/// Takes the names of functions out of the binary, half of its size, where the tool for it is there.
fn strip(binary: &Path) -> Result<(), String> {
    match find("strip", &[]) {
        Some(strip) => succeed(Command::new(strip).arg("--strip-all").arg(binary)),
        None => {
            say("the binary keeps its symbols: there is no `strip` (apt-get install binutils)");
            Ok(())
        }
    }
}

/// `SHA256SUMS` over all files of the folder, as `sha256sum --check` reads it.
fn write_checksums(folder: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    let names = files.iter().filter_map(|file| file.strip_prefix(folder).ok());
    let sums = output(Command::new("sha256sum").current_dir(folder).arg("--").args(names))?;
    let file = folder.join("SHA256SUMS");
    fs::write(&file, sums).map_err(|e| format!("could not write {}: {e}", file.display()))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644))
        .map_err(|e| format!("could not write {}: {e}", file.display()))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("could not read {}: {e}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() { list(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn pack(project: &Project, dist: &Path, name: &str) -> Result<PathBuf, String> {
    let time = output(Command::new("git").current_dir(project.root()).args([
        "show",
        "--no-patch",
        "--format=%ct",
        "HEAD",
    ]))?;
    let archive = format!("{name}.tar.gz");
    succeed(
        Command::new("tar")
            .current_dir(dist)
            .args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=posix"])
            .args(["--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"])
            .arg(format!("--mtime=@{}", time.trim()))
            .args(["--use-compress-program=gzip --no-name --best", "--create", "--file", &archive, name]),
    )?;
    let sum = output(Command::new("sha256sum").current_dir(dist).arg(&archive))?;
    let file = dist.join(format!("{archive}.sha256"));
    fs::write(&file, sum).map_err(|e| format!("could not write {}: {e}", file.display()))?;
    Ok(dist.join(archive))
}

fn kibibytes(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len() / 1_024)
}
