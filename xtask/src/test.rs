//! Every check and test of the project, in turn.

use std::fs;
use std::time::Instant;

use crate::command::{cargo, succeed, watch};
use crate::console::say;
use crate::layers::{Counts, targets};
use crate::project::{Project, list, members, string};
use crate::tested::Binary;
use crate::{Failure, Outcome, example, needs, threat_model, typescript, web};

/// The environment variable by which property tests run their long form.
const LONG: &str = "CASEMATE_LONG";
/// The crates whose tests have a long form, and where beside their code it is. The others' would say nothing new.
const LONG_TESTS: [(&str, Option<&str>); 6] = [
    ("casemate-audit", Some("detections")),
    ("casemate-expression", Some("sql_filters")),
    ("casemate-permission", Some("oracle")),
    ("casemate-directory", Some("administration")),
    ("casemate-store", None),
    ("casemate-server", Some("scim")),
];
/// The crate of the real binary, where the long form is beside its code, and the names of the few tests that have one.
const LONG_BY_BINARY: [&str; 4] =
    ["casemate-cli", "end_to_end", "locks_nobody_out", "memory_does_not_grow_with_the_log"];

/// The crates whose tests have a long form.
fn long_crates() -> impl Iterator<Item = &'static str> {
    LONG_TESTS.into_iter().map(|(package, _)| package).chain(LONG_BY_BINARY.into_iter().take(1))
}
/// What the TypeScript SDK is made of: its tests run where one of these is tested.
const WASM: [&str; 4] =
    ["casemate-permission", "casemate-permission-wasm", "casemate-audit", "casemate-audit-wasm"];
/// How long the API is fuzzed.
const API_FUZZ_SECONDS: u64 = 45;
/// The environment variable that names the folder of test vectors.
const VECTORS: &str = "CASEMATE_VECTORS";

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    long: bool,
    packages: Vec<String>,
}

fn options(arguments: &[String]) -> Outcome<Options> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--long" => options.long = true,
            "-p" | "--package" => match rest.next() {
                Some(package) => options.packages.push(package.clone()),
                None => return Err(Failure::Usage(format!("{argument} needs the name of a crate"))),
            },
            other => return Err(Failure::Usage(format!("unexpected argument `{other}`"))),
        }
    }
    Ok(options)
}

/// `test [--long] [-p CRATE]`: runs every step, also after one failed, and fails where one did.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    let options = options(arguments)?;
    let mut steps = Steps::default();
    steps.step("what the tests need", || Ok(needs::for_tests()?));
    if options.long {
        return long(project, &options, steps);
    }
    if options.packages.is_empty() {
        steps.step("format", || Ok(succeed(cargo(project).args(["fmt", "--all", "--check"]))?));
        steps.step("lints", || {
            let lints = ["clippy", "--locked", "--quiet", "--all-targets", "--", "--deny", "warnings"];
            Ok(succeed(cargo(project).args(lints))?)
        });
        steps.step("arrows between crates and areas", || crate::check_dependencies(project));
        steps.step("threat model", || threat_model::check(project));
    }
    let mut counts = Counts::default();
    let selection: Vec<&str> = select(&options).collect();
    steps.step("tests", || tests(project, &selection, false, &mut counts));
    if covers(&options, "casemate-permission") {
        steps.step("faults seeded into the permission engine", || {
            seeded_faults(project, &options, &mut counts)
        });
    }
    if covers(&options, "casemate-sdk") {
        steps.step("guards of the SDK that nothing else builds", || {
            optional_guards(project, &options, &mut counts)
        });
    }
    let binary = Binary::Tested(&options.packages);
    if covers(&options, "casemate-server") {
        steps
            .step("API against its description", || crate::api_fuzz::fuzz(project, binary, API_FUZZ_SECONDS));
    }
    if covers(&options, "casemate-scim") || covers(&options, "casemate-server") {
        steps.step("SCIM by scim2-tester", || match crate::scim_tester::tests(project, &options.packages)? {
            Some(mut command) => watch_libtest(project, &mut command, &mut counts),
            None => Ok(()),
        });
    }
    if WASM.iter().any(|package| covers(&options, package)) {
        steps.step("TypeScript SDK", || Ok(typescript::test(project, binary)?));
    }
    if covers(&options, web::PACKAGE) {
        steps.step("console in a browser", || Ok(web::test(project, binary)?));
    }
    if covers(&options, example::PACKAGE) {
        steps.step("subgraphs behind a gateway", || Ok(example::test(project, binary)?));
    }
    steps.step("examples in documentation", || examples(project, &options, &mut counts));
    finish(project, &steps, &counts)
}

