//! Permissions that nearly matched: what a person most likely meant to hold, or to ask for.

use crate::limits;
use crate::name::{Name, Pattern};
use crate::request::Request;
use crate::set::{PermissionRef, PermissionSet};

/// Bytes of patterns that looking for near misses may look at; some tens of milliseconds of work.
const WORK: usize = 4_000_000;

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
    let mut work = Work(WORK);
    let mut found = Vec::new();
    for permission in set.iter() {
        let Ok(pattern) = Pattern::parse(permission.name()) else { continue };
        let bytes: usize = pattern.alternatives().map(|glob| glob.as_str().len()).sum();
        if found.len() == limits::NEAR_MISSES || !work.take(bytes) {
            break;
        }
        let why = if pattern.matches(&request.name) {
            not_in_force(&permission, request)
        } else if matches_ignoring_case(&permission, &lower) {
            Some("it differs in upper and lower case".to_owned())
        } else {
            one_segment_away(&pattern, &request.name, &mut work)
        };
        found.extend(why.map(|why| NearMiss { permission, why }));
    }
    found
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

/// The name with one segment dropped, or with another one in its place, where the pattern matches it.
fn one_segment_away(pattern: &Pattern, name: &Name<'_>, work: &mut Work) -> Option<String> {
    let segments: Vec<&str> = name.segments().collect();
    for (at, segment) in segments.iter().enumerate() {
        let before: String = segments.iter().take(at).flat_map(|segment| [segment, "."]).collect();
        let after: String = segments.iter().skip(at + 1).flat_map(|segment| [".", segment]).collect();
        let dropped = format!("{before}{}", after.strip_prefix('.').unwrap_or_default());
        let dropped = dropped.strip_suffix('.').unwrap_or(&dropped);
        if Name::parse(dropped).is_ok_and(|name| work.take(name.as_str().len()) && pattern.matches(&name)) {
            return Some(format!("it would match `{dropped}`"));
        }
        if pattern.alternatives().any(|glob| matches_around(glob.as_str().as_bytes(), &before, &after, work))
        {
            return Some(format!("it would match with another segment in place of `{segment}`"));
        }
    }
    None
}

/// What looking for near misses may still cost, in bytes of patterns looked at.
struct Work(usize);

impl Work {
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// Whether a pattern matches `before`, then any one segment, then `after`.
fn matches_around(pattern: &[u8], before: &str, after: &str, work: &mut Work) -> bool {
    let mut reached = vec![false; pattern.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for byte in before.bytes() {
        if !work.take(pattern.len()) {
            return false;
        }
        reached = after_byte(pattern, &reached, &|token| reads(token, byte));
    }
    // Any number of characters of a segment, at least one.
    let of_segment = |token: u8| token != b'.';
    let mut somewhere = after_byte(pattern, &reached, &of_segment);
    loop {
        if !work.take(pattern.len()) {
            return false;
        }
        let more = after_byte(pattern, &somewhere, &of_segment);
        let grown: Vec<bool> = somewhere.iter().zip(&more).map(|(old, new)| *old || *new).collect();
        if grown == somewhere {
            break;
        }
        somewhere = grown;
    }
    for byte in after.bytes() {
        if !work.take(pattern.len()) {
            return false;
        }
        somewhere = after_byte(pattern, &somewhere, &|token| reads(token, byte));
    }
    past_stars(pattern, somewhere).last() == Some(&true)
}

fn reads(token: u8, byte: u8) -> bool {
    match token {
        b'*' => true,
        b'?' => byte != b'.',
        literal => literal == byte,
    }
}

/// The places in a pattern that are reached by one more character, which `reads` says a token takes.
fn after_byte(pattern: &[u8], reached: &[bool], reads: &dyn Fn(u8) -> bool) -> Vec<bool> {
    let reached = past_stars(pattern, reached.to_vec());
    let mut next = vec![false; reached.len()];
    for (at, token) in pattern.iter().enumerate() {
        if reached.get(at) == Some(&true) && reads(*token) {
            let to = if *token == b'*' { at } else { at + 1 };
            if let Some(place) = next.get_mut(to) {
                *place = true;
            }
        }
    }
    next
}

/// A `*` also stands for nothing.
fn past_stars(pattern: &[u8], mut reached: Vec<bool>) -> Vec<bool> {
    for (at, token) in pattern.iter().enumerate() {
        if *token == b'*'
            && reached.get(at) == Some(&true)
            && let Some(next) = reached.get_mut(at + 1)
        {
            *next = true;
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away(pattern: &str, name: &str) -> Option<String> {
        one_segment_away(&Pattern::parse(pattern).unwrap(), &Name::parse(name).unwrap(), &mut Work(WORK))
    }

    #[test]
    fn one_segment_may_be_dropped_or_changed() {
        assert_eq!(away("cms.entry", "cms.entry.list").as_deref(), Some("it would match `cms.entry`"));
        assert_eq!(away("entry.list", "cms.entry.list").as_deref(), Some("it would match `entry.list`"));
        for pattern in ["cms.ent*.list", "cms.e?try.list", "cms.{entry,media}.list", "cms.entry.*"] {
            let found = away(pattern, "cms.page.list");
            assert_eq!(
                found.as_deref(),
                Some("it would match with another segment in place of `page`"),
                "{pattern}"
            );
        }
        assert_eq!(
            away("*list", "cms.a.lst").as_deref(),
            Some("it would match with another segment in place of `lst`")
        );
        assert_eq!(away("pb.page", "cms.entry.list"), None);
        assert_eq!(away("cms.a.b.c", "cms.x"), None);
    }

    #[test]
    fn the_search_is_bounded() {
        let braces = format!("{}.x0", ["{a,b}"; 10].join("."));
        let mut work = Work(1_000);
        let name = Name::parse("a.a.a.a.a.a.a.a.a.a.a.y").unwrap();
        assert_eq!(one_segment_away(&Pattern::parse(&braces).unwrap(), &name, &mut work), None);
        assert_eq!(work.0, 0);
    }
}
