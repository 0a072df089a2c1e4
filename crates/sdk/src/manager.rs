//! The one trait, and a manager of whatever sort in a box.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::clock::BoxFuture;
use crate::{Audit, Caller, Credential, Error, WithoutAuthorization};

/// Answers who calls, with what they hold, and keeps that fresh.
///
/// The questions themselves are asked of the [`Caller`], in memory. Whoever needs one type for any manager takes
/// [`AnyManager`].
pub trait PermissionsManager: Send + Sync {
    /// Who presents a credential, and what they hold. Of whoever is known already and did not change, the answer is in
    /// memory.
    ///
    /// # Errors
    /// Where the credential is not accepted, or that cannot be found out: then nobody is let in.
    fn identify(&self, credential: Credential<'_>) -> impl Future<Output = Result<Caller, Error>> + Send;

    /// The revision that answers are of at the moment, at least.
    fn revision(&self) -> i64;

    /// Waits, for a bounded time, until answers are of this revision or a later one: one that a write returned, as
    /// `Casemate-Revision`.
    ///
    /// # Errors
    /// [`Error::RevisionNotReached`] where it did not arrive in time.
    fn at_least(&self, revision: i64) -> impl Future<Output = Result<(), Error>> + Send;

    /// Puts on record what was done in the application, where all that is done in Casemate stands too.
    fn audit(&self) -> Audit;

    /// Goes on where nobody asks and nobody is asked about: a job, a migration. The reason is put on record first, where
    /// an auditor finds it.
    ///
    /// # Errors
    /// Without a reason, and where it cannot be put on record.
    fn without_authorization(
        &self,
        reason: &str,
    ) -> impl Future<Output = Result<WithoutAuthorization, Error>> + Send;
}

/// A manager of whatever sort. Cheap to clone.
#[derive(Clone)]
pub struct AnyManager {
    inner: Arc<dyn Boxed>,
}

impl AnyManager {
    /// Any manager, as this one type.
    pub fn new(manager: impl PermissionsManager + 'static) -> AnyManager {
        AnyManager { inner: Arc::new(manager) }
    }
}

impl fmt::Debug for AnyManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyManager")
            .field("revision", &PermissionsManager::revision(self))
            .finish_non_exhaustive()
    }
}

/// The trait with its futures in boxes, so that it can be an object.
trait Boxed: Send + Sync {
    fn identify<'a>(&'a self, credential: Credential<'a>) -> BoxFuture<'a, Result<Caller, Error>>;
    fn revision(&self) -> i64;
    fn at_least(&self, revision: i64) -> BoxFuture<'_, Result<(), Error>>;
    fn audit(&self) -> Audit;
    fn without_authorization<'a>(
        &'a self,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<WithoutAuthorization, Error>>;
}

impl<M: PermissionsManager> Boxed for M {
    fn identify<'a>(&'a self, credential: Credential<'a>) -> BoxFuture<'a, Result<Caller, Error>> {
        Box::pin(PermissionsManager::identify(self, credential))
    }

    fn revision(&self) -> i64 {
        PermissionsManager::revision(self)
    }

    fn at_least(&self, revision: i64) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(PermissionsManager::at_least(self, revision))
    }

    fn audit(&self) -> Audit {
        PermissionsManager::audit(self)
    }

    fn without_authorization<'a>(
        &'a self,
        reason: &'a str,
    ) -> BoxFuture<'a, Result<WithoutAuthorization, Error>> {
        Box::pin(PermissionsManager::without_authorization(self, reason))
    }
}

impl PermissionsManager for AnyManager {
    async fn identify(&self, credential: Credential<'_>) -> Result<Caller, Error> {
        self.inner.identify(credential).await
    }

    fn revision(&self) -> i64 {
        self.inner.revision()
    }

    async fn at_least(&self, revision: i64) -> Result<(), Error> {
        self.inner.at_least(revision).await
    }

    fn audit(&self) -> Audit {
        self.inner.audit()
    }

    async fn without_authorization(&self, reason: &str) -> Result<WithoutAuthorization, Error> {
        self.inner.without_authorization(reason).await
    }
}

impl<M: PermissionsManager> PermissionsManager for Arc<M> {
    fn identify(&self, credential: Credential<'_>) -> impl Future<Output = Result<Caller, Error>> + Send {
        M::identify(self, credential)
    }

    fn revision(&self) -> i64 {
        M::revision(self)
    }

    fn at_least(&self, revision: i64) -> impl Future<Output = Result<(), Error>> + Send {
        M::at_least(self, revision)
    }

    fn audit(&self) -> Audit {
        M::audit(self)
    }

    fn without_authorization(
        &self,
        reason: &str,
    ) -> impl Future<Output = Result<WithoutAuthorization, Error>> + Send {
        M::without_authorization(self, reason)
    }
}
