//! A request, borrowed from wherever its host keeps it, as expressions see it.

use casemate_expression::{
    Arena, Environment, List, Lookup, Map, Packed, Scalar, Scope, Timestamp, Type, Value, Variable,
};

use crate::fault::Fault;
use crate::name::Name;
use crate::schema::Attributes;

/// One question: may this identity do this, here and now?
// What nearly every decision reads stands first and side by side, in two cache lines: a request has six.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Request<'a> {
    /// The requested name.
    pub name: Name<'a>,
    /// What is acted on, where it is known.
    pub resource: Option<Resource<'a>>,
    /// Who asks to act.
    pub identity: Subject<'a>,
    /// The time of the decision, which the host supplies.
    pub now: Timestamp,
    /// The action.
    pub action: Action<'a>,
    /// What the caller adds.
    pub context: Map<'a>,
}

/// The identity, as the engine sees it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Subject<'a> {
    /// Unique within the provider; anonymous has none.
    pub id: Option<&'a str>,
    /// The authenticator's name.
    pub provider: Option<&'a str>,
    /// `user`, `admin`, `service`, `api-key`, `anonymous`…
    pub kind: Option<&'a str>,
    /// The name they sign in with.
    pub login: Option<&'a str>,
    /// The name people know them by.
    pub display_name: Option<&'a str>,
    /// The tenant they act in.
    pub tenant: Option<&'a str>,
    /// The groups their provider puts them in.
    pub groups: Option<List<'a>>,
    /// Token claims and directory attributes.
    pub claims: Map<'a>,
    /// When they signed in.
    pub auth_time: Option<Timestamp>,
    /// How they signed in (RFC 8176).
    pub auth_amr: Option<List<'a>>,
    /// How much their sign-in assures.
    pub auth_acr: Option<&'a str>,
    /// Who acts for them.
    pub actor: Option<Actor<'a>>,
}

/// Who acts for an identity (RFC 8693, section 4.1).
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    /// The authenticator's name.
    pub provider: Option<&'a str>,
    /// Unique within the provider.
    pub id: Option<&'a str>,
    /// As for the identity.
    pub kind: Option<&'a str>,
}

/// The action.
#[derive(Clone, Copy, Debug)]
pub struct Action<'a> {
    /// Its name, as the caller wrote it.
    pub name: &'a str,
    /// What the caller adds to it.
    pub properties: Map<'a>,
}

/// The resource. What is `None` was not supplied: missing to `check`, unknown to `filter`. `Value::Null` was supplied:
/// it is missing to both.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Resource<'a> {
    /// Its attributes.
    pub properties: Map<'a>,
    /// Its type.
    pub kind: Option<Value<'a>>,
    /// Its id.
    pub id: Option<Value<'a>>,
}

impl Subject<'_> {
    /// Nobody in particular.
    pub const ANONYMOUS: Subject<'static> = Subject {
        provider: None,
        id: None,
        kind: Some("anonymous"),
        login: None,
        display_name: None,
        tenant: None,
        groups: None,
        claims: Map::EMPTY,
        auth_time: None,
        auth_amr: None,
        auth_acr: None,
        actor: None,
    };
}

mod id {
    pub(super) const VALUE: u32 = 0;
    pub(super) const NOW: u32 = 1;
    pub(super) const PROVIDER: u32 = 2;
    pub(super) const ID: u32 = 3;
    pub(super) const KIND: u32 = 4;
    pub(super) const LOGIN: u32 = 5;
    pub(super) const DISPLAY_NAME: u32 = 6;
    pub(super) const TENANT: u32 = 7;
    pub(super) const GROUPS: u32 = 8;
    pub(super) const CLAIMS: u32 = 9;
    pub(super) const AUTH_TIME: u32 = 10;
    pub(super) const AUTH_AMR: u32 = 11;
    pub(super) const AUTH_ACR: u32 = 12;
    pub(super) const ACTOR_PROVIDER: u32 = 13;
    pub(super) const ACTOR_ID: u32 = 14;
    pub(super) const ACTOR_KIND: u32 = 15;
    pub(super) const ACTION_NAME: u32 = 16;
    pub(super) const ACTION_PROPERTIES: u32 = 17;
    pub(super) const CONTEXT: u32 = 18;
    pub(super) const RESOURCE_KIND: u32 = 19;
    pub(super) const RESOURCE_ID: u32 = 20;
    pub(super) const RESOURCE_ATTRIBUTE: u32 = 21;
}

/// What the expression of a property may speak about, where the property is of type `value`.
pub(crate) fn environment(value: Type, attributes: &Attributes) -> Environment {
    let strings = Type::List(Scalar::String);
    let mut environment = Environment::new()
        // Where a value does not fit its declaration, its expression is not asked.
        .with_checked("value", value, id::VALUE)
        .with("now", Type::Timestamp, id::NOW)
        .with("identity.provider", Type::String, id::PROVIDER)
        .with("identity.id", Type::String, id::ID)
        .with("identity.type", Type::String, id::KIND)
        .with("identity.login", Type::String, id::LOGIN)
        .with("identity.display_name", Type::String, id::DISPLAY_NAME)
        .with("identity.tenant", Type::String, id::TENANT)
        .with("identity.groups", strings, id::GROUPS)
        .with("identity.claims", Type::Map, id::CLAIMS)
        .with("identity.auth.time", Type::Timestamp, id::AUTH_TIME)
        .with("identity.auth.amr", strings, id::AUTH_AMR)
        .with("identity.auth.acr", Type::String, id::AUTH_ACR)
        .with("identity.actor.provider", Type::String, id::ACTOR_PROVIDER)
        .with("identity.actor.id", Type::String, id::ACTOR_ID)
        .with("identity.actor.type", Type::String, id::ACTOR_KIND)
        .with("action.name", Type::String, id::ACTION_NAME)
        .with("action.properties", Type::Map, id::ACTION_PROPERTIES)
        .with("context", Type::Map, id::CONTEXT)
        .with_attribute("resource", &attributes.kind, id::RESOURCE_KIND)
        .with_attribute("resource", &attributes.id, id::RESOURCE_ID);
    for attribute in &attributes.declared {
        environment = environment
            .with_attribute("resource", attribute, id::RESOURCE_ATTRIBUTE)
            .with_attribute("resource.properties", attribute, id::RESOURCE_ATTRIBUTE);
    }
    environment
}

