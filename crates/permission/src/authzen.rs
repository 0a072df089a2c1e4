//! Requests as AuthZEN writes them (OpenID AuthZEN Authorization API 1.0, section 5).

use std::fmt;
use std::sync::LazyLock;

use casemate_expression::{Datum, List, Map, Members, Timestamp};
use serde::Serialize;
use thiserror::Error;

use crate::name::{Name, NameError};
use crate::request::{Action, Request, Resource, Subject};
use crate::schema::{Application, TemplateError};

/// An evaluation request: subject, action, resource, context. Members it does not know are ignored.
///
/// It borrows all of it, so that the questions of a batch share their defaults however large those are.
#[derive(Clone)]
pub struct Evaluation<'a> {
    subject_token: Option<&'a str>,
    subject_kind: &'a str,
    subject_id: &'a str,
    subject_properties: &'a Members,
    action_name: &'a str,
    action_properties: &'a Members,
    resource: Option<EvaluatedResource<'a>>,
    context: &'a Members,
}

#[derive(Serialize)]
struct WithoutSubject<'a> {
    action: Named<'a>,
    context: &'a Members,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Typed<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    properties: &'a Members,
}

#[derive(Serialize)]
struct Typed<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a Datum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Datum>,
    properties: &'a Members,
}

#[derive(Clone, Debug)]
struct EvaluatedResource<'a> {
    kind: Option<&'a Datum>,
    id: Option<&'a Datum>,
    properties: &'a Members,
}

/// The subject and the action of an evaluation request, as far as they can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mentioned<'a> {
    /// The subject's type.
    pub subject_kind: &'a str,
    /// The subject's id.
    pub subject_id: &'a str,
    /// The action's name.
    pub action_name: &'a str,
    /// The resource's type.
    pub resource_kind: Option<&'a str>,
    /// The resource's id.
    pub resource_id: Option<&'a str>,
}

impl<'a> Mentioned<'a> {
    /// What a request mentions that is no evaluation request: for the record of its refusal alone, since nothing of it
    /// was checked. What cannot be read is empty. `defaults` stand in as in [`Evaluation::read`].
    #[must_use]
    pub fn of(request: &'a Datum, defaults: Option<&'a Datum>) -> Mentioned<'a> {
        let text = |member: &str, name: &str| {
            request
                .get(member)
                .or_else(|| defaults.and_then(|defaults| defaults.get(member)))
                .and_then(|object| object.get(name))
                .and_then(Datum::as_str)
        };
        Mentioned {
            subject_kind: text("subject", "type").unwrap_or_default(),
            subject_id: text("subject", "id").unwrap_or_default(),
            action_name: text("action", "name").unwrap_or_default(),
            resource_kind: text("resource", "type"),
            resource_id: text("resource", "id"),
        }
    }
}

