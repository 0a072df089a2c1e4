//! The schemas of all applications, compiled together.

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use casemate_expression::filter::Attribute;
use casemate_expression::{Expression, NotFilterable, Type, Value};

use super::compiler::Compiler;
use super::{Entry, RequestName, Schema, SchemaError, Shape};
use crate::name::{Name, Pattern, PatternIndex};

/// What names mean, over all applications. Immutable; cloning copies a reference.
#[derive(Clone)]
pub struct Catalog {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) applications: Box<[Application]>,
    /// Owner of each namespace: index of its application.
    pub(super) namespaces: HashMap<Box<str>, u16, foldhash::fast::RandomState>,
    /// Each property name that some entry declares.
    pub(super) properties: HashMap<Box<str>, u16>,
    /// By property, then by its number among the ways in which that property is declared.
    pub(super) shapes: Box<[Box<[Shape]>]>,
    pub(super) meanings: Box<[Meaning]>,
    pub(super) entries: Box<[Entry]>,
    /// Declarations of each entry, as index into `meanings`.
    pub(super) declared: Box<[Declarations]>,
    /// What covers a name for which an exact entry exists: its own declarations and those of the patterns over it.
    pub(super) exact: HashMap<Box<str>, Merged, foldhash::fast::RandomState>,
    /// Texts of the entries' patterns, and the index over them.
    pub(super) text: Box<str>,
    pub(super) patterns: PatternIndex,
    pub(super) remarks: Box<[Remark]>,
}

/// By number of the property: index of its meaning.
pub(super) type Declarations = Box<[(u16, u32)]>;

/// Declarations, and whether undeclared properties are opaque.
pub(super) type Merged = (Declarations, bool);

/// An application and what it owns.
#[derive(Clone, Debug)]
pub struct Application {
    pub(super) id: Box<str>,
    pub(super) title: Option<Box<str>>,
    pub(super) namespaces: Box<[Box<str>]>,
    pub(super) request_name: Option<RequestName>,
    pub(super) asserted: Box<[Box<str>]>,
    pub(super) undeclared_is_opaque: bool,
    pub(super) attributes: Box<[Arc<Attribute>]>,
}

/// What is allowed, but should be known: so far, an expression that no filter can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The application.
    pub application: String,
    /// The name of the entry.
    pub entry: String,
    /// The property.
    pub property: String,
    /// Why its expression cannot be a filter.
    pub why: NotFilterable,
}

/// What one declaration makes of a property's value.
#[derive(Debug)]
pub(crate) struct Meaning {
    /// Number of its shape among those of the property's name.
    pub(crate) shape: u16,
    /// `None`: opaque.
    pub(crate) when: Option<Expression>,
}

/// What covers a requested name.
pub(crate) enum Coverage<'c> {
    /// Nobody owns its namespace: the name alone decides.
    Unowned,
    /// Declarations that were merged beforehand.
    Merged { declared: &'c [(u16, u32)], undeclared_is_opaque: bool },
    /// Up to eight pattern entries.
    Entries { entries: [u32; ENTRIES], count: usize, undeclared_is_opaque: bool },
    /// More pattern entries than that: they are searched anew for each property.
    Many { undeclared_is_opaque: bool },
}

const ENTRIES: usize = 8;

/// What a property means for a requested name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PropertyMeaning {
    /// It constrains nothing.
    Opaque,
    /// No entry that covers the name declares it.
    Undeclared,
    /// The number of its meaning, see [`Catalog::meaning`].
    Declared(u32),
}

impl Application {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name for people.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The first segments of names that it owns.
    pub fn namespaces(&self) -> impl ExactSizeIterator<Item = &str> {
        self.namespaces.iter().map(AsRef::as_ref)
    }

    /// Whether a name lies in one of its namespaces.
    pub fn owns(&self, name: &Name<'_>) -> bool {
        self.namespaces.iter().any(|namespace| **namespace == *name.namespace())
    }

