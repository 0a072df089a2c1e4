//! The manager that decides from the directory of this process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casemate_directory::{DEFAULT_TENANT, Directory, NotAdmitted, NotIdentified};
use casemate_identity::{Credentials, Identity, Rejection, Timestamp};
use casemate_permission::Subject;
use casemate_permission::name::Name;
use casemate_sdk::{
    Audit, Auditor, Caller, Clock, Credential, Error, Known, LogAuditor, LogTrail, PermissionsManager, Trail,
    Whom, WithoutAuthorization,
};
use casemate_store::Store;
use tokio::task::JoinSet;

use crate::audit::{StoreAuditor, StoreTrail};
use crate::build::Builder;
use crate::lease::Lease;

/// How long a revision is waited for.
const WAIT: Duration = Duration::from_secs(5);
/// How often the store is looked at meanwhile, beside when this process takes a revision.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Answers who calls and what they hold from this process' own directory. Cheap to clone; what follows the database ends
/// with the last clone.
#[derive(Clone)]
pub struct Embedded {
    inner: Arc<Inner>,
}

struct Inner {
    directory: Arc<Directory>,
    /// The database, and for how long what was read of it counts; none of policy files.
    database: Option<(Arc<Store>, Arc<Lease>)>,
    auditor: Arc<dyn Auditor>,
    /// Writes into the trail of the database; none of policy files.
    recorder: Option<Arc<StoreAuditor>>,
    clock: Arc<dyn Clock>,
    application: Option<Arc<str>>,
    tenant: Option<Arc<str>>,
    /// They end as this is dropped.
    jobs: Mutex<JoinSet<()>>,
}

/// What questions are about, and when they are asked.
pub(crate) struct Asking {
    pub(crate) clock: Arc<dyn Clock>,
    /// The application whose names alone may be asked about.
    pub(crate) application: Option<Arc<str>>,
    /// The tenant in which callers are asked about, where that is not their own.
    pub(crate) tenant: Option<Arc<str>>,
}

/// Somebody as the directory knows them.
struct Somebody {
    known: Arc<casemate_directory::Known>,
    /// The directory's id of a user.
    user: Option<Arc<str>>,
    /// The public name of the session or temporary credential, or the API key, that they came with.
    credential: Option<Box<str>>,
}

impl Whom for Somebody {
    fn view(&self) -> Subject<'_> {
        self.known.subject.view()
    }

    fn directory_id(&self) -> Option<&str> {
        let subject = &self.known.subject;
        let is_program = [casemate_directory::API_KEY_PROVIDER, casemate_directory::OWN_PROVIDER]
            .iter()
            .any(|provider| *subject.provider == **provider);
        self.user.as_deref().or_else(|| subject.id.as_deref().filter(|_| is_program))
    }

    fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }
}

impl Embedded {
    /// Begins to open one.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(
        directory: Arc<Directory>,
        database: Option<(Arc<Store>, Arc<Lease>)>,
        recorder: Option<Arc<StoreAuditor>>,
        asking: Asking,
        jobs: JoinSet<()>,
    ) -> Embedded {
        let Asking { clock, application, tenant } = asking;
        let auditor: Arc<dyn Auditor> = match &recorder {
            Some(recorder) => Arc::clone(recorder) as _,
            None => Arc::new(LogAuditor),
        };
        let jobs = Mutex::new(jobs);
        let inner = Inner { directory, database, auditor, recorder, clock, application, tenant, jobs };
        Embedded { inner: Arc::new(inner) }
    }

    /// Somebody whom this process identified itself: nothing of it is verified here. What the directory knows about them
    /// counts as it does for whoever comes with a token.
    ///
    /// # Errors
    /// Where the directory says that they are not to be let in, or cannot be asked, or what they hold cannot be compiled; and where
    /// the database could not be followed for 30 seconds.
    pub async fn caller_of(&self, identity: &Arc<Identity>) -> Result<Caller, Error> {
        let Inner { directory, database, clock, application, tenant, .. } = &*self.inner;
        if let Some((_, lease)) = database {
            lease.lasts()?;
        }
        let snapshot = directory.current();
        let user = directory.identified_user_of(identity).await.map_err(not_admitted)?;
        let (user, person) = user.unzip();
        let now = clock.now();
        let (known, of_word) = match tenant {
            Some(tenant) => snapshot.known_in_at(identity, person.as_ref(), tenant, now).await,
            None => snapshot.known_caller_at(identity, person.as_ref(), now).await,
        };
        let until = directory.end_of(&snapshot, identity).await.map_err(|error| {
            tracing::error!(%error, "it cannot be said when a credential ends");
            Error::Unavailable("the directory cannot be asked".to_owned())
        })?;
        let permissions = match &known.permissions {
            Ok(permissions) => permissions.clone(),
            Err(error) => {
                tracing::error!(%error, "a caller may do nothing: what they hold cannot be said");
                return Err(Error::Permissions(error.to_string()));
            }
        };
        let whom = Somebody { known, user, credential: credential_of(identity) };
        let known = Known {
            whom: Arc::new(whom),
            permissions,
            application: application.clone(),
            revision: snapshot.revision(),
            valid_until: until.and_word(of_word).first(),
        };
        Ok(Caller::new(Arc::new(known), Arc::clone(clock)))
    }

    /// The application whose names alone are answered about.
    pub(crate) fn application(&self) -> Option<&str> {
        self.inner.application.as_deref()
    }

    /// The tenant that is asked about.
    pub(crate) fn tenant(&self) -> &str {
        self.inner.tenant.as_deref().unwrap_or(DEFAULT_TENANT)
    }

    /// Whether a name may be the application's.
    pub(crate) fn is_own(&self, name: &Name<'_>) -> bool {
        let Some(application) = self.application() else { return true };
        let snapshot = self.inner.directory.current();
        snapshot.catalog().application(application).is_some_and(|application| application.owns(name))
    }

    /// Whoever has this opaque id, where they are active.
    ///
    /// # Errors
    /// Where the directory cannot be asked.
    pub(crate) async fn subject_of(
        &self,
        id: &str,
        now: i64,
    ) -> Result<Option<casemate_directory::Subject>, Error> {
        let directory = &self.inner.directory;
        match directory.identified(&directory.current(), self.tenant(), id, now).await {
            Ok(found) => Ok(Some(found.known.subject.clone())),
            Err(NotIdentified::Unknown | NotIdentified::Inactive) => Ok(None),
            Err(NotIdentified::Store(error)) => {
                tracing::error!(%error, "the directory cannot be asked about an identity");
                Err(Error::Unavailable("the directory cannot be asked".to_owned()))
            }
        }
    }

    /// The directory that answers.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.inner.directory
    }

    /// Ends what follows the database, writes down what is not written yet and closes the database, where no clone is
    /// left that uses it.
    pub async fn close(self) {
        let Some(inner) = Arc::into_inner(self.inner) else { return };
        let mut jobs = inner.jobs.into_inner().unwrap_or_else(PoisonError::into_inner);
        jobs.shutdown().await;
        drop((inner.auditor, inner.recorder));
        let Some((store, _)) = inner.database else { return };
        if let Err(error) = inner.directory.flush_used_keys(&store).await {
            tracing::warn!(%error, "when API keys were used last is not written down");
        }
        drop(inner.directory);
        if let Some(store) = Arc::into_inner(store) {
            store.close().await;
        }
    }
}

