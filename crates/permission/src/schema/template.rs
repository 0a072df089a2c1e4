//! How an application makes the requested name from an AuthZEN request.

use thiserror::Error;

use crate::name::{Name, NameError};

/// A template such as `{resource.type}.{action.name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestName {
    segments: Box<[Segment]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(Box<str>),
    ResourceType,
    ActionName,
}

/// Why a template is refused, or makes no name of a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A segment that is neither a literal nor one of the two placeholders.
    #[error(
        "`{0}` cannot stand in request_name: each segment is {{resource.type}}, {{action.name}}, or letters, digits, `_` and `-`"
    )]
    Segment(String),
    /// The request lacks what a placeholder stands for.
    #[error("the application makes the requested name from {{{0}}}, and the request has none")]
    Missing(&'static str),
    /// The value of a placeholder is not exactly one segment.
    #[error("the value of {{{0}}} must be one segment of letters, digits, `_` and `-`")]
    NotOneSegment(&'static str),
    /// What came out is no name.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl RequestName {
    /// Reads a template.
    ///
    /// # Errors
    /// When a segment is neither a placeholder nor literal.
    pub fn parse(text: &str) -> Result<RequestName, TemplateError> {
        let mut segments = Vec::new();
        let mut rest = Some(text);
        while let Some(current) = rest {
            let (segment, after) = match current.strip_prefix("{resource.type}") {
                Some(after) => (Segment::ResourceType, after),
                None => match current.strip_prefix("{action.name}") {
                    Some(after) => (Segment::ActionName, after),
                    None => {
                        let end = current.find('.').unwrap_or(current.len());
                        let (literal, after) = current.split_at(end);
                        if !is_segment(literal) {
                            return Err(TemplateError::Segment(literal.to_owned()));
                        }
                        (Segment::Literal(literal.into()), after)
                    }
                },
            };
            segments.push(segment);
            rest = match after.strip_prefix('.') {
                Some(after) => Some(after),
                None if after.is_empty() => None,
                None => return Err(TemplateError::Segment(current.to_owned())),
            };
        }
        Ok(RequestName { segments: segments.into() })
    }

    /// The namespace of every name it makes, where that does not depend on the request.
    pub(crate) fn namespace(&self) -> Option<&str> {
        match self.segments.first() {
            Some(Segment::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// The name it makes.
    ///
    /// # Errors
    /// When what a placeholder stands for is absent or more than one segment, or the result is no name.
    pub fn make(&self, resource_type: Option<&str>, action_name: &str) -> Result<String, TemplateError> {
        let mut name = String::new();
        for segment in &self.segments {
            let (text, placeholder) = match segment {
                Segment::Literal(literal) => (&**literal, None),
                Segment::ActionName => (action_name, Some("action.name")),
                Segment::ResourceType => {
                    let kind = resource_type.ok_or(TemplateError::Missing("resource.type"))?;
                    (kind, Some("resource.type"))
                }
            };
            if let Some(placeholder) = placeholder
                && !is_segment(text)
            {
                return Err(TemplateError::NotOneSegment(placeholder));
            }
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(text);
        }
        Name::parse(&name)?;
        Ok(name)
    }
}

/// Whether the text is one segment of a name.
pub(crate) fn is_segment(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_exactly_one_segment() {
        let template = RequestName::parse("cms.{resource.type}.{action.name}").unwrap();
        assert_eq!(template.make(Some("entry"), "list").as_deref(), Ok("cms.entry.list"));
        assert_eq!(template.make(None, "list"), Err(TemplateError::Missing("resource.type")));
        assert_eq!(template.make(Some("a.b"), "list"), Err(TemplateError::NotOneSegment("resource.type")));
        assert_eq!(template.make(Some("a"), ""), Err(TemplateError::NotOneSegment("action.name")));
        assert_eq!(template.make(Some("a"), "*"), Err(TemplateError::NotOneSegment("action.name")));
        let long = "x".repeat(300);
        assert!(matches!(template.make(Some("a"), &long), Err(TemplateError::Name(_))));
        for refused in
            ["", ".", "a..b", "{resource.id}", "x{action.name}", "{action.name}x", "{action.name}.", "a b"]
        {
            assert!(matches!(RequestName::parse(refused), Err(TemplateError::Segment(_))), "{refused}");
        }
    }
}
