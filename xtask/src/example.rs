//! The example of three subgraphs behind a gateway: started, and walked through.

use std::process::Command;

use crate::command::succeed;
use crate::project::Project;
use crate::tested;
use crate::tested::Binary;

/// The crate of its subgraphs in Rust.
pub(crate) const PACKAGE: &str = "casemate-federated-cms";
/// Where its script finds the programs that were built already.
const BINARIES: &str = "FEDERATED_CMS_BINARIES";

/// Walks through the example with the programs that the tests were run with.
pub(crate) fn test(project: &Project, binary: Binary<'_>) -> Result<(), String> {
    tested::build(project, binary)?;
    let mut command = Command::new(project.root().join("examples/federated-cms/run"));
    succeed(command.current_dir(project.root()).env(BINARIES, project.target().join("debug")))
}
