//! The arrows between crates: `expression ← engines ← store ← directory ← platform ← directory-sync ← server ← cli`.

use std::fs;

use serde_json::Value;

use crate::project::{Project, list, members, rust_files, string};

const ENGINES: [&str; 9] =
    ["permission", "identity", "scim", "ldap", "audit", "vault", "waf", "vulnerability", "posture"];

/// What an engine must not be built on: HTTP frameworks and databases.
const NOT_FOR_ENGINES: [&str; 8] =
    ["axum", "hyper", "hyper-util", "tower-http", "reqwest", "sqlx", "rusqlite", "tonic"];

/// What would keep an engine from WebAssembly, or give it a clock or input and output.
const NOT_FOR_PURE_ENGINES: [&str; 6] = ["tokio", "rustix", "libc", "getrandom", "tempfile", "aws-lc-rs"];
const PURE_ENGINES: [&str; 2] = ["expression", "permission"];

/// Calls by which an engine would read the wall clock, a file, the network or the environment by itself.
const IMPURE: [&str; 10] = [
    "SystemTime::now",
    "Utc::now",
    "Timestamp::now",
    "Zoned::now",
    "std::fs",
    "std::env",
    "std::process",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
];

/// Intervals may be measured by an engine that keeps something fresh, but not by one that only decides.
const IMPURE_WHERE_PURE: [&str; 1] = ["Instant::now"];

/// The layers a crate may depend on; `None` for a crate that has no rule.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    let mut below = vec!["expression"];
    if ["expression", "allocator", "console", "figures", "test-support"].contains(&name) {
        return Some(Vec::new());
    }
    if ENGINES.contains(&name) {
        return Some(below);
    }
    below.extend(ENGINES);
    if name == "gateway" || name == "sdk" {
        return Some(below);
    }
    // Where sealed months go: files, of what the engine says that an event is.
    if name == "archive" {
        return Some(vec!["audit"]);
    }
    // An example is built as others' services are: on the SDK.
    if name == "federated-cms" {
        return Some(vec!["permission", "sdk"]);
    }
    // The engines' edges towards JavaScript, and what writes that JavaScript.
    if name == "permission-wasm" {
        return Some(vec!["expression", "permission"]);
    }
    if name == "audit-wasm" {
        return Some(vec!["audit"]);
    }
    if name == "bindgen" {
        return Some(Vec::new());
    }
    // Nothing is built on a benchmark or a fuzz target.
    if name == "fuzz" || name.starts_with("bench-") {
        below.extend(["archive", "store", "directory", "platform", "server", "figures", "test-support"]);
        return Some(below);
    }
    for layer in ["store", "directory"] {
        if name == layer {
            return Some(below);
        }
        below.push(layer);
    }
    if name == "embedded" {
        // The trait, and nothing of the remote client.
        below.push("sdk");
        return Some(below);
    }
    for layer in ["platform", "directory-sync", "server"] {
        if layer == "server" {
            below.extend(["archive", "console"]);
        }
        if name == layer {
            return Some(below);
        }
        below.push(layer);
    }
    below.extend(["gateway", "sdk", "embedded", "allocator"]);
    (name == "cli").then_some(below)
}

/// Every dependency that points the wrong way, one sentence each.
pub(crate) fn problems(metadata: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for package in members(metadata) {
        let full = string(package, "name");
        if full == "xtask" {
            wrong.extend(own_dependencies(package).map(|(to, _)| format!("xtask depends on casemate-{to}")));
            continue;
        }
        let Some(name) = full.strip_prefix("casemate-") else {
            wrong.push(format!("{full}: crates of this workspace are named casemate-…"));
            continue;
        };
        let Some(allowed) = allowed(name) else {
            wrong.push(format!("casemate-{name}: xtask/src/arrows.rs does not say what it may depend on"));
            continue;
        };
        for (to, kind) in own_dependencies(package) {
            let for_tests = kind == "dev" && to == "test-support";
            if !for_tests && !allowed.contains(&to) {
                wrong.push(format!("casemate-{name} must not depend on casemate-{to}"));
            }
        }
        wrong.extend(third_parties(name, package));
    }
    wrong
}

fn own_dependencies(package: &Value) -> impl Iterator<Item = (&str, &str)> {
    list(package, "dependencies").filter_map(|dependency| {
        let name = string(dependency, "name").strip_prefix("casemate-")?;
        Some((name, string(dependency, "kind")))
    })
}

fn third_parties(name: &str, package: &Value) -> Vec<String> {
    let pure = PURE_ENGINES.contains(&name);
    if !pure && !ENGINES.contains(&name) {
        return Vec::new();
    }
    list(package, "dependencies")
        .filter(|dependency| string(dependency, "kind").is_empty())
        .map(|dependency| string(dependency, "name"))
        .filter(|to| NOT_FOR_ENGINES.contains(to) || (pure && NOT_FOR_PURE_ENGINES.contains(to)))
        .map(|to| format!("casemate-{name} is an engine: it must not depend on {to}"))
        .collect()
}

