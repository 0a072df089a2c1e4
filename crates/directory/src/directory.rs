//! What decides at the moment, and replacing it whole.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use casemate_identity::remote::{Fetch, ProviderStatus};
use casemate_identity::{Authenticator, Chain, ChainError, OpenIdAuthenticator};

use crate::authenticator::StaticCredentials;
use crate::policy::{Credential, Policy};
use crate::snapshot::Snapshot;

/// The current [`Snapshot`]. It is replaced as a whole, so that nothing is ever answered from half of a policy.
pub struct Directory {
    current: ArcSwap<Snapshot>,
    revision: AtomicI64,
    /// Credentials that stand in no policy and outlive each.
    own: Vec<Credential>,
    fetch: Arc<dyn Fetch>,
    /// The running authenticator of OpenID providers. Replacing holds this lock, so that revisions rise in order.
    openid: Mutex<Option<Arc<OpenIdAuthenticator>>>,
}

impl Directory {
    /// A directory that answers from `policy`; `own` are credentials beside those of the policy, and `fetch` is how the
    /// keys of providers are fetched. To be called within a tokio runtime, on which the fetching goes on.
    ///
    /// # Errors
    /// Where two providers have one name.
    pub fn new(policy: Policy, own: Vec<Credential>, fetch: Arc<dyn Fetch>) -> Result<Directory, ChainError> {
        let mut openid = None;
        let first = snapshot(1, policy, &own, &fetch, &mut openid)?;
        Ok(Directory {
            current: ArcSwap::from_pointee(first),
            revision: AtomicI64::new(1),
            own,
            fetch,
            openid: Mutex::new(openid),
        })
    }

    /// What decides now. Whoever takes it keeps it for the whole of one request.
    #[must_use]
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Answers from `policy` from now on; requests under way end with what they began with. Returns the new revision.
    ///
    /// # Errors
    /// Where two providers have one name; what decides stays as it was.
    pub fn replace(&self, policy: Policy) -> Result<i64, ChainError> {
        let mut openid = self.openid.lock().unwrap_or_else(PoisonError::into_inner);
        let revision = self.revision.load(Ordering::Relaxed) + 1;
        let next = snapshot(revision, policy, &self.own, &self.fetch, &mut openid)?;
        self.revision.store(revision, Ordering::Relaxed);
        self.current.store(Arc::new(next));
        Ok(revision)
    }

    /// What is known about the keys of each provider.
    #[must_use]
    pub fn providers(&self) -> Vec<ProviderStatus> {
        let openid = self.openid.lock().unwrap_or_else(PoisonError::into_inner);
        openid.as_ref().map(|openid| openid.status()).unwrap_or_default()
    }
}

/// Makes a snapshot. Providers that did not change keep the keys that were fetched.
fn snapshot(
    revision: i64,
    mut policy: Policy,
    own: &[Credential],
    fetch: &Arc<dyn Fetch>,
    openid: &mut Option<Arc<OpenIdAuthenticator>>,
) -> Result<Snapshot, ChainError> {
    let credentials: HashMap<Box<str>, Arc<Credential>> = std::mem::take(&mut policy.credentials)
        .into_iter()
        .chain(own.iter().cloned())
        .map(|credential| (credential.id.clone(), Arc::new(credential)))
        .collect();
    let mut authenticators: Vec<Arc<dyn Authenticator>> =
        vec![Arc::new(StaticCredentials::new(credentials.values()))];
    let providers = policy.providers.clone();
    *openid = (!providers.is_empty()).then(|| {
        let fetch = Arc::clone(fetch);
        Arc::new(match openid {
            Some(running) => running.succeeded_by(providers, fetch),
            None => OpenIdAuthenticator::start(providers, fetch),
        })
    });
    if let Some(running) = openid {
        authenticators.push(Arc::clone(running) as Arc<dyn Authenticator>);
    }
    Ok(Snapshot::new(revision, policy, credentials, Chain::new(authenticators)?))
}
