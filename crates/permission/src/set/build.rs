//! Permissions compiled into a set.

use std::ops::Range;
use std::sync::Arc;

use casemate_expression::{Arena, ArenaFull, Expression, Packed};
use thiserror::Error;

use super::{
    Compiled, CompiledProperty, DENIES, Grant, Inner, PermissionSet, SETTLED_OPAQUE, SETTLED_UNDECLARED,
    STEADY, TIMED, UNDECLARED, UNSETTLED,
};
use crate::limits;
use crate::name::PatternIndex;
use crate::permission::Permission;
use crate::schema::{Catalog, PropertyMeaning};

/// Why permissions cannot be compiled into a set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SetError {
    /// Too many of them.
    #[error("the set has more than {} permissions: use patterns, or fewer roles", limits::SET_PERMISSIONS)]
    TooMany,
    /// Their names expand to too many patterns.
    #[error(
        "the braces in the names of the set's permissions expand to more than {} patterns: use fewer braces",
        limits::SET_PATTERNS
    )]
    TooManyPatterns,
    /// Their text and values exceed what a set can address.
    #[error(transparent)]
    ArenaFull(#[from] ArenaFull),
}

/// Collects permissions for a set.
#[derive(Debug)]
pub struct PermissionSetBuilder {
    catalog: Catalog,
    permissions: Vec<(Permission, Arc<Grant>)>,
}

impl PermissionSetBuilder {
    pub(super) fn new(catalog: &Catalog) -> PermissionSetBuilder {
        PermissionSetBuilder { catalog: catalog.clone(), permissions: Vec::new() }
    }

    /// Adds a permission.
    #[must_use]
    pub fn grant(mut self, permission: Permission, grant: &Arc<Grant>) -> PermissionSetBuilder {
        self.add(permission, grant);
        self
    }

    /// Adds a permission.
    pub fn add(&mut self, permission: Permission, grant: &Arc<Grant>) {
        self.permissions.push((permission, Arc::clone(grant)));
    }

    /// Compiles the set.
    ///
    /// # Errors
    /// When there are more permissions, or longer texts, than a set holds.
    pub fn build(self) -> Result<PermissionSet, SetError> {
        let PermissionSetBuilder { catalog, mut permissions } = self;
        if permissions.len() > limits::SET_PERMISSIONS {
            return Err(SetError::TooMany);
        }
        let patterns: usize =
            permissions.iter().map(|(permission, _)| permission.name().alternatives().len()).sum();
        if patterns > limits::SET_PATTERNS {
            return Err(SetError::TooManyPatterns);
        }
        permissions.sort_by(|(one, _), (other, _)| {
            (one.name().as_str(), one.as_json()).cmp(&(other.name().as_str(), other.as_json()))
        });
        let mut compiling = Compiling::new(&catalog);
        for (permission, grant) in &permissions {
            compiling.add(permission, grant)?;
        }
        let Compiling { text, compiled, properties, elements, grants, patterns, .. } = compiling;
        let inner = Inner {
            index: PatternIndex::build(&text, patterns),
            catalog,
            text: text.into(),
            permissions: compiled.into(),
            properties: properties.into(),
            elements: elements.into(),
            grants: grants.into(),
        };
        Ok(PermissionSet { inner: Arc::new(inner) })
    }
}

struct Compiling<'c> {
    catalog: &'c Catalog,
    text: String,
    compiled: Vec<Compiled>,
    properties: Vec<CompiledProperty>,
    elements: Vec<Packed>,
    grants: Vec<Arc<Grant>>,
    patterns: Vec<(Range<u32>, u32)>,
}

