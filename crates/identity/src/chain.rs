//! The authenticator chain.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use thiserror::Error;

use crate::credentials::{Credential, Credentials};
use crate::identity::{Identity, Kind};
use crate::rejection::{Reason, Rejection};
use crate::time::Timestamp;

/// The name under which the chain itself refuses.
const CHAIN: &str = "chain";

/// A boxed future that may move between threads, so that authenticators can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Decides who is calling, for one kind of credential.
///
/// One of one's own leaves to the others what it does not take, and once it takes a credential, answers for it:
///
/// ```
/// use std::future::ready;
/// use std::sync::Arc;
///
/// use casemate_identity::{
///     Answer, Authenticator, BoxFuture, Chain, Credential, Credentials, ExposeSecret, Identity, Kind, Reason,
///     Timestamp,
/// };
///
/// /// Takes `station-NUMBER` from the terminals of one building.
/// struct Stations;
///
/// impl Authenticator for Stations {
///     fn name(&self) -> &str {
///         "stations"
///     }
///
///     fn authenticate<'a>(&'a self, credentials: &'a Credentials, _: Timestamp) -> BoxFuture<'a, Answer> {
///         let answer = match credentials.credential() {
///             Some(Credential::Bearer(token)) => match token.expose_secret().strip_prefix("station-") {
///                 None => Answer::NotMine,
///                 Some("7") => Answer::Identity(Arc::new(Identity::new("stations", "7", Kind::USER))),
///                 Some(_) => Answer::Rejected(Reason::Unrecognized),
///             },
///             _ => Answer::NotMine,
///         };
///         Box::pin(ready(answer))
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let chain = Chain::new(vec![Arc::new(Stations)]).unwrap();
/// let now = Timestamp(1_800_000_000_000_000);
/// let identity = chain.authenticate(&Credentials::bearer("station-7"), now).await.unwrap();
/// assert_eq!(identity.id.as_deref(), Some("7"));
/// assert!(chain.authenticate(&Credentials::bearer("station-8"), now).await.is_err());
/// # });
/// ```
pub trait Authenticator: Send + Sync {
    /// The authenticator's name, unique in its chain.
    fn name(&self) -> &str;

    /// The names of the providers that it may put into an identity: its own, unless it speaks for several.
    fn providers(&self) -> Vec<&str> {
        vec![self.name()]
    }

    /// The answer of [`Authenticator::authenticate`], where it is known without waiting for anything; that is not asked then.
    /// Who never waits answers here, which costs no future.
    fn at_once(&self, _credentials: &Credentials, _now: Timestamp) -> Option<Answer> {
        None
    }

    /// Verifies what was presented, at the time `now`. It is only asked when something was.
    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer>;
}

/// What one authenticator says about a credential.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is good, and this is who presented it.
    Identity(Arc<Identity>),
    /// It is of a kind that this authenticator does not take: the next one is asked.
    NotMine,
    /// It is of this authenticator's kind and it is bad: nobody else is asked.
    Rejected(Reason),
}

/// What the whole chain says. Identities are shared, so that one which is kept for later costs nothing to hand out.
pub type Outcome = Result<Arc<Identity>, Rejection>;

/// Authenticators in the order in which they are asked. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    authenticators: Arc<[Arc<dyn Authenticator>]>,
    anonymous: Arc<Identity>,
}

/// Why authenticators make no chain.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum ChainError {
    /// Two identities with one provider and id would be taken for the same caller.
    #[error("two authenticators speak for a provider named `{0}`: give each provider a name of its own")]
    DuplicateName(String),
    /// The name is taken by the chain itself.
    #[error("a provider cannot be named `{0}`: choose another name")]
    ReservedName(String),
}

impl Chain {
    /// Makes a chain that asks the authenticators in this order. Without any, only anonymous callers get in.
    ///
    /// # Errors
    /// When two authenticators speak for providers of one name, or one for a name that is reserved.
    pub fn new(authenticators: Vec<Arc<dyn Authenticator>>) -> Result<Chain, ChainError> {
        let mut taken = Vec::new();
        for authenticator in &authenticators {
            for name in authenticator.providers() {
                if is_reserved_name(name) {
                    return Err(ChainError::ReservedName(name.to_owned()));
                }
                if taken.contains(&name) {
                    return Err(ChainError::DuplicateName(name.to_owned()));
                }
                taken.push(name);
            }
        }
        Ok(Chain { authenticators: authenticators.into(), anonymous: Arc::new(Identity::anonymous()) })
    }

    /// Says who presented the credentials at the time `now`. Only when nothing was presented is it the
    /// anonymous identity; a credential that nobody takes is refused.
    ///
    /// # Errors
    /// The refusal of the authenticator that recognized the credential, or the chain's own.
    pub async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Outcome {
        if credentials.is_empty() {
            return Ok(Arc::clone(&self.anonymous));
        }
        if let Some(Credential::Malformed(what)) = credentials.credential() {
            return Err(Rejection { authenticator: CHAIN.into(), reason: Reason::Malformed(what) });
        }
        for authenticator in self.authenticators.iter() {
            let answer = match authenticator.at_once(credentials, now) {
                Some(answer) => answer,
                None => authenticator.authenticate(credentials, now).await,
            };
            match answer {
                Answer::Identity(identity) => return Ok(identity),
                Answer::NotMine => {}
                Answer::Rejected(reason) => {
                    return Err(Rejection { authenticator: authenticator.name().into(), reason });
                }
            }
        }
        Err(Rejection { authenticator: CHAIN.into(), reason: Reason::Unrecognized })
    }
}

/// Whether an authenticator or a provider cannot have this name.
pub(crate) fn is_reserved_name(name: &str) -> bool {
    name == CHAIN || name == Kind::ANONYMOUS.as_str()
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.authenticators.iter().map(|authenticator| authenticator.name())).finish()
    }
}
