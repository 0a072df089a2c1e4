//! SCIM by a conformance suite of others: scim2-tester asks the real binary, on both databases.

use std::process::Command;

use crate::Outcome;
use crate::command::cargo;
use crate::project::Project;
use crate::python;

/// The version that is installed from the Python package index.
const VERSION: &str = "0.5.2";
/// What it is built on, so that the same checks run everywhere.
const WITH: [&str; 2] = ["scim2-client==0.13.2", "scim2-models==0.12.3"];
/// The environment variable by which the tests learn which Python has the suite.
const PYTHON: &str = "SCIM2_TESTER_PYTHON";

/// The tests that run every check. Where the suite cannot be had, says that they were not run,
/// and fails where every check was asked for.
pub(crate) fn tests(project: &Project, tested: &[String]) -> Outcome<Option<Command>> {
    let mut packages = vec![format!("scim2-tester[httpx2]=={VERSION}")];
    packages.extend(WITH.map(str::to_owned));
    match python::environment(project, &format!("scim2-tester-{VERSION}"), &packages) {
        Ok(folder) => {
            let mut command = cargo(project);
            command.env(PYTHON, folder.join("bin/python"));
            command
                .args(["test", "--locked", "--test", "scim2_tester"])
                .args(crate::tested::selection(tested));
            Ok(Some(command))
        }
        Err(why) => {
            python::not_run("SCIM was not tried", &format!("scim2-tester {VERSION}"), &why)?;
            Ok(None)
        }
    }
}
