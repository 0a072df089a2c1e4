//! Filters (RFC 7644, section 3.4.2.2): read within bounds, checked against the schemas, evaluated on resources.

mod evaluate;
mod operand;
mod parse;
mod token;

pub use operand::{Comparison, Operand};
pub(crate) use operand::{boolean, folded, micros};

use crate::error::{ScimError, ScimType};
use crate::path::Target;
use crate::resource_type::ResourceType;

/// The longest filter that is read, in bytes.
pub const MAX_FILTER_BYTES: usize = 8 * 1024;
/// The most comparisons of a filter.
pub const MAX_TERMS: usize = 256;
/// How deep brackets may nest.
pub const MAX_DEPTH: usize = 16;

/// A filter whose attributes are known and whose operands have their types.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Filter {
    /// All of these.
    All(Vec<Filter>),
    /// Any of these.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// There is a value; never, where resources of the type have no such attribute.
    Present(Option<Target>),
    /// A value compares so; without a value only *not equal* does.
    Compare(Option<Target>, Comparison, Operand),
    /// One value of the attribute fits the filter about its parts.
    Values(Option<Target>, Box<Filter>),
}

impl Filter {
    /// Reads a filter for resources of one type.
    ///
    /// # Errors
    /// `invalidFilter`, where it cannot be read, is too long or too deep, names an attribute that there is not, or compares what
    /// cannot be compared so.
    pub fn parse(kind: ResourceType, text: &str) -> Result<Filter, ScimError> {
        parse::filter(kind, text, parse::Unknown::Refused)
    }

    /// Reads a filter for resources of several types: an attribute that this type has not, has no value.
    ///
    /// # Errors
    /// As [`Filter::parse`], but for unknown attributes.
    pub fn parse_for_several(kind: ResourceType, text: &str) -> Result<Filter, ScimError> {
        parse::filter(kind, text, parse::Unknown::HasNoValue)
    }

    /// Whether the filter looks at an attribute, such as `members`, of no extension.
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        let is_it = |target: &Option<Target>| {
            target.is_some_and(|target| target.extension.is_none() && target.attribute.name == attribute)
        };
        match self {
            Filter::All(filters) | Filter::Any(filters) => {
                filters.iter().any(|filter| filter.mentions(attribute))
            }
            Filter::Not(filter) => filter.mentions(attribute),
            Filter::Present(target) | Filter::Compare(target, ..) | Filter::Values(target, _) => {
                is_it(target)
            }
        }
    }

    /// The text that this attribute (such as `emails.value`) has to equal in everything that fits, as it stands in the filter.
    #[must_use]
    pub fn required_text(&self, name: &str) -> Option<&str> {
        match self {
            Filter::All(filters) => filters.iter().find_map(|filter| filter.required_text(name)),
            Filter::Compare(Some(target), Comparison::Equal, Operand::Text { text, .. })
                if target.is(name) =>
            {
                Some(text)
            }
            Filter::Values(Some(target), inner) => {
                let part = name.strip_prefix(target.attribute.name)?.strip_prefix('.')?;
                if target.extension.is_none() { inner.required_text(part) } else { None }
            }
            _ => None,
        }
    }

    /// The filter without the comparison that [`Filter::required_text`] finds for this attribute, for who sees to it. Others of
    /// the same attribute stay.
    #[must_use]
    pub fn without(mut self, name: &str) -> Filter {
        self.take(name);
        self
    }

    fn take(&mut self, name: &str) {
        match self {
            Filter::All(filters) => {
                let found = filters.iter_mut().find(|filter| filter.required_text(name).is_some());
                if let Some(filter) = found {
                    filter.take(name);
                }
            }
            filter if is_only(filter, name) => *filter = Filter::All(Vec::new()),
            _ => {}
        }
    }
}

/// Whether a filter says nothing but what text an attribute equals.
fn is_only(filter: &Filter, name: &str) -> bool {
    match filter {
        Filter::Compare(..) => filter.required_text(name).is_some(),
        Filter::Values(Some(target), inner) => {
            let part = name.strip_prefix(target.attribute.name).and_then(|rest| rest.strip_prefix('.'));
            matches!(**inner, Filter::Compare(..)) && part.is_some_and(|part| is_only(inner, part))
        }
        _ => false,
    }
}

/// A refusal of a filter.
pub(crate) fn invalid(detail: impl Into<String>) -> ScimError {
    ScimError::new(ScimType::InvalidFilter, detail)
}

pub(crate) use parse::{PatchPath, patch_path};

#[cfg(test)]
mod tests;
