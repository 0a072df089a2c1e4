//! On whose authority something is done: a caller's, or nobody's, on record.

use std::sync::Arc;

use crate::clock::BoxFuture;
use crate::{Caller, Error, Question};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 512;

/// What a service asks whether something may be done. A function that takes one works for callers, and for jobs that go on
/// without authorization.
///
/// ```
/// use casemate_sdk::{Authority, Error, Question};
///
/// fn delete_drafts(authority: &dyn Authority) -> Result<(), Error> {
///     authority.require(&Question::new("cms.entry.delete"))?;
///     // …
///     Ok(())
/// }
/// # let _ = delete_drafts;
/// ```
pub trait Authority: Send + Sync {
    /// Goes on only where it may be done.
    ///
    /// # Errors
    /// As [`Caller::require`].
    fn require(&self, question: &Question<'_>) -> Result<(), Error>;

    /// Whether it may be done.
    fn can(&self, question: &Question<'_>) -> bool {
        self.require(question).is_ok()
    }
}

impl Authority for Caller {
    fn require(&self, question: &Question<'_>) -> Result<(), Error> {
        Caller::require(self, question)
    }
}

/// The capability to go on without authorization: it may do everything, and there is none without a reason that was put on
/// record. It is neither cloned nor made but by [`crate::PermissionsManager::without_authorization`].
#[derive(Debug)]
pub struct WithoutAuthorization {
    reason: Box<str>,
}

impl WithoutAuthorization {
    /// The reason that is on record.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Puts the reason on record, and gives the capability where that succeeded; for implementations of
    /// [`crate::PermissionsManager`].
    ///
    /// # Errors
    /// Without a reason, and where it cannot be put on record.
    pub async fn recorded(reason: &str, auditor: &dyn Auditor) -> Result<WithoutAuthorization, Error> {
        let reason = reason.trim();
        let is_told = (1..=MAX_REASON).contains(&reason.chars().count());
        if !is_told || reason.chars().any(char::is_control) {
            return Err(Error::NoReason);
        }
        auditor.record(reason).await.map_err(Error::NotAudited)?;
        Ok(WithoutAuthorization { reason: reason.into() })
    }
}

impl Authority for WithoutAuthorization {
    fn require(&self, _: &Question<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Puts on record that something goes on without authorization.
pub trait Auditor: Send + Sync {
    /// Records the reason. Nothing goes on before this succeeded.
    ///
    /// The error says why it could not.
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>>;
}

impl<A: Auditor + ?Sized> Auditor for Arc<A> {
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
        A::record(self, reason)
    }
}

/// Writes a warning to the log, where nothing better is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogAuditor;

impl Auditor for LogAuditor {
    fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
        tracing::warn!(reason, "going on without authorization");
        Box::pin(std::future::ready(Ok(())))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Noting(Mutex<Vec<String>>, bool);

    impl Auditor for Noting {
        fn record<'a>(&'a self, reason: &'a str) -> BoxFuture<'a, Result<(), String>> {
            self.0.lock().unwrap().push(reason.to_owned());
            Box::pin(std::future::ready(if self.1 { Err("the disk is full".to_owned()) } else { Ok(()) }))
        }
    }

    #[tokio::test]
    async fn nobody_goes_on_without_a_reason_that_is_on_record() {
        let noting = Noting::default();
        let long = "x".repeat(MAX_REASON + 1);
        for reason in ["", "  ", "a\nb", &long] {
            let refused = WithoutAuthorization::recorded(reason, &noting).await.unwrap_err();
            assert_eq!(refused, Error::NoReason, "{reason:?}");
        }
        assert!(noting.0.lock().unwrap().is_empty());
        let held = WithoutAuthorization::recorded(" nightly cleanup ", &noting).await.unwrap();
        assert_eq!(held.reason(), "nightly cleanup");
        assert!(held.can(&Question::new("whatever")));
        assert_eq!(*noting.0.lock().unwrap(), ["nightly cleanup"]);
        let failing = Noting(Mutex::default(), true);
        let refused = WithoutAuthorization::recorded("why", &failing).await.unwrap_err();
        assert_eq!(refused, Error::NotAudited("the disk is full".to_owned()));
    }
}
