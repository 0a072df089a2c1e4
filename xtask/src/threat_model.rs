//! Every abuse case of the threat model names the test that covers it, and that test exists.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::console::{counted, say};
use crate::project::{Project, rust_files};
use crate::{Failure, Outcome};

const PAGE: &str = "docs/threat-model.md";
/// What stands in the place of a crate where the test is one of sdk/typescript.
const TYPESCRIPT: &str = "typescript";

/// Fails with every abuse case whose test is gone.
pub(crate) fn check(project: &Project) -> Outcome<()> {
    let cases = cases(&project.read(PAGE)?);
    if cases.is_empty() {
        return Err(Failure::Failed(format!("{PAGE} has no table with a column `Test`")));
    }
    let mut read = BTreeMap::new();
    let mut wrong = Vec::new();
    for (line, tests) in &cases {
        if tests.is_empty() {
            wrong.push(format!("{PAGE}:{line}: this abuse case names no test"));
        }
        for test in tests {
            let Some((name, function)) = test.split_once("::") else {
                wrong.push(format!(
                    "{PAGE}:{line}: `{test}` is not of the form `CRATE::FUNCTION` or `{TYPESCRIPT}::TITLE`"
                ));
                continue;
            };
            let found = match name {
                TYPESCRIPT => has_typescript_test(project, function)?,
                name => sources(project, &mut read, name)?.iter().any(|text| has_test(text, function)),
            };
            if !found {
                wrong.push(format!("{PAGE}:{line}: {name} has no test `{function}` (any more)"));
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::Failed(wrong.join("\n")));
    }
    say(&format!("{} in {PAGE}, each with its test", counted(cases.len() as u64, "abuse case")));
    Ok(())
}

/// The texts of a crate's files, read once; none where there is no such crate.
fn sources<'a>(
    project: &Project,
    read: &'a mut BTreeMap<String, Vec<String>>,
    name: &str,
) -> Result<&'a [String], String> {
    if !read.contains_key(name) {
        let folder = project.root().join("crates").join(name);
        let files = if folder.is_dir() { rust_files(&folder)? } else { Vec::new() };
        let text = |path: &PathBuf| {
            fs::read_to_string(path).map_err(|e| format!("could not read {}: {e}", path.display()))
        };
        read.insert(name.to_owned(), files.iter().map(text).collect::<Result<_, _>>()?);
    }
    Ok(read.get(name).map(Vec::as_slice).unwrap_or_default())
}

/// Whether the SDK has a test of that title.
fn has_typescript_test(project: &Project, title: &str) -> Result<bool, String> {
    let folder = project.root().join("sdk/typescript/test");
    let failed = |e: std::io::Error| format!("could not read {}: {e}", folder.display());
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && has_title(&fs::read_to_string(&path).map_err(failed)?, title) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a test begins so, on a line of its own.
fn has_title(text: &str, title: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        let call = line.strip_prefix("it(").or_else(|| line.strip_prefix("])("));
        call.and_then(|rest| rest.strip_prefix('"')?.strip_prefix(title))
            .is_some_and(|rest| rest.starts_with('"'))
    })
}

/// The rows of each table whose last column is headed `Test`: line number and the names in backquotes there.
fn cases(page: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut in_table = false;
    for (number, line) in page.lines().enumerate() {
        let Some(row) = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|')) else {
            in_table = false;
            continue;
        };
        let last = row.rsplit('|').next().unwrap_or_default().trim();
        if last == "Test" {
            in_table = true;
        } else if in_table && !last.starts_with("--") {
            let tests = last.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            found.push((number + 1, tests));
        }
    }
    found
}

/// Whether the file has a function of that name with a test's attribute directly above, or inside `proptest!`, or lists it as a
/// case of a suite over both databases.
fn has_test(text: &str, name: &str) -> bool {
    is_marked(text, name) || is_listed(text, name)
}

/// Whether an `on_both!(theme: case, …);` names it.
fn is_listed(text: &str, name: &str) -> bool {
    let lists = text.split("on_both!(").skip(1).filter_map(|rest| rest.split_once(");"));
    lists.filter_map(|(list, _)| list.split_once(':')).any(|(_, cases)| {
        cases.lines().map(str::trim).flat_map(|line| line.split(',')).any(|case| case.trim() == name)
    })
}

fn is_marked(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(number, line)| {
        let Some((before, after)) = line.split_once("fn ") else { return false };
        let declared = before.chars().all(|c| c.is_alphanumeric() || c.is_whitespace())
            && after.strip_prefix(name).is_some_and(|rest| rest.starts_with(['(', '<']));
        declared
            && lines
                .get(..number)
                .unwrap_or_default()
                .iter()
                .rev()
                .take_while(|above| {
                    above.starts_with("#[") || above.starts_with("//") || above.ends_with(")]")
                })
                .any(|above| above.starts_with("#[") && above.contains("test"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_tables_with_a_test_column_are_the_cases() {
        let page = "| Asset | Why |\n|---|---|\n| a | b |\n\n| Case | Answer | Test |\n|---|---|---|\n| x | y | `one`, `two` |\n| z | w | |\n";
        assert_eq!(cases(page), [(7, vec!["one".to_owned(), "two".to_owned()]), (8, vec![])]);
    }

    #[test]
    fn only_a_title_of_a_typescript_test_counts() {
        assert!(has_title("  it(\"is kept\", () => {", "is kept"));
        assert!(has_title("  ])(\"is kept\", () => {", "is kept"));
        assert!(!has_title("  // it(\"is kept\", () => {", "is kept"));
        assert!(!has_title("  it(\"is kept too\", () => {", "is kept"));
        assert!(!has_title("  it.skip(\"is kept\", () => {", "is kept"));
    }

    #[test]
    fn only_a_test_function_counts() {
        assert!(has_test("#[test]\nfn kept() {", "kept"));
        assert!(has_test("#[tokio::test]\n// why\n#[should_panic]\nasync fn kept() {", "kept"));
        assert!(!has_test("fn kept() {", "kept"));
        assert!(!has_test("#[test]\nfn kept_too() {", "kept"));
        assert!(!has_test("#[test]\nfn other() {\n    kept();\n}", "kept"));
        assert!(!has_test("// #[test] fn kept() {", "kept"));
        assert!(has_test("on_both!(theme:\n    other,\n    kept,\n);", "kept"));
        assert!(!has_test("on_both!(theme:\n    other,\n    // kept,\n);\nkept,", "kept"));
        assert!(!has_test("on_both!(kept: other);", "kept"));
    }
}