/// Why something is no evaluation request, or has no requested name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// It is no object.
    #[error("an evaluation request is an object with subject, action and resource, and this is {0}")]
    NoObject(&'static str),
    /// A member that is needed is absent.
    #[error("the request has no `{0}`")]
    Missing(&'static str),
    /// The subject is said in two ways.
    #[error("`subject.token` says who the subject is: leave out `subject.type` and `subject.id`")]
    TokenBeside,
    /// A member is of the wrong kind.
    #[error("`{member}` must be {expected}, and is {found}")]
    Kind {
        /// Its path.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// The requested name is no name.
    #[error("the requested name is refused: {0}")]
    Name(#[from] NameError),
    /// The application's template makes no name of the request.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The requested name lies outside the namespaces of the asking application.
    #[error("`{name}` lies outside the namespaces of the application `{application}`")]
    OutsideApplication {
        /// The requested name.
        name: String,
        /// The application's id.
        application: String,
    },
}

fn text<'a>(member: &'static str, datum: Option<&'a Datum>) -> Result<&'a str, EvaluationError> {
    match datum {
        None => Err(EvaluationError::Missing(member)),
        Some(Datum::String(text)) => Ok(text),
        Some(other) => Err(EvaluationError::Kind { member, expected: "a string", found: other.kind() }),
    }
}

static NO_MEMBERS: LazyLock<Members> = LazyLock::new(Members::default);

/// An object that may be absent.
fn object<'a>(member: &'static str, datum: Option<&'a Datum>) -> Result<&'a Members, EvaluationError> {
    match datum {
        None => Ok(&NO_MEMBERS),
        Some(Datum::Map(members)) => Ok(members),
        Some(other) => Err(EvaluationError::Kind { member, expected: "an object", found: other.kind() }),
    }
}

fn required<'a>(member: &'static str, datum: Option<&'a Datum>) -> Result<&'a Members, EvaluationError> {
    if datum.is_none() { Err(EvaluationError::Missing(member)) } else { object(member, datum) }
}

/// Text or null, where it is there at all.
fn supplied<'a>(
    member: &'static str,
    datum: Option<&'a Datum>,
) -> Result<Option<&'a Datum>, EvaluationError> {
    match datum {
        None => Ok(None),
        Some(datum @ (Datum::String(_) | Datum::Null)) => Ok(Some(datum)),
        Some(other) => Err(EvaluationError::Kind { member, expected: "a string", found: other.kind() }),
    }
}

impl fmt::Debug for Evaluation<'_> {
    /// Without a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluation")
            .field("subject_kind", &self.subject_kind)
            .field("subject_id", &self.subject_id)
            .field("subject_properties", &self.subject_properties)
            .field("action_name", &self.action_name)
            .field("action_properties", &self.action_properties)
            .field("resource", &self.resource)
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

impl<'d> Evaluation<'d> {
    /// Reads an evaluation request. `defaults` stand in for whole members that it lacks (a batch's top level).
    ///
    /// The resource may be absent or partial here, for `filter`; AuthZEN itself requires it, see
    /// [`Evaluation::is_complete`].
    ///
    /// # Errors
    /// When a member is absent that is needed, or is of the wrong kind.
    pub fn read(request: &'d Datum, defaults: Option<&'d Datum>) -> Result<Evaluation<'d>, EvaluationError> {
        Evaluation::read_subject(request, defaults, |_| Ok(None))
    }

    /// As [`Evaluation::read`], where the subject may also be whoever a `token` is of, in the place of type and id. Whoever reads so
    /// has to find out whose [`Evaluation::subject_token`] it is: type and id are empty then.
    ///
    /// # Errors
    /// As [`Evaluation::read`], and where type or id stand beside a token.
    pub fn read_with_token(
        request: &'d Datum,
        defaults: Option<&'d Datum>,
    ) -> Result<Evaluation<'d>, EvaluationError> {
        Evaluation::read_subject(request, defaults, |subject| match subject.get("token") {
            None | Some(Datum::Null) => Ok(None),
            Some(_) if ["type", "id"].iter().any(|name| subject.get(name).is_some()) => {
                Err(EvaluationError::TokenBeside)
            }
            token => text("subject.token", token).map(Some),
        })
    }

    fn read_subject(
        request: &'d Datum,
        defaults: Option<&'d Datum>,
        token: impl FnOnce(&'d Members) -> Result<Option<&'d str>, EvaluationError>,
    ) -> Result<Evaluation<'d>, EvaluationError> {
        let members = request.as_map().ok_or(EvaluationError::NoObject(request.kind()))?;
        let member =
            |name: &str| members.get(name).or_else(|| defaults.and_then(|defaults| defaults.get(name)));
        let subject = required("subject", member("subject"))?;
        let action = required("action", member("action"))?;
        let resource = match member("resource") {
            None => None,
            Some(resource) => {
                let resource = object("resource", Some(resource))?;
                Some(EvaluatedResource {
                    kind: supplied("resource.type", resource.get("type"))?,
                    id: supplied("resource.id", resource.get("id"))?,
                    properties: object("resource.properties", resource.get("properties"))?,
                })
            }
        };
        let subject_token = token(subject)?;
        let (subject_kind, subject_id) = match (subject_token, subject.get("type").and_then(Datum::as_str)) {
            (Some(_), _) => ("", ""),
            (None, Some("anonymous")) => ("anonymous", ""),
            (None, _) => (text("subject.type", subject.get("type"))?, text("subject.id", subject.get("id"))?),
        };
        Ok(Evaluation {
            subject_token,
            subject_kind,
            subject_id,
            subject_properties: object("subject.properties", subject.get("properties"))?,
            action_name: text("action.name", action.get("name"))?,
            action_properties: object("action.properties", action.get("properties"))?,
            resource,
            context: object("context", member("context"))?,
        })
    }

    /// Whether it has the resource that AuthZEN requires, with type and id.
    ///
    /// # Errors
    /// What it lacks.
    pub fn is_complete(&self) -> Result<(), EvaluationError> {
        let resource = self.resource.as_ref().ok_or(EvaluationError::Missing("resource"))?;
        text("resource.type", resource.kind)?;
        text("resource.id", resource.id)?;
        Ok(())
    }

    /// The token whose owner the subject is, where it was read as one.
    pub fn subject_token(&self) -> Option<&'d str> {
        self.subject_token
    }

    /// The subject's type.
    pub fn subject_kind(&self) -> &'d str {
        self.subject_kind
    }

    /// The subject's id; empty for anonymous, whose id is ignored.
    pub fn subject_id(&self) -> &'d str {
        self.subject_id
    }

    /// What the caller says of the subject.
    pub fn subject_properties(&self) -> &'d Members {
        self.subject_properties
    }

    /// The action's name.
    pub fn action_name(&self) -> &'d str {
        self.action_name
    }

    /// The resource's type and id, as far as they were supplied.
    pub fn resource_key(&self) -> (Option<&'d str>, Option<&'d str>) {
        let resource = self.resource.as_ref();
        (
            resource.and_then(|resource| resource.kind).and_then(Datum::as_str),
            resource.and_then(|resource| resource.id).and_then(Datum::as_str),
        )
    }

    /// What the caller says of the resource, beside its type and id.
    pub fn resource_properties(&self) -> &'d Members {
        self.resource.as_ref().map_or(&NO_MEMBERS, |resource| resource.properties)
    }

    /// The same with other properties of the resource, where there is a resource: what somebody knows better than the caller.
    #[must_use]
    pub fn with_resource_properties<'a>(&self, properties: &'a Members) -> Evaluation<'a>
    where
        'd: 'a,
    {
        let resource = self.resource.as_ref();
        Evaluation {
            resource: resource.map(|resource| EvaluatedResource { properties, ..resource.clone() }),
            ..self.clone()
        }
    }

    /// The requested name: the action's name, or what the asking application's template makes of the request.
    ///
    /// # Errors
    /// When it is no name, or lies outside the application's namespaces.
    pub fn requested_name(&self, application: Option<&Application>) -> Result<String, EvaluationError> {
        let Some(application) = application else {
            Name::parse(self.action_name)?;
            return Ok(self.action_name.to_string());
        };
        let text = match application.request_name() {
            Some(template) => template.make(self.resource_key().0, self.action_name)?,
            None => self.action_name.to_string(),
        };
        let name = Name::parse(&text)?;
        if !application.owns(&name) {
            let application = application.id().to_owned();
            return Err(EvaluationError::OutsideApplication { name: text, application });
        }
        Ok(text)
    }

    /// Action, resource and context: the request without its subject, as JSON where it is serialized.
    pub fn without_subject(&self) -> impl Serialize + '_ {
        WithoutSubject {
            action: Named { name: self.action_name, properties: self.action_properties },
            context: self.context,
            resource: self.resource.as_ref().map(|resource| Typed {
                kind: resource.kind,
                id: resource.id,
                properties: resource.properties,
            }),
        }
    }

    /// The subject taken as the identity, as on the command line: its properties `tenant`, `groups`, `login` and
    /// `display_name` fill the members; `claims` holds the others.
    ///
    /// # Errors
    /// When one of those properties is of the wrong kind.
    pub fn subject_as_identity<'a>(&self, claims: &'a Members) -> Result<Subject<'a>, EvaluationError>
    where
        'd: 'a,
    {
        let member = |member: &'static str, name: &str| match self.subject_properties.get(name) {
            None | Some(Datum::Null) => Ok(None),
            Some(Datum::String(text)) => Ok(Some(&**text)),
            Some(other) => Err(EvaluationError::Kind { member, expected: "a string", found: other.kind() }),
        };
        let groups = match self.subject_properties.get("groups") {
            None | Some(Datum::Null) => None,
            Some(Datum::List(groups)) => Some(List::data(groups)),
            Some(other) => {
                let member = "subject.properties.groups";
                return Err(EvaluationError::Kind { member, expected: "an array", found: other.kind() });
            }
        };
        let id = (self.subject_kind != "anonymous").then_some(self.subject_id);
        Ok(Subject {
            id,
            kind: Some(self.subject_kind),
            login: member("subject.properties.login", "login")?,
            display_name: member("subject.properties.display_name", "display_name")?,
            tenant: member("subject.properties.tenant", "tenant")?,
            groups,
            claims: Map::Data(claims),
            ..Subject::ANONYMOUS
        })
    }

    /// The subject's properties that are no members of an identity.
    pub fn claims(&self) -> Members {
        self.subject_properties
            .iter()
            .filter(|(name, _)| !matches!(*name, "tenant" | "groups" | "login" | "display_name"))
            .map(|(name, value)| (name.into(), value.clone()))
            .collect()
    }

    /// The request, with its name and whoever the subject turned out to be.
    pub fn request<'a>(&self, name: Name<'a>, identity: Subject<'a>, now: Timestamp) -> Request<'a>
    where
        'd: 'a,
    {
        Request {
            name,
            identity,
            action: Action { name: self.action_name, properties: Map::Data(self.action_properties) },
            resource: self.resource.as_ref().map(|resource| Resource {
                kind: resource.kind.map(Datum::as_value),
                id: resource.id.map(Datum::as_value),
                properties: Map::Data(resource.properties),
            }),
            context: Map::Data(self.context),
            now,
        }
    }
}
