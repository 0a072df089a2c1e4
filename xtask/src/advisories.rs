//! Known advisories from a file in OSV's format, for where cargo-deny cannot fetch its own database.

use std::cmp::Ordering;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::output;
use crate::project::{Project, list, string};

/// The environment variable that names the file: one advisory of the OSV schema a line, compressed by xz.
pub(crate) const FILE: &str = "CASEMATE_ADVISORIES";
const DEFAULT: &str = "../shared/data/osv/rustsec.ndjson.xz";

/// What is known against one of our dependencies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) id: String,
    pub(crate) package: String,
    pub(crate) summary: String,
    /// Unmaintained or a notice: told, but nothing to fail for.
    pub(crate) informational: bool,
}

/// The advisories' file, where there is one.
pub(crate) fn file(project: &Project) -> Option<PathBuf> {
    let path = std::env::var_os(FILE).map_or_else(|| project.root().join(DEFAULT), PathBuf::from);
    path.is_file().then_some(path)
}

/// Everything that the file knows against `components`, which are those of our bill of materials.
pub(crate) fn findings(file: &PathBuf, bill: &Value) -> Result<Vec<Finding>, String> {
    let text = output(Command::new("xz").arg("-dc").arg(file))?;
    let mut found = Vec::new();
    for line in text.lines() {
        let advisory: Value = serde_json::from_str(line).map_err(|e| format!("{}: {e}", file.display()))?;
        found.extend(against(&advisory, bill));
    }
    Ok(found)
}

fn against(advisory: &Value, bill: &Value) -> Vec<Finding> {
    if advisory.get("withdrawn").is_some_and(|withdrawn| !withdrawn.is_null()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for affected in list(advisory, "affected") {
        let name = affected.get("package").map(|package| string(package, "name")).unwrap_or_default();
        let ours =
            list(bill, "components").filter(|c| string(c, "name") == name && !string(c, "purl").is_empty());
        for component in ours {
            let version = string(component, "version");
            if list(affected, "ranges").any(|range| holds(range, version)) {
                let kind = affected.pointer("/database_specific/informational").and_then(Value::as_str);
                found.push(Finding {
                    id: string(advisory, "id").to_owned(),
                    package: format!("{name} {version}"),
                    summary: string(advisory, "summary").to_owned(),
                    informational: matches!(kind, Some("unmaintained" | "notice")),
                });
            }
        }
    }
    found
}

/// Whether a version lies in a range of events: within since the last `introduced`, out again from `fixed`.
fn holds(range: &Value, version: &str) -> bool {
    let mut within = false;
    for event in list(range, "events") {
        let reached = |name: &str| event.get(name).and_then(Value::as_str).map(|at| compare(version, at));
        if reached("introduced").is_some_and(Ordering::is_ge) {
            within = true;
        }
        if reached("fixed").is_some_and(Ordering::is_ge)
            || reached("last_affected").is_some_and(Ordering::is_gt)
        {
            within = false;
        }
    }
    within
}

/// The order of Semantic Versioning 2.0.0, section 11.
fn compare(a: &str, b: &str) -> Ordering {
    let parts = |version: &str| {
        let version = version.split('+').next().unwrap_or_default().to_owned();
        match version.split_once('-') {
            Some((core, pre)) => (core.to_owned(), Some(pre.to_owned())),
            None => (version, None),
        }
    };
    let ((core_a, pre_a), (core_b, pre_b)) = (parts(a), parts(b));
    compare_identifiers(&core_a, &core_b).then_with(|| match (pre_a, pre_b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare_identifiers(&a, &b),
    })
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_ordered_as_semantic_versioning_says() {
        let ascending = [
            "0.0.0-0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.9",
            "1.0.10",
            "2.0.0",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare("1.0.0+a", "1.0.0+b"), Ordering::Equal);
    }

    #[test]
    fn an_advisory_is_found_where_its_range_holds_the_version() {
        let advisory = |withdrawn: Value, kind: Value| {
            json!({"id": "X-1", "summary": "s", "withdrawn": withdrawn, "affected": [{
                "package": {"name": "a"},
                "database_specific": {"informational": kind},
                "ranges": [{"type": "SEMVER", "events": [
                    {"introduced": "0.0.0-0"}, {"fixed": "1.2.3"}, {"introduced": "2.0.0"}, {"fixed": "2.1.0"},
                ]}],
            }]})
        };
        let bill = |name: &str, version: &str| json!({"components": [{"name": name, "version": version, "purl": format!("pkg:cargo/{name}@{version}")}]});
        let count = |name, version| against(&advisory(Value::Null, Value::Null), &bill(name, version)).len();
        assert_eq!(
            [count("a", "1.2.2"), count("a", "1.2.3"), count("a", "2.0.5"), count("a", "2.1.0")],
            [1, 0, 1, 0]
        );
        assert_eq!(count("b", "1.0.0"), 0);
        assert!(
            against(&advisory(json!("2026-01-01T00:00:00Z"), Value::Null), &bill("a", "1.0.0")).is_empty()
        );
        let told = against(&advisory(Value::Null, json!("unmaintained")), &bill("a", "1.0.0"));
        assert!(told[0].informational);
    }
}
