//! The schemas of all applications, compiled together.

use std::collections::HashMap;
use std::fmt;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use casemate_expression::{Expression, NotFilterable, Type, Value};

use super::{Entry, RequestName, Schema, SchemaError, Shape};
use crate::limits;
use crate::name::{self, Name, PatternIndex};

/// What names mean, over all applications. Immutable; cloning copies a reference.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    applications: Box<[Application]>,
    /// Owner of each namespace: index of its application.
    namespaces: HashMap<Box<str>, u16, foldhash::fast::RandomState>,
    /// Each property name that some entry declares.
    properties: HashMap<Box<str>, u16>,
    /// By property, then by its number among the ways in which that property is declared.
    shapes: Box<[Box<[Shape]>]>,
    meanings: Box<[Meaning]>,
    entries: Box<[Entry]>,
    /// Declarations of each entry, as index into `meanings`.
    declared: Box<[Box<[(u16, u32)]>]>,
    /// What covers a name for which an exact entry exists: its own declarations and those of the patterns over it.
    exact: HashMap<Box<str>, Merged, foldhash::fast::RandomState>,
    /// Texts of the entries' patterns, and the index over them.
    text: Box<str>,
    patterns: PatternIndex,
    remarks: Box<[Remark]>,
}

/// Declarations by property, and whether undeclared properties are opaque.
type Merged = (Box<[(u16, u32)]>, bool);

/// An application and what it owns.
#[derive(Clone, Debug)]
pub struct Application {
    id: Box<str>,
    title: Option<Box<str>>,
    namespaces: Box<[Box<str>]>,
    request_name: Option<RequestName>,
    asserted: Box<[Box<str>]>,
    pub(super) undeclared_is_opaque: bool,
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
pub(crate) enum PropertyMeaning<'c> {
    Opaque,
    Undeclared,
    Declared(&'c Meaning),
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
    ) -> PropertyMeaning<'_> {
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
        match found.and_then(|meaning| self.meaning(meaning)) {
            Some(meaning) => PropertyMeaning::Declared(meaning),
            None if undeclared_is_opaque => PropertyMeaning::Opaque,
            None => PropertyMeaning::Undeclared,
        }
    }
}

