//! The binary that a step needs, without building what is built already.

use crate::command::{cargo, succeed};
use crate::project::Project;

const PACKAGE: &str = "casemate-cli";

/// Which build of the debug binary is wanted.
///
/// Cargo gives dependencies the features that all selected crates want of them. With another selection most of them, and all
/// of our crates, are compiled anew: minutes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Binary<'a> {
    /// The one alone.
    Alone,
    /// The one that the tests of these crates were run with, of all crates where none is named.
    Tested(&'a [String]),
}

/// Builds `target/debug/casemate`.
pub(crate) fn build(project: &Project, binary: Binary<'_>) -> Result<(), String> {
    let mut command = cargo(project);
    match binary {
        Binary::Alone => command.args(["build", "--locked", "--quiet", "--package", PACKAGE]),
        Binary::Tested(packages) => {
            command.args(["test", "--no-run", "--locked", "--quiet"]).args(selection(packages))
        }
    };
    succeed(&mut command)
}

/// The arguments that select the crates that were tested, and the binary's where it is not among them.
pub(crate) fn selection(packages: &[String]) -> Vec<&str> {
    let missing = (!packages.is_empty() && !packages.iter().any(|named| named == PACKAGE)).then_some(PACKAGE);
    packages.iter().map(String::as_str).chain(missing).flat_map(|package| ["--package", package]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_among_what_is_selected() {
        assert!(selection(&[]).is_empty(), "all crates");
        assert_eq!(
            selection(&["casemate-scim".into()]),
            ["--package", "casemate-scim", "--package", PACKAGE]
        );
        assert_eq!(selection(&[PACKAGE.into()]), ["--package", PACKAGE]);
    }
}
