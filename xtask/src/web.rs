//! The web console: built into `web/dist`, where the binary takes it from, and tested in a browser.

use std::fs;
use std::path::Path;

use memchr::memmem;

use crate::command::succeed;
use crate::npm::Package;
use crate::project::Project;
use crate::tested::Binary;
use crate::{tested, wasm};

const FOLDER: &str = "web";
/// The crate that carries what is built.
pub(crate) const PACKAGE: &str = "casemate-console";
/// The server that it is tried on.
const BINARY: &str = "CASEMATE_BINARY";
/// That this server has the console in it.
const SERVES: &str = "CASEMATE_SERVES_CONSOLE";

/// Installs what building it needs, and builds it.
pub(crate) fn build(project: &Project) -> Result<(), String> {
    succeed(&mut installed(project)?.script("build"))
}

/// Fails unless what was built is in this binary: the files that its first page names, and what checks proofs.
pub(crate) fn carried(project: &Project, binary: &Path) -> Result<(), String> {
    let unread = |what: &Path, e: std::io::Error| format!("could not read {}: {e}", what.display());
    let dist = project.root().join(FOLDER).join("dist");
    let page = dist.join("index.html");
    let page = fs::read_to_string(&page).map_err(|e| unread(&page, e))?;
    let assets = dist.join("assets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&assets).map_err(|e| unread(&assets, e))? {
        let entry = entry.map_err(|e| unread(&assets, e))?;
        names.push(format!("assets/{}", entry.file_name().to_string_lossy()));
    }
    let bytes = fs::read(binary).map_err(|e| unread(binary, e))?;
    match missing(&page, &names, &bytes) {
        None => Ok(()),
        Some(what) => Err(format!(
            "{} has no console that works: {what} is not in it. Remove web/dist and try again",
            binary.display()
        )),
    }
}

/// What a binary lacks of the console that it should carry; `None` where it lacks nothing. `names` are the files that
/// were built, by their paths below the console.
fn missing(page: &str, names: &[String], binary: &[u8]) -> Option<String> {
    let is_named = |name: &&String| page.contains(name.as_str());
    let of_page: Vec<&String> = names.iter().filter(is_named).collect();
    let checks: Vec<&String> = names.iter().filter(|name| name.ends_with(".wasm")).collect();
    if of_page.is_empty() {
        return Some("a script of its first page".to_owned());
    }
    if checks.is_empty() {
        return Some("the WebAssembly that checks proofs".to_owned());
    }
    let is_absent = |name: &&&String| memmem::find(binary, name.as_bytes()).is_none();
    of_page.iter().chain(&checks).find(is_absent).map(|name| (**name).clone())
}

fn installed(project: &Project) -> Result<Package<'_>, String> {
    let package = Package::find(project, FOLDER)?;
    wasm::build(project)?;
    package.install()?;
    Ok(package)
}

/// Builds it, checks its types and that they are those of the API, and runs its tests in a browser over the real binary.
pub(crate) fn test(project: &Project, binary: Binary<'_>) -> Result<(), String> {
    let package = installed(project)?;
    tested::build(project, binary)?;
    succeed(&mut package.script("check"))?;
    // Which builds it first.
    succeed(package.script("test").env(SERVES, "1").env(BINARY, project.target().join("debug/casemate")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<script src="/console/assets/index-1.js"></script>"#;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_binary_without_the_console_lacks_it() {
        let built = names(&["assets/index-1.js", "assets/later-2.js", "assets/audit-3.wasm"]);
        assert_eq!(missing(PAGE, &built, b"..assets/index-1.js..assets/audit-3.wasm"), None);
        assert_eq!(missing(PAGE, &built, b"..assets/audit-3.wasm").as_deref(), Some("assets/index-1.js"));
        assert_eq!(missing(PAGE, &built, b"..assets/index-1.js").as_deref(), Some("assets/audit-3.wasm"));
    }

    #[test]
    fn a_console_that_was_built_in_part_is_none() {
        assert!(missing(PAGE, &names(&["assets/audit-3.wasm"]), b"assets/audit-3.wasm").is_some());
        assert!(missing(PAGE, &names(&["assets/index-1.js"]), b"assets/index-1.js").is_some());
    }
}
