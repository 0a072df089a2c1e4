//! The web console: built into `web/dist`, where the binary takes it from, and tested in a browser.

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
