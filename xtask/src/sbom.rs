//! Our own bill of materials: what the shipped binary is linked from, as CycloneDX 1.6.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::command::{cargo, output};
use crate::console::{counted, say};
use crate::project::{Project, host, list, string};

const SHIPPED: &str = "casemate-cli";

/// Writes `target/sbom/casemate.cdx.json`, for this machine's platform, and answers it.
pub(crate) fn write(project: &Project) -> Result<Value, String> {
    let metadata = project.metadata(&["--filter-platform", &host()?])?;
    let checksums = checksums(&project.read("Cargo.lock")?);
    let date = output(
        Command::new("git")
            .current_dir(project.root())
            .args(["show", "--no-patch", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"])
            .env("TZ", "UTC"),
    )?;
    let tree = [
        "tree",
        "--locked",
        "--package",
        SHIPPED,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let shipped = shipped(&output(cargo(project).args(tree))?);
    let bill = bill(&metadata, &shipped, &checksums, date.trim())?;
    let folder = project.target().join("sbom");
    let file = folder.join("casemate.cdx.json");
    let text = serde_json::to_string_pretty(&bill).map_err(|e| format!("could not write the SBOM: {e}"))?;
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, text + "\n"))
        .map_err(|e| format!("could not write {}: {e}", file.display()))?;
    let components = list(&bill, "components").count() as u64;
    say(&format!("{} in {}", counted(components, "component"), file.display()));
    Ok(bill)
}

/// Name and version of each line that `cargo tree` prints. It knows the features of this one package, while the graph of
/// `cargo metadata` holds those that the tests of the whole workspace ask for.
fn shipped(tree: &str) -> BTreeSet<(String, String)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
        })
        .collect()
}

fn bill(
    metadata: &Value,
    shipped: &BTreeSet<(String, String)>,
    checksums: &BTreeMap<(String, String), String>,
    date: &str,
) -> Result<Value, String> {
    let packages: BTreeMap<&str, &Value> = list(metadata, "packages").map(|p| (string(p, "id"), p)).collect();
    let resolve = metadata.get("resolve").ok_or("cargo metadata has no resolve graph")?;
    let edges: BTreeMap<&str, Vec<&str>> =
        list(resolve, "nodes").map(|node| (string(node, "id"), linked(node))).collect();
    let is_shipped = |id: &&str| {
        let package = packages.get(id).copied().unwrap_or(&Value::Null);
        shipped.contains(&(string(package, "name").to_owned(), string(package, "version").to_owned()))
    };
    let root = packages
        .iter()
        .find(|(_, package)| string(package, "name") == SHIPPED)
        .map(|(id, _)| *id)
        .ok_or_else(|| format!("the workspace has no package {SHIPPED}"))?;

    let mut reached = BTreeSet::from([root]);
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        for to in edges.get(id).into_iter().flatten().filter(|to| is_shipped(to)) {
            if reached.insert(to) {
                open.push(to);
            }
        }
    }
    let of = |id: &str| packages.get(id).copied().unwrap_or(&Value::Null);
    let components: Vec<Value> =
        reached.iter().filter(|id| **id != root).map(|id| component(of(id), "library", checksums)).collect();
    let dependencies: Vec<Value> = reached
        .iter()
        .map(|id| {
            let mut on: Vec<String> = edges
                .get(id)
                .into_iter()
                .flatten()
                .filter(|to| is_shipped(to))
                .map(|to| reference(of(to)))
                .collect();
            on.sort();
            json!({"ref": reference(of(id)), "dependsOn": on})
        })
        .collect();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": date,
            "component": component(of(root), "application", checksums),
            "tools": {"components": [{"type": "application", "name": "cargo xtask supply-chain"}]},
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// What is linked into a node: normal dependencies, not those of its build script or its tests.
fn linked(node: &Value) -> Vec<&str> {
    list(node, "deps")
        .filter(|dependency| {
            list(dependency, "dep_kinds").any(|kind| kind.get("kind").is_none_or(Value::is_null))
        })
        .map(|dependency| string(dependency, "pkg"))
        .collect()
}

