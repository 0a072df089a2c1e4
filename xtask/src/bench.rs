//! Benchmarks: one workspace member each, built only here.

use crate::command::{cargo, succeed};
use crate::project::{Project, members, string};
use crate::{Failure, Outcome};

const PREFIX: &str = "casemate-bench-";

/// `bench NAME [ARGUMENT...]`: the arguments are the benchmark's own.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    let metadata = project.metadata(&["--no-deps"])?;
    let names: Vec<&str> = members(&metadata)
        .into_iter()
        .filter_map(|package| string(package, "name").strip_prefix(PREFIX))
        .collect();
    let known = || format!("benchmarks: {}", names.join(", "));
    let Some((name, rest)) = arguments.split_first() else {
        return Err(Failure::Usage(format!("bench needs a name; {}", known())));
    };
    if !names.contains(&name.as_str()) {
        return Err(Failure::Usage(format!("no benchmark `{name}`; {}", known())));
    }
    let package = format!("{PREFIX}{name}");
    succeed(
        cargo(project)
            .args(["run", "--release", "--locked", "--quiet", "--package", &package, "--"])
            .args(rest),
    )?;
    Ok(())
}
