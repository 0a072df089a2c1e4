//! The TypeScript SDK: built, type-checked and tested, beside the engine and the server that it speaks to.

use std::path::PathBuf;

use crate::command::{cargo, succeed};
use crate::npm::Package;
use crate::project::Project;
use crate::tested::Binary;
use crate::{tested, wasm};

const FOLDER: &str = "sdk/typescript";
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
    let package = Package::find(project, FOLDER)?;
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
    package.install()?;
    succeed(&mut package.script("check"))?;
    succeed(package.script("test").env(CASES, &cases).env(BINARY, project.target().join("debug/casemate")))
}