/// A request beside the value of the property that is judged.
pub(crate) struct Judged<'r> {
    pub(crate) request: &'r Request<'r>,
    pub(crate) value: Packed,
    pub(crate) arena: &'r Arena<'r>,
    /// Whether what was not supplied of the resource is unknown rather than missing.
    pub(crate) partial: bool,
    /// Whether the identity stands for several: what was not supplied of it is unknown rather than missing.
    pub(crate) is_somebody: bool,
}

impl<'r> Judged<'r> {
    /// An attribute, where it was supplied.
    #[inline(always)]
    fn attribute(&self, variable: &Variable) -> Option<Value<'r>> {
        let resource = self.request.resource.as_ref()?;
        resource.properties.supplied(variable.attribute.as_ref().map_or("", |attribute| &attribute.name))
    }

    #[inline]
    fn of_resource(&self, value: impl FnOnce(&Resource<'r>) -> Option<Value<'r>>) -> Lookup<'r> {
        match self.request.resource.as_ref().and_then(value) {
            Some(Value::Null) if self.partial && Fault::NullIsUnknown.is_seeded() => Lookup::Unknown,
            Some(value) => Lookup::Known(value),
            None if self.partial => Lookup::Unknown,
            None => Lookup::Known(Value::Null),
        }
    }
}

#[inline]
fn text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, Value::String)
}

#[inline]
fn list(value: Option<List<'_>>) -> Value<'_> {
    value.map_or(Value::Null, Value::List)
}

impl Scope for Judged<'_> {
    #[inline(always)]
    fn look_up(&self, variable: &Variable) -> Lookup<'_> {
        // What nearly every condition reads, before the many that few read.
        if variable.id == id::RESOURCE_ATTRIBUTE {
            return self.of_resource(|resource| {
                let name = variable.attribute.as_ref().map_or("", |attribute| &attribute.name);
                resource.properties.supplied(name)
            });
        }
        if variable.id == id::VALUE {
            return Lookup::Known(self.value.value(self.arena));
        }
        self.look_up_rarer(variable)
    }

    #[inline(always)]
    fn text(&self, variable: &Variable) -> Option<&str> {
        let value = match variable.id {
            id::RESOURCE_ATTRIBUTE => self.attribute(variable)?,
            id::ID => return self.request.identity.id,
            _ => match self.look_up(variable) {
                Lookup::Known(value) => value,
                Lookup::Unknown => return None,
            },
        };
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    #[inline(always)]
    fn truth(&self, variable: &Variable) -> Option<bool> {
        if variable.id == id::VALUE {
            return self.value.truth();
        }
        match self.look_up(variable) {
            Lookup::Known(Value::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    #[inline(always)]
    fn lists(&self, variable: &Variable, text: &str) -> Option<bool> {
        // No other variable's lists are checked beforehand.
        if variable.id == id::VALUE { self.value.lists(self.arena, text) } else { None }
    }
}

impl<'r> Judged<'r> {
    fn look_up_rarer(&self, variable: &Variable) -> Lookup<'r> {
        let identity = &self.request.identity;
        let actor = || identity.actor.as_ref();
        if self.is_somebody && variable.id < id::ACTION_NAME {
            let one = Judged { is_somebody: false, ..*self };
            return match (variable.id, one.look_up_rarer(variable)) {
                // What is known of these is not all of them.
                (id::GROUPS | id::CLAIMS, _) | (_, Lookup::Known(Value::Null)) => Lookup::Unknown,
                (_, known) => known,
            };
        }
        Lookup::Known(match variable.id {
            id::RESOURCE_KIND => return self.of_resource(|resource| resource.kind),
            id::RESOURCE_ID => return self.of_resource(|resource| resource.id),
            id::NOW => Value::Timestamp(self.request.now),
            id::PROVIDER => text(identity.provider),
            id::ID => text(identity.id),
            id::KIND => text(identity.kind),
            id::LOGIN => text(identity.login),
            id::DISPLAY_NAME => text(identity.display_name),
            id::TENANT => text(identity.tenant),
            id::GROUPS => list(identity.groups),
            id::CLAIMS => Value::Map(identity.claims),
            id::AUTH_TIME => identity.auth_time.map_or(Value::Null, Value::Timestamp),
            id::AUTH_AMR => list(identity.auth_amr),
            id::AUTH_ACR => text(identity.auth_acr),
            id::ACTOR_PROVIDER => text(actor().and_then(|actor| actor.provider)),
            id::ACTOR_ID => text(actor().and_then(|actor| actor.id)),
            id::ACTOR_KIND => text(actor().and_then(|actor| actor.kind)),
            id::ACTION_NAME => Value::String(self.request.action.name),
            id::ACTION_PROPERTIES => Value::Map(self.request.action.properties),
            id::CONTEXT => Value::Map(self.request.context),
            _ => Value::Null,
        })
    }
}
