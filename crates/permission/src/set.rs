//! The permissions of one identity, compiled.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use casemate_expression::{Arena, Packed, Timestamp};

use crate::fault::Fault;
use crate::name::{Name, PatternIndex};
use crate::schema::{Catalog, PropertyMeaning};

mod build;

pub use build::{PermissionSetBuilder, SetError};

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

    fn heap_bytes(&self) -> usize {
        let Origin { name, via, .. } = &self.origin;
        size_of::<Grant>() + name.len() + via.as_ref().map_or(0, String::len)
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

impl PermissionSet {
    /// Begins a set.
    pub fn builder(catalog: &Catalog) -> PermissionSetBuilder {
        PermissionSetBuilder::new(catalog)
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

    /// Whether every request by this name is allowed, whatever else it says and whenever it comes: a permission that is
    /// always in force allows it without a condition, and none that matches denies, in force or not. Where this does
    /// not hold, [`PermissionSet::check`] may allow a request all the same.
    pub fn always_allows(&self, name: &Name<'_>) -> bool {
        let (mut allows, mut denies) = (false, false);
        let _: ControlFlow<()> = self.inner.index.for_each_match(&self.inner.text, name, |index| {
            if let Some(compiled) = self.inner.permissions.get(index as usize) {
                denies |= compiled.is_denial();
                allows |= compiled.flags & TIMED == 0 && compiled.property_count == 0;
            }
            ControlFlow::Continue(())
        });
        allows && !denies
    }

    /// All permissions in the order of name and JSON text.
    pub fn iter(&self) -> impl Iterator<Item = PermissionRef<'_>> {
        (0_u32..).map_while(|index| self.permission(index))
    }

    /// Where permissions came from, in no order; some more than once.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.inner.grants.iter().map(|grant| &grant.origin)
    }

    /// Whether the two are one set in memory: it was compiled once, and handed out twice.
    pub fn is_the_same_as(&self, other: &PermissionSet) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Bytes on the heap, the catalog not counted, for it is shared by all sets.
    pub fn heap_bytes(&self) -> usize {
        let inner = &*self.inner;
        size_of::<Inner>()
            + inner.text.len()
            + size_of_val(&*inner.permissions)
            + size_of_val(&*inner.properties)
            + size_of_val(&*inner.elements)
            + inner.grants.iter().map(|grant| size_of_val(grant) + grant.heap_bytes()).sum::<usize>()
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