    /// How it makes the requested name from an AuthZEN request, where that is not the action's name.
    pub fn request_name(&self) -> Option<&RequestName> {
        self.request_name.as_ref()
    }

    /// What its callers may assert of a subject.
    pub fn asserted(&self) -> impl Iterator<Item = &str> {
        self.asserted.iter().map(|asserted| &**asserted)
    }

    /// Whether its callers may assert this property of a subject.
    pub fn may_assert(&self, property: &str) -> bool {
        self.asserted.iter().any(|asserted| **asserted == *property)
    }
}

impl Catalog {
    /// A catalog without applications: nobody owns any namespace.
    pub fn empty() -> Catalog {
        Catalog::compile(Vec::new()).unwrap_or_else(|_| Catalog { inner: Arc::new(Inner::empty()) })
    }

    /// Compiles schemas together.
    ///
    /// # Errors
    /// Every way in which they contradict one another or themselves: an id or a namespace that two own, overlapping
    /// entries that declare a property differently.
    pub fn compile(schemas: Vec<Schema>) -> Result<Catalog, Vec<SchemaError>> {
        let mut compiler = Compiler::default();
        for schema in schemas {
            compiler.add(schema);
        }
        if !compiler.errors.is_empty() {
            return Err(compiler.errors);
        }
        Ok(Catalog { inner: Arc::new(compiler.finish()) })
    }

    /// The applications in the order of their schemas.
    pub fn applications(&self) -> &[Application] {
        &self.inner.applications
    }

    /// The application with that id.
    pub fn application(&self, id: &str) -> Option<&Application> {
        self.inner.applications.iter().find(|application| *application.id == *id)
    }

    /// Who owns the namespace of a name.
    pub fn owner_of(&self, name: &Name<'_>) -> Option<&Application> {
        self.owner_of_namespace(name.namespace())
    }

    pub(super) fn owner_of_namespace(&self, namespace: &str) -> Option<&Application> {
        let index = *self.inner.namespaces.get(namespace)?;
        self.inner.applications.get(usize::from(index))
    }

    /// The names and patterns that the schemas declare.
    pub fn declared(&self) -> impl Iterator<Item = &Pattern> {
        self.inner.entries.iter().map(|entry| &entry.name)
    }

    /// What is allowed, but should be known.
    pub fn remarks(&self) -> &[Remark] {
        &self.inner.remarks
    }

    /// The number of a property's name, where some entry declares it.
    pub(crate) fn property(&self, name: &str) -> Option<u16> {
        self.inner.properties.get(name).copied()
    }

    /// For each way in which a property of that name is declared, one bit: whether the value fits it. `None` is an
    /// object, or a list of lists.
    pub(crate) fn conforming(&self, property: u16, value: Option<Value<'_>>) -> u16 {
        let shapes = self.inner.shapes.get(usize::from(property)).map_or(&[][..], AsRef::as_ref);
        shapes
            .iter()
            .zip(0_u32..)
            .fold(0, |bits, (shape, number)| bits | u16::from(shape.fits(value)) << number)
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Entry, &[(u16, u32)])> {
        self.inner.entries.iter().zip(&self.inner.declared).map(|(entry, declared)| (entry, &**declared))
    }

    pub(super) fn shape(&self, property: u16, meaning: &Meaning) -> Option<&Shape> {
        self.inner.shapes.get(usize::from(property))?.get(usize::from(meaning.shape))
    }

    /// The conditions of all properties, as they are written.
    pub fn conditions(&self) -> impl Iterator<Item = &str> {
        self.inner.meanings.iter().filter_map(|meaning| Some(meaning.when.as_ref()?.source()))
    }

    #[inline]
    pub(crate) fn meaning(&self, index: u32) -> Option<&Meaning> {
        self.inner.meanings.get(index as usize)
    }