impl<'c> Compiling<'c> {
    fn new(catalog: &'c Catalog) -> Compiling<'c> {
        Compiling {
            catalog,
            text: String::new(),
            compiled: Vec::new(),
            properties: Vec::new(),
            elements: Vec::new(),
            grants: Vec::new(),
            patterns: Vec::new(),
        }
    }

    fn add(&mut self, permission: &Permission, grant: &Arc<Grant>) -> Result<(), SetError> {
        let index = offset(self.compiled.len())?;
        let text_start = self.text.len();
        self.text.push_str(permission.as_json());
        let text_end = self.text.len();
        let name = permission.name().as_str();
        let name_start = self.place(text_start..text_end, name).ok_or(ArenaFull)?;
        for glob in permission.name().alternatives() {
            let start = self.place(text_start..text_end, glob.as_str()).ok_or(ArenaFull)?;
            let end = start.checked_add(offset(glob.as_str().len())?).ok_or(ArenaFull)?;
            self.patterns.push((start..end, index));
        }
        let first_property = offset(self.properties.len())?;
        let mut steady = true;
        for (property, value) in permission.properties() {
            let mut from = text_start;
            let text = &mut self.text;
            let value = Packed::pack(value, &mut self.elements, &mut |needle| {
                let start = place(text, from..text_end, needle)?;
                from = if (start as usize) < text_end { start as usize } else { from };
                Some(start)
            })?;
            let number = self.catalog.property(property);
            let arena = Arena { text: &self.text, elements: &self.elements };
            let fits = match number {
                Some(number) => {
                    let readable = (!value.is_opaque()).then(|| value.value(&arena));
                    self.catalog.conforming(number, readable)
                }
                None => 0,
            };
            let settled = match self.catalog.settled(permission.name(), number) {
                None => UNSETTLED,
                Some(PropertyMeaning::Opaque) => SETTLED_OPAQUE,
                Some(PropertyMeaning::Undeclared) => SETTLED_UNDECLARED,
                Some(PropertyMeaning::Declared(meaning)) => meaning,
            };
            steady &= match settled {
                UNSETTLED => false,
                SETTLED_OPAQUE | SETTLED_UNDECLARED => true,
                meaning => self
                    .catalog
                    .meaning(meaning)
                    .is_some_and(|meaning| !meaning.when.as_ref().is_some_and(Expression::may_run_out)),
            };
            let name = number.unwrap_or(UNDECLARED);
            self.properties.push(CompiledProperty { value, name, fits, settled });
        }
        let timed = grant.from.is_some() || grant.until.is_some();
        let grant = self.grant(grant)?;
        self.compiled.push(Compiled {
            text_start: offset(text_start)?,
            text_end: offset(text_end)?,
            name_start,
            first_property,
            grant,
            name_length: u16::try_from(name.len()).map_err(|_| ArenaFull)?,
            property_count: u8::try_from(permission.properties().len()).map_err(|_| ArenaFull)?,
            flags: if permission.is_denial() { DENIES } else { 0 }
                | if timed { TIMED } else { 0 }
                | if steady { STEADY } else { 0 },
        });
        Ok(())
    }

    fn place(&mut self, within: Range<usize>, needle: &str) -> Option<u32> {
        place(&mut self.text, within, needle)
    }

    fn grant(&mut self, grant: &Arc<Grant>) -> Result<u32, SetError> {
        let known = self.grants.iter().rposition(|known| Arc::ptr_eq(known, grant));
        let position = known.unwrap_or_else(|| {
            self.grants.push(Arc::clone(grant));
            self.grants.len() - 1
        });
        Ok(offset(position)?)
    }
}

fn offset(length: usize) -> Result<u32, ArenaFull> {
    u32::try_from(length).map_err(|_| ArenaFull)
}

/// Where `needle` stands in `within`, or at the end of the text, where it is then put.
fn place(text: &mut String, within: Range<usize>, needle: &str) -> Option<u32> {
    let found = text.get(within.clone()).and_then(|part| part.find(needle)).map(|at| within.start + at);
    let start = found.unwrap_or_else(|| {
        text.push_str(needle);
        text.len() - needle.len()
    });
    u32::try_from(start).ok()
}