impl PermissionsManager for Embedded {
    async fn identify(&self, credential: Credential<'_>) -> Result<Caller, Error> {
        let mut credentials = credential.token().map_or_else(Credentials::none, Credentials::bearer);
        if let Some(client) = credential.client() {
            credentials = credentials.with_client(client);
        }
        let snapshot = self.inner.directory.current();
        let now = Timestamp(self.inner.clock.now());
        let identity = snapshot.chain().authenticate(&credentials, now).await.map_err(rejected)?;
        self.caller_of(&identity).await
    }

    fn revision(&self) -> i64 {
        self.inner.directory.current().revision()
    }

    async fn at_least(&self, wanted: i64) -> Result<(), Error> {
        if self.revision() >= wanted {
            return Ok(());
        }
        let directory = &self.inner.directory;
        let mut taken = directory.taken();
        let until = self.inner.clock.sleep(WAIT);
        let reached = async {
            loop {
                if let Err(error) = directory.refresh().await {
                    tracing::error!(%error, "the configuration in the database is not taken: what decided before still does");
                }
                if self.revision() >= wanted {
                    return;
                }
                // Whichever comes first; a sender that is gone tells no more, and looking goes on.
                let _ = tokio::time::timeout(LOOK_EVERY, taken.wait_for(|taken| *taken >= wanted)).await;
            }
        };
        tokio::select! {
            () = reached => Ok(()),
            () = until => Err(Error::RevisionNotReached { wanted, reached: self.revision() }),
        }
    }

    fn audit(&self) -> Audit {
        let trail: Arc<dyn Trail> = match &self.inner.recorder {
            Some(auditor) => Arc::new(StoreTrail { auditor: Arc::clone(auditor), embedded: self.clone() }),
            None => Arc::new(LogTrail),
        };
        Audit::new(trail, Arc::clone(&self.inner.clock))
    }

    async fn without_authorization(&self, reason: &str) -> Result<WithoutAuthorization, Error> {
        WithoutAuthorization::recorded(reason, &self.inner.auditor).await
    }
}

/// The public name of what somebody came with, where it has one.
fn credential_of(identity: &Identity) -> Option<Box<str>> {
    let session = identity.session.as_ref().map(|session| session.id.clone());
    let temporary = identity.temporary.as_ref().map(|temporary| temporary.id.clone());
    let key = || {
        (*identity.provider == *casemate_directory::API_KEY_PROVIDER).then(|| identity.id.clone()).flatten()
    };
    temporary.or(session).or_else(key)
}

fn rejected(rejection: Rejection) -> Error {
    let code = rejection.reason.code();
    tracing::info!(authenticator = %rejection.authenticator, code, reason = %rejection.reason, "credential rejected");
    match rejection.reason.is_temporary() {
        true => Error::Unavailable(format!("the credential cannot be judged ({code})")),
        false => Error::CredentialRejected { code: code.into() },
    }
}

fn not_admitted(refused: NotAdmitted) -> Error {
    match refused {
        NotAdmitted::Inactive | NotAdmitted::Deleted => {
            Error::CredentialRejected { code: "user_inactive".into() }
        }
        NotAdmitted::Unknown(error) => {
            tracing::error!(%error, "the directory cannot be asked about a user");
            Error::Unavailable("the directory cannot be asked".to_owned())
        }
    }
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("revision", &self.revision()).finish_non_exhaustive()
    }
}
