//! Fuzzing with libFuzzer on the stable toolchain: the compiler's coverage pass is asked for by flags that stable
//! accepts, and `libfuzzer-sys` brings the runtime.

use std::fs;
use std::process::Command;

use crate::command::{cargo, succeed, watch_lines};
use crate::console::say;
use crate::project::{Project, host, list, members, string};
use crate::{Failure, Outcome, needs};

const PACKAGE: &str = "casemate-fuzz";
const DEFAULT_SECONDS: u64 = 60;

const FLAGS: [&str; 8] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "-Cdebug-assertions=on",
    "--cfg=fuzzing",
];

fn options(arguments: &[String]) -> Outcome<(u64, Vec<String>)> {
    let (mut seconds, mut targets) = (DEFAULT_SECONDS, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--seconds" {
            let number = rest.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
            seconds = number.ok_or_else(|| Failure::Usage("--seconds needs a number above 0".into()))?;
        } else if argument.starts_with('-') {
            return Err(Failure::Usage(format!("unexpected argument `{argument}`")));
        } else {
            targets.push(argument.clone());
        }
    }
    Ok((seconds, targets))
}

/// `fuzz [--seconds N] [TARGET...]`: N seconds each; fails where a target found a crash, after all of them ran.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    let (seconds, asked) = options(arguments)?;
    let metadata = project.metadata(&["--no-deps"])?;
    let all: Vec<String> = members(&metadata)
        .into_iter()
        .filter(|package| string(package, "name") == PACKAGE)
        .flat_map(|package| list(package, "targets"))
        .filter(|target| list(target, "kind").any(|kind| kind == "bin"))
        .map(|target| string(target, "name").to_owned())
        .collect();
    if let Some(unknown) = asked.iter().find(|name| !all.contains(name)) {
        return Err(Failure::Usage(format!("no fuzz target `{unknown}`; targets: {}", all.join(", "))));
    }
    let targets = if asked.is_empty() { all } else { asked };
    if targets.is_empty() {
        return Err(Failure::Failed(format!("the package {PACKAGE} has no targets")));
    }
    needs::for_fuzzing()?;
    let host = host()?;
    let folder = project.target().join("fuzz");
    say(&format!("building {} with coverage", targets.join(", ")));
    // With `--target`, the flags reach the targets and their libraries, not build scripts and procedural macros.
    succeed(
        cargo(project)
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
            // One after the other, targets take a minute each to optimise while linking, for little speed.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .args([
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--package",
                PACKAGE,
                "--bins",
                "--target",
                &host,
            ])
            .arg("--target-dir")
            .arg(&folder),
    )?;
    let binaries = folder.join(&host).join("release");
    let mut results = Vec::new();
    for target in &targets {
        say(&format!("==> {target}, {seconds} s"));
        let corpus = project.root().join("fuzz/corpus").join(target);
        let artifacts = project.root().join("fuzz/artifacts").join(target);
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).map_err(|e| format!("could not create {}: {e}", folder.display()))?;
        }
        let mut command = Command::new(binaries.join(target));
        command
            .current_dir(project.root())
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-print_final_stats=1", "-timeout=10", "-rss_limit_mb=2048", "-verbosity=0"])
            .args(["-max_len=8192", "-len_control=50"]);
        let dictionary = project.root().join("fuzz/dictionaries").join(target);
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        command.arg(&corpus);
        let seeds = project.root().join("fuzz/seeds").join(target);
        if seeds.is_dir() {
            command.arg(seeds);
        }
        // A crash is shown whole; from a good run only the numbers matter.
        let (passed, lines) = watch_lines(&mut command, |_| ())?;
        if !passed {
            say(&lines.join("\n"));
        }
        results.push((target, executions(&lines), passed));
    }
    say("");
    for (target, executions, passed) in &results {
        let executions = executions.map_or_else(|| "?".to_owned(), |number| number.to_string());
        let end = if *passed { "no crash" } else { "CRASHED: the input is in fuzz/artifacts" };
        say(&format!("{target:<20} {executions:>12} executions in {seconds} s, {end}"));
    }
    let crashed: Vec<&str> =
        results.iter().filter(|(_, _, passed)| !passed).map(|(name, ..)| name.as_str()).collect();
    if crashed.is_empty() { Ok(()) } else { Err(Failure::Failed(format!("crashed: {}", crashed.join(", ")))) }
}

fn executions(lines: &[String]) -> Option<u64> {
    lines.iter().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_read_from_the_final_statistics() {
        let lines = ["Done 12 runs".to_owned(), "stat::number_of_executed_units: 3109760".to_owned()];
        assert_eq!(executions(&lines), Some(3_109_760));
        assert_eq!(executions(&[]), None);
    }

    #[test]
    fn options_are_read_and_wrong_ones_refused() {
        let read = |words: &[&str]| options(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&["--seconds", "5", "names"]).unwrap(), (5, vec!["names".to_owned()]));
        assert_eq!(read(&[]).unwrap(), (DEFAULT_SECONDS, vec![]));
        assert!(read(&["--seconds", "0"]).is_err());
        assert!(read(&["--second", "5"]).is_err());
    }
}