#[inline]
fn find(declared: &[(u16, u32)], property: u16) -> Option<u32> {
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

#[derive(Default)]
struct Compiler {
    applications: Vec<Application>,
    namespaces: HashMap<Box<str>, u16, foldhash::fast::RandomState>,
    properties: HashMap<Box<str>, u16>,
    shapes: Vec<Vec<Shape>>,
    meanings: Vec<Meaning>,
    entries: Vec<Entry>,
    owners: Vec<u16>,
    declared: Vec<Box<[(u16, u32)]>>,
    /// The entry for each exact name.
    exact: HashMap<Box<str>, usize, foldhash::fast::RandomState>,
    errors: Vec<SchemaError>,
}

impl Compiler {
    fn refuse(&mut self, application: &str, span: Range<usize>, message: String) {
        self.errors.push(SchemaError {
            message,
            application: Some(application.to_owned()),
            span: Some(span),
        });
    }

    fn add(&mut self, schema: Schema) {
        let Ok(owner) = u16::try_from(self.applications.len()) else {
            return self.refuse(&schema.id, 0..0, "there are more than 65,535 applications".to_owned());
        };
        if self.applications.iter().any(|application| application.id == schema.id) {
            self.refuse(&schema.id, 0..0, format!("two schemas have the application id `{}`", schema.id));
        }
        for (namespace, place) in &schema.namespaces {
            match self.namespaces.get(namespace).and_then(|other| self.applications.get(usize::from(*other)))
            {
                Some(other) => {
                    let message =
                        format!("the namespace `{namespace}` belongs to the application `{}`", other.id);
                    self.refuse(&schema.id, place.clone(), message);
                }
                None => {
                    self.namespaces.insert(namespace.clone(), owner);
                }
            }
        }
        let first = self.entries.len();
        for entry in schema.entries {
            self.add_entry(&schema.id, owner, first, entry);
        }
        self.applications.push(Application {
            id: schema.id,
            title: schema.title,
            namespaces: schema.namespaces.into_iter().map(|(namespace, _)| namespace).collect(),
            request_name: schema.request_name,
            asserted: schema.asserted,
            undeclared_is_opaque: schema.undeclared_is_opaque,
        });
    }

    fn add_entry(&mut self, application: &str, owner: u16, first: usize, entry: Entry) {
        let others = self.entries.get(first..).unwrap_or_default();
        let exact = is_exact(&entry);
        let taken = match exact {
            true => entry
                .name
                .alternatives()
                .find_map(|name| self.exact.get(name.as_str()))
                .copied()
                .filter(|at| *at >= first),
            false => self
                .entries
                .iter()
                .skip(first)
                .position(|other| other.name == entry.name)
                .map(|at| first + at),
        };
        if let Some(other) = taken.and_then(|index| self.entries.get(index)) {
            let message = format!("`{}` has an entry already: `{}`", entry.name, other.name);
            return self.refuse(application, entry.place, message);
        }
        if exact {
            let index = self.entries.len();
            self.exact.extend(entry.name.alternatives().map(|name| (Box::from(name.as_str()), index)));
        }
        // Whether they declare anything differently is found sooner than whether they overlap.
        let conflicts: Vec<(Range<usize>, String)> = others
            .iter()
            .filter(|other| !exact && !other.properties.is_empty())
            .map(|other| (other, conflicts(other, &entry)))
            .filter(|(other, conflicts)| !conflicts.is_empty() && overlap(other, &entry))
            .flat_map(|(_, conflicts)| conflicts)
            .collect();
        for (place, message) in conflicts {
            self.refuse(application, place, message);
        }
        let mut declared = Vec::new();
        for property in &entry.properties {
            let known = self.properties.get(&property.name).copied();
            let next = u16::try_from(self.properties.len()).ok();
            let next = next.filter(|next| usize::from(*next) < limits::CATALOG_PROPERTIES);
            let Some(number) = known.or(next) else {
                let message = format!(
                    "the schemas declare more than {} names of properties; `{}` is one too many",
                    limits::CATALOG_PROPERTIES,
                    property.name
                );
                self.refuse(application, property.place.clone(), message);
                break;
            };
            self.properties.insert(property.name.clone(), number);
            if usize::from(number) == self.shapes.len() {
                self.shapes.push(Vec::new());
            }
            let Some(shapes) = self.shapes.get_mut(usize::from(number)) else { continue };
            let shape = shapes.iter().position(|known| *known == property.shape).unwrap_or_else(|| {
                shapes.push(property.shape.clone());
                shapes.len() - 1
            });
            if shape >= limits::PROPERTY_SHAPES {
                let message = format!(
                    "`{}` is declared in more than {} different ways (type and pattern): give these properties other names",
                    property.name,
                    limits::PROPERTY_SHAPES
                );
                self.errors.push(SchemaError {
                    message,
                    application: Some(application.to_owned()),
                    span: Some(property.place.clone()),
                });
                continue;
            }
            let meaning = u32::try_from(self.meanings.len()).unwrap_or(u32::MAX);
            self.meanings.push(Meaning {
                shape: u16::try_from(shape).unwrap_or(u16::MAX),
                when: property.when.clone(),
            });
            declared.push((number, meaning));
        }
        self.declared.push(declared.into());
        self.entries.push(entry);
        self.owners.push(owner);
    }

    fn finish(self) -> Inner {
        let mut text = String::new();
        let mut ranges = Vec::new();
        for (entry, number) in self.entries.iter().zip(0_u32..) {
            for glob in entry.name.alternatives() {
                let start = u32::try_from(text.len()).unwrap_or(u32::MAX);
                text.push_str(glob.as_str());
                ranges.push((start..u32::try_from(text.len()).unwrap_or(u32::MAX), number));
            }
        }
        let patterns = PatternIndex::build(&text, ranges);
        let mut exact = HashMap::default();
        for ((entry, own), owner) in self.entries.iter().zip(&self.declared).zip(&self.owners) {
            if !is_exact(entry) {
                continue;
            }
            let owner = self.applications.get(usize::from(*owner));
            let undeclared_is_opaque = owner.is_some_and(|owner| owner.undeclared_is_opaque);
            for glob in entry.name.alternatives() {
                let Ok(name) = Name::parse(glob.as_str()) else { continue };
                let mut merged = own.to_vec();
                // No other exact entry is among them: it would be refused as the second one for its name.
                let _ = patterns.for_each_match(&text, &name, |other| {
                    let declared = self.declared.get(other as usize).map_or(&[][..], AsRef::as_ref);
                    for (property, meaning) in declared {
                        if find(&merged, *property).is_none() {
                            merged.push((*property, *meaning));
                        }
                    }
                    ControlFlow::<()>::Continue(())
                });
                exact.insert(Box::from(glob.as_str()), (merged.into(), undeclared_is_opaque));
            }
        }
        let remarks = self.remarks();
        Inner {
            applications: self.applications.into(),
            namespaces: self.namespaces,
            properties: self.properties,
            shapes: self.shapes.into_iter().map(Vec::into_boxed_slice).collect(),
            meanings: self.meanings.into(),
            entries: self.entries.into(),
            declared: self.declared.into(),
            exact,
            text: text.into(),
            patterns,
            remarks,
        }
    }

    fn remarks(&self) -> Box<[Remark]> {
        let mut remarks = Vec::new();
        for (entry, owner) in self.entries.iter().zip(&self.owners) {
            let application =
                self.applications.get(usize::from(*owner)).map_or("", |application| &application.id);
            for property in &entry.properties {
                if let Some(why) = property.when.as_ref().and_then(Expression::not_filterable) {
                    remarks.push(Remark {
                        application: application.to_owned(),
                        entry: entry.name.to_string(),
                        property: property.name.to_string(),
                        why,
                    });
                }
            }
        }
        remarks.into()
    }
}

/// Whether an entry is for names and not for patterns of names.
fn is_exact(entry: &Entry) -> bool {
    entry.name.alternatives().all(|glob| glob.kind() == name::GlobKind::Exact)
}

/// Whether neither outranks the other where both cover a name.
fn overlap(one: &Entry, other: &Entry) -> bool {
    !is_exact(one) && !is_exact(other) && name::intersects(&one.name, &other.name).unwrap_or(true)
}

fn conflicts(one: &Entry, other: &Entry) -> Vec<(Range<usize>, String)> {
    let differs = |property: &&super::Property| {
        one.properties.iter().any(|known| {
            known.name == property.name && (known.shape != property.shape || known.when != property.when)
        })
    };
    other
        .properties
        .iter()
        .filter(differs)
        .map(|property| {
            let message = format!(
                "`{}` and `{}` cover common names and declare `{}` differently: declare it alike, or once",
                one.name, other.name, property.name
            );
            (property.place.clone(), message)
        })
        .collect()
}