    /// What covers a name.
    #[inline]
    pub(crate) fn coverage(&self, name: &Name<'_>) -> Coverage<'_> {
        let inner = &*self.inner;
        if inner.applications.is_empty() {
            return Coverage::Unowned;
        }
        if let Some((declared, undeclared_is_opaque)) = inner.exact.get(name.as_str()) {
            return Coverage::Merged { declared, undeclared_is_opaque: *undeclared_is_opaque };
        }
        let Some(owner) = inner.namespaces.get(name.namespace()) else { return Coverage::Unowned };
        let undeclared_is_opaque =
            inner.applications.get(usize::from(*owner)).is_some_and(|owner| owner.undeclared_is_opaque);
        let (mut entries, mut count) = ([0_u32; ENTRIES], 0);
        let overflow = inner.patterns.for_each_match(&inner.text, name, |entry| {
            if entries.get(..count).is_some_and(|found| found.contains(&entry)) {
                return ControlFlow::Continue(());
            }
            match entries.get_mut(count) {
                Some(slot) => {
                    *slot = entry;
                    count += 1;
                    ControlFlow::Continue(())
                }
                None => ControlFlow::Break(()),
            }
        });
        match overflow {
            ControlFlow::Continue(()) => Coverage::Entries { entries, count, undeclared_is_opaque },
            ControlFlow::Break(()) => Coverage::Many { undeclared_is_opaque },
        }
    }

    /// What a property means for a name with that coverage. `None` as the property is one that no entry declares.
    #[inline]
    pub(crate) fn property_meaning(
        &self,
        coverage: &Coverage<'_>,
        name: &Name<'_>,
        property: Option<u16>,
    ) -> PropertyMeaning {
        let inner = &*self.inner;
        let in_entry = |entry: u32| {
            let declared = inner.declared.get(entry as usize)?;
            find(declared, property?)
        };
        let (found, undeclared_is_opaque) = match coverage {
            Coverage::Unowned => return PropertyMeaning::Opaque,
            Coverage::Merged { declared, undeclared_is_opaque } => {
                (property.and_then(|property| find(declared, property)), *undeclared_is_opaque)
            }
            Coverage::Entries { entries, count, undeclared_is_opaque } => {
                let found = entries.iter().take(*count).find_map(|entry| in_entry(*entry));
                (found, *undeclared_is_opaque)
            }
            Coverage::Many { undeclared_is_opaque } => {
                let found = inner.patterns.for_each_match(&inner.text, name, |entry| match in_entry(entry) {
                    Some(meaning) => ControlFlow::Break(meaning),
                    None => ControlFlow::Continue(()),
                });
                (found.break_value(), *undeclared_is_opaque)
            }
        };
        match found {
            Some(meaning) => PropertyMeaning::Declared(meaning),
            None if undeclared_is_opaque => PropertyMeaning::Opaque,
            None => PropertyMeaning::Undeclared,
        }
    }
}

#[inline]
pub(super) fn find(declared: &[(u16, u32)], property: u16) -> Option<u32> {
    declared.iter().find(|(known, _)| *known == property).map(|(_, meaning)| *meaning)
}

impl Shape {
    /// Whether a value is of the type and fits the pattern. Null fits nothing; `None` is an object, or a list of lists.
    pub(crate) fn fits(&self, value: Option<Value<'_>>) -> bool {
        let Some(value) = value else { return self.kind == Type::Any };
        let text_fits = |value: Value<'_>| match (value, &self.pattern) {
            (Value::String(text), Some(pattern)) => pattern.is_match(text),
            _ => true,
        };
        match self.kind.admit(value) {
            None | Some(Value::Null) => false,
            Some(Value::List(list)) => list.iter().all(text_fits),
            Some(value) => text_fits(value),
        }
    }
}

impl Inner {
    fn empty() -> Inner {
        Compiler::default().finish()
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("applications", &self.inner.applications).finish_non_exhaustive()
    }
}
