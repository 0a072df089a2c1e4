//! The permissions of one identity, compiled.

use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use casemate_expression::{Arena, ArenaFull, Packed, Timestamp};
use thiserror::Error;

use crate::fault::Fault;
use crate::limits;
use crate::name::{Name, PatternIndex};
use crate::permission::Permission;
use crate::schema::{Catalog, PropertyMeaning};

/// Where a permission came from, and when it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where it came from.
    pub origin: Origin,
    /// In force from this time on.
    pub from: Option<Timestamp>,
    /// No longer in force at this time.
    pub until: Option<Timestamp>,
}

/// What handed a permission out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Which sort of thing.
    pub kind: OriginKind,
    /// Its name.
    pub name: String,
    /// Through which team, group or assignment it reached the identity.
    pub via: Option<String>,
}

/// The sorts of things that hand permissions out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// A role.
    Role,
    /// A team.
    Team,
    /// A group.
    Group,
    /// An API key or another credential.
    Key,
    /// A permission source outside the directory.
    Source,
    /// A file.
    File,
}

impl OriginKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            OriginKind::Role => "role",
            OriginKind::Team => "team",
            OriginKind::Group => "group",
            OriginKind::Key => "key",
            OriginKind::Source => "source",
            OriginKind::File => "file",
        }
    }
}

impl Grant {
    /// Always in force.
    pub fn always(kind: OriginKind, name: &str) -> Arc<Grant> {
        Arc::new(Grant { origin: Origin { kind, name: name.to_owned(), via: None }, from: None, until: None })
    }

    fn is_in_force(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now)
            && self.until.is_none_or(|until| now < until || Fault::UntilIncluded.is_seeded() && now == until)
    }
}

/// The permissions of one identity, compiled against a catalog. Immutable, and cheap to clone and to share.
#[derive(Clone)]
pub struct PermissionSet {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) catalog: Catalog,
    /// The JSON of all permissions, one behind the other, then texts that do not stand in it literally.
    pub(crate) text: Box<str>,
    /// In the order of name and JSON text.
    pub(crate) permissions: Box<[Compiled]>,
    pub(crate) properties: Box<[CompiledProperty]>,
    pub(crate) elements: Box<[Packed]>,
    pub(crate) index: PatternIndex,
    pub(crate) grants: Box<[Arc<Grant>]>,
}

/// One permission: ranges into what its set keeps. Small, for a set has many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compiled {
    text_start: u32,
    text_end: u32,
    name_start: u32,
    first_property: u32,
    grant: u32,
    name_length: u16,
    property_count: u8,
    flags: u8,
}

/// It denies.
const DENIES: u8 = 1;
/// Its grant begins or ends at some time.
const TIMED: u8 = 2;
/// No condition of the permission can run out of steps: the first that is false decides.
const STEADY: u8 = 4;

/// One property of a permission.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CompiledProperty {
    pub(crate) value: Packed,
    /// The number of its name in the catalog, or [`UNDECLARED`].
    name: u16,
    /// Which of the ways in which properties of that name are declared its value fits, one bit each.
    pub(crate) fits: u16,
    /// What it means for every name that its permission matches, or one of the constants below.
    settled: u32,
}

/// The meaning may differ from one requested name to the next.
const UNSETTLED: u32 = u32::MAX;
const SETTLED_OPAQUE: u32 = u32::MAX - 1;
const SETTLED_UNDECLARED: u32 = u32::MAX - 2;

const UNDECLARED: u16 = u16::MAX;

impl CompiledProperty {
    #[inline]
    pub(crate) fn name(&self) -> Option<u16> {
        (self.name != UNDECLARED).then_some(self.name)
    }

    /// What it means, whichever name its permission is asked for; `None` where that depends on the name.
    #[inline]
    pub(crate) fn settled(&self) -> Option<PropertyMeaning> {
        Some(match self.settled {
            UNSETTLED => return None,
            SETTLED_OPAQUE => PropertyMeaning::Opaque,
            SETTLED_UNDECLARED => PropertyMeaning::Undeclared,
            meaning => PropertyMeaning::Declared(meaning),
        })
    }
}

impl Compiled {
    #[inline]
    pub(crate) fn is_denial(&self) -> bool {
        self.flags & DENIES != 0
    }

    /// Whether the first of its conditions that is false decides: none can run out of steps.
    #[inline]
    pub(crate) fn is_steady(&self) -> bool {
        self.flags & STEADY != 0
    }
}

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

impl PermissionSet {
    /// Begins a set.
    pub fn builder(catalog: &Catalog) -> PermissionSetBuilder {
        PermissionSetBuilder { catalog: catalog.clone(), permissions: Vec::new() }
    }

