//! The page of the rules of verification names tests, and each of them is there.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../../docs/reference/token-verification.md");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names of the functions of a file that stand right below a test's attribute.
fn tests_of(text: &str) -> Vec<String> {
    let mut is_test = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= matches!(line, "#[test]" | "#[tokio::test]") || line.starts_with("#[tokio::test(");
        } else if let Some((_, signature)) = line.split_once("fn ")
            && std::mem::take(&mut is_test)
        {
            names.extend(signature.split(['(', '<']).next().map(str::to_owned));
        }
    }
    names
}

#[test]
fn each_rule_of_verification_has_its_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&folder.join("src"), &mut files);
    sources(&folder.join("tests"), &mut files);
    let present: Vec<String> =
        files.iter().flat_map(|file| tests_of(&fs::read_to_string(file).unwrap())).collect();
    let rows = PAGE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Rule |"));
    let mut rules = 0;
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let mut named = tests.split('`').skip(1).step_by(2).peekable();
        assert!(named.peek().is_some(), "no test: {row}");
        for test in named {
            assert!(present.iter().any(|present| present == test), "`{test}` is gone: {row}");
        }
        rules += 1;
    }
    assert!(rules >= 30, "{rules} rules");
}