/// Engines that read the clock or do input and output themselves.
pub(crate) fn impure_engines(project: &Project) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for engine in ENGINES.iter().chain(&PURE_ENGINES) {
        let pure = PURE_ENGINES.contains(engine);
        let folder = project.root().join("crates").join(engine).join("src");
        if !folder.is_dir() {
            continue;
        }
        for path in rust_files(&folder)? {
            let text =
                fs::read_to_string(&path).map_err(|e| format!("could not read {}: {e}", path.display()))?;
            for (line, call) in impurities(&text, pure) {
                let path = path.strip_prefix(project.root()).unwrap_or(&path).display();
                wrong.push(format!(
                    "{path}:{line}: an engine is handed time and input, and must not use {call}"
                ));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    Ok(wrong)
}

/// Lines, outside comments and the tests at the end of a file, that use what an engine must be handed.
fn impurities(text: &str, pure: bool) -> Vec<(usize, &'static str)> {
    let calls: Vec<&str> = IMPURE.into_iter().chain(IMPURE_WHERE_PURE.into_iter().filter(|_| pure)).collect();
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("#[cfg(test)]") {
            break;
        }
        if code.starts_with("//") {
            continue;
        }
        found.extend(calls.iter().filter(|call| code.contains(**call)).map(|call| (number + 1, *call)));
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A crate's name and its dependencies, each with its kind.
    type Crate<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

    fn workspace(packages: &[Crate<'_>]) -> Value {
        let packages: Vec<Value> = packages
            .iter()
            .map(|(name, dependencies)| {
                let dependencies: Vec<Value> =
                    dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
                json!({"id": name, "name": name, "dependencies": dependencies})
            })
            .collect();
        let ids: Vec<&Value> = packages.iter().filter_map(|p| p.get("id")).collect();
        json!({"workspace_members": ids, "packages": packages})
    }

    #[test]
    fn arrows_point_down() {
        let good = workspace(&[
            ("casemate-cli", &[("casemate-server", None), ("casemate-permission", None), ("clap", None)]),
            ("casemate-server", &[("casemate-platform", None), ("casemate-directory", None), ("axum", None)]),
            ("casemate-directory", &[("casemate-store", None), ("casemate-permission", None)]),
            ("casemate-permission", &[("casemate-expression", None), ("casemate-test-support", Some("dev"))]),
            ("casemate-expression", &[("cel", None)]),
            ("casemate-gateway", &[("casemate-waf", None)]),
            ("casemate-sdk", &[("casemate-permission", None), ("axum", None), ("reqwest", None)]),
            ("casemate-embedded", &[("casemate-sdk", None), ("casemate-directory", None)]),
            ("casemate-identity", &[("tokio", None)]),
            ("casemate-audit-wasm", &[("casemate-audit", None), ("ed25519-dalek", None)]),
        ]);
        assert_eq!(problems(&good), Vec::<String>::new());
    }

    #[test]
    fn each_wrong_arrow_is_named() {
        for (from, to, kind) in [
            ("casemate-expression", "casemate-permission", None),
            ("casemate-permission", "casemate-identity", None),
            ("casemate-permission", "casemate-test-support", None),
            ("casemate-store", "casemate-directory", None),
            ("casemate-platform", "casemate-server", Some("dev")),
            ("casemate-embedded", "casemate-platform", None),
            ("casemate-embedded", "casemate-server", Some("dev")),
            ("casemate-sdk", "casemate-store", None),
            ("casemate-server", "casemate-sdk", None),
            ("casemate-gateway", "casemate-server", None),
            ("casemate-permission", "axum", None),
            ("casemate-identity", "sqlx", None),
            ("casemate-identity", "reqwest", None),
            ("casemate-audit-wasm", "casemate-permission", None),
            ("casemate-server", "casemate-audit-wasm", None),
            ("casemate-permission", "tokio", None),
            ("xtask", "casemate-permission", None),
        ] {
            let found = problems(&workspace(&[(from, &[(to, kind)])]));
            assert_eq!(found.len(), 1, "{from} -> {to}: {found:?}");
            assert!(found[0].contains(to), "{found:?}");
        }
    }

    #[test]
    fn a_crate_without_a_rule_is_named() {
        assert_eq!(problems(&workspace(&[("casemate-misc", &[])])).len(), 1);
        assert_eq!(problems(&workspace(&[("other", &[])])).len(), 1);
    }

    #[test]
    fn an_engine_that_reads_the_clock_is_found_but_not_its_tests() {
        let text = "// not SystemTime::now\nlet a = std::time::SystemTime::now();\n#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(impurities(text, false), [(2, "SystemTime::now")]);
        assert_eq!(impurities("Instant::now()", true), [(1, "Instant::now")]);
        assert!(impurities("Instant::now()", false).is_empty());
    }
}
