//! The arrows between the server's areas: one area calls another only through that area's `service`.

use std::collections::BTreeSet;
use std::fs;

use crate::project::{Project, rust_files};

const SERVER: &str = "crates/server/src";

/// Every use of another area's inside, one sentence each.
pub(crate) fn problems(project: &Project) -> Result<Vec<String>, String> {
    let root = project.root().join(SERVER);
    let Ok(entries) = fs::read_dir(&root) else { return Ok(Vec::new()) };
    let areas: BTreeSet<String> = entries
        .flatten()
        // A folder beside a file of its name is what that file is divided into.
        .filter(|entry| entry.path().join("mod.rs").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let mut wrong = Vec::new();
    for area in &areas {
        for path in rust_files(&root.join(area))? {
            let text =
                fs::read_to_string(&path).map_err(|e| format!("could not read {}: {e}", path.display()))?;
            let shown = path.strip_prefix(project.root()).unwrap_or(&path).display().to_string();
            wrong.extend(intrusions(area, &areas, &text).into_iter().map(|(line, what)| {
                format!("{shown}:{line}: the area `{area}` reaches into {what}; call its `service` instead")
            }));
        }
    }
    Ok(wrong)
}

/// Lines of a file of `area` with a path into another area that is not its `service`.
fn intrusions(area: &str, areas: &BTreeSet<String>, text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        for start in ["crate::", "super::super::"] {
            let mut rest = code;
            while let Some((_, after)) = rest.split_once(start) {
                rest = after;
                for path in paths(after) {
                    let mut segments = path.split("::");
                    let other = segments.next().unwrap_or_default();
                    let inside = segments.next().unwrap_or_default();
                    if other != area && areas.contains(other) && inside != "service" {
                        found.push((number + 1, format!("{start}{path}")));
                    }
                }
            }
        }
    }
    found
}

/// The paths that begin here: one, or those of a `{…}` group on the same line, each as its first two segments.
fn paths(text: &str) -> Vec<String> {
    if let Some(group) = text.strip_prefix('{') {
        return elements(group).into_iter().flat_map(|element| paths(element.trim())).collect();
    }
    let path: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
    let path = path.trim_end_matches(':');
    let after = text.get(path.len()..).unwrap_or_default();
    match after.strip_prefix("::{") {
        Some(group) => elements(group).iter().map(|element| format!("{path}::{}", word(element))).collect(),
        None => vec![path.to_owned()],
    }
}

fn word(text: &str) -> String {
    text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The elements, separated by commas, up to the brace that closes the group.
fn elements(group: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0_usize);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.extend(group.get(start..at));
                return found;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(group.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.extend(group.get(start..));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let areas = ["access", "audit", "identity"].map(str::to_owned).into();
        intrusions("access", &areas, text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn the_service_of_another_area_is_open_and_the_rest_is_closed() {
        assert!(lines("use crate::audit::service::Recorder;").is_empty());
        assert!(lines("use crate::access::store::Rows;").is_empty());
        assert!(lines("use crate::state::State;").is_empty());
        assert!(lines("// crate::audit::store is closed").is_empty());
        assert_eq!(lines("\nuse crate::audit::store::Rows;"), [2]);
        assert_eq!(lines("let x = crate::audit::routes();"), [1]);
        assert_eq!(lines("use super::super::audit::store;"), [1]);
        assert_eq!(lines("use crate::audit::{service, store::Rows};"), [1]);
        assert_eq!(lines("use crate::{state, audit::{service::A, jobs}, identity::service};"), [1]);
    }
}
