//! How many tests ran, by layer and crate, read from what the test runners print.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::project::{list, members, string};

/// Where a test lives, from the closest to the code outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// Beside the code that it tests.
    Unit,
    /// In the `tests` folder of an engine or of another library: properties, oracles, vectors, real databases.
    Crate,
    /// In the `tests` folder of the server or the binary: over HTTP, or the real program.
    EndToEnd,
    /// An example in the documentation.
    Documentation,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit (beside the code)",
            Self::Crate => "crate (properties, oracles, vectors, databases)",
            Self::EndToEnd => "end to end (HTTP, the real binary)",
            Self::Documentation => "examples in documentation",
        }
    }

    fn of_tests_folder(package: &str) -> Self {
        match package {
            "casemate-cli" | "casemate-server" | "casemate-gateway" => Self::EndToEnd,
            _ => Self::Crate,
        }
    }
}

/// What became of some tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// All counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    rows: BTreeMap<(Layer, String), Count>,
}

impl Counts {
    pub(crate) fn total(&self) -> Count {
        let mut total = Count::default();
        for count in self.rows.values() {
            total.add(*count);
        }
        total
    }

    fn add(&mut self, layer: Layer, package: &str, count: Count) {
        if count != Count::default() {
            self.rows.entry((layer, package.to_owned())).or_default().add(count);
        }
    }

    /// Reads nextest's report in JUnit's format; a suite is `CRATE` for unit tests, `CRATE::FILE` for a file of `tests`.
    pub(crate) fn read_junit(&mut self, report: &str) {
        for tag in report.split("<testsuite ").skip(1) {
            let tag = tag.split('>').next().unwrap_or_default();
            let number =
                |name| attribute(tag, name).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
            let (tests, skipped) = (number("tests"), number("disabled"));
            let failed = number("failures") + number("errors");
            let count = Count { passed: tests.saturating_sub(failed + skipped), failed, skipped };
            let suite = attribute(tag, "name").unwrap_or_default();
            let (package, file) = suite.split_once("::").unwrap_or((suite, ""));
            let unit = file.is_empty() || file.starts_with("bin/");
            self.add(if unit { Layer::Unit } else { Layer::of_tests_folder(package) }, package, count);
        }
    }

    /// Reads nextest's last line for the tests that it did not run.
    pub(crate) fn read_nextest_summary(&mut self, lines: &[String]) {
        let skipped = lines
            .iter()
            .rev()
            .find(|line| line.trim_start().starts_with("Summary ["))
            .and_then(|line| line.split(',').find_map(|part| part.trim().strip_suffix("skipped")))
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or_default();
        self.add(Layer::Unit, "(not run)", Count { skipped, ..Count::default() });
    }

    /// Reads what `cargo test` prints. `targets` tells which crates have a file of `tests` of that name; of several, it
    /// is the one whose unit tests came last, for cargo goes from crate to crate.
    pub(crate) fn read_cargo_test(&mut self, lines: &[String], targets: &BTreeMap<String, Vec<String>>) {
        let mut current = (Layer::Unit, String::new());
        for line in lines {
            let line = line.trim();
            if let Some(file) = line.strip_prefix("Running ") {
                let binary = file.rsplit('/').next().unwrap_or_default().trim_end_matches(')');
                let target = binary.rsplit_once('-').map_or(binary, |(name, _)| name);
                let package = match targets.get(target).map(Vec::as_slice) {
                    None | Some([]) => target.replace('_', "-"),
                    Some(several) if several.contains(&current.1) => current.1,
                    Some([first, ..]) => first.clone(),
                };
                let unit = file.starts_with("unittests ");
                current = (if unit { Layer::Unit } else { Layer::of_tests_folder(&package) }, package);
            } else if let Some(package) = line.strip_prefix("Doc-tests ") {
                current = (Layer::Documentation, package.replace('_', "-"));
            } else if let Some(result) = line.strip_prefix("test result: ") {
                let number = |word: &str| {
                    let part = result.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word));
                    part.and_then(|number| number.trim().parse().ok()).unwrap_or_default()
                };
                let count =
                    Count { passed: number("passed"), failed: number("failed"), skipped: number("ignored") };
                self.add(current.0, &current.1, count);
            }
        }
    }

    /// The counts as a table, a line for each layer and crate.
    pub(crate) fn table(&self) -> String {
        let mut lines = Vec::new();
        let mut layers: BTreeMap<Layer, Count> = BTreeMap::new();
        for ((layer, _), count) in &self.rows {
            layers.entry(*layer).or_default().add(*count);
        }
        for (layer, sum) in layers {
            lines.push(row(layer.name(), sum));
            let crates = self.rows.iter().filter(|((of, _), _)| *of == layer);
            lines.extend(crates.map(|((_, package), count)| row(&format!("  {package}"), *count)));
        }
        lines.join("\n")
    }
}

fn row(name: &str, count: Count) -> String {
    format!("{name:<50} {:>6} passed {:>4} failed {:>4} skipped", count.passed, count.failed, count.skipped)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    Some(after.split_once('"')?.0)
}

/// Which crates have a target of that name that is tested.
pub(crate) fn targets(metadata: &Value) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in members(metadata) {
        let tested = list(package, "targets").filter(|target| target.get("test") == Some(&Value::Bool(true)));
        for target in tested {
            let name = string(target, "name").replace('-', "_");
            found.entry(name).or_default().push(string(package, "name").to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &str) -> Vec<String> {
        lines.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_junit_report_is_counted_by_layer() {
        let mut counts = Counts::default();
        counts.read_junit(
            "<testsuites name=\"nextest-run\" tests=\"7\" failures=\"1\" errors=\"0\">\n\
             <testsuite name=\"casemate-permission\" tests=\"4\" disabled=\"0\" errors=\"0\" failures=\"0\">\n\
             <testsuite name=\"casemate-permission::oracle\" tests=\"2\" disabled=\"0\" errors=\"0\" failures=\"1\">\n\
             <testsuite name=\"casemate-cli::serve\" tests=\"1\" disabled=\"0\" errors=\"0\" failures=\"0\">",
        );
        counts
            .read_nextest_summary(&text("     Summary [   1.2s] 7 tests run: 6 passed, 1 failed, 3 skipped"));
        assert_eq!(counts.total(), Count { passed: 6, failed: 1, skipped: 3 });
        let end_to_end = counts.rows.get(&(Layer::EndToEnd, "casemate-cli".to_owned())).unwrap();
        assert_eq!(end_to_end.passed, 1);
        let oracle = counts.rows.get(&(Layer::Crate, "casemate-permission".to_owned())).unwrap();
        assert_eq!(*oracle, Count { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn what_cargo_test_prints_is_counted_by_layer() {
        let targets = BTreeMap::from([(
            "oracle".to_owned(),
            vec!["casemate-expression".to_owned(), "casemate-permission".to_owned()],
        )]);
        let mut counts = Counts::default();
        counts.read_cargo_test(
            &text(
                "     Running unittests src/lib.rs (target/debug/deps/casemate_permission-0b1a)\n\
                 test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                 \x20    Running tests/oracle.rs (target/debug/deps/oracle-99)\n\
                 test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
                 \x20  Doc-tests casemate_permission\n\
                 test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            ),
            &targets,
        );
        assert_eq!(counts.total(), Count { passed: 10, failed: 1, skipped: 1 });
        let count = |layer| counts.rows.get(&(layer, "casemate-permission".to_owned())).unwrap().passed;
        assert_eq!([Layer::Unit, Layer::Crate, Layer::Documentation].map(count), [5, 2, 3]);
    }
}