    /// A set without permissions: everything is denied.
    pub fn empty(catalog: &Catalog) -> PermissionSet {
        let inner = Inner {
            catalog: catalog.clone(),
            text: Box::default(),
            permissions: Box::default(),
            properties: Box::default(),
            elements: Box::default(),
            index: PatternIndex::build("", []),
            grants: Box::default(),
        };
        PermissionSet { inner: Arc::new(inner) }
    }

    /// The number of permissions.
    pub fn len(&self) -> usize {
        self.inner.permissions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.inner.permissions.is_empty()
    }

    /// The catalog it was compiled against.
    pub fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    /// Every permission that matches a name and is in force, as it is stored, in the order of name and JSON text: for
    /// an application that interprets its own properties.
    pub fn permissions(&self, name: &Name<'_>, now: Timestamp) -> Vec<PermissionRef<'_>> {
        let mut found = Vec::new();
        self.inner.each_matching(name, now, |index| found.push(index));
        found.sort_unstable();
        found.dedup();
        found.into_iter().filter_map(|index| self.permission(index)).collect()
    }

    /// All permissions in the order of name and JSON text.
    pub fn iter(&self) -> impl Iterator<Item = PermissionRef<'_>> {
        (0_u32..).map_while(|index| self.permission(index))
    }

    /// Bytes on the heap, the catalog not counted, for it is shared by all sets.
    pub fn heap_bytes(&self) -> usize {
        let inner = &*self.inner;
        size_of::<Inner>()
            + inner.text.len()
            + size_of_val(&*inner.permissions)
            + size_of_val(&*inner.properties)
            + size_of_val(&*inner.elements)
            + size_of_val(&*inner.grants)
            + inner.index.heap_bytes()
    }

    pub(crate) fn permission(&self, index: u32) -> Option<PermissionRef<'_>> {
        let compiled = self.inner.permissions.get(index as usize)?;
        Some(PermissionRef { set: &self.inner, compiled, index })
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|permission| permission.as_json().to_owned())).finish()
    }
}

impl Inner {
    /// Calls `found` with the index of each permission that matches and is in force; one that matches in several ways
    /// may come several times.
    #[inline]
    pub(crate) fn each_matching(&self, name: &Name<'_>, now: Timestamp, mut found: impl FnMut(u32)) {
        let _ = self.index.for_each_match(&self.text, name, |index| {
            if self.is_in_force(index, now) {
                found(index);
                if Fault::ShadowingMatch.is_seeded() {
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
    }

    #[inline]
    pub(crate) fn is_in_force(&self, index: u32, now: Timestamp) -> bool {
        self.permissions.get(index as usize).is_some_and(|compiled| {
            compiled.flags & TIMED == 0
                || self.grants.get(compiled.grant as usize).is_some_and(|grant| grant.is_in_force(now))
        })
    }

    #[inline]
    pub(crate) fn properties_of(&self, compiled: &Compiled) -> &[CompiledProperty] {
        let first = compiled.first_property as usize;
        self.properties.get(first..first + usize::from(compiled.property_count)).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn arena(&self) -> Arena<'_> {
        Arena { text: &self.text, elements: &self.elements }
    }
}

/// A permission in a set.
#[derive(Clone, Copy)]
pub struct PermissionRef<'s> {
    set: &'s Inner,
    compiled: &'s Compiled,
    index: u32,
}

impl<'s> PermissionRef<'s> {
    /// Its JSON: compact, its members in the order they were written.
    pub fn as_json(&self) -> &'s str {
        self.set
            .text
            .get(self.compiled.text_start as usize..self.compiled.text_end as usize)
            .unwrap_or_default()
    }

    /// The granted name.
    pub fn name(&self) -> &'s str {
        let start = self.compiled.name_start as usize;
        self.set.text.get(start..start + usize::from(self.compiled.name_length)).unwrap_or_default()
    }

    /// Whether it denies.
    pub fn is_denial(&self) -> bool {
        self.compiled.is_denial()
    }

    /// Where it came from, and when it is in force.
    pub fn grant(&self) -> Option<&'s Grant> {
        self.set.grants.get(self.compiled.grant as usize).map(AsRef::as_ref)
    }

    /// Its place in the order of name and JSON text.
    pub fn index(&self) -> usize {
        self.index as usize
    }

    pub(crate) fn compiled(&self) -> &'s Compiled {
        self.compiled
    }
}

impl fmt::Debug for PermissionRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}

impl PermissionSetBuilder {
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
                meaning => self.catalog.meaning(meaning).is_some_and(|meaning| {
                    !meaning.when.as_ref().is_some_and(casemate_expression::Expression::may_run_out)
                }),
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
