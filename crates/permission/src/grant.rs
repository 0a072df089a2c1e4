//! Nobody can grant what they do not hold, and a source hands out nothing above its ceiling: both compare the languages
//! of granted names.

use casemate_expression::{Datum, Timestamp};
use thiserror::Error;

use crate::name::{self, Effort, Name, Pattern};
use crate::permission::Permission;
use crate::set::PermissionSet;

/// What judging one permission may spend on comparing names, in whole comparisons.
const GRANT_EFFORT: u64 = 8;

/// Why a permission may not be granted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GrantRefused {
    /// No held permission covers the name with no more properties.
    #[error(
        "`{name}` is not held without further restrictions: hold a pattern over it, and repeat the properties of that permission"
    )]
    NotHeld {
        /// The granted pattern, an alternative of the permission's name.
        name: String,
    },
    /// A denial applies.
    #[error("`{name}` overlaps the denial {denial}")]
    Denied {
        /// The granted pattern.
        name: String,
        /// The denying permission's JSON.
        denial: String,
    },
}

impl PermissionSet {
    /// Whether whoever holds this set may grant a permission to others: each granted pattern lies within a pattern of a
    /// permission they hold, the granted permission repeats all of that permission's properties, and none of their
    /// denials applies.
    ///
    /// # Errors
    /// Which part of the name is not held, or is denied. What is too complex to compare is refused.
    pub fn may_grant(&self, permission: &Permission, now: Timestamp) -> Result<(), GrantRefused> {
        let held: Vec<Permission> = self
            .iter()
            .filter(|held| self.inner.is_in_force(u32::try_from(held.index()).unwrap_or(u32::MAX), now))
            .filter_map(|held| Permission::from_json(held.as_json()).ok())
            .collect();
        let mut effort = Effort::new(GRANT_EFFORT);
        let mut overlaps = |held: &&Permission| {
            name::intersects_within(held.name(), permission.name(), &mut effort).unwrap_or(true)
        };
        let denial = held.iter().filter(|held| held.is_denial()).find(|held| overlaps(held));
        if let Some(denial) = denial {
            let name = permission.name().to_string();
            return Err(GrantRefused::Denied { name, denial: denial.as_json().to_owned() });
        }
        let mut effort = Effort::new(GRANT_EFFORT);
        let mut covers = |granted: &Pattern| {
            held.iter().any(|held| {
                !held.is_denial()
                    && held.properties().all(|(property, value)| {
                        permission.property(property).is_some_and(|granted| json_equal(granted, value))
                    })
                    && name::includes_within(held.name(), granted, &mut effort).unwrap_or(false)
            })
        };
        match each_pattern(permission.name()).find(|granted| !covers(granted)) {
            Some(name) => Err(GrantRefused::NotHeld { name: name.to_string() }),
            None => Ok(()),
        }
    }
}

/// The name patterns that a permission source outside Casemate may hand out.
#[derive(Clone, Debug)]
pub struct Ceiling {
    patterns: Vec<Pattern>,
}

/// A source handed out more than it may; the source errs, and the request fails closed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the source hands out `{name}`, which lies above its ceiling")]
pub struct AboveCeiling {
    /// The pattern that is too much.
    pub name: String,
}

impl Ceiling {
    /// A ceiling of these patterns; of none, nothing may be handed out.
    pub fn new(patterns: Vec<Pattern>) -> Ceiling {
        Ceiling { patterns }
    }

    /// Whether a permission below could match a name.
    pub fn reaches(&self, name: &Name<'_>) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a permission lies below: each of its patterns within one of the ceiling's.
    ///
    /// # Errors
    /// The first pattern that does not. What is too complex to compare does not.
    pub fn admits(&self, permission: &Permission) -> Result<(), AboveCeiling> {
        let below = |granted: &Pattern| {
            self.patterns.iter().any(|pattern| name::includes(pattern, granted).unwrap_or(false))
        };
        match each_pattern(permission.name()).find(|granted| !below(granted)) {
            Some(name) => Err(AboveCeiling { name: name.to_string() }),
            None => Ok(()),
        }
    }
}

/// Each pattern that a granted name expands to, by itself.
fn each_pattern(name: &Pattern) -> impl Iterator<Item = Pattern> + '_ {
    name.alternatives().filter_map(|glob| Pattern::parse(glob.as_str()).ok())
}

/// Equal as JSON: members in any order.
fn json_equal(one: &Datum, other: &Datum) -> bool {
    match (one, other) {
        (Datum::Map(one), Datum::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| json_equal(value, other)))
        }
        (Datum::List(one), Datum::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| json_equal(one, other))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Catalog;
    use crate::set::{Grant, OriginKind};

    fn granted(held: &[&str], permission: &str) -> Result<(), GrantRefused> {
        let grant = Grant::always(OriginKind::Role, "r");
        let mut builder = PermissionSet::builder(&Catalog::empty());
        for held in held {
            builder.add(Permission::from_json(held).unwrap(), &grant);
        }
        builder.build().unwrap().may_grant(&Permission::from_json(permission).unwrap(), Timestamp(0))
    }

    #[test]
    fn nobody_grants_what_they_do_not_hold() {
        let all = r#"{"name":"cms.*"}"#;
        assert_eq!(granted(&[all], r#"{"name":"cms.entry","own":true}"#), Ok(()));
        assert_eq!(granted(&[all], r#"{"name":"cms.{a,b}?"}"#), Ok(()));
        let refused = |name: &str| Err(GrantRefused::NotHeld { name: name.to_owned() });
        assert_eq!(granted(&[all], r#"{"name":"*"}"#), refused("*"));
        assert_eq!(granted(&[all], r#"{"name":"{cms.a,pb.a}"}"#), refused("pb.a"));
        assert_eq!(granted(&[all], r#"{"name":"casemate.role"}"#), refused("casemate.role"));
        assert_eq!(granted(&[], r#"{"name":"a"}"#), refused("a"));
    }

    #[test]
    fn properties_of_the_held_permission_are_repeated() {
        let own = r#"{"name":"cms.*","own":true,"x":{"a":1,"b":[2]}}"#;
        assert_eq!(
            granted(&[own], r#"{"name":"cms.entry","x":{"b":[2],"a":1},"own":true,"more":1}"#),
            Ok(())
        );
        assert!(granted(&[own], r#"{"name":"cms.entry","own":true}"#).is_err());
        assert!(granted(&[own], r#"{"name":"cms.entry","own":false,"x":{"a":1,"b":[2]}}"#).is_err());
    }

    #[test]
    fn a_denial_that_applies_forbids_granting() {
        let held = [r#"{"name":"cms.*"}"#, r#"{"name":"cms.secret*","deny":true,"own":true}"#];
        assert_eq!(granted(&held, r#"{"name":"cms.entry"}"#), Ok(()));
        assert!(matches!(granted(&held, r#"{"name":"cms.s*"}"#), Err(GrantRefused::Denied { .. })));
    }

    #[test]
    fn a_source_stays_below_its_ceiling() {
        let ceiling =
            Ceiling::new(vec![Pattern::parse("cms.*").unwrap(), Pattern::parse("pb.page?").unwrap()]);
        let admits = |name: &str| {
            ceiling.admits(&Permission::from_json(&format!("{{\"name\":\"{name}\"}}")).unwrap()).is_ok()
        };
        assert!(admits("cms.entry.*") && admits("{cms.a,pb.pages}"));
        assert!(!admits("pb.page*") && !admits("*") && !admits("{cms.a,pb.page}"));
    }
}
