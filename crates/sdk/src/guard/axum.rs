//! Authorization by type: a handler that takes a [`Require`] runs only for callers who may.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::problem::problem;
use crate::{Caller, Error};

/// A permission as a type; see [`crate::permissions!`].
pub trait Permission: Send + Sync + 'static {
    /// Its name, such as `cms.entry.read`.
    const NAME: &'static str;
}

/// Proof that the caller may do `P`, whatever it is done to. Where that depends on the resource the request is refused; see
/// [`RequireOnSome`].
pub struct Require<P> {
    caller: Caller,
    permission: PhantomData<fn() -> P>,
}

/// Proof that there may be a resource on which the caller may do `P`; on which, the handler asks of each, or by
/// [`Caller::filter`].
pub struct RequireOnSome<P> {
    caller: Caller,
    permission: PhantomData<fn() -> P>,
}

/// An error on its way to the client.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused(pub Error);

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        problem(&self.0)
    }
}

/// Who calls, as [`super::IdentifyLayer`] found out.
fn caller(parts: &Parts) -> Result<Caller, Refused> {
    parts.extensions.get::<Caller>().cloned().ok_or_else(|| {
        Refused(Error::Configuration(
            "no IdentifyLayer stands before this route: add one to the router".to_owned(),
        ))
    })
}

/// 401 where nobody said who they are, and somebody might.
fn refuse(caller: &Caller, error: Error) -> Refused {
    match error {
        Error::Forbidden { .. } if caller.is_anonymous() => Refused(Error::CredentialMissing),
        error => Refused(error),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Refused> {
        caller(parts)
    }
}

impl<P: Permission, S: Send + Sync> FromRequestParts<S> for Require<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Require<P>, Refused> {
        let caller = caller(parts)?;
        match caller.require(P::NAME) {
            Ok(()) => Ok(Require { caller, permission: PhantomData }),
            Err(error) => Err(refuse(&caller, error)),
        }
    }
}

impl<P: Permission, S: Send + Sync> FromRequestParts<S> for RequireOnSome<P> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<RequireOnSome<P>, Refused> {
        let caller = caller(parts)?;
        match caller.require_on_some(P::NAME) {
            Ok(()) => Ok(RequireOnSome { caller, permission: PhantomData }),
            Err(error) => Err(refuse(&caller, error)),
        }
    }
}

impl<P> Deref for Require<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P> Deref for RequireOnSome<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Permission> fmt::Debug for Require<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Require").field("permission", &P::NAME).field("caller", &self.caller).finish()
    }
}

impl<P: Permission> fmt::Debug for RequireOnSome<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireOnSome").field("permission", &P::NAME).field("caller", &self.caller).finish()
    }
}

/// Declares permissions as types, for [`Require`] and [`RequireOnSome`].
///
/// ```
/// use casemate_sdk::guard::Require;
///
/// casemate_sdk::permissions! {
///     /// To publish pages.
///     pub PublishPages = "cms.page.publish";
/// }
///
/// async fn publish(caller: Require<PublishPages>) -> String {
///     format!("published by {}", caller.identity().login.unwrap_or("somebody"))
/// }
/// # let _ = publish;
/// ```
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* $visible:vis $name:ident = $text:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            $visible struct $name;

            impl $crate::guard::Permission for $name {
                const NAME: &'static str = $text;
            }
        )+
    };
}
