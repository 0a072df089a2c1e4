//! What an expression may speak about: the variables its host declares.

use std::sync::Arc;

use crate::filter::Attribute;
use crate::types::Type;

/// The variables that expressions may use, declared by the host.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    declarations: Vec<Declaration>,
}

#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) path: Vec<Box<str>>,
    pub(crate) variable: Variable,
}

/// A declared variable, as a [`Scope`](crate::Scope) is asked for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The host's number for it.
    pub id: u32,
    /// Its whole path, such as `identity.auth.time`, for messages.
    pub path: Arc<str>,
    /// Its declared type.
    pub kind: Type,
    /// Where it is an attribute of a resource: what a filter needs to know of it.
    pub attribute: Option<Arc<Attribute>>,
    /// Whether the host promises that its values are of the declared type, so that no evaluation looks at them again.
    pub checked: bool,
}

impl Environment {
    /// An environment without variables.
    pub fn new() -> Environment {
        Environment::default()
    }

    /// Declares the variable at a dotted path.
    #[must_use]
    pub fn with(self, path: &str, kind: Type, id: u32) -> Environment {
        let segments = path.split('.').map(Box::from).collect();
        self.declare(segments, Variable { id, path: path.into(), kind, attribute: None, checked: false })
    }

    /// Declares the variable at a dotted path, whose values the host has checked: each is missing, or of that type as
    /// [`Type::admit`] has it.
    #[must_use]
    pub fn with_checked(self, path: &str, kind: Type, id: u32) -> Environment {
        let segments = path.split('.').map(Box::from).collect();
        self.declare(segments, Variable { id, path: path.into(), kind, attribute: None, checked: true })
    }

    /// Declares an attribute of a resource at `root.name`, where `root` is a dotted path.
    #[must_use]
    pub fn with_attribute(self, root: &str, attribute: &Arc<Attribute>, id: u32) -> Environment {
        let mut segments: Vec<Box<str>> = root.split('.').map(Box::from).collect();
        segments.push(Box::from(&*attribute.name));
        let path = format!("{root}.{}", attribute.name).into();
        let kind = attribute.kind;
        let variable = Variable { id, path, kind, attribute: Some(Arc::clone(attribute)), checked: false };
        self.declare(segments, variable)
    }

    fn declare(mut self, path: Vec<Box<str>>, variable: Variable) -> Environment {
        self.declarations.push(Declaration { path, variable });
        self
    }

    /// The declaration whose path is the longest prefix of `path`.
    pub(crate) fn resolve(&self, path: &[String]) -> Option<&Declaration> {
        let is_prefix = |declared: &[Box<str>]| {
            declared.len() <= path.len()
                && declared.iter().zip(path).all(|(declared, asked)| **declared == **asked)
        };
        self.declarations
            .iter()
            .filter(|declaration| is_prefix(&declaration.path))
            .max_by_key(|declaration| declaration.path.len())
    }

    /// The names that may follow `prefix`, for messages.
    pub(crate) fn members_under(&self, prefix: &[String]) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .declarations
            .iter()
            .filter(|declaration| {
                prefix.iter().zip(&declaration.path).all(|(asked, declared)| **asked == **declared)
            })
            .filter_map(|declaration| declaration.path.get(prefix.len()).map(AsRef::as_ref))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
