//! What is asked: a name, and as much of action, resource and context as is known.

use casemate_expression::{Map, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Action, Request, Resource, Subject};

use crate::Error;

/// One question about a caller: may they do this? Borrowed from wherever its parts are kept, so that asking allocates nothing.
///
/// ```
/// use casemate_sdk::{Map, Question, Resource, Value};
///
/// let entry = [("createdBy", Value::String("ada")), ("model", Value::String("product"))];
/// let question = Question::new("cms.entry")
///     .with(Map::Values(&[("operation", Value::String("r"))]))
///     .on(Resource { kind: Some(Value::String("entry")), id: Some(Value::String("7")), properties: Map::Values(&entry) });
/// # let _ = question;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    name: &'a str,
    action: Action<'a>,
    resource: Option<Resource<'a>>,
    context: Map<'a>,
}

impl<'a> Question<'a> {
    /// About the permission with this name, such as `cms.entry`. Whether it is a name is found out as it is asked.
    #[must_use]
    pub fn new(name: &'a str) -> Question<'a> {
        let action = Action { name, properties: Map::EMPTY };
        Question { name, action, resource: None, context: Map::EMPTY }
    }

    /// With an action of another name, where the permission's name was made of several things.
    #[must_use]
    pub fn by(mut self, action: &'a str) -> Question<'a> {
        self.action.name = action;
        self
    }

    /// With properties of the action, `action.properties` of expressions.
    #[must_use]
    pub fn with(mut self, properties: Map<'a>) -> Question<'a> {
        self.action.properties = properties;
        self
    }

    /// About this resource.
    #[must_use]
    pub fn on(mut self, resource: Resource<'a>) -> Question<'a> {
        self.resource = Some(resource);
        self
    }

    /// With what else counts, `context` of expressions.
    #[must_use]
    pub fn within(mut self, context: Map<'a>) -> Question<'a> {
        self.context = context;
        self
    }

    /// The name that is asked for.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// As the engine takes it.
    pub(crate) fn request(&self, identity: Subject<'a>, now: i64) -> Result<Request<'a>, Error> {
        let name = Name::parse(self.name)
            .map_err(|error| Error::Name { name: self.name.chars().take(256).collect(), error })?;
        Ok(Request {
            name,
            resource: self.resource,
            identity,
            now: Timestamp(now),
            action: self.action,
            context: self.context,
        })
    }
}

impl<'a> From<&'a str> for Question<'a> {
    fn from(name: &'a str) -> Question<'a> {
        Question::new(name)
    }
}

impl<'a> From<&Question<'a>> for Question<'a> {
    fn from(question: &Question<'a>) -> Question<'a> {
        *question
    }
}

impl<'a> From<Request<'a>> for Question<'a> {
    /// What a request asks; who it is about and when is the caller's matter.
    fn from(request: Request<'a>) -> Question<'a> {
        let Request { name, action, resource, context, .. } = request;
        Question { name: name.as_str(), action, resource, context }
    }
}
