//! Somebody who was identified, with what they hold: decisions about them are made here, in memory.

use std::fmt;
use std::sync::Arc;

use casemate_permission::name::Name;
use casemate_permission::{
    Decision, Effect, Explanation, FilterAnswer, PermissionRef, PermissionSet, Request, Subject,
};

use crate::clock::Clock;
use crate::{Error, Question};

/// Who somebody is. An implementation of [`crate::PermissionsManager`] brings its own.
pub trait Whom: Send + Sync {
    /// As the permission engine reads them.
    fn view(&self) -> Subject<'_>;

    /// The directory's id of them; nothing for who is not in it.
    fn directory_id(&self) -> Option<&str> {
        None
    }

    /// The public name of the session, temporary credential or API key that they came with.
    fn credential(&self) -> Option<&str> {
        None
    }
}

/// What is known of a caller at one revision.
#[derive(Clone)]
pub struct Known {
    /// Who they are.
    pub whom: Arc<dyn Whom>,
    /// What they hold.
    pub permissions: PermissionSet,
    /// The application whose names alone may be asked about; any where there is none.
    pub application: Option<Arc<str>>,
    /// The revision that this is of.
    pub revision: i64,
    /// When it ends by itself, in microseconds since 1970 (UTC): the end of the token, session or key.
    pub valid_until: Option<i64>,
}

/// A caller with their permissions, as of one revision. Cheap to clone.
///
/// It is for one request: whoever keeps one longer goes on with what was so then. Identifying somebody again who is known
/// already costs a look-up in memory.
#[derive(Clone)]
pub struct Caller {
    known: Arc<Known>,
    clock: Arc<dyn Clock>,
}

impl Caller {
    /// A caller of whom this is known; for implementations of [`crate::PermissionsManager`].
    #[must_use]
    pub fn new(known: Arc<Known>, clock: Arc<dyn Clock>) -> Caller {
        Caller { known, clock }
    }

    /// Who they are.
    #[must_use]
    pub fn identity(&self) -> Subject<'_> {
        self.known.whom.view()
    }

    /// Whether they presented no credential.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.identity().kind == Some("anonymous")
    }

    /// The directory's id of them; nothing for who is not in it.
    #[must_use]
    pub fn directory_id(&self) -> Option<&str> {
        self.known.whom.directory_id()
    }

    /// The public name of the session, temporary credential or API key that they came with.
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        self.known.whom.credential()
    }

    /// The revision at which what decides about them was read. What was changed since, up to [`crate::PermissionsManager::revision`]
    /// as they were identified, does not concern them.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.known.revision
    }

    /// When what is known of them ends by itself, in microseconds since 1970 (UTC).
    #[must_use]
    pub fn valid_until(&self) -> Option<i64> {
        self.known.valid_until
    }

    /// What they hold, for what the engine offers beyond the questions here. What it says of a time after
    /// [`Caller::valid_until`] counts for nothing.
    #[must_use]
    pub fn held(&self) -> &PermissionSet {
        &self.known.permissions
    }

    /// May they? With a resource the answer is allowed or denied; without one it may be conditional.
    ///
    /// # Errors
    /// Where the name is none or none that may be asked about, or what is known of them ended.
    pub fn check<'a>(&'a self, question: impl Into<Question<'a>>) -> Result<Decision<'a>, Error> {
        Ok(self.known.permissions.check(&self.request(&question.into())?))
    }

    /// As [`Caller::check`], where what was not supplied of the resource is unknown rather than missing.
    ///
    /// # Errors
    /// As [`Caller::check`].
    pub fn check_partial<'a>(&'a self, question: impl Into<Question<'a>>) -> Result<Decision<'a>, Error> {
        Ok(self.known.permissions.check_partial(&self.request(&question.into())?))
    }

    /// May they, yes or no? What is conditional, and what cannot be answered, is no.
    #[must_use]
    pub fn can<'a>(&'a self, question: impl Into<Question<'a>>) -> bool {
        self.check(question).is_ok_and(|decision| decision.is_allowed())
    }

    /// Goes on only where they may; what is conditional is no.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where they may not, and as [`Caller::check`].
    pub fn require<'a>(&'a self, question: impl Into<Question<'a>>) -> Result<(), Error> {
        let question = question.into();
        let decision = self.check(question)?;
        if decision.effect == Effect::Allowed {
            return Ok(());
        }
        Err(Error::Forbidden { name: question.name().to_owned(), reason: decision.reason })
    }

    /// Goes on where there may be a resource on which they may; on which, is to be asked of each, or by [`Caller::filter`].
    ///
    /// # Errors
    /// As [`Caller::require`].
    pub fn require_on_some<'a>(&'a self, question: impl Into<Question<'a>>) -> Result<(), Error> {
        let question = question.into();
        let decision = self.check(question)?;
        if decision.effect != Effect::Denied {
            return Ok(());
        }
        Err(Error::Forbidden { name: question.name().to_owned(), reason: decision.reason })
    }

    /// On which resources may they? What was not supplied of the resource is unknown.
    ///
    /// # Errors
    /// As [`Caller::check`], and where no filter can say it.
    pub fn filter<'a>(&'a self, question: impl Into<Question<'a>>) -> Result<FilterAnswer<'a>, Error> {
        Ok(self.known.permissions.filter(&self.request(&question.into())?)?)
    }

    /// The permissions of theirs that match a name and are in force, as they are stored: for an application that
    /// interprets its own properties.
    ///
    /// # Errors
    /// As [`Caller::check`].
    pub fn permissions<'a>(&'a self, name: &'a str) -> Result<Vec<PermissionRef<'a>>, Error> {
        let request = self.request(&Question::new(name))?;
        Ok(self.known.permissions.permissions(&request.name, request.now))
    }

    /// Why may they, or why not? `read` is handed the explanation, which borrows the question.
    ///
    /// # Errors
    /// As [`Caller::check`].
    pub fn explain<'a, T>(
        &'a self,
        question: impl Into<Question<'a>>,
        read: impl FnOnce(&Explanation<'_, '_>) -> T,
    ) -> Result<T, Error> {
        let request = self.request(&question.into())?;
        Ok(read(&self.known.permissions.explain(&request)))
    }

    /// What is asked of the engine. Who it is about and when is never the asker's to say.
    fn request<'a>(&'a self, question: &Question<'a>) -> Result<Request<'a>, Error> {
        let now = self.clock.now();
        if self.known.valid_until.is_some_and(|until| until <= now) {
            return Err(Error::Ended);
        }
        let request = question.request(self.known.whom.view(), now)?;
        self.may_ask(&request.name)?;
        Ok(request)
    }

    /// Whether the name is one that can be judged here: another application's schema is not known, and without it what
    /// restricts its permissions would restrict nothing.
    fn may_ask(&self, name: &Name<'_>) -> Result<(), Error> {
        let Some(bound) = &self.known.application else { return Ok(()) };
        let application = self.known.permissions.catalog().application(bound);
        if application.is_some_and(|application| application.owns(name)) {
            return Ok(());
        }
        let (name, application) = (name.as_str().to_owned(), bound.to_string());
        Err(Error::OutsideApplication { name, application })
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subject { provider, kind, id, tenant, .. } = self.identity();
        f.debug_struct("Caller")
            .field("provider", &provider)
            .field("type", &kind)
            .field("id", &id)
            .field("tenant", &tenant)
            .field("permissions", &self.known.permissions.len())
            .field("revision", &self.known.revision)
            .finish_non_exhaustive()
    }
}