fn reference(package: &Value) -> String {
    let (name, version) = (string(package, "name"), string(package, "version"));
    // What crates.io does not hold has no package URL.
    if string(package, "source").is_empty() {
        format!("{name}@{version}")
    } else {
        format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
    }
}

fn component(package: &Value, kind: &str, checksums: &BTreeMap<(String, String), String>) -> Value {
    let (name, version) = (string(package, "name"), string(package, "version"));
    let reference = reference(package);
    let mut component = json!({"type": kind, "bom-ref": reference, "name": name, "version": version});
    let Some(members) = component.as_object_mut() else { return component };
    if reference.starts_with("pkg:") {
        members.insert("purl".into(), json!(reference));
    }
    let license = string(package, "license");
    if !license.is_empty() {
        // Cargo's older manifests write `/` for OR, which is no SPDX.
        members.insert("licenses".into(), json!([{"expression": license.replace('/', " OR ")}]));
    }
    if let Some(sum) = checksums.get(&(name.to_owned(), version.to_owned())) {
        members.insert("hashes".into(), json!([{"alg": "SHA-256", "content": sum}]));
    }
    let repository = string(package, "repository");
    if !repository.is_empty() {
        members.insert("externalReferences".into(), json!([{"type": "vcs", "url": repository}]));
    }
    component
}

/// The checksums of Cargo.lock by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    lock.split("[[package]]")
        .filter_map(|package| {
            let field = |name: &str| {
                let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))?;
                Some(line.trim_matches('"').to_owned())
            };
            Some(((field("name")?, field("version")?), field("checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_holds_what_is_linked_and_nothing_else() {
        let registry = "registry+index";
        let metadata = json!({
            "packages": [
                {"id": "cli", "name": "casemate-cli", "version": "0.1.0", "source": null, "license": "Apache-2.0"},
                {"id": "a", "name": "a", "version": "1.0.0+x", "source": registry, "license": "MIT/Apache-2.0"},
                {"id": "b", "name": "b", "version": "2.0.0", "source": registry, "license": "MIT"},
                {"id": "d", "name": "d", "version": "4.0.0", "source": registry, "license": "MIT"},
                {"id": "c", "name": "c", "version": "3.0.0", "source": registry, "license": "MIT"},
            ],
            "resolve": {"nodes": [
                {"id": "cli", "deps": [
                    {"pkg": "a", "dep_kinds": [{"kind": null}]},
                    {"pkg": "c", "dep_kinds": [{"kind": "dev"}]},
                    {"pkg": "d", "dep_kinds": [{"kind": null}]},
                ]},
                {"id": "a", "deps": [{"pkg": "b", "dep_kinds": [{"kind": null}, {"kind": "build"}]}, {"pkg": "c", "dep_kinds": [{"kind": "build"}]}]},
                {"id": "b", "deps": []},
                {"id": "c", "deps": []},
            ]},
        });
        let checksums = checksums("[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nchecksum = \"00ff\"\n");
        let shipped = shipped("casemate-cli v0.1.0 (/here)\na v1.0.0+x\nb v2.0.0 (*)\n");
        let bill = bill(&metadata, &shipped, &checksums, "2026-01-01T00:00:00Z").unwrap();
        let references: Vec<&str> = list(&bill, "components").map(|c| string(c, "bom-ref")).collect();
        assert_eq!(references, ["pkg:cargo/a@1.0.0%2Bx", "pkg:cargo/b@2.0.0"]);
        let components: Vec<&Value> = list(&bill, "components").collect();
        assert_eq!(components[0]["licenses"], json!([{"expression": "MIT OR Apache-2.0"}]));
        assert_eq!(components[1]["hashes"], json!([{"alg": "SHA-256", "content": "00ff"}]));
        let root = list(&bill, "dependencies").find(|d| string(d, "ref") == "casemate-cli@0.1.0").unwrap();
        assert_eq!(root["dependsOn"], json!(["pkg:cargo/a@1.0.0%2Bx"]));
    }
}
