//! Permissions that nearly matched: what a person most likely meant to hold, or to ask for.

use crate::limits;
use crate::name::{Name, Pattern};
use crate::request::Request;
use crate::set::{PermissionRef, PermissionSet};

/// A permission that would have matched, and what stood in its way.
#[derive(Clone, Debug)]
pub struct NearMiss<'s> {
    /// The permission.
    pub permission: PermissionRef<'s>,
    /// What stood in its way.
    pub why: String,
}

pub(super) fn near_misses<'s>(set: &'s PermissionSet, request: &Request<'_>) -> Vec<NearMiss<'s>> {
    let lower = request.name.as_str().to_ascii_lowercase();
    set.iter()
        .filter_map(|permission| {
            let pattern = Pattern::parse(permission.name()).ok()?;
            let why = if pattern.matches(&request.name) {
                not_in_force(&permission, request)?
            } else if matches_ignoring_case(&permission, &lower) {
                "it differs in upper and lower case".to_owned()
            } else {
                one_segment_away(&pattern, &request.name)?
            };
            Some(NearMiss { permission, why })
        })
        .take(limits::NEAR_MISSES)
        .collect()
}

fn not_in_force(permission: &PermissionRef<'_>, request: &Request<'_>) -> Option<String> {
    let grant = permission.grant()?;
    match (grant.from, grant.until) {
        (Some(from), _) if request.now < from => Some(format!("it is in force only from {from} on")),
        (_, Some(until)) if until <= request.now => Some(format!("it was in force only until {until}")),
        _ => None,
    }
}

fn matches_ignoring_case(permission: &PermissionRef<'_>, lower: &str) -> bool {
    let pattern = Pattern::parse(&permission.name().to_ascii_lowercase());
    matches!((pattern, Name::parse(lower)), (Ok(pattern), Ok(name)) if pattern.matches(&name))
}

/// The name with one segment dropped, or replaced by the pattern's, where the pattern matches it.
fn one_segment_away(pattern: &Pattern, name: &Name<'_>) -> Option<String> {
    let segments: Vec<&str> = name.segments().collect();
    let matches = |segments: &[&str]| {
        let text = segments.join(".");
        Name::parse(&text).is_ok_and(|name| pattern.matches(&name)).then_some(text)
    };
    for at in 0..segments.len() {
        let mut dropped = segments.clone();
        dropped.remove(at);
        if let Some(text) = matches(&dropped) {
            return Some(format!("it would match `{text}`"));
        }
        for glob in pattern.alternatives() {
            let Some(replacement) = glob.as_str().split('.').nth(at) else { continue };
            let mut changed = segments.clone();
            if let Some(segment) = changed.get_mut(at) {
                *segment = replacement;
            }
            if let Some(text) = matches(&changed) {
                return Some(format!("it would match `{text}`"));
            }
        }
    }
    None
}