/// The tests that have a long form, optimised, in that form.
fn long(project: &Project, options: &Options, mut steps: Steps) -> Outcome<()> {
    let chosen: Vec<_> = LONG_TESTS.into_iter().filter(|(package, _)| covers(options, package)).collect();
    if !options.packages.iter().all(|named| long_crates().any(|known| known == named)) {
        let packages: Vec<&str> = long_crates().collect();
        return Err(Failure::Usage(format!("only {} have tests with a long form", packages.join(", "))));
    }
    let mut counts = Counts::default();
    if !chosen.is_empty() {
        steps.step("tests in their long form", || {
            let mut selection: Vec<&str> =
                chosen.iter().flat_map(|(package, _)| ["--package", package]).collect();
            selection.push("--lib");
            selection.extend(chosen.iter().filter_map(|(_, test)| *test).flat_map(|test| ["--test", test]));
            tests(project, &selection, true, &mut counts)
        });
    }
    let [package, test, names @ ..] = LONG_BY_BINARY;
    if covers(options, package) {
        steps.step("passwords tried at many accounts, and a log of a million events", || {
            let selection = [&["--package", package, "--test", test][..], &names[..]].concat();
            tests(project, &selection, true, &mut counts)
        });
    }
    if covers(options, "casemate-permission") {
        steps.step("faults seeded into the permission engine", || {
            seeded_faults(project, options, &mut counts)
        });
    }
    finish(project, &steps, &counts)
}

fn finish(project: &Project, steps: &Steps, counts: &Counts) -> Outcome<()> {
    say(&format!("\n{}\n\n{}", counts.table(), steps.table()));
    say_vectors(project);
    let total = counts.total();
    say(&format!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped));
    match steps.failed() {
        failed if failed.is_empty() => Ok(()),
        failed => Err(Failure::Failed(format!("failed: {}", failed.join(", ")))),
    }
}

fn say_vectors(project: &Project) {
    let folder =
        std::env::var_os(VECTORS).map_or_else(|| project.root().join("../shared/vectors"), Into::into);
    if !folder.is_dir() {
        say(&format!(
            "no vectors in {} ({VECTORS} names the folder): tests that read them passed over them",
            folder.display()
        ));
    }
}

fn select(options: &Options) -> impl Iterator<Item = &str> {
    options.packages.iter().flat_map(|package| ["--package", package.as_str()])
}

fn tests(project: &Project, selection: &[&str], is_long: bool, counts: &mut Counts) -> Outcome<()> {
    let mut command = cargo(project);
    if is_long {
        command.env(LONG, "1");
    } else {
        // Those of an earlier run would be of another engine.
        let cases = typescript::cases(project);
        drop(fs::remove_file(&cases));
        command.env(typescript::CASES, cases);
    }
    let nextest =
        cargo(project).args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    if nextest {
        let profile = if is_long { "long" } else { "default" };
        command.args([
            "nextest",
            "run",
            "--locked",
            "--no-fail-fast",
            "--no-tests",
            "warn",
            "--profile",
            profile,
        ]);
        if is_long {
            command.args(["--cargo-profile", "long", "--success-output", "immediate"]);
        }
        let report = project.target().join("nextest").join(profile).join("junit.xml");
        drop(fs::remove_file(&report));
        let (passed, lines) = watch(command.args(selection))?;
        if let Ok(text) = fs::read_to_string(&report) {
            counts.read_junit(&text);
            counts.read_nextest_summary(&lines);
        }
        return if passed { Ok(()) } else { Err(Failure::Failed("cargo nextest run failed".into())) };
    }
    say("cargo-nextest is not installed: running the tests by cargo test");
    command.args(["test", "--locked", "--no-fail-fast"]);
    command.args(if is_long { ["--profile", "long"].as_slice() } else { &["--lib", "--bins", "--tests"] });
    command.args(selection);
    if is_long {
        command.args(["--", "--show-output"]);
    }
    watch_libtest(project, &mut command, counts)
}

