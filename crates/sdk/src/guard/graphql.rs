//! A guard for the fields of a GraphQL schema.

use async_graphql::{Context, ErrorExtensions as _, Guard, Result};

use crate::{Caller, Error};

/// Lets a field be resolved only for callers who may; for `#[graphql(guard = "HasPermission::new(\"cms.entry\")")]`. The
/// [`Caller`] is among the data of the request.
///
/// Where it depends on the resource, the field is refused, unless [`HasPermission::on_some`] leaves that to the resolver.
#[derive(Clone, Debug)]
pub struct HasPermission {
    name: std::borrow::Cow<'static, str>,
    on_some: bool,
}

impl HasPermission {
    /// Whether they may do what this names, whatever it is done to.
    pub fn new(name: impl Into<std::borrow::Cow<'static, str>>) -> HasPermission {
        HasPermission { name: name.into(), on_some: false }
    }

    /// Whether there may be a resource on which they may; on which, the resolver asks.
    pub fn on_some(name: impl Into<std::borrow::Cow<'static, str>>) -> HasPermission {
        HasPermission { name: name.into(), on_some: true }
    }

    fn judge(&self, caller: &Caller) -> std::result::Result<(), Error> {
        let judged = match self.on_some {
            true => caller.require_on_some(&*self.name),
            false => caller.require(&*self.name),
        };
        match judged {
            Err(Error::Forbidden { .. }) if caller.is_anonymous() => Err(Error::CredentialMissing),
            judged => judged,
        }
    }
}

impl Guard for HasPermission {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        let judged = match context.data_opt::<Caller>() {
            Some(caller) => self.judge(caller),
            None => Err(Error::Configuration(
                "the request's data holds no Caller: add it with `.data(caller)`".to_owned(),
            )),
        };
        judged.map_err(|error| {
            if error.status() >= 500 {
                tracing::error!(%error, "a field cannot be authorized");
            }
            async_graphql::Error::new(error.title())
                .extend_with(|_, extensions| extensions.set("code", error.code()))
        })
    }
}
