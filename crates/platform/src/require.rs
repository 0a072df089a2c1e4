//! Authorization by type: a handler that takes a [`Require`] runs only for callers who may.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::problem::Problem;

/// A permission of Casemate's own, as a type.
pub trait Permission: Send + Sync + 'static {
    /// Its name, such as `casemate.role.update`.
    const NAME: &'static str;
    /// The type of the resources that it is about, such as `role`.
    const RESOURCE: &'static str;
    /// The permission to read such a resource: whoever lacks it is told that there is none.
    const READ: &'static str;
    /// Whether what it is about belongs to the whole installation, and not to a tenant.
    const INSTALLATION: bool;
}

/// What decides who may, as the state of a router knows it.
pub trait Guard: Send + Sync {
    /// What a handler learns of a caller who may.
    type Access: Send;

    /// Finds out who sent a request, and whether there is something on which they may do `P`.
    fn admit<P: Permission>(
        &self,
        parts: &mut Parts,
    ) -> impl Future<Output = Result<Self::Access, Problem>> + Send;
}

/// Proof that the caller may do `P` on something; on what, is asked of the access.
pub struct Require<P, A> {
    access: A,
    permission: PhantomData<P>,
}

impl<P: Permission, A> Require<P, A> {
    /// What is known of the caller.
    pub fn access(&self) -> &A {
        &self.access
    }

    /// What is known of the caller.
    pub fn into_access(self) -> A {
        self.access
    }
}

impl<P: Permission, A: fmt::Debug> fmt::Debug for Require<P, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Require").field("permission", &P::NAME).field("access", &self.access).finish()
    }
}

impl<P: Permission, S: Guard> FromRequestParts<S> for Require<P, S::Access> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let access = state.admit::<P>(parts).await?;
        Ok(Require { access, permission: PhantomData })
    }
}

/// Declares permissions of Casemate's own: `Name => "casemate.…", "resource type", tenant or installation, "casemate.….read"`.
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:expr, on $resource:literal, in $scope:ident, read $read:expr;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl $crate::Permission for $name {
                const NAME: &'static str = $text;
                const RESOURCE: &'static str = $resource;
                const READ: &'static str = $read;
                const INSTALLATION: bool = $crate::permissions!(@scope $scope);
            }
        )+
    };
    (@scope tenant) => { false };
    (@scope installation) => { true };
}