/// Whether a crate is among those that are tested.
fn covers(options: &Options, package: &str) -> bool {
    options.packages.is_empty() || options.packages.iter().any(|named| named == package)
}

/// The engine with hooks for faults is compiled for this one test alone.
fn seeded_faults(project: &Project, options: &Options, counts: &mut Counts) -> Outcome<()> {
    let mut command = cargo(project);
    command.args(["test", "--locked", "--features", "casemate-permission/faults"]).args(select(options));
    command.args(["--test", "oracle", "every_seeded_fault_is_noticed"]);
    watch_libtest(project, &mut command, counts)
}

/// What these guards are for is compiled for their tests alone.
fn optional_guards(project: &Project, options: &Options, counts: &mut Counts) -> Outcome<()> {
    let mut command = cargo(project);
    command.args(["test", "--locked", "--features", "casemate-sdk/async-graphql,casemate-sdk/tonic"]);
    command.args(select(options)).args(["--test", "directive", "--test", "graphql", "--test", "grpc"]);
    watch_libtest(project, &mut command, counts)
}

fn examples(project: &Project, options: &Options, counts: &mut Counts) -> Outcome<()> {
    let metadata = project.metadata(&["--no-deps"])?;
    let has_library = |name: &String| {
        members(&metadata).into_iter().filter(|package| string(package, "name") == name).any(|package| {
            list(package, "targets").any(|target| list(target, "kind").any(|kind| kind == "lib"))
        })
    };
    // Cargo refuses to look for examples where there is no library at all.
    if !options.packages.is_empty() && !options.packages.iter().any(has_library) {
        return Ok(());
    }
    let mut command = cargo(project);
    command.args(["test", "--locked", "--no-fail-fast", "--doc"]).args(select(options));
    watch_libtest(project, &mut command, counts)
}

fn watch_libtest(project: &Project, command: &mut std::process::Command, counts: &mut Counts) -> Outcome<()> {
    let (passed, lines) = watch(command)?;
    counts.read_cargo_test(&lines, &targets(&project.metadata(&["--no-deps"])?));
    if passed { Ok(()) } else { Err(Failure::Failed("cargo test failed".into())) }
}

/// The steps that ran: name, seconds, and whether they succeeded.
#[derive(Default)]
struct Steps {
    done: Vec<(&'static str, f64, bool)>,
}

impl Steps {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> Outcome<()>) {
        say(&format!("==> {name}"));
        let begun = Instant::now();
        let outcome = work();
        if let Err(Failure::Failed(message) | Failure::Usage(message)) = &outcome {
            say(&format!("{name}: {message}"));
        }
        self.done.push((name, begun.elapsed().as_secs_f64(), outcome.is_ok()));
    }

    fn failed(&self) -> Vec<&'static str> {
        self.done.iter().filter(|(_, _, passed)| !passed).map(|(name, _, _)| *name).collect()
    }

    fn table(&self) -> String {
        let line = |(name, seconds, passed): &(&str, f64, bool)| {
            format!("{name:<50} {seconds:>6.1} s {}", if *passed { "" } else { "FAILED" })
                .trim_end()
                .to_owned()
        };
        self.done.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_unknown_ones_refused() {
        let read = |words: &[&str]| options(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        let expected = Options { long: true, packages: vec!["a".into(), "b".into()] };
        assert_eq!(read(&["-p", "a", "--long", "--package", "b"]).unwrap(), expected);
        assert!(matches!(read(&["-p"]), Err(Failure::Usage(_))));
        assert!(matches!(read(&["--lnog"]), Err(Failure::Usage(_))));
    }

    fn reads_the_variable(folder: &std::path::Path) -> bool {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
            if path.is_dir() {
                return reads_the_variable(&path);
            }
            let is_code = path.extension().is_some_and(|extension| extension == "rs");
            is_code && fs::read_to_string(&path).unwrap().contains(&format!("var_os(\"{LONG}\")"))
        })
    }

    #[test]
    fn every_crate_whose_tests_have_a_long_form_is_named() {
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        let mut found: Vec<String> = fs::read_dir(crates)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| reads_the_variable(&entry.path()))
            .map(|entry| format!("casemate-{}", entry.file_name().to_str().unwrap()))
            .collect();
        let mut named: Vec<&str> = long_crates().collect();
        found.sort_unstable();
        named.sort_unstable();
        assert_eq!(found, named);
    }
}
