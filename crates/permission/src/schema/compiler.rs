//! From the schemas of all applications to a catalog.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};

use casemate_expression::Expression;

use super::catalog::{Application, Inner, Meaning, Remark, find};
use super::{Entry, Schema, SchemaError, Shape};
use crate::limits;
use crate::name::{self, Effort, Name, PatternIndex};

/// What one schema may spend on comparing the names of its entries, in whole comparisons.
const EFFORT: u64 = 50;

#[derive(Default)]
pub(super) struct Compiler {
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
    pub(super) errors: Vec<SchemaError>,
}

impl Compiler {
    fn refuse(&mut self, application: &str, span: Range<usize>, message: String) {
        self.errors.push(SchemaError {
            message,
            application: Some(application.to_owned()),
            span: Some(span),
        });
    }

    pub(super) fn add(&mut self, schema: Schema) {
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
        let mut effort = Effort::new(EFFORT);
        for entry in schema.entries {
            self.add_entry(&schema.id, owner, first, entry, &mut effort);
        }
        self.applications.push(Application {
            id: schema.id,
            title: schema.title,
            namespaces: schema.namespaces.into_iter().map(|(namespace, _)| namespace).collect(),
            request_name: schema.request_name,
            asserted: schema.asserted,
            undeclared_is_opaque: schema.undeclared_is_opaque,
            attributes: schema.attributes,
        });
    }

    fn add_entry(&mut self, application: &str, owner: u16, first: usize, entry: Entry, effort: &mut Effort) {
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
            .filter(|(other, conflicts)| !conflicts.is_empty() && overlap(other, &entry, effort))
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

    pub(super) fn finish(self) -> Inner {
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
fn overlap(one: &Entry, other: &Entry, effort: &mut Effort) -> bool {
    !is_exact(one)
        && !is_exact(other)
        && name::intersects_within(&one.name, &other.name, effort).unwrap_or(true)
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
