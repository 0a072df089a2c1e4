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
}

impl Guard for HasPermission {
    async fn check(&self, context: &Context<'_>) -> Result<()> {
        let judged = judge(&self.name, self.on_some, context.data_opt::<Caller>());
        judged.map_err(|error| refused(&error))
    }
}

/// Whether a caller may; there is to be one.
pub(super) fn judge(name: &str, on_some: bool, caller: Option<&Caller>) -> std::result::Result<(), Error> {
    let Some(caller) = caller else {
        return Err(Error::Configuration(
            "the request's data holds no Caller: add it with `.data(caller)`".to_owned(),
        ));
    };
    let judged = if on_some { caller.require_on_some(name) } else { caller.require(name) };
    match judged {
        Err(Error::Forbidden { .. }) if caller.is_anonymous() => Err(Error::CredentialMissing),
        judged => judged,
    }
}

/// The error that tells a client of GraphQL of it: with the `code` `UNAUTHENTICATED`, `FORBIDDEN`, `UNAVAILABLE` or
/// `INTERNAL_SERVER_ERROR`, and of what is forbidden, with the `permission` that is missing and the `reason`. What is nobody's
/// business but the operator's goes to the log.
#[must_use]
pub fn refused(error: &Error) -> async_graphql::Error {
    if error.status() >= 500 {
        tracing::error!(%error, "a field cannot be authorized");
    }
    async_graphql::Error::new(error.title()).extend_with(|_, extensions| {
        extensions.set("code", code(error));
        if let Error::Forbidden { name, reason } = error {
            extensions.set("permission", name.as_str());
            extensions.set("reason", reason.code());
        }
    })
}

fn code(error: &Error) -> &'static str {
    match error.status() {
        401 => "UNAUTHENTICATED",
        403 => "FORBIDDEN",
        503 => "UNAVAILABLE",
        _ => "INTERNAL_SERVER_ERROR",
    }
}

/// Refuses requests with errors of GraphQL, as [`refused`] makes them, for [`super::IdentifyLayer::refusing_with`]: a gateway
/// passes these on, and of a status says only that there was one.
#[cfg(feature = "tower")]
#[derive(Clone, Copy, Debug, Default)]
pub struct GraphQlErrors;

#[cfg(feature = "tower")]
impl<B: From<String>> super::Refusal<B> for GraphQlErrors {
    fn refuse(&self, error: &Error) -> http::Response<B> {
        let async_graphql::Error { message, extensions, .. } = refused(error);
        let body =
            serde_json::json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });
        let mut response = http::Response::new(B::from(body.to_string()));
        let json = http::HeaderValue::from_static("application/json");
        response.headers_mut().insert(http::header::CONTENT_TYPE, json);
        response
    }
}
