//! What is wrong with a well-formed permission, judged by the schemas: refused when it is written, an error of the
//! permission when it was stored before.

use casemate_expression::Datum;
use thiserror::Error;

use super::{Catalog, Entry, PropertyMeaning, Shape};
use crate::name::{self, Effort, GlobKind, Name, Pattern};
use crate::permission::Permission;

/// What judging one permission may spend on comparing its name with those of a catalog, in whole comparisons.
const EFFORT: u64 = 8;

/// Why a permission is refused when it is written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Problem {
    /// A property without value.
    #[error("the property `{property}` is null: leave it out where it shall not restrict")]
    Null {
        /// The property.
        property: String,
    },
    /// No schema entry that the permission's name reaches has this property.
    #[error("no entry that `{name}` reaches declares the property `{property}`{known}")]
    Undeclared {
        /// The granted name.
        name: String,
        /// The property.
        property: String,
        /// What is declared instead, as the end of a sentence.
        known: String,
    },
    /// The value fits none of the declarations it reaches.
    #[error("the property `{property}` must be {expected}, and is {found}")]
    Mismatch {
        /// The property.
        property: String,
        /// The declared types and patterns.
        expected: String,
        /// The value, shortened.
        found: String,
    },
}

impl Catalog {
    /// What is wrong with a permission: nothing, where it may be written.
    pub fn problems(&self, permission: &Permission) -> Vec<Problem> {
        if !self.reaches_owned(permission.name()) {
            return Vec::new();
        }
        let mut effort = Effort::new(EFFORT);
        let reached: Vec<_> =
            self.entries().filter(|(entry, _)| reaches(permission.name(), entry, &mut effort)).collect();
        permission
            .properties()
            .filter_map(|(property, value)| self.problem(permission.name(), &reached, property, value))
            .collect()
    }

    fn problem(
        &self,
        name: &Pattern,
        reached: &[(&Entry, &[(u16, u32)])],
        property: &str,
        value: &Datum,
    ) -> Option<Problem> {
        let meanings = self.shapes_reached(name, reached, property);
        if meanings.is_empty() && self.undeclared_is_opaque(name) {
            return None;
        }
        if *value == Datum::Null {
            return Some(Problem::Null { property: property.to_owned() });
        }
        if meanings.is_empty() {
            let mut known: Vec<&str> = reached
                .iter()
                .flat_map(|(entry, _)| entry.properties.iter().map(|property| &*property.name))
                .collect();
            known.sort_unstable();
            known.dedup();
            let known = match (reached.is_empty(), known.is_empty()) {
                (true, _) => ": no entry covers the name".to_owned(),
                (false, true) => ": it declares none".to_owned(),
                (false, false) => format!(": there are {}", known.join(", ")),
            };
            return Some(Problem::Undeclared {
                name: name.to_string(),
                property: property.to_owned(),
                known,
            });
        }
        let is_opaque = |value: &Datum| matches!(value, Datum::List(_) | Datum::Map(_));
        let readable = match value {
            Datum::Map(_) => None,
            Datum::List(items) if items.iter().any(is_opaque) => None,
            value => Some(value.as_value()),
        };
        if meanings.iter().any(|shape| shape.fits(readable)) {
            return None;
        }
        let mut expected: Vec<String> = meanings
            .iter()
            .map(|shape| match &shape.pattern {
                Some(pattern) => format!("a {} that matches {}", shape.kind, pattern.as_str()),
                None => format!("a {}", shape.kind),
            })
            .collect();
        expected.sort_unstable();
        expected.dedup();
        let found: String = value.to_json().chars().take(80).collect();
        Some(Problem::Mismatch { property: property.to_owned(), expected: expected.join(" or "), found })
    }

    /// What values the declarations take that the name reaches. For names without wildcards these are the ones that
    /// cover them, an exact entry outranking patterns; a pattern may reach any.
    fn shapes_reached(
        &self,
        name: &Pattern,
        reached: &[(&Entry, &[(u16, u32)])],
        property: &str,
    ) -> Vec<&Shape> {
        let Some(number) = self.property(property) else { return Vec::new() };
        let names: Option<Vec<Name<'_>>> = name
            .alternatives()
            .map(|glob| (glob.kind() == GlobKind::Exact).then(|| Name::parse(glob.as_str()).ok())?)
            .collect();
        if let Some(names) = names {
            let meanings = names.iter().filter_map(|name| {
                match self.property_meaning(&self.coverage(name), name, Some(number)) {
                    PropertyMeaning::Declared(meaning) => self.shape(number, self.meaning(meaning)?),
                    PropertyMeaning::Opaque | PropertyMeaning::Undeclared => None,
                }
            });
            return meanings.collect();
        }
        reached
            .iter()
            .flat_map(|(_, declared)| declared.iter())
            .filter(|(declared, _)| *declared == number)
            .filter_map(|(declared, meaning)| self.shape(*declared, self.meaning(*meaning)?))
            .collect()
    }

    /// Whether some name the pattern matches lies in a namespace that an application owns.
    fn reaches_owned(&self, name: &Pattern) -> bool {
        self.owners_reached(name).next().is_some()
    }

    /// Whether a granted name has a name in common with some entry of a schema.
    pub fn reaches_entry(&self, name: &Pattern) -> bool {
        let mut effort = Effort::new(EFFORT);
        self.entries().any(|(entry, _)| reaches(name, entry, &mut effort))
    }

    fn undeclared_is_opaque(&self, name: &Pattern) -> bool {
        self.owners_reached(name).all(|application| application.undeclared_is_opaque)
    }

    fn owners_reached<'c>(&'c self, name: &'c Pattern) -> impl Iterator<Item = &'c super::Application> {
        let mut effort = Effort::new(EFFORT);
        self.applications().iter().filter(move |application| {
            application.namespaces().any(|namespace| {
                // Of Casemate's own namespace, whose name by itself is none, only what is written out is reached.
                let inside = match namespace {
                    name::RESERVED_NAMESPACE => Pattern::parse("casemate.*"),
                    other => Pattern::parse(&format!("{other}{{,.*}}")),
                };
                inside.is_ok_and(|inside| name::intersects_within(name, &inside, &mut effort).unwrap_or(true))
            })
        })
    }
}

/// Whether the granted pattern and the entry have a name in common, or might.
fn reaches(name: &Pattern, entry: &Entry, effort: &mut Effort) -> bool {
    name::intersects_within(name, &entry.name, effort).unwrap_or(true)
}
